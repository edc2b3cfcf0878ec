/*
 * Arguments in memory.
 */
#include "script/marshal.h"

#include <string.h>

#include "core/text.h"

static void *block(struct marshal *marshal, struct process *process, size_t size)
{
    return marshal->blocks[marshal->block_count++] = memory_block(process, size);
}

/* The typed value as it stands in the file, for the trace. */
static struct value *meaning(struct arena *arena, const struct json *node)
{
    struct value *value;
    int64_t number;
    switch (node->type) {
    case JSON_TEXT: return value_text(arena, node->text);
    case JSON_TRUE:
    case JSON_FALSE: return value_bool(arena, node->type == JSON_TRUE);
    case JSON_NUMBER: return json_int(node, &number) ? value_int(arena, number) : value_text(arena, node->text);
    case JSON_OBJECT:
    case JSON_LIST:
        value = value_new(arena, node->type == JSON_LIST ? VALUE_LIST : VALUE_MAP);
        for (const struct json *member = node->first; member; member = member->next) value_add(value, member->name, meaning(arena, member));
        return value;
    default: return value_text(arena, NULL);
    }
}

static bool marshal_in(struct script *script, struct process *process, const struct step *step, struct marshal *marshal)
{
    const struct json *in = script_member(script, step, "in"), *in_size = script_member(script, step, "in_size");
    uint8_t bytes[VALUE_BYTES];
    if (in && is_text(in, "bad")) {
        marshal->in = memory_outside(process);
        marshal->in_size = 64;
    } else if (in && in->type == JSON_OBJECT) {
        size_t size = marshal_value(in, bytes, sizeof bytes);
        if (size == SIZE_MAX) {
            fail_step(script, step, in, NULL, NULL, "this is not a typed value: {\"sockaddr\": \"192.0.2.1:0\"}, {\"ulong\": 1}, {\"int\": -1}, {\"bool\": true} or {\"hex\": \"00ff\"}");
            return false;
        }
        if (json_member(in, "hex")) decode_to_host((DWORD)read_named(script_member(script, step, "code"), TYPE_CODE), bytes, size);
        marshal->in = block(marshal, process, size);
        memcpy(marshal->in, bytes, size);
        marshal_place(in, marshal->in);
        if (size) process_explain_memory(process, marshal->in, meaning(script->arena, in));
        marshal->in_size = (DWORD)size;
    }
    if (in_size) marshal->in_size = (DWORD)read_uint(in_size);
    return true;
}

bool marshal_ioctl(struct script *script, struct process *process, const struct step *step, struct marshal *marshal)
{
    const struct json *out = script_member(script, step, "out"), *out_size = script_member(script, step, "out_size"), *out_room = script_member(script, step, "out_room");
    const struct json *bytes = script_member(script, step, "bytes");
    *marshal = (struct marshal){ 0 };
    if (!marshal_in(script, process, step, marshal)) return false;
    if (out_size) marshal->out_size = (DWORD)read_uint(out_size);
    size_t room = out_room ? (size_t)read_uint(out_room) : marshal->out_size;
    if (out && is_text(out, "bad")) marshal->out = memory_outside(process);
    else if (out_size && !(out && out->type == JSON_NULL)) marshal->out = block(marshal, process, room);
    if (bytes && bytes->type == JSON_NULL) return true;
    if (is_text(bytes, "bad")) { marshal->bytes = memory_outside(process); return true; }
    marshal->bytes = block(marshal, process, sizeof(DWORD));
    *marshal->bytes = BYTES_UNTOUCHED;
    return true;
}

void marshal_free(struct process *process, struct marshal *marshal, bool pending)
{
    for (size_t i = 0; !pending && i < marshal->block_count; i++) memory_release(process, marshal->blocks[i]);
}
