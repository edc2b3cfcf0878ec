/* The event queue against a plain model: a binary heap in which nothing is clever. */
#include "suite.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/engine.h"

/* ck_assert writes a mark each time, too slow for millions. */
#define hold(condition) ((condition) ? (void)0 : ck_abort_msg("line %d: %s", __LINE__, #condition))

static uint64_t chance_state;
static uint64_t chance(void)
{
    uint64_t z = (chance_state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}
static uint64_t below(uint64_t bound)
{
    return chance() % bound;
}

/* ---- the model ---- */

struct entry {
    int64_t time;
    enum rank rank;
    uint64_t order;
    size_t tag;
};

struct known {
    event_id id;
    uint64_t order; /* of the entry that counts; 0: not pending */
    enum rank rank;
    int64_t time;
};

struct model {
    struct engine *engine;
    struct entry *heap;
    size_t count, room;
    struct known *known;
    size_t tags, tag_room;
    uint64_t orders;
    int64_t now;
    size_t pending;
};

static int entry_before(const struct entry *a, const struct entry *b)
{
    if (a->time != b->time)
        return a->time < b->time;
    if (a->rank != b->rank)
        return a->rank < b->rank;
    return a->order < b->order;
}

static void heap_push(struct model *model, struct entry entry)
{
    if (model->count == model->room) {
        model->room = model->room * 2 + 64;
        model->heap = realloc(model->heap, model->room * sizeof *model->heap);
        hold(model->heap != NULL);
    }
    size_t at = model->count++;
    for (; at > 0 && entry_before(&entry, &model->heap[(at - 1) / 2]); at = (at - 1) / 2)
        model->heap[at] = model->heap[(at - 1) / 2];
    model->heap[at] = entry;
}

static void heap_pop(struct model *model)
{
    struct entry last = model->heap[--model->count];
    size_t at = 0;
    for (size_t child = 1; child < model->count; child = 2 * at + 1) {
        if (child + 1 < model->count && entry_before(&model->heap[child + 1], &model->heap[child]))
            child++;
        if (!entry_before(&model->heap[child], &last))
            break;
        model->heap[at] = model->heap[child];
        at = child;
    }
    model->heap[at] = last;
}

static const struct entry *model_head(struct model *model)
{
    while (model->count > 0 && model->known[model->heap[0].tag].order != model->heap[0].order)
        heap_pop(model);
    return model->count > 0 ? &model->heap[0] : NULL;
}

static void model_start(struct model *model, uint64_t seed)
{
    *model = (struct model){.engine = engine_new()};
    chance_state = seed;
}

static void model_end(struct model *model)
{
    engine_free(model->engine);
    free(model->heap);
    free(model->known);
}

static struct event event_of(size_t tag)
{
    struct event event = {.kind = EVENT_REQUEST, .cause = (uint64_t)tag * 7 + 1, .number = tag};
    event.subject.any = (void *)(uintptr_t)(tag * 16 + 16);
    return event;
}

static void model_post(struct model *model, int64_t time, enum rank rank)
{
    if (model->tags == model->tag_room) {
        model->tag_room = model->tag_room * 2 + 64;
        model->known = realloc(model->known, model->tag_room * sizeof *model->known);
        hold(model->known != NULL);
    }
    size_t tag = model->tags++;
    event_id id = engine_post(model->engine, time, rank, event_of(tag));
    hold(id != EVENT_NONE);
    model->known[tag] = (struct known){.id = id, .order = ++model->orders, .rank = rank, .time = time};
    heap_push(model, (struct entry){.time = time, .rank = rank, .order = model->orders, .tag = tag});
    model->pending++;
}

static void model_cancel(struct model *model, size_t tag)
{
    struct known *known = &model->known[tag];
    hold(engine_cancel(model->engine, known->id) == (known->order != 0));
    hold(!engine_cancel(model->engine, known->id));
    model->pending -= known->order != 0;
    known->order = 0;
}

static void model_move(struct model *model, size_t tag, int64_t time)
{
    struct known *known = &model->known[tag];
    event_id before = known->id, id = engine_move(model->engine, before, time);
    if (known->order == 0) {
        hold(id == EVENT_NONE);
        return;
    }
    hold(id != EVENT_NONE);
    hold(!engine_cancel(model->engine, before)); /* the old name is void */
    known->id = id;
    known->order = ++model->orders;
    known->time = time;
    heap_push(model, (struct entry){.time = time, .rank = known->rank, .order = known->order, .tag = tag});
}

static void model_peek(struct model *model)
{
    const struct entry *head = model_head(model);
    hold(engine_next_ns(model->engine) == (head == NULL ? INT64_MAX : head->time));
    hold(engine_now_ns(model->engine) == model->now);
}

static bool model_next(struct model *model)
{
    const struct entry *head = model_head(model);
    struct event event;
    bool any = engine_next(model->engine, &event);
    hold(any == (head != NULL));
    if (head == NULL)
        return false;
    hold(event.number == head->tag);
    ck_assert_uint_eq(event.cause, (uint64_t)head->tag * 7 + 1);
    hold(event.subject.any == (void *)(uintptr_t)(head->tag * 16 + 16));
    hold(event.kind == EVENT_REQUEST);
    hold(engine_now_ns(model->engine) == head->time);
    hold(*engine_clock(model->engine) == head->time);
    model->now = head->time;
    model->known[head->tag].order = 0;
    model->pending--;
    heap_pop(model);
    hold(engine_pending(model->engine) == model->pending);
    hold(engine_dead(model->engine) <= model->pending + 1024);
    return true;
}

/* ---- random mixes ---- */

static int64_t some_delay(unsigned flavour)
{
    switch (flavour) {
    case 0: return (int64_t)below(4);                                     /* nearly everything is a tie */
    case 1: return (int64_t)below(1000);                                  /* within the lowest digits */
    case 2: return (int64_t)(below(20) * 1000000);                        /* on a grid */
    case 3: return (int64_t)(chance() >> (20 + below(44)));               /* any size: years, too */
    case 4: return below(3) == 0 ? 0 : (int64_t)below(1000000000);        /* much at once */
    default: return below(2) == 0 ? (int64_t)below(5000) : (int64_t)(40000000 + below(20000000)); /* work and timers */
    }
}

static int64_t some_time(const struct model *model, unsigned flavour)
{
    int64_t delay = some_delay(flavour);
    return delay > INT64_MAX - model->now ? INT64_MAX : model->now + delay;
}

static void mix_step(struct model *model, unsigned flavour, uint64_t posts)
{
    uint64_t dice = below(100);
    if (model->tags == 0 || dice < posts) {
        model_post(model, some_time(model, flavour), below(4) == 0 ? RANK_SCRIPT : RANK_MACHINE);
        return;
    }
    size_t recent = model->tags < 400 ? model->tags : 400, tag = model->tags - 1 - below(recent);
    if (dice < posts + 8) {
        model_cancel(model, tag);
    } else if (dice < posts + 22) {
        int64_t time = some_time(model, flavour);
        if (below(2) == 0 && model->known[tag].order != 0 && INT64_MAX - model->known[tag].time > 1000000000)
            time = model->known[tag].time + (int64_t)below(1000000000); /* later, or the same */
        model_move(model, tag, time);
    } else if (dice < posts + 28) {
        model_peek(model);
    } else {
        model_next(model);
    }
}

START_TEST(test_mixes_match_the_model)
{
    for (unsigned seed = 0; seed < 20; seed++) {
        struct model model;
        model_start(&model, (uint64_t)_i * 1000 + seed);
        for (unsigned round = 0; round < 6; round++) {
            for (unsigned step = 0; step < 1500; step++)
                mix_step(&model, (unsigned)_i, round % 3 == 0 ? 60 : round % 3 == 1 ? 36 : 20);
            if (round % 2 == 1)
                while (model_next(&model))
                    ;
        }
        while (model_next(&model))
            ;
        ck_assert_uint_eq(engine_pending(model.engine), 0);
        ck_assert_uint_eq(engine_dead(model.engine), 0);
        model_end(&model);
    }
}
END_TEST

START_TEST(test_many_match_the_model)
{
    struct model model;
    model_start(&model, (uint64_t)_i + 77);
    for (unsigned i = 0; i < 60000; i++)
        model_post(&model, some_time(&model, (unsigned)_i), below(4) == 0 ? RANK_SCRIPT : RANK_MACHINE);
    for (unsigned i = 0; i < 150000; i++) {
        size_t tag = below(model.tags);
        model_post(&model, some_time(&model, (unsigned)_i), RANK_MACHINE);
        if (i % 3 == 0)
            model_cancel(&model, tag);
        else if (i % 3 == 1)
            model_move(&model, tag, some_time(&model, (unsigned)_i));
        if (i % 64 == 0)
            model_peek(&model);
        model_next(&model);
    }
    while (model_next(&model))
        ;
    model_end(&model);
}
END_TEST

/* ---- named cases ---- */

START_TEST(test_order_is_time_rank_sequence)
{
    struct model model;
    model_start(&model, 1);
    ck_assert_int_eq(engine_next_ns(model.engine), INT64_MAX);
    ck_assert(!model_next(&model));
    model_post(&model, 5, RANK_SCRIPT);
    model_post(&model, 5, RANK_MACHINE);
    model_post(&model, 0, RANK_SCRIPT);
    model_post(&model, 0, RANK_MACHINE);
    model_post(&model, 5, RANK_MACHINE);
    static const uint64_t expected[] = {3, 2, 1, 4, 0};
    for (int i = 0; i < 5; i++) {
        ck_assert_uint_eq(model_head(&model)->tag, expected[i]);
        ck_assert(model_next(&model));
    }
    ck_assert_uint_eq(engine_taken(model.engine), 5);
    ck_assert_uint_eq(engine_taken_now(model.engine), 3);
    ck_assert(!model_next(&model));
    ck_assert_int_eq(engine_now_ns(model.engine), 5);
    model_end(&model);
}
END_TEST

START_TEST(test_posting_before_a_peeked_event)
{
    for (int64_t far = 10; far < INT64_MAX / 16; far *= 13) {
        struct model model;
        model_start(&model, 2);
        for (int i = 0; i < 300; i++)
            model_post(&model, far * 8 + i * (far / 100), RANK_MACHINE);
        for (int i = 0; i < 300; i++) {
            model_peek(&model);
            model_post(&model, model.now + (int64_t)below((uint64_t)far), below(2) ? RANK_MACHINE : RANK_SCRIPT);
            model_peek(&model);
            if (i % 3 == 0)
                model_next(&model);
        }
        while (model_next(&model))
            ;
        model_end(&model);
    }
}
END_TEST

/* A slot that was opened with one key, and then filled: front, early keys and slots must agree on who comes first. */
START_TEST(test_a_crowded_slot)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct model model;
        model_start(&model, seed);
        model_post(&model, 1029, RANK_MACHINE);
        model_post(&model, 1000000000, RANK_MACHINE);
        model_peek(&model);
        for (int i = 0; i < 2000; i++) {
            int64_t time = 1024 + (int64_t)below(512);
            model_post(&model, time < model.now ? model.now : time, below(3) ? RANK_MACHINE : RANK_SCRIPT);
            if (seed % 2 == 1 && i % 7 == 0)
                model_next(&model);
        }
        while (model_next(&model))
            ;
        model_end(&model);
    }
}
END_TEST

/* What is posted before a peeked event may be much, in any order. */
START_TEST(test_a_crowd_before_a_peek)
{
    struct model model;
    model_start(&model, 5);
    for (int i = 0; i < 100; i++)
        model_post(&model, INT64_C(1000000000000) + i * INT64_C(1000000000), RANK_MACHINE);
    model_peek(&model);
    for (int i = 0; i < 300000; i++)
        model_post(&model, (int64_t)below(1000000000000), RANK_MACHINE);
    while (model_next(&model))
        ;
    model_end(&model);
}
END_TEST

/* Dead and moved keys alone lie ahead: time must not run ahead of the next real event. */
START_TEST(test_nothing_but_dead_ahead)
{
    struct model model;
    model_start(&model, 3);
    for (int i = 0; i < 500; i++)
        model_post(&model, 1000000 + i * 1000, RANK_MACHINE);
    for (size_t i = 0; i < 500; i++)
        if (i % 2 == 0)
            model_cancel(&model, i);
        else
            model_move(&model, i, INT64_MAX - 1000 + (int64_t)i);
    model_peek(&model);
    model_post(&model, 7, RANK_MACHINE);
    model_peek(&model);
    for (int i = 0; i < 200; i++)
        model_post(&model, 500 + i % 10, i % 2 ? RANK_MACHINE : RANK_SCRIPT);
    while (model_next(&model))
        ;
    model_end(&model);
}
END_TEST

START_TEST(test_the_end_of_time)
{
    struct model model;
    model_start(&model, 4);
    for (int i = 0; i < 200; i++) {
        model_post(&model, INT64_MAX - i % 3, i % 2 ? RANK_MACHINE : RANK_SCRIPT);
        model_post(&model, INT64_MAX / (i + 1), RANK_MACHINE);
    }
    for (size_t i = 0; i < 400; i += 5)
        model_move(&model, i, INT64_MAX);
    while (model_next(&model))
        if (model.now == INT64_MAX && model.tags < 1000) {
            model_post(&model, INT64_MAX, RANK_MACHINE);
            model_post(&model, INT64_MAX, RANK_SCRIPT);
        }
    ck_assert_int_eq(model.now, INT64_MAX);
    model_end(&model);
}
END_TEST

START_TEST(test_later_moves_leave_the_queue_alone)
{
    struct engine *engine = engine_new();
    event_id id = engine_post(engine, 1000000, RANK_MACHINE, event_of(1));
    for (int i = 1; i <= 10000; i++) {
        event_id next = engine_move(engine, id, 1000000 + i * 1000);
        hold(next != EVENT_NONE);
        hold(next != id);
        id = next;
    }
    hold(engine_dead(engine) == 0);
    hold(engine_next_ns(engine) == 11000000);
    struct event event;
    hold(engine_next(engine, &event));
    hold(engine_now_ns(engine) == 11000000);
    hold(engine_move(engine, id, 20000000) == EVENT_NONE);
    engine_free(engine);
}
END_TEST

START_TEST(test_dead_keys_are_bounded)
{
    struct engine *engine = engine_new();
    struct event event;
    for (int i = 0; i < 200; i++)
        engine_post(engine, 1000000000 + i, RANK_SCRIPT, event_of(3));
    for (int i = 0; i < 300000; i++) {
        /* far, near, and at once: slots, front and ring */
        int64_t at = i % 3 == 0 ? (int64_t)below(900000000) : i % 3 == 1 ? (int64_t)below(3) : 0;
        event_id id = engine_post(engine, at, RANK_MACHINE, event_of(1));
        hold(engine_cancel(engine, id));
        hold(engine_dead(engine) <= engine_pending(engine) + 1024);
    }
    hold(engine_pending(engine) == 200);
    for (int i = 0; i < 200; i++) {
        hold(engine_next(engine, &event));
        hold(engine_now_ns(engine) == (1000000000 + i));
    }
    hold(!engine_next(engine, &event));
    hold(engine_dead(engine) == 0);
    engine_free(engine);
}
END_TEST

/* 100,000 steps of the script at one instant, and each makes the machine work at the same instant. */
START_TEST(test_storm_of_one_instant)
{
    enum { STEPS = 100000 };
    struct engine *engine = engine_new();
    struct event event;
    engine_post(engine, 999, RANK_MACHINE, event_of(0));
    for (size_t i = 0; i < STEPS; i++)
        engine_post(engine, 1000, RANK_SCRIPT, event_of(10 * i));
    hold(engine_next(engine, &event));
    for (size_t i = 0; i < STEPS; i++) {
        hold(engine_next(engine, &event));
        hold(event.number == (10 * i));
        for (size_t k = 1; k <= 3; k++)
            engine_post(engine, 1000, RANK_MACHINE, event_of(10 * i + k));
        for (size_t k = 1; k <= 3; k++) {
            hold(engine_next(engine, &event));
            hold(event.number == (10 * i + k));
        }
    }
    hold(engine_taken_now(engine) == (4 * STEPS));
    hold(!engine_next(engine, &event));
    engine_free(engine);
}
END_TEST

/* The same, and all of it was looked at before the machine's part was posted. */
START_TEST(test_storm_after_a_peek)
{
    enum { STEPS = 400000 };
    struct engine *engine = engine_new();
    struct event event;
    for (size_t i = 0; i < STEPS; i++)
        engine_post(engine, 1000, RANK_SCRIPT, event_of(STEPS + i));
    engine_post(engine, 2000, RANK_SCRIPT, event_of(0));
    hold(engine_next_ns(engine) == 1000);
    for (size_t i = 0; i < STEPS; i++)
        engine_post(engine, 1000, RANK_MACHINE, event_of(i));
    engine_post(engine, 500, RANK_MACHINE, event_of(0));
    hold(engine_next_ns(engine) == 500);
    hold(engine_next(engine, &event));
    for (size_t i = 0; i < 2 * STEPS; i++) {
        hold(engine_next(engine, &event));
        hold(event.number == i);
        hold(engine_now_ns(engine) == 1000);
    }
    hold(engine_next(engine, &event));
    hold(!engine_next(engine, &event));
    engine_free(engine);
}
END_TEST

START_TEST(test_names_are_never_reused)
{
    struct engine *engine = engine_new();
    struct event event;
    event_id first = engine_post(engine, 10, RANK_SCRIPT, event_of(1));
    ck_assert(engine_cancel(engine, first));
    event_id second = engine_post(engine, 10, RANK_SCRIPT, event_of(2));
    ck_assert_uint_ne(first, second);
    ck_assert(!engine_cancel(engine, first));
    ck_assert_uint_eq(engine_move(engine, first, 20), EVENT_NONE);
    ck_assert(!engine_cancel(engine, EVENT_NONE));
    ck_assert(!engine_cancel(engine, UINT64_MAX));
    ck_assert(engine_next(engine, &event));
    ck_assert_uint_eq(event.number, 2);
    ck_assert(!engine_cancel(engine, second));
    engine_free(engine);
    engine_free(NULL);
}
END_TEST

/* ---- what must not happen ---- */

static int exit_of(void (*life)(void))
{
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        fclose(stderr);
        life();
        _exit(0);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void post_in_the_past(void)
{
    struct engine *engine = engine_new();
    struct event event;
    engine_post(engine, 10, RANK_MACHINE, event_of(1));
    engine_next(engine, &event);
    engine_post(engine, 9, RANK_MACHINE, event_of(1));
}

static void move_into_the_past(void)
{
    struct engine *engine = engine_new();
    struct event event;
    engine_post(engine, 10, RANK_MACHINE, event_of(1));
    event_id id = engine_post(engine, 20, RANK_MACHINE, event_of(1));
    engine_next(engine, &event);
    engine_move(engine, id, 9);
}

static void post_a_negative_time(void)
{
    engine_post(engine_new(), -1, RANK_SCRIPT, event_of(1));
}

static void post_a_strange_cause(void)
{
    struct event event = event_of(1);
    event.cause = UINT64_C(1) << 48;
    engine_post(engine_new(), 1, RANK_SCRIPT, event);
}

static struct engine *full_engine(void)
{
    struct engine *engine = engine_new();
    for (uint32_t i = 0; i < (1u << 24) - 1; i++)
        engine_post(engine, (int64_t)i * 1000, RANK_SCRIPT, event_of(i));
    return engine;
}

static void post_as_many_as_allowed(void)
{
    struct event event;
    struct engine *engine = full_engine();
    uint32_t taken = 0;
    for (; engine_next(engine, &event); taken++)
        if (event.number != taken)
            _exit(1);
    _exit(taken == (1u << 24) - 1 && engine_dead(engine) == 0 ? 0 : 1);
}

static void post_too_many(void)
{
    engine_post(full_engine(), 0, RANK_SCRIPT, event_of(0));
}

START_TEST(test_invariants)
{
    ck_assert_int_eq(exit_of(post_in_the_past), 6);
    ck_assert_int_eq(exit_of(move_into_the_past), 6);
    ck_assert_int_eq(exit_of(post_a_negative_time), 6);
    ck_assert_int_eq(exit_of(post_a_strange_cause), 6);
}
END_TEST

START_TEST(test_limit)
{
    ck_assert_int_eq(exit_of(post_as_many_as_allowed), 0);
    ck_assert_int_eq(exit_of(post_too_many), 6);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine");
    TCase *model = tcase_create("model"), *cases = tcase_create("cases"), *limits = tcase_create("limits");
    tcase_set_timeout(model, 120);
    tcase_add_loop_test(model, test_mixes_match_the_model, 0, 6);
    tcase_add_loop_test(model, test_many_match_the_model, 0, 6);
    tcase_set_timeout(cases, 30);
    tcase_add_test(cases, test_order_is_time_rank_sequence);
    tcase_add_test(cases, test_posting_before_a_peeked_event);
    tcase_add_test(cases, test_a_crowded_slot);
    tcase_add_test(cases, test_a_crowd_before_a_peek);
    tcase_add_test(cases, test_nothing_but_dead_ahead);
    tcase_add_test(cases, test_the_end_of_time);
    tcase_add_test(cases, test_later_moves_leave_the_queue_alone);
    tcase_add_test(cases, test_dead_keys_are_bounded);
    tcase_add_test(cases, test_storm_of_one_instant);
    tcase_add_test(cases, test_storm_after_a_peek);
    tcase_add_test(cases, test_names_are_never_reused);
    tcase_set_timeout(limits, 120);
    tcase_add_test(limits, test_invariants);
    tcase_add_test(limits, test_limit);
    suite_add_tcase(suite, model);
    suite_add_tcase(suite, cases);
    suite_add_tcase(suite, limits);
    return suite_main(suite);
}
