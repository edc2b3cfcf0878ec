/* ARP (RFC 826) over Ethernet, with what RFC 5227 asks of it. */
#include <string.h>

#include "net/ip/detection.h"
#include "net/ip/neighbor_private.h"

/* Hardware type, protocol, sizes of both kinds of address, operation, sender, target. */
enum { ARP_OPERATION_AT = 6, ARP_SENDER_MAC_AT = 8, ARP_SENDER_AT = 14, ARP_TARGET_MAC_AT = 18, ARP_TARGET_AT = 24 };
static const uint8_t ethernet_and_ipv4[6] = { 0, 1, 0x08, 0x00, 6, 4 };

void arp_send(struct iface *iface, enum arp_operation operation, const struct prefix_key *from, const struct prefix_key *to, const uint8_t *mac)
{
    struct net *net = iface->host->net;
    struct packet *packet = packet_new(net);
    struct chunk *chunk = chunk_new(net, ARP_BODY_BYTES);
    uint8_t *body = chunk->bytes;
    memset(body, 0, ARP_BODY_BYTES);
    memcpy(body, ethernet_and_ipv4, sizeof ethernet_and_ipv4);
    body[ARP_OPERATION_AT + 1] = (uint8_t)operation;
    memcpy(body + ARP_SENDER_MAC_AT, iface->mac, 6);
    key_write(body + ARP_SENDER_AT, 0, from);
    if (mac)
        memcpy(body + ARP_TARGET_MAC_AT, mac, 6);
    key_write(body + ARP_TARGET_AT, 0, to);
    chunk->used = ARP_BODY_BYTES;
    packet->family = PACKET_ARP;
    packet->size = ARP_BODY_BYTES;
    packet->source = *from;
    packet->destination = *to;
    packet->payload = (struct piece){ .chunk = chunk, .size = ARP_BODY_BYTES };
    neighbor_transmit(iface, packet, to, mac);
}

struct arp { bool is_request, is_reply; const uint8_t *mac; struct prefix_key sender, target; };

static bool arp_read(const struct packet *packet, struct arp *arp)
{
    if (!packet->payload.chunk || packet->payload.size < ARP_BODY_BYTES)
        return false;
    const uint8_t *body = piece_bytes(&packet->payload);
    if (memcmp(body, ethernet_and_ipv4, sizeof ethernet_and_ipv4) != 0 || body[ARP_OPERATION_AT] != 0)
        return false;
    arp->is_request = body[ARP_OPERATION_AT + 1] == ARP_REQUEST;
    arp->is_reply = body[ARP_OPERATION_AT + 1] == ARP_REPLY;
    arp->mac = body + ARP_SENDER_MAC_AT;
    arp->sender = key_read(body + ARP_SENDER_AT, 0);
    arp->target = key_read(body + ARP_TARGET_AT, 0);
    return arp->is_request || arp->is_reply;
}

/* RFC 826: who asks us is learnt, others only if they are known already. A reply for us is an answer, whether we asked or not: the
   message does not say. */
static void arp_learn(struct iface *iface, const struct arp *arp, bool for_us)
{
    struct neighbor_word word = { .news = NEWS_UNASKED, .mac = arp->mac, .override = true };
    if (for_us)
        word.news = arp->is_reply ? NEWS_ANSWER : NEWS_QUESTION;
    if (!key_is_unspecified(&arp->sender) && !key_is_multicast(KERNEL_IPV4, &arp->sender))
        neighbor_learn(iface, 0, &arp->sender, &word);
}

void arp_arrive(struct iface *iface, struct packet *packet)
{
    struct arp arp;
    if (!arp_read(packet, &arp) || memcmp(arp.mac, iface->mac, 6) == 0)
        return;
    if (detection_claimed(iface, 0, &arp.sender))
        return; /* RFC 5227 2.1.1, 2.4: nobody learns from a conflict */
    if (arp.is_request && key_is_unspecified(&arp.sender) && detection_probed(iface, 0, &arp.target))
        return;
    bool for_us = neighbor_own(iface, 0, &arp.target) != NULL;
    arp_learn(iface, &arp, for_us);
    if (for_us && arp.is_request)
        arp_send(iface, ARP_REPLY, &arp.target, &arp.sender, arp.mac);
}
