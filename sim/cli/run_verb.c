/*
 * `wspsim run`: scenarios in order, each with the seeds asked for, a line a result.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/jobs.h"
#include "cli/progress.h"

struct session { const struct options *options; struct recorder *recorder; struct pcapng *capture; FILE *rows; bool colour; enum exit_code code; };

static bool session_open(struct session *session, size_t runs)
{
    const struct options *options = session->options;
    char *error = NULL;
    session->colour = colour_wanted(options, isatty(STDOUT_FILENO));
    if (options->pcap && runs != 1) {
        fprintf(stderr, "wspsim run: --pcap captures one run, but %zu were asked for\n", runs);
        session->code = EXIT_USAGE;
        return false;
    }
    if (options->trace != TRACE_NONE) session->rows = stdout;
    if (options->trace != TRACE_NONE && options->trace_file && strcmp(options->trace_file, "-") != 0 && !(session->rows = fopen(options->trace_file, "w"))) {
        fprintf(stderr, "wspsim: %s: the trace file cannot be written\n", options->trace_file);
        session->code = EXIT_ENVIRONMENT;
        return false;
    }
    if (options->record && !(session->recorder = recorder_open(options->record, &error))) {
        fprintf(stderr, "wspsim: %s\n", error);
        free(error);
        session->code = EXIT_ENVIRONMENT;
        return false;
    }
    if (options->pcap && !(session->capture = pcapng_open(options->pcap, &error))) {
        fprintf(stderr, "wspsim: %s\n", error);
        free(error);
        recorder_abandon(session->recorder);
        session->code = EXIT_ENVIRONMENT;
        return false;
    }
    return true;
}

static void session_lost(struct session *session, char *error)
{
    fprintf(stderr, "wspsim: %s\n", error);
    free(error);
    session->code = exit_worse(session->code, EXIT_ENVIRONMENT);
}

/* A record of nothing is no record: a scenario that could not be run leaves none, and no capture. */
static void session_close(struct session *session, bool any)
{
    char *error = NULL;
    if (session->recorder && !any) recorder_abandon(session->recorder);
    else if (session->recorder && !recorder_close(session->recorder, &error)) session_lost(session, error);
    if (session->capture && !any) pcapng_abandon(session->capture);
    else if (session->capture && !pcapng_close(session->capture, &error)) session_lost(session, error);
    if (!session->rows || session->rows == stdout) return;
    bool lost = ferror(session->rows) != 0;
    if (fclose(session->rows) == 0 && !lost) return;
    fprintf(stderr, "wspsim: %s: the trace file could not be written to its end\n", session->options->trace_file);
    session->code = exit_worse(session->code, EXIT_ENVIRONMENT);
}

static bool session_run(struct session *session, const char *file, bool seed_given, uint64_t seed)
{
    struct job job = { .options = session->options, .file = file, .seed = seed, .seed_given = seed_given, .recorder = session->recorder, .capture = session->capture, .rows = session->rows };
    struct job_result result = job_run(&job);
    if (session->options->json) job_json(stdout, &result);
    else if (!session->options->quiet || result.code != EXIT_HELD) job_show(stdout, session->options, &result, session->colour);
    session->code = exit_worse(session->code, result.code);
    bool ran = result.run.verdict != RUN_ERROR;
    job_free(&result);
    return ran;
}

enum exit_code verb_run(const struct options *options)
{
    struct session session = { .options = options };
    struct files files;
    bool any = false, all = true;
    if (!files_find(options->words, options->word_count, &files)) { files_free(&files); return EXIT_ENVIRONMENT; }
    size_t done = 0, seeds = options->seeds_given ? (size_t)(options->seed_last - options->seed_first) : 0;
    size_t runs = seeds < SIZE_MAX / (files.count + 1) ? files.count * (seeds + 1) : SIZE_MAX;
    if (session_open(&session, runs)) {
        struct progress progress;
        progress_begin(&progress, "run", runs, options->quiet);
        for (size_t i = 0; i < files.count; i++) {
            bool given = options->seed_given || options->seeds_given;
            uint64_t first = options->seeds_given ? options->seed_first : options->seed, last = options->seeds_given ? options->seed_last : first;
            for (uint64_t seed = first;; seed++) {
                progress_end(&progress);
                bool ran = session_run(&session, files.paths[i], given, seed);
                any = any || ran;
                all = all && ran;
                progress_step(&progress, ++done);
                if (seed == last) break;
            }
        }
        progress_end(&progress);
        session_close(&session, any && all);
    }
    files_free(&files);
    return session.code;
}
