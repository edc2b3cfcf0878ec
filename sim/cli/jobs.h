/*
 * What running scenarios from the command line means: which files, which seeds, how a result is shown, which exit code it
 * has. `run`, `test` and `replay` share it.
 */
#ifndef CLI_JOBS_H
#define CLI_JOBS_H
#include <stdio.h>

#include "cli/cli.h"
#include "run.h"

/* Scenario files under the words, sorted by path; a file given by name is taken as it is. False after a message. */
struct files { char **paths; size_t count; };
bool files_find(const char *const *words, size_t count, struct files *files);
void files_free(struct files *files);

/* One scenario, one seed: read it, run it, say how it went. */
struct job {
    const struct options *options;
    const char *file;
    uint64_t seed;               /* used if seed_given, else the scenario's own or 1 */
    bool seed_given;
    struct recorder *recorder;   /* NULL: not recorded */
    struct pcapng *capture;      /* NULL: not captured */
    FILE *rows;                  /* trace rows go here; NULL: nowhere */
};

struct job_result {
    const char *file, *title;
    uint64_t seed;
    const char *verdict;         /* run_verdict_name */
    enum exit_code code;
    struct run_result run;
    struct problems problems;    /* its arena owns title and messages */
};

struct job_result job_run(const struct job *job);
void job_free(struct job_result *result);

struct text;
void job_failures_json(struct text *text, const struct job_result *result);
const char *version_commit(void);

/* One line, and for a failure: the place, expected, seen, the rows around, the command that replays it. */
void job_show(FILE *out, const struct options *options, const struct job_result *result, bool colour);
void job_json(FILE *out, const struct job_result *result); /* "wspsim-result/1" */
/* The same failure text without the first line, as one text (for TAP and JUnit). The caller frees. */
char *job_failure_text(const struct options *options, const struct job_result *result);
#endif
