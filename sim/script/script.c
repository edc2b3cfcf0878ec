/*
 * The script: who is due when. Steps of one instant act in the order of reading, one an event, so that the world settles
 * between them; a step that follows its thread's previous one becomes due when that returns.
 */
#include "script/script.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "script/inside.h"

const struct json *script_member(const struct script *script, const struct step *step, const char *name) { return step_member(script->setup.scenario, step, name); }

struct actor *step_actor(struct script *script, const struct step *step) { return &script->actors[step->actor]; }

static struct line *step_line(struct script *script, const struct step *step)
{
    return step->actor < 0 ? &script->network : &script->actors[step->actor].lines[step->thread];
}

/* ---- the heap of steps that are due ---- */

static bool due_before(struct due a, struct due b) { return a.at_ns != b.at_ns ? a.at_ns < b.at_ns : a.index < b.index; }

static void due_push(struct script *script, struct due due)
{
    size_t at = script->due_count++;
    while (at && due_before(due, script->dues[(at - 1) / 2])) {
        script->dues[at] = script->dues[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    script->dues[at] = due;
}

static struct due due_pop(struct script *script)
{
    struct due first = script->dues[0], last = script->dues[--script->due_count];
    size_t at = 0;
    for (size_t child = 1; child < script->due_count; child = 2 * at + 1) {
        if (child + 1 < script->due_count && due_before(script->dues[child + 1], script->dues[child])) child++;
        if (!due_before(script->dues[child], last)) break;
        script->dues[at] = script->dues[child];
        at = child;
    }
    if (script->due_count) script->dues[at] = last;
    return first;
}

/* Exactly one EVENT_SCRIPT is on its way while a step is due: for the first of them. */
static void script_plan(struct script *script)
{
    if (!script->begun || script->due_count == 0 || (script->turn != EVENT_NONE && script->turn_ns <= script->dues[0].at_ns)) return;
    if (script->turn != EVENT_NONE) engine_cancel(script->setup.engine, script->turn);
    script->turn_ns = script->dues[0].at_ns;
    script->turn = engine_post(script->setup.engine, script->turn_ns, RANK_SCRIPT, (struct event){ .kind = EVENT_SCRIPT, .subject.script = script });
}

static void step_due(struct script *script, const struct step *step, int64_t at_ns)
{
    script->runs[step->index].progress = STEP_DUE;
    due_push(script, (struct due){ at_ns, step->index });
    script_plan(script);
}

/* ---- starting and returning ---- */

void step_row(struct script *script, const struct step *step)
{
    struct trace *trace = script->setup.trace;
    struct actor *actor = step->actor < 0 ? NULL : step_actor(script, step);
    const char *thread = actor ? thread_name(actor->lines[step->thread].thread) : "";
    if (!step->asked) trace_set_cause(trace, 0);
    if (!trace_begin_for(trace, LAYER_SCRIPT, step->kind ? step->kind->name : "together", actor ? actor->setup->host : "", actor ? actor->setup->name : "", thread, step->pointer)) return;
    const struct json *as = step->kind ? script_member(script, step, "as") : NULL;
    if (as && as->type == JSON_TEXT) trace_text(trace, "as", as->text); /* what later rows call it */
    trace_set_cause(trace, trace_end(trace));
}

static void line_run(struct line *line, const struct step *step)
{
    line->command = step;
    thread_resume(line->thread);
}

static void call_start(struct script *script, const struct step *step)
{
    struct line *line = step_line(script, step);
    struct step_run *run = &script->runs[step->index];
    if (thread_ended(line->thread)) {
        fail_step(script, step, NULL, NULL, NULL, "the thread %s has ended before this step", thread_name(line->thread));
        step_returned(script, step);
    } else if (!line->command) {
        line_run(line, step);
    } else if (step->when_free) {
        run->progress = STEP_LATE;
        line->late++;
    } else {
        fail_step(script, step, NULL, NULL, NULL, "the thread %s is still busy with %s (say \"when\": \"free\" to wait for it)", thread_name(line->thread), line->command->pointer);
        step_returned(script, step);
    }
}

void message_run(struct script *script, const struct step *step)
{
    struct trace *trace = script->setup.trace;
    if (trace_begin_for(trace, LAYER_SCRIPT, "message.text", "", "", "", step->pointer)) {
        trace_text(trace, "text", script_member(script, step, "text")->text);
        trace_end(trace);
    }
}

/* A step, or a part of a `together` list. */
static void step_act(struct script *script, const struct step *step)
{
    switch (step->kind->class) {
    case STEP_NET: net_step_run(script, step); break;
    case STEP_ASSERT: assert_run(script, step); break;
    case STEP_MESSAGE: message_run(script, step); break;
    case STEP_CALL: call_start(script, step); return;
    case STEP_SEES: sees_start(script, step); return;
    case STEP_TOGETHER: break;
    }
    step_returned(script, step);
}

static void step_start(struct script *script, const struct step *step)
{
    struct step_run *run = &script->runs[step->index];
    const struct step *steps = script->setup.scenario->steps;
    run->progress = STEP_RUNS;
    run->start_ns = script_now(script);
    if (step->returns_never) script->outstanding--;
    step_row(script, step);
    run->row = trace_cause(script->setup.trace);
    /* "+5ms" counts from the start of the step before it in the file. */
    if (step->index + 1 < script->setup.scenario->step_count && steps[step->index + 1].time == AT_AFTER && script->runs[step->index + 1].progress == STEP_WAITS)
        step_due(script, &steps[step->index + 1], time_after(run->start_ns, steps[step->index + 1].at_ns));
    if (step->kind) { step_act(script, step); return; }
    for (size_t i = 0; i < step->part_count; i++) step_act(script, &step->parts[i]);
    if (run->progress == STEP_RUNS) step_returned(script, step);
}

/* A step of the thread that was due while it was busy, and said it can wait. */
static const struct step *line_late(struct script *script, const struct step *step)
{
    for (const struct step *next = step->next_here; next; next = next->next_here)
        if (script->runs[next->index].progress == STEP_LATE) return next;
    return NULL;
}

/* A call inside a `together` list returns for itself, whenever that is, and the run waits for it. */
static bool part_counts(const struct step *part) { return part->kind->class == STEP_CALL && !part->returns_never; }

void step_returned(struct script *script, const struct step *step)
{
    struct step_run *run = &script->runs[step->index];
    if (step->inside) {
        if (part_counts(step)) script->outstanding--;
        return;
    }
    if (run->progress == STEP_DONE) return;
    run->progress = STEP_DONE;
    if (!step->returns_never) script->outstanding--;
    struct line *line = step_line(script, step);
    const struct step *next = step->next_here, *late = line->late ? line_late(script, step) : NULL;
    if (late) {
        line->late--;
        step_due(script, late, script_now(script));
    }
    if (next && next->time == AT_FOLLOWS && script->runs[next->index].progress == STEP_WAITS) step_due(script, next, script_now(script));
}

/* ---- the threads' own loop ---- */

static void line_startup(struct line *line)
{
    struct actor *actor = line->actor;
    WSPDATA *data = memory_block(actor->process, sizeof *data);
    int error = spi_startup(line->thread, MAKEWORD(2, 2), data);
    memory_release(actor->process, data);
    if (error == 0) return;
    char room[24];
    fail_step(line->script, NULL, actor->setup->node, "0", quoted(line->script, names_or_number(NAMES_ERROR, error, room)), "WSPStartup failed for the actor %s", actor->setup->name);
}

static void line_body(struct thread *thread, void *argument)
{
    struct line *line = argument;
    if (line == line->actor->lines && !line->actor->setup->starts_itself) line_startup(line);
    for (;;) {
        while (!line->command) thread_park(thread);
        const struct step *step = line->command;
        call_run(line, step);
        line->command = NULL;
        step_returned(line->script, step);
    }
}

/* ---- life ---- */

static bool actor_new(struct script *script, struct actor *actor, const struct actor_setup *setup, struct problems *problems)
{
    struct host *host = host_find(script->setup.net, setup->host);
    char *why = NULL;
    actor->script = script;
    actor->setup = setup;
    if (!host) { problem_at(problems, json_member(setup->node, "host"), "there is no host \"%s\"", setup->host); return false; }
    const char *provider = setup->provider ? setup->provider : script->setup.provider;
    struct process_setup process = { .name = setup->name, .host = host, .profile = setup->observed ? KERNEL_OBSERVED : KERNEL_DOCUMENTED, .provider = provider,
                                     .layers = setup->layers, .layer_count = setup->layer_count, .without_ipv4 = setup->without_ipv4, .without_ipv6 = setup->without_ipv6,
                                     .user = setup->user, .restricted = setup->restricted, .handles = setup->handles };
    actor->process = process_new(script->setup.ws2, &process, &why);
    if (!actor->process) {
        problem_at(problems, setup->node, "%s", why);
        problems->environment = true;
        free(why);
        return false;
    }
    for (size_t i = 0; i < setup->file_count; i++) binding_set(&actor->files, setup->files[i].name, (uintptr_t)file_open(actor->process, &setup->files[i]));
    actor->lines = arena_take(script->arena, setup->thread_count * sizeof *actor->lines);
    for (size_t i = 0; i < setup->thread_count; i++) {
        struct line *line = &actor->lines[i];
        *line = (struct line){ .script = script, .actor = actor };
        line->thread = thread_new(actor->process, setup->threads[i].name, line_body, line);
    }
    return true;
}

struct script *script_new(const struct script_setup *setup, struct problems *problems)
{
    const struct scenario *scenario = setup->scenario;
    struct script *script = memory_take(sizeof *script);
    script->setup = *setup;
    script->arena = arena_new();
    script->runs = arena_take(script->arena, (scenario->step_count + 1) * sizeof *script->runs);
    script->dues = arena_take(script->arena, (scenario->step_count + 1) * sizeof *script->dues);
    script->actors = arena_take(script->arena, (scenario->actor_count + 1) * sizeof *script->actors);
    script->network.script = script;
    sees_begin(script);
    bool good = world_build(scenario, setup->net, setup->seed, problems);
    if (good) world_check_steps(scenario, setup->net, problems);
    good = problems->count == 0;
    for (size_t i = 0; good && i < scenario->actor_count; i++) good = actor_new(script, &script->actors[i], &scenario->actors[i], problems);
    if (good && problems->count == 0) return script;
    script_free(script);
    return NULL;
}

void script_free(struct script *script)
{
    for (size_t i = 0; i < script->setup.scenario->actor_count; i++) {
        struct actor *actor = &script->actors[i];
        bindings_free(&actor->sockets);
        bindings_free(&actor->overlapped);
        bindings_free(&actor->events);
        bindings_free(&actor->routines);
        bindings_free(&actor->ports);
        bindings_free(&actor->selected);
        bindings_free(&actor->moving);
        bindings_free(&actor->endpoints);
        bindings_free(&actor->registered);
        bindings_free(&actor->queues);
        bindings_free(&actor->windows);
        bindings_free(&actor->files);
        bindings_free(&actor->bodies);
        sights_free(actor);
    }
    bindings_free(&script->infos);
    free(script->failures);
    arena_free(script->arena);
    free(script);
}

static void line_begin(struct script *script, const struct thread_setup *setup)
{
    const struct step *first = setup->first;
    if (first && first->time == AT_FOLLOWS) step_due(script, first, 0);
}

void script_begin(struct script *script)
{
    const struct scenario *scenario = script->setup.scenario;
    for (size_t i = 0; i < scenario->step_count; i++) {
        const struct step *step = &scenario->steps[i];
        script->outstanding++; /* a call that never returns is waited for until it starts */
        for (size_t k = 0; !step->kind && k < step->part_count; k++) script->outstanding += part_counts(&step->parts[k]);
        if (step->time == AT_TIME) step_due(script, step, step->at_ns);
        if (step->time == AT_AFTER && i == 0) step_due(script, step, step->at_ns);
    }
    line_begin(script, &scenario->network);
    for (size_t i = 0; i < scenario->actor_count; i++) {
        for (size_t k = 0; k < scenario->actors[i].thread_count; k++) line_begin(script, &scenario->actors[i].threads[k]);
        trace_set_cause(script->setup.trace, 0);
        thread_resume(script->actors[i].lines[0].thread); /* starts up, then waits for its first step */
    }
    script->begun = true;
    script_plan(script);
}

void script_turn(struct script *script)
{
    script->turn = EVENT_NONE;
    sees_look(script, false);
    if (script->due_count && script->dues[0].at_ns <= script_now(script)) step_start(script, &script->setup.scenario->steps[due_pop(script).index]);
    script_plan(script);
}

void script_instant_over(struct script *script) { sees_look(script, true); }

bool script_due(const struct script *script) { return script->due_count > 0; }

bool script_finished(const struct script *script) { return script->outstanding == 0; }

void script_livelocked(struct script *script, uint64_t events)
{
    fail_step(script, NULL, NULL, NULL, NULL, "a livelock: more than %llu events at one instant", (unsigned long long)events);
}

void script_crashed(struct script *script, const char *what)
{
    const struct step *step = NULL;
    const struct scenario *scenario = script->setup.scenario;
    script->crashed = true;
    for (size_t i = 0; i < scenario->actor_count && !step; i++)
        for (size_t k = 0; k < scenario->actors[i].thread_count && !step; k++) step = script->actors[i].lines[k].command;
    fail_step(script, step, NULL, NULL, NULL, "%s", what);
}

/* ---- the end ---- */

/* A run that was stopped before a call's time says nothing of the call. */
static bool time_over(const struct script *script, const struct step *step)
{
    const struct json *at = script_member(script, step, "returns_at"), *within = script_member(script, step, "within");
    int64_t start_ns = at->text[0] == '+' ? script->runs[step->index].start_ns : 0;
    return time_after(time_after(start_ns, read_time(at)), within ? read_time(within) : 0) < script_now(script);
}

/* A part of a `together` list that is still running: its thread says so. And a hook that was not asked for all it has. */
static void end_line(struct script *script, struct line *line, const char *stopped)
{
    const struct step *part = line->command;
    if (!stopped) hook_over(line);
    if (!stopped && line == line->actor->lines) bodies_end(line->actor);
    if (!part || !part->inside || part->returns_never) return;
    const struct json *returns_at = script_member(script, part, "returns_at");
    struct failure *failure = fail_step(script, part, returns_at, NULL, NULL, "the call has not returned when the run ended (%s)", stopped ? stopped : "nothing more can happen");
    failure->undecided = !returns_at || (stopped && !time_over(script, part));
}

static void end_step(struct script *script, const struct step *step, const char *stopped)
{
    const struct step_run *run = &script->runs[step->index];
    if (run->progress == STEP_DONE) return;
    if (step->returns_never) {
        if (run->progress != STEP_RUNS) fail_step(script, step, NULL, NULL, NULL, "this step was never started")->undecided = true;
        return;
    }
    const struct json *returns_at = step->kind && step->kind->class == STEP_CALL ? script_member(script, step, "returns_at") : NULL;
    const char *why = stopped ? stopped : "nothing more can happen";
    if (run->progress == STEP_RUNS && returns_at)
        fail_step(script, step, returns_at, json_words(script, returns_at), NULL, "the call has not returned when the run ended (%s)", why)->undecided = stopped && !time_over(script, step);
    else if (run->progress == STEP_RUNS)
        fail_step(script, step, NULL, NULL, NULL, "this step has not ended when the run ended (%s)", why)->undecided = true;
    else
        fail_step(script, step, NULL, NULL, NULL, "this step was not reached when the run ended (%s)", why)->undecided = true;
}

static void end_count(struct script *script, const char *name, uint64_t seen, const char *what)
{
    const struct json *at_end = script->setup.scenario->at_end, *expected = at_end ? json_member(at_end, name) : NULL;
    if (!expected || read_uint(expected) == seen) return;
    fail_step(script, NULL, expected, json_words(script, expected), arena_printf(script->arena, "%llu", (unsigned long long)seen), "at the end there %s %llu %s%s", seen == 1 ? "is" : "are", (unsigned long long)seen, what, seen == 1 ? "" : "s");
}

static void end_rules(struct script *script)
{
    struct judge *judge = ws2_judge(script->setup.ws2);
    const struct scenario *scenario = script->setup.scenario;
    struct bindings actors = { 0 };
    judge_ends(judge);
    for (size_t k = 0; judge_verdicts(judge) && k < scenario->actor_count; k++) binding_set(&actors, scenario->actors[k].name, k);
    for (size_t i = 0; i < judge_verdicts(judge); i++) {
        const struct verdict *verdict = judge_verdict(judge, i);
        const uintptr_t *actor = binding_find(&actors, verdict->actor);
        struct failure *failure = fail_step(script, NULL, actor ? scenario->actors[*actor].node : NULL, NULL, NULL, "rule %s: %s", verdict->rule, verdict->message);
        failure->row = verdict->row;
        failure->at_ns = verdict->at_ns;
    }
    bindings_free(&actors);
}

void script_end(struct script *script, const char *stopped)
{
    struct judge *judge = ws2_judge(script->setup.ws2);
    trace_set_cause(script->setup.trace, 0);
    sees_end(script);
    for (size_t i = 0; i < script->setup.scenario->step_count; i++)
        if (!script->crashed) end_step(script, &script->setup.scenario->steps[i], stopped);
    for (size_t i = 0; !script->crashed && i < script->setup.scenario->actor_count; i++)
        for (size_t k = 0; k < script->setup.scenario->actors[i].thread_count; k++) end_line(script, &script->actors[i].lines[k], stopped);
    end_rules(script);
    if (script->crashed || stopped) return;
    uint64_t handles = 0;
    for (size_t i = 0; i < script->setup.scenario->actor_count; i++) handles += process_handles(script->actors[i].process);
    end_count(script, "pending", judge_pending(judge), "pending request");
    end_count(script, "handles", handles, "open handle");
}

size_t script_failures(const struct script *script) { return script->failure_count; }
const struct failure *script_failure(const struct script *script, size_t index) { return &script->failures[index]; }
