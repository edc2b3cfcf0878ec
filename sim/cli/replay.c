/*
 * `wspsim replay`: re-executes what the record holds and compares row by row. The first difference is shown with the causes of
 * both sides. A record of another version, or another provider given now, is compared all the same, and what changed is told.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/jobs.h"
#include "cli/recorded.h"

struct replay {
    struct recorded recorded;
    const char *provider;       /* of the run now */
    uint64_t compared, next;    /* rows that agreed; the sequence number looked for next */
    bool differs;
    char *error;
    struct text then, now;      /* the first difference, with causes */
    char digest[TRACE_DIGEST_TEXT];
};

/* The run's own causes were equal to the recorded ones up to the difference, so the record can tell them. */
static void difference(struct replay *replay, const struct trace_row *seen, bool has_recorded, uint64_t recorded_seq)
{
    replay->differs = true;
    if (has_recorded && !chain_text(&replay->recorded, recorded_seq, "    ", &replay->then, &replay->error)) return;
    if (!seen) return;
    char *line = trace_row_line(seen);
    text_printf(&replay->now, "                %s\n", line);
    free(line);
    if (seen->cause < seen->seq) chain_causes(&replay->recorded, seen->cause, "    ", &replay->now, &replay->error);
}

static void replay_row(const struct trace_row *row, void *argument)
{
    struct replay *replay = argument;
    struct trace_row then;
    if (replay->differs || replay->error || !record_level_takes(replay->recorded.level, row->layer)) return;
    bool there = record_row(replay->recorded.record, replay->recorded.view.run_id, replay->next, &then, &replay->error);
    if (replay->error) return; /* damage is no difference, and its sentence would be lost by reading on */
    replay->next = row->seq + 1;
    if (there && then.size == row->size && memcmp(then.bytes, row->bytes, row->size) == 0) { replay->compared++; return; }
    difference(replay, row, there, there ? then.seq : 0);
}

static void rest_recorded(struct replay *replay)
{
    struct trace_row then;
    if (replay->differs || replay->error || !record_row(replay->recorded.record, replay->recorded.view.run_id, replay->next, &then, &replay->error)) return;
    difference(replay, NULL, true, then.seq);
}

/* ---- what changed between then and now ---- */

struct change { const char *what, *then, *now; };
#define CHANGES 4

static size_t changes_find(const struct replay *replay, struct change found[CHANGES])
{
    const struct record_run_view *view = &replay->recorded.view;
    const struct change all[CHANGES] = {
        { "program", view->program, "wspsim " WSPSIM_VERSION }, { "commit", view->commit, version_commit() }, { "provider", view->provider, replay->provider }, { "digest", view->digest, replay->digest },
    };
    size_t count = 0;
    for (size_t i = 0; i < CHANGES; i++)
        if (strcmp(all[i].then, all[i].now) != 0) found[count++] = all[i];
    return count;
}

static void replay_json(const struct replay *replay, const char *path, const struct run_result *result, const char *digest, bool equal)
{
    struct text text = { 0 }, message = { 0 };
    text_add(&text, "{\"format\":\"wspsim-result/1\",\"file\":");
    text_json(&text, path);
    text_printf(&text, ",\"run\":%" PRId64 ",\"title\":", replay->recorded.view.run_id);
    text_json(&text, replay->recorded.view.title);
    text_printf(&text, replay->recorded.view.seed > (UINT64_C(1) << 53) ? ",\"verdict\":\"%s\",\"seed\":\"%" PRIu64 "\"" : ",\"verdict\":\"%s\",\"seed\":%" PRIu64,
                equal ? "pass" : "nondeterminism", replay->recorded.view.seed);
    text_printf(&text, ",\"digest\":\"%s\",\"rows\":%" PRIu64 ",\"virtual_ns\":", digest, result->rows);
    text_printf(&text, result->virtual_ns > (INT64_C(1) << 53) ? "\"%" PRId64 "\"" : "%" PRId64, result->virtual_ns);
    text_add(&text, ",\"failures\":[");
    if (!equal) {
        text_printf(&message, "after %" PRIu64 " equal rows the run parts from its record", replay->compared);
        text_add(&text, "{\"file\":");
        text_json(&text, replay->recorded.view.scenario_name);
        text_add(&text, ",\"line\":0,\"column\":0,\"pointer\":\"\",\"step\":null,\"expected\":");
        text_json(&text, replay->then.length ? replay->then.bytes : NULL);
        text_add(&text, ",\"seen\":");
        text_json(&text, replay->now.length ? replay->now.bytes : NULL);
        text_add(&text, ",\"message\":");
        text_json(&text, message.bytes);
        text_add(&text, "}");
        text_free(&message);
    }
    struct change changes[CHANGES];
    size_t count = changes_find(replay, changes);
    text_add(&text, "],\"changed\":{");
    for (size_t i = 0; i < count; i++) {
        text_printf(&text, "%s\"%s\":[", i ? "," : "", changes[i].what);
        text_json(&text, changes[i].then);
        text_add(&text, ",");
        text_json(&text, changes[i].now);
        text_add(&text, "]");
    }
    text_add(&text, "}}\n");
    fputs(text.bytes, stdout);
    text_free(&text);
}

static void replay_text(const struct replay *replay, bool equal)
{
    const struct record_run_view *view = &replay->recorded.view;
    const char *path = replay->recorded.path;
    struct change changes[CHANGES];
    size_t count = changes_find(replay, changes);
    for (size_t i = 0; i < count; i++) printf("changed    %s: %s: %s then, %s now\n", path, changes[i].what, changes[i].then, changes[i].now);
    if (equal) {
        printf("equal      %s: run %" PRId64 ", %" PRIu64 " rows, digest %s\n", path, view->run_id, replay->compared, replay->digest);
        return;
    }
    printf("differs    %s: run %" PRId64 ", recorded digest %s, now %s, after %" PRIu64 " equal rows\n", path, view->run_id, view->digest, replay->digest, replay->compared);
    if (!replay->differs && replay->recorded.level == RECORD_API) {
        printf("  in rows that were not recorded: the record is of level %s\n", view->level);
        return;
    }
    printf("  recorded:\n%s", replay->then.length ? replay->then.bytes : "                (no further row)\n");
    printf("  now:\n%s", replay->now.length ? replay->now.bytes : "                (no further row)\n");
}

static enum exit_code replay_verdict(struct replay *replay, const struct options *options, const struct run_result *result)
{
    trace_digest_text(&result->digest, replay->digest);
    if (replay->error) {
        fprintf(stderr, "wspsim: %s\n", replay->error);
        return EXIT_ENVIRONMENT;
    }
    bool equal = !replay->differs && strcmp(replay->digest, replay->recorded.view.digest) == 0;
    if (options->json) replay_json(replay, replay->recorded.path, result, replay->digest, equal);
    else if (!equal || !options->quiet) replay_text(replay, equal);
    return equal ? EXIT_HELD : EXIT_NONDETERMINISM;
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

static enum exit_code replay_scenario(struct replay *replay, const struct options *options, const struct scenario *scenario, struct problems *problems)
{
    const struct record_run_view *view = &replay->recorded.view;
    struct run_setup setup = { .scenario = scenario,
                               .seed = view->seed,
                               .provider = strcmp(replay->provider, "reference") == 0 ? NULL : replay->provider,
                               .until_ns = view->until_ns,
                               .row = replay_row,
                               .row_argument = replay };
    char *error = NULL;
    struct run_result result = run_scenario(&setup, problems, &error);
    enum exit_code code = result.environment ? EXIT_ENVIRONMENT : EXIT_USAGE;
    free(error);
    if (result.verdict != RUN_ERROR) {
        rest_recorded(replay);
        code = replay_verdict(replay, options, &result);
    } else if (setup.provider && !options->provider) {
        fprintf(stderr, "wspsim replay: the run was recorded with the provider %s; --provider names another\n", setup.provider);
    }
    run_result_free(&result);
    return code;
}

static enum exit_code replay_run(struct replay *replay, const struct options *options)
{
    const struct record_run_view *view = &replay->recorded.view;
    struct problems problems = { .arena = arena_new(), .file = view->scenario_name };
    size_t count;
    enum exit_code code = EXIT_USAGE;
    struct scenario_parameter *parameters = parameters_read(problems.arena, view->parameters, &count);
    struct scenario_given given = { .parameters = parameters, .count = count, .seed = &view->seed };
    struct scenario *scenario = scenario_parse(view->scenario_name, view->scenario_text, strlen(view->scenario_text), &given, &problems);
    if (scenario) code = replay_scenario(replay, options, scenario, &problems);
    else
        fprintf(stderr, "wspsim replay: %s: its scenario is none to this version; it was recorded by %s (%s), this is wspsim " WSPSIM_VERSION " (%s)\n", replay->recorded.path, view->program, view->commit,
                version_commit());
    char *text = problems_text(&problems);
    fputs(text, stderr);
    free(text);
    arena_free(problems.arena);
    return code;
}

enum exit_code verb_replay(const struct options *options)
{
    struct replay replay = { .next = 1 };
    enum exit_code code = EXIT_USAGE;
    if (recorded_open(&replay.recorded, "replay", options->words[0], options->run_id, "--run", &code)) {
        replay.provider = options->provider ? options->provider : replay.recorded.view.provider;
        code = replay_run(&replay, options);
    }
    free(replay.error);
    text_free(&replay.then);
    text_free(&replay.now);
    recorded_close(&replay.recorded);
    return code;
}
