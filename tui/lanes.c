/*
 * Hosts and threads side by side as a sequence chart: time goes down, a row is a line. A thread's line is thick while it is inside a call,
 * packets are arrows from the host that sent them to the host where they arrived. Lanes stand in the order in which they first appear.
 */
#include "tui/lanes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/fields.h"

#define LOOKED_AT 5000  /* rows from the beginning in which lanes are looked for */
#define LOOKED_BACK 400 /* rows before the window that are folded: who is inside a call, who sent a packet */
#define LEFT 13         /* columns of the time */
#define LANE_LEAST 16

/* ---- which lanes there are ---- */

static int lane_of(const struct lanes *lanes, const struct trace_row *row)
{
    const char *thread = row->actor[0] ? (row->thread[0] ? row->thread : row->actor) : "";
    for (int i = 0; i < lanes->count; i++)
        if (strcmp(lanes->list[i].host, row->host) == 0 && strcmp(lanes->list[i].thread, thread) == 0) return i;
    return -1;
}

/* A thread stands behind the last lane of its host. */
static void lane_add(struct session *session, struct lanes *lanes, const struct trace_row *row)
{
    int at = lanes->count;
    if (lanes->count == LANES_MOST || lane_of(lanes, row) >= 0 || (!row->host[0] && !row->actor[0])) return;
    for (int i = 0; i < lanes->count; i++)
        if (strcmp(lanes->list[i].host, row->host) == 0) at = i + 1;
    memmove(&lanes->list[at + 1], &lanes->list[at], (size_t)(lanes->count - at) * sizeof *lanes->list);
    lanes->list[at] = (struct lane){ .host = arena_text(session->arena, row->host), .thread = arena_text(session->arena, row->actor[0] ? (row->thread[0] ? row->thread : row->actor) : "") };
    lanes->count++;
}

const struct lanes *lanes_of(struct session *session)
{
    struct trace_row row;
    if (session->lanes && session->lanes->run_id == session->run.run_id) return session->lanes;
    struct lanes *lanes = arena_take(session->arena, sizeof *lanes);
    uint64_t place = 0;
    lanes->run_id = session->run.run_id;
    for (int looked = 0; looked < LOOKED_AT && (place = reel_next(session->reel, place)) != 0 && reel_row(session->reel, place, &row); looked++) lane_add(session, lanes, &row);
    return session->lanes = lanes;
}

/* ---- what has happened before the window, and goes on ---- */

enum { PACKETS_KEPT = 64 };
struct state { int inside[LANES_MOST]; struct { uint64_t number; int lane; } sent[PACKETS_KEPT]; unsigned sent_count; };

static bool is_return(const struct trace_row *row)
{
    struct form_field field;
    return row->layer == LAYER_SPI && field_find(row, "returns", &field);
}

static void state_take(struct state *state, const struct lanes *lanes, const struct trace_row *row)
{
    int lane = lane_of(lanes, row);
    uint64_t number;
    if (lane < 0) return;
    if (row->layer == LAYER_SPI) state->inside[lane] += is_return(row) ? -1 : 1;
    if (state->inside[lane] < 0) state->inside[lane] = 0;
    if (row->layer == LAYER_PACKET && (strcmp(row->verb, "packet.sent") == 0 || strcmp(row->verb, "packet.forwarded") == 0) && field_number(row, "number", &number)) {
        state->sent[state->sent_count % PACKETS_KEPT].number = number;
        state->sent[state->sent_count++ % PACKETS_KEPT].lane = lane;
    }
}

static int sender_of(const struct state *state, const struct trace_row *row)
{
    uint64_t number;
    if (!field_number(row, "number", &number)) return -1;
    for (unsigned back = 1; back <= PACKETS_KEPT && back <= state->sent_count; back++)
        if (state->sent[(state->sent_count - back) % PACKETS_KEPT].number == number) return state->sent[(state->sent_count - back) % PACKETS_KEPT].lane;
    return -1;
}

/* ---- drawing ---- */

struct chart { struct session *session; struct area area; const struct lanes *lanes; struct state state; int first, width, shown; int64_t last_ns; };

static int lane_x(const struct chart *chart, int lane) { return LEFT + (lane - chart->first) * chart->width + 1; }
static bool lane_shown(const struct chart *chart, int lane) { return lane >= chart->first && lane < chart->first + chart->shown; }

static void stems_draw(struct chart *chart, int y)
{
    for (int lane = chart->first; lane < chart->first + chart->shown; lane++) {
        bool inside = chart->state.inside[lane] > 0;
        draw_line(&chart->session->canvas, chart->area, lane_x(chart, lane), y, inside ? STYLE_SPI : STYLE_DIM, inside ? LINE_BLOCK : LINE_VERTICAL);
    }
}

static void arrow_draw(struct chart *chart, int y, int from, int to, unsigned style)
{
    int start = lane_x(chart, from), end = lane_x(chart, to), step = start < end ? 1 : -1;
    for (int x = start + step; x != end; x += step)
        if (x >= LEFT) draw_line(&chart->session->canvas, chart->area, x, y, style, LINE_HORIZONTAL);
    if (end >= LEFT) draw_line(&chart->session->canvas, chart->area, end, y, style, step > 0 ? LINE_RIGHT : LINE_LEFT);
}

static void packet_words(const struct trace_row *row, char text[160])
{
    char flags[FIELD_TEXT], payload[FIELD_TEXT], protocol[FIELD_TEXT], reason[FIELD_TEXT];
    const char *kind = field_words(row, "flags", flags), *size = field_words(row, "payload", payload), *why = field_words(row, "reason", reason);
    if (!kind) kind = field_words(row, "protocol", protocol);
    snprintf(text, 160, "%s%s%s%s%s", why ? why : "", why ? ": " : "", kind ? kind : row->verb, size ? " " : "", size ? size : "");
}

/* What stands beside a lane: the call with its code, what it returns, the verb with its object. */
static void row_words(const struct trace_row *row, char text[160])
{
    char code[FIELD_TEXT], returns[FIELD_TEXT];
    const char *what = field_words(row, "code", code), *end = field_words(row, "returns", returns);
    if (row->layer == LAYER_PACKET) packet_words(row, text);
    else if (row->layer == LAYER_SPI && end) snprintf(text, 160, "= %s", end);
    else if (row->layer == LAYER_SPI) snprintf(text, 160, "%s%s%s", strncmp(row->verb, "WSP", 3) == 0 ? row->verb + 3 : row->verb, what || row->object[0] ? " " : "", what ? what : row->object);
    else snprintf(text, 160, "%s%s%s", row->verb, row->object[0] ? " " : "", row->object);
}

/* From the stem on, as far as no other words stand: the rest of the line is empty but for stems. */
static void words_draw(struct chart *chart, int y, int lane, const struct trace_row *row, const char *words)
{
    int x = lane_x(chart, lane) + 2, room = chart->area.columns - x;
    draw_cut(&chart->session->canvas, chart->area, x, y, room > 0 ? room : 0, row_style(row), words);
}

static void line_draw(struct chart *chart, int y, const struct trace_row *row)
{
    char at[TIME_TEXT], words[160];
    int lane = lane_of(chart->lanes, row), sender = row->layer == LAYER_PACKET && strcmp(row->verb, "packet.sent") != 0 ? sender_of(&chart->state, row) : -1;
    struct canvas *canvas = &chart->session->canvas;
    time_text(row->at_ns, at);
    if (y == 1 || row->at_ns != chart->last_ns) draw_format(canvas, chart->area, 0, y, STYLE_DIM, "%*s", LEFT - 1, at);
    chart->last_ns = row->at_ns;
    if (row->layer == LAYER_SPI && !is_return(row)) state_take(&chart->state, chart->lanes, row); /* thick from the call's own line on */
    stems_draw(chart, y);
    row_words(row, words);
    bool drops = strstr(row->verb, "dropped") != NULL;
    if (lane < 0) {
        draw_cut(canvas, chart->area, LEFT, y, chart->area.columns - LEFT, row_style(row), words); /* of the network itself, or of a lane that came later */
    } else if (lane_shown(chart, lane)) {
        if (sender >= 0 && sender != lane) arrow_draw(chart, y, sender, lane, drops ? STYLE_BAD : STYLE_PACKET);
        else draw_line(canvas, chart->area, lane_x(chart, lane), y, row_style(row), LINE_DOT);
        if (drops) draw_text(canvas, chart->area, lane_x(chart, lane), y, STYLE_BAD, "x");
        words_draw(chart, y, lane, row, words);
    }
    if (!(row->layer == LAYER_SPI && !is_return(row))) state_take(&chart->state, chart->lanes, row);
}

static void heads_draw(struct chart *chart)
{
    struct canvas *canvas = &chart->session->canvas;
    draw_fill(canvas, chart->area, 0, STYLE_PLAIN);
    for (int lane = chart->first; lane < chart->first + chart->shown; lane++) {
        const struct lane *one = &chart->lanes->list[lane];
        struct text name = { 0 };
        text_printf(&name, "%s%s%s", one->host, *one->host && *one->thread ? ":" : "", one->thread);
        char *shown = text_done(&name);
        draw_cut(canvas, chart->area, lane_x(chart, lane), 0, chart->width - 1, STYLE_STRONG, shown);
        free(shown);
    }
    if (chart->first > 0) draw_line(canvas, chart->area, LEFT - 1, 0, STYLE_KEY, LINE_LEFT);
    if (chart->first + chart->shown < chart->lanes->count) draw_line(canvas, chart->area, chart->area.columns - 1, 0, STYLE_KEY, LINE_RIGHT);
}

/* As many lanes as fit with a readable width, from the one that was scrolled to. */
static struct chart chart_of(struct session *session, struct area area)
{
    struct chart chart = { .session = session, .area = area, .lanes = lanes_of(session), .last_ns = -1 };
    int room = area.columns - LEFT, *first = &session->scroll[TUI_LANES];
    chart.shown = room / LANE_LEAST < 1 ? 1 : room / LANE_LEAST;
    if (chart.shown > chart.lanes->count) chart.shown = chart.lanes->count;
    if (*first > chart.lanes->count - chart.shown) *first = chart.lanes->count - chart.shown;
    if (*first < 0) *first = 0;
    chart.first = *first;
    chart.width = chart.shown ? room / chart.shown : room;
    return chart;
}

/* Folds what lies before the window, and returns its first row. */
static uint64_t window_start(struct chart *chart, int above)
{
    struct session *session = chart->session;
    uint64_t top = session->place, back, place;
    struct trace_row row;
    while (above-- > 0 && (back = move_shown(session, top, -1)) != 0) top = back;
    place = top;
    for (int looked = 0; looked < LOOKED_BACK && (back = reel_previous(session->reel, place)) != 0; looked++) place = back;
    for (; place && place != top; place = reel_next(session->reel, place))
        if (reel_row(session->reel, place, &row)) state_take(&chart->state, chart->lanes, &row);
    return top;
}

void lanes_draw(struct session *session, struct area area)
{
    struct chart chart = chart_of(session, area);
    struct trace_row row;
    uint64_t before = 0, passed;
    if (!session->place || area.rows < 2) return;
    heads_draw(&chart);
    uint64_t place = window_start(&chart, (area.rows - 1) / 3);
    for (int y = 1; y < area.rows && place; y++, before = place, place = move_shown(session, place, 1)) {
        for (passed = before ? reel_next(session->reel, before) : place; passed && passed != place; passed = reel_next(session->reel, passed)) /* what the filter hides */
            if (reel_row(session->reel, passed, &row)) state_take(&chart.state, chart.lanes, &row);
        if (!reel_row(session->reel, place, &row)) break;
        line_draw(&chart, y, &row);
        if (place == session->place) draw_style(&session->canvas, area, y, STYLE_CHOSEN);
        if (place == session->place && session->quiz.open) break;
    }
}

bool lanes_take(struct session *session, enum command command, struct area area)
{
    (void)area;
    if (command == COMMAND_RIGHT) session->scroll[TUI_LANES]++;
    else if (command == COMMAND_LEFT) session->scroll[TUI_LANES]--;
    else return false;
    return true;
}
