/*
 * What an actor sees, and who claims it. A `sees` claims the oldest unclaimed match at its instant (or `within`); without
 * `at`, the next one. Claims look when the script's turn comes and once more when the instant is over.
 */
#include <stdlib.h>

#include "core/text.h"
#include "script/inside.h"

static bool observation_matches(struct script *script, const struct actor *actor, const struct step *step, const struct observation *seen)
{
    const struct json *name;
    const uintptr_t *value;
    if (seen->claimed) return false;
    switch ((enum sees_number)step->kind->number) {
    case SEES_SIGNALED:
        value = binding_find(&actor->events, script_member(script, step, "event")->text);
        return seen->kind == SAW_SIGNAL && value && seen->event == (HANDLE)*value;
    case SEES_COMPLETED:
        value = binding_find(&actor->routines, script_member(script, step, "routine")->text);
        if (seen->kind != SAW_ROUTINE || !value || seen->routine != *value) return false;
        name = script_member(script, step, "overlapped");
        if (!name) return true;
        value = binding_find(&actor->overlapped, name->text);
        return value && seen->overlapped == (const void *)*value;
    case SEES_NOTHING: return false;
    }
    return false;
}

static const char *observation_words(struct script *script, const struct actor *actor, const struct observation *seen)
{
    char room[24], at[TIME_TEXT];
    time_text(seen->at_ns, at);
    if (seen->kind == SAW_SIGNAL) return arena_printf(script->arena, "event %s signaled at %s", process_handle_label(actor->process, (uintptr_t)seen->event), at);
    const char *overlapped = process_memory_label(actor->process, seen->overlapped);
    return arena_printf(script->arena, "routine %s completed for %s with error %s and %u bytes at %s", actor_routine_name(actor, seen->routine), overlapped ? overlapped : "?",
                        names_or_number(NAMES_ERROR, (int64_t)seen->error, room), (unsigned)seen->bytes, at);
}

/* The claimed completion must also bear the result that was expected. */
static void claim_check(struct script *script, const struct step *step, const struct observation *seen)
{
    if (step->kind->number != SEES_COMPLETED) return;
    const struct json *error = script_member(script, step, "error"), *bytes = script_member(script, step, "bytes");
    char room[24];
    if (error && read_named(error, TYPE_ERROR) != (int64_t)seen->error) {
        const char *name = names_of(NAMES_ERROR, (int64_t)seen->error);
        fail_step(script, step, error, json_words(script, error), name ? quoted(script, name) : names_or_number(NAMES_ERROR, (int64_t)seen->error, room), "the routine was given another error");
    }
    if (bytes && read_uint(bytes) != seen->bytes)
        fail_step(script, step, bytes, json_words(script, bytes), arena_printf(script->arena, "%u", (unsigned)seen->bytes), "the routine was given another byte count");
}

/* The first observation that may still be unclaimed. */
static uint64_t first_open(struct actor *actor)
{
    const struct observation *seen;
    while ((seen = process_observation(actor->process, actor->settled + 1)) && seen->claimed) actor->settled++;
    return actor->settled + 1;
}

bool claim_signal(struct actor *actor, HANDLE event)
{
    struct observation *seen;
    for (uint64_t i = first_open(actor); (seen = process_observation(actor->process, i)); i++)
        if (!seen->claimed && seen->kind == SAW_SIGNAL && seen->event == event) { seen->claimed = true; return true; }
    return false;
}

static uint64_t observations(struct actor *actor)
{
    while (process_observation(actor->process, actor->seen + 1)) actor->seen++;
    return actor->seen;
}

/* ---- nothing ---- */

static void nothing_look(struct script *script, struct claim *claim)
{
    struct actor *actor = step_actor(script, claim->step);
    struct observation *seen;
    for (uint64_t i = claim->seen_before + 1; !claim->failed && (seen = process_observation(actor->process, i)); i++) {
        if (seen->at_ns >= claim->until_ns) break;
        claim->failed = true;
        seen->claimed = true;
        const char *words = observation_words(script, actor, seen);
        fail_step(script, claim->step, NULL, "\"nothing\"", quoted(script, words), "the actor %s was to see nothing; it saw: %s", actor->setup->name, words)->row = seen->row;
    }
}

/* ---- claims that wait ---- */

void sees_start(struct script *script, const struct step *step)
{
    struct actor *actor = step_actor(script, step);
    struct claim *claim = arena_take(script->arena, sizeof *claim), **last = &script->claims;
    const struct json *within = script_member(script, step, "within"), *span = script_member(script, step, "for");
    int64_t now_ns = script_now(script);
    claim->step = step;
    claim->until_ns = step->time == AT_FOLLOWS && !within ? INT64_MAX : time_after(now_ns, within ? read_time(within) : 0);
    if (step->kind->number == SEES_NOTHING) {
        claim->until_ns = time_after(now_ns, read_time(span));
        claim->seen_before = observations(actor);
        /* keeps the run alive until the time has elapsed */
        engine_post(script->setup.engine, claim->until_ns, RANK_SCRIPT, (struct event){ .kind = EVENT_SCRIPT, .subject.script = script });
    }
    while (*last) last = &(*last)->next;
    *last = claim;
    sees_look(script, false);
}

/* True: the claim is settled, one way or the other. */
static bool claim_look(struct script *script, struct claim *claim, bool instant_over)
{
    struct actor *actor = step_actor(script, claim->step);
    int64_t now_ns = script_now(script), from_ns = script->runs[claim->step->index].start_ns;
    if (claim->step->kind->number == SEES_NOTHING) {
        nothing_look(script, claim);
        return now_ns >= claim->until_ns;
    }
    struct observation *seen;
    for (uint64_t i = first_open(actor); (seen = process_observation(actor->process, i)); i++) {
        if (seen->at_ns < from_ns || seen->at_ns > claim->until_ns || !observation_matches(script, actor, claim->step, seen)) continue;
        seen->claimed = true;
        claim_check(script, claim->step, seen);
        return true;
    }
    if (!instant_over || now_ns < claim->until_ns) return false;
    fail_step(script, claim->step, NULL, NULL, NULL, "the actor %s did not see this%s", actor->setup->name, claim->until_ns > from_ns ? " in time" : " at this instant");
    return true;
}

void sees_look(struct script *script, bool instant_over)
{
    for (struct claim **link = &script->claims; *link;) {
        struct claim *claim = *link;
        if (!claim_look(script, claim, instant_over)) { link = &claim->next; continue; }
        *link = claim->next;
        step_returned(script, claim->step);
    }
}

/* What was seen and nobody claimed fails the scenario, unless the actor says it may. */
void sees_end(struct script *script)
{
    sees_look(script, true);
    for (size_t i = 0; i < script->setup.scenario->actor_count; i++) {
        struct actor *actor = &script->actors[i];
        struct observation *seen;
        for (uint64_t k = 1; !actor->setup->unclaimed_ignored && (seen = process_observation(actor->process, k)); k++) {
            if (seen->claimed) continue;
            const char *words = observation_words(script, actor, seen);
            struct failure *failure = fail_step(script, NULL, actor->setup->node, NULL, quoted(script, words), "the actor %s saw what no step claims: %s", actor->setup->name, words);
            failure->row = seen->row;
            failure->at_ns = seen->at_ns;
        }
    }
}
