/*
 * Dead gateways as connections see them (host-stack 3.7, RFC 1122 3.3.1.4): a router that answers for itself may still swallow what
 * it is given. A connection that has repeated its data in vain more than half as often as it may takes the next default gateway;
 * when more than a share of a gateway's connections have left it, it is dead for the whole host (ip/dead_gateway.c). Later one
 * connection tries the old way; an answer brings all back to it.
 */
#include <stdlib.h>

#include "core/arena.h"
#include "net/ip/dead_gateway.h"
#include "net/tcp/inside.h"

struct detour {
    struct path_via via, from; /* the gateway it takes, unless it has gone; the one it has left; interface 0: none */
    uint32_t since;            /* time-outs before it took it */
    uint64_t trial_end;        /* on trial: an answer to what comes behind this proves that the gateway works */
};

static bool same(const struct path_via *a, const struct path_via *b)
{
    return a->interface_index == b->interface_index && key_equal(&a->next_hop, &b->next_hop);
}

static struct detour *detour_of(struct tcp *tcp)
{
    if (!tcp->detour)
        tcp->detour = memory_take(sizeof *tcp->detour);
    return tcp->detour;
}

const struct path_via *gateway_via(const struct tcp *tcp)
{
    return tcp->detour ? &tcp->detour->via : NULL;
}

bool gateway_on_trial(const struct tcp *tcp)
{
    return tcp->detour && tcp->detour->via.trial;
}

void gateway_free(struct tcp *tcp)
{
    free(tcp->detour);
    tcp->detour = NULL;
}

/* ---- a host's connections ---- */

static bool counts(const struct tcp *tcp)
{
    return tcp && synchronized(tcp) && tcp->stage != STAGE_TIME_WAIT;
}

/* Does it send by this gateway? What it remembers of its way may be out of date. */
static bool uses(struct tcp *tcp, const struct path_via *gateway)
{
    const struct tuple *tuple = &tcp->endpoint->tuple;
    struct ip_path path = tcp->endpoint->path;
    struct ip_wish wish = path_wish(tcp);
    if (!ip_path_holds(tcp_host(tcp), &path))
        ip_path_find(tcp_host(tcp), tuple->family, &tuple->remote, &wish, &path);
    return path.status == KERNEL_OK && !path.local && path.iface->index == gateway->interface_index && key_equal(&path.next_hop, &gateway->next_hop)
        && !key_equal(&tuple->remote, &gateway->next_hop);
}

/* Who has left it, or tries it, goes the common way again. */
static void detours_end(struct host *host, uint8_t family, const struct path_via *gateway)
{
    for (struct endpoint *endpoint = host->connections; endpoint; endpoint = endpoint->by_tuple.next) {
        struct tcp *tcp = endpoint->tcp;
        if (!tcp || !tcp->detour || endpoint->tuple.family != family)
            continue;
        if (!same(&tcp->detour->from, gateway) && !(tcp->detour->via.trial && same(&tcp->detour->via, gateway)))
            continue;
        tcp->detour->via = tcp->detour->from = (struct path_via){ .trial = false };
        endpoint->path.generation = 0;
    }
}

/* More than the share: then it is dead for all. */
static void judge(struct tcp *mover, const struct path_via *gateway)
{
    struct host *host = tcp_host(mover);
    uint8_t family = mover->endpoint->tuple.family;
    uint64_t left = 0, all = 0;
    for (struct endpoint *endpoint = host->connections; endpoint; endpoint = endpoint->by_tuple.next) {
        struct tcp *tcp = endpoint->tcp;
        if (!counts(tcp) || endpoint->tuple.family != family)
            continue;
        bool has_left = tcp->detour && same(&tcp->detour->from, gateway);
        left += has_left;
        all += has_left || uses(tcp, gateway);
    }
    if (left * 100 <= all * host->parameters.dgd)
        return;
    dead_gateway_found(iface_by_index(host, gateway->interface_index), family, &gateway->next_hop);
    detours_end(host, family, gateway);
}

/* ---- leaving ---- */

static void leave(struct tcp *tcp)
{
    const struct endpoint *endpoint = tcp->endpoint;
    struct path_via now = { .next_hop = endpoint->path.next_hop, .interface_index = endpoint->path.iface->index }, next;
    struct ip_wish wish = path_wish(tcp);
    wish.via = &now;
    if (!ip_path_other(endpoint->host, endpoint->tuple.family, &endpoint->tuple.remote, &wish, &next))
        return;
    struct detour *detour = detour_of(tcp);
    *detour = (struct detour){ .via = next, .from = now, .since = tcp->timeouts };
    uint64_t former = host_enter(tcp_host(tcp), row_tcp_gateway(tcp, "tcp.gateway", &now.next_hop, &next.next_hop));
    judge(tcp, &now);
    path_refresh(tcp);
    host_leave(tcp_host(tcp), former);
}

static void trial_failed(struct tcp *tcp)
{
    struct prefix_key from = tcp->detour->via.next_hop;
    *tcp->detour = (struct detour){ .since = tcp->timeouts };
    if (path_refresh(tcp))
        row_tcp_gateway(tcp, "tcp.gateway", &from, &tcp->endpoint->path.next_hop);
}

void gateway_suspect(struct tcp *tcp)
{
    uint32_t since = tcp->detour ? tcp->detour->since : 0;
    if (2 * (uint64_t)(tcp->timeouts - since) <= tcp->parameters->max_data_retransmissions || !path_refresh(tcp))
        return;
    if (gateway_on_trial(tcp))
        trial_failed(tcp);
    else
        leave(tcp);
}

/* ---- trying ---- */

static bool try_by(struct tcp *tcp, const struct path_via *gateway)
{
    const struct tuple *tuple = &tcp->endpoint->tuple;
    struct ip_wish wish = path_wish(tcp);
    struct ip_path path;
    wish.via = gateway;
    ip_path_find(tcp_host(tcp), tuple->family, &tuple->remote, &wish, &path);
    if (path.status != KERNEL_OK || path.local || path.iface->index != gateway->interface_index || !key_equal(&path.next_hop, &gateway->next_hop))
        return false;
    row_tcp_gateway(tcp, "tcp.gateway", &tcp->endpoint->path.next_hop, &gateway->next_hop);
    *detour_of(tcp) = (struct detour){ .via = *gateway, .since = tcp->timeouts, .trial_end = tcp->nxt };
    return path_refresh(tcp);
}

/* One that waits for an answer before others: it is the first to hear. */
bool tcp_gateway_try(struct iface *iface, uint8_t family, const struct prefix_key *next_hop)
{
    struct host *host = iface->host;
    struct path_via gateway = { .next_hop = *next_hop, .interface_index = iface->index, .trial = true };
    detours_end(host, family, &gateway);
    for (int pass = 0; pass < 2; pass++) {
        for (struct endpoint *endpoint = host->connections; endpoint; endpoint = endpoint->by_tuple.next) {
            struct tcp *tcp = endpoint->tcp;
            if (!counts(tcp) || endpoint->tuple.family != family || (tcp->nxt == tcp->una) == (pass == 0))
                continue;
            turn_begin(tcp);
            bool tries = try_by(tcp, &gateway);
            turn_end(tcp);
            if (tries)
                return true;
        }
    }
    return false;
}

void gateway_newcomer(struct tcp *tcp)
{
    for (struct dead_gateway *dead = tcp_host(tcp)->dead_gateways; dead; dead = dead->next) {
        struct path_via gateway = { .next_hop = dead->next_hop, .interface_index = dead->interface_index, .trial = true };
        if (!dead->wanted || dead->family != tcp->endpoint->tuple.family || !try_by(tcp, &gateway))
            continue;
        dead->wanted = false;
        return;
    }
}

void gateway_answers(struct tcp *tcp)
{
    struct detour *detour = tcp->detour;
    struct path_via gateway = detour->via;
    detour->since = 0;
    if (!gateway.trial || !before(detour->trial_end, tcp->una) || !uses(tcp, &gateway))
        return;
    dead_gateway_back(iface_by_index(tcp_host(tcp), gateway.interface_index), tcp->endpoint->tuple.family, &gateway.next_hop);
    detours_end(tcp_host(tcp), tcp->endpoint->tuple.family, &gateway);
}
