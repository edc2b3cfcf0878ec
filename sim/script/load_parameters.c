/*
 * Parameters: what a scenario declares, what the command line gives, and their places in the tree.
 */
#include <string.h>

#include "core/text.h"
#include "script/load.h"

struct parameters { struct json **values; const char **names; size_t count; };

/* The command line's value has the type that the declaration has. */
static void parameter_give(struct loading *load, struct json *declared, const char *value)
{
    struct arena *arena = load->scenario->arena;
    bool negative = value[0] == '-', truth = strcmp(value, "true") == 0, good = true;
    uint64_t number;
    if (declared->type == JSON_NUMBER) {
        good = number_parse(value + negative, &number);
        if (good) declared->text = arena_printf(arena, "%s%llu", negative ? "-" : "", (unsigned long long)number);
    } else if (declared->type == JSON_TRUE || declared->type == JSON_FALSE) {
        good = truth || strcmp(value, "false") == 0;
        declared->type = truth ? JSON_TRUE : JSON_FALSE;
    } else {
        declared->text = arena_text(arena, value);
    }
    if (good) return;
    problem_at(load->problems, declared, "the parameter \"%s\" is %s; --param gives it \"%s\"", declared->name, declared->type == JSON_NUMBER ? "a whole number" : "true or false", value);
}

static void parameter_unknown(struct loading *load, const struct parameters *parameters, const struct json *node, const char *name)
{
    const char *near = nearest_word(name, parameters->names, parameters->count);
    if (near) problem_at(load->problems, node, "this scenario declares no parameter \"%s\"; did you mean \"%s\"?", name, near);
    else problem_at(load->problems, node, "this scenario declares no parameter \"%s\"", name);
}

static struct json *parameter_find(const struct parameters *parameters, const char *name)
{
    for (size_t i = 0; i < parameters->count; i++)
        if (strcmp(parameters->names[i], name) == 0) return parameters->values[i];
    return NULL;
}

static bool is_prose(const struct json *node)
{
    static const char *const names[] = { "title", "about", "source", "known_gap", "text", "question", "answer" };
    for (size_t i = 0; node->name && i < sizeof names / sizeof *names; i++)
        if (strcmp(node->name, names[i]) == 0) return true;
    return false;
}

/* "$name" stands for a parameter's value, wherever a value stands; prose may say what it likes. */
static void parameters_put(struct loading *load, const struct parameters *parameters, struct json *node)
{
    const struct json *value;
    if (node->type == JSON_TEXT && node->text[0] == '$' && !is_prose(node)) {
        if ((value = parameter_find(parameters, node->text + 1))) {
            node->type = value->type;
            node->text = value->text;
        } else {
            parameter_unknown(load, parameters, node, node->text + 1);
        }
    }
    for (const struct json *child = node->first; child; child = child->next)
        if (node->parent || !child->name || strcmp(child->name, "params") != 0) parameters_put(load, parameters, (struct json *)(uintptr_t)child);
}

/* The tree is this scenario's own, so the values are put into it: all that follows sees them and nothing else. */
void load_parameters(struct loading *load, const struct scenario_parameter *given, size_t given_count)
{
    const struct json *root = load->scenario->document->root, *declared = json_member(root, "params");
    size_t room = declared && declared->type == JSON_OBJECT ? declared->count : 0;
    struct parameters parameters = { .values = arena_take(load->scenario->arena, (room + 1) * sizeof(struct json *)), .names = arena_take(load->scenario->arena, (room + 1) * sizeof(char *)) };
    for (const struct json *member = room ? declared->first : NULL; member; member = member->next) {
        if (member->type == JSON_LIST || member->type == JSON_OBJECT || member->type == JSON_NULL) problem_at(load->problems, member, "a parameter's value is a text, a number, true or false");
        parameters.values[parameters.count] = (struct json *)(uintptr_t)member;
        parameters.names[parameters.count++] = member->name;
    }
    for (size_t i = 0; i < given_count; i++) {
        struct json *found = parameter_find(&parameters, given[i].name);
        if (found) parameter_give(load, found, given[i].value);
        else parameter_unknown(load, &parameters, declared ? declared : root, given[i].name);
    }
    parameters_put(load, &parameters, (struct json *)(uintptr_t)root);
}
