/*
 * The reference service provider, inside: what its files share. It is written against the Winsock headers and kernel.h alone,
 * keeps no state at file scope (a process's state hangs on its kernel slot, a socket's on its handle), and reports every
 * error by value.
 *
 *   provider_process   one per process that called WSPStartup
 *   sock               one per open descriptor
 *   shared             one per socket: what its descriptors have in common, in whatever process they are (duplicate.c)
 *   pending            one per request that could not finish at once (pending.c)
 *   transfer           what a send or receive moves, from the call to its end (transfer.c)
 *   arm                one per condition a network event of a control code waits for (events.c)
 *   selecting          one per WSPSelect or SIO_EXT_POLL that runs (selecting.h)
 *   rio                what a process has of Registered I/O (rio.h)
 */
#ifndef PROVIDER_PROVIDER_H
#define PROVIDER_PROVIDER_H
#include <winsock2.h>
#include <ws2spi.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <mstcpip.h>

#include "kernel.h"

struct pending;
struct transfer;
struct arm;
struct sock;
struct selecting;
struct extension;
struct rio;
struct rio_rq;

/* A thread inside WSPGetOverlappedResult or WSPSelect; on its stack. */
struct waiting { uint32_t thread_id; BOOL cleaned_up; struct waiting *next; };

/* A thread inside a condition function or a blocking hook of the client; on its stack. Whatever it calls meanwhile is
   WSAEINPROGRESS, but for WSPCancelBlockingCall. */
struct callback {
    uint32_t thread_id;
    BOOL hook;                     /* else a condition function */
    const kernel_request *request; /* of a hook: what the call waits for, 0 once that has ended; NULL: more than one thing */
    BOOL cancelled;                /* of a hook: WSPCancelBlockingCall was called in it */
    struct callback *next;
};

/* What the catalogue says of a socket's protocol: shared by all sockets of an entry. */
struct protocol { WSAPROTOCOL_INFOW info; struct protocol *next; };

struct provider_process {
    WSPUPCALLTABLE up;          /* of the newest WSPStartup */
    unsigned startups;
    struct sock *socks;         /* oldest first */
    struct waiting *waiting;
    struct callback *callbacks;
    struct selecting *selecting;
    struct protocol *protocols;
    DWORD open_type;            /* SO_OPENTYPE: obsolete, kept and without effect */
    struct pending *routines;   /* completed, their routine queued */
    uint32_t routines_queued;   /* so far; makes their numbers */
    struct pending *running;    /* their routine runs */
    struct rio *rio;            /* Registered I/O: what its ids stand for, NULL: nothing yet */
};

struct network_events {
    HANDLE event;               /* of WSPEventSelect, NULL: none selected */
    HWND window;                /* of WSPAsyncSelect, NULL: none selected; then nothing is recorded */
    unsigned message;
    LONG mask;
    LONG recorded;              /* to be told by WSPEnumNetworkEvents */
    LONG happened;              /* of the control codes: came while not selected, recorded as soon as it is */
    LONG disabled;              /* of the endpoint: recorded, and no re-enabling function was called since (conditions.c) */
    int errors[FD_MAX_EVENTS];  /* of the recorded and the happened */
    unsigned told[FD_MAX_EVENTS]; /* how often each has happened: a request armed before the last time arms no more */
    struct arm *arms;
    kernel_request watch;       /* of the endpoint, 0: none */
    uint32_t watched;           /* for which conditions */
    uint64_t waiting;           /* bytes that waited when it was looked last: more of them are news */
};

/* What became of WSPConnect on this socket. */
enum attempt { ATTEMPT_NONE, ATTEMPT_RUNS, ATTEMPT_MADE, ATTEMPT_FAILED };

/* Options that nobody but the provider knows; the kernel's are in the kernel. A socket from WSPAccept begins with its listener's. */
struct sock_options {
    struct linger linger;
    DWORD receive_timeout_ms, send_timeout_ms; /* 0: none; of plain calls only */
    DWORD flags;                /* enum sock_flag */
    DWORD group_priority;
    DWORD path_mtu_discovery;   /* IP_MTU_DISCOVER */
    DWORD protection_level;     /* IPV6_PROTECTION_LEVEL */
    DWORD multicast_interface;  /* IP_MULTICAST_IF as it was set */
};
/* Truth values of the provider's own; those of received control data have their effect in WSARecvMsg. */
enum sock_flag {
    SOCK_DEBUG = 1, SOCK_DONTROUTE = 2, SOCK_PKTINFO = 4, SOCK_RECVTTL = 8, SOCK_RECVTOS = 16, SOCK_RECVIF = 32, SOCK_RECVDSTADDR = 64, SOCK_ECN = 128,
    SOCK_ORIGINAL_IF = 256, SOCK_RECVERR = 512,
};

/* What all descriptors of a socket share (SPI reference 14), the endpoint and its options aside, which are the kernel's. */
struct shared {
    struct sock *descriptors;   /* oldest first; never empty */
    struct sock *keeper;        /* the one whose `events` count: it selected last, or is the first (events.c) */
    BOOL told;                  /* it has been offered to another process: the keeper listens to KERNEL_TOLD */
    BOOL unattended;            /* ATTEMPT_RUNS, and the descriptor that was to hear of its end is closed */
    BOOL nonblocking;
    struct sock_options options;
    enum attempt attempt;
    struct kernel_socket attempted; /* whom it means, while it runs */
    BOOL listening, connected;  /* connected: a stream that is, or was */
    BOOL sending_over;          /* a stream's sending side was shut down */
    BOOL dissolved;             /* datagrams: the association was given up by a connect to nobody */
    int error;                  /* SO_ERROR */
    uint32_t qos_changed;       /* directions (enum kernel_direction) whose flow changed since SIO_GET_QOS told of them last */
    BOOL no_context;            /* connected by AcceptEx or ConnectEx, and SO_UPDATE_..._CONTEXT has not been set since */
    BOOL deferring;             /* a condition function deferred the head of the backlog, and nobody has accepted since */
};

struct sock {
    struct provider_process *process;
    struct sock *prev, *next;
    SOCKET handle;
    int family, type, protocol;
    BOOL overlapped;            /* created with WSA_FLAG_OVERLAPPED */
    DWORD flags;                /* of WSPSocket */
    struct protocol *entry;     /* of the catalogue */
    kernel_endpoint endpoint;
    struct shared *shared;
    struct sock *sibling;       /* the next descriptor of the same socket, NULL: none */
    struct pending *pending;    /* oldest first */
    struct network_events events;
    kernel_request connecting;  /* a nonblocking attempt that runs, else 0 */
    struct pending *accepting;  /* the AcceptEx that is to fill it, NULL: none */
    struct rio_rq *rio;         /* its request queue of Registered I/O, NULL: none */
    struct kernel_address finding; /* a nonblocking SIO_FIND_ROUTE is on its way there; family 0: nowhere */
    struct {
        BOOL tied;
        HANDLE handle;
    } companions[2];            /* of SIO_ASSOCIATE_HANDLE: TH_NETDEV, TH_TAPI */
};

/* A request that is under way or whose routine has yet to run. */
struct pending {
    struct sock *sock;          /* while it is under way: NULL once it is complete, or its socket was closed */
    struct provider_process *process;
    struct pending *prev, *next; /* in sock->pending, later in process->routines, then process->running */
    kernel_endpoint endpoint;   /* of the socket, which its routine may outlive */
    DWORD_PTR number;           /* of its routine: what the APC carries; never used twice */
    kernel_request request;
    LPWSAOVERLAPPED overlapped; /* NULL: the blocking form */
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine;
    WSATHREADID thread;         /* copied at the call */
    BOOL opened;                /* by the provider: WPUCloseThread is due when its routine has run, or will not */
    unsigned armed_at;          /* of its event: events.told then */
    LONG event_bit;             /* FD_ event that happens with its completion, 0: none */
    struct kernel_watch watch;
    struct transfer *transfer;  /* of a send or receive; NULL: it is none. Its memory goes with an overlapped request */
    struct extension *extension; /* of an extension function (ext.h), NULL: it is none; it goes with the request */
    int (*late)(struct sock *sock, void *out, DWORD out_size, DWORD *count); /* of a control code: what its end writes (ioctl.h), NULL: nothing */
    void *out;                  /* and where: the client's buffer */
    DWORD out_size;
    void *held;                 /* by a blocking transfer: memory that goes with it, also where its thread never runs again */
    BOOL deferred;              /* its routine waits for another of the same socket to return */
    DWORD error, bytes, flags;  /* the result, once there */
};

/* The one exported constant: which kernel.h this was built against, and the key of our slot. */
extern const uint32_t wspsim_kernel_abi;

/* ---- entering (startup.c) ---- */

/* The common prefix of every call on a socket (ioctls reference 0.5): is the thread inside a condition function, is the socket
   one of ours, does the network work? NULL: *error says why. */
struct sock *sock_enter(SOCKET s, LPINT error);
struct provider_process *process_enter(LPINT error); /* for calls without a socket */
int fail(LPINT error, int value);                    /* writes *error, returns SOCKET_ERROR */
BOOL observed(void);                                 /* do as Windows was seen to do, where that differs */

/* ---- errors (errors.c) ---- */
int error_of_kernel(enum kernel_status status);
#define PENDING_STATUS ((ULONG_PTR)0x103)
ULONG_PTR nt_status_of_error(DWORD error);
int error_of_nt_status(ULONG_PTR status);

/* ---- sockets (socket.c) ---- */
void sock_discard(struct sock *sock, BOOL indicate); /* with all it has pending; indicate: completions are told */
int sock_adopt(const struct sock *listener, kernel_endpoint endpoint, struct sock **adopted); /* a connection becomes a socket with the listener's properties */
struct sock *sock_new(struct provider_process *process, struct protocol *entry, struct shared *shared); /* NULL: no memory; shared NULL: the first descriptor */
int sock_enlist(struct sock *sock);                  /* a handle for it; 0 or the error, and then the sock is gone. Its endpoint is the caller's to end */
struct protocol *protocol_of(struct provider_process *process, const WSAPROTOCOL_INFOW *info); /* NULL: no memory */
BOOL sock_unbound(const struct sock *sock);
static inline BOOL sock_stream(const struct sock *sock) { return sock->type == SOCK_STREAM; }
int sock_address_size(const struct sock *sock);      /* of its family's sockaddr */
enum kernel_family sock_family(const struct sock *sock);

/* ---- shared sockets (duplicate.c) ---- */
int sock_duplicate(struct provider_process *process, const WSAPROTOCOL_INFOW *info, struct sock **opened); /* of an info that WSPDuplicateSocket made */
BOOL sock_alone(const struct sock *sock);            /* no other descriptor, in whatever process */
void sock_parts(struct sock *sock);                  /* it closes, others stay: they get what it kept for all */
void attempt_look(struct sock *sock);                /* has an unattended attempt come to its end? */

/* ---- addresses (sockaddr.c) ---- */
int sockaddr_read(const struct sock *sock, const void *bytes, struct kernel_address *address); /* 0 or WSAEAFNOSUPPORT */
void sockaddr_write(const struct kernel_address *address, void *bytes);                        /* port 0 */
BOOL address_unspecified(const struct kernel_address *address);
int sockname_read(const struct sock *sock, const void *bytes, int size, struct kernel_socket *name); /* 0, WSAEFAULT, WSAEAFNOSUPPORT */
BOOL sockname_room(const struct sock *sock, const void *bytes, const int *size); /* may the address be written there */
void sockname_write(const struct sock *sock, const struct kernel_socket *name, void *bytes, LPINT size);

/* ---- requests (pending.c) ---- */
BOOL port_takes_all(const struct sock *sock); /* observed: it has a completion port, and a request with a routine is refused */
struct pending *pending_new(struct sock *sock, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, const WSATHREADID *thread);
void pending_begin(struct pending *pending, struct sock *sock);             /* the blocking form: the caller's memory, no OVERLAPPED */
void pending_accept(struct pending *pending);                               /* the OVERLAPPED is ours from here on */
void pending_finish(struct pending *pending, DWORD error, DWORD bytes);     /* results, then the one indication; frees it */
void pending_drop(struct pending *pending, BOOL indicate);                  /* gives it up with WSA_OPERATION_ABORTED */
void pending_move(struct pending *pending, struct sock *sock);              /* another descriptor of its socket takes it over */
void pending_leave(struct pending *pending);                                /* the blocking form, over: leaves the list */
void pending_forget(struct pending *pending);                               /* never accepted: leaves the list, and is gone */
enum kernel_status pending_watch(struct pending *pending, const struct kernel_watch *watch, LONG event_bit);
/* Its low bit is not the event's: it says that the client wants no packet at its completion port. */
static inline HANDLE overlapped_event(const WSAOVERLAPPED *overlapped) { return (HANDLE)((ULONG_PTR)overlapped->hEvent & ~(ULONG_PTR)1); }
struct pending *pending_of(const struct sock *sock, const WSAOVERLAPPED *overlapped); /* NULL: none */
int pending_park(struct pending *pending, int64_t timeout_ns);              /* as pending_wait, and stays for another step of the call */
int pending_wait(struct pending *pending, int64_t timeout_ns);              /* the blocking form: parks; the error, 0 for success; its socket may be gone */
kernel_complete pending_completes;                                          /* the cookie is a pending */
void routines_free(struct provider_process *process);

/* ---- network events (events.c) ---- */
enum kernel_status events_arm(struct sock *sock, LONG bit, const struct kernel_watch *watch);
void events_happen(struct sock *sock, LONG bit, int error);
void events_record(struct sock *sock, LONG bit, int error); /* of a keeper, in its own process */
void events_come(struct sock *sock, LONG bit, int error);   /* from whatever descriptor */
void events_end(struct sock *sock);
void events_move(struct sock *from, struct sock *to);      /* the registration and its record; `to` is the keeper from now on */
void events_told(struct sock *sock);                       /* what another process recorded for this keeper */
static inline struct network_events *events_of(const struct sock *sock) { return &sock->shared->keeper->events; }
static inline BOOL events_elsewhere(const struct sock *sock) { return sock->shared->keeper->process != sock->process; }
int bit_number(LONG bit);

/* ---- network events of the endpoint (conditions.c) ---- */
void conditions_select(struct sock *sock);                 /* a new registration: what holds is recorded */
void conditions_enable(struct sock *sock, LONG bits);      /* a re-enabling function was called: what still holds is recorded again */
void conditions_look(struct sock *sock);                   /* something about the socket has changed */
void conditions_connect(struct sock *sock, int error);     /* WSPConnect has come to its end */
void conditions_end(struct sock *sock);
LONG conditions_holding(const struct sock *sock, const struct kernel_state *state); /* FD_ events whose condition holds now */

/* ---- quality of service (ioctl_qos.c) ---- */
void qos_flows_write(const struct kernel_qos *from, QOS *to); /* the two flows and nothing else */
int qos_news(struct sock *sock);                           /* the newest word about its flow: a WSA_QOS_ number, 0, WSAENETDOWN */

/* ---- sends and receives (transfer.c) ---- */
/* Writes what a receive gives besides the bytes, and says the Winsock error of the end; *flags: MSG_ values. */
int transfer_over(struct transfer *transfer, enum kernel_status status, DWORD *flags);
BOOL transfer_is_receive(const struct transfer *transfer);
/* One call of WSARecvMsg or WSASendMsg: checked and made like the others. */
struct message_call {
    BOOL receives;
    LPWSAMSG message;
    DWORD flags;                /* of a send */
    LPDWORD bytes;
    LPWSAOVERLAPPED overlapped;
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine;
    LPWSATHREADID thread;
    BOOL opened;                /* `thread` was, for this call: a request that is accepted closes it in the end */
};
int transfer_message(struct sock *sock, const struct message_call *call); /* the Winsock error */
int message_came(const struct sock *sock, LPWSAMSG message, const struct kernel_transfer *came, int error, DWORD *flags); /* ext_message.c */

/* ---- Registered I/O (rio_requests.c, rio_names.c) ---- */
void rio_socket_ends(struct sock *sock, BOOL indicate);    /* what it still has to do ends; indicate: with a result */
void rio_free(struct provider_process *process);           /* the last cleanup */

/* ---- extension functions (ext_common.c) ---- */
void ext_leave(struct pending *pending);                   /* the request ends: the socket it was to fill is free again */

/* ---- calling the client, and waiting while it is asked (blocking.c) ---- */
BOOL callback_runs(const struct provider_process *process);          /* the thread that calls is inside a function of the client */
void callback_begin(struct provider_process *process, struct callback *callback);
BOOL callback_over(struct callback *callback);                       /* FALSE: a last cleanup came, and nothing of the process is left */
/* kernel_wait for a call that blocks, with the thread's blocking hook asked meanwhile. `request` is where the request's name
   stands, 0 once it has completed; NULL: wait->event. KERNEL_INTERRUPTED: it was cancelled, and is the caller's to end;
   KERNEL_CANCELLED: the request, or all of the process, has gone; otherwise as kernel_wait. */
enum kernel_status blocking_wait(struct provider_process *process, const kernel_request *request, const struct kernel_wait *wait);

/* ---- waiting in a call (overlapped.c, selecting.c) ---- */
void waiting_begin(struct provider_process *process, struct waiting *waiting);
void waiting_over(struct provider_process *process, const struct waiting *waiting); /* not after a last cleanup */
void waiting_end(struct provider_process *process); /* the last cleanup: whoever waits for a result waits no longer */
void selecting_closed(const struct sock *sock);     /* selects that look at it hear of its end */
void selecting_free(struct provider_process *process);

/* ---- the entry points ---- */
int WSPAPI provider_cleanup(LPINT error);
int WSPAPI provider_cancel_blocking_call(LPINT error);
SOCKET WSPAPI provider_socket(int family, int type, int protocol, LPWSAPROTOCOL_INFOW info, GROUP group, DWORD flags, LPINT error);
int WSPAPI provider_close_socket(SOCKET s, LPINT error);
int WSPAPI provider_duplicate_socket(SOCKET s, DWORD process_id, LPWSAPROTOCOL_INFOW info, LPINT error);
int WSPAPI provider_bind(SOCKET s, const struct sockaddr *name, int size, LPINT error);
int WSPAPI provider_get_sock_name(SOCKET s, struct sockaddr *name, LPINT size, LPINT error);
int WSPAPI provider_get_peer_name(SOCKET s, struct sockaddr *name, LPINT size, LPINT error);
int WSPAPI provider_connect(SOCKET s, const struct sockaddr *name, int size, LPWSABUF caller, LPWSABUF callee, LPQOS qos, LPQOS group_qos, LPINT error);
SOCKET WSPAPI provider_join_leaf(SOCKET s, const struct sockaddr *name, int size, LPWSABUF caller, LPWSABUF callee, LPQOS qos, LPQOS group_qos, DWORD flags, LPINT error);
int WSPAPI provider_listen(SOCKET s, int backlog, LPINT error);
SOCKET WSPAPI provider_accept(SOCKET s, struct sockaddr *name, LPINT size, LPCONDITIONPROC condition, DWORD_PTR data, LPINT error);
int WSPAPI provider_send(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, DWORD flags, LPWSAOVERLAPPED overlapped,
                         LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT error);
int WSPAPI provider_send_to(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, DWORD flags, const struct sockaddr *to, int to_size, LPWSAOVERLAPPED overlapped,
                            LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT error);
int WSPAPI provider_recv(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, LPDWORD flags, LPWSAOVERLAPPED overlapped,
                         LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT error);
int WSPAPI provider_recv_from(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, LPDWORD flags, struct sockaddr *from, LPINT from_size, LPWSAOVERLAPPED overlapped,
                              LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT error);
int WSPAPI provider_shutdown(SOCKET s, int how, LPINT error);
int WSPAPI provider_send_disconnect(SOCKET s, LPWSABUF data, LPINT error);
int WSPAPI provider_recv_disconnect(SOCKET s, LPWSABUF data, LPINT error);
int WSPAPI provider_get_sock_opt(SOCKET s, int level, int name, char *value, LPINT size, LPINT error);
int WSPAPI provider_set_sock_opt(SOCKET s, int level, int name, const char *value, int size, LPINT error);
BOOL WSPAPI provider_get_qos_by_name(SOCKET s, LPWSABUF name, LPQOS qos, LPINT error);
INT WSPAPI provider_address_to_string(LPSOCKADDR address, DWORD size, LPWSAPROTOCOL_INFOW info, LPWSTR text, LPDWORD length, LPINT error);
INT WSPAPI provider_string_to_address(LPWSTR text, INT family, LPWSAPROTOCOL_INFOW info, LPSOCKADDR address, LPINT size, LPINT error);
int WSPAPI provider_select(int ignored, fd_set *readable, fd_set *writable, fd_set *exceptional, const PTIMEVAL timeout, LPINT error);
int WSPAPI provider_async_select(SOCKET s, HWND window, unsigned int message, LONG events, LPINT error);
int WSPAPI provider_event_select(SOCKET s, WSAEVENT event, LONG events, LPINT error);
int WSPAPI provider_enum_network_events(SOCKET s, WSAEVENT event, LPWSANETWORKEVENTS events, LPINT error);
BOOL WSPAPI provider_get_overlapped_result(SOCKET s, LPWSAOVERLAPPED overlapped, LPDWORD bytes, BOOL wait, LPDWORD flags, LPINT error);
int WSPAPI provider_ioctl(SOCKET s, DWORD code, LPVOID in, DWORD in_size, LPVOID out, DWORD out_size, LPDWORD bytes, LPWSAOVERLAPPED overlapped,
                          LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT error);
#endif
