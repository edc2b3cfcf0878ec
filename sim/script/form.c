/*
 * Forming: a value stands on one line if it fits; an object that does not fills several, a list of objects gets a line each. The
 * timeline always has a line a step at least, and what follows the times stands in one column, so that time reads downwards.
 */
#include "script/form.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"

#define WIDTH 150u
#define TIME_MOST 14u   /* letters of a time, with its quotes, beyond which nothing is lined up behind it */
#define SPREAD_MOST 4u  /* names of actors are lined up if they are so nearly of one length */

struct form { struct text text; size_t column; };

static const char *const top_order[] = { "$schema", "format", "title", "about", "source", "proves", "known_gap", "seed", "params", "include", "defaults", "hosts", "links", "lan", "actors", "timeline", "at_end", NULL };
static const char *const step_order[] = { "at", "by", "do", "sees", "assert", "together", NULL };

/* ---- letters ---- */

/* Columns count letters, of which UTF-8 has the first byte. */
static size_t letters(const char *bytes)
{
    size_t count = 0;
    for (; *bytes; bytes++) count += ((unsigned char)*bytes & 0xC0) != 0x80;
    return count;
}

static void put(struct form *form, const char *bytes)
{
    text_add(&form->text, bytes);
    form->column += letters(bytes);
}

static void line_begin(struct form *form, size_t indent)
{
    text_printf(&form->text, "\n%*s", (int)indent, "");
    form->column = indent;
}

/* ---- on one line ---- */

static const struct json *member_after(const struct json *object, const struct json *last, const char *const *order);

static bool holds_more(const struct json *list)
{
    for (const struct json *one = list->first; one; one = one->next)
        if (one->type == JSON_OBJECT || one->type == JSON_LIST) return true;
    return false;
}

static const char *const *order_of(const struct json *object) { return json_member(object, "do") || json_member(object, "sees") || json_member(object, "assert") || json_member(object, "together") ? step_order : NULL; }

static void inline_put(struct text *text, const struct json *node);

static void inline_object(struct text *text, const struct json *object)
{
    const char *const *order = order_of(object);
    const struct json *last = NULL;
    text_add(text, object->first ? "{ " : "{}");
    while ((last = member_after(object, last, order))) {
        text_json(text, last->name);
        text_add(text, ": ");
        inline_put(text, last);
        text_add(text, member_after(object, last, order) ? ", " : " }");
    }
}

static void inline_list(struct text *text, const struct json *list)
{
    const char *space = holds_more(list) ? " " : "";
    text_printf(text, "[%s", list->first ? space : "");
    for (const struct json *one = list->first; one; one = one->next) {
        inline_put(text, one);
        text_add(text, one->next ? ", " : space);
    }
    text_add(text, "]");
}

static void inline_put(struct text *text, const struct json *node)
{
    switch (node->type) {
    case JSON_NULL: text_add(text, "null"); break;
    case JSON_FALSE: text_add(text, "false"); break;
    case JSON_TRUE: text_add(text, "true"); break;
    case JSON_NUMBER: text_add(text, node->text); break;
    case JSON_TEXT: text_json(text, node->text); break;
    case JSON_LIST: inline_list(text, node); break;
    case JSON_OBJECT: inline_object(text, node); break;
    }
}

/* Those that the order names come first and as it has them, the others as they stand. */
static size_t rank_of(const struct json *member, const char *const *order)
{
    size_t rank = 0;
    for (; order && order[rank]; rank++)
        if (strcmp(member->name, order[rank]) == 0) return rank;
    return order ? rank : 0;
}

static const struct json *member_after(const struct json *object, const struct json *last, const char *const *order)
{
    const struct json *best = NULL;
    size_t best_rank = 0, last_rank = last ? rank_of(last, order) : 0;
    bool passed = !last;
    for (const struct json *member = object->first; member; member = member->next) {
        size_t rank = rank_of(member, order);
        bool later = !last || rank > last_rank || (rank == last_rank && passed);
        if (member == last) passed = true;
        else if (later && (!best || rank < best_rank)) { best = member; best_rank = rank; }
    }
    return best;
}

/* ---- on several lines ---- */

static void node_put(struct form *form, const struct json *node, size_t indent, size_t behind);

static size_t name_put(struct form *form, const struct json *member)
{
    struct text name = { 0 };
    text_json(&name, member->name);
    text_add(&name, ": ");
    put(form, name.bytes);
    text_free(&name);
    return form->column;
}

static size_t inline_size(const struct json *node)
{
    struct text text = { 0 };
    if (node->name) {
        text_json(&text, node->name);
        text_add(&text, ": ");
    }
    inline_put(&text, node);
    size_t size = letters(text.bytes);
    text_free(&text);
    return size;
}

/* A list that will have a line for each element begins on the line of its name. */
static bool begins_here(const struct form *form, const struct json *member)
{
    return member->type == JSON_LIST && holds_more(member) && form->column + letters(member->name) + 6 <= WIDTH;
}

/* The members behind `last` and the end of the object; further lines begin at `hang`, lists stand at `indent`. */
static void members_fill(struct form *form, const struct json *object, const struct json *last, size_t indent, size_t hang, size_t behind)
{
    const char *const *order = order_of(object);
    for (const struct json *member = member_after(object, last, order), *next; member; member = next) {
        next = member_after(object, member, order);
        bool wide = form->column + inline_size(member) + (next ? 1 : 2 + behind) > WIDTH;
        if (form->column > hang && wide && !begins_here(form, member)) line_begin(form, hang);
        name_put(form, member);
        node_put(form, member, wide && member->type == JSON_LIST ? indent : hang, next ? 1 : 2 + behind);
        put(form, next ? "," : " }");
        if (next && (form->column + 1 + inline_size(next) + 1 <= WIDTH || begins_here(form, next))) put(form, " ");
        else if (next) line_begin(form, hang);
    }
}

static void filled_object(struct form *form, const struct json *object, size_t indent, size_t behind)
{
    put(form, "{ ");
    members_fill(form, object, NULL, indent + 2, indent + 2, behind);
}

static void lined_list(struct form *form, const struct json *list, size_t indent)
{
    put(form, "[");
    for (const struct json *one = list->first; one; one = one->next) {
        line_begin(form, indent + 2);
        node_put(form, one, indent + 2, one->next != NULL);
        if (one->next) put(form, ",");
    }
    line_begin(form, indent);
    put(form, "]");
}

static void filled_list(struct form *form, const struct json *list, size_t indent, size_t behind)
{
    put(form, "[");
    for (const struct json *one = list->first; one; one = one->next) {
        if (one != list->first && form->column + inline_size(one) + 1 + behind > WIDTH) line_begin(form, indent + 2);
        node_put(form, one, indent + 2, 1);
        if (!one->next) continue;
        put(form, ",");
        if (form->column + 1 + inline_size(one->next) + 1 + behind <= WIDTH) put(form, " ");
        else line_begin(form, indent + 2);
    }
    put(form, "]");
}

/* `behind`: letters that must follow on the same line. */
static void node_put(struct form *form, const struct json *node, size_t indent, size_t behind)
{
    struct text whole = { 0 };
    inline_put(&whole, node);
    bool fits = form->column + letters(whole.bytes) + behind <= WIDTH || (node->type != JSON_LIST && node->type != JSON_OBJECT) || !node->first;
    if (fits) put(form, whole.bytes);
    text_free(&whole);
    if (fits) return;
    if (node->type == JSON_OBJECT) filled_object(form, node, indent, behind);
    else if (holds_more(node)) lined_list(form, node, indent);
    else filled_list(form, node, indent, behind);
}

/* ---- the timeline ---- */

/* How wide the texts under a name are at most in these steps, those beyond `most` left aside; 0: they are not lined up. */
static size_t width_of(const struct json *steps, const char *name, size_t most, size_t spread)
{
    size_t widest = 0, least = SIZE_MAX;
    for (const struct json *step = steps->first; step; step = step->next) {
        const struct json *value = json_member(step, name);
        if (!value || value->type != JSON_TEXT) continue;
        size_t width = letters(value->text) + 2;
        if (width > most) continue;
        if (width > widest) widest = width;
        if (width < least) least = width;
    }
    return widest && widest - least <= spread ? widest : 0;
}

/* A time or an actor, and room behind it up to the width of the widest. */
static void padded_put(struct form *form, const struct json *member, size_t width)
{
    size_t end = name_put(form, member) + width + 1;
    struct text text = { 0 };
    inline_put(&text, member);
    put(form, text.bytes);
    text_free(&text);
    put(form, ",");
    while (form->column < end) put(form, " ");
    put(form, " ");
}

static size_t rest_size(const struct json *step, const struct json *last)
{
    size_t size = 0;
    for (const struct json *member = last; (member = member_after(step, member, step_order));) size += inline_size(member) + 2;
    return size;
}

/* What is lined up comes first; without it a step is like any other value. */
static void step_put(struct form *form, const struct json *step, size_t at_width, size_t by_width, size_t indent, size_t behind)
{
    const struct json *at = json_member(step, "at"), *by = json_member(step, "by"), *last = NULL;
    size_t hang = indent + 2;
    bool time = at_width && at && at->type == JSON_TEXT && member_after(step, at, step_order), name = by_width && by && by->type == JSON_TEXT && member_after(step, by, step_order);
    if (order_of(step) == NULL || !(time || (name && !at && !at_width))) { node_put(form, step, indent, behind); return; }
    put(form, "{ ");
    if (time) {
        padded_put(form, last = at, at_width);
        hang = form->column;
    }
    if (name) padded_put(form, last = by, by_width);
    if (form->column + rest_size(step, last) + behind > WIDTH) { members_fill(form, step, last, indent + 2, hang, behind); return; }
    for (const struct json *member = last; (member = member_after(step, member, step_order));) {
        name_put(form, member);
        node_put(form, member, hang, 1 + behind);
        put(form, member_after(step, member, step_order) ? ", " : " }");
    }
}

static void timeline_put(struct form *form, const struct json *steps, size_t indent)
{
    size_t at_width = width_of(steps, "at", TIME_MOST, TIME_MOST), by_width = width_of(steps, "by", SIZE_MAX, SPREAD_MOST);
    put(form, "[");
    for (const struct json *step = steps->first; step; step = step->next) {
        line_begin(form, indent + 2);
        if (step->type == JSON_OBJECT) step_put(form, step, at_width, by_width, indent + 2, step->next != NULL);
        else node_put(form, step, indent + 2, step->next != NULL);
        if (step->next) put(form, ",");
    }
    line_begin(form, indent);
    put(form, "]");
}

char *scenario_form(const struct json *root)
{
    struct form form = { 0 };
    if (root->type != JSON_OBJECT || !root->first) {
        node_put(&form, root, 0, 0);
        text_add(&form.text, "\n");
        return text_done(&form.text);
    }
    put(&form, "{");
    for (const struct json *member = member_after(root, NULL, top_order), *next; member; member = next) {
        next = member_after(root, member, top_order);
        line_begin(&form, 2);
        name_put(&form, member);
        bool steps = strcmp(member->name, "timeline") == 0 && member->type == JSON_LIST && member->first;
        if (steps) timeline_put(&form, member, 2);
        else if (member->type == JSON_LIST && member->count > 1 && holds_more(member)) lined_list(&form, member, 2);
        else node_put(&form, member, 2, next != NULL);
        if (next) put(&form, ",");
    }
    text_add(&form.text, "\n}\n");
    return text_done(&form.text);
}
