/*
 * What all views share: the record, where one stands in it, what is shown of it, and the screen. A view is a row of a table: it draws
 * itself into an area, and takes the commands that mean something else to it than to the others.
 */
#ifndef TUI_SESSION_H
#define TUI_SESSION_H
#include "core/arena.h"
#include "core/text.h"
#include "store/read.h"
#include "tui/canvas.h"
#include "tui/keys.h"
#include "tui/reel.h"
#include "tui/tui.h"
#include "view/view.h"

enum view_number { TUI_TIMELINE, TUI_LANES, TUI_WORLD, TUI_ROW, TUI_PACKET, TUI_SCENARIO, TUI_DIFF, TUI_RUNS, TUI_HELP, TUI_VIEWS };

/* Which rows are shown. Texts are the filter's own; NULL or 0: all. A name may end in "*". */
struct row_filter { unsigned layers; /* bits of enum layer */ char *host, *actor, *object, *text; };

enum prompt { PROMPT_NONE, PROMPT_TIME, PROMPT_ROW, PROMPT_MARK, PROMPT_MARKED, PROMPT_SEARCH, PROMPT_FILTER, PROMPT_ANSWER, PROMPT_DESTINATION };

/* A text in a box over the view: a page of explain, what a scenario says, an answer. */
struct box { char *title, *text; int first; };

struct quiz { unsigned asked, right; uint64_t *done; size_t done_count; char *question, *answer; bool open, judged; /* judged: it waits for y or n */ };

struct session {
    const struct tui_setup *setup;
    struct record *record;            /* for runs and scenario texts */
    struct record_run_view run;
    struct reel *reel;
    struct view *view;                /* the world at the cursor */
    struct arena *arena;
    const struct scenario_lines *lines; /* where steps stand in the scenario's text (scenario.c) */
    const struct lanes *lanes;        /* lanes.c; NULL: not looked for yet */
    struct canvas canvas;

    uint64_t place;                   /* the cursor: a row's number; 0 only if the run has no rows */
    struct trace_row row;             /* that row; its texts live in row_bytes */
    uint8_t *row_bytes;
    struct row_filter filter;
    char *search;
    uint64_t marks[26];
    enum view_number shown, before;   /* which view, and which one Esc leads back to */
    uint64_t trail[64];               /* where `w` and Enter came from */
    size_t trail_count;

    enum prompt prompt;
    char typed[256];
    char message[256];                /* shown at the bottom until the next key */
    bool message_bad;
    struct box box;
    struct quiz quiz;

    int playing;                      /* 1 forwards, -1 backwards, 0 not */
    int speed;                        /* index of the speeds in moves.c */
    int64_t play_ns;                  /* virtual time that has been played to */
    int scroll[TUI_VIEWS];            /* of views that scroll on their own */
    int chosen[TUI_VIEWS];            /* and choose on their own */
    char destination[64];             /* whose route the world shows; "": nobody asked */
    struct diff_state *diff;          /* diff.c; NULL: not compared yet */
    int mouse_x, mouse_y;
    bool quit;
};

struct tui_view {
    const char *name;
    void (*draw)(struct session *session, struct area area);
    bool (*take)(struct session *session, enum command command, struct area area); /* NULL or false: as everywhere */
};
const struct tui_view *tui_view(enum view_number number);
void view_show(struct session *session, enum view_number number);

/* ---- session.c ---- */
bool session_open(struct session *session, const struct tui_setup *setup, char **error);
bool session_run(struct session *session, size_t index, char **error); /* takes the index-th run of the record */
void session_close(struct session *session);
void session_go(struct session *session, uint64_t place);    /* the cursor; a place that is none changes nothing */
void session_say(struct session *session, bool bad, const char *format, ...) __attribute__((format(printf, 3, 4)));
bool session_world(struct session *session);                 /* session->view stands at the cursor; false after a message */
struct area session_body(const struct session *session);     /* the screen without its bars */

/* ---- filter.c ---- */
bool filter_fits(const struct row_filter *filter, const struct trace_row *row);
bool filter_parse(struct row_filter *filter, const char *text, char wrong[128]);
void filter_text(const struct row_filter *filter, struct text *text);
void filter_clear(struct row_filter *filter);
bool filter_any(const struct row_filter *filter);
bool row_has_text(const struct trace_row *row, const char *text); /* in its line as it is shown, case does not matter */

/* ---- moves.c: where the cursor goes ---- */
bool move_take(struct session *session, enum command command, int page);
uint64_t move_shown(struct session *session, uint64_t place, int direction); /* the next place that the filter shows; 0: none */
void play_start(struct session *session, int direction);
void play_tick(struct session *session, int64_t passed_ms);
const char *play_speed(const struct session *session);       /* "1ms a second" */
bool is_failure(const struct trace_row *row);
bool is_completion(const struct trace_row *row);
bool is_call(const struct trace_row *row);

/* ---- prompt.c, box.c, quiz.c ---- */
void prompt_open(struct session *session, enum prompt prompt);
void prompt_key(struct session *session, int key);
void prompt_draw(struct session *session, struct area bar);
void box_open(struct session *session, const char *title, char *text); /* takes the text over; NULL: nothing happens */
void box_draw(struct session *session);
void box_take(struct session *session, enum command command);
void explain_open(struct session *session);                  /* what the row's words mean */
void about_open(struct session *session);

void quiz_look(struct session *session, uint64_t from);      /* after a move forwards: does a step on the way ask something? Then the cursor goes back to it */
void quiz_answer(struct session *session, const char *typed);
void quiz_judge(struct session *session, bool right);
void quiz_end(struct session *session);

/* ---- scenario.c ---- */
/* The step a row belongs to, upwards through its causes: its JSON pointer, or NULL. Valid until the next call. */
const char *step_of(struct session *session, const struct trace_row *row);
/* A member of the step at the pointer, or of the file for ""; NULL: it has none, or it is no text. */
const char *step_text(struct session *session, const char *pointer, const char *member);
void scenario_draw(struct session *session, struct area area);
bool scenario_take(struct session *session, enum command command, struct area area);

/* ---- the views ---- */
void timeline_draw(struct session *session, struct area area);
bool timeline_take(struct session *session, enum command command, struct area area);
void lanes_draw(struct session *session, struct area area);
bool lanes_take(struct session *session, enum command command, struct area area);
void world_draw(struct session *session, struct area area);
bool world_take(struct session *session, enum command command, struct area area);
void row_draw(struct session *session, struct area area);
bool row_take(struct session *session, enum command command, struct area area);
void packet_draw(struct session *session, struct area area);
void diff_draw(struct session *session, struct area area);
bool diff_take(struct session *session, enum command command, struct area area);
void diff_free(struct session *session);
void runs_draw(struct session *session, struct area area);
bool runs_take(struct session *session, enum command command, struct area area);
void help_draw(struct session *session, struct area area);
bool help_take(struct session *session, enum command command, struct area area);

/* ---- rows in words, for several views ---- */
unsigned row_style(const struct trace_row *row);
void place_text(uint64_t place, char text[24]);              /* "12", "p12" */
char *row_fields(const struct trace_row *row);                /* as JSON that may be broken at blanks; the caller frees */
/* Draws a row on a line: number, time, who, verb, object, fields; what does not fit is cut. */
void row_line(struct session *session, struct area area, int y, const struct trace_row *row);
#endif
