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
    N(WSA_IO_PENDING), N(WSA_IO_INCOMPLETE), N(WSA_OPERATION_ABORTED), N(WSA_INVALID_HANDLE), { "WAIT_TIMEOUT", 258 }, { "ERROR_INVALID_WINDOW_HANDLE", 1400 }, N(ERROR_HANDLE_EOF), N(ERROR_CRC), N(WSA_INVALID_PARAMETER), N(WSA_NOT_ENOUGH_MEMORY),
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
    N(WSA_QOS_TRAFFIC_CTRL_ERROR), N(WSA_QOS_GENERIC_ERROR), N(WSA_QOS_ESERVICETYPE), N(WSA_QOS_EFLOWSPEC), N(WSA_QOS_EPROVSPECBUF),
    N(WSA_QOS_EFILTERSTYLE), N(WSA_QOS_EFILTERTYPE), N(WSA_QOS_EFILTERCOUNT), N(WSA_QOS_EOBJLENGTH), N(WSA_QOS_EFLOWCOUNT), N(WSA_QOS_EUNKOWNPSOBJ),
    N(WSA_QOS_EPOLICYOBJ), N(WSA_QOS_EFLOWDESC), N(WSA_QOS_EPSFLOWSPEC), N(WSA_QOS_EPSFILTERSPEC), N(WSA_QOS_ESDMODEOBJ), N(WSA_QOS_ESHAPERATEOBJ),
    N(WSA_QOS_RESERVED_PETYPE),
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
    N(SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER), N(SIO_EXT_POLL), N(FIOASYNC),
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

static const struct name levels[] = { N(SOL_SOCKET), N(IPPROTO_TCP), N(IPPROTO_UDP), N(IPPROTO_IP), N(IPPROTO_IPV6) };

static const struct name socket_options[] = {
    N(SO_ACCEPTCONN), N(SO_BROADCAST), N(SO_BSP_STATE), N(SO_COMPARTMENT_ID), N(SO_CONDITIONAL_ACCEPT), N(SO_CONNECT_TIME), N(SO_DEBUG), N(SO_DONTLINGER), N(SO_DONTROUTE), N(SO_ERROR),
    N(SO_EXCLUSIVEADDRUSE), N(SO_GROUP_ID), N(SO_GROUP_PRIORITY), N(SO_KEEPALIVE), N(SO_LINGER), N(SO_MAX_MSG_SIZE), N(SO_OOBINLINE), N(SO_OPENTYPE), N(SO_PAUSE_ACCEPT),
    N(SO_PORT_SCALABILITY), N(SO_PROTOCOL_INFOA), N(SO_PROTOCOL_INFOW), N(SO_RANDOMIZE_PORT), N(SO_RCVBUF), N(SO_RCVLOWAT), N(SO_RCVTIMEO), N(SO_REUSEADDR), N(SO_REUSE_UNICASTPORT),
    N(SO_SNDBUF), N(SO_SNDLOWAT), N(SO_SNDTIMEO), N(SO_TYPE), N(SO_UPDATE_ACCEPT_CONTEXT), N(SO_UPDATE_CONNECT_CONTEXT), N(SO_USELOOPBACK), N(PVD_CONFIG),
};
static const struct name tcp_options[] = {
    N(TCP_NODELAY), N(TCP_EXPEDITED_1122), N(TCP_KEEPIDLE), N(TCP_KEEPALIVE), N(TCP_MAXRT), N(TCP_TIMESTAMPS), N(TCP_FASTOPEN), N(TCP_KEEPCNT), N(TCP_KEEPINTVL), N(TCP_BSDURGENT),
    N(TCP_FAIL_CONNECT_ON_ICMP_ERROR), N(TCP_ICMP_ERROR_INFO), N(TCP_MAXRTMS), N(TCP_NOSYNRETRIES),
};
static const struct name udp_options[] = { N(UDP_NOCHECKSUM), N(UDP_SEND_MSG_SIZE), N(UDP_RECV_MAX_COALESCED_SIZE), N(UDP_CHECKSUM_COVERAGE) };
static const struct name ip_options[] = {
    N(IP_OPTIONS), N(IP_HDRINCL), N(IP_TOS), N(IP_TTL), N(IP_MULTICAST_IF), N(IP_MULTICAST_TTL), N(IP_MULTICAST_LOOP), N(IP_ADD_MEMBERSHIP), N(IP_DROP_MEMBERSHIP), N(IP_DONTFRAGMENT),
    N(IP_ADD_SOURCE_MEMBERSHIP), N(IP_DROP_SOURCE_MEMBERSHIP), N(IP_BLOCK_SOURCE), N(IP_UNBLOCK_SOURCE), N(IP_PKTINFO), N(IP_RECVTTL), N(IP_RECEIVE_BROADCAST), N(IP_RECVIF),
    N(IP_RECVDSTADDR), N(IP_IFLIST), N(IP_UNICAST_IF), N(IP_RTHDR), N(IP_GET_IFLIST), N(IP_RECVTOS), N(IP_ORIGINAL_ARRIVAL_IF), N(IP_ECN), N(IP_MTU_DISCOVER), N(IP_MTU), N(IP_RECVERR),
    N(IP_USER_MTU),
};
static const struct name ipv6_options[] = {
    N(IPV6_HOPOPTS), N(IPV6_HDRINCL), N(IPV6_UNICAST_HOPS), N(IPV6_MULTICAST_IF), N(IPV6_MULTICAST_HOPS), N(IPV6_MULTICAST_LOOP), N(IPV6_ADD_MEMBERSHIP), N(IPV6_DROP_MEMBERSHIP),
    N(IPV6_JOIN_GROUP), N(IPV6_LEAVE_GROUP), N(IPV6_DONTFRAG), N(IPV6_PKTINFO), N(IPV6_HOPLIMIT), N(IPV6_PROTECTION_LEVEL), N(IPV6_RECVIF), N(IPV6_RECVDSTADDR), N(IPV6_V6ONLY),
    N(IPV6_IFLIST), N(IPV6_UNICAST_IF), N(IPV6_RTHDR), N(IPV6_GET_IFLIST), N(IPV6_TCLASS), N(IPV6_RECVTCLASS), N(IPV6_ECN), N(IPV6_MTU_DISCOVER), N(IPV6_MTU), N(IPV6_RECVERR),
    N(IPV6_USER_MTU),
};
static const struct name message_flags[] = {
    N(MSG_OOB), N(MSG_PEEK), N(MSG_DONTROUTE), N(MSG_WAITALL), N(MSG_PUSH_IMMEDIATE), N(MSG_TRUNC), N(MSG_CTRUNC), N(MSG_BCAST), N(MSG_MCAST), N(MSG_PARTIAL),
};
static const struct name hows[] = { { "receive", SD_RECEIVE }, { "send", SD_SEND }, { "both", SD_BOTH }, N(SD_RECEIVE), N(SD_SEND), N(SD_BOTH) };

static const struct name backlogs[] = { N(SOMAXCONN) };
static const struct name rio_flags[] = { N(RIO_MSG_DONT_NOTIFY), N(RIO_MSG_DEFER), N(RIO_MSG_WAITALL), N(RIO_MSG_COMMIT_ONLY) };
static const struct name polls[] = { N(POLLRDNORM), N(POLLRDBAND), N(POLLWRNORM), N(POLLERR), N(POLLHUP), N(POLLNVAL), N(POLLPRI), N(POLLWRBAND), N(POLLIN), N(POLLOUT) };
static const struct name joins[] = { { "sender", JL_SENDER_ONLY }, { "receiver", JL_RECEIVER_ONLY }, { "both", JL_BOTH } };

enum names_kind names_of_level(int level)
{
    switch (level) {
    case SOL_SOCKET: return NAMES_OPTION_SOCKET;
    case IPPROTO_TCP: return NAMES_OPTION_TCP;
    case IPPROTO_UDP: return NAMES_OPTION_UDP;
    case IPPROTO_IP: return NAMES_OPTION_IP;
    case IPPROTO_IPV6: return NAMES_OPTION_IPV6;
    default: return NAMES_OPTION_ANY;
    }
}

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
    case NAMES_LEVEL: TABLE(levels);
    case NAMES_OPTION_SOCKET: TABLE(socket_options);
    case NAMES_OPTION_TCP: TABLE(tcp_options);
    case NAMES_OPTION_UDP: TABLE(udp_options);
    case NAMES_OPTION_IP: TABLE(ip_options);
    case NAMES_OPTION_IPV6: TABLE(ipv6_options);
    case NAMES_MESSAGE_FLAG: TABLE(message_flags);
    case NAMES_HOW: TABLE(hows);
    case NAMES_BACKLOG: TABLE(backlogs);
    case NAMES_JOIN: TABLE(joins);
    case NAMES_RIO_FLAG: TABLE(rio_flags);
    case NAMES_POLL: TABLE(polls);
    case NAMES_OPTION_ANY: break;
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
