/*
 * The reference service provider, inside: what its files share. It is written against the Winsock headers and kernel.h alone,
 * keeps no state at file scope (a process's state hangs on its kernel slot, a socket's on its handle), and reports every
 * error by value.
 *
 *   provider_process   one per process that called WSPStartup
 *   sock               one per open socket
 *   pending            one per request that could not finish at once (pending.c)
 *   arm                one per condition a network event waits for (events.c)
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
struct arm;
struct sock;

/* A thread inside WSPGetOverlappedResult; on its stack. */
struct waiting { uint32_t thread_id; BOOL cleaned_up; struct waiting *next; };

struct provider_process {
    WSPUPCALLTABLE up;          /* of the newest WSPStartup */
    unsigned startups;
    struct sock *socks;         /* oldest first */
    struct waiting *waiting;
    struct pending *routines;   /* completed, their routine queued */
    struct pending *running;    /* their routine runs */
};

struct network_events {
    HANDLE event;               /* of WSPEventSelect, NULL: none selected */
    LONG mask;
    LONG recorded;              /* to be told by WSPEnumNetworkEvents */
    LONG happened;              /* came while not selected: recorded as soon as it is */
    int errors[FD_MAX_EVENTS];  /* of the recorded and the happened */
    unsigned told[FD_MAX_EVENTS]; /* how often each has happened: a request armed before the last time arms no more */
    struct arm *arms;
};

struct sock {
    struct provider_process *process;
    struct sock *prev, *next;
    SOCKET handle;
    int family, type, protocol;
    BOOL overlapped;            /* created with WSA_FLAG_OVERLAPPED */
    BOOL nonblocking;
    kernel_endpoint endpoint;
    uint32_t routines;          /* queued so far; makes their numbers */
    struct pending *pending;    /* oldest first */
    struct network_events events;
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
    unsigned armed_at;          /* of its event: events.told then */
    LONG event_bit;             /* FD_ event that happens with its completion, 0: none */
    struct kernel_watch watch;
    BOOL deferred;              /* its routine waits for another of the same socket to return */
    DWORD error, bytes;         /* the result, once there */
};

/* The one exported constant: which kernel.h this was built against, and the key of our slot. */
extern const uint32_t wspsim_kernel_abi;

/* ---- entering (startup.c) ---- */

/* The common prefix of every call on a socket (ioctls reference 0.5): is it one of ours, does the network work? No callback of
   this provider can be in progress yet, so step 1 finds nothing. NULL: *error says why. */
struct sock *sock_enter(SOCKET s, LPINT error);
struct provider_process *process_enter(LPINT error); /* for calls without a socket */
int fail(LPINT error, int value);                    /* writes *error, returns SOCKET_ERROR */
int error_of_kernel(enum kernel_status status);

/* ---- sockets (socket.c) ---- */
void sock_discard(struct sock *sock, BOOL indicate); /* with all it has pending; indicate: completions are told */
int sock_address_size(const struct sock *sock);      /* of its family's sockaddr */
enum kernel_family sock_family(const struct sock *sock);

/* ---- addresses (sockaddr.c) ---- */
int sockaddr_read(const struct sock *sock, const void *bytes, struct kernel_address *address); /* 0 or WSAEAFNOSUPPORT */
void sockaddr_write(const struct kernel_address *address, void *bytes);                        /* port 0 */

/* ---- requests (pending.c) ---- */
struct pending *pending_new(struct sock *sock, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, const WSATHREADID *thread);
void pending_begin(struct pending *pending, struct sock *sock);             /* the blocking form: the caller's memory, no OVERLAPPED */
void pending_accept(struct pending *pending);                               /* the OVERLAPPED is ours from here on */
void pending_finish(struct pending *pending, DWORD error, DWORD bytes);     /* results, then the one indication; frees it */
void pending_drop(struct pending *pending, BOOL indicate);                  /* gives it up with WSA_OPERATION_ABORTED */
void pending_forget(struct pending *pending);                               /* never accepted, or over: leaves the list */
enum kernel_status pending_watch(struct pending *pending, const struct kernel_watch *watch, LONG event_bit);
struct pending *pending_of(const struct sock *sock, const WSAOVERLAPPED *overlapped); /* NULL: none */
int pending_wait(struct pending *pending);                                  /* the blocking form: parks; the error, 0 for success */
void routines_free(struct provider_process *process);

/* ---- network events (events.c) ---- */
enum kernel_status events_arm(struct sock *sock, LONG bit, const struct kernel_watch *watch);
void events_happen(struct sock *sock, LONG bit, int error);
void events_end(struct sock *sock);
int bit_number(LONG bit);

/* ---- overlapped results (overlapped.c) ---- */
void waiting_end(struct provider_process *process); /* the last cleanup: whoever waits for a result waits no longer */
#define PENDING_STATUS ((ULONG_PTR)0x103)
ULONG_PTR nt_status_of_error(DWORD error);

/* ---- the entry points ---- */
int WSPAPI provider_cleanup(LPINT error);
SOCKET WSPAPI provider_socket(int family, int type, int protocol, LPWSAPROTOCOL_INFOW info, GROUP group, DWORD flags, LPINT error);
int WSPAPI provider_close_socket(SOCKET s, LPINT error);
int WSPAPI provider_event_select(SOCKET s, WSAEVENT event, LONG events, LPINT error);
int WSPAPI provider_enum_network_events(SOCKET s, WSAEVENT event, LPWSANETWORKEVENTS events, LPINT error);
BOOL WSPAPI provider_get_overlapped_result(SOCKET s, LPWSAOVERLAPPED overlapped, LPDWORD bytes, BOOL wait, LPDWORD flags, LPINT error);
int WSPAPI provider_ioctl(SOCKET s, DWORD code, LPVOID in, DWORD in_size, LPVOID out, DWORD out_size, LPDWORD bytes, LPWSAOVERLAPPED overlapped,
                          LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT error);
void not_offered_fill(LPWSPPROC_TABLE table); /* the entry points this provider does not offer */
#endif
