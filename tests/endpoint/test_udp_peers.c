/* UDP (host-stack 5): who gets what: connected sockets, broadcasts, errors about what was sent. */
#include "two_datagrams.h"

/* ---- connected ---- */

START_TEST(only_from_the_peer)
{
    as(&pair.peer);
    kernel_endpoint other = udp_bound("0.0.0.0", 2001);
    as(&pair.pc);
    struct kernel_socket socket;
    ck_assert_int_eq(kernel_peer(a, &socket), KERNEL_NOT_CONNECTED);
    ck_assert_int_eq(connect_to(a, "192.0.2.2", 2000), KERNEL_OK);
    ck_assert_int_eq(kernel_peer(a, &socket), KERNEL_OK);
    ck_assert_uint_eq(socket.port, 2000);
    ck_assert_int_eq(kernel_local(a, &socket), KERNEL_OK);
    ck_assert_uint_eq(socket.address.bytes[3], 1); /* the wildcard has become an address */
    as(&pair.peer);
    send_text(b, "peer", "192.0.2.1", 1000);
    send_text(other, "another", "192.0.2.1", 1000);
    carry();
    as(&pair.pc);
    expect_text(a, "peer");
    expect_nothing(a);
    ck_assert_int_eq(send_text(a, "to another", "192.0.2.2", 2001), KERNEL_OK);
    ck_assert_int_eq(send_text(a, "to the peer", NULL, 0), KERNEL_OK);
    carry();
    as(&pair.peer);
    ck_assert_int_eq(receive_with(other, 10, 0), KERNEL_RESET); /* for him there was nobody */
    expect_text(other, "to another");
    expect_text(b, "to the peer");
    as(&pair.pc);
    ck_assert_int_eq(connect_to(a, "0.0.0.0", 0), KERNEL_OK);
    ck_assert_int_eq(send_text(a, "x", NULL, 0), KERNEL_NOT_CONNECTED);
    ck_assert_int_eq(kernel_local(a, &socket), KERNEL_OK);
    ck_assert_uint_eq(socket.address.bytes[3], 0);
    as(&pair.peer);
    ck_assert_int_eq(send_text(other, "again", "192.0.2.1", 1000), KERNEL_OK);
    carry();
    as(&pair.pc);
    ck_assert(conditions_of(a) & KERNEL_READABLE);
}
END_TEST

START_TEST(the_nearest_gets_it)
{
    kernel_endpoint wild[2], specific, connected;
    for (unsigned i = 0; i < 2; i++) {
        wild[i] = udp_open();
        set(wild[i], KERNEL_REUSE_ADDRESS, 1);
        ck_assert_int_eq(bind_to(wild[i], "0.0.0.0", 3000), KERNEL_OK);
    }
    specific = udp_open();
    set(specific, KERNEL_REUSE_ADDRESS, 1);
    ck_assert_int_eq(bind_to(specific, "192.0.2.1", 3000), KERNEL_OK);
    connected = udp_open();
    set(connected, KERNEL_REUSE_ADDRESS, 1);
    ck_assert_int_eq(bind_to(connected, "192.0.2.1", 3000), KERNEL_OK);
    ck_assert_int_eq(connect_to(connected, "192.0.2.2", 2000), KERNEL_OK);
    as(&pair.peer);
    kernel_endpoint other = udp_bound("0.0.0.0", 2001);
    send_text(b, "connected", "192.0.2.1", 3000);
    send_text(other, "specific", "192.0.2.1", 3000);
    as(&pair.pc);
    send_text(a, "latest", "127.0.0.1", 3000);
    carry();
    expect_text(connected, "connected");
    expect_text(specific, "specific");
    expect_text(wild[1], "latest");
    expect_nothing(wild[0]);
    ck_assert_int_eq(kernel_endpoint_close(wild[1]), KERNEL_OK);
    send_text(a, "the other", "127.0.0.1", 3000);
    carry();
    expect_text(wild[0], "the other");
}
END_TEST

/* ---- broadcast ---- */

START_TEST(broadcasts)
{
    ck_assert_int_eq(send_text(a, "x", "255.255.255.255", 2000), KERNEL_DENIED);
    ck_assert_int_eq(send_text(a, "x", "192.0.2.255", 2000), KERNEL_DENIED);
    ck_assert_int_eq(connect_to(a, "192.0.2.255", 2000), KERNEL_DENIED);
    set(a, KERNEL_ALLOW_BROADCAST, 1);
    kernel_endpoint own = udp_bound("192.0.2.1", 2000), local = udp_bound("127.0.0.1", 2000);
    as(&pair.peer);
    kernel_endpoint deaf = udp_open(), second = udp_open();
    set(deaf, KERNEL_REUSE_ADDRESS, 1);
    set(second, KERNEL_REUSE_ADDRESS, 1);
    set(deaf, KERNEL_RECEIVE_BROADCAST, 0);
    ck_assert_int_eq(bind_to(deaf, "192.0.2.2", 2000), KERNEL_OK);
    ck_assert_int_eq(bind_to(second, "192.0.2.2", 2000), KERNEL_OK);
    as(&pair.pc);
    ck_assert_int_eq(send_text(a, "all", "255.255.255.255", 2000), KERNEL_OK);
    ck_assert_int_eq(send_text(a, "net", "192.0.2.255", 2000), KERNEL_OK);
    carry();
    expect_text(own, "all"); /* one's own loop back */
    expect_text(own, "net");
    expect_nothing(local);
    as(&pair.peer);
    expect_text(b, "all");
    ck_assert_uint_eq(got.transfer.flags, KERNEL_BROADCAST);
    expect_text(b, "net");
    expect_text(second, "all");
    expect_nothing(deaf);
    as(&pair.pc);
    ck_assert_int_eq(send_text(a, "nobody", "192.0.2.255", 2999), KERNEL_OK);
    carry();
    ck_assert(!(conditions_of(a) & KERNEL_READABLE)); /* no error comes of a broadcast */
}
END_TEST

/* ---- errors about what was sent ---- */

START_TEST(nobody_has_the_port)
{
    ck_assert_int_eq(send_text(a, "x", "192.0.2.2", 2999), KERNEL_OK);
    carry();
    ck_assert(conditions_of(a) & KERNEL_READABLE);
    ck_assert_int_eq(receive_with(a, 10, 0), KERNEL_RESET);
    expect_nothing(a); /* once */
    send_text(a, "x", "192.0.2.2", 2999);
    send_text(a, "x", "192.0.2.2", 2998);
    carry();
    ck_assert_int_eq(receive_with(a, 10, 0), KERNEL_RESET);
    expect_nothing(a); /* one waits at most */
    struct pending pending;
    receive_later(a, &pending, 10, 0, 1);
    send_text(a, "x", "127.0.0.1", 2999); /* loopback too */
    carry();
    ck_assert_uint_eq(pair.done_count, 1);
    ck_assert_int_eq(pair.done[0].status, KERNEL_RESET);
}
END_TEST

START_TEST(port_errors_switched_off)
{
    send_text(a, "x", "192.0.2.2", 2999);
    carry();
    set(a, KERNEL_TELL_PORT_UNREACHABLE, 0); /* what was not told yet is dropped */
    expect_nothing(a);
    send_text(a, "x", "192.0.2.2", 2999);
    carry();
    expect_nothing(a);
}
END_TEST

START_TEST(errors_find_their_sender)
{
    kernel_endpoint connected = udp_open();
    ck_assert_int_eq(connect_to(connected, "192.0.2.2", 2000), KERNEL_OK);
    send_text(connected, "x", "192.0.2.2", 2999); /* not its peer */
    carry();
    expect_nothing(connected);
    kernel_endpoint six = udp6_open();
    ck_assert_int_eq(connect_to(six, "2001:db8::2", 2999), KERNEL_OK);
    send_text(six, "x", NULL, 0);
    carry();
    ck_assert_int_eq(receive_with(six, 10, 0), KERNEL_RESET);
}
END_TEST

START_TEST(the_hop_limit_runs_out)
{
    struct icmp_header icmp = { .about = { .source = { { 0xc0000201u } }, .destination = { { 0xc6336401u } }, .source_port = 1000,
                                           .destination_port = 5, .protocol = 17 } };
    udp_problem(pair.pc.host, KERNEL_IPV4, &icmp, ICMP_HOPS_EXCEEDED);
    ck_assert_int_eq(receive_with(a, 10, 0), KERNEL_NET_RESET);
    udp_problem(pair.pc.host, KERNEL_IPV4, &icmp, ICMP_NO_HOST);
    expect_nothing(a);
    set(a, KERNEL_TELL_HOPS_EXCEEDED, 0);
    udp_problem(pair.pc.host, KERNEL_IPV4, &icmp, ICMP_HOPS_EXCEEDED);
    expect_nothing(a);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("udp_peers");
    TCase *tests = tcase_create("udp_peers");
    tcase_add_checked_fixture(tests, open_two, pair_close);
    tcase_add_test(tests, only_from_the_peer);
    tcase_add_test(tests, the_nearest_gets_it);
    tcase_add_test(tests, broadcasts);
    tcase_add_test(tests, nobody_has_the_port);
    tcase_add_test(tests, port_errors_switched_off);
    tcase_add_test(tests, errors_find_their_sender);
    tcase_add_test(tests, the_hop_limit_runs_out);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
