/*
 * Control codes beyond the 39 of the specification: later ones, and those that only headers have. Texts only.
 */
#include "cli/explain_tables.h"

#define WIN10 "Windows 10"
#define WIN8 "Windows 8"
#define HEADER "in headers only"

static const struct explained_later codes[] = {
    { "SIO_TCP_INFO", 0xD8000027, "A snapshot of a TCP connection's counters.", "in: DWORD version 0 or 1; out: TCP_INFO_v0 (88 bytes) or TCP_INFO_v1 (136). A wrong input size is WSAEMSGSIZE, a short output WSAEINVAL.", "TCP sockets", "Windows 10 1703" },
    { "SIO_TCP_INITIAL_RTO", 0x98000011, "Time-out and number of retries of the first SYN.", "in: TCP_INITIAL_RTO_PARAMETERS, 4 bytes; no output, cbOutBuffer 0", "TCP sockets before they connect or listen", WIN8 },
    { "SIO_LOOPBACK_FAST_PATH", 0x98000010, "A shorter way for TCP within the host, if both sides ask for it.", "in: a boolean; no output, cbOutBuffer 0", "TCP sockets before they connect or accept", WIN8 },
    { "SIO_ADDRESS_LIST_SORT", 0xC8000019, "Puts destination addresses into the order of preference.", "in and out: SOCKET_ADDRESS_LIST of sockaddr_in6; the same buffer may serve both", "IPv6 sockets", "Windows XP" },
    { "SIO_QUERY_RSS_PROCESSOR_INFO", 0x48000025, "The processor that receive-side scaling gave the connection.", "out: SOCKET_PROCESSOR_AFFINITY, 8 bytes", "connected TCP and UDP sockets, else WSAENOTCONN", WIN8 },
    { "SIO_QUERY_TRANSPORT_SETTING", 0x98000014, "Reads a setting of the transport that a GUID names.", "in: TRANSPORT_SETTING_ID, 16 bytes; out: depends on it. The bits show no output.", "connected TCP sockets", WIN8 },
    { "SIO_APPLY_TRANSPORT_SETTING", 0x98000013, "Changes a setting of the transport that a GUID names.", "in: 24 to 36 bytes, depending on it; no output", "TCP sockets; for services of the system", WIN8 },
    { "SIO_RCVALL_MCAST", 0x98000002, "Lets a raw socket receive all IPv4 multicast packets of an interface.", "in: RCVALL_VALUE, 4 bytes", "IPv4 raw sockets of protocol UDP, bound to one address; administrator", "Windows 2000" },
    { "SIO_RCVALL_IGMPMCAST", 0x98000003, "Lets a raw socket receive all IGMP packets of an interface.", "in: RCVALL_VALUE, 4 bytes", "IPv4 raw sockets of protocol IGMP, bound to one address; administrator", "Windows 2000" },
    { "SIO_UDP_NETRESET", 0x9800000F, "Shows or hides time-exceeded answers to earlier sends as WSAENETRESET of receives.", "in: BOOL, 4 bytes", "UDP sockets", WIN10 },
    { "SIO_CPU_AFFINITY", 0x98000015, "Ties a socket to a processor; sockets of several processors may share an address.", "in: USHORT, 2 bytes", "UDP sockets before bind", "Windows 10 2004" },
    { "SIO_TIMESTAMPING", 0x980000EB, "Switches time stamps of received and sent datagrams on.", "in: TIMESTAMPING_CONFIG, 8 bytes", "datagram sockets", "Windows 11" },
    { "SIO_GET_TX_TIMESTAMP", 0x980000EA, "Fetches the time stamp of a sent datagram; never waits: WSAEWOULDBLOCK if there is none.", "in: UINT32; out: UINT64, 8 bytes", "datagram sockets with stamping of sends", "Windows 11" },
    { "SIO_SET_PRIORITY_HINT", 0x98000018, "Asks for congestion control that yields to others.", "in: priority, 4 or 8 bytes; no output", "TCP sockets", "Windows 10 1809" },
    { "SIO_QUERY_WFP_CONNECTION_REDIRECT_RECORDS", 0x980000DC, "Fetches what the filtering platform noted when it redirected a connection.", "out: opaque bytes; a room of 0 asks for the size", "accepted connections that were redirected", WIN8 },
    { "SIO_QUERY_WFP_CONNECTION_REDIRECT_CONTEXT", 0x980000DD, "Fetches the redirecting side's context.", "out: opaque bytes; a room of 0 asks for the size", "accepted connections that were redirected", WIN8 },
    { "SIO_SET_WFP_CONNECTION_REDIRECT_RECORDS", 0x980000DE, "Hands the notes of a redirection on to a new connection.", "in: opaque bytes; cbOutBuffer 0", "TCP sockets before they connect; administrator", WIN8 },
    { "SIO_SET_MULTICAST_FILTER", 0x8004747D, "Sets the sources from which a multicast group is received.", "in: ip_msfilter, 16 bytes and 4 for each source", "IPv4 datagram and raw sockets", "Windows XP" },
    { "SIO_GET_MULTICAST_FILTER", 0x8004747C, "Reads the sources from which a multicast group is received.", "in and out: ip_msfilter; the count says the room and comes back as the total", "IPv4 datagram and raw sockets", "Windows XP" },
    { "SIO_SET_SECURITY", 0x980000C8, "Asks for IPsec on a socket.", "in: SOCKET_SECURITY_SETTINGS", "TCP and UDP sockets", "Windows Vista" },
    { "SIO_QUERY_SECURITY", 0xD80000C9, "Tells which protection a connection has.", "in: SOCKET_SECURITY_QUERY_TEMPLATE; out: SOCKET_SECURITY_QUERY_INFO", "TCP and UDP sockets", "Windows Vista" },
    { "SIO_SET_PEER_TARGET_NAME", 0x980000CA, "Names the peer that may be authenticated.", "in: SOCKET_PEER_TARGET_NAME", "TCP and UDP sockets", "Windows Vista" },
    { "SIO_DELETE_PEER_TARGET_NAME", 0x980000CB, "Takes the name of a peer away.", "in: sockaddr", "UDP sockets", "Windows Vista" },
    { "SIO_INDEX_BIND", 0x98000008, "Binds to an interface by its index.", "in: DWORD", "not supported", HEADER },
    { "SIO_INDEX_MCASTIF", 0x98000009, "Chooses the multicast interface by its index.", "in: DWORD", "not supported", HEADER },
    { "SIO_INDEX_ADD_MCAST", 0x9800000A, "Joins a group by interface index.", "in: group and index", "not supported", HEADER },
    { "SIO_INDEX_DEL_MCAST", 0x9800000B, "Leaves a group by interface index.", "in: group and index", "not supported", HEADER },
    { "SIO_RCVALL_MCAST_IF", 0x9800000D, "SIO_RCVALL_MCAST for one interface. Headers also have the name SIO_SOCKET_CLOSE_NOTIFY for this value.", "in: RCVALL_IF, 8 bytes", "raw sockets", HEADER },
    { "SIO_RCVALL_IF", 0x9800000E, "SIO_RCVALL for one interface.", "in: RCVALL_IF, 8 bytes", "raw sockets", HEADER },
    { "SIO_ABSORB_RTRALERT", 0x98000005, "Delivers packets with the router alert option to a raw socket.", "in: DWORD", "not supported", HEADER },
    { "SIO_UCAST_IF", 0x98000006, "Chooses the unicast interface by its index; the option IP_UNICAST_IF does it.", "in: DWORD", "not supported", HEADER },
    { "SIO_LIMIT_BROADCASTS", 0x98000007, "Sends broadcasts on one interface only.", "in: DWORD", "not supported", HEADER },
    { "SIO_TCP_SET_ICW", 0x98000016, "Sets the first congestion window of a connection.", "in: TCP_ICW_PARAMETERS, 4 bytes", "TCP sockets", HEADER },
    { "SIO_TCP_SET_ACK_FREQUENCY", 0x98000017, "Sets how many segments one acknowledgement answers.", "in: TCP_ACK_FREQUENCY_PARAMETERS, 1 byte", "TCP sockets", HEADER },
    { "SIO_EXT_SELECT", 0xC800001E, "Lets a layered provider serve select; issued by the system.", "in and out: the arguments of select", "handles obtained with SIO_BSP_HANDLE_SELECT", "Windows Vista" },
    { "SIO_EXT_POLL", 0xC800001F, "Lets a layered provider serve WSAPoll; issued by the system.", "in and out: WSAPOLLDATA", "handles obtained with SIO_BSP_HANDLE_POLL", "Windows Vista" },
    { "SIO_EXT_SENDMSG", 0xC8000020, "Lets a layered provider serve WSASendMsg; issued by the system.", "in and out: WSASENDMSG", "handles obtained with SIO_BSP_HANDLE", "Windows Vista" },
    { "SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER", 0xC8000024, "Gives the table of functions of Registered I/O.", "in: GUID; out: RIO_EXTENSION_FUNCTION_TABLE, 112 bytes on Win64", "any socket", WIN8 },
    { "SIO_NSP_NOTIFY_CHANGE", 0x88000019, "Asks to be told of changes of a name space; not a code of sockets.", "in: WSACOMPLETION", "handles of name-space lookups", "Windows XP" },
    { "SIO_SOCKET_USAGE_NOTIFICATION", 0x980000CC, "For the system's own use.", "not published", "not supported", HEADER },
    { "SIO_AF_UNIX_GETPEERPID", 0x58000100, "Gives the process at the other end.", "out: ULONG, 4 bytes", "Unix-domain sockets", "Windows 10 1803" },
    { "SIO_RESERVED_1", 0x8800001A, "Reserved.", "not published", "not supported", HEADER },
    { "SIO_RESERVED_2", 0x88000021, "Reserved.", "not published", "not supported", HEADER },
    { "FIOASYNC", 0x8004667D, "Asynchronous mode of other systems; Winsock 2 has nothing like it.", "in: u_long", "not supported", HEADER },
};

const struct explained_later *explained_later(size_t *count)
{
    *count = sizeof codes / sizeof *codes;
    return codes;
}
