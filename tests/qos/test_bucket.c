/* Token buckets against the published example (host-stack 9.3), and exactness over long times. */
#include "suite.h"

#include "net/qos/bucket.h"

#define SECOND INT64_C(1000000000)

/* proves: NET-QOS-1 */
START_TEST(test_published_example)
{
    static const int64_t leaves_ns[] = { 0, 0, 12000000, 24000000, 36000000 };
    struct bucket bucket;
    int64_t now_ns = 0;
    bucket_start(&bucket, 125000, 3000, 0);
    for (int i = 0; i < 5; i++) {
        int64_t ready_ns = bucket_ready_ns(&bucket, now_ns, 1500);
        ck_assert_int_eq(ready_ns, leaves_ns[i]);
        ck_assert_int_eq(bucket_conforms(&bucket, now_ns, 1500), ready_ns == now_ns);
        now_ns = ready_ns;
        ck_assert(bucket_conforms(&bucket, now_ns, 1500));
        bucket_take(&bucket, now_ns, 1500);
    }
}
END_TEST

/* Asked at any time before, the answer is the same; one nanosecond earlier it does not conform. */
START_TEST(test_ready_is_the_first_time)
{
    for (uint32_t rate = 1; rate < 4000000000u; rate = rate * 7 + 3) {
        struct bucket bucket;
        bucket_start(&bucket, rate, 1501, 5);
        bucket_take(&bucket, 5, 1501);
        int64_t ready_ns = bucket_ready_ns(&bucket, 5, 1000);
        ck_assert_int_eq(bucket_ready_ns(&bucket, 5 + (ready_ns - 5) / 3, 1000), ready_ns);
        if (ready_ns > 6)
            ck_assert(!bucket_conforms(&bucket, ready_ns - 1, 1000));
        ck_assert(bucket_conforms(&bucket, ready_ns, 1000));
        if (rate > 500000000u)
            break;
    }
}
END_TEST

/* A rate that divides nothing: after a million packets the time is still that of the bytes, rounded up once. */
START_TEST(test_no_drift)
{
    struct bucket bucket;
    int64_t now_ns = 0;
    const uint32_t rate = 999983, size = 1499;
    bucket_start(&bucket, rate, 2 * size, 0); /* one of exactly its depth would lose what comes above it */
    for (int i = 0; i < 1000002; i++) {
        now_ns = bucket_ready_ns(&bucket, now_ns, size);
        bucket_take(&bucket, now_ns, size);
    }
    int64_t bytes = INT64_C(1000000) * size, whole = bytes / rate, rest = bytes % rate;
    ck_assert_int_eq(now_ns, whole * SECOND + (rest * SECOND + rate - 1) / rate);
}
END_TEST

START_TEST(test_full_is_full)
{
    struct bucket bucket;
    bucket_start(&bucket, UINT32_MAX - 1, UINT32_MAX - 1, 0);
    ck_assert(bucket_conforms(&bucket, 0, UINT32_MAX - 1));
    ck_assert(!bucket_conforms(&bucket, 0, UINT32_MAX));
    bucket_take(&bucket, 0, UINT32_MAX - 1);
    ck_assert(!bucket_conforms(&bucket, SECOND - 1, UINT32_MAX - 1));
    ck_assert(bucket_conforms(&bucket, SECOND, UINT32_MAX - 1));
    bucket_take(&bucket, SECOND, UINT32_MAX - 1);
    ck_assert(bucket_conforms(&bucket, INT64_MAX, UINT32_MAX - 1)); /* a very long time is only full */
    ck_assert(!bucket_conforms(&bucket, INT64_MAX, UINT32_MAX));
}
END_TEST

/* What is larger than the bucket never conforms; held back it goes when the bucket is full, and the rate still holds. */
START_TEST(test_larger_than_the_bucket)
{
    struct bucket bucket;
    bucket_start(&bucket, 1000, 100, 0);
    ck_assert(!bucket_conforms(&bucket, 100 * SECOND, 300));
    ck_assert_int_eq(bucket_ready_ns(&bucket, 100 * SECOND, 300), 100 * SECOND);
    bucket_take(&bucket, 100 * SECOND, 300);
    ck_assert_int_eq(bucket_ready_ns(&bucket, 100 * SECOND, 300), 100 * SECOND + SECOND * 3 / 10);
}
END_TEST

START_TEST(test_change_keeps_what_fits)
{
    struct bucket bucket;
    bucket_start(&bucket, 1000, 500, 0);
    bucket_change(&bucket, 2000, 200, 0);
    ck_assert(bucket_conforms(&bucket, 0, 200));
    bucket_change(&bucket, 2000, 1000, 0);
    ck_assert(!bucket_conforms(&bucket, 0, 201));
    ck_assert_int_eq(bucket_ready_ns(&bucket, 0, 1000), SECOND * 4 / 10);
}
END_TEST

START_TEST(test_infinite_and_zero_rates)
{
    struct bucket bucket;
    bucket_start(&bucket, BUCKET_INFINITE, 0, 0);
    ck_assert(bucket_conforms(&bucket, 0, UINT32_MAX));
    bucket_take(&bucket, 0, UINT32_MAX);
    ck_assert_int_eq(bucket_ready_ns(&bucket, 7, UINT32_MAX), 7);
    bucket_start(&bucket, 0, 10, 0);
    bucket_take(&bucket, 0, 10);
    ck_assert_int_eq(bucket_ready_ns(&bucket, 7, 1), INT64_MAX);
    ck_assert(!bucket_conforms(&bucket, INT64_MAX, 1));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bucket");
    TCase *all = tcase_create("bucket");
    tcase_add_test(all, test_published_example);
    tcase_add_test(all, test_ready_is_the_first_time);
    tcase_add_test(all, test_no_drift);
    tcase_add_test(all, test_full_is_full);
    tcase_add_test(all, test_larger_than_the_bucket);
    tcase_add_test(all, test_change_keeps_what_fits);
    tcase_add_test(all, test_infinite_and_zero_rates);
    suite_add_tcase(suite, all);
    return suite_main(suite);
}
