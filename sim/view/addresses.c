/* Addresses, from address.added, address.changed, address.removed. */
#include <string.h>

#include "view/inside.h"

void addresses_fold(struct state *state, const struct trace_row *row)
{
    struct facts *facts = &state->kinds[VIEW_ADDRESSES];
    uint32_t key[KEYS_MOST] = { word(state, row->host), word(state, row->object), row_text(state, row, "address") };
    if (strcmp(row->verb, "address.added") == 0) {
        facts_add(facts, key, row)->values[ADDRESS_STATE] = row_text(state, row, "state");
        return;
    }
    struct fact *fact = facts_find(facts, key);
    if (!fact) return;
    if (strcmp(row->verb, "address.removed") == 0) facts_remove(facts, fact);
    else if (strcmp(row->verb, "address.changed") == 0) fact_set(fact, ADDRESS_STATE, row_text(state, row, "to"), row);
}
