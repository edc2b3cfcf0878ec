/* The strict reader of IP packets: every length is compared with what is there before anything is touched. */
#include "net/wire/wire_private.h"

#define IPV4_OPTION_END 0
#define IPV4_OPTION_NOP 1
#define IPV4_OPTION_ROUTER_ALERT 0x94
#define IPV6_OPTION_PAD1 0
#define IPV6_OPTION_ROUTER_ALERT 5
#define IPV6_OPTION_SKIPPED 0xc0u /* these bits zero: whoever does not know it passes over it (RFC 8200 4.2) */

/* ---- transports ---- */

static bool has_checksum(uint8_t protocol)
{
    return protocol == IP_PROTOCOL_TCP || protocol == IP_PROTOCOL_UDP || protocol == IP_PROTOCOL_ICMP || protocol == IP_PROTOCOL_ICMPV6 || protocol == IP_PROTOCOL_IGMP;
}

static bool checksum_holds(const uint8_t *bytes, size_t size, const struct packet *packet)
{
    uint8_t protocol = packet->protocol;
    bool pseudo = protocol != IP_PROTOCOL_ICMP && protocol != IP_PROTOCOL_IGMP;
    if (protocol == IP_PROTOCOL_UDP && packet->family == KERNEL_IPV4 && packet->flags & PACKET_NO_CHECKSUM)
        return true;
    if (protocol == IP_PROTOCOL_UDP && packet->flags & PACKET_NO_CHECKSUM)
        return false; /* RFC 8200 8.1 */
    uint64_t sum = pseudo ? checksum_pseudo(packet->family, &packet->source, &packet->destination, protocol, size) : 0;
    return checksum_of(checksum_add(sum, bytes, size)) == 0;
}

const char *wire_decode_transport(const uint8_t *bytes, size_t size, enum wire_trust trust, struct packet *packet, struct wire_payload *payload)
{
    const char *why = NULL;
    *payload = (struct wire_payload){ 0, size };
    switch (packet->protocol) {
    case IP_PROTOCOL_TCP: why = decode_tcp(bytes, size, packet, payload); break;
    case IP_PROTOCOL_UDP: why = decode_udp(bytes, size, packet, payload); break;
    case IP_PROTOCOL_ICMP:
        if (packet->family != KERNEL_IPV4) return "ICMP belongs to IPv4";
        why = decode_icmp(bytes, size, packet, payload);
        break;
    case IP_PROTOCOL_ICMPV6:
        if (packet->family != KERNEL_IPV6) return "ICMPv6 belongs to IPv6";
        why = decode_icmp(bytes, size, packet, payload);
        break;
    case IP_PROTOCOL_IGMP: why = size < ICMP_HEADER_BYTES ? "the IGMP message is cut short" : NULL; break;
    default: break;
    }
    if (why || !has_checksum(packet->protocol) || checksum_holds(bytes, size, packet))
        return why;
    if (trust == WIRE_STRICT)
        return "the transport checksum is wrong";
    packet->flags |= PACKET_DAMAGED;
    return NULL;
}

/* Part of a datagram stays as it is; its ports are told where they can be seen. */
static const char *decode_fragment(const uint8_t *bytes, size_t size, struct packet *packet, struct wire_payload *payload)
{
    if (packet->flags & PACKET_MORE_FRAGMENTS && (size == 0 || size % 8 != 0))
        return "a fragment that is not the last has no multiple of 8 bytes";
    if (packet->fragment_offset + size > UINT16_MAX)
        return "the fragment reaches beyond the largest datagram";
    if (packet->fragment_offset == 0 && size >= 4 && (packet->protocol == IP_PROTOCOL_TCP || packet->protocol == IP_PROTOCOL_UDP)) {
        packet->source_port = get_u16(bytes);
        packet->destination_port = get_u16(bytes + 2);
    }
    *payload = (struct wire_payload){ 0, size };
    return NULL;
}

/* ---- IPv4 ---- */

static const char *ipv4_options(const uint8_t *at, const uint8_t *end, struct packet *packet)
{
    while (at < end && at[0] != IPV4_OPTION_END) {
        if (at[0] == IPV4_OPTION_NOP) {
            at++;
            continue;
        }
        if (end - at < 2 || at[1] < 2 || at[1] > end - at)
            return "an IPv4 option reaches beyond the header";
        if (at[0] != IPV4_OPTION_ROUTER_ALERT || at[1] != 4)
            return "an IPv4 option that this stack does not know";
        packet->flags |= PACKET_ROUTER_ALERT;
        at += at[1];
    }
    return NULL;
}

static const char *decode_ipv4(const uint8_t *bytes, size_t size, enum wire_trust trust, struct packet *packet, struct wire_payload *payload)
{
    size_t header_bytes = (size_t)(bytes[0] & 15) * 4;
    if (size < IPV4_HEADER_BYTES || header_bytes > size)
        return "the IPv4 header is cut short";
    if (header_bytes < IPV4_HEADER_BYTES)
        return "the IPv4 header says that it is shorter than 20 bytes";
    if (size > UINT16_MAX)
        return "the packet is larger than IPv4 can say";
    if (trust == WIRE_STRICT && get_u16(bytes + 2) != size)
        return "the IPv4 length is not that of the packet";
    if (trust == WIRE_STRICT && checksum_of(checksum_add(0, bytes, header_bytes)) != 0)
        return "the IPv4 header checksum is wrong";
    unsigned flags = get_u16(bytes + 6);
    if (flags & 0x8000)
        return "the reserved flag of the IPv4 header is set";
    packet->family = KERNEL_IPV4;
    packet->traffic_class = bytes[1];
    packet->identification = get_u16(bytes + 4);
    packet->hop_limit = bytes[8];
    packet->protocol = bytes[9];
    packet->fragment_offset = (uint16_t)((flags & 0x1fff) * 8);
    packet->flags = (uint16_t)((flags & 0x4000 ? PACKET_DONT_FRAGMENT : 0) | (flags & 0x2000 ? PACKET_MORE_FRAGMENTS : 0) | (flags & 0x3fff ? PACKET_IS_FRAGMENT : 0));
    get_key(bytes + 12, KERNEL_IPV4, &packet->source);
    get_key(bytes + 16, KERNEL_IPV4, &packet->destination);
    const char *why = ipv4_options(bytes + IPV4_HEADER_BYTES, bytes + header_bytes, packet);
    if (why)
        return why;
    const uint8_t *rest = bytes + header_bytes;
    size_t rest_bytes = size - header_bytes;
    why = packet->flags & PACKET_IS_FRAGMENT ? decode_fragment(rest, rest_bytes, packet, payload) : wire_decode_transport(rest, rest_bytes, trust, packet, payload);
    payload->at += header_bytes;
    return why;
}

/* ---- IPv6 ---- */

static const char *hop_by_hop(const uint8_t *at, const uint8_t *end, struct packet *packet)
{
    while (at < end) {
        if (at[0] == IPV6_OPTION_PAD1) {
            at++;
            continue;
        }
        if (end - at < 2 || at[1] > end - at - 2)
            return "an IPv6 option reaches beyond its header";
        if (at[0] == IPV6_OPTION_ROUTER_ALERT && at[1] != 2)
            return "the router alert has a wrong length";
        if (at[0] == IPV6_OPTION_ROUTER_ALERT)
            packet->flags |= PACKET_ROUTER_ALERT;
        else if (at[0] & IPV6_OPTION_SKIPPED)
            return "an IPv6 option that this stack does not know";
        at += 2 + at[1];
    }
    return NULL;
}

/* Reads the extension headers from `*at` on; `packet->protocol` is the next header before and after. */
static const char *ipv6_extensions(const uint8_t *bytes, size_t size, size_t *at, struct packet *packet)
{
    if (packet->protocol == IPV6_HOP_BY_HOP) {
        if (size - *at < IPV6_EXTENSION_BYTES)
            return "the hop-by-hop header is cut short";
        size_t header_bytes = 8 + (size_t)bytes[*at + 1] * 8;
        if (size - *at < header_bytes)
            return "the hop-by-hop header is cut short";
        const char *why = hop_by_hop(bytes + *at + 2, bytes + *at + header_bytes, packet);
        if (why)
            return why;
        packet->protocol = bytes[*at];
        *at += header_bytes;
    }
    if (packet->protocol == IPV6_FRAGMENT) {
        if (size - *at < IPV6_EXTENSION_BYTES)
            return "the fragment header is cut short";
        unsigned offset = get_u16(bytes + *at + 2);
        packet->flags |= (uint16_t)(PACKET_IS_FRAGMENT | (offset & 1 ? PACKET_MORE_FRAGMENTS : 0));
        packet->fragment_offset = (uint16_t)(offset & ~7u);
        packet->identification = get_u32(bytes + *at + 4);
        packet->protocol = bytes[*at];
        *at += IPV6_EXTENSION_BYTES;
    }
    static const uint8_t unknown[] = { IPV6_HOP_BY_HOP, 43, IPV6_FRAGMENT, 50, 51, 60, 135, 139, 140 };
    return memchr(unknown, packet->protocol, sizeof unknown) ? "an IPv6 extension header that this stack does not know, or in a wrong place" : NULL;
}

static const char *decode_ipv6(const uint8_t *bytes, size_t size, enum wire_trust trust, struct packet *packet, struct wire_payload *payload)
{
    if (size < IPV6_HEADER_BYTES)
        return "the IPv6 header is cut short";
    if (size - IPV6_HEADER_BYTES > UINT16_MAX)
        return "the packet is larger than IPv6 can say";
    if (trust == WIRE_STRICT && get_u16(bytes + 4) != size - IPV6_HEADER_BYTES)
        return "the IPv6 length is not that of the packet";
    packet->family = KERNEL_IPV6;
    packet->traffic_class = (uint8_t)(get_u16(bytes) >> 4);
    packet->flow_label = get_u32(bytes) & 0xfffff;
    packet->protocol = bytes[6];
    packet->hop_limit = bytes[7];
    get_key(bytes + 8, KERNEL_IPV6, &packet->source);
    get_key(bytes + 24, KERNEL_IPV6, &packet->destination);
    size_t at = IPV6_HEADER_BYTES;
    const char *why = ipv6_extensions(bytes, size, &at, packet);
    if (why)
        return why;
    bool part = packet->flags & PACKET_MORE_FRAGMENTS || packet->fragment_offset;
    why = part ? decode_fragment(bytes + at, size - at, packet, payload) : wire_decode_transport(bytes + at, size - at, trust, packet, payload);
    if (!part && packet->flags & PACKET_IS_FRAGMENT) /* an atomic fragment is a whole datagram (RFC 6946) */
        packet->whole_size = (uint32_t)(size - at) + IPV6_HEADER_BYTES;
    payload->at += at;
    return why;
}

const char *wire_decode(const uint8_t *bytes, size_t size, enum wire_trust trust, struct packet *packet, struct wire_payload *payload)
{
    memset(packet, 0, sizeof *packet);
    *payload = (struct wire_payload){ 0 };
    if (size == 0)
        return "there are no bytes";
    packet->size = (uint32_t)size;
    switch (bytes[0] >> 4) {
    case 4: return decode_ipv4(bytes, size, trust, packet, payload);
    case 6: return decode_ipv6(bytes, size, trust, packet, payload);
    default: return "the version of IP is neither 4 nor 6";
    }
}
