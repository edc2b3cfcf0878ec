/*
 * Decoded values: building, writing into a trace row, writing as JSON.
 */
#include "core/value.h"

#include <inttypes.h>
#include <string.h>

struct value *value_new(struct arena *arena, enum value_kind kind)
{
    struct value *value = arena_take(arena, sizeof *value);
    value->kind = kind;
    return value;
}

struct value *value_text(struct arena *arena, const char *text)
{
    struct value *value = value_new(arena, text ? VALUE_TEXT : VALUE_NULL);
    if (text) value->as.text = arena_text(arena, text);
    return value;
}

struct value *value_uint(struct arena *arena, uint64_t number)
{
    struct value *value = value_new(arena, VALUE_UINT);
    value->as.size = number;
    return value;
}

struct value *value_int(struct arena *arena, int64_t number)
{
    struct value *value = value_new(arena, VALUE_INT);
    value->as.number = number;
    return value;
}

struct value *value_bool(struct arena *arena, bool flag)
{
    struct value *value = value_new(arena, VALUE_BOOL);
    value->as.flag = flag;
    return value;
}

struct value *value_add(struct value *container, const char *key, struct value *member)
{
    member->key = key;
    if (container->last) container->last->next = member; else container->first = member;
    container->last = member;
    return container;
}

const struct value *value_member(const struct value *map, const char *key)
{
    for (const struct value *member = map ? map->first : NULL; member; member = member->next)
        if (member->key && strcmp(member->key, key) == 0) return member;
    return NULL;
}

void value_trace(struct trace *trace, const char *key, const struct value *value)
{
    switch (value->kind) {
    case VALUE_NULL: trace_text(trace, key, NULL); return;
    case VALUE_BOOL: trace_bool(trace, key, value->as.flag); return;
    case VALUE_INT: trace_int(trace, key, value->as.number); return;
    case VALUE_UINT: trace_uint(trace, key, value->as.size); return;
    case VALUE_TEXT: trace_text(trace, key, value->as.text); return;
    case VALUE_LIST: trace_list(trace, key); break;
    case VALUE_MAP: trace_map(trace, key); break;
    }
    for (const struct value *member = value->first; member; member = member->next) value_trace(trace, value->kind == VALUE_MAP ? member->key : "", member);
    trace_close(trace);
}

static void value_json_members(struct text *text, const struct value *value)
{
    for (const struct value *member = value->first; member; member = member->next) {
        if (member != value->first) text_add(text, ",");
        if (value->kind == VALUE_MAP) {
            text_json(text, member->key);
            text_add(text, ":");
        }
        value_json(text, member);
    }
}

/* Integers beyond 2^53 become texts, as everywhere in the scenario language. */
void value_json(struct text *text, const struct value *value)
{
    const int64_t exact = (int64_t)1 << 53;
    switch (value->kind) {
    case VALUE_NULL: text_add(text, "null"); return;
    case VALUE_BOOL: text_add(text, value->as.flag ? "true" : "false"); return;
    case VALUE_INT: text_printf(text, value->as.number > exact || value->as.number < -exact ? "\"%" PRId64 "\"" : "%" PRId64, value->as.number); return;
    case VALUE_UINT: text_printf(text, value->as.size > (uint64_t)exact ? "\"%" PRIu64 "\"" : "%" PRIu64, value->as.size); return;
    case VALUE_TEXT: text_json(text, value->as.text); return;
    case VALUE_LIST:
        text_add(text, "[");
        value_json_members(text, value);
        text_add(text, "]");
        return;
    case VALUE_MAP:
        text_add(text, "{");
        value_json_members(text, value);
        text_add(text, "}");
        return;
    }
}
