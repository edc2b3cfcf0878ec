/*
 * The terminal: curses in, curses out. It is put back as it was on every way out, also when the program crashes.
 */
#ifndef TUI_TERMINAL_H
#define TUI_TERMINAL_H
#include "tui/session.h"

bool terminal_start(const struct tui_setup *setup, char **error); /* false: this is no terminal, or an unknown one */
void terminal_end(void);
void terminal_size(struct canvas *canvas);       /* as large as the terminal is now */
void terminal_show(const struct canvas *canvas);
int terminal_key(struct session *session, int wait_ms); /* KEYS_TICK after this time; -1: waits for ever */
#endif
