/* The ideal send backlog of real connections (host-stack 4.6): the timelines, the script's hand, memory, who is told. */
#include "tcp/line.h"

#include "net/tcp/backlog.h"

static uint8_t bytes[1 << 20], got[1 << 20];
static uint64_t count;

static kernel_request backlog_watch(kernel_endpoint endpoint, uintptr_t cookie)
{
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_BACKLOG, .family = KERNEL_IPV4, .endpoint = endpoint };
    kernel_request request = 0;
    running = &line.client.app;
    ck_assert_int_eq(kernel_watch(&watch, false, note_done, (void *)cookie, &request), KERNEL_OK);
    return request;
}

/* Timeline A of 4.6: the peer's window is 1 MiB, 4 MB are posted, round trip 100 ms. */
START_TEST(backlog_grows)
{
    static const uint32_t after[] = { 65536, 65536, 131072, 262144, 524288, 1048576, 1048576 };
    struct tcp_parameters parameters = tcp_parameters_default();
    parameters.receive_window = 1048576;
    parameters.hystart = false;
    parameters.initial_congestion_window = 10;
    line_open_with(50 * MS, LINK_UNLIMITED, &parameters, &parameters);
    kernel_endpoint here, there;
    connection(&here, &there);
    backlog_watch(here, 9);
    for (unsigned i = 0; i < 4; i++)
        ck_assert_int_eq(send_on(&line.client, here, bytes, sizeof bytes), i ? KERNEL_WOULD_BLOCK : KERNEL_OK);
    int64_t start = now();
    for (unsigned round = 0; round < 7; round++) {
        run_for(start + round * 100 * MS + 45 * MS - now());
        ck_assert_uint_eq(view_of(here).backlog_bytes, after[round]);
        while (receive_on(&line.server, there, got, sizeof got, &count) == KERNEL_OK)
            ;
        send_on(&line.client, here, bytes, sizeof bytes);
    }
    ck_assert_int_eq(done_of(9)->status, KERNEL_OK);
    ck_assert_uint_eq(done_of(9)->count, 131072);
    line_close();
}
END_TEST

/* The quota follows it, until somebody asks for it or sets SO_SNDBUF; a change is told once, the end as closed. */
START_TEST(backlog_by_script)
{
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    uint64_t value;
    backlog_watch(here, 1);
    backlog_watch(here, 2);
    ck_assert_int_eq(tcp_backlog_set(inside(here), 300000), KERNEL_OK);
    run_for(MS);
    ck_assert_uint_eq(done_of(1)->count, 300000);
    ck_assert_int_eq(done_of(2)->status, KERNEL_OK);
    running = &line.client.app;
    ck_assert_int_eq(kernel_option_get(here, KERNEL_SEND_BUFFER, &value), KERNEL_OK);
    ck_assert_uint_eq(value, 300000);
    ck_assert_int_eq(kernel_option_get(here, KERNEL_IDEAL_SEND_BACKLOG, &value), KERNEL_OK);
    ck_assert_uint_eq(value, 300000);
    ck_assert_int_eq(tcp_backlog_set(inside(here), 500000), KERNEL_OK);
    ck_assert_int_eq(kernel_option_get(here, KERNEL_SEND_BUFFER, &value), KERNEL_OK);
    ck_assert_uint_eq(value, 300000);
    backlog_watch(here, 3);
    ck_assert_int_eq(tcp_backlog_bump(inside(here)), KERNEL_OK);
    run_for(MS);
    ck_assert_uint_eq(done_of(3)->count, 500000);
    backlog_watch(here, 4);
    shutdown_on(&line.client, here, KERNEL_SENDING);
    backlog_watch(here, 5);
    run_for(MS);
    ck_assert_int_eq(done_of(4)->status, KERNEL_CLOSED);
    ck_assert_int_eq(done_of(5)->status, KERNEL_CLOSED);
    ck_assert_int_eq(tcp_backlog_set(inside(here), 1), KERNEL_NOT_CONNECTED);
    line_close();
}
END_TEST

/* Timeline F: memory becomes scarce. With isb_latch the news is kept for who asks later. */
START_TEST(backlog_capped)
{
    struct tcp_parameters parameters = tcp_parameters_default();
    parameters.isb_latch = _i;
    line_open_with(MS, LINK_UNLIMITED, &parameters, &parameters);
    kernel_endpoint here, there;
    connection(&here, &there);
    tcp_backlog_cap(line.client.host, 50000);
    ck_assert_uint_eq(view_of(here).backlog_bytes, 50000);
    backlog_watch(here, 8);
    run_for(MS);
    ck_assert_int_eq(done_of(8) != NULL, _i);
    tcp_backlog_cap(line.client.host, 0);
    ck_assert_uint_eq(view_of(here).backlog_bytes, 0);
    run_for(MS);
    ck_assert_uint_eq(done_of(8)->count, _i ? 50000 : 0);
    tcp_backlog_cap(line.client.host, BACKLOG_CEILING); /* nothing posted is all of it: one step up */
    ck_assert_uint_eq(view_of(here).backlog_bytes, 65536);
    line_close();
}
END_TEST

/* B and E: a peer that does not scale, an application that keeps little posted. */
START_TEST(backlog_rests)
{
    struct tcp_parameters client = tcp_parameters_default(), server = client;
    if (_i == 0)
        server.auto_tuning = TCP_TUNING_DISABLED;
    line_open_with(50 * MS, LINK_UNLIMITED, &client, &server);
    kernel_endpoint here, there;
    connection(&here, &there);
    backlog_watch(here, 9);
    for (unsigned turn = 0; turn < 200; turn++) {
        while (_i == 0 && send_on(&line.client, here, bytes, 50000) == KERNEL_OK)
            ;
        if (_i == 1)
            ck_assert_int_eq(send_on(&line.client, here, bytes, 1000), KERNEL_OK);
        run_for(20 * MS);
        while (receive_on(&line.server, there, got, sizeof got, &count) == KERNEL_OK)
            ;
    }
    ck_assert_uint_eq(view_of(here).backlog_bytes, 65536);
    ck_assert_ptr_null(done_of(9));
    line_close();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tcp: ideal send backlog");
    TCase *basics = tcase_create("backlog");
    tcase_add_test(basics, backlog_grows);
    tcase_add_test(basics, backlog_by_script);
    tcase_add_loop_test(basics, backlog_capped, 0, 2);
    tcase_add_loop_test(basics, backlog_rests, 0, 2);
    suite_add_tcase(suite, basics);
    return suite_main(suite);
}
