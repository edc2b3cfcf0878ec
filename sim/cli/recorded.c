/*
 * A run of a record, as the verbs open it.
 */
#include "cli/recorded.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum exit_code recorded_damaged(char *error)
{
    fprintf(stderr, "wspsim: %s\n", error);
    free(error);
    return EXIT_ENVIRONMENT;
}

static bool run_choose(struct recorded *recorded, int64_t run_id, const char *option)
{
    size_t runs = record_runs(recorded->record);
    if (!run_id && runs > 1) {
        fprintf(stderr, "wspsim %s: %s holds %zu runs: say which with %s N\n", recorded->verb, recorded->path, runs, option);
        return false;
    }
    for (size_t i = 0; record_run(recorded->record, i, &recorded->view); i++)
        if (!run_id || recorded->view.run_id == run_id) return record_level_parse(recorded->view.level, &recorded->level);
    if (run_id) fprintf(stderr, "wspsim %s: %s holds no run %" PRId64 "\n", recorded->verb, recorded->path, run_id);
    else fprintf(stderr, "wspsim %s: %s holds no run\n", recorded->verb, recorded->path);
    return false;
}

bool recorded_open(struct recorded *recorded, const char *verb, const char *path, int64_t run_id, const char *option, enum exit_code *code)
{
    char *error = NULL;
    *recorded = (struct recorded){ .verb = verb, .path = path, .record = record_open(path, &error) };
    if (!recorded->record) {
        *code = recorded_damaged(error);
        return false;
    }
    recorded->arena = arena_new();
    if (run_choose(recorded, run_id, option)) return true;
    *code = EXIT_USAGE;
    return false;
}

void recorded_close(struct recorded *recorded)
{
    record_close(recorded->record);
    arena_free(recorded->arena);
    *recorded = (struct recorded){ 0 };
}
