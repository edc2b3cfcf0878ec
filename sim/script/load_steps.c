/*
 * Reading the timeline: each step's kind, time, thread and members, and the order of a thread's steps.
 */
#include <string.h>

#include "core/text.h"
#include "net/net.h"
#include "script/load.h"

static const char *class_word(const struct json *node)
{
    static const char *const words[] = { "do", "sees", "assert", "together" };
    const char *found = NULL;
    for (size_t i = 0; i < 4; i++)
        if (json_member(node, words[i])) {
            if (found) return NULL;
            found = words[i];
        }
    return found;
}

/* None of the four, or several of them; perhaps one of them misspelt. */
static void class_missing(struct problems *problems, const struct json *node)
{
    static const char *const words[] = { "do", "sees", "assert", "together" };
    const char *any = NULL, *second = NULL;
    for (size_t i = 0; i < 4; i++) {
        if (!json_member(node, words[i])) continue;
        if (any) second = words[i];
        else any = words[i];
    }
    for (const struct json *member = any ? NULL : node->first; member; member = member->next) {
        const char *near = nearest_word(member->name, words, 4);
        bool known = false;
        for (const struct member *row = step_members; row->name; row++) known = known || strcmp(row->name, member->name) == 0;
        if (!near || known) continue;
        problem_at_name(problems, member, "a step has no member \"%s\"; did you mean \"%s\"?", member->name, near);
        return;
    }
    if (second) problem_at(problems, node, "a step has exactly one of \"do\", \"sees\", \"assert\" and \"together\", here stand \"%s\" and \"%s\"", any, second);
    else problem_at(problems, node, "a step needs \"do\", \"sees\", \"assert\" or \"together\"");
}

static bool step_kind_load(struct loading *load, struct step *step)
{
    struct problems *problems = load->problems;
    const char *word = class_word(step->node);
    if (!word) {
        class_missing(problems, step->node);
        return false;
    }
    if (strcmp(word, "together") == 0) return true;
    const struct json *name = json_member(step->node, word);
    if (!type_check(problems, name, TYPE_TEXT)) return false;
    step->kind = kind_find(word, name->text);
    if (step->kind) return true;
    const char *near = kind_nearest(word, name->text);
    if (near) problem_at(problems, name, "there is no step `%s`; did you mean `%s`?", name->text, near);
    else problem_at(problems, name, "there is no step `%s`", name->text);
    return false;
}

static void step_time_load(struct loading *load, struct step *step)
{
    const struct json *at = json_member(step->node, "at"), *when = json_member(step->node, "when");
    step->time = AT_FOLLOWS;
    if (at) {
        step->time = at->text[0] == '+' ? AT_AFTER : AT_TIME;
        step->at_ns = read_time(at);
    }
    if (at && step->looped) problem_at_name(load->problems, at, "what a thread repeats has no time of its own: it is done when the step before it has returned");
    else if (at && step->asked) problem_at_name(load->problems, at, "what a function of the client does has no time of its own: it is done when the provider calls it");
    else if (at && step->inside) problem_at_name(load->problems, at, "a step inside `together` has no time of its own");
    if (!when) return;
    step->when_free = strcmp(when->text, "free") == 0;
    if (!step->when_free) problem_at(load->problems, when, "\"%s\" is not known here; expected \"free\"", when->text);
    else if (step->looped) problem_at_name(load->problems, when, "what a thread repeats is its own: it waits for nobody");
    else if (step->asked) problem_at_name(load->problems, when, "what a function of the client does waits for nobody");
    else if (step->inside) problem_at_name(load->problems, when, "a step inside `together` starts with the list: it waits for nobody");
    else if (!step->kind || step->kind->class != STEP_CALL) problem_at_name(load->problems, when, "only a call can wait for its thread: this step needs none");
}

static void step_actor_unknown(struct loading *load, const struct json *by)
{
    const char *candidates[256];
    size_t count = 0;
    for (size_t i = 0; i < load->scenario->actor_count; i++)
        for (size_t k = 0; k < load->scenario->actors[i].thread_count && count < 256; k++) candidates[count++] = load->scenario->actors[i].threads[k].name;
    const char *near = nearest_word(by->text, candidates, count);
    if (near) problem_at(load->problems, by, "there is no actor or thread \"%s\"; did you mean \"%s\"?", by->text, near);
    else problem_at(load->problems, by, "there is no actor or thread \"%s\"", by->text);
}

static void step_actor_load(struct loading *load, struct step *step)
{
    const struct json *by = json_member(step->node, "by");
    enum step_class class = step->kind ? step->kind->class : STEP_TOGETHER;
    if (step->asked) {
        if (by) problem_at_name(load->problems, by, "this is done on the thread of the step it stands in: without \"by\"");
        return;
    }
    step->actor = -1;
    if (!by) {
        bool needs = class == STEP_CALL || class == STEP_SEES || (class == STEP_ASSERT && (step->kind->number == ASSERT_OVERLAPPED || step->kind->number == ASSERT_EVENT || step->kind->number == ASSERT_SOCKET || step->kind->number == ASSERT_RIOBUFFER));
        if (needs) problem_at(load->problems, step->node, "this step needs \"by\": the actor whose it is");
        return;
    }
    if (by->type != JSON_TEXT) return; /* said already */
    if (class == STEP_TOGETHER || (class == STEP_NET && !kind_of_programs(step->kind))) { problem_at_name(load->problems, by, "nobody does this: it is the network's own step, without \"by\""); return; }
    const uintptr_t *found = binding_find(&load->by, by->text);
    if (!found) { step_actor_unknown(load, by); return; }
    const struct thread_setup *thread = (const struct thread_setup *)*found;
    step->actor = thread->actor;
    step->thread = (size_t)(thread - load->scenario->actors[thread->actor].threads);
}

/* What a program changes is its own machine, and it needs the right to. */
static void own_host_rule(struct loading *load, const struct step *step)
{
    const struct actor_setup *actor = &load->scenario->actors[step->actor];
    const struct json *on = json_member(step->node, "on"), *host = json_member(step->node, "host"), *place = host ? host : on;
    if (!place || place->type != JSON_TEXT) return;
    size_t length = strcspn(place->text, ".");
    if (strlen(actor->host) != length || strncmp(actor->host, place->text, length) != 0)
        problem_at(load->problems, place, "a program changes its own host: %s runs on \"%s\"", actor->name, actor->host);
    if (actor->restricted) problem_at(load->problems, step->node, "only an administrator changes the host, and %s is none", actor->name);
}

static void together_load(struct loading *load, struct step *step)
{
    const struct json *list = json_member(step->node, "together");
    if (!list->first) problem_at(load->problems, list, "nothing stands in this `together` list");
    step->parts = arena_take(load->scenario->arena, (list->count + 1) * sizeof *step->parts);
    for (const struct json *node = list->first; node; node = node->next) {
        struct step *part = &step->parts[step->part_count++];
        part->inside = true;
        if (json_member(node, "together")) problem_at(load->problems, node, "`together` does not nest");
        else load_step(load, node, part, step->index);
        if (part->kind && part->kind->class == STEP_SEES) problem_at(load->problems, node, "nothing is seen before the world has settled: put this step after the `together` list");
    }
}

static bool step_members_load(struct loading *load, struct step *step)
{
    const struct step_kind *kind = step->kind;
    const struct member *const none[] = { step_members, NULL };
    const struct member *const plain[] = { step_members, kind ? kind->members : NULL, NULL };
    const struct member *const call[] = { step_members, call_members, kind ? kind->members : NULL, NULL };
    const char *what = kind ? arena_printf(load->scenario->arena, "`%s`", kind->name) : "`together`";
    if (!load_members(load, step->node, !kind ? none : kind->class == STEP_CALL ? call : plain, what)) return false;
    const struct json *returns = json_member(step->node, "returns");
    if (!kind || kind->class != STEP_CALL || !returns) return true;
    step->returns_never = is_text(returns, "never");
    bool waits = kind->number == CALL_WAIT || kind->number == CALL_SLEEP;
    if (is_text(returns, "WAIT_TIMEOUT") && !waits && kind->number != CALL_GETQUEUED && kind->number != CALL_GETMESSAGE) {
        problem_at(load->problems, returns, "\"WAIT_TIMEOUT\" is not known here; expected 0, or an error's name or number");
        return false;
    }
    return step->returns_never || is_text(returns, "any") || type_check(load->problems, returns, waits ? TYPE_WAIT_RESULT : TYPE_ERROR);
}

void load_step(struct loading *load, const struct json *node, struct step *step, size_t index)
{
    step->index = index;
    step->node = node;
    step->pointer = json_pointer(load->scenario->arena, node);
    if (node->type != JSON_OBJECT) { problem_at(load->problems, node, "a step is an object, found %s", json_type_name(node->type)); return; }
    if (!step_kind_load(load, step)) return;
    bool good = step_members_load(load, step);
    if (good) step_time_load(load, step);
    step_actor_load(load, step);
    if (good && step->kind) load_rules(load, step);
    if (good && step->kind && step->kind->class == STEP_NET && step->actor >= 0) own_host_rule(load, step);
    if (good && step->kind && step->kind->class == STEP_CALL) {
        load_asked(load, step);
        load_loops(load, step);
    }
    if (good && !step->kind) together_load(load, step);
}

static void step_link_own(struct scenario *scenario, struct step *step)
{
    struct actor_setup *actor = step->actor < 0 ? NULL : &scenario->actors[step->actor];
    if (actor && step->kind) {
        if (actor->last) actor->last->next_own = step; else actor->first = step;
        actor->last = step;
    }
    for (size_t k = 0; k < step->part_count; k++) step_link_own(scenario, &step->parts[k]);
}

/* A thread's own steps, in the order of the file; the network's are a line of their own. And those of an actor. */
static void steps_link(struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->step_count; i++) {
        struct step *step = &scenario->steps[i];
        struct thread_setup *line = step->actor < 0 ? &scenario->network : &scenario->actors[step->actor].threads[step->thread];
        if (line->last) line->last->next_here = step; else line->first = step;
        line->last = step;
        step_link_own(scenario, step);
    }
}

/* An actor's own times never go backwards. */
static void steps_in_order(struct loading *load)
{
    struct scenario *scenario = load->scenario;
    for (size_t a = 0; a < scenario->actor_count; a++) {
        const struct step *last = NULL;
        for (const struct step *step = scenario->actors[a].first; step; step = step->next_own) {
            if (step->time != AT_TIME) continue;
            if (last && step->at_ns < last->at_ns)
                problem_at(load->problems, json_member(step->node, "at"), "the times of an actor never go backwards: %s stands after a step at %s",
                           json_member(step->node, "at")->text, json_member(last->node, "at")->text);
            last = step;
        }
    }
}

static void actors_start(struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->step_count; i++) {
        const struct step *step = &scenario->steps[i];
        for (size_t k = 0; k < (step->kind ? 1 : step->part_count); k++) {
            const struct step *one = step->kind ? step : &step->parts[k];
            if (one->actor >= 0 && one->kind->class == STEP_CALL && one->kind->number == CALL_STARTUP) scenario->actors[one->actor].starts_itself = true;
        }
    }
}

void load_steps(struct loading *load)
{
    struct scenario *scenario = load->scenario;
    scenario->expanded = load_expand(load);
    if (load->problems->count) return;
    const struct json *timeline = json_member(scenario->document->root, "timeline");
    scenario->steps = arena_take(scenario->arena, (timeline->count + 1) * sizeof *scenario->steps);
    for (const struct json *node = timeline->first; node; node = node->next) {
        load_step(load, node, &scenario->steps[scenario->step_count], scenario->step_count);
        scenario->step_count++;
    }
    if (load->problems->count) return;
    steps_link(scenario);
    steps_in_order(load);
    actors_start(scenario);
    load_names(load);
}

const struct json *step_member(const struct scenario *scenario, const struct step *step, const char *name)
{
    (void)scenario;
    return json_member(step->node, name);
}
