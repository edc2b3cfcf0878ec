/* IP outward. */
#include "net/ip/fragment.h"
#include "net/ip/ip.h"
#include "net/ip/neighbor.h"
#include "net/endpoint/endpoint.h"
#include "net/link/segment.h"
#include "net/net_private.h"

static enum kernel_status refuse(struct host *host, struct packet *packet, enum drop_reason reason, enum kernel_status status)
{
    row_packet_dropped(host, NULL, packet, reason);
    packet_free(host->net, packet);
    return status;
}

/* The host's own members of a group, and its own wildcard sockets for a broadcast, hear it too (host-stack 5, 7). */
static void loop_copy(struct host *host, const struct packet *packet, const struct ip_path *path)
{
    struct packet *copy = packet_copy(host->net, packet);
    copy->flags |= PACKET_LOOPED;
    copy->next_hop = path->iface; /* where it counts as received */
    link_send(host->loopback, copy);
}

void ip_forget(const struct iface *iface)
{
    for (struct packet *packet = iface->host->loopback->head; packet; packet = packet->next)
        if (packet->flags & PACKET_LOOPED && packet->next_hop == iface)
            packet->next_hop = NULL;
}

void ip_transmit(struct iface *iface, struct packet *packet, const struct prefix_key *next_hop)
{
    struct link *link = iface->link;
    if (!link) {
        row_packet_dropped(iface->host, iface, packet, DROP_NO_LINK);
        packet_free(iface->host->net, packet);
        return;
    }
    bool for_one = !(packet->flags & PACKET_LINK_BROADCAST);
    if (for_one && iface->host->parameters.neighbors && neighbor_resolves(iface)) {
        if (!neighbor_send(iface, packet, next_hop))
            return;
    } else if (link->segment) {
        packet->next_hop = for_one ? segment_neighbor(link->segment, packet->family, next_hop) : NULL;
    }
    if (iface->host->captures)
        capture_packet(iface, packet, true);
    link_send(link, packet);
}

static enum kernel_status send_group(struct host *host, struct packet *packet, const struct ip_path *path)
{
    packet->flags |= PACKET_LINK_BROADCAST;
    loop_copy(host, packet, path);
    if (packet->hop_limit == 0 || path->local) {
        packet_free(host->net, packet); /* scope 0 stays in the host (host-stack 7) */
        return KERNEL_OK;
    }
    ip_transmit(path->iface, packet, &path->next_hop);
    return KERNEL_OK;
}

enum kernel_status ip_send(struct host *host, struct packet *packet, const struct ip_path *path)
{
    if (path->plain && packet->size <= path->mtu_bytes && !host->captures) {
        link_send(path->link, packet);
        return KERNEL_OK;
    }
    if (path->status != KERNEL_OK)
        return refuse(host, packet, path->status == KERNEL_STACK_DOWN ? DROP_STACK_DOWN : DROP_NO_ROUTE, path->status);
    if (packet->size > path->mtu_bytes) {
        if (packet->flags & PACKET_DONT_FRAGMENT)
            return refuse(host, packet, DROP_TOO_BIG, KERNEL_TOO_LONG);
        return fragment_send(host, packet, path);
    }
    if (path->broadcast || path->multicast)
        return send_group(host, packet, path);
    if (path->local)
        link_send(host->loopback, packet);
    else
        ip_transmit(path->iface, packet, &path->next_hop);
    return KERNEL_OK;
}
