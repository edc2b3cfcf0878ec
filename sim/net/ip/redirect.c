#include "net/ip/redirect.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "net/ip/neighbor_private.h"

#define ICMP_HEADER_BYTES 8u
#define QUOTED_BYTES 28u /* IPv4 header and the first 8 bytes */
#define REDIRECT_HOST 1u /* code: for this destination alone */

enum { ICMP_ECHO_REPLY = 0, ICMP_REDIRECT = 5, ICMP_ECHO = 8, ICMP6_ECHO = 128, ICMP6_ECHO_REPLY = 129 };

/* A route that exists because a router said so. */
struct redirect {
    struct host *host;
    uint32_t interface_index; /* interfaces come and go */
    struct kernel_address destination, next_hop;
    bool on_link;
    struct net_timer timer;
    struct redirect *next;    /* older ones */
};

/* ---- routers ---- */

/* An own address in whose prefix the other one lies. */
static const struct ifaddr *shares_prefix(const struct iface *iface, const struct kernel_address *address)
{
    const struct ifaddr *ifaddr;
    DL_FOREACH(iface->addresses, ifaddr) {
        if (ifaddr_usable(ifaddr) && ifaddr->address.family == address->family
            && address_common_bits(&ifaddr->address, address) >= ifaddr->prefix_length)
            return ifaddr;
    }
    return NULL;
}

/* RFC 1122 3.2.2: nothing is said about ICMP messages but echoes, nor about later fragments. */
static bool may_tell(const struct packet *about)
{
    uint8_t type = about->icmp.type;
    if ((about->flags & PACKET_IS_FRAGMENT) && about->fragment_offset)
        return false;
    if (about->protocol == IP_PROTOCOL_ICMP)
        return type == ICMP_ECHO || type == ICMP_ECHO_REPLY;
    return about->protocol != IP_PROTOCOL_ICMPV6 || type == ICMP6_ECHO || type == ICMP6_ECHO_REPLY;
}

static void say_v4(struct packet *packet, const struct packet *about, const struct prefix_key *next_hop)
{
    packet->protocol = IP_PROTOCOL_ICMP;
    packet->hop_limit = 128;
    packet->size = IPV4_HEADER_BYTES + ICMP_HEADER_BYTES + QUOTED_BYTES;
    packet->icmp.type = ICMP_REDIRECT;
    packet->icmp.code = REDIRECT_HOST;
    packet->icmp.word = next_hop->word[0];
    packet->icmp.about.source = about->source;
    packet->icmp.about.destination = about->destination;
    packet->icmp.about.protocol = about->protocol;
    packet->icmp.about.size = (uint16_t)about->size;
    packet->icmp.about.source_port = about->source_port;
    packet->icmp.about.destination_port = about->destination_port;
    if (about->protocol == IP_PROTOCOL_TCP)
        packet->icmp.about.sequence = about->tcp.sequence;
}

/* RFC 4861 4.5, with the target's link-layer address if we know it. */
static void say_v6(struct iface *iface, struct packet *packet, const struct packet *about, const struct prefix_key *next_hop)
{
    const struct neighbor *neighbor = neighbor_find(iface, 1, next_hop);
    struct chunk *chunk = chunk_new(iface->host->net, 40);
    key_write(chunk->bytes, 1, next_hop);
    key_write(chunk->bytes + 16, 1, &about->destination);
    chunk->used = 32;
    if (neighbor && neighbor->has_mac) {
        chunk->bytes[32] = ND_TARGET_MAC;
        chunk->bytes[33] = 1;
        memcpy(chunk->bytes + 34, neighbor->mac, 6);
        chunk->used = 40;
    }
    packet->protocol = IP_PROTOCOL_ICMPV6;
    packet->hop_limit = 255;
    packet->size = IPV6_HEADER_BYTES + ICMP_HEADER_BYTES + chunk->used;
    packet->icmp.type = ND_REDIRECT;
    packet->payload = (struct piece){ .chunk = chunk, .size = chunk->used };
}

/* The address by which the sender knows us shares its prefix: RFC 4861 wants a link-local one here, which few worlds have. */
void redirect_tell(struct iface *iface, const struct packet *about, const struct prefix_key *next_hop)
{
    struct host *host = iface->host;
    struct kernel_address source = key_address(about->family, &about->source), nearer = key_address(about->family, next_hop);
    const struct ifaddr *known_as = shares_prefix(iface, &source);
    if (!host->parameters.redirects || !known_as || !shares_prefix(iface, &nearer) || !may_tell(about))
        return;
    struct packet *packet = packet_new(host->net);
    packet->family = about->family;
    packet->source = known_as->key.address;
    packet->destination = about->source;
    if (about->family == KERNEL_IPV4)
        say_v4(packet, about, next_hop);
    else
        say_v6(iface, packet, about, next_hop);
    struct ip_path path;
    ip_path_find(host, packet->family, &packet->destination, NULL, &path);
    ip_send(host, packet, &path);
}

/* ---- hosts ---- */

static struct route_place place_of(const struct redirect *redirect, struct iface *iface)
{
    return (struct route_place){ .iface = iface, .prefix = &redirect->destination, .length = address_width(&redirect->destination),
                                 .next_hop = redirect->on_link ? NULL : &redirect->next_hop };
}

/* The route may have gone with its interface, or have been replaced by the script's own. */
static void redirect_end(struct redirect *redirect)
{
    struct host *host = redirect->host;
    struct iface *iface = iface_by_index(host, redirect->interface_index);
    struct redirect **at = &host->redirects;
    unsigned slot = family_slot(redirect->destination.family);
    while (*at != redirect)
        at = &(*at)->next;
    *at = redirect->next;
    if (iface) {
        struct route_place place = place_of(redirect, iface);
        uint32_t route = route_place_find(host, &place);
        if (route != ROUTE_NONE && (route_gateway(&host->routes, route_at(&host->routes, route))->key.flags & ROUTE_AUTOMATIC))
            route_erase(host, slot, route);
    }
    net_timer_stop(host->net->engine, &redirect->timer);
    free(redirect);
}

static void redirect_due(struct net_timer *timer)
{
    redirect_end((struct redirect *)(void *)((char *)timer - offsetof(struct redirect, timer)));
}

/* What was said of this destination before, if it was something else; and the oldest of all where there are too many. */
static struct redirect *redirect_before(struct host *host, const struct redirect *wanted)
{
    struct redirect *redirect, *next;
    unsigned count = 0;
    for (redirect = host->redirects; redirect; redirect = next) {
        next = redirect->next;
        bool same_destination = address_equal(&redirect->destination, &wanted->destination);
        if (same_destination && redirect->interface_index == wanted->interface_index && address_equal(&redirect->next_hop, &wanted->next_hop))
            return redirect;
        if (same_destination || (!next && count + 1 >= host->parameters.path_cache_max))
            redirect_end(redirect);
        else
            count++;
    }
    return NULL;
}

/* One less than the route it refines, which a longer prefix beats anyway (host-stack 3.6). */
static uint32_t metric_below(struct host *host, const struct path_found *found, const struct kernel_address *destination)
{
    struct kernel_address prefix = address_masked(destination, found->length);
    struct route_place place = { .iface = found->iface, .prefix = &prefix, .length = found->length, .next_hop = &found->next_hop };
    uint32_t route = route_place_find(host, &place);
    uint32_t metric = route != ROUTE_NONE ? route_gateway(&host->routes, route_at(&host->routes, route))->key.metric : 0;
    return metric ? metric - 1 : 0;
}

static void redirect_take(struct iface *iface, const struct path_found *found, const struct redirect *said)
{
    struct host *host = iface->host;
    struct net *net = host->net;
    uint32_t metric = metric_below(host, found, &said->destination); /* before any route goes */
    struct redirect *redirect = redirect_before(host, said);
    if (!redirect) {
        redirect = memory_take(sizeof *redirect);
        *redirect = *said;
        redirect->timer.run = redirect_due;
        redirect->next = host->redirects;
        host->redirects = redirect;
    }
    struct route_place place = place_of(redirect, iface);
    if (route_place_find(host, &place) == ROUTE_NONE)
        route_place_take(host, &place, metric, ROUTE_AUTOMATIC);
    net_timer_set(net->engine, &redirect->timer, *net->clock_ns + host->parameters.redirect_lifetime_ns, trace_cause(net->trace));
}

/* Destination and next hop that the message is about; false: it is broken. */
static bool redirect_read(const struct packet *packet, struct prefix_key *destination, struct prefix_key *next_hop)
{
    bool good = true;
    if (packet->family == KERNEL_IPV4) {
        *destination = packet->icmp.about.destination;
        *next_hop = (struct prefix_key){ { packet->icmp.word } };
        return packet->icmp.code <= 3;
    }
    if (!packet->payload.chunk || packet->payload.size < 32)
        return false;
    *next_hop = key_read(piece_bytes(&packet->payload), 1);
    *destination = key_read(piece_bytes(&packet->payload) + 16, 1);
    nd_option_mac(packet, 32, ND_TARGET_MAC, &good);
    return good;
}

void redirect_arrive(struct iface *iface, const struct packet *packet)
{
    struct host *host = iface->host;
    struct prefix_key destination, next_hop;
    if (!host->parameters.redirects || host->parameters.forwarding || !redirect_read(packet, &destination, &next_hop))
        return; /* routers have better sources: RFC 1812 5.2.7.2 */
    if (key_is_multicast(packet->family, &destination) || key_is_multicast(packet->family, &next_hop) || key_is_unspecified(&next_hop))
        return;
    struct redirect said = { .host = host, .interface_index = iface->index, .destination = key_address(packet->family, &destination),
                             .next_hop = key_address(packet->family, &next_hop), .on_link = key_equal(&destination, &next_hop) };
    struct path_found found = path_find(host, &said.destination);
    if (found.status != KERNEL_OK || found.iface != iface)
        return;
    struct prefix_key present = prefix_key_of(&found.next_hop);
    bool linked = packet->family == KERNEL_IPV6 && address_is_link_local(&said.next_hop);
    bool near = said.on_link || linked || shares_prefix(iface, &said.next_hop);
    if (!key_equal(&present, &packet->source) || !near || neighbor_own(iface, family_slot(packet->family), &next_hop))
        return;
    redirect_take(iface, &found, &said);
}

void redirect_forget(struct host *host, const struct kernel_address *destination)
{
    struct redirect *redirect, *next;
    for (redirect = host->redirects; redirect; redirect = next) {
        next = redirect->next;
        if (address_equal(&redirect->destination, destination)) redirect_end(redirect);
    }
}

void redirects_free(struct host *host)
{
    while (host->redirects) {
        struct redirect *redirect = host->redirects;
        host->redirects = redirect->next;
        net_timer_stop(host->net->engine, &redirect->timer);
        free(redirect);
    }
}
