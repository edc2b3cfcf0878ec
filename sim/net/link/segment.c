#include "net/link/segment.h"

#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/check.h"
#include "net/endpoint/endpoint.h"
#include "net/ip/ip.h"
#include "net/link/cable.h"
#include "net/net_private.h"

#define MEMORY_SLOTS 256u /* a power of two */

/* Who had an address lately: holds while that host stays as it was. */
struct remembered { struct prefix_key address; uint64_t generation; struct iface *iface; uint8_t family; };

struct segment {
    struct net *net;
    char *name;
    enum segment_kind kind;
    int64_t ageing_ns;
    struct iface **members; /* in order of joining */
    size_t count, room;
    struct remembered memory[MEMORY_SLOTS];
    struct segment *next;
};

/* ---- coming and going ---- */

struct segment *segment_new(struct net *net, const char *name, enum segment_kind kind)
{
    struct segment *segment = memory_take(sizeof *segment), **end = &net->segments;
    segment->net = net;
    segment->name = memory_take(strlen(name) + 1);
    memcpy(segment->name, name, strlen(name));
    segment->kind = kind;
    segment->ageing_ns = SWITCH_AGEING_NS;
    while (*end)
        end = &(*end)->next;
    *end = segment;
    return segment;
}

struct segment *segment_find(const struct net *net, const char *name)
{
    struct segment *segment = net->segments;
    while (segment && strcmp(segment->name, name) != 0)
        segment = segment->next;
    return segment;
}

void segment_ageing(struct segment *segment, int64_t ageing_ns)
{
    segment->ageing_ns = ageing_ns;
}

bool segment_is_switch(const struct segment *segment)
{
    return segment->kind == SEGMENT_SWITCH;
}

const char *segment_name(const struct segment *segment)
{
    return segment->name;
}

void segments_free(struct net *net)
{
    while (net->segments) {
        struct segment *segment = net->segments;
        net->segments = segment->next;
        free(segment->members);
        free(segment->name);
        free(segment);
    }
}

struct link *segment_join(struct segment *segment, struct iface *iface, const struct link_setup *setup)
{
    check(!iface->link);
    if (segment->count == segment->room) {
        segment->room = segment->room ? 2 * segment->room : 8;
        segment->members = memory_grow(segment->members, segment->room * sizeof(struct iface *));
    }
    segment->members[segment->count++] = iface;
    struct link *link = link_new(segment->net, iface, NULL, setup);
    link->segment = segment;
    iface->link = link;
    return link;
}

/* Frames for it that are under way are nobody's now. */
static void frames_forget(struct packet *packet, const struct iface *iface)
{
    for (; packet; packet = packet->next)
        if (packet->next_hop == iface)
            packet->next_hop = NULL;
}

void segment_leave(struct segment *segment, const struct iface *iface)
{
    size_t kept = 0;
    for (size_t i = 0; i < segment->count; i++)
        if (segment->members[i] != iface)
            segment->members[kept++] = segment->members[i];
    segment->count = kept;
    for (size_t i = 0; i < kept; i++) {
        frames_forget(segment->members[i]->link->head, iface);
        frames_forget(codel_waiting(segment->members[i]->link), iface);
    }
    memset(segment->memory, 0, sizeof segment->memory);
}

struct iface *segment_next(const struct segment *segment, const struct iface *after)
{
    size_t i = 0;
    while (after && i < segment->count && segment->members[i++] != after)
        ;
    return i < segment->count ? segment->members[i] : NULL;
}

/* ---- who has an address ---- */

static bool iface_has(const struct iface *iface, uint8_t family, const struct prefix_key *address)
{
    const struct ifaddr *ifaddr;
    DL_FOREACH(iface->addresses, ifaddr) {
        if (ifaddr->address.family == family && key_equal(&ifaddr->key.address, address) && ifaddr_usable(ifaddr))
            return true;
    }
    return false;
}

struct iface *segment_neighbor(struct segment *segment, uint8_t family, const struct prefix_key *address)
{
    uint32_t mixed = (address->word[0] ^ address->word[1] ^ address->word[2] ^ address->word[3]) * UINT32_C(2654435761);
    struct remembered *remembered = &segment->memory[mixed >> 16 & (MEMORY_SLOTS - 1)];
    if (remembered->iface && remembered->family == family && remembered->generation == remembered->iface->host->generation && key_equal(&remembered->address, address))
        return remembered->iface;
    for (size_t i = 0; i < segment->count; i++) {
        struct iface *iface = segment->members[i];
        if (!iface->connected || !iface_has(iface, family, address))
            continue;
        *remembered = (struct remembered){ .address = *address, .generation = iface->host->generation, .iface = iface, .family = family };
        return iface;
    }
    return NULL;
}

/* ---- frames ---- */

/* A port has one station behind it, so what a switch has learnt is kept with the link that leads there: one look, one store. */
static bool knows(const struct iface *member, int64_t now_ns)
{
    return now_ns < member->link->learnt_until_ns;
}

void segment_forget(const struct iface *iface)
{
    if (iface->link)
        iface->link->learnt_until_ns = 0;
}

/* A frame of others: only captures that see everything see it. */
static void overhear(struct iface *iface, const struct packet *packet)
{
    struct net *net = iface->host->net;
    if (!iface->connected)
        return;
    if (*net->traces_packets && (net->packets_with_bytes || iface->host->captures))
        row_packet_overheard(iface, packet);
    if (iface->host->captures)
        capture_packet(iface, packet, false);
}

static void flood(struct segment *segment, const struct iface *from, const struct packet *packet)
{
    if (!segment->net->captures && !segment->net->packets_with_bytes)
        return;
    for (size_t i = 0; i < segment->count; i++)
        if (segment->members[i] != from && segment->members[i] != packet->next_hop)
            overhear(segment->members[i], packet);
}

static void hand_over(struct iface *to, struct packet *packet)
{
    struct link *link = to->link;
    if (link->cut && cable_is_cut(link->cable)) { /* cut as a whole, which its end has not noticed yet */
        row_packet_dropped(to->host, to, packet, DROP_CUT);
        packet_free(to->host->net, packet);
    } else if (link->port) {
        link_carry(link->port, packet);
    } else {
        ip_arrive(to, packet);
    }
}

static void arrive_for_all(struct segment *segment, const struct iface *from, struct packet *packet)
{
    struct iface *last = NULL;
    for (size_t i = 0; i < segment->count; i++) {
        if (segment->members[i] == from)
            continue;
        if (last)
            hand_over(last, packet_copy(segment->net, packet));
        last = segment->members[i];
    }
    if (last)
        hand_over(last, packet);
    else
        packet_free(segment->net, packet);
}

void segment_arrive(struct link *link, struct packet *packet)
{
    struct segment *segment = link->segment;
    struct iface *to = packet->next_hop;
    int64_t now_ns = *segment->net->clock_ns;
    if (link->from->connected)
        link->learnt_until_ns = now_ns + segment->ageing_ns;
    if (packet->flags & PACKET_LINK_BROADCAST) {
        arrive_for_all(segment, link->from, packet);
        return;
    }
    if (segment->kind == SEGMENT_HUB || !to || !knows(to, now_ns))
        flood(segment, link->from, packet);
    if (to)
        hand_over(to, packet);
    else
        link_drop(link, packet, DROP_NO_NEIGHBOR);
}
