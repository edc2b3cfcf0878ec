/*
 * `wspsim replay`: re-executes what a record holds and compares row by row. The first difference is shown with the causes of
 * both sides; a record of another version is compared all the same, and the difference of versions is told.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/jobs.h"
#include "core/text.h"

#define CAUSES_MOST 32

struct replay {
    struct record *record;
    struct record_run_view view;
    enum record_level level;
    uint64_t compared, next;        /* rows that agreed; the sequence number looked for next */
    bool differs;
    char *error;
    struct text recorded, seen;     /* the first difference, with causes */
    uint64_t seen_causes[CAUSES_MOST];
};

static void chain_recorded(struct replay *replay, struct text *text, uint64_t seq)
{
    struct trace_row row;
    for (int depth = 0; seq && depth < CAUSES_MOST && record_row(replay->record, replay->view.run_id, seq, &row, &replay->error) && row.seq == seq; depth++) {
        char *line = trace_row_line(&row);
        text_printf(text, "    %s%s\n", depth ? "because of  " : "            ", line);
        free(line);
        seq = row.cause;
    }
}

/* The run's own causes were equal to the recorded ones up to the difference, so the record can tell them. */
static void difference(struct replay *replay, const struct trace_row *seen, bool has_recorded, uint64_t recorded_seq)
{
    replay->differs = true;
    if (has_recorded) chain_recorded(replay, &replay->recorded, recorded_seq);
    if (!seen) return;
    char *line = trace_row_line(seen);
    text_printf(&replay->seen, "                %s\n", line);
    free(line);
    struct trace_row row;
    for (uint64_t cause = seen->cause; cause && cause < seen->seq && !replay->error && record_row(replay->record, replay->view.run_id, cause, &row, &replay->error) && row.seq == cause;
         cause = row.cause) {
        line = trace_row_line(&row);
        text_printf(&replay->seen, "    because of  %s\n", line);
        free(line);
    }
}

static void replay_row(const struct trace_row *row, void *argument)
{
    struct replay *replay = argument;
    struct trace_row recorded;
    if (replay->differs || replay->error || !record_level_takes(replay->level, row->layer)) return;
    bool there = record_row(replay->record, replay->view.run_id, replay->next, &recorded, &replay->error);
    if (replay->error) return; /* damage is no difference, and its sentence would be lost by reading on */
    replay->next = row->seq + 1;
    if (there && recorded.size == row->size && memcmp(recorded.bytes, row->bytes, row->size) == 0) { replay->compared++; return; }
    difference(replay, row, there, there ? recorded.seq : 0);
}

static void rest_recorded(struct replay *replay)
{
    struct trace_row recorded;
    if (replay->differs || replay->error || !record_row(replay->record, replay->view.run_id, replay->next, &recorded, &replay->error)) return;
    difference(replay, NULL, true, recorded.seq);
}

static void replay_json(const struct replay *replay, const char *path, const struct run_result *result, const char *digest, bool equal)
{
    struct text text = { 0 }, message = { 0 };
    text_add(&text, "{\"format\":\"wspsim-result/1\",\"file\":");
    text_json(&text, path);
    text_printf(&text, ",\"run\":%" PRId64 ",\"title\":", replay->view.run_id);
    text_json(&text, replay->view.title);
    text_printf(&text, replay->view.seed > (UINT64_C(1) << 53) ? ",\"verdict\":\"%s\",\"seed\":\"%" PRIu64 "\"" : ",\"verdict\":\"%s\",\"seed\":%" PRIu64,
                equal ? "pass" : "nondeterminism", replay->view.seed);
    text_printf(&text, ",\"digest\":\"%s\",\"rows\":%" PRIu64 ",\"virtual_ns\":", digest, result->rows);
    text_printf(&text, result->virtual_ns > (INT64_C(1) << 53) ? "\"%" PRId64 "\"" : "%" PRId64, result->virtual_ns);
    text_add(&text, ",\"failures\":[");
    if (!equal) {
        text_printf(&message, "after %" PRIu64 " equal rows the run parts from its record", replay->compared);
        text_add(&text, "{\"file\":");
        text_json(&text, replay->view.scenario_name);
        text_add(&text, ",\"line\":0,\"column\":0,\"pointer\":\"\",\"step\":null,\"expected\":");
        text_json(&text, replay->recorded.length ? replay->recorded.bytes : NULL);
        text_add(&text, ",\"seen\":");
        text_json(&text, replay->seen.length ? replay->seen.bytes : NULL);
        text_add(&text, ",\"message\":");
        text_json(&text, message.bytes);
        text_add(&text, "}");
        text_free(&message);
    }
    text_add(&text, "]}\n");
    fputs(text.bytes, stdout);
    text_free(&text);
}

static enum exit_code replay_verdict(struct replay *replay, const struct options *options, const char *path, const struct run_result *result)
{
    char digest[TRACE_DIGEST_TEXT];
    trace_digest_text(&result->digest, digest);
    if (replay->error) {
        fprintf(stderr, "wspsim: %s\n", replay->error);
        return EXIT_ENVIRONMENT;
    }
    bool equal = !replay->differs && strcmp(digest, replay->view.digest) == 0;
    if (options->json) {
        replay_json(replay, path, result, digest, equal);
        return equal ? EXIT_HELD : EXIT_NONDETERMINISM;
    }
    if (equal && options->quiet) return EXIT_HELD;
    if (strcmp(replay->view.program, "wspsim " WSPSIM_VERSION) != 0 || strcmp(replay->view.commit, version_commit()) != 0)
        printf("note       %s: recorded by %s (%s), replayed by wspsim " WSPSIM_VERSION " (%s)\n", path, replay->view.program, replay->view.commit, version_commit());
    if (equal) {
        printf("equal      %s: run %" PRId64 ", %" PRIu64 " rows, digest %s\n", path, replay->view.run_id, replay->compared, digest);
        return EXIT_HELD;
    }
    printf("differs    %s: run %" PRId64 ", recorded digest %s, now %s, after %" PRIu64 " equal rows\n", path, replay->view.run_id, replay->view.digest, digest, replay->compared);
    printf("  recorded:\n%s", replay->recorded.length ? replay->recorded.bytes : "                (no further row)\n");
    printf("  now:\n%s", replay->seen.length ? replay->seen.bytes : "                (no further row)\n");
    return EXIT_NONDETERMINISM;
}

/* The parameters of a record are a JSON object of texts. */
static struct scenario_parameter *parameters_read(struct arena *arena, const char *json, size_t *count)
{
    struct json_error error;
    const struct json_document *document = json_parse(arena, "parameters", json, strlen(json), &error);
    *count = 0;
    struct scenario_parameter *parameters = arena_take(arena, ((document ? document->root->count : 0) + 1) * sizeof *parameters);
    for (const struct json *member = document ? document->root->first : NULL; member; member = member->next)
        if (member->type == JSON_TEXT) parameters[(*count)++] = (struct scenario_parameter){ member->name, member->text };
    return parameters;
}

static enum exit_code replay_run(const struct options *options, struct record *record, const struct record_run_view *view, const char *path)
{
    struct replay replay = { .record = record, .view = *view, .next = 1 };
    struct problems problems = { .arena = arena_new(), .file = view->scenario_name };
    size_t count;
    enum exit_code code = EXIT_USAGE;
    record_level_parse(view->level, &replay.level);
    struct scenario_parameter *parameters = parameters_read(problems.arena, view->parameters, &count);
    struct scenario_given given = { .parameters = parameters, .count = count, .seed = &view->seed };
    struct scenario *scenario = scenario_parse(view->scenario_name, view->scenario_text, strlen(view->scenario_text), &given, &problems);
    if (scenario) {
        struct run_setup setup = { .scenario = scenario,
                                   .seed = view->seed,
                                   .provider = strcmp(view->provider, "reference") == 0 ? NULL : view->provider,
                                   .until_ns = view->until_ns,
                                   .row = replay_row,
                                   .row_argument = &replay };
        char *error = NULL;
        struct run_result result = run_scenario(&setup, &problems, &error);
        free(error);
        if (result.verdict != RUN_ERROR) {
            rest_recorded(&replay);
            code = replay_verdict(&replay, options, path, &result);
        } else {
            code = result.environment ? EXIT_ENVIRONMENT : EXIT_USAGE;
        }
        run_result_free(&result);
    }
    char *text = problems_text(&problems);
    fputs(text, stderr);
    free(text);
    free(replay.error);
    text_free(&replay.recorded);
    text_free(&replay.seen);
    arena_free(problems.arena);
    return code;
}

static enum exit_code replay_record(const struct options *options, const char *path)
{
    char *error = NULL;
    struct record *record = record_open(path, &error);
    if (!record) {
        fprintf(stderr, "wspsim: %s\n", error);
        free(error);
        return EXIT_ENVIRONMENT;
    }
    enum exit_code code = EXIT_HELD;
    bool found = false;
    struct record_run_view view;
    if (!options->run_id && record_runs(record) > 1) {
        fprintf(stderr, "wspsim replay: %s holds %zu runs: say which with --run N\n", path, record_runs(record));
        record_close(record);
        return EXIT_USAGE;
    }
    for (size_t i = 0; record_run(record, i, &view); i++) {
        if (options->run_id && options->run_id != view.run_id) continue;
        found = true;
        code = exit_worse(code, replay_run(options, record, &view, path));
    }
    if (!found && !options->run_id) {
        fprintf(stderr, "wspsim: %s holds no run\n", path);
        code = EXIT_USAGE;
    } else if (!found) {
        fprintf(stderr, "wspsim: %s holds no run %" PRId64 "\n", path, options->run_id);
        code = EXIT_USAGE;
    }
    record_close(record);
    return code;
}

enum exit_code verb_replay(const struct options *options)
{
    enum exit_code code = EXIT_HELD;
    for (size_t i = 0; i < options->word_count; i++) code = exit_worse(code, replay_record(options, options->words[i]));
    return code;
}
