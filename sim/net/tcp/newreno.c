/* The additive increase and multiplicative decrease of RFC 5681. */
#include "net/tcp/congestion_private.h"

/*
 * RFC 5681 section 3.1: SMSS * SMSS / cwnd for each ACK of new data, taken as one SMSS for each cwnd of bytes so that nothing is
 * lost by truncation. An ACK counts for one SMSS however much it covers (that is the formula; and with a delayed ACK for b segments
 * the mean window is the sqrt(3 / (2 b p)) segments of Mathis), and for no more than it covers (RFC 3465 section 2.1).
 */
void newreno_grow(struct congestion *congestion, const struct congestion_ack *ack)
{
    congestion->credit += ack->acked < congestion->mss ? ack->acked : congestion->mss;
    if (congestion->credit < congestion->cwnd)
        return;
    congestion->credit -= congestion->cwnd;
    congestion->cwnd = congestion->cwnd < CWND_MOST - congestion->mss ? congestion->cwnd + congestion->mss : CWND_MOST;
}

/* RFC 5681 equation (4). */
uint32_t newreno_share(uint32_t flight)
{
    return flight / 2;
}
