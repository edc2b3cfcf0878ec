/*
 * The world at the cursor: sockets, what pends, threads, interfaces, links, routes, in sections. What the cursor's row changed is marked, so
 * that one sees the world change while going from row to row.
 */
#include "tui/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TWO_COLUMNS_FROM 130
#define BAR_COLUMNS 20

static const char *const headings[WORLD_SECTIONS] = {
    [WORLD_SOCKETS] = "sockets", [WORLD_PENDING] = "pending requests", [WORLD_THREADS] = "threads", [WORLD_BACKLOG] = "ideal send backlog and window",
    [WORLD_PROCESSORS] = "RSS processors", [WORLD_INTERFACES] = "interfaces and addresses", [WORLD_LINKS] = "links", [WORLD_ROUTES] = "routes",
};

/* ---- the page ---- */

struct world_line *world_add(struct world_page *page, enum world_section section, unsigned style, const char *format, ...)
{
    struct world_part *part = &page->parts[section];
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (part->count > WORLD_LINES_MOST) return NULL;
    if (part->count == part->room) {
        struct world_line *former = part->lines;
        part->room = part->room ? 2 * part->room : 16;
        part->lines = arena_take(page->arena, part->room * sizeof *part->lines);
        if (former) memcpy(part->lines, former, part->count * sizeof *former);
    }
    struct world_line *line = &part->lines[part->count++];
    bool full = part->count > WORLD_LINES_MOST;
    *line = (struct world_line){ .style = full ? STYLE_DIM : style, .text = full ? "and more" : arena_text(page->arena, text) };
    return full ? NULL : line;
}

static struct world_page page_make(struct session *session, int columns)
{
    struct world_page page = { .session = session, .arena = arena_new(), .columns = columns };
    if (!session_world(session)) return page;
    world_state_add(&page);
    world_routes_add(&page);
    world_past_add(&page);
    return page;
}

/* ---- where the sections stand ---- */

struct place_of_part { int column, y; };
struct layout { struct place_of_part parts[WORLD_SECTIONS]; int columns, width, lines; };

static int part_lines(const struct world_part *part) { return part->count ? (int)part->count + 2 : 1; }

/* In two columns: programs to the left, the network to the right. */
static struct layout layout_make(const struct world_page *page)
{
    struct layout layout = { .columns = page->columns >= TWO_COLUMNS_FROM ? 2 : 1 };
    int used[2] = { 0 };
    layout.width = page->columns / layout.columns;
    for (int i = 0; i < WORLD_SECTIONS; i++) {
        int column = layout.columns == 2 && i >= WORLD_INTERFACES;
        layout.parts[i] = (struct place_of_part){ column, used[column] };
        used[column] += part_lines(&page->parts[i]);
    }
    layout.lines = used[0] > used[1] ? used[0] : used[1];
    return layout;
}

static int page_columns(struct area area) { return area.columns < TWO_COLUMNS_FROM ? area.columns : area.columns - 1; }

/* ---- drawing ---- */

static void bar_draw(struct session *session, struct area area, int x, int y, const struct world_line *line)
{
    uint64_t most = line->most ? line->most : 1, value = line->value < most ? line->value : most;
    int filled = (int)(value * 2 * BAR_COLUMNS / most); /* in halves */
    if (line->value && !filled) filled = 1;
    for (int i = 0; i < BAR_COLUMNS; i++, filled -= 2)
        draw_line(&session->canvas, area, x + i, y, filled > 0 ? line->style : STYLE_DIM, filled > 1 ? LINE_BLOCK : filled == 1 ? LINE_HALF : LINE_HORIZONTAL);
}

static void graph_draw(struct session *session, struct area area, int x, int y, const struct world_line *line)
{
    for (int i = 0; i < line->level_count; i++) {
        int above = line->levels[i] - line->floor;
        if (above > 0) draw_line(&session->canvas, area, x + i, y, line->style, above > 1 ? LINE_BLOCK : LINE_HALF);
    }
}

static void line_draw(struct session *session, struct area area, int y, const struct world_line *line)
{
    int x = draw_text(&session->canvas, area, 2, y, line->mark == WORLD_ROW ? STYLE_STRONG : line->style, line->text);
    if (line->form == WORLD_BAR) bar_draw(session, area, x + 1, y, line);
    if (line->form == WORLD_GRAPH) graph_draw(session, area, x + 1, y, line);
    if (line->mark == WORLD_ROW) draw_line(&session->canvas, area, 0, y, STYLE_MARK, LINE_RIGHT);
    if (line->mark == WORLD_INSTANT) draw_line(&session->canvas, area, 0, y, STYLE_DIM, LINE_DOT);
}

static void part_draw(struct session *session, struct area area, const struct world_page *page, int section, int y)
{
    const struct world_part *part = &page->parts[section];
    bool chosen = session->chosen[TUI_WORLD] == section;
    int x = draw_text(&session->canvas, area, 0, y, part->count ? STYLE_STRONG : STYLE_DIM, headings[section]);
    if (!part->count && !part->about) draw_text(&session->canvas, area, x, y, STYLE_DIM, ": none");
    if (part->about) draw_format(&session->canvas, area, x, y, STYLE_DIM, ": %s", part->about);
    if (chosen && y >= 0)
        for (int i = 0; i < x; i++) draw_style(&session->canvas, (struct area){ area.x + i, area.y, 1, area.rows }, y, STYLE_CHOSEN);
    for (size_t i = 0; i < part->count; i++) line_draw(session, area, y + 1 + (int)i, &part->lines[i]);
}

static int scroll_within(struct session *session, const struct layout *layout, int rows)
{
    int *scroll = &session->scroll[TUI_WORLD];
    if (*scroll > layout->lines - rows) *scroll = layout->lines - rows;
    if (*scroll < 0) *scroll = 0;
    return *scroll;
}

void world_draw(struct session *session, struct area area)
{
    struct area body = { area.x, area.y + 2, area.columns, area.rows - 2 };
    struct world_page page = page_make(session, page_columns(area));
    struct layout layout = layout_make(&page);
    int scroll = scroll_within(session, &layout, body.rows);
    if (session->place) row_line(session, area, 0, &session->row);
    draw_style(&session->canvas, area, 0, STYLE_CHOSEN);
    for (int i = 0; i < WORLD_SECTIONS; i++) {
        int column = layout.parts[i].column;
        struct area part = { body.x + column * (layout.width + 1), body.y, column ? body.columns - layout.width - 1 : layout.width, body.rows };
        part_draw(session, part, &page, i, layout.parts[i].y - scroll);
    }
    for (int y = 0; layout.columns == 2 && y < body.rows; y++) draw_line(&session->canvas, body, layout.width, y, STYLE_DIM, LINE_VERTICAL);
    if (layout.lines - scroll > body.rows) draw_format(&session->canvas, area, area.columns - 10, 1, STYLE_DIM, "%d below", layout.lines - scroll - body.rows);
    arena_free(page.arena);
}

/* ---- taking ---- */

/* Chooses a section and brings it onto the screen. */
static void section_choose(struct session *session, int by, struct area area)
{
    struct world_page page = page_make(session, page_columns(area));
    struct layout layout = layout_make(&page);
    int *chosen = &session->chosen[TUI_WORLD], *scroll = &session->scroll[TUI_WORLD], rows = area.rows - 2;
    *chosen = (*chosen + by + WORLD_SECTIONS) % WORLD_SECTIONS;
    int top = layout.parts[*chosen].y, end = top + part_lines(&page.parts[*chosen]);
    if (end > *scroll + rows) *scroll = end - rows;
    if (top < *scroll) *scroll = top;
    arena_free(page.arena);
}

bool world_take(struct session *session, enum command command, struct area area)
{
    int page = area.rows > 4 ? area.rows - 3 : 1;
    switch (command) {
    case COMMAND_LEFT: section_choose(session, -1, area); return true;
    case COMMAND_RIGHT: section_choose(session, 1, area); return true;
    case COMMAND_PAGE_UP: session->scroll[TUI_WORLD] -= page; return true;
    case COMMAND_PAGE_DOWN: session->scroll[TUI_WORLD] += page; return true;
    case COMMAND_ENTER: prompt_open(session, PROMPT_DESTINATION); return true;
    default: return false;
    }
}
