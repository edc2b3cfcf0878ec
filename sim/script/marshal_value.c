/*
 * Typed values: what {"sockaddr": …}, {"ulong": …} and their like are as bytes. One row each; a value that cannot be put into
 * bytes is refused before the run with the words of its row.
 */
#include <ws2tcpip.h>
#include <mswsock.h>
#include <mstcpip.h>

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "script/marshal.h"

/* Its size, or SIZE_MAX: it is none. */
typedef size_t to_bytes(const struct json *value, uint8_t *bytes, size_t room);

static size_t put(const void *from, size_t size, uint8_t *bytes, size_t room)
{
    if (size > room) return SIZE_MAX;
    memcpy(bytes, from, size);
    return size;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static size_t hex_bytes(const struct json *value, uint8_t *bytes, size_t room)
{
    size_t size = 0;
    if (value->type != JSON_TEXT) return SIZE_MAX;
    for (const char *text = value->text; *text; text += 2) {
        int high = hex_digit(text[0]), low = high < 0 ? -1 : hex_digit(text[1]);
        if (low < 0 || size == room) return SIZE_MAX;
        bytes[size++] = (uint8_t)(high << 4 | low);
    }
    return size;
}

static size_t sockaddr_bytes(const struct json *value, uint8_t *bytes, size_t room)
{
    size_t size = value->type == JSON_TEXT ? sockaddr_parse(value->text, bytes, room) : 0;
    return size ? size : SIZE_MAX;
}

static size_t int_bytes(const struct json *value, uint8_t *bytes, size_t room)
{
    int64_t whole;
    if (!json_int(value, &whole) || whole < INT32_MIN || whole > INT32_MAX) return SIZE_MAX;
    int32_t small = (int32_t)whole;
    return put(&small, sizeof small, bytes, room);
}

static size_t ulong_bytes(const struct json *value, uint8_t *bytes, size_t room)
{
    uint64_t number;
    if (!json_uint(value, &number) || number > UINT32_MAX) return SIZE_MAX;
    uint32_t small = (uint32_t)number;
    return put(&small, sizeof small, bytes, room);
}

static size_t bool_bytes(const struct json *value, uint8_t *bytes, size_t room)
{
    uint32_t truth = value->type == JSON_TRUE;
    return truth || value->type == JSON_FALSE ? put(&truth, sizeof truth, bytes, room) : SIZE_MAX;
}

/* Texts beyond 2^53. */
static size_t token_bytes(const struct json *value, uint8_t *bytes, size_t room)
{
    uint64_t number;
    bool good = value->type == JSON_TEXT ? number_parse(value->text, &number) : json_uint(value, &number);
    return good ? put(&number, sizeof number, bytes, room) : SIZE_MAX;
}

/* ---- structures ---- */

/* A member that has to be there, a number or a truth, at most `most`. */
static bool number_of(const struct json *object, const char *name, uint64_t most, uint64_t *number)
{
    const struct json *member = json_member(object, name);
    if (!member) return false;
    *number = member->type == JSON_TRUE;
    return member->type == JSON_TRUE || member->type == JSON_FALSE || (json_uint(member, number) && *number <= most);
}

/* struct tcp_keepalive: times in milliseconds. */
static size_t keepalive_bytes(const struct json *value, uint8_t *bytes, size_t room)
{
    static const char *const names[] = { "onoff", "time", "interval" };
    uint32_t words[3];
    uint64_t number;
    if (value->type != JSON_OBJECT || value->count != 3) return SIZE_MAX;
    for (size_t i = 0; i < 3; i++) {
        if (!number_of(value, names[i], UINT32_MAX, &number)) return SIZE_MAX;
        words[i] = (uint32_t)number;
    }
    return put(words, sizeof words, bytes, room);
}

static size_t port_range_bytes(const struct json *value, uint8_t *bytes, size_t room)
{
    uint64_t start, count;
    if (value->type != JSON_OBJECT || value->count != 2 || !number_of(value, "start", UINT16_MAX, &start) || !number_of(value, "count", UINT16_MAX, &count)) return SIZE_MAX;
    INET_PORT_RANGE range = { .StartPort = htons((u_short)start), .NumberOfPorts = (USHORT)count };
    return put(&range, sizeof range, bytes, room);
}

static size_t compatibility_bytes(const struct json *value, uint8_t *bytes, size_t room)
{
    static const struct { const char *name; WSA_COMPATIBILITY_BEHAVIOR_ID id; } behaviours[] = {
        { "all", WsaBehaviorAll }, { "receive_buffering", WsaBehaviorReceiveBuffering }, { "auto_tuning", WsaBehaviorAutoTuning },
    };
    const struct json *behaviour = json_member(value, "behavior"), *version = json_member(value, "version");
    WSA_COMPATIBILITY_MODE mode = { 0 };
    uint64_t number = 0;
    size_t i = 0;
    if (value->type != JSON_OBJECT || value->count != 2 || !behaviour || !version) return SIZE_MAX;
    while (i < 3 && !is_text(behaviour, behaviours[i].name)) i++;
    if (i < 3) mode.BehaviorId = behaviours[i].id;
    else if (!json_uint(behaviour, &number) || number > INT32_MAX) return SIZE_MAX;
    else mode.BehaviorId = (WSA_COMPATIBILITY_BEHAVIOR_ID)number;
    if (is_text(version, "vista")) number = 0x06000000;
    else if (is_text(version, "xp")) number = 0x05010000;
    else if (!json_uint(version, &number) || number > UINT32_MAX) return SIZE_MAX;
    mode.TargetOsVersion = (ULONG)number;
    return put(&mode, sizeof mode, bytes, room);
}

/* 0 the system's, "unspecified" what is. */
static size_t initial_rto_bytes(const struct json *value, uint8_t *bytes, size_t room)
{
    uint64_t rtt, tries;
    if (value->type != JSON_OBJECT || value->count != 2 || !number_of(value, "rtt", UINT16_MAX, &rtt) || !number_of(value, "max_syn", UINT8_MAX, &tries)) return SIZE_MAX;
    TCP_INITIAL_RTO_PARAMETERS values;
    memset(&values, 0, sizeof values);
    values.Rtt = (USHORT)rtt;
    values.MaxSynRetransmissions = (UCHAR)tries;
    return put(&values, sizeof values, bytes, room);
}

/* A SOCKET_ADDRESS_LIST of IPv6 addresses, IPv4 ones mapped, with the addresses behind the entries; pointers are set when it
   lies at its place. */
static size_t address_list_bytes(const struct json *value, uint8_t *bytes, size_t room)
{
    const size_t head = offsetof(SOCKET_ADDRESS_LIST, Address);
    size_t size = head + value->count * (sizeof(SOCKET_ADDRESS) + sizeof(struct sockaddr_in6));
    struct kernel_address address;
    INT number = (INT)value->count;
    if (value->type != JSON_LIST || size > room) return SIZE_MAX;
    memset(bytes, 0, size);
    memcpy(bytes, &number, sizeof number);
    uint8_t *at = bytes + head + value->count * sizeof(SOCKET_ADDRESS);
    for (const struct json *entry = value->first; entry; entry = entry->next, at += sizeof(struct sockaddr_in6)) {
        if (entry->type != JSON_TEXT || !address_parse(entry->text, &address)) return SIZE_MAX;
        struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_scope_id = address.scope_id };
        uint8_t *to = (uint8_t *)&in6.sin6_addr;
        if (address.family == KERNEL_IPV4) to[10] = to[11] = 0xff;
        memcpy(address.family == KERNEL_IPV4 ? to + 12 : to, address.bytes, address.family == KERNEL_IPV4 ? 4 : 16);
        memcpy(at, &in6, sizeof in6);
    }
    return size;
}

static void address_list_place(void *bytes)
{
    const size_t head = offsetof(SOCKET_ADDRESS_LIST, Address);
    INT number;
    memcpy(&number, bytes, sizeof number);
    char *at = (char *)bytes + head + (size_t)number * sizeof(SOCKET_ADDRESS);
    for (size_t i = 0; i < (size_t)number; i++, at += sizeof(struct sockaddr_in6)) {
        SOCKET_ADDRESS entry;
        memset(&entry, 0, sizeof entry);
        entry.lpSockaddr = (LPSOCKADDR)(void *)at;
        entry.iSockaddrLength = sizeof(struct sockaddr_in6);
        memcpy((char *)bytes + head + i * sizeof entry, &entry, sizeof entry);
    }
}

/* What a pointer is asked for by. */
static size_t guid_bytes(const struct json *value, uint8_t *bytes, size_t room)
{
    static const struct { const char *name; GUID id; } functions[] = {
        { "AcceptEx", WSAID_ACCEPTEX }, { "ConnectEx", WSAID_CONNECTEX }, { "DisconnectEx", WSAID_DISCONNECTEX }, { "GetAcceptExSockaddrs", WSAID_GETACCEPTEXSOCKADDRS },
        { "TransmitFile", WSAID_TRANSMITFILE }, { "TransmitPackets", WSAID_TRANSMITPACKETS }, { "WSARecvMsg", WSAID_WSARECVMSG }, { "WSASendMsg", WSAID_WSASENDMSG },
        { "RegisteredIO", WSAID_MULTIPLE_RIO },
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (is_text(value, functions[i].name)) return put(&functions[i].id, sizeof(GUID), bytes, room);
    return SIZE_MAX;
}

/* ---- the table ---- */

typedef void to_place(void *bytes); /* sets the pointers in a value that lies where it will be used */

static const struct row { const char *name; to_bytes *to_bytes; const char *wanted; to_place *place; } rows[] = {
    { "sockaddr", sockaddr_bytes, "an address with a port, such as \"192.0.2.1:0\" or \"[2001:db8::1]:0\"", NULL },
    { "ulong", ulong_bytes, "a whole number from 0 to 4294967295", NULL },
    { "int", int_bytes, "a whole number from -2147483648 to 2147483647", NULL },
    { "bool", bool_bytes, "true or false", NULL },
    { "token", token_bytes, "a whole number from 0 to 2^64-1 (beyond 2^53 as a text)", NULL },
    { "tcp_keepalive", keepalive_bytes, "an object with \"onoff\", \"time\" and \"interval\" (milliseconds)", NULL },
    { "port_range", port_range_bytes, "an object with \"start\" and \"count\", each from 0 to 65535", NULL },
    { "compatibility", compatibility_bytes, "an object with \"behavior\" (\"all\", \"receive_buffering\", \"auto_tuning\" or a number) and \"version\" (\"xp\", \"vista\" or a number)", NULL },
    { "tcp_initial_rto", initial_rto_bytes, "an object with \"rtt\" (0 to 65535 milliseconds) and \"max_syn\" (0 to 255)", NULL },
    { "address_list", address_list_bytes, "a list of addresses without ports, at most 92", address_list_place },
    { "qos", marshal_qos, "an object with \"sending\" and \"receiving\"", marshal_qos_place },
    { "guid", guid_bytes, "the name of an extension function, or \"RegisteredIO\"", NULL },
    { "hex", hex_bytes, "an even number of hexadecimal digits, at most 8192", NULL },
};
#define ROWS (sizeof rows / sizeof *rows)

static const struct row *row_of(const struct json *value)
{
    const struct json *member = value->first;
    if (value->type != JSON_OBJECT || value->count != 1) return NULL;
    for (size_t i = 0; i < ROWS; i++)
        if (strcmp(member->name, rows[i].name) == 0) return &rows[i];
    return NULL;
}

size_t marshal_value(const struct json *value, uint8_t *bytes, size_t room)
{
    const struct row *row = row_of(value);
    return row ? row->to_bytes(value->first, bytes, room) : SIZE_MAX;
}

void marshal_place(const struct json *value, void *bytes)
{
    to_place *place = row_of(value)->place;
    if (place) place(bytes);
}

/* "a", "b" and "c". */
static const char *all_names(char *text, size_t room)
{
    size_t at = 0;
    for (size_t i = 0; i < ROWS; i++) at += (size_t)snprintf(text + at, room - at, "%s\"%s\"", i == 0 ? "" : i + 1 < ROWS ? ", " : " and ", rows[i].name);
    return text;
}

static void name_wrong(struct problems *problems, const struct json *member)
{
    const char *names[ROWS];
    char all[400];
    for (size_t i = 0; i < ROWS; i++) names[i] = rows[i].name;
    const char *near = nearest_word(member->name, names, ROWS);
    if (near) problem_at_name(problems, member, "there is no typed value \"%s\"; did you mean \"%s\"?", member->name, near);
    else problem_at_name(problems, member, "there is no typed value \"%s\"; this version has %s", member->name, all_names(all, sizeof all));
}

void marshal_check(struct problems *problems, const struct json *value)
{
    uint8_t bytes[VALUE_BYTES];
    char all[400];
    const struct json *member = value->first;
    const struct row *row = row_of(value);
    if (value->count != 1) {
        problem_at(problems, value, "a typed value has exactly one of %s", all_names(all, sizeof all));
        return;
    }
    if (!row) {
        name_wrong(problems, member);
        return;
    }
    if (row->to_bytes == marshal_qos && member->type == JSON_OBJECT) {
        marshal_qos_check(problems, member);
        return;
    }
    if (row->to_bytes(member, bytes, sizeof bytes) != SIZE_MAX) return;
    if (member->type == JSON_TEXT) problem_at(problems, member, "\"%s\" is not %s", member->text, row->wanted);
    else if (member->type == JSON_NUMBER) problem_at(problems, member, "%s is not %s", member->text, row->wanted);
    else if (member->type == JSON_OBJECT) problem_at(problems, member, "expected %s", row->wanted);
    else problem_at(problems, member, "expected %s, found %s", row->wanted, json_type_name(member->type));
}
