/*
 * The seam: Registered I/O. A client has the functions' pointers from SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER. They are
 * functions of the API: an error is the thread's last error, but for RIONotify, which returns it.
 */
#include <string.h>

#include "ws2/crossing.h"

static const struct { const char *name; bool silent; } table[RIO_FUNCTIONS] = { /* silent: it returns nothing */
    [RIO_FUNCTION_REGISTER] = { "RIORegisterBuffer", false },
    [RIO_FUNCTION_DEREGISTER] = { "RIODeregisterBuffer", true },
    [RIO_FUNCTION_CREATE_CQ] = { "RIOCreateCompletionQueue", false },
    [RIO_FUNCTION_RESIZE_CQ] = { "RIOResizeCompletionQueue", false },
    [RIO_FUNCTION_CLOSE_CQ] = { "RIOCloseCompletionQueue", true },
    [RIO_FUNCTION_DEQUEUE] = { "RIODequeueCompletion", false },
    [RIO_FUNCTION_NOTIFY] = { "RIONotify", false },
    [RIO_FUNCTION_CREATE_RQ] = { "RIOCreateRequestQueue", false },
    [RIO_FUNCTION_RESIZE_RQ] = { "RIOResizeRequestQueue", false },
    [RIO_FUNCTION_SEND] = { "RIOSend", false },
    [RIO_FUNCTION_SEND_EX] = { "RIOSendEx", false },
    [RIO_FUNCTION_RECEIVE] = { "RIOReceive", false },
    [RIO_FUNCTION_RECEIVE_EX] = { "RIOReceiveEx", false },
};

/* ---- pointers ---- */

static const GUID registered_io = WSAID_MULTIPLE_RIO;

void rio_known(struct process *process, const void *id, const void *functions)
{
    if (!memory_holds(process, id, sizeof registered_io) || !memory_holds(process, functions, sizeof process->rio)) return;
    if (memcmp(id, &registered_io, sizeof registered_io) == 0) memcpy(&process->rio, functions, sizeof process->rio);
}

static bool pointers_asked(struct thread *thread, int *error)
{
    struct process *process = thread->process;
    if (process->rio.cbSize) return true;
    uintptr_t lowest = handle_lowest(process, HANDLE_SOCKET);
    GUID *id = memory_block(process, sizeof *id);
    RIO_EXTENSION_FUNCTION_TABLE *functions = memory_block(process, sizeof *functions);
    DWORD *bytes = memory_block(process, sizeof *bytes);
    memcpy(id, &registered_io, sizeof *id);
    functions->cbSize = sizeof *functions;
    struct spi_ioctl ioctl = { .s = lowest ? lowest : INVALID_SOCKET, .code = SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER, .in = id, .in_size = sizeof *id,
                               .out = functions, .out_size = sizeof *functions, .bytes = bytes };
    bool done = spi_ioctl(thread, &ioctl, error) == 0 && process->rio.cbSize;
    memory_release(process, id);
    memory_release(process, functions);
    memory_release(process, bytes);
    return done;
}

/* ---- rows ---- */

static void row_notification(struct crossing *at, const RIO_NOTIFICATION_COMPLETION *how)
{
    struct process *process = at->thread->process;
    char room[24];
    if (!how) return;
    if (!memory_holds(process, how, sizeof *how)) trace_text(at->trace, "notification", "bad");
    else if (how->Type == RIO_EVENT_COMPLETION) trace_text(at->trace, "event", how->Event.EventHandle ? handle_text(process, (uintptr_t)how->Event.EventHandle, room) : NULL);
    else if (how->Type == RIO_IOCP_COMPLETION) trace_text(at->trace, "port", how->Iocp.IocpHandle ? handle_text(process, (uintptr_t)how->Iocp.IocpHandle, room) : NULL);
    else trace_uint(at->trace, "type", (unsigned)how->Type);
}

static void row_request(struct crossing *at, const struct spi_rio *call)
{
    const struct process *process = at->thread->process;
    if (call->data && memory_holds(process, call->data, sizeof *call->data)) {
        trace_uint(at->trace, "offset", call->data->Offset);
        trace_uint(at->trace, "size", call->data->Length);
    } else trace_pointer(at->trace, process, "data", call->data);
    if (call->flags) value_trace(at->trace, "flags", decode_rio_flags(at->arena, call->flags));
    if (call->context) trace_uint(at->trace, "request", (uintptr_t)call->context);
}

static void row_call(struct crossing *at, const struct spi_rio *call)
{
    switch (call->function) {
    case RIO_FUNCTION_REGISTER: trace_uint(at->trace, "size", call->size); trace_pointer(at->trace, at->thread->process, "memory", call->memory); break;
    case RIO_FUNCTION_CREATE_CQ: trace_uint(at->trace, "size", call->size); row_notification(at, call->notification); break;
    case RIO_FUNCTION_RESIZE_CQ: trace_uint(at->trace, "size", call->size); break;
    case RIO_FUNCTION_DEQUEUE: trace_uint(at->trace, "room", call->room); break;
    case RIO_FUNCTION_CREATE_RQ: case RIO_FUNCTION_RESIZE_RQ:
        trace_uint(at->trace, "receives", call->receives);
        trace_uint(at->trace, "sends", call->sends);
        break;
    case RIO_FUNCTION_SEND: case RIO_FUNCTION_SEND_EX: case RIO_FUNCTION_RECEIVE: case RIO_FUNCTION_RECEIVE_EX: row_request(at, call); break;
    default: break;
    }
    crossing_goes(at);
}

static void row_return(struct crossing *at, const struct spi_rio *call, bool failed, int error)
{
    const struct process *process = at->thread->process;
    if (!crossing_returns(at, table[call->function].name, failed, error)) return;
    bool held = !failed && call->function == RIO_FUNCTION_DEQUEUE && call->taken <= call->room && memory_holds(process, call->results, (size_t)call->taken * sizeof *call->results);
    if (held && call->taken) value_trace(at->trace, "results", decode_results(at->arena, call->results, call->taken));
    trace_end(at->trace);
}

/* ---- the call ---- */

/* RIONotify's error is what it returns. */
static bool go(const RIO_EXTENSION_FUNCTION_TABLE *to, struct spi_rio *call, int *error)
{
    switch (call->function) {
    case RIO_FUNCTION_REGISTER:
        call->made = (uintptr_t)to->RIORegisterBuffer(call->memory, call->size);
        return call->made != (uintptr_t)RIO_INVALID_BUFFERID;
    case RIO_FUNCTION_DEREGISTER: to->RIODeregisterBuffer(call->buffer); return true;
    case RIO_FUNCTION_CREATE_CQ:
        call->made = (uintptr_t)to->RIOCreateCompletionQueue(call->size, call->notification);
        return call->made != (uintptr_t)RIO_INVALID_CQ;
    case RIO_FUNCTION_RESIZE_CQ: return to->RIOResizeCompletionQueue(call->cq, call->size) != FALSE;
    case RIO_FUNCTION_CLOSE_CQ: to->RIOCloseCompletionQueue(call->cq); return true;
    case RIO_FUNCTION_DEQUEUE:
        call->taken = to->RIODequeueCompletion(call->cq, call->results, call->room);
        return call->taken != RIO_CORRUPT_CQ;
    case RIO_FUNCTION_NOTIFY: *error = to->RIONotify(call->cq); return *error == 0;
    case RIO_FUNCTION_CREATE_RQ:
        call->made = (uintptr_t)to->RIOCreateRequestQueue(call->s, call->receives, call->receive_buffers, call->sends, call->send_buffers, call->cq, call->send_cq, call->context);
        return call->made != (uintptr_t)RIO_INVALID_RQ;
    case RIO_FUNCTION_RESIZE_RQ: return to->RIOResizeRequestQueue(call->rq, call->receives, call->sends) != FALSE;
    case RIO_FUNCTION_SEND: return to->RIOSend(call->rq, call->data, call->count, call->flags, call->context) != FALSE;
    case RIO_FUNCTION_SEND_EX:
        return to->RIOSendEx(call->rq, call->data, call->count, call->local, call->remote, call->control, call->flags_place, call->flags, call->context) != FALSE;
    case RIO_FUNCTION_RECEIVE: return to->RIOReceive(call->rq, call->data, call->count, call->flags, call->context) != FALSE;
    default: return to->RIOReceiveEx(call->rq, call->data, call->count, call->local, call->remote, call->control, call->flags_place, call->flags, call->context) != FALSE;
    }
}

bool spi_rio(struct thread *thread, struct spi_rio *call, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    if (!pointers_asked(thread, error)) return false;
    const char *name = table[call->function].name;
    if (crossing_begins_at(&at, thread, name, call->object ? call->object : "", 0)) row_call(&at, call);
    thread->task.overlapped = NULL;
    thread->last_error = SPI_ERROR_UNSET;
    bool done = go(&process->rio, call, error);
    if (call->function != RIO_FUNCTION_NOTIFY) *error = thread->last_error;
    if (!table[call->function].silent) judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = name }, !done, *error);
    row_return(&at, call, !done, *error);
    crossing_ends(&at);
    return done;
}
