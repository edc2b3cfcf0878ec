/* Requests: order, giving up, the thread's end, waiting, the subsystem's failure; endpoints. */
#include "world.h"

static struct world w;
static struct iface *eth0;

static void open_world(void)
{
    world_open(&w, NULL);
    eth0 = wire(&w, "eth0", 0);
    world_settle(&w);
}

static void close_world(void) { world_close(&w); }

static enum kernel_status give_up(kernel_request request)
{
    running = &w.app;
    enum kernel_status status = kernel_cancel(request);
    running = NULL;
    return status;
}

static void expect_done(size_t index, uintptr_t cookie, enum kernel_status status)
{
    ck_assert_uint_lt(index, w.done_count);
    ck_assert_uint_eq(w.done[index].cookie, cookie);
    ck_assert_int_eq(w.done[index].status, status);
}

START_TEST(completions_come_in_the_order_of_asking)
{
    watch_path(&w, "192.0.2.1", 1);
    watch_list(&w, KERNEL_IPV4, 2);
    watch_path(&w, "0.0.0.0", 3);
    watch_list(&w, KERNEL_IPV6, 4);
    watch_list(&w, KERNEL_IPV4, 5);
    watch_path(&w, "192.0.2.2", 6);
    give(eth0, "192.0.2.10/24");
    give(eth0, "2001:db8::1/64");
    ck_assert_uint_eq(w.done_count, 0); /* never from inside a call */
    world_settle(&w);
    ck_assert_uint_eq(w.done_count, 6);
    for (size_t i = 0; i < 6; i++)
        expect_done(i, i + 1, KERNEL_OK);
    ck_assert_uint_eq(net_requests_pending(w.net), 0);
    ck_assert_ptr_null(w.app.requests);
}
END_TEST

START_TEST(numbers_count_up_and_are_listed)
{
    ck_assert_uint_eq(watch_list(&w, KERNEL_IPV4, 1), 1);
    ck_assert_uint_eq(watch_path(&w, "8.8.8.8", 2), 2);
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_ADDRESSES, .family = KERNEL_IPV6 };
    ck_assert_uint_eq(watch_as(&w, &w.app, &watch, true, 3), 3);
    ck_assert_int_eq(give_up(1), KERNEL_OK);
    struct request_view view;
    ck_assert(net_request_view(w.net, 0, &view));
    ck_assert(view.id == 2 && view.topic == KERNEL_TOPIC_PATH && view.owner == &w.app && !view.lasting);
    ck_assert(net_request_view(w.net, 1, &view));
    ck_assert(view.id == 3 && view.topic == KERNEL_TOPIC_ADDRESSES && view.owner == &w.home && view.lasting);
    ck_assert(!net_request_view(w.net, 2, &view));
    ck_assert_uint_eq(net_requests_pending(w.net), 2);
    ck_assert_uint_eq(watch_list(&w, KERNEL_IPV4, 1), 4);
}
END_TEST

START_TEST(one_change_one_completion)
{
    watch_list(&w, KERNEL_IPV4, 1);
    give(eth0, "192.0.2.10/24");
    world_settle(&w);
    give(eth0, "192.0.2.11/24");
    world_settle(&w);
    ck_assert_uint_eq(w.done_count, 1);
}
END_TEST

START_TEST(given_up_is_never_completed)
{
    kernel_request first = watch_list(&w, KERNEL_IPV4, 1), second = watch_path(&w, "192.0.2.1", 2);
    watch_list(&w, KERNEL_IPV4, 3);
    ck_assert_int_eq(give_up(first), KERNEL_OK);
    ck_assert_int_eq(give_up(first), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(give_up(99), KERNEL_BAD_HANDLE);
    give(eth0, "192.0.2.10/24");
    ck_assert_int_eq(give_up(second), KERNEL_OK); /* concerned already, not settled */
    world_settle(&w);
    ck_assert_uint_eq(w.done_count, 1);
    expect_done(0, 3, KERNEL_OK);
    ck_assert_int_eq(give_up(3), KERNEL_BAD_HANDLE); /* completed */
}
END_TEST

static kernel_request victim;

static void give_the_other_up(void *cookie, enum kernel_status status, uint64_t count)
{
    world_done(cookie, status, count);
    ck_assert_int_eq(kernel_cancel(victim), KERNEL_OK);
    ck_assert_int_eq(kernel_cancel(victim), KERNEL_BAD_HANDLE);
}

START_TEST(given_up_between_posting_and_delivery)
{
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_ADDRESSES, .family = KERNEL_IPV4 };
    kernel_request first;
    running = &w.app;
    ck_assert_int_eq(kernel_watch(&watch, false, give_the_other_up, (void *)1, &first), KERNEL_OK);
    running = NULL;
    victim = watch_list(&w, KERNEL_IPV4, 2);
    watch_list(&w, KERNEL_IPV4, 3);
    give(eth0, "192.0.2.10/24");
    world_settle(&w);
    ck_assert_uint_eq(w.done_count, 2);
    expect_done(0, 1, KERNEL_OK);
    expect_done(1, 3, KERNEL_OK);
}
END_TEST

static void ask_again(void *cookie, enum kernel_status status, uint64_t count)
{
    world_done(cookie, status, count);
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_ADDRESSES, .family = KERNEL_IPV4 };
    kernel_request next;
    ck_assert_int_eq(kernel_watch(&watch, false, ask_again, cookie, &next), KERNEL_OK);
}

START_TEST(asking_again_from_a_completion)
{
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_ADDRESSES, .family = KERNEL_IPV4 };
    kernel_request first;
    running = &w.app;
    ck_assert_int_eq(kernel_watch(&watch, false, ask_again, (void *)1, &first), KERNEL_OK);
    running = NULL;
    for (unsigned i = 0; i < 5; i++) {
        if (i % 2)
            take(eth0, "192.0.2.10");
        else
            give(eth0, "192.0.2.10/24");
        world_settle(&w);
        ck_assert_uint_eq(w.done_count, i + 1);
    }
    ck_assert_uint_eq(net_requests_pending(w.net), 1);
}
END_TEST

START_TEST(the_end_of_a_thread)
{
    struct task worker = w.app;
    worker.thread_id = 2;
    worker.requests = NULL;
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_ADDRESSES, .family = KERNEL_IPV4 };
    watch_as(&w, &worker, &watch, false, 1);
    watch_list(&w, KERNEL_IPV4, 2);
    watch_as(&w, &worker, &watch, true, 3); /* kept for a socket */
    watch_as(&w, &worker, &watch, false, 4);
    requests_cancel(&worker, NULL);
    ck_assert_ptr_null(worker.requests);
    memset(&worker, 0xee, sizeof worker); /* its memory may go at once */
    ck_assert_uint_eq(w.done_count, 0);
    world_settle(&w);
    ck_assert_uint_eq(w.done_count, 2);
    expect_done(0, 1, KERNEL_CANCELLED);
    expect_done(1, 4, KERNEL_CANCELLED);
    give(eth0, "192.0.2.10/24");
    world_settle(&w);
    expect_done(2, 2, KERNEL_OK);
    expect_done(3, 3, KERNEL_OK);
}
END_TEST

START_TEST(the_end_of_a_thread_after_the_change)
{
    watch_list(&w, KERNEL_IPV4, 1);
    give(eth0, "192.0.2.10/24");
    requests_cancel(&w.app, NULL); /* before the host has settled: given up first */
    world_settle(&w);
    ck_assert_uint_eq(w.done_count, 1);
    expect_done(0, 1, KERNEL_CANCELLED);
}
END_TEST

START_TEST(one_overlapped_is_cancelled)
{
    int first, second;
    w.app.overlapped = &first;
    watch_list(&w, KERNEL_IPV4, 1);
    w.app.overlapped = &second;
    watch_list(&w, KERNEL_IPV4, 2);
    w.app.overlapped = &first;
    watch_path(&w, "8.8.8.8", 3);
    requests_cancel(&w.app, &first);
    world_settle(&w);
    ck_assert_uint_eq(w.done_count, 2);
    expect_done(0, 1, KERNEL_CANCELLED);
    expect_done(1, 3, KERNEL_CANCELLED);
    ck_assert_uint_eq(net_requests_pending(w.net), 1);
}
END_TEST

START_TEST(somebody_waits)
{
    kernel_request request = watch_list(&w, KERNEL_IPV4, 1);
    ck_assert(request_wait(w.net, request, &w.app));
    ck_assert(!request_wait(w.net, 77, &w.app));
    w.app.wait_status = 99;
    give(eth0, "192.0.2.10/24");
    world_settle(&w);
    ck_assert_ptr_eq(w.ready, &w.app);
    ck_assert_uint_eq(w.app.wait_status, KERNEL_OK);
    expect_done(0, 1, KERNEL_OK); /* its completion has run */
    ck_assert(!request_wait(w.net, request, &w.app));
}
END_TEST

START_TEST(the_waiter_hears_of_a_request_given_up)
{
    kernel_request request = watch_list(&w, KERNEL_IPV4, 1);
    ck_assert(request_wait(w.net, request, &w.app));
    ck_assert_int_eq(give_up(request), KERNEL_OK);
    ck_assert_uint_eq(net_requests_pending(w.net), 0);
    ck_assert_ptr_null(w.ready);
    world_settle(&w);
    ck_assert_ptr_eq(w.ready, &w.app);
    ck_assert_uint_eq(w.app.wait_status, KERNEL_CANCELLED);
    ck_assert_uint_eq(w.done_count, 0); /* but there is no completion */
}
END_TEST

START_TEST(the_waiter_stops_waiting)
{
    kernel_request first = watch_list(&w, KERNEL_IPV4, 1), second = watch_list(&w, KERNEL_IPV4, 2);
    ck_assert(request_wait(w.net, first, &w.app) && request_wait(w.net, second, &w.app));
    request_unwait(w.net, first);
    ck_assert_int_eq(give_up(second), KERNEL_OK);
    request_unwait(w.net, second); /* on its way to the waiter, who is gone */
    give(eth0, "192.0.2.10/24");
    world_settle(&w);
    ck_assert_ptr_null(w.ready);
    ck_assert_uint_eq(w.done_count, 1);
}
END_TEST

START_TEST(the_waiter_hears_of_the_threads_end)
{
    kernel_request request = watch_list(&w, KERNEL_IPV4, 1);
    struct task other = w.app;
    ck_assert(request_wait(w.net, request, &other));
    requests_cancel(&w.app, NULL);
    world_settle(&w);
    ck_assert_ptr_eq(w.ready, &other);
    ck_assert_uint_eq(other.wait_status, KERNEL_CANCELLED);
    expect_done(0, 1, KERNEL_CANCELLED);
}
END_TEST

START_TEST(only_ones_own_requests)
{
    kernel_request request = watch_list(&w, KERNEL_IPV4, 1);
    struct task stranger_home = { .host = w.host, .process_id = 2, .host_name = "pc", .actor_name = "other", .thread_name = "" }, stranger = stranger_home;
    stranger.completions = &stranger_home;
    running = &stranger;
    ck_assert_int_eq(kernel_cancel(request), KERNEL_BAD_HANDLE);
    running = NULL;
    ck_assert_int_eq(give_up(request), KERNEL_OK);
}
END_TEST

START_TEST(the_subsystem_fails)
{
    watch_path(&w, "8.8.8.8", 1);
    watch_list(&w, KERNEL_IPV6, 2);
    struct host_parameters parameters = host_parameters_default();
    struct host *other_host = host_new(w.net, "other", &parameters, 1);
    struct task elsewhere = w.home;
    elsewhere.host = other_host;
    elsewhere.completions = &elsewhere;
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_ADDRESSES, .family = KERNEL_IPV4 };
    kernel_request kept = watch_as(&w, &elsewhere, &watch, true, 3);
    host_stack(w.host, false);
    host_stack(w.host, false);
    world_settle(&w);
    ck_assert_uint_eq(w.done_count, 2);
    expect_done(0, 1, KERNEL_STACK_DOWN);
    expect_done(1, 2, KERNEL_STACK_DOWN);
    ck_assert_str_eq(verb_of(&w, cause_of(&w, newest_row(&w, "request.completed"))), "stack.down");
    ck_assert_uint_eq(net_requests_pending(w.net), 1);

    kernel_request request;
    kernel_endpoint endpoint;
    struct kernel_path path;
    size_t count = 9;
    struct kernel_address eight = at("8.8.8.8");
    running = &w.app;
    ck_assert_int_eq(kernel_stack_state(), KERNEL_STACK_DOWN);
    ck_assert_int_eq(kernel_watch(&watch, false, world_done, NULL, &request), KERNEL_STACK_DOWN);
    ck_assert_int_eq(kernel_local_addresses(KERNEL_IPV4, NULL, 0, &count), KERNEL_STACK_DOWN);
    ck_assert_int_eq(kernel_interface_addresses(KERNEL_IPV4, NULL, 0, &count), KERNEL_STACK_DOWN);
    ck_assert_int_eq(kernel_best_path(&eight, &path), KERNEL_STACK_DOWN);
    ck_assert_int_eq(kernel_endpoint_open(KERNEL_IPV4, KERNEL_UDP, 17, &endpoint), KERNEL_STACK_DOWN);
    host_stack(w.host, true);
    ck_assert_int_eq(kernel_stack_state(), KERNEL_OK);
    ck_assert_int_eq(kernel_watch(&watch, false, world_done, NULL, &request), KERNEL_OK);
    running = &elsewhere;
    ck_assert_int_eq(kernel_cancel(kept), KERNEL_OK);
    running = NULL;
}
END_TEST

START_TEST(nonsense_is_a_bad_argument)
{
    kernel_request request;
    struct kernel_watch wrong_family = { .topic = KERNEL_TOPIC_ADDRESSES, .family = (enum kernel_family)5 };
    struct kernel_watch wrong_pair = { .topic = KERNEL_TOPIC_PATH, .family = KERNEL_IPV4, .destination = at("::1") };
    struct kernel_watch wrong_topic = { .topic = (enum kernel_topic)77, .family = KERNEL_IPV4 };
    struct kernel_address nothing = { 0 };
    struct kernel_path path;
    running = &w.app;
    ck_assert_int_eq(kernel_watch(&wrong_family, false, world_done, NULL, &request), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(kernel_watch(&wrong_pair, false, world_done, NULL, &request), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(kernel_watch(&wrong_topic, false, world_done, NULL, &request), KERNEL_BAD_ARGUMENT);
    struct kernel_watch right = { .topic = KERNEL_TOPIC_ADDRESSES, .family = KERNEL_IPV4 };
    ck_assert_int_eq(kernel_watch(&right, false, NULL, NULL, &request), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(kernel_best_path(&nothing, &path), KERNEL_BAD_ARGUMENT);
    running = NULL;
}
END_TEST

START_TEST(endpoints)
{
    kernel_endpoint first, second;
    running = &w.app;
    ck_assert_int_eq(kernel_endpoint_open(KERNEL_IPV4, KERNEL_UDP, 17, &first), KERNEL_OK);
    ck_assert_int_eq(kernel_endpoint_open(KERNEL_IPV6, KERNEL_RAW, 58, &second), KERNEL_OK);
    ck_assert_uint_ne(first, second);
    ck_assert_uint_eq(host_endpoints(w.host), 2);
    ck_assert_int_eq(kernel_endpoint_open((enum kernel_family)1, KERNEL_UDP, 17, &first), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(kernel_endpoint_open(KERNEL_IPV4, (enum kernel_transport)3, 17, &first), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(kernel_endpoint_close(second), KERNEL_OK);
    ck_assert_int_eq(kernel_endpoint_close(second), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_endpoint_close(0), KERNEL_BAD_HANDLE);
    ck_assert_uint_eq(host_endpoints(w.host), 1);
    running = NULL;
}
END_TEST

START_TEST(rows_of_the_seam)
{
    watch_path(&w, "8.8.8.8", 1);
    struct trace_row row;
    ck_assert(trace_read(w.trace, newest_row(&w, "kernel.watch"), &row));
    ck_assert_int_eq(row.layer, LAYER_KERNEL);
    ck_assert_str_eq(row.host, "pc");
    ck_assert_str_eq(row.thread, "app");
    detail_is(&w, row.seq, "{\"topic\":\"path\",\"family\":\"inet\",\"destination\":\"8.8.8.8\",\"lasting\":false,\"request\":1,\"status\":\"ok\"}");
    ck_assert_int_eq(give_up(1), KERNEL_OK);
    detail_is(&w, newest_row(&w, "kernel.cancel"), "{\"request\":1,\"status\":\"ok\"}");
    watch_list(&w, KERNEL_IPV4, 2);
    give(eth0, "192.0.2.10/24");
    world_settle(&w);
    ck_assert(trace_read(w.trace, newest_row(&w, "request.completed"), &row));
    ck_assert_str_eq(row.actor, "app");
    ck_assert_str_eq(row.thread, "");
    detail_is(&w, row.seq, "{\"request\":2,\"status\":\"ok\"}");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("requests");
    TCase *tests = tcase_create("requests");
    tcase_add_checked_fixture(tests, open_world, close_world);
    tcase_add_test(tests, completions_come_in_the_order_of_asking);
    tcase_add_test(tests, numbers_count_up_and_are_listed);
    tcase_add_test(tests, one_change_one_completion);
    tcase_add_test(tests, given_up_is_never_completed);
    tcase_add_test(tests, given_up_between_posting_and_delivery);
    tcase_add_test(tests, asking_again_from_a_completion);
    tcase_add_test(tests, the_end_of_a_thread);
    tcase_add_test(tests, the_end_of_a_thread_after_the_change);
    tcase_add_test(tests, one_overlapped_is_cancelled);
    tcase_add_test(tests, somebody_waits);
    tcase_add_test(tests, the_waiter_hears_of_a_request_given_up);
    tcase_add_test(tests, the_waiter_stops_waiting);
    tcase_add_test(tests, the_waiter_hears_of_the_threads_end);
    tcase_add_test(tests, only_ones_own_requests);
    tcase_add_test(tests, the_subsystem_fails);
    tcase_add_test(tests, nonsense_is_a_bad_argument);
    tcase_add_test(tests, endpoints);
    tcase_add_test(tests, rows_of_the_seam);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
