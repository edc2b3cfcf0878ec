/*
 * WSPSelect (SPI reference 10). What is asked about is looked at first; only if nothing of it holds does the thread wait, for
 * one event that any watched endpoint sets, and then it looks again. The sets are captured at the call and written at its end.
 */
#include <stdlib.h>
#include <string.h>

#include "provider.h"

enum set { SET_READ, SET_WRITE, SET_EXCEPT, SETS };

/* One entry of a set. */
struct looked {
    struct selecting *selecting;
    struct sock *sock;          /* NULL: closed since */
    SOCKET handle;
    enum set set;
    kernel_request request;
    BOOL ready;
};

struct selecting {
    struct provider_process *process;
    struct selecting *next;     /* in process->selecting, while it waits */
    WSAEVENT event;
    size_t count;
    struct looked looked[];     /* of the three sets, one after the other */
};

/* ---- the sets ---- */

static u_int set_count(const fd_set *set)
{
    u_int count = 0;
    if (set) memcpy(&count, set, sizeof count);
    return count;
}

static size_t set_size(u_int count) { return offsetof(fd_set, fd_array) + (size_t)count * sizeof(SOCKET); }

/* As long as its count says: the client may have made it longer than FD_SETSIZE. */
static BOOL set_accessible(fd_set *set)
{
    if (!set) return TRUE;
    return kernel_may_write(set, sizeof(u_int)) && (set_count(set) == 0 || kernel_may_write(set, set_size(set_count(set))));
}

static int entries_capture(struct selecting *selecting, fd_set *const sets[SETS])
{
    size_t at = 0;
    for (enum set set = SET_READ; set < SETS; set++)
        for (u_int i = 0; i < set_count(sets[set]); i++) {
            struct looked *looked = &selecting->looked[at++];
            DWORD_PTR context;
            int error;
            memcpy(&looked->handle, (const char *)sets[set] + offsetof(fd_set, fd_array) + i * sizeof(SOCKET), sizeof looked->handle);
            if (selecting->process->up.lpWPUQuerySocketHandleContext(looked->handle, &context, &error) != 0) return WSAENOTSOCK;
            looked->selecting = selecting;
            looked->sock = (struct sock *)context;
            looked->set = set;
        }
    return 0;
}

/* The same set in two places is one set: a socket stays in it if it is ready for either, and counts once. */
static int sets_write(const struct selecting *selecting, fd_set *const sets[SETS])
{
    const struct looked *entries[SETS], *next = selecting->looked;
    u_int counts[SETS];
    int total = 0;
    for (enum set set = SET_READ; set < SETS; set++) {
        counts[set] = set_count(sets[set]);
        entries[set] = next;
        next += counts[set];
    }
    for (enum set set = SET_READ; set < SETS; set++) {
        u_int kept = 0;
        BOOL written = !sets[set];
        for (enum set before = SET_READ; before < set; before++) written = written || sets[before] == sets[set];
        for (u_int i = 0; !written && i < counts[set]; i++) {
            BOOL ready = entries[set][i].ready;
            for (enum set after = set + 1; after < SETS; after++) ready = ready || (sets[after] == sets[set] && entries[after][i].ready);
            if (ready) memcpy((char *)sets[set] + offsetof(fd_set, fd_array) + kept++ * sizeof(SOCKET), &entries[set][i].handle, sizeof(SOCKET));
        }
        if (!written) memcpy(sets[set], &kept, sizeof kept);
        total += (int)kept;
    }
    return total;
}

/* ---- looking ---- */

static BOOL urgent_inline(const struct sock *sock)
{
    uint64_t value;
    return kernel_option_get(sock->endpoint, KERNEL_URGENT_INLINE, &value) == KERNEL_OK && value;
}

static BOOL is_ready(const struct sock *sock, enum set set)
{
    struct kernel_state state;
    if (kernel_state(sock->endpoint, &state) != KERNEL_OK) return FALSE;
    BOOL over = sock->shared->connected && (state.conditions & KERNEL_FAILED); /* a connect that failed is an exception alone */
    BOOL receives = sock->shared->connected || !sock_stream(sock);
    switch (set) {
    case SET_READ: return over || (state.conditions & KERNEL_ACCEPTABLE) || (receives && (state.conditions & (KERNEL_READABLE | KERNEL_PEER_CLOSED)));
    case SET_WRITE: return !sock_stream(sock) || over || (sock->shared->connected && (state.conditions & KERNEL_WRITABLE));
    case SET_EXCEPT: return sock->shared->attempt == ATTEMPT_FAILED || ((state.conditions & KERNEL_URGENT) && !urgent_inline(sock));
    case SETS: break;
    }
    return FALSE;
}

/* How many are ready; a socket that was closed meanwhile ends the call with WSAENOTSOCK, or, as Windows has it, is readable
   (observed behaviour SEL-21). */
static int look(struct selecting *selecting, int *count)
{
    BOOL closed = FALSE;
    *count = 0;
    for (size_t i = 0; i < selecting->count; i++) {
        struct looked *looked = &selecting->looked[i];
        closed = closed || !looked->sock;
        looked->ready = looked->sock ? is_ready(looked->sock, looked->set) : looked->set == SET_READ;
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

static const uint32_t conditions[SETS] = {
    KERNEL_READABLE | KERNEL_ACCEPTABLE | KERNEL_PEER_CLOSED | KERNEL_FAILED, KERNEL_WRITABLE | KERNEL_ESTABLISHED | KERNEL_FAILED, KERNEL_URGENT | KERNEL_FAILED,
};

static void looked_watch(struct looked *looked)
{
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_ENDPOINT, .family = sock_family(looked->sock), .endpoint = looked->sock->endpoint, .conditions = conditions[looked->set] };
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

/* ---- the call ---- */

static int timeout_read(const struct timeval *timeout, int64_t *ns)
{
    struct timeval time;
    *ns = KERNEL_FOREVER;
    if (!timeout) return 0;
    if (!kernel_may_read(timeout, sizeof time)) return WSAEFAULT;
    memcpy(&time, timeout, sizeof time);
    if (time.tv_sec < 0 || time.tv_usec < 0 || time.tv_usec >= 1000000) return WSAEINVAL;
    *ns = time.tv_sec * INT64_C(1000000000) + time.tv_usec * INT64_C(1000);
    return 0;
}

static int select_run(struct selecting *selecting, fd_set *const sets[SETS], int64_t timeout_ns, int *count)
{
    int error = entries_capture(selecting, sets), event_error;
    BOOL gone = FALSE;
    if (error == 0) error = look(selecting, count);
    if (error == 0 && *count == 0 && timeout_ns > 0) {
        selecting->event = selecting->process->up.lpWPUCreateEvent(&event_error);
        if (selecting->event) {
            selecting_begin(selecting);
            error = wait(selecting, timeout_ns, count, &gone);
            if (!gone) selecting_stop(selecting);
        } else {
            error = event_error;
        }
    }
    if (error == 0) *count = sets_write(selecting, sets);
    if (!gone) free(selecting);
    return error;
}

int WSPAPI provider_select(int ignored, fd_set *readable, fd_set *writable, fd_set *exceptional, const PTIMEVAL timeout, LPINT error)
{
    struct provider_process *process = process_enter(error);
    fd_set *const sets[SETS] = { readable, writable, exceptional };
    int64_t timeout_ns;
    int count = 0;
    (void)ignored;
    if (!process) return SOCKET_ERROR;
    if (kernel_stack_state() != KERNEL_OK) return fail(error, WSAENETDOWN);
    if (!set_accessible(readable) || !set_accessible(writable) || !set_accessible(exceptional)) return fail(error, WSAEFAULT);
    int result = timeout_read(timeout, &timeout_ns);
    if (result) return fail(error, result);
    size_t entries = (size_t)set_count(readable) + set_count(writable) + set_count(exceptional);
    if (entries == 0) return fail(error, WSAEINVAL);
    struct selecting *selecting = calloc(1, sizeof *selecting + entries * sizeof selecting->looked[0]);
    if (!selecting) return fail(error, WSAENOBUFS);
    selecting->process = process;
    selecting->count = entries;
    result = select_run(selecting, sets, timeout_ns, &count);
    return result ? fail(error, result) : count;
}
