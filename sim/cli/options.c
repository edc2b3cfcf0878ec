/*
 * Options: one table of rows. Parsing, suggestions and help are made from it, so they cannot disagree.
 */
#include "cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/text.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

enum exit_code exit_worse(enum exit_code a, enum exit_code b)
{
    static const enum exit_code order[] = { EXIT_INVARIANT, EXIT_ENVIRONMENT, EXIT_USAGE, EXIT_NONDETERMINISM, EXIT_FAILED, EXIT_UNDECIDED };
    for (size_t i = 0; i < COUNT(order); i++)
        if (a == order[i] || b == order[i]) return order[i];
    return EXIT_HELD;
}

bool colour_wanted(const struct options *options, bool is_terminal)
{
    if (options->colour != COLOUR_AUTO) return options->colour == COLOUR_ALWAYS; /* what was said beats what is in the environment */
    const char *refusal = getenv("NO_COLOR");
    return is_terminal && !(refusal && *refusal);
}

/* ---- values ---- */

struct parser {
    const struct verb *verb;
    struct options *options;
    bool trace_given;
};

struct row {
    unsigned bit;           /* enum option; 0: every verb knows it */
    char letter;            /* short form, 0: none */
    const char *name;
    const char *value;      /* how its value is called; NULL: takes none */
    const char *wants;      /* what a value must be: the second half of the message that refuses one */
    const char *help;
    /* False: the value is wrong, and nothing was said yet. */
    bool (*take)(struct parser *parser, const char *value);
};

static bool take_seed(struct parser *parser, const char *value)
{
    parser->options->seed_given = true;
    return number_parse(value, &parser->options->seed);
}

/* Both halves of "A-B" or "I/N", as numbers. */
static bool pair_parse(const char *value, char between, uint64_t *first, uint64_t *second)
{
    const char *middle = strchr(value, between);
    char half[24];
    size_t length = middle ? (size_t)(middle - value) : sizeof half;
    if (length >= sizeof half) return false;
    memcpy(half, value, length);
    half[length] = '\0';
    return number_parse(half, first) && number_parse(middle + 1, second);
}

static bool take_seeds(struct parser *parser, const char *value)
{
    struct options *options = parser->options;
    options->seeds_given = true;
    return pair_parse(value, '-', &options->seed_first, &options->seed_last) && options->seed_first <= options->seed_last;
}

static bool take_jobs(struct parser *parser, const char *value)
{
    uint64_t jobs;
    if (!number_parse(value, &jobs) || jobs < 1 || jobs > 256) return false;
    parser->options->jobs = (unsigned)jobs;
    return true;
}

static bool take_path(const char **path, const char *value)
{
    *path = value;
    return *value != '\0';
}

static bool take_record(struct parser *parser, const char *value) { return take_path(&parser->options->record, value); }
static bool take_pcap(struct parser *parser, const char *value) { return take_path(&parser->options->pcap, value); }
static bool take_trace_file(struct parser *parser, const char *value) { return take_path(&parser->options->trace_file, value); }
static bool take_provider(struct parser *parser, const char *value) { return take_path(&parser->options->provider, value); }

/* The place of a word in a list of words. */
static bool word_parse(const char *value, const char *const *words, size_t count, unsigned *place)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(value, words[i]) == 0) {
            *place = (unsigned)i;
            return true;
        }
    return false;
}

static bool take_trace(struct parser *parser, const char *value)
{
    static const char *const words[] = { [TRACE_NONE] = "none", [TRACE_TEXT] = "text", [TRACE_JSONL] = "jsonl" };
    unsigned place;
    if (!word_parse(value, words, COUNT(words), &place)) return false;
    parser->options->trace = (enum trace_form)place;
    parser->trace_given = true;
    return true;
}

static bool take_format(struct parser *parser, const char *value)
{
    static const char *const words[] = { [FORMAT_PLAIN] = "plain", [FORMAT_TAP] = "tap", [FORMAT_JUNIT] = "junit" };
    unsigned place;
    if (!word_parse(value, words, COUNT(words), &place)) return false;
    parser->options->format = (enum test_format)place;
    return true;
}

static bool take_colour(struct parser *parser, const char *value)
{
    static const char *const words[] = { [COLOUR_AUTO] = "auto", [COLOUR_ALWAYS] = "always", [COLOUR_NEVER] = "never" };
    unsigned place;
    if (!word_parse(value, words, COUNT(words), &place)) return false;
    parser->options->colour = (enum colour)place;
    return true;
}

static bool take_level(struct parser *parser, const char *value) { return record_level_parse(value, &parser->options->level); }
static bool take_until(struct parser *parser, const char *value) { return time_parse(value, &parser->options->until_ns); }

static bool take_parameter(struct parser *parser, const char *value)
{
    struct options *options = parser->options;
    const char *equals = strchr(value, '=');
    if (!equals || equals == value) return false;
    size_t length = (size_t)(equals - value);
    for (size_t i = 0; i < options->parameter_count; i++) /* two values for one name: neither is meant */
        if (strlen(options->parameters[i].name) == length && strncmp(options->parameters[i].name, value, length) == 0) return false;
    char *name = memory_take(length + 1);
    memcpy(name, value, length);
    options->parameters = memory_grow(options->parameters, (options->parameter_count + 1) * sizeof *options->parameters);
    options->parameters[options->parameter_count++] = (struct scenario_parameter){ .name = name, .value = equals + 1 };
    return true;
}

static bool take_shard(struct parser *parser, const char *value)
{
    uint64_t shard, shards;
    if (!pair_parse(value, '/', &shard, &shards) || shard < 1 || shard > shards || shards > UINT32_MAX) return false;
    parser->options->shard = (unsigned)shard;
    parser->options->shards = (unsigned)shards;
    return true;
}

static bool run_parse(const char *value, int64_t *run_id)
{
    uint64_t run;
    if (!number_parse(value, &run) || run < 1 || run > INT64_MAX) return false;
    *run_id = (int64_t)run;
    return true;
}

static bool take_run(struct parser *parser, const char *value) { return run_parse(value, &parser->options->run_id); }
static bool take_run_a(struct parser *parser, const char *value) { return run_parse(value, &parser->options->run_a); }
static bool take_run_b(struct parser *parser, const char *value) { return run_parse(value, &parser->options->run_b); }

static bool take_at(struct parser *parser, const char *value)
{
    parser->options->at_given = true;
    return time_parse(value, &parser->options->at_ns);
}

static bool take_row(struct parser *parser, const char *value) { return number_parse(value, &parser->options->row) && parser->options->row > 0; }

static bool take_layer(struct parser *parser, const char *value)
{
    parser->options->filter.layer = value;
    for (int i = 0; i < LAYER_COUNT; i++)
        if (strcmp(value, layer_name((enum layer)i)) == 0) return true;
    return false;
}

static bool take_host(struct parser *parser, const char *value) { return take_path(&parser->options->filter.host, value); }
static bool take_actor(struct parser *parser, const char *value) { return take_path(&parser->options->filter.actor, value); }
static bool take_verb(struct parser *parser, const char *value) { return take_path(&parser->options->filter.verb, value); }
static bool take_object(struct parser *parser, const char *value) { return take_path(&parser->options->filter.object, value); }
static bool take_from(struct parser *parser, const char *value) { return time_parse(value, &parser->options->filter.from_ns); }
static bool take_to(struct parser *parser, const char *value) { return time_parse(value, &parser->options->filter.to_ns); }

static bool take_keys(struct parser *parser, const char *value)
{
    parser->options->keys = value;
    return true;
}

/* "80x24" */
static bool take_size(struct parser *parser, const char *value)
{
    uint64_t columns, rows;
    const char *by = strchr(value, 'x');
    char left[8] = "";
    if (!by || by == value || (size_t)(by - value) >= sizeof left) return false;
    memcpy(left, value, (size_t)(by - value));
    if (!number_parse(left, &columns) || !number_parse(by + 1, &rows) || columns < 1 || rows < 1 || columns > 1000 || rows > 1000) return false;
    parser->options->columns = (unsigned)columns;
    parser->options->rows = (unsigned)rows;
    return true;
}

#define FLAG(name, member) static bool name(struct parser *parser, const char *value) { (void)value; parser->options->member = true; return true; }
FLAG(take_json, json)
FLAG(take_quiet, quiet)
FLAG(take_help, help)
FLAG(take_expand, expand)
FLAG(take_check, check_only)
FLAG(take_quick, quick)
FLAG(take_ascii, ascii)
static bool take_verbose(struct parser *parser, const char *value) { (void)value; parser->options->verbose++; return true; }

static const struct row rows[] = {
    { OPTION_SEED, 0, "seed", "N", "a whole number below 2^64, decimal or 0x hexadecimal", "seed of all chance (default: the scenario's)", take_seed },
    { OPTION_SEEDS, 0, "seeds", "A-B", "two whole numbers A-B with A not above B", "one run for each seed from A to B", take_seeds },
    { OPTION_JOBS, 0, "jobs", "N", "a number from 1 to 256", "runs at a time (default: one for each processor)", take_jobs },
    { OPTION_RECORD, 0, "record", "OUT.db", "the name of a file", "keep the runs in a record", take_record },
    { OPTION_PCAP, 0, "pcap", "OUT.pcapng", "the name of a file", "keep the packets of the run as a capture", take_pcap },
    { OPTION_TRACE, 0, "trace", "FORM", "text, jsonl or none", "write the trace: text, jsonl or none (default)", take_trace },
    { OPTION_TRACE_FILE, 0, "trace-file", "FILE", "the name of a file, or - for standard output", "where the trace goes; alone it means --trace text", take_trace_file },
    { OPTION_LEVEL, 0, "level", "LEVEL", "api, net or packet", "what is traced: api, net (default) or packet", take_level },
    { OPTION_PROVIDER, 0, "provider", "PATH", "the path of a provider", "load this provider, not the reference provider", take_provider },
    { OPTION_UNTIL, 0, "until", "TIME", "a time with a unit (ns, us, ms, s, m, h, d), such as 5ms or 1.5s", "end the run at this virtual time", take_until },
    { OPTION_PARAM, 0, "param", "NAME=VALUE", "NAME=VALUE, and each name once", "a parameter the scenario declares; repeatable", take_parameter },
    { OPTION_SHARD, 0, "shard", "I/N", "I/N with I from 1 to N", "only part I of N equal parts", take_shard },
    { OPTION_RUN, 0, "run", "N", "the number of a run, from 1", "which run of the record (default: the only one)", take_run },
    { OPTION_RUNS, 0, "run-a", "N", "the number of a run, from 1", "which run of the first record (default: the only one)", take_run_a },
    { OPTION_RUNS, 0, "run-b", "N", "the number of a run, from 1", "which run of the second record (default: the only one)", take_run_b },
    { OPTION_AT, 0, "at", "TIME", "a time with a unit (ns, us, ms, s, m, h, d), such as 5ms or 1.5s", "after all rows of this instant (default: the run's end)", take_at },
    { OPTION_AT, 0, "row", "SEQ", "the number of a row, from 1", "after this row", take_row },
    { OPTION_FILTER, 0, "layer", "LAYER", "script, spi, upcall, kernel, net or packet", "rows of this layer", take_layer },
    { OPTION_FILTER, 0, "host", "NAME", "a name, or the beginning of one and *", "of this host", take_host },
    { OPTION_FILTER, 0, "actor", "NAME", "a name, or the beginning of one and *", "of this actor", take_actor },
    { OPTION_FILTER, 0, "verb", "VERB", "a verb, or the beginning of one and *", "rows with this verb: WSPIoctl, tcp.*", take_verb },
    { OPTION_FILTER, 0, "object", "NAME", "a name, or the beginning of one and *", "rows about this object", take_object },
    { OPTION_FILTER, 0, "from", "TIME", "a time with a unit (ns, us, ms, s, m, h, d), such as 5ms or 1.5s", "rows of this instant or later", take_from },
    { OPTION_FILTER, 0, "to", "TIME", "a time with a unit (ns, us, ms, s, m, h, d), such as 5ms or 1.5s", "rows of this instant or earlier", take_to },
    { OPTION_FORMAT, 0, "format", "FORMAT", "plain, tap or junit", "plain (default), tap or junit", take_format },
    { OPTION_EXPAND, 0, "expand", NULL, NULL, "print the expanded timeline", take_expand },
    { OPTION_CHECK, 0, "check", NULL, NULL, "only tell, change nothing", take_check },
    { OPTION_QUICK, 0, "quick", NULL, NULL, "small sizes and one round: only to see it work", take_quick },
    { OPTION_SCREEN, 0, "keys", "KEYS", "keys, such as \"jj<Enter>\"", "press these keys, print the screen as text, and end", take_keys },
    { OPTION_SCREEN, 0, "size", "COLUMNSxROWS", "a size such as 80x24, at most 1000x1000", "of the screen that --keys prints (default: 80x24)", take_size },
    { OPTION_SCREEN, 0, "ascii", NULL, NULL, "lines of ASCII characters, whatever the locale", take_ascii },
    { OPTION_JSON, 0, "json", NULL, NULL, "one JSON object a line", take_json },
    { OPTION_QUIET, 'q', "quiet", NULL, NULL, "no progress, only what went wrong", take_quiet },
    { OPTION_VERBOSE, 'v', "verbose", NULL, NULL, "say more; repeatable", take_verbose },
    { 0, 0, "color", "WHEN", "auto, always or never", "auto (default; obeys NO_COLOR), always or never", take_colour },
    { 0, 'h', "help", NULL, NULL, "this text", take_help },
};

static bool row_belongs(const struct row *row, const struct verb *verb)
{
    return row->bit == 0 || (verb->takes & row->bit) != 0;
}

/* ---- parsing ---- */

static bool complain_unknown(const struct parser *parser, const char *name)
{
    const char *candidates[COUNT(rows)];
    size_t count = 0;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (row_belongs(&rows[i], parser->verb)) candidates[count++] = rows[i].name;
    const char *nearest = nearest_word(name, candidates, count);
    if (nearest) fprintf(stderr, "wspsim %s: unknown option --%s; did you mean --%s?\n", parser->verb->name, name, nearest);
    else fprintf(stderr, "wspsim %s: unknown option --%s; `wspsim %s --help` lists the options\n", parser->verb->name, name, parser->verb->name);
    return false;
}

static bool complain_foreign(const struct parser *parser, const struct row *row)
{
    fprintf(stderr, "wspsim %s: --%s is an option of other verbs; `wspsim %s --help` lists those of this one\n", parser->verb->name, row->name, parser->verb->name);
    return false;
}

static bool take_value(struct parser *parser, const struct row *row, const char *value)
{
    if (!value) fprintf(stderr, "wspsim %s: --%s needs a value: %s\n", parser->verb->name, row->name, row->wants);
    else if (row->take(parser, value)) return true;
    else fprintf(stderr, "wspsim %s: --%s does not take \"%s\": it wants %s\n", parser->verb->name, row->name, value, row->wants);
    return false;
}

/* "--name", "--name=VALUE", "--name VALUE"; *at moves on over a value that stands alone. */
static bool parse_long(struct parser *parser, int argc, char **argv, int *at)
{
    const char *name = argv[*at] + 2, *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    const struct row *row = NULL;
    for (size_t i = 0; i < COUNT(rows) && !row; i++)
        if (strlen(rows[i].name) == length && strncmp(rows[i].name, name, length) == 0) row = &rows[i];
    if (!row) {
        char *alone = memory_take(length + 1);
        memcpy(alone, name, length);
        complain_unknown(parser, alone);
        free(alone);
        return false;
    }
    if (!row_belongs(row, parser->verb)) return complain_foreign(parser, row);
    if (row->value && equals) return take_value(parser, row, equals + 1);
    if (row->value) {
        /* `--record --json` is a forgotten value, not a file of that name: such a file can be given as --record=--json. */
        bool forgotten = *at + 1 >= argc || strncmp(argv[*at + 1], "--", 2) == 0;
        return take_value(parser, row, forgotten ? NULL : argv[++*at]);
    }
    if (!equals) return row->take(parser, NULL);
    fprintf(stderr, "wspsim %s: --%s takes no value\n", parser->verb->name, row->name);
    return false;
}

static bool complain_letter(const struct parser *parser, char letter, const char *rest)
{
    for (size_t i = 0; i < COUNT(rows); i++) /* "-seed" was meant with two dashes */
        if (row_belongs(&rows[i], parser->verb) && strcmp(rows[i].name, rest) == 0) {
            fprintf(stderr, "wspsim %s: unknown option -%s; did you mean --%s?\n", parser->verb->name, rest, rest);
            return false;
        }
    fprintf(stderr, "wspsim %s: unknown option -%c; `wspsim %s --help` lists the options\n", parser->verb->name, letter, parser->verb->name);
    return false;
}

/* "-q", "-vv", "-qv": letters take no values. */
static bool parse_letters(struct parser *parser, const char *letters)
{
    for (; *letters != '\0'; letters++) {
        const struct row *row = NULL;
        for (size_t i = 0; i < COUNT(rows) && !row; i++)
            if (rows[i].letter == *letters) row = &rows[i];
        if (!row) return complain_letter(parser, *letters, letters);
        if (!row_belongs(row, parser->verb)) return complain_foreign(parser, row);
        row->take(parser, NULL);
    }
    return true;
}

/* How many words the text of a verb's words allows. */
static size_t words_allowed(const struct verb *verb)
{
    if (!verb->words || *verb->words == '\0') return 0;
    if (strstr(verb->words, "…")) return SIZE_MAX;
    size_t count = 1;
    for (const char *at = verb->words; (at = strchr(at, ' ')) != NULL; at++) count++;
    return count;
}

/* What no option can see alone. */
static bool parsed_together(struct parser *parser)
{
    struct options *options = parser->options;
    const char *name = parser->verb->name;
    if (options->help) return true; /* the help is wanted, whatever else is missing */
    if (options->seed_given && options->seeds_given) fprintf(stderr, "wspsim %s: --seed and --seeds exclude each other\n", name);
    else if (options->at_given && options->row) fprintf(stderr, "wspsim %s: --at and --row exclude each other\n", name);
    else if (options->quiet && options->verbose) fprintf(stderr, "wspsim %s: -q and -v exclude each other\n", name);
    else if (options->word_count < parser->verb->least_words) fprintf(stderr, "wspsim %s: something is missing; usage: wspsim %s [options] %s\n", name, name, parser->verb->words);
    else if (options->word_count > words_allowed(parser->verb) && words_allowed(parser->verb) == 0)
        fprintf(stderr, "wspsim %s: takes no words, but \"%s\" was given\n", name, options->words[0]);
    else if (options->word_count > words_allowed(parser->verb))
        fprintf(stderr, "wspsim %s: \"%s\" is one too many; usage: wspsim %s [options] %s\n", name, options->words[words_allowed(parser->verb)], name,
                parser->verb->words);
    else {
        if (options->trace_file && !parser->trace_given) options->trace = TRACE_TEXT;
        return true;
    }
    return false;
}

bool options_parse(const struct verb *verb, int argc, char **argv, struct options *options)
{
    struct parser parser = { .verb = verb, .options = options };
    bool options_over = false;
    *options = (struct options){ .level = RECORD_NET, .until_ns = INT64_MAX, .filter = { .to_ns = INT64_MAX } };
    options->words = memory_take(((size_t)(argc > 0 ? argc : 0) + 1) * sizeof *options->words);
    for (int i = 0; i < argc; i++) {
        bool good = true;
        if (!options_over && strcmp(argv[i], "--") == 0) options_over = true;
        else if (!options_over && strncmp(argv[i], "--", 2) == 0) good = parse_long(&parser, argc, argv, &i);
        else if (!options_over && argv[i][0] == '-' && argv[i][1] != '\0') good = parse_letters(&parser, argv[i] + 1);
        else options->words[options->word_count++] = argv[i];
        if (!good) return false;
    }
    return parsed_together(&parser);
}

void options_free(struct options *options)
{
    for (size_t i = 0; i < options->parameter_count; i++) {
        union { const char *constant; char *own; } name = { .constant = options->parameters[i].name }; /* the one text that is a copy */
        free(name.own);
    }
    free(options->parameters);
    free(options->words);
    *options = (struct options){0};
}

/* ---- help ---- */

static void row_help(const struct row *row)
{
    char left[48];
    snprintf(left, sizeof left, "%s%c%s --%s%s%s", row->letter ? "-" : " ", row->letter ? row->letter : ' ', row->letter ? "," : " ", row->name, row->value ? " " : "",
             row->value ? row->value : "");
    printf("  %-25s %s\n", left, row->help);
}

void verb_help(const struct verb *verb)
{
    bool words = verb->words && *verb->words;
    char first = verb->summary[0] >= 'a' && verb->summary[0] <= 'z' ? (char)(verb->summary[0] - 'a' + 'A')
                                                                    : verb->summary[0]; /* in a list it is small, here it begins a sentence */
    printf("usage: wspsim %s [options]%s%s\n\n%c%s.\n", verb->name, words ? " " : "", words ? verb->words : "", first, verb->summary + 1);
    if (verb->help && *verb->help) printf("\n%s\n", verb->help);
    printf("\noptions:\n");
    for (size_t i = 0; i < COUNT(rows); i++)
        if (row_belongs(&rows[i], verb)) row_help(&rows[i]);
}

bool option_shape(const struct verb *verb, size_t index, struct option_shape *shape)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (!row_belongs(&rows[i], verb) || index-- > 0) continue;
        *shape = (struct option_shape){ .letter = rows[i].letter, .name = rows[i].name, .value = rows[i].value, .wants = rows[i].wants, .help = rows[i].help };
        return true;
    }
    return false;
}
