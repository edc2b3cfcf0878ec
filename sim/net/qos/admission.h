/*
 * Admission of flows to links (host-stack 9.2): a link direction lends out at most its reservable bandwidth, first come, first
 * served. A guaranteed flow also needs a bound on its delay (RFC 2212).
 */
#ifndef NET_QOS_ADMISSION_H
#define NET_QOS_ADMISSION_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel.h"

struct host;
struct iface;
struct link;
struct prefix_key;

/* What a flow costs each link of its way, in bits a second: nothing unless its service is reserved bandwidth. */
uint64_t admission_cost_bps(const struct kernel_flow *flow);
bool admission_link(struct link *link, uint64_t cost_bps); /* lends it, or refuses */
void admission_return(struct link *link, uint64_t cost_bps);

/* The longest that a packet of a guaranteed flow is under way, by RFC 2212: bucket / R + C / R + D, where each link has C = a
   largest message and D = the time of one MTU and the propagation. INT64_MAX: no bound. */
int64_t admission_delay_ns(const struct kernel_flow *flow, struct link *const *links, size_t count);
bool admission_in_time(const struct kernel_flow *flow, struct link *const *links, size_t count);

int64_t admission_message_ns(const struct link *link); /* how long a message of signalling takes over it */

/* The links from a host to whoever has the destination, in the order of the way. */
#define WAY_MOST 32u
struct way {
    enum kernel_status status; /* KERNEL_OK, or why there is none */
    struct iface *out;         /* of the sender */
    struct host *end;          /* the host that has the destination; NULL: it is not reached */
    size_t count;              /* none: the sender itself has it */
    struct link *links[WAY_MOST];
    uint32_t mtu_bytes;
    int64_t delay_ns;          /* of a message of signalling */
};
void way_find(struct host *from, uint8_t family, const struct prefix_key *destination, struct way *way);
#endif
