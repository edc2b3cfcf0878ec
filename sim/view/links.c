/*
 * Links, a fact for each direction, from link.added, link.changed, link.cut, link.restored; interface.removed takes them along. The
 * direction out of a switch's port is told from the one into it by "egress".
 */
#include <string.h>

#include "core/text.h"
#include "view/inside.h"

static uint32_t from_text(struct state *state, const struct trace_row *row)
{
    struct text text = { 0 };
    text_printf(&text, "%s.%s", row->host, row->object);
    uint32_t number = text_number_n(state->texts, text.bytes, text.length);
    text_free(&text);
    return number;
}

static void properties(struct state *state, struct fact *fact, const struct trace_row *row)
{
    static const struct { const char *key; unsigned column; } fields[] = {
        { "rate", LINK_RATE }, { "delay_ns", LINK_DELAY }, { "queue_packets", LINK_QUEUE_PACKETS }, { "queue_bytes", LINK_QUEUE_BYTES }, { "overhead", LINK_OVERHEAD },
        { "mtu", LINK_MTU }, { "reservable", LINK_RESERVABLE }, { "discipline", LINK_DISCIPLINE }, { "loss_model", LINK_LOSS_MODEL }, { "loss", LINK_LOSS },
        { "duplicate", LINK_DUPLICATE }, { "corrupt", LINK_CORRUPT }, { "reorder", LINK_REORDER }, { "jitter_ns", LINK_JITTER },
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (row_has(row, fields[i].key)) fact_set(fact, fields[i].column, row_text(state, row, fields[i].key), row);
}

/* The whole cable is cut, or what leaves this end. */
static void cut(struct state *state, const struct trace_row *row, uint32_t from, const char *now)
{
    bool one_way = row_has(row, "one_way");
    uint32_t to = row_text(state, row, "to");
    struct fact *fact;
    for (size_t at = 0; (fact = facts_next(&state->kinds[VIEW_LINKS], &at));) {
        bool here = fact->values[LINK_FROM] == from, back = fact->values[LINK_FROM] == to && fact->values[LINK_TO] == from;
        if (here || (back && !one_way)) fact_set(fact, LINK_CUT, word(state, now), row);
    }
}

static void unplugged(struct state *state, uint32_t from)
{
    struct fact *fact;
    for (size_t at = 0; (fact = facts_next(&state->kinds[VIEW_LINKS], &at));)
        if (fact->values[LINK_FROM] == from || fact->values[LINK_TO] == from) facts_remove(&state->kinds[VIEW_LINKS], fact);
}

void links_fold(struct state *state, const struct trace_row *row)
{
    uint32_t from = from_text(state, row);
    uint32_t key[KEYS_MOST] = { from, row_has(row, "egress") ? word(state, "egress") : NO_TEXT };
    if (strcmp(row->verb, "interface.removed") == 0) { unplugged(state, from); return; }
    if (strcmp(row->verb, "link.cut") == 0) { cut(state, row, from, "true"); return; }
    if (strcmp(row->verb, "link.restored") == 0) { cut(state, row, from, "false"); return; }
    struct fact *fact = facts_find(&state->kinds[VIEW_LINKS], key);
    if (strcmp(row->verb, "link.added") == 0) {
        fact = facts_add(&state->kinds[VIEW_LINKS], key, row);
        fact->values[LINK_TO] = row_text(state, row, "to");
        fact->values[LINK_HOST] = word(state, row->host);
        fact->values[LINK_CUT] = word(state, "false");
        fact->values[LINK_DISCIPLINE] = word(state, "droptail");
    } else if (strcmp(row->verb, "link.changed") != 0) {
        return;
    }
    if (fact) properties(state, fact, row);
}
