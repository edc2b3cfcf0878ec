/*
 * The inside of the neighbour cache: its entries, what happens to them (neighbor_state.c) and the messages (neighbor_message.c,
 * neighbor_arp.c, neighbor_nd.c).
 */
#ifndef NET_IP_NEIGHBOR_PRIVATE_H
#define NET_IP_NEIGHBOR_PRIVATE_H
#include "net/ip/neighbor.h"
#include "net/net_private.h"
#include "net/timer.h"

#define ARP_BODY_BYTES 28u

struct neighbor_key { struct prefix_key address; uint32_t slot; };

struct neighbor {
    struct neighbor_key key;
    struct iface *iface;
    uint8_t state;         /* enum neighbor_state */
    uint8_t mac[6];
    bool has_mac, router;
    bool dead;             /* it did not answer while routes led by it, and has not been heard of since */
    unsigned solicits;     /* sent in the present state */
    int64_t confirmed_ns;  /* reachable: newest confirmation */
    int64_t held_until_ns; /* unreachable: not asked again before */
    uint64_t row;          /* of its newest change */
    struct prefix_key asker; /* source of the packet that made us ask (RFC 4861 7.2.2) */
    struct packet *waiting, *waiting_last;
    unsigned waiting_count;
    struct request *watches; /* of its being asked (discovery.c) */
    struct net_timer timer;
    UT_hash_handle hh;     /* in order of first use */
};

struct neighbors {
    struct neighbor *entries;
    struct random_stream stream;
    int64_t reachable_ns, drawn_ns; /* ReachableTime and when it was drawn; 0: not yet */
};

/* ---- neighbor.c ---- */
struct neighbor *neighbor_find(const struct iface *iface, unsigned slot, const struct prefix_key *address); /* NULL: none */
struct neighbor *neighbor_make(struct iface *iface, unsigned slot, const struct prefix_key *address); /* of the state NEIGHBOR_NONE if new */
void neighbor_free(struct neighbor *neighbor); /* what waits is dropped */
void neighbor_drop_waiting(struct neighbor *neighbor, bool telling); /* telling: the transport, or whoever sent it */
int64_t neighbor_reachable_ns(struct iface *iface);

/* ---- neighbor_state.c ---- */
void neighbor_enter(struct neighbor *neighbor, enum neighbor_state state); /* its row; a gateway comes to be dead, or alive again */
void neighbor_resolve(struct neighbor *neighbor); /* asks everybody */
bool neighbor_held(const struct neighbor *neighbor); /* it did not answer, and is not asked again yet */
void neighbor_used(struct neighbor *neighbor);    /* a packet is about to leave for it */
void neighbor_due(struct net_timer *timer);

/* What a message said of its sender, or of its target. */
enum neighbor_news { NEWS_QUESTION, NEWS_ANSWER, NEWS_UNASKED };
struct neighbor_word { enum neighbor_news news; const uint8_t *mac; bool override, router_known, router; };
void neighbor_learn(struct iface *iface, unsigned slot, const struct prefix_key *address, const struct neighbor_word *word);

/* ---- neighbor_message.c ---- */
/* Onto the link, for the one that has this link-layer address; NULL: for everybody. Takes the packet. */
void neighbor_transmit(struct iface *iface, struct packet *packet, const struct prefix_key *address, const uint8_t *mac);
struct iface *neighbor_member(const struct iface *iface, uint8_t family, const struct prefix_key *address, const uint8_t mac[6]);
void neighbor_solicit(struct neighbor *neighbor, bool everybody);
/* An address of the interface that is in use. */
struct ifaddr *neighbor_own(const struct iface *iface, unsigned slot, const struct prefix_key *address);

/* ---- neighbor_arp.c, neighbor_nd.c ---- */
enum arp_operation { ARP_REQUEST = 1, ARP_REPLY = 2 };
/* `from` all zero: a probe. mac NULL: to everybody. */
void arp_send(struct iface *iface, enum arp_operation operation, const struct prefix_key *from, const struct prefix_key *to, const uint8_t *mac);
void arp_arrive(struct iface *iface, struct packet *packet);

enum { ND_ROUTER_SOLICITATION = 133, ND_ROUTER_ADVERTISEMENT, ND_SOLICITATION, ND_ADVERTISEMENT, ND_REDIRECT };
enum { ND_SOURCE_MAC = 1, ND_TARGET_MAC = 2 };
#define ND_IS_ROUTER (UINT32_C(1) << 31)
#define ND_SOLICITED (UINT32_C(1) << 30)
#define ND_OVERRIDE (UINT32_C(1) << 29)
/* `from` all zero: for duplicate address detection. mac NULL: to the solicited-node group of the target. */
void nd_solicit(struct iface *iface, const struct prefix_key *from, const struct prefix_key *target, const uint8_t *mac);
/* mac NULL: to all nodes. */
void nd_advertise(struct iface *iface, const struct prefix_key *target, const struct prefix_key *to, const uint8_t *mac);
void nd_arrive(struct iface *iface, struct packet *packet);
/* The link-layer address in an option of this type; NULL: none, or the options are broken (then *good is false). */
const uint8_t *nd_option_mac(const struct packet *packet, size_t options_at, uint8_t type, bool *good);

/* ---- messages as bytes ---- */
static inline void key_write(uint8_t *at, unsigned slot, const struct prefix_key *key)
{
    for (unsigned i = 0; i < (slot ? 16u : 4u); i++)
        at[i] = (uint8_t)(key->word[i / 4] >> (24 - 8 * (i % 4)));
}

static inline struct prefix_key key_read(const uint8_t *at, unsigned slot)
{
    struct prefix_key key = { { 0 } };
    for (unsigned i = 0; i < (slot ? 16u : 4u); i++)
        key.word[i / 4] |= (uint32_t)at[i] << (24 - 8 * (i % 4));
    return key;
}
#endif
