/*
 * SIO_ROUTING_INTERFACE_QUERY, SIO_ROUTING_INTERFACE_CHANGE and SIO_FIND_ROUTE (ioctls reference 1.34, 1.33 and 1.15).
 */
#include <string.h>

#include "ioctl.h"
#include "provider.h"

int ioctl_routing_interface_query(struct ioctl_call *call)
{
    struct kernel_address destination;
    struct kernel_path path;
    int error = sockaddr_read(call->sock, call->in, &destination);
    if (error == 0 && address_unspecified(&destination)) error = WSAEINVAL;
    if (error == 0) error = ioctl_output(call, (DWORD)sock_address_size(call->sock)); /* the size is known without a look-up, so it is asked first */
    if (error) return error;
    enum kernel_status status = kernel_best_path(&destination, &path);
    if (status != KERNEL_OK) {
        call->count = 0;
        return error_of_kernel(status);
    }
    sockaddr_write(&path.source, call->out);
    return 0;
}

/* The unspecified address asks for any routing change of the family. An unreachable destination may be waited for too. */
int ioctl_routing_interface_change(struct ioctl_call *call)
{
    int error = sockaddr_read(call->sock, call->in, &call->watch.destination);
    if (error) return error;
    call->watch.topic = KERNEL_TOPIC_PATH;
    call->watch.family = sock_family(call->sock);
    call->event_bit = FD_ROUTING_INTERFACE_CHANGE;
    return IOCTL_PENDS;
}

/* A discovery that WSAEWOULDBLOCK left under way is not begun again by the next call for the same address: that takes its result. */
int ioctl_find_route(struct ioctl_call *call)
{
    struct sock *sock = call->sock;
    struct kernel_address destination;
    int error = sockaddr_read(sock, call->in, &destination);
    if (error == 0 && address_unspecified(&destination)) error = WSAEINVAL;
    if (error) return error;
    const struct kernel_address *before = &sock->finding;
    BOOL known = before->family == destination.family && before->scope_id == destination.scope_id && memcmp(before->bytes, destination.bytes, sizeof destination.bytes) == 0;
    enum kernel_status status = kernel_route_find(&destination, !known);
    memset(&sock->finding, 0, sizeof sock->finding);
    if (status != KERNEL_PENDING) return error_of_kernel(status);
    if (call->plain && sock->shared->nonblocking) sock->finding = destination;
    call->watch.topic = KERNEL_TOPIC_ROUTE;
    call->watch.family = sock_family(sock);
    call->watch.destination = destination;
    return IOCTL_PENDS;
}
