/* The settings of adapters: defaults, changes, restarts (host-stack 8.4, 8.5). */
#include "net/rss/rss.h"

#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/check.h"
#include "net/net_private.h"

const struct rss_hash_name rss_hash_names[RSS_HASH_TYPES] = {
    { "ipv4", RSS_IPV4 }, { "tcp_ipv4", RSS_TCP_IPV4 }, { "udp_ipv4", RSS_UDP_IPV4 },
    { "ipv6", RSS_IPV6 }, { "tcp_ipv6", RSS_TCP_IPV6 }, { "udp_ipv6", RSS_UDP_IPV6 },
    { "ipv6_ex", RSS_IPV6_EX }, { "tcp_ipv6_ex", RSS_TCP_IPV6_EX }, { "udp_ipv6_ex", RSS_UDP_IPV6_EX },
};
const char *const rss_profile_names[RSS_PROFILES] = { "closest", "closest_static", "numa", "numa_static", "conservative", "balanced" };

struct rss_setup rss_setup_default(enum iface_type type)
{
    struct rss_setup setup = {
        .capable = type == IFACE_ETHERNET, .enabled = true, .profile = RSS_NUMA_STATIC, .numa_node = RSS_ANY_NODE, .entries = RSS_ENTRIES_MOST,
        .queues = 16, .max_processors = 16, .base = { 0, 0 }, .max = PROCESSOR_LAST,
        .hash_types = RSS_IPV4 | RSS_TCP_IPV4 | RSS_IPV6 | RSS_IPV6_EX | RSS_TCP_IPV6 | RSS_TCP_IPV6_EX,
    };
    memcpy(setup.key, toeplitz_published_key, TOEPLITZ_KEY_BYTES);
    return setup;
}

/* ---- the struct of an interface ---- */

static void restart_over(struct net_timer *timer);

struct rss *rss_of(const struct iface *iface)
{
    if (iface->rss)
        return iface->rss;
    struct iface *owner = iface_by_index(iface->host, iface->index); /* the same, for writing */
    if (!owner)
        return NULL;
    struct rss *rss = memory_take(sizeof *rss);
    rss->restart.run = restart_over;
    rss->iface = owner;
    rss->setup = rss_setup_default(iface->type);
    check(rss_table_make(rss, &iface->host->parameters));
    owner->rss = rss;
    return rss;
}

static void key_release(struct net *net, struct rss *rss)
{
    if (rss->toeplitz && --rss->toeplitz->uses == 0) {
        struct toeplitz **at = &net->rss_keys;
        while (*at != rss->toeplitz)
            at = &(*at)->next;
        *at = rss->toeplitz->next;
        free(rss->toeplitz);
    }
    rss->toeplitz = NULL;
}

const struct toeplitz *rss_toeplitz(struct rss *rss)
{
    struct net *net = rss->iface->host->net;
    if (rss->toeplitz)
        return rss->toeplitz;
    struct toeplitz *found = net->rss_keys;
    while (found && memcmp(found->key, rss->setup.key, TOEPLITZ_KEY_BYTES) != 0)
        found = found->next;
    if (!found) {
        found = memory_take(sizeof *found);
        toeplitz_prepare(found, rss->setup.key);
        found->next = net->rss_keys;
        net->rss_keys = found;
    }
    found->uses++;
    rss->toeplitz = found;
    return found;
}

void rss_free(struct iface *iface)
{
    struct net *net = iface->host->net;
    rss_receive_forget(iface);
    if (!iface->rss)
        return;
    net_timer_stop(net->engine, &iface->rss->restart);
    key_release(net, iface->rss);
    free(iface->rss);
    iface->rss = NULL;
}

void rss_keys_free(struct net *net)
{
    check(!net->rss_keys); /* they went with the last interface that used them */
}

/* ---- what holds ---- */

struct rss_setup rss_setup_now(const struct iface *iface)
{
    const struct rss *rss = iface->rss;
    if (!rss)
        return rss_setup_default(iface->type);
    return rss->waits ? rss->waiting : rss->setup;
}

/* Whether the interface counts: without having to make its struct. */
static bool scales(const struct iface *iface)
{
    if (!iface->host->parameters.rss)
        return false;
    return iface->rss ? iface->rss->setup.capable && iface->rss->setup.enabled : iface->type == IFACE_ETHERNET;
}

bool rss_active(const struct iface *iface)
{
    return iface->connected && scales(iface);
}

bool rss_enabled_anywhere(const struct host *host)
{
    const struct iface *iface;
    DL_FOREACH(host->ifaces, iface) {
        if (scales(iface) && (iface->connected || !host->parameters.rss_info_needs_up))
            return true;
    }
    return false;
}

enum kernel_status kernel_rss_enabled(bool *enabled)
{
    check(running && running->host);
    const struct host *host = running->host;
    *enabled = !host->stack_down && rss_enabled_anywhere(host);
    return host->stack_down ? KERNEL_STACK_DOWN : KERNEL_OK;
}

/* ---- rows ---- */

static void row_settings(const struct rss *rss, const struct rss_setup *setup)
{
    struct trace *trace = rss->iface->host->net->trace;
    char text[PROCESSOR_TEXT];
    trace_bool(trace, "enabled", setup->enabled);
    trace_text(trace, "profile", rss_profile_names[setup->profile - 1]);
    trace_uint(trace, "queues", setup->queues);
    trace_uint(trace, "entries", setup->entries);
    trace_list(trace, "hash_types");
    for (unsigned i = 0; i < RSS_HASH_TYPES; i++)
        if (setup->hash_types & rss_hash_names[i].bit)
            trace_text(trace, "", rss_hash_names[i].name);
    trace_close(trace);
    trace_bytes(trace, "key", setup->key, TOEPLITZ_KEY_BYTES);
    trace_list(trace, "processors");
    for (unsigned i = 0; i < rss->candidate_count; i++)
        trace_text(trace, "", processor_text(processor_at(rss->eligible[i]), text));
    trace_close(trace);
}

/* when: "now", "waiting" (for a restart), "restart" (that begins). */
static uint64_t row_changed(const struct rss *rss, const struct rss_setup *setup, const char *when)
{
    const struct iface *iface = rss->iface;
    struct trace *trace = iface->host->net->trace;
    if (!trace_begin(trace, LAYER_NET, "rss.changed", iface->host->name, iface->name))
        return trace_cause(trace);
    trace_text(trace, "when", when);
    row_settings(rss, setup);
    trace_bool(trace, "active", rss_active(iface));
    return trace_end(trace);
}

static void row_moved(const struct rss *rss, unsigned entry, struct processor to)
{
    const struct iface *iface = rss->iface;
    struct trace *trace = iface->host->net->trace;
    char text[PROCESSOR_TEXT];
    if (!trace_begin(trace, LAYER_NET, "rss.changed", iface->host->name, iface->name))
        return;
    trace_uint(trace, "entry", entry);
    trace_text(trace, "processor", processor_text(to, text));
    trace_end(trace);
}

/* ---- changes ---- */

/* The settings with the table that follows from them, refused where there is none: tried on a copy. */
static bool settings_good(struct iface *iface, const struct rss_setup *setup, struct rss *trial)
{
    struct net *net = iface->host->net;
    const struct host_parameters *parameters = &iface->host->parameters;
    char base[PROCESSOR_TEXT], max[PROCESSOR_TEXT];
    memset(trial, 0, sizeof *trial);
    trial->iface = iface;
    trial->setup = *setup;
    if (setup->entries == 0 || setup->entries > RSS_ENTRIES_MOST || (setup->entries & (setup->entries - 1)) != 0)
        return net_refuse(net, "an indirection table has a power of two of entries, at most %u", RSS_ENTRIES_MOST);
    if (setup->queues == 0 || setup->max_processors == 0)
        return net_refuse(net, "an adapter needs a queue and a processor");
    if (setup->numa_node != RSS_ANY_NODE && setup->numa_node >= (parameters->numa_nodes ? parameters->numa_nodes : 1))
        return net_refuse(net, "host \"%s\" has no NUMA node %u", iface->host->name, setup->numa_node);
    if (!rss_table_make(trial, parameters))
        return net_refuse(net, "host \"%s\" has no core from processor %s to %s", iface->host->name, processor_text(setup->base, base), processor_text(setup->max, max));
    return true;
}

/* The new settings hold; the table is the initial one (host-stack 8.5). */
static void apply(struct rss *rss, const struct rss_setup *setup)
{
    if (memcmp(rss->setup.key, setup->key, TOEPLITZ_KEY_BYTES) != 0)
        key_release(rss->iface->host->net, rss);
    rss->setup = *setup;
    rss->waits = false;
    check(rss_table_make(rss, &rss->iface->host->parameters));
}

bool rss_declare(struct iface *iface, const struct rss_setup *setup)
{
    struct rss trial;
    if (iface->type == IFACE_LOOPBACK && setup->capable)
        return net_refuse(iface->host->net, "the loopback interface has no receive-side scaling");
    if (!settings_good(iface, setup, &trial))
        return false;
    apply(rss_of(iface), setup);
    return true;
}

/* The adapter is away for a while: for the stack its cable is out. */
static void restart_begin(struct rss *rss)
{
    struct iface *iface = rss->iface;
    struct net *net = iface->host->net;
    if (!rss->restarting) {
        rss->media_after = iface->media;
        iface_media(iface, false);
        rss->restarting = true;
    }
    net_timer_set(net->engine, &rss->restart, engine_now_ns(net->engine) + iface->host->parameters.adapter_restart_ns, trace_cause(net->trace));
}

static void restart_over(struct net_timer *timer)
{
    struct rss *rss = (struct rss *)(void *)timer;
    rss->restarting = false;
    if (rss->media_after)
        iface_media(rss->iface, true);
}

bool rss_keeps_media(struct iface *iface, bool connected)
{
    if (!iface->rss || !iface->rss->restarting)
        return false;
    iface->rss->media_after = connected;
    return true;
}

bool rss_change(struct iface *iface, const struct rss_setup *setup, bool restart)
{
    struct rss *rss = rss_of(iface), trial;
    struct host *host = iface->host;
    if (!rss->setup.capable || !setup->capable)
        return net_refuse(host->net, "the interface \"%s\" has no receive-side scaling", iface->name);
    if (!settings_good(iface, setup, &trial))
        return false;
    bool away = restart && host->parameters.adapter_restart_ns > 0 && iface->up;
    if (restart) {
        apply(rss, setup);
    } else {
        rss->waiting = *setup;
        rss->waits = true;
    }
    uint64_t former = trace_set_cause(host->net->trace, row_changed(restart ? rss : &trial, setup, away ? "restart" : restart ? "now" : "waiting"));
    if (away)
        restart_begin(rss);
    trace_set_cause(host->net->trace, former);
    return true;
}

void rss_started(struct iface *iface)
{
    if (iface->rss) {
        struct rss_setup setup = rss_setup_now(iface);
        apply(iface->rss, &setup);
    }
}

bool rss_move(struct iface *iface, unsigned entry, struct processor to)
{
    struct rss *rss = rss_of(iface);
    struct host *host = iface->host;
    uint16_t index = (uint16_t)(to.group * RSS_GROUP_SIZE + to.number), different = 0;
    bool eligible = false, there = false;
    char text[PROCESSOR_TEXT];
    if (!rss_active(iface))
        return net_refuse(host->net, "receive-side scaling is not active on \"%s\"", iface->name);
    if (rss->setup.profile == RSS_CLOSEST_STATIC || rss->setup.profile == RSS_NUMA_STATIC)
        return net_refuse(host->net, "the profile \"%s\" never moves an entry", rss_profile_names[rss->setup.profile - 1]);
    if (entry >= rss->setup.entries)
        return net_refuse(host->net, "the indirection table has %u entries", rss->setup.entries);
    for (unsigned i = 0; i < rss->eligible_count; i++) {
        bool named = false;
        for (unsigned k = 0; k < rss->setup.entries; k++)
            named = named || (k != entry && rss->table[k] == rss->eligible[i]);
        different = (uint16_t)(different + named);
        eligible = eligible || rss->eligible[i] == index;
        there = there || (named && rss->eligible[i] == index);
    }
    if (!eligible)
        return net_refuse(host->net, "processor %s is none that \"%s\" may use", processor_text(to, text), iface->name);
    if (!there && different >= rss->setup.queues)
        return net_refuse(host->net, "\"%s\" has %u queues, all of them in use", iface->name, rss->setup.queues);
    rss->table[entry] = index;
    row_moved(rss, entry, to);
    return true;
}

void rss_global(struct host *host, bool on)
{
    struct trace *trace = host->net->trace;
    struct iface *iface;
    if (host->parameters.rss == on)
        return;
    host->parameters.rss = on;
    DL_FOREACH(host->ifaces, iface) {
        if (on && iface->rss)
            check(rss_table_make(iface->rss, &host->parameters)); /* off and on again: the initial table */
    }
    if (trace_begin(trace, LAYER_NET, "rss.changed", host->name, "")) {
        trace_bool(trace, "global", on);
        trace_end(trace);
    }
}
