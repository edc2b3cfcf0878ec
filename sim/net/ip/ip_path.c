/* Where a packet goes: the route lookup (path.c), told what it means for sending, and remembered. */
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "net/ip/ip.h"
#include "net/net_private.h"

bool ip_path_holds(const struct host *host, const struct ip_path *path)
{
    return path->generation == host->generation;
}

/* Strong hosts (2.7): the source address fixes the interface. 0: it fixes none; UINT32_MAX: nobody here has it. */
static uint32_t interface_of_source(const struct host *host, uint8_t family, const struct prefix_key *source)
{
    const struct iface *iface;
    DL_FOREACH(host->ifaces, iface) {
        const struct ifaddr *ifaddr;
        DL_FOREACH(iface->addresses, ifaddr) {
            struct prefix_key key = prefix_key_of(&ifaddr->address);
            if (ifaddr->address.family == family && ifaddr_usable(ifaddr) && key_equal(&key, source))
                return host->parameters.weak_host_send ? 0 : iface->index;
        }
    }
    return UINT32_MAX;
}

static bool destination_is_broadcast(const struct iface *iface, uint8_t family, const struct prefix_key *destination)
{
    if (family != KERNEL_IPV4)
        return false;
    if (destination->word[0] == UINT32_MAX)
        return true;
    const struct ifaddr *ifaddr;
    DL_FOREACH(iface->addresses, ifaddr) {
        struct kernel_address broadcast = ifaddr_broadcast(ifaddr);
        struct prefix_key key = prefix_key_of(&broadcast);
        if (broadcast.family == KERNEL_IPV4 && key.word[0] == destination->word[0])
            return true;
    }
    return false;
}

static void path_leaves(struct host *host, uint8_t family, const struct prefix_key *destination, const struct path_found *found, struct ip_path *path)
{
    path->iface = found->iface;
    path->next_hop = prefix_key_of(&found->next_hop);
    path->multicast = key_is_multicast(family, destination);
    path->broadcast = destination_is_broadcast(found->iface, family, destination);
    struct kernel_address to = key_address(family, destination);
    path->local = found->iface->type == IFACE_LOOPBACK || (!path->broadcast && !path->multicast && address_common_bits(&found->source->address, &to) == address_width(&to));
    path->link = path->local ? host->loopback : found->iface->link;
    path->mtu_bytes = path->local ? 65535 : found->iface->mtu_bytes;
    if (!path->local && path->link && path->link->mtu_bytes && path->link->mtu_bytes < path->mtu_bytes)
        path->mtu_bytes = path->link->mtu_bytes;
    path->mtu_bytes = ip_mtu_known(host, family, destination, path->mtu_bytes);
    path->plain = !path->local && !path->multicast && !path->broadcast && path->link && !path->link->segment && !host->parameters.neighbors;
}

/* The destination, with the interface by which it must be reached as its scope; UINT32_MAX: by none. An own address is reached
   whatever the wish says: such packets never leave the host (1.5). */
static struct kernel_address aimed(struct host *host, uint8_t family, const struct prefix_key *destination, const struct ip_wish *wish)
{
    struct kernel_address to = key_address(family, destination);
    uint32_t interface_index = wish->interface_index;
    if (!interface_index && wish->has_source)
        interface_index = interface_of_source(host, family, &wish->source);
    if (interface_of_source(host, family, destination) != UINT32_MAX)
        interface_index = 0;
    to.scope_id = interface_index;
    return to;
}

static struct path_found path_look(struct host *host, uint8_t family, const struct prefix_key *destination, const struct ip_wish *wish)
{
    struct kernel_address to = aimed(host, family, destination, wish);
    if (to.scope_id == UINT32_MAX)
        return (struct path_found){ .status = KERNEL_ADDRESS_NOT_LOCAL };
    return path_find_via(host, &to, wish->via);
}

bool ip_path_other(struct host *host, uint8_t family, const struct prefix_key *destination, const struct ip_wish *wish, struct path_via *next)
{
    struct kernel_address to = aimed(host, family, destination, wish);
    return to.scope_id != UINT32_MAX && path_next_gateway(host, &to, wish->via, next);
}

void ip_path_find(struct host *host, uint8_t family, const struct prefix_key *destination, const struct ip_wish *wish, struct ip_path *path)
{
    static const struct ip_wish nothing = { .has_source = false };
    if (!wish)
        wish = &nothing;
    memset(path, 0, sizeof *path);
    path->generation = host->generation;
    if (host->stack_down) {
        path->status = KERNEL_STACK_DOWN;
        path->generation = 0;
        return;
    }
    struct path_found found = path_look(host, family, destination, wish);
    path->status = found.status;
    if (found.status != KERNEL_OK)
        return;
    path_leaves(host, family, destination, &found, path);
    path->source = wish->has_source ? wish->source : prefix_key_of(&found.source->address);
}
