/*
 * wspsim: verbs first. The table of verbs is what help, suggestions and dispatch are made from.
 */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/manual.h"
#include "core/text.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

enum {
    RUNNING = OPTION_SEED | OPTION_SEEDS | OPTION_JOBS | OPTION_RECORD | OPTION_TRACE | OPTION_TRACE_FILE | OPTION_LEVEL | OPTION_PROVIDER | OPTION_UNTIL | OPTION_PARAM
              | OPTION_JSON | OPTION_QUIET | OPTION_VERBOSE,
};

static const struct verb table[] = {
    { "run", "FILE…", "runs scenarios, one result line each",
      "A file named - is standard input. A failure is shown with its place in the\n"
      "file, what was expected, what was seen, the rows around it, and the command\n"
      "that shows it again.", RUNNING | OPTION_PCAP, 1, verb_run },
    { "test", "PATH…", "runs every scenario under the paths",
      "Files end in .json. A scenario with known_gap that fails is reported as such\n"
      "and held against nobody; one that holds fails, so that the mark is taken away.\n"
      "With --seeds the first failing seed of each is told at the end; --record keeps\n"
      "what failed first of each file. --shard takes every N-th run, whatever its file.", RUNNING | OPTION_FORMAT | OPTION_SHARD, 1, verb_test },
    { "check", "FILE…", "validates scenarios without running them",
      "Syntax, members, references. What is wrong is told as file:line:column, with\n"
      "the place as a JSON pointer.", OPTION_EXPAND | OPTION_PARAM | OPTION_SEED | OPTION_JSON | OPTION_QUIET | OPTION_VERBOSE, 1, verb_check },
    { "replay", "RUN.db", "runs again what a record holds and compares row by row",
      "The first row that differs is shown with its causes. What changed since the\n"
      "recording (program, commit, provider, digest) is told. A record of several runs\n"
      "needs --run.", OPTION_RUN | OPTION_PROVIDER | OPTION_JSON | OPTION_QUIET | OPTION_VERBOSE, 1, verb_replay },
    { "show", "RUN.db WHAT [SEQ]", "shows what a record says of a run",
      "WHAT is addresses, routes, interfaces, links, sockets, pending or threads: their\n"
      "state at --at TIME or after --row SEQ, else at the end. The filters --host and\n"
      "--actor choose among them. WHAT may also be events: the rows themselves, chosen\n"
      "by filters; or why SEQ: the causes of a row, back to the line of the scenario.\n"
      "A row of a packet is named p12. A record of several runs needs --run.",
      OPTION_RUN | OPTION_AT | OPTION_FILTER | OPTION_JSON, 2, verb_show },
    { "diff", "A.db B.db", "shows the first row in which two runs part",
      "Both rows are shown with their causes. A record of several runs needs --run-a\n"
      "and --run-b, or --run for both. Rows that only one side recorded (--level) do\n"
      "not count. Exit code 0: no row differs; 1: they part.", OPTION_RUN | OPTION_RUNS | OPTION_JSON | OPTION_QUIET, 2, verb_diff },
    { "merge", "OUT.db IN.db…", "joins records",
      "The runs are numbered anew, in the order in which they are given. If one of the\n"
      "records is none, or is damaged, OUT.db stays as it was.", OPTION_QUIET, 2, verb_merge },
    { "explain", "WORD…", "tells what a code, error, event, function or word of a scenario means",
      "A WORD is a control code (by name, with or without SIO_, or by number), an\n"
      "error (by name or number), an FD_ event, a function of the service-provider\n"
      "interface (WSPIoctl or Ioctl), an upcall (WPU…), the result of a wait, a step or\n"
      "member of a scenario, or the verb of a row. Case does not matter. Scenarios that\n"
      "show it are looked for in `scenarios`.", OPTION_JSON, 1, verb_explain },
    { "ioctls", "", "prints the inventory of control codes",
      "Sizes are the least bytes a buffer must have on Win64 and AF_INET. A code that\n"
      "is not yet real is answered with the error of a provider that does not offer it.", OPTION_JSON, 0, verb_ioctls },
    { "bench", "[NAME…]", "measures, one table", "Names: events, fibers, ioctl, udp, tcp, flap, record (default: all).", OPTION_QUICK | OPTION_JSON, 0, verb_bench },
    { "version", "", "prints name and number, compiler, libraries and commit", "", 0, 0, verb_version },
    { "fmt", "FILE…", "rewrites scenarios in the one canonical form",
      "A value stands on one line if it fits, and every step begins a line. Nothing but\n"
      "blanks, line ends and the order of members changes. - reads standard input and\n"
      "writes to standard output. With --check the exit code is 1 if a file would change.", OPTION_CHECK | OPTION_QUIET, 1, verb_fmt },
    { "schema", "", "prints the JSON Schema of the scenario language",
      "Draft-07, for editors that complete and check; scenarios/scenario.schema.json is\n"
      "what it prints. What it accepts may still be wrong: `check` says.", 0, 0, verb_schema },
    { "tui", "FILE|RUN.db [OTHER.db]", "shows a run in the terminal, forwards and backwards",
      "A scenario is run first, with its packets; a record is read as it is. OTHER.db is\n"
      "compared with it. ? lists the keys. With --keys nothing of the terminal is used:\n"
      "letters are keys, others are <Down>, <Enter>, <Esc>, <Tab>, <PgDn>, <Home> ….",
      OPTION_RUN | OPTION_SEED | OPTION_PARAM | OPTION_PROVIDER | OPTION_UNTIL | OPTION_SCREEN, 1, verb_tui },
};

const struct verb *verbs(size_t *count)
{
    *count = COUNT(table);
    return table;
}

/* ---- help ---- */

static void list_verbs(FILE *out)
{
    for (size_t i = 0; i < COUNT(table); i++) {
        /* A width counts bytes, the eye counts letters: the ellipsis has three bytes. */
        int width = 14 + (strstr(table[i].words, "…") ? 2 : 0);
        fprintf(out, "  %-8s %-*s %s\n", table[i].name, width, table[i].words, table[i].summary);
    }
}

static void general_help(FILE *out)
{
    fprintf(out, "wspsim " WSPSIM_VERSION ": a deterministic network simulator with a Winsock service provider inside\n\nusage: wspsim VERB [options] [words]\n\n");
    list_verbs(out);
    fprintf(out, "  help     %-14s %s\n", "[VERB]", "this text, or that of a verb (also: VERB --help)");
    fprintf(out, "\nexit codes: 0 all held, 1 something failed, 2 wrong usage or scenario,\n"
                 "            3 undecided, 4 nondeterminism, 5 environment, 6 wspsim itself broke\n");
}

/* The verbs, or the few options that stand in a verb's place. */
static enum exit_code complain_verb(const char *name)
{
    static const char *const options[] = { "--help", "--version" };
    const char *names[COUNT(table) + 1];
    for (size_t i = 0; i < COUNT(table); i++) names[i] = table[i].name;
    names[COUNT(table)] = "help";
    bool option = name[0] == '-';
    const char *nearest = option ? nearest_word(name, options, COUNT(options)) : nearest_word(name, names, COUNT(names));
    fprintf(stderr, "wspsim: unknown %s \"%s\"; %s%s%s\n", option ? "option" : "verb", name, nearest ? "did you mean " : "`wspsim help` lists the verbs", nearest ? nearest : "", nearest ? "?" : "");
    return EXIT_USAGE;
}

/* The row of a verb that can be used, or NULL after a message. */
static const struct verb *verb_find(const char *name)
{
    for (size_t i = 0; i < COUNT(table); i++) {
        if (strcmp(table[i].name, name) == 0) return &table[i];
    }
    complain_verb(name);
    return NULL;
}

static enum exit_code help_verb(int argc, char **argv)
{
    if (argc > 0 && argc <= 2 && (strcmp(argv[0], "--man") == 0 || strcmp(argv[0], "--completion") == 0)) return manual_verb(argv[0], argc > 1 ? argv[1] : NULL);
    if (argc > 1) {
        fprintf(stderr, "wspsim help: \"%s\" is one too many; usage: wspsim help [VERB]\n", argv[1]);
        return EXIT_USAGE;
    }
    if (argc == 0 || strcmp(argv[0], "help") == 0 || strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0) {
        general_help(stdout);
        return EXIT_HELD;
    }
    const struct verb *verb = verb_find(argv[0]);
    if (!verb) return EXIT_USAGE;
    verb_help(verb);
    return EXIT_HELD;
}

/* ---- dispatch ---- */

static enum exit_code dispatch(int argc, char **argv)
{
    if (argc < 2) {
        general_help(stderr);
        return EXIT_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) return help_verb(argc - 2, argv + 2);
    if (strcmp(name, "--version") == 0) name = "version";
    const struct verb *verb = verb_find(name);
    if (!verb) return EXIT_USAGE;
    struct options options;
    enum exit_code code = EXIT_USAGE;
    if (options_parse(verb, argc - 2, argv + 2, &options)) {
        code = EXIT_HELD;
        options.program = argv[0];
        if (options.help) verb_help(verb);
        else code = verb->run(&options);
    }
    options_free(&options);
    return code;
}

/* A standard descriptor that is closed would be given to the next file that is opened, and its owner would write into it. */
static void open_standard(void)
{
    int spare;
    do spare = open("/dev/null", O_RDONLY);
    while (spare >= 0 && spare <= 2);
    if (spare > 2) close(spare);
}

/* The result is worth nothing if it did not arrive. */
static enum exit_code output_end(enum exit_code code)
{
    bool lost = ferror(stdout) != 0;
    errno = 0;
    lost = fflush(stdout) != 0 || lost;
    if (!lost) return code;
    if (errno == EPIPE || (errno == 0 && output_reader_left())) return exit_worse(code, EXIT_ENVIRONMENT); /* whoever reads has read enough, as head does: no word about it */
    const char *why = errno != 0 ? strerror(errno) : "a write failed";
    fprintf(stderr, "wspsim: cannot write standard output: %s\n", why);
    return exit_worse(code, EXIT_ENVIRONMENT);
}

int main(int argc, char **argv)
{
    open_standard();
    signal(SIGPIPE, SIG_IGN); /* a reader that left is a write error, told as such */
    return (int)output_end(dispatch(argc, argv));
}
