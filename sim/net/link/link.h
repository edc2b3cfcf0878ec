/*
 * A link direction: from one interface to another, or into a shared segment, or out of it (segment.h). Stages, in this order: impairments ->
 * queue -> serialiser -> propagation -> delivery (host-stack 10).
 *
 * Departure and arrival are computed when the packet is accepted: start = max(now, busy), busy = start + serialisation,
 * arrival = busy + delay (+ jitter), and at least 1 ns after the packet before, unless it may overtake. The link keeps its packets in one list and has one entry in the event queue, for the
 * first to arrive. So a change of rate, delay or MTU holds for packets accepted later; a smaller queue limit too. A link whose
 * queue decides at departure (CoDel) computes each start when its turn comes (codel.c).
 *
 * Serialisation is exact: the remainder of every division is carried on to the next packet.
 */
#ifndef NET_LINK_LINK_H
#define NET_LINK_LINK_H
#include <stdbool.h>
#include <stdint.h>

#include "core/engine.h"
#include "core/random.h"
#include "net/ip/packet.h"

struct net;
struct iface;
struct segment;
struct impairments; /* impair.c: loss, duplication, corruption, reordering, jitter */
struct codel;       /* codel.c */
struct red;         /* red.c */

#define LINK_OVERHEAD_ETHERNET 38u /* header, check sequence, preamble, gap */
#define LINK_UNLIMITED 0u          /* rate: no serialisation time; limits: none */

struct link_setup {
    uint64_t rate_bps;             /* LINK_UNLIMITED */
    int64_t delay_ns;
    uint32_t queue_packets;        /* waiting, not counting the one on the wire; 1000 by default */
    uint64_t queue_bytes;          /* LINK_UNLIMITED by default */
    uint32_t overhead_bytes;       /* a frame, 38 by default */
    uint32_t mtu_bytes;            /* 0: the sending interface's own */
    uint64_t reservable_bps;       /* what it may lend to admitted flows (qos/admission.h); 0: nothing */
};
struct link_setup link_setup_default(void);

/* Why a packet went no further. The names stand in rows and captures. */
enum drop_reason {
    DROP_QUEUE_FULL, DROP_CODEL, DROP_RED, DROP_LOSS, DROP_DAMAGED, DROP_CUT, DROP_NO_LINK, DROP_NO_ROUTE, DROP_HOP_LIMIT, DROP_TOO_BIG, DROP_NOT_OURS,
    DROP_NO_PORT, DROP_BUFFER_FULL, DROP_REASSEMBLY, DROP_NO_NEIGHBOR, DROP_NOT_FORWARDING, DROP_SOURCE, DROP_STACK_DOWN, DROP_POLICED, DROP_FILTERED,
    DROP_REASON_COUNT,
};
const char *drop_reason_name(enum drop_reason reason);

struct link_counters { uint64_t packets, bytes, dropped_full, dropped_loss, dropped_other, duplicated, reordered, damaged; };

struct link {
    struct packet *head, *tail;    /* accepted and not yet arrived, by arrival */
    struct packet *waiting;        /* the first of them whose serialisation has not begun */
    int64_t busy_until_ns, last_arrival_ns, delay_ns;
    uint64_t rate_bps, remainder;  /* of the last division, in units of 1 / rate */
    uint32_t timed_bytes[2];       /* frame sizes whose division is known … */
    uint64_t timed_ns[2], timed_rest[2];
    uint32_t queued_packets, queue_packets;
    uint64_t queued_bytes, queue_bytes;
    uint32_t overhead_bytes, mtu_bytes;
    event_id event;                /* arrival of `head` */
    bool cut, reorders;            /* reorders: `head` … is kept in order of arrival by insertion */
    uint8_t apart_ns;              /* no two packets of a wire arrive at one instant (host-stack 10): 1; the host's own loopback: 0 */
    struct net *net;
    struct iface *from, *to;       /* to NULL: into `segment`; a port has one member as both */
    struct segment *segment;
    struct link *port;             /* into a segment: the way back, with a queue of its own; NULL: frames come at once */
    int64_t learnt_until_ns;       /* into a segment: so long a switch knows who is there (segment.c) */
    struct impairments *impairments; /* NULL: none */
    struct codel *codel;             /* NULL: drop-tail, … */
    struct red *red;                 /* … unless it drops early (red.c) */
    struct link_counters counters;
    uint64_t reservable_bps, reserved_bps; /* to admitted flows: what may be lent, and what is */
    struct cable *cable;           /* cable.h; NULL: the host's own loopback */
    struct link *next;             /* all links of the net, in order of making */
};

struct link *link_new(struct net *net, struct iface *from, struct iface *to, const struct link_setup *setup);
void link_free(struct link *link); /* with what is on it */

/* Takes the packet: on its way or dropped. */
void link_send(struct link *link, struct packet *packet);
void link_carry(struct link *link, struct packet *packet); /* likewise, but nobody's interface sends it: a port's */
void link_event(struct link *link); /* EVENT_LINK: the first packet is there */

/* For packets accepted from now on. */
void link_set(struct link *link, const struct link_setup *setup);
void link_cut(struct link *link, bool cut); /* a cut link loses what is on it and what is sent */
static inline bool link_is_port(const struct link *link) { return link->segment && link->to; }
uint64_t link_speed_bps(const struct link *link);

/* ---- for impair.c and codel.c ---- */
int64_t link_serialise_ns(struct link *link, uint32_t packet_bytes); /* advances the remainder */
void link_enqueue(struct link *link, struct packet *packet, int64_t extra_delay_ns); /* past the impairments */
void link_deliver_at(struct link *link, struct packet *packet, int64_t arrives_ns); /* it is on the wire */
struct random_stream link_stream(const struct link *link, const char *feature); /* "feature:host.interface", of a port "feature:segment:host.interface" */
/* A row of level packet, the counters, and the packet goes back to the pool. */
void link_drop(struct link *link, struct packet *packet, enum drop_reason reason);
#endif
