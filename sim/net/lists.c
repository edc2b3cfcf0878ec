/* The two lists of host-stack 2.4, and the address list as a set to compare (2.5). Both lists go by ascending interface index,
   then by the order in which the addresses came. */
#include <stdlib.h>

#include "core/arena.h"
#include "net/net_private.h"

size_t host_local_addresses(const struct host *host, enum kernel_family family, struct kernel_address *addresses, size_t room)
{
    size_t count = 0;
    const struct iface *iface;
    const struct ifaddr *ifaddr;
    DL_FOREACH(host->ifaces, iface) {
        DL_FOREACH(iface->addresses, ifaddr) {
            if (ifaddr->address.family != family || !ifaddr_listed(ifaddr))
                continue;
            if (count < room)
                addresses[count] = ifaddr->address;
            count++;
        }
    }
    return count;
}

static uint8_t flags_of(const struct iface *iface)
{
    switch (iface->type) { /* host-stack 1.5 */
    case IFACE_ETHERNET:
    case IFACE_WIFI: return KERNEL_INTERFACE_UP | KERNEL_INTERFACE_BROADCAST | KERNEL_INTERFACE_MULTICAST;
    case IFACE_PPP: return KERNEL_INTERFACE_UP | KERNEL_INTERFACE_POINT_TO_POINT | KERNEL_INTERFACE_MULTICAST;
    case IFACE_LOOPBACK: return KERNEL_INTERFACE_UP | KERNEL_INTERFACE_LOOPBACK | KERNEL_INTERFACE_MULTICAST;
    case IFACE_TUNNEL: return KERNEL_INTERFACE_UP | KERNEL_INTERFACE_POINT_TO_POINT;
    }
    return 0;
}

/* IPv6 has no broadcast (RFC 4291, 2), whatever its interface can do. */
static uint8_t address_flags(const struct ifaddr *ifaddr)
{
    uint8_t flags = flags_of(ifaddr->iface);
    return ifaddr->address.family == KERNEL_IPV6 ? flags & (uint8_t)~KERNEL_INTERFACE_BROADCAST : flags;
}

static struct kernel_address broadcast_of(const struct host *host, const struct ifaddr *ifaddr)
{
    struct kernel_address none = { .family = 0 };
    struct kernel_address limited = { .family = KERNEL_IPV4, .bytes = { 255, 255, 255, 255 } };
    if (!(address_flags(ifaddr) & KERNEL_INTERFACE_BROADCAST))
        return none; /* the peer of a point-to-point link is not known */
    if (host->parameters.iface_list_broadcast != BROADCAST_DIRECTED)
        return limited;
    return ifaddr->prefix_length < 31 ? ifaddr_broadcast(ifaddr) : none;
}

static bool interface_listed(const struct ifaddr *ifaddr)
{
    return ifaddr->iface->connected ? ifaddr_usable(ifaddr) : ifaddr->iface->host->parameters.iface_list_disconnected;
}

static void interface_row(const struct ifaddr *ifaddr, struct kernel_interface_address *rows, size_t room, size_t *count)
{
    uint8_t flags = address_flags(ifaddr);
    if (!ifaddr->iface->connected)
        flags &= (uint8_t)~KERNEL_INTERFACE_UP;
    if (*count < room)
        rows[*count] = (struct kernel_interface_address){
            .address = ifaddr->address, .broadcast = broadcast_of(ifaddr->iface->host, ifaddr), .prefix_length = ifaddr->prefix_length,
            .flags = flags, .interface_index = ifaddr->iface->index };
    ++*count;
}

size_t host_interface_addresses(const struct host *host, enum kernel_family family, struct kernel_interface_address *rows, size_t room)
{
    size_t count = 0;
    const struct iface *iface;
    const struct ifaddr *ifaddr;
    DL_FOREACH(host->ifaces, iface) {
        DL_FOREACH(iface->addresses, ifaddr) {
            if (ifaddr->address.family == family && interface_listed(ifaddr))
                interface_row(ifaddr, rows, room, &count);
        }
        DL_FOREACH(iface->stored, ifaddr) { /* it is down */
            if (ifaddr->address.family == family && interface_listed(ifaddr))
                interface_row(ifaddr, rows, room, &count);
        }
    }
    return count;
}

/* ---- the set: counted address by address as they come and go ---- */

static struct listing *listing_of(const struct host *host, const struct kernel_address *address)
{
    struct listing_key key = { .host = host->number, .slot = family_slot(address->family), .scope = address->scope_id,
                               .address = prefix_key_of(address) };
    struct listing *listing;
    HASH_FIND(hh, host->net->listings, &key, sizeof key, listing);
    if (!listing) {
        listing = memory_take(sizeof *listing);
        listing->key = key;
        HASH_ADD(hh, host->net->listings, key, sizeof listing->key, listing);
    }
    return listing;
}

void listing_count(const struct ifaddr *ifaddr, bool before)
{
    struct host *host = ifaddr->iface->host;
    struct address_list *list = &host->list[family_slot(ifaddr->address.family)];
    bool after = ifaddr_listed(ifaddr);
    if (before == after)
        return;
    struct listing *listing = listing_of(host, &ifaddr->address);
    bool was = listing->times > 0;
    listing->times += after ? 1u : UINT32_MAX;
    if (was != (listing->times > 0)) { /* else another interface has it too */
        list->count += was ? SIZE_MAX : 1u;
        list->differing += was == listing->settled ? 1u : SIZE_MAX;
    }
    if (!listing->moved) {
        listing->moved = true;
        listing->next_moved = list->moved;
        list->moved = listing;
    }
    address_set_drop(list->now);
    list->now = NULL;
}

void lists_settled(struct host *host)
{
    for (unsigned slot = 0; slot < FAMILIES; slot++) {
        struct address_list *list = &host->list[slot];
        struct listing *listing, *next;
        for (listing = list->moved; listing; listing = next) {
            next = listing->next_moved;
            listing->moved = false;
            listing->settled = listing->times > 0;
            if (listing->settled)
                continue;
            HASH_DEL(host->net->listings, listing);
            free(listing);
        }
        address_set_drop(list->now);
        list->moved = NULL;
        list->now = NULL;
        list->differing = 0;
        host->list_changed[slot] = host->list_refreshed[slot] = false;
    }
}

void listings_free(struct net *net)
{
    struct listing *listing, *next;
    HASH_ITER(hh, net->listings, listing, next) {
        HASH_DEL(net->listings, listing);
        free(listing);
    }
}

/* ---- promises: nearly all are made while nothing has moved, and then need no copy of the set ---- */

struct address_set *address_set_promise(struct host *host, unsigned slot)
{
    struct address_list *list = &host->list[slot];
    if (!host->list_changed[slot])
        return NULL;
    if (!list->now) {
        size_t room = host_local_addresses(host, slot_family(slot), NULL, 0);
        struct address_set *set = memory_take(sizeof *set + room * sizeof *set->addresses);
        set->count = host_local_addresses(host, slot_family(slot), set->addresses, room);
        set->distinct = list->count;
        set->uses = 1;
        list->now = set;
    }
    list->now->uses++;
    return list->now;
}

/* As many different addresses, and each of them still there: the same set. */
static bool set_same(const struct host *host, unsigned slot, const struct address_set *set)
{
    bool same = set->distinct == host->list[slot].count;
    for (size_t i = 0; i < set->count && same; i++)
        same = listing_of(host, &set->addresses[i])->times > 0;
    return same;
}

bool address_set_holds(const struct host *host, unsigned slot, struct address_set *set)
{
    if (!set)
        return host->list[slot].differing == 0;
    if (set->verdict == SET_UNKNOWN)
        set->verdict = set_same(host, slot, set) ? SET_SAME : SET_OTHER;
    return set->verdict == SET_SAME;
}

void address_set_drop(struct address_set *set)
{
    if (set && --set->uses == 0)
        free(set);
}
