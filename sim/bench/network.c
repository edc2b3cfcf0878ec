/* What both networks are built from, and the loop that runs them. */
#include "bench/network.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/check.h"
#include "core/trace.h"
#include "net/link/cable.h"
#include "net/net_private.h"
#include "net/tcp/tcp.h"
#include "net/timer.h"
#include "net/traffic/traffic.h"

void network_start(struct network *network, uint64_t seed)
{
    *network = (struct network){ .engine = engine_new(), .seed = seed };
    network->trace = trace_new(engine_clock(network->engine));
    trace_listen(network->trace, false);
    network->net = net_new(network->engine, network->trace);
}

void network_end(struct network *network)
{
    net_free(network->net);
    trace_free(network->trace);
    engine_free(network->engine);
}

/* As sim/run.c's switch; no script and no threads take part. */
void network_run(struct network *network, int64_t until_ns)
{
    struct event event;
    while (engine_next_until(network->engine, until_ns, &event)) {
        network->events++;
        trace_set_cause(network->trace, event.cause);
        switch (event.kind) {
        case EVENT_LINK: link_event(event.subject.link); break;
        case EVENT_TCP_TIMER: tcp_timer(event.subject.endpoint, (unsigned)event.number); break;
        case EVENT_TRAFFIC: traffic_event(event.subject.traffic); break;
        case EVENT_NET_TIMER: net_timer_run(event.subject.net_timer); break;
        case EVENT_SETTLE: host_settle(event.subject.host); break;
        case EVENT_ADDRESS_TIMER: ifaddr_timer(event.subject.ifaddr); break;
        case EVENT_REQUEST: request_deliver(event.subject.request); break;
        case EVENT_SCRIPT: break; /* network_advance */
        case EVENT_THREAD_READY: case EVENT_WAIT_TIMEOUT: check(false);
        }
    }
}

void network_advance(struct network *network, int64_t to_ns)
{
    engine_post(network->engine, to_ns, RANK_SCRIPT, (struct event){ .kind = EVENT_SCRIPT });
    network_run(network, to_ns);
}

struct host *network_host(struct network *network, const char *name, unsigned number, const struct host_parameters *parameters)
{
    char text[32];
    snprintf(text, sizeof text, "%s%u", name, number);
    struct host *host = host_new(network->net, text, parameters, network->seed);
    check(host);
    return host;
}

static struct iface *end_make(struct host *host, const struct kernel_address *address)
{
    char name[32];
    unsigned count = 0;
    for (struct iface *iface = iface_next(host, NULL); iface; iface = iface_next(host, iface))
        count++;
    snprintf(name, sizeof name, "eth%u", count - 1);
    struct iface_setup setup = iface_setup_default();
    struct iface *iface = iface_add(host, name, &setup);
    struct ifaddr_setup own = { .address = *address, .prefix_length = 30, .state = ADDRESS_PREFERRED };
    check(iface && ifaddr_add(iface, &own));
    return iface;
}

struct wire network_wire(struct host *a, struct host *b, unsigned number, const struct cable_setup setup[2])
{
    struct wire wire = { .link = { NULL, NULL } };
    struct host *hosts[2] = { a, b };
    for (unsigned i = 0; i < 2; i++) {
        uint32_t word = UINT32_C(0x0a000000) + number * 4 + 1 + i;
        wire.address[i] = (struct kernel_address){ .family = KERNEL_IPV4, .bytes = { (uint8_t)(word >> 24), (uint8_t)(word >> 16), (uint8_t)(word >> 8), (uint8_t)word } };
        wire.end[i] = end_make(hosts[i], &wire.address[i]);
    }
    struct cable *cable = cable_between(wire.end[0], wire.end[1], setup);
    check(cable);
    for (unsigned i = 0; i < 2; i++)
        wire.link[i] = cable_link(cable, wire.end[i]);
    return wire;
}

void network_route(struct iface *iface, const char *prefix, unsigned length, const struct kernel_address *next_hop)
{
    struct route_setup route = { .prefix_length = length, .next_hop = *next_hop, .metric = 10 };
    check(address_parse(prefix, &route.prefix) && route_add(iface, &route));
}
