/* What UDP and raw sockets share: destinations, receiving, the queue (host-stack 5). */
#include "net/endpoint/datagrams.h"
#include "net/qos/flow.h"

#include <stdlib.h>
#include <string.h>

#include "core/arena.h"

struct datagrams *datagrams_of(struct endpoint *endpoint)
{
    if (!endpoint->datagrams)
        endpoint->datagrams = memory_take(sizeof *endpoint->datagrams);
    return endpoint->datagrams;
}

void datagrams_free(struct endpoint *endpoint)
{
    struct datagrams *datagrams = endpoint->datagrams;
    if (!datagrams)
        return;
    capture_set(endpoint, 0);
    while (datagrams->head) {
        struct packet *packet = datagrams->head;
        datagrams->head = packet->next;
        packet_free(endpoint->host->net, packet);
    }
    free(datagrams);
    endpoint->datagrams = NULL;
}

/* ---- destinations ---- */

static bool key_is_link_local(uint8_t family, const struct prefix_key *key)
{
    return family == KERNEL_IPV6 && key->word[0] >> 22 == 0xfe80u >> 6;
}

static bool is_mapped(const struct prefix_key *key)
{
    return key->word[0] == 0 && key->word[1] == 0 && key->word[2] == 0xffff;
}

enum kernel_status target_of(const struct endpoint *endpoint, const struct kernel_socket *to, struct target *target)
{
    if (to->address.family != endpoint->family)
        return KERNEL_BAD_ARGUMENT;
    *target = (struct target){ .to = prefix_key_of(&to->address), .scope = to->address.scope_id, .port = to->port, .family = endpoint->family };
    if (target->family == KERNEL_IPV6 && is_mapped(&target->to)) {
        if (endpoint->option[KERNEL_IPV6_ONLY])
            return KERNEL_ADDRESS_NOT_LOCAL;
        *target = (struct target){ .to = { { target->to.word[3], 0, 0, 0 } }, .port = to->port, .family = KERNEL_IPV4 };
    }
    if (key_is_unspecified(&target->to) || (to->port == 0 && endpoint->transport == KERNEL_UDP))
        return KERNEL_ADDRESS_NOT_LOCAL;
    bool both = endpoint->tuple.family == KERNEL_IPV6 && key_is_unspecified(&endpoint->tuple.local);
    if (endpoint->tuple.family != target->family && !both)
        return KERNEL_NET_UNREACHABLE;
    return KERNEL_OK;
}

/* What is bound to a group or a broadcast address has no source of its own. */
static bool local_is_source(const struct endpoint *endpoint)
{
    const struct tuple *tuple = &endpoint->tuple;
    if (!endpoint->bound || key_is_unspecified(&tuple->local) || key_is_multicast(tuple->family, &tuple->local))
        return false;
    return tuple->family == KERNEL_IPV6 || tuple->local.word[0] != UINT32_MAX;
}

static void path_find_anew(struct endpoint *endpoint, const struct target *target, struct ip_path *path)
{
    struct ip_wish wish = { .source = endpoint->tuple.local, .has_source = local_is_source(endpoint), .interface_index = target->scope };
    if (!wish.interface_index)
        wish.interface_index = endpoint->option[key_is_multicast(target->family, &target->to) ? KERNEL_MULTICAST_INTERFACE : KERNEL_UNICAST_INTERFACE];
    if (!wish.interface_index && wish.has_source)
        wish.interface_index = endpoint->scope;
    ip_path_find(endpoint->host, target->family, &target->to, &wish, path);
}

enum kernel_status target_path(struct endpoint *endpoint, const struct target *target, struct ip_path *path)
{
    if (!ip_path_holds(endpoint->host, path)) {
        bool limited = target->family == KERNEL_IPV4 && target->to.word[0] == UINT32_MAX;
        if (limited && !endpoint->option[KERNEL_ALLOW_BROADCAST])
            return KERNEL_DENIED; /* whether there is a way or not */
        path_find_anew(endpoint, target, path);
    }
    if (path->status != KERNEL_OK)
        return path->status;
    return path->broadcast && !endpoint->option[KERNEL_ALLOW_BROADCAST] ? KERNEL_DENIED : KERNEL_OK;
}

void datagram_paths_forget(struct endpoint *endpoint)
{
    if (endpoint->transport == KERNEL_TCP)
        return;
    endpoint->path.generation = 0;
    if (endpoint->datagrams)
        endpoint->datagrams->named.port = 0;
}

/* ---- connecting: from now on only this peer (host-stack 5) ---- */

static void dissolve(struct endpoint *endpoint)
{
    if (!endpoint->connected)
        return;
    endpoint->connected = false;
    if (endpoint->flow)
        flow_disconnected(endpoint->flow);
    endpoint->tuple.remote = (struct prefix_key){ { 0 } };
    endpoint->tuple.remote_port = 0;
    if (endpoint->datagrams->was_any) {
        endpoint->tuple.local = (struct prefix_key){ { 0 } };
        endpoint->tuple.family = endpoint->datagrams->family_before;
        endpoint->scope = 0;
    }
    datagram_paths_forget(endpoint);
}

/* What waits from others than the new peer is gone (SPI reference 4.8). */
static void others_forget(struct endpoint *endpoint)
{
    struct datagrams *datagrams = endpoint->datagrams;
    struct packet **link = &datagrams->head;
    datagrams->tail = NULL;
    while (*link) {
        struct packet *packet = *link;
        bool peers = packet->family == endpoint->tuple.family && key_equal(&packet->source, &endpoint->tuple.remote);
        if (peers && (endpoint->transport != KERNEL_UDP || packet->source_port == endpoint->tuple.remote_port)) {
            datagrams->tail = packet;
            link = &packet->next;
            continue;
        }
        *link = packet->next;
        datagrams->bytes -= packet->payload.size;
        datagrams->count--;
        packet_free(endpoint->host->net, packet);
    }
}

enum kernel_status datagram_connect(struct endpoint *endpoint, const struct kernel_socket *peer)
{
    struct target target;
    struct ip_path path = { .generation = 0 };
    if (peer->address.family == 0 || (peer->address.family == endpoint->family && address_is_unspecified(&peer->address))) {
        dissolve(endpoint);
        return KERNEL_OK;
    }
    dissolve(endpoint); /* another peer is reached from another address perhaps */
    enum kernel_status status = target_of(endpoint, peer, &target);
    if (status == KERNEL_OK && !endpoint->bound)
        status = port_bind_dynamic(endpoint);
    if (status == KERNEL_OK)
        status = target_path(endpoint, &target, &path);
    if (status != KERNEL_OK)
        return status;
    struct datagrams *datagrams = datagrams_of(endpoint);
    datagrams->was_any = key_is_unspecified(&endpoint->tuple.local);
    datagrams->family_before = endpoint->tuple.family;
    datagrams->peer = target;
    endpoint->connected = true;
    endpoint->tuple.family = target.family;
    endpoint->tuple.remote = target.to;
    endpoint->tuple.remote_port = target.port;
    if (datagrams->was_any) {
        endpoint->tuple.local = path.source;
        endpoint->scope = key_is_link_local(target.family, &path.source) ? path.iface->index : 0;
    }
    others_forget(endpoint);
    datagram_paths_forget(endpoint); /* from this address now */
    if (endpoint->flow)
        flow_connected(endpoint->flow);
    return KERNEL_OK;
}

/* ---- who gets it ---- */

static bool family_fits(const struct endpoint *endpoint, const struct packet *packet)
{
    if (endpoint->tuple.family == packet->family)
        return true;
    return endpoint->tuple.family == KERNEL_IPV6 && packet->family == KERNEL_IPV4 && !endpoint->option[KERNEL_IPV6_ONLY]
        && endpoint->transport == KERNEL_UDP && key_is_unspecified(&endpoint->tuple.local);
}

static bool peer_fits(const struct endpoint *endpoint, const struct packet *packet)
{
    if (!endpoint->connected)
        return true;
    return (endpoint->tuple.remote_port == packet->source_port || endpoint->transport == KERNEL_RAW) && key_equal(&endpoint->tuple.remote, &packet->source);
}

unsigned datagram_fit(const struct endpoint *endpoint, const struct iface *iface, const struct packet *packet)
{
    if (!family_fits(endpoint, packet) || !peer_fits(endpoint, packet))
        return 0;
    if (key_is_unspecified(&endpoint->tuple.local))
        return 1u + endpoint->connected;
    if (!key_equal(&endpoint->tuple.local, &packet->destination))
        return 0;
    if (endpoint->scope && endpoint->scope != iface->index && iface->type != IFACE_LOOPBACK)
        return 0;
    return 3u + endpoint->connected;
}

static bool iface_has(const struct iface *iface, const struct endpoint *endpoint)
{
    struct ifaddr_key key = { .host = iface->host->number, .interface_index = iface->index, .slot = family_slot(endpoint->tuple.family),
                              .address = endpoint->tuple.local };
    struct ifaddr *ifaddr;
    HASH_FIND(hh, iface->host->net->ifaddrs, &key, sizeof key, ifaddr);
    return ifaddr && ifaddr_usable(ifaddr);
}

bool datagram_hears(const struct endpoint *endpoint, const struct iface *iface, const struct packet *packet)
{
    if (!family_fits(endpoint, packet) || !peer_fits(endpoint, packet))
        return false;
    if (key_is_multicast(packet->family, &packet->destination) ? !group_hears(endpoint, iface, packet) : !endpoint->option[KERNEL_RECEIVE_BROADCAST])
        return false;
    return key_is_unspecified(&endpoint->tuple.local) || key_equal(&endpoint->tuple.local, &packet->destination) || iface_has(iface, endpoint);
}

/* ---- receiving ---- */

static struct kernel_address seen_address(const struct endpoint *endpoint, const struct packet *packet, const struct prefix_key *key)
{
    struct kernel_address address = key_address(packet->family, key);
    if (packet->family == KERNEL_IPV4 && endpoint->family == KERNEL_IPV6) { /* RFC 4291 2.5.5.2 */
        memmove(address.bytes + 12, address.bytes, 4);
        memset(address.bytes, 0, 10);
        address.bytes[10] = address.bytes[11] = 0xff;
        address.family = KERNEL_IPV6;
    } else if (key_is_link_local(packet->family, key)) {
        address.scope_id = arrival_interface(packet);
    }
    return address;
}

/* Into the owner's memory; what does not fit is lost. */
static enum kernel_status hand_over(const struct endpoint *endpoint, const struct packet *packet, struct kernel_transfer *transfer)
{
    size_t size = packet->payload.size, moved = 0;
    if (size)
        moved = transfer_scatter(transfer, 0, piece_bytes(&packet->payload), size);
    transfer->flags = arrival_flags(packet) | (moved < size ? KERNEL_TRUNCATED : 0);
    transfer->peer = (struct kernel_socket){ .address = seen_address(endpoint, packet, &packet->source), .port = endpoint->transport == KERNEL_UDP ? packet->source_port : 0 };
    transfer->local = seen_address(endpoint, packet, &packet->destination);
    transfer->interface_index = arrival_interface(packet);
    transfer->hop_limit = packet->hop_limit;
    transfer->traffic_class = packet->traffic_class;
    transfer->count = moved;
    return moved < size ? KERNEL_TOO_LONG : KERNEL_OK;
}

struct packet *udp_take(struct endpoint *endpoint)
{
    struct datagrams *datagrams = endpoint->datagrams;
    struct packet *packet = datagrams ? datagrams->head : NULL;
    if (!packet)
        return NULL;
    datagrams->head = packet->next;
    if (!datagrams->head)
        datagrams->tail = NULL;
    datagrams->bytes -= packet->payload.size;
    datagrams->count--;
    packet->next = NULL;
    return packet;
}

enum kernel_status datagram_receive(struct endpoint *endpoint, struct kernel_transfer *transfer)
{
    if (!endpoint->bound)
        return KERNEL_BAD_ARGUMENT;
    if (endpoint->shut_receiving)
        return KERNEL_SHUT_DOWN;
    if (transfer->flags & KERNEL_OUT_OF_BAND)
        return KERNEL_NOT_SUPPORTED;
    enum kernel_status status = endpoint->soft_failure;
    if (status != KERNEL_OK) {
        endpoint->soft_failure = KERNEL_OK;
        return status;
    }
    struct packet *packet = endpoint->datagrams ? endpoint->datagrams->head : NULL;
    if (!packet)
        return KERNEL_WOULD_BLOCK;
    bool peek = transfer->flags & KERNEL_PEEK;
    status = hand_over(endpoint, packet, transfer);
    if (!peek)
        packet_free(endpoint->host->net, udp_take(endpoint));
    return status;
}

void datagram_state(const struct endpoint *endpoint, struct kernel_state *state)
{
    const struct datagrams *datagrams = endpoint->datagrams;
    const struct packet *first = datagrams ? datagrams->head : NULL;
    state->conditions = (first || endpoint->soft_failure != KERNEL_OK ? KERNEL_READABLE : 0u)
        | (endpoint->shut_sending ? 0u : KERNEL_WRITABLE) | (endpoint->connected ? KERNEL_ESTABLISHED : 0u);
    state->readable_bytes = datagrams ? datagrams->bytes : 0;
    state->next_message_bytes = first ? first->payload.size : 0;
}

/* ---- arriving ---- */

static uint64_t charged(const struct endpoint *endpoint)
{
    const struct datagrams *datagrams = endpoint->datagrams;
    return datagrams->bytes + (uint64_t)datagrams->count * endpoint->host->parameters.udp_overhead;
}

/* Host-stack 5: taken while what waits is below the limit, so that the last one may go over it (or, by parameter, only what fits).
   A circular queue loses its oldest instead of the newcomer. */
static bool admit(struct endpoint *endpoint, const struct packet *packet)
{
    const struct host_parameters *parameters = &endpoint->host->parameters;
    uint64_t limit = endpoint->option[KERNEL_RECEIVE_BUFFER], more = 1;
    if (!parameters->udp_overshoot)
        more = (uint64_t)packet->payload.size + parameters->udp_overhead;
    while (charged(endpoint) + more > limit) {
        if (!endpoint->option[KERNEL_CIRCULAR_QUEUE] || !endpoint->datagrams->head)
            return false;
        packet_free(endpoint->host->net, udp_take(endpoint));
        endpoint->datagrams->discarded++;
    }
    return true;
}

/* True: it is consumed. A peeking receive leaves it where it is. */
static bool receives_take(struct endpoint *endpoint, struct packet *packet)
{
    while (endpoint->receiving) {
        struct request *request = endpoint->receiving;
        struct kernel_transfer *transfer = request->moves.transfer;
        bool peek = transfer->flags & KERNEL_PEEK;
        enum kernel_status status = hand_over(endpoint, packet, transfer);
        transfer_end(request, status, transfer->count);
        if (!peek)
            return true;
    }
    return false;
}

void datagram_enter(struct endpoint *endpoint, const struct iface *iface, struct packet *packet)
{
    struct net *net = endpoint->host->net;
    struct datagrams *datagrams = datagrams_of(endpoint);
    if (packet->flags & PACKET_LINK_BROADCAST)
        arrival_set(packet, iface->index, key_is_multicast(packet->family, &packet->destination) ? KERNEL_MULTICAST : KERNEL_BROADCAST);
    else
        arrival_set(packet, iface->index, 0);
    if (endpoint->receiving && receives_take(endpoint, packet)) {
        packet_free(net, packet);
        return;
    }
    if (!admit(endpoint, packet)) {
        datagrams->discarded++;
        row_packet_dropped(endpoint->host, iface, packet, DROP_BUFFER_FULL);
        packet_free(net, packet);
        return;
    }
    packet->next = NULL;
    if (datagrams->tail)
        datagrams->tail->next = packet;
    else
        datagrams->head = packet;
    datagrams->tail = packet;
    datagrams->bytes += packet->payload.size;
    datagrams->count++;
    endpoint_happens(endpoint, KERNEL_READABLE);
}

void datagram_fails(struct endpoint *endpoint, enum kernel_status status)
{
    if (endpoint->receiving) {
        transfer_end(endpoint->receiving, status, 0);
        return;
    }
    endpoint->soft_failure = status; /* one waits at most (host-stack 5) */
    endpoint_happens(endpoint, KERNEL_READABLE);
}
