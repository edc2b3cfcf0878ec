/*
 * Pages as text and as JSON.
 */
#include "cli/explain_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/check.h"
#include "core/text.h"

/* A list of scenarios is cut here; JSON has all of them. */
enum { SCENARIOS_MOST = 6 };
enum { MARGIN = 2, LABEL = 18, WIDTH = 80, NAME_LEAST = 8, NAME_MOST = 24 };

void page_text(struct page *page, const char *label, const char *text)
{
    if (!text) return;
    check(page->count < PAGE_FIELDS);
    page->fields[page->count++] = (struct page_field){ .label = label, .text = text };
}

void page_items(struct page *page, const char *label, const struct explained_item *items)
{
    if (!items || !items->name) return;
    check(page->count < PAGE_FIELDS);
    page->fields[page->count++] = (struct page_field){ .label = label, .items = items };
}

/* ---- text ---- */

/* Columns that a text takes: continuation bytes of UTF-8 take none. */
static int columns(const char *text, size_t length)
{
    int count = 0;
    for (size_t i = 0; i < length; i++)
        if (((unsigned char)text[i] & 0xC0) != 0x80) count++;
    return count;
}

/* Words flow from column `at` on; further lines begin at `indent`. Ends the line. */
static void flow(FILE *out, const char *text, int at, int indent)
{
    for (bool first = true; *text != '\0'; first = false) {
        size_t length = strcspn(text, " ");
        int width = columns(text, length);
        if (!first && at + 1 + width > WIDTH) {
            fprintf(out, "\n%*s", indent, "");
            at = indent;
        } else if (!first) {
            fputc(' ', out);
            at++;
        }
        fprintf(out, "%.*s", (int)length, text);
        at += width;
        text += length + strspn(text + length, " ");
    }
    fputc('\n', out);
}

static int name_column(const struct explained_item *items)
{
    int widest = NAME_LEAST;
    for (; items->name; items++) {
        int width = columns(items->name, strlen(items->name));
        if (width > widest && width <= NAME_MOST) widest = width;
    }
    return widest;
}

/* A name and its text in two columns; a name that is too wide has a line of its own. */
static void print_items(FILE *out, const struct explained_item *items, size_t most)
{
    size_t count = 0, left = 0;
    for (const struct explained_item *item = items; item->name; item++) left++;
    int column = name_column(items), indent = LABEL + column + 2;
    for (const struct explained_item *item = items; item->name; item++) {
        int width = columns(item->name, strlen(item->name));
        if (item != items) fprintf(out, "%*s", LABEL, "");
        if (count++ == most) {
            fprintf(out, "and %zu more (--json lists all)\n", left - most);
            return;
        }
        fprintf(out, "%s", item->name);
        if (width > column) fprintf(out, "\n%*s", indent, "");
        else fprintf(out, "%*s", column - width + 2, "");
        flow(out, item->text, indent, indent);
    }
}

static void print_names(FILE *out, const struct explained_item *items)
{
    struct text line = {0};
    for (; items->name; items++) text_printf(&line, "%s%s", items->name, items[1].name ? ", " : "");
    flow(out, line.bytes, LABEL, LABEL);
    text_free(&line);
}

void page_print(const struct page *page, FILE *out, bool bold)
{
    fprintf(out, "%s%s%s  %s", bold ? "\033[1m" : "", page->name, bold ? "\033[0m" : "", page->kind);
    if (page->has_value && page->is_code) fprintf(out, " 0x%08" PRIX32 " (%" PRIu32 ")", page->value, page->value);
    else if (page->has_value) fprintf(out, " %" PRIu32 " (0x%" PRIX32 ")", page->value, page->value);
    fprintf(out, "\n\n");
    for (size_t i = 0; i < page->count; i++) {
        const struct page_field *field = &page->fields[i];
        fprintf(out, "%*s%-*s", MARGIN, "", LABEL - MARGIN, field->label);
        if (field->text) flow(out, field->text, LABEL, LABEL);
        else if (field->items->text) print_items(out, field->items, strcmp(field->label, "scenarios") == 0 ? SCENARIOS_MOST : SIZE_MAX);
        else print_names(out, field->items);
    }
}

/* ---- JSON ---- */

static void json_label(struct text *out, const char *label)
{
    text_add(out, ",\"");
    for (; *label != '\0'; label++) text_add_n(out, *label == ' ' ? "_" : label, 1);
    text_add(out, "\":");
}

static void json_items(struct text *out, const struct explained_item *items)
{
    text_add(out, "[");
    for (const struct explained_item *item = items; item->name; item++) {
        if (item != items) text_add(out, ",");
        if (item->text) {
            text_add(out, "{\"name\":");
            text_json(out, item->name);
            text_add(out, ",\"text\":");
            text_json(out, item->text);
            text_add(out, "}");
        } else {
            text_json(out, item->name);
        }
    }
    text_add(out, "]");
}

void page_print_json(const struct page *page)
{
    struct text out = {0};
    text_add(&out, "{\"word\":");
    text_json(&out, page->word);
    text_add(&out, ",\"kind\":");
    text_json(&out, page->kind);
    text_add(&out, ",\"name\":");
    text_json(&out, page->name);
    if (page->has_value) text_printf(&out, ",\"value\":%" PRIu32, page->value);
    if (page->is_code)
        text_printf(&out, ",\"in\":%" PRIu32 ",\"out\":%" PRIu32 ",\"void\":%" PRIu32 ",\"type\":%" PRIu32 ",\"vendor_or_family\":%" PRIu32 ",\"number\":%" PRIu32, page->value >> 31,
                    page->value >> 30 & 1, page->value >> 29 & 1, page->value >> 27 & 3, page->value >> 16 & 0x7FF, page->value & 0xFFFF);
    for (size_t i = 0; i < page->count; i++) {
        json_label(&out, page->fields[i].label);
        if (page->fields[i].text) text_json(&out, page->fields[i].text);
        else json_items(&out, page->fields[i].items);
    }
    text_add(&out, "}");
    puts(out.bytes);
    text_free(&out);
}
