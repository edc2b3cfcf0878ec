#include "net/qos/admission.h"

#include <string.h>

#include "net/ip/ip.h"
#include "net/link/segment.h"
#include "net/net_private.h"
#include "net/qos/flowspec.h"

#define MESSAGE_BYTES 200u /* of signalling: about what a PATH or RESV message has */

uint64_t admission_cost_bps(const struct kernel_flow *flow)
{
    bool reserved = flow->service == KERNEL_SERVICE_GUARANTEED || flow->service == KERNEL_SERVICE_CONTROLLED_LOAD;
    if (!reserved)
        return 0;
    return flowspec_rate_given(flow->token_rate) ? 8 * (uint64_t)flow->token_rate : UINT64_MAX; /* no link has that much */
}

bool admission_link(struct link *link, uint64_t cost_bps)
{
    if (cost_bps == 0)
        return true;
    if (link->reserved_bps > link->reservable_bps || cost_bps > link->reservable_bps - link->reserved_bps)
        return false;
    link->reserved_bps += cost_bps;
    return true;
}

void admission_return(struct link *link, uint64_t cost_bps)
{
    link->reserved_bps -= cost_bps;
}

/* ---- delay ---- */

/* ceil(units * 10^9 / rate), three decimals a step so that no product overflows: rates below 2^53 are exact. */
static uint64_t time_of(uint64_t units, uint64_t rate)
{
    uint64_t ns = units / rate, rest = units % rate;
    for (int step = 0; step < 3; step++) {
        ns = ns * 1000 + rest * 1000 / rate;
        rest = rest * 1000 % rate;
    }
    return ns + (rest != 0);
}

static int64_t link_time_ns(const struct link *link, uint32_t bytes)
{
    uint64_t ns = link->rate_bps == LINK_UNLIMITED ? 0 : time_of(8 * ((uint64_t)bytes + link->overhead_bytes), link->rate_bps);
    return (int64_t)ns + link->delay_ns;
}

static uint32_t link_mtu(const struct link *link)
{
    uint32_t own = link->from->mtu_bytes;
    return link->mtu_bytes && link->mtu_bytes < own ? link->mtu_bytes : own;
}

int64_t admission_delay_ns(const struct kernel_flow *flow, struct link *const *links, size_t count)
{
    if (!flowspec_rate_given(flow->token_rate) || flow->token_rate == 0)
        return INT64_MAX;
    uint64_t delay_ns = time_of((uint64_t)flow->bucket_size + count * flow->max_message, flow->token_rate);
    for (size_t i = 0; i < count; i++)
        delay_ns += (uint64_t)link_time_ns(links[i], link_mtu(links[i]));
    return delay_ns > INT64_MAX ? INT64_MAX : (int64_t)delay_ns;
}

bool admission_in_time(const struct kernel_flow *flow, struct link *const *links, size_t count)
{
    if (flow->service != KERNEL_SERVICE_GUARANTEED || flow->latency_us == KERNEL_FLOW_UNSPECIFIED)
        return true;
    return admission_delay_ns(flow, links, count) <= (int64_t)flow->latency_us * 1000;
}

int64_t admission_message_ns(const struct link *link)
{
    return link_time_ns(link, MESSAGE_BYTES);
}

/* ---- the way ---- */

/* One hop: the interface that the packet comes out at. */
static struct iface *hop(const struct ip_path *path, uint8_t family)
{
    if (!path->link)
        return NULL;
    return path->link->segment ? segment_neighbor(path->link->segment, family, &path->next_hop) : path->link->to;
}

void way_find(struct host *from, uint8_t family, const struct prefix_key *destination, struct way *way)
{
    struct host *host = from;
    *way = (struct way){ .status = KERNEL_OK, .mtu_bytes = UINT32_MAX };
    for (;;) {
        struct ip_path path;
        ip_path_find(host, family, destination, NULL, &path);
        if (host == from) {
            way->status = path.status;
            way->out = path.iface;
        }
        if (path.status != KERNEL_OK)
            return;
        if (path.local) {
            way->end = host;
            return;
        }
        struct iface *next = hop(&path, family);
        bool goes_on = next && way->count < WAY_MOST && !path.multicast && !path.broadcast && (host == from || host->parameters.forwarding);
        if (!goes_on)
            return;
        way->links[way->count++] = path.link;
        way->delay_ns += admission_message_ns(path.link);
        if (path.mtu_bytes < way->mtu_bytes)
            way->mtu_bytes = path.mtu_bytes;
        host = next->host;
    }
}
