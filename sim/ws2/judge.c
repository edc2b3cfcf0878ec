/*
 * The judge: which operations were accepted, how each ended, and which rule a provider broke. It keeps one record for each
 * OVERLAPPED in use (a hash by process and address; the order of anything shown is the order of asking).
 */
#include "ws2/judge_inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"

struct judge *judge_new(struct ws2 *ws2)
{
    struct judge *judge = memory_take(sizeof *judge);
    judge->ws2 = ws2;
    return judge;
}

void judge_free(struct judge *judge)
{
    struct operation *operation, *next;
    DL_FOREACH_SAFE(judge->in_order, operation, next) {
        HASH_DEL(judge->by_key, operation);
        free(operation);
    }
    struct known_socket *socket, *after;
    HASH_ITER(hh, judge->sockets, socket, after) {
        HASH_DEL(judge->sockets, socket);
        free(socket);
    }
    for (size_t i = 0; i < judge->count; i++) free(judge->verdicts[i].message);
    free(judge->verdicts);
    free(judge->cleaned);
    free(judge);
}

void verdict(struct judge *judge, const struct process *process, const char *rule, const char *format, ...)
{
    char message[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (judge->count == judge->room) {
        judge->room = judge->room ? 2 * judge->room : 8;
        judge->verdicts = memory_grow(judge->verdicts, judge->room * sizeof *judge->verdicts);
    }
    struct trace *trace = judge->ws2->trace;
    if (trace_begin_for(trace, LAYER_SPI, "rule.broken", host_name(process->host), process->name, "", rule)) {
        trace_text(trace, "message", message);
        trace_end(trace);
    }
    struct text copy = { 0 };
    text_add(&copy, message);
    judge->verdicts[judge->count++] =
        (struct verdict){ .rule = rule, .message = text_done(&copy), .row = *trace_newest(trace), .at_ns = engine_now_ns(judge->ws2->engine), .actor = process->name };
}

/* In a chain each layer is judged by itself: this is about the one called now, or the top one (the client's view). */
unsigned judge_level(void)
{
    const struct crossing *at = running ? thread_of(running)->crossing : NULL;
    return at ? at->level : 0;
}

struct operation *operation_of(const struct judge *judge, struct process *process, const WSAOVERLAPPED *overlapped, unsigned level)
{
    struct operation_key key;
    struct operation *operation;
    memset(&key, 0, sizeof key);
    key.process = process;
    key.overlapped = overlapped;
    key.level = level;
    HASH_FIND(hh, judge->by_key, &key, sizeof key, operation);
    return operation;
}

struct operation *operation_find(const struct judge *judge, struct process *process, const WSAOVERLAPPED *overlapped)
{
    return operation_of(judge, process, overlapped, judge_level());
}

const char *operation_label(const struct operation *operation)
{
    const char *text = process_memory_label(operation->key.process, operation->key.overlapped);
    return text ? text : "?";
}

/* The client's count: what a layer asked of the next one is its own matter. */
void pending_count(struct judge *judge, const struct operation *operation, int change)
{
    if (operation->key.level == 0) judge->pending += (size_t)change;
}

/* Complete is complete: from then on the client's OVERLAPPED is the client's again. What a layer passed down is the layer's, and may
   be gone by now. */
static void operation_kept(struct judge *judge, struct operation *operation)
{
    if (operation->key.level || operation->shared) return;
    const WSAOVERLAPPED *now = operation->key.overlapped;
    const WSAOVERLAPPED *was = &operation->was;
    bool same = now->Internal == was->Internal && now->InternalHigh == was->InternalHigh && now->Offset == was->Offset && now->OffsetHigh == was->OffsetHigh;
    if (operation->kept && !same) verdict(judge, operation->key.process, "hands-off-when-complete", "%s was written to after its operation had completed", operation_label(operation));
    operation->was = *now;
    operation->kept = true;
}

void operation_look(struct judge *judge, struct operation *operation)
{
    bool pending = operation->state == OPERATION_PENDING;
    if (operation->freed || (!pending && operation->state != OPERATION_COMPLETE)) return;
    if (!memory_holds(operation->key.process, operation->key.overlapped, sizeof(WSAOVERLAPPED))) return;
    if (pending && overlapped_pending(operation->key.overlapped)) return;
    operation_kept(judge, operation);
    if (!pending) return;
    operation->state = OPERATION_COMPLETE;
    pending_count(judge, operation, -1);
    if (operation->left && overlapped_error(operation->key.overlapped) != WSA_OPERATION_ABORTED)
        verdict(judge, operation->key.process, "nothing-after-cleanup", "%s completed after the last WSPCleanup with a status other than WSA_OPERATION_ABORTED", operation_label(operation));
}

/* The byte count is one number in every place where it appears. */
static void operation_bytes(struct judge *judge, struct operation *operation, const char *place, DWORD bytes)
{
    if (operation->at_once && operation->key.process->profile == KERNEL_OBSERVED) return; /* Windows says 0 in some places */
    if (operation->moves && bytes > operation->most)
        verdict(judge, operation->key.process, "within-the-buffers", "%s says %u bytes for %s, its buffers hold %llu", place, (unsigned)bytes, operation_label(operation),
                (unsigned long long)operation->most);
    if (operation->counted && operation->bytes != bytes)
        verdict(judge, operation->key.process, "byte-counts-agree", "%s says %u bytes for %s, another place said %u", place, (unsigned)bytes, operation_label(operation),
                (unsigned)operation->bytes);
    operation->counted = true;
    operation->bytes = bytes;
}

void operation_forget(struct judge *judge, struct operation *operation)
{
    DL_DELETE(judge->in_order, operation);
    if (operation->socket) DL_DELETE2(operation->socket->operations, operation, socket_prev, socket_next);
    if (operation->routine && operation->event) judge->suspicious--;
    HASH_DEL(judge->by_key, operation);
    free(operation);
}

/* ---- told by the seam ---- */

/* A layer's own OVERLAPPED with a routine: that is called behind our back, and the memory may go with it. */
static bool unseen(const struct judge_call *call) { return call->overlapped && call->routine && !memory_of_client(call->thread->process, call->overlapped); }

void judge_called(struct judge *judge, const struct judge_call *call)
{
    struct process *process = call->thread->process;
    if (!call->overlapped || !memory_holds(process, call->overlapped, sizeof *call->overlapped) || unseen(call)) return;
    struct operation *operation = operation_find(judge, process, call->overlapped);
    if (operation) {
        operation->freed = false; /* its address is in use again */
        operation_look(judge, operation);
        bool routine_to_come = operation->state == OPERATION_COMPLETE && operation->routine && operation->routines == 0 && !thread_ended(operation->thread);
        if (operation->shared || routine_to_come || operation->state == OPERATION_PENDING) {
            operation_mistake(judge, operation, routine_to_come ? "used again before its routine has run" : "used again while it is pending");
            return;
        }
        operation_forget(judge, operation);
    }
    struct known_socket *socket = judge_socket(judge, process, call->s);
    operation = memory_take(sizeof *operation);
    operation->key.process = process;
    operation->key.overlapped = call->overlapped;
    operation->key.level = judge_level();
    operation->thread = call->thread;
    operation->s = call->s;
    operation->routine = call->routine;
    operation->event = call->overlapped->hEvent;
    operation->function = call->function;
    operation->moves = call->moves;
    operation->most = call->most;
    operation->plain = !socket || !socket->overlapped;
    operation->row = *trace_newest(judge->ws2->trace);
    operation->socket = socket;
    HASH_ADD(hh, judge->by_key, key, sizeof operation->key, operation);
    DL_APPEND(judge->in_order, operation);
    if (socket) DL_APPEND2(socket->operations, operation, socket_prev, socket_next);
    if (operation->routine && operation->event) judge->suspicious++;
}

/* ---- functions of the client ---- */

void judge_returned(struct judge *judge, const struct judge_call *call, bool failed, int error)
{
    struct process *process = call->thread->process;
    crossing_judge(judge, call, failed, error);
    if (failed && error == SPI_ERROR_UNSET) verdict(judge, process, "failure-says-why", "%s failed and left *lpErrno untouched", call->function);
    if (failed && error == 0) verdict(judge, process, "failure-says-why", "%s failed and left 0 in *lpErrno", call->function);
    struct operation *operation = call->overlapped ? operation_find(judge, process, call->overlapped) : NULL;
    bool pending = failed && error == WSA_IO_PENDING;
    if (pending && !operation && !unseen(call)) verdict(judge, process, "pending-needs-overlapped", "%s says WSA_IO_PENDING without an OVERLAPPED", call->function);
    if (operation && operation->shared && operation->state != OPERATION_PENDING && pending) {
        operation->state = OPERATION_PENDING; /* counted, no more */
        pending_count(judge, operation, 1);
    }
    if (!operation || operation->shared || operation->state != OPERATION_CALLED) return;
    if (operation->plain && !pending) { operation->state = OPERATION_REFUSED; return; }
    if (failed && !pending) {
        operation->state = OPERATION_REFUSED;
        if (operation->completions) verdict(judge, process, "refused-never-completes", "%s failed, yet %s was completed inside it", call->function, operation_label(operation));
        return;
    }
    operation->state = OPERATION_PENDING;
    pending_count(judge, operation, 1);
    operation->at_once = !failed;
    operation_look(judge, operation);
    if (!operation->at_once) return;
    if (operation->state == OPERATION_PENDING)
        verdict(judge, process, "at-once-is-complete", "%s returned 0, but %s still says STATUS_PENDING", call->function, operation_label(operation));
    else if (call->bytes && memory_holds(process, call->bytes, sizeof *call->bytes)) {
        operation_bytes(judge, operation, call->moves ? "the call's byte count" : "*lpcbBytesReturned", *call->bytes);
        operation_bytes(judge, operation, "InternalHigh", (DWORD)call->overlapped->InternalHigh);
    }
}

/* What a layer had asked is over with the last WSPCleanup of the one below; the memory may go. */
void judge_layer_cleaned_up(struct judge *judge, struct process *process, unsigned level)
{
    struct operation *operation;
    DL_FOREACH(judge->in_order, operation)
        if (operation->key.process == process && operation->key.level >= level && !memory_of_client(process, operation->key.overlapped)) operation->state = OPERATION_REFUSED;
}

void judge_cleaned_up(struct judge *judge, struct process *process)
{
    struct operation *operation;
    DL_FOREACH(judge->in_order, operation) {
        if (operation->key.process != process) continue;
        operation_look(judge, operation);
        operation->left = operation->state == OPERATION_PENDING;
    }
    judge->cleaned = memory_grow(judge->cleaned, (judge->cleaned_count + 1) * sizeof(struct process *));
    judge->cleaned[judge->cleaned_count++] = process;
}

bool judge_cleaned(const struct judge *judge, const struct process *process)
{
    for (size_t i = 0; i < judge->cleaned_count; i++)
        if (judge->cleaned[i] == process && process->startups == 0) return true;
    return false;
}

static void operation_completes(struct judge *judge, struct process *process, struct operation *operation)
{
    if (!operation->shared && operation->state == OPERATION_REFUSED) {
        verdict(judge, process, "nothing-unasked", "WPUCompleteOverlappedRequest for %s, which no accepted operation uses", operation_label(operation));
        return;
    }
    if (operation->shared) return;
    if (operation->state == OPERATION_COMPLETE) operation->kept = false; /* it is told of twice: one rule is enough */
    operation->completions++;
    if (operation->routine) verdict(judge, process, "no-event-with-routine", "%s has a completion routine, yet WPUCompleteOverlappedRequest was called", operation_label(operation));
    if (operation->completions > 1 || operation->state == OPERATION_COMPLETE)
        verdict(judge, process, "completes-once", "%s is completed a second time", operation_label(operation));
}

/* Every layer that passed this OVERLAPPED on sees it end. */
void judge_completes(struct judge *judge, struct process *process, const WSAOVERLAPPED *overlapped)
{
    bool known = false;
    if (judge_cleaned(judge, process)) verdict(judge, process, "nothing-after-cleanup", "WPUCompleteOverlappedRequest after the last WSPCleanup");
    for (unsigned level = 0; level < process->layer_count; level++) {
        struct operation *operation = operation_of(judge, process, overlapped, level);
        if (!operation) continue;
        known = true;
        operation_completes(judge, process, operation);
    }
    if (!known) verdict(judge, process, "nothing-unasked", "WPUCompleteOverlappedRequest for an OVERLAPPED, which no accepted operation uses");
}

void judge_completed(struct judge *judge, struct process *process, const WSAOVERLAPPED *overlapped)
{
    for (unsigned level = 0; level < process->layer_count; level++) {
        struct operation *operation = operation_of(judge, process, overlapped, level);
        if (operation) operation_look(judge, operation);
    }
}

/* An event set by hand is wrong only if nobody but an operation with a routine has it. */
void judge_event_set(struct judge *judge, struct process *process, HANDLE event)
{
    if (judge->suspicious == 0) return;
    struct known_socket *socket, *after;
    HASH_ITER(hh, judge->sockets, socket, after)
        if (socket->key.process == process && (socket->selected == event || socket->selecting == event)) return;
    struct operation *operation, *guilty = NULL;
    DL_FOREACH(judge->in_order, operation) {
        if (operation->key.process != process || operation->event != event) continue;
        operation_look(judge, operation);
        if (!operation->routine || operation->shared) return;
        guilty = operation;
    }
    if (guilty) verdict(judge, process, "no-event-with-routine", "the event of %s was set although it has a completion routine", operation_label(guilty));
}

static void operation_routine(struct judge *judge, struct process *process, struct operation *operation, const struct judge_routine *call)
{
    struct thread *thread = call->thread;
    const WSAOVERLAPPED *overlapped = call->overlapped;
    if (!operation->shared && (operation->state == OPERATION_REFUSED || operation->state == OPERATION_CALLED)) {
        verdict(judge, process, "nothing-unasked", "a completion routine runs for an OVERLAPPED that no accepted operation uses");
        return;
    }
    operation_look(judge, operation);
    if (operation->shared) return;
    if (operation->state == OPERATION_PENDING)
        verdict(judge, process, "status-before-routine", "the routine of %s runs while its OVERLAPPED says STATUS_PENDING", operation_label(operation));
    if (operation->routine != call->routine) verdict(judge, process, "own-routine", "%s was completed through another operation's routine", operation_label(operation));
    if (operation->thread != thread)
        verdict(judge, process, "routine-on-its-thread", "the routine of %s ran on %s; %s asked", operation_label(operation), thread ? thread_name(thread) : "no thread",
                thread_name(operation->thread));
    if (thread && !thread_running_apc(thread)) verdict(judge, process, "routine-in-alertable-wait", "the routine of %s ran outside an alertable wait", operation_label(operation));
    if (++operation->routines > 1) verdict(judge, process, "completes-once", "the routine of %s ran a second time", operation_label(operation));
    if (operation->state == OPERATION_PENDING) return; /* there is no result yet to compare with */
    if ((int)call->error != overlapped_error(overlapped))
        verdict(judge, process, "one-result", "the routine of %s was given error %u, its status says %d", operation_label(operation), (unsigned)call->error,
                overlapped_error(overlapped));
    operation_bytes(judge, operation, "the routine's cbTransferred", call->bytes);
    operation_bytes(judge, operation, "InternalHigh", (DWORD)overlapped->InternalHigh);
}

void judge_routine(struct judge *judge, struct process *process, const struct judge_routine *call)
{
    bool known = false;
    if (judge_cleaned(judge, process)) verdict(judge, process, "nothing-after-cleanup", "a completion routine runs after the last WSPCleanup");
    for (unsigned level = 0; level < process->layer_count; level++) {
        struct operation *operation = operation_of(judge, process, call->overlapped, level);
        if (!operation) continue;
        known = true;
        operation_routine(judge, process, operation, call);
    }
    if (!known) verdict(judge, process, "nothing-unasked", "a completion routine runs for an OVERLAPPED that no accepted operation uses");
}

void judge_result(struct judge *judge, struct thread *thread, const WSAOVERLAPPED *overlapped, DWORD bytes)
{
    struct operation *operation = operation_find(judge, thread->process, overlapped);
    if (!operation) return;
    if (operation->shared) return;
    operation_look(judge, operation);
    if (operation->state == OPERATION_PENDING)
        verdict(judge, thread->process, "result-after-completion", "WSPGetOverlappedResult gave TRUE for %s, which says STATUS_PENDING", operation_label(operation));
    else if (operation->state == OPERATION_COMPLETE) {
        int error = overlapped_error(overlapped);
        if (error) verdict(judge, thread->process, "one-result", "WSPGetOverlappedResult gave TRUE for %s, its status says %d", operation_label(operation), error);
        operation_bytes(judge, operation, "WSPGetOverlappedResult", bytes);
        operation_bytes(judge, operation, "InternalHigh", (DWORD)overlapped->InternalHigh);
    }
}

void judge_thread_ended(struct judge *judge, const struct thread *thread)
{
    struct operation *operation;
    DL_FOREACH(judge->in_order, operation) {
        if (operation->thread != thread) continue;
        operation_look(judge, operation);
        if (operation->state == OPERATION_PENDING && !operation->closed) operation->thread_ended = true;
    }
}

/* ---- asked at the end ---- */

void judge_ends(struct judge *judge)
{
    struct operation *operation;
    DL_FOREACH(judge->in_order, operation) {
        operation_look(judge, operation);
        if (operation->state == OPERATION_PENDING && operation->closed && !operation->thread_ended && !operation->shared)
            verdict(judge, operation->key.process, "close-completes", "the socket of %s was closed, yet the operation never completed", operation_label(operation));
    }
}

size_t judge_pending(struct judge *judge)
{
    struct operation *operation;
    DL_FOREACH(judge->in_order, operation) operation_look(judge, operation);
    return judge->pending;
}

size_t judge_verdicts(const struct judge *judge) { return judge->count; }
const struct verdict *judge_verdict(const struct judge *judge, size_t index) { return &judge->verdicts[index]; }
