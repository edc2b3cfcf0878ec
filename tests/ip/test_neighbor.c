/* Neighbours (host-stack 3.7, RFC 4861 7): resolution by ARP and neighbour discovery, ageing, and what happens to packets meanwhile. */
#include "pair.h"

/* ---- resolution ---- */

START_TEST(asks_before_the_first_packet)
{
    note(a, "192.0.2.2", 0);
    run_until(10 * MS);
    log_is("0ms a neighbor 192.0.2.2 none>incomplete\n"
           "0ms a > arp\n"
           "1ms b neighbor 192.0.2.1 none>stale\n"
           "1ms b > arp\n"
           "2ms a neighbor 192.0.2.2 incomplete>reachable\n"
           "2ms a > icmp 192.0.2.1>192.0.2.2 type 0\n");
    note(a, "192.0.2.2", 0);
    log_is("10ms a > icmp 192.0.2.1>192.0.2.2 type 0\n");
}
END_TEST

START_TEST(asks_before_the_first_packet_of_ipv6)
{
    note(a, "2001:db8::2", 0);
    run_until(10 * MS);
    log_is("0ms a neighbor 2001:db8::2 none>incomplete\n"
           "0ms a > icmpv6 2001:db8::1>ff02::1:ff00:2 type 135\n"
           "1ms b neighbor 2001:db8::1 none>stale\n"
           "1ms b > icmpv6 2001:db8::2>2001:db8::1 type 136\n"
           "2ms a neighbor 2001:db8::2 incomplete>reachable\n"
           "2ms a > icmpv6 2001:db8::1>2001:db8::2 type 129\n");
}
END_TEST

/* The bytes of a request, as a capture shows them. */
START_TEST(requests_have_the_form_of_rfc_826)
{
    static const char frame[] = "ffffffffffff" "020000010002" "0806" "0001080006040001" "020000010002" "c0000201" "000000000000" "c0000202";
    char text[200];
    struct trace_row row;
    net_packets_with_bytes(net, true);
    uint64_t newest = trace_newest_packet(trace);
    note(a, "192.0.2.2", 0);
    ck_assert(trace_read(trace, newest ? newest + 1 : TRACE_PACKET_BASE + 1, &row));
    ck_assert_str_eq(row.verb, "packet.sent");
    ck_assert_str_eq(row_field(&row, "frame", text, sizeof text), frame);
}
END_TEST

START_TEST(nothing_is_asked_where_it_is_off)
{
    struct host_parameters parameters = host_parameters_default();
    wires_close();
    open_pair_with(&parameters);
    note(a, "192.0.2.2", 0);
    run_until(10 * MS);
    log_is("0ms a > icmp 192.0.2.1>192.0.2.2 type 0\n");
    state_is(a0, "192.0.2.2", "none");
}
END_TEST

START_TEST(who_has_it_off_answers)
{
    b->parameters.neighbors = false;
    note(a, "192.0.2.2", 0);
    note(a, "2001:db8::2", 0);
    run_until(10 * MS);
    state_is(a0, "192.0.2.2", "reachable");
    state_is(a0, "2001:db8::2", "reachable");
    state_is(b0, "192.0.2.1", "none");
}
END_TEST

START_TEST(three_questions_then_unreachable)
{
    unplug();
    note(a, "192.0.2.2", 0);
    run_until(2999 * MS);
    log_is("0ms a neighbor 192.0.2.2 none>incomplete\n"
           "0ms a > arp\n" "0ms a x arp: link cut\n"
           "1000ms a > arp\n" "1000ms a x arp: link cut\n"
           "2000ms a > arp\n" "2000ms a x arp: link cut\n");
    run_until(3 * SECOND);
    log_is("3000ms a neighbor 192.0.2.2 incomplete>unreachable\n"
           "3000ms a x icmp 192.0.2.1>192.0.2.2 type 0: no such neighbor\n");
    note(a, "192.0.2.2", 0); /* held: refused at once */
    log_is("3000ms a x icmp 192.0.2.1>192.0.2.2 type 0: no such neighbor\n");
    run_until(5 * SECOND);
    log_is("4000ms a neighbor 192.0.2.2 unreachable>none\n");
    note(a, "192.0.2.2", 0);
    state_is(a0, "192.0.2.2", "incomplete");
}
END_TEST

START_TEST(the_newest_packet_waits)
{
    note(a, "192.0.2.2", 1);
    note(a, "192.0.2.2", 2);
    ck_assert_uint_eq(net->pool.chunks_live, 2); /* the second note's and the request's */
    run_until(10 * MS);
    log_is("0ms a neighbor 192.0.2.2 none>incomplete\n"
           "0ms a > arp\n"
           "0ms a x icmp 192.0.2.1>192.0.2.2 type 0: no such neighbor\n"
           "1ms b neighbor 192.0.2.1 none>stale\n"
           "1ms b > arp\n"
           "2ms a neighbor 192.0.2.2 incomplete>reachable\n"
           "2ms a > icmp 192.0.2.1>192.0.2.2 type 0\n");
    ck_assert_uint_eq(net->pool.packets_live, 0);
}
END_TEST

START_TEST(as_many_wait_as_are_allowed)
{
    a->parameters.nd_queue = 3;
    for (uint32_t i = 0; i < 5; i++)
        note(a, "192.0.2.2", i);
    ck_assert_uint_eq(net->pool.packets_live, 4);
    run_until(10 * MS);
    ck_assert_uint_eq(net->pool.packets_live, 0);
    ck_assert_uint_eq(a0->link->counters.packets, 1 + 3);
}
END_TEST

START_TEST(none_waits_without_a_queue)
{
    a->parameters.nd_queue = 0;
    note(a, "192.0.2.2", 0);
    run_until(10 * MS);
    state_is(a0, "192.0.2.2", "reachable");
    ck_assert_uint_eq(a0->link->counters.packets, 1);
}
END_TEST

START_TEST(groups_and_broadcasts_need_no_neighbor)
{
    note(a, "224.0.0.1", 0);
    note(a, "192.0.2.255", 0);
    note(a, "255.255.255.255", 0);
    note(a, "ff02::1", 0);
    run_until(10 * MS);
    struct neighbor_view view;
    ck_assert(!neighbor_view(a0, 0, &view));
}
END_TEST

START_TEST(frames_on_a_segment_are_for_the_one_that_answered)
{
    wires_close();
    wires_open();
    struct host_parameters parameters = with_neighbors();
    struct segment *lan = segment_new(net, "lan", SEGMENT_SWITCH);
    struct iface *members[3];
    static const char *const names[] = { "a", "b", "c" }, *const prefixes[] = { "192.0.2.1/24", "192.0.2.2/24", "192.0.2.3/24" };
    for (unsigned i = 0; i < 3; i++) {
        members[i] = wire(host_with(names[i], parameters), "eth0", prefixes[i], NULL);
        join(lan, members[i], MS);
    }
    run_until(0);
    note(members[0]->host, "192.0.2.3", 0);
    run_until(10 * MS);
    state_is(members[0], "192.0.2.3", "reachable");
    state_is(members[2], "192.0.2.1", "stale");
    state_is(members[1], "192.0.2.1", "none"); /* it was not asked */
    log_text();
    ping(members[2]->host, "192.0.2.1", 0); /* what it learnt from the question serves it */
    run_until(20 * MS);
    log_is("10ms c neighbor 192.0.2.1 stale>delay\n"
           "10ms c > icmp 192.0.2.3>192.0.2.1 type 8\n"
           "11ms a > icmp 192.0.2.1>192.0.2.3 type 0\n");
}
END_TEST

/* ---- ageing ---- */

static int64_t reachable_until(void)
{
    int64_t at_ns = engine_now_ns(engine);
    while (state_of(a0, "192.0.2.2") == NEIGHBOR_REACHABLE)
        run_until(at_ns += MS);
    return at_ns;
}

START_TEST(reachable_for_a_drawn_time)
{
    note(a, "192.0.2.2", 0);
    run_until(2 * MS);
    int64_t until_ns = reachable_until() - 2 * MS;
    ck_assert_int_ge(until_ns, 15 * SECOND);
    ck_assert_int_lt(until_ns, 45 * SECOND);
    state_is(a0, "192.0.2.2", "stale");
    close_pair();
    open_pair();
    note(a, "192.0.2.2", 0);
    run_until(2 * MS);
    ck_assert_int_eq(reachable_until() - 2 * MS, until_ns); /* the same in every run */
}
END_TEST

START_TEST(drawn_anew_after_two_hours)
{
    int64_t first = neighbor_reachable_ns(a0);
    run_until(INT64_C(7199) * SECOND);
    ck_assert_int_eq(neighbor_reachable_ns(a0), first);
    run_until(INT64_C(7200) * SECOND);
    ck_assert_int_ne(neighbor_reachable_ns(a0), first);
    ck_assert_int_ne(neighbor_reachable_ns(b0), first);
}
END_TEST

static void make_stale(void)
{
    a->parameters.nd_base_ns = 2 * SECOND; /* 1 to 3 s */
    note(a, "192.0.2.2", 0);
    run_until(5 * SECOND);
    state_is(a0, "192.0.2.2", "stale");
    log_text();
}

START_TEST(a_stale_one_is_used_and_then_asked)
{
    make_stale();
    note(a, "192.0.2.2", 0);
    run_until(10 * SECOND + 10 * MS);
    log_is("5000ms a neighbor 192.0.2.2 stale>delay\n"
           "5000ms a > icmp 192.0.2.1>192.0.2.2 type 0\n"
           "10000ms a neighbor 192.0.2.2 delay>probe\n"
           "10000ms a > arp\n"
           "10001ms b > arp\n"
           "10002ms a neighbor 192.0.2.2 probe>reachable\n");
}
END_TEST

START_TEST(one_that_does_not_answer_any_more)
{
    make_stale();
    unplug();
    note(a, "192.0.2.2", 0);
    log_text();
    run_until(14 * SECOND);
    log_is("10000ms a neighbor 192.0.2.2 delay>probe\n"
           "10000ms a > arp\n" "10000ms a x arp: link cut\n"
           "11000ms a > arp\n" "11000ms a x arp: link cut\n"
           "12000ms a > arp\n" "12000ms a x arp: link cut\n"
           "13000ms a neighbor 192.0.2.2 probe>unreachable\n"
           "14000ms a neighbor 192.0.2.2 unreachable>none\n");
}
END_TEST

START_TEST(probes_are_for_it_alone)
{
    static const char to[] = "020000020002";
    char text[200];
    struct trace_row row;
    make_stale();
    note(a, "192.0.2.2", 0);
    run_until(10 * SECOND - 1);
    net_packets_with_bytes(net, true);
    uint64_t newest = trace_newest_packet(trace);
    run_until(10 * SECOND);
    ck_assert(trace_read(trace, newest + 1, &row));
    ck_assert(strncmp(row_field(&row, "frame", text, sizeof text), to, 12) == 0);
}
END_TEST

START_TEST(progress_above_confirms)
{
    struct prefix_key hop = key("192.0.2.2");
    make_stale();
    note(a, "192.0.2.2", 0);
    run_until(9 * SECOND);
    neighbor_confirm(a0, KERNEL_IPV4, &hop);
    state_is(a0, "192.0.2.2", "reachable");
    for (int64_t at_ns = 10 * SECOND; at_ns < 60 * SECOND; at_ns += SECOND / 2) {
        run_until(at_ns);
        neighbor_confirm(a0, KERNEL_IPV4, &hop);
        state_is(a0, "192.0.2.2", "reachable");
    }
    run_until(70 * SECOND);
    state_is(a0, "192.0.2.2", "stale");
}
END_TEST

START_TEST(progress_above_finds_nobody)
{
    struct prefix_key hop = key("192.0.2.2");
    neighbor_confirm(a0, KERNEL_IPV4, &hop);
    state_is(a0, "192.0.2.2", "none");
    unplug();
    note(a, "192.0.2.2", 0);
    neighbor_confirm(a0, KERNEL_IPV4, &hop);
    state_is(a0, "192.0.2.2", "incomplete");
    run_until(3 * SECOND);
    neighbor_confirm(a0, KERNEL_IPV4, &hop);
    state_is(a0, "192.0.2.2", "unreachable");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        asks_before_the_first_packet, asks_before_the_first_packet_of_ipv6, requests_have_the_form_of_rfc_826,
        nothing_is_asked_where_it_is_off, who_has_it_off_answers, three_questions_then_unreachable,
        the_newest_packet_waits, as_many_wait_as_are_allowed, none_waits_without_a_queue,
        groups_and_broadcasts_need_no_neighbor, frames_on_a_segment_are_for_the_one_that_answered,
        reachable_for_a_drawn_time, drawn_anew_after_two_hours, a_stale_one_is_used_and_then_asked,
        one_that_does_not_answer_any_more, probes_are_for_it_alone, progress_above_confirms,
        progress_above_finds_nobody,
    };
    Suite *suite = suite_create("neighbor");
    TCase *tcase = tcase_create("neighbor");
    tcase_add_checked_fixture(tcase, open_pair, close_pair);
    tests_add(tcase, tests);
    suite_add_tcase(suite, tcase);
    return suite_main(suite);
}
