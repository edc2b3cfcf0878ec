/*
 * What waits in a socket's queues: FIONREAD, SIOCATMARK, SIO_ENABLE_CIRCULAR_QUEUEING and SIO_FLUSH (ioctls reference 1.2,
 * 1.3, 1.14 and 1.16).
 */
#include <string.h>

#include "ioctl.h"
#include "provider.h"

static int give(struct ioctl_call *call, u_long value)
{
    memcpy(call->out, &value, sizeof value);
    call->count = sizeof value;
    return 0;
}

/* Messages: all that are queued, not the first one. */
int ioctl_fionread(struct ioctl_call *call)
{
    struct kernel_state state;
    enum kernel_status status = kernel_state(call->sock->endpoint, &state);
    if (status != KERNEL_OK) return error_of_kernel(status);
    return give(call, state.readable_bytes > UINT32_MAX ? UINT32_MAX : (u_long)state.readable_bytes);
}

/* TRUE: no urgent data waits, be it in the stream or apart. Windows says so always once it is inline. */
int ioctl_siocatmark(struct ioctl_call *call)
{
    struct kernel_state state;
    uint64_t is_inline = 0;
    enum kernel_status status = kernel_state(call->sock->endpoint, &state);
    if (status != KERNEL_OK) return error_of_kernel(status);
    kernel_option_get(call->sock->endpoint, KERNEL_URGENT_INLINE, &is_inline);
    return give(call, (is_inline && call->observed) || !(state.conditions & KERNEL_URGENT));
}

int ioctl_enable_circular_queueing(struct ioctl_call *call)
{
    return error_of_kernel(kernel_option_set(call->sock->endpoint, KERNEL_CIRCULAR_QUEUE, 1));
}

/* Sends that wait for what is dropped complete with WSA_OPERATION_ABORTED. Windows has no such code on streams. */
int ioctl_flush(struct ioctl_call *call)
{
    if (call->observed && sock_stream(call->sock)) return WSAEOPNOTSUPP;
    return error_of_kernel(kernel_send_flush(call->sock->endpoint));
}
