/* A process's memory: blocks count for exactly their own size. */
#include "ws2/world.h"

#include <signal.h>

static struct world opened;

static void setup(void) { world_open(&opened); }
static void teardown(void) { world_close(&opened); }

static bool holds(const void *start, size_t size) { return memory_holds(opened.process, start, size); }

START_TEST(test_exact_sizes)
{
    const size_t sizes[] = { 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 100, 4095, 4096, 4097, 32768, 32769, 65536, 1000003 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *block = memory_block(opened.process, sizes[i]);
        hold((uintptr_t)block % 16 == 0, "%zu: not aligned", sizes[i]);
        for (size_t k = 0; k < sizes[i]; k++) hold(block[k] == 0, "%zu: not zeroed", sizes[i]);
        memset(block, 0xA5, sizes[i]);
        hold(holds(block, sizes[i]), "%zu: less than asked for", sizes[i]);
        hold(holds(block, 0) && holds(block, sizes[i] - 1), "%zu: a part of it", sizes[i]);
        hold(!holds(block, sizes[i] + 1), "%zu: more than asked for", sizes[i]);
        hold(!holds(block, SIZE_MAX), "%zu: everything", sizes[i]);
    }
}
END_TEST

START_TEST(test_inside_a_block)
{
    char *block = memory_block(opened.process, 20);
    for (size_t offset = 0; offset <= 20; offset++) {
        ck_assert(holds(block + offset, 20 - offset));
        ck_assert(!holds(block + offset, 21 - offset));
    }
    ck_assert(!holds(block + 21, 0)); /* in the room of the block, behind its end */
    ck_assert(!holds(block + 31, 1));
}
END_TEST

START_TEST(test_two_blocks_are_not_one)
{
    char *a = memory_block(opened.process, 16), *b = memory_block(opened.process, 16);
    ck_assert_ptr_eq(a + 16, b); /* side by side, yet no range spans both */
    ck_assert(!holds(a, 17));
    ck_assert(!holds(a + 8, 16));
    ck_assert(holds(b, 16));
}
END_TEST

START_TEST(test_an_empty_block)
{
    char *empty = memory_block(opened.process, 0), *other = memory_block(opened.process, 0);
    ck_assert_ptr_ne(empty, other);
    ck_assert(holds(empty, 0));
    ck_assert(!holds(empty, 1));
}
END_TEST

START_TEST(test_released_blocks)
{
    char *a = memory_block(opened.process, 24), *b = memory_block(opened.process, 24);
    process_label_memory(opened.process, a, "a");
    ck_assert_str_eq(process_memory_label(opened.process, a), "a");
    memset(a, 0xFF, 24);
    memory_release(opened.process, a);
    ck_assert(!holds(a, 0));
    ck_assert(!holds(a, 1));
    ck_assert(!holds(a + 8, 1));
    ck_assert(holds(b, 24));
    ck_assert_ptr_null(process_memory_label(opened.process, a));
    char *again = memory_block(opened.process, 17); /* of the same class: the same place, with its own size, zeroed */
    ck_assert_ptr_eq(again, a);
    ck_assert(holds(again, 17));
    ck_assert(!holds(again, 18));
    for (size_t i = 0; i < 17; i++) ck_assert_int_eq(again[i], 0);
    ck_assert_ptr_null(process_memory_label(opened.process, again));
    char *large = memory_block(opened.process, 100000); /* or a scenario that asks for long lists would use up its gigabyte */
    memory_release(opened.process, large);
    ck_assert(!holds(large, 1));
    ck_assert_ptr_eq(memory_block(opened.process, 100000), large);
    char *huge = memory_block(opened.process, (32u << 20) + 1); /* beyond the classes: never again, so an old pointer stays bad */
    memory_release(opened.process, huge);
    ck_assert(!holds(huge, 1));
    ck_assert_ptr_ne(memory_block(opened.process, (32u << 20) + 1), huge);
}
END_TEST

START_TEST(test_labels)
{
    char *block = memory_block(opened.process, 32);
    ck_assert_ptr_null(process_memory_label(opened.process, block));
    process_label_memory(opened.process, block, "o");
    ck_assert_str_eq(process_memory_label(opened.process, block), "o");
    ck_assert_ptr_null(process_memory_label(opened.process, block + 1)); /* another pointer than the one that was named */
    ck_assert_ptr_null(process_memory_label(opened.process, NULL));
    ck_assert_ptr_null(process_memory_label(opened.process, memory_outside(opened.process)));
}
END_TEST

START_TEST(test_outside)
{
    char *outside = memory_outside(opened.process);
    ck_assert(!holds(outside, 0));
    ck_assert(!holds(outside, 1));
    ck_assert(!holds(outside + 65535, 1));
    ck_assert(!holds(NULL, 0));
    ck_assert(!holds(NULL, 1));
    for (uintptr_t low = 1; low < 65536; low += 4099) ck_assert(!holds((void *)low, 0)); /* the forbidden first 64 KiB */
    ck_assert(!holds((void *)(uintptr_t)65535, 0));
    char *block = memory_block(opened.process, 16);
    ck_assert(!holds(block + (1 << 24), 1)); /* reserved, never given out */
    int own = 0;
    ck_assert(holds(&own, sizeof own)); /* what is not the client's at all, such as a layer's own heap, is trusted */
    ck_assert(!holds((void *)(UINTPTR_MAX - 7), 16)); /* but it may not wrap round */
}
END_TEST

START_TEST(test_the_outside_really_faults)
{
    signal(SIGSEGV, SIG_DFL); /* a sanitizer would report it in its own way */
    *(volatile char *)memory_outside(opened.process) = 1;
}
END_TEST

START_TEST(test_releasing_what_is_no_block)
{
    memory_release(opened.process, (char *)memory_block(opened.process, 16) + 1);
}
END_TEST

START_TEST(test_releasing_twice)
{
    void *block = memory_block(opened.process, 16);
    memory_release(opened.process, block);
    memory_release(opened.process, block);
}
END_TEST

START_TEST(test_processes_are_apart)
{
    struct process *other = world_process(&opened, "other");
    void *mine = memory_block(opened.process, 16), *theirs = memory_block(other, 16);
    ck_assert_ptr_ne(mine, theirs);
    ck_assert(memory_holds(other, theirs, 16));
    ck_assert_ptr_ne(memory_outside(other), memory_outside(opened.process));
    memory_release(other, theirs);
    ck_assert(holds(mine, 16));
}
END_TEST

PLAY(test_kernel_asks_the_same_memory)
{
    char *block = block_of(me, 10);
    ck_assert(kernel_may_read(block, 10) && kernel_may_write(block, 10));
    ck_assert(!kernel_may_read(block, 11) && !kernel_may_write(block, 11));
    ck_assert(kernel_may_read(block, 0));
    ck_assert(!kernel_may_read(NULL, 0) && !kernel_may_write(NULL, 0));
    ck_assert(!kernel_may_write(memory_outside(thread_process(me)), 1));
}

/* ---- many blocks against a plain model ---- */

enum { MODEL_BLOCKS = 400, MODEL_STEPS = 20000 };
struct modelled { char *start; size_t size; unsigned char mark; };

static uint64_t chance_state = 7;
static size_t below(size_t bound)
{
    chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(chance_state >> 33) % bound;
}

static void model_check(const struct modelled *block)
{
    for (size_t i = 0; i < block->size; i++) hold((unsigned char)block->start[i] == block->mark, "a block was overwritten");
    size_t offset = below(block->size);
    hold(holds(block->start + offset, block->size - offset), "size %zu, offset %zu", block->size, offset);
    hold(!holds(block->start + offset, block->size - offset + 1 + below(64)), "beyond size %zu, offset %zu", block->size, offset);
}

START_TEST(test_many_blocks_against_a_model)
{
    static struct modelled model[MODEL_BLOCKS];
    for (size_t step = 0; step < MODEL_STEPS; step++) {
        struct modelled *block = &model[below(MODEL_BLOCKS)];
        if (!block->start) {
            block->size = 1 + (below(8) ? below(200) : below(6000));
            block->mark = (unsigned char)(1 + below(255));
            block->start = memory_block(opened.process, block->size);
            for (size_t i = 0; i < block->size; i++) hold(block->start[i] == 0, "not zeroed");
            memset(block->start, block->mark, block->size);
        } else {
            model_check(block);
            if (below(2)) continue;
            memory_release(opened.process, block->start);
            hold(!holds(block->start, 0), "released, yet held");
            block->start = NULL;
        }
    }
    for (size_t i = 0; i < MODEL_BLOCKS; i++)
        if (model[i].start) model_check(&model[i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ws2/memory");
    TCase *blocks = tcase_create("blocks"), *play = tcase_create("kernel"), *wrong = tcase_create("wrong");
    tcase_add_checked_fixture(blocks, setup, teardown);
    tcase_add_test(blocks, test_exact_sizes);
    tcase_add_test(blocks, test_inside_a_block);
    tcase_add_test(blocks, test_two_blocks_are_not_one);
    tcase_add_test(blocks, test_an_empty_block);
    tcase_add_test(blocks, test_released_blocks);
    tcase_add_test(blocks, test_labels);
    tcase_add_test(blocks, test_outside);
    tcase_add_test(blocks, test_processes_are_apart);
    tcase_add_test(blocks, test_many_blocks_against_a_model);
    suite_add_tcase(suite, blocks);
    tcase_add_test(play, test_kernel_asks_the_same_memory);
    suite_add_tcase(suite, play);
    tcase_add_checked_fixture(wrong, setup, NULL);
    tcase_add_test_raise_signal(wrong, test_the_outside_really_faults, SIGSEGV);
    tcase_add_exit_test(wrong, test_releasing_what_is_no_block, 6);
    tcase_add_exit_test(wrong, test_releasing_twice, 6);
    suite_add_tcase(suite, wrong);
    return suite_main(suite);
}
