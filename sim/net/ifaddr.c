/* The addresses of an interface and their states (host-stack 2.1). */
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/check.h"
#include "core/random.h"
#include "core/text.h"
#include "net/ip/detection.h"
#include "net/net_private.h"
#include "net/tcp/tcp.h"

static const char *const state_names[] = { "invalid", "tentative", "duplicate", "deprecated", "preferred" };

const char *address_state_name(enum address_state state)
{
    return state_names[state];
}

bool address_state_parse(const char *text, enum address_state *state)
{
    for (unsigned i = 0; i < sizeof state_names / sizeof *state_names; i++) {
        if (strcmp(text, state_names[i]) == 0) {
            *state = (enum address_state)i;
            return true;
        }
    }
    return false;
}

bool ifaddr_usable(const struct ifaddr *ifaddr)
{
    return ifaddr->state == ADDRESS_PREFERRED || ifaddr->state == ADDRESS_DEPRECATED;
}

/* Host-stack 2.4: preferred ones, but not those of link scope that sit on a software loopback interface. */
bool ifaddr_listed(const struct ifaddr *ifaddr)
{
    const struct kernel_address *address = &ifaddr->address;
    bool link_scope = address_is_loopback(address) || address_is_link_local(address);
    return ifaddr->state == ADDRESS_PREFERRED && !(link_scope && ifaddr->iface->type == IFACE_LOOPBACK);
}

/* Host-stack 1.5: A | ~mask. */
struct kernel_address ifaddr_broadcast(const struct ifaddr *ifaddr)
{
    struct kernel_address all = { .family = KERNEL_IPV4 };
    if (ifaddr->prefix_length >= 31)
        return all;
    all = address_masked(&ifaddr->address, ifaddr->prefix_length);
    for (unsigned bit = ifaddr->prefix_length; bit < 32; bit++)
        all.bytes[bit / 8] |= (uint8_t)(0x80u >> (bit % 8));
    return all;
}

/* ---- state ---- */

static void timer_stop(struct ifaddr *ifaddr)
{
    engine_cancel(ifaddr->iface->host->net->engine, ifaddr->timer);
    ifaddr->timer = EVENT_NONE;
}

static void timer_set(struct ifaddr *ifaddr, int64_t after_ns, uint64_t cause)
{
    struct engine *engine = ifaddr->iface->host->net->engine;
    struct event event = { .kind = EVENT_ADDRESS_TIMER, .cause = cause, .subject.ifaddr = ifaddr };
    timer_stop(ifaddr);
    ifaddr->timer = engine_post(engine, engine_now_ns(engine) + after_ns, RANK_MACHINE, event);
}

static int64_t detection_spacing_ns(const struct ifaddr *ifaddr)
{
    const struct host_parameters *parameters = &ifaddr->iface->host->parameters;
    return ifaddr->address.family == KERNEL_IPV6 ? parameters->dad_v6_retransmit_ns : parameters->dad_v4_retransmit_ns;
}

/* Host-stack 2.2: preferred after transmits * retransmit time, unless a conflict is seen. Where neighbours are real, each of these
   times begins with a probe. */
static void detection_start(struct ifaddr *ifaddr)
{
    struct host *host = ifaddr->iface->host;
    const struct host_parameters *parameters = &host->parameters;
    unsigned transmits = ifaddr->address.family == KERNEL_IPV6 ? parameters->dad_v6_transmits : parameters->dad_v4_transmits;
    bool probes = detection_probes(ifaddr);
    ifaddr->probes = probes ? transmits : 0;
    ifaddr->announcements = probes ? parameters->dad_announcements : 0;
    timer_set(ifaddr, parameters->dad_initial_delay_ns + (probes ? 0 : transmits * detection_spacing_ns(ifaddr)), host->newest);
}

static void count(uint32_t *counter, bool before, bool after)
{
    *counter += (uint32_t)after - (uint32_t)before;
}

/* How many addresses may be a source decides whether routes of the interface lead anywhere. */
static void sources_count(struct ifaddr *ifaddr, bool before)
{
    struct iface *iface = ifaddr->iface, *other;
    struct host *host = iface->host;
    unsigned slot = family_slot(ifaddr->address.family);
    bool after = source_may(ifaddr), had = iface->sources[slot] > 0;
    count(&iface->sources[slot], before, after);
    if (had != (iface->sources[slot] > 0))
        watches_by_routes(iface, slot); /* on a weak host it may have been usable before, but not for every destination */
    if (iface->type != IFACE_LOOPBACK)
        count(&host->sources[slot], before, after);
    iface_refresh(iface);
    if (host->parameters.weak_host_send && before != after) {
        DL_FOREACH(host->ifaces, other)
            iface_refresh(other);
    }
}

/* Moves an address to a state whose row has been written (host->newest), with all that follows from it. */
static void state_enter(struct ifaddr *ifaddr, enum address_state state)
{
    struct iface *iface = ifaddr->iface, *other;
    struct host *host = iface->host;
    unsigned slot = family_slot(ifaddr->address.family);
    bool could = source_may(ifaddr), listed = ifaddr_listed(ifaddr);
    uint64_t row = host->newest;
    ifaddr->state = (uint8_t)state;
    sources_count(ifaddr, could);
    if (listed != ifaddr_listed(ifaddr)) {
        listing_count(ifaddr, listed);
        host->list_changed[slot] = true;
        host->list_cause[slot] = row;
    }
    DL_FOREACH(host->ifaces, other) {
        if (other == iface || host->parameters.weak_host_send)
            watches_by_iface(other, slot); /* another source may be chosen */
    }
    watches_at(host, &ifaddr->address); /* an own address is its own source, whatever the routes say */
    host->routes_changed[slot] = true;
    host->routes_cause[slot] = row;
    bool kept = state == ADDRESS_TENTATIVE && !iface->media; /* 1.2a: routes stay configured while the medium is away */
    if (ifaddr_usable(ifaddr) && !ifaddr->routed)
        automatic_routes_add(ifaddr);
    else if (!ifaddr_usable(ifaddr) && ifaddr->routed && !kept)
        automatic_routes_remove(ifaddr);
    host_touch(host);
}

static void state_change(struct ifaddr *ifaddr, enum address_state state)
{
    struct host *host = ifaddr->iface->host;
    if (ifaddr->state == state)
        return;
    uint64_t former = host_enter(host, row_address_changed(ifaddr, state));
    state_enter(ifaddr, state);
    host_leave(host, former);
}

void ifaddr_conflict(struct ifaddr *ifaddr)
{
    timer_stop(ifaddr);
    state_change(ifaddr, ADDRESS_DUPLICATE);
}

/* RFC 5227 2.3: whoever remembers a former owner learns better. */
static void announce(struct ifaddr *ifaddr, uint64_t cause)
{
    if (!ifaddr->announcements)
        return;
    detection_announce(ifaddr);
    if (--ifaddr->announcements)
        timer_set(ifaddr, ifaddr->iface->host->parameters.dad_announce_interval_ns, cause);
}

void ifaddr_timer(struct ifaddr *ifaddr)
{
    struct host *host = ifaddr->iface->host;
    uint64_t cause = trace_cause(host->net->trace);
    ifaddr->timer = EVENT_NONE;
    if (ifaddr->state == ADDRESS_TENTATIVE && ifaddr->probes) {
        ifaddr->probes--;
        timer_set(ifaddr, detection_spacing_ns(ifaddr), cause);
        detection_probe(ifaddr);
        return;
    }
    if (!ifaddr_usable(ifaddr)) {
        state_change(ifaddr, ifaddr->deprecated ? ADDRESS_DEPRECATED : ADDRESS_PREFERRED);
        cause = host->newest;
    }
    announce(ifaddr, cause);
}

/* The state in which an address comes to an interface that is up. `asked` ADDRESS_INVALID: by the rules. */
static enum address_state state_at_first(const struct ifaddr *ifaddr, enum address_state asked)
{
    if (asked == ADDRESS_DUPLICATE)
        return ADDRESS_DUPLICATE;
    if (!ifaddr->iface->media)
        return ADDRESS_TENTATIVE;
    if (asked != ADDRESS_INVALID)
        return asked;
    if (iface_detects(ifaddr->iface, ifaddr->address.family))
        return ADDRESS_TENTATIVE;
    return ifaddr->deprecated ? ADDRESS_DEPRECATED : ADDRESS_PREFERRED;
}

static void address_enter(struct ifaddr *ifaddr, enum address_state state)
{
    struct iface *iface = ifaddr->iface;
    struct host *host = iface->host;
    ifaddr->created = ++host->next_created;
    DL_APPEND(iface->addresses, ifaddr);
    ifaddr->state = (uint8_t)state; /* for the row */
    uint64_t former = host_enter(host, row_address(ifaddr, "address.added"));
    ifaddr->state = ADDRESS_INVALID;
    if (state == ADDRESS_TENTATIVE && iface->media && iface_detects(iface, ifaddr->address.family))
        detection_start(ifaddr);
    state_enter(ifaddr, state);
    host_leave(host, former);
}

static void address_leave(struct ifaddr *ifaddr)
{
    struct iface *iface = ifaddr->iface;
    struct host *host = iface->host;
    timer_stop(ifaddr);
    uint64_t former = host_enter(host, row_address(ifaddr, "address.removed"));
    state_enter(ifaddr, ADDRESS_INVALID);
    DL_DELETE(iface->addresses, ifaddr);
    tcp_address_gone(host, &ifaddr->address); /* 1.2: with the address its connections go */
    host_leave(host, former);
}

/* Every address, in use or stored, is in the net's table until here. */
static void address_free(struct ifaddr *ifaddr)
{
    HASH_DEL(ifaddr->iface->host->net->ifaddrs, ifaddr);
    free(ifaddr);
}

/* ---- the interface's doings ---- */

void ifaddrs_media(struct iface *iface)
{
    struct ifaddr *ifaddr;
    DL_FOREACH(iface->addresses, ifaddr) {
        if (!iface->media) {
            timer_stop(ifaddr);
            if (ifaddr_usable(ifaddr))
                state_change(ifaddr, ADDRESS_TENTATIVE);
        } else if (iface_detects(iface, ifaddr->address.family)) { /* from the start, duplicates too (2.1) */
            state_change(ifaddr, ADDRESS_TENTATIVE);
            detection_start(ifaddr);
        } else {
            state_change(ifaddr, ifaddr->deprecated ? ADDRESS_DEPRECATED : ADDRESS_PREFERRED);
        }
    }
}

void ifaddrs_store(struct iface *iface)
{
    struct ifaddr *ifaddr, *next;
    DL_FOREACH_SAFE(iface->addresses, ifaddr, next) {
        address_leave(ifaddr);
        if (ifaddr->persistent)
            DL_APPEND(iface->stored, ifaddr);
        else
            address_free(ifaddr);
    }
}

void ifaddrs_restore(struct iface *iface)
{
    struct ifaddr *ifaddr, *next;
    DL_FOREACH_SAFE(iface->stored, ifaddr, next) {
        DL_DELETE(iface->stored, ifaddr);
        address_enter(ifaddr, state_at_first(ifaddr, ADDRESS_INVALID));
    }
}

void ifaddrs_free(struct iface *iface)
{
    struct ifaddr *ifaddr, *next;
    DL_FOREACH_SAFE(iface->addresses, ifaddr, next) {
        timer_stop(ifaddr);
        address_free(ifaddr);
    }
    DL_FOREACH_SAFE(iface->stored, ifaddr, next)
        address_free(ifaddr);
}

/* ---- the script's doings ---- */

static struct ifaddr_key key_of(const struct iface *iface, const struct kernel_address *address)
{
    return (struct ifaddr_key){ .host = iface->host->number, .interface_index = iface->index,
                                .slot = family_slot(address->family), .address = prefix_key_of(address) };
}

struct ifaddr *ifaddr_of_key(const struct iface *iface, unsigned slot, const struct prefix_key *address)
{
    struct ifaddr_key key = { .host = iface->host->number, .interface_index = iface->index, .slot = slot, .address = *address };
    struct ifaddr *ifaddr;
    HASH_FIND(hh, iface->host->net->ifaddrs, &key, sizeof key, ifaddr);
    return ifaddr;
}

/* The interface is given: a link-local address needs no scope. While it is down, what it has is stored. */
static struct ifaddr *address_find(const struct iface *iface, const struct kernel_address *address)
{
    struct prefix_key key = prefix_key_of(address);
    return ifaddr_of_key(iface, family_slot(address->family), &key);
}

static bool setup_refused(const struct iface *iface, const struct ifaddr_setup *setup)
{
    static const struct kernel_address everyone = { .family = KERNEL_IPV4, .bytes = { 255, 255, 255, 255 } };
    struct net *net = iface->host->net;
    const struct kernel_address *address = &setup->address;
    char text[ADDRESS_TEXT];
    address_text(address, text);
    if (setup->prefix_length > address_width(address))
        return !net_refuse(net, "a prefix length of %u is too long for %s", setup->prefix_length, text);
    if (address_is_unspecified(address) || address_is_multicast(address) || address_equal(address, &everyone))
        return !net_refuse(net, "%s is not the address of an interface", text);
    if (address_is_loopback(address) && iface->type != IFACE_LOOPBACK)
        return !net_refuse(net, "%s belongs to the loopback interface", text);
    if (address_find(iface, address))
        return !net_refuse(net, "\"%s\" of host \"%s\" has the address %s already", iface->name, iface->host->name, text);
    if (!iface->up && !setup->persistent)
        return !net_refuse(net, "\"%s\" of host \"%s\" is down: only a persistent address can wait for it", iface->name, iface->host->name);
    return false;
}

struct ifaddr *ifaddr_add(struct iface *iface, const struct ifaddr_setup *setup)
{
    if (setup_refused(iface, setup))
        return NULL;
    struct ifaddr *ifaddr = memory_take(sizeof *ifaddr);
    ifaddr->key = key_of(iface, &setup->address);
    ifaddr->iface = iface;
    ifaddr->address = setup->address;
    bool linked = setup->address.family == KERNEL_IPV6 && address_is_link_local(&setup->address);
    ifaddr->address.scope_id = linked ? iface->index : 0; /* host-stack 2.3 */
    ifaddr->prefix_length = (uint8_t)setup->prefix_length;
    ifaddr->skip_as_source = setup->skip_as_source;
    ifaddr->persistent = setup->persistent;
    ifaddr->temporary = setup->temporary;
    ifaddr->deprecated = setup->state == ADDRESS_DEPRECATED;
    HASH_ADD(hh, iface->host->net->ifaddrs, key, sizeof ifaddr->key, ifaddr);
    if (iface->up)
        address_enter(ifaddr, state_at_first(ifaddr, setup->state));
    else
        DL_APPEND(iface->stored, ifaddr);
    return ifaddr;
}

static bool address_missing(const struct iface *iface, const struct kernel_address *address)
{
    char text[ADDRESS_TEXT];
    address_text(address, text);
    return net_refuse(iface->host->net, "\"%s\" of host \"%s\" has no address %s", iface->name, iface->host->name, text);
}

bool ifaddr_remove(struct iface *iface, const struct kernel_address *address)
{
    struct ifaddr *ifaddr = address_find(iface, address);
    if (!ifaddr)
        return address_missing(iface, address);
    if (iface->up)
        address_leave(ifaddr);
    else
        DL_DELETE(iface->stored, ifaddr);
    address_free(ifaddr);
    return true;
}

bool ifaddr_state(struct iface *iface, const struct kernel_address *address, enum address_state state)
{
    struct net *net = iface->host->net;
    struct ifaddr *ifaddr = address_find(iface, address);
    if (!ifaddr || !iface->up)
        return address_missing(iface, address);
    if (state == ADDRESS_INVALID)
        return net_refuse(net, "an address becomes invalid by being removed");
    if (!iface->media && (state == ADDRESS_PREFERRED || state == ADDRESS_DEPRECATED))
        return net_refuse(net, "\"%s\" of host \"%s\" has no medium: its addresses are tentative", iface->name, iface->host->name);
    timer_stop(ifaddr);
    ifaddr->deprecated = state == ADDRESS_DEPRECATED;
    state_change(ifaddr, state);
    if (state == ADDRESS_TENTATIVE && iface->media && iface_detects(iface, ifaddr->address.family))
        detection_start(ifaddr);
    return true;
}

/* Windows tells of it where a program listens to single addresses; a provider that is woken by that may tell too much. */
bool ifaddr_refresh(struct iface *iface, const struct kernel_address *address)
{
    struct host *host = iface->host;
    struct ifaddr *ifaddr = address_find(iface, address);
    if (!ifaddr || !iface->up)
        return address_missing(iface, address);
    unsigned slot = family_slot(ifaddr->address.family);
    uint64_t row = row_address(ifaddr, "address.refreshed");
    if (host->parameters.address_change_precision != LIST_ANY || !ifaddr_listed(ifaddr))
        return true;
    host->list_refreshed[slot] = host->list_changed[slot] = true;
    host->list_cause[slot] = row;
    host_touch(host);
    return true;
}

bool ifaddr_view(const struct iface *iface, size_t index, struct ifaddr_view *view)
{
    const struct ifaddr *ifaddr = iface->addresses;
    while (ifaddr && index--)
        ifaddr = ifaddr->next;
    if (!ifaddr)
        return false;
    *view = (struct ifaddr_view){ .address = ifaddr->address, .prefix_length = ifaddr->prefix_length,
                                  .state = (enum address_state)ifaddr->state, .skip_as_source = ifaddr->skip_as_source,
                                  .persistent = ifaddr->persistent, .listed = ifaddr_listed(ifaddr) };
    return true;
}

/* Host-stack 2.3: fe80::/64, by the interface identifier of RFC 4291 appendix A or by one drawn per interface. What is there
   before the run's first event has been there for long and needs no detection. */
bool ifaddr_link_local(struct iface *iface)
{
    const struct host *host = iface->host;
    struct ifaddr_setup setup = { .address = { .family = KERNEL_IPV6, .bytes = { 0xfe, 0x80 } }, .prefix_length = 64, .persistent = true };
    uint8_t *identifier = setup.address.bytes + 8;
    if (engine_taken(host->net->engine) == 0)
        setup.state = ADDRESS_PREFERRED;
    if (host->parameters.link_local == LINK_LOCAL_EUI64) {
        const uint8_t *mac = iface->mac;
        const uint8_t made[8] = { mac[0] ^ 2, mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5] };
        memcpy(identifier, made, 8);
    } else {
        struct text name = { 0 };
        text_printf(&name, "link_local:%s:%s", host->name, iface->name);
        char *words = text_done(&name);
        struct random_stream stream = random_stream(host->seed, words);
        uint64_t draw = random_u64(&stream);
        free(words);
        for (unsigned i = 0; i < 8; i++)
            identifier[i] = (uint8_t)(draw >> (56 - 8 * i));
    }
    return ifaddr_add(iface, &setup) != NULL;
}
