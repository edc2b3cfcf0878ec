/*
 * A row in words: one line for people, one JSON object for programs.
 */
#include "core/trace_form.h"

#include <inttypes.h>
#include <stdio.h>

/* A word needs no quotes: nothing in it could be taken for the line's own signs, or move a terminal's cursor. */
static bool is_word(const char *value)
{
    for (const char *at = value; *at != '\0'; at++)
        if ((unsigned char)*at <= 0x20 || (unsigned char)*at >= 0x7f || strchr("\"\\=<", *at) != NULL)
            return false;
    return value[0] != '\0';
}

static void add_word(struct text *text, const char *value)
{
    if (is_word(value))
        text_add(text, value);
    else
        text_json(text, value);
}

static void add_padded(struct text *text, const char *value, size_t width)
{
    text_add_n(text, " ", 1);
    size_t start = text->length;
    add_word(text, value);
    while (text->length - start < width)
        text_add_n(text, " ", 1);
}

static void add_line_fields(struct text *text, const struct trace_row *row)
{
    const uint8_t *at = row->detail, *end = at + row->detail_size, *before = at;
    struct form_field field;
    while (form_field_next(&at, end, &field) && field.tag != FORM_CLOSE) {
        text_add_n(text, " ", 1);
        add_word(text, field.key);
        text_add_n(text, "=", 1);
        switch (field.tag) {
        case FORM_INT: text_printf(text, "%" PRId64, (int64_t)field.number); break;
        case FORM_UINT: text_printf(text, "%" PRIu64, field.number); break;
        case FORM_TEXT: add_word(text, (const char *)field.bytes); break;
        case FORM_BYTES:
            for (size_t i = 0; i < field.size; i++)
                text_printf(text, "%02x", field.bytes[i]);
            break;
        case FORM_BOOL:
        case FORM_NULL:
        case FORM_LIST:
        case FORM_MAP:
        case FORM_CLOSE: at = form_json_value_add(text, before, end); break;
        }
        before = at;
    }
}

char *trace_row_line(const struct trace_row *row)
{
    struct text text = {0};
    char at[TIME_TEXT], number[24];
    time_text(row->at_ns, at);
    bool packet = row->seq > TRACE_PACKET_BASE;
    snprintf(number, sizeof number, "%s%" PRIu64, packet ? "p" : "", packet ? row->seq - TRACE_PACKET_BASE : row->seq);
    text_printf(&text, "%5s %12s", number, at);
    const char *who = row->thread[0] != '\0' ? row->thread : row->actor[0] != '\0' ? row->actor : row->host;
    add_padded(&text, who[0] != '\0' ? who : "-", 8);
    add_padded(&text, row->verb, 16);
    if (row->object[0] != '\0')
        add_padded(&text, row->object, 0);
    add_line_fields(&text, row);
    while (text.bytes[text.length - 1] == ' ') /* the padding, when nothing followed it */
        text.bytes[--text.length] = '\0';
    if (row->cause != 0)
        text_printf(&text, " <- %" PRIu64, row->cause);
    return text_done(&text);
}

char *trace_row_json(const struct trace_row *row)
{
    struct text text = {0};
    text_printf(&text, "{\"seq\":%" PRIu64 ",\"cause\":%" PRIu64 ",\"at_ns\":", row->seq, row->cause);
    bool exact = row->at_ns <= INT64_C(1) << 53; /* as in trace_json.c: larger ones are strings */
    text_printf(&text, exact ? "%" PRId64 : "\"%" PRId64 "\"", row->at_ns);
    const char *const keys[] = {"layer", "verb", "host", "actor", "thread", "object"};
    const char *const values[] = {layer_name(row->layer), row->verb, row->host, row->actor, row->thread, row->object};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        text_printf(&text, ",\"%s\":", keys[i]);
        text_json(&text, values[i]);
    }
    text_add(&text, ",\"detail\":");
    form_json_add(&text, row->detail, row->detail_size);
    text_add(&text, "}");
    return text_done(&text);
}
