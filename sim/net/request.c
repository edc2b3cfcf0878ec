/* Accepted requests: from kernel_watch until they are delivered or given up. */
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/check.h"
#include "net/endpoint/endpoint.h"
#include "net/ip/discovery.h"
#include "net/tcp/tcp.h"
#include "net/net_private.h"

/* ---- memory: chunks that stay where they are, so that trees can name a request by a 32-bit number ---- */

struct request *request_at(const struct net *net, uint32_t slot)
{
    return &net->chunks[slot / REQUEST_CHUNK][slot % REQUEST_CHUNK];
}

static struct request *request_take(struct net *net)
{
    struct request *request = net->free_requests;
    uint32_t slot;
    if (request) {
        net->free_requests = request->path_next;
        slot = request->slot;
    } else {
        if (net->slots_used == net->slots_room) {
            uint32_t chunk = net->slots_room / REQUEST_CHUNK;
            net->chunks = memory_grow(net->chunks, (chunk + 1) * sizeof(struct request *));
            net->chunks[chunk] = memory_take(REQUEST_CHUNK * sizeof(struct request));
            net->slots_room += REQUEST_CHUNK;
            if (net->slots_used == 0)
                net->slots_used = 1; /* 0 names none */
        }
        slot = net->slots_used++;
        request = request_at(net, slot);
    }
    *request = (struct request){ .slot = slot };
    return request;
}

static void request_give(struct net *net, struct request *request)
{
    request->path_next = net->free_requests;
    net->free_requests = request;
}

void requests_free(struct net *net)
{
    struct request *request, *next;
    HASH_ITER(hh, net->requests, request, next)
        address_set_drop(request->set);
    HASH_CLEAR(hh, net->requests);
    struct asking *asking, *next_asking;
    HASH_ITER(hh, net->askings, asking, next_asking) {
        HASH_DEL(net->askings, asking);
        free(asking);
    }
    for (uint32_t chunk = 0; chunk < net->slots_room / REQUEST_CHUNK; chunk++)
        free(net->chunks[chunk]);
    free(net->chunks);
}

/* ---- by overlapped call: only while pending, so the owner stays the same ---- */

static struct asking *asking_find(const struct net *net, const struct task *task, const void *overlapped)
{
    struct asking_key key = { .task = task, .overlapped = overlapped };
    struct asking *asking;
    HASH_FIND(hh, net->askings, &key, sizeof key, asking);
    return asking;
}

static void asking_enter(struct request *request)
{
    struct net *net = request->host->net;
    if (!request->overlapped)
        return;
    struct asking *asking = asking_find(net, request->owner, request->overlapped);
    if (!asking) {
        asking = memory_take(sizeof *asking);
        asking->key.task = request->owner;
        asking->key.overlapped = request->overlapped;
        HASH_ADD(hh, net->askings, key, sizeof asking->key, asking);
    }
    request->asking = asking;
    DL_APPEND2(asking->requests, request, asking_prev, asking_next);
}

static void asking_leave(struct request *request)
{
    struct asking *asking = request->asking;
    if (!asking)
        return;
    request->asking = NULL;
    DL_DELETE2(asking->requests, request, asking_prev, asking_next);
    if (asking->requests)
        return;
    HASH_DEL(request->host->net->askings, asking);
    free(asking);
}

/* ---- accepting ---- */

static bool watch_valid(const struct kernel_watch *watch)
{
    if (watch->family != KERNEL_IPV4 && watch->family != KERNEL_IPV6)
        return false;
    if (watch->topic == KERNEL_TOPIC_PATH)
        return watch->destination.family == watch->family;
    if (watch->topic == KERNEL_TOPIC_ROUTE) return watch->destination.family == watch->family && !address_is_unspecified(&watch->destination);
    return watch->topic == KERNEL_TOPIC_ADDRESSES;
}

/* What a pending request hangs on lets it go. */
static void request_disarm(struct request *request)
{
    if (request->endpoint)
        transfer_leave(request);
    else if (request->watch.topic == KERNEL_TOPIC_ROUTE) discovery_leave(request);
    else
        watch_disarm(request);
    asking_leave(request);
}

static struct request *request_find(const struct net *net, kernel_request id)
{
    struct request *request;
    HASH_FIND(hh, net->requests, &id, sizeof id, request);
    return request;
}

struct request *request_new(struct host *host, bool lasting, kernel_complete *complete, void *cookie)
{
    struct net *net = host->net;
    struct request *request = request_take(net);
    request->id = ++net->last_request;
    request->state = REQUEST_PENDING;
    request->host = host;
    request->lasting = lasting;
    request->complete = complete;
    request->cookie = cookie;
    request->completions = task_process(running);
    const struct request *former = running == request->completions && !lasting ? net->delivered : NULL; /* a completion asks */
    request->owner = lasting ? request->completions : former ? former->owner : running;
    request->overlapped = former ? former->overlapped : running->overlapped;
    request->stays = former ? former->stays : running->overlapped && running->stays;
    HASH_ADD(hh, net->requests, id, sizeof request->id, request);
    DL_APPEND2(request->owner->requests, request, owner_prev, owner_next);
    asking_enter(request);
    return request;
}

static enum kernel_status watch_refused(const struct host *host, const struct kernel_watch *watch, const struct endpoint *endpoint)
{
    if (watch->topic != KERNEL_TOPIC_ENDPOINT && watch->topic != KERNEL_TOPIC_BACKLOG)
        return watch_valid(watch) ? KERNEL_OK : KERNEL_BAD_ARGUMENT;
    if (!endpoint || endpoint->host != host)
        return KERNEL_BAD_HANDLE;
    if (watch->topic == KERNEL_TOPIC_BACKLOG && (endpoint->transport != KERNEL_TCP || !endpoint->connected))
        return KERNEL_NOT_CONNECTED;
    return KERNEL_OK;
}

enum kernel_status request_open(struct host *host, const struct kernel_watch *watch, bool lasting, kernel_complete *complete, void *cookie, kernel_request *id)
{
    bool of_endpoint = watch->topic == KERNEL_TOPIC_ENDPOINT || watch->topic == KERNEL_TOPIC_BACKLOG;
    struct endpoint *endpoint = of_endpoint ? endpoint_find(host->net, watch->endpoint) : NULL;
    enum kernel_status status = complete ? watch_refused(host, watch, endpoint) : KERNEL_BAD_ARGUMENT;
    if (status != KERNEL_OK)
        return status;
    if (host->stack_down && !(lasting && watch->topic == KERNEL_TOPIC_ENDPOINT)) {
        row_watch(host, watch, lasting, 0, KERNEL_STACK_DOWN);
        return KERNEL_STACK_DOWN;
    }
    if (watch->topic != KERNEL_TOPIC_ENDPOINT && host_starved(host)) {
        row_watch(host, watch, lasting, 0, KERNEL_NO_RESOURCES);
        return KERNEL_NO_RESOURCES;
    }
    struct request *request = request_new(host, lasting, complete, cookie);
    request->watch = *watch;
    request->endpoint = endpoint;
    row_watch(host, watch, lasting, request->id, KERNEL_OK);
    if (endpoint)
        transfer_enter(request);
    else if (watch->topic == KERNEL_TOPIC_ROUTE) discovery_enter(request);
    else
        watch_arm(request);
    *id = request->id; /* it may be complete, but nobody was told yet */
    if (watch->topic == KERNEL_TOPIC_BACKLOG)
        tcp_backlog_asked(request);
    return KERNEL_OK;
}

/* ---- ending ---- */

/* Out of the table and out of its owner's hands: from here on no name leads to it. */
static void request_forget(struct request *request)
{
    struct net *net = request->host->net;
    HASH_DEL(net->requests, request);
    DL_DELETE2(request->owner->requests, request, owner_prev, owner_next);
}

static void event_post(struct request *request, uint64_t cause)
{
    struct engine *engine = request->host->net->engine;
    struct event event = { .kind = EVENT_REQUEST, .cause = cause, .subject.request = request, .number = request->id };
    request->event = engine_post(engine, engine_now_ns(engine), RANK_MACHINE, event);
}

void request_post(struct request *request, enum kernel_status status, uint64_t cause)
{
    request_disarm(request);
    request->state = REQUEST_POSTED;
    request->status = status;
    event_post(request, cause);
}

struct task *request_deliver(struct request *request)
{
    struct net *net = request->host->net;
    struct task *waiter = request->waiter;
    bool given_up = request->state == REQUEST_GIVEN_UP;
    check(request->state != REQUEST_PENDING);
    if (waiter)
        waiter->wait_status = request->status == KERNEL_CANCELLED ? KERNEL_CANCELLED : KERNEL_OK;
    if (given_up) {
        DL_DELETE2(net->given_up, request, owner_prev, owner_next);
    } else {
        struct task *former = running;
        const struct request *delivered = net->delivered;
        request_forget(request);
        running = request->completions;
        net->delivered = request;
        uint64_t cause = trace_set_cause(net->trace, row_completed(request));
        request->complete(request->cookie, request->status, request->count);
        trace_set_cause(net->trace, cause);
        net->delivered = delivered;
        running = former;
    }
    request_give(net, request);
    return waiter;
}

void requests_fail(struct host *host, enum kernel_status status)
{
    struct request *request;
    for (request = host->net->requests; request; request = request->hh.next) {
        if (request->host == host && request->state == REQUEST_PENDING)
            request_post(request, status, host->newest);
    }
}

/* Only what was asked while the network was down can be pending: eyes on endpoints. */
void requests_look(struct host *host)
{
    struct request *request;
    for (request = host->net->requests; request; request = request->hh.next) {
        if (request->host == host && request->state == REQUEST_PENDING)
            request_post(request, KERNEL_OK, host->newest);
    }
}

static void request_revoke(struct request *request)
{
    request_post(request, KERNEL_CANCELLED, trace_cause(request->host->net->trace));
}

static void request_hand_over(struct request *request)
{
    asking_leave(request);
    DL_DELETE2(request->owner->requests, request, owner_prev, owner_next);
    request->owner = request->completions;
    DL_APPEND2(request->owner->requests, request, owner_prev, owner_next);
}

void requests_leave(struct task *task)
{
    struct request *request, *next;
    DL_FOREACH_SAFE2(task->requests, request, next, owner_next) {
        if (request->state != REQUEST_PENDING || !request->stays) continue;
        request_hand_over(request);
        asking_enter(request);
    }
    requests_cancel(task, NULL);
}

void requests_cancel(struct task *task, const void *overlapped)
{
    struct request *request, *next;
    if (overlapped) {
        struct asking *asking = asking_find(task->host->net, task, overlapped);
        request = asking ? asking->requests : NULL;
        for (; request; request = next) { /* the last takes the asking along */
            next = request->asking_next;
            request_revoke(request);
        }
        return;
    }
    DL_FOREACH_SAFE2(task->requests, request, next, owner_next) {
        if (request->state == REQUEST_PENDING)
            request_revoke(request);
        if (request->owner != request->completions) request_hand_over(request); /* the thread ends: its process keeps what is on its way */
    }
}

enum kernel_status request_cancel(struct net *net, kernel_request id)
{
    struct request *request = request_find(net, id);
    if (!request || request->completions != task_process(running))
        return KERNEL_BAD_HANDLE;
    if (request->state == REQUEST_PENDING)
        request_disarm(request);
    engine_cancel(net->engine, request->event);
    request_forget(request);
    if (request->waiter) {
        request->state = REQUEST_GIVEN_UP;
        request->status = KERNEL_CANCELLED;
        DL_APPEND2(net->given_up, request, owner_prev, owner_next);
        event_post(request, trace_cause(net->trace));
    } else {
        request_give(net, request);
    }
    return KERNEL_OK;
}

/* ---- waiting ---- */

bool request_wait(struct net *net, kernel_request id, struct task *waiter)
{
    struct request *request = request_find(net, id);
    if (request)
        request->waiter = waiter;
    return request != NULL;
}

void request_unwait(struct net *net, kernel_request id)
{
    struct request *request = request_find(net, id);
    if (!request)
        DL_SEARCH_SCALAR2(net->given_up, request, id, id, owner_next);
    if (request)
        request->waiter = NULL;
}

bool request_is_over(const struct net *net, kernel_request id)
{
    const struct request *request = request_find(net, id);
    return request && request->state == REQUEST_POSTED;
}
