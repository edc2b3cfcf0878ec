/*
 * What the tests of sim/view share: a trace is written into a record of its own, the record is opened, and a state is one text, a
 * line a fact, so that two of them can be compared as a whole.
 */
#ifndef TESTS_VIEW_RECORDED_H
#define TESTS_VIEW_RECORDED_H
#include "suite.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "core/trace.h"
#include "store/store.h"
#include "view/view.h"

static char path[64];

static inline struct record *record_of(const struct trace *trace, int64_t end_ns)
{
    char *error = NULL;
    strcpy(path, "/tmp/wspsim-view-XXXXXX");
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
    struct record_run run = { .scenario_name = "x.json", .title = "t", .scenario_text = "{}", .parameters = "{}", .provider = "reference", .program = "test", .commit = "test",
                              .seed = 1, .until_ns = INT64_MAX, .level = RECORD_NET };
    struct record_end end = { .verdict = "pass", .failures = "[]", .rows = *trace_newest(trace), .virtual_ns = end_ns, .digest = trace_digest(trace) };
    struct recorder *recorder = recorder_open(path, &error);
    ck_assert_msg(recorder && recorder_begin(recorder, &run, &error) && recorder_rows(recorder, trace, &error) && recorder_end(recorder, &end, &error)
                      && recorder_close(recorder, &error), "%s", error ? error : "?");
    struct record *record = record_open(path, &error);
    ck_assert_msg(record != NULL, "%s", error ? error : "?");
    return record;
}

static inline void record_gone(struct record *record)
{
    record_close(record);
    unlink(path);
}

/* "a eth0 192.0.2.1/24 preferred\n" for each fact; "-" for what is not known. The caller frees. */
static inline char *facts_text(const struct view *view, enum view_kind kind)
{
    struct text text = { 0 };
    const struct fact *fact;
    for (size_t cursor = 0; (fact = view_next(view, kind, &cursor));) {
        for (size_t i = 0; i < view_shape(kind)->column_count; i++) {
            const char *value = fact_text(view, fact, i);
            text_printf(&text, "%s%s", i ? " " : "", value ? value : "-");
        }
        text_add(&text, "\n");
    }
    return text_done(&text);
}

/* All kinds, with the rows that made them. The caller frees. */
static inline char *state_text(const struct view *view)
{
    struct text text = { 0 };
    for (unsigned kind = 0; kind < VIEW_KINDS; kind++) {
        const struct fact *fact;
        char *facts = facts_text(view, (enum view_kind)kind);
        text_printf(&text, "[%s]\n%s", view_shape((enum view_kind)kind)->name, facts);
        free(facts);
        for (size_t cursor = 0; (fact = view_next(view, (enum view_kind)kind, &cursor));) {
            struct fact_rows rows = fact_rows(fact);
            text_printf(&text, "%llu %llu %lld\n", (unsigned long long)rows.born, (unsigned long long)rows.changed, (long long)rows.changed_ns);
        }
    }
    text_printf(&text, "row %llu at %lld\n", (unsigned long long)view_seq(view), (long long)view_at_ns(view));
    return text_done(&text);
}

static inline void goes(struct view *view, uint64_t seq)
{
    char *error = NULL;
    ck_assert_msg(view_at(view, seq, &error), "%s", error ? error : "?");
}

static inline void shows(struct view *view, enum view_kind kind, const char *wanted)
{
    char *seen = facts_text(view, kind);
    ck_assert_str_eq(seen, wanted);
    free(seen);
}
#endif
