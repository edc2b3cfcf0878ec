/* IP inward: for us, for others, or for nobody. */
#include "net/endpoint/endpoint.h"
#include "net/ip/fragment.h"
#include "net/ip/ip_memo.h"
#include "net/ip/neighbor.h"
#include "net/rss/rss.h"
#include "net/ip/redirect.h"

static void drop(struct iface *iface, struct packet *packet, enum drop_reason reason)
{
    row_packet_dropped(iface->host, iface, packet, reason);
    packet_free(iface->host->net, packet);
}

static void deliver(struct iface *iface, struct packet *packet)
{
    if (packet->flags & PACKET_IS_FRAGMENT) {
        packet = reassemble(iface, packet);
        if (!packet)
            return;
    }
    transport_arrive(iface->host, iface, packet);
}

/* RFC 1812 5.2, RFC 8200 3: one hop less; what does not fit is cut up (IPv4) or its sender told. */
static void forward(struct iface *iface, struct packet *packet, const struct ip_memo *memo)
{
    struct host *host = iface->host;
    if (packet->flags & PACKET_LINK_BROADCAST) {
        drop(iface, packet, DROP_NOT_OURS);
        return;
    }
    if (packet->hop_limit <= 1) {
        icmp_tell(host, iface, packet, ICMP_HOPS_EXCEEDED, 0);
        drop(iface, packet, DROP_HOP_LIMIT);
        return;
    }
    packet->hop_limit--;
    if (memo->out == iface)
        redirect_tell(iface, packet, &memo->next_hop);
    if (packet->size > memo->mtu_bytes) {
        if (packet->family == KERNEL_IPV6 || (packet->flags & PACKET_DONT_FRAGMENT)) {
            icmp_tell(host, iface, packet, ICMP_TOO_BIG, memo->mtu_bytes);
            drop(iface, packet, DROP_TOO_BIG);
        } else {
            fragment_forward(memo->out, packet, &memo->next_hop, memo->mtu_bytes);
        }
        return;
    }
    if (!memo->link || memo->link->segment || host->captures || host->parameters.neighbors)
        ip_transmit(memo->out, packet, &memo->next_hop);
    else
        link_send(memo->link, packet);
}

/* Groups of the link never leave it (RFC 5771 4, RFC 4291 2.7). */
static bool beyond_link(const struct packet *packet)
{
    struct kernel_address group = key_address(packet->family, &packet->destination);
    if (!key_is_multicast(packet->family, &packet->destination))
        return false;
    return packet->family == KERNEL_IPV4 ? group.bytes[0] != 224 || group.bytes[1] || group.bytes[2] : (group.bytes[1] & 15) > 2;
}

static uint32_t way_out_bytes(const struct iface *out)
{
    const struct link *link = out->link;
    return link && link->mtu_bytes && link->mtu_bytes < out->mtu_bytes ? link->mtu_bytes : out->mtu_bytes;
}

/* What is for a group goes on into every other network, if it has come by the way to its sender: so it never goes in circles
   (RFC 1812 5.2.1.3). Routers do not ask who has joined. */
static void forward_group(struct iface *iface, const struct packet *packet)
{
    struct host *host = iface->host;
    struct kernel_address source = key_address(packet->family, &packet->source);
    if (packet->hop_limit <= 1 || !beyond_link(packet) || path_find(host, &source).iface != iface)
        return;
    for (struct iface *out = iface_next(host, NULL); out; out = iface_next(host, out)) {
        uint32_t most = way_out_bytes(out);
        bool fits = packet->size <= most;
        if (out == iface || out->type == IFACE_LOOPBACK || !out->connected || (!fits && (packet->family == KERNEL_IPV6 || (packet->flags & PACKET_DONT_FRAGMENT))))
            continue;
        struct packet *copy = packet_copy(host->net, packet);
        copy->hop_limit--;
        if (fits)
            ip_transmit(out, copy, &copy->destination);
        else
            fragment_forward(out, copy, &copy->destination, most);
    }
}

void ip_work(struct iface *iface, struct packet *packet)
{
    struct host *host = iface->host;
    if (*host->net->traces_packets)
        row_packet_arrived(iface, packet);
    if (host->stack_down || !iface->connected) {
        drop(iface, packet, host->stack_down ? DROP_STACK_DOWN : DROP_CUT);
        return;
    }
    if (host->captures)
        capture_packet(iface, packet, false);
    if (packet->flags & (PACKET_DAMAGED | PACKET_LOOPED)) {
        if (packet->flags & PACKET_DAMAGED) { /* a checksum finds it */
            drop(iface, packet, DROP_DAMAGED);
            return;
        }
        if (!packet->next_hop) {
            drop(iface, packet, DROP_NO_LINK);
            return;
        }
        iface = packet->next_hop; /* a copy for ourselves counts as received where it was sent */
    }
    if (packet->family == PACKET_ARP) {
        neighbor_arrive(iface, packet);
        return;
    }
    const struct ip_memo *memo = ip_memo(host, iface, packet);
    if (memo->verdict == VERDICT_GROUP && host->parameters.forwarding && !(packet->flags & PACKET_LOOPED))
        forward_group(iface, packet);
    switch ((enum ip_verdict)memo->verdict) {
    case VERDICT_LOCAL: case VERDICT_GROUP: deliver(iface, packet); break;
    case VERDICT_FORWARD: forward(iface, packet, memo); break;
    case VERDICT_NOT_OURS: drop(iface, packet, host->parameters.forwarding ? DROP_NOT_OURS : DROP_NOT_FORWARDING); break;
    case VERDICT_NO_ROUTE:
        icmp_tell(host, iface, packet, ICMP_NO_NET, 0);
        drop(iface, packet, DROP_NO_ROUTE);
        break;
    }
}

void ip_arrive(struct iface *iface, struct packet *packet)
{
    if (!iface->host->parameters.cpu_rx_ns_per_packet || !rss_receive(iface, packet))
        ip_work(iface, packet);
}
