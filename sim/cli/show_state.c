/*
 * `wspsim show RUN.db addresses` and its like: the facts of a kind at a time, as a table or one JSON object a line.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/recorded.h"
#include "view/view.h"

#define COLUMNS_MOST 32

/* ---- values ---- */

static void rate_words(struct text *out, uint64_t bps)
{
    static const struct { uint64_t unit; const char *name; } units[] = { { 1000000000, "Gbps" }, { 1000000, "Mbps" }, { 1000, "kbps" }, { 1, "bps" } };
    size_t i = 0;
    while (bps % units[i].unit != 0) i++;
    if (bps == 0) text_add(out, "0");
    else text_printf(out, "%" PRIu64 "%s", bps / units[i].unit, units[i].name);
}

/* Of 2^32, in per cent, cut after four decimals. */
static void probability_words(struct text *out, uint64_t value)
{
    uint64_t parts = (value > UINT64_C(1) << 32 ? UINT64_C(1) << 32 : value) * 1000000 >> 32;
    text_printf(out, "%" PRIu64 ".%04" PRIu64, parts / 10000, parts % 10000);
    while (out->bytes[out->length - 1] == '0') out->bytes[--out->length] = '\0';
    if (out->bytes[out->length - 1] == '.') out->bytes[--out->length] = '\0';
    text_add(out, "%");
}

static void value_words(struct text *out, enum view_value meant, const char *value)
{
    uint64_t number;
    char time[TIME_TEXT];
    if (!value) { text_add(out, "-"); return; }
    bool counted = number_parse(value, &number);
    if (meant == VIEW_BITS_PER_SECOND && counted) rate_words(out, number);
    else if (meant == VIEW_PROBABILITY && counted) probability_words(out, number);
    else if (meant == VIEW_TIME_NS && counted && number <= INT64_MAX) { time_text((int64_t)number, time); text_add(out, time); }
    else if (meant == VIEW_TRUTH) text_add(out, strcmp(value, "true") == 0 ? "yes" : "no");
    else text_add(out, value);
}

static void value_json(struct text *out, const struct view_column *column, const char *value)
{
    uint64_t number;
    text_printf(out, ",\"%s%s\":", column->name, column->value == VIEW_TIME_NS ? "_ns" : "");
    if (!value || column->value == VIEW_TEXT) text_json(out, value);
    else if (column->value == VIEW_TRUTH) text_add(out, strcmp(value, "true") == 0 ? "true" : "false");
    else if (number_parse(value, &number) && number <= UINT64_C(1) << 53) text_printf(out, "%" PRIu64, number);
    else text_json(out, value);
}

/* ---- choosing ---- */

static size_t column_of(const struct view_shape *shape, const char *name)
{
    size_t i = 0;
    while (i < shape->column_count && strcmp(shape->columns[i].name, name) != 0) i++;
    return i;
}

static bool filter_applies(const struct view_shape *shape, const char *wanted, const char *name)
{
    if (!wanted || column_of(shape, name) < shape->column_count) return true;
    fprintf(stderr, "wspsim show: --%s says nothing about %s: they have none\n", name, shape->name);
    return false;
}

static bool value_fits(const struct view *view, const struct view_shape *shape, const struct fact *fact, const char *wanted, const char *name)
{
    const char *value = wanted ? fact_text(view, fact, column_of(shape, name)) : NULL;
    return !wanted || (value && name_fits(wanted, value));
}

/* The next fact that was asked for. */
static const struct fact *next_chosen(const struct view *view, enum view_kind kind, const struct filter *filter, size_t *cursor)
{
    const struct view_shape *shape = view_shape(kind);
    const struct fact *fact;
    while ((fact = view_next(view, kind, cursor)))
        if (value_fits(view, shape, fact, filter->host, "host") && value_fits(view, shape, fact, filter->actor, "actor")) return fact;
    return NULL;
}

/* ---- printing ---- */

static void facts_json(const struct view *view, enum view_kind kind, const struct filter *filter)
{
    const struct view_shape *shape = view_shape(kind);
    const struct fact *fact;
    for (size_t cursor = 0; (fact = next_chosen(view, kind, filter, &cursor)) && !ferror(stdout);) {
        struct fact_rows rows = fact_rows(fact);
        struct text text = { 0 };
        text_printf(&text, "{\"fact\":\"%s\"", shape->one);
        for (size_t i = 0; i < shape->column_count; i++) value_json(&text, &shape->columns[i], fact_text(view, fact, i));
        text_printf(&text, rows.changed_ns <= INT64_C(1) << 53 ? ",\"since_ns\":%" PRId64 : ",\"since_ns\":\"%" PRId64 "\"", rows.changed_ns);
        text_printf(&text, ",\"row\":%" PRIu64 "}", rows.changed);
        puts(text.bytes);
        text_free(&text);
    }
}

/* Signs on a terminal: bytes that continue a letter of UTF-8 take no place. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text; text++) width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

static void cell(struct text *line, const char *value, size_t width)
{
    text_add(line, value);
    for (size_t w = width_of(value); w < width + 2; w++) text_add(line, " ");
}

static void line_end(struct text *line)
{
    while (line->length > 0 && line->bytes[line->length - 1] == ' ') line->bytes[--line->length] = '\0';
    puts(line->bytes);
    text_free(line);
}

/* How wide each column must be; 0: no fact says anything in it. */
static void widths_find(const struct view *view, enum view_kind kind, const struct filter *filter, size_t widths[COLUMNS_MOST])
{
    const struct view_shape *shape = view_shape(kind);
    const struct fact *fact;
    for (size_t cursor = 0; (fact = next_chosen(view, kind, filter, &cursor));) {
        for (size_t i = 0; i < shape->column_count; i++) {
            struct text words = { 0 };
            const char *value = fact_text(view, fact, i);
            value_words(&words, shape->columns[i].value, value);
            size_t width = width_of(words.bytes), name = strlen(shape->columns[i].name);
            if (value && widths[i] < (width > name ? width : name)) widths[i] = width > name ? width : name;
            text_free(&words);
        }
    }
}

static void facts_table(const struct view *view, enum view_kind kind, const struct filter *filter)
{
    const struct view_shape *shape = view_shape(kind);
    const struct fact *fact;
    struct text line = { 0 };
    size_t widths[COLUMNS_MOST] = { 0 };
    size_t first = 0;
    if (!next_chosen(view, kind, filter, &first)) { puts("none"); return; }
    widths_find(view, kind, filter, widths);
    for (size_t i = 0; i < shape->column_count; i++)
        if (widths[i]) cell(&line, shape->columns[i].name, widths[i]);
    text_add(&line, "since");
    line_end(&line);
    for (size_t cursor = 0; (fact = next_chosen(view, kind, filter, &cursor)) && !ferror(stdout);) {
        char time[TIME_TEXT];
        struct fact_rows rows = fact_rows(fact);
        for (size_t i = 0; i < shape->column_count; i++) {
            struct text words = { 0 };
            value_words(&words, shape->columns[i].value, fact_text(view, fact, i));
            if (widths[i]) cell(&line, words.bytes, widths[i]);
            text_free(&words);
        }
        time_text(rows.changed_ns, time);
        text_printf(&line, "%s (row %" PRIu64 ")", time, rows.changed);
        line_end(&line);
    }
}

/* ---- the moment ---- */

/* Takes the view there. False after a message. */
static bool moment_found(const struct options *options, struct recorded *recorded, struct view *view, enum exit_code *code)
{
    char *error = NULL;
    *code = EXIT_USAGE;
    if (options->at_given && options->at_ns > recorded->view.virtual_ns) {
        char end[TIME_TEXT];
        time_text(recorded->view.virtual_ns, end);
        fprintf(stderr, "wspsim show: %s: run %" PRId64 " ended at %s\n", recorded->path, recorded->view.run_id, end);
        return false;
    }
    if (options->row > recorded->view.rows) {
        fprintf(stderr, "wspsim show: %s: run %" PRId64 " has %" PRIu64 " rows, so no row %" PRIu64 "\n", recorded->path, recorded->view.run_id, recorded->view.rows, options->row);
        return false;
    }
    bool good = options->row ? view_at(view, options->row, &error) : view_at_time(view, options->at_given ? options->at_ns : INT64_MAX, &error);
    if (!good) *code = recorded_damaged(error);
    return good;
}

enum exit_code show_state(const struct options *options, struct recorded *recorded, const char *what)
{
    enum view_kind kind = VIEW_ADDRESSES;
    enum exit_code code = EXIT_USAGE;
    view_kind_parse(what, &kind);
    const struct view_shape *shape = view_shape(kind);
    if (!filter_applies(shape, options->filter.host, "host") || !filter_applies(shape, options->filter.actor, "actor")) return EXIT_USAGE;
    struct view *view = view_open(recorded->record, recorded->view.run_id);
    if (moment_found(options, recorded, view, &code)) {
        if (options->json) facts_json(view, kind, &options->filter);
        else facts_table(view, kind, &options->filter);
        code = EXIT_HELD;
    }
    if (recorded->level == RECORD_API && (kind == VIEW_INTERFACES || kind == VIEW_ADDRESSES || kind == VIEW_ROUTES || kind == VIEW_LINKS))
        fprintf(stderr, "wspsim show: note: recorded at level api, without the rows of the network that say this\n");
    view_close(view);
    return code;
}
