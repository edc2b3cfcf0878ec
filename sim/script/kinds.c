/*
 * The steps of the language.
 */
#include "script/kinds.h"

#include <string.h>

#include "core/text.h"

#define NEED true
#define MAY false

const struct member step_members[] = {
    { "at", TYPE_AT, MAY, "when: absolute, or \"+5ms\" after the start of the previous step; without it, as soon as the thread's previous step has returned" },
    { "by", TYPE_TEXT, MAY, "who: an actor, or one of its threads as \"actor/thread\"; nobody: the network itself" },
    { "do", TYPE_TEXT, MAY, "what is done" },
    { "sees", TYPE_TEXT, MAY, "what the actor sees" },
    { "assert", TYPE_TEXT, MAY, "what holds in the world" },
    { "together", TYPE_LIST, MAY, "steps that run without settling in between" },
    { "when", TYPE_TEXT, MAY, "\"free\": wait until the thread is free" },
    { "about", TYPE_TEXT, MAY, "a remark for the reader" },
    { "question", TYPE_TEXT, MAY, "what a learner may predict here" },
    { "answer", TYPE_TEXT, MAY, "what the run proves" },
    { 0 },
};

const struct member call_members[] = {
    { "returns", TYPE_RETURNS, MAY, "0 for success, an error's name for failure with it, \"never\", \"any\"" },
    { "returns_at", TYPE_AT, MAY, "when the call returns: absolute, or \"+5ms\" after its start" },
    { "within", TYPE_TIME, MAY, "it may return up to that much after returns_at" },
    { "lasts", TYPE_TIME, MAY, "how long the call takes" },
    { 0 },
};

static const struct step_kind table[] = {
    /* ---- network steps ---- */
    { "address.add", STEP_NET, "an address appears on an interface",
      { { "on", TYPE_INTERFACE, NEED, "" }, { "address", TYPE_PREFIX, NEED, "" }, { "state", TYPE_STATE, MAY, "" }, { "skip_as_source", TYPE_BOOL, MAY, "" }, { "temporary", TYPE_BOOL, MAY, "" }, { "persistent", TYPE_BOOL, MAY, "it returns with its interface" } }, NET_ADDRESS_ADD },
    { "address.remove", STEP_NET, "an address goes", { { "on", TYPE_INTERFACE, NEED, "" }, { "address", TYPE_ADDRESS_NAMED, NEED, "with or without its prefix length" } }, NET_ADDRESS_REMOVE },
    { "address.state", STEP_NET, "an address changes its state", { { "on", TYPE_INTERFACE, NEED, "" }, { "address", TYPE_ADDRESS_NAMED, NEED, "" }, { "state", TYPE_STATE, NEED, "" } }, NET_ADDRESS_STATE },
    { "address.refresh", STEP_NET, "an address's lifetimes begin anew; nothing else changes", { { "on", TYPE_INTERFACE, NEED, "" }, { "address", TYPE_ADDRESS_NAMED, NEED, "" } }, NET_ADDRESS_REFRESH },
    { "interface.add", STEP_NET, "an interface appears",
      { { "host", TYPE_TEXT, NEED, "" }, { "name", TYPE_NAME, NEED, "" }, { "type", TYPE_TEXT, MAY, "" }, { "speed", TYPE_RATE, MAY, "" }, { "mtu", TYPE_UINT32, MAY, "" }, { "metric", TYPE_UINT32, MAY, "" }, { "mac", TYPE_MAC, MAY, "" }, { "up", TYPE_BOOL, MAY, "" }, { "media", TYPE_BOOL, MAY, "" }, { "addresses", TYPE_LIST, MAY, "" } }, NET_INTERFACE_ADD },
    { "interface.remove", STEP_NET, "an interface goes for good", { { "on", TYPE_INTERFACE, NEED, "" } }, NET_INTERFACE_REMOVE },
    { "interface.up", STEP_NET, "an interface is enabled: what is persistent returns", { { "on", TYPE_INTERFACE, NEED, "" } }, NET_INTERFACE_UP },
    { "interface.down", STEP_NET, "an interface is disabled: its addresses and routes go", { { "on", TYPE_INTERFACE, NEED, "" } }, NET_INTERFACE_DOWN },
    { "interface.media", STEP_NET, "the cable or the radio", { { "on", TYPE_INTERFACE, NEED, "" }, { "connected", TYPE_BOOL, NEED, "" } }, NET_INTERFACE_MEDIA },
    { "interface.mtu", STEP_NET, "the interface's MTU", { { "on", TYPE_INTERFACE, NEED, "" }, { "mtu", TYPE_UINT32, NEED, "bytes" } }, NET_INTERFACE_MTU },
    { "interface.metric", STEP_NET, "the interface's metric; 0: automatic", { { "on", TYPE_INTERFACE, NEED, "" }, { "metric", TYPE_UINT32, NEED, "" } }, NET_INTERFACE_METRIC },
    { "route.add", STEP_NET, "a route appears",
      { { "host", TYPE_TEXT, MAY, "" }, { "on", TYPE_INTERFACE, MAY, "" }, { "to", TYPE_PREFIX, NEED, "" }, { "via", TYPE_ADDRESS, MAY, "without it the destination is on the link" }, { "interface", TYPE_NAME, MAY, "" }, { "metric", TYPE_UINT32, MAY, "" }, { "persistent", TYPE_BOOL, MAY, "" } }, NET_ROUTE_ADD },
    { "route.remove", STEP_NET, "a route goes", { { "host", TYPE_TEXT, MAY, "" }, { "on", TYPE_INTERFACE, MAY, "" }, { "to", TYPE_PREFIX, NEED, "" }, { "via", TYPE_ADDRESS, MAY, "" }, { "interface", TYPE_NAME, MAY, "" } }, NET_ROUTE_REMOVE },
    { "route.change", STEP_NET, "a route's metric", { { "host", TYPE_TEXT, MAY, "" }, { "on", TYPE_INTERFACE, MAY, "" }, { "to", TYPE_PREFIX, NEED, "" }, { "via", TYPE_ADDRESS, MAY, "" }, { "interface", TYPE_NAME, MAY, "" }, { "metric", TYPE_UINT32, NEED, "" } }, NET_ROUTE_CHANGE },
    { "stack.down", STEP_NET, "the host's network subsystem fails", { { "host", TYPE_TEXT, NEED, "" } }, NET_STACK_DOWN },
    { "stack.up", STEP_NET, "the host's network subsystem is back", { { "host", TYPE_TEXT, NEED, "" } }, NET_STACK_UP },
    { "buffers.none", STEP_NET, "the system has no buffers for what processes ask", { { "host", TYPE_TEXT, MAY, "for all of a host" }, { "actor", TYPE_NAME, MAY, "for this one" } }, NET_BUFFERS_NONE },
    { "buffers.back", STEP_NET, "it has buffers again", { { "host", TYPE_TEXT, MAY, "" }, { "actor", TYPE_NAME, MAY, "" } }, NET_BUFFERS_BACK },
    { "host.suspend", STEP_NET, "the machine sleeps: its threads stand still, its interfaces lose the medium", { { "host", TYPE_TEXT, NEED, "" } }, NET_HOST_SUSPEND },
    { "host.resume", STEP_NET, "the machine is awake again; what was timed has run out meanwhile", { { "host", TYPE_TEXT, NEED, "" } }, NET_HOST_RESUME },
    { "link.cut", STEP_NET, "a link carries nothing any more: both ends lose the medium", { { "on", TYPE_INTERFACE, MAY, "one of its ends: both directions" }, { "from", TYPE_INTERFACE, MAY, "one direction, which nobody notices" }, { "detect", TYPE_TIME, MAY, "how much later the ends notice" } }, NET_LINK_CUT },
    { "link.restore", STEP_NET, "a link that was cut carries again", { { "on", TYPE_INTERFACE, MAY, "" }, { "from", TYPE_INTERFACE, MAY, "" }, { "detect", TYPE_TIME, MAY, "" } }, NET_LINK_RESTORE },
    { "link.set", STEP_NET, "a link's properties, for packets accepted from now on",
      { { "on", TYPE_INTERFACE, MAY, "one of its ends: both directions, in a list of two the one that leaves here first" }, { "from", TYPE_INTERFACE, MAY, "the direction that leaves here" }, { "rate", TYPE_ANY, MAY, "" }, { "delay", TYPE_ANY, MAY, "" }, { "queue", TYPE_ANY, MAY, "" }, { "loss", TYPE_ANY, MAY, "" },
        { "duplicate", TYPE_ANY, MAY, "" }, { "corrupt", TYPE_ANY, MAY, "" }, { "reorder", TYPE_ANY, MAY, "" }, { "jitter", TYPE_ANY, MAY, "" }, { "mtu", TYPE_ANY, MAY, "" }, { "overhead", TYPE_ANY, MAY, "" }, { "reservable", TYPE_ANY, MAY, "" }, { "over", TYPE_TIME, MAY, "step by step, for so long" }, { "steps", TYPE_UINT, MAY, "in how many steps" }, { "keyframes", TYPE_LIST, MAY, "[{at, …}]" } }, NET_LINK_SET },
    { "flap", STEP_NET, "down and up again, several times", { { "on", TYPE_INTERFACE, NEED, "" }, { "what", TYPE_TEXT, MAY, "\"media\" (without it), \"interface\" or \"link\"" }, { "down", TYPE_TIME, NEED, "for how long" }, { "up", TYPE_TIME, NEED, "" }, { "count", TYPE_UINT, NEED, "" } }, NET_FLAP },
    { "rss.set", STEP_NET, "receive-side scaling of an adapter, or the host's switch",
      { { "on", TYPE_INTERFACE, MAY, "" }, { "host", TYPE_TEXT, MAY, "" }, { "global", TYPE_BOOL, MAY, "the host's switch" }, { "enabled", TYPE_BOOL, MAY, "" }, { "profile", TYPE_TEXT, MAY, "" }, { "queues", TYPE_UINT32, MAY, "" },
        { "base", TYPE_TEXT, MAY, "\"group:number\"" }, { "max", TYPE_TEXT, MAY, "" }, { "max_processors", TYPE_UINT32, MAY, "" }, { "numa_node", TYPE_UINT32, MAY, "" }, { "entries", TYPE_UINT32, MAY, "" }, { "hash_types", TYPE_LIST, MAY, "" }, { "key", TYPE_TEXT, MAY, "80 hexadecimal digits" },
        { "move", TYPE_OBJECT, MAY, "{entry, to}" }, { "restart", TYPE_BOOL, MAY, "false: it takes the settings when it restarts for another reason" } }, NET_RSS_SET },
    { "traffic", STEP_NET, "a built-in source or sink begins",
      { { "kind", TYPE_TEXT, NEED, "sink, echo, bulk, cbr, request" }, { "host", TYPE_TEXT, NEED, "where" }, { "as", TYPE_NAME, MAY, "its name" }, { "protocol", TYPE_TEXT, MAY, "\"tcp\" (without it) or \"udp\"" }, { "port", TYPE_UINT32, MAY, "" }, { "to", TYPE_TEXT, MAY, "\"192.0.2.1:9000\"" }, { "rate", TYPE_RATE, MAY, "of payload" },
        { "interval", TYPE_TIME, MAY, "" }, { "size", TYPE_ANY, MAY, "bulk: in all; cbr, request: of a message" }, { "count", TYPE_UINT, MAY, "how many messages" }, { "timeout", TYPE_TIME, MAY, "of a request over UDP" }, { "buffer", TYPE_UINT32, MAY, "bytes it may have under way" }, { "stop", TYPE_AT, MAY, "" } }, NET_TRAFFIC },
    { "traffic.stop", STEP_NET, "a source sends no more, a sink closes", { { "traffic", TYPE_NAME, NEED, "" } }, NET_TRAFFIC_STOP },
    { "isb.set", STEP_NET, "the ideal send backlog of a connection is this from now on", { { "traffic", TYPE_NAME, MAY, "" }, { "actor", TYPE_NAME, MAY, "" }, { "socket", TYPE_NAME, MAY, "" }, { "host", TYPE_TEXT, MAY, "" }, { "to", TYPE_TEXT, MAY, "its peer" }, { "bytes", TYPE_UINT, NEED, "" } }, NET_ISB_SET },
    { "isb.auto", STEP_NET, "the ideal send backlog follows the model again", { { "traffic", TYPE_NAME, MAY, "" }, { "actor", TYPE_NAME, MAY, "" }, { "socket", TYPE_NAME, MAY, "" }, { "host", TYPE_TEXT, MAY, "" }, { "to", TYPE_TEXT, MAY, "" } }, NET_ISB_AUTO },
    { "isb.cap", STEP_NET, "memory of a host has become scarce, or plenty: no ideal send backlog is larger", { { "host", TYPE_TEXT, NEED, "" }, { "bytes", TYPE_UINT, NEED, "" } }, NET_ISB_CAP },
    { "isb.bump", STEP_NET, "the ideal send backlog counts as changed", { { "traffic", TYPE_NAME, MAY, "" }, { "actor", TYPE_NAME, MAY, "" }, { "socket", TYPE_NAME, MAY, "" }, { "host", TYPE_TEXT, MAY, "" }, { "to", TYPE_TEXT, MAY, "" } }, NET_ISB_BUMP },
    { "qos.set", STEP_NET, "an endpoint asks for quality of service",
      { { "traffic", TYPE_NAME, MAY, "" }, { "family", TYPE_FAMILY, MAY, "of a sink of UDP: \"inet\" without it" }, { "actor", TYPE_NAME, MAY, "" }, { "socket", TYPE_NAME, MAY, "" }, { "host", TYPE_TEXT, MAY, "" }, { "to", TYPE_TEXT, MAY, "its peer" },
        { "sending", TYPE_OBJECT, MAY, "{service, rate, bucket, peak, latency, max_message, least_policed}" }, { "receiving", TYPE_OBJECT, MAY, "" }, { "excess", TYPE_TEXT, MAY, "" }, { "signalling", TYPE_BOOL, MAY, "" }, { "traffic_control", TYPE_BOOL, MAY, "" }, { "confirm", TYPE_BOOL, MAY, "the receiver hears of its reservation" },
        { "shaping_rate", TYPE_TEXT, MAY, "" }, { "destination", TYPE_TEXT, MAY, "of an unconnected sender" }, { "result", TYPE_TEXT, MAY, "\"ok\" or \"pending\" without it" } }, NET_QOS_SET },
    { "reservation.add", STEP_NET, "a block of ports is reserved for good: the row tells its token", { { "host", TYPE_TEXT, NEED, "" }, { "protocol", TYPE_PROTOCOL, NEED, "\"tcp\" or \"udp\"" }, { "start", TYPE_UINT32, NEED, "" }, { "count", TYPE_UINT32, NEED, "" }, { "token", TYPE_UINT, MAY, "which it must be" } }, NET_RESERVATION_ADD },
    { "reservation.remove", STEP_NET, "such a block is free again", { { "host", TYPE_TEXT, NEED, "" }, { "protocol", TYPE_PROTOCOL, NEED, "" }, { "start", TYPE_UINT32, NEED, "" } }, NET_RESERVATION_REMOVE },
    { "message", STEP_MESSAGE, "a remark that stands in the trace", { { "text", TYPE_TEXT, NEED, "" } }, 0 },

    /* ---- calls ---- */
    { "startup", STEP_CALL, "WSPStartup", { { "version", TYPE_VERSION, MAY, "\"2.2\" without it" } }, CALL_STARTUP },
    { "cleanup", STEP_CALL, "WSPCleanup", { { 0 } }, CALL_CLEANUP },
    { "socket", STEP_CALL, "WSPSocket",
      { { "as", TYPE_NAME, NEED, "the socket's name from here on" }, { "family", TYPE_FAMILY, MAY, "" }, { "type", TYPE_SOCKET_TYPE, MAY, "" }, { "protocol", TYPE_PROTOCOL, MAY, "" }, { "flags", TYPE_FLAGS, MAY, "" },
        { "entry", TYPE_UINT32, MAY, "of the catalogue; the first that fits without it" },
        { "from", TYPE_NAME, MAY, "what a `duplicate` step made: another descriptor of that socket; it needs no family and no type" } }, CALL_SOCKET },
    { "duplicate", STEP_CALL, "WSPDuplicateSocket",
      { { "socket", TYPE_SOCKET, NEED, "" }, { "process", TYPE_ANY, NEED, "for which actor, or a process's number" }, { "as", TYPE_NAME, MAY, "a name for the WSAPROTOCOL_INFOW, known to all actors" }, { "info", TYPE_OVERLAPPED, MAY, "null or \"bad\": one that is not there" } }, CALL_DUPLICATE },
    { "enumprotocols", STEP_CALL, "WSAEnumProtocols, of all entries", { { "out", TYPE_OUT, MAY, "{\"protocols\": […]}" }, { "count", TYPE_UINT32, MAY, "how many" } }, CALL_ENUMPROTOCOLS },
    { "close", STEP_CALL, "WSPCloseSocket", { { "socket", TYPE_SOCKET, NEED, "" } }, CALL_CLOSE },
    { "bind", STEP_CALL, "WSPBind", { { "socket", TYPE_SOCKET, NEED, "" }, { "address", TYPE_SOCKADDR, NEED, "" }, { "address_size", TYPE_UINT32, MAY, "namelen, if it is not the address's size" } }, CALL_BIND },
    { "associate", STEP_CALL, "CreateIoCompletionPort: what ends at a socket goes to a port", { { "socket", TYPE_SOCKET, NEED, "" }, { "port", TYPE_NAME, NEED, "" }, { "key", TYPE_UINT, MAY, "" } }, CALL_ASSOCIATE },
    { "notificationmodes", STEP_CALL, "SetFileCompletionNotificationModes", { { "socket", TYPE_SOCKET, NEED, "" }, { "modes", TYPE_LIST, NEED, "\"skip_port_on_success\", \"skip_set_event\"" } }, CALL_NOTIFICATIONMODES },
    { "getqueuedcompletionstatus", STEP_CALL, "GetQueuedCompletionStatus",
      { { "port", TYPE_NAME, NEED, "" }, { "timeout", TYPE_TIME, MAY, "without it, for ever" }, { "key", TYPE_UINT, MAY, "" }, { "overlapped", TYPE_OVERLAPPED, MAY, "" }, { "bytes", TYPE_UINT32, MAY, "" } }, CALL_GETQUEUED },
    { "postqueuedcompletionstatus", STEP_CALL, "PostQueuedCompletionStatus", { { "port", TYPE_NAME, NEED, "" }, { "key", TYPE_UINT, MAY, "" }, { "overlapped", TYPE_OVERLAPPED, MAY, "" }, { "bytes", TYPE_UINT32, MAY, "" } }, CALL_POSTQUEUED },
    { "addresstostring", STEP_CALL, "WSPAddressToString",
      { { "address", TYPE_SOCKADDR, NEED, "" }, { "address_size", TYPE_UINT32, MAY, "" }, { "out", TYPE_OUT, MAY, "{\"text\": …}" }, { "out_size", TYPE_UINT32, MAY, "characters; 128 without it" }, { "length", TYPE_UINT32, MAY, "afterwards, with the terminator" } }, CALL_ADDRESSTOSTRING },
    { "stringtoaddress", STEP_CALL, "WSPStringToAddress",
      { { "text", TYPE_TEXT, NEED, "" }, { "family", TYPE_FAMILY, NEED, "" }, { "out", TYPE_OUT, MAY, "{\"sockaddr\": …}" }, { "out_size", TYPE_UINT32, MAY, "bytes; 128 without it" }, { "size", TYPE_UINT32, MAY, "*lpAddressLength afterwards" } }, CALL_STRINGTOADDRESS },
    { "getqosbyname", STEP_CALL, "WSPGetQOSByName: a template of the host; \"\" asks for the names",
      { { "socket", TYPE_SOCKET, NEED, "" }, { "name", TYPE_ANY, NEED, "a text, null or \"bad\"" }, { "name_size", TYPE_UINT32, MAY, "the buffer's length; the text's without it, 256 for \"\"" }, { "out", TYPE_OUT, MAY, "{\"qos\": …}, {\"names\": […]}" }, { "size", TYPE_UINT32, MAY, "the buffer's length afterwards" } }, CALL_GETQOSBYNAME },
    { "getsockname", STEP_CALL, "WSPGetSockName", { { "socket", TYPE_SOCKET, NEED, "" }, { "out", TYPE_OUT, MAY, "{\"sockaddr\": …}" }, { "out_size", TYPE_UINT32, MAY, "*namelen before; 128 without it" } }, CALL_GETSOCKNAME },
    { "getpeername", STEP_CALL, "WSPGetPeerName", { { "socket", TYPE_SOCKET, NEED, "" }, { "out", TYPE_OUT, MAY, "{\"sockaddr\": …}" }, { "out_size", TYPE_UINT32, MAY, "*namelen before; 128 without it" } }, CALL_GETPEERNAME },
    { "connect", STEP_CALL, "WSPConnect", { { "socket", TYPE_SOCKET, NEED, "" }, { "to", TYPE_SOCKADDR, NEED, "" }, { "to_size", TYPE_UINT32, MAY, "namelen, if it is not the address's size" } }, CALL_CONNECT },
    { "joinleaf", STEP_CALL, "WSPJoinLeaf", { { "socket", TYPE_SOCKET, NEED, "" }, { "to", TYPE_SOCKADDR, NEED, "the group" }, { "as", TYPE_NAME, MAY, "a name for the socket it returns" }, { "join", TYPE_JOIN, MAY, "\"both\" without it" } }, CALL_JOINLEAF },
    { "listen", STEP_CALL, "WSPListen", { { "socket", TYPE_SOCKET, NEED, "" }, { "backlog", TYPE_BACKLOG, MAY, "\"SOMAXCONN\" without it" } }, CALL_LISTEN },
    { "accept", STEP_CALL, "WSPAccept",
      { { "socket", TYPE_SOCKET, NEED, "" }, { "as", TYPE_NAME, NEED, "the new socket's name from here on" }, { "from", TYPE_SOCKADDR, MAY, "the peer's address afterwards" }, { "from_size", TYPE_UINT32, MAY, "*addrlen before" }, { "condition", TYPE_CONDITION, MAY, "a condition function that says so" }, { "inside", TYPE_LIST, MAY, "calls it makes before" } }, CALL_ACCEPT },
    { "blockinghook", STEP_CALL, "the thread's blocking hook, which a provider asks while a call blocks", { { "hook", TYPE_ANY, NEED, "null: none any more; or a list, an entry each time it is asked: a call, a list of calls, true (go on) or false (end the call)" } }, CALL_BLOCKINGHOOK },
    { "cancelblockingcall", STEP_CALL, "WSPCancelBlockingCall", { { 0 } }, CALL_CANCELBLOCKING },
    { "shutdown", STEP_CALL, "WSPShutdown", { { "socket", TYPE_SOCKET, NEED, "" }, { "how", TYPE_HOW, NEED, "" } }, CALL_SHUTDOWN },
    { "senddisconnect", STEP_CALL, "WSPSendDisconnect", { { "socket", TYPE_SOCKET, NEED, "" }, { "data", TYPE_DATA, MAY, "" } }, CALL_SENDDISCONNECT },
    { "recvdisconnect", STEP_CALL, "WSPRecvDisconnect", { { "socket", TYPE_SOCKET, NEED, "" }, { "data", TYPE_DATA, MAY, "" } }, CALL_RECVDISCONNECT },
    { "send", STEP_CALL, "WSPSend",
      { { "socket", TYPE_SOCKET, NEED, "" }, { "data", TYPE_DATA, NEED, "" }, { "flags", TYPE_SEND_FLAGS, MAY, "" }, { "bytes", TYPE_BYTES, MAY, "" }, { "overlapped", TYPE_OVERLAPPED, MAY, "" }, { "event", TYPE_EVENT, MAY, "hEvent of the OVERLAPPED" }, { "no_packet", TYPE_BOOL, MAY, "its low bit: no packet at a completion port" }, { "routine", TYPE_ROUTINE, MAY, "" } }, CALL_SEND },
    { "sendto", STEP_CALL, "WSPSendTo",
      { { "socket", TYPE_SOCKET, NEED, "" }, { "to", TYPE_SOCKADDR, MAY, "" }, { "to_size", TYPE_UINT32, MAY, "" }, { "data", TYPE_DATA, NEED, "" }, { "flags", TYPE_SEND_FLAGS, MAY, "" }, { "bytes", TYPE_BYTES, MAY, "" }, { "overlapped", TYPE_OVERLAPPED, MAY, "" }, { "event", TYPE_EVENT, MAY, "hEvent of the OVERLAPPED" }, { "no_packet", TYPE_BOOL, MAY, "its low bit: no packet at a completion port" }, { "routine", TYPE_ROUTINE, MAY, "" } }, CALL_SENDTO },
    { "recv", STEP_CALL, "WSPRecv",
      { { "socket", TYPE_SOCKET, NEED, "" }, { "size", TYPE_SIZES, NEED, "of the buffer, or of each of several" }, { "flags", TYPE_SEND_FLAGS, MAY, "*lpFlags before" }, { "flags_out", TYPE_SEND_FLAGS, MAY, "*lpFlags afterwards" }, { "bytes", TYPE_BYTES, MAY, "" }, { "out", TYPE_OUT, MAY, "what arrived" },
        { "overlapped", TYPE_OVERLAPPED, MAY, "" }, { "event", TYPE_EVENT, MAY, "hEvent of the OVERLAPPED" }, { "no_packet", TYPE_BOOL, MAY, "its low bit: no packet at a completion port" }, { "routine", TYPE_ROUTINE, MAY, "" } }, CALL_RECV },
    { "recvfrom", STEP_CALL, "WSPRecvFrom",
      { { "socket", TYPE_SOCKET, NEED, "" }, { "size", TYPE_SIZES, NEED, "of the buffer, or of each of several" }, { "flags", TYPE_SEND_FLAGS, MAY, "*lpFlags before" }, { "flags_out", TYPE_SEND_FLAGS, MAY, "*lpFlags afterwards" }, { "bytes", TYPE_BYTES, MAY, "" }, { "out", TYPE_OUT, MAY, "what arrived" },
        { "from", TYPE_SOCKADDR, MAY, "the sender afterwards" }, { "from_size", TYPE_UINT32, MAY, "*lpFromlen before" }, { "overlapped", TYPE_OVERLAPPED, MAY, "" }, { "event", TYPE_EVENT, MAY, "hEvent of the OVERLAPPED" }, { "no_packet", TYPE_BOOL, MAY, "its low bit: no packet at a completion port" }, { "routine", TYPE_ROUTINE, MAY, "" } }, CALL_RECVFROM },
    { "acceptex", STEP_CALL, "AcceptEx",
      { { "socket", TYPE_SOCKET, NEED, "that listens" }, { "accept", TYPE_SOCKET, NEED, "a fresh one: it gets the connection" }, { "size", TYPE_UINT32, MAY, "room for the first data; 0 without it" }, { "local_size", TYPE_UINT32, MAY, "room for the local name; 44 without it" }, { "remote_size", TYPE_UINT32, MAY, "for the remote one; likewise" },
        { "buffer", TYPE_OVERLAPPED, MAY, "null or \"bad\": a buffer that is not there" }, { "bytes", TYPE_BYTES, MAY, "" }, { "overlapped", TYPE_OVERLAPPED, MAY, "" }, { "event", TYPE_EVENT, MAY, "hEvent of the OVERLAPPED" }, { "no_packet", TYPE_BOOL, MAY, "its low bit: no packet at a completion port" } }, CALL_ACCEPTEX },
    { "getacceptexsockaddrs", STEP_CALL, "GetAcceptExSockaddrs, of the buffer that went with an OVERLAPPED",
      { { "socket", TYPE_SOCKET, NEED, "whose pointer is asked for" }, { "overlapped", TYPE_OVERLAPPED, NEED, "" }, { "size", TYPE_UINT32, MAY, "as AcceptEx was told" }, { "local_size", TYPE_UINT32, MAY, "" }, { "remote_size", TYPE_UINT32, MAY, "" }, { "local", TYPE_SOCKADDR, MAY, "afterwards; null: untouched" }, { "remote", TYPE_SOCKADDR, MAY, "" } }, CALL_ACCEPTEXNAMES },
    { "connectex", STEP_CALL, "ConnectEx",
      { { "socket", TYPE_SOCKET, NEED, "bound and unconnected" }, { "to", TYPE_SOCKADDR, NEED, "" }, { "to_size", TYPE_UINT32, MAY, "" }, { "data", TYPE_DATA, MAY, "one piece, sent as soon as it is connected" }, { "bytes", TYPE_BYTES, MAY, "" }, { "overlapped", TYPE_OVERLAPPED, MAY, "" }, { "event", TYPE_EVENT, MAY, "hEvent of the OVERLAPPED" }, { "no_packet", TYPE_BOOL, MAY, "its low bit: no packet at a completion port" } }, CALL_CONNECTEX },
    { "disconnectex", STEP_CALL, "DisconnectEx",
      { { "socket", TYPE_SOCKET, NEED, "" }, { "flags", TYPE_UINT32, MAY, "2: TF_REUSE_SOCKET" }, { "reserved", TYPE_UINT32, MAY, "" }, { "overlapped", TYPE_OVERLAPPED, MAY, "" }, { "event", TYPE_EVENT, MAY, "hEvent of the OVERLAPPED" }, { "no_packet", TYPE_BOOL, MAY, "its low bit: no packet at a completion port" } }, CALL_DISCONNECTEX },
    { "wsarecvmsg", STEP_CALL, "WSARecvMsg",
      { { "socket", TYPE_SOCKET, NEED, "" }, { "size", TYPE_SIZES, NEED, "" }, { "message", TYPE_OVERLAPPED, MAY, "null or \"bad\": a WSAMSG that is not there" }, { "flags", TYPE_SEND_FLAGS, MAY, "dwFlags before" }, { "flags_out", TYPE_SEND_FLAGS, MAY, "dwFlags afterwards" }, { "bytes", TYPE_BYTES, MAY, "" }, { "out", TYPE_OUT, MAY, "what arrived" },
        { "from", TYPE_SOCKADDR, MAY, "" }, { "from_size", TYPE_UINT32, MAY, "" }, { "control_size", TYPE_UINT32, MAY, "room for control data; 256 without it" }, { "control", TYPE_OBJECT, MAY, "the records, each member one: pktinfo, ttl, tos, interface, destination" }, { "overlapped", TYPE_OVERLAPPED, MAY, "" }, { "event", TYPE_EVENT, MAY, "hEvent of the OVERLAPPED" }, { "no_packet", TYPE_BOOL, MAY, "its low bit: no packet at a completion port" }, { "routine", TYPE_ROUTINE, MAY, "" } }, CALL_RECVMSG },
    { "wsasendmsg", STEP_CALL, "WSASendMsg",
      { { "socket", TYPE_SOCKET, NEED, "" }, { "to", TYPE_SOCKADDR, MAY, "" }, { "to_size", TYPE_UINT32, MAY, "" }, { "data", TYPE_DATA, NEED, "" }, { "message", TYPE_OVERLAPPED, MAY, "null or \"bad\"" }, { "flags", TYPE_SEND_FLAGS, MAY, "" }, { "bytes", TYPE_BYTES, MAY, "" }, { "ttl", TYPE_UINT32, MAY, "control data: a record of its own each" }, { "tos", TYPE_UINT32, MAY, "" }, { "interface", TYPE_UINT32, MAY, "" }, { "overlapped", TYPE_OVERLAPPED, MAY, "" }, { "event", TYPE_EVENT, MAY, "hEvent of the OVERLAPPED" }, { "no_packet", TYPE_BOOL, MAY, "its low bit: no packet at a completion port" }, { "routine", TYPE_ROUTINE, MAY, "" } }, CALL_SENDMSG },
    { "transmitfile", STEP_CALL, "TransmitFile",
      { { "socket", TYPE_SOCKET, NEED, "" }, { "head", TYPE_DATA, MAY, "one piece" }, { "tail", TYPE_DATA, MAY, "one piece" }, { "file", TYPE_ANY, MAY, "a file of the actor, or a handle as a number" }, { "offset", TYPE_SIZE, MAY, "of the OVERLAPPED: where the file is read from" }, { "size", TYPE_UINT32, MAY, "of the file; to its end without it" }, { "flags", TYPE_UINT32, MAY, "1: TF_DISCONNECT, 2: TF_REUSE_SOCKET" }, { "per_send", TYPE_UINT32, MAY, "" }, { "overlapped", TYPE_OVERLAPPED, MAY, "" }, { "event", TYPE_EVENT, MAY, "hEvent of the OVERLAPPED" }, { "no_packet", TYPE_BOOL, MAY, "its low bit: no packet at a completion port" } }, CALL_TRANSMITFILE },
    { "transmitpackets", STEP_CALL, "TransmitPackets",
      { { "socket", TYPE_SOCKET, NEED, "" }, { "data", TYPE_DATA, MAY, "an element for each piece" }, { "elements", TYPE_LIST, MAY, "instead: each with data, or file, offset, size; end: a datagram ends behind it" }, { "kind", TYPE_UINT32, MAY, "dwElFlags of each; 1, memory, without it" }, { "flags", TYPE_UINT32, MAY, "as TransmitFile's" }, { "per_send", TYPE_UINT32, MAY, "" }, { "overlapped", TYPE_OVERLAPPED, MAY, "" }, { "event", TYPE_EVENT, MAY, "hEvent of the OVERLAPPED" }, { "no_packet", TYPE_BOOL, MAY, "its low bit: no packet at a completion port" } }, CALL_TRANSMITPACKETS },
    { "rioregisterbuffer", STEP_CALL, "RIORegisterBuffer",
      { { "as", TYPE_NAME, NEED, "the buffer's name from here on" }, { "size", TYPE_SIZE, MAY, "this or data" }, { "data", TYPE_DATA, MAY, "one piece: what lies in it" }, { "memory", TYPE_OVERLAPPED, MAY, "null or \"bad\": memory that is not there" }, { "length", TYPE_UINT32, MAY, "DataLength, if it is not the size" } }, CALL_RIOREGISTER },
    { "rioderegisterbuffer", STEP_CALL, "RIODeregisterBuffer", { { "buffer", TYPE_ID, NEED, "" } }, CALL_RIODEREGISTER },
    { "riocreatecompletionqueue", STEP_CALL, "RIOCreateCompletionQueue: polled, unless an event or a port is named",
      { { "as", TYPE_NAME, NEED, "the queue's name from here on" }, { "size", TYPE_UINT32, NEED, "" }, { "event", TYPE_EVENT, MAY, "RIO_EVENT_COMPLETION" }, { "reset", TYPE_BOOL, MAY, "NotifyReset" }, { "port", TYPE_EVENT, MAY, "RIO_IOCP_COMPLETION" }, { "key", TYPE_UINT, MAY, "" }, { "overlapped", TYPE_OVERLAPPED, MAY, "of the packet" },
        { "type", TYPE_UINT32, MAY, "Type, if it is another" }, { "notification", TYPE_OVERLAPPED, MAY, "\"bad\": a structure that is not there" } }, CALL_RIOCREATECQ },
    { "rioresizecompletionqueue", STEP_CALL, "RIOResizeCompletionQueue", { { "queue", TYPE_ID, NEED, "" }, { "size", TYPE_UINT32, NEED, "" } }, CALL_RIORESIZECQ },
    { "rioclosecompletionqueue", STEP_CALL, "RIOCloseCompletionQueue", { { "queue", TYPE_ID, NEED, "" } }, CALL_RIOCLOSECQ },
    { "riodequeuecompletion", STEP_CALL, "RIODequeueCompletion",
      { { "queue", TYPE_ID, NEED, "" }, { "room", TYPE_UINT32, MAY, "ArraySize; 16 without it" }, { "array", TYPE_OVERLAPPED, MAY, "null or \"bad\": an array that is not there" }, { "count", TYPE_UINT32, MAY, "how many results it gives" }, { "results", TYPE_LIST, MAY, "[{status, bytes, socket, request}]" } }, CALL_RIODEQUEUE },
    { "rionotify", STEP_CALL, "RIONotify", { { "queue", TYPE_ID, NEED, "" } }, CALL_RIONOTIFY },
    { "riocreaterequestqueue", STEP_CALL, "RIOCreateRequestQueue",
      { { "socket", TYPE_SOCKET, NEED, "created with \"registered_io\"" }, { "as", TYPE_NAME, NEED, "the queue's name from here on" }, { "receive_queue", TYPE_ID, NEED, "a completion queue" }, { "send_queue", TYPE_ID, NEED, "" }, { "receives", TYPE_UINT32, MAY, "MaxOutstandingReceive; 1 without it" },
        { "sends", TYPE_UINT32, MAY, "1 without it" }, { "receive_buffers", TYPE_UINT32, MAY, "1 without it" }, { "send_buffers", TYPE_UINT32, MAY, "1 without it" }, { "context", TYPE_UINT, MAY, "SocketContext" } }, CALL_RIOCREATERQ },
    { "rioresizerequestqueue", STEP_CALL, "RIOResizeRequestQueue", { { "queue", TYPE_ID, NEED, "" }, { "receives", TYPE_UINT32, NEED, "" }, { "sends", TYPE_UINT32, NEED, "" } }, CALL_RIORESIZERQ },
    { "riosend", STEP_CALL, "RIOSend",
      { { "queue", TYPE_ID, NEED, "a request queue" }, { "buffer", TYPE_ID, MAY, "without it, no data" }, { "offset", TYPE_UINT32, MAY, "" }, { "length", TYPE_UINT32, MAY, "the data's, or the rest of the buffer without it" }, { "slice", TYPE_OVERLAPPED, MAY, "\"bad\": a RIO_BUF that is not there" }, { "count", TYPE_UINT32, MAY, "DataBufferCount, if it is not the number of slices" },
        { "data", TYPE_DATA, MAY, "one piece: put into the buffer first" }, { "flags", TYPE_RIO_FLAGS, MAY, "" }, { "context", TYPE_UINT, MAY, "RequestContext" } }, CALL_RIOSEND },
    { "riosendex", STEP_CALL, "RIOSendEx",
      { { "queue", TYPE_ID, NEED, "a request queue" }, { "buffer", TYPE_ID, MAY, "without it, no data" }, { "offset", TYPE_UINT32, MAY, "" }, { "length", TYPE_UINT32, MAY, "the data's, or the rest of the buffer without it" }, { "slice", TYPE_OVERLAPPED, MAY, "\"bad\": a RIO_BUF that is not there" }, { "count", TYPE_UINT32, MAY, "DataBufferCount, if it is not the number of slices" },
        { "data", TYPE_DATA, MAY, "one piece: put into the buffer first" }, { "local", TYPE_ANY, MAY, "a slice: {\"buffer\", \"offset\", \"length\"}, or \"bad\"" }, { "remote", TYPE_ANY, MAY, "" }, { "control", TYPE_ANY, MAY, "" }, { "flags_place", TYPE_ANY, MAY, "" },
        { "to", TYPE_SOCKADDR, MAY, "put into the remote slice first" }, { "from", TYPE_SOCKADDR, MAY, "put into the local slice first" }, { "ttl", TYPE_UINT32, MAY, "control data: a record each" }, { "tos", TYPE_UINT32, MAY, "" }, { "message_flags", TYPE_SEND_FLAGS, MAY, "put into the slice of flags first" },
        { "flags", TYPE_RIO_FLAGS, MAY, "" }, { "context", TYPE_UINT, MAY, "RequestContext" } }, CALL_RIOSENDEX },
    { "rioreceive", STEP_CALL, "RIOReceive",
      { { "queue", TYPE_ID, NEED, "a request queue" }, { "buffer", TYPE_ID, MAY, "without it, no data" }, { "offset", TYPE_UINT32, MAY, "" }, { "length", TYPE_UINT32, MAY, "the rest of the buffer without it" }, { "slice", TYPE_OVERLAPPED, MAY, "\"bad\": a RIO_BUF that is not there" }, { "count", TYPE_UINT32, MAY, "DataBufferCount, if it is not the number of slices" }, { "flags", TYPE_RIO_FLAGS, MAY, "" }, { "context", TYPE_UINT, MAY, "RequestContext" } }, CALL_RIORECEIVE },
    { "rioreceiveex", STEP_CALL, "RIOReceiveEx",
      { { "queue", TYPE_ID, NEED, "a request queue" }, { "buffer", TYPE_ID, MAY, "without it, no data" }, { "offset", TYPE_UINT32, MAY, "" }, { "length", TYPE_UINT32, MAY, "the rest of the buffer without it" }, { "slice", TYPE_OVERLAPPED, MAY, "\"bad\": a RIO_BUF that is not there" }, { "count", TYPE_UINT32, MAY, "DataBufferCount, if it is not the number of slices" },
        { "local", TYPE_ANY, MAY, "a slice: {\"buffer\", \"offset\", \"length\"}, or \"bad\"" }, { "remote", TYPE_ANY, MAY, "" }, { "control", TYPE_ANY, MAY, "" }, { "flags_place", TYPE_ANY, MAY, "" }, { "flags", TYPE_RIO_FLAGS, MAY, "" }, { "context", TYPE_UINT, MAY, "RequestContext" } }, CALL_RIORECEIVEEX },
    { "getsockopt", STEP_CALL, "WSPGetSockOpt", { { "socket", TYPE_SOCKET, NEED, "" }, { "level", TYPE_LEVEL, NEED, "" }, { "name", TYPE_OPTION, NEED, "" }, { "value", TYPE_VALUE, MAY, "afterwards" }, { "size", TYPE_UINT32, MAY, "*optlen before" }, { "bytes", TYPE_UINT32, MAY, "*optlen afterwards" } }, CALL_GETSOCKOPT },
    { "setsockopt", STEP_CALL, "WSPSetSockOpt", { { "socket", TYPE_SOCKET, NEED, "" }, { "level", TYPE_LEVEL, NEED, "" }, { "name", TYPE_OPTION, NEED, "" }, { "value", TYPE_VALUE, NEED, "" }, { "size", TYPE_UINT32, MAY, "optlen, if it is not the value's size" } }, CALL_SETSOCKOPT },
    { "select", STEP_CALL, "WSPSelect",
      { { "read", TYPE_SOCKET_LIST, MAY, "" }, { "write", TYPE_SOCKET_LIST, MAY, "" }, { "except", TYPE_SOCKET_LIST, MAY, "" }, { "timeout", TYPE_TIME, MAY, "without it, for ever" }, { "count", TYPE_UINT32, MAY, "how many are ready" }, { "out", TYPE_OUT, MAY, "{\"read\": […], \"write\": […], \"except\": […]}" } }, CALL_SELECT },
    { "poll", STEP_CALL, "WSAPoll",
      { { "fds", TYPE_ANY, NEED, "a list of {\"socket\", \"events\", \"revents\" afterwards}; null, \"bad\"" }, { "nfds", TYPE_UINT32, MAY, "if it is not how many they are" }, { "timeout", TYPE_TIME, MAY, "without it, for ever" }, { "count", TYPE_UINT32, MAY, "how many are ready" } }, CALL_POLL },
    { "ioctl", STEP_CALL, "WSPIoctl",
      { { "socket", TYPE_SOCKET, NEED, "" }, { "code", TYPE_CODE, NEED, "" }, { "in", TYPE_IN, MAY, "" }, { "in_size", TYPE_UINT32, MAY, "cbInBuffer, if it is not the value's size" }, { "out", TYPE_OUT, MAY, "" }, { "out_size", TYPE_UINT32, MAY, "cbOutBuffer" },
        { "as", TYPE_NAME, MAY, "a name for the handle that the code gives" }, { "out_room", TYPE_UINT32, MAY, "bytes that are really there, if not out_size" }, { "bytes", TYPE_BYTES, MAY, "*lpcbBytesReturned afterwards" }, { "overlapped", TYPE_OVERLAPPED, MAY, "" }, { "event", TYPE_EVENT, MAY, "hEvent of the OVERLAPPED" }, { "no_packet", TYPE_BOOL, MAY, "its low bit: no packet at a completion port" }, { "routine", TYPE_ROUTINE, MAY, "" } }, CALL_IOCTL },
    { "eventselect", STEP_CALL, "WSPEventSelect", { { "socket", TYPE_SOCKET, NEED, "" }, { "event", TYPE_EVENT, MAY, "" }, { "events", TYPE_EVENTS, NEED, "" } }, CALL_EVENTSELECT },
    { "asyncselect", STEP_CALL, "WSPAsyncSelect",
      { { "socket", TYPE_SOCKET, NEED, "" }, { "window", TYPE_WINDOW, MAY, "made by its first mention; NULL without it" }, { "message", TYPE_UINT32, MAY, "1024, WM_USER, without it" }, { "events", TYPE_EVENTS, NEED, "" } }, CALL_ASYNCSELECT },
    { "createwindow", STEP_CALL, "a window of this thread", { { "as", TYPE_NAME, NEED, "its name from here on" } }, CALL_CREATEWINDOW },
    { "destroywindow", STEP_CALL, "DestroyWindow: its messages go with it", { { "window", TYPE_NAME, NEED, "" } }, CALL_DESTROYWINDOW },
    { "getmessage", STEP_CALL, "GetMessage: the thread's oldest message",
      { { "window", TYPE_WINDOW, MAY, "of this one only" }, { "timeout", TYPE_TIME, MAY, "without it, for ever" }, { "message", TYPE_UINT32, MAY, "" }, { "socket", TYPE_SOCKET, MAY, "" }, { "event", TYPE_NETWORK_EVENT, MAY, "" }, { "error", TYPE_ERROR, MAY, "" } }, CALL_GETMESSAGE },
    { "enumnetworkevents", STEP_CALL, "WSPEnumNetworkEvents", { { "socket", TYPE_SOCKET, NEED, "" }, { "event", TYPE_EVENT, MAY, "" }, { "out", TYPE_OUT, MAY, "{\"events\": […], \"errors\": {…}}" } }, CALL_ENUMNETWORKEVENTS },
    { "getoverlappedresult", STEP_CALL, "WSPGetOverlappedResult", { { "socket", TYPE_SOCKET, NEED, "" }, { "overlapped", TYPE_OVERLAPPED, NEED, "" }, { "wait", TYPE_BOOL, MAY, "" }, { "bytes", TYPE_BYTES, MAY, "" }, { "out", TYPE_OUT, MAY, "what a receive brought" }, { "from", TYPE_SOCKADDR, MAY, "its sender" }, { "flags_out", TYPE_SEND_FLAGS, MAY, "*lpdwFlags afterwards" } }, CALL_GETOVERLAPPEDRESULT },
    { "cancelio", STEP_CALL, "CancelIo: what this thread asked for; CancelIoEx: one OVERLAPPED, whoever asked", { { "overlapped", TYPE_OVERLAPPED, MAY, "" } }, CALL_CANCELIO },
    { "wait", STEP_CALL, "waits for event objects", { { "events", TYPE_EVENT_LIST, NEED, "" }, { "timeout", TYPE_TIME, MAY, "without it, for ever" }, { "alertable", TYPE_BOOL, MAY, "" } }, CALL_WAIT },
    { "sleep", STEP_CALL, "sleeps", { { "for", TYPE_TIME, NEED, "" }, { "alertable", TYPE_BOOL, MAY, "" } }, CALL_SLEEP },
    { "repeat", STEP_CALL, "steps of the thread, again and again; without `by`, steps of the network in a rhythm",
      { { "steps", TYPE_LIST, NEED, "without a time, one after the other; of the network, with \"+5ms\" after the round's start" }, { "count", TYPE_COUNT, NEED, "how often, or \"forever\"" }, { "every", TYPE_SPAN, MAY, "of the network: from round to round" } }, CALL_REPEAT },
    { "on", STEP_CALL, "steps that run each time an event is signalled or a routine is called",
      { { "event", TYPE_NAME, MAY, "the thread waits for it, runs the steps, and waits again" }, { "routine", TYPE_ROUTINE, MAY, "the steps run inside the routine" }, { "steps", TYPE_LIST, NEED, "" }, { "count", TYPE_UINT, MAY, "how often; with \"event\" the step then returns" }, { "alertable", TYPE_BOOL, MAY, "the waits for the event" } }, CALL_ON },
    { "setevent", STEP_CALL, "SetEvent on an event object of the scenario", { { "event", TYPE_NAME, NEED, "" } }, CALL_SETEVENT },
    { "resetevent", STEP_CALL, "ResetEvent", { { "event", TYPE_NAME, NEED, "" } }, CALL_RESETEVENT },
    { "overwrite", STEP_CALL, "the client writes into an OVERLAPPED by itself", { { "overlapped", TYPE_NAME, NEED, "" } }, CALL_OVERWRITE },
    { "free", STEP_CALL, "the client frees an OVERLAPPED", { { "overlapped", TYPE_NAME, NEED, "" } }, CALL_FREE },
    { "exit_thread", STEP_CALL, "the thread ends; what it asked for is cancelled", { { 0 } }, CALL_EXIT_THREAD },
    { "exit_process", STEP_CALL, "the process ends", { { 0 } }, CALL_EXIT_PROCESS },

    /* ---- what an actor sees ---- */
    { "signaled", STEP_SEES, "an event object became signalled", { { "event", TYPE_NAME, NEED, "" }, { "within", TYPE_TIME, MAY, "" } }, SEES_SIGNALED },
    { "completed", STEP_SEES, "a completion routine ran", { { "routine", TYPE_ROUTINE, NEED, "" }, { "overlapped", TYPE_NAME, MAY, "" }, { "error", TYPE_ERROR, MAY, "" }, { "bytes", TYPE_UINT, MAY, "" }, { "out", TYPE_OUT, MAY, "what a receive brought" }, { "from", TYPE_SOCKADDR, MAY, "its sender" }, { "within", TYPE_TIME, MAY, "" } }, SEES_COMPLETED },
    { "message", STEP_SEES, "a message came for a window, and is dispatched",
      { { "window", TYPE_NAME, NEED, "" }, { "socket", TYPE_SOCKET, MAY, "" }, { "message", TYPE_UINT32, MAY, "" }, { "event", TYPE_NETWORK_EVENT, MAY, "" }, { "error", TYPE_ERROR, MAY, "" }, { "within", TYPE_TIME, MAY, "" } }, SEES_MESSAGE },
    { "nothing", STEP_SEES, "nothing at all, from now on", { { "for", TYPE_TIME, NEED, "" } }, SEES_NOTHING },

    /* ---- what holds in the world ---- */
    { "overlapped", STEP_ASSERT, "an OVERLAPPED's status and count", { { "overlapped", TYPE_NAME, NEED, "" }, { "status", TYPE_ERROR, MAY, "0, an error, or \"WSA_IO_INCOMPLETE\" while pending" }, { "bytes", TYPE_UINT, MAY, "" } }, ASSERT_OVERLAPPED },
    { "event", STEP_ASSERT, "an event object's state", { { "event", TYPE_NAME, NEED, "" }, { "signaled", TYPE_BOOL, NEED, "" } }, ASSERT_EVENT },
    { "socket", STEP_ASSERT, "the state of a socket's own handle", { { "socket", TYPE_SOCKET, NEED, "" }, { "signaled", TYPE_BOOL, NEED, "" } }, ASSERT_SOCKET },
    { "addresses", STEP_ASSERT, "the addresses a client can bind to", { { "host", TYPE_TEXT, NEED, "" }, { "family", TYPE_FAMILY, MAY, "\"inet\" without it" }, { "addresses", TYPE_LIST, NEED, "" } }, ASSERT_ADDRESSES },
    { "routes", STEP_ASSERT, "routes that are there, and prefixes without a usable route", { { "host", TYPE_TEXT, NEED, "" }, { "has", TYPE_LIST, MAY, "[{to, via, interface, metric}]" }, { "lacks", TYPE_LIST, MAY, "[prefix]" } }, ASSERT_ROUTES },
    { "path", STEP_ASSERT, "how a destination is reached", { { "host", TYPE_TEXT, NEED, "" }, { "to", TYPE_ADDRESS, NEED, "" }, { "source", TYPE_ADDRESS, MAY, "" }, { "interface", TYPE_NAME, MAY, "" }, { "via", TYPE_ADDRESS, MAY, "" }, { "error", TYPE_ERROR, MAY, "WSAENETUNREACH, WSAENETDOWN" } }, ASSERT_PATH },
    { "interface", STEP_ASSERT, "an interface's state", { { "on", TYPE_INTERFACE, NEED, "" }, { "connected", TYPE_BOOL, MAY, "" }, { "metric", TYPE_UINT32, MAY, "" }, { "mtu", TYPE_UINT32, MAY, "" } }, ASSERT_INTERFACE },
    { "rss", STEP_ASSERT, "whether receive-side scaling is on, and where a packet lands by it",
      { { "on", TYPE_INTERFACE, MAY, "" }, { "host", TYPE_TEXT, MAY, "" }, { "enabled", TYPE_BOOL, MAY, "of a host: on at least one interface" }, { "active", TYPE_BOOL, MAY, "" }, { "remote", TYPE_TEXT, MAY, "\"192.0.2.1:5000\"" }, { "local", TYPE_TEXT, MAY, "" },
        { "protocol", TYPE_PROTOCOL, MAY, "\"tcp\" without it" }, { "processor", TYPE_TEXT, MAY, "" }, { "hash", TYPE_UINT32, MAY, "" }, { "entry", TYPE_UINT32, MAY, "" } }, ASSERT_RSS },
    { "link", STEP_ASSERT, "what a direction of a link has carried since the start",
      { { "from", TYPE_INTERFACE, NEED, "" }, { "egress", TYPE_BOOL, MAY, "of a switch's member: the direction towards it" }, { "packets", TYPE_ANY, MAY, "" }, { "bytes", TYPE_ANY, MAY, "" }, { "lost", TYPE_ANY, MAY, "" }, { "queue_full", TYPE_ANY, MAY, "" }, { "dropped", TYPE_ANY, MAY, "for other reasons" }, { "duplicated", TYPE_ANY, MAY, "" }, { "reordered", TYPE_ANY, MAY, "" }, { "damaged", TYPE_ANY, MAY, "" }, { "reserved", TYPE_ANY, MAY, "lent to flows now" }, { "cut", TYPE_BOOL, MAY, "" } }, ASSERT_LINK },
    { "traffic", STEP_ASSERT, "what built-in traffic has moved",
      { { "traffic", TYPE_NAME, NEED, "" }, { "sent", TYPE_ANY, MAY, "bytes" }, { "received", TYPE_ANY, MAY, "bytes" }, { "sent_messages", TYPE_ANY, MAY, "" }, { "received_messages", TYPE_ANY, MAY, "" }, { "lost", TYPE_ANY, MAY, "" }, { "connections", TYPE_ANY, MAY, "" }, { "failed", TYPE_ANY, MAY, "" },
        { "rtt_least", TYPE_ANY, MAY, "of requests" }, { "rtt_most", TYPE_ANY, MAY, "" }, { "done", TYPE_BOOL, MAY, "" }, { "damaged", TYPE_BOOL, MAY, "" } }, ASSERT_TRAFFIC },
    { "tcp", STEP_ASSERT, "a connection's state",
      { { "traffic", TYPE_NAME, MAY, "" }, { "socket", TYPE_NAME, MAY, "with `by`" }, { "host", TYPE_TEXT, MAY, "" }, { "to", TYPE_TEXT, MAY, "" }, { "state", TYPE_TEXT, MAY, "" }, { "mss", TYPE_ANY, MAY, "" }, { "cwnd", TYPE_ANY, MAY, "" }, { "ssthresh", TYPE_ANY, MAY, "" }, { "rto", TYPE_ANY, MAY, "" }, { "srtt", TYPE_ANY, MAY, "" }, { "retransmitted", TYPE_ANY, MAY, "" }, { "timeouts", TYPE_ANY, MAY, "" }, { "fast_recoveries", TYPE_ANY, MAY, "" }, { "backlog", TYPE_ANY, MAY, "" } }, ASSERT_TCP },
    { "neighbors", STEP_ASSERT, "whom an interface knows on its link", { { "on", TYPE_INTERFACE, NEED, "" }, { "has", TYPE_LIST, MAY, "[{address, state}]" }, { "lacks", TYPE_LIST, MAY, "[address]" } }, ASSERT_NEIGHBORS },
    { "qos", STEP_ASSERT, "the quality of service of an endpoint",
      { { "traffic", TYPE_NAME, MAY, "" }, { "family", TYPE_FAMILY, MAY, "" }, { "socket", TYPE_NAME, MAY, "with `by`" }, { "host", TYPE_TEXT, MAY, "" }, { "to", TYPE_TEXT, MAY, "" }, { "news", TYPE_TEXT, MAY, "the newest word of the network" }, { "sending", TYPE_OBJECT, MAY, "" }, { "receiving", TYPE_OBJECT, MAY, "what is on offer, unless it asked for something" },
        { "allowed_rate", TYPE_TEXT, MAY, "" }, { "reservation", TYPE_TEXT, MAY, "how far signalling is" }, { "kept", TYPE_ANY, MAY, "packets that wait for their turn" }, { "conforming", TYPE_ANY, MAY, "packets that left as the flow's" }, { "exceeding", TYPE_ANY, MAY, "packets that left beyond it" }, { "lost", TYPE_ANY, MAY, "" } }, ASSERT_QOS },
    { "riobuffer", STEP_ASSERT, "what lies in a registered buffer",
      { { "buffer", TYPE_NAME, NEED, "" }, { "offset", TYPE_UINT32, MAY, "" }, { "data", TYPE_DATA, MAY, "from there on" }, { "address", TYPE_SOCKADDR, MAY, "" }, { "flags", TYPE_SEND_FLAGS, MAY, "" }, { "control", TYPE_OBJECT, MAY, "as of `wsarecvmsg`; {}: no record" } }, ASSERT_RIOBUFFER },
    { "pending", STEP_ASSERT, "requests accepted and not complete, in all processes", { { "count", TYPE_UINT, NEED, "" } }, ASSERT_PENDING },
};

const struct step_kind *kinds(size_t *count)
{
    *count = sizeof table / sizeof *table;
    return table;
}

static bool word_fits(const struct step_kind *kind, const char *word)
{
    if (strcmp(word, "sees") == 0) return kind->class == STEP_SEES;
    if (strcmp(word, "assert") == 0) return kind->class == STEP_ASSERT;
    return kind->class != STEP_SEES && kind->class != STEP_ASSERT;
}

const struct step_kind *kind_find(const char *word, const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (word_fits(&table[i], word) && strcmp(table[i].name, name) == 0) return &table[i];
    return NULL;
}

bool kind_of_programs(const struct step_kind *kind)
{
    switch (kind->class == STEP_NET ? kind->number : -1) {
    case NET_ADDRESS_ADD: case NET_ADDRESS_REMOVE: case NET_ADDRESS_STATE: case NET_INTERFACE_METRIC: case NET_ROUTE_ADD: case NET_ROUTE_REMOVE: case NET_ROUTE_CHANGE:
    case NET_RESERVATION_ADD: case NET_RESERVATION_REMOVE: return true;
    default: return false;
    }
}

const char *kind_nearest(const char *word, const char *name)
{
    const char *candidates[sizeof table / sizeof *table];
    size_t count = 0;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (word_fits(&table[i], word)) candidates[count++] = table[i].name;
    return nearest_word(name, candidates, count);
}
