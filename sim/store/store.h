/*
 * A record is one SQLite file that holds one or more runs: what was run (the scenario's text and parameters, seed, provider, versions),
 * every trace row, and how it ended. It is written beside its final name and renamed when it is whole, so that a half
 * record never stands in the place of a good one. Schema and views: docs/RECORDS.md. Errors are sentences.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/trace.h"

#define RECORD_APPLICATION_ID 0x77737073 /* "wsps" */
#define RECORD_VERSION 2                  /* user_version */

enum record_level { RECORD_API, RECORD_NET, RECORD_PACKET }; /* layers up to SCRIPT..KERNEL, NET, PACKET */
const char *record_level_name(enum record_level level);
bool record_level_parse(const char *text, enum record_level *level);
bool record_level_takes(enum record_level level, enum layer layer);

/* ---- writing ---- */
/* After a first error all further calls fail with the same sentence. The caller frees *error. */
struct recorder;
struct record;

struct record_run { /* all texts are copied */
    const char *scenario_name;  /* as given on the command line; not part of the digest */
    const char *title;
    const char *scenario_text;  /* with the parameters, enough to run again */
    const char *parameters;     /* JSON object of --param values */
    const char *provider;       /* path, or "reference" */
    const char *program;        /* name and version */
    const char *commit;
    uint64_t seed;
    int64_t until_ns;           /* INT64_MAX: none */
    enum record_level level;
};

struct record_end {
    const char *verdict;        /* "pass", "fail" … */
    const char *failures;       /* JSON list */
    uint64_t rows;
    int64_t virtual_ns;
    struct trace_digest digest;
};

/* Creates path + ".partial", or takes over what a killed process left there. NULL: *error says why; while another recorder writes
   it, nothing of that one is touched. */
struct recorder *recorder_open(const char *path, char **error);
bool recorder_begin(struct recorder *recorder, const struct record_run *run, char **error); /* a new run_id, from 1 */
/* Writes all rows of the run's level that are newer than those written; afterwards they may be let go. Give it at least some
   hundred rows at a time: each call costs about as much as ten rows. */
bool recorder_rows(struct recorder *recorder, const struct trace *trace, char **error);
bool recorder_end(struct recorder *recorder, const struct record_end *end, char **error);
/* Takes a whole run of another record over, with a new run_id: begin, rows and end in one. Fails also if that record is damaged. */
bool recorder_copy(struct recorder *recorder, struct record *record, size_t index, char **error);
bool recorder_close(struct recorder *recorder, char **error); /* forces to disk, renames, frees; on an error removes the partial file */
void recorder_abandon(struct recorder *recorder);             /* removes the partial file, frees */

/* ---- reading ---- */
#include "store/read.h"
#endif
