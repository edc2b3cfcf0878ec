/*
 * What an SPI call costs: SIO_ROUTING_INTERFACE_QUERY through the seam, the judge, the provider, kernel.h and the route
 * table, from a simulated thread, for random routed destinations; once with nobody listening to the trace and once with
 * every row written and digested. The check: each answer is the address of the interface whose route it is.
 */
#include <winsock2.h>
#include <ws2spi.h>
#include <mswsock.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "bench/table.h"
#include "core/arena.h"
#include "net/net.h"
#include "ws2/spi.h"
#include "ws2/ws2.h"

#define ROUNDS_MOST 64
#define TRACED_ROWS_KEPT 1024

struct calling { struct bench *bench; struct table table; struct engine *engine; struct trace *trace; struct net *net; struct host *host; size_t calls; double ns; bool wrong; };

static void calls_make(struct calling *calling, struct thread *thread, SOCKET s)
{
    struct process *process = thread_process(thread);
    struct sockaddr_in *in = memory_block(process, sizeof *in), *out = memory_block(process, sizeof *out);
    DWORD *bytes = memory_block(process, sizeof *bytes);
    struct spi_ioctl call = { .s = s, .code = SIO_ROUTING_INTERFACE_QUERY, .in = in, .in_size = sizeof *in, .out = out, .out_size = sizeof *out, .bytes = bytes };
    uint64_t chance = 5;
    int error;
    in->sin_family = AF_INET;
    double start = bench_now_s();
    for (size_t i = 0; i < calling->calls; i++) {
        struct kernel_address to = table_routed_address(&calling->table, &chance);
        memcpy(&in->sin_addr, to.bytes, 4);
        if (spi_ioctl(thread, &call, &error) != 0) calling->wrong = true;
        if (trace_listening(calling->trace) && i % TRACED_ROWS_KEPT == 0) trace_forget_before(calling->trace, *trace_newest(calling->trace));
    }
    calling->ns = (bench_now_s() - start) * 1e9 / (double)calling->calls;
    struct kernel_path path;
    struct kernel_address to = { .family = KERNEL_IPV4 };
    memcpy(to.bytes, &in->sin_addr, 4);
    if (host_best_path(calling->host, &to, &path) != KERNEL_OK || memcmp(path.source.bytes, &out->sin_addr, 4) != 0) calling->wrong = true;
}

static void caller(struct thread *thread, void *argument)
{
    struct calling *calling = argument;
    WSPDATA *data = memory_block(thread_process(thread), sizeof *data);
    struct spi_socket open = { .family = AF_INET, .type = SOCK_DGRAM };
    int error;
    if (spi_startup(thread, MAKEWORD(2, 2), data) != 0) calling->wrong = true;
    SOCKET s = spi_socket(thread, &open, &error);
    for (;;) {
        calls_make(calling, thread, s);
        thread_park(thread);
    }
}

static void loop_run(struct engine *engine)
{
    struct event event;
    while (engine_next(engine, &event))
        if (event.kind == EVENT_SETTLE) host_settle(event.subject.host);
}

static void measure(struct bench *bench, size_t routes)
{
    struct calling calling = { .bench = bench, .calls = bench->quick ? 20000 : 500000 };
    struct host_parameters parameters = host_parameters_default();
    double values[ROUNDS_MOST];
    char item[64], *why = NULL;
    int rounds = bench->rounds < ROUNDS_MOST ? bench->rounds : ROUNDS_MOST;
    calling.engine = engine_new();
    calling.trace = trace_new(engine_clock(calling.engine));
    trace_listen(calling.trace, false);
    calling.net = net_new(calling.engine, calling.trace);
    calling.host = host_new(calling.net, "router", &parameters, 1);
    table_make(&calling.table, routes, 7);
    table_load(&calling.table, calling.host);
    loop_run(calling.engine);
    struct ws2 *ws2 = ws2_new(calling.engine, calling.trace, calling.net);
    struct process *process = process_new(ws2, &(struct process_setup){ .name = "app", .host = calling.host }, &why);
    struct thread *thread = thread_new(process, "app", caller, &calling);
    for (int traced = 0; traced < 2; traced++) {
        trace_listen(calling.trace, traced != 0);
        thread_resume(thread); /* warms up */
        for (int i = 0; i < rounds; i++) {
            thread_resume(thread);
            values[i] = calling.ns;
        }
        double median = bench_median(values, rounds);
        snprintf(item, sizeof item, "routing query R=%zu%s", routes, traced ? " traced" : "");
        bench_report(bench, "ioctl", item, median, "ns/call", (values[rounds - 1] - values[0]) * 100 / median);
    }
    if (calling.wrong) bench_wrong(bench, "ioctl", "a query gave another answer than the route table");
    ws2_free(ws2);
    net_free(calling.net);
    trace_free(calling.trace);
    engine_free(calling.engine);
    table_free(&calling.table);
}

void bench_ioctl(struct bench *bench)
{
    measure(bench, 10);
    measure(bench, 10000);
    measure(bench, bench->quick ? 100000 : 1000000);
}
