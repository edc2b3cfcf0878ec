#include "net/ip/dead_gateway.h"

#include <stddef.h>
#include <stdlib.h>

#include "core/arena.h"
#include "net/tcp/tcp.h"

static struct dead_gateway *find(const struct iface *iface, uint8_t family, const struct prefix_key *next_hop)
{
    struct dead_gateway *gateway = iface->host->dead_gateways;
    while (gateway && (gateway->interface_index != iface->index || gateway->family != family || !key_equal(&gateway->next_hop, next_hop)))
        gateway = gateway->next;
    return gateway;
}

bool dead_gateway_known(const struct iface *iface, uint8_t family, const struct prefix_key *next_hop)
{
    return find(iface, family, next_hop) != NULL;
}

static void judge(struct iface *iface, uint8_t family, const struct prefix_key *next_hop)
{
    struct kernel_address address = key_address(family, next_hop);
    route_gateway_judge(iface, &address);
}

/* 0: not by itself. */
static void timer_follow(struct dead_gateway *gateway)
{
    struct host *host = gateway->host;
    if (host->parameters.dgd_failback_ns)
        net_timer_set(host->net->engine, &gateway->timer, *host->net->clock_ns + host->parameters.dgd_failback_ns, trace_cause(host->net->trace));
}

static void forget(struct dead_gateway *gateway)
{
    struct host *host = gateway->host;
    struct dead_gateway **at = &host->dead_gateways;
    struct iface *iface = iface_by_index(host, gateway->interface_index);
    while (*at != gateway)
        at = &(*at)->next;
    *at = gateway->next;
    net_timer_stop(host->net->engine, &gateway->timer);
    if (iface)
        judge(iface, gateway->family, &gateway->next_hop);
    free(gateway);
}

/* One whose routes have gone is forgotten; the others are tried by one connection, or by the next to come. */
static void due(struct net_timer *timer)
{
    struct dead_gateway *gateway = (struct dead_gateway *)(void *)((char *)timer - offsetof(struct dead_gateway, timer));
    struct iface *iface = iface_by_index(gateway->host, gateway->interface_index);
    struct kernel_address address = key_address(gateway->family, &gateway->next_hop);
    if (!iface || !route_leads_by(iface, &address)) {
        forget(gateway);
        return;
    }
    gateway->wanted = !tcp_gateway_try(iface, gateway->family, &gateway->next_hop);
    timer_follow(gateway);
}

void dead_gateway_found(struct iface *iface, uint8_t family, const struct prefix_key *next_hop)
{
    struct host *host = iface->host;
    if (find(iface, family, next_hop))
        return;
    struct dead_gateway *gateway = memory_take(sizeof *gateway);
    *gateway = (struct dead_gateway){ .host = host, .interface_index = iface->index, .family = family, .next_hop = *next_hop,
                                      .timer = { .run = due }, .next = host->dead_gateways };
    host->dead_gateways = gateway;
    judge(iface, family, next_hop);
    timer_follow(gateway);
}

void dead_gateway_back(struct iface *iface, uint8_t family, const struct prefix_key *next_hop)
{
    struct dead_gateway *gateway = find(iface, family, next_hop);
    if (gateway)
        forget(gateway);
}

void dead_gateways_flush(struct iface *iface)
{
    struct dead_gateway *gateway = iface->host->dead_gateways, *next;
    for (; gateway; gateway = next) {
        next = gateway->next;
        if (gateway->interface_index == iface->index)
            forget(gateway);
    }
}

void dead_gateways_free(struct host *host)
{
    while (host->dead_gateways) {
        struct dead_gateway *gateway = host->dead_gateways;
        host->dead_gateways = gateway->next;
        net_timer_stop(host->net->engine, &gateway->timer);
        free(gateway);
    }
}
