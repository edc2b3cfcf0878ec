#include "net/ip/fragment.h"

#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "net/net_private.h"
#include "net/timer.h"

#define FRAGMENT_HEADER_BYTES 8u /* IPv6 */

/* What stands before the data of each fragment. */
static uint32_t fragment_overhead(uint8_t family)
{
    return family == KERNEL_IPV6 ? IPV6_HEADER_BYTES + FRAGMENT_HEADER_BYTES : IPV4_HEADER_BYTES;
}

/* ---- cutting ---- */

struct cut { uint8_t family; uint32_t overhead, offset, end, most; bool more_after; };

/* Data bytes [offset, end) of the datagram; every part but the datagram's last is a multiple of eight. */
static struct cut cut_of(const struct packet *packet, uint32_t mtu_bytes)
{
    struct cut cut = { .family = packet->family, .overhead = fragment_overhead(packet->family) };
    if (packet->flags & PACKET_IS_FRAGMENT) { /* a router cuts a fragment further */
        cut.offset = packet->fragment_offset;
        cut.end = cut.offset + packet->size - cut.overhead;
        cut.more_after = packet->flags & PACKET_MORE_FRAGMENTS;
    } else {
        cut.end = packet->size - ip_header_bytes(packet->family);
    }
    cut.most = (mtu_bytes - cut.overhead) & ~7u;
    return cut;
}

static struct packet *cut_next(struct net *net, struct cut *cut, const struct packet *whole)
{
    if (cut->offset == cut->end)
        return NULL;
    struct packet *part = packet_copy(net, whole);
    uint32_t bytes = cut->end - cut->offset;
    bool last = bytes <= cut->most;
    if (!last)
        bytes = cut->most;
    part->flags |= PACKET_IS_FRAGMENT;
    if (last && !cut->more_after)
        part->flags = (uint16_t)(part->flags & ~(unsigned)PACKET_MORE_FRAGMENTS);
    else
        part->flags |= PACKET_MORE_FRAGMENTS;
    part->fragment_offset = (uint16_t)cut->offset;
    part->size = cut->overhead + bytes;
    if (!(whole->flags & PACKET_IS_FRAGMENT))
        part->whole_size = whole->size;
    cut->offset += bytes;
    return part;
}

static bool too_small(uint32_t mtu_bytes, uint8_t family)
{
    return mtu_bytes < fragment_overhead(family) + 8;
}

enum kernel_status fragment_send(struct host *host, struct packet *packet, const struct ip_path *path)
{
    struct net *net = host->net;
    if (too_small(path->mtu_bytes, packet->family)) {
        row_packet_dropped(host, path->iface, packet, DROP_TOO_BIG);
        packet_free(net, packet);
        return KERNEL_TOO_LONG;
    }
    packet->identification = ++host->identification;
    struct cut cut = cut_of(packet, path->mtu_bytes);
    struct packet *part;
    while ((part = cut_next(net, &cut, packet)))
        ip_send(host, part, path);
    packet_free(net, packet);
    return KERNEL_OK;
}

void fragment_forward(struct iface *out, struct packet *packet, const struct prefix_key *next_hop, uint32_t mtu_bytes)
{
    struct net *net = out->host->net;
    struct packet *part;
    if (too_small(mtu_bytes, packet->family)) {
        row_packet_dropped(out->host, out, packet, DROP_TOO_BIG);
    } else {
        struct cut cut = cut_of(packet, mtu_bytes);
        if (!packet->identification)
            packet->identification = (uint32_t)(packet->number & 0xffff);
        while ((part = cut_next(net, &cut, packet)))
            ip_transmit(out, part, next_hop);
    }
    packet_free(net, packet);
}

/* ---- putting together ---- */

#define RANGES_MOST 64u

struct range { uint32_t from, to; };

struct datagram_key { struct prefix_key source, destination; uint32_t identification; uint8_t family, protocol, zero[2]; };

struct partial {
    struct datagram_key key;
    struct host *host;
    struct packet *first;       /* the fragment that becomes the whole */
    struct iface *iface;
    struct range ranges[RANGES_MOST]; /* what is there, ascending, never touching */
    uint32_t count, total;      /* total 0: the last fragment has not come */
    struct net_timer timer;
    UT_hash_handle hh;          /* in order of the first fragment's arrival */
};

struct reassembly { struct partial *partials; };

static void partial_end(struct partial *partial)
{
    struct host *host = partial->host;
    net_timer_stop(host->net->engine, &partial->timer);
    HASH_DEL(host->reassembly->partials, partial);
    if (partial->first)
        packet_free(host->net, partial->first);
    free(partial);
}

static void partial_fails(struct partial *partial, bool tell)
{
    struct packet *first = partial->first;
    if (tell && partial->ranges[0].from == 0) /* only who has the first part knows whom to tell about what (RFC 792) */
        icmp_tell(partial->host, partial->iface, first, ICMP_REASSEMBLY_EXCEEDED, 0);
    row_packet_dropped(partial->host, partial->iface, first, DROP_REASSEMBLY);
    partial_end(partial);
}

static void partial_timeout(struct net_timer *timer)
{
    struct partial *partial = (struct partial *)(void *)((char *)timer - offsetof(struct partial, timer));
    partial_fails(partial, true);
}

static struct partial *partial_of(struct iface *iface, const struct packet *fragment)
{
    struct host *host = iface->host;
    struct datagram_key key;
    struct partial *partial;
    memset(&key, 0, sizeof key);
    key.source = fragment->source;
    key.destination = fragment->destination;
    key.identification = fragment->identification;
    key.family = fragment->family;
    key.protocol = fragment->protocol;
    if (!host->reassembly)
        host->reassembly = memory_take(sizeof *host->reassembly);
    HASH_FIND(hh, host->reassembly->partials, &key, sizeof key, partial);
    if (partial)
        return partial;
    if (HASH_COUNT(host->reassembly->partials) >= host->parameters.reassembly_max)
        partial_fails(host->reassembly->partials, false); /* the oldest makes room */
    partial = memory_take(sizeof *partial);
    partial->key = key;
    partial->host = host;
    partial->iface = iface;
    partial->timer.run = partial_timeout;
    HASH_ADD(hh, host->reassembly->partials, key, sizeof partial->key, partial);
    net_timer_set(host->net->engine, &partial->timer, *host->net->clock_ns + host->parameters.reassembly_timeout_ns, trace_cause(host->net->trace));
    return partial;
}

/* Enters [from, to); false: it overlaps what is there (a duplicate, or a forgery: RFC 5722), or there are too many holes. */
static bool range_enter(struct partial *partial, uint32_t from, uint32_t to)
{
    uint32_t at = 0;
    while (at < partial->count && partial->ranges[at].to < from)
        at++;
    struct range *ranges = partial->ranges;
    bool joins_before = at < partial->count && ranges[at].to == from;
    uint32_t after = joins_before ? at + 1 : at;
    if (after < partial->count && ranges[after].from < to)
        return false;
    bool joins_after = after < partial->count && ranges[after].from == to;
    if (joins_before && joins_after) {
        ranges[at].to = ranges[after].to;
        memmove(&ranges[after], &ranges[after + 1], (partial->count - after - 1) * sizeof *ranges);
        partial->count--;
    } else if (joins_before) {
        ranges[at].to = to;
    } else if (joins_after) {
        ranges[after].from = from;
    } else {
        if (partial->count == RANGES_MOST)
            return false;
        memmove(&ranges[at + 1], &ranges[at], (partial->count - at) * sizeof *ranges);
        ranges[at] = (struct range){ from, to };
        partial->count++;
    }
    return true;
}

static struct packet *partial_whole(struct partial *partial)
{
    struct packet *packet = partial->first;
    packet->size = ip_header_bytes(packet->family) + partial->total;
    packet->flags = (uint16_t)(packet->flags & ~(unsigned)(PACKET_IS_FRAGMENT | PACKET_MORE_FRAGMENTS));
    packet->fragment_offset = 0;
    partial->first = NULL;
    partial_end(partial);
    return packet;
}

struct packet *reassemble(struct iface *iface, struct packet *fragment)
{
    struct partial *partial = partial_of(iface, fragment);
    uint32_t from = fragment->fragment_offset, to = from + fragment->size - fragment_overhead(fragment->family);
    bool last = !(fragment->flags & PACKET_MORE_FRAGMENTS);
    if (!range_enter(partial, from, to)) {
        packet_free(iface->host->net, fragment);
        return NULL;
    }
    if (last)
        partial->total = to;
    if (from == 0 || !partial->first) {
        struct packet *former = partial->first;
        partial->first = fragment;
        fragment = former;
    }
    if (fragment)
        packet_free(iface->host->net, fragment);
    bool whole = partial->total && partial->count == 1 && partial->ranges[0].from == 0 && partial->ranges[0].to == partial->total;
    return whole ? partial_whole(partial) : NULL;
}

void reassembly_leave(const struct iface *iface)
{
    struct reassembly *reassembly = iface->host->reassembly;
    struct partial *partial, *next;
    if (!reassembly)
        return;
    HASH_ITER(hh, reassembly->partials, partial, next) {
        if (partial->iface == iface)
            partial_end(partial);
    }
}

void reassembly_free(struct host *host)
{
    if (!host->reassembly)
        return;
    struct partial *partial, *next;
    HASH_ITER(hh, host->reassembly->partials, partial, next)
        partial_end(partial);
    free(host->reassembly);
    host->reassembly = NULL;
}
