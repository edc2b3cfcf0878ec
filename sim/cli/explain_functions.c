/*
 * The thirty functions of a service provider, in the order of WSPPROC_TABLE, and WSPStartup. Texts only.
 */
#include "cli/explain_tables.h"

#define ERRORS(...) (const struct explained_item[]){ __VA_ARGS__, { NULL, NULL } }
#define OV "overlapped, routine, thread id"
#define CANCELLED { "WSAEINTR", "a blocking call was cancelled" }
#define WOULD_BLOCK { "WSAEWOULDBLOCK", "it cannot finish now and the socket is nonblocking" }
#define NO_MEMORY { "WSAENOBUFS", "no memory" }
#define BROKEN { "WSAENETRESET", "keep-alive found the connection broken" }, { "WSAECONNABORTED", "the connection was given up on this side" }, { "WSAECONNRESET", "the peer reset it" }
#define OVERLAPPED_ENDS { "WSA_IO_PENDING", "overlapped call: one completion follows" }, { "WSA_OPERATION_ABORTED", "completion: the socket was closed, or the thread that asked has ended" }

const struct explained_item explained_function_prefix[] = {
    { "WSAEINPROGRESS", "the thread is inside a callback of the provider" },
    { "WSAENOTSOCK", "not an open socket of this provider" },
    { "WSAENETDOWN", "the network subsystem has failed" },
    { NULL, NULL },
};

static const struct explained_function functions[] = {
    { "WSPAccept", "accept", "Takes the oldest connection request of a listening socket and makes a socket for it.", "socket, room for the address, condition function and its data", "the new SOCKET, or INVALID_SOCKET",
      ERRORS({ "WSAEFAULT", "the room for the address is too small or not the caller's" }, { "WSAEINVAL", "not listening, or the condition function gave a value that is none" },
             { "WSAEOPNOTSUPP", "not a connection-oriented type" }, { "WSAECONNREFUSED", "the condition function rejected" }, { "WSATRY_AGAIN", "the condition function deferred" },
             { "WSAEACCES", "the request was withdrawn meanwhile" }, { "WSAECONNRESET", "the peer reset a queued connection" }, { "WSAEMFILE", "no more sockets" }, NO_MEMORY, CANCELLED, WOULD_BLOCK), 0,
      "The new socket takes mode, options and event registration from the listener. A deferred request stays first in the queue, and FD_ACCEPT is not re-enabled." },
    { "WSPAddressToString", "addresstostring", "Writes an address as text.", "address, its length, protocol, room for the text, its length in characters", "0, or SOCKET_ERROR",
      ERRORS({ "WSAEFAULT", "the room is too small; the length needed is given" }, { "WSAEINVAL", "length, family or protocol is wrong" }, { "WSAENETDOWN", "the network subsystem has failed" }, NO_MEMORY), 1,
      "a.b.c.d, with :port if that is not 0; for IPv6 addr%scope, or [addr%scope]:port." },
    { "WSPAsyncSelect", "asyncselect", "Selects network events to come as window messages, and makes the socket nonblocking.", "socket, window, message, events", "0, or SOCKET_ERROR",
      ERRORS({ "WSAEINVAL", "the window or the events are wrong, or the socket's state" }), 0, "One registration a socket, of either kind: the newer replaces the older. Messages that were posted are not taken back." },
    { "WSPBind", "bind", "Gives the socket its local address and port.", "socket, address, length", "0, or SOCKET_ERROR",
      ERRORS({ "WSAEFAULT", "the address is not the caller's, too short, or of another family" }, { "WSAEINVAL", "bound already" }, { "WSAEADDRNOTAVAIL", "not an address of this host" },
             { "WSAEADDRINUSE", "in use, and sharing was not asked for" }, { "WSAEACCES", "exclusive use by another socket, or a broadcast address" }, { "WSAENOBUFS", "no port left to choose" }), 0,
      "The unspecified address stands for all interfaces, port 0 for a choice of the provider." },
    { "WSPCancelBlockingCall", "cancelblockingcall", "Ends the blocking call of this thread, from within a blocking hook.", "none", "0, or SOCKET_ERROR",
      ERRORS({ "WSAENETDOWN", "the network subsystem has failed" }, { "WSAEINVAL", "nothing is blocked" }), 1,
      "The call ends with WSAEINTR. After a cancelled accept or select the socket is as before; after any other call it can only be closed for sure." },
    { "WSPCleanup", "cleanup", "Undoes one WSPStartup; the last one ends everything.", "none", "0, or SOCKET_ERROR",
      ERRORS({ "WSANOTINITIALISED", "there was no WSPStartup" }, { "WSAENETDOWN", "the network subsystem has failed" }), 1,
      "The last one gives pending requests the status WSA_OPERATION_ABORTED and tells nobody: no event, no routine, no message. A new WSPStartup works at once." },
    { "WSPCloseSocket", "close", "Gives a socket back.", "socket", "0, or SOCKET_ERROR",
      ERRORS({ "WSAEWOULDBLOCK", "nonblocking, with a time to linger: the socket stays open" }, { "WSAEINTR", "a close that lingered was cancelled" }), 0,
      "Pending overlapped requests complete with WSA_OPERATION_ABORTED, each in its own way. The underlying socket goes with its last descriptor." },
    { "WSPConnect", "connect", "Connects to a peer, or sets the default peer of a datagram socket.", "socket, address, length, data to and from the peer, two QOS", "0, or SOCKET_ERROR",
      ERRORS({ "WSAEFAULT", "address or a buffer is not the caller's, or too short" }, { "WSAEAFNOSUPPORT", "another family than the socket's" }, { "WSAEADDRNOTAVAIL", "not a destination: the unspecified address, port 0" },
             { "WSAEINVAL", "a listening socket" }, { "WSAEPROTONOSUPPORT", "the protocol carries no connect data" }, { "WSAEOPNOTSUPP", "the quality of service cannot be had" },
             { "WSAEACCES", "a broadcast address without SO_BROADCAST" }, { "WSAEISCONN", "connected already" }, { "WSAEALREADY", "connecting already" }, { "WSAEADDRINUSE", "the local address is in use" }, NO_MEMORY,
             WOULD_BLOCK, { "WSAECONNREFUSED", "nobody listens there" }, { "WSAENETUNREACH", "no route" }, { "WSAEHOSTUNREACH", "the next hop does not answer" }, { "WSAETIMEDOUT", "no answer" }, CANCELLED), 0,
      "A nonblocking socket learns the outcome by FD_CONNECT, or by select. All zeros as address end the association of a datagram socket." },
    { "WSPDuplicateSocket", "duplicate", "Describes a socket so that another process can open it.", "socket, process, room for the description", "0, or SOCKET_ERROR",
      ERRORS({ "WSAEINVAL", "a parameter is wrong, or quality of service is in use" }, { "WSAEFAULT", "the room is not the caller's" }, { "WSAEMFILE", "no more sockets" }, NO_MEMORY), 0, "The other process gives the description to WSPSocket." },
    { "WSPEnumNetworkEvents", "enumnetworkevents", "Tells which network events were recorded, and clears the record and an event object.", "socket, event object or NULL, room for the events", "0, or SOCKET_ERROR",
      ERRORS({ "WSAEINVAL", "a parameter is wrong" }, { "WSAEFAULT", "the room is not the caller's" }), 0, "All in one step. A failure clears nothing. Error codes are written only for what was recorded." },
    { "WSPEventSelect", "eventselect", "Selects network events to set an event object, and makes the socket nonblocking.", "socket, event object, events", "0, or SOCKET_ERROR",
      ERRORS({ "WSAEINVAL", "no event object, or bits that are no events" }), 0, "It replaces any earlier registration of either kind and clears the record. Events 0 end it; the mode stays nonblocking." },
    { "WSPGetOverlappedResult", "getoverlappedresult", "Tells how an overlapped request ended, or waits for it.", "socket, OVERLAPPED, room for the count, whether to wait, room for the flags", "TRUE for success, FALSE for failure or not finished",
      ERRORS({ "WSAEFAULT", "a pointer is not the caller's" }, { "WSAEINVAL", "a parameter is wrong" }, { "WSA_INVALID_HANDLE", "it shall wait, and hEvent is no event" }, { "WSA_IO_INCOMPLETE", "not finished, and it shall not wait" }), 0,
      "Any other error is that of the request itself. Waiting is for requests with an event and without a routine; it is not alertable." },
    { "WSPGetPeerName", "getpeername", "Gives the address of the peer.", "socket, room, its length", "0, or SOCKET_ERROR", ERRORS({ "WSAEFAULT", "the room is too small or not the caller's" }, { "WSAENOTCONN", "not connected" }), 0,
      "On a datagram socket: the default peer." },
    { "WSPGetSockName", "getsockname", "Gives the local address.", "socket, room, its length", "0, or SOCKET_ERROR", ERRORS({ "WSAEFAULT", "the room is too small or not the caller's" }, { "WSAEINVAL", "not bound" }), 0,
      "A socket bound to all interfaces keeps the unspecified address until it is connected." },
    { "WSPGetSockOpt", "getsockopt", "Reads an option.", "socket, level, option, room, its length", "0, or SOCKET_ERROR",
      ERRORS({ "WSAEFAULT", "the room is too small or not the caller's" }, { "WSAEINVAL", "an unknown level" }, { "WSAENOPROTOOPT", "an unknown option, or none of this protocol" }), 0, NULL },
    { "WSPGetQOSByName", "getqosbyname", "Fills a QOS from a template that a name stands for.", "socket, name, QOS", "TRUE, or FALSE",
      ERRORS({ "WSAEFAULT", "QOS or name is not the caller's, or too small" }, { "WSAEINVAL", "no such template" }, { "WSAEOPNOTSUPP", "the provider has no quality of service" }), 0, "An empty name asks for the list of names." },
    { "WSPIoctl", "ioctl", "Carries out a control code.", "socket, code, input, its size, output, its size, room for the byte count, " OV, "0, or SOCKET_ERROR",
      ERRORS({ "WSAEFAULT", "a pointer is not the caller's, or a buffer too short" }, { "WSAEINVAL", "an unknown code, or wrong values" }, { "WSAEOPNOTSUPP", "the code does not work on this socket, or not in this provider" },
             { "WSAENOPROTOOPT", "the provider leaves this code out" }, WOULD_BLOCK, CANCELLED, OVERLAPPED_ENDS), 0, "`wspsim explain CODE` tells about one code, `wspsim ioctls` lists them." },
    { "WSPJoinLeaf", "joinleaf", "Joins a multipoint session, or invites a leaf.", "socket, address, length, data to and from the peer, two QOS, flags", "a SOCKET (the same for a leaf, a new one for a root), or INVALID_SOCKET",
      ERRORS({ "WSAEFAULT", "address or a buffer is not the caller's" }, { "WSAEAFNOSUPPORT", "another family than the socket's" }, { "WSAEADDRNOTAVAIL", "not an address for this" },
             { "WSAEINVAL", "a socket without multipoint flags, or a listening one" }, { "WSAEOPNOTSUPP", "the quality of service cannot be had" }, { "WSAEISCONN", "joined already" }, { "WSAEALREADY", "joining already" }, NO_MEMORY,
             { "WSAENETUNREACH", "no route" }, { "WSAETIMEDOUT", "no answer" }), 0,
      "For IP it joins the group of the address. On a nonblocking socket the outcome comes by FD_CONNECT." },
    { "WSPListen", "listen", "Makes a bound socket take connection requests.", "socket, length of the queue", "0, or SOCKET_ERROR",
      ERRORS({ "WSAEOPNOTSUPP", "a type without connections" }, { "WSAEINVAL", "not bound" }, { "WSAEISCONN", "connected" }, { "WSAEADDRINUSE", "the address is in use" }, { "WSAEMFILE", "no more sockets" }, NO_MEMORY), 0,
      "The length is brought into the provider's limits without a word. A second call changes it." },
    { "WSPRecv", "recv", "Receives.", "socket, buffers, their number, room for the count, flags, " OV, "0, or SOCKET_ERROR",
      ERRORS({ "WSAEFAULT", "a buffer is not the caller's" }, { "WSAEINVAL", "not bound, MSG_OOB with SO_OOBINLINE, or an unknown flag" }, { "WSAEOPNOTSUPP", "no out-of-band data here, or a socket that only sends" },
             { "WSAENOTCONN", "not connected" }, { "WSAESHUTDOWN", "receiving was shut down" }, { "WSAEMSGSIZE", "the message is longer than the buffers" }, BROKEN, { "WSAEDISCON", "a message protocol: the peer closed gracefully" },
             { "WSAETIMEDOUT", "SO_RCVTIMEO is over, or the connection failed" }, WOULD_BLOCK, CANCELLED, OVERLAPPED_ENDS), 0,
      "0 bytes with success: the peer has closed a stream, or the message is empty. Any outcome re-enables FD_READ and FD_OOB." },
    { "WSPRecvDisconnect", "recvdisconnect", "Ends receiving and fetches the peer's disconnect data.", "socket, buffer", "0, or SOCKET_ERROR",
      ERRORS({ "WSAEFAULT", "the buffer is not the caller's" }, { "WSAENOPROTOOPT", "the protocol has no disconnect data" }, { "WSAENOTCONN", "not connected" }), 0, NULL },
    { "WSPRecvFrom", "recvfrom", "Receives, and tells from whom.", "socket, buffers, their number, room for the count, flags, room for the address, its length, " OV, "0, or SOCKET_ERROR",
      ERRORS({ "WSAEFAULT", "a buffer is not the caller's, or the room for the address too small" }, { "WSAEINVAL", "not bound, MSG_OOB with SO_OOBINLINE, or an unknown flag" },
             { "WSAEOPNOTSUPP", "no out-of-band data here, or a socket that only sends" }, { "WSAENOTCONN", "a stream that is not connected" }, { "WSAESHUTDOWN", "receiving was shut down" },
             { "WSAEMSGSIZE", "the message is longer than the buffers" }, BROKEN, { "WSAETIMEDOUT", "SO_RCVTIMEO is over" }, WOULD_BLOCK, CANCELLED, OVERLAPPED_ENDS), 0,
      "Streams overlook the address. Address and length are written at completion and must live until then." },
    { "WSPSelect", "select", "Tells which sockets are ready to read, write, or have something exceptional.", "a number that is not looked at, three sets, time", "the number of ready entries, 0 when the time is over, or SOCKET_ERROR",
      ERRORS({ "WSAEINPROGRESS", "the thread is inside a callback of the provider" }, { "WSAENETDOWN", "the network subsystem has failed" }, { "WSAEFAULT", "a set is not the caller's" },
             { "WSAEINVAL", "three times NULL, or a wrong time" }, { "WSAENOTSOCK", "an entry is no socket" }, CANCELLED), 1, "A socket in two sets counts twice. No time means for ever, a time of zero a look without waiting." },
    { "WSPSend", "send", "Sends.", "socket, buffers, their number, room for the count, flags, " OV, "0, or SOCKET_ERROR",
      ERRORS({ "WSAEFAULT", "a buffer is not the caller's" }, { "WSAEINVAL", "not bound, or an unknown flag" }, { "WSAEOPNOTSUPP", "no out-of-band data here, or a socket that only receives" }, { "WSAENOTCONN", "not connected" },
             { "WSAESHUTDOWN", "sending was shut down" }, { "WSAEMSGSIZE", "longer than a message may be" }, { "WSAEACCES", "a broadcast without SO_BROADCAST" }, NO_MEMORY, BROKEN, { "WSAENETUNREACH", "no route" },
             { "WSAEHOSTUNREACH", "the next hop does not answer" }, { "WSAETIMEDOUT", "SO_SNDTIMEO is over" }, WOULD_BLOCK, CANCELLED, OVERLAPPED_ENDS), 0,
      "Success means queued, not delivered. A stream that is nonblocking may take a part; a message goes whole or not at all." },
    { "WSPSendDisconnect", "senddisconnect", "Ends sending and gives the peer disconnect data.", "socket, buffer", "0, or SOCKET_ERROR",
      ERRORS({ "WSAEFAULT", "the buffer is not the caller's" }, { "WSAENOPROTOOPT", "the protocol has no disconnect data" }, { "WSAENOTCONN", "not connected" }), 0, NULL },
    { "WSPSendTo", "sendto", "Sends to a destination.", "socket, buffers, their number, room for the count, flags, address, its length, " OV, "0, or SOCKET_ERROR",
      ERRORS({ "WSAEFAULT", "a buffer or the address is not the caller's" }, { "WSAEINVAL", "an unknown flag" }, { "WSAEAFNOSUPPORT", "another family than the socket's" }, { "WSAEADDRNOTAVAIL", "not a destination" },
             { "WSAEDESTADDRREQ", "no destination" }, { "WSAEACCES", "a broadcast without SO_BROADCAST" }, { "WSAESHUTDOWN", "sending was shut down" }, { "WSAEMSGSIZE", "longer than a message may be" }, NO_MEMORY,
             { "WSAENETUNREACH", "no route" }, { "WSAEHOSTUNREACH", "the next hop does not answer" }, { "WSAETIMEDOUT", "SO_SNDTIMEO is over" }, WOULD_BLOCK, CANCELLED, OVERLAPPED_ENDS), 0,
      "A datagram socket that is not bound is bound by it. Streams overlook the address." },
    { "WSPSetSockOpt", "setsockopt", "Sets an option.", "socket, level, option, value, its length", "0, or SOCKET_ERROR",
      ERRORS({ "WSAEFAULT", "the value is too short or not the caller's" }, { "WSAEINVAL", "an unknown level, or a value that cannot be" }, { "WSAENOPROTOOPT", "an unknown option, or one that can only be read" },
             { "WSAENETRESET", "SO_KEEPALIVE on a connection that timed out" }, { "WSAENOTCONN", "SO_KEEPALIVE on a connection that was reset" }), 0, NULL },
    { "WSPShutdown", "shutdown", "Ends receiving (SD_RECEIVE), sending (SD_SEND) or both.", "socket, how", "0, or SOCKET_ERROR",
      ERRORS({ "WSAEINVAL", "neither 0, 1 nor 2" }, { "WSAENOTCONN", "a stream that is not connected" }), 0, "It does not wait and does not close. After SD_RECEIVE, data that comes on TCP resets the connection." },
    { "WSPSocket", "socket", "Makes a socket, or opens one that WSPDuplicateSocket described.", "family, type, protocol, description of the protocol, group, flags", "the SOCKET, or INVALID_SOCKET",
      ERRORS({ "WSAENETDOWN", "the network subsystem has failed" }, { "WSAEINPROGRESS", "the thread is inside a callback of the provider" }, { "WSAEFAULT", "the description is not the caller's" },
             { "WSAEAFNOSUPPORT", "no such family" }, { "WSAESOCKTNOSUPPORT", "no such type" }, { "WSAEPROTONOSUPPORT", "no such protocol" }, { "WSAEPROTOTYPE", "protocol and type do not go together" },
             { "WSAEINVAL", "a wrong group, or flags that do not go together" }, { "WSAEACCES", "a raw socket without the privilege" }, { "WSAEMFILE", "no more sockets" }, NO_MEMORY), 1,
      "Only with WSA_FLAG_OVERLAPPED can calls on the socket be overlapped; at this level it is not the default." },
    { "WSPStringToAddress", "stringtoaddress", "Reads an address from text.", "text, family, protocol, room for the address, its length", "0, or SOCKET_ERROR",
      ERRORS({ "WSAEFAULT", "the room is too small; the length needed is given" }, { "WSAEINVAL", "not an address of this family" }, { "WSAENETDOWN", "the network subsystem has failed" }), 1, NULL },
    /* Not in the table, which it fills. */
    { "WSPStartup", "startup", "Starts the provider in a process and gives its table of functions; the only function a provider exports.",
      "version, room for the provider's data, description of the protocol, upcalls (by value), room for the table", "0, or the error itself",
      ERRORS({ "WSAEFAULT", "the room for data or table is not the caller's" }, { "WSASYSNOTREADY", "the network cannot be used" }, { "WSAVERNOTSUPPORTED", "a version below what the provider has" },
             { "WSAEPROCLIM", "no room for another process" }), 1, "Calls are counted: each needs its own WSPCleanup. The upcalls of the newest call count." },
};

const struct explained_function *explained_functions(size_t *count)
{
    *count = sizeof functions / sizeof *functions;
    return functions;
}
