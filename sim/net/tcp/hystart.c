/* HyStart++ (RFC 9406): slow start that ends when round trips grow, before packets are lost. */
#include "net/tcp/congestion_private.h"

#define LEAST_THRESHOLD_NS INT64_C(4000000)
#define MOST_THRESHOLD_NS INT64_C(16000000)
enum { RTT_DIVISOR = 8, RTT_SAMPLES = 8, CSS_DIVISOR = 4, CSS_ROUNDS = 5, BURST_SEGMENTS = 8 };

void hystart_start(struct hystart *hystart, bool on)
{
    *hystart = (struct hystart){ .on = on, .round_least_ns = INT64_MAX, .former_least_ns = INT64_MAX, .baseline_ns = INT64_MAX };
}

static void round_begin(struct hystart *hystart, uint64_t nxt)
{
    hystart->round_end = nxt;
    hystart->former_least_ns = hystart->round_least_ns;
    hystart->round_least_ns = INT64_MAX;
    hystart->samples = 0;
}

static bool round_trip_grew(const struct hystart *hystart)
{
    if (hystart->former_least_ns == INT64_MAX)
        return false;
    int64_t threshold = hystart->former_least_ns / RTT_DIVISOR;
    if (threshold < LEAST_THRESHOLD_NS)
        threshold = LEAST_THRESHOLD_NS;
    if (threshold > MOST_THRESHOLD_NS)
        threshold = MOST_THRESHOLD_NS;
    return hystart->round_least_ns >= hystart->former_least_ns + threshold;
}

/* Conservative slow start begins, or turns out to have been a false alarm (RFC 9406 section 4.2). */
static void round_judge(struct hystart *hystart)
{
    if (hystart->samples < RTT_SAMPLES)
        return;
    if (!hystart->css && round_trip_grew(hystart)) {
        hystart->css = true;
        hystart->css_rounds = 0;
        hystart->baseline_ns = hystart->round_least_ns;
    } else if (hystart->css && hystart->round_least_ns < hystart->baseline_ns) {
        hystart->css = false;
        hystart->baseline_ns = INT64_MAX;
    }
}

bool hystart_ack(struct hystart *hystart, const struct congestion_ack *ack)
{
    if (!hystart->on)
        return false;
    if (hystart->round_end == 0) /* the first: all of the initial window */
        round_begin(hystart, ack->nxt);
    if (ack->sample_ns > 0) {
        if (ack->sample_ns < hystart->round_least_ns)
            hystart->round_least_ns = ack->sample_ns;
        hystart->samples++;
        round_judge(hystart);
    }
    if (ack->una < hystart->round_end)
        return false;
    round_begin(hystart, ack->nxt);
    /* The round in which it began counts, however little of it was left. */
    return hystart->css && ++hystart->css_rounds >= CSS_ROUNDS;
}

uint32_t hystart_growth(const struct hystart *hystart, uint32_t acked, uint32_t mss)
{
    uint32_t growth = acked < BURST_SEGMENTS * mss ? acked : BURST_SEGMENTS * mss;
    return hystart->css ? growth / CSS_DIVISOR : growth;
}
