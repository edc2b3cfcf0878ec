/* Arenas, memory that never fails, and what a broken invariant says. */
#include "suite.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/check.h"

START_TEST(test_blocks_are_zeroed_aligned_and_apart)
{
    enum { COUNT = 4000 };
    struct arena *arena = arena_new();
    struct {
        unsigned char *bytes;
        size_t size;
    } *taken = calloc(COUNT, sizeof *taken);
    ck_assert_ptr_nonnull(taken);
    for (size_t i = 0; i < COUNT; i++) {
        taken[i].size = i % 97 == 0 ? 100000 + i : i % 13 == 0 ? 0 : i % 500;
        taken[i].bytes = arena_take(arena, taken[i].size);
        if ((uintptr_t)taken[i].bytes % 16 != 0)
            ck_abort_msg("block %zu is not aligned", i);
        for (size_t k = 0; k < taken[i].size; k++)
            if (taken[i].bytes[k] != 0)
                ck_abort_msg("block %zu is not zeroed", i);
        memset(taken[i].bytes, (int)(i % 255) + 1, taken[i].size);
    }
    for (size_t i = 0; i < COUNT; i++)
        for (size_t k = 0; k < taken[i].size; k++)
            if (taken[i].bytes[k] != i % 255 + 1)
                ck_abort_msg("block %zu was overwritten", i);
    free(taken);
    arena_free(arena);
    arena_free(NULL);
}
END_TEST

START_TEST(test_texts)
{
    struct arena *arena = arena_new();
    char source[] = "hello world";
    char *copy = arena_text(arena, source), *part = arena_text_n(arena, source, 5), *none = arena_text_n(arena, NULL, 0);
    source[0] = 'J';
    ck_assert_str_eq(copy, "hello world");
    ck_assert_str_eq(part, "hello");
    ck_assert_str_eq(none, "");
    char *printed = arena_printf(arena, "%s-%d", copy, 42);
    ck_assert_str_eq(printed, "hello world-42");
    char *wide = arena_printf(arena, "%9000d", 7);
    ck_assert_uint_eq(strlen(wide), 9000);
    ck_assert_str_eq(printed, "hello world-42");
    arena_free(arena);
}
END_TEST

START_TEST(test_memory)
{
    unsigned char *bytes = memory_take(1000);
    for (int i = 0; i < 1000; i++)
        ck_assert_uint_eq(bytes[i], 0);
    memset(bytes, 7, 1000);
    bytes = memory_grow(bytes, 100000);
    ck_assert_uint_eq(bytes[999], 7);
    free(bytes);
    free(memory_take(0));
    free(memory_grow(NULL, 10));
    static const size_t sizes[] = {1, 65536, 1000000, 2097152, 5000000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *pages = memory_map(sizes[i]);
        ck_assert_uint_eq((uintptr_t)pages % 4096, 0);
        ck_assert_uint_eq(pages[0] | pages[sizes[i] / 2] | pages[sizes[i] - 1], 0);
        memset(pages, 1, sizes[i]);
        memory_unmap(pages, sizes[i]);
    }
    memory_unmap(NULL, 100);
}
END_TEST

/* Runs the life in a child; its exit code, and what it wrote to stderr. */
static int exit_of(void (*life)(void), char *message, size_t room)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        life();
        _exit(0);
    }
    close(ends[1]);
    size_t length = 0;
    for (ssize_t got; length + 1 < room && (got = read(ends[0], message + length, room - 1 - length)) > 0;)
        length += (size_t)got;
    message[length] = '\0';
    close(ends[0]);
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void fail_alone(void)
{
    check(1 + 1 == 3);
}

static void fail_in_a_run(void)
{
    static const int64_t now_ns = 1500000000;
    static const uint64_t newest = 12;
    check_describes(42, &now_ns, &newest);
    check(now_ns == 0);
}

static void fail_after_a_run(void)
{
    static const int64_t now_ns = 5;
    check_describes(42, &now_ns, NULL);
    check_forgets();
    check(now_ns == 0);
}

static void hold(void)
{
    int count = 0;
    check(++count == 1); /* evaluated once */
    check(count == 1);
}

START_TEST(test_a_broken_invariant)
{
    char message[600];
    ck_assert_int_eq(exit_of(hold, message, sizeof message), 0);
    ck_assert_int_eq(exit_of(fail_alone, message, sizeof message), 6);
    ck_assert_ptr_nonnull(strstr(message, "wspsim: invariant broken: "));
    ck_assert_ptr_nonnull(strstr(message, "test_arena.c:"));
    ck_assert_ptr_nonnull(strstr(message, ": 1 + 1 == 3\n"));
    ck_assert_int_eq(exit_of(fail_in_a_run, message, sizeof message), 6);
    ck_assert_ptr_nonnull(strstr(message, ": now_ns == 0 (seed 42, at 1.5s, row 12)\n"));
    ck_assert_int_eq(exit_of(fail_after_a_run, message, sizeof message), 6);
    ck_assert_ptr_nonnull(strstr(message, ": now_ns == 0\n"));
}
END_TEST

static struct arena *volatile kept; /* reachable at exit, which is no leak then */

static void want_too_much(void)
{
    kept = arena_new();
    arena_take(kept, SIZE_MAX - 8);
}

static void map_too_much(void)
{
    memory_map(SIZE_MAX / 4);
}

START_TEST(test_no_memory_is_the_environment)
{
    char message[600];
    ck_assert_int_eq(exit_of(want_too_much, message, sizeof message), 5);
    ck_assert_ptr_nonnull(strstr(message, "wspsim: out of memory"));
    ck_assert_int_eq(exit_of(map_too_much, message, sizeof message), 5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("arena");
    TCase *all = tcase_create("arena");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, test_blocks_are_zeroed_aligned_and_apart);
    tcase_add_test(all, test_texts);
    tcase_add_test(all, test_memory);
    tcase_add_test(all, test_a_broken_invariant);
    tcase_add_test(all, test_no_memory_is_the_environment);
    suite_add_tcase(suite, all);
    return suite_main(suite);
}
