/*
 * How Windows was seen to end control calls where the documents say otherwise: which of them an OVERLAPPED makes late, and
 * when the byte count is left as it was (observed behaviour, patterns 2 and 4). Only the observed profile asks.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <mstcpip.h>

#include "ioctl.h"

/* The list for any family is described and in no Windows. With an OVERLAPPED, the handle of the base provider is refused
   like a code that is not there. */
int ioctl_observed_refusal(const struct ioctl_call *call)
{
    if (call->row->code == SIO_GET_INTERFACE_LIST_EX) return WSAEOPNOTSUPP;
    return call->row->code == SIO_BASE_HANDLE && !call->plain ? WSAEOPNOTSUPP : 0;
}

/* WSA_IO_PENDING first, the result afterwards: what is not supported, and the list of interfaces. */
BOOL ioctl_observed_late(const struct ioctl_call *call, int result)
{
    return !call->plain && (result == WSAEOPNOTSUPP || (result == 0 && call->row->code == SIO_GET_INTERFACE_LIST));
}

/* Refused arguments leave the count alone for some codes; a short output tells the size it would take. */
BOOL ioctl_observed_uncounted(const struct ioctl_call *call, int result)
{
    if (!call->row) return FALSE;
    switch (call->row->code) {
    case FIONREAD:
    case SIOCATMARK: return result != 0;
    case SIO_ROUTING_INTERFACE_QUERY: return (result == WSAEINVAL || result == WSAEAFNOSUPPORT || result == WSAEFAULT) && call->count == 0;
    case SIO_KEEPALIVE_VALS: return result == 0 && !call->plain;
    default: return FALSE;
    }
}
