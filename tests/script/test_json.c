/*
 * The JSON reader, right input: every node keeps its place, its exact number and its meaning, in every locale, from memory
 * and from files. What is wrong or hostile stands in test_json_wrong.c.
 */
#include "json_test.h"
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- places ---- */

static void stands(const struct json *node, enum json_type type, unsigned line, unsigned column, unsigned name_line,
                   unsigned name_column, const char *pointer)
{
    ck_assert_ptr_nonnull(node);
    const char *seen = json_pointer(arena, node);
    ck_assert_msg(strcmp(seen, pointer) == 0, "pointer %s, not %s", seen, pointer);
    ck_assert_msg(node->type == type, "%s is %s", pointer, json_type_name(node->type));
    ck_assert_msg(node->line == line && node->column == column, "%s stands at %u:%u, not at %u:%u", pointer, node->line,
                  node->column, line, column);
    ck_assert_msg(node->name_line == name_line && node->name_column == name_column, "%s: its name stands at %u:%u, not at %u:%u",
                  pointer, node->name_line, node->name_column, name_line, name_column);
}

START_TEST(every_node_knows_its_place)
{
    const struct json *root = parsed(sample);
    stands(root, JSON_OBJECT, 1, 1, 0, 0, "");
    ck_assert_uint_eq(root->count, 4);
    ck_assert_ptr_null(root->name);
    ck_assert_ptr_null(root->parent);
    const struct json *title = root->first;
    stands(title, JSON_TEXT, 2, 12, 2, 3, "/title");
    ck_assert_str_eq(title->text, "Grüße, 世界 \xf0\x9f\x98\x80");
    stands(title->next, JSON_NUMBER, 2, 47, 2, 38, "/after");
    const struct json *hosts = json_member(root, "hosts");
    stands(hosts, JSON_LIST, 3, 11, 3, 2, "/hosts");
    ck_assert_uint_eq(hosts->count, 5);
    ck_assert_uint_eq(hosts->index, 2);
    ck_assert_ptr_eq(hosts->parent, root);
    const struct json *element = hosts->first;
    stands(element, JSON_OBJECT, 4, 3, 0, 0, "/hosts/0");
    stands(element->first, JSON_TEXT, 4, 14, 4, 5, "/hosts/0/nämé");
    stands(element->first->next, JSON_TRUE, 4, 25, 4, 19, "/hosts/0/on");
    ck_assert_ptr_null(element->first->next->next);
    stands(element = element->next, JSON_LIST, 5, 3, 0, 0, "/hosts/1");
    ck_assert_ptr_null(element->first);
    stands(element = element->next, JSON_OBJECT, 5, 8, 0, 0, "/hosts/2");
    stands(element = element->next, JSON_NULL, 6, 3, 0, 0, "/hosts/3");
    stands(element = element->next, JSON_NUMBER, 6, 9, 0, 0, "/hosts/4");
    ck_assert_str_eq(element->text, "-12.5e+3");
    ck_assert_uint_eq(element->index, 4);
    ck_assert_ptr_null(element->name);
    const struct json *last = json_member(root, "\xf0\x9f\x98\x80");
    stands(last, JSON_OBJECT, 8, 8, 8, 3, "/\xf0\x9f\x98\x80");
    stands(last->first->first->first->next, JSON_FALSE, 8, 26, 0, 0, "/\xf0\x9f\x98\x80/a~1b/~0/1");
    ck_assert_ptr_null(last->next);
}
END_TEST

START_TEST(a_document_outlives_what_it_was_read_from)
{
    char file[] = "f.json", source[] = "{\"a\": [\"b\", 12]}";
    struct json_error error;
    const struct json_document *document = json_parse(arena, file, source, strlen(source), &error);
    ck_assert_ptr_nonnull(document);
    memset(file, 'x', strlen(file));
    memset(source, 'x', strlen(source));
    ck_assert_str_eq(document->file, "f.json");
    ck_assert_str_eq(document->source, "{\"a\": [\"b\", 12]}");
    ck_assert_uint_eq(document->source_size, 16);
    ck_assert_str_eq(document->root->first->first->text, "b");
    ck_assert_str_eq(document->root->first->first->next->text, "12");
}
END_TEST

START_TEST(a_text_is_decoded)
{
    const struct json *list = parsed("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\", "
                                     "\"\\u00e9\\uD83D\\ude00\\u20AC\", \"\", \"\x7f\", \"\xf4\x8f\xbf\xbf\xed\x9f\xbf\\ue000\"]");
    ck_assert_str_eq(list->first->text, "\"\\/\b\f\n\r\t");
    ck_assert_str_eq(list->first->next->text, "é\xf0\x9f\x98\x80€");
    ck_assert_str_eq(list->first->next->next->text, "");
    ck_assert_str_eq(list->first->next->next->next->text, "\x7f");
    ck_assert_str_eq(list->first->next->next->next->next->text, "\xf4\x8f\xbf\xbf\xed\x9f\xbf\xee\x80\x80");
}
END_TEST

START_TEST(members_are_found_by_their_whole_name)
{
    const struct json *root = parsed("{\"at\": 1, \"At\": 2, \"\": 3, \"a\\u0062\": 4}");
    uint64_t value = 0;
    ck_assert(json_uint(json_member(root, "at"), &value) && value == 1);
    ck_assert(json_uint(json_member(root, "At"), &value) && value == 2);
    ck_assert(json_uint(json_member(root, ""), &value) && value == 3);
    ck_assert(json_uint(json_member(root, "ab"), &value) && value == 4);
    ck_assert_ptr_null(json_member(root, "AT"));
    ck_assert_ptr_null(json_member(root, "a"));
    ck_assert_ptr_null(json_member(json_member(root, "at"), "at"));
    ck_assert_ptr_null(json_member(NULL, "at"));
    ck_assert_ptr_null(json_member(parsed("[{\"at\": 1}]"), "at"));
}
END_TEST

START_TEST(types_have_names)
{
    ck_assert_str_eq(json_type_name(JSON_NULL), "null");
    ck_assert_str_eq(json_type_name(JSON_FALSE), "false");
    ck_assert_str_eq(json_type_name(JSON_TRUE), "true");
    ck_assert_str_eq(json_type_name(JSON_NUMBER), "a number");
    ck_assert_str_eq(json_type_name(JSON_TEXT), "a text");
    ck_assert_str_eq(json_type_name(JSON_LIST), "a list");
    ck_assert_str_eq(json_type_name(JSON_OBJECT), "an object");
}
END_TEST

/* ---- numbers ---- */

static const struct number {
    const char *spelt;
    bool is_int, is_uint;
    int64_t as_int;
    uint64_t as_uint;
} numbers[] = {
    {"0", true, true, 0, 0},
    {"-0", true, true, 0, 0},
    {"7", true, true, 7, 7},
    {"-1", true, false, -1, 0},
    {"9007199254740993", true, true, INT64_C(9007199254740993), UINT64_C(9007199254740993)},
    {"-9007199254740993", true, false, INT64_C(-9007199254740993), 0},
    {"9223372036854775807", true, true, INT64_MAX, INT64_MAX},
    {"9223372036854775808", false, true, 0, UINT64_C(9223372036854775808)},
    {"18446744073709551615", false, true, 0, UINT64_MAX},
    {"18446744073709551616", false, false, 0, 0},
    {"99999999999999999999999999999999999999", false, false, 0, 0},
    {"-9223372036854775807", true, false, -INT64_MAX, 0},
    {"-9223372036854775808", true, false, INT64_MIN, 0},
    {"-9223372036854775809", false, false, 0, 0},
    {"-18446744073709551615", false, false, 0, 0},
    {"1.0", false, false, 0, 0},
    {"1e3", false, false, 0, 0},
    {"0e0", false, false, 0, 0},
    {"-0.0", false, false, 0, 0},
    {"1.5e400", false, false, 0, 0},
    {"123456789012345678901234567890123456789012345678901234567890123456789.123456789", false, false, 0, 0},
    {"\"7\"", false, false, 0, 0},
    {"true", false, false, 0, 0},
    {"[7]", false, false, 0, 0},
};

START_TEST(numbers_are_exact)
{
    const struct number *number = &numbers[_i];
    const struct json *node = parsed(number->spelt);
    int64_t as_int = 0;
    uint64_t as_uint = 0;
    if (node->type == JSON_NUMBER)
        ck_assert_str_eq(node->text, number->spelt);
    ck_assert_msg(json_int(node, &as_int) == number->is_int && as_int == number->as_int, "%s", number->spelt);
    ck_assert_msg(json_uint(node, &as_uint) == number->is_uint && as_uint == number->as_uint, "%s", number->spelt);
    ck_assert(!json_int(NULL, &as_int) && !json_uint(NULL, &as_uint));
}
END_TEST

START_TEST(no_locale_takes_part)
{
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE", "ps_AF.UTF-8"};
    static const char source[] = "{\"a\":1.5,\"b\":[-0.25e-3,1234567.5,12]}";
    bool foreign = false;
    for (size_t i = 0; i < COUNT(names); i++) {
        if (setlocale(LC_ALL, names[i]) == NULL)
            continue;
        foreign = true;
        char *written = json_write(parsed(source));
        ck_assert_str_eq(written, source);
        free(written);
    }
    setlocale(LC_ALL, "C");
    if (!foreign)
        fprintf(stderr, "test_json: no locale with a decimal comma is installed; its case was not tried\n");
}
END_TEST

/* ---- comparing and writing ---- */

static const struct pair {
    const char *a, *b;
    bool equal;
} pairs[] = {
    {"null", "null", true},
    {"null", "false", false},
    {"true", "false", false},
    {"true", " true\n", true},
    {"1", "1", true},
    {"1", "2", false},
    {"1", "-1", false},
    {"0", "-0", true},
    {"1", "\"1\"", false},
    {"1.5", "1.5", true},
    {"1.5", "1.25", false},
    {"9007199254740992", "9007199254740993", false},
    {"18446744073709551616", "18446744073709551616", true},
    {"18446744073709551616", "18446744073709551617", false},
    {"\"a\"", "\"\\u0061\"", true},
    {"\"a\"", "\"A\"", false},
    {"\"a\"", "\"ab\"", false},
    {"[]", "[ ]", true},
    {"[]", "{}", false},
    {"[1,2]", "[1,2]", true},
    {"[1,2]", "[2,1]", false},
    {"[1,2]", "[1,2,3]", false},
    {"[1,2,3]", "[1,2]", false},
    {"{\"a\":1,\"b\":[2,{}]}", "{\"b\":[2,{}],\"a\":1}", true},
    {"{\"a\":1,\"b\":2}", "{\"a\":2,\"b\":1}", false},
    {"{\"a\":1}", "{\"b\":1}", false},
    {"{\"a\":1}", "{\"a\":1,\"b\":1}", false},
    {"{\"a\":{\"x\":1,\"y\":[{\"p\":1,\"q\":2}]}}", "{\"a\":{\"y\":[{\"q\":2,\"p\":1}],\"x\":1}}", true},
    {"{\"a\":{\"x\":1,\"y\":[{\"p\":1,\"q\":2}]}}", "{\"a\":{\"y\":[{\"q\":1,\"p\":1}],\"x\":1}}", false},
};

START_TEST(values_are_compared_as_values)
{
    const struct json *a = parsed(pairs[_i].a), *b = parsed(pairs[_i].b);
    ck_assert_msg(json_equal(a, b) == pairs[_i].equal, "%s and %s", pairs[_i].a, pairs[_i].b);
    ck_assert_msg(json_equal(b, a) == pairs[_i].equal, "%s and %s", pairs[_i].b, pairs[_i].a);
    ck_assert(json_equal(a, a) && json_equal(b, b));
}
END_TEST

static const char *const writings[][2] = {
    {" null ", "null"},
    {"[ ]", "[]"},
    {"{ }", "{}"},
    {"[ true , false ,null]", "[true,false,null]"},
    {"{ \"b\" : 1 , \"a\" : { \"c\" : [ [ ] ] } }", "{\"b\":1,\"a\":{\"c\":[[]]}}"},
    {"[1.50, -0, 1E+2, 18446744073709551616]", "[1.50,-0,1E+2,18446744073709551616]"},
    {"\"\\u0001\\u001f\\/\\\"\\\\\\n\\t\\r\\b\\f\"", "\"\\u0001\\u001f/\\\"\\\\\\n\\t\\r\\b\\f\""},
    {"{\"\\u00e9\\n\": \"\\ud83d\\ude00\"}", "{\"é\\n\":\"\xf0\x9f\x98\x80\"}"},
};

START_TEST(a_value_is_written_compact)
{
    const struct json *node = parsed(writings[_i][0]);
    char *written = json_write(node);
    ck_assert_str_eq(written, writings[_i][1]);
    ck_assert(json_equal(parsed(written), node));
    free(written);
}
END_TEST

START_TEST(a_part_can_be_written)
{
    char *written = json_write(json_member(parsed("{\"a\": [1, {\"b\": 2}], \"c\": 3}"), "a"));
    ck_assert_str_eq(written, "[1,{\"b\":2}]");
    free(written);
}
END_TEST

/* ---- files ---- */

static char folder[] = "/tmp/wspsim-test-json-XXXXXX";
static char path[sizeof folder + 32];

static void folder_begin(void)
{
    arena_begin();
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/some.json", folder);
}

static void folder_end(void)
{
    unlink(path);
    rmdir(folder);
    arena_end();
}

static void file_write(const char *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

static void read_refused(const char *file, bool environment, unsigned line, unsigned column, const char *message)
{
    struct json_error error = {0};
    bool seen = !environment;
    ck_assert_ptr_null(json_read(arena, file, &error, &seen));
    ck_assert_int_eq(seen, environment);
    ck_assert_str_eq(error.message, message);
    ck_assert_str_eq(error.pointer, "");
    ck_assert_uint_eq(error.line, line);
    ck_assert_uint_eq(error.column, column);
}

START_TEST(a_file_is_read)
{
    struct json_error error = {0};
    bool environment = true;
    file_write(sample, strlen(sample));
    const struct json_document *document = json_read(arena, path, &error, &environment);
    ck_assert_ptr_nonnull(document);
    ck_assert(!environment);
    ck_assert_str_eq(document->file, path);
    ck_assert_str_eq(document->source, sample);
    ck_assert(json_equal(document->root, parsed(sample)));
}
END_TEST

START_TEST(a_wrong_file_is_the_writers_mistake)
{
    file_write("", 0);
    read_refused(path, false, 1, 1, "the file is empty");
    file_write("{}\n\n x", 6);
    read_refused(path, false, 3, 2, "nothing may follow the document, which ends at 1:2");
    ck_assert_int_eq(truncate(path, (off_t)64 * 1024 * 1024 + 1), 0);
    read_refused(path, false, 1, 1, "the file is bigger than 64 MiB, the most a scenario may have");
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_the_environments_fault)
{
    char below[sizeof path + 8], name[401] = {0};
    memset(name, 'x', 400);
    read_refused(path, true, 1, 1, "there is no such file");
    read_refused("", true, 1, 1, "there is no such file");
    read_refused(folder, true, 1, 1, "this is a directory, not a file");
    read_refused(name, true, 1, 1, "the name of the file is too long");
    file_write("{}", 2);
    snprintf(below, sizeof below, "%s/x", path);
    read_refused(below, true, 1, 1, "there is no such file: a part of its path is not a directory");
    if (geteuid() != 0) { /* the superuser may read everything */
        ck_assert_int_eq(chmod(path, 0), 0);
        read_refused(path, true, 1, 1, "the file may not be read (permission denied)");
    }
    unlink(path);
    ck_assert_int_eq(symlink("some.json", path), 0);
    read_refused(path, true, 1, 1, "the file cannot be found: its symbolic links form a loop");
}
END_TEST

START_TEST(standard_input_is_read)
{
    int kept = dup(STDIN_FILENO), ends[2];
    struct json_error error = {0};
    bool environment = true;
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    ck_assert_int_eq(write(ends[1], "{\"a\": 1}", 8), 8);
    close(ends[1]);
    const struct json_document *document = json_read(arena, "-", &error, &environment);
    ck_assert_ptr_nonnull(document);
    ck_assert(!environment);
    ck_assert_str_eq(document->file, "-");
    ck_assert_uint_eq(document->root->count, 1);
    read_refused("-", false, 1, 1, "the file is empty"); /* its end stays its end */
    close(STDIN_FILENO);
    char message[64];
    snprintf(message, sizeof message, "the file cannot be read (system error %d)", EBADF);
    read_refused("-", true, 1, 1, message);
    if (kept >= 0) {
        dup2(kept, STDIN_FILENO);
        close(kept);
    }
}
END_TEST

static Suite *json_suite(void)
{
    Suite *suite = suite_create("script/json");
    TCase *right = case_add(suite, "right input", arena_begin, arena_end);
    tcase_add_test(right, every_node_knows_its_place);
    tcase_add_test(right, a_document_outlives_what_it_was_read_from);
    tcase_add_test(right, a_text_is_decoded);
    tcase_add_test(right, members_are_found_by_their_whole_name);
    tcase_add_test(right, types_have_names);
    tcase_add_loop_test(right, numbers_are_exact, 0, (int)COUNT(numbers));
    tcase_add_test(right, no_locale_takes_part);
    tcase_add_loop_test(right, values_are_compared_as_values, 0, (int)COUNT(pairs));
    tcase_add_loop_test(right, a_value_is_written_compact, 0, (int)COUNT(writings));
    tcase_add_test(right, a_part_can_be_written);
    TCase *files = case_add(suite, "files", folder_begin, folder_end);
    tcase_add_test(files, a_file_is_read);
    tcase_add_test(files, a_wrong_file_is_the_writers_mistake);
    tcase_add_test(files, a_file_that_cannot_be_read_is_the_environments_fault);
    tcase_add_test(files, standard_input_is_read);
    return suite;
}

int main(void)
{
    return suite_main(json_suite());
}
