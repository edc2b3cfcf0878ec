/*
 * A second service provider for sockets: streams and datagrams, blocking and nonblocking, select, and nothing overlapped. It is
 * written against the Winsock headers and kernel.h alone, and unlike the reference provider it lets the stack do all it can: a
 * blocked call is a request that lives on the thread's stack, and what is pending when a socket is closed the stack itself ends.
 */
#include "plain_select.h"

const uint32_t wspsim_kernel_abi = KERNEL_ABI;

/* ---- calls that take time ---- */

struct blocked {
    enum kernel_status status;
    kernel_request request;
};

static void blocked_ends(void *cookie, enum kernel_status status, uint64_t count)
{
    (void)count; /* a transfer bears it too */
    ((struct blocked *)cookie)->status = status;
}

/* No request may be accepted for a nonblocking socket. */
static struct kernel_how blocked_how(const struct small_socket *socket, struct blocked *blocked)
{
    if (socket->nonblocking) return (struct kernel_how){ .complete = NULL };
    return (struct kernel_how){ .complete = blocked_ends, .cookie = blocked, .request = &blocked->request };
}

/* The socket may be gone when it returns: nobody looks at it afterwards. */
static enum kernel_status blocked_wait(const struct blocked *blocked, enum kernel_status status)
{
    if (status != KERNEL_PENDING) return status;
    status = kernel_wait(&(struct kernel_wait){ .request = blocked->request, .timeout_ns = KERNEL_FOREVER });
    return status == KERNEL_OK ? blocked->status : status;
}

/* ---- coming and going ---- */

static SOCKET WSPAPI plain_open(int family, int type, int protocol, LPWSAPROTOCOL_INFOW info, GROUP group, DWORD flags, LPINT error)
{
    SOCKET handle = small_socket_open(family, type, protocol, info, group, flags, error);
    if (handle == INVALID_SOCKET) return handle;
    struct small_socket *socket = small_socket_find(handle, error);
    socket->stream = type == SOCK_STREAM;
    enum kernel_status status = type != SOCK_STREAM && type != SOCK_DGRAM ? KERNEL_NOT_SUPPORTED : kernel_endpoint_open(socket->family, socket->stream ? KERNEL_TCP : KERNEL_UDP, 0, &socket->endpoint);
    if (status == KERNEL_OK) return handle;
    small_socket_close(handle, error);
    *error = plain_error(status);
    return INVALID_SOCKET;
}

static int WSPAPI plain_close(SOCKET s, LPINT error)
{
    struct small_socket *socket = small_socket_find(s, error);
    if (socket == NULL) return SOCKET_ERROR;
    kernel_endpoint_close(socket->endpoint);
    return small_socket_close(s, error);
}

static int WSPAPI plain_cleanup(LPINT error)
{
    struct small_process *process = small_process_get();
    for (size_t i = 0; process != NULL && process->startups == 1 && i < SMALL_SOCKETS; i++)
        if (process->sockets[i].handle != 0) kernel_endpoint_close(process->sockets[i].endpoint);
    return small_cleanup(error);
}

/* ---- names ---- */

static int WSPAPI plain_bind(SOCKET s, const struct sockaddr *name, int size, LPINT error)
{
    struct small_socket *socket = small_socket_find(s, error);
    struct kernel_socket local;
    if (socket == NULL) return SOCKET_ERROR;
    int wrong = plain_name_read(socket, name, size, &local);
    return wrong != 0 ? small_fail(error, wrong) : plain_result(kernel_bind(socket->endpoint, &local), error);
}

static int tell_name(SOCKET s, struct sockaddr *name, LPINT size, LPINT error, enum kernel_status (*ask)(kernel_endpoint, struct kernel_socket *))
{
    struct small_socket *socket = small_socket_find(s, error);
    struct kernel_socket told;
    if (socket == NULL) return SOCKET_ERROR;
    if (!plain_name_fits(socket, name, size)) return small_fail(error, WSAEFAULT);
    enum kernel_status status = ask(socket->endpoint, &told);
    if (status == KERNEL_OK) plain_name_write(socket->family, &told, name, size);
    return plain_result(status, error);
}

static int WSPAPI plain_own_name(SOCKET s, struct sockaddr *name, LPINT size, LPINT error) { return tell_name(s, name, size, error, kernel_local); }
static int WSPAPI plain_peer_name(SOCKET s, struct sockaddr *name, LPINT size, LPINT error) { return tell_name(s, name, size, error, kernel_peer); }

/* ---- connections ---- */

static int WSPAPI plain_connect(SOCKET s, const struct sockaddr *name, int size, LPWSABUF to, LPWSABUF from, LPQOS own_qos, LPQOS group_qos, LPINT error)
{
    struct small_socket *socket = small_socket_find(s, error);
    struct blocked blocked = { KERNEL_OK, 0 };
    struct kernel_socket peer;
    (void)to, (void)from, (void)own_qos, (void)group_qos; /* neither transport carries them */
    if (socket == NULL) return SOCKET_ERROR;
    int wrong = plain_name_read(socket, name, size, &peer);
    if (wrong != 0) return small_fail(error, wrong);
    const struct kernel_how how = blocked_how(socket, &blocked);
    return plain_result(blocked_wait(&blocked, kernel_connect(socket->endpoint, &peer, &how)), error);
}

static int WSPAPI plain_listen(SOCKET s, int backlog, LPINT error)
{
    struct small_socket *socket = small_socket_find(s, error);
    if (socket == NULL) return SOCKET_ERROR;
    return plain_result(kernel_listen(socket->endpoint, backlog < 0 ? 0 : (uint32_t)backlog), error);
}

/* The process's place is looked for only now: while the call waited the last cleanup may have come. */
static SOCKET adopt(const struct small_socket *listener, const struct kernel_accepted *accepted, LPINT error)
{
    struct small_process *process = small_process_get();
    struct small_socket *socket = NULL;
    if (process == NULL) *error = WSANOTINITIALISED;
    else socket = small_socket_take(process, listener->entry, listener->family, error);
    if (socket == NULL) {
        kernel_endpoint_abort(accepted->endpoint);
        return INVALID_SOCKET;
    }
    socket->endpoint = accepted->endpoint;
    socket->stream = TRUE;
    socket->nonblocking = listener->nonblocking;
    return socket->handle;
}

static SOCKET WSPAPI plain_accept(SOCKET s, struct sockaddr *name, LPINT size, LPCONDITIONPROC condition, DWORD_PTR data, LPINT error)
{
    struct small_socket *found = small_socket_find(s, error);
    struct blocked blocked = { KERNEL_OK, 0 };
    struct kernel_accepted accepted = { .endpoint = 0 };
    (void)data;
    if (found == NULL) return INVALID_SOCKET;
    const struct small_socket listener = *found; /* it may be closed meanwhile */
    if (condition != NULL) return small_fail(error, WSAEOPNOTSUPP), INVALID_SOCKET;
    if (name != NULL && !plain_name_fits(&listener, name, size)) return small_fail(error, WSAEFAULT), INVALID_SOCKET;
    const struct kernel_how how = blocked_how(&listener, &blocked);
    enum kernel_status status = blocked_wait(&blocked, kernel_accept(listener.endpoint, &accepted, &how));
    if (status != KERNEL_OK) return plain_result(status, error), INVALID_SOCKET;
    if (name != NULL) plain_name_write(listener.family, &accepted.peer, name, size);
    return adopt(&listener, &accepted, error);
}

static int WSPAPI plain_shutdown(SOCKET s, int how, LPINT error)
{
    static const uint32_t directions[] = { [SD_RECEIVE] = KERNEL_RECEIVING, [SD_SEND] = KERNEL_SENDING, [SD_BOTH] = KERNEL_RECEIVING | KERNEL_SENDING };
    struct small_socket *socket = small_socket_find(s, error);
    if (socket == NULL) return SOCKET_ERROR;
    if (how < SD_RECEIVE || how > SD_BOTH) return small_fail(error, WSAEINVAL);
    return plain_result(kernel_shutdown(socket->endpoint, directions[how]), error);
}

/* ---- moving bytes ---- */

struct moving {
    struct small_socket *socket;
    struct kernel_transfer transfer;
    struct kernel_piece pieces[PLAIN_PIECES];
};

/* 0, or the error. */
static int moving_fill(struct moving *moving, const WSABUF *buffers, DWORD count, LPDWORD bytes, DWORD flags, BOOL receives)
{
    int wrong = plain_pieces(buffers, count, receives, moving->pieces);
    if (wrong != 0) return wrong;
    if (!kernel_may_write(bytes, sizeof *bytes)) return WSAEFAULT;
    if ((flags & ~(DWORD)(receives ? MSG_PEEK | MSG_WAITALL : 0)) != 0) return WSAEOPNOTSUPP;
    moving->transfer = (struct kernel_transfer){ .pieces = moving->pieces, .piece_count = count };
    moving->transfer.flags = (flags & MSG_PEEK ? KERNEL_PEEK : 0u) | (flags & MSG_WAITALL ? KERNEL_WAIT_ALL : 0u);
    return 0;
}

static enum kernel_status moving_go(struct moving *moving, BOOL receives, LPDWORD bytes)
{
    struct blocked blocked = { KERNEL_OK, 0 };
    const struct kernel_how how = blocked_how(moving->socket, &blocked);
    kernel_endpoint endpoint = moving->socket->endpoint;
    enum kernel_status status = receives ? kernel_receive(endpoint, &moving->transfer, &how) : kernel_send(endpoint, &moving->transfer, &how);
    status = blocked_wait(&blocked, status);
    const DWORD count = (DWORD)moving->transfer.count;
    memcpy(bytes, &count, sizeof count);
    return status;
}

static int WSPAPI plain_send_to(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, DWORD flags, const struct sockaddr *to, int size, LPWSAOVERLAPPED overlapped,
                                LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT error)
{
    struct moving moving = { .socket = small_socket_find(s, error) };
    (void)routine, (void)thread;
    if (moving.socket == NULL) return SOCKET_ERROR;
    if (overlapped != NULL && moving.socket->overlapped_allowed) return small_fail(error, WSAEOPNOTSUPP);
    int wrong = moving_fill(&moving, buffers, count, bytes, flags, FALSE);
    if (wrong == 0 && to != NULL && !moving.socket->stream) wrong = plain_name_read(moving.socket, to, size, &moving.transfer.peer);
    return wrong != 0 ? small_fail(error, wrong) : plain_result(moving_go(&moving, FALSE, bytes), error);
}

static int WSPAPI plain_send(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, DWORD flags, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread,
                             LPINT error)
{
    return plain_send_to(s, buffers, count, bytes, flags, NULL, 0, overlapped, routine, thread, error);
}

static int WSPAPI plain_receive_from(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, LPDWORD flags, struct sockaddr *from, LPINT size, LPWSAOVERLAPPED overlapped,
                                     LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT error)
{
    struct moving moving = { .socket = small_socket_find(s, error) };
    DWORD wanted, none = 0;
    (void)routine, (void)thread;
    if (moving.socket == NULL) return SOCKET_ERROR;
    const enum kernel_family family = moving.socket->family;
    const BOOL named = from != NULL && !moving.socket->stream;
    if (overlapped != NULL && moving.socket->overlapped_allowed) return small_fail(error, WSAEOPNOTSUPP);
    if (!kernel_may_write(flags, sizeof wanted) || (named && !plain_name_fits(moving.socket, from, size))) return small_fail(error, WSAEFAULT);
    memcpy(&wanted, flags, sizeof wanted);
    int wrong = moving_fill(&moving, buffers, count, bytes, wanted, TRUE);
    if (wrong != 0) return small_fail(error, wrong);
    enum kernel_status status = moving_go(&moving, TRUE, bytes);
    if (named && moving.transfer.peer.address.family != 0) plain_name_write(family, &moving.transfer.peer, from, size);
    memcpy(flags, &none, sizeof none);
    return plain_result(status, error);
}

static int WSPAPI plain_receive(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, LPDWORD flags, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread,
                                LPINT error)
{
    return plain_receive_from(s, buffers, count, bytes, flags, NULL, NULL, overlapped, routine, thread, error);
}

/* ---- the table ---- */

static int waiting_bytes(const struct small_socket *socket, LPVOID out, DWORD out_size, LPDWORD bytes, LPINT error)
{
    struct kernel_state state;
    if (out_size < sizeof(u_long) || !kernel_may_write(out, sizeof(u_long))) return small_fail(error, WSAEFAULT);
    enum kernel_status status = kernel_state(socket->endpoint, &state);
    if (status != KERNEL_OK) return plain_result(status, error);
    const u_long waiting = (u_long)state.readable_bytes;
    memcpy(out, &waiting, sizeof waiting);
    *bytes = sizeof waiting;
    return 0;
}

/* FIONBIO and FIONREAD. */
static int WSPAPI plain_ioctl(SOCKET s, DWORD code, LPVOID in, DWORD in_size, LPVOID out, DWORD out_size, LPDWORD bytes, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine,
                              LPWSATHREADID thread, LPINT error)
{
    struct small_socket *socket = small_socket_find(s, error);
    u_long on;
    (void)routine, (void)thread;
    if (socket == NULL) return SOCKET_ERROR;
    if ((code != (DWORD)FIONBIO && code != (DWORD)FIONREAD) || (overlapped != NULL && socket->overlapped_allowed)) return small_fail(error, WSAEOPNOTSUPP);
    if (!kernel_may_write(bytes, sizeof *bytes)) return small_fail(error, WSAEFAULT);
    *bytes = 0;
    if (code == (DWORD)FIONREAD) return waiting_bytes(socket, out, out_size, bytes, error);
    if (in_size < sizeof on || !kernel_may_read(in, sizeof on)) return small_fail(error, WSAEFAULT);
    memcpy(&on, in, sizeof on);
    socket->nonblocking = on != 0;
    return 0;
}

int WSPAPI WSPStartup(WORD requested, LPWSPDATA data, LPWSAPROTOCOL_INFOW info, WSPUPCALLTABLE upcalls, LPWSPPROC_TABLE table)
{
    (void)info;
    int error = small_startup(requested, data, &upcalls, table, plain_ioctl);
    if (error != 0) return error;
    table->lpWSPSocket = plain_open;
    table->lpWSPCloseSocket = plain_close;
    table->lpWSPCleanup = plain_cleanup;
    table->lpWSPBind = plain_bind;
    table->lpWSPGetSockName = plain_own_name;
    table->lpWSPGetPeerName = plain_peer_name;
    table->lpWSPConnect = plain_connect;
    table->lpWSPListen = plain_listen;
    table->lpWSPAccept = plain_accept;
    table->lpWSPShutdown = plain_shutdown;
    table->lpWSPSend = plain_send;
    table->lpWSPSendTo = plain_send_to;
    table->lpWSPRecv = plain_receive;
    table->lpWSPRecvFrom = plain_receive_from;
    table->lpWSPSelect = plain_select;
    return 0;
}
