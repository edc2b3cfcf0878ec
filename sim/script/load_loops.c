/*
 * Reading what a thread does again and again: the steps of a `repeat`, and those of an `on`, which run each time something is
 * seen. They are steps of that thread, without a time: one begins when the one before has returned.
 */
#include "script/load.h"

static void part_check(struct loading *load, const struct step *part)
{
    switch (part->kind->class) {
    case STEP_ASSERT: case STEP_MESSAGE: return;
    case STEP_CALL:
        if (part->kind->number == CALL_EXIT_THREAD || part->kind->number == CALL_EXIT_PROCESS) problem_at(load->problems, part->node, "a thread does not end in the middle of what it repeats");
        return;
    case STEP_SEES: problem_at(load->problems, part->node, "what is repeated is not claimed by `sees`: say `wait`, `getmessage`, `enumnetworkevents` or `on`"); return;
    case STEP_NET:
        if (kind_of_programs(part->kind)) return;
        break;
    case STEP_TOGETHER: break;
    }
    problem_at(load->problems, part->node, "a thread does this, and the network's own steps are nobody's: repeat them in a `repeat` without \"by\"");
}

static void parts_load(struct loading *load, struct step *step, const struct json *list)
{
    if (!list->first) problem_at(load->problems, list, "nothing stands in this list");
    step->parts = arena_take(load->scenario->arena, (list->count + 1) * sizeof *step->parts);
    for (const struct json *node = list->first; node; node = node->next) {
        struct step *part = &step->parts[step->part_count++];
        part->inside = part->asked = part->looped = true;
        part->actor = step->actor;
        part->thread = step->thread;
        if (node->type == JSON_OBJECT && json_member(node, "together")) problem_at(load->problems, node, "what a thread repeats is done one after the other: no `together`");
        else load_step(load, node, part, step->index);
        if (part->kind) part_check(load, part);
    }
}

static void repeat_load(struct loading *load, struct step *step)
{
    const struct json *every = json_member(step->node, "every"), *count = json_member(step->node, "count");
    if (every) problem_at_name(load->problems, every, "only the network's own `repeat`, without \"by\", has a rhythm of its own: a thread says `sleep`");
    if (is_text(count, "forever")) step->returns_never = true;
}

static void on_load(struct loading *load, struct step *step)
{
    const struct json *event = json_member(step->node, "event"), *routine = json_member(step->node, "routine"), *count = json_member(step->node, "count"), *alertable = json_member(step->node, "alertable");
    if (!event == !routine) problem_at(load->problems, step->node, "`on` needs either \"event\" or \"routine\": what starts its steps");
    if (routine && alertable) problem_at_name(load->problems, alertable, "a routine runs in alertable waits of its thread, whatever is said here");
    if (count && read_uint(count) == 0) problem_at(load->problems, count, "what never happens needs no `on`: from 1");
    if (event && !count) step->returns_never = true;
}

void load_loops(struct loading *load, struct step *step)
{
    if (step->kind->number != CALL_REPEAT && step->kind->number != CALL_ON) return;
    if (step->kind->number == CALL_REPEAT) repeat_load(load, step);
    else on_load(load, step);
    parts_load(load, step, json_member(step->node, "steps"));
}
