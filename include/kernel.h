/*
 * kernel.h: all that a service provider may ask of the machine it runs on.
 *
 * Plain functions, no Winsock types. The reference provider uses nothing else besides the Winsock headers, the upcalls it is
 * given and malloc; another provider may use as much of it as it likes. Six promises:
 *
 *   1. Data is copied out; no pointer into the simulator crosses.
 *   2. complete(cookie, status, count) comes from the event loop only, never from inside a kernel_ call.
 *   3. An accepted cookie is completed exactly once, or, after its cancel returned, never.
 *   4. No Winsock type, constant or error appears here; translation is the provider's work.
 *   5. Nothing but kernel_wait lets time pass.
 *   6. A request accepted inside an SPI call belongs to the calling thread and its OVERLAPPED; the thread's exit (and
 *      cancelio) completes it with KERNEL_CANCELLED, so the provider needs no other word of either. A `lasting` watch belongs to the process.
 *      What a completion asks for belongs to whom the completed request belonged: the next step of the same call.
 *
 * Completions run with the asker's process current and no thread. All functions may be called from an SPI call (the calling
 * thread is current) and from a completion; kernel_wait needs a thread.
 */
#ifndef KERNEL_H
#define KERNEL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A provider that uses this header exports `const uint32_t wspsim_kernel_abi = KERNEL_ABI;`; the loader checks it. */
#define KERNEL_ABI 3u

enum kernel_status {
    KERNEL_OK,
    KERNEL_CANCELLED,          /* the request was given up: its thread ended, or somebody cancelled it */
    KERNEL_TIMED_OUT,
    KERNEL_STACK_DOWN,         /* the network subsystem of this host has failed */
    KERNEL_NET_UNREACHABLE,    /* no route */
    KERNEL_NET_DOWN,           /* no interface but loopback is connected: all connectivity is lost */
    KERNEL_NOT_SUPPORTED,      /* the stack, or this transport, does not do this */
    KERNEL_NO_RESOURCES,
    KERNEL_BAD_HANDLE,         /* no such endpoint, event or request */
    KERNEL_BAD_ARGUMENT,
    KERNEL_INTERRUPTED,        /* a wait was ended from outside before what it waited for */
    KERNEL_PENDING,            /* accepted: complete() will come */
    KERNEL_WOULD_BLOCK,        /* not now, and the caller gave no function to complete */
    KERNEL_ADDRESS_IN_USE,
    KERNEL_ADDRESS_EXCLUSIVE,  /* in use by somebody who does not share, or shares only with those who do */
    KERNEL_ADDRESS_NOT_LOCAL,  /* bind: no address of this host; connect: an address nobody can have */
    KERNEL_NO_PORTS,           /* every dynamic port is taken */
    KERNEL_HOST_UNREACHABLE,
    KERNEL_REFUSED,            /* the peer's host answered with a reset */
    KERNEL_RESET,              /* the peer reset the connection; datagrams: it has no such port */
    KERNEL_ABORTED,            /* the connection was given up on this side */
    KERNEL_NET_RESET,          /* keep-alive found nobody; datagrams: the hop limit ran out on the way */
    KERNEL_NOT_CONNECTED,
    KERNEL_IS_CONNECTED,
    KERNEL_IN_PROGRESS,        /* a connect is under way */
    KERNEL_SHUT_DOWN,          /* this direction was shut down by the caller */
    KERNEL_TOO_LONG,           /* the message is longer than the transport, or the receive buffer, can hold */
    KERNEL_DENIED,             /* it needs a permission: broadcast, administrator */
    KERNEL_CLOSED,             /* the topic's subject has come to its end */
    KERNEL_UNREADABLE,         /* the medium of a file fails there */
};

/* ---- who am I, and when ---------------------------------------------------------------------------------------------- */

enum kernel_profile { KERNEL_DOCUMENTED, KERNEL_OBSERVED }; /* obey the documents, or do as Windows was seen to do */

struct kernel_who {
    uint32_t process_id;
    uint32_t thread_id;           /* 0 inside a completion */
    enum kernel_profile profile;  /* of the process */
};

void kernel_current(struct kernel_who *who);

/* What the current process may do, and what its host was set up to do: bits. */
enum kernel_ability {
    KERNEL_ADMINISTRATOR = 1, /* the process has an administrator's rights */
    KERNEL_FINDS_ROUTES = 2,  /* kernel_route_find */
    KERNEL_COMPANION_NETDEV = 4, KERNEL_COMPANION_TAPI = 8, /* there is such a companion interface */
};
uint32_t kernel_abilities(void);
int64_t kernel_now_ns(void); /* virtual time from the start of the run */

/* One pointer per process and loaded provider, NULL at first: the home of what the provider keeps of a process. `provider` is
   the address of the provider's own wspsim_kernel_abi. The memory behind the pointer is the provider's. */
void *kernel_slot_get(const uint32_t *provider);
void kernel_slot_set(const uint32_t *provider, void *pointer);

/* ---- is this memory the caller's ------------------------------------------------------------------------------------- */

/* Whether the current process may read (write) it all; a size of 0 asks for a pointer beyond the forbidden first 64 KiB. Never faults. */
bool kernel_may_read(const void *start, size_t size_bytes);
bool kernel_may_write(void *start, size_t size_bytes);

/* Whether this is the handle of a window of any process: one that messages can be posted to (SPI reference 4.3). */
bool kernel_window(const void *window);

/* Whether what ends at this handle of the process leaves packets at a completion port, and thus cannot end by a procedure call. */
bool kernel_has_port(uintptr_t handle);

/* Whether this is the handle of a completion port of the current process; and a packet for it, of no request: its key and its
   OVERLAPPED are what the caller says, its error and its count 0. False: no such port. */
bool kernel_port(const void *port);
bool kernel_port_post(const void *port, uintptr_t key, const void *overlapped);

/* ---- files ------------------------------------------------------------------------------------------------------------ */

/* Reads the file behind a handle of the current process from `offset` on; it takes no time. *count: fewer bytes than asked for only at
   the end of the file. KERNEL_OK, KERNEL_BAD_HANDLE (of no file), KERNEL_UNREADABLE (nothing is read). */
#define KERNEL_FILE_POSITION UINT64_MAX /* from where the last such read ended */
enum kernel_status kernel_file_read(uintptr_t file, uint64_t offset, void *bytes, size_t size_bytes, size_t *count);

/* ---- tables, copied out ---------------------------------------------------------------------------------------------- */

enum kernel_family { KERNEL_IPV4 = 4, KERNEL_IPV6 = 6 };

struct kernel_address {
    uint8_t family;     /* enum kernel_family */
    uint8_t bytes[16];  /* network order; IPv4 uses the first four, the rest is zero */
    uint32_t scope_id;  /* IPv6 link-local: the interface index; otherwise 0 */
};

enum kernel_interface_flag {
    KERNEL_INTERFACE_UP = 1, KERNEL_INTERFACE_BROADCAST = 2, KERNEL_INTERFACE_LOOPBACK = 4,
    KERNEL_INTERFACE_POINT_TO_POINT = 8, KERNEL_INTERFACE_MULTICAST = 16,
};

struct kernel_interface_address {
    struct kernel_address address;
    struct kernel_address broadcast; /* directed or limited as the host is set up; zero bytes, the family too, where there is none (point-to-point, loopback, /31, /32, IPv6) */
    uint8_t prefix_length;
    uint8_t flags;                   /* enum kernel_interface_flag */
    uint32_t interface_index;
};

struct kernel_path {
    struct kernel_address source;   /* the local address a packet to the destination would bear */
    struct kernel_address next_hop; /* the destination itself when it is on the link */
    uint32_t interface_index;
    uint32_t mtu_bytes;
};

/* KERNEL_OK, or KERNEL_STACK_DOWN when the host's network subsystem has failed. */
enum kernel_status kernel_stack_state(void);

/* The addresses of the family a client can bind to, in list order. Copies at most `room`; *count is how many there are. */
enum kernel_status kernel_local_addresses(enum kernel_family family, struct kernel_address *addresses, size_t room, size_t *count);

/* One row for each unicast address of the family on the connected interfaces, loopback included. As above. */
enum kernel_status kernel_interface_addresses(enum kernel_family family, struct kernel_interface_address *rows, size_t room, size_t *count);

/* How this host would reach the destination now: KERNEL_OK, KERNEL_NET_UNREACHABLE, KERNEL_NET_DOWN, KERNEL_STACK_DOWN;
   KERNEL_BAD_ARGUMENT for a family that is none. */
enum kernel_status kernel_best_path(const struct kernel_address *destination, struct kernel_path *path);

/* Puts destinations of both families into the order of preference (RFC 6724, 6): those without a way last, equals as they were.
   KERNEL_OK, KERNEL_STACK_DOWN, KERNEL_BAD_ARGUMENT (a family that is none). */
enum kernel_status kernel_destinations_sort(struct kernel_address *destinations, size_t count);

/* Finds the way to the destination anew: what is kept of it (path MTU, redirect, the next hop's link-layer address) is forgotten
   first, unless `anew` is false: then what a discovery has found since serves. KERNEL_OK: it can be used; KERNEL_PENDING: the next
   hop is being asked, which goes on by itself, and KERNEL_TOPIC_ROUTE tells of the end; KERNEL_NET_UNREACHABLE, KERNEL_NET_DOWN,
   KERNEL_HOST_UNREACHABLE (the next hop did not answer), KERNEL_STACK_DOWN, KERNEL_BAD_ARGUMENT (family, the unspecified address),
   KERNEL_NOT_SUPPORTED (this host discovers nothing). */
enum kernel_status kernel_route_find(const struct kernel_address *destination, bool anew);

/* ---- tell me once ---------------------------------------------------------------------------------------------------- */

typedef uint64_t kernel_request; /* names an accepted request; never used twice; 0 names none */

/* status: KERNEL_OK, KERNEL_CANCELLED, KERNEL_STACK_DOWN or the result the call defines. count: bytes moved; for
   KERNEL_TOPIC_ENDPOINT the conditions that came about. */
typedef void kernel_complete(void *cookie, enum kernel_status status, uint64_t count);

enum kernel_topic {
    KERNEL_TOPIC_ADDRESSES, /* the list of kernel_local_addresses(family) has become another set, or a host tells more than that */
    KERNEL_TOPIC_PATH,      /* kernel_best_path(destination) has another source or another error; the unspecified address
                               stands for any routing change of the family. Completes with the new result's status. */
    KERNEL_TOPIC_ENDPOINT,  /* one of `conditions` has come about at `endpoint` (a new datagram, more bytes, room again …) */
    KERNEL_TOPIC_BACKLOG,   /* the ideal send backlog of `endpoint` has changed; KERNEL_CLOSED when it can send no more,
                               KERNEL_NOT_CONNECTED at once when it is not connected */
    KERNEL_TOPIC_ROUTE,     /* the next hop towards `destination` is no longer being asked: completes with what kernel_route_find
                               would then answer, soon if it is not asked now */
};

/* Conditions of an endpoint, as bits. */
enum kernel_condition {
    KERNEL_READABLE = 1,     /* data, or a message, or an error a receive would tell */
    KERNEL_WRITABLE = 2,     /* a send would take something */
    KERNEL_URGENT = 4,       /* out-of-band data waits, apart or, inline, in the stream */
    KERNEL_ACCEPTABLE = 8,   /* a connection waits to be accepted */
    KERNEL_ESTABLISHED = 16, /* connected */
    KERNEL_PEER_CLOSED = 32, /* the peer's end of stream has arrived; data before it may still wait */
    KERNEL_FAILED = 64,      /* connect failed, or the connection is lost: kernel_state says why */
    KERNEL_DRAINED = 128,    /* everything sent, the end of stream too, is acknowledged */
    KERNEL_QOS_CHANGED = 256,
    KERNEL_TOLD = 512,       /* somebody called kernel_endpoint_tell; it never holds */
};

struct kernel_watch {
    enum kernel_topic topic;
    enum kernel_family family;
    struct kernel_address destination; /* KERNEL_TOPIC_PATH, KERNEL_TOPIC_ROUTE */
    uint64_t endpoint;                 /* KERNEL_TOPIC_ENDPOINT, KERNEL_TOPIC_BACKLOG */
    uint32_t conditions;               /* KERNEL_TOPIC_ENDPOINT: enum kernel_condition */
};

/* Completes at the first change after this call. Accepts any number of watches; one change completes every watch it concerns, in the
   order of asking. A `lasting` watch is kept for a socket rather than for a call: the thread's exit leaves it. A network that fails
   completes all watches. A lasting one for an endpoint may be asked while it is down, and then a network that is back completes it,
   with no condition: look. KERNEL_OK, KERNEL_STACK_DOWN, KERNEL_BAD_ARGUMENT (topic, family, no function). */
enum kernel_status kernel_watch(const struct kernel_watch *watch, bool lasting, kernel_complete *complete, void *cookie, kernel_request *request);

/* Gives the request up: it will not be completed any more; whoever waits for it in kernel_wait gets KERNEL_CANCELLED. What it had
   moved by then, at this very instant too, is the caller's: a transfer's count, an accepted endpoint (zero before the call) say so.
   KERNEL_BAD_HANDLE if it was completed or cancelled before, or is another process's. */
enum kernel_status kernel_cancel(kernel_request request);

/* ---- endpoints: the stack's view of a socket ------------------------------------------------------------------------- */

enum kernel_transport { KERNEL_TCP = 6, KERNEL_UDP = 17, KERNEL_RAW = 255 };

typedef uint64_t kernel_endpoint; /* never used twice; 0 names none; every process of the host may use it, those that hold it may close it */

struct kernel_socket { struct kernel_address address; uint16_t port; }; /* the port in host order; address.family 0: none */

/* KERNEL_OK, KERNEL_STACK_DOWN, KERNEL_BAD_ARGUMENT (family, transport). */
enum kernel_status kernel_endpoint_open(enum kernel_family family, enum kernel_transport transport, uint8_t protocol, kernel_endpoint *endpoint);

/* Lets go of the endpoint, and ends it if nobody holds it any longer: what is pending on it completes with KERNEL_CANCELLED. A
   connection ends gracefully behind the caller's back, or with a reset when received data was never read; kernel_endpoint_abort
   always resets. While somebody holds it, only what a process that holds it no more has pending there is cancelled. A process
   that ends lets go of all it holds. KERNEL_OK, KERNEL_BAD_HANDLE (closed, or not held by this process). */
enum kernel_status kernel_endpoint_close(kernel_endpoint endpoint);
enum kernel_status kernel_endpoint_abort(kernel_endpoint endpoint);

/* ---- an endpoint in several hands (shared sockets) --------------------------------------------------------------------- */

/* A token with which that process of this host (the caller too) may take hold of the endpoint, once; it keeps nothing alive and is
   worth nothing when the present process has let go of the endpoint. Never 0, never given twice. Without room for it: only asks.
   KERNEL_OK, KERNEL_BAD_HANDLE, KERNEL_STACK_DOWN, KERNEL_BAD_ARGUMENT (no such process here). */
enum kernel_status kernel_endpoint_share(kernel_endpoint endpoint, uint32_t process_id, uint32_t *token);

/* Holds the endpoint once more: each hold needs its own close. KERNEL_OK; KERNEL_BAD_HANDLE (never given, used, meant for another
   process, or its giver has let go). */
enum kernel_status kernel_endpoint_take(uint32_t token, kernel_endpoint *endpoint);
uint32_t kernel_endpoint_holds(kernel_endpoint endpoint); /* how many there are, of all processes; 0: it is closed */

/* One pointer per endpoint, NULL at first: the home of what the processes that hold it share. As with kernel_slot_get, the memory
   behind it is the provider's, and another provider has another pointer: only the first that sets one has any. */
void *kernel_endpoint_slot_get(kernel_endpoint endpoint, const uint32_t *provider);
void kernel_endpoint_slot_set(kernel_endpoint endpoint, const uint32_t *provider, void *pointer);

/* A word to whoever else holds it: watches for KERNEL_TOLD complete, in their processes. KERNEL_OK, KERNEL_BAD_HANDLE. */
enum kernel_status kernel_endpoint_tell(kernel_endpoint endpoint);

/* The unspecified address binds to all; port 0 takes a dynamic one. KERNEL_OK, KERNEL_BAD_ARGUMENT (bound already, other
   family), KERNEL_ADDRESS_NOT_LOCAL, KERNEL_ADDRESS_IN_USE, KERNEL_ADDRESS_EXCLUSIVE, KERNEL_NO_PORTS. */
enum kernel_status kernel_bind(kernel_endpoint endpoint, const struct kernel_socket *local);

/* What the endpoint is bound and connected to. Local: KERNEL_BAD_ARGUMENT while unbound. Peer: KERNEL_NOT_CONNECTED. */
enum kernel_status kernel_local(kernel_endpoint endpoint, struct kernel_socket *local);
enum kernel_status kernel_peer(kernel_endpoint endpoint, struct kernel_socket *peer);

/* How a call that may take time is to end. Without `complete` it never pends: KERNEL_WOULD_BLOCK. With it KERNEL_PENDING is an
   answer, *request names the request, and complete() comes once. `lasting`: it belongs to the process, not to the thread. */
struct kernel_how { kernel_complete *complete; void *cookie; bool lasting; kernel_request *request; };

/* Streams: starts the handshake (binds first if need be); pending until it ends, KERNEL_OK, KERNEL_REFUSED, KERNEL_TIMED_OUT,
   KERNEL_NET_UNREACHABLE, KERNEL_HOST_UNREACHABLE. Without `complete` it goes on by itself and answers KERNEL_WOULD_BLOCK.
   KERNEL_IN_PROGRESS, KERNEL_IS_CONNECTED, KERNEL_ADDRESS_NOT_LOCAL, KERNEL_ADDRESS_IN_USE, KERNEL_NO_PORTS.
   Messages: sets the peer at once; the unspecified address dissolves the association. */
enum kernel_status kernel_connect(kernel_endpoint endpoint, const struct kernel_socket *peer, const struct kernel_how *how);

/* backlog 0 counts as 1, and more than the host allows as what it allows. KERNEL_OK, KERNEL_NOT_SUPPORTED, KERNEL_BAD_ARGUMENT
   (unbound), KERNEL_IS_CONNECTED. */
enum kernel_status kernel_listen(kernel_endpoint endpoint, uint32_t backlog);

/* The caller's until the accept has ended: the new endpoint has the listener's options. */
struct kernel_accepted { kernel_endpoint endpoint; struct kernel_socket peer; };
enum kernel_status kernel_accept(kernel_endpoint endpoint, struct kernel_accepted *accepted, const struct kernel_how *how);

/* The connection that kernel_accept would take, left where it is; and its end, refused with a reset (with KERNEL_CONDITIONAL_ACCEPT:
   before it was answered). KERNEL_OK, KERNEL_WOULD_BLOCK (none waits), KERNEL_BAD_ARGUMENT (not listening), KERNEL_NOT_SUPPORTED. */
enum kernel_status kernel_accept_look(kernel_endpoint endpoint, struct kernel_socket *peer, struct kernel_socket *local);
enum kernel_status kernel_accept_refuse(kernel_endpoint endpoint);

enum kernel_transfer_flag {
    KERNEL_PEEK = 1,        /* receive: leave it where it is */
    KERNEL_OUT_OF_BAND = 2, /* send: the last byte is urgent; receive: the urgent byte. In a result: it was urgent */
    KERNEL_WAIT_ALL = 4,    /* receive, streams: fill the buffer */
    KERNEL_TRUNCATED = 8,   /* result: the message was longer; the rest is lost (unless peeked) */
    KERNEL_BROADCAST = 16,  /* result: it came to a broadcast address */
    KERNEL_MULTICAST = 32,  /* result: it came to a group */
};

struct kernel_piece { void *bytes; size_t size_bytes; };

/* One send or receive: the caller's memory, pieces and their bytes too, until it has ended. The bytes of a send are taken at
   the call; those of a receive are written when it ends (KERNEL_WAIT_ALL: as they come, and `count` with them). */
struct kernel_transfer {
    const struct kernel_piece *pieces;
    size_t piece_count;
    uint32_t flags;              /* enum kernel_transfer_flag; a receive writes the result's */
    struct kernel_socket peer;   /* messages: to whom (family 0: the connected peer); a receive writes from whom */
    struct kernel_address local; /* a receive of a message writes: to which address it came, */
    uint32_t interface_index;    /* by which interface */
    uint8_t hop_limit;           /* with which remaining hop limit, */
    uint8_t traffic_class;       /* and with which traffic class */
    uint64_t count;              /* result: bytes moved */
};

/* Streams: KERNEL_OK when the bytes are taken, under the rules of send buffering (host-stack 4.5): a send within the quota, or
   over it with at most one other outstanding, is taken whole at once. Messages: all or nothing. Errors: KERNEL_NOT_CONNECTED,
   KERNEL_SHUT_DOWN, KERNEL_TOO_LONG, KERNEL_DENIED (broadcast), KERNEL_NET_UNREACHABLE, KERNEL_NET_DOWN, KERNEL_RESET,
   KERNEL_ABORTED, KERNEL_TIMED_OUT, KERNEL_NET_RESET. A pending send that is cancelled: its bytes are sent all the same. */
enum kernel_status kernel_send(kernel_endpoint endpoint, struct kernel_transfer *transfer, const struct kernel_how *how);

/* Streams: KERNEL_OK with count 0 at the end of the stream. Messages: one a call; KERNEL_TOO_LONG (and KERNEL_TRUNCATED) when it
   did not fit. A pending receive takes what arrives before any later one. Errors as above, KERNEL_BAD_ARGUMENT (unbound;
   KERNEL_OUT_OF_BAND with nothing urgent, or inline). */
enum kernel_status kernel_receive(kernel_endpoint endpoint, struct kernel_transfer *transfer, const struct kernel_how *how);

/* Drops what was accepted for sending and never sent: sends that are pending for it end with KERNEL_CANCELLED and the count of
   their bytes that were sent. What is on its way is not recalled, and a stream goes on with later sends. */
enum kernel_status kernel_send_flush(kernel_endpoint endpoint);

enum kernel_direction { KERNEL_RECEIVING = 1, KERNEL_SENDING = 2 };
enum kernel_status kernel_shutdown(kernel_endpoint endpoint, uint32_t directions); /* KERNEL_OK, KERNEL_NOT_CONNECTED */

struct kernel_state {
    uint32_t conditions;          /* that hold now: enum kernel_condition */
    uint64_t readable_bytes;      /* all that waits; messages: the sum of their lengths */
    uint64_t next_message_bytes;  /* messages: the first one's length */
    bool at_mark;                 /* the next byte to read is the urgent one, or follows the one that was taken out */
    enum kernel_status failure;   /* KERNEL_FAILED */
};
enum kernel_status kernel_state(kernel_endpoint endpoint, struct kernel_state *state);

/* What can be set on an endpoint, all of it a number; defaults and ranges in host-stack, sections 4 to 7. */
enum kernel_option {
    KERNEL_SEND_BUFFER, KERNEL_RECEIVE_BUFFER,                    /* bytes */
    KERNEL_REUSE_ADDRESS, KERNEL_EXCLUSIVE_ADDRESS, KERNEL_RANDOM_PORT, KERNEL_IPV6_ONLY, /* before bind */
    KERNEL_ALLOW_BROADCAST, KERNEL_RECEIVE_BROADCAST,
    KERNEL_HOP_LIMIT, KERNEL_TRAFFIC_CLASS, KERNEL_DONT_FRAGMENT, KERNEL_UNICAST_INTERFACE,
    KERNEL_MULTICAST_INTERFACE, KERNEL_MULTICAST_HOP_LIMIT, KERNEL_MULTICAST_LOOP, /* interface index; loop: at the receiver */
    KERNEL_CIRCULAR_QUEUE, KERNEL_TELL_PORT_UNREACHABLE, KERNEL_TELL_HOPS_EXCEEDED, KERNEL_NO_CHECKSUM, /* datagrams */
    KERNEL_HEADER_INCLUDED, KERNEL_CAPTURE,                       /* raw; capture: 0 off, 1 all, 2 socket level, 3 IP level, 4 multicast, 5 IGMP */
    KERNEL_NO_DELAY, KERNEL_URGENT_INLINE, KERNEL_URGENT_RFC1122, /* streams, from here on */
    KERNEL_KEEPALIVE, KERNEL_KEEPALIVE_IDLE_MS, KERNEL_KEEPALIVE_INTERVAL_MS, KERNEL_KEEPALIVE_PROBES,
    KERNEL_MAX_RETRANSMISSION_S, KERNEL_TIMESTAMPS, KERNEL_ACK_FREQUENCY, KERNEL_INITIAL_RTT_MS, KERNEL_SYN_RETRIES,
    KERNEL_FAIL_ON_ICMP, KERNEL_CONDITIONAL_ACCEPT,
    KERNEL_COMPATIBILITY,                                         /* bit 0 no auto-tuning and scaling, bit 1 smaller scale, bit 2 fixed receive buffer */
    KERNEL_IDEAL_SEND_BACKLOG,                                    /* get only; KERNEL_NOT_CONNECTED */
    KERNEL_PATH_MTU, KERNEL_CONNECTED_S, KERNEL_MAX_MESSAGE,      /* get only */
    KERNEL_PROCESSOR,                                             /* get only: NUMA node << 32 | group << 16 | number, of receive side scaling; KERNEL_NOT_CONNECTED */
    KERNEL_LOOPBACK_FAST_PATH,                                    /* streams; counts when the connection begins */
    KERNEL_OPTION_COUNT,
};
#define KERNEL_OPTION_DEFAULT UINT64_MAX /* set: what the host has for those who say nothing (streams) */
/* KERNEL_OK, KERNEL_NOT_SUPPORTED (not for this transport), KERNEL_BAD_ARGUMENT (value, or too late), KERNEL_NOT_CONNECTED. */
enum kernel_status kernel_option_set(kernel_endpoint endpoint, enum kernel_option option, uint64_t value);
enum kernel_status kernel_option_get(kernel_endpoint endpoint, enum kernel_option option, uint64_t *value);

/* What a stream has come to know of its connection. Bytes and times from its beginning; times in ns, 0: not known. */
enum kernel_tcp_stage { /* RFC 9293, 3.3.2 */
    KERNEL_TCP_CLOSED, KERNEL_TCP_LISTEN, KERNEL_TCP_SYN_SENT, KERNEL_TCP_SYN_RECEIVED, KERNEL_TCP_ESTABLISHED, KERNEL_TCP_FIN_WAIT_1,
    KERNEL_TCP_FIN_WAIT_2, KERNEL_TCP_CLOSE_WAIT, KERNEL_TCP_CLOSING, KERNEL_TCP_LAST_ACK, KERNEL_TCP_TIME_WAIT,
};
enum kernel_tcp_limit { KERNEL_LIMIT_RECEIVER, KERNEL_LIMIT_CONGESTION, KERNEL_LIMIT_SENDER, KERNEL_LIMITS }; /* what keeps sending back (RFC 4898, SndLim) */
struct kernel_tcp_info {
    enum kernel_tcp_stage stage;
    bool timestamps;
    int64_t age_ns, rtt_ns, least_rtt_ns;
    uint32_t segment_bytes, in_flight_bytes, congestion_window, send_window, receive_window, receive_buffer;
    uint64_t sent_bytes, received_bytes;
    uint64_t reordered_bytes;           /* came beyond a gap */
    uint64_t resent_bytes;
    uint64_t fast_recoveries, duplicate_acks, timeout_episodes, syn_resent;
    struct { uint64_t times, bytes; int64_t spent_ns; } limit[KERNEL_LIMITS]; /* became the limit so often; sent meanwhile */
};
/* KERNEL_OK (a socket that is not connected: what little there is), KERNEL_NOT_SUPPORTED (no stream), KERNEL_BAD_HANDLE, KERNEL_STACK_DOWN. */
enum kernel_status kernel_tcp_info(kernel_endpoint endpoint, struct kernel_tcp_info *info);

/* Groups (host-stack 7): without a source the plain forms. interface_index 0: the default multicast interface. */
enum kernel_membership { KERNEL_JOIN, KERNEL_LEAVE, KERNEL_BLOCK_SOURCE, KERNEL_UNBLOCK_SOURCE, KERNEL_JOIN_SOURCE, KERNEL_LEAVE_SOURCE };
struct kernel_group { struct kernel_address group, source; uint32_t interface_index; };
enum kernel_status kernel_membership(kernel_endpoint endpoint, enum kernel_membership change, const struct kernel_group *group);

/* Blocks of ports (host-stack 4.8). start 0: any; the token names the block. KERNEL_OK, KERNEL_ADDRESS_IN_USE, KERNEL_NO_PORTS,
   KERNEL_BAD_ARGUMENT, KERNEL_DENIED (another process's; a block reserved for good, without an administrator's rights). */
struct kernel_port_block { uint16_t start; uint16_t count; uint64_t token; };
enum kernel_status kernel_ports_reserve(enum kernel_transport transport, kernel_endpoint endpoint, struct kernel_port_block *block);
enum kernel_status kernel_ports_release(enum kernel_transport transport, const struct kernel_port_block *block);
enum kernel_status kernel_ports_associate(kernel_endpoint endpoint, uint64_t token);

/* Whether receive side scaling is enabled on at least one interface of the host (host-stack 8.5). KERNEL_OK, KERNEL_STACK_DOWN. */
enum kernel_status kernel_rss_enabled(bool *enabled);

/* ---- quality of service of an endpoint (host-stack 9) ---------------------------------------------------------------- */

enum kernel_service { /* numbered as on the wire of RSVP's clients */
    KERNEL_SERVICE_NONE = 0, KERNEL_SERVICE_BEST_EFFORT = 1, KERNEL_SERVICE_CONTROLLED_LOAD = 2, KERNEL_SERVICE_GUARANTEED = 3,
    KERNEL_SERVICE_UNAVAILABLE = 4, KERNEL_SERVICE_GENERAL = 5, KERNEL_SERVICE_NO_CHANGE = 6, KERNEL_SERVICE_NONCONFORMING = 9,
    KERNEL_SERVICE_NETWORK_CONTROL = 10, KERNEL_SERVICE_QUALITATIVE = 13,
};

#define KERNEL_FLOW_UNSPECIFIED 0xFFFFFFFFu /* in any member but the service */
#define KERNEL_FLOW_INFINITE 0xFFFFFFFEu    /* in a rate */

/* One direction. Rates in bytes a second, sizes in bytes, times in microseconds. */
struct kernel_flow {
    uint32_t token_rate, bucket_size, peak_rate, latency_us, delay_variation_us, service, max_message, least_policed;
};

enum kernel_excess { KERNEL_EXCESS_BORROW, KERNEL_EXCESS_SHAPE, KERNEL_EXCESS_DISCARD, KERNEL_EXCESS_BORROW_PLUS, KERNEL_EXCESS_BY_SERVICE };

struct kernel_qos {
    struct kernel_flow sending, receiving; /* service NO_CHANGE keeps a direction, NONE ends it */
    bool no_signalling;                    /* local traffic control only: nobody is told, nothing is reserved */
    bool no_traffic_control;
    bool confirm;                          /* the receiver wants to hear of its reservation */
    enum kernel_excess excess;             /* what becomes of packets beyond the flow */
    uint32_t shaping_rate;                 /* bytes a second instead of the token rate; 0: the token rate */
    struct kernel_socket destination;      /* of an unconnected sender; family 0: the peer */
};

/* The newest word about a flow: an answer to a request, or news from the network. */
enum kernel_qos_news {
    KERNEL_QOS_NOTHING,
    KERNEL_QOS_RECEIVERS, KERNEL_QOS_SENDERS,             /* a reservation, a path has arrived */
    KERNEL_QOS_NO_SENDERS, KERNEL_QOS_NO_RECEIVERS,
    KERNEL_QOS_CONFIRMED,
    KERNEL_QOS_NOT_ADMITTED,                              /* too little bandwidth, too much delay */
    KERNEL_QOS_BAD_SERVICE, KERNEL_QOS_BAD_FLOW,          /* refused as it stands */
};

/* KERNEL_OK: it holds (nothing is to be signalled, or the other end has nothing to say to it now); KERNEL_PENDING: messages are
   under way, and KERNEL_QOS_CHANGED at the endpoint will tell of the answer; KERNEL_BAD_ARGUMENT: *news says what is wrong, and
   nothing has changed; KERNEL_NO_RESOURCES (more than the outgoing link carries), KERNEL_NOT_SUPPORTED (no quality of service
   here, or not for this transport), KERNEL_BAD_HANDLE, KERNEL_STACK_DOWN. Before it is connected a sender only keeps its wish. */
enum kernel_status kernel_qos_set(kernel_endpoint endpoint, const struct kernel_qos *qos, enum kernel_qos_news *news);

/* What holds now, with the sender's flow as it was told to a receiver, and the newest news. A direction that never was has the
   service NONE. `changed`: directions (enum kernel_direction) that changed since the last such call. KERNEL_OK,
   KERNEL_NOT_SUPPORTED, KERNEL_NOT_CONNECTED (streams), KERNEL_BAD_ARGUMENT (unbound), KERNEL_BAD_HANDLE, KERNEL_STACK_DOWN. */
struct kernel_qos_state { struct kernel_qos qos; enum kernel_qos_news news; uint32_t changed; };
enum kernel_status kernel_qos_get(kernel_endpoint endpoint, struct kernel_qos_state *state);

enum kernel_qos_question {
    KERNEL_QOS_MAY_SEND = 1, KERNEL_QOS_SIGNALS, KERNEL_QOS_LINE_RATE, KERNEL_QOS_TRAFFIC_CONTROL, /* truth, truth, kilobits/s (all ones: no limit), truth */
    KERNEL_QOS_LOCAL_ABILITY, KERNEL_QOS_PATH_ABILITY,    /* 0 not known, 1 unable, 2 able */
    KERNEL_QOS_ALLOWED_RATE,                              /* bytes/s; KERNEL_FLOW_UNSPECIFIED without a flow */
};
/* KERNEL_OK, KERNEL_BAD_ARGUMENT (question), KERNEL_NOT_SUPPORTED, KERNEL_BAD_HANDLE. */
enum kernel_status kernel_qos_check(kernel_endpoint endpoint, enum kernel_qos_question question, uint32_t *answer);

/* What the host's administrator has given a name to, in the order of installation. KERNEL_OK, KERNEL_BAD_ARGUMENT (there are not
   so many), KERNEL_STACK_DOWN. */
#define KERNEL_TEMPLATE_NAME 64
struct kernel_qos_template { char name[KERNEL_TEMPLATE_NAME]; size_t length; struct kernel_qos qos; }; /* length: of the name, without its zero */
enum kernel_status kernel_qos_template(size_t number, struct kernel_qos_template *found);

/* ---- waiting: the one call that may take simulated time -------------------------------------------------------------- */

#define KERNEL_FOREVER INT64_MAX

/* Exactly one of request and event. */
struct kernel_wait {
    kernel_request request; /* until this request has completed (its completion has run), or 0 */
    void *event;            /* until this event object is signalled, or NULL */
    int64_t timeout_ns;     /* KERNEL_FOREVER: no limit */
    bool alertable;         /* asynchronous procedure calls run meanwhile, and the wait goes on */
};

/* Parks the calling thread. KERNEL_OK: what it waited for has happened. KERNEL_CANCELLED: the request was given up.
   KERNEL_TIMED_OUT, KERNEL_BAD_HANDLE, KERNEL_INTERRUPTED; KERNEL_BAD_ARGUMENT from a completion, for a negative time, or
   if not exactly one thing is waited for. A request that ends at the very instant at which the time is over, or the wait is
   interrupted, has happened: KERNEL_OK. */
enum kernel_status kernel_wait(const struct kernel_wait *wait);

/* Another thread of the current process, the provider's own: body(argument) runs on it soon, and it ends when that returns. What
   it asks for belongs to it. KERNEL_OK, KERNEL_BAD_ARGUMENT. */
enum kernel_status kernel_thread_start(void (*body)(void *argument), void *argument);

/* Ends the kernel_wait of a thread of this process with KERNEL_INTERRUPTED: at once, or, if an asynchronous procedure call
   runs in it (the caller itself may), as soon as that returns. KERNEL_BAD_HANDLE if that thread is not in one. */
enum kernel_status kernel_interrupt(uint32_t thread_id);

/* ---- layers: what a provider that stands above another needs besides the Winsock headers ----------------------------- */

/* What LoadLibrary and GetProcAddress are elsewhere: the WSPStartup of the provider whose path WPUGetProviderPath gave. NULL:
   none of this process's chain. To be cast to LPWSPSTARTUP. */
typedef void kernel_function(void);
kernel_function *kernel_provider_entry(const uint16_t *path);

/* The settings of this layer, one after the other, as whoever set up the process wrote them: an installer would keep them in
   the registry. The first, at index 0, is `entry`: the id of the layer's own entry in the catalogue, by which it finds its place in
   its chain. `provider` is the address of its own wspsim_kernel_abi. False: no more. Longer texts are cut. */
#define KERNEL_SETTING_TEXT 64
bool kernel_setting(const uint32_t *provider, size_t index, char name[KERNEL_SETTING_TEXT], char value[KERNEL_SETTING_TEXT]);
#endif
