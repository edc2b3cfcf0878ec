/*
 * Routes: loading a table, looking up, and flaps. The table has the prefix lengths of the global IPv4 table over 16 interfaces and
 * a default route over a 17th. A flap withdraws one route and announces it again, each at an instant of its own: two settlings
 * through the event queue, and every watch whose source address changed completes and asks again.
 * The check: on a small world every watch is compared with host_best_path before and after each change; on large ones the number of
 * completions must be the expected one (two a flap for every watch behind the route, unless the shorter route leaves by the
 * same interface).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "core/arena.h"
#include "core/engine.h"
#include "core/task.h"
#include "core/trace.h"
#include "net/net.h"

enum { INTERFACES = 16, ROUNDS_MOST = 64 };

struct entry { uint32_t prefix; uint8_t length, interface; };

struct flapping {
    struct engine *engine;
    struct trace *trace;
    struct net *net;
    struct host *host;
    struct iface *interfaces[INTERFACES + 1];
    struct task task;
    struct entry *table;
    size_t routes, watches;
    struct kernel_address *destinations;
    bool *told;         /* by watch, since the last look */
    uint64_t completed;
    uint64_t chance;
    bool wrong;
};

/* ---- the table ---- */

static uint32_t mask_of(unsigned length)
{
    return length ? UINT32_MAX << (32 - length) : 0;
}

/* Share of each prefix length in the global table, in per mille. */
static uint8_t draw_length(uint64_t *chance)
{
    static const struct { uint8_t length; uint16_t share; } lengths[] = {
        { 24, 596 }, { 23, 100 }, { 22, 113 }, { 21, 53 }, { 20, 45 }, { 19, 26 }, { 18, 14 }, { 17, 9 },
        { 16, 14 }, { 15, 7 }, { 14, 7 }, { 13, 6 }, { 12, 5 }, { 11, 3 }, { 10, 1 }, { 8, 1 } };
    uint64_t pick = bench_random(chance) % 1000;
    size_t i = 0;
    while (pick >= lengths[i].share)
        pick -= lengths[i++].share;
    return lengths[i].length;
}

static int entry_compare(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    return (a->length > b->length) - (a->length < b->length);
}

/* Different prefixes between 1.0.0.0 and 222.255.255.255, sorted. */
static struct entry *table_make(size_t count, uint64_t *chance)
{
    struct entry *table = memory_take((count + count / 4 + 64) * sizeof *table);
    size_t have = 0;
    while (have < count) {
        for (size_t more = count + count / 8 + 32 - have; more; more--) {
            uint32_t address = (uint32_t)(bench_random(chance) >> 32);
            address = (1 + (((address >> 24) * 222) >> 8)) << 24 | (address & 0xffffff);
            uint8_t length = draw_length(chance);
            table[have++] = (struct entry){ address & mask_of(length), length, (uint8_t)(bench_random(chance) % INTERFACES) };
        }
        qsort(table, have, sizeof *table, entry_compare);
        size_t kept = 0;
        for (size_t i = 0; i < have; i++) {
            if (kept == 0 || entry_compare(&table[kept - 1], &table[i]) != 0)
                table[kept++] = table[i];
        }
        have = kept;
    }
    for (size_t i = 0; i < have; i++) { /* a surplus goes at random, not from one end */
        size_t other = i + (size_t)(bench_random(chance) % (have - i));
        struct entry swapped = table[i];
        table[i] = table[other];
        table[other] = swapped;
    }
    qsort(table, count, sizeof *table, entry_compare);
    return table;
}

static struct kernel_address address_of(uint32_t number)
{
    return (struct kernel_address){ .family = KERNEL_IPV4, .bytes = { (uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number } };
}

/* A random address inside a random prefix of the table. */
static struct kernel_address routed_address(const struct flapping *flapping, uint64_t *chance)
{
    uint64_t pick = bench_random(chance);
    const struct entry *entry = &flapping->table[(pick >> 32) % flapping->routes];
    return address_of(entry->prefix | ((uint32_t)pick & ~mask_of(entry->length)));
}

/* ---- the world ---- */

static bool announce(struct flapping *flapping, const struct entry *entry)
{
    struct route_setup setup = { .prefix = address_of(entry->prefix), .prefix_length = entry->length, .metric = 10 };
    setup.next_hop = (struct kernel_address){ .family = KERNEL_IPV4, .bytes = { 250, 0, entry->interface, 2 } };
    return route_add(flapping->interfaces[entry->interface], &setup);
}

static bool withdraw(struct flapping *flapping, const struct entry *entry)
{
    struct kernel_address prefix = address_of(entry->prefix);
    return route_remove(flapping->host, &prefix, entry->length, NULL, NULL);
}

static void interfaces_make(struct flapping *flapping)
{
    for (uint8_t i = 0; i <= INTERFACES; i++) {
        char name[16];
        struct iface_setup setup = iface_setup_default();
        struct ifaddr_setup address = { .address = { .family = KERNEL_IPV4, .bytes = { 250, 0, i, 1 } }, .prefix_length = 24 };
        snprintf(name, sizeof name, "eth%u", i);
        flapping->interfaces[i] = iface_add(flapping->host, name, &setup);
        flapping->wrong |= !ifaddr_add(flapping->interfaces[i], &address);
    }
    flapping->wrong |= !announce(flapping, &(struct entry){ .interface = INTERFACES });
}

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
    flapping->chance = seed;
    flapping->routes = routes;
    flapping->table = table_make(routes, &flapping->chance);
    interfaces_make(flapping);
    loop_run(flapping);
    running = &flapping->task;
    return flapping;
}

static void flapping_free(struct flapping *flapping)
{
    running = NULL;
    net_free(flapping->net);
    trace_free(flapping->trace);
    engine_free(flapping->engine);
    free(flapping->table);
    free(flapping->destinations);
    free(flapping->told);
    free(flapping);
}

static void table_load(struct flapping *flapping)
{
    for (size_t i = 0; i < flapping->routes; i++)
        flapping->wrong |= !announce(flapping, &flapping->table[i]);
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
        flapping->destinations[i] = routed_address(flapping, &flapping->chance);
        watch_ask(flapping, i);
    }
}

static void flap(struct flapping *flapping, void (*after)(struct flapping *flapping))
{
    const struct entry *entry = &flapping->table[bench_random(&flapping->chance) % flapping->routes];
    flapping->wrong |= !withdraw(flapping, entry);
    loop_run(flapping);
    if (after)
        after(flapping);
    flapping->wrong |= !announce(flapping, entry);
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
    table_load(flapping);
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

static const char *named(const char *what, size_t routes, size_t watches)
{
    static char item[64];
    if (watches)
        snprintf(item, sizeof item, "%s R=%zu W=%zu", what, routes, watches);
    else
        snprintf(item, sizeof item, "%s R=%zu", what, routes);
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
        addresses[i] = routed_address(flapping, &chance);
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
    report(bench, named("kernel_best_path", flapping->routes, 0), values, rounds, "ns/call");
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
    double expected = 2.0 * (double)flapping->watches / (double)flapping->routes * INTERFACES / (INTERFACES + 1) * (double)flaps * rounds;
    double slack = expected * 0.1 + 40;
    if (flapping->wrong || (double)flapping->completed < expected - slack || (double)flapping->completed > expected + slack) {
        fprintf(stderr, "%llu completions, about %.0f expected\n", (unsigned long long)flapping->completed, expected);
        bench_wrong(bench, "flap", "the number of completions is implausible");
    }
    return report(bench, named("flap", flapping->routes, flapping->watches), values, rounds, "flaps/s");
}

static double measure_watched(struct bench *bench, size_t routes, size_t watches, int rounds, bool first)
{
    size_t flaps = bench->quick ? 2000 : 200000;
    double before = resident_bytes(), loading[1];
    struct flapping *flapping = flapping_new(routes, 7);
    double empty = resident_bytes(), start = bench_now_s();
    table_load(flapping);
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
        table_load(small);
        measure_lookup(bench, small, rounds);
        flapping_free(small);
    }
    double with_many = measure_watched(bench, most, many, rounds, true);
    double with_few = measure_watched(bench, most, few, rounds, false);
    double ratio[1] = { with_few / with_many };
    report(bench, "time a flap, many watches to few", ratio, 1, "times");
}
