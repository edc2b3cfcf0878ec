/* Routes that appear by themselves, live and die with an address (host-stack 3.2). */
#include <stdlib.h>

#include "core/arena.h"
#include "net/net_private.h"

enum { AUTOMATIC_METRIC = 256, AUTOMATIC_LIMIT = 5 };

struct automatic { struct kernel_address prefix; unsigned length; bool own; };

static unsigned put(struct automatic *routes, unsigned count, struct kernel_address prefix, unsigned length, bool own)
{
    for (unsigned i = 0; i < count; i++) {
        if (routes[i].length == length && address_equal(&routes[i].prefix, &prefix)) {
            routes[i].own |= own;
            return count;
        }
    }
    routes[count] = (struct automatic){ .prefix = prefix, .length = length, .own = own };
    return count + 1;
}

static unsigned list_v4(const struct ifaddr *ifaddr, struct automatic routes[AUTOMATIC_LIMIT])
{
    const struct kernel_address groups = { .family = KERNEL_IPV4, .bytes = { 224 } };
    const struct kernel_address everyone = { .family = KERNEL_IPV4, .bytes = { 255, 255, 255, 255 } };
    unsigned count = put(routes, 0, address_masked(&ifaddr->address, ifaddr->prefix_length), ifaddr->prefix_length, false);
    count = put(routes, count, ifaddr->address, 32, true);
    if (ifaddr->prefix_length < 31)
        count = put(routes, count, ifaddr_broadcast(ifaddr), 32, false);
    count = put(routes, count, groups, 4, false);
    return put(routes, count, everyone, 32, false);
}

static unsigned list_v6(const struct ifaddr *ifaddr, struct automatic routes[AUTOMATIC_LIMIT])
{
    const struct kernel_address link = { .family = KERNEL_IPV6, .bytes = { 0xfe, 0x80 } };
    const struct kernel_address groups = { .family = KERNEL_IPV6, .bytes = { 0xff } };
    unsigned count = put(routes, 0, address_masked(&ifaddr->address, ifaddr->prefix_length), ifaddr->prefix_length, false);
    count = put(routes, count, address_masked(&ifaddr->address, 128), 128, true);
    if (ifaddr->iface->type != IFACE_LOOPBACK)
        count = put(routes, count, link, 64, false);
    return put(routes, count, groups, 8, false);
}

static unsigned list(const struct ifaddr *ifaddr, struct automatic routes[AUTOMATIC_LIMIT])
{
    return ifaddr->address.family == KERNEL_IPV6 ? list_v6(ifaddr, routes) : list_v4(ifaddr, routes);
}

static struct route_place place_of(const struct ifaddr *ifaddr, const struct automatic *route)
{
    return (struct route_place){ .iface = ifaddr->iface, .prefix = &route->prefix, .length = route->length };
}

/* ---- how many addresses of an interface want a route, whether it is in the table or the script took it away ---- */

struct users_key { uint32_t host, interface_index, slot, length; struct prefix_key prefix; };
struct automatic_users {
    struct users_key key;
    uint32_t count;
    UT_hash_handle hh;
};

static struct automatic_users *users_of(const struct ifaddr *ifaddr, const struct automatic *route)
{
    const struct iface *iface = ifaddr->iface;
    struct net *net = iface->host->net;
    struct users_key key = { .host = iface->host->number, .interface_index = iface->index, .slot = family_slot(ifaddr->address.family),
                             .length = route->length, .prefix = prefix_key_of(&route->prefix) };
    struct automatic_users *users;
    HASH_FIND(hh, net->automatic_users, &key, sizeof key, users);
    if (!users) {
        users = memory_take(sizeof *users);
        users->key = key;
        HASH_ADD(hh, net->automatic_users, key, sizeof users->key, users);
    }
    return users;
}

/* One user less; true if others are left. */
static bool users_leave(const struct ifaddr *ifaddr, const struct automatic *route)
{
    struct automatic_users *users = users_of(ifaddr, route);
    if (--users->count)
        return true;
    HASH_DEL(ifaddr->iface->host->net->automatic_users, users);
    free(users);
    return false;
}

void automatic_users_free(struct net *net)
{
    struct automatic_users *users, *next;
    HASH_ITER(hh, net->automatic_users, users, next) {
        HASH_DEL(net->automatic_users, users);
        free(users);
    }
}

/* ---- the routes ---- */

/* Several addresses of an interface share routes; a route set by hand takes the place of an automatic one. */
void automatic_routes_add(struct ifaddr *ifaddr)
{
    struct host *host = ifaddr->iface->host;
    struct automatic routes[AUTOMATIC_LIMIT];
    unsigned count = list(ifaddr, routes);
    ifaddr->routed = true;
    for (unsigned i = 0; i < count; i++) {
        struct route_place place = place_of(ifaddr, &routes[i]);
        unsigned own = routes[i].own ? ROUTE_OWN : 0;
        users_of(ifaddr, &routes[i])->count++;
        uint32_t there = route_place_find(host, &place);
        if (there == ROUTE_NONE)
            route_place_take(host, &place, AUTOMATIC_METRIC, ROUTE_AUTOMATIC | own);
        else if (own)
            route_set_own(host, family_slot(ifaddr->address.family), there, true);
    }
}

void automatic_routes_remove(struct ifaddr *ifaddr)
{
    struct host *host = ifaddr->iface->host;
    struct automatic routes[AUTOMATIC_LIMIT];
    unsigned count = list(ifaddr, routes);
    ifaddr->routed = false;
    for (unsigned i = 0; i < count; i++) {
        struct route_place place = place_of(ifaddr, &routes[i]);
        uint32_t there = route_place_find(host, &place);
        bool wanted = users_leave(ifaddr, &routes[i]);
        if (there == ROUTE_NONE)
            continue; /* the script took it away */
        unsigned slot = family_slot(ifaddr->address.family);
        if (routes[i].own)
            route_set_own(host, slot, there, false);
        bool automatic = route_gateway(&host->routes, route_at(&host->routes, there))->key.flags & ROUTE_AUTOMATIC;
        if (automatic && !wanted)
            route_erase(host, slot, there);
    }
}
