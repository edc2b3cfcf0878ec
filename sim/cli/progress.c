/*
 * Progress on stderr.
 */
#include "cli/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define BAR 30
#define FIRST_MS 1000     /* shorter work shows nothing */
#define BAR_EVERY_MS 100
#define LINE_EVERY_MS 5000

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void progress_begin(struct progress *progress, const char *what, size_t total, bool quiet)
{
    *progress = (struct progress){ .what = what, .total = total, .quiet = quiet, .terminal = isatty(STDERR_FILENO) != 0 };
    progress->begun_ms = progress->told_ms = clock_ms();
}

void progress_step(struct progress *progress, size_t done)
{
    if (progress->quiet) return;
    int64_t now_ms = clock_ms();
    if (now_ms - progress->begun_ms < FIRST_MS || now_ms - progress->told_ms < (progress->terminal ? BAR_EVERY_MS : LINE_EVERY_MS)) return;
    progress->told_ms = now_ms;
    if (!progress->terminal) {
        fprintf(stderr, "%s: %zu of %zu\n", progress->what, done, progress->total);
        return;
    }
    size_t filled = progress->total ? BAR * done / progress->total : BAR;
    fprintf(stderr, "\r%s [", progress->what);
    for (size_t i = 0; i < BAR; i++) fputc(i < filled ? '#' : '.', stderr);
    fprintf(stderr, "] %zu/%zu ", done, progress->total);
    progress->shown = true;
}

void progress_end(struct progress *progress)
{
    if (progress->shown) fprintf(stderr, "\r\033[K");
    progress->shown = false;
}
