/* Which endpoint a packet is for. */
#include <string.h>

#include "net/endpoint/endpoint.h"
#include "net/tcp/tcp.h"

/* ---- connected tuples ---- */

bool tuple_enter(struct endpoint *endpoint)
{
    struct host *host = endpoint->host;
    if (tuple_find(host, &endpoint->tuple))
        return false;
    HASH_ADD(by_tuple, host->connections, tuple, sizeof endpoint->tuple, endpoint);
    return true;
}

void tuple_leave(struct endpoint *endpoint)
{
    struct host *host = endpoint->host;
    if (host->recent == endpoint)
        host->recent = NULL;
    HASH_DELETE(by_tuple, host->connections, endpoint);
}

struct endpoint *tuple_find(const struct host *host, const struct tuple *tuple)
{
    struct endpoint *endpoint;
    HASH_FIND(by_tuple, host->connections, tuple, sizeof *tuple, endpoint);
    return endpoint;
}

/* ---- streams ---- */

static struct endpoint *connection_of(struct host *host, const struct packet *packet)
{
    struct endpoint *recent = host->recent;
    if (recent && recent->tuple.remote_port == packet->source_port && recent->tuple.local_port == packet->destination_port
        && recent->tuple.family == packet->family && recent->protocol == packet->protocol
        && key_equal(&recent->tuple.remote, &packet->source) && key_equal(&recent->tuple.local, &packet->destination))
        return recent;
    struct tuple tuple;
    memset(&tuple, 0, sizeof tuple);
    tuple.local = packet->destination;
    tuple.remote = packet->source;
    tuple.local_port = packet->destination_port;
    tuple.remote_port = packet->source_port;
    tuple.family = packet->family;
    tuple.protocol = packet->protocol;
    struct endpoint *endpoint = tuple_find(host, &tuple);
    if (endpoint)
        host->recent = endpoint;
    return endpoint;
}

/* A dual-stack socket hears the other family too; a listener on the address itself is nearer than one on all. */
static struct endpoint *listener_of(const struct host *host, const struct packet *packet)
{
    struct endpoint *endpoint, *any = NULL;
    for (endpoint = port_first(host, packet->protocol, packet->destination_port); endpoint; endpoint = endpoint->port_next) {
        if (!endpoint->listening)
            continue;
        bool wild = key_is_unspecified(&endpoint->tuple.local);
        bool family_fits = endpoint->family == packet->family || (endpoint->family == KERNEL_IPV6 && wild && !endpoint->option[KERNEL_IPV6_ONLY]);
        if (!family_fits)
            continue;
        if (!wild && endpoint->tuple.family == packet->family && key_equal(&endpoint->tuple.local, &packet->destination))
            return endpoint;
        if (wild && !any)
            any = endpoint;
    }
    return any;
}

static void tcp_demux(struct host *host, struct iface *iface, struct packet *packet)
{
    struct endpoint *endpoint;
    if (packet->flags & PACKET_LINK_BROADCAST) { /* RFC 9293 3.9.2.3 */
        row_packet_dropped(host, iface, packet, DROP_NOT_OURS);
        packet_free(host->net, packet);
    } else if ((endpoint = connection_of(host, packet))) {
        tcp_arrive(endpoint, packet);
    } else if ((endpoint = listener_of(host, packet))) {
        tcp_arrive_listening(endpoint, iface, packet);
    } else {
        tcp_arrive_closed(host, packet);
    }
}

/* ---- all ---- */

static void unknown_protocol(struct host *host, struct iface *iface, struct packet *packet, bool heard)
{
    if (!heard) {
        icmp_tell(host, iface, packet, ICMP_NO_PROTOCOL, 0);
        row_packet_dropped(host, iface, packet, DROP_NO_PORT);
    }
    packet_free(host->net, packet);
}

void transport_arrive(struct host *host, struct iface *iface, struct packet *packet)
{
    bool heard = host->raws && raw_arrive(host, iface, packet);
    switch (packet->protocol) {
    case IP_PROTOCOL_TCP: tcp_demux(host, iface, packet); break;
    case IP_PROTOCOL_UDP: udp_arrive(host, iface, packet); break;
    case IP_PROTOCOL_ICMP: case IP_PROTOCOL_ICMPV6: icmp_arrive(host, iface, packet); break;
    case IP_PROTOCOL_IGMP: igmp_arrive(host, iface, packet); break;
    default: unknown_protocol(host, iface, packet, heard); break;
    }
}

void transport_problem(struct host *host, uint8_t family, const struct icmp_header *icmp, enum icmp_problem problem)
{
    if (icmp->about.protocol == IP_PROTOCOL_UDP) {
        udp_problem(host, family, icmp, problem);
        return;
    }
    if (icmp->about.protocol != IP_PROTOCOL_TCP)
        return;
    struct tuple tuple;
    memset(&tuple, 0, sizeof tuple);
    tuple.local = icmp->about.source;
    tuple.remote = icmp->about.destination;
    tuple.local_port = icmp->about.source_port;
    tuple.remote_port = icmp->about.destination_port;
    tuple.family = family;
    tuple.protocol = IP_PROTOCOL_TCP;
    struct endpoint *endpoint = tuple_find(host, &tuple);
    if (endpoint)
        tcp_problem(endpoint, icmp, problem);
}
