/*
 * Do the windows have the size that theory gives them? One flow without a queue, whose packets are lost by chance: the mean window
 * against Mathis et al. 1997 (Reno) and RFC 9438 section 5.1 (CUBIC). Nothing here but congestion control: an error in growth shows.
 */
#include "suite.h"

#include <string.h>

#include "net/tcp/congestion.h"

#define MS INT64_C(1000000)
enum { MSS = 1448, ROOM = 1 << 14 };

struct sent { int64_t at_ns; bool lost; };

struct flow {
    struct congestion congestion;
    int64_t rtt_ns, now_ns;
    uint64_t chance;              /* state of the generator */
    uint64_t inverse;             /* one packet in so many is lost */
    unsigned delay;               /* segments an ACK covers */
    uint64_t first, next, recover; /* packets, in order of sending: oldest in flight, next, end of recovery */
    uint64_t delivered, losses;
    uint32_t unacked;             /* arrived and not acknowledged yet, packets */
    uint64_t una;                 /* packets acknowledged */
    struct sent sent[ROOM];
};

/* Knuth's MMIX generator; its upper half is good enough for this. */
static bool lost_by_chance(struct flow *flow)
{
    flow->chance = flow->chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (flow->chance >> 32) * flow->inverse >> 32 == 0;
}

static uint32_t pipe(const struct flow *flow)
{
    return (uint32_t)(flow->next - flow->first) * MSS;
}

static void send_what_may_go(struct flow *flow)
{
    while (pipe(flow) + MSS <= flow->congestion.cwnd && flow->next - flow->first < ROOM) {
        flow->sent[flow->next++ % ROOM] = (struct sent){ flow->now_ns, lost_by_chance(flow) };
        congestion_sent(&flow->congestion, MSS);
    }
}

static void acknowledge(struct flow *flow)
{
    struct congestion_ack ack = { .now_ns = flow->now_ns, .srtt_ns = flow->rtt_ns, .sample_ns = flow->rtt_ns, .limited = true };
    ack.acked = flow->unacked * MSS;
    ack.flight = pipe(flow) + ack.acked;
    ack.una = flow->first * MSS;
    ack.nxt = flow->next * MSS;
    flow->unacked = 0;
    if (flow->congestion.recovering)
        congestion_recovery_ack(&flow->congestion, ack.acked, pipe(flow));
    else
        congestion_ack(&flow->congestion, &ack);
}

/* The oldest packet's fate becomes known a round trip after it was sent. */
static void take_oldest(struct flow *flow)
{
    struct sent sent = flow->sent[flow->first % ROOM];
    flow->now_ns = sent.at_ns + flow->rtt_ns;
    uint32_t flight = pipe(flow);
    if (flow->congestion.recovering && flow->first >= flow->recover)
        congestion_recovered(&flow->congestion);
    flow->first++;
    if (sent.lost) {
        flow->losses++;
        if (!flow->congestion.recovering) {
            congestion_lost(&flow->congestion, flow->now_ns, flight);
            flow->recover = flow->next;
            congestion_recovery_ack(&flow->congestion, 0, pipe(flow));
        }
    } else {
        flow->delivered++;
        flow->unacked++;
        /* In recovery everything is acknowledged at once; the last of a burst does not wait. */
        bool last = flow->first == flow->next || flow->sent[flow->first % ROOM].at_ns != sent.at_ns;
        if (flow->unacked >= flow->delay || last || flow->congestion.recovering)
            acknowledge(flow);
    }
    send_what_may_go(flow);
}

/* The mean window, in thousandths of a segment, over so many packets. */
static uint64_t mean_window(enum congestion_algorithm algorithm, int64_t rtt_ms, uint64_t inverse, unsigned delay, uint64_t packets)
{
    static struct flow flow;
    memset(&flow, 0, sizeof flow);
    flow.rtt_ns = rtt_ms * MS;
    flow.chance = 4711;
    flow.inverse = inverse;
    flow.delay = delay;
    congestion_start(&flow.congestion, algorithm, MSS, 10, true);
    send_what_may_go(&flow);
    for (uint64_t i = 0; i < packets; i++) {
        if (flow.next == flow.first)
            ck_abort_msg("nothing is in flight");
        take_oldest(&flow);
    }
    ck_assert_uint_gt(flow.losses, packets / inverse * 9 / 10);
    return flow.delivered * 1000 * (uint64_t)flow.rtt_ns / (uint64_t)flow.now_ns;
}

/* Both in thousandths of a segment; the bounds in thousandths. */
static void compare(uint64_t mean, uint64_t expected, uint64_t least, uint64_t most)
{
    uint64_t ratio = mean * 1000 / expected;
    ck_assert_msg(ratio >= least && ratio <= most, "a mean window of %u instead of %u thousandths of a segment", (unsigned)mean, (unsigned)expected);
}

/*
 * sqrt(3 / (2 b p)) is for losses at equal distances; for losses by chance it is 1.31 / sqrt(b p) (Ott, Kemperman, Mathis 1996),
 * seven in a hundred more.
 */
START_TEST(test_newreno)
{
    static const struct { unsigned inverse, delay, mathis, ott; } rows[] = {
        { 1000, 1, 38730, 41425 }, { 1000, 2, 27386, 29292 }, { 10000, 1, 122474, 131000 }, { 10000, 2, 86603, 92631 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t mean = mean_window(CONGESTION_NEWRENO, 50, rows[i].inverse, rows[i].delay, rows[i].inverse * UINT64_C(2000));
        compare(mean, rows[i].mathis, 900, 1200);
        compare(mean, rows[i].ott, 950, 1050);
    }
}
END_TEST

/*
 * `law` is max(1.054 (RTT / p)^0.75, sqrt(3 / (2 p))); where the two are nearly equal (50 ms, 1e-4), CUBIC has the better of both
 * in turn and lies above them. `real` was computed once by RFC 9438 in double precision with the same losses.
 */
START_TEST(test_cubic)
{
    static const struct { int64_t rtt_ms; unsigned inverse, delay, law, real; } rows[] = {
        { 20, 1000, 1, 38730, 42945 },    { 50, 1000, 1, 38730, 43353 },    { 100, 1000, 1, 38730, 45336 },
        { 20, 10000, 1, 122474, 141068 }, { 50, 10000, 1, 122474, 149773 }, { 100, 10000, 1, 187431, 215523 },
        { 20, 1000, 2, 38730, 42963 },    { 100, 1000, 2, 38730, 45356 },   { 100, 10000, 2, 187431, 215513 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t mean = mean_window(CONGESTION_CUBIC, rows[i].rtt_ms, rows[i].inverse, rows[i].delay, rows[i].inverse * UINT64_C(2000));
        bool crossing = rows[i].rtt_ms == 50 && rows[i].inverse == 10000;
        compare(mean, rows[i].law, 900, crossing ? 1250 : 1200);
        compare(mean, rows[i].real, 995, 1005);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fidelity");
    TCase *all = tcase_create("random loss");
    tcase_set_timeout(all, 120);
    tcase_add_test(all, test_newreno);
    tcase_add_test(all, test_cubic);
    suite_add_tcase(suite, all);
    return suite_main(suite);
}
