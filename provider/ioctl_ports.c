/*
 * Port reservations at run time: SIO_ACQUIRE_PORT_RESERVATION, SIO_ASSOCIATE_PORT_RESERVATION and SIO_RELEASE_PORT_RESERVATION
 * (ioctls reference 1.4, 1.8 and 1.32). Each finishes at once, so that nonblocking mode has nothing to say.
 */
#include <string.h>

#include "ioctl.h"
#include "provider.h"

#define TOKEN_AT 8 /* in INET_PORT_RESERVATION_INSTANCE, whose members have names in C++ only */

static enum kernel_transport transport(const struct ioctl_call *call) { return sock_stream(call->sock) ? KERNEL_TCP : KERNEL_UDP; }

static uint64_t token_read(const struct ioctl_call *call)
{
    INET_PORT_RESERVATION_TOKEN token;
    memcpy(&token, call->in, sizeof token);
    return token.Token;
}

/* The port comes and goes in network order, the number of them in the host's. */
int ioctl_acquire_port_reservation(struct ioctl_call *call)
{
    INET_PORT_RANGE range;
    INET_PORT_RESERVATION_TOKEN token;
    memcpy(&range, call->in, sizeof range);
    struct kernel_port_block block = { .start = ntohs(range.StartPort), .count = range.NumberOfPorts };
    enum kernel_status status = kernel_ports_reserve(transport(call), call->sock->endpoint, &block);
    if (status != KERNEL_OK) return error_of_kernel(status);
    range.StartPort = htons(block.start);
    token.Token = block.token;
    memset(call->out, 0, sizeof(INET_PORT_RESERVATION_INSTANCE));
    memcpy(call->out, &range, sizeof range);
    memcpy((char *)call->out + TOKEN_AT, &token, sizeof token);
    call->count = sizeof(INET_PORT_RESERVATION_INSTANCE);
    return 0;
}

int ioctl_associate_port_reservation(struct ioctl_call *call)
{
    return error_of_kernel(kernel_ports_associate(call->sock->endpoint, token_read(call)));
}

/* Any socket of the process and of the transport may give it back. */
int ioctl_release_port_reservation(struct ioctl_call *call)
{
    struct kernel_port_block block = { .token = token_read(call) };
    return error_of_kernel(kernel_ports_release(transport(call), &block));
}
