/*
 * Who holds an endpoint: the process that opened or accepted it, and whoever took it over with a token. It ends when nobody
 * does (SPI reference 14). What a process has pending on it ends when that process lets go of it for the last time.
 */
#include <stdlib.h>

#include "core/arena.h"
#include "core/check.h"
#include "net/endpoint/endpoint.h"
#include "net/tcp/tcp.h"

struct holder { struct task *process; uint32_t holds; struct holder *next; };

static struct endpoint *find(const struct host *host, kernel_endpoint id)
{
    struct endpoint *endpoint = endpoint_find(host->net, id);
    return endpoint && endpoint->host == host && !endpoint->traffic ? endpoint : NULL;
}

static uint32_t *holds_of(struct endpoint *endpoint, const struct task *process)
{
    if (endpoint->process == process)
        return &endpoint->holds;
    struct holder *holder = endpoint->others;
    while (holder && holder->process != process)
        holder = holder->next;
    return holder ? &holder->holds : NULL;
}

static uint32_t holds_all(const struct endpoint *endpoint)
{
    uint32_t count = endpoint->holds;
    for (const struct holder *holder = endpoint->others; holder; holder = holder->next)
        count += holder->holds;
    return count;
}

void hold_add(struct endpoint *endpoint, struct task *process)
{
    uint32_t *holds = holds_of(endpoint, process);
    if (holds) {
        ++*holds;
        return;
    }
    struct holder **last = &endpoint->others;
    while (*last)
        last = &(*last)->next;
    *last = memory_take(sizeof **last);
    **last = (struct holder){ process, 1, NULL };
}

void holders_free(struct endpoint *endpoint)
{
    while (endpoint->others) {
        struct holder *holder = endpoint->others;
        endpoint->others = holder->next;
        free(holder);
    }
    endpoint->holds = 0;
}

/* ---- the end ---- */

static void endpoint_end(struct endpoint *endpoint, bool abort)
{
    while (endpoint->watching)
        transfer_end(endpoint->watching, KERNEL_CANCELLED, 0);
    transfers_end(endpoint, KERNEL_CANCELLED);
    endpoint_disown(endpoint);
    if (endpoint->tcp)
        tcp_close(endpoint, abort);
    else
        endpoint_free(endpoint);
}

static enum kernel_status let_go(kernel_endpoint id, bool abort)
{
    struct task *process = task_process(running);
    struct endpoint *endpoint = find(running->host, id);
    uint32_t *holds = endpoint ? holds_of(endpoint, process) : NULL;
    if (!holds || *holds == 0)
        return KERNEL_BAD_HANDLE;
    --*holds;
    if (holds_all(endpoint) == 0)
        endpoint_end(endpoint, abort);
    else if (*holds == 0)
        transfers_cancel(endpoint, process);
    return KERNEL_OK;
}

enum kernel_status kernel_endpoint_close(kernel_endpoint id) { return let_go(id, false); }
enum kernel_status kernel_endpoint_abort(kernel_endpoint id) { return let_go(id, true); }

void endpoints_let_go(struct host *host, const struct task *process)
{
    struct endpoint *endpoint, *next;
    HASH_ITER(hh, host->net->endpoints, endpoint, next) {
        uint32_t *holds = endpoint->host == host && !endpoint->traffic ? holds_of(endpoint, process) : NULL;
        if (!holds || *holds == 0)
            continue;
        *holds = 0;
        if (holds_all(endpoint) == 0)
            endpoint_end(endpoint, false);
    }
}

/* ---- for the tokens, which are the processes' matter (ws2/share.c) ---- */

bool endpoint_held(const struct host *host, kernel_endpoint id, const struct task *process)
{
    struct endpoint *endpoint = find(host, id);
    const uint32_t *holds = endpoint ? holds_of(endpoint, process) : NULL;
    return holds && *holds > 0;
}

void endpoint_hold(const struct host *host, kernel_endpoint id, struct task *process)
{
    struct endpoint *endpoint = find(host, id);
    check(endpoint != NULL);
    hold_add(endpoint, process);
}

/* ---- kernel.h ---- */

uint32_t kernel_endpoint_holds(kernel_endpoint id)
{
    const struct endpoint *endpoint = find(running->host, id);
    return endpoint ? holds_all(endpoint) : 0;
}

void *kernel_endpoint_slot_get(kernel_endpoint id, const uint32_t *provider)
{
    const struct endpoint *endpoint = find(running->host, id);
    return endpoint && endpoint->slot_owner == provider ? endpoint->slot : NULL;
}

void kernel_endpoint_slot_set(kernel_endpoint id, const uint32_t *provider, void *pointer)
{
    struct endpoint *endpoint = find(running->host, id);
    if (!endpoint || (endpoint->slot_owner && endpoint->slot_owner != provider))
        return;
    endpoint->slot_owner = provider;
    endpoint->slot = pointer;
}

enum kernel_status kernel_endpoint_tell(kernel_endpoint id)
{
    struct endpoint *endpoint = find(running->host, id);
    if (!endpoint)
        return KERNEL_BAD_HANDLE;
    endpoint_happens(endpoint, KERNEL_TOLD);
    return KERNEL_OK;
}
