/*
 * WSPGetOverlappedResult (SPI reference 4.12, 6.5), and the threads that wait inside a call.
 */
#include "provider.h"

void waiting_begin(struct provider_process *process, struct waiting *waiting)
{
    struct kernel_who who;
    kernel_current(&who);
    *waiting = (struct waiting){ .thread_id = who.thread_id, .next = process->waiting };
    process->waiting = waiting;
}

void waiting_over(struct provider_process *process, const struct waiting *waiting)
{
    struct waiting **link = &process->waiting;
    while (*link != waiting) link = &(*link)->next;
    *link = waiting->next;
}

void waiting_end(struct provider_process *process)
{
    for (; process->waiting; process->waiting = process->waiting->next) {
        process->waiting->cleaned_up = TRUE;
        kernel_interrupt(process->waiting->thread_id);
    }
}

/* Until the event is signalled, as the call is documented; and if somebody else signalled it, until the operation itself is
   over. Closing the socket ends the operation; the last cleanup ends the wait, and then nothing of the process is left. */
static int wait_for(struct sock *sock, const WSAOVERLAPPED *overlapped)
{
    struct kernel_wait event = { .event = overlapped_event(overlapped), .timeout_ns = KERNEL_FOREVER }, operation = { .timeout_ns = KERNEL_FOREVER };
    struct provider_process *process = sock->process;
    struct waiting waiting;
    if (!event.event) return WSA_INVALID_HANDLE;
    waiting_begin(process, &waiting);
    enum kernel_status status = kernel_wait(&event);
    if (status == KERNEL_OK && overlapped->Internal == PENDING_STATUS) { /* the socket is still open, or it would be over */
        const struct pending *pending = pending_of(sock, overlapped);
        operation.request = pending ? pending->request : 0;
        status = operation.request ? kernel_wait(&operation) : KERNEL_OK;
        if (status == KERNEL_CANCELLED) status = KERNEL_OK;
    }
    if (waiting.cleaned_up) return 0;
    waiting_over(process, &waiting);
    return error_of_kernel(status);
}

BOOL WSPAPI provider_get_overlapped_result(SOCKET s, LPWSAOVERLAPPED overlapped, LPDWORD bytes, BOOL wait, LPDWORD flags, LPINT error)
{
    struct sock *sock = sock_enter(s, error);
    if (!sock) return FALSE;
    int result = 0;
    if (!kernel_may_read(overlapped, sizeof *overlapped) || !kernel_may_write(bytes, sizeof *bytes) || !kernel_may_write(flags, sizeof *flags)) result = WSAEFAULT;
    else if (overlapped->Internal == PENDING_STATUS && wait) result = wait_for(sock, overlapped);
    if (result == 0 && overlapped->Internal == PENDING_STATUS) result = WSA_IO_INCOMPLETE;
    if (result == 0) result = error_of_nt_status(overlapped->Internal);
    if (result) {
        fail(error, result);
        return FALSE;
    }
    *bytes = (DWORD)overlapped->InternalHigh;
    *flags = overlapped->Offset;
    return TRUE;
}
