#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/check.h"
#include "net/endpoint/endpoint.h"
#include "net/ip/fragment.h"
#include "net/ip/dead_gateway.h"
#include "net/ip/neighbor.h"
#include "net/link/cable.h"
#include "net/link/segment.h"
#include "net/net_private.h"
#include "net/rss/rss.h"

struct iface_setup iface_setup_default(void)
{
    return (struct iface_setup){ .type = IFACE_ETHERNET, .speed_bps = UINT64_C(1000000000), .up = true, .media = true };
}

/* ---- numbers that follow from the type ---- */

/* Host-stack 1.3. PPP is taken as PPPoE, tunnels as IPv6 over something. */
static uint32_t mtu_by_type(enum iface_type type)
{
    switch (type) {
    case IFACE_ETHERNET:
    case IFACE_WIFI: return 1500;
    case IFACE_PPP: return 1492;
    case IFACE_LOOPBACK: return 65535;
    case IFACE_TUNNEL: return 1280;
    }
    return 1500;
}

struct metric_step { uint64_t from_kbps; uint32_t metric; }; /* the metric of a speed of at least this */

static uint32_t metric_of(const struct metric_step *steps, uint64_t speed_bps)
{
    while (speed_bps < steps->from_kbps * 1000)
        steps++;
    return steps->metric;
}

/* Host-stack 1.4. The older table says "more than", the newer "at least"; a half-duplex medium counts half in the older. */
uint32_t iface_metric_automatic(const struct iface *iface)
{
    static const struct metric_step wired[] = { { 100000000, 5 }, { 40000000, 10 }, { 10000000, 15 }, { 2000000, 20 }, { 200000, 25 },
                                                { 80000, 35 }, { 20000, 45 }, { 4000, 55 }, { 500, 65 }, { 0, 75 } };
    static const struct metric_step wireless[] = { { 2000000, 25 }, { 500000, 30 }, { 200000, 35 }, { 150000, 40 }, { 80000, 45 },
                                                   { 50000, 50 }, { 20000, 55 }, { 10000, 60 }, { 4000, 65 }, { 2000, 70 },
                                                   { 500, 75 }, { 200, 80 }, { 0, 85 } };
    static const struct metric_step above[] = { { 200000, 10 }, { 80000, 20 }, { 20000, 25 }, { 4000, 30 }, { 500, 40 }, { 0, 50 } };
    bool older = iface->host->parameters.metric_table == METRIC_XPSP2;
    if (iface->type == IFACE_LOOPBACK)
        return older ? 50 : 75;
    if (!older)
        return metric_of(iface->type == IFACE_WIFI ? wireless : wired, iface->speed_bps);
    uint64_t speed_bps = iface->type == IFACE_WIFI ? iface->speed_bps / 2 : iface->speed_bps;
    if (speed_bps >= UINT64_C(2000000000))
        return 5;
    return speed_bps ? metric_of(above, speed_bps - 1) : 50;
}

bool iface_detects(const struct iface *iface, unsigned family)
{
    const struct host_parameters *parameters = &iface->host->parameters;
    unsigned transmits = family == KERNEL_IPV6 ? parameters->dad_v6_transmits : parameters->dad_v4_transmits;
    bool shared = iface->type == IFACE_ETHERNET || iface->type == IFACE_WIFI; /* host-stack 2.1: not on point-to-point links */
    return parameters->dad && transmits > 0 && shared;
}

/* ---- coming and going ---- */

struct iface *iface_new(struct host *host, const char *name, const struct iface_setup *setup)
{
    static const uint8_t no_mac[6] = { 0 };
    struct iface *iface = memory_take(sizeof *iface);
    size_t length = strlen(name);
    iface->host = host;
    iface->name = memory_take(length + 1);
    memcpy(iface->name, name, length);
    iface->index = host->next_index++; /* host-stack 1.1: ascending, never used again */
    iface->type = setup->type;
    iface->speed_bps = setup->speed_bps;
    iface->speed_given = setup->speed_given;
    iface->mtu_bytes = setup->mtu_bytes ? setup->mtu_bytes : mtu_by_type(setup->type);
    iface->metric_set = setup->metric;
    iface->metric = setup->metric ? setup->metric : iface_metric_automatic(iface);
    memcpy(iface->mac, setup->mac, 6);
    if (memcmp(iface->mac, no_mac, 6) == 0) {
        uint32_t number = host->number, index = iface->index;
        const uint8_t made[6] = { 2, (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number, (uint8_t)(index >> 8), (uint8_t)index };
        memcpy(iface->mac, made, 6);
    }
    iface->up = setup->up;
    iface->media = setup->media;
    DL_APPEND(host->ifaces, iface);
    uint64_t former = host_enter(host, row_interface_added(iface));
    iface_refresh(iface);
    host_leave(host, former);
    return iface;
}

struct iface *iface_add(struct host *host, const char *name, const struct iface_setup *setup)
{
    struct net *net = host->net;
    if (iface_find(host, name)) {
        net_refuse(net, "host \"%s\" has an interface \"%s\" already", host->name, name);
        return NULL;
    }
    if (setup->type == IFACE_LOOPBACK) {
        net_refuse(net, "host \"%s\" has its loopback interface already", host->name);
        return NULL;
    }
    if (setup->mtu_bytes && setup->mtu_bytes < 68) {
        net_refuse(net, "an MTU of %lu bytes is too small for IP (RFC 791: at least 68)", (unsigned long)setup->mtu_bytes);
        return NULL;
    }
    struct iface *iface = iface_new(host, name, setup);
    if (host->parameters.link_local != LINK_LOCAL_OFF)
        check(ifaddr_link_local(iface));
    host_touch(host);
    return iface;
}

void iface_free(struct iface *iface)
{
    rss_free(iface);
    iface_groups_free(iface);
    ifaddrs_free(iface);
    neighbors_free(iface);
    reassembly_leave(iface);
    free(iface->stored_routes);
    free(iface->name);
    free(iface);
}

static bool loopback_refused(const struct iface *iface, const char *what)
{
    return iface->type == IFACE_LOOPBACK && !net_refuse(iface->host->net, "the loopback interface cannot be %s", what);
}

bool iface_remove(struct iface *iface)
{
    struct host *host = iface->host;
    if (loopback_refused(iface, "removed"))
        return false;
    uint64_t former = host_enter(host, row_interface(iface, "interface.removed"));
    iface->up = false;
    iface_refresh(iface);
    ifaddrs_store(iface);
    routes_store(iface);
    watches_orphan(iface);
    ip_forget(iface);
    cable_unplug(iface);
    DL_DELETE(host->ifaces, iface);
    iface_free(iface);
    host_touch(host);
    host_leave(host, former);
    return true;
}

/* ---- finding ---- */

struct iface *iface_find(struct host *host, const char *name)
{
    struct iface *iface;
    DL_FOREACH(host->ifaces, iface) {
        if (strcmp(iface->name, name) == 0)
            return iface;
    }
    return NULL;
}

struct iface *iface_by_index(const struct host *host, uint32_t index)
{
    struct iface *iface;
    DL_FOREACH(host->ifaces, iface) {
        if (iface->index == index)
            return iface;
    }
    return NULL;
}

struct iface *iface_next(struct host *host, const struct iface *after)
{
    return after ? after->next : host->ifaces;
}

struct host *iface_host(const struct iface *iface)
{
    return iface->host;
}

struct iface_view iface_view(const struct iface *iface)
{
    return (struct iface_view){
        .name = iface->name, .index = iface->index, .metric = iface->metric, .mtu_bytes = iface->mtu_bytes,
        .metric_automatic = iface->metric_set == 0, .type = iface->type, .speed_bps = iface->speed_bps,
        .up = iface->up, .media = iface->media, .connected = iface->up && iface->media,
    };
}

/* ---- changing ---- */

/* Host-stack 1.2, 3.3: routes lead through an interface only while it is connected and owns an address that may be the
   source (strong host, 2.7); a weak host may borrow the address of another interface. */
static bool usable_now(const struct iface *iface, unsigned slot)
{
    const struct host *host = iface->host;
    if (!iface->connected)
        return false;
    return iface->sources[slot] || (host->parameters.weak_host_send && iface->type != IFACE_LOOPBACK && host->sources[slot]);
}

void iface_refresh(struct iface *iface)
{
    struct host *host = iface->host;
    bool connected = iface->up && iface->media, was = iface->connected;
    if (connected != was) {
        iface->connected = connected;
        if (iface->type != IFACE_LOOPBACK) {
            host->connected += connected ? 1u : UINT32_MAX;
            if (host->connected == (connected ? 1u : 0u))
                watches_pathless(host); /* "unreachable" becomes "down", or the other way round */
        }
    }
    for (unsigned slot = 0; slot < FAMILIES; slot++) {
        if (usable_now(iface, slot) == iface->usable[slot])
            continue;
        iface->usable[slot] = !iface->usable[slot];
        watches_by_routes(iface, slot);
    }
    if (!connected) {
        neighbors_flush(iface);
        dead_gateways_flush(iface);
        segment_forget(iface);
    } else if (!was) {
        iface_groups_connected(iface);
    }
}

bool iface_up(struct iface *iface)
{
    struct host *host = iface->host;
    if (iface->up)
        return true;
    uint64_t former = host_enter(host, row_interface(iface, "interface.up"));
    iface->up = true;
    rss_started(iface);
    iface_refresh(iface);
    ifaddrs_restore(iface);
    routes_restore(iface);
    host_touch(host);
    host_leave(host, former);
    return true;
}

bool iface_down(struct iface *iface)
{
    struct host *host = iface->host;
    if (loopback_refused(iface, "disabled"))
        return false;
    if (!iface->up)
        return true;
    uint64_t former = host_enter(host, row_interface(iface, "interface.down"));
    iface->up = false;
    iface_refresh(iface);
    ifaddrs_store(iface);
    routes_store(iface);
    host_touch(host);
    host_leave(host, former);
    return true;
}

bool iface_media(struct iface *iface, bool connected)
{
    struct host *host = iface->host;
    if (loopback_refused(iface, "unplugged"))
        return false;
    if (rss_keeps_media(iface, connected) || iface->media == connected)
        return true;
    iface->media = connected;
    uint64_t former = host_enter(host, row_interface_media(iface));
    iface_refresh(iface);
    ifaddrs_media(iface);
    host_touch(host);
    host_leave(host, former);
    return true;
}

bool iface_metric(struct iface *iface, uint32_t metric)
{
    struct host *host = iface->host;
    iface->metric_set = metric;
    uint32_t now = metric ? metric : iface_metric_automatic(iface);
    if (now == iface->metric)
        return true;
    iface->metric = now;
    uint64_t former = host_enter(host, row_interface_number(iface, "interface.metric", "metric", now));
    for (unsigned slot = 0; slot < FAMILIES; slot++)
        watches_by_routes(iface, slot);
    host_touch(host);
    host_leave(host, former);
    return true;
}

void iface_speed(struct iface *iface, uint64_t speed_bps)
{
    uint64_t former = trace_cause(iface->host->net->trace);
    bool changes = speed_bps != iface->speed_bps;
    iface->speed_bps = speed_bps;
    if (changes)
        trace_set_cause(iface->host->net->trace, row_interface_number(iface, "interface.speed", "speed", speed_bps));
    iface_metric(iface, iface->metric_set);
    trace_set_cause(iface->host->net->trace, former);
}

bool iface_mtu(struct iface *iface, uint32_t mtu_bytes)
{
    struct host *host = iface->host;
    uint32_t now = mtu_bytes ? mtu_bytes : mtu_by_type(iface->type);
    if (now < 68)
        return net_refuse(host->net, "an MTU of %lu bytes is too small for IP (RFC 791: at least 68)", (unsigned long)now);
    if (now == iface->mtu_bytes)
        return true;
    iface->mtu_bytes = now;
    uint64_t former = host_enter(host, row_interface_number(iface, "interface.mtu", "mtu", now));
    host_touch(host);
    host_leave(host, former);
    return true;
}
