/*
 * A shared segment: what several interfaces are plugged into. Each member has a transmit link of its own into the segment (rate,
 * delay, queue, impairments); a frame that has arrived over it goes to the other members at that instant. A hub gives each frame to
 * all of them: whom it does not concern drops it, but captures see it. A switch gives a frame for one interface to that one alone.
 */
#ifndef NET_LINK_SEGMENT_H
#define NET_LINK_SEGMENT_H
#include <stdbool.h>

#include "net/link/link.h"

enum segment_kind { SEGMENT_SWITCH, SEGMENT_HUB };

struct segment;

struct segment *segment_new(struct net *net, const char *name, enum segment_kind kind);
struct segment *segment_find(const struct net *net, const char *name);
const char *segment_name(const struct segment *segment);
void segments_free(struct net *net); /* not the links into them: those are the net's */

/* Plugs an interface in that has no link yet; returns its link. */
struct link *segment_join(struct segment *segment, struct iface *iface, const struct link_setup *setup);
void segment_leave(struct segment *segment, const struct iface *iface); /* the interface goes for good */

struct iface *segment_next(const struct segment *segment, const struct iface *after); /* in order of joining; NULL starts */

/* The member that has this address and is connected; of several the one that joined first. NULL: nobody. */
struct iface *segment_neighbor(struct segment *segment, uint8_t family, const struct prefix_key *address);

void segment_arrive(struct link *link, struct packet *packet); /* over a member's link; takes the packet */
#endif
