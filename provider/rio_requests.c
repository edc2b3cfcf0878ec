/*
 * Registered I/O: request queues. A socket has one at most, and it goes with the socket; there is no function that closes it. A
 * request counts from its call until its result is taken.
 */
#include <stdlib.h>

#include "rio.h"

static void rq_free(struct rio_rq *rq)
{
    if (rq->sock || rq->receives.outstanding || rq->sends.outstanding) return;
    rio_cq_untie(rq->receives.cq);
    rio_cq_untie(rq->sends.cq);
    free(rq);
}

/* While the socket is there, its places in the completion queue stay reserved. */
void rio_request_over(struct rio_request *request)
{
    struct rio_rq *rq = request->rq;
    request->side->outstanding--;
    if (!rq->sock) request->side->cq->reserved--;
    free(request);
    rq_free(rq);
}

static void side_ends(struct rio_side *side, BOOL indicate)
{
    rio_abort(side, indicate);
    side->cq->reserved -= side->most - side->outstanding;
}

void rio_socket_ends(struct sock *sock, BOOL indicate)
{
    struct rio_rq *rq = sock->rio;
    if (!rq) return;
    rio_unname(sock->process, rq->id);
    side_ends(&rq->receives, indicate);
    side_ends(&rq->sends, indicate);
    sock->rio = NULL;
    rq->sock = NULL;
    rq_free(rq);
}

/* ---- the functions ---- */

static BOOL reserve(struct rio_cq *receive_cq, ULONG receives, struct rio_cq *send_cq, ULONG sends)
{
    if (!rio_cq_reserve(receive_cq, receives)) return FALSE;
    if (rio_cq_reserve(send_cq, sends)) return TRUE;
    receive_cq->reserved -= receives;
    return FALSE;
}

static int socket_check(const struct sock *sock)
{
    if (!(sock->flags & WSA_FLAG_REGISTERED_IO) || sock->type == SOCK_RAW) return WSAEOPNOTSUPP;
    return sock->rio ? WSAEINVAL : 0;
}

static int rq_make(struct sock *sock, const struct rio_rq *wish)
{
    struct rio_rq *rq = malloc(sizeof *rq);
    if (!rq) return WSAENOBUFS;
    *rq = *wish;
    rq->id = rio_name(sock->process, RIO_REQUESTS, rq);
    if (!rq->id || !reserve(rq->receives.cq, rq->receives.most, rq->sends.cq, rq->sends.most)) {
        if (rq->id) rio_unname(sock->process, rq->id);
        free(rq);
        return WSAENOBUFS;
    }
    rio_cq_tie(rq->receives.cq);
    rio_cq_tie(rq->sends.cq);
    sock->rio = rq;
    return 0;
}

RIO_RQ PASCAL rio_create_request_queue(SOCKET s, ULONG receives, ULONG receive_buffers, ULONG sends, ULONG send_buffers, RIO_CQ receive_cq, RIO_CQ send_cq, PVOID context)
{
    int error = 0;
    struct sock *sock = sock_enter(s, &error);
    struct rio_rq wish = { .sock = sock, .context = (ULONG_PTR)context };
    if (sock) error = socket_check(sock);
    if (error == 0) {
        wish.receives = (struct rio_side){ .cq = rio_named(sock->process, RIO_COMPLETIONS, (ULONG_PTR)receive_cq), .most = receives };
        wish.sends = (struct rio_side){ .cq = rio_named(sock->process, RIO_COMPLETIONS, (ULONG_PTR)send_cq), .most = sends };
        if (!wish.receives.cq || !wish.sends.cq || receive_buffers != 1 || send_buffers != 1 || (receives == 0 && sends == 0)) error = WSAEINVAL;
    }
    if (error == 0) error = rq_make(sock, &wish);
    if (error == 0) return (RIO_RQ)sock->rio->id;
    WSASetLastError(error);
    return RIO_INVALID_RQ;
}

/* Both directions change, or none does. */
static int rq_resize(struct rio_rq *rq, ULONG receives, ULONG sends)
{
    struct rio_side *in = &rq->receives, *out = &rq->sends;
    if ((receives == 0 && sends == 0) || in->cq->closed || out->cq->closed) return WSAEINVAL;
    if (receives < in->outstanding || sends < out->outstanding) return WSAETOOMANYREFS;
    in->cq->reserved -= in->most;
    out->cq->reserved -= out->most;
    if (!reserve(in->cq, receives, out->cq, sends)) {
        in->cq->reserved += in->most;
        out->cq->reserved += out->most;
        return WSAENOBUFS;
    }
    in->most = receives;
    out->most = sends;
    return 0;
}

BOOL PASCAL rio_resize_request_queue(RIO_RQ id, DWORD receives, DWORD sends)
{
    int error = 0;
    struct provider_process *process = process_enter(&error);
    struct rio_rq *rq = process ? rio_named(process, RIO_REQUESTS, (ULONG_PTR)id) : NULL;
    if (process) error = rq ? rq_resize(rq, receives, sends) : WSAEINVAL;
    if (error) WSASetLastError(error);
    return error == 0;
}
