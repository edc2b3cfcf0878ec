/*
 * The first failing seed of each scenario: told, and recorded by running it once more, which gives the same run.
 */
#include "cli/sweep.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void sweep_failed(struct sweep *sweep, const char *file, uint64_t seed)
{
    if (sweep->count && strcmp(sweep->failed[sweep->count - 1].file, file) == 0) return;
    sweep->failed = memory_grow(sweep->failed, (sweep->count + 1) * sizeof *sweep->failed);
    sweep->failed[sweep->count].file = file;
    sweep->failed[sweep->count++].seed = seed;
}

void sweep_show(const struct sweep *sweep, FILE *out, const char *before)
{
    for (size_t i = 0; i < sweep->count; i++) fprintf(out, "%sfirst failing seed: %" PRIu64 "  %s\n", before, sweep->failed[i].seed, sweep->failed[i].file);
}

static enum exit_code record_all(const struct sweep *sweep, const struct options *options)
{
    char *error = NULL;
    struct recorder *recorder = recorder_open(options->record, &error);
    bool any = false, good = recorder != NULL;
    for (size_t i = 0; good && i < sweep->count; i++) {
        struct job job = { .options = options, .file = sweep->failed[i].file, .seed = sweep->failed[i].seed, .seed_given = true, .recorder = recorder };
        struct job_result result = job_run(&job);
        any = any || result.run.verdict != RUN_ERROR;
        job_free(&result);
    }
    if (good && !any) recorder_abandon(recorder);
    else if (good) good = recorder_close(recorder, &error);
    if (!good) fprintf(stderr, "wspsim: %s\n", error ? error : "the record could not be written");
    free(error);
    return good ? EXIT_HELD : EXIT_ENVIRONMENT;
}

enum exit_code sweep_record(const struct sweep *sweep, const struct options *options)
{
    int status;
    if (!sweep->count) {
        if (!options->quiet) fprintf(stderr, "wspsim test: nothing failed, so there is no record\n");
        return EXIT_HELD;
    }
    fflush(NULL);
    pid_t child = fork(); /* a provider that takes its process down takes only this one */
    if (child == 0) _exit((int)record_all(sweep, options));
    if (child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status)) {
        if (WEXITSTATUS(status) == EXIT_HELD && !options->quiet) fprintf(stderr, "wspsim test: what failed first is in %s\n", options->record);
        return (enum exit_code)WEXITSTATUS(status);
    }
    fprintf(stderr, "wspsim test: the process that recorded what failed ended before it was done\n");
    return EXIT_ENVIRONMENT;
}

void sweep_free(struct sweep *sweep) { free(sweep->failed); }
