/*
 * Names of an actor and what they stand for.
 */
#include <stdlib.h>
#include <string.h>

#include "script/inside.h"

uintptr_t *binding_find(const struct bindings *bindings, const char *name)
{
    for (size_t i = 0; i < bindings->count; i++)
        if (strcmp(bindings->rows[i].name, name) == 0) return &bindings->rows[i].value;
    return NULL;
}

void binding_set(struct bindings *bindings, const char *name, uintptr_t value)
{
    uintptr_t *found = binding_find(bindings, name);
    if (found) { *found = value; return; }
    if (bindings->count == bindings->room) {
        bindings->room = bindings->room ? 2 * bindings->room : 8;
        bindings->rows = memory_grow(bindings->rows, bindings->room * sizeof *bindings->rows);
    }
    bindings->rows[bindings->count++] = (struct bound){ name, value };
}

HANDLE actor_event(struct actor *actor, const char *name)
{
    uintptr_t *found = binding_find(&actor->events, name);
    if (found) return (HANDLE)*found;
    HANDLE event = event_new(actor->process, true, name);
    binding_set(&actor->events, name, (uintptr_t)event);
    return event;
}

WSAOVERLAPPED *actor_overlapped(struct actor *actor, const char *name)
{
    uintptr_t *found = binding_find(&actor->overlapped, name);
    if (found) return (WSAOVERLAPPED *)*found;
    WSAOVERLAPPED *overlapped = memory_block(actor->process, sizeof *overlapped);
    process_label_memory(actor->process, overlapped, name);
    binding_set(&actor->overlapped, name, (uintptr_t)overlapped);
    return overlapped;
}

LPWSAOVERLAPPED_COMPLETION_ROUTINE actor_routine(struct actor *actor, const char *name)
{
    uintptr_t *found = binding_find(&actor->routines, name);
    if (!found) {
        binding_set(&actor->routines, name, actor->routines.count);
        found = binding_find(&actor->routines, name);
    }
    return routine_pointer((unsigned)*found);
}

const char *actor_routine_name(const struct actor *actor, unsigned index) { return index < actor->routines.count ? actor->routines.rows[index].name : "?"; }
