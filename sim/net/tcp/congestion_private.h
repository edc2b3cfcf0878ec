/* What the files of congestion control share: one line, one idea. */
#ifndef NET_TCP_CONGESTION_PRIVATE_H
#define NET_TCP_CONGESTION_PRIVATE_H
#include "net/tcp/congestion.h"

void newreno_grow(struct congestion *congestion, const struct congestion_ack *ack);
uint32_t newreno_share(uint32_t flight); /* what a loss leaves of it */

void cubic_start(struct cubic *cubic);
void cubic_pass(struct cubic *cubic, const struct congestion_ack *ack); /* each ACK: time without a full window does not count */
void cubic_grow(struct congestion *congestion, const struct congestion_ack *ack);
void cubic_reduced(struct cubic *cubic, uint32_t cwnd); /* cwnd before the reduction */
void cubic_timed_out(struct cubic *cubic);
uint32_t cubic_share(uint32_t flight);

void hystart_start(struct hystart *hystart, bool on);
bool hystart_ack(struct hystart *hystart, const struct congestion_ack *ack); /* true: slow start is over */
uint32_t hystart_growth(const struct hystart *hystart, uint32_t acked, uint32_t mss);

void prr_start(struct prr *prr, uint32_t flight, uint32_t mss);
uint32_t prr_window(struct prr *prr, uint32_t ssthresh, uint32_t mss, uint32_t delivered, uint32_t pipe);
#endif
