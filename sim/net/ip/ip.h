/*
 * IP: what a host does with packets. Outward: ip_send finds interface, next hop and source, fragments where it must, hands over to
 * a link. Inward: ip_arrive decides whether a packet is for this host (strong host model, host-stack 2.7), is to be forwarded, or
 * is dropped; what is for this host goes to its transport, to raw sockets and to captures.
 *
 * A decision once made is remembered: by an endpoint in its ip_path, by a host in its table of recent destinations. Both hold until
 * the host's generation changes, which every change of a route, an address or an interface does.
 */
#ifndef NET_IP_IP_H
#define NET_IP_IP_H
#include "net/link/link.h"
#include "net/net.h"

struct host;
struct iface;
struct ifaddr;
struct path_via;

/* Where a packet to one destination goes. Zeroed: not known yet. */
struct ip_path {
    uint64_t generation;         /* of the host when it was found; 0: never */
    enum kernel_status status;   /* KERNEL_OK, KERNEL_NET_UNREACHABLE, KERNEL_NET_DOWN */
    struct iface *iface;         /* it leaves by this one */
    struct link *link;           /* of `iface`, or the host's loopback link; NULL: nothing is plugged in */
    struct iface *neighbor;      /* whose frame it becomes; NULL on a point-to-point link, for groups, and if nobody has the address */
    struct prefix_key source;    /* the address it would bear */
    struct prefix_key next_hop;
    uint32_t mtu_bytes;          /* of the path, as far as it is known */
    bool plain;                  /* straight onto `link`: nothing more is to be asked */
    bool local;                  /* an address of this host */
    bool broadcast, multicast;
};

/* What a sender may insist on; zeroed: nothing. */
struct ip_wish {
    struct prefix_key source; bool has_source; /* strong send: the interface must own it */
    uint32_t interface_index;                  /* IP_UNICAST_IF, a scope, the multicast interface; 0: any */
    const struct path_via *via;                /* another default gateway than the best; NULL: that one */
};

/* Finds the path anew if the host has changed since. The caller's `path` is for one destination and wish only. */
void ip_path_find(struct host *host, uint8_t family, const struct prefix_key *destination, const struct ip_wish *wish, struct ip_path *path);
bool ip_path_other(struct host *host, uint8_t family, const struct prefix_key *destination, const struct ip_wish *wish, struct path_via *next); /* than wish->via (path_next_gateway) */
bool ip_path_holds(const struct host *host, const struct ip_path *path);

/* Sends what this host has made: family, protocol, destination, source, size, hop limit, flags and the upper header are set. Takes
   the packet. Larger than the path's MTU: fragmented, or (PACKET_DONT_FRAGMENT, IPv6 from afar) dropped with KERNEL_TOO_LONG. */
enum kernel_status ip_send(struct host *host, struct packet *packet, const struct ip_path *path);

/* Onto the link of `iface`, to whoever has `next_hop`; takes the packet. */
void ip_transmit(struct iface *iface, struct packet *packet, const struct prefix_key *next_hop);

void ip_forget(const struct iface *iface); /* it goes for good: copies on their way to the host itself were sent there */

/* From a link; takes the packet. */
void ip_arrive(struct iface *iface, struct packet *packet);
void ip_work(struct iface *iface, struct packet *packet); /* the same, once a processor has had its time with it (rss/receive.c) */

/* The path MTU to a destination has become smaller (ICMP); forgotten after 600 s. */
void ip_mtu_learn(struct host *host, uint8_t family, const struct prefix_key *destination, uint32_t mtu_bytes);
void ip_mtu_forget(struct host *host, uint8_t family, const struct prefix_key *destination);
uint32_t ip_mtu_known(const struct host *host, uint8_t family, const struct prefix_key *destination, uint32_t mtu_bytes);

/* ---- ICMP (icmp.c) ---- */
enum icmp_problem { ICMP_NO_NET, ICMP_NO_HOST, ICMP_NO_PROTOCOL, ICMP_NO_PORT, ICMP_TOO_BIG, ICMP_HOPS_EXCEEDED, ICMP_REASSEMBLY_EXCEEDED };
/* Tells the sender of `about` (never of an error, a group or a broadcast: RFC 1122 3.2.2). */
void icmp_tell(struct host *host, struct iface *iface, const struct packet *about, enum icmp_problem problem, uint32_t mtu_bytes);
void icmp_arrive(struct host *host, struct iface *iface, struct packet *packet);

/* ---- what IP hands up; each takes the packet ---- */
void transport_arrive(struct host *host, struct iface *iface, struct packet *packet); /* endpoint/demux.c */
/* An ICMP error about a packet of this host: `problem` and what it quotes. */
void transport_problem(struct host *host, uint8_t family, const struct icmp_header *icmp, enum icmp_problem problem);

/* ---- rows of level packet (packet_rows.c); each looks first whether anybody listens ---- */
void row_packet_sent(const struct iface *iface, struct packet *packet); /* notes the sender in it where captures want that */
void row_packet_arrived(const struct iface *iface, const struct packet *packet);
void row_packet_overheard(const struct iface *iface, const struct packet *packet);
void row_packet_dropped(const struct host *host, const struct iface *iface, const struct packet *packet, enum drop_reason reason);
#endif
