/*
 * Opening a record for looking, and the cursor in it.
 */
#include "tui/session.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEGINNING 100000 /* rows in which the beginning is looked for */

/* Where one wants to look first: at what failed; else at the first step, not at the building of the world before it. */
static uint64_t beginning(struct session *session)
{
    struct trace_row row;
    uint64_t first = reel_next(session->reel, 0), step = 0, place = first;
    bool failed = strcmp(session->run.verdict, "pass") != 0;
    for (int looked = 0; looked < BEGINNING && place && reel_row(session->reel, place, &row); looked++, place = reel_next(session->reel, place)) {
        if (failed && is_failure(&row)) return place;
        if (!step && row.layer == LAYER_SCRIPT) step = place;
        if (step && !failed) break;
    }
    return step ? step : first;
}

bool session_run(struct session *session, size_t index, char **error)
{
    struct record_run_view run;
    *error = NULL;
    if (!record_run(session->record, index, &run)) return false;
    struct reel *reel = reel_open(session->setup->path, run.run_id, error);
    if (!reel) return false;
    diff_free(session); /* it reads by the reel that goes */
    reel_close(session->reel);
    view_close(session->view);
    session->reel = reel;
    session->run = run;
    session->view = view_open(session->record, run.run_id);
    session->lines = NULL;
    session->place = 0;
    session->trail_count = 0;
    memset(session->marks, 0, sizeof session->marks);
    session_go(session, beginning(session));
    session->scroll[TUI_TIMELINE] = 6;
    return true;
}

bool session_open(struct session *session, const struct tui_setup *setup, char **error)
{
    size_t index = 0;
    struct record_run_view run;
    *session = (struct session){ .setup = setup, .speed = 3, .arena = arena_new(), .record = record_open(setup->path, error) };
    if (!session->record) return false;
    for (size_t i = 0; setup->run_id && record_run(session->record, i, &run); i++)
        if (run.run_id == setup->run_id) index = i;
    session->shown = session->before = !setup->run_id && record_runs(session->record) > 1 ? TUI_RUNS : TUI_TIMELINE;
    return session_run(session, index, error);
}

void session_close(struct session *session)
{
    diff_free(session);
    reel_close(session->reel);
    view_close(session->view);
    record_close(session->record);
    arena_free(session->arena);
    filter_clear(&session->filter);
    canvas_free(&session->canvas);
    free(session->search);
    free(session->row_bytes);
    free(session->box.title);
    free(session->box.text);
    free(session->quiz.done);
    *session = (struct session){ 0 };
}

void session_go(struct session *session, uint64_t place)
{
    struct trace_row row;
    if (!place || !reel_row(session->reel, place, &row)) {
        if (reel_error(session->reel)) session_say(session, true, "%s", reel_error(session->reel));
        return;
    }
    session->row_bytes = memory_grow(session->row_bytes, row.size); /* a copy: the reel reads on */
    memcpy(session->row_bytes, row.bytes, row.size);
    trace_row_decode(session->row_bytes, row.size, &session->row);
    session->place = place;
}

void session_say(struct session *session, bool bad, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(session->message, sizeof session->message, format, arguments);
    va_end(arguments);
    session->message_bad = bad;
}

bool session_world(struct session *session)
{
    char *error = NULL;
    if (view_at(session->view, reel_rows_before(session->reel, session->place), &error)) return true;
    session_say(session, true, "%s", error);
    free(error);
    return false;
}

struct area session_body(const struct session *session)
{
    struct area area = canvas_area(&session->canvas);
    area.y += 1;
    area.rows = area.rows > 2 ? area.rows - 2 : 0;
    return area;
}
