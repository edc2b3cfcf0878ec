/*
 * Completion ports: a socket is associated with one, and what ends there without a routine leaves a packet (SPI reference 5, 6.6).
 * Packets are taken first in, first out; of several threads that wait the last gets the next one, as the system has it.
 */
#include <stdlib.h>
#include <utlist.h>

#include "ws2/private.h"

struct packet { struct port_packet is; uint64_t cause; struct packet *prev, *next; };

HANDLE port_new(struct process *process, const char *label)
{
    uintptr_t value;
    struct handle *handle = handle_take(process, HANDLE_PORT, &value);
    handle->scenario = true;
    handle->label = label;
    return (HANDLE)value;
}

void port_free(struct handle *handle)
{
    struct packet *packet, *next;
    DL_FOREACH_SAFE(handle->packets, packet, next) free(packet);
}

bool port_associate(struct process *process, SOCKET s, HANDLE port, uintptr_t key)
{
    struct handle *socket = handle_at(process, s, HANDLE_SOCKET);
    if (!socket || socket->port || !handle_at(process, (uintptr_t)port, HANDLE_PORT)) return false;
    socket->port = (uintptr_t)port;
    socket->key = key;
    return true;
}

bool port_has(const struct process *process, SOCKET s)
{
    const struct handle *socket = handle_at(process, s, HANDLE_SOCKET);
    return socket && socket->port;
}

bool kernel_has_port(uintptr_t handle) { return port_has(process_running(), handle); }

void port_alike(struct process *process, SOCKET s, SOCKET like)
{
    struct handle *socket = handle_at(process, s, HANDLE_SOCKET);
    const struct handle *former = handle_at(process, like, HANDLE_SOCKET);
    if (!socket || !former) return;
    socket->port = former->port;
    socket->key = former->key;
    socket->modes = former->modes;
}

bool port_modes(struct process *process, SOCKET s, unsigned modes)
{
    struct handle *socket = handle_at(process, s, HANDLE_SOCKET);
    if (socket) socket->modes |= modes; /* they are never taken back */
    return socket != NULL;
}

static void row_packet(struct process *process, HANDLE port, const struct port_packet *packet)
{
    struct trace *trace = process->ws2->trace;
    char room[24], overlapped[24];
    if (!trace_begin_for(trace, LAYER_UPCALL, "packet.queued", host_name(process->host), process->name, "", handle_text(process, (uintptr_t)port, room))) return;
    const char *label = process_memory_label(process, packet->overlapped);
    trace_uint(trace, "key", packet->key);
    if (packet->overlapped) trace_text(trace, "overlapped", label ? label : "?");
    trace_text(trace, "error", names_or_number(NAMES_ERROR, packet->error, overlapped));
    trace_uint(trace, "bytes", packet->bytes);
    trace_set_cause(trace, trace_end(trace));
}

bool port_post(struct process *process, HANDLE port, const struct port_packet *is)
{
    struct handle *handle = handle_at(process, (uintptr_t)port, HANDLE_PORT);
    struct trace *trace = process->ws2->trace;
    if (!handle) return false;
    uint64_t former = trace_cause(trace);
    row_packet(process, port, is);
    if (handle->waiters) {
        struct thread *thread = handle->waiters->prev->thread; /* the last that came */
        *thread->packet = *is;
        thread_satisfy(thread, WSA_WAIT_EVENT_0);
    } else {
        struct packet *packet = memory_take(sizeof *packet);
        packet->is = *is;
        packet->cause = trace_cause(trace);
        DL_APPEND(handle->packets, packet);
    }
    trace_set_cause(trace, former);
    return true;
}

/* `immediate`: the call that asked for it has not returned yet. Whether it succeeds, and leaves no packet, is not known before. */
void port_completes(struct process *process, SOCKET s, const WSAOVERLAPPED *overlapped, DWORD bytes, bool immediate)
{
    const struct handle *socket = handle_at(process, s, HANDLE_SOCKET);
    if (!socket || !socket->port || ((uintptr_t)overlapped->hEvent & 1)) return;
    struct port_packet packet = { .key = socket->key, .overlapped = overlapped, .error = overlapped_error(overlapped), .bytes = bytes };
    if (immediate && (socket->modes & PORT_SKIP_ON_SUCCESS)) {
        thread_of(running)->withheld.packet = packet;
        thread_of(running)->withheld.port = socket->port;
    } else port_post(process, (HANDLE)socket->port, &packet);
}

void port_returns(struct thread *thread, bool pending)
{
    uintptr_t port = thread->withheld.port;
    thread->withheld.port = 0;
    if (port && pending) port_post(thread->process, (HANDLE)port, &thread->withheld.packet);
}

DWORD port_take(struct thread *thread, HANDLE port, int64_t timeout_ns, struct port_packet *is)
{
    struct process *process = thread->process;
    struct handle *handle = handle_at(process, (uintptr_t)port, HANDLE_PORT);
    if (!handle) return WSA_WAIT_FAILED;
    struct packet *packet = handle->packets;
    if (!packet) {
        if (timeout_ns == 0) return WSA_WAIT_TIMEOUT;
        thread->packet = is;
        return thread_wait_handle(thread, (uintptr_t)port, timeout_ns);
    }
    DL_DELETE(handle->packets, packet);
    *is = packet->is;
    trace_set_cause(process->ws2->trace, packet->cause);
    free(packet);
    return WSA_WAIT_EVENT_0;
}
