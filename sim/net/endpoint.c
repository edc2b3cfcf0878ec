/* Endpoints: the stack's view of a socket. */
#include <stdlib.h>

#include "core/arena.h"
#include "core/check.h"
#include "kernel.h"
#include "net/net_private.h"

static bool kind_valid(enum kernel_family family, enum kernel_transport transport)
{
    return (family == KERNEL_IPV4 || family == KERNEL_IPV6)
        && (transport == KERNEL_TCP || transport == KERNEL_UDP || transport == KERNEL_RAW);
}

enum kernel_status kernel_endpoint_open(enum kernel_family family, enum kernel_transport transport, uint8_t protocol, kernel_endpoint *id)
{
    check(running && running->host);
    struct host *host = running->host;
    struct net *net = host->net;
    if (!kind_valid(family, transport))
        return KERNEL_BAD_ARGUMENT;
    if (host->stack_down)
        return KERNEL_STACK_DOWN;
    struct endpoint *endpoint = memory_take(sizeof *endpoint);
    endpoint->id = ++net->last_endpoint;
    endpoint->host = host;
    endpoint->family = family;
    endpoint->transport = transport;
    endpoint->protocol = protocol;
    HASH_ADD(hh, net->endpoints, id, sizeof endpoint->id, endpoint);
    host->endpoints++;
    *id = endpoint->id;
    return KERNEL_OK;
}

enum kernel_status kernel_endpoint_close(kernel_endpoint id)
{
    check(running && running->host);
    struct host *host = running->host;
    struct endpoint *endpoint;
    HASH_FIND(hh, host->net->endpoints, &id, sizeof id, endpoint);
    if (!endpoint || endpoint->host != host)
        return KERNEL_BAD_HANDLE;
    HASH_DEL(host->net->endpoints, endpoint);
    host->endpoints--;
    free(endpoint);
    return KERNEL_OK;
}
