/* What can be seen of a connection. */
#include "net/tcp/inside.h"

/* Taken out of the stream, or still in it. */
static bool urgent_held(const struct endpoint *endpoint)
{
    const struct tcp *tcp = endpoint->tcp;
    if (!tcp->mark_byte)
        return tcp->urgent_waits;
    return tcp->mark_after != NOWHERE_YET && tcp->parameters->at_mark != TCP_AT_MARK_ALWAYS_TRUE;
}

static uint32_t conditions(const struct endpoint *endpoint)
{
    const struct tcp *tcp = endpoint->tcp;
    uint32_t held = endpoint->failure != KERNEL_OK ? KERNEL_FAILED | KERNEL_READABLE : 0;
    if (!tcp)
        return held;
    if (tcp->stage == STAGE_LISTEN)
        return held | (tcp->waiting ? KERNEL_ACCEPTABLE : 0);
    if (tcp->queued || tcp->fin_heard)
        held |= KERNEL_READABLE;
    if (may_send_data(tcp) && !tcp->fin_queued && send_has_room(tcp))
        held |= KERNEL_WRITABLE;
    if (urgent_held(endpoint))
        held |= KERNEL_URGENT;
    if (synchronized(tcp))
        held |= KERNEL_ESTABLISHED;
    if (tcp->fin_heard)
        held |= KERNEL_PEER_CLOSED;
    if (tcp->fin_sent && tcp->una == tcp->nxt)
        held |= KERNEL_DRAINED;
    return held;
}

void tcp_state(const struct endpoint *endpoint, struct kernel_state *state)
{
    const struct tcp *tcp = endpoint->tcp;
    state->conditions = conditions(endpoint);
    state->failure = endpoint->failure;
    state->readable_bytes = tcp ? tcp->queued : 0;
    bool always = tcp && tcp->parameters->at_mark == TCP_AT_MARK_ALWAYS_TRUE && endpoint->option[KERNEL_URGENT_INLINE];
    state->at_mark = always || (tcp && tcp->mark_after == 0);
}

bool tcp_is_connecting(const struct endpoint *endpoint)
{
    return endpoint->tcp && (endpoint->tcp->stage == STAGE_SYN_SENT || endpoint->tcp->stage == STAGE_SYN_RECEIVED);
}

bool tcp_is_fast(const struct endpoint *endpoint) { return endpoint->tcp && endpoint->tcp->fast; }

bool tcp_view(const struct endpoint *endpoint, struct tcp_view *view)
{
    const struct tcp *tcp = endpoint->tcp;
    if (!tcp)
        return false;
    *view = (struct tcp_view){
        .state = tcp_stage_name((enum tcp_stage)tcp->stage),
        .mss = tcp->mss, .cwnd = tcp->congestion.cwnd, .ssthresh = tcp->congestion.ssthresh, .flight = in_flight(tcp),
        .send_window = window_now(tcp),
        .receive_window = before(tcp->rcv_nxt, tcp->rcv_edge) ? (uint32_t)(tcp->rcv_edge - tcp->rcv_nxt) : 0,
        .rto_ms = (uint32_t)(rtt_timeout_ns(&tcp->rtt) / TCP_MILLISECOND),
        .sent_bytes = tcp->sent_bytes, .acknowledged_bytes = tcp->una > 1 ? least(tcp->una, tcp->end) - 1 : 0,
        .received_bytes = tcp->received_bytes, .segments_sent = tcp->segments_sent, .segments_received = tcp->segments_received,
        .retransmitted = tcp->retransmitted, .fast_recoveries = tcp->fast_recoveries, .timeouts = tcp->timeouts_total,
        .backlog_bytes = tcp->backlog.bytes, .queued_bytes = buffered(tcp), .srtt_ns = rtt_smoothed_ns(&tcp->rtt),
    };
    return true;
}
