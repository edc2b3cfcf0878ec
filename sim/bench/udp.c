/*
 * Constant-rate datagrams over chains of links, as packet-hops a wall second. The check: every datagram arrives, and the links
 * have carried exactly so many.
 */
#include <stdio.h>
#include <string.h>

#include "bench/bench.h"
#include "bench/network.h"
#include "net/link/link.h"
#include "net/traffic/traffic.h"

#define ROUNDS_MOST 64

static double round_run(struct bench *bench, const struct chain_setup *setup)
{
    struct chain chain;
    chain_start(&chain, setup);
    double start = bench_now_s();
    network_run(&chain.network, INT64_MAX - 1);
    double seconds = bench_now_s() - start;
    struct traffic_view sink = traffic_view(chain.sink);
    if (sink.received_messages != setup->packets || sink.received_bytes != setup->packets * 1000 || chain.last->counters.packets != setup->packets)
        bench_wrong(bench, "udp", "datagrams were lost on the way");
    chain_end(&chain);
    return (double)(setup->packets * setup->links) / seconds;
}

static void chain_measure(struct bench *bench, const struct chain_setup *setup, const char *item)
{
    double values[ROUNDS_MOST];
    for (int i = 0; i < bench->rounds; i++)
        values[i] = round_run(bench, setup);
    double middle = bench_median(values, bench->rounds);
    bench_report(bench, "udp", item, middle, "hops/s", 100 * (values[bench->rounds - 1] - values[0]) / middle);
}

void bench_udp(struct bench *bench)
{
    uint64_t packets = bench->quick ? 20000 : 2000000;
    static const struct chain_setup cases[] = { { 1, 0, 0 }, { 5, 0, 0 }, { 10, 0, 0 }, { 5, 100, 0 }, { 5, 10000, 0 } };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct chain_setup setup = cases[i];
        char item[64];
        snprintf(item, sizeof item, "links=%u routes=%u", setup.links, setup.routes);
        setup.packets = packets / setup.links;
        if (!bench->only || strcmp(bench->only, item) == 0)
            chain_measure(bench, &setup, item);
    }
}
