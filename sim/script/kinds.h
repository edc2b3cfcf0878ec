/*
 * The steps of the language, one row each: what they are called, which members they take. The loader checks against this
 * table, and what is generated from the language is generated from it.
 */
#ifndef SCRIPT_KINDS_H
#define SCRIPT_KINDS_H
#include "script/scenario.h"

struct member { const char *name; enum type type; bool required; const char *meaning; };

#define MEMBERS_MOST 20

struct step_kind {
    const char *name;               /* as `do`, `sees` or `assert` say it */
    enum step_class class;
    const char *meaning;
    struct member members[MEMBERS_MOST]; /* besides those of every step; ends at name NULL */
    int number;                     /* enum call_number, net_number, sees_number or assert_number: for the switch that runs it */
};

enum call_number {
    CALL_STARTUP, CALL_CLEANUP, CALL_SOCKET, CALL_CLOSE, CALL_IOCTL, CALL_EVENTSELECT, CALL_ENUMNETWORKEVENTS, CALL_GETOVERLAPPEDRESULT,
    CALL_CANCELIO, CALL_WAIT, CALL_SLEEP, CALL_SETEVENT, CALL_RESETEVENT, CALL_EXIT_THREAD, CALL_EXIT_PROCESS,
    CALL_BIND, CALL_GETSOCKNAME, CALL_GETPEERNAME, CALL_CONNECT, CALL_JOINLEAF, CALL_LISTEN, CALL_ACCEPT, CALL_SHUTDOWN, CALL_CANCELBLOCKING, CALL_BLOCKINGHOOK, CALL_SENDDISCONNECT, CALL_RECVDISCONNECT,
    CALL_SEND, CALL_SENDTO, CALL_RECV, CALL_RECVFROM, CALL_GETSOCKOPT, CALL_SETSOCKOPT, CALL_SELECT, CALL_POLL, CALL_ENUMPROTOCOLS,
    CALL_ADDRESSTOSTRING, CALL_STRINGTOADDRESS, CALL_GETQOSBYNAME,
    CALL_ACCEPTEX, CALL_CONNECTEX, CALL_DISCONNECTEX, CALL_ACCEPTEXNAMES, CALL_TRANSMITFILE, CALL_TRANSMITPACKETS, CALL_RECVMSG, CALL_SENDMSG,
    CALL_ASYNCSELECT, CALL_CREATEWINDOW, CALL_DESTROYWINDOW, CALL_GETMESSAGE,
    CALL_RIOREGISTER, CALL_RIODEREGISTER, CALL_RIOCREATECQ, CALL_RIORESIZECQ, CALL_RIOCLOSECQ, CALL_RIODEQUEUE, CALL_RIONOTIFY, CALL_RIOCREATERQ, CALL_RIORESIZERQ,
    CALL_RIOSEND, CALL_RIOSENDEX, CALL_RIORECEIVE, CALL_RIORECEIVEEX, /* from CALL_RIOREGISTER on in the order of enum rio_function */
    CALL_REPEAT, CALL_ON, CALL_OVERWRITE, CALL_FREE, CALL_DUPLICATE, CALL_ASSOCIATE, CALL_NOTIFICATIONMODES, CALL_GETQUEUED, CALL_POSTQUEUED,
};
enum net_number {
    NET_ADDRESS_ADD, NET_ADDRESS_REMOVE, NET_ADDRESS_STATE, NET_ADDRESS_REFRESH, NET_INTERFACE_ADD, NET_INTERFACE_REMOVE, NET_INTERFACE_UP, NET_INTERFACE_DOWN, NET_INTERFACE_MEDIA,
    NET_INTERFACE_MTU, NET_INTERFACE_METRIC, NET_ROUTE_ADD, NET_ROUTE_REMOVE, NET_ROUTE_CHANGE, NET_STACK_DOWN, NET_STACK_UP,
    NET_BUFFERS_NONE, NET_BUFFERS_BACK, NET_HOST_SUSPEND, NET_HOST_RESUME,
    NET_LINK_CUT, NET_LINK_RESTORE, NET_LINK_SET, NET_FLAP, NET_TRAFFIC, NET_TRAFFIC_STOP, NET_ISB_SET, NET_ISB_AUTO, NET_ISB_CAP, NET_ISB_BUMP, NET_RSS_SET, NET_QOS_SET, NET_RESERVATION_ADD, NET_RESERVATION_REMOVE,
};
enum sees_number { SEES_SIGNALED, SEES_COMPLETED, SEES_MESSAGE, SEES_NOTHING };
enum assert_number { ASSERT_OVERLAPPED, ASSERT_EVENT, ASSERT_SOCKET, ASSERT_ADDRESSES, ASSERT_ROUTES, ASSERT_PATH, ASSERT_INTERFACE, ASSERT_PENDING, ASSERT_LINK, ASSERT_TRAFFIC, ASSERT_TCP, ASSERT_RSS, ASSERT_NEIGHBORS, ASSERT_QOS, ASSERT_RIOBUFFER };

const struct step_kind *kinds(size_t *count);
/* The row of this name among `do` (calls and network steps), `sees` or `assert`; NULL: none. word: "do", "sees", "assert". */
const struct step_kind *kind_find(const char *word, const char *name);
const char *kind_nearest(const char *word, const char *name);

/* Network steps that a program can do, too, to its own host: addresses, routes, metrics, reserved ports. */
bool kind_of_programs(const struct step_kind *kind);

/* Members that belong to every step, and those that every call may bear. */
extern const struct member step_members[], call_members[];
/* Of the file, of actors, and of what is counted at the end (load.c); of hosts and interfaces (world.c); of links and segments (links.c). */
extern const struct member top_members[], actor_members[], at_end_members[], host_members[], interface_members[], link_members[], segment_members[];
#endif
