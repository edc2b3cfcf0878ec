/*
 * The order of what a completion writes. The OVERLAPPED lies across two pages, Internal alone on the first; while that page may not be
 * written, the write of Internal is seen the moment it happens, with the other fields and the signal as they are then.
 */
#define _DEFAULT_SOURCE /* memory protection, signals */
#include "provider/list_change.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct { ULONG_PTR high; DWORD offset, offset_high; } spoiled = { 0x5555555555555555u, 0x55555555u, 0x55555555u };

static struct {
    struct process *process;
    struct thread *asker;
    WSAOVERLAPPED *overlapped;
    char *page; size_t page_size;
    unsigned writes;                 /* of Internal */
    WSAOVERLAPPED then;              /* as it was just before */
    bool told;                       /* was the event set, a packet at the port or the routine queued by then */
} seen;

/* Synchronous: it interrupts one store of the provider's or of ws2's, never a lock or an allocator. */
static void internal_written(int number, siginfo_t *information, void *machine)
{
    (void)machine;
    const char *at = information->si_addr;
    if (at < seen.page || at >= seen.page + seen.page_size) {
        signal(number, SIG_DFL);
        return;
    }
    mprotect(seen.page, seen.page_size, PROT_READ | PROT_WRITE);
    seen.writes++;
    seen.then = *seen.overlapped;
    seen.told = seen.asker->apc_count > 0 || (seen.then.hEvent && event_exists(seen.process, seen.then.hEvent) && event_signalled(seen.process, seen.then.hEvent));
}

static void look_from_now_on(struct world *world, struct thread *me, WSAOVERLAPPED *overlapped)
{
    struct sigaction action = { .sa_sigaction = internal_written, .sa_flags = SA_SIGINFO };
    seen.process = world->process;
    seen.asker = me;
    seen.overlapped = overlapped;
    seen.writes = 0;
    overlapped->InternalHigh = spoiled.high;
    overlapped->Offset = spoiled.offset;
    overlapped->OffsetHigh = spoiled.offset_high;
    ck_assert_int_eq(sigaction(SIGSEGV, &action, NULL), 0);
    ck_assert_int_eq(sigaction(SIGBUS, &action, NULL), 0);
    ck_assert_int_eq(mprotect(seen.page, seen.page_size, PROT_READ), 0);
}

static WSAOVERLAPPED *across_two_pages(struct thread *me)
{
    size_t page_size = (size_t)sysconf(_SC_PAGESIZE);
    char *block = block_of(me, 4 * page_size);
    char *boundary = block + 2 * page_size - (uintptr_t)block % page_size;
    seen.page = boundary - page_size;
    seen.page_size = page_size;
    memset(block, 0, 4 * page_size);
    return (WSAOVERLAPPED *)(void *)(boundary - sizeof(ULONG_PTR));
}

/* All but Internal is final when Internal is written, and that is pending until then; nobody has been told. */
static void check_order(const WSAOVERLAPPED *overlapped, int error)
{
    ck_assert_uint_eq(seen.writes, 1);
    ck_assert(overlapped_pending(&seen.then));
    ck_assert_uint_eq(seen.then.InternalHigh, 0);
    ck_assert_uint_eq(seen.then.Offset, 0);
    ck_assert_uint_eq(seen.then.OffsetHigh, (DWORD)error);
    ck_assert(!seen.told);
    ck_assert_uint_eq(overlapped->InternalHigh, seen.then.InternalHigh);
    ck_assert_uint_eq(overlapped->Offset, seen.then.Offset);
    ck_assert_uint_eq(overlapped->OffsetHigh, seen.then.OffsetHigh);
    ck_assert_int_eq(overlapped_error(overlapped), error);
}

static void CALLBACK notes_it(DWORD error, DWORD bytes, LPWSAOVERLAPPED overlapped, DWORD flags)
{
    struct world *world = overlapped->hEvent;
    ck_assert(bytes == 0 && flags == 0);
    note(world, error ? 'A' : 'r');
}

/* A request told in this way that ends by a change, or by the close of its socket. */
static void one_way(struct world *world, struct thread *me, bool routine, bool closed)
{
    WSAOVERLAPPED *overlapped = across_two_pages(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, true);
    HANDLE event = routine ? (HANDLE)world : event_new(world->process, true, NULL); /* with a routine it is the client's own */
    overlapped->hEvent = event;
    ck_assert_int_eq(list_change(me, s, overlapped, routine ? notes_it : NULL), WSA_IO_PENDING);
    world->log[0] = 0;
    look_from_now_on(world, me, overlapped);
    if (closed) close_socket(me, s); else change(world, me);
    check_order(overlapped, closed ? WSA_OPERATION_ABORTED : 0);
    if (routine) {
        ck_assert_uint_eq(alert(me, 0), WSA_WAIT_IO_COMPLETION);
        ck_assert_str_eq(world->log, closed ? "A" : "r");
    } else
        ck_assert(event_signalled(world->process, event));
    if (!closed) close_socket(me, s);
}

/* proves: SPI-OVL-3 */
PLAY(test_internal_is_written_last_and_before_the_signal)
{
    int error;
    start(me);
    for (int way = 0; way < 4; way++) one_way(world, me, way & 1, way & 2);
    ck_assert_int_eq(spi_cleanup(me, &error), 0);
}

/* The upcall by itself, for whoever provides. */
/* proves: SPI-OVL-3 */
PLAY(test_the_upcall_writes_before_it_tells)
{
    int error = 0;
    world->broken_rules = true; /* nobody asked for it */
    WSPUPCALLTABLE up = upcall_table();
    SOCKET s = up.lpWPUCreateSocketHandle(1001, 0, &error);
    WSAOVERLAPPED *overlapped = across_two_pages(me);
    overlapped->Internal = WSS_OPERATION_IN_PROGRESS;
    overlapped->hEvent = up.lpWPUCreateEvent(&error);
    look_from_now_on(world, me, overlapped);
    ck_assert_int_eq(WPUCompleteOverlappedRequest(s, overlapped, WSAECONNRESET, 77, &error), 0);
    ck_assert_uint_eq(seen.writes, 1);
    ck_assert(overlapped_pending(&seen.then) && !seen.told);
    ck_assert_uint_eq(seen.then.InternalHigh, 77);
    ck_assert_uint_eq(seen.then.Offset, spoiled.offset); /* these are the provider's */
    ck_assert_int_eq(overlapped_error(overlapped), WSAECONNRESET);
    ck_assert(event_signalled(world->process, overlapped->hEvent));
}

int main(void)
{
    Suite *suite = suite_create("provider/finishing");
    TCase *cases = tcase_create("finishing");
    tcase_add_test(cases, test_internal_is_written_last_and_before_the_signal);
    tcase_add_test(cases, test_the_upcall_writes_before_it_tells);
    suite_add_tcase(suite, cases);
    return suite_main(suite);
}
