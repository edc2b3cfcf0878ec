/*
 * Segments of a connection: the short ways for what bulk transfer consists of, and the order of checks of RFC 9293 3.10.7.4 for
 * all else, with the challenge ACKs of RFC 5961.
 */
#include "net/tcp/inside.h"

#define EXPLICIT_CONGESTION 3u /* CE */
#define BEYOND_NS (500 * TCP_MILLISECOND) /* between two answers to ACKs from beyond the window */

/* ---- turns: what an event does to a connection, from beginning to end ---- */

void turn_begin(struct tcp *tcp)
{
    tcp->busy++;
}

void plain_refresh(struct tcp *tcp)
{
    const struct endpoint *endpoint = tcp->endpoint;
    bool whole = (tcp->sacked | tcp->lost | tcp->duplicates | tcp->stray_count | tcp->timeouts | tcp->urgent_waits) == 0;
    bool common = tcp->stage == STAGE_ESTABLISHED && tcp->recovery == RECOVERY_NONE && tcp->probe_end == 0;
    bool unmarked = tcp->urgent_at == NOWHERE_YET && tcp->mark_after == NOWHERE_YET && tcp->fin_at == NOWHERE_YET && !tcp->fin_sent && !tcp->ecn && !gateway_on_trial(tcp);
    tcp->plain = whole && common && unmarked && !tcp->orphan && !endpoint->shut_receiving && !tcp->window_probing;
}

void turn_end(struct tcp *tcp)
{
    if (--tcp->busy)
        return;
    if (tcp->to_free) {
        connection_release(tcp);
        return;
    }
    if (tcp->output_due)
        tcp_output(tcp);
    if (tcp->ack_now && synchronized(tcp))
        segment_ack(tcp);
    plain_refresh(tcp);
}

/* ---- the short ways ---- */

/* A segment in order with nothing out of the ordinary; false: it takes the long way. */
static inline bool arrive_plain(struct tcp *tcp, struct packet *packet)
{
    const struct tcp_header *header = &packet->tcp;
    uint32_t size = packet->payload.size;
    if ((header->flags & ~TCP_PSH) != TCP_ACK || header->sequence != tcp->irs + (uint32_t)tcp->rcv_nxt || header->sack_count)
        return false;
    uint64_t ack = position_near(tcp->iss, header->acknowledgment, tcp->una);
    if (ack - tcp->una > tcp->nxt - tcp->una || size > tcp->rcv_edge - tcp->rcv_nxt || packet->flags & PACKET_DAMAGED)
        return false;
    bool advances = ack != tcp->una;
    if (!advances && (size == 0 || header->window != tcp->window_raw))
        return false;
    if (tcp->timestamps) {
        if (!(header->options & TCP_OPTION_TIMESTAMPS) || (int32_t)(header->timestamp - tcp->ts_recent) < 0)
            return false;
        if (tcp->rcv_nxt == tcp->ts_ack) /* RFC 7323 4.3: the earliest of those the next ACK is for */
            tcp->ts_recent = header->timestamp;
    }
    tcp->heard_ns = *tcp->now;
    tcp->busy++;
    if (advances)
        ack_plain(tcp, packet, ack);
    if (size) {
        receive_plain(tcp, packet, size);
        receive_tell(tcp);
    }
    if (advances | tcp->output_due) {
        if (tcp->nxt != tcp->end)
            output_all(tcp);
        probe_schedule(tcp);
        timer_send_set(tcp);
    }
    if (tcp->ack_now)
        segment_ack(tcp);
    if (--tcp->busy == 0 && TCP_UNLIKELY(tcp->to_free))
        connection_release(tcp);
    return true;
}

/* ---- the long way ---- */

/* RFC 5961 section 7: a host sends only so many in a while. */
void challenge_ack(struct tcp *tcp)
{
    struct host *host = tcp_host(tcp);
    int64_t now = *tcp->now;
    if (host->tcp.challenges == 0 || now - host->tcp.challenged_ns >= tcp->parameters->challenge_ack_period_ns) {
        host->tcp.challenged_ns = now;
        host->tcp.challenges = 0;
    }
    if (host->tcp.challenges >= tcp->parameters->challenge_acks)
        return;
    host->tcp.challenges++;
    segment_ack(tcp);
}

/* RFC 9293 3.4: some of it lies in the window. A zero window still lets resets and ACKs in. */
static bool acceptable(const struct tcp *tcp, uint64_t sequence, uint32_t length)
{
    uint64_t window = before(tcp->rcv_nxt, tcp->rcv_edge) ? tcp->rcv_edge - tcp->rcv_nxt : 0;
    uint64_t edge = tcp->rcv_nxt + window, end = sequence + length;
    if (length == 0)
        return sequence == tcp->rcv_nxt || (!before(sequence, tcp->rcv_nxt) && before(sequence, edge));
    if (window == 0)
        return false;
    return before(sequence, edge) && before(tcp->rcv_nxt, end);
}

/* RFC 7323 5.3: protection against wrapped sequence numbers. */
static bool outdated(const struct tcp *tcp, const struct tcp_header *header)
{
    return tcp->timestamps && header->options & TCP_OPTION_TIMESTAMPS && !(header->flags & TCP_RST)
        && (int32_t)(header->timestamp - tcp->ts_recent) < 0;
}

static void reset_arrive(struct tcp *tcp, uint64_t sequence)
{
    if (sequence != tcp->rcv_nxt) {
        challenge_ack(tcp); /* RFC 5961 3.2 */
        return;
    }
    uint64_t former = host_enter(tcp_host(tcp), row_tcp(tcp, "tcp.reset"));
    if (tcp->stage == STAGE_SYN_RECEIVED && tcp->listener)
        listener_forgets(tcp);
    else if (tcp->stage == STAGE_SYN_RECEIVED)
        connection_fail(tcp, KERNEL_REFUSED, KERNEL_REFUSED);
    else if (tcp->stage >= STAGE_CLOSING)
        connection_gone(tcp, "tcp.closed");
    else
        connection_fail(tcp, KERNEL_RESET, KERNEL_RESET);
    host_leave(tcp_host(tcp), former);
}

/* True: go on with the segment. */
static bool ack_check(struct tcp *tcp, const struct packet *packet, uint64_t sequence)
{
    const struct tcp_header *header = &packet->tcp;
    if (!(header->flags & TCP_ACK))
        return false;
    uint64_t ack = position_near(tcp->iss, header->acknowledgment, tcp->una);
    if (tcp->stage == STAGE_SYN_RECEIVED) {
        if (ack != 1) {
            reset_in_answer(tcp_host(tcp), packet, &tcp->endpoint->path);
            return false;
        }
        window_take(tcp, packet, sequence, ack, true);
        connection_established(tcp);
        return tcp->stage != STAGE_CLOSED;
    }
    if (tcp->window_probing && ack == tcp->nxt + 1 && before(tcp->nxt, tcp->end)) { /* the probe's byte was taken */
        sent_push(tcp, tcp->nxt, 1, SENT_EVER);
        tcp->nxt = ack;
    }
    if (before(tcp->nxt, ack)) {
        tcp->ack_now = true;
        return false;
    }
    if (before(ack + most(tcp->largest_window, tcp->mss), tcp->una)) { /* RFC 5961 5.2 */
        challenge_ack(tcp);
        return false;
    }
    ack_arrive(tcp, packet, ack);
    return tcp->stage != STAGE_CLOSED && !tcp->to_free;
}

/* Data for a socket nobody will read from any more (RFC 2525 2.17, host-stack 4.7). */
static bool unwanted(const struct tcp *tcp, uint64_t sequence, uint32_t size)
{
    return size && before(tcp->rcv_nxt, sequence + size) && (tcp->orphan || tcp->endpoint->shut_receiving)
        && tcp->stage != STAGE_TIME_WAIT;
}

static void text_arrive(struct tcp *tcp, struct packet *packet, uint64_t sequence)
{
    uint32_t size = packet->payload.size;
    bool fin = packet->tcp.flags & TCP_FIN;
    if (unwanted(tcp, sequence, size)) {
        connection_reset(tcp, KERNEL_ABORTED);
        return;
    }
    if (tcp->ecn && (packet->traffic_class & EXPLICIT_CONGESTION) == EXPLICIT_CONGESTION)
        tcp->ecn_echo = true;
    if (tcp->ecn && packet->tcp.flags & TCP_CWR)
        tcp->ecn_echo = false;
    bool open = tcp->stage == STAGE_ESTABLISHED || tcp->stage == STAGE_FIN_WAIT_1 || tcp->stage == STAGE_FIN_WAIT_2;
    if (open) {
        if (packet->tcp.flags & TCP_URG)
            urgent_heard(tcp, packet, sequence);
        if (size || fin)
            receive_data(tcp, packet, sequence, size, fin);
    } else if (size || fin) {
        tcp->ack_now = true; /* a FIN sent again: the ACK was lost */
        if (tcp->stage == STAGE_TIME_WAIT)
            time_wait_begin(tcp);
    }
}

/* An ACK from beyond the window, answered by an ACK that lies beyond the peer's, would go to and fro for ever: one in a while is enough. */
static void answer_unwanted(struct tcp *tcp, bool from_beyond)
{
    if (from_beyond && *tcp->now < tcp->beyond_until_ns)
        return;
    tcp->ack_now = true;
    if (from_beyond)
        tcp->beyond_until_ns = *tcp->now + BEYOND_NS;
}

static void arrive_synchronized(struct tcp *tcp, struct packet *packet)
{
    const struct tcp_header *header = &packet->tcp;
    uint64_t sequence = position_near(tcp->irs, header->sequence, tcp->rcv_nxt);
    uint32_t length = packet->payload.size + (header->flags & TCP_SYN ? 1 : 0) + (header->flags & TCP_FIN ? 1 : 0);
    bool wanted = acceptable(tcp, sequence, length), old = outdated(tcp, header);
    if (!wanted && !old && sequence == tcp->rcv_nxt && header->flags & TCP_FIN && length == 1)
        wanted = true; /* a FIN alone needs no room */
    if (!wanted || old) {
        if (header->flags & TCP_RST)
            return;
        /* Where both probe, the peer's ACK of our byte still has the number of its own, which we took: unheard, the two of us would answer each other for ever. */
        bool of_probe = tcp->window_probing && length == 0 && sequence + 1 == tcp->rcv_nxt;
        if (!old && header->flags & TCP_ACK && synchronized(tcp) && (sequence == tcp->rcv_nxt || of_probe))
            ack_check(tcp, packet, sequence); /* 3.10.7.4: with a zero window valid ACKs count all the same */
        if (packet->payload.size && before(sequence, tcp->rcv_nxt))
            tcp->duplicate = (struct range){ sequence, least(sequence + packet->payload.size, tcp->rcv_nxt) };
        answer_unwanted(tcp, length == 0 && before(tcp->rcv_nxt, sequence));
        if (tcp->stage == STAGE_TIME_WAIT)
            time_wait_begin(tcp);
        return;
    }
    if (header->options & TCP_OPTION_TIMESTAMPS && tcp->timestamps && !before(tcp->ts_ack, sequence))
        tcp->ts_recent = header->timestamp;
    if (header->flags & TCP_RST) {
        reset_arrive(tcp, sequence);
        return;
    }
    if (header->flags & TCP_SYN) {
        if (tcp->stage != STAGE_SYN_RECEIVED || sequence != 0)
            challenge_ack(tcp); /* RFC 5961 4.2 */
        return;
    }
    if (ack_check(tcp, packet, sequence))
        text_arrive(tcp, packet, sequence);
    if (tcp->stage >= STAGE_ESTABLISHED && !tcp->to_free) {
        receive_tell(tcp);
        tcp_output(tcp);
    }
}

/* A SYN sent again by the peer of a half-open connection: our SYN-ACK was lost. */
static bool syn_repeated(const struct tcp *tcp, const struct tcp_header *header)
{
    return tcp->stage == STAGE_SYN_RECEIVED && (header->flags & (TCP_SYN | TCP_RST)) == TCP_SYN && header->sequence == tcp->irs;
}

static void arrive(struct tcp *tcp, struct packet *packet)
{
    const struct tcp_header *header = &packet->tcp;
    if (tcp->stage == STAGE_SYN_SENT) {
        syn_sent_arrive(tcp, packet);
        if (tcp->stage == STAGE_ESTABLISHED)
            tcp_output(tcp);
    } else if (tcp->deferred) {
        if (header->flags & TCP_RST)
            listener_forgets(tcp);
    } else if (syn_repeated(tcp, header)) {
        if (header->flags & TCP_ACK) { /* both sides opened at once, and its SYN-ACK is the ACK too */
            uint8_t scale = tcp->send_scale;
            packet->tcp.flags &= (uint8_t)~TCP_SYN;
            packet->tcp.sequence++;
            tcp->send_scale = 0; /* the window of a SYN is never scaled (RFC 7323 2.2) */
            arrive_synchronized(tcp, packet);
            tcp->send_scale = scale;
        } else {
            segment_syn(tcp);
        }
    } else if (tcp->stage == STAGE_CLOSED) {
        reset_in_answer(tcp_host(tcp), packet, NULL);
    } else {
        arrive_synchronized(tcp, packet);
    }
}

void tcp_arrive(struct endpoint *endpoint, struct packet *packet)
{
    struct tcp *tcp = endpoint->tcp;
    struct net *net = tcp->net;
    tcp->segments_received++;
    if (TCP_LIKELY(tcp->plain) && TCP_LIKELY(arrive_plain(tcp, packet))) {
        packet_free(net, packet);
        return;
    }
    if (packet->flags & PACKET_DAMAGED) {
        packet_free(net, packet);
        return;
    }
    turn_begin(tcp);
    tcp->heard_ns = *tcp->now;
    if (tcp->stage != STAGE_TIME_WAIT || !time_wait_reopens(tcp, packet)) {
        arrive(tcp, packet);
        packet_free(net, packet);
    }
    turn_end(tcp);
}

/* ---- what routers say ---- */

static void mtu_told(struct tcp *tcp)
{
    struct endpoint *endpoint = tcp->endpoint;
    uint32_t known = ip_mtu_known(endpoint->host, endpoint->tuple.family, &endpoint->tuple.remote, endpoint->path.mtu_bytes);
    if (known < endpoint->path.mtu_bytes)
        endpoint->path.mtu_bytes = known;
    mss_apply(tcp);
    tcp_output(tcp);
}

/* RFC 5461, host-stack 4.7: soft, but where the connect is to fail on them. */
void tcp_problem(struct endpoint *endpoint, const struct icmp_header *icmp, enum icmp_problem problem)
{
    struct tcp *tcp = endpoint->tcp;
    if (!tcp || tcp->stage < STAGE_SYN_SENT)
        return;
    uint64_t about = position_near(tcp->iss, icmp->about.sequence, tcp->una);
    if (before(about, tcp->una) || before(tcp->nxt, about))
        return; /* RFC 5927: not about anything in flight */
    turn_begin(tcp);
    if (problem == ICMP_TOO_BIG && synchronized(tcp))
        mtu_told(tcp);
    else if (tcp->stage == STAGE_SYN_SENT && endpoint->option[KERNEL_FAIL_ON_ICMP] && problem != ICMP_TOO_BIG)
        connection_fail(tcp, KERNEL_HOST_UNREACHABLE, KERNEL_HOST_UNREACHABLE);
    turn_end(tcp);
}
