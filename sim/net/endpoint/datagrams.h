/*
 * What an endpoint for messages keeps: packets that wait to be received (the packets themselves; nothing is copied until the owner's
 * memory is there), and the way to the last destination that is not the connected peer. UDP and raw sockets share it.
 */
#ifndef NET_ENDPOINT_DATAGRAMS_H
#define NET_ENDPOINT_DATAGRAMS_H
#include "net/endpoint/endpoint.h"

#define UDP_MOST_V4 65507u /* bytes of payload: 65535 less both headers */
#define UDP_MOST_V6 65527u
#define RAW_MOST 65467u    /* TCP/IP Raw Sockets */

/* Where a message goes, in the packet's own form. */
struct target { struct prefix_key to; uint32_t scope; uint16_t port; uint8_t family; };

struct datagrams {
    struct packet *head, *tail;
    uint64_t bytes;          /* payload that waits */
    uint32_t count;          /* packets that wait */
    uint32_t capture;        /* interface index that is captured, 0: none */
    uint64_t discarded;      /* for want of room */
    bool was_any;            /* bound to the wildcard before it was connected */
    uint8_t family_before;   /* of the tuple then */
    struct target peer;      /* while it is connected */
    struct kernel_socket named; /* the last destination that was named, port 0: none; it often is the next one */
    struct target other;     /* what it meant … */
    struct ip_path way;      /* … and the way there */
};

struct datagrams *datagrams_of(struct endpoint *endpoint); /* made on demand */

/* KERNEL_OK; KERNEL_BAD_ARGUMENT, KERNEL_ADDRESS_NOT_LOCAL (nobody can have it), KERNEL_NET_UNREACHABLE (not from the bound address). */
enum kernel_status target_of(const struct endpoint *endpoint, const struct kernel_socket *to, struct target *target);
/* Finds the way anew if it does not hold any more; KERNEL_DENIED: a broadcast, and not allowed. */
enum kernel_status target_path(struct endpoint *endpoint, const struct target *target, struct ip_path *path);
void datagram_paths_forget(struct endpoint *endpoint); /* an option or an address that decided about them is another */

/* Whether an endpoint's address and peer fit a packet that arrived at `iface`: 0 no, else the more the nearer. */
unsigned datagram_fit(const struct endpoint *endpoint, const struct iface *iface, const struct packet *packet);
/* Whether it would get a copy of what came to a broadcast address or a group. */
bool datagram_hears(const struct endpoint *endpoint, const struct iface *iface, const struct packet *packet);
/* Takes the packet: to the receives that wait, into the queue, or away. */
void datagram_enter(struct endpoint *endpoint, const struct iface *iface, struct packet *packet);
/* An error about an earlier message: ends one receive, the pending or the next. */
void datagram_fails(struct endpoint *endpoint, enum kernel_status status);

/* For traffic sources: no copies. The piece's chunk is used, not taken. `to` NULL: the peer. */
enum kernel_status udp_send_piece(struct endpoint *endpoint, const struct piece *piece, const struct kernel_socket *to);
struct packet *udp_take(struct endpoint *endpoint); /* the oldest that waits, the caller's now; NULL: none */

/* ---- raw.c ---- */
enum kernel_status raw_send(struct endpoint *endpoint, const struct kernel_transfer *transfer, const struct target *target, const struct ip_path *path);
/* Mode 0 to 3 as in SIO_RCVALL; KERNEL_BAD_ARGUMENT: not this kind of endpoint, unbound, bound to all, no such interface. */
enum kernel_status capture_set(struct endpoint *endpoint, uint32_t mode);

/* What nobody needs any more of a packet that has arrived says how it came. */
static inline void arrival_set(struct packet *packet, uint32_t interface_index, uint16_t flags)
{
    packet->identification = interface_index;
    packet->fragment_offset = flags;
}
static inline uint32_t arrival_interface(const struct packet *packet) { return packet->identification; }
static inline uint16_t arrival_flags(const struct packet *packet) { return packet->fragment_offset; } /* enum kernel_transfer_flag */
#endif
