#include "net/ip/discovery.h"

#include "core/check.h"
#include "net/ip/neighbor_private.h"
#include "net/ip/redirect.h"

/* Where packets to it would go first; NULL: nobody is asked for their sake. */
static struct neighbor *next_hop_of(struct host *host, const struct kernel_address *destination, bool make, enum kernel_status *status)
{
    struct prefix_key key = prefix_key_of(destination), hop;
    struct ip_wish wish = { .interface_index = destination->scope_id };
    struct ip_path path = { .generation = 0 };
    unsigned slot = family_slot(destination->family);
    ip_path_find(host, destination->family, &key, &wish, &path);
    *status = path.status;
    if (path.status != KERNEL_OK || path.local || path.multicast || path.broadcast || !neighbor_resolves(path.iface)) return NULL;
    hop = path.next_hop;
    struct neighbor *neighbor = make ? neighbor_make(path.iface, slot, &hop) : neighbor_find(path.iface, slot, &hop);
    if (make) neighbor->asker = path.source;
    return neighbor;
}

/* What is true now of a way whose next hop is not being asked. */
static enum kernel_status outcome(const struct neighbor *neighbor, enum kernel_status path)
{
    bool silent = neighbor && (neighbor->state == NEIGHBOR_UNREACHABLE || neighbor->state == NEIGHBOR_NONE);
    return path == KERNEL_OK && silent ? KERNEL_HOST_UNREACHABLE : path;
}

/* ---- finding ---- */

static enum kernel_status ask(struct neighbor *neighbor, bool anew)
{
    switch ((enum neighbor_state)neighbor->state) {
    case NEIGHBOR_PERMANENT: return KERNEL_OK;
    case NEIGHBOR_INCOMPLETE: return KERNEL_PENDING;
    case NEIGHBOR_UNREACHABLE:
        if (!anew && neighbor_held(neighbor)) return KERNEL_HOST_UNREACHABLE;
        break;
    case NEIGHBOR_NONE: break;
    case NEIGHBOR_PROBE:
    case NEIGHBOR_DELAY:
    case NEIGHBOR_STALE:
    case NEIGHBOR_REACHABLE:
        if (!anew) return KERNEL_OK;
    }
    neighbor_resolve(neighbor);
    return KERNEL_PENDING;
}

static enum kernel_status find(struct host *host, const struct kernel_address *destination, bool anew)
{
    struct prefix_key key = prefix_key_of(destination);
    enum kernel_status status;
    if (host->stack_down) return KERNEL_STACK_DOWN;
    if (anew) {
        ip_mtu_forget(host, destination->family, &key);
        redirect_forget(host, destination);
    }
    struct neighbor *neighbor = next_hop_of(host, destination, true, &status);
    return neighbor ? ask(neighbor, anew) : status;
}

static void row_find(const struct host *host, const struct kernel_address *destination, bool anew, enum kernel_status status)
{
    struct trace *trace = host->net->trace;
    char text[ADDRESS_TEXT];
    if (!trace_begin(trace, LAYER_KERNEL, "kernel.route_find", NULL, "")) return;
    address_text(destination, text);
    trace_text(trace, "destination", text);
    trace_bool(trace, "anew", anew);
    trace_text(trace, "status", status_name(status));
    trace_end(trace);
}

enum kernel_status kernel_route_find(const struct kernel_address *destination, bool anew)
{
    check(running && running->host);
    struct host *host = running->host;
    if (!host->parameters.find_route) return KERNEL_NOT_SUPPORTED;
    if ((destination->family != KERNEL_IPV4 && destination->family != KERNEL_IPV6) || address_is_unspecified(destination)) return KERNEL_BAD_ARGUMENT;
    enum kernel_status status = find(host, destination, anew);
    row_find(host, destination, anew, status);
    return status;
}

/* ---- being told ---- */

void discovery_enter(struct request *request)
{
    enum kernel_status status;
    struct neighbor *neighbor = next_hop_of(request->host, &request->watch.destination, false, &status);
    if (neighbor && neighbor->state == NEIGHBOR_INCOMPLETE) {
        request->neighbor = neighbor;
        DL_APPEND2(neighbor->watches, request, topic_prev, topic_next);
    } else {
        request_post(request, outcome(neighbor, status), trace_cause(request->host->net->trace));
    }
}

void discovery_leave(struct request *request)
{
    if (request->neighbor) DL_DELETE2(request->neighbor->watches, request, topic_prev, topic_next);
    request->neighbor = NULL;
}

/* The route may have changed while its former next hop was asked: without one, that is the answer. */
void discovery_end(struct neighbor *neighbor)
{
    struct request *request, *next;
    DL_FOREACH_SAFE2(neighbor->watches, request, next, topic_next)
    {
        if (neighbor->iface->host->net->ending) {
            discovery_leave(request);
            continue;
        }
        struct path_found found = path_find(request->host, &request->watch.destination);
        request_post(request, outcome(neighbor, found.status), neighbor->row);
    }
}
