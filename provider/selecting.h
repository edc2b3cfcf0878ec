/*
 * What WSPSelect and SIO_EXT_POLL share: sockets that are looked at and, while nothing of them holds, waited for (selecting.c).
 */
#ifndef PROVIDER_SELECTING_H
#define PROVIDER_SELECTING_H
#include "provider.h"

enum look { LOOK_READ, LOOK_WRITE, LOOK_EXCEPT, LOOK_POLL, LOOK_NOWHERE }; /* a set of WSPSelect; one of WSAPoll; what is no socket */

/* One socket in one place: an entry of a set, or of a WSAPOLLDATA. */
struct looked {
    struct selecting *selecting;
    struct sock *sock;          /* NULL: closed since, or none from the beginning (LOOK_NOWHERE) */
    SOCKET handle;
    enum look look;
    SHORT asked, told;          /* LOOK_POLL: POLL bits */
    kernel_request request;
    BOOL ready;
};

struct selecting {
    struct provider_process *process;
    struct selecting *next;     /* in process->selecting, while it waits */
    WSAEVENT event;
    size_t count;
    struct looked looked[];
};

struct selecting *selecting_new(struct provider_process *process, size_t count); /* the caller's, by free; NULL: no memory */
/* What stands behind a handle; FALSE: no socket. */
BOOL looked_at(struct looked *looked, struct selecting *selecting, SOCKET handle, enum look look);
/* Looks and, if nothing is ready, waits: each entry's `ready` and `told`, and in *count how many are. 0 or an error. *gone: the last
   cleanup came meanwhile, and took `selecting` with it. */
int selecting_run(struct selecting *selecting, int64_t timeout_ns, int *count, BOOL *gone);
#endif
