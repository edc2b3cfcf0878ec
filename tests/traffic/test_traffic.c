/*
 * Built-in sources and sinks: when they send, what they count, what they find wrong.
 */
#include "link/wires.h"

static struct traffic *begin(unsigned host, struct traffic_setup setup)
{
    struct traffic *traffic = traffic_start(wires.hosts[host], &setup);
    ck_assert_msg(traffic != NULL, "%s: %s", setup.name, net_why(wires.net));
    return traffic;
}

static struct traffic *server(const char *name, enum traffic_kind kind, uint8_t transport)
{
    struct traffic_setup setup = traffic_setup_default();
    setup.name = name;
    setup.kind = kind;
    setup.transport = transport;
    setup.port = 80;
    return begin(1, setup);
}

/* From a to b's port 80. */
static struct traffic_setup source(const char *name, enum traffic_kind kind, uint8_t transport)
{
    struct traffic_setup setup = traffic_setup_default();
    setup.name = name;
    setup.kind = kind;
    setup.transport = transport;
    setup.to = to_host(1);
    setup.to.port = 80;
    return setup;
}

static struct link *open_with_delay(int64_t delay_ns)
{
    struct cable_setup setup = cable_setup_default();
    setup.link.delay_ns = delay_ns;
    wires_open();
    return plug(&setup);
}

/* proves: NET-TRAFFIC-4 */
START_TEST(messages_leave_at_exact_times)
{
    open_with_delay(0);
    struct traffic_setup setup = source("c", TRAFFIC_CBR, KERNEL_UDP);
    setup.to.port = 9;
    setup.size = 1000;
    setup.rate_bps = 7000000; /* 8000 bits a message: 8/7 ms */
    setup.count = 700;
    struct traffic *traffic = begin(0, setup);
    run_until(10 * SECOND);
    ck_assert_uint_eq(wires.count, 700);
    for (size_t n = 0; n < 700; n++)
        ck_assert_int_eq(wires.arrivals[n].at_ns, (int64_t)n * 8000000 / 7);
    struct traffic_view seen = traffic_view(traffic);
    ck_assert(seen.done && seen.sent_messages == 700 && seen.sent_bytes == 700000);
    wires_close();
}
END_TEST

START_TEST(an_interval_and_a_stop)
{
    open_with_delay(MS);
    struct traffic *sink = server("s", TRAFFIC_SINK, KERNEL_UDP);
    struct traffic_setup setup = source("c", TRAFFIC_CBR, KERNEL_UDP);
    setup.size = 10;
    setup.interval_ns = 10 * MS;
    setup.stop_ns = 95 * MS;
    struct traffic *traffic = begin(0, setup);
    run_until(SECOND);
    struct traffic_view seen = traffic_view(sink);
    ck_assert_uint_eq(seen.received_messages, 10); /* at 0, 10, … 90 ms */
    ck_assert_uint_eq(seen.received_bytes, 100);
    ck_assert(!seen.damaged && traffic_view(traffic).done);
    ck_assert(!traffic_stop(traffic));
    wires_close();
}
END_TEST

/* proves: NET-TRAFFIC-1, NET-TRAFFIC-3 */
START_TEST(bulk_arrives_whole)
{
    struct cable_setup setup = cable_setup_default();
    setup.link.delay_ns = 5 * MS;
    setup.link.rate_bps = 100000000;
    setup.impairments.loss = (struct loss_setup){ .model = LOSS_BERNOULLI, .rate = { .probability = CHANCE_ALWAYS / 200 } };
    wires_open();
    plug(&setup);
    struct traffic *sink = server("s", TRAFFIC_SINK, KERNEL_TCP);
    struct traffic_setup bulk = source("b", TRAFFIC_BULK, KERNEL_TCP);
    bulk.bytes = 3000001;
    struct traffic *one = begin(0, bulk);
    bulk.name = "b2";
    bulk.bytes = 1;
    struct traffic *two = begin(0, bulk);
    run_until(200 * SECOND);
    struct traffic_view seen = traffic_view(sink);
    ck_assert_uint_eq(seen.received_bytes, 3000002);
    ck_assert_uint_eq(seen.connections, 2);
    ck_assert(!seen.damaged && traffic_view(one).done && traffic_view(two).done);
    ck_assert_uint_eq(traffic_view(one).sent_bytes, 3000001);
    ck_assert_ptr_null(traffic_endpoint(one));
    ck_assert_ptr_null(traffic_endpoint(sink));
    wires_close();
}
END_TEST

/* proves: NET-TRAFFIC-2, NET-TRAFFIC-5 */
START_TEST(requests_are_answered)
{
    open_with_delay(10 * MS);
    server("e", TRAFFIC_ECHO, KERNEL_TCP);
    struct traffic_setup setup = source("q", TRAFFIC_REQUEST, KERNEL_TCP);
    setup.size = 500;
    setup.count = 5;
    struct traffic *traffic = begin(0, setup);
    run_until(SECOND);
    struct traffic_view seen = traffic_view(traffic);
    ck_assert(seen.done && !seen.damaged);
    ck_assert_uint_eq(seen.received_messages, 5);
    ck_assert_uint_eq(seen.received_bytes, 2500);
    ck_assert_int_eq(seen.rtt_least_ns, 20 * MS); /* without the handshake */
    ck_assert_int_eq(seen.rtt_most_ns, 20 * MS + 1); /* the first request follows the handshake's last packet */
    wires_close();
}
END_TEST

START_TEST(an_answer_that_does_not_come_is_lost)
{
    static const uint64_t lost[] = { 2 };
    struct link *link = open_with_delay(10 * MS);
    struct cable_setup cable = cable_setup_of(link);
    cable.impairments.loss = (struct loss_setup){ .model = LOSS_LIST, .packets = lost, .packet_count = 1 };
    cable_set(wires.eth0[0], &cable);
    server("e", TRAFFIC_ECHO, KERNEL_UDP);
    struct traffic_setup setup = source("q", TRAFFIC_REQUEST, KERNEL_UDP);
    setup.size = 500;
    setup.count = 4;
    setup.timeout_ns = 50 * MS;
    struct traffic *traffic = begin(0, setup);
    run_until(110 * MS - 1);
    ck_assert(!traffic_view(traffic).done);
    run_until(110 * MS); /* 20, then 50 in vain, 20, 20 */
    struct traffic_view seen = traffic_view(traffic);
    ck_assert(seen.done);
    ck_assert_uint_eq(seen.sent_messages, 4);
    ck_assert_uint_eq(seen.received_messages, 3);
    ck_assert_uint_eq(seen.lost, 1);
    ck_assert_int_eq(seen.rtt_least_ns, 20 * MS);
    wires_close();
}
END_TEST

/* Bytes of the pattern that are not where they belong are found; other people's bytes are only counted. */
START_TEST(wrong_bytes_are_found)
{
    static const struct { uint32_t first, second; bool damaged; } cases[] = { { 0, 100, false }, { 0, 101, true }, { 7, 900, false } };
    for (size_t i = 0; i < 3; i++) {
        open_with_delay(MS);
        struct traffic *sink = server("s", TRAFFIC_SINK, KERNEL_TCP);
        struct traffic_setup setup = source("c", TRAFFIC_CBR, KERNEL_TCP);
        setup.size = 1;
        setup.interval_ns = 100 * SECOND;
        setup.stop_ns = 200 * SECOND;
        struct traffic *traffic = begin(0, setup);
        run_until(10 * MS);
        traffic_stop(traffic);
        run_until(SECOND);
        ck_assert(!traffic_view(sink).damaged);
        struct endpoint *endpoint = endpoint_new(wires.hosts[0], KERNEL_IPV4, KERNEL_TCP, 0, NULL);
        ck_assert_int_eq(port_bind_dynamic(endpoint), KERNEL_OK);
        ck_assert_int_eq(tcp_connect(endpoint, &setup.to), KERNEL_PENDING);
        run_until(2 * SECOND);
        struct piece first = pattern_piece(wires.net, cases[i].first, 100), second = pattern_piece(wires.net, cases[i].second, 50);
        ck_assert_int_eq(tcp_send_piece(endpoint, &first), KERNEL_OK);
        ck_assert_int_eq(tcp_send_piece(endpoint, &second), KERNEL_OK);
        run_until(3 * SECOND);
        ck_assert_uint_eq(traffic_view(sink).received_bytes, 151);
        ck_assert_int_eq(traffic_view(sink).damaged, cases[i].damaged);
        wires_close();
    }
}
END_TEST

START_TEST(what_cannot_start)
{
    open_with_delay(MS);
    server("s", TRAFFIC_SINK, KERNEL_TCP);
    struct traffic_setup setup = source("s", TRAFFIC_BULK, KERNEL_TCP);
    ck_assert_ptr_null(traffic_start(wires.hosts[0], &setup));
    ck_assert_ptr_nonnull(strstr(net_why(wires.net), "already"));
    setup = traffic_setup_default();
    setup.name = "again";
    setup.port = 80;
    ck_assert_ptr_null(traffic_start(wires.hosts[1], &setup));
    setup.port = 81;
    ck_assert_ptr_nonnull(traffic_start(wires.hosts[1], &setup));
    setup.name = "down";
    host_stack(wires.hosts[1], false);
    ck_assert_ptr_null(traffic_start(wires.hosts[1], &setup));
    setup = source("far", TRAFFIC_CBR, KERNEL_UDP);
    setup.to.address.bytes[0] = 99;
    setup.size = 10;
    setup.interval_ns = MS;
    setup.count = 3;
    struct traffic *far = traffic_start(wires.hosts[0], &setup);
    run_until(SECOND);
    if (far)
        ck_assert_uint_eq(traffic_view(far).refused, 3);
    ck_assert_ptr_null(traffic_find(wires.net, "nobody"));
    wires_close();
}
END_TEST

START_TEST(nobody_listens)
{
    open_with_delay(MS);
    struct traffic *traffic = begin(0, source("b", TRAFFIC_BULK, KERNEL_TCP));
    run_until(100 * SECOND);
    struct traffic_view seen = traffic_view(traffic);
    ck_assert(seen.done);
    ck_assert_uint_eq(seen.failed, 1);
    ck_assert_int_eq(seen.failure, KERNEL_REFUSED);
    wires_close();
}
END_TEST

START_TEST(a_sink_stops_with_connections_open)
{
    open_with_delay(MS);
    struct traffic *sink = server("s", TRAFFIC_SINK, KERNEL_TCP);
    struct traffic_setup setup = source("c", TRAFFIC_CBR, KERNEL_TCP);
    setup.size = 1000;
    setup.interval_ns = 10 * MS;
    struct traffic *traffic = begin(0, setup);
    run_until(105 * MS);
    ck_assert(traffic_stop(sink));
    run_until(SECOND);
    ck_assert(traffic_stop(traffic));
    run_until(100 * SECOND);
    ck_assert(traffic_view(traffic).done);
    ck_assert_uint_eq(traffic_view(sink).received_bytes, traffic_view(traffic).sent_bytes);
    wires_close();
}
END_TEST

START_TEST(freed_in_the_middle)
{
    open_with_delay(10 * MS);
    server("s", TRAFFIC_SINK, KERNEL_TCP);
    server("e", TRAFFIC_ECHO, KERNEL_UDP);
    begin(0, source("b", TRAFFIC_BULK, KERNEL_TCP));
    struct traffic_setup setup = source("q", TRAFFIC_REQUEST, KERNEL_UDP);
    setup.size = 10;
    begin(0, setup);
    run_until(333 * MS);
    wires_close();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("traffic");
    TCase *all = tcase_create("traffic");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, messages_leave_at_exact_times);
    tcase_add_test(all, an_interval_and_a_stop);
    tcase_add_test(all, bulk_arrives_whole);
    tcase_add_test(all, requests_are_answered);
    tcase_add_test(all, an_answer_that_does_not_come_is_lost);
    tcase_add_test(all, wrong_bytes_are_found);
    tcase_add_test(all, what_cannot_start);
    tcase_add_test(all, nobody_listens);
    tcase_add_test(all, a_sink_stops_with_connections_open);
    tcase_add_test(all, freed_in_the_middle);
    suite_add_tcase(suite, all);
    return suite_main(suite);
}
