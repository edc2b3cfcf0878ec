#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "net/net_private.h"

struct net *net_new(struct engine *engine, struct trace *trace)
{
    struct net *net = memory_take(sizeof *net);
    net->engine = engine;
    net->trace = trace;
    return net;
}

void net_free(struct net *net)
{
    if (!net)
        return;
    requests_free(net);
    struct endpoint *endpoint, *next_endpoint;
    HASH_ITER(hh, net->endpoints, endpoint, next_endpoint) {
        HASH_DEL(net->endpoints, endpoint);
        free(endpoint);
    }
    struct host *host, *next_host;
    HASH_ITER(hh, net->hosts, host, next_host) {
        HASH_DEL(net->hosts, host);
        host_free(host);
    }
    listings_free(net);
    automatic_users_free(net);
    free(net);
}

const char *net_why(const struct net *net)
{
    return net->why;
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
