/*
 * Errors, each translation in one place: the kernel's status, Winsock's error, and the NT status that an OVERLAPPED bears
 * (structures reference, 12.4).
 */
#include <ntstatus.h>

#include "provider.h"

#ifndef STATUS_HOPLIMIT_EXCEEDED
#define STATUS_HOPLIMIT_EXCEEDED 0xC000A012 /* for WSAENETRESET, of which the reference's table says nothing */
#endif

/* The errors an operation of this provider can end with; the first row of an error is the status that stands for it. */
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
    { (DWORD)STATUS_BUFFER_OVERFLOW, WSAEMSGSIZE },
    { (DWORD)STATUS_ACCESS_DENIED, WSAEACCES },
    { (DWORD)STATUS_SHARING_VIOLATION, WSAEADDRINUSE },
    { (DWORD)STATUS_INVALID_ADDRESS, WSAEADDRNOTAVAIL },
    { (DWORD)STATUS_PIPE_DISCONNECTED, WSAESHUTDOWN },
    { (DWORD)STATUS_CONNECTION_REFUSED, WSAECONNREFUSED },
    { (DWORD)STATUS_CONNECTION_ABORTED, WSAECONNABORTED },
    { (DWORD)STATUS_CONNECTION_RESET, WSAECONNRESET },
    { (DWORD)STATUS_INVALID_CONNECTION, WSAENOTCONN },
    { (DWORD)STATUS_CONNECTION_ACTIVE, WSAEISCONN },
    { (DWORD)STATUS_HOPLIMIT_EXCEEDED, WSAENETRESET },
    { (DWORD)STATUS_END_OF_FILE, ERROR_HANDLE_EOF },
    { (DWORD)STATUS_DEVICE_DATA_ERROR, ERROR_CRC },
};

/* What an OVERLAPPED may bear besides, whoever wrote it (observed behaviour OVR-04 and OVR-05). */
static const struct {
    DWORD status;
    int error;
} others[] = {
    { (DWORD)STATUS_DATATYPE_MISALIGNMENT_ERROR, WSAEFAULT }, { (DWORD)STATUS_INVALID_BUFFER_SIZE, WSAEMSGSIZE },  { (DWORD)STATUS_OBJECT_TYPE_MISMATCH, WSAENOTSOCK },
    { (DWORD)STATUS_NOT_IMPLEMENTED, WSAEOPNOTSUPP },         { (DWORD)STATUS_DEVICE_NOT_READY, WSAEWOULDBLOCK },  { (DWORD)STATUS_REQUEST_NOT_ACCEPTED, WSAEWOULDBLOCK },
    { (DWORD)STATUS_REMOTE_DISCONNECT, WSAECONNRESET },       { (DWORD)STATUS_LINK_FAILED, WSAECONNRESET },        { (DWORD)STATUS_CONNECTION_DISCONNECTED, WSAECONNRESET },
    { (DWORD)STATUS_PORT_UNREACHABLE, WSAECONNRESET },        { (DWORD)STATUS_LOCAL_DISCONNECT, WSAECONNABORTED }, { (DWORD)STATUS_TRANSACTION_ABORTED, WSAECONNABORTED },
    { (DWORD)STATUS_REMOTE_NOT_LISTENING, WSAECONNREFUSED },  { (DWORD)STATUS_GRACEFUL_DISCONNECT, WSAEDISCON },   { (DWORD)STATUS_LINK_TIMEOUT, WSAETIMEDOUT },
};

/* The refusals of quality of service have no status of their own: they stand in NT's range for errors of Win32. */
#define NT_OF_WIN32 0xC0070000u
static BOOL of_qos(DWORD error) { return error >= WSA_QOS_RECEIVERS && error <= WSA_QOS_RESERVED_PETYPE; }

ULONG_PTR nt_status_of_error(DWORD error)
{
    if (error == 0) return 0;
    if (of_qos(error)) return NT_OF_WIN32 | error;
    for (size_t i = 0; i < sizeof map / sizeof *map; i++)
        if ((DWORD)map[i].error == error) return map[i].status;
    return (DWORD)STATUS_INVALID_PARAMETER;
}

int error_of_nt_status(ULONG_PTR status)
{
    for (size_t i = 0; i < sizeof map / sizeof *map; i++)
        if (map[i].status == (DWORD)status) return map[i].error;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i].status == (DWORD)status) return others[i].error;
    if (((DWORD)status & 0xFFFF0000u) == NT_OF_WIN32 && of_qos((DWORD)status & 0xFFFF)) return (int)((DWORD)status & 0xFFFF);
    return (DWORD)status < 0x80000000u ? 0 : WSAEINVAL;
}

int error_of_kernel(enum kernel_status status)
{
    switch (status) {
    case KERNEL_OK: return 0;
    case KERNEL_CANCELLED:
    case KERNEL_CLOSED: return WSA_OPERATION_ABORTED;
    case KERNEL_TIMED_OUT: return WSAETIMEDOUT;
    case KERNEL_STACK_DOWN:
    case KERNEL_NET_DOWN: return WSAENETDOWN;
    case KERNEL_NET_UNREACHABLE: return WSAENETUNREACH;
    case KERNEL_NOT_SUPPORTED: return WSAEOPNOTSUPP;
    case KERNEL_NO_RESOURCES:
    case KERNEL_NO_PORTS: return WSAENOBUFS;
    case KERNEL_BAD_HANDLE: return WSA_INVALID_HANDLE;
    case KERNEL_BAD_ARGUMENT: return WSAEINVAL;
    case KERNEL_INTERRUPTED: return WSAEINTR;
    case KERNEL_PENDING: return WSA_IO_PENDING;
    case KERNEL_WOULD_BLOCK: return WSAEWOULDBLOCK;
    case KERNEL_ADDRESS_IN_USE: return WSAEADDRINUSE;
    case KERNEL_ADDRESS_EXCLUSIVE:
    case KERNEL_DENIED: return WSAEACCES;
    case KERNEL_ADDRESS_NOT_LOCAL: return WSAEADDRNOTAVAIL;
    case KERNEL_HOST_UNREACHABLE: return WSAEHOSTUNREACH;
    case KERNEL_REFUSED: return WSAECONNREFUSED;
    case KERNEL_RESET: return WSAECONNRESET;
    case KERNEL_ABORTED: return WSAECONNABORTED;
    case KERNEL_NET_RESET: return WSAENETRESET;
    case KERNEL_NOT_CONNECTED: return WSAENOTCONN;
    case KERNEL_IS_CONNECTED: return WSAEISCONN;
    case KERNEL_IN_PROGRESS: return WSAEALREADY;
    case KERNEL_SHUT_DOWN: return WSAESHUTDOWN;
    case KERNEL_TOO_LONG: return WSAEMSGSIZE;
    case KERNEL_UNREADABLE: return ERROR_CRC;
    }
    return WSAEINVAL;
}
