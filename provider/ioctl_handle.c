/*
 * SIO_BASE_HANDLE: a base provider's socket is its own base (ioctls reference 1.9).
 */
#include <string.h>

#include "ioctl.h"
#include "provider.h"

int ioctl_base_handle(struct ioctl_call *call)
{
    memcpy(call->out, &call->sock->handle, sizeof call->sock->handle);
    call->count = sizeof call->sock->handle;
    return 0;
}
