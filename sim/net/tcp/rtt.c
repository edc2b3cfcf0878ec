#include "net/tcp/rtt.h"

#define GRANULARITY_NS 1000000             /* G of RFC 6298 section 2 */
#define LONGEST_SAMPLE_NS (INT64_MAX / 16) /* eight of them still fit */

void rtt_start(struct rtt *rtt, int64_t initial_ns, int64_t least_ns, int64_t most_ns)
{
    *rtt = (struct rtt){ .initial_ns = initial_ns, .least_ns = least_ns, .most_ns = most_ns, .lowest_ns = INT64_MAX };
}

/* RFC 6298 (2.2) and (2.3). The order of the divisions is part of every run's digest. */
void rtt_sample(struct rtt *rtt, int64_t sample_ns)
{
    int64_t sample = sample_ns < 1 ? 1 : sample_ns > LONGEST_SAMPLE_NS ? LONGEST_SAMPLE_NS : sample_ns;
    if (rtt->srtt8 == 0) {
        rtt->srtt8 = 8 * sample;
        rtt->var4 = 2 * sample;
    } else {
        int64_t difference = sample - rtt->srtt8 / 8;
        rtt->srtt8 += difference;
        rtt->var4 += (difference < 0 ? -difference : difference) - rtt->var4 / 4;
    }
    if (sample < rtt->lowest_ns)
        rtt->lowest_ns = sample;
    rtt->backoff = 0;
}

/* RFC 6298 (5.5). */
void rtt_back_off(struct rtt *rtt)
{
    rtt->backoff++;
}

static int64_t computed_ns(const struct rtt *rtt)
{
    if (rtt->srtt8 == 0)
        return rtt->initial_ns;
    int64_t timeout = rtt->srtt8 / 8 + (rtt->var4 > GRANULARITY_NS ? rtt->var4 : GRANULARITY_NS);
    return timeout < rtt->least_ns ? rtt->least_ns : timeout;
}

int64_t rtt_timeout_ns(const struct rtt *rtt)
{
    int64_t timeout = computed_ns(rtt);
    for (unsigned i = 0; i < rtt->backoff && timeout < rtt->most_ns; i++)
        timeout = timeout > rtt->most_ns / 2 ? rtt->most_ns : 2 * timeout;
    return timeout < rtt->most_ns ? timeout : rtt->most_ns;
}
