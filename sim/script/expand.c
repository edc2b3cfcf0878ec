/*
 * Steps that stand for several: `link.set` with "over" or "keyframes", `flap`, and the network's `repeat` (repeat_expand.c). They are
 * put into the timeline as plain steps before it is read, each with its time, so that a run, a record and `check --expand` show
 * nothing but steps.
 */
#include <string.h>

#include "core/text.h"
#include "script/expand.h"
#include "script/links.h"

__extension__ typedef unsigned __int128 wide;
__extension__ typedef __int128 signed_wide;

/* ---- making nodes ---- */

struct json *node_new(const struct expansion *it, enum json_type type, const char *name, const char *text)
{
    struct json *node = arena_take(it->load->scenario->arena, sizeof *node);
    const struct json *place = it->node;
    *node = (struct json){ .type = type, .name = name, .text = text, .line = place->line, .column = place->column, .name_line = place->line, .name_column = place->column, .file = place->file };
    return node;
}

void node_append(struct json *parent, struct json *child)
{
    const struct json **end = &parent->first;
    child->parent = parent;
    child->next = NULL;
    while (*end) end = (const struct json **)(uintptr_t)&(*end)->next;
    *end = child;
    child->index = parent->count++;
}

static void member_text(const struct expansion *it, struct json *object, const char *name, const char *text) { node_append(object, node_new(it, JSON_TEXT, name, text)); }

/* Its own children are shared: nobody changes them any more. */
static void member_copy(const struct expansion *it, struct json *object, const struct json *member)
{
    if (!member) return;
    struct json *copy = arena_take(it->load->scenario->arena, sizeof *copy);
    *copy = *member;
    node_append(object, copy);
}

static const char *time_words(struct arena *arena, int64_t ns)
{
    char text[TIME_TEXT];
    time_text(ns, text);
    return arena_text(arena, text);
}

/* A step at this time after the expanded one's, with where it acts. */
struct json *step_new(struct expansion *it, const char *kind, int64_t after_ns)
{
    static const char *const where[] = { "by", "on", "from", "about" };
    struct json *step = node_new(it, JSON_OBJECT, NULL, NULL);
    int64_t at_ns = after_ns > INT64_MAX - 1 - it->at_ns ? INT64_MAX - 1 : it->at_ns + after_ns;
    member_text(it, step, "at", time_words(it->load->scenario->arena, at_ns));
    member_text(it, step, "do", kind);
    for (size_t i = 0; i < 4; i++) member_copy(it, step, json_member(it->node, where[i]));
    step->parent = it->node->parent;
    step->index = it->node->index;
    if (it->last) it->last->next = step;
    else it->first = step;
    it->last = step;
    it->count++;
    return step;
}

static bool object_check(struct expansion *it, const struct json *node, const struct member *more, const char *what)
{
    const struct member *const tables[] = { step_members, more, link_properties, NULL };
    const struct member *const plain[] = { step_members, more, NULL };
    return load_members(it->load, node, strcmp(what, "`flap`") == 0 ? plain : tables, what);
}

bool time_of_step(struct expansion *it, const char *what)
{
    const struct json *at = json_member(it->node, "at");
    if (at && at->text[0] != '+') { it->at_ns = read_time(at); return true; }
    problem_at(it->load->problems, at ? at : it->node, "%s needs a time of its own, from the start of the run: \"at\": \"5ms\"", what);
    return false;
}

/* ---- from one value to another ---- */

enum ramp { RAMP_RATE, RAMP_TIME, RAMP_CHANCE, RAMP_NUMBER, RAMP_NONE };

static enum ramp ramp_of(const char *name)
{
    static const struct { const char *name; enum ramp ramp; } ramps[] = {
        { "rate", RAMP_RATE }, { "delay", RAMP_TIME }, { "jitter", RAMP_TIME }, { "loss", RAMP_CHANCE }, { "duplicate", RAMP_CHANCE },
        { "corrupt", RAMP_CHANCE }, { "reorder", RAMP_CHANCE }, { "mtu", RAMP_NUMBER }, { "overhead", RAMP_NUMBER },
    };
    for (size_t i = 0; i < sizeof ramps / sizeof *ramps; i++)
        if (strcmp(ramps[i].name, name) == 0) return ramps[i].ramp;
    return RAMP_NONE;
}

/* Both ends as whole numbers: bits a second, nanoseconds, units of 2^-32. */
static bool ramp_value(struct problems *problems, const struct json *value, enum ramp ramp, int64_t *number)
{
    uint64_t found = 0, denominator;
    bool good = value->type == JSON_TEXT || (value->type == JSON_NUMBER && ramp >= RAMP_CHANCE);
    if (good && ramp == RAMP_RATE) good = rate_parse(value->text, &found) && found <= INT64_MAX;
    else if (good && ramp == RAMP_TIME) good = time_parse(value->text, number);
    else if (good && strcmp(value->text, "0") == 0) found = 0;
    else if (good && ramp == RAMP_CHANCE) {
        good = value->type == JSON_TEXT && ratio_parse(value->text, &found, &denominator) && found <= denominator;
        if (good) found = (uint64_t)(((wide)found << 32) / denominator);
    } else if (good) good = number_parse(value->text, &found) && found <= UINT32_MAX;
    if (!good) problem_at(problems, value, "this is no value of \"%s\" that can change step by step", value->parent->name);
    else if (ramp != RAMP_TIME) *number = (int64_t)found;
    return good;
}

static const char *ramp_text(struct arena *arena, enum ramp ramp, int64_t number)
{
    static const char *const units[] = { "bps", "", "/4294967296", "" };
    if (ramp == RAMP_TIME) return time_words(arena, number);
    return arena_printf(arena, "%lld%s", (long long)number, units[ramp]);
}

static bool ramp_put(struct expansion *it, struct json *step, const struct json *member, uint64_t i, uint64_t steps)
{
    const struct json *from = json_member(member, "from"), *to = json_member(member, "to");
    enum ramp ramp = ramp_of(member->name);
    int64_t first, last;
    if (ramp == RAMP_NONE || member->type != JSON_OBJECT || !from || !to || member->count != 2) {
        problem_at_name(it->load->problems, member, ramp == RAMP_NONE ? "\"%s\" cannot change step by step: use \"keyframes\"" : "with \"over\", \"%s\" is { \"from\": …, \"to\": … }", member->name);
        return false;
    }
    if (!ramp_value(it->load->problems, from, ramp, &first) || !ramp_value(it->load->problems, to, ramp, &last)) return false;
    int64_t value = first + (int64_t)(((signed_wide)last - first) * (int64_t)i / (int64_t)steps);
    member_text(it, step, member->name, ramp_text(it->load->scenario->arena, ramp, value));
    return true;
}

static const struct member set_members[] = { { "on", TYPE_INTERFACE, false, "one of its ends, or the interface" }, { "from", TYPE_INTERFACE, false, "the direction that leaves here" }, { "over", TYPE_TIME, false, "in how much time" }, { "steps", TYPE_UINT, false, "in how many steps" }, { "keyframes", TYPE_LIST, false, "settings, each at its time" }, { 0 } };

static bool over_expand(struct expansion *it)
{
    const struct json *over = json_member(it->node, "over"), *steps = json_member(it->node, "steps");
    if (!object_check(it, it->node, set_members, "`link.set`") || !time_of_step(it, "a change over time")) return false;
    if (!steps || read_uint(steps) == 0 || read_uint(steps) > STEPS_MOST) {
        problem_at(it->load->problems, steps ? steps : it->node, "\"over\" needs \"steps\": in how many steps from 1 to %u", STEPS_MOST);
        return false;
    }
    uint64_t count = read_uint(steps);
    for (uint64_t i = 0; i <= count; i++) {
        struct json *step = step_new(it, "link.set", (int64_t)((wide)read_time(over) * i / count));
        for (const struct json *member = it->node->first; member; member = member->next)
            for (size_t k = 0; link_properties[k].name; k++)
                if (strcmp(member->name, link_properties[k].name) == 0 && !ramp_put(it, step, member, i, count)) return false;
    }
    return true;
}

static bool keyframes_expand(struct expansion *it)
{
    static const struct member frame_members[] = { { "at", TYPE_TIME, true, "when, after the step's own time" }, { 0 } };
    static const struct member *const tables[] = { frame_members, link_properties, NULL };
    const struct json *frames = json_member(it->node, "keyframes");
    int64_t last_ns = 0;
    if (!object_check(it, it->node, set_members, "`link.set`") || !time_of_step(it, "a list of keyframes")) return false;
    if (link_properties_named(it->node) || json_member(it->node, "steps")) { problem_at(it->load->problems, it->node, "with \"keyframes\" the properties stand in these"); return false; }
    for (const struct json *frame = frames->first; frame; frame = frame->next) {
        if (!load_members(it->load, frame, tables, "a keyframe")) return false;
        const struct json *at = json_member(frame, "at");
        if (read_time(at) < last_ns) { problem_at(it->load->problems, at, "keyframes follow each other in time"); return false; }
        last_ns = read_time(at);
        struct json *step = step_new(it, "link.set", last_ns);
        for (const struct json *member = frame->first; member; member = member->next)
            if (member != at) member_copy(it, step, member);
    }
    return true;
}

/* ---- up and down ---- */

static bool flap_expand(struct expansion *it)
{
    static const struct member table[] = { { "on", TYPE_INTERFACE, true, "one of its ends, or the interface" }, { "what", TYPE_TEXT, false, "\"media\" (without it), \"interface\" or \"link\"" }, { "down", TYPE_SPAN, true, "for how long it is away each time" }, { "up", TYPE_SPAN, true, "for how long it is there each time" }, { "count", TYPE_UINT, true, "how often it goes and comes" }, { 0 } };
    static const struct { const char *what, *down, *up; } words[] = { { "media", "interface.media", "interface.media" }, { "interface", "interface.down", "interface.up" }, { "link", "link.cut", "link.restore" } };
    if (!object_check(it, it->node, table, "`flap`") || !time_of_step(it, "`flap`")) return false;
    const struct json *what = json_member(it->node, "what"), *count = json_member(it->node, "count");
    const struct json *phases[2] = { json_member(it->node, "down"), json_member(it->node, "up") };
    size_t k = 0;
    while (what && k < 3 && strcmp(what->text, words[k].what) != 0) k++;
    if (k == 3) { problem_at(it->load->problems, what, "\"%s\" is not known here; expected \"media\", \"interface\" or \"link\"", what->text); return false; }
    if (!span_check(it, phases[0]) || !span_check(it, phases[1])) return false;
    if (read_uint(count) == 0 || read_uint(count) > STEPS_MOST) {
        problem_at(it->load->problems, count, "from 1 to %u times", STEPS_MOST);
        return false;
    }
    int64_t after_ns = 0;
    for (uint64_t i = 0; i < read_uint(count); i++)
        for (int up = 0; up < 2; up++) {
            struct json *step = step_new(it, up ? words[k].up : words[k].down, after_ns);
            if (k == 0) node_append(step, node_new(it, up ? JSON_TRUE : JSON_FALSE, "connected", NULL));
            after_ns += span_draw(it, phases[up]);
        }
    return true;
}

/* ---- the timeline ---- */

static bool expand_one(struct expansion *it)
{
    const struct json *kind = json_member(it->node, "do");
    if (is_text(kind, "flap")) return flap_expand(it);
    if (is_text(kind, "repeat") && !json_member(it->node, "by")) return repeat_expand(it);
    if (!is_text(kind, "link.set")) return false;
    if (json_member(it->node, "over")) return over_expand(it);
    return json_member(it->node, "keyframes") && keyframes_expand(it);
}

bool load_expand(struct loading *load)
{
    struct json *timeline = (struct json *)(uintptr_t)json_member(load->scenario->document->root, "timeline");
    const struct json **at = &timeline->first;
    bool any = false;
    while (*at) {
        struct expansion it = { .load = load, .node = *at };
        it.stream = random_stream(load->seed, arena_printf(load->scenario->arena, "timeline:%zu", (*at)->index));
        if (expand_one(&it) && it.count) {
            timeline->count += it.count - 1;
            it.last->next = it.node->next;
            *at = it.first;
            at = &it.last->next;
            any = true;
        } else {
            at = (const struct json **)(uintptr_t)&(*at)->next;
        }
    }
    return any;
}
