/*
 * `wspsim test`: every scenario under the paths, several at a time. Each worker is a process of its own (a provider that
 * takes its process down takes only one scenario down with it) and hands its results back in order, so that the output is
 * the same whatever the number of workers.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/jobs.h"
#include "cli/progress.h"
#include "cli/sweep.h"
#include "core/text.h"

#define SEEDS_MOST 1000000

/* What a worker says of one scenario: fixed head, then the texts. */
struct head {
    uint32_t code, verdict_known_gap;
    uint64_t seed, rows;
    int64_t virtual_ns;
    char digest[TRACE_DIGEST_TEXT];
    char verdict[16];
    uint32_t title_size, text_size, json_size;
};

struct outcome { struct head head; char *title, *text, *json; bool arrived; };

/* What is run: each file with each seed asked for, or, of a shard, every so many of these. */
struct plan { const struct options *options; struct files files; size_t seeds, first, every; };

struct worker { pid_t process; int pipe; };

static size_t plan_count(const struct plan *plan)
{
    size_t all = plan->files.count * plan->seeds;
    return all > plan->first ? (all - plan->first - 1) / plan->every + 1 : 0;
}

static const char *plan_file(const struct plan *plan, size_t i) { return plan->files.paths[(plan->first + i * plan->every) / plan->seeds]; }

static uint64_t plan_seed(const struct plan *plan, size_t i)
{
    const struct options *options = plan->options;
    return options->seeds_given ? options->seed_first + (plan->first + i * plan->every) % plan->seeds : options->seed;
}

/* ---- the worker's side ---- */

static bool put(int pipe, const void *bytes, size_t size)
{
    for (const char *at = bytes; size;) {
        ssize_t done = write(pipe, at, size);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        at += done;
        size -= (size_t)done;
    }
    return true;
}

static char *result_json_text(const struct job_result *result, size_t *size)
{
    char *json = NULL;
    FILE *stream = open_memstream(&json, size);
    if (!stream) { *size = 0; return NULL; }
    job_json(stream, result);
    fclose(stream);
    return json;
}

static void worker_tell(int pipe, const struct options *options, const struct job_result *result)
{
    char *text = job_failure_text(options, result);
    size_t json_size;
    char *json = result_json_text(result, &json_size);
    const char *title = result->title ? result->title : result->file;
    struct head head = { .code = (uint32_t)result->code,
                         .verdict_known_gap = result->run.verdict == RUN_KNOWN_GAP,
                         .seed = result->seed,
                         .rows = result->run.rows,
                         .virtual_ns = result->run.virtual_ns,
                         .title_size = (uint32_t)strlen(title),
                         .text_size = (uint32_t)strlen(text),
                         .json_size = (uint32_t)json_size };
    if (result->run.verdict != RUN_ERROR) trace_digest_text(&result->run.digest, head.digest);
    snprintf(head.verdict, sizeof head.verdict, "%s", result->verdict);
    if (!(put(pipe, &head, sizeof head) && put(pipe, title, head.title_size) && put(pipe, text, head.text_size) && put(pipe, json, head.json_size))) _exit(EXIT_ENVIRONMENT);
    free(text);
    free(json);
}

static void worker_main(const struct plan *plan, size_t first, size_t step, int pipe)
{
    const struct options *options = plan->options;
    for (size_t i = first; i < plan_count(plan); i += step) {
        struct job job = { .options = options, .file = plan_file(plan, i), .seed = plan_seed(plan, i), .seed_given = options->seed_given || options->seeds_given };
        struct job_result result = job_run(&job);
        worker_tell(pipe, options, &result);
        job_free(&result);
    }
    _exit(0);
}

/* ---- the parent's side ---- */

static bool get(int pipe, void *bytes, size_t size)
{
    for (char *at = bytes; size;) {
        ssize_t done = read(pipe, at, size);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        at += done;
        size -= (size_t)done;
    }
    return true;
}

static char *get_text(int pipe, uint32_t size)
{
    char *text = memory_take((size_t)size + 1);
    if (get(pipe, text, size)) return text;
    free(text);
    return NULL;
}

static void outcome_get(struct worker *worker, struct outcome *outcome)
{
    if (!get(worker->pipe, &outcome->head, sizeof outcome->head)) return;
    outcome->title = get_text(worker->pipe, outcome->head.title_size);
    outcome->text = get_text(worker->pipe, outcome->head.text_size);
    outcome->json = get_text(worker->pipe, outcome->head.json_size);
    outcome->arrived = outcome->title && outcome->text && outcome->json;
}

static bool worker_start(struct worker *worker, const struct plan *plan, size_t first, size_t step)
{
    int ends[2];
    fflush(stdout);
    if (pipe(ends) != 0) return false;
    *worker = (struct worker){ .process = fork(), .pipe = ends[0] };
    if (worker->process < 0) return false;
    if (worker->process == 0) {
        close(ends[0]);
        worker_main(plan, first, step, ends[1]);
    }
    close(ends[1]);
    return true;
}

/* ---- formats ---- */

static void xml_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&': fputs("&amp;", out); break;
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        case '"': fputs("&quot;", out); break;
        default:
            if ((unsigned char)*text >= 0x20 || *text == '\n' || *text == '\t') fputc(*text, out);
        }
    }
}

/* In TAP a line end ends the test and a "#" begins a directive. */
static void tap_words(const char *text)
{
    for (; *text; text++) {
        if (*text == '#' || *text == '\\') putchar('\\');
        putchar((unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text);
    }
}

static void tap_show(size_t number, const char *file, const struct outcome *outcome, bool seeds)
{
    bool good = outcome->head.code == EXIT_HELD;
    printf("%sok %zu - ", good ? "" : "not ", number);
    tap_words(file);
    if (seeds) printf(" seed %" PRIu64, outcome->head.seed);
    printf(": ");
    tap_words(outcome->title);
    printf("%s\n", outcome->head.verdict_known_gap ? " # TODO known gap" : "");
    for (const char *line = outcome->text; *line;) {
        size_t length = strcspn(line, "\n");
        printf("# %.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
}

static void junit_show(const char *file, const struct outcome *outcome, bool seeds)
{
    printf("  <testcase classname=\"wspsim\" name=\"");
    xml_text(stdout, file);
    if (seeds) printf(" seed %" PRIu64, outcome->head.seed);
    printf("\">");
    if (outcome->head.verdict_known_gap) printf("<skipped message=\"known gap\"/>");
    else if (outcome->head.code == EXIT_USAGE || outcome->head.code == EXIT_ENVIRONMENT) {
        printf("<error message=\"%s\">", outcome->head.verdict);
        xml_text(stdout, outcome->text);
        printf("</error>");
    } else if (outcome->head.code != EXIT_HELD) {
        printf("<failure message=\"%s\">", outcome->head.verdict);
        xml_text(stdout, outcome->text);
        printf("</failure>");
    }
    printf("</testcase>\n");
}

static void plain_show(const struct options *options, const char *file, const struct outcome *outcome, bool colour)
{
    bool good = outcome->head.code == EXIT_HELD;
    const char *on = !colour ? "" : good ? "\033[32m" : "\033[31m", *off = colour ? "\033[0m" : "";
    if (good && options->quiet) return;
    printf("%s%-10s%s %s%s%s", on, outcome->head.verdict, off, file, *outcome->head.digest ? "  " : "", outcome->head.digest);
    if (options->seeds_given) printf("  seed %" PRIu64, outcome->head.seed);
    putchar('\n');
    if (!good || outcome->head.verdict_known_gap) fputs(outcome->text, stdout);
}

struct tally { size_t passed, failed, gaps; enum exit_code code; struct sweep sweep; };

static void tally_add(struct tally *tally, const char *file, const struct outcome *outcome)
{
    if (outcome->head.code != EXIT_HELD) sweep_failed(&tally->sweep, file, outcome->head.seed);
    if (outcome->head.verdict_known_gap) tally->gaps++;
    else if (outcome->head.code == EXIT_HELD) tally->passed++;
    else tally->failed++;
    tally->code = exit_worse(tally->code, (enum exit_code)outcome->head.code);
}

/* A broken invariant and exhausted memory end the worker with their own exit codes. */
static void outcome_lost(struct outcome *outcome, const char *file, uint64_t seed, int status)
{
    struct text text = { 0 };
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILED;
    free(outcome->title);
    free(outcome->text);
    free(outcome->json);
    *outcome = (struct outcome){ .head = { .code = EXIT_FAILED, .seed = seed, .verdict = "fail" }, .title = get_text(-1, 0) };
    if (code == EXIT_INVARIANT || code == EXIT_ENVIRONMENT) {
        outcome->head.code = (uint32_t)code;
        snprintf(outcome->head.verdict, sizeof outcome->head.verdict, "error");
    }
    text_add(&text, "  the process that ran this scenario ended before it could tell the result\n");
    outcome->text = text_done(&text);
    struct job_result result = { .file = file, .seed = seed, .verdict = outcome->head.verdict, .run.verdict = RUN_ERROR, .problems = { .arena = arena_new(), .file = file } };
    problem_add(&result.problems, 0, 0, "", "the process that ran this scenario ended before it could tell the result");
    size_t size;
    outcome->json = result_json_text(&result, &size);
    arena_free(result.problems.arena);
}

static void outcome_show(const struct options *options, size_t number, const char *file, const struct outcome *outcome, bool colour)
{
    if (options->json) fputs(outcome->json, stdout);
    else if (options->format == FORMAT_TAP) tap_show(number, file, outcome, options->seeds_given);
    else if (options->format == FORMAT_JUNIT) junit_show(file, outcome, options->seeds_given);
    else plain_show(options, file, outcome, colour);
}

static void head_show(const struct options *options, size_t count)
{
    if (options->json) return;
    if (options->format == FORMAT_TAP) printf("TAP version 13\n1..%zu\n", count);
    if (options->format == FORMAT_JUNIT) printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"wspsim\" tests=\"%zu\">\n", count);
}

static void tally_show(const struct options *options, const struct tally *tally)
{
    if (options->json) return;
    if (options->seeds_given && options->format != FORMAT_JUNIT) sweep_show(&tally->sweep, stdout, options->format == FORMAT_TAP ? "# " : "");
    if (options->format == FORMAT_JUNIT) printf("</testsuite>\n");
    if (options->format != FORMAT_PLAIN) return;
    printf("scenarios: %zu passed, %zu failed", tally->passed, tally->failed);
    if (tally->gaps) printf(", %zu known gap%s", tally->gaps, tally->gaps == 1 ? "" : "s");
    putchar('\n');
}

/* Hands the results out in order, whoever has them; a worker that is gone is followed by another, from the next item on. */
static bool workers_drain(const struct plan *plan, struct worker *workers, size_t jobs, struct tally *tally)
{
    const struct options *options = plan->options;
    bool colour = colour_wanted(options, isatty(STDOUT_FILENO)), started = true;
    struct progress progress;
    progress_begin(&progress, "test", plan_count(plan), options->quiet);
    for (size_t i = 0; started && i < plan_count(plan); i++) {
        struct worker *worker = &workers[i % jobs];
        struct outcome outcome = { 0 };
        outcome_get(worker, &outcome);
        if (!outcome.arrived) {
            int status = 0;
            close(worker->pipe);
            waitpid(worker->process, &status, 0);
            outcome_lost(&outcome, plan_file(plan, i), plan_seed(plan, i), status);
            started = worker_start(worker, plan, i + jobs, jobs);
        }
        progress_end(&progress);
        outcome_show(options, i + 1, plan_file(plan, i), &outcome, colour);
        tally_add(tally, plan_file(plan, i), &outcome);
        free(outcome.title);
        free(outcome.text);
        free(outcome.json);
        progress_step(&progress, i + 1);
    }
    progress_end(&progress);
    return started;
}

static enum exit_code test_plan(const struct plan *plan)
{
    const struct options *options = plan->options;
    struct tally tally = { 0 };
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t jobs = options->jobs ? options->jobs : processors > 0 ? (size_t)processors : 1, count = 0;
    if (jobs > plan_count(plan)) jobs = plan_count(plan);
    struct worker *workers = memory_take((jobs + 1) * sizeof *workers);
    while (count < jobs && worker_start(&workers[count], plan, count, jobs)) count++;
    head_show(options, plan_count(plan));
    bool started = count == jobs && workers_drain(plan, workers, jobs, &tally);
    for (size_t i = 0; i < count; i++) {
        if (workers[i].process <= 0) continue;
        close(workers[i].pipe);
        waitpid(workers[i].process, NULL, 0);
    }
    free(workers);
    if (!started) {
        fprintf(stderr, "wspsim: no further process could be started\n");
        return EXIT_ENVIRONMENT;
    }
    tally_show(options, &tally);
    if (options->record) tally.code = exit_worse(tally.code, sweep_record(&tally.sweep, options));
    sweep_free(&tally.sweep);
    return tally.code;
}

/* Options that say where one run's rows go mean nothing for many runs at a time. */
static bool options_fit(const struct options *options)
{
    const char *foreign = options->pcap ? "pcap" : options->trace_file ? "trace-file" : options->trace != TRACE_NONE ? "trace" : NULL;
    if (foreign) fprintf(stderr, "wspsim test: --%s is for `run`: several scenarios are tested at a time\n", foreign);
    else if (options->seeds_given && options->seed_last - options->seed_first >= SEEDS_MOST) fprintf(stderr, "wspsim test: --seeds takes at most %d seeds\n", SEEDS_MOST);
    else return true;
    return false;
}

enum exit_code verb_test(const struct options *options)
{
    struct plan plan = { .options = options, .seeds = 1, .first = options->shards ? options->shard - 1 : 0, .every = options->shards ? options->shards : 1 };
    enum exit_code code = EXIT_ENVIRONMENT;
    if (!options_fit(options)) return EXIT_USAGE;
    if (options->seeds_given) plan.seeds = (size_t)(options->seed_last - options->seed_first + 1);
    if (files_find(options->words, options->word_count, &plan.files)) {
        bool any = plan.files.count > 0;
        if (any) code = test_plan(&plan); /* a shard may be empty where there are more shards than scenarios */
        else {
            fprintf(stderr, "wspsim: no scenario under these paths\n");
            code = EXIT_USAGE;
        }
    }
    files_free(&plan.files);
    return code;
}
