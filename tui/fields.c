/* A row's fields by name, for views that look into them. */
#include <stdio.h>
#include <string.h>

#include "tui/fields.h"

bool field_find(const struct trace_row *row, const char *key, struct form_field *field)
{
    const uint8_t *at = row->detail, *end = at + row->detail_size;
    int depth = 0;
    while (form_field_next(&at, end, field)) {
        if (depth == 0 && strcmp(field->key, key) == 0 && field->tag != FORM_CLOSE) return true;
        if (field->tag == FORM_LIST || field->tag == FORM_MAP) depth++;
        else if (field->tag == FORM_CLOSE) depth--;
    }
    return false;
}

const char *field_words(const struct trace_row *row, const char *key, char text[FIELD_TEXT])
{
    struct form_field field;
    if (!field_find(row, key, &field)) return NULL;
    switch (field.tag) {
    case FORM_TEXT: snprintf(text, FIELD_TEXT, "%s", (const char *)field.bytes); break;
    case FORM_INT: snprintf(text, FIELD_TEXT, "%lld", (long long)(int64_t)field.number); break;
    case FORM_UINT: snprintf(text, FIELD_TEXT, "%llu", (unsigned long long)field.number); break;
    case FORM_BOOL: snprintf(text, FIELD_TEXT, "%s", field.number ? "true" : "false"); break;
    default: return NULL;
    }
    return text;
}

bool field_number(const struct trace_row *row, const char *key, uint64_t *number)
{
    struct form_field field;
    if (!field_find(row, key, &field) || (field.tag != FORM_INT && field.tag != FORM_UINT)) return false;
    *number = field.number;
    return true;
}
