/* Resolution messages on their way: whom they go to, what asks, who hears them. */
#include <string.h>

#include "net/endpoint/endpoint.h"
#include "net/ip/neighbor_private.h"
#include "net/link/segment.h"

struct ifaddr *neighbor_own(const struct iface *iface, unsigned slot, const struct prefix_key *address)
{
    struct ifaddr *ifaddr = ifaddr_of_key(iface, slot, address);
    return ifaddr && ifaddr_usable(ifaddr) ? ifaddr : NULL;
}

/* Whose frame it is. Nearly always who has the address has the link-layer address too. */
struct iface *neighbor_member(const struct iface *iface, uint8_t family, const struct prefix_key *address, const uint8_t mac[6])
{
    struct segment *segment = iface->link ? iface->link->segment : NULL;
    if (!segment)
        return NULL;
    struct iface *member = segment_neighbor(segment, family, address);
    if (member && memcmp(member->mac, mac, sizeof member->mac) == 0)
        return member;
    for (member = segment_next(segment, NULL); member; member = segment_next(segment, member)) {
        if (member != iface && memcmp(member->mac, mac, sizeof member->mac) == 0)
            return member;
    }
    return NULL;
}

void neighbor_transmit(struct iface *iface, struct packet *packet, const struct prefix_key *address, const uint8_t *mac)
{
    struct host *host = iface->host;
    uint8_t family = packet->family == PACKET_ARP ? KERNEL_IPV4 : packet->family;
    if (!iface->link) {
        row_packet_dropped(host, iface, packet, DROP_NO_LINK);
        packet_free(host->net, packet);
        return;
    }
    if (mac)
        packet->next_hop = neighbor_member(iface, family, address, mac);
    else
        packet->flags |= PACKET_LINK_BROADCAST;
    if (host->captures && packet->family != PACKET_ARP)
        capture_packet(iface, packet, true);
    link_send(iface->link, packet);
}

/* RFC 4861 7.2.2: the source of the packet that is waiting if it is ours here, else the one we would choose. */
static struct prefix_key asker_of(const struct neighbor *neighbor)
{
    const struct iface *iface = neighbor->iface;
    unsigned slot = neighbor->key.slot;
    if (neighbor_own(iface, slot, &neighbor->asker))
        return neighbor->asker;
    struct kernel_address to = key_address((uint8_t)slot_family(slot), &neighbor->key.address);
    const struct ifaddr *ifaddr = source_select(iface, &to, &to);
    return ifaddr ? ifaddr->key.address : (struct prefix_key){ { 0 } };
}

void neighbor_solicit(struct neighbor *neighbor, bool everybody)
{
    struct prefix_key from = asker_of(neighbor);
    const uint8_t *mac = everybody ? NULL : neighbor->mac;
    if (key_is_unspecified(&from))
        return; /* nothing here to ask with; to ask all the same would be to probe */
    if (neighbor->key.slot)
        nd_solicit(neighbor->iface, &from, &neighbor->key.address, mac);
    else
        arp_send(neighbor->iface, ARP_REQUEST, &from, &neighbor->key.address, mac);
}

void neighbor_arrive(struct iface *iface, struct packet *packet)
{
    if (packet->family == PACKET_ARP)
        arp_arrive(iface, packet);
    else
        nd_arrive(iface, packet);
    packet_free(iface->host->net, packet);
}
