/*
 * The loop: a key, a command, a screen. A key goes to the prompt, to the box, to the view, and to what is the same everywhere, in this order.
 */
#include "tui/tui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/session.h"
#include "tui/terminal.h"

static const struct tui_view views[TUI_VIEWS] = {
    [TUI_TIMELINE] = { "timeline", timeline_draw, timeline_take }, [TUI_LANES] = { "lanes", lanes_draw, lanes_take }, [TUI_WORLD] = { "world", world_draw, world_take },
    [TUI_ROW] = { "row", row_draw, row_take }, [TUI_PACKET] = { "packet", packet_draw, NULL }, [TUI_SCENARIO] = { "scenario", scenario_draw, scenario_take },
    [TUI_DIFF] = { "diff", diff_draw, diff_take }, [TUI_RUNS] = { "runs", runs_draw, runs_take }, [TUI_HELP] = { "help", help_draw, help_take },
};

const struct tui_view *tui_view(enum view_number number) { return &views[number]; }

void view_show(struct session *session, enum view_number number)
{
    if (number == session->shown) return;
    session->before = session->shown;
    session->shown = number;
    session->chosen[TUI_ROW] = 0;
}

/* ---- drawing ---- */

/* Where the name of a view stands in the bar; returns the column behind it. */
static int tab_columns(int number, int *from)
{
    int x = 1;
    for (int i = 0; i < number; i++) x += 2 + text_columns(views[i].name);
    *from = x;
    return x + 1 + text_columns(views[number].name);
}

static void top_draw(struct session *session, struct area bar)
{
    char at[TIME_TEXT], place[24], last[24], right[160];
    struct canvas *canvas = &session->canvas;
    draw_fill(canvas, bar, 0, STYLE_BAR);
    time_text(session->row.at_ns, at);
    place_text(session->place, place);
    place_text(session->place > TRACE_PACKET_BASE ? reel_last_packet(session->reel) : reel_rows_before(session->reel, reel_last(session->reel)), last);
    int from, end = 0;
    for (int i = 0; i < TUI_VIEWS; i++) {
        end = tab_columns(i, &from);
        draw_format(canvas, bar, from, 0, i == (int)session->shown ? STYLE_PLAIN : STYLE_BAR, "%d%s", i + 1, views[i].name);
    }
    const char *playing = session->playing > 0 ? "playing " : session->playing < 0 ? "back " : "";
    snprintf(right, sizeof right, " %s%s  row %s of %s  %s ", playing, session->run.verdict, place, last, at);
    if (end + text_columns(right) > bar.columns) snprintf(right, sizeof right, " %s%s/%s %s ", playing, place, last, at);
    draw_text(canvas, bar, bar.columns - text_columns(right), 0, STYLE_BAR, right);
}

static void bottom_draw(struct session *session, struct area bar)
{
    struct canvas *canvas = &session->canvas;
    struct text filter = { 0 };
    if (session->prompt) {
        prompt_draw(session, bar);
        return;
    }
    if (*session->message) {
        draw_text(canvas, bar, 0, 0, session->message_bad ? STYLE_BAD : STYLE_STRONG, session->message);
        return;
    }
    filter_text(&session->filter, &filter);
    int x = draw_text(canvas, bar, 0, 0, STYLE_DIM, "? help  q quit  / search  l filter  t time  w why  e explain  p play");
    if (filter.length) draw_format(canvas, bar, x + 2, 0, STYLE_MARK, "only %.*s", (int)filter.length, filter.bytes);
    else draw_text(canvas, bar, x + 2, 0, STYLE_DIM, session->run.title);
    text_free(&filter);
}

static void screen_draw(struct session *session)
{
    struct area all = canvas_area(&session->canvas), body = session_body(session);
    canvas_clear(&session->canvas);
    views[session->shown].draw(session, body);
    if (session->box.text) box_draw(session);
    top_draw(session, (struct area){ 0, 0, all.columns, 1 });
    if (all.rows > 1) bottom_draw(session, (struct area){ 0, all.rows - 1, all.columns, 1 });
}

/* ---- taking ---- */

static void go_back(struct session *session)
{
    if (session->playing) session->playing = 0;
    else if (session->shown == TUI_ROW && session->trail_count) session_go(session, session->trail[--session->trail_count]);
    else if (session->shown != TUI_TIMELINE) view_show(session, session->before == session->shown || session->shown == TUI_ROW ? TUI_TIMELINE : session->before);
    else if (session->trail_count) session_go(session, session->trail[--session->trail_count]);
}

static void common_take(struct session *session, enum command command, struct area body)
{
    switch (command) {
    case COMMAND_QUIT: session->quit = true; break;
    case COMMAND_BACK: go_back(session); break;
    case COMMAND_ENTER: view_show(session, TUI_ROW); break;
    case COMMAND_HELP: view_show(session, TUI_HELP); break;
    case COMMAND_VIEW_NEXT: view_show(session, (session->shown + 1) % TUI_VIEWS); break;
    case COMMAND_VIEW_PREVIOUS: view_show(session, (session->shown + TUI_VIEWS - 1) % TUI_VIEWS); break;
    case COMMAND_TIME: prompt_open(session, PROMPT_TIME); break;
    case COMMAND_ROW: prompt_open(session, PROMPT_ROW); break;
    case COMMAND_MARK: prompt_open(session, PROMPT_MARK); break;
    case COMMAND_MARKED: prompt_open(session, PROMPT_MARKED); break;
    case COMMAND_SEARCH: prompt_open(session, PROMPT_SEARCH); break;
    case COMMAND_FILTER: prompt_open(session, PROMPT_FILTER); break;
    case COMMAND_PLAY: play_start(session, 1); break;
    case COMMAND_PLAY_BACK: play_start(session, -1); break;
    case COMMAND_EXPLAIN: explain_open(session); break;
    case COMMAND_ABOUT: about_open(session); break;
    default: move_take(session, command, body.rows > 1 ? body.rows - 1 : 1);
    }
}

static void command_take(struct session *session, enum command command)
{
    struct area body = session_body(session);
    uint64_t before = session->place;
    if (command >= COMMAND_VIEW_FIRST && command < COMMAND_VIEW_FIRST + TUI_VIEWS) {
        view_show(session, (enum view_number)(command - COMMAND_VIEW_FIRST));
        return;
    }
    if (!views[session->shown].take || !views[session->shown].take(session, command, body)) common_take(session, command, body);
    bool forwards = command == COMMAND_DOWN || command == COMMAND_INSTANT_NEXT || command == COMMAND_CALL_NEXT || command == COMMAND_COMPLETION_NEXT;
    if (session->place != before && forwards && session->shown != TUI_ROW) quiz_look(session, before);
    if (session->place != before && command == COMMAND_END && session->quiz.asked) session_say(session, false, "the end: %u of %u right", session->quiz.right, session->quiz.asked);
}

static void click_take(struct session *session)
{
    int from;
    if (session->mouse_y != 0) command_take(session, COMMAND_CLICK_ROW);
    for (int i = 0; session->mouse_y == 0 && i < TUI_VIEWS; i++)
        if (session->mouse_x < tab_columns(i, &from) && session->mouse_x >= from) view_show(session, (enum view_number)i);
}

static void key_take(struct session *session, int key)
{
    if (key == KEYS_TICK) {
        uint64_t before = session->place;
        bool forwards = session->playing > 0;
        play_tick(session, 50);
        if (session->place != before && forwards) quiz_look(session, before);
        return;
    }
    if (key == KEYS_RESIZE) return;
    session->message[0] = 0;
    if (session->prompt) prompt_key(session, key);
    else if (session->quiz.judged && (key == 'y' || key == 'n')) quiz_judge(session, key == 'y');
    else if (session->box.text && key == KEYS_CLICK) box_take(session, COMMAND_BACK);
    else if (session->box.text) box_take(session, command_of(key));
    else if (key == KEYS_CLICK) click_take(session);
    else command_take(session, command_of(key));
    if (!session->box.text && session->quiz.judged) quiz_end(session);
}

/* ---- running ---- */

/* Presses the keys of the setup and prints the screen they lead to. */
static bool keys_run(struct session *session, char **error)
{
    const char *at = session->setup->keys;
    session->canvas.ascii = session->setup->ascii;
    canvas_size(&session->canvas, session->setup->columns, session->setup->rows);
    while (*at && !session->quit) {
        int key = key_read(&at);
        if (key == KEY_NONE) {
            struct text text = { 0 };
            text_printf(&text, "there is no key \"%s\"", at);
            *error = text_done(&text);
            return false;
        }
        screen_draw(session); /* as between two keys of a person: views settle while they draw */
        key_take(session, key);
    }
    screen_draw(session);
    char *text = canvas_text(&session->canvas);
    fputs(text, stdout);
    free(text);
    return true;
}

static bool terminal_loop(struct session *session, char **error)
{
    if (!terminal_start(session->setup, error)) return false;
    while (!session->quit) {
        terminal_size(&session->canvas);
        screen_draw(session);
        terminal_show(&session->canvas);
        key_take(session, terminal_key(session, session->playing ? 50 : -1));
    }
    terminal_end();
    return true;
}

enum tui_end tui_run(const struct tui_setup *setup, char **error)
{
    struct session session;
    *error = NULL;
    bool good = session_open(&session, setup, error);
    if (good && session.shown == TUI_TIMELINE && is_failure(&session.row)) session_say(&session, true, "this is what failed; w leads to why, Enter shows all of it");
    if (good) good = setup->keys ? keys_run(&session, error) : terminal_loop(&session, error);
    session_close(&session);
    return good ? TUI_HELD : TUI_ENVIRONMENT;
}
