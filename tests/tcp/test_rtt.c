/* The retransmission timer (host-stack 4.2, RFC 6298). */
#include "suite.h"

#include "net/tcp/rtt.h"

#define MS INT64_C(1000000)
#define SECOND INT64_C(1000000000)

static struct rtt fresh(void)
{
    struct rtt rtt;
    rtt_start(&rtt, SECOND, 300 * MS, 60 * SECOND);
    return rtt;
}

/* The vector of host-stack 4.2. */
START_TEST(test_vector)
{
    static const struct { int64_t sample_ms, smoothed, variation, timeout; } rows[] = {
        { 100, 100000000, 50000000, 300000000 }, { 100, 100000000, 37500000, 300000000 }, { 120, 102500000, 33125000, 300000000 },
        { 80, 99687500, 30468750, 300000000 },   { 300, 124726562, 72929687, 416445312 }, { 100, 121635742, 60878906, 365151367 },
    };
    struct rtt rtt = fresh();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        rtt_sample(&rtt, rows[i].sample_ms * MS);
        ck_assert_int_eq(rtt_smoothed_ns(&rtt), rows[i].smoothed);
        ck_assert_int_eq(rtt.var4 / 4, rows[i].variation);
        ck_assert_int_eq(rtt_timeout_ns(&rtt), rows[i].timeout);
    }
    ck_assert_int_eq(rtt.lowest_ns, 80 * MS);
}
END_TEST

/* Adds up what is waited for, `tries` times. */
static int64_t waited(struct rtt *rtt, unsigned tries)
{
    int64_t sum = 0;
    for (unsigned i = 0; i < tries; i++) {
        sum += rtt_timeout_ns(rtt);
        rtt_back_off(rtt);
    }
    return sum;
}

/* Data: retransmitted at r, 3r, 7r, 15r, 31r, given up at 63r; a SYN: host-stack 4.2's three presets. */
START_TEST(test_schedules)
{
    static const struct { int64_t first_ms; unsigned tries; int64_t after_ms; } rows[] = {
        { 300, 1, 300 }, { 300, 2, 900 }, { 300, 3, 2100 }, { 300, 4, 4500 }, { 300, 5, 9300 }, { 300, 6, 18900 },
        { 3000, 1, 3000 }, { 3000, 2, 9000 }, { 3000, 3, 21000 }, { 1000, 2, 3000 }, { 1000, 3, 7000 },
        { 1000, 4, 15000 }, { 1000, 5, 31000 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rtt rtt;
        rtt_start(&rtt, rows[i].first_ms * MS, 20 * MS, 60 * SECOND);
        ck_assert_int_eq(waited(&rtt, rows[i].tries), rows[i].after_ms * MS);
    }
}
END_TEST

START_TEST(test_backing_off_ends_at_the_limit_and_with_a_sample)
{
    struct rtt rtt = fresh();
    rtt_sample(&rtt, 100 * MS);
    for (int i = 0; i < 8; i++)
        rtt_back_off(&rtt);
    ck_assert_int_eq(rtt_timeout_ns(&rtt), 60 * SECOND); /* 76.8 s otherwise */
    for (int i = 0; i < 1000; i++)
        rtt_back_off(&rtt);
    ck_assert_int_eq(rtt_timeout_ns(&rtt), 60 * SECOND);
    rtt_sample(&rtt, 100 * MS);
    ck_assert_uint_eq(rtt.backoff, 0);
    ck_assert_int_eq(rtt_timeout_ns(&rtt), 300 * MS);
}
END_TEST

START_TEST(test_limits)
{
    struct rtt rtt = fresh();
    ck_assert_int_eq(rtt_timeout_ns(&rtt), SECOND);
    ck_assert_int_eq(rtt_smoothed_ns(&rtt), 0);
    ck_assert_int_eq(rtt.lowest_ns, INT64_MAX);
    for (int i = 0; i < 200; i++)
        rtt_sample(&rtt, 400 * MS);
    ck_assert_int_eq(rtt_smoothed_ns(&rtt), 400 * MS);
    ck_assert_int_eq(rtt_timeout_ns(&rtt), 401 * MS); /* a variation of nothing counts as the clock's granularity */
    for (int i = 0; i < 200; i++)
        rtt_sample(&rtt, INT64_MAX);
    ck_assert_int_eq(rtt_timeout_ns(&rtt), 60 * SECOND);
    ck_assert_int_gt(rtt.srtt8, 0);
    /* No time at all is a sample all the same. */
    rtt = fresh();
    for (int i = 0; i < 50; i++)
        rtt_sample(&rtt, 0);
    ck_assert_int_gt(rtt.srtt8, 0);
    ck_assert_int_ge(rtt.var4, 0);
    ck_assert_int_eq(rtt.lowest_ns, 1);
    ck_assert_int_eq(rtt_timeout_ns(&rtt), 300 * MS);
    /* The first timeout may be set above the limit, or limits without sense: never more than the most. */
    rtt_start(&rtt, INT64_MAX, 0, INT64_MAX);
    rtt_back_off(&rtt);
    ck_assert_int_eq(rtt_timeout_ns(&rtt), INT64_MAX);
    rtt_start(&rtt, 90 * SECOND, 300 * MS, 60 * SECOND);
    ck_assert_int_eq(rtt_timeout_ns(&rtt), 60 * SECOND);
}
END_TEST

START_TEST(test_falling_round_trips_never_go_below_nothing)
{
    struct rtt rtt = fresh();
    rtt_sample(&rtt, 50 * SECOND);
    for (int i = 0; i < 1000; i++) {
        rtt_sample(&rtt, 1);
        ck_assert_int_gt(rtt.srtt8, 0);
        ck_assert_int_ge(rtt.var4, 0);
    }
    ck_assert_int_eq(rtt_timeout_ns(&rtt), 300 * MS);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rtt");
    TCase *all = tcase_create("timer");
    tcase_add_test(all, test_vector);
    tcase_add_test(all, test_schedules);
    tcase_add_test(all, test_backing_off_ends_at_the_limit_and_with_a_sample);
    tcase_add_test(all, test_limits);
    tcase_add_test(all, test_falling_round_trips_never_go_below_nothing);
    suite_add_tcase(suite, all);
    return suite_main(suite);
}
