/*
 * Calls: names, connections and their ends.
 */
#include <string.h>

#include "script/call.h"
#include "ws2/decode.h"

#define NAME_ROOM 128 /* a SOCKADDR_STORAGE */

/* ---- names in memory ---- */

struct sockname name_given(const struct call *call, const char *member, const char *size_member, int *size)
{
    const struct json *value = argument(call, member), *length = size_member ? argument(call, size_member) : NULL;
    struct sockname name = { 0 };
    uint8_t bytes[28];
    *size = 0;
    if (is_text(value, "bad")) {
        name.bytes = memory_outside(call->process);
        *size = 16;
    } else if (value && value->type == JSON_TEXT) {
        size_t found = sockaddr_parse(value->text, bytes, sizeof bytes);
        name.bytes = name.blocks[0] = memory_block(call->process, found);
        memcpy(name.bytes, bytes, found);
        *size = (int)found;
    }
    if (length) *size = (int)(uint32_t)read_uint(length);
    return name;
}

struct sockname name_room(const struct call *call, const char *member, const char *size_member)
{
    const struct json *value = argument(call, member), *length = argument(call, size_member);
    struct sockname name = { 0 };
    if (!value && !length) return name;
    int size = length ? (int)(uint32_t)read_uint(length) : NAME_ROOM;
    if (is_text(value, "bad")) name.bytes = memory_outside(call->process);
    else if (!value || value->type != JSON_NULL) name.bytes = name.blocks[0] = memory_block(call->process, size > 0 ? (size_t)size : 0);
    name.size = name.blocks[1] = memory_block(call->process, sizeof *name.size);
    *name.size = size;
    return name;
}

void name_free(struct process *process, struct sockname *name)
{
    for (size_t i = 0; i < 2; i++)
        if (name->blocks[i]) memory_release(process, name->blocks[i]);
    *name = (struct sockname){ 0 };
}

/* Equal whatever the spelling: both are written anew. */
void check_name(struct script *script, const struct step *step, const struct json *expected, const struct process *process, const void *name, int size)
{
    char wanted[SOCKADDR_TEXT], seen[SOCKADDR_TEXT];
    uint8_t bytes[28];
    if (!expected || expected->type != JSON_TEXT || is_text(expected, "bad")) return;
    sockaddr_text(bytes, sockaddr_parse(expected->text, bytes, sizeof bytes), wanted);
    if (!name || size < 0 || !memory_holds(process, name, (size_t)size)) return;
    sockaddr_text(name, (size_t)size, seen);
    if (strcmp(wanted, seen) != 0) fail_step(script, step, expected, json_words(script, expected), quoted(script, seen), "another address");
}

/* ---- the calls ---- */

static bool call_bind(const struct call *call, int *error)
{
    int size;
    struct sockname name = name_given(call, "address", "address_size", &size);
    bool failed = spi_bind(call->line->thread, call_socket(call), name.bytes, size, error) != 0;
    name_free(call->process, &name);
    return failed;
}

static bool call_name(const struct call *call, bool peer, int *error)
{
    const struct json *out = argument(call, "out"), *length = argument(call, "out_size");
    int *size = memory_block(call->process, sizeof *size);
    *size = length ? (int)(uint32_t)read_uint(length) : NAME_ROOM;
    void *block = memory_block(call->process, *size > 0 ? (size_t)*size : 0), *name = block;
    if (out && out->type == JSON_NULL) name = NULL;
    if (is_text(out, "bad")) name = memory_outside(call->process);
    bool failed = spi_get_name(call->line->thread, call_socket(call), name, size, peer, error) != 0;
    if (!failed && out && out->type == JSON_OBJECT && *size >= 0 && memory_holds(call->process, name, (size_t)*size))
        check_name(call->script, call->step, json_member(out, "sockaddr"), call->process, name, *size);
    memory_release(call->process, block);
    memory_release(call->process, size);
    return failed;
}

static bool call_connect(const struct call *call, int *error)
{
    struct spi_connect spi = { .s = call_socket(call) };
    struct sockname name = name_given(call, "to", "to_size", &spi.size);
    spi.name = name.bytes;
    bool failed = spi_connect(call->line->thread, &spi, error) != 0;
    name_free(call->process, &name);
    return failed;
}

static bool call_join_leaf(const struct call *call, int *error)
{
    const struct json *join = argument(call, "join");
    struct spi_connect spi = { .s = call_socket(call) };
    struct sockname name = name_given(call, "to", NULL, &spi.size);
    spi.name = name.bytes;
    SOCKET s = spi_join_leaf(call->line->thread, &spi, join ? (DWORD)read_named(join, TYPE_JOIN) : JL_BOTH, error);
    call_named(call, "as", s);
    name_free(call->process, &name);
    return s == INVALID_SOCKET;
}

static bool call_listen(const struct call *call, int *error)
{
    const struct json *backlog = argument(call, "backlog");
    return spi_listen(call->line->thread, call_socket(call), backlog ? (int)read_named(backlog, TYPE_BACKLOG) : SOMAXCONN, error) != 0;
}

static bool call_accept(const struct call *call, int *error)
{
    const struct json *condition = argument(call, "condition");
    struct sockname name = name_room(call, "from", "from_size");
    struct spi_accept spi = { .s = call_socket(call), .name = name.bytes, .size = name.size };
    if (condition) spi.condition = condition_pointer(is_text(condition, "accept") ? CF_ACCEPT : is_text(condition, "reject") ? CF_REJECT : CF_DEFER);
    struct call copy = *call;
    struct condition_inside inside = { condition_runs, &copy };
    if (call->step->part_count) spi.data = (DWORD_PTR)&inside;
    SOCKET s = spi_accept(call->line->thread, &spi, error);
    call_named(call, "as", s);
    if (s != INVALID_SOCKET && argument(call, "as")) binding_set(&call->actor->endpoints, argument(call, "as")->text, net_newest_accepted(call->script->setup.net));
    if (s != INVALID_SOCKET && name.size) check_name(call->script, call->step, argument(call, "from"), call->process, name.bytes, *name.size);
    name_free(call->process, &name);
    return s == INVALID_SOCKET;
}

static bool call_disconnect(const struct call *call, bool receiving, int *error)
{
    const struct json *data = argument(call, "data");
    struct moving moving = { 0 };
    if (data) moving_data(call->process, data, &moving);
    bool failed = spi_disconnect(call->line->thread, call_socket(call), moving.buffers, receiving, error) != 0;
    moving_free(call->process, &moving);
    return failed;
}

struct outcome call_socket_step(const struct call *call)
{
    int error = 0;
    bool failed = false;
    switch (call->step->kind->number) {
    case CALL_BIND: failed = call_bind(call, &error); break;
    case CALL_GETSOCKNAME: failed = call_name(call, false, &error); break;
    case CALL_GETPEERNAME: failed = call_name(call, true, &error); break;
    case CALL_CONNECT: failed = call_connect(call, &error); break;
    case CALL_JOINLEAF: failed = call_join_leaf(call, &error); break;
    case CALL_LISTEN: failed = call_listen(call, &error); break;
    case CALL_ACCEPT: failed = call_accept(call, &error); break;
    case CALL_SHUTDOWN: failed = spi_shutdown(call->line->thread, call_socket(call), (int)read_named(argument(call, "how"), TYPE_HOW), &error) != 0; break;
    case CALL_CANCELBLOCKING: failed = spi_cancel_blocking_call(call->line->thread, &error) != 0; break;
    default: failed = call_disconnect(call, call->step->kind->number == CALL_RECVDISCONNECT, &error); break;
    }
    return (struct outcome){ .failed = failed, .error = error };
}
