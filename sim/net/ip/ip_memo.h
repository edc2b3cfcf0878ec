/*
 * What a host decided about packets lately: by destination and interface of arrival, is it for us, and if not, where does it go.
 * A direct-mapped table that grows while packets keep missing it; an entry holds as long as the host's generation stays the same.
 */
#ifndef NET_IP_IP_MEMO_H
#define NET_IP_IP_MEMO_H
#include "net/ip/ip.h"
#include "net/net_private.h"

enum ip_verdict { VERDICT_LOCAL, VERDICT_GROUP, VERDICT_FORWARD, VERDICT_NOT_OURS, VERDICT_NO_ROUTE };

struct ip_memo {
    struct prefix_key destination;
    uint64_t generation;
    const struct iface *in;
    struct iface *out;           /* VERDICT_FORWARD … */
    struct link *link;           /* … its link, NULL: nothing plugged in */
    uint32_t mtu_bytes;
    uint8_t family, verdict;

    struct prefix_key next_hop;
};

const struct ip_memo *ip_memo(struct host *host, struct iface *in, const struct packet *packet);
void ip_memo_free(struct host *host);
#endif
