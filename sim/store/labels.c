/*
 * Labels: what rows have in common. A run has few distinct (layer, verb, host, actor, thread, object, shape of the fields); each is
 * written once and its rows carry its number. The canonical form keeps the names side by side, so finding a label is the hash of
 * two pieces.
 */
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL /* two calls a row would cost as much as the hash */
#include <xxhash.h>

#include "core/arena.h"
#include "core/check.h"
#include "store/inside.h"

#define LAYER_AT 28 /* the layer's byte within a row; the names follow it */

/* Reaches no output: labels are numbered as they come. */
static uint64_t hash_of(const uint8_t *names, size_t names_size, const struct text *shape)
{
    return XXH3_64bits_withSeed(shape->bytes, shape->length, XXH3_64bits(names, names_size));
}

static void slots_grow(struct labels *labels)
{
    free(labels->slots);
    labels->slot_count = labels->slot_count > 0 ? labels->slot_count * 2 : 256;
    labels->slots = memory_take(labels->slot_count * sizeof *labels->slots);
    for (size_t i = 0; i < labels->count; i++) {
        size_t slot = labels->list[i].hash & (labels->slot_count - 1);
        while (labels->slots[slot] != 0)
            slot = (slot + 1) & (labels->slot_count - 1);
        labels->slots[slot] = (uint32_t)i + 1;
    }
}

void labels_clear(struct labels *labels)
{
    arena_free(labels->arena);
    free(labels->list);
    free(labels->slots);
    *labels = (struct labels){0};
}

static bool label_is(const struct label *label, uint64_t hash, const uint8_t *names, size_t names_size, const struct text *shape)
{
    return label->hash == hash && label->names_size == names_size && label->size == names_size + shape->length
        && memcmp(label->bytes, names, names_size) == 0 && memcmp(label->bytes + names_size, shape->bytes, shape->length) == 0;
}

static void label_add(struct labels *labels, uint64_t hash, const uint8_t *names, size_t names_size, const struct text *shape)
{
    if (labels->arena == NULL)
        labels->arena = arena_new();
    if (labels->count == labels->room) {
        labels->room = labels->room > 0 ? labels->room * 2 : 64;
        labels->list = memory_grow(labels->list, labels->room * sizeof *labels->list);
    }
    check(labels->count < UINT32_MAX / 4);
    uint8_t *copy = arena_take(labels->arena, names_size + shape->length);
    memcpy(copy, names, names_size);
    memcpy(copy + names_size, shape->bytes, shape->length);
    labels->list[labels->count++] = (struct label){.bytes = copy, .size = names_size + shape->length, .names_size = names_size, .hash = hash};
}

uint32_t labels_number(struct labels *labels, const struct trace_row *row, const struct text *shape)
{
    const uint8_t *names = row->bytes + LAYER_AT;
    size_t names_size = (size_t)(row->detail - names);
    uint64_t hash = hash_of(names, names_size, shape);
    if (labels->count * 2 >= labels->slot_count)
        slots_grow(labels);
    size_t slot = hash & (labels->slot_count - 1);
    for (; labels->slots[slot] != 0; slot = (slot + 1) & (labels->slot_count - 1))
        if (label_is(&labels->list[labels->slots[slot] - 1], hash, names, names_size, shape))
            return labels->slots[slot];
    label_add(labels, hash, names, names_size, shape);
    labels->slots[slot] = (uint32_t)labels->count;
    return labels->slots[slot];
}
