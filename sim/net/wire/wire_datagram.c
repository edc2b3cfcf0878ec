/* UDP (RFC 768), ICMP and ICMPv6 with what their errors quote (RFC 792, RFC 4443), IGMP (RFC 3376). */
#include "net/wire/wire_private.h"

void upper_udp(const struct packet *packet, struct upper *upper)
{
    upper->header_bytes = UDP_HEADER_BYTES;
    upper->checksum_at = packet->flags & PACKET_NO_CHECKSUM && packet->family == KERNEL_IPV4 ? NO_CHECKSUM : 6;
    upper->pseudo = upper->never_zero = true;
    uint8_t *at = put_u16(put_u16(upper->header, packet->source_port), packet->destination_port);
    put_u16(put_u16(at, (unsigned)(UDP_HEADER_BYTES + upper->payload_bytes)), 0);
}

/* The group message starts with an 8-byte header in every version: the payload's own, without its checksum. */
void upper_igmp(const struct packet *packet, struct upper *upper)
{
    (void)packet;
    if (upper->payload_bytes < ICMP_HEADER_BYTES)
        return;
    memcpy(upper->header, upper->payload, ICMP_HEADER_BYTES);
    put_u16(upper->header + 2, 0);
    upper->header_bytes = ICMP_HEADER_BYTES;
    upper->checksum_at = 2;
    upper->payload += ICMP_HEADER_BYTES;
    upper->payload_bytes -= ICMP_HEADER_BYTES;
}

/* ---- ICMP ---- */

bool icmp_is_error(uint8_t protocol, uint8_t type)
{
    if (protocol == IP_PROTOCOL_ICMPV6)
        return type < 128;
    return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

/* The first bytes of what the error is about, as far as they are known: the rest is zeros, and checksums are made to fit, as if it had
   been so (TCP: as if what is quoted were all, which is what readers hold it against). room: what is quoted; size: what was sent.
   Returns how many; at most 20. */
static size_t quote_transport(const struct packet *packet, uint8_t *at, size_t room, size_t size)
{
    uint8_t protocol = packet->icmp.about.protocol;
    uint64_t sum = checksum_pseudo(packet->family, &packet->icmp.about.source, &packet->icmp.about.destination, protocol, protocol == IP_PROTOCOL_TCP ? room : size);
    size_t made = UDP_HEADER_BYTES, checksum_at = 2;
    memset(at, 0, TCP_HEADER_BYTES);
    if (protocol == IP_PROTOCOL_TCP || protocol == IP_PROTOCOL_UDP)
        put_u16(put_u16(at, packet->icmp.about.source_port), packet->icmp.about.destination_port);
    if (protocol == IP_PROTOCOL_TCP) {
        put_u32(at + 4, packet->icmp.about.sequence);
        put_u16(at + 12, 5u << 12 | TCP_ACK);
        if (room < TCP_HEADER_BYTES)
            return made;
        made = TCP_HEADER_BYTES;
        checksum_at = 16;
    } else if (protocol == IP_PROTOCOL_UDP) {
        put_u16(at + 4, (unsigned)size);
        checksum_at = 6;
        if (packet->family == KERNEL_IPV4)
            return made; /* shown as sent without one */
    } else if (protocol == IP_PROTOCOL_ICMP || protocol == IP_PROTOCOL_ICMPV6) {
        put_u32(at + 4, packet->icmp.about.sequence);
        at[0] = protocol == IP_PROTOCOL_ICMP ? 8 : 128; /* the one message that may be answered by an error: an echo request */
        sum = protocol == IP_PROTOCOL_ICMP ? 0 : sum;
    } else {
        return made;
    }
    uint16_t checksum = checksum_of(checksum_add(sum, at, made));
    put_u16(at + checksum_at, checksum || protocol != IP_PROTOCOL_UDP ? checksum : 0xffff);
    return made;
}

static void quote(const struct packet *packet, struct upper *upper)
{
    size_t ip_bytes = ip_header_bytes(packet->family), least = wire_ip_bytes(packet) + ICMP_HEADER_BYTES + ip_bytes + UDP_HEADER_BYTES;
    size_t size = packet->flags & PACKET_IS_FRAGMENT ? packet->whole_size : packet->size, room = UDP_HEADER_BYTES + (size > least ? size - least : 0);
    size_t sent = packet->icmp.about.protocol == IP_PROTOCOL_TCP && room < TCP_HEADER_BYTES ? TCP_HEADER_BYTES : room;
    if (packet->icmp.about.size >= ip_bytes + UDP_HEADER_BYTES)
        sent = packet->icmp.about.size - ip_bytes;
    uint8_t *at = upper->header + ICMP_HEADER_BYTES;
    size_t transport = quote_transport(packet, at + ip_bytes, room, sent);
    bool hops_exceeded = packet->icmp.type == (packet->family == KERNEL_IPV4 ? 11 : 3);
    struct packet about = { .family = packet->family, .protocol = packet->icmp.about.protocol, .hop_limit = hops_exceeded ? 1 : 64,
                            .source = packet->icmp.about.source, .destination = packet->icmp.about.destination };
    if (packet->family == KERNEL_IPV4) {
        wire_ipv4_header(at, &about, ip_bytes + sent);
    } else {
        put_u16(put_u32(at, UINT32_C(6) << 28), (unsigned)sent);
        at[6] = about.protocol;
        at[7] = about.hop_limit;
        put_key(put_key(at + 8, KERNEL_IPV6, &about.source), KERNEL_IPV6, &about.destination);
    }
    upper->header_bytes += ip_bytes + transport;
    upper->zeros = room - transport;
}

void upper_icmp(const struct packet *packet, struct upper *upper)
{
    const struct icmp_header *header = &packet->icmp;
    upper->header_bytes = ICMP_HEADER_BYTES;
    upper->checksum_at = 2;
    upper->pseudo = packet->protocol == IP_PROTOCOL_ICMPV6;
    put_u32(put_u16(put_u8(put_u8(upper->header, header->type), header->code), 0), header->word);
    if (icmp_is_error(packet->protocol, header->type) && !packet->payload.chunk)
        quote(packet, upper);
}

/* ---- reading ---- */

const char *decode_udp(const uint8_t *bytes, size_t size, struct packet *packet, struct wire_payload *payload)
{
    if (size < UDP_HEADER_BYTES)
        return "the UDP header is cut short";
    if (get_u16(bytes + 4) != size)
        return "the UDP length is not that of the datagram";
    packet->source_port = get_u16(bytes);
    packet->destination_port = get_u16(bytes + 2);
    if (get_u16(bytes + 6) == 0)
        packet->flags |= PACKET_NO_CHECKSUM;
    *payload = (struct wire_payload){ UDP_HEADER_BYTES, size - UDP_HEADER_BYTES };
    return NULL;
}

/* An error quotes the IP header and at least 8 bytes more. */
static const char *decode_quote(const uint8_t *at, size_t size, struct packet *packet)
{
    struct icmp_header *header = &packet->icmp;
    uint8_t family = packet->family;
    size_t ip_bytes = ip_header_bytes(family);
    if (size < ip_bytes || at[0] >> 4 != (family == KERNEL_IPV4 ? 4 : 6))
        return "the ICMP error quotes no IP header";
    bool fragment = family == KERNEL_IPV4 && (get_u16(at + 6) & 0x1fff) != 0;
    header->about.size = (uint16_t)(family == KERNEL_IPV4 ? get_u16(at + 2) : get_u16(at + 4) + IPV6_HEADER_BYTES);
    header->about.protocol = at[family == KERNEL_IPV4 ? 9 : 6];
    get_key(at + (family == KERNEL_IPV4 ? 12 : 8), family, &header->about.source);
    get_key(at + (family == KERNEL_IPV4 ? 16 : 24), family, &header->about.destination);
    if (family == KERNEL_IPV4) {
        ip_bytes = (size_t)(at[0] & 15) * 4;
        if (ip_bytes < IPV4_HEADER_BYTES)
            return "the ICMP error quotes no IP header";
    }
    if (size < ip_bytes + UDP_HEADER_BYTES)
        return "the ICMP error quotes too little";
    at += ip_bytes;
    if (fragment)
        return NULL;
    if (header->about.protocol == IP_PROTOCOL_TCP || header->about.protocol == IP_PROTOCOL_UDP) {
        header->about.source_port = get_u16(at);
        header->about.destination_port = get_u16(at + 2);
    }
    if (header->about.protocol == IP_PROTOCOL_TCP || header->about.protocol == IP_PROTOCOL_ICMP || header->about.protocol == IP_PROTOCOL_ICMPV6)
        header->about.sequence = get_u32(at + 4);
    return NULL;
}

const char *decode_icmp(const uint8_t *bytes, size_t size, struct packet *packet, struct wire_payload *payload)
{
    if (size < ICMP_HEADER_BYTES)
        return "the ICMP header is cut short";
    packet->icmp = (struct icmp_header){ .type = bytes[0], .code = bytes[1], .word = get_u32(bytes + 4) };
    *payload = (struct wire_payload){ ICMP_HEADER_BYTES, size - ICMP_HEADER_BYTES };
    return icmp_is_error(packet->protocol, bytes[0]) ? decode_quote(bytes + ICMP_HEADER_BYTES, size - ICMP_HEADER_BYTES, packet) : NULL;
}
