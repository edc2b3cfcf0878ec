/* Traffic control of what an endpoint sends (host-stack 9.3). */
#include "net/qos/flow.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/arena.h"
#include "core/check.h"
#include "net/endpoint/endpoint.h"
#include "net/qos/flowspec.h"
#include "net/qos/session.h"

static int64_t now_of(const struct flow *flow)
{
    return engine_now_ns(flow->host->net->engine);
}

/* ---- what holds ---- */

enum kernel_excess flow_excess(const struct flow *flow)
{
    if (flow->qos.excess != KERNEL_EXCESS_BY_SERVICE)
        return flow->qos.excess;
    return flow->qos.sending.service == KERNEL_SERVICE_GUARANTEED ? KERNEL_EXCESS_SHAPE : KERNEL_EXCESS_BORROW;
}

static uint32_t rate_or_infinite(uint32_t rate)
{
    return flowspec_rate_given(rate) ? rate : BUCKET_INFINITE;
}

static void kept_leave(struct flow *flow);

void flow_control(struct flow *flow)
{
    const struct kernel_flow *sending = &flow->qos.sending;
    uint32_t rate = rate_or_infinite(flow->qos.shaping_rate ? flow->qos.shaping_rate : sending->token_rate), peak = rate_or_infinite(sending->peak_rate);
    int64_t now_ns = now_of(flow);
    bool controlled = flowspec_carries(sending) && !flow->qos.no_traffic_control;
    if (controlled && !flow->controlled) {
        bucket_start(&flow->tokens, rate, sending->bucket_size, now_ns);
        bucket_start(&flow->peak, peak, sending->max_message, now_ns);
    } else if (controlled) {
        bucket_change(&flow->tokens, rate, sending->bucket_size, now_ns);
        bucket_change(&flow->peak, peak, sending->max_message, now_ns);
    }
    flow->controlled = controlled;
    kept_leave(flow);
}

struct flow *flow_of(struct endpoint *endpoint)
{
    if (!endpoint->flow) {
        struct flow *flow = memory_take(sizeof *flow);
        flow->endpoint = endpoint;
        flow->host = endpoint->host;
        flow->qos.excess = KERNEL_EXCESS_BY_SERVICE;
        endpoint->flow = flow;
    }
    return endpoint->flow;
}

/* ---- one packet ---- */

static uint32_t policed(const struct flow *flow, uint32_t bytes)
{
    uint32_t least = flow->qos.sending.least_policed;
    return bytes < least ? least : bytes;
}

bool flow_conforms(struct flow *flow, int64_t now_ns, uint32_t bytes)
{
    if (!flow->controlled)
        return true;
    uint32_t counted = policed(flow, bytes);
    return bytes <= flow->qos.sending.max_message && bucket_conforms(&flow->tokens, now_ns, counted) && bucket_conforms(&flow->peak, now_ns, counted);
}

int64_t flow_release_ns(struct flow *flow, int64_t now_ns, uint32_t bytes)
{
    if (!flow->controlled || flow_excess(flow) != KERNEL_EXCESS_SHAPE)
        return now_ns;
    int64_t tokens_ns = bucket_ready_ns(&flow->tokens, now_ns, policed(flow, bytes));
    int64_t peak_ns = bucket_ready_ns(&flow->peak, now_ns, policed(flow, bytes));
    return tokens_ns > peak_ns ? tokens_ns : peak_ns;
}

/* What a flow lets pass beyond its buckets is nobody's: unmarked, and the credit stays. */
void flow_account(struct flow *flow, struct packet *packet)
{
    int64_t now_ns = now_of(flow);
    if (!flow->controlled)
        return;
    bool own = flow_excess(flow) == KERNEL_EXCESS_SHAPE || flow_conforms(flow, now_ns, packet->size);
    if (own) {
        flow->conforming++;
        bucket_take(&flow->tokens, now_ns, policed(flow, packet->size));
        bucket_take(&flow->peak, now_ns, policed(flow, packet->size));
    } else {
        flow->exceeding++;
    }
    unsigned dscp = own ? flowspec_dscp(flow->qos.sending.service) : 0;
    packet->traffic_class = (uint8_t)(dscp << 2 | (packet->traffic_class & 3)); /* ECN is not ours */
}

static void lose(struct flow *flow, struct packet *packet, enum drop_reason reason)
{
    flow->lost++;
    row_packet_dropped(flow->host, flow->endpoint->path.iface, packet, reason);
    packet_free(flow->host->net, packet);
}

/* ---- packets that wait ---- */

/* By the way that leads there now. */
static void send_on(struct flow *flow, struct packet *packet)
{
    struct endpoint *endpoint = flow->endpoint;
    struct host *host = flow->host;
    struct ip_wish wish = { .source = packet->source, .has_source = !key_is_unspecified(&packet->source) };
    struct ip_path path;
    bool known = ip_path_holds(host, &endpoint->path) && key_equal(&endpoint->tuple.remote, &packet->destination) && endpoint->tuple.family == packet->family;
    if (known) {
        ip_send(host, packet, &endpoint->path);
        return;
    }
    ip_path_find(host, packet->family, &packet->destination, &wish, &path);
    if (path.status == KERNEL_OK)
        ip_send(host, packet, &path);
    else
        lose(flow, packet, DROP_NO_ROUTE);
}

/* All that may leave now; the timer waits for the next. */
static void kept_leave(struct flow *flow)
{
    struct engine *engine = flow->host->net->engine;
    net_timer_stop(engine, &flow->timer);
    while (flow->kept) {
        struct packet *packet = flow->kept;
        int64_t now_ns = now_of(flow), release_ns = flow_release_ns(flow, now_ns, packet->size);
        if (release_ns > now_ns) {
            net_timer_set(engine, &flow->timer, release_ns, packet->cause);
            return;
        }
        flow->kept = packet->next;
        flow->kept_count--;
        packet->next = NULL;
        flow_account(flow, packet);
        send_on(flow, packet);
    }
}

static void kept_due(struct net_timer *timer)
{
    kept_leave((struct flow *)(void *)timer);
}

static void keep(struct flow *flow, struct packet *packet)
{
    if (flow->kept_count == FLOW_KEPT_MOST) {
        lose(flow, packet, DROP_QUEUE_FULL);
        return;
    }
    packet->next = NULL;
    if (flow->kept) {
        flow->kept_last->next = packet;
    } else {
        flow->kept = packet;
        flow->timer.run = kept_due;
        net_timer_set(flow->host->net->engine, &flow->timer, flow_release_ns(flow, now_of(flow), packet->size), packet->cause);
    }
    flow->kept_last = packet;
    flow->kept_count++;
}

bool flow_send(struct flow *flow, struct packet *packet)
{
    int64_t now_ns = now_of(flow);
    if (!flow->controlled)
        return true;
    if (flow->kept || flow_release_ns(flow, now_ns, packet->size) > now_ns) {
        keep(flow, packet);
        return false;
    }
    if (flow_excess(flow) == KERNEL_EXCESS_DISCARD && !flow_conforms(flow, now_ns, packet->size)) {
        lose(flow, packet, DROP_POLICED);
        return false;
    }
    flow_account(flow, packet);
    return true;
}

/* ---- coming to an end ---- */

void flow_connected(struct flow *flow)
{
    session_begin(flow);
}

void flow_disconnected(struct flow *flow)
{
    sessions_leave(flow, KERNEL_SENDING | KERNEL_RECEIVING);
}

void flow_ended(struct flow *flow)
{
    sessions_leave(flow, KERNEL_SENDING | KERNEL_RECEIVING);
    flow->qos.sending = flow->qos.receiving = (struct kernel_flow){ .service = KERNEL_SERVICE_NONE };
    flow_control(flow); /* nothing is controlled any more: what waits leaves */
}

void flow_free(struct flow *flow)
{
    if (!flow)
        return;
    flow_ended(flow);
    check(!flow->kept && flow->timer.event == EVENT_NONE);
    flow->endpoint->flow = NULL;
    free(flow);
}

/* ---- news ---- */

const char *qos_news_name(enum kernel_qos_news news)
{
    static const char *const names[] = {
        [KERNEL_QOS_NOTHING] = "nothing", [KERNEL_QOS_RECEIVERS] = "receivers", [KERNEL_QOS_SENDERS] = "senders",
        [KERNEL_QOS_NO_SENDERS] = "no_senders", [KERNEL_QOS_NO_RECEIVERS] = "no_receivers", [KERNEL_QOS_CONFIRMED] = "confirmed",
        [KERNEL_QOS_NOT_ADMITTED] = "not_admitted", [KERNEL_QOS_BAD_SERVICE] = "bad_service", [KERNEL_QOS_BAD_FLOW] = "bad_flow",
    };
    return names[news];
}

const char *flow_label(const struct flow *flow, char text[32])
{
    snprintf(text, 32, "%s %llu", flow->endpoint->transport == KERNEL_TCP ? "tcp" : "udp", (unsigned long long)flow->endpoint->id);
    return text;
}

void flow_tell(struct flow *flow, enum kernel_qos_news news, uint32_t directions)
{
    struct trace *trace = flow->host->net->trace;
    char label[32];
    flow->news = news;
    flow->changed |= directions;
    uint64_t row = trace_cause(trace), former = row;
    if (trace_begin(trace, LAYER_NET, "qos.news", flow->host->name, flow_label(flow, label))) {
        trace_text(trace, "news", qos_news_name(news));
        row = trace_end(trace);
    }
    trace_set_cause(trace, row);
    endpoint_happens(flow->endpoint, KERNEL_QOS_CHANGED);
    trace_set_cause(trace, former);
}
