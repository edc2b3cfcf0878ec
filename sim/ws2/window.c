/*
 * Windows and the messages posted to them, as far as network events need them (SPI reference 9.1). A window belongs to the thread
 * that made it; what is posted to it waits with that thread, oldest first, until the thread takes it or ends. A window's handle
 * names it for every process, and is never used again.
 */
#include <stdlib.h>
#include <utlist.h>

#include "ws2/private.h"

#define WINDOW_FIRST 0x10000u
#define WINDOW_STEP 4u

struct window { struct window *next; HWND handle; struct thread *owner; const char *label; }; /* owner NULL: it is gone */
struct message { struct window_message is; uint64_t number, cause; struct message *prev, *next; };
struct message_wait { HWND window; struct window_message *message; uint64_t *number; };

static struct window *window_any(const struct ws2 *ws2, HWND handle)
{
    struct window *window = ws2->windows;
    while (window && window->handle != handle) window = window->next;
    return window;
}

/* NULL: gone, or never there. */
static struct window *window_at(const struct ws2 *ws2, HWND handle)
{
    struct window *window = window_any(ws2, handle);
    return window && window->owner ? window : NULL;
}

HWND window_new(struct thread *owner, const char *label)
{
    struct ws2 *ws2 = owner->process->ws2;
    struct window *window = memory_take(sizeof *window);
    window->handle = (HWND)(ws2->last_window ? (uintptr_t)ws2->last_window->handle + WINDOW_STEP : WINDOW_FIRST);
    window->owner = owner;
    window->label = label;
    if (ws2->last_window) ws2->last_window->next = window; else ws2->windows = window;
    ws2->last_window = window;
    return window->handle;
}

const char *window_label(const struct ws2 *ws2, HWND handle)
{
    const struct window *window = window_any(ws2, handle);
    return window ? window->label : NULL;
}

bool window_is_there(const struct ws2 *ws2, HWND window) { return window_at(ws2, window) != NULL; }

static void message_drop(struct thread *thread, struct message *message)
{
    DL_DELETE(thread->messages, message);
    free(message);
}

void messages_free(struct thread *thread)
{
    while (thread->messages) message_drop(thread, thread->messages);
}

bool window_destroy(struct thread *thread, HWND handle)
{
    struct window *window = window_at(thread->process->ws2, handle);
    struct message *message, *next;
    if (!window || window->owner != thread) return false;
    DL_FOREACH_SAFE(thread->messages, message, next)
        if (message->is.window == handle) message_drop(thread, message);
    window->owner = NULL;
    return true;
}

void windows_end(struct thread *thread)
{
    for (struct window *window = thread->process->ws2->windows; window; window = window->next)
        if (window->owner == thread) window_destroy(thread, window->handle);
}

void windows_free(struct ws2 *ws2)
{
    for (struct window *window = ws2->windows, *next; window; window = next) {
        next = window->next;
        free(window);
    }
    ws2->windows = ws2->last_window = NULL;
}

/* ---- rows ---- */

static void row_message(const struct process *owner, struct trace *trace, const struct window_message *message)
{
    char room[24];
    trace_uint(trace, "message", message->message);
    trace_text(trace, "socket", handle_text(owner, message->wide, room));
    trace_text(trace, "event", names_or_number(NAMES_EVENT, WSAGETSELECTEVENT(message->word), room));
    trace_text(trace, "error", names_or_number(NAMES_ERROR, WSAGETSELECTERROR(message->word), room));
}

/* A message goes to whoever runs the window; what that does then is caused by this. */
static void row_taken(struct thread *thread, const struct window_message *message)
{
    struct process *process = thread->process;
    struct trace *trace = process->ws2->trace;
    if (!trace_begin_for(trace, LAYER_UPCALL, "message.taken", host_name(process->host), process->name, thread->task.thread_name, window_label(process->ws2, message->window))) return;
    row_message(process, trace, message);
    trace_set_cause(trace, trace_end(trace));
}

static void row_posted(struct ws2 *ws2, const struct window *window, const struct window_message *message)
{
    struct trace *trace = ws2->trace;
    if (!trace_begin(trace, LAYER_UPCALL, "WPUPostMessage", NULL, window ? window->label : "?")) return;
    row_message(window && window->owner ? window->owner->process : process_running(), trace, message);
    if (!window || !window->owner) trace_text(trace, "refused", window ? "the window is gone" : "there is no such window");
    trace_set_cause(trace, trace_end(trace));
}

/* ---- posting and taking ---- */

static uint64_t message_seen(struct process *process, const struct window_message *message)
{
    struct observation *seen = process_sees(process, SAW_MESSAGE);
    seen->message = *message;
    return seen->number;
}

bool message_post(struct ws2 *ws2, const struct window_message *is)
{
    const struct window *window = window_any(ws2, is->window);
    struct thread *owner = window ? window->owner : NULL;
    uint64_t former = trace_cause(ws2->trace);
    row_posted(ws2, window, is);
    if (owner) {
        uint64_t number = message_seen(owner->process, is);
        struct message_wait *awaited = owner->awaited;
        if (awaited && (!awaited->window || awaited->window == is->window)) {
            *awaited->message = *is;
            *awaited->number = number;
            owner->awaited = NULL;
            thread_satisfy(owner, WSA_WAIT_EVENT_0);
        } else {
            struct message *message = memory_take(sizeof *message);
            *message = (struct message){ .is = *is, .number = number, .cause = trace_cause(ws2->trace) };
            DL_APPEND(owner->messages, message);
        }
    }
    trace_set_cause(ws2->trace, former);
    return owner != NULL;
}

static struct message *message_oldest(const struct thread *thread, HWND window)
{
    struct message *message = thread->messages;
    while (message && window && message->is.window != window) message = message->next;
    return message;
}

DWORD message_take(struct thread *thread, HWND window, int64_t timeout_ns, struct window_message *is, uint64_t *number)
{
    struct ws2 *ws2 = thread->process->ws2;
    const struct window *from = window ? window_at(ws2, window) : NULL;
    if (window && (!from || from->owner != thread)) return WSA_WAIT_FAILED;
    struct message *message = message_oldest(thread, window);
    if (message) {
        *is = message->is;
        *number = message->number;
        trace_set_cause(ws2->trace, message->cause);
        message_drop(thread, message);
    } else if (timeout_ns == 0) {
        return WSA_WAIT_TIMEOUT;
    } else {
        struct message_wait wait = { window, is, number };
        thread->awaited = &wait;
        DWORD result = thread_wait_parked(thread, timeout_ns, false);
        thread->awaited = NULL;
        if (result != WSA_WAIT_EVENT_0) return result;
    }
    row_taken(thread, is);
    return WSA_WAIT_EVENT_0;
}

void message_dispatch(struct process *process, uint64_t number)
{
    struct trace *trace = process->ws2->trace;
    struct message *message, *next;
    for (struct thread *thread = process->first_thread; thread; thread = thread->next)
        DL_FOREACH_SAFE(thread->messages, message, next) {
            if (message->number != number) continue;
            uint64_t former = trace_set_cause(trace, message->cause);
            row_taken(thread, &message->is);
            trace_set_cause(trace, former);
            message_drop(thread, message);
        }
}
