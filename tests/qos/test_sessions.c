/*
 * Signalling over a router (host-stack 9.2): pc 10.0.1.1 -- mid -- far 10.0.2.2. Each link takes 1 ms and lends 8 Mbit/s, which is
 * 1 000 000 bytes a second.
 */
#include "endpoint/pair.h"

#include "net/qos/session.h"

#define OPEN KERNEL_FLOW_UNSPECIFIED
#define MS INT64_C(1000000)

static struct side mid;
static struct iface *mid_far; /* of mid, towards far */

static void wire_up(struct iface *from, struct iface *to)
{
    struct link_setup setup = link_setup_default();
    setup.delay_ns = MS;
    setup.reservable_bps = 8000000;
    from->link = link_new(pair.net, from, to, &setup);
    setup.reservable_bps = 0;
    to->link = link_new(pair.net, to, from, &setup);
}

static void lead(struct iface *iface, const char *via)
{
    struct route_setup setup = { .next_hop = ip(via), .metric = ROUTE_METRIC_DEFAULT };
    ck_assert(prefix_parse("0.0.0.0/0", &setup.prefix, &setup.prefix_length));
    ck_assert_msg(route_add(iface, &setup), "%s", net_why(pair.net));
}

static void open_three(void)
{
    struct host_parameters parameters = host_parameters_default();
    struct iface_setup setup = iface_setup_default();
    memset(&pair, 0, sizeof pair);
    pair.engine = engine_new();
    pair.trace = trace_new(engine_clock(pair.engine));
    pair.net = net_new(pair.engine, pair.trace);
    side_open(&pair.pc, "pc", &parameters, 1);
    side_open(&pair.peer, "far", &parameters, 2);
    parameters.forwarding = true;
    side_open(&mid, "mid", &parameters, 3);
    mid_far = iface_add(mid.host, "eth1", &setup);
    give(pair.pc.eth0, "10.0.1.1/24");
    give(mid.eth0, "10.0.1.254/24");
    give(mid_far, "10.0.2.254/24");
    give(pair.peer.eth0, "10.0.2.2/24");
    wire_up(pair.pc.eth0, mid.eth0);
    wire_up(mid_far, pair.peer.eth0);
    lead(pair.pc.eth0, "10.0.1.254");
    lead(pair.peer.eth0, "10.0.2.254");
    running = &pair.pc.app;
}

/* ---- the clients ---- */

static enum kernel_qos_news refused;

static struct kernel_flow rated(uint32_t service, uint32_t rate)
{
    return (struct kernel_flow){ rate, 1500, OPEN, OPEN, OPEN, service, 1500, OPEN };
}

static enum kernel_status offer(kernel_endpoint endpoint, uint32_t rate)
{
    struct kernel_qos qos = { .sending = rated(KERNEL_SERVICE_CONTROLLED_LOAD, rate), .receiving.service = KERNEL_SERVICE_NO_CHANGE, .excess = KERNEL_EXCESS_BY_SERVICE };
    as(&pair.pc);
    return kernel_qos_set(endpoint, &qos, &refused);
}

static enum kernel_status offer_no_more(kernel_endpoint endpoint)
{
    struct kernel_qos qos = { .sending.service = KERNEL_SERVICE_NONE, .receiving.service = KERNEL_SERVICE_NO_CHANGE, .excess = KERNEL_EXCESS_BY_SERVICE };
    as(&pair.pc);
    return kernel_qos_set(endpoint, &qos, &refused);
}

static enum kernel_status want(kernel_endpoint endpoint, uint32_t service, uint32_t rate, uint32_t latency_us)
{
    struct kernel_qos qos = { .receiving = rated(service, rate), .sending.service = KERNEL_SERVICE_NO_CHANGE, .confirm = true, .excess = KERNEL_EXCESS_BY_SERVICE };
    qos.receiving.latency_us = latency_us;
    as(&pair.peer);
    return kernel_qos_set(endpoint, &qos, &refused);
}

/* The newest news of an endpoint, of whichever host. */
static enum kernel_qos_news news(kernel_endpoint endpoint)
{
    const struct flow *flow = inside(endpoint)->flow;
    return flow ? flow->news : KERNEL_QOS_NOTHING;
}

static kernel_endpoint receiver(uint16_t port)
{
    as(&pair.peer);
    return udp_bound("0.0.0.0", port);
}

static kernel_endpoint sender(uint16_t port)
{
    as(&pair.pc);
    kernel_endpoint endpoint = udp_open();
    ck_assert_int_eq(connect_to(endpoint, "10.0.2.2", port), KERNEL_OK);
    return endpoint;
}

static uint64_t lent(void) { return pair.pc.eth0->link->reserved_bps; }
static uint64_t lent_far(void) { return mid_far->link->reserved_bps; }

/* ---- coming about ---- */

START_TEST(path_reservation_confirmation)
{
    kernel_endpoint a = sender(2000), b = receiver(2000);
    kernel_request request;
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_ENDPOINT, .family = KERNEL_IPV4, .endpoint = b, .conditions = KERNEL_QOS_CHANGED };
    ck_assert_int_eq(kernel_watch(&watch, false, on_done, (void *)1, &request), KERNEL_OK);
    ck_assert_int_eq(offer(a, 125000), KERNEL_PENDING);
    run_for(2 * MS - 1);
    ck_assert_int_eq(news(b), KERNEL_QOS_NOTHING);
    run_for(1);
    ck_assert_int_eq(news(b), KERNEL_QOS_SENDERS);
    ck_assert_uint_eq(pair.done_count, 1);
    ck_assert_uint_eq(pair.done[0].count, KERNEL_QOS_CHANGED);
    struct kernel_qos_state state;
    as(&pair.peer);
    ck_assert_int_eq(kernel_qos_get(b, &state), KERNEL_OK);
    ck_assert_uint_eq(state.changed, KERNEL_RECEIVING);
    ck_assert_uint_eq(state.qos.receiving.token_rate, 125000); /* what is on offer */

    ck_assert_int_eq(want(b, KERNEL_SERVICE_CONTROLLED_LOAD, OPEN, OPEN), KERNEL_PENDING);
    run_for(MS);
    ck_assert_uint_eq(lent_far(), 1000000); /* mid has admitted it */
    ck_assert_uint_eq(lent(), 0);
    run_for(MS);
    ck_assert_uint_eq(lent(), 1000000);
    ck_assert_int_eq(news(a), KERNEL_QOS_RECEIVERS);
    ck_assert_int_eq(news(b), KERNEL_QOS_SENDERS);
    run_for(2 * MS);
    ck_assert_int_eq(news(b), KERNEL_QOS_CONFIRMED);
    uint32_t answer;
    as(&pair.pc);
    ck_assert_int_eq(kernel_qos_check(a, KERNEL_QOS_PATH_ABILITY, &answer), KERNEL_OK);
    ck_assert_uint_eq(answer, 2);
}
END_TEST

START_TEST(the_receiver_may_be_there_first)
{
    kernel_endpoint b = receiver(2000);
    ck_assert_int_eq(want(b, KERNEL_SERVICE_CONTROLLED_LOAD, 50000, OPEN), KERNEL_OK);
    kernel_endpoint a = sender(2000);
    ck_assert_int_eq(offer(a, 125000), KERNEL_PENDING);
    run_for(4 * MS);
    ck_assert_int_eq(news(a), KERNEL_QOS_RECEIVERS);
    uint32_t answer;
    ck_assert_int_eq(kernel_qos_check(a, KERNEL_QOS_ALLOWED_RATE, &answer), KERNEL_OK);
    ck_assert_uint_eq(answer, 50000); /* the lesser of both */
}
END_TEST

START_TEST(or_come_late)
{
    kernel_endpoint a = sender(2000);
    ck_assert_int_eq(offer(a, 125000), KERNEL_PENDING);
    run_for(SECOND);
    kernel_endpoint b = receiver(2000);
    ck_assert_int_eq(want(b, KERNEL_SERVICE_CONTROLLED_LOAD, OPEN, OPEN), KERNEL_PENDING);
    run_for(2 * MS);
    ck_assert_int_eq(news(a), KERNEL_QOS_RECEIVERS);
}
END_TEST

START_TEST(before_it_is_connected_a_sender_only_wishes)
{
    kernel_endpoint b = receiver(2000);
    as(&pair.pc);
    kernel_endpoint a = udp_bound("0.0.0.0", 1000);
    ck_assert_int_eq(offer(a, 125000), KERNEL_OK);
    run_for(SECOND);
    ck_assert_int_eq(news(b), KERNEL_QOS_NOTHING);
    ck_assert_int_eq(connect_to(a, "10.0.2.2", 2000), KERNEL_OK);
    run_for(2 * MS);
    ck_assert_int_eq(news(b), KERNEL_QOS_SENDERS);
    struct kernel_qos qos = { .sending = rated(KERNEL_SERVICE_CONTROLLED_LOAD, 1000), .destination = name("10.0.2.2", 2001), .excess = KERNEL_EXCESS_BY_SERVICE };
    kernel_endpoint c = udp_bound("0.0.0.0", 1001), d = receiver(2001);
    as(&pair.pc);
    ck_assert_int_eq(kernel_qos_set(c, &qos, &refused), KERNEL_PENDING); /* it names whom it means */
    run_for(2 * MS);
    ck_assert_int_eq(news(d), KERNEL_QOS_SENDERS);
}
END_TEST

/* ---- admission ---- */

START_TEST(first_come_first_served)
{
    kernel_endpoint a[3], b[3];
    for (uint16_t i = 0; i < 3; i++) {
        a[i] = sender((uint16_t)(2000 + i));
        b[i] = receiver((uint16_t)(2000 + i));
        offer(a[i], i == 2 ? 400000 : 600000);
    }
    run_for(2 * MS);
    for (int i = 0; i < 3; i++)
        want(b[i], KERNEL_SERVICE_CONTROLLED_LOAD, OPEN, OPEN);
    run_for(10 * MS);
    ck_assert_int_eq(news(b[0]), KERNEL_QOS_CONFIRMED);
    ck_assert_int_eq(news(b[1]), KERNEL_QOS_NOT_ADMITTED);
    ck_assert_int_eq(news(a[1]), KERNEL_QOS_NOTHING);
    ck_assert_int_eq(news(b[2]), KERNEL_QOS_CONFIRMED); /* exactly what is left */
    ck_assert_uint_eq(lent(), 8000000);
    ck_assert_uint_eq(lent_far(), 8000000);
    as(&pair.peer);
    ck_assert_int_eq(kernel_endpoint_close(b[0]), KERNEL_OK);
    ck_assert_uint_eq(lent(), 3200000);
    ck_assert_int_eq(want(b[1], KERNEL_SERVICE_CONTROLLED_LOAD, OPEN, OPEN), KERNEL_PENDING);
    run_for(4 * MS);
    ck_assert_int_eq(news(a[1]), KERNEL_QOS_RECEIVERS);
    ck_assert_int_eq(news(a[0]), KERNEL_QOS_NO_RECEIVERS);
}
END_TEST

/* The link next to the sender refuses: what the other one lent comes back, and the word takes its way. */
START_TEST(a_refusal_far_up)
{
    kernel_endpoint a = sender(2000), b = receiver(2000);
    pair.pc.eth0->link->reservable_bps = 7999999;
    offer(a, 1000000);
    run_for(2 * MS);
    want(b, KERNEL_SERVICE_CONTROLLED_LOAD, OPEN, OPEN);
    run_for(MS);
    ck_assert_uint_eq(lent_far(), 8000000);
    run_for(MS);
    ck_assert_uint_eq(lent_far(), 0);
    run_for(2 * MS - 1);
    ck_assert_int_eq(news(b), KERNEL_QOS_SENDERS);
    run_for(1);
    ck_assert_int_eq(news(b), KERNEL_QOS_NOT_ADMITTED);
    uint32_t answer;
    as(&pair.peer);
    ck_assert_int_eq(kernel_qos_check(b, KERNEL_QOS_PATH_ABILITY, &answer), KERNEL_OK);
    ck_assert_uint_eq(answer, 1);
    ck_assert_int_eq(want(b, KERNEL_SERVICE_BEST_EFFORT, OPEN, OPEN), KERNEL_PENDING); /* which costs nothing */
    run_for(4 * MS);
    ck_assert_int_eq(news(b), KERNEL_QOS_CONFIRMED);
    ck_assert_uint_eq(lent(), 0);
}
END_TEST

/* (1500 + 2 * 1500) / 1 000 000 s + 2 * 1 ms of propagation: 6.5 ms. */
START_TEST(a_bound_on_the_delay)
{
    kernel_endpoint a = sender(2000), b = receiver(2000);
    struct kernel_flow flow = rated(KERNEL_SERVICE_GUARANTEED, 1000000);
    struct link *const links[] = { pair.pc.eth0->link, mid_far->link };
    ck_assert_int_eq(admission_delay_ns(&flow, links, 2), 6500000);
    offer(a, 1000000);
    run_for(2 * MS);
    want(b, KERNEL_SERVICE_GUARANTEED, 1000000, 6499);
    run_for(10 * MS);
    ck_assert_int_eq(news(b), KERNEL_QOS_NOT_ADMITTED);
    ck_assert_uint_eq(lent_far(), 0);
    want(b, KERNEL_SERVICE_GUARANTEED, 1000000, 6500);
    run_for(10 * MS);
    ck_assert_int_eq(news(b), KERNEL_QOS_CONFIRMED);
    flow.token_rate = 3; /* nothing overflows, and every division is rounded up */
    flow.bucket_size = flow.max_message = UINT32_MAX - 2;
    ck_assert_int_eq(admission_delay_ns(&flow, links, 2), INT64_C(4294967293) * SECOND + 2 * MS);
    flow.token_rate = KERNEL_FLOW_INFINITE;
    ck_assert_int_eq(admission_delay_ns(&flow, links, 2), INT64_MAX);
}
END_TEST

START_TEST(within_one_host)
{
    as(&pair.pc);
    kernel_endpoint a = udp_open(), b = udp_bound("0.0.0.0", 2000);
    ck_assert_int_eq(connect_to(a, "127.0.0.1", 2000), KERNEL_OK);
    offer(a, 1000);
    run_for(MS);
    ck_assert_int_eq(news(b), KERNEL_QOS_SENDERS);
    struct kernel_qos qos = { .receiving = rated(KERNEL_SERVICE_GUARANTEED, 1000), .sending.service = KERNEL_SERVICE_NO_CHANGE, .confirm = true, .excess = KERNEL_EXCESS_BY_SERVICE };
    ck_assert_int_eq(kernel_qos_set(b, &qos, &refused), KERNEL_PENDING);
    run_for(MS);
    ck_assert_int_eq(news(b), KERNEL_QOS_NOT_ADMITTED); /* nobody there lends */
    qos.receiving.service = KERNEL_SERVICE_BEST_EFFORT;
    ck_assert_int_eq(kernel_qos_set(b, &qos, &refused), KERNEL_PENDING);
    run_for(MS);
    ck_assert_int_eq(news(b), KERNEL_QOS_CONFIRMED);
    ck_assert_int_eq(news(a), KERNEL_QOS_RECEIVERS);
}
END_TEST

/* ---- coming to an end ---- */

static void reserve(kernel_endpoint *a, kernel_endpoint *b)
{
    *a = sender(2000);
    *b = receiver(2000);
    offer(*a, 125000);
    run_for(2 * MS);
    want(*b, KERNEL_SERVICE_CONTROLLED_LOAD, OPEN, OPEN);
    run_for(4 * MS);
    ck_assert_int_eq(news(*a), KERNEL_QOS_RECEIVERS);
    ck_assert_int_eq(news(*b), KERNEL_QOS_CONFIRMED);
}

START_TEST(the_sender_goes)
{
    kernel_endpoint a, b;
    reserve(&a, &b);
    as(&pair.pc);
    ck_assert_int_eq(kernel_endpoint_close(a), KERNEL_OK);
    ck_assert_uint_eq(lent() + lent_far(), 0);
    run_for(2 * MS - 1);
    ck_assert_int_eq(news(b), KERNEL_QOS_CONFIRMED);
    run_for(1);
    ck_assert_int_eq(news(b), KERNEL_QOS_NO_SENDERS);
    ck_assert_ptr_null(pair.net->sessions);
}
END_TEST

START_TEST(the_receiver_wants_no_more)
{
    kernel_endpoint a, b;
    reserve(&a, &b);
    struct kernel_qos qos = { .receiving.service = KERNEL_SERVICE_NONE, .sending.service = KERNEL_SERVICE_NO_CHANGE };
    as(&pair.peer);
    ck_assert_int_eq(kernel_qos_set(b, &qos, &refused), KERNEL_OK);
    ck_assert_uint_eq(lent() + lent_far(), 0);
    run_for(2 * MS);
    ck_assert_int_eq(news(a), KERNEL_QOS_NO_RECEIVERS);
    want(b, KERNEL_SERVICE_CONTROLLED_LOAD, OPEN, OPEN); /* after all */
    run_for(4 * MS);
    ck_assert_int_eq(news(a), KERNEL_QOS_RECEIVERS);
    as(&pair.peer);
    ck_assert_int_eq(kernel_endpoint_close(b), KERNEL_OK);
    run_for(2 * MS);
    ck_assert_int_eq(news(a), KERNEL_QOS_NO_RECEIVERS);
    ck_assert_int_eq(offer_no_more(a), KERNEL_OK);
    ck_assert_ptr_null(pair.net->sessions);
}
END_TEST

START_TEST(both_go_at_once)
{
    kernel_endpoint a, b;
    reserve(&a, &b);
    as(&pair.pc);
    ck_assert_int_eq(kernel_endpoint_close(a), KERNEL_OK);
    as(&pair.peer);
    ck_assert_int_eq(kernel_endpoint_close(b), KERNEL_OK);
    ck_assert_ptr_null(pair.net->sessions);
    run_for(SECOND);
}
END_TEST

START_TEST(another_flow_is_offered_anew)
{
    kernel_endpoint a, b;
    reserve(&a, &b);
    ck_assert_int_eq(offer(a, 250000), KERNEL_PENDING);
    run_for(2 * MS);
    ck_assert_int_eq(news(b), KERNEL_QOS_SENDERS);
    run_for(2 * MS); /* the receiver's wish still stands */
    ck_assert_uint_eq(lent(), 2000000);
}
END_TEST

START_TEST(a_run_may_end_at_any_time)
{
    kernel_endpoint a = sender(2000), b = receiver(2000);
    offer(a, 125000);
    want(b, KERNEL_SERVICE_CONTROLLED_LOAD, OPEN, OPEN);
    run_for(2 * MS + MS / 2);
}
END_TEST

/* ---- soft state ---- */

static void cut(bool now_cut) { link_cut(pair.pc.eth0->link, now_cut); }

/* proves: NET-QOS-8 */
START_TEST(what_is_not_refreshed_fades)
{
    kernel_endpoint a, b;
    reserve(&a, &b);
    run_for(40 * SECOND - 6 * MS);
    cut(true);
    run_for(147 * SECOND); /* the last refresh came at 30 s */
    ck_assert_int_eq(news(b), KERNEL_QOS_CONFIRMED);
    run_for(SECOND);
    ck_assert_int_eq(news(b), KERNEL_QOS_NO_SENDERS);
    ck_assert_int_eq(news(a), KERNEL_QOS_NO_RECEIVERS);
    ck_assert_uint_eq(lent() + lent_far(), 0);
    cut(false); /* at 188 s: with the refresh at 210 s all comes back */
    run_for(22 * SECOND);
    ck_assert_int_eq(news(b), KERNEL_QOS_NO_SENDERS);
    run_for(10 * MS);
    ck_assert_int_eq(news(b), KERNEL_QOS_CONFIRMED);
    ck_assert_uint_eq(lent(), 1000000);
}
END_TEST

START_TEST(a_short_cut_is_not_noticed)
{
    kernel_endpoint a, b;
    reserve(&a, &b);
    run_for(40 * SECOND);
    cut(true);
    run_for(100 * SECOND);
    cut(false);
    run_for(3600 * SECOND);
    ck_assert_int_eq(news(a), KERNEL_QOS_RECEIVERS);
    ck_assert_int_eq(news(b), KERNEL_QOS_CONFIRMED);
    ck_assert_uint_eq(lent(), 1000000);
}
END_TEST

START_TEST(a_teardown_over_a_cut_link_is_lost)
{
    kernel_endpoint a, b;
    reserve(&a, &b);
    run_for(SECOND);
    cut(true);
    as(&pair.pc);
    ck_assert_int_eq(kernel_endpoint_close(a), KERNEL_OK);
    run_for(156 * SECOND);
    ck_assert_int_eq(news(b), KERNEL_QOS_CONFIRMED);
    run_for(SECOND);
    ck_assert_int_eq(news(b), KERNEL_QOS_NO_SENDERS);
}
END_TEST

START_TEST(what_is_under_way_is_lost)
{
    kernel_endpoint a = sender(2000), b = receiver(2000);
    offer(a, 125000);
    run_for(MS);
    cut(true);
    run_for(SECOND);
    ck_assert_int_eq(news(b), KERNEL_QOS_NOTHING);
    cut(false);
    run_for(29 * SECOND + 2 * MS);
    ck_assert_int_eq(news(b), KERNEL_QOS_SENDERS);
    want(b, KERNEL_SERVICE_CONTROLLED_LOAD, OPEN, OPEN);
    run_for(MS + MS / 2);
    cut(true);
    run_for(SECOND);
    ck_assert_uint_eq(lent_far(), 0);
    cut(false);
    run_for(30 * SECOND);
    ck_assert_int_eq(news(b), KERNEL_QOS_CONFIRMED);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sessions");
    TCase *all = tcase_create("sessions");
    tcase_add_checked_fixture(all, open_three, pair_close);
    tcase_add_test(all, path_reservation_confirmation);
    tcase_add_test(all, the_receiver_may_be_there_first);
    tcase_add_test(all, or_come_late);
    tcase_add_test(all, before_it_is_connected_a_sender_only_wishes);
    tcase_add_test(all, first_come_first_served);
    tcase_add_test(all, a_refusal_far_up);
    tcase_add_test(all, a_bound_on_the_delay);
    tcase_add_test(all, within_one_host);
    tcase_add_test(all, the_sender_goes);
    tcase_add_test(all, the_receiver_wants_no_more);
    tcase_add_test(all, both_go_at_once);
    tcase_add_test(all, another_flow_is_offered_anew);
    tcase_add_test(all, a_run_may_end_at_any_time);
    tcase_add_test(all, what_is_not_refreshed_fades);
    tcase_add_test(all, a_short_cut_is_not_noticed);
    tcase_add_test(all, a_teardown_over_a_cut_link_is_lost);
    tcase_add_test(all, what_is_under_way_is_lost);
    suite_add_tcase(suite, all);
    return suite_main(suite);
}
