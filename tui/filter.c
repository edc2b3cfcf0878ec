/*
 * Which rows are shown: "layer=spi,net host=a actor=app object=s text". What is no name=value is a text looked for in the row.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/trace.h"
#include "core/trace_form.h"
#include "tui/session.h"

static bool name_like(const char *wanted, const char *name)
{
    size_t length = wanted ? strlen(wanted) : 0;
    if (!wanted) return true;
    if (length && wanted[length - 1] == '*') return strncmp(wanted, name, length - 1) == 0;
    return strcmp(wanted, name) == 0;
}

static char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter; }

static bool has_text(const char *line, const char *text)
{
    for (; *line; line++) {
        size_t i = 0;
        while (text[i] && lower(line[i]) == lower(text[i])) i++;
        if (!text[i]) return true;
    }
    return !*text;
}

bool row_has_text(const struct trace_row *row, const char *text)
{
    char *line = trace_row_line(row);
    bool found = has_text(line, text);
    free(line);
    return found;
}

bool filter_fits(const struct row_filter *filter, const struct trace_row *row)
{
    if (filter->layers && !(filter->layers >> row->layer & 1)) return false;
    return name_like(filter->host, row->host) && name_like(filter->actor, row->actor) && name_like(filter->object, row->object) && (!filter->text || row_has_text(row, filter->text));
}

bool filter_any(const struct row_filter *filter) { return filter->layers || filter->host || filter->actor || filter->object || filter->text; }

void filter_clear(struct row_filter *filter)
{
    free(filter->host);
    free(filter->actor);
    free(filter->object);
    free(filter->text);
    *filter = (struct row_filter){ 0 };
}

static bool layers_parse(const char *names, unsigned *layers, char wrong[128])
{
    *layers = 0;
    while (*names) {
        size_t length = strcspn(names, ",");
        int found = -1;
        for (int i = 0; i < LAYER_COUNT; i++)
            if (strlen(layer_name((enum layer)i)) == length && strncmp(names, layer_name((enum layer)i), length) == 0) found = i;
        if (found < 0) {
            snprintf(wrong, 128, "no layer \"%.*s\": script, spi, upcall, kernel, net or packet", (int)(length < 30 ? length : 30), names);
            return false;
        }
        *layers |= 1u << found;
        names += length + (names[length] == ',');
    }
    return true;
}

static char *copy_of(const char *text, size_t length)
{
    char *copy = memory_take(length + 1);
    memcpy(copy, text, length);
    copy[length] = 0;
    return copy;
}

static bool part_take(struct row_filter *filter, const char *part, size_t length, char wrong[128])
{
    static const char *const names[] = { "layer=", "host=", "actor=", "object=" };
    char **const places[] = { NULL, &filter->host, &filter->actor, &filter->object };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t name = strlen(names[i]);
        if (length < name || strncmp(part, names[i], name) != 0) continue;
        char *value = copy_of(part + name, length - name);
        bool good = true;
        if (i == 0) {
            good = layers_parse(value, &filter->layers, wrong);
            free(value);
        } else {
            free(*places[i]);
            *places[i] = value;
        }
        return good;
    }
    struct text text = { 0 }; /* several words are one text */
    if (filter->text) text_printf(&text, "%s ", filter->text);
    text_add_n(&text, part, length);
    free(filter->text);
    filter->text = text_done(&text);
    return true;
}

bool filter_parse(struct row_filter *filter, const char *text, char wrong[128])
{
    struct row_filter made = { 0 };
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        size_t length = strcspn(text, " ");
        if (!part_take(&made, text, length, wrong)) {
            filter_clear(&made);
            return false;
        }
        text += length;
    }
    filter_clear(filter);
    *filter = made;
    return true;
}

static void part_add(struct text *text, const char *name, const char *value)
{
    if (value) text_printf(text, "%s%s%s", text->length ? " " : "", name, value);
}

void filter_text(const struct row_filter *filter, struct text *text)
{
    for (int i = 0; i < LAYER_COUNT; i++)
        if (filter->layers >> i & 1) text_printf(text, "%s%s", text->length ? "," : "layer=", layer_name((enum layer)i));
    part_add(text, "host=", filter->host);
    part_add(text, "actor=", filter->actor);
    part_add(text, "object=", filter->object);
    part_add(text, "", filter->text);
}
