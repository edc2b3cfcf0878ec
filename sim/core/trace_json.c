/*
 * A row's fields as JSON. A record holds this text for every row, so it is made the short way: room for the longest possible
 * outcome is reserved once, then bytes are written straight on. Only texts that need escapes go through text_json.
 */
#include "core/trace_form.h"

#include "core/trace_put.h"

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
    put_reserve(text, size);
    put(text, '{');
    put_fields(text, fields, fields + size, false);
    put(text, '}');
    text->bytes[text->length] = '\0';
}

const uint8_t *form_json_value_add(struct text *text, const uint8_t *field, const uint8_t *end)
{
    put_reserve(text, (size_t)(end - field));
    return put_fields(text, field, end, true);
}

char *trace_detail_json(const struct trace_row *row)
{
    struct text text = {0};
    form_json_add(&text, row->detail, row->detail_size);
    return text_done(&text);
}
