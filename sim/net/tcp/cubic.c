/* CUBIC (RFC 9438) in the integers of host-stack 11.5: milliseconds and bytes. C = 0.4, beta = 0.7, alpha = 9/17. */
#include "net/tcp/congestion_private.h"

enum { NS_PER_MS = 1000000 };

#define CUBE_PER_SEGMENT UINT64_C(2500000000) /* K^3 in ms^3 for each segment of (W_max - cwnd): 10^9 / C */
#define FARTHEST_MS UINT64_C(1000000)         /* from K: 4 * its cube still fits, and 1 GiB of small segments lies within */

/* Digit by digit, three bits of the value for one of the root. */
uint32_t cubic_root(uint64_t value)
{
    uint64_t root = 0, rest = value;
    for (int shift = 63; shift >= 0; shift -= 3) {
        root *= 2;
        uint64_t step = 3 * root * (root + 1) + 1;
        if (rest >> shift >= step) {
            rest -= step << shift;
            root++;
        }
    }
    return (uint32_t)root;
}

/* W_cubic(t) = C (t - K)^3 + W_max (RFC 9438 equation 1). The order of the divisions is part of every run's digest. */
uint32_t cubic_window(uint32_t w_max, uint32_t mss, uint32_t k_ms, uint64_t t_ms)
{
    uint64_t distance = t_ms < k_ms ? k_ms - t_ms : t_ms - k_ms;
    if (distance > FARTHEST_MS)
        distance = FARTHEST_MS;
    uint64_t bytes = 4 * distance * distance * distance / 10000000 * mss / 1000;
    if (t_ms < k_ms)
        return bytes < w_max ? w_max - (uint32_t)bytes : 0;
    return bytes < UINT32_MAX - w_max ? w_max + (uint32_t)bytes : UINT32_MAX;
}

void cubic_start(struct cubic *cubic)
{
    *cubic = (struct cubic){ .epoch_ns = -1, .fresh = true };
}

/*
 * RFC 9438 section 4.2: t leaves out the time in which the window did not grow because the application did not fill it. An
 * unfilled window's ACK takes out all since the ACK before. Silence shows at the ACK that ends it: whatever is more than a
 * round trip, if nothing had been in flight.
 */
void cubic_pass(struct cubic *cubic, const struct congestion_ack *ack)
{
    int64_t gap = ack->now_ns - cubic->acked_ns;
    if (cubic->epoch_ns >= 0) {
        if (!ack->limited)
            cubic->epoch_ns += gap;
        else if (cubic->emptied && gap > ack->srtt_ns)
            cubic->epoch_ns += gap - ack->srtt_ns;
    }
    cubic->acked_ns = ack->now_ns;
    cubic->emptied = ack->una == ack->nxt;
}

/* RFC 9438 section 4.2; sections 4.8 and 4.10 for an epoch that no loss began. */
static void epoch_begin(struct cubic *cubic, uint32_t cwnd, uint32_t mss, int64_t now_ns)
{
    if (cubic->fresh || cubic->w_max <= cwnd) {
        cubic->w_max = cwnd;
        cubic->k_ms = 0;
    } else {
        cubic->k_ms = cubic_root((cubic->w_max - cwnd) * CUBE_PER_SEGMENT / mss);
    }
    if (cubic->prior == 0)
        cubic->prior = cwnd;
    cubic->fresh = false;
    cubic->epoch_ns = now_ns;
    cubic->w_est = cwnd;
    cubic->rest = cubic->est_rest = 0;
}

/* RFC 9438 section 4.3: what Reno would have by now. alpha is 9/17 until the estimate is where the reduction was, then 1. */
static void estimate_grow(struct cubic *cubic, uint32_t cwnd, uint32_t mss, uint32_t acked)
{
    uint64_t alpha = cubic->w_est < cubic->prior ? 9 : 17;
    uint64_t sum = cubic->est_rest + alpha * mss * acked, whole = 17 * (uint64_t)cwnd; /* below 2^53: an MSS has 16 bits */
    uint64_t estimate = cubic->w_est + sum / whole;
    cubic->w_est = estimate < CWND_MOST ? (uint32_t)estimate : CWND_MOST;
    cubic->est_rest = sum % whole;
}

/* RFC 9438 sections 4.2 to 4.5. */
void cubic_grow(struct congestion *congestion, const struct congestion_ack *ack)
{
    struct cubic *cubic = &congestion->cubic;
    uint32_t cwnd = congestion->cwnd;
    if (cubic->epoch_ns < 0)
        epoch_begin(cubic, cwnd, congestion->mss, ack->now_ns);
    uint64_t t_ms = (uint64_t)(ack->now_ns - cubic->epoch_ns + ack->srtt_ns) / NS_PER_MS;
    uint32_t target = cubic_window(cubic->w_max, congestion->mss, cubic->k_ms, t_ms);
    uint32_t growth = target > cwnd ? target - cwnd : 0; /* for a whole window acknowledged */
    if (growth > cwnd / 2)
        growth = cwnd / 2;
    uint64_t sum = cubic->rest + (uint64_t)growth * ack->acked;
    uint64_t grown = cwnd + sum / cwnd;
    cubic->rest = sum % cwnd;
    estimate_grow(cubic, cwnd, congestion->mss, ack->acked);
    if (grown < cubic->w_est)
        grown = cubic->w_est;
    congestion->cwnd = grown < CWND_MOST ? (uint32_t)grown : CWND_MOST;
}

/* RFC 9438 sections 4.6 and 4.7: a flow that did not come as far as last time makes room for others. */
void cubic_reduced(struct cubic *cubic, uint32_t cwnd)
{
    cubic->w_max = cwnd < cubic->w_max ? (uint32_t)((uint64_t)cwnd * 17 / 20) : cwnd;
    cubic->prior = cwnd;
    cubic->fresh = false;
    cubic->epoch_ns = -1;
}

/* RFC 9438 section 4.8. */
void cubic_timed_out(struct cubic *cubic)
{
    cubic->fresh = true;
    cubic->epoch_ns = -1;
}

uint32_t cubic_share(uint32_t flight)
{
    return (uint32_t)((uint64_t)flight * 7 / 10);
}
