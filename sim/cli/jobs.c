/*
 * Running one scenario for the command line, and its exit code.
 */
#include "cli/jobs.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"

static enum exit_code code_of(const struct run_result *run)
{
    switch (run->verdict) {
    case RUN_PASS:
    case RUN_KNOWN_GAP: return EXIT_HELD;
    case RUN_FAIL: return EXIT_FAILED;
    case RUN_UNDECIDED: return EXIT_UNDECIDED;
    case RUN_ERROR: return run->environment ? EXIT_ENVIRONMENT : EXIT_USAGE;
    }
    return EXIT_INVARIANT;
}

static void row_print(const struct trace_row *row, void *argument)
{
    const struct job *job = argument;
    if (!record_level_takes(job->options->level, row->layer)) return;
    char *line = job->options->trace == TRACE_JSONL ? trace_row_json(row) : trace_row_line(row);
    fprintf(job->rows, "%s\n", line);
    free(line);
}

static char *parameters_json(const struct options *options)
{
    struct text text = { 0 };
    text_add(&text, "{");
    for (size_t i = 0; i < options->parameter_count; i++) {
        if (i) text_add(&text, ",");
        text_json(&text, options->parameters[i].name);
        text_add(&text, ":");
        text_json(&text, options->parameters[i].value);
    }
    text_add(&text, "}");
    return text_done(&text);
}

static bool record_begin(const struct job *job, const struct scenario *scenario, uint64_t seed, char **error)
{
    char *parameters = parameters_json(job->options), *text = scenario_source(scenario);
    struct record_run run = {
        .scenario_name = job->file, .title = scenario->title, .scenario_text = text, .parameters = parameters,
        .provider = job->options->provider ? job->options->provider : "reference", .program = "wspsim " WSPSIM_VERSION, .commit = version_commit(), .seed = seed,
        .until_ns = job->options->until_ns, .level = job->options->level,
    };
    bool good = recorder_begin(job->recorder, &run, error);
    free(parameters);
    free(text);
    return good;
}

static bool record_end(const struct job *job, const struct job_result *result, char **error)
{
    struct text failures = { 0 };
    job_failures_json(&failures, result);
    struct record_end end = { .verdict = result->verdict, .failures = failures.bytes, .rows = result->run.rows, .virtual_ns = result->run.virtual_ns, .digest = result->run.digest };
    bool good = recorder_end(job->recorder, &end, error);
    text_free(&failures);
    return good;
}

static void job_error(struct job_result *result, char *error)
{
    if (!error) return;
    problem_add(&result->problems, 0, 0, "", error);
    result->run.environment = true;
    result->run.verdict = RUN_ERROR;
    free(error);
}

static void job_run_scenario(const struct job *job, const struct scenario *scenario, struct job_result *result)
{
    char *error = NULL;
    bool recorded = job->recorder && record_begin(job, scenario, result->seed, &error);
    if (!error) {
        struct run_setup setup = { .scenario = scenario, .seed = result->seed, .provider = job->options->provider, .until_ns = job->options->until_ns, .recorder = recorded ? job->recorder : NULL,
                                   .capture = job->capture, .packets = job->options->level == RECORD_PACKET && (recorded || job->rows) };
        if (job->rows) { setup.row = row_print; setup.row_argument = (void *)(uintptr_t)job; }
        result->run = run_scenario(&setup, &result->problems, &error);
        result->verdict = run_verdict_name(result->run.verdict);
        if (!error && recorded && result->run.verdict != RUN_ERROR) record_end(job, result, &error);
    }
    job_error(result, error);
}

struct job_result job_run(const struct job *job)
{
    struct job_result result = { .file = job->file, .run = { .verdict = RUN_ERROR, .virtual_ns = 0 } };
    result.problems.arena = arena_new();
    result.problems.file = job->file;
    struct scenario_given given = { .parameters = job->options->parameters, .count = job->options->parameter_count, .seed = job->seed_given ? &job->seed : NULL };
    struct scenario *scenario = scenario_read(job->file, &given, &result.problems);
    result.seed = job->seed_given ? job->seed : scenario && scenario->seed_given ? scenario->seed : 1;
    if (scenario) {
        result.title = scenario->title;
        job_run_scenario(job, scenario, &result);
    }
    result.run.environment = result.run.environment || result.problems.environment;
    result.verdict = run_verdict_name(result.run.verdict);
    result.code = code_of(&result.run);
    return result;
}

void job_free(struct job_result *result)
{
    if (result->run.arena) run_result_free(&result->run);
    arena_free(result->problems.arena);
}
