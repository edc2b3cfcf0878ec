/* Interfaces, from interface.*: what they are and how they stand; stack.up and stack.down of their host. */
#include <string.h>

#include "view/inside.h"

static void stack_set(struct state *state, const struct trace_row *row)
{
    uint32_t host = word(state, row->host), now = word(state, row->verb + strlen("stack."));
    struct fact *fact;
    for (size_t at = 0; (fact = facts_next(&state->kinds[VIEW_INTERFACES], &at));)
        if (fact->values[INTERFACE_HOST] == host) fact_set(fact, INTERFACE_STACK, now, row);
}

/* A host's interfaces share its stack: what comes later finds it as the others have it. */
static uint32_t stack_of(struct state *state, uint32_t host)
{
    const struct fact *fact;
    for (size_t at = 0; (fact = facts_next(&state->kinds[VIEW_INTERFACES], &at));)
        if (fact->values[INTERFACE_HOST] == host && fact->values[INTERFACE_STACK]) return fact->values[INTERFACE_STACK];
    return word(state, "up");
}

void interfaces_fold(struct state *state, const struct trace_row *row)
{
    static const struct { const char *verb, *key; unsigned column; } changes[] = {
        { "interface.mtu", "mtu", INTERFACE_MTU }, { "interface.metric", "metric", INTERFACE_METRIC }, { "interface.speed", "speed", INTERFACE_SPEED },
        { "interface.media", "connected", INTERFACE_CONNECTED },
    };
    if (begins_with(row->verb, "stack.")) { stack_set(state, row); return; }
    struct facts *facts = &state->kinds[VIEW_INTERFACES];
    uint32_t key[KEYS_MOST] = { word(state, row->host), word(state, row->object) };
    if (strcmp(row->verb, "interface.added") == 0) {
        uint32_t stack = stack_of(state, key[0]);
        struct fact *fact = facts_add(facts, key, row);
        fact->values[INTERFACE_TYPE] = row_text(state, row, "type");
        fact->values[INTERFACE_SPEED] = row_text(state, row, "speed");
        fact->values[INTERFACE_MTU] = row_text(state, row, "mtu");
        fact->values[INTERFACE_METRIC] = row_text(state, row, "metric");
        fact->values[INTERFACE_UP] = row_text(state, row, "up");
        fact->values[INTERFACE_CONNECTED] = row_text(state, row, "connected");
        fact->values[INTERFACE_STACK] = stack;
        return;
    }
    struct fact *fact = facts_find(facts, key);
    if (!fact) return;
    if (strcmp(row->verb, "interface.removed") == 0) { facts_remove(facts, fact); return; }
    if (strcmp(row->verb, "interface.up") == 0) fact_set(fact, INTERFACE_UP, word(state, "true"), row);
    if (strcmp(row->verb, "interface.down") == 0) fact_set(fact, INTERFACE_UP, word(state, "false"), row);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        if (strcmp(row->verb, changes[i].verb) == 0) fact_set(fact, changes[i].column, row_text(state, row, changes[i].key), row);
}
