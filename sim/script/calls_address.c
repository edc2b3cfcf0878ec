/*
 * Calls: addresses as texts. The language has them in UTF-8, of which Windows' addresses use the plain part.
 */
#include <string.h>

#include "script/call.h"
#include "ws2/decode.h"

#define ROOM 128

/* Where the call puts its answer: a block, NULL, or outside. */
struct answer { void *block, *at; };

static struct answer answer_room(const struct call *call, size_t size)
{
    const struct json *out = argument(call, "out");
    struct answer answer = { .block = memory_block(call->process, size) };
    answer.at = out && out->type == JSON_NULL ? NULL : is_text(out, "bad") ? memory_outside(call->process) : answer.block;
    return answer;
}

static void text_check(const struct call *call, const WCHAR *text, DWORD length)
{
    const struct json *out = argument(call, "out");
    char plain[ROOM];
    if (!out || out->type != JSON_OBJECT) return;
    for (DWORD i = 0; i < length && i < ROOM; i++) plain[i] = (char)text[i];
    plain[length && length <= ROOM ? length - 1 : 0] = 0;
    check_out(call, value_add(value_new(call->script->arena, VALUE_MAP), "text", value_text(call->script->arena, plain)));
}

static bool call_to_string(const struct call *call, int *error)
{
    const struct json *out_size = argument(call, "out_size");
    int size;
    struct sockname name = name_given(call, "address", "address_size", &size);
    DWORD *length = memory_block(call->process, sizeof *length);
    *length = out_size ? (DWORD)read_uint(out_size) : ROOM;
    struct answer answer = answer_room(call, (size_t)(*length < ROOM ? *length : ROOM) * sizeof(WCHAR));
    bool failed = spi_address_to_string(call->line->thread, name.bytes, (DWORD)size, answer.at, length, error) != 0;
    if (!failed) text_check(call, answer.at, *length);
    check_number(call, "length", (int64_t)*length, "length");
    memory_release(call->process, answer.block);
    memory_release(call->process, length);
    name_free(call->process, &name);
    return failed;
}

static WCHAR *wide_block(struct process *process, const char *text)
{
    size_t length = strlen(text) + 1;
    WCHAR *wide = memory_block(process, length * sizeof *wide);
    for (size_t i = 0; i < length; i++) wide[i] = (WCHAR)(unsigned char)text[i];
    return wide;
}

static bool call_to_address(const struct call *call, int *error)
{
    const struct json *text = argument(call, "text"), *out = argument(call, "out"), *out_size = argument(call, "out_size");
    int *size = memory_block(call->process, sizeof *size);
    *size = out_size ? (int)(uint32_t)read_uint(out_size) : ROOM;
    WCHAR *wide = wide_block(call->process, text->text);
    struct answer answer = answer_room(call, *size > 0 && *size < ROOM ? (size_t)*size : ROOM);
    bool failed = spi_string_to_address(call->line->thread, wide, (int)read_named(argument(call, "family"), TYPE_FAMILY), answer.at, size, error) != 0;
    if (!failed && out && out->type == JSON_OBJECT) check_name(call->script, call->step, json_member(out, "sockaddr"), call->process, answer.at, *size);
    check_number(call, "size", *size, "size");
    memory_release(call->process, answer.block);
    memory_release(call->process, wide);
    memory_release(call->process, size);
    return failed;
}

struct outcome call_address_step(const struct call *call)
{
    int error = 0;
    bool failed = call->step->kind->number == CALL_ADDRESSTOSTRING ? call_to_string(call, &error) : call_to_address(call, &error);
    return (struct outcome){ .failed = failed, .error = error };
}
