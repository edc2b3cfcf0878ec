#include "net/ip/detection.h"

#include "net/ip/neighbor_private.h"

static const struct prefix_key nobody = { { 0 } };

bool detection_probes(const struct ifaddr *ifaddr)
{
    return ifaddr->iface->host->parameters.neighbors && iface_detects(ifaddr->iface, ifaddr->address.family);
}

void detection_probe(struct ifaddr *ifaddr)
{
    if (ifaddr->key.slot)
        nd_solicit(ifaddr->iface, &nobody, &ifaddr->key.address, NULL);
    else
        arp_send(ifaddr->iface, ARP_REQUEST, &nobody, &ifaddr->key.address, NULL);
}

void detection_announce(struct ifaddr *ifaddr)
{
    if (ifaddr->key.slot)
        nd_advertise(ifaddr->iface, &ifaddr->key.address, NULL, NULL);
    else
        arp_send(ifaddr->iface, ARP_REQUEST, &ifaddr->key.address, &ifaddr->key.address, NULL);
}

/* RFC 5227 2.4 (b): once it is defended; who is contradicted again within DEFEND_INTERVAL gives way. */
static void defend(struct ifaddr *ifaddr)
{
    const struct host *host = ifaddr->iface->host;
    int64_t now_ns = *host->net->clock_ns;
    bool again = ifaddr->disputed && now_ns - ifaddr->disputed_ns <= host->parameters.defend_interval_ns;
    ifaddr->disputed = true;
    ifaddr->disputed_ns = now_ns;
    if (again)
        ifaddr_conflict(ifaddr);
    else
        detection_announce(ifaddr);
}

bool detection_claimed(struct iface *iface, unsigned slot, const struct prefix_key *address)
{
    struct ifaddr *ifaddr = ifaddr_of_key(iface, slot, address);
    if (!ifaddr || ifaddr->state == ADDRESS_DUPLICATE || !detection_probes(ifaddr))
        return false; /* a duplicate is the other's by now */
    if (ifaddr_usable(ifaddr))
        defend(ifaddr);
    else
        ifaddr_conflict(ifaddr);
    return true;
}

bool detection_probed(struct iface *iface, unsigned slot, const struct prefix_key *address)
{
    struct ifaddr *ifaddr = ifaddr_of_key(iface, slot, address);
    if (!ifaddr || ifaddr->state != ADDRESS_TENTATIVE || !detection_probes(ifaddr))
        return false;
    ifaddr_conflict(ifaddr);
    return true;
}
