/*
 * The ten network events and the results of waits. Texts only.
 */
#include "cli/explain_tables.h"

#define NET_DOWN "0, or WSAENETDOWN"

static const struct explained_event events[] = {
    { "FD_READ", 0x001, "level: recorded again as long as the reason holds",
      "data is there when the event is selected; data arrives and it is not recorded yet; a receive leaves data behind. With SO_OOBINLINE on, urgent data counts.",
      "WSPRecv and WSPRecvFrom, whatever they return, with MSG_PEEK too", NET_DOWN,
      "Data that goes straight into a pending overlapped receive records nothing. A receive after the event may still give WSAEWOULDBLOCK, if somebody else took the data." },
    { "FD_WRITE", 0x002, "edge: recorded when sending becomes possible",
      "sending is possible when the event is selected; a connection stands (connect or accept); space appears after a send that gave WSAEWOULDBLOCK.",
      "WSPSend and WSPSendTo", NET_DOWN, "A program has to send until WSAEWOULDBLOCK before it can expect the next one." },
    { "FD_OOB", 0x004, "level: recorded again as long as the reason holds",
      "only with SO_OOBINLINE off: urgent data is there when the event is selected, arrives, or is left behind by a receive.", "WSPRecv and WSPRecvFrom", NET_DOWN, NULL },
    { "FD_ACCEPT", 0x008, "level: recorded again as long as the reason holds",
      "a request is queued when the event is selected; a request arrives; an accept leaves another one queued.", "WSPAccept, unless it gave WSATRY_AGAIN because the request was deferred", NET_DOWN, NULL },
    { "FD_CONNECT", 0x010, "once",
      "the socket is connected when the event is selected; an attempt of WSPConnect or WSPJoinLeaf ends, well or not.", "nothing",
      "0, WSAEAFNOSUPPORT, WSAECONNREFUSED, WSAENETUNREACH, WSAEHOSTUNREACH, WSAEFAULT, WSAEINVAL, WSAEISCONN, WSAEMFILE, WSAENOBUFS, WSAENOTCONN or WSAETIMEDOUT", NULL },
    { "FD_CLOSE", 0x020, "once",
      "connection-oriented sockets only: the peer closed and all data has been read, or it answered a shutdown of this side and all data has been read; at once when the connection was cut.", "nothing",
      "0 for a graceful end, WSAECONNRESET (the peer), WSAECONNABORTED (time-out or this side) or WSAENETDOWN",
      "It never comes after WSPCloseSocket. Windows was seen to record it with data unread, and a reset as WSAECONNABORTED." },
    { "FD_QOS", 0x040, "edge: recorded when it happens", "the quality of service of the socket changed.", "WSPIoctl with SIO_GET_QOS", NET_DOWN, NULL },
    { "FD_GROUP_QOS", 0x080, "edge: recorded when it happens", "reserved: the quality of service of the socket group changed.", "WSPIoctl with SIO_GET_GROUP_QOS", NET_DOWN, NULL },
    { "FD_ROUTING_INTERFACE_CHANGE", 0x100, "edge: once for each arming", "the local interface that leads to an armed destination changed.",
      "WSPIoctl with SIO_ROUTING_INTERFACE_CHANGE, which arms it, also by failing with WSAEWOULDBLOCK", "0, WSAENETUNREACH or WSAENETDOWN",
      "Without arming it is never recorded. A change that comes before the event is selected is kept and recorded then." },
    { "FD_ADDRESS_LIST_CHANGE", 0x200, "edge: once for each arming", "the list of local addresses of the socket's family changed after arming.",
      "WSPIoctl with SIO_ADDRESS_LIST_CHANGE, which arms it, also by failing with WSAEWOULDBLOCK", NET_DOWN,
      "Without arming it is never recorded. A change that comes before the event is selected is kept and recorded then." },
};

const struct explained_event *explained_events(size_t *count)
{
    *count = sizeof events / sizeof *events;
    return events;
}

static const struct explained_wait waits[] = {
    { "WAIT_OBJECT_0", 0, "The first object of the wait was signaled; the object at place n gives this value plus n." },
    { "WAIT_IO_COMPLETION", 0xC0, "The wait was alertable and ended because asynchronous procedure calls ran. All that were queued have run, oldest first; no object was taken." },
    { "WAIT_TIMEOUT", 0x102, "The time is over and no object was signaled." },
    { "WAIT_FAILED", 0xFFFFFFFF, "The wait could not begin: a handle is not one, or the arguments are wrong." },
    { "WSA_WAIT_EVENT_0", 0, "The name that Winsock gives WAIT_OBJECT_0: the first event was signaled; the event at place n gives this value plus n." },
    { "WSA_WAIT_IO_COMPLETION", 0xC0, "The name that Winsock gives WAIT_IO_COMPLETION: completion routines ran during an alertable wait." },
    { "WSA_WAIT_TIMEOUT", 0x102, "The name that Winsock gives WAIT_TIMEOUT: the time is over and no event was signaled." },
    { "WSA_WAIT_FAILED", 0xFFFFFFFF, "The name that Winsock gives WAIT_FAILED: the wait could not begin." },
};

const struct explained_wait *explained_waits(size_t *count)
{
    *count = sizeof waits / sizeof *waits;
    return waits;
}
