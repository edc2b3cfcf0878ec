/*
 * The sections that no state has: the ideal send backlog over time, from its changes; windows and the processors that packets were given
 * to, from the packets before the cursor. Only so far back is looked that a key stays without delay; the heading says how far.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/fields.h"
#include "tui/world.h"

enum { CHANGES_MOST = 64, COUNTED_MOST = 64, GRAPH_COLUMNS = 60, GRAPH_LINES = 4 };

/* ---- the ideal send backlog ---- */

struct change { int64_t at_ns; uint64_t from, to; };
struct history { const char *host, *connection; struct change changes[CHANGES_MOST]; /* the latest first */ int count; };

/* The last connection whose backlog changed, and its changes before the cursor. */
static void history_read(struct world_page *page, struct history *history)
{
    struct reel *reel = page->session->reel;
    struct trace_row row;
    uint64_t place = reel_rows_before(reel, page->session->place);
    uint64_t least = place > WORLD_ROWS_MOST ? place - WORLD_ROWS_MOST : 0;
    for (; place > least && history->count < CHANGES_MOST; place--) {
        struct change change;
        if (!reel_row(reel, place, &row) || strcmp(row.verb, "backlog.changed") != 0) continue;
        if (history->count && (strcmp(history->host, row.host) != 0 || strcmp(history->connection, row.object) != 0)) continue;
        if (!field_number(&row, "to", &change.to) || !field_number(&row, "from", &change.from)) continue;
        change.at_ns = row.at_ns;
        history->host = arena_text(page->arena, row.host);
        history->connection = arena_text(page->arena, row.object);
        history->changes[history->count++] = change;
    }
}

static uint64_t value_at(const struct history *history, int64_t at_ns)
{
    for (int i = 0; i < history->count; i++)
        if (history->changes[i].at_ns <= at_ns) return history->changes[i].to;
    return history->changes[history->count - 1].from;
}

static void graph_add(struct world_page *page, const struct history *history)
{
    int columns = page->columns / 2 < GRAPH_COLUMNS + 4 ? page->columns / 2 - 4 : GRAPH_COLUMNS;
    int64_t first_ns = history->changes[history->count - 1].at_ns, span_ns = page->session->row.at_ns - first_ns;
    uint64_t most = 1;
    if (columns < 8 || span_ns <= 0) return;
    uint8_t *levels = arena_take(page->arena, (size_t)columns);
    for (int i = 0; i < history->count; i++) {
        if (history->changes[i].to > most) most = history->changes[i].to;
        if (history->changes[i].from > most) most = history->changes[i].from;
    }
    for (int i = 0; i < columns; i++) levels[i] = (uint8_t)((value_at(history, first_ns + span_ns / columns * (i + 1)) / (most / 64 + 1)) * 2 * GRAPH_LINES / 64);
    for (int line = GRAPH_LINES - 1; line >= 0; line--) {
        struct world_line *made = world_add(page, WORLD_BACKLOG, STYLE_NET, "%10s", "");
        if (made) made->form = WORLD_GRAPH, made->levels = levels, made->level_count = columns, made->floor = 2 * line;
    }
    char from[TIME_TEXT], to[TIME_TEXT];
    time_text(first_ns, from);
    time_text(page->session->row.at_ns, to);
    world_add(page, WORLD_BACKLOG, STYLE_DIM, "%10s from %s to %s", "", from, to);
}

static void backlog_add(struct world_page *page)
{
    struct history *history = arena_take(page->arena, sizeof *history);
    *history = (struct history){ 0 };
    history_read(page, history);
    if (!history->count) return;
    struct world_line *line = world_add(page, WORLD_BACKLOG, STYLE_NET, "%s %s  %" PRIu64 " bytes", history->host, history->connection, history->changes[0].to);
    if (line && history->changes[0].at_ns == page->session->row.at_ns) line->mark = strcmp(page->session->row.verb, "backlog.changed") == 0 ? WORLD_ROW : WORLD_INSTANT;
    graph_add(page, history);
}

/* ---- packets before the cursor ---- */

struct counted { const char *name; uint64_t value; };
struct counts { struct counted list[COUNTED_MOST]; int count; };

static struct counted *counted_find(struct world_page *page, struct counts *counts, const char *name)
{
    for (int i = 0; i < counts->count; i++)
        if (strcmp(counts->list[i].name, name) == 0) return &counts->list[i];
    if (counts->count == COUNTED_MOST) return NULL;
    counts->list[counts->count] = (struct counted){ .name = arena_text(page->arena, name) };
    return &counts->list[counts->count++];
}

static int by_name(const void *a, const void *b) { return strcmp(((const struct counted *)a)->name, ((const struct counted *)b)->name); }

/* The latest window that each end told, and how many packets each processor of a host was given. */
static void packet_count(struct world_page *page, struct counts *windows, struct counts *processors, const struct trace_row *row)
{
    char text[FIELD_TEXT], name[2 * FIELD_TEXT + 4];
    uint64_t window;
    if (field_number(row, "window", &window) && field_words(row, "source", text)) {
        int before = windows->count;
        struct counted *counted = counted_find(page, windows, text);
        if (counted && windows->count > before) counted->value = window; /* backwards: the first one met is the latest */
    }
    if (strcmp(row->verb, "packet.arrived") == 0 && field_words(row, "processor", text)) {
        snprintf(name, sizeof name, "%.100s %s", row->host, text);
        struct counted *counted = counted_find(page, processors, name);
        if (counted) counted->value++;
    }
}

static void packets_add(struct world_page *page)
{
    struct counts *windows = arena_take(page->arena, sizeof *windows), *processors = arena_take(page->arena, sizeof *processors);
    struct reel *reel = page->session->reel;
    struct trace_row row;
    uint64_t place = page->session->place, most = 0;
    windows->count = processors->count = 0;
    if (place <= TRACE_PACKET_BASE) place = reel_packet_before(reel, place);
    uint64_t least = place > TRACE_PACKET_BASE + WORLD_PACKETS_MOST ? place - WORLD_PACKETS_MOST : TRACE_PACKET_BASE;
    for (; place > least && reel_row(reel, place, &row); place--) packet_count(page, windows, processors, &row);
    qsort(windows->list, (size_t)windows->count, sizeof *windows->list, by_name);
    qsort(processors->list, (size_t)processors->count, sizeof *processors->list, by_name);
    for (int i = 0; i < windows->count; i++) world_add(page, WORLD_BACKLOG, STYLE_PACKET, "window of %s  %" PRIu64 " (as in its last header)", windows->list[i].name, windows->list[i].value);
    for (int i = 0; i < processors->count; i++) most = processors->list[i].value > most ? processors->list[i].value : most;
    for (int i = 0; i < processors->count; i++) {
        struct world_line *line = world_add(page, WORLD_PROCESSORS, STYLE_PACKET, "%-14s %6" PRIu64, processors->list[i].name, processors->list[i].value);
        if (line) line->form = WORLD_BAR, line->value = processors->list[i].value, line->most = most;
    }
    if (processors->count) page->parts[WORLD_PROCESSORS].about = "of the last 2000 packets' rows";
}

void world_past_add(struct world_page *page)
{
    backlog_add(page);
    if (reel_has_packets(page->session->reel)) packets_add(page);
}
