/*
 * Tables of facts. They stand in the order in which they came; a hash over the key columns finds one. What is gone leaves its
 * place empty until the table is packed, so the order is that of coming whichever way a state was reached.
 */
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/check.h"
#include "view/inside.h"

/* Its value reaches no output. */
static size_t hash_of(const struct facts *facts, const uint32_t *key)
{
    uint32_t hash = facts->keys;
    for (unsigned i = 0; i < facts->keys; i++) {
        hash = (hash ^ key[i]) * 0x85ebca6bu;
        hash ^= hash >> 13;
    }
    return hash & (facts->slot_count - 1);
}

static void slot_fill(struct facts *facts, size_t index)
{
    size_t slot = hash_of(facts, facts->list[index].values);
    while (facts->slots[slot]) slot = (slot + 1) & (facts->slot_count - 1);
    facts->slots[slot] = (uint32_t)index + 1;
}

/* Packs the table, and makes room for one more. */
static void settle(struct facts *facts)
{
    size_t count = 0;
    for (size_t i = 0; i < facts->count; i++)
        if (facts->list[i].rows.born) facts->list[count++] = facts->list[i];
    facts->count = count;
    if (count + 1 > facts->room / 2) {
        facts->room = facts->room ? 2 * facts->room : 16;
        facts->list = memory_grow(facts->list, facts->room * sizeof *facts->list);
    }
    free(facts->slots);
    facts->slot_count = 2 * facts->room; /* a power of two */
    facts->slots = memory_take(facts->slot_count * sizeof *facts->slots);
    for (size_t i = 0; i < facts->count; i++) slot_fill(facts, i);
}

struct fact *facts_find(const struct facts *facts, const uint32_t *key)
{
    if (!facts->slot_count) return NULL;
    for (size_t slot = hash_of(facts, key); facts->slots[slot]; slot = (slot + 1) & (facts->slot_count - 1)) {
        struct fact *fact = &facts->list[facts->slots[slot] - 1];
        if (fact->rows.born && memcmp(fact->values, key, facts->keys * sizeof *key) == 0) return fact;
    }
    return NULL;
}

struct fact *facts_add(struct facts *facts, const uint32_t *key, const struct trace_row *row)
{
    struct fact *there = facts_find(facts, key);
    if (there) return there;
    if (facts->count == facts->room) settle(facts);
    struct fact *fact = &facts->list[facts->count];
    *fact = (struct fact){ .rows = { row->seq, row->seq, row->at_ns, row->at_ns } };
    memcpy(fact->values, key, facts->keys * sizeof *key);
    slot_fill(facts, facts->count++);
    facts->live++;
    return fact;
}

void facts_remove(struct facts *facts, struct fact *fact)
{
    check(fact->rows.born != 0);
    fact->rows.born = 0;
    facts->live--;
}

struct fact *facts_next(const struct facts *facts, size_t *cursor)
{
    while (*cursor < facts->count) {
        struct fact *fact = &facts->list[(*cursor)++];
        if (fact->rows.born) return fact;
    }
    return NULL;
}

void facts_copy(struct facts *to, const struct facts *from)
{
    facts_free(to);
    *to = (struct facts){ .keys = from->keys, .live = from->live };
    if (!from->live) return;
    for (to->room = 16; to->room < 2 * (from->live + 1);) to->room *= 2;
    to->list = memory_take(to->room * sizeof *to->list);
    for (size_t i = 0; i < from->count; i++)
        if (from->list[i].rows.born) to->list[to->count++] = from->list[i];
    settle(to);
}

void facts_free(struct facts *facts)
{
    free(facts->list);
    free(facts->slots);
    facts->list = NULL;
    facts->slots = NULL;
    facts->count = facts->room = facts->live = facts->slot_count = 0;
}
