/* The tables as they are shown: for each kind its columns, in the order of the enums of inside.h. */
#include <string.h>

#include "core/check.h"
#include "view/inside.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

static const struct view_column interfaces[] = {
    { "host", VIEW_TEXT }, { "interface", VIEW_TEXT }, { "type", VIEW_TEXT }, { "up", VIEW_TRUTH }, { "connected", VIEW_TRUTH }, { "speed", VIEW_BITS_PER_SECOND }, { "mtu", VIEW_NUMBER },
    { "metric", VIEW_NUMBER }, { "stack", VIEW_TEXT },
};
static const struct view_column addresses[] = { { "host", VIEW_TEXT }, { "interface", VIEW_TEXT }, { "address", VIEW_TEXT }, { "state", VIEW_TEXT } };
static const struct view_column routes[] = {
    { "host", VIEW_TEXT }, { "to", VIEW_TEXT }, { "via", VIEW_TEXT }, { "interface", VIEW_TEXT }, { "metric", VIEW_NUMBER }, { "automatic", VIEW_TRUTH },
};
static const struct view_column links[] = {
    { "from", VIEW_TEXT }, { "way", VIEW_TEXT }, { "to", VIEW_TEXT }, { "host", VIEW_TEXT }, { "cut", VIEW_TRUTH }, { "rate", VIEW_BITS_PER_SECOND }, { "delay", VIEW_TIME_NS },
    { "queue_packets", VIEW_NUMBER }, { "queue_bytes", VIEW_NUMBER }, { "overhead", VIEW_NUMBER }, { "mtu", VIEW_NUMBER }, { "reservable", VIEW_BITS_PER_SECOND },
    { "discipline", VIEW_TEXT }, { "loss_model", VIEW_TEXT }, { "loss", VIEW_PROBABILITY }, { "duplicate", VIEW_PROBABILITY }, { "corrupt", VIEW_PROBABILITY },
    { "reorder", VIEW_PROBABILITY }, { "jitter", VIEW_TIME_NS },
};
static const struct view_column sockets[] = {
    { "actor", VIEW_TEXT }, { "socket", VIEW_TEXT }, { "handle", VIEW_TEXT }, { "host", VIEW_TEXT }, { "family", VIEW_TEXT }, { "type", VIEW_TEXT }, { "protocol", VIEW_TEXT },
    { "state", VIEW_TEXT }, { "local", VIEW_TEXT }, { "remote", VIEW_TEXT }, { "blocking", VIEW_TRUTH }, { "events", VIEW_TEXT }, { "tells", VIEW_TEXT }, { "shutdown", VIEW_TEXT },
};
static const struct view_column pending[] = {
    { "actor", VIEW_TEXT }, { "layer", VIEW_TEXT }, { "name", VIEW_TEXT }, { "host", VIEW_TEXT }, { "thread", VIEW_TEXT }, { "call", VIEW_TEXT }, { "socket", VIEW_TEXT }, { "what", VIEW_TEXT },
};
static const struct view_column threads[] = {
    { "actor", VIEW_TEXT }, { "thread", VIEW_TEXT }, { "host", VIEW_TEXT }, { "state", VIEW_TEXT }, { "call", VIEW_TEXT }, { "object", VIEW_TEXT }, { "step", VIEW_TEXT },
};

_Static_assert(COUNT(interfaces) == INTERFACE_SHOWN && COUNT(addresses) == ADDRESS_SHOWN && COUNT(routes) == ROUTE_SHOWN && COUNT(links) == LINK_SHOWN, "shown as kept");
_Static_assert(COUNT(sockets) == SOCKET_SHOWN && COUNT(pending) == PENDING_SHOWN && COUNT(threads) == THREAD_SHOWN, "shown as kept");
_Static_assert((int)LINK_SHOWN <= COLUMNS_MOST && (int)CALL_COLUMNS <= COLUMNS_MOST && (int)CONNECTION_COLUMNS <= COLUMNS_MOST, "there is room");

static const struct view_shape shapes[VIEW_KINDS] = {
    [VIEW_INTERFACES] = { "interfaces", "interface", interfaces, COUNT(interfaces) }, [VIEW_ADDRESSES] = { "addresses", "address", addresses, COUNT(addresses) },
    [VIEW_ROUTES] = { "routes", "route", routes, COUNT(routes) }, [VIEW_LINKS] = { "links", "link", links, COUNT(links) },
    [VIEW_SOCKETS] = { "sockets", "socket", sockets, COUNT(sockets) }, [VIEW_PENDING] = { "pending", "pending", pending, COUNT(pending) },
    [VIEW_THREADS] = { "threads", "thread", threads, COUNT(threads) },
};

const struct view_shape *view_shape(enum view_kind kind)
{
    check((unsigned)kind < VIEW_KINDS);
    return &shapes[kind];
}

bool view_kind_parse(const char *name, enum view_kind *kind)
{
    for (unsigned i = 0; i < VIEW_KINDS; i++) {
        if (strcmp(shapes[i].name, name) != 0) continue;
        *kind = (enum view_kind)i;
        return true;
    }
    return false;
}
