/*
 * A text in a box over the view, and what stands in such boxes: pages of explain, what the scenario says.
 */
#include <stdlib.h>
#include <string.h>

#include "core/trace_form.h"
#include "tui/session.h"

void box_open(struct session *session, const char *title, char *text)
{
    if (!text) return;
    struct text copy = { 0 };
    text_add(&copy, title);
    free(session->box.title);
    free(session->box.text);
    session->box = (struct box){ .title = text_done(&copy), .text = text };
}

static struct area box_area(const struct session *session)
{
    struct area area = session_body(session);
    int margin = area.columns > 92 ? (area.columns - 92) / 2 : 0; /* pages are made for 80 columns */
    area.x += margin, area.columns -= 2 * margin;
    return area;
}

static int lines_of(const char *text, int columns)
{
    int lines = 0;
    size_t length;
    while (wrap_next(&text, columns, &length)) lines++;
    return lines;
}

void box_draw(struct session *session)
{
    struct area area = box_area(session);
    struct canvas *canvas = &session->canvas;
    int inner = area.columns > 84 ? 2 : 0, columns = area.columns - 2 * inner, lines = lines_of(session->box.text, columns), y = 1;
    if (lines + 2 < area.rows) area.rows = lines + 2;
    if (session->box.first > lines - (area.rows - 2)) session->box.first = lines - (area.rows - 2);
    if (session->box.first < 0) session->box.first = 0;
    for (int line = 0; line < area.rows; line++) draw_fill(canvas, area, line, STYLE_PLAIN);
    for (int x = 0; x < area.columns; x++) draw_line(canvas, area, x, 0, STYLE_STRONG, LINE_HORIZONTAL), draw_line(canvas, area, x, area.rows - 1, STYLE_STRONG, LINE_HORIZONTAL);
    draw_format(canvas, area, 2, 0, STYLE_STRONG, " %s ", session->box.title);
    const char *at = session->box.text, *start = at;
    size_t length;
    for (int line = 0; wrap_next(&at, columns, &length); start = at, line++) {
        if (line < session->box.first || y >= area.rows - 1) continue;
        struct text text = { 0 };
        text_add_n(&text, start, length);
        char *shown = text_done(&text);
        draw_text(canvas, area, inner, y++, STYLE_PLAIN, shown);
        free(shown);
    }
    if (lines > area.rows - 2) draw_format(canvas, area, area.columns - 22, area.rows - 1, STYLE_DIM, " %d to %d of %d ", session->box.first + 1, session->box.first + area.rows - 2, lines);
}

void box_take(struct session *session, enum command command)
{
    struct area area = box_area(session);
    int *first = &session->box.first, page = area.rows - 3;
    switch (command) {
    case COMMAND_UP: --*first; break;
    case COMMAND_DOWN: ++*first; break;
    case COMMAND_PAGE_UP: *first -= page; break;
    case COMMAND_PAGE_DOWN: *first += page; break;
    case COMMAND_HOME: *first = 0; break;
    case COMMAND_END: *first = lines_of(session->box.text, area.columns); break;
    default: /* anything else closes it */
        free(session->box.title);
        free(session->box.text);
        session->box = (struct box){ 0 };
    }
}

/* ---- what the row's words mean ---- */

static bool explained_add(struct session *session, struct text *text, const char *word)
{
    char *page = session->setup->explain ? session->setup->explain(word) : NULL;
    if (!page) return false;
    if (!strstr(text->bytes ? text->bytes : "", page)) text_printf(text, "%s%s", text->length ? "\n" : "", page);
    free(page);
    return true;
}

/* All texts among the fields: a code, an error, names of events. */
static void fields_explain(struct session *session, struct text *text)
{
    const uint8_t *at = session->row.detail, *end = at + session->row.detail_size;
    struct form_field field;
    while (form_field_next(&at, end, &field))
        if (field.tag == FORM_TEXT && (strncmp((const char *)field.bytes, "SIO_", 4) == 0 || strncmp((const char *)field.bytes, "WSA", 3) == 0 || strncmp((const char *)field.bytes, "FD_", 3) == 0
                                       || strncmp((const char *)field.bytes, "WAIT_", 5) == 0))
            explained_add(session, text, (const char *)field.bytes);
}

void explain_open(struct session *session)
{
    struct text text = { 0 };
    fields_explain(session, &text);
    if (session->row.layer != LAYER_NET && session->row.layer != LAYER_PACKET) explained_add(session, &text, session->row.verb);
    if (text.length) box_open(session, "explain", text_done(&text));
    else session_say(session, false, "nothing in this row has a page of its own");
}

static void about_add(struct text *text, const char *label, const char *about)
{
    if (about && *about) text_printf(text, "%s%s%s\n", text->length ? "\n" : "", label, about);
}

void about_open(struct session *session)
{
    struct text text = { 0 };
    const char *pointer = step_of(session, &session->row);
    about_add(&text, "", session->run.title);
    about_add(&text, "", step_text(session, "", "about"));
    about_add(&text, "Source: ", step_text(session, "", "source"));
    if (pointer) {
        about_add(&text, "This step: ", step_text(session, pointer, "about"));
        about_add(&text, "Question: ", step_text(session, pointer, "question"));
    }
    box_open(session, "about", text_done(&text));
}
