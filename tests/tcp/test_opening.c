/* Opening connections: the handshake, refusals and their retries, timeouts, both sides at once, the listener's queue. */
#include "tcp/line.h"

static bool all(const struct seen *seen) { (void)seen; return true; }
static bool first_syn(const struct seen *seen) { return seen->flags == TCP_SYN && seen->sent_ns < MS; }

START_TEST(handshake)
{
    line_open(5 * MS);
    kernel_endpoint listener = listen_on(&line.server, PORT, 5), here = open_on(&line.client);
    ck_assert_int_eq(connect_to(here, &line.client, "192.0.2.2", PORT, 1), KERNEL_PENDING);
    ck_assert_int_eq(connect_to(here, &line.client, "192.0.2.2", PORT, 2), KERNEL_IN_PROGRESS);
    run_for(SECOND);
    ck_assert_uint_eq(line.seen_count, 3);
    ck_assert_uint_eq(line.seen[0].flags, TCP_SYN);
    ck_assert_uint_eq(line.seen[0].mss, 1460);
    ck_assert_uint_eq(line.seen[0].window, 64240);
    ck_assert_uint_eq(line.seen[0].options, TCP_OPTION_MSS | TCP_OPTION_SCALE | TCP_OPTION_SACK_PERMITTED);
    ck_assert_uint_eq(line.seen[1].flags, TCP_SYN | TCP_ACK);
    ck_assert_uint_eq(line.seen[2].flags, TCP_ACK);
    ck_assert_uint_eq(line.seen[2].window, 64240 >> 8);
    const struct done *done = done_of(1);
    ck_assert(done && done->status == KERNEL_OK && done->at_ns == 10 * MS);
    kernel_endpoint there = accept_on(&line.server, listener);
    ck_assert(there != 0 && accept_on(&line.server, listener) == 0);
    ck_assert_str_eq(view_of(there).state, "established");
    ck_assert_int_eq(connect_to(here, &line.client, "192.0.2.2", PORT, 3), KERNEL_IS_CONNECTED);
    struct kernel_socket peer;
    running = &line.server.app;
    ck_assert_int_eq(kernel_peer(there, &peer), KERNEL_OK);
    struct kernel_address client = ip("192.0.2.1");
    ck_assert(address_equal(&peer.address, &client) && peer.port == 49152);
    line_close();
}
END_TEST

/* Host-stack 4.2: 500 ms between the tries, five of them by default. */
START_TEST(refused)
{
    line_open(MS);
    kernel_endpoint here = open_on(&line.client);
    connect_to(here, &line.client, "192.0.2.2", PORT, 1);
    run_for(10 * SECOND);
    ck_assert_uint_eq(seen_count(true, TCP_SYN, 0), 5);
    for (size_t i = 0; i < 5; i++)
        ck_assert_int_eq(seen_nth(true, TCP_SYN, 0, i)->sent_ns, (int64_t)i * 502 * MS);
    const struct done *done = done_of(1);
    ck_assert(done && done->status == KERNEL_REFUSED && done->at_ns == 4 * 502 * MS + 2 * MS);
    ck_assert_int_eq(state_on(&line.client, here).failure, KERNEL_REFUSED);
    listen_on(&line.server, PORT, 1); /* it may be tried again */
    ck_assert_int_eq(connect_to(here, &line.client, "192.0.2.2", PORT, 2), KERNEL_PENDING);
    run_for(SECOND);
    ck_assert_int_eq(done_of(2)->status, KERNEL_OK);
    line_close();
}
END_TEST

START_TEST(refused_at_once)
{
    struct tcp_parameters parameters = tcp_parameters_default();
    parameters.syn_rst_retries = 0;
    line_open_with(MS, LINK_UNLIMITED, &parameters, &parameters);
    kernel_endpoint here = open_on(&line.client);
    connect_to(here, &line.client, "192.0.2.2", PORT, 1);
    run_for(SECOND);
    ck_assert_int_eq(done_of(1)->status, KERNEL_REFUSED);
    ck_assert_int_eq(done_of(1)->at_ns, 2 * MS);
    line_close();
}
END_TEST

static const struct { const char *preset; size_t count; int64_t at_s[5], fails_s; } schedules[] = {
    { "win11", 5, { 0, 1, 3, 7, 15 }, 31 },
    { "win10", 3, { 0, 3, 9 }, 21 },
};

START_TEST(syn_schedule)
{
    struct tcp_parameters parameters;
    ck_assert(tcp_parameters_preset(schedules[_i].preset, &parameters));
    line_open_with(MS, LINK_UNLIMITED, &parameters, &parameters);
    line.lose = all;
    kernel_endpoint here = open_on(&line.client);
    connect_to(here, &line.client, "192.0.2.2", PORT, 1);
    run_for(100 * SECOND);
    ck_assert_uint_eq(seen_count(true, TCP_SYN, 0), schedules[_i].count);
    for (size_t i = 0; i < schedules[_i].count; i++)
        ck_assert_int_eq(seen_nth(true, TCP_SYN, 0, i)->sent_ns, schedules[_i].at_s[i] * SECOND);
    ck_assert_int_eq(done_of(1)->status, KERNEL_TIMED_OUT);
    ck_assert_int_eq(done_of(1)->at_ns, schedules[_i].fails_s * SECOND);
    ck_assert_uint_eq(engine_pending(line.engine), 0);
    line_close();
}
END_TEST

/* RFC 5681 3.1: after a lost SYN the first window is one segment. */
START_TEST(window_after_lost_syn)
{
    line_open(5 * MS);
    line.lose = first_syn;
    kernel_endpoint here, there;
    connection(&here, &there);
    ck_assert_uint_eq(view_of(here).cwnd, 1460);
    ck_assert_uint_eq(view_of(there).cwnd, 14600);
    line_close();
}
END_TEST

START_TEST(both_at_once)
{
    line_open(5 * MS);
    kernel_endpoint here = open_on(&line.client), there = open_on(&line.server);
    struct kernel_socket a = name("192.0.2.1", 1000), b = name("192.0.2.2", 2000);
    running = &line.client.app;
    ck_assert_int_eq(kernel_bind(here, &a), KERNEL_OK);
    running = &line.server.app;
    ck_assert_int_eq(kernel_bind(there, &b), KERNEL_OK);
    connect_to(here, &line.client, "192.0.2.2", 2000, 1);
    connect_to(there, &line.server, "192.0.2.1", 1000, 2);
    run_for(SECOND);
    ck_assert(done_of(1) && done_of(1)->status == KERNEL_OK && done_of(2) && done_of(2)->status == KERNEL_OK);
    ck_assert_str_eq(view_of(here).state, "established");
    ck_assert_str_eq(view_of(there).state, "established");
    uint8_t bytes[8];
    uint64_t count;
    ck_assert_int_eq(send_on(&line.client, here, "crossing", 8), KERNEL_OK);
    run_for(SECOND);
    ck_assert_int_eq(receive_on(&line.server, there, bytes, sizeof bytes, &count), KERNEL_OK);
    ck_assert(count == 8 && memcmp(bytes, "crossing", 8) == 0);
    line_close();
}
END_TEST

/* A full queue answers with resets (host-stack 4.7), or not at all. */
START_TEST(queue_full)
{
    struct tcp_parameters parameters = tcp_parameters_default();
    parameters.backlog_full = _i ? TCP_BACKLOG_FULL_DROP : TCP_BACKLOG_FULL_RST;
    line_open_with(MS, LINK_UNLIMITED, &parameters, &parameters);
    kernel_endpoint listener = listen_on(&line.server, PORT, 2), sockets[3];
    for (uintptr_t i = 0; i < 3; i++) {
        sockets[i] = open_on(&line.client);
        connect_to(sockets[i], &line.client, "192.0.2.2", PORT, i);
    }
    run_for(600 * MS);
    ck_assert_int_eq(done_of(0)->status, KERNEL_OK);
    ck_assert_int_eq(done_of(1)->status, KERNEL_OK);
    ck_assert_ptr_null(done_of(2));
    ck_assert_uint_eq(seen_count(false, TCP_RST, 0), _i ? 0 : 2);
    ck_assert(accept_on(&line.server, listener) != 0); /* now there is room */
    run_for(SECOND);
    ck_assert_int_eq(done_of(2)->status, KERNEL_OK);
    line_close();
}
END_TEST

START_TEST(accept_waits)
{
    line_open(MS);
    kernel_endpoint listener = listen_on(&line.server, PORT, 2), here = open_on(&line.client);
    struct kernel_accepted accepted = { .endpoint = 0 };
    struct kernel_how ending = how(7);
    running = &line.server.app;
    ck_assert_int_eq(kernel_accept(listener, &accepted, &ending), KERNEL_PENDING);
    connect_to(here, &line.client, "192.0.2.2", PORT, 1);
    run_for(SECOND);
    ck_assert_int_eq(done_of(7)->status, KERNEL_OK);
    ck_assert_int_eq(done_of(7)->at_ns, 3 * MS);
    ck_assert(inside(accepted.endpoint) != NULL);
    line_close();
}
END_TEST

/* SO_CONDITIONAL_ACCEPT: no SYN-ACK before somebody has accepted. */
START_TEST(accept_decides)
{
    line_open(MS);
    kernel_endpoint listener = open_on(&line.server), here = open_on(&line.client);
    option(listener, KERNEL_CONDITIONAL_ACCEPT, 1);
    struct kernel_socket local = name("0.0.0.0", PORT);
    running = &line.server.app;
    ck_assert_int_eq(kernel_bind(listener, &local), KERNEL_OK);
    ck_assert_int_eq(kernel_listen(listener, 5), KERNEL_OK);
    connect_to(here, &line.client, "192.0.2.2", PORT, 1);
    run_for(100 * MS);
    ck_assert_uint_eq(seen_count(false, TCP_SYN, 0), 0);
    ck_assert_uint_eq(state_on(&line.server, listener).conditions & KERNEL_ACCEPTABLE, KERNEL_ACCEPTABLE);
    kernel_endpoint there = accept_on(&line.server, listener);
    ck_assert(there != 0);
    run_for(100 * MS);
    ck_assert_int_eq(done_of(1)->status, KERNEL_OK);
    ck_assert_str_eq(view_of(there).state, "established");
    line_close();
}
END_TEST

START_TEST(listener_closes)
{
    line_open(MS);
    kernel_endpoint listener = listen_on(&line.server, PORT, 5), here = open_on(&line.client);
    connect_to(here, &line.client, "192.0.2.2", PORT, 1);
    run_for(SECOND);
    close_on(&line.server, listener);
    run_for(SECOND);
    ck_assert_int_eq(state_on(&line.client, here).failure, KERNEL_RESET);
    ck_assert_uint_eq(host_endpoints(line.server.host), 0);
    line_close();
}
END_TEST

START_TEST(no_way)
{
    line_open(MS);
    kernel_endpoint here = open_on(&line.client);
    ck_assert_int_eq(connect_to(here, &line.client, "198.51.100.1", PORT, 1), KERNEL_NET_UNREACHABLE);
    ck_assert_int_eq(connect_to(here, &line.client, "192.0.2.2", 0, 1), KERNEL_ADDRESS_NOT_LOCAL);
    ck_assert_int_eq(connect_to(here, &line.client, "0.0.0.0", PORT, 1), KERNEL_ADDRESS_NOT_LOCAL);
    listen_on(&line.server, PORT, 5);
    ck_assert_int_eq(connect_to(here, &line.client, "192.0.2.2", PORT, 1), KERNEL_PENDING);
    run_for(SECOND);
    kernel_endpoint other = open_on(&line.client);
    option(other, KERNEL_REUSE_ADDRESS, 1);
    ck_assert_int_eq(done_of(1)->status, KERNEL_OK);
    line_close();
}
END_TEST

/* A SYN-ACK that gets lost is sent again; the half-open connection goes silently when nobody answers. */
static bool syn_acks(const struct seen *seen) { return !seen->up && seen->flags == (TCP_SYN | TCP_ACK); }
START_TEST(half_open)
{
    line_open(MS);
    line.lose = syn_acks;
    kernel_endpoint listener = listen_on(&line.server, PORT, 5), here = open_on(&line.client);
    connect_to(here, &line.client, "192.0.2.2", PORT, 1);
    run_for(100 * SECOND);
    ck_assert_int_eq(done_of(1)->status, KERNEL_TIMED_OUT);
    ck_assert(accept_on(&line.server, listener) == 0);
    ck_assert_uint_eq(host_endpoints(line.server.host), 1);
    ck_assert_uint_eq(engine_pending(line.engine), 0);
    line_close();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tcp: opening");
    TCase *basics = tcase_create("opening");
    tcase_add_test(basics, handshake);
    tcase_add_test(basics, refused);
    tcase_add_test(basics, refused_at_once);
    tcase_add_loop_test(basics, syn_schedule, 0, 2);
    tcase_add_test(basics, window_after_lost_syn);
    tcase_add_test(basics, both_at_once);
    tcase_add_loop_test(basics, queue_full, 0, 2);
    tcase_add_test(basics, accept_waits);
    tcase_add_test(basics, accept_decides);
    tcase_add_test(basics, listener_closes);
    tcase_add_test(basics, no_way);
    tcase_add_test(basics, half_open);
    suite_add_tcase(suite, basics);
    return suite_main(suite);
}
