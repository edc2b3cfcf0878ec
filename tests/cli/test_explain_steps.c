/*
 * Every step of the language has an example that the language's own table accepts.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/explain_tables.h"
#include "core/arena.h"
#include "script/kinds.h"
#include "script/links.h"
#include "suite.h"

static const char *word_of(const struct step_kind *kind) { return kind->class == STEP_SEES ? "sees" : kind->class == STEP_ASSERT ? "assert" : "do"; }

static const char *example_of(const struct step_kind *kind)
{
    size_t count, found = 0;
    const char *example = NULL;
    const struct explained_step *steps = explained_steps(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(steps[i].word, word_of(kind)) != 0 || strcmp(steps[i].name, kind->name) != 0) continue;
        example = steps[i].example;
        found++;
    }
    ck_assert_msg(found == 1, "%s \"%s\" has %zu examples", word_of(kind), kind->name, found);
    return example;
}

static const struct json *parsed(struct arena *arena, const char *text)
{
    struct json_error error = { 0 };
    const struct json_document *document = json_parse(arena, "example", text, strlen(text), &error);
    ck_assert_msg(document != NULL, "%s: %s", text, error.message);
    return document->root;
}

START_TEST(each_step_has_an_example_that_fits)
{
    size_t count;
    const struct step_kind *table = kinds(&count);
    for (size_t i = 0; i < count; i++) {
        struct arena *arena = arena_new();
        struct problems problems = { .arena = arena, .file = "example" };
        struct loading load = { .problems = &problems };
        const struct json *step = parsed(arena, example_of(&table[i])), *name = json_member(step, word_of(&table[i]));
        const struct member *const tables[] = { table[i].members, step_members, table[i].class == STEP_CALL ? call_members : NULL, NULL };
        ck_assert_msg(name && strcmp(name->text, table[i].name) == 0, "the example of %s is of another step", table[i].name);
        bool nobodys = table[i].class == STEP_NET || table[i].class == STEP_MESSAGE || table[i].class == STEP_ASSERT;
        ck_assert_msg(nobodys || json_member(step, "by"), "the example of %s says nobody who does it", table[i].name);
        ck_assert_msg(load_members(&load, step, tables, table[i].name), "the example of %s: %s", table[i].name, problems.first->message);
        arena_free(arena);
    }
}
END_TEST

START_TEST(no_example_is_of_a_step_that_is_not_there)
{
    size_t count;
    const struct explained_step *steps = explained_steps(&count);
    for (size_t i = 0; i < count; i++)
        ck_assert_msg(strcmp(steps[i].word, "together") == 0 || kind_find(steps[i].word, steps[i].name) != NULL, "there is no %s \"%s\"", steps[i].word, steps[i].name);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("explain/steps");
    TCase *examples = tcase_create("examples");
    tcase_add_test(examples, each_step_has_an_example_that_fits);
    tcase_add_test(examples, no_example_is_of_a_step_that_is_not_there);
    suite_add_tcase(suite, examples);
    return suite_main(suite);
}
