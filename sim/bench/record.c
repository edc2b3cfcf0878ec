/*
 * Recording: rows of a trace into a record, as rows a wall second. The rows wait in memory when the clock starts, as they do in a
 * run; opening, the commit and the flush to disk count. `api` has rows as the yardstick's: two texts and numbers, about a hundred
 * bytes. `packet` has those of TCP over one link, as `--level packet` writes them. The check: the record opens, and its last row
 * has the last number.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/network.h"
#include "core/trace.h"
#include "store/store.h"

#define ROUNDS_MOST 64
#define PIECE 2000 /* rows handed over at a time, as the yardstick's */

struct recording { struct trace *trace; struct recorder *recorder; uint64_t rows; double seconds; char *error; };

static const char *folder(void)
{
    const char *named = getenv("TMPDIR");
    return named && named[0] ? named : "/tmp";
}

static bool recording_open(struct recording *recording, const char *path, enum record_level level)
{
    struct record_run run = { .scenario_name = "bench", .title = "recording", .provider = "reference", .seed = 1, .until_ns = INT64_MAX, .level = level };
    double start = bench_now_s();
    recording->recorder = recorder_open(path, &recording->error);
    bool good = recording->recorder && recorder_begin(recording->recorder, &run, &recording->error);
    recording->seconds += bench_now_s() - start;
    return good;
}

/* Hands over what has piled up; only this is timed. */
static bool recording_take(struct recording *recording)
{
    double start = bench_now_s();
    bool good = recorder_rows(recording->recorder, recording->trace, &recording->error);
    recording->seconds += bench_now_s() - start;
    return good;
}

static bool recording_close(struct recording *recording)
{
    struct record_end end = { .verdict = "pass", .failures = "[]", .rows = recording->rows, .virtual_ns = 1, .digest = trace_digest(recording->trace) };
    double start = bench_now_s();
    bool good = recorder_end(recording->recorder, &end, &recording->error);
    good = recorder_close(recording->recorder, &recording->error) && good;
    recording->seconds += bench_now_s() - start;
    return good;
}

static bool record_holds(const char *path, uint64_t last)
{
    char *error = NULL;
    struct trace_row row;
    struct record *record = record_open(path, &error);
    bool holds = record && record_row(record, 1, last, &row, &error) && row.seq == last && !record_row(record, 1, last + 1, &row, &error);
    if (record) record_close(record);
    free(error);
    return holds;
}

/* ---- rows as the yardstick's ---- */

static void row_write(struct trace *trace, uint64_t *chance)
{
    static const char *const verbs[] = { "address.added", "route.changed", "link.state", "address.removed" };
    static const char *const objects[] = { "eth0", "eth1", "eth2", "eth3" };
    uint64_t pick = bench_random(chance);
    char address[32];
    snprintf(address, sizeof address, "10.%u.%u.%u", (unsigned)(pick >> 8 & 255), (unsigned)(pick >> 16 & 255), (unsigned)(pick >> 24 & 255));
    if (!trace_begin(trace, LAYER_NET, verbs[pick >> 50 & 3], "host", objects[pick & 3])) return;
    trace_text(trace, "address", address);
    trace_int(trace, "gen", (int64_t)(pick >> 40));
    trace_end(trace);
}

static bool rows_record(struct recording *recording, const char *path, uint64_t rows)
{
    int64_t clock_ns = 0;
    uint64_t chance = 1;
    recording->trace = trace_new(&clock_ns);
    bool good = recording_open(recording, path, RECORD_NET);
    while (good && recording->rows < rows) {
        for (unsigned i = 0; i < PIECE; i++, clock_ns += (int64_t)(chance & 0xffff)) row_write(recording->trace, &chance);
        recording->rows += PIECE;
        good = recording_take(recording);
        trace_forget_before(recording->trace, recording->rows);
    }
    good = good && recording_close(recording) && record_holds(path, recording->rows);
    trace_free(recording->trace);
    return good;
}

/* ---- rows of packets ---- */

static bool packets_record(struct recording *recording, const char *path, uint64_t rows)
{
    struct dumbbell dumbbell;
    struct dumbbell_setup setup = { .flows = 1, .rate_mbps = 100, .rtt_ms = 40, .queue_packets = 332, .acknowledge_every = 2 };
    dumbbell_start(&dumbbell, &setup);
    recording->trace = dumbbell.network.trace;
    trace_listen(recording->trace, true);
    trace_listen_packets(recording->trace, true);
    bool good = recording_open(recording, path, RECORD_PACKET);
    for (int64_t at_ns = 0; good && recording->rows < rows; ) {
        dumbbell_run(&dumbbell, at_ns += 5000000);
        good = recording_take(recording);
        uint64_t newest = trace_newest_packet(recording->trace);
        recording->rows = newest ? newest - TRACE_PACKET_BASE : 0;
        if (newest) trace_forget_before(recording->trace, newest);
    }
    good = good && recording_close(recording) && record_holds(path, TRACE_PACKET_BASE + recording->rows);
    dumbbell_end(&dumbbell);
    return good;
}

static void record_measure(struct bench *bench, const char *item, uint64_t rows, bool (*record)(struct recording *recording, const char *path, uint64_t rows))
{
    double values[ROUNDS_MOST];
    char path[4096];
    if (bench->only && strcmp(bench->only, item) != 0) return;
    snprintf(path, sizeof path, "%s/wspsim-bench-%ld.db", folder(), (long)getpid());
    for (int i = 0; i < bench->rounds; i++) {
        struct recording recording = {0};
        if (!record(&recording, path, rows)) bench_wrong(bench, "record", recording.error ? recording.error : "the record does not hold its rows");
        free(recording.error);
        unlink(path);
        values[i] = (double)recording.rows / recording.seconds;
    }
    double middle = bench_median(values, bench->rounds);
    bench_report(bench, "record", item, middle, "rows/s", 100 * (values[bench->rounds - 1] - values[0]) / middle);
}

void bench_record(struct bench *bench)
{
    uint64_t rows = bench->quick ? 20000 : 1000000;
    record_measure(bench, "rows", rows, rows_record);
    record_measure(bench, "packets", rows, packets_record);
}
