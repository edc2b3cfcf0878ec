/*
 * The settling of a host: once an instant, what was promised is compared with what is true now (host-stack 1.2 step 5, 2.5,
 * 3.5). A change that was undone within the instant is none. Completions go out in the order of asking, each caused by the
 * row that says what changed, which in turn names the change that made it so.
 */
#include <stdlib.h>

#include "net/net_private.h"

static int by_id(const void *left, const void *right)
{
    const struct request *a = *(struct request *const *)left, *b = *(struct request *const *)right;
    return (a->id > b->id) - (a->id < b->id);
}

static bool result_same(const struct path_result *a, const struct path_result *b)
{
    return a->status == b->status && (a->status != KERNEL_OK || address_equal(&a->source, &b->source));
}

static void settle_addresses(struct request *request)
{
    struct host *host = request->host;
    unsigned slot = family_slot(request->watch.family);
    if (host->list_refreshed[slot] || !address_set_holds(host, slot, request->set)) {
        request_post(request, KERNEL_OK, request->cause);
        return;
    }
    address_set_drop(request->set); /* what it was promised is what the host settles with */
    request->set = NULL;
}

static void settle_path(struct request *request)
{
    struct host *host = request->host;
    struct path_result now = watch_evaluate(request);
    bool same = result_same(&request->path, &now);
    if (request->any && address_is_unspecified(&request->watch.destination))
        same = true; /* only routes count; the status is that of the moment */
    if (same && request->any)
        same = request->print == routes_print(host, family_slot(request->watch.family));
    if (same)
        return;
    uint64_t cause = row_path(request, &now, request->cause);
    request_post(request, now.status, cause);
}

/* Writes the row of a changed list and lets the watches of it name this row as their cause. */
static void settle_list(struct host *host, unsigned slot)
{
    if (!host->list_changed[slot])
        return;
    if (host->list[slot].differing)
        host->list_cause[slot] = row_list(host, slot, host->list[slot].count, host->list_cause[slot]);
    watches_of_list(host, slot);
}

void host_settle(struct host *host)
{
    host->settle = EVENT_NONE;
    for (unsigned slot = 0; slot < FAMILIES; slot++) {
        settle_list(host, slot);
        if (host->routes_changed[slot])
            watches_of_any(host, slot);
        host->routes_changed[slot] = false;
    }
    size_t count = 0;
    for (size_t i = 0; i < host->concerned_count; i++) {
        struct request *request = host->concerned[i];
        if (request) /* else given up meanwhile */
            host->concerned[count++] = request;
    }
    host->concerned_count = 0; /* nothing below adds to it */
    if (count > 1)
        qsort(host->concerned, count, sizeof(struct request *), by_id);
    for (size_t i = 0; i < count; i++) {
        struct request *request = host->concerned[i];
        request->concerned = false;
        if (request->watch.topic == KERNEL_TOPIC_ADDRESSES)
            settle_addresses(request);
        else
            settle_path(request);
    }
    lists_settled(host);
}
