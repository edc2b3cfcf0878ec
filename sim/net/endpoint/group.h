/*
 * Groups, on two levels (host-stack 7, RFC 3376 3). An endpoint has memberships: each for one group on one interface, with sources it
 * wants or does not want. An interface has groups: all memberships of one merged into what routers are told of it.
 *
 *   group.c        memberships, and which packets they let through
 *   iface_group.c  the merged state, its changes and how often they are told
 *   igmp.c         reports and queries as packets: IGMP for IPv4, MLD for IPv6
 */
#ifndef NET_ENDPOINT_GROUP_H
#define NET_ENDPOINT_GROUP_H
#include "core/random.h"
#include "net/endpoint/endpoint.h"
#include "net/timer.h"

struct source { struct prefix_key key; bool on; }; /* not on: it was once */

struct membership {
    struct endpoint *endpoint;
    struct iface_group *at;      /* NULL: the interface has gone */
    uint32_t interface_index;
    struct prefix_key group;
    uint8_t family;
    bool exclude;                /* everybody but the sources that are on (blocked); else only those */
    bool by_default;             /* the interface was not named */
    struct source *sources;
    unsigned count;
    struct membership *next;     /* of the endpoint */
    struct membership *group_prev, *group_next;
};

struct groups { struct membership *first; };

/* ---- iface_group.c ---- */

struct filter { bool exclude; unsigned count; struct prefix_key *sources; }; /* ascending */
static inline bool filter_wants(const struct filter *filter) { return filter->exclude || filter->count; }

struct group_timer { struct net_timer timer; struct iface_group *group; int64_t at_ns; };

struct group_key { struct prefix_key group; uint8_t family, zero[3]; };

struct iface_group {
    struct iface *iface;
    struct group_key key;
    struct membership *members;
    uint32_t excluding, sourced; /* members that exclude; that name sources at all */
    struct filter now;           /* as routers are told */
    unsigned mode_left;          /* how often the change between including and excluding is still to be told */
    struct change { struct prefix_key key; unsigned left; } *changes; /* … and that of a source */
    unsigned change_count;
    struct group_timer again, asked; /* the next telling of a change; the answer to a query about this group */
    bool asked_all;
    struct prefix_key *asked_sources;
    unsigned asked_count;
    UT_hash_handle hh;           /* by key; next: in order of joining */
};

struct iface_groups {
    struct iface_group *first;
    struct group_side {
        struct net_timer timer;  /* the answer to a general query */
        struct iface *iface;
        int64_t at_ns;
        uint8_t family;
        uint8_t older;           /* the version of an older querier … */
        int64_t older_until_ns;  /* … whom the host obeys until then */
    } side[FAMILIES];
    struct random_stream random; /* "igmp:<host>:<interface>" */
};

struct iface_groups *iface_groups_of(struct iface *iface); /* made on demand */
struct iface_group *iface_group_find(const struct iface *iface, uint8_t family, const struct prefix_key *group);
void iface_group_enter(struct iface *iface, struct membership *membership);
void iface_group_leave(struct membership *membership);
void iface_group_changed(struct iface_group *group); /* a member's filter is another */
/* Whether it is told of at all: not on loopback, not the group of all hosts, nothing that stays in the host. */
bool iface_group_is_told(const struct iface_group *group);
int64_t group_delay_ns(struct iface *iface, int64_t most_ns); /* drawn, or the longest */

/* ---- igmp.c ---- */
unsigned igmp_version_now(const struct iface *iface, uint8_t family); /* 1 to 3; MLD 1 and 2 are 2 and 3 */
void igmp_tell_change(struct iface_group *group);
void igmp_answer(struct iface_group *group);     /* what a query about this group asked */
void igmp_answer_all(struct group_side *side);   /* … about all */
void mld_arrive(struct iface *iface, const struct packet *packet); /* does not take it */
#endif
