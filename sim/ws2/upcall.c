/*
 * The fifteen upcalls and WPUCompleteOverlappedRequest: what a provider may ask of the Winsock DLL. Each
 * but the query of a handle's context leaves a row; each works for the process of whoever runs, a thread in an SPI call or a completion of the process.
 */
#include <string.h>

#include "ws2/private.h"

struct seam { struct process *process; struct trace *trace; };

static struct seam seam(void)
{
    struct process *process = process_running();
    return (struct seam){ process, process->ws2->trace };
}

static int fail(LPINT error, int value)
{
    if (error) *error = value;
    return SOCKET_ERROR;
}

static void row_result(struct trace *trace, int error)
{
    char room[24];
    if (error) trace_text(trace, "error", names_or_number(NAMES_ERROR, error, room));
    trace_end(trace);
}

static void row(const char *verb, uintptr_t handle, int error)
{
    struct seam at = seam();
    char room[24];
    if (trace_begin(at.trace, LAYER_UPCALL, verb, NULL, handle ? handle_text(at.process, handle, room) : "")) row_result(at.trace, error);
}

/* ---- socket handles ---- */

static SOCKET WSPAPI wpu_create_socket_handle(DWORD entry, DWORD_PTR context, LPINT error)
{
    uintptr_t value;
    if (!handle_left(process_running())) {
        row("WPUCreateSocketHandle", 0, WSAENOBUFS);
        fail(error, WSAENOBUFS);
        return INVALID_SOCKET;
    }
    struct handle *handle = handle_take(process_running(), HANDLE_SOCKET, &value);
    handle->context = context;
    handle->catalog_entry = entry;
    row("WPUCreateSocketHandle", value, 0);
    return value;
}

static int WSPAPI wpu_close_socket_handle(SOCKET s, LPINT error)
{
    struct process *process = process_running();
    bool known = handle_at(process, s, HANDLE_SOCKET) != NULL;
    row("WPUCloseSocketHandle", s, known ? 0 : WSAENOTSOCK);
    if (!known) return fail(error, WSAENOTSOCK);
    handle_release(process, s);
    return 0;
}

/* The fast path of every call: no row when it succeeds, the call itself is one. */
static int WSPAPI wpu_query_socket_handle_context(SOCKET s, PDWORD_PTR context, LPINT error)
{
    const struct handle *handle = handle_at(process_running(), s, HANDLE_SOCKET);
    if (!handle) return fail(error, WSAENOTSOCK);
    *context = handle->context;
    return 0;
}

static SOCKET WSPAPI wpu_modify_ifs_handle(DWORD entry, SOCKET proposed, LPINT error)
{
    struct process *process = process_running();
    struct handle *handle = handle_any(process, proposed); /* none: a base provider's own, from whatever system it has */
    bool works = (!handle || handle->kind == HANDLE_SOCKET) && catalog_by_id(process, entry);
    row("WPUModifyIFSHandle", proposed, works ? 0 : WSAEINVAL);
    if (!works) {
        fail(error, WSAEINVAL);
        return INVALID_SOCKET;
    }
    if (handle) {
        handle->catalog_entry = entry;
        handle->ifs = true;
    }
    return proposed;
}

/* ---- events ---- */

static WSAEVENT WSPAPI wpu_create_event(LPINT error)
{
    if (!handle_left(process_running())) {
        row("WPUCreateEvent", 0, WSA_NOT_ENOUGH_MEMORY);
        fail(error, WSA_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    HANDLE event = event_new(process_running(), false, NULL);
    row("WPUCreateEvent", (uintptr_t)event, 0);
    return event;
}

static BOOL WSPAPI wpu_close_event(WSAEVENT event, LPINT error)
{
    struct process *process = process_running();
    bool known = event_exists(process, event);
    row("WPUCloseEvent", (uintptr_t)event, known ? 0 : WSA_INVALID_HANDLE);
    if (!known) { fail(error, WSA_INVALID_HANDLE); return FALSE; }
    handle_release(process, (uintptr_t)event);
    return TRUE;
}

static BOOL WSPAPI wpu_set_event(WSAEVENT event, LPINT error)
{
    struct process *process = process_running();
    bool known = event_exists(process, event);
    row("WPUSetEvent", (uintptr_t)event, known ? 0 : WSA_INVALID_HANDLE);
    if (!known) { fail(error, WSA_INVALID_HANDLE); return FALSE; }
    judge_event_set(process->ws2->judge, process, event);
    event_set(process, event);
    return TRUE;
}

static BOOL WSPAPI wpu_reset_event(WSAEVENT event, LPINT error)
{
    bool known = event_reset(process_running(), event);
    row("WPUResetEvent", (uintptr_t)event, known ? 0 : WSA_INVALID_HANDLE);
    if (!known) fail(error, WSA_INVALID_HANDLE);
    return known ? TRUE : FALSE;
}

/* ---- threads ---- */

/* What is outside the client's memory is a layer's own and trusted, so that this finds bad pointers of the client. */
static bool accessible(const void *pointer, size_t size_bytes) { return memory_holds(process_running(), pointer, size_bytes); }

static int WSPAPI wpu_queue_apc(LPWSATHREADID id, LPWSPUSERAPC function, DWORD_PTR context, LPINT error)
{
    struct seam at = seam();
    struct thread *thread = function && accessible(id, sizeof *id) ? thread_by_id(at.process, id) : NULL;
    uint64_t former = trace_cause(at.trace);
    if (trace_begin(at.trace, LAYER_UPCALL, "WPUQueueApc", NULL, thread ? thread_name(thread) : "")) {
        if (!thread) trace_text(at.trace, "error", "WSAEFAULT");
        trace_set_cause(at.trace, trace_end(at.trace));
    }
    bool queued = thread && thread_queue_apc(thread, function, context);
    trace_set_cause(at.trace, former);
    return queued ? 0 : fail(error, WSAEFAULT);
}

static int WSPAPI wpu_open_current_thread(LPWSATHREADID id, LPINT error)
{
    bool works = running->thread_id && accessible(id, sizeof *id);
    if (works) thread_identify(thread_of(running), id);
    row("WPUOpenCurrentThread", 0, works ? 0 : WSAEFAULT);
    return works ? 0 : fail(error, WSAEFAULT);
}

static int WSPAPI wpu_close_thread(LPWSATHREADID id, LPINT error)
{
    bool works = accessible(id, sizeof *id);
    row("WPUCloseThread", 0, works ? 0 : WSAEFAULT);
    return works ? 0 : fail(error, WSAEFAULT);
}

/* The hook is the thread's, whatever the entry. Without one the provider waits natively, in kernel_wait. */
static int WSPAPI wpu_query_blocking_callback(DWORD entry, LPBLOCKINGCALLBACK *callback, PDWORD_PTR context, LPINT error)
{
    if (!accessible(callback, sizeof(LPBLOCKINGCALLBACK)) || !accessible(context, sizeof *context)) return fail(error, WSAEFAULT);
    if (!catalog_by_id(process_running(), entry)) return fail(error, WSAEINVAL);
    struct thread *thread = running->thread_id ? thread_of(running) : NULL;
    bool asks = thread && thread->hook;
    *callback = asks ? hook_function() : NULL;
    *context = asks ? thread->task.thread_id : 0;
    return 0;
}

/* ---- the rest ---- */

static BOOL WSPAPI wpu_post_message(HWND window, UINT message, WPARAM wide, LPARAM word)
{
    struct process *process = process_running();
    struct window_message posted = { window, message, wide, word };
    judge_posted(process->ws2->judge, process, &posted);
    return message_post(process->ws2, &posted) ? TRUE : FALSE;
}

static int WSPAPI wpu_fd_is_set(SOCKET s, fd_set *set)
{
    for (u_int i = 0; set && i < set->fd_count; i++)
        if (set->fd_array[i] == s) return 1;
    return 0;
}

/* Where a provider's file lies is its path as the scenario has it: it stays outside the trace. */
static int path_tell(const struct provider_layer *layer, WCHAR *path, LPINT length)
{
    if (!layer) return WSAEINVAL;
    const char *own = layer_path(layer);
    int needed = (int)strlen(own) + 1;
    if (!accessible(length, sizeof *length)) return WSAEFAULT;
    bool fits = *length >= needed && accessible(path, (size_t)needed * sizeof *path);
    *length = needed;
    for (int i = 0; fits && i < needed; i++) path[i] = (WCHAR)(unsigned char)own[i];
    return fits ? 0 : WSAEFAULT;
}

static int WSPAPI wpu_get_provider_path(LPGUID id, WCHAR *path, LPINT length, LPINT error)
{
    struct seam at = seam();
    const WSAPROTOCOL_INFOW *entry = accessible(id, sizeof *id) ? catalog_by_provider(at.process, id) : NULL;
    const struct provider_layer *layer = entry ? &at.process->layers[catalog_level(at.process, entry->dwCatalogEntryId)] : NULL;
    int result = path_tell(layer, path, length);
    if (trace_begin(at.trace, LAYER_UPCALL, "WPUGetProviderPath", NULL, layer ? layer->name : "")) row_result(at.trace, result);
    return result ? fail(error, result) : 0;
}

WSPUPCALLTABLE upcall_table(void)
{
    return (WSPUPCALLTABLE){
        .lpWPUCloseEvent = wpu_close_event, .lpWPUCloseSocketHandle = wpu_close_socket_handle, .lpWPUCreateEvent = wpu_create_event,
        .lpWPUCreateSocketHandle = wpu_create_socket_handle, .lpWPUFDIsSet = wpu_fd_is_set, .lpWPUGetProviderPath = wpu_get_provider_path,
        .lpWPUModifyIFSHandle = wpu_modify_ifs_handle, .lpWPUPostMessage = wpu_post_message, .lpWPUQueryBlockingCallback = wpu_query_blocking_callback,
        .lpWPUQuerySocketHandleContext = wpu_query_socket_handle_context, .lpWPUQueueApc = wpu_queue_apc, .lpWPUResetEvent = wpu_reset_event,
        .lpWPUSetEvent = wpu_set_event, .lpWPUOpenCurrentThread = wpu_open_current_thread, .lpWPUCloseThread = wpu_close_thread,
    };
}

static void row_completes(struct seam at, const WSAOVERLAPPED *overlapped, DWORD error, DWORD bytes)
{
    char room[24];
    const char *label = process_memory_label(at.process, overlapped);
    if (!trace_begin(at.trace, LAYER_UPCALL, "WPUCompleteOverlappedRequest", NULL, label ? label : "?")) return;
    trace_text(at.trace, "overlapped", label);
    trace_text(at.trace, "error", names_or_number(NAMES_ERROR, (int64_t)error, room));
    trace_uint(at.trace, "bytes", bytes);
    trace_set_cause(at.trace, trace_end(at.trace));
}

int WSPAPI WPUCompleteOverlappedRequest(SOCKET s, LPWSAOVERLAPPED overlapped, DWORD status, DWORD bytes, LPINT error)
{
    struct seam at = seam();
    int refused = !handle_at(at.process, s, HANDLE_SOCKET) ? WSAEINVAL : !memory_holds(at.process, overlapped, sizeof *overlapped) ? WSAEFAULT : 0;
    if (refused) {
        row("WPUCompleteOverlappedRequest", s, refused);
        return fail(error, refused);
    }
    uint64_t former = trace_cause(at.trace);
    row_completes(at, overlapped, status, bytes);
    judge_completes(at.process->ws2->judge, at.process, overlapped);
    overlapped_finish(overlapped, status, bytes);
    judge_completed(at.process->ws2->judge, at.process, overlapped);
    HANDLE event = (HANDLE)((uintptr_t)overlapped->hEvent & ~(uintptr_t)1); /* the low bit says that no packet is wanted */
    if (event) event_set(at.process, event);
    socket_signal(at.process, s, overlapped, true);
    port_completes(at.process, s, overlapped, bytes, running->thread_id != 0 && running->overlapped == overlapped);
    trace_set_cause(at.trace, former);
    return 0;
}
