/*
 * Processors that take their time: each works off what lands on it in the order in which it came, cpu_rx_ns_per_packet a packet.
 * A processor belongs to the host; two adapters may fill the same one.
 */
#include <stdlib.h>

#include "core/arena.h"
#include "net/ip/ip.h"
#include "net/net_private.h"
#include "net/rss/rss.h"

struct arrival { struct packet *packet; struct iface *iface; int64_t done_ns; };

struct rx_processor {
    struct net_timer timer; /* first: when the oldest is done */
    struct host *host;
    struct arrival *ring;
    uint32_t first, count, room; /* room: a power of two */
    int64_t busy_until_ns;
};

struct rss_processors { unsigned count; struct rx_processor *of[]; }; /* NULL: nothing ever landed there */

static struct arrival *arrival_at(const struct rx_processor *processor, uint32_t nth)
{
    return &processor->ring[(processor->first + nth) & (processor->room - 1)];
}

static void arm(struct rx_processor *processor)
{
    const struct arrival *arrival = arrival_at(processor, 0);
    uint64_t cause = arrival->packet ? arrival->packet->cause : 0;
    net_timer_set(processor->host->net->engine, &processor->timer, arrival->done_ns, cause);
}

/* The oldest is done: on to IP with it, unless its interface has gone meanwhile. */
static void work_done(struct net_timer *timer)
{
    struct rx_processor *processor = (struct rx_processor *)(void *)timer;
    struct arrival arrival = *arrival_at(processor, 0);
    processor->first = (processor->first + 1) & (processor->room - 1);
    if (--processor->count)
        arm(processor);
    if (arrival.packet)
        ip_work(arrival.iface, arrival.packet);
}

static struct rx_processor *processor_take(struct host *host, struct processor place)
{
    unsigned index = place.group * RSS_GROUP_SIZE + place.number;
    struct rss_processors *all = host->processors;
    if (!all || index >= all->count) {
        unsigned had = all ? all->count : 0;
        all = memory_grow(all, sizeof *all + (index + 1) * sizeof all->of[0]);
        for (all->count = had; all->count <= index; all->count++)
            all->of[all->count] = NULL;
        host->processors = all;
    }
    if (!all->of[index]) {
        all->of[index] = memory_take(sizeof *all->of[index]);
        all->of[index]->host = host;
        all->of[index]->timer.run = work_done;
    }
    return all->of[index];
}

static void ring_grow(struct rx_processor *processor)
{
    uint32_t room = processor->room ? 2 * processor->room : 16;
    struct arrival *ring = memory_take(room * sizeof *ring);
    for (uint32_t i = 0; i < processor->count; i++)
        ring[i] = *arrival_at(processor, i);
    free(processor->ring);
    processor->ring = ring;
    processor->first = 0;
    processor->room = room;
}

bool rss_receive(struct iface *iface, struct packet *packet)
{
    struct host *host = iface->host;
    int64_t cost_ns = host->parameters.cpu_rx_ns_per_packet, now_ns;
    struct rss_place place;
    if (cost_ns == 0)
        return false;
    rss_processor(iface, packet, &place);
    struct rx_processor *processor = processor_take(host, place.processor);
    if (processor->count == processor->room)
        ring_grow(processor);
    now_ns = engine_now_ns(host->net->engine);
    processor->busy_until_ns = (processor->busy_until_ns > now_ns ? processor->busy_until_ns : now_ns) + cost_ns;
    *arrival_at(processor, processor->count) = (struct arrival){ packet, iface, processor->busy_until_ns };
    if (++processor->count == 1)
        arm(processor);
    return true;
}

void rss_receive_forget(const struct iface *iface)
{
    const struct rss_processors *all = iface->host->processors;
    for (unsigned i = 0; all && i < all->count; i++) {
        for (uint32_t nth = 0; all->of[i] && nth < all->of[i]->count; nth++) {
            struct arrival *arrival = arrival_at(all->of[i], nth);
            if (arrival->iface != iface || !arrival->packet)
                continue;
            packet_free(iface->host->net, arrival->packet);
            arrival->packet = NULL; /* the work is done all the same */
        }
    }
}

void rss_processors_free(struct host *host)
{
    struct rss_processors *all = host->processors;
    for (unsigned i = 0; all && i < all->count; i++) {
        if (!all->of[i])
            continue;
        net_timer_stop(host->net->engine, &all->of[i]->timer);
        free(all->of[i]->ring);
        free(all->of[i]);
    }
    free(all);
    host->processors = NULL;
}
