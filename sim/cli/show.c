/*
 * How a result is shown: a line for people, what a failure needs to be understood, one JSON object for machines.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/jobs.h"
#include "core/text.h"

#define FAILURES_SHOWN 5

static void shell_word(struct text *text, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,+";
    if (*word && strspn(word, plain) == strlen(word)) { text_add(text, word); return; }
    text_add(text, "'");
    for (; *word; word++) text_add_n(text, *word == '\'' ? "'\\''" : word, *word == '\'' ? 4 : 1);
    text_add(text, "'");
}

/* Ready to paste: the same file, seed, parameters, provider and limit, with the rows shown. */
static void replay_command(struct text *text, const struct options *options, const struct job_result *result)
{
    shell_word(text, options->program ? options->program : "wspsim");
    text_add(text, " run ");
    shell_word(text, result->file);
    text_printf(text, " --seed %" PRIu64, result->seed);
    for (size_t i = 0; i < options->parameter_count; i++) {
        struct text pair = { 0 };
        text_printf(&pair, "%s=%s", options->parameters[i].name, options->parameters[i].value);
        text_add(text, " --param ");
        shell_word(text, pair.bytes);
        text_free(&pair);
    }
    if (options->provider) {
        text_add(text, " --provider ");
        shell_word(text, options->provider);
    }
    if (options->until_ns != INT64_MAX) text_printf(text, " --until %" PRId64 "ns", options->until_ns);
    text_add(text, " --trace text");
}

static void indented(struct text *text, const char *lines)
{
    while (*lines) {
        size_t length = strcspn(lines, "\n");
        text_printf(text, "    %.*s\n", (int)length, lines);
        lines += length + (lines[length] == '\n');
    }
}

static void failure_text(struct text *text, const struct job_result *result, const struct run_failure *failure)
{
    char at[TIME_TEXT];
    time_text(failure->at_ns, at);
    if (failure->line) text_printf(text, "  %s:%u:%u: ", result->file, failure->line, failure->column);
    else text_printf(text, "  %s: ", result->file);
    text_printf(text, "%s, at %s", failure->message, at);
    if (failure->pointer && *failure->pointer) text_printf(text, " (at %s)", failure->pointer);
    text_add(text, "\n");
    if (failure->expected) text_printf(text, "    expected  %s\n", failure->expected);
    if (failure->seen) text_printf(text, "    seen      %s\n", failure->seen);
    if (failure->around && *failure->around) {
        text_add(text, "    the rows around it:\n");
        indented(text, failure->around);
    }
}

char *job_failure_text(const struct options *options, const struct job_result *result)
{
    struct text text = { 0 };
    char *problems = problems_text(&result->problems);
    text_add(&text, problems);
    free(problems);
    for (size_t i = 0; i < result->run.failure_count; i++) {
        if (i == FAILURES_SHOWN && !options->verbose) {
            text_printf(&text, "  and %zu more (-v shows all)\n", result->run.failure_count - i);
            break;
        }
        failure_text(&text, result, &result->run.failures[i]);
    }
    if (result->run.failure_count) {
        text_add(&text, "  again: ");
        replay_command(&text, options, result);
        text_add(&text, "\n");
    }
    return text_done(&text);
}

void job_show(FILE *out, const struct options *options, const struct job_result *result, bool colour)
{
    char digest[TRACE_DIGEST_TEXT], time[TIME_TEXT];
    bool good = result->code == EXIT_HELD;
    const char *on = !colour ? "" : good ? "\033[32m" : result->code == EXIT_UNDECIDED ? "\033[33m" : "\033[31m", *off = colour ? "\033[0m" : "";
    if (result->run.verdict == RUN_ERROR) {
        fprintf(out, "%s%-10s%s %s\n", on, result->verdict, off, result->file);
    } else {
        trace_digest_text(&result->run.digest, digest);
        time_text(result->run.virtual_ns, time);
        fprintf(out, "%s%-10s%s %s  %s  seed %" PRIu64 "  %" PRIu64 " rows  %s\n", on, result->verdict, off, result->file, digest, result->seed, result->run.rows, time);
        if (options->verbose) fprintf(out, "           %s\n", result->title);
    }
    if (good && result->run.verdict == RUN_PASS) return;
    char *text = job_failure_text(options, result);
    fputs(text, result->run.verdict == RUN_ERROR ? stderr : out);
    free(text);
}

/* ---- for machines ---- */

static void json_value_or_null(struct text *text, const char *value) { text_add(text, value ? value : "null"); }

void job_failures_json(struct text *text, const struct job_result *result)
{
    text_add(text, "[");
    for (const struct problem *problem = result->problems.first; problem; problem = problem->next) {
        text_printf(text, "%s{\"file\":", problem == result->problems.first ? "" : ",");
        text_json(text, problem->file ? problem->file : result->file);
        text_printf(text, ",\"line\":%u,\"column\":%u,\"pointer\":", problem->line, problem->column);
        text_json(text, problem->pointer);
        text_add(text, ",\"step\":null,\"expected\":null,\"seen\":null,\"message\":");
        text_json(text, problem->message);
        text_add(text, "}");
    }
    for (size_t i = 0; i < result->run.failure_count; i++) {
        const struct run_failure *failure = &result->run.failures[i];
        text_printf(text, "%s{\"file\":", i || result->problems.first ? "," : "");
        text_json(text, result->file);
        text_printf(text, ",\"line\":%u,\"column\":%u,\"pointer\":", failure->line, failure->column);
        text_json(text, failure->pointer);
        if (failure->step >= 0) text_printf(text, ",\"step\":%ld", failure->step);
        else text_add(text, ",\"step\":null");
        text_add(text, ",\"expected\":");
        json_value_or_null(text, failure->expected);
        text_add(text, ",\"seen\":");
        json_value_or_null(text, failure->seen);
        text_add(text, ",\"message\":");
        text_json(text, failure->message);
        text_add(text, "}");
    }
    text_add(text, "]");
}

void job_json(FILE *out, const struct job_result *result)
{
    struct text text = { 0 };
    char digest[TRACE_DIGEST_TEXT] = "";
    text_add(&text, "{\"format\":\"wspsim-result/1\",\"file\":");
    text_json(&text, result->file);
    text_add(&text, ",\"title\":");
    text_json(&text, result->title);
    text_printf(&text, ",\"verdict\":\"%s\",\"seed\":", result->verdict);
    text_printf(&text, result->seed > (UINT64_C(1) << 53) ? "\"%" PRIu64 "\"" : "%" PRIu64, result->seed);
    if (result->run.verdict != RUN_ERROR) trace_digest_text(&result->run.digest, digest);
    text_add(&text, ",\"digest\":");
    text_json(&text, *digest ? digest : NULL);
    text_printf(&text, ",\"rows\":%" PRIu64 ",\"virtual_ns\":", result->run.rows);
    text_printf(&text, result->run.virtual_ns > (INT64_C(1) << 53) ? "\"%" PRId64 "\"" : "%" PRId64, result->run.virtual_ns);
    text_add(&text, ",\"failures\":");
    job_failures_json(&text, result);
    text_add(&text, "}\n");
    fputs(text.bytes, out);
    text_free(&text);
}
