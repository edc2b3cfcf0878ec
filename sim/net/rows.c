/* What happens to a host, as trace rows. Rows say names, never indexes: a link-local scope is written as its interface. */
#include <stdio.h>
#include <string.h>

#include "net/net_private.h"

#define ROW_TEXT 128

const char *status_name(enum kernel_status status)
{
    static const char *const names[] = { "ok", "cancelled", "timed_out", "stack_down", "net_unreachable", "net_down",
                                         "not_supported", "no_resources", "bad_handle", "bad_argument", "interrupted", "pending", "would_block",
                                         "address_in_use", "address_exclusive", "address_not_local", "no_ports", "host_unreachable", "refused",
                                         "reset", "aborted", "net_reset", "not_connected", "is_connected", "in_progress", "shut_down", "too_long",
                                         "denied", "closed" };
    return names[status];
}

const char *family_name(unsigned slot)
{
    return slot ? "inet6" : "inet";
}

const char *iface_type_name(enum iface_type type)
{
    switch (type) {
    case IFACE_ETHERNET: return "ethernet";
    case IFACE_PPP: return "ppp";
    case IFACE_LOOPBACK: return "loopback";
    case IFACE_WIFI: return "wifi";
    case IFACE_TUNNEL: return "tunnel";
    }
    return "other";
}

static bool row_begin(const struct host *host, const char *verb, const char *object)
{
    return trace_begin(host->net->trace, LAYER_NET, verb, host->name, object);
}

static uint64_t row_end(const struct host *host)
{
    return trace_end(host->net->trace);
}

static uint64_t row_none(const struct host *host)
{
    return trace_cause(host->net->trace);
}

static const char *address_name(const struct host *host, const struct kernel_address *address, char text[ROW_TEXT])
{
    struct kernel_address plain = *address;
    plain.scope_id = 0;
    char bare[ADDRESS_TEXT];
    address_text(&plain, bare);
    const struct iface *iface = address->scope_id ? iface_by_index(host, address->scope_id) : NULL;
    if (iface)
        snprintf(text, ROW_TEXT, "%s%%%.*s", bare, 60, iface->name);
    else
        snprintf(text, ROW_TEXT, "%s", bare);
    return text;
}

uint64_t row_stack(const struct host *host, bool up)
{
    return row_begin(host, up ? "stack.up" : "stack.down", "") ? row_end(host) : row_none(host);
}

uint64_t row_sleep(const struct host *host, bool asleep)
{
    return row_begin(host, asleep ? "host.suspended" : "host.resumed", "") ? row_end(host) : row_none(host);
}

uint64_t row_interface(const struct iface *iface, const char *verb)
{
    return row_begin(iface->host, verb, iface->name) ? row_end(iface->host) : row_none(iface->host);
}

uint64_t row_interface_added(const struct iface *iface)
{
    const struct host *host = iface->host;
    struct trace *trace = host->net->trace;
    if (!row_begin(host, "interface.added", iface->name))
        return row_none(host);
    trace_text(trace, "type", iface_type_name(iface->type));
    trace_uint(trace, "speed", iface->speed_bps);
    trace_uint(trace, "mtu", iface->mtu_bytes);
    trace_uint(trace, "metric", iface->metric);
    trace_bool(trace, "up", iface->up);
    trace_bool(trace, "connected", iface->media);
    return row_end(host);
}

uint64_t row_interface_number(const struct iface *iface, const char *verb, const char *key, uint64_t value)
{
    if (!row_begin(iface->host, verb, iface->name))
        return row_none(iface->host);
    trace_uint(iface->host->net->trace, key, value);
    return row_end(iface->host);
}

uint64_t row_interface_media(const struct iface *iface)
{
    if (!row_begin(iface->host, "interface.media", iface->name))
        return row_none(iface->host);
    trace_bool(iface->host->net->trace, "connected", iface->media);
    return row_end(iface->host);
}

static void field_prefix(struct trace *trace, const char *key, const struct kernel_address *address, unsigned length)
{
    char text[ADDRESS_TEXT];
    struct kernel_address plain = *address;
    plain.scope_id = 0;
    prefix_text(&plain, length, text);
    trace_text(trace, key, text);
}

uint64_t row_address(const struct ifaddr *ifaddr, const char *verb)
{
    const struct host *host = ifaddr->iface->host;
    if (!row_begin(host, verb, ifaddr->iface->name))
        return row_none(host);
    field_prefix(host->net->trace, "address", &ifaddr->address, ifaddr->prefix_length);
    trace_text(host->net->trace, "state", address_state_name((enum address_state)ifaddr->state));
    return row_end(host);
}

uint64_t row_address_changed(const struct ifaddr *ifaddr, enum address_state to)
{
    const struct host *host = ifaddr->iface->host;
    if (!row_begin(host, "address.changed", ifaddr->iface->name))
        return row_none(host);
    field_prefix(host->net->trace, "address", &ifaddr->address, ifaddr->prefix_length);
    trace_text(host->net->trace, "from", address_state_name((enum address_state)ifaddr->state));
    trace_text(host->net->trace, "to", address_state_name(to));
    return row_end(host);
}

uint64_t row_route(const struct host *host, unsigned slot, uint32_t number, const char *verb)
{
    struct trace *trace = host->net->trace;
    if (!trace_listening(trace)) /* before the view is made: large tables are loaded and flapped with nobody listening */
        return row_none(host);
    struct route_view route = route_view_of(host, slot, number);
    if (!row_begin(host, verb, route.iface->name))
        return row_none(host);
    char text[ROW_TEXT];
    struct kernel_address next_hop = route.next_hop;
    next_hop.scope_id = 0;
    field_prefix(trace, "to", &route.prefix, route.prefix_length);
    if (route.on_link)
        trace_bool(trace, "on_link", true);
    else
        trace_text(trace, "via", address_name(host, &next_hop, text));
    trace_uint(trace, "metric", route.metric);
    trace_text(trace, "interface", route.iface->name);
    if (route.automatic)
        trace_bool(trace, "automatic", true);
    return row_end(host);
}

uint64_t row_list(const struct host *host, unsigned slot, size_t count, uint64_t cause)
{
    struct trace *trace = host->net->trace;
    uint64_t former = trace_set_cause(trace, cause), row = cause;
    if (row_begin(host, "list.changed", "")) {
        trace_text(trace, "family", family_name(slot));
        trace_uint(trace, "count", count);
        row = row_end(host);
    }
    trace_set_cause(trace, former);
    return row;
}

static void field_result(const struct host *host, const char *key, const struct path_result *result)
{
    char text[ROW_TEXT];
    trace_text(host->net->trace, key,
               result->status == KERNEL_OK ? address_name(host, &result->source, text) : status_name(result->status));
}

uint64_t row_path(const struct request *request, const struct path_result *to, uint64_t cause)
{
    const struct host *host = request->host;
    struct trace *trace = host->net->trace;
    uint64_t former = trace_set_cause(trace, cause), row = cause;
    if (row_begin(host, "path.changed", "")) {
        char text[ROW_TEXT];
        trace_text(trace, "to", address_name(host, &request->watch.destination, text));
        if (!address_is_unspecified(&request->watch.destination)) {
            field_result(host, "from", &request->path);
            field_result(host, "to_source", to);
        }
        row = row_end(host);
    }
    trace_set_cause(trace, former);
    return row;
}

/* ---- the seam of kernel.h: host, actor and thread are the running task's ---- */

void row_watch(const struct host *host, const struct kernel_watch *watch, bool lasting, kernel_request request, enum kernel_status status)
{
    struct trace *trace = host->net->trace;
    if (!trace_begin(trace, LAYER_KERNEL, "kernel.watch", NULL, ""))
        return;
    static const char *const topics[] = { "addresses", "path", "endpoint", "backlog", "route" };
    trace_text(trace, "topic", topics[watch->topic]);
    if (watch->topic == KERNEL_TOPIC_ENDPOINT || watch->topic == KERNEL_TOPIC_BACKLOG)
        trace_uint(trace, "endpoint", watch->endpoint);
    else
        trace_text(trace, "family", family_name(family_slot(watch->family)));
    if (watch->topic == KERNEL_TOPIC_ENDPOINT)
        trace_uint(trace, "conditions", watch->conditions);
    if (watch->topic == KERNEL_TOPIC_PATH || watch->topic == KERNEL_TOPIC_ROUTE) {
        char text[ROW_TEXT];
        trace_text(trace, "destination", address_name(host, &watch->destination, text));
    }
    trace_bool(trace, "lasting", lasting);
    if (status == KERNEL_OK)
        trace_uint(trace, "request", request);
    trace_text(trace, "status", status_name(status));
    trace_end(trace);
}

/* What an endpoint does at once stands in the rows of the call that asked for it; what pends has a row, as a watch has. */
void row_transfer(const struct request *request, kernel_endpoint endpoint, size_t bytes)
{
    static const char *const verbs[] = { [REQUEST_CONNECT] = "kernel.connect", [REQUEST_ACCEPT] = "kernel.accept", [REQUEST_SEND] = "kernel.send", [REQUEST_RECEIVE] = "kernel.receive" };
    struct trace *trace = request->host->net->trace;
    if (!trace_begin(trace, LAYER_KERNEL, verbs[request->kind], NULL, ""))
        return;
    trace_uint(trace, "endpoint", endpoint);
    if (request->kind == REQUEST_SEND || request->kind == REQUEST_RECEIVE)
        trace_uint(trace, "bytes", bytes);
    trace_bool(trace, "lasting", request->lasting);
    trace_uint(trace, "request", request->id);
    trace_text(trace, "status", status_name(KERNEL_PENDING));
    trace_end(trace);
}

void row_cancel(kernel_request request, enum kernel_status status, struct net *net)
{
    if (!trace_begin(net->trace, LAYER_KERNEL, "kernel.cancel", NULL, ""))
        return;
    trace_uint(net->trace, "request", request);
    trace_text(net->trace, "status", status_name(status));
    trace_end(net->trace);
}

uint64_t row_completed(const struct request *request)
{
    struct trace *trace = request->host->net->trace;
    if (!trace_begin(trace, LAYER_KERNEL, "request.completed", NULL, ""))
        return trace_cause(trace);
    trace_uint(trace, "request", request->id);
    trace_text(trace, "status", status_name(request->status));
    if (request->count)
        trace_uint(trace, "count", request->count);
    return trace_end(trace);
}
