/*
 * Buffers as values.
 */
#include "ws2/decode.h"

#include <ws2tcpip.h>
#include <mswsock.h>
#include <mstcpip.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/address.h"
#include "ws2/names.h"
#include "ws2/private.h"

/* By hand: rows about calls are written by the million. */
static void text_with_port(char *text, const char *before, const char *inner, const char *after, unsigned port)
{
    char digits[6];
    size_t first = sizeof digits - 1;
    digits[first] = 0;
    do digits[--first] = (char)('0' + port % 10);
    while (port /= 10);
    text = stpcpy(stpcpy(stpcpy(text, before), inner), after);
    memcpy(text, digits + first, sizeof digits - first);
}

void sockaddr_text(const void *bytes, size_t size, char text[SOCKADDR_TEXT])
{
    struct kernel_address address = { 0 };
    char inner[ADDRESS_TEXT];
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    u_short family = 0;
    if (size >= sizeof family) memcpy(&family, bytes, sizeof family);
    if (family == AF_INET && size >= sizeof in) {
        memcpy(&in, bytes, sizeof in);
        address.family = KERNEL_IPV4;
        memcpy(address.bytes, &in.sin_addr, 4);
        address_text(&address, inner);
        text_with_port(text, "", inner, ":", ntohs(in.sin_port));
    } else if (family == AF_INET6 && size >= sizeof in6) {
        memcpy(&in6, bytes, sizeof in6);
        address.family = KERNEL_IPV6;
        memcpy(address.bytes, &in6.sin6_addr, 16);
        address.scope_id = in6.sin6_scope_id;
        address_text(&address, inner);
        text_with_port(text, "[", inner, "]:", ntohs(in6.sin6_port));
    } else {
        snprintf(text, SOCKADDR_TEXT, "family %u, %zu bytes", (unsigned)family, size);
    }
}

/* Splits "address:port" or "[address]:port"; a bare address has port 0. */
static bool sockaddr_split(const char *text, char host[ADDRESS_TEXT], uint64_t *port)
{
    const char *end;
    bool bracketed = *text == '[';
    if (bracketed) {
        end = strchr(++text, ']');
    } else {
        end = strchr(text, ':');
        if (!end || strchr(end + 1, ':')) end = text + strlen(text); /* no port, or an IPv6 address without brackets */
    }
    if (!end || (size_t)(end - text) >= ADDRESS_TEXT) return false;
    memcpy(host, text, (size_t)(end - text));
    host[end - text] = 0;
    if (bracketed) end++;
    *port = 0;
    if (*end == 0) return true;
    return *end == ':' && end[1] >= '0' && end[1] <= '9' && number_parse(end + 1, port) && *port <= 65535;
}

size_t sockaddr_parse(const char *text, void *sockaddr, size_t room)
{
    char host[ADDRESS_TEXT];
    uint64_t port;
    struct kernel_address address;
    if (!sockaddr_split(text, host, &port) || !address_parse(host, &address)) return 0;
    if (address.family == KERNEL_IPV4) {
        struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons((u_short)port) };
        memcpy(&in.sin_addr, address.bytes, 4);
        if (room < sizeof in) return 0;
        memcpy(sockaddr, &in, sizeof in);
        return sizeof in;
    }
    struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons((u_short)port) };
    in6.sin6_scope_id = address.scope_id;
    memcpy(&in6.sin6_addr, address.bytes, 16);
    if (room < sizeof in6) return 0;
    memcpy(sockaddr, &in6, sizeof in6);
    return sizeof in6;
}

struct value *decode_hex(struct arena *arena, const void *bytes, size_t size)
{
    struct text text = { 0 };
    const uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++) text_printf(&text, "%02x", at[i]);
    char *hex = text_done(&text);
    struct value *map = value_add(value_new(arena, VALUE_MAP), "hex", value_text(arena, hex));
    free(hex);
    return map;
}

struct value *decode_payload(struct arena *arena, const void *bytes, size_t size)
{
    const char *at = bytes;
    for (size_t i = 0; i < size; i++)
        if (at[i] < ' ' || at[i] > '~') return decode_hex(arena, bytes, size);
    char text[SOCKADDR_TEXT];
    if (size >= sizeof text) return decode_hex(arena, bytes, size);
    memcpy(text, bytes, size);
    text[size] = 0;
    return value_add(value_new(arena, VALUE_MAP), "text", value_text(arena, text));
}

uint64_t decode_total(const struct process *process, const WSABUF *buffers, DWORD count)
{
    uint64_t total = 0;
    if (count == 0 || !memory_holds(process, buffers, (size_t)count * sizeof *buffers)) return 0;
    for (DWORD i = 0; i < count; i++) total += buffers[i].len;
    return total;
}

size_t decode_gather(const struct process *process, const WSABUF *buffers, DWORD count, void *bytes, size_t most)
{
    size_t size = 0;
    if (count == 0 || !memory_holds(process, buffers, (size_t)count * sizeof *buffers)) return 0;
    for (DWORD i = 0; i < count && size < most; i++) {
        size_t part = buffers[i].len < most - size ? buffers[i].len : most - size;
        if (part == 0) continue;
        if (!memory_holds(process, buffers[i].buf, part)) return size;
        memcpy((char *)bytes + size, buffers[i].buf, part);
        size += part;
    }
    return size;
}

static struct value *decode_size(struct arena *arena, size_t size) { return value_add(value_new(arena, VALUE_MAP), "size", value_uint(arena, size)); }

/* CSADDR_INFO and the two addresses behind it. */
static struct value *decode_bsp_state(struct arena *arena, const uint8_t *bytes, size_t size)
{
    size_t address = size > sizeof(CSADDR_INFO) ? (size - sizeof(CSADDR_INFO)) / 2 : 0;
    char text[SOCKADDR_TEXT];
    if (address < sizeof(struct sockaddr_in)) return decode_size(arena, size);
    sockaddr_text(bytes + sizeof(CSADDR_INFO), address, text);
    struct value *map = value_add(value_new(arena, VALUE_MAP), "local", value_text(arena, text));
    sockaddr_text(bytes + sizeof(CSADDR_INFO) + address, address, text);
    return value_add(map, "peer", value_text(arena, text));
}

static struct value *decode_ipv4(struct arena *arena, const void *bytes)
{
    struct kernel_address address = { .family = KERNEL_IPV4 };
    char text[ADDRESS_TEXT];
    memcpy(address.bytes, bytes, 4);
    address_text(&address, text);
    return value_text(arena, text);
}

/* Groups of IPv4: addresses only, so that their bytes are the same everywhere. */
static bool ipv4_group(int level, int name)
{
    return level == IPPROTO_IP && (name == IP_ADD_MEMBERSHIP || name == IP_DROP_MEMBERSHIP || name == IP_ADD_SOURCE_MEMBERSHIP || name == IP_DROP_SOURCE_MEMBERSHIP ||
                                   name == IP_BLOCK_SOURCE || name == IP_UNBLOCK_SOURCE);
}

struct value *decode_option(struct arena *arena, int level, int name, const void *value, size_t size)
{
    struct linger linger;
    int32_t number;
    if (level == SOL_SOCKET && name == SO_LINGER && size >= sizeof linger) {
        memcpy(&linger, value, sizeof linger);
        struct value *map = value_add(value_new(arena, VALUE_MAP), "on", value_bool(arena, linger.l_onoff != 0));
        return value_add(map, "seconds", value_uint(arena, linger.l_linger));
    }
    if (level == SOL_SOCKET && name == SO_BSP_STATE) return decode_bsp_state(arena, value, size);
    if (ipv4_group(level, name)) return decode_hex(arena, value, size);
    if (size == 1) return value_uint(arena, *(const uint8_t *)value);
    if (size != sizeof number) return decode_size(arena, size);
    if (level == IPPROTO_IP && (name == IP_MULTICAST_IF || name == IP_UNICAST_IF)) return decode_ipv4(arena, value); /* in network order */
    memcpy(&number, value, sizeof number);
    return value_int(arena, number);
}

struct value *decode_flags(struct arena *arena, DWORD flags)
{
    size_t count;
    const struct name *table = names_table(NAMES_MESSAGE_FLAG, &count);
    struct value *list = value_new(arena, VALUE_LIST);
    for (size_t i = 0; i < count; i++) {
        if (!(flags & (DWORD)table[i].value)) continue;
        value_add(list, NULL, value_text(arena, table[i].name));
        flags &= ~(DWORD)table[i].value;
    }
    if (flags) value_add(list, NULL, value_uint(arena, flags));
    return list;
}

struct value *decode_set(struct arena *arena, const struct process *process, const fd_set *set)
{
    struct value *list = value_new(arena, VALUE_LIST);
    char room[24];
    for (u_int i = 0; memory_holds(process, set, offsetof(fd_set, fd_array)) && i < set->fd_count; i++) {
        const SOCKET *s = (const SOCKET *)(const void *)((const char *)set + offsetof(fd_set, fd_array)) + i;
        if (!memory_holds(process, s, sizeof *s)) break;
        value_add(list, NULL, value_text(arena, handle_text(process, *s, room)));
    }
    return list;
}

static struct value *decode_sockaddr(struct arena *arena, const void *bytes, size_t size)
{
    char text[SOCKADDR_TEXT];
    sockaddr_text(bytes, size, text);
    return value_add(value_new(arena, VALUE_MAP), "sockaddr", value_text(arena, text));
}

static struct value *decode_ulong(struct arena *arena, const void *bytes, size_t size)
{
    uint32_t number;
    if (size < sizeof number) return decode_hex(arena, bytes, size);
    memcpy(&number, bytes, sizeof number);
    return value_add(value_new(arena, VALUE_MAP), "ulong", value_uint(arena, number));
}

/* Addresses without port: that is how the list is talked about. Pointers in it become offsets into the buffer. */
static struct value *decode_address_list(struct arena *arena, const uint8_t *bytes, size_t size)
{
    SOCKET_ADDRESS_LIST list;
    SOCKET_ADDRESS entry;
    const size_t head = offsetof(SOCKET_ADDRESS_LIST, Address);
    if (size < head) return decode_hex(arena, bytes, size);
    memcpy(&list, bytes, head);
    struct value *addresses = value_new(arena, VALUE_LIST), *offsets = value_new(arena, VALUE_LIST);
    for (INT i = 0; i < list.iAddressCount && head + ((size_t)i + 1) * sizeof entry <= size; i++) {
        memcpy(&entry, bytes + head + (size_t)i * sizeof entry, sizeof entry);
        uintptr_t offset = (uintptr_t)entry.lpSockaddr - (uintptr_t)bytes;
        bool inside = offset <= size && entry.iSockaddrLength >= 0 && (size_t)entry.iSockaddrLength <= size - offset;
        char text[SOCKADDR_TEXT] = "outside the buffer";
        if (inside) sockaddr_text(bytes + offset, (size_t)entry.iSockaddrLength, text);
        size_t length = strlen(text);
        bool portless = inside && length > 2 && strcmp(text + length - 2, ":0") == 0, bracketed = portless && text[0] == '[';
        if (portless) text[length - (bracketed ? 3 : 2)] = 0; /* port 0 is not shown, nor the brackets that it needs */
        value_add(addresses, NULL, value_text(arena, bracketed ? text + 1 : text));
        value_add(offsets, NULL, inside ? value_uint(arena, offset) : value_text(arena, NULL));
    }
    return value_add(value_add(value_new(arena, VALUE_MAP), "addresses", addresses), "offsets", offsets);
}

static struct value *decode_interface_address(struct arena *arena, const sockaddr_gen *address)
{
    char text[ADDRESS_TEXT];
    struct kernel_address value = { .family = KERNEL_IPV4 };
    memcpy(value.bytes, &address->AddressIn.sin_addr, 4);
    address_text(&value, text);
    return value_text(arena, text);
}

static struct value *decode_interfaces(struct arena *arena, const uint8_t *bytes, size_t size)
{
    static const struct name flags[] = {
        { "up", IFF_UP }, { "broadcast", IFF_BROADCAST }, { "loopback", IFF_LOOPBACK }, { "point_to_point", IFF_POINTTOPOINT }, { "multicast", IFF_MULTICAST }
    };
    struct value *list = value_new(arena, VALUE_LIST);
    INTERFACE_INFO info;
    for (size_t at = 0; at + sizeof info <= size; at += sizeof info) {
        memcpy(&info, bytes + at, sizeof info);
        struct value *row = value_new(arena, VALUE_MAP), *set = value_new(arena, VALUE_LIST);
        for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
            if (info.iiFlags & (u_long)flags[i].value) value_add(set, NULL, value_text(arena, flags[i].name));
        value_add(row, "address", decode_interface_address(arena, &info.iiAddress));
        value_add(row, "netmask", decode_interface_address(arena, &info.iiNetmask));
        value_add(row, "broadcast", decode_interface_address(arena, &info.iiBroadcastAddress));
        value_add(row, "flags", set);
        value_add(list, NULL, row);
    }
    return value_add(value_new(arena, VALUE_MAP), "interfaces", list);
}

static struct value *decode_handle(struct arena *arena, const struct process *process, const void *bytes, size_t size)
{
    SOCKET s;
    char room[24];
    if (size < sizeof s) return decode_hex(arena, bytes, size);
    memcpy(&s, bytes, sizeof s);
    return value_add(value_new(arena, VALUE_MAP), "socket", value_text(arena, handle_text(process, s, room)));
}

static void bytes_turn(uint8_t *bytes, size_t size)
{
    for (size_t i = 0; __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ && i < size / 2; i++) {
        uint8_t byte = bytes[i];
        bytes[i] = bytes[size - 1 - i];
        bytes[size - 1 - i] = byte;
    }
}

void decode_to_host(DWORD code, uint8_t *bytes, size_t size)
{
    switch (code) {
    case SIO_ROUTING_INTERFACE_QUERY:
    case SIO_ROUTING_INTERFACE_CHANGE:
    case SIO_FIND_ROUTE:
        if (size >= sizeof(u_short)) bytes_turn(bytes, sizeof(u_short));
        if (size >= sizeof(struct sockaddr_in6)) bytes_turn(bytes + offsetof(struct sockaddr_in6, sin6_scope_id), sizeof(u_long));
        return;
    case SIO_KEEPALIVE_VALS: /* three words */
        for (size_t at = 0; at + sizeof(u_long) <= size; at += sizeof(u_long)) bytes_turn(bytes + at, sizeof(u_long));
        return;
    default:
        if (size >= sizeof(u_long)) bytes_turn(bytes, sizeof(u_long));
    }
}

struct value *decode_ioctl_in(struct arena *arena, DWORD code, const void *in, DWORD size)
{
    switch (code) {
    case SIO_ROUTING_INTERFACE_QUERY:
    case SIO_ROUTING_INTERFACE_CHANGE:
    case SIO_FIND_ROUTE: return decode_sockaddr(arena, in, size);
    case FIONBIO:
    case SIO_MULTICAST_SCOPE:
    case SIO_MULTIPOINT_LOOPBACK:
    case SIO_UDP_CONNRESET: return decode_ulong(arena, in, size);
    default: return decode_hex(arena, in, size);
    }
}

struct value *decode_ioctl_out(struct arena *arena, const struct process *process, DWORD code, const void *out, DWORD size)
{
    switch (code) {
    case SIO_ADDRESS_LIST_QUERY: return decode_address_list(arena, out, size);
    case SIO_GET_INTERFACE_LIST: return decode_interfaces(arena, out, size);
    case SIO_ROUTING_INTERFACE_QUERY:
    case SIO_GET_BROADCAST_ADDRESS: return decode_sockaddr(arena, out, size);
    case SIO_BASE_HANDLE:
    case SIO_BSP_HANDLE:
    case SIO_BSP_HANDLE_SELECT:
    case SIO_BSP_HANDLE_POLL:
    case SIO_QUERY_PNP_TARGET_HANDLE: return decode_handle(arena, process, out, size);
    case FIONREAD:
    case SIOCATMARK:
    case SIO_IDEAL_SEND_BACKLOG_QUERY: return decode_ulong(arena, out, size);
    default: return decode_hex(arena, out, size);
    }
}

struct value *decode_event_mask(struct arena *arena, LONG mask)
{
    size_t count;
    const struct name *table = names_table(NAMES_EVENT, &count);
    struct value *list = value_new(arena, VALUE_LIST);
    for (size_t i = 0; i < count; i++)
        if (mask & (LONG)table[i].value) value_add(list, NULL, value_text(arena, table[i].name));
    if (mask & ~(LONG)FD_ALL_EVENTS) value_add(list, NULL, value_uint(arena, (uint32_t)(mask & ~(LONG)FD_ALL_EVENTS)));
    return list;
}

struct value *decode_network_events(struct arena *arena, const WSANETWORKEVENTS *events)
{
    struct value *map = value_new(arena, VALUE_MAP), *errors = value_new(arena, VALUE_MAP);
    char room[24];
    for (int bit = 0; bit < FD_MAX_EVENTS; bit++) {
        if (!(events->lNetworkEvents & ((LONG)1 << bit)) || events->iErrorCode[bit] == 0) continue;
        value_add(errors, names_of(NAMES_EVENT, (int64_t)1 << bit), value_text(arena, names_or_number(NAMES_ERROR, events->iErrorCode[bit], room)));
    }
    value_add(map, "events", decode_event_mask(arena, events->lNetworkEvents));
    if (errors->first) value_add(map, "errors", errors);
    return map;
}
