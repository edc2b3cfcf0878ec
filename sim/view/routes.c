/* Routes, from route.added, route.changed, route.removed. One route is one destination through one interface and next hop. */
#include <string.h>

#include "view/inside.h"

void routes_fold(struct state *state, const struct trace_row *row)
{
    struct facts *facts = &state->kinds[VIEW_ROUTES];
    uint32_t via = row_text(state, row, "via");
    uint32_t key[KEYS_MOST] = { word(state, row->host), row_text(state, row, "to"), via ? via : word(state, "on-link"), row_text(state, row, "interface") };
    struct fact *fact = facts_find(facts, key);
    if (strcmp(row->verb, "route.removed") == 0) {
        if (fact) facts_remove(facts, fact);
        return;
    }
    bool added = strcmp(row->verb, "route.added") == 0;
    if (!added && (!fact || strcmp(row->verb, "route.changed") != 0)) return;
    if (!fact) fact = facts_add(facts, key, row);
    fact_set(fact, ROUTE_METRIC, row_text(state, row, "metric"), row);
    fact_set(fact, ROUTE_AUTOMATIC, word(state, row_has(row, "automatic") ? "true" : "false"), row);
}
