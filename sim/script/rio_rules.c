/*
 * Rules of the steps of Registered I/O: slices, results, and what cannot be said together.
 */
#include "script/rio_rules.h"

#include "script/marshal.h"

#define ROOM_MOST 65536

static void slice_rule(struct loading *load, const struct step *step, const char *member)
{
    static const struct member slice_members[] = { { "buffer", TYPE_ID, true, "a registered buffer" }, { "offset", TYPE_UINT32, false, "in bytes; 0 without it" }, { "length", TYPE_UINT32, false, "in bytes; the rest of the buffer without it" }, { 0 } };
    static const struct member *const tables[] = { slice_members, NULL };
    const struct json *slice = json_member(step->node, member);
    if (!slice || is_text(slice, "bad")) return;
    if (slice->type == JSON_OBJECT) load_members(load, slice, tables, "a slice");
    else problem_at(load->problems, slice, "expected a slice such as {\"buffer\": \"b\", \"offset\": 0, \"length\": 28}, or \"bad\"");
}

static void results_rule(struct loading *load, const struct step *step)
{
    static const struct member result_members[] = { { "status", TYPE_ERROR, false, "how it ended" }, { "bytes", TYPE_UINT32, false, "bytes that were moved" }, { "socket", TYPE_UINT, false, "SocketContext" }, { "request", TYPE_UINT, false, "RequestContext" }, { 0 } };
    static const struct member *const tables[] = { result_members, NULL };
    const struct json *results = json_member(step->node, "results"), *room = json_member(step->node, "room"), *returns = json_member(step->node, "returns"), *count = json_member(step->node, "count");
    for (const struct json *one = results ? results->first : NULL; one; one = one->next) load_members(load, one, tables, "a result");
    if (room && read_uint(room) > ROOM_MOST) problem_at(load->problems, room, "an array of more than %d results is not made", ROOM_MOST);
    if (results && count && read_uint(count) != results->count) problem_at(load->problems, count, "\"results\" lists %zu of them", results->count);
    if ((results || count) && returns && !is_text(returns, "any") && read_named(returns, TYPE_ERROR) != 0) problem_at_name(load->problems, results ? results : count, "results are there only when the call succeeds: \"returns\" says that it does not");
}

/* What is put into a slice needs one. */
static void needs(struct loading *load, const struct step *step, const char *member, const char *place)
{
    const struct json *value = json_member(step->node, member), *slice = json_member(step->node, place);
    if (value && (!slice || is_text(slice, "bad"))) problem_at_name(load->problems, value, "it is put into memory of the client's first: say \"%s\"", place);
}

static void one_piece(struct loading *load, const struct json *data)
{
    if (data && data->type != JSON_OBJECT) problem_at(load->problems, data, "here it is one piece such as {\"text\": \"hello\"}");
    else if (data) marshal_data_check(load->problems, data, false);
}

static void register_rule(struct loading *load, const struct step *step)
{
    const struct json *data = json_member(step->node, "data"), *size = json_member(step->node, "size"), *memory = json_member(step->node, "memory");
    if ((data != NULL) + (size != NULL) + (memory != NULL) != 1) problem_at(load->problems, step->node, "`%s` needs exactly one of \"size\", \"data\" and \"memory\"", step->kind->name);
    if (size) marshal_sizes_check(load->problems, size);
    if (memory && memory->type != JSON_NULL && !is_text(memory, "bad")) problem_at(load->problems, memory, "expected null or \"bad\": memory that is not there");
}

static void notification_rule(struct loading *load, const struct step *step)
{
    static const char *const of_port[] = { "key", "overlapped" };
    const struct json *event = json_member(step->node, "event"), *port = json_member(step->node, "port"), *reset = json_member(step->node, "reset");
    if (event && port) problem_at_name(load->problems, port, "a queue tells by an event or by a port, not by both");
    if (reset && !event) problem_at_name(load->problems, reset, "it is the event that is reset: say \"event\"");
    for (size_t i = 0; i < 2; i++) {
        const struct json *member = json_member(step->node, of_port[i]);
        if (member && !port) problem_at_name(load->problems, member, "it is of the packet at a port: say \"port\"");
    }
}

void rio_rules(struct loading *load, const struct step *step)
{
    static const char *const slices[] = { "local", "remote", "control", "flags_place" };
    one_piece(load, json_member(step->node, "data"));
    if (step->kind->number == CALL_RIOREGISTER) register_rule(load, step);
    if (step->kind->number == CALL_RIOCREATECQ) notification_rule(load, step);
    if (step->kind->number == CALL_RIODEQUEUE) results_rule(load, step);
    if (step->kind->number < CALL_RIOSEND) return;
    for (size_t i = 0; i < sizeof slices / sizeof *slices; i++) slice_rule(load, step, slices[i]);
    needs(load, step, "data", "buffer");
    needs(load, step, "to", "remote");
    needs(load, step, "from", "local");
    needs(load, step, "ttl", "control");
    needs(load, step, "tos", "control");
    needs(load, step, "message_flags", "flags_place");
}

void rio_assert_rules(struct loading *load, const struct step *step)
{
    static const char *const members[] = { "data", "address", "flags", "control" };
    size_t count = 0;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) count += json_member(step->node, members[i]) != NULL;
    one_piece(load, json_member(step->node, "data"));
    if (count == 0) problem_at(load->problems, step->node, "`riobuffer` asserts nothing: say \"data\", \"address\", \"flags\" or \"control\"");
}
