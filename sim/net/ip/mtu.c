#include "net/ip/mtu.h"

#include <stddef.h>
#include <stdlib.h>

#include "net/net_private.h"
#include "net/timer.h"

#define LEAST_V4 576u  /* Windows believes no less (host-stack 1.3) */
#define LEAST_V6 1280u /* RFC 8200 5: every link has as much */

struct mtu_key { struct prefix_key destination; uint32_t slot; };

struct ip_mtu {
    struct mtu_key key;
    uint32_t mtu_bytes;
    int64_t until_ns;
    UT_hash_handle hh; /* in order of learning, so by `until_ns` */
};

struct ip_mtus { struct host *host; struct ip_mtu *entries; struct net_timer timer; };

static struct ip_mtu *mtu_find(const struct host *host, uint8_t family, const struct prefix_key *destination)
{
    struct mtu_key key = { .destination = *destination, .slot = family_slot(family) };
    struct ip_mtu *entry;
    HASH_FIND(hh, host->mtus->entries, &key, sizeof key, entry);
    return entry;
}

static void row_mtu(const struct host *host, const struct ip_mtu *entry, const char *verb)
{
    struct trace *trace = host->net->trace;
    if (!trace_begin(trace, LAYER_NET, verb, host->name, ""))
        return;
    char text[ADDRESS_TEXT];
    struct kernel_address destination = key_address((uint8_t)slot_family(entry->key.slot), &entry->key.destination);
    address_text(&destination, text);
    trace_text(trace, "to", text);
    trace_uint(trace, "mtu", entry->mtu_bytes);
    trace_end(trace);
}

/* The oldest is the first that is due. */
static void timer_follow(struct ip_mtus *mtus)
{
    struct net *net = mtus->host->net;
    if (mtus->entries)
        net_timer_set(net->engine, &mtus->timer, mtus->entries->until_ns, trace_cause(net->trace));
    else
        net_timer_stop(net->engine, &mtus->timer);
}

static void mtu_forget(struct ip_mtus *mtus, struct ip_mtu *entry)
{
    row_mtu(mtus->host, entry, "mtu.forgotten");
    HASH_DEL(mtus->entries, entry);
    free(entry);
    mtus->host->generation++; /* paths with this MTU are found anew */
}

static void mtus_due(struct net_timer *timer)
{
    struct ip_mtus *mtus = (struct ip_mtus *)(void *)((char *)timer - offsetof(struct ip_mtus, timer));
    while (mtus->entries && mtus->entries->until_ns <= *mtus->host->net->clock_ns)
        mtu_forget(mtus, mtus->entries);
    timer_follow(mtus);
}

static struct ip_mtu *mtu_make(struct ip_mtus *mtus, uint8_t family, const struct prefix_key *destination)
{
    unsigned most = mtus->host->parameters.path_cache_max;
    if (mtus->entries && HASH_COUNT(mtus->entries) >= most)
        mtu_forget(mtus, mtus->entries); /* host-stack 3.6 */
    struct ip_mtu *entry = memory_take(sizeof *entry);
    entry->key = (struct mtu_key){ .destination = *destination, .slot = family_slot(family) };
    entry->mtu_bytes = UINT32_MAX;
    return entry;
}

/* Never upwards (RFC 8201 4); told the same again it is kept for longer. A router that says 0 (older than RFC 1191) is taken for one
   that says the least. */
void ip_mtu_learn(struct host *host, uint8_t family, const struct prefix_key *destination, uint32_t mtu_bytes)
{
    uint32_t least = family == KERNEL_IPV6 ? LEAST_V6 : LEAST_V4;
    if (mtu_bytes < least)
        mtu_bytes = least;
    if (!host->mtus) {
        host->mtus = memory_take(sizeof *host->mtus);
        host->mtus->host = host;
        host->mtus->timer.run = mtus_due;
    }
    struct ip_mtus *mtus = host->mtus;
    struct ip_mtu *entry = mtu_find(host, family, destination);
    if (entry && mtu_bytes > entry->mtu_bytes)
        return;
    if (entry)
        HASH_DEL(mtus->entries, entry);
    else
        entry = mtu_make(mtus, family, destination);
    bool smaller = mtu_bytes < entry->mtu_bytes;
    entry->mtu_bytes = mtu_bytes;
    entry->until_ns = *host->net->clock_ns + host->parameters.path_mtu_timeout_ns;
    HASH_ADD(hh, mtus->entries, key, sizeof entry->key, entry);
    if (smaller) {
        row_mtu(host, entry, "mtu.learnt");
        host->generation++;
    }
    timer_follow(mtus);
}

void ip_mtu_forget(struct host *host, uint8_t family, const struct prefix_key *destination)
{
    struct ip_mtu *entry = host->mtus ? mtu_find(host, family, destination) : NULL;
    if (!entry) return;
    mtu_forget(host->mtus, entry);
    timer_follow(host->mtus);
}

uint32_t ip_mtu_known(const struct host *host, uint8_t family, const struct prefix_key *destination, uint32_t mtu_bytes)
{
    if (!host->mtus || !host->mtus->entries)
        return mtu_bytes;
    const struct ip_mtu *entry = mtu_find(host, family, destination);
    return entry && entry->mtu_bytes < mtu_bytes ? entry->mtu_bytes : mtu_bytes;
}

void ip_mtus_free(struct host *host)
{
    if (!host->mtus)
        return;
    struct ip_mtu *entry, *next;
    net_timer_stop(host->net->engine, &host->mtus->timer);
    HASH_ITER(hh, host->mtus->entries, entry, next) {
        HASH_DEL(host->mtus->entries, entry);
        free(entry);
    }
    free(host->mtus);
    host->mtus = NULL;
}
