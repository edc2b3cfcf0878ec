/*
 * WSPListen and WSPAccept (SPI reference 4.19 and 4.1). A connection that a condition function is asked about, or defers, stays
 * in the kernel's queue: it is looked at, and taken or refused when the answer is there.
 */
#include <string.h>

#include "provider.h"

#define HINT_LEAST 200      /* SOMAXCONN_HINT(n) is -n, with n in 200 to 65535 */
#define HINT_MOST 65535

/* How long a queue may be at most, which SOMAXCONN stands for, is the host's affair (host-stack 4.7): its stack cuts what is more. */
static uint32_t backlog_meant(int backlog)
{
    if (backlog < 0) {
        int64_t hint = -(int64_t)backlog;
        return hint < HINT_LEAST ? HINT_LEAST : hint > HINT_MOST ? HINT_MOST : (uint32_t)hint;
    }
    return (uint32_t)backlog;
}

int WSPAPI provider_listen(SOCKET s, int backlog, LPINT error)
{
    struct sock *sock = sock_enter(s, error);
    if (!sock) return SOCKET_ERROR;
    if (!sock_stream(sock)) return fail(error, WSAEOPNOTSUPP);
    enum kernel_status status = kernel_listen(sock->endpoint, backlog_meant(backlog));
    if (status != KERNEL_OK) return fail(error, error_of_kernel(status));
    sock->shared->listening = TRUE;
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
        pending_leave(&pending);
        return error;
    }
    error = pending_wait(&pending, KERNEL_FOREVER);
    return error == WSA_OPERATION_ABORTED ? WSAEINTR : error; /* closed under the call */
}

static int head_take(struct sock *sock, struct kernel_accepted *head)
{
    memset(head, 0, sizeof *head);
    if (!sock->shared->nonblocking) return head_wait(sock, head);
    return error_of_kernel(kernel_accept(sock->endpoint, head, &(struct kernel_how){ 0 }));
}

/* Until one of these conditions holds at the endpoint. */
static int wait_for(struct sock *sock, kernel_endpoint endpoint, uint32_t conditions)
{
    struct pending pending; /* on the thread's own stack: it ends with the call, or with the thread */
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_ENDPOINT, .family = sock_family(sock), .endpoint = endpoint, .conditions = conditions };
    pending_begin(&pending, sock);
    enum kernel_status status = pending_watch(&pending, &watch, 0);
    if (status != KERNEL_OK) {
        pending_leave(&pending);
        return error_of_kernel(status);
    }
    int error = pending_wait(&pending, KERNEL_FOREVER);
    return error == WSA_OPERATION_ABORTED ? WSAEINTR : error; /* closed under the call */
}

/* ---- the condition function: it is asked of a connection that stays at the head until it has answered ---- */

struct accepting { SOCKET s; struct sock *sock; kernel_endpoint endpoint; LPCONDITIONPROC condition; DWORD_PTR data; struct kernel_socket peer, own; struct kernel_accepted head; };

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
    GROUP group = 0;
    WSABUF caller = name_buffer(call->sock, &call->peer, &peer_room), callee = name_buffer(call->sock, &call->own, &own_room);
    struct callback callback = { .hook = FALSE };
    callback_begin(process, &callback);
    int answer = call->condition(&caller, NULL, NULL, NULL, &callee, NULL, &group, call->data);
    callback_over(&callback);
    return answer == CF_ACCEPT && group > SG_CONSTRAINED_GROUP ? -1 : answer;
}

static int head_appears(struct accepting *call)
{
    enum kernel_status status;
    while ((status = kernel_accept_look(call->sock->endpoint, &call->peer, &call->own)) == KERNEL_WOULD_BLOCK && !call->sock->shared->nonblocking) {
        int error = wait_for(call->sock, call->sock->endpoint, KERNEL_ACCEPTABLE);
        if (error) return error;
    }
    return error_of_kernel(status);
}

/* It may have been closed while the call waited, or asked. */
static BOOL still_open(const struct accepting *call)
{
    int ignored;
    const struct sock *found = sock_enter(call->s, &ignored); /* its handle, and its memory, may be another's by now: endpoints never are */
    return found && found == call->sock && found->endpoint == call->endpoint;
}

static int head_decide(struct accepting *call)
{
    struct sock *sock = call->sock;
    enum kernel_status status;
    int answer = ask(call);
    if (!still_open(call)) return WSAEINTR;
    switch (answer) {
    case CF_ACCEPT:
        memset(&call->head, 0, sizeof call->head);
        status = kernel_accept(sock->endpoint, &call->head, &(struct kernel_how){ 0 });
        return status == KERNEL_WOULD_BLOCK ? WSAEACCES : error_of_kernel(status); /* withdrawn meanwhile */
    case CF_DEFER: sock->shared->deferring = TRUE; return WSATRY_AGAIN;
    case CF_REJECT: kernel_accept_refuse(sock->endpoint); return WSAECONNREFUSED;
    default: return WSAEINVAL; /* nothing was decided: it stays where it was */
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

/* With SO_CONDITIONAL_ACCEPT the handshake goes on only now; a blocking call sees it through. */
static int head_settles(struct sock *sock, const struct kernel_accepted *head)
{
    struct kernel_state state;
    if (sock->shared->nonblocking || kernel_state(head->endpoint, &state) != KERNEL_OK || state.conditions & (KERNEL_ESTABLISHED | KERNEL_FAILED)) return 0;
    return wait_for(sock, head->endpoint, KERNEL_ESTABLISHED | KERNEL_FAILED);
}

static int check_arguments(const struct sock *sock, const struct sockaddr *name, const int *size)
{
    if ((name || size) && !sockname_room(sock, name, size)) return WSAEFAULT;
    if (!sock_stream(sock)) return WSAEOPNOTSUPP;
    return sock->shared->listening ? 0 : WSAEINVAL;
}

SOCKET WSPAPI provider_accept(SOCKET s, struct sockaddr *name, LPINT size, LPCONDITIONPROC condition, DWORD_PTR data, LPINT error)
{
    struct accepting call = { .s = s, .sock = sock_enter(s, error), .condition = condition, .data = data };
    struct sock *listener = call.sock, *sock = NULL;
    if (!listener) return INVALID_SOCKET;
    call.endpoint = listener->endpoint;
    int result = check_arguments(listener, name, size);
    if (result == 0) listener->shared->deferring = FALSE;
    if (result == 0) result = condition ? head_appears(&call) : head_take(listener, &call.head);
    if (result == 0 && !still_open(&call)) result = WSAEINTR;
    if (result == 0 && !condition) call.peer = call.head.peer;
    if (result == 0 && name) sockname_write(listener, &call.peer, name, size);
    if (result == 0 && condition) result = head_decide(&call);
    if (result == 0) result = head_settles(listener, &call.head);
    BOOL open = still_open(&call);
    if (result == 0 && !open) result = WSAEINTR;
    if (result && call.head.endpoint) kernel_endpoint_abort(call.head.endpoint);
    if (result == 0 && head_was_reset(&call.head)) result = WSAECONNRESET;
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
