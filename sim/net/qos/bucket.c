#include "net/qos/bucket.h"

#define NANO INT64_C(1000000000)

/* At most 2^32 * 10^9: below 2^62. */
static int64_t nano(uint32_t bytes)
{
    return (int64_t)bytes * NANO;
}

void bucket_start(struct bucket *bucket, uint32_t rate_Bps, uint32_t depth_bytes, int64_t now_ns)
{
    *bucket = (struct bucket){ .rate_Bps = rate_Bps, .depth_bytes = depth_bytes, .credit = nano(depth_bytes), .last_ns = now_ns };
}

/* How long the rate takes for so much credit. */
static int64_t time_for(const struct bucket *bucket, int64_t credit)
{
    if (credit <= 0)
        return 0;
    if (bucket->rate_Bps == 0)
        return INT64_MAX;
    return credit / bucket->rate_Bps + (credit % bucket->rate_Bps != 0);
}

/* Credit up to now. The product is only made while it stays below what is missing. */
static void refill(struct bucket *bucket, int64_t now_ns)
{
    int64_t missing = nano(bucket->depth_bytes) - bucket->credit, span_ns = now_ns - bucket->last_ns;
    if (span_ns <= 0)
        return;
    bucket->last_ns = now_ns;
    bucket->credit = span_ns >= time_for(bucket, missing) ? nano(bucket->depth_bytes) : bucket->credit + span_ns * (int64_t)bucket->rate_Bps;
}

void bucket_change(struct bucket *bucket, uint32_t rate_Bps, uint32_t depth_bytes, int64_t now_ns)
{
    refill(bucket, now_ns);
    bucket->rate_Bps = rate_Bps;
    bucket->depth_bytes = depth_bytes;
    if (bucket->credit > nano(depth_bytes))
        bucket->credit = nano(depth_bytes);
}

bool bucket_conforms(struct bucket *bucket, int64_t now_ns, uint32_t bytes)
{
    if (bucket->rate_Bps == BUCKET_INFINITE)
        return true;
    refill(bucket, now_ns);
    return bucket->credit >= nano(bytes);
}

int64_t bucket_ready_ns(struct bucket *bucket, int64_t now_ns, uint32_t bytes)
{
    if (bucket->rate_Bps == BUCKET_INFINITE)
        return now_ns;
    refill(bucket, now_ns);
    int64_t needed = nano(bytes < bucket->depth_bytes ? bytes : bucket->depth_bytes);
    int64_t wait_ns = time_for(bucket, needed - bucket->credit);
    return wait_ns > INT64_MAX - now_ns ? INT64_MAX : now_ns + wait_ns;
}

void bucket_take(struct bucket *bucket, int64_t now_ns, uint32_t bytes)
{
    if (bucket->rate_Bps == BUCKET_INFINITE)
        return;
    refill(bucket, now_ns);
    bucket->credit -= nano(bytes);
}
