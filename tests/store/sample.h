/*
 * What the tests of records share: a folder of their own, a sample run with every kind of row, and a long one.
 */
#ifndef TESTS_STORE_SAMPLE_H
#define TESTS_STORE_SAMPLE_H
#include "suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/store.h"

static char folder[64], path[128], partial[160];
static int64_t now_ns;
static char *why; /* the sentence of a call that should have held */

static inline void setup(void)
{
    snprintf(folder, sizeof folder, "/tmp/wspsim-store-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/odd ?name#%%.db", folder);
    snprintf(partial, sizeof partial, "%s.partial", path);
}

static inline void teardown(void)
{
    unlink(path);
    unlink(partial);
    rmdir(folder);
}

/* The call held; else its sentence is the test's failure. */
#define holds(call) ck_assert_msg((call), "%s: %s", #call, why != NULL ? why : "no sentence")

/* The same for code that a forked child runs too: there libcheck's messages would get between those of the test itself. */
static inline void must(bool held)
{
    if (held)
        return;
    fprintf(stderr, "%s\n", why != NULL ? why : "no sentence");
    abort();
}

static inline bool exists(const char *file)
{
    return access(file, F_OK) == 0;
}

static inline void put_file(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(name, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

static inline void not_opened(const char *name, const char *word)
{
    char *error = NULL;
    ck_assert_ptr_null(recorder_open(name, &error));
    ck_assert_msg(error != NULL && strstr(error, word) != NULL, "wanted \"%s\", got: %s", word, error);
    free(error);
}

/* ---- a sample run ---- */

/* Begins a row; its fields and its end are up to the caller. */
static inline void add(struct trace *trace, enum layer layer, const char *verb, const char *object, uint64_t cause)
{
    trace_set_cause(trace, cause);
    const char *actor = layer == LAYER_NET || layer == LAYER_PACKET ? "" : "app";
    must(trace_begin_for(trace, layer, verb, "a", actor, actor, object));
}

static inline void sample_rows(struct trace *trace, int64_t delay_ns)
{
    now_ns = 0;
    trace_listen_packets(trace, true);
    add(trace, LAYER_SCRIPT, "ioctl", "/timeline/0", 0), trace_end(trace);
    add(trace, LAYER_SPI, "WSPIoctl", "s", 1);
    trace_text(trace, "code", "SIO_ADDRESS_LIST_CHANGE"), trace_text(trace, "overlapped", "o1"), trace_end(trace);
    add(trace, LAYER_SPI, "WSPIoctl", "s", 2);
    trace_uint(trace, "call", 2), trace_text(trace, "returns", "WSA_IO_PENDING"), trace_end(trace);
    now_ns = delay_ns;
    add(trace, LAYER_NET, "address.added", "eth0", 0);
    trace_text(trace, "address", "192.0.2.10/24"), trace_bytes(trace, "raw", "\x00\xff", 2), trace_end(trace);
    add(trace, LAYER_KERNEL, "request.completed", "", 4), trace_end(trace);
    add(trace, LAYER_UPCALL, "WPUCompleteOverlappedRequest", "o1", 5);
    trace_text(trace, "overlapped", "o1"), trace_int(trace, "error", 0), trace_uint(trace, "big", UINT64_MAX), trace_end(trace);
    add(trace, LAYER_UPCALL, "WPUCompleteOverlappedRequest", "o1", 6), trace_text(trace, "returns", "0"), trace_end(trace);
    add(trace, LAYER_PACKET, "packet.sent", "eth0", 4), trace_uint(trace, "size", 60), trace_end(trace);
    add(trace, LAYER_PACKET, "packet.sent", "eth0", 4), trace_uint(trace, "size", 1500), trace_end(trace);
    add(trace, LAYER_SPI, "WSPSelect", "", 1), trace_end(trace);
    now_ns += 5000000;
    add(trace, LAYER_SPI, "WSPSelect", "", 8), trace_text(trace, "returns", "0"), trace_end(trace);
    add(trace, LAYER_SPI, "WSPRecv", "s", 1), trace_end(trace);
}
#define SAMPLE_ROWS 10

static inline struct record_run run_about(enum record_level level)
{
    return (struct record_run){
        .scenario_name = "x.json", .title = "A title", .scenario_text = "{\"title\":\"A title\"}", .parameters = "{\"n\":1}",
        .provider = "reference", .program = "wspsim 1", .commit = "abc", .seed = UINT64_MAX, .until_ns = INT64_MAX, .level = level,
    };
}

static inline struct record_end end_of(const struct trace *trace)
{
    return (struct record_end){
        .verdict = "pass", .failures = "[]", .rows = *trace_newest(trace), .virtual_ns = now_ns, .digest = trace_digest(trace),
    };
}

static inline void record_run_of(struct recorder *recorder, const struct trace *trace, enum record_level level)
{
    struct record_run run = run_about(level);
    struct record_end end = end_of(trace);
    holds(recorder_begin(recorder, &run, &why));
    run = (struct record_run){0}; /* its texts were copied */
    holds(recorder_rows(recorder, trace, &why));
    holds(recorder_end(recorder, &end, &why));
}

static inline struct recorder *start(void)
{
    char *error = NULL;
    struct recorder *recorder = recorder_open(path, &error);
    ck_assert_msg(recorder != NULL, "%s", error);
    return recorder;
}

static inline struct record *opened(void)
{
    char *error = NULL;
    struct record *record = record_open(path, &error);
    ck_assert_msg(record != NULL, "%s", error);
    ck_assert_ptr_null(error);
    return record;
}

/* A record of two runs: the second one's network change comes later, its level is given. */
static inline void write_sample(enum record_level level)
{
    struct recorder *recorder = start();
    for (int i = 0; i < 2; i++) {
        struct trace *trace = trace_new(&now_ns);
        sample_rows(trace, (i + 1) * INT64_C(1000000));
        record_run_of(recorder, trace, i == 0 ? RECORD_PACKET : level);
        trace_free(trace);
    }
    holds(recorder_close(recorder, &why));
}

#define MANY 20000

/* Rows given in pieces and let go; many windows, jumps, gaps at level api. */
static inline void write_many(struct trace *trace, enum record_level level, bool forget)
{
    struct recorder *recorder = recorder_open(path, &why);
    must(recorder != NULL);
    struct record_run run = run_about(level);
    run.seed = 7;
    run.until_ns = 5;
    must(recorder_begin(recorder, &run, &why));
    for (uint32_t i = 0; i < MANY; i++) {
        char object[16];
        snprintf(object, sizeof object, "o%u", (unsigned)(i % 700));
        now_ns = i / 3;
        add(trace, i % 3 == 1 ? LAYER_NET : LAYER_SPI, "v", object, i / 2);
        trace_uint(trace, "i", i);
        uint64_t seq = trace_end(trace);
        if (i % 999 == 0) {
            must(recorder_rows(recorder, trace, &why));
            if (forget)
                trace_forget_before(trace, seq);
        }
    }
    struct record_end end = end_of(trace);
    must(recorder_rows(recorder, trace, &why));
    must(recorder_rows(recorder, trace, &why)); /* nothing new */
    must(recorder_end(recorder, &end, &why));
    must(recorder_close(recorder, &why));
}
#endif
