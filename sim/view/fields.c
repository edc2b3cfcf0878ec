/* What a row's fields say, as texts of the view: numbers in decimal, lists of texts joined by "|". */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "core/trace_form.h"
#include "view/inside.h"

/* The field of this key between *at and end, at this depth; afterwards *at stands behind its head: in a map, on its members. */
static bool field_find(const uint8_t **at, const uint8_t *end, const char *key, struct form_field *field)
{
    unsigned depth = 0;
    while (form_field_next(at, end, field)) {
        if (field->tag == FORM_CLOSE) {
            if (depth == 0) return false;
            depth--;
            continue;
        }
        if (depth == 0 && strcmp(field->key, key) == 0) return true;
        if (field->tag == FORM_LIST || field->tag == FORM_MAP) depth++;
    }
    return false;
}

/* FD_READ|FD_WRITE; what is no text within a list is left out. An empty list is no text at all. */
static uint32_t list_text(struct state *state, const uint8_t *at, const uint8_t *end)
{
    struct text text = { 0 };
    struct form_field field;
    while (form_field_next(&at, end, &field) && field.tag != FORM_CLOSE)
        if (field.tag == FORM_TEXT) text_printf(&text, "%s%s", text.length ? "|" : "", (const char *)field.bytes);
    uint32_t number = text.length ? text_number_n(state->texts, text.bytes, text.length) : NO_TEXT;
    text_free(&text);
    return number;
}

static uint32_t field_text(struct state *state, const struct form_field *field, const uint8_t *at, const uint8_t *end)
{
    char digits[24];
    switch (field->tag) {
    case FORM_TEXT: return text_number(state->texts, (const char *)field->bytes);
    case FORM_BOOL: return text_number(state->texts, field->number ? "true" : "false");
    case FORM_INT: snprintf(digits, sizeof digits, "%" PRId64, (int64_t)field->number); return text_number(state->texts, digits);
    case FORM_UINT: return number_word(state, field->number);
    case FORM_LIST: return list_text(state, at, end);
    case FORM_NULL: case FORM_BYTES: case FORM_MAP: case FORM_CLOSE: break;
    }
    return NO_TEXT;
}

uint32_t row_text(struct state *state, const struct trace_row *row, const char *key)
{
    const uint8_t *at = row->detail, *end = at + row->detail_size;
    struct form_field field;
    return field_find(&at, end, key, &field) ? field_text(state, &field, at, end) : NO_TEXT;
}

uint32_t row_inner(struct state *state, const struct trace_row *row, const char *map, const char *key)
{
    const uint8_t *at = row->detail, *end = at + row->detail_size;
    struct form_field field;
    if (!field_find(&at, end, map, &field) || field.tag != FORM_MAP || !field_find(&at, end, key, &field)) return NO_TEXT;
    return field_text(state, &field, at, end);
}

bool row_has(const struct trace_row *row, const char *key)
{
    const uint8_t *at = row->detail;
    struct form_field field;
    return field_find(&at, at + row->detail_size, key, &field);
}

bool row_says(const struct trace_row *row, const char *key, const char *value)
{
    const uint8_t *at = row->detail;
    struct form_field field;
    return field_find(&at, at + row->detail_size, key, &field) && field.tag == FORM_TEXT && strcmp((const char *)field.bytes, value) == 0;
}

bool row_number(const struct trace_row *row, const char *key, uint64_t *value)
{
    const uint8_t *at = row->detail;
    struct form_field field;
    if (!field_find(&at, at + row->detail_size, key, &field) || (field.tag != FORM_UINT && field.tag != FORM_INT)) return false;
    *value = field.number;
    return true;
}

bool begins_with(const char *text, const char *start) { return strncmp(text, start, strlen(start)) == 0; }

uint32_t word(struct state *state, const char *text) { return text_number(state->texts, text); }

uint32_t number_word(struct state *state, uint64_t number)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, number);
    return text_number(state->texts, digits);
}
