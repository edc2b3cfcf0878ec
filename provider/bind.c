/*
 * WSPBind, WSPGetSockName and WSPGetPeerName (SPI reference 4.4, 4.13, 4.14).
 */
#include "provider.h"

BOOL sock_unbound(const struct sock *sock)
{
    struct kernel_socket local;
    return kernel_local(sock->endpoint, &local) != KERNEL_OK;
}

int WSPAPI provider_bind(SOCKET s, const struct sockaddr *name, int size, LPINT error)
{
    struct kernel_socket local;
    struct sock *sock = sock_enter(s, error);
    if (!sock) return SOCKET_ERROR;
    int result = sockname_read(sock, name, size, &local);
    if (result == WSAEAFNOSUPPORT && !observed()) result = WSAEFAULT; /* SPI reference 17: the documents against Windows */
    if (result == 0 && sock->accepting) result = WSAEINVAL; /* it will have the connection's name */
    if (result) return fail(error, result);
    enum kernel_status status = kernel_bind(sock->endpoint, &local);
    if (status == KERNEL_NO_PORTS && observed()) return fail(error, WSAEADDRINUSE); /* host-stack 4.8: seen on Windows when the dynamic range is used up */
    if (status != KERNEL_OK) return fail(error, error_of_kernel(status));
    conditions_look(sock); /* a datagram socket can send from here on */
    return 0;
}

/* Windows judges the state before the pointers (observed behaviour NAM-03), the documents arguments first. */
static int name_give(struct sock *sock, enum kernel_status status, const struct kernel_socket *found, struct sockaddr *name, LPINT size)
{
    if (status != KERNEL_OK && observed()) return error_of_kernel(status);
    if (!sockname_room(sock, name, size)) return WSAEFAULT;
    if (status != KERNEL_OK) return error_of_kernel(status);
    sockname_write(sock, found, name, size);
    return 0;
}

int WSPAPI provider_get_sock_name(SOCKET s, struct sockaddr *name, LPINT size, LPINT error)
{
    struct kernel_socket local;
    struct sock *sock = sock_enter(s, error);
    if (!sock) return SOCKET_ERROR;
    BOOL unheard = sock->shared->no_context && sock->shared->attempt != ATTEMPT_MADE; /* AcceptEx: nothing of the connection is known yet */
    int result = name_give(sock, unheard ? KERNEL_BAD_ARGUMENT : kernel_local(sock->endpoint, &local), &local, name, size);
    return result ? fail(error, result) : 0;
}

/* Windows tells the peer of an attempt already (observed behaviour CON-09). */
static enum kernel_status peer_find(const struct sock *sock, struct kernel_socket *peer)
{
    if (sock->shared->no_context) return KERNEL_NOT_CONNECTED;
    enum kernel_status status = kernel_peer(sock->endpoint, peer);
    if (status != KERNEL_NOT_CONNECTED || !observed() || sock->shared->attempt != ATTEMPT_RUNS) return status;
    *peer = sock->shared->attempted;
    return KERNEL_OK;
}

int WSPAPI provider_get_peer_name(SOCKET s, struct sockaddr *name, LPINT size, LPINT error)
{
    struct kernel_socket peer;
    struct sock *sock = sock_enter(s, error);
    if (!sock) return SOCKET_ERROR;
    int result = name_give(sock, peer_find(sock, &peer), &peer, name, size);
    return result ? fail(error, result) : 0;
}
