/*
 * What the second providers of this folder share: a service provider as small as the interface allows, written against the
 * Winsock headers and kernel.h alone. It is unlike the reference provider on purpose: a fixed array of sockets in the
 * process's slot, one request a socket at most, no lists, and every function it does not need refused. Only plain.c has endpoints.
 *
 * Whoever includes it defines WSPStartup, WSPIoctl and `const uint32_t wspsim_kernel_abi`, and replaces in the table what it
 * does otherwise.
 */
#ifndef SEAM_SMALL_PROVIDER_H
#define SEAM_SMALL_PROVIDER_H
#include <winsock2.h>
#include <ws2spi.h>
#include <mswsock.h>

#include <stdlib.h>
#include <string.h>

#include "kernel.h"

#define SMALL_SOCKETS 8

struct small_socket {
    SOCKET handle;              /* 0: this place is free */
    enum kernel_family family;
    BOOL overlapped_allowed;    /* made with WSA_FLAG_OVERLAPPED */
    kernel_request request;     /* 0: nothing is pending */
    LPWSAOVERLAPPED overlapped; /* of the request */
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine;
    WSATHREADID thread;
    DWORD code;                 /* the control code that asked */
    DWORD entry;                /* of the catalogue */
    kernel_endpoint endpoint;   /* plain.c: what it serves; 0: nothing */
    BOOL stream, nonblocking;
};

struct small_process {
    WSPUPCALLTABLE up;
    unsigned startups;
    struct small_socket sockets[SMALL_SOCKETS];
};

extern const uint32_t wspsim_kernel_abi;

static inline int small_fail(LPINT error, int value)
{
    *error = value;
    return SOCKET_ERROR;
}

static inline struct small_process *small_process_get(void) { return kernel_slot_get(&wspsim_kernel_abi); }

/* NULL: *error says why. */
static inline struct small_socket *small_socket_find(SOCKET s, LPINT error)
{
    struct small_process *process = small_process_get();
    DWORD_PTR context;
    if (process == NULL) {
        small_fail(error, WSANOTINITIALISED);
        return NULL;
    }
    if (process->up.lpWPUQuerySocketHandleContext(s, &context, error) != 0) return NULL;
    return (struct small_socket *)context;
}

/* ---- requests ---- */

/* The first change of the address list completes it. The OVERLAPPED is ours from here on. */
static inline int small_request_begin(struct small_socket *socket, LPWSAOVERLAPPED overlapped, kernel_complete *complete, LPINT error)
{
    const struct kernel_watch watch = { .topic = KERNEL_TOPIC_ADDRESSES, .family = socket->family };
    int ignored;
    if (socket->request != 0) return small_fail(error, WSAENOBUFS);
    if (kernel_watch(&watch, false, complete, socket, &socket->request) != KERNEL_OK) return small_fail(error, WSAENETDOWN);
    socket->overlapped = overlapped;
    overlapped->InternalHigh = 0;
    overlapped->Internal = WSS_OPERATION_IN_PROGRESS;
    if (socket->routine == NULL && overlapped->hEvent != NULL) small_process_get()->up.lpWPUResetEvent(overlapped->hEvent, &ignored);
    return small_fail(error, WSA_IO_PENDING);
}

static inline void small_request_finish(struct small_socket *socket, DWORD error)
{
    int ignored;
    socket->request = 0;
    WPUCompleteOverlappedRequest(socket->handle, socket->overlapped, error, 0, &ignored);
}

/* ---- sockets ---- */

/* A free place with a handle; NULL: *error says why. */
static inline struct small_socket *small_socket_take(struct small_process *process, DWORD entry, enum kernel_family family, LPINT error)
{
    for (size_t i = 0; i < SMALL_SOCKETS; i++) {
        struct small_socket *socket = &process->sockets[i];
        if (socket->handle != 0) continue;
        SOCKET handle = process->up.lpWPUCreateSocketHandle(entry, (DWORD_PTR)socket, error);
        if (handle == INVALID_SOCKET) return NULL;
        *socket = (struct small_socket){ .handle = handle, .family = family, .entry = entry };
        return socket;
    }
    *error = WSAEMFILE;
    return NULL;
}

static inline SOCKET WSPAPI small_socket_open(int family, int type, int protocol, LPWSAPROTOCOL_INFOW info, GROUP group, DWORD flags, LPINT error)
{
    struct small_process *process = small_process_get();
    (void)type, (void)protocol, (void)group; /* nothing here depends on them */
    *error = process == NULL ? WSANOTINITIALISED : family != AF_INET && family != AF_INET6 ? WSAEAFNOSUPPORT : 0;
    if (*error != 0) return INVALID_SOCKET;
    struct small_socket *socket = small_socket_take(process, info->dwCatalogEntryId, family == AF_INET ? KERNEL_IPV4 : KERNEL_IPV6, error);
    if (socket == NULL) return INVALID_SOCKET;
    socket->overlapped_allowed = (flags & WSA_FLAG_OVERLAPPED) != 0;
    return socket->handle;
}

static inline int WSPAPI small_socket_close(SOCKET s, LPINT error)
{
    struct small_socket *socket = small_socket_find(s, error);
    if (socket == NULL) return SOCKET_ERROR;
    if (socket->request != 0) {
        kernel_cancel(socket->request);
        small_request_finish(socket, WSA_OPERATION_ABORTED);
    }
    socket->handle = 0;
    return small_process_get()->up.lpWPUCloseSocketHandle(s, error);
}

/* ---- starting and ending ---- */

static inline void small_process_end(struct small_process *process)
{
    kernel_slot_set(&wspsim_kernel_abi, NULL);
    free(process);
}

/* After the last cleanup nobody is told of anything any more; what was pending says that it was given up. */
static inline int WSPAPI small_cleanup(LPINT error)
{
    struct small_process *process = small_process_get();
    int ignored;
    if (process == NULL) return small_fail(error, WSANOTINITIALISED);
    if (--process->startups > 0) return 0;
    for (size_t i = 0; i < SMALL_SOCKETS; i++) {
        struct small_socket *socket = &process->sockets[i];
        if (socket->handle == 0) continue;
        if (socket->request != 0) {
            kernel_cancel(socket->request);
            socket->overlapped->Internal = 0xC0000120u; /* STATUS_CANCELLED */
        }
        process->up.lpWPUCloseSocketHandle(socket->handle, &ignored);
    }
    small_process_end(process);
    return 0;
}

/* ---- what is refused: no entry looks at its arguments ---- */

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#define SMALL_REFUSAL(type, name, failure, ...) static inline type WSPAPI small_refuse_##name(__VA_ARGS__, LPINT error) { return *error = WSAEOPNOTSUPP, failure; }
static inline int WSPAPI small_refuse_cancel(LPINT error) { return small_fail(error, WSAEOPNOTSUPP); }
SMALL_REFUSAL(SOCKET, accept, INVALID_SOCKET, SOCKET s, struct sockaddr *address, LPINT size, LPCONDITIONPROC condition, DWORD_PTR data)
SMALL_REFUSAL(INT, to_string, SOCKET_ERROR, LPSOCKADDR address, DWORD size, LPWSAPROTOCOL_INFOW info, LPWSTR text, LPDWORD length)
SMALL_REFUSAL(int, async_select, SOCKET_ERROR, SOCKET s, HWND window, unsigned int message, LONG events)
SMALL_REFUSAL(int, name_in, SOCKET_ERROR, SOCKET s, const struct sockaddr *address, int size)
SMALL_REFUSAL(int, name_out, SOCKET_ERROR, SOCKET s, struct sockaddr *address, LPINT size)
SMALL_REFUSAL(int, connect, SOCKET_ERROR, SOCKET s, const struct sockaddr *address, int size, LPWSABUF to, LPWSABUF from, LPQOS socket, LPQOS group)
SMALL_REFUSAL(int, duplicate, SOCKET_ERROR, SOCKET s, DWORD process, LPWSAPROTOCOL_INFOW info)
SMALL_REFUSAL(int, enum_events, SOCKET_ERROR, SOCKET s, WSAEVENT event, LPWSANETWORKEVENTS events)
SMALL_REFUSAL(int, event_select, SOCKET_ERROR, SOCKET s, WSAEVENT event, LONG events)
SMALL_REFUSAL(BOOL, result, FALSE, SOCKET s, LPWSAOVERLAPPED overlapped, LPDWORD bytes, BOOL wait, LPDWORD flags)
SMALL_REFUSAL(int, get_option, SOCKET_ERROR, SOCKET s, int level, int option, char *value, LPINT size)
SMALL_REFUSAL(BOOL, qos, FALSE, SOCKET s, LPWSABUF name, LPQOS qos)
SMALL_REFUSAL(SOCKET, join, INVALID_SOCKET, SOCKET s, const struct sockaddr *address, int size, LPWSABUF to, LPWSABUF from, LPQOS socket, LPQOS group, DWORD flags)
SMALL_REFUSAL(int, number, SOCKET_ERROR, SOCKET s, int number)
SMALL_REFUSAL(int, recv, SOCKET_ERROR, SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, LPDWORD flags, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread)
SMALL_REFUSAL(int, buffer, SOCKET_ERROR, SOCKET s, LPWSABUF buffer)
SMALL_REFUSAL(int, recv_from, SOCKET_ERROR, SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, LPDWORD flags, struct sockaddr *from, LPINT size, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread)
SMALL_REFUSAL(int, select, SOCKET_ERROR, int count, fd_set *readable, fd_set *writable, fd_set *exceptional, const PTIMEVAL timeout)
SMALL_REFUSAL(int, send, SOCKET_ERROR, SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, DWORD flags, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread)
SMALL_REFUSAL(int, send_to, SOCKET_ERROR, SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, DWORD flags, const struct sockaddr *to, int size, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread)
SMALL_REFUSAL(int, set_option, SOCKET_ERROR, SOCKET s, int level, int option, const char *value, int size)
SMALL_REFUSAL(INT, to_address, SOCKET_ERROR, LPWSTR text, INT family, LPWSAPROTOCOL_INFOW info, LPSOCKADDR address, LPINT size)
#undef SMALL_REFUSAL
#pragma GCC diagnostic pop

static inline void small_table_fill(LPWSPPROC_TABLE table, LPWSPIOCTL ioctl)
{
    *table = (WSPPROC_TABLE){
        .lpWSPAccept = small_refuse_accept, .lpWSPAddressToString = small_refuse_to_string, .lpWSPAsyncSelect = small_refuse_async_select,
        .lpWSPBind = small_refuse_name_in, .lpWSPCancelBlockingCall = small_refuse_cancel, .lpWSPCleanup = small_cleanup,
        .lpWSPCloseSocket = small_socket_close, .lpWSPConnect = small_refuse_connect, .lpWSPDuplicateSocket = small_refuse_duplicate,
        .lpWSPEnumNetworkEvents = small_refuse_enum_events, .lpWSPEventSelect = small_refuse_event_select, .lpWSPGetOverlappedResult = small_refuse_result,
        .lpWSPGetPeerName = small_refuse_name_out, .lpWSPGetSockName = small_refuse_name_out, .lpWSPGetSockOpt = small_refuse_get_option,
        .lpWSPGetQOSByName = small_refuse_qos, .lpWSPIoctl = ioctl, .lpWSPJoinLeaf = small_refuse_join, .lpWSPListen = small_refuse_number,
        .lpWSPRecv = small_refuse_recv, .lpWSPRecvDisconnect = small_refuse_buffer, .lpWSPRecvFrom = small_refuse_recv_from,
        .lpWSPSelect = small_refuse_select, .lpWSPSend = small_refuse_send, .lpWSPSendDisconnect = small_refuse_buffer,
        .lpWSPSendTo = small_refuse_send_to, .lpWSPSetSockOpt = small_refuse_set_option, .lpWSPShutdown = small_refuse_number,
        .lpWSPSocket = small_socket_open, .lpWSPStringToAddress = small_refuse_to_address,
    };
}

static inline int small_startup(WORD requested, LPWSPDATA data, const WSPUPCALLTABLE *upcalls, LPWSPPROC_TABLE table, LPWSPIOCTL ioctl)
{
    struct small_process *process = small_process_get();
    if (LOBYTE(requested) < 2) return WSAVERNOTSUPPORTED;
    if (process == NULL) process = calloc(1, sizeof *process);
    if (process == NULL) return WSAEPROCLIM;
    kernel_slot_set(&wspsim_kernel_abi, process);
    process->up = *upcalls;
    process->startups++;
    memset(data, 0, sizeof *data);
    data->wVersion = data->wHighVersion = MAKEWORD(2, 2);
    small_table_fill(table, ioctl);
    return 0;
}
#endif
