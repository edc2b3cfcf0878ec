#include "net/ip/ip_memo.h"

#include <stdlib.h>
#include <string.h>

#include "core/arena.h"

#define MEMO_LEAST 8u
#define MEMO_MOST 4096u

static inline uint32_t memo_hash(const struct iface *in, const struct packet *packet)
{
    const uint32_t *word = packet->destination.word;
    uint64_t mix = (uint64_t)word[0] << 32 | in->index;
    if (packet->family != KERNEL_IPV4)
        mix ^= ((uint64_t)word[1] << 32 | word[3]) * UINT64_C(0xd6e8feb86659fd93) + word[2];
    return (uint32_t)(mix * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

/* An IPv4 key has one word. */
static inline bool memo_is(const struct ip_memo *memo, const struct host *host, const struct iface *in, const struct packet *packet)
{
    if (memo->generation != host->generation || memo->in != in || memo->family != packet->family || memo->destination.word[0] != packet->destination.word[0])
        return false;
    return packet->family == KERNEL_IPV4 || key_equal(&memo->destination, &packet->destination);
}

/* ---- deciding ---- */

static bool own_broadcast(const struct iface *in, uint32_t word)
{
    const struct ifaddr *ifaddr;
    if (word == UINT32_MAX)
        return true;
    DL_FOREACH(in->addresses, ifaddr) {
        struct kernel_address broadcast = ifaddr_broadcast(ifaddr);
        if (broadcast.family == KERNEL_IPV4 && prefix_key_of(&broadcast).word[0] == word)
            return true;
    }
    return false;
}

/* Strong receive (2.7): the address must be this interface's, unless the packet never left the host. */
static bool own_unicast(const struct iface *in, const struct kernel_address *destination)
{
    const struct iface *iface;
    bool any = in->type == IFACE_LOOPBACK || in->host->parameters.weak_host_send;
    DL_FOREACH(in->host->ifaces, iface) {
        const struct ifaddr *ifaddr;
        if (!any && iface != in)
            continue;
        DL_FOREACH(iface->addresses, ifaddr) {
            if (ifaddr->address.family == destination->family && ifaddr_usable(ifaddr)
                && memcmp(ifaddr->address.bytes, destination->bytes, sizeof destination->bytes) == 0)
                return true;
        }
    }
    return false;
}

static void decide_forward(struct ip_memo *memo, struct host *host, const struct iface *in, const struct kernel_address *destination)
{
    memo->verdict = VERDICT_NOT_OURS;
    if (!host->parameters.forwarding || in->type == IFACE_LOOPBACK)
        return;
    struct path_found found = path_find(host, destination);
    memo->verdict = VERDICT_NO_ROUTE;
    if (found.status != KERNEL_OK)
        return;
    memo->verdict = found.iface->type == IFACE_LOOPBACK || own_unicast(found.iface, destination) ? VERDICT_LOCAL : VERDICT_FORWARD; /* a router answers for all its addresses */
    memo->out = found.iface;
    memo->link = found.iface->link;
    memo->mtu_bytes = found.iface->mtu_bytes;
    if (memo->link && memo->link->mtu_bytes && memo->link->mtu_bytes < memo->mtu_bytes)
        memo->mtu_bytes = memo->link->mtu_bytes;
    memo->next_hop = prefix_key_of(&found.next_hop);
}

static void decide(struct ip_memo *memo, struct host *host, struct iface *in, const struct packet *packet)
{
    struct kernel_address destination = key_address(packet->family, &packet->destination);
    *memo = (struct ip_memo){ .destination = packet->destination, .generation = host->generation, .in = in, .family = packet->family };
    if (key_is_multicast(packet->family, &packet->destination) || (packet->family == KERNEL_IPV4 && own_broadcast(in, packet->destination.word[0])))
        memo->verdict = VERDICT_GROUP;
    else if (own_unicast(in, &destination))
        memo->verdict = VERDICT_LOCAL;
    else
        decide_forward(memo, host, in, &destination);
}

/* ---- remembering ---- */

static void memo_grow(struct host *host)
{
    uint32_t room = host->memo ? (host->memo_mask + 1) * 4 : MEMO_LEAST;
    free(host->memo);
    host->memo = memory_take(room * sizeof *host->memo);
    host->memo_mask = room - 1;
    host->memo_misses = 0;
}

const struct ip_memo *ip_memo(struct host *host, struct iface *in, const struct packet *packet)
{
    if (!host->memo)
        memo_grow(host);
    uint32_t hash = memo_hash(in, packet);
    struct ip_memo *memo = &host->memo[hash & host->memo_mask];
    if (memo_is(memo, host, in, packet))
        return memo;
    if (memo->generation == host->generation && ++host->memo_misses > host->memo_mask && host->memo_mask + 1 < MEMO_MOST) {
        memo_grow(host);
        memo = &host->memo[hash & host->memo_mask];
    }
    decide(memo, host, in, packet);
    return memo;
}

void ip_memo_free(struct host *host)
{
    free(host->memo);
    host->memo = NULL;
}
