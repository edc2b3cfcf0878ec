/*
 * Fibers: what one switch costs in rings of several sizes, each fiber touching 256 bytes of its stack; what a blocking call
 * costs (the fiber parks, an event is posted and taken, the loop resumes the fiber); and glibc's swapcontext beside them.
 */
#define _XOPEN_SOURCE 700 /* ucontext */
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

#include "bench/bench.h"
#include "core/engine.h"
#include "core/fiber.h"

#define ROUNDS_MOST 64
#define RING_STACK ((size_t)16 * 1024)

struct runner {
    struct fiber *fiber;
    struct engine *engine; /* of those that block */
    uint64_t turns;
    bool stop;
};

static volatile char *touched;

static inline void stack_touch(void)
{
    volatile char bytes[256];
    bytes[0] = 1;
    bytes[64] = 2;
    bytes[128] = 3;
    bytes[192] = 4;
    touched = bytes;
    touched = NULL;
}

static int rounds_of(const struct bench *bench)
{
    return bench->rounds < 1 ? 1 : bench->rounds > ROUNDS_MOST ? ROUNDS_MOST : bench->rounds;
}

static double report(struct bench *bench, const char *item, double *costs, const char *unit)
{
    int rounds = rounds_of(bench);
    double median = bench_median(costs, rounds);
    bench_report(bench, "fibers", item, median, unit, (costs[rounds - 1] - costs[0]) / median * 100);
    return median;
}

/* ---- rings ---- */

static void ring_body(void *argument)
{
    struct runner *runner = argument;
    while (!runner->stop) {
        stack_touch();
        runner->turns++;
        fiber_park(runner->fiber);
    }
}

static void blocking_body(void *argument)
{
    struct runner *runner = argument;
    while (!runner->stop) {
        struct event event = {.kind = EVENT_THREAD_READY};
        event.subject.any = runner;
        engine_post(runner->engine, engine_now_ns(runner->engine) + 1000, RANK_MACHINE, event);
        runner->turns++;
        fiber_park(runner->fiber);
    }
}

static struct runner *runners_new(size_t count, void (*body)(void *argument), struct engine *engine)
{
    struct runner *runners = calloc(count, sizeof *runners);
    if (runners == NULL)
        abort();
    for (size_t i = 0; i < count; i++) {
        runners[i].engine = engine;
        runners[i].fiber = fiber_new(RING_STACK, body, &runners[i]);
        fiber_resume(runners[i].fiber);
    }
    return runners;
}

static void runners_free(struct bench *bench, struct runner *runners, size_t count, uint64_t turns)
{
    for (size_t i = 0; i < count; i++) {
        turns -= runners[i].turns;
        runners[i].stop = true;
        fiber_resume(runners[i].fiber);
        if (!fiber_ended(runners[i].fiber))
            bench_wrong(bench, "fibers", "a fiber did not end");
        fiber_free(runners[i].fiber);
    }
    if (turns != 0)
        bench_wrong(bench, "fibers", "turns were lost");
    free(runners);
}

static double measure_ring(struct bench *bench, size_t count, const char *item)
{
    double costs[ROUNDS_MOST];
    struct runner *runners = runners_new(count, ring_body, NULL);
    uint64_t laps = (bench->quick ? 20000 : count < 10000 ? 5000000 : 1000000) / count + 1, turns = count;
    for (int round = -1; round < rounds_of(bench); round++) { /* the first one warms up */
        double start = bench_now_s();
        for (uint64_t lap = 0; lap < laps; lap++)
            for (size_t i = 0; i < count; i++)
                fiber_resume(runners[i].fiber);
        if (round >= 0)
            costs[round] = (bench_now_s() - start) / (double)(2 * laps * count) * 1e9; /* there and back */
        turns += laps * count;
    }
    runners_free(bench, runners, count, turns);
    return report(bench, item, costs, "ns/switch");
}

static void measure_blocking(struct bench *bench, size_t count, const char *item)
{
    double costs[ROUNDS_MOST];
    struct engine *engine = engine_new();
    struct runner *runners = runners_new(count, blocking_body, engine);
    uint64_t calls = bench->quick ? 20000 : 2000000, turns = count;
    struct event event;
    for (int round = -1; round < rounds_of(bench); round++) {
        double start = bench_now_s();
        for (uint64_t call = 0; call < calls && engine_next(engine, &event); call++)
            fiber_resume(((struct runner *)event.subject.any)->fiber);
        if (round >= 0)
            costs[round] = (bench_now_s() - start) / (double)calls * 1e9;
        turns += calls;
    }
    runners_free(bench, runners, count, turns);
    engine_free(engine);
    report(bench, item, costs, "ns/call");
}

/* ---- the glibc way ---- */

static ucontext_t context_loop, context_fiber;

static void context_body(void)
{
    for (;;) {
        stack_touch();
        swapcontext(&context_fiber, &context_loop);
    }
}

static double measure_swapcontext(struct bench *bench)
{
    double costs[ROUNDS_MOST];
    uint64_t laps = bench->quick ? 5000 : 500000;
    char *stack = malloc(4 * RING_STACK);
    if (stack == NULL || getcontext(&context_fiber) != 0)
        abort();
    context_fiber.uc_stack.ss_sp = stack;
    context_fiber.uc_stack.ss_size = 4 * RING_STACK;
    context_fiber.uc_link = NULL;
    makecontext(&context_fiber, context_body, 0);
    for (int round = -1; round < rounds_of(bench); round++) {
        double start = bench_now_s();
        for (uint64_t lap = 0; lap < laps; lap++)
            swapcontext(&context_loop, &context_fiber);
        if (round >= 0)
            costs[round] = (bench_now_s() - start) / (double)(2 * laps) * 1e9;
    }
    free(stack);
    return report(bench, "swapcontext (glibc)", costs, "ns/switch");
}

void bench_fibers(struct bench *bench)
{
    double two = measure_ring(bench, 2, "ring of 2");
    double thousand = measure_ring(bench, 1000, "ring of 1000");
    if (!bench->quick)
        measure_ring(bench, 100000, "ring of 100000");
    measure_blocking(bench, 1, "blocking call (park, event, wake)");
    measure_blocking(bench, 1000, "blocking call, 1000 threads");
    double glibc = measure_swapcontext(bench);
    bench_report(bench, "fibers", "ring of 1000 over ring of 2", thousand / two, "times", 0);
    bench_report(bench, "fibers", "swapcontext over ring of 2", glibc / two, "times", 0);
}
