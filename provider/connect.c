/*
 * WSPConnect (SPI reference 4.8). A stream's attempt belongs to the socket, not to the call: a nonblocking one goes on by
 * itself, and whoever asks later (FD_CONNECT, WSPSelect, SO_ERROR) finds in the sock what became of it.
 */
#include <string.h>

#include "provider.h"

struct connecting { struct sock *sock; struct kernel_socket peer; };

/* ---- arguments ---- */

static BOOL buffer_readable(const WSABUF *buffer)
{
    WSABUF copy;
    if (!kernel_may_read(buffer, sizeof copy)) return FALSE;
    memcpy(&copy, buffer, sizeof copy);
    return copy.len == 0 || (copy.buf && kernel_may_read(copy.buf, copy.len));
}

/* TCP and UDP carry no data with a connect, and nothing comes back with it. */
static int check_data(LPWSABUF caller, LPWSABUF callee, LPQOS qos)
{
    WSABUF copy;
    if (caller && !buffer_readable(caller)) return WSAEFAULT;
    if (callee && !kernel_may_write(callee, sizeof *callee)) return WSAEFAULT;
    if (qos && !kernel_may_read(qos, sizeof *qos)) return WSAEFAULT;
    if (caller) memcpy(&copy, caller, sizeof copy);
    return caller && copy.len ? WSAEPROTONOSUPPORT : 0;
}

static int check_peer(const struct connecting *call)
{
    const struct sock *sock = call->sock;
    BOOL nobody = address_unspecified(&call->peer.address);
    if (sock_stream(sock) && (nobody || call->peer.port == 0)) return WSAEADDRNOTAVAIL;
    if (!sock_stream(sock) && !nobody && call->peer.port == 0 && sock->type == SOCK_DGRAM) return WSAEADDRNOTAVAIL;
    return sock->shared->listening || sock->accepting ? WSAEINVAL : 0;
}

/* ---- streams ---- */

static void attempt_ends(struct sock *sock, int error)
{
    sock->shared->attempt = error ? ATTEMPT_FAILED : ATTEMPT_MADE;
    if (!error) sock->shared->connected = TRUE;
    if (!error) sock->shared->error = 0; /* a success clears the error of an earlier attempt */
}

/* An attempt has ended when its end has been told, and that may be later in the same instant. */
static BOOL attempt_untold(const struct sock *sock)
{
    for (const struct sock *one = sock->shared->descriptors; one; one = one->sibling)
        if (one->connecting) return TRUE;
    return FALSE;
}

/* The attempt of a nonblocking socket is over. Its record is the socket's own: closing has cancelled it. */
static void attempt_completes(void *cookie, enum kernel_status status, uint64_t count)
{
    struct sock *sock = cookie;
    int error = error_of_kernel(status);
    (void)count;
    sock->connecting = 0;
    if (status == KERNEL_CANCELLED) return; /* the process ends */
    attempt_ends(sock, error);
    if (error) sock->shared->error = error;
    conditions_connect(sock, error);
}

static int connect_nonblocking(const struct connecting *call)
{
    struct sock *sock = call->sock;
    struct kernel_how how = { attempt_completes, sock, true, &sock->connecting };
    enum kernel_status status = kernel_connect(sock->endpoint, &call->peer, &how);
    if (status == KERNEL_PENDING) {
        sock->shared->attempt = ATTEMPT_RUNS;
        sock->shared->attempted = call->peer;
        events_of(sock)->disabled &= ~(LONG)(FD_CONNECT | FD_WRITE | FD_CLOSE);
        return WSAEWOULDBLOCK;
    }
    if (status == KERNEL_IN_PROGRESS || status == KERNEL_IS_CONNECTED) return error_of_kernel(status);
    attempt_ends(sock, error_of_kernel(status));
    if (status == KERNEL_OK) conditions_connect(sock, 0);
    return error_of_kernel(status);
}

static int connect_blocking(const struct connecting *call)
{
    struct pending pending; /* on the thread's own stack: it ends with the call, or with the thread */
    struct sock *sock = call->sock;
    pending_begin(&pending, sock);
    struct kernel_how how = { pending_completes, &pending, false, &pending.request };
    enum kernel_status status = kernel_connect(sock->endpoint, &call->peer, &how);
    if (status == KERNEL_IN_PROGRESS || status == KERNEL_IS_CONNECTED) {
        pending_leave(&pending);
        return error_of_kernel(status);
    }
    int error = error_of_kernel(status);
    if (status == KERNEL_PENDING) {
        sock->shared->attempt = ATTEMPT_RUNS;
        sock->shared->attempted = call->peer;
        error = pending_wait(&pending, KERNEL_FOREVER);
        if (!pending.sock) return WSAEINTR; /* closed meanwhile */
    } else {
        pending_leave(&pending);
    }
    attempt_ends(sock, error); /* the error goes to the caller: SO_ERROR does not keep it */
    conditions_look(sock);
    return error == WSA_OPERATION_ABORTED ? WSAEINTR : error;
}

/* ---- messages ---- */

static int connect_messages(const struct connecting *call)
{
    struct sock *sock = call->sock;
    enum kernel_status status = kernel_connect(sock->endpoint, &call->peer, &(struct kernel_how){ 0 });
    if (status != KERNEL_OK) return error_of_kernel(status);
    sock->shared->dissolved = address_unspecified(&call->peer.address);
    conditions_look(sock); /* it is bound now */
    return 0;
}

int WSPAPI provider_connect(SOCKET s, const struct sockaddr *name, int size, LPWSABUF caller, LPWSABUF callee, LPQOS qos, LPQOS group_qos, LPINT error)
{
    (void)group_qos; /* reserved */
    struct connecting call = { .sock = sock_enter(s, error) };
    if (!call.sock) return SOCKET_ERROR;
    int result = sockname_read(call.sock, name, size, &call.peer), data = check_data(caller, callee, qos);
    if (data == WSAEFAULT) result = data;
    if (result == 0) result = data;
    if (result == 0) result = check_peer(&call);
    if (result == 0 && kernel_stack_state() == KERNEL_OK && attempt_untold(call.sock)) result = WSAEALREADY;
    if (result == 0) result = !sock_stream(call.sock) ? connect_messages(&call) : call.sock->shared->nonblocking ? connect_nonblocking(&call) : connect_blocking(&call);
    if (result == 0 && callee) memset((char *)callee + offsetof(WSABUF, len), 0, sizeof callee->len);
    return result ? fail(error, result) : 0;
}
