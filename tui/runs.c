/*
 * The runs of the record and how they ended; Enter looks into one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/session.h"

static int runs_chosen(struct session *session)
{
    int count = (int)record_runs(session->record), *chosen = &session->chosen[TUI_RUNS];
    if (*chosen >= count) *chosen = count - 1;
    if (*chosen < 0) *chosen = 0;
    return *chosen;
}

static unsigned verdict_style(const char *verdict) { return strcmp(verdict, "pass") == 0 ? STYLE_GOOD : strcmp(verdict, "known-gap") == 0 ? STYLE_DIM : STYLE_BAD; }

static void run_line(struct session *session, struct area area, int y, const struct record_run_view *run)
{
    char ended[TIME_TEXT];
    time_text(run->virtual_ns, ended);
    int x = draw_format(&session->canvas, area, 1, y, STYLE_PLAIN, "%4lld  ", (long long)run->run_id);
    draw_text(&session->canvas, area, x, y, verdict_style(run->verdict), run->verdict);
    draw_format(&session->canvas, area, x + 12, y, STYLE_PLAIN, "seed %-12llu %9llu rows  %-10s", (unsigned long long)run->seed, (unsigned long long)run->rows, ended);
    draw_text(&session->canvas, area, x + 55, y, STYLE_STRONG, run->title);
    if (run->run_id == session->run.run_id) draw_text(&session->canvas, area, 0, y, STYLE_MARK, "*");
}

static int about_draw(struct session *session, struct area area, int y, const struct record_run_view *run)
{
    for (int x = 0; x < area.columns; x++) draw_line(&session->canvas, area, x, y, STYLE_DIM, LINE_HORIZONTAL);
    draw_format(&session->canvas, area, 1, ++y, STYLE_PLAIN, "scenario  %s", run->scenario_name);
    draw_format(&session->canvas, area, 1, ++y, STYLE_PLAIN, "provider  %s   parameters %s   level %s", run->provider, *run->parameters ? run->parameters : "{}", run->level);
    draw_format(&session->canvas, area, 1, ++y, STYLE_PLAIN, "written   by %s, commit %s", run->program, run->commit);
    draw_format(&session->canvas, area, 1, ++y, STYLE_PLAIN, "digest    %s", run->digest);
    return y;
}

void runs_draw(struct session *session, struct area area)
{
    struct record_run_view run;
    int chosen = runs_chosen(session), lines = area.rows >= 15 ? area.rows - 6 : area.rows, first = chosen - lines + 1;
    if (first < 0) first = 0;
    for (int i = first; i < first + lines && record_run(session->record, (size_t)i, &run); i++) {
        run_line(session, area, i - first, &run);
        if (i == chosen) draw_style(&session->canvas, area, i - first, STYLE_CHOSEN);
    }
    if (lines < area.rows && record_run(session->record, (size_t)chosen, &run)) about_draw(session, area, lines, &run);
}

bool runs_take(struct session *session, enum command command, struct area area)
{
    int *chosen = &session->chosen[TUI_RUNS];
    char *error;
    switch (command) {
    case COMMAND_UP: --*chosen; return true;
    case COMMAND_DOWN: ++*chosen; break;
    case COMMAND_PAGE_UP: *chosen -= area.rows - 1; break;
    case COMMAND_PAGE_DOWN: *chosen += area.rows - 1; break;
    case COMMAND_HOME: *chosen = 0; break;
    case COMMAND_END: *chosen = (int)record_runs(session->record); break;
    case COMMAND_ENTER:
        if (session_run(session, (size_t)runs_chosen(session), &error)) {
            view_show(session, TUI_TIMELINE);
        } else {
            session_say(session, true, "%s", error ? error : "this run cannot be read");
            free(error);
        }
        break;
    default: return false;
    }
    runs_chosen(session);
    return true;
}
