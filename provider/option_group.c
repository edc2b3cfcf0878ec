/*
 * Options of IP: interfaces by index or address, path MTU discovery, groups (SPI reference 11.3, host-stack 7).
 */
#include <string.h>

#include "options.h"

/* ---- values that are there and say nothing ---- */

/* IP options and routing headers: none. */
int option_none(struct option_call *call)
{
    call->size = 0;
    return call->setting && call->in_size ? WSAEINVAL : 0;
}

int option_refused(struct option_call *call)
{
    (void)call;
    return WSAEINVAL;
}

/* Offered as Windows shows it on a fresh socket; there is nothing behind it to be switched on. */
int option_zero(struct option_call *call)
{
    if (!call->setting) return option_give(call, 0);
    return option_number(call) ? WSAENOPROTOOPT : 0;
}

int option_protection_level(struct option_call *call)
{
    DWORD *level = &call->sock->shared->options.protection_level;
    if (!call->setting) return option_give(call, *level ? *level : PROTECTION_LEVEL_DEFAULT);
    *level = option_number(call);
    return 0;
}

/* ---- path MTU discovery ---- */

int option_mtu_discover(struct option_call *call)
{
    DWORD *kept = &call->sock->shared->options.path_mtu_discovery;
    if (!call->setting) return option_give(call, *kept);
    DWORD wish = option_number(call);
    if (wish == IP_PMTUDISC_NOT_SET || wish >= IP_PMTUDISC_MAX) return WSAEINVAL;
    enum kernel_status status = kernel_option_set(call->sock->endpoint, KERNEL_DONT_FRAGMENT, wish != IP_PMTUDISC_DONT);
    if (status == KERNEL_OK) *kept = wish;
    return error_of_kernel(status);
}

/* ---- interfaces ---- */

/* Of IPv4 the index stands in network order, a number below 2^24; otherwise it is an address of the interface. */
static int index_of(uint32_t network_order, uint32_t *index)
{
    struct kernel_interface_address rows[64];
    size_t count = 0;
    *index = ntohl(network_order);
    if (*index < 0x01000000u) return 0;
    enum kernel_status status = kernel_interface_addresses(KERNEL_IPV4, rows, sizeof rows / sizeof *rows, &count);
    if (status != KERNEL_OK) return error_of_kernel(status);
    for (size_t i = 0; i < count && i < sizeof rows / sizeof *rows; i++) {
        if (memcmp(rows[i].address.bytes, &network_order, sizeof network_order) != 0) continue;
        *index = rows[i].interface_index;
        return 0;
    }
    return WSAEADDRNOTAVAIL;
}

static int interface_set(struct option_call *call, enum kernel_option option, uint32_t *index)
{
    int error = index_of(option_number(call), index);
    return error ? error : error_of_kernel(kernel_option_set(call->sock->endpoint, option, *index));
}

int option_unicast_interface(struct option_call *call)
{
    uint64_t value;
    uint32_t index;
    if (call->setting) return interface_set(call, KERNEL_UNICAST_INTERFACE, &index);
    int error = error_of_kernel(kernel_option_get(call->sock->endpoint, KERNEL_UNICAST_INTERFACE, &value));
    return error ? error : option_give(call, htonl((uint32_t)value));
}

/* Reads back as it was set: by address or by index. */
int option_multicast_interface(struct option_call *call)
{
    uint32_t index;
    if (!call->setting) return option_give(call, call->sock->shared->options.multicast_interface);
    int error = interface_set(call, KERNEL_MULTICAST_INTERFACE, &index);
    if (error == 0) call->sock->shared->options.multicast_interface = option_number(call);
    return error;
}

/* ---- groups ---- */

static struct kernel_address ipv4(const IN_ADDR *address)
{
    struct kernel_address result = { .family = KERNEL_IPV4 };
    memcpy(result.bytes, address, 4);
    return result;
}

static uint32_t word(const IN_ADDR *address)
{
    uint32_t number;
    memcpy(&number, address, sizeof number);
    return number;
}

static int change(const struct option_call *call, enum kernel_membership kind, const struct kernel_group *group)
{
    return error_of_kernel(kernel_membership(call->sock->endpoint, kind, group));
}

int option_membership(struct option_call *call)
{
    IP_MREQ request;
    struct kernel_group group;
    memcpy(&request, call->in, sizeof request);
    memset(&group, 0, sizeof group);
    group.group = ipv4(&request.imr_multiaddr);
    int error = index_of(word(&request.imr_interface), &group.interface_index);
    return error ? error : change(call, call->row->name == IP_ADD_MEMBERSHIP ? KERNEL_JOIN : KERNEL_LEAVE, &group);
}

int option_source_membership(struct option_call *call)
{
    static const struct { int name; enum kernel_membership kind; } kinds[] = {
        { IP_ADD_SOURCE_MEMBERSHIP, KERNEL_JOIN_SOURCE }, { IP_DROP_SOURCE_MEMBERSHIP, KERNEL_LEAVE_SOURCE }, { IP_BLOCK_SOURCE, KERNEL_BLOCK_SOURCE }, { IP_UNBLOCK_SOURCE, KERNEL_UNBLOCK_SOURCE },
    };
    IP_MREQ_SOURCE request;
    struct kernel_group group;
    size_t i = 0;
    memcpy(&request, call->in, sizeof request);
    memset(&group, 0, sizeof group);
    group.group = ipv4(&request.imr_multiaddr);
    group.source = ipv4(&request.imr_sourceaddr);
    while (kinds[i].name != call->row->name) i++;
    int error = index_of(word(&request.imr_interface), &group.interface_index);
    return error ? error : change(call, kinds[i].kind, &group);
}

int option_membership6(struct option_call *call)
{
    IPV6_MREQ request;
    struct kernel_group group;
    memcpy(&request, call->in, sizeof request);
    memset(&group, 0, sizeof group);
    group.group.family = KERNEL_IPV6;
    memcpy(group.group.bytes, &request.ipv6mr_multiaddr, 16);
    group.interface_index = request.ipv6mr_interface;
    return change(call, call->row->name == IPV6_ADD_MEMBERSHIP ? KERNEL_JOIN : KERNEL_LEAVE, &group);
}
