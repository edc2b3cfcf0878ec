/*
 * Networks for benchmarks and for the fidelity table: a chain of routers with constant-rate datagrams, and a dumbbell with bulk
 * flows. They are built from the same interfaces, links and traffic as a scenario's; nobody listens to the trace.
 */
#ifndef BENCH_NETWORK_H
#define BENCH_NETWORK_H
#include <stdbool.h>
#include <stdint.h>

#include "core/engine.h"
#include "net/link/cable.h"
#include "net/net.h"

struct trace;
struct link;
struct traffic;

struct network {
    struct engine *engine;
    struct trace *trace;
    struct net *net;
    uint64_t seed, events;
};

void network_start(struct network *network, uint64_t seed);
void network_end(struct network *network);
void network_run(struct network *network, int64_t until_ns); /* what is due by then */

void network_advance(struct network *network, int64_t to_ns); /* time itself, when nothing is due before */

struct host *network_host(struct network *network, const char *name, unsigned number, const struct host_parameters *parameters);
/* A cable between two new interfaces that have a /30 of their own; `number` makes the addresses. */
struct wire { struct iface *end[2]; struct link *link[2]; struct kernel_address address[2]; };
struct wire network_wire(struct host *a, struct host *b, unsigned number, const struct cable_setup setup[2]);
void network_route(struct iface *iface, const char *prefix, unsigned length, const struct kernel_address *next_hop);

/* ---- a chain: sender, routers, receiver ---- */
struct chain_setup { unsigned links, routes; uint64_t packets; };
struct chain { struct network network; unsigned links; struct traffic *source, *sink; struct link *last; };
void chain_start(struct chain *chain, const struct chain_setup *setup);
void chain_end(struct chain *chain);

/* ---- a dumbbell: K senders, two routers, K receivers ---- */
struct dumbbell_setup {
    unsigned flows, rate_mbps, rtt_ms, queue_packets;
    uint64_t loss;                 /* of the bottleneck towards the receivers, in 2^-32 */
    bool cubic;
    unsigned acknowledge_every;    /* full segments */
    int64_t stagger_ns;            /* between the starts */
    uint64_t seed;
};
struct flow_end {
    struct host *sender;
    struct kernel_socket to;
    struct traffic *source, *sink; /* source NULL: not started yet */
    char source_name[24], sink_name[24];
    uint64_t received_at_mark;     /* for whoever measures */
    double window_area;
    uint32_t window_peak;
};
struct dumbbell { struct network network; struct dumbbell_setup setup; struct flow_end *flows; struct link *there, *back; struct link **links; unsigned link_count, started; };
void dumbbell_start(struct dumbbell *dumbbell, const struct dumbbell_setup *setup);
void dumbbell_run(struct dumbbell *dumbbell, int64_t until_ns); /* sources start when their time has come */
void dumbbell_end(struct dumbbell *dumbbell);
uint64_t dumbbell_packet_hops(const struct dumbbell *dumbbell);
#endif
