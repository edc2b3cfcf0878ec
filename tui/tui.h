/*
 * The terminal view: a record, seen row by row, forwards and backwards. It reads records only; nothing runs.
 */
#ifndef TUI_TUI_H
#define TUI_TUI_H
#include <stdbool.h>
#include <stdint.h>

struct tui_setup {
    const char *path, *other;  /* the record; another one to compare with, or NULL */
    const char *name;          /* what is shown for the path: the scenario's file where the record is only for this once */
    int64_t run_id;            /* 0: the first run, to choose from if there are several */
    char *(*explain)(const char *word); /* the page about a word, or NULL; the caller frees */
    bool ascii, colour;        /* lines in ASCII; colours wanted */
    const char *keys;          /* NULL: from the terminal. Else these are pressed, "<Down>" and the like among letters, and … */
    int columns, rows;         /* … the screen of this size is printed as text after the last; nothing of ncurses is touched */
};

enum tui_end { TUI_HELD, TUI_ENVIRONMENT /* *error is set; the caller frees */ };
enum tui_end tui_run(const struct tui_setup *setup, char **error);
#endif
