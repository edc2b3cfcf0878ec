/*
 * Names of codes, both ways. One list a kind, made of the headers' own names.
 */
#include "ws2/names.h"

#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <mstcpip.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

#define N(x) { #x, (int64_t)(x) }

static const struct name errors[] = {
    N(WSA_IO_PENDING), N(WSA_IO_INCOMPLETE), N(WSA_OPERATION_ABORTED), N(WSA_INVALID_HANDLE), N(WSA_INVALID_PARAMETER), N(WSA_NOT_ENOUGH_MEMORY),
    N(WSAEINTR), N(WSAEBADF), N(WSAEACCES), N(WSAEFAULT), N(WSAEINVAL), N(WSAEMFILE), N(WSAEWOULDBLOCK), N(WSAEINPROGRESS), N(WSAEALREADY),
    N(WSAENOTSOCK), N(WSAEDESTADDRREQ), N(WSAEMSGSIZE), N(WSAEPROTOTYPE), N(WSAENOPROTOOPT), N(WSAEPROTONOSUPPORT), N(WSAESOCKTNOSUPPORT),
    N(WSAEOPNOTSUPP), N(WSAEPFNOSUPPORT), N(WSAEAFNOSUPPORT), N(WSAEADDRINUSE), N(WSAEADDRNOTAVAIL), N(WSAENETDOWN), N(WSAENETUNREACH),
    N(WSAENETRESET), N(WSAECONNABORTED), N(WSAECONNRESET), N(WSAENOBUFS), N(WSAEISCONN), N(WSAENOTCONN), N(WSAESHUTDOWN), N(WSAETOOMANYREFS),
    N(WSAETIMEDOUT), N(WSAECONNREFUSED), N(WSAELOOP), N(WSAENAMETOOLONG), N(WSAEHOSTDOWN), N(WSAEHOSTUNREACH), N(WSAENOTEMPTY), N(WSAEPROCLIM),
    N(WSAEUSERS), N(WSAEDQUOT), N(WSAESTALE), N(WSAEREMOTE), N(WSASYSNOTREADY), N(WSAVERNOTSUPPORTED), N(WSANOTINITIALISED), N(WSAEDISCON),
    N(WSAENOMORE), N(WSAECANCELLED), N(WSAEINVALIDPROCTABLE), N(WSAEINVALIDPROVIDER), N(WSAEPROVIDERFAILEDINIT), N(WSASYSCALLFAILURE),
    N(WSASERVICE_NOT_FOUND), N(WSATYPE_NOT_FOUND), N(WSA_E_NO_MORE), N(WSA_E_CANCELLED), N(WSAEREFUSED), N(WSAHOST_NOT_FOUND), N(WSATRY_AGAIN),
    N(WSANO_RECOVERY), N(WSANO_DATA), N(WSA_QOS_RECEIVERS), N(WSA_QOS_SENDERS), N(WSA_QOS_NO_SENDERS), N(WSA_QOS_NO_RECEIVERS),
    N(WSA_QOS_REQUEST_CONFIRMED), N(WSA_QOS_ADMISSION_FAILURE), N(WSA_QOS_POLICY_FAILURE), N(WSA_QOS_BAD_STYLE), N(WSA_QOS_BAD_OBJECT),
    N(WSA_QOS_TRAFFIC_CTRL_ERROR), N(WSA_QOS_GENERIC_ERROR),
};

/* The 39 codes of the specification first, in its order, then the later ones. */
static const struct name ioctls[] = {
    N(FIONBIO), N(FIONREAD), N(SIOCATMARK), N(SIO_ACQUIRE_PORT_RESERVATION), N(SIO_ADDRESS_LIST_CHANGE), N(SIO_ADDRESS_LIST_QUERY),
    N(SIO_ASSOCIATE_HANDLE), N(SIO_ASSOCIATE_PORT_RESERVATION), N(SIO_BASE_HANDLE), N(SIO_BSP_HANDLE), N(SIO_BSP_HANDLE_SELECT),
    N(SIO_BSP_HANDLE_POLL), { "SIO_CHK_QOS", 0xDC000001 }, N(SIO_ENABLE_CIRCULAR_QUEUEING), N(SIO_FIND_ROUTE), N(SIO_FLUSH), N(SIO_GET_BROADCAST_ADDRESS),
    N(SIO_GET_EXTENSION_FUNCTION_POINTER), N(SIO_GET_GROUP_QOS), N(SIO_GET_INTERFACE_LIST), N(SIO_GET_INTERFACE_LIST_EX), N(SIO_GET_QOS),
    N(SIO_IDEAL_SEND_BACKLOG_CHANGE), N(SIO_IDEAL_SEND_BACKLOG_QUERY), N(SIO_KEEPALIVE_VALS), N(SIO_MULTIPOINT_LOOPBACK), N(SIO_MULTICAST_SCOPE),
    N(SIO_QUERY_RSS_SCALABILITY_INFO), N(SIO_QUERY_WFP_ALE_ENDPOINT_HANDLE), N(SIO_QUERY_PNP_TARGET_HANDLE), N(SIO_RCVALL),
    N(SIO_RELEASE_PORT_RESERVATION), N(SIO_ROUTING_INTERFACE_CHANGE), N(SIO_ROUTING_INTERFACE_QUERY), N(SIO_SET_COMPATIBILITY_MODE),
    N(SIO_SET_GROUP_QOS), N(SIO_SET_QOS), N(SIO_TRANSLATE_HANDLE), N(SIO_UDP_CONNRESET),
    N(SIO_TCP_INFO), N(SIO_TCP_INITIAL_RTO), N(SIO_LOOPBACK_FAST_PATH), N(SIO_ADDRESS_LIST_SORT), N(SIO_QUERY_RSS_PROCESSOR_INFO),
    N(SIO_RCVALL_MCAST), N(SIO_RCVALL_IGMPMCAST), N(SIO_UDP_NETRESET), N(SIO_CPU_AFFINITY), N(SIO_SET_PRIORITY_HINT),
    N(SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER), N(FIOASYNC),
};

static const struct name events[] = {
    N(FD_READ), N(FD_WRITE), N(FD_OOB), N(FD_ACCEPT), N(FD_CONNECT), N(FD_CLOSE), N(FD_QOS), N(FD_GROUP_QOS), N(FD_ROUTING_INTERFACE_CHANGE), N(FD_ADDRESS_LIST_CHANGE),
};

static const struct name waits[] = {
    { "WAIT_OBJECT_0", 0 }, { "WAIT_IO_COMPLETION", 0xC0 }, { "WAIT_TIMEOUT", 0x102 }, { "WAIT_FAILED", 0xFFFFFFFF },
    { "WSA_WAIT_EVENT_0", 0 }, { "WSA_WAIT_IO_COMPLETION", 0xC0 }, { "WSA_WAIT_TIMEOUT", 0x102 }, { "WSA_WAIT_FAILED", 0xFFFFFFFF },
};

static const struct name socket_flags[] = {
    { "overlapped", WSA_FLAG_OVERLAPPED }, { "multipoint_c_root", WSA_FLAG_MULTIPOINT_C_ROOT }, { "multipoint_c_leaf", WSA_FLAG_MULTIPOINT_C_LEAF },
    { "multipoint_d_root", WSA_FLAG_MULTIPOINT_D_ROOT }, { "multipoint_d_leaf", WSA_FLAG_MULTIPOINT_D_LEAF },
    { "access_system_security", WSA_FLAG_ACCESS_SYSTEM_SECURITY }, { "no_handle_inherit", WSA_FLAG_NO_HANDLE_INHERIT }, { "registered_io", WSA_FLAG_REGISTERED_IO },
};

static const struct name families[] = { { "inet", AF_INET }, { "inet6", AF_INET6 }, { "unspec", AF_UNSPEC } };
static const struct name types[] = { { "stream", SOCK_STREAM }, { "dgram", SOCK_DGRAM }, { "raw", SOCK_RAW } };
static const struct name protocols[] = { { "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP }, { "icmp", IPPROTO_ICMP }, { "icmpv6", IPPROTO_ICMPV6 }, { "ip", IPPROTO_IP }, { "igmp", IPPROTO_IGMP }, { "ipv6", IPPROTO_IPV6 } };

const struct name *names_table(enum names_kind kind, size_t *count)
{
#define TABLE(table) do { *count = sizeof(table) / sizeof *(table); return (table); } while (0)
    switch (kind) {
    case NAMES_ERROR: TABLE(errors);
    case NAMES_IOCTL: TABLE(ioctls);
    case NAMES_EVENT: TABLE(events);
    case NAMES_WAIT: TABLE(waits);
    case NAMES_SOCKET_FLAG: TABLE(socket_flags);
    case NAMES_FAMILY: TABLE(families);
    case NAMES_TYPE: TABLE(types);
    case NAMES_PROTOCOL: TABLE(protocols);
    }
#undef TABLE
    *count = 0;
    return NULL;
}

const char *names_of(enum names_kind kind, int64_t value)
{
    size_t count;
    const struct name *table = names_table(kind, &count);
    for (size_t i = 0; i < count; i++)
        if (table[i].value == value) return table[i].name;
    return NULL;
}

bool names_value(enum names_kind kind, const char *name, int64_t *value)
{
    size_t count;
    const struct name *table = names_table(kind, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(table[i].name, name) == 0) { *value = table[i].value; return true; }
    return false;
}

const char *names_nearest(enum names_kind kind, const char *word)
{
    const char *candidates[128];
    size_t count;
    const struct name *table = names_table(kind, &count);
    for (size_t i = 0; i < count && i < 128; i++) candidates[i] = table[i].name;
    return nearest_word(word, candidates, count < 128 ? count : 128);
}

const char *names_or_number(enum names_kind kind, int64_t value, char room[24])
{
    const char *name = names_of(kind, value);
    if (name) return name;
    snprintf(room, 24, kind == NAMES_IOCTL ? "0x%08" PRIX64 : "%" PRId64, kind == NAMES_IOCTL ? value & 0xFFFFFFFF : value);
    return room;
}
