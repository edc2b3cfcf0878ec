/*
 * Reading a scenario: the file's own members, parameters, actors. The timeline is read in load_steps.c, the world is built
 * (and so checked) in world.c.
 */
#include "script/load.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "script/chain.h"
#include "script/files.h"
#include "script/form.h"

const struct member top_members[] = {
    { "format", TYPE_TEXT, true, "\"wspsim/1\"" }, { "title", TYPE_TEXT, true, "one sentence: what is shown" }, { "about", TYPE_TEXT, false, "more of it" }, { "source", TYPE_TEXT, false, "where it comes from, such as \"owner/repo#123\"" }, { "proves", TYPE_LIST, false, "clauses that it proves" },
    { "seed", TYPE_UINT, false, "of all chance; 1 without it" }, { "params", TYPE_OBJECT, false, "named values, for which \"$name\" stands" }, { "defaults", TYPE_OBJECT, false, "stack parameters of all hosts, below those of a host's \"stack\"" }, { "hosts", TYPE_LIST, true, "the machines of the world; may be empty" }, { "links", TYPE_LIST, false, "cables between two interfaces" }, { "lan", TYPE_LIST, false, "shared segments" },
    { "actors", TYPE_LIST, false, "the programs" }, { "include", TYPE_ANY, false, "a file, or a list of files, whose world is taken over" }, { "$schema", TYPE_TEXT, false, "where an editor finds the schema" }, { "timeline", TYPE_LIST, true, "the steps; may be empty" }, { "at_end", TYPE_OBJECT, false, "what is counted at the end of the run" }, { "known_gap", TYPE_TEXT, false, "why it cannot pass yet: its failure is expected" }, { 0 },
};

const struct member actor_members[] = {
    { "name", TYPE_NAME, true, "the process's name, and its first thread's" }, { "host", TYPE_TEXT, true, "where it runs" }, { "threads", TYPE_LIST, false, "names of further threads, called \"actor/thread\"" }, { "provider", TYPE_TEXT, false, "path of another provider for this process" }, { "chain", TYPE_LIST, false, "layered providers above the base, top first" }, { "families", TYPE_LIST, false, "\"inet\", \"inet6\": of which its catalogue has entries; both without it" }, { "profile", TYPE_TEXT, false, "\"documented\" (without it) or \"observed\": obey the documents, or do as Windows was seen to do" },
    { "user", TYPE_NAME, false, "the account it runs under; one account for all who name none" }, { "administrator", TYPE_BOOL, false, "whether it has an administrator's rights; true without it" }, { "handle_reuse", TYPE_ANY, false, "\"never\" (without it), \"lowest\", or the oldest once so many others were closed after it" }, { "handle_limit", TYPE_UINT32, false, "how many sockets and events it may have open; no limit without it" }, { "files", TYPE_LIST, false, "open from the start: [{name, text or fill, size, readable}]" }, { "unclaimed", TYPE_TEXT, false, "\"fail\" (without it) or \"ignore\": what it sees and no step claims" }, { "about", TYPE_TEXT, false, "a remark for the reader" }, { 0 },
};

const struct member at_end_members[] = { { "pending", TYPE_UINT, false, "requests accepted and not complete, in all processes" }, { "handles", TYPE_UINT, false, "sockets and events of WPUCreateEvent that are open, in all processes" }, { 0 } };

/* ---- members against a table ---- */

static bool member_known(const char *name, const struct member *const *tables)
{
    for (; *tables; tables++)
        for (const struct member *member = *tables; member->name; member++)
            if (strcmp(member->name, name) == 0) return true;
    return false;
}

static void member_unknown(struct problems *problems, const struct json *node, const struct member *const *tables, const char *what)
{
    const char *candidates[64];
    size_t count = 0;
    for (; *tables; tables++)
        for (const struct member *member = *tables; member->name && count < 64; member++) candidates[count++] = member->name;
    const char *near = nearest_word(node->name, candidates, count);
    if (near) problem_at_name(problems, node, "%s has no member \"%s\"; did you mean \"%s\"?", what, node->name, near);
    else problem_at_name(problems, node, "%s has no member \"%s\"", what, node->name);
}

bool load_members(struct loading *load, const struct json *object, const struct member *const *tables, const char *what)
{
    struct problems *problems = load->problems;
    size_t before = problems->count;
    if (object->type != JSON_OBJECT) {
        problem_at(problems, object, "%s must be an object, found %s", what, json_type_name(object->type));
        return false;
    }
    for (const struct json *member = object->first; member; member = member->next)
        if (!member_known(member->name, tables)) member_unknown(problems, member, tables, what);
    for (; *tables; tables++)
        for (const struct member *row = *tables; row->name; row++) {
            const struct json *value = json_member(object, row->name);
            if (value) type_check(problems, value, row->type);
            else if (row->required) problem_at(problems, object, "%s needs \"%s\": %s", what, row->name, type_words(row->type));
        }
    return problems->count == before;
}

/* ---- actors ---- */

static void thread_add(struct loading *load, struct actor_setup *actor, const char *name)
{
    struct thread_setup *thread = &actor->threads[actor->thread_count++];
    thread->name = name;
    thread->actor = (int)(actor - load->scenario->actors);
    binding_set(&load->by, name, (uintptr_t)thread);
}

static void load_threads(struct loading *load, struct actor_setup *actor)
{
    struct scenario *scenario = load->scenario;
    const struct json *list = json_member(actor->node, "threads");
    size_t count = list && list->type == JSON_LIST ? list->count : 0;
    actor->threads = arena_take(scenario->arena, (count + 1) * sizeof *actor->threads);
    thread_add(load, actor, actor->name); /* the first thread bears the actor's name */
    struct bindings names = { 0 };
    for (const struct json *node = count ? list->first : NULL; node; node = node->next) {
        if (!type_check(load->problems, node, TYPE_NAME)) continue;
        thread_add(load, actor, arena_printf(scenario->arena, "%s/%s", actor->name, node->text));
        if (binding_find(&names, node->text)) problem_at(load->problems, node, "this actor has a thread \"%s\" already", node->text);
        binding_set(&names, node->text, 0);
    }
    bindings_free(&names);
}

static void load_words(struct loading *load, const struct json *value, const char *a, const char *b, bool *is_b)
{
    if (!value || value->type != JSON_TEXT) return;
    *is_b = strcmp(value->text, b) == 0;
    if (!*is_b && strcmp(value->text, a) != 0) problem_at(load->problems, value, "\"%s\" is not known here; expected \"%s\" or \"%s\"", value->text, a, b);
}

/* What the catalogue has protocols of. */
static void load_families(struct loading *load, const struct json *list, struct actor_setup *actor)
{
    if (!list || list->type != JSON_LIST) return;
    actor->without_ipv4 = actor->without_ipv6 = true;
    for (const struct json *one = list->first; one; one = one->next) {
        if (is_text(one, "inet")) actor->without_ipv4 = false;
        else if (is_text(one, "inet6")) actor->without_ipv6 = false;
        else problem_at(load->problems, one, "a family of the catalogue is \"inet\" or \"inet6\"");
    }
    if (list->count == 0) problem_at(load->problems, list, "a catalogue has at least one family");
}

/* A user's number is that of the first actor who names him, from 1. */
static uint32_t load_user(const struct scenario *scenario, const struct json *value)
{
    uint32_t number = 0;
    const struct json *other = NULL;
    if (!value) return 0;
    do {
        other = number < scenario->actor_count ? json_member(scenario->actors[number].node, "user") : value;
        number++;
    } while (!other || strcmp(other->text, value->text) != 0);
    return number;
}

static void load_handles(struct loading *load, const struct json *node, struct handle_policy *policy)
{
    const struct json *reuse = json_member(node, "handle_reuse"), *limit = json_member(node, "handle_limit");
    uint64_t after;
    if (limit && read_uint(limit) == 0) problem_at(load->problems, limit, "a process without a handle opens nothing; leave \"handle_limit\" out for no limit");
    policy->most = limit ? (uint32_t)read_uint(limit) : 0;
    if (!reuse || is_text(reuse, "never")) return;
    policy->reuse = HANDLES_LOWEST;
    if (is_text(reuse, "lowest")) return;
    policy->reuse = HANDLES_AFTER;
    if (json_uint(reuse, &after) && after <= UINT32_MAX) policy->after = (uint32_t)after;
    else problem_at(load->problems, reuse, "expected \"never\", \"lowest\", or after how many others a handle comes again");
}

static void load_actor(struct loading *load, const struct json *node)
{
    static const struct member *const tables[] = { actor_members, NULL };
    struct scenario *scenario = load->scenario;
    if (!load_members(load, node, tables, "an actor")) return;
    struct actor_setup *actor = &scenario->actors[scenario->actor_count];
    actor->node = node;
    actor->name = json_member(node, "name")->text;
    actor->host = json_member(node, "host")->text;
    const struct json *provider = json_member(node, "provider");
    actor->provider = provider ? provider->text : NULL;
    actor->layers = load_chain(load, json_member(node, "chain"), &actor->layer_count);
    load_families(load, json_member(node, "families"), actor);
    actor->user = load_user(scenario, json_member(node, "user"));
    const struct json *administrator = json_member(node, "administrator");
    actor->restricted = administrator && !read_bool(administrator);
    load_handles(load, node, &actor->handles);
    load_files(load, actor);
    load_words(load, json_member(node, "profile"), "documented", "observed", &actor->observed);
    load_words(load, json_member(node, "unclaimed"), "fail", "ignore", &actor->unclaimed_ignored);
    if (binding_find(&load->by, actor->name)) problem_at(load->problems, json_member(node, "name"), "there is an actor \"%s\" already", actor->name);
    scenario->actor_count++;
    load_threads(load, actor);
}

static void load_actors(struct loading *load)
{
    struct scenario *scenario = load->scenario;
    const struct json *list = json_member(scenario->document->root, "actors");
    scenario->actors = arena_take(scenario->arena, ((list ? list->count : 0) + 1) * sizeof *scenario->actors);
    for (const struct json *node = list ? list->first : NULL; node; node = node->next) load_actor(load, node);
}

/* ---- the file ---- */

/* A file of this name has a world for others to include, and no more. */
static bool is_world_name(const char *file)
{
    static const char end[] = ".world.json";
    size_t length = strlen(file);
    return length >= sizeof end && strcmp(file + length - (sizeof end - 1), end) == 0;
}

void load_included(struct loading *load, const struct json *root)
{
    static const struct member *const tables[] = { top_members, NULL };
    for (const struct json *member = root->first; member; member = member->next)
        if (!member_known(member->name, tables)) member_unknown(load->problems, member, tables, "a scenario");
}

static const char *text_of(const struct json *root, const char *name)
{
    const struct json *value = json_member(root, name);
    return value && value->type == JSON_TEXT ? value->text : NULL;
}

static void load_proves(struct loading *load)
{
    const struct json *list = json_member(load->scenario->document->root, "proves");
    for (const struct json *element = list ? list->first : NULL; element; element = element->next) type_check(load->problems, element, TYPE_TEXT);
}

/* As if it had a title and a timeline. */
static void world_complete(struct loading *load, struct json *root)
{
    static const struct { const char *name; enum json_type type; } missing[] = { { "title", JSON_TEXT }, { "hosts", JSON_LIST }, { "timeline", JSON_LIST } };
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
        if (json_member(root, missing[i].name)) continue;
        struct json *node = arena_take(load->scenario->arena, sizeof *node);
        *node = (struct json){ .type = missing[i].type, .name = missing[i].name, .text = "", .line = root->line, .column = root->column, .parent = root, .next = root->first };
        root->first = node;
        root->count++;
    }
}

static void load_top(struct loading *load, const struct scenario_given *given)
{
    static const struct member *const tables[] = { top_members, NULL };
    static const struct member *const end_tables[] = { at_end_members, NULL };
    struct scenario *scenario = load->scenario;
    const struct json *root = scenario->document->root, *format = json_member(root, "format");
    if (format && format->type == JSON_TEXT && strcmp(format->text, "wspsim/1") != 0) {
        problem_at(load->problems, format, "the format is \"%s\"; this version reads \"wspsim/1\"", format->text);
        return; /* another format: what else is in it means something else */
    }
    if (load_include(load)) {
        char *merged = placed_form(root); /* before anything is put in its places: it can be run again with other parameters and seeds */
        scenario->merged = arena_text(scenario->arena, merged);
        free(merged);
    }
    if (load->problems->count) return;
    if (root->type == JSON_OBJECT && is_world_name(scenario->file)) world_complete(load, (struct json *)(uintptr_t)root);
    if (given) load_parameters(load, given->parameters, given->count);
    else load_parameters(load, NULL, 0);
    if (!load_members(load, root, tables, "a scenario") || load->problems->count) return;
    const struct json *seed = json_member(root, "seed");
    scenario->title = text_of(root, "title");
    scenario->about = text_of(root, "about");
    scenario->source = text_of(root, "source");
    scenario->known_gap = text_of(root, "known_gap");
    scenario->seed_given = seed != NULL;
    if (seed) scenario->seed = read_uint(seed);
    load->seed = given && given->seed ? *given->seed : seed ? scenario->seed : 1;
    scenario->hosts = json_member(root, "hosts");
    scenario->links = json_member(root, "links");
    scenario->lan = json_member(root, "lan");
    scenario->defaults = json_member(root, "defaults");
    scenario->at_end = json_member(root, "at_end");
    load_proves(load);
    if (scenario->at_end) load_members(load, scenario->at_end, end_tables, "at_end");
    load_actors(load);
    if (load->problems->count == 0) load_steps(load);
}

static struct scenario *scenario_load(const struct json_document *document, struct scenario *scenario, const struct scenario_given *given, struct problems *problems)
{
    struct loading load = { .scenario = scenario, .problems = problems };
    scenario->document = document;
    load_top(&load, given);
    bindings_free(&load.by);
    return problems->count ? NULL : scenario;
}

static struct scenario *scenario_new(const char *file, struct problems *problems)
{
    struct scenario *scenario = arena_take(problems->arena, sizeof *scenario);
    scenario->arena = problems->arena;
    scenario->file = arena_text(problems->arena, strcmp(file, "-") == 0 ? "<stdin>" : file);
    problems->file = scenario->file;
    return scenario;
}

struct scenario *scenario_read(const char *file, const struct scenario_given *given, struct problems *problems)
{
    struct scenario *scenario = scenario_new(file, problems);
    struct json_error error = { 0 };
    const struct json_document *document = json_read(problems->arena, file, &error, &problems->environment);
    if (document) return scenario_load(document, scenario, given, problems);
    problem_add(problems, error.line, error.column, error.pointer, error.message);
    return NULL;
}

struct scenario *scenario_parse(const char *file, const char *text, size_t size, const struct scenario_given *given, struct problems *problems)
{
    struct scenario *scenario = scenario_new(file, problems);
    struct json_error error = { 0 };
    const struct json_document *document = json_parse(problems->arena, scenario->file, text, size, &error);
    if (document) return scenario_load(document, scenario, given, problems);
    problem_add(problems, error.line, error.column, error.pointer, error.message);
    return NULL;
}

char *scenario_source(const struct scenario *scenario)
{
    struct text text = { 0 };
    if (scenario->merged) text_add(&text, scenario->merged);
    else text_add_n(&text, scenario->document->source, scenario->document->source_size);
    return text_done(&text);
}
