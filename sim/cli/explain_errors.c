/*
 * The errors: what Winsock means by them, and when the reference provider says them. Texts only; which control codes and
 * functions can give an error is found in their own tables.
 */
#include "cli/explain_tables.h"

#include <winsock2.h>
#include <ws2spi.h>

/* The value is that of the Windows headers. */
#define N(x) #x, (uint32_t)(x)

#define NAMES_ONLY "No provider function gives it: it belongs to name resolution, above the providers."
#define UNUSED "Never: it is defined for completeness only."
#define LOADING "Never by the provider: those who load one say it about one."
#define QOS_STATUS "Only as the status that goes with FD_QOS."
#define QOS_VALUE "Only from the codes of quality of service."

static const struct explained_error errors[] = {
    /* base and overlapped */
    { N(ERROR_SUCCESS), "No error.", "A function that succeeds leaves *lpErrno alone; a completion that succeeds carries 0." },
    { N(ERROR_ACCESS_DENIED), "The right to do this is missing.", "Never: Winsock's own WSAEACCES stands for it." },
    { N(WSA_INVALID_HANDLE), "A handle is not valid, mostly that of an event object.", "By WSPGetOverlappedResult that shall wait without a valid hEvent, and by the upcalls on event objects." },
    { N(WSA_NOT_ENOUGH_MEMORY), "No memory.", "By WPUCreateEvent; functions on sockets say WSAENOBUFS." },
    { N(ERROR_NOT_SUPPORTED), "The request is not supported.", "Never: Winsock's own WSAEOPNOTSUPP stands for it." },
    { N(ERROR_NETNAME_DELETED), "The connection is gone, as file functions say it.", "Never: it is what file functions make of a reset connection." },
    { N(WSA_INVALID_PARAMETER), "A parameter is wrong.", "Never by a function on sockets, which say WSAEINVAL." },
    { N(ERROR_INSUFFICIENT_BUFFER), "The buffer is too small.", "Never: the codes that use it came after the specification." },
    { N(ERROR_MORE_DATA), "There is more than the buffer takes.", "Never: Winsock's own WSAEMSGSIZE stands for it." },
    { N(WSS_OPERATION_IN_PROGRESS), "Not an error: what OVERLAPPED.Internal holds while a request is pending (0x103).", "Written when a request is accepted, replaced as the last step of its completion." },
    { N(WSA_OPERATION_ABORTED), "An overlapped request ended because its socket was closed or its thread ended.",
      "As the result of a completion: of each pending request when its socket is closed, when the thread that asked ends, or when its request is cancelled." },
    { N(WSA_IO_INCOMPLETE), "The overlapped request is not finished yet.", "By WSPGetOverlappedResult that shall not wait." },
    { "WAIT_TIMEOUT", 258, "The time of a wait is over.", "By getqueuedcompletionstatus and getmessage: no packet, no message came in time." },
    { "ERROR_HANDLE_EOF", 38, "The file has fewer bytes than were asked for.", "By TransmitFile and TransmitPackets, when what it has is sent." },
    { "ERROR_CRC", 23, "The file cannot be read.", "By TransmitFile and TransmitPackets, where a file's \"readable\" ends." },
    { "ERROR_INVALID_WINDOW_HANDLE", 1400, "There is no such window, or it is another thread's.", "Never by a provider: by getmessage and destroywindow." },
    { N(WSA_IO_PENDING), "Not a failure: the overlapped request was accepted and will complete later, exactly once.", "By an overlapped call that cannot finish at once. The byte count is not written." },
    { N(ERROR_NOT_FOUND), "There was nothing to cancel.", "Never by a provider: it is the answer of CancelIo's relatives." },
    /* WSAE* */
    { N(WSABASEERR), "Where the numbers of Winsock begin; no error itself.", UNUSED },
    { N(WSAEINTR), "A blocking call was cancelled.", "By a blocking call that WSPCancelBlockingCall, or a blocking hook that returned FALSE, has ended." },
    { N(WSAEBADF), "A file handle is not valid.", UNUSED },
    { N(WSAEACCES), "The right to do this is missing.", "Where a privilege is asked for (SIO_RCVALL, raw sockets), a port reservation belongs to another process, or a broadcast is not allowed." },
    { N(WSAEFAULT), "A pointer does not lead into the caller's memory, or a buffer is too short.",
      "The provider asks before it touches: lpcbBytesReturned, OVERLAPPED, input, output. Codes with lists tell the size they need in the byte count." },
    { N(WSAEINVAL), "An argument has a value that cannot be, or the socket is not in a state for this.",
      "For a control code that it does not know (documented profile), buffers that must be absent, values out of range, and switching off nonblocking mode while events are selected." },
    { N(WSAEMFILE), "No more sockets.", "When the process can have no more handles." },
    { N(WSAEWOULDBLOCK), "It cannot finish now, and the socket is nonblocking.",
      "By a plain call on a nonblocking socket that would have to wait. SIO_ADDRESS_LIST_CHANGE and SIO_ROUTING_INTERFACE_CHANGE have armed their event then." },
    { N(WSAEINPROGRESS), "A blocking call of this thread is under way.", "By any function that is called from within a blocking hook or a condition function of the provider." },
    { N(WSAEALREADY), "The same is under way already.", "By WSPConnect on a nonblocking socket that is connecting." },
    { N(WSAENOTSOCK), "Not a socket.", "For a handle that is not an open socket of this provider; first of all checks of the handle." },
    { N(WSAEDESTADDRREQ), "A destination is missing.", "By WSPSendTo without a destination." },
    { N(WSAEMSGSIZE), "The message is longer than what can be sent, or than the buffer for it.", "By sends beyond SO_MAX_MSG_SIZE and by receives into a buffer that is too short for the message." },
    { N(WSAEPROTOTYPE), "The protocol does not fit the type of the socket.", "By WSPSocket." },
    { N(WSAENOPROTOOPT), "The protocol does not know this option or control code.", "For options it does not know, and for control codes that a provider may leave out (quality of service, companion handles, SIO_FLUSH)." },
    { N(WSAEPROTONOSUPPORT), "The protocol is not there.", "By WSPSocket." },
    { N(WSAESOCKTNOSUPPORT), "The family does not have this type of socket.", "By WSPSocket." },
    { N(WSAEOPNOTSUPP), "What was asked for is valid but cannot be done on this socket or by this provider.",
      "By each function it does not offer yet, for control codes it knows and does not have yet, and for those that do not fit the socket. In the observed profile also for unknown codes." },
    { N(WSAEPFNOSUPPORT), "The protocol family is not there.", "Never: WSAEAFNOSUPPORT is said." },
    { N(WSAEAFNOSUPPORT), "The address family is not there, or does not fit the socket.", "By WSPSocket, and for an address of another family than the socket's." },
    { N(WSAEADDRINUSE), "The address and port are in use.", "By WSPBind, and where a port reservation or the choice of a port finds no free one." },
    { N(WSAEADDRNOTAVAIL), "The address is not one that can be used here.", "By WSPBind to an address the host does not have, and by WSPConnect to one that is no destination." },
    { N(WSAENETDOWN), "The network subsystem has failed, or all connectivity is lost.", "After stack.down by every function on a socket; by SIO_ROUTING_INTERFACE_QUERY when no interface but loopback is connected." },
    { N(WSAENETUNREACH), "No route leads to the destination.", "By SIO_ROUTING_INTERFACE_QUERY, as the result of SIO_ROUTING_INTERFACE_CHANGE when the route went away, and by connect and send." },
    { N(WSAENETRESET), "Keep-alive found the connection broken, or a datagram's time to live ran out.", "By receives and sends on such a socket." },
    { N(WSAECONNABORTED), "The connection was given up on this side, mostly after a time-out.", "By receives and sends on such a socket, and with FD_CLOSE." },
    { N(WSAECONNRESET), "The peer reset the connection; on UDP, an earlier send met a port where nobody listens.", "By receives and sends on such a socket, and with FD_CLOSE. On UDP see SIO_UDP_CONNRESET." },
    { N(WSAENOBUFS), "No memory or other resource for the request.", "When the memory for a request or an answer cannot be had, or there is no port left to choose." },
    { N(WSAEISCONN), "The socket is connected already.", "By WSPConnect and WSPListen on a connected stream socket." },
    { N(WSAENOTCONN), "The socket is not connected.", "By what needs a connection: sends, receives, WSPGetPeerName, the send backlog codes." },
    { N(WSAESHUTDOWN), "This direction was shut down.", "By sends after SD_SEND and receives after SD_RECEIVE." },
    { N(WSAETOOMANYREFS), "Too many references to an object.", UNUSED },
    { N(WSAETIMEDOUT), "The time is over: of a connection attempt, a connection, or SO_RCVTIMEO and SO_SNDTIMEO.", "By WSPConnect that nobody answers, and by plain receives and sends with a time limit." },
    { N(WSAECONNREFUSED), "The peer does not accept the connection.", "By WSPConnect to a port where nobody listens or the queue is full; by WSPAccept whose condition function rejected." },
    { N(WSAELOOP), "A name cannot be followed to its end.", UNUSED },
    { N(WSAENAMETOOLONG), "A name is too long.", UNUSED },
    { N(WSAEHOSTDOWN), "The host is down.", "Never: WSAEHOSTUNREACH is said." },
    { N(WSAEHOSTUNREACH), "The destination does not answer on its own link.", "By connect and send when the next hop cannot be resolved." },
    { N(WSAENOTEMPTY), "A folder is not empty.", UNUSED },
    { N(WSAEPROCLIM), "Too many processes use Winsock.", "By WSPStartup when its record of the process cannot be made." },
    { N(WSAEUSERS), "The quota of users is used up.", UNUSED },
    { N(WSAEDQUOT), "The quota of space is used up.", UNUSED },
    { N(WSAESTALE), "The handle of a remote file no longer holds.", UNUSED },
    { N(WSAEREMOTE), "The thing is remote.", UNUSED },
    { N(WSASYSNOTREADY), "The network subsystem cannot be used.", "By WSPStartup while the stack is down." },
    { N(WSAVERNOTSUPPORTED), "The version that was asked for is not there.", "By WSPStartup below version 2.2." },
    { N(WSANOTINITIALISED), "WSPStartup was not called.", "By WSPCleanup, and by functions called after the last one." },
    { N(WSAEDISCON), "The peer closed the connection of a message protocol gracefully.", "Never: none of its protocols is message and connection oriented at once." },
    { N(WSAENOMORE), "A list has ended (older name).", NAMES_ONLY },
    { N(WSAECANCELLED), "A lookup was cancelled (older name).", NAMES_ONLY },
    { N(WSAEINVALIDPROCTABLE), "The provider's table of functions is not whole.", LOADING },
    { N(WSAEINVALIDPROVIDER), "The provider gives another version than it should.", LOADING },
    { N(WSAEPROVIDERFAILEDINIT), "The provider could not be loaded or started.", LOADING },
    { N(WSASYSCALLFAILURE), "A call of the system failed that never should.", UNUSED },
    { N(WSASERVICE_NOT_FOUND), "No such service in the name space.", NAMES_ONLY },
    { N(WSATYPE_NOT_FOUND), "No such class of services.", NAMES_ONLY },
    { N(WSA_E_NO_MORE), "A list has ended.", NAMES_ONLY },
    { N(WSA_E_CANCELLED), "A lookup was cancelled.", NAMES_ONLY },
    { N(WSAEREFUSED), "A query was refused.", NAMES_ONLY },
    { N(WSAHOST_NOT_FOUND), "There is no such host.", NAMES_ONLY },
    { N(WSATRY_AGAIN), "The answer may come later; in a provider: the condition function deferred the request.", "By WSPAccept whose condition function answered CF_DEFER." },
    { N(WSANO_RECOVERY), "A lookup failed for good.", NAMES_ONLY },
    { N(WSANO_DATA), "The name is right but has no such data.", NAMES_ONLY },
    /* quality of service */
    { N(WSA_QOS_RECEIVERS), "At least one reservation has arrived.", QOS_STATUS },
    { N(WSA_QOS_SENDERS), "At least one sender has announced itself.", QOS_STATUS },
    { N(WSA_QOS_NO_SENDERS), "There are no senders.", QOS_STATUS },
    { N(WSA_QOS_NO_RECEIVERS), "There are no receivers.", QOS_STATUS },
    { N(WSA_QOS_REQUEST_CONFIRMED), "The reservation was confirmed.", QOS_STATUS },
    { N(WSA_QOS_ADMISSION_FAILURE), "Refused for want of resources.", QOS_STATUS },
    { N(WSA_QOS_POLICY_FAILURE), "Refused by policy.", QOS_STATUS },
    { N(WSA_QOS_BAD_STYLE), "The style is unknown or conflicts.", QOS_STATUS },
    { N(WSA_QOS_BAD_OBJECT), "A filter specification or an object is wrong.", QOS_STATUS },
    { N(WSA_QOS_TRAFFIC_CTRL_ERROR), "Traffic control reports a problem with the flow specification.", QOS_STATUS },
    { N(WSA_QOS_GENERIC_ERROR), "Some other error of quality of service.", QOS_STATUS },
    { N(WSA_QOS_ESERVICETYPE), "The service type of a flow specification is wrong.", QOS_VALUE },
    { N(WSA_QOS_EFLOWSPEC), "A flow specification is wrong.", QOS_VALUE },
    { N(WSA_QOS_EPROVSPECBUF), "The provider-specific buffer is wrong.", QOS_VALUE },
    { N(WSA_QOS_EFILTERSTYLE), "The filter style is wrong.", QOS_VALUE },
    { N(WSA_QOS_EFILTERTYPE), "The filter type is wrong.", QOS_VALUE },
    { N(WSA_QOS_EFILTERCOUNT), "The number of filters is wrong.", QOS_VALUE },
    { N(WSA_QOS_EOBJLENGTH), "The length of an object is wrong.", QOS_VALUE },
    { N(WSA_QOS_EFLOWCOUNT), "The number of flow descriptors is wrong.", QOS_VALUE },
    { N(WSA_QOS_EUNKOWNPSOBJ), "An object in the provider-specific buffer is unknown. The name is spelt this way in the SDK.", QOS_VALUE },
    { N(WSA_QOS_EPOLICYOBJ), "A policy object is wrong.", QOS_VALUE },
    { N(WSA_QOS_EFLOWDESC), "A flow descriptor is wrong.", QOS_VALUE },
    { N(WSA_QOS_EPSFLOWSPEC), "A provider-specific flow specification is wrong.", QOS_VALUE },
    { N(WSA_QOS_EPSFILTERSPEC), "A provider-specific filter specification is wrong.", QOS_VALUE },
    { N(WSA_QOS_ESDMODEOBJ), "A shape-discard-mode object is wrong.", QOS_VALUE },
    { N(WSA_QOS_ESHAPERATEOBJ), "A shaping-rate object is wrong.", QOS_VALUE },
    { N(WSA_QOS_RESERVED_PETYPE), "A reserved policy element was found.", QOS_VALUE },
};

const struct explained_error *explained_errors(size_t *count)
{
    *count = sizeof errors / sizeof *errors;
    return errors;
}
