/*
 * Threads: each runs on a fiber of its own, parks in a wait and is woken by an event of the queue. Asynchronous procedure
 * calls wait in a first-in first-out list and run on the thread's fiber in its next alertable wait, all that are queued.
 */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "ws2/private.h"

static void thread_main(void *argument)
{
    struct thread *thread = argument;
    thread->body(thread, thread->argument);
    thread_exit(thread);
}

struct thread *thread_new(struct process *process, const char *name, void (*body)(struct thread *, void *), void *argument)
{
    struct ws2 *ws2 = process->ws2;
    struct thread *thread = memory_take(sizeof *thread);
    thread->process = process;
    thread->body = body;
    thread->argument = argument;
    thread->task = process->completer.task;
    thread->task.requests = NULL;
    thread->task.completions = &process->completer.task;
    thread->task.thread_id = ++ws2->next_thread_id;
    thread->task.thread_name = name;
    thread->fiber = fiber_new(FIBER_STACK_BYTES, thread_main, thread);
    if (process->last_thread) process->last_thread->next = thread; else process->first_thread = thread;
    process->last_thread = thread;
    return thread;
}

void thread_free(struct thread *thread)
{
    struct apc *apc, *next;
    DL_FOREACH_SAFE(thread->apcs, apc, next) free(apc);
    messages_free(thread);
    crossings_end(thread);
    if (thread->fiber) fiber_free(thread->fiber);
    free(thread);
}

struct process *thread_process(const struct thread *thread) { return thread->process; }
const char *thread_name(const struct thread *thread) { return thread->task.thread_name; }
struct task *thread_task(struct thread *thread) { return &thread->task; }
struct thread *thread_of(struct task *task) { return (struct thread *)(void *)task; }
bool thread_ended(const struct thread *thread) { return thread->ended; }
size_t thread_apcs(const struct thread *thread) { return thread->apc_count; }
bool thread_running_apc(const struct thread *thread) { return thread->running_apc > 0; }

struct thread *process_thread(const struct process *process, const char *name)
{
    for (struct thread *thread = process->first_thread; thread; thread = thread->next)
        if (strcmp(thread->task.thread_name, name) == 0) return thread;
    return NULL;
}

void thread_identify(const struct thread *thread, WSATHREADID *id)
{
    id->ThreadHandle = (HANDLE)(uintptr_t)thread->task.thread_id;
    id->Reserved = thread->task.process_id;
}

struct thread *thread_by_id(const struct process *process, const WSATHREADID *id)
{
    for (struct thread *thread = process->first_thread; thread; thread = thread->next)
        if ((uintptr_t)id->ThreadHandle == thread->task.thread_id && id->Reserved == thread->task.process_id) return thread->ended ? NULL : thread;
    return NULL;
}

/* ---- running and parking ---- */

void thread_resume(struct thread *thread)
{
    struct ws2 *ws2 = thread->process->ws2;
    thread->ready = false;
    if (thread->ended) return;
    thread->slept = host_sleeps(thread->process->host);
    if (thread->slept) return; /* process_awake */
    struct task *former = running;
    running = &thread->task;
    ws2->fiber = thread->fiber;
    fiber_resume(thread->fiber);
    ws2->fiber = NULL;
    running = former;
}

void process_awake(struct process *process)
{
    for (struct thread *thread = process->first_thread; thread; thread = thread->next)
        if (thread->slept) thread_wake(thread);
}

void thread_park(struct thread *thread) { fiber_park(thread->fiber); }

void thread_wake(struct thread *thread)
{
    if (thread->ready || thread->ended) return;
    thread->ready = true;
    struct ws2 *ws2 = thread->process->ws2;
    engine_post(ws2->engine, engine_now_ns(ws2->engine), RANK_MACHINE,
                (struct event){ .kind = EVENT_THREAD_READY, .cause = trace_cause(ws2->trace), .subject.task = &thread->task });
}

static void thread_lists_leave(struct thread *thread)
{
    for (size_t i = 0; i < thread->waiter_count; i++) {
        struct waiter *waiter = &thread->waiters[i];
        struct handle *handle = handle_any(thread->process, waiter->event);
        DL_DELETE(handle->waiters, waiter);
    }
    thread->waiter_count = 0;
}

/* Parks until thread_satisfy. The result is the wait's; the thread's timer and list places are gone. */
DWORD thread_wait_parked(struct thread *thread, int64_t timeout_ns, bool alertable)
{
    struct ws2 *ws2 = thread->process->ws2;
    thread->wait = WAIT_PARKED;
    thread->wait_alertable = alertable;
    thread->timeout = EVENT_NONE;
    int64_t now_ns = engine_now_ns(ws2->engine);
    if (timeout_ns < INT64_MAX - now_ns)
        thread->timeout = engine_post(ws2->engine, now_ns + timeout_ns, RANK_MACHINE,
                                      (struct event){ .kind = EVENT_WAIT_TIMEOUT, .cause = trace_cause(ws2->trace), .subject.task = &thread->task });
    thread_park(thread);
    check(thread->wait == WAIT_DONE);
    thread->wait = WAIT_NONE;
    return thread->wait_result;
}

void thread_satisfy(struct thread *thread, DWORD result)
{
    check(thread->wait == WAIT_PARKED);
    thread->wait = WAIT_DONE;
    thread->wait_result = result;
    if (thread->timeout != EVENT_NONE) engine_cancel(thread->process->ws2->engine, thread->timeout);
    thread_lists_leave(thread);
    thread_wake(thread);
}

void thread_timeout(struct task *task)
{
    struct thread *thread = thread_of(task);
    thread->timeout = EVENT_NONE;
    if (thread->wait == WAIT_PARKED) thread_satisfy(thread, WSA_WAIT_TIMEOUT);
}

void thread_delivered(struct task *task)
{
    struct thread *thread = thread_of(task);
    if (thread->wait == WAIT_PARKED) thread_satisfy(thread, WSA_WAIT_EVENT_0);
}

/* ---- asynchronous procedure calls ---- */

bool thread_queue_apc(struct thread *thread, LPWSPUSERAPC function, DWORD_PTR context)
{
    if (thread->ended) return false;
    struct apc *apc = memory_take(sizeof *apc);
    *apc = (struct apc){ .function = function, .context = context, .cause = trace_cause(thread->process->ws2->trace) };
    DL_APPEND(thread->apcs, apc);
    thread->apc_count++;
    if (thread->wait == WAIT_PARKED && thread->wait_alertable) thread_satisfy(thread, WSA_WAIT_IO_COMPLETION);
    return true;
}

/* One alertable wait drains all that is queued, also what is queued meanwhile. */
static void thread_run_apcs(struct thread *thread)
{
    struct trace *trace = thread->process->ws2->trace;
    while (thread->apcs) {
        struct apc apc = *thread->apcs, *first = thread->apcs;
        DL_DELETE(thread->apcs, first);
        thread->apc_count--;
        free(first);
        uint64_t former = trace_set_cause(trace, apc.cause);
        if (trace_begin(trace, LAYER_UPCALL, "apc.run", NULL, "")) trace_set_cause(trace, trace_end(trace));
        thread->running_apc++;
        apc.function(apc.context);
        thread->running_apc--;
        trace_set_cause(trace, former);
    }
}

/* ---- waits ---- */

DWORD thread_wait(struct thread *thread, const struct thread_wait *wait)
{
    struct process *process = thread->process;
    struct waiter waiters[WAIT_EVENTS_MOST];
    for (size_t i = 0; i < wait->count; i++)
        if (!event_exists(process, wait->events[i])) return WSA_WAIT_FAILED;
    if (wait->alertable && thread->apcs) { thread_run_apcs(thread); return WSA_WAIT_IO_COMPLETION; }
    for (size_t i = 0; i < wait->count; i++)
        if (event_signalled(process, wait->events[i])) return (DWORD)(WSA_WAIT_EVENT_0 + i);
    if (wait->timeout_ns == 0) return WSA_WAIT_TIMEOUT;
    for (size_t i = 0; i < wait->count; i++) {
        struct handle *handle = handle_any(process, (uintptr_t)wait->events[i]);
        waiters[i] = (struct waiter){ .thread = thread, .index = i, .event = (uintptr_t)wait->events[i] };
        DL_APPEND(handle->waiters, &waiters[i]);
    }
    thread->waiters = waiters;
    thread->waiter_count = wait->count;
    DWORD result = thread_wait_parked(thread, wait->timeout_ns, wait->alertable);
    if (result == WSA_WAIT_IO_COMPLETION) thread_run_apcs(thread);
    return result;
}

DWORD thread_wait_handle(struct thread *thread, uintptr_t value, int64_t timeout_ns)
{
    struct handle *handle = handle_any(thread->process, value);
    struct waiter waiter = { .thread = thread, .event = value };
    DL_APPEND(handle->waiters, &waiter);
    thread->waiters = &waiter;
    thread->waiter_count = 1;
    return thread_wait_parked(thread, timeout_ns, false);
}

/* ---- kernel.h: waiting ---- */

/* What ended at this very instant has happened, whatever else ended the wait: its completion has run before this thread did, or
   is on its way. */
static enum kernel_status request_late(struct thread *thread, kernel_request request, enum kernel_status otherwise)
{
    struct net *net = thread->process->ws2->net;
    if (thread->task.wait_status != KERNEL_PENDING) return (enum kernel_status)thread->task.wait_status;
    if (!request_is_over(net, request)) {
        request_unwait(net, request);
        return otherwise;
    }
    thread_wait_parked(thread, INT64_MAX, false);
    return (enum kernel_status)thread->task.wait_status;
}

static int64_t left_ns(const struct thread *thread, int64_t until_ns)
{
    int64_t now_ns = engine_now_ns(thread->process->ws2->engine);
    return until_ns == INT64_MAX ? INT64_MAX : until_ns > now_ns ? until_ns - now_ns : 0;
}

/* Procedure calls run while nobody waits for the request: what they do may take time, and the request may end in it. */
static enum kernel_status kernel_wait_request(struct thread *thread, const struct kernel_wait *wait, int64_t until_ns)
{
    struct net *net = thread->process->ws2->net;
    if (!request_wait(net, wait->request, &thread->task)) return KERNEL_BAD_HANDLE;
    for (;;) {
        thread->task.wait_status = KERNEL_PENDING;
        DWORD result = wait->alertable && thread->apcs ? WSA_WAIT_IO_COMPLETION : thread_wait_parked(thread, left_ns(thread, until_ns), wait->alertable);
        if (result == WSA_WAIT_EVENT_0) return (enum kernel_status)thread->task.wait_status;
        if (result == WSA_WAIT_IO_COMPLETION) {
            enum kernel_status status = (enum kernel_status)thread->task.wait_status;
            request_unwait(net, wait->request);
            thread_run_apcs(thread);
            if (status != KERNEL_PENDING) return status;
            if (!request_wait(net, wait->request, &thread->task)) return KERNEL_OK;
            thread->task.wait_status = KERNEL_PENDING;
        }
        if (thread->waiting->interrupted) return request_late(thread, wait->request, KERNEL_INTERRUPTED);
        if (result == WSA_WAIT_TIMEOUT) return request_late(thread, wait->request, KERNEL_TIMED_OUT);
    }
}

static enum kernel_status kernel_wait_event(struct thread *thread, const struct kernel_wait *wait, int64_t until_ns)
{
    for (;;) {
        struct thread_wait events = { .events = { wait->event }, .count = 1, .timeout_ns = left_ns(thread, until_ns), .alertable = wait->alertable };
        DWORD result = thread_wait(thread, &events);
        if (thread->waiting->interrupted) return KERNEL_INTERRUPTED;
        if (result != WSA_WAIT_IO_COMPLETION) return result == WSA_WAIT_FAILED ? KERNEL_BAD_HANDLE : result == WSA_WAIT_TIMEOUT ? KERNEL_TIMED_OUT : KERNEL_OK;
    }
}

enum kernel_status kernel_wait(const struct kernel_wait *wait)
{
    check(running != NULL);
    if (running->thread_id == 0 || wait->timeout_ns < 0 || (wait->request != 0) == (wait->event != NULL)) return KERNEL_BAD_ARGUMENT;
    struct thread *thread = thread_of(running);
    struct ws2 *ws2 = thread->process->ws2;
    const char *calling = ws2->calling;
    uint64_t cause = trace_cause(ws2->trace);
    const void *overlapped = thread->task.overlapped;
    struct kernel_waiting waiting = { .running_apc = thread->running_apc, .outer = thread->waiting };
    int64_t now_ns = engine_now_ns(ws2->engine), until_ns = wait->timeout_ns < INT64_MAX - now_ns ? now_ns + wait->timeout_ns : INT64_MAX;
    thread->waiting = &waiting;
    ws2->calling = NULL; /* whoever runs meanwhile is not in this call */
    enum kernel_status status = wait->request ? kernel_wait_request(thread, wait, until_ns) : kernel_wait_event(thread, wait, until_ns);
    thread->waiting = waiting.outer;
    ws2->calling = calling; /* others may have called meanwhile */
    thread->task.overlapped = overlapped;
    if (thread->crossing) trace_set_cause(ws2->trace, cause); /* a layer's own thread goes on because of what ended its wait */
    return status;
}

enum kernel_status kernel_interrupt(uint32_t thread_id)
{
    struct process *process = process_running();
    for (struct thread *thread = process->first_thread; thread; thread = thread->next) {
        if (thread->task.thread_id != thread_id || !thread->waiting) continue;
        bool in_apc = thread->running_apc > thread->waiting->running_apc;
        if (!in_apc && thread->wait != WAIT_PARKED) continue; /* it is over already */
        thread->waiting->interrupted = true;
        if (!in_apc) thread_satisfy(thread, WSA_WAIT_FAILED);
        return KERNEL_OK;
    }
    return KERNEL_BAD_HANDLE;
}

/* ---- kernel.h: a layer's own threads ---- */

struct work { void (*body)(void *argument); void *argument; };

static void work_body(struct thread *thread, void *argument)
{
    struct work work = *(struct work *)argument;
    (void)thread;
    free(argument);
    work.body(work.argument);
}

enum kernel_status kernel_thread_start(void (*body)(void *argument), void *argument)
{
    struct process *process = process_running();
    if (!body) return KERNEL_BAD_ARGUMENT;
    struct work *work = memory_take(sizeof *work);
    *work = (struct work){ body, argument };
    thread_wake(thread_new(process, "worker", work_body, work));
    return KERNEL_OK;
}

/* ---- the end of a thread ---- */

void thread_exit(struct thread *thread)
{
    struct ws2 *ws2 = thread->process->ws2;
    if (trace_begin(ws2->trace, LAYER_SPI, "thread.exit", NULL, thread->task.thread_name)) trace_set_cause(ws2->trace, trace_end(ws2->trace));
    thread->ended = true;
    windows_end(thread);
    if (thread->process->exited) requests_cancel(&thread->task, NULL);
    else requests_leave(&thread->task);
    judge_thread_ended(ws2->judge, thread);
    for (;;) thread_park(thread);
}
