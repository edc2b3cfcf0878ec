/* Neighbour solicitations and advertisements (RFC 4861 4.3, 4.4, 7.1, 7.2). */
#include <string.h>

#include "net/ip/detection.h"
#include "net/ip/neighbor_private.h"
#include "net/ip/redirect.h"

#define ICMP_HEADER_BYTES 8u
#define ADDRESS_BYTES 16u
#define OPTION_BYTES 8u
#define HOP_LIMIT 255u /* that it is still there says that no router has passed it on */

static const struct prefix_key all_nodes = { { 0xff020000, 0, 0, 1 } };

static struct prefix_key solicited_node(const struct prefix_key *target)
{
    return (struct prefix_key){ { 0xff020000, 0, 1, 0xff000000 | (target->word[3] & 0xffffff) } };
}

/* Room for a target and one option. */
static struct packet *message_new(struct iface *iface, uint8_t type, const struct prefix_key *target, uint8_t option)
{
    struct net *net = iface->host->net;
    struct packet *packet = packet_new(net);
    struct chunk *chunk = chunk_new(net, ADDRESS_BYTES + OPTION_BYTES);
    uint8_t *body = chunk->bytes;
    key_write(body, 1, target);
    chunk->used = ADDRESS_BYTES;
    if (option) {
        body[ADDRESS_BYTES] = option;
        body[ADDRESS_BYTES + 1] = OPTION_BYTES / 8;
        memcpy(body + ADDRESS_BYTES + 2, iface->mac, 6);
        chunk->used += OPTION_BYTES;
    }
    packet->family = KERNEL_IPV6;
    packet->protocol = IP_PROTOCOL_ICMPV6;
    packet->hop_limit = HOP_LIMIT;
    packet->icmp.type = type;
    packet->payload = (struct piece){ .chunk = chunk, .size = chunk->used };
    packet->size = IPV6_HEADER_BYTES + ICMP_HEADER_BYTES + chunk->used;
    return packet;
}

void nd_solicit(struct iface *iface, const struct prefix_key *from, const struct prefix_key *target, const uint8_t *mac)
{
    bool detects = key_is_unspecified(from); /* then without our own address: RFC 4861 4.3 */
    struct packet *packet = message_new(iface, ND_SOLICITATION, target, detects ? 0 : ND_SOURCE_MAC);
    packet->source = *from;
    packet->destination = mac ? *target : solicited_node(target);
    neighbor_transmit(iface, packet, target, mac);
}

void nd_advertise(struct iface *iface, const struct prefix_key *target, const struct prefix_key *to, const uint8_t *mac)
{
    struct packet *packet = message_new(iface, ND_ADVERTISEMENT, target, ND_TARGET_MAC);
    packet->source = *target;
    packet->destination = mac ? *to : all_nodes;
    packet->icmp.word = ND_OVERRIDE | (mac ? ND_SOLICITED : 0) | (iface->host->parameters.forwarding ? ND_IS_ROUTER : 0);
    neighbor_transmit(iface, packet, &packet->destination, mac);
}

/* ---- reading ---- */

const uint8_t *nd_option_mac(const struct packet *packet, size_t options_at, uint8_t type, bool *good)
{
    const uint8_t *bytes = piece_bytes(&packet->payload), *found = NULL;
    size_t at = options_at, size = packet->payload.size;
    *good = true;
    while (at + 2 <= size) {
        size_t length = (size_t)bytes[at + 1] * 8;
        if (length == 0 || at + length > size) {
            *good = false; /* RFC 4861 4.6: such a message is dropped as a whole */
            return NULL;
        }
        if (bytes[at] == type && !found)
            found = bytes + at + 2;
        at += length;
    }
    return found;
}

/* RFC 4861 7.1.1. */
static void solicitation_arrives(struct iface *iface, const struct packet *packet, const struct prefix_key *target)
{
    bool good, detects = key_is_unspecified(&packet->source);
    const uint8_t *mac = nd_option_mac(packet, ADDRESS_BYTES, ND_SOURCE_MAC, &good);
    if (!good || (detects && (mac || !key_is_multicast(KERNEL_IPV6, &packet->destination))))
        return;
    if (detects && detection_probed(iface, 1, target))
        return;
    if (!neighbor_own(iface, 1, target))
        return;
    if (detects) {
        nd_advertise(iface, target, NULL, NULL);
        return;
    }
    struct neighbor_word word = { .news = NEWS_QUESTION, .mac = mac, .override = true };
    neighbor_learn(iface, 1, &packet->source, &word);
    const struct neighbor *neighbor = neighbor_find(iface, 1, &packet->source);
    if (!mac && neighbor && neighbor->has_mac)
        mac = neighbor->mac;
    if (mac)
        nd_advertise(iface, target, &packet->source, mac);
}

/* RFC 4861 7.1.2, 7.2.5. */
static void advertisement_arrives(struct iface *iface, const struct packet *packet, const struct prefix_key *target)
{
    bool good, solicited = packet->icmp.word & ND_SOLICITED;
    const uint8_t *mac = nd_option_mac(packet, ADDRESS_BYTES, ND_TARGET_MAC, &good);
    if (!good || (solicited && key_is_multicast(KERNEL_IPV6, &packet->destination)))
        return;
    if (detection_claimed(iface, 1, target))
        return;
    struct neighbor_word word = { .news = solicited ? NEWS_ANSWER : NEWS_UNASKED, .mac = mac, .override = packet->icmp.word & ND_OVERRIDE,
                                  .router_known = true, .router = packet->icmp.word & ND_IS_ROUTER };
    neighbor_learn(iface, 1, target, &word);
}

void nd_arrive(struct iface *iface, struct packet *packet)
{
    if (packet->hop_limit != HOP_LIMIT || packet->icmp.code != 0 || !packet->payload.chunk || packet->payload.size < ADDRESS_BYTES)
        return;
    struct prefix_key target = key_read(piece_bytes(&packet->payload), 1);
    if (key_is_multicast(KERNEL_IPV6, &target))
        return;
    switch (packet->icmp.type) {
    case ND_SOLICITATION: solicitation_arrives(iface, packet, &target); break;
    case ND_ADVERTISEMENT: advertisement_arrives(iface, packet, &target); break;
    case ND_REDIRECT: redirect_arrive(iface, packet); break;
    default: break; /* routers say nothing of prefixes here */
    }
}
