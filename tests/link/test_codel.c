/*
 * CoDel (RFC 8289): the gaps of the control law, when it begins, when it drops, when it stops.
 */
#include "link/wires.h"

static struct link *plug_codel(uint32_t queue_packets)
{
    struct cable_setup setup = cable_setup_default();
    setup.link.rate_bps = 8000000; /* a byte a microsecond: 1 ms for each packet of these tests */
    setup.link.overhead_bytes = 38;
    setup.link.queue_packets = queue_packets;
    setup.has_codel = true;
    wires_open();
    return plug(&setup);
}
#define PAYLOAD (1000 - 38 - PLAIN_BYTES)

START_TEST(the_gaps_of_the_law)
{
    /* host-stack 10, for 100 ms */
    static const int64_t gaps[] = { 100000000, 70711364, 57735373, 50000000, 44721649, 40825022, 37796656, 35355491, 33333333, 31622780 };
    for (uint32_t count = 1; count <= 10; count++)
        ck_assert_int_eq(codel_gap_ns(100 * MS, count), gaps[count - 1]);
    ck_assert_int_eq(codel_gap_ns(100 * MS, 1000000), 100000);
    for (uint32_t count = 1; count < 100000; count += 7)
        ck_assert_int_gt(codel_gap_ns(INT64_C(86400) * SECOND, count), codel_gap_ns(INT64_C(86400) * SECOND, count + 7));
}
END_TEST

/* Packet n (from 0) comes at n / 2 ms and would leave at n ms: it has waited 5 ms from n = 10 on, so from 110 ms on it is too much. */
/* proves: NET-LINK-26 */
START_TEST(drops_come_at_their_instants)
{
    static const int64_t drops_ms[] = { 110, 210, 281, 339, 389 };
    struct link *link = plug_codel(LINK_UNLIMITED);
    uint64_t seen = 0;
    for (int64_t half = 0; half < 800; half++) {
        run_until(half * MS / 2);
        if (link->counters.dropped_other > seen) {
            ck_assert_uint_lt(seen, sizeof drops_ms / sizeof *drops_ms);
            ck_assert_int_eq(half * MS / 2, drops_ms[seen] * MS);
            seen = link->counters.dropped_other;
        }
        ck_assert_int_eq(send_to(1, (uint32_t)half, PAYLOAD), KERNEL_OK);
    }
    ck_assert_uint_eq(seen, sizeof drops_ms / sizeof *drops_ms);
    ck_assert_uint_eq(link->counters.dropped_full, 0);
    ck_assert_uint_eq(wires.arrivals[110].number, 111); /* the 110th was dropped, the next one went in its place */
    ck_assert_int_eq(wires.arrivals[110].at_ns, 111 * MS);
    wires_close();
}
END_TEST

/* proves: NET-LINK-25 */
START_TEST(a_short_burst_is_left_alone)
{
    struct link *link = plug_codel(LINK_UNLIMITED);
    for (uint32_t n = 1; n <= 90; n++)
        send_to(1, n, PAYLOAD);
    run_until(SECOND);
    ck_assert_uint_eq(wires.count, 90);
    for (size_t i = 0; i < 90; i++)
        ck_assert_int_eq(wires.arrivals[i].at_ns, (int64_t)(i + 1) * MS);
    ck_assert_uint_eq(link->counters.dropped_other, 0);
    ck_assert_uint_eq(link->queued_packets, 0);
    ck_assert_uint_eq(link->queued_bytes, 0);
    wires_close();
}
END_TEST

START_TEST(the_limit_holds_too)
{
    struct link *link = plug_codel(10);
    for (uint32_t n = 1; n <= 20; n++)
        send_to(1, n, PAYLOAD);
    ck_assert_uint_eq(link->queued_packets, 10);
    ck_assert_uint_eq(link->counters.dropped_full, 9); /* one is on the wire */
    run_until(SECOND);
    ck_assert_uint_eq(wires.count, 11);
    wires_close();
}
END_TEST

START_TEST(marks_where_it_may)
{
    struct link *link = plug_codel(LINK_UNLIMITED);
    struct codel_setup setup = codel_setup_default();
    setup.ecn = true;
    codel_set(link, &setup);
    wires.endpoints[0]->option[KERNEL_TRAFFIC_CLASS] = 2; /* ECT(0) */
    for (int64_t half = 0; half < 800; half++) {
        run_until(half * MS / 2);
        send_to(1, (uint32_t)half, PAYLOAD);
    }
    run_until(10 * SECOND);
    ck_assert_uint_eq(wires.count, 800);
    ck_assert_uint_eq(link->counters.dropped_other, 0);
    wires_close();
}
END_TEST

START_TEST(cut_and_freed_with_packets_in_it)
{
    struct link *link = plug_codel(LINK_UNLIMITED);
    for (uint32_t n = 1; n <= 20; n++)
        send_to(1, n, PAYLOAD);
    run_until(3 * MS);
    cable_cut(cable_of(wires.eth0[0]), true, 0);
    ck_assert_uint_eq(link->queued_packets, 0);
    cable_cut(cable_of(wires.eth0[0]), false, 0);
    run_until(4 * MS);
    for (uint32_t n = 21; n <= 40; n++)
        send_to(1, n, PAYLOAD);
    run_until(7 * MS);
    ck_assert_uint_eq(wires.count, 6); /* at 1, 2, 3, 5, 6, 7 ms */
    ck_assert_uint_eq(wires.arrivals[3].number, 21);
    ck_assert_int_eq(wires.arrivals[3].at_ns, 5 * MS);
    wires_close(); /* with packets waiting */
}
END_TEST

START_TEST(to_and_fro_between_disciplines)
{
    struct cable_setup setup = cable_setup_default();
    setup.link.rate_bps = 8000000;
    wires_open();
    struct link *link = plug(&setup);
    struct codel_setup codel = codel_setup_default();
    for (uint32_t n = 1; n <= 5; n++)
        send_to(1, n, PAYLOAD);
    codel_set(link, &codel);
    for (uint32_t n = 6; n <= 10; n++)
        send_to(1, n, PAYLOAD);
    codel_set(link, NULL);
    for (uint32_t n = 11; n <= 15; n++)
        send_to(1, n, PAYLOAD);
    ck_assert_ptr_null(codel_setup(link));
    run_until(SECOND);
    ck_assert_uint_eq(wires.count, 15);
    for (size_t i = 0; i < 15; i++) {
        ck_assert_uint_eq(wires.arrivals[i].number, i + 1);
        ck_assert_int_eq(wires.arrivals[i].at_ns, (int64_t)(i + 1) * MS);
    }
    ck_assert_ptr_null(link->codel);
    ck_assert_uint_eq(link->queued_packets, 0);
    wires_close();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codel");
    TCase *all = tcase_create("codel");
    tcase_add_test(all, the_gaps_of_the_law);
    tcase_add_test(all, drops_come_at_their_instants);
    tcase_add_test(all, a_short_burst_is_left_alone);
    tcase_add_test(all, the_limit_holds_too);
    tcase_add_test(all, marks_where_it_may);
    tcase_add_test(all, cut_and_freed_with_packets_in_it);
    tcase_add_test(all, to_and_fro_between_disciplines);
    suite_add_tcase(suite, all);
    return suite_main(suite);
}
