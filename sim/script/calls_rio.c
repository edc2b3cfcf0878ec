/*
 * Calls: Registered I/O. Registered memory stays where it is until the process ends: results of it may be looked at long after
 * it was deregistered.
 */
#include <stdlib.h>
#include <string.h>

#include <ws2tcpip.h>

#include "script/call.h"
#include "script/marshal.h"

#define MADE_UP ((uintptr_t)0xBAD0) /* an id that nobody was given */
#define ROOM 16

static uint64_t number_or(const struct call *call, const char *member, uint64_t otherwise)
{
    const struct json *value = argument(call, member);
    return value ? read_uint(value) : otherwise;
}

static void *context_of(const struct call *call) { return (void *)(uintptr_t)number_or(call, "context", 0); }

/* ---- ids ---- */

/* The id of the queue; `invalid` where it says null. */
static uintptr_t queue_id(const struct call *call, const char *member, uintptr_t invalid)
{
    const struct json *value = argument(call, member);
    if (!value || value->type == JSON_NULL) return invalid;
    const uintptr_t *found = is_text(value, "bad") ? NULL : binding_find(&call->actor->queues, value->text);
    return found ? *found : MADE_UP; /* or the step that makes it has not run */
}

static const char *name_of(const struct call *call, const char *member)
{
    const struct json *value = argument(call, member);
    return value && value->type == JSON_TEXT ? value->text : "";
}

static const struct registered *registered_of(const struct call *call, const struct json *buffer)
{
    const uintptr_t *found = buffer && buffer->type == JSON_TEXT ? binding_find(&call->actor->registered, buffer->text) : NULL;
    return found ? (const struct registered *)*found : NULL;
}

/* ---- buffers ---- */

static bool call_register(const struct call *call, struct spi_rio *spi, int *error)
{
    const struct json *data = argument(call, "data"), *size = argument(call, "size"), *memory = argument(call, "memory");
    struct registered *made = arena_take(call->script->arena, sizeof *made);
    struct moving aside = { 0 };
    if (data) moving_data(call->process, data, &aside);
    made->size = data ? aside.buffers[0].len : size ? (DWORD)read_size(size) : ROOM;
    made->memory = !memory ? memory_block(call->process, made->size) : memory->type == JSON_NULL ? NULL : memory_outside(call->process);
    if (data) memcpy(made->memory, aside.buffers[0].buf, made->size);
    if (data) moving_free(call->process, &aside);
    spi->object = name_of(call, "as");
    spi->memory = made->memory;
    spi->size = (DWORD)number_or(call, "length", made->size);
    bool done = spi_rio(call->line->thread, spi, error);
    made->id = done ? (RIO_BUFFERID)spi->made : RIO_INVALID_BUFFERID;
    if (memory) made->memory = NULL;
    binding_set(&call->actor->registered, name_of(call, "as"), (uintptr_t)made);
    return done;
}

/* ---- queues ---- */

static HANDLE notification_port(const struct call *call)
{
    const struct json *port = argument(call, "port");
    if (!port || port->type == JSON_NULL) return NULL;
    return is_text(port, "bad") ? (HANDLE)MADE_UP : actor_port(call->actor, port->text);
}

static bool call_create_completions(const struct call *call, struct spi_rio *spi, int *error)
{
    const struct json *event = argument(call, "event"), *port = argument(call, "port"), *type = argument(call, "type"), *reset = argument(call, "reset");
    RIO_NOTIFICATION_COMPLETION *how = memory_block(call->process, sizeof *how);
    *how = (RIO_NOTIFICATION_COMPLETION){ .Type = RIO_EVENT_COMPLETION };
    if (event) how->Event.EventHandle = call_event(call, "event");
    if (reset) how->Event.NotifyReset = read_bool(reset);
    if (port) {
        how->Type = RIO_IOCP_COMPLETION;
        how->Iocp.IocpHandle = notification_port(call);
        how->Iocp.CompletionKey = (void *)(uintptr_t)number_or(call, "key", 0);
        how->Iocp.Overlapped = call_overlapped(call);
    }
    if (type) how->Type = (RIO_NOTIFICATION_COMPLETION_TYPE)read_uint(type);
    spi->object = name_of(call, "as");
    spi->size = (DWORD)number_or(call, "size", 0);
    spi->notification = is_text(argument(call, "notification"), "bad") ? memory_outside(call->process) : event || port || type ? how : NULL;
    bool done = spi_rio(call->line->thread, spi, error);
    binding_set(&call->actor->queues, name_of(call, "as"), spi->made);
    memory_release(call->process, how);
    return done;
}

static bool call_create_requests(const struct call *call, struct spi_rio *spi, int *error)
{
    spi->object = name_of(call, "as");
    spi->s = call_socket(call);
    spi->receives = (ULONG)number_or(call, "receives", 1);
    spi->sends = (ULONG)number_or(call, "sends", 1);
    spi->receive_buffers = (ULONG)number_or(call, "receive_buffers", 1);
    spi->send_buffers = (ULONG)number_or(call, "send_buffers", 1);
    spi->cq = (RIO_CQ)queue_id(call, "receive_queue", (uintptr_t)RIO_INVALID_CQ);
    spi->send_cq = (RIO_CQ)queue_id(call, "send_queue", (uintptr_t)RIO_INVALID_CQ);
    spi->context = context_of(call);
    bool done = spi_rio(call->line->thread, spi, error);
    binding_set(&call->actor->queues, name_of(call, "as"), spi->made);
    return done;
}

static bool call_dequeue(const struct call *call, struct spi_rio *spi, int *error)
{
    const struct json *array = argument(call, "array"), *expected = argument(call, "results");
    struct script *script = call->script;
    spi->room = (ULONG)number_or(call, "room", ROOM);
    RIORESULT *results = memory_block(call->process, spi->room * sizeof *results);
    spi->results = !array ? results : array->type == JSON_NULL ? NULL : memory_outside(call->process);
    bool done = spi_rio(call->line->thread, spi, error);
    if (done) check_number(call, "count", spi->taken, "another number of results");
    if (done && expected && spi->results == results) {
        const struct value *seen = decode_results(script->arena, results, spi->taken < spi->room ? spi->taken : spi->room);
        if (!value_matches(expected, seen)) fail_step(script, call->step, expected, json_words(script, expected), value_words(script, seen), "other results");
    }
    memory_release(call->process, results);
    return done;
}

/* ---- sends and receives ---- */

/* A slice as it lies in memory, and the memory it names: NULL where there is none. */
struct slice { RIO_BUF *given; char *bytes; ULONG length; };

static struct slice slice_make(const struct call *call, const struct json *buffer, ULONG offset, const struct json *length, RIO_BUF *room)
{
    const struct registered *registered = registered_of(call, buffer);
    DWORD size = registered ? registered->size : 0;
    *room = (RIO_BUF){ .BufferId = registered ? registered->id : buffer->type == JSON_NULL ? RIO_INVALID_BUFFERID : (RIO_BUFFERID)MADE_UP, .Offset = offset };
    room->Length = length ? (ULONG)read_uint(length) : size > offset ? size - offset : 0;
    bool there = registered && registered->memory && offset <= size && room->Length <= size - offset;
    return (struct slice){ room, there ? registered->memory + offset : NULL, room->Length };
}

static struct slice slice_of(const struct call *call, const char *member, RIO_BUF *room)
{
    const struct json *slice = argument(call, member), *offset = slice && slice->type == JSON_OBJECT ? json_member(slice, "offset") : NULL;
    if (!slice) return (struct slice){ NULL, NULL, 0 };
    if (slice->type != JSON_OBJECT) return (struct slice){ memory_outside(call->process), NULL, 0 };
    return slice_make(call, json_member(slice, "buffer"), offset ? (ULONG)read_uint(offset) : 0, json_member(slice, "length"), room);
}

/* Says so at its place where it does not fit: the client would write over its own memory. */
static bool put(const struct call *call, const char *member, const struct slice *slice, const void *bytes, size_t size)
{
    if (slice->bytes && size <= slice->length) memcpy(slice->bytes, bytes, size);
    else fail_step(call->script, call->step, argument(call, member), NULL, NULL, "\"%s\" does not fit into its slice: %zu bytes", member, size);
    return slice->bytes && size <= slice->length;
}

static void put_name(const struct call *call, const char *member, const struct slice *slice)
{
    int size;
    struct sockname name = name_given(call, member, NULL, &size);
    if (name.blocks[0]) put(call, member, slice, name.bytes, (size_t)size);
    name_free(call->process, &name);
}

/* The data slice is as long as the data, unless the step says otherwise. */
static void put_data(const struct call *call, struct slice *slice)
{
    const struct json *data = argument(call, "data");
    struct moving aside = { 0 };
    if (!data) return;
    moving_data(call->process, data, &aside);
    if (put(call, "data", slice, aside.buffers[0].buf, aside.buffers[0].len) && !argument(call, "length")) slice->given->Length = aside.buffers[0].len;
    moving_free(call->process, &aside);
}

static void put_control(const struct call *call, const struct slice *slice)
{
    size_t head = WSA_CMSGHDR_ALIGN(sizeof(RIO_CMSG_BUFFER));
    WSABUF records = { 0, slice->bytes + head };
    RIO_CMSG_BUFFER total;
    if (!argument(call, "ttl") && !argument(call, "tos")) return;
    if (!slice->bytes || slice->length < head + 2 * WSA_CMSG_SPACE(sizeof(INT))) {
        fail_step(call->script, call->step, argument(call, "control"), NULL, NULL, "the records do not fit into their slice");
        return;
    }
    control_add(call, &records, "ttl", IP_TTL);
    control_add(call, &records, "tos", IP_TOS);
    total.TotalLength = (ULONG)head + records.len;
    memcpy(slice->bytes, &total, sizeof total);
}

static bool call_move(const struct call *call, struct spi_rio *spi, int *error)
{
    const struct json *buffer = argument(call, "buffer"), *flags = argument(call, "flags"), *message_flags = argument(call, "message_flags");
    RIO_BUF *rooms = memory_block(call->process, 5 * sizeof *rooms);
    struct slice data = { NULL, NULL, 0 };
    if (buffer) data = slice_make(call, buffer, (ULONG)number_or(call, "offset", 0), argument(call, "length"), &rooms[0]);
    struct slice local = slice_of(call, "local", &rooms[1]), remote = slice_of(call, "remote", &rooms[2]), control = slice_of(call, "control", &rooms[3]), place = slice_of(call, "flags_place", &rooms[4]);
    DWORD word = message_flags ? (DWORD)read_named(message_flags, TYPE_SEND_FLAGS) : 0;
    put_data(call, &data);
    put_name(call, "to", &remote);
    put_name(call, "from", &local);
    put_control(call, &control);
    if (message_flags) put(call, "message_flags", &place, &word, sizeof word);
    spi->rq = (RIO_RQ)queue_id(call, "queue", (uintptr_t)RIO_INVALID_RQ);
    spi->data = is_text(argument(call, "slice"), "bad") ? memory_outside(call->process) : data.given;
    spi->count = (ULONG)number_or(call, "count", spi->data ? 1 : 0);
    spi->local = local.given;
    spi->remote = remote.given;
    spi->control = control.given;
    spi->flags_place = place.given;
    spi->flags = flags ? (DWORD)read_named(flags, TYPE_RIO_FLAGS) : 0;
    spi->context = context_of(call);
    bool done = spi_rio(call->line->thread, spi, error);
    memory_release(call->process, rooms);
    return done;
}

/* ---- the calls ---- */

struct outcome call_rio_step(const struct call *call)
{
    int number = call->step->kind->number, error = 0;
    struct spi_rio spi = { .function = (enum rio_function)(number - CALL_RIOREGISTER), .object = name_of(call, "queue") };
    bool done;
    switch (number) {
    case CALL_RIOREGISTER: done = call_register(call, &spi, &error); break;
    case CALL_RIOCREATECQ: done = call_create_completions(call, &spi, &error); break;
    case CALL_RIOCREATERQ: done = call_create_requests(call, &spi, &error); break;
    case CALL_RIODEQUEUE:
        spi.cq = (RIO_CQ)queue_id(call, "queue", (uintptr_t)RIO_INVALID_CQ);
        done = call_dequeue(call, &spi, &error);
        break;
    case CALL_RIOSEND: case CALL_RIOSENDEX: case CALL_RIORECEIVE: case CALL_RIORECEIVEEX: done = call_move(call, &spi, &error); break;
    case CALL_RIODEREGISTER: {
        const struct registered *registered = registered_of(call, argument(call, "buffer"));
        spi.object = name_of(call, "buffer");
        spi.buffer = registered ? registered->id : argument(call, "buffer")->type == JSON_NULL ? RIO_INVALID_BUFFERID : (RIO_BUFFERID)MADE_UP;
        done = spi_rio(call->line->thread, &spi, &error);
        break;
    }
    default: /* the others take a queue and sizes */
        spi.cq = (RIO_CQ)queue_id(call, "queue", (uintptr_t)RIO_INVALID_CQ);
        spi.rq = (RIO_RQ)queue_id(call, "queue", (uintptr_t)RIO_INVALID_RQ);
        spi.size = (DWORD)number_or(call, "size", 0);
        spi.receives = (ULONG)number_or(call, "receives", 0);
        spi.sends = (ULONG)number_or(call, "sends", 0);
        done = spi_rio(call->line->thread, &spi, &error);
    }
    return (struct outcome){ .failed = !done, .error = error };
}
