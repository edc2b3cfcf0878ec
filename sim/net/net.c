#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "net/endpoint/endpoint.h"
#include "net/qos/flow.h"
#include "net/rss/rss.h"
#include "net/link/cable.h"
#include "net/link/segment.h"
#include "net/traffic/traffic.h"

struct net *net_new(struct engine *engine, struct trace *trace)
{
    struct net *net = memory_take(sizeof *net);
    net->engine = engine;
    net->trace = trace;
    net->clock_ns = engine_clock(engine);
    net->traces_packets = trace_listens_packets(trace);
    return net;
}

/* Connections that outlive their owner have no name any more, but a tuple. */
static void endpoints_free(struct net *net)
{
    struct host *host;
    while (net->endpoints)
        endpoint_free(net->endpoints);
    for (host = net->hosts; host; host = host->hh.next) {
        while (host->connections)
            endpoint_free(host->connections);
    }
}

void net_free(struct net *net)
{
    if (!net)
        return;
    net->ending = true;
    endpoints_free(net);
    sessions_free(net);
    requests_free(net);
    cables_free(net);
    segments_free(net);
    while (net->links) {
        struct link *link = net->links;
        net->links = link->next;
        link_free(link);
    }
    traffics_free(net);
    struct host *host, *next_host;
    HASH_ITER(hh, net->hosts, host, next_host) {
        HASH_DEL(net->hosts, host);
        host_free(host);
    }
    rss_keys_free(net);
    packet_pool_free(&net->pool);
    listings_free(net);
    automatic_users_free(net);
    free(net);
}

const char *net_why(const struct net *net)
{
    return net->why;
}

uint64_t net_newest_endpoint(const struct net *net)
{
    return net->last_endpoint;
}

uint64_t net_newest_accepted(const struct net *net)
{
    return net->last_accepted;
}

bool net_refuse(struct net *net, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(net->why, sizeof net->why, format, arguments);
    va_end(arguments);
    return false;
}

struct host *host_find(struct net *net, const char *name)
{
    struct host *host;
    HASH_FIND_STR(net->hosts, name, host);
    return host;
}

struct host *host_next(struct net *net, const struct host *after)
{
    return after ? after->hh.next : net->hosts;
}

size_t net_requests_pending(const struct net *net)
{
    return HASH_COUNT(net->requests);
}

bool net_request_view(const struct net *net, size_t index, struct request_view *view)
{
    const struct request *request = net->requests;
    while (request && index--)
        request = request->hh.next;
    if (!request)
        return false;
    *view = (struct request_view){ .id = request->id, .topic = request->watch.topic, .destination = request->watch.destination,
                                   .owner = request->owner, .lasting = request->lasting };
    return true;
}
