/*
 * The seam: sends and receives. A row says how much and, for a few bytes, which.
 */
#include "ws2/crossing.h"

#define BYTES_SHOWN 32

static const char *function_of(const struct spi_transfer *call)
{
    return call->receives ? (call->named ? "WSPRecvFrom" : "WSPRecv") : call->named ? "WSPSendTo" : "WSPSend";
}

static void payload(struct crossing *at, const struct spi_transfer *call, uint64_t size)
{
    char bytes[BYTES_SHOWN];
    if (size == 0 || size > sizeof bytes) return;
    if (decode_gather(at->thread->process, call->buffers, call->count, bytes, size) == size) value_trace(at->trace, "data", decode_payload(at->arena, bytes, size));
}

static DWORD flags_of(const struct process *process, const struct spi_transfer *call)
{
    if (!call->receives) return call->flags;
    return call->flags_out && memory_holds(process, call->flags_out, sizeof *call->flags_out) ? *call->flags_out : 0;
}

static void row_call(struct crossing *at, const struct spi_transfer *call)
{
    const struct process *process = at->thread->process;
    struct trace *trace = at->trace;
    uint64_t size = decode_total(process, call->buffers, call->count);
    if (call->named && !call->receives) trace_sockaddr(at, "to", call->name, call->size);
    if (call->named && call->receives && call->name) trace_pointer(trace, process, "from", call->name);
    if (call->count == 0 || !memory_holds(process, call->buffers, (size_t)call->count * sizeof *call->buffers)) trace_pointer(trace, process, "buffers", call->buffers);
    if (call->count != 1) trace_uint(trace, "buffer_count", call->count);
    trace_uint(trace, "size", size);
    if (!call->receives) payload(at, call, size);
    if (flags_of(process, call)) value_trace(trace, "flags", decode_flags(at->arena, flags_of(process, call)));
    if (!call->bytes || !memory_holds(process, call->bytes, sizeof *call->bytes)) trace_pointer(trace, process, "bytes", call->bytes);
    trace_completion(at, call->overlapped, call->routine);
    crossing_goes(at);
}

static void row_return(struct crossing *at, const struct spi_transfer *call, bool failed, int error)
{
    const struct process *process = at->thread->process;
    if (!crossing_returns(at, function_of(call), failed, error)) return;
    bool arrived = !failed || (call->receives && error == WSAEMSGSIZE), counted = call->bytes && memory_holds(process, call->bytes, sizeof *call->bytes);
    if (arrived && counted) trace_uint(at->trace, "bytes", *call->bytes);
    if (arrived && counted && call->receives) payload(at, call, *call->bytes);
    if (arrived && call->receives && flags_of(process, call)) value_trace(at->trace, "flags", decode_flags(at->arena, flags_of(process, call)));
    if (arrived && call->receives && call->named && call->name && call->size_out && memory_holds(process, call->size_out, sizeof *call->size_out))
        trace_sockaddr(at, "from", call->name, *call->size_out);
    trace_end(at->trace);
}

static int go(const struct spi_transfer *call, const WSPPROC_TABLE *table, WSATHREADID *id, int *error)
{
    if (call->receives && call->named)
        return table->lpWSPRecvFrom(call->s, call->buffers, call->count, call->bytes, call->flags_out, call->name, call->size_out, call->overlapped, call->routine, id, error);
    if (call->receives) return table->lpWSPRecv(call->s, call->buffers, call->count, call->bytes, call->flags_out, call->overlapped, call->routine, id, error);
    if (call->named) return table->lpWSPSendTo(call->s, call->buffers, call->count, call->bytes, call->flags, call->name, call->size, call->overlapped, call->routine, id, error);
    return table->lpWSPSend(call->s, call->buffers, call->count, call->bytes, call->flags, call->overlapped, call->routine, id, error);
}

int spi_transfer(struct thread *thread, const struct spi_transfer *call, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    *error = SPI_ERROR_UNSET;
    struct judge_call judged = { .thread = thread, .function = function_of(call), .s = call->s, .overlapped = call->overlapped, .routine = call->routine, .bytes = call->bytes,
                                 .moves = true, .most = decode_total(process, call->buffers, call->count) };
    if (crossing_begins(&at, thread, judged.function, call->s)) row_call(&at, call);
    crossing_asks(&at, call->s, call->overlapped);
    judge_called(process->ws2->judge, &judged);
    WSATHREADID id;
    thread_identify(thread, &id);
    int result = go(call, at.table, call->id ? call->id : &id, error);
    judge_returned(process->ws2->judge, &judged, result != 0, *error);
    row_return(&at, call, result != 0, *error);
    crossing_ends(&at);
    return result;
}
