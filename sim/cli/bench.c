/*
 * bench: the built-in benchmarks, all or those that are named.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

#include "bench/bench.h"
#include "core/text.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

enum { ROUNDS = 5, ROUNDS_QUICK = 1 };

static const struct measure { const char *name; void (*run)(struct bench *bench); } measures[] = {
    { "events", bench_events }, { "fibers", bench_fibers }, { "ioctl", bench_ioctl }, { "flap", bench_flap },
    { "udp", bench_udp }, { "tcp", bench_tcp }, { "record", bench_record },
};

const char *bench_name(size_t index) { return index < COUNT(measures) ? measures[index].name : NULL; }

/* The benchmark of a name, or NULL after a message. */
static const struct measure *measure_find(const char *name)
{
    const char *candidates[COUNT(measures)];
    for (size_t i = 0; i < COUNT(measures); i++) {
        candidates[i] = measures[i].name;
        if (strcmp(measures[i].name, name) == 0) return &measures[i];
    }
    const char *nearest = nearest_word(name, candidates, COUNT(candidates));
    if (nearest) fprintf(stderr, "wspsim bench: unknown benchmark \"%s\"; did you mean %s?\n", name, nearest);
    else fprintf(stderr, "wspsim bench: unknown benchmark \"%s\"; `wspsim bench --help` lists them\n", name);
    return NULL;
}

/* "events:CASE" names one case of a benchmark. It is measured once: for scripts that take turns with another program. NULL: no
   such word, after a message if the name is wrong. */
static const struct measure *case_named(const char *word, struct bench *bench)
{
    char name[16];
    const char *colon = strchr(word, ':');
    if (!colon || (size_t)(colon - word) >= sizeof name) return NULL;
    memcpy(name, word, (size_t)(colon - word));
    name[colon - word] = 0;
    bench->only = colon + 1;
    bench->rounds = 1;
    return measure_find(name);
}

enum exit_code verb_bench(const struct options *options)
{
    struct bench bench = { .json = options->json, .quick = options->quick, .rounds = options->quick ? ROUNDS_QUICK : ROUNDS };
    if (options->word_count == 1 && strchr(options->words[0], ':')) {
        const struct measure *measure = case_named(options->words[0], &bench);
        if (!measure) return EXIT_USAGE;
        measure->run(&bench);
        return bench.failed ? EXIT_INVARIANT : EXIT_HELD;
    }
    for (size_t i = 0; i < options->word_count; i++) /* all names first: a wrong one should not cost the time of the others */
        if (!measure_find(options->words[i])) return EXIT_USAGE;
    for (size_t i = 0; i < options->word_count; i++) measure_find(options->words[i])->run(&bench);
    for (size_t i = 0; i < COUNT(measures) && options->word_count == 0; i++)
        measures[i].run(&bench);
    return bench.failed ? EXIT_INVARIANT : EXIT_HELD; /* a benchmark's own check is one of wspsim's invariants */
}
