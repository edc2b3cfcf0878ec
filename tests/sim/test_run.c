/*
 * Runs as a whole: limits that no scenario reaches.
 */
#include "suite.h"
#include <stdlib.h>
#include <string.h>

#include "run.h"

static const char scenario_text[] =
    "{ \"format\": \"wspsim/1\", \"title\": \"two addresses\", \"hosts\": [ { \"name\": \"a\", \"interfaces\": [ { \"name\": \"eth0\" } ] } ],\n"
    "  \"timeline\": [ { \"at\": \"1ms\", \"do\": \"address.add\", \"on\": \"a.eth0\", \"address\": \"192.0.2.1/24\" },\n"
    "                { \"at\": \"1ms\", \"do\": \"address.add\", \"on\": \"a.eth0\", \"address\": \"192.0.2.2/24\" } ] }";

static struct run_result run_it(uint64_t instant_limit, int64_t until_ns, struct problems *problems)
{
    char *error = NULL;
    struct scenario *scenario = scenario_parse("memory", scenario_text, strlen(scenario_text), NULL, problems);
    ck_assert_ptr_nonnull(scenario);
    struct run_setup setup = { .scenario = scenario, .seed = 1, .until_ns = until_ns, .instant_limit = instant_limit };
    struct run_result result = run_scenario(&setup, problems, &error);
    ck_assert_ptr_null(error);
    return result;
}

START_TEST(a_livelock_fails_the_run)
{
    struct problems problems = { .arena = arena_new(), .file = "memory" };
    struct run_result result = run_it(1, INT64_MAX, &problems);
    ck_assert_int_eq(result.verdict, RUN_FAIL);
    ck_assert_ptr_nonnull(strstr(result.failures[0].message, "livelock"));
    run_result_free(&result);
    arena_free(problems.arena);
}
END_TEST

START_TEST(the_limit_leaves_others_alone)
{
    struct problems problems = { .arena = arena_new(), .file = "memory" };
    struct run_result result = run_it(0, INT64_MAX, &problems);
    ck_assert_int_eq(result.verdict, RUN_PASS);
    ck_assert_int_eq(result.virtual_ns, 1000000);
    run_result_free(&result);
    arena_free(problems.arena);
}
END_TEST

START_TEST(until_leaves_steps_undecided)
{
    struct problems problems = { .arena = arena_new(), .file = "memory" };
    struct run_result result = run_it(0, 1000, &problems);
    ck_assert_int_eq(result.verdict, RUN_UNDECIDED);
    ck_assert_uint_eq(result.failure_count, 2);
    run_result_free(&result);
    arena_free(problems.arena);
}
END_TEST

START_TEST(two_runs_in_one_process_are_equal)
{
    struct problems problems = { .arena = arena_new(), .file = "memory" };
    struct run_result first = run_it(0, INT64_MAX, &problems), second = run_it(0, INT64_MAX, &problems);
    ck_assert_mem_eq(&first.digest, &second.digest, sizeof first.digest);
    ck_assert_uint_eq(first.rows, second.rows);
    run_result_free(&first);
    run_result_free(&second);
    arena_free(problems.arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run");
    TCase *tests = tcase_create("limits");
    tcase_add_test(tests, a_livelock_fails_the_run);
    tcase_add_test(tests, the_limit_leaves_others_alone);
    tcase_add_test(tests, until_leaves_steps_undecided);
    tcase_add_test(tests, two_runs_in_one_process_are_equal);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
