/*
 * Neighbours (host-stack 3.7): who on the link has an address, found out by ARP (RFC 826) and neighbour discovery (RFC 4861), both
 * by the rules of the latter. Each interface has a cache. It is used where the stack parameter `neighbors` is on; messages of others
 * are answered in any case.
 *
 * Resolution messages are packets on the same link as everything else, their bodies in wire form. They are not sent through the
 * cache themselves: an answer goes to whoever asked.
 */
#ifndef NET_IP_NEIGHBOR_H
#define NET_IP_NEIGHBOR_H
#include "net/ip/ip.h"

/* As numbered by Windows (MIB_IPNET_ROW2). NEIGHBOR_NONE stands for no entry in rows. */
enum neighbor_state {
    NEIGHBOR_UNREACHABLE, NEIGHBOR_INCOMPLETE, NEIGHBOR_PROBE, NEIGHBOR_DELAY, NEIGHBOR_STALE, NEIGHBOR_REACHABLE, NEIGHBOR_PERMANENT,
    NEIGHBOR_NONE,
};
const char *neighbor_state_name(enum neighbor_state state); /* "unreachable" … "none" */
bool neighbor_state_parse(const char *text, enum neighbor_state *state);

/* Next hops on this interface are resolved: the parameter is on and the link is one with link-layer addresses. */
bool neighbor_resolves(const struct iface *iface);

/* An ARP message, or one of neighbour discovery (ICMPv6 133 to 137); takes it. */
void neighbor_arrive(struct iface *iface, struct packet *packet);

/* Before a packet for one host leaves. True: resolved, and on a segment packet->next_hop says whose frame it is; the caller sends it
   now. False: it was taken, to wait for an answer or to be dropped. */
bool neighbor_send(struct iface *iface, struct packet *packet, const struct prefix_key *next_hop);

/* Somebody above knows that the next hop answers: TCP's acknowledgment advanced (RFC 4861 7.3.1). */
void neighbor_confirm(struct iface *iface, uint8_t family, const struct prefix_key *next_hop);
void neighbor_confirm_path(const struct host *host, uint8_t family, const struct ip_path *path); /* if it still holds */

/* An entry that never changes; one that is there already becomes it. */
void neighbor_set(struct iface *iface, const struct kernel_address *address, const uint8_t mac[6]);
bool neighbor_remove(struct iface *iface, const struct kernel_address *address); /* false: there was none */

void neighbors_flush(struct iface *iface); /* the medium went: all but the permanent ones go (host-stack 1.2a) */
void neighbors_free(struct iface *iface);

struct neighbor_view { struct kernel_address address; enum neighbor_state state; bool has_mac, router; uint8_t mac[6]; };
/* Entries in order of first use: index 0, 1, …; false past the last. */
bool neighbor_view(const struct iface *iface, size_t index, struct neighbor_view *view);
bool neighbor_is_dead(const struct iface *iface, uint8_t family, const struct prefix_key *address); /* as a gateway */
#endif
