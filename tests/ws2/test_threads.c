/* Threads: parking and waking, asynchronous procedure calls, the end of a thread and of a process. */
#include "ws2/world.h"

/* ---- parking ---- */

struct walker { struct world *world; char letter; int steps; };

static void walks(struct thread *thread, void *argument)
{
    struct walker *walker = argument;
    for (int i = 0; i < walker->steps; i++) {
        note(walker->world, walker->letter);
        ck_assert_ptr_eq(running, thread_task(thread));
        nap(thread, MILLISECOND);
    }
}

PLAY(test_threads_take_turns_in_order)
{
    static struct walker walkers[3];
    for (int i = 0; i < 3; i++) {
        walkers[i] = (struct walker){ world, (char)('a' + i), 3 };
        world_thread(world->process, "walker", walks, &walkers[i]);
    }
    nap(me, 10 * MILLISECOND);
    ck_assert_str_eq(world->log, "abcabcabc");
    ck_assert_ptr_eq(running, thread_task(me));
}

static void parks(struct thread *thread, void *argument)
{
    for (;;) {
        thread_park(thread);
        note(argument, 'p');
    }
}

PLAY(test_waking)
{
    struct thread *thread = world_thread(world->process, "parked", parks, world);
    settle(me);
    thread_wake(thread);
    thread_wake(thread); /* one waking is on its way already */
    ck_assert_str_eq(world->log, "");
    settle(me);
    ck_assert_str_eq(world->log, "p");
    thread_wake(thread);
    settle(me);
    ck_assert_str_eq(world->log, "pp");
}

PLAY(test_names)
{
    struct thread *thread = world_thread(world->process, "app/worker", parks, world);
    ck_assert_ptr_eq(process_thread(world->process, "app/worker"), thread);
    ck_assert_ptr_eq(process_thread(world->process, "app"), me);
    ck_assert_ptr_null(process_thread(world->process, "worker"));
    ck_assert_str_eq(thread_name(thread), "app/worker");
    ck_assert_ptr_eq(thread_process(thread), world->process);
    ck_assert_ptr_eq(thread_of(thread_task(thread)), thread);
    ck_assert_uint_ne(thread_task(thread)->thread_id, thread_task(me)->thread_id);
}

/* ---- asynchronous procedure calls ---- */

static struct world *called_in; /* an APC has one number as its context */
static void CALLBACK apc_note(DWORD_PTR letter)
{
    ck_assert(running->thread_id != 0 && thread_running_apc(thread_of(running)));
    note(called_in, (char)letter);
}

static void CALLBACK apc_queues_another(DWORD_PTR letter)
{
    note(called_in, (char)letter);
    if (letter < 'e') thread_queue_apc(thread_of(running), apc_queues_another, letter + 1);
}

PLAY(test_apcs_run_in_order_and_only_in_an_alertable_wait)
{
    called_in = world;
    for (DWORD_PTR letter = 'a'; letter <= 'd'; letter++) ck_assert(thread_queue_apc(me, apc_note, letter));
    ck_assert_uint_eq(thread_apcs(me), 4);
    ck_assert_uint_eq(nap(me, MILLISECOND), WSA_WAIT_TIMEOUT);
    ck_assert_uint_eq(nap(me, 0), WSA_WAIT_TIMEOUT);
    ck_assert_str_eq(world->log, "");
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_IO_COMPLETION); /* timeout 0 is enough */
    ck_assert_str_eq(world->log, "abcd");
    ck_assert_uint_eq(thread_apcs(me), 0);
    ck_assert(!thread_running_apc(me));
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_TIMEOUT);
    ck_assert_uint_eq(alert(me, MILLISECOND), WSA_WAIT_TIMEOUT);
}

PLAY(test_one_wait_drains_what_is_queued_meanwhile)
{
    called_in = world;
    thread_queue_apc(me, apc_queues_another, 'a');
    ck_assert_uint_eq(alert(me, SECOND), WSA_WAIT_IO_COMPLETION);
    ck_assert_str_eq(world->log, "abcde");
    ck_assert_int_eq(engine_now_ns(world->engine), 0);
}

PLAY(test_apcs_come_before_a_set_event)
{
    called_in = world;
    HANDLE event = event_new(world->process, false, NULL);
    event_set(world->process, event);
    thread_queue_apc(me, apc_note, 'a');
    struct thread_wait wait = { .events = { event }, .count = 1, .timeout_ns = 0, .alertable = true };
    ck_assert_uint_eq(thread_wait(me, &wait), WSA_WAIT_IO_COMPLETION);
    ck_assert_uint_eq(thread_wait(me, &wait), WSA_WAIT_EVENT_0);
    ck_assert_str_eq(world->log, "a");
}

struct sleeper { struct world *world; bool alertable; DWORD result; int64_t at_ns; };

static void sleeps(struct thread *thread, void *argument)
{
    struct sleeper *sleeper = argument;
    sleeper->result = thread_wait(thread, &(struct thread_wait){ .timeout_ns = SECOND, .alertable = sleeper->alertable });
    sleeper->at_ns = engine_now_ns(sleeper->world->engine);
    note(sleeper->world, 'w');
}

PLAY(test_an_apc_ends_an_alertable_wait)
{
    static struct sleeper sleeper;
    called_in = world;
    sleeper = (struct sleeper){ .world = world, .alertable = true };
    struct thread *thread = world_thread(world->process, "sleeper", sleeps, &sleeper);
    settle(me);
    thread_queue_apc(thread, apc_note, 'a');
    thread_queue_apc(thread, apc_note, 'b');
    ck_assert_str_eq(world->log, ""); /* only queued */
    settle(me);
    ck_assert_str_eq(world->log, "abw");
    ck_assert_uint_eq(sleeper.result, WSA_WAIT_IO_COMPLETION);
    ck_assert_int_eq(sleeper.at_ns, MILLISECOND);
}

PLAY(test_an_apc_does_not_end_another_wait)
{
    static struct sleeper sleeper;
    called_in = world;
    sleeper = (struct sleeper){ .world = world, .alertable = false };
    struct thread *thread = world_thread(world->process, "sleeper", sleeps, &sleeper);
    settle(me);
    thread_queue_apc(thread, apc_note, 'a');
    nap(me, 2 * SECOND);
    ck_assert_str_eq(world->log, "w"); /* it never waited alertably: its call is lost with it */
    ck_assert_uint_eq(sleeper.result, WSA_WAIT_TIMEOUT);
    ck_assert_int_eq(sleeper.at_ns, SECOND);
    ck_assert(thread_ended(thread));
}

static void CALLBACK apc_waits(DWORD_PTR letter)
{
    struct thread *thread = thread_of(running);
    note(called_in, (char)letter);
    ck_assert_uint_eq(nap(thread, MILLISECOND), WSA_WAIT_TIMEOUT);
    ck_assert(thread_running_apc(thread));
    note(called_in, (char)(letter - 'a' + 'A'));
}

static void CALLBACK apc_waits_alertably(DWORD_PTR letter)
{
    struct thread *thread = thread_of(running);
    note(called_in, (char)letter);
    ck_assert_uint_eq(alert(thread, SECOND), WSA_WAIT_IO_COMPLETION);
    ck_assert(thread_running_apc(thread));
    note(called_in, (char)(letter - 'a' + 'A'));
}

PLAY(test_an_apc_may_wait)
{
    called_in = world;
    thread_queue_apc(me, apc_waits, 'a');
    thread_queue_apc(me, apc_waits, 'b');
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_IO_COMPLETION);
    ck_assert_str_eq(world->log, "aAbB");
    ck_assert_int_eq(engine_now_ns(world->engine), 2 * MILLISECOND);
}

PLAY(test_an_apc_that_waits_alertably_runs_the_next_inside)
{
    called_in = world;
    thread_queue_apc(me, apc_waits_alertably, 'a');
    thread_queue_apc(me, apc_note, 'b');
    thread_queue_apc(me, apc_note, 'c');
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_IO_COMPLETION);
    ck_assert_str_eq(world->log, "abcA");
    ck_assert(!thread_running_apc(me));
}

/* ---- the end ---- */

static void done(void *cookie, enum kernel_status status, uint64_t count)
{
    ck_assert_uint_eq(count, 0);
    ck_assert_uint_eq(running->thread_id, 0); /* the process is current, no thread */
    note(called_in, status == KERNEL_OK ? (char)(uintptr_t)cookie : status == KERNEL_CANCELLED ? '-' : '?');
}

static kernel_request watches(char letter, bool lasting)
{
    kernel_request request = 0;
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_ADDRESSES, .family = KERNEL_IPV4 };
    ck_assert_int_eq(kernel_watch(&watch, lasting, done, (void *)(uintptr_t)letter, &request), KERNEL_OK);
    ck_assert_uint_ne(request, 0);
    return request;
}

static void asks_and_ends(struct thread *thread, void *argument)
{
    (void)argument;
    watches('x', false);
    watches('l', true);
    nap(thread, MILLISECOND);
}

static void asks_and_stays(struct thread *thread, void *argument)
{
    (void)argument;
    watches('y', false);
    nap(thread, SECOND);
}

PLAY(test_exit_cancels_what_the_thread_asked_for)
{
    called_in = world;
    struct thread *ends = world_thread(world->process, "ends", asks_and_ends, NULL);
    world_thread(world->process, "stays", asks_and_stays, NULL);
    watches('m', false);
    nap(me, 10 * MILLISECOND);
    ck_assert(thread_ended(ends));
    ck_assert_str_eq(world->log, "-"); /* its own, but not the lasting one */
    take(world->eth0, "192.0.2.10");
    settle(me);
    ck_assert_str_eq(world->log, "-mly"); /* the others' in the order of asking */
    ck_assert(!thread_queue_apc(ends, apc_note, 'a'));
    thread_wake(ends); /* nothing comes of it */
    settle(me);
}

static void exits_inside(struct thread *thread, void *argument)
{
    note(argument, 'i');
    thread_exit(thread);
}

PLAY(test_a_thread_may_end_anywhere)
{
    struct thread *thread = world_thread(world->process, "ends", exits_inside, world);
    settle(me);
    ck_assert(thread_ended(thread));
    ck_assert_str_eq(world->log, "i");
}

static void asks_and_exits_the_process(struct thread *thread, void *argument)
{
    (void)argument;
    watches('x', false);
    nap(thread, MILLISECOND);
    process_exit(thread);
    ck_abort_msg("it came back");
}

START_TEST(test_process_exit)
{
    struct world world = { 0 };
    struct walker walker = { &world, 'w', 1000000 };
    world_open(&world);
    called_in = &world;
    struct thread *waits = world_thread(world.process, "app", asks_and_stays, NULL);
    struct thread *ends = world_thread(world.process, "app/ends", asks_and_exits_the_process, NULL);
    struct thread *walking = world_thread(world.process, "app/walks", walks, &walker);
    struct process *other = world_process(&world, "other");
    struct walker survivor = { &world, 's', 3 };
    world_thread(other, "other", walks, &survivor);
    world_run(&world);
    ck_assert_str_eq(world.log, "wss--s"); /* both requests are given up; the other process goes on */
    ck_assert(process_exited(world.process) && !process_exited(other));
    ck_assert(thread_ended(waits) && thread_ended(ends) && thread_ended(walking));
    world_close(&world);
}
END_TEST

START_TEST(test_processes_in_order)
{
    struct world world = { 0 };
    world_open(&world);
    struct process *second = world_process(&world, "second");
    ck_assert_ptr_eq(process_next(world.ws2, NULL), world.process);
    ck_assert_ptr_eq(process_next(world.ws2, world.process), second);
    ck_assert_ptr_null(process_next(world.ws2, second));
    ck_assert_str_eq(process_name(second), "second");
    ck_assert(!process_exited(second));
    char *why = NULL;
    ck_assert_ptr_null(process_new(world.ws2, &(struct process_setup){ .name = "x", .host = world.host, .provider = "/nowhere/at-all.so" }, &why));
    ck_assert_msg(why && strstr(why, "/nowhere/at-all.so"), "%s", why ? why : "no reason");
    free(why);
    world_close(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ws2/threads");
    TCase *parking = tcase_create("parking"), *apcs = tcase_create("apcs"), *ends = tcase_create("ends");
    tcase_add_test(parking, test_threads_take_turns_in_order);
    tcase_add_test(parking, test_waking);
    tcase_add_test(parking, test_names);
    suite_add_tcase(suite, parking);
    tcase_add_test(apcs, test_apcs_run_in_order_and_only_in_an_alertable_wait);
    tcase_add_test(apcs, test_one_wait_drains_what_is_queued_meanwhile);
    tcase_add_test(apcs, test_apcs_come_before_a_set_event);
    tcase_add_test(apcs, test_an_apc_ends_an_alertable_wait);
    tcase_add_test(apcs, test_an_apc_does_not_end_another_wait);
    tcase_add_test(apcs, test_an_apc_may_wait);
    tcase_add_test(apcs, test_an_apc_that_waits_alertably_runs_the_next_inside);
    suite_add_tcase(suite, apcs);
    tcase_add_test(ends, test_exit_cancels_what_the_thread_asked_for);
    tcase_add_test(ends, test_a_thread_may_end_anywhere);
    tcase_add_test(ends, test_process_exit);
    tcase_add_test(ends, test_processes_in_order);
    suite_add_tcase(suite, ends);
    return suite_main(suite);
}
