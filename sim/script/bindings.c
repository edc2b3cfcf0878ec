/*
 * Names of an actor and what they stand for.
 */
#include <stdlib.h>
#include <string.h>

#include "script/inside.h"

uintptr_t *binding_find(const struct bindings *bindings, const char *name)
{
    struct bound *found;
    HASH_FIND_STR(bindings->by_name, name, found);
    return found ? &found->value : NULL;
}

void binding_set(struct bindings *bindings, const char *name, uintptr_t value)
{
    uintptr_t *found = binding_find(bindings, name);
    if (found) { *found = value; return; }
    struct bound *bound = memory_take(sizeof *bound);
    bound->name = name;
    bound->value = value;
    HASH_ADD_KEYPTR(hh, bindings->by_name, name, strlen(name), bound);
}

void binding_forget(struct bindings *bindings, const char *name)
{
    struct bound *found;
    HASH_FIND_STR(bindings->by_name, name, found);
    if (!found) return;
    HASH_DEL(bindings->by_name, found);
    free(found);
}

size_t bindings_count(const struct bindings *bindings) { return HASH_COUNT(bindings->by_name); }

void bindings_free(struct bindings *bindings)
{
    struct bound *bound, *next;
    HASH_ITER(hh, bindings->by_name, bound, next) {
        HASH_DEL(bindings->by_name, bound);
        free(bound);
    }
}

HANDLE actor_event(struct actor *actor, const char *name)
{
    uintptr_t *found = binding_find(&actor->events, name);
    if (found) return (HANDLE)*found;
    HANDLE event = event_new(actor->process, true, name);
    binding_set(&actor->events, name, (uintptr_t)event);
    return event;
}

HANDLE actor_port(struct actor *actor, const char *name)
{
    const uintptr_t *known = binding_find(&actor->ports, name);
    if (known) return (HANDLE)*known;
    HANDLE port = port_new(actor->process, name);
    binding_set(&actor->ports, name, (uintptr_t)port);
    return port;
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
        binding_set(&actor->routines, name, bindings_count(&actor->routines));
        found = binding_find(&actor->routines, name);
    }
    return routine_pointer((unsigned)*found);
}

/* Routines are numbered in the order of their first mention; there are at most 64. */
const char *actor_routine_name(const struct actor *actor, unsigned index)
{
    for (const struct bound *bound = actor->routines.by_name; bound; bound = bound->hh.next)
        if (bound->value == index) return bound->name;
    return "?";
}
