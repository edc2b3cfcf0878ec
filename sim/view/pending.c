/*
 * What pends. As a client sees it (layer "spi"): an overlapped call that returned WSA_IO_PENDING, until WPUCompleteOverlappedRequest or its
 * completion routine ends it. As the stack sees it (layer "kernel"): each request from kernel.watch, kernel.receive and their
 * like, until request.completed or kernel.cancel. Requests of Registered I/O have no rows at their ends and are not here.
 */
#include <string.h>

#include "view/inside.h"

static struct fact *pending_find(struct state *state, const struct trace_row *row, const char *layer, const char *key)
{
    uint32_t name = row_text(state, row, key), of[KEYS_MOST] = { word(state, row->actor), word(state, layer), name };
    return name ? facts_find(&state->kinds[VIEW_PENDING], of) : NULL;
}

static struct fact *pending_add(struct state *state, const struct trace_row *row, const char *layer, uint32_t name, const struct fact *call)
{
    uint32_t key[KEYS_MOST] = { word(state, row->actor), word(state, layer), name };
    struct fact *there = facts_find(&state->kinds[VIEW_PENDING], key);
    if (there) facts_remove(&state->kinds[VIEW_PENDING], there);
    struct fact *fact = facts_add(&state->kinds[VIEW_PENDING], key, row);
    fact->values[PENDING_HOST] = word(state, row->host);
    fact->values[PENDING_THREAD] = row->thread[0] ? word(state, row->thread) : NO_TEXT;
    if (!call || call->values[CALL_LAYER] != word(state, "spi")) return fact;
    fact->values[PENDING_CALL] = call->values[CALL_VERB];
    fact->values[PENDING_SOCKET] = call->values[CALL_OBJECT];
    fact->values[PENDING_WHAT] = call->values[CALL_CODE];
    fact->values[PENDING_ACCEPT] = call->values[CALL_ACCEPT];
    return fact;
}

static void kernel_row(struct state *state, const struct trace_row *row)
{
    if (strcmp(row->verb, "request.completed") == 0 || strcmp(row->verb, "kernel.cancel") == 0) {
        struct fact *fact = pending_find(state, row, "kernel", "request");
        if (fact) facts_remove(&state->kinds[VIEW_PENDING], fact);
        return;
    }
    uint32_t request = row_text(state, row, "request");
    if (!request || (!row_says(row, "status", "ok") && !row_says(row, "status", "pending"))) return;
    struct fact *fact = pending_add(state, row, "kernel", request, call_of_thread(state, row));
    uint32_t topic = row_text(state, row, "topic");
    fact->values[PENDING_WHAT] = topic ? topic : word(state, begins_with(row->verb, "kernel.") ? row->verb + strlen("kernel.") : row->verb);
}

/* It may end while the call that began it is still open: then it will never pend. */
static void overlapped_ends(struct state *state, const struct trace_row *row)
{
    uint32_t actor = word(state, row->actor), overlapped = row_text(state, row, "overlapped");
    struct fact *fact = pending_find(state, row, "spi", "overlapped"), *call;
    if (fact) facts_remove(&state->kinds[VIEW_PENDING], fact);
    for (size_t at = 0; overlapped && (call = facts_next(&state->kinds[KIND_CALLS], &at));)
        if (call->values[CALL_ACTOR] == actor && call->values[CALL_OVERLAPPED] == overlapped) call->values[CALL_OVERLAPPED] = NO_TEXT;
}

/* What nobody will hear of: requests of a thread that ends, and those of a process after its last WSPCleanup, when it has no socket left. */
static void dropped(struct state *state, const struct trace_row *row, uint32_t thread)
{
    uint32_t actor = word(state, row->actor), spi = word(state, "spi");
    struct fact *fact;
    for (size_t at = 0; !thread && (fact = facts_next(&state->kinds[VIEW_SOCKETS], &at));)
        if (fact->values[SOCKET_ACTOR] == actor) return;
    for (size_t at = 0; (fact = facts_next(&state->kinds[VIEW_PENDING], &at));)
        if (fact->values[PENDING_ACTOR] == actor && fact->values[PENDING_LAYER] == spi && (!thread || fact->values[PENDING_THREAD] == thread)) facts_remove(&state->kinds[VIEW_PENDING], fact);
}

static void spi_row(struct state *state, const struct trace_row *row)
{
    if (strcmp(row->verb, "thread.exit") == 0) dropped(state, row, word(state, row->thread));
    if (strcmp(row->verb, "WSPCleanup") == 0 && row_says(row, "returns", "0")) dropped(state, row, NO_TEXT);
    const struct fact *call = row_says(row, "returns", "WSA_IO_PENDING") ? call_returned(state, row) : NULL;
    const char *overlapped = call ? text_at(state->texts, call->values[CALL_OVERLAPPED]) : NULL;
    /* What has no name cannot be followed: a layer's own OVERLAPPED, a wild pointer. */
    if (overlapped && strcmp(overlapped, "?") != 0 && strcmp(overlapped, "bad") != 0) pending_add(state, row, "spi", call->values[CALL_OVERLAPPED], call);
}

void pending_fold(struct state *state, const struct trace_row *row)
{
    if (row->layer == LAYER_KERNEL) kernel_row(state, row);
    if (row->layer == LAYER_UPCALL && (strcmp(row->verb, "WPUCompleteOverlappedRequest") == 0 || strcmp(row->verb, "routine.completed") == 0)) overlapped_ends(state, row);
    if (row->layer == LAYER_SPI) spi_row(state, row);
}
