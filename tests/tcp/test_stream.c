/* What a caller sees of the stream: buffering of sends, filling receives, windows, urgent bytes, families, rows. */
#include "tcp/line.h"

static uint8_t bytes[1 << 20], got[1 << 20];
static uint64_t count;
static bool all(const struct seen *seen) { (void)seen; return true; }

struct call { struct kernel_piece piece; struct kernel_transfer transfer; };

static enum kernel_status send_pending(struct call *call, struct side *side, kernel_endpoint endpoint, size_t size, uintptr_t cookie)
{
    struct kernel_how ending = how(cookie);
    call->piece = (struct kernel_piece){ bytes, size };
    call->transfer = (struct kernel_transfer){ .pieces = &call->piece, .piece_count = 1 };
    running = &side->app;
    return kernel_send(endpoint, &call->transfer, &ending);
}

static enum kernel_status receive_pending(struct call *call, struct side *side, kernel_endpoint endpoint, size_t size, uint32_t flags, uintptr_t cookie)
{
    struct kernel_how ending = how(cookie);
    call->piece = (struct kernel_piece){ got, size };
    call->transfer = (struct kernel_transfer){ .pieces = &call->piece, .piece_count = 1, .flags = flags };
    running = &side->app;
    return kernel_receive(endpoint, &call->transfer, &ending);
}

/* KB 214397: within the quota at once, one over it at once, the next waits. */
START_TEST(send_rules)
{
    struct call calls[4];
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    option(here, KERNEL_SEND_BUFFER, 8192);
    line.lose = all;
    ck_assert_int_eq(send_pending(&calls[0], &line.client, here, 8192, 1), KERNEL_OK);
    ck_assert_int_eq(send_pending(&calls[1], &line.client, here, 8192, 2), KERNEL_OK);
    ck_assert_int_eq(send_pending(&calls[2], &line.client, here, 8192, 3), KERNEL_PENDING);
    ck_assert_int_eq(send_pending(&calls[3], &line.client, here, 100, 4), KERNEL_PENDING);
    ck_assert_int_eq(send_on(&line.client, here, bytes, 1), KERNEL_WOULD_BLOCK);
    line.lose = NULL;
    run_for(5 * SECOND);
    ck_assert_int_eq(done_of(3)->status, KERNEL_OK);
    ck_assert_uint_eq(done_of(3)->count, 8192);
    ck_assert_int_eq(done_of(4)->status, KERNEL_OK);
    ck_assert_uint_eq(done_of(4)->count, 100);
    ck_assert_uint_eq(state_on(&line.server, there).readable_bytes, 3 * 8192 + 100);
    line_close();
}
END_TEST

/* One larger than the buffer is taken whole; the next is not, and then there is room again. */
START_TEST(send_without_waiting)
{
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    option(here, KERNEL_SEND_BUFFER, 8192);
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_ENDPOINT, .family = KERNEL_IPV4, .endpoint = here, .conditions = KERNEL_WRITABLE };
    kernel_request request;
    ck_assert_int_eq(send_on(&line.client, here, bytes, 50000), KERNEL_OK);
    ck_assert_int_eq(send_on(&line.client, here, bytes, 1), KERNEL_WOULD_BLOCK);
    ck_assert_uint_eq(state_on(&line.client, here).conditions & KERNEL_WRITABLE, 0);
    ck_assert_int_eq(kernel_watch(&watch, false, note_done, (void *)(uintptr_t)8, &request), KERNEL_OK);
    run_for(SECOND);
    ck_assert_int_eq(done_of(8)->status, KERNEL_OK);
    ck_assert_uint_eq(done_of(8)->count, KERNEL_WRITABLE);
    ck_assert_int_eq(send_on(&line.client, here, bytes, 1), KERNEL_OK);
    line_close();
}
END_TEST

/* SO_SNDBUF 0: complete when the last byte is acknowledged. */
START_TEST(send_unbuffered)
{
    struct call call;
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    option(here, KERNEL_SEND_BUFFER, 0);
    int64_t start = now();
    ck_assert_int_eq(send_pending(&call, &line.client, here, 2920, 1), KERNEL_PENDING);
    run_for(SECOND);
    ck_assert_int_eq(done_of(1)->at_ns - start, 2 * MS + 1); /* two segments, 1 ns apart */
    line_close();
}
END_TEST

START_TEST(receive_waits)
{
    struct call call, second;
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    ck_assert_int_eq(receive_pending(&call, &line.server, there, 100, 0, 1), KERNEL_PENDING);
    ck_assert_int_eq(receive_pending(&second, &line.server, there, 100, 0, 2), KERNEL_PENDING);
    memcpy(bytes, "onetwo", 6);
    send_on(&line.client, here, bytes, 3);
    run_for(100 * MS);
    ck_assert_uint_eq(done_of(1)->count, 3);
    ck_assert_ptr_null(done_of(2));
    send_on(&line.client, here, bytes + 3, 3);
    run_for(100 * MS);
    ck_assert_uint_eq(done_of(2)->count, 3);
    line_close();
}
END_TEST

/* MSG_WAITALL, also for more than a window. */
START_TEST(receive_fills)
{
    struct call call;
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    ck_assert_int_eq(receive_pending(&call, &line.server, there, 200000, KERNEL_WAIT_ALL, 11), KERNEL_PENDING);
    for (unsigned i = 0; i < 4; i++) {
        pattern_fill(bytes, 50000, i * 50000);
        ck_assert_ptr_null(done_of(11));
        send_on(&line.client, here, bytes, 50000);
        run_for(SECOND);
    }
    ck_assert_uint_eq(done_of(11)->count, 200000);
    ck_assert(pattern_holds(got, 200000, 0));
    ck_assert_int_eq(receive_pending(&call, &line.server, there, 100, KERNEL_WAIT_ALL, 2), KERNEL_PENDING);
    send_on(&line.client, here, bytes, 10);
    shutdown_on(&line.client, here, KERNEL_SENDING);
    run_for(SECOND);
    ck_assert_uint_eq(done_of(2)->count, 10);
    line_close();
}
END_TEST

START_TEST(peek)
{
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    memcpy(bytes, "twice", 5);
    send_on(&line.client, here, bytes, 5);
    run_for(SECOND);
    ck_assert_int_eq(receive_flags(&line.server, there, got, 3, KERNEL_PEEK, &count), KERNEL_OK);
    ck_assert(count == 3 && memcmp(got, "twi", 3) == 0);
    ck_assert_int_eq(receive_on(&line.server, there, got, 10, &count), KERNEL_OK);
    ck_assert(count == 5 && memcmp(got, "twice", 5) == 0);
    ck_assert_int_eq(receive_on(&line.server, there, got, 10, &count), KERNEL_WOULD_BLOCK);
    line_close();
}
END_TEST

/* Small sends are gathered into one segment while another is on its way. */
START_TEST(gathering)
{
    line_open(10 * MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    for (unsigned i = 0; i < 100; i++) {
        pattern_fill(bytes, 10, i * 10);
        ck_assert_int_eq(send_on(&line.client, here, bytes, 10), KERNEL_OK);
    }
    run_for(SECOND);
    ck_assert_uint_eq(seen_count(true, TCP_ACK, 1), 2);
    ck_assert_int_eq(receive_on(&line.server, there, got, sizeof got, &count), KERNEL_OK);
    ck_assert(count == 1000 && pattern_holds(got, 1000, 0));
    line_close();
}
END_TEST

/* ---- windows ---- */

static const struct { uint64_t speed, window; } speeds[] = { { 500000, 8192 }, { 10000000, 17520 }, { 1000000000, 64240 }, { 10000000000, 65535 } };
START_TEST(first_window)
{
    line_open(MS);
    line.client.eth0->speed_bps = speeds[_i].speed;
    listen_on(&line.server, PORT, 5);
    connect_to(open_on(&line.client), &line.client, "192.0.2.2", PORT, 1);
    run_for(SECOND);
    ck_assert_uint_eq(line.seen[0].window, speeds[_i].window);
    line_close();
}
END_TEST

/* SO_RCVBUF fixes it; without tuning there is no scale and no more than 65535. */
START_TEST(fixed_window)
{
    struct tcp_parameters parameters = tcp_parameters_default();
    if (_i)
        parameters.auto_tuning = TCP_TUNING_DISABLED;
    line_open_with(MS, LINK_UNLIMITED, &parameters, &parameters);
    kernel_endpoint listener = listen_on(&line.server, PORT, 5), here = open_on(&line.client);
    option(here, KERNEL_RECEIVE_BUFFER, 200000);
    connect_to(here, &line.client, "192.0.2.2", PORT, 1);
    run_for(SECOND);
    kernel_endpoint there = accept_on(&line.server, listener);
    ck_assert_uint_eq(line.seen[0].window, 65535);
    ck_assert_uint_eq(line.seen[0].options & TCP_OPTION_SCALE, _i ? 0 : TCP_OPTION_SCALE);
    ck_assert_int_eq(send_on(&line.server, there, bytes, 300000), KERNEL_OK);
    run_for(20 * SECOND);
    ck_assert_uint_ge(state_on(&line.client, here).readable_bytes, _i ? 65000 : 199700);
    ck_assert_uint_le(state_on(&line.client, here).readable_bytes, _i ? 65535 : 200000);
    line_close();
}
END_TEST

/* A reader that keeps up makes the window twice what came in within it, up to the scale's limit. */
START_TEST(tuned_window)
{
    line_open(10 * MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    uint32_t largest = 0;
    uint64_t total = 0;
    for (unsigned i = 0; i < 3000 && total < 60000000; i++) {
        while (send_on(&line.client, here, bytes, 100000) == KERNEL_OK)
            ;
        run_for(5 * MS + 1000); /* what was sent at one instant comes 1 ns apart: all of it is there */
        while (receive_on(&line.server, there, got, sizeof got, &count) == KERNEL_OK)
            total += count;
        struct tcp_view view = view_of(here);
        ck_assert_uint_ge(view.send_window, largest / 2);
        largest = view.send_window > largest ? view.send_window : largest;
    }
    ck_assert_uint_ge(largest, 4 << 20);
    ck_assert_uint_le(largest, UINT32_C(65535) << 8);
    line_close();
}
END_TEST

/* ---- urgent ---- */

START_TEST(urgent_apart)
{
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    option(here, KERNEL_NO_DELAY, 1);
    ck_assert_int_eq(receive_flags(&line.server, there, got, 1, KERNEL_OUT_OF_BAND, &count), KERNEL_BAD_ARGUMENT);
    send_on(&line.client, here, "before", 6);
    send_flags(&line.client, here, "now!", 4, KERNEL_OUT_OF_BAND);
    send_on(&line.client, here, "after", 5);
    run_for(SECOND);
    const struct seen *urgent = seen_nth(true, TCP_URG, 0, 0);
    ck_assert_uint_eq(urgent->sequence + urgent->urgent, 11); /* BSD: behind the byte */
    ck_assert_uint_eq(state_on(&line.server, there).conditions & KERNEL_URGENT, KERNEL_URGENT);
    ck_assert_int_eq(receive_on(&line.server, there, got, 100, &count), KERNEL_OK);
    ck_assert(count == 9 && memcmp(got, "beforenow", 9) == 0);
    ck_assert(state_on(&line.server, there).at_mark);
    ck_assert_int_eq(receive_flags(&line.server, there, got, 1, KERNEL_OUT_OF_BAND, &count), KERNEL_OK);
    ck_assert(count == 1 && got[0] == '!');
    ck_assert_uint_eq(state_on(&line.server, there).conditions & KERNEL_URGENT, 0);
    ck_assert_int_eq(receive_on(&line.server, there, got, 100, &count), KERNEL_OK);
    ck_assert(count == 5 && memcmp(got, "after", 5) == 0);
    ck_assert(!state_on(&line.server, there).at_mark);
    line_close();
}
END_TEST

START_TEST(urgent_inline)
{
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    option(there, KERNEL_URGENT_INLINE, 1);
    send_flags(&line.client, here, "ab!", 3, KERNEL_OUT_OF_BAND);
    send_on(&line.client, here, "cd", 2);
    run_for(SECOND);
    ck_assert_int_eq(receive_flags(&line.server, there, got, 1, KERNEL_OUT_OF_BAND, &count), KERNEL_BAD_ARGUMENT);
    static const char *const parts[] = { "ab", "!", "cd" };
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_int_eq(receive_on(&line.server, there, got, 100, &count), KERNEL_OK);
        ck_assert(count == strlen(parts[i]) && memcmp(got, parts[i], count) == 0);
    }
    line_close();
}
END_TEST

/* A newer one takes the slot of one that was not read. */
START_TEST(urgent_twice)
{
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    send_flags(&line.client, here, "1", 1, KERNEL_OUT_OF_BAND);
    run_for(SECOND);
    send_flags(&line.client, here, "2", 1, KERNEL_OUT_OF_BAND);
    run_for(SECOND);
    ck_assert_int_eq(receive_flags(&line.server, there, got, 1, KERNEL_OUT_OF_BAND, &count), KERNEL_OK);
    ck_assert_uint_eq(got[0], '2');
    ck_assert_int_eq(receive_on(&line.server, there, got, 1, &count), KERNEL_WOULD_BLOCK);
    line_close();
}
END_TEST

/* IPv6, a dual-stack listener, and a host that speaks to itself. */
START_TEST(families)
{
    line_open(MS);
    kernel_endpoint listener = 0, six = 0, four = open_on(&line.client), own = 0;
    struct kernel_socket local = name("::", PORT), peer;
    running = &line.server.app;
    ck_assert_int_eq(kernel_endpoint_open(KERNEL_IPV6, KERNEL_TCP, 6, &listener), KERNEL_OK);
    option(listener, KERNEL_IPV6_ONLY, 0);
    running = &line.server.app;
    ck_assert_int_eq(kernel_bind(listener, &local), KERNEL_OK);
    ck_assert_int_eq(kernel_listen(listener, 5), KERNEL_OK);
    ck_assert_int_eq(kernel_endpoint_open(KERNEL_IPV6, KERNEL_TCP, 6, &own), KERNEL_OK);
    running = &line.client.app;
    ck_assert_int_eq(kernel_endpoint_open(KERNEL_IPV6, KERNEL_TCP, 6, &six), KERNEL_OK);
    connect_to(six, &line.client, "2001:db8::2", PORT, 1);
    run_for(SECOND);
    connect_to(four, &line.client, "192.0.2.2", PORT, 2);
    run_for(SECOND);
    connect_to(own, &line.server, "2001:db8::2", PORT, 3);
    run_for(SECOND);
    ck_assert_uint_eq(view_of(six).mss, 1440);
    for (uintptr_t i = 1; i <= 3; i++) {
        kernel_endpoint there = accept_on(&line.server, listener), here = i == 1 ? six : i == 2 ? four : own;
        struct side *side = i == 3 ? &line.server : &line.client;
        ck_assert(done_of(i)->status == KERNEL_OK && there != 0);
        ck_assert_int_eq(kernel_peer(there, &peer), KERNEL_OK);
        struct kernel_address expected = ip(i == 1 ? "2001:db8::1" : i == 2 ? "::ffff:192.0.2.1" : "2001:db8::2");
        ck_assert(address_equal(&peer.address, &expected));
        pattern_fill(bytes, 100000, 0);
        ck_assert_int_eq(send_on(side, here, bytes, 100000), KERNEL_OK);
        uint64_t total = 0;
        for (unsigned turn = 0; turn < 10; turn++) {
            run_for(SECOND);
            while (receive_on(&line.server, there, got + total, sizeof got - total, &count) == KERNEL_OK)
                total += count;
        }
        ck_assert(total == 100000 && pattern_holds(got, total, 0));
    }
    line_close();
}
END_TEST

/* Whoever answers from within an arrival is heard at once. */
START_TEST(echoed)
{
    line_open(5 * MS);
    struct traffic_setup setup = traffic_setup_default();
    setup.name = "echo";
    setup.kind = TRAFFIC_ECHO;
    setup.transport = KERNEL_TCP;
    setup.port = 7;
    ck_assert_ptr_nonnull(traffic_start(line.server.host, &setup));
    setup = traffic_setup_default();
    setup.name = "request";
    setup.kind = TRAFFIC_REQUEST;
    setup.transport = KERNEL_TCP;
    setup.to = name("192.0.2.2", 7);
    setup.size = 1000;
    setup.count = 20;
    struct traffic *request = traffic_start(line.client.host, &setup);
    run_for(10 * SECOND);
    struct traffic_view view = traffic_view(request);
    ck_assert(view.done && view.received_bytes == 20000);
    ck_assert_int_eq(view.rtt_most_ns, 10 * MS + 1); /* the first request follows the handshake's last packet */
    line_close();
}
END_TEST

/* What a connection does stands in the trace. */
static bool row_seen(const char *verb)
{
    struct trace_row row;
    for (uint64_t seq = 1; seq <= *trace_newest(line.trace); seq++) {
        if (trace_read(line.trace, seq, &row) && strcmp(row.verb, verb) == 0)
            return true;
    }
    return false;
}

START_TEST(rows)
{
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    ck_assert(row_seen("tcp.connecting") && row_seen("tcp.established"));
    tcp_backlog_set(inside(here), 70000);
    line.lose = all;
    send_on(&line.client, here, bytes, 10);
    run_for(30 * SECOND);
    ck_assert(row_seen("backlog.changed") && row_seen("tcp.timeout") && row_seen("tcp.timed_out"));
    line_close();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tcp: stream");
    TCase *basics = tcase_create("stream");
    tcase_add_test(basics, send_rules);
    tcase_add_test(basics, send_without_waiting);
    tcase_add_test(basics, send_unbuffered);
    tcase_add_test(basics, receive_waits);
    tcase_add_test(basics, receive_fills);
    tcase_add_test(basics, peek);
    tcase_add_test(basics, gathering);
    tcase_add_loop_test(basics, first_window, 0, 4);
    tcase_add_loop_test(basics, fixed_window, 0, 2);
    tcase_add_test(basics, tuned_window);
    tcase_add_test(basics, urgent_apart);
    tcase_add_test(basics, urgent_inline);
    tcase_add_test(basics, urgent_twice);
    tcase_add_test(basics, families);
    tcase_add_test(basics, echoed);
    tcase_add_test(basics, rows);
    tcase_set_timeout(basics, 30);
    suite_add_tcase(suite, basics);
    return suite_main(suite);
}
