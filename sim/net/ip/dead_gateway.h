/*
 * Gateways that swallow what they are given (host-stack 3.7): connections that had no answer have left them (tcp/gateway.c). A host
 * avoids them as it does those that do not answer for themselves (neighbor_state.c), and after dgd_failback lets one connection try.
 * A host without any owns nothing.
 */
#ifndef NET_IP_DEAD_GATEWAY_H
#define NET_IP_DEAD_GATEWAY_H
#include "net/net_private.h"
#include "net/timer.h"

struct dead_gateway {
    struct host *host;
    uint32_t interface_index;
    uint8_t family;
    bool wanted;               /* the time to try it has come, and no connection was there to do so */
    struct prefix_key next_hop;
    struct net_timer timer;
    struct dead_gateway *next; /* found earlier */
};

bool dead_gateway_known(const struct iface *iface, uint8_t family, const struct prefix_key *next_hop);
void dead_gateway_found(struct iface *iface, uint8_t family, const struct prefix_key *next_hop);
void dead_gateway_back(struct iface *iface, uint8_t family, const struct prefix_key *next_hop); /* something went through it */
void dead_gateways_flush(struct iface *iface); /* the medium went: nothing is known of them any more */
void dead_gateways_free(struct host *host);
#endif
