/*
 * Calls: what an actor's thread does. Each call marshals its arguments into the process's memory, goes through the seam
 * (ws2/spi.h), and holds the outcome against what the step expects. All of this runs on the thread's own fiber.
 */
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "script/call.h"
#include "script/marshal.h"

const struct json *argument(const struct call *call, const char *name) { return script_member(call->script, call->step, name); }

SOCKET call_socket_of(const struct call *call, const struct json *value)
{
    uint64_t number;
    if (json_uint(value, &number)) return (SOCKET)number;
    const uintptr_t *found = binding_find(&call->actor->sockets, value->text);
    return found ? (SOCKET)*found : INVALID_SOCKET; /* its `socket` step failed */
}

SOCKET call_socket(const struct call *call) { return call_socket_of(call, argument(call, "socket")); }

void call_named(const struct call *call, const char *member, SOCKET s)
{
    const struct json *name = argument(call, member);
    if (!name) return;
    binding_set(&call->actor->sockets, name->text, s);
    if (s != INVALID_SOCKET) process_label_handle(call->process, s, name->text);
}

HANDLE call_event(const struct call *call, const char *name)
{
    const struct json *value = argument(call, name);
    if (!value || value->type == JSON_NULL) return NULL;
    return is_text(value, "bad") ? (HANDLE)(uintptr_t)0xBAD0 : actor_event(call->actor, value->text);
}

WSAOVERLAPPED *call_overlapped(const struct call *call)
{
    const struct json *value = argument(call, "overlapped");
    if (!value || value->type == JSON_NULL) return NULL;
    return is_text(value, "bad") ? memory_outside(call->process) : actor_overlapped(call->actor, value->text);
}

/* hEvent, perhaps with its low bit set. */
HANDLE call_completion_event(const struct call *call)
{
    const struct json *no_packet = argument(call, "no_packet");
    return (HANDLE)((uintptr_t)call_event(call, "event") | (no_packet && read_bool(no_packet) ? 1u : 0u));
}

/* ---- the outcome against the expectation ---- */

static const char *outcome_words(struct script *script, const struct outcome *outcome)
{
    char room[24];
    if ((!outcome->failed && !outcome->is_wait) || (outcome->is_sleep && outcome->error == 0)) return "0";
    const char *name = names_of(outcome->is_wait ? NAMES_WAIT : NAMES_ERROR, outcome->error);
    if (!name && outcome->is_wait && outcome->error < 64) name = arena_printf(script->arena, "WAIT_OBJECT_%d", (int)outcome->error);
    return name ? quoted(script, name) : arena_text(script->arena, names_or_number(NAMES_ERROR, outcome->error, room));
}

/* A wait is no SPI call: its end leaves a row here. */
static void wait_row(const struct call *call, const struct outcome *outcome)
{
    struct trace *trace = call->script->setup.trace;
    char room[24];
    if (!trace_begin(trace, LAYER_SCRIPT, call->step->kind->name, NULL, call->step->pointer)) return;
    trace_text(trace, "returns", outcome->is_sleep && outcome->error == 0 ? "0" : names_or_number(NAMES_WAIT, outcome->error, room));
    trace_end(trace);
}

static void check_returns(const struct call *call, const struct outcome *outcome)
{
    const struct json *expected = argument(call, "returns");
    if (outcome->is_wait) {
        wait_row(call, outcome);
        if (is_text(expected, "any")) return;
        if (expected && !is_text(expected, "never") && read_named(expected, TYPE_WAIT_RESULT) == outcome->error) return;
        if (expected) fail_step(call->script, call->step, expected, json_words(call->script, expected), outcome_words(call->script, outcome), "the wait ended in another way");
        return;
    }
    if (is_text(expected, "any")) return;
    if (!expected) {
        if (outcome->failed && outcome->error != WSA_IO_PENDING)
            fail_step(call->script, call->step, NULL, "0", outcome_words(call->script, outcome), "`%s` failed", call->step->kind->name);
        return;
    }
    int64_t wanted = is_text(expected, "never") ? -1 : read_named(expected, TYPE_ERROR);
    if (wanted == (outcome->failed ? outcome->error : 0)) return;
    fail_step(call->script, call->step, expected, json_words(call->script, expected), outcome_words(call->script, outcome),
              is_text(expected, "never") ? "`%s` returned" : "`%s` returned something else", call->step->kind->name);
}

static const char *time_words(struct script *script, int64_t ns)
{
    char text[TIME_TEXT];
    time_text(ns, text);
    return quoted(script, text);
}

static void check_times(const struct call *call)
{
    struct script *script = call->script;
    int64_t now_ns = script_now(script), start_ns = script->runs[call->step->index].start_ns;
    const struct json *at = argument(call, "returns_at"), *within = argument(call, "within"), *lasts = argument(call, "lasts");
    if (at) {
        int64_t from_ns = time_after(at->text[0] == '+' ? start_ns : 0, read_time(at)), until_ns = time_after(from_ns, within ? read_time(within) : 0);
        if (now_ns < from_ns || now_ns > until_ns)
            fail_step(script, call->step, at, json_words(script, at), time_words(script, now_ns), "`%s` returned at another time", call->step->kind->name);
    }
    if (lasts && now_ns - start_ns != read_time(lasts))
        fail_step(script, call->step, lasts, json_words(script, lasts), time_words(script, now_ns - start_ns), "`%s` took another time", call->step->kind->name);
}

void check_bytes(const struct call *call, const DWORD *bytes)
{
    const struct json *expected = argument(call, "bytes");
    if (!expected || expected->type == JSON_NULL || is_text(expected, "bad")) return;
    bool untouched = *bytes == BYTES_UNTOUCHED;
    if (is_text(expected, "untouched") ? untouched : !untouched && read_uint(expected) == *bytes) return;
    fail_step(call->script, call->step, expected, json_words(call->script, expected),
              untouched ? "\"untouched\"" : arena_printf(call->script->arena, "%u", (unsigned)*bytes), "another byte count");
}

void check_number(const struct call *call, const char *member, int64_t seen, const char *what)
{
    const struct json *expected = argument(call, member);
    if (!expected || (int64_t)read_uint(expected) == seen) return;
    fail_step(call->script, call->step, expected, json_words(call->script, expected), arena_printf(call->script->arena, "%lld", (long long)seen), "%s", what);
}

/* Each member the step names is compared by itself, so that the message is about one thing. */
void check_out(const struct call *call, const struct value *seen)
{
    const struct json *expected = argument(call, "out");
    if (!expected || expected->type != JSON_OBJECT) return;
    for (const struct json *member = expected->first; member; member = member->next) {
        const struct value *other = value_member(seen, member->name);
        struct json whole = { .type = JSON_OBJECT, .first = member, .count = 1 }, alone = *member;
        alone.next = NULL;
        whole.first = &alone;
        if (value_matches(&whole, seen)) continue;
        fail_step(call->script, call->step, member, json_words(call->script, member), other ? value_words(call->script, other) : value_words(call->script, seen),
                  other ? "the output holds another value of \"%s\"" : "the output holds no \"%s\"", member->name);
    }
}

/* ---- the calls ---- */

/* A handle that a control code gave gets a name, unless it is one that has its own. */
static void handle_named(const struct call *call, const void *out)
{
    const struct json *name = argument(call, "as");
    SOCKET s;
    if (!name || !memory_holds(call->process, out, sizeof s)) return;
    memcpy(&s, out, sizeof s);
    binding_set(&call->actor->sockets, name->text, s);
    if (!process_handle_label(call->process, s)) process_label_handle(call->process, s, name->text);
}

static struct outcome call_ioctl(const struct call *call)
{
    struct outcome outcome = { 0 };
    struct marshal buffers;
    WSAOVERLAPPED *overlapped = call_overlapped(call);
    const struct json *routine = argument(call, "routine");
    if (!marshal_ioctl(call->script, call->process, call->step, &buffers)) return outcome;
    if (overlapped && memory_holds(call->process, overlapped, sizeof *overlapped)) overlapped->hEvent = call_completion_event(call);
    struct spi_ioctl spi = {
        .s = call_socket(call),
        .code = (DWORD)read_named(argument(call, "code"), TYPE_CODE),
        .in = buffers.in,
        .in_size = buffers.in_size,
        .out = buffers.out,
        .out_size = buffers.out_size,
        .bytes = buffers.bytes,
        .overlapped = overlapped,
        .routine = routine ? actor_routine(call->actor, routine->text) : NULL,
    };
    int error;
    outcome.failed = spi_ioctl(call->line->thread, &spi, &error) != 0;
    outcome.error = error;
    bool counted = memory_holds(call->process, buffers.bytes, sizeof *buffers.bytes);
    if (counted) check_bytes(call, buffers.bytes);
    const struct json *out = argument(call, "out");
    if (!outcome.failed && counted && buffers.out && memory_holds(call->process, buffers.out, *buffers.bytes))
        check_out(call, decode_ioctl_out(call->script->arena, call->process, spi.code, buffers.out, *buffers.bytes));
    else if (out && out->type == JSON_OBJECT && (!outcome.failed || error == WSA_IO_PENDING))
        fail_step(call->script, call->step, out, json_words(call->script, out), NULL, "%s",
                  outcome.failed ? "the call is pending: there is no output yet" : "the byte count is beyond the buffer: there is no output to look at");
    if (!outcome.failed && counted && *buffers.bytes == sizeof(SOCKET)) handle_named(call, buffers.out);
    marshal_free(call->process, &buffers, outcome.failed && error == WSA_IO_PENDING);
    return outcome;
}

static struct outcome call_open(const struct call *call)
{
    if (argument(call, "from")) return call_open_duplicate(call);
    const struct json *protocol = argument(call, "protocol"), *flags = argument(call, "flags"), *entry = argument(call, "entry");
    struct spi_socket spi = { .family = (int)read_named(argument(call, "family"), TYPE_FAMILY), .type = (int)read_named(argument(call, "type"), TYPE_SOCKET_TYPE) };
    int error;
    if (protocol) spi.protocol = (int)read_named(protocol, TYPE_PROTOCOL);
    if (flags) spi.flags = (DWORD)read_named(flags, TYPE_FLAGS);
    if (entry) spi.entry = (DWORD)read_uint(entry);
    const struct net *net = call->script->setup.net;
    uint64_t before = net_newest_endpoint(net);
    SOCKET s = spi_client_socket(call->line->thread, &spi, &error);
    const char *name = argument(call, "as")->text;
    binding_set(&call->actor->sockets, name, s);
    if (net_newest_endpoint(net) > before) binding_set(&call->actor->endpoints, name, before + 1);
    if (s != INVALID_SOCKET) process_label_handle(call->process, s, name);
    return (struct outcome){ .failed = s == INVALID_SOCKET, .error = error };
}

/* The DLL answers for itself: the row is here. */
static struct outcome call_enum_protocols(const struct call *call)
{
    struct trace *trace = call->script->setup.trace;
    struct arena *arena = call->script->arena;
    struct value *protocols = process_catalog(call->process, arena), *seen = value_add(value_new(arena, VALUE_MAP), "protocols", protocols);
    if (trace_begin(trace, LAYER_SCRIPT, "enumprotocols", NULL, call->step->pointer)) {
        value_trace(trace, "out", protocols);
        trace_end(trace);
    }
    int64_t count = 0;
    for (const struct value *one = protocols->first; one; one = one->next) count++;
    check_number(call, "count", count, "another number of entries");
    check_out(call, seen);
    return (struct outcome){ 0 };
}

static struct outcome call_event_select(const struct call *call)
{
    int error;
    LONG events = (LONG)read_named(argument(call, "events"), TYPE_EVENTS);
    HANDLE event = call_event(call, "event");
    bool failed = spi_event_select(call->line->thread, call_socket(call), event, events, &error) != 0;
    if (!failed && argument(call, "socket")->type == JSON_TEXT) binding_set(&call->actor->selected, argument(call, "socket")->text, (uintptr_t)(events ? event : NULL));
    return (struct outcome){ .failed = failed, .error = error };
}

/* Also claims the signal of the event that told of the network events. */
static struct outcome call_enum_network_events(const struct call *call)
{
    int error;
    const struct json *out = argument(call, "out"), *socket = argument(call, "socket");
    WSANETWORKEVENTS *events = out && out->type == JSON_NULL ? NULL : is_text(out, "bad") ? memory_outside(call->process) : memory_block(call->process, sizeof *events);
    HANDLE event = call_event(call, "event");
    bool failed = spi_enum_network_events(call->line->thread, call_socket(call), event, events, &error) != 0;
    bool held = events && memory_holds(call->process, events, sizeof *events);
    if (!failed && held) check_out(call, decode_network_events(call->script->arena, events));
    const uintptr_t *selected = socket->type == JSON_TEXT ? binding_find(&call->actor->selected, socket->text) : NULL;
    if (!failed && held && events->lNetworkEvents) claim_signal(call->actor, event ? event : selected ? (HANDLE)*selected : NULL);
    if (held) memory_release(call->process, events);
    return (struct outcome){ .failed = failed, .error = error };
}

/* What the receive of this OVERLAPPED brought. */
static void check_received(const struct call *call, const WSAOVERLAPPED *overlapped, DWORD bytes, DWORD flags)
{
    const struct json *out = argument(call, "out"), *from = argument(call, "from");
    const struct moving *moving = out || from ? moving_of(call->actor, overlapped) : NULL;
    if (argument(call, "flags_out")) check_flags(call, flags);
    if (moving && out) check_data(call->script, call->step, out, call->process, moving, bytes);
    if (moving && from && moving->name.size) check_name(call->script, call->step, from, call->process, moving->name.bytes, *moving->name.size);
}

static struct outcome call_get_overlapped_result(const struct call *call)
{
    int error;
    const struct json *wait = argument(call, "wait"), *expected = argument(call, "bytes");
    DWORD *room = memory_block(call->process, sizeof(DWORD)), *flags = memory_block(call->process, sizeof(DWORD)), *bytes = room;
    WSAOVERLAPPED *overlapped = call_overlapped(call);
    *room = BYTES_UNTOUCHED;
    if (expected && expected->type == JSON_NULL) bytes = NULL;
    if (is_text(expected, "bad")) bytes = memory_outside(call->process);
    bool waits = wait && read_bool(wait);
    bool failed = !spi_get_overlapped_result(call->line->thread, call_socket(call), overlapped, bytes, waits, flags, &error);
    if (bytes == room) check_bytes(call, room);
    if (!failed && bytes == room) check_received(call, overlapped, *room, *flags);
    if (waits && overlapped && memory_holds(call->process, overlapped, sizeof *overlapped) && !overlapped_pending(overlapped)) claim_signal(call->actor, (HANDLE)((uintptr_t)overlapped->hEvent & ~(uintptr_t)1));
    memory_release(call->process, room);
    memory_release(call->process, flags);
    return (struct outcome){ .failed = failed, .error = error };
}

static struct outcome call_wait(const struct call *call)
{
    struct thread_wait wait = { .timeout_ns = INT64_MAX };
    const struct json *events = argument(call, "events"), *timeout = argument(call, "timeout"), *alertable = argument(call, "alertable");
    for (const struct json *one = events->first; one && wait.count < WAIT_EVENTS_MOST; one = one->next) wait.events[wait.count++] = actor_event(call->actor, one->text);
    if (timeout) wait.timeout_ns = read_time(timeout);
    wait.alertable = alertable && read_bool(alertable);
    DWORD result = thread_wait(call->line->thread, &wait);
    if (result < wait.count) claim_signal(call->actor, wait.events[result]);
    return (struct outcome){ .is_wait = true, .error = result };
}

static struct outcome call_sleep(const struct call *call)
{
    const struct json *alertable = argument(call, "alertable");
    struct thread_wait wait = { .timeout_ns = read_time(argument(call, "for")), .alertable = alertable && read_bool(alertable) };
    DWORD result = thread_wait(call->line->thread, &wait);
    return (struct outcome){ .is_wait = true, .is_sleep = true, .error = result == WSA_WAIT_TIMEOUT ? 0 : result };
}

static struct outcome call_startup(const struct call *call)
{
    const struct json *version = argument(call, "version");
    WORD word = version ? MAKEWORD(version->text[0] - '0', version->text[2] - '0') : MAKEWORD(2, 2);
    WSPDATA *data = memory_block(call->process, sizeof *data);
    int error = spi_startup(call->line->thread, word, data);
    memory_release(call->process, data);
    return (struct outcome){ .failed = error != 0, .error = error };
}

static struct outcome call_cancel_io(const struct call *call)
{
    const WSAOVERLAPPED *overlapped = call_overlapped(call);
    if (overlapped) process_cancel(call->process, overlapped);
    else requests_cancel(thread_task(call->line->thread), NULL);
    return (struct outcome){ 0 };
}

#define SCRIBBLE 0xCC

/* What a careless client does to the memory of an OVERLAPPED. Freed, its name stands for nothing: a later call makes a new one. */
static struct outcome call_touch(const struct call *call, bool frees)
{
    WSAOVERLAPPED *overlapped = call_overlapped(call);
    judge_client_touches(ws2_judge(call->script->setup.ws2), call->process, overlapped, frees);
    memset(overlapped, SCRIBBLE, offsetof(WSAOVERLAPPED, hEvent));
    if (frees) {
        binding_forget(&call->actor->overlapped, argument(call, "overlapped")->text);
        memory_release(call->process, overlapped);
    }
    return (struct outcome){ 0 };
}

static void call_set_event(const struct call *call, bool set)
{
    HANDLE event = call_event(call, "event");
    if (set) event_set(call->process, event); else event_reset(call->process, event);
    if (set) claim_signal(call->actor, event); /* the actor's own doing is nothing it sees */
}

static void exit_begins(const struct call *call)
{
    struct line *line = call->line;
    line->command = NULL;
    step_returned(call->script, call->step);
}

static struct outcome call_make(const struct call *call)
{
    int error = 0;
    bool failed = false;
    struct thread *thread = call->line->thread;
    switch ((enum call_number)call->step->kind->number) {
    case CALL_STARTUP: return call_startup(call);
    case CALL_CLEANUP: failed = spi_cleanup(thread, &error) != 0; break;
    case CALL_SOCKET: return call_open(call);
    case CALL_ENUMPROTOCOLS: return call_enum_protocols(call);
    case CALL_DUPLICATE: return call_duplicate(call);
    case CALL_CLOSE: failed = spi_close(thread, call_socket(call), &error) != 0; break;
    case CALL_IOCTL: return call_ioctl(call);
    case CALL_EVENTSELECT: return call_event_select(call);
    case CALL_ENUMNETWORKEVENTS: return call_enum_network_events(call);
    case CALL_GETOVERLAPPEDRESULT: return call_get_overlapped_result(call);
    case CALL_CANCELIO: return call_cancel_io(call);
    case CALL_OVERWRITE: case CALL_FREE: return call_touch(call, call->step->kind->number == CALL_FREE);
    case CALL_WAIT: return call_wait(call);
    case CALL_SLEEP: return call_sleep(call);
    case CALL_SETEVENT: call_set_event(call, true); break;
    case CALL_RESETEVENT: call_set_event(call, false); break;
    case CALL_EXIT_THREAD: exit_begins(call); thread_exit(thread); break;
    case CALL_EXIT_PROCESS: exit_begins(call); process_exit(thread); break;
    case CALL_BIND: case CALL_GETSOCKNAME: case CALL_GETPEERNAME: case CALL_CONNECT: case CALL_JOINLEAF: case CALL_LISTEN: case CALL_ACCEPT:
    case CALL_SHUTDOWN: case CALL_CANCELBLOCKING: case CALL_SENDDISCONNECT: case CALL_RECVDISCONNECT: return call_socket_step(call);
    case CALL_SEND: case CALL_SENDTO: case CALL_RECV: case CALL_RECVFROM: return call_transfer_step(call);
    case CALL_ACCEPTEX: case CALL_CONNECTEX: case CALL_DISCONNECTEX: case CALL_ACCEPTEXNAMES: case CALL_TRANSMITFILE: case CALL_TRANSMITPACKETS: case CALL_RECVMSG:
    case CALL_SENDMSG: return call_extension_step(call);
    case CALL_RIOREGISTER: case CALL_RIODEREGISTER: case CALL_RIOCREATECQ: case CALL_RIORESIZECQ: case CALL_RIOCLOSECQ: case CALL_RIODEQUEUE: case CALL_RIONOTIFY:
    case CALL_RIOCREATERQ: case CALL_RIORESIZERQ: case CALL_RIOSEND: case CALL_RIOSENDEX: case CALL_RIORECEIVE: case CALL_RIORECEIVEEX: return call_rio_step(call);
    case CALL_GETSOCKOPT: case CALL_SETSOCKOPT: case CALL_SELECT: return call_option_step(call);
    case CALL_POLL: return call_poll_step(call);
    case CALL_ADDRESSTOSTRING: case CALL_STRINGTOADDRESS: return call_address_step(call);
    case CALL_REPEAT: case CALL_ON: return call_loop_step(call);
    case CALL_BLOCKINGHOOK: return call_hook_step(call);
    case CALL_GETQOSBYNAME: return call_qos_step(call);
    case CALL_ASSOCIATE: case CALL_NOTIFICATIONMODES: case CALL_GETQUEUED: case CALL_POSTQUEUED: return call_port_step(call);
    case CALL_ASYNCSELECT: case CALL_CREATEWINDOW: case CALL_DESTROYWINDOW: case CALL_GETMESSAGE: return call_window_step(call);
    }
    return (struct outcome){ .failed = failed, .error = error };
}

static bool call_needs_startup(const struct call *call)
{
    switch ((enum call_number)call->step->kind->number) {
    case CALL_STARTUP: case CALL_CLEANUP: case CALL_OVERWRITE: case CALL_FREE: case CALL_REPEAT: case CALL_ON:
    case CALL_CANCELIO: case CALL_WAIT: case CALL_SLEEP: case CALL_SETEVENT: case CALL_RESETEVENT:
    case CALL_EXIT_THREAD: case CALL_EXIT_PROCESS: case CALL_GETQUEUED: case CALL_POSTQUEUED:
    case CALL_CREATEWINDOW: case CALL_DESTROYWINDOW: case CALL_GETMESSAGE: case CALL_BLOCKINGHOOK: return false;
    default: return true;
    }
}

void call_run(struct line *line, const struct step *step)
{
    struct call call = { line, line->script, line->actor, line->actor->process, step };
    struct outcome outcome = { .failed = true, .error = WSANOTINITIALISED };
    /* Without a WSPStartup there is no table of entry points: the DLL itself says so. */
    if (!call_needs_startup(&call) || spi_started(call.process)) outcome = call_make(&call);
    check_returns(&call, &outcome);
    check_times(&call);
}
