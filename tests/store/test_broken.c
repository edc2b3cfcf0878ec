/*
 * Half a record never stands in the place of a whole one, whatever ends the recording, and a file that is no record is
 * refused with a sentence that says why.
 */
#include "sample.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

/* ---- half records ---- */

static void refused(const char *name, const char *word)
{
    char *error = NULL;
    struct record *record = record_open(name, &error);
    ck_assert_msg(record == NULL, "%s was taken for a record", name);
    ck_assert_msg(error != NULL && strstr(error, word) != NULL && strstr(error, name) != NULL, "wanted \"%s\", got: %s", word, error);
    free(error);
}

START_TEST(abandoned_records_leave_nothing)
{
    write_sample(RECORD_NET);
    struct trace *trace = trace_new(&now_ns);
    sample_rows(trace, 1);
    struct recorder *recorder = start();
    record_run_of(recorder, trace, RECORD_NET);
    ck_assert(exists(partial));
    recorder_abandon(recorder);
    recorder_abandon(NULL);
    ck_assert(!exists(partial));
    struct record *record = opened(); /* the former record is still there */
    ck_assert_uint_eq(record_runs(record), 2);
    record_close(record);
    trace_free(trace);
}
END_TEST

START_TEST(a_run_needs_its_end)
{
    char *error = NULL;
    struct recorder *recorder = start();
    struct record_run run = run_about(RECORD_NET);
    holds(recorder_begin(recorder, &run, &why));
    ck_assert(!recorder_close(recorder, &error));
    ck_assert_ptr_nonnull(strstr(error, "has no end"));
    ck_assert(!exists(path) && !exists(partial));
    free(error);
}
END_TEST

/* Killed at many moments, a recording process leaves the old record or a whole new one, and never blocks the next. */
START_TEST(killed_processes_leave_whole_records)
{
    write_sample(RECORD_NET);
    int kills = 0;
    for (int round = 0; round < 30; round++) {
        pid_t child = fork();
        if (child == 0) {
            for (;;) {
                struct trace *trace = trace_new(&now_ns);
                write_many(trace, RECORD_NET, true);
                trace_free(trace);
            }
        }
        nanosleep(&(struct timespec){.tv_nsec = 1000000 + round * 1700000}, NULL);
        kill(child, SIGKILL);
        int status;
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        kills += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
        struct record *record = opened();
        struct record_run_view view;
        ck_assert(record_run(record, 0, &view));
        ck_assert(view.rows == SAMPLE_ROWS || view.rows == MANY);
        record_close(record);
    }
    ck_assert_int_eq(kills, 30);
    write_sample(RECORD_NET);
}
END_TEST

/* Even under its final name, what was not finished is not taken for a record. */
START_TEST(a_partial_record_is_no_record)
{
    pid_t child = fork();
    if (child == 0) {
        char *error = NULL;
        struct record_run run = run_about(RECORD_NET);
        struct trace *trace = trace_new(&now_ns);
        struct recorder *recorder = recorder_open(path, &error);
        bool good = recorder != NULL && recorder_begin(recorder, &run, &error);
        for (int i = 0; i < 200000; i++) /* more than SQLite keeps in memory */
            add(trace, LAYER_NET, "v", "o", 0), trace_end(trace);
        _exit(!good || !recorder_rows(recorder, trace, &error));
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    struct stat partly;
    ck_assert_int_eq(stat(partial, &partly), 0);
    ck_assert(partly.st_size > 1000000 && !exists(path));
    ck_assert_int_eq(rename(partial, path), 0);
    refused(path, "record");
}
END_TEST

/* ---- what stands in the way ---- */

START_TEST(unusable_places)
{
    char name[256];
    not_opened(folder, "it is a directory");
    not_opened("", "needs a file name");
    not_opened("/dev/null", "not a regular file");
    snprintf(name, sizeof name, "%s/none/x.db", folder);
    not_opened(name, "No such file");
    put_file(path, "{\"format\":\"wspsim/1\"}", 21);
    not_opened(path, "is not a record");
    ck_assert(!exists(partial));
    put_file(path, "", 0); /* as mktemp leaves it */
    struct recorder *recorder = start();
    recorder_abandon(recorder);
    ck_assert_int_eq(mkdir(partial, 0700), 0);
    not_opened(path, "cannot create");
    ck_assert_int_eq(rmdir(partial), 0);
    ck_assert_int_eq(chmod(folder, 0500), 0);
    if (access(folder, W_OK) != 0) /* nobody may keep root out */
        not_opened(path, "Permission denied");
    ck_assert_int_eq(chmod(folder, 0700), 0);
}
END_TEST

/* A file size limit stands for the full disk. */
START_TEST(a_full_disk)
{
    write_sample(RECORD_NET);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {.rlim_cur = 300000, .rlim_max = RLIM_INFINITY};
    struct recorder *recorder = start();
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    struct record_run run = run_about(RECORD_NET);
    struct trace *trace = trace_new(&now_ns);
    char *error = NULL, *second = NULL;
    holds(recorder_begin(recorder, &run, &why));
    for (int i = 0; i < (_i == 0 ? 200000 : 20000); i++) /* the lesser number stays in memory until the end */
        add(trace, LAYER_NET, "v", "o", 0), trace_end(trace);
    struct record_end end = end_of(trace);
    if (recorder_rows(recorder, trace, &error) && recorder_end(recorder, &end, &error)) {
        ck_assert_int_eq(_i, 1);
        ck_assert(!recorder_close(recorder, &error));
        ck_assert_msg(strstr(error, "cannot finish the record") != NULL && strstr(error, "disk I/O error") != NULL, "%s", error);
    } else {
        ck_assert_int_eq(_i, 0);
        ck_assert_msg(strstr(error, "cannot write the record") != NULL && strstr(error, "File too large") != NULL, "%s", error);
        ck_assert(!recorder_close(recorder, &second)); /* the same sentence, not a guess about what followed from it */
        ck_assert_str_eq(error, second);
    }
    ck_assert(!exists(partial));
    record_close(opened()); /* the former record */
    free(error);
    free(second);
    trace_free(trace);
}
END_TEST

/* ---- hostile files ---- */

static unsigned char whole[400000];

static size_t read_whole(void)
{
    write_sample(RECORD_NET);
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    size_t size = fread(whole, 1, sizeof whole, file);
    fclose(file);
    ck_assert(size > 0 && size < sizeof whole);
    return size;
}

static void with_sql(const char *sql)
{
    sqlite3 *db = NULL;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    char *error = NULL;
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &error) == SQLITE_OK, "%s: %s", sql, error);
    sqlite3_close(db);
}

START_TEST(other_files_are_refused)
{
    size_t size = read_whole();
    refused("/tmp/wspsim-no-such-file.db", "No such file");
    refused(folder, "is a directory");
    refused("/dev/null", "not a regular file");
    put_file(path, "", 0);
    refused(path, "is empty");
    put_file(path, "hello, this is text", 19);
    refused(path, "no SQLite database");
    put_file(path, whole, 10);
    refused(path, "cut short");
    put_file(path, whole, 99);
    refused(path, "cut short");
    for (size_t cut = 100; cut < size; cut += 4001) {
        put_file(path, whole, cut);
        refused(path, "cut short");
    }
    unlink(path);
    with_sql("CREATE TABLE other (x)");
    refused(path, "another program");
    with_sql("PRAGMA application_id = 17");
    refused(path, "another program (application id 0x00000011)");
    with_sql("PRAGMA application_id = 2004054131");
    refused(path, "damaged: it names no schema");
    with_sql("PRAGMA user_version = 3");
    refused(path, "newer wspsim (schema 3");
    with_sql("PRAGMA user_version = 1");
    refused(path, "lacks a table");
}
END_TEST

START_TEST(changed_records_are_refused)
{
    static const struct { const char *sql, *word; } cases[] = {
        {"UPDATE run SET verdict = NULL WHERE run_id = 2", "run 2 has no end"},
        {"UPDATE run SET row_count = NULL", "has no end"},
        {"UPDATE run SET seed = 'x'", "makes no sense"},
        {"UPDATE run SET level = 'x'", "makes no sense"},
        {"UPDATE run SET first_row = -1", "makes no sense"},
        {"UPDATE run SET row_count = 9223372036854775807", "makes no sense"},
        {"UPDATE run SET row_count = row_count + 1", "rows of a run are missing"},
        {"DELETE FROM row", "rows of a run are missing"},
        {"DELETE FROM run", "holds no run"},
        {"DROP TABLE packet", "lacks a table"},
        {"DROP TABLE packet; CREATE VIEW packet AS SELECT * FROM row", "lacks a table"},
        {"ALTER TABLE run DROP COLUMN title", "damaged"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t size = read_whole();
        ck_assert(size > 0);
        with_sql(cases[i].sql);
        refused(path, cases[i].word);
    }
}
END_TEST

static void rows_refused(const char *how)
{
    struct record *record = opened();
    struct trace_row row;
    char *error = NULL;
    for (uint64_t seq = 1; record_row(record, 1, seq, &row, &error); seq = row.seq + 1)
        ck_assert_uint_le(row.seq, SAMPLE_ROWS);
    ck_assert_msg(error != NULL && strstr(error, "is damaged: row ") != NULL, "%s: %s", how, error);
    free(error);
    error = NULL;
    struct recorder *recorder = recorder_open(partial, &error); /* joining finds it, too */
    ck_assert_msg(recorder != NULL, "%s", error);
    if (!recorder_copy(recorder, record, 0, &error)) {
        ck_assert_msg(strstr(error, "is damaged: row ") != NULL, "%s", error);
        free(error);
    } else {
        ck_abort_msg("a damaged run was copied");
    }
    recorder_abandon(recorder);
    record_close(record);
}

START_TEST(damaged_rows_are_noticed)
{
    static const char *const cases[] = {
        "DELETE FROM row WHERE rowid = 4", "UPDATE row SET detail = '{' WHERE rowid = 4",
        "UPDATE row SET detail = NULL WHERE rowid = 4", "UPDATE label SET shape = x'0501' WHERE label = 3", "UPDATE row SET label = 1 WHERE rowid = 4", "UPDATE row SET run_id = 2 WHERE rowid = 4",
        "UPDATE row SET seq = 3 WHERE rowid = 4", "UPDATE row SET seq = -4 WHERE rowid = 4", "UPDATE row SET label = 99 WHERE rowid = 4",
        "UPDATE label SET layer = 'x' WHERE label = 3", "UPDATE row SET seq = 1099511627776 WHERE rowid = 4",
        "UPDATE label SET layer = 'packet' WHERE label = 3",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_sample(RECORD_NET);
        with_sql(cases[i]);
        rows_refused(cases[i]);
    }
}
END_TEST

/* Any byte may be anything: an error or other rows, but no crash and no end without an end. */
START_TEST(flipped_bytes_never_crash)
{
    size_t size = read_whole();
    uint64_t state = 1;
    int refusals = 0, errors = 0;
    for (int round = 0; round < 1500; round++) {
        static unsigned char copy[sizeof whole];
        memcpy(copy, whole, size);
        for (int change = 0; change < 1 + round % 3; change++) {
            state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
            size_t at = (size_t)(state >> 33) % size;
            if (round % 2 == 0) /* mostly where something stands: page heads and page ends */
                at = at / 16384 * 16384 + ((state >> 20 & 1) != 0 ? at % 200 : 16383 - at % 1000);
            copy[at] = (unsigned char)(state >> 25);
        }
        put_file(path, copy, size);
        char *error = NULL;
        struct record *record = record_open(path, &error);
        struct trace_row row = {0};
        refusals += record == NULL;
        for (size_t run = 0; record != NULL && run < record_runs(record); run++) {
            struct record_run_view view;
            ck_assert(record_run(record, run, &view));
            for (uint64_t seq = 1; record_row(record, view.run_id, seq, &row, &error); seq = row.seq + 1)
                ck_assert_uint_ge(row.seq, seq);
            errors += error != NULL;
            free(error);
            error = NULL;
        }
        free(error);
        record_close(record);
    }
    ck_assert_int_gt(refusals, 50);
    ck_assert_int_gt(errors, 5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("broken records");
    TCase *records = tcase_create("records");
    tcase_set_timeout(records, 300);
    tcase_add_checked_fixture(records, setup, teardown);
    tcase_add_test(records, abandoned_records_leave_nothing);
    tcase_add_test(records, a_run_needs_its_end);
    tcase_add_test(records, killed_processes_leave_whole_records);
    tcase_add_test(records, a_partial_record_is_no_record);
    tcase_add_test(records, unusable_places);
    tcase_add_loop_test(records, a_full_disk, 0, 2);
    tcase_add_test(records, other_files_are_refused);
    tcase_add_test(records, changed_records_are_refused);
    tcase_add_test(records, damaged_rows_are_noticed);
    tcase_add_test(records, flipped_bytes_never_crash);
    suite_add_tcase(suite, records);
    return suite_main(suite);
}
