/*
 * A packet on its way: a typed record, not bytes (those are made on demand by sim/net/wire for captures and raw sockets). It is
 * owned by exactly one queue, comes from the net's pool and goes back there. Its payload is a piece of a chunk of real bytes
 * that sender, packets and receiver share by counting; nothing is copied on the way.
 *
 * Numbers are in host order. The first 64 bytes are all that a link or a router looks at.
 */
#ifndef NET_IP_PACKET_H
#define NET_IP_PACKET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel.h"
#include "net/prefix_tree.h"

struct net;

/* ---- payload ---- */

/* Bytes that many may refer to. Whoever made it may append behind `used`; what was written once never changes. */
struct chunk {
    uint32_t uses;
    uint32_t used, room; /* bytes */
    struct chunk *next;  /* for its present owner's list, or the pool's */
    uint8_t bytes[];
};

struct piece { struct chunk *chunk; uint32_t offset, size; }; /* chunk NULL: no payload */

struct chunk *chunk_new(struct net *net, size_t room_bytes); /* one use, the caller's; room is at least what was asked for */
static inline struct chunk *chunk_use(struct chunk *chunk) { chunk->uses++; return chunk; }
void chunk_free(struct net *net, struct chunk *chunk);
static inline void chunk_release(struct net *net, struct chunk *chunk)
{
    if (chunk && --chunk->uses == 0)
        chunk_free(net, chunk);
}
static inline const uint8_t *piece_bytes(const struct piece *piece) { return piece->chunk->bytes + piece->offset; }

/* ---- headers ---- */

#define IP_PROTOCOL_ICMP 1
#define IP_PROTOCOL_IGMP 2
#define IP_PROTOCOL_TCP 6
#define IP_PROTOCOL_UDP 17
#define IP_PROTOCOL_ICMPV6 58
#define PACKET_ARP 1 /* as a family: an ARP message, no IP packet at all */

enum packet_flag {
    PACKET_DONT_FRAGMENT = 1,
    PACKET_MORE_FRAGMENTS = 2,
    PACKET_IS_FRAGMENT = 4,      /* part of a datagram: it carries the whole payload; fragment_offset and size say which part is in it */
    PACKET_DAMAGED = 8,          /* a link corrupted it: the receiver's checksum finds it */
    PACKET_NO_CHECKSUM = 16,     /* UDP over IPv4 without one */
    PACKET_ROUTER_ALERT = 32,
    PACKET_LINK_BROADCAST = 64,  /* the frame is for everybody, or for a group, on the link */
    PACKET_LOOPED = 128,         /* a copy for the sending host itself */
};

enum tcp_flag { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16, TCP_URG = 32, TCP_ECE = 64, TCP_CWR = 128 };
enum tcp_option { TCP_OPTION_MSS = 1, TCP_OPTION_SCALE = 2, TCP_OPTION_SACK_PERMITTED = 4, TCP_OPTION_TIMESTAMPS = 8 };
#define TCP_SACK_MOST 4

struct tcp_header {
    uint32_t sequence, acknowledgment;
    uint16_t window, urgent;     /* as on the wire: unscaled, relative to the sequence number */
    uint16_t mss;
    uint8_t flags, options;      /* enum tcp_flag, enum tcp_option */
    uint8_t scale, sack_count;
    uint32_t timestamp, timestamp_echo;
    struct { uint32_t left, right; } sack[TCP_SACK_MOST];
};

/* ICMP and ICMPv6 errors quote the packet they are about; `about` is what matters of it. */
struct icmp_header {
    uint8_t type, code;
    uint32_t word;               /* MTU of "too big", next hop of a redirect, identifier and number of an echo */
    struct { struct prefix_key source, destination; uint16_t source_port, destination_port; uint32_t sequence; uint16_t size; uint8_t protocol; } about;
};

/* IGMPv3 and MLDv2 reports and queries, ARP and neighbour discovery: their records lie in the payload, in wire form. */

struct packet {
    struct packet *next;
    int64_t starts_ns, arrives_ns;   /* over the present link: when its serialisation begins, when its last bit is there */
    struct prefix_key destination;
    uint32_t size;                   /* bytes of the IP packet, headers included; the link adds its own */
    uint8_t family, protocol, hop_limit, traffic_class; /* family: KERNEL_IPV4, KERNEL_IPV6, PACKET_ARP; class: DSCP and ECN */
    struct iface *next_hop;          /* on a shared segment: whose frame it is; NULL: everybody's */

    struct prefix_key source;
    uint64_t cause;                  /* trace row that made it leave */
    uint64_t number;                 /* 1, 2, … in order of making; copies and fragments have their own */
    uint16_t source_port, destination_port;
    uint16_t flags, fragment_offset; /* offset in bytes */
    uint32_t identification;         /* IPv4 identification or IPv6 fragment identification; 0: none given */
    uint32_t flow_label;
    struct piece payload;            /* what follows the transport header */
    uint32_t whole_size;             /* of a fragment's datagram: bytes of the unfragmented IP packet */
    union {
        struct tcp_header tcp;
        struct icmp_header icmp;
    };
    uint8_t sender_mac[6];           /* who put the frame on the present link; only while captures want bytes */
};

struct packet_pool;
void packet_pool_free(struct packet_pool *pool);

/* All zero but for its number and its cause, which is the present one. */
struct packet *packet_new(struct net *net);
struct packet *packet_new_datagram(struct net *net); /* its tcp and icmp members are left as they are */
void packet_free(struct net *net, struct packet *packet); /* releases the payload too */
struct packet *packet_copy(struct net *net, const struct packet *packet); /* with a number of its own; shares the payload */

#define IPV4_HEADER_BYTES 20u
#define IPV6_HEADER_BYTES 40u
#define UDP_HEADER_BYTES 8u
#define TCP_HEADER_BYTES 20u
static inline uint32_t ip_header_bytes(uint8_t family) { return family == KERNEL_IPV4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES; }
uint32_t tcp_header_bytes(const struct tcp_header *header); /* with its options, padded as they are sent */

static inline bool key_equal(const struct prefix_key *a, const struct prefix_key *b)
{
    return ((a->word[0] ^ b->word[0]) | (a->word[1] ^ b->word[1]) | (a->word[2] ^ b->word[2]) | (a->word[3] ^ b->word[3])) == 0;
}
bool key_is_multicast(uint8_t family, const struct prefix_key *key);
bool key_is_unspecified(const struct prefix_key *key);
struct kernel_address key_address(uint8_t family, const struct prefix_key *key); /* scope 0 */
#endif
