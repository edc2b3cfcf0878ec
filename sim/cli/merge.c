/*
 * `wspsim merge`: joins records, the runs numbered anew. The result is written beside and renamed, so whatever is wrong with what comes in
 * leaves the old file alone; it may even be one of those that come in.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/recorded.h"

/* True: all its runs are taken. */
static bool record_take(struct recorder *recorder, const char *path, int64_t *runs, char **error)
{
    struct record *record = record_open(path, error);
    if (!record) return false;
    bool good = true;
    for (size_t i = 0; good && i < record_runs(record); i++, ++*runs) good = recorder_copy(recorder, record, i, error);
    record_close(record);
    return good;
}

enum exit_code verb_merge(const struct options *options)
{
    char *error = NULL;
    int64_t runs = 0;
    struct recorder *recorder = recorder_open(options->words[0], &error);
    if (!recorder) return recorded_damaged(error);
    for (size_t i = 1; i < options->word_count; i++) {
        if (record_take(recorder, options->words[i], &runs, &error)) continue;
        recorder_abandon(recorder);
        return recorded_damaged(error);
    }
    if (runs == 0) {
        recorder_abandon(recorder);
        fprintf(stderr, "wspsim merge: there is no run in any of them\n");
        return EXIT_USAGE;
    }
    if (!recorder_close(recorder, &error)) return recorded_damaged(error);
    if (!options->quiet) printf("merged     %s: %" PRId64 " runs of %zu records\n", options->words[0], runs, options->word_count - 1);
    return EXIT_HELD;
}
