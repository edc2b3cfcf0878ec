/* Ports: who may bind what beside whom, which port comes next (host-stack 4.8). */
#include "net/endpoint/port.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/arena.h"
#include "core/check.h"

/* What an endpoint has of a port, in `process_sharing`. */
enum holding {
    HOLDS = 1,           /* it is in the port's list */
    HOLDS_CHILD = 2,     /* it was accepted on the port */
    HOLDS_EXCLUSIVE = 4, /* … by a listener that had the port for itself alone */
    HOLDS_ANY = 8,       /* it bound the wildcard */
    HOLDS_BOTH = 16,     /* … of both families */
};

/* ---- the table ---- */

struct ports *ports_of(struct host *host)
{
    if (!host->ports)
        host->ports = memory_take(sizeof *host->ports);
    return host->ports;
}

struct port_table *port_table_of(struct host *host, uint8_t protocol)
{
    struct ports *ports = ports_of(host);
    struct port_table **table = &ports->tables[port_slot(protocol)];
    if (!*table)
        *table = memory_take(sizeof **table);
    return *table;
}

void ports_free(struct host *host)
{
    struct ports *ports = host->ports;
    if (!ports)
        return;
    for (unsigned slot = 0; slot < 2; slot++) {
        struct port_table *table = ports->tables[slot];
        for (unsigned page = 0; table && page < PORTS_ALL / PORT_PAGE; page++)
            free(table->pages[page]);
        if (table)
            free(table->reserved);
        free(table);
    }
    reservations_free(ports);
    free(ports);
    host->ports = NULL;
}

struct endpoint *port_first(const struct host *host, uint8_t protocol, uint16_t number)
{
    const struct port_table *table = host->ports ? host->ports->tables[port_slot(protocol)] : NULL;
    const struct port *port = table ? port_at(table, number) : NULL;
    return port ? port->first : NULL;
}

static struct port *port_make(struct port_table *table, uint32_t number)
{
    struct port **page = &table->pages[number / PORT_PAGE];
    if (!*page)
        *page = memory_take(PORT_PAGE * sizeof **page);
    return &(*page)[number % PORT_PAGE];
}

/* ---- who stands in whose way ---- */

/* Where a bind leads: the wildcard or one address, of one family or both. */
struct place {
    struct prefix_key key;
    uint32_t scope;
    uint8_t family;        /* of the packets; IPv6 for both */
    bool any, both;
};

enum sharing { SHARING_DEFAULT, SHARING_REUSE, SHARING_EXCLUSIVE };

static enum sharing sharing_of(const struct endpoint *endpoint)
{
    if (endpoint->option[KERNEL_EXCLUSIVE_ADDRESS])
        return SHARING_EXCLUSIVE;
    return endpoint->option[KERNEL_REUSE_ADDRESS] ? SHARING_REUSE : SHARING_DEFAULT;
}

#define OK KERNEL_OK
#define USE KERNEL_ADDRESS_IN_USE
#define ACC KERNEL_ADDRESS_EXCLUSIVE
/* Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE: one user, then two. Row: the first bind; column: the second; each in the order of
   enum sharing, the wildcard before a specific address. */
static const uint8_t verdicts[2][6][6] = {
    {
        { USE, OK, ACC, OK, USE, OK },   /* default, wildcard */
        { OK, USE, OK, ACC, USE, USE },  /* default, specific */
        { USE, OK, OK, OK, USE, OK },    /* REUSE, wildcard */
        { OK, USE, OK, OK, USE, USE },   /* REUSE, specific */
        { USE, ACC, ACC, ACC, USE, ACC }, /* EXCLUSIVE, wildcard */
        { OK, USE, OK, ACC, USE, USE },  /* EXCLUSIVE, specific */
    },
    {
        { USE, ACC, ACC, ACC, USE, ACC },
        { OK, USE, OK, ACC, USE, USE },
        { USE, ACC, OK, OK, USE, ACC },
        { OK, USE, OK, OK, USE, USE },
        { USE, ACC, ACC, ACC, USE, ACC },
        { OK, USE, OK, ACC, USE, USE },
    },
};
#undef OK
#undef USE
#undef ACC

static struct place place_of(const struct endpoint *endpoint)
{
    return (struct place){ .key = endpoint->tuple.local, .scope = endpoint->scope, .family = endpoint->tuple.family,
                           .any = endpoint->process_sharing & HOLDS_ANY, .both = endpoint->process_sharing & HOLDS_BOTH };
}

/* A wildcard of both families meets every other bind; each family's verdict is the same then, as it depends on the kinds only. */
static enum kernel_status verdict(const struct endpoint *first, const struct place *place, const struct endpoint *second)
{
    struct place held = place_of(first);
    if (held.family != place->family && !held.both && !place->both)
        return KERNEL_OK;
    if (!held.any && !place->any && (held.scope != place->scope || !key_equal(&held.key, &place->key)))
        return KERNEL_OK;
    unsigned row = 2 * (unsigned)sharing_of(first) + !held.any, column = 2 * (unsigned)sharing_of(second) + !place->any;
    return (enum kernel_status)verdicts[first->user != second->user][row][column];
}

/* The oldest bind that objects decides. What its owner has closed objects no more, unless he had the port for himself alone:
   then it stays taken as long as a connection of his lives. */
static enum kernel_status conflict(const struct port *port, const struct place *place, const struct endpoint *second)
{
    if (!port || (!port->first && !port->children))
        return KERNEL_OK;
    if (sharing_of(second) == SHARING_REUSE && port->first && !port->unshared)
        return KERNEL_OK; /* those who share are at one, however many there are */
    const struct endpoint *endpoint = port->first ? port->first->port_prev : NULL; /* the list's end */
    while (endpoint) {
        if (endpoint->id || sharing_of(endpoint) == SHARING_EXCLUSIVE) {
            enum kernel_status status = verdict(endpoint, place, second);
            if (status != KERNEL_OK)
                return status;
        }
        endpoint = endpoint == port->first ? NULL : endpoint->port_prev;
    }
    return port->exclusive_children && !port->first ? KERNEL_ADDRESS_IN_USE : KERNEL_OK;
}

/* ---- addresses one can bind to ---- */

static bool address_is_mapped(const struct kernel_address *address)
{
    for (unsigned i = 0; i < 10; i++) {
        if (address->bytes[i])
            return false;
    }
    return address->bytes[10] == 0xff && address->bytes[11] == 0xff;
}

/* The interface that has an address in use; an IPv6 link-local one wants its interface named. */
struct iface *port_address_iface(const struct host *host, uint8_t family, const struct prefix_key *key, uint32_t scope)
{
    struct iface *iface;
    DL_FOREACH(host->ifaces, iface) {
        struct ifaddr_key own = { .host = host->number, .interface_index = iface->index, .slot = family_slot(family), .address = *key };
        struct ifaddr *ifaddr;
        HASH_FIND(hh, host->net->ifaddrs, &own, sizeof own, ifaddr);
        if (ifaddr && ifaddr_usable(ifaddr) && ifaddr->address.scope_id == scope)
            return iface;
    }
    return NULL;
}

bool port_address_is_own(const struct host *host, uint8_t family, const struct prefix_key *key)
{
    return port_address_iface(host, family, key, 0) != NULL;
}

static bool address_is_broadcast(const struct host *host, const struct prefix_key *key)
{
    const struct iface *iface;
    const struct ifaddr *ifaddr;
    if (key->word[0] == UINT32_MAX)
        return true;
    DL_FOREACH(host->ifaces, iface) {
        DL_FOREACH(iface->addresses, ifaddr) {
            struct kernel_address broadcast = ifaddr_broadcast(ifaddr);
            if (ifaddr->address.family == KERNEL_IPV4 && ifaddr_usable(ifaddr) && !address_is_unspecified(&broadcast)
                && prefix_key_of(&broadcast).word[0] == key->word[0])
                return true;
        }
    }
    return false;
}

static enum kernel_status place_find(const struct endpoint *endpoint, const struct kernel_address *address, struct place *place)
{
    bool dual = endpoint->family == KERNEL_IPV6 && !endpoint->option[KERNEL_IPV6_ONLY];
    *place = (struct place){ .key = prefix_key_of(address), .scope = address->scope_id, .family = address->family };
    if (address_is_unspecified(address)) {
        *place = (struct place){ .family = address->family, .any = true, .both = dual };
        return KERNEL_OK;
    }
    if (address->family == KERNEL_IPV6 && address_is_mapped(address)) {
        if (!dual)
            return KERNEL_ADDRESS_NOT_LOCAL;
        *place = (struct place){ .key = { { place->key.word[3], 0, 0, 0 } }, .family = KERNEL_IPV4 };
        if (key_is_unspecified(&place->key)) {
            place->any = true;
            return KERNEL_OK;
        }
    }
    bool datagrams = endpoint->transport != KERNEL_TCP;
    if (port_address_iface(endpoint->host, place->family, &place->key, place->scope))
        return KERNEL_OK;
    if (datagrams && key_is_multicast(place->family, &place->key))
        return KERNEL_OK;
    if (datagrams && place->family == KERNEL_IPV4 && address_is_broadcast(endpoint->host, &place->key))
        return KERNEL_OK;
    return KERNEL_ADDRESS_NOT_LOCAL;
}

/* ---- dynamic ports ---- */

static bool port_is_free(const struct port_table *table, uint32_t number)
{
    return !port_is_used(table, number) && !port_is_reserved(table, number);
}

/* From `from` on, once round; full pages are stepped over. */
static bool search(const struct port_table *table, const struct host_parameters *parameters, uint32_t from, uint16_t *number)
{
    uint32_t count = parameters->ephemeral_count;
    for (uint32_t step = 0; step < count; step++) {
        uint32_t offset = (from + step) % count, at = parameters->ephemeral_start + offset;
        if (table->used[at / PORT_PAGE] == PORT_PAGE) {
            uint32_t ahead = PORT_PAGE - 1 - at % PORT_PAGE, left = count - 1 - offset;
            step += ahead < left ? ahead : left;
        } else if (port_is_free(table, at)) {
            *number = (uint16_t)at;
            return true;
        }
    }
    return false;
}

static enum kernel_status dynamic(const struct endpoint *endpoint, struct port_table *table, uint16_t *number)
{
    struct host *host = endpoint->host;
    const struct host_parameters *parameters = &host->parameters;
    struct ports *ports = host->ports;
    uint32_t from = table->cursor;
    if (endpoint->option[KERNEL_RANDOM_PORT]) {
        if (!ports->random_ready) {
            char name[256];
            snprintf(name, sizeof name, "port:%s", host->name);
            ports->random = random_stream(host->seed, name);
            ports->random_ready = true;
        }
        from = (uint32_t)random_below(&ports->random, parameters->ephemeral_count);
    }
    if (!search(table, parameters, from, number))
        return KERNEL_NO_PORTS;
    if (!endpoint->option[KERNEL_RANDOM_PORT])
        table->cursor = (*number - parameters->ephemeral_start + 1u) % parameters->ephemeral_count;
    return KERNEL_OK;
}

/* ---- binding ---- */

static void enter(struct endpoint *endpoint, const struct place *place, uint16_t number)
{
    struct ports *ports = ports_of(endpoint->host);
    endpoint->bound = true;
    endpoint->bound_as = ++ports->last_bound;
    endpoint->tuple.family = place->family;
    endpoint->tuple.protocol = endpoint->transport == KERNEL_RAW ? endpoint->protocol : endpoint->transport;
    endpoint->tuple.local = place->key;
    endpoint->tuple.local_port = number;
    endpoint->scope = place->scope;
    endpoint->process_sharing = (uint8_t)(HOLDS | (place->any ? HOLDS_ANY : 0) | (place->both ? HOLDS_BOTH : 0));
    if (endpoint->transport == KERNEL_RAW) {
        DL_PREPEND2(ports->raw, endpoint, port_prev, port_next);
        return;
    }
    struct port_table *table = port_table_of(endpoint->host, endpoint->transport);
    struct port *port = port_make(table, number);
    if (!port->first && !port->children)
        table->used[number / PORT_PAGE]++;
    DL_PREPEND2(port->first, endpoint, port_prev, port_next);
    port->unshared += sharing_of(endpoint) != SHARING_REUSE;
}

/* Raw sockets have no ports; client Windows refuses those of TCP (host-stack 6). */
static enum kernel_status bind_raw(struct endpoint *endpoint, const struct place *place)
{
    if (endpoint->protocol == IP_PROTOCOL_TCP && endpoint->host->parameters.raw_restrictions)
        return KERNEL_BAD_ARGUMENT;
    enter(endpoint, place, 0);
    return KERNEL_OK;
}

enum kernel_status port_bind(struct endpoint *endpoint, const struct kernel_socket *local)
{
    struct place place;
    if (endpoint->bound || local->address.family != endpoint->family)
        return KERNEL_BAD_ARGUMENT;
    enum kernel_status status = place_find(endpoint, &local->address, &place);
    if (status != KERNEL_OK)
        return status;
    if (endpoint->transport == KERNEL_RAW)
        return bind_raw(endpoint, &place);
    struct port_table *table = port_table_of(endpoint->host, endpoint->transport);
    uint16_t number = local->port;
    if (endpoint->reservation)
        status = reservation_pick(endpoint, number, &number);
    else if (number == 0)
        status = dynamic(endpoint, table, &number);
    else if (port_is_reserved(table, number))
        status = KERNEL_ADDRESS_EXCLUSIVE;
    if (status == KERNEL_OK)
        status = conflict(port_at(table, number), &place, endpoint);
    if (status == KERNEL_OK)
        enter(endpoint, &place, number);
    return status;
}

enum kernel_status port_bind_dynamic(struct endpoint *endpoint)
{
    struct kernel_socket any = { .address = { .family = endpoint->family } };
    enum kernel_status status = port_bind(endpoint, &any);
    return status == KERNEL_NO_PORTS || status == KERNEL_ADDRESS_IN_USE ? KERNEL_NO_RESOURCES : status;
}

void port_unbind(struct endpoint *endpoint)
{
    struct ports *ports = endpoint->host->ports;
    unsigned holding = endpoint->process_sharing;
    endpoint->process_sharing = 0;
    endpoint->bound = false;
    if (!(holding & (HOLDS | HOLDS_CHILD)))
        return;
    if (endpoint->transport == KERNEL_RAW) {
        DL_DELETE2(ports->raw, endpoint, port_prev, port_next);
        return;
    }
    uint16_t number = endpoint->tuple.local_port;
    struct port_table *table = ports->tables[port_slot(endpoint->transport)];
    struct port *port = port_at(table, number);
    if (holding & HOLDS) {
        DL_DELETE2(port->first, endpoint, port_prev, port_next);
        port->unshared -= sharing_of(endpoint) != SHARING_REUSE;
    } else {
        port->children--;
        port->exclusive_children -= (holding & HOLDS_EXCLUSIVE) != 0;
    }
    if (!port->first && !port->children)
        table->used[number / PORT_PAGE]--;
}

/* Children are counted, not listed: a server's port may have a hundred thousand of them. */
void port_share(struct endpoint *child, const struct endpoint *listener)
{
    struct port *port = port_at(child->host->ports->tables[port_slot(child->transport)], listener->tuple.local_port);
    bool exclusive = sharing_of(listener) == SHARING_EXCLUSIVE;
    check(port && !child->bound);
    child->bound = true;
    child->tuple.local_port = listener->tuple.local_port;
    child->process_sharing = (uint8_t)(HOLDS_CHILD | (exclusive ? HOLDS_EXCLUSIVE : 0));
    port->children++;
    port->exclusive_children += exclusive;
}
