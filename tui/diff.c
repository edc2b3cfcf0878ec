/*
 * Two runs side by side at the first row in which they part: this one, and that of another record, or the next one of the same record.
 * What was equal stands above, each side's causes below. The comparison runs once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/session.h"

enum { CAUSES_SHOWN = 6 };

struct side { struct reel *reel; uint64_t place; /* the first row that differs; 0: this side has ended */ };
struct diff_state { int64_t run_id; struct side sides[2]; char *name, *error; uint64_t equal; bool parts; };

void diff_free(struct session *session)
{
    struct diff_state *diff = session->diff;
    if (!diff) return;
    reel_close(diff->sides[1].reel);
    free(diff->name);
    free(diff->error);
    free(diff);
    session->diff = NULL;
}

/* ---- comparing ---- */

static bool same_row(struct diff_state *diff, uint64_t left, uint64_t right)
{
    struct trace_row a, b;
    if (!left || !right || !reel_row(diff->sides[0].reel, left, &a) || !reel_row(diff->sides[1].reel, right, &b)) return !left && !right;
    return a.size == b.size && memcmp(a.bytes, b.bytes, a.size) == 0;
}

static void compare(struct diff_state *diff)
{
    uint64_t left = reel_next(diff->sides[0].reel, 0), right = reel_next(diff->sides[1].reel, 0);
    while ((left || right) && same_row(diff, left, right)) {
        diff->equal++;
        left = reel_next(diff->sides[0].reel, left);
        right = reel_next(diff->sides[1].reel, right);
    }
    diff->parts = left || right;
    diff->sides[0].place = left;
    diff->sides[1].place = right;
}

/* The run to compare with: of the other record its only or first one, else the next run of this record. 0: there is none. */
static int64_t other_run(struct session *session, const char **path)
{
    struct record_run_view run;
    *path = session->setup->other ? session->setup->other : session->setup->path;
    if (session->setup->other) return 1;
    for (size_t i = 0; record_run(session->record, i, &run); i++)
        if (run.run_id != session->run.run_id && (run.run_id > session->run.run_id || i + 1 == record_runs(session->record))) return run.run_id;
    return record_runs(session->record) > 1 && record_run(session->record, 0, &run) ? run.run_id : 0;
}

static struct diff_state *diff_of(struct session *session)
{
    const char *path;
    if (session->diff && session->diff->run_id == session->run.run_id) return session->diff;
    diff_free(session);
    struct diff_state *diff = memory_take(sizeof *diff);
    int64_t other = other_run(session, &path);
    struct text name = { 0 };
    *diff = (struct diff_state){ .run_id = session->run.run_id, .sides[0].reel = session->reel };
    if (other) diff->sides[1].reel = reel_open(path, other, &diff->error);
    if (session->setup->other) text_add(&name, session->setup->other);
    else text_printf(&name, "run %lld", (long long)other);
    diff->name = text_done(&name);
    if (diff->sides[1].reel) compare(diff);
    return session->diff = diff;
}

/* ---- drawing ---- */

static uint64_t back_by(struct reel *reel, uint64_t place, int rows, int *moved)
{
    uint64_t before;
    for (*moved = 0; *moved < rows && (before = reel_previous(reel, place)) != 0; ++*moved) place = before;
    return place;
}

static void causes_draw(struct session *session, struct side *side, struct area area)
{
    struct trace_row row;
    uint64_t place = side->place;
    draw_text(&session->canvas, area, 1, 0, STYLE_STRONG, place ? "because of" : "");
    if (!place || !reel_row(side->reel, place, &row)) return;
    for (int y = 1; y < area.rows && row.cause && row.cause < row.seq && reel_row(side->reel, row.cause, &row); y++) row_line(session, area, y, &row);
}

static void side_draw(struct session *session, struct diff_state *diff, struct side *side, struct area area, int above, int offset)
{
    struct trace_row row;
    int moved = 0, y = 0;
    uint64_t start = side->place ? side->place : reel_last(side->reel), place = back_by(side->reel, start, above - offset, &moved);
    for (int skip = offset - above; skip > 0 && place; skip--) place = reel_next(side->reel, place);
    for (; y < area.rows && place && reel_row(side->reel, place, &row); y++, place = reel_next(side->reel, place)) {
        row_line(session, area, y, &row);
        if (place == side->place) draw_style(&session->canvas, area, y, STYLE_CHOSEN);
    }
    if (!place && y < area.rows) draw_text(&session->canvas, area, 1, y, STYLE_DIM, diff->parts && !side->place ? "here this run has ended" : "the end");
}

void diff_draw(struct session *session, struct area area)
{
    struct diff_state *diff = diff_of(session);
    struct canvas *canvas = &session->canvas;
    if (!diff->sides[1].reel) {
        draw_text(canvas, area, 1, 0, diff->error ? STYLE_BAD : STYLE_DIM, diff->error ? diff->error : "nothing to compare with: wspsim tui A.db B.db, or a record of several runs");
        return;
    }
    draw_format(canvas, area, 1, 0, STYLE_STRONG, diff->parts ? "%llu rows are equal; here the runs part" : "all %llu rows are equal", (unsigned long long)diff->equal);
    int half = area.columns / 2, below = area.rows >= 20 && diff->parts ? CAUSES_SHOWN + 1 : 0, rows = area.rows - 2 - below;
    for (int i = 0; i < 2; i++) {
        struct area column = { area.x + i * (half + 1), area.y + 2, i ? area.columns - half - 1 : half, rows };
        draw_format(canvas, (struct area){ column.x, area.y + 1, column.columns, 1 }, 1, 0, STYLE_DIM, "%s", i ? diff->name : session->setup->name ? session->setup->name : session->setup->path);
        side_draw(session, diff, &diff->sides[i], column, rows / 2, session->scroll[TUI_DIFF]);
        if (below) causes_draw(session, &diff->sides[i], (struct area){ column.x, column.y + rows, column.columns, below });
    }
    for (int y = 1; y < area.rows; y++) draw_line(canvas, area, half, y, STYLE_DIM, LINE_VERTICAL);
}

bool diff_take(struct session *session, enum command command, struct area area)
{
    struct diff_state *diff = diff_of(session);
    int *offset = &session->scroll[TUI_DIFF];
    switch (command) {
    case COMMAND_UP: --*offset; return true;
    case COMMAND_DOWN: ++*offset; return true;
    case COMMAND_PAGE_UP: *offset -= area.rows / 2; return true;
    case COMMAND_PAGE_DOWN: *offset += area.rows / 2; return true;
    case COMMAND_HOME: *offset = 0; return true;
    case COMMAND_ENTER:
        if (diff->sides[0].place) session_go(session, diff->sides[0].place);
        if (diff->parts) view_show(session, TUI_TIMELINE);
        return true;
    default: return false;
    }
}
