/*
 * What an actor saw, in queues by what can be claimed: a claim then looks only at what may be its own, and at each
 * observation once. A run of a routine stands in two queues, for claims with an OVERLAPPED and for those without.
 */
#include <string.h>

#include "script/inside.h"

struct sights *sights_of(struct actor *actor, const struct sight_key *key)
{
    struct sights *sights;
    HASH_FIND(hh, actor->sights, key, sizeof *key, sights);
    if (sights) return sights;
    sights = arena_take(actor->script->arena, sizeof *sights);
    sights->key = *key;
    HASH_ADD(hh, actor->sights, key, sizeof sights->key, sights);
    return sights;
}

static void sights_add(struct actor *actor, const struct sight_key *key, uint64_t number)
{
    struct sights *sights = sights_of(actor, key);
    if (sights->count == sights->room) {
        sights->room = sights->room ? 2 * sights->room : 2;
        sights->numbers = memory_grow(sights->numbers, sights->room * sizeof *sights->numbers);
    }
    sights->numbers[sights->count++] = number;
}

void sights_gather(struct actor *actor)
{
    const struct observation *seen;
    while ((seen = process_observation(actor->process, actor->seen + 1))) {
        actor->seen++;
        actor->script->fresh = true;
        if (seen->kind == SAW_SIGNAL) sights_add(actor, &(struct sight_key){ SIGHT_SIGNAL, (uintptr_t)seen->event, 0 }, actor->seen);
        if (seen->kind == SAW_MESSAGE) sights_add(actor, &(struct sight_key){ SIGHT_MESSAGE, (uintptr_t)seen->message.window, 0 }, actor->seen);
        if (seen->kind != SAW_ROUTINE) continue;
        sights_add(actor, &(struct sight_key){ SIGHT_ROUTINE, seen->routine, 0 }, actor->seen);
        sights_add(actor, &(struct sight_key){ SIGHT_ROUTINE_FOR, seen->routine, (uintptr_t)seen->overlapped }, actor->seen);
    }
}

struct observation *sights_oldest(struct actor *actor, struct sights *sights)
{
    for (; sights->open < sights->count; sights->open++) {
        struct observation *seen = process_observation(actor->process, sights->numbers[sights->open]);
        if (!seen->claimed) return seen;
    }
    return NULL;
}

/* Time never goes back, so neither does it in a queue. */
size_t sights_from(struct actor *actor, struct sights *sights, int64_t from_ns)
{
    sights_oldest(actor, sights);
    size_t low = sights->open, high = sights->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (process_observation(actor->process, sights->numbers[middle])->at_ns < from_ns) low = middle + 1;
        else high = middle;
    }
    return low;
}

void sights_free(struct actor *actor)
{
    for (struct sights *sights = actor->sights; sights; sights = sights->hh.next) free(sights->numbers);
    HASH_CLEAR(hh, actor->sights);
}
