/* The state: a table for each kind, and the one place where a row is given to the folds that it concerns. */
#include <string.h>

#include "view/inside.h"

void state_start(struct state *state, struct texts *texts)
{
    static const unsigned keys[KINDS] = { [VIEW_INTERFACES] = 2, [VIEW_ADDRESSES] = 3, [VIEW_ROUTES] = 4, [VIEW_LINKS] = 2, [VIEW_SOCKETS] = 2, [VIEW_PENDING] = 3, [VIEW_THREADS] = 2,
                                          [KIND_CALLS] = 1, [KIND_CONNECTIONS] = 3 };
    *state = (struct state){ .texts = texts };
    for (unsigned i = 0; i < KINDS; i++) state->kinds[i].keys = keys[i];
}

void state_copy(struct state *to, const struct state *from)
{
    for (unsigned i = 0; i < KINDS; i++) facts_copy(&to->kinds[i], &from->kinds[i]);
    to->texts = from->texts;
    to->seq = from->seq;
    to->at_ns = from->at_ns;
}

void state_free(struct state *state)
{
    for (unsigned i = 0; i < KINDS; i++) facts_free(&state->kinds[i]);
}

size_t state_size(const struct state *state)
{
    size_t size = 0;
    for (unsigned i = 0; i < KINDS; i++) size += state->kinds[i].live;
    return size;
}

static void net_row(struct state *state, const struct trace_row *row)
{
    const char *verb = row->verb;
    if (begins_with(verb, "tcp.")) connections_fold(state, row);
    else if (begins_with(verb, "route.")) routes_fold(state, row);
    else if (begins_with(verb, "address.")) addresses_fold(state, row);
    else if (begins_with(verb, "interface.") || begins_with(verb, "stack.")) interfaces_fold(state, row);
    if (begins_with(verb, "link.") || strcmp(verb, "interface.removed") == 0) links_fold(state, row);
}

void state_row(struct state *state, const struct trace_row *row)
{
    state->seq = row->seq;
    state->at_ns = row->at_ns;
    switch (row->layer) {
    case LAYER_NET: net_row(state, row); return;
    case LAYER_SCRIPT: case LAYER_SPI: case LAYER_UPCALL: case LAYER_KERNEL:
        threads_fold(state, row);
        sockets_fold(state, row);
        pending_fold(state, row);
        calls_done(state, row);
        processes_fold(state, row);
        return;
    case LAYER_PACKET: return;
    }
}
