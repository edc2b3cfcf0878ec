/*
 * The timeline: rows by time, the cursor among them, and below it all that the row says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/trace.h"
#include "tui/session.h"

#define NUMBER_COLUMNS 19 /* number and time, as trace_row_line writes them */

unsigned row_style(const struct trace_row *row) { return is_failure(row) ? STYLE_BAD : (unsigned)row->layer; }

void place_text(uint64_t place, char text[24])
{
    bool packet = place > TRACE_PACKET_BASE;
    snprintf(text, 24, "%s%llu", packet ? "p" : "", (unsigned long long)(packet ? place - TRACE_PACKET_BASE : place));
}

static int mark_of(const struct session *session, uint64_t place)
{
    for (int i = 0; i < 26; i++)
        if (session->marks[i] == place) return 'a' + i;
    return 0;
}

void row_line(struct session *session, struct area area, int y, const struct trace_row *row)
{
    struct canvas *canvas = &session->canvas;
    char *line = trace_row_line(row);
    size_t split = strlen(line) < NUMBER_COLUMNS ? strlen(line) : NUMBER_COLUMNS;
    char rest = line[split];
    int mark = mark_of(session, row->seq);
    line[split] = 0;
    int x = draw_text(canvas, area, 1, y, STYLE_DIM, line);
    line[split] = rest;
    draw_text(canvas, area, x, y, row_style(row), line + split);
    if (mark) draw_format(canvas, area, 0, y, STYLE_MARK, "%c", mark);
    else if (session->search && row_has_text(row, session->search)) draw_text(canvas, area, 0, y, STYLE_MARK, "*");
    free(line);
}

/* The fields as JSON with a blank behind each comma that stands between fields: lines may end there. */
char *row_fields(const struct trace_row *row)
{
    char *json = trace_detail_json(row);
    struct text text = { 0 };
    bool quoted = false;
    for (const char *at = json; *at; at++) {
        text_add_n(&text, at, 1);
        if (*at == '\\' && at[1]) text_add_n(&text, ++at, 1);
        else if (*at == '"') quoted = !quoted;
        else if (*at == ',' && !quoted) text_add(&text, " ");
    }
    free(json);
    return text_done(&text);
}

/* How many lines the part below takes: none where the screen is small. */
static int detail_lines(struct area area) { return area.rows >= 40 ? 8 : area.rows >= 20 ? 5 : 0; }

static void detail_draw(struct session *session, struct area area)
{
    struct canvas *canvas = &session->canvas;
    char *json = row_fields(&session->row);
    const char *at = json, *pointer = step_of(session, &session->row);
    size_t length;
    for (int x = 0; x < area.columns; x++) draw_line(canvas, area, x, 0, STYLE_DIM, LINE_HORIZONTAL);
    int x = draw_format(canvas, area, 1, 0, STYLE_STRONG, " %s %s ", layer_name(session->row.layer), session->row.verb);
    if (pointer) draw_format(canvas, area, x + 1, 0, STYLE_SCRIPT, " %s ", pointer);
    for (int y = 1; y < area.rows; y++) {
        const char *start = at;
        if (!wrap_next(&at, area.columns - 2, &length)) break;
        char *line = memory_take(length + 1);
        memcpy(line, start, length);
        line[length] = 0;
        draw_text(canvas, area, 1, y, STYLE_PLAIN, line);
        free(line);
    }
    free(json);
}

/* The row that stands `lines` above the cursor, or as far as there are any; *lines becomes how many there are. */
static uint64_t row_above(struct session *session, int *lines)
{
    uint64_t place = session->place, above;
    int count = 0;
    while (count < *lines && (above = move_shown(session, place, -1)) != 0) place = above, count++;
    *lines = count;
    return place;
}

void timeline_draw(struct session *session, struct area area)
{
    int below = detail_lines(area), *line = &session->scroll[TUI_TIMELINE];
    struct area list = area, detail = area;
    struct trace_row row;
    list.rows -= below;
    detail.y += list.rows, detail.rows = below;
    if (!session->place) {
        draw_text(&session->canvas, area, 1, 0, STYLE_DIM, "this run has no rows");
        return;
    }
    if (*line >= list.rows) *line = list.rows - 1;
    if (*line < 0) *line = 0;
    uint64_t place = row_above(session, line);
    for (int y = 0; y < list.rows && place; y++, place = move_shown(session, place, 1)) {
        if (!reel_row(session->reel, place, &row)) break;
        row_line(session, list, y, &row);
        if (place == session->place) draw_style(&session->canvas, list, y, STYLE_CHOSEN);
        if (place == session->place && session->quiz.open) break; /* what follows is the answer */
    }
    if (below) detail_draw(session, detail);
}

/* Step by step the cursor moves over the screen; a jump puts it into the upper third. */
bool timeline_take(struct session *session, enum command command, struct area area)
{
    int rows = area.rows - detail_lines(area), *line = &session->scroll[TUI_TIMELINE];
    uint64_t before = session->place;
    if (command == COMMAND_ENTER) {
        view_show(session, session->row.layer == LAYER_PACKET ? TUI_PACKET : TUI_ROW);
        return true;
    }
    if (command == COMMAND_CLICK_ROW) {
        int step = session->mouse_y - area.y - *line;
        if (session->mouse_y - area.y >= rows) return true;
        for (; step > 0 && move_take(session, COMMAND_DOWN, 1); step--) ++*line;
        for (; step < 0 && move_take(session, COMMAND_UP, 1); step++) --*line;
        return true;
    }
    if (!move_take(session, command, rows > 1 ? rows - 1 : 1)) return false;
    if (session->place == before) return true;
    if (command == COMMAND_DOWN) *line += *line < rows - 1;
    else if (command == COMMAND_UP) *line -= *line > 0;
    else if (command == COMMAND_HOME) *line = 0;
    else if (command == COMMAND_END) *line = rows - 1;
    else if (command != COMMAND_PAGE_UP && command != COMMAND_PAGE_DOWN) *line = rows / 3;
    return true;
}
