/*
 * WSPGetOverlappedResult (SPI reference 4.12, 6.5), and what NT status stands for which error (structures reference, 12.4).
 */
#include <ntstatus.h>

#include "provider.h"

/* The errors an operation of this provider can end with. */
static const struct { DWORD status; int error; } map[] = {
    { (DWORD)STATUS_CANCELLED, WSA_OPERATION_ABORTED },
    { (DWORD)STATUS_NO_SUCH_DEVICE, WSAENETDOWN },
    { (DWORD)STATUS_NETWORK_UNREACHABLE, WSAENETUNREACH },
    { (DWORD)STATUS_NOT_SUPPORTED, WSAEOPNOTSUPP },
    { (DWORD)STATUS_INSUFFICIENT_RESOURCES, WSAENOBUFS },
    { (DWORD)STATUS_ACCESS_VIOLATION, WSAEFAULT },
    { (DWORD)STATUS_BUFFER_TOO_SMALL, WSAEFAULT },
    { (DWORD)STATUS_REQUEST_ABORTED, WSAEINTR },
    { (DWORD)STATUS_HOST_UNREACHABLE, WSAEHOSTUNREACH },
    { (DWORD)STATUS_IO_TIMEOUT, WSAETIMEDOUT },
    { (DWORD)STATUS_INVALID_HANDLE, WSAENOTSOCK },
};

ULONG_PTR nt_status_of_error(DWORD error)
{
    if (error == 0) return 0;
    for (size_t i = 0; i < sizeof map / sizeof *map; i++)
        if ((DWORD)map[i].error == error) return map[i].status;
    return (DWORD)STATUS_INVALID_PARAMETER;
}

static int error_of_status(ULONG_PTR status)
{
    for (size_t i = 0; i < sizeof map / sizeof *map; i++)
        if (map[i].status == (DWORD)status) return map[i].error;
    return (DWORD)status < 0x80000000u ? 0 : WSAEINVAL;
}

/* Waits for the event, not for the operation: that is what the call is documented to do. */
static int wait_for(const WSAOVERLAPPED *overlapped)
{
    if (!overlapped->hEvent) return WSA_INVALID_HANDLE;
    struct kernel_wait wait = { .event = overlapped->hEvent, .timeout_ns = KERNEL_FOREVER };
    return error_of_kernel(kernel_wait(&wait));
}

BOOL WSPAPI provider_get_overlapped_result(SOCKET s, LPWSAOVERLAPPED overlapped, LPDWORD bytes, BOOL wait, LPDWORD flags, LPINT error)
{
    if (!sock_enter(s, error)) return FALSE;
    int result = 0;
    if (!kernel_may_read(overlapped, sizeof *overlapped) || !kernel_may_write(bytes, sizeof *bytes) || !kernel_may_write(flags, sizeof *flags)) result = WSAEFAULT;
    else if (overlapped->Internal == PENDING_STATUS && wait) result = wait_for(overlapped);
    if (result == 0 && overlapped->Internal == PENDING_STATUS) result = WSA_IO_INCOMPLETE;
    if (result == 0) result = error_of_status(overlapped->Internal);
    if (result) {
        fail(error, result);
        return FALSE;
    }
    *bytes = (DWORD)overlapped->InternalHigh;
    *flags = overlapped->Offset;
    return TRUE;
}
