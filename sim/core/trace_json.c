/*
 * A row's fields as JSON. A record holds this text for every row, so it is made the short way: room for the longest possible
 * outcome is reserved once, then bytes are written straight on. Only texts that need escapes go through text_json.
 */
#include "core/trace_form.h"

#include "core/arena.h"
#include "core/check.h"

#define EXACT_MOST (UINT64_C(1) << 53) /* beyond it readers that know only doubles would round */

/* No byte of the form becomes more than six of JSON ("\u00ff"); the rest is for braces that stand in no field. */
static void reserve(struct text *text, size_t form_bytes)
{
    check(form_bytes < SIZE_MAX / 16);
    size_t wanted = text->length + 6 * form_bytes + 64;
    if (wanted <= text->room)
        return;
    wanted = wanted < 2 * text->room ? 2 * text->room : wanted;
    text->bytes = memory_grow(text->bytes, wanted);
    text->room = wanted;
}

static void put(struct text *text, char c)
{
    text->bytes[text->length++] = c;
}

static void put_few(struct text *text, const char *more, size_t length)
{
    memcpy(text->bytes + text->length, more, length);
    text->length += length;
}

static void put_integer(struct text *text, uint64_t number, bool is_signed)
{
    bool negative = is_signed && number >> 63 != 0;
    uint64_t left = negative ? 0 - number : number;
    bool quote = left > EXACT_MOST;
    char digits[24], *at = digits + sizeof digits;
    if (quote)
        *--at = '"';
    do
        *--at = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (negative)
        *--at = '-';
    if (quote)
        *--at = '"';
    put_few(text, at, (size_t)(digits + sizeof digits - at));
}

/* True if a byte of the eight is a control, '"', '\\' or beyond ASCII. The usual trick: a borrow reaches a byte's top bit
   where the byte is less than what is subtracted, or was 0 after the xor. A borrow can only make it true too often. */
static bool eight_are_odd(uint64_t eight)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    uint64_t quote = eight ^ ones * '"', slash = eight ^ ones * '\\';
    return ((eight | (eight - ones * 0x20) | (quote - ones) | (slash - ones)) & tops) != 0;
}

static void put_quoted(struct text *text, const char *value, size_t length)
{
    size_t at = 0;
    bool odd = false;
    for (uint64_t eight; at + 8 <= length && !odd; at += 8) {
        memcpy(&eight, value + at, 8);
        odd = eight_are_odd(eight);
    }
    for (; at < length && !odd; at++) {
        unsigned char c = (unsigned char)value[at];
        odd = c < 0x20 || c > 0x7f || c == '"' || c == '\\';
    }
    if (odd) {
        text_json(text, value);
        return;
    }
    put(text, '"');
    put_few(text, value, length);
    put(text, '"');
}

static void put_hex(struct text *text, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    put(text, '"');
    for (size_t i = 0; i < size; i++) {
        put(text, digits[bytes[i] >> 4]);
        put(text, digits[bytes[i] & 15]);
    }
    put(text, '"');
}

static void put_value(struct text *text, const struct form_field *field)
{
    switch (field->tag) {
    case FORM_INT: put_integer(text, field->number, true); break;
    case FORM_UINT: put_integer(text, field->number, false); break;
    case FORM_BOOL: put_few(text, field->number != 0 ? "true" : "false", field->number != 0 ? 4 : 5); break;
    case FORM_NULL: put_few(text, "null", 4); break;
    case FORM_TEXT: put_quoted(text, (const char *)field->bytes, field->size); break;
    case FORM_BYTES: put_hex(text, field->bytes, field->size); break;
    case FORM_LIST: put(text, '['); break;
    case FORM_MAP: put(text, '{'); break;
    case FORM_CLOSE: break;
    }
}

/* Puts fields with commas between them: all of them, or one value without its key. What is open when damaged bytes end is
   closed, so that the text is JSON in any case. Returns where it stopped. */
static const uint8_t *put_fields(struct text *text, const uint8_t *at, const uint8_t *end, bool one)
{
    char closers[FORM_DEPTH_MOST];
    unsigned depth = 0;
    bool first = true, keyed = !one; /* a list's elements have no keys */
    struct form_field field;
    while (form_field_next(&at, end, &field)) {
        bool opens = field.tag == FORM_LIST || field.tag == FORM_MAP;
        if (field.tag == FORM_CLOSE) {
            if (depth == 0)
                break;
            put(text, closers[--depth]);
            keyed = depth > 0 ? closers[depth - 1] == '}' : !one;
        } else {
            if (opens && depth == FORM_DEPTH_MOST)
                break;
            if (!first)
                put(text, ',');
            if (keyed) {
                put_quoted(text, field.key, field.key_size);
                put(text, ':');
            }
            put_value(text, &field);
        }
        first = opens;
        if (opens) {
            keyed = field.tag == FORM_MAP;
            closers[depth++] = keyed ? '}' : ']';
        }
        if (one && depth == 0)
            break;
    }
    while (depth > 0)
        put(text, closers[--depth]);
    text->bytes[text->length] = '\0';
    return at;
}

void form_json_add(struct text *text, const uint8_t *fields, size_t size)
{
    reserve(text, size);
    put(text, '{');
    put_fields(text, fields, fields + size, false);
    put(text, '}');
    text->bytes[text->length] = '\0';
}

const uint8_t *form_json_value_add(struct text *text, const uint8_t *field, const uint8_t *end)
{
    reserve(text, (size_t)(end - field));
    return put_fields(text, field, end, true);
}

char *trace_detail_json(const struct trace_row *row)
{
    struct text text = {0};
    form_json_add(&text, row->detail, row->detail_size);
    return text_done(&text);
}
