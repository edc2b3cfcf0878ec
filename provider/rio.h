/*
 * Registered I/O: requests that name registered memory, and whose results wait in queues of the client's until it takes them
 * (ioctls reference 2.2; decision 0017). What its files share:
 *
 *   rio            one per process that used any of it: what its ids stand for (rio_names.c)
 *   rio_buffer     one per registered buffer (rio_buffer.c)
 *   rio_cq         one per completion queue (rio_completions.c)
 *   rio_rq         one per socket that has a request queue (rio_requests.c)
 *   rio_request    one per send or receive, from the call until its result is taken (rio_transfer.c)
 */
#ifndef PROVIDER_RIO_H
#define PROVIDER_RIO_H
#include "provider.h"

enum rio_kind { RIO_NOTHING, RIO_BUFFER, RIO_COMPLETIONS, RIO_REQUESTS };

struct rio_buffer { char *bytes; DWORD size; };

/* It outlives its closing for as long as a request queue is tied to it. */
struct rio_cq {
    struct provider_process *process;
    ULONG_PTR id;
    DWORD size;
    DWORD reserved;                        /* of it, for results that may come: never more than size */
    unsigned ties;                         /* of request queues: one for each direction */
    BOOL closed;
    BOOL armed;                            /* RIONotify was called, and nobody has been told since */
    BOOL notifies;
    RIO_NOTIFICATION_COMPLETION notification;
    struct rio_request *first, *last;      /* results, oldest first */
};

/* One direction of a request queue. */
struct rio_side {
    struct rio_cq *cq;
    ULONG most, outstanding;               /* from the call until the result is taken */
    struct rio_request *deferred, *running; /* oldest first */
};

/* It outlives its socket for as long as a result waits. */
struct rio_rq {
    struct sock *sock;                     /* NULL once closed */
    ULONG_PTR id;
    ULONGLONG context;
    struct rio_side receives, sends;
};

struct rio_request {
    struct rio_rq *rq;
    struct rio_side *side;
    struct rio_request *next;
    BOOL receives;
    DWORD flags;                           /* RIO_MSG_ */
    kernel_request request;                /* 0: not under way */
    struct kernel_transfer transfer;
    struct kernel_piece piece;
    char *local, *remote, *control, *flags_place; /* the client's memory, NULL: not wanted */
    ULONG control_size;
    ULONGLONG context;
    int status;                            /* the result: a Winsock error, bytes */
    ULONG bytes;
};

/* ---- ids (rio_names.c) ---- */
ULONG_PTR rio_name(struct provider_process *process, enum rio_kind kind, void *what); /* a new id; 0: no memory */
void *rio_named(const struct provider_process *process, enum rio_kind kind, ULONG_PTR id); /* NULL: none of this kind */
void rio_unname(struct provider_process *process, ULONG_PTR id);

/* ---- buffers (rio_buffer.c) ---- */
/* Where a slice lies: 0, WSAEINVAL (no such buffer), WSAEFAULT (no such slice, beyond the buffer, or shorter than `least`).
   A slice that is not given is nowhere, and no error. */
struct rio_place { char *bytes; ULONG size; };
int rio_slice(const struct provider_process *process, const RIO_BUF *slice, ULONG least, struct rio_place *place);

/* ---- completion queues (rio_completions.c) ---- */
BOOL rio_cq_reserve(struct rio_cq *cq, ULONG results);      /* FALSE: it has no room for so many more */
void rio_cq_tie(struct rio_cq *cq);
void rio_cq_untie(struct rio_cq *cq);
void rio_cq_add(struct rio_request *request);               /* its result is there */
void rio_cq_close(struct rio_cq *cq);

/* ---- request queues (rio_requests.c) ---- */
void rio_request_over(struct rio_request *request);         /* its result was taken, or nobody will */

/* ---- sends and receives (rio_transfer.c) ---- */
void rio_abort(struct rio_side *side, BOOL indicate);       /* the socket closes: what it still has ends */

/* ---- the functions ---- */
RIO_BUFFERID PASCAL rio_register_buffer(PCHAR bytes, DWORD size);
VOID PASCAL rio_deregister_buffer(RIO_BUFFERID id);
RIO_CQ PASCAL rio_create_completion_queue(DWORD size, PRIO_NOTIFICATION_COMPLETION notification);
BOOL PASCAL rio_resize_completion_queue(RIO_CQ cq, DWORD size);
VOID PASCAL rio_close_completion_queue(RIO_CQ cq);
ULONG PASCAL rio_dequeue_completion(RIO_CQ cq, PRIORESULT results, ULONG room);
INT PASCAL rio_notify(RIO_CQ cq);
RIO_RQ PASCAL rio_create_request_queue(SOCKET s, ULONG receives, ULONG receive_buffers, ULONG sends, ULONG send_buffers, RIO_CQ receive_cq, RIO_CQ send_cq, PVOID context);
BOOL PASCAL rio_resize_request_queue(RIO_RQ rq, DWORD receives, DWORD sends);
BOOL PASCAL rio_receive(RIO_RQ rq, PRIO_BUF data, ULONG count, DWORD flags, PVOID context);
int PASCAL rio_receive_ex(RIO_RQ rq, PRIO_BUF data, ULONG count, PRIO_BUF local, PRIO_BUF remote, PRIO_BUF control, PRIO_BUF flags_out, DWORD flags, PVOID context);
BOOL PASCAL rio_send(RIO_RQ rq, PRIO_BUF data, ULONG count, DWORD flags, PVOID context);
BOOL PASCAL rio_send_ex(RIO_RQ rq, PRIO_BUF data, ULONG count, PRIO_BUF local, PRIO_BUF remote, PRIO_BUF control, PRIO_BUF flags_in, DWORD flags, PVOID context);
#endif
