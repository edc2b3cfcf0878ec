/*
 * kernel.h: tokens with which another process takes hold of an endpoint. Which processes there are is this room's knowledge;
 * who holds what is the stack's (net/endpoint/hold.c). Tokens count from a number that nobody takes for something else.
 */
#include <stdlib.h>

#include "ws2/private.h"

#define TOKEN_FIRST 0x5A000001u

struct share { uint32_t token, target; kernel_endpoint endpoint; const struct process *source; struct share *next; };

static const struct process *process_by_id(const struct ws2 *ws2, const struct host *host, uint32_t id)
{
    const struct process *process = ws2->first;
    while (process && (process->completer.task.process_id != id || process->host != host || process->exited)) process = process->next;
    return process;
}

enum kernel_status kernel_endpoint_share(kernel_endpoint endpoint, uint32_t process_id, uint32_t *token)
{
    const struct process *process = process_running();
    struct ws2 *ws2 = process->ws2;
    if (!endpoint_held(process->host, endpoint, &process->completer.task)) return KERNEL_BAD_HANDLE;
    if (kernel_stack_state() != KERNEL_OK) return KERNEL_STACK_DOWN;
    if (!process_by_id(ws2, process->host, process_id)) return KERNEL_BAD_ARGUMENT;
    if (!token) return KERNEL_OK;
    if (host_starved(process->host)) return KERNEL_NO_RESOURCES;
    struct share *share = memory_take(sizeof *share);
    *share = (struct share){ .token = TOKEN_FIRST + ws2->shares_given++, .target = process_id, .endpoint = endpoint, .source = process, .next = ws2->shares };
    ws2->shares = share;
    *token = share->token;
    return KERNEL_OK;
}

/* The wrong process does not use it up. */
enum kernel_status kernel_endpoint_take(uint32_t token, kernel_endpoint *endpoint)
{
    struct process *process = process_running();
    struct share **link = &process->ws2->shares, *share;
    while (*link && (*link)->token != token) link = &(*link)->next;
    share = *link;
    if (!share || share->target != process->completer.task.process_id) return KERNEL_BAD_HANDLE;
    bool lasts = endpoint_held(share->source->host, share->endpoint, &share->source->completer.task);
    *endpoint = share->endpoint;
    *link = share->next;
    free(share);
    if (!lasts) return KERNEL_BAD_HANDLE;
    endpoint_hold(process->host, *endpoint, &process->completer.task);
    return KERNEL_OK;
}

void shares_free(struct ws2 *ws2)
{
    while (ws2->shares) {
        struct share *share = ws2->shares;
        ws2->shares = share->next;
        free(share);
    }
}
