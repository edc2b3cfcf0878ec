/* Handles, event objects, and the waits of several threads for them. */
#include "ws2/world.h"

PLAY(test_numbers_are_never_used_twice)
{
    struct process *process = world->process;
    uintptr_t newest = 0;
    for (int i = 0; i < 1000; i++) {
        uintptr_t value;
        handle_take(process, i % 2 ? HANDLE_SOCKET : HANDLE_EVENT, &value);
        hold(value > newest && value % 4 == 0, "handle %d", i);
        newest = value;
        if (i % 3 == 0) handle_release(process, value);
    }
    ck_assert_ptr_null(handle_any(process, newest + 4));
    ck_assert_ptr_null(handle_any(process, newest - 1)); /* between two of them */
    ck_assert_ptr_null(handle_any(process, 0));
    ck_assert_ptr_null(handle_any(process, UINTPTR_MAX));
}

PLAY(test_kinds)
{
    struct process *process = world->process;
    uintptr_t s;
    handle_take(process, HANDLE_SOCKET, &s);
    HANDLE event = event_new(process, false, NULL);
    ck_assert_ptr_nonnull(handle_at(process, s, HANDLE_SOCKET));
    ck_assert_ptr_null(handle_at(process, s, HANDLE_EVENT));
    ck_assert_ptr_null(handle_at(process, (uintptr_t)event, HANDLE_SOCKET));
    ck_assert(event_exists(process, event));
    ck_assert(!event_exists(process, (HANDLE)s));
    ck_assert(!event_set(process, (HANDLE)s) && !event_reset(process, (HANDLE)s) && !event_signalled(process, (HANDLE)s));
    ck_assert(!event_set(process, NULL) && !event_reset(process, NULL) && !event_signalled(process, NULL));
    handle_release(process, (uintptr_t)event);
    ck_assert(!event_exists(process, event) && !event_set(process, event) && !event_reset(process, event));
    ck_assert_ptr_nonnull(handle_any(process, (uintptr_t)event)); /* a released one is still known by its number */
    struct process *other = world_process(world, "other");
    ck_assert(!event_exists(other, (HANDLE)s));
}

PLAY(test_labels_and_texts)
{
    struct process *process = world->process;
    char room[24];
    uintptr_t s;
    handle_take(process, HANDLE_SOCKET, &s);
    ck_assert_str_eq(handle_text(process, s, room), "0x100");
    process_label_handle(process, s, "s");
    ck_assert_str_eq(handle_text(process, s, room), "s");
    handle_release(process, s);
    ck_assert_str_eq(handle_text(process, s, room), "s"); /* rows about a closed socket still name it */
    ck_assert_str_eq(handle_text(process, INVALID_SOCKET, room), "INVALID");
    ck_assert_str_eq(handle_text(process, 0xABC1, room), "0xabc1");
    process_label_handle(process, 0xABC1, "nobody");
    ck_assert_ptr_null(process_handle_label(process, 0xABC1));
}

PLAY(test_what_is_counted)
{
    struct process *process = world->process;
    uintptr_t s;
    ck_assert_uint_eq(process_handles(process), 0);
    handle_take(process, HANDLE_SOCKET, &s);
    HANDLE made = event_new(process, false, NULL);
    event_new(process, true, "e"); /* the scenario's own are not counted */
    ck_assert_uint_eq(process_handles(process), 2);
    handle_release(process, (uintptr_t)made);
    handle_release(process, s);
    ck_assert_uint_eq(process_handles(process), 0);
}

PLAY(test_set_and_reset)
{
    struct process *process = world->process;
    HANDLE event = event_new(process, true, "e");
    ck_assert(!event_signalled(process, event));
    ck_assert_uint_eq(wait_for_event(me, event, 0), WSA_WAIT_TIMEOUT);
    ck_assert(event_set(process, event) && event_signalled(process, event));
    ck_assert(event_set(process, event)); /* once more changes nothing */
    ck_assert_uint_eq(wait_for_event(me, event, 0), WSA_WAIT_EVENT_0);
    ck_assert_uint_eq(wait_for_event(me, event, KERNEL_FOREVER), WSA_WAIT_EVENT_0); /* manual reset: still set */
    ck_assert(event_reset(process, event) && !event_signalled(process, event));
    ck_assert_uint_eq(wait_for_event(me, event, 0), WSA_WAIT_TIMEOUT);
    ck_assert_ptr_nonnull(process_observation(process, 1)); /* seen once: from not signalled to signalled */
    ck_assert_ptr_eq(process_observation(process, 1)->event, event);
    ck_assert_ptr_null(process_observation(process, 2));
}

/* ---- several threads ---- */

struct waiting { struct world *world; HANDLE event; int64_t timeout_ns; char letter; DWORD result; int64_t at_ns; };

static void waits(struct thread *thread, void *argument)
{
    struct waiting *waiting = argument;
    waiting->result = wait_for_event(thread, waiting->event, waiting->timeout_ns);
    waiting->at_ns = engine_now_ns(waiting->world->engine);
    note(waiting->world, waiting->letter);
}

PLAY(test_waiters_in_order)
{
    struct process *process = world->process;
    HANDLE event = event_new(process, false, NULL);
    static struct waiting waiting[5];
    for (int i = 0; i < 5; i++) {
        waiting[i] = (struct waiting){ .world = world, .event = event, .timeout_ns = KERNEL_FOREVER, .letter = (char)('a' + i) };
        world_thread(process, "waiter", waits, &waiting[i]);
    }
    settle(me);
    ck_assert_str_eq(world->log, "");
    event_set(process, event);
    ck_assert_str_eq(world->log, ""); /* they go on from the loop, not from inside the call */
    settle(me);
    ck_assert_str_eq(world->log, "abcde");
    for (int i = 0; i < 5; i++) ck_assert_uint_eq(waiting[i].result, WSA_WAIT_EVENT_0);
}

PLAY(test_a_set_event_satisfies_even_if_reset_at_once)
{
    struct process *process = world->process;
    HANDLE event = event_new(process, false, NULL);
    static struct waiting waiting[2];
    for (int i = 0; i < 2; i++) {
        waiting[i] = (struct waiting){ .world = world, .event = event, .timeout_ns = SECOND, .letter = (char)('a' + i) };
        world_thread(process, "waiter", waits, &waiting[i]);
    }
    settle(me);
    event_set(process, event);
    event_reset(process, event);
    settle(me);
    ck_assert_str_eq(world->log, "ab");
    ck_assert_uint_eq(waiting[0].result, WSA_WAIT_EVENT_0);
    ck_assert_uint_eq(waiting[1].result, WSA_WAIT_EVENT_0);
    ck_assert_int_eq(waiting[1].at_ns, MILLISECOND);
    ck_assert(!event_signalled(process, event));
}

PLAY(test_timeouts)
{
    struct process *process = world->process;
    HANDLE event = event_new(process, false, NULL);
    static struct waiting waiting[3];
    for (int i = 0; i < 3; i++) {
        waiting[i] = (struct waiting){ .world = world, .event = event, .timeout_ns = (3 - i) * 10 * MILLISECOND, .letter = (char)('a' + i) };
        world_thread(process, "waiter", waits, &waiting[i]);
    }
    nap(me, 25 * MILLISECOND);
    ck_assert_str_eq(world->log, "cb");
    event_set(process, event);
    settle(me);
    ck_assert_str_eq(world->log, "cba");
    ck_assert_uint_eq(waiting[2].result, WSA_WAIT_TIMEOUT);
    ck_assert_int_eq(waiting[2].at_ns, 10 * MILLISECOND);
    ck_assert_uint_eq(waiting[1].result, WSA_WAIT_TIMEOUT);
    ck_assert_int_eq(waiting[1].at_ns, 20 * MILLISECOND);
    ck_assert_uint_eq(waiting[0].result, WSA_WAIT_EVENT_0);
    ck_assert_int_eq(waiting[0].at_ns, 25 * MILLISECOND);
    nap(me, 100 * MILLISECOND); /* its timer is gone */
    ck_assert_str_eq(world->log, "cba");
}

static void sets_at_30ms(struct thread *thread, void *argument)
{
    HANDLE *event = argument;
    nap(thread, 30 * MILLISECOND);
    event_set(thread_process(thread), *event);
}

PLAY(test_set_and_timeout_at_one_instant)
{
    HANDLE event = event_new(world->process, false, NULL);
    world_thread(world->process, "setter", sets_at_30ms, &event);
    DWORD result = wait_for_event(me, event, 30 * MILLISECOND); /* its timer was started before the setter's */
    ck_assert_uint_eq(result, WSA_WAIT_TIMEOUT);
    settle(me);
    ck_assert(event_signalled(world->process, event));
}

PLAY(test_sixty_four_events)
{
    struct process *process = world->process;
    struct thread_wait wait = { .count = WAIT_EVENTS_MOST, .timeout_ns = 0 };
    for (size_t i = 0; i < WAIT_EVENTS_MOST; i++) wait.events[i] = event_new(process, false, NULL);
    ck_assert_uint_eq(thread_wait(me, &wait), WSA_WAIT_TIMEOUT);
    for (size_t i = WAIT_EVENTS_MOST; i-- > 0;) {
        event_set(process, wait.events[i]);
        hold(thread_wait(me, &wait) == WSA_WAIT_EVENT_0 + i, "the lowest of those that are set is %zu", i);
    }
    for (size_t i = 0; i < WAIT_EVENTS_MOST; i++) event_reset(process, wait.events[i]);
    HANDLE last = wait.events[63];
    world_thread(process, "setter", sets_at_30ms, &last);
    wait.timeout_ns = SECOND;
    ck_assert_uint_eq(thread_wait(me, &wait), WSA_WAIT_EVENT_0 + 63);
    for (size_t i = 0; i < WAIT_EVENTS_MOST; i++) ck_assert_ptr_null(handle_any(process, (uintptr_t)wait.events[i])->waiters);
}

PLAY(test_the_same_event_twice)
{
    struct thread_wait wait = { .count = 3, .timeout_ns = SECOND };
    HANDLE event = event_new(world->process, false, NULL);
    wait.events[0] = event_new(world->process, false, NULL);
    wait.events[1] = wait.events[2] = event;
    world_thread(world->process, "setter", sets_at_30ms, &event);
    ck_assert_uint_eq(thread_wait(me, &wait), WSA_WAIT_EVENT_0 + 1);
    ck_assert_ptr_null(handle_any(world->process, (uintptr_t)event)->waiters);
}

PLAY(test_waits_for_a_bad_handle)
{
    uintptr_t s;
    handle_take(world->process, HANDLE_SOCKET, &s);
    HANDLE good = event_new(world->process, false, NULL), gone = event_new(world->process, false, NULL);
    const HANDLE bad[] = { NULL, (HANDLE)(uintptr_t)0x1234, INVALID_HANDLE_VALUE, (HANDLE)s, gone };
    handle_release(world->process, (uintptr_t)gone);
    event_set(world->process, good);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        hold(wait_for_event(me, bad[i], SECOND) == WSA_WAIT_FAILED, "bad handle %zu", i);
        struct thread_wait both = { .events = { good, bad[i] }, .count = 2, .timeout_ns = 0 };
        hold(thread_wait(me, &both) == WSA_WAIT_FAILED, "beside a good one: %zu", i);
    }
    ck_assert_int_eq(engine_now_ns(world->engine), 0);
}

static void closes_at_10ms(struct thread *thread, void *argument)
{
    nap(thread, 10 * MILLISECOND);
    handle_release(thread_process(thread), (uintptr_t)*(HANDLE *)argument);
}

PLAY(test_an_event_closed_under_its_waiter)
{
    HANDLE event = event_new(world->process, false, NULL);
    world_thread(world->process, "closer", closes_at_10ms, &event);
    ck_assert_uint_eq(wait_for_event(me, event, 50 * MILLISECOND), WSA_WAIT_TIMEOUT);
    ck_assert_int_eq(engine_now_ns(world->engine), 50 * MILLISECOND);
}

int main(void)
{
    Suite *suite = suite_create("ws2/handles");
    TCase *handles = tcase_create("handles"), *events = tcase_create("events");
    tcase_add_test(handles, test_numbers_are_never_used_twice);
    tcase_add_test(handles, test_kinds);
    tcase_add_test(handles, test_labels_and_texts);
    tcase_add_test(handles, test_what_is_counted);
    suite_add_tcase(suite, handles);
    tcase_add_test(events, test_set_and_reset);
    tcase_add_test(events, test_waiters_in_order);
    tcase_add_test(events, test_a_set_event_satisfies_even_if_reset_at_once);
    tcase_add_test(events, test_timeouts);
    tcase_add_test(events, test_set_and_timeout_at_one_instant);
    tcase_add_test(events, test_sixty_four_events);
    tcase_add_test(events, test_the_same_event_twice);
    tcase_add_test(events, test_waits_for_a_bad_handle);
    tcase_add_test(events, test_an_event_closed_under_its_waiter);
    suite_add_tcase(suite, events);
    return suite_main(suite);
}
