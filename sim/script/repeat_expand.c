/*
 * The network's `repeat`: steps in a rhythm, put into the timeline one by one. Chance stays visible: what is drawn stands in the
 * expanded timeline as a plain time or number. In a text of a repeated step {round} is the round's number from 0, {round+10} that
 * and ten, {1..9} a number drawn anew each time.
 */
#include <string.h>

#include "core/text.h"
#include "script/expand.h"

#define SPAN_MOST (INT64_C(6) * 3600 * 1000000000)

/* ---- spans ---- */

static bool span_ends(const struct json *span, const struct json **first, const struct json **last)
{
    const struct json *between = json_member(span, "between");
    if (!between || span->count != 1 || between->type != JSON_LIST || between->count != 2) return false;
    *first = between->first;
    *last = between->first->next;
    return true;
}

static bool span_one(struct expansion *it, const struct json *span)
{
    if (!type_check(it->load->problems, span, TYPE_TIME)) return false;
    if (read_time(span) <= SPAN_MOST) return true;
    problem_at(it->load->problems, span, "none is longer than six hours");
    return false;
}

bool span_check(struct expansion *it, const struct json *span)
{
    const struct json *first, *last;
    if (span->type != JSON_OBJECT) return span_one(it, span);
    if (!span_ends(span, &first, &last)) { problem_at(it->load->problems, span, "expected a time, or { \"between\": [\"1s\", \"5s\"] }"); return false; }
    if (!span_one(it, first) || !span_one(it, last)) return false;
    if (read_time(first) <= read_time(last)) return true;
    problem_at(it->load->problems, last, "the second time of \"between\" is the later one");
    return false;
}

/* In the coarsest unit that both ends are whole multiples of: what is drawn is read by people. */
int64_t span_draw(struct expansion *it, const struct json *span)
{
    static const int64_t units[] = { 1000000, 1000, 1 };
    const struct json *first, *last;
    if (!span_ends(span, &first, &last)) return read_time(span);
    int64_t first_ns = read_time(first), wide_ns = read_time(last) - first_ns;
    size_t i = 0;
    while (first_ns % units[i] || wide_ns % units[i]) i++;
    return first_ns + units[i] * (int64_t)random_below(&it->stream, (uint64_t)(wide_ns / units[i]) + 1);
}

/* ---- places in texts ---- */

/* What stands between the braces; false: nothing that is known here. */
static bool place_number(struct expansion *it, const char *place, uint64_t round, uint64_t *number)
{
    const char *range = strstr(place, "..");
    uint64_t first, last, more = 0;
    if (strncmp(place, "round", 5) == 0) {
        if (place[5] && (place[5] != '+' || !number_parse(place + 6, &more) || more > UINT32_MAX)) return false;
        *number = round + more;
        return true;
    }
    if (!range || !number_parse(arena_text_n(it->load->scenario->arena, place, (size_t)(range - place)), &first)) return false;
    if (!number_parse(range + 2, &last) || first > last || last > UINT32_MAX) return false;
    *number = first + random_below(&it->stream, last - first + 1);
    return true;
}

static const char *text_filled(struct expansion *it, const struct json *node, uint64_t round)
{
    struct text text = { 0 };
    const char *at = node->text, *open, *close;
    uint64_t number;
    while ((open = strchr(at, '{')) && (close = strchr(open, '}'))) {
        text_add_n(&text, at, (size_t)(open - at));
        if (place_number(it, arena_text_n(it->load->scenario->arena, open + 1, (size_t)(close - open - 1)), round, &number)) text_printf(&text, "%llu", (unsigned long long)number);
        else problem_at(it->load->problems, node, "\"%.*s\" is not known here; expected {round}, {round+10} or {1..9}", (int)(close - open + 1), open);
        at = close + 1;
    }
    text_add(&text, at);
    const char *filled = arena_text(it->load->scenario->arena, text.bytes);
    text_free(&text);
    return filled;
}

/* The value for this round: a tree of its own. A text that is a place and nothing else is a number. */
static struct json *value_filled(struct expansion *it, const struct json *node, uint64_t round)
{
    struct json *copy = arena_take(it->load->scenario->arena, sizeof *copy);
    uint64_t number;
    *copy = *node;
    copy->next = copy->first = NULL;
    copy->count = 0;
    if (node->type == JSON_TEXT && strchr(node->text, '{')) {
        copy->text = text_filled(it, node, round);
        if (node->text[0] == '{' && strchr(node->text, '}') == node->text + strlen(node->text) - 1 && number_parse(copy->text, &number)) copy->type = JSON_NUMBER;
    }
    for (const struct json *child = node->first; child; child = child->next) {
        struct json *made = value_filled(it, child, round);
        node_append(copy, made);
        made->index = child->index;
    }
    return copy;
}

/* ---- steps ---- */

/* Problems and rows name the step inside the list. */
static void step_place(struct json *step, const struct json *part)
{
    step->line = part->line;
    step->column = part->column;
    step->parent = part->parent;
    step->index = part->index;
}

static void member_place(struct json *step, struct json *made, const struct json *member)
{
    node_append(step, made);
    made->parent = member->parent;
    made->index = member->index;
}

static bool part_check(struct expansion *it, const struct json *part)
{
    const struct json *kind = json_member(part, "do"), *at = json_member(part, "at");
    const char *wrong = part->type != JSON_OBJECT ? "a step is an object" : json_member(part, "by") ? "the network's own steps are nobody's: without \"by\"" : !kind ? "the network repeats steps of its own: each has \"do\"" :
        is_text(kind, "repeat") || is_text(kind, "flap") || json_member(part, "keyframes") || json_member(part, "over") ? "what stands for several steps is not repeated: write it out" : NULL;
    if (!wrong && at && (at->type != JSON_TEXT || at->text[0] != '+' || !type_check(it->load->problems, at, TYPE_AT))) wrong = "in a round times count from its start: \"+5ms\"";
    if (wrong) problem_at(it->load->problems, part, "%s", wrong);
    return !wrong;
}

static bool rounds_check(struct expansion *it, const struct json *list, const struct json *count, const struct json *every, uint64_t *rounds)
{
    if (is_text(count, "forever")) problem_at(it->load->problems, count, "what the network does comes to an end: say how often");
    else if (!json_uint(count, rounds) || *rounds == 0 || *rounds * (list->count + 1) > STEPS_MOST || *rounds > STEPS_MOST) problem_at(it->load->problems, count, "expected how often, from 1, and no more than %u steps in all", STEPS_MOST);
    else if (!list->first) problem_at(it->load->problems, list, "nothing stands in this list");
    else if (!every) problem_at(it->load->problems, it->node, "the network's `repeat` needs \"every\": the time from round to round (steps of a thread say \"by\")");
    else return span_check(it, every);
    return false;
}

bool repeat_expand(struct expansion *it)
{
    static const struct member table[] = { { "steps", TYPE_LIST, true, "steps of the network, with \"+5ms\" after the start of the round" }, { "count", TYPE_COUNT, true, "how many rounds" }, { "every", TYPE_SPAN, false, "the time from round to round" }, { 0 } };
    static const struct member *const tables[] = { step_members, table, NULL };
    const struct json *list = json_member(it->node, "steps"), *every = json_member(it->node, "every");
    uint64_t rounds;
    int64_t after_ns = 0;
    if (!load_members(it->load, it->node, tables, "`repeat`") || !time_of_step(it, "the network's `repeat`")) return false;
    if (!rounds_check(it, list, json_member(it->node, "count"), every, &rounds)) return false;
    for (const struct json *part = list->first; part; part = part->next)
        if (!part_check(it, part)) return false;
    size_t problems = it->load->problems->count;
    for (uint64_t round = 0; round < rounds && it->load->problems->count == problems; round++) {
        for (const struct json *part = list->first; part; part = part->next) {
            const struct json *at = json_member(part, "at");
            struct json *step = step_new(it, json_member(part, "do")->text, after_ns + (at ? read_time(at) : 0));
            step_place(step, part);
            for (const struct json *member = part->first; member; member = member->next)
                if (member != at && strcmp(member->name, "do") != 0) member_place(step, value_filled(it, member, round), member);
        }
        after_ns += span_draw(it, every);
    }
    return true;
}
