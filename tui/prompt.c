/*
 * What is typed at the bottom: a time, a row's number, a mark, a text to search, a filter, a prediction.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/session.h"
#include "tui/world.h"

static const char *const asks[] = {
    [PROMPT_NONE] = "", [PROMPT_TIME] = "time: ", [PROMPT_ROW] = "row: ", [PROMPT_MARK] = "mark with a letter: ", [PROMPT_MARKED] = "go to mark: ", [PROMPT_SEARCH] = "/",
    [PROMPT_FILTER] = "show: ", [PROMPT_ANSWER] = "your prediction: ", [PROMPT_DESTINATION] = "the way to address: ",
};

void prompt_open(struct session *session, enum prompt prompt)
{
    session->prompt = prompt;
    session->typed[0] = 0;
    if (prompt == PROMPT_FILTER) {
        struct text text = { 0 };
        filter_text(&session->filter, &text);
        char *now = text_done(&text);
        snprintf(session->typed, sizeof session->typed, "%s", now);
        free(now);
    }
}

static void time_go(struct session *session, const char *text)
{
    int64_t at_ns;
    if (!time_parse(text, &at_ns)) session_say(session, true, "\"%s\" is no time: it wants a unit, as in 5ms or 1.5s", text);
    else session_go(session, reel_at(session->reel, at_ns));
}

static void row_go(struct session *session, const char *text)
{
    uint64_t number;
    struct trace_row row;
    bool packet = text[0] == 'p';
    if (!number_parse(text + packet, &number) || number == 0 || number >= TRACE_PACKET_BASE) session_say(session, true, "\"%s\" is no row's number: 12, or p12 for a packet", text);
    else if (!reel_row(session->reel, number + (packet ? TRACE_PACKET_BASE : 0), &row)) session_say(session, true, "this run has no row %s", text);
    else session_go(session, number + (packet ? TRACE_PACKET_BASE : 0));
}

static void search_go(struct session *session, const char *text)
{
    if (*text) {
        free(session->search);
        struct text copy = { 0 };
        text_add(&copy, text);
        session->search = text_done(&copy);
    }
    move_take(session, COMMAND_FOUND_NEXT, 1);
}

static void filter_go(struct session *session, const char *text)
{
    char wrong[128];
    if (!filter_parse(&session->filter, text, wrong)) {
        session_say(session, true, "%s", wrong);
        return;
    }
    if (filter_fits(&session->filter, &session->row)) return;
    uint64_t place = move_shown(session, session->place, 1);
    if (!place) place = move_shown(session, session->place, -1);
    if (place) {
        session_go(session, place);
    } else {
        filter_clear(&session->filter);
        session_say(session, true, "no row is like that: all are shown again");
    }
}

static void destination_set(struct session *session, const char *text)
{
    if (*text && !world_destination(text)) session_say(session, true, "\"%s\" is no address: 192.0.2.1, or 2001:db8::1", text);
    else if (strlen(text) < sizeof session->destination) memcpy(session->destination, text, strlen(text) + 1);
}

static void mark_key(struct session *session, int key)
{
    bool set = session->prompt == PROMPT_MARK;
    session->prompt = PROMPT_NONE;
    if (key < 'a' || key > 'z') return;
    if (set) {
        session->marks[key - 'a'] = session->place;
        session_say(session, false, "marked as %c", key);
    } else if (session->marks[key - 'a']) {
        session_go(session, session->marks[key - 'a']);
    } else {
        session_say(session, true, "nothing is marked as %c", key);
    }
}

static void prompt_enter(struct session *session)
{
    enum prompt prompt = session->prompt;
    session->prompt = PROMPT_NONE;
    switch (prompt) {
    case PROMPT_TIME: time_go(session, session->typed); break;
    case PROMPT_ROW: row_go(session, session->typed); break;
    case PROMPT_SEARCH: search_go(session, session->typed); break;
    case PROMPT_FILTER: filter_go(session, session->typed); break;
    case PROMPT_ANSWER: quiz_answer(session, session->typed); break;
    case PROMPT_DESTINATION: destination_set(session, session->typed); break;
    case PROMPT_MARK:
    case PROMPT_MARKED:
    case PROMPT_NONE: break;
    }
}

void prompt_key(struct session *session, int key)
{
    size_t length = strlen(session->typed);
    if (session->prompt == PROMPT_MARK || session->prompt == PROMPT_MARKED) {
        mark_key(session, key);
    } else if (key == KEYS_ESCAPE) {
        if (session->prompt == PROMPT_ANSWER) quiz_end(session);
        session->prompt = PROMPT_NONE;
    } else if (key == KEYS_ENTER) {
        prompt_enter(session);
    } else if (key == KEYS_BACKSPACE) {
        while (length && ((unsigned char)session->typed[length - 1] & 0xc0) == 0x80) length--; /* a whole character */
        session->typed[length ? length - 1 : 0] = 0;
    } else if (key == 21) { /* Ctrl-U */
        session->typed[0] = 0;
    } else if (key >= ' ' && key < 0x100 && key != 0x7f && length + 1 < sizeof session->typed) {
        session->typed[length] = (char)key;
        session->typed[length + 1] = 0;
    }
}

void prompt_draw(struct session *session, struct area bar)
{
    int x = draw_text(&session->canvas, bar, 0, 0, STYLE_KEY, asks[session->prompt]);
    const char *shown = session->typed; /* its end, if it is longer than the line */
    while (text_columns(shown) > bar.columns - x - 1) shown++;
    x = draw_text(&session->canvas, bar, x, 0, STYLE_PLAIN, shown);
    session->canvas.cursor_x = bar.x + x;
    session->canvas.cursor_y = bar.y;
}
