/*
 * Calls: windows and their messages. A window comes into being where it is made, or named first, and belongs to the thread of
 * that call; only this thread takes its messages.
 */
#include "script/call.h"

#define TIMED_OUT 258       /* WAIT_TIMEOUT, as the thread's last error */
#define NO_SUCH_WINDOW 1400 /* ERROR_INVALID_WINDOW_HANDLE */
#define MESSAGE_FIRST 0x400 /* WM_USER: the first that is the program's own */
#define NO_WINDOW ((HWND)(uintptr_t)0xBAD0)

static HWND window_made(const struct call *call, const char *name)
{
    HWND window = window_new(call->line->thread, name);
    binding_set(&call->actor->windows, name, (uintptr_t)window);
    return window;
}

static HWND call_window(const struct call *call)
{
    const struct json *value = argument(call, "window");
    if (!value || value->type == JSON_NULL) return NULL;
    if (is_text(value, "bad")) return NO_WINDOW;
    const uintptr_t *known = binding_find(&call->actor->windows, value->text);
    return known ? (HWND)*known : window_made(call, value->text);
}

static struct outcome call_async_select(const struct call *call)
{
    int error;
    const struct json *message = argument(call, "message");
    struct judge_messages wish = { call_window(call), message ? (UINT)read_uint(message) : MESSAGE_FIRST, (LONG)read_named(argument(call, "events"), TYPE_EVENTS) };
    bool failed = spi_async_select(call->line->thread, call_socket(call), &wish, &error) != 0;
    return (struct outcome){ .failed = failed, .error = error };
}

/* ---- what a message says against what was expected of it; a `sees` asks the same ---- */

static void message_expect(struct script *script, const struct step *step, const struct json *expected, bool equal, const char *seen, const char *what)
{
    if (expected && !equal) fail_step(script, step, expected, json_words(script, expected), seen, "the message %s", what);
}

static const char *named_words(struct script *script, enum names_kind kind, int64_t value)
{
    char room[24];
    const char *name = names_of(kind, value);
    return name && value ? quoted(script, name) : arena_text(script->arena, names_or_number(kind, value, room));
}

void check_message(struct script *script, const struct step *step, const struct window_message *message)
{
    const struct actor *actor = step_actor(script, step);
    const struct json *number = script_member(script, step, "message"), *socket = script_member(script, step, "socket");
    const struct json *event = script_member(script, step, "event"), *error = script_member(script, step, "error");
    const char *label = process_handle_label(actor->process, message->wide);
    const uintptr_t *s = socket && socket->type == JSON_TEXT ? binding_find(&actor->sockets, socket->text) : NULL;
    LONG event_seen = WSAGETSELECTEVENT(message->word);
    int error_seen = WSAGETSELECTERROR(message->word);
    message_expect(script, step, number, number && read_uint(number) == message->message, arena_printf(script->arena, "%u", message->message), "has another number");
    message_expect(script, step, socket, socket && (s ? *s == message->wide : socket->type == JSON_NUMBER && read_uint(socket) == message->wide), label ? quoted(script, label) : "\"?\"", "is about another socket");
    message_expect(script, step, event, event && read_named(event, TYPE_NETWORK_EVENT) == event_seen, named_words(script, NAMES_EVENT, event_seen), "tells of another event");
    message_expect(script, step, error, error && read_named(error, TYPE_ERROR) == error_seen, named_words(script, NAMES_ERROR, error_seen), "tells of another error");
}

/* ---- taking ---- */

static void row_done(const struct call *call, int64_t error)
{
    struct trace *trace = call->script->setup.trace;
    char room[24];
    if (!trace_begin(trace, LAYER_SCRIPT, call->step->kind->name, NULL, call->step->pointer)) return;
    trace_text(trace, "returns", error ? names_or_number(NAMES_ERROR, error, room) : "0");
    trace_end(trace);
}

static struct outcome call_get_message(const struct call *call)
{
    const struct json *timeout = argument(call, "timeout");
    struct window_message message;
    uint64_t number = 0;
    DWORD result = message_take(call->line->thread, call_window(call), timeout ? read_time(timeout) : INT64_MAX, &message, &number);
    int64_t error = result == WSA_WAIT_EVENT_0 ? 0 : result == WSA_WAIT_TIMEOUT ? TIMED_OUT : NO_SUCH_WINDOW;
    row_done(call, error);
    if (error == 0) {
        process_observation(call->process, number)->claimed = true;
        check_message(call->script, call->step, &message);
    }
    return (struct outcome){ .failed = error != 0, .error = error };
}

static struct outcome call_destroy(const struct call *call)
{
    bool done = window_destroy(call->line->thread, call_window(call));
    return (struct outcome){ .failed = !done, .error = NO_SUCH_WINDOW };
}

struct outcome call_window_step(const struct call *call)
{
    switch (call->step->kind->number) {
    case CALL_ASYNCSELECT: return call_async_select(call);
    case CALL_GETMESSAGE: return call_get_message(call);
    case CALL_DESTROYWINDOW: return call_destroy(call);
    default: window_made(call, argument(call, "as")->text); return (struct outcome){ 0 };
    }
}
