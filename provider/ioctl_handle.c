/*
 * Codes that answer a handle: SIO_BASE_HANDLE, the three SIO_BSP_HANDLE codes, SIO_QUERY_PNP_TARGET_HANDLE and
 * SIO_QUERY_WFP_ALE_ENDPOINT_HANDLE (ioctls reference 1.9 to 1.12, 1.30 and 1.29).
 */
#include <string.h>

#include "ioctl.h"
#include "provider.h"

/* A base provider's socket is its own base, whatever it is wanted for, and, its handles being no file handles of the system, the
   one whose removal would end it: asking again about the answer gives the answer. */
int ioctl_own_handle(struct ioctl_call *call)
{
    memcpy(call->out, &call->sock->handle, sizeof call->sock->handle);
    call->count = sizeof call->sock->handle;
    return 0;
}

/* The endpoint comes into being when the socket is bound. */
int ioctl_wfp_endpoint_handle(struct ioctl_call *call)
{
    UINT64 endpoint = call->sock->endpoint;
    if (sock_unbound(call->sock)) return WSAEINVAL;
    memcpy(call->out, &endpoint, sizeof endpoint);
    call->count = sizeof endpoint;
    return 0;
}
