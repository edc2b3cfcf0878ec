/* Which of its addresses a host uses as a source: KB 969029 for IPv4, RFC 6724 section 5 for IPv6 (host-stack 2.6). */
#include <string.h>

#include "net/net_private.h"

bool source_may(const struct ifaddr *ifaddr)
{
    return ifaddr_usable(ifaddr) && !ifaddr->skip_as_source;
}

struct question { const struct iface *iface; const struct kernel_address *destination, *next_hop; };

/* ---- IPv4 ---- */

/* True if `a` is the better one; both are candidates and b was created first. */
static bool better_v4(const struct ifaddr *a, const struct ifaddr *b, const struct question *ask)
{
    if (a->state != b->state)
        return a->state == ADDRESS_PREFERRED; /* deprecated ones only where no other is */
    bool a_here = a->iface == ask->iface, b_here = b->iface == ask->iface;
    if (a_here != b_here)
        return a_here;
    unsigned a_bits = address_common_bits(&a->address, ask->next_hop), b_bits = address_common_bits(&b->address, ask->next_hop);
    if (a_bits != b_bits)
        return a_bits > b_bits;
    return address_common_bits(&a->address, ask->destination) > address_common_bits(&b->address, ask->destination);
}

/* ---- IPv6 ---- */

static unsigned matching_bits(const struct ifaddr *source, const struct kernel_address *destination)
{
    unsigned bits = address_common_bits(&source->address, destination);
    return bits < source->prefix_length ? bits : source->prefix_length; /* rule 8 looks at the source's prefix only */
}

static bool better_v6(const struct ifaddr *a, const struct ifaddr *b, const struct question *ask)
{
    const struct kernel_address *destination = ask->destination;
    bool a_same = address_common_bits(&a->address, destination) == 128, b_same = address_common_bits(&b->address, destination) == 128;
    if (a_same != b_same) /* rule 1 */
        return a_same;
    unsigned wanted = policy_scope(destination), a_scope = policy_scope(&a->address), b_scope = policy_scope(&b->address);
    if (a_scope != b_scope) /* rule 2 */
        return a_scope < b_scope ? a_scope >= wanted : b_scope < wanted;
    if (a->state != b->state) /* rule 3 */
        return a->state == ADDRESS_PREFERRED;
    bool a_here = a->iface == ask->iface, b_here = b->iface == ask->iface;
    if (a_here != b_here) /* rule 5 */
        return a_here;
    unsigned label = policy_label(destination);
    bool a_match = policy_label(&a->address) == label, b_match = policy_label(&b->address) == label;
    if (a_match != b_match) /* rule 6 */
        return a_match;
    if (a->temporary != b->temporary) /* rule 7 */
        return a->temporary;
    return matching_bits(a, destination) > matching_bits(b, destination); /* rule 8 */
}

/* ---- both ---- */

static const struct ifaddr *best_of(const struct iface *iface, const struct question *ask, const struct ifaddr *best)
{
    const struct ifaddr *ifaddr;
    unsigned family = ask->destination->family;
    DL_FOREACH(iface->addresses, ifaddr) {
        if (ifaddr->address.family != family || !source_may(ifaddr))
            continue;
        if (!best || (family == KERNEL_IPV6 ? better_v6 : better_v4)(ifaddr, best, ask))
            best = ifaddr;
        else if (ifaddr->created < best->created && !(family == KERNEL_IPV6 ? better_v6 : better_v4)(best, ifaddr, ask))
            best = ifaddr; /* equals: the one that was there first */
    }
    return best;
}

const struct ifaddr *source_select(const struct iface *iface, const struct kernel_address *destination, const struct kernel_address *next_hop)
{
    struct question ask = { .iface = iface, .destination = destination, .next_hop = next_hop };
    const struct host *host = iface->host;
    const struct ifaddr *best = best_of(iface, &ask, NULL);
    if (!host->parameters.weak_host_send || iface->type == IFACE_LOOPBACK)
        return best;
    if (address_is_multicast(destination) || address_is_link_local(destination)) /* RFC 6724 section 4 */
        return best;
    const struct iface *other;
    DL_FOREACH(host->ifaces, other) {
        if (other != iface && other->type != IFACE_LOOPBACK)
            best = best_of(other, &ask, best);
    }
    return best;
}
