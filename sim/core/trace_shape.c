/*
 * A row's fields in two parts: their shape, which many rows have in common, and their values. A record keeps each shape once and
 * of a row only the values, as JSON; both together are the canonical fields again, byte by byte.
 *
 *   shape := (u8 tag, u8 key length, key, a zero | FORM_CLOSE)…     the fields without their values
 *
 * A text that is not UTF-8 cannot be told from others in JSON: in the shape it has the tag SHAPE_FOREIGN, and its value is hex.
 */
#include "core/trace_form.h"

#include "core/check.h"
#include "core/trace_put.h"

#define SHAPE_FOREIGN 10

/* ---- apart ---- */

/* Copies a field's tag and key; these are short, and eight bytes at a time are faster than a call. The last eight overlap. */
static void shape_add(struct text *shape, const uint8_t *field, size_t size)
{
    char *to = shape->bytes + shape->length;
    shape->length += size;
    if (size < 8) {
        for (size_t at = 0; at < size; at++)
            to[at] = (char)field[at];
        return;
    }
    for (size_t at = 0; at + 8 < size; at += 8)
        memcpy(to + at, field + at, 8);
    memcpy(to + size - 8, field + size - 8, 8);
}

/* A text: as it is, escaped, or foreign, which the shape has to say. */
static void split_text(struct text *json, struct text *shape, size_t tag_at, const uint8_t *value, size_t size)
{
    if (put_plain(json, (const char *)value, size))
        return;
    if (text_is_utf8((const char *)value)) {
        text_json(json, (const char *)value);
        return;
    }
    shape->bytes[tag_at] = SHAPE_FOREIGN;
    put_hex(json, value, size);
}

/* Puts the value that starts at `value`; returns where it ends. */
static const uint8_t *split_value(struct text *json, struct text *shape, enum form_tag tag, size_t tag_at, const uint8_t *value)
{
    switch (tag) {
    case FORM_INT:
    case FORM_UINT: put_integer(json, form_get_u64(value), tag == FORM_INT); return value + 8;
    case FORM_BOOL: put_few(json, *value != 0 ? "true" : "false", *value != 0 ? 4 : 5); return value + 1;
    case FORM_NULL: put_few(json, "null", 4); return value;
    case FORM_TEXT: split_text(json, shape, tag_at, value + 4, form_get_u32(value)); return value + 4 + form_get_u32(value) + 1;
    case FORM_BYTES: put_hex(json, value + 4, form_get_u32(value)); return value + 4 + form_get_u32(value);
    case FORM_LIST: put(json, '['); return value;
    case FORM_MAP: put(json, '{'); return value;
    case FORM_CLOSE: break;
    }
    check(false);
    return NULL;
}

/* The fields are trusted: the trace wrote them, or they were decoded. So nothing is looked at twice. */
void form_split(struct text *json, struct text *shape, const uint8_t *fields, size_t size, bool with_keys)
{
    char closers[FORM_DEPTH_MOST + 1] = {with_keys ? '}' : ']'};
    unsigned depth = 0;
    bool first = true;
    put_reserve(json, size);
    put_reserve(shape, size);
    put(json, with_keys ? '{' : '[');
    for (const uint8_t *at = fields, *end = fields + size; at < end;) {
        enum form_tag tag = (enum form_tag)*at;
        if (tag == FORM_CLOSE) {
            check(depth > 0);
            put(shape, FORM_CLOSE);
            put(json, closers[depth--]);
            at++, first = false;
            continue;
        }
        size_t key_size = at[1], tag_at = shape->length;
        shape_add(shape, at, 3 + key_size);
        if (!first)
            put(json, ',');
        if (closers[depth] == '}') {
            put_quoted(json, (const char *)at + 2, key_size);
            put(json, ':');
        }
        at = split_value(json, shape, tag, tag_at, at + 3 + key_size);
        first = tag == FORM_LIST || tag == FORM_MAP;
        if (first)
            closers[++depth] = tag == FORM_MAP ? '}' : ']';
    }
    put(json, closers[0]);
}

void form_shape_keys(struct text *json, const uint8_t *shape, size_t size)
{
    unsigned depth = 0;
    bool first = true;
    text_add_n(json, "[", 1);
    for (const uint8_t *at = shape, *end = shape + size; at < end;) {
        if (*at == FORM_CLOSE) {
            depth--, at++;
            continue;
        }
        if (depth == 0) {
            if (!first)
                text_add_n(json, ",", 1);
            text_json(json, (const char *)at + 2);
            first = false;
        }
        depth += *at == FORM_LIST || *at == FORM_MAP;
        at += 3 + at[1];
    }
    text_add_n(json, "]", 1);
}

/* ---- together: the bytes may come from a damaged file ---- */

struct reading { const char *at, *end; };

static bool literal(struct reading *json, const char *text, size_t length)
{
    if ((size_t)(json->end - json->at) < length || memcmp(json->at, text, length) != 0)
        return false;
    json->at += length;
    return true;
}

static bool one(struct reading *json, char c) { return literal(json, &c, 1); }

static bool read_integer(struct reading *json, bool is_signed, uint64_t *number)
{
    bool quoted = one(json, '"'), negative = is_signed && one(json, '-');
    const char *start = json->at;
    uint64_t value = 0;
    for (; json->at < json->end && *json->at >= '0' && *json->at <= '9'; json->at++)
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, (uint64_t)(*json->at - '0'), &value))
            return false;
    if (json->at == start || (is_signed && value > (UINT64_C(1) << 63) - !negative) || (quoted && !one(json, '"')))
        return false;
    *number = negative ? 0 - value : value;
    return true;
}

static int nibble(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

static bool read_hex(struct reading *json, struct text *out)
{
    if (!one(json, '"'))
        return false;
    for (; json->end - json->at >= 2 && json->at[0] != '"'; json->at += 2) {
        int high = nibble(json->at[0]), low = nibble(json->at[1]);
        if (high < 0 || low < 0)
            return false;
        char byte = (char)(high << 4 | low);
        text_add_n(out, &byte, 1);
    }
    return one(json, '"');
}

/* What stands behind a backslash; the writer makes no other escapes, and \u only for what is a single byte. */
static bool read_escape(struct reading *json, struct text *out)
{
    static const char letters[] = "\"\\bfnrt", meant[] = "\"\\\b\f\n\r\t";
    if (json->at == json->end)
        return false;
    const char *found = *json->at != '\0' ? strchr(letters, *json->at) : NULL;
    char byte = found != NULL ? meant[found - letters] : '\0';
    json->at++;
    if (found == NULL) {
        int high, low;
        if (json->at[-1] != 'u' || !literal(json, "00", 2) || json->end - json->at < 2 || (high = nibble(json->at[0])) < 0
            || (low = nibble(json->at[1])) < 0 || high > 7)
            return false;
        byte = (char)(high << 4 | low);
        json->at += 2;
    }
    text_add_n(out, &byte, 1);
    return true;
}

static bool read_text(struct reading *json, struct text *out)
{
    if (!one(json, '"'))
        return false;
    while (json->at < json->end && *json->at != '"') {
        const char *plain = json->at;
        while (json->at < json->end && *json->at != '"' && *json->at != '\\')
            json->at++;
        text_add_n(out, plain, (size_t)(json->at - plain));
        if (json->at < json->end && *json->at == '\\') {
            json->at++;
            if (!read_escape(json, out))
                return false;
        }
    }
    return one(json, '"');
}

static void add_number(struct text *fields, uint64_t number)
{
    uint8_t bytes[8];
    form_put_u64(bytes, number);
    text_add_n(fields, (const char *)bytes, 8);
}

/* Adds a text or bytes: the length is known afterwards. */
static bool join_sized(struct text *fields, struct reading *json, unsigned tag)
{
    size_t start = fields->length;
    text_add_n(fields, "\0\0\0\0", 4);
    if (!(tag == FORM_TEXT ? read_text(json, fields) : read_hex(json, fields)))
        return false;
    form_put_u32((uint8_t *)fields->bytes + start, (uint32_t)(fields->length - start - 4));
    if (tag != FORM_BYTES)
        text_add_n(fields, "", 1);
    return true;
}

static bool join_value(struct text *fields, struct reading *json, unsigned tag)
{
    uint64_t number;
    switch (tag) {
    case FORM_INT:
    case FORM_UINT:
        if (!read_integer(json, tag == FORM_INT, &number))
            return false;
        add_number(fields, number);
        return true;
    case FORM_BOOL:
        if (!literal(json, "true", 4) && !literal(json, "false", 5))
            return false;
        text_add_n(fields, json->at[-2] == 'u' ? "\1" : "\0", 1);
        return true;
    case FORM_NULL: return literal(json, "null", 4);
    case FORM_LIST: return one(json, '[');
    case FORM_MAP: return one(json, '{');
    case FORM_TEXT:
    case FORM_BYTES:
    case SHAPE_FOREIGN: return join_sized(fields, json, tag);
    default: return false;
    }
}

static bool skip_key(struct reading *json, struct text *scratch)
{
    scratch->length = 0;
    return read_text(json, scratch) && one(json, ':');
}

bool form_join(struct text *fields, struct text *scratch, const char *values, size_t length, const uint8_t *shape, size_t size, bool with_keys)
{
    struct reading json = {values, values + length};
    char closers[FORM_DEPTH_MOST + 1] = {with_keys ? '}' : ']'};
    unsigned depth = 0;
    bool first = true;
    if (!one(&json, with_keys ? '{' : '['))
        return false;
    for (const uint8_t *at = shape, *end = shape + size; at < end;) {
        if (*at == FORM_CLOSE) {
            if (depth == 0 || !one(&json, closers[depth--]))
                return false;
            text_add_n(fields, (const char *)at++, 1);
            first = false;
            continue;
        }
        unsigned tag = *at;
        bool opens = tag == FORM_LIST || tag == FORM_MAP;
        if (end - at < 3 || end - at < 3 + at[1] || (opens && depth == FORM_DEPTH_MOST) || (!first && !one(&json, ','))
            || (closers[depth] == '}' && !skip_key(&json, scratch)))
            return false;
        char kept = (char)(tag == SHAPE_FOREIGN ? FORM_TEXT : tag);
        text_add_n(fields, &kept, 1);
        text_add_n(fields, (const char *)at + 1, 2 + (size_t)at[1]);
        if (!join_value(fields, &json, tag))
            return false;
        first = opens;
        if (opens)
            closers[++depth] = tag == FORM_MAP ? '}' : ']';
        at += 3 + at[1];
    }
    return depth == 0 && one(&json, closers[0]) && json.at == json.end;
}
