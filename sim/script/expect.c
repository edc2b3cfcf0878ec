/*
 * Expectations: failures with what was expected and what was seen, and the comparison of a decoded value with the
 * scenario's. Objects are compared by the members the scenario names; lists in full. Sets of words (events, flags) have no
 * order. Addresses are equal whatever their spelling.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script/inside.h"

struct failure *fail_step(struct script *script, const struct step *step, const struct json *node, const char *expected, const char *seen, const char *format, ...)
{
    char message[600];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (script->failure_count == script->failure_room) {
        script->failure_room = script->failure_room ? 2 * script->failure_room : 8;
        script->failures = memory_grow(script->failures, script->failure_room * sizeof *script->failures);
    }
    struct trace *trace = script->setup.trace;
    if (trace_begin_for(trace, LAYER_SCRIPT, "expectation.failed", "", "", "", step ? step->pointer : "")) {
        trace_text(trace, "message", message);
        if (expected) trace_text(trace, "expected", expected);
        if (seen) trace_text(trace, "seen", seen);
        trace_end(trace);
    }
    struct failure *failure = &script->failures[script->failure_count++];
    *failure = (struct failure){ .step = step, .node = node ? node : step ? step->node : NULL, .expected = expected, .seen = seen,
                                 .message = arena_text(script->arena, message), .row = *trace_newest(trace), .at_ns = script_now(script) };
    return failure;
}

const char *json_words(struct script *script, const struct json *node)
{
    char *words = json_write(node);
    const char *copy = arena_text(script->arena, words);
    free(words);
    return copy;
}

const char *value_words(struct script *script, const struct value *value)
{
    struct text text = { 0 };
    value_json(&text, value);
    const char *copy = arena_text(script->arena, text.bytes);
    text_free(&text);
    return copy;
}

const char *quoted(struct script *script, const char *plain)
{
    struct text text = { 0 };
    text_json(&text, plain);
    const char *copy = arena_text(script->arena, text.bytes);
    text_free(&text);
    return copy;
}

static bool text_matches(const char *expected, const char *seen)
{
    struct kernel_address a, b;
    if (strcmp(expected, seen) == 0) return true;
    return address_parse(expected, &a) && address_parse(seen, &b) && address_equal(&a, &b);
}

static bool number_matches(const struct json *expected, const struct value *seen)
{
    int64_t number;
    uint64_t size;
    if (expected->type == JSON_TEXT) return number_parse(expected->text, &size) && (seen->kind == VALUE_UINT ? size == seen->as.size : seen->as.number >= 0 && size == (uint64_t)seen->as.number);
    if (seen->kind == VALUE_UINT) return json_uint(expected, &size) && size == seen->as.size;
    return json_int(expected, &number) && number == seen->as.number;
}

static bool list_matches(const struct json *expected, const struct value *seen)
{
    const struct json *one = expected->first;
    const struct value *other = seen->first;
    for (; one && other; one = one->next, other = other->next)
        if (!value_matches(one, other)) return false;
    return !one && !other;
}

static bool set_matches(const struct json *expected, const struct value *seen)
{
    size_t count = 0;
    for (const struct value *member = seen->first; member; member = member->next) count++;
    if (count != expected->count) return false;
    for (const struct json *one = expected->first; one; one = one->next) {
        bool found = false;
        for (const struct value *member = seen->first; member && !found; member = member->next) found = value_matches(one, member);
        if (!found) return false;
    }
    return true;
}

bool value_matches(const struct json *expected, const struct value *seen)
{
    if (!seen) return expected->type == JSON_NULL;
    switch (seen->kind) {
    case VALUE_NULL: return expected->type == JSON_NULL;
    case VALUE_BOOL: return expected->type == (seen->as.flag ? JSON_TRUE : JSON_FALSE);
    case VALUE_INT:
    case VALUE_UINT: return (expected->type == JSON_NUMBER || expected->type == JSON_TEXT) && number_matches(expected, seen);
    case VALUE_TEXT: return expected->type == JSON_TEXT && text_matches(expected->text, seen->as.text);
    case VALUE_LIST: return expected->type == JSON_LIST && list_matches(expected, seen);
    case VALUE_MAP: break;
    }
    if (expected->type != JSON_OBJECT) return false;
    for (const struct json *member = expected->first; member; member = member->next) {
        const struct value *other = value_member(seen, member->name);
        bool set = strcmp(member->name, "events") == 0 || strcmp(member->name, "flags") == 0;
        if (!other || (set && member->type == JSON_LIST && other->kind == VALUE_LIST ? !set_matches(member, other) : !value_matches(member, other))) return false;
    }
    return true;
}
