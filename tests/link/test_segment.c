/*
 * Shared segments, and what happens to cables.
 */
#include "link/wires.h"

static struct segment *join_all(enum segment_kind kind)
{
    struct cable_setup setup = cable_setup_default();
    setup.link.delay_ns = MS;
    wires_open();
    struct segment *segment = segment_new(wires.net, "lan", kind);
    for (unsigned i = 0; i < HOSTS; i++)
        ck_assert_ptr_nonnull(cable_into(segment, wires.eth0[i], &setup));
    return segment;
}

/* At 1 ms and some ns: what was sent at one instant arrives 1 ns apart. */
static void packets_arrive(const char *hosts)
{
    ck_assert_uint_eq(wires.count, strlen(hosts));
    for (size_t i = 0; i < wires.count; i++) {
        ck_assert_uint_eq(wires.arrivals[i].host, (unsigned)(hosts[i] - 'a'));
        ck_assert(wires.arrivals[i].at_ns >= MS && wires.arrivals[i].at_ns <= MS + 1);
    }
}

/* proves: NET-LINK-28 */
START_TEST(a_frame_for_one_goes_to_one)
{
    for (int kind = 0; kind < 2; kind++) {
        join_all(kind ? SEGMENT_HUB : SEGMENT_SWITCH);
        send_to(2, 1, 100);
        send_to(3, 2, 100);
        run_until(SECOND);
        packets_arrive("cd");
        wires_close();
    }
}
END_TEST

/* proves: NET-LINK-28 */
START_TEST(a_broadcast_goes_to_all_in_order)
{
    join_all(SEGMENT_SWITCH);
    ck_assert_int_eq(send_to(254, 1, 100), KERNEL_OK);
    run_until(MS - 1);
    wires.count = 0; /* the sender's own copy came over its loopback */
    run_until(SECOND);
    packets_arrive("bcd");
    wires_close();
}
END_TEST

START_TEST(nobody_has_the_address)
{
    join_all(SEGMENT_HUB);
    send_to(8, 1, 100);
    run_until(SECOND);
    ck_assert_uint_eq(wires.count, 0);
    ck_assert_uint_eq(counted()->dropped_other, 1);
    wires_close();
}
END_TEST

START_TEST(an_address_moves)
{
    struct segment *segment = join_all(SEGMENT_SWITCH);
    struct kernel_address moving = to_host(2).address;
    struct prefix_key key = prefix_key_of(&moving);
    ck_assert_ptr_eq(segment_neighbor(segment, KERNEL_IPV4, &key), wires.eth0[2]);
    ck_assert_ptr_eq(segment_neighbor(segment, KERNEL_IPV4, &key), wires.eth0[2]);
    ck_assert(ifaddr_remove(wires.eth0[2], &moving));
    ck_assert_ptr_null(segment_neighbor(segment, KERNEL_IPV4, &key));
    struct ifaddr_setup setup = { .address = moving, .prefix_length = 24, .state = ADDRESS_PREFERRED };
    ck_assert_ptr_nonnull(ifaddr_add(wires.eth0[3], &setup));
    ck_assert_ptr_eq(segment_neighbor(segment, KERNEL_IPV4, &key), wires.eth0[3]);
    iface_media(wires.eth0[3], false);
    ck_assert_ptr_null(segment_neighbor(segment, KERNEL_IPV4, &key));
    wires_close();
}
END_TEST

START_TEST(a_member_leaves)
{
    struct segment *segment = join_all(SEGMENT_SWITCH);
    send_to(1, 3, 100); /* on its way to nobody */
    cable_unplug(wires.eth0[1]);
    ck_assert_ptr_null(wires.eth0[1]->link);
    ck_assert_ptr_eq(segment_next(segment, NULL), wires.eth0[0]);
    ck_assert_ptr_eq(segment_next(segment, wires.eth0[0]), wires.eth0[2]);
    ck_assert_ptr_eq(segment_next(segment, wires.eth0[3]), NULL);
    send_to(2, 1, 100);
    send_to(1, 2, 100);
    run_until(SECOND);
    packets_arrive("c");
    wires_close();
}
END_TEST

START_TEST(a_member_is_cut_off)
{
    join_all(SEGMENT_SWITCH);
    ck_assert(cable_cut(cable_of(wires.eth0[2]), true, 0));
    ck_assert(!iface_view(wires.eth0[2]).connected);
    ck_assert(iface_view(wires.eth0[0]).connected);
    send_to(2, 1, 100);
    send_to(3, 2, 100);
    run_until(SECOND);
    packets_arrive("d");
    wires_close();
}
END_TEST

static struct endpoint *capture_on(unsigned host, uint32_t mode)
{
    struct kernel_socket local = { .address = to_host(host).address };
    struct endpoint *raw = endpoint_new(wires.hosts[host], KERNEL_IPV4, KERNEL_RAW, 0, NULL);
    ck_assert_int_eq(port_bind(raw, &local), KERNEL_OK);
    ck_assert_int_eq(capture_set(raw, mode), KERNEL_OK);
    raw->option[KERNEL_CAPTURE] = mode;
    return raw;
}

static unsigned captured(struct endpoint *raw)
{
    unsigned count = 0;
    struct packet *packet;
    while ((packet = udp_take(raw))) {
        count++;
        packet_free(wires.net, packet);
    }
    return count;
}

static void send_from(unsigned from, unsigned to, uint32_t number)
{
    struct kernel_socket peer = to_host(to);
    struct piece piece = pattern_piece(wires.net, number, 100);
    ck_assert_int_eq(udp_send_piece(wires.endpoints[from], &piece, &peer), KERNEL_OK);
}

/* What c's capture sees of a frame from a to b, in each mode; b has spoken before. */
static unsigned overheard(enum segment_kind kind, uint32_t mode)
{
    join_all(kind);
    send_from(1, 3, 1);
    run_until(2 * MS);
    struct endpoint *raw = capture_on(2, mode);
    send_to(1, 1, 100);
    run_until(SECOND);
    ck_assert_uint_eq(wires.count, 2);
    unsigned count = captured(raw);
    wires_close();
    return count;
}

/* proves: NET-LINK-27, NET-LINK-29, IOCTL-RCVALL-6 */
START_TEST(a_hub_can_be_overheard)
{
    ck_assert_uint_eq(overheard(SEGMENT_HUB, 1), 1);
    ck_assert_uint_eq(overheard(SEGMENT_HUB, 3), 0);
    ck_assert_uint_eq(overheard(SEGMENT_SWITCH, 1), 0);
}
END_TEST

/* What c's capture sees of the next frame from a host to another. */
static unsigned leak(struct endpoint *raw, unsigned from, unsigned to)
{
    size_t before = wires.count;
    send_from(from, to, 1);
    run_until(now() + 2 * MS);
    ck_assert_uint_eq(wires.count, before + 1);
    ck_assert_uint_eq(wires.arrivals[before].host, to);
    return captured(raw);
}

/* proves: NET-LINK-28, NET-LINK-32 */
START_TEST(a_switch_learns)
{
    join_all(SEGMENT_SWITCH);
    struct endpoint *raw = capture_on(2, 1);
    ck_assert_uint_eq(leak(raw, 0, 1), 1);
    ck_assert_uint_eq(leak(raw, 1, 0), 0);
    ck_assert_uint_eq(leak(raw, 0, 1), 0);
    ck_assert_uint_eq(leak(raw, 0, 3), 1);
    send_to(254, 1, 100); /* everybody hears it, and nobody is learnt by listening */
    run_until(now() + 2 * MS);
    ck_assert_uint_eq(captured(raw), 1);
    ck_assert_uint_eq(leak(raw, 1, 3), 1);
    ck_assert_uint_eq(leak(raw, 3, 1), 0);
    ck_assert_uint_eq(leak(raw, 1, 3), 0);
    ck_assert_int_eq(capture_set(raw, 3), KERNEL_OK);
    raw->option[KERNEL_CAPTURE] = 3; /* not promiscuous */
    cable_unplug(wires.eth0[0]);
    wires.eth0[0]->media = true;
    struct cable_setup setup = cable_setup_default();
    cable_into(segment_find(wires.net, "lan"), wires.eth0[0], &setup);
    ck_assert_uint_eq(leak(raw, 1, 0), 0);
    wires_close();
}
END_TEST

/* proves: NET-LINK-33 */
START_TEST(a_switch_forgets)
{
    struct segment *segment = join_all(SEGMENT_SWITCH);
    struct endpoint *raw = capture_on(2, 1);
    leak(raw, 1, 0); /* learnt at 1 ms */
    run_until(300 * SECOND - 1);
    ck_assert_uint_eq(leak(raw, 0, 1), 0);
    run_until(now() + SECOND);
    leak(raw, 1, 0);
    int64_t learnt_ns = now() - MS;
    run_until(learnt_ns + 300 * SECOND - MS);
    ck_assert_uint_eq(leak(raw, 0, 1), 1);
    leak(raw, 1, 0);
    iface_media(wires.eth0[1], false);
    iface_media(wires.eth0[1], true);
    ck_assert_uint_eq(leak(raw, 0, 1), 1);
    segment_ageing(segment, 0);
    leak(raw, 1, 0);
    ck_assert_uint_eq(leak(raw, 0, 1), 1);
    wires_close();
}
END_TEST

/* proves: NET-LINK-20 */
START_TEST(a_cut_is_not_noticed_yet)
{
    join_all(SEGMENT_SWITCH);
    ck_assert(cable_cut(cable_of(wires.eth0[2]), true, 20 * MS));
    send_to(2, 1, 100);
    send_to(254, 2, 100);
    run_until(MS / 2);
    wires.count = 0;
    run_until(SECOND);
    packets_arrive("bd");
    wires_close();
}
END_TEST

/* ---- ports ---- */

/* b's port: 1 Mbit/s, 2 ms, two may wait. 166 bytes take 1.328 ms. */
static struct link *open_port(void)
{
    struct cable_setup setup = cable_setup_default();
    join_all(SEGMENT_SWITCH);
    setup.link = (struct link_setup){ .rate_bps = 1000000, .delay_ns = 2 * MS, .queue_packets = 2, .overhead_bytes = 38 };
    cable_port(wires.eth0[1], &setup);
    return cable_port_of(cable_of(wires.eth0[1]));
}

/* proves: NET-LINK-34 */
START_TEST(senders_share_a_port)
{
    struct link *port = open_port();
    for (unsigned i = 0; i < 2; i++) {
        send_from(0, 1, 1);
        send_from(2, 1, 2);
    }
    send_from(0, 3, 3); /* which has no queue */
    run_until(SECOND);
    ck_assert_uint_eq(wires.count, 4);
    ck_assert_uint_eq(wires.arrivals[0].host, 3);
    for (unsigned i = 1; i < 4; i++)
        ck_assert_int_eq(wires.arrivals[i].at_ns, 3 * MS + (int64_t)i * 1328000);
    ck_assert_uint_eq(port->counters.dropped_full, 1);
    ck_assert_uint_eq(port->counters.packets, 3);
    ck_assert_uint_eq(iface_view(wires.eth0[1]).speed_bps, iface_view(wires.eth0[0]).speed_bps); /* what comes is not what it sends */
    wires_close();
}
END_TEST

/* proves: NET-LINK-34 */
START_TEST(a_port_is_a_direction_of_its_own)
{
    struct link *port = open_port();
    struct cable_setup setup = cable_setup_of(port);
    setup.impairments.loss = (struct loss_setup){ .model = LOSS_BERNOULLI, .rate = { CHANCE_ALWAYS, 0 } };
    cable_set_port(wires.eth0[1], &setup);
    send_from(0, 1, 1);
    send_from(1, 0, 1);
    run_until(MS);
    packets_arrive("a");
    setup.impairments.loss.model = LOSS_NONE;
    cable_set_port(wires.eth0[1], &setup);
    send_from(0, 1, 1);
    run_until(3 * MS);
    ck_assert(cable_cut(cable_of(wires.eth0[1]), true, 0)); /* what is on it is lost */
    run_until(SECOND);
    ck_assert_uint_eq(wires.count, 1);
    ck_assert_uint_eq(port->counters.dropped_other, 1);
    ck_assert_uint_eq(port->counters.dropped_loss, 1);
    send_from(0, 2, 1);
    run_until(2 * SECOND);
    cable_unplug(wires.eth0[1]);
    ck_assert_uint_eq(wires.count, 2);
    wires_close();
}
END_TEST

/* ---- cables ---- */

/* proves: NET-LINK-36 */
START_TEST(packets_arrive_apart)
{
    struct cable_setup setup = cable_setup_default();
    for (int jitters = 0; jitters < 2; jitters++) { /* the second time on a link whose list is kept by arrival */
        wires_open();
        plug(&setup);
        if (jitters) {
            setup.impairments.jitter.may_overtake = true;
            cable_set(wires.eth0[0], &setup);
            setup.impairments.jitter.may_overtake = false;
            cable_set(wires.eth0[0], &setup);
        }
        for (uint32_t i = 0; i < 3; i++)
            send_from(0, 1, i);
        send_from(1, 0, 0); /* the other direction */
        for (uint32_t i = 0; i < 2; i++)
            send_from(2, 2, i); /* to itself, over no wire: NET-LINK-30 */
        run_until(SECOND);
        ck_assert_uint_eq(wires.count, 6);
        int64_t there_ns[HOSTS] = { 0, 0, 1000, 0 };
        for (size_t i = 0; i < wires.count; i++) {
            unsigned host = wires.arrivals[i].host;
            ck_assert_int_eq(wires.arrivals[i].at_ns, there_ns[host]);
            there_ns[host] += host == 1; /* 0, 1 and 2 ns */
        }
        wires_close();
    }
}
END_TEST

static struct cable *cable_open(void)
{
    struct cable_setup setup = cable_setup_default();
    setup.link.delay_ns = 10 * MS;
    wires_open();
    plug(&setup);
    return cable_of(wires.eth0[0]);
}

/* proves: NET-LINK-20, NET-LINK-21 */
START_TEST(both_ends_notice_at_once)
{
    struct cable *cable = cable_open();
    send_to(1, 1, 100);
    run_until(5 * MS);
    ck_assert(cable_cut(cable, true, 0));
    ck_assert(!iface_view(wires.eth0[0]).connected && !iface_view(wires.eth0[1]).connected);
    ck_assert(!cable_cut(cable, true, 0));
    run_until(SECOND);
    ck_assert_uint_eq(wires.count, 0); /* what was on it is lost */
    ck_assert_uint_eq(counted()->dropped_other, 1);
    ck_assert(cable_cut(cable, false, 0));
    ck_assert(iface_view(wires.eth0[0]).connected && iface_view(wires.eth0[1]).connected);
    send_to(1, 2, 100);
    run_until(2 * SECOND);
    ck_assert_uint_eq(wires.count, 1);
    wires_close();
}
END_TEST

/* proves: NET-LINK-20 */
START_TEST(detection_takes_its_time)
{
    struct cable *cable = cable_open();
    cable_cut(cable, true, 20 * MS);
    ck_assert(iface_view(wires.eth0[0]).connected);
    send_to(1, 1, 100);
    run_until(20 * MS - 1);
    ck_assert(iface_view(wires.eth0[0]).connected && iface_view(wires.eth0[1]).connected);
    run_until(20 * MS);
    ck_assert(!iface_view(wires.eth0[0]).connected && !iface_view(wires.eth0[1]).connected);
    cable_cut(cable, false, 0);
    ck_assert(iface_view(wires.eth0[0]).connected);
    cable_cut(cable, true, 20 * MS); /* nobody notices a short break */
    cable_cut(cable, false, 0);
    run_until(SECOND);
    ck_assert(iface_view(wires.eth0[0]).connected && iface_view(wires.eth0[1]).connected);
    ck_assert_uint_eq(wires.count, 0);
    wires_close();
}
END_TEST

/* proves: NET-LINK-22 */
START_TEST(one_direction_is_cut)
{
    cable_open();
    ck_assert(cable_cut_from(wires.eth0[1], true));
    ck_assert(!cable_cut_from(wires.eth0[1], true));
    send_to(1, 1, 100);
    struct kernel_socket peer = to_host(0);
    struct piece piece = pattern_piece(wires.net, 2, 100);
    ck_assert_int_eq(udp_send_piece(wires.endpoints[1], &piece, &peer), KERNEL_OK);
    run_until(SECOND);
    ck_assert_uint_eq(wires.count, 1);
    ck_assert_uint_eq(wires.arrivals[0].host, 1);
    ck_assert(iface_view(wires.eth0[0]).connected && iface_view(wires.eth0[1]).connected);
    wires_close();
}
END_TEST

START_TEST(the_far_end_sees_an_interface_go)
{
    cable_open();
    send_to(1, 1, 100);
    ck_assert(iface_remove(wires.eth0[1]));
    wires.endpoints[1] = NULL;
    run_until(SECOND);
    ck_assert_ptr_null(wires.eth0[0]->link);
    ck_assert(!iface_view(wires.eth0[0]).connected);
    wires_close();
}
END_TEST

/* proves: NET-LINK-24 */
START_TEST(speed_and_metric_follow_the_rate)
{
    struct cable *cable = cable_open();
    ck_assert_uint_eq(iface_view(wires.eth0[0]).metric, 25);
    struct cable_setup setup = cable_setup_of(cable_link(cable, wires.eth0[0]));
    setup.link.rate_bps = 10000000;
    cable_set(wires.eth0[0], &setup);
    ck_assert_uint_eq(iface_view(wires.eth0[0]).speed_bps, 10000000);
    ck_assert_uint_eq(iface_view(wires.eth0[0]).metric, 55);
    ck_assert_uint_eq(iface_view(wires.eth0[1]).metric, 25); /* the other direction keeps its own */
    wires_close();
}
END_TEST

START_TEST(what_cannot_be_plugged)
{
    struct cable_setup setup[2] = { cable_setup_default(), cable_setup_default() };
    cable_open();
    ck_assert_ptr_null(cable_between(wires.eth0[0], wires.eth0[2], setup));
    ck_assert_ptr_null(cable_between(wires.eth0[2], wires.eth0[2], setup));
    ck_assert_ptr_null(cable_between(wires.eth0[2], iface_find(wires.hosts[3], "loopback"), setup));
    ck_assert_ptr_nonnull(cable_between(wires.eth0[2], wires.eth0[3], setup));
    wires_close();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("segment");
    TCase *segments = tcase_create("segments"), *cables = tcase_create("cables");
    tcase_add_test(segments, a_frame_for_one_goes_to_one);
    tcase_add_test(segments, a_broadcast_goes_to_all_in_order);
    tcase_add_test(segments, a_hub_can_be_overheard);
    tcase_add_test(segments, nobody_has_the_address);
    tcase_add_test(segments, an_address_moves);
    tcase_add_test(segments, a_member_leaves);
    tcase_add_test(segments, a_member_is_cut_off);
    tcase_add_test(segments, a_switch_learns);
    tcase_add_test(segments, a_switch_forgets);
    tcase_add_test(segments, a_cut_is_not_noticed_yet);
    tcase_add_test(segments, senders_share_a_port);
    tcase_add_test(segments, a_port_is_a_direction_of_its_own);
    suite_add_tcase(suite, segments);
    tcase_add_test(cables, packets_arrive_apart);
    tcase_add_test(cables, both_ends_notice_at_once);
    tcase_add_test(cables, detection_takes_its_time);
    tcase_add_test(cables, one_direction_is_cut);
    tcase_add_test(cables, the_far_end_sees_an_interface_go);
    tcase_add_test(cables, speed_and_metric_follow_the_rate);
    tcase_add_test(cables, what_cannot_be_plugged);
    suite_add_tcase(suite, cables);
    return suite_main(suite);
}
