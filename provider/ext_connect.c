/*
 * ConnectEx and DisconnectEx. A connect may take the first bytes with it: the request ends when they are taken, or with the
 * attempt. A disconnect ends when all that was sent, the end of the stream too, is acknowledged.
 */
#include <string.h>

#include "ext.h"

/* ---- ConnectEx ---- */

static void first_bytes_sent(void *cookie, enum kernel_status status, uint64_t count)
{
    struct pending *pending = cookie;
    pending->request = 0;
    pending_finish(pending, (DWORD)error_of_kernel(status), status == KERNEL_OK ? (DWORD)count : 0);
}

/* The socket is connected, and has not heard of it until SO_UPDATE_CONNECT_CONTEXT. */
static int connected(struct pending *pending, DWORD *count)
{
    struct sock *sock = pending->sock;
    struct extension *extension = pending->extension;
    struct kernel_how how = { first_bytes_sent, pending, false, &pending->request };
    sock->shared->attempt = ATTEMPT_MADE;
    sock->shared->connected = sock->shared->no_context = TRUE;
    sock->shared->error = 0;
    conditions_look(sock);
    *count = 0;
    if (extension->piece.size_bytes == 0) return 0;
    enum kernel_status status = kernel_send(sock->endpoint, &extension->transfer, &how);
    *count = (DWORD)extension->transfer.count;
    return error_of_kernel(status);
}

static void attempt_ends(void *cookie, enum kernel_status status, uint64_t ignored)
{
    struct pending *pending = cookie;
    DWORD count = 0;
    int error = error_of_kernel(status);
    (void)ignored;
    pending->request = 0;
    if (error == 0) error = connected(pending, &count);
    else if (status == KERNEL_CANCELLED) ext_give_up(pending->sock);
    else pending->sock->shared->attempt = ATTEMPT_FAILED;
    if (error != WSA_IO_PENDING) pending_finish(pending, (DWORD)error, error ? 0 : count);
}

/* In the order of observed behaviour CON-02 to CON-05. */
static int connect_check(const struct sock *sock, const struct kernel_socket *peer, const void *data, DWORD length)
{
    if (!sock_stream(sock) || sock->shared->listening || sock->accepting) return WSAEINVAL;
    if (sock_unbound(sock)) return WSAEINVAL;
    if (sock->shared->connected) return WSAEISCONN;
    if (address_unspecified(&peer->address) || peer->port == 0) return WSAEADDRNOTAVAIL;
    return length && (!data || !kernel_may_read(data, length)) ? WSAEFAULT : 0;
}

static int connect_begins(struct sock *sock, const struct kernel_socket *peer, void *data, DWORD length, LPDWORD bytes, LPOVERLAPPED overlapped)
{
    struct pending *pending = ext_pending(sock, overlapped);
    DWORD count = 0;
    if (!pending) return WSAENOBUFS;
    struct extension *extension = pending->extension;
    extension->piece = (struct kernel_piece){ data, length };
    extension->transfer.pieces = &extension->piece;
    extension->transfer.piece_count = 1;
    struct kernel_how how = { attempt_ends, pending, false, &pending->request };
    enum kernel_status status = kernel_connect(sock->endpoint, peer, &how);
    if (status != KERNEL_PENDING && status != KERNEL_OK) {
        pending_forget(pending); /* never accepted: nothing completes */
        return error_of_kernel(status);
    }
    pending_accept(pending);
    sock->shared->attempt = ATTEMPT_RUNS;
    int error = status == KERNEL_OK ? connected(pending, &count) : WSA_IO_PENDING;
    return ext_over(pending, error, count, bytes);
}

BOOL PASCAL ext_connect(SOCKET s, const struct sockaddr *name, int size, PVOID data, DWORD length, LPDWORD bytes, LPOVERLAPPED overlapped)
{
    struct kernel_socket peer;
    struct sock *sock = ext_enter(s, &overlapped);
    if (!sock) return FALSE;
    if (!overlapped) return ext_answer(WSA_INVALID_PARAMETER);
    int error = bytes && !kernel_may_write(bytes, sizeof *bytes) ? WSAEFAULT : sockname_read(sock, name, size, &peer);
    if (error == 0) error = connect_check(sock, &peer, data, length);
    if (error == 0) error = connect_begins(sock, &peer, data, length, bytes, overlapped);
    return ext_answer(error);
}

/* ---- DisconnectEx ---- */

/* What is left to do when all is acknowledged. */
static int disconnected(struct pending *pending, enum kernel_status status)
{
    struct sock *sock = pending->sock;
    BOOL reuse = pending->overlapped && (pending->extension->flags & TF_REUSE_SOCKET);
    return status == KERNEL_OK && reuse ? ext_reuse(sock) : error_of_kernel(status);
}

static void drained(void *cookie, enum kernel_status status, uint64_t ignored)
{
    struct pending *pending = cookie;
    (void)ignored;
    pending->request = 0;
    pending_finish(pending, (DWORD)disconnected(pending, status), 0);
}

static struct kernel_watch end_of(const struct sock *sock)
{
    return (struct kernel_watch){ .topic = KERNEL_TOPIC_ENDPOINT, .family = sock_family(sock), .endpoint = sock->endpoint, .conditions = KERNEL_DRAINED | KERNEL_FAILED };
}

static int disconnect_blocking(struct sock *sock, DWORD flags)
{
    struct pending pending; /* on the thread's own stack: it ends with the call, or with the thread */
    struct kernel_watch watch = end_of(sock);
    struct kernel_state state;
    int error = 0;
    if (kernel_state(sock->endpoint, &state) == KERNEL_OK && !(state.conditions & watch.conditions)) {
        pending_begin(&pending, sock);
        enum kernel_status status = pending_watch(&pending, &watch, 0);
        if (status != KERNEL_OK) {
            pending_leave(&pending);
            return error_of_kernel(status);
        }
        error = pending_wait(&pending, KERNEL_FOREVER);
        if (!pending.sock) return WSAEINTR; /* closed meanwhile */
    }
    return error == 0 && (flags & TF_REUSE_SOCKET) ? ext_reuse(sock) : error;
}

static int disconnect_overlapped(struct sock *sock, DWORD flags, LPOVERLAPPED overlapped)
{
    struct kernel_watch watch = end_of(sock);
    struct kernel_state state;
    struct pending *pending = ext_pending(sock, overlapped);
    if (!pending) return WSAENOBUFS;
    pending->extension->flags = flags;
    pending_accept(pending);
    BOOL over = kernel_state(sock->endpoint, &state) == KERNEL_OK && (state.conditions & watch.conditions);
    enum kernel_status status = over ? KERNEL_OK : kernel_watch(&watch, false, drained, pending, &pending->request);
    if (!over && status == KERNEL_OK) return WSA_IO_PENDING;
    return ext_over(pending, disconnected(pending, status), 0, NULL);
}

int ext_end(struct sock *sock, LPOVERLAPPED overlapped, DWORD flags)
{
    if (!sock_stream(sock) || !sock->shared->connected) return WSAENOTCONN;
    if ((flags & TF_REUSE_SOCKET) && !sock_alone(sock)) return WSAEINVAL; /* the others would keep the former connection */
    uint32_t directions = flags & TF_REUSE_SOCKET ? KERNEL_SENDING | KERNEL_RECEIVING : KERNEL_SENDING;
    enum kernel_status status = kernel_shutdown(sock->endpoint, directions);
    if (status != KERNEL_OK) return error_of_kernel(status);
    sock->shared->sending_over = TRUE;
    return overlapped ? disconnect_overlapped(sock, flags, overlapped) : disconnect_blocking(sock, flags);
}

BOOL PASCAL ext_disconnect(SOCKET s, LPOVERLAPPED overlapped, DWORD flags, DWORD reserved)
{
    struct sock *sock = ext_enter(s, &overlapped);
    if (!sock) return FALSE;
    if (flags & ~(DWORD)TF_REUSE_SOCKET || reserved) return ext_answer(WSAEINVAL);
    return ext_answer(ext_end(sock, overlapped, flags));
}
