/*
 * The functions that a control code gives pointers to: the eight extension functions and those of Registered I/O. Texts only.
 */
#include "cli/explain_tables.h"

#define ERRORS(...) (const struct explained_item[]){ __VA_ARGS__ { NULL, NULL } }
#define OVERLAPPED_ERRORS { "WSA_IO_PENDING", "with an OVERLAPPED: one completion follows" }, { "WSA_OPERATION_ABORTED", "completion: the socket was closed, or the thread that asked has ended" },
#define REQUEST_ERRORS { "WSAEINVAL", "no such queue or buffer, or flags it does not have" }, { "WSAEFAULT", "a slice beyond its buffer" }, { "WSAENOBUFS", "the limit is reached" },

static const struct explained_function functions[] = {
    { "AcceptEx", "acceptex", "Accepts a connection into a socket that exists, and may take the first data with it.", "listener, accept socket, buffer, room for data, for the local and for the remote name, count, OVERLAPPED", "TRUE, or FALSE: WSAGetLastError says why",
      ERRORS({ "WSA_INVALID_PARAMETER", "no OVERLAPPED, or a socket not created for it" }, { "WSAEINVAL", "the listener does not listen; the accept socket is bound, connected, of another kind or waiting already" }, OVERLAPPED_ERRORS ), 1, "With room for data it completes with the first data or the end of the stream, otherwise with the connection. Names and shutdown give WSAENOTCONN until SO_UPDATE_ACCEPT_CONTEXT is set." },
    { "ConnectEx", "connectex", "Connects a bound socket, and may send the first data.", "socket, name, its length, data, its length, count, OVERLAPPED", "TRUE, or FALSE: WSAGetLastError says why",
      ERRORS({ "WSA_INVALID_PARAMETER", "no OVERLAPPED" }, { "WSAEINVAL", "unbound, listening, of datagrams, or with an AcceptEx outstanding" }, { "WSAEISCONN", "connected" }, { "WSAECONNREFUSED", "completion: the peer refused" }, OVERLAPPED_ERRORS ), 1, "Completes with the count of the data that was sent. Names and shutdown give WSAENOTCONN until SO_UPDATE_CONNECT_CONTEXT is set." },
    { "DisconnectEx", "disconnectex", "Ends the sending side, and may make the socket as good as new.", "socket, OVERLAPPED, flags, reserved", "TRUE, or FALSE: WSAGetLastError says why",
      ERRORS({ "WSAENOTCONN", "no connection" }, { "WSAEINVAL", "a flag other than TF_REUSE_SOCKET, or a reserved value" }, OVERLAPPED_ERRORS ), 1, "Completes when everything is acknowledged." },
    { "GetAcceptExSockaddrs", "getacceptexsockaddrs", "Finds the names in the buffer of an AcceptEx.", "buffer, the three sizes of the AcceptEx, room for two pointers and lengths", "none",
      ERRORS(), 1, "Of a name that had no room the outputs stay as they were." },
    { "TransmitFile", "transmitfile", "Sends a file between a head and a tail.", "socket, file, bytes, bytes per send, OVERLAPPED, head and tail, flags", "TRUE, or FALSE: WSAGetLastError says why",
      ERRORS({ "WSAENOTCONN", "not connected" }, { "WSAEINVAL", "unknown flags, or TF_REUSE_SOCKET alone" }, { "WSA_INVALID_HANDLE", "no such file" }, OVERLAPPED_ERRORS ), 1, "Completes with the sum of the bytes. TF_DISCONNECT ends the sending side behind them." },
    { "TransmitPackets", "transmitpackets", "Sends elements of memory and of files in their order.", "socket, elements, their number, size of a send, OVERLAPPED, flags", "TRUE, or FALSE: WSAGetLastError says why",
      ERRORS({ "WSAENOTCONN", "not connected" }, { "WSAEINVAL", "unknown flags, or TP_USE_ flags that make no sense" }, { "WSA_INVALID_HANDLE", "no such file" }, OVERLAPPED_ERRORS ), 1, "On a connected datagram socket TP_ELEMENT_EOP ends a datagram." },
    { "WSARecvMsg", "wsarecvmsg", "Receives a message with its control information.", "socket, message, count, OVERLAPPED, routine", "0, or SOCKET_ERROR: WSAGetLastError says why",
      ERRORS({ "WSAEFAULT", "the message is not readable and writable" }, { "WSAEINVAL", "a stream" }, { "WSAEMSGSIZE", "message or control information does not fit; MSG_TRUNC, MSG_CTRUNC" }, OVERLAPPED_ERRORS ), 1, "A record for each of IP_PKTINFO, IP_RECVTTL, IP_RECVTOS, IP_RECVIF, IP_RECVDSTADDR that is set, and of their IPv6 forms." },
    { "WSASendMsg", "wsasendmsg", "Sends a message with control information.", "socket, message, flags, count, OVERLAPPED, routine", "0, or SOCKET_ERROR: WSAGetLastError says why",
      ERRORS({ "WSAEFAULT", "the message is not readable, or neither count nor OVERLAPPED" }, { "WSAEINVAL", "a stream" }, OVERLAPPED_ERRORS ), 1, "Records of hop limit, traffic class and packet information count for this message alone." },
    { "RIORegisterBuffer", "rioregisterbuffer", "Registers memory for Registered I/O.", "buffer, its length", "its id, or RIO_INVALID_BUFFERID: WSAGetLastError says why",
      ERRORS({ "WSAEINVAL", "no bytes" }, { "WSAEFAULT", "memory that is not there" }, ), 1, "Slices of it are what sends and receives name." },
    { "RIODeregisterBuffer", "rioderegisterbuffer", "Lets a registered buffer go.", "id", "none",
      ERRORS({ "WSAEINVAL", "no such id" }, ), 1, "What is under way goes on; no new request is served." },
    { "RIOCreateCompletionQueue", "riocreatecompletionqueue", "Makes a queue for results.", "size, notification: none, an event, or a completion port", "the queue, or RIO_INVALID_CQ: WSAGetLastError says why",
      ERRORS({ "WSAEINVAL", "a size of 0 or beyond RIO_MAX_CQ_SIZE, an unknown type, no event, port or OVERLAPPED" }, { "WSAEFAULT", "a notification that is not there" }, ), 1, "Without a notification it is polled." },
    { "RIOResizeCompletionQueue", "rioresizecompletionqueue", "Changes the size of a completion queue.", "queue, size", "TRUE, or FALSE: WSAGetLastError says why",
      ERRORS({ "WSAEINVAL", "no such queue, or a size that is none" }, { "WSAETOOMANYREFS", "fewer places than are reserved" }, ), 1, NULL },
    { "RIOCloseCompletionQueue", "rioclosecompletionqueue", "Closes a completion queue.", "queue", "none",
      ERRORS({ "WSAEINVAL", "no such queue" }, ), 1, "The results that wait, and those to come, are dropped; the requests go on." },
    { "RIOCreateRequestQueue", "riocreaterequestqueue", "Gives a socket its request queue.", "socket, limits of receives and sends and of their buffers, the two completion queues, context", "the queue, or RIO_INVALID_RQ: WSAGetLastError says why",
      ERRORS({ "WSAEOPNOTSUPP", "without WSA_FLAG_REGISTERED_IO, or a raw socket" }, { "WSAEINVAL", "a second queue, no completion queues, a number of buffers other than 1, both limits 0" }, { "WSAENOBUFS", "more than the completion queues have room for" }, ), 1, "It ends with the socket." },
    { "RIOResizeRequestQueue", "rioresizerequestqueue", "Changes the limits of a request queue.", "queue, receives, sends", "TRUE, or FALSE: WSAGetLastError says why",
      ERRORS({ "WSAEINVAL", "no such queue" }, { "WSAETOOMANYREFS", "below what is outstanding" }, { "WSAENOBUFS", "beyond the completion queue" }, ), 1, NULL },
    { "RIOSend", "riosend", "Sends a slice of a registered buffer.", "queue, slice, 1, flags, context", "TRUE, or FALSE: WSAGetLastError says why",
      ERRORS(REQUEST_ERRORS), 1, "Everything else is a result. RIO_MSG_DEFER begins with a later request, or with RIO_MSG_COMMIT_ONLY." },
    { "RIOSendEx", "riosendex", "Sends a message with address and control information.", "queue, slice, 1, slices of local and remote address, control information and flags, flags, context", "TRUE, or FALSE: WSAGetLastError says why",
      ERRORS(REQUEST_ERRORS), 1, "Everything else is a result." },
    { "RIOReceive", "rioreceive", "Receives into a slice of a registered buffer.", "queue, slice, 1, flags, context", "TRUE, or FALSE: WSAGetLastError says why",
      ERRORS(REQUEST_ERRORS), 1, "RIO_MSG_WAITALL of a stream fills the slice." },
    { "RIOReceiveEx", "rioreceiveex", "Receives a message with its addresses and control information.", "queue, slice, 1, slices of local and remote address, control information and flags, flags, context", "TRUE, or FALSE: WSAGetLastError says why",
      ERRORS(REQUEST_ERRORS), 1, "Everything else is a result." },
    { "RIODequeueCompletion", "riodequeuecompletion", "Takes the oldest results of a completion queue.", "queue, array, its length", "their number, or RIO_CORRUPT_CQ",
      ERRORS(), 1, "A request is outstanding until its result is taken." },
    { "RIONotify", "rionotify", "Asks to be told of the next result.", "queue", "0, or the error",
      ERRORS({ "WSAEINVAL", "no such queue, or one without a notification" }, { "WSAEALREADY", "the last one has not told yet" }, ), 1, "It tells once; at once where a result waits." },
};

const struct explained_function *explained_extensions(size_t *count)
{
    *count = sizeof functions / sizeof *functions;
    return functions;
}
