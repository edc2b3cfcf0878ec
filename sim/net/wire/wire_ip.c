/* IPv4 (RFC 791, RFC 2113 router alert), IPv6 (RFC 8200, RFC 2711 router alert), Ethernet (RFC 894, RFC 2464, RFC 826). */
#include "core/check.h"
#include "net/wire/wire_private.h"

#define ETHERTYPE_IPV4 0x0800u
#define ETHERTYPE_ARP 0x0806u
#define ETHERTYPE_IPV6 0x86ddu

/* ---- what the IP header carries ---- */

/* A fragment that came as bytes: nobody knows the rest of its datagram. */
static bool is_opaque(const struct packet *packet)
{
    return packet->flags & PACKET_IS_FRAGMENT && packet->whole_size == 0;
}

static void upper_make(const struct packet *packet, struct upper *upper)
{
    upper->header_bytes = upper->zeros = 0;
    upper->checksum_at = NO_CHECKSUM;
    upper->pseudo = upper->never_zero = false;
    upper->payload = packet->payload.chunk ? piece_bytes(&packet->payload) : NULL;
    upper->payload_bytes = packet->payload.chunk ? packet->payload.size : 0;
    if (is_opaque(packet) || packet->family == PACKET_ARP)
        return;
    switch (packet->protocol) {
    case IP_PROTOCOL_TCP: upper_tcp(packet, upper); break;
    case IP_PROTOCOL_UDP: upper_udp(packet, upper); break;
    case IP_PROTOCOL_ICMP:
    case IP_PROTOCOL_ICMPV6: upper_icmp(packet, upper); break;
    case IP_PROTOCOL_IGMP: upper_igmp(packet, upper); break;
    default: break;
    }
    if (upper->checksum_at == NO_CHECKSUM)
        return;
    size_t size = upper->header_bytes + upper->payload_bytes + upper->zeros;
    uint64_t sum = upper->pseudo ? checksum_pseudo(packet->family, &packet->source, &packet->destination, packet->protocol, size) : 0;
    sum = checksum_add(checksum_add(sum, upper->header, upper->header_bytes), upper->payload, upper->payload_bytes);
    uint16_t checksum = checksum_of(sum);
    put_u16(upper->header + upper->checksum_at, upper->never_zero && checksum == 0 ? 0xffff : checksum);
}

/* The part of the datagram that this packet carries. */
struct slice { size_t from, size; };

static struct slice slice_of(const struct packet *packet, const struct upper *upper)
{
    size_t whole = upper->header_bytes + upper->payload_bytes + upper->zeros;
    bool part = packet->flags & PACKET_MORE_FRAGMENTS || packet->fragment_offset;
    if (!part || is_opaque(packet))
        return (struct slice){ 0, whole }; /* an atomic fragment is a whole datagram, too (RFC 6946) */
    size_t ip_bytes = ip_header_bytes(packet->family) + (packet->family == KERNEL_IPV6 ? IPV6_EXTENSION_BYTES : 0);
    check(packet->size >= ip_bytes && packet->fragment_offset + packet->size - ip_bytes <= whole);
    return (struct slice){ packet->fragment_offset, packet->size - ip_bytes };
}

/* Copies the part of [at, at + size) that lies within the slice; returns where the next bytes go. */
static uint8_t *put_part(uint8_t *to, struct slice slice, size_t at, const uint8_t *bytes, size_t size)
{
    size_t first = slice.from > at ? slice.from - at : 0, end = slice.from + slice.size > at ? slice.from + slice.size - at : 0;
    if (end > size)
        end = size;
    if (first >= end)
        return to;
    if (bytes)
        memcpy(to, bytes + first, end - first);
    else
        memset(to, 0, end - first);
    return to + (end - first);
}

static void put_slice(uint8_t *to, const struct upper *upper, struct slice slice)
{
    size_t behind = upper->header_bytes + upper->payload_bytes;
    to = put_part(to, slice, 0, upper->header, upper->header_bytes);
    to = put_part(to, slice, upper->header_bytes, upper->payload, upper->payload_bytes);
    put_part(to, slice, behind, NULL, upper->zeros);
}

/* ---- IP headers ---- */

uint32_t wire_ip_bytes(const struct packet *packet)
{
    if (packet->family == PACKET_ARP)
        return 0;
    uint32_t alert = packet->flags & PACKET_ROUTER_ALERT ? 1 : 0;
    if (packet->family == KERNEL_IPV4)
        return IPV4_HEADER_BYTES + alert * IPV4_ROUTER_ALERT_BYTES;
    return IPV6_HEADER_BYTES + (alert + (packet->flags & PACKET_IS_FRAGMENT ? 1 : 0)) * IPV6_EXTENSION_BYTES;
}

void wire_ipv4_header(uint8_t *start, const struct packet *packet, size_t size_bytes)
{
    uint32_t header_bytes = wire_ip_bytes(packet);
    unsigned flags = (packet->flags & PACKET_DONT_FRAGMENT ? 0x4000u : 0) | (packet->flags & PACKET_MORE_FRAGMENTS ? 0x2000u : 0);
    uint8_t *at = put_u16(put_u8(put_u8(start, 4 << 4 | header_bytes / 4), packet->traffic_class), (unsigned)size_bytes);
    at = put_u16(put_u16(at, packet->identification & 0xffff), flags | packet->fragment_offset / 8);
    at = put_u16(put_u8(put_u8(at, packet->hop_limit), packet->protocol), 0);
    at = put_key(put_key(at, KERNEL_IPV4, &packet->source), KERNEL_IPV4, &packet->destination);
    if (packet->flags & PACKET_ROUTER_ALERT)
        put_u32(at, UINT32_C(0x94040000));
    put_u16(start + 10, checksum_of(checksum_add(0, start, header_bytes)));
}

/* The router alert comes first: every router looks at it, only the receiver at the fragment header. */
static void ipv6_header(uint8_t *at, const struct packet *packet, size_t size_bytes)
{
    bool alert = packet->flags & PACKET_ROUTER_ALERT, fragment = packet->flags & PACKET_IS_FRAGMENT;
    uint8_t after_alert = fragment ? IPV6_FRAGMENT : packet->protocol;
    at = put_u32(at, UINT32_C(6) << 28 | (uint32_t)packet->traffic_class << 20 | (packet->flow_label & 0xfffff));
    at = put_u16(at, (unsigned)(size_bytes - IPV6_HEADER_BYTES));
    at = put_u8(put_u8(at, alert ? IPV6_HOP_BY_HOP : after_alert), packet->hop_limit);
    at = put_key(put_key(at, KERNEL_IPV6, &packet->source), KERNEL_IPV6, &packet->destination);
    if (alert)
        at = put_u32(put_u32(at, (uint32_t)after_alert << 24 | 0x0502), 0x0100); /* 5, 2, 0, 0 and PadN 1, 0 */
    if (fragment) {
        at = put_u16(put_u8(put_u8(at, packet->protocol), 0), (packet->fragment_offset & ~7u) | (packet->flags & PACKET_MORE_FRAGMENTS ? 1 : 0));
        put_u32(at, packet->identification);
    }
}

size_t wire_size(const struct packet *packet)
{
    struct upper upper;
    upper_make(packet, &upper);
    return wire_ip_bytes(packet) + slice_of(packet, &upper).size;
}

size_t wire_encode(const struct packet *packet, uint8_t *bytes, size_t room)
{
    struct upper upper;
    upper_make(packet, &upper);
    struct slice slice = slice_of(packet, &upper);
    size_t ip_bytes = wire_ip_bytes(packet), size = ip_bytes + slice.size;
    if (size > room || size > UINT16_MAX + (packet->family == KERNEL_IPV6 ? IPV6_HEADER_BYTES : 0))
        return 0;
    if (packet->family == KERNEL_IPV4)
        wire_ipv4_header(bytes, packet, size);
    else if (packet->family == KERNEL_IPV6)
        ipv6_header(bytes, packet, size);
    put_slice(bytes + ip_bytes, &upper, slice);
    return size;
}

/* ---- frames ---- */

void wire_group_mac(uint8_t family, const struct prefix_key *group, uint8_t mac[6])
{
    if (family == KERNEL_IPV4)
        put_u32(put_u16(mac, 0x0100), UINT32_C(0x5e000000) | (group->word[0] & 0x7fffff));
    else
        put_u32(put_u16(mac, 0x3333), group->word[3]);
}

size_t wire_encode_frame(const struct packet *packet, const uint8_t from[6], const uint8_t to[6], uint8_t *bytes, size_t room)
{
    if (room < WIRE_ETHERNET_BYTES)
        return 0;
    size_t size = wire_encode(packet, bytes + WIRE_ETHERNET_BYTES, room - WIRE_ETHERNET_BYTES);
    if (size == 0)
        return 0;
    memcpy(bytes, to, 6);
    memcpy(bytes + 6, from, 6);
    put_u16(bytes + 12, packet->family == KERNEL_IPV4 ? ETHERTYPE_IPV4 : packet->family == KERNEL_IPV6 ? ETHERTYPE_IPV6 : ETHERTYPE_ARP);
    return size + WIRE_ETHERNET_BYTES;
}

const char *wire_decode_frame(const uint8_t *bytes, size_t size, uint8_t from[6], uint8_t to[6], struct packet *packet, struct wire_payload *payload)
{
    if (size < WIRE_ETHERNET_BYTES)
        return "the Ethernet header is cut short";
    unsigned type = get_u16(bytes + 12);
    const uint8_t *inner = bytes + WIRE_ETHERNET_BYTES;
    size_t inner_bytes = size - WIRE_ETHERNET_BYTES, said = inner_bytes;
    if (type == ETHERTYPE_ARP)
        said = ARP_BYTES;
    else if (type == ETHERTYPE_IPV4 && inner_bytes >= IPV4_HEADER_BYTES)
        said = get_u16(inner + 2);
    else if (type == ETHERTYPE_IPV6 && inner_bytes >= IPV6_HEADER_BYTES)
        said = IPV6_HEADER_BYTES + (size_t)get_u16(inner + 4);
    if (said < inner_bytes && size <= 60)
        inner_bytes = said; /* padded to the least frame */
    memcpy(to, bytes, 6);
    memcpy(from, bytes + 6, 6);
    const char *why = NULL;
    if (type == ETHERTYPE_ARP) {
        memset(packet, 0, sizeof *packet);
        packet->family = PACKET_ARP;
        packet->size = ARP_BYTES;
        *payload = (struct wire_payload){ 0, ARP_BYTES };
        if (inner_bytes != ARP_BYTES || get_u32(inner) != UINT32_C(0x00010800) || get_u16(inner + 4) != 0x0604)
            why = "the ARP message is not one of Ethernet and IPv4";
    } else if (type != ETHERTYPE_IPV4 && type != ETHERTYPE_IPV6) {
        return "the frame holds neither IP nor ARP";
    } else {
        why = wire_decode(inner, inner_bytes, WIRE_STRICT, packet, payload);
        if (!why && packet->family != (type == ETHERTYPE_IPV4 ? KERNEL_IPV4 : KERNEL_IPV6))
            why = "the frame says another version of IP than the packet";
    }
    payload->at += WIRE_ETHERNET_BYTES;
    return why;
}
