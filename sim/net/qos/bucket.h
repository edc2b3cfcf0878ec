/*
 * A token bucket in exact integers (host-stack 9.3). Credit is kept in nano-bytes, 10^9 a byte, so that a rate in bytes a second
 * is one in nano-bytes a nanosecond and nothing is ever rounded. A bucket is full at the start.
 */
#ifndef NET_QOS_BUCKET_H
#define NET_QOS_BUCKET_H
#include <stdbool.h>
#include <stdint.h>

#define BUCKET_INFINITE UINT32_MAX /* as a rate: everything conforms */

struct bucket {
    uint32_t rate_Bps, depth_bytes;
    int64_t credit;  /* nano-bytes; below 0 after something larger than the bucket */
    int64_t last_ns; /* as of then */
};

void bucket_start(struct bucket *bucket, uint32_t rate_Bps, uint32_t depth_bytes, int64_t now_ns);
/* Another rate or depth from now on; what has been saved stays, as far as it fits. */
void bucket_change(struct bucket *bucket, uint32_t rate_Bps, uint32_t depth_bytes, int64_t now_ns);

/* Whether so many bytes conform now. */
bool bucket_conforms(struct bucket *bucket, int64_t now_ns, uint32_t bytes);

/* The first time at which they do; what is larger than the bucket has to wait until it is full. INT64_MAX: never (rate 0). */
int64_t bucket_ready_ns(struct bucket *bucket, int64_t now_ns, uint32_t bytes);

/* They leave: at or after the time above. */
void bucket_take(struct bucket *bucket, int64_t now_ns, uint32_t bytes);
#endif
