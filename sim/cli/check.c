/*
 * `wspsim check`: is it a scenario, does its world stand, do its names mean something?
 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/jobs.h"
#include "core/engine.h"
#include "core/text.h"
#include "net/net.h"
#include "script/form.h"

static void world_try(const struct scenario *scenario, struct problems *problems)
{
    struct engine *engine = engine_new();
    struct trace *trace = trace_new(engine_clock(engine));
    trace_listen(trace, false);
    struct net *net = net_new(engine, trace);
    if (world_build(scenario, net, 1, problems)) world_check_steps(scenario, net, problems);
    net_free(net);
    trace_free(trace);
    engine_free(engine);
}

static void result_json(const char *file, const struct scenario *scenario, const struct problems *problems)
{
    struct job_result result = { .file = file, .title = scenario ? scenario->title : NULL, .verdict = problems->count ? "error" : "pass", .problems = *problems, .run.verdict = RUN_ERROR };
    job_json(stdout, &result);
}

/* As it stands in the file, unless steps of it stand for several. */
static void expanded_print(const struct scenario *scenario)
{
    char *all = scenario->expanded || scenario->merged ? scenario_form(scenario->document->root) : NULL;
    if (all) fputs(all, stdout);
    else fputs(scenario->document->source, stdout);
    free(all);
}

enum exit_code verb_check(const struct options *options)
{
    enum exit_code code = EXIT_HELD;
    struct scenario_given given = { .parameters = options->parameters, .count = options->parameter_count, .seed = options->seed_given ? &options->seed : NULL };
    struct files files;
    if (!files_find(options->words, options->word_count, &files)) { files_free(&files); return EXIT_ENVIRONMENT; }
    for (size_t i = 0; i < files.count; i++) {
        struct problems problems = { .arena = arena_new(), .file = files.paths[i] };
        struct scenario *scenario = scenario_read(files.paths[i], &given, &problems);
        if (scenario) world_try(scenario, &problems);
        char *text = problems_text(&problems);
        if (options->json) result_json(files.paths[i], scenario, &problems);
        else if (!problems.count && options->expand) expanded_print(scenario);
        else if (!problems.count && !options->quiet) printf("good       %s\n", files.paths[i]);
        if (!options->json) fputs(text, stderr);
        free(text);
        code = exit_worse(code, !problems.count ? EXIT_HELD : problems.environment ? EXIT_ENVIRONMENT : EXIT_USAGE);
        arena_free(problems.arena);
    }
    files_free(&files);
    return code;
}
