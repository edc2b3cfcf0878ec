/*
 * Styles become colours where there are enough, else attributes; keys become ours. After a signal that ends the program curses is left
 * by hand: only what may be called in a handler, and the terminal's own settings.
 */
#include "tui/terminal.h"

#include <curses.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static struct termios settings_before;
static bool started;

/* ---- leaving ---- */

static const int deadly[] = { SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGTERM, SIGHUP, SIGQUIT, SIGINT };

/* The usual screen, a visible cursor, plain letters, no mouse; xterm's words are understood wherever curses runs today. */
static void terminal_lost(int number)
{
    static const char back[] = "\033[0m\033[?1000l\033[?1006l\033[?25h\033[?1049l\r";
    ssize_t written = write(STDOUT_FILENO, back, sizeof back - 1);
    (void)written;
    tcsetattr(STDIN_FILENO, TCSANOW, &settings_before);
    signal(number, SIG_DFL);
    raise(number);
}

void terminal_end(void)
{
    if (!started) return;
    started = false;
    endwin();
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++) signal(deadly[i], SIG_DFL);
}

/* ---- looks ---- */

static int attributes[STYLE_COUNT]; /* with the colour pair */

/* Colours of 8, and of 256 where there are so many. A terminal of true colours takes the 256 by their red, green and blue. */
static const struct { short plain, rich; int bold; } looks[STYLE_COUNT] = {
    [STYLE_SCRIPT] = { COLOR_YELLOW, 179, 0 }, [STYLE_SPI] = { COLOR_CYAN, 80, 0 }, [STYLE_UPCALL] = { COLOR_MAGENTA, 176, 0 }, [STYLE_KERNEL] = { COLOR_BLUE, 111, 0 },
    [STYLE_NET] = { COLOR_GREEN, 114, 0 }, [STYLE_PACKET] = { COLOR_WHITE, 145, 0 }, [STYLE_PLAIN] = { -1, -1, 0 }, [STYLE_DIM] = { -1, 245, A_DIM }, [STYLE_STRONG] = { -1, -1, A_BOLD },
    [STYLE_BAR] = { -1, -1, A_REVERSE }, [STYLE_GOOD] = { COLOR_GREEN, 114, A_BOLD }, [STYLE_BAD] = { COLOR_RED, 203, A_BOLD }, [STYLE_KEY] = { COLOR_YELLOW, 179, A_BOLD },
    [STYLE_MARK] = { COLOR_YELLOW, 214, A_BOLD },
};

/* The 256 colours are 16 of the terminal's, a cube of 6 x 6 x 6 and 24 greys. */
static int true_colour(int number)
{
    static const int steps[] = { 0, 95, 135, 175, 215, 255 };
    if (number < 16) return number;
    if (number >= 232) return 0x010101 * (8 + 10 * (number - 232));
    return steps[(number - 16) / 36] << 16 | steps[(number - 16) / 6 % 6] << 8 | steps[(number - 16) % 6];
}

static void looks_start(bool colour)
{
    bool coloured = colour && has_colors() && start_color() == OK;
    bool rich = coloured && COLORS >= 256;
    if (coloured) use_default_colors();
    for (short i = 0; i < STYLE_COUNT; i++) {
        int wanted = rich ? looks[i].rich : looks[i].plain;
        if (coloured && COLORS > 256 && wanted >= 0) wanted = true_colour(wanted);
        attributes[i] = looks[i].bold;
        if (i == STYLE_DIM && rich) attributes[i] = 0; /* grey says it already */
        if (coloured && wanted >= 0 && init_extended_pair(i + 1, wanted, -1) == OK) attributes[i] |= (int)COLOR_PAIR(i + 1);
    }
}

/* ---- start, size, show ---- */

bool terminal_start(const struct tui_setup *setup, char **error)
{
    struct text text = { 0 };
    const char *term = getenv("TERM");
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) text_add(&text, "this is no terminal; --keys prints the screen that keys lead to");
    else if (tcgetattr(STDIN_FILENO, &settings_before) != 0) text_add(&text, "the terminal's settings cannot be read");
    else {
        setlocale(LC_CTYPE, ""); /* for curses alone: which bytes are one character on this terminal */
        if (newterm(NULL, stdout, stdin) == NULL) text_printf(&text, "curses does not know a terminal \"%s\" (TERM)", term ? term : "");
    }
    if (text.length) {
        *error = text_done(&text);
        return false;
    }
    started = true;
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++) signal(deadly[i], terminal_lost);
    raw();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    set_escdelay(25);
    mousemask(BUTTON1_CLICKED | BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
    mouseinterval(0);
    looks_start(setup->colour);
    return true;
}

void terminal_size(struct canvas *canvas)
{
    int rows, columns;
    getmaxyx(stdscr, rows, columns);
    if (rows != canvas->rows || columns != canvas->columns) canvas_size(canvas, columns, rows);
}

void terminal_show(const struct canvas *canvas)
{
    erase();
    for (int y = 0; y < canvas->rows; y++) {
        move(y, 0);
        for (int x = 0; x < canvas->columns; x++) {
            const struct cell *cell = &canvas->cells[y * canvas->columns + x];
            int look = attributes[cell->style & ~STYLE_CHOSEN];
            if (cell->style & STYLE_CHOSEN) look ^= (int)A_REVERSE;
            if (!*cell->bytes) continue; /* a wide character's second column */
            attrset(look);
            addstr(cell->bytes);
        }
    }
    attrset(A_NORMAL);
    curs_set(canvas->cursor_x >= 0);
    if (canvas->cursor_x >= 0) move(canvas->cursor_y, canvas->cursor_x);
    refresh();
}

/* ---- keys ---- */

static int mouse_key(struct session *session)
{
    MEVENT event;
    if (getmouse(&event) != OK) return KEYS_RESIZE;
    if (event.bstate & BUTTON4_PRESSED) return KEYS_UP;
    if (event.bstate & BUTTON5_PRESSED) return KEYS_DOWN;
    session->mouse_x = event.x;
    session->mouse_y = event.y;
    return event.bstate & (BUTTON1_CLICKED | BUTTON1_PRESSED) ? KEYS_CLICK : KEYS_RESIZE;
}

int terminal_key(struct session *session, int wait_ms)
{
    timeout(wait_ms);
    int key = getch();
    switch (key) {
    case ERR: return wait_ms >= 0 ? KEYS_TICK : 'q'; /* waiting for ever ends only where the terminal is gone */
    case KEY_UP: return KEYS_UP;
    case KEY_DOWN: return KEYS_DOWN;
    case KEY_LEFT: return KEYS_LEFT;
    case KEY_RIGHT: return KEYS_RIGHT;
    case KEY_PPAGE: return KEYS_PAGE_UP;
    case KEY_NPAGE: return KEYS_PAGE_DOWN;
    case KEY_HOME: return KEYS_HOME;
    case KEY_END: return KEYS_END;
    case KEY_ENTER:
    case '\n': return KEYS_ENTER;
    case KEY_BTAB: return KEYS_BACKTAB;
    case KEY_BACKSPACE:
    case 0x7f: return KEYS_BACKSPACE;
    case KEY_RESIZE: return KEYS_RESIZE;
    case KEY_MOUSE: return mouse_key(session);
    case 3: return 'q'; /* Ctrl-C */
    case 12: clearok(stdscr, TRUE); return KEYS_RESIZE;
    default: return key < 0x100 ? key : KEYS_RESIZE;
    }
}
