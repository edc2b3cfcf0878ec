/*
 * Labels: what rows have in common. A run has few distinct (layer, verb, host, actor, thread, object); each is written once
 * and its rows carry its number. The canonical form keeps these side by side, so finding a label is one hash of one piece.
 */
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/check.h"
#include "store/inside.h"

#define LAYER_AT 28 /* the layer's byte within a row; the names follow it */

/* Its value reaches no output: labels are numbered as they come. */
static uint64_t hash_bytes(const uint8_t *bytes, size_t size)
{
    uint64_t hash = size * UINT64_C(0x9e3779b97f4a7c15), part;
    for (; size >= 8; bytes += 8, size -= 8) {
        memcpy(&part, bytes, 8);
        hash = (hash ^ part) * UINT64_C(0xff51afd7ed558ccd);
        hash ^= hash >> 32;
    }
    part = 0;
    memcpy(&part, bytes, size);
    hash = (hash ^ part) * UINT64_C(0xc4ceb9fe1a85ec53);
    return hash ^ hash >> 29;
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

uint32_t labels_number(struct labels *labels, const struct trace_row *row)
{
    const uint8_t *bytes = row->bytes + LAYER_AT;
    size_t size = (size_t)(row->detail - bytes);
    uint64_t hash = hash_bytes(bytes, size);
    if (labels->count * 2 >= labels->slot_count)
        slots_grow(labels);
    size_t slot = hash & (labels->slot_count - 1);
    for (; labels->slots[slot] != 0; slot = (slot + 1) & (labels->slot_count - 1)) {
        const struct label *label = &labels->list[labels->slots[slot] - 1];
        if (label->hash == hash && label->size == size && memcmp(label->bytes, bytes, size) == 0)
            return labels->slots[slot];
    }
    if (labels->arena == NULL)
        labels->arena = arena_new();
    if (labels->count == labels->room) {
        labels->room = labels->room > 0 ? labels->room * 2 : 64;
        labels->list = memory_grow(labels->list, labels->room * sizeof *labels->list);
    }
    check(labels->count < UINT32_MAX / 4);
    uint8_t *copy = arena_take(labels->arena, size);
    memcpy(copy, bytes, size);
    labels->list[labels->count] = (struct label){.bytes = copy, .size = size, .hash = hash};
    labels->slots[slot] = (uint32_t)++labels->count;
    return labels->slots[slot];
}
