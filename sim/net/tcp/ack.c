/* What an acknowledgment says: how far, how wide the window is, how long the way took. What it says about loss: scoreboard.c. */
#include "net/ip/neighbor.h"
#include "net/tcp/inside.h"

/* ---- the window ---- */

void window_take(struct tcp *tcp, const struct packet *packet, uint64_t sequence, uint64_t ack, bool scaled)
{
    uint32_t window = (uint32_t)packet->tcp.window << (scaled ? tcp->send_scale : 0);
    tcp->window_raw = scaled ? packet->tcp.window : 0;
    tcp->wl1 = sequence;
    tcp->wl2 = ack;
    tcp->send_edge = ack + window;
    if (window > tcp->largest_window)
        tcp->largest_window = window;
    if (window > tcp->backlog.largest_window)
        tcp->backlog.largest_window = window;
}

/* RFC 9293 3.10.7.4: an older segment must not overrule a newer one. */
static bool window_newer(const struct tcp *tcp, uint64_t sequence, uint64_t ack)
{
    return before(tcp->wl1, sequence) || (tcp->wl1 == sequence && !before(ack, tcp->wl2));
}

/* The peer has answered a probe, or opened its window. */
static void window_probe_end(struct tcp *tcp)
{
    tcp->window_probes = 0;
    if (!before(tcp->una, tcp->send_edge))
        return;
    tcp->window_probing = false;
    tcp->window_backoff = 0;
    tcp->timeout_ns = NEVER_NS;
    timer_send_set(tcp);
}

/* ---- how far ---- */

static inline void flags_leave(struct tcp *tcp, struct heard *heard, const struct sent *sent)
{
    if (sent->flags & SENT_SACKED) {
        tcp->sacked -= sent->size;
        heard->delivered -= sent->size;
    }
    if (sent->flags & SENT_LOST) {
        tcp->lost -= sent->size;
        if (!(sent->flags & SENT_AGAIN))
            tcp->lost_waiting--;
    }
    if (sent->flags & SENT_AGAIN)
        tcp->again -= sent->size;
    heard->ever |= sent->flags & SENT_EVER;
}

/* The first segment is acknowledged in part (its size on the peer's side was another). */
static void sent_shorten(struct tcp *tcp, struct sent *sent, uint64_t ack, struct heard *heard)
{
    uint16_t gone = (uint16_t)((uint32_t)ack - sent->start);
    if (gone == 0)
        return;
    struct sent part = *sent;
    part.size = gone;
    if (sent->flags & SENT_LOST && !(sent->flags & SENT_AGAIN))
        tcp->lost_waiting++; /* it stays one */
    if (sent->flags)
        flags_leave(tcp, heard, &part);
    sent->start += gone;
    sent->size = (uint16_t)(sent->size - gone);
}

void ack_advance(struct tcp *tcp, uint64_t ack, struct heard *heard)
{
    struct sent_ring *ring = &tcp->sent;
    struct sent *sent = NULL, *clean = NULL;
    heard->acked = (uint32_t)(ack - tcp->una);
    heard->delivered += heard->acked;
    uint32_t first = ring->first, last = ring->last;
    while (first != last) {
        sent = &ring->at[first & ring->mask];
        if ((int32_t)((uint32_t)ack - sent->start - sent->size) < 0) {
            sent_shorten(tcp, sent, ack, heard);
            break;
        }
        if (TCP_UNLIKELY((sent->flags & ~SENT_FIN) | before(tcp->una, tcp->fack))) {
            flags_leave(tcp, heard, sent);
            if (!(sent->flags & SENT_SACKED))
                rack_delivered(tcp, sent, sent_start(tcp, sent) + sent->size);
        }
        if (TCP_LIKELY(!(sent->flags & (SENT_EVER | SENT_SACKED))))
            clean = sent;
        first++;
    }
    ring->first = first;
    if (clean) {
        heard->sample_ns = *tcp->now - clean->sent_ns;
        if (clean->sent_ns >= tcp->rack_ns) {
            tcp->rack_ns = clean->sent_ns;
            tcp->rack_end = ack;
            tcp->rack_rtt_ns = heard->sample_ns;
        }
    }
    tcp->una = ack;
    const struct endpoint *endpoint = tcp->endpoint;
    if (TCP_UNLIKELY(endpoint->host->parameters.neighbors))
        neighbor_confirm_path(endpoint->host, endpoint->tuple.family, &endpoint->path); /* RFC 4861 7.3.1 */
    send_acked(tcp, ack);
}

/* Karn, RFC 6298 section 3; without timestamps one sample a round trip (host-stack 4.2). */
void ack_sample(struct tcp *tcp, const struct packet *packet, const struct heard *heard, uint64_t ack)
{
    const struct tcp_header *header = &packet->tcp;
    if (tcp->timestamps && header->options & TCP_OPTION_TIMESTAMPS && header->timestamp_echo) {
        if (before(ack, tcp->timed_end) && !heard->ever)
            return;
        uint32_t ms = tcp_clock(tcp) - header->timestamp_echo;
        int64_t sample = heard->sample_ns > 0 && !heard->ever ? heard->sample_ns : (int64_t)ms * TCP_MILLISECOND;
        rtt_sample(&tcp->rtt, sample > 0 ? sample : 1);
        tcp->timed_end = tcp->nxt;
        return;
    }
    if (heard->sample_ns <= 0 || before(ack, tcp->timed_end) || heard->ever)
        return;
    rtt_sample(&tcp->rtt, heard->sample_ns);
    tcp->timed_end = tcp->nxt;
}

/* ---- the short way: nothing is lost, nothing is SACKed, the ACK is for new data ---- */

/* The caller looks after the deadlines. */
void ack_plain(struct tcp *tcp, const struct packet *packet, uint64_t ack)
{
    struct heard heard = { .ack = ack, .flight = (uint32_t)(tcp->nxt - tcp->una) };
    struct congestion *congestion = &tcp->congestion;
    window_take(tcp, packet, tcp->rcv_nxt, ack, true);
    ack_advance(tcp, ack, &heard);
    ack_sample(tcp, packet, &heard, ack);
    bool slow = congestion->cwnd < congestion->ssthresh;
    struct congestion_ack told = {
        .now_ns = *tcp->now, .srtt_ns = rtt_smoothed_ns(&tcp->rtt), .sample_ns = heard.sample_ns, .una = ack, .nxt = tcp->nxt,
        .acked = heard.acked, .flight = heard.flight,
        .limited = slow ? heard.flight > congestion->cwnd / 2 : heard.flight + tcp->mss >= congestion->cwnd,
    };
    congestion_ack(congestion, &told);
    tcp->timeout_ns = tcp->nxt == ack ? NEVER_NS : *tcp->now + rtt_timeout_ns(&tcp->rtt);
    isb_evaluate(tcp);
    sends_serve(tcp);
}

/* ---- the long way ---- */

/* RFC 3168 6.1.2: the peer saw a mark; the window is halved once a round trip. */
static void ecn_heard(struct tcp *tcp, const struct packet *packet, uint32_t flight)
{
    if (!tcp->ecn || !(packet->tcp.flags & TCP_ECE) || tcp->recovery != RECOVERY_NONE || before(tcp->una, tcp->ecn_recover))
        return;
    congestion_marked(&tcp->congestion, *tcp->now, flight);
    tcp->ecn_recover = tcp->nxt;
    tcp->ecn_reduced = true;
}

void ack_arrive(struct tcp *tcp, const struct packet *packet, uint64_t ack)
{
    uint64_t sequence = position_near(tcp->irs, packet->tcp.sequence, tcp->rcv_nxt);
    struct heard heard = { .ack = ack, .flight = in_flight(tcp) };
    uint16_t raw = tcp->window_raw;
    bool newer = window_newer(tcp, sequence, ack) && !before(ack, tcp->una);
    if (newer) {
        window_take(tcp, packet, sequence, ack, true);
        heard.window_changed = raw != tcp->window_raw;
    }
    bool in_flight_before = tcp->nxt != tcp->una;
    if (tcp->sack && packet->tcp.sack_count)
        sack_read(tcp, packet, &heard);
    heard.duplicate = ack == tcp->una && in_flight_before && packet->payload.size == 0 && !(packet->tcp.flags & TCP_FIN) && !heard.window_changed;
    tcp->duplicate_acks += heard.duplicate;
    if (before(tcp->una, ack)) {
        ack_advance(tcp, ack, &heard);
        ack_sample(tcp, packet, &heard, ack);
        tcp->timeouts = 0;
        if (TCP_UNLIKELY(tcp->detour != NULL))
            gateway_answers(tcp);
        if (tcp->sacked_ranges.count)
            ranges_cut(&tcp->sacked_ranges, ack);
        if (!tcp->window_probing) /* a probe whose byte was taken: the next one has its time */
            tcp->timeout_ns = tcp->nxt == ack ? NEVER_NS : *tcp->now + rtt_timeout_ns(&tcp->rtt);
    }
    if (tcp->probe_end)
        probe_acked(tcp, &heard);
    recovery_turn(tcp, &heard);
    ecn_heard(tcp, packet, heard.flight);
    if (tcp->window_probing)
        window_probe_end(tcp);
    probe_schedule(tcp);
    timer_send_set(tcp);
    if (heard.acked || heard.window_changed)
        isb_evaluate(tcp);
    if (heard.acked)
        sends_serve(tcp);
    if (tcp->fin_sent && tcp->una == tcp->nxt)
        fin_acked(tcp);
}
