/* UDP (host-stack 5): there and back, what waits to be received, sources that do not copy. */
#include "two_datagrams.h"

/* ---- there and back ---- */

START_TEST(a_datagram_arrives)
{
    ck_assert_int_eq(send_text(a, "hello", "192.0.2.2", 2000), KERNEL_OK);
    carry();
    as(&pair.peer);
    ck_assert_uint_eq(conditions_of(b), KERNEL_READABLE | KERNEL_WRITABLE);
    expect_text(b, "hello");
    ck_assert_str_eq(peer_text(), "192.0.2.1");
    ck_assert_uint_eq(got.transfer.peer.port, 1000);
    ck_assert_uint_eq(got.transfer.interface_index, 2);
    ck_assert_uint_eq(got.transfer.hop_limit, 128);
    ck_assert_uint_eq(got.transfer.flags, 0);
    ck_assert_uint_eq(got.transfer.local.bytes[3], 2);
    expect_nothing(b);
}
END_TEST

START_TEST(an_empty_datagram_is_one_too)
{
    ck_assert_int_eq(send_text(a, "", "192.0.2.2", 2000), KERNEL_OK);
    carry();
    as(&pair.peer);
    ck_assert_uint_eq(conditions_of(b) & KERNEL_READABLE, KERNEL_READABLE);
    expect_text(b, "");
    expect_nothing(b);
}
END_TEST

START_TEST(pieces_are_gathered_and_scattered)
{
    char one[] = "gath", two[] = "ered ", three[] = "bytes", x[6] = "", y[20] = "";
    struct kernel_piece out[] = { { one, 4 }, { NULL, 0 }, { two, 5 }, { three, 5 } }, in[] = { { x, 5 }, { y, 9 } };
    struct kernel_transfer sending = { .pieces = out, .piece_count = 4, .peer = name("192.0.2.2", 2000) }, receiving = { .pieces = in, .piece_count = 2 };
    ck_assert_int_eq(kernel_send(a, &sending, NULL), KERNEL_OK);
    ck_assert_uint_eq(sending.count, 14);
    memset(one, 'x', 4); /* taken at the call */
    carry();
    as(&pair.peer);
    ck_assert_int_eq(kernel_receive(b, &receiving, NULL), KERNEL_OK);
    ck_assert_uint_eq(receiving.count, 14);
    ck_assert_str_eq(x, "gathe");
    ck_assert_str_eq(y, "red bytes");
}
END_TEST

START_TEST(over_ipv6)
{
    kernel_endpoint six = udp_bound("::", 1000);
    as(&pair.peer);
    kernel_endpoint there = udp_bound("fe80::2%2", 2000);
    as(&pair.pc);
    ck_assert_int_eq(send_text(six, "near", "fe80::2%2", 2000), KERNEL_OK);
    carry();
    as(&pair.peer);
    expect_text(there, "near");
    ck_assert_str_eq(peer_text(), "fe80::1%2");
    ck_assert_int_eq(send_text(there, "back", "fe80::1%2", 1000), KERNEL_OK);
    carry();
    as(&pair.pc);
    expect_text(six, "back");
    ck_assert_int_eq(send_text(six, "", "192.0.2.2", 2000), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(send_text(six, "", "::ffff:192.0.2.2", 2000), KERNEL_ADDRESS_NOT_LOCAL); /* IPv6 only */
}
END_TEST

START_TEST(one_socket_for_both_families)
{
    kernel_endpoint both = udp6_open();
    set(both, KERNEL_IPV6_ONLY, 0);
    ck_assert_int_eq(bind_to(both, "::", 1001), KERNEL_OK);
    as(&pair.peer);
    ck_assert_int_eq(send_text(b, "four", "192.0.2.1", 1001), KERNEL_OK);
    carry();
    as(&pair.pc);
    expect_text(both, "four");
    ck_assert_str_eq(peer_text(), "::ffff:192.0.2.2");
    ck_assert_int_eq(send_text(both, "answer", "::ffff:192.0.2.2", 2000), KERNEL_OK);
    carry();
    as(&pair.peer);
    expect_text(b, "answer");
    ck_assert_str_eq(peer_text(), "192.0.2.1");
    as(&pair.pc);
    ck_assert_int_eq(connect_to(both, "::ffff:192.0.2.2", 2000), KERNEL_OK);
    struct kernel_socket local;
    char text[ADDRESS_TEXT];
    ck_assert_int_eq(kernel_local(both, &local), KERNEL_OK);
    address_text(&local.address, text);
    ck_assert_str_eq(text, "::ffff:192.0.2.1");
    ck_assert_int_eq(connect_to(both, "::", 0), KERNEL_OK);
    ck_assert_int_eq(connect_to(both, "2001:db8::2", 2000), KERNEL_OK);
}
END_TEST

START_TEST(sizes)
{
    static char bytes[66000];
    kernel_endpoint six = udp_open();
    uint64_t most;
    ck_assert_int_eq(kernel_option_get(a, KERNEL_MAX_MESSAGE, &most), KERNEL_OK);
    ck_assert_uint_eq(most, 65507);
    ck_assert_int_eq(send_bytes(a, bytes, 65508, "192.0.2.2", 2000), KERNEL_TOO_LONG);
    ck_assert_int_eq(send_bytes(a, bytes, 65507, "192.0.2.2", 2000), KERNEL_OK);
    carry();
    as(&pair.peer);
    ck_assert_int_eq(receive_with(b, 70000, 0), KERNEL_OK);
    ck_assert_uint_eq(got.transfer.count, 65507);
    as(&pair.pc);
    set(a, KERNEL_DONT_FRAGMENT, 1);
    ck_assert_int_eq(send_bytes(a, bytes, 1473, "192.0.2.2", 2000), KERNEL_TOO_LONG);
    ck_assert_int_eq(send_bytes(a, bytes, 1472, "192.0.2.2", 2000), KERNEL_OK);
    six = udp6_open();
    ck_assert_int_eq(send_bytes(six, bytes, 65528, "2001:db8::2", 2000), KERNEL_TOO_LONG);
    ck_assert_int_eq(send_bytes(six, bytes, 65527, "2001:db8::2", 2000), KERNEL_OK);
}
END_TEST

START_TEST(to_itself)
{
    kernel_endpoint home = udp_bound("127.0.0.1", 1001);
    ck_assert_int_eq(send_text(home, "me", "127.0.0.1", 1001), KERNEL_OK);
    ck_assert_int_eq(send_text(a, "own address", "192.0.2.1", 1000), KERNEL_OK);
    expect_nothing(home);
    carry();
    expect_text(home, "me");
    expect_text(a, "own address");
    ck_assert_str_eq(peer_text(), "192.0.2.1");
}
END_TEST

START_TEST(where_one_cannot_send)
{
    kernel_endpoint unbound = udp_open();
    ck_assert_int_eq(send_text(a, "x", NULL, 0), KERNEL_NOT_CONNECTED);
    ck_assert_int_eq(send_text(a, "x", "192.0.2.2", 0), KERNEL_ADDRESS_NOT_LOCAL);
    ck_assert_int_eq(send_text(a, "x", "0.0.0.0", 5), KERNEL_ADDRESS_NOT_LOCAL);
    ck_assert_int_eq(send_text(a, "x", "198.51.100.1", 5), KERNEL_NET_UNREACHABLE);
    ck_assert_int_eq(send_text(a, "x", "::1", 5), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(receive_with(unbound, 10, 0), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(send_text(unbound, "x", "192.0.2.2", 2000), KERNEL_OK); /* bound by that */
    ck_assert_uint_eq(port_of(unbound), 49152);
    ck_assert_int_eq(receive_with(unbound, 10, KERNEL_OUT_OF_BAND), KERNEL_NOT_SUPPORTED);
    ck_assert_int_eq(kernel_shutdown(unbound, KERNEL_SENDING), KERNEL_OK);
    ck_assert_int_eq(send_text(unbound, "x", "192.0.2.2", 2000), KERNEL_SHUT_DOWN);
    ck_assert_int_eq(kernel_shutdown(unbound, KERNEL_RECEIVING), KERNEL_OK);
    ck_assert_int_eq(receive_with(unbound, 10, 0), KERNEL_SHUT_DOWN);
    iface_media(pair.pc.eth0, false);
    ck_assert_int_eq(send_text(a, "x", "198.51.100.1", 5), KERNEL_NET_DOWN);
}
END_TEST

START_TEST(the_path_follows_the_routes)
{
    struct route_setup route = { .prefix = ip("198.51.100.0"), .prefix_length = 24, .next_hop = ip("192.0.2.2"), .metric = 1 };
    ck_assert_int_eq(send_text(a, "x", "198.51.100.1", 5), KERNEL_NET_UNREACHABLE);
    ck_assert(route_add(pair.pc.eth0, &route));
    ck_assert_int_eq(send_text(a, "x", "198.51.100.1", 5), KERNEL_OK);
    ck_assert_int_eq(connect_to(a, "198.51.100.1", 5), KERNEL_OK);
    ck_assert_int_eq(send_text(a, "x", NULL, 0), KERNEL_OK);
    ck_assert(route_remove(pair.pc.host, &route.prefix, 24, NULL, NULL));
    ck_assert_int_eq(send_text(a, "x", NULL, 0), KERNEL_NET_UNREACHABLE);
}
END_TEST

/* ---- receiving ---- */

START_TEST(a_short_buffer_cuts)
{
    struct kernel_state state;
    send_text(a, "12345678", "192.0.2.2", 2000);
    send_text(a, "next", "192.0.2.2", 2000);
    carry();
    as(&pair.peer);
    ck_assert_int_eq(kernel_state(b, &state), KERNEL_OK);
    ck_assert_uint_eq(state.readable_bytes, 12);
    ck_assert_uint_eq(state.next_message_bytes, 8);
    ck_assert_int_eq(receive_with(b, 4, KERNEL_PEEK), KERNEL_TOO_LONG);
    ck_assert_int_eq(receive_with(b, 5, 0), KERNEL_TOO_LONG);
    ck_assert_uint_eq(got.transfer.count, 5);
    ck_assert_uint_eq(got.transfer.flags, KERNEL_TRUNCATED);
    ck_assert_str_eq(got.bytes, "12345");
    expect_text(b, "next");
    expect_nothing(b);
}
END_TEST

START_TEST(pending_receives_come_first)
{
    struct pending first, second, peek;
    as(&pair.peer);
    set(b, KERNEL_RECEIVE_BUFFER, 0); /* does not matter for them */
    receive_later(b, &peek, 100, KERNEL_PEEK, 1);
    receive_later(b, &first, 100, 0, 2);
    receive_later(b, &second, 3, 0, 3);
    as(&pair.pc);
    send_text(a, "one", "192.0.2.2", 2000);
    send_text(a, "second", "192.0.2.2", 2000);
    send_text(a, "nobody takes this", "192.0.2.2", 2000);
    carry();
    ck_assert_uint_eq(pair.done_count, 3);
    ck_assert_str_eq(peek.bytes, "one");
    ck_assert_str_eq(first.bytes, "one");
    ck_assert_uint_eq(first.transfer.peer.port, 1000);
    ck_assert_str_eq(second.bytes, "sec");
    ck_assert_uint_eq(pair.done[1].cookie, 2);
    ck_assert_int_eq(pair.done[1].status, KERNEL_OK);
    ck_assert_uint_eq(pair.done[1].count, 3);
    ck_assert_int_eq(pair.done[2].status, KERNEL_TOO_LONG);
    ck_assert_uint_eq(second.transfer.flags, KERNEL_TRUNCATED);
    as(&pair.peer);
    expect_nothing(b);
}
END_TEST

START_TEST(the_buffer_limits_what_waits)
{
    as(&pair.peer);
    set(b, KERNEL_RECEIVE_BUFFER, 10);
    as(&pair.pc);
    send_text(a, "1234567", "192.0.2.2", 2000);
    send_text(a, "abcdefg", "192.0.2.2", 2000); /* 7 < 10: it may go over */
    send_text(a, "no", "192.0.2.2", 2000);
    carry();
    as(&pair.peer);
    ck_assert_uint_eq(inside(b)->datagrams->discarded, 1);
    expect_text(b, "1234567");
    expect_text(b, "abcdefg");
    expect_nothing(b);
}
END_TEST

START_TEST(only_what_fits_by_parameter)
{
    struct host_parameters parameters = host_parameters_default();
    pair_close();
    parameters.udp_overshoot = false;
    parameters.udp_overhead = 2;
    pair_open_with(&parameters);
    a = udp_bound("0.0.0.0", 1000);
    set(a, KERNEL_RECEIVE_BUFFER, 10);
    send_text(a, "12345678", "127.0.0.1", 1000);
    send_text(a, "", "127.0.0.1", 1000); /* counts for 2 */
    carry();
    expect_text(a, "12345678");
    expect_nothing(a);
}
END_TEST

START_TEST(a_circular_queue_drops_the_oldest)
{
    as(&pair.peer);
    set(b, KERNEL_RECEIVE_BUFFER, 4);
    set(b, KERNEL_CIRCULAR_QUEUE, 1);
    as(&pair.pc);
    send_text(a, "one", "192.0.2.2", 2000);
    send_text(a, "two", "192.0.2.2", 2000);
    send_text(a, "three", "192.0.2.2", 2000);
    send_text(a, "four", "192.0.2.2", 2000);
    carry();
    as(&pair.peer);
    expect_text(b, "four");
    expect_nothing(b);
    ck_assert_uint_eq(inside(b)->datagrams->discarded, 3);
}
END_TEST

START_TEST(watches_hear_of_it)
{
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_ENDPOINT, .endpoint = b, .conditions = KERNEL_READABLE };
    kernel_request request;
    as(&pair.peer);
    ck_assert_int_eq(kernel_watch(&watch, false, on_done, (void *)7, &request), KERNEL_OK);
    as(&pair.pc);
    send_text(a, "x", "192.0.2.2", 2000);
    carry();
    ck_assert_uint_eq(pair.done_count, 1);
    ck_assert_uint_eq(pair.done[0].count, KERNEL_READABLE);
}
END_TEST

/* ---- without copies ---- */

START_TEST(pieces_of_sources)
{
    struct chunk *chunk = chunk_new(pair.net, 100);
    memcpy(chunk->bytes, "0123456789", 10);
    chunk->used = 10;
    struct piece piece = { .chunk = chunk, .offset = 3, .size = 4 };
    struct kernel_socket to = name("192.0.2.2", 2000);
    ck_assert_int_eq(udp_send_piece(inside(a), &piece, &to), KERNEL_OK);
    ck_assert_uint_eq(chunk->uses, 2);
    chunk_release(pair.net, chunk);
    carry();
    as(&pair.peer);
    struct packet *packet = udp_take(inside(b));
    ck_assert_ptr_nonnull(packet);
    ck_assert_uint_eq(packet->payload.size, 4);
    ck_assert_mem_eq(piece_bytes(&packet->payload), "3456", 4);
    ck_assert_ptr_null(udp_take(inside(b)));
    ck_assert_uint_eq(inside(b)->datagrams->bytes, 0);
    packet_free(pair.net, packet);
    ck_assert_uint_eq(pair.net->pool.packets_live, 0);
    ck_assert_uint_eq(pair.net->pool.chunks_live, 0);
}
END_TEST

START_TEST(nothing_leaks)
{
    as(&pair.peer);
    set(b, KERNEL_RECEIVE_BUFFER, 10);
    as(&pair.pc);
    for (unsigned i = 0; i < 20; i++)
        send_text(a, "some bytes", "192.0.2.2", i % 2 ? 2000 : 2999);
    carry();
    as(&pair.peer);
    ck_assert_int_eq(kernel_endpoint_close(b), KERNEL_OK);
    ck_assert_uint_eq(pair.net->pool.packets_live, 0);
    ck_assert_uint_eq(pair.net->pool.chunks_live, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("udp");
    TCase *tests = tcase_create("udp");
    tcase_add_checked_fixture(tests, open_two, pair_close);
    tcase_add_test(tests, a_datagram_arrives);
    tcase_add_test(tests, an_empty_datagram_is_one_too);
    tcase_add_test(tests, pieces_are_gathered_and_scattered);
    tcase_add_test(tests, over_ipv6);
    tcase_add_test(tests, one_socket_for_both_families);
    tcase_add_test(tests, sizes);
    tcase_add_test(tests, to_itself);
    tcase_add_test(tests, where_one_cannot_send);
    tcase_add_test(tests, the_path_follows_the_routes);
    tcase_add_test(tests, a_short_buffer_cuts);
    tcase_add_test(tests, pending_receives_come_first);
    tcase_add_test(tests, the_buffer_limits_what_waits);
    tcase_add_test(tests, only_what_fits_by_parameter);
    tcase_add_test(tests, a_circular_queue_drops_the_oldest);
    tcase_add_test(tests, watches_hear_of_it);
    tcase_add_test(tests, pieces_of_sources);
    tcase_add_test(tests, nothing_leaks);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
