/* Streams under quality of service: paced segments, and signalling between the ends of a connection. */
#include "tcp/line.h"

#include "net/qos/flow.h"

#define OPEN KERNEL_FLOW_UNSPECIFIED
#define SEGMENT 1460u
#define COUNT 10u

static kernel_endpoint here, there;
static char bytes[COUNT * SEGMENT];

static void open_one(void)
{
    line_open(MS);
    connection(&here, &there);
}

static enum kernel_status wish(struct side *side, kernel_endpoint endpoint, bool sends, uint32_t service, uint32_t rate)
{
    struct kernel_qos qos = { .sending.service = KERNEL_SERVICE_NO_CHANGE, .receiving.service = KERNEL_SERVICE_NO_CHANGE, .excess = KERNEL_EXCESS_BY_SERVICE };
    enum kernel_qos_news news;
    *(sends ? &qos.sending : &qos.receiving) = (struct kernel_flow){ rate, 3000, OPEN, OPEN, OPEN, service, OPEN, OPEN };
    running = &side->app;
    return kernel_qos_set(endpoint, &qos, &news);
}

/* Two at once, then one every 12 ms: ACKs and the window have nothing to say in it. */
START_TEST(segments_are_paced)
{
    ck_assert_int_eq(wish(&line.client, here, true, KERNEL_SERVICE_GUARANTEED, 125000), KERNEL_PENDING);
    int64_t start_ns = now();
    ck_assert_int_eq(send_on(&line.client, here, bytes, sizeof bytes), KERNEL_OK);
    run_for(SECOND);
    ck_assert_uint_eq(seen_count(true, 0, 1), COUNT);
    for (unsigned i = 0; i < COUNT; i++)
        ck_assert_int_eq(seen_nth(true, 0, 1, i)->sent_ns - start_ns, i < 2 ? 0 : (i - 1) * 12 * MS);
    ck_assert_uint_eq(state_on(&line.server, there).readable_bytes, sizeof bytes);
}
END_TEST

/* A connection outlives its socket, its flow does not: what waited goes at once. */
START_TEST(what_waits_arrives_after_closing)
{
    ck_assert_int_eq(wish(&line.client, here, true, KERNEL_SERVICE_GUARANTEED, 3000), KERNEL_PENDING);
    ck_assert_int_eq(send_on(&line.client, here, bytes, sizeof bytes), KERNEL_OK);
    run_for(10 * MS);
    ck_assert_uint_eq(state_on(&line.server, there).readable_bytes, 2 * SEGMENT);
    close_on(&line.client, here);
    run_for(100 * MS);
    struct kernel_state state = state_on(&line.server, there);
    ck_assert_uint_eq(state.readable_bytes, sizeof bytes);
    ck_assert(state.conditions & KERNEL_PEER_CLOSED);
}
END_TEST

START_TEST(the_ends_signal)
{
    struct kernel_qos_state state;
    line.client.eth0->link->reservable_bps = 1000000;
    ck_assert_int_eq(wish(&line.client, here, true, KERNEL_SERVICE_CONTROLLED_LOAD, 125000), KERNEL_PENDING);
    run_for(MS);
    running = &line.server.app;
    ck_assert_int_eq(kernel_qos_get(there, &state), KERNEL_OK);
    ck_assert_int_eq(state.news, KERNEL_QOS_SENDERS);
    ck_assert_int_eq(wish(&line.server, there, false, KERNEL_SERVICE_CONTROLLED_LOAD, OPEN), KERNEL_PENDING);
    run_for(MS);
    running = &line.client.app;
    ck_assert_int_eq(kernel_qos_get(here, &state), KERNEL_OK);
    ck_assert_int_eq(state.news, KERNEL_QOS_RECEIVERS);
    ck_assert_uint_eq(line.client.eth0->link->reserved_bps, 1000000);
    close_on(&line.client, here);
    ck_assert_uint_eq(line.client.eth0->link->reserved_bps, 0);
    run_for(MS);
    running = &line.server.app;
    ck_assert_int_eq(kernel_qos_get(there, &state), KERNEL_OK);
    ck_assert_int_eq(state.news, KERNEL_QOS_NO_SENDERS);
}
END_TEST

/* A wish before the connection is there: PATH leaves with the handshake's end. */
START_TEST(a_wish_before_connecting)
{
    kernel_endpoint listener = listen_on(&line.server, 81, 5), early = open_on(&line.client);
    ck_assert_int_eq(wish(&line.client, early, true, KERNEL_SERVICE_GUARANTEED, 125000), KERNEL_OK);
    ck_assert_int_eq(connect_to(early, &line.client, "192.0.2.2", 81, 2), KERNEL_PENDING);
    run_for(SECOND);
    kernel_endpoint child = accept_on(&line.server, listener);
    struct kernel_qos_state state;
    ck_assert_int_eq(kernel_qos_get(child, &state), KERNEL_OK);
    ck_assert_int_eq(state.news, KERNEL_QOS_SENDERS);
    ck_assert_uint_eq(state.qos.receiving.token_rate, 125000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stream");
    TCase *all = tcase_create("stream");
    tcase_add_checked_fixture(all, open_one, line_close);
    tcase_add_test(all, segments_are_paced);
    tcase_add_test(all, what_waits_arrives_after_closing);
    tcase_add_test(all, the_ends_signal);
    tcase_add_test(all, a_wish_before_connecting);
    suite_add_tcase(suite, all);
    return suite_main(suite);
}
