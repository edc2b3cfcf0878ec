/* Fibers and the faults inside them. */
#include "child.h"
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/fault.h"
#include "core/fiber.h"

/* AddressSanitizer's own handlers would come before ours. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0:detect_stack_use_after_return=1";
}

struct player {
    struct fiber *fiber;
    unsigned turns, limit;
    uint64_t sum;
};

static void player_body(void *argument)
{
    struct player *player = argument;
    uint64_t local[8] = {0};
    while (player->turns < player->limit) {
        local[player->turns % 8] += player->turns;
        player->turns++;
        fiber_park(player->fiber);
    }
    for (int i = 0; i < 8; i++)
        player->sum += local[i];
}

static struct player *players_new(unsigned count, unsigned limit, size_t stack_bytes)
{
    struct player *players = calloc(count, sizeof *players);
    ck_assert_ptr_nonnull(players);
    for (unsigned i = 0; i < count; i++) {
        players[i].limit = limit + i % 3;
        players[i].fiber = fiber_new(stack_bytes, player_body, &players[i]);
    }
    return players;
}

START_TEST(test_ping_pong)
{
    struct player *player = players_new(1, 1000, FIBER_STACK_BYTES);
    for (unsigned turn = 1; turn <= 1000; turn++) {
        fiber_resume(player->fiber);
        ck_assert_uint_eq(player->turns, turn);
        ck_assert(!fiber_ended(player->fiber));
    }
    ck_assert_uint_eq(player->sum, 0);
    fiber_resume(player->fiber);
    ck_assert(fiber_ended(player->fiber));
    ck_assert_uint_eq(player->sum, 999 * 1000 / 2);
    fiber_free(player->fiber);
    free(player);
}
END_TEST

START_TEST(test_ten_thousand)
{
    enum { COUNT = 10000, TURNS = 10 };
    struct player *players = players_new(COUNT, TURNS, 16 * 1024);
    for (unsigned turn = 0; turn < TURNS; turn++)
        for (unsigned i = 0; i < COUNT; i++)
            fiber_resume(players[i].fiber);
    for (unsigned i = 0; i < COUNT; i++) {
        while (!fiber_ended(players[i].fiber))
            fiber_resume(players[i].fiber);
        ck_assert_uint_eq(players[i].turns, TURNS + i % 3);
        ck_assert_uint_eq(players[i].sum, (uint64_t)(players[i].limit) * (players[i].limit - 1) / 2);
        fiber_free(players[i].fiber);
    }
    free(players);
}
END_TEST

START_TEST(test_stacks_are_reused)
{
    struct player player = {.limit = 5};
    struct fiber *first = fiber_new(64 * 1024, player_body, &player);
    fiber_free(first); /* never resumed */
    for (unsigned i = 0; i < 100; i++) {
        player = (struct player){.limit = 5};
        player.fiber = fiber_new(64 * 1024, player_body, &player);
        ck_assert_ptr_eq(player.fiber, first);
        for (unsigned turn = 0; turn < i % 7 && !fiber_ended(player.fiber); turn++)
            fiber_resume(player.fiber);
        fiber_free(player.fiber); /* parked somewhere, or ended */
    }
    struct fiber *a = fiber_new(64 * 1024, player_body, &player), *b = fiber_new(64 * 1024, player_body, &player);
    ck_assert_ptr_ne(a, b);
    fiber_free(a);
    fiber_free(b);
    fiber_free(NULL);
}
END_TEST

static void nested_park(struct player *player, unsigned depth)
{
    volatile char pad[100];
    memset((char *)(uintptr_t)pad, (int)depth, sizeof pad);
    if (depth > 0) {
        nested_park(player, depth - 1);
        fiber_park(player->fiber);
    }
    for (size_t i = 0; i < sizeof pad; i++)
        player->sum += (unsigned char)pad[i];
}

static void nested_body(void *argument)
{
    nested_park(argument, 50);
}

START_TEST(test_parks_inside_calls)
{
    struct player a = {0}, b = {0};
    a.fiber = fiber_new(FIBER_STACK_BYTES, nested_body, &a);
    b.fiber = fiber_new(FIBER_STACK_BYTES, nested_body, &b);
    unsigned resumes = 0;
    while (!fiber_ended(a.fiber)) {
        fiber_resume(a.fiber);
        fiber_resume(b.fiber);
        resumes++;
    }
    ck_assert(fiber_ended(b.fiber));
    ck_assert_uint_eq(resumes, 51);
    ck_assert_uint_eq(a.sum, 100 * 50 * 51 / 2);
    ck_assert_uint_eq(a.sum, b.sum);
    fiber_free(a.fiber);
    fiber_free(b.fiber);
}
END_TEST

static void *where;
static void where_body(void *argument)
{
    char here[64];
    where = here;
    memset(here, 1, sizeof here);
    fiber_park(*(struct fiber **)argument);
    ck_assert_int_eq(here[63], 1);
}

START_TEST(test_owns)
{
    struct fiber *fiber;
    fiber = fiber_new(FIBER_STACK_BYTES, where_body, &fiber);
    fiber_resume(fiber);
    char outside = 0;
    const char *inside = (const char *)fiber - 512;
    ck_assert(fiber_owns(fiber, inside, 64));
    ck_assert(fiber_owns(fiber, inside - FIBER_STACK_BYTES + 512, FIBER_STACK_BYTES));
    ck_assert(fiber_owns(fiber, inside, 0));
    ck_assert(!fiber_owns(fiber, inside, 100 * FIBER_STACK_BYTES));
    ck_assert(!fiber_owns(fiber, inside, SIZE_MAX));
    ck_assert(!fiber_owns(fiber, &outside, 1));
    ck_assert(!fiber_owns(fiber, NULL, 1));
    ck_assert(!fiber_overflowed(fiber, inside));
    ck_assert(!fiber_overflowed(fiber, &outside));
    ck_assert(!fiber_overflowed(fiber, NULL));
    fiber_resume(fiber);
    ck_assert(fiber_ended(fiber));
    fiber_free(fiber);
}
END_TEST

/* ---- faults ---- */

static struct fiber *current;
static sigjmp_buf home;
static struct fault fault;

/* Runs the body in a fiber under watch. True: it faulted (the fiber is then abandoned and freed). */
static bool faults(void (*body)(void *argument), void *argument)
{
    struct fiber *volatile fiber = fiber_new(FIBER_STACK_BYTES, body, argument);
    memset(&fault, 0, sizeof fault);
    if (sigsetjmp(home, 1) == 0) {
        fault_watch(&home, &fault, &current);
        current = fiber;
        while (!fiber_ended(fiber))
            fiber_resume(fiber);
        current = NULL;
        fault_unwatch();
        fiber_free(fiber);
        return false;
    }
    current = NULL;
    fault_unwatch();
    fiber_abandon(fiber);
    ck_assert(fiber_ended(fiber));
    fiber_free(fiber);
    return true;
}

static uint64_t descend(volatile unsigned char *above, uint64_t depth)
{
    volatile unsigned char frame[3000];
    for (size_t i = 0; i < sizeof frame; i += 100)
        frame[i] = (unsigned char)(depth + above[0]);
    if (depth == 0)
        return frame[500];
    return descend(frame, depth - 1) + frame[100];
}

static void descend_body(void *argument)
{
    volatile unsigned char top[100] = {0};
    uint64_t *depth = argument;
    *depth = descend(top, *depth);
}

START_TEST(test_overflow_is_caught)
{
    for (int i = 0; i < 20; i++) {
        uint64_t shallow = 10, deep = 1000000;
        ck_assert(!faults(descend_body, &shallow));
        ck_assert(faults(descend_body, &deep));
        ck_assert_int_eq(fault.signal, SIGSEGV);
        ck_assert(fault.stack_overflow);
        ck_assert_uint_ne(fault.address, 0);
    }
}
END_TEST

static void wild_body(void *argument)
{
    volatile int *wild = *(int **)argument;
    *wild = 1;
}

static void abort_body(void *argument)
{
    (void)argument;
    abort();
}

static void raise_body(void *argument)
{
    raise(*(int *)argument);
}

START_TEST(test_crashes_are_caught)
{
    int *wild = (int *)(uintptr_t)64;
    for (int i = 0; i < 50; i++) {
        ck_assert(faults(wild_body, &wild));
        ck_assert_int_eq(fault.signal, SIGSEGV);
        ck_assert(!fault.stack_overflow);
        ck_assert_uint_eq(fault.address, 64);
        ck_assert(faults(abort_body, NULL));
        ck_assert_int_eq(fault.signal, SIGABRT);
        int numbers[] = {SIGFPE, SIGILL, SIGBUS};
        for (int k = 0; k < 3; k++) {
            ck_assert(faults(raise_body, &numbers[k]));
            ck_assert_int_eq(fault.signal, numbers[k]);
            ck_assert(!fault.stack_overflow);
        }
        struct player *player = players_new(1, 20, FIBER_STACK_BYTES); /* life goes on */
        while (!fiber_ended(player->fiber))
            fiber_resume(player->fiber);
        ck_assert_uint_eq(player->sum, 190);
        fiber_free(player->fiber);
        free(player);
    }
}
END_TEST

/* Deep frames of the loop that are torn down by the fault must not stay marked. */
static int resume_deep(struct fiber *fiber, int depth)
{
    volatile char pad[200];
    memset((char *)(uintptr_t)pad, depth, sizeof pad);
    if (depth == 0)
        fiber_resume(fiber);
    else
        resume_deep(fiber, depth - 1);
    return pad[10];
}

static uint64_t fill_frames(int depth)
{
    volatile char pad[37];
    memset((char *)(uintptr_t)pad, 1, sizeof pad);
    return depth == 0 ? 1 : fill_frames(depth - 1) + (uint64_t)pad[depth % 37];
}

START_TEST(test_home_is_far_above)
{
    int *wild = (int *)(uintptr_t)64;
    for (volatile int i = 0; i < 20; i++) {
        struct fiber *volatile fiber = fiber_new(FIBER_STACK_BYTES, wild_body, &wild);
        current = fiber;
        if (sigsetjmp(home, 1) == 0) {
            fault_watch(&home, &fault, &current);
            resume_deep(fiber, 30);
            ck_abort_msg("the fiber did not fault");
        }
        current = NULL;
        fiber_abandon(fiber);
        fiber_free(fiber);
        ck_assert_uint_eq(fill_frames(200), 201);
    }
    fault_unwatch();
}
END_TEST

/* What a child process dies of. */
static int death_of(void (*life)(void))
{
    int status = child_of(life);
    return WIFSIGNALED(status) ? WTERMSIG(status) : -1 - WEXITSTATUS(status);
}

static volatile int *volatile nowhere = (volatile int *)64;

static void crash_unwatched(void)
{
    fault_watch(&home, &fault, NULL);
    fault_unwatch();
    *nowhere = 1;
}

static void crash_twice(void)
{
    if (sigsetjmp(home, 1) == 0)
        fault_watch(&home, &fault, NULL);
    *nowhere = 1;
}

static void crash_in_handler(void)
{
    if (sigsetjmp(home, 1) == 0)
        fault_watch(&home, (struct fault *)(uintptr_t)64, NULL);
    else
        _exit(0);
    raise(SIGABRT);
}

static void crash_sent_twice(void)
{
    if (sigsetjmp(home, 1) == 0)
        fault_watch(&home, &fault, NULL);
    raise(SIGILL);
}

START_TEST(test_faults_of_our_own_kill)
{
    ck_assert_int_eq(death_of(crash_unwatched), SIGSEGV);
    ck_assert_int_eq(death_of(crash_twice), SIGSEGV);
    ck_assert_int_eq(death_of(crash_in_handler), SIGSEGV);
    ck_assert_int_eq(death_of(crash_sent_twice), SIGILL);
}
END_TEST

static void resume_ended(void)
{
    struct player player = {0};
    player.fiber = fiber_new(FIBER_STACK_BYTES, player_body, &player);
    fiber_resume(player.fiber);
    fiber_resume(player.fiber);
}

START_TEST(test_misuse_is_checked)
{
    ck_assert_int_eq(death_of(resume_ended), -1 - 6);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fiber");
    TCase *fibers = tcase_create("fibers"), *broken = tcase_create("faults");
    tcase_set_timeout(fibers, 60);
    tcase_add_test(fibers, test_ping_pong);
    tcase_add_test(fibers, test_ten_thousand);
    tcase_add_test(fibers, test_stacks_are_reused);
    tcase_add_test(fibers, test_parks_inside_calls);
    tcase_add_test(fibers, test_owns);
    tcase_set_timeout(broken, 60);
    tcase_add_test(broken, test_overflow_is_caught);
    tcase_add_test(broken, test_crashes_are_caught);
    tcase_add_test(broken, test_home_is_far_above);
    tcase_add_test(broken, test_faults_of_our_own_kill);
    tcase_add_test(broken, test_misuse_is_checked);
    suite_add_tcase(suite, fibers);
    suite_add_tcase(suite, broken);
    return suite_main(suite);
}
