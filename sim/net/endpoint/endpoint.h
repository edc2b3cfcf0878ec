/*
 * An endpoint is the stack's view of a socket: what it is bound and connected to, its options, and what is pending on it. Streams
 * keep the rest in struct tcp (net/tcp), datagrams and raw sockets in struct datagrams (datagram.h).
 *
 *   kernel_endpoint.c   the endpoint group of kernel.h: finds the endpoint, asks the transport, accepts the request
 *   hold.c              which processes hold it, and how often; its end
 *   endpoint.c          coming, going, conditions and who is told of them
 *   transfer.c          pending connects, accepts, sends and receives, and their rows
 *   option.c            the table of options
 *   port.c              bind conflicts, dynamic ports, reservations (host-stack 4.8)
 *   demux.c             which endpoint a packet is for
 *   udp.c, raw.c, group.c
 *
 * A connection may outlive its endpoint's owner: then `id` is 0, nothing is pending, and TCP frees it when it has ended.
 */
#ifndef NET_ENDPOINT_ENDPOINT_H
#define NET_ENDPOINT_ENDPOINT_H
#include "net/ip/ip.h"
#include "net/net_private.h"

struct tcp;
struct datagrams;
struct groups;
struct flow; /* qos: a shaped flow, NULL: none */

/* The four-tuple in the packet's own form (an IPv6 socket that speaks to an IPv4 peer has an IPv4 tuple). Hashed as bytes. */
struct tuple {
    struct prefix_key local, remote;
    uint16_t local_port, remote_port;
    uint8_t family, protocol, zero[2];
};

struct endpoint {
    kernel_endpoint id;           /* 0: its owner has closed it */
    struct host *host;
    uint8_t family;               /* enum kernel_family of the socket */
    uint8_t transport;            /* enum kernel_transport */
    uint8_t protocol;             /* of IP */
    bool bound, listening, connected, dissolved; /* connected: streams established; messages with a peer */
    bool shut_receiving, shut_sending;
    uint8_t process_sharing;      /* kept for port.c */
    struct tuple tuple;           /* local part valid when bound (all zero address: any), remote part when it has a peer */
    uint32_t scope;               /* of the local address: interface index, or 0 */
    uint64_t bound_as;            /* order of binding: the latest of equal ones gets unicast */
    enum kernel_status failure;   /* of the connection, told by receives, sends and kernel_state */
    enum kernel_status soft_failure; /* to be told once, by the next receive (UDP: port unreachable) */
    uint32_t option[KERNEL_OPTION_COUNT];
    uint64_t option_was_set;      /* bit per option the owner has set himself */
    struct task *process;         /* completions of the process that opened it */
    uint32_t holds;               /* its own; those of others stand in `others` (hold.c) */
    struct holder *others;
    const uint32_t *slot_owner;   /* a provider's pointer (kernel_endpoint_slot_set) */
    void *slot;
    uint32_t user;                /* of that process; holds when it has let go */
    uint64_t reservation;         /* token of the block its bind takes the port from; 0: none */
    const char *label;            /* for rows: "tcp 3"; made on demand */
    struct ip_path path;          /* to the peer */

    /* pending, oldest first */
    struct request *connecting, *accepting, *sending, *receiving, *watching;

    struct tcp *tcp;              /* streams, once they listen or connect */
    struct datagrams *datagrams;  /* messages and raw */
    struct groups *groups;        /* memberships, NULL: none */
    struct flow *flow;
    struct traffic *traffic;      /* a built-in source or sink that owns it; NULL: a process does */
    struct connection *connection; /* traffic's own */
    struct endpoint *port_prev, *port_next; /* of the same protocol and port in the host's table */
    UT_hash_handle hh;            /* by id, in the net */
    UT_hash_handle by_tuple;      /* in host->connections */
};

struct endpoint *endpoint_new(struct host *host, uint8_t family, uint8_t transport, uint8_t protocol, struct task *process);
struct endpoint *endpoint_find(const struct net *net, kernel_endpoint id); /* NULL: closed or never */
/* The owner lets go: requests must have ended. The transport may keep it for a while. */
void endpoint_disown(struct endpoint *endpoint);
void endpoint_free(struct endpoint *endpoint); /* port, tuple, groups, datagrams, struct tcp: all of it */

/* Conditions that have just come about: watches for any of them complete, in the order of asking, caused by the present row. */
void endpoint_happens(struct endpoint *endpoint, uint32_t conditions);
uint32_t endpoint_conditions(const struct endpoint *endpoint); /* that hold now */

/* Connected tuples. False: such a connection exists. */
bool tuple_enter(struct endpoint *endpoint);
void tuple_leave(struct endpoint *endpoint);
struct endpoint *tuple_find(const struct host *host, const struct tuple *tuple);

/* ---- hold.c: who holds it ---- */
void hold_add(struct endpoint *endpoint, struct task *process);
void holders_free(struct endpoint *endpoint);

/* ---- transfer.c: pending requests ---- */

/* Accepts a request of this kind on the endpoint's queue. */
struct request *transfer_pend(struct endpoint *endpoint, enum request_kind kind, struct kernel_transfer *transfer, const struct kernel_how *how);
void transfer_enter(struct request *request); /* request.c: a watch; and out again, cancelled or over */
void transfer_leave(struct request *request);
/* Ends it: its completion comes at this instant, from the loop, caused by the present row. */
void transfer_end(struct request *request, enum kernel_status status, uint64_t count);
void transfers_end(struct endpoint *endpoint, enum kernel_status status); /* all of them; watches hear KERNEL_FAILED */
void transfers_cancel(struct endpoint *endpoint, const struct task *process); /* those of this process, watches too */
/* Serves what is pending, oldest first, as far as the transport can: after data, an error or the end of the stream has come; after
   a connection has been queued. */
void transfer_receives(struct endpoint *endpoint);
void transfer_accepts(struct endpoint *listener);
/* Copies into (out of) the pieces from byte `at` on; returns how many fitted. */
size_t transfer_scatter(const struct kernel_transfer *transfer, size_t at, const void *bytes, size_t size);
size_t transfer_gather(const struct kernel_transfer *transfer, size_t at, void *bytes, size_t size);
size_t transfer_room(const struct kernel_transfer *transfer); /* sum of the pieces */

/* ---- port.c ---- */
enum kernel_status port_bind(struct endpoint *endpoint, const struct kernel_socket *local);
enum kernel_status port_bind_dynamic(struct endpoint *endpoint); /* implicit: by connect and sendto; exhausted: KERNEL_NO_RESOURCES */
void port_unbind(struct endpoint *endpoint);
/* A child of a listener shares its port without a conflict. */
void port_share(struct endpoint *child, const struct endpoint *listener);
/* All endpoints of a protocol and port, newest binding first. */
struct endpoint *port_first(const struct host *host, uint8_t protocol, uint16_t port);
void reservations_end(const struct endpoint *endpoint); /* its owner closes it: the blocks it acquired are free again */
void ports_free(struct host *host);

/* ---- option.c ---- */
void options_default(struct endpoint *endpoint);
enum kernel_status option_set(struct endpoint *endpoint, enum kernel_option option, uint64_t value);
enum kernel_status option_get(struct endpoint *endpoint, enum kernel_option option, uint64_t *value);
static inline bool option_given(const struct endpoint *endpoint, enum kernel_option option) { return endpoint->option_was_set >> option & 1; }

/* ---- udp.c, raw.c: each is asked by kernel_endpoint.c ---- */
enum kernel_status datagram_connect(struct endpoint *endpoint, const struct kernel_socket *peer);
enum kernel_status datagram_send(struct endpoint *endpoint, struct kernel_transfer *transfer);
enum kernel_status datagram_receive(struct endpoint *endpoint, struct kernel_transfer *transfer); /* KERNEL_WOULD_BLOCK: nothing there */
void datagram_state(const struct endpoint *endpoint, struct kernel_state *state);
void datagrams_free(struct endpoint *endpoint);
void udp_arrive(struct host *host, struct iface *iface, struct packet *packet);
void udp_problem(struct host *host, uint8_t family, const struct icmp_header *icmp, enum icmp_problem problem);
/* Copies for raw sockets of this protocol; true if there was one. Does not take the packet. */
bool raw_arrive(struct host *host, struct iface *iface, const struct packet *packet);
/* Copies for SIO_RCVALL sockets of the interface. */
void capture_packet(struct iface *iface, const struct packet *packet, bool outgoing);

/* ---- group.c ---- */
void igmp_arrive(struct host *host, struct iface *iface, struct packet *packet); /* takes it */
enum kernel_status group_change(struct endpoint *endpoint, enum kernel_membership change, const struct kernel_group *group);
bool group_hears(const struct endpoint *endpoint, const struct iface *iface, const struct packet *packet); /* would it get this one */
bool group_joined(const struct iface *iface, uint8_t family, const struct prefix_key *group); /* by anybody on this interface */
void groups_free(struct endpoint *endpoint);
void iface_groups_free(struct iface *iface);
void iface_groups_connected(struct iface *iface); /* its groups are told anew */
void mld_arrive(struct iface *iface, const struct packet *packet); /* igmp.c; does not take it */
#endif
