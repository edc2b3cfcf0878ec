/*
 * Who writes a record owns its partial file: a second recorder is refused and harms nothing, however the two meet.
 */
#include "sample.h"

#include <sys/stat.h>
#include <sys/wait.h>

START_TEST(one_writer_at_a_time)
{
    int ready[2], stop[2];
    ck_assert(pipe(ready) == 0 && pipe(stop) == 0);
    pid_t child = fork();
    if (child == 0) {
        char *error = NULL, byte = 0;
        struct recorder *recorder = recorder_open(path, &error);
        _exit(recorder == NULL || write(ready[1], &byte, 1) != 1 || read(stop[0], &byte, 1) != 1);
    }
    char byte;
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    not_opened(path, "is being written by another process");
    ck_assert(exists(partial)); /* it is not the loser's */
    ck_assert_int_eq(write(stop[1], &byte, 1), 1);
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    struct recorder *recorder = start(); /* what it left behind is in nobody's way */
    not_opened(path, "is being written by");
    ck_assert(exists(partial));
    recorder_abandon(recorder);
    ck_assert(!exists(partial));
}
END_TEST

/* A child's whole life: records one run, or is told that another one does. Its exit code says which; all else aborts. */
static void record_in_child(int go, const struct trace *trace)
{
    char byte, *error = NULL;
    must(read(go, &byte, 1) == 0); /* the end of the pipe starts all at once */
    struct recorder *recorder = recorder_open(path, &error);
    if (recorder == NULL) {
        why = error;
        must(strstr(error, "is being written by another process") != NULL);
        _exit(1);
    }
    struct record_run run = run_about(RECORD_PACKET);
    struct record_end end = end_of(trace);
    must(recorder_begin(recorder, &run, &why) && recorder_rows(recorder, trace, &why) && recorder_end(recorder, &end, &why));
    must(recorder_close(recorder, &why));
    _exit(0);
}

/* How many of two recorders that start together kept a record. */
static int kept_of_two(const struct trace *trace)
{
    int go[2], kept = 0;
    pid_t children[2];
    ck_assert_int_eq(pipe(go), 0);
    for (int i = 0; i < 2; i++) {
        children[i] = fork();
        ck_assert_int_ge(children[i], 0);
        if (children[i] == 0) {
            close(go[1]);
            record_in_child(go[0], trace);
        }
    }
    close(go[0]);
    close(go[1]);
    for (int i = 0; i < 2; i++) {
        int status;
        ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
        ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) <= 1, "a recorder ended with status %d", status);
        kept += WEXITSTATUS(status) == 0;
    }
    return kept;
}

START_TEST(two_recorders_leave_one_whole_record)
{
    struct trace *trace = trace_new(&now_ns);
    sample_rows(trace, 1);
    for (int round = 0; round < 150; round++) {
        unlink(path);
        if (round % 3 == 0) /* left by a killed process */
            put_file(partial, "stale", 5);
        ck_assert_int_ge(kept_of_two(trace), 1);
        ck_assert(!exists(partial));
        struct record *record = opened();
        struct trace_row row;
        char *error = NULL;
        uint64_t seq = 1;
        ck_assert_uint_eq(record_runs(record), 1);
        while (record_row(record, 1, seq, &row, &error)) seq = row.seq + 1;
        ck_assert(error == NULL && seq == SAMPLE_ROWS + 1);
        record_close(record);
    }
    trace_free(trace);
}
END_TEST

/* Somebody who heeds no lock put a file in the partial one's place: it is neither renamed nor removed. */
START_TEST(a_replaced_partial_file_is_left_alone)
{
    struct trace *trace = trace_new(&now_ns);
    sample_rows(trace, 1);
    for (int way = 0; way < 2; way++) {
        char *error = NULL;
        struct recorder *recorder = start();
        record_run_of(recorder, trace, RECORD_NET);
        ck_assert_int_eq(unlink(partial), 0);
        put_file(partial, "other", 5);
        if (way == 0) {
            ck_assert(!recorder_close(recorder, &error));
            ck_assert_msg(strstr(error, "was removed or replaced") != NULL, "%s", error);
            free(error);
        } else {
            recorder_abandon(recorder);
        }
        struct stat status;
        ck_assert(stat(partial, &status) == 0 && status.st_size == 5 && !exists(path));
    }
    trace_free(trace);
}
END_TEST

/* With the standard streams closed, what is printed must not end in the record. */
START_TEST(closed_streams_do_not_reach_the_record)
{
    pid_t child = fork();
    if (child == 0) {
        for (int stream = 0; stream <= STDERR_FILENO; stream++) close(stream);
        struct recorder *recorder = recorder_open(path, &why);
        for (int stream = 0; stream <= STDERR_FILENO; stream++)
            if (recorder == NULL || write(stream, "x", 1) != -1) _exit(1);
        recorder_abandon(recorder);
        _exit(0);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("writers");
    TCase *records = tcase_create("records");
    tcase_set_timeout(records, 300);
    tcase_add_checked_fixture(records, setup, teardown);
    tcase_add_test(records, one_writer_at_a_time);
    tcase_add_test(records, two_recorders_leave_one_whole_record);
    tcase_add_test(records, a_replaced_partial_file_is_left_alone);
    tcase_add_test(records, closed_streams_do_not_reach_the_record);
    suite_add_tcase(suite, records);
    return suite_main(suite);
}
