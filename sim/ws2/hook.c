/*
 * Functions of the client that a provider calls in the middle of a call, on the client's thread: the blocking hook, and
 * condition functions. While one runs the client is at work, not the provider; what it calls is marked as coming from inside.
 */
#include "ws2/crossing.h"

void thread_hook(struct thread *thread, blocking_hook *hook, void *argument)
{
    thread->hook = hook;
    thread->hook_argument = argument;
}

void client_call_begins(struct client_call *call, struct thread *thread)
{
    struct ws2 *ws2 = thread->process->ws2;
    *call = (struct client_call){ .crossing = thread->crossing, .overlapped = thread->task.overlapped, .calling = ws2->calling, .cause = trace_cause(ws2->trace) };
    if (call->crossing) call->crossing->asking++;
    thread->task.overlapped = NULL;
    ws2->calling = NULL;
}

void client_call_ends(const struct client_call *call, struct thread *thread)
{
    struct ws2 *ws2 = thread->process->ws2;
    if (call->crossing) call->crossing->asking--;
    thread->task.overlapped = call->overlapped;
    ws2->calling = call->calling;
    trace_set_cause(ws2->trace, call->cause);
}

static void row_asked(struct trace *trace, const struct thread *thread)
{
    if (trace_begin(trace, LAYER_UPCALL, "hook.asked", NULL, thread_name(thread))) trace_set_cause(trace, trace_end(trace));
}

static void row_answers(struct trace *trace, const struct thread *thread, bool goes_on)
{
    if (!trace_begin(trace, LAYER_UPCALL, "hook.answers", NULL, thread_name(thread))) return;
    trace_bool(trace, "go_on", goes_on);
    trace_end(trace);
}

/* The context names the thread. A provider that calls on another thread, or on none, is told to stop. */
static BOOL CALLBACK hook_run(DWORD_PTR context)
{
    struct process *process = process_running();
    struct ws2 *ws2 = process->ws2;
    struct thread *thread = running->thread_id ? thread_of(running) : NULL;
    struct client_call call;
    if (!judge_hook_asked(ws2->judge, process, thread, context)) return FALSE;
    client_call_begins(&call, thread);
    row_asked(ws2->trace, thread);
    bool goes_on = thread->hook ? thread->hook(thread, thread->hook_argument) : true;
    row_answers(ws2->trace, thread, goes_on);
    client_call_ends(&call, thread);
    judge_hook_answered(ws2->judge, thread, goes_on);
    return goes_on ? TRUE : FALSE;
}

LPBLOCKINGCALLBACK hook_function(void) { return hook_run; }

/* ---- condition functions ---- */

static void row_condition(struct trace *trace, const WSABUF *caller, int answer)
{
    static const char *const words[] = { "accept", "reject", "defer" };
    char text[SOCKADDR_TEXT];
    if (!trace_begin(trace, LAYER_UPCALL, "condition", NULL, "")) return;
    if (caller && caller->buf) sockaddr_text(caller->buf, caller->len, text);
    trace_text(trace, "from", caller && caller->buf ? text : NULL);
    trace_text(trace, "answer", words[answer]);
    trace_end(trace);
}

static int condition_answers(const WSABUF *caller, int answer, DWORD_PTR data)
{
    struct process *process = process_running();
    struct thread *thread = running->thread_id ? thread_of(running) : NULL;
    const struct condition_inside *inside = (const struct condition_inside *)data;
    struct client_call call;
    if (!judge_asked(process->ws2->judge, process, thread, "a condition function")) return answer;
    client_call_begins(&call, thread);
    if (inside) inside->run(thread, inside->argument);
    client_call_ends(&call, thread);
    row_condition(process->ws2->trace, caller, answer);
    return answer;
}

#define CONDITION(name, answer) \
    static int CALLBACK name(LPWSABUF caller, LPWSABUF a, LPQOS b, LPQOS c, LPWSABUF d, LPWSABUF e, GROUP *f, DWORD_PTR data) \
    { (void)a; (void)b; (void)c; (void)d; (void)e; (void)f; return condition_answers(caller, answer, data); }
CONDITION(condition_accept, CF_ACCEPT)
CONDITION(condition_reject, CF_REJECT)
CONDITION(condition_defer, CF_DEFER)

LPCONDITIONPROC condition_pointer(int answer) { return answer == CF_ACCEPT ? condition_accept : answer == CF_REJECT ? condition_reject : answer == CF_DEFER ? condition_defer : NULL; }
