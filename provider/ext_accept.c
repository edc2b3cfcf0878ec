/*
 * AcceptEx and GetAcceptExSockaddrs. The buffer holds what was received first, then the local and the remote name, each behind
 * its length; an area is at least 16 bytes longer than the longest name.
 */
#include <string.h>

#include "ext.h"

/* ---- names in the buffer ---- */

static BOOL name_put(const struct sock *sock, const struct kernel_socket *name, char *area, DWORD room)
{
    INT size = sock_address_size(sock), written;
    char form[sizeof(struct sockaddr_in6)];
    if (room == 0) return TRUE; /* not wanted */
    if (room < sizeof size + (DWORD)size) return FALSE;
    sockname_write(sock, name, form, &written);
    memcpy(area, &size, sizeof size);
    memcpy(area + sizeof size, form, (size_t)size);
    return TRUE;
}

static int names_put(const struct extension *extension)
{
    struct kernel_socket local;
    char *area = extension->out + extension->receive_length;
    if (kernel_local(extension->fresh->endpoint, &local) != KERNEL_OK) memset(&local, 0, sizeof local);
    BOOL fits = name_put(extension->fresh, &local, area, extension->local_length);
    if (!name_put(extension->fresh, &extension->accepted.peer, area + extension->local_length, extension->remote_length)) fits = FALSE;
    return fits ? 0 : WSAEFAULT;
}

/* ---- AcceptEx ---- */

static void first_bytes_came(void *cookie, enum kernel_status status, uint64_t count)
{
    struct pending *pending = cookie;
    pending->request = 0;
    pending_finish(pending, (DWORD)error_of_kernel(status), status == KERNEL_OK ? (DWORD)count : 0);
}

/* The fresh socket takes the connection for its endpoint. Its properties are the listener's only with SO_UPDATE_ACCEPT_CONTEXT. */
static void connection_given(struct sock *fresh, kernel_endpoint endpoint)
{
    conditions_end(fresh);
    kernel_endpoint_close(fresh->endpoint);
    fresh->endpoint = endpoint;
    fresh->shared->connected = fresh->shared->no_context = TRUE;
    conditions_select(fresh);
}

static int accepted(struct pending *pending, DWORD *count)
{
    struct extension *extension = pending->extension;
    struct kernel_how how = { first_bytes_came, pending, false, &pending->request };
    connection_given(extension->fresh, extension->accepted.endpoint);
    *count = 0;
    int error = names_put(extension);
    if (error || extension->receive_length == 0) return error;
    enum kernel_status status = kernel_receive(extension->fresh->endpoint, &extension->transfer, &how);
    *count = (DWORD)extension->transfer.count;
    return error_of_kernel(status);
}

static void connection_came(void *cookie, enum kernel_status status, uint64_t ignored)
{
    struct pending *pending = cookie;
    DWORD count = 0;
    (void)ignored;
    pending->request = 0;
    int error = status == KERNEL_OK ? accepted(pending, &count) : error_of_kernel(status);
    if (error != WSA_IO_PENDING) pending_finish(pending, (DWORD)error, error ? 0 : count);
}

static int accept_check(const struct sock *listener, const struct sock *fresh, void *out, uint64_t size, DWORD remote_length, LPDWORD bytes)
{
    if (!sock_stream(listener) || !listener->shared->listening) return WSAEINVAL;
    if (!sock_stream(fresh) || fresh->family != listener->family || !sock_unbound(fresh)) return WSAEINVAL;
    if (fresh->shared->listening || fresh->shared->connected || fresh->accepting || !sock_alone(fresh)) return WSAEINVAL;
    if (bytes && !kernel_may_write(bytes, sizeof *bytes)) return WSAEFAULT;
    return remote_length == 0 || size > UINT32_MAX || !out || !kernel_may_write(out, (size_t)size) ? WSAEFAULT : 0;
}

static int accept_begins(struct pending *pending, LPDWORD bytes)
{
    struct extension *extension = pending->extension;
    struct kernel_how how = { connection_came, pending, false, &pending->request };
    DWORD count = 0;
    extension->piece = (struct kernel_piece){ extension->out, extension->receive_length };
    extension->transfer.pieces = &extension->piece;
    extension->transfer.piece_count = 1;
    enum kernel_status status = kernel_accept(pending->sock->endpoint, &extension->accepted, &how);
    if (status != KERNEL_OK && status != KERNEL_PENDING) {
        pending_forget(pending);
        return error_of_kernel(status);
    }
    extension->fresh->accepting = pending;
    pending_accept(pending);
    int error = status == KERNEL_OK ? accepted(pending, &count) : WSA_IO_PENDING;
    return ext_over(pending, error, count, bytes);
}

BOOL PASCAL ext_accept(SOCKET listener, SOCKET s, PVOID out, DWORD receive_length, DWORD local_length, DWORD remote_length, LPDWORD bytes, LPOVERLAPPED overlapped)
{
    int error;
    uint64_t size = (uint64_t)receive_length + local_length + remote_length;
    struct sock *sock = ext_enter(listener, &overlapped), *fresh;
    if (!sock) return FALSE;
    if (!overlapped) return ext_answer(WSA_INVALID_PARAMETER);
    fresh = sock_enter(s, &error);
    if (!fresh) return ext_answer(error);
    error = accept_check(sock, fresh, out, size, remote_length, bytes);
    if (error) return ext_answer(error);
    struct pending *pending = ext_pending(sock, overlapped);
    if (!pending) return ext_answer(WSAENOBUFS);
    *pending->extension = (struct extension){ .fresh = fresh, .out = out, .receive_length = receive_length, .local_length = local_length, .remote_length = remote_length };
    return ext_answer(accept_begins(pending, bytes));
}

/* ---- GetAcceptExSockaddrs ---- */

static void name_get(char *area, DWORD room, struct sockaddr **name, LPINT size)
{
    char *found = area + sizeof *size;
    if (room <= sizeof *size || !kernel_may_read(area, room)) return;
    if (name && kernel_may_write(name, sizeof *name)) memcpy(name, &found, sizeof found);
    if (size && kernel_may_write(size, sizeof *size)) memcpy(size, area, sizeof *size);
}

/* A name that was not wanted is not told: its outputs stay as they were (observed behaviour ACX-04). */
VOID PASCAL ext_accept_names(PVOID out, DWORD receive_length, DWORD local_length, DWORD remote_length, struct sockaddr **local, LPINT local_size, struct sockaddr **remote, LPINT remote_size)
{
    char *area = (char *)out + receive_length;
    if (!out) return;
    name_get(area, local_length, local, local_size);
    name_get(area + local_length, remote_length, remote, remote_size);
}
