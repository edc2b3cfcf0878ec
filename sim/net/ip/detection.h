/*
 * Duplicate address detection as packets (host-stack 2.2, RFC 5227, RFC 4862 5.4), where the stack parameters `dad` and `neighbors`
 * are both on; with `dad` alone it is a mere delay in ifaddr.c. What a conflict means for the address is decided there, too.
 */
#ifndef NET_IP_DETECTION_H
#define NET_IP_DETECTION_H
#include "net/net_private.h"

bool detection_probes(const struct ifaddr *ifaddr);   /* real packets are due for this address */
void detection_probe(struct ifaddr *ifaddr);          /* "does anybody have this address?" */
void detection_announce(struct ifaddr *ifaddr);       /* "I have it" */

/* A message claims this address for somebody else. True: it is one of ours, and that has had its consequences. */
bool detection_claimed(struct iface *iface, unsigned slot, const struct prefix_key *address);
/* Somebody else is probing for it. True: we were as well, so that nobody gets it. */
bool detection_probed(struct iface *iface, unsigned slot, const struct prefix_key *address);
#endif
