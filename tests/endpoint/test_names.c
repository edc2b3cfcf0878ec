/* Names of endpoints: those that lead nowhere are refused by every function, and none comes twice. */
#include "promises.h"

/* Every function that takes one, with all other arguments in order. */
static void all_refuse(kernel_endpoint endpoint)
{
    struct kernel_socket end = name("192.0.2.2", PORT);
    struct kernel_accepted accepted;
    struct kernel_state state;
    struct kernel_group group = { .group = ip("224.1.2.3") };
    struct kernel_port_block block = { .count = 1 };
    struct kernel_qos qos = { .no_signalling = true };
    struct kernel_qos_state qos_state;
    enum kernel_qos_news news;
    uint32_t answer;
    uint64_t value = 1;
    uint8_t byte = 0;
    struct kernel_piece piece = { &byte, 1 };
    struct kernel_transfer transfer = { .pieces = &piece, .piece_count = 1 };
    kernel_request request = 0;
    struct kernel_how how = { .complete = note_done, .request = &request };
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_ENDPOINT, .family = KERNEL_IPV4, .endpoint = endpoint, .conditions = KERNEL_READABLE };
    ck_assert_int_eq(kernel_bind(endpoint, &end), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_local(endpoint, &end), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_peer(endpoint, &end), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_connect(endpoint, &end, &how), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_listen(endpoint, 1), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_accept(endpoint, &accepted, &how), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_accept_look(endpoint, &end, &end), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_accept_refuse(endpoint), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_send(endpoint, &transfer, &how), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_receive(endpoint, &transfer, &how), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_send_flush(endpoint), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_shutdown(endpoint, KERNEL_SENDING), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_state(endpoint, &state), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_option_set(endpoint, KERNEL_HOP_LIMIT, 3), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_option_get(endpoint, KERNEL_HOP_LIMIT, &value), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_membership(endpoint, KERNEL_JOIN, &group), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_ports_reserve(KERNEL_UDP, endpoint, &block), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_ports_associate(endpoint, 1), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_qos_set(endpoint, &qos, &news), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_qos_get(endpoint, &qos_state), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_qos_check(endpoint, KERNEL_QOS_MAY_SEND, &answer), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_watch(&watch, false, note_done, NULL, &request), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_endpoint_close(endpoint), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_endpoint_abort(endpoint), KERNEL_BAD_HANDLE);
    ck_assert_uint_eq(request, 0);
}

/* Of nobody, closed, of a connection that lives on behind the back of who closed it, of another host. */
START_TEST(dead_names_are_refused)
{
    kernel_endpoint here, there, closed;
    line_open(MS);
    connection(&here, &there);
    closed = message_endpoint(&line.client, 9);
    ck_assert_int_eq(kernel_endpoint_close(closed), KERNEL_OK);
    ck_assert_int_eq(send_on(&line.client, here, "data", 4), KERNEL_OK);
    ck_assert_int_eq(kernel_endpoint_close(here), KERNEL_OK);
    all_refuse(0);
    all_refuse(UINT64_MAX);
    all_refuse(closed);
    all_refuse(here);
    all_refuse(there);
    ck_assert_uint_eq(line.done_count, 1); /* the connect */
    line_close();
}
END_TEST

START_TEST(names_are_never_used_twice)
{
    kernel_endpoint last = 0;
    line_open(MS);
    for (unsigned i = 0; i < 10000; i++) {
        struct side *side = i % 3 ? &line.client : &line.server;
        kernel_endpoint endpoint = open_on(side);
        ck_assert_uint_gt(endpoint, last);
        last = endpoint;
        if (i % 2) close_on(side, endpoint);
    }
    line_close();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("names of endpoints");
    TCase *tests = tcase_create("names");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, dead_names_are_refused);
    tcase_add_test(tests, names_are_never_used_twice);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
