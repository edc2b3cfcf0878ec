/* What a script does to routes (host-stack 3.1), and how routes are shown. */
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "net/net_private.h"

/* Host-stack 3.2: 0 for a default route, 256 for others. */
static uint32_t metric_or_default(uint32_t metric, unsigned length)
{
    if (metric != ROUTE_METRIC_DEFAULT)
        return metric;
    return length == 0 ? 0 : 256;
}

static struct route_place place_of(struct iface *iface, const struct route_setup *setup)
{
    return (struct route_place){ .iface = iface, .prefix = &setup->prefix, .length = setup->prefix_length,
                                 .next_hop = setup->on_link ? NULL : &setup->next_hop };
}

static bool setup_refused(const struct iface *iface, const struct route_setup *setup)
{
    struct net *net = iface->host->net;
    if (setup->prefix_length > address_width(&setup->prefix))
        return !net_refuse(net, "a prefix length of %u is too long for a route", setup->prefix_length);
    if (setup->on_link)
        return false;
    if (setup->next_hop.family != setup->prefix.family)
        return !net_refuse(net, "the next hop is of another address family than the route");
    if (!address_is_unspecified(&setup->next_hop) && !address_is_multicast(&setup->next_hop))
        return false;
    char text[ADDRESS_TEXT];
    address_text(&setup->next_hop, text);
    return !net_refuse(net, "%s cannot be a next hop", text);
}

static bool setup_same(const struct route_setup *a, const struct route_setup *b)
{
    return a->prefix_length == b->prefix_length && address_equal(&a->prefix, &b->prefix) && a->on_link == b->on_link
        && (a->on_link || address_common_bits(&a->next_hop, &b->next_hop) == address_width(&a->next_hop));
}

static struct route_setup *stored_find(struct iface *iface, const struct route_setup *setup)
{
    for (size_t i = 0; i < iface->stored_routes_count; i++) {
        if (setup_same(&iface->stored_routes[i], setup))
            return &iface->stored_routes[i];
    }
    return NULL;
}

static void stored_add(struct iface *iface, const struct route_setup *setup)
{
    if (iface->stored_routes_count == iface->stored_routes_room) {
        iface->stored_routes_room = iface->stored_routes_room ? iface->stored_routes_room * 2 : 4;
        iface->stored_routes = memory_grow(iface->stored_routes, iface->stored_routes_room * sizeof *setup);
    }
    iface->stored_routes[iface->stored_routes_count++] = *setup;
}

static void stored_forget(struct iface *iface, struct route_setup *stored)
{
    size_t index = (size_t)(stored - iface->stored_routes);
    memmove(stored, stored + 1, (iface->stored_routes_count - index - 1) * sizeof *stored);
    iface->stored_routes_count--;
}

static bool twice_refused(const struct iface *iface, const struct route_setup *setup)
{
    char prefix[ADDRESS_TEXT];
    prefix_text(&setup->prefix, setup->prefix_length, prefix);
    return net_refuse(iface->host->net, "host \"%s\" has this route to %s over \"%s\" already", iface->host->name, prefix, iface->name);
}

bool route_add(struct iface *iface, const struct route_setup *asked)
{
    struct host *host = iface->host;
    if (setup_refused(iface, asked))
        return false;
    struct route_setup setup = *asked;
    setup.prefix = address_masked(&asked->prefix, asked->prefix_length);
    setup.metric = metric_or_default(asked->metric, asked->prefix_length);
    if (!iface->up) {
        if (!setup.persistent)
            return net_refuse(host->net, "\"%s\" of host \"%s\" is down: only a persistent route can wait for it", iface->name, host->name);
        if (stored_find(iface, &setup))
            return twice_refused(iface, &setup);
        stored_add(iface, &setup);
        return true;
    }
    struct route_place place = place_of(iface, &setup);
    if (route_place_find(host, &place) != ROUTE_NONE)
        return twice_refused(iface, &setup);
    route_place_take(host, &place, setup.metric, setup.persistent ? ROUTE_PERSISTENT : 0);
    return true;
}

/* ---- finding what a script names ---- */

struct named {
    const struct kernel_address *prefix;
    unsigned length;
    const struct iface *iface;             /* NULL: any */
    const struct kernel_address *next_hop; /* NULL: any; unspecified: on the link */
};

static bool hop_named(const struct named *named, bool on_link, const struct kernel_address *hop)
{
    if (!named->next_hop)
        return true;
    if (address_is_unspecified(named->next_hop))
        return on_link;
    return !on_link && address_common_bits(named->next_hop, hop) == address_width(hop);
}

/* The one route that is meant; refuses none and several. */
static uint32_t route_named(struct host *host, const struct named *named)
{
    const struct route_table *table = &host->routes;
    const struct prefix_tree *tree = &table->tree[family_slot(named->prefix->family)];
    struct kernel_address masked = address_masked(named->prefix, named->length);
    struct prefix_key key = prefix_key_of(&masked);
    uint32_t node = prefix_tree_find(tree, &key, named->length), found = ROUTE_NONE;
    uint32_t at = node ? prefix_tree_node(tree, node)->value : ROUTE_NONE;
    char text[ADDRESS_TEXT];
    for (; at; at = route_next(route_at(table, at))) {
        const struct gateway *gateway = route_gateway(table, route_at(table, at));
        if ((named->iface && gateway->iface != named->iface) || !hop_named(named, gateway->key.on_link, &gateway->key.next_hop))
            continue;
        if (found) {
            prefix_text(&masked, named->length, text);
            net_refuse(host->net, "host \"%s\" has several routes to %s: say which interface or next hop", host->name, text);
            return ROUTE_NONE;
        }
        found = at;
    }
    if (!found) {
        prefix_text(&masked, named->length, text);
        net_refuse(host->net, "host \"%s\" has no such route to %s", host->name, text);
    }
    return found;
}

/* A persistent route that waits for its interface. */
static struct route_setup *stored_named(struct host *host, const struct named *named, struct iface **where)
{
    struct kernel_address masked = address_masked(named->prefix, named->length);
    struct iface *iface;
    DL_FOREACH(host->ifaces, iface) {
        if (named->iface && named->iface != iface)
            continue;
        for (size_t i = 0; i < iface->stored_routes_count; i++) {
            struct route_setup *stored = &iface->stored_routes[i];
            if (stored->prefix_length == named->length && address_equal(&stored->prefix, &masked)
                && hop_named(named, stored->on_link, &stored->next_hop)) {
                *where = iface;
                return stored;
            }
        }
    }
    return NULL;
}

static bool length_refused(struct host *host, const struct kernel_address *prefix, unsigned length)
{
    return length > address_width(prefix) && !net_refuse(host->net, "a prefix length of %u is too long for a route", length);
}

bool route_remove(struct host *host, const struct kernel_address *prefix, unsigned length, const struct iface *iface, const struct kernel_address *next_hop)
{
    struct named named = { .prefix = prefix, .length = length, .iface = iface, .next_hop = next_hop };
    if (length_refused(host, prefix, length))
        return false;
    uint32_t route = route_named(host, &named);
    if (route != ROUTE_NONE) {
        route_erase(host, family_slot(prefix->family), route);
        return true;
    }
    struct iface *where;
    struct route_setup *stored = stored_named(host, &named, &where);
    if (!stored)
        return false;
    stored_forget(where, stored);
    return true;
}

bool route_metric(struct host *host, const struct kernel_address *prefix, unsigned length, const struct iface *iface,
                  const struct kernel_address *next_hop, uint32_t metric)
{
    struct named named = { .prefix = prefix, .length = length, .iface = iface, .next_hop = next_hop };
    if (length_refused(host, prefix, length))
        return false;
    uint32_t route = route_named(host, &named), now = metric_or_default(metric, length);
    if (route == ROUTE_NONE) {
        struct iface *where;
        struct route_setup *stored = stored_named(host, &named, &where);
        if (stored)
            stored->metric = now;
        return stored != NULL;
    }
    if (route_gateway(&host->routes, route_at(&host->routes, route))->key.metric != now)
        route_set_metric(host, family_slot(prefix->family), route, now);
    return true;
}

/* ---- an interface goes and comes ---- */

void routes_store(struct iface *iface)
{
    struct host *host = iface->host;
    for (unsigned slot = 0; slot < FAMILIES; slot++) {
        uint32_t number;
        while ((number = iface->routes[slot].first) != ROUTE_NONE) {
            struct route_view view = route_view_of(host, slot, number);
            if (view.persistent) {
                struct route_setup setup = { .prefix = view.prefix, .prefix_length = view.prefix_length, .on_link = view.on_link,
                                             .next_hop = view.next_hop, .metric = view.metric, .persistent = true };
                stored_add(iface, &setup);
            }
            route_erase(host, slot, number);
        }
    }
}

void routes_restore(struct iface *iface)
{
    struct route_setup *setups = iface->stored_routes;
    size_t count = iface->stored_routes_count;
    iface->stored_routes = NULL;
    iface->stored_routes_count = iface->stored_routes_room = 0;
    for (size_t i = 0; i < count; i++) {
        struct route_place place = place_of(iface, &setups[i]);
        if (route_place_find(iface->host, &place) == ROUTE_NONE)
            route_place_take(iface->host, &place, setups[i].metric, ROUTE_PERSISTENT);
    }
    free(setups);
}

/* ---- showing ---- */

struct route_view route_view_of(const struct host *host, unsigned slot, uint32_t number)
{
    const struct route_table *table = &host->routes;
    const struct gateway *gateway = route_gateway(table, route_at(table, number));
    uint32_t node = route_node(table, number);
    uint64_t effective = (uint64_t)gateway->key.metric + gateway->iface->metric;
    return (struct route_view){
        .prefix = prefix_key_address(&table->tree[slot], node),
        .next_hop = gateway->key.next_hop,
        .prefix_length = prefix_tree_node(&table->tree[slot], node)->length,
        .on_link = gateway->key.on_link,
        .automatic = gateway->key.flags & ROUTE_AUTOMATIC,
        .persistent = gateway->key.flags & ROUTE_PERSISTENT,
        .usable = gateway->iface->usable[slot],
        .metric = gateway->key.metric,
        .effective_metric = effective < UINT32_MAX ? (uint32_t)effective : UINT32_MAX,
        .iface = gateway->iface,
    };
}

static int view_compare(const void *left, const void *right)
{
    const struct route_view *a = left, *b = right;
    if (a->effective_metric != b->effective_metric)
        return a->effective_metric < b->effective_metric ? -1 : 1;
    if (a->iface->index != b->iface->index)
        return a->iface->index < b->iface->index ? -1 : 1;
    if (a->on_link != b->on_link)
        return a->on_link ? -1 : 1;
    return address_compare(&a->next_hop, &b->next_hop);
}

void route_each(const struct host *host, enum kernel_family family, bool (*each)(const struct route_view *route, void *argument), void *argument)
{
    unsigned slot = family_slot(family);
    const struct prefix_tree *tree = &host->routes.tree[slot];
    const struct prefix_key everything = { { 0 } };
    struct route_view *views = NULL;
    size_t room = 0;
    bool more = true;
    uint32_t top = prefix_tree_under(tree, &everything, 0);
    for (uint32_t node = top; node && more; node = prefix_tree_next(tree, top, node)) {
        size_t count = 0;
        for (uint32_t at = prefix_tree_node(tree, node)->value; at; at = route_next(route_at(&host->routes, at))) {
            if (count == room) {
                room = room ? room * 2 : 8;
                views = memory_grow(views, room * sizeof *views);
            }
            views[count++] = route_view_of(host, slot, at);
        }
        if (count > 1)
            qsort(views, count, sizeof *views, view_compare);
        for (size_t i = 0; i < count && more; i++)
            more = each(&views[i], argument);
    }
    free(views);
}
