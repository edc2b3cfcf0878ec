/*
 * Calls: completion ports. They are the system's and no provider's; a port comes into being when it is named first.
 */
#include "script/call.h"

#define TIMED_OUT 258 /* WAIT_TIMEOUT, as the thread's last error */

static HANDLE call_port(const struct call *call)
{
    return actor_port(call->actor, argument(call, "port")->text);
}

static uintptr_t call_key(const struct call *call)
{
    const struct json *key = argument(call, "key");
    return key ? (uintptr_t)read_uint(key) : 0;
}

static void row_done(const struct call *call, const struct port_packet *packet, int64_t error)
{
    struct trace *trace = call->script->setup.trace;
    char room[24];
    if (!trace_begin(trace, LAYER_SCRIPT, call->step->kind->name, NULL, call->step->pointer)) return;
    trace_text(trace, "returns", error ? names_or_number(NAMES_ERROR, error, room) : "0");
    if (packet) {
        const char *label = process_memory_label(call->process, packet->overlapped);
        trace_uint(trace, "key", packet->key);
        if (packet->overlapped) trace_text(trace, "overlapped", label ? label : "?");
        trace_uint(trace, "bytes", packet->bytes);
    }
    trace_end(trace);
}

/* The event that the packet's OVERLAPPED has too was signalled with it. */
static void packet_check(const struct call *call, const struct port_packet *packet)
{
    const struct json *wanted = argument(call, "overlapped");
    check_number(call, "key", (int64_t)packet->key, "the packet has another key");
    check_number(call, "bytes", (int64_t)packet->bytes, "the packet has another byte count");
    if (!wanted || (wanted->type == JSON_NULL ? !packet->overlapped : packet->overlapped == call_overlapped(call))) return;
    const char *label = packet->overlapped ? process_memory_label(call->process, packet->overlapped) : NULL;
    fail_step(call->script, call->step, wanted, json_words(call->script, wanted), label ? quoted(call->script, label) : "null", "the packet is of another OVERLAPPED");
}

static struct outcome call_take(const struct call *call)
{
    const struct json *timeout = argument(call, "timeout");
    struct port_packet packet = { 0 };
    DWORD result = port_take(call->line->thread, call_port(call), timeout ? read_time(timeout) : INT64_MAX, &packet);
    bool taken = result == WSA_WAIT_EVENT_0;
    int64_t error = taken ? packet.error : TIMED_OUT;
    row_done(call, taken ? &packet : NULL, error);
    if (taken) packet_check(call, &packet);
    return (struct outcome){ .failed = error != 0, .error = error };
}

static struct outcome call_modes(const struct call *call)
{
    unsigned modes = 0;
    for (const struct json *mode = argument(call, "modes")->first; mode; mode = mode->next)
        modes |= is_text(mode, "skip_port_on_success") ? PORT_SKIP_ON_SUCCESS : 0u;
    bool done = port_modes(call->process, call_socket(call), modes);
    return (struct outcome){ .failed = !done, .error = WSA_INVALID_HANDLE };
}

struct outcome call_port_step(const struct call *call)
{
    bool done = false;
    switch (call->step->kind->number) {
    case CALL_GETQUEUED: return call_take(call);
    case CALL_NOTIFICATIONMODES: return call_modes(call);
    case CALL_ASSOCIATE:
        done = port_associate(call->process, call_socket(call), call_port(call), call_key(call));
        return (struct outcome){ .failed = !done, .error = WSA_INVALID_PARAMETER };
    default: break;
    }
    const struct json *bytes = argument(call, "bytes");
    struct port_packet packet = { .key = call_key(call), .overlapped = call_overlapped(call), .bytes = bytes ? (DWORD)read_uint(bytes) : 0 };
    port_post(call->process, call_port(call), &packet);
    return (struct outcome){ .failed = false };
}
