/*
 * A second service provider. It can do two things, SIO_BASE_HANDLE and SIO_ADDRESS_LIST_CHANGE told by an event, refuses all
 * else in the words of the interface, and keeps every rule: proof that the seam serves a provider it was not made for.
 */
#include "small_provider.h"

const uint32_t wspsim_kernel_abi = KERNEL_ABI;

static void polite_change_seen(void *cookie, enum kernel_status status, uint64_t count)
{
    (void)count;
    small_request_finish(cookie, status == KERNEL_OK ? 0 : status == KERNEL_CANCELLED ? WSA_OPERATION_ABORTED : WSAENETDOWN);
}

/* Only the form with an event; the socket remembers one request. */
static int polite_change_await(struct small_socket *socket, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPINT error)
{
    if (overlapped == NULL || !socket->overlapped_allowed || routine != NULL) return small_fail(error, WSAEOPNOTSUPP);
    return small_request_begin(socket, overlapped, polite_change_seen, error);
}

static int polite_base_handle(const struct small_socket *socket, LPVOID out, DWORD out_size, LPDWORD bytes, LPWSAOVERLAPPED overlapped, LPINT error)
{
    if (out_size < sizeof socket->handle || !kernel_may_write(out, sizeof socket->handle)) return small_fail(error, WSAEFAULT);
    memcpy(out, &socket->handle, sizeof socket->handle);
    *bytes = sizeof socket->handle;
    if (overlapped == NULL || !socket->overlapped_allowed) return 0;
    if (overlapped->hEvent != NULL) small_process_get()->up.lpWPUResetEvent(overlapped->hEvent, error);
    return WPUCompleteOverlappedRequest(socket->handle, overlapped, 0, *bytes, error); /* a result at once completes it as a late one would */
}

static int WSPAPI polite_ioctl(SOCKET s, DWORD code, LPVOID in, DWORD in_size, LPVOID out, DWORD out_size, LPDWORD bytes, LPWSAOVERLAPPED overlapped,
                               LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT error)
{
    (void)in, (void)in_size, (void)thread; /* neither code has input, and no routine is ever called */
    struct small_socket *socket = small_socket_find(s, error);
    if (socket == NULL) return SOCKET_ERROR;
    if (!kernel_may_write(bytes, sizeof *bytes) || (overlapped != NULL && !kernel_may_write(overlapped, sizeof *overlapped))) return small_fail(error, WSAEFAULT);
    *bytes = 0;
    switch (code) {
    case SIO_BASE_HANDLE: return routine != NULL ? small_fail(error, WSAEOPNOTSUPP) : polite_base_handle(socket, out, out_size, bytes, overlapped, error);
    case SIO_ADDRESS_LIST_CHANGE: return polite_change_await(socket, overlapped, routine, error);
    default: return small_fail(error, WSAEOPNOTSUPP);
    }
}

int WSPAPI WSPStartup(WORD requested, LPWSPDATA data, LPWSAPROTOCOL_INFOW info, WSPUPCALLTABLE upcalls, LPWSPPROC_TABLE table)
{
    (void)info;
    return small_startup(requested, data, &upcalls, table, polite_ioctl);
}
