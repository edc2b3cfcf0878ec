/* CUBIC in integers (RFC 9438, host-stack 11.5). */
#include "suite.h"

#include "net/tcp/congestion.h"

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))
#define MS INT64_C(1000000)
#define SECOND INT64_C(1000000000)
enum { MSS = 1460 };

/* ---- arithmetic ---- */

START_TEST(test_root_of_every_cube)
{
    for (uint64_t r = 1; r <= 2642245; r++)
        if (cubic_root(r * r * r) != r || cubic_root(r * r * r - 1) != r - 1)
            ck_abort_msg("the root of %u cubed", (unsigned)r);
    ck_assert_uint_eq(cubic_root(0), 0);
    ck_assert_uint_eq(cubic_root(UINT64_MAX), 2642245);
}
END_TEST

START_TEST(test_k)
{
    static const uint32_t rows[][2] = { { 1, 1357 }, { 10, 2924 }, { 30, 4217 }, { 100, 6299 }, { 300, 9085 }, { 1000, 13572 }, { 10000, 29240 }, { 100000, 62996 } };
    for (size_t i = 0; i < COUNT(rows); i++)
        ck_assert_uint_eq(cubic_root(rows[i][0] * UINT64_C(2500000000)), rows[i][1]);
}
END_TEST

START_TEST(test_window)
{
    static const uint32_t bytes[] = { 102206, 126558, 139638, 144949, 145995, 146280, 149309, 158586, 177616 };
    for (uint32_t i = 0; i < COUNT(bytes); i++)
        ck_assert_uint_eq(cubic_window(100 * MSS, MSS, 4217, i * 1000), bytes[i]);
}
END_TEST

START_TEST(test_window_far_away)
{
    ck_assert_uint_eq(cubic_window(1000, MSS, 10000, 0), 0); /* below nothing: nothing */
    ck_assert_uint_eq(cubic_window(100 * MSS, MSS, 0, 0), 100 * MSS);
    ck_assert_uint_eq(cubic_window(0, MSS, 0, 100000), 400000 * MSS);
    ck_assert_uint_eq(cubic_window(0, 536, 0, 150000), 1350000 * 536);
    ck_assert_uint_eq(cubic_window(0, 65535, 0, UINT64_MAX), UINT32_MAX);
    ck_assert_uint_eq(cubic_window(UINT32_MAX, 65535, UINT32_MAX, 0), 0);
    ck_assert_uint_eq(cubic_window(UINT32_MAX, 65535, 0, 0), UINT32_MAX);
    ck_assert_uint_eq(cubic_window(CWND_MOST, 1, UINT32_MAX, 0), CWND_MOST - 400000000);
}
END_TEST

/* ---- the window in time ---- */

struct flow { struct congestion congestion; int64_t now_ns, rtt_ns; uint64_t una; uint32_t step; };

static struct flow flow_of(uint32_t mss, int64_t rtt_ns, uint32_t step)
{
    struct flow flow = { .rtt_ns = rtt_ns, .step = step };
    congestion_start(&flow.congestion, CONGESTION_CUBIC, mss, 10, false);
    return flow;
}

static void acknowledge(struct flow *flow, uint32_t bytes, bool limited)
{
    flow->una += bytes;
    struct congestion_ack ack = { flow->now_ns, flow->rtt_ns, flow->rtt_ns, flow->una, flow->una + flow->congestion.cwnd, bytes, flow->congestion.cwnd, limited };
    congestion_ack(&flow->congestion, &ack);
}

/* A round trip in which a window is acknowledged, `step` bytes at a time. */
static void round_trip(struct flow *flow)
{
    uint32_t window = flow->congestion.cwnd;
    int64_t start_ns = flow->now_ns;
    for (uint32_t done = 0; done < window;) {
        uint32_t bytes = window - done < flow->step ? window - done : flow->step;
        done += bytes;
        flow->now_ns = start_ns + (int64_t)((uint64_t)flow->rtt_ns * done / window);
        acknowledge(flow, bytes, true);
    }
}

/* A loss at this window, the recovery over at once. */
static void lose(struct flow *flow, uint32_t cwnd)
{
    flow->congestion.cwnd = cwnd;
    congestion_lost(&flow->congestion, flow->now_ns, cwnd);
    congestion_recovered(&flow->congestion);
}

/* Back to the window of the loss in K, flat there, then faster and faster: cwnd is at most a round trip behind W_cubic. */
static void follow_curve(uint32_t mss, uint32_t w_max, uint32_t step, uint32_t k_ms, int64_t most_ns)
{
    struct flow flow = flow_of(mss, 50 * MS, step);
    lose(&flow, w_max);
    int64_t start_ns = flow.now_ns;
    uint32_t least = w_max / 10 * 7;
    ck_assert_uint_ge(flow.congestion.cwnd, least);
    while (flow.now_ns - start_ns < most_ns) {
        round_trip(&flow);
        uint64_t t_ms = (uint64_t)((flow.now_ns - start_ns) / MS);
        uint32_t soon = cubic_window(w_max, mss, k_ms, t_ms + 50), behind = cubic_window(w_max, mss, k_ms, t_ms < 100 ? 0 : t_ms - 100);
        uint32_t cwnd = flow.congestion.cwnd;
        ck_assert_msg(cwnd <= soon + soon / 1000 && cwnd >= behind - behind / 1000, "at %u ms: %u is not within %u and %u", (unsigned)t_ms, cwnd, behind, soon);
    }
    ck_assert_uint_eq(flow.congestion.cubic.k_ms, k_ms);
    ck_assert_uint_eq(flow.congestion.cubic.w_max, w_max);
}

START_TEST(test_curve)
{
    follow_curve(MSS, 1000 * MSS, MSS, 9085, 14 * SECOND);
    follow_curve(MSS, 1000 * MSS, 2 * MSS, 9085, 14 * SECOND);
    follow_curve(9000, 1000 * 9000, 9000, 9085, 14 * SECOND);
}
END_TEST

/* Nearly the largest windows there are. */
START_TEST(test_curve_of_gibibytes)
{
    uint32_t w_max = 700000u * MSS;
    follow_curve(MSS, w_max, 256 * MSS, 80671, 100 * SECOND);
    follow_curve(536, 1500000u * 536, 1024 * 536, 104004, 125 * SECOND);
}
END_TEST

START_TEST(test_largest_window)
{
    struct flow flow = flow_of(MSS, 100 * MS, 1 << 20);
    lose(&flow, CWND_MOST);
    ck_assert_uint_eq(flow.congestion.ssthresh, 751619276);
    for (int i = 0; i < 1200; i++)
        round_trip(&flow);
    ck_assert_uint_eq(flow.congestion.cwnd, CWND_MOST);
    acknowledge(&flow, UINT32_MAX, true);
    flow.now_ns += 400000 * SECOND;
    acknowledge(&flow, UINT32_MAX, true);
    ck_assert_uint_eq(flow.congestion.cwnd, CWND_MOST);
    congestion_lost(&flow.congestion, flow.now_ns, UINT32_MAX);
    ck_assert_uint_eq(flow.congestion.ssthresh, CWND_MOST);
}
END_TEST

/* At most half a window more in a round trip (target <= 1.5 cwnd), however late it is. */
START_TEST(test_growth_is_bounded)
{
    struct flow flow = flow_of(MSS, 100 * MS, MSS);
    lose(&flow, 100 * MSS);
    acknowledge(&flow, MSS, true);
    flow.now_ns += 30 * SECOND;
    uint32_t before = flow.congestion.cwnd;
    acknowledge(&flow, MSS, true);
    ck_assert_uint_eq(flow.congestion.cwnd, before + MSS / 2);
    acknowledge(&flow, 1000, true);
    ck_assert_uint_eq(flow.congestion.cwnd, before + MSS / 2 + 500);
}
END_TEST

/* Growth below a byte adds up: an ACK of one byte at a time gives what one of all gives. */
START_TEST(test_nothing_is_lost_by_truncation)
{
    struct flow fine = flow_of(MSS, 100 * MS, 1), coarse = flow_of(MSS, 100 * MS, 1);
    lose(&fine, 10000 * MSS);
    lose(&coarse, 10000 * MSS);
    acknowledge(&fine, 1, true);
    acknowledge(&coarse, 1, true);
    fine.now_ns = coarse.now_ns = 2 * SECOND;
    uint32_t start = fine.congestion.cwnd;
    for (int i = 0; i < 1000 * MSS; i++)
        acknowledge(&fine, 1, true);
    acknowledge(&coarse, 1000 * MSS, true);
    uint32_t all = coarse.congestion.cwnd - start, steps = fine.congestion.cwnd - start;
    ck_assert_uint_gt(all, 100 * MSS / 2);
    ck_assert_uint_ge(steps, all - all / 8); /* the target comes nearer on the way */
    ck_assert_uint_le(steps, all);
    ck_assert_uint_ge(fine.congestion.cubic.w_est + 9 * MSS, coarse.congestion.cubic.w_est);
    ck_assert_uint_le(fine.congestion.cubic.w_est, coarse.congestion.cubic.w_est);
}
END_TEST

/* In short networks: 9/17 of a segment a round trip up to the window of the loss, then one (RFC 9438 section 4.3). */
START_TEST(test_reno_friendly)
{
    struct flow flow = flow_of(MSS, 1 * MS, MSS);
    lose(&flow, 40 * MSS);
    ck_assert_uint_eq(flow.congestion.cwnd, 28 * MSS);
    for (int i = 0; i < 17; i++)
        round_trip(&flow);
    ck_assert_uint_ge(flow.congestion.cwnd, 37 * MSS - MSS / 2);
    ck_assert_uint_le(flow.congestion.cwnd, 37 * MSS);
    for (int i = 0; i < 7; i++)
        round_trip(&flow);
    uint32_t there = flow.congestion.cwnd;
    ck_assert_uint_ge(there, 40 * MSS);
    for (int i = 0; i < 10; i++)
        round_trip(&flow);
    ck_assert_uint_ge(flow.congestion.cwnd, there + 10 * MSS - MSS / 2);
    ck_assert_uint_le(flow.congestion.cwnd, there + 10 * MSS);
}
END_TEST

/* ---- events ---- */

START_TEST(test_loss_and_fast_convergence)
{
    struct flow flow = flow_of(MSS, 100 * MS, MSS);
    lose(&flow, 100 * MSS);
    struct congestion *congestion = &flow.congestion;
    ck_assert_uint_eq(congestion->ssthresh, 70 * MSS);
    ck_assert_uint_eq(congestion->cwnd, 70 * MSS);
    ck_assert_uint_eq(congestion->cubic.w_max, 100 * MSS);
    ck_assert_uint_eq(congestion->cubic.prior, 100 * MSS);
    acknowledge(&flow, MSS, true);
    ck_assert_uint_eq(congestion->cubic.k_ms, 4217);
    lose(&flow, 80 * MSS); /* less than the last: 17/20 of it */
    ck_assert_uint_eq(congestion->cubic.w_max, 68 * MSS);
    ck_assert_uint_eq(congestion->cubic.prior, 80 * MSS);
    ck_assert_uint_eq(congestion->ssthresh, 56 * MSS);
    lose(&flow, 70 * MSS); /* more than the shortened one */
    ck_assert_uint_eq(congestion->cubic.w_max, 70 * MSS);
    lose(&flow, 2 * MSS);
    ck_assert_uint_eq(congestion->ssthresh, 2 * MSS);
    /* What was in flight counts for ssthresh, the window for W_max. */
    congestion->cwnd = 100 * MSS;
    congestion_lost(congestion, 0, 50 * MSS);
    ck_assert_uint_eq(congestion->ssthresh, 35 * MSS);
    ck_assert_uint_eq(congestion->cubic.w_max, 100 * MSS);
}
END_TEST

/* RFC 9438 section 4.8: after a timeout the first epoch has its own W_max and no K. */
START_TEST(test_timeout)
{
    struct flow flow = flow_of(MSS, 100 * MS, MSS);
    lose(&flow, 100 * MSS);
    acknowledge(&flow, MSS, true);
    struct congestion *congestion = &flow.congestion;
    congestion_timeout(congestion, flow.now_ns, 60 * MSS, true);
    ck_assert_uint_eq(congestion->cwnd, MSS);
    ck_assert_uint_eq(congestion->ssthresh, 42 * MSS);
    congestion_timeout(congestion, flow.now_ns, MSS, false);
    ck_assert_uint_eq(congestion->ssthresh, 42 * MSS);
    for (int i = 0; i < 41; i++)
        acknowledge(&flow, MSS, true);
    ck_assert_uint_eq(congestion->cwnd, 42 * MSS);
    ck_assert_int_eq(congestion->cubic.epoch_ns, -1);
    flow.now_ns = 7 * SECOND;
    acknowledge(&flow, MSS, true);
    ck_assert_int_eq(congestion->cubic.epoch_ns, 7 * SECOND);
    ck_assert_uint_eq(congestion->cubic.k_ms, 0);
    ck_assert_uint_eq(congestion->cubic.w_max, 42 * MSS);
    ck_assert_uint_ge(congestion->cwnd, 42 * MSS);
    ck_assert_uint_le(congestion->cwnd, 42 * MSS + MSS / 42);
}
END_TEST

/* RFC 9438 section 4.10: the same when slow start ends without a loss; alpha is 1 then. */
START_TEST(test_epoch_without_loss)
{
    struct flow flow = flow_of(MSS, 10 * MS, MSS);
    flow.congestion.cwnd = flow.congestion.ssthresh = 50 * MSS;
    for (int i = 0; i < 10; i++)
        round_trip(&flow);
    ck_assert_uint_eq(flow.congestion.cubic.w_max, 50 * MSS);
    ck_assert_uint_eq(flow.congestion.cubic.k_ms, 0);
    ck_assert_uint_ge(flow.congestion.cwnd, 60 * MSS - MSS / 2);
    ck_assert_uint_le(flow.congestion.cwnd, 60 * MSS);
}
END_TEST

/* A window that was not the limit neither grows nor ages. */
START_TEST(test_limited_by_the_application)
{
    struct flow flow = flow_of(MSS, 100 * MS, MSS);
    lose(&flow, 1000 * MSS);
    for (int i = 0; i < 20; i++)
        round_trip(&flow);
    struct congestion before = flow.congestion;
    int64_t passed = flow.now_ns - before.cubic.epoch_ns;
    for (int i = 0; i < 50; i++) {
        flow.now_ns += 100 * MS;
        acknowledge(&flow, MSS, false);
    }
    ck_assert_uint_eq(flow.congestion.cwnd, before.cwnd);
    ck_assert_uint_eq(flow.congestion.cubic.w_est, before.cubic.w_est);
    ck_assert_int_eq(flow.now_ns - flow.congestion.cubic.epoch_ns, passed);
}
END_TEST

/* Nothing to send for a while, then a full window at once. */
START_TEST(test_silence)
{
    struct flow flow = flow_of(MSS, 100 * MS, MSS), steady;
    lose(&flow, 1000 * MSS);
    for (int i = 0; i < 20; i++)
        round_trip(&flow);
    struct congestion_ack last = { flow.now_ns, flow.rtt_ns, 0, flow.una + MSS, flow.una + MSS, MSS, MSS, true };
    congestion_ack(&flow.congestion, &last); /* nothing is in flight now */
    steady = flow;
    flow.now_ns += 60 * SECOND;
    steady.now_ns += 100 * MS;
    acknowledge(&flow, MSS, true);
    acknowledge(&steady, MSS, true);
    ck_assert_uint_eq(flow.congestion.cwnd, steady.congestion.cwnd);
    ck_assert_int_eq(flow.now_ns - flow.congestion.cubic.epoch_ns, steady.now_ns - steady.congestion.cubic.epoch_ns);
    /* A late ACK of what is in flight is no silence. */
    int64_t epoch_ns = flow.congestion.cubic.epoch_ns;
    flow.now_ns += SECOND;
    acknowledge(&flow, MSS, true);
    ck_assert_int_eq(flow.congestion.cubic.epoch_ns, epoch_ns);
}
END_TEST

START_TEST(test_undo)
{
    struct flow flow = flow_of(MSS, 100 * MS, MSS);
    lose(&flow, 100 * MSS);
    for (int i = 0; i < 10; i++)
        round_trip(&flow);
    struct congestion before = flow.congestion;
    congestion_timeout(&flow.congestion, flow.now_ns, before.cwnd, true);
    congestion_timeout(&flow.congestion, flow.now_ns, MSS, false);
    congestion_undo(&flow.congestion, before.cwnd, before.ssthresh);
    struct flow other = flow;
    other.congestion = before;
    for (int i = 0; i < 10; i++) {
        round_trip(&flow);
        round_trip(&other);
    }
    ck_assert_uint_eq(flow.congestion.cwnd, other.congestion.cwnd);
    ck_assert_uint_eq(flow.congestion.cubic.w_max, 100 * MSS);
    ck_assert_uint_eq(flow.congestion.cubic.k_ms, 4217);
}
END_TEST

/* Datacentre: round trips far below the clock of the curve. */
START_TEST(test_short_round_trips)
{
    struct flow flow = flow_of(MSS, 50000, MSS);
    lose(&flow, 100 * MSS);
    uint32_t last = flow.congestion.cwnd;
    for (int i = 0; i < 1000; i++) {
        round_trip(&flow);
        ck_assert_uint_ge(flow.congestion.cwnd, last);
        last = flow.congestion.cwnd;
    }
    ck_assert_uint_ge(last, 900 * MSS); /* as Reno: a segment each */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cubic");
    TCase *all = tcase_create("cubic");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, test_root_of_every_cube);
    tcase_add_test(all, test_k);
    tcase_add_test(all, test_window);
    tcase_add_test(all, test_window_far_away);
    tcase_add_test(all, test_curve);
    tcase_add_test(all, test_curve_of_gibibytes);
    tcase_add_test(all, test_largest_window);
    tcase_add_test(all, test_growth_is_bounded);
    tcase_add_test(all, test_nothing_is_lost_by_truncation);
    tcase_add_test(all, test_reno_friendly);
    tcase_add_test(all, test_loss_and_fast_convergence);
    tcase_add_test(all, test_timeout);
    tcase_add_test(all, test_epoch_without_loss);
    tcase_add_test(all, test_limited_by_the_application);
    tcase_add_test(all, test_silence);
    tcase_add_test(all, test_undo);
    tcase_add_test(all, test_short_round_trips);
    suite_add_tcase(suite, all);
    return suite_main(suite);
}
