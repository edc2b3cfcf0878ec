/*
 * Control codes beyond the 39 of the specification: later ones, and those that only headers have. Texts only.
 */
#include "cli/explain_tables.h"

#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <mstcpip.h>
#include <afunix.h>

/* The value is that of the Windows headers. */
#define N(x) #x, (uint32_t)(x)

#define WIN10 "Windows 10"
#define WIN8 "Windows 8"
#define HEADER "in headers only"

static const struct explained_later codes[] = {
    { N(SIO_TCP_INFO), "A snapshot of a TCP connection's counters.", "in: DWORD version 0 or 1; out: TCP_INFO_v0 (88 bytes) or TCP_INFO_v1 (136). A wrong input size is WSAEMSGSIZE, a short output WSAEINVAL.", "TCP sockets", "Windows 10 1703" },
    { N(SIO_TCP_INITIAL_RTO), "Time-out and number of retries of the first SYN.", "in: TCP_INITIAL_RTO_PARAMETERS, 4 bytes; no output, cbOutBuffer 0", "TCP sockets before they connect or listen", WIN8 },
    { N(SIO_LOOPBACK_FAST_PATH), "A shorter way for TCP within the host, if both sides ask for it.", "in: a boolean; no output, cbOutBuffer 0", "TCP sockets before they connect or accept", WIN8 },
    { N(SIO_ADDRESS_LIST_SORT), "Puts destination addresses into the order of preference.", "in and out: SOCKET_ADDRESS_LIST of sockaddr_in6; the same buffer may serve both", "IPv6 sockets", "Windows XP" },
    { N(SIO_QUERY_RSS_PROCESSOR_INFO), "The processor that receive-side scaling gave the connection.", "out: SOCKET_PROCESSOR_AFFINITY, 8 bytes", "connected TCP and UDP sockets, else WSAENOTCONN", WIN8 },
    { N(SIO_QUERY_TRANSPORT_SETTING), "Reads a setting of the transport that a GUID names.", "in: TRANSPORT_SETTING_ID, 16 bytes; out: depends on it. The bits show no output.", "connected TCP sockets", WIN8 },
    { N(SIO_APPLY_TRANSPORT_SETTING), "Changes a setting of the transport that a GUID names.", "in: 24 to 36 bytes, depending on it; no output", "TCP sockets; for services of the system", WIN8 },
    { N(SIO_RCVALL_MCAST), "Lets a raw socket receive all IPv4 multicast packets of an interface.", "in: RCVALL_VALUE, 4 bytes", "IPv4 raw sockets of protocol UDP, bound to one address; administrator", "Windows 2000" },
    { N(SIO_RCVALL_IGMPMCAST), "Lets a raw socket receive all IGMP packets of an interface.", "in: RCVALL_VALUE, 4 bytes", "IPv4 raw sockets of protocol IGMP, bound to one address; administrator", "Windows 2000" },
    { N(SIO_UDP_NETRESET), "Shows or hides time-exceeded answers to earlier sends as WSAENETRESET of receives.", "in: BOOL, 4 bytes", "UDP sockets", WIN10 },
    { N(SIO_CPU_AFFINITY), "Ties a socket to a processor; sockets of several processors may share an address.", "in: USHORT, 2 bytes", "UDP sockets before bind", "Windows 10 2004" },
    { N(SIO_TIMESTAMPING), "Switches time stamps of received and sent datagrams on.", "in: TIMESTAMPING_CONFIG, 8 bytes", "datagram sockets", "Windows 11" },
    { N(SIO_GET_TX_TIMESTAMP), "Fetches the time stamp of a sent datagram; never waits: WSAEWOULDBLOCK if there is none.", "in: UINT32; out: UINT64, 8 bytes", "datagram sockets with stamping of sends", "Windows 11" },
    { N(SIO_SET_PRIORITY_HINT), "Asks for congestion control that yields to others.", "in: priority, 4 or 8 bytes; no output", "TCP sockets", "Windows 10 1809" },
    { N(SIO_QUERY_WFP_CONNECTION_REDIRECT_RECORDS), "Fetches what the filtering platform noted when it redirected a connection.", "out: opaque bytes; a room of 0 asks for the size", "accepted connections that were redirected", WIN8 },
    { N(SIO_QUERY_WFP_CONNECTION_REDIRECT_CONTEXT), "Fetches the redirecting side's context.", "out: opaque bytes; a room of 0 asks for the size", "accepted connections that were redirected", WIN8 },
    { N(SIO_SET_WFP_CONNECTION_REDIRECT_RECORDS), "Hands the notes of a redirection on to a new connection.", "in: opaque bytes; cbOutBuffer 0", "TCP sockets before they connect; administrator", WIN8 },
    { N(SIO_SET_MULTICAST_FILTER), "Sets the sources from which a multicast group is received.", "in: ip_msfilter, 16 bytes and 4 for each source", "IPv4 datagram and raw sockets", "Windows XP" },
    { N(SIO_GET_MULTICAST_FILTER), "Reads the sources from which a multicast group is received.", "in and out: ip_msfilter; the count says the room and comes back as the total", "IPv4 datagram and raw sockets", "Windows XP" },
    { N(SIO_SET_SECURITY), "Asks for IPsec on a socket.", "in: SOCKET_SECURITY_SETTINGS", "TCP and UDP sockets", "Windows Vista" },
    { N(SIO_QUERY_SECURITY), "Tells which protection a connection has.", "in: SOCKET_SECURITY_QUERY_TEMPLATE; out: SOCKET_SECURITY_QUERY_INFO", "TCP and UDP sockets", "Windows Vista" },
    { N(SIO_SET_PEER_TARGET_NAME), "Names the peer that may be authenticated.", "in: SOCKET_PEER_TARGET_NAME", "TCP and UDP sockets", "Windows Vista" },
    { N(SIO_DELETE_PEER_TARGET_NAME), "Takes the name of a peer away.", "in: sockaddr", "UDP sockets", "Windows Vista" },
    { N(SIO_INDEX_BIND), "Binds to an interface by its index.", "in: DWORD", "not supported", HEADER },
    { N(SIO_INDEX_MCASTIF), "Chooses the multicast interface by its index.", "in: DWORD", "not supported", HEADER },
    { N(SIO_INDEX_ADD_MCAST), "Joins a group by interface index.", "in: group and index", "not supported", HEADER },
    { N(SIO_INDEX_DEL_MCAST), "Leaves a group by interface index.", "in: group and index", "not supported", HEADER },
    { N(SIO_RCVALL_MCAST_IF), "SIO_RCVALL_MCAST for one interface. Headers also have the name SIO_SOCKET_CLOSE_NOTIFY for this value.", "in: RCVALL_IF, 8 bytes", "raw sockets", HEADER },
    { N(SIO_RCVALL_IF), "SIO_RCVALL for one interface.", "in: RCVALL_IF, 8 bytes", "raw sockets", HEADER },
    { N(SIO_ABSORB_RTRALERT), "Delivers packets with the router alert option to a raw socket.", "in: DWORD", "not supported", HEADER },
    { N(SIO_UCAST_IF), "Chooses the unicast interface by its index; the option IP_UNICAST_IF does it.", "in: DWORD", "not supported", HEADER },
    { N(SIO_LIMIT_BROADCASTS), "Sends broadcasts on one interface only.", "in: DWORD", "not supported", HEADER },
    { N(SIO_TCP_SET_ICW), "Sets the first congestion window of a connection.", "in: TCP_ICW_PARAMETERS, 4 bytes", "TCP sockets", HEADER },
    { N(SIO_TCP_SET_ACK_FREQUENCY), "Sets how many segments one acknowledgement answers.", "in: TCP_ACK_FREQUENCY_PARAMETERS, 1 byte", "TCP sockets", HEADER },
    { N(SIO_EXT_SELECT), "Lets a layered provider serve select; issued by the system.", "in and out: the arguments of select", "handles obtained with SIO_BSP_HANDLE_SELECT", "Windows Vista" },
    { N(SIO_EXT_POLL), "Serves WSAPoll; issued by the system, so that a layered provider can serve it too.", "in and out: WSAPOLLDATA, an entry for each socket; how many are ready comes back in result. Blocks for its time-out; no OVERLAPPED.", "handles obtained with SIO_BSP_HANDLE_POLL", "Windows Vista" },
    { N(SIO_EXT_SENDMSG), "Lets a layered provider serve WSASendMsg; issued by the system.", "in and out: WSASENDMSG", "handles obtained with SIO_BSP_HANDLE", "Windows Vista" },
    { N(SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER), "Gives the table of functions of Registered I/O: RIOReceive, RIOReceiveEx, RIOSend, RIOSendEx, RIOCloseCompletionQueue, RIOCreateCompletionQueue, RIOCreateRequestQueue, RIODequeueCompletion, "
      "RIODeregisterBuffer, RIONotify, RIORegisterBuffer, RIOResizeCompletionQueue, RIOResizeRequestQueue. Their errors come by WSAGetLastError, RIONotify's is what it returns.",
      "in: GUID WSAID_MULTIPLE_RIO, another is WSAEINVAL; out: RIO_EXTENSION_FUNCTION_TABLE, 112 bytes on Win64, a shorter one is WSAEFAULT", "any socket", WIN8 },
    { N(SIO_NSP_NOTIFY_CHANGE), "Asks to be told of changes of a name space; not a code of sockets.", "in: WSACOMPLETION", "handles of name-space lookups", "Windows XP" },
    { N(SIO_SOCKET_USAGE_NOTIFICATION), "For the system's own use.", "not published", "not supported", HEADER },
    { N(SIO_AF_UNIX_GETPEERPID), "Gives the process at the other end.", "out: ULONG, 4 bytes", "Unix-domain sockets", "Windows 10 1803" },
    { N(SIO_RESERVED_1), "Reserved.", "not published", "not supported", HEADER },
    { N(SIO_RESERVED_2), "Reserved.", "not published", "not supported", HEADER },
    { N(FIOASYNC), "Asynchronous mode of other systems; Winsock 2 has nothing like it.", "in: u_long", "not supported", HEADER },
};

const struct explained_later *explained_later(size_t *count)
{
    *count = sizeof codes / sizeof *codes;
    return codes;
}
