/*
 * WSPListen and WSPAccept (SPI reference 4.19 and 4.1). The kernel takes a connection off its queue; one that a condition
 * function defers waits in the sock and is the head of the backlog from then on.
 */
#include <string.h>

#include "provider.h"

#define BACKLOG_MOST 200    /* SOMAXCONN stands for this (host-stack 4.7) */
#define HINT_LEAST 200      /* SOMAXCONN_HINT(n) is -n, with n in 200 to 65535 */
#define HINT_MOST 65535

static uint32_t backlog_clamped(int backlog)
{
    if (backlog < 0) {
        int64_t hint = -(int64_t)backlog;
        return hint < HINT_LEAST ? HINT_LEAST : hint > HINT_MOST ? HINT_MOST : (uint32_t)hint;
    }
    return backlog > BACKLOG_MOST ? BACKLOG_MOST : (uint32_t)backlog;
}

int WSPAPI provider_listen(SOCKET s, int backlog, LPINT error)
{
    struct sock *sock = sock_enter(s, error);
    if (!sock) return SOCKET_ERROR;
    if (!sock_stream(sock)) return fail(error, WSAEOPNOTSUPP);
    enum kernel_status status = kernel_listen(sock->endpoint, backlog_clamped(backlog));
    if (status != KERNEL_OK) return fail(error, error_of_kernel(status));
    sock->listening = TRUE;
    conditions_look(sock);
    return 0;
}

/* ---- the head of the backlog ---- */

static int head_wait(struct sock *sock, struct kernel_accepted *head)
{
    struct pending pending; /* on the thread's own stack: it ends with the call, or with the thread */
    pending_begin(&pending, sock);
    struct kernel_how how = { pending_completes, &pending, false, &pending.request };
    enum kernel_status status = kernel_accept(sock->endpoint, head, &how);
    int error = error_of_kernel(status);
    if (status != KERNEL_PENDING) {
        pending_forget(&pending);
        return error;
    }
    error = pending_wait(&pending, KERNEL_FOREVER);
    if (error && head->endpoint) kernel_endpoint_abort(head->endpoint); /* it came at the instant at which the call ended */
    return error == WSA_OPERATION_ABORTED ? WSAEINTR : error; /* closed under the call */
}

static int head_take(struct sock *sock, struct kernel_accepted *head)
{
    if (sock->deferred.endpoint) {
        *head = sock->deferred;
        memset(&sock->deferred, 0, sizeof sock->deferred);
        return 0;
    }
    memset(head, 0, sizeof *head);
    if (!sock->nonblocking) return head_wait(sock, head);
    return error_of_kernel(kernel_accept(sock->endpoint, head, &(struct kernel_how){ 0 }));
}

/* ---- the condition function ---- */

struct accepting { struct sock *sock; LPCONDITIONPROC condition; DWORD_PTR data; struct kernel_accepted head; };

static WSABUF name_buffer(const struct sock *sock, const struct kernel_socket *name, struct sockaddr_in6 *room)
{
    int size;
    memset(room, 0, sizeof *room);
    sockname_write(sock, name, room, &size);
    return (WSABUF){ .len = (ULONG)size, .buf = (char *)room };
}

/* What the client's function says. Whatever it calls here fails with WSAEINPROGRESS. */
static int ask(const struct accepting *call)
{
    struct provider_process *process = call->sock->process;
    struct sockaddr_in6 peer_room, own_room;
    struct kernel_socket own;
    struct kernel_who who;
    GROUP group = 0;
    if (kernel_local(call->head.endpoint, &own) != KERNEL_OK) memset(&own, 0, sizeof own);
    WSABUF caller = name_buffer(call->sock, &call->head.peer, &peer_room), callee = name_buffer(call->sock, &own, &own_room);
    kernel_current(&who);
    struct callback callback = { who.thread_id, process->callbacks };
    process->callbacks = &callback;
    int answer = call->condition(&caller, NULL, NULL, NULL, &callee, NULL, &group, call->data);
    struct callback **link = &process->callbacks;
    while (*link != &callback) link = &(*link)->next;
    *link = callback.next;
    return answer == CF_ACCEPT && group > SG_CONSTRAINED_GROUP ? -1 : answer;
}

static int decide(struct accepting *call)
{
    switch (call->condition ? ask(call) : CF_ACCEPT) {
    case CF_ACCEPT: return 0;
    case CF_DEFER: call->sock->deferred = call->head; return WSATRY_AGAIN;
    case CF_REJECT: kernel_endpoint_abort(call->head.endpoint); return WSAECONNREFUSED;
    default: call->sock->deferred = call->head; return WSAEINVAL; /* nothing was decided: it stays where it was */
    }
}

/* ---- accepting ---- */

/* The peer gave it up while it waited: nobody gets it. */
static BOOL head_was_reset(const struct kernel_accepted *head)
{
    struct kernel_state state;
    if (kernel_state(head->endpoint, &state) != KERNEL_OK || state.failure != KERNEL_RESET) return FALSE;
    kernel_endpoint_abort(head->endpoint);
    return TRUE;
}

static int check_arguments(const struct sock *sock, const struct sockaddr *name, const int *size)
{
    if ((name || size) && !sockname_room(sock, name, size)) return WSAEFAULT;
    if (!sock_stream(sock)) return WSAEOPNOTSUPP;
    return sock->listening ? 0 : WSAEINVAL;
}

SOCKET WSPAPI provider_accept(SOCKET s, struct sockaddr *name, LPINT size, LPCONDITIONPROC condition, DWORD_PTR data, LPINT error)
{
    struct accepting call = { .sock = sock_enter(s, error), .condition = condition, .data = data };
    struct sock *listener = call.sock, *sock = NULL;
    if (!listener) return INVALID_SOCKET;
    int result = check_arguments(listener, name, size), ignored;
    if (result == 0) result = head_take(listener, &call.head);
    BOOL open = sock_enter(s, &ignored) == listener; /* it may have been closed while the call waited */
    if (result == 0 && !open) {
        kernel_endpoint_abort(call.head.endpoint);
        result = WSAEINTR;
    }
    if (result == 0 && head_was_reset(&call.head)) result = WSAECONNRESET;
    if (result == 0 && name) sockname_write(listener, &call.head.peer, name, size);
    if (result == 0) result = decide(&call);
    if (result == 0) {
        result = sock_adopt(listener, call.head.endpoint, &sock);
        if (result) kernel_endpoint_abort(call.head.endpoint);
    }
    if (open && result != WSATRY_AGAIN) conditions_enable(listener, FD_ACCEPT);
    if (result == 0) {
        conditions_select(sock); /* it inherits the registration: what holds is recorded */
        return sock->handle;
    }
    fail(error, result);
    return INVALID_SOCKET;
}
