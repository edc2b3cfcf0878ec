/*
 * Requests that could not finish at once. One record from "pending" to its completion; the kernel's completion, closing, the
 * last cleanup and thread exit all end it here, each exactly once (SPI reference 6.2 to 6.4).
 */
#include <stdlib.h>
#include <string.h>

#include "provider.h"

static void list_add(struct pending **list, struct pending *pending)
{
    struct pending *last = *list ? (*list)->prev : NULL; /* the first knows the last */
    pending->next = NULL;
    if (last) {
        pending->prev = last;
        last->next = pending;
        (*list)->prev = pending;
    } else {
        pending->prev = pending;
        *list = pending;
    }
}

static void list_remove(struct pending **list, struct pending *pending)
{
    if (pending == *list) {
        *list = pending->next;
        if (*list) (*list)->prev = pending->prev;
    } else {
        pending->prev->next = pending->next;
        if (pending->next) pending->next->prev = pending->prev;
        else (*list)->prev = pending->prev;
    }
    pending->prev = pending->next = NULL;
}

void pending_begin(struct pending *pending, struct sock *sock)
{
    memset(pending, 0, sizeof *pending);
    pending->sock = sock;
    pending->process = sock->process;
    pending->endpoint = sock->endpoint;
    list_add(&sock->pending, pending);
}

BOOL port_takes_all(const struct sock *sock) { return observed() && kernel_has_port(sock->handle); }

struct pending *pending_new(struct sock *sock, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, const WSATHREADID *thread)
{
    struct pending *pending = malloc(sizeof *pending);
    if (!pending) return NULL;
    pending_begin(pending, sock);
    pending->overlapped = overlapped;
    pending->routine = routine;
    if (routine) pending->thread = *thread; /* the pointer may die when the call returns */
    return pending;
}

static void pending_free(struct pending *pending)
{
    int ignored;
    if (pending->opened) pending->process->up.lpWPUCloseThread(&pending->thread, &ignored);
    ext_leave(pending);
    free(pending->extension);
    free(pending->transfer);
    free(pending);
}

static void pieces_free(struct pending *pending)
{
    free(pending->held);
    pending->held = NULL;
}

void pending_leave(struct pending *pending)
{
    if (pending->sock) list_remove(&pending->sock->pending, pending);
    pieces_free(pending);
}

void pending_forget(struct pending *pending)
{
    pending_leave(pending);
    pending_free(pending);
}

/* The event form starts with its event reset; with a routine, hEvent is the client's own. */
void pending_accept(struct pending *pending)
{
    int ignored;
    LPWSAOVERLAPPED overlapped = pending->overlapped;
    overlapped->Offset = overlapped->OffsetHigh = 0;
    overlapped->InternalHigh = 0;
    overlapped->Internal = PENDING_STATUS;
    HANDLE event = overlapped_event(overlapped);
    if (!pending->routine && event) pending->process->up.lpWPUResetEvent(event, &ignored);
}

/* ---- completion routines: one at a time for a socket, on the thread that asked ---- */

static void WSPAPI routine_apc(DWORD_PTR context);

static void routine_queue(struct pending *pending)
{
    int ignored;
    if (pending->process->up.lpWPUQueueApc(&pending->thread, routine_apc, pending->number, &ignored) == 0) return;
    list_remove(&pending->process->routines, pending); /* the thread is gone, its routine with it */
    pending_free(pending);
}

static struct pending *routine_find(struct pending *list, DWORD_PTR number)
{
    while (list && list->number != number) list = list->next;
    return list;
}

static BOOL routine_runs(const struct provider_process *process, kernel_endpoint endpoint)
{
    const struct pending *pending = process->running;
    while (pending && pending->endpoint != endpoint) pending = pending->next;
    return pending != NULL;
}

static void routine_next(struct provider_process *process, kernel_endpoint endpoint)
{
    for (struct pending *pending = process->routines; pending; pending = pending->next) {
        if (pending->endpoint != endpoint || !pending->deferred) continue;
        pending->deferred = FALSE;
        routine_queue(pending);
        return;
    }
}

/* An APC cannot be taken back, and the last WSPCleanup may come before it, even from inside a routine. So it carries a
   number, and the record is looked for: before the routine and after it. */
static void WSPAPI routine_apc(DWORD_PTR number)
{
    struct provider_process *process = kernel_slot_get(&wspsim_kernel_abi);
    struct pending *pending = process ? routine_find(process->routines, number) : NULL;
    if (!pending) return;
    kernel_endpoint endpoint = pending->endpoint;
    if (routine_runs(process, endpoint)) {
        pending->deferred = TRUE; /* routines of one socket do not nest, not even in an alertable wait of the first */
        return;
    }
    list_remove(&process->routines, pending);
    list_add(&process->running, pending);
    pending->routine(pending->error, pending->bytes, pending->overlapped, pending->flags);
    process = kernel_slot_get(&wspsim_kernel_abi);
    pending = process ? routine_find(process->running, number) : NULL;
    if (!pending) return;
    list_remove(&process->running, pending);
    pending_free(pending);
    routine_next(process, endpoint);
}

static void list_free(struct pending **list)
{
    while (*list) {
        struct pending *pending = *list;
        list_remove(list, pending);
        pending_free(pending);
    }
}

void routines_free(struct provider_process *process)
{
    list_free(&process->routines);
    list_free(&process->running);
}

/* ---- finishing ---- */

/* Offset: the flags of a receive, which WSPGetOverlappedResult tells. */
static void overlapped_write(LPWSAOVERLAPPED overlapped, DWORD error, DWORD bytes, DWORD flags)
{
    overlapped->Offset = flags;
    overlapped->OffsetHigh = error;
    overlapped->InternalHigh = bytes;
    __atomic_store_n(&overlapped->Internal, nt_status_of_error(error), __ATOMIC_RELEASE); /* last: from here on it is done */
}

void pending_finish(struct pending *pending, DWORD error, DWORD bytes)
{
    struct provider_process *process = pending->process;
    struct sock *sock = pending->sock;
    int ignored;
    pending->error = error;
    pending->bytes = bytes;
    list_remove(&sock->pending, pending);
    if (!pending->routine) {
        pending->overlapped->Offset = pending->flags;
        pending->overlapped->OffsetHigh = error; /* the upcall writes the rest */
        WPUCompleteOverlappedRequest(sock->handle, pending->overlapped, error, bytes, &ignored);
        pending_free(pending);
        return;
    }
    overlapped_write(pending->overlapped, error, bytes, pending->flags);
    pending->sock = NULL;
    pending->number = (DWORD_PTR)sock->endpoint << 32 | ++process->routines_queued; /* an earlier WSPCleanup may have left some: no two endpoints ever have the same name */
    list_add(&process->routines, pending);
    routine_queue(pending);
}

/* Windows tells a receive of a connection that is closed under it something else than other requests (SPI reference 4.7). */
static DWORD drop_error(const struct pending *pending)
{
    BOOL receives = pending->transfer && transfer_is_receive(pending->transfer);
    return receives && pending->sock->shared->connected && observed() ? WSAECONNABORTED : WSA_OPERATION_ABORTED;
}

void pending_drop(struct pending *pending, BOOL indicate)
{
    kernel_cancel(pending->request);
    if (!pending->overlapped) { /* the blocked thread wakes and finds the socket gone */
        list_remove(&pending->sock->pending, pending);
        pending->sock = NULL;
        pending->request = 0;
        pieces_free(pending); /* it may also never wake: its process ends */
        return;
    }
    if (indicate) {
        pending_finish(pending, drop_error(pending), 0);
        return;
    }
    overlapped_write(pending->overlapped, WSA_OPERATION_ABORTED, 0, 0);
    pending_forget(pending);
}

void pending_move(struct pending *pending, struct sock *sock)
{
    list_remove(&pending->sock->pending, pending);
    pending->sock = sock;
    list_add(&sock->pending, pending);
}

/* ---- what it waits for ---- */

void pending_completes(void *cookie, enum kernel_status status, uint64_t count)
{
    struct pending *pending = cookie;
    struct sock *sock = pending->sock;
    LONG bit = pending->event_bit;
    struct kernel_watch watch = pending->watch;
    int error = pending->transfer ? transfer_over(pending->transfer, status, &pending->flags) : error_of_kernel(status);
    BOOL arms = bit && pending->armed_at == events_of(sock)->told[bit_number(bit)];
    DWORD bytes = pending->transfer ? (DWORD)count : 0; /* a notification carries none */
    if (error == 0 && pending->late) error = pending->late(sock, pending->out, pending->out_size, &bytes);
    pending->request = 0;
    if (pending->overlapped) {
        pending_finish(pending, (DWORD)error, bytes);
    } else { /* its thread is woken next and takes the result */
        pending->error = (DWORD)error;
        pending->bytes = bytes;
    }
    if (!arms) return; /* or the event has been told since */
    if (status == KERNEL_CANCELLED) events_arm(sock, bit, &watch); /* its thread ended; the socket's event stays armed */
    else events_happen(sock, bit, error);
}

enum kernel_status pending_watch(struct pending *pending, const struct kernel_watch *watch, LONG event_bit)
{
    pending->watch = *watch;
    pending->event_bit = event_bit;
    pending->armed_at = event_bit ? events_of(pending->sock)->told[bit_number(event_bit)] : 0;
    return kernel_watch(watch, false, pending_completes, pending, &pending->request);
}

struct pending *pending_of(const struct sock *sock, const WSAOVERLAPPED *overlapped)
{
    struct pending *pending = sock->pending;
    while (pending && pending->overlapped != overlapped) pending = pending->next;
    return pending;
}

int pending_park(struct pending *pending, int64_t timeout_ns)
{
    struct kernel_wait wait = { .request = pending->request, .timeout_ns = timeout_ns, .alertable = observed() };
    enum kernel_status status = blocking_wait(pending->process, &pending->request, &wait);
    if (status == KERNEL_OK && !pending->sock) status = KERNEL_CANCELLED; /* closed while something else ran on this thread */
    int error = status == KERNEL_OK ? (int)pending->error : error_of_kernel(status);
    if (status == KERNEL_INTERRUPTED || status == KERNEL_TIMED_OUT) kernel_cancel(pending->request); /* WSPCancelBlockingCall; a time of the socket's options */
    return error;
}

int pending_wait(struct pending *pending, int64_t timeout_ns)
{
    int error = pending_park(pending, timeout_ns);
    pending_leave(pending);
    return error;
}
