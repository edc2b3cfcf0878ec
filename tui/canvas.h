/*
 * What stands on the screen: cells with a character and a style. Views draw here and know no terminal; the terminal shows it,
 * and a test reads it as text. Everything is clipped to an area. UTF-8 in; a character that is two columns wide takes two cells.
 */
#ifndef TUI_CANVAS_H
#define TUI_CANVAS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a text is, not how it looks: terminal.c gives each a colour, or what there is instead. The first six are enum layer. */
enum style {
    STYLE_SCRIPT, STYLE_SPI, STYLE_UPCALL, STYLE_KERNEL, STYLE_NET, STYLE_PACKET,
    STYLE_PLAIN, STYLE_DIM, STYLE_STRONG, STYLE_BAR, STYLE_GOOD, STYLE_BAD, STYLE_KEY, STYLE_MARK, STYLE_COUNT
};
#define STYLE_CHOSEN 0x80 /* added: the cell is on the cursor's line */

struct cell { char bytes[5]; uint8_t style; }; /* bytes: terminated; empty: the second column of a wide one */
struct canvas { struct cell *cells; int columns, rows; bool ascii; int cursor_x, cursor_y; /* where one types; -1: nowhere */ };
struct area { int x, y, columns, rows; };

void canvas_size(struct canvas *canvas, int columns, int rows); /* begins empty */
void canvas_clear(struct canvas *canvas);
void canvas_free(struct canvas *canvas);
struct area canvas_area(const struct canvas *canvas);

/* Draws at column x, line y of the area, from there on at most to its right edge; returns the column behind the text. A text that
   does not fit ends in "…". Control characters are shown as "·". */
int draw_text(struct canvas *canvas, struct area area, int x, int y, unsigned style, const char *text);
int draw_format(struct canvas *canvas, struct area area, int x, int y, unsigned style, const char *format, ...) __attribute__((format(printf, 6, 7)));
/* The same, cut at `columns`. */
int draw_cut(struct canvas *canvas, struct area area, int x, int y, int columns, unsigned style, const char *text);
void draw_fill(struct canvas *canvas, struct area area, int y, unsigned style); /* a whole line of the area, in blanks */
void draw_style(struct canvas *canvas, struct area area, int y, unsigned added); /* what stands there gets this too */

enum line_form { LINE_HORIZONTAL, LINE_VERTICAL, LINE_RIGHT /* an arrow's head */, LINE_LEFT, LINE_BLOCK, LINE_DOT, LINE_CORNER, LINE_TEE, LINE_HALF };
void draw_line(struct canvas *canvas, struct area area, int x, int y, unsigned style, enum line_form form); /* one cell; ASCII if the terminal wants it */

/* A text in lines of at most `columns`, broken at blanks. Each call gives the next line's length and moves *at to the one after; false: over. */
bool wrap_next(const char **at, int columns, size_t *length);
int text_columns(const char *text);

char *canvas_text(const struct canvas *canvas); /* the screen as text, lines without blanks at their ends; the caller frees */
#endif
