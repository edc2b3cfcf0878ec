/*
 * A record of a real run, asked by plain SQL: the views must tell what the run did.
 */
#include "suite.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

#define SCENARIO "scenarios/first-light.json"

static char path[] = "/tmp/wspsim-record-XXXXXX";
static sqlite3 *database;

static void record_make(void)
{
    struct problems problems = { .arena = arena_new(), .file = SCENARIO };
    char *error = NULL;
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
    struct scenario *scenario = scenario_read(SCENARIO, NULL, &problems);
    ck_assert_ptr_nonnull(scenario);
    struct recorder *recorder = recorder_open(path, &error);
    ck_assert_msg(recorder != NULL, "%s", error);
    struct record_run run = { .scenario_name = SCENARIO, .title = scenario->title, .scenario_text = scenario->document->source, .parameters = "{}", .provider = "reference",
                              .program = "test", .commit = "test", .seed = 1, .until_ns = INT64_MAX, .level = RECORD_NET };
    ck_assert(recorder_begin(recorder, &run, &error));
    struct run_setup setup = { .scenario = scenario, .seed = 1, .until_ns = INT64_MAX, .recorder = recorder };
    struct run_result result = run_scenario(&setup, &problems, &error);
    ck_assert_int_eq(result.verdict, RUN_PASS);
    struct record_end end = { .verdict = "pass", .failures = "[]", .rows = result.rows, .virtual_ns = result.virtual_ns, .digest = result.digest };
    ck_assert(recorder_end(recorder, &end, &error));
    ck_assert(recorder_close(recorder, &error));
    run_result_free(&result);
    arena_free(problems.arena);
    ck_assert_int_eq(sqlite3_open(path, &database), SQLITE_OK);
}

static void record_drop(void)
{
    sqlite3_close(database);
    unlink(path);
    memcpy(path + strlen(path) - 6, "XXXXXX", 6);
}

static const char *answer(const char *question)
{
    static char text[256];
    sqlite3_stmt *statement;
    ck_assert_msg(sqlite3_prepare_v2(database, question, -1, &statement, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(database));
    ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
    const unsigned char *value = sqlite3_column_text(statement, 0);
    snprintf(text, sizeof text, "%s", value ? (const char *)value : "null");
    sqlite3_finalize(statement);
    return text;
}

START_TEST(calls_pair_with_their_returns)
{
    record_make();
    ck_assert_str_eq(answer("SELECT count(*) FROM calls WHERE return_seq IS NULL"), "0");
    ck_assert_str_eq(answer("SELECT group_concat(DISTINCT layer) FROM calls"), "spi");
    ck_assert_str_eq(answer("SELECT count(*) FROM calls WHERE verb = 'WSPIoctl'"), "5");
    ck_assert_str_eq(answer("SELECT group_concat(x) FROM (SELECT DISTINCT json_extract(result, '$.returns') AS x FROM calls WHERE json_extract(result, '$.returns') <> '0' ORDER BY 1)"),
                     "WSAEWOULDBLOCK,WSA_IO_PENDING");
    /* The blocking form is the one call that took time. */
    ck_assert_str_eq(answer("SELECT group_concat(thread || ' ' || (returned_at_ns - at_ns)) FROM calls WHERE returned_at_ns > at_ns"), "blocking 8000000");
    record_drop();
}
END_TEST

START_TEST(completions_and_causes_lead_back)
{
    record_make();
    ck_assert_str_eq(answer("SELECT count(*) FROM completions WHERE verb = 'request.completed'"), "4");
    ck_assert_str_eq(answer("WITH RECURSIVE chain (run_id, seq, cause) AS (SELECT run_id, seq, cause FROM rows WHERE verb = 'routine.completed' UNION ALL"
                            " SELECT r.run_id, r.seq, r.cause FROM chain c JOIN rows r ON r.run_id = c.run_id AND r.seq = c.cause)"
                            " SELECT group_concat(verb, ' ') FROM (SELECT verb FROM chain JOIN rows USING (run_id, seq) ORDER BY seq)"),
                     "address.add address.added list.changed request.completed WPUQueueApc apc.run routine.completed");
    record_drop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record of a run");
    TCase *tests = tcase_create("views");
    tcase_add_test(tests, calls_pair_with_their_returns);
    tcase_add_test(tests, completions_and_causes_lead_back);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
