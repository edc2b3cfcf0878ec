/*
 * Calls: socket options and select.
 */
#include <string.h>

#include <ws2tcpip.h>

#include "core/text.h"
#include "script/call.h"
#include "script/load.h"
#include "script/marshal.h"
#include "ws2/decode.h"

#define OPTION_ROOM 1024

/* ---- names and values ---- */

/* The name stands under the level beside it; the loader has seen to it that it is there. */
static bool option_number(const struct json *name, int level, int64_t *number)
{
    uint64_t plain;
    if (name->type == JSON_TEXT && names_value(names_of_level(level), name->text, number)) return true;
    if (name->type == JSON_NUMBER ? !json_int(name, number) : !number_parse(name->text, &plain)) return false;
    if (name->type == JSON_TEXT) *number = (int64_t)plain;
    return *number >= INT32_MIN && *number <= INT32_MAX;
}

void option_name_check(struct problems *problems, const struct json *level, const struct json *name)
{
    int64_t number;
    enum names_kind kind = names_of_level((int)read_named(level, TYPE_LEVEL));
    if (option_number(name, (int)read_named(level, TYPE_LEVEL), &number)) return;
    const char *near = name->type == JSON_TEXT ? names_nearest(kind, name->text) : NULL;
    if (near) problem_at(problems, name, "this level has no option \"%s\"; did you mean \"%s\"?", name->text, near);
    else problem_at(problems, name, "this level has no option \"%s\"", name->text);
}

static size_t linger_bytes(const struct json *value, uint8_t *bytes)
{
    const struct json *on = json_member(value, "on"), *seconds = json_member(value, "seconds");
    uint64_t number = 0;
    if (!on || (on->type != JSON_TRUE && on->type != JSON_FALSE)) return SIZE_MAX;
    if (seconds && (!json_uint(seconds, &number) || number > UINT16_MAX)) return SIZE_MAX;
    struct linger linger = { .l_onoff = on->type == JSON_TRUE, .l_linger = (u_short)number };
    memcpy(bytes, &linger, sizeof linger);
    return sizeof linger;
}

static bool address_of(const struct json *value, uint8_t family, struct kernel_address *address)
{
    return value && value->type == JSON_TEXT && address_parse(value->text, address) && address->family == family;
}

/* {"group", "interface"} of IPv4 is IP_MREQ, with "source" IP_MREQ_SOURCE; {"group", "index"} of IPv6 is IPV6_MREQ. */
static size_t group_bytes(const struct json *value, uint8_t *bytes)
{
    const struct json *group = json_member(value, "group"), *interface = json_member(value, "interface"), *source = json_member(value, "source"), *index = json_member(value, "index");
    struct kernel_address address = { 0 };
    uint64_t number = 0;
    if (address_of(group, KERNEL_IPV6, &address)) {
        IPV6_MREQ request = { 0 };
        if (index && (!json_uint(index, &number) || number > UINT32_MAX)) return SIZE_MAX;
        memcpy(&request.ipv6mr_multiaddr, address.bytes, 16);
        request.ipv6mr_interface = (unsigned)number;
        memcpy(bytes, &request, sizeof request);
        return sizeof request;
    }
    if (!address_of(group, KERNEL_IPV4, &address)) return SIZE_MAX;
    memset(bytes, 0, 12);
    memcpy(bytes, address.bytes, 4);
    size_t size = 4;
    if (source) {
        if (!address_of(source, KERNEL_IPV4, &address)) return SIZE_MAX;
        memcpy(bytes + size, address.bytes, 4);
        size += 4;
    }
    if (interface && !address_of(interface, KERNEL_IPV4, &address)) return SIZE_MAX;
    if (interface) memcpy(bytes + size, address.bytes, 4);
    return size + 4;
}

static size_t value_bytes(const struct json *value, uint8_t *bytes, size_t room)
{
    struct kernel_address address;
    uint32_t truth = value->type == JSON_TRUE;
    int64_t number;
    if (value->type == JSON_NUMBER) {
        if (!json_int(value, &number) || number < INT32_MIN || number > UINT32_MAX) return SIZE_MAX;
        uint32_t word = (uint32_t)number;
        memcpy(bytes, &word, sizeof word);
        return sizeof word;
    }
    if (value->type == JSON_TEXT && names_value(NAMES_ERROR, value->text, &number)) {
        uint32_t word = (uint32_t)number;
        memcpy(bytes, &word, sizeof word);
        return sizeof word;
    }
    if (value->type == JSON_TRUE || value->type == JSON_FALSE) {
        memcpy(bytes, &truth, sizeof truth);
        return sizeof truth;
    }
    if (json_member(value, "entry") || json_member(value, "chain")) return 0; /* SO_PROTOCOL_INFO: cannot be set */
    if (json_member(value, "socket")) { /* its handle is known at the call */
        memset(bytes, 0, sizeof(SOCKET));
        return sizeof(SOCKET);
    }
    if (json_member(value, "on")) return linger_bytes(value, bytes);
    if (json_member(value, "group")) return group_bytes(value, bytes);
    if (json_member(value, "address")) {
        if (!address_of(json_member(value, "address"), KERNEL_IPV4, &address)) return SIZE_MAX;
        memcpy(bytes, address.bytes, 4);
        return 4;
    }
    return marshal_value(value, bytes, room);
}

void option_value_check(struct problems *problems, const struct json *value)
{
    uint8_t bytes[OPTION_ROOM];
    if (value->type == JSON_NULL || value->type == JSON_TEXT) return;
    if (value_bytes(value, bytes, sizeof bytes) == SIZE_MAX)
        problem_at(problems, value, "this is no option's value: a number, true or false, {\"on\": true, \"seconds\": 5}, {\"address\": \"192.0.2.1\"}, {\"group\": …, \"interface\": …}, {\"socket\": \"l\"}, {\"entry\": …, \"chain\": […]} or {\"hex\": …}");
}

/* ---- options ---- */

static bool value_expected(const struct json *expected, const struct value *seen)
{
    if (expected->type == JSON_TRUE || expected->type == JSON_FALSE) {
        if (seen->kind == VALUE_INT || seen->kind == VALUE_UINT) return (seen->kind == VALUE_INT ? seen->as.number != 0 : seen->as.size != 0) == (expected->type == JSON_TRUE);
        return false;
    }
    int64_t code;
    if (expected->type == JSON_TEXT) return names_value(NAMES_ERROR, expected->text, &code) && seen->kind == VALUE_INT && seen->as.number == code;
    if (json_member(expected, "address")) return value_matches(json_member(expected, "address"), seen);
    if (seen->kind == VALUE_INT && expected->type == JSON_NUMBER) { /* 4294967295 is -1 */
        int64_t number;
        return json_int(expected, &number) && (uint32_t)number == (uint32_t)seen->as.number && number >= INT32_MIN && number <= UINT32_MAX;
    }
    return value_matches(expected, seen);
}

static struct outcome call_get_option(const struct call *call)
{
    const struct json *value = argument(call, "value"), *length = argument(call, "size");
    int level = (int)read_named(argument(call, "level"), TYPE_LEVEL), error, *size = memory_block(call->process, sizeof *size);
    int64_t name = 0;
    option_number(argument(call, "name"), level, &name);
    *size = length ? (int)(uint32_t)read_uint(length) : OPTION_ROOM;
    bool bad = is_text(value, "bad"), typed = value && !bad && value->type != JSON_NULL && value->type != JSON_OBJECT;
    if (!length && typed) *size = 4;
    char *block = memory_block(call->process, *size > 0 ? (size_t)*size : 0), *out = block;
    if (value && value->type == JSON_NULL) out = NULL;
    if (bad) out = memory_outside(call->process);
    bool failed = spi_get_option(call->line->thread, call_socket(call), level, (int)name, out, size, &error) != 0;
    check_number(call, "bytes", *size, "another length");
    if (!failed && value && value->type != JSON_NULL && !bad && *size >= 0 && memory_holds(call->process, out, (size_t)*size)) {
        const struct value *seen = decode_option(call->script->arena, level, (int)name, out, (size_t)*size);
        if (!value_expected(value, seen)) fail_step(call->script, call->step, value, json_words(call->script, value), value_words(call->script, seen), "another value");
    }
    memory_release(call->process, block);
    memory_release(call->process, size);
    return (struct outcome){ .failed = failed, .error = error };
}

static struct outcome call_set_option(const struct call *call)
{
    const struct json *value = argument(call, "value"), *length = argument(call, "size");
    int level = (int)read_named(argument(call, "level"), TYPE_LEVEL), error;
    int64_t name = 0;
    uint8_t bytes[OPTION_ROOM];
    size_t size = 4;
    char *block = NULL, *in = NULL;
    option_number(argument(call, "name"), level, &name);
    if (is_text(value, "bad")) in = memory_outside(call->process);
    else if (value->type != JSON_NULL) {
        size = value_bytes(value, bytes, sizeof bytes);
        bool network_order = level == IPPROTO_IP && (name == IP_MULTICAST_IF || name == IP_UNICAST_IF);
        if (json_member(value, "hex") && size == 4 && !network_order) decode_to_host(0, bytes, size); /* bytes as they lie on Win64 */
        block = in = memory_block(call->process, size);
        memcpy(block, bytes, size);
        if (json_member(value, "socket")) {
            SOCKET s = call_socket_of(call, json_member(value, "socket"));
            memcpy(block, &s, sizeof s);
        }
    }
    bool failed = spi_set_option(call->line->thread, call_socket(call), level, (int)name, in, length ? (int)(uint32_t)read_uint(length) : (int)size, &error) != 0;
    if (block) memory_release(call->process, block);
    return (struct outcome){ .failed = failed, .error = error };
}

/* ---- select ---- */

static const char *const set_words[3] = { "read", "write", "except" };

static fd_set *set_make(const struct call *call, const struct json *list)
{
    if (!list || list->type == JSON_NULL) return NULL;
    if (list->type == JSON_TEXT) return memory_outside(call->process);
    fd_set *set = memory_block(call->process, offsetof(fd_set, fd_array) + list->count * sizeof(SOCKET));
    SOCKET *entries = (SOCKET *)(void *)((char *)set + offsetof(fd_set, fd_array));
    set->fd_count = (u_int)list->count;
    for (const struct json *one = list->first; one; one = one->next) *entries++ = call_socket_of(call, one);
    return set;
}

static struct outcome call_select(const struct call *call)
{
    const struct json *timeout = argument(call, "timeout");
    struct timeval *time = NULL;
    fd_set *sets[3];
    int error;
    if (timeout) {
        int64_t us = read_time(timeout) / 1000;
        time = memory_block(call->process, sizeof *time);
        *time = (struct timeval){ .tv_sec = (LONG)(us / 1000000), .tv_usec = (LONG)(us % 1000000) };
    }
    for (size_t i = 0; i < 3; i++) sets[i] = set_make(call, argument(call, set_words[i]));
    int count = spi_client_select(call->line->thread, sets, time, &error);
    struct value *seen = value_new(call->script->arena, VALUE_MAP);
    for (size_t i = 0; i < 3; i++)
        if (sets[i]) value_add(seen, set_words[i], decode_set(call->script->arena, call->process, sets[i]));
    if (count >= 0) check_number(call, "count", count, "another number of sockets is ready");
    if (count >= 0) check_out(call, seen);
    for (size_t i = 0; i < 3; i++)
        if (sets[i] && argument(call, set_words[i])->type == JSON_LIST) memory_release(call->process, sets[i]);
    if (time) memory_release(call->process, time);
    return (struct outcome){ .failed = count < 0, .error = error };
}

struct outcome call_option_step(const struct call *call)
{
    switch (call->step->kind->number) {
    case CALL_GETSOCKOPT: return call_get_option(call);
    case CALL_SETSOCKOPT: return call_set_option(call);
    default: return call_select(call);
    }
}
