/*
 * Keys and what they do: one table, from which dispatch, help and the hints at the bottom are made.
 */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H
#include <stddef.h>

/* A key is its character, or one of these. */
enum key { KEY_NONE = 0, KEYS_ENTER = 13, KEYS_TAB = 9, KEYS_BACKSPACE = 8, KEYS_ESCAPE = 27, KEYS_FIRST = 0x1000, KEYS_UP = KEYS_FIRST, KEYS_DOWN, KEYS_LEFT, KEYS_RIGHT, KEYS_PAGE_UP, KEYS_PAGE_DOWN,
           KEYS_HOME, KEYS_END, KEYS_BACKTAB, KEYS_RESIZE, KEYS_TICK /* time has passed while playing */, KEYS_CLICK /* session.mouse_x, mouse_y */ };

enum command {
    COMMAND_NONE, COMMAND_UP, COMMAND_DOWN, COMMAND_PAGE_UP, COMMAND_PAGE_DOWN, COMMAND_HOME, COMMAND_END, COMMAND_LEFT, COMMAND_RIGHT, COMMAND_ENTER, COMMAND_BACK, COMMAND_QUIT,
    COMMAND_INSTANT_NEXT, COMMAND_INSTANT_PREVIOUS, COMMAND_CALL_NEXT, COMMAND_CALL_PREVIOUS, COMMAND_FAILURE_NEXT, COMMAND_FAILURE_PREVIOUS, COMMAND_COMPLETION_NEXT,
    COMMAND_COMPLETION_PREVIOUS, COMMAND_SAME_NEXT, COMMAND_SAME_PREVIOUS, COMMAND_CAUSE, COMMAND_TIME, COMMAND_ROW, COMMAND_MARK, COMMAND_MARKED, COMMAND_SEARCH,
    COMMAND_FOUND_NEXT, COMMAND_FOUND_PREVIOUS, COMMAND_FILTER, COMMAND_PLAY, COMMAND_PLAY_BACK, COMMAND_FASTER, COMMAND_SLOWER, COMMAND_EXPLAIN, COMMAND_ABOUT, COMMAND_HELP, COMMAND_REDRAW, COMMAND_CLICK_ROW,
    COMMAND_VIEW_NEXT, COMMAND_VIEW_PREVIOUS, COMMAND_VIEW_FIRST /* from here on: the views, in their order */
};

struct binding { int key, other; enum command command; const char *does; }; /* other: a second key, or 0 */
const struct binding *bindings(size_t *count);
enum command command_of(int key);
void key_words(int key, char name[12]); /* "Down", "j" */
/* The next key of a text such as "jj<Down>q", and *at moves on; KEY_NONE: the end, or *at stands before what is no key. */
int key_read(const char **at);
#endif
