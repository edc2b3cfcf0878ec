/* Rows as lines for people and as JSON for programs, whatever their values are. */
#include "trace_sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

START_TEST(rows_in_words)
{
    struct trace *trace = sample();
    struct trace_row row;
    read_row(trace, 1, &row);
    char *line = trace_row_line(&row), *json = trace_row_json(&row), *detail = trace_detail_json(&row);
    ck_assert_str_eq(line, "    1         1.5s app/w    WSPIoctl         s code=\"SIO_\xc3\xa9\\\"x\" returns=-1"
                           " big=18446744073709551615 ok=true none=null in=01ff l=[1,{\"x\":\"y z\"}]");
    ck_assert_str_eq(detail, "{\"code\":\"SIO_\xc3\xa9\\\"x\",\"returns\":-1,\"big\":\"18446744073709551615\",\"ok\":true,"
                             "\"none\":null,\"in\":\"01ff\",\"l\":[1,{\"x\":\"y z\"}]}");
    char wanted[1024];
    snprintf(wanted, sizeof wanted, "{\"seq\":1,\"cause\":0,\"at_ns\":1500000000,\"layer\":\"spi\",\"verb\":\"WSPIoctl\","
             "\"host\":\"a\",\"actor\":\"app\",\"thread\":\"app/w\",\"object\":\"s\",\"detail\":%s}", detail);
    ck_assert_str_eq(json, wanted);
    free(line), free(json), free(detail);
    read_row(trace, 2, &row), line = trace_row_line(&row), json = trace_row_json(&row);
    ck_assert_str_eq(line, "    2         -2ns a        address.added <- 1");
    ck_assert_str_eq(json, "{\"seq\":2,\"cause\":1,\"at_ns\":-2,\"layer\":\"net\",\"verb\":\"address.added\",\"host\":\"a\","
                           "\"actor\":\"\",\"thread\":\"\",\"object\":\"\",\"detail\":{}}");
    free(line), free(json);
    trace_free(trace);
}
END_TEST

START_TEST(awkward_values)
{
    struct trace *trace = trace_new(&now_ns);
    now_ns = INT64_MAX;
    ck_assert(trace_begin(trace, LAYER_NET, "v", "a", "two words\n"));
    trace_int(trace, "min", INT64_MIN);
    trace_int(trace, "exact", INT64_C(-9007199254740992));
    trace_uint(trace, "beyond", UINT64_C(9007199254740993));
    trace_text(trace, "empty", "");
    trace_text(trace, "broken", "a\xff\x1b[2J");
    trace_bytes(trace, "no bytes", NULL, 0);
    trace_list(trace, "list"), trace_list(trace, ""), trace_close(trace), trace_bool(trace, "", false), trace_close(trace);
    trace_map(trace, "map"), trace_list(trace, "in"), trace_close(trace), trace_int(trace, "n", 0), trace_close(trace);
    trace_end(trace);
    struct trace_row row;
    read_row(trace, 1, &row);
    ck_assert(trace_row_decode(row.bytes, row.size, &row));
    char *detail = trace_detail_json(&row), *line = trace_row_line(&row), *json = trace_row_json(&row);
    ck_assert_str_eq(detail, "{\"min\":\"-9223372036854775808\",\"exact\":-9007199254740992,\"beyond\":\"9007199254740993\","
                             "\"empty\":\"\",\"broken\":\"a\\ufffd\\u001b[2J\",\"no bytes\":\"\",\"list\":[[],false],"
                             "\"map\":{\"in\":[],\"n\":0}}");
    ck_assert_ptr_null(strpbrk(line, "\n\x1b\xff"));
    ck_assert_ptr_nonnull(strstr(line, " \"two words\\n\" min=-9223372036854775808 exact=-9007199254740992 beyond=9007199254740993"
                                       " empty=\"\" broken=\"a\\ufffd\\u001b[2J\" \"no bytes\"= list=[[],false] map={\"in\":[],\"n\":0}"));
    ck_assert_ptr_nonnull(strstr(json, "\"at_ns\":\"9223372036854775807\""));
    free(detail), free(line), free(json);
    trace_free(trace);
}
END_TEST

/* Every byte at every place of a text: the short way and text_json must agree. */
START_TEST(texts_are_escaped_wherever_they_need_it)
{
    struct trace *trace = trace_new(&now_ns);
    for (unsigned byte = 1; byte < 256; byte++)
        for (size_t place = 0; place < 21; place++) {
            char value[] = "abcdefghijklmnopqrstu";
            struct text wanted = {0};
            value[place] = (char)byte;
            ck_assert(trace_begin(trace, LAYER_NET, "v", "a", ""));
            trace_text(trace, "k", value);
            struct trace_row row;
            read_row(trace, trace_end(trace), &row);
            text_add(&wanted, "{\"k\":"), text_json(&wanted, value), text_add(&wanted, "}");
            char *json = trace_detail_json(&row);
            ck_assert_str_eq(json, wanted.bytes);
            free(json);
            text_free(&wanted);
        }
    trace_free(trace);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trace in words");
    TCase *rows = tcase_create("rows");
    tcase_set_timeout(rows, 60);
    tcase_add_test(rows, rows_in_words);
    tcase_add_test(rows, awkward_values);
    tcase_add_test(rows, texts_are_escaped_wherever_they_need_it);
    suite_add_tcase(suite, rows);
    return suite_main(suite);
}
