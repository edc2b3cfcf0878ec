/* Deadlines: retransmission, delayed ACK, zero window, keep-alive, TIME_WAIT (host-stack 4.2, 4.4, 4.7). */
#include "tcp/line.h"

static bool all(const struct seen *seen) { (void)seen; return true; }
static int64_t cut_ns;
static bool from_cut(const struct seen *seen) { return seen->sent_ns >= cut_ns; }

static struct kernel_piece buffer_piece;
static char buffer_bytes[200000];
static struct kernel_transfer waiting;
static void receive_waits(struct side *side, kernel_endpoint endpoint, uintptr_t cookie)
{
    buffer_piece = (struct kernel_piece){ buffer_bytes, sizeof buffer_bytes };
    waiting = (struct kernel_transfer){ .pieces = &buffer_piece, .piece_count = 1 };
    struct kernel_how ending = how(cookie);
    running = &side->app;
    ck_assert_int_eq(kernel_receive(endpoint, &waiting, &ending), KERNEL_PENDING);
}

/* r = 300 ms: 0.3, 0.9, 2.1, 4.5, 9.3 s, given up after 18.9 s. */
START_TEST(retransmissions)
{
    static const int64_t at_ms[] = { 0, 300, 900, 2100, 4500, 9300 };
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    receive_waits(&line.client, here, 9);
    line.lose = all;
    int64_t start = now();
    ck_assert_int_eq(send_on(&line.client, here, "hello", 5), KERNEL_OK);
    run_for(60 * SECOND);
    ck_assert_uint_eq(seen_count(true, TCP_ACK, 1), 6);
    for (size_t i = 0; i < 6; i++)
        ck_assert_int_eq(seen_nth(true, TCP_ACK, 1, i)->sent_ns - start, at_ms[i] * MS);
    ck_assert_int_eq(done_of(9)->status, KERNEL_TIMED_OUT);
    ck_assert_int_eq(done_of(9)->at_ns - start, 18900 * MS);
    ck_assert_int_eq(send_on(&line.client, here, "x", 1), KERNEL_ABORTED);
    line_close();
}
END_TEST

/* TCP_MAXRT takes the place of the count. */
START_TEST(retransmissions_by_time)
{
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    option(here, KERNEL_MAX_RETRANSMISSION_S, 100);
    line.lose = all;
    int64_t start = now();
    send_on(&line.client, here, "hello", 5);
    run_for(95 * SECOND);
    ck_assert_int_eq(state_on(&line.client, here).failure, KERNEL_OK);
    ck_assert_int_eq(seen_nth(true, TCP_ACK, 1, 8)->sent_ns - start, 76500 * MS); /* 0.3 * (2^8 - 1) */
    receive_waits(&line.client, here, 9);
    run_for(100 * SECOND);
    ck_assert_int_eq(done_of(9)->status, KERNEL_TIMED_OUT);
    ck_assert_int_eq(done_of(9)->at_ns - start, 100 * SECOND); /* not when a repetition is due */
    ck_assert_int_eq(state_on(&line.client, here).failure, KERNEL_ABORTED);
    line_close();
}
END_TEST

/* The time runs for what is not acknowledged: what was sent before and has arrived does not count. */
START_TEST(patience_of_the_oldest)
{
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    option(here, KERNEL_MAX_RETRANSMISSION_S, 10);
    send_on(&line.client, here, "hello", 5);
    run_for(4 * SECOND);
    receive_waits(&line.client, here, 9);
    line.lose = all;
    int64_t start = now();
    send_on(&line.client, here, "world", 5);
    run_for(2 * SECOND);
    send_on(&line.client, here, "again", 5);
    run_for(60 * SECOND);
    ck_assert_int_eq(done_of(9)->at_ns - start, 10 * SECOND);
    ck_assert_uint_eq(engine_pending(line.engine), 0);
    line_close();
}
END_TEST

/* Shorter than the first time-out: nothing is repeated. Set or taken back while something is on its way. */
START_TEST(patience_on_the_way)
{
    static const struct {
        uint64_t first, then;
        int64_t over_ns;
        uint32_t failure;
    } cases[] = {
        { 1, 1, SECOND, KERNEL_ABORTED }, { 0, 1, SECOND, KERNEL_ABORTED }, { 1, 20, 20 * SECOND, KERNEL_ABORTED }, { 5, UINT32_MAX, 0, KERNEL_OK }, { 1, 0, 189 * SECOND, KERNEL_ABORTED },
    };
    struct tcp_parameters parameters = tcp_parameters_default();
    parameters.min_rto_ns = 3 * SECOND;
    parameters.max_rto_ns = 1000 * SECOND;
    line_open_with(MS, LINK_UNLIMITED, &parameters, &parameters);
    kernel_endpoint here, there;
    connection(&here, &there);
    option(here, KERNEL_MAX_RETRANSMISSION_S, cases[_i].first);
    receive_waits(&line.client, here, 9);
    line.lose = all;
    int64_t start = now();
    send_on(&line.client, here, "hello", 5);
    run_for(500 * MS);
    option(here, KERNEL_MAX_RETRANSMISSION_S, cases[_i].then);
    run_for(1000 * SECOND);
    ck_assert_uint_eq(state_on(&line.client, here).failure, cases[_i].failure);
    if (cases[_i].over_ns) ck_assert_int_eq(done_of(9)->at_ns - start, cases[_i].over_ns);
    ck_assert(cases[_i].over_ns != SECOND || seen_count(true, TCP_ACK, 1) == 1);
    line_close();
}
END_TEST

/* Write, write, read: Nagle waits for the ACK, which waits for its timer (KB 214397). */
START_TEST(nagle_and_delayed_ack)
{
    static const int64_t stall_ms[] = { 40, 200, 0 };
    struct tcp_parameters parameters = tcp_parameters_default();
    if (_i == 1)
        ck_assert(tcp_parameters_preset("win7", &parameters));
    line_open_with(MS, LINK_UNLIMITED, &parameters, &parameters);
    kernel_endpoint here, there;
    connection(&here, &there);
    if (_i == 2)
        option(here, KERNEL_NO_DELAY, 1);
    int64_t start = now();
    send_on(&line.client, here, "header", 6);
    send_on(&line.client, here, "body", 4);
    run_for(SECOND);
    ck_assert_uint_eq(seen_count(true, TCP_PSH, 1), 2);
    int64_t stalled = seen_nth(true, TCP_PSH, 4, 1)->sent_ns - start;
    ck_assert_int_eq(stalled, stall_ms[_i] ? stall_ms[_i] * MS + 2 * MS : 0);
    line_close();
}
END_TEST

/* The timer starts with the first unacknowledged segment; every second full segment is acknowledged at once. */
START_TEST(acknowledgments)
{
    static char bytes[1460 * 5];
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    if (_i)
        option(there, KERNEL_ACK_FREQUENCY, 5);
    send_on(&line.client, here, bytes, sizeof bytes);
    run_for(20 * MS);
    ck_assert_uint_eq(seen_count(false, TCP_ACK, 0), _i ? 1 : 2);
    run_for(SECOND);
    ck_assert_uint_eq(seen_count(false, TCP_ACK, 0), _i ? 1 : 3);
    line_close();
}
END_TEST

/* Nobody reads: the window closes, probes follow with the timeout doubling, and the window opens with a read. */
START_TEST(zero_window)
{
    static char bytes[300000];
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    pattern_fill((uint8_t *)bytes, sizeof bytes, 0);
    ck_assert_int_eq(send_on(&line.client, here, bytes, sizeof bytes), KERNEL_OK);
    run_for(SECOND);
    size_t before = line.seen_count;
    int64_t start = now();
    ck_assert_uint_eq(view_of(here).send_window, 0);
    run_for(100 * SECOND);
    ck_assert_uint_lt(line.seen_count - before, 32);
    ck_assert_uint_ge(line.seen_count - before, 12);
    for (size_t i = before; i < line.seen_count; i++)
        ck_assert_uint_eq(line.seen[i].size, line.seen[i].up ? 1 : 0);
    ck_assert_int_gt(now(), start);
    run_for(1000 * SECOND); /* answered: it goes on for ever */
    ck_assert_int_eq(state_on(&line.client, here).failure, KERNEL_OK);
    uint64_t total = 0, count;
    while (total < sizeof bytes) {
        static uint8_t got[70000];
        ck_assert_int_eq(receive_on(&line.server, there, got, sizeof got, &count), KERNEL_OK);
        ck_assert(pattern_holds(got, count, total));
        total += count;
        run_for(SECOND);
    }
    ck_assert_uint_eq(total, sizeof bytes);
    line_close();
}
END_TEST

START_TEST(zero_window_unanswered)
{
    static char bytes[300000];
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    send_on(&line.client, here, bytes, sizeof bytes);
    run_for(SECOND);
    line.lose = all;
    run_for(1000 * SECOND);
    ck_assert_int_eq(state_on(&line.client, here).failure, KERNEL_ABORTED);
    line_close();
}
END_TEST

/* 7200 s and ten probes one second apart: 7210 s (host-stack 4.7). */
START_TEST(keepalive)
{
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    int64_t heard = MS * 2; /* the SYN-ACK */
    receive_waits(&line.client, here, 9);
    option(here, KERNEL_KEEPALIVE, 1);
    run_for(7300 * SECOND); /* one is answered */
    ck_assert_uint_eq(seen_count(true, TCP_ACK, 0), 1);
    ck_assert_int_eq(seen_nth(true, TCP_ACK, 0, 0)->sent_ns, heard + 7200 * SECOND);
    heard += 7200 * SECOND + 2 * MS;
    cut_ns = now();
    line.lose = from_cut;
    run_for(8000 * SECOND);
    ck_assert_uint_eq(seen_count(true, TCP_ACK, 0), 12); /* ten more, and a reset */
    ck_assert_uint_eq(seen_nth(true, TCP_ACK, 0, 1)->sequence, 0); /* SND.NXT - 1 */
    ck_assert_int_eq(done_of(9)->status, KERNEL_NET_RESET);
    ck_assert_int_eq(done_of(9)->at_ns, heard + 7210 * SECOND);
    ck_assert_int_eq(send_on(&line.client, here, "x", 1), KERNEL_RESET);
    line_close();
}
END_TEST

START_TEST(keepalive_values)
{
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    option(here, KERNEL_KEEPALIVE_IDLE_MS, 10000);
    option(here, KERNEL_KEEPALIVE_INTERVAL_MS, 500);
    option(here, KERNEL_KEEPALIVE_PROBES, 3);
    option(here, KERNEL_KEEPALIVE, 1);
    line.lose = all;
    run_for(60 * SECOND);
    ck_assert_uint_eq(seen_count(true, TCP_RST, 0), 1);
    ck_assert_int_eq(seen_nth(true, TCP_RST, 0, 0)->sent_ns, 2 * MS + 11500 * MS);
    line_close();
}
END_TEST

/* A connection that rests holds nothing in the queue. */
START_TEST(rest)
{
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    send_on(&line.client, here, "hello", 5);
    run_for(10 * SECOND);
    ck_assert_uint_eq(engine_pending(line.engine), 0);
    line_close();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tcp: timers");
    TCase *basics = tcase_create("timers");
    tcase_add_test(basics, retransmissions);
    tcase_add_test(basics, retransmissions_by_time);
    tcase_add_test(basics, patience_of_the_oldest);
    tcase_add_loop_test(basics, patience_on_the_way, 0, 5);
    tcase_add_loop_test(basics, nagle_and_delayed_ack, 0, 3);
    tcase_add_loop_test(basics, acknowledgments, 0, 2);
    tcase_add_test(basics, zero_window);
    tcase_add_test(basics, zero_window_unanswered);
    tcase_add_test(basics, keepalive);
    tcase_add_test(basics, keepalive_values);
    tcase_add_test(basics, rest);
    suite_add_tcase(suite, basics);
    return suite_main(suite);
}
