/*
 * What the files of the world view share: a page of lines in sections. The sections are written anew at each drawing from the state after the
 * cursor's row, and from the packets and rows shortly before it.
 */
#ifndef TUI_WORLD_H
#define TUI_WORLD_H
#include "core/arena.h"
#include "tui/session.h"

/* In the order in which Left and Right go through them. */
enum world_section { WORLD_SOCKETS, WORLD_PENDING, WORLD_THREADS, WORLD_BACKLOG, WORLD_PROCESSORS, WORLD_INTERFACES, WORLD_LINKS, WORLD_ROUTES, WORLD_SECTIONS };

enum world_form { WORLD_TEXT, WORLD_BAR /* value of most behind the text */, WORLD_GRAPH /* one line of a graph */ };
enum world_mark { WORLD_OLD, WORLD_INSTANT /* changed at the cursor's instant */, WORLD_ROW /* changed by the cursor's row */ };

struct world_line {
    enum world_form form;
    enum world_mark mark;
    unsigned style;
    const char *text;
    uint64_t value, most;
    const uint8_t *levels; /* a graph's: how many half lines high, one for each column */
    int level_count, floor; /* how many half lines lie beneath this line */
};
struct world_part { const char *about; /* behind the heading; NULL: nothing */ struct world_line *lines; size_t count, room; };
struct world_page { struct session *session; struct arena *arena; struct world_part parts[WORLD_SECTIONS]; int columns; };

#define WORLD_LINES_MOST 400 /* in one section */

/* A further line of a section, to be changed until the next one comes; NULL: the section is full, which it says itself. */
struct world_line *world_add(struct world_page *page, enum world_section section, unsigned style, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* ---- world_state.c: from sim/view ---- */
void world_state_add(struct world_page *page);
/* The value of a column by its name; "" if it is not known, or none. */
const char *world_value(const struct view *view, enum view_kind kind, const struct fact *fact, const char *column);
enum world_mark world_mark(const struct session *session, const struct fact *fact);

/* ---- world_routes.c: which route wins ---- */
void world_routes_add(struct world_page *page);
bool world_destination(const char *text); /* is it an address? */

/* ---- world_past.c: what the packets and rows before the cursor tell ---- */
enum { WORLD_PACKETS_MOST = 2000, WORLD_ROWS_MOST = 20000 }; /* as far back is looked */
void world_past_add(struct world_page *page);
#endif
