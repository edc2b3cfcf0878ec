/* Blocks of ports for one process, or made by the script for all (host-stack 4.8; IOCTL-ACQUIRE_PORT_RESERVATION). */
#include <stdlib.h>

#include "core/arena.h"
#include "core/check.h"
#include "net/endpoint/port.h"

static struct reservation *reservation_find(const struct host *host, uint8_t protocol, uint64_t token)
{
    struct reservation *reservation;
    if (!host->ports || token == 0)
        return NULL;
    DL_FOREACH(host->ports->reservations, reservation) {
        if (reservation->token == token && reservation->protocol == protocol)
            return reservation;
    }
    return NULL;
}

/* ---- the bits ---- */

static void mark(struct port_table *table, uint32_t start, uint32_t count, bool reserved)
{
    if (!table->reserved)
        table->reserved = memory_take(PORTS_ALL / 8);
    for (uint32_t number = start; number < start + count; number++) {
        uint64_t bit = UINT64_C(1) << (number % 64), *word = &table->reserved[number / 64];
        *word = reserved ? *word | bit : *word & ~bit;
    }
}

/* The first port of the block that is taken; start + count: none is. */
static uint32_t first_taken(const struct port_table *table, uint32_t start, uint32_t count)
{
    uint32_t number = start;
    while (number < start + count && !port_is_used(table, number) && !port_is_reserved(table, number))
        number++;
    return number;
}

/* READ-PORT_RESERVATION-5: the lowest free block of the dynamic range. 0: none. */
static uint32_t block_find(const struct host *host, const struct port_table *table, uint32_t count)
{
    uint32_t start = host->parameters.ephemeral_start, end = start + host->parameters.ephemeral_count;
    while (start + count <= end) {
        uint32_t taken = first_taken(table, start, count);
        if (taken == start + count)
            return start;
        start = taken + 1;
    }
    return 0;
}

static struct reservation *reserve(struct host *host, uint8_t protocol, uint32_t start, uint32_t count)
{
    struct ports *ports = ports_of(host);
    struct reservation *reservation = memory_take(sizeof *reservation);
    reservation->token = ++ports->last_token;
    reservation->protocol = protocol;
    reservation->start = (uint16_t)start;
    reservation->count = (uint16_t)count;
    mark(port_table_of(host, protocol), start, count, true);
    DL_APPEND(ports->reservations, reservation);
    return reservation;
}

/* Ports bound from the block stay bound. */
static void reservation_end(struct host *host, struct reservation *reservation)
{
    mark(port_table_of(host, reservation->protocol), reservation->start, reservation->count, false);
    DL_DELETE(host->ports->reservations, reservation);
    free(reservation);
}

void reservations_end(const struct endpoint *endpoint)
{
    struct reservation *reservation, *next;
    if (!endpoint->host->ports)
        return;
    DL_FOREACH_SAFE(endpoint->host->ports->reservations, reservation, next) {
        if (!reservation->persistent && reservation->owner == endpoint->id)
            reservation_end(endpoint->host, reservation);
    }
}

void reservations_free(struct ports *ports)
{
    struct reservation *reservation, *next;
    DL_FOREACH_SAFE(ports->reservations, reservation, next)
        free(reservation);
}

enum kernel_status reservation_pick(const struct endpoint *endpoint, uint16_t wanted, uint16_t *number)
{
    const struct reservation *block = reservation_find(endpoint->host, endpoint->transport, endpoint->reservation);
    if (!block)
        return KERNEL_BAD_ARGUMENT; /* it was released since */
    if (wanted) {
        *number = wanted;
        return wanted >= block->start && wanted < block->start + block->count ? KERNEL_OK : KERNEL_BAD_ARGUMENT;
    }
    const struct port_table *table = endpoint->host->ports->tables[port_slot(endpoint->transport)];
    for (uint32_t at = block->start; at < (uint32_t)block->start + block->count; at++) {
        if (!port_is_used(table, at)) {
            *number = (uint16_t)at;
            return KERNEL_OK;
        }
    }
    return KERNEL_ADDRESS_IN_USE;
}

/* ---- for the script ---- */

bool host_reserve_ports(struct host *host, enum kernel_transport transport, uint16_t start, uint16_t count, uint64_t *token)
{
    const char *name = transport == KERNEL_UDP ? "UDP" : "TCP";
    if (start == 0 || count == 0 || (uint32_t)start + count > PORTS_ALL)
        return net_refuse(host->net, "%u ports from %u on are no block of ports", count, start);
    uint32_t taken = first_taken(port_table_of(host, (uint8_t)transport), start, count);
    if (taken < (uint32_t)start + count)
        return net_refuse(host->net, "%s port %lu of host \"%s\" is in use or reserved", name, (unsigned long)taken, host->name);
    struct reservation *reservation = reserve(host, (uint8_t)transport, start, count);
    reservation->persistent = true;
    *token = reservation->token;
    return true;
}

/* Who is bound to a port of it stays so. */
bool host_unreserve_ports(struct host *host, enum kernel_transport transport, uint16_t start)
{
    struct reservation *reservation = NULL;
    if (host->ports) DL_FOREACH(host->ports->reservations, reservation)
        {
            if (reservation->persistent && reservation->protocol == transport && reservation->start == start) break;
        }
    if (!reservation) return net_refuse(host->net, "no block of %s ports of host \"%s\" that is reserved for good begins at %u", transport == KERNEL_UDP ? "UDP" : "TCP", host->name, start);
    reservation_end(host, reservation);
    return true;
}

/* ---- kernel.h ---- */

static struct endpoint *mine(kernel_endpoint id)
{
    check(running && running->host);
    struct endpoint *endpoint = endpoint_find(running->host->net, id);
    return endpoint && endpoint->host == running->host ? endpoint : NULL;
}

static bool has_ports(uint32_t transport)
{
    return transport == KERNEL_TCP || transport == KERNEL_UDP;
}

static enum kernel_status acquire(struct endpoint *endpoint, struct kernel_port_block *block)
{
    struct host *host = endpoint->host;
    struct port_table *table = port_table_of(host, endpoint->transport);
    uint32_t start = block->start, count = block->count;
    if (count == 0 || start + count > PORTS_ALL)
        return KERNEL_BAD_ARGUMENT;
    if (start == 0)
        start = block_find(host, table, count);
    else if (first_taken(table, start, count) < start + count)
        return KERNEL_ADDRESS_IN_USE;
    if (start == 0)
        return KERNEL_NO_PORTS;
    struct reservation *reservation = reserve(host, endpoint->transport, start, count);
    reservation->owner = endpoint->id;
    reservation->process_id = running->process_id;
    block->start = (uint16_t)start;
    block->token = reservation->token;
    return KERNEL_OK;
}

static void row_ports(const char *verb, uint32_t transport, const struct kernel_port_block *block, enum kernel_status status)
{
    struct trace *trace = running->host->net->trace;
    if (!trace_begin(trace, LAYER_KERNEL, verb, NULL, ""))
        return;
    trace_text(trace, "transport", transport == KERNEL_UDP ? "udp" : transport == KERNEL_TCP ? "tcp" : "raw");
    if (block->start)
        trace_uint(trace, "start", block->start);
    if (block->count)
        trace_uint(trace, "count", block->count);
    if (block->token)
        trace_uint(trace, "token", block->token);
    trace_text(trace, "status", status_name(status));
    trace_end(trace);
}

enum kernel_status kernel_ports_reserve(enum kernel_transport transport, kernel_endpoint id, struct kernel_port_block *block)
{
    struct endpoint *endpoint = mine(id);
    enum kernel_status status;
    block->token = 0;
    if (!endpoint)
        status = KERNEL_BAD_HANDLE;
    else if (!has_ports(transport) || endpoint->transport != transport)
        status = KERNEL_NOT_SUPPORTED;
    else
        status = acquire(endpoint, block);
    row_ports("kernel.ports_reserve", transport, block, status);
    return status;
}

enum kernel_status kernel_ports_release(enum kernel_transport transport, const struct kernel_port_block *block)
{
    check(running && running->host);
    struct host *host = running->host;
    struct reservation *reservation = has_ports(transport) ? reservation_find(host, (uint8_t)transport, block->token) : NULL;
    enum kernel_status status = KERNEL_OK;
    if (!has_ports(transport))
        status = KERNEL_NOT_SUPPORTED;
    else if (!reservation || reservation->persistent)
        status = KERNEL_BAD_ARGUMENT;
    else if (reservation->process_id != running->process_id)
        status = KERNEL_DENIED;
    else
        reservation_end(host, reservation);
    row_ports("kernel.ports_release", transport, &(struct kernel_port_block){ .token = block->token }, status);
    return status;
}

static enum kernel_status associate(struct endpoint *endpoint, uint64_t token)
{
    const struct reservation *reservation = reservation_find(endpoint->host, endpoint->transport, token);
    if (!has_ports(endpoint->transport))
        return KERNEL_NOT_SUPPORTED;
    if (!reservation)
        return KERNEL_BAD_ARGUMENT;
    if (reservation->persistent ? running->restricted : reservation->process_id != running->process_id) return KERNEL_DENIED;
    if (endpoint->bound)
        return KERNEL_BAD_ARGUMENT;
    endpoint->reservation = token;
    return KERNEL_OK;
}

enum kernel_status kernel_ports_associate(kernel_endpoint id, uint64_t token)
{
    struct endpoint *endpoint = mine(id);
    enum kernel_status status = endpoint ? associate(endpoint, token) : KERNEL_BAD_HANDLE;
    row_ports("kernel.ports_associate", endpoint ? endpoint->transport : 0, &(struct kernel_port_block){ .token = token }, status);
    return status;
}
