/* The neighbour caches: finding, waiting, showing. */
#include "net/ip/neighbor_private.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "net/endpoint/endpoint.h"
#include "net/ip/discovery.h"

#define REDRAW_NS (INT64_C(7200) * 1000000000) /* RFC 4861 6.3.2 */

static const char *const state_names[] = { "unreachable", "incomplete", "probe", "delay", "stale", "reachable", "permanent", "none" };

const char *neighbor_state_name(enum neighbor_state state)
{
    return state_names[state];
}

bool neighbor_state_parse(const char *text, enum neighbor_state *state)
{
    for (unsigned i = 0; i < sizeof state_names / sizeof *state_names; i++) {
        if (strcmp(text, state_names[i]) == 0) {
            *state = (enum neighbor_state)i;
            return true;
        }
    }
    return false;
}

bool neighbor_resolves(const struct iface *iface)
{
    return iface->host->parameters.neighbors && (iface->type == IFACE_ETHERNET || iface->type == IFACE_WIFI);
}

/* ---- entries ---- */

static struct neighbor_key key_of(unsigned slot, const struct prefix_key *address)
{
    return (struct neighbor_key){ .address = *address, .slot = slot };
}

struct neighbor *neighbor_find(const struct iface *iface, unsigned slot, const struct prefix_key *address)
{
    struct neighbor *neighbor = NULL;
    struct neighbor_key key = key_of(slot, address);
    if (iface->neighbors)
        HASH_FIND(hh, iface->neighbors->entries, &key, sizeof key, neighbor);
    return neighbor;
}

static struct neighbors *neighbors_of(struct iface *iface)
{
    if (iface->neighbors)
        return iface->neighbors;
    struct text name = { 0 };
    text_printf(&name, "nd:%s:%lu", iface->host->name, (unsigned long)iface->index);
    char *words = text_done(&name);
    iface->neighbors = memory_take(sizeof *iface->neighbors);
    iface->neighbors->stream = random_stream(iface->host->seed, words);
    free(words);
    return iface->neighbors;
}

struct neighbor *neighbor_make(struct iface *iface, unsigned slot, const struct prefix_key *address)
{
    struct neighbor *neighbor = neighbor_find(iface, slot, address);
    if (neighbor)
        return neighbor;
    struct neighbors *all = neighbors_of(iface);
    neighbor = memory_take(sizeof *neighbor);
    neighbor->key = key_of(slot, address);
    neighbor->iface = iface;
    neighbor->state = NEIGHBOR_NONE;
    neighbor->row = trace_cause(iface->host->net->trace);
    neighbor->timer.run = neighbor_due;
    HASH_ADD(hh, all->entries, key, sizeof neighbor->key, neighbor);
    return neighbor;
}

void neighbor_free(struct neighbor *neighbor)
{
    struct iface *iface = neighbor->iface;
    neighbor_drop_waiting(neighbor, false);
    net_timer_stop(iface->host->net->engine, &neighbor->timer);
    HASH_DEL(iface->neighbors->entries, neighbor);
    free(neighbor);
}

void neighbors_flush(struct iface *iface)
{
    struct neighbor *neighbor, *next;
    if (!iface->neighbors)
        return;
    HASH_ITER(hh, iface->neighbors->entries, neighbor, next) {
        if (neighbor->state == NEIGHBOR_PERMANENT)
            continue;
        neighbor_enter(neighbor, NEIGHBOR_NONE);
        neighbor_free(neighbor);
    }
}

void neighbors_free(struct iface *iface)
{
    struct net *net = iface->host->net;
    struct neighbor *neighbor, *next;
    if (!iface->neighbors)
        return;
    HASH_ITER(hh, iface->neighbors->entries, neighbor, next) {
        discovery_end(neighbor);
        net_timer_stop(net->engine, &neighbor->timer);
        while (neighbor->waiting) { /* no rows: the world ends */
            struct packet *packet = neighbor->waiting;
            neighbor->waiting = packet->next;
            packet_free(net, packet);
        }
        HASH_DEL(iface->neighbors->entries, neighbor);
        free(neighbor);
    }
    free(iface->neighbors);
    iface->neighbors = NULL;
}

/* RFC 4861 6.3.2: base * uniform[0.5, 1.5), in steps of 1/65536 (host-stack 3.7), drawn anew when older than two hours. */
int64_t neighbor_reachable_ns(struct iface *iface)
{
    struct neighbors *all = neighbors_of(iface);
    int64_t now_ns = *iface->host->net->clock_ns;
    if (all->reachable_ns == 0 || now_ns - all->drawn_ns >= REDRAW_NS) {
        uint64_t factor = 32768 + (random_u32(&all->stream) >> 16);
        all->reachable_ns = (int64_t)((uint64_t)iface->host->parameters.nd_base_ns * factor >> 16);
        all->drawn_ns = now_ns;
    }
    return all->reachable_ns;
}

/* ---- sending ---- */

static bool is_own(const struct host *host, unsigned slot, const struct prefix_key *address)
{
    const struct iface *iface;
    DL_FOREACH(host->ifaces, iface) {
        if (neighbor_own(iface, slot, address))
            return true;
    }
    return false;
}

/* RFC 1122 2.4: the transport hears of it; of a forwarded packet its sender does. */
static void tell(struct iface *iface, const struct packet *packet)
{
    struct host *host = iface->host;
    if (!is_own(host, family_slot(packet->family), &packet->source)) {
        icmp_tell(host, iface, packet, ICMP_NO_HOST, 0);
        return;
    }
    struct icmp_header problem = { .about = { .source = packet->source, .destination = packet->destination, .source_port = packet->source_port,
                                              .destination_port = packet->destination_port, .size = (uint16_t)packet->size, .protocol = packet->protocol } };
    if (packet->protocol == IP_PROTOCOL_TCP)
        problem.about.sequence = packet->tcp.sequence;
    transport_problem(host, packet->family, &problem, ICMP_NO_HOST);
}

static void drop(struct iface *iface, struct packet *packet)
{
    row_packet_dropped(iface->host, iface, packet, DROP_NO_NEIGHBOR);
    packet_free(iface->host->net, packet);
}

/* The list is taken away first: what is told may send anew. */
void neighbor_drop_waiting(struct neighbor *neighbor, bool telling)
{
    struct iface *iface = neighbor->iface;
    struct packet *packet = neighbor->waiting, *next;
    neighbor->waiting = neighbor->waiting_last = NULL;
    neighbor->waiting_count = 0;
    for (; packet; packet = next) {
        next = packet->next;
        if (telling)
            tell(iface, packet);
        drop(iface, packet);
    }
}

/* The newest nd_queue are kept (RFC 1122 2.3.2.2, RFC 4861 7.2.2). */
static void keep(struct neighbor *neighbor, struct packet *packet)
{
    unsigned most = neighbor->iface->host->parameters.nd_queue;
    if (most == 0) {
        drop(neighbor->iface, packet);
        return;
    }
    if (neighbor->waiting_count == most) {
        struct packet *oldest = neighbor->waiting;
        neighbor->waiting = oldest->next;
        neighbor->waiting_count--;
        drop(neighbor->iface, oldest);
    }
    packet->next = NULL;
    if (neighbor->waiting)
        neighbor->waiting_last->next = packet;
    else
        neighbor->waiting = packet;
    neighbor->waiting_last = packet;
    neighbor->waiting_count++;
}

/* While it is held a transport is not told again: it may be sending at this moment. Who is behind a router is. */
static void refuse(struct neighbor *neighbor, struct packet *packet)
{
    struct iface *iface = neighbor->iface;
    if (!is_own(iface->host, neighbor->key.slot, &packet->source))
        icmp_tell(iface->host, iface, packet, ICMP_NO_HOST, 0);
    drop(iface, packet);
}

bool neighbor_send(struct iface *iface, struct packet *packet, const struct prefix_key *next_hop)
{
    struct neighbor *neighbor = neighbor_make(iface, family_slot(packet->family), next_hop);
    if (neighbor_held(neighbor)) {
        refuse(neighbor, packet);
        return false;
    }
    if (neighbor->state == NEIGHBOR_NONE || neighbor->state == NEIGHBOR_UNREACHABLE) {
        neighbor->asker = packet->source;
        keep(neighbor, packet);
        neighbor_resolve(neighbor);
        return false;
    }
    if (neighbor->state == NEIGHBOR_INCOMPLETE) {
        keep(neighbor, packet);
        return false;
    }
    neighbor_used(neighbor);
    packet->next_hop = neighbor_member(iface, packet->family, next_hop, neighbor->mac);
    return true;
}

/* ---- by hand ---- */

void neighbor_set(struct iface *iface, const struct kernel_address *address, const uint8_t mac[6])
{
    struct prefix_key key = prefix_key_of(address);
    struct neighbor *neighbor = neighbor_make(iface, family_slot(address->family), &key);
    struct packet *packet = neighbor->waiting, *next;
    memcpy(neighbor->mac, mac, sizeof neighbor->mac);
    neighbor->has_mac = true;
    net_timer_stop(iface->host->net->engine, &neighbor->timer);
    neighbor->waiting = neighbor->waiting_last = NULL;
    neighbor->waiting_count = 0;
    neighbor_enter(neighbor, NEIGHBOR_PERMANENT);
    for (; packet; packet = next) {
        next = packet->next;
        ip_transmit(iface, packet, &key);
    }
}

bool neighbor_remove(struct iface *iface, const struct kernel_address *address)
{
    struct prefix_key key = prefix_key_of(address);
    struct neighbor *neighbor = neighbor_find(iface, family_slot(address->family), &key);
    if (!neighbor)
        return false;
    neighbor_enter(neighbor, NEIGHBOR_NONE);
    neighbor_free(neighbor);
    return true;
}

/* ---- showing ---- */

bool neighbor_view(const struct iface *iface, size_t index, struct neighbor_view *view)
{
    const struct neighbor *neighbor = iface->neighbors ? iface->neighbors->entries : NULL;
    while (neighbor && index--)
        neighbor = neighbor->hh.next;
    if (!neighbor)
        return false;
    *view = (struct neighbor_view){ .address = key_address((uint8_t)slot_family(neighbor->key.slot), &neighbor->key.address),
                                    .state = (enum neighbor_state)neighbor->state, .has_mac = neighbor->has_mac, .router = neighbor->router };
    memcpy(view->mac, neighbor->mac, sizeof view->mac);
    return true;
}

bool neighbor_is_dead(const struct iface *iface, uint8_t family, const struct prefix_key *address)
{
    const struct neighbor *neighbor = neighbor_find(iface, family_slot(family), address);
    return neighbor && neighbor->dead;
}
