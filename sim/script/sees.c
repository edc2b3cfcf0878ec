/*
 * What an actor sees, and who claims it. A `sees` claims the oldest unclaimed match at its instant (or `within`); without
 * `at`, the next one. Claims look when the script's turn comes and once more when the instant is over.
 */
#include <stdlib.h>

#include "core/text.h"
#include "script/call.h"

/* What the claim is about; NULL as long as a name of it stands for nothing: then nothing of it can have been seen. */
static struct sights *claim_sights(struct script *script, struct actor *actor, const struct step *step)
{
    if (step->kind->number == SEES_SIGNALED) {
        const uintptr_t *event = binding_find(&actor->events, script_member(script, step, "event")->text);
        return event ? sights_of(actor, &(struct sight_key){ SIGHT_SIGNAL, *event, 0 }) : NULL;
    }
    if (step->kind->number == SEES_MESSAGE) {
        const uintptr_t *window = binding_find(&actor->windows, script_member(script, step, "window")->text);
        return window ? sights_of(actor, &(struct sight_key){ SIGHT_MESSAGE, *window, 0 }) : NULL;
    }
    const struct json *name = script_member(script, step, "overlapped");
    const uintptr_t *routine = binding_find(&actor->routines, script_member(script, step, "routine")->text);
    const uintptr_t *overlapped = name ? binding_find(&actor->overlapped, name->text) : NULL;
    if (!routine || (name && !overlapped)) return NULL;
    return sights_of(actor, &(struct sight_key){ name ? SIGHT_ROUTINE_FOR : SIGHT_ROUTINE, *routine, name ? *overlapped : 0 });
}

static const char *message_words(struct script *script, const struct actor *actor, const struct observation *seen, const char *at)
{
    const struct window_message *message = &seen->message;
    char event[24], error[24];
    const char *window = NULL, *socket = process_handle_label(actor->process, message->wide);
    for (const struct bound *bound = actor->windows.by_name; bound && !window; bound = bound->hh.next)
        if (bound->value == (uintptr_t)message->window) window = bound->name;
    return arena_printf(script->arena, "message %u for window %s: %s of socket %s with error %s at %s", message->message, window ? window : "?", names_or_number(NAMES_EVENT, WSAGETSELECTEVENT(message->word), event),
                        socket ? socket : "?", names_or_number(NAMES_ERROR, WSAGETSELECTERROR(message->word), error), at);
}

static const char *observation_words(struct script *script, const struct actor *actor, const struct observation *seen)
{
    char room[24], at[TIME_TEXT];
    time_text(seen->at_ns, at);
    if (seen->kind == SAW_SIGNAL) return arena_printf(script->arena, "event %s signaled at %s", process_handle_label(actor->process, (uintptr_t)seen->event), at);
    if (seen->kind == SAW_MESSAGE) return message_words(script, actor, seen, at);
    const char *overlapped = process_memory_label(actor->process, seen->overlapped);
    return arena_printf(script->arena, "routine %s completed for %s with error %s and %u bytes at %s", actor_routine_name(actor, seen->routine), overlapped ? overlapped : "?",
                        names_or_number(NAMES_ERROR, (int64_t)seen->error, room), (unsigned)seen->bytes, at);
}

/* The claimed completion must also bear the result that was expected. */
static void claim_check(struct script *script, const struct step *step, const struct observation *seen)
{
    if (step->kind->number == SEES_MESSAGE) {
        message_dispatch(step_actor(script, step)->process, seen->number);
        check_message(script, step, &seen->message);
    }
    if (step->kind->number != SEES_COMPLETED) return;
    const struct json *error = script_member(script, step, "error"), *bytes = script_member(script, step, "bytes");
    char room[24];
    if (error && read_named(error, TYPE_ERROR) != (int64_t)seen->error) {
        const char *name = names_of(NAMES_ERROR, (int64_t)seen->error);
        fail_step(script, step, error, json_words(script, error), name ? quoted(script, name) : arena_text(script->arena, names_or_number(NAMES_ERROR, (int64_t)seen->error, room)), "the routine was given another error");
    }
    if (bytes && read_uint(bytes) != seen->bytes)
        fail_step(script, step, bytes, json_words(script, bytes), arena_printf(script->arena, "%u", (unsigned)seen->bytes), "the routine was given another byte count");
    const struct actor *actor = step_actor(script, step);
    const struct json *out = script_member(script, step, "out"), *from = script_member(script, step, "from");
    const struct moving *moving = out || from ? moving_of(actor, seen->overlapped) : NULL;
    if (moving && out) check_data(script, step, out, actor->process, moving, seen->bytes);
    if (moving && from && moving->name.size) check_name(script, step, from, actor->process, moving->name.bytes, *moving->name.size);
}

bool claim_signal(struct actor *actor, HANDLE event)
{
    sights_gather(actor);
    struct observation *seen = sights_oldest(actor, sights_of(actor, &(struct sight_key){ SIGHT_SIGNAL, (uintptr_t)event, 0 }));
    if (seen) seen->claimed = true;
    return seen != NULL;
}

/* ---- nothing ---- */

static void nothing_look(struct script *script, struct claim *claim)
{
    struct actor *actor = step_actor(script, claim->step);
    struct observation *seen = claim->failed ? NULL : process_observation(actor->process, claim->seen_before + 1);
    if (!seen || seen->at_ns >= claim->until_ns) return;
    claim->failed = true;
    seen->claimed = true;
    const char *words = observation_words(script, actor, seen);
    fail_step(script, claim->step, NULL, "\"nothing\"", quoted(script, words), "the actor %s was to see nothing; it saw: %s", actor->setup->name, words)->row = seen->row;
}

/* ---- claims that look ---- */

/* The oldest unclaimed match among what this claim has not looked at yet. */
static struct observation *claim_find(struct script *script, struct claim *claim)
{
    struct actor *actor = step_actor(script, claim->step);
    if (!claim->sights) claim->sights = claim_sights(script, actor, claim->step);
    if (!claim->sights) return NULL;
    if (!claim->begun) claim->looked = sights_from(actor, claim->sights, script->runs[claim->step->index].start_ns);
    claim->begun = true;
    for (; claim->looked < claim->sights->count; claim->looked++) {
        struct observation *seen = process_observation(actor->process, claim->sights->numbers[claim->looked]);
        if (!seen->claimed && seen->at_ns <= claim->until_ns) return seen;
    }
    return NULL;
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
    struct observation *seen = claim_find(script, claim);
    if (seen) {
        seen->claimed = true;
        claim_check(script, claim->step, seen);
        return true;
    }
    if (!instant_over || now_ns < claim->until_ns) return false;
    fail_step(script, claim->step, NULL, NULL, NULL, "the actor %s did not see this%s", actor->setup->name, claim->until_ns > from_ns ? " in time" : " at this instant");
    return true;
}

/* ---- claims that wait ---- */

void sees_begin(struct script *script)
{
    script->claims_end = &script->claims;
    script->quiet_until_ns = script->claims_until_ns = INT64_MAX;
}

static void claim_time(struct script *script, const struct claim *claim)
{
    int64_t *until_ns = claim->step->kind->number == SEES_NOTHING ? &script->quiet_until_ns : &script->claims_until_ns;
    if (claim->until_ns < *until_ns) *until_ns = claim->until_ns;
}

static void claim_wait(struct script *script, struct claim *claim)
{
    struct actor *actor = step_actor(script, claim->step);
    *script->claims_end = claim;
    script->claims_end = &claim->next;
    claim_time(script, claim);
    actor->waiting++;
    if (actor->watched) return;
    actor->watched = true;
    actor->next_watched = script->watched;
    script->watched = actor;
}

/* The claims that wait already have looked at all there is: only the new one has not. */
void sees_start(struct script *script, const struct step *step)
{
    struct actor *actor = step_actor(script, step);
    struct claim *claim = arena_take(script->arena, sizeof *claim);
    const struct json *within = script_member(script, step, "within"), *span = script_member(script, step, "for");
    int64_t now_ns = script_now(script);
    claim->step = step;
    claim->until_ns = step->time == AT_FOLLOWS && !within ? INT64_MAX : time_after(now_ns, within ? read_time(within) : 0);
    sights_gather(actor);
    if (step->kind->number == SEES_NOTHING) {
        claim->until_ns = time_after(now_ns, read_time(span));
        claim->seen_before = actor->seen;
        /* keeps the run alive until the time has elapsed */
        engine_post(script->setup.engine, claim->until_ns, RANK_SCRIPT, (struct event){ .kind = EVENT_SCRIPT, .subject.script = script });
    }
    if (claim_look(script, claim, false)) step_returned(script, step);
    else claim_wait(script, claim);
}

/* Of the actors with claims that wait: has one seen anything that its claims have not looked at? */
static bool sees_fresh(struct script *script)
{
    for (struct actor **link = &script->watched; *link;) {
        struct actor *actor = *link;
        sights_gather(actor);
        if (actor->waiting) { link = &actor->next_watched; continue; }
        *link = actor->next_watched;
        actor->watched = false;
    }
    return script->fresh;
}

void sees_look(struct script *script, bool instant_over)
{
    int64_t now_ns = script_now(script);
    bool time_over = now_ns >= script->quiet_until_ns || (instant_over && now_ns >= script->claims_until_ns);
    if (!sees_fresh(script) && !time_over) return;
    struct claim **link = &script->claims;
    script->fresh = false;
    script->quiet_until_ns = script->claims_until_ns = INT64_MAX;
    while (*link) {
        struct claim *claim = *link;
        if (!claim_look(script, claim, instant_over)) {
            claim_time(script, claim);
            link = &claim->next;
            continue;
        }
        *link = claim->next;
        step_actor(script, claim->step)->waiting--;
        step_returned(script, claim->step);
    }
    script->claims_end = link;
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
