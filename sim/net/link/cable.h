/*
 * What is plugged into interfaces: a cable between two of them, or from one into a shared segment, with a link for each direction
 * (one link, into the segment, and one out of a switch if its port has a queue). Cutting it, restoring it and changing its properties is what the steps link.* do; both ends see
 * the medium go and come at the same instant, or `detect_ns` later.
 */
#ifndef NET_LINK_CABLE_H
#define NET_LINK_CABLE_H
#include <stdbool.h>

#include "net/link/codel.h"
#include "net/link/impair.h"
#include "net/link/link.h"
#include "net/link/red.h"

struct cable;
struct segment;

/* All that can be said of one direction. */
struct cable_setup {
    struct link_setup link;
    struct impairments_setup impairments;
    bool has_codel, has_red; /* at most one of them */
    struct codel_setup codel;
    struct red_setup red;
};
struct cable_setup cable_setup_default(void);
struct cable_setup cable_setup_of(const struct link *link); /* as it is now */

/* NULL and `why`: an end has a link already, or is a loopback interface, or both are one. setup: from `a`, from `b`. */
struct cable *cable_between(struct iface *a, struct iface *b, const struct cable_setup setup[2]);
struct cable *cable_into(struct segment *segment, struct iface *iface, const struct cable_setup *setup);
/* What a switch sends to this member waits at its port from now on, has a rate and a delay, and meets with impairments. */
void cable_port(struct iface *iface, const struct cable_setup *setup);
struct link *cable_port_of(const struct cable *cable); /* NULL: none */
void cables_free(struct net *net); /* at the end of all: not their links, which are the net's too */

struct cable *cable_of(const struct iface *iface);                          /* NULL: nothing is plugged in */
struct link *cable_link(const struct cable *cable, const struct iface *from); /* the direction that leaves there */
struct iface *cable_far_end(const struct cable *cable, const struct iface *from); /* NULL: a segment */
bool cable_is_cut(const struct cable *cable);

/* The whole cable; its ends notice detect_ns later. False and `why`: it is so already. */
bool cable_cut(struct cable *cable, bool cut, int64_t detect_ns);
/* One direction, which neither end notices. */
bool cable_cut_from(struct iface *from, bool cut);
/* One direction's properties, for packets accepted from now on; a new rate is the new speed of an interface that states none. */
void cable_set(struct iface *from, const struct cable_setup *setup);
void cable_set_port(struct iface *iface, const struct cable_setup *setup); /* likewise, of the port towards it */

void cable_plugged(struct iface *iface);  /* it was plugged in during the run: a row, and the far end sees the medium come */
void cable_unplug(struct iface *iface); /* the interface goes for good: the far end sees the medium go */
#endif
