/*
 * The one message of a broken invariant. What it reports of the run in progress is reached through pointers that the run
 * lends (global state, and the only one here): a check may fail anywhere, with no run in hand.
 */
#include "core/check.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"

enum { EXIT_INVARIANT = 6 };

static struct {
    bool known;
    uint64_t seed;
    const int64_t *now_ns;
    const uint64_t *newest_row;
} run;

void check_describes(uint64_t seed, const int64_t *now_ns, const uint64_t *newest_row)
{
    run.known = true;
    run.seed = seed;
    run.now_ns = now_ns;
    run.newest_row = newest_row;
}

void check_forgets(void)
{
    run.known = false;
    run.now_ns = NULL;
    run.newest_row = NULL;
}

noreturn void check_failed(const char *file, int line, const char *condition)
{
    fprintf(stderr, "wspsim: invariant broken: %s:%d: %s", file, line, condition);
    if (run.known) {
        char at[TIME_TEXT] = "?";
        if (run.now_ns != NULL)
            time_text(*run.now_ns, at);
        fprintf(stderr, " (seed %" PRIu64 ", at %s, row %" PRIu64 ")", run.seed, at, run.newest_row != NULL ? *run.newest_row : 0);
    }
    fputc('\n', stderr);
    fflush(stderr);
    _Exit(EXIT_INVARIANT);
}
