/* UDP (RFC 768; host-stack 5): sending, and who gets what arrives. */
#include <string.h>

#include "net/endpoint/datagrams.h"
#include "net/qos/flow.h"

/* ---- sending ---- */

static bool is_same(const struct kernel_socket *a, const struct kernel_socket *b)
{
    return a->port == b->port && a->address.family == b->address.family && a->address.scope_id == b->address.scope_id
        && memcmp(a->address.bytes, b->address.bytes, sizeof a->address.bytes) == 0;
}

/* What a destination means is remembered for the next message, and so is the way. */
static enum kernel_status other_find(struct endpoint *endpoint, const struct kernel_socket *to)
{
    struct datagrams *datagrams = datagrams_of(endpoint);
    if (endpoint->connected && !endpoint->host->parameters.udp_sendto_connected)
        return KERNEL_IS_CONNECTED;
    if (is_same(&datagrams->named, to) && to->port)
        return KERNEL_OK;
    datagrams->named.port = 0;
    enum kernel_status status = target_of(endpoint, to, &datagrams->other);
    if (status != KERNEL_OK)
        return status;
    datagrams->named = *to;
    datagrams->way.generation = 0;
    return KERNEL_OK;
}

struct going { const struct target *target; struct ip_path *path; };

/* Where it goes, with all that may stand in the way. */
static enum kernel_status send_prepare(struct endpoint *endpoint, const struct kernel_socket *to, size_t size, struct going *going)
{
    enum kernel_status status = KERNEL_OK;
    if (endpoint->shut_sending)
        return KERNEL_SHUT_DOWN;
    if (to && to->address.family) {
        status = other_find(endpoint, to);
        if (status != KERNEL_OK)
            return status;
        *going = (struct going){ .target = &endpoint->datagrams->other, .path = &endpoint->datagrams->way };
    } else if (endpoint->connected) {
        *going = (struct going){ .target = &endpoint->datagrams->peer, .path = &endpoint->path };
    } else {
        return KERNEL_NOT_CONNECTED;
    }
    if (size > (endpoint->transport == KERNEL_RAW ? RAW_MOST : going->target->family == KERNEL_IPV4 ? UDP_MOST_V4 : UDP_MOST_V6))
        return KERNEL_TOO_LONG;
    if (!endpoint->bound)
        status = port_bind_dynamic(endpoint);
    return status == KERNEL_OK ? target_path(endpoint, going->target, going->path) : status;
}

/* `payload` is the packet's from here on. */
static enum kernel_status send_packet(struct endpoint *endpoint, const struct going *going, struct piece payload)
{
    const struct target *target = going->target;
    const struct ip_path *path = going->path;
    struct host *host = endpoint->host;
    struct packet *packet = packet_new_datagram(host->net);
    const uint32_t *option = endpoint->option;
    packet->destination = target->to;
    packet->source = path->source;
    packet->family = target->family;
    packet->protocol = IP_PROTOCOL_UDP;
    packet->hop_limit = (uint8_t)option[path->multicast ? KERNEL_MULTICAST_HOP_LIMIT : KERNEL_HOP_LIMIT];
    packet->traffic_class = (uint8_t)option[KERNEL_TRAFFIC_CLASS];
    packet->source_port = endpoint->tuple.local_port;
    packet->destination_port = target->port;
    packet->size = ip_header_bytes(target->family) + UDP_HEADER_BYTES + payload.size;
    packet->payload = payload;
    if (option[KERNEL_DONT_FRAGMENT])
        packet->flags |= PACKET_DONT_FRAGMENT;
    if (option[KERNEL_NO_CHECKSUM] && target->family == KERNEL_IPV4)
        packet->flags |= PACKET_NO_CHECKSUM;
    if (endpoint->flow && !flow_send(endpoint->flow, packet))
        return KERNEL_OK; /* it goes later, or is lost on the way like any other */
    return ip_send(host, packet, path);
}

enum kernel_status udp_send_piece(struct endpoint *endpoint, const struct piece *piece, const struct kernel_socket *to)
{
    struct going going;
    enum kernel_status status = send_prepare(endpoint, to, piece->size, &going);
    if (status != KERNEL_OK)
        return status;
    if (piece->chunk)
        chunk_use(piece->chunk);
    return send_packet(endpoint, &going, *piece);
}

enum kernel_status datagram_send(struct endpoint *endpoint, struct kernel_transfer *transfer)
{
    struct going going;
    size_t size = transfer_room(transfer);
    if (transfer->flags & KERNEL_OUT_OF_BAND)
        return KERNEL_NOT_SUPPORTED;
    enum kernel_status status = send_prepare(endpoint, &transfer->peer, size, &going);
    if (status != KERNEL_OK)
        return status;
    if (endpoint->transport == KERNEL_RAW) {
        status = raw_send(endpoint, transfer, going.target, going.path);
    } else {
        struct piece payload = { .size = (uint32_t)size };
        if (size) {
            payload.chunk = chunk_new(endpoint->host->net, size);
            payload.chunk->used = (uint32_t)transfer_gather(transfer, 0, payload.chunk->bytes, size);
        }
        status = send_packet(endpoint, &going, payload);
    }
    if (status == KERNEL_OK)
        transfer->count = size;
    return status;
}

/* ---- arriving ---- */

/* The nearest; of equals the latest bind, which comes first in the list. */
static struct endpoint *nearest(struct endpoint *first, const struct iface *iface, const struct packet *packet)
{
    struct endpoint *endpoint, *best = NULL;
    unsigned most = 0;
    for (endpoint = first; endpoint; endpoint = endpoint->port_next) {
        unsigned fit = datagram_fit(endpoint, iface, packet);
        if (fit > most) {
            most = fit;
            best = endpoint;
        }
    }
    return best;
}

static void nobody(struct host *host, struct iface *iface, struct packet *packet)
{
    icmp_tell(host, iface, packet, ICMP_NO_PORT, 0);
    row_packet_dropped(host, iface, packet, DROP_NO_PORT);
    packet_free(host->net, packet);
}

/* Broadcasts and groups go to all that want them, in the order of binding; the last takes the packet itself. */
static void arrive_for_all(struct host *host, struct iface *iface, struct packet *packet, struct endpoint *first)
{
    struct endpoint *endpoint = first ? first->port_prev : NULL, *chosen = NULL;
    while (endpoint) {
        struct endpoint *next = endpoint == first ? NULL : endpoint->port_prev;
        if (datagram_hears(endpoint, iface, packet)) {
            if (chosen)
                datagram_enter(chosen, iface, packet_copy(host->net, packet));
            chosen = endpoint;
        }
        endpoint = next;
    }
    if (chosen)
        datagram_enter(chosen, iface, packet);
    else
        nobody(host, iface, packet);
}

void udp_arrive(struct host *host, struct iface *iface, struct packet *packet)
{
    struct endpoint *first = port_first(host, IP_PROTOCOL_UDP, packet->destination_port);
    if (packet->flags & PACKET_LINK_BROADCAST) {
        arrive_for_all(host, iface, packet, first);
        return;
    }
    struct endpoint *endpoint = nearest(first, iface, packet);
    if (endpoint)
        datagram_enter(endpoint, iface, packet);
    else
        nobody(host, iface, packet);
}

/* ---- errors about what was sent ---- */

/* By the local port, and the peer where there is one (host-stack 5): an error belongs to the latest bind that fits. */
static struct endpoint *sender_of(const struct host *host, uint8_t family, const struct icmp_header *icmp)
{
    struct endpoint *endpoint;
    for (endpoint = port_first(host, IP_PROTOCOL_UDP, icmp->about.source_port); endpoint; endpoint = endpoint->port_next) {
        const struct tuple *tuple = &endpoint->tuple;
        bool any = key_is_unspecified(&tuple->local);
        if (tuple->family != family && !(any && tuple->family == KERNEL_IPV6 && !endpoint->option[KERNEL_IPV6_ONLY]))
            continue;
        if (!any && !key_equal(&tuple->local, &icmp->about.source))
            continue;
        if (!endpoint->connected || (tuple->remote_port == icmp->about.destination_port && key_equal(&tuple->remote, &icmp->about.destination)))
            return endpoint;
    }
    return NULL;
}

void udp_problem(struct host *host, uint8_t family, const struct icmp_header *icmp, enum icmp_problem problem)
{
    if (problem != ICMP_NO_PORT && problem != ICMP_HOPS_EXCEEDED)
        return;
    struct endpoint *endpoint = sender_of(host, family, icmp);
    if (!endpoint)
        return;
    if (problem == ICMP_NO_PORT && endpoint->option[KERNEL_TELL_PORT_UNREACHABLE])
        datagram_fails(endpoint, KERNEL_RESET);
    else if (problem == ICMP_HOPS_EXCEEDED && endpoint->option[KERNEL_TELL_HOPS_EXCEEDED])
        datagram_fails(endpoint, KERNEL_NET_RESET);
}
