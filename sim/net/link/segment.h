/*
 * A shared segment: what several interfaces are plugged into. Each member has a transmit link of its own into the segment (rate,
 * delay, queue, impairments); a frame that has arrived over it goes to the other members at that instant, or on a switch through
 * the queue of their port, if they have one (cable_port).
 *
 * A hub gives each frame to all members: whom it does not concern drops it, but captures see it. A switch learns who is behind a
 * port from what comes in there. It gives a frame for one member to that one alone, if it knows it; else to all, as a hub does.
 * Who is meant by a frame is known all the same: its sender has resolved that. So flooding costs nothing but what captures see,
 * and takes no time on the ports of others.
 */
#ifndef NET_LINK_SEGMENT_H
#define NET_LINK_SEGMENT_H
#include <stdbool.h>

#include "net/link/link.h"

enum segment_kind { SEGMENT_SWITCH, SEGMENT_HUB };

/* How long a switch remembers whom it has not heard again (IEEE 802.1D 7.9.2: from 10 s to 1000000 s, 300 s by default). */
#define SWITCH_AGEING_NS (INT64_C(300) * 1000000000)
#define SWITCH_AGEING_MOST (INT64_C(1000000) * 1000000000)

struct segment;

struct segment *segment_new(struct net *net, const char *name, enum segment_kind kind);
struct segment *segment_find(const struct net *net, const char *name);
const char *segment_name(const struct segment *segment);
void segment_ageing(struct segment *segment, int64_t ageing_ns); /* of what is learnt from now on; 0: it learns nothing */
bool segment_is_switch(const struct segment *segment);
void segments_free(struct net *net); /* not the links into them: those are the net's */

/* Plugs an interface in that has no link yet; returns its link. */
struct link *segment_join(struct segment *segment, struct iface *iface, const struct link_setup *setup);
void segment_leave(struct segment *segment, const struct iface *iface); /* the interface goes for good */

struct iface *segment_next(const struct segment *segment, const struct iface *after); /* in order of joining; NULL starts */

/* The member that has this address and is connected; of several the one that joined first. NULL: nobody. */
struct iface *segment_neighbor(struct segment *segment, uint8_t family, const struct prefix_key *address);

void segment_forget(const struct iface *iface); /* its medium went: a switch knows no more that it is there */
void segment_arrive(struct link *link, struct packet *packet); /* over a member's link; takes the packet */
#endif
