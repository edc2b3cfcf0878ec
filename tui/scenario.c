/*
 * The scenario's text, with the step that the cursor's row belongs to; and what steps say about themselves.
 */
#include <stdlib.h>
#include <string.h>

#include "script/form.h"
#include "script/pointer.h"
#include "tui/session.h"

struct scenario_lines {
    const struct json *root;   /* NULL: the text is no JSON */
    const char **lines;        /* each terminated; a text without line ends is laid out anew */
    unsigned count;
};

static const char **lines_split(struct arena *arena, const char *text, unsigned *count)
{
    unsigned room = 1;
    for (const char *at = text; *at; at++) room += *at == '\n';
    const char **lines = arena_take(arena, room * sizeof *lines);
    char *copy = arena_text(arena, text), *at = copy;
    *count = 0;
    while (*at) {
        char *end = strchr(at, '\n');
        lines[(*count)++] = at;
        if (!end) break;
        *end = 0;
        at = end + 1;
    }
    return lines;
}

/* A scenario put together of several files is one long line: such a text is laid out first. */
static const struct scenario_lines *lines_of(struct session *session)
{
    struct json_error error;
    if (session->lines) return session->lines;
    struct scenario_lines *lines = arena_take(session->arena, sizeof *lines);
    const char *text = session->run.scenario_text;
    const struct json_document *document = json_parse(session->arena, session->run.scenario_name, text, strlen(text), &error);
    char *formed = document && !strchr(text, '\n') ? scenario_form(document->root) : NULL;
    if (formed) document = json_parse(session->arena, session->run.scenario_name, arena_text(session->arena, formed), strlen(formed), &error);
    *lines = (struct scenario_lines){ .root = document ? document->root : NULL };
    lines->lines = lines_split(session->arena, formed ? formed : text, &lines->count);
    free(formed);
    return session->lines = lines;
}

const char *step_of(struct session *session, const struct trace_row *row)
{
    struct trace_row cause = *row;
    for (int depth = 0; depth < 1000 && cause.layer != LAYER_SCRIPT; depth++)
        if (!cause.cause || !reel_row(session->reel, cause.cause, &cause)) return NULL;
    return cause.layer == LAYER_SCRIPT && cause.object[0] == '/' ? arena_text(session->arena, cause.object) : NULL;
}

const char *step_text(struct session *session, const char *pointer, const char *member)
{
    const struct scenario_lines *lines = lines_of(session);
    const struct json *node = lines->root ? json_at(lines->root, pointer) : NULL;
    const struct json *value = node && node->type == JSON_OBJECT ? json_member(node, member) : NULL;
    return value && value->type == JSON_TEXT ? value->text : NULL;
}

/* From which line to which a step goes: to the line before the next element. */
static void step_lines(const struct scenario_lines *lines, const char *pointer, unsigned *from, unsigned *to)
{
    const struct json *node = pointer && lines->root ? json_at(lines->root, pointer) : NULL;
    *from = *to = 0;
    if (!node || node == lines->root) return;
    *from = *to = node->line;
    for (const struct json *child = node->first; child; child = child->next)
        if (child->line > *to) *to = child->line;
}

void scenario_draw(struct session *session, struct area area)
{
    const struct scenario_lines *lines = lines_of(session);
    unsigned from, to;
    step_lines(lines, step_of(session, &session->row), &from, &to);
    int first = (from ? (int)from - 1 - area.rows / 3 : 0) + session->scroll[TUI_SCENARIO];
    if (first > (int)lines->count - area.rows) first = (int)lines->count - area.rows;
    if (first < 0) first = 0;
    for (int y = 0; y < area.rows && first + y < (int)lines->count; y++) {
        unsigned line = (unsigned)(first + y) + 1;
        bool current = from && line >= from && line <= to;
        int x = draw_format(&session->canvas, area, 0, y, current ? STYLE_STRONG : STYLE_DIM, "%5u ", line);
        draw_text(&session->canvas, area, x, y, current ? STYLE_STRONG : STYLE_PLAIN, lines->lines[line - 1]);
        if (current) draw_style(&session->canvas, area, y, STYLE_CHOSEN);
    }
}

/* Up and Down go on with the rows, as everywhere; the text alone is turned by pages. */
bool scenario_take(struct session *session, enum command command, struct area area)
{
    int *scroll = &session->scroll[TUI_SCENARIO];
    if (command == COMMAND_PAGE_DOWN) *scroll += area.rows - 1;
    else if (command == COMMAND_PAGE_UP) *scroll -= area.rows - 1;
    else {
        *scroll = 0;
        return false;
    }
    return true;
}
