/*
 * The one form of a scenario, to the letter: what is lined up, what is broken, what stays on one line.
 */
#include <string.h>

#include "core/arena.h"
#include "script/form.h"
#include "suite.h"

static void formed_is(const char *source, const char *expected)
{
    struct arena *arena = arena_new();
    struct json_error error = { 0 };
    const struct json_document *document = json_parse(arena, "test", source, strlen(source), &error);
    ck_assert_msg(document != NULL, "%s", error.message);
    char *formed = scenario_form(document->root);
    ck_assert_str_eq(formed, expected);
    const struct json_document *again = json_parse(arena, "test", formed, strlen(formed), &error);
    char *twice = scenario_form(again->root);
    ck_assert_msg(json_equal(again->root, document->root), "something is lost");
    ck_assert_str_eq(twice, formed);
    free(formed);
    free(twice);
    arena_free(arena);
}

START_TEST(times_and_actors_stand_in_columns)
{
    formed_is("{\"timeline\":[{\"do\":\"message\",\"at\":\"0\",\"text\":\"x\"},{\"by\":\"naive\",\"at\":\"1500ms\",\"do\":\"cleanup\"},{\"at\":\"2s\",\"by\":\"correct\",\"do\":\"cleanup\"}]}",
              "{\n  \"timeline\": [\n"
              "    { \"at\": \"0\",      \"do\": \"message\", \"text\": \"x\" },\n"
              "    { \"at\": \"1500ms\", \"by\": \"naive\",   \"do\": \"cleanup\" },\n"
              "    { \"at\": \"2s\",     \"by\": \"correct\", \"do\": \"cleanup\" }\n  ]\n}\n");
}
END_TEST

START_TEST(a_long_time_stands_out_and_names_of_other_lengths_are_left)
{
    formed_is("{\"timeline\":[{\"at\":\"5ms\",\"by\":\"a\",\"do\":\"cleanup\"},{\"at\":\"10000999999ns\",\"by\":\"app/worker\",\"do\":\"cleanup\"},{\"at\":\"2s\",\"by\":\"a\",\"do\":\"cleanup\"}]}",
              "{\n  \"timeline\": [\n"
              "    { \"at\": \"5ms\", \"by\": \"a\", \"do\": \"cleanup\" },\n"
              "    { \"at\": \"10000999999ns\", \"by\": \"app/worker\", \"do\": \"cleanup\" },\n"
              "    { \"at\": \"2s\",  \"by\": \"a\", \"do\": \"cleanup\" }\n  ]\n}\n");
}
END_TEST

START_TEST(a_step_without_time_begins_at_once)
{
    formed_is("{\"timeline\":[{\"at\":\"15ms\",\"by\":\"app\",\"do\":\"cleanup\"},{\"by\":\"ap\",\"do\":\"cleanup\"}]}",
              "{\n  \"timeline\": [\n    { \"at\": \"15ms\", \"by\": \"app\", \"do\": \"cleanup\" },\n    { \"by\": \"ap\", \"do\": \"cleanup\" }\n  ]\n}\n");
    formed_is("{\"timeline\":[{\"by\":\"app\",\"do\":\"cleanup\"},{\"by\":\"ap\",\"do\":\"cleanup\"}]}",
              "{\n  \"timeline\": [\n    { \"by\": \"app\", \"do\": \"cleanup\" },\n    { \"by\": \"ap\",  \"do\": \"cleanup\" }\n  ]\n}\n");
}
END_TEST

#define LONG "\"0123456789012345678901234567890123456789012345678901234567890123456789\""

START_TEST(what_is_too_long_goes_on_behind_the_time)
{
    formed_is("{\"timeline\":[{\"at\":\"0\",\"do\":\"message\",\"text\":" LONG ",\"about\":" LONG "}]}",
              "{\n  \"timeline\": [\n    { \"at\": \"0\", \"do\": \"message\", \"text\": " LONG ",\n                 \"about\": " LONG " }\n  ]\n}\n");
}
END_TEST

START_TEST(a_list_of_steps_begins_on_the_line_of_its_name)
{
    formed_is("{\"timeline\":[{\"at\":\"10s\",\"together\":[{\"do\":\"message\",\"text\":" LONG "},{\"do\":\"message\",\"text\":" LONG "}]},{\"at\":\"1m\",\"do\":\"message\",\"text\":\"x\"}]}",
              "{\n  \"timeline\": [\n    { \"at\": \"10s\", \"together\": [\n        { \"do\": \"message\", \"text\": " LONG " },\n        { \"do\": \"message\", \"text\": " LONG " }\n      ] },\n"
              "    { \"at\": \"1m\",  \"do\": \"message\", \"text\": \"x\" }\n  ]\n}\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("form");
    TCase *timeline = tcase_create("timeline");
    tcase_add_test(timeline, times_and_actors_stand_in_columns);
    tcase_add_test(timeline, a_long_time_stands_out_and_names_of_other_lengths_are_left);
    tcase_add_test(timeline, a_step_without_time_begins_at_once);
    tcase_add_test(timeline, what_is_too_long_goes_on_behind_the_time);
    tcase_add_test(timeline, a_list_of_steps_begins_on_the_line_of_its_name);
    suite_add_tcase(suite, timeline);
    return suite_main(suite);
}
