/*
 * The judge: blocking hooks and condition functions, which a provider calls in the middle of a call, and what they call.
 */
#include "ws2/judge_inside.h"

bool judge_asked(struct judge *judge, struct process *process, struct thread *thread, const char *what)
{
    if (thread && thread->crossing) return true;
    verdict(judge, process, "callback-in-its-call", "%s was called %s", what, thread ? "while its thread is in no call" : "on no thread");
    return false;
}

bool judge_hook_asked(struct judge *judge, struct process *process, struct thread *thread, DWORD_PTR context)
{
    if (!judge_asked(judge, process, thread, "a blocking hook")) return false;
    struct crossing *at = thread->crossing;
    const struct operation *operation = thread->task.overlapped ? operation_find(judge, process, thread->task.overlapped) : NULL;
    if (context != thread->task.thread_id) verdict(judge, process, "own-hook", "the hook of %s was called with a context that is not its own", thread_name(thread));
    if (at->cancelled) verdict(judge, process, "hook-is-obeyed", "the hook of %s was asked again for a call that it had ended", thread_name(thread));
    if (operation && !operation->plain) verdict(judge, process, "hook-only-where-it-blocks", "the hook of %s was called for %s, which has an OVERLAPPED to complete", thread_name(thread), operation_label(operation));
    return true;
}

void judge_hook_answered(struct judge *judge, struct thread *thread, bool goes_on)
{
    struct crossing *at = thread->crossing;
    at->cancelled = at->cancelled || !goes_on;
    at->cancelled_ns = engine_now_ns(judge->ws2->engine); /* it could not end before the hook returned */
}

void judge_cancelled(struct judge *judge, struct thread *thread)
{
    struct crossing *around = thread->crossing->outer;
    if (!around) return;
    around->cancelled = true;
    around->cancelled_ns = engine_now_ns(judge->ws2->engine);
}

void crossing_judge(struct judge *judge, const struct judge_call *call, bool failed, int error)
{
    const struct crossing *at = call->thread->crossing;
    struct process *process = call->thread->process;
    if (at->inside && strcmp(call->function, "WSPCancelBlockingCall") != 0 && strcmp(call->function, "GetAcceptExSockaddrs") != 0 && !(failed && error == WSAEINPROGRESS))
        verdict(judge, process, "callback-refuses-calls", "%s was called from a blocking hook or condition function and did not say WSAEINPROGRESS", call->function);
    if (at->cancelled && engine_now_ns(judge->ws2->engine) > at->cancelled_ns)
        verdict(judge, process, "hook-is-obeyed", "%s let time pass after it had been cancelled", call->function);
}
