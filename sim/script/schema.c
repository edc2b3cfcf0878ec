/*
 * The schema as a whole: definitions of types, of the world's objects and of each step, and the scenario that refers to them.
 */
#include "script/schema.h"

#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/arena.h"
#include "script/form.h"
#include "script/links.h"

/* Lists and objects whose elements have a definition of their own, wherever a member of this name stands. */
static const struct { const char *member, *element; bool list; } inner[] = {
    { "hosts", "host", true }, { "actors", "actor", true }, { "links", "link", true }, { "lan", "segment", true }, { "timeline", "step", true }, { "together", "step", true },
    { "steps", "step", true }, { "inside", "step", true }, { "interfaces", "interface", true }, { "at_end", "at_end", false },
};

static void type_reference(struct text *text, enum type type) { text_printf(text, "{\"$ref\":\"#/definitions/type-%u\"}", (unsigned)type); }

static void member_schema(struct text *text, const struct member *member)
{
    text_add(text, "{");
    if (*member->meaning) {
        text_add(text, "\"description\":");
        text_json(text, member->meaning);
        text_add(text, ",");
    }
    for (size_t i = 0; i < sizeof inner / sizeof *inner; i++) {
        if (strcmp(member->name, inner[i].member) != 0 || member->type != (inner[i].list ? TYPE_LIST : TYPE_OBJECT)) continue;
        text_printf(text, inner[i].list ? "\"type\":\"array\",\"items\":{\"$ref\":\"#/definitions/%s\"}}" : "\"allOf\":[{\"$ref\":\"#/definitions/%s\"}]}", inner[i].element);
        return;
    }
    text_add(text, "\"allOf\":[");
    type_reference(text, member->type);
    text_add(text, "]}");
}

/* An object of these members and no others. The tables end with NULL. */
static void object_schema(struct text *text, const char *meaning, const struct member *const *tables)
{
    const char *comma = "";
    text_add(text, "{\"type\":\"object\",");
    if (meaning && *meaning) {
        text_add(text, "\"description\":");
        text_json(text, meaning);
        text_add(text, ",");
    }
    text_add(text, "\"properties\":{");
    for (const struct member *const *table = tables; *table; table++)
        for (const struct member *member = *table; member->name; member++, comma = ",") {
            text_add(text, comma);
            text_json(text, member->name);
            text_add(text, ":");
            member_schema(text, member);
        }
    text_add(text, "},\"additionalProperties\":false,\"required\":[");
    comma = "";
    for (const struct member *const *table = tables; *table; table++)
        for (const struct member *member = *table; member->name; member++) {
            if (!member->required) continue;
            text_add(text, comma);
            text_json(text, member->name);
            comma = ",";
        }
    text_add(text, "]}");
}

/* ---- steps ---- */

static const char *word_of(const struct step_kind *kind) { return kind->class == STEP_SEES ? "sees" : kind->class == STEP_ASSERT ? "assert" : "do"; }

/* What stands for several steps, or repeats some, is looked into by its own reader. */
static bool is_wide(const struct step_kind *kind) { return strcmp(kind->name, "link.set") == 0 || strcmp(kind->name, "flap") == 0; }

static void kind_schema(struct text *text, const struct step_kind *kind)
{
    static const struct member several[] = { { "over", TYPE_TIME, false, "in how much time" }, { "steps", TYPE_UINT, false, "and in how many steps" }, { "keyframes", TYPE_LIST, false, "settings, each at its time" }, { 0 } };
    const struct member *const plain[] = { step_members, kind->members, is_wide(kind) ? several : NULL, is_wide(kind) ? link_properties : NULL, NULL };
    const struct member *const call[] = { step_members, call_members, kind->members, NULL };
    text_printf(text, ",\"%s-%s\":", word_of(kind), kind->name);
    if (is_wide(kind)) {
        text_add(text, "{\"type\":\"object\",\"description\":");
        text_json(text, kind->meaning);
        text_add(text, "}");
    } else {
        object_schema(text, kind->meaning, kind->class == STEP_CALL ? call : plain);
    }
}

static void words_list(struct text *text, const char *word)
{
    size_t count;
    const struct step_kind *table = kinds(&count);
    const char *comma = "";
    text_printf(text, "\"%s\":{\"enum\":[", word);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(word_of(&table[i]), word) != 0) continue;
        text_add(text, comma);
        text_json(text, table[i].name);
        comma = ",";
    }
    text_add(text, "]}");
}

static void step_schema(struct text *text)
{
    size_t count;
    const struct step_kind *table = kinds(&count);
    const struct member *const together[] = { step_members, NULL };
    for (size_t i = 0; i < count; i++) kind_schema(text, &table[i]);
    text_add(text, ",\"together\":");
    object_schema(text, "steps that run without settling in between", together);
    text_add(text, ",\"step\":{\"type\":\"object\",\"oneOf\":[{\"required\":[\"do\"]},{\"required\":[\"sees\"]},{\"required\":[\"assert\"]},{\"required\":[\"together\"]}],\"properties\":{");
    words_list(text, "do");
    text_add(text, ",");
    words_list(text, "sees");
    text_add(text, ",");
    words_list(text, "assert");
    text_add(text, "},\"allOf\":[{\"if\":{\"required\":[\"together\"]},\"then\":{\"$ref\":\"#/definitions/together\"}}");
    for (size_t i = 0; i < count; i++) {
        const char *word = word_of(&table[i]);
        text_printf(text, ",{\"if\":{\"required\":[\"%s\"],\"properties\":{\"%s\":{\"const\":\"%s\"}}},\"then\":{\"$ref\":\"#/definitions/%s-%s\"}}", word, word, table[i].name, word, table[i].name);
    }
    text_add(text, "]}");
}

/* ---- the rest ---- */

static void types_schema(struct text *text)
{
    text_add(text, "\"stand-in\":{\"description\":\"a parameter, or, where steps are repeated, a place that is filled in\",\"type\":\"string\",\"pattern\":\"^\\\\$|[{]\"}");
    for (unsigned type = TYPE_TEXT; type <= TYPE_ANY; type++) {
        text_printf(text, ",\"type-%u\":{\"description\":", type);
        text_json(text, type_words((enum type)type));
        text_add(text, ",\"anyOf\":[");
        schema_type(text, (enum type)type);
        text_add(text, ",{\"$ref\":\"#/definitions/stand-in\"}]}");
    }
}

static void world_schema(struct text *text)
{
    const struct member *const link[] = { link_members, link_properties, NULL };
    const struct member *const segment[] = { segment_members, link_properties, NULL };
    const struct { const char *name, *meaning; const struct member *const *tables; } objects[] = {
        { "host", "a machine", (const struct member *const[]){ host_members, NULL } },
        { "interface", "a network interface", (const struct member *const[]){ interface_members, NULL } },
        { "link", "what is between two interfaces", link },
        { "segment", "what several interfaces share", segment },
        { "actor", "a process", (const struct member *const[]){ actor_members, NULL } },
        { "at_end", "what is counted at the end", (const struct member *const[]){ at_end_members, NULL } },
    };
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
        text_printf(text, ",\"%s\":", objects[i].name);
        object_schema(text, objects[i].meaning, objects[i].tables);
    }
}

/* The hosts may come from a file that is included. */
static void top_schema(struct text *text)
{
    const struct member *const tables[] = { top_members, NULL };
    struct text whole = { 0 };
    object_schema(&whole, "a scenario of wspsim: one behaviour in one file", tables);
    char *required = strstr(whole.bytes, "\"required\":[\"format\",\"title\",\"hosts\",\"timeline\"]");
    check(required != NULL);
    *required = 0;
    text_add(text, whole.bytes + 1); /* without its brace */
    text_add(text, "\"required\":[\"format\",\"title\",\"timeline\"],\"anyOf\":[{\"required\":[\"hosts\"]},{\"required\":[\"include\"]}]");
    text_free(&whole);
}

char *schema_text(void)
{
    struct text text = { 0 };
    struct json_error error = { 0 };
    struct arena *arena = arena_new();
    text_add(&text, "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"title\":\"wspsim/1\",");
    top_schema(&text);
    text_add(&text, ",\"definitions\":{");
    types_schema(&text);
    world_schema(&text);
    step_schema(&text);
    text_add(&text, "}}");
    const struct json_document *document = json_parse(arena, "schema", text.bytes, strlen(text.bytes), &error);
    check(document != NULL);
    char *formed = scenario_form(document->root);
    arena_free(arena);
    text_free(&text);
    return formed;
}
