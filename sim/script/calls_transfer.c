/*
 * Calls: sends and receives. What goes with an OVERLAPPED stays in memory until that OVERLAPPED is used again, so that what
 * arrived can be looked at when its completion is seen.
 */
#include <string.h>

#include "script/call.h"
#include "script/marshal.h"
#include "ws2/decode.h"

struct moving *moving_of(const struct actor *actor, const WSAOVERLAPPED *overlapped)
{
    const char *name = process_memory_label(actor->process, overlapped);
    const uintptr_t *found = name ? binding_find(&actor->moving, name) : NULL;
    return found ? (struct moving *)*found : NULL;
}

/* The record of this OVERLAPPED, empty; NULL: it is none that has a name. What an earlier call left there goes, unless that
   call still is under way: then the client has used the OVERLAPPED twice, and its buffers stay where they are. */
struct moving *moving_kept(const struct call *call, const WSAOVERLAPPED *overlapped)
{
    const struct json *name = argument(call, "overlapped");
    if (!overlapped || !memory_holds(call->process, overlapped, sizeof *overlapped)) return NULL;
    struct moving *moving = moving_of(call->actor, overlapped);
    if (!moving) {
        moving = arena_take(call->script->arena, sizeof *moving);
        binding_set(&call->actor->moving, name->text, (uintptr_t)moving);
    } else if (!overlapped_pending(overlapped)) {
        moving_free(call->process, moving);
    }
    *moving = (struct moving){ 0 };
    return moving;
}

void check_flags(const struct call *call, DWORD seen)
{
    const struct json *expected = argument(call, "flags_out");
    if (!expected || (DWORD)read_named(expected, TYPE_SEND_FLAGS) == seen) return;
    fail_step(call->script, call->step, expected, json_words(call->script, expected), value_words(call->script, decode_flags(call->script->arena, seen)), "other flags");
}

static void moving_fill(const struct call *call, struct moving *moving, struct spi_transfer *spi)
{
    const struct json *flags = argument(call, "flags"), *bytes = argument(call, "bytes");
    DWORD given = flags ? (DWORD)read_named(flags, TYPE_SEND_FLAGS) : 0;
    if (spi->receives) moving_room(call->process, argument(call, "size"), moving);
    else moving_data(call->process, argument(call, "data"), moving);
    spi->buffers = moving->buffers;
    spi->count = moving->count;
    spi->flags = given;
    if (spi->receives) {
        moving->flags = spi->flags_out = moving_block(call->process, moving, sizeof(DWORD));
        *moving->flags = given;
    }
    if (is_text(bytes, "bad")) spi->bytes = memory_outside(call->process);
    else if (!bytes || bytes->type != JSON_NULL) {
        moving->bytes = spi->bytes = moving_block(call->process, moving, sizeof(DWORD));
        *moving->bytes = BYTES_UNTOUCHED;
    }
    if (!spi->named) return;
    moving->name = spi->receives ? name_room(call, "from", "from_size") : name_given(call, "to", "to_size", &spi->size);
    spi->name = moving->name.bytes;
    spi->size_out = moving->name.size;
}

/* What is there at the return of the call. */
static void moving_check(const struct call *call, const struct moving *moving, bool failed, int error)
{
    const struct json *out = argument(call, "out");
    bool arrived = !failed || (moving->receives && error == WSAEMSGSIZE);
    if (moving->bytes) check_bytes(call, moving->bytes);
    if (failed && error == WSA_IO_PENDING && out && out->type == JSON_OBJECT)
        fail_step(call->script, call->step, out, json_words(call->script, out), NULL, "the call is pending: nothing has arrived yet");
    if (!arrived || !moving->receives) return;
    if (out && moving->bytes) check_data(call->script, call->step, out, call->process, moving, *moving->bytes);
    check_flags(call, *moving->flags);
    if (moving->name.size) check_name(call->script, call->step, argument(call, "from"), call->process, moving->name.bytes, *moving->name.size);
}

struct outcome call_transfer_step(const struct call *call)
{
    const struct json *routine = argument(call, "routine");
    int number = call->step->kind->number, error;
    WSAOVERLAPPED *overlapped = call_overlapped(call);
    struct moving plain = { 0 }, *kept = moving_kept(call, overlapped), *moving = kept ? kept : &plain;
    struct spi_transfer spi = {
        .s = call_socket(call),
        .receives = number == CALL_RECV || number == CALL_RECVFROM,
        .named = number == CALL_SENDTO || number == CALL_RECVFROM,
        .overlapped = overlapped,
        .routine = routine ? actor_routine(call->actor, routine->text) : NULL,
    };
    if (kept) overlapped->hEvent = call_completion_event(call);
    moving_fill(call, moving, &spi);
    bool failed = spi_transfer(call->line->thread, &spi, &error) != 0;
    moving_check(call, moving, failed, error);
    if (!kept) moving_free(call->process, moving);
    return (struct outcome){ .failed = failed, .error = error };
}
