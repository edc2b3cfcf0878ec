/*
 * FIONBIO: blocking or not (ioctls reference 1.1).
 */
#include <string.h>

#include "ioctl.h"
#include "provider.h"

int ioctl_fionbio(struct ioctl_call *call)
{
    u_long on;
    memcpy(&on, call->in, sizeof on);
    if (!on && events_of(call->sock)->mask) return WSAEINVAL; /* first the registration must be cancelled */
    call->sock->shared->nonblocking = on != 0;
    return 0;
}
