/*
 * What may be sent now. Lost segments first, then new data, then the FIN; an ACK that is due goes with any of them or alone.
 * The limits: the congestion window against what is in flight, the peer's window, Nagle (RFC 896) and the sender's side of the
 * silly window syndrome (RFC 1122 4.2.3.4).
 */
#include "net/tcp/inside.h"

/* ---- again ---- */

static uint32_t lost_next(struct tcp *tcp)
{
    uint32_t number = (int32_t)(tcp->resend_scan - tcp->sent.first) < 0 ? tcp->sent.first : tcp->resend_scan;
    while (number != tcp->sent.last && (sent_at(tcp, number)->flags & (SENT_LOST | SENT_AGAIN)) != SENT_LOST)
        number++;
    tcp->resend_scan = number;
    return number;
}

static void resend(struct tcp *tcp, uint32_t number)
{
    struct sent *sent = sent_at(tcp, number);
    uint8_t fin = sent->flags & SENT_FIN ? TCP_FIN : 0;
    uint64_t start = sent_start(tcp, sent);
    segment_send(tcp, start, sent->size - (fin ? 1u : 0u), fin);
    patience_keep(tcp, number);
    sent->sent_ns = *tcp->now;
    sent->flags |= SENT_AGAIN | SENT_EVER;
    sent->times = sent->times < UINT8_MAX ? (uint8_t)(sent->times + 1) : UINT8_MAX;
    tcp->again += sent->size;
    tcp->lost_waiting--;
    tcp->retransmitted++;
    tcp->resent_bytes += sent->size;
    again_push(tcp, number);
    if (tcp->recovery == RECOVERY_FAST) {
        congestion_sent(&tcp->congestion, sent->size);
        tcp->timeout_ns = *tcp->now + rtt_timeout_ns(&tcp->rtt); /* RFC 6675 section 6: a loss event may last longer than the timeout */
    }
}

/* RFC 6675: while there is room for it; the first of an episode goes in any case. */
static void resend_lost(struct tcp *tcp)
{
    while (tcp->lost_waiting) {
        uint32_t number = lost_next(tcp);
        check(number != tcp->sent.last);
        uint32_t flight = in_flight(tcp), cwnd = tcp->congestion.cwnd;
        if (!tcp->force_resend && flight && flight + sent_at(tcp, number)->size > cwnd)
            break;
        tcp->force_resend = false;
        resend(tcp, number);
    }
}

/* ---- anew ---- */

/* Bytes the congestion window has left. */
static uint32_t window_left(const struct tcp *tcp)
{
    uint32_t flight = in_flight(tcp), cwnd = tcp->congestion.cwnd;
    if (tcp->recovery == RECOVERY_NONE && tcp->sacked && !tcp->parameters->limited_transmit)
        flight += tcp->sacked;
    if (!tcp->sack && tcp->recovery == RECOVERY_NONE && tcp->duplicates > 2) /* RFC 3042: two segments, no more */
        flight += tcp->sacked > 2 * tcp->mss ? tcp->sacked - 2 * tcp->mss : 0;
    return cwnd > flight ? cwnd - flight : 0;
}

/* May a segment of this size leave, which is less than a full one? `ready` bytes wait. */
static bool small_may(const struct tcp *tcp, uint32_t size, uint64_t ready)
{
    if (tcp->sws_override)
        return true;
    if (size == ready && (tcp->no_delay || tcp->nxt == tcp->una || tcp->fin_queued))
        return true;
    return size < ready && size >= tcp->largest_window / 2;
}

/* What SACK blocks in our own header take from a segment (RFC 6691). */
static uint32_t segment_room(const struct tcp *tcp)
{
    uint32_t blocks = tcp->recent_count + (tcp->duplicate.left != tcp->duplicate.right ? 1 : 0);
    uint32_t most_blocks = tcp->timestamps ? 3 : TCP_SACK_MOST;
    if (TCP_LIKELY(blocks == 0) || !tcp->sack)
        return tcp->mss;
    uint32_t bytes = 4 + 8 * (blocks < most_blocks ? blocks : most_blocks);
    return tcp->mss > 2 * bytes ? tcp->mss - bytes : tcp->mss;
}

static void fin_leaves(struct tcp *tcp)
{
    tcp->fin_sent = true;
    if (tcp->stage == STAGE_ESTABLISHED)
        tcp->stage = STAGE_FIN_WAIT_1;
    else if (tcp->stage == STAGE_CLOSE_WAIT)
        tcp->stage = STAGE_LAST_ACK;
    tcp->plain = false;
}

static void send_one(struct tcp *tcp, uint32_t size, bool last)
{
    bool fin = last && tcp->fin_queued;
    segment_send(tcp, tcp->nxt, size, (uint8_t)((last && size ? TCP_PSH : 0) | (fin ? TCP_FIN : 0)));
    uint32_t length = size + (fin ? 1 : 0);
    sent_push(tcp, tcp->nxt, length, fin ? SENT_FIN : 0);
    tcp->nxt += length;
    if (TCP_UNLIKELY(tcp->recovery == RECOVERY_FAST))
        congestion_sent(&tcp->congestion, length);
    if (TCP_UNLIKELY(fin))
        fin_leaves(tcp);
}

/* Nothing is in flight, something waits, and the window keeps it back: nobody would ever speak again (RFC 9293 3.8.6.1). */
static void window_blocked(struct tcp *tcp)
{
    if (tcp->nxt != tcp->una || tcp->window_probing)
        return;
    if (before(tcp->una, tcp->send_edge)) { /* a small one */
        tcp->early = EARLY_SMALL;
        tcp->early_ns = *tcp->now + tcp->parameters->sws_timer_ns;
        return;
    }
    tcp->window_probing = true;
    tcp->plain = false;
    tcp->window_backoff = tcp->window_probes = 0;
    tcp->timeout_ns = *tcp->now + rtt_timeout_ns(&tcp->rtt);
}

static bool send_new(struct tcp *tcp)
{
    bool any = false;
    uint32_t left = window_left(tcp);
    while (before(tcp->nxt, tcp->end)) {
        uint64_t ready = tcp->end - tcp->nxt, open = before(tcp->nxt, tcp->send_edge) ? tcp->send_edge - tcp->nxt : 0;
        uint32_t room = segment_room(tcp), size = (uint32_t)least(least(ready, open), room);
        if (size < room && (size == 0 || !small_may(tcp, size, ready))) {
            limit_note(tcp, open < ready ? KERNEL_LIMIT_RECEIVER : KERNEL_LIMIT_SENDER);
            if (open < ready)
                window_blocked(tcp);
            break;
        }
        if (size > left && in_flight(tcp)) {
            limit_note(tcp, KERNEL_LIMIT_CONGESTION);
            break;
        }
        send_one(tcp, size, size == ready);
        left = left > size ? left - size : 0;
        any = true;
    }
    if (tcp->nxt == tcp->end)
        limit_note(tcp, KERNEL_LIMIT_SENDER);
    if (TCP_UNLIKELY(tcp->fin_queued && !tcp->fin_sent && tcp->nxt == tcp->end)) {
        send_one(tcp, 0, true);
        any = true;
    }
    return any;
}

bool output_all(struct tcp *tcp)
{
    if (TCP_UNLIKELY(tcp->stage < STAGE_ESTABLISHED || tcp->stage == STAGE_TIME_WAIT))
        return false;
    bool any = false;
    tcp->output_due = false;
    if (TCP_UNLIKELY(tcp->forward == FORWARD_SECOND) && tcp->nxt == tcp->recover) { /* two new ones, to see what is heard of them */
        if (!tcp->fin_sent && send_new(tcp))
            return true;
        tcp->forward = FORWARD_NONE;
    }
    if (TCP_UNLIKELY(tcp->lost_waiting) && tcp->forward != FORWARD_SECOND) {
        uint64_t former = tcp->retransmitted;
        resend_lost(tcp);
        any = tcp->retransmitted != former;
    }
    if (!tcp->fin_sent && (tcp->nxt != tcp->end || tcp->fin_queued))
        any = send_new(tcp) || any;
    if (any && tcp->timeout_ns == NEVER_NS) {
        tcp->timeout_ns = *tcp->now + rtt_timeout_ns(&tcp->rtt);
        if (TCP_UNLIKELY(patience_given(tcp)))
            patience_start(tcp);
    }
    return any;
}

void tcp_output(struct tcp *tcp)
{
    if (output_all(tcp))
        probe_schedule(tcp);
    timer_send_set(tcp);
    if (tcp->ack_now && synchronized(tcp))
        segment_ack(tcp);
}

/* A byte beyond the closed window. Answered, the probing goes on for ever; unanswered ones count like retransmissions. */
void window_probe(struct tcp *tcp)
{
    if (!before(tcp->nxt, tcp->end)) {
        tcp->window_probing = false;
        return;
    }
    if (tcp->window_probes > tcp->parameters->max_data_retransmissions) {
        connection_silent(tcp);
        return;
    }
    tcp->window_probes++;
    segment_send(tcp, tcp->nxt, 1, 0);
    int64_t wait = rtt_timeout_ns(&tcp->rtt), limit = tcp->parameters->max_rto_ns;
    for (unsigned i = 0; i <= tcp->window_backoff && wait < limit; i++)
        wait *= 2;
    tcp->window_backoff++;
    tcp->timeout_ns = *tcp->now + (wait < limit ? wait : limit);
}
