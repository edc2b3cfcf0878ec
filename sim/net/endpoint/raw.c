/* Raw sockets and SIO_RCVALL (host-stack 6): packets as bytes, made and read by sim/net/wire. */
#include <string.h>

#include "net/endpoint/datagrams.h"
#include "net/endpoint/port.h"
#include "net/tcp/tcp.h"
#include "net/wire/wire.h"

#define PROTOCOL_IPV6 41 /* what IPPROTO_IPV6 is, the protocol of a capturing IPv6 socket */

enum capture_mode { CAPTURE_OFF, CAPTURE_ALL, CAPTURE_SOCKET_LEVEL, CAPTURE_IP_LEVEL, CAPTURE_MULTICAST, CAPTURE_IGMP };

/* ---- sending ---- */

/* Client Windows: no TCP over raw sockets, UDP only from an address of one's own. */
static enum kernel_status restricted(const struct host *host, const struct packet *packet, bool *dropped)
{
    *dropped = false;
    if (!host->parameters.raw_restrictions)
        return KERNEL_OK;
    if (packet->protocol == IP_PROTOCOL_TCP)
        return KERNEL_DENIED;
    if (packet->protocol == IP_PROTOCOL_UDP)
        *dropped = !port_address_is_own(host, packet->family, &packet->source);
    return KERNEL_OK;
}

/* Header and all as the sender wrote them; where it goes is said in the header too. */
static const char *read_included(struct endpoint *endpoint, const struct chunk *chunk, struct packet *packet, struct wire_payload *payload)
{
    const char *why = wire_decode(chunk->bytes, chunk->used, WIRE_FROM_RAW_SOCKET, packet, payload);
    if (!why && packet->family != endpoint->tuple.family)
        why = "another family";
    if (!why && packet->flags & PACKET_IS_FRAGMENT)
        why = "a fragment: fragments are the stack's own here"; /* each refers to the whole datagram (fragment.h) */
    return why;
}

static const char *read_data(const struct endpoint *endpoint, const struct chunk *chunk, const struct target *target, const struct ip_path *path, struct packet *packet, struct wire_payload *payload)
{
    packet->family = target->family;
    packet->protocol = endpoint->protocol;
    packet->source = path->source;
    packet->destination = target->to;
    packet->hop_limit = (uint8_t)endpoint->option[path->multicast ? KERNEL_MULTICAST_HOP_LIMIT : KERNEL_HOP_LIMIT];
    packet->traffic_class = (uint8_t)endpoint->option[KERNEL_TRAFFIC_CLASS];
    const char *why = wire_decode_transport(chunk->bytes, chunk->used, WIRE_FROM_RAW_SOCKET, packet, payload);
    packet->size = ip_header_bytes(target->family) + chunk->used;
    if (endpoint->option[KERNEL_DONT_FRAGMENT])
        packet->flags |= PACKET_DONT_FRAGMENT;
    if (packet->protocol == IP_PROTOCOL_ICMPV6)
        packet->flags &= (uint16_t)~PACKET_DAMAGED; /* RFC 3542 3.1: the stack makes this checksum */
    return why;
}

enum kernel_status raw_send(struct endpoint *endpoint, const struct kernel_transfer *transfer, const struct target *target, const struct ip_path *path)
{
    struct host *host = endpoint->host;
    size_t size = transfer_room(transfer);
    struct chunk *chunk = chunk_new(host->net, size);
    struct packet *packet = packet_new(host->net);
    struct wire_payload payload = { .size = 0 };
    bool included = endpoint->option[KERNEL_HEADER_INCLUDED], dropped;
    chunk->used = (uint32_t)transfer_gather(transfer, 0, chunk->bytes, size);
    const char *why = included ? read_included(endpoint, chunk, packet, &payload) : read_data(endpoint, chunk, target, path, packet, &payload);
    packet->payload = (struct piece){ .chunk = chunk, .offset = (uint32_t)payload.at, .size = (uint32_t)payload.size };
    enum kernel_status status = why ? KERNEL_BAD_ARGUMENT : restricted(host, packet, &dropped);
    if (status != KERNEL_OK || dropped) {
        if (status == KERNEL_OK)
            row_packet_dropped(host, path->iface, packet, DROP_SOURCE);
        packet_free(host->net, packet);
        return status;
    }
    return ip_send(host, packet, path);
}

/* ---- receiving ---- */

/* The packet's bytes from `skip` on as a message of its own. */
static struct packet *as_message(struct net *net, const struct packet *packet, struct chunk *chunk, uint32_t skip)
{
    struct packet *message = packet_copy(net, packet);
    if (message->payload.chunk)
        chunk_release(net, message->payload.chunk);
    message->payload = (struct piece){ .chunk = chunk_use(chunk), .offset = skip, .size = chunk->used - skip };
    return message;
}

static struct chunk *as_bytes(struct net *net, const struct packet *packet)
{
    size_t size = wire_size(packet);
    struct chunk *chunk = chunk_new(net, size);
    chunk->used = (uint32_t)wire_encode(packet, chunk->bytes, size);
    return chunk;
}

/* Two modes are for groups only: any packet to one, or IGMP's. */
static bool capture_selects(const struct endpoint *endpoint, const struct packet *packet)
{
    uint32_t mode = endpoint->option[KERNEL_CAPTURE];
    if (mode == CAPTURE_IGMP && packet->protocol != IP_PROTOCOL_IGMP)
        return false;
    return (mode != CAPTURE_MULTICAST && mode != CAPTURE_IGMP) || key_is_multicast(packet->family, &packet->destination);
}

/* What a socket captures it does not receive once more. */
static bool is_captured(const struct endpoint *endpoint, const struct iface *iface, const struct packet *packet)
{
    return endpoint->datagrams && endpoint->datagrams->capture == iface->index && capture_selects(endpoint, packet);
}

static bool raw_wants(const struct endpoint *endpoint, const struct iface *iface, const struct packet *packet)
{
    if (endpoint->protocol != packet->protocol || endpoint->protocol == 0 || is_captured(endpoint, iface, packet))
        return false;
    return packet->flags & PACKET_LINK_BROADCAST ? datagram_hears(endpoint, iface, packet) : datagram_fit(endpoint, iface, packet) > 0;
}

/* IPv4 data starts with the IP header, IPv6 data behind the last one. All share one chunk of bytes. */
bool raw_arrive(struct host *host, struct iface *iface, const struct packet *packet)
{
    struct endpoint *endpoint = host->ports && host->ports->raw ? host->ports->raw->port_prev : NULL;
    struct chunk *chunk = NULL;
    while (endpoint) { /* in the order of binding */
        struct endpoint *next = endpoint == host->ports->raw ? NULL : endpoint->port_prev;
        if (raw_wants(endpoint, iface, packet)) {
            if (!chunk)
                chunk = as_bytes(host->net, packet);
            uint32_t skip = packet->family == KERNEL_IPV6 ? wire_ip_bytes(packet) : 0;
            datagram_enter(endpoint, iface, as_message(host->net, packet, chunk, skip));
        }
        endpoint = next;
    }
    bool heard = chunk != NULL;
    chunk_release(host->net, chunk);
    return heard;
}

/* ---- SIO_RCVALL, SIO_RCVALL_MCAST, SIO_RCVALL_IGMPMCAST ---- */

/* Of which protocol a socket must be. */
static uint8_t capture_protocol(const struct endpoint *endpoint, uint32_t mode)
{
    if (mode == CAPTURE_MULTICAST)
        return IP_PROTOCOL_UDP;
    if (mode == CAPTURE_IGMP)
        return IP_PROTOCOL_IGMP;
    return endpoint->family == KERNEL_IPV4 ? 0 : PROTOCOL_IPV6;
}

enum kernel_status capture_set(struct endpoint *endpoint, uint32_t mode)
{
    struct host *host = endpoint->host;
    struct datagrams *datagrams = endpoint->datagrams;
    uint8_t protocol = capture_protocol(endpoint, mode);
    bool before = datagrams && datagrams->capture;
    uint32_t interface_index = 0;
    if (mode != CAPTURE_OFF) {
        if (endpoint->transport != KERNEL_RAW || endpoint->protocol != protocol || !endpoint->bound || key_is_unspecified(&endpoint->tuple.local))
            return KERNEL_BAD_ARGUMENT;
        const struct iface *iface = port_address_iface(host, endpoint->tuple.family, &endpoint->tuple.local, endpoint->scope);
        if (!iface)
            return KERNEL_BAD_ARGUMENT; /* the interface is gone */
        interface_index = mode == CAPTURE_SOCKET_LEVEL ? 0 : iface->index; /* accepted, without effect */
        datagrams = datagrams_of(endpoint);
    }
    if (datagrams)
        datagrams->capture = interface_index;
    host->captures += (uint32_t)(interface_index != 0) - (uint32_t)before;
    host->net->captures += (uint32_t)(interface_index != 0) - (uint32_t)before;
    return KERNEL_OK;
}

/* A frame for another member of a shared segment: only who captures everything sees it. */
static bool is_foreign(const struct iface *iface, const struct packet *packet, bool outgoing)
{
    bool shared = iface->link && iface->link->segment;
    return !outgoing && shared && packet->next_hop && packet->next_hop != iface;
}

static bool capture_wants(const struct endpoint *endpoint, const struct iface *iface, const struct packet *packet, bool foreign)
{
    const struct datagrams *datagrams = endpoint->datagrams;
    if (!datagrams || datagrams->capture != iface->index || endpoint->tuple.family != packet->family || !capture_selects(endpoint, packet))
        return false;
    return !foreign || endpoint->option[KERNEL_CAPTURE] == CAPTURE_ALL;
}

/* The fast path of loopback is none of IP's. */
static bool is_unseen(const struct host *host, const struct packet *packet)
{
    if (packet->protocol != IP_PROTOCOL_TCP || packet->family == PACKET_ARP)
        return false;
    const struct tuple tuple = { .family = packet->family, .protocol = IP_PROTOCOL_TCP, .local = packet->destination, .remote = packet->source,
                                 .local_port = packet->destination_port, .remote_port = packet->source_port };
    const struct endpoint *endpoint = tuple_find(host, &tuple);
    return endpoint && tcp_is_fast(endpoint);
}

void capture_packet(struct iface *iface, const struct packet *packet, bool outgoing)
{
    struct host *host = iface->host;
    struct endpoint *endpoint = host->ports && host->ports->raw ? host->ports->raw->port_prev : NULL;
    bool foreign = is_foreign(iface, packet, outgoing);
    struct chunk *chunk = NULL;
    if (packet->family == PACKET_ARP || (outgoing && !host->parameters.rcvall_outgoing) || is_unseen(host, packet))
        return;
    while (endpoint) {
        struct endpoint *next = endpoint == host->ports->raw ? NULL : endpoint->port_prev;
        if (capture_wants(endpoint, iface, packet, foreign)) {
            if (!chunk)
                chunk = as_bytes(host->net, packet);
            datagram_enter(endpoint, iface, as_message(host->net, packet, chunk, 0));
        }
        endpoint = next;
    }
    chunk_release(host->net, chunk);
}
