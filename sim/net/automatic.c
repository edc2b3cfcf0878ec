/* Routes that appear by themselves, live and die with an address (host-stack 3.2). */
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
        uint32_t there = route_place_find(host, &place);
        if (there == ROUTE_NONE)
            route_place_take(host, &place, AUTOMATIC_METRIC, ROUTE_AUTOMATIC | own);
        else if (own)
            route_set_own(host, family_slot(ifaddr->address.family), there, true);
    }
}

static bool wanted_by_others(const struct ifaddr *ifaddr, const struct automatic *route)
{
    const struct ifaddr *other;
    DL_FOREACH(ifaddr->iface->addresses, other) {
        if (!other->routed || other == ifaddr || other->address.family != ifaddr->address.family)
            continue;
        struct automatic routes[AUTOMATIC_LIMIT];
        unsigned count = list(other, routes);
        for (unsigned i = 0; i < count; i++) {
            if (routes[i].length == route->length && address_equal(&routes[i].prefix, &route->prefix))
                return true;
        }
    }
    return false;
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
        if (there == ROUTE_NONE)
            continue; /* the script took it away */
        unsigned slot = family_slot(ifaddr->address.family);
        if (routes[i].own)
            route_set_own(host, slot, there, false);
        bool automatic = route_gateway(&host->routes, route_at(&host->routes, there))->key.flags & ROUTE_AUTOMATIC;
        if (automatic && !wanted_by_others(ifaddr, &routes[i]))
            route_erase(host, slot, there);
    }
}
