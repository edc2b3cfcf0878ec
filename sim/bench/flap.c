/*
 * Routes: loading a table (bench/table.h), looking up, and flaps. A flap withdraws one route and announces it again, each at an
 * instant of its own: two settlings through the event queue, and every watch whose source address changed completes and asks
 * again.
 * The check: on a small world every watch is compared with host_best_path before and after each change; on large ones the number
 * of completions must be the expected one (two a flap for every watch behind the route, unless the shorter route leaves by the
 * same interface).
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/table.h"
#include "core/arena.h"
#include "core/engine.h"
#include "core/task.h"
#include "core/trace.h"
#include "net/net.h"

enum { ROUNDS_MOST = 64, NUMBER_TEXT = 40 };

struct flapping {
    struct engine *engine;
    struct trace *trace;
    struct net *net;
    struct host *host;
    struct task task;
    struct table table;
    size_t watches;
    struct kernel_address *destinations;
    bool *told;         /* by watch, since the last look */
    uint64_t completed;
    uint64_t chance;
    bool wrong;
};

/* ---- the world ---- */

static void loop_run(struct flapping *flapping)
{
    struct event event;
    while (engine_next(flapping->engine, &event)) {
        if (event.kind == EVENT_SETTLE)
            host_settle(event.subject.host);
        else if (event.kind == EVENT_REQUEST)
            request_deliver(event.subject.request);
    }
}

static struct flapping *flapping_new(size_t routes, uint64_t seed)
{
    struct flapping *flapping = memory_take(sizeof *flapping);
    struct host_parameters parameters = host_parameters_default();
    flapping->engine = engine_new();
    flapping->trace = trace_new(engine_clock(flapping->engine));
    trace_listen(flapping->trace, false);
    flapping->net = net_new(flapping->engine, flapping->trace);
    flapping->host = host_new(flapping->net, "router", &parameters, seed);
    flapping->task = (struct task){ .host = flapping->host, .host_name = "router", .actor_name = "app", .thread_name = "" };
    flapping->chance = seed + 1;
    table_make(&flapping->table, routes, seed);
    running = &flapping->task;
    return flapping;
}

static void flapping_free(struct flapping *flapping)
{
    running = NULL;
    net_free(flapping->net);
    trace_free(flapping->trace);
    engine_free(flapping->engine);
    table_free(&flapping->table);
    free(flapping->destinations);
    free(flapping->told);
    free(flapping);
}

static void routes_load(struct flapping *flapping)
{
    flapping->wrong |= !table_load(&flapping->table, flapping->host);
    loop_run(flapping);
}

static struct flapping *the_flapping; /* cookies are numbers of watches */

static void watch_told(void *cookie, enum kernel_status status, uint64_t count);

static void watch_ask(struct flapping *flapping, size_t number)
{
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_PATH, .family = KERNEL_IPV4, .destination = flapping->destinations[number] };
    kernel_request request;
    flapping->wrong |= kernel_watch(&watch, true, watch_told, (void *)(uintptr_t)number, &request) != KERNEL_OK;
}

static void watch_told(void *cookie, enum kernel_status status, uint64_t count)
{
    (void)count;
    size_t number = (uintptr_t)cookie;
    the_flapping->completed++;
    the_flapping->told[number] = true;
    the_flapping->wrong |= status != KERNEL_OK;
    watch_ask(the_flapping, number);
}

static void watches_ask(struct flapping *flapping, size_t watches)
{
    the_flapping = flapping;
    flapping->watches = watches;
    flapping->destinations = memory_take(watches * sizeof *flapping->destinations);
    flapping->told = memory_take(watches * sizeof *flapping->told);
    for (size_t i = 0; i < watches; i++) {
        flapping->destinations[i] = table_routed_address(&flapping->table, &flapping->chance);
        watch_ask(flapping, i);
    }
}

static void flap(struct flapping *flapping, void (*after)(struct flapping *flapping))
{
    const struct table *table = &flapping->table;
    const struct entry *entry = &table->entries[bench_random(&flapping->chance) % table->count];
    flapping->wrong |= !table_withdraw(table, entry);
    loop_run(flapping);
    if (after)
        after(flapping);
    flapping->wrong |= !table_announce(table, entry);
    loop_run(flapping);
    if (after)
        after(flapping);
}

/* ---- the check on a small world ---- */

static struct kernel_address *sources;

static void sources_compare(struct flapping *flapping)
{
    for (size_t i = 0; i < flapping->watches; i++) {
        struct kernel_path path = { 0 };
        flapping->wrong |= host_best_path(flapping->host, &flapping->destinations[i], &path) != KERNEL_OK;
        flapping->wrong |= flapping->told[i] == address_equal(&path.source, &sources[i]);
        sources[i] = path.source;
        flapping->told[i] = false;
    }
}

static void verify(struct bench *bench)
{
    struct flapping *flapping = flapping_new(400, 3);
    routes_load(flapping);
    watches_ask(flapping, 300);
    sources = memory_take(flapping->watches * sizeof *sources);
    for (size_t i = 0; i < flapping->watches; i++) {
        struct kernel_path path = { 0 };
        flapping->wrong |= host_best_path(flapping->host, &flapping->destinations[i], &path) != KERNEL_OK;
        sources[i] = path.source;
    }
    for (unsigned i = 0; i < 500; i++)
        flap(flapping, sources_compare);
    if (flapping->wrong || flapping->completed < 100)
        bench_wrong(bench, "flap", "completions differ from what brute force finds");
    free(sources);
    flapping_free(flapping);
}

/* ---- measuring ---- */

/* 1000000 is written 1e6, 20000 2e4. */
static void number_text(size_t number, char text[NUMBER_TEXT])
{
    unsigned zeros = 0;
    for (; number >= 10 && number % 10 == 0; number /= 10)
        zeros++;
    if (zeros > 1)
        snprintf(text, NUMBER_TEXT, "%zue%u", number, zeros);
    else
        snprintf(text, NUMBER_TEXT, "%zu%s", number, zeros ? "0" : "");
}

static const char *named(const char *what, size_t routes, size_t watches)
{
    static char item[96];
    char r[NUMBER_TEXT], w[NUMBER_TEXT];
    number_text(routes, r);
    number_text(watches, w);
    if (watches)
        snprintf(item, sizeof item, "%s R=%s W=%s", what, r, w);
    else
        snprintf(item, sizeof item, "%s R=%s", what, r);
    return item;
}

static double spread(const double *sorted, int rounds, double median)
{
    return median > 0 ? 50.0 * (sorted[rounds - 1] - sorted[0]) / median : 0;
}

static double report(struct bench *bench, const char *item, double *values, int rounds, const char *unit)
{
    double median = bench_median(values, rounds);
    bench_report(bench, "flap", item, median, unit, spread(values, rounds, median));
    return median;
}

/* Pages of memory that this process has in use. */
static double resident_bytes(void)
{
    unsigned long pages = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%lu %lu", &pages, &resident) != 2)
        resident = 0;
    if (file)
        fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static void measure_lookup(struct bench *bench, struct flapping *flapping, int rounds)
{
    enum { LOOKUPS = 1 << 19, ADDRESSES = 1 << 16 };
    double values[ROUNDS_MOST];
    uint64_t chance = 5;
    struct kernel_address *addresses = memory_take(ADDRESSES * sizeof *addresses);
    for (size_t i = 0; i < ADDRESSES; i++)
        addresses[i] = table_routed_address(&flapping->table, &chance);
    uint64_t reached = 0;
    for (int round = 0; round < rounds; round++) {
        double start = bench_now_s();
        for (size_t i = 0; i < LOOKUPS; i++) {
            struct kernel_path path;
            reached += kernel_best_path(&addresses[(i * 40503) % ADDRESSES], &path) == KERNEL_OK;
        }
        values[round] = (bench_now_s() - start) * 1e9 / LOOKUPS;
    }
    if (reached != (uint64_t)LOOKUPS * (uint64_t)rounds)
        bench_wrong(bench, "flap", "a routed address was not reached");
    report(bench, named("kernel_best_path", flapping->table.count, 0), values, rounds, "ns/call");
    free(addresses);
}

static double measure_flaps(struct bench *bench, struct flapping *flapping, size_t flaps, int rounds)
{
    double values[ROUNDS_MOST];
    flapping->completed = 0;
    for (int round = 0; round < rounds; round++) {
        double start = bench_now_s();
        for (size_t i = 0; i < flaps; i++)
            flap(flapping, NULL);
        values[round] = (double)flaps / (bench_now_s() - start);
    }
    double expected = 2.0 * (double)flapping->watches / (double)flapping->table.count * (TABLE_INTERFACES - 1) / TABLE_INTERFACES * (double)flaps * rounds;
    double slack = expected * 0.1 + 40;
    if (flapping->wrong || (double)flapping->completed < expected - slack || (double)flapping->completed > expected + slack) {
        fprintf(stderr, "%llu completions, about %.0f expected\n", (unsigned long long)flapping->completed, expected);
        bench_wrong(bench, "flap", "the number of completions is implausible");
    }
    return report(bench, named("flap", flapping->table.count, flapping->watches), values, rounds, "flaps/s");
}

static double measure_watched(struct bench *bench, size_t routes, size_t watches, int rounds, bool first)
{
    size_t flaps = bench->quick ? 2000 : 200000;
    double before = resident_bytes(), loading[1];
    struct flapping *flapping = flapping_new(routes, 7);
    double empty = resident_bytes(), start = bench_now_s();
    routes_load(flapping);
    loading[0] = (double)routes / (bench_now_s() - start);
    if (first) {
        report(bench, named("load", routes, 0), loading, 1, "routes/s");
        double memory[1] = { (resident_bytes() - empty) / (double)routes };
        if (before > 0)
            report(bench, named("memory", routes, 0), memory, 1, "bytes/route");
        measure_lookup(bench, flapping, rounds);
    }
    watches_ask(flapping, watches);
    double rate = measure_flaps(bench, flapping, flaps, rounds);
    flapping_free(flapping);
    return rate;
}

void bench_flap(struct bench *bench)
{
    int rounds = bench->rounds < ROUNDS_MOST ? bench->rounds : ROUNDS_MOST;
    size_t most = bench->quick ? 20000 : 1000000, many = most / 10, few = most / 1000;
    verify(bench);
    for (size_t routes = 10; routes < most; routes *= 1000) {
        struct flapping *small = flapping_new(routes, 7);
        routes_load(small);
        measure_lookup(bench, small, rounds);
        flapping_free(small);
    }
    double with_many = measure_watched(bench, most, many, rounds, true);
    double with_few = measure_watched(bench, most, few, rounds, false);
    double ratio[1] = { with_few / with_many };
    report(bench, "time a flap, many watches to few", ratio, 1, "times");
}
