/* The groups of kernel.h that sim/ws2 implements: who am I, the provider's one pointer, and waiting. */
#include "ws2/world.h"

static struct world *called_in;

static void done(void *cookie, enum kernel_status status, uint64_t count)
{
    (void)count;
    note(called_in, status == KERNEL_OK ? (char)(uintptr_t)cookie : status == KERNEL_CANCELLED ? '-' : '?');
}

static kernel_request watches(char letter)
{
    kernel_request request = 0;
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_ADDRESSES, .family = KERNEL_IPV4 };
    ck_assert_int_eq(kernel_watch(&watch, false, done, (void *)(uintptr_t)letter, &request), KERNEL_OK);
    return request;
}

static enum kernel_status wait_request(kernel_request request, int64_t timeout_ns)
{
    return kernel_wait(&(struct kernel_wait){ .request = request, .timeout_ns = timeout_ns });
}

static enum kernel_status wait_event(HANDLE event, int64_t timeout_ns)
{
    return kernel_wait(&(struct kernel_wait){ .event = event, .timeout_ns = timeout_ns });
}

/* ---- who am I ---- */

static void asks_who(void *cookie, enum kernel_status status, uint64_t count)
{
    (void)status;
    (void)count;
    kernel_current(cookie);
}

PLAY_AS(KERNEL_OBSERVED, test_who_am_i)
{
    struct kernel_who who, then = { 99, 99, KERNEL_DOCUMENTED };
    kernel_request request;
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_ADDRESSES, .family = KERNEL_IPV4 };
    kernel_current(&who);
    ck_assert_uint_eq(who.process_id, 1);
    ck_assert_uint_eq(who.thread_id, thread_task(me)->thread_id);
    ck_assert_int_eq(who.profile, KERNEL_OBSERVED);
    ck_assert_int_eq(kernel_now_ns(), 0);
    ck_assert_int_eq(kernel_watch(&watch, false, asks_who, &then, &request), KERNEL_OK);
    nap(me, 5 * MILLISECOND);
    ck_assert_int_eq(kernel_now_ns(), 5 * MILLISECOND);
    take(world->eth0, "192.0.2.10");
    settle(me);
    ck_assert_uint_eq(then.process_id, 1); /* in a completion: the process, no thread */
    ck_assert_uint_eq(then.thread_id, 0);
    ck_assert_int_eq(then.profile, KERNEL_OBSERVED);
}

/* ---- the slot ---- */

static const uint32_t one_provider = KERNEL_ABI, another_provider = KERNEL_ABI;

static void slot_of_the_other(struct thread *thread, void *argument)
{
    (void)thread;
    (void)argument;
    ck_assert_ptr_null(kernel_slot_get(&one_provider));
    static int mine;
    kernel_slot_set(&one_provider, &mine);
    ck_assert_ptr_eq(kernel_slot_get(&one_provider), &mine);
}

PLAY(test_slots)
{
    static int a, b;
    ck_assert_ptr_null(kernel_slot_get(&one_provider));
    kernel_slot_set(&one_provider, &a);
    ck_assert_ptr_eq(kernel_slot_get(&one_provider), &a);
    ck_assert_ptr_null(kernel_slot_get(&another_provider));
    kernel_slot_set(&another_provider, &b);
    ck_assert_ptr_eq(kernel_slot_get(&one_provider), &a);
    ck_assert_ptr_eq(kernel_slot_get(&another_provider), &b);
    world_thread(world_process(world, "other"), "other", slot_of_the_other, NULL);
    settle(me);
    ck_assert_ptr_eq(kernel_slot_get(&one_provider), &a); /* a process has its own */
    kernel_slot_set(&one_provider, NULL);
    ck_assert_ptr_null(kernel_slot_get(&one_provider));
    ck_assert_ptr_eq(kernel_slot_get(&another_provider), &b);
}

/* ---- waiting ---- */

static void loses_address_at_10ms(struct thread *thread, void *argument)
{
    struct world *world = argument;
    nap(thread, 10 * MILLISECOND);
    take(world->eth0, "192.0.2.10");
}

PLAY(test_wait_for_a_request)
{
    called_in = world;
    kernel_request request = watches('a');
    world_thread(world->process, "taker", loses_address_at_10ms, world);
    ck_assert_int_eq(wait_request(request, KERNEL_FOREVER), KERNEL_OK);
    ck_assert_str_eq(world->log, "a"); /* its completion has run before the wait ended */
    ck_assert_int_eq(kernel_now_ns(), 10 * MILLISECOND);
    ck_assert_int_eq(wait_request(request, KERNEL_FOREVER), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_cancel(request), KERNEL_BAD_HANDLE);
    ck_assert(running == thread_task(me));
}

PLAY(test_wait_times_out_and_leaves_the_request)
{
    called_in = world;
    kernel_request request = watches('a');
    world_thread(world->process, "taker", loses_address_at_10ms, world);
    ck_assert_int_eq(wait_request(request, 4 * MILLISECOND), KERNEL_TIMED_OUT);
    ck_assert_int_eq(kernel_now_ns(), 4 * MILLISECOND);
    ck_assert_int_eq(wait_request(request, 0), KERNEL_TIMED_OUT);
    ck_assert_int_eq(wait_request(request, SECOND), KERNEL_OK);
    ck_assert_int_eq(kernel_now_ns(), 10 * MILLISECOND);
    ck_assert_str_eq(world->log, "a");
}

static void cancels(struct thread *thread, void *argument)
{
    nap(thread, 7 * MILLISECOND);
    ck_assert_int_eq(kernel_cancel(*(kernel_request *)argument), KERNEL_OK);
    ck_assert_int_eq(kernel_cancel(*(kernel_request *)argument), KERNEL_BAD_HANDLE);
}

PLAY(test_a_cancelled_request_ends_the_wait)
{
    called_in = world;
    kernel_request request = watches('a');
    world_thread(world->process, "canceller", cancels, &request);
    ck_assert_int_eq(wait_request(request, SECOND), KERNEL_CANCELLED);
    ck_assert_int_eq(kernel_now_ns(), 7 * MILLISECOND);
    take(world->eth0, "192.0.2.10");
    settle(me);
    ck_assert_str_eq(world->log, ""); /* after its cancel a request is never completed */
    ck_assert_int_eq(wait_request(request, 0), KERNEL_BAD_HANDLE);
}

static void interrupts(struct thread *thread, void *argument)
{
    const uint32_t *id = argument;
    ck_assert_int_eq(kernel_interrupt(thread_task(thread)->thread_id), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_interrupt(4711), KERNEL_BAD_HANDLE);
    nap(thread, 3 * MILLISECOND);
    ck_assert_int_eq(kernel_interrupt(*id), KERNEL_OK);
    ck_assert_int_eq(kernel_interrupt(*id), KERNEL_BAD_HANDLE); /* its wait is over already */
}

PLAY(test_an_interrupted_wait)
{
    called_in = world;
    uint32_t id = thread_task(me)->thread_id;
    kernel_request request = watches('a');
    world_thread(world->process, "interrupter", interrupts, &id);
    ck_assert_int_eq(wait_request(request, SECOND), KERNEL_INTERRUPTED);
    ck_assert_int_eq(kernel_now_ns(), 3 * MILLISECOND);
    HANDLE event = event_new(world->process, false, NULL);
    world_thread(world->process, "interrupter", interrupts, &id);
    ck_assert_int_eq(wait_event(event, KERNEL_FOREVER), KERNEL_INTERRUPTED);
    ck_assert_int_eq(kernel_now_ns(), 6 * MILLISECOND);
    ck_assert_ptr_null(handle_any(world->process, (uintptr_t)event)->waiters);
    ck_assert_int_eq(wait_request(request, MILLISECOND), KERNEL_TIMED_OUT); /* the request goes on */
}

static void sets_at_5ms(struct thread *thread, void *argument)
{
    nap(thread, 5 * MILLISECOND);
    event_set(thread_process(thread), *(HANDLE *)argument);
}

PLAY(test_wait_for_an_event)
{
    HANDLE event = event_new(world->process, false, NULL);
    ck_assert_int_eq(wait_event(event, 0), KERNEL_TIMED_OUT);
    ck_assert_int_eq(wait_event(event, MILLISECOND), KERNEL_TIMED_OUT);
    world_thread(world->process, "setter", sets_at_5ms, &event);
    ck_assert_int_eq(wait_event(event, KERNEL_FOREVER), KERNEL_OK);
    ck_assert_int_eq(kernel_now_ns(), 6 * MILLISECOND);
    ck_assert_int_eq(wait_event(event, 0), KERNEL_OK);
    ck_assert(event_signalled(world->process, event));
    handle_release(world->process, (uintptr_t)event);
    ck_assert_int_eq(wait_event(event, 0), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(wait_event((HANDLE)(uintptr_t)0x1234, KERNEL_FOREVER), KERNEL_BAD_HANDLE);
}

static void waits_in_a_completion(void *cookie, enum kernel_status status, uint64_t count)
{
    (void)status;
    (void)count;
    *(enum kernel_status *)cookie = wait_event((HANDLE)(uintptr_t)0x100, 0);
}

PLAY(test_bad_arguments)
{
    called_in = world;
    kernel_request request = watches('a'), other;
    HANDLE event = event_new(world->process, false, NULL);
    ck_assert_int_eq(wait_request(0, 0), KERNEL_BAD_ARGUMENT); /* neither */
    ck_assert_int_eq(kernel_wait(&(struct kernel_wait){ .request = request, .event = event, .timeout_ns = 0 }), KERNEL_BAD_ARGUMENT); /* both */
    ck_assert_int_eq(wait_request(request, -1), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(wait_request(request + 1, 0), KERNEL_BAD_HANDLE); /* not yet given out */
    enum kernel_status inside = KERNEL_OK;
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_ADDRESSES, .family = KERNEL_IPV4 };
    ck_assert_int_eq(kernel_watch(&watch, false, waits_in_a_completion, &inside, &other), KERNEL_OK);
    take(world->eth0, "192.0.2.10");
    settle(me);
    ck_assert_int_eq(inside, KERNEL_BAD_ARGUMENT); /* a completion has no thread that could wait */
}

static void CALLBACK apc_notes(DWORD_PTR letter) { note(called_in, (char)letter); }

PLAY(test_no_apc_runs_meanwhile)
{
    called_in = world;
    thread_queue_apc(me, apc_notes, 'x');
    kernel_request request = watches('a');
    world_thread(world->process, "taker", loses_address_at_10ms, world);
    ck_assert_int_eq(wait_request(request, SECOND), KERNEL_OK);
    HANDLE event = event_new(world->process, false, NULL);
    ck_assert_int_eq(wait_event(event, MILLISECOND), KERNEL_TIMED_OUT);
    ck_assert_str_eq(world->log, "a");
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_IO_COMPLETION);
    ck_assert_str_eq(world->log, "ax");
}

struct pair { struct world *world; kernel_request mine, others; };

static void waits_for_its_own(struct thread *thread, void *argument)
{
    struct pair *pair = argument;
    (void)thread;
    ck_assert_int_eq(wait_request(pair->others, SECOND), KERNEL_OK);
    note(pair->world, 'B');
}

PLAY(test_completions_while_others_wait)
{
    called_in = world;
    static struct pair pair;
    pair = (struct pair){ .world = world, .mine = watches('a'), .others = watches('b') };
    world_thread(world->process, "second", waits_for_its_own, &pair);
    world_thread(world->process, "taker", loses_address_at_10ms, world);
    ck_assert_int_eq(wait_request(pair.mine, SECOND), KERNEL_OK);
    note(world, 'A');
    settle(me);
    ck_assert_str_eq(world->log, "abAB"); /* all completions of the instant first, then the threads in the same order */
}

int main(void)
{
    Suite *suite = suite_create("ws2/kernel");
    TCase *who = tcase_create("who"), *waiting = tcase_create("waiting");
    tcase_add_test(who, test_who_am_i);
    tcase_add_test(who, test_slots);
    suite_add_tcase(suite, who);
    tcase_add_test(waiting, test_wait_for_a_request);
    tcase_add_test(waiting, test_wait_times_out_and_leaves_the_request);
    tcase_add_test(waiting, test_a_cancelled_request_ends_the_wait);
    tcase_add_test(waiting, test_an_interrupted_wait);
    tcase_add_test(waiting, test_wait_for_an_event);
    tcase_add_test(waiting, test_bad_arguments);
    tcase_add_test(waiting, test_no_apc_runs_meanwhile);
    tcase_add_test(waiting, test_completions_while_others_wait);
    suite_add_tcase(suite, waiting);
    return suite_main(suite);
}
