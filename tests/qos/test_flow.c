/* Traffic control of datagrams: what leaves when, and marked how (host-stack 9.3), through kernel.h. */
#include "endpoint/pair.h"

#include "net/qos/flow.h"
#include "net/qos/flowspec.h"

#define OPEN KERNEL_FLOW_UNSPECIFIED
#define MS INT64_C(1000000)

static kernel_endpoint a, b; /* of pc and of peer */

static void open_two(void)
{
    pair_open();
    trace_listen_packets(pair.trace, true);
    a = udp_bound("0.0.0.0", 1000);
    as(&pair.peer);
    b = udp_bound("0.0.0.0", 2000);
    as(&pair.pc);
}

static struct kernel_qos sends(uint32_t service, uint32_t rate, uint32_t bucket)
{
    return (struct kernel_qos){
        .sending = { rate, bucket, OPEN, OPEN, OPEN, service, 1500, OPEN },
        .receiving = { .service = KERNEL_SERVICE_NO_CHANGE }, .no_signalling = true, .excess = KERNEL_EXCESS_BY_SERVICE,
    };
}

static enum kernel_qos_news news;
static enum kernel_status qos(kernel_endpoint endpoint, const struct kernel_qos *wish) { return kernel_qos_set(endpoint, wish, &news); }

/* Datagrams whose IP packets have this size. */
static void send_packets(int count, size_t size)
{
    static const char zeros[2000];
    for (int i = 0; i < count; i++)
        ck_assert_int_eq(send_bytes(a, zeros, size - 28, "192.0.2.2", 2000), KERNEL_OK);
}

/* When the nth packet row with this verb was written; -1: there is none. */
static int64_t row_ns(const char *verb, unsigned nth)
{
    struct trace_row row;
    for (uint64_t seq = TRACE_PACKET_BASE + 1; trace_read(pair.trace, seq, &row); seq++)
        if (strcmp(row.verb, verb) == 0 && nth-- == 0)
            return row.at_ns;
    return -1;
}

static unsigned newest_class(void) { return pair.pc.eth0->link->tail->traffic_class; }

/* proves: NET-QOS-2, NET-QOS-11 */
START_TEST(shaping_follows_the_example)
{
    static const int64_t expected[] = { 0, 0, 12 * MS, 24 * MS, -1 };
    struct kernel_qos wish = sends(KERNEL_SERVICE_GUARANTEED, 125000, 3000);
    ck_assert_int_eq(qos(a, &wish), KERNEL_OK);
    send_packets(4, 1500);
    ck_assert_uint_eq(newest_class(), 40 << 2);
    run_for(SECOND);
    for (unsigned i = 0; i < 5; i++)
        ck_assert_int_eq(row_ns("packet.sent", i), expected[i]);
    as(&pair.peer);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(receive_with(b, 2000, 0), KERNEL_OK);
    ck_assert_int_eq(receive_with(b, 2000, 0), KERNEL_WOULD_BLOCK);
}
END_TEST

/* proves: NET-QOS-1, NET-QOS-11, NET-QOS-12 */
START_TEST(borrowing_unmarks_what_is_too_much)
{
    struct kernel_qos wish = sends(KERNEL_SERVICE_CONTROLLED_LOAD, 125000, 3000);
    set(a, KERNEL_TRAFFIC_CLASS, 0x61); /* with an ECN bit, which stays */
    ck_assert_int_eq(qos(a, &wish), KERNEL_OK);
    send_packets(1, 1500);
    ck_assert_uint_eq(newest_class(), (24 << 2) + 1);
    send_packets(1, 1500);
    ck_assert_uint_eq(newest_class(), (24 << 2) + 1);
    send_packets(1, 1500);
    ck_assert_uint_eq(newest_class(), 1);
    send_packets(1, 28);
    ck_assert_uint_eq(newest_class(), 1); /* counts as 64 */
    ck_assert_int_eq(row_ns("packet.sent", 3), 0);
    run_for(12 * MS); /* the credit was left alone */
    send_packets(1, 1500);
    ck_assert_uint_eq(newest_class(), (24 << 2) + 1);
    send_packets(1, 100);
    ck_assert_uint_eq(newest_class(), 1);
}
END_TEST

START_TEST(discarding_loses_what_is_too_much)
{
    struct kernel_qos wish = sends(KERNEL_SERVICE_GUARANTEED, 125000, 3000);
    wish.excess = KERNEL_EXCESS_DISCARD;
    ck_assert_int_eq(qos(a, &wish), KERNEL_OK);
    send_packets(4, 1500);
    run_for(SECOND);
    ck_assert_int_eq(row_ns("packet.sent", 1), 0);
    ck_assert_int_eq(row_ns("packet.sent", 2), -1);
    ck_assert_int_eq(row_ns("packet.dropped", 1), 0);
}
END_TEST

START_TEST(the_peak_binds_too)
{
    struct kernel_qos wish = sends(KERNEL_SERVICE_GUARANTEED, 125000, 15000);
    wish.sending.peak_rate = 1500000; /* a packet a millisecond */
    ck_assert_int_eq(qos(a, &wish), KERNEL_OK);
    send_packets(12, 1500);
    run_for(SECOND);
    for (unsigned i = 0; i < 10; i++)
        ck_assert_int_eq(row_ns("packet.sent", i), i * MS);
    ck_assert_int_eq(row_ns("packet.sent", 10), 12 * MS); /* ten saved, then a packet every 12 ms */
    ck_assert_int_eq(row_ns("packet.sent", 11), 24 * MS);
}
END_TEST

START_TEST(another_rate_and_the_end)
{
    struct kernel_qos wish = sends(KERNEL_SERVICE_GUARANTEED, 125000, 1500);
    ck_assert_int_eq(qos(a, &wish), KERNEL_OK);
    send_packets(4, 1500);
    run_for(6 * MS); /* half of the second one's credit */
    wish.shaping_rate = 750000;
    ck_assert_int_eq(qos(a, &wish), KERNEL_OK);
    run_for(2 * MS);
    ck_assert_int_eq(row_ns("packet.sent", 1), 7 * MS);
    wish.sending.service = KERNEL_SERVICE_NONE;
    ck_assert_int_eq(qos(a, &wish), KERNEL_OK);
    ck_assert_int_eq(row_ns("packet.sent", 3), 8 * MS);
    ck_assert_uint_eq(newest_class(), 0);
}
END_TEST

START_TEST(what_waits_leaves_with_its_socket)
{
    struct kernel_qos wish = sends(KERNEL_SERVICE_GUARANTEED, 1000, 1500);
    ck_assert_int_eq(qos(a, &wish), KERNEL_OK);
    send_packets(3, 1500);
    run_for(MS);
    ck_assert_int_eq(kernel_endpoint_close(a), KERNEL_OK);
    run_for(SECOND);
    ck_assert_int_eq(row_ns("packet.sent", 2), MS);
    ck_assert_int_eq(row_ns("packet.arrived", 2), MS + 1000 + 1); /* two left at that instant */
}
END_TEST

START_TEST(so_many_wait_and_no_more)
{
    struct kernel_qos wish = sends(KERNEL_SERVICE_GUARANTEED, 1500, 1500);
    ck_assert_int_eq(qos(a, &wish), KERNEL_OK);
    send_packets(FLOW_KEPT_MOST + 3, 1500);
    ck_assert_uint_eq(inside(a)->flow->kept_count, FLOW_KEPT_MOST);
    ck_assert_int_eq(row_ns("packet.dropped", 1), 0);
    ck_assert_int_eq(row_ns("packet.dropped", 2), -1);
}
END_TEST

START_TEST(a_stream_may_pace_itself)
{
    struct kernel_qos wish = sends(KERNEL_SERVICE_GUARANTEED, 125000, 3000);
    ck_assert_int_eq(qos(a, &wish), KERNEL_OK);
    struct flow *flow = inside(a)->flow;
    struct packet *packet = packet_new(pair.net);
    int64_t now_ns = 0;
    packet->size = 1500;
    for (int i = 0; i < 4; i++) {
        int64_t release_ns = flow_release_ns(flow, now_ns, packet->size);
        ck_assert_int_eq(release_ns, i < 2 ? 0 : (i - 1) * 12 * MS);
        run_for(release_ns - now_ns);
        now_ns = release_ns;
        ck_assert(flow_conforms(flow, now_ns, packet->size));
        flow_account(flow, packet);
    }
    ck_assert(!flow_conforms(flow, now_ns, 1501)); /* longer than the flow's messages */
    packet_free(pair.net, packet);
}
END_TEST

START_TEST(without_traffic_control_nothing_waits)
{
    struct kernel_qos wish = sends(KERNEL_SERVICE_GUARANTEED, 1000, 1500);
    wish.no_traffic_control = true;
    ck_assert_int_eq(qos(a, &wish), KERNEL_OK);
    send_packets(5, 1500);
    ck_assert_int_eq(row_ns("packet.sent", 4), 0);
    ck_assert_uint_eq(newest_class(), 0);
}
END_TEST

START_TEST(refusals)
{
    struct kernel_qos wish = sends(KERNEL_SERVICE_GUARANTEED, 0, 1500);
    uint32_t answer;
    ck_assert_int_eq(qos(a, &wish), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(news, KERNEL_QOS_BAD_FLOW);
    wish.sending.service = 77;
    ck_assert_int_eq(qos(a, &wish), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(news, KERNEL_QOS_BAD_SERVICE);
    wish = sends(KERNEL_SERVICE_GUARANTEED, 125000001, 1500); /* the adapter makes 125 000 000 */
    ck_assert_int_eq(qos(a, &wish), KERNEL_NO_RESOURCES);
    ck_assert_int_eq(news, KERNEL_QOS_NOTHING);
    wish.sending.token_rate = 125000000;
    ck_assert_int_eq(qos(a, &wish), KERNEL_OK);
    ck_assert_int_eq(qos(b, &wish), KERNEL_BAD_HANDLE); /* another host's */
    ck_assert_int_eq(kernel_qos_check(a, (enum kernel_qos_question)99, &answer), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(qos(open_as(KERNEL_IPV4, KERNEL_RAW, 200), &wish), KERNEL_NOT_SUPPORTED);
    pair_close();

    struct host_parameters parameters = host_parameters_default();
    parameters.qos_signalling = false;
    pair_open_with(&parameters);
    a = udp_bound("0.0.0.0", 1000);
    ck_assert_int_eq(qos(a, &wish), KERNEL_NOT_SUPPORTED);
    ck_assert_int_eq(kernel_qos_check(a, KERNEL_QOS_MAY_SEND, &answer), KERNEL_NOT_SUPPORTED);
}
END_TEST

static uint32_t asked(enum kernel_qos_question question)
{
    uint32_t answer = 12345;
    ck_assert_int_eq(kernel_qos_check(a, question, &answer), KERNEL_OK);
    return answer;
}

START_TEST(questions)
{
    struct kernel_qos wish = sends(KERNEL_SERVICE_GUARANTEED, 125000, 1500);
    ck_assert_uint_eq(asked(KERNEL_QOS_MAY_SEND), 1);
    ck_assert_uint_eq(asked(KERNEL_QOS_SIGNALS), 1);
    ck_assert_uint_eq(asked(KERNEL_QOS_LINE_RATE), 1000000);
    ck_assert_uint_eq(asked(KERNEL_QOS_TRAFFIC_CONTROL), 1);
    ck_assert_uint_eq(asked(KERNEL_QOS_LOCAL_ABILITY), 0);
    ck_assert_uint_eq(asked(KERNEL_QOS_PATH_ABILITY), 0);
    ck_assert_uint_eq(asked(KERNEL_QOS_ALLOWED_RATE), OPEN);
    wish.no_traffic_control = true;
    ck_assert_int_eq(qos(a, &wish), KERNEL_OK);
    ck_assert_uint_eq(asked(KERNEL_QOS_ALLOWED_RATE), 125000);
    ck_assert_uint_eq(asked(KERNEL_QOS_TRAFFIC_CONTROL), 0);
    ck_assert_int_eq(connect_to(a, "192.0.2.2", 2000), KERNEL_OK);
    ck_assert_uint_eq(asked(KERNEL_QOS_LOCAL_ABILITY), 1);
    pair.pc.eth0->link->reservable_bps = 1;
    ck_assert_uint_eq(asked(KERNEL_QOS_LOCAL_ABILITY), 2);
}
END_TEST

START_TEST(what_holds)
{
    struct kernel_qos_state state;
    struct kernel_qos wish = sends(KERNEL_SERVICE_GUARANTEED, 125000, OPEN);
    wish.sending.max_message = OPEN;
    ck_assert_int_eq(kernel_qos_get(udp_open(), &state), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(kernel_qos_get(a, &state), KERNEL_OK);
    ck_assert_uint_eq(state.qos.sending.service, KERNEL_SERVICE_NONE);
    ck_assert_int_eq(qos(a, &wish), KERNEL_OK);
    ck_assert_int_eq(kernel_qos_get(a, &state), KERNEL_OK);
    ck_assert_uint_eq(state.qos.sending.bucket_size, 1500);
    ck_assert_uint_eq(state.qos.sending.max_message, 1500);
    ck_assert_uint_eq(state.qos.sending.least_policed, 64);
    ck_assert_uint_eq(state.qos.receiving.service, KERNEL_SERVICE_NONE);
    wish.sending.service = KERNEL_SERVICE_NO_CHANGE;
    ck_assert_int_eq(qos(a, &wish), KERNEL_OK);
    ck_assert_int_eq(kernel_qos_get(a, &state), KERNEL_OK);
    ck_assert_uint_eq(state.qos.sending.service, KERNEL_SERVICE_GUARANTEED);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("flow");
    TCase *all = tcase_create("flow");
    tcase_add_checked_fixture(all, open_two, pair_close);
    tcase_add_test(all, shaping_follows_the_example);
    tcase_add_test(all, borrowing_unmarks_what_is_too_much);
    tcase_add_test(all, discarding_loses_what_is_too_much);
    tcase_add_test(all, the_peak_binds_too);
    tcase_add_test(all, another_rate_and_the_end);
    tcase_add_test(all, what_waits_leaves_with_its_socket);
    tcase_add_test(all, so_many_wait_and_no_more);
    tcase_add_test(all, a_stream_may_pace_itself);
    tcase_add_test(all, without_traffic_control_nothing_waits);
    tcase_add_test(all, refusals);
    tcase_add_test(all, questions);
    tcase_add_test(all, what_holds);
    suite_add_tcase(suite, all);
    return suite_main(suite);
}
