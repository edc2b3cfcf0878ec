/*
 * The keys. Arrows, pages, Home, End, Enter, Esc, q and / do what everybody expects; letters are the first letters of what they do, and
 * the capital is the same backwards.
 */
#include "tui/keys.h"

#include <stdio.h>
#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof *(list))

static const struct binding table[] = {
    { KEYS_DOWN, 'j', COMMAND_DOWN, "the next row" },
    { KEYS_UP, 'k', COMMAND_UP, "the row before" },
    { KEYS_PAGE_DOWN, ' ', COMMAND_PAGE_DOWN, "a page on" },
    { KEYS_PAGE_UP, 'b', COMMAND_PAGE_UP, "a page back" },
    { KEYS_HOME, '<', COMMAND_HOME, "the first row" },
    { KEYS_END, '>', COMMAND_END, "the last row" },
    { KEYS_RIGHT, 0, COMMAND_RIGHT, "what lies to the right" },
    { KEYS_LEFT, 0, COMMAND_LEFT, "what lies to the left" },
    { KEYS_ENTER, 0, COMMAND_ENTER, "open: the row with its causes and effects; the run; the packet" },
    { KEYS_ESCAPE, KEYS_BACKSPACE, COMMAND_BACK, "back to where one came from; stop playing; end a question" },
    { 'q', 0, COMMAND_QUIT, "quit" },
    { ']', 0, COMMAND_INSTANT_NEXT, "the next instant" },
    { '[', 0, COMMAND_INSTANT_PREVIOUS, "the instant before" },
    { '}', 0, COMMAND_CALL_NEXT, "the next call of a program" },
    { '{', 0, COMMAND_CALL_PREVIOUS, "the call before" },
    { 'f', 0, COMMAND_FAILURE_NEXT, "the next failure" },
    { 'F', 0, COMMAND_FAILURE_PREVIOUS, "the failure before" },
    { 'c', 0, COMMAND_COMPLETION_NEXT, "the next completion" },
    { 'C', 0, COMMAND_COMPLETION_PREVIOUS, "the completion before" },
    { 's', 0, COMMAND_SAME_NEXT, "the next row about the same object (socket, interface)" },
    { 'S', 0, COMMAND_SAME_PREVIOUS, "the one before" },
    { 'w', 0, COMMAND_CAUSE, "why: the row that caused this one" },
    { 't', 0, COMMAND_TIME, "go to a time" },
    { 'g', 0, COMMAND_ROW, "go to a row by its number; p12: a packet's" },
    { 'm', 0, COMMAND_MARK, "mark this row with a letter" },
    { '\'', 0, COMMAND_MARKED, "go to a mark" },
    { '/', 0, COMMAND_SEARCH, "search a text in rows" },
    { 'n', 0, COMMAND_FOUND_NEXT, "the next row with it" },
    { 'N', 0, COMMAND_FOUND_PREVIOUS, "the row before with it" },
    { 'l', 0, COMMAND_FILTER, "show only some rows: layer=spi host=a actor=app object=s, or a text" },
    { 'p', 0, COMMAND_PLAY, "play forwards, or stop" },
    { 'P', 0, COMMAND_PLAY_BACK, "play backwards, or stop" },
    { '+', '=', COMMAND_FASTER, "play faster" },
    { '-', 0, COMMAND_SLOWER, "play slower" },
    { 'e', 0, COMMAND_EXPLAIN, "explain the codes, errors and events of this row" },
    { 'a', 0, COMMAND_ABOUT, "what the scenario says about itself and this step" },
    { '?', 'h', COMMAND_HELP, "this help" },
    { KEYS_TAB, 0, COMMAND_VIEW_NEXT, "the next view" },
    { KEYS_BACKTAB, 0, COMMAND_VIEW_PREVIOUS, "the view before" },
    { 12, 0, COMMAND_REDRAW, "draw the screen anew" },
};

static const struct { int key; const char *name; } names[] = {
    { KEYS_ENTER, "Enter" }, { KEYS_TAB, "Tab" }, { KEYS_BACKSPACE, "Backspace" }, { KEYS_ESCAPE, "Esc" }, { KEYS_UP, "Up" }, { KEYS_DOWN, "Down" }, { KEYS_LEFT, "Left" },
    { KEYS_RIGHT, "Right" }, { KEYS_PAGE_UP, "PgUp" }, { KEYS_PAGE_DOWN, "PgDn" }, { KEYS_HOME, "Home" }, { KEYS_END, "End" }, { KEYS_BACKTAB, "S-Tab" }, { 12, "Ctrl-L" }, { ' ', "Space" },
    { '<', "lt" }, { KEYS_TICK, "Tick" },
};

const struct binding *bindings(size_t *count)
{
    *count = COUNT(table);
    return table;
}

enum command command_of(int key)
{
    if (key >= '1' && key <= '9') return (enum command)(COMMAND_VIEW_FIRST + key - '1');
    for (size_t i = 0; i < COUNT(table); i++)
        if (key && (table[i].key == key || table[i].other == key)) return table[i].command;
    return COMMAND_NONE;
}

void key_words(int key, char name[12])
{
    snprintf(name, 12, "%c", key < 0x80 ? key : '?');
    for (size_t i = 0; i < COUNT(names); i++)
        if (names[i].key == key && key != '<') snprintf(name, 12, "%s", names[i].name);
}

int key_read(const char **at)
{
    const char *close = **at == '<' ? strchr(*at, '>') : NULL;
    if (!close || close == *at + 1) {
        int key = (unsigned char)**at;
        *at += key != 0;
        return key;
    }
    for (size_t i = 0; i < COUNT(names); i++) {
        if (strlen(names[i].name) != (size_t)(close - *at) - 1 || strncmp(names[i].name, *at + 1, strlen(names[i].name)) != 0) continue;
        *at = close + 1;
        return names[i].key;
    }
    return KEY_NONE;
}
