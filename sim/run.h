/*
 * A run: one scenario, one seed, one provider. sim/run.c owns all parts and holds the event switch.
 */
#ifndef SIM_RUN_H
#define SIM_RUN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/trace.h"
#include "script/script.h"
#include "store/pcapng.h"
#include "store/store.h"

enum run_verdict { RUN_PASS, RUN_FAIL, RUN_UNDECIDED, RUN_ERROR, RUN_KNOWN_GAP };
const char *run_verdict_name(enum run_verdict verdict); /* "pass", "fail", "undecided", "error", "known-gap" */

struct run_setup {
    const struct scenario *scenario;
    uint64_t seed;
    const char *provider;          /* NULL: the reference provider */
    int64_t until_ns;              /* INT64_MAX: no limit */
    struct recorder *recorder;     /* NULL: not recorded; a run of it has begun */
    struct pcapng *capture;        /* NULL: packets are not captured */
    bool packets;                  /* rows of level packet too; a capture has them anyway */
    /* Called for every row in order, while rows are at hand; NULL: nobody reads along. */
    void (*row)(const struct trace_row *row, void *argument);
    void *row_argument;
    uint64_t instant_limit;        /* events at one instant; 0: the default */
};

struct run_failure {
    unsigned line, column;         /* 0: the file as a whole */
    const char *pointer;
    long step;                     /* timeline index, -1: none */
    const char *expected, *seen;   /* JSON values or NULL */
    const char *message;
    int64_t at_ns;
    uint64_t row;
    bool undecided;
    const char *around;            /* the trace rows around it, one a line */
};

struct run_result {
    enum run_verdict verdict;
    struct trace_digest digest;
    uint64_t rows, events;
    int64_t virtual_ns;
    const struct run_failure *failures; size_t failure_count;
    bool environment;              /* RUN_ERROR because of files or memory rather than the scenario */
    struct arena *arena;           /* owns what is above; run_result_free */
};

/* Problems of the world (RUN_ERROR) go to `problems`. A recorder's error goes to *error (the caller frees it). */
struct run_result run_scenario(const struct run_setup *setup, struct problems *problems, char **error);
void run_result_free(struct run_result *result);
#endif
