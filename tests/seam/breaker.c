/*
 * A service provider that is nearly right. It serves SIO_ADDRESS_LIST_CHANGE with an event or a completion routine as it
 * should; every other control code below is the same request with one fault in it. A scenario names the code, and the judge
 * must name the rule. The last ones do not break rules but the provider itself.
 */
#include "small_provider.h"

const uint32_t wspsim_kernel_abi = KERNEL_ABI;

#define STATUS_DONE ((ULONG_PTR)0)
#define STATUS_GIVEN_UP ((ULONG_PTR)0xC0000120u) /* stands for WSA_OPERATION_ABORTED */

enum fault {
    TAKES_NOTE = 1,                /* no fault: notes the calling thread, and runs the routine that CALLS_FROM_A_CALL held back */
    COMPLETES_TWICE = 2,           /* in its own way, event or routine */
    FORGETS_WHEN_CLOSED = 3,       /* WSPCloseSocket leaves the request as it is */
    COMPLETES_REFUSED_LATER = 4,   /* fails, keeps the request, completes it all the same */
    COMPLETES_AFTER_CLEANUP = 5,   /* the last WSPCleanup leaves the request alive */
    STATUS_AFTER_CLEANUP = 6,      /* the same, and tells nobody but the OVERLAPPED */
    CALLS_ON_OTHER_THREAD = 7,     /* queues the routine to the thread that called last with TAKES_NOTE */
    CALLS_FROM_A_CALL = 8,         /* runs the routine inside the next call with TAKES_NOTE */
    SWAPS_ROUTINES = 9,            /* calls the routine of another request */
    SWAPS_OVERLAPPED = 10,         /* calls the routine with the OVERLAPPED of another request */
    COMPLETES_BESIDE_ROUTINE = 11, /* WPUCompleteOverlappedRequest, then the routine */
    SETS_EVENT_BESIDE_ROUTINE = 12,
    COUNTS_OTHERWISE_IN_ROUTINE = 13,
    COUNTS_OTHERWISE_IN_RESULT = 14, /* WSPGetOverlappedResult */
    COUNTS_OTHERWISE_AT_ONCE = 15, /* *lpcbBytesReturned of a call that succeeds at once */
    FAILS_SILENTLY = 16,           /* leaves *lpErrno as it was */
    FAILS_WITH_ZERO = 17,          /* *lpErrno = 0 */
    PENDS_WITHOUT_OVERLAPPED = 18,
    COMPLETES_AND_REFUSES = 19,
    CALLS_AND_REFUSES = 20,        /* runs the routine inside the call that fails */
    RETURNS_UNFINISHED = 21,       /* returns 0, the OVERLAPPED says STATUS_PENDING */
    CALLS_BEFORE_STATUS = 22,      /* runs the routine, then writes the result */
    CALLS_WITH_OTHER_ERROR = 23,
    SUCCEEDS_TOO_EARLY = 24,       /* WSPGetOverlappedResult */
    SUCCEEDS_IN_SPITE = 25,        /* WSPGetOverlappedResult of a failed request */
    CALLS_FROM_COMPLETION = 26,    /* runs the routine on no thread at all */
    ASKS_FROM_COMPLETION = 27,     /* the hook, on no thread at all */
    ASKS_WITH_OTHER_CONTEXT = 28,
    ASKS_AGAIN = 29,               /* whatever the hook said */
    DAWDLES = 30,                  /* 5 ms after the hook has spoken */
    ASKS_FOR_OVERLAPPED = 31,
    ASKS = 32,                     /* no fault, but inside the hook everything is served */
    TOUCHES_AFTERWARDS = 33,       /* writes a field of the OVERLAPPED when all has been told */
    READS_WILD_POINTER = 40,
    RECURSES_FOR_EVER = 41,
    GIVES_UP = 42,                 /* abort() */
    CRASHES_IN_COMPLETION = 43,
    CRASHES_IN_ROUTINE = 44,       /* in the asynchronous procedure call that would run the routine */
    CRASHES_WHEN_CLOSED = 45,
    CRASHES_IN_CLEANUP = 46,
    LEAVES = 47,                   /* exit(0), as if all were well */
};

/* ---- crashes ---- */

static int breaker_read_wild(void)
{
    volatile uintptr_t address = 0x1000; /* no process has memory there */
    return *(volatile const int *)address;
}

static int breaker_recurse(volatile const char *from, int depth)
{
    volatile char room[1024];
    room[depth & 1023] = *from;
    if (depth < 0) return 0; /* not before the stack is gone */
    return breaker_recurse(room, depth + 1) + room[0];
}

/* ---- completing ---- */

static struct small_socket *breaker_other(const struct small_socket *socket)
{
    struct small_process *process = small_process_get();
    for (size_t i = 0; i < SMALL_SOCKETS; i++)
        if (process->sockets[i].handle != 0 && &process->sockets[i] != socket) return &process->sockets[i];
    return NULL;
}

static void breaker_routine_call(struct small_socket *socket)
{
    const struct small_socket *other = breaker_other(socket);
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = socket->code == SWAPS_ROUTINES ? other->routine : socket->routine;
    LPWSAOVERLAPPED overlapped = socket->code == SWAPS_OVERLAPPED ? other->overlapped : socket->overlapped;
    DWORD error = overlapped->Internal == STATUS_GIVEN_UP ? WSA_OPERATION_ABORTED : 0, bytes = 0;
    if (socket->code == COUNTS_OTHERWISE_IN_ROUTINE) bytes = 4;
    if (socket->code == CALLS_WITH_OTHER_ERROR) error = WSAENETDOWN;
    routine(error, bytes, overlapped, 0);
}

static void WSPAPI breaker_apc(DWORD_PTR context)
{
    struct small_socket *socket = (struct small_socket *)context;
    if (socket->code == CRASHES_IN_ROUTINE) breaker_read_wild();
    breaker_routine_call(socket);
    if (socket->code == CALLS_BEFORE_STATUS) socket->overlapped->Internal = STATUS_DONE;
    if (socket->code == COMPLETES_AFTER_CLEANUP) small_process_end(small_process_get());
}

static void breaker_routine_queue(struct small_socket *socket)
{
    int ignored;
    LPWSATHREADID thread = socket->code == CALLS_ON_OTHER_THREAD ? &breaker_other(socket)->thread : &socket->thread;
    small_process_get()->up.lpWPUQueueApc(thread, breaker_apc, (DWORD_PTR)socket, &ignored);
}

static void breaker_finish(struct small_socket *socket, DWORD error)
{
    WSPUPCALLTABLE *up = &small_process_get()->up;
    int ignored;
    socket->request = 0;
    if (socket->routine == NULL || socket->code == COMPLETES_BESIDE_ROUTINE) small_request_finish(socket, error);
    if (socket->routine == NULL) return;
    if (socket->code == SETS_EVENT_BESIDE_ROUTINE) up->lpWPUSetEvent(socket->overlapped->hEvent, &ignored);
    if (socket->code != CALLS_BEFORE_STATUS) socket->overlapped->Internal = error == 0 ? STATUS_DONE : STATUS_GIVEN_UP;
    if (socket->code == CALLS_FROM_COMPLETION) breaker_routine_call(socket);
    else if (socket->code != CALLS_FROM_A_CALL) breaker_routine_queue(socket);
}

/* ---- the blocking hook ---- */

static struct breaker_hook { LPBLOCKINGCALLBACK function; DWORD_PTR context; } hook;

static void breaker_hook_find(void)
{
    int ignored;
    small_process_get()->up.lpWPUQueryBlockingCallback(1001, &hook.function, &hook.context, &ignored);
}

static void breaker_dawdle(void)
{
    WSPUPCALLTABLE *up = &small_process_get()->up;
    int ignored;
    WSAEVENT never = up->lpWPUCreateEvent(&ignored);
    kernel_wait(&(struct kernel_wait){ .event = never, .timeout_ns = 5000000 });
    up->lpWPUCloseEvent(never, &ignored);
}

static int breaker_ask(DWORD code, LPINT error)
{
    breaker_hook_find();
    BOOL goes_on = hook.function(hook.context + (code == ASKS_WITH_OTHER_CONTEXT ? 1 : 0));
    if (code == ASKS_AGAIN) hook.function(hook.context);
    if (code == DAWDLES) breaker_dawdle();
    return goes_on ? 0 : small_fail(error, WSAEINTR);
}

static void breaker_change_seen(void *cookie, enum kernel_status status, uint64_t count)
{
    struct small_socket *socket = cookie;
    (void)count;
    if (socket->code == CRASHES_IN_COMPLETION) breaker_read_wild();
    if (socket->code == ASKS_FROM_COMPLETION) hook.function(hook.context);
    if (socket->code == STATUS_AFTER_CLEANUP) {
        socket->overlapped->Internal = STATUS_DONE;
        small_process_end(small_process_get());
        return;
    }
    BOOL failed = status != KERNEL_OK || socket->code == SUCCEEDS_IN_SPITE;
    breaker_finish(socket, failed ? WSA_OPERATION_ABORTED : 0);
    if (socket->code == COMPLETES_TWICE) breaker_finish(socket, 0);
    if (socket->code == TOUCHES_AFTERWARDS) socket->overlapped->OffsetHigh++;
    if (socket->code == COMPLETES_AFTER_CLEANUP && socket->routine == NULL) small_process_end(small_process_get());
}

/* ---- control codes ---- */

static int breaker_note(struct small_socket *socket, const WSATHREADID *thread)
{
    struct small_socket *other = breaker_other(socket);
    socket->thread = *thread;
    if (other != NULL && other->code == CALLS_FROM_A_CALL) breaker_routine_call(other);
    return 0;
}

static int breaker_request(struct small_socket *socket, LPWSAOVERLAPPED overlapped, LPINT error)
{
    int result = small_request_begin(socket, overlapped, breaker_change_seen, error);
    if (*error != WSA_IO_PENDING || socket->code != COMPLETES_REFUSED_LATER) return result;
    overlapped->Internal = STATUS_DONE;
    return small_fail(error, WSAEINVAL);
}

static int breaker_ends_at_once(struct small_socket *socket, LPWSAOVERLAPPED overlapped, LPDWORD bytes, LPINT error)
{
    socket->overlapped = overlapped;
    if (socket->code == RETURNS_UNFINISHED) {
        overlapped->Internal = WSS_OPERATION_IN_PROGRESS;
        return 0;
    }
    if (socket->code == CALLS_AND_REFUSES) breaker_routine_call(socket);
    else small_request_finish(socket, 0);
    if (socket->code != COUNTS_OTHERWISE_AT_ONCE) return small_fail(error, WSAEINVAL);
    *bytes = 4;
    return 0;
}

static int WSPAPI breaker_ioctl(SOCKET s, DWORD code, LPVOID in, DWORD in_size, LPVOID out, DWORD out_size, LPDWORD bytes, LPWSAOVERLAPPED overlapped,
                                LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT error)
{
    (void)in, (void)in_size, (void)out, (void)out_size;
    struct small_socket *socket = small_socket_find(s, error);
    if (socket == NULL) return SOCKET_ERROR;
    if (code == TAKES_NOTE) return breaker_note(socket, thread);
    socket->code = code;
    socket->routine = routine;
    socket->thread = *thread;
    switch (code) {
    case FAILS_SILENTLY: return SOCKET_ERROR;
    case FAILS_WITH_ZERO: return small_fail(error, 0);
    case PENDS_WITHOUT_OVERLAPPED: return small_fail(error, WSA_IO_PENDING);
    case READS_WILD_POINTER: return breaker_read_wild();
    case RECURSES_FOR_EVER: return breaker_recurse("", 0);
    case GIVES_UP: abort();
    case LEAVES: exit(0);
    case ASKS_WITH_OTHER_CONTEXT:
    case ASKS_AGAIN:
    case DAWDLES:
    case ASKS: return breaker_ask(code, error);
    case ASKS_FROM_COMPLETION: breaker_hook_find(); return breaker_request(socket, overlapped, error);
    case ASKS_FOR_OVERLAPPED: breaker_ask(code, error); return breaker_request(socket, overlapped, error);
    case COUNTS_OTHERWISE_AT_ONCE:
    case COMPLETES_AND_REFUSES:
    case CALLS_AND_REFUSES:
    case RETURNS_UNFINISHED: return breaker_ends_at_once(socket, overlapped, bytes, error);
    default: return overlapped == NULL ? small_fail(error, WSAEOPNOTSUPP) : breaker_request(socket, overlapped, error);
    }
}

/* ---- the other entries that can be wrong ---- */

static BOOL WSPAPI breaker_result(SOCKET s, LPWSAOVERLAPPED overlapped, LPDWORD bytes, BOOL wait, LPDWORD flags, LPINT error)
{
    const struct small_socket *socket = small_socket_find(s, error);
    (void)wait, (void)flags;
    if (socket == NULL) return FALSE;
    *bytes = (DWORD)overlapped->InternalHigh;
    if (socket->code == COUNTS_OTHERWISE_IN_RESULT) *bytes += 4;
    if (socket->code == SUCCEEDS_TOO_EARLY || socket->code == SUCCEEDS_IN_SPITE) return TRUE;
    *error = overlapped->Internal == WSS_OPERATION_IN_PROGRESS ? WSA_IO_INCOMPLETE : WSA_OPERATION_ABORTED;
    return overlapped->Internal == STATUS_DONE;
}

/* Every receive ends at once and says a byte more than its buffer holds. */
static int WSPAPI breaker_recv(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, LPDWORD flags, LPWSAOVERLAPPED overlapped,
                               LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT error)
{
    (void)count, (void)flags, (void)routine, (void)thread;
    if (small_socket_find(s, error) == NULL) return SOCKET_ERROR;
    *bytes = buffers[0].len + 1;
    WPUCompleteOverlappedRequest(s, overlapped, 0, *bytes, error);
    return 0;
}

/* Posts at once, with the number after the one it was asked to use. */
static int WSPAPI breaker_async_select(SOCKET s, HWND window, unsigned int message, LONG events, LPINT error)
{
    if (small_socket_find(s, error) == NULL) return SOCKET_ERROR;
    small_process_get()->up.lpWPUPostMessage(window, message + 1, s, events);
    return 0;
}

static int WSPAPI breaker_close(SOCKET s, LPINT error)
{
    struct small_socket *socket = small_socket_find(s, error);
    if (socket == NULL) return SOCKET_ERROR;
    if (socket->code == CRASHES_WHEN_CLOSED) breaker_read_wild();
    if (socket->request != 0) {
        kernel_cancel(socket->request);
        if (socket->code != FORGETS_WHEN_CLOSED) breaker_finish(socket, WSA_OPERATION_ABORTED);
        socket->request = 0;
    }
    return small_socket_close(s, error);
}

static int WSPAPI breaker_cleanup(LPINT error)
{
    struct small_process *process = small_process_get();
    for (size_t i = 0; process != NULL && i < SMALL_SOCKETS; i++) {
        DWORD code = process->sockets[i].code;
        if (code == CRASHES_IN_CLEANUP) breaker_read_wild();
        if (code == COMPLETES_AFTER_CLEANUP || code == STATUS_AFTER_CLEANUP) return 0; /* all of it lives on */
    }
    return small_cleanup(error);
}

int WSPAPI WSPStartup(WORD requested, LPWSPDATA data, LPWSAPROTOCOL_INFOW info, WSPUPCALLTABLE upcalls, LPWSPPROC_TABLE table)
{
    int error = small_startup(requested, data, &upcalls, table, breaker_ioctl);
    (void)info;
    if (error != 0) return error;
    table->lpWSPGetOverlappedResult = breaker_result;
    table->lpWSPCloseSocket = breaker_close;
    table->lpWSPRecv = breaker_recv;
    table->lpWSPAsyncSelect = breaker_async_select;
    table->lpWSPCleanup = breaker_cleanup;
    return 0;
}
