/*
 * Registered I/O: RIOSend, RIOReceive and their longer forms. What is wrong with a call is told by the call; what becomes of the
 * request is told by its result, also where that is known at once. A deferred request waits until one of its direction is not
 * deferred, or RIO_MSG_COMMIT_ONLY.
 */
#include <stdlib.h>
#include <string.h>

#include "ext.h"
#include "rio.h"

#define CONTROL_HEAD ((ULONG)WSA_CMSGHDR_ALIGN(sizeof(RIO_CMSG_BUFFER))) /* RIO_CMSG_BASE_SIZE */
#define FLAGS_KNOWN (RIO_MSG_DONT_NOTIFY | RIO_MSG_DEFER)

/* One call, as the client made it. */
struct asking {
    BOOL receives;
    RIO_RQ id;
    const RIO_BUF *data;
    ULONG count;
    const RIO_BUF *local, *remote, *control, *flags_place;
    DWORD flags;
    PVOID context;
};

/* ---- lists ---- */

static void append(struct rio_request **list, struct rio_request *request)
{
    while (*list) list = &(*list)->next;
    request->next = NULL;
    *list = request;
}

static void leave(struct rio_request **list, const struct rio_request *request)
{
    while (*list != request) list = &(*list)->next;
    *list = request->next;
}

/* ---- the end of a request ---- */

/* The head says how long it is, itself included. */
static int control_written(const struct rio_request *request, int error, DWORD *flags)
{
    WSAMSG message;
    memset(&message, 0, sizeof message);
    message.Control.buf = request->control + CONTROL_HEAD;
    message.Control.len = request->control_size - CONTROL_HEAD;
    error = message_came(request->rq->sock, &message, &request->transfer, error, flags);
    RIO_CMSG_BUFFER head = { .TotalLength = CONTROL_HEAD + message.Control.len };
    memcpy(request->control, &head, sizeof head);
    return error;
}

/* What a message tells besides its bytes. */
static int received(const struct rio_request *request, int error)
{
    const struct sock *sock = request->rq->sock;
    struct kernel_socket local;
    int ignored;
    DWORD flags = message_flags(&request->transfer);
    if (error == WSAEMSGSIZE && !request->piece.bytes) error = 0; /* it asked for no payload */
    if (request->control) error = control_written(request, error, &flags);
    if (request->flags_place) memcpy(request->flags_place, &flags, sizeof flags);
    if (sock_stream(sock)) return error;
    if (request->remote) sockname_write(sock, &request->transfer.peer, request->remote, &ignored);
    if (!request->local || kernel_local(sock->endpoint, &local) != KERNEL_OK) return error;
    local.address = request->transfer.local;
    sockname_write(sock, &local, request->local, &ignored);
    return error;
}

static void over(struct rio_request *request, enum kernel_status status, uint64_t count)
{
    BOOL came = request->receives && (status == KERNEL_OK || status == KERNEL_TOO_LONG);
    request->status = error_of_kernel(status);
    if (came) request->status = received(request, request->status);
    request->bytes = (ULONG)count;
    rio_cq_add(request);
}

static void completes(void *cookie, enum kernel_status status, uint64_t count)
{
    struct rio_request *request = cookie;
    request->request = 0;
    leave(&request->side->running, request);
    over(request, status, count);
}

void rio_abort(struct rio_side *side, BOOL indicate)
{
    struct rio_request **lists[] = { &side->running, &side->deferred };
    for (size_t i = 0; i < 2; i++) {
        while (*lists[i]) {
            struct rio_request *request = *lists[i];
            *lists[i] = request->next;
            if (request->request) kernel_cancel(request->request);
            request->request = 0;
            if (indicate) over(request, KERNEL_CANCELLED, 0);
            else rio_request_over(request);
        }
    }
}

/* ---- its beginning ---- */

/* The records of a send hold for it alone. */
static enum kernel_status send_with_records(struct rio_request *request, const struct kernel_how *how)
{
    const struct sock *sock = request->rq->sock;
    struct message_wish wishes[MESSAGE_WISHES];
    WSABUF control = { .len = request->control_size - CONTROL_HEAD, .buf = request->control + CONTROL_HEAD };
    enum kernel_status status = message_wishes(sock, &control, wishes) ? kernel_send(sock->endpoint, &request->transfer, how) : KERNEL_BAD_ARGUMENT;
    message_wishes_end(sock, wishes);
    return status;
}

/* It belongs to the process: the end of the thread that asked leaves it. */
static void begin(struct rio_request *request)
{
    kernel_endpoint endpoint = request->rq->sock->endpoint;
    struct kernel_how how = { completes, request, true, &request->request };
    append(&request->side->running, request);
    enum kernel_status status = request->receives ? kernel_receive(endpoint, &request->transfer, &how)
                                : request->control ? send_with_records(request, &how) : kernel_send(endpoint, &request->transfer, &how);
    if (status == KERNEL_PENDING) return;
    request->request = 0;
    leave(&request->side->running, request);
    over(request, status, status == KERNEL_OK || status == KERNEL_TOO_LONG ? request->transfer.count : 0);
}

static void commit(struct rio_side *side)
{
    while (side->deferred) {
        struct rio_request *request = side->deferred;
        side->deferred = request->next;
        begin(request);
    }
}

/* ---- a call ---- */

static int check_flags(const struct asking *call, const struct sock *sock)
{
    DWORD known = FLAGS_KNOWN | (call->receives && sock_stream(sock) ? RIO_MSG_WAITALL : 0u);
    BOOL bare = !call->data && !call->count && !call->local && !call->remote && !call->control && !call->flags_place && !call->context;
    if (call->flags == RIO_MSG_COMMIT_ONLY) return bare ? 0 : WSAEINVAL;
    if (call->flags & ~known) return WSAEINVAL;
    if (call->count > 1 || (call->count == 1) != (call->data != NULL)) return WSAEINVAL;
    return sock_stream(sock) && (!call->data || call->control) ? WSAEINVAL : 0;
}

/* An address is a SOCKADDR_INET, whatever the family. */
static int places(const struct asking *call, struct rio_request *request)
{
    const struct provider_process *process = request->rq->sock->process;
    struct rio_place data, local, remote, control, flags;
    int error = rio_slice(process, call->data, 0, &data);
    if (error == 0) error = rio_slice(process, call->local, sizeof(SOCKADDR_INET), &local);
    if (error == 0) error = rio_slice(process, call->remote, sizeof(SOCKADDR_INET), &remote);
    if (error == 0) error = rio_slice(process, call->control, CONTROL_HEAD, &control);
    if (error == 0) error = rio_slice(process, call->flags_place, sizeof(DWORD), &flags);
    if (error) return error;
    request->piece = (struct kernel_piece){ data.bytes, data.size };
    request->local = local.bytes;
    request->remote = remote.bytes;
    request->control = control.bytes;
    request->control_size = control.size;
    request->flags_place = flags.bytes;
    return 0;
}

/* The source of a send is the socket's own address: another one cannot be had. */
static int check_source(const struct sock *sock, const char *bytes)
{
    struct kernel_socket source, own;
    int error = sockname_read(sock, bytes, sock_address_size(sock), &source);
    if (error || address_unspecified(&source.address)) return error;
    if (kernel_local(sock->endpoint, &own) != KERNEL_OK) return WSAEADDRNOTAVAIL;
    return memcmp(own.address.bytes, source.address.bytes, sizeof own.address.bytes) == 0 ? 0 : WSAEADDRNOTAVAIL;
}

/* What a send is told besides its bytes; a stream goes where it is connected to. */
static int read_wishes(struct rio_request *request)
{
    const struct sock *sock = request->rq->sock;
    RIO_CMSG_BUFFER head;
    DWORD flags = 0;
    int error = 0;
    if (request->flags_place) memcpy(&flags, request->flags_place, sizeof flags);
    if (flags & ~(DWORD)MSG_DONTROUTE) return WSAEINVAL;
    if (request->control) {
        memcpy(&head, request->control, sizeof head);
        if (head.TotalLength < CONTROL_HEAD || head.TotalLength > request->control_size) return WSAEINVAL;
        request->control_size = head.TotalLength;
    }
    if (sock_stream(sock)) return 0;
    if (request->local) error = check_source(sock, request->local);
    if (error || !request->remote) return error;
    struct kernel_socket *peer = &request->transfer.peer;
    error = sockname_read(sock, request->remote, sock_address_size(sock), peer);
    if (error) return error;
    return address_unspecified(&peer->address) || peer->port == 0 ? WSAEADDRNOTAVAIL : 0;
}

static int request_fill(const struct asking *call, struct rio_request *request)
{
    int error = places(call, request);
    if (error == 0 && !call->receives) error = read_wishes(request);
    if (error) return error;
    if (request->side->outstanding >= request->side->most) return WSAENOBUFS;
    request->receives = call->receives;
    request->flags = call->flags;
    request->context = (ULONG_PTR)call->context;
    return 0;
}

static int rio_ask(const struct asking *call)
{
    int error = 0;
    struct provider_process *process = process_enter(&error);
    struct rio_rq *rq = process ? rio_named(process, RIO_REQUESTS, (ULONG_PTR)call->id) : NULL;
    if (!rq) return error ? error : WSAEINVAL;
    struct rio_side *side = call->receives ? &rq->receives : &rq->sends;
    error = check_flags(call, rq->sock);
    if (error) return error;
    if (call->flags == RIO_MSG_COMMIT_ONLY) {
        commit(side);
        return 0;
    }
    struct rio_request wish = { .rq = rq, .side = side };
    error = request_fill(call, &wish);
    struct rio_request *request = error == 0 ? malloc(sizeof *request) : NULL;
    if (!request) return error ? error : WSAENOBUFS;
    *request = wish;
    request->transfer.pieces = &request->piece;
    request->transfer.piece_count = request->piece.bytes ? 1 : 0;
    if (call->flags & RIO_MSG_WAITALL) request->transfer.flags = KERNEL_WAIT_ALL;
    side->outstanding++;
    append(&side->deferred, request);
    if (!(call->flags & RIO_MSG_DEFER)) commit(side);
    return 0;
}

/* ---- the functions ---- */

BOOL PASCAL rio_receive(RIO_RQ rq, PRIO_BUF data, ULONG count, DWORD flags, PVOID context)
{
    return ext_answer(rio_ask(&(struct asking){ .receives = TRUE, .id = rq, .data = data, .count = count, .flags = flags, .context = context }));
}

int PASCAL rio_receive_ex(RIO_RQ rq, PRIO_BUF data, ULONG count, PRIO_BUF local, PRIO_BUF remote, PRIO_BUF control, PRIO_BUF flags_out, DWORD flags, PVOID context)
{
    return ext_answer(rio_ask(&(struct asking){ .receives = TRUE, .id = rq, .data = data, .count = count, .local = local, .remote = remote,
                                                .control = control, .flags_place = flags_out, .flags = flags, .context = context }));
}

BOOL PASCAL rio_send(RIO_RQ rq, PRIO_BUF data, ULONG count, DWORD flags, PVOID context)
{
    return ext_answer(rio_ask(&(struct asking){ .id = rq, .data = data, .count = count, .flags = flags, .context = context }));
}

BOOL PASCAL rio_send_ex(RIO_RQ rq, PRIO_BUF data, ULONG count, PRIO_BUF local, PRIO_BUF remote, PRIO_BUF control, PRIO_BUF flags_in, DWORD flags, PVOID context)
{
    return ext_answer(rio_ask(&(struct asking){ .id = rq, .data = data, .count = count, .local = local, .remote = remote,
                                                .control = control, .flags_place = flags_in, .flags = flags, .context = context }));
}
