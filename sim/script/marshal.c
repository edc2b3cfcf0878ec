/*
 * Arguments in memory.
 */
#include "script/marshal.h"

#include <string.h>

#include "core/text.h"

#define VALUE_BYTES 4096

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static size_t marshal_hex(const char *text, uint8_t *bytes, size_t room)
{
    size_t size = 0;
    for (; *text; text += 2) {
        int high = hex_digit(text[0]), low = high < 0 ? -1 : hex_digit(text[1]);
        if (low < 0 || size == room) return SIZE_MAX;
        bytes[size++] = (uint8_t)(high << 4 | low);
    }
    return size;
}

static bool word_of(const struct json *object, const char *name, uint32_t *word)
{
    const struct json *member = json_member(object, name);
    uint64_t number;
    if (!member || (member->type != JSON_TRUE && member->type != JSON_FALSE && (!json_uint(member, &number) || number > UINT32_MAX))) return false;
    *word = member->type == JSON_TRUE ? 1 : member->type == JSON_FALSE ? 0 : (uint32_t)number;
    return true;
}

/* struct tcp_keepalive: three words, times in milliseconds. */
static const char *const keepalive_names[] = { "onoff", "time", "interval" };

static size_t marshal_keepalive(const struct json *object, uint8_t *bytes, size_t room)
{
    uint32_t words[3];
    if (object->type != JSON_OBJECT || object->count != 3 || room < sizeof words) return SIZE_MAX;
    for (size_t i = 0; i < 3; i++)
        if (!word_of(object, keepalive_names[i], &words[i])) return SIZE_MAX;
    memcpy(bytes, words, sizeof words);
    return sizeof words;
}

size_t marshal_value(const struct json *value, uint8_t *bytes, size_t room)
{
    const struct json *member = value->first;
    uint64_t number;
    int64_t whole;
    if (value->type != JSON_OBJECT || value->count != 1) return SIZE_MAX;
    if (strcmp(member->name, "hex") == 0 && member->type == JSON_TEXT) return marshal_hex(member->text, bytes, room);
    if (strcmp(member->name, "sockaddr") == 0 && member->type == JSON_TEXT) {
        size_t size = sockaddr_parse(member->text, bytes, room);
        return size ? size : SIZE_MAX;
    }
    if (strcmp(member->name, "tcp_keepalive") == 0) return marshal_keepalive(member, bytes, room);
    bool signed_word = strcmp(member->name, "int") == 0, word = strcmp(member->name, "ulong") == 0, truth = strcmp(member->name, "bool") == 0;
    if (signed_word && json_int(member, &whole) && whole >= INT32_MIN && whole <= INT32_MAX) {
        int32_t small = (int32_t)whole;
        memcpy(bytes, &small, sizeof small);
        return sizeof small;
    }
    if (truth && (member->type == JSON_TRUE || member->type == JSON_FALSE)) number = member->type == JSON_TRUE;
    else if (!word || !json_uint(member, &number) || number > UINT32_MAX) return SIZE_MAX;
    uint32_t small = (uint32_t)number;
    memcpy(bytes, &small, sizeof small);
    return sizeof small;
}

void marshal_check(struct problems *problems, const struct json *value)
{
    static const char *const names[] = { "hex", "sockaddr", "int", "ulong", "bool", "tcp_keepalive" };
    static const char *const wanted[] = { "an even number of hexadecimal digits, at most 8192", "an address with a port, such as \"192.0.2.1:0\" or \"[2001:db8::1]:0\"",
                                          "a whole number from -2147483648 to 2147483647", "a whole number from 0 to 4294967295", "true or false", "an object with \"onoff\", \"time\" and \"interval\" (milliseconds)" };
    uint8_t bytes[VALUE_BYTES];
    const struct json *member = value->first;
    if (value->count != 1) {
        problem_at(problems, value, "a typed value has exactly one of \"sockaddr\", \"ulong\", \"int\", \"bool\", \"tcp_keepalive\" and \"hex\"");
        return;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(member->name, names[i]) != 0) continue;
        if (marshal_value(value, bytes, sizeof bytes) != SIZE_MAX) return;
        if (member->type == JSON_TEXT) problem_at(problems, member, "\"%s\" is not %s", member->text, wanted[i]);
        else if (member->type == JSON_NUMBER) problem_at(problems, member, "%s is not %s", member->text, wanted[i]);
        else problem_at(problems, member, "expected %s, found %s", wanted[i], json_type_name(member->type));
        return;
    }
    const char *near = nearest_word(member->name, names, sizeof names / sizeof *names);
    if (near) problem_at_name(problems, member, "there is no typed value \"%s\"; did you mean \"%s\"?", member->name, near);
    else problem_at_name(problems, member, "there is no typed value \"%s\"; this version has \"sockaddr\", \"ulong\", \"int\", \"bool\", \"tcp_keepalive\" and \"hex\"", member->name);
}

static void *block(struct marshal *marshal, struct process *process, size_t size)
{
    return marshal->blocks[marshal->block_count++] = memory_block(process, size);
}

static struct value *keepalive_meaning(struct arena *arena, const struct json *object)
{
    struct value *map = value_new(arena, VALUE_MAP);
    for (size_t i = 0; i < 3; i++) {
        uint32_t word = 0;
        if (word_of(object, keepalive_names[i], &word)) value_add(map, keepalive_names[i], value_uint(arena, word));
    }
    return map;
}

/* The typed value as it stands in the file, for the trace. */
static const struct value *value_meaning(struct arena *arena, const struct json *typed)
{
    const struct json *member = typed->first;
    struct value *value;
    int64_t number;
    if (member->type == JSON_TEXT) value = value_text(arena, member->text);
    else if (member->type == JSON_OBJECT) value = keepalive_meaning(arena, member);
    else if (json_int(member, &number)) value = value_int(arena, number);
    else value = value_bool(arena, member->type == JSON_TRUE);
    return value_add(value_new(arena, VALUE_MAP), member->name, value);
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
        if (size) process_explain_memory(process, marshal->in, value_meaning(script->arena, in));
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
