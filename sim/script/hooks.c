/*
 * Functions of the client that a provider calls in the middle of a call: what the scenario says they do, done on the thread's
 * own fiber. (What a completion routine does is in loops.c.)
 */
#include "script/call.h"

/* A step of its own: it starts now, and what it expects is checked when it returns. */
void part_run(struct line *line, const struct step *part)
{
    struct step_run *run = &line->script->runs[part->index];
    int64_t start_ns = run->start_ns; /* the step it stands in may still be under way */
    run->start_ns = script_now(line->script);
    step_row(line->script, part);
    if (part->kind->class == STEP_CALL) call_run(line, part);
    else if (part->kind->class == STEP_ASSERT) assert_run(line->script, part);
    else if (part->kind->class == STEP_NET) net_step_run(line->script, part);
    else message_run(line->script, part);
    run->start_ns = start_ns;
}

/* ---- the blocking hook ---- */

/* When all turns are over it goes on, and has nothing more to do. */
static bool hook_run(struct thread *thread, void *argument)
{
    struct line *line = argument;
    const struct step *hook = line->hook;
    (void)thread;
    if (line->turn == hook->turn_count) return true;
    const struct turn *turn = &hook->turns[line->turn++];
    for (size_t i = 0; i < turn->count; i++) part_run(line, &hook->parts[turn->first + i]);
    return turn->go_on;
}

void hook_over(struct line *line)
{
    const struct step *hook = line->hook;
    line->hook = NULL;
    if (!hook || line->turn == hook->turn_count) return;
    fail_step(line->script, hook, hook->turns[line->turn].node, arena_printf(line->script->arena, "%zu", hook->turn_count), arena_printf(line->script->arena, "%zu", line->turn),
              "the hook was asked less often than it has something to do");
}

struct outcome call_hook_step(const struct call *call)
{
    struct line *line = call->line;
    hook_over(line);
    line->hook = call->step->turn_count ? call->step : NULL;
    line->turn = 0;
    thread_hook(line->thread, line->hook ? hook_run : NULL, line);
    return (struct outcome){ 0 };
}

/* ---- condition functions ---- */

void condition_runs(struct thread *thread, void *argument)
{
    const struct call *call = argument;
    (void)thread;
    for (size_t i = 0; i < call->step->part_count; i++) part_run(call->line, &call->step->parts[i]);
}
