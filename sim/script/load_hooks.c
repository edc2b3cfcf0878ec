/*
 * Reading what a function of the client does when a provider calls it: the turns of a blocking hook, the calls inside a
 * condition function. They are calls like any other, without a time, and on the thread of the step they stand in.
 */
#include "script/load.h"

static bool ends_the_thread(const struct step *part) { return part->kind->number == CALL_EXIT_THREAD || part->kind->number == CALL_EXIT_PROCESS; }

static void part_load(struct loading *load, struct step *step, const struct json *node)
{
    struct step *part = &step->parts[step->part_count++];
    part->inside = part->asked = true;
    part->actor = step->actor;
    part->thread = step->thread;
    if (node->type == JSON_OBJECT && json_member(node, "together")) {
        problem_at(load->problems, node, "a function of the client makes one call after the other: no `together`");
        return;
    }
    load_step(load, node, part, step->index);
    if (!part->kind) return;
    if (part->kind->class != STEP_CALL) problem_at(load->problems, node, "a function of the client makes calls: `%s` is none", part->kind->name);
    else if (ends_the_thread(part)) problem_at(load->problems, node, "a thread does not end in a function that a provider has called");
    else if (part->kind->number == CALL_BLOCKINGHOOK || part->part_count) problem_at(load->problems, node, "functions of the client do not nest");
}

static size_t room(const struct json *list)
{
    size_t count = 1;
    for (const struct json *one = list->first; one; one = one->next) count += one->type == JSON_LIST ? one->count : 1;
    return count;
}

/* A call; an answer; or several calls, and perhaps an answer as the last. */
static void turn_load(struct loading *load, struct step *step, const struct json *node)
{
    struct turn *turn = &step->turns[step->turn_count++];
    *turn = (struct turn){ .first = step->part_count, .go_on = true, .node = node };
    if (node->type == JSON_TRUE || node->type == JSON_FALSE) {
        turn->go_on = read_bool(node);
    } else if (node->type == JSON_OBJECT) {
        part_load(load, step, node);
    } else if (node->type == JSON_LIST && node->first) {
        for (const struct json *one = node->first; one; one = one->next) {
            if ((one->type == JSON_TRUE || one->type == JSON_FALSE) && !one->next) turn->go_on = read_bool(one);
            else if (one->type == JSON_OBJECT) part_load(load, step, one);
            else problem_at(load->problems, one, "expected a call, or as the last true or false, found %s", json_type_name(one->type));
        }
    } else {
        problem_at(load->problems, node, "each time it is asked, a hook makes a call, or several in a list, or answers true or false; found %s", node->type == JSON_LIST ? "an empty list" : json_type_name(node->type));
    }
    turn->count = step->part_count - turn->first;
}

static void hook_load(struct loading *load, struct step *step, const struct json *hook)
{
    if (hook->type == JSON_NULL) return; /* no hook any more */
    if (hook->type != JSON_LIST || !hook->first) {
        problem_at(load->problems, hook, "expected null, or a list of what the hook does each time it is asked");
        return;
    }
    step->parts = arena_take(load->scenario->arena, room(hook) * sizeof *step->parts);
    step->turns = arena_take(load->scenario->arena, (hook->count + 1) * sizeof *step->turns);
    for (const struct json *one = hook->first; one; one = one->next) turn_load(load, step, one);
}

static void inside_load(struct loading *load, struct step *step, const struct json *inside)
{
    if (!json_member(step->node, "condition")) problem_at_name(load->problems, inside, "\"inside\" is what the condition function does: say \"condition\"");
    if (!inside->first) problem_at(load->problems, inside, "nothing stands in this list");
    step->parts = arena_take(load->scenario->arena, (inside->count + 1) * sizeof *step->parts);
    for (const struct json *one = inside->first; one; one = one->next) part_load(load, step, one);
}

void load_asked(struct loading *load, struct step *step)
{
    const struct json *hook = json_member(step->node, "hook"), *inside = json_member(step->node, "inside");
    if (step->kind->number == CALL_BLOCKINGHOOK) hook_load(load, step, hook);
    if (step->kind->number == CALL_ACCEPT && inside) inside_load(load, step, inside);
}
