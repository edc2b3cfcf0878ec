/*
 * A decoded value: what lies in a caller's buffer, in the words of the scenario language. The seam decodes a buffer once;
 * the trace writes the value into a row, a scenario compares it with what it expected. Values live in an arena.
 */
#ifndef CORE_VALUE_H
#define CORE_VALUE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/text.h"
#include "core/trace.h"

enum value_kind { VALUE_NULL, VALUE_BOOL, VALUE_INT, VALUE_UINT, VALUE_TEXT, VALUE_LIST, VALUE_MAP };

struct value {
    enum value_kind kind;
    const char *key;               /* in a map */
    union { bool flag; int64_t number; uint64_t size; const char *text; } as;
    struct value *first, *last, *next;
};

struct value *value_new(struct arena *arena, enum value_kind kind);
struct value *value_text(struct arena *arena, const char *text);      /* copied; NULL gives VALUE_NULL */
struct value *value_uint(struct arena *arena, uint64_t number);
struct value *value_int(struct arena *arena, int64_t number);
struct value *value_bool(struct arena *arena, bool flag);
/* Appends to a list (key NULL) or a map (key kept, not copied); returns the container. */
struct value *value_add(struct value *container, const char *key, struct value *member);
const struct value *value_member(const struct value *map, const char *key);

void value_trace(struct trace *trace, const char *key, const struct value *value);
void value_json(struct text *text, const struct value *value);
#endif
