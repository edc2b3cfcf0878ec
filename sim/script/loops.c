/*
 * What a thread does again and again: `repeat`, and `on`, whose steps run each time an event is signalled or a routine is called.
 * `on` with an event is the loop of a thread that waits for it; with a routine it is what that routine does besides telling that
 * it was called.
 */
#include "script/call.h"

#define ROUNDS_AT_ONCE 100000u /* more than that at one instant is a loop that nothing ends */

/* The row that each step of the round follows from. */
static uint64_t round_row(const struct line *line, const struct step *step, uint64_t number)
{
    struct trace *trace = line->script->setup.trace;
    if (!trace_begin(trace, LAYER_SCRIPT, "round", NULL, step->pointer)) return trace_cause(trace);
    trace_uint(trace, "number", number);
    return trace_end(trace);
}

static void round_run(struct line *line, const struct step *step, uint64_t number)
{
    uint64_t row = round_row(line, step, number);
    for (size_t i = 0; i < step->part_count; i++) {
        trace_set_cause(line->script->setup.trace, row);
        part_run(line, &step->parts[i]);
    }
}

/* A loop in which no time passes would never give anybody else a turn. */
struct pace { int64_t at_ns; unsigned rounds; };

static bool pace_kept(struct pace *pace, const struct call *call)
{
    int64_t now_ns = script_now(call->script);
    if (now_ns != pace->at_ns) *pace = (struct pace){ .at_ns = now_ns };
    if (++pace->rounds <= ROUNDS_AT_ONCE) return true;
    fail_step(call->script, call->step, NULL, NULL, NULL, "a livelock: more than %u rounds at one instant, and no time passes in them", ROUNDS_AT_ONCE);
    return false;
}

static uint64_t rounds_most(const struct call *call)
{
    const struct json *count = argument(call, "count");
    return count && !is_text(count, "forever") ? read_uint(count) : UINT64_MAX;
}

static void repeat(const struct call *call)
{
    struct pace pace = { .at_ns = -1 };
    uint64_t most = rounds_most(call);
    for (uint64_t i = 0; i < most && pace_kept(&pace, call); i++) round_run(call->line, call->step, i);
}

static void on_event(const struct call *call)
{
    const struct json *alertable = argument(call, "alertable");
    struct pace pace = { .at_ns = -1 };
    struct thread_wait wait = { .events = { call_event(call, "event") }, .count = 1, .timeout_ns = INT64_MAX, .alertable = alertable && read_bool(alertable) };
    uint64_t most = rounds_most(call);
    for (uint64_t i = 0; i < most && pace_kept(&pace, call);) {
        if (thread_wait(call->line->thread, &wait) != 0) continue; /* a routine ran */
        claim_signal(call->actor, wait.events[0]);
        round_run(call->line, call->step, i++);
    }
}

/* ---- routines ---- */

static struct line *line_of(struct actor *actor, const struct thread *thread)
{
    for (size_t i = 0; i < actor->setup->thread_count; i++)
        if (actor->lines[i].thread == thread) return &actor->lines[i];
    return NULL;
}

static void routine_runs(struct thread *thread, struct observation *seen, void *argument)
{
    struct actor *actor = argument;
    const char *name = actor_routine_name(actor, seen->routine);
    const uintptr_t *found = name ? binding_find(&actor->bodies, name) : NULL;
    struct line *line = line_of(actor, thread);
    if (!found || !line) return;
    struct body *body = (struct body *)*found;
    seen->claimed = true;
    round_run(line, body->step, body->rounds++);
}

/* From here on. The steps run inside the routine, on the thread that it runs on. */
static void on_routine(const struct call *call)
{
    struct body *body = arena_take(call->script->arena, sizeof *body);
    *body = (struct body){ .step = call->step, .earlier = call->actor->newest_body };
    call->actor->newest_body = body;
    actor_routine(call->actor, argument(call, "routine")->text);
    binding_set(&call->actor->bodies, argument(call, "routine")->text, (uintptr_t)body);
    process_routines(call->process, routine_runs, call->actor);
}

void bodies_end(struct actor *actor)
{
    struct script *script = actor->script;
    for (const struct body *body = actor->newest_body; body; body = body->earlier) {
        const struct json *count = script_member(script, body->step, "count");
        if (!count || read_uint(count) == body->rounds) continue;
        fail_step(script, body->step, count, json_words(script, count), arena_printf(script->arena, "%llu", (unsigned long long)body->rounds), "the routine was called another number of times");
    }
}

struct outcome call_loop_step(const struct call *call)
{
    if (call->step->kind->number == CALL_REPEAT) repeat(call);
    else if (argument(call, "routine")) on_routine(call);
    else on_event(call);
    return (struct outcome){ 0 };
}
