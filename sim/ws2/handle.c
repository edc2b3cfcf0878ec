/*
 * Handles and event objects. A handle is a small number, never used twice in one process, so that a row or an error is about
 * one thing for ever, unless the process's policy says otherwise: real systems use the lowest one again. Events are manual-reset: a set event satisfies every wait for it at that moment.
 */
#include <stdio.h>
#include <stdlib.h>
#include <utlist.h>

#include "ws2/private.h"

#define HANDLE_FIRST 0x100u
#define HANDLE_STEP 4u

/* ---- values that come again ---- */

static size_t take_released(struct process *process, size_t at)
{
    size_t index = process->released[at];
    for (; at > process->released_first; at--) process->released[at] = process->released[at - 1]; /* what is older keeps its order */
    process->released_first++;
    process->released_count--;
    return index;
}

/* False: none may come again now. */
static bool reused(struct process *process, size_t *index)
{
    size_t last = process->released_first + process->released_count, lowest = process->released_first;
    if (process->released_count == 0 || (process->policy.reuse == HANDLES_AFTER && process->released_count <= process->policy.after)) return false;
    for (size_t i = process->released_first; process->policy.reuse == HANDLES_LOWEST && i < last; i++)
        if (process->released[i] < process->released[lowest]) lowest = i;
    *index = take_released(process, lowest);
    return true;
}

static void released_add(struct process *process, size_t index)
{
    size_t last = process->released_first + process->released_count;
    if (process->policy.reuse == HANDLES_NEVER) return;
    if (last == process->released_room) {
        process->released_room = process->released_room ? 2 * process->released_room : 16;
        process->released = memory_grow(process->released, process->released_room * sizeof *process->released);
    }
    process->released[last] = index;
    process->released_count++;
}

bool handle_left(const struct process *process) { return process->policy.most == 0 || process_handles(process) < process->policy.most; }

/* ---- handles ---- */

struct handle *handle_take(struct process *process, enum handle_kind kind, uintptr_t *value)
{
    size_t index;
    if (reused(process, &index)) {
        *value = HANDLE_FIRST + HANDLE_STEP * (uintptr_t)index;
        process->handles[index] = (struct handle){ .kind = kind };
        return &process->handles[index];
    }
    if (process->handle_count == process->handle_room) {
        process->handle_room = process->handle_room ? 2 * process->handle_room : 16;
        process->handles = memory_grow(process->handles, process->handle_room * sizeof *process->handles);
    }
    *value = HANDLE_FIRST + HANDLE_STEP * (uintptr_t)process->handle_count;
    struct handle *handle = &process->handles[process->handle_count++];
    *handle = (struct handle){ .kind = kind };
    return handle;
}

struct handle *handle_any(const struct process *process, uintptr_t value)
{
    if (value < HANDLE_FIRST || (value - HANDLE_FIRST) % HANDLE_STEP) return NULL;
    size_t index = (value - HANDLE_FIRST) / HANDLE_STEP;
    return index < process->handle_count ? &process->handles[index] : NULL;
}

struct handle *handle_at(const struct process *process, uintptr_t value, enum handle_kind kind)
{
    struct handle *handle = handle_any(process, value);
    return handle && handle->kind == kind ? handle : NULL;
}

uintptr_t handle_lowest(const struct process *process, enum handle_kind kind)
{
    for (size_t i = 0; i < process->handle_count; i++)
        if (process->handles[i].kind == kind) return HANDLE_FIRST + HANDLE_STEP * (uintptr_t)i;
    return 0;
}

void handle_release(struct process *process, uintptr_t value)
{
    struct handle *handle = handle_any(process, value);
    check(handle && handle->kind != HANDLE_FREE);
    handle->kind = HANDLE_FREE; /* the label stays: rows about a closed socket still name it */
    if (!handle->waiters) released_add(process, (size_t)(handle - process->handles)); /* somebody who waits for it waits for nothing else */
}

const char *handle_text(const struct process *process, uintptr_t value, char room[24])
{
    const char *label = process_handle_label(process, value);
    if (label) return label;
    if (value == UINTPTR_MAX) return "INVALID";
    snprintf(room, 24, "0x%llx", (unsigned long long)value);
    return room;
}

void process_label_handle(struct process *process, uintptr_t value, const char *label)
{
    struct handle *handle = handle_any(process, value);
    if (handle) handle->label = label;
}

const char *process_handle_label(const struct process *process, uintptr_t value)
{
    const struct handle *handle = handle_any(process, value);
    return handle ? handle->label : NULL;
}

size_t process_handles(const struct process *process)
{
    size_t count = 0;
    if (process->exited) return 0; /* they go with their process */
    for (size_t i = 0; i < process->handle_count; i++) {
        const struct handle *handle = &process->handles[i];
        if (handle->kind == HANDLE_SOCKET || (handle->kind == HANDLE_EVENT && !handle->scenario)) count++;
    }
    return count;
}

/* ---- event objects ---- */

HANDLE event_new(struct process *process, bool scenario, const char *label)
{
    uintptr_t value;
    struct handle *handle = handle_take(process, HANDLE_EVENT, &value);
    handle->scenario = scenario;
    handle->label = label;
    return (HANDLE)value;
}

bool event_exists(const struct process *process, HANDLE event) { return handle_at(process, (uintptr_t)event, HANDLE_EVENT) != NULL; }

bool event_signalled(const struct process *process, HANDLE event)
{
    const struct handle *handle = handle_at(process, (uintptr_t)event, HANDLE_EVENT);
    return handle && handle->signalled;
}

bool event_set(struct process *process, HANDLE event)
{
    struct handle *handle = handle_at(process, (uintptr_t)event, HANDLE_EVENT);
    if (!handle) return false;
    if (handle->signalled) return true;
    handle->signalled = true;
    struct ws2 *ws2 = process->ws2;
    uint64_t former = trace_cause(ws2->trace);
    char room[24];
    if (trace_begin_for(ws2->trace, LAYER_UPCALL, "event.signaled", host_name(process->host), process->name, "", handle_text(process, (uintptr_t)event, room)))
        trace_set_cause(ws2->trace, trace_end(ws2->trace));
    if (handle->scenario) process_sees(process, SAW_SIGNAL)->event = event;
    while (handle->waiters) {
        struct waiter *waiter = handle->waiters;
        thread_satisfy(waiter->thread, (DWORD)(WSA_WAIT_EVENT_0 + waiter->index)); /* takes all its waiters out of the lists */
    }
    trace_set_cause(ws2->trace, former);
    return true;
}

bool event_reset(struct process *process, HANDLE event)
{
    struct handle *handle = handle_at(process, (uintptr_t)event, HANDLE_EVENT);
    if (handle) handle->signalled = false;
    return handle != NULL;
}

/* ---- sockets as what one waits for ---- */

void socket_signal(struct process *process, SOCKET s, const WSAOVERLAPPED *overlapped, bool signalled)
{
    struct handle *handle = handle_at(process, s, HANDLE_SOCKET);
    if (handle && overlapped && memory_holds(process, overlapped, sizeof *overlapped) && !overlapped->hEvent) handle->signalled = signalled;
}

bool socket_signalled(const struct process *process, SOCKET s)
{
    const struct handle *handle = handle_at(process, s, HANDLE_SOCKET);
    return handle && handle->signalled;
}
