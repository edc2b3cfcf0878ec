/*
 * What the two JSON suites share: an arena a test, and a text that must be accepted.
 */
#ifndef TESTS_SCRIPT_JSON_TEST_H
#define TESTS_SCRIPT_JSON_TEST_H
#include "suite.h"

#include <string.h>

#include "core/arena.h"
#include "script/json.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct arena *arena;

static inline void arena_begin(void)
{
    arena = arena_new();
}

static inline void arena_end(void)
{
    arena_free(arena);
    arena = NULL;
}

static inline const struct json *parsed(const char *source)
{
    struct json_error error = {0};
    const struct json_document *document = json_parse(arena, "some.json", source, strlen(source), &error);
    ck_assert_msg(document != NULL, "%s is refused: %u:%u: %s", source, error.line, error.column,
                  error.message != NULL ? error.message : "(no message)");
    return document->root;
}
#endif
