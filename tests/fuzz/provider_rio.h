/*
 * Registered I/O, as fuzz_provider.c calls it. Ids are mostly right: of a kind, or of another kind, or made up. Registered memory stays.
 */
#ifndef TESTS_FUZZ_PROVIDER_RIO_H
#define TESTS_FUZZ_PROVIDER_RIO_H
#include "fuzz/provider_input.h"

#define IDS 4
#define BUFFER_BYTES 256

static struct { uintptr_t buffers[IDS], completion[IDS], request[IDS]; } rio;

static inline uintptr_t an_id(const uintptr_t *ids)
{
    unsigned how = byte();
    return how == 255 ? 0xBAD0 : how == 254 ? UINTPTR_MAX : how == 253 ? rio.buffers[0] : how == 252 ? rio.completion[0] : ids[how % IDS];
}

/* A slice that mostly fits. */
static inline RIO_BUF *a_slice(struct thread *me, unsigned how)
{
    RIO_BUF *slice = structure(me, sizeof *slice, how);
    if (!slice || !memory_holds(fuzz.world.process, slice, sizeof *slice)) return slice;
    *slice = (RIO_BUF){ .BufferId = (RIO_BUFFERID)an_id(rio.buffers), .Offset = byte() % 128, .Length = byte() % 128 };
    if (how > 240) slice->Offset = word();
    return slice;
}

static inline RIO_NOTIFICATION_COMPLETION *a_notification(struct thread *me, unsigned how)
{
    if (how % 4 == 0) return NULL;
    RIO_NOTIFICATION_COMPLETION *completion = structure(me, sizeof *completion, how > 250 ? how : 4);
    if (!completion || !memory_holds(fuzz.world.process, completion, sizeof *completion)) return completion;
    memset(completion, 0, sizeof *completion);
    if (how % 4 == 1) {
        completion->Type = RIO_EVENT_COMPLETION;
        completion->Event.EventHandle = how & 4 ? event_new(fuzz.world.process, true, NULL) : NULL;
        completion->Event.NotifyReset = (how >> 3) & 1;
    } else if (how % 4 == 2) {
        if (!fuzz.ports[0]) fuzz.ports[0] = port_new(fuzz.world.process, "one");
        completion->Type = RIO_IOCP_COMPLETION;
        completion->Iocp.IocpHandle = fuzz.ports[0];
        completion->Iocp.CompletionKey = (void *)(uintptr_t)how;
        completion->Iocp.Overlapped = how & 4 ? NULL : NEW(me, WSAOVERLAPPED);
    } else {
        completion->Type = (RIO_NOTIFICATION_COMPLETION_TYPE)byte();
    }
    return completion;
}

/* Whose the id will be, if the call makes one. */
static inline uintptr_t *rio_fill(struct thread *me, struct spi_rio *call, unsigned how)
{
    switch (call->function) {
    case RIO_FUNCTION_REGISTER:
        call->memory = how > 250 ? place(me, BUFFER_BYTES, how) : block_of(me, BUFFER_BYTES);
        call->size = how == 250 ? 0 : BUFFER_BYTES;
        return &rio.buffers[how % IDS];
    case RIO_FUNCTION_CREATE_CQ:
        call->size = how > 250 ? word() : how % 16;
        call->notification = a_notification(me, byte());
        return &rio.completion[how % IDS];
    case RIO_FUNCTION_RESIZE_CQ: call->size = how > 250 ? word() : how % 16; return NULL;
    case RIO_FUNCTION_DEQUEUE:
        call->room = how % 5;
        call->results = how > 250 ? place(me, call->room * sizeof *call->results, how & ~3u) : block_of(me, (call->room + 1) * sizeof *call->results);
        return NULL;
    case RIO_FUNCTION_CREATE_RQ:
        call->send_cq = (RIO_CQ)an_id(rio.completion);
        call->receive_buffers = call->send_buffers = how == 250 ? 2 : 1;
        /* fall through */
    case RIO_FUNCTION_RESIZE_RQ:
        call->receives = how % 4;
        call->sends = how / 4 % 4;
        return call->function == RIO_FUNCTION_CREATE_RQ ? &rio.request[how / 16 % IDS] : NULL;
    case RIO_FUNCTION_SEND_EX: case RIO_FUNCTION_RECEIVE_EX:
        if (how & 1) call->local = a_slice(me, 4);
        if (how & 2) call->remote = a_slice(me, 4);
        if (how & 4) call->control = a_slice(me, 4);
        if (how & 8) call->flags_place = a_slice(me, 4);
        return NULL;
    default: return NULL;
    }
}

static inline void call_rio(struct thread *me)
{
    unsigned how = byte();
    int error;
    struct spi_rio call = { .function = (enum rio_function)(byte() % RIO_FUNCTIONS), .object = "", .s = a_socket() };
    call.buffer = (RIO_BUFFERID)an_id(rio.buffers);
    call.cq = (RIO_CQ)an_id(rio.completion);
    call.rq = (RIO_RQ)an_id(rio.request);
    call.context = (void *)(uintptr_t)how;
    if (call.function >= RIO_FUNCTION_SEND) {
        call.data = how == 251 ? NULL : a_slice(me, how > 240 ? byte() : 4);
        call.count = how == 252 ? 2 : call.data != NULL;
        call.flags = how & 16 ? byte() & (how & 32 ? 0xff : RIO_MSG_DEFER | RIO_MSG_COMMIT_ONLY) : 0;
    }
    uintptr_t *made = rio_fill(me, &call, how);
    if (spi_rio(me, &call, &error) && made) *made = call.made;
}
#endif
