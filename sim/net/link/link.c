#include "net/link/link.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/arena.h"
#include "core/check.h"
#include "net/ip/ip.h"
#include "net/link/codel.h"
#include "net/link/impair.h"
#include "net/link/red.h"
#include "net/link/segment.h"
#include "net/net_private.h"
#include "net/qos/flow.h"

const char *drop_reason_name(enum drop_reason reason)
{
    static const char *const names[DROP_REASON_COUNT] = {
        [DROP_QUEUE_FULL] = "queue full", [DROP_CODEL] = "CoDel", [DROP_RED] = "RED", [DROP_LOSS] = "lost", [DROP_DAMAGED] = "damaged", [DROP_CUT] = "link cut",
        [DROP_NO_LINK] = "nothing plugged in", [DROP_NO_ROUTE] = "no route", [DROP_HOP_LIMIT] = "hop limit", [DROP_TOO_BIG] = "too big",
        [DROP_NOT_OURS] = "not for this host", [DROP_NO_PORT] = "no such port", [DROP_BUFFER_FULL] = "receive buffer full",
        [DROP_REASSEMBLY] = "reassembly", [DROP_NO_NEIGHBOR] = "no such neighbor", [DROP_NOT_FORWARDING] = "not forwarding",
        [DROP_SOURCE] = "bad source", [DROP_STACK_DOWN] = "stack down", [DROP_POLICED] = "policed", [DROP_FILTERED] = "filtered",
    };
    return names[reason];
}

struct link_setup link_setup_default(void)
{
    return (struct link_setup){ .rate_bps = LINK_UNLIMITED, .queue_packets = 1000, .overhead_bytes = LINK_OVERHEAD_ETHERNET };
}

/* ---- coming, going, changing ---- */

struct link *link_new(struct net *net, struct iface *from, struct iface *to, const struct link_setup *setup)
{
    struct link *link = memory_take(sizeof *link);
    link->net = net;
    link->from = from;
    link->to = to;
    link->apart_ns = 1;
    link->last_arrival_ns = -1;
    link_set(link, setup);
    link->next = net->links;
    net->links = link;
    return link;
}

void link_set(struct link *link, const struct link_setup *setup)
{
    if (setup->rate_bps != link->rate_bps || setup->overhead_bytes != link->overhead_bytes) {
        link->timed_bytes[0] = link->timed_bytes[1] = 0;
        link->remainder = 0;
    }
    link->rate_bps = setup->rate_bps;
    link->delay_ns = setup->delay_ns;
    link->queue_packets = setup->queue_packets;
    link->queue_bytes = setup->queue_bytes;
    link->overhead_bytes = setup->overhead_bytes;
    link->mtu_bytes = setup->mtu_bytes;
    link->reservable_bps = setup->reservable_bps; /* what is lent already is not taken back */
}

static void link_empty(struct link *link)
{
    engine_cancel(link->net->engine, link->event);
    link->event = EVENT_NONE;
    while (link->head) {
        struct packet *packet = link->head;
        link->head = packet->next;
        link_drop(link, packet, DROP_CUT);
    }
    link->tail = link->waiting = NULL;
    impair_empty(link);
    link->queued_packets = 0;
    link->queued_bytes = 0;
    link->busy_until_ns = 0;
}

void link_cut(struct link *link, bool cut)
{
    link->cut = cut;
    qos_link_cut(link, cut);
    if (cut) {
        link_empty(link);
        if (link->codel)
            codel_empty(link);
    }
}

void link_free(struct link *link)
{
    qos_link_gone(link);
    while (link->head) {
        struct packet *packet = link->head;
        link->head = packet->next;
        packet_free(link->net, packet);
    }
    impair_free(link);
    codel_free(link);
    red_free(link);
    engine_cancel(link->net->engine, link->event);
    free(link);
}

struct random_stream link_stream(const struct link *link, const char *feature)
{
    char name[400];
    if (link_is_port(link))
        snprintf(name, sizeof name, "%s:%s:%s.%s", feature, segment_name(link->segment), link->from->host->name, link->from->name);
    else
        snprintf(name, sizeof name, "%s:%s.%s", feature, link->from->host->name, link->from->name);
    return random_stream(link->from->host->seed, name);
}

uint64_t link_speed_bps(const struct link *link)
{
    return link->rate_bps;
}

void link_drop(struct link *link, struct packet *packet, enum drop_reason reason)
{
    if (reason == DROP_QUEUE_FULL)
        link->counters.dropped_full++;
    else if (reason == DROP_LOSS)
        link->counters.dropped_loss++;
    else
        link->counters.dropped_other++;
    row_packet_dropped(link->from->host, link->from, packet, reason);
    packet_free(link->net, packet);
}

/* ---- the way of a packet ---- */

/* bits * 10^9 / rate, the quotient now and the remainder with the next packet. Nearly all frames of a link have one of two
   sizes: those divisions are kept. */
int64_t link_serialise_ns(struct link *link, uint32_t packet_bytes)
{
    if (link->rate_bps == LINK_UNLIMITED)
        return 0;
    uint32_t frame_bytes = packet_bytes + link->overhead_bytes;
    unsigned i = link->timed_bytes[1] == frame_bytes;
    if (link->timed_bytes[i] != frame_bytes) {
        link->timed_bytes[1] = link->timed_bytes[0];
        link->timed_ns[1] = link->timed_ns[0];
        link->timed_rest[1] = link->timed_rest[0];
        uint64_t work = (uint64_t)frame_bytes * 8 * UINT64_C(1000000000);
        link->timed_bytes[0] = frame_bytes;
        link->timed_ns[0] = work / link->rate_bps;
        link->timed_rest[0] = work % link->rate_bps;
    }
    uint64_t ns = link->timed_ns[i], rest = link->remainder + link->timed_rest[i];
    bool more = rest >= link->rate_bps;
    link->remainder = more ? rest - link->rate_bps : rest;
    return (int64_t)ns + more;
}

static void departed(struct link *link, int64_t now_ns)
{
    if (link->reorders) {
        impair_departed(link, now_ns);
        return;
    }
    while (link->waiting && link->waiting->starts_ns <= now_ns) {
        link->queued_packets--;
        link->queued_bytes -= link->waiting->size;
        link->waiting = link->waiting->next;
    }
}

static bool queue_is_full(const struct link *link, const struct packet *packet)
{
    return (link->queue_packets && link->queued_packets >= link->queue_packets)
        || (link->queue_bytes && link->queued_bytes + packet->size > link->queue_bytes);
}

static void arrival_post(struct link *link)
{
    link->event = engine_post(link->net->engine, link->head->arrives_ns, RANK_MACHINE, (struct event){ .kind = EVENT_LINK, .subject.link = link });
}

void link_deliver_at(struct link *link, struct packet *packet, int64_t arrives_ns)
{
    if (link->reorders) {
        impair_insert(link, packet, arrives_ns);
        if (link->head == packet) {
            engine_cancel(link->net->engine, link->event);
            arrival_post(link);
        }
        return;
    }
    if (arrives_ns < link->last_arrival_ns + link->apart_ns)
        arrives_ns = link->last_arrival_ns + link->apart_ns; /* first in, first out (host-stack 10) */
    link->last_arrival_ns = arrives_ns;
    packet->arrives_ns = arrives_ns;
    packet->next = NULL;
    if (link->head) {
        link->tail->next = packet;
        link->tail = packet;
    } else {
        link->head = link->tail = packet;
        arrival_post(link);
    }
}

void link_enqueue(struct link *link, struct packet *packet, int64_t extra_delay_ns)
{
    int64_t now_ns = *link->net->clock_ns;
    if (link->codel) {
        codel_send(link, packet, extra_delay_ns);
        return;
    }
    departed(link, now_ns);
    if (link->red && !red_accepts(link, packet)) {
        link_drop(link, packet, DROP_RED);
        return;
    }
    bool waits = link->busy_until_ns > now_ns;
    if (waits && queue_is_full(link, packet)) {
        link_drop(link, packet, DROP_QUEUE_FULL);
        return;
    }
    packet->starts_ns = waits ? link->busy_until_ns : now_ns;
    link->busy_until_ns = packet->starts_ns + link_serialise_ns(link, packet->size);
    link->counters.packets++;
    link->counters.bytes += packet->size;
    link_deliver_at(link, packet, link->busy_until_ns + link->delay_ns + extra_delay_ns);
    if (waits) {
        if (link->reorders)
            impair_waits(link, packet);
        else if (!link->waiting)
            link->waiting = packet;
        link->queued_packets++;
        link->queued_bytes += packet->size;
    }
}

void link_carry(struct link *link, struct packet *packet)
{
    if (link->cut)
        link_drop(link, packet, DROP_CUT);
    else if (link->impairments)
        impair_send(link, packet);
    else
        link_enqueue(link, packet, 0);
}

void link_send(struct link *link, struct packet *packet)
{
    if (*link->net->traces_packets)
        row_packet_sent(link->from, packet);
    link_carry(link, packet);
}

void link_event(struct link *link)
{
    struct packet *packet = link->head;
    if (link->waiting == packet || link->reorders)
        departed(link, *link->net->clock_ns);
    link->head = packet->next;
    link->event = EVENT_NONE;
    if (link->head)
        arrival_post(link);
    else
        link->tail = NULL;
    trace_set_cause(link->net->trace, packet->cause);
    if (link->to)
        ip_arrive(link->to, packet);
    else
        segment_arrive(link, packet);
}
