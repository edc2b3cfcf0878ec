/*
 * A sweep: many runs, of which the first that fails of each file is worth keeping.
 */
#ifndef CLI_SWEEP_H
#define CLI_SWEEP_H
#include "cli/jobs.h"

struct sweep { struct { const char *file; uint64_t seed; } *failed; size_t count; };

void sweep_failed(struct sweep *sweep, const char *file, uint64_t seed); /* in order; only the first of a file counts. The path is borrowed. */
void sweep_show(const struct sweep *sweep, FILE *out, const char *before);
/* Runs them again into options->record, in a process of its own. Nothing failed: no record. */
enum exit_code sweep_record(const struct sweep *sweep, const struct options *options);
void sweep_free(struct sweep *sweep);
#endif
