/* K bulk flows over one bottleneck: access links of ten times its rate and 1 ms, a drop-tail queue, RTT in all. */
#include <stdio.h>
#include <stdlib.h>

#include "bench/network.h"
#include "core/arena.h"
#include "core/check.h"
#include "net/link/cable.h"
#include "net/traffic/traffic.h"

#define SINK_PORT 5000
#define FRAME_OVERHEAD 2u /* as the yardsticks have it: PPP */
#define BUFFER_BYTES (UINT32_C(128) << 20) /* never what limits a flow */

static struct cable_setup setup_of(uint64_t rate_bps, int64_t delay_ns, unsigned queue_packets)
{
    struct cable_setup setup = cable_setup_default();
    setup.link.rate_bps = rate_bps;
    setup.link.delay_ns = delay_ns;
    setup.link.queue_packets = queue_packets;
    setup.link.overhead_bytes = FRAME_OVERHEAD;
    return setup;
}

static struct host_parameters parameters_of(const struct dumbbell_setup *setup)
{
    struct host_parameters parameters = host_parameters_default();
    parameters.tcp.timestamps = true; /* segments of 1448 bytes, as the yardsticks have */
    parameters.tcp.congestion_provider = setup->cubic ? TCP_PROVIDER_CUBIC : TCP_PROVIDER_NEWRENO;
    parameters.tcp.hystart = setup->cubic;
    parameters.tcp.rack = parameters.tcp.tlp = setup->cubic; /* NewReno as RFC 5681 and 6675 have it, CUBIC as current systems … */
    parameters.tcp.rack_least_rtt_ns = 0;
    if (!setup->cubic)
        parameters.tcp.min_rto_ns = 1000000000; /* … with the timeout of RFC 6298 */
    parameters.tcp.auto_tuning = TCP_TUNING_EXPERIMENTAL;
    if (setup->acknowledge_every)
        parameters.tcp.delayed_ack_frequency = setup->acknowledge_every;
    return parameters;
}

static void wire_note(struct dumbbell *dumbbell, const struct wire *wire)
{
    dumbbell->links[dumbbell->link_count++] = wire->link[0];
    dumbbell->links[dumbbell->link_count++] = wire->link[1];
}

static void flow_start(struct dumbbell *dumbbell, unsigned number, struct host *left, struct host *right)
{
    const struct dumbbell_setup *setup = &dumbbell->setup;
    struct host_parameters parameters = parameters_of(setup);
    struct host *sender = network_host(&dumbbell->network, "sender", number, &parameters);
    struct host *receiver = network_host(&dumbbell->network, "receiver", number, &parameters);
    struct cable_setup wide[2] = { setup_of((uint64_t)setup->rate_mbps * 10000000, 1000000, 100000), setup_of((uint64_t)setup->rate_mbps * 10000000, 1000000, 100000) };
    struct wire here = network_wire(sender, left, 1 + 2 * number, wide), there = network_wire(right, receiver, 2 + 2 * number, wide);
    wire_note(dumbbell, &here);
    wire_note(dumbbell, &there);
    network_route(here.end[0], "0.0.0.0", 0, &here.address[1]);
    network_route(there.end[1], "0.0.0.0", 0, &there.address[0]);
    struct flow_end *flow = &dumbbell->flows[number];
    struct traffic_setup sink = traffic_setup_default();
    snprintf(flow->sink_name, sizeof flow->sink_name, "sink%u", number);
    sink.name = flow->sink_name;
    sink.kind = TRAFFIC_SINK;
    sink.transport = KERNEL_TCP;
    sink.port = SINK_PORT;
    flow->sender = sender;
    flow->to = (struct kernel_socket){ .address = there.address[1], .port = SINK_PORT };
    flow->sink = traffic_start(receiver, &sink);
    check(flow->sink);
}

static void source_start(struct flow_end *flow, unsigned number)
{
    struct traffic_setup source = traffic_setup_default();
    snprintf(flow->source_name, sizeof flow->source_name, "source%u", number);
    source.name = flow->source_name;
    source.kind = TRAFFIC_BULK;
    source.transport = KERNEL_TCP;
    source.to = flow->to;
    source.buffer_bytes = BUFFER_BYTES;
    flow->source = traffic_start(flow->sender, &source);
    check(flow->source);
}

void dumbbell_run(struct dumbbell *dumbbell, int64_t until_ns)
{
    for (; dumbbell->started < dumbbell->setup.flows; dumbbell->started++) {
        int64_t at_ns = dumbbell->setup.stagger_ns * dumbbell->started;
        if (at_ns > until_ns)
            break;
        network_run(&dumbbell->network, at_ns);
        network_advance(&dumbbell->network, at_ns);
        source_start(&dumbbell->flows[dumbbell->started], dumbbell->started);
    }
    network_run(&dumbbell->network, until_ns);
}

void dumbbell_start(struct dumbbell *dumbbell, const struct dumbbell_setup *setup)
{
    *dumbbell = (struct dumbbell){ .setup = *setup };
    dumbbell->flows = memory_take(setup->flows * sizeof *dumbbell->flows);
    dumbbell->links = memory_take((4 * (size_t)setup->flows + 2) * sizeof *dumbbell->links);
    network_start(&dumbbell->network, setup->seed);
    struct host_parameters parameters = host_parameters_default();
    parameters.forwarding = true;
    struct host *left = network_host(&dumbbell->network, "left", 0, &parameters), *right = network_host(&dumbbell->network, "right", 0, &parameters);
    int64_t delay_ns = (int64_t)setup->rtt_ms * 500000 - 2000000;
    struct cable_setup narrow[2];
    for (unsigned i = 0; i < 2; i++)
        narrow[i] = setup_of((uint64_t)setup->rate_mbps * 1000000, delay_ns, setup->queue_packets);
    if (setup->loss) {
        narrow[0].impairments.loss.model = LOSS_BERNOULLI;
        narrow[0].impairments.loss.rate.probability = setup->loss;
    }
    struct wire wire = network_wire(left, right, 0, narrow);
    wire_note(dumbbell, &wire);
    dumbbell->there = wire.link[0];
    dumbbell->back = wire.link[1];
    network_route(wire.end[0], "0.0.0.0", 0, &wire.address[1]);
    network_route(wire.end[1], "0.0.0.0", 0, &wire.address[0]);
    for (unsigned i = 0; i < setup->flows; i++)
        flow_start(dumbbell, i, left, right);
}

uint64_t dumbbell_packet_hops(const struct dumbbell *dumbbell)
{
    uint64_t hops = 0;
    for (unsigned i = 0; i < dumbbell->link_count; i++)
        hops += dumbbell->links[i]->counters.packets;
    return hops;
}

void dumbbell_end(struct dumbbell *dumbbell)
{
    network_end(&dumbbell->network);
    free(dumbbell->flows);
    free(dumbbell->links);
}
