/* Datagrams of 1000 bytes every 10 us over a chain of 1 Gbit/s links of 1 ms: `udp` of the benchmarks. */
#include <stdio.h>

#include "bench/network.h"
#include "core/check.h"
#include "net/link/cable.h"
#include "net/traffic/traffic.h"

#define SINK_PORT 9

/* Each node reaches the last one by the next; further routes lead the same way and are never taken. */
static void routes_add(const struct chain_setup *setup, const struct wire *wire, const struct kernel_address *last)
{
    char prefix[32];
    if (address_common_bits(&wire->address[1], last) != address_width(last))
        network_route(wire->end[0], "10.0.0.0", 8, &wire->address[1]);
    for (unsigned i = 0; i < setup->routes; i++) {
        snprintf(prefix, sizeof prefix, "20.%u.%u.0", i >> 8, i & 255);
        network_route(wire->end[0], prefix, 24, &wire->address[1]);
    }
}

void chain_start(struct chain *chain, const struct chain_setup *setup)
{
    struct host_parameters parameters = host_parameters_default();
    struct cable_setup cable[2] = { cable_setup_default(), cable_setup_default() };
    struct host *host[65];
    struct wire wire[64];
    check(setup->links >= 1 && setup->links < 64);
    for (unsigned i = 0; i < 2; i++) {
        cable[i].link.rate_bps = UINT64_C(1000000000);
        cable[i].link.delay_ns = 1000000;
    }
    *chain = (struct chain){ .links = setup->links };
    network_start(&chain->network, 1);
    parameters.forwarding = true;
    for (unsigned i = 0; i <= setup->links; i++)
        host[i] = network_host(&chain->network, "node", i, &parameters);
    for (unsigned i = 0; i < setup->links; i++)
        wire[i] = network_wire(host[i], host[i + 1], i, cable);
    const struct kernel_address *last = &wire[setup->links - 1].address[1];
    for (unsigned i = 0; i < setup->links; i++)
        routes_add(setup, &wire[i], last);
    chain->last = wire[setup->links - 1].link[0];
    struct traffic_setup sink = traffic_setup_default(), source = traffic_setup_default();
    sink.name = "sink";
    sink.kind = TRAFFIC_SINK;
    source.name = "source";
    source.kind = TRAFFIC_CBR;
    sink.transport = source.transport = KERNEL_UDP;
    sink.port = SINK_PORT;
    source.to = (struct kernel_socket){ .address = *last, .port = SINK_PORT };
    source.size = 1000;
    source.count = setup->packets;
    source.interval_ns = 10000;
    chain->sink = traffic_start(host[setup->links], &sink);
    chain->source = traffic_start(host[0], &source);
    check(chain->sink && chain->source);
}

void chain_end(struct chain *chain)
{
    network_end(&chain->network);
}
