/*
 * WSAPoll. What the DLL refuses by itself, the handles that serve each socket (SIO_BSP_HANDLE_POLL), and one SIO_EXT_POLL for all of
 * them, to the provider of the first that is a socket.
 */
#include <string.h>

#include "ws2/private.h"

static size_t data_size(ULONG count) { return offsetof(WSAPOLLDATA, fdArray) + count * sizeof(WSAPOLLFD); }

/* The first that is a socket; INVALID_SOCKET: none. */
static SOCKET data_fill(struct thread *thread, WSAPOLLDATA *data, const WSAPOLLFD *fds)
{
    SOCKET first = INVALID_SOCKET;
    for (ULONG i = 0; i < data->fds; i++) {
        data->fdArray[i] = (WSAPOLLFD){ .fd = fds[i].fd, .events = fds[i].events };
        if (!handle_at(thread->process, fds[i].fd, HANDLE_SOCKET)) continue;
        data->fdArray[i].fd = dll_serving(thread, fds[i].fd, SIO_BSP_HANDLE_POLL);
        if (first == INVALID_SOCKET) first = data->fdArray[i].fd;
    }
    return first;
}

static int ask(struct thread *thread, SOCKET s, WSAPOLLDATA *data, int *error)
{
    DWORD bytes = 0, size = (DWORD)data_size(data->fds);
    const struct spi_ioctl call = { .s = s, .code = SIO_EXT_POLL, .in = data, .in_size = size, .out = data, .out_size = size, .bytes = &bytes };
    return spi_ioctl(thread, &call, error) == 0 ? data->result : SOCKET_ERROR;
}

int spi_client_poll(struct thread *thread, WSAPOLLFD *fds, ULONG count, INT timeout_ms, int *error)
{
    struct process *process = thread->process;
    *error = 0;
    if (count == 0) return *error = WSAEINVAL, SOCKET_ERROR;
    if (count > UINT32_MAX / sizeof *fds - 1 || !memory_holds(process, fds, count * sizeof *fds)) return *error = WSAEFAULT, SOCKET_ERROR;
    WSAPOLLDATA *data = memory_block(process, data_size(count));
    data->fds = count;
    data->timeout = timeout_ms;
    SOCKET first = data_fill(thread, data, fds);
    int result = SOCKET_ERROR;
    if (first != INVALID_SOCKET) result = ask(thread, first, data, error);
    else *error = WSAENOTSOCK;
    for (ULONG i = 0; i < count; i++) {
        if (first == INVALID_SOCKET) fds[i].revents = POLLNVAL;
        else if (result >= 0 || *error == WSAENOTSOCK) fds[i].revents = data->fdArray[i].revents;
    }
    memory_release(process, data);
    return result;
}
