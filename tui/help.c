/* Every key, from the table of bindings. */
#include <stdio.h>
#include <string.h>

#include "tui/session.h"

static int lines_of(int columns)
{
    size_t count;
    bindings(&count);
    int lines = (int)count + TUI_VIEWS + 2;
    return columns >= 120 ? (lines + 1) / 2 : lines;
}

static void view_line(struct session *session, struct area area, int x, int y, int number)
{
    draw_format(&session->canvas, area, x + 2, y, STYLE_KEY, "%d", number + 1);
    draw_format(&session->canvas, area, x + 18, y, STYLE_PLAIN, "the view: %s", tui_view((enum view_number)number)->name);
}

static void key_line(struct session *session, struct area area, int x, int y, const struct binding *binding)
{
    char first[12], second[12], both[32];
    key_words(binding->key, first);
    key_words(binding->other, second);
    snprintf(both, sizeof both, "%s%s%s", first, binding->other ? "  " : "", binding->other ? second : "");
    draw_text(&session->canvas, area, x + 2, y, STYLE_KEY, both);
    draw_text(&session->canvas, area, x + 18, y, STYLE_PLAIN, binding->does);
}

void help_draw(struct session *session, struct area area)
{
    size_t count;
    const struct binding *table = bindings(&count);
    int lines = lines_of(area.columns), half = area.columns / 2;
    int *first = &session->scroll[TUI_HELP];
    if (*first > lines - area.rows) *first = lines - area.rows;
    if (*first < 0) *first = 0;
    for (int i = 0; i < (int)count + TUI_VIEWS; i++) {
        bool right = i >= lines;
        struct area column = { area.x + (right ? half : 0), area.y, area.columns >= 120 ? half : area.columns, area.rows };
        int y = (right ? i - lines : i) - *first;
        if (y < 0 || y >= area.rows) continue;
        if (i < TUI_VIEWS) view_line(session, column, 0, y, i);
        else key_line(session, column, 0, y, &table[i - TUI_VIEWS]);
    }
}

bool help_take(struct session *session, enum command command, struct area area)
{
    int *first = &session->scroll[TUI_HELP];
    switch (command) {
    case COMMAND_UP: --*first; return true;
    case COMMAND_DOWN: ++*first; return true;
    case COMMAND_PAGE_UP: *first -= area.rows - 1; return true;
    case COMMAND_PAGE_DOWN: *first += area.rows - 1; return true;
    case COMMAND_HOME: *first = 0; return true;
    case COMMAND_END: *first = lines_of(area.columns); return true;
    default: return false;
    }
}
