/*
 * One row, with its chain of causes upward and its effects downward: what made it happen, and what came of it. The row itself
 * stands between the two; Up and Down choose among all three, Enter goes there.
 */
#include <stdlib.h>
#include <string.h>

#include "tui/session.h"

enum { CAUSES_MOST = 200, EFFECTS_MOST = 200, LOOKED_AT_MOST = 20000 /* rows after this one in which effects are looked for */ };

struct chain { uint64_t places[CAUSES_MOST + 1 + EFFECTS_MOST]; int depth[CAUSES_MOST + 1 + EFFECTS_MOST]; int count, self; bool more; };

static void add(struct chain *chain, uint64_t place, int depth)
{
    chain->places[chain->count] = place;
    chain->depth[chain->count++] = depth;
}

static void causes_add(struct session *session, struct chain *chain)
{
    uint64_t causes[CAUSES_MOST];
    int count = 0;
    struct trace_row row = session->row;
    while (row.cause && count < CAUSES_MOST && (row.cause < row.seq) && reel_row(session->reel, row.cause, &row)) causes[count++] = row.seq;
    while (count > 0) add(chain, causes[--count], 0);
}

static int depth_of(const struct chain *chain, uint64_t place)
{
    for (int i = chain->self; i < chain->count; i++)
        if (chain->places[i] == place) return chain->depth[i];
    return -1;
}

/* Effects of effects too: whatever leads back to this row. They come later than their causes, so one pass forwards finds them all. */
static void effects_add(struct session *session, struct chain *chain)
{
    struct trace_row row;
    uint64_t place = session->place;
    for (int looked = 0; looked < LOOKED_AT_MOST && (place = reel_next(session->reel, place)) != 0 && reel_row(session->reel, place, &row); looked++) {
        int depth = row.cause ? depth_of(chain, row.cause) : -1;
        if (depth < 0) continue;
        if (chain->count == (int)(sizeof chain->places / sizeof *chain->places)) break;
        add(chain, place, depth + 1);
    }
    chain->more = place != 0;
}

static void chain_make(struct session *session, struct chain *chain)
{
    *chain = (struct chain){ 0 };
    causes_add(session, chain);
    chain->self = chain->count;
    add(chain, session->place, 0);
    if (session->place <= TRACE_PACKET_BASE) effects_add(session, chain); /* a packet is never a cause */
}

static int chosen_of(struct session *session, const struct chain *chain)
{
    int chosen = chain->self + session->chosen[TUI_ROW];
    return chosen < 0 ? 0 : chosen >= chain->count ? chain->count - 1 : chosen;
}

static void line_draw(struct session *session, struct area area, int y, const struct chain *chain, int index)
{
    struct trace_row row;
    int indent = index > chain->self ? 2 * (chain->depth[index] < 8 ? chain->depth[index] : 8) : 0;
    struct area inner = { area.x + indent, area.y, area.columns - indent, area.rows };
    if (!reel_row(session->reel, chain->places[index], &row)) return;
    row_line(session, inner, y, &row);
    if (index > chain->self) draw_line(&session->canvas, area, indent - 1, y, STYLE_DIM, LINE_CORNER);
    else if (index < chain->self) draw_line(&session->canvas, area, 0, y, STYLE_DIM, LINE_VERTICAL);
    else draw_line(&session->canvas, area, 0, y, STYLE_STRONG, LINE_RIGHT);
}

static int fields_draw(struct session *session, struct area area, int y)
{
    char *json = row_fields(&session->row);
    const char *at = json, *start = at, *pointer = step_of(session, &session->row);
    size_t length;
    for (int lines = 0; lines < 6 && y < area.rows && wrap_next(&at, area.columns - 2, &length); start = at, lines++) {
        struct text line = { 0 };
        text_add_n(&line, start, length);
        char *text = text_done(&line);
        draw_text(&session->canvas, area, 1, y++, STYLE_PLAIN, text);
        free(text);
    }
    free(json);
    if (pointer && y < area.rows) {
        int x = draw_format(&session->canvas, area, 1, y, STYLE_SCRIPT, "step %s", pointer);
        const char *about = step_text(session, pointer, "about");
        if (about) draw_text(&session->canvas, area, x + 2, y, STYLE_DIM, about);
        y++;
    }
    return y + 1;
}

void row_draw(struct session *session, struct area area)
{
    struct chain *chain = memory_take(sizeof *chain);
    chain_make(session, chain);
    int y = fields_draw(session, area, 0), rows = area.rows - y - 1, chosen = chosen_of(session, chain), first = chosen - rows / 2;
    if (first > chain->count - rows) first = chain->count - rows;
    if (first < 0) first = 0;
    draw_format(&session->canvas, area, 1, y++, STYLE_STRONG, "%d cause%s, this row, %d%s effect%s", chain->self, chain->self == 1 ? "" : "s", chain->count - chain->self - 1,
                chain->more ? " or more" : "", chain->count - chain->self == 2 ? "" : "s");
    for (int i = first; i < chain->count && y < area.rows; i++, y++) {
        line_draw(session, area, y, chain, i);
        if (i == chosen) draw_style(&session->canvas, area, y, STYLE_CHOSEN);
    }
    free(chain);
}

bool row_take(struct session *session, enum command command, struct area area)
{
    struct chain *chain = memory_take(sizeof *chain);
    int *chosen = &session->chosen[TUI_ROW];
    (void)area;
    bool taken = true;
    chain_make(session, chain);
    int at = chosen_of(session, chain) - chain->self;
    if (command == COMMAND_UP) *chosen = at - (at + chain->self > 0);
    else if (command == COMMAND_DOWN) *chosen = at + (at + chain->self < chain->count - 1);
    else if (command == COMMAND_ENTER && at != 0) {
        if (session->trail_count < sizeof session->trail / sizeof *session->trail) session->trail[session->trail_count++] = session->place;
        session_go(session, chain->places[at + chain->self]);
        *chosen = 0;
    } else if (command == COMMAND_ENTER && session->row.layer == LAYER_PACKET) {
        view_show(session, TUI_PACKET);
    } else if (command != COMMAND_ENTER) {
        taken = move_take(session, command, 1);
        if (taken) *chosen = 0;
    }
    free(chain);
    return taken;
}
