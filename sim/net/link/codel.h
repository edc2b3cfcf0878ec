/*
 * CoDel (RFC 8289): a queue that decides at departure. A packet that is not the first to go stays in the queue until the wire is
 * free; then CoDel looks how long it has waited, and drops from the front while packets have waited too long for too long. So such
 * a link has two events: the wire is free (codel_event), and a packet arrives (link_event).
 *
 * All in integers: the gap after the n-th drop is interval / sqrt(n), from the integer root of n << 32 (host-stack 10).
 */
#ifndef NET_LINK_CODEL_H
#define NET_LINK_CODEL_H
#include <stdbool.h>
#include <stdint.h>

struct link;
struct packet;

struct codel_setup {
    int64_t target_ns, interval_ns;
    bool ecn; /* marks what can be marked instead of dropping it */
};
struct codel_setup codel_setup_default(void); /* 5 ms, 100 ms, without ECN */

/* NULL: back to drop-tail. What waits stays: it is sent in its order. */
void codel_set(struct link *link, const struct codel_setup *setup);
const struct codel_setup *codel_setup(const struct link *link); /* NULL: drop-tail */
void codel_free(struct link *link);

void codel_send(struct link *link, struct packet *packet, int64_t extra_delay_ns); /* takes the packet */
void codel_event(struct link *link); /* the wire is free */
struct packet *codel_waiting(const struct link *link); /* the first; those behind it follow */
void codel_empty(struct link *link); /* the link is cut: what waits is dropped */

int64_t codel_gap_ns(int64_t interval_ns, uint32_t count);
#endif
