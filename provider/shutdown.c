/*
 * Ends: WSPShutdown, WSPSendDisconnect, WSPRecvDisconnect and WSPCloseSocket with SO_LINGER (SPI reference 4.21, 4.25, 4.28
 * and 4.7).
 */
#include <string.h>

#include "provider.h"

#define SECOND_NS INT64_C(1000000000)

static int shut(struct sock *sock, uint32_t directions)
{
    if (sock->shared->no_context) return WSAENOTCONN; /* of AcceptEx and ConnectEx: only DisconnectEx ends it so early */
    enum kernel_status status = kernel_shutdown(sock->endpoint, directions);
    if (status != KERNEL_OK) return error_of_kernel(status);
    if (directions & KERNEL_SENDING) sock->shared->sending_over = TRUE;
    conditions_look(sock);
    return 0;
}

int WSPAPI provider_shutdown(SOCKET s, int how, LPINT error)
{
    static const uint32_t directions[] = { [SD_RECEIVE] = KERNEL_RECEIVING, [SD_SEND] = KERNEL_SENDING, [SD_BOTH] = KERNEL_RECEIVING | KERNEL_SENDING };
    struct sock *sock = sock_enter(s, error);
    if (!sock) return SOCKET_ERROR;
    int result = how < SD_RECEIVE || how > SD_BOTH ? WSAEINVAL : shut(sock, directions[how]);
    return result ? fail(error, result) : 0;
}

/* Disconnect data: neither TCP nor UDP has any. */
static int disconnect_data(LPWSABUF data, BOOL outbound)
{
    WSABUF copy;
    if (!data) return 0;
    if (!kernel_may_read(data, sizeof copy)) return WSAEFAULT;
    memcpy(&copy, data, sizeof copy);
    if (copy.len == 0) return 0;
    if (!copy.buf || !(outbound ? kernel_may_read(copy.buf, copy.len) : kernel_may_write(copy.buf, copy.len))) return WSAEFAULT;
    return WSAENOPROTOOPT;
}

int WSPAPI provider_send_disconnect(SOCKET s, LPWSABUF data, LPINT error)
{
    struct sock *sock = sock_enter(s, error);
    if (!sock) return SOCKET_ERROR;
    int result = disconnect_data(data, TRUE);
    if (result == 0) result = shut(sock, KERNEL_SENDING);
    return result ? fail(error, result) : 0;
}

int WSPAPI provider_recv_disconnect(SOCKET s, LPWSABUF data, LPINT error)
{
    struct sock *sock = sock_enter(s, error);
    if (!sock) return SOCKET_ERROR;
    int result = disconnect_data(data, FALSE);
    if (result == 0) result = shut(sock, KERNEL_RECEIVING);
    return result ? fail(error, result) : 0;
}

/* ---- closing ---- */

static BOOL drained(const struct sock *sock)
{
    struct kernel_state state;
    return kernel_state(sock->endpoint, &state) != KERNEL_OK || (state.conditions & (KERNEL_DRAINED | KERNEL_FAILED));
}

/* The thread waits until all is acknowledged, or the time is over and the end is hard. *sock becomes NULL if it was closed meanwhile. */
static int linger(struct sock **lingering)
{
    struct pending pending; /* on the thread's own stack: it ends with the call, or with the thread */
    struct sock *sock = *lingering;
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_ENDPOINT, .family = sock_family(sock), .endpoint = sock->endpoint, .conditions = KERNEL_DRAINED | KERNEL_FAILED };
    while (sock->pending) pending_drop(sock->pending, TRUE);
    pending_begin(&pending, sock);
    enum kernel_status status = pending_watch(&pending, &watch, 0);
    if (status != KERNEL_OK) {
        pending_leave(&pending);
        return 0;
    }
    int error = pending_wait(&pending, sock->shared->options.linger.l_linger * SECOND_NS);
    if (!pending.sock) *lingering = NULL;
    if (pending.sock && error == WSAETIMEDOUT) sock->shared->options.linger.l_linger = 0;
    return error == WSAEINTR || !pending.sock ? WSAEINTR : 0;
}

int WSPAPI provider_close_socket(SOCKET s, LPINT error)
{
    struct sock *sock = sock_enter(s, error);
    if (!sock) return SOCKET_ERROR;
    if (sock->shared->connected && sock->shared->options.linger.l_onoff && sock->shared->options.linger.l_linger && sock_alone(sock)) {
        kernel_shutdown(sock->endpoint, KERNEL_SENDING);
        if (!drained(sock) && sock->shared->nonblocking) return fail(error, WSAEWOULDBLOCK); /* the handle stays valid: close again, or without lingering */
        int result = drained(sock) ? 0 : linger(&sock);
        if (result) return fail(error, result);
    }
    sock_discard(sock, TRUE);
    return 0;
}
