/* Random streams: known answers, independence, no bias. */
#include "suite.h"
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "core/random.h"

/* The known answers of Random123 for Philox4x32-10; a stream's counter has its upper half zero, which one of them has. */
START_TEST(test_known_answer_of_philox)
{
    struct random_stream stream = {.key = {0, 0}};
    static const uint32_t expected[] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
    for (int i = 0; i < 4; i++)
        ck_assert_uint_eq(random_u32(&stream), expected[i]);
}
END_TEST

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#include <Random123/philox.h>
#pragma GCC diagnostic pop

START_TEST(test_known_answer_of_the_library)
{
    philox4x32_ctr_t counter = {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}};
    philox4x32_key_t key = {{0xa4093822, 0x299f31d0}};
    philox4x32_ctr_t block = philox4x32_R(10, counter, key);
    static const uint32_t expected[] = {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1};
    for (int i = 0; i < 4; i++)
        ck_assert_uint_eq(block.v[i], expected[i]);
}
END_TEST

/* What these streams give is part of every run's digest: it must never change, on no machine. */
START_TEST(test_streams_stay_what_they_are)
{
    struct random_stream stream = random_stream(7, "loss:a.eth0");
    uint64_t key = XXH3_64bits_withSeed("loss:a.eth0", 11, 7);
    ck_assert_uint_eq(stream.key[0], (uint32_t)key);
    ck_assert_uint_eq(stream.key[1], (uint32_t)(key >> 32));
    ck_assert_uint_eq(key, UINT64_C(0x6194041a31e2977c));
    static const uint32_t expected[] = {0x29284d22, 0x127d644d, 0x28dbe084, 0x625d2ec5, 0x32a3f4aa, 0x4aaada38};
    for (int i = 0; i < 6; i++)
        ck_assert_uint_eq(random_u32(&stream), expected[i]);
    ck_assert_uint_eq(stream.draws, 6);
}
END_TEST

START_TEST(test_streams_are_independent)
{
    struct random_stream alone = random_stream(1, "a"), a = random_stream(1, "a"), b = random_stream(1, "b"), other = random_stream(2, "a");
    unsigned equal_b = 0, equal_other = 0;
    for (int i = 0; i < 1000; i++) {
        uint32_t drawn = random_u32(&a);
        ck_assert_uint_eq(drawn, random_u32(&alone));
        equal_b += random_u32(&b) == drawn;
        equal_other += random_u32(&other) == drawn;
        if (i % 3 == 0)
            random_u64(&b);
    }
    ck_assert_uint_le(equal_b, 2);
    ck_assert_uint_le(equal_other, 2);
}
END_TEST

START_TEST(test_draws_are_counted)
{
    struct random_stream stream = random_stream(3, "x"), again = random_stream(3, "x");
    uint32_t first = random_u32(&again), second = random_u32(&again);
    ck_assert_uint_eq(random_u64(&stream), (uint64_t)second << 32 | first);
    ck_assert_uint_eq(stream.draws, 2);
    /* A stream can be taken up anywhere: it is its key and its count. */
    for (int i = 0; i < 1000; i++)
        random_u32(&again);
    struct random_stream late = random_stream(3, "x");
    late.draws = 1000; /* a multiple of four: the block is computed at the next draw */
    random_u64(&late);
    ck_assert_uint_eq(random_u32(&late), random_u32(&again));
}
END_TEST

START_TEST(test_below_is_even)
{
    struct random_stream stream = random_stream(4, "dice");
    unsigned seen[6] = {0};
    for (int i = 0; i < 60000; i++) {
        uint64_t value = random_below(&stream, 6);
        if (value >= 6)
            ck_abort_msg("beyond the bound");
        seen[value]++;
    }
    for (int i = 0; i < 6; i++)
        ck_assert(seen[i] > 9600 && seen[i] < 10400);
    for (int i = 0; i < 100; i++)
        ck_assert_uint_eq(random_below(&stream, 1), 0);
    /* Three quarters of 2^64: without the second draw one third of the values would come twice as often. */
    uint64_t bound = UINT64_C(3) << 62;
    unsigned low = 0;
    for (int i = 0; i < 30000; i++) {
        uint64_t value = random_below(&stream, bound);
        if (value >= bound)
            ck_abort_msg("beyond the bound");
        low += value % 3 == 0;
    }
    ck_assert(low > 9600 && low < 10400);
}
END_TEST

START_TEST(test_chance_is_exact)
{
    struct random_stream stream = random_stream(5, "chance");
    unsigned hits = 0;
    for (int i = 0; i < 100000; i++)
        hits += random_chance(&stream, 1, 1000);
    ck_assert(hits > 60 && hits < 140);
    for (int i = 0; i < 1000; i++) {
        ck_assert(!random_chance(&stream, 0, 7));
        ck_assert(random_chance(&stream, 7, 7));
        ck_assert(random_chance(&stream, UINT64_MAX, UINT64_MAX));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("random");
    TCase *all = tcase_create("streams");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, test_known_answer_of_philox);
    tcase_add_test(all, test_known_answer_of_the_library);
    tcase_add_test(all, test_streams_stay_what_they_are);
    tcase_add_test(all, test_streams_are_independent);
    tcase_add_test(all, test_draws_are_counted);
    tcase_add_test(all, test_below_is_even);
    tcase_add_test(all, test_chance_is_exact);
    suite_add_tcase(suite, all);
    return suite_main(suite);
}
