/*
 * ICMP redirects (RFC 792, RFC 1122 3.2.2.2, RFC 4861 8; host-stack 3.6): a router that sends a packet back to where it came from says
 * who is nearer; a host believes only the next hop it has been using, and keeps a route to that one destination for a while.
 */
#ifndef NET_IP_REDIRECT_H
#define NET_IP_REDIRECT_H
#include "net/ip/ip.h"

/* A packet from `iface` is about to leave by the same interface to `next_hop`. */
void redirect_tell(struct iface *iface, const struct packet *about, const struct prefix_key *next_hop);
void redirect_arrive(struct iface *iface, const struct packet *packet); /* ICMP type 5, ICMPv6 type 137 */
void redirect_forget(struct host *host, const struct kernel_address *destination); /* what was said of it */
void redirects_free(struct host *host);
#endif
