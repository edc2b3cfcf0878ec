/*
 * NT status and Winsock error, both ways (structures reference, 12.4), and the one way an OVERLAPPED becomes done.
 */
#include <ntstatus.h>

#include "ws2/private.h"

/* In the order of the reference; the first row of an error is the status that stands for it. */
static const struct { uint32_t status; int error; } map[] = {
    { (uint32_t)STATUS_PENDING, WSA_IO_INCOMPLETE },
    { (uint32_t)STATUS_BUFFER_OVERFLOW, WSAEMSGSIZE }, { (uint32_t)STATUS_INVALID_BUFFER_SIZE, WSAEMSGSIZE },
    { (uint32_t)STATUS_NOT_SUPPORTED, WSAEOPNOTSUPP }, { (uint32_t)STATUS_NOT_IMPLEMENTED, WSAEOPNOTSUPP },
    { (uint32_t)STATUS_ACCESS_VIOLATION, WSAEFAULT }, { (uint32_t)STATUS_BUFFER_TOO_SMALL, WSAEFAULT }, { (uint32_t)STATUS_DATATYPE_MISALIGNMENT_ERROR, WSAEFAULT },
    { (uint32_t)STATUS_INVALID_HANDLE, WSAENOTSOCK }, { (uint32_t)STATUS_OBJECT_TYPE_MISMATCH, WSAENOTSOCK },
    { (uint32_t)STATUS_NO_SUCH_DEVICE, WSAENETDOWN }, { (uint32_t)STATUS_NO_SUCH_FILE, WSAENETDOWN }, { (uint32_t)STATUS_OBJECT_NAME_NOT_FOUND, WSAENETDOWN },
    { (uint32_t)STATUS_OBJECT_PATH_NOT_FOUND, WSAENETDOWN }, { (uint32_t)STATUS_NETWORK_BUSY, WSAENETDOWN },
    { (uint32_t)STATUS_INVALID_NETWORK_RESPONSE, WSAENETDOWN }, { (uint32_t)STATUS_UNEXPECTED_NETWORK_ERROR, WSAENETDOWN },
    { (uint32_t)STATUS_INSUFFICIENT_RESOURCES, WSAENOBUFS }, { (uint32_t)STATUS_NO_MEMORY, WSAENOBUFS }, { (uint32_t)STATUS_QUOTA_EXCEEDED, WSAENOBUFS },
    { (uint32_t)STATUS_PAGEFILE_QUOTA, WSAENOBUFS }, { (uint32_t)STATUS_PAGEFILE_QUOTA_EXCEEDED, WSAENOBUFS }, { (uint32_t)STATUS_WORKING_SET_QUOTA, WSAENOBUFS },
    { (uint32_t)STATUS_COMMITMENT_LIMIT, WSAENOBUFS }, { (uint32_t)STATUS_REMOTE_RESOURCES, WSAENOBUFS }, { (uint32_t)STATUS_TOO_MANY_ADDRESSES, WSAENOBUFS },
    { (uint32_t)STATUS_CONFLICTING_ADDRESSES, WSAENOBUFS },
    { (uint32_t)STATUS_ACCESS_DENIED, WSAEACCES },
    { (uint32_t)STATUS_SHARING_VIOLATION, WSAEADDRINUSE }, { (uint32_t)STATUS_ADDRESS_ALREADY_EXISTS, WSAEADDRINUSE },
    { (uint32_t)STATUS_DEVICE_NOT_READY, WSAEWOULDBLOCK }, { (uint32_t)STATUS_REQUEST_NOT_ACCEPTED, WSAEWOULDBLOCK },
    { (uint32_t)STATUS_PIPE_DISCONNECTED, WSAESHUTDOWN },
    { (uint32_t)STATUS_IO_TIMEOUT, WSAETIMEDOUT }, { (uint32_t)STATUS_LINK_TIMEOUT, WSAETIMEDOUT },
    { (uint32_t)STATUS_CONNECTION_REFUSED, WSAECONNREFUSED }, { (uint32_t)STATUS_REMOTE_NOT_LISTENING, WSAECONNREFUSED },
    { (uint32_t)STATUS_NETWORK_UNREACHABLE, WSAENETUNREACH }, { (uint32_t)STATUS_BAD_NETWORK_PATH, WSAENETUNREACH }, { (uint32_t)STATUS_PROTOCOL_UNREACHABLE, WSAENETUNREACH },
    { (uint32_t)STATUS_CANCELLED, WSA_OPERATION_ABORTED },
    { (uint32_t)STATUS_CONNECTION_ABORTED, WSAECONNABORTED }, { (uint32_t)STATUS_LOCAL_DISCONNECT, WSAECONNABORTED }, { (uint32_t)STATUS_TRANSACTION_ABORTED, WSAECONNABORTED },
    { (uint32_t)STATUS_CONNECTION_RESET, WSAECONNRESET }, { (uint32_t)STATUS_REMOTE_DISCONNECT, WSAECONNRESET }, { (uint32_t)STATUS_LINK_FAILED, WSAECONNRESET },
    { (uint32_t)STATUS_CONNECTION_DISCONNECTED, WSAECONNRESET }, { (uint32_t)STATUS_PORT_UNREACHABLE, WSAECONNRESET },
    { (uint32_t)STATUS_INVALID_CONNECTION, WSAENOTCONN },
    { (uint32_t)STATUS_INVALID_ADDRESS, WSAEADDRNOTAVAIL }, { (uint32_t)STATUS_INVALID_ADDRESS_COMPONENT, WSAEADDRNOTAVAIL },
    { (uint32_t)STATUS_GRACEFUL_DISCONNECT, WSAEDISCON },
    { (uint32_t)STATUS_CONNECTION_ACTIVE, WSAEISCONN },
    { (uint32_t)STATUS_HOST_UNREACHABLE, WSAEHOSTUNREACH },
    { (uint32_t)STATUS_REQUEST_ABORTED, WSAEINTR },
    { (uint32_t)STATUS_HOST_DOWN, WSAEHOSTDOWN },
    { 0xC000A012, WSAENETRESET }, /* STATUS_HOPLIMIT_EXCEEDED: the reference's table has none for this error */
    { (uint32_t)STATUS_INVALID_PARAMETER, WSAEINVAL },
    { 0xC0000011, 38 }, { 0xC000009C, 23 }, /* STATUS_END_OF_FILE, STATUS_DEVICE_DATA_ERROR: of a file that is transmitted */
};

/* The answers of quality of service have no status of their own: they stand in NT's range for errors of Win32. */
#define NT_OF_WIN32 UINT32_C(0xC0070000)
static bool of_qos(uint32_t error) { return error >= WSA_QOS_RECEIVERS && error <= WSA_QOS_RESERVED_PETYPE; }

uint32_t status_of_error(DWORD error)
{
    if (error == 0) return 0;
    if (of_qos(error)) return NT_OF_WIN32 | error;
    for (size_t i = 1; i < sizeof map / sizeof *map; i++)
        if ((DWORD)map[i].error == error) return map[i].status;
    return (uint32_t)STATUS_INVALID_PARAMETER;
}

int error_of_status(uint32_t status)
{
    for (size_t i = 0; i < sizeof map / sizeof *map; i++)
        if (map[i].status == status) return map[i].error;
    if ((status & UINT32_C(0xFFFF0000)) == NT_OF_WIN32 && of_qos(status & 0xFFFF)) return (int)(status & 0xFFFF);
    return status < 0x80000000u ? 0 : WSAEINVAL;
}

bool overlapped_pending(const WSAOVERLAPPED *overlapped) { return overlapped->Internal == WSS_OPERATION_IN_PROGRESS; }
int overlapped_error(const WSAOVERLAPPED *overlapped) { return error_of_status((uint32_t)overlapped->Internal); }

/* Internal leaves STATUS_PENDING last: that is the mark of being done, and no compiler may move it. */
void overlapped_finish(WSAOVERLAPPED *overlapped, DWORD error, DWORD bytes)
{
    overlapped->InternalHigh = bytes;
    __atomic_store_n(&overlapped->Internal, status_of_error(error), __ATOMIC_RELEASE);
}
