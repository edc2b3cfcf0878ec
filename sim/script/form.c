/*
 * Forming: a value stands on one line if it fits; an object that does not fills several, a list of objects gets a line each. The
 * timeline always has a line a step at least.
 */
#include "script/form.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"

#define WIDTH 150u

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

static void filled_object(struct form *form, const struct json *object, size_t indent, size_t behind)
{
    const char *const *order = order_of(object);
    put(form, "{ ");
    for (const struct json *member = member_after(object, NULL, order), *next; member; member = next) {
        next = member_after(object, member, order);
        if (form->column > indent + 2 && form->column + inline_size(member) + (next ? 1 : 2 + behind) > WIDTH) line_begin(form, indent + 2);
        name_put(form, member);
        node_put(form, member, indent + 2, next ? 1 : 2 + behind);
        put(form, next ? "," : " }");
        if (next && form->column + 1 + inline_size(next) + 1 <= WIDTH) put(form, " ");
        else if (next) line_begin(form, indent + 2);
    }
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
        if (steps || (member->type == JSON_LIST && member->count > 1 && holds_more(member))) lined_list(&form, member, 2);
        else node_put(&form, member, 2, next != NULL);
        if (next) put(&form, ",");
    }
    text_add(&form.text, "\n}\n");
    return text_done(&form.text);
}
