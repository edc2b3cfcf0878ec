/*
 * Completion routines of the scenario. Each name gets a C function of its own, so that a provider that mixes up two routines
 * is found out: the function knows which one it is.
 */
#include "ws2/crossing.h"

static void routine_run(unsigned index, DWORD error, DWORD bytes, LPWSAOVERLAPPED overlapped, DWORD flags)
{
    struct process *process = process_running();
    struct ws2 *ws2 = process->ws2;
    const char *label = process_memory_label(process, overlapped);
    char room[24];
    if (trace_begin(ws2->trace, LAYER_UPCALL, "routine.completed", NULL, label ? label : "?")) {
        trace_text(ws2->trace, "overlapped", label);
        trace_text(ws2->trace, "error", names_or_number(NAMES_ERROR, (int64_t)error, room));
        trace_uint(ws2->trace, "bytes", bytes);
        if (flags) trace_uint(ws2->trace, "flags", flags);
        trace_set_cause(ws2->trace, trace_end(ws2->trace));
    }
    struct thread *thread = running->thread_id ? thread_of(running) : NULL; /* NULL: called from a completion, which is nobody's thread */
    judge_routine(ws2->judge, process, &(struct judge_routine){ .thread = thread, .routine = routine_pointer(index), .overlapped = overlapped, .error = error, .bytes = bytes });
    if (!thread) return;
    struct observation *seen = process_sees(process, SAW_ROUTINE);
    seen->routine = index;
    seen->overlapped = overlapped;
    seen->error = error;
    seen->bytes = bytes;
    seen->thread = thread;
    if (!process->routine_body) return;
    struct client_call call;
    client_call_begins(&call, thread);
    process->routine_body(thread, seen, process->routine_argument);
    client_call_ends(&call, thread);
}

void process_routines(struct process *process, routine_body *body, void *argument)
{
    process->routine_body = body;
    process->routine_argument = argument;
}

#define ROUTINE(n) static void CALLBACK routine_##n(DWORD error, DWORD bytes, LPWSAOVERLAPPED overlapped, DWORD flags) { routine_run(n, error, bytes, overlapped, flags); }
#define EIGHT(m, a) m(a##0) m(a##1) m(a##2) m(a##3) m(a##4) m(a##5) m(a##6) m(a##7)
#define ALL(m) EIGHT(m, 0) EIGHT(m, 01) EIGHT(m, 02) EIGHT(m, 03) EIGHT(m, 04) EIGHT(m, 05) EIGHT(m, 06) EIGHT(m, 07) /* octal: 0 to 63 */
ALL(ROUTINE)
#define POINTER(n) routine_##n,

LPWSAOVERLAPPED_COMPLETION_ROUTINE routine_pointer(unsigned index)
{
    static const LPWSAOVERLAPPED_COMPLETION_ROUTINE routines[ROUTINES_MOST] = { ALL(POINTER) };
    check(index < ROUTINES_MOST);
    return routines[index];
}
