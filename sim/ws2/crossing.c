/*
 * Crossing the seam.
 */
#include "ws2/crossing.h"

#include <string.h>
#include <ws2tcpip.h>

/* Where there are several, a row says which. */
static void row_provider(const struct crossing *at)
{
    const struct process *process = at->thread->process;
    if (process->layer_count > 1) trace_text(at->trace, "provider", process->layers[at->level].name);
}

static bool begin(struct crossing *at, struct thread *thread, const char *function, const char *object, unsigned level)
{
    struct ws2 *ws2 = thread->process->ws2;
    *at = (struct crossing){ .outer = thread->crossing,
                             .thread = thread,
                             .trace = ws2->trace,
                             .cause = trace_cause(ws2->trace),
                             .overlapped = thread->task.overlapped,
                             .stays = thread->task.stays,
                             .calling = ws2->calling,
                             .object = object,
                             .level = level,
                             .table = &thread->process->layers[level].table,
                             .inside = thread->crossing && (thread->crossing->asking > 0 || (thread->below && thread->crossing->inside)) };
    ws2->calling = function;
    thread->crossing = at;
    thread->below = 0;
    if (!trace_begin(ws2->trace, LAYER_SPI, function, NULL, object)) return false;
    at->arena = ws2->spare ? ws2->spare : arena_new();
    ws2->spare = NULL;
    row_provider(at);
    return true;
}

bool crossing_begins_at(struct crossing *at, struct thread *thread, const char *function, const char *object, unsigned level)
{
    return begin(at, thread, function, object, thread->below ? thread->below : level);
}

bool crossing_begins(struct crossing *at, struct thread *thread, const char *function, SOCKET s)
{
    char room[24];
    const char *object = handle_text(thread->process, s, room);
    bool open = begin(at, thread, function, object, thread->below ? thread->below : layer_of_socket(thread->process, s));
    if (object != room) return open;
    memcpy(at->room, room, sizeof room);
    at->object = at->room;
    return open;
}

void crossing_goes(struct crossing *at) { trace_set_cause(at->trace, trace_end(at->trace)); }

bool crossing_returns(struct crossing *at, const char *verb, bool failed, int error)
{
    char room[24];
    port_returns(at->thread, failed && error == WSA_IO_PENDING);
    if (!at->arena || !trace_begin(at->trace, LAYER_SPI, verb, NULL, at->object)) return false;
    row_provider(at);
    trace_text(at->trace, "returns", failed ? names_or_number(NAMES_ERROR, error, room) : "0");
    return true;
}

void crossing_ends(struct crossing *at)
{
    struct ws2 *ws2 = at->thread->process->ws2;
    ws2->calling = at->calling;
    at->thread->task.overlapped = at->overlapped;
    at->thread->task.stays = at->stays;
    at->thread->crossing = at->outer;
    trace_set_cause(at->trace, at->cause);
    if (!at->arena || ws2->spare) {
        arena_free(at->arena);
        return;
    }
    arena_clear(at->arena);
    ws2->spare = at->arena;
}

void crossing_asks(struct crossing *at, SOCKET s, const WSAOVERLAPPED *overlapped)
{
    struct thread *thread = at->thread;
    thread->task.overlapped = overlapped;
    socket_signal(thread->process, s, overlapped, false);
    thread->task.stays = overlapped && thread->process->profile == KERNEL_OBSERVED && port_has(thread->process, s);
}

void crossings_end(struct thread *thread)
{
    for (; thread->crossing; thread->crossing = thread->crossing->outer) arena_free(thread->crossing->arena);
}

const char *overlapped_label(const struct process *process, const void *overlapped)
{
    const char *label = process_memory_label(process, overlapped);
    return label ? label : !overlapped ? NULL : memory_holds(process, overlapped, sizeof(WSAOVERLAPPED)) ? "?" : "bad";
}

void trace_pointer(struct trace *trace, const struct process *process, const char *key, const void *pointer)
{
    if (!pointer) trace_text(trace, key, NULL);
    else if (!memory_holds(process, pointer, 1)) trace_text(trace, key, "bad");
}

void trace_completion(struct crossing *at, const WSAOVERLAPPED *overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    if (overlapped) trace_text(at->trace, "overlapped", overlapped_label(at->thread->process, overlapped));
    if (routine) trace_bool(at->trace, "routine", true);
}

void trace_sockaddr(struct crossing *at, const char *key, const void *name, int size)
{
    char text[SOCKADDR_TEXT];
    size_t length = size < 0 ? 0 : (size_t)size < sizeof(struct sockaddr_in6) ? (size_t)size : sizeof(struct sockaddr_in6);
    if (!name || !memory_holds(at->thread->process, name, length)) {
        trace_text(at->trace, key, name ? "bad" : NULL);
        return;
    }
    sockaddr_text(name, length, text);
    trace_text(at->trace, key, text);
}

const struct value *crossing_canonical(struct crossing *at, const struct value *decoded, const void *start, size_t size)
{
    if (!value_member(decoded, "hex")) return decoded;
    const struct value *meaning = process_memory_meaning(at->thread->process, start);
    return meaning ? meaning : value_add(value_new(at->arena, VALUE_MAP), "size", value_uint(at->arena, size));
}
