/*
 * Receive-side scaling (host-stack 8): a network adapter spreads what it receives over the processors of its host. A hash over
 * addresses and ports picks an entry of the indirection table, the entry names the processor.
 *
 *   toeplitz.c    the hash
 *   table.c       which processors may be named, and the initial table
 *   hash.c        what of a packet is hashed, and where it lands
 *   rss.c         settings, and what changing them does
 *   receive.c     what waits for a processor
 *
 * An interface owns a struct rss from the first time that somebody looks; until then, and without a word in the world, it is as
 * its type has it: Ethernet adapters scale, others do not. That a packet lands somewhere costs nothing and changes no time unless
 * the host's cpu_rx_ns_per_packet is set.
 */
#ifndef NET_RSS_RSS_H
#define NET_RSS_RSS_H
#include <stdbool.h>
#include <stdint.h>

#include "net/net.h"
#include "net/rss/toeplitz.h"
#include "net/timer.h"

struct packet;
struct tuple; /* endpoint/endpoint.h */

/* ---- processors of a host: logical ones, 64 a group, numbered from 0:0 on ---- */

#define RSS_GROUP_SIZE 64u
struct processor { uint16_t group, number; };
#define PROCESSOR_LAST ((struct processor){ UINT16_MAX, RSS_GROUP_SIZE - 1 })
/* "1:17", or "17" for 0:17. */
bool processor_parse(const char *text, struct processor *processor);
#define PROCESSOR_TEXT 16
const char *processor_text(struct processor processor, char text[PROCESSOR_TEXT]);
uint16_t processor_node(const struct host *host, struct processor processor); /* NUMA */

/* ---- settings ---- */

/* What a hash is made of; the bits of NDIS (host-stack 8.1). The _EX types differ from the plain ones by extension headers only
   that no packet here bears, so they stand for the same. */
enum rss_hash_type {
    RSS_IPV4 = 0x100, RSS_TCP_IPV4 = 0x200, RSS_IPV6 = 0x400, RSS_IPV6_EX = 0x800, RSS_TCP_IPV6 = 0x1000, RSS_TCP_IPV6_EX = 0x2000,
    RSS_UDP_IPV4 = 0x4000, RSS_UDP_IPV6 = 0x8000, RSS_UDP_IPV6_EX = 0x10000,
};
#define RSS_HASH_TYPES 9u
extern const struct rss_hash_name { const char *name; uint32_t bit; } rss_hash_names[RSS_HASH_TYPES];

enum rss_profile { RSS_CLOSEST = 1, RSS_CLOSEST_STATIC, RSS_NUMA, RSS_NUMA_STATIC, RSS_CONSERVATIVE, RSS_BALANCED };
#define RSS_PROFILES 6u
extern const char *const rss_profile_names[RSS_PROFILES]; /* RSS_CLOSEST first */

#define RSS_ENTRIES_MOST 128u
#define RSS_ANY_NODE UINT16_MAX

struct rss_setup {
    bool capable;                      /* the adapter can; Ethernet by default */
    bool enabled;                      /* the adapter's keyword *RSS; true */
    enum rss_profile profile;          /* RSS_NUMA_STATIC */
    uint16_t numa_node;                /* preferred; RSS_ANY_NODE */
    uint16_t entries;                  /* of the indirection table, a power of two; 128 */
    uint16_t queues;                   /* how many different processors it may name; 16 */
    uint16_t max_processors;           /* 16 */
    struct processor base, max;        /* 0:0, PROCESSOR_LAST */
    uint32_t hash_types;               /* enum rss_hash_type; all but UDP */
    uint8_t key[TOEPLITZ_KEY_BYTES];   /* toeplitz_published_key */
};
struct rss_setup rss_setup_default(enum iface_type type);

/* Settings as they are; those that wait for a restart if there are such. */
struct rss_setup rss_setup_now(const struct iface *iface);

/* What the world declares: no row, no restart. */
bool rss_declare(struct iface *iface, const struct rss_setup *setup);
/* New settings. The adapter restarts to take them, which takes the host's adapter_restart_ns (0: it does not show); without
   `restart` they wait until it restarts for another reason. */
bool rss_change(struct iface *iface, const struct rss_setup *setup, bool restart);
/* An entry of the table gets another processor, at once. Refused under a static profile. */
bool rss_move(struct iface *iface, unsigned entry, struct processor to);
void rss_global(struct host *host, bool on); /* at once, on all interfaces */

bool rss_active(const struct iface *iface);           /* host's switch, capable, enabled, up */
bool rss_enabled_anywhere(const struct host *host);   /* SIO_QUERY_RSS_SCALABILITY_INFO */

/* ---- where it lands ---- */

struct rss_place {
    struct processor processor;
    uint16_t node;                     /* of the processor */
    uint16_t entry;                    /* of the table, where there was a hash */
    uint32_t hash, hash_type;          /* type 0: none, so the default processor */
};

/* False: RSS is not active there; the place is the default processor then. */
bool rss_processor(const struct iface *iface, const struct packet *packet, struct rss_place *place);
/* For packets of a connection as they come in: from its remote to its local end. */
bool rss_tuple_processor(const struct iface *iface, const struct tuple *tuple, struct rss_place *place);

/* Fields of a row: "processor", and "hash" where there was one; none while RSS is not active there. */
void rss_packet_fields(struct trace *trace, const struct iface *iface, const struct packet *packet);
void rss_tuple_fields(struct trace *trace, const struct iface *iface, const struct tuple *tuple);

/* For whoever delivers what a link brought, before ip_arrive: true if the packet was taken, since its processor is busy with it
   for some time first. False, without having looked, where that takes no time. */
bool rss_receive(struct iface *iface, struct packet *packet);

/* ---- for iface.c, host.c and net.c ---- */
void rss_started(struct iface *iface);                       /* the adapter starts: what waited holds, the table is the initial one */
bool rss_keeps_media(struct iface *iface, bool connected);   /* it is restarting: the cable's news wait until it is back */
void rss_free(struct iface *iface);
void rss_processors_free(struct host *host);
void rss_keys_free(struct net *net);

/* ---- inside sim/net/rss ---- */

struct rss {
    struct net_timer restart;          /* first: the adapter is away */
    struct iface *iface;
    struct rss_setup setup, waiting;
    bool waits, restarting, media_after;
    uint16_t eligible_count, candidate_count; /* the latter are the first of the former */
    uint16_t eligible[RSS_ENTRIES_MOST];      /* processors by number over all groups */
    uint16_t table[RSS_ENTRIES_MOST];
    struct toeplitz *toeplitz;         /* NULL: not needed yet */
};
struct rss *rss_of(const struct iface *iface);               /* made at first sight; NULL: the interface is on its way out */
/* Candidates and initial table from the settings; false: no processor is left. */
bool rss_table_make(struct rss *rss, const struct host_parameters *parameters);
const struct toeplitz *rss_toeplitz(struct rss *rss);
struct processor processor_at(unsigned index);
void rss_receive_forget(const struct iface *iface); /* what came by it and waits is lost */
#endif
