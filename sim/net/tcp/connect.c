/* Opening a connection: actively, and both sides at once (RFC 9293 3.5, 3.10.7.3; retries of host-stack 4.2). */
#include <stdlib.h>
#include <string.h>

#include "net/qos/flow.h"
#include "net/tcp/inside.h"

#define SEGMENTATION_MOST 65535u        /* loopback says more (host-stack 1.3) */
#define MSS_UNSAID_IPV4 536u            /* RFC 9293 3.7.1 */
#define MSS_UNSAID_IPV6 1220u
#define RTO_AFTER_LOST_SYN (3000 * TCP_MILLISECOND) /* RFC 6298 5.7 */
#define RTT_MS_LEAST 1

/* ---- making ---- */

struct tcp *tcp_new(struct endpoint *endpoint)
{
    struct tcp *tcp = memory_take(sizeof *tcp);
    struct host *host = endpoint->host;
    tcp->endpoint = endpoint;
    tcp->net = host->net;
    tcp->now = engine_clock(host->net->engine);
    tcp->parameters = &host->parameters.tcp;
    tcp->iss = isn_new(host, &endpoint->tuple);
    tcp->confirms = host->parameters.neighbors;
    tcp->end = 1;
    tcp->last_send_end = tcp->former_send_end = 1;
    tcp->fin_at = tcp->urgent_at = tcp->mark_after = NOWHERE_YET;
    tcp->dont_fragment = endpoint->tuple.family == KERNEL_IPV4;
    timers_cancel(tcp);
    endpoint->tcp = tcp;
    options_take(tcp);
    int64_t initial = option_given(endpoint, KERNEL_INITIAL_RTT_MS) && endpoint->option[KERNEL_INITIAL_RTT_MS] >= RTT_MS_LEAST
                          ? (int64_t)endpoint->option[KERNEL_INITIAL_RTT_MS] * TCP_MILLISECOND
                          : tcp->parameters->initial_rto_ns;
    rtt_start(&tcp->rtt, initial, tcp->parameters->min_rto_ns, tcp->parameters->max_rto_ns);
    return tcp;
}

void tcp_free(struct endpoint *endpoint)
{
    struct tcp *tcp = endpoint->tcp;
    if (!tcp)
        return;
    timers_cancel(tcp);
    send_buffer_free(tcp);
    receive_free(tcp);
    scoreboard_free(tcp);
    gateway_free(tcp);
    endpoint->tcp = NULL;
    free(tcp);
}

/* ---- path and segment size ---- */

void mss_apply(struct tcp *tcp)
{
    const struct endpoint *endpoint = tcp->endpoint;
    uint32_t mtu = endpoint->path.mtu_bytes < SEGMENTATION_MOST ? endpoint->path.mtu_bytes : SEGMENTATION_MOST;
    uint32_t ip = ip_header_bytes(endpoint->tuple.family), stamps = tcp->timestamps ? 12 : 0;
    uint32_t of_path = mtu > ip + TCP_HEADER_BYTES ? mtu - ip - TCP_HEADER_BYTES : 1;
    uint32_t mss = tcp->peer_mss && tcp->peer_mss < of_path ? tcp->peer_mss : of_path;
    if (tcp->in_black_hole && mss > tcp->parameters->black_hole_mss)
        mss = tcp->parameters->black_hole_mss;
    mss = mss > stamps + 1 ? mss - stamps : 1;
    tcp->header_bytes = ip + TCP_HEADER_BYTES + stamps;
    if (mss == tcp->mss)
        return;
    bool smaller = mss < tcp->mss;
    tcp->mss = mss;
    if (!synchronized(tcp))
        return;
    congestion_mss(&tcp->congestion, mss);
    if (smaller)
        sent_split(tcp, mss);
}

struct ip_wish path_wish(const struct tcp *tcp)
{
    const struct endpoint *endpoint = tcp->endpoint;
    const struct tuple *tuple = &endpoint->tuple;
    return (struct ip_wish){ .source = tuple->local, .has_source = !key_is_unspecified(&tuple->local), .via = gateway_via(tcp),
                             .interface_index = endpoint->scope ? endpoint->scope : endpoint->option[KERNEL_UNICAST_INTERFACE] };
}

bool path_refresh(struct tcp *tcp)
{
    struct endpoint *endpoint = tcp->endpoint;
    const struct tuple *tuple = &endpoint->tuple;
    struct ip_wish wish = path_wish(tcp);
    ip_path_find(endpoint->host, tuple->family, &tuple->remote, &wish, &endpoint->path);
    if (endpoint->path.status != KERNEL_OK)
        return false;
    if (synchronized(tcp))
        mss_apply(tcp);
    return true;
}

/* ---- the SYN ---- */

/* What this side is willing to do; the peer's SYN narrows it. */
void syn_offer(struct tcp *tcp)
{
    const struct endpoint *endpoint = tcp->endpoint;
    uint32_t mtu = endpoint->path.mtu_bytes < SEGMENTATION_MOST ? endpoint->path.mtu_bytes : SEGMENTATION_MOST;
    tcp->own_mss = (uint16_t)(mtu - ip_header_bytes(endpoint->tuple.family) - TCP_HEADER_BYTES);
    tcp->offers = TCP_OPTION_MSS;
    if (tcp->parameters->sack)
        tcp->offers |= TCP_OPTION_SACK_PERMITTED;
    if (option_given(endpoint, KERNEL_TIMESTAMPS) ? endpoint->option[KERNEL_TIMESTAMPS] != 0 : tcp->parameters->timestamps)
        tcp->offers |= TCP_OPTION_TIMESTAMPS;
    receive_buffer_set(tcp);
}

void syn_send(struct tcp *tcp, bool first)
{
    if (first) {
        tcp->nxt = 1;
        tcp->opened_ns = *tcp->now;
    }
    segment_syn(tcp);
    tcp->timeout_ns = *tcp->now + rtt_timeout_ns(&tcp->rtt);
    timer_send_set(tcp);
}

static uint32_t syn_retries(const struct tcp *tcp)
{
    const struct endpoint *endpoint = tcp->endpoint;
    return option_given(endpoint, KERNEL_SYN_RETRIES) ? endpoint->option[KERNEL_SYN_RETRIES] : tcp->parameters->max_syn_retransmissions;
}

void syn_timeout(struct tcp *tcp)
{
    if (tcp->timeouts >= syn_retries(tcp)) {
        if (tcp->listener)
            listener_forgets(tcp); /* half open: silently (host-stack 4.2) */
        else
            connection_fail(tcp, KERNEL_TIMED_OUT, KERNEL_TIMED_OUT);
        return;
    }
    tcp->timeouts++;
    tcp->timeouts_total++;
    tcp->retransmitted++;
    tcp->syn_resent++;
    rtt_back_off(&tcp->rtt);
    uint64_t former = host_enter(tcp_host(tcp), row_tcp_number(tcp, "tcp.timeout", "attempt", tcp->timeouts));
    syn_send(tcp, false);
    host_leave(tcp_host(tcp), former);
}

/* Host-stack 4.2: a SYN that was answered by a reset is sent again after a pause, without doubling. */
static void syn_refused(struct tcp *tcp)
{
    uint32_t retries = tcp->parameters->syn_rst_retries;
    if (retries == TCP_AS_SYN_RETRIES)
        retries = syn_retries(tcp);
    if (tcp->syn_resets >= retries) {
        host_enter(tcp_host(tcp), row_tcp(tcp, "tcp.refused"));
        connection_fail(tcp, KERNEL_REFUSED, KERNEL_REFUSED);
        return;
    }
    tcp->syn_resets++;
    tcp->timeout_ns = NEVER_NS;
    timer_send_set(tcp);
    life_set(tcp, LIFE_SYN_AGAIN, tcp->parameters->syn_rst_retry_ns);
}

void syn_again(struct tcp *tcp)
{
    tcp->retransmitted++;
    tcp->syn_resent++;
    syn_send(tcp, false);
}

/* ---- asking ---- */

static bool mapped(const struct kernel_address *address)
{
    static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };
    return address->family == KERNEL_IPV6 && memcmp(address->bytes, prefix, sizeof prefix) == 0;
}

/* An IPv6 socket reaches ::ffff:a.b.c.d over IPv4. */
static void tuple_aim(struct tuple *tuple, const struct kernel_socket *peer)
{
    struct kernel_address address = peer->address;
    if (mapped(&address)) {
        address = (struct kernel_address){ .family = KERNEL_IPV4 };
        memcpy(address.bytes, peer->address.bytes + 12, 4);
    }
    tuple->family = address.family;
    tuple->protocol = IP_PROTOCOL_TCP;
    tuple->remote = prefix_key_of(&address);
    tuple->remote_port = peer->port;
}

static enum kernel_status aim(struct endpoint *endpoint, const struct kernel_socket *peer)
{
    struct tuple *tuple = &endpoint->tuple;
    tuple_aim(tuple, peer);
    if (peer->port == 0 || key_is_unspecified(&tuple->remote) || key_is_multicast(tuple->family, &tuple->remote))
        return KERNEL_ADDRESS_NOT_LOCAL;
    if (peer->address.scope_id)
        endpoint->scope = peer->address.scope_id;
    struct ip_wish wish = { .source = tuple->local, .has_source = !key_is_unspecified(&tuple->local),
                            .interface_index = endpoint->scope ? endpoint->scope : endpoint->option[KERNEL_UNICAST_INTERFACE] };
    ip_path_find(endpoint->host, tuple->family, &tuple->remote, &wish, &endpoint->path);
    if (endpoint->path.status != KERNEL_OK)
        return endpoint->path.status;
    if (endpoint->path.broadcast)
        return KERNEL_ADDRESS_NOT_LOCAL;
    if (!wish.has_source)
        tuple->local = endpoint->path.source;
    return tuple_enter(endpoint) ? KERNEL_OK : KERNEL_ADDRESS_IN_USE;
}

enum kernel_status tcp_connect(struct endpoint *endpoint, const struct kernel_socket *peer)
{
    if (endpoint->tcp) {
        enum tcp_stage stage = endpoint->tcp->stage;
        if (stage == STAGE_SYN_SENT || stage == STAGE_SYN_RECEIVED)
            return KERNEL_IN_PROGRESS;
        if (stage != STAGE_CLOSED || endpoint->tcp->was_established)
            return KERNEL_IS_CONNECTED;
        tcp_free(endpoint); /* a connect that failed may be tried again */
        endpoint->failure = KERNEL_OK;
    }
    struct tuple former = endpoint->tuple;
    enum kernel_status status = aim(endpoint, peer);
    if (status != KERNEL_OK) {
        endpoint->tuple = former;
        return status;
    }
    struct tcp *tcp = tcp_new(endpoint);
    tcp->stage = STAGE_SYN_SENT;
    syn_offer(tcp);
    uint64_t cause = host_enter(endpoint->host, row_tcp(tcp, "tcp.connecting"));
    syn_send(tcp, true);
    host_leave(endpoint->host, cause);
    return KERNEL_PENDING;
}

/* ---- the answer ---- */

void syn_options_read(struct tcp *tcp, const struct packet *packet)
{
    const struct tcp_header *header = &packet->tcp;
    uint8_t both = header->options & tcp->offers;
    tcp->offers = both | TCP_OPTION_MSS;
    tcp->irs = header->sequence;
    tcp->rcv_nxt = 1;
    tcp->peer_mss = header->options & TCP_OPTION_MSS ? header->mss
                    : packet->family == KERNEL_IPV4  ? MSS_UNSAID_IPV4
                                                     : MSS_UNSAID_IPV6;
    tcp->sack = both & TCP_OPTION_SACK_PERMITTED;
    tcp->timestamps = both & TCP_OPTION_TIMESTAMPS;
    if (both & TCP_OPTION_TIMESTAMPS)
        tcp->ts_recent = header->timestamp;
    if (both & TCP_OPTION_SCALE) {
        tcp->send_scale = header->scale < 14 ? header->scale : 14; /* RFC 7323 2.3 */
    } else {
        tcp->send_scale = tcp->receive_scale = 0;
        tcp->receive_buffer = (uint32_t)least(tcp->receive_buffer, UINT16_MAX);
    }
    bool setup = header->flags & TCP_ACK ? (header->flags & (TCP_ECE | TCP_CWR)) == TCP_ECE
                                         : (header->flags & (TCP_ECE | TCP_CWR)) == (TCP_ECE | TCP_CWR);
    tcp->ecn = setup && tcp->parameters->ecn;
    tcp->largest_window = header->window;
    window_take(tcp, packet, 0, packet->tcp.flags & TCP_ACK ? 1 : tcp->una, false);
}

/* RFC 9293 3.10.7.3. */
void syn_sent_arrive(struct tcp *tcp, struct packet *packet)
{
    const struct tcp_header *header = &packet->tcp;
    bool acked = header->flags & TCP_ACK;
    if (acked && header->acknowledgment != tcp->iss + 1) {
        reset_in_answer(tcp_host(tcp), packet, &tcp->endpoint->path);
        return;
    }
    if (header->flags & TCP_RST) {
        if (acked && tcp->life != LIFE_SYN_AGAIN)
            syn_refused(tcp);
        return;
    }
    if (!(header->flags & TCP_SYN))
        return;
    life_set(tcp, LIFE_NOTHING, 0);
    syn_options_read(tcp, packet);
    if (acked) {
        connection_established(tcp);
        if (tcp->stage == STAGE_ESTABLISHED && tcp->nxt == tcp->end)
            tcp->ack_now = true;
        return;
    }
    /* Both sides opened at once. */
    tcp->stage = STAGE_SYN_RECEIVED;
    syn_send(tcp, false);
}

/* RFC 5681 3.1, RFC 6928: the first window is one segment if a SYN was lost; RFC 6298 5.7: then three seconds. */
static void pace_begin(struct tcp *tcp)
{
    const struct tcp_parameters *parameters = tcp->parameters;
    enum congestion_algorithm algorithm = parameters->congestion_provider == TCP_PROVIDER_CUBIC ? CONGESTION_CUBIC : CONGESTION_NEWRENO;
    bool lost = tcp->timeouts > 0;
    congestion_start(&tcp->congestion, algorithm, tcp->mss, lost ? 1 : parameters->initial_congestion_window, parameters->hystart);
    if (lost && tcp->rtt.initial_ns < RTO_AFTER_LOST_SYN && tcp->rtt.srtt8 == 0)
        rtt_start(&tcp->rtt, RTO_AFTER_LOST_SYN, parameters->min_rto_ns, parameters->max_rto_ns);
    tcp->timed_end = 1;
}

/* SIO_LOOPBACK_FAST_PATH: whoever connected sees whether the other end asked for it too. */
static void fast_path_agree(struct tcp *tcp)
{
    const struct endpoint *endpoint = tcp->endpoint;
    const struct tuple *mine = &endpoint->tuple;
    if (!endpoint->option[KERNEL_LOOPBACK_FAST_PATH] || tcp->listener || !endpoint->path.local)
        return;
    struct tuple other = *mine;
    other.local = mine->remote;
    other.remote = mine->local;
    other.local_port = mine->remote_port;
    other.remote_port = mine->local_port;
    struct endpoint *peer = tuple_find(endpoint->host, &other);
    if (!peer || !peer->tcp || peer == endpoint || !peer->option[KERNEL_LOOPBACK_FAST_PATH])
        return;
    tcp->fast = peer->tcp->fast = true;
    options_take(tcp);
    options_take(peer->tcp);
}

void connection_established(struct tcp *tcp)
{
    struct endpoint *endpoint = tcp->endpoint;
    tcp->stage = STAGE_ESTABLISHED;
    tcp->was_established = endpoint->connected = true;
    tcp->una = 1;
    tcp->send_edge = most(tcp->send_edge, 1);
    tcp->established_ns = tcp->heard_ns = *tcp->now;
    if (tcp->timeouts == 0 && tcp->syn_resets == 0 && *tcp->now > tcp->opened_ns)
        rtt_sample(&tcp->rtt, *tcp->now - tcp->opened_ns);
    mss_apply(tcp);
    pace_begin(tcp);
    tcp->timeouts = 0;
    tcp->recover = tcp->highest_recover = 1;
    tcp->timeout_ns = NEVER_NS;
    timer_send_set(tcp);
    receive_start(tcp);
    backlog_start(&tcp->backlog, tcp->parameters->isb_memory_cap);
    tcp->backlog.largest_window = tcp->largest_window;
    isb_quota(tcp);
    fast_path_agree(tcp);
    life_start(tcp);
    uint64_t former = host_enter(endpoint->host, row_tcp_established(tcp));
    if (tcp->listener) {
        listener_established(tcp);
    } else {
        if (endpoint->connecting)
            transfer_end(endpoint->connecting, KERNEL_OK, 0);
        endpoint_happens(endpoint, KERNEL_ESTABLISHED | KERNEL_WRITABLE);
    }
    if (endpoint->flow)
        flow_connected(endpoint->flow);
    if (endpoint->host->dead_gateways && synchronized(tcp))
        gateway_newcomer(tcp);
    host_leave(endpoint->host, former);
}
