/*
 * What control codes are given and answer, as values.
 */
#include <ws2tcpip.h>
#include <mswsock.h>
#include <mstcpip.h>
#include <qossp.h>

#include <stdio.h>
#include <string.h>

#include "net/address.h"
#include "ws2/decode.h"
#include "ws2/names.h"
#include "ws2/private.h"

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

/* An address in the buffer, without port: that is how lists are talked about. */
static struct value *decode_pair(struct arena *arena, const SOCKET_ADDRESS *pair, const uint8_t *bytes, size_t size)
{
    uintptr_t offset = (uintptr_t)pair->lpSockaddr - (uintptr_t)bytes;
    char text[SOCKADDR_TEXT];
    if (!pair->lpSockaddr) return value_text(arena, NULL);
    if (offset > size || pair->iSockaddrLength < 0 || (size_t)pair->iSockaddrLength > size - offset) return value_text(arena, "outside the buffer");
    sockaddr_text(bytes + offset, (size_t)pair->iSockaddrLength, text);
    size_t length = strlen(text);
    bool portless = length > 2 && strcmp(text + length - 2, ":0") == 0, bracketed = portless && text[0] == '[';
    if (portless) text[length - (bracketed ? 3 : 2)] = 0; /* port 0 is not shown, nor the brackets that it needs */
    return value_text(arena, bracketed ? text + 1 : text);
}

/* Pointers in the list become offsets into the buffer. */
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
        value_add(addresses, NULL, entry.lpSockaddr ? decode_pair(arena, &entry, bytes, size) : value_text(arena, "outside the buffer"));
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

static struct value *decode_interface_flags(struct arena *arena, u_long bits)
{
    static const struct name flags[] = {
        { "up", IFF_UP }, { "broadcast", IFF_BROADCAST }, { "loopback", IFF_LOOPBACK }, { "point_to_point", IFF_POINTTOPOINT }, { "multicast", IFF_MULTICAST }
    };
    struct value *set = value_new(arena, VALUE_LIST);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (bits & (u_long)flags[i].value) value_add(set, NULL, value_text(arena, flags[i].name));
    return set;
}

static struct value *decode_interfaces(struct arena *arena, const uint8_t *bytes, size_t size)
{
    struct value *list = value_new(arena, VALUE_LIST);
    INTERFACE_INFO info;
    for (size_t at = 0; at + sizeof info <= size; at += sizeof info) {
        memcpy(&info, bytes + at, sizeof info);
        struct value *row = value_new(arena, VALUE_MAP), *set = decode_interface_flags(arena, info.iiFlags);
        value_add(row, "address", decode_interface_address(arena, &info.iiAddress));
        value_add(row, "netmask", decode_interface_address(arena, &info.iiNetmask));
        value_add(row, "broadcast", decode_interface_address(arena, &info.iiBroadcastAddress));
        value_add(row, "flags", set);
        value_add(list, NULL, row);
    }
    return value_add(value_new(arena, VALUE_MAP), "interfaces", list);
}

/* The array ends where the first address lies. */
static struct value *decode_interfaces_ex(struct arena *arena, const uint8_t *bytes, size_t size)
{
    struct value *list = value_new(arena, VALUE_LIST);
    INTERFACE_INFO_EX info;
    size_t end = size;
    for (size_t at = 0; at + sizeof info <= end; at += sizeof info) {
        memcpy(&info, bytes + at, sizeof info);
        if (at == 0 && (uintptr_t)info.iiAddress.lpSockaddr - (uintptr_t)bytes <= size) end = (uintptr_t)info.iiAddress.lpSockaddr - (uintptr_t)bytes;
        struct value *row = value_new(arena, VALUE_MAP);
        value_add(row, "address", decode_pair(arena, &info.iiAddress, bytes, size));
        value_add(row, "netmask", decode_pair(arena, &info.iiNetmask, bytes, size));
        value_add(row, "broadcast", decode_pair(arena, &info.iiBroadcastAddress, bytes, size));
        value_add(row, "flags", decode_interface_flags(arena, info.iiFlags));
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

/* What is asked of each socket, or what it is told. */
static struct value *decode_poll(struct arena *arena, const struct process *process, const uint8_t *bytes, size_t size, bool told)
{
    WSAPOLLDATA head;
    WSAPOLLFD entry;
    char room[24];
    if (size < sizeof head) return decode_hex(arena, bytes, size);
    memcpy(&head, bytes, sizeof head);
    struct value *map = value_new(arena, VALUE_MAP), *list = value_new(arena, VALUE_LIST);
    for (size_t i = 0; i < head.fds && offsetof(WSAPOLLDATA, fdArray) + (i + 1) * sizeof entry <= size; i++) {
        memcpy(&entry, bytes + offsetof(WSAPOLLDATA, fdArray) + i * sizeof entry, sizeof entry);
        struct value *one = value_add(value_new(arena, VALUE_MAP), "socket", value_text(arena, handle_text(process, entry.fd, room)));
        value_add(list, NULL, value_add(one, told ? "revents" : "events", decode_poll_bits(arena, told ? entry.revents : entry.events)));
    }
    if (told) value_add(map, "result", value_int(arena, head.result));
    else if (head.timeout >= 0) value_add(map, "timeout_ms", value_int(arena, head.timeout));
    return value_add(map, "polled", list);
}

static struct value *decode_bool(struct arena *arena, const uint8_t *bytes, size_t size)
{
    if (size < 1) return decode_hex(arena, bytes, size);
    return value_add(value_new(arena, VALUE_MAP), "bool", value_bool(arena, bytes[0] != 0));
}

static uint64_t number_at(const uint8_t *bytes, size_t size)
{
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++) number |= (uint64_t)bytes[__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? size - 1 - i : i] << 8 * i;
    return number;
}

static struct value *decode_number(struct arena *arena, const char *name, const uint8_t *bytes, size_t size)
{
    if (size < sizeof(UINT64)) return decode_hex(arena, bytes, size);
    return value_add(value_new(arena, VALUE_MAP), name, value_uint(arena, number_at(bytes, sizeof(UINT64))));
}

/* A range and, behind it, the token. The port is in network order. */
static struct value *decode_ports(struct arena *arena, const char *name, const uint8_t *bytes, size_t size)
{
    if (size < sizeof(INET_PORT_RANGE)) return decode_hex(arena, bytes, size);
    struct value *ports = value_add(value_new(arena, VALUE_MAP), "start", value_uint(arena, (uint64_t)bytes[0] << 8 | bytes[1]));
    value_add(ports, "count", value_uint(arena, number_at(bytes + 2, 2)));
    if (size >= sizeof(INET_PORT_RESERVATION_INSTANCE)) value_add(ports, "token", value_uint(arena, number_at(bytes + 8, sizeof(UINT64))));
    return value_add(value_new(arena, VALUE_MAP), name, ports);
}

/* ---- quality of service ---- */

/* A rate in bytes a second as the language says it: in bits, with the largest unit that leaves it whole. */
static struct value *flow_rate(struct arena *arena, uint32_t rate)
{
    static const struct { uint64_t bits; const char *unit; } units[] = { { 1000000000, "Gbps" }, { 1000000, "Mbps" }, { 1000, "kbps" }, { 1, "bps" } };
    char text[32];
    size_t i = 0;
    if (rate == POSITIVE_INFINITY_RATE) return value_text(arena, "infinite");
    while (units[i].bits > 1 && (uint64_t)rate * 8 % units[i].bits) i++;
    snprintf(text, sizeof text, "%llu%s", (unsigned long long)((uint64_t)rate * 8 / units[i].bits), units[i].unit);
    return value_text(arena, text);
}

static const char *service_name(SERVICETYPE service)
{
    static const char *const names[] = {
        [SERVICETYPE_NOTRAFFIC] = "none", [SERVICETYPE_BESTEFFORT] = "best_effort", [SERVICETYPE_CONTROLLEDLOAD] = "controlled_load",
        [SERVICETYPE_GUARANTEED] = "guaranteed", [SERVICETYPE_NETWORK_UNAVAILABLE] = "unavailable", [SERVICETYPE_GENERAL_INFORMATION] = "general",
        [SERVICETYPE_NOCHANGE] = "no_change", [SERVICETYPE_NONCONFORMING] = "nonconforming", [SERVICETYPE_NETWORK_CONTROL] = "network_control",
        [SERVICETYPE_QUALITATIVE] = "qualitative",
    };
    service &= ~(SERVICETYPE)(SERVICE_NO_TRAFFIC_CONTROL | SERVICE_NO_QOS_SIGNALING);
    return service < sizeof names / sizeof *names && names[service] ? names[service] : "other";
}

/* Members that are not specified are left out. */
static struct value *decode_flow(struct arena *arena, const FLOWSPEC *flow)
{
    struct value *map = value_new(arena, VALUE_MAP);
    value_add(map, "service", value_text(arena, service_name(flow->ServiceType)));
    if (flow->TokenRate != QOS_NOT_SPECIFIED) value_add(map, "rate", flow_rate(arena, flow->TokenRate));
    if (flow->TokenBucketSize != QOS_NOT_SPECIFIED) value_add(map, "bucket", value_uint(arena, flow->TokenBucketSize));
    if (flow->PeakBandwidth != QOS_NOT_SPECIFIED) value_add(map, "peak", flow_rate(arena, flow->PeakBandwidth));
    if (flow->Latency != QOS_NOT_SPECIFIED) value_add(map, "latency_us", value_uint(arena, flow->Latency));
    if (flow->MaxSduSize != QOS_NOT_SPECIFIED) value_add(map, "max_message", value_uint(arena, flow->MaxSduSize));
    if (flow->MinimumPolicedSize != QOS_NOT_SPECIFIED) value_add(map, "least_policed", value_uint(arena, flow->MinimumPolicedSize));
    return map;
}

/* The structure, and the status that may stand behind it. */
struct value *decode_qos(struct arena *arena, const uint8_t *bytes, size_t size)
{
    QOS qos;
    RSVP_STATUS_INFO status;
    char room[24];
    if (size < sizeof qos) return decode_hex(arena, bytes, size);
    memcpy(&qos, bytes, sizeof qos);
    struct value *map = value_add(value_new(arena, VALUE_MAP), "sending", decode_flow(arena, &qos.SendingFlowspec));
    value_add(map, "receiving", decode_flow(arena, &qos.ReceivingFlowspec));
    if (size >= sizeof qos + sizeof status) {
        memcpy(&status, bytes + sizeof qos, sizeof status);
        if (status.ObjectHdr.ObjectType == RSVP_OBJECT_STATUS_INFO) value_add(map, "status", value_text(arena, names_or_number(NAMES_ERROR, (int)status.StatusCode, room)));
    }
    return value_add(value_new(arena, VALUE_MAP), "qos", map);
}

struct value *decode_names(struct arena *arena, const char *bytes, size_t size)
{
    struct value *names = value_new(arena, VALUE_LIST);
    for (size_t at = 0; at < size && bytes[at]; at += strlen(bytes + at) + 1) {
        if (!memchr(bytes + at, 0, size - at)) break;
        value_add(names, NULL, value_text(arena, bytes + at));
    }
    return names;
}

static struct value *decode_compatibility(struct arena *arena, const uint8_t *bytes, size_t size)
{
    static const char *const behaviours[] = { "all", "receive_buffering", "auto_tuning" };
    WSA_COMPATIBILITY_MODE mode;
    if (size < sizeof mode) return decode_hex(arena, bytes, size);
    memcpy(&mode, bytes, sizeof mode);
    struct value *map = value_new(arena, VALUE_MAP);
    value_add(map, "behavior", (unsigned)mode.BehaviorId < 3 ? value_text(arena, behaviours[mode.BehaviorId]) : value_uint(arena, (unsigned)mode.BehaviorId));
    value_add(map, "version", value_uint(arena, mode.TargetOsVersion));
    return value_add(value_new(arena, VALUE_MAP), "compatibility", map);
}

/* ---- later codes ---- */

static struct value *decode_initial_rto(struct arena *arena, const void *bytes, size_t size)
{
    TCP_INITIAL_RTO_PARAMETERS values;
    if (size < sizeof values) return decode_hex(arena, bytes, size);
    memcpy(&values, bytes, sizeof values);
    struct value *map = value_add(value_new(arena, VALUE_MAP), "rtt", value_uint(arena, values.Rtt));
    value_add(map, "max_syn", value_uint(arena, values.MaxSynRetransmissions));
    return value_add(value_new(arena, VALUE_MAP), "tcp_initial_rto", map);
}

static struct value *decode_affinity(struct arena *arena, const void *bytes, size_t size)
{
    SOCKET_PROCESSOR_AFFINITY affinity;
    if (size < sizeof affinity) return decode_hex(arena, bytes, size);
    memcpy(&affinity, bytes, sizeof affinity);
    struct value *map = value_add(value_new(arena, VALUE_MAP), "group", value_uint(arena, affinity.Processor.Group));
    value_add(map, "number", value_uint(arena, affinity.Processor.Number));
    value_add(map, "numa_node", value_uint(arena, affinity.NumaNodeId));
    return value_add(value_new(arena, VALUE_MAP), "processor", map);
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
    case SIO_ACQUIRE_PORT_RESERVATION: /* the port is in network order, the count in the host's */
        if (size >= sizeof(INET_PORT_RANGE)) bytes_turn(bytes + sizeof(USHORT), sizeof(USHORT));
        return;
    case SIO_ASSOCIATE_PORT_RESERVATION:
    case SIO_RELEASE_PORT_RESERVATION:
        if (size >= sizeof(UINT64)) bytes_turn(bytes, sizeof(UINT64));
        return;
    case SIO_TCP_INITIAL_RTO:
        if (size >= sizeof(USHORT)) bytes_turn(bytes, sizeof(USHORT));
        return;
    case SIO_GET_EXTENSION_FUNCTION_POINTER: /* a GUID: one long, two shorts, eight bytes */
    case SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER:
        if (size < sizeof(GUID)) return;
        bytes_turn(bytes, sizeof(ULONG));
        bytes_turn(bytes + offsetof(GUID, Data2), sizeof(USHORT));
        bytes_turn(bytes + offsetof(GUID, Data3), sizeof(USHORT));
        return;
    case SIO_EXT_POLL:
        for (size_t at = 0; at < 3 * sizeof(u_long) && at + sizeof(u_long) <= size; at += sizeof(u_long)) bytes_turn(bytes + at, sizeof(u_long));
        for (size_t at = offsetof(WSAPOLLDATA, fdArray); at + sizeof(WSAPOLLFD) <= size; at += sizeof(WSAPOLLFD)) {
            bytes_turn(bytes + at, sizeof(SOCKET));
            bytes_turn(bytes + at + offsetof(WSAPOLLFD, events), sizeof(SHORT));
            bytes_turn(bytes + at + offsetof(WSAPOLLFD, revents), sizeof(SHORT));
        }
        return;
    case SIO_ADDRESS_LIST_SORT: return; /* made by its typed value, pointers and all */
    case SIO_SET_COMPATIBILITY_MODE:
    case SIO_SET_QOS:
    case SIO_KEEPALIVE_VALS: /* words */
        for (size_t at = 0; at + sizeof(u_long) <= size; at += sizeof(u_long)) bytes_turn(bytes + at, sizeof(u_long));
        return;
    default:
        if (size >= sizeof(u_long)) bytes_turn(bytes, sizeof(u_long));
    }
}

struct value *decode_ioctl_in(struct arena *arena, const struct process *process, DWORD code, const void *in, DWORD size)
{
    switch (code) {
    case SIO_ROUTING_INTERFACE_QUERY:
    case SIO_ROUTING_INTERFACE_CHANGE:
    case SIO_FIND_ROUTE: return decode_sockaddr(arena, in, size);
    case FIONBIO:
    case SIO_MULTICAST_SCOPE:
    case SIO_MULTIPOINT_LOOPBACK:
    case SIO_CHK_QOS:
    case SIO_TCP_INFO:
    case SIO_UDP_CONNRESET: return decode_ulong(arena, in, size);
    case SIO_ACQUIRE_PORT_RESERVATION: return decode_ports(arena, "port_range", in, size);
    case SIO_ASSOCIATE_PORT_RESERVATION:
    case SIO_RELEASE_PORT_RESERVATION: return decode_number(arena, "token", in, size);
    case SIO_SET_COMPATIBILITY_MODE: return decode_compatibility(arena, in, size);
    case SIO_SET_QOS: return decode_qos(arena, in, size);
    case SIO_TCP_INITIAL_RTO: return decode_initial_rto(arena, in, size);
    case SIO_EXT_POLL: return decode_poll(arena, process, in, size, false);
    case SIO_ADDRESS_LIST_SORT: return decode_address_list(arena, in, size);
    default: return decode_hex(arena, in, size);
    }
}

struct value *decode_ioctl_out(struct arena *arena, const struct process *process, DWORD code, const void *out, DWORD size)
{
    switch (code) {
    case SIO_ADDRESS_LIST_QUERY:
    case SIO_ADDRESS_LIST_SORT: return decode_address_list(arena, out, size);
    case SIO_TCP_INFO: return decode_tcp_info(arena, out, size);
    case SIO_QUERY_RSS_PROCESSOR_INFO: return decode_affinity(arena, out, size);
    case SIO_GET_INTERFACE_LIST: return decode_interfaces(arena, out, size);
    case SIO_GET_INTERFACE_LIST_EX: return decode_interfaces_ex(arena, out, size);
    case SIO_ROUTING_INTERFACE_QUERY:
    case SIO_GET_BROADCAST_ADDRESS: return decode_sockaddr(arena, out, size);
    case SIO_BASE_HANDLE:
    case SIO_BSP_HANDLE:
    case SIO_BSP_HANDLE_SELECT:
    case SIO_BSP_HANDLE_POLL:
    case SIO_QUERY_PNP_TARGET_HANDLE: return decode_handle(arena, process, out, size);
    case SIO_ACQUIRE_PORT_RESERVATION: return decode_ports(arena, "port_reservation", out, size);
    case SIO_QUERY_WFP_ALE_ENDPOINT_HANDLE: return decode_number(arena, "endpoint", out, size);
    case SIO_QUERY_RSS_SCALABILITY_INFO: return decode_bool(arena, out, size);
    case SIO_GET_QOS: return decode_qos(arena, out, size);
    case SIO_EXT_POLL: return decode_poll(arena, process, out, size, true);
    case SIO_CHK_QOS:
    case FIONREAD:
    case SIOCATMARK:
    case SIO_IDEAL_SEND_BACKLOG_QUERY: return decode_ulong(arena, out, size);
    default: return decode_hex(arena, out, size);
    }
}
