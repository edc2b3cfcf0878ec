/*
 * Buffers as values; those of control codes stand in decode_ioctl.c.
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

/* What tells protocols apart, and layers from what is below them. Wide and narrow begin alike. */
struct value *decode_protocol_info(struct arena *arena, const void *bytes, size_t size)
{
    WSAPROTOCOL_INFOA info;
    if (size < offsetof(WSAPROTOCOL_INFOA, szProtocol)) return decode_size(arena, size);
    memcpy(&info, bytes, offsetof(WSAPROTOCOL_INFOA, szProtocol));
    struct value *map = value_add(value_new(arena, VALUE_MAP), "entry", value_uint(arena, info.dwCatalogEntryId)), *chain = value_new(arena, VALUE_LIST);
    int length = info.ProtocolChain.ChainLen;
    for (int i = 0; length > 1 && i < length && i < MAX_PROTOCOL_CHAIN; i++) value_add(chain, NULL, value_uint(arena, info.ProtocolChain.ChainEntries[i]));
    if (length == LAYERED_PROTOCOL) value_add(map, "layer", value_bool(arena, true));
    if (length > 1) value_add(map, "chain", chain);
    if (info.dwServiceFlags1 & XP1_IFS_HANDLES) value_add(map, "ifs", value_bool(arena, true));
    return map;
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
    if (level == SOL_SOCKET && (name == SO_PROTOCOL_INFOA || name == SO_PROTOCOL_INFOW)) return decode_protocol_info(arena, value, size);
    if (level == SOL_SOCKET && name == SO_BSP_STATE) return decode_bsp_state(arena, value, size);
    if (ipv4_group(level, name)) return decode_hex(arena, value, size);
    if (size == 1) return value_uint(arena, *(const uint8_t *)value);
    if (size != sizeof number) return decode_size(arena, size);
    if (level == IPPROTO_IP && (name == IP_MULTICAST_IF || name == IP_UNICAST_IF)) return decode_ipv4(arena, value); /* in network order */
    memcpy(&number, value, sizeof number);
    return value_int(arena, number);
}

static struct value *flags_of(struct arena *arena, enum names_kind kind, DWORD flags)
{
    size_t count;
    const struct name *table = names_table(kind, &count);
    struct value *list = value_new(arena, VALUE_LIST);
    for (size_t i = 0; i < count; i++) {
        if (!(flags & (DWORD)table[i].value)) continue;
        value_add(list, NULL, value_text(arena, table[i].name));
        flags &= ~(DWORD)table[i].value;
    }
    if (flags) value_add(list, NULL, value_uint(arena, flags));
    return list;
}

struct value *decode_flags(struct arena *arena, DWORD flags) { return flags_of(arena, NAMES_MESSAGE_FLAG, flags); }
struct value *decode_rio_flags(struct arena *arena, DWORD flags) { return flags_of(arena, NAMES_RIO_FLAG, flags); }

struct value *decode_poll_bits(struct arena *arena, SHORT bits) { return flags_of(arena, NAMES_POLL, (USHORT)bits); }

struct value *decode_results(struct arena *arena, const RIORESULT *results, ULONG count)
{
    struct value *list = value_new(arena, VALUE_LIST);
    char room[24];
    for (ULONG i = 0; i < count; i++) {
        struct value *map = value_new(arena, VALUE_MAP);
        value_add(map, "status", results[i].Status ? value_text(arena, names_or_number(NAMES_ERROR, results[i].Status, room)) : value_uint(arena, 0));
        value_add(map, "bytes", value_uint(arena, results[i].BytesTransferred));
        value_add(map, "socket", value_uint(arena, results[i].SocketContext));
        value_add(list, NULL, value_add(map, "request", value_uint(arena, results[i].RequestContext)));
    }
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
