/* The two lists of host-stack 2.4, and the address list as a set to compare (2.5). Both lists go by ascending interface index,
   then by the order in which the addresses came. */
#include <stdlib.h>
#include <string.h>

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

static struct kernel_address broadcast_of(const struct host *host, const struct ifaddr *ifaddr)
{
    struct kernel_address none = { .family = KERNEL_IPV4 };
    struct kernel_address limited = { .family = KERNEL_IPV4, .bytes = { 255, 255, 255, 255 } };
    if (!(flags_of(ifaddr->iface) & KERNEL_INTERFACE_BROADCAST))
        return none; /* the peer of a point-to-point link is not known */
    return host->parameters.iface_list_broadcast == BROADCAST_DIRECTED ? ifaddr_broadcast(ifaddr) : limited;
}

size_t host_interface_addresses(const struct host *host, struct kernel_interface_address *rows, size_t room)
{
    size_t count = 0;
    const struct iface *iface;
    const struct ifaddr *ifaddr;
    DL_FOREACH(host->ifaces, iface) {
        DL_FOREACH(iface->addresses, ifaddr) {
            if (ifaddr->address.family != KERNEL_IPV4 || !iface->connected || !ifaddr_usable(ifaddr))
                continue;
            if (count < room)
                rows[count] = (struct kernel_interface_address){
                    .address = ifaddr->address, .broadcast = broadcast_of(host, ifaddr), .prefix_length = ifaddr->prefix_length,
                    .flags = flags_of(iface), .interface_index = iface->index };
            count++;
        }
    }
    return count;
}

/* ---- sets ---- */

static int compare(const void *left, const void *right)
{
    return address_compare(left, right);
}

static struct address_set *set_make(const struct host *host, enum kernel_family family)
{
    size_t room = host_local_addresses(host, family, NULL, 0), count = 0;
    struct address_set *set = memory_take(sizeof *set + room * sizeof *set->addresses);
    host_local_addresses(host, family, set->addresses, room);
    qsort(set->addresses, room, sizeof *set->addresses, compare);
    for (size_t i = 0; i < room; i++) {
        if (count == 0 || !address_equal(&set->addresses[count - 1], &set->addresses[i]))
            set->addresses[count++] = set->addresses[i];
    }
    set->count = count;
    set->uses = 1;
    return set;
}

bool address_set_same(const struct address_set *a, const struct address_set *b)
{
    if (a == b)
        return true;
    size_t a_count = a ? a->count : 0, b_count = b ? b->count : 0;
    if (a_count != b_count)
        return false;
    for (size_t i = 0; i < a_count; i++) {
        if (!address_equal(&a->addresses[i], &b->addresses[i]))
            return false;
    }
    return true;
}

struct address_set *address_set_keep(struct address_set *set)
{
    set->uses++;
    return set;
}

void address_set_drop(struct address_set *set)
{
    if (set && --set->uses == 0)
        free(set);
}

struct address_set *address_set_now(struct host *host, unsigned slot)
{
    if (host->set[slot] && !host->list_stale[slot])
        return host->set[slot];
    struct address_set *fresh = set_make(host, slot_family(slot));
    host->list_stale[slot] = false;
    if (host->set[slot] && address_set_same(fresh, host->set[slot])) {
        address_set_drop(fresh);
        return host->set[slot];
    }
    address_set_drop(host->set[slot]);
    host->set[slot] = fresh;
    return fresh;
}
