/*
 * Calls: shared sockets. The WSAPROTOCOL_INFOW of a `duplicate` step goes from process to process by the script's own hands, so
 * its name is known to all actors.
 */
#include "script/call.h"

struct duplicated { WSAPROTOCOL_INFOW info; bool overlapped; uintptr_t endpoint; const struct process *source; SOCKET s; };

static const struct actor *target_of(const struct call *call, const struct json *name)
{
    for (size_t i = 0;; i++) /* the loader knows that there is one */
        if (is_text(name, process_name(call->script->actors[i].process))) return &call->script->actors[i];
}

static void info_keep(const struct call *call, const char *name, const WSAPROTOCOL_INFOW *info)
{
    struct duplicated *made = arena_take(call->script->arena, sizeof *made);
    const struct json *socket = argument(call, "socket");
    const uintptr_t *endpoint = socket->type == JSON_TEXT ? binding_find(&call->actor->endpoints, socket->text) : NULL;
    made->info = *info;
    made->overlapped = judge_overlapped(ws2_judge(call->script->setup.ws2), call->process, call_socket(call));
    made->endpoint = endpoint ? *endpoint : 0;
    made->source = call->process;
    made->s = call_socket(call);
    binding_set(&call->script->infos, name, (uintptr_t)made);
}

struct outcome call_duplicate(const struct call *call)
{
    const struct json *target = argument(call, "process"), *pointer = argument(call, "info"), *name = argument(call, "as");
    WSAPROTOCOL_INFOW *room = memory_block(call->process, sizeof *room), *info = room;
    DWORD id = target->type == JSON_TEXT ? process_id(target_of(call, target)->process) : (DWORD)read_uint(target);
    int error;
    if (pointer) info = pointer->type == JSON_NULL ? NULL : memory_outside(call->process);
    bool failed = spi_duplicate(call->line->thread, call_socket(call), id, info, &error) != 0;
    if (!failed && name) info_keep(call, name->text, room);
    memory_release(call->process, room);
    return (struct outcome){ .failed = failed, .error = error };
}

struct outcome call_open_duplicate(const struct call *call)
{
    const uintptr_t *found = binding_find(&call->script->infos, argument(call, "from")->text);
    const struct duplicated *made = found ? (const struct duplicated *)*found : NULL; /* its step failed */
    const struct json *flags = argument(call, "flags");
    WSAPROTOCOL_INFOW *info = memory_block(call->process, sizeof *info);
    struct spi_socket spi = { .from_protocol_info = true, .info = info, .flags = flags ? (DWORD)read_named(flags, TYPE_FLAGS) : 0, .overlapped = made && made->overlapped, .like = made && made->source == call->process ? made->s : 0 };
    int error;
    if (made) *info = made->info;
    SOCKET s = spi_socket(call->line->thread, &spi, &error);
    call_named(call, "as", s);
    if (s != INVALID_SOCKET && made) binding_set(&call->actor->endpoints, argument(call, "as")->text, made->endpoint);
    memory_release(call->process, info);
    return (struct outcome){ .failed = s == INVALID_SOCKET, .error = error };
}
