/*
 * The canonical form of a trace row: what trace.c writes, what the digest is taken over, what a record keeps. It is the same
 * on every machine; all integers are little-endian.
 *
 *   row   := u32 size of the whole row, u64 seq, u64 cause, i64 at_ns, u8 layer,
 *            verb, host, actor, thread, object (each: u16 length, bytes, a zero), field…
 *   field := u8 tag, u8 key length, key, a zero, value      | u8 FORM_CLOSE
 *   value := FORM_INT i64 | FORM_UINT u64 | FORM_BOOL u8 | FORM_NULL nothing | FORM_TEXT u32 length, bytes, a zero
 *            | FORM_BYTES u32 length, bytes | FORM_LIST or FORM_MAP: fields up to their FORM_CLOSE
 *
 * The zeros let a reader point into the bytes; texts hold no other zero. Keys are empty in a list, and nowhere else.
 * This header is for sim/core/trace*.c and sim/store, which keeps fields as they are.
 */
#ifndef CORE_TRACE_FORM_H
#define CORE_TRACE_FORM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/text.h"
#include "core/trace.h"

enum form_tag {
    FORM_INT = 1, FORM_UINT = 2, FORM_BOOL = 3, FORM_NULL = 4, FORM_TEXT = 5, FORM_BYTES = 6, FORM_LIST = 7, FORM_MAP = 8, FORM_CLOSE = 9
};

#define FORM_DEPTH_MOST 8                       /* lists and maps within each other */
#define FORM_NAMES 5                            /* verb, host, actor, thread, object */
#define FORM_NAMES_AT ((size_t)29)              /* where the first name starts */
#define FORM_ROW_LEAST (FORM_NAMES_AT + 3 * FORM_NAMES)

static inline uint64_t form_little(uint64_t value)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_bswap64(value);
#else
    return value;
#endif
}

static inline uint8_t *form_put_u64(uint8_t *at, uint64_t value)
{
    value = form_little(value);
    memcpy(at, &value, 8);
    return at + 8;
}

static inline uint8_t *form_put_u32(uint8_t *at, uint32_t value)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap32(value);
#endif
    memcpy(at, &value, 4);
    return at + 4;
}

static inline uint8_t *form_put_u16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
    return at + 2;
}

static inline uint64_t form_get_u64(const uint8_t *at)
{
    uint64_t value;
    memcpy(&value, at, 8);
    return form_little(value);
}

static inline uint32_t form_get_u32(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, 4);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap32(value);
#endif
    return value;
}

static inline uint16_t form_get_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

/* One field as a reader meets it; the pointers point into the row. */
struct form_field {
    enum form_tag tag;
    const char *key; /* terminated; "" for elements of a list and for FORM_CLOSE */
    size_t key_size;
    uint64_t number; /* FORM_INT (as two's complement), FORM_UINT, FORM_BOOL */
    const uint8_t *bytes; /* FORM_TEXT (terminated), FORM_BYTES */
    size_t size;
};

/* Reads the field at *at and moves on. False at the end and at anything that is no field (then *at < end). Never reads beyond
   the end; a text of foreign bytes may have further zeros within, which form_fields_hold finds. */
bool form_field_next(const uint8_t **at, const uint8_t *end, struct form_field *field);
/* True if the bytes are whole fields, properly nested. */
bool form_fields_hold(const uint8_t *fields, size_t size);
/* Reads all but the fields; these are left unread. False: not the head of a row of exactly this size. */
bool form_row_head(const uint8_t *bytes, size_t size, struct trace_row *row);
/* Adds the canonical bytes of a row from its parts: seq, cause, at_ns, layer, the names, detail and detail_size. False: a
   name is too long, or the row. */
bool form_row_add(struct text *text, const struct trace_row *row);
/* Adds the fields as a JSON object. */
void form_json_add(struct text *text, const uint8_t *fields, size_t size);
/* Fields in two parts (trace_shape.c). form_split adds the values as a JSON list, or as an object if the keys are to stand in it
   too, and the shape: what the fields are called and of what kind they are. form_join adds the fields again; false: the two do
   not belong together (then something may have been added). `scratch` is overwritten. */
void form_split(struct text *json, struct text *shape, const uint8_t *fields, size_t size, bool with_keys);
bool form_join(struct text *fields, struct text *scratch, const char *values, size_t length, const uint8_t *shape, size_t size, bool with_keys);
void form_shape_keys(struct text *json, const uint8_t *shape, size_t size); /* a JSON list of the outermost keys */
/* Adds one field's value without its key; returns where the next field starts. */
const uint8_t *form_json_value_add(struct text *text, const uint8_t *field, const uint8_t *end);
#endif
