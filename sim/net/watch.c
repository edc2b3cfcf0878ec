/*
 * Watches: wishes to be told once. This file finds those that a change could concern, so that nobody else is looked at when
 * the host settles: a changed route concerns the destinations under its prefix whose path is not decided by a longer one; a
 * changed interface concerns those whose path leaves by it and those under its routes.
 */
#include "core/arena.h"
#include "core/check.h"
#include "net/net_private.h"

static void concern(struct request *request)
{
    struct host *host = request->host;
    request->cause = host->newest;
    if (request->concerned)
        return;
    if (host->concerned_count == host->concerned_room) {
        host->concerned_room = host->concerned_room ? host->concerned_room * 2 : 16;
        host->concerned = memory_grow(host->concerned, host->concerned_room * sizeof(struct request *));
    }
    request->concerned = true;
    request->concerned_at = (uint32_t)host->concerned_count;
    host->concerned[host->concerned_count++] = request;
}

/* ---- the lists a watch is in ---- */

static struct request **path_list(const struct request *request)
{
    return request->iface ? &request->iface->paths : &request->host->pathless;
}

static void path_note(struct request *request, struct iface *iface, unsigned length)
{
    request->path_length = (uint8_t)length;
    if (iface == request->iface)
        return;
    struct request **list = path_list(request);
    DL_DELETE2(*list, request, path_prev, path_next);
    request->iface = iface;
    list = path_list(request);
    DL_APPEND2(*list, request, path_prev, path_next);
}

static struct request **topic_list(const struct request *request)
{
    unsigned slot = family_slot(request->watch.family);
    struct host *host = request->host;
    return request->watch.topic == KERNEL_TOPIC_ADDRESSES ? &host->list_watches[slot] : &host->any_watches[slot];
}

static void destination_enter(struct request *request)
{
    struct prefix_tree *tree = &request->host->watched[family_slot(request->watch.family)];
    struct prefix_key key = prefix_key_of(&request->watch.destination);
    request->node = prefix_tree_make(tree, &key, address_width(&request->watch.destination));
    uint32_t first = prefix_tree_node(tree, request->node)->value;
    struct request *head = first ? request_at(request->host->net, first) : NULL;
    DL_APPEND2(head, request, topic_prev, topic_next);
    prefix_tree_set(tree, request->node, head->slot);
    struct request **list = path_list(request);
    DL_APPEND2(*list, request, path_prev, path_next);
}

static void destination_leave(struct request *request)
{
    struct prefix_tree *tree = &request->host->watched[family_slot(request->watch.family)];
    struct request *head = request_at(request->host->net, prefix_tree_node(tree, request->node)->value);
    DL_DELETE2(head, request, topic_prev, topic_next);
    if (head)
        prefix_tree_set(tree, request->node, head->slot);
    else
        prefix_tree_drop(tree, request->node);
    struct request **list = path_list(request);
    DL_DELETE2(*list, request, path_prev, path_next);
}

static bool one_destination(const struct request *request)
{
    return request->watch.topic == KERNEL_TOPIC_PATH && !request->any;
}

void watch_arm(struct request *request)
{
    struct host *host = request->host;
    unsigned slot = family_slot(request->watch.family);
    if (request->watch.topic == KERNEL_TOPIC_PATH) /* host-stack 3.5: the wildcard, or the parameter */
        request->any = address_is_unspecified(&request->watch.destination) || host->parameters.routing_change_precision == ROUTE_ANY;
    if (one_destination(request)) {
        destination_enter(request);
    } else {
        struct request **list = topic_list(request);
        DL_APPEND2(*list, request, topic_prev, topic_next);
    }
    if (request->watch.topic == KERNEL_TOPIC_ADDRESSES)
        request->set = address_set_promise(host, slot);
    else
        request->path = watch_evaluate(request);
    if (request->any)
        request->print = routes_print(host, slot);
}

void watch_disarm(struct request *request)
{
    if (one_destination(request)) {
        destination_leave(request);
    } else {
        struct request **list = topic_list(request);
        DL_DELETE2(*list, request, topic_prev, topic_next);
    }
    address_set_drop(request->set);
    request->set = NULL;
    if (request->concerned)
        request->host->concerned[request->concerned_at] = NULL;
    request->concerned = false;
}

/* ---- what is true now ---- */

/* For the wildcard there is a path as long as anything but the host itself can be reached. */
static enum kernel_status any_status(const struct host *host, unsigned slot)
{
    const struct iface *iface;
    DL_FOREACH(host->ifaces, iface) {
        if (iface->type != IFACE_LOOPBACK && iface->usable[slot] && iface->routes[slot].count)
            return KERNEL_OK;
    }
    return host->connected ? KERNEL_NET_UNREACHABLE : KERNEL_NET_DOWN;
}

struct path_result watch_evaluate(struct request *request)
{
    struct path_result result = { .status = KERNEL_OK };
    if (address_is_unspecified(&request->watch.destination)) {
        result.status = any_status(request->host, family_slot(request->watch.family));
        return result;
    }
    struct path_found found = path_find(request->host, &request->watch.destination);
    result.status = found.status;
    if (found.status == KERNEL_OK)
        result.source = found.source->address;
    if (!request->any)
        path_note(request, found.iface, found.length);
    return result;
}

/* ---- whom a change could concern ---- */

/* The destinations inside a prefix whose path is decided by at most `longest` bits. */
static void concern_inside(struct host *host, unsigned slot, const struct prefix_key *key, unsigned length, unsigned longest)
{
    const struct prefix_tree *tree = &host->watched[slot];
    if (tree->values == 0)
        return;
    uint32_t top = prefix_tree_under(tree, key, length);
    for (uint32_t node = top; node; node = prefix_tree_next(tree, top, node)) {
        uint32_t first = prefix_tree_node(tree, node)->value;
        struct request *request = first ? request_at(host->net, first) : NULL;
        for (; request; request = request->topic_next) {
            if (request->path_length <= longest)
                concern(request);
        }
    }
}

void watches_under(struct host *host, unsigned slot, const struct prefix_key *key, unsigned length)
{
    concern_inside(host, slot, key, length, length);
}

void watches_at(struct host *host, const struct kernel_address *address)
{
    struct prefix_key key = prefix_key_of(address);
    unsigned width = address_width(address);
    concern_inside(host, family_slot(address->family), &key, width, width);
}

void watches_by_iface(struct iface *iface, unsigned slot)
{
    struct request *request;
    DL_FOREACH2(iface->paths, request, path_next) {
        if (family_slot(request->watch.family) == slot)
            concern(request);
    }
}

void watches_by_routes(struct iface *iface, unsigned slot)
{
    struct host *host = iface->host;
    const struct prefix_tree *tree = &host->routes.tree[slot];
    const struct prefix_key everything = { { 0 } };
    if (iface->routes[slot].count == 0)
        return;
    host->routes_changed[slot] = true;
    host->routes_cause[slot] = host->newest;
    watches_by_iface(iface, slot);
    if (iface->routes[slot].count > host->watched[slot].values) { /* fewer destinations than routes: take them all */
        concern_inside(host, slot, &everything, 0, tree->words * 32);
        return;
    }
    for (uint32_t number = iface->routes[slot].first; number; number = route_at(&host->routes, number)->after) {
        const struct prefix_node *node = prefix_tree_node(tree, route_node(&host->routes, number));
        struct prefix_key key = { { 0 } };
        for (unsigned w = 0; w < tree->words; w++)
            key.word[w] = node->key[w];
        watches_under(host, slot, &key, node->length);
    }
}

void watches_pathless(struct host *host)
{
    struct request *request;
    DL_FOREACH2(host->pathless, request, path_next)
        concern(request);
    for (unsigned slot = 0; slot < FAMILIES; slot++) {
        host->routes_changed[slot] = true;
        host->routes_cause[slot] = host->newest;
    }
}

void watches_orphan(struct iface *iface)
{
    while (iface->paths) {
        struct request *request = iface->paths;
        concern(request);
        path_note(request, NULL, 0);
    }
}

void watches_of_list(struct host *host, unsigned slot)
{
    struct request *request;
    DL_FOREACH2(host->list_watches[slot], request, topic_next) {
        concern(request);
        request->cause = host->list_cause[slot];
    }
}

void watches_of_any(struct host *host, unsigned slot)
{
    struct request *request;
    DL_FOREACH2(host->any_watches[slot], request, topic_next) {
        concern(request);
        request->cause = host->routes_cause[slot];
    }
}
