/*
 * What the command line says: options good and bad, words, and the order of concern of exit codes. The texts of `explain` are
 * held against the names of codes here too, so that no code goes without.
 */
#include "suite.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/explain_tables.h"
#include "ws2/names.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

static const struct verb everything = { .name = "every", .words = "FILE…", .summary = "takes all options", .takes = 0xFFFFF };
static const struct verb one_word = { .name = "one", .words = "RUN.db", .summary = "takes one word", .takes = OPTION_RUN, .least_words = 1 };
static const struct verb no_word = { .name = "none", .words = "", .summary = "takes no words", .takes = OPTION_JSON };

static struct options options;
static char said[2000]; /* what came on stderr */

/* Parses a command line of words between spaces; '~' stands for a space within a word. */
static bool parse(const struct verb *verb, const char *line)
{
    static char copy[1000];
    char *argv[40];
    int argc = 0;
    ck_assert_uint_lt(strlen(line), sizeof copy);
    strcpy(copy, line);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
        for (char *at = word; (at = strchr(at, '~')) != NULL;) *at = ' ';
        ck_assert_uint_lt((size_t)argc, COUNT(argv));
        argv[argc++] = word;
    }
    FILE *caught = tmpfile();
    ck_assert_ptr_nonnull(caught);
    fflush(stderr);
    int kept = dup(STDERR_FILENO);
    ck_assert_int_ge(kept, 0);
    dup2(fileno(caught), STDERR_FILENO);
    bool good = options_parse(verb, argc, argv, &options);
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
    rewind(caught);
    said[fread(said, 1, sizeof said - 1, caught)] = '\0';
    fclose(caught);
    ck_assert_msg(good == (said[0] == '\0'), "a message exactly with a refusal: \"%s\" said \"%s\"", line, said);
    return good;
}

static void forget(void)
{
    options_free(&options);
}

/* ---- what is taken ---- */

START_TEST(nothing_said_is_the_default)
{
    ck_assert(parse(&everything, ""));
    ck_assert_uint_eq(options.word_count, 0);
    ck_assert(!options.seed_given && !options.seeds_given && !options.json && !options.quiet && !options.help);
    ck_assert_uint_eq(options.jobs, 0);
    ck_assert_int_eq(options.level, RECORD_NET);
    ck_assert_int_eq(options.trace, TRACE_NONE);
    ck_assert_int_eq(options.format, FORMAT_PLAIN);
    ck_assert_int_eq(options.until_ns, INT64_MAX);
    ck_assert_uint_eq(options.shards, 0);
    ck_assert_int_eq(options.run_id, 0);
    ck_assert_ptr_null(options.record);
}
END_TEST

START_TEST(values_stand_alone_or_behind_an_equals_sign)
{
    ck_assert(parse(&everything, "--seed 18446744073709551615 --jobs=256 --record a=b.db --pcap=c.pcapng --trace-file - --provider ./p.so"));
    ck_assert(options.seed_given);
    ck_assert_uint_eq(options.seed, UINT64_MAX);
    ck_assert_uint_eq(options.jobs, 256);
    ck_assert_str_eq(options.record, "a=b.db");
    ck_assert_str_eq(options.pcap, "c.pcapng");
    ck_assert_str_eq(options.trace_file, "-");
    ck_assert_str_eq(options.provider, "./p.so");
    ck_assert_int_eq(options.trace, TRACE_TEXT); /* a file for rows means rows */
    ck_assert_uint_eq(options.word_count, 0);
}
END_TEST

START_TEST(values_have_their_forms)
{
    ck_assert(parse(&everything, "--seeds 0x1-0xFF --level packet --until 1.5s --shard 2/3 --run 7 --format=junit --trace jsonl --color never"));
    ck_assert(options.seeds_given);
    ck_assert_uint_eq(options.seed_first, 1);
    ck_assert_uint_eq(options.seed_last, 255);
    ck_assert_int_eq(options.level, RECORD_PACKET);
    ck_assert_int_eq(options.until_ns, INT64_C(1500000000));
    ck_assert_uint_eq(options.shard, 2);
    ck_assert_uint_eq(options.shards, 3);
    ck_assert_int_eq(options.run_id, 7);
    ck_assert_int_eq(options.format, FORMAT_JUNIT);
    ck_assert_int_eq(options.trace, TRACE_JSONL);
    ck_assert_int_eq(options.colour, COLOUR_NEVER);
}
END_TEST

START_TEST(parameters_are_a_list)
{
    ck_assert(parse(&everything, "--param a=1 --param b= --param=c=x=y"));
    ck_assert_uint_eq(options.parameter_count, 3);
    ck_assert_str_eq(options.parameters[0].name, "a");
    ck_assert_str_eq(options.parameters[0].value, "1");
    ck_assert_str_eq(options.parameters[1].value, "");
    ck_assert_str_eq(options.parameters[2].name, "c");
    ck_assert_str_eq(options.parameters[2].value, "x=y");
}
END_TEST

START_TEST(flags_and_letters)
{
    ck_assert(parse(&everything, "-vv -v --json --expand --check --quick -h"));
    ck_assert_uint_eq(options.verbose, 3);
    ck_assert(options.json && options.expand && options.check_only && options.quick && options.help);
    forget();
    ck_assert(parse(&everything, "-q"));
    ck_assert(options.quiet);
}
END_TEST

START_TEST(words_and_options_mix)
{
    ck_assert(parse(&everything, "a --json - b~c -- --seed -q"));
    ck_assert_uint_eq(options.word_count, 5);
    static const char *const words[] = { "a", "-", "b c", "--seed", "-q" };
    for (size_t i = 0; i < COUNT(words); i++) ck_assert_str_eq(options.words[i], words[i]);
    ck_assert(options.json && !options.quiet && !options.seed_given);
}
END_TEST

START_TEST(help_asks_for_nothing_else)
{
    ck_assert(parse(&one_word, "--help"));
    ck_assert(options.help);
}
END_TEST

/* ---- what is refused ---- */

static const struct { const struct verb *verb; const char *line, *hint; } refusals[] = {
    { &everything, "--sede 1", "did you mean --seed?" }, { &everything, "--colour never", "did you mean --color?" }, { &everything, "--zzzzzz", "--help" }, { &everything, "--sede=1", "--sede;" },
    { &everything, "-x", "unknown option -x" }, { &everything, "-seed", "did you mean --seed?" }, { &everything, "-qx", "-x" },
    { &no_word, "--seed 1", "other verbs" }, { &no_word, "-q", "other verbs" }, { &everything, "--json=1", "takes no value" }, { &everything, "--json=", "takes no value" },
    { &everything, "--seed", "needs a value" }, { &everything, "--record --json", "needs a value" }, { &everything, "--seed=", "\"\"" }, { &everything, "--seed -1", "\"-1\"" },
    { &everything, "--seed 18446744073709551616", "below 2^64" }, { &everything, "--seed 12x", "12x" }, { &everything, "--seed 0x", "0x" }, { &everything, "--seed 1.5", "1.5" },
    { &everything, "--seeds 5", "A-B" }, { &everything, "--seeds 5-4", "A not above B" }, { &everything, "--seeds 5-", "A-B" }, { &everything, "--seeds -5", "A-B" }, { &everything, "--seeds 1-2-3", "A-B" },
    { &everything, "--seeds 111111111111111111111111-2", "A-B" }, { &everything, "--jobs 0", "1 to 256" }, { &everything, "--jobs 257", "1 to 256" }, { &everything, "--jobs many", "1 to 256" },
    { &everything, "--level high", "api, net or packet" }, { &everything, "--until 5", "unit" }, { &everything, "--until -5ms", "unit" }, { &everything, "--until soon", "unit" },
    { &everything, "--param a", "NAME=VALUE" }, { &everything, "--param =1", "NAME=VALUE" }, { &everything, "--param a=1 --param a=2", "once" }, { &everything, "--shard 0/3", "I/N" }, { &everything, "--shard 4/3", "I/N" },
    { &everything, "--shard 3", "I/N" }, { &everything, "--shard 1/0", "I/N" }, { &everything, "--shard 1/", "I/N" }, { &everything, "--shard 1/99999999999", "I/N" }, { &everything, "--run 0", "from 1" },
    { &everything, "--run 9223372036854775808", "from 1" }, { &everything, "--format xml", "plain, tap or junit" }, { &everything, "--trace yes", "text, jsonl or none" }, { &everything, "--color on", "auto, always or never" },
    { &everything, "--record=", "name of a file" }, { &everything, "--seed 1 --seeds 1-2", "exclude" }, { &everything, "-q -v", "exclude" },
    { &one_word, "", "usage: wspsim one [options] RUN.db" }, { &one_word, "a b", "\"b\" is one too many" }, { &no_word, "a", "takes no words" },
};

START_TEST(bad_lines_are_refused)
{
    ck_assert_msg(!parse(refusals[_i].verb, refusals[_i].line), "\"%s\" was taken", refusals[_i].line);
    ck_assert_msg(strstr(said, refusals[_i].hint) != NULL, "\"%s\" said \"%s\", without \"%s\"", refusals[_i].line, said, refusals[_i].hint);
    ck_assert_msg(strncmp(said, "wspsim ", 7) == 0 && said[strlen(said) - 1] == '\n' && strchr(said, '\n') == said + strlen(said) - 1, "one line: \"%s\"", said);
}
END_TEST

/* ---- concern and colour ---- */

START_TEST(the_largest_concern_wins)
{
    static const enum exit_code order[] = { EXIT_INVARIANT, EXIT_ENVIRONMENT, EXIT_USAGE, EXIT_NONDETERMINISM, EXIT_FAILED, EXIT_UNDECIDED, EXIT_HELD };
    for (size_t i = 0; i < COUNT(order); i++)
        for (size_t j = 0; j < COUNT(order); j++) ck_assert_int_eq(exit_worse(order[i], order[j]), order[i < j ? i : j]);
}
END_TEST

START_TEST(colour_is_for_terminals)
{
    unsetenv("NO_COLOR");
    ck_assert(parse(&everything, ""));
    ck_assert(colour_wanted(&options, true) && !colour_wanted(&options, false));
    setenv("NO_COLOR", "", 1); /* empty counts as not set */
    ck_assert(colour_wanted(&options, true));
    setenv("NO_COLOR", "1", 1);
    ck_assert(!colour_wanted(&options, true));
    options.colour = COLOUR_ALWAYS;
    ck_assert(colour_wanted(&options, false));
    unsetenv("NO_COLOR");
    options.colour = COLOUR_NEVER;
    ck_assert(!colour_wanted(&options, true));
}
END_TEST

/* ---- texts ---- */

START_TEST(every_code_is_explained)
{
    size_t count, names_count;
    const struct explained_code *codes = explained_codes(&count);
    const struct name *names = names_table(NAMES_IOCTL, &names_count);
    ck_assert_uint_eq(count, 39);
    for (size_t i = 0; i < count; i++) {
        const struct explained_code *code = &codes[i];
        ck_assert_str_eq(code->name, names[i].name); /* the order of the specification */
        ck_assert_msg(code->purpose && code->input && code->output && code->bytes && code->valid && code->pending && code->modes && code->events && code->privilege && code->since,
                      "%s lacks a text", code->name);
        ck_assert_msg(code->errors && code->errors[0].name, "%s lacks errors", code->name);
        for (const struct explained_item *error = code->errors; error->name; error++) {
            int64_t value;
            ck_assert_msg(names_value(NAMES_ERROR, error->name, &value), "%s: no error %s", code->name, error->name);
            ck_assert_ptr_nonnull(error->text);
        }
    }
    const struct explained_later *later = explained_later(&count);
    for (size_t i = 39; i < names_count; i++) {
        size_t found = 0;
        while (found < count && strcmp(later[found].name, names[i].name) != 0) found++;
        ck_assert_msg(found < count, "%s is not explained", names[i].name);
        ck_assert_int_eq((int64_t)later[found].value, names[i].value);
    }
}
END_TEST

START_TEST(every_error_event_and_wait_is_explained)
{
    size_t count, names_count;
    const struct explained_error *errors = explained_errors(&count);
    const struct name *names = names_table(NAMES_ERROR, &names_count);
    for (size_t i = 0; i < names_count; i++) {
        size_t found = 0;
        while (found < count && strcmp(errors[found].name, names[i].name) != 0) found++;
        ck_assert_msg(found < count, "%s is not explained", names[i].name);
        ck_assert_int_eq((int64_t)errors[found].value, names[i].value);
        ck_assert(errors[found].meaning && errors[found].here);
    }
    const struct explained_event *events = explained_events(&count);
    names = names_table(NAMES_EVENT, &names_count);
    ck_assert_uint_eq(count, names_count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_str_eq(events[i].name, names[i].name);
        ck_assert_int_eq((int64_t)events[i].bit, names[i].value);
    }
    const struct explained_wait *waits = explained_waits(&count);
    names = names_table(NAMES_WAIT, &names_count);
    ck_assert_uint_eq(count, names_count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_str_eq(waits[i].name, names[i].name);
        ck_assert_int_eq((int64_t)waits[i].value, names[i].value);
    }
}
END_TEST

START_TEST(every_function_and_upcall_is_explained)
{
    size_t count;
    const struct explained_function *functions = explained_functions(&count);
    ck_assert_uint_eq(count, 31); /* the table's thirty and WSPStartup */
    for (size_t i = 0; i < count; i++) {
        ck_assert(functions[i].script && functions[i].purpose && functions[i].parameters && functions[i].result);
        for (const struct explained_item *error = functions[i].errors; error->name; error++) {
            int64_t value;
            ck_assert_msg(names_value(NAMES_ERROR, error->name, &value), "%s: no error %s", functions[i].name, error->name);
        }
    }
    const struct explained_upcall *upcalls = explained_upcalls(&count);
    ck_assert_uint_eq(count, 16);
    for (size_t i = 0; i < count; i++) ck_assert(upcalls[i].purpose && upcalls[i].parameters && upcalls[i].result && upcalls[i].need);
}
END_TEST

static Suite *cli_suite(void)
{
    Suite *suite = suite_create("cli/options");
    TCase *lines = tcase_create("command lines"), *texts = tcase_create("texts");
    tcase_add_checked_fixture(lines, NULL, forget);
    tcase_add_test(lines, nothing_said_is_the_default);
    tcase_add_test(lines, values_stand_alone_or_behind_an_equals_sign);
    tcase_add_test(lines, values_have_their_forms);
    tcase_add_test(lines, parameters_are_a_list);
    tcase_add_test(lines, flags_and_letters);
    tcase_add_test(lines, words_and_options_mix);
    tcase_add_test(lines, help_asks_for_nothing_else);
    tcase_add_loop_test(lines, bad_lines_are_refused, 0, (int)COUNT(refusals));
    tcase_add_test(lines, the_largest_concern_wins);
    tcase_add_test(lines, colour_is_for_terminals);
    suite_add_tcase(suite, lines);
    tcase_add_test(texts, every_code_is_explained);
    tcase_add_test(texts, every_error_event_and_wait_is_explained);
    tcase_add_test(texts, every_function_and_upcall_is_explained);
    suite_add_tcase(suite, texts);
    return suite;
}

int main(void)
{
    return suite_main(cli_suite());
}
