/* Rules and defaults of what may be asked for (host-stack 9.1). */
#include "suite.h"

#include "net/qos/flowspec.h"

#define OPEN KERNEL_FLOW_UNSPECIFIED

static struct kernel_flow open_flow(uint32_t service)
{
    return (struct kernel_flow){ OPEN, OPEN, OPEN, OPEN, OPEN, service, OPEN, OPEN };
}

static struct kernel_flow rated(uint32_t service, uint32_t rate)
{
    struct kernel_flow flow = open_flow(service);
    flow.token_rate = rate;
    return flow;
}

START_TEST(test_services)
{
    static const struct { uint32_t service; enum kernel_qos_news sending, receiving; } rules[] = {
        { KERNEL_SERVICE_NONE, KERNEL_QOS_NOTHING, KERNEL_QOS_NOTHING }, { KERNEL_SERVICE_NO_CHANGE, KERNEL_QOS_NOTHING, KERNEL_QOS_NOTHING },
        { KERNEL_SERVICE_BEST_EFFORT, KERNEL_QOS_NOTHING, KERNEL_QOS_NOTHING }, { KERNEL_SERVICE_CONTROLLED_LOAD, KERNEL_QOS_BAD_FLOW, KERNEL_QOS_NOTHING },
        { KERNEL_SERVICE_GUARANTEED, KERNEL_QOS_BAD_FLOW, KERNEL_QOS_BAD_FLOW }, { KERNEL_SERVICE_UNAVAILABLE, KERNEL_QOS_BAD_SERVICE, KERNEL_QOS_BAD_SERVICE },
        { KERNEL_SERVICE_GENERAL, KERNEL_QOS_BAD_FLOW, KERNEL_QOS_BAD_SERVICE }, { KERNEL_SERVICE_NONCONFORMING, KERNEL_QOS_BAD_SERVICE, KERNEL_QOS_BAD_SERVICE },
        { KERNEL_SERVICE_NETWORK_CONTROL, KERNEL_QOS_NOTHING, KERNEL_QOS_NOTHING }, { KERNEL_SERVICE_QUALITATIVE, KERNEL_QOS_NOTHING, KERNEL_QOS_NOTHING },
        { 7, KERNEL_QOS_BAD_SERVICE, KERNEL_QOS_BAD_SERVICE }, { OPEN, KERNEL_QOS_BAD_SERVICE, KERNEL_QOS_BAD_SERVICE },
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) { /* with everything left open */
        struct kernel_flow flow = open_flow(rules[i].service);
        ck_assert_int_eq(flowspec_check_sending(&flow), rules[i].sending);
        ck_assert_int_eq(flowspec_check_receiving(&flow), rules[i].receiving);
    }
}
END_TEST

START_TEST(test_rates)
{
    static const uint32_t services[] = { KERNEL_SERVICE_BEST_EFFORT, KERNEL_SERVICE_CONTROLLED_LOAD, KERNEL_SERVICE_GUARANTEED, KERNEL_SERVICE_GENERAL };
    for (int i = 0; i < 4; i++) {
        struct kernel_flow flow = rated(services[i], 1000);
        ck_assert_int_eq(flowspec_check_sending(&flow), KERNEL_QOS_NOTHING);
        flow.peak_rate = 1000;
        ck_assert_int_eq(flowspec_check_sending(&flow), KERNEL_QOS_NOTHING);
        flow.peak_rate = 999;
        ck_assert_int_eq(flowspec_check_sending(&flow), KERNEL_QOS_BAD_FLOW);
        flow.peak_rate = KERNEL_FLOW_INFINITE;
        ck_assert_int_eq(flowspec_check_sending(&flow), KERNEL_QOS_NOTHING);
        flow.token_rate = 0;
        ck_assert_int_eq(flowspec_check_sending(&flow), KERNEL_QOS_BAD_FLOW);
    }
}
END_TEST

START_TEST(test_sizes)
{
    struct kernel_flow flow = rated(KERNEL_SERVICE_GUARANTEED, 1000);
    flow.least_policed = 0;
    ck_assert_int_eq(flowspec_check_sending(&flow), KERNEL_QOS_BAD_FLOW);
    flow.least_policed = 1501;
    ck_assert_int_eq(flowspec_check_sending(&flow), KERNEL_QOS_NOTHING);
    flow.max_message = 1500;
    ck_assert_int_eq(flowspec_check_sending(&flow), KERNEL_QOS_BAD_FLOW);
    ck_assert_int_eq(flowspec_check_receiving(&flow), KERNEL_QOS_BAD_FLOW);
    flow.least_policed = 1500;
    ck_assert_int_eq(flowspec_check_sending(&flow), KERNEL_QOS_NOTHING);
}
END_TEST

START_TEST(test_a_direction_that_ends_is_not_looked_into)
{
    struct kernel_flow flow = { 0 };
    ck_assert_int_eq(flowspec_check_sending(&flow), KERNEL_QOS_NOTHING);
    flow.service = KERNEL_SERVICE_NO_CHANGE;
    ck_assert_int_eq(flowspec_check_receiving(&flow), KERNEL_QOS_NOTHING);
    ck_assert(!flowspec_carries(&flow));
}
END_TEST

START_TEST(test_defaults)
{
    struct kernel_flow flow = rated(KERNEL_SERVICE_GUARANTEED, 1000);
    flowspec_complete(&flow, 1492);
    ck_assert_uint_eq(flow.bucket_size, 1492);
    ck_assert_uint_eq(flow.max_message, 1492);
    ck_assert_uint_eq(flow.least_policed, 64);
    ck_assert_uint_eq(flow.peak_rate, OPEN);
    ck_assert_uint_eq(flow.latency_us, OPEN);
    flow = rated(KERNEL_SERVICE_GUARANTEED, 1000);
    flow.max_message = 40;
    flowspec_complete(&flow, 1500);
    ck_assert_uint_eq(flow.least_policed, 40);
}
END_TEST

START_TEST(test_what_the_receiver_leaves_open_is_the_senders)
{
    struct kernel_flow sending = rated(KERNEL_SERVICE_CONTROLLED_LOAD, 5000), receiving = open_flow(KERNEL_SERVICE_CONTROLLED_LOAD);
    flowspec_complete(&sending, 1500);
    struct kernel_flow reserved = flowspec_reserve(&receiving, &sending);
    ck_assert_uint_eq(reserved.token_rate, 5000);
    ck_assert_uint_eq(reserved.bucket_size, 1500);
    ck_assert_uint_eq(reserved.least_policed, 64);
    receiving = rated(KERNEL_SERVICE_GUARANTEED, 7000);
    receiving.latency_us = 10;
    reserved = flowspec_reserve(&receiving, &sending);
    ck_assert_uint_eq(reserved.token_rate, 7000);
    ck_assert_uint_eq(reserved.service, KERNEL_SERVICE_GUARANTEED);
    ck_assert_uint_eq(reserved.latency_us, 10);
}
END_TEST

START_TEST(test_marks)
{
    ck_assert_uint_eq(flowspec_dscp(KERNEL_SERVICE_GUARANTEED), 40);
    ck_assert_uint_eq(flowspec_dscp(KERNEL_SERVICE_CONTROLLED_LOAD), 24);
    ck_assert_uint_eq(flowspec_dscp(KERNEL_SERVICE_NETWORK_CONTROL), 48);
    ck_assert_uint_eq(flowspec_dscp(KERNEL_SERVICE_BEST_EFFORT), 0);
    ck_assert_uint_eq(flowspec_dscp(KERNEL_SERVICE_QUALITATIVE), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("flowspec");
    TCase *all = tcase_create("flowspec");
    tcase_add_test(all, test_services);
    tcase_add_test(all, test_rates);
    tcase_add_test(all, test_sizes);
    tcase_add_test(all, test_a_direction_that_ends_is_not_looked_into);
    tcase_add_test(all, test_defaults);
    tcase_add_test(all, test_what_the_receiver_leaves_open_is_the_senders);
    tcase_add_test(all, test_marks);
    suite_add_tcase(suite, all);
    return suite_main(suite);
}
