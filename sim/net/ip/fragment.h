/*
 * Fragmentation (RFC 791, RFC 8200 4.5) and reassembly. A fragment carries the whole datagram's payload by reference; its
 * fragment_offset and size say which part of it is in the frame. Whoever has all parts takes any of them for the whole.
 */
#ifndef NET_IP_FRAGMENT_H
#define NET_IP_FRAGMENT_H
#include "net/ip/ip.h"

enum kernel_status fragment_send(struct host *host, struct packet *packet, const struct ip_path *path); /* takes it */
void fragment_forward(struct iface *out, struct packet *packet, const struct prefix_key *next_hop, uint32_t mtu_bytes);
struct packet *reassemble(struct iface *iface, struct packet *fragment); /* takes it; NULL until the datagram is whole */
void reassembly_leave(const struct iface *iface); /* it goes for good: what came by it is never completed */
void reassembly_free(struct host *host);
#endif
