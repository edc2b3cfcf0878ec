/* What must not happen to the event queue ends the program, and as many events as allowed do not. */
#include "child.h"
#include "engine_model.h"

static int exit_of(void (*life)(void))
{
    int status = child_of(life);
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
    Suite *suite = suite_create("engine, limits");
    TCase *limits = tcase_create("limits");
    tcase_set_timeout(limits, 120);
    tcase_add_test(limits, test_invariants);
    tcase_add_test(limits, test_limit);
    suite_add_tcase(suite, limits);
    return suite_main(suite);
}
