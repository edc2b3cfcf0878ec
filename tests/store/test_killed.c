/*
 * kill -9 at any moment of a recording run: what is left under the record's name is nothing, the old record, or the new one, whole; what is
 * left beside it is refused, or is the whole record that only lacked its name. Never is there a file that looks whole and is not:
 * each that opens is held against the rows of the same run, byte by byte.
 *
 * WSPSIM_KILLS says how often (200 by default), WSPSIM_KILLED_STEPS how long the run is (200 steps by default; `make kills` does more of both, so
 * that SQLite writes before the end). A third of them come anywhere in the run, a third while the record is closed, a third shortly before.
 */
#include "sample.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "core/text.h"
#include "run.h"

#define RUNS 2

static struct text scenario_text; /* with packets, so that both tables grow */
static struct text rows_wanted, packets_wanted;
static struct trace_digest digest_wanted;

static int number_wished(const char *name, int otherwise)
{
    const char *wish = getenv(name);
    return wish != NULL ? atoi(wish) : otherwise;
}

static void scenario_make(int steps)
{
    text_add(&scenario_text, "{\"format\":\"wspsim/1\",\"title\":\"t\",\"hosts\":[{\"name\":\"a\",\"interfaces\":[{\"name\":\"e\",\"addresses\":[\"10.0.0.1/24\"]}]},"
                             "{\"name\":\"b\",\"interfaces\":[{\"name\":\"e\",\"addresses\":[\"10.0.0.2/24\"]}]}],\"links\":[{\"between\":[\"a.e\",\"b.e\"],\"delay\":\"1ms\"}],\"timeline\":["
                             "{\"at\":\"0\",\"do\":\"traffic\",\"kind\":\"sink\",\"as\":\"in\",\"host\":\"b\",\"protocol\":\"udp\",\"port\":9},"
                             "{\"at\":\"0\",\"do\":\"traffic\",\"kind\":\"cbr\",\"as\":\"out\",\"host\":\"a\",\"protocol\":\"udp\",\"to\":\"10.0.0.2:9\",\"size\":1000,\"interval\":\"1ms\",\"count\":100}");
    for (int i = 0; i < steps; i++) text_printf(&scenario_text, ",{\"at\":\"%dms\",\"do\":\"message\",\"text\":\"number %d of a run that is killed\"}", i / 3 + 1, i);
    text_add(&scenario_text, "]}");
}

static struct scenario *scenario_again(struct problems *problems)
{
    *problems = (struct problems){ .arena = arena_new(), .file = "killed.json" };
    struct scenario *scenario = scenario_parse("killed.json", scenario_text.bytes, scenario_text.length, &(struct scenario_given){ 0 }, problems);
    if (scenario == NULL) {
        char *said = problems_text(problems);
        fprintf(stderr, "%s\n", said);
        abort();
    }
    return scenario;
}

static void row_keep(const struct trace_row *row, void *argument)
{
    (void)argument;
    text_add_n(row->layer == LAYER_PACKET ? &packets_wanted : &rows_wanted, (const char *)row->bytes, row->size);
}

static void rows_make(void)
{
    struct problems problems;
    char *error = NULL;
    struct run_setup setup = { .scenario = scenario_again(&problems), .seed = 1, .until_ns = INT64_MAX, .packets = true, .row = row_keep };
    struct run_result result = run_scenario(&setup, &problems, &error);
    must(result.verdict == RUN_PASS && rows_wanted.length > 0 && packets_wanted.length > 0);
    digest_wanted = result.digest;
    run_result_free(&result);
    arena_free(problems.arena);
}

/* ---- the child ---- */

static void tell(int to, char what) { must(write(to, &what, 1) == 1); }

static void run_recorded(struct recorder *recorder)
{
    struct problems problems;
    struct scenario *scenario = scenario_again(&problems);
    struct record_run run = run_about(RECORD_PACKET);
    must(recorder_begin(recorder, &run, &why));
    struct run_setup setup = { .scenario = scenario, .seed = 1, .until_ns = INT64_MAX, .recorder = recorder, .packets = true };
    struct run_result result = run_scenario(&setup, &problems, &why);
    struct record_end end = { .verdict = "pass", .failures = "[]", .rows = result.rows, .virtual_ns = result.virtual_ns, .digest = result.digest };
    must(recorder_end(recorder, &end, &why));
    run_result_free(&result);
    arena_free(problems.arena);
}

/* Says when it begins, when the record is about to be closed, and when it is. */
static void child_records(int say)
{
    struct recorder *recorder = recorder_open(path, &why);
    must(recorder != NULL);
    tell(say, 'b');
    for (int i = 0; i < RUNS; i++) run_recorded(recorder);
    tell(say, 'c');
    must(recorder_close(recorder, &why));
    tell(say, 'd');
    _exit(0);
}

/* ---- the parent ---- */

static int64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* How long after a word the child is killed; the word comes first. */
struct moment { char word; int64_t after_ns; };

static int64_t waits_for(int from, char word)
{
    for (char byte = 0; byte != word;)
        if (read(from, &byte, 1) != 1) return -1;
    return clock_ns();
}

/* True: it was killed, not done. */
static bool killed_at(const struct moment *moment)
{
    int say[2], status;
    ck_assert_int_eq(pipe(say), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        close(say[0]);
        child_records(say[1]);
    }
    close(say[1]);
    ck_assert_int_ge(waits_for(say[0], moment->word), 0);
    struct timespec rest = { .tv_sec = moment->after_ns / 1000000000, .tv_nsec = moment->after_ns % 1000000000 };
    while (nanosleep(&rest, &rest) != 0 && errno == EINTR) {}
    kill(child, SIGKILL);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    close(say[0]);
    ck_assert_msg(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 0, "the recording run ended with status %d", status);
    return WIFSIGNALED(status);
}

/* How long a run takes until its record is closed, and how long closing takes. */
static void times_take(int64_t *running_ns, int64_t *closing_ns)
{
    int say[2];
    ck_assert_int_eq(pipe(say), 0);
    pid_t child = fork();
    if (child == 0) {
        close(say[0]);
        child_records(say[1]);
    }
    close(say[1]);
    int64_t begun = waits_for(say[0], 'b'), closing = waits_for(say[0], 'c'), done = waits_for(say[0], 'd');
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    ck_assert(begun > 0 && done > 0);
    close(say[0]);
    *running_ns = closing - begun;
    *closing_ns = done - closing;
}

static void rows_compare(struct record *record, int64_t run_id, uint64_t base, const struct text *wanted)
{
    struct trace_row row;
    char *error = NULL;
    size_t at = 0;
    for (uint64_t seq = base + 1; record_row(record, run_id, seq, &row, &error); seq = row.seq + 1, at += row.size)
        ck_assert_msg(row.size <= wanted->length - at && memcmp(row.bytes, wanted->bytes + at, row.size) == 0, "run %d differs", (int)run_id);
    ck_assert_msg(error == NULL, "%s", error);
    ck_assert_uint_eq(at, wanted->length);
}

/* True: there is a whole record; false: there is none, or it is refused. All else fails the test. */
static bool whole(const char *name)
{
    char *error = NULL, digest[TRACE_DIGEST_TEXT];
    struct record *record = record_open(name, &error);
    struct record_run_view view;
    if (record == NULL) {
        ck_assert_ptr_nonnull(error);
        free(error);
        return false;
    }
    ck_assert_uint_eq(record_runs(record), RUNS);
    trace_digest_text(&digest_wanted, digest);
    for (size_t i = 0; record_run(record, i, &view); i++) {
        ck_assert_str_eq(view.digest, digest);
        rows_compare(record, view.run_id, 0, &rows_wanted);
        rows_compare(record, view.run_id, TRACE_PACKET_BASE, &packets_wanted);
    }
    record_close(record);
    return true;
}

START_TEST(no_kill_leaves_half_a_record)
{
    int wanted = number_wished("WSPSIM_KILLS", 200), kills = 0, left = 0, named = 0;
    int64_t running_ns, closing_ns;
    scenario_make(number_wished("WSPSIM_KILLED_STEPS", 200));
    rows_make();
    times_take(&running_ns, &closing_ns);
    ck_assert(whole(path));
    for (int round = 0; kills < wanted && round < 4 * wanted; round++) {
        bool old = round % 2 == 0; /* an old record stands there already */
        if (!old) unlink(path);
        else if (!exists(path)) times_take(&running_ns, &closing_ns);
        int64_t part = round / 3 * INT64_C(7919) % 1000;
        struct moment moment = { 'b', running_ns * part / 1000 };
        if (round % 3 == 1) moment = (struct moment){ 'c', closing_ns * part / 800 };
        if (round % 3 == 2) moment.after_ns = running_ns - running_ns * part / 20000;
        kills += killed_at(&moment);
        bool there = whole(path);
        ck_assert(there == exists(path)); /* never a file of that name that is none */
        ck_assert(there || !old);
        named += there && !old;
        left += exists(partial);
        if (exists(partial)) whole(partial);
    }
    printf("killed %d times: %d left something beside the record, %d had just given it its name\n", kills, left, named);
    ck_assert_int_ge(kills, wanted);
    ck_assert_int_gt(left, wanted / 2);
    struct recorder *recorder = start(); /* nothing that was left is in the way */
    for (int i = 0; i < RUNS; i++) run_recorded(recorder);
    holds(recorder_close(recorder, &why));
    ck_assert(whole(path) && !exists(partial));
    text_free(&scenario_text);
    text_free(&rows_wanted);
    text_free(&packets_wanted);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("killed");
    TCase *tests = tcase_create("kill -9");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 0);
    tcase_add_test(tests, no_kill_leaves_half_a_record);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
