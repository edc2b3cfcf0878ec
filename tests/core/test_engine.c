/* The event queue, case by case: order, crowds, dead keys, the end of time, names. Random mixes stand in test_engine_mixes.c. */
#include "engine_model.h"

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

int main(void)
{
    Suite *suite = suite_create("engine");
    TCase *cases = tcase_create("cases");
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
    suite_add_tcase(suite, cases);
    return suite_main(suite);
}
