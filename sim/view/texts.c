/* Texts of a view: each distinct one once. Numbers are given in the order of first mention and mean the same in every copy of the state. */
#include <string.h>
#include <stdlib.h>

#include "core/arena.h"
#include "core/check.h"
#include "view/inside.h"

/* Its value reaches no output. */
static uint32_t hash_of(const char *text, size_t length)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++) hash = (hash ^ (uint8_t)text[i]) * 16777619u;
    return hash ^ hash >> 15;
}

static void grow(struct texts *texts)
{
    free(texts->slots);
    texts->slot_count = texts->slot_count ? 2 * texts->slot_count : 512;
    texts->slots = memory_take(texts->slot_count * sizeof *texts->slots);
    for (size_t i = 0; i < texts->count; i++) {
        size_t slot = hash_of(texts->list[i], strlen(texts->list[i])) & (texts->slot_count - 1);
        while (texts->slots[slot]) slot = (slot + 1) & (texts->slot_count - 1);
        texts->slots[slot] = (uint32_t)i + 1;
    }
}

uint32_t text_number_n(struct texts *texts, const char *text, size_t length)
{
    if (2 * texts->count >= texts->slot_count) grow(texts);
    size_t slot = hash_of(text, length) & (texts->slot_count - 1);
    for (; texts->slots[slot]; slot = (slot + 1) & (texts->slot_count - 1)) {
        const char *there = texts->list[texts->slots[slot] - 1];
        if (strncmp(there, text, length) == 0 && there[length] == '\0') return texts->slots[slot];
    }
    if (texts->count == texts->room) {
        texts->room = texts->room ? 2 * texts->room : 256;
        texts->list = memory_grow(texts->list, texts->room * sizeof *texts->list);
    }
    if (!texts->arena) texts->arena = arena_new();
    check(texts->count < UINT32_MAX / 4);
    texts->list[texts->count] = arena_text_n(texts->arena, text, length);
    return texts->slots[slot] = (uint32_t)++texts->count;
}

uint32_t text_number(struct texts *texts, const char *text) { return text ? text_number_n(texts, text, strlen(text)) : NO_TEXT; }

const char *text_at(const struct texts *texts, uint32_t number) { return number == NO_TEXT ? NULL : texts->list[number - 1]; }

void texts_free(struct texts *texts)
{
    arena_free(texts->arena);
    free(texts->list);
    free(texts->slots);
    *texts = (struct texts){ 0 };
}
