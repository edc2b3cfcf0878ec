/*
 * The JSON reader, wrong input: every mistake of a scenario's text has its place, its pointer and its sentence, and no bytes
 * of any kind do more than be refused.
 */
#include "json_test.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void refused(const char *source, size_t size, unsigned line, unsigned column, const char *pointer, const char *message)
{
    struct json_error error = {0};
    const struct json_document *document = json_parse(arena, "some.json", source, size, &error);
    ck_assert_msg(document == NULL, "accepted: %.*s", (int)size, source);
    ck_assert_msg(error.line == line && error.column == column, "%s\nstands at %u:%u, not at %u:%u: %s", source, error.line,
                  error.column, line, column, error.message);
    ck_assert_msg(strcmp(error.pointer, pointer) == 0, "%s\nhas pointer \"%s\", not \"%s\"", source, error.pointer, pointer);
    ck_assert_msg(strcmp(error.message, message) == 0, "%s\nsays: %s\n not: %s", source, error.message, message);
}

/* ---- wrong input ---- */

#define SINGLE "a text stands in double quotes, not in single quotes"
#define TYPOGRAPHIC "a text stands in straight double quotes, not in typographic ones"
#define ESCAPE "this escape is not JSON, which has \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX"
#define HEX_ESCAPE "this escape is not JSON: \\u needs four hexadecimal digits"
#define FIRST_HALF "this escape is the first half of a surrogate pair, and the second half is missing"
#define SECOND_HALF "this escape is the second half of a surrogate pair, and the first half is missing"
#define NOT_UTF8 "the bytes here are not UTF-8"
#define NO_TEXT(word) "\"" word "\" is not a JSON value; a text must stand in double quotes"
#define NO_NUMBER(word) "\"" word "\" is not a JSON number"
#define NO_HEX(word) NO_NUMBER(word) "; write it in decimal digits, or as a text in double quotes"
#define TRAILING(bracket) "a trailing comma: nothing follows it before the \"" bracket "\""
#define MORE_IN_OBJECT "a comma or \"}\" must follow here"
#define MORE_IN_LIST "a comma or \"]\" must follow here"
#define ZERO "a number must not begin with a needless zero"
#define EXPONENT "a digit must follow in the exponent"
#define FRACTION "a digit must follow the decimal point"
#define LINE_END "a text must end before the end of the line"
#define COLON "a colon must follow the name of a member"
#define CONTROL "a control character stands here; JSON knows only plain spaces, tabs and line ends"
#define NUL "a NUL byte stands here, which JSON does not have"

static const struct wrong {
    const char *source;
    unsigned line, column;
    const char *pointer, *message;
} wrongs[] = {
    /* nothing, or not quite text */
    {"", 1, 1, "", "the file is empty"},
    {" ", 1, 2, "", "the file holds only white space"},
    {"\n\n\t", 3, 2, "", "the file holds only white space"},
    {"\xef\xbb\xbf{}", 1, 1, "", "the file begins with a byte-order mark, which JSON does not have"},
    {"{}\xef\xbb\xbf", 1, 3, "", "an invisible character (a byte-order mark) stands here"},
    {"\xff\xfe{", 1, 1, "", "the file is UTF-16, but JSON is UTF-8"},
    {"\xfe\xff", 1, 1, "", "the file is UTF-16, but JSON is UTF-8"},
    {"[1,\xc2\xa0" "2]", 1, 4, "", "this is a no-break space; JSON knows only plain spaces, tabs and line ends"},
    {"[\xe2\x80\x8b]", 1, 2, "", "an invisible character (a zero-width space) stands here"},
    {"[\v]", 1, 2, "", CONTROL},
    {"[1\f]", 1, 3, "", CONTROL},
    {"[\x7f]", 1, 2, "", CONTROL},
    {"[\x80]", 1, 2, "", NOT_UTF8},
    {"\xc3\xa4", 1, 1, "", "a value must stand here"},
    /* after the end */
    {"{} {}", 1, 4, "", "nothing may follow the document, which ends at 1:2"},
    {"[1]\n\n  x", 3, 3, "", "nothing may follow the document, which ends at 1:3"},
    {"1 2", 1, 3, "", "nothing may follow the document, which ends at 1:1"},
    {"{},", 1, 3, "", "nothing may follow the document, which ends at 1:2"},
    {"{}}", 1, 3, "", "this \"}\" closes nothing"},
    {"[]]", 1, 3, "", "this \"]\" closes nothing"},
    {"}", 1, 1, "", "this \"}\" closes nothing"},
    {",", 1, 1, "", "a value must stand before this comma"},
    /* cut off */
    {"{", 1, 2, "", "the file ends before the object that begins at 1:1 is closed"},
    {"[\n", 2, 1, "", "the file ends before the list that begins at 1:1 is closed"},
    {"{\"a\": [1, 2", 1, 12, "/a", "the file ends before the list that begins at 1:7 is closed"},
    {"{\"a\": [1, 2]", 1, 13, "", "the file ends before the object that begins at 1:1 is closed"},
    {"{\"a\"", 1, 5, "/a", "the file ends before the object that begins at 1:1 is closed"},
    {"{\"a\":", 1, 6, "/a", "the file ends before the object that begins at 1:1 is closed"},
    {"[1,", 1, 4, "", "the file ends before the list that begins at 1:1 is closed"},
    {"{\"a\": \"b", 1, 9, "/a", "the file ends inside the text that begins at 1:7"},
    {"[\"a\\", 1, 4, "/0", "the file ends inside the text that begins at 1:2"},
    {"{\"a", 1, 4, "", "the file ends inside the text that begins at 1:2"},
    {"[tru", 1, 2, "/0", NO_TEXT("tru")},
    /* commas, colons and brackets */
    {"[1, 2, ]", 1, 6, "", TRAILING("]")},
    {"{\"a\": 1,\n}", 1, 8, "", TRAILING("}")},
    {"{\"a\": [ {\"b\": 1,} ]}", 1, 16, "/a/0", TRAILING("}")},
    {"[,]", 1, 2, "", "a value must stand before this comma"},
    {"[1,,2]", 1, 4, "", "a value must stand before this comma"},
    {"{,}", 1, 2, "", "a member must stand before this comma"},
    {"{\"a\":1,,}", 1, 8, "", "a member must stand before this comma"},
    {"{\"a\": 1 \"b\": 2}", 1, 8, "", MORE_IN_OBJECT},
    {"{\n  \"a\": 1\n  \"b\": 2\n}", 2, 9, "", MORE_IN_OBJECT},
    {"{\"a\": 1; \"b\": 2}", 1, 8, "", MORE_IN_OBJECT},
    {"{\"a\": 1  ; \"b\": 2}", 1, 10, "", MORE_IN_OBJECT},
    {"[{}{}]", 1, 4, "", MORE_IN_LIST},
    {"[\"a\" 5]", 1, 5, "", MORE_IN_LIST},
    {"[\"a\": 1]", 1, 5, "", MORE_IN_LIST},
    {"[[1] [2]]", 1, 5, "", MORE_IN_LIST},
    {"{\"a\" 1}", 1, 5, "/a", COLON},
    {"{\"a\"\n1}", 1, 5, "/a", COLON},
    {"{\"a\" = 1}", 1, 6, "/a", COLON},
    {"{\"a\"}", 1, 5, "/a", "the member \"a\" has no value"},
    {"{\"a\"]", 1, 5, "/a", "the member \"a\" has no value"},
    {"{\"a\", \"b\": 1}", 1, 5, "/a", "the member \"a\" has no value"},
    {"{\"a\": }", 1, 7, "/a", "the member \"a\" has no value"},
    {"{\"a\": , \"b\": 1}", 1, 7, "/a", "the member \"a\" has no value"},
    {"{\"\\u0061\\n\": ]", 1, 14, "/a\n", "the member \"a\\n\" has no value"},
    {"{\"a\":: 1}", 1, 6, "/a", NO_TEXT(":")},
    {"{: 1}", 1, 2, "", "the name of a member must stand before this colon"},
    {"{]", 1, 2, "", "a \"}\" must close the object that begins at 1:1, not a \"]\""},
    {"[1}", 1, 3, "", "a \"]\" must close the list that begins at 1:1, not a \"}\""},
    {"{\"x\":\n [1,2}", 2, 6, "/x", "a \"]\" must close the list that begins at 2:2, not a \"}\""},
    {"[{\"a\":1]", 1, 8, "/0", "a \"}\" must close the object that begins at 1:2, not a \"]\""},
    {"[(1)]", 1, 2, "/0", "a value must stand here"},
    {"{\"a\": ;}", 1, 7, "/a", "a value must stand here"},
    /* names */
    {"{at: 1}", 1, 2, "", "the name of a member must stand in double quotes: \"at\""},
    {"{5: 1}", 1, 2, "", "the name of a member must stand in double quotes: \"5\""},
    {"{\"a\":1, null: 1}", 1, 9, "", "the name of a member must stand in double quotes: \"null\""},
    {"{{}}", 1, 2, "", "the name of a member, in double quotes, or \"}\" must stand here"},
    {"{\"a\":1, {}}", 1, 9, "", "the name of a member must stand here, in double quotes"},
    {"{'a': 1}", 1, 2, "", SINGLE},
    {"{\"a\": 1, \"a\": 1}", 1, 10, "/a", "the member \"a\" stands twice (first at 1:2)"},
    {"{\"x\": [ {\"at\": \"0\",\n \"by\": 1, \"a\\u0074\": 2} ]}", 2, 11, "/x/0/at",
     "the member \"at\" stands twice (first at 1:10)"},
    {"{\"a\":1, \"b\":{\"c\":1,\n\"c\":2}, \"a\":3}", 2, 1, "/b/c", "the member \"c\" stands twice (first at 1:14)"},
    {"{\"a\":1,\"a\":2,\"a\":3}", 1, 8, "/a", "the member \"a\" stands twice (first at 1:2)"},
    {"{\"\":1,\"\":2}", 1, 7, "/", "the member \"\" stands twice (first at 1:2)"},
    {"{\"ä~/\":1,\"ä~/\":2}", 1, 10, "/ä~0~1", "the member \"ä~/\" stands twice (first at 1:2)"},
    {"{\"a234567890b234567890c234567890d234567890e2345678\":]", 1, 53, "/a234567890b234567890c234567890d234567890e2345678",
     "the member \"a234567890b234567890c234567890d234567890e2345678\" has no value"},
    {"{\"a234567890b234567890c234567890d234567890e23456äö\":]", 1, 53, "/a234567890b234567890c234567890d234567890e23456äö",
     "the member \"a234567890b234567890c234567890d234567890e23456ä...\" has no value"},
    {"{\"a234567890b234567890c234567890d234567890e234567äö\":]", 1, 54, "/a234567890b234567890c234567890d234567890e234567äö",
     "the member \"a234567890b234567890c234567890d234567890e234567...\" has no value"},
    /* comments and foreign quotes */
    {"// a\n{}", 1, 1, "", "JSON has no comments"},
    {"{ /* a */ }", 1, 3, "", "JSON has no comments"},
    {"[1, # one\n2]", 1, 5, "", "JSON has no comments"},
    {"[1// one\n]", 1, 3, "", "JSON has no comments"},
    {"[true/**/]", 1, 6, "", "JSON has no comments"},
    {"{\"a\" // b\n: 1}", 1, 6, "/a", "JSON has no comments"},
    {"['a']", 1, 2, "", SINGLE},
    {"[`a`]", 1, 2, "", SINGLE},
    {"[\xe2\x80\x9c" "a\xe2\x80\x9d]", 1, 2, "", TYPOGRAPHIC},
    {"{\xe2\x80\x9e" "a\": 1}", 1, 2, "", TYPOGRAPHIC},
    /* texts */
    {"[\"abc\n\"]", 1, 6, "/0", LINE_END},
    {"[\"abc\r\n\"]", 1, 6, "/0", LINE_END},
    {"{\"at: 1,\n \"b\": 2}", 1, 9, "", LINE_END},
    {"[\"a\tb\"]", 1, 4, "/0", "a tab within a text is written \\t"},
    {"[\"\x01\"]", 1, 3, "/0", "a control character within a text is written \\u0001"},
    {"[\"\x1f\"]", 1, 3, "/0", "a control character within a text is written \\u001f"},
    {"[\"a\\q\"]", 1, 4, "/0", ESCAPE},
    {"[\"\\'\"]", 1, 3, "/0", ESCAPE},
    {"[\"\\x41\"]", 1, 3, "/0", ESCAPE},
    {"[\"\\\n\"]", 1, 3, "/0", ESCAPE},
    {"{\"äö\\ä\": 1}", 1, 5, "", ESCAPE},
    {"[\"\\u12g4\"]", 1, 3, "/0", HEX_ESCAPE},
    {"[\"\\u12\"]", 1, 3, "/0", HEX_ESCAPE},
    {"[\"\\u+123\"]", 1, 3, "/0", HEX_ESCAPE},
    {"[\"\\u 123\"]", 1, 3, "/0", HEX_ESCAPE},
    {"[\"\\U0041\"]", 1, 3, "/0", ESCAPE},
    {"[\"a\\u0000\"]", 1, 4, "/0", "\\u0000 cannot stand in a text here: texts hold no NUL"},
    {"[\"\\ud83d\"]", 1, 3, "/0", FIRST_HALF},
    {"[\"\\ud83dx\"]", 1, 3, "/0", FIRST_HALF},
    {"[\"\\ud83d\\n\"]", 1, 3, "/0", FIRST_HALF},
    {"[\"\\ud83d\\u0041\"]", 1, 3, "/0", FIRST_HALF},
    {"[\"\\ud83d\\ud83d\"]", 1, 3, "/0", FIRST_HALF},
    {"[\"\\ud83d\\ue000\"]", 1, 3, "/0", FIRST_HALF},
    {"[\"\\udc00\"]", 1, 3, "/0", SECOND_HALF},
    {"[\"\\udfff\\ud800\"]", 1, 3, "/0", SECOND_HALF},
    {"[\"ä\x80\"]", 1, 4, "/0", NOT_UTF8},
    {"[\"\xc0\xaf\"]", 1, 3, "/0", NOT_UTF8},
    {"[\"\xe0\x80\x80\"]", 1, 3, "/0", NOT_UTF8},
    {"[\"\xed\xa0\x80\"]", 1, 3, "/0", NOT_UTF8},
    {"[\"\xf0\x80\x80\x80\"]", 1, 3, "/0", NOT_UTF8},
    {"[\"\xf4\x90\x80\x80\"]", 1, 3, "/0", NOT_UTF8},
    {"[\"\xf5\x80\x80\x80\"]", 1, 3, "/0", NOT_UTF8},
    {"[\"\xe2\x82\"]", 1, 3, "/0", NOT_UTF8},
    {"[\"\xe2\x82", 1, 3, "/0", NOT_UTF8},
    /* numbers */
    {"[01]", 1, 2, "/0", ZERO},
    {"[1, -01]", 1, 6, "/1", ZERO},
    {"[00]", 1, 2, "/0", ZERO},
    {"[00.5]", 1, 2, "/0", ZERO},
    {"[+1]", 1, 2, "/0", "a number must not begin with \"+\""},
    {"[.5]", 1, 2, "/0", "a digit must stand before the decimal point"},
    {"[-.5]", 1, 3, "/0", "a digit must stand before the decimal point"},
    {"[-]", 1, 3, "/0", "a digit must follow the \"-\""},
    {"[--1]", 1, 3, "/0", "a digit must follow the \"-\""},
    {"[1.]", 1, 4, "/0", FRACTION},
    {"[1.e5]", 1, 4, "/0", FRACTION},
    {"[1e]", 1, 4, "/0", EXPONENT},
    {"[1E+]", 1, 5, "/0", EXPONENT},
    {"[1e+-2]", 1, 5, "/0", EXPONENT},
    {"[1.5.2]", 1, 2, "/0", NO_TEXT("1.5.2")},
    {"[1e5e5]", 1, 2, "/0", NO_TEXT("1e5e5")},
    {"[1-2]", 1, 2, "/0", NO_TEXT("1-2")},
    {"[0x1F]", 1, 2, "/0", NO_HEX("0x1F")},
    {"[-0Xab]", 1, 2, "/0", NO_HEX("-0Xab")},
    {"[0x]", 1, 2, "/0", NO_TEXT("0x")},
    {"[1_000]", 1, 2, "/0", NO_TEXT("1_000")},
    {"[1,5, 1,5ms]", 1, 9, "/3", NO_TEXT("5ms")},
    {"{\"at\": 5ms}", 1, 8, "/at", NO_TEXT("5ms")},
    {"{\"at\": +5ms}", 1, 8, "/at", NO_TEXT("+5ms")},
    {"{\"loss\": 1/1000}", 1, 10, "/loss", NO_TEXT("1/1000")},
    {"{\"loss\": 0.1%}", 1, 10, "/loss", NO_TEXT("0.1%")},
    {"[192.0.2.10/24]", 1, 2, "/0", NO_TEXT("192.0.2.10/24")},
    {"[2001:db8::1]", 1, 2, "/0", NO_TEXT("2001:db8::1")},
    {"[NaN]", 1, 2, "/0", NO_NUMBER("NaN")},
    {"[nan]", 1, 2, "/0", NO_NUMBER("nan")},
    {"[Infinity]", 1, 2, "/0", NO_NUMBER("Infinity")},
    {"[-Infinity]", 1, 2, "/0", NO_NUMBER("-Infinity")},
    /* words */
    {"[True]", 1, 2, "/0", "\"True\" is not JSON; write true"},
    {"[FALSE]", 1, 2, "/0", "\"FALSE\" is not JSON; write false"},
    {"[None]", 1, 2, "/0", "\"None\" is not JSON; write null"},
    {"[undefined]", 1, 2, "/0", "\"undefined\" is not JSON; write null"},
    {"[truex]", 1, 2, "/0", NO_TEXT("truex")},
    {"[true1]", 1, 2, "/0", NO_TEXT("true1")},
    {"{\"do\": socket}", 1, 8, "/do", NO_TEXT("socket")},
    {"{\"a/b\": {\"~\": [0, [x]]}}", 1, 20, "/a~1b/~0/1/0", NO_TEXT("x")},
};

START_TEST(wrong_input_is_refused_at_its_place)
{
    const struct wrong *wrong = &wrongs[_i];
    refused(wrong->source, strlen(wrong->source), wrong->line, wrong->column, wrong->pointer, wrong->message);
}
END_TEST

START_TEST(nul_bytes_are_refused)
{
    refused("[1,\0 2]", 7, 1, 4, "", NUL);
    refused("\0", 1, 1, 1, "", NUL);
    refused("{}\0", 3, 1, 3, "", NUL);
    refused("[\"a\0b\"]", 7, 1, 4, "/0", NUL);
    refused("[\"a\\\0b\"]", 8, 1, 4, "/0", ESCAPE);
    refused("[1\0]", 4, 1, 3, "", NUL);
}
END_TEST

/* ---- hostile input ---- */

/* Whatever the bytes are: a place within the text and a sentence, or a document that survives writing and reading. */
static bool survives(const char *source, size_t size)
{
    struct arena *own = arena_new();
    char *exact = malloc(size > 0 ? size : 1); /* without a terminator, so that reading beyond the end is seen */
    ck_assert_ptr_nonnull(exact);
    if (size > 0)
        memcpy(exact, source, size);
    struct json_error error = {0};
    const struct json_document *document = json_parse(own, "hostile", exact, size, &error), *again;
    free(exact);
    if (document == NULL) {
        unsigned lines = 1;
        for (size_t i = 0; i < size; i++)
            lines += source[i] == '\n';
        ck_assert(error.message != NULL && error.message[0] != '\0' && error.pointer != NULL);
        ck_assert(error.line >= 1 && error.line <= lines && error.column >= 1 && error.column <= size + 1);
    } else {
        char *written = json_write(document->root);
        again = json_parse(own, "again", written, strlen(written), &error);
        ck_assert_msg(again != NULL, "written, but not read: %s: %s", written, error.message);
        ck_assert(json_equal(document->root, again->root));
        free(written);
    }
    arena_free(own);
    return document != NULL;
}

START_TEST(a_document_cut_anywhere_is_refused)
{
    size_t size = strlen(sample), whole = size - 1; /* the last line end may be missing */
    for (size_t cut = 0; cut < whole; cut++)
        ck_assert_msg(!survives(sample, cut), "accepted when cut at byte %zu", cut);
    ck_assert(survives(sample, whole) && survives(sample, size));
}
END_TEST

static uint64_t draw_state = 1;

static uint64_t draw(uint64_t below)
{
    draw_state = draw_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (draw_state >> 33) % below;
}

START_TEST(random_bytes_do_no_harm)
{
    static const char alphabet[] = "{}[]\":,\\u0d8c/ntre+-.1 \n\xc3\xa4\xf0\x9f";
    for (int round = 0; round < 20000; round++) {
        char bytes[64];
        size_t size = (size_t)draw(sizeof bytes);
        for (size_t i = 0; i < size; i++)
            bytes[i] = (char)(round % 2 == 0 ? (int)draw(256) : alphabet[draw(sizeof alphabet)]);
        survives(bytes, size);
    }
}
END_TEST

START_TEST(changed_bytes_do_no_harm)
{
    char bytes[sizeof sample];
    int accepted = 0;
    for (int round = 0; round < 20000; round++) {
        memcpy(bytes, sample, sizeof sample);
        size_t size = sizeof sample - 1;
        for (uint64_t changes = 1 + draw(3); changes > 0; changes--) {
            size_t at = (size_t)draw(size);
            bytes[at] = draw(2) == 0 ? bytes[draw(size)] : (char)draw(256);
        }
        accepted += survives(bytes, size);
    }
    ck_assert_int_gt(accepted, 0);
    ck_assert_int_lt(accepted, 20000);
}
END_TEST

/* `count` times one text, the middle, `count` times another. The caller frees. */
static char *nested(size_t count, const char *open, const char *middle, const char *close)
{
    size_t size = count * (strlen(open) + strlen(close)) + strlen(middle) + 1;
    char *text = malloc(size), *at = text;
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < count; i++, at += strlen(open))
        memcpy(at, open, strlen(open));
    memcpy(at, middle, strlen(middle));
    at += strlen(middle);
    for (size_t i = 0; i < count; i++, at += strlen(close))
        memcpy(at, close, strlen(close));
    *at = '\0';
    return text;
}

START_TEST(nesting_ends_at_64)
{
    static const char message[] = "lists and objects may stand in each other at most 64 deep";
    char *lists = nested(64, "[", "1", "]"), *objects = nested(64, "{\"a\":", "1", "}");
    char *below = nested(64, "/0", "", ""), *deeper = nested(65, "[", "", "]"), *deepest = nested(1000000, "[", "", "");
    char *names = nested(64, "/a", "", ""), *inner = nested(65, "{\"a\":", "1", "}");
    const struct json *node = parsed(lists);
    while (node->first != NULL)
        node = node->first;
    ck_assert_str_eq(json_pointer(arena, node), below);
    ck_assert(survives(lists, strlen(lists)) && survives(objects, strlen(objects)));
    refused(deeper, strlen(deeper), 1, 65, below, message);
    refused(deepest, strlen(deepest), 1, 65, below, message);
    refused(inner, strlen(inner), 1, 64 * 5 + 1, names, message);
    free(lists), free(objects), free(below), free(deeper), free(deepest), free(names), free(inner);
}
END_TEST

START_TEST(many_members_are_no_burden)
{
    enum { MEMBERS = 100000 };
    char *source = malloc((size_t)MEMBERS * 16 + 64), *other = malloc((size_t)MEMBERS * 16 + 64);
    ck_assert(source != NULL && other != NULL);
    size_t size = 0, other_size = 0;
    for (int i = 0; i < MEMBERS; i++) {
        size += (size_t)sprintf(source + size, "%c\"m%d\":%d", i == 0 ? '{' : ',', i, i);
        int turned = MEMBERS - 1 - i;
        other_size += (size_t)sprintf(other + other_size, "%c\"m%d\":%d", i == 0 ? '{' : ',', turned, turned);
    }
    strcpy(source + size, "}");
    strcpy(other + other_size, "}");
    ck_assert(json_equal(parsed(source), parsed(other)));
    strcpy(source + size, ",\n\"m99999\":1}");
    char expected[96];
    snprintf(expected, sizeof expected, "the member \"m99999\" stands twice (first at 1:%zu)",
             size - strlen("\"m99999\":99999") + 1);
    refused(source, strlen(source), 2, 1, "/m99999", expected);
    free(source), free(other);
}
END_TEST

START_TEST(too_big_is_refused)
{
    size_t most = (size_t)64 * 1024 * 1024;
    char *source = malloc(most + 1);
    ck_assert_ptr_nonnull(source);
    memset(source, ' ', most + 1);
    source[0] = '7';
    ck_assert(survives(source, most));
    refused("7", most + 1, 1, 1, "", "the file is bigger than 64 MiB, the most a scenario may have");
    for (size_t i = 0; i < most; i++)
        source[i] = i == 0 ? '[' : i % 2 == 1 ? '1' : ',';
    refused(source, most, 1, 2 * ((1u << 22) - 1) + 2, "/4194303",
            "the file holds more than 4194304 values, the most a scenario may have");
    free(source);
}
END_TEST

static Suite *json_suite(void)
{
    Suite *suite = suite_create("script/json, wrong input");
    TCase *wrong = case_add(suite, "wrong input", arena_begin, arena_end);
    tcase_add_loop_test(wrong, wrong_input_is_refused_at_its_place, 0, (int)COUNT(wrongs));
    tcase_add_test(wrong, nul_bytes_are_refused);
    TCase *hostile = case_add(suite, "hostile input", arena_begin, arena_end);
    tcase_add_test(hostile, a_document_cut_anywhere_is_refused);
    tcase_add_test(hostile, random_bytes_do_no_harm);
    tcase_add_test(hostile, changed_bytes_do_no_harm);
    tcase_add_test(hostile, nesting_ends_at_64);
    tcase_add_test(hostile, many_members_are_no_burden);
    tcase_add_test(hostile, too_big_is_refused);
    return suite;
}

int main(void)
{
    return suite_main(json_suite());
}
