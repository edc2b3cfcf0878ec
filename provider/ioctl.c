/*
 * WSPIoctl: the parent that decides. It checks the arguments against the code's row in the order of the reference (0.5),
 * runs the handler, and is the one place where a result becomes SOCKET_ERROR and *lpErrno, where a request pends, blocks or
 * would block (0.4), and where the byte count is written (0.6).
 */
#include "ioctl.h"

#include "provider.h"

/* Steps 7 and 8: is the code offered, does it fit the socket? */
static int check_socket(const struct ioctl_call *call)
{
    const struct ioctl_row *row = call->row;
    const struct sock *sock = call->sock;
    unsigned family = sock->family == AF_INET6 ? ON_IPV6 : ON_IPV4;
    unsigned type = sock->type == SOCK_STREAM ? ON_STREAM : sock->type == SOCK_DGRAM ? ON_DGRAM : ON_RAW;
    uint32_t ignored;
    if (row->standing != IOCTL_REAL) return row->unsupported;
    if ((row->shape & OF_QOS) && kernel_qos_check(sock->endpoint, KERNEL_QOS_SIGNALS, &ignored) == KERNEL_NOT_SUPPORTED) return row->unsupported;
    if ((row->shape & OF_ROUTES) && !(kernel_abilities() & KERNEL_FINDS_ROUTES)) return row->unsupported;
    if ((row->shape & OF_COMPANIONS) && !(kernel_abilities() & (KERNEL_COMPANION_NETDEV | KERNEL_COMPANION_TAPI))) return row->unsupported;
    if (!(row->valid_on & family)) return row->family_error;
    if (!(row->valid_on & type)) return row->type_error;
    return 0;
}

/* Steps 9 to 11: the buffers. One that the code does not use is not looked at; one it uses must lie whole in the caller's
   memory, as long as the caller says it is. */
static int check_buffers(const struct ioctl_call *call, const WSAOVERLAPPED *overlapped)
{
    const struct ioctl_row *row = call->row;
    DWORD address = (DWORD)sock_address_size(call->sock);
    DWORD in_min = row->shape & IN_SOCKADDR ? address : row->in_min;
    DWORD out_min = row->shape & OUT_SOCKADDR ? address : row->out_min;
    if (row->shape & BUFFERS_UNUSED) return 0;
    if ((row->shape & NO_OVERLAPPED) && overlapped) return WSAEFAULT;
    if ((row->shape & IN_ABSENT) && call->in_size != 0) return WSAEINVAL;
    if (in_min && call->observed && (row->shape & OUT_SOCKADDR) && (!call->in || call->in_size < in_min)) return WSAEINVAL; /* seen on Windows: missing or short input of SIO_ROUTING_INTERFACE_QUERY */
    if (in_min && call->in && call->in_size < in_min && (row->shape & IN_SHORT_INVAL)) return WSAEINVAL;
    if (in_min && (!call->in || call->in_size < in_min)) return row->in_error;
    if (in_min && !kernel_may_read(call->in, call->in_size)) return WSAEFAULT;
    if (out_min && !(row->shape & OUT_BY_HANDLER)) {
        if (!call->out || call->out_size < out_min) return row->out_error;
        if (!kernel_may_write(call->out, call->out_size)) return WSAEFAULT;
    }
    if ((row->shape & OUT_ABSENT) && call->out_size != 0) return WSAEINVAL;
    return 0;
}

int ioctl_output(struct ioctl_call *call, DWORD size)
{
    call->count = size;
    if (!call->out || call->out_size < size || !kernel_may_write(call->out, call->out_size)) return WSAEFAULT;
    return 0;
}

/* Step 17, overlapped form: WSA_IO_PENDING, and exactly one completion later. */
static int pend(const struct ioctl_call *call, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, const WSATHREADID *thread)
{
    if (routine && port_takes_all(call->sock)) return WSAEINVAL;
    struct pending *pending = pending_new(call->sock, overlapped, routine, thread);
    if (!pending) return WSAENOBUFS;
    enum kernel_status status = pending_watch(pending, &call->watch, call->event_bit);
    pending->late = call->late;
    pending->out = call->out;
    pending->out_size = call->out_size;
    if (status != KERNEL_OK) {
        pending_forget(pending);
        return error_of_kernel(status);
    }
    pending_accept(pending);
    return WSA_IO_PENDING;
}

/* Step 17, blocking form: the thread waits in simulated time. The end of what a BLOCKS code waits for is an interruption
   (ioctls reference 1.23). */
static int block(const struct ioctl_call *call)
{
    struct pending pending; /* on the thread's own stack: it ends with the call, or with the thread */
    pending_begin(&pending, call->sock);
    enum kernel_status status = pending_watch(&pending, &call->watch, call->event_bit);
    if (status == KERNEL_OK) {
        int error = pending_wait(&pending, KERNEL_FOREVER);
        return error == WSA_OPERATION_ABORTED && (call->row->shape & BLOCKS) ? WSAEINTR : error;
    }
    pending_leave(&pending);
    return error_of_kernel(status);
}

/* Step 17, nonblocking form: the network event, if the code has one, is armed, also by this failing call. */
static int would_block(const struct ioctl_call *call)
{
    if (!call->event_bit) return WSAEWOULDBLOCK;
    enum kernel_status status = events_arm(call->sock, call->event_bit, &call->watch);
    return status == KERNEL_OK ? WSAEWOULDBLOCK : error_of_kernel(status);
}

/* An overlapped call that has its result is completed like any other, before it returns. */
static int complete_now(const struct ioctl_call *call, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, const WSATHREADID *thread, int result, DWORD count)
{
    struct pending *pending = pending_new(call->sock, overlapped, routine, thread);
    if (!pending) return WSAENOBUFS;
    pending_accept(pending);
    pending_finish(pending, (DWORD)result, count);
    return 0;
}

int WSPAPI provider_ioctl(SOCKET s, DWORD code, LPVOID in, DWORD in_size, LPVOID out, DWORD out_size, LPDWORD bytes, LPWSAOVERLAPPED overlapped,
                          LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT error)
{
    struct sock *sock = sock_enter(s, error);
    BOOL counted = kernel_may_write(bytes, sizeof *bytes);
    if (counted && !sock) *bytes = 0;
    if (!sock) return SOCKET_ERROR;
    if (!counted) return fail(error, WSAEFAULT);
    BOOL asynchronous = sock->overlapped && overlapped != NULL; /* without an OVERLAPPED a routine has nothing to be called for */
    if (asynchronous && (!kernel_may_write(overlapped, sizeof *overlapped) || (routine && !kernel_may_read(thread, sizeof *thread)))) {
        *bytes = 0;
        return fail(error, WSAEFAULT);
    }

    struct kernel_who who;
    kernel_current(&who);
    struct ioctl_call call = { .sock = sock, .row = ioctl_find(code), .in = in, .in_size = in_size, .out = out, .out_size = out_size, .observed = who.profile == KERNEL_OBSERVED };
    call.plain = !asynchronous;
    int result = !call.row ? (call.observed ? WSAEOPNOTSUPP : WSAEINVAL) : check_socket(&call);
    if (result == 0) result = check_buffers(&call, overlapped);
    if (result == 0 && call.observed) result = ioctl_observed_refusal(&call);
    if (result == 0) result = call.row->handler(&call);
    if (result == IOCTL_PENDS) {
        result = asynchronous ? pend(&call, overlapped, routine, thread) : sock->shared->nonblocking && !(call.row->shape & BLOCKS) ? would_block(&call) : block(&call);
        if (result == WSA_IO_PENDING) return fail(error, result);
        asynchronous = FALSE; /* a blocking call has finished, or nothing was started */
        call.count = 0;
    }
    if (call.observed && asynchronous && ioctl_observed_late(&call, result)) {
        result = complete_now(&call, overlapped, routine, thread, result, call.count);
        return fail(error, result ? result : WSA_IO_PENDING);
    }
    if (result == 0 && asynchronous) result = complete_now(&call, overlapped, routine, thread, 0, call.observed ? 0 : call.count);
    if (!call.observed || !ioctl_observed_uncounted(&call, result)) *bytes = call.count;
    return result == 0 ? 0 : fail(error, result);
}
