/*
 * WSPSend, WSPSendTo, WSPRecv and WSPRecvFrom (SPI reference 4.20, 4.22, 4.24, 4.26). A call is checked as a whole, then made
 * in one of three ways: nonblocking, blocking with the socket's time-out, or overlapped. What an overlapped call moves is
 * captured in a record that lives until its request ends; the client's WSABUF array may go when the call returns.
 */
#include <stdlib.h>
#include <string.h>

#include "provider.h"

struct transfer {
    struct kernel_transfer kernel;
    BOOL receives;
    BOOL gives_name;            /* a receive of a message that asks for the sender */
    const struct sock *sock;    /* for the name's form: valid as long as the request is */
    struct sockaddr *from;
    LPINT from_size;
    LPWSAMSG message;           /* of WSARecvMsg, NULL: it is none */
};

/* One call. */
struct moving {
    struct sock *sock;          /* NULL once it was closed under the call */
    BOOL receives, named;       /* named: …To, …From */
    LPWSABUF buffers;
    DWORD count;
    LPDWORD bytes;
    DWORD flags;
    LPDWORD flags_out;          /* of a receive */
    const struct sockaddr *to;
    int to_size;
    struct sockaddr *from;
    LPINT from_size;
    LPWSAOVERLAPPED overlapped; /* NULL: a plain call */
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine;
    LPWSATHREADID thread;
    BOOL opened;                /* the request closes it (pending.c) */
    LPWSAOVERLAPPED unused;     /* given for a socket that is not overlapped */
    DWORD moved;                /* result of a call that ended here */
    struct kernel_socket peer;  /* of `to` */
    LPWSAMSG message;           /* of WSARecvMsg */
};

/* ---- the end of a transfer ---- */

BOOL transfer_is_receive(const struct transfer *transfer) { return transfer->receives; }

int transfer_over(struct transfer *transfer, enum kernel_status status, DWORD *flags)
{
    const struct kernel_transfer *kernel = &transfer->kernel;
    *flags = 0;
    if (!transfer->receives || (status != KERNEL_OK && status != KERNEL_TOO_LONG)) return error_of_kernel(status);
    if (kernel->flags & KERNEL_TRUNCATED) *flags |= MSG_PARTIAL;
    if (kernel->flags & KERNEL_OUT_OF_BAND) *flags |= MSG_OOB;
    if (transfer->gives_name) sockname_write(transfer->sock, &kernel->peer, transfer->from, transfer->from_size);
    return transfer->message ? message_came(transfer->sock, transfer->message, kernel, error_of_kernel(status), flags) : error_of_kernel(status);
}

/* ---- arguments, in the order of the SPI reference, section 1 ---- */

static BOOL buffers_accessible(const struct moving *call)
{
    WSABUF one;
    if (call->count == 0) return TRUE;
    if (!call->buffers || !kernel_may_read(call->buffers, (size_t)call->count * sizeof one)) return FALSE;
    for (DWORD i = 0; i < call->count; i++) {
        memcpy(&one, &call->buffers[i], sizeof one);
        if (one.len == 0) continue;
        if (!one.buf || !(call->receives ? kernel_may_write(one.buf, one.len) : kernel_may_read(one.buf, one.len))) return FALSE;
    }
    return TRUE;
}

static int check_pointers(struct moving *call)
{
    BOOL counted = call->bytes != NULL || !call->overlapped; /* an overlapped call may do without the count */
    if (counted && !kernel_may_write(call->bytes, sizeof *call->bytes)) return WSAEFAULT;
    if (call->overlapped && !kernel_may_write(call->overlapped, sizeof *call->overlapped)) return WSAEFAULT;
    if (call->overlapped && call->routine && !kernel_may_read(call->thread, sizeof *call->thread)) return WSAEFAULT;
    if (!buffers_accessible(call)) return WSAEFAULT;
    if (call->receives && !kernel_may_write(call->flags_out, sizeof *call->flags_out)) return WSAEFAULT;
    if (call->receives) memcpy(&call->flags, call->flags_out, sizeof call->flags);
    if (call->receives && call->named && !sock_stream(call->sock) && call->from && !sockname_room(call->sock, call->from, call->from_size)) return WSAEFAULT;
    return 0;
}

/* A connection-oriented socket does not look at the address. */
static int check_to(struct moving *call)
{
    struct kernel_socket peer;
    if (call->receives || !call->named || sock_stream(call->sock)) return 0;
    if (!call->to) return kernel_peer(call->sock->endpoint, &peer) == KERNEL_OK ? 0 : WSAEDESTADDRREQ;
    int error = sockname_read(call->sock, call->to, call->to_size, &call->peer);
    if (error) return error;
    return address_unspecified(&call->peer.address) || (call->peer.port == 0 && call->sock->type == SOCK_DGRAM) ? WSAEADDRNOTAVAIL : 0;
}

static int check_flags(const struct moving *call)
{
    DWORD known = call->receives ? MSG_PEEK | MSG_OOB | MSG_PARTIAL | MSG_WAITALL | MSG_PUSH_IMMEDIATE : MSG_DONTROUTE | MSG_OOB | MSG_PARTIAL;
    BOOL stream = sock_stream(call->sock);
    if ((call->flags & MSG_OOB) && !stream) return WSAEOPNOTSUPP;
    if ((call->flags & MSG_PARTIAL) && !call->receives) return WSAEOPNOTSUPP;
    if ((call->flags & MSG_WAITALL) && call->receives && (!stream || (call->flags & (MSG_PEEK | MSG_OOB)))) return WSAEOPNOTSUPP;
    if ((call->flags & MSG_WAITALL) && call->receives && call->sock->shared->nonblocking && !call->overlapped) return WSAEOPNOTSUPP; /* it would have to wait */
    if (call->flags & ~known) return WSAEINVAL;
    return (call->flags & MSG_PEEK) && call->overlapped ? WSAEINVAL : 0; /* plain calls only */
}

/* What the kernel cannot say: which of the two functions was called. */
static int check_state(const struct moving *call)
{
    const struct sock *sock = call->sock;
    struct kernel_socket peer;
    if (call->receives && call->count == 0 && call->overlapped) return WSAEINVAL; /* observed behaviour ASY-06 */
    if (sock_stream(sock) || call->to) return 0;
    if (sock->shared->dissolved && !(call->receives && call->named)) return WSAENOTCONN;
    if (call->receives || call->named || kernel_peer(sock->endpoint, &peer) == KERNEL_OK) return 0;
    return sock_unbound(sock) && !observed() ? WSAEINVAL : WSAENOTCONN;
}

static int check(struct moving *call)
{
    int error = check_pointers(call);
    if (error == 0) error = check_to(call);
    if (error == 0) error = check_flags(call);
    return error ? error : check_state(call);
}

/* ---- the ways of a call ---- */

static void transfer_fill(struct transfer *transfer, const struct moving *call, struct kernel_piece *pieces)
{
    WSABUF one;
    memset(transfer, 0, sizeof *transfer);
    for (DWORD i = 0; i < call->count; i++) {
        memcpy(&one, &call->buffers[i], sizeof one);
        pieces[i] = (struct kernel_piece){ one.buf, one.len };
    }
    transfer->receives = call->receives;
    transfer->sock = call->sock;
    transfer->gives_name = call->receives && call->named && call->from && !sock_stream(call->sock);
    transfer->from = call->from;
    transfer->from_size = call->from_size;
    transfer->message = call->message;
    transfer->kernel.pieces = pieces;
    transfer->kernel.piece_count = call->count;
    transfer->kernel.peer = call->peer;
    if (call->flags & MSG_PEEK) transfer->kernel.flags |= KERNEL_PEEK;
    if (call->flags & MSG_OOB) transfer->kernel.flags |= KERNEL_OUT_OF_BAND;
    if (call->flags & MSG_WAITALL) transfer->kernel.flags |= KERNEL_WAIT_ALL;
}

static enum kernel_status go(const struct moving *call, struct transfer *transfer, const struct kernel_how *how)
{
    return call->receives ? kernel_receive(call->sock->endpoint, &transfer->kernel, how) : kernel_send(call->sock->endpoint, &transfer->kernel, how);
}

/* Out parameters of a call that ended here: also of a message that was too long, of which the client has the beginning. */
static int tell(struct moving *call, int error, uint64_t count, DWORD flags)
{
    DWORD bytes = (DWORD)count;
    call->moved = bytes;
    if (error && error != WSAEMSGSIZE) return error;
    if (error && !call->receives) return error;
    if (call->bytes) memcpy(call->bytes, &bytes, sizeof bytes);
    if (call->flags_out) memcpy(call->flags_out, &flags, sizeof flags);
    return error;
}

/* Windows says the result of such a call in an OVERLAPPED that the socket has no use for (observed behaviour ASY-04). */
static void tell_unused(const struct moving *call)
{
    if (!call->unused || !kernel_may_write(call->unused, sizeof *call->unused)) return;
    call->unused->Offset = call->unused->OffsetHigh = 0;
    call->unused->InternalHigh = call->moved;
    call->unused->Internal = 0;
}

static int64_t timeout_ns(const struct moving *call)
{
    DWORD ms = call->receives ? call->sock->shared->options.receive_timeout_ms : call->sock->shared->options.send_timeout_ms;
    return ms ? ms * INT64_C(1000000) : KERNEL_FOREVER;
}

static int go_blocking(struct moving *call, struct transfer *transfer, struct kernel_piece *pieces)
{
    struct pending pending; /* on the thread's own stack: it ends with the call, or with the thread */
    pending_begin(&pending, call->sock);
    pending.transfer = transfer;
    pending.held = pieces;
    struct kernel_how how = { pending_completes, &pending, false, &pending.request };
    enum kernel_status status = go(call, transfer, &how);
    if (status != KERNEL_PENDING) {
        pending_leave(&pending);
        DWORD flags;
        int error = transfer_over(transfer, status, &flags);
        return tell(call, error, transfer->kernel.count, flags);
    }
    int error = pending_wait(&pending, timeout_ns(call));
    if (!pending.sock) call->sock = NULL;
    if (error == WSA_OPERATION_ABORTED) error = WSAEINTR; /* the socket was closed under the call */
    BOOL early = error == WSAETIMEDOUT || error == WSAEINTR;
    if (early && pending.sock && call->receives && transfer->kernel.count) { /* a part of what MSG_WAITALL wanted: it is not lost */
        pending.bytes = (DWORD)transfer->kernel.count;
        error = transfer_over(transfer, transfer->kernel.flags & KERNEL_TRUNCATED ? KERNEL_TOO_LONG : KERNEL_OK, &pending.flags);
    }
    return tell(call, error, pending.bytes, pending.flags);
}

static int go_plain(struct moving *call)
{
    struct transfer transfer;
    struct kernel_piece few[MSG_MAXIOVLEN], *pieces = call->count <= MSG_MAXIOVLEN ? few : malloc(call->count * sizeof *pieces);
    int error;
    DWORD flags;
    if (!pieces) return WSAENOBUFS;
    transfer_fill(&transfer, call, pieces);
    if (call->sock->shared->nonblocking) {
        error = transfer_over(&transfer, go(call, &transfer, &(struct kernel_how){ 0 }), &flags);
        tell(call, error, transfer.kernel.count, flags);
        if (pieces != few) free(pieces);
    } else {
        error = go_blocking(call, &transfer, pieces != few ? pieces : NULL);
    }
    return error;
}

static int go_overlapped(struct moving *call)
{
    struct transfer *transfer = malloc(sizeof *transfer + call->count * sizeof(struct kernel_piece));
    struct pending *pending = transfer ? pending_new(call->sock, call->overlapped, call->routine, call->thread) : NULL;
    if (!pending) {
        free(transfer);
        return WSAENOBUFS;
    }
    transfer_fill(transfer, call, (struct kernel_piece *)(void *)(transfer + 1));
    pending->transfer = transfer;
    struct kernel_how how = { pending_completes, pending, false, &pending->request };
    enum kernel_status status = go(call, transfer, &how);
    if (status == KERNEL_PENDING) {
        pending->opened = call->opened;
        pending_accept(pending);
        return WSA_IO_PENDING;
    }
    DWORD flags, count = (DWORD)transfer->kernel.count;
    int error = transfer_over(transfer, status, &flags);
    if (error) {
        pending_forget(pending); /* never accepted: nothing completes */
        return tell(call, error, count, flags);
    }
    tell(call, 0, count, flags);
    pending->flags = flags;
    pending->opened = call->opened;
    pending_accept(pending);
    pending_finish(pending, 0, count);
    return 0;
}

static int move(struct moving *call, LPINT error)
{
    if (!call->sock) return SOCKET_ERROR;
    if (!call->sock->overlapped) { /* ignored, and the routine with it */
        call->unused = call->overlapped;
        call->overlapped = NULL;
    }
    int result = check(call);
    if (result == 0 && call->overlapped && call->routine && port_takes_all(call->sock)) result = WSAEINVAL;
    if (result == 0) result = call->overlapped ? go_overlapped(call) : go_plain(call);
    if (result == 0 && observed()) tell_unused(call);
    if (call->sock && call->receives) conditions_enable(call->sock, FD_READ | FD_OOB); /* whatever came of it */
    if (call->sock && !call->receives && result == WSAEWOULDBLOCK) conditions_enable(call->sock, FD_WRITE);
    return result ? fail(error, result) : 0;
}

int transfer_message(struct sock *sock, const struct message_call *given)
{
    LPWSAMSG message = given->message;
    int error = 0;
    struct moving call = { .sock = sock, .receives = given->receives, .named = TRUE, .buffers = message->lpBuffers, .count = message->dwBufferCount, .bytes = given->bytes,
                           .flags = given->flags, .overlapped = given->overlapped, .routine = given->routine, .thread = given->thread, .opened = given->opened };
    if (call.receives) {
        call.flags_out = &message->dwFlags;
        call.from = message->name;
        call.from_size = &message->namelen;
        call.message = message;
    } else {
        call.to = message->name;
        call.to_size = message->namelen;
    }
    return move(&call, &error) == 0 ? 0 : error;
}

/* ---- the entry points ---- */

int WSPAPI provider_send(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, DWORD flags, LPWSAOVERLAPPED overlapped,
                         LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT error)
{
    struct moving call = { .sock = sock_enter(s, error), .buffers = buffers, .count = count, .bytes = bytes, .flags = flags,
                           .overlapped = overlapped, .routine = routine, .thread = thread };
    return move(&call, error);
}

int WSPAPI provider_send_to(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, DWORD flags, const struct sockaddr *to, int to_size, LPWSAOVERLAPPED overlapped,
                            LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT error)
{
    struct moving call = { .sock = sock_enter(s, error), .named = TRUE, .buffers = buffers, .count = count, .bytes = bytes, .flags = flags,
                           .to = to, .to_size = to_size, .overlapped = overlapped, .routine = routine, .thread = thread };
    return move(&call, error);
}

int WSPAPI provider_recv(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, LPDWORD flags, LPWSAOVERLAPPED overlapped,
                         LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT error)
{
    struct moving call = { .sock = sock_enter(s, error), .receives = TRUE, .buffers = buffers, .count = count, .bytes = bytes, .flags_out = flags,
                           .overlapped = overlapped, .routine = routine, .thread = thread };
    return move(&call, error);
}

int WSPAPI provider_recv_from(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, LPDWORD flags, struct sockaddr *from, LPINT from_size, LPWSAOVERLAPPED overlapped,
                              LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT error)
{
    struct moving call = { .sock = sock_enter(s, error), .receives = TRUE, .named = TRUE, .buffers = buffers, .count = count, .bytes = bytes, .flags_out = flags,
                           .from = from, .from_size = from_size, .overlapped = overlapped, .routine = routine, .thread = thread };
    return move(&call, error);
}
