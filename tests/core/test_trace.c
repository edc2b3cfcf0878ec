/*
 * The trace: canonical bytes and digest are the same on every machine, decoding survives any bytes, rows read back as they
 * were written, and misuse ends in a failed check.
 */
#include "trace_sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/task.h"
#include "core/trace_form.h"

enum { EXIT_INVARIANT = 6 };

static uint64_t random_below(uint64_t *state, uint64_t bound) /* splitmix64 */
{
    uint64_t value = *state += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return (value ^ value >> 31) % bound;
}

static void hex(const uint8_t *bytes, size_t size, char *text)
{
    for (size_t i = 0; i < size; i++)
        sprintf(text + 2 * i, "%02x", bytes[i]);
}

/* ---- form and digest ---- */

/* Written out by hand from the grammar in core/trace_form.h. */
static const char golden_first[] =
    "aa000000" "0100000000000000" "0000000000000000" "002f685900000000" "01"
    "0800" "575350496f63746c00" "0100" "6100" "0300" "61707000" "0500" "6170702f7700" "0100" "7300"
    "0504" "636f646500" "08000000" "53494f5fc3a9227800"
    "0107" "72657475726e7300" "ffffffffffffffff"
    "0203" "62696700" "ffffffffffffffff"
    "0302" "6f6b00" "01"
    "0404" "6e6f6e6500"
    "0602" "696e00" "02000000" "01ff"
    "0701" "6c00"
    "010000" "0100000000000000"
    "080000" "0501" "7800" "03000000" "79207a00" "09" "09";
static const char golden_second[] =
    "3a000000" "0200000000000000" "0100000000000000" "feffffffffffffff" "04"
    "0d00" "616464726573732e616464656400" "0100" "6100" "0000" "00" "0000" "00" "0000" "00";

START_TEST(bytes_are_canonical)
{
    struct trace *trace = sample();
    struct trace_row row;
    char text[2048];
    read_row(trace, 1, &row);
    hex(row.bytes, row.size, text);
    ck_assert_str_eq(text, golden_first);
    read_row(trace, 2, &row);
    hex(row.bytes, row.size, text);
    ck_assert_str_eq(text, golden_second);
    trace_free(trace);
}
END_TEST

static void digest_is(const struct trace *trace, const char *wanted)
{
    char text[TRACE_DIGEST_TEXT];
    struct trace_digest digest = trace_digest(trace);
    trace_digest_text(&digest, text);
    ck_assert_str_eq(text, wanted);
}

#define DIGEST_EMPTY "99aa06d3014798d86001c324468d497f"
#define DIGEST_SAMPLE "0a7100c798bbc3fda375c3e3ad0f7469"
#define DIGEST_LONG "0c8d5d12b2c2d92aa6505ee0d72f05e9"

START_TEST(digest_is_canonical)
{
    struct trace *empty = trace_new(&now_ns), *trace = sample();
    digest_is(empty, DIGEST_EMPTY); /* XXH3-128 of nothing, as xxHash documents it */
    digest_is(trace, DIGEST_SAMPLE);
    digest_is(trace, DIGEST_SAMPLE); /* asking changes nothing */
    trace_free(empty), trace_free(trace);
}
END_TEST

/* 60,000 rows: many chunks, some rows larger than a chunk. */
static void write_long(struct trace *trace, bool packets, uint64_t forget_every)
{
    static uint8_t large[600000];
    now_ns = 0;
    trace_listen_packets(trace, packets);
    for (uint32_t i = 0; i < 60000; i++) {
        now_ns += 1000;
        trace_set_cause(trace, i / 2);
        if (trace_begin(trace, LAYER_PACKET, "packet.sent", "a", "eth0")) {
            trace_uint(trace, "size", i);
            trace_end(trace);
        }
        ck_assert(trace_begin(trace, LAYER_KERNEL, "request", "a", i % 2 == 0 ? "e" : "f"));
        trace_uint(trace, "number", i);
        if (i % 20000 == 7) {
            memset(large, (int)(i & 0xff), sizeof large);
            trace_bytes(trace, "large", large, sizeof large);
            trace_text(trace, "after", "it");
        }
        uint64_t seq = trace_end(trace);
        ck_assert_uint_eq(seq, i + 1);
        if (forget_every > 0 && seq % forget_every == 0)
            trace_forget_before(trace, seq + 1);
    }
}

START_TEST(digest_does_not_depend_on_keeping_or_packets)
{
    const struct { bool packets; uint64_t forget; } ways[] = {{false, 0}, {true, 0}, {false, 1}, {true, 1000}};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct trace *trace = trace_new(&now_ns);
        write_long(trace, ways[i].packets, ways[i].forget);
        digest_is(trace, DIGEST_LONG);
        ck_assert_uint_eq(trace_newest_packet(trace), ways[i].packets ? TRACE_PACKET_BASE + 60000 : 0);
        trace_free(trace);
    }
}
END_TEST

/* ---- keeping ---- */

START_TEST(rows_are_found_until_let_go)
{
    struct trace *trace = trace_new(&now_ns);
    struct trace_row row;
    ck_assert(!trace_read(trace, 0, &row) && !trace_read(trace, 1, &row) && !trace_read(trace, UINT64_MAX, &row));
    write_long(trace, true, 0);
    for (uint64_t seq = 1; seq <= 60000; seq++) {
        read_row(trace, seq, &row);
        ck_assert_int_eq(row.at_ns, (int64_t)seq * 1000);
        ck_assert_uint_eq(row.cause, (seq - 1) / 2);
        ck_assert_str_eq(row.object, seq % 2 == 1 ? "e" : "f");
        ck_assert(row.layer == LAYER_KERNEL);
    }
    read_row(trace, TRACE_PACKET_BASE + 1, &row);
    ck_assert(row.layer == LAYER_PACKET);
    read_row(trace, 60000, &row);
    char *json = trace_detail_json(&row);
    trace_forget_before(trace, 30000);
    ck_assert(!trace_read(trace, 1, &row));
    read_row(trace, 30000, &row);
    read_row(trace, TRACE_PACKET_BASE + 1, &row); /* packets are let go on their own */
    trace_forget_before(trace, TRACE_PACKET_BASE + 60001);
    ck_assert(!trace_read(trace, TRACE_PACKET_BASE + 60000, &row));
    trace_forget_before(trace, 60001);
    ck_assert(!trace_read(trace, 60000, &row));
    ck_assert_str_eq(json, "{\"number\":59999}");
    ck_assert_uint_eq(*trace_newest(trace), 60000);
    ck_assert(trace_begin(trace, LAYER_NET, "more", "a", "x"));
    ck_assert_uint_eq(trace_end(trace), 60001);
    read_row(trace, 60001, &row);
    trace_forget_before(trace, 1);
    read_row(trace, 60001, &row);
    free(json);
    trace_free(trace);
}
END_TEST

START_TEST(names_come_from_who_runs)
{
    struct task task = {.host_name = "h", .actor_name = "app", .thread_name = "app/worker"};
    struct trace *trace = trace_new(&now_ns);
    struct trace_row row;
    ck_assert(trace_begin(trace, LAYER_SPI, "v", NULL, "o"));
    trace_end(trace);
    running = &task;
    ck_assert(trace_begin(trace, LAYER_SPI, "v", NULL, "o"));
    trace_end(trace);
    ck_assert(trace_begin(trace, LAYER_SPI, "v", "other", "o"));
    trace_end(trace);
    running = NULL;
    static const char *const wanted[3][3] = {{"", "", ""}, {"h", "app", "app/worker"}, {"other", "", ""}};
    for (uint64_t i = 0; i < 3; i++) {
        read_row(trace, i + 1, &row);
        ck_assert_str_eq(row.host, wanted[i][0]);
        ck_assert_str_eq(row.actor, wanted[i][1]);
        ck_assert_str_eq(row.thread, wanted[i][2]);
    }
    trace_free(trace);
}
END_TEST

START_TEST(nobody_listens)
{
    struct trace *trace = trace_new(&now_ns);
    now_ns = 0;
    ck_assert(!trace_begin(trace, LAYER_PACKET, "packet.sent", "a", "")); /* unless asked for */
    trace_listen(trace, false);
    ck_assert(!trace_listening(trace));
    ck_assert(!trace_begin(trace, LAYER_NET, "v", "a", ""));
    trace_listen(trace, true);
    ck_assert(trace_begin(trace, LAYER_NET, "v", "a", ""));
    ck_assert_uint_eq(trace_end(trace), 1);
    digest_is(trace, "695d2b9bfcf851d78867144d0fffa20c");
    trace_free(trace);
}
END_TEST

/* ---- hostile bytes ---- */

static void render(const struct trace_row *row)
{
    free(trace_detail_json(row));
    free(trace_row_line(row));
    free(trace_row_json(row));
}

/* In a block of exactly its size, so that a byte too far is seen by the sanitizer. */
static bool decode_alone(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, bytes, size);
    struct trace_row row;
    bool decoded = trace_row_decode(copy, size, &row);
    if (decoded)
        render(&row);
    struct trace_row wild = {.verb = "v", .host = "h", .actor = "", .thread = "", .object = "", .layer = LAYER_NET};
    wild.detail = copy, wild.detail_size = size;
    render(&wild); /* rendering has its own eyes */
    free(copy);
    return decoded;
}

START_TEST(cut_rows_are_no_rows)
{
    struct trace *trace = sample();
    struct trace_row row;
    read_row(trace, 1, &row);
    ck_assert(decode_alone(row.bytes, row.size));
    uint8_t holed[1024];
    memcpy(holed, row.bytes, row.size);
    holed[FORM_NAMES_AT + 4] = 0; /* a zero within the verb */
    ck_assert(!decode_alone(holed, row.size));
    for (size_t size = 0; size < row.size; size++) {
        uint8_t copy[1024];
        ck_assert_uint_lt(row.size, sizeof copy);
        memcpy(copy, row.bytes, row.size);
        ck_assert_msg(!decode_alone(copy, size), "%zu bytes", size);
        if (size >= 4) { /* a row that claims to be so short: whole only where a field ends outside lists */
            form_put_u32(copy, (uint32_t)size);
            struct trace_row cut;
            if (trace_row_decode(copy, size, &cut))
                ck_assert(form_fields_hold(cut.detail, cut.detail_size));
            decode_alone(copy, size);
        }
    }
    trace_free(trace);
}
END_TEST

START_TEST(changed_rows_never_crash)
{
    struct trace *trace = sample();
    struct trace_row row;
    read_row(trace, 1, &row);
    uint64_t stream = 1;
    int good = 0, bad = 0;
    for (int round = 0; round < 20000; round++) {
        uint8_t copy[1024];
        memcpy(copy, row.bytes, row.size);
        for (uint64_t changes = 1 + random_below(&stream, 4); changes > 0; changes--)
            copy[random_below(&stream, row.size)] = (uint8_t)random_below(&stream, round % 2 == 0 ? 256 : 10);
        *(decode_alone(copy, row.size) ? &good : &bad) += 1;
        for (size_t i = 0; i < 200; i++)
            copy[i] = (uint8_t)random_below(&stream, round % 2 == 0 ? 256 : 10);
        decode_alone(copy, (size_t)random_below(&stream, 200));
    }
    ck_assert_int_gt(good, 100); /* changed texts and numbers are still rows */
    ck_assert_int_gt(bad, 100);
    trace_free(trace);
}
END_TEST

START_TEST(forms_that_do_not_hold)
{
    static const struct { const char *bytes; size_t size; bool holds; } cases[] = {
        {"", 0, true},
        {"\x04\x01k\0", 4, true},
        {"\x04\x00\0", 3, false},                          /* a member without a key */
        {"\x07\x01k\0\x04\x00\0\x09", 8, true},
        {"\x07\x01k\0\x04\x01x\0\x09", 9, false},          /* an element with a key */
        {"\x07\x01k\0", 4, false},                         /* never closed */
        {"\x09", 1, false},                                /* nothing to close */
        {"\x03\x01k\0\x02", 5, false},                     /* neither false nor true */
        {"\x05\x01k\0\x02\0\0\0a\0\0", 11, false},         /* a zero within a text */
        {"\x05\x01k\0\x01\0\0\0a\x01", 10, false},         /* a text without its zero */
        {"\x05\x01k\0\xff\xff\xff\xffk\0", 10, false},     /* longer than the row */
        {"\x04\x02k\0\0", 5, false},                       /* a zero within a key */
        {"\x00\x01k\0", 4, false}, {"\x0a\x01k\0", 4, false}, /* no such tag */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(form_fields_hold((const uint8_t *)cases[i].bytes, cases[i].size) == cases[i].holds, "case %zu", i);
    uint8_t deep[64];
    size_t size = 0;
    for (int depth = 1; depth <= 9; depth++) {
        memcpy(deep + size, "\x08\x01k", 4);
        size += 4;
        uint8_t closed[80];
        memcpy(closed, deep, size);
        memset(closed + size, FORM_CLOSE, (size_t)depth);
        ck_assert(form_fields_hold(closed, size + (size_t)depth) == (depth <= 8));
    }
}
END_TEST

START_TEST(rows_are_made_of_parts)
{
    struct trace *trace = sample();
    struct trace_row row, again;
    read_row(trace, 1, &row);
    struct text text = {0};
    ck_assert(form_row_add(&text, &row));
    ck_assert_uint_eq(text.length, row.size);
    ck_assert_mem_eq(text.bytes, row.bytes, row.size);
    ck_assert(trace_row_decode((const uint8_t *)text.bytes, text.length, &again));
    ck_assert_str_eq(again.thread, "app/w");
    text_free(&text);
    trace_free(trace);
}
END_TEST

/* ---- misuse ---- */

static void misuse(int which)
{
    struct trace *trace = trace_new(&now_ns);
    if (which == 0)
        trace_int(trace, "k", 1); /* no row begun */
    if (which == 8)
        trace_end(trace);
    if (which == 9)
        trace_set_cause(trace, TRACE_PACKET_BASE + 1);
    ck_assert(trace_begin(trace, LAYER_NET, "v", "a", ""));
    if (which == 1)
        trace_close(trace); /* nothing to close */
    if (which == 2)
        trace_list(trace, "l"), trace_end(trace); /* a list never closed */
    if (which == 3)
        trace_begin(trace, LAYER_NET, "v", "a", ""); /* a row within a row */
    if (which == 4)
        trace_int(trace, "", 1); /* a member without a key */
    if (which == 5)
        trace_list(trace, "l"), trace_int(trace, "k", 1); /* an element with a key */
    for (int depth = 0; which == 6 && depth < 9; depth++)
        trace_map(trace, "m"); /* too deep */
    if (which == 7)
        trace_forget_before(trace, 1); /* while a row is written */
}

START_TEST(misuse_is_noticed)
{
    if (freopen("/dev/null", "w", stderr) == NULL)
        ck_abort();
    misuse(_i);
}
END_TEST

START_TEST(eight_levels_are_allowed)
{
    struct trace *trace = trace_new(&now_ns);
    ck_assert(trace_begin(trace, LAYER_NET, "v", "a", ""));
    for (int depth = 0; depth < 8; depth++)
        trace_map(trace, "m");
    for (int depth = 0; depth < 8; depth++)
        trace_close(trace);
    trace_end(trace);
    struct trace_row row;
    read_row(trace, 1, &row);
    ck_assert(trace_row_decode(row.bytes, row.size, &row));
    char *json = trace_detail_json(&row);
    ck_assert_str_eq(json, "{\"m\":{\"m\":{\"m\":{\"m\":{\"m\":{\"m\":{\"m\":{\"m\":{}}}}}}}}}");
    free(json);
    trace_free(trace);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trace");
    TCase *rows = tcase_create("rows");
    tcase_set_timeout(rows, 120);
    tcase_add_test(rows, bytes_are_canonical);
    tcase_add_test(rows, digest_is_canonical);
    tcase_add_test(rows, digest_does_not_depend_on_keeping_or_packets);
    tcase_add_test(rows, rows_are_found_until_let_go);
    tcase_add_test(rows, names_come_from_who_runs);
    tcase_add_test(rows, nobody_listens);
    tcase_add_test(rows, cut_rows_are_no_rows);
    tcase_add_test(rows, changed_rows_never_crash);
    tcase_add_test(rows, forms_that_do_not_hold);
    tcase_add_test(rows, rows_are_made_of_parts);
    tcase_add_test(rows, eight_levels_are_allowed);
    tcase_add_loop_exit_test(rows, misuse_is_noticed, EXIT_INVARIANT, 0, 10);
    suite_add_tcase(suite, rows);
    return suite_main(suite);
}
