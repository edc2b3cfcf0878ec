/* Text helpers: exact or refused. */
#include "suite.h"
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

START_TEST(test_texts_grow)
{
    struct text text = {0};
    char *expected = malloc(50001);
    ck_assert_ptr_nonnull(expected);
    for (int i = 0; i < 10000; i++) {
        if (i % 2 == 0)
            text_add(&text, "abcde");
        else
            text_printf(&text, "%03d%s", i % 1000, "xy");
        char piece[8];
        if (i % 2 == 0) {
            memcpy(expected + i * 5, "abcde", 5);
        } else {
            piece[0] = (char)('0' + i % 1000 / 100);
            piece[1] = (char)('0' + i % 100 / 10);
            piece[2] = (char)('0' + i % 10);
            memcpy(expected + i * 5, piece, 3);
            memcpy(expected + i * 5 + 3, "xy", 2);
        }
    }
    expected[50000] = '\0';
    ck_assert_uint_eq(text.length, 50000);
    char *done = text_done(&text);
    ck_assert_str_eq(done, expected);
    ck_assert_ptr_null(text.bytes);
    free(done);
    free(expected);
    done = text_done(&text); /* an empty one is a text, too */
    ck_assert_str_eq(done, "");
    free(done);
    text_add_n(&text, "abc", 2);
    ck_assert_str_eq(text.bytes, "ab");
    text_printf(&text, "%300d|", 7); /* longer than any room so far */
    ck_assert_uint_eq(text.length, 303);
    ck_assert_str_eq(text.bytes + 301, "7|");
    text_free(&text);
    text_free(&text);
}
END_TEST

static const struct {
    const char *value, *json;
} json_cases[] = {
    {"", "\"\""},
    {"plain", "\"plain\""},
    {"a\"b\\c", "\"a\\\"b\\\\c\""},
    {"\b\f\n\r\t\x01\x1f", "\"\\b\\f\\n\\r\\t\\u0001\\u001f\""},
    {"\x7f/", "\"\x7f/\""},
    {"gr\xc3\xbc\xc3\x9f", "\"gr\xc3\xbc\xc3\x9f\""},
    {"\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xe2\x82\xac\xf0\x9f\x98\x80\""},
    {"a\xff" "b", "\"a\\ufffdb\""},
    {"\xc3", "\"\\ufffd\""},
    {"\xe2\x82", "\"\\ufffd\\ufffd\""},
    {"\xc0\x80", "\"\\ufffd\\ufffd\""},                     /* overlong */
    {"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""},          /* a surrogate */
    {"\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""}, /* beyond U+10FFFF */
};

START_TEST(test_json)
{
    struct text text = {0};
    text_json(&text, json_cases[_i].value);
    ck_assert_str_eq(text.bytes, json_cases[_i].json);
    text_free(&text);
}
END_TEST

START_TEST(test_json_null)
{
    struct text text = {0};
    text_json(&text, NULL);
    ck_assert_str_eq(text.bytes, "null");
    text_free(&text);
}
END_TEST

static const struct {
    int64_t ns;
    const char *text;
} time_cases[] = {
    {0, "0"},
    {3, "3ns"},
    {999, "999ns"},
    {1000, "1us"},
    {1001, "1.001us"},
    {250000, "250us"},
    {1234567, "1234.567us"},
    {5000000, "5ms"},
    {1500000000, "1.5s"},
    {1050000000, "1.05s"},
    {1000000001, "1000000.001us"},
    {60000000000, "1m"},
    {61000000000, "61s"},
    {90000000000, "90s"},
    {120000000000, "2m"},
    {3600000000000, "1h"},
    {5400000000000, "90m"},
    {86400000000000, "1d"},
    {90000000000000, "25h"},
    {-5000000, "-5ms"},
    {INT64_MAX, "9223372036854775.807us"},
    {INT64_MIN, "-9223372036854775.808us"},
};

START_TEST(test_time_text)
{
    char text[TIME_TEXT];
    time_text(time_cases[_i].ns, text);
    ck_assert_str_eq(text, time_cases[_i].text);
    int64_t back = -1;
    ck_assert_int_eq(time_parse(text, &back), time_cases[_i].ns >= 0);
    ck_assert_int_eq(back, time_cases[_i].ns >= 0 ? time_cases[_i].ns : -1);
}
END_TEST

START_TEST(test_time_text_round_trip)
{
    uint64_t state = 1;
    for (int i = 0; i < 20000; i++) {
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
        int64_t ns = (int64_t)(state >> 1 >> (state >> 58)), back = -1;
        if (i % 3 == 0)
            ns = ns / 1000000 * 1000000;
        char text[TIME_TEXT];
        time_text(ns, text);
        if (!time_parse(text, &back) || back != ns)
            ck_abort_msg("%s is not %lld", text, (long long)ns);
    }
}
END_TEST

START_TEST(test_time_parse)
{
    int64_t ns = 0;
    ck_assert(time_parse("1.000000001s", &ns) && ns == 1000000001);
    ck_assert(time_parse("0.5m", &ns) && ns == 30000000000);
    ck_assert(time_parse("0.000000001s", &ns) && ns == 1);
    ck_assert(time_parse("0s", &ns) && ns == 0);
    ck_assert(time_parse("1.500ms", &ns) && ns == 1500000);
    ck_assert(time_parse("106751d", &ns) && ns == INT64_C(106751) * 86400 * 1000000000);
    ck_assert(time_parse("9223372036854775807ns", &ns) && ns == INT64_MAX);
    static const char *const bad[] = {
        "", "5", "ms", ".5s", "5.s", "5 ms", " 5ms", "5ms ", "-5ms", "+5ms", "1.5ns", "0.0001us", "1.0000000001s", "5MS", "5min", "1e3s",
        "0x10s", "9223372036854775808ns", "106752d", "99999999999999999999s", "18446744073709551616ns", "00", "0.0",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ns = 77;
        if (time_parse(bad[i], &ns) || ns != 77)
            ck_abort_msg("%s was taken for a time", bad[i]);
    }
}
END_TEST

START_TEST(test_rate_parse)
{
    uint64_t rate = 0;
    ck_assert(rate_parse("100Mbps", &rate) && rate == 100000000);
    ck_assert(rate_parse("1.5kbps", &rate) && rate == 1500);
    ck_assert(rate_parse("0bps", &rate) && rate == 0);
    ck_assert(rate_parse("10Gbps", &rate) && rate == UINT64_C(10000000000));
    ck_assert(rate_parse("18446744.073709551Tbps", &rate) && rate == UINT64_C(18446744073709551000));
    ck_assert(!rate_parse("18446745Tbps", &rate));
    ck_assert(!rate_parse("100", &rate));
    ck_assert(!rate_parse("0.5bps", &rate));
    ck_assert(!rate_parse("100mbps", &rate));
    ck_assert(!rate_parse("100MBps", &rate));
}
END_TEST

START_TEST(test_ratio_parse)
{
    uint64_t numerator, denominator;
    ck_assert(ratio_parse("1/1000", &numerator, &denominator) && numerator == 1 && denominator == 1000);
    ck_assert(ratio_parse("0/7", &numerator, &denominator) && numerator == 0 && denominator == 7);
    ck_assert(ratio_parse("0.1%", &numerator, &denominator) && numerator * 1000 == denominator);
    ck_assert(ratio_parse("100%", &numerator, &denominator) && numerator == denominator);
    ck_assert(ratio_parse("0.000000001%", &numerator, &denominator) && numerator == 1 && denominator == UINT64_C(100000000000));
    ck_assert(ratio_parse("18446744073709551615/18446744073709551615", &numerator, &denominator) && numerator == denominator);
    static const char *const wrong[] = { "", "/", "1/", "/2", "1/0", "1", "0.1", "%", "0.0000000001%", "1 %", "1/2%", "-1/2", "1/-2", "1/2/3", "18446744073709551616/2", "1000000000000000000000001/2" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_msg(!ratio_parse(wrong[i], &numerator, &denominator), "%s", wrong[i]);
}
END_TEST

START_TEST(test_size_parse)
{
    uint64_t size = 0;
    ck_assert(size_parse("64KiB", &size) && size == 65536);
    ck_assert(size_parse("4MiB", &size) && size == 4194304);
    ck_assert(size_parse("1GiB", &size) && size == 1073741824);
    ck_assert(size_parse("1.5KiB", &size) && size == 1536);
    ck_assert(size_parse("1500B", &size) && size == 1500);
    ck_assert(size_parse("1500", &size) && size == 1500);
    ck_assert(size_parse("18446744073709551615", &size) && size == UINT64_MAX);
    ck_assert(!size_parse("18446744073709551616", &size));
    ck_assert(!size_parse("17179869184GiB", &size));
    ck_assert(!size_parse("1.5", &size));
    ck_assert(!size_parse("1KB", &size));
    ck_assert(!size_parse("KiB", &size));
    ck_assert(!size_parse("", &size));
}
END_TEST

START_TEST(test_number_parse)
{
    uint64_t number = 0;
    ck_assert(number_parse("0", &number) && number == 0);
    ck_assert(number_parse("12345678901234567890", &number) && number == UINT64_C(12345678901234567890));
    ck_assert(number_parse("0x98000001", &number) && number == 0x98000001);
    ck_assert(number_parse("0XfFfFfFfFfFfFfFfF", &number) && number == UINT64_MAX);
    ck_assert(number_parse("007", &number) && number == 7);
    ck_assert(!number_parse("18446744073709551616", &number));
    ck_assert(!number_parse("0x10000000000000000", &number));
    ck_assert(!number_parse("", &number));
    ck_assert(!number_parse("0x", &number));
    ck_assert(!number_parse("12a", &number));
    ck_assert(!number_parse("-1", &number));
    ck_assert(!number_parse(" 1", &number));
    ck_assert(!number_parse("1 ", &number));
}
END_TEST

START_TEST(test_nearest_word)
{
    static const char *const words[] = {"address", "route", "link", "interface", "adress_list", "at"};
    size_t count = sizeof words / sizeof *words;
    ck_assert_str_eq(nearest_word("adress", words, count), "address");
    ck_assert_str_eq(nearest_word("rotue", words, count), "route"); /* neighbours swapped: one edit */
    ck_assert_str_eq(nearest_word("route", words, count), "route");
    ck_assert_str_eq(nearest_word("lnk", words, count), "link");
    ck_assert_str_eq(nearest_word("intreface", words, count), "interface");
    ck_assert_str_eq(nearest_word("a", words, count), "at");
    ck_assert_ptr_null(nearest_word("rxxte", words, count)); /* two edits of five letters */
    ck_assert_ptr_null(nearest_word("zzzzzz", words, count));
    ck_assert_ptr_null(nearest_word("route", words, 0));
    static const char *const equal[] = {"abcx", "abcy"};
    ck_assert_str_eq(nearest_word("abcd", equal, 2), "abcx"); /* the first of equals */
    ck_assert_str_eq(nearest_word("abcy", equal, 2), "abcy");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text");
    TCase *all = tcase_create("text");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, test_texts_grow);
    tcase_add_loop_test(all, test_json, 0, sizeof json_cases / sizeof *json_cases);
    tcase_add_test(all, test_json_null);
    tcase_add_loop_test(all, test_time_text, 0, sizeof time_cases / sizeof *time_cases);
    tcase_add_test(all, test_time_text_round_trip);
    tcase_add_test(all, test_time_parse);
    tcase_add_test(all, test_rate_parse);
    tcase_add_test(all, test_ratio_parse);
    tcase_add_test(all, test_size_parse);
    tcase_add_test(all, test_number_parse);
    tcase_add_test(all, test_nearest_word);
    suite_add_tcase(suite, all);
    return suite_main(suite);
}
