/* The routes of a host: a prefix tree a family, the routes of a prefix in a chain under its node, the routes of an interface in
   a list, and what they lead to (gateways) kept once. */
#include "net/net_private.h"

#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/check.h"
#include "net/block.h"
#include "net/ip/dead_gateway.h"
#include "net/ip/neighbor.h"

void route_table_start(struct route_table *table)
{
    for (unsigned slot = 0; slot < FAMILIES; slot++)
        prefix_tree_start(&table->tree[slot], slot_family(slot));
}

void route_table_end(struct route_table *table)
{
    for (unsigned slot = 0; slot < FAMILIES; slot++)
        prefix_tree_end(&table->tree[slot]);
    HASH_CLEAR(hh, table->by_key);
    for (uint32_t number = 1; number < table->gateways_used; number++)
        free(table->gateways[number]);
    free(table->gateways);
    block_free(table->routes, (size_t)table->room * sizeof *table->routes);
    *table = (struct route_table){ 0 };
}

static uint32_t route_take(struct route_table *table)
{
    uint32_t number = table->free;
    if (number) {
        table->free = table->routes[number].next;
        return number;
    }
    if (table->used == table->room) {
        check(table->room < ROUTE_LAST / 2);
        uint32_t room = table->room ? table->room + table->room / 2 : 16;
        size_t used_bytes = (size_t)table->used * sizeof *table->routes;
        table->routes = block_grow(table->routes, used_bytes, used_bytes, (size_t)room * sizeof *table->routes);
        table->room = room;
        if (table->used == 0)
            table->used = 1;
    }
    return table->used++;
}

static void route_give(struct route_table *table, uint32_t number)
{
    table->routes[number].next = table->free;
    table->free = number;
}

/* ---- gateways ---- */

static uint64_t mixed(uint64_t value) /* the finalizer of SplitMix64 */
{
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

/* A dead one is another choice: who watches the routes hears of it. */
static uint64_t gateway_print(const struct gateway_key *key, bool dead)
{
    struct prefix_key hop = prefix_key_of(&key->next_hop);
    uint64_t print = mixed((uint64_t)key->interface_index << 32 | key->metric);
    print = mixed(print + (key->on_link << 8 | key->next_hop.family));
    for (unsigned w = 0; w < 4; w += 2)
        print = mixed(print + ((uint64_t)hop.word[w] << 32 | hop.word[w + 1]));
    return dead ? mixed(print + 1) : print;
}

static bool gateway_is_dead(const struct gateway_key *key, const struct iface *iface)
{
    struct prefix_key hop = prefix_key_of(&key->next_hop);
    if (key->on_link)
        return false;
    return (iface->neighbors && neighbor_is_dead(iface, key->next_hop.family, &hop)) || dead_gateway_known(iface, key->next_hop.family, &hop);
}

static uint32_t gateway_number(struct route_table *table)
{
    if (table->gateways_used == table->gateways_room) {
        table->gateways_room = table->gateways_room ? table->gateways_room * 2 : 8;
        table->gateways = memory_grow(table->gateways, table->gateways_room * sizeof(struct gateway *));
        if (table->gateways_used == 0)
            table->gateways[table->gateways_used++] = NULL;
    }
    return table->gateways_used++;
}

/* One use of what the key says; given back by gateway_release. */
static struct gateway *gateway_take(struct route_table *table, const struct gateway_key *key, struct iface *iface)
{
    struct gateway *gateway;
    HASH_FIND(hh, table->by_key, key, sizeof *key, gateway);
    if (!gateway) {
        gateway = table->free_gateways;
        if (gateway) {
            table->free_gateways = gateway->next_free;
        } else {
            gateway = memory_take(sizeof *gateway);
            gateway->number = gateway_number(table);
            table->gateways[gateway->number] = gateway;
        }
        gateway->key = *key;
        gateway->iface = iface;
        gateway->dead = gateway_is_dead(key, iface);
        gateway->print = gateway_print(key, gateway->dead);
        HASH_ADD(hh, table->by_key, key, sizeof gateway->key, gateway);
    }
    gateway->uses++;
    return gateway;
}

static void gateway_release(struct route_table *table, struct gateway *gateway)
{
    if (--gateway->uses)
        return;
    HASH_DEL(table->by_key, gateway);
    gateway->next_free = table->free_gateways;
    table->free_gateways = gateway;
}

/* ---- the chain of a prefix ---- */

uint32_t route_node(const struct route_table *table, uint32_t route)
{
    uint32_t next;
    while (!((next = table->routes[route].next) & ROUTE_LAST))
        route = next;
    return next & ~ROUTE_LAST;
}

static bool gateway_before(const struct gateway *a, const struct gateway *b)
{
    if (a->key.interface_index != b->key.interface_index)
        return a->key.interface_index < b->key.interface_index;
    if (a->key.on_link != b->key.on_link)
        return a->key.on_link;
    return address_compare(&a->key.next_hop, &b->key.next_hop) < 0;
}

static void chain_enter(struct route_table *table, unsigned slot, uint32_t node, uint32_t number, const struct gateway *gateway)
{
    struct prefix_tree *tree = &table->tree[slot];
    uint32_t before = ROUTE_NONE, at = prefix_tree_node(tree, node)->value;
    while (at && gateway_before(route_gateway(table, route_at(table, at)), gateway)) {
        before = at;
        at = route_next(route_at(table, at));
    }
    route_at(table, number)->next = at ? at : (ROUTE_LAST | node);
    if (before)
        route_at(table, before)->next = number;
    else
        prefix_tree_set(tree, node, number);
}

static void chain_leave(struct route_table *table, unsigned slot, uint32_t node, uint32_t number)
{
    struct prefix_tree *tree = &table->tree[slot];
    uint32_t next = route_at(table, number)->next, at = prefix_tree_node(tree, node)->value;
    if (at != number) {
        while (route_at(table, at)->next != number)
            at = route_at(table, at)->next;
        route_at(table, at)->next = next;
    } else if (next & ROUTE_LAST) {
        prefix_tree_drop(tree, node);
    } else {
        prefix_tree_set(tree, node, next);
    }
}

/* ---- the list of an interface, in order of coming ---- */

static void list_enter(struct route_table *table, struct route_list *list, uint32_t number)
{
    struct route *route = route_at(table, number);
    route->before = list->last;
    route->after = ROUTE_NONE;
    if (list->last)
        route_at(table, list->last)->after = number;
    else
        list->first = number;
    list->last = number;
    list->count++;
}

static void list_leave(struct route_table *table, struct route_list *list, uint32_t number)
{
    const struct route *route = route_at(table, number);
    if (route->before)
        route_at(table, route->before)->after = route->after;
    else
        list->first = route->after;
    if (route->after)
        route_at(table, route->after)->before = route->before;
    else
        list->last = route->before;
    list->count--;
}

/* ---- routes ---- */

static uint64_t route_fingerprint(const struct gateway *gateway, const struct prefix_tree *tree, uint32_t number)
{
    const struct prefix_node *node = prefix_tree_node(tree, number);
    uint64_t print = mixed(gateway->print + node->length);
    for (unsigned w = 0; w < tree->words; w++)
        print = mixed(print + node->key[w]);
    return print;
}

/* The newest row is this change's: whoever could be concerned is noted under it. */
static void route_changed(struct host *host, unsigned slot, const struct prefix_key *key, unsigned length)
{
    host->routes_changed[slot] = true;
    host->routes_cause[slot] = host->newest;
    watches_under(host, slot, key, length);
    host_touch(host);
}

static struct prefix_key node_key(const struct prefix_tree *tree, uint32_t node)
{
    struct prefix_key key = { { 0 } };
    memcpy(key.word, prefix_tree_node(tree, node)->key, tree->words * sizeof(uint32_t));
    return key;
}

static bool hop_same(const struct gateway *gateway, const struct route_place *place)
{
    if (gateway->iface != place->iface || gateway->key.on_link != !place->next_hop)
        return false;
    return !place->next_hop || memcmp(gateway->key.next_hop.bytes, place->next_hop->bytes, sizeof place->next_hop->bytes) == 0;
}

uint32_t route_place_find(const struct host *host, const struct route_place *place)
{
    const struct route_table *table = &host->routes;
    const struct prefix_tree *tree = &table->tree[family_slot(place->prefix->family)];
    struct prefix_key key = prefix_key_of(place->prefix);
    uint32_t node = prefix_tree_find(tree, &key, place->length);
    uint32_t at = node ? prefix_tree_node(tree, node)->value : ROUTE_NONE;
    while (at && !hop_same(route_gateway(table, route_at(table, at)), place))
        at = route_next(route_at(table, at));
    return at;
}

static struct gateway_key place_key(const struct route_place *place, uint32_t metric, unsigned flags)
{
    unsigned family = place->prefix->family;
    struct gateway_key key;
    memset(&key, 0, sizeof key); /* hashed as bytes */
    key.interface_index = place->iface->index;
    key.on_link = !place->next_hop;
    key.metric = metric;
    key.flags = flags;
    key.next_hop.family = (uint8_t)family;
    if (place->next_hop) {
        memcpy(key.next_hop.bytes, place->next_hop->bytes, sizeof key.next_hop.bytes);
        if (family == KERNEL_IPV6 && address_is_link_local(place->next_hop))
            key.next_hop.scope_id = place->iface->index;
    }
    return key;
}

void route_place_take(struct host *host, const struct route_place *place, uint32_t metric, unsigned flags)
{
    struct route_table *table = &host->routes;
    struct iface *iface = place->iface;
    unsigned slot = family_slot(place->prefix->family);
    struct gateway_key lead = place_key(place, metric, flags);
    struct gateway *gateway = gateway_take(table, &lead, iface);
    struct prefix_key key = prefix_key_of(place->prefix);
    uint32_t node = prefix_tree_make(&table->tree[slot], &key, place->length);
    uint32_t number = route_take(table);
    route_at(table, number)->gateway = gateway->number;
    chain_enter(table, slot, node, number, gateway);
    list_enter(table, &iface->routes[slot], number);
    iface->route_print[slot] += route_fingerprint(gateway, &table->tree[slot], node);
    uint64_t former = host_enter(host, row_route(host, slot, number, "route.added"));
    route_changed(host, slot, &key, place->length);
    host_leave(host, former);
}

void route_erase(struct host *host, unsigned slot, uint32_t number)
{
    struct route_table *table = &host->routes;
    struct prefix_tree *tree = &table->tree[slot];
    uint64_t former = host_enter(host, row_route(host, slot, number, "route.removed"));
    uint32_t node = route_node(table, number);
    struct gateway *gateway = table->gateways[route_at(table, number)->gateway];
    struct prefix_key key = node_key(tree, node);
    unsigned length = prefix_tree_node(tree, node)->length;
    gateway->iface->route_print[slot] -= route_fingerprint(gateway, tree, node);
    list_leave(table, &gateway->iface->routes[slot], number);
    chain_leave(table, slot, node, number);
    route_give(table, number);
    gateway_release(table, gateway);
    route_changed(host, slot, &key, length);
    host_leave(host, former);
}

/* Metric and flags belong to what routes share: the route moves to another gateway with the same hop. */
static void route_move(struct host *host, unsigned slot, uint32_t number, uint32_t metric, unsigned flags)
{
    struct route_table *table = &host->routes;
    const struct prefix_tree *tree = &table->tree[slot];
    struct gateway *from = table->gateways[route_at(table, number)->gateway];
    struct gateway_key lead = from->key;
    lead.metric = metric;
    lead.flags = flags;
    uint32_t node = route_node(table, number);
    struct gateway *to = gateway_take(table, &lead, from->iface);
    from->iface->route_print[slot] += route_fingerprint(to, tree, node) - route_fingerprint(from, tree, node);
    route_at(table, number)->gateway = to->number;
    gateway_release(table, from);
}

void route_set_metric(struct host *host, unsigned slot, uint32_t number, uint32_t metric)
{
    const struct prefix_tree *tree = &host->routes.tree[slot];
    route_move(host, slot, number, metric, route_gateway(&host->routes, route_at(&host->routes, number))->key.flags);
    uint64_t former = host_enter(host, row_route(host, slot, number, "route.changed"));
    uint32_t node = route_node(&host->routes, number);
    struct prefix_key key = node_key(tree, node);
    route_changed(host, slot, &key, prefix_tree_node(tree, node)->length);
    host_leave(host, former);
}

void route_set_own(struct host *host, unsigned slot, uint32_t number, bool own)
{
    const struct gateway_key *key = &route_gateway(&host->routes, route_at(&host->routes, number))->key;
    unsigned flags = own ? key->flags | ROUTE_OWN : key->flags & ~(unsigned)ROUTE_OWN;
    if (flags != key->flags)
        route_move(host, slot, number, key->metric, flags);
}

/* ---- next hops that do not answer ---- */

static bool gateway_leads_by(const struct gateway *gateway, const struct iface *iface, const struct kernel_address *next_hop)
{
    return gateway->uses && gateway->iface == iface && !gateway->key.on_link && gateway->key.next_hop.family == next_hop->family
        && memcmp(gateway->key.next_hop.bytes, next_hop->bytes, sizeof next_hop->bytes) == 0;
}

bool route_leads_by(const struct iface *iface, const struct kernel_address *next_hop)
{
    const struct route_table *table = &iface->host->routes;
    for (uint32_t number = 1; number < table->gateways_used; number++)
        if (gateway_leads_by(table->gateways[number], iface, next_hop))
            return true;
    return false;
}

static uint64_t row_gateway(const struct iface *iface, const struct kernel_address *next_hop, bool dead)
{
    struct trace *trace = iface->host->net->trace;
    if (!trace_begin(trace, LAYER_NET, dead ? "gateway.dead" : "gateway.back", iface->host->name, iface->name))
        return trace_cause(trace);
    char text[ADDRESS_TEXT];
    struct kernel_address plain = *next_hop;
    plain.scope_id = 0;
    address_text(&plain, text);
    trace_text(trace, "via", text);
    return trace_end(trace);
}

/* Every route of the interface that leads by this next hop has changed; several may share a gateway. */
static void gateway_dead(struct iface *iface, const struct kernel_address *next_hop, bool dead)
{
    struct host *host = iface->host;
    struct route_table *table = &host->routes;
    unsigned slot = family_slot(next_hop->family);
    const struct prefix_tree *tree = &table->tree[slot];
    uint64_t former = host_enter(host, row_gateway(iface, next_hop, dead));
    host->generation++;
    for (uint32_t number = iface->routes[slot].first; number; number = route_at(table, number)->after) {
        const struct gateway *gateway = route_gateway(table, route_at(table, number));
        if (gateway_leads_by(gateway, iface, next_hop))
            iface->route_print[slot] -= route_fingerprint(gateway, tree, route_node(table, number));
    }
    for (uint32_t number = 1; number < table->gateways_used; number++) {
        struct gateway *gateway = table->gateways[number];
        if (!gateway_leads_by(gateway, iface, next_hop))
            continue;
        gateway->dead = dead;
        gateway->print = gateway_print(&gateway->key, dead);
    }
    for (uint32_t number = iface->routes[slot].first; number; number = route_at(table, number)->after) {
        const struct gateway *gateway = route_gateway(table, route_at(table, number));
        if (!gateway_leads_by(gateway, iface, next_hop))
            continue;
        uint32_t node = route_node(table, number);
        struct prefix_key key = node_key(tree, node);
        iface->route_print[slot] += route_fingerprint(gateway, tree, node);
        route_changed(host, slot, &key, prefix_tree_node(tree, node)->length);
    }
    host_leave(host, former);
}

/* What neighbours and connections say of it may have changed. */
void route_gateway_judge(struct iface *iface, const struct kernel_address *next_hop)
{
    const struct route_table *table = &iface->host->routes;
    for (uint32_t number = 1; number < table->gateways_used; number++) {
        const struct gateway *gateway = table->gateways[number];
        if (!gateway_leads_by(gateway, iface, next_hop))
            continue;
        bool dead = gateway_is_dead(&gateway->key, iface);
        if (dead != gateway->dead)
            gateway_dead(iface, next_hop, dead);
        return; /* they are all of one mind */
    }
}

/* Two sets of usable routes are taken for equal when these sums are: a chance of 2^-64 for each comparison, and the same in
   every run. An interface's own metric enters with its routes, so that changing it does not touch them. */
uint64_t routes_print(const struct host *host, unsigned slot)
{
    uint64_t sum = 0;
    const struct iface *iface;
    DL_FOREACH(host->ifaces, iface) {
        if (iface->usable[slot] && iface->routes[slot].count)
            sum += iface->route_print[slot] + mixed((uint64_t)iface->index << 32 | iface->metric);
    }
    return sum;
}
