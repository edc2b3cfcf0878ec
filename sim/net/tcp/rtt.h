/* Round-trip time and retransmission timeout (RFC 6298) in the integer form of host-stack 4.2. All times in ns. */
#ifndef NET_TCP_RTT_H
#define NET_TCP_RTT_H
#include <stdint.h>

struct rtt {
    int64_t srtt8, var4;            /* 8 * SRTT, 4 * RTTVAR; srtt8 0: no sample yet */
    int64_t initial_ns, least_ns, most_ns; /* RTO before any sample, its limits */
    int64_t lowest_ns;              /* smallest sample; INT64_MAX: none */
    unsigned backoff;               /* doublings since the last new sample */
};

void rtt_start(struct rtt *rtt, int64_t initial_ns, int64_t least_ns, int64_t most_ns);
void rtt_sample(struct rtt *rtt, int64_t sample_ns); /* ends the backing off */
void rtt_back_off(struct rtt *rtt);
int64_t rtt_timeout_ns(const struct rtt *rtt);       /* with the doublings, at most most_ns */
static inline int64_t rtt_smoothed_ns(const struct rtt *rtt) { return rtt->srtt8 / 8; }
#endif
