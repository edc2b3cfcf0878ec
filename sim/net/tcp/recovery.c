/* Fast recovery, timeouts, probes of the tail: what follows from loss (RFC 5681, 6582, 6675, 6937, 8985, 6298). */
#include "net/tcp/inside.h"


/* ---- recovery ---- */

static void early_off(struct tcp *tcp)
{
    tcp->early = EARLY_NOTHING;
    tcp->early_ns = NEVER_NS;
}

static void recovery_begin(struct tcp *tcp, uint32_t flight)
{
    tcp->recovery = RECOVERY_FAST;
    tcp->recover = tcp->highest_recover = tcp->nxt;
    tcp->fast_recoveries++;
    tcp->force_resend = true;
    tcp->probe_end = 0;
    if (tcp->early == EARLY_PROBE)
        early_off(tcp);
    congestion_lost(&tcp->congestion, *tcp->now, flight);
    row_tcp_recovery(tcp, "tcp.recovery", "begin");
    isb_evaluate(tcp);
}

static void recovery_end(struct tcp *tcp)
{
    if (tcp->recovery == RECOVERY_FAST)
        congestion_recovered(&tcp->congestion);
    tcp->recovery = RECOVERY_NONE;
    tcp->force_resend = false;
    if (tcp->reorder_persist && --tcp->reorder_persist == 0)
        tcp->reorder_mult = 0;
    row_tcp_recovery(tcp, "tcp.recovery", "end");
}

static void window_grow(struct tcp *tcp, const struct heard *heard)
{
    struct congestion *congestion = &tcp->congestion;
    bool slow = congestion->cwnd < congestion->ssthresh;
    struct congestion_ack told = {
        .now_ns = *tcp->now, .srtt_ns = rtt_smoothed_ns(&tcp->rtt), .sample_ns = heard->ever ? 0 : heard->sample_ns, .una = tcp->una, .nxt = tcp->nxt,
        .acked = heard->acked, .flight = heard->flight,
        .limited = slow ? heard->flight > congestion->cwnd / 2 : heard->flight + tcp->mss >= congestion->cwnd,
    };
    congestion_ack(congestion, &told);
}

static void losses_find(struct tcp *tcp, struct heard *heard)
{
    if (!tcp->sack) {
        loss_by_duplicates(tcp, heard);
        return;
    }
    bool rack = rack_on(tcp);
    if (tcp->sacked && !(rack && tcp->reordering))
        loss_by_sack(tcp, heard);
    if (rack && (tcp->sacked | tcp->again | tcp->lost | (tcp->recovery != RECOVERY_NONE)))
        rack_look(tcp, heard);
    else if (tcp->early == EARLY_REORDER)
        early_off(tcp);
}

/* RFC 5682 2.1: ACKs that go on advancing, though only one segment was sent again, are for what was sent before the timeout. */
static void forward_turn(struct tcp *tcp, const struct heard *heard)
{
    bool whole = !before(tcp->una, tcp->recover);
    if (!heard->acked || whole) {
        tcp->forward = heard->duplicate || heard->sacked_new || whole ? FORWARD_NONE : tcp->forward;
        return;
    }
    if (tcp->forward == FORWARD_FIRST) {
        tcp->forward = FORWARD_SECOND;
        return;
    }
    tcp->forward = FORWARD_NONE;
    for (uint32_t number = tcp->sent.first; number != tcp->sent.last; number++)
        sent_at(tcp, number)->flags &= (uint8_t)~(SENT_LOST | SENT_AGAIN);
    tcp->lost = tcp->again = tcp->lost_waiting = 0;
    tcp->recovery = RECOVERY_NONE;
    congestion_undo(&tcp->congestion, tcp->former_cwnd, tcp->former_ssthresh);
    row_tcp_recovery(tcp, "tcp.recovery", "spurious");
}

void recovery_turn(struct tcp *tcp, struct heard *heard)
{
    bool ended = false;
    if (tcp->forward != FORWARD_NONE)
        forward_turn(tcp, heard);
    losses_find(tcp, heard);
    if (tcp->recovery != RECOVERY_NONE && !before(tcp->una, tcp->recover)) {
        ended = tcp->recovery == RECOVERY_FAST;
        recovery_end(tcp);
    }
    if (tcp->recovery == RECOVERY_NONE && tcp->lost_waiting)
        recovery_begin(tcp, heard->flight);
    if (tcp->recovery == RECOVERY_FAST) {
        if (heard->delivered || heard->duplicate)
            congestion_recovery_ack(&tcp->congestion, heard->delivered, in_flight(tcp));
    } else if (heard->acked && !ended) {
        window_grow(tcp, heard);
    }
}

void reorder_timeout(struct tcp *tcp)
{
    struct heard heard = { .ack = tcp->una, .flight = in_flight(tcp) };
    rack_look(tcp, &heard);
    if (!heard.lost_new)
        return;
    if (tcp->recovery == RECOVERY_NONE)
        recovery_begin(tcp, heard.flight);
    if (tcp->recovery == RECOVERY_FAST)
        congestion_recovery_ack(&tcp->congestion, 0, in_flight(tcp));
    tcp_output(tcp);
}

/* ---- the retransmission timeout ---- */

/* Host-stack 4.2: so many retransmissions, or so many seconds. */
static bool given_up(const struct tcp *tcp) { return patience_given(tcp) ? patience_over(tcp) : tcp->timeouts >= tcp->parameters->max_data_retransmissions; }

/* Host-stack 4.3: two retransmissions of a full segment unanswered: a router may be swallowing what must not be fragmented. */
static void black_hole_suspect(struct tcp *tcp, const struct sent *first)
{
    const struct tcp_parameters *parameters = tcp->parameters;
    if (!parameters->black_hole_detection || tcp->in_black_hole || tcp->timeouts < parameters->black_hole_retransmissions)
        return;
    if (!tcp->dont_fragment || first->size < tcp->mss || tcp->mss <= parameters->black_hole_mss)
        return;
    tcp->in_black_hole = true;
    tcp->dont_fragment = false;
    row_tcp_number(tcp, "tcp.black_hole", "mss", parameters->black_hole_mss);
    mss_apply(tcp);
}

/* RFC 6675 5.1, 5681: all that is not SACKed is taken for lost. */
static void all_lost(struct tcp *tcp)
{
    if (!tcp->sack || sent_at(tcp, tcp->sent.first)->flags & SENT_SACKED) /* a peer that takes SACKs back (RFC 2018 section 8) */
        scoreboard_forget(tcp);
    tcp->sacked = tcp->sack ? tcp->sacked : 0;
    tcp->duplicates = 0;
    for (uint32_t number = tcp->sent.first; number != tcp->sent.last; number++) {
        if (!(sent_at(tcp, number)->flags & SENT_SACKED))
            sent_mark_lost(tcp, number);
    }
    tcp->resend_scan = tcp->sent.first;
    tcp->again_ring.first = tcp->again_ring.last;
}

void recovery_timeout(struct tcp *tcp)
{
    uint32_t flight = in_flight(tcp);
    if (given_up(tcp)) {
        connection_silent(tcp);
        return;
    }
    gateway_suspect(tcp);
    black_hole_suspect(tcp, sent_at(tcp, tcp->sent.first));
    tcp->timeout_episodes += tcp->timeouts == 0;
    tcp->timeouts++;
    tcp->timeouts_total++;
    uint64_t former = host_enter(tcp_host(tcp), row_tcp_number(tcp, "tcp.timeout", "attempt", tcp->timeouts));
    tcp->forward = tcp->parameters->frto && tcp->recovery == RECOVERY_NONE ? FORWARD_FIRST : FORWARD_NONE;
    tcp->former_cwnd = tcp->congestion.cwnd;
    tcp->former_ssthresh = tcp->congestion.ssthresh;
    congestion_timeout(&tcp->congestion, *tcp->now, flight, tcp->recovery == RECOVERY_NONE);
    rtt_back_off(&tcp->rtt);
    all_lost(tcp);
    tcp->recovery = RECOVERY_TIMEOUT;
    tcp->recover = tcp->highest_recover = tcp->nxt;
    tcp->probe_end = 0;
    early_off(tcp);
    tcp->force_resend = true;
    isb_evaluate(tcp);
    tcp->timeout_ns = *tcp->now + rtt_timeout_ns(&tcp->rtt);
    tcp_output(tcp);
    host_leave(tcp_host(tcp), former);
}

/* ---- tail loss probes (RFC 8985 section 7) ---- */

void probe_schedule(struct tcp *tcp)
{
    if (tcp->early > EARLY_PROBE)
        return;
    bool may = tcp->parameters->tlp && rack_on(tcp) && tcp->nxt != tcp->una && tcp->recovery == RECOVERY_NONE;
    int64_t after = 2 * rtt_smoothed_ns(&tcp->rtt), now = *tcp->now;
    if (tcp->sent.last - tcp->sent.first == 1)
        after += tcp->parameters->tlp_delayed_ack_ns;
    if (!may || (tcp->sacked | tcp->lost) || tcp->probe_end || (tcp->timeout_ns != NEVER_NS && now + after >= tcp->timeout_ns)) {
        early_off(tcp);
        return;
    }
    tcp->early = EARLY_PROBE;
    tcp->early_ns = now + after;
}

void probe_send(struct tcp *tcp)
{
    if (tcp->nxt == tcp->una || tcp->recovery != RECOVERY_NONE)
        return;
    uint64_t room = before(tcp->nxt, tcp->send_edge) ? tcp->send_edge - tcp->nxt : 0, ready = before(tcp->nxt, tcp->end) ? tcp->end - tcp->nxt : 0;
    uint32_t size = (uint32_t)least(least(room, ready), tcp->mss);
    tcp->probe_was_copy = size == 0;
    if (size) {
        segment_send(tcp, tcp->nxt, size, 0);
        sent_push(tcp, tcp->nxt, size, 0);
        tcp->nxt += size;
    } else {
        uint32_t number = tcp->sent.last - 1;
        struct sent *last = sent_at(tcp, number);
        uint8_t fin = last->flags & SENT_FIN ? TCP_FIN : 0;
        segment_send(tcp, sent_start(tcp, last), last->size - (fin ? 1u : 0u), fin);
        patience_keep(tcp, number);
        last->sent_ns = *tcp->now;
        last->flags |= SENT_EVER;
        again_push(tcp, number);
        tcp->retransmitted++;
        tcp->resent_bytes += last->size;
    }
    tcp->probe_end = tcp->nxt;
    tcp->timeout_ns = *tcp->now + rtt_timeout_ns(&tcp->rtt);
}

/* 7.4.2: a probe that repaired a loss has hidden it from congestion control. */
void probe_acked(struct tcp *tcp, const struct heard *heard)
{
    if (before(heard->ack, tcp->probe_end))
        return;
    bool told_twice = heard->duplicate_sack && heard->duplicate_right == tcp->probe_end;
    bool again = heard->ack == tcp->probe_end && heard->duplicate && !heard->duplicate_sack && heard->sacked_new == 0;
    if (!tcp->probe_was_copy || told_twice || again) {
        tcp->probe_end = 0;
    } else if (before(tcp->probe_end, heard->ack)) {
        tcp->probe_end = 0;
        if (tcp->recovery != RECOVERY_NONE)
            return;
        congestion_lost(&tcp->congestion, *tcp->now, heard->flight);
        congestion_recovered(&tcp->congestion);
    }
}
