/*
 * Where the cursor goes: by row, instant, call; to the next failure, completion, row of the same object; and by itself while playing.
 */
#include <stdlib.h>
#include <string.h>

#include "tui/session.h"

bool is_failure(const struct trace_row *row)
{
    return strcmp(row->verb, "expectation.failed") == 0 || strncmp(row->verb, "rule.", 5) == 0 || strstr(row->verb, ".failed") != NULL || strstr(row->verb, "crashed") != NULL;
}

bool is_completion(const struct trace_row *row)
{
    size_t length = strlen(row->verb);
    bool ends = length >= 9 && strcmp(row->verb + length - 9, "completed") == 0;
    return ends || (row->layer == LAYER_UPCALL && (strcmp(row->verb, "WPUCompleteOverlappedRequest") == 0 || strcmp(row->verb, "WPUQueueApc") == 0));
}

/* The row of a return has the field "returns"; what is left are the calls. */
bool is_call(const struct trace_row *row)
{
    return row->layer == LAYER_SPI && !row_has_text(row, " returns=");
}

enum wanted { WANTED_ANY, WANTED_CALL, WANTED_FAILURE, WANTED_COMPLETION, WANTED_SAME, WANTED_TEXT };

static bool is_wanted(const struct session *session, const struct trace_row *row, enum wanted wanted)
{
    if (!filter_fits(&session->filter, row)) return false;
    switch (wanted) {
    case WANTED_ANY: return true;
    case WANTED_CALL: return is_call(row);
    case WANTED_FAILURE: return is_failure(row);
    case WANTED_COMPLETION: return is_completion(row);
    case WANTED_SAME: return strcmp(row->object, session->row.object) == 0 && strcmp(row->actor, session->row.actor) == 0 && strcmp(row->host, session->row.host) == 0;
    case WANTED_TEXT: return session->search && row_has_text(row, session->search);
    }
    return false;
}

static uint64_t seek(struct session *session, uint64_t place, int direction, enum wanted wanted)
{
    struct trace_row row;
    while ((place = direction > 0 ? reel_next(session->reel, place) : reel_previous(session->reel, place)) != 0)
        if (reel_row(session->reel, place, &row) && is_wanted(session, &row, wanted)) return place;
    return 0;
}

uint64_t move_shown(struct session *session, uint64_t place, int direction) { return seek(session, place, direction, WANTED_ANY); }

static void go_wanted(struct session *session, int direction, enum wanted wanted, const char *none)
{
    uint64_t place = seek(session, session->place, direction, wanted);
    if (place) session_go(session, place);
    else session_say(session, false, "%s", none);
}

static void go_far(struct session *session, int count, int direction)
{
    uint64_t place = session->place, next;
    while (count-- > 0 && (next = move_shown(session, place, direction)) != 0) place = next;
    session_go(session, place);
}

static void go_end(struct session *session, int direction)
{
    uint64_t place = direction > 0 ? reel_last(session->reel) : reel_next(session->reel, 0);
    struct trace_row row;
    if (place && reel_row(session->reel, place, &row) && !filter_fits(&session->filter, &row)) place = move_shown(session, place, -direction);
    if (place) session_go(session, place);
}

/* The first shown row of the next instant, or of the one before. */
static void go_instant(struct session *session, int direction)
{
    int64_t now_ns = session->row.at_ns;
    struct trace_row row;
    uint64_t place = 0;
    if (direction > 0) {
        place = now_ns < INT64_MAX ? reel_at(session->reel, now_ns + 1) : 0;
        if (place && reel_row(session->reel, place, &row) && (row.at_ns <= now_ns || !filter_fits(&session->filter, &row))) place = row.at_ns <= now_ns ? 0 : move_shown(session, place, 1);
    } else {
        for (uint64_t at = session->place; (at = move_shown(session, at, -1)) != 0 && reel_row(session->reel, at, &row);) {
            if (place && row.at_ns != now_ns) break;
            if (row.at_ns == session->row.at_ns) continue;
            now_ns = row.at_ns; /* the instant before: its first row is wanted */
            place = at;
        }
    }
    if (place) session_go(session, place);
    else session_say(session, false, direction > 0 ? "this is the last instant" : "this is the first instant");
}

static void go_cause(struct session *session)
{
    struct trace_row row;
    uint64_t cause = session->row.cause;
    if (!cause) session_say(session, false, "nothing caused this row: it is a step of the scenario, or the beginning");
    else if (!reel_row(session->reel, cause, &row)) session_say(session, false, "its cause, row %llu, was not recorded at level %s", (unsigned long long)cause, session->run.level);
    else {
        if (session->trail_count < sizeof session->trail / sizeof *session->trail) session->trail[session->trail_count++] = session->place;
        session_go(session, cause);
    }
}

/* ---- playing ---- */

static const struct { const char *name; int64_t ns; } speeds[] = {
    { "1us", 1000 }, { "10us", 10000 }, { "100us", 100000 }, { "1ms", 1000000 }, { "10ms", 10000000 }, { "100ms", 100000000 }, { "1s", 1000000000 }, { "10s", INT64_C(10000000000) },
    { "1m", INT64_C(60000000000) }, { "1h", INT64_C(3600000000000) },
};
#define SPEEDS ((int)(sizeof speeds / sizeof *speeds))

const char *play_speed(const struct session *session) { return speeds[session->speed].name; }

static void speed_change(struct session *session, int by)
{
    if (session->speed + by >= 0 && session->speed + by < SPEEDS) session->speed += by;
    session_say(session, false, "%s of virtual time a second", play_speed(session));
}

bool move_take(struct session *session, enum command command, int page)
{
    switch (command) {
    case COMMAND_UP: go_far(session, 1, -1); return true;
    case COMMAND_DOWN: go_far(session, 1, 1); return true;
    case COMMAND_PAGE_UP: go_far(session, page, -1); return true;
    case COMMAND_PAGE_DOWN: go_far(session, page, 1); return true;
    case COMMAND_HOME: go_end(session, -1); return true;
    case COMMAND_END: go_end(session, 1); return true;
    case COMMAND_INSTANT_NEXT: go_instant(session, 1); return true;
    case COMMAND_INSTANT_PREVIOUS: go_instant(session, -1); return true;
    case COMMAND_CALL_NEXT: go_wanted(session, 1, WANTED_CALL, "no call comes after this"); return true;
    case COMMAND_CALL_PREVIOUS: go_wanted(session, -1, WANTED_CALL, "no call came before this"); return true;
    case COMMAND_FAILURE_NEXT: go_wanted(session, 1, WANTED_FAILURE, "no failure comes after this"); return true;
    case COMMAND_FAILURE_PREVIOUS: go_wanted(session, -1, WANTED_FAILURE, "no failure came before this"); return true;
    case COMMAND_COMPLETION_NEXT: go_wanted(session, 1, WANTED_COMPLETION, "no completion comes after this"); return true;
    case COMMAND_COMPLETION_PREVIOUS: go_wanted(session, -1, WANTED_COMPLETION, "no completion came before this"); return true;
    case COMMAND_SAME_NEXT: go_wanted(session, 1, WANTED_SAME, "this is the last row about it"); return true;
    case COMMAND_SAME_PREVIOUS: go_wanted(session, -1, WANTED_SAME, "this is the first row about it"); return true;
    case COMMAND_FOUND_NEXT: go_wanted(session, 1, WANTED_TEXT, session->search ? "not found after this" : "nothing is searched yet: /"); return true;
    case COMMAND_FOUND_PREVIOUS: go_wanted(session, -1, WANTED_TEXT, session->search ? "not found before this" : "nothing is searched yet: /"); return true;
    case COMMAND_CAUSE: go_cause(session); return true;
    case COMMAND_FASTER:
    case COMMAND_SLOWER: speed_change(session, command == COMMAND_FASTER ? 1 : -1); return true;
    default: return false;
    }
}

void play_start(struct session *session, int direction)
{
    session->playing = session->playing == direction ? 0 : direction;
    session->play_ns = session->row.at_ns;
}

static void play_stop(struct session *session, const char *why)
{
    session->playing = 0;
    session_say(session, false, "%s", why);
}

/* The rows whose time has come. At most a screenful at once, so that the eye can follow what stands at one instant. */
void play_tick(struct session *session, int64_t passed_ms)
{
    struct trace_row row;
    if (!session->playing) return;
    session->play_ns += session->playing * (speeds[session->speed].ns / 1000 * passed_ms);
    for (int step = 0; step < 20; step++) {
        uint64_t next = move_shown(session, session->place, session->playing);
        if (!next) {
            play_stop(session, session->playing > 0 ? "the end of the run" : "the beginning of the run");
            return;
        }
        if (!reel_row(session->reel, next, &row) || (session->playing > 0 ? row.at_ns > session->play_ns : row.at_ns < session->play_ns)) return;
        session_go(session, next);
        if (session->quiz.open) return;
    }
}
