/*
 * The seam: a row for the call, a row for the return, the judge told of both, and between them the provider. Rows of what
 * the provider does meanwhile name the call as their cause; the return names it too. Here: starting and ending, sockets,
 * network events, results and control codes; names and connections, transfers and options have files of their own.
 */
#include "ws2/spi.h"

#include <stdlib.h>
#include <string.h>

#include "ws2/crossing.h"

/* ---- startup and cleanup ---- */

bool spi_started(const struct process *process) { return process->startups > 0; }

/* No member of the table may be NULL. */
static bool table_whole(const WSPPROC_TABLE *table)
{
    LPWSPCLEANUP entry; /* one of many types of the same size */
    for (size_t at = 0; at < sizeof *table; at += sizeof entry) {
        memcpy(&entry, (const char *)table + at, sizeof entry);
        if (!entry) return false;
    }
    return true;
}

static int startup(struct thread *thread, WORD version, WSPDATA *data, WSAPROTOCOL_INFOW *info, const WSPUPCALLTABLE *upcalls)
{
    struct process *process = thread->process;
    struct crossing at;
    WSPPROC_TABLE table = { 0 };
    if (crossing_begins_at(&at, thread, "WSPStartup", process->name, 0)) {
        trace_uint(at.trace, "version", version & 0xFFu);
        trace_uint(at.trace, "minor", version >> 8);
        crossing_goes(&at);
    }
    struct provider_layer *layer = &process->layers[at.level];
    int error = layer->loaded.startup(version, data, info, *upcalls, &table);
    if (error == 0 && !table_whole(&table)) {
        int ignored;
        if (table.lpWSPCleanup) table.lpWSPCleanup(&ignored);
        error = WSAEINVALIDPROCTABLE;
    }
    if (error == 0) {
        layer->table = table;
        if (at.level == 0) process->startups++;
    }
    if (crossing_returns(&at, "WSPStartup", error != 0, error)) {
        if (error == 0 && memory_holds(process, data, sizeof *data)) trace_uint(at.trace, "version", data->wVersion);
        trace_end(at.trace);
    }
    crossing_ends(&at);
    return error;
}

int spi_startup(struct thread *thread, WORD version, WSPDATA *data)
{
    WSAPROTOCOL_INFOW info = thread->process->catalog[0];
    WSPUPCALLTABLE upcalls = upcall_table();
    if (!spi_started(thread->process)) catalog_rows(thread->process);
    return startup(thread, version, data, &info, &upcalls);
}

int spi_startup_layer(struct thread *thread, WORD version, WSPDATA *data, WSAPROTOCOL_INFOW *info, const WSPUPCALLTABLE *upcalls)
{
    return startup(thread, version, data, info, upcalls);
}

int spi_cleanup(struct thread *thread, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    *error = SPI_ERROR_UNSET;
    if (crossing_begins_at(&at, thread, "WSPCleanup", process->name, 0)) crossing_goes(&at);
    int result = at.table->lpWSPCleanup ? at.table->lpWSPCleanup(error) : (*error = WSANOTINITIALISED, SOCKET_ERROR);
    if (result == 0 && at.level == 0 && process->startups > 0 && --process->startups == 0) judge_cleaned_up(process->ws2->judge, process);
    if (result == 0 && at.level > 0) judge_layer_cleaned_up(process->ws2->judge, process, at.level);
    judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = "WSPCleanup" }, result != 0, *error);
    if (crossing_returns(&at, "WSPCleanup", result != 0, *error)) trace_end(at.trace);
    crossing_ends(&at);
    return result;
}

int spi_cancel_blocking_call(struct thread *thread, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    *error = SPI_ERROR_UNSET;
    if (crossing_begins_at(&at, thread, "WSPCancelBlockingCall", "", 0)) crossing_goes(&at);
    int result = at.table->lpWSPCancelBlockingCall(error);
    if (result == 0) judge_cancelled(process->ws2->judge, thread);
    judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = "WSPCancelBlockingCall" }, result != 0, *error);
    if (crossing_returns(&at, "WSPCancelBlockingCall", result != 0, *error)) trace_end(at.trace);
    crossing_ends(&at);
    return result;
}

/* ---- sockets ---- */

SOCKET spi_socket(struct thread *thread, const struct spi_socket *call, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    char room[24];
    const WSAPROTOCOL_INFOW *wanted = call->entry ? catalog_by_id(process, call->entry) : NULL;
    WSAPROTOCOL_INFOW info = wanted ? *wanted : *catalog_match(process, call->family, call->type, call->protocol);
    *error = SPI_ERROR_UNSET;
    if (crossing_begins_at(&at, thread, "WSPSocket", "", catalog_level(process, info.dwCatalogEntryId))) {
        trace_text(at.trace, "family", names_or_number(NAMES_FAMILY, call->family, room));
        trace_text(at.trace, "type", names_or_number(NAMES_TYPE, call->type, room));
        trace_int(at.trace, "protocol", call->protocol);
        trace_uint(at.trace, "flags", call->flags);
        if (call->info && memory_holds(process, call->info, sizeof info) && call->info->dwProviderReserved) trace_uint(at.trace, "token", call->info->dwProviderReserved);
        crossing_goes(&at);
    }
    int family = call->from_protocol_info ? FROM_PROTOCOL_INFO : call->family;
    int type = call->from_protocol_info ? FROM_PROTOCOL_INFO : call->type;
    int protocol = call->from_protocol_info ? FROM_PROTOCOL_INFO : call->protocol;
    SOCKET s = at.table->lpWSPSocket ? at.table->lpWSPSocket(family, type, protocol, call->info ? call->info : &info, call->group, call->flags, error)
                                     : (*error = WSAEPROVIDERFAILEDINIT, INVALID_SOCKET); /* no layer started it */
    judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = "WSPSocket" }, s == INVALID_SOCKET, *error);
    if (s != INVALID_SOCKET) judge_opened(process->ws2->judge, process, s, call->overlapped || (call->flags & WSA_FLAG_OVERLAPPED) != 0);
    if (s != INVALID_SOCKET && call->like) {
        port_alike(process, s, call->like);
        judge_alike(process->ws2->judge, process, s, call->like);
    }
    if (crossing_returns(&at, "WSPSocket", s == INVALID_SOCKET, *error)) {
        if (s != INVALID_SOCKET) trace_text(at.trace, "socket", handle_text(process, s, room));
        trace_end(at.trace);
    }
    crossing_ends(&at);
    return s;
}

int spi_duplicate(struct thread *thread, SOCKET s, DWORD target, WSAPROTOCOL_INFOW *info, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    *error = SPI_ERROR_UNSET;
    if (crossing_begins(&at, thread, "WSPDuplicateSocket", s)) {
        trace_uint(at.trace, "process", target);
        trace_pointer(at.trace, process, "info", info);
        crossing_goes(&at);
    }
    int result = at.table->lpWSPDuplicateSocket(s, target, info, error);
    judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = "WSPDuplicateSocket", .s = s }, result != 0, *error);
    if (crossing_returns(&at, "WSPDuplicateSocket", result != 0, *error)) {
        if (result == 0 && memory_holds(process, info, sizeof *info)) trace_uint(at.trace, "token", info->dwProviderReserved);
        trace_end(at.trace);
    }
    crossing_ends(&at);
    return result;
}

int spi_close(struct thread *thread, SOCKET s, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    *error = SPI_ERROR_UNSET;
    if (crossing_begins(&at, thread, "WSPCloseSocket", s)) crossing_goes(&at);
    int result = at.table->lpWSPCloseSocket(s, error);
    if (result == 0) judge_closed(process->ws2->judge, process, s);
    judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = "WSPCloseSocket", .s = s }, result != 0, *error);
    if (crossing_returns(&at, "WSPCloseSocket", result != 0, *error)) trace_end(at.trace);
    crossing_ends(&at);
    return result;
}

/* ---- network events ---- */

int spi_event_select(struct thread *thread, SOCKET s, HANDLE event, LONG events, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    char other[24];
    *error = SPI_ERROR_UNSET;
    if (crossing_begins(&at, thread, "WSPEventSelect", s)) {
        trace_text(at.trace, "event", event ? handle_text(process, (uintptr_t)event, other) : NULL);
        value_trace(at.trace, "events", decode_event_mask(at.arena, events));
        crossing_goes(&at);
    }
    judge_selecting(process->ws2->judge, process, s, events ? event : NULL);
    int result = at.table->lpWSPEventSelect(s, event, events, error);
    judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = "WSPEventSelect", .s = s }, result != 0, *error);
    judge_selected(process->ws2->judge, process, s, result != 0);
    if (crossing_returns(&at, "WSPEventSelect", result != 0, *error)) trace_end(at.trace);
    crossing_ends(&at);
    return result;
}

int spi_async_select(struct thread *thread, SOCKET s, const struct judge_messages *messages, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    *error = SPI_ERROR_UNSET;
    if (crossing_begins(&at, thread, "WSPAsyncSelect", s)) {
        const char *label = window_label(process->ws2, messages->window);
        trace_text(at.trace, "window", !messages->window ? NULL : label ? label : "bad");
        trace_uint(at.trace, "message", messages->message);
        value_trace(at.trace, "events", decode_event_mask(at.arena, messages->events));
        crossing_goes(&at);
    }
    judge_selecting_messages(process->ws2->judge, process, s, messages);
    int result = at.table->lpWSPAsyncSelect(s, messages->window, messages->message, messages->events, error);
    judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = "WSPAsyncSelect", .s = s }, result != 0, *error);
    judge_selected(process->ws2->judge, process, s, result != 0);
    if (crossing_returns(&at, "WSPAsyncSelect", result != 0, *error)) trace_end(at.trace);
    crossing_ends(&at);
    return result;
}

int spi_enum_network_events(struct thread *thread, SOCKET s, HANDLE event, WSANETWORKEVENTS *events, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    char other[24];
    *error = SPI_ERROR_UNSET;
    if (crossing_begins(&at, thread, "WSPEnumNetworkEvents", s)) {
        trace_text(at.trace, "event", event ? handle_text(process, (uintptr_t)event, other) : NULL);
        trace_pointer(at.trace, process, "out", events);
        crossing_goes(&at);
    }
    int result = at.table->lpWSPEnumNetworkEvents(s, event, events, error);
    judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = "WSPEnumNetworkEvents", .s = s }, result != 0, *error);
    if (crossing_returns(&at, "WSPEnumNetworkEvents", result != 0, *error)) {
        if (result == 0) value_trace(at.trace, "out", decode_network_events(at.arena, events));
        trace_end(at.trace);
    }
    crossing_ends(&at);
    return result;
}

/* ---- overlapped results ---- */

BOOL spi_get_overlapped_result(struct thread *thread, SOCKET s, WSAOVERLAPPED *overlapped, DWORD *bytes, BOOL wait, DWORD *flags, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    *error = SPI_ERROR_UNSET;
    if (crossing_begins(&at, thread, "WSPGetOverlappedResult", s)) {
        trace_text(at.trace, "overlapped", overlapped_label(process, overlapped));
        trace_bool(at.trace, "wait", wait);
        crossing_goes(&at);
    }
    BOOL result = at.table->lpWSPGetOverlappedResult(s, overlapped, bytes, wait, flags, error);
    judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = "WSPGetOverlappedResult", .s = s }, !result, *error);
    if (result) judge_result(process->ws2->judge, thread, overlapped, *bytes);
    if (crossing_returns(&at, "WSPGetOverlappedResult", !result, *error)) {
        if (result) trace_uint(at.trace, "bytes", *bytes);
        trace_end(at.trace);
    }
    crossing_ends(&at);
    return result;
}

/* ---- control codes ---- */

static void ioctl_row_call(struct crossing *at, const struct spi_ioctl *call)
{
    const struct process *process = at->thread->process;
    struct trace *trace = at->trace;
    char room[24];
    trace_text(trace, "code", names_or_number(NAMES_IOCTL, (int64_t)call->code, room));
    if (call->in_size && call->in && memory_holds(process, call->in, call->in_size))
        value_trace(trace, "in", crossing_canonical(at, decode_ioctl_in(at->arena, process, call->code, call->in, call->in_size), call->in, call->in_size));
    else if (call->in || call->in_size) trace_pointer(trace, process, "in", call->in);
    if (call->in_size) trace_uint(trace, "in_size", call->in_size);
    if (call->out && !memory_holds(process, call->out, 1)) trace_text(trace, "out", "bad");
    if (call->out_size) trace_uint(trace, "out_size", call->out_size);
    if (!call->bytes || !memory_holds(process, call->bytes, sizeof *call->bytes)) trace_pointer(trace, process, "bytes", call->bytes);
    trace_completion(at, call->overlapped, call->routine);
    crossing_goes(at);
}

static void ioctl_row_return(struct crossing *at, const struct spi_ioctl *call, bool failed, int error)
{
    const struct process *process = at->thread->process;
    if (!crossing_returns(at, "WSPIoctl", failed, error)) return;
    bool counted = call->bytes && memory_holds(process, call->bytes, sizeof *call->bytes);
    if (counted && error != WSA_IO_PENDING) trace_uint(at->trace, "bytes", *call->bytes);
    if (!failed && counted && *call->bytes && call->out && memory_holds(process, call->out, *call->bytes))
        value_trace(at->trace, "out", crossing_canonical(at, decode_ioctl_out(at->arena, process, call->code, call->out, *call->bytes), call->out, *call->bytes));
    trace_end(at->trace);
}

int spi_ioctl(struct thread *thread, const struct spi_ioctl *call, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    *error = SPI_ERROR_UNSET;
    struct judge_call judged = { .thread = thread, .function = "WSPIoctl", .s = call->s, .overlapped = call->overlapped, .routine = call->routine, .bytes = call->bytes };
    if (crossing_begins(&at, thread, "WSPIoctl", call->s)) ioctl_row_call(&at, call);
    crossing_asks(&at, call->s, call->overlapped);
    judge_called(process->ws2->judge, &judged);
    WSATHREADID id;
    thread_identify(thread, &id);
    int result = at.table->lpWSPIoctl(call->s, call->code, call->in, call->in_size, call->out, call->out_size, call->bytes, call->overlapped, call->routine, call->id ? call->id : &id, error);
    judge_returned(process->ws2->judge, &judged, result != 0, *error);
    ioctl_row_return(&at, call, result != 0, *error);
    if (result == 0 && !at.outer && call->code == SIO_GET_EXTENSION_FUNCTION_POINTER) extension_known(process, call->in, call->out);
    if (result == 0 && !at.outer && call->code == SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER) rio_known(process, call->in, call->out);
    crossing_ends(&at);
    return result;
}
