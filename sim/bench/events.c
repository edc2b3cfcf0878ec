/*
 * The event queue under the hold model, through the public interface.
 *   hold    N pending events; every event taken posts one.
 *   cancel  N entities; every work event cancels its entity's timer, arms another about five mean delays ahead and posts the
 *           next work event: half of all that is posted is cancelled.
 *   rearm   the same, with the timer moved rather than cancelled.
 * Delays: exp, exponential with mean 10 ms; mix, 45 % microseconds, 45 % 1-50 ms, 10 % up to a second; ties, multiples of 1 ms.
 * The check: what is taken must come in strictly growing (time, order of posting), and all of it must come.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "core/arena.h"
#include "core/engine.h"

enum delays { DELAYS_EXP, DELAYS_MIX, DELAYS_TIES };
enum mode { MODE_HOLD, MODE_CANCEL, MODE_REARM };

#define ROUNDS_MOST 64
#define ROUNDS_OF_HUGE 3 /* a round of ten million takes seconds */
#define EXP_STEPS 4096
#define ENTITY_BITS 24 /* of an event's number; the order of posting stands above */

/* What the events of this benchmark are called; the engine keeps a kind without looking at it. */
#define KIND_WORK EVENT_THREAD_READY
#define KIND_TIMER EVENT_WAIT_TIMEOUT

struct workload {
    struct engine *engine;
    enum mode mode;
    enum delays delays;
    uint32_t entities;
    uint64_t chance;
    uint64_t order; /* how many were posted */
    uint64_t done, hash;
    int64_t last_ns;
    uint64_t last_order;
    bool disorder;
    event_id *timers; /* one an entity */
    uint32_t exp_steps[EXP_STEPS + 1];
};

static int64_t delay_exp(const struct workload *load, uint64_t random)
{
    uint32_t step = (uint32_t)(random >> 52), part = (uint32_t)(random & 0xffff);
    uint64_t from = load->exp_steps[step], to = load->exp_steps[step + 1];
    return (int64_t)(from + (((to - from) * part) >> 16));
}

static int64_t delay_mix(uint64_t random)
{
    uint32_t share = (uint32_t)(random >> 54); /* of 1024 */
    uint64_t part = random & 0xffffffff;
    if (share < 461)
        return (int64_t)(1200 + ((part * 10800) >> 32));
    if (share < 922)
        return (int64_t)(1000000 + ((part * 49000000) >> 32));
    return (int64_t)(200000000 + ((part * 800000000) >> 32));
}

static inline int64_t delay_next(struct workload *load)
{
    uint64_t random = bench_random(&load->chance);
    switch (load->delays) {
    case DELAYS_EXP: return delay_exp(load, random);
    case DELAYS_MIX: return delay_mix(random);
    case DELAYS_TIES: return (int64_t)(1 + (((random >> 32) * 20) >> 32)) * 1000000;
    }
    return 0;
}

static inline int64_t delay_timer(struct workload *load)
{
    uint64_t random = bench_random(&load->chance) >> 32;
    if (load->delays == DELAYS_MIX)
        return (int64_t)(500000000 + ((random * 1000000000) >> 32));
    return (int64_t)(40000000 + ((random * 20000000) >> 32));
}

static inline event_id work_post(struct workload *load, int64_t at_ns, enum event_kind kind, uint64_t entity)
{
    struct event event = {.kind = kind, .number = ++load->order << ENTITY_BITS | entity};
    return engine_post(load->engine, at_ns, RANK_MACHINE, event);
}

static void timer_arm(struct workload *load, uint64_t entity, int64_t at_ns)
{
    event_id *timer = &load->timers[entity];
    if (load->mode == MODE_REARM && *timer != EVENT_NONE) {
        *timer = engine_move(load->engine, *timer, at_ns);
        return;
    }
    if (*timer != EVENT_NONE)
        engine_cancel(load->engine, *timer);
    *timer = work_post(load, at_ns, KIND_TIMER, entity);
}

/* Takes one event and does what it asks for. */
static inline void work_step(struct workload *load)
{
    struct event event;
    if (!engine_next(load->engine, &event)) {
        load->disorder = true;
        load->done++;
        return;
    }
    int64_t now = engine_now_ns(load->engine);
    uint64_t entity = event.number & ((1u << ENTITY_BITS) - 1), order = event.number >> ENTITY_BITS;
    bool moved = load->mode == MODE_REARM && event.kind == KIND_TIMER; /* its place among equals is another by now */
    load->disorder |= now < load->last_ns || (now == load->last_ns && !moved && order <= load->last_order);
    load->last_ns = now;
    load->last_order = moved ? 0 : order;
    load->hash = (load->hash ^ ((uint64_t)now + entity * UINT64_C(0x9e3779b97f4a7c15))) * UINT64_C(0x100000001b3);
    if (event.kind == KIND_TIMER) {
        load->timers[entity] = EVENT_NONE;
        return;
    }
    load->done++;
    if (load->mode != MODE_HOLD)
        timer_arm(load, entity, now + delay_timer(load));
    work_post(load, now + delay_next(load), KIND_WORK, entity);
}

static struct workload *workload_new(enum mode mode, enum delays delays, uint32_t entities)
{
    struct workload *load = memory_take(sizeof *load);
    load->engine = engine_new();
    load->mode = mode;
    load->delays = delays;
    load->entities = entities;
    load->chance = 1;
    load->last_ns = -1;
    for (int i = 0; i <= EXP_STEPS; i++) {
        double share = i < EXP_STEPS ? (double)i / EXP_STEPS : 1.0 - 1.0 / (4 * EXP_STEPS);
        load->exp_steps[i] = (uint32_t)(-log(1.0 - share) * 1e7);
    }
    load->timers = memory_map(entities * sizeof *load->timers);
    for (uint32_t i = 0; i < entities; i++) {
        if (mode != MODE_HOLD)
            timer_arm(load, i, delay_timer(load));
        work_post(load, delay_next(load), KIND_WORK, i);
    }
    return load;
}

static void workload_free(struct workload *load)
{
    engine_free(load->engine);
    memory_unmap(load->timers, load->entities * sizeof *load->timers);
    free(load);
}

struct measurement {
    enum mode mode;
    enum delays delays;
    uint32_t entities;
    uint64_t steps;
    const char *item;
};

/* One round, from an empty engine: records grow apart with time, so a later phase of the same run is another workload. */
static double measure_once(struct bench *bench, const struct measurement *what, uint64_t steps)
{
    struct workload *load = workload_new(what->mode, what->delays, what->entities);
    uint64_t until = steps / 2 > what->entities ? steps / 2 : what->entities;
    while (load->done < until)
        work_step(load);
    double start = bench_now_s();
    for (until += steps; load->done < until;)
        work_step(load);
    double cost = (bench_now_s() - start) / (double)steps * 1e9;
    size_t pending = engine_pending(load->engine);
    if (load->disorder || load->hash == 0)
        bench_wrong(bench, "events", "events out of order");
    if (pending < what->entities || pending > (size_t)what->entities * 2)
        bench_wrong(bench, "events", "events lost");
    if (engine_dead(load->engine) > pending + 1024)
        bench_wrong(bench, "events", "too many dead entries");
    workload_free(load);
    return cost;
}

static double measure(struct bench *bench, const struct measurement *what)
{
    double costs[ROUNDS_MOST];
    int rounds = bench->rounds < 1 ? 1 : bench->rounds > ROUNDS_MOST ? ROUNDS_MOST : bench->rounds;
    if (what->entities > 1000000 && rounds > ROUNDS_OF_HUGE)
        rounds = ROUNDS_OF_HUGE;
    for (int round = 0; round < rounds; round++)
        costs[round] = measure_once(bench, what, bench->quick ? 20000 : what->steps);
    double median = bench_median(costs, rounds);
    bench_report(bench, "events", what->item, median, "ns/event", (costs[rounds - 1] - costs[0]) / median * 100);
    return median;
}

void bench_events(struct bench *bench)
{
    static const struct measurement all[] = {
        {MODE_HOLD, DELAYS_EXP, 1000, 5000000, "hold exp N=1e3"},
        {MODE_HOLD, DELAYS_EXP, 100000, 4000000, "hold exp N=1e5"},
        {MODE_HOLD, DELAYS_EXP, 1000000, 4000000, "hold exp N=1e6"},
        {MODE_HOLD, DELAYS_EXP, 10000000, 5000000, "hold exp N=1e7"},
        {MODE_HOLD, DELAYS_MIX, 1000, 3000000, "hold mix N=1e3"},
        {MODE_HOLD, DELAYS_MIX, 1000000, 3000000, "hold mix N=1e6"},
        {MODE_HOLD, DELAYS_TIES, 100000, 3000000, "hold ties N=1e5"},
        {MODE_CANCEL, DELAYS_EXP, 1000, 3000000, "cancel exp N=1e3"},
        {MODE_CANCEL, DELAYS_EXP, 100000, 3000000, "cancel exp N=1e5"},
        {MODE_CANCEL, DELAYS_EXP, 1000000, 2000000, "cancel exp N=1e6"},
        {MODE_CANCEL, DELAYS_MIX, 1000, 2000000, "cancel mix N=1e3"},
        {MODE_CANCEL, DELAYS_MIX, 100000, 2000000, "cancel mix N=1e5"},
        {MODE_REARM, DELAYS_EXP, 1000, 3000000, "rearm exp N=1e3"},
        {MODE_REARM, DELAYS_EXP, 100000, 3000000, "rearm exp N=1e5"},
        {MODE_REARM, DELAYS_EXP, 1000000, 2000000, "rearm exp N=1e6"},
    };
    double small = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (bench->only ? strcmp(bench->only, all[i].item) != 0 : bench->quick && all[i].entities > 1000)
            continue;
        double cost = measure(bench, &all[i]);
        if (i == 0)
            small = cost;
        else if (i == 2 && !bench->only)
            bench_report(bench, "events", "hold exp 1e6 over 1e3", cost / small, "times", 0);
    }
}
