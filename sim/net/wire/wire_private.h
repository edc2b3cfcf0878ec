/*
 * The inside of sim/net/wire: big-endian numbers, and a transport header on its way to an IP packet.
 */
#ifndef NET_WIRE_PRIVATE_H
#define NET_WIRE_PRIVATE_H
#include <string.h>

#include "net/wire/checksum.h"
#include "net/wire/wire.h"

#define IPV4_ROUTER_ALERT_BYTES 4u
#define IPV6_EXTENSION_BYTES 8u /* hop-by-hop with a router alert; fragment */
#define ICMP_HEADER_BYTES 8u
#define ARP_BYTES 28u
#define IPV6_HOP_BY_HOP 0
#define IPV6_FRAGMENT 44
#define TCP_OPTIONS_MOST 40u
#define NO_CHECKSUM SIZE_MAX

static inline uint8_t *put_u8(uint8_t *at, unsigned value)
{
    *at = (uint8_t)value;
    return at + 1;
}

static inline uint8_t *put_u16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
    return at + 2;
}

static inline uint8_t *put_u32(uint8_t *at, uint32_t value)
{
    return put_u16(put_u16(at, value >> 16), value & 0xffff);
}

static inline uint16_t get_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t get_u32(const uint8_t *at)
{
    return (uint32_t)get_u16(at) << 16 | get_u16(at + 2);
}

static inline uint8_t *put_key(uint8_t *at, uint8_t family, const struct prefix_key *key)
{
    for (unsigned w = 0; w < (family == KERNEL_IPV4 ? 1u : 4u); w++)
        at = put_u32(at, key->word[w]);
    return at;
}

static inline void get_key(const uint8_t *at, uint8_t family, struct prefix_key *key)
{
    memset(key, 0, sizeof *key);
    for (unsigned w = 0; w < (family == KERNEL_IPV4 ? 1u : 4u); w++)
        key->word[w] = get_u32(at + 4 * w);
}

/* A datagram as IP sees it: header, payload, zeros. */
struct upper {
    uint8_t header[76]; /* the longest is an ICMPv6 error that quotes a TCP segment */
    size_t header_bytes;
    const uint8_t *payload;
    size_t payload_bytes, zeros;
    size_t checksum_at;     /* in the header; NO_CHECKSUM */
    bool pseudo;            /* the checksum covers a pseudo header */
    bool never_zero;        /* a checksum of 0 is sent as 0xffff (RFC 768) */
};

/* wire_tcp.c, wire_datagram.c: header and where the checksum goes; the payload is set by the caller. */
void upper_tcp(const struct packet *packet, struct upper *upper);
void upper_udp(const struct packet *packet, struct upper *upper);
void upper_icmp(const struct packet *packet, struct upper *upper);
void upper_igmp(const struct packet *packet, struct upper *upper);
bool icmp_is_error(uint8_t protocol, uint8_t type);

/* wire_ip.c; size_bytes: of the whole packet. No options. */
void wire_ipv4_header(uint8_t *at, const struct packet *packet, size_t size_bytes);

/* wire_tcp.c, wire_datagram.c: the counterparts; the checksum has been looked at. */
const char *decode_tcp(const uint8_t *bytes, size_t size, struct packet *packet, struct wire_payload *payload);
const char *decode_udp(const uint8_t *bytes, size_t size, struct packet *packet, struct wire_payload *payload);
const char *decode_icmp(const uint8_t *bytes, size_t size, struct packet *packet, struct wire_payload *payload);
#endif
