/* Ends: half closed, both at once, reset, abandoned, TIME_WAIT and what comes after it. */
#include "tcp/line.h"

static uint8_t got[100000];
static uint64_t count;

START_TEST(half_close)
{
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    send_on(&line.client, here, "quest", 5);
    send_on(&line.client, here, "ion", 3);
    shutdown_on(&line.client, here, KERNEL_SENDING);
    ck_assert_int_eq(send_on(&line.client, here, "x", 1), KERNEL_SHUT_DOWN);
    run_for(SECOND);
    ck_assert_uint_eq(seen_count(true, TCP_FIN, 3), 1); /* it goes with the last bytes */
    ck_assert_str_eq(view_of(here).state, "fin_wait_2");
    ck_assert_str_eq(view_of(there).state, "close_wait");
    ck_assert_uint_eq(state_on(&line.client, here).conditions & KERNEL_DRAINED, KERNEL_DRAINED);
    ck_assert_int_eq(receive_on(&line.server, there, got, sizeof got, &count), KERNEL_OK);
    ck_assert_uint_eq(count, 8);
    ck_assert_int_eq(receive_on(&line.server, there, got, sizeof got, &count), KERNEL_OK);
    ck_assert_uint_eq(count, 0);
    ck_assert_int_eq(send_on(&line.server, there, "answer", 6), KERNEL_OK);
    run_for(SECOND);
    ck_assert_int_eq(receive_on(&line.client, here, got, sizeof got, &count), KERNEL_OK);
    ck_assert_uint_eq(count, 6);
    close_on(&line.server, there);
    run_for(SECOND);
    ck_assert_str_eq(view_of(here).state, "time_wait");
    ck_assert_int_eq(receive_on(&line.client, here, got, sizeof got, &count), KERNEL_OK);
    ck_assert_uint_eq(count, 0);
    run_for(120 * SECOND);
    ck_assert_str_eq(view_of(here).state, "closed");
    close_on(&line.client, here);
    ck_assert_ptr_null(line.client.host->connections);
    ck_assert_ptr_null(line.server.host->connections);
    ck_assert_uint_eq(engine_pending(line.engine), 0);
    line_close();
}
END_TEST

START_TEST(both_close_at_once)
{
    line_open(5 * MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    shutdown_on(&line.client, here, KERNEL_SENDING);
    shutdown_on(&line.server, there, KERNEL_SENDING);
    run_for(7 * MS);
    ck_assert_str_eq(view_of(here).state, "closing");
    ck_assert_str_eq(view_of(there).state, "closing");
    run_for(SECOND);
    ck_assert_str_eq(view_of(here).state, "time_wait");
    ck_assert_str_eq(view_of(there).state, "time_wait");
    close_on(&line.client, here);
    close_on(&line.server, there);
    run_for(121 * SECOND);
    ck_assert_ptr_null(line.client.host->connections);
    ck_assert_ptr_null(line.server.host->connections);
    line_close();
}
END_TEST

/* closesocket: what was sent still arrives. */
static bool up_data_once(const struct seen *seen)
{
    static bool before;
    bool lost = seen->up && seen->size && !before;
    before = before || lost;
    return lost;
}
START_TEST(close_behind_the_back)
{
    static uint8_t bytes[50000];
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    line.lose = up_data_once;
    pattern_fill(bytes, sizeof bytes, 0);
    send_on(&line.client, here, bytes, sizeof bytes);
    close_on(&line.client, here);
    run_for(SECOND);
    ck_assert_int_eq(receive_on(&line.server, there, got, sizeof got, &count), KERNEL_OK);
    ck_assert(count == sizeof bytes && memcmp(got, bytes, sizeof bytes) == 0);
    close_on(&line.server, there);
    run_for(SECOND);
    ck_assert_ptr_null(line.server.host->connections);
    run_for(121 * SECOND);
    ck_assert_ptr_null(line.client.host->connections);
    line_close();
}
END_TEST

/* RFC 2525 2.17: what was never read makes the end a reset. */
START_TEST(close_unread)
{
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    send_on(&line.client, here, "unread", 6);
    run_for(SECOND);
    close_on(&line.server, there);
    run_for(SECOND);
    ck_assert_uint_eq(seen_count(false, TCP_RST, 0), 1);
    ck_assert_int_eq(receive_on(&line.client, here, got, sizeof got, &count), KERNEL_RESET);
    ck_assert_ptr_null(line.server.host->connections);
    line_close();
}
END_TEST

/* Data for a socket that is closed already. */
START_TEST(data_after_close)
{
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    close_on(&line.server, there);
    run_for(SECOND);
    ck_assert_int_eq(send_on(&line.client, here, "late", 4), KERNEL_OK);
    run_for(SECOND);
    ck_assert_uint_eq(seen_count(false, TCP_RST, 0), 1);
    ck_assert_int_eq(state_on(&line.client, here).failure, KERNEL_RESET);
    line_close();
}
END_TEST

START_TEST(no_more_receiving)
{
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    shutdown_on(&line.server, there, KERNEL_RECEIVING);
    run_for(SECOND);
    ck_assert_uint_eq(line.seen_count, 0); /* nothing on the wire */
    ck_assert_int_eq(receive_on(&line.server, there, got, sizeof got, &count), KERNEL_SHUT_DOWN);
    send_on(&line.client, here, "late", 4);
    run_for(SECOND);
    ck_assert_uint_eq(seen_count(false, TCP_RST, 0), 1);
    line_close();
}
END_TEST

START_TEST(aborted)
{
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    struct kernel_piece piece = { got, sizeof got };
    struct kernel_transfer transfer = { .pieces = &piece, .piece_count = 1 };
    struct kernel_how ending = how(5);
    running = &line.server.app;
    ck_assert_int_eq(kernel_receive(there, &transfer, &ending), KERNEL_PENDING);
    running = &line.client.app;
    ck_assert_int_eq(kernel_endpoint_abort(here), KERNEL_OK);
    run_for(SECOND);
    ck_assert_int_eq(done_of(5)->status, KERNEL_RESET);
    ck_assert_int_eq(send_on(&line.server, there, "x", 1), KERNEL_RESET);
    ck_assert_ptr_null(line.client.host->connections);
    line_close();
}
END_TEST

/* An orphan whose peer never closes goes after 120 s; a connection whose process lives waits for ever. */
START_TEST(fin_wait_2)
{
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    if (_i) {
        shutdown_on(&line.client, here, KERNEL_SENDING);
        run_for(1000 * SECOND);
        ck_assert_str_eq(view_of(here).state, "fin_wait_2");
    }
    close_on(&line.client, here);
    run_for(119 * SECOND);
    ck_assert_ptr_nonnull(line.client.host->connections);
    run_for(2 * SECOND);
    ck_assert_ptr_null(line.client.host->connections);
    line_close();
}
END_TEST

/* RFC 1122 4.2.2.13: the same pair again before TIME_WAIT is over. */
START_TEST(time_wait_reused)
{
    line_open(MS);
    kernel_endpoint listener = listen_on(&line.server, PORT, 5), here = open_on(&line.client);
    struct kernel_socket local = name("192.0.2.1", 5555);
    running = &line.client.app;
    ck_assert_int_eq(kernel_bind(here, &local), KERNEL_OK);
    connect_to(here, &line.client, "192.0.2.2", PORT, 1);
    run_for(SECOND);
    kernel_endpoint there = accept_on(&line.server, listener);
    close_on(&line.server, there); /* the server ends first: TIME_WAIT is its own */
    run_for(SECOND);
    close_on(&line.client, here);
    run_for(SECOND);
    ck_assert_ptr_nonnull(line.server.host->connections);
    kernel_endpoint again = open_on(&line.client); /* its initial number is larger: the clock behind them has gone on */
    option(again, KERNEL_REUSE_ADDRESS, 1);
    running = &line.client.app;
    ck_assert_int_eq(kernel_bind(again, &local), KERNEL_OK);
    connect_to(again, &line.client, "192.0.2.2", PORT, 100);
    run_for(500 * MS);
    ck_assert(accept_on(&line.server, listener) != 0);
    line_close();
}
END_TEST

/* RFC 5961: a reset within the window but not at its edge is asked about; so is a SYN. Ten answers in five seconds. */
static struct packet *forged(uint8_t flags, uint32_t sequence)
{
    struct kernel_address client = ip("192.0.2.1"), server = ip("192.0.2.2");
    struct packet *packet = packet_new(line.net);
    packet->family = KERNEL_IPV4;
    packet->protocol = IP_PROTOCOL_TCP;
    packet->source = prefix_key_of(&client);
    packet->destination = prefix_key_of(&server);
    packet->source_port = 49152;
    packet->destination_port = PORT;
    packet->size = 40;
    packet->tcp.flags = flags;
    packet->tcp.sequence = line.client.isn + sequence;
    packet->tcp.acknowledgment = line.server.isn + 1;
    return packet;
}

START_TEST(blind_resets)
{
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    tcp_arrive(inside(there), forged(TCP_RST, 100));
    tcp_arrive(inside(there), forged(TCP_SYN, 50));
    tcp_arrive(inside(there), forged(TCP_RST, 0x7000000)); /* outside: nothing at all */
    run_for(SECOND);
    ck_assert_str_eq(view_of(there).state, "established");
    ck_assert_uint_eq(seen_count(false, TCP_ACK, 0), 2);
    for (unsigned i = 0; i < 20; i++)
        tcp_arrive(inside(there), forged(TCP_RST, 100));
    run_for(SECOND);
    ck_assert_uint_eq(seen_count(false, TCP_ACK, 0), 10);
    tcp_arrive(inside(there), forged(TCP_RST, 1));
    ck_assert_int_eq(state_on(&line.server, there).failure, KERNEL_RESET);
    line_close();
}
END_TEST

START_TEST(address_goes)
{
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    struct kernel_address address = ip("192.0.2.1");
    struct kernel_piece piece = { got, sizeof got };
    struct kernel_transfer transfer = { .pieces = &piece, .piece_count = 1 };
    struct kernel_how ending = how(5);
    running = &line.client.app;
    ck_assert_int_eq(kernel_receive(here, &transfer, &ending), KERNEL_PENDING);
    running = NULL;
    ck_assert(ifaddr_remove(line.client.eth0, &address));
    run_for(MS);
    ck_assert_int_eq(done_of(5)->status, KERNEL_ABORTED);
    ck_assert_int_eq(send_on(&line.client, here, "x", 1), KERNEL_ABORTED);
    ck_assert_uint_eq(state_on(&line.client, here).conditions & KERNEL_FAILED, KERNEL_FAILED);
    line_close();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tcp: closing");
    TCase *basics = tcase_create("closing");
    tcase_add_test(basics, half_close);
    tcase_add_test(basics, both_close_at_once);
    tcase_add_test(basics, close_behind_the_back);
    tcase_add_test(basics, close_unread);
    tcase_add_test(basics, data_after_close);
    tcase_add_test(basics, no_more_receiving);
    tcase_add_test(basics, aborted);
    tcase_add_loop_test(basics, fin_wait_2, 0, 2);
    tcase_add_test(basics, time_wait_reused);
    tcase_add_test(basics, blind_resets);
    tcase_add_test(basics, address_goes);
    suite_add_tcase(suite, basics);
    return suite_main(suite);
}
