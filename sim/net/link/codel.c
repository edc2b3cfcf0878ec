#include "net/link/codel.h"

#include <stdlib.h>

#include "core/arena.h"
#include "net/link/link.h"
#include "net/net_private.h"

#define ECN_MASK 3u
#define ECN_CONGESTION 3u

struct codel {
    struct codel_setup setup;
    struct packet *first, *last;  /* what waits; starts_ns: since when, arrives_ns: its extra delay */
    event_id event;               /* the wire is free; EVENT_NONE: it is, and nothing waits */
    int64_t above_since_ns;       /* first_above_time of the RFC; 0: below the target */
    int64_t drop_next_ns;
    uint32_t count, last_count;
    bool dropping, leaving;       /* leaving: back to drop-tail as soon as nothing waits */
};

struct codel_setup codel_setup_default(void)
{
    return (struct codel_setup){ .target_ns = 5000000, .interval_ns = 100000000 };
}

static uint64_t square_root(uint64_t x)
{
    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 62; bit; bit >>= 2) {
        if (x >= root + bit) {
            x -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
    }
    return root;
}

/* Longer intervals than 2^47 ns (39 hours) lose their last bits first. */
int64_t codel_gap_ns(int64_t interval_ns, uint32_t count)
{
    uint64_t root = square_root((uint64_t)count << 32), whole = (uint64_t)interval_ns;
    return (int64_t)(whole >> 47 ? whole / root * 65536 : whole * 65536 / root);
}

/* ---- the wire ---- */

static void wire_post(struct link *link)
{
    struct event event = { .kind = EVENT_LINK, .subject.link = link, .number = 1 };
    link->codel->event = engine_post(link->net->engine, link->busy_until_ns, RANK_MACHINE, event);
}

static void depart(struct link *link, struct packet *packet)
{
    int64_t now_ns = *link->net->clock_ns, extra_ns = packet->arrives_ns;
    packet->starts_ns = now_ns;
    link->busy_until_ns = now_ns + link_serialise_ns(link, packet->size);
    link->counters.packets++;
    link->counters.bytes += packet->size;
    link_deliver_at(link, packet, link->busy_until_ns + link->delay_ns + extra_ns);
}

/* ---- the law ---- */

static uint32_t largest_packet(const struct link *link)
{
    return link->mtu_bytes ? link->mtu_bytes : link->from->mtu_bytes;
}

/* The next packet of the queue; *may_drop: it has been waiting too long, as those before it. NULL: nothing waits. */
static struct packet *take(struct link *link, bool *may_drop)
{
    struct codel *codel = link->codel;
    struct packet *packet = codel->first;
    int64_t now_ns = *link->net->clock_ns;
    *may_drop = false;
    if (!packet) {
        codel->above_since_ns = 0;
        return NULL;
    }
    codel->first = packet->next;
    if (!codel->first)
        codel->last = NULL;
    link->queued_packets--;
    link->queued_bytes -= packet->size;
    if (now_ns - packet->starts_ns < codel->setup.target_ns || link->queued_bytes <= largest_packet(link))
        codel->above_since_ns = 0;
    else if (codel->above_since_ns == 0)
        codel->above_since_ns = now_ns + codel->setup.interval_ns;
    else
        *may_drop = now_ns >= codel->above_since_ns;
    return packet;
}

/* Drops the packet, or marks it where it can be marked. True: it is still there. */
static bool punish(struct link *link, struct packet *packet)
{
    if (link->codel->setup.ecn && packet->family != PACKET_ARP && (packet->traffic_class & ECN_MASK)) {
        packet->traffic_class |= ECN_CONGESTION;
        return true;
    }
    link_drop(link, packet, DROP_CODEL);
    return false;
}

static struct packet *while_dropping(struct link *link, struct packet *packet, bool may_drop)
{
    struct codel *codel = link->codel;
    int64_t now_ns = *link->net->clock_ns;
    codel->dropping = may_drop;
    while (codel->dropping && now_ns >= codel->drop_next_ns) {
        codel->count++;
        bool kept = punish(link, packet);
        if (!kept) {
            packet = take(link, &may_drop);
            codel->dropping = may_drop;
        }
        if (codel->dropping)
            codel->drop_next_ns += codel_gap_ns(codel->setup.interval_ns, codel->count);
        if (kept)
            break;
    }
    return packet;
}

static struct packet *begin_dropping(struct link *link, struct packet *packet)
{
    struct codel *codel = link->codel;
    int64_t now_ns = *link->net->clock_ns;
    bool may_drop;
    if (!punish(link, packet))
        packet = take(link, &may_drop);
    codel->dropping = true;
    uint32_t since = codel->count - codel->last_count;
    bool lately = codel->drop_next_ns && now_ns - codel->drop_next_ns < 16 * codel->setup.interval_ns;
    codel->count = since > 1 && lately ? since : 1;
    codel->last_count = codel->count;
    codel->drop_next_ns = now_ns + codel_gap_ns(codel->setup.interval_ns, codel->count);
    return packet;
}

static struct packet *next_packet(struct link *link)
{
    bool may_drop;
    struct packet *packet = take(link, &may_drop);
    if (!packet)
        link->codel->dropping = false;
    else if (link->codel->leaving)
        return packet;
    else if (link->codel->dropping)
        packet = while_dropping(link, packet, may_drop);
    else if (may_drop)
        packet = begin_dropping(link, packet);
    return packet;
}

/* ---- events ---- */

void codel_event(struct link *link)
{
    struct codel *codel = link->codel;
    codel->event = EVENT_NONE;
    struct packet *packet = next_packet(link);
    if (packet) {
        trace_set_cause(link->net->trace, packet->cause);
        depart(link, packet);
    }
    if (codel->first || (packet && link->rate_bps != LINK_UNLIMITED))
        wire_post(link);
    else if (codel->leaving)
        codel_free(link);
}

static bool is_full(const struct link *link, const struct packet *packet)
{
    return (link->queue_packets && link->queued_packets >= link->queue_packets) || (link->queue_bytes && link->queued_bytes + packet->size > link->queue_bytes);
}

void codel_send(struct link *link, struct packet *packet, int64_t extra_delay_ns)
{
    struct codel *codel = link->codel;
    int64_t now_ns = *link->net->clock_ns;
    packet->arrives_ns = extra_delay_ns;
    packet->next = NULL;
    if (codel->event == EVENT_NONE && link->busy_until_ns <= now_ns) {
        depart(link, packet);
        if (link->rate_bps != LINK_UNLIMITED)
            wire_post(link);
        return;
    }
    if (is_full(link, packet)) {
        link_drop(link, packet, DROP_QUEUE_FULL);
        return;
    }
    packet->starts_ns = now_ns;
    if (codel->last)
        codel->last->next = packet;
    else
        codel->first = packet;
    codel->last = packet;
    link->queued_packets++;
    link->queued_bytes += packet->size;
    if (codel->event == EVENT_NONE)
        wire_post(link);
}

/* ---- coming and going ---- */

/* What drop-tail accepted has its time of departure already; CoDel begins behind it. */
void codel_set(struct link *link, const struct codel_setup *setup)
{
    struct codel *codel = link->codel;
    if (!setup) {
        if (codel)
            codel->leaving = true;
        if (codel && !codel->first)
            codel_free(link);
        return;
    }
    if (!codel)
        codel = link->codel = memory_take(sizeof *codel);
    codel->setup = *setup;
    codel->leaving = false;
}

const struct codel_setup *codel_setup(const struct link *link)
{
    return link->codel && !link->codel->leaving ? &link->codel->setup : NULL;
}

struct packet *codel_waiting(const struct link *link)
{
    return link->codel ? link->codel->first : NULL;
}

void codel_empty(struct link *link)
{
    struct codel *codel = link->codel;
    while (codel->first) {
        struct packet *packet = codel->first;
        codel->first = packet->next;
        link_drop(link, packet, DROP_CUT);
    }
    codel->last = NULL;
    engine_cancel(link->net->engine, codel->event);
    codel->event = EVENT_NONE;
    codel->above_since_ns = 0;
    codel->dropping = false;
}

void codel_free(struct link *link)
{
    struct codel *codel = link->codel;
    if (!codel)
        return;
    engine_cancel(link->net->engine, codel->event);
    while (codel->first) {
        struct packet *packet = codel->first;
        codel->first = packet->next;
        packet_free(link->net, packet);
    }
    free(codel);
    link->codel = NULL;
}
