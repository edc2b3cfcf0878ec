/*
 * Calls: WSAPoll.
 */
#include "script/call.h"
#include "script/load.h"
#include "script/types.h"
#include "ws2/decode.h"

static WSAPOLLFD *fds_make(const struct call *call, const struct json *list)
{
    if (list->type == JSON_NULL) return NULL;
    if (list->type == JSON_TEXT) return memory_outside(call->process);
    WSAPOLLFD *fds = memory_block(call->process, list->count * sizeof *fds), *next = fds;
    for (const struct json *one = list->first; one; one = one->next) {
        const struct json *events = json_member(one, "events");
        *next++ = (WSAPOLLFD){ .fd = call_socket_of(call, json_member(one, "socket")), .events = events ? (SHORT)read_named(events, TYPE_POLL) : 0 };
    }
    return fds;
}

static void revents_check(const struct call *call, const struct json *list, const WSAPOLLFD *fds)
{
    for (const struct json *one = list->first; one; one = one->next, fds++) {
        const struct json *expected = json_member(one, "revents");
        if (!expected || (SHORT)read_named(expected, TYPE_POLL) == fds->revents) continue;
        fail_step(call->script, call->step, expected, json_words(call->script, expected), value_words(call->script, decode_poll_bits(call->script->arena, fds->revents)), "another \"revents\"");
    }
}

struct outcome call_poll_step(const struct call *call)
{
    const struct json *list = argument(call, "fds"), *nfds = argument(call, "nfds"), *timeout = argument(call, "timeout");
    WSAPOLLFD *fds = fds_make(call, list);
    INT timeout_ms = timeout ? (INT)(read_time(timeout) / 1000000) : -1;
    int error, count = spi_client_poll(call->line->thread, fds, nfds ? (ULONG)read_uint(nfds) : (ULONG)list->count, timeout_ms, &error);
    if (count >= 0) check_number(call, "count", count, "another number of sockets is ready");
    if (list->type == JSON_LIST) {
        revents_check(call, list, fds);
        memory_release(call->process, fds);
    }
    return (struct outcome){ .failed = count < 0, .error = error };
}
