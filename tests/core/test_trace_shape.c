/*
 * Fields in two parts: shape and values together give the same bytes again, whatever stands in them; parts that do not belong
 * together are refused.
 */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/trace_form.h"

static int64_t now_ns;

static struct trace_row row_of(struct trace *trace)
{
    struct trace_row row;
    ck_assert(trace_read(trace, *trace_newest(trace), &row));
    return row;
}

static void comes_back(const struct trace_row *row, bool with_keys)
{
    struct text json = {0}, shape = {0}, fields = {0}, scratch = {0};
    form_split(&json, &shape, row->detail, row->detail_size, with_keys);
    ck_assert_msg(form_join(&fields, &scratch, json.bytes, json.length, (const uint8_t *)shape.bytes, shape.length, with_keys), "%.*s",
                  (int)json.length, json.bytes);
    ck_assert_uint_eq(fields.length, row->detail_size);
    if (fields.length > 0)
        ck_assert_mem_eq(fields.bytes, row->detail, fields.length);
    text_free(&json), text_free(&shape), text_free(&fields), text_free(&scratch);
}

/* Every kind of value, and of each the ends. */
static void every_kind(struct trace *trace)
{
    static const char *const texts[] = {"", "a", "1234567", "12345678", "123456789", "a \"quote\" and \\ and \b\f\n\r\t\x01\x7f", "é€😀", "\xff\xfe", "half \xc3"};
    static const int64_t numbers[] = {0, -1, 9, 10, 99, 100, 4294967295, 4294967296, INT64_C(9007199254740992), INT64_C(9007199254740993), INT64_MIN, INT64_MAX};
    ck_assert(trace_begin(trace, LAYER_NET, "v", "a", "o"));
    trace_list(trace, "texts");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) trace_text(trace, "", texts[i]);
    trace_text(trace, "", NULL);
    trace_close(trace);
    trace_map(trace, "numbers");
    trace_list(trace, "signed");
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) trace_int(trace, "", numbers[i]), trace_uint(trace, "", (uint64_t)numbers[i]);
    trace_close(trace);
    trace_close(trace);
    trace_bool(trace, "yes", true), trace_bool(trace, "no", false);
    trace_bytes(trace, "bytes", "\0\xff\x10", 3), trace_bytes(trace, "none", "", 0);
    trace_list(trace, "empty"), trace_close(trace);
    trace_text(trace, "a key of more than eight letters", "x");
    trace_end(trace);
}

START_TEST(every_kind_comes_back)
{
    struct trace *trace = trace_new(&now_ns);
    every_kind(trace);
    struct trace_row row = row_of(trace);
    comes_back(&row, _i == 1);
    trace_free(trace);
}
END_TEST

static void reads(const struct text *text, const char *wanted)
{
    ck_assert_msg(text->length == strlen(wanted) && memcmp(text->bytes, wanted, text->length) == 0, "%.*s", (int)text->length, text->bytes);
}

START_TEST(the_parts_read_well)
{
    struct trace *trace = trace_new(&now_ns);
    struct text json = {0}, shape = {0}, keys = {0};
    ck_assert(trace_begin(trace, LAYER_NET, "v", "a", "o"));
    trace_uint(trace, "size", 60), trace_text(trace, "foreign", "\xff"), trace_map(trace, "m"), trace_bool(trace, "in", true), trace_close(trace);
    trace_uint(trace, "big", UINT64_MAX), trace_text(trace, "last", "é"), trace_end(trace);
    struct trace_row row = row_of(trace);
    form_split(&json, &shape, row.detail, row.detail_size, false);
    form_shape_keys(&keys, (const uint8_t *)shape.bytes, shape.length);
    reads(&json, "[60,\"ff\",{\"in\":true},\"18446744073709551615\",\"é\"]");
    reads(&keys, "[\"size\",\"foreign\",\"m\",\"big\",\"last\"]");
    text_free(&json), text_free(&shape), text_free(&keys);
    trace_free(trace);
}
END_TEST

/* Each number of digits, and each power's neighbours: the JSON is what printf says. */
START_TEST(numbers_are_decimal)
{
    struct trace *trace = trace_new(&now_ns);
    uint64_t power = 1;
    for (int digits = 1; digits <= 16; digits++, power *= 10)
        for (int off = -1; off <= 1; off++) {
            char wanted[40];
            struct text json = {0}, shape = {0};
            ck_assert(trace_begin(trace, LAYER_NET, "v", "a", "o"));
            trace_uint(trace, "n", power + (uint64_t)off), trace_end(trace);
            struct trace_row row = row_of(trace);
            form_split(&json, &shape, row.detail, row.detail_size, false);
            snprintf(wanted, sizeof wanted, "[%llu]", (unsigned long long)(power + (uint64_t)off));
            reads(&json, wanted);
            text_free(&json), text_free(&shape);
        }
    trace_free(trace);
}
END_TEST

static bool joins(const char *json, const char *shape, size_t size)
{
    struct text fields = {0}, scratch = {0};
    bool good = form_join(&fields, &scratch, json, strlen(json), (const uint8_t *)shape, size, false);
    text_free(&fields), text_free(&scratch);
    return good;
}

START_TEST(parts_of_others_are_refused)
{
    static const struct { const char *json, *shape; size_t size; } cases[] = {
        {"", "\2\1n", 4}, {"[", "\2\1n", 4}, {"[1", "\2\1n", 4}, {"[1]x", "\2\1n", 4}, {"[-1]", "\2\1n", 4}, {"[x]", "\2\1n", 4},
        {"[18446744073709551616]", "\2\1n", 4}, {"[9223372036854775808]", "\1\1n", 4}, {"[1,2]", "\2\1n", 4}, {"[1]", "\2\1n\0\2\1n", 8},
        {"[\"1]", "\2\1n", 4}, {"[\"a]", "\5\1n", 4}, {"[\"\\q\"]", "\5\1n", 4}, {"[\"\\u0100\"]", "\5\1n", 4}, {"[\"\\u00\"]", "\5\1n", 4},
        {"[\"abc\"]", "\6\1n", 4}, {"[\"0g\"]", "\6\1n", 4}, {"[tru]", "\3\1n", 4}, {"[nul]", "\4\1n", 4}, {"[1]", "\13\1n", 4}, {"[[]", "\7\1n", 4},
        {"[]]", "\11", 1}, {"[1]", "\2\377n", 4}, {"[1]", "\2", 1}, {"[1]", "", 0}, {"{\"n\":1}", "\2\1n", 4},
    };
    ck_assert(joins("[1]", "\2\1n", 4) && joins("[]", "", 0) && joins("[[]]", "\7\1n\0\11", 5));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(!joins(cases[i].json, cases[i].shape, cases[i].size), "%zu: %s", i, cases[i].json);
}
END_TEST

START_TEST(changed_parts_never_crash)
{
    struct trace *trace = trace_new(&now_ns);
    struct text json = {0}, shape = {0}, fields = {0}, scratch = {0};
    uint64_t state = 1;
    unsigned refused = 0;
    every_kind(trace);
    struct trace_row row = row_of(trace);
    form_split(&json, &shape, row.detail, row.detail_size, true);
    for (int round = 0; round < 20000; round++) {
        char *copies[2] = {malloc(json.length), malloc(shape.length)}; /* of their own size: a byte too far is seen */
        memcpy(copies[0], json.bytes, json.length), memcpy(copies[1], shape.bytes, shape.length);
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
        size_t which = state >> 63, at = (size_t)(state >> 20) % (which ? shape.length : json.length);
        size_t cut = (state >> 62 & 1) ? at : json.length;
        copies[which][at] = (char)(state >> 12);
        fields.length = 0;
        refused += !form_join(&fields, &scratch, copies[0], cut, (const uint8_t *)copies[1], shape.length, true);
        free(copies[0]), free(copies[1]);
    }
    ck_assert_uint_gt(refused, 10000);
    text_free(&json), text_free(&shape), text_free(&fields), text_free(&scratch);
    trace_free(trace);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trace_shape");
    TCase *parts = tcase_create("parts");
    tcase_set_timeout(parts, 120);
    tcase_add_loop_test(parts, every_kind_comes_back, 0, 2);
    tcase_add_test(parts, the_parts_read_well);
    tcase_add_test(parts, numbers_are_decimal);
    tcase_add_test(parts, parts_of_others_are_refused);
    tcase_add_test(parts, changed_parts_never_crash);
    suite_add_tcase(suite, parts);
    return suite_main(suite);
}
