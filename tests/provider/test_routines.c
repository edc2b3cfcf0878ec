/* Completion routines, closing, thread exit and the last cleanup with requests under way. */
#include "provider/list_change.h"

static struct world *called_in;
static struct thread *called_on;
static SOCKET called_for;

static WSAOVERLAPPED *pends(struct thread *me, SOCKET s, HANDLE event, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    WSAOVERLAPPED *overlapped = NEW(me, WSAOVERLAPPED);
    overlapped->hEvent = event;
    ck_assert_int_eq(list_change(me, s, overlapped, routine), WSA_IO_PENDING);
    ck_assert(overlapped_pending(overlapped));
    return overlapped;
}

/* hEvent carries the letter: it is the client's own when there is a routine. */
static WSAOVERLAPPED *pends_for(struct thread *me, SOCKET s, char letter, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    return pends(me, s, (HANDLE)(uintptr_t)letter, routine);
}

static char letter_of(const WSAOVERLAPPED *overlapped) { return (char)(uintptr_t)overlapped->hEvent; }

static void CALLBACK notes(DWORD error, DWORD bytes, LPWSAOVERLAPPED overlapped, DWORD flags)
{
    ck_assert(bytes == 0 && flags == 0);
    ck_assert_ptr_eq(running, thread_task(called_on));
    ck_assert(!overlapped_pending(overlapped));
    ck_assert_int_eq((int)error, overlapped_error(overlapped));
    note(called_in, error == WSA_OPERATION_ABORTED ? (char)(letter_of(overlapped) - 'a' + 'A') : letter_of(overlapped));
}

static void begin(struct world *world, struct thread *me)
{
    called_in = world;
    called_on = me;
    world->broken_rules = false;
    start(me);
    called_for = open_socket(me, AF_INET, SOCK_DGRAM, true);
}

/* ---- running ---- */

/* proves: IOCTL-OVL-10, IOCTL-OVL-11, IOCTL-OVL-15, IOCTL-OVL-19, SPI-APC-1, SPI-APC-2, SPI-APC-3, SPI-OVL-6, READ-MULTI-1 */
PLAY(test_routines_run_in_order_in_an_alertable_wait)
{
    begin(world, me);
    for (char letter = 'a'; letter <= 'e'; letter++) pends_for(me, called_for, letter, notes);
    change(world, me);
    nap(me, MILLISECOND);
    ck_assert_str_eq(world->log, "");
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_IO_COMPLETION);
    ck_assert_str_eq(world->log, "abcde");
    change(world, me);
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_TIMEOUT); /* one change, one completion */
    end(me);
}

struct other { struct world *world; SOCKET s; WSAOVERLAPPED *overlapped; };

static void CALLBACK notes_on_the_other(DWORD error, DWORD bytes, LPWSAOVERLAPPED overlapped, DWORD flags)
{
    ck_assert(error == 0 && bytes == 0 && flags == 0);
    ck_assert_str_eq(thread_name(thread_of(running)), "app/other");
    note(called_in, letter_of(overlapped));
}

static void asks_from_another_thread(struct thread *thread, void *argument)
{
    struct other *other = argument;
    pends_for(thread, other->s, 'x', notes_on_the_other);
    ck_assert_uint_eq(alert(thread, SECOND), WSA_WAIT_IO_COMPLETION);
}

/* proves: IOCTL-OVL-10, IOCTL-OVL-13, IOCTL-OVL-14 */
PLAY(test_each_routine_on_its_own_thread)
{
    static struct other other;
    begin(world, me);
    pends_for(me, called_for, 'a', notes);
    other = (struct other){ .world = world, .s = called_for };
    world_thread(world->process, "app/other", asks_from_another_thread, &other);
    settle(me);
    change(world, me);
    ck_assert_str_eq(world->log, "x");
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_IO_COMPLETION);
    ck_assert_str_eq(world->log, "xa");
    end(me);
}

static void CALLBACK waits_alertably(DWORD error, DWORD bytes, LPWSAOVERLAPPED overlapped, DWORD flags)
{
    notes(error, bytes, overlapped, flags);
    alert(called_on, 5 * MILLISECOND);
    note(called_in, '.');
}

/* proves: IOCTL-OVL-18, SPI-APC-4 */
PLAY(test_routines_of_one_socket_do_not_nest)
{
    begin(world, me);
    SOCKET other = open_socket(me, AF_INET, SOCK_STREAM, true);
    pends_for(me, called_for, 'a', waits_alertably);
    pends_for(me, called_for, 'b', waits_alertably);
    pends_for(me, other, 'x', notes);
    pends_for(me, called_for, 'c', notes);
    change(world, me);
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_IO_COMPLETION);
    ck_assert_str_eq(world->log, "ax.b.c"); /* another socket's may run inside */
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_TIMEOUT);
    end(me);
}

static void CALLBACK asks_again(DWORD error, DWORD bytes, LPWSAOVERLAPPED overlapped, DWORD flags)
{
    notes(error, bytes, overlapped, flags);
    if (letter_of(overlapped) == 'c') return;
    overlapped->hEvent = (HANDLE)((uintptr_t)overlapped->hEvent + 1);
    ck_assert_int_eq(list_change(called_on, called_for, overlapped, asks_again), WSA_IO_PENDING);
}

PLAY(test_a_routine_may_ask_again)
{
    begin(world, me);
    pends_for(me, called_for, 'a', asks_again);
    for (int i = 0; i < 5; i++) {
        change(world, me);
        alert(me, 0);
    }
    ck_assert_str_eq(world->log, "abc");
    end(me);
}

static void CALLBACK closes(DWORD error, DWORD bytes, LPWSAOVERLAPPED overlapped, DWORD flags)
{
    notes(error, bytes, overlapped, flags);
    close_socket(called_on, called_for);
    note(called_in, '.');
}

/* The routine of the first closes the socket while the second is queued and the third still waits. */
static void three_of_which_one_closes(struct world *world, struct thread *me, LPWSAOVERLAPPED_COMPLETION_ROUTINE first)
{
    begin(world, me);
    pends_for(me, called_for, 'a', first);
    pends_for(me, called_for, 'b', notes);
    change(world, me);
    pends_for(me, called_for, 'c', notes);
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_IO_COMPLETION);
    ck_assert_str_eq(world->log, "a.bC");
    end(me);
}

/* proves: SPI-OVL-4 */
PLAY(test_a_routine_may_close_its_socket) { three_of_which_one_closes(world, me, closes); }

static void CALLBACK waits_and_closes(DWORD error, DWORD bytes, LPWSAOVERLAPPED overlapped, DWORD flags)
{
    notes(error, bytes, overlapped, flags);
    alert(called_on, 0); /* the next one's turn comes, and it has to stand back */
    close_socket(called_on, called_for);
    alert(called_on, 0);
    note(called_in, '.');
}

/* Nor does it nest although the socket is gone. */
PLAY(test_one_that_stood_back_is_not_lost_by_closing) { three_of_which_one_closes(world, me, waits_and_closes); }

/* ---- the last cleanup ---- */

/* proves: SPI-CLEANUP-3, SPI-CLEANUP-4, SPI-CLEANUP-5 */
PLAY(test_the_last_cleanup_tells_nobody)
{
    begin(world, me);
    HANDLE event = event_new(world->process, true, NULL);
    WSAOVERLAPPED *with_event = pends(me, called_for, event, NULL), *with_routine = pends_for(me, called_for, 'a', notes), *bare = pends(me, called_for, NULL, NULL);
    end(me);
    WSAOVERLAPPED *const all[] = { with_event, with_routine, bare };
    for (size_t i = 0; i < 3; i++) {
        hold(all[i]->Internal == 0xC0000120 && all[i]->InternalHigh == 0, "request %zu: %llx", i, (unsigned long long)all[i]->Internal);
        hold(overlapped_error(all[i]) == WSA_OPERATION_ABORTED, "request %zu", i);
    }
    ck_assert(!event_signalled(world->process, event));
    ck_assert_uint_eq(alert(me, MILLISECOND), WSA_WAIT_TIMEOUT);
    change(world, me);
    ck_assert(!event_signalled(world->process, event));
    ck_assert_str_eq(world->log, "");
    ck_assert_uint_eq(process_handles(world->process), 0);
    ck_assert_uint_eq(host_endpoints(world->host), 0);
    begin(world, me);
    pends_for(me, called_for, 'b', notes);
    change(world, me);
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_IO_COMPLETION);
    ck_assert_str_eq(world->log, "b");
    end(me);
}

PLAY(test_the_last_cleanup_with_routines_queued)
{
    begin(world, me);
    for (char letter = 'a'; letter <= 'c'; letter++) pends_for(me, called_for, letter, notes);
    change(world, me);
    ck_assert_uint_eq(thread_apcs(me), 3);
    end(me);
    begin(world, me); /* what is started now lies where the old may have lain */
    pends_for(me, called_for, 'x', notes);
    alert(me, 0);
    ck_assert_str_eq(world->log, "");
    change(world, me);
    alert(me, 0);
    ck_assert_str_eq(world->log, "x");
    end(me);
}

static void CALLBACK cleans_up(DWORD error, DWORD bytes, LPWSAOVERLAPPED overlapped, DWORD flags)
{
    notes(error, bytes, overlapped, flags);
    end(called_on);
    note(called_in, '.');
}

PLAY(test_a_routine_may_clean_up)
{
    begin(world, me);
    pends_for(me, called_for, 'a', cleans_up);
    pends_for(me, called_for, 'b', notes);
    change(world, me);
    alert(me, 0);
    ck_assert_str_eq(world->log, "a.");
}

struct blocked { int error; DWORD bytes; SOCKET s; bool returned; int64_t at_ns; };

static void blocks(struct thread *thread, void *argument)
{
    struct blocked *blocked = argument;
    DWORD *bytes = NEW(thread, DWORD);
    *bytes = BYTES_BEFORE;
    struct spi_ioctl call = { .s = blocked->s, .code = SIO_ADDRESS_LIST_CHANGE, .bytes = bytes };
    if (spi_ioctl(thread, &call, &blocked->error) == 0) blocked->error = 0;
    blocked->bytes = *bytes;
    blocked->returned = true;
    blocked->at_ns = engine_now_ns(thread_process(thread)->ws2->engine);
}

/* A call blocked on another thread. */
static const struct blocked *begin_blocked(struct world *world, struct thread *me)
{
    static struct blocked blocked;
    begin(world, me);
    blocked = (struct blocked){ .s = called_for };
    world_thread(world->process, "app/blocked", blocks, &blocked);
    settle(me);
    ck_assert(!blocked.returned);
    return &blocked;
}

PLAY(test_the_last_cleanup_ends_a_blocked_call)
{
    const struct blocked *blocked = begin_blocked(world, me);
    end(me);
    settle(me);
    ck_assert(blocked->returned);
    ck_assert_int_eq(blocked->error, WSA_OPERATION_ABORTED);
}

PLAY(test_a_run_may_end_with_a_call_blocked) { begin_blocked(world, me); }

static void exits_the_process(struct thread *thread, void *argument)
{
    (void)argument;
    nap(thread, MILLISECOND);
    process_exit(thread);
}

START_TEST(test_process_exit_with_a_call_blocked)
{
    struct world world = { 0 };
    struct play play = { &world, test_a_run_may_end_with_a_call_blocked_play, false };
    world_open(&world);
    world_thread(world.process, "app", play_body, &play);
    world_thread(world.process, "app/ends", exits_the_process, NULL);
    world_run(&world);
    ck_assert(process_exited(world.process));
    world_close(&world);
}
END_TEST

/* ---- closing ---- */

/* proves: READ-CLOSE-1, READ-CLOSE-4 */
PLAY(test_closing_with_several_pending)
{
    begin(world, me);
    HANDLE events[2] = { event_new(world->process, true, NULL), event_new(world->process, true, NULL) };
    WSAOVERLAPPED *first = pends(me, called_for, events[0], NULL);
    pends_for(me, called_for, 'a', notes);
    WSAOVERLAPPED *bare = pends(me, called_for, NULL, NULL);
    pends_for(me, called_for, 'b', notes);
    WSAOVERLAPPED *last = pends(me, called_for, events[1], NULL);
    close_socket(me, called_for);
    ck_assert_ptr_eq(process_observation(world->process, 1)->event, events[0]); /* in the order of asking */
    ck_assert_ptr_eq(process_observation(world->process, 2)->event, events[1]);
    WSAOVERLAPPED *const all[] = { first, bare, last };
    for (size_t i = 0; i < 3; i++) hold(overlapped_error(all[i]) == WSA_OPERATION_ABORTED && all[i]->InternalHigh == 0, "request %zu", i);
    ck_assert_str_eq(world->log, "");
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_IO_COMPLETION);
    ck_assert_str_eq(world->log, "AB");
    change(world, me);
    ck_assert_ptr_nonnull(process_observation(world->process, 2));
    ck_assert_ptr_null(process_observation(world->process, 3));
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_TIMEOUT);
    end(me);
}

/* proves: READ-MODE-6 */
PLAY(test_closing_under_a_blocked_call)
{
    const struct blocked *blocked = begin_blocked(world, me);
    close_socket(me, called_for);
    ck_assert(!blocked->returned);
    settle(me);
    ck_assert(blocked->returned);
    ck_assert(blocked->error == WSA_OPERATION_ABORTED || blocked->error == WSAENOTSOCK);
    ck_assert_int_eq(blocked->at_ns, MILLISECOND);
    end(me);
}

/* ---- the end of a thread ---- */

struct ending { SOCKET s; HANDLE event; WSAOVERLAPPED *with_event, *with_routine; };

static void asks_and_ends(struct thread *thread, void *argument)
{
    struct ending *ending = argument;
    ending->with_event = pends(thread, ending->s, ending->event, NULL);
    ending->with_routine = pends_for(thread, ending->s, 'x', notes);
    nap(thread, MILLISECOND);
}

/* proves: IOCTL-OVL-20, READ-CLOSE-2, READ-CLOSE-3, READ-CLOSE-4 */
PLAY(test_thread_exit)
{
    static struct ending ending;
    begin(world, me);
    ending = (struct ending){ .s = called_for, .event = event_new(world->process, true, NULL) };
    pends_for(me, called_for, 'a', notes);
    world_thread(world->process, "app/ends", asks_and_ends, &ending);
    nap(me, 5 * MILLISECOND);
    ck_assert_int_eq(overlapped_error(ending.with_event), WSA_OPERATION_ABORTED);
    ck_assert_int_eq(overlapped_error(ending.with_routine), WSA_OPERATION_ABORTED);
    ck_assert_uint_eq(signals_of(world, ending.event), 1);
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_TIMEOUT);
    change(world, me);
    ck_assert_uint_eq(signals_of(world, ending.event), 1);
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_IO_COMPLETION);
    ck_assert_str_eq(world->log, "a"); /* mine survived, its own was lost with it */
    end(me);
}

PLAY(test_closing_in_the_instant_of_the_threads_end)
{
    static struct ending ending;
    begin(world, me);
    ending = (struct ending){ .s = called_for, .event = event_new(world->process, true, NULL) };
    world_thread(world->process, "app/ends", asks_and_ends, &ending);
    nap(me, MILLISECOND); /* ends first: it was woken by an earlier timer or not, both are one instant */
    close_socket(me, called_for);
    settle(me);
    ck_assert_uint_eq(signals_of(world, ending.event), 1);
    ck_assert_int_eq(overlapped_error(ending.with_event), WSA_OPERATION_ABORTED);
    end(me);
}

int main(void)
{
    Suite *suite = suite_create("provider/routines");
    TCase *routines = tcase_create("routines"), *cleanup = tcase_create("cleanup"), *closing = tcase_create("closing");
    tcase_add_test(routines, test_routines_run_in_order_in_an_alertable_wait);
    tcase_add_test(routines, test_each_routine_on_its_own_thread);
    tcase_add_test(routines, test_routines_of_one_socket_do_not_nest);
    tcase_add_test(routines, test_a_routine_may_ask_again);
    tcase_add_test(routines, test_a_routine_may_close_its_socket);
    tcase_add_test(routines, test_one_that_stood_back_is_not_lost_by_closing);
    suite_add_tcase(suite, routines);
    tcase_add_test(cleanup, test_the_last_cleanup_tells_nobody);
    tcase_add_test(cleanup, test_the_last_cleanup_with_routines_queued);
    tcase_add_test(cleanup, test_a_routine_may_clean_up);
    tcase_add_test(cleanup, test_the_last_cleanup_ends_a_blocked_call);
    tcase_add_test(cleanup, test_a_run_may_end_with_a_call_blocked);
    tcase_add_test(cleanup, test_process_exit_with_a_call_blocked);
    suite_add_tcase(suite, cleanup);
    tcase_add_test(closing, test_closing_with_several_pending);
    tcase_add_test(closing, test_closing_under_a_blocked_call);
    tcase_add_test(closing, test_thread_exit);
    tcase_add_test(closing, test_closing_in_the_instant_of_the_threads_end);
    suite_add_tcase(suite, closing);
    return suite_main(suite);
}
