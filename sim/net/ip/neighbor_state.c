/* What happens to a neighbour (RFC 4861 7.3, for ARP too: host-stack 3.7). */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "net/ip/discovery.h"
#include "net/ip/neighbor_private.h"

static const struct host_parameters *parameters_of(const struct neighbor *neighbor)
{
    return &neighbor->iface->host->parameters;
}

static void timer_set(struct neighbor *neighbor, int64_t after_ns)
{
    struct net *net = neighbor->iface->host->net;
    net_timer_set(net->engine, &neighbor->timer, *net->clock_ns + after_ns, neighbor->row);
}

static void timer_stop(struct neighbor *neighbor)
{
    net_timer_stop(neighbor->iface->host->net->engine, &neighbor->timer);
}

static struct kernel_address address_of(const struct neighbor *neighbor)
{
    struct kernel_address address = key_address((uint8_t)slot_family(neighbor->key.slot), &neighbor->key.address);
    if (address_is_link_local(&address) && neighbor->key.slot)
        address.scope_id = neighbor->iface->index;
    return address;
}

static void row_changed(struct neighbor *neighbor, enum neighbor_state to)
{
    struct trace *trace = neighbor->iface->host->net->trace;
    neighbor->row = trace_cause(trace);
    if (!trace_begin(trace, LAYER_NET, "neighbor.changed", neighbor->iface->host->name, neighbor->iface->name))
        return;
    struct kernel_address address = key_address((uint8_t)slot_family(neighbor->key.slot), &neighbor->key.address);
    char text[ADDRESS_TEXT], mac[18];
    address_text(&address, text);
    trace_text(trace, "address", text);
    trace_text(trace, "from", neighbor_state_name((enum neighbor_state)neighbor->state));
    trace_text(trace, "to", neighbor_state_name(to));
    if (neighbor->has_mac) {
        const uint8_t *m = neighbor->mac;
        snprintf(mac, sizeof mac, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
        trace_text(trace, "mac", mac);
    }
    neighbor->row = trace_end(trace);
}

/* Dead gateways (host-stack 3.7): one that is unreachable, until it is heard of again. While it is asked it stays what it was. */
static bool dead_in(const struct neighbor *neighbor, const struct kernel_address *address, enum neighbor_state state)
{
    switch (state) {
    case NEIGHBOR_UNREACHABLE: return route_leads_by(neighbor->iface, address);
    case NEIGHBOR_INCOMPLETE: return neighbor->dead;
    default: return false;
    }
}

void neighbor_enter(struct neighbor *neighbor, enum neighbor_state state)
{
    struct trace *trace = neighbor->iface->host->net->trace;
    struct kernel_address address = address_of(neighbor);
    bool dead = dead_in(neighbor, &address, state);
    if (neighbor->state != state)
        row_changed(neighbor, state);
    neighbor->state = (uint8_t)state;
    neighbor->solicits = 0;
    if (dead != neighbor->dead) {
        neighbor->dead = dead;
        uint64_t former = trace_set_cause(trace, neighbor->row);
        route_gateway_judge(neighbor->iface, &address);
        trace_set_cause(trace, former);
    }
    if (state != NEIGHBOR_INCOMPLETE && neighbor->watches) discovery_end(neighbor);
}

bool neighbor_held(const struct neighbor *neighbor) { return neighbor->state == NEIGHBOR_UNREACHABLE && *neighbor->iface->host->net->clock_ns < neighbor->held_until_ns; }

/* ---- asking ---- */

static void ask(struct neighbor *neighbor, bool everybody)
{
    neighbor->solicits++;
    timer_set(neighbor, parameters_of(neighbor)->nd_retrans_ns);
    neighbor_solicit(neighbor, everybody);
}

void neighbor_resolve(struct neighbor *neighbor)
{
    neighbor->has_mac = false;
    neighbor_enter(neighbor, NEIGHBOR_INCOMPLETE);
    ask(neighbor, true);
}

static void probe(struct neighbor *neighbor)
{
    neighbor_enter(neighbor, NEIGHBOR_PROBE);
    ask(neighbor, false);
}

static void reachable(struct neighbor *neighbor)
{
    neighbor->confirmed_ns = *neighbor->iface->host->net->clock_ns;
    if (neighbor->state == NEIGHBOR_REACHABLE)
        return; /* the timer looks again when it is due */
    neighbor_enter(neighbor, NEIGHBOR_REACHABLE);
    timer_set(neighbor, neighbor_reachable_ns(neighbor->iface));
}

static void stale(struct neighbor *neighbor)
{
    neighbor_enter(neighbor, NEIGHBOR_STALE);
    timer_stop(neighbor);
}

/* A gateway is tried again after dgd_failback (0: not by itself), anybody else when a packet wants it. */
static void unreachable(struct neighbor *neighbor)
{
    const struct host_parameters *parameters = parameters_of(neighbor);
    neighbor->held_until_ns = *neighbor->iface->host->net->clock_ns + parameters->unreachable_hold_ns;
    neighbor_enter(neighbor, NEIGHBOR_UNREACHABLE);
    if (!neighbor->dead)
        timer_set(neighbor, parameters->unreachable_hold_ns);
    else if (parameters->dgd_failback_ns)
        timer_set(neighbor, parameters->dgd_failback_ns);
    neighbor_drop_waiting(neighbor, true);
}

/* ---- time ---- */

static void reachable_due(struct neighbor *neighbor)
{
    int64_t left_ns = neighbor->confirmed_ns + neighbor_reachable_ns(neighbor->iface) - *neighbor->iface->host->net->clock_ns;
    if (left_ns > 0)
        timer_set(neighbor, left_ns); /* confirmed meanwhile */
    else
        stale(neighbor);
}

/* One that nobody asked for again is forgotten; a gateway whose routes have gone too. */
static void unreachable_due(struct neighbor *neighbor)
{
    struct kernel_address address = address_of(neighbor);
    if (neighbor->dead && route_leads_by(neighbor->iface, &address)) {
        neighbor_resolve(neighbor);
        return;
    }
    neighbor_enter(neighbor, NEIGHBOR_NONE);
    neighbor_free(neighbor);
}

void neighbor_due(struct net_timer *timer)
{
    struct neighbor *neighbor = (struct neighbor *)(void *)((char *)timer - offsetof(struct neighbor, timer));
    const struct host_parameters *parameters = parameters_of(neighbor);
    switch ((enum neighbor_state)neighbor->state) {
    case NEIGHBOR_INCOMPLETE:
        if (neighbor->solicits < parameters->nd_multicast_solicits)
            ask(neighbor, true);
        else
            unreachable(neighbor);
        break;
    case NEIGHBOR_PROBE:
        if (neighbor->solicits < parameters->nd_unicast_solicits)
            ask(neighbor, false);
        else
            unreachable(neighbor);
        break;
    case NEIGHBOR_DELAY: probe(neighbor); break;
    case NEIGHBOR_REACHABLE: reachable_due(neighbor); break;
    case NEIGHBOR_UNREACHABLE: unreachable_due(neighbor); break;
    case NEIGHBOR_STALE: case NEIGHBOR_PERMANENT: case NEIGHBOR_NONE: break;
    }
}

/* ---- use ---- */

/* RFC 4861 7.3.3: the first packet after it became stale starts the delay; it leaves by the old address at once. */
void neighbor_used(struct neighbor *neighbor)
{
    if (neighbor->state != NEIGHBOR_STALE)
        return;
    neighbor_enter(neighbor, NEIGHBOR_DELAY);
    timer_set(neighbor, parameters_of(neighbor)->nd_delay_ns);
}

void neighbor_confirm(struct iface *iface, uint8_t family, const struct prefix_key *next_hop)
{
    struct neighbor *neighbor = neighbor_find(iface, family_slot(family), next_hop);
    if (!neighbor)
        return;
    switch ((enum neighbor_state)neighbor->state) {
    case NEIGHBOR_STALE: case NEIGHBOR_DELAY: case NEIGHBOR_PROBE: case NEIGHBOR_REACHABLE: reachable(neighbor); break;
    case NEIGHBOR_UNREACHABLE: case NEIGHBOR_INCOMPLETE: case NEIGHBOR_PERMANENT: case NEIGHBOR_NONE: break; /* RFC 4861 7.3.1 */
    }
}

void neighbor_confirm_path(const struct host *host, uint8_t family, const struct ip_path *path)
{
    if (ip_path_holds(host, path) && path->status == KERNEL_OK && path->iface && !path->local)
        neighbor_confirm(path->iface, family, &path->next_hop);
}

/* ---- what is heard ---- */

/* What waited leaves by the ordinary way: a stale neighbour is thereby used. */
static void release(struct neighbor *neighbor)
{
    struct packet *packet = neighbor->waiting, *next;
    neighbor->waiting = neighbor->waiting_last = NULL;
    neighbor->waiting_count = 0;
    for (; packet; packet = next) {
        next = packet->next;
        packet->next = NULL;
        ip_transmit(neighbor->iface, packet, &neighbor->key.address);
    }
}

/* RFC 4861 7.2.3 for questions, 7.2.5 for the rest. An answer that does not override leaves what is known, but it is doubted. */
static void learn_known(struct neighbor *neighbor, const struct neighbor_word *word)
{
    bool differs = word->mac && (!neighbor->has_mac || memcmp(neighbor->mac, word->mac, sizeof neighbor->mac) != 0);
    if (differs && neighbor->has_mac && word->news != NEWS_QUESTION && !word->override) {
        if (neighbor->state == NEIGHBOR_REACHABLE)
            stale(neighbor);
        return;
    }
    if (differs)
        memcpy(neighbor->mac, word->mac, sizeof neighbor->mac);
    neighbor->has_mac |= differs;
    if (!neighbor->has_mac)
        return;
    bool was_silent = neighbor->state == NEIGHBOR_INCOMPLETE || neighbor->state == NEIGHBOR_UNREACHABLE || neighbor->state == NEIGHBOR_NONE;
    if (word->news == NEWS_ANSWER)
        reachable(neighbor);
    else if (differs || was_silent)
        stale(neighbor);
    release(neighbor);
}

void neighbor_learn(struct iface *iface, unsigned slot, const struct prefix_key *address, const struct neighbor_word *word)
{
    if (!neighbor_resolves(iface) || neighbor_own(iface, slot, address))
        return;
    bool makes = word->news == NEWS_QUESTION && word->mac;
    struct neighbor *neighbor = makes ? neighbor_make(iface, slot, address) : neighbor_find(iface, slot, address);
    if (!neighbor)
        return;
    if (word->router_known)
        neighbor->router = word->router;
    if (neighbor->state != NEIGHBOR_PERMANENT)
        learn_known(neighbor, word);
}
