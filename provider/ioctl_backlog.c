/*
 * SIO_IDEAL_SEND_BACKLOG_QUERY and _CHANGE (ioctls reference 1.24 and 1.23).
 */
#include <string.h>

#include "ioctl.h"
#include "provider.h"

/* The sending side has ended: nothing was blocked or interrupted, so the query is aborted, not interrupted. */
static int ask(const struct ioctl_call *call, enum kernel_option option, uint64_t *value)
{
    enum kernel_status status = kernel_option_get(call->sock->endpoint, option, value);
    return status == KERNEL_OK && call->sock->shared->sending_over ? WSA_OPERATION_ABORTED : error_of_kernel(status);
}

/* An output that is too short has another error than one that is not there. */
int ioctl_ideal_send_backlog_query(struct ioctl_call *call)
{
    uint64_t bytes;
    ULONG value;
    if (call->out_size < sizeof value) return WSAEINVAL;
    if (!call->out || !kernel_may_write(call->out, call->out_size)) return WSAEFAULT;
    int error = ask(call, KERNEL_IDEAL_SEND_BACKLOG, &bytes);
    if (error) return error;
    value = bytes > UINT32_MAX ? UINT32_MAX : (ULONG)bytes;
    memcpy(call->out, &value, sizeof value);
    call->count = sizeof value;
    return 0;
}

/* One request for a connection: a second one fails and leaves the first where it is. It does not look at the backlog itself,
   which would end the send buffer's following it (host-stack 4.6). */
int ioctl_ideal_send_backlog_change(struct ioctl_call *call)
{
    uint64_t seconds;
    int error = ask(call, KERNEL_CONNECTED_S, &seconds);
    if (error == WSA_OPERATION_ABORTED && call->plain) return WSAEINTR;
    if (error) return error;
    for (const struct pending *pending = call->sock->pending; pending; pending = pending->next)
        if (!pending->transfer && pending->watch.topic == KERNEL_TOPIC_BACKLOG && pending->request) return call->plain ? WSAEINTR : WSA_OPERATION_ABORTED;
    call->watch.topic = KERNEL_TOPIC_BACKLOG;
    call->watch.family = sock_family(call->sock);
    call->watch.endpoint = call->sock->endpoint;
    return IOCTL_PENDS;
}
