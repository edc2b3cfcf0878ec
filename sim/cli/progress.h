/*
 * Progress of what takes longer than a second: a bar on a terminal, a plain line every few seconds otherwise, nothing with
 * -q. It goes to stderr and never into a result.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress { const char *what; size_t total; bool terminal, quiet, shown; int64_t begun_ms, told_ms; };

void progress_begin(struct progress *progress, const char *what, size_t total, bool quiet);
void progress_step(struct progress *progress, size_t done);
void progress_end(struct progress *progress); /* takes the bar away again */
#endif
