/*
 * Drawing into cells.
 */
#include "tui/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/text.h"

void canvas_size(struct canvas *canvas, int columns, int rows)
{
    canvas->columns = columns > 0 ? columns : 1;
    canvas->rows = rows > 0 ? rows : 1;
    canvas->cells = memory_grow(canvas->cells, (size_t)canvas->columns * (size_t)canvas->rows * sizeof *canvas->cells);
    canvas_clear(canvas);
}

void canvas_clear(struct canvas *canvas)
{
    for (int i = 0; i < canvas->columns * canvas->rows; i++) canvas->cells[i] = (struct cell){ " ", STYLE_PLAIN };
    canvas->cursor_x = canvas->cursor_y = -1;
}

void canvas_free(struct canvas *canvas)
{
    free(canvas->cells);
    *canvas = (struct canvas){ 0 };
}

struct area canvas_area(const struct canvas *canvas) { return (struct area){ 0, 0, canvas->columns, canvas->rows }; }

/* ---- characters ---- */

struct letter { unsigned point; int bytes, columns; };

/* Far Eastern scripts and pictures are two columns wide. */
static int columns_of(unsigned point)
{
    if (point < 0x1100) return 1;
    bool wide = point <= 0x115f || (point >= 0x2e80 && point <= 0xa4cf) || (point >= 0xac00 && point <= 0xd7a3) || (point >= 0xf900 && point <= 0xfaff)
                || (point >= 0xfe30 && point <= 0xfe6f) || (point >= 0xff00 && point <= 0xff60) || (point >= 0xffe0 && point <= 0xffe6) || (point >= 0x1f300 && point <= 0x1faff)
                || (point >= 0x20000 && point <= 0x3fffd);
    return wide ? 2 : 1;
}

/* What is no UTF-8 counts as one strange character a byte. */
static struct letter letter_at(const char *text)
{
    unsigned char first = (unsigned char)text[0];
    int length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
    unsigned point = length == 1 ? first : first & (0xffu >> (length + 1));
    for (int i = 1; i < length; i++) {
        if (((unsigned char)text[i] & 0xc0) != 0x80) return (struct letter){ 0xfffd, 1, 1 };
        point = point << 6 | ((unsigned char)text[i] & 0x3f);
    }
    if (length == 0) return (struct letter){ 0xfffd, 1, 1 };
    return (struct letter){ point, length, columns_of(point) };
}

int text_columns(const char *text)
{
    int columns = 0;
    for (; *text; text += letter_at(text).bytes) columns += letter_at(text).columns;
    return columns;
}

/* ---- cells ---- */

static struct cell *cell_at(struct canvas *canvas, struct area area, int x, int y)
{
    if (x < 0 || y < 0 || x >= area.columns || y >= area.rows) return NULL;
    x += area.x, y += area.y;
    return x < canvas->columns && y < canvas->rows ? &canvas->cells[y * canvas->columns + x] : NULL;
}

static void put_bytes(struct cell *cell, const char *bytes, int length, unsigned style)
{
    if (!cell) return;
    memcpy(cell->bytes, bytes, (size_t)length);
    cell->bytes[length] = 0;
    cell->style = (uint8_t)(style | (cell->style & STYLE_CHOSEN));
}

static void put_letter(struct canvas *canvas, struct area area, int x, int y, unsigned style, const char *text, struct letter letter)
{
    struct cell *cell = cell_at(canvas, area, x, y);
    const char *stand_in = canvas->ascii ? "?" : "\xc2\xb7";
    if (letter.point < 0x20 || letter.point == 0x7f || letter.point == 0xfffd || (letter.point >= 0x80 && letter.point < 0xa0)) {
        put_bytes(cell, letter.point == '\t' ? " " : stand_in, letter.point == '\t' ? 1 : (int)strlen(stand_in), style);
    } else if (canvas->ascii && letter.point >= 0x80) {
        put_bytes(cell, letter.point == 0x2026 ? "~" : "?", 1, style);
    } else {
        put_bytes(cell, text, letter.bytes, style);
        if (letter.columns == 2) put_bytes(cell_at(canvas, area, x + 1, y), "", 0, style);
    }
}

int draw_cut(struct canvas *canvas, struct area area, int x, int y, int columns, unsigned style, const char *text)
{
    int end = x + columns < area.columns ? x + columns : area.columns;
    bool cut = x + text_columns(text) > end;
    if (x >= end) return x;
    while (*text) {
        struct letter letter = letter_at(text);
        if (x + letter.columns > end - cut) break;
        put_letter(canvas, area, x, y, style, text, letter);
        x += letter.columns;
        text += letter.bytes;
    }
    if (cut && x < end) put_letter(canvas, area, x++, y, style, "\xe2\x80\xa6", (struct letter){ 0x2026, 3, 1 });
    return x;
}

int draw_text(struct canvas *canvas, struct area area, int x, int y, unsigned style, const char *text)
{
    return draw_cut(canvas, area, x, y, area.columns - x, style, text);
}

int draw_format(struct canvas *canvas, struct area area, int x, int y, unsigned style, const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    return draw_text(canvas, area, x, y, style, line);
}

void draw_fill(struct canvas *canvas, struct area area, int y, unsigned style)
{
    for (int x = 0; x < area.columns; x++) put_bytes(cell_at(canvas, area, x, y), " ", 1, style);
}

void draw_style(struct canvas *canvas, struct area area, int y, unsigned added)
{
    for (int x = 0; x < area.columns; x++) {
        struct cell *cell = cell_at(canvas, area, x, y);
        if (cell) cell->style |= (uint8_t)added;
    }
}

void draw_line(struct canvas *canvas, struct area area, int x, int y, unsigned style, enum line_form form)
{
    static const char *const forms[][2] = {
        [LINE_HORIZONTAL] = { "-", "─" }, [LINE_VERTICAL] = { "|", "│" }, [LINE_RIGHT] = { ">", "▶" }, [LINE_LEFT] = { "<", "◀" }, [LINE_BLOCK] = { "#", "█" },
        [LINE_DOT] = { "o", "●" }, [LINE_CORNER] = { "`", "└" }, [LINE_TEE] = { "+", "├" }, [LINE_HALF] = { "=", "▄" },
    };
    const char *bytes = forms[form][!canvas->ascii];
    put_bytes(cell_at(canvas, area, x, y), bytes, (int)strlen(bytes), style);
}

/* ---- lines of a text ---- */

bool wrap_next(const char **at, int columns, size_t *length)
{
    const char *start = *at, *text = start, *blank = NULL;
    int used = 0;
    if (!*start) return false;
    while (*text && *text != '\n') {
        struct letter letter = letter_at(text);
        if (used + letter.columns > columns && used > 0) break;
        if (*text == ' ') blank = text;
        used += letter.columns;
        text += letter.bytes;
    }
    if (*text && *text != '\n' && *text != ' ' && blank && blank > start) text = blank; /* break between words, not within one */
    *length = (size_t)(text - start);
    *at = text + (*text == '\n' || *text == ' ');
    return true;
}

char *canvas_text(const struct canvas *canvas)
{
    struct text text = { 0 };
    for (int y = 0; y < canvas->rows; y++) {
        size_t kept = text.length;
        for (int x = 0; x < canvas->columns; x++) {
            const char *bytes = canvas->cells[y * canvas->columns + x].bytes;
            text_add(&text, bytes);
            if (strcmp(bytes, " ") != 0) kept = text.length;
        }
        text.length = kept;
        text_add(&text, "\n");
    }
    return text_done(&text);
}
