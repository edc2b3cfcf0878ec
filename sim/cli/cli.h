/*
 * The command line: what main.c and the verbs share. A verb is one small file; its options are rows of one table, from which
 * parsing, help, suggestions, manual and completion are made.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "script/scenario.h"
#include "store/store.h"

/* Exit codes, a contract (cli design). The largest concern wins: EXIT_ORDER in run of concern. */
enum exit_code { EXIT_HELD = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_UNDECIDED = 3, EXIT_NONDETERMINISM = 4, EXIT_ENVIRONMENT = 5, EXIT_INVARIANT = 6 };
enum exit_code exit_worse(enum exit_code a, enum exit_code b); /* 6, 5, 2, 4, 1, 3, 0 */

enum trace_form { TRACE_NONE, TRACE_TEXT, TRACE_JSONL };
enum test_format { FORMAT_PLAIN, FORMAT_TAP, FORMAT_JUNIT };
enum colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };


/* --layer, --host …: what is not given is NULL. A name may end in "*": all that begin so. Times: from 0 and to INT64_MAX if not given. */
struct filter { const char *layer, *host, *actor, *verb, *object; int64_t from_ns, to_ns; };

/* What the command line said. Texts point into argv. */
struct options {
    const char *program;                      /* as it was called, for commands to paste */
    const char **words; size_t word_count;   /* files, paths, words */
    bool seed_given; uint64_t seed;
    bool seeds_given; uint64_t seed_first, seed_last; /* --seeds A-B */
    unsigned jobs;                            /* 0: as many as processors */
    const char *record, *pcap, *trace_file, *provider;
    enum trace_form trace;
    enum record_level level;
    int64_t until_ns;                         /* INT64_MAX: not given */
    struct scenario_parameter *parameters; size_t parameter_count;
    unsigned shard, shards;                   /* --shard I/N; shards 0: not given */
    int64_t run_id;                           /* --run N; 0: not given */
    int64_t run_a, run_b;                     /* --run-a N, --run-b N; 0: not given */
    bool at_given; int64_t at_ns;             /* --at TIME */
    uint64_t row;                             /* --row SEQ; 0: not given */
    struct filter filter;                     /* which rows, which facts */
    enum test_format format;
    enum colour colour;
    const char *keys;                         /* --keys */
    unsigned columns, rows;                   /* --size; 0: not given */
    bool json, quiet, help, expand, check_only, quick, ascii;
    unsigned verbose;
};

/* A verb's row. `takes`: the options it knows, as a mask of enum option; `words`: how its arguments are named in the help, and
   how many may be given: as many as names stand there, without end where one ends in "…". */
enum option {
    OPTION_SEED = 1 << 0, OPTION_SEEDS = 1 << 1, OPTION_JOBS = 1 << 2, OPTION_RECORD = 1 << 3, OPTION_PCAP = 1 << 4, OPTION_TRACE = 1 << 5, OPTION_TRACE_FILE = 1 << 6,
    OPTION_LEVEL = 1 << 7, OPTION_PROVIDER = 1 << 8, OPTION_UNTIL = 1 << 9, OPTION_PARAM = 1 << 10, OPTION_JSON = 1 << 11, OPTION_QUIET = 1 << 12, OPTION_VERBOSE = 1 << 13,
    OPTION_SHARD = 1 << 14, OPTION_RUN = 1 << 15, OPTION_FORMAT = 1 << 16, OPTION_EXPAND = 1 << 17, OPTION_CHECK = 1 << 18, OPTION_QUICK = 1 << 19,
    OPTION_AT = 1 << 20, /* --at and --row */ OPTION_FILTER = 1 << 21, /* --layer and its like */ OPTION_RUNS = 1 << 22, /* --run-a and --run-b */
    OPTION_SCREEN = 1 << 23, /* --keys, --size and --ascii */
    /* --help, --color, -h belong to every verb */
};
struct verb { const char *name; const char *words; const char *summary; const char *help; unsigned takes; unsigned least_words; enum exit_code (*run)(const struct options *options); };

const struct verb *verbs(size_t *count);
/* argv holds what follows the verb. False after a message on stderr (unknown option with the nearest, missing or wrong value):
   exit 2. To be freed in both cases. */
bool options_parse(const struct verb *verb, int argc, char **argv, struct options *options);
void options_free(struct options *options);
void verb_help(const struct verb *verb); /* to stdout; the same text for --help and `help VERB` */
/* The index-th option of a verb, for manual and completion; false: it has no more. */
struct option_shape { char letter; const char *name, *value, *wants, *help; };
bool option_shape(const struct verb *verb, size_t index, struct option_shape *shape);
const char *bench_name(size_t index); /* bench.c; NULL: no more */
bool colour_wanted(const struct options *options, bool is_terminal); /* NO_COLOR obeyed */

bool output_reader_left(void); /* nobody reads standard output any more (output.c) */

enum exit_code verb_run(const struct options *options);
enum exit_code verb_test(const struct options *options);
enum exit_code verb_check(const struct options *options);
enum exit_code verb_schema(const struct options *options);
enum exit_code verb_fmt(const struct options *options);
enum exit_code verb_replay(const struct options *options);
enum exit_code verb_merge(const struct options *options);
enum exit_code verb_diff(const struct options *options);
enum exit_code verb_show(const struct options *options);
enum exit_code verb_explain(const struct options *options);
enum exit_code verb_ioctls(const struct options *options);
enum exit_code verb_bench(const struct options *options);
enum exit_code verb_tui(const struct options *options);
enum exit_code verb_version(const struct options *options);

#define WSPSIM_VERSION "0.1.0"
#endif
