/*
 * The six promises of kernel.h (its head says them), kept by the endpoint group: every kind of request, ended in every way.
 */
#include "kernel.h"
#if defined WSABASEERR || defined INVALID_SOCKET || defined _WINSOCK2API_ || defined DUMMYUNIONNAME
#error promise 4: a word of Winsock in kernel.h
#endif

#include "promises.h"

#include <stdio.h>

static struct asked asked;

/* ---- how requests end ---- */

enum ending { HAPPENS, CANCELLED, CANCELLED_AT_THE_LAST_INSTANT, CLOSED, ABORTED, THREAD_ENDS, OVERLAPPED_CANCELLED, STACK_FAILS, ENDINGS };
static const char *const ending_names[ENDINGS] = { "happens", "cancelled", "cancelled at the last instant", "closed", "aborted", "thread ends", "its OVERLAPPED is cancelled", "stack fails" };

static bool is_posted(kernel_request id)
{
    struct request *request;
    HASH_FIND(hh, line.net->requests, &id, sizeof id, request);
    return request && request->state == REQUEST_POSTED;
}

/* Up to the instant at which it has ended and nobody was told yet. */
static void run_until_posted(void)
{
    struct event event;
    while (!is_posted(asked.request) && engine_next(line.engine, &event)) dispatch(&event);
    ck_assert_uint_eq(asked.times, 0);
}

static void cancel_asked(void)
{
    running = &asked.side->app;
    ck_assert_int_eq(CALL(kernel_cancel(asked.request)), KERNEL_OK);
    asked_poison(&asked); /* after its cancel returned nobody has a right to it */
}

static void end_asked(enum ending ending)
{
    running = &asked.side->app;
    switch (ending) {
    case HAPPENS: asked_happens(&asked); break;
    case CANCELLED:
        cancel_asked();
        asked_happens(&asked);
        break;
    case CANCELLED_AT_THE_LAST_INSTANT:
        asked_happens(&asked);
        run_until_posted();
        cancel_asked();
        break;
    case CLOSED: ck_assert_int_eq(CALL(kernel_endpoint_close(asked.endpoint)), KERNEL_OK); break;
    case ABORTED: ck_assert_int_eq(CALL(kernel_endpoint_abort(asked.endpoint)), KERNEL_OK); break;
    case THREAD_ENDS: requests_cancel(&asked.side->app, NULL); break;
    case OVERLAPPED_CANCELLED: requests_cancel(&asked.side->app, &asked); break;
    case STACK_FAILS: host_stack(asked.side->host, false); break;
    case ENDINGS: break;
    }
}

static enum kernel_status status_of(enum ending ending) { return ending == HAPPENS ? KERNEL_OK : ending == STACK_FAILS ? KERNEL_STACK_DOWN : KERNEL_CANCELLED; }

/* Promises 2, 3 and 6: told from the loop, with the process current and no thread; exactly once, or never; nothing is touched
   afterwards, whatever the network goes on doing. */
START_TEST(each_kind_ends_in_each_way)
{
    enum kind kind = (enum kind)(_i / ENDINGS);
    enum ending ending = (enum ending)(_i % ENDINGS);
    bool never = ending == CANCELLED || ending == CANCELLED_AT_THE_LAST_INSTANT;
    line_open(MS);
    line.client.app.overlapped = line.server.app.overlapped = &asked;
    asked_begin(&asked, kind);
    int64_t asked_at = now();
    end_asked(ending);
    if (ending != CANCELLED_AT_THE_LAST_INSTANT) ck_assert_int_eq(now(), asked_at); /* promise 5 */
    ck_assert_msg(asked.times == 0, "%s, %s: completed inside of a call", kind_names[kind], ending_names[ending]);
    run_for(2 * SECOND);
    ck_assert_msg(asked.times == (never ? 0 : 1), "%s, %s: completed %u times", kind_names[kind], ending_names[ending], asked.times);
    ck_assert_msg(never || asked.status == status_of(ending), "%s, %s: %s", kind_names[kind], ending_names[ending], status_name(asked.status));
    running = &asked.side->app;
    ck_assert_int_eq(CALL(kernel_cancel(asked.request)), KERNEL_BAD_HANDLE);
    run_for(300 * SECOND);
    ck_assert_uint_eq(asked.times, never ? 0 : 1);
    ck_assert_msg(asked_untouched(&asked), "%s, %s: touched after its end", kind_names[kind], ending_names[ending]);
    ck_assert_uint_eq(net_requests_pending(line.net), 0);
    line_close();
}
END_TEST

/* What a request moved at the very instant at which it was cancelled is not lost: the caller finds it in what he gave. */
START_TEST(what_the_last_instant_moved)
{
    line_open(MS);
    asked_begin(&asked, _i ? ACCEPTS : RECEIVES);
    asked_happens(&asked);
    run_until_posted();
    running = &asked.side->app;
    ck_assert_int_eq(kernel_cancel(asked.request), KERNEL_OK);
    if (_i) {
        struct kernel_socket peer;
        ck_assert_int_eq(kernel_peer(asked.given.accepted.endpoint, &peer), KERNEL_OK);
    } else {
        ck_assert_uint_eq(asked.given.transfer.count, 100);
        ck_assert_int_eq(asked.given.bytes[0], 'x');
    }
    line_close();
}
END_TEST

/* ---- promise 1: data is copied ---- */

START_TEST(bytes_are_taken_at_the_call)
{
    uint8_t bytes[100], found[100];
    uint64_t count;
    kernel_endpoint here, there;
    line_open(MS);
    connection(&here, &there);
    memset(bytes, 1, sizeof bytes);
    ck_assert_int_eq(send_on(&line.client, here, bytes, sizeof bytes), KERNEL_OK);
    memset(bytes, POISON, sizeof bytes);
    kernel_endpoint from = message_endpoint(&line.client, 9), to = message_endpoint(&line.server, 9);
    ck_assert_int_eq(message_send(&line.client, from, "192.0.2.2", 9, "message"), KERNEL_OK);
    run_for(SECOND);
    ck_assert_int_eq(receive_on(&line.server, there, found, sizeof found, &count), KERNEL_OK);
    ck_assert_uint_eq(count, sizeof found);
    ck_assert_int_eq(found[0], 1);
    ck_assert_int_eq(found[99], 1);
    ck_assert_int_eq(receive_on(&line.server, to, found, sizeof found, &count), KERNEL_OK);
    ck_assert_uint_eq(count, 7);
    ck_assert_int_eq(memcmp(found, "message", 7), 0);
    line_close();
}
END_TEST

/* A send that waits and is given up: its bytes go all the same, from where the stack has put them. */
START_TEST(a_send_given_up_is_sent_all_the_same)
{
    static uint8_t found[20 * LARGE];
    uint64_t count, total = 0;
    line_open(MS);
    asked_begin(&asked, SENDS);
    uint8_t last = asked.given.bytes[0];
    cancel_asked();
    run_for(2 * SECOND);
    while (receive_on(&line.server, asked.other, found + total, sizeof found - total, &count) == KERNEL_OK && count) total += count;
    ck_assert_uint_eq(total, (last + 1u) * LARGE);
    for (uint64_t i = 0; i < total; i++) ck_assert_uint_eq(found[i], i / LARGE);
    line_close();
}
END_TEST

START_TEST(answers_are_the_callers_own)
{
    struct kernel_socket local, again, peer;
    kernel_endpoint here, there;
    line_open(MS);
    connection(&here, &there);
    running = &line.client.app;
    ck_assert_int_eq(kernel_local(here, &local), KERNEL_OK);
    ck_assert_int_eq(kernel_peer(here, &peer), KERNEL_OK);
    ck_assert_uint_eq(peer.port, PORT);
    again = local;
    memset(&again, POISON, sizeof again);
    memset(&peer, POISON, sizeof peer);
    ck_assert_int_eq(kernel_local(here, &again), KERNEL_OK);
    ck_assert_int_eq(memcmp(&local, &again, sizeof local), 0);
    ck_assert_int_eq(kernel_peer(here, &peer), KERNEL_OK);
    ck_assert_uint_eq(peer.port, PORT);
    line_close();
}
END_TEST

/* ---- promise 2 within one host: whoever is told is told later ---- */

START_TEST(nothing_completes_inside_a_call_to_oneself)
{
    line_open(MS);
    memset(&asked, 0, sizeof asked);
    asked.kind = RECEIVES_MESSAGE;
    asked.side = &line.server;
    asked.endpoint = message_endpoint(&line.server, 9);
    kernel_endpoint from = message_endpoint(&line.server, 10);
    asked_give(&asked, 100, 0);
    ck_assert_int_eq(asked_with(&asked, ask_receive), KERNEL_PENDING);
    ck_assert_int_eq(message_send(&line.server, from, "127.0.0.1", 9, "x"), KERNEL_OK);
    ck_assert_uint_eq(asked.times, 0);
    run_for(SECOND);
    ck_assert_uint_eq(asked.times, 1);
    ck_assert_int_eq(asked.first, 'x');
    line_close();
}
END_TEST

/* ---- order, and what a completion may do ---- */

#define ROW 5
static struct asked row[ROW];
static unsigned order[2 * ROW], ended;

static void in_order(void *cookie, enum kernel_status status, uint64_t count)
{
    struct asked *one = cookie;
    ck_assert_uint_lt(ended, 2 * ROW);
    order[ended++] = (unsigned)(one - row);
    one->first = one->given.bytes[0];
    one->status = status;
    one->count = count;
}

static void row_ask(unsigned i, kernel_endpoint endpoint, kernel_complete *complete)
{
    struct kernel_how how = { .complete = complete, .cookie = &row[i], .request = &row[i].request };
    row[i].endpoint = endpoint;
    asked_give(&row[i], 100, 0);
    ck_assert_int_eq(CALL(kernel_receive(endpoint, &row[i].given.transfer, &how)), KERNEL_PENDING);
}

static void row_open(kernel_endpoint *to, kernel_endpoint *from)
{
    line_open(MS);
    memset(row, 0, sizeof row);
    ended = 0;
    *from = message_endpoint(&line.client, 9);
    *to = message_endpoint(&line.server, 9);
}

START_TEST(requests_end_in_the_order_of_asking)
{
    static const char *const texts[ROW] = { "a", "b", "c", "d", "e" };
    kernel_endpoint to, from;
    row_open(&to, &from);
    running = &line.server.app;
    for (unsigned i = 0; i < ROW; i++) row_ask(i, to, in_order);
    for (unsigned i = 0; i < ROW; i++) ck_assert_int_eq(message_send(&line.client, from, "192.0.2.2", 9, texts[i]), KERNEL_OK);
    run_for(SECOND);
    ck_assert_uint_eq(ended, ROW);
    for (unsigned i = 0; i < ROW; i++) {
        ck_assert_uint_eq(order[i], i);
        ck_assert_int_eq(row[i].first, texts[i][0]);
    }
    line_close();
}
END_TEST

static void asks_again_once(void *cookie, enum kernel_status status, uint64_t count)
{
    struct asked *one = cookie;
    in_order(cookie, status, count);
    if (ended == 1) row_ask((unsigned)(one - row), one->endpoint, in_order); /* behind those that wait already */
}

START_TEST(a_completion_asks_again)
{
    kernel_endpoint to, from;
    row_open(&to, &from);
    running = &line.server.app;
    row_ask(0, to, asks_again_once);
    row_ask(1, to, in_order);
    for (unsigned i = 0; i < 3; i++) ck_assert_int_eq(message_send(&line.client, from, "192.0.2.2", 9, "x"), KERNEL_OK);
    run_for(SECOND);
    ck_assert_uint_eq(ended, 3);
    ck_assert_uint_eq(order[0], 0);
    ck_assert_uint_eq(order[1], 1);
    ck_assert_uint_eq(order[2], 0);
    line_close();
}
END_TEST

static void closes(void *cookie, enum kernel_status status, uint64_t count)
{
    struct asked *one = cookie;
    in_order(cookie, status, count);
    ck_assert_int_eq(CALL(kernel_cancel(row[1].request)), KERNEL_OK);
    ck_assert_int_eq(CALL(kernel_endpoint_close(one->endpoint)), KERNEL_OK);
    ck_assert_uint_eq(ended, 1);
}

START_TEST(a_completion_closes_what_it_was_about)
{
    kernel_endpoint to, from;
    row_open(&to, &from);
    running = &line.server.app;
    row_ask(0, to, closes);
    row_ask(1, to, in_order);
    row_ask(2, to, in_order);
    ck_assert_int_eq(message_send(&line.client, from, "192.0.2.2", 9, "x"), KERNEL_OK);
    run_for(SECOND);
    ck_assert_uint_eq(ended, 2);
    ck_assert_uint_eq(order[1], 2);
    ck_assert_int_eq(row[2].status, KERNEL_CANCELLED);
    line_close();
}
END_TEST

/* Any number of requests is accepted, and each is told. */
static void counts(void *cookie, enum kernel_status status, uint64_t count)
{
    (void)count;
    ck_assert_int_eq(status, KERNEL_CANCELLED);
    ++*(unsigned *)cookie;
}

START_TEST(thousands_are_pending)
{
    enum { MANY = 5000 };
    static struct {
        struct kernel_piece piece;
        struct kernel_transfer transfer;
        unsigned times;
        uint8_t byte;
    } many[MANY];
    line_open(MS);
    memset(many, 0, sizeof many);
    kernel_endpoint to = message_endpoint(&line.server, 9);
    for (unsigned i = 0; i < MANY; i++) {
        kernel_request request = 0;
        struct kernel_how how = { .complete = counts, .cookie = &many[i].times, .request = &request };
        many[i].piece = (struct kernel_piece){ &many[i].byte, 1 };
        many[i].transfer = (struct kernel_transfer){ .pieces = &many[i].piece, .piece_count = 1 };
        ck_assert_int_eq(kernel_receive(to, &many[i].transfer, &how), KERNEL_PENDING);
        ck_assert_uint_ne(request, 0);
    }
    ck_assert_int_eq(kernel_endpoint_close(to), KERNEL_OK);
    run_for(SECOND);
    for (unsigned i = 0; i < MANY; i++) ck_assert_uint_eq(many[i].times, 1);
    line_close();
}
END_TEST

/* ---- promise 6: whose a request is ---- */

START_TEST(a_request_is_its_threads)
{
    struct task worker;
    kernel_endpoint to, from;
    row_open(&to, &from);
    worker = line.server.app;
    worker.thread_id = 2;
    worker.requests = NULL;
    running = &line.server.app;
    row_ask(0, to, in_order);
    running = &worker;
    row_ask(1, to, in_order);
    struct kernel_how lasting = { .complete = in_order, .cookie = &row[2], .lasting = true, .request = &row[2].request };
    asked_give(&row[2], 100, 0);
    ck_assert_int_eq(kernel_receive(to, &row[2].given.transfer, &lasting), KERNEL_PENDING);
    running = NULL;
    requests_cancel(&worker, NULL);
    memset(&worker, POISON, sizeof worker); /* its memory may go at once */
    run_for(SECOND);
    ck_assert_uint_eq(ended, 1);
    ck_assert_uint_eq(order[0], 1);
    ck_assert_int_eq(row[1].status, KERNEL_CANCELLED);
    ck_assert_int_eq(message_send(&line.client, from, "192.0.2.2", 9, "x"), KERNEL_OK);
    ck_assert_int_eq(message_send(&line.client, from, "192.0.2.2", 9, "y"), KERNEL_OK);
    run_for(SECOND);
    ck_assert_uint_eq(ended, 3);
    ck_assert_uint_eq(order[1], 0);
    ck_assert_uint_eq(order[2], 2); /* the process's own outlived the thread */
    line_close();
}
END_TEST

START_TEST(a_request_is_its_process)
{
    struct task stranger;
    line_open(MS);
    asked_begin(&asked, RECEIVES_MESSAGE);
    stranger = (struct task){ .host = line.server.host, .process_id = 7, .host_name = "server", .actor_name = "other", .thread_name = "" };
    stranger.completions = &stranger;
    running = &stranger;
    ck_assert_int_eq(CALL(kernel_cancel(asked.request)), KERNEL_BAD_HANDLE);
    asked_happens(&asked);
    run_for(SECOND);
    ck_assert_uint_eq(asked.times, 1);
    ck_assert_int_eq(asked.first, 'x');
    line_close();
}
END_TEST

/* ---- the record: a request is in it from the call on, with who asked; what a call does at once stands in the call's rows ---- */

static bool row_of(const char *verb, const char *detail)
{
    struct trace_row found;
    for (uint64_t seq = *trace_newest(line.trace); seq > 0; seq--) {
        if (!trace_read(line.trace, seq, &found) || strcmp(found.verb, verb) != 0 || found.layer != LAYER_KERNEL)
            continue;
        char *text = trace_detail_json(&found);
        bool same = strcmp(text, detail) == 0 && strcmp(found.actor, "app") == 0;
        free(text);
        if (same)
            return true;
    }
    return false;
}

START_TEST(what_pends_is_in_the_record)
{
    static const char *const verbs[] = { "kernel.connect", "kernel.accept", "kernel.send", "kernel.receive", "kernel.receive", "kernel.receive" };
    char moved[40] = "", detail[200];
    line_open(MS);
    asked_begin(&asked, (enum kind)_i);
    if (_i >= SENDS)
        snprintf(moved, sizeof moved, "\"bytes\":%d,", _i == SENDS ? LARGE : 100);
    snprintf(detail, sizeof detail, "{\"endpoint\":%u,%s\"lasting\":false,\"request\":%u,\"status\":\"pending\"}", (unsigned)asked.endpoint, moved, (unsigned)asked.request);
    ck_assert_msg(row_of(verbs[_i], detail), "no row %s %s", verbs[_i], detail);
    asked_happens(&asked);
    run_for(2 * SECOND);
    snprintf(detail, sizeof detail, asked.count ? "{\"request\":%u,\"status\":\"ok\",\"count\":%u}" : "{\"request\":%u,\"status\":\"ok\"}", (unsigned)asked.request, (unsigned)asked.count);
    ck_assert_msg(row_of("request.completed", detail), "no completion %s", detail);
    line_close();
}
END_TEST

/* ---- determinism: neither addresses nor what lies in the caller's memory show ---- */

static struct trace_digest digest_of(enum kind kind, uint8_t noise)
{
    memset(&asked, noise, sizeof asked);
    line_open(MS);
    void *elsewhere = malloc(noise * 1000u + 1);
    asked_begin(&asked, kind);
    asked_happens(&asked);
    run_for(100 * SECOND);
    ck_assert_uint_eq(asked.times, 1);
    struct trace_digest digest = trace_digest(line.trace);
    free(elsewhere);
    line_close();
    return digest;
}

START_TEST(the_same_again)
{
    struct trace_digest first = digest_of((enum kind)_i, 1), second = digest_of((enum kind)_i, 200);
    ck_assert_int_eq(memcmp(&first, &second, sizeof first), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("promises of kernel.h");
    TCase *tests = tcase_create("promises");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, each_kind_ends_in_each_way, 0, KINDS * ENDINGS);
    tcase_add_loop_test(tests, what_the_last_instant_moved, 0, 2);
    tcase_add_test(tests, bytes_are_taken_at_the_call);
    tcase_add_test(tests, a_send_given_up_is_sent_all_the_same);
    tcase_add_test(tests, answers_are_the_callers_own);
    tcase_add_test(tests, nothing_completes_inside_a_call_to_oneself);
    tcase_add_test(tests, requests_end_in_the_order_of_asking);
    tcase_add_test(tests, a_completion_asks_again);
    tcase_add_test(tests, a_completion_closes_what_it_was_about);
    tcase_add_test(tests, thousands_are_pending);
    tcase_add_test(tests, a_request_is_its_threads);
    tcase_add_test(tests, a_request_is_its_process);
    tcase_add_loop_test(tests, what_pends_is_in_the_record, CONNECTS, RECEIVES_MESSAGE + 1);
    tcase_add_loop_test(tests, the_same_again, 0, KINDS);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
