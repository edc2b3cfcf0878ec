/*
 * Assertions: what lies in a registered buffer. Addresses, flags and control data have no call that tells of them: the client
 * looks into its memory.
 */
#include <string.h>

#include <ws2tcpip.h>

#include "script/call.h"
#include "ws2/decode.h"

struct looking { struct script *script; const struct step *step; const struct actor *actor; char *bytes; DWORD size; };

static bool room(const struct looking *at, const struct json *expected, size_t size)
{
    if (size > at->size) fail_step(at->script, at->step, expected, NULL, NULL, "the buffer has only %u bytes from there on", (unsigned)at->size);
    return size <= at->size;
}

static void look_data(const struct looking *at, const struct json *data)
{
    WSABUF whole = { .len = (ULONG)data_size(data), .buf = at->bytes };
    struct moving moving = { .buffers = &whole, .count = 1, .total = whole.len, .receives = true };
    if (room(at, data, whole.len)) check_data(at->script, at->step, data, at->actor->process, &moving, whole.len);
}

static void look_address(const struct looking *at, const struct json *address)
{
    u_short family;
    if (!room(at, address, sizeof(SOCKADDR_INET))) return;
    memcpy(&family, at->bytes, sizeof family);
    check_name(at->script, at->step, address, at->actor->process, at->bytes, family == AF_INET6 ? (int)sizeof(struct sockaddr_in6) : (int)sizeof(struct sockaddr_in));
}

static void look_flags(const struct looking *at, const struct json *flags)
{
    DWORD seen;
    if (!room(at, flags, sizeof seen)) return;
    memcpy(&seen, at->bytes, sizeof seen);
    if ((DWORD)read_named(flags, TYPE_SEND_FLAGS) != seen)
        fail_step(at->script, at->step, flags, json_words(at->script, flags), value_words(at->script, decode_flags(at->script->arena, seen)), "other flags");
}

static void look_control(const struct looking *at, const struct json *control)
{
    const ULONG base = (ULONG)WSA_CMSGHDR_ALIGN(sizeof(RIO_CMSG_BUFFER));
    RIO_CMSG_BUFFER head;
    if (!room(at, control, base)) return;
    memcpy(&head, at->bytes, sizeof head);
    bool whole = head.TotalLength >= base && head.TotalLength <= at->size;
    WSABUF records = { .len = whole ? head.TotalLength - base : 0, .buf = at->bytes + base };
    const struct value *seen = control_words(at->script->arena, &records);
    if (!whole || (!control->first && seen->first) || !value_matches(control, seen))
        fail_step(at->script, at->step, control, json_words(at->script, control), value_words(at->script, seen), "other control data");
}

void rio_assert_run(struct script *script, const struct step *step)
{
    struct actor *actor = step_actor(script, step);
    const struct json *name = script_member(script, step, "buffer"), *offset = script_member(script, step, "offset");
    const struct json *data = script_member(script, step, "data"), *address = script_member(script, step, "address"), *flags = script_member(script, step, "flags"), *control = script_member(script, step, "control");
    const uintptr_t *found = binding_find(&actor->registered, name->text);
    const struct registered *registered = found ? (const struct registered *)*found : NULL;
    DWORD from = offset ? (DWORD)read_uint(offset) : 0;
    if (!registered || !registered->memory || from > registered->size) {
        fail_step(script, step, offset ? offset : name, NULL, NULL, "there is no such place in a buffer");
        return;
    }
    struct looking at = { script, step, actor, registered->memory + from, registered->size - from };
    if (data) look_data(&at, data);
    if (address) look_address(&at, address);
    if (flags) look_flags(&at, flags);
    if (control) look_control(&at, control);
}
