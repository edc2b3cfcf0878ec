/*
 * What the two JSON suites share: an arena a test, a document with everything in it, and a text that must be accepted.
 */
#ifndef TESTS_SCRIPT_JSON_TEST_H
#define TESTS_SCRIPT_JSON_TEST_H
#include "suite.h"

#include <string.h>

#include "core/arena.h"
#include "script/json.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char sample[] =
    "{\n"
    "  \"title\": \"Grüße, 世界 \\ud83d\\ude00\", \"after\": 1,\n"
    "\t\"hosts\": [\n"
    "\t\t{ \"nämé\" : \"a\",\t\"on\": true },\r\n"
    "\t\t[ ], { },\n"
    "\t\tnull, -12.5e+3\n"
    "\t],\n"
    "  \"\xf0\x9f\x98\x80\": {\"a/b\": {\"~\": [0, false]}}\n"
    "}\n";

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

/* Time enough for millions of bytes under a sanitizer. */
static inline TCase *case_add(Suite *suite, const char *name, SFun begin, SFun end)
{
    TCase *group = tcase_create(name);
    tcase_add_checked_fixture(group, begin, end);
    tcase_set_timeout(group, 120);
    suite_add_tcase(suite, group);
    return group;
}
#endif
