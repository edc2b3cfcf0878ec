/* Endpoints: coming, going, and who is told of what happens to them. */
#include "net/endpoint/endpoint.h"

#include <stdlib.h>

#include "core/arena.h"
#include "core/check.h"
#include "net/qos/flow.h"
#include "net/tcp/tcp.h"
#include "net/traffic/traffic.h"

struct endpoint *endpoint_new(struct host *host, uint8_t family, uint8_t transport, uint8_t protocol, struct task *process)
{
    struct net *net = host->net;
    struct endpoint *endpoint = memory_take(sizeof *endpoint);
    endpoint->id = ++net->last_endpoint;
    endpoint->host = host;
    endpoint->family = family;
    endpoint->transport = transport;
    endpoint->protocol = transport == KERNEL_RAW ? protocol : transport;
    endpoint->process = process;
    endpoint->user = process ? process->user : 0;
    endpoint->holds = process ? 1 : 0;
    endpoint->tuple.family = family;
    endpoint->tuple.protocol = endpoint->protocol;
    options_default(endpoint);
    HASH_ADD(hh, net->endpoints, id, sizeof endpoint->id, endpoint);
    host->endpoints++;
    if (transport == KERNEL_RAW)
        host->raws++;
    return endpoint;
}

struct endpoint *endpoint_find(const struct net *net, kernel_endpoint id)
{
    struct endpoint *endpoint;
    HASH_FIND(hh, net->endpoints, &id, sizeof id, endpoint);
    return endpoint;
}

void endpoint_disown(struct endpoint *endpoint)
{
    struct host *host = endpoint->host;
    if (endpoint->flow)
        flow_ended(endpoint->flow);
    HASH_DEL(host->net->endpoints, endpoint);
    host->endpoints--;
    reservations_end(endpoint);
    endpoint->id = 0;
    endpoint->process = NULL;
    endpoint->slot = NULL;
    holders_free(endpoint);
    groups_free(endpoint);
    if (endpoint->transport == KERNEL_RAW)
        host->raws--;
}

void endpoint_free(struct endpoint *endpoint)
{
    if (endpoint->id)
        endpoint_disown(endpoint);
    flow_free(endpoint->flow);
    if (endpoint->tcp)
        tcp_free(endpoint);
    if (endpoint->by_tuple.tbl)
        tuple_leave(endpoint);
    if (endpoint->bound)
        port_unbind(endpoint);
    datagrams_free(endpoint);
    if (endpoint->host->recent == endpoint)
        endpoint->host->recent = NULL;
    free(endpoint);
}

/* ---- conditions ---- */

uint32_t endpoint_conditions(const struct endpoint *endpoint)
{
    struct kernel_state state = { .conditions = 0 };
    if (endpoint->transport == KERNEL_TCP)
        tcp_state(endpoint, &state);
    else
        datagram_state(endpoint, &state);
    return state.conditions;
}

void endpoint_happens(struct endpoint *endpoint, uint32_t conditions)
{
    struct request *request, *next;
    if (endpoint->traffic) {
        traffic_happens(endpoint->traffic, endpoint, conditions);
        return;
    }
    for (request = endpoint->watching; request; request = next) {
        next = request->endpoint_next;
        if (request->watch.topic == KERNEL_TOPIC_ENDPOINT && request->watch.conditions & conditions)
            transfer_end(request, KERNEL_OK, request->watch.conditions & conditions);
    }
}
