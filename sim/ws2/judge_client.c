/*
 * The judge: mistakes of the client, which does something to an OVERLAPPED that the provider owns.
 */
#include "ws2/judge_inside.h"

/* A mistake of the client is nobody's breach of a rule: a row says the first one, and no provider is blamed for what follows.
   A layer that does so with what it was given, or with its own, leaves no row: that the client did. */
void operation_mistake(struct judge *judge, struct operation *operation, const char *what)
{
    struct trace *trace = judge->ws2->trace;
    const struct process *process = operation->key.process;
    bool first = !operation->shared;
    operation->shared = true;
    if (!first || operation->key.level) return;
    if (!trace_begin_for(trace, LAYER_SPI, "client.mistake", host_name(process->host), process->name, "", operation_label(operation))) return;
    trace_text(trace, "what", what);
    trace_text(trace, "owner", operation->function);
    trace_end(trace);
}

static void operation_touched(struct judge *judge, struct operation *operation, bool frees)
{
    operation_look(judge, operation);
    bool pending = operation->state == OPERATION_PENDING;
    bool routine_to_come = operation->state == OPERATION_COMPLETE && operation->routine && operation->routines == 0 && !thread_ended(operation->thread);
    if (!pending && !routine_to_come) {
        operation_forget(judge, operation);
        return;
    }
    const char *written = pending ? "written while it is pending" : "written before its routine has run";
    const char *freed = pending ? "freed while it is pending" : "freed before its routine has run";
    operation_mistake(judge, operation, frees ? freed : written);
    operation->freed = operation->freed || frees;
    if (!frees || !pending) return;
    operation->state = OPERATION_COMPLETE; /* there is nothing left to look at */
    pending_count(judge, operation, -1);
}

void judge_client_touches(struct judge *judge, struct process *process, const WSAOVERLAPPED *overlapped, bool frees)
{
    for (unsigned level = 0; level < process->layer_count; level++) { /* every layer that passed it on */
        struct operation *operation = operation_of(judge, process, overlapped, level);
        if (operation) operation_touched(judge, operation, frees);
    }
}
