/* Windows and their messages: whose they are, in which order they come, when they go. */
#include "ws2/world.h"

static bool post(struct world *world, HWND window, UINT number) { return message_post(world->ws2, &(struct window_message){ window, number, 0, 0 }); }

/* Its number; 0: none in time; -1: not this thread's window. */
static int64_t next(struct thread *me, HWND window, int64_t timeout_ns)
{
    struct window_message message = { 0 };
    uint64_t number;
    DWORD result = message_take(me, window, timeout_ns, &message, &number);
    return result == WSA_WAIT_EVENT_0 ? (int64_t)message.message : result == WSA_WAIT_TIMEOUT ? 0 : -1;
}

PLAY(test_order)
{
    HWND a = window_new(me, "a"), b = window_new(me, "b");
    ck_assert(a != b && kernel_window(a) && kernel_window(b) && !kernel_window(NULL));
    for (UINT i = 1; i <= 6; i++) ck_assert(post(world, i % 2 ? a : b, i));
    ck_assert_int_eq(next(me, b, 0), 2);
    ck_assert_int_eq(next(me, NULL, 0), 1);
    ck_assert_int_eq(next(me, NULL, 0), 3);
    ck_assert_int_eq(next(me, b, 0), 4);
    ck_assert_int_eq(next(me, a, 0), 5);
    ck_assert_int_eq(next(me, a, 0), 0);
    ck_assert_int_eq(next(me, a, MILLISECOND), 0);
    ck_assert_int_eq(next(me, NULL, 0), 6);
    ck_assert_int_eq(next(me, (HWND)(uintptr_t)1, 0), -1);
}

struct other { struct world *world; HWND asked, own; int64_t seen[2]; int64_t at_ns; bool ends; };

static void takes(struct thread *thread, void *argument)
{
    struct other *other = argument;
    other->own = window_new(thread, "own");
    if (other->ends) return;
    other->seen[0] = next(thread, other->asked, SECOND);
    other->at_ns = engine_now_ns(other->world->engine);
    other->seen[1] = next(thread, other->own, SECOND);
}

PLAY(test_only_its_thread)
{
    struct other other = { .world = world, .asked = window_new(me, "mine") };
    world_thread(world->process, "other", takes, &other);
    settle(me);
    ck_assert_int_eq(other.seen[0], -1);
    ck_assert_int_eq(next(me, other.own, 0), -1);
    ck_assert(!window_destroy(me, other.own));
    ck_assert(post(world, other.own, 7));
    settle(me);
    ck_assert_int_eq(other.seen[1], 7);
    ck_assert(!kernel_window(other.own)); /* its thread has ended */
    ck_assert(!post(world, other.own, 8));
}

/* A thread that waits for one window is not woken by another's messages, which stay. */
PLAY(test_waiting)
{
    struct other other = { .world = world };
    int64_t begun_ns = engine_now_ns(world->engine);
    world_thread(world->process, "other", takes, &other);
    nap(me, 3 * MILLISECOND);
    ck_assert(post(world, other.own, 1));
    ck_assert(post(world, other.own, 2));
    settle(me);
    ck_assert_int_eq(other.seen[0], 1);
    ck_assert_int_eq(other.at_ns - begun_ns, 3 * MILLISECOND);
    ck_assert_int_eq(other.seen[1], 2);
}

PLAY(test_end_of_a_window)
{
    HWND a = window_new(me, "a"), b = window_new(me, "b");
    for (UINT i = 1; i <= 4; i++) ck_assert(post(world, i % 2 ? a : b, i));
    ck_assert(window_destroy(me, a));
    ck_assert(!window_destroy(me, a));
    ck_assert(!kernel_window(a));
    ck_assert(!post(world, a, 5));
    ck_assert_int_eq(next(me, a, 0), -1);
    ck_assert_int_eq(next(me, NULL, 0), 2);
    ck_assert_int_eq(next(me, NULL, 0), 4);
    ck_assert_str_eq(window_label(world->ws2, a), "a");
    ck_assert(window_new(me, "c") != a);
    ck_assert(post(world, b, 6)); /* left to the end of the run */
}

/* What is seen is what was posted; what is dispatched is taken by nobody else. */
PLAY(test_seen)
{
    HWND a = window_new(me, "a");
    ck_assert(post(world, a, 1) && post(world, a, 2));
    const struct observation *seen = process_observation(world->process, 1);
    ck_assert(seen && seen->kind == SAW_MESSAGE && seen->message.window == a && seen->message.message == 1);
    message_dispatch(world->process, 1);
    ck_assert_int_eq(next(me, NULL, 0), 2);
    ck_assert_ptr_null(process_observation(world->process, 3));
    ck_assert(!post(world, NULL, 3));
    ck_assert_ptr_null(process_observation(world->process, 3));
}

struct process_end { struct world *world; HWND own; };

static void exits(struct thread *thread, void *argument)
{
    struct process_end *end = argument;
    end->own = window_new(thread, "own");
    ck_assert(post(end->world, end->own, 1));
    nap(thread, MILLISECOND);
    process_exit(thread);
}

static void owns(struct thread *thread, void *argument)
{
    *(HWND *)argument = window_new(thread, "second");
    next(thread, NULL, SECOND);
    ck_abort_msg("a thread of a process that has ended");
}

PLAY(test_end_of_a_process)
{
    struct process *process = world_process(world, "second");
    struct process_end end = { .world = world };
    HWND second = NULL;
    world_thread(process, "exits", exits, &end);
    world_thread(process, "owns", owns, &second);
    nap(me, MILLISECOND / 2);
    ck_assert(kernel_window(end.own) && kernel_window(second)); /* of another process too */
    nap(me, 2 * SECOND);
    ck_assert(!kernel_window(end.own) && !kernel_window(second));
}

static void waits_for_ever(struct thread *thread, void *argument)
{
    *(HWND *)argument = window_new(thread, "own");
    for (;;) thread_park(thread);
}

/* What nobody has taken when the run is over goes with its thread: the sanitizer says so. */
PLAY(test_never_taken)
{
    HWND window = NULL;
    world_thread(world->process, "other", waits_for_ever, &window);
    settle(me);
    for (UINT i = 1; i <= 3; i++) ck_assert(post(world, window, i));
}

/* The judge: a message is about an open socket, and what its registration asks for. */
PLAY(test_judged)
{
    int error;
    world->broken_rules = true;
    start(me);
    HWND window = window_new(me, "w");
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, false);
    ck_assert_int_eq(spi_async_select(me, s, &(struct judge_messages){ window, 0x500, FD_READ | FD_WRITE }, &error), 0);
    const struct { UINT number; SOCKET s; LONG event; bool good; } rows[] = {
        { 0x500, s, FD_READ, true }, { 0x500, s, FD_WRITE, true }, { 0x501, s, FD_READ, false }, { 0x500, s, FD_OOB, false },
        { 0x500, s, FD_READ | FD_WRITE, false }, { 0x500, s, 0, false }, { 0x500, s + 4, FD_READ, false }, { 0x500, INVALID_SOCKET, FD_READ, false },
    };
    size_t broken = 0;
    WSPUPCALLTABLE up = upcall_table();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ck_assert(up.lpWPUPostMessage(window, rows[i].number, rows[i].s, WSAMAKESELECTREPLY(rows[i].event, 0)));
        broken += !rows[i].good;
        hold(judge_verdicts(world->ws2->judge) == broken, "row %zu", i);
    }
    ck_assert_int_eq(spi_async_select(me, s, &(struct judge_messages){ 0 }, &error), 0);
    ck_assert(up.lpWPUPostMessage(window, 0x500, s, FD_READ)); /* its window is there, its registration not */
    ck_assert_uint_eq(judge_verdicts(world->ws2->judge), broken + 1);
}

int main(void)
{
    Suite *suite = suite_create("windows");
    TCase *tests = tcase_create("windows");
    tcase_add_test(tests, test_order);
    tcase_add_test(tests, test_only_its_thread);
    tcase_add_test(tests, test_waiting);
    tcase_add_test(tests, test_end_of_a_window);
    tcase_add_test(tests, test_seen);
    tcase_add_test(tests, test_end_of_a_process);
    tcase_add_test(tests, test_never_taken);
    tcase_add_test(tests, test_judged);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
