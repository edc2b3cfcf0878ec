/* Slow start, HyStart++, NewReno, proportional rate reduction, ECN, undoing (host-stack 4.3 and the RFCs of congestion.h). */
#include "suite.h"

#include "net/tcp/congestion.h"

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))
#define MS INT64_C(1000000)
enum { MSS = 1460 };

static struct congestion fresh(enum congestion_algorithm algorithm, bool hystart)
{
    struct congestion congestion;
    congestion_start(&congestion, algorithm, MSS, 10, hystart);
    return congestion;
}

static void acknowledge(struct congestion *congestion, uint32_t bytes, bool limited)
{
    struct congestion_ack ack = { .now_ns = 1, .srtt_ns = 100 * MS, .una = 1, .nxt = 1000000000, .acked = bytes, .flight = congestion->cwnd, .limited = limited };
    congestion_ack(congestion, &ack);
}

/* ---- slow start ---- */

START_TEST(test_initial_window)
{
    static const struct { uint32_t mss, segments, window; } rows[] = {
        { 1460, 10, 14600 }, { 1448, 10, 14480 }, { 536, 10, 5360 },    { 9000, 10, 18000 }, { 2000, 10, 14600 }, { 65535, 10, 131070 },
        { 1460, 4, 5840 },   { 1460, 2, 2920 },   { 9000, 2, 18000 },   { 9000, 4, 18000 },  { 1460, 64, 93440 }, { 1460, 0, 1460 },
        { 1, 10, 10 },       { 65535, UINT32_MAX, CWND_MOST },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct congestion congestion;
        congestion_start(&congestion, CONGESTION_CUBIC, rows[i].mss, rows[i].segments, true);
        ck_assert_uint_eq(congestion.cwnd, rows[i].window);
        ck_assert_uint_eq(congestion.ssthresh, SSTHRESH_INFINITE);
    }
}
END_TEST

START_TEST(test_slow_start)
{
    struct congestion congestion = fresh(CONGESTION_NEWRENO, false);
    acknowledge(&congestion, MSS, true);
    ck_assert_uint_eq(congestion.cwnd, 11 * MSS);
    acknowledge(&congestion, 2 * MSS, true);
    ck_assert_uint_eq(congestion.cwnd, 13 * MSS);
    acknowledge(&congestion, 9 * MSS, true); /* L = 2 */
    ck_assert_uint_eq(congestion.cwnd, 15 * MSS);
    acknowledge(&congestion, 1, true); /* bytes, not ACKs */
    ck_assert_uint_eq(congestion.cwnd, 15 * MSS + 1);
    acknowledge(&congestion, 2 * MSS, false); /* the application was the limit */
    ck_assert_uint_eq(congestion.cwnd, 15 * MSS + 1);
    congestion.ssthresh = 16 * MSS;
    acknowledge(&congestion, 2 * MSS, true); /* not beyond */
    ck_assert_uint_eq(congestion.cwnd, 16 * MSS);
    congestion.ssthresh = SSTHRESH_INFINITE;
    congestion.cwnd = CWND_MOST - 1;
    acknowledge(&congestion, 2 * MSS, true);
    ck_assert_uint_eq(congestion.cwnd, CWND_MOST);
    /* HyStart++ has a limit of its own, in the first slow start. */
    congestion = fresh(CONGESTION_NEWRENO, true);
    acknowledge(&congestion, 9 * MSS, true);
    ck_assert_uint_eq(congestion.cwnd, 18 * MSS);
    congestion.ssthresh = 100 * MSS;
    acknowledge(&congestion, 9 * MSS, true);
    ck_assert_uint_eq(congestion.cwnd, 20 * MSS);
}
END_TEST

START_TEST(test_path_changes)
{
    struct congestion congestion = fresh(CONGESTION_CUBIC, false);
    congestion_mss(&congestion, 536);
    ck_assert_uint_eq(congestion.cwnd, 14600);
    acknowledge(&congestion, 5000, true);
    ck_assert_uint_eq(congestion.cwnd, 14600 + 2 * 536);
    congestion_mss(&congestion, 65000);
    ck_assert_uint_eq(congestion.cwnd, 65000);
}
END_TEST

/* ---- HyStart++ ---- */

struct slow { struct congestion congestion; uint64_t una; };

/* A round of ten ACKs of two segments, the round trips as told; all of it was in flight when it began. */
static void round_of(struct slow *slow, int64_t least_ms, unsigned acks)
{
    uint64_t end = slow->una + acks * 2 * MSS, nxt = end;
    for (unsigned i = 0; i < acks; i++) {
        slow->una += 2 * MSS;
        int64_t sample_ns = (least_ms + (i % 3)) * MS;
        if (slow->una == end)
            nxt = end + 10 * 2 * MSS;
        struct congestion_ack ack = { .now_ns = 1, .srtt_ns = sample_ns, .sample_ns = sample_ns, .una = slow->una, .nxt = nxt, .acked = 2 * MSS, .flight = 1, .limited = true };
        congestion_ack(&slow->congestion, &ack);
    }
}

static struct slow slow_fresh(void)
{
    return (struct slow){ .congestion = fresh(CONGESTION_CUBIC, true) };
}

/* RTT of the round before / 8, within 4 and 16 ms: the smallest growth that counts. */
START_TEST(test_hystart_threshold)
{
    static const struct { int64_t first_ms, second_ms; bool css; } rows[] = {
        { 10, 13, false }, { 10, 14, true }, { 40, 44, false }, { 40, 45, true }, { 80, 89, false }, { 80, 90, true }, { 500, 515, false }, { 500, 516, true }, { 100, 50, false },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct slow slow = slow_fresh();
        round_of(&slow, rows[i].first_ms, 10);
        ck_assert(!slow.congestion.hystart.css);
        round_of(&slow, rows[i].second_ms, 10);
        ck_assert_msg(slow.congestion.hystart.css == rows[i].css, "%d ms after %d ms", (int)rows[i].second_ms, (int)rows[i].first_ms);
    }
}
END_TEST

START_TEST(test_hystart_needs_samples)
{
    struct slow slow = slow_fresh();
    round_of(&slow, 50, 10);
    round_of(&slow, 100, 7);
    ck_assert(!slow.congestion.hystart.css);
    slow = slow_fresh();
    round_of(&slow, 50, 10);
    round_of(&slow, 100, 8);
    ck_assert(slow.congestion.hystart.css);
    /* No sample at all in the round before: nothing to compare with. */
    slow = slow_fresh();
    struct congestion_ack ack = { .now_ns = 1, .una = 2 * MSS, .nxt = 2 * MSS, .acked = 2 * MSS, .limited = true };
    congestion_ack(&slow.congestion, &ack);
    slow.una = 2 * MSS;
    round_of(&slow, 100, 10);
    ck_assert(!slow.congestion.hystart.css);
}
END_TEST

/* Growth by a quarter, five rounds (the one in which it began among them), then congestion avoidance. */
START_TEST(test_hystart_ends_slow_start)
{
    struct slow slow = slow_fresh();
    struct congestion *congestion = &slow.congestion;
    round_of(&slow, 50, 10);
    ck_assert_uint_eq(congestion->cwnd, 30 * MSS);
    round_of(&slow, 80, 10); /* from its eighth ACK on by a quarter */
    ck_assert_uint_eq(congestion->cwnd, 44 * MSS + 3 * (MSS / 2));
    uint32_t cwnd = congestion->cwnd;
    for (int i = 0; i < 3; i++)
        round_of(&slow, 80, 10);
    ck_assert_uint_eq(congestion->cwnd, cwnd + 30 * (MSS / 2));
    ck_assert_uint_eq(congestion->ssthresh, SSTHRESH_INFINITE);
    cwnd = congestion->cwnd;
    round_of(&slow, 80, 10);
    ck_assert_uint_eq(congestion->ssthresh, cwnd + 9 * (MSS / 2)); /* by its last ACK */
    ck_assert_uint_ge(congestion->cwnd, congestion->ssthresh);
    ck_assert_uint_lt(congestion->cwnd, congestion->ssthresh + MSS);
    ck_assert_int_ge(congestion->cubic.epoch_ns, 0);
}
END_TEST

/* The round trips fall again: it was no queue, slow start goes on. */
START_TEST(test_hystart_false_alarm)
{
    struct slow slow = slow_fresh();
    round_of(&slow, 50, 10);
    round_of(&slow, 80, 10);
    round_of(&slow, 80, 10);
    ck_assert(slow.congestion.hystart.css);
    round_of(&slow, 79, 7);
    ck_assert(slow.congestion.hystart.css);
    round_of(&slow, 79, 8);
    ck_assert(!slow.congestion.hystart.css);
    uint32_t cwnd = slow.congestion.cwnd;
    for (int i = 0; i < 10; i++)
        round_of(&slow, 79, 10);
    ck_assert_uint_eq(slow.congestion.cwnd, cwnd + 200 * MSS);
    ck_assert_uint_eq(slow.congestion.ssthresh, SSTHRESH_INFINITE);
    /* And it may be alarmed again, for five rounds anew. */
    round_of(&slow, 120, 10);
    ck_assert(slow.congestion.hystart.css);
    for (int i = 0; i < 3; i++)
        round_of(&slow, 120, 10);
    ck_assert_uint_eq(slow.congestion.ssthresh, SSTHRESH_INFINITE);
    round_of(&slow, 120, 10);
    ck_assert_uint_ne(slow.congestion.ssthresh, SSTHRESH_INFINITE);
}
END_TEST

START_TEST(test_hystart_off_or_later)
{
    struct slow slow = { .congestion = fresh(CONGESTION_CUBIC, false) };
    for (int i = 0; i < 10; i++)
        round_of(&slow, 50 + 30 * i, 10);
    ck_assert_uint_eq(slow.congestion.cwnd, 210 * MSS);
    slow = slow_fresh();
    slow.congestion.ssthresh = 1000 * MSS;
    for (int i = 0; i < 10; i++)
        round_of(&slow, 50 + 30 * i, 10);
    ck_assert_uint_eq(slow.congestion.cwnd, 210 * MSS);
}
END_TEST

/* ---- NewReno ---- */

START_TEST(test_avoidance)
{
    struct congestion congestion = fresh(CONGESTION_NEWRENO, false);
    congestion.cwnd = congestion.ssthresh = 20 * MSS;
    for (int i = 0; i < 19; i++)
        acknowledge(&congestion, MSS, true);
    ck_assert_uint_eq(congestion.cwnd, 20 * MSS);
    acknowledge(&congestion, MSS, true);
    ck_assert_uint_eq(congestion.cwnd, 21 * MSS);
    for (int i = 0; i < 21; i++)
        acknowledge(&congestion, 5 * MSS, true); /* an ACK is an ACK */
    ck_assert_uint_eq(congestion.cwnd, 22 * MSS);
    for (int i = 0; i < 22 * MSS; i++)
        acknowledge(&congestion, 1, true); /* split ACKs gain nothing */
    ck_assert_uint_eq(congestion.cwnd, 23 * MSS);
    for (int i = 0; i < 100; i++)
        acknowledge(&congestion, MSS, false);
    ck_assert_uint_eq(congestion.cwnd, 23 * MSS);
    congestion.cwnd = CWND_MOST - 1;
    for (int i = 0; i < 2 * (1 << 20); i++)
        acknowledge(&congestion, MSS, true);
    ck_assert_uint_eq(congestion.cwnd, CWND_MOST);
}
END_TEST

START_TEST(test_reno_loss)
{
    struct congestion congestion = fresh(CONGESTION_NEWRENO, false);
    congestion.cwnd = 20 * MSS;
    congestion_lost(&congestion, 5, 18 * MSS);
    ck_assert(congestion.recovering);
    ck_assert_uint_eq(congestion.ssthresh, 9 * MSS);
    congestion_recovered(&congestion);
    ck_assert(!congestion.recovering);
    ck_assert_uint_eq(congestion.cwnd, 9 * MSS);
    congestion_lost(&congestion, 5, 3 * MSS);
    ck_assert_uint_eq(congestion.ssthresh, 2 * MSS);
    congestion_lost(&congestion, 5, UINT32_MAX);
    ck_assert_uint_eq(congestion.ssthresh, CWND_MOST);
}
END_TEST

START_TEST(test_timeout)
{
    struct congestion congestion = fresh(CONGESTION_NEWRENO, false);
    congestion.cwnd = 40 * MSS;
    congestion_timeout(&congestion, 5, 40 * MSS, true);
    ck_assert_uint_eq(congestion.cwnd, MSS);
    ck_assert_uint_eq(congestion.ssthresh, 20 * MSS);
    congestion_timeout(&congestion, 6, MSS, false);
    ck_assert_uint_eq(congestion.ssthresh, 20 * MSS);
    acknowledge(&congestion, 30 * MSS, true); /* had arrived long before: one segment (RFC 3465 section 2.3) */
    ck_assert_uint_eq(congestion.cwnd, 2 * MSS);
    congestion_recovered(&congestion); /* all of the episode is acknowledged */
    ck_assert_uint_eq(congestion.cwnd, 2 * MSS);
    acknowledge(&congestion, 2 * MSS, true);
    ck_assert_uint_eq(congestion.cwnd, 4 * MSS);
    for (int i = 0; i < 8; i++)
        acknowledge(&congestion, 2 * MSS, true);
    ck_assert_uint_eq(congestion.cwnd, 20 * MSS);
    acknowledge(&congestion, 2 * MSS, true);
    ck_assert_uint_eq(congestion.cwnd, 20 * MSS);
    /* Without that word it ends where slow start does. */
    congestion_timeout(&congestion, 7, 4 * MSS, true);
    acknowledge(&congestion, 2 * MSS, true);
    ck_assert(!congestion.reduced_by_timeout);
}
END_TEST

START_TEST(test_timeout_in_recovery)
{
    struct congestion congestion = fresh(CONGESTION_NEWRENO, false);
    congestion.cwnd = 40 * MSS;
    congestion_lost(&congestion, 5, 40 * MSS);
    congestion_timeout(&congestion, 6, 60 * MSS, true);
    ck_assert(!congestion.recovering);
    ck_assert_uint_eq(congestion.cwnd, MSS);
    ck_assert_uint_eq(congestion.ssthresh, 20 * MSS); /* not raised to 30 */
    congestion.cwnd = 40 * MSS;
    congestion_lost(&congestion, 7, 40 * MSS);
    congestion_timeout(&congestion, 8, 20 * MSS, true);
    ck_assert_uint_eq(congestion.ssthresh, 10 * MSS);
}
END_TEST

START_TEST(test_undo)
{
    struct congestion congestion = fresh(CONGESTION_NEWRENO, true);
    congestion_timeout(&congestion, 5, 10 * MSS, true);
    congestion_undo(&congestion, 10 * MSS, SSTHRESH_INFINITE);
    ck_assert_uint_eq(congestion.cwnd, 10 * MSS);
    ck_assert_uint_eq(congestion.ssthresh, SSTHRESH_INFINITE);
    ck_assert(!congestion.reduced_by_timeout);
    acknowledge(&congestion, 2 * MSS, true);
    ck_assert_uint_eq(congestion.cwnd, 12 * MSS);
    congestion_lost(&congestion, 6, 12 * MSS);
    congestion_undo(&congestion, 0, 7 * MSS);
    ck_assert(!congestion.recovering);
    ck_assert_uint_eq(congestion.cwnd, MSS);
    ck_assert_uint_eq(congestion.ssthresh, 7 * MSS);
}
END_TEST

START_TEST(test_marks)
{
    struct congestion congestion = fresh(CONGESTION_NEWRENO, false);
    congestion.cwnd = 40 * MSS;
    congestion_marked(&congestion, 5, 38 * MSS);
    ck_assert(!congestion.recovering);
    ck_assert_uint_eq(congestion.cwnd, 19 * MSS);
    ck_assert_uint_eq(congestion.ssthresh, 19 * MSS);
    congestion = fresh(CONGESTION_CUBIC, false);
    congestion.cwnd = 40 * MSS;
    congestion_marked(&congestion, 5, 40 * MSS);
    ck_assert_uint_eq(congestion.cwnd, 28 * MSS);
    ck_assert_uint_eq(congestion.cubic.w_max, 40 * MSS);
    /* One reduction for one window: what a loss or a timeout took, a mark does not take again. */
    congestion_lost(&congestion, 6, 28 * MSS);
    struct congestion before = congestion;
    congestion_marked(&congestion, 7, 20 * MSS);
    ck_assert_uint_eq(congestion.ssthresh, before.ssthresh);
    congestion_timeout(&congestion, 8, 20 * MSS, true);
    before = congestion;
    congestion_marked(&congestion, 9, MSS);
    ck_assert_uint_eq(congestion.cwnd, MSS);
    ck_assert_uint_eq(congestion.ssthresh, before.ssthresh);
    congestion_recovered(&congestion);
    congestion_marked(&congestion, 10, MSS);
    ck_assert_uint_eq(congestion.cwnd, MSS); /* never raised */
    ck_assert_uint_eq(congestion.ssthresh, 2 * MSS);
}
END_TEST

/* ---- proportional rate reduction ---- */

/* As in RFC 6937 section 4: a window of 20, the first segment lost. The retransmission at once, then a segment for two ACKs
   (Reno), seven for ten (CUBIC): the window is reduced when all are through. */
static unsigned sent_in_recovery(struct congestion *congestion)
{
    congestion->cwnd = 20 * MSS;
    congestion_lost(congestion, 5, 20 * MSS);
    uint32_t pipe = 19 * MSS; /* RFC 6675: the lost one is not in it */
    unsigned sent = 0;
    for (int i = 0; i < 19; i++) {
        pipe -= MSS;
        congestion_recovery_ack(congestion, MSS, pipe);
        ck_assert_uint_le(congestion->cwnd, pipe + 2 * MSS);
        while (pipe + MSS <= congestion->cwnd) {
            pipe += MSS;
            congestion_sent(congestion, MSS);
            sent++;
        }
        if (i == 0)
            ck_assert_uint_eq(sent, 1);
    }
    ck_assert_uint_le(pipe, congestion->ssthresh);
    ck_assert_uint_ge(pipe + MSS, congestion->ssthresh);
    return sent;
}

START_TEST(test_prr_one_loss)
{
    struct congestion congestion = fresh(CONGESTION_NEWRENO, false);
    ck_assert_uint_eq(sent_in_recovery(&congestion), 10);
    ck_assert_uint_eq(congestion.ssthresh, 10 * MSS);
    congestion = fresh(CONGESTION_CUBIC, false);
    ck_assert_uint_eq(sent_in_recovery(&congestion), 14);
    ck_assert_uint_eq(congestion.ssthresh, 14 * MSS);
    congestion_recovered(&congestion);
    ck_assert_uint_eq(congestion.cwnd, 14 * MSS);
}
END_TEST

/* RFC 6937 section 4's second: most of a window of 20 lost, four arrive; the slow start reduction bound fills the pipe again. */
START_TEST(test_prr_many_losses)
{
    struct congestion congestion = fresh(CONGESTION_NEWRENO, false);
    congestion.cwnd = 20 * MSS;
    congestion_lost(&congestion, 5, 20 * MSS);
    uint32_t pipe = 4 * MSS;
    static const uint32_t windows[] = { 5, 6, 7, 8 }; /* one more than was delivered, each time */
    for (size_t i = 0; i < COUNT(windows); i++) {
        pipe -= MSS;
        congestion_recovery_ack(&congestion, MSS, pipe);
        ck_assert_uint_eq(congestion.cwnd, windows[i] * MSS);
        congestion_sent(&congestion, congestion.cwnd - pipe);
        pipe = congestion.cwnd;
    }
    /* Never beyond ssthresh. */
    for (int i = 0; i < 10; i++) {
        pipe -= MSS;
        congestion_recovery_ack(&congestion, MSS, pipe);
        congestion_sent(&congestion, congestion.cwnd - pipe);
        pipe = congestion.cwnd;
    }
    ck_assert_uint_eq(pipe, 10 * MSS);
}
END_TEST

/* What was not sent when it might have been may be sent later. */
START_TEST(test_prr_credit)
{
    struct congestion congestion = fresh(CONGESTION_NEWRENO, false);
    congestion_lost(&congestion, 5, 20 * MSS);
    congestion_recovery_ack(&congestion, 5 * MSS, 6 * MSS);
    ck_assert_uint_eq(congestion.cwnd, 10 * MSS);
    congestion_sent(&congestion, MSS);
    congestion_recovery_ack(&congestion, MSS, 2 * MSS);
    ck_assert_uint_eq(congestion.cwnd, 8 * MSS); /* six delivered, one sent, and one more */
    congestion_recovered(&congestion);
    congestion_sent(&congestion, MSS); /* nobody counts any more */
    ck_assert_uint_eq(congestion.prr.out, MSS);
}
END_TEST

START_TEST(test_prr_large)
{
    struct congestion congestion = fresh(CONGESTION_CUBIC, false);
    congestion_lost(&congestion, 5, CWND_MOST);
    congestion_sent(&congestion, MSS);
    congestion_recovery_ack(&congestion, 1000 * MSS, CWND_MOST - 2000 * MSS);
    ck_assert_uint_eq(congestion.cwnd, CWND_MOST - 2000 * MSS + 699 * MSS);
    /* Eight windows and more in one recovery. */
    for (int i = 0; i < 1000; i++) {
        congestion_recovery_ack(&congestion, CWND_MOST, CWND_MOST - 1);
        congestion_sent(&congestion, CWND_MOST / 10 * 7);
    }
    ck_assert_uint_eq(congestion.cwnd, CWND_MOST);
    congestion_lost(&congestion, 5, 0);
    congestion_recovery_ack(&congestion, 0, UINT32_MAX);
    congestion_recovery_ack(&congestion, 0, 0);
    ck_assert_uint_eq(congestion.cwnd, MSS);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("congestion");
    TCase *all = tcase_create("window");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, test_initial_window);
    tcase_add_test(all, test_slow_start);
    tcase_add_test(all, test_path_changes);
    tcase_add_test(all, test_hystart_threshold);
    tcase_add_test(all, test_hystart_needs_samples);
    tcase_add_test(all, test_hystart_ends_slow_start);
    tcase_add_test(all, test_hystart_false_alarm);
    tcase_add_test(all, test_hystart_off_or_later);
    tcase_add_test(all, test_avoidance);
    tcase_add_test(all, test_reno_loss);
    tcase_add_test(all, test_timeout);
    tcase_add_test(all, test_timeout_in_recovery);
    tcase_add_test(all, test_undo);
    tcase_add_test(all, test_marks);
    tcase_add_test(all, test_prr_one_loss);
    tcase_add_test(all, test_prr_many_losses);
    tcase_add_test(all, test_prr_credit);
    tcase_add_test(all, test_prr_large);
    suite_add_tcase(suite, all);
    return suite_main(suite);
}
