/* The lookup of host-stack 3.3: longest prefix, next hops not known to be dead, smallest effective metric, lowest interface index,
   lowest next hop. One connection may want another default gateway than the best (3.7). */
#include <string.h>

#include "net/net_private.h"

static const struct ifaddr *own_address(const struct iface *iface, const struct kernel_address *address)
{
    const struct ifaddr *ifaddr;
    DL_FOREACH(iface->addresses, ifaddr) {
        if (ifaddr_usable(ifaddr) && ifaddr->address.family == address->family
            && address_common_bits(&ifaddr->address, address) == address_width(address))
            return ifaddr;
    }
    return NULL;
}

struct choice { const struct gateway *gateway; const struct ifaddr *own; uint64_t metric; bool wanted; };

static bool better(const struct choice *a, const struct choice *b)
{
    if (!b->gateway || !a->own != !b->own)
        return !b->gateway || a->own;
    if (a->wanted != b->wanted)
        return a->wanted;
    if (a->gateway->dead != b->gateway->dead)
        return b->gateway->dead;
    return a->metric < b->metric;
}

static bool leads_via(const struct gateway *gateway, const struct path_via *via)
{
    struct prefix_key hop = prefix_key_of(&gateway->key.next_hop);
    return !gateway->key.on_link && gateway->iface->index == via->interface_index && memcmp(&hop, &via->next_hop, sizeof hop) == 0;
}

/* The best usable route of one prefix; the chain's order settles ties. A route to an address of the host itself beats all
   others of its prefix: such packets never reach a link (1.5), and the source is the destination (2.6). A dead gateway gives way
   to the next one whatever their metrics (3.7). */
static struct choice node_choice(const struct host *host, unsigned slot, uint32_t first, const struct kernel_address *destination,
                                 const struct path_via *via)
{
    const struct route_table *table = &host->routes;
    struct choice best = { 0 };
    for (uint32_t at = first; at;) {
        const struct route *route = route_at(table, at);
        const struct gateway *gateway = route_gateway(table, route);
        const struct iface *iface = gateway->iface;
        at = route_next(route);
        if (destination->scope_id && destination->scope_id != iface->index)
            continue;
        bool leads_home = gateway->key.flags & ROUTE_OWN;
        const struct ifaddr *own = leads_home && iface->connected ? own_address(iface, destination) : NULL;
        if (leads_home ? !own : !iface->usable[slot])
            continue; /* an address that is tentative after the medium's return leads nowhere yet */
        struct choice choice = { .gateway = gateway, .own = own, .metric = (uint64_t)gateway->key.metric + iface->metric };
        choice.wanted = via && leads_via(gateway, via) && (via->trial || !gateway->dead);
        if (better(&choice, &best))
            best = choice;
    }
    return best;
}

struct path_found path_find_via(const struct host *host, const struct kernel_address *destination, const struct path_via *via)
{
    unsigned slot = family_slot(destination->family);
    const struct prefix_tree *tree = &host->routes.tree[slot];
    struct prefix_key key = prefix_key_of(destination);
    struct path_found found = { .status = host->connected ? KERNEL_NET_UNREACHABLE : KERNEL_NET_DOWN };
    for (uint32_t node = prefix_tree_match(tree, &key); node; node = prefix_tree_cover(tree, node)) {
        const struct prefix_node *entry = prefix_tree_node(tree, node);
        struct choice choice = node_choice(host, slot, entry->value, destination, entry->length ? NULL : via);
        if (!choice.gateway)
            continue; /* unusable routes only: a shorter prefix may still lead there */
        found.next_hop = choice.gateway->key.on_link ? *destination : choice.gateway->key.next_hop;
        found.source = choice.own ? choice.own : source_select(choice.gateway->iface, destination, &found.next_hop);
        if (!found.source)
            continue;
        found.status = KERNEL_OK;
        found.iface = choice.gateway->iface;
        found.length = entry->length;
        return found;
    }
    return found;
}

struct path_found path_find(const struct host *host, const struct kernel_address *destination)
{
    return path_find_via(host, destination, NULL);
}

/* May the destination be reached by this default route? Its metric, as a choice. */
static bool may_lead(const struct gateway *gateway, const struct kernel_address *destination, struct choice *choice)
{
    const struct iface *iface = gateway->iface;
    *choice = (struct choice){ .gateway = gateway, .metric = (uint64_t)gateway->key.metric + iface->metric };
    if (gateway->key.on_link || gateway->key.flags & ROUTE_OWN || !iface->usable[family_slot(destination->family)])
        return false;
    return (!destination->scope_id || destination->scope_id == iface->index) && source_select(iface, destination, &gateway->key.next_hop);
}

/* In the order of preference the next one after `now`, from the first again behind the last; the chain's order settles ties. */
bool path_next_gateway(const struct host *host, const struct kernel_address *destination, const struct path_via *now, struct path_via *next)
{
    const struct route_table *table = &host->routes;
    const struct prefix_tree *tree = &table->tree[family_slot(destination->family)];
    struct prefix_key key = prefix_key_of(destination);
    struct choice present = { 0 }, after = { 0 }, first = { 0 }, choice;
    bool passed = false;
    if (path_find_via(host, destination, now).length)
        return false; /* the way there is a better known one */
    uint32_t node = prefix_tree_match(tree, &key);
    while (node && prefix_tree_node(tree, node)->length)
        node = prefix_tree_cover(tree, node);
    uint32_t chain = node ? prefix_tree_node(tree, node)->value : ROUTE_NONE;
    for (uint32_t at = chain; at; at = route_next(route_at(table, at)))
        if (may_lead(route_gateway(table, route_at(table, at)), destination, &choice) && leads_via(choice.gateway, now))
            present = choice;
    for (uint32_t at = chain; at && present.gateway; at = route_next(route_at(table, at))) {
        bool may = may_lead(route_gateway(table, route_at(table, at)), destination, &choice);
        passed = passed || choice.gateway == present.gateway;
        if (!may || choice.gateway->dead || choice.gateway == present.gateway)
            continue;
        bool later = choice.metric > present.metric || (choice.metric == present.metric && passed);
        if (later && better(&choice, &after))
            after = choice;
        if (better(&choice, &first))
            first = choice;
    }
    const struct gateway *found = after.gateway ? after.gateway : first.gateway;
    if (found)
        *next = (struct path_via){ .next_hop = prefix_key_of(&found->key.next_hop), .interface_index = found->iface->index };
    return found != NULL;
}

enum kernel_status host_best_path(const struct host *host, const struct kernel_address *destination, struct kernel_path *path)
{
    if (host->stack_down)
        return KERNEL_STACK_DOWN;
    struct path_found found = path_find(host, destination);
    if (found.status != KERNEL_OK)
        return found.status;
    path->source = found.source->address;
    path->next_hop = found.next_hop;
    path->interface_index = found.iface->index;
    path->mtu_bytes = found.iface->mtu_bytes;
    return KERNEL_OK;
}
