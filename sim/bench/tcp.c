/*
 * TCP in bulk over a dumbbell, with real payload: packet-hops a wall second (data and ACKs, every link), virtual time against wall
 * time, and memory. The check: what the sinks got is what the sources' peers acknowledged, byte for byte by the pattern, and no
 * packet is unaccounted for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/network.h"
#include "net/link/link.h"
#include "net/tcp/tcp.h"
#include "net/traffic/traffic.h"

#define ROUNDS_MOST 64

struct bulk { unsigned flows, rate_mbps, seconds; };

static struct dumbbell_setup setup_of(const struct bulk *bulk)
{
    unsigned queue = (unsigned)((uint64_t)bulk->rate_mbps * 40 * 1000 / 8 / 1502); /* one bandwidth-delay product */
    return (struct dumbbell_setup){ .flows = bulk->flows, .rate_mbps = bulk->rate_mbps, .rtt_ms = 40, .queue_packets = queue, .acknowledge_every = 2,
                                    .stagger_ns = bulk->flows > 20 ? 10000000 : 100000000 };
}

static void bulk_check(struct bench *bench, const struct dumbbell *dumbbell)
{
    for (unsigned i = 0; i < dumbbell->setup.flows; i++) {
        struct traffic_view sink = traffic_view(dumbbell->flows[i].sink);
        struct endpoint *endpoint = traffic_endpoint(dumbbell->flows[i].source);
        struct tcp_view view;
        if (!endpoint || !tcp_view(endpoint, &view) || sink.received_bytes < view.acknowledged_bytes || sink.received_bytes > view.sent_bytes) {
            bench_wrong(bench, "tcp", "bytes received and bytes acknowledged do not fit");
            return;
        }
    }
}

struct figures { double hops_a_second, speed; };

static struct figures bulk_run(struct bench *bench, const struct bulk *bulk)
{
    struct dumbbell dumbbell;
    struct dumbbell_setup setup = setup_of(bulk);
    dumbbell_start(&dumbbell, &setup);
    double start = bench_now_s();
    dumbbell_run(&dumbbell, (int64_t)bulk->seconds * 1000000000);
    double seconds = bench_now_s() - start;
    bulk_check(bench, &dumbbell);
    struct figures figures = { (double)dumbbell_packet_hops(&dumbbell) / seconds, bulk->seconds / seconds };
    dumbbell_end(&dumbbell);
    return figures;
}

static long peak_kib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* In a child of its own, so that what other cases left behind does not count. */
static double bulk_memory_mib(struct bench *bench, const struct bulk *bulk)
{
    int ends[2], status;
    long kib = 0;
    if (pipe(ends) != 0)
        return 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        bulk_run(bench, bulk);
        long peak = peak_kib();
        _exit(write(ends[1], &peak, sizeof peak) != (ssize_t)sizeof peak || bench->failed);
    }
    close(ends[1]);
    if (child < 0 || read(ends[0], &kib, sizeof kib) != (ssize_t)sizeof kib || waitpid(child, &status, 0) != child || status != 0)
        bench_wrong(bench, "tcp", "the memory of a case could not be measured");
    close(ends[0]);
    return (double)kib / 1024;
}

static void bulk_measure(struct bench *bench, const struct bulk *bulk)
{
    double hops[ROUNDS_MOST], speed[ROUNDS_MOST];
    char item[64];
    for (int i = 0; i < bench->rounds; i++) {
        struct figures figures = bulk_run(bench, bulk);
        hops[i] = figures.hops_a_second;
        speed[i] = figures.speed;
    }
    double middle = bench_median(hops, bench->rounds);
    snprintf(item, sizeof item, "flows=%u rate=%uM", bulk->flows, bulk->rate_mbps);
    bench_report(bench, "tcp", item, middle, "hops/s", 100 * (hops[bench->rounds - 1] - hops[0]) / middle);
    snprintf(item, sizeof item, "flows=%u rate=%uM speed", bulk->flows, bulk->rate_mbps);
    bench_report(bench, "tcp", item, bench_median(speed, bench->rounds), "x", 0);
    snprintf(item, sizeof item, "flows=%u rate=%uM peak", bulk->flows, bulk->rate_mbps);
    double mib = bulk_memory_mib(bench, bulk);
    bench_report(bench, "tcp", item, mib, "MiB", 0);
    snprintf(item, sizeof item, "flows=%u rate=%uM a flow", bulk->flows, bulk->rate_mbps);
    bench_report(bench, "tcp", item, mib * 1024 / bulk->flows, "KiB", 0);
}

void bench_tcp(struct bench *bench)
{
    static const struct bulk cases[] = { { 1, 100, 30 }, { 10, 100, 30 }, { 100, 100, 30 }, { 10, 1000, 6 }, { 100, 1000, 6 }, { 1000, 1000, 6 } };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bulk bulk = cases[i];
        if (bench->quick && (bulk.flows > 10 || bulk.rate_mbps > 100))
            continue;
        if (bench->quick)
            bulk.seconds = 2;
        char item[64];
        snprintf(item, sizeof item, "flows=%u rate=%uM", bulk.flows, bulk.rate_mbps);
        if (!bench->only || strcmp(bench->only, item) == 0)
            bulk_measure(bench, &bulk);
    }
}
