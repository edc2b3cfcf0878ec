/*
 * What is asked about is looked at first; only if nothing of it holds does the thread wait, for one event that any watched
 * endpoint sets, and then it looks again.
 */
#include "selecting.h"

#include <stdlib.h>

/* ---- looking ---- */

static BOOL urgent_inline(const struct sock *sock)
{
    uint64_t value;
    return kernel_option_get(sock->endpoint, KERNEL_URGENT_INLINE, &value) == KERNEL_OK && value;
}

static BOOL is_ready(const struct sock *sock, enum look look)
{
    struct kernel_state state;
    if (kernel_state(sock->endpoint, &state) != KERNEL_OK) return FALSE;
    BOOL over = sock->shared->connected && (state.conditions & KERNEL_FAILED); /* a connect that failed is an exception alone */
    BOOL receives = sock->shared->connected || !sock_stream(sock);
    switch (look) {
    case LOOK_READ: return over || (state.conditions & KERNEL_ACCEPTABLE) || (receives && (state.conditions & (KERNEL_READABLE | KERNEL_PEER_CLOSED)));
    case LOOK_WRITE: return !sock_stream(sock) || over || (sock->shared->connected && (state.conditions & KERNEL_WRITABLE));
    case LOOK_EXCEPT: return sock->shared->attempt == ATTEMPT_FAILED || ((state.conditions & KERNEL_URGENT) && !urgent_inline(sock));
    case LOOK_POLL: case LOOK_NOWHERE: break;
    }
    return FALSE;
}

/* WSAPoll's words. Data alone makes readable, not its end, which is a hang-up; that and a failure are told unasked. A failed
   connection could be written to at once: the send would say so (observed behaviour POL-11, POL-13, POL-15). */
static SHORT polled(const struct sock *sock, SHORT asked)
{
    struct kernel_state state;
    if (kernel_state(sock->endpoint, &state) != KERNEL_OK) return 0;
    BOOL stream = sock_stream(sock), connected = sock->shared->connected;
    BOOL failed = stream && (sock->shared->attempt == ATTEMPT_FAILED || (connected && (state.conditions & KERNEL_FAILED)));
    BOOL data = (state.conditions & KERNEL_READABLE) && (!stream || (connected && state.readable_bytes > 0));
    int told = 0;
    if (data || (state.conditions & KERNEL_ACCEPTABLE)) told |= POLLRDNORM;
    if ((state.conditions & KERNEL_URGENT) && !urgent_inline(sock)) told |= POLLRDBAND;
    if (!stream || failed || (connected && (state.conditions & KERNEL_WRITABLE))) told |= POLLWRNORM;
    told &= asked;
    if (failed) told |= POLLERR | POLLHUP;
    if (stream && connected && (state.conditions & KERNEL_PEER_CLOSED)) told |= POLLHUP;
    return (SHORT)told;
}

/* How many are ready; a socket that was closed meanwhile ends the call with WSAENOTSOCK, or, as Windows has it, is readable
   (observed behaviour SEL-21), of a poll invalid. */
static int look(struct selecting *selecting, int *count)
{
    BOOL closed = FALSE;
    *count = 0;
    for (size_t i = 0; i < selecting->count; i++) {
        struct looked *looked = &selecting->looked[i];
        closed = closed || (!looked->sock && looked->look < LOOK_POLL);
        if (looked->look == LOOK_POLL) looked->told = looked->sock ? polled(looked->sock, looked->asked) : POLLNVAL;
        if (looked->look == LOOK_POLL) looked->ready = looked->told != 0;
        else looked->ready = looked->sock ? is_ready(looked->sock, looked->look) : looked->look == LOOK_READ;
        *count += looked->ready ? 1 : 0;
    }
    return closed && (!observed() || *count == 0) ? WSAENOTSOCK : 0;
}

/* ---- waiting ---- */

static void wake(const struct selecting *selecting)
{
    int ignored;
    selecting->process->up.lpWPUSetEvent(selecting->event, &ignored);
}

static void looked_completes(void *cookie, enum kernel_status status, uint64_t count)
{
    struct looked *looked = cookie;
    (void)count;
    looked->request = 0;
    if (status != KERNEL_CANCELLED) wake(looked->selecting); /* else its thread ends */
}

static const uint32_t conditions[] = {
    [LOOK_READ] = KERNEL_READABLE | KERNEL_ACCEPTABLE | KERNEL_PEER_CLOSED | KERNEL_FAILED,
    [LOOK_WRITE] = KERNEL_WRITABLE | KERNEL_ESTABLISHED | KERNEL_FAILED,
    [LOOK_EXCEPT] = KERNEL_URGENT | KERNEL_FAILED,
};

static uint32_t conditions_polled(SHORT asked)
{
    uint32_t bits = KERNEL_PEER_CLOSED | KERNEL_FAILED;
    if (asked & POLLRDNORM) bits |= KERNEL_READABLE | KERNEL_ACCEPTABLE;
    if (asked & POLLRDBAND) bits |= KERNEL_URGENT;
    if (asked & POLLWRNORM) bits |= KERNEL_WRITABLE | KERNEL_ESTABLISHED;
    return bits;
}

static void looked_watch(struct looked *looked)
{
    if (!looked->sock) return;
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_ENDPOINT, .family = sock_family(looked->sock), .endpoint = looked->sock->endpoint };
    watch.conditions = looked->look == LOOK_POLL ? conditions_polled(looked->asked) : conditions[looked->look];
    if (kernel_watch(&watch, false, looked_completes, looked, &looked->request) != KERNEL_OK) looked->request = 0;
}

static void selecting_begin(struct selecting *selecting)
{
    struct provider_process *process = selecting->process;
    selecting->next = process->selecting;
    process->selecting = selecting;
}

static void selecting_stop(struct selecting *selecting)
{
    struct provider_process *process = selecting->process;
    struct selecting **link = &process->selecting;
    int ignored;
    while (*link != selecting) link = &(*link)->next;
    *link = selecting->next;
    for (size_t i = 0; i < selecting->count; i++)
        if (selecting->looked[i].request) kernel_cancel(selecting->looked[i].request);
    process->up.lpWPUCloseEvent(selecting->event, &ignored);
}

void selecting_closed(const struct sock *sock)
{
    for (struct selecting *selecting = sock->process->selecting; selecting; selecting = selecting->next)
        for (size_t i = 0; i < selecting->count; i++) {
            struct looked *looked = &selecting->looked[i];
            if (looked->sock != sock) continue;
            if (looked->request) kernel_cancel(looked->request);
            looked->request = 0;
            looked->sock = NULL;
            wake(selecting);
        }
}

void selecting_free(struct provider_process *process)
{
    while (process->selecting) {
        struct selecting *selecting = process->selecting;
        selecting_stop(selecting);
        free(selecting);
    }
}

/* Until something is ready or the time is over. WSAEINTR with *gone: the last cleanup came, and nothing is left to be freed. */
static int wait(struct selecting *selecting, int64_t timeout_ns, int *count, BOOL *gone)
{
    struct provider_process *process = selecting->process;
    struct waiting waiting;
    int64_t until_ns = timeout_ns == KERNEL_FOREVER ? KERNEL_FOREVER : kernel_now_ns() + timeout_ns;
    int error = 0, ignored;
    waiting_begin(process, &waiting);
    while (error == 0 && *count == 0) {
        for (size_t i = 0; i < selecting->count; i++)
            if (!selecting->looked[i].request) looked_watch(&selecting->looked[i]);
        struct kernel_wait sleep = { .event = selecting->event, .timeout_ns = until_ns == KERNEL_FOREVER ? KERNEL_FOREVER : until_ns - kernel_now_ns(), .alertable = observed() };
        enum kernel_status status = sleep.timeout_ns > 0 ? blocking_wait(process, NULL, &sleep) : KERNEL_TIMED_OUT;
        if (waiting.cleaned_up) {
            *gone = TRUE;
            return WSAEINTR;
        }
        if (status == KERNEL_TIMED_OUT) {
            error = look(selecting, count); /* what came about at the last instant counts */
            break;
        }
        if (status != KERNEL_OK && status != KERNEL_INTERRUPTED) error = error_of_kernel(status);
        else if (kernel_stack_state() != KERNEL_OK) error = WSAENETDOWN; /* what it watched has ended for that */
        process->up.lpWPUResetEvent(selecting->event, &ignored);
        if (error == 0) error = look(selecting, count);
        if (error == 0 && status == KERNEL_INTERRUPTED && *count == 0) error = WSAEINTR; /* cancelled, and nothing came about meanwhile */
    }
    waiting_over(process, &waiting);
    return error;
}

/* ---- the whole ---- */

struct selecting *selecting_new(struct provider_process *process, size_t count)
{
    struct selecting *selecting = calloc(1, sizeof *selecting + count * sizeof selecting->looked[0]);
    if (!selecting) return NULL;
    selecting->process = process;
    selecting->count = count;
    return selecting;
}

BOOL looked_at(struct looked *looked, struct selecting *selecting, SOCKET handle, enum look look)
{
    DWORD_PTR context;
    int error;
    *looked = (struct looked){ .selecting = selecting, .handle = handle, .look = LOOK_NOWHERE };
    if (selecting->process->up.lpWPUQuerySocketHandleContext(handle, &context, &error) != 0) return FALSE;
    looked->sock = (struct sock *)context;
    looked->look = look;
    return TRUE;
}

int selecting_run(struct selecting *selecting, int64_t timeout_ns, int *count, BOOL *gone)
{
    int error = look(selecting, count), event_error;
    if (error || *count > 0 || timeout_ns <= 0) return error;
    selecting->event = selecting->process->up.lpWPUCreateEvent(&event_error);
    if (!selecting->event) return event_error;
    selecting_begin(selecting);
    error = wait(selecting, timeout_ns, count, gone);
    if (!*gone) selecting_stop(selecting);
    return error;
}
