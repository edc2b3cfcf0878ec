/*
 * ws2.h: the inside header of sim/ws2, for sim/script and sim/run.c. This room is what ws2_32.dll and the Windows kernel are
 * to a provider: processes with their own memory, threads (fibers) with APC queues and alertable waits, handles, event
 * objects, the upcall table, the provider catalogue, and the seam at which every SPI call is traced and judged (spi.h).
 */
#ifndef WS2_WS2_H
#define WS2_WS2_H
#include <winsock2.h>
#include <ws2spi.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/engine.h"
#include "core/task.h"
#include "core/trace.h"
#include "kernel.h"

struct net;
struct judge;
struct ws2;
struct process;
struct thread;
struct fiber;
struct arena;
struct value;

struct ws2 *ws2_new(struct engine *engine, struct trace *trace, struct net *net);
struct judge *ws2_judge(const struct ws2 *ws2);
void ws2_clean(struct ws2 *ws2); /* what providers still hold goes with their last WSPCleanup, untraced; it may crash like any call */
void ws2_free(struct ws2 *ws2);  /* after ws2_clean, if it was not done */
struct fiber *const *ws2_fiber(const struct ws2 *ws2); /* where the running fiber is named, for core/fault.h */
const char *ws2_calling(const struct ws2 *ws2);  /* "WSPIoctl" while a provider is at work, else NULL; for a crash report */
void ws2_crashed(struct ws2 *ws2);               /* after a fault: the running thread is lost, providers are not called again */

/* ---- processes ---- */

/* A layer above the base provider. All of it lives as long as the process. */
struct provider_setting { const char *name, *value; };
struct layer_setup {
    const char *name, *path;
    bool ifs;                       /* its handles are those of the layer below: XP1_IFS_HANDLES */
    const struct provider_setting *settings; size_t setting_count;
};
#define LAYERS_ABOVE 6              /* a chain has MAX_PROTOCOL_CHAIN providers */

/* What becomes of a closed handle's value: never used again, or given out again, the lowest first or the one closed longest ago. */
enum handle_reuse { HANDLES_NEVER, HANDLES_LOWEST, HANDLES_AFTER };
struct handle_policy {
    enum handle_reuse reuse;
    uint32_t after;                 /* HANDLES_AFTER: so many are closed later before it comes again */
    uint32_t most;                  /* open at one time, as process_handles counts them; 0: no limit */
};

struct process_setup {
    const char *name;               /* the actor's name; lives as long as the process */
    struct host *host;
    enum kernel_profile profile;
    const char *provider;           /* path of a shared object; NULL: the reference provider */
    const struct layer_setup *layers; size_t layer_count; /* above it, top first */
    bool without_ipv4, without_ipv6; /* protocols that were taken out of its catalogue */
    uint32_t user;                  /* processes of equal numbers run under one account */
    bool restricted;                /* without an administrator's rights */
    struct handle_policy handles;
};

/* NULL: the provider could not be loaded, and *why says so (the caller frees it). */
struct process *process_new(struct ws2 *ws2, const struct process_setup *setup, char **why);
/* What the catalogue holds, as WSAEnumProtocols tells it: a list, in the order in which the DLL looks through it. */
struct value *process_catalog(const struct process *process, struct arena *arena);
struct process *process_next(const struct ws2 *ws2, const struct process *after); /* in order of creation; NULL starts */
const char *process_name(const struct process *process);
uint32_t process_id(const struct process *process);
struct thread *process_thread(const struct process *process, const char *name);
size_t process_handles(const struct process *process); /* open sockets and events made by WPUCreateEvent */
void process_buffers(struct process *process, bool there); /* as host_buffers, for one process */
bool process_exited(const struct process *process);
void process_cancel(struct process *process, const void *overlapped); /* CancelIoEx: whichever thread asked */
void process_exit(struct thread *thread); /* every thread ends, the caller too: does not return on the caller's fiber */

/* ---- the process's memory: what a client passes to a provider lies here ---- */

void *memory_block(struct process *process, size_t size_bytes);   /* zeroed, exactly this long to kernel_may_read/write */
void memory_release(struct process *process, void *block);
void *memory_outside(struct process *process);                    /* a pointer outside the process's address space */
bool memory_holds(const struct process *process, const void *start, size_t size_bytes);
bool memory_of_client(const struct process *process, const void *start); /* and not a layer's own */
/* Names for the trace: "o" for an OVERLAPPED, "s" for a socket. The text must outlive the process. */
void process_label_memory(struct process *process, const void *block, const char *label);
const char *process_memory_label(const struct process *process, const void *block); /* NULL: none */
/* What the client put into a block, for rows about calls whose buffers nobody can decode: bytes in host order never reach a
   row. The value must outlive the block. */
void process_explain_memory(struct process *process, const void *block, const struct value *meaning);
const struct value *process_memory_meaning(const struct process *process, const void *block); /* NULL: none */
void process_label_handle(struct process *process, uintptr_t handle, const char *label);
const char *process_handle_label(const struct process *process, uintptr_t handle); /* NULL: none */

/* ---- event objects ---- */

HANDLE event_new(struct process *process, bool scenario, const char *label); /* manual-reset, not signalled */
bool event_set(struct process *process, HANDLE event);   /* false: not an event of this process */
bool event_reset(struct process *process, HANDLE event);
bool event_exists(const struct process *process, HANDLE event);
bool event_signalled(const struct process *process, HANDLE event);
bool socket_signalled(const struct process *process, SOCKET s);         /* its own handle */

/* ---- completion ports ---- */

enum port_mode { PORT_SKIP_ON_SUCCESS = 1 }; /* FILE_SKIP_COMPLETION_PORT_ON_SUCCESS: what succeeds at once leaves no packet */
struct port_packet { uintptr_t key; const void *overlapped; int64_t error; DWORD bytes; };

HANDLE port_new(struct process *process, const char *label);
bool port_associate(struct process *process, SOCKET s, HANDLE port, uintptr_t key); /* false: no socket, no port, or it has one */
bool port_modes(struct process *process, SOCKET s, unsigned modes);
bool port_post(struct process *process, HANDLE port, const struct port_packet *packet);
/* The oldest packet, waited for: WSA_WAIT_EVENT_0, _TIMEOUT, _FAILED. */
DWORD port_take(struct thread *thread, HANDLE port, int64_t timeout_ns, struct port_packet *packet);

/* ---- files (file.c) ---- */

struct file_setup { /* lives as long as the process */
    const char *name;
    const uint8_t *pattern; size_t pattern_bytes; /* its content repeats this; at least one byte */
    uint64_t size_bytes, readable_bytes;          /* reading further fails */
};
HANDLE file_open(struct process *process, const struct file_setup *setup);

/* ---- windows and their messages ---- */

struct window_message { HWND window; UINT message; WPARAM wide; LPARAM word; };

HWND window_new(struct thread *owner, const char *label);      /* its messages are its owner's, and it goes with it */
bool window_destroy(struct thread *thread, HWND window);       /* with its messages; false: not a window of this thread */
const char *window_label(const struct ws2 *ws2, HWND window);  /* NULL: there never was such a window */
/* The thread's oldest message, or its oldest for one window, waited for: WSA_WAIT_EVENT_0; _TIMEOUT; _FAILED: not its window. */
DWORD message_take(struct thread *thread, HWND window, int64_t timeout_ns, struct window_message *message, uint64_t *number);
/* The window procedure got what process_observation knows by this number: it waits no longer. */
void message_dispatch(struct process *process, uint64_t number);

/* ---- threads ---- */

/* The body runs on the thread's own fiber. The first thread's name is the process's; others are "process/name". */
struct thread *thread_new(struct process *process, const char *name, void (*body)(struct thread *thread, void *argument), void *argument);
struct process *thread_process(const struct thread *thread);
const char *thread_name(const struct thread *thread);
struct task *thread_task(struct thread *thread);
struct thread *thread_of(struct task *task);
bool thread_ended(const struct thread *thread);
size_t thread_apcs(const struct thread *thread); /* queued and not yet run */

void thread_resume(struct thread *thread);  /* from the event loop: runs it until it parks */
void process_awake(struct process *process); /* its host is: threads that were to go on meanwhile do so now */
void thread_park(struct thread *thread);    /* on its own fiber: until thread_resume */
void thread_wake(struct thread *thread);    /* posts EVENT_THREAD_READY at the present instant */
void thread_timeout(struct task *task);     /* EVENT_WAIT_TIMEOUT */
void thread_delivered(struct task *task);   /* what request_deliver returned: its kernel_wait is over */
/* The thread's blocking hook: a function of the client, with what it wants to be given; NULL: none. False: the blocked call is
   to end. */
typedef bool blocking_hook(struct thread *thread, void *argument);
void thread_hook(struct thread *thread, blocking_hook *hook, void *argument);
void thread_exit(struct thread *thread);    /* on its own fiber: cancels what it asked for; does not return */

/* A wait of the client: for any of the events, for the time, alertable or not. */
#define WAIT_EVENTS_MOST 64
struct thread_wait { HANDLE events[WAIT_EVENTS_MOST]; size_t count; int64_t timeout_ns; bool alertable; };
DWORD thread_wait(struct thread *thread, const struct thread_wait *wait); /* WSA_WAIT_EVENT_0 + n, _IO_COMPLETION, _TIMEOUT, _FAILED */
bool thread_running_apc(const struct thread *thread);

/* ---- what the client saw ---- */

enum observation_kind { SAW_SIGNAL, SAW_ROUTINE, SAW_MESSAGE };

struct observation {
    enum observation_kind kind;
    uint64_t number;             /* from 1, in order, per process */
    int64_t at_ns;
    uint64_t row;                /* its trace row */
    HANDLE event;                /* SAW_SIGNAL: an event object of the scenario went from not signalled to signalled */
    unsigned routine;            /* SAW_ROUTINE: which, as routine_pointer counts them */
    const void *overlapped;
    DWORD error, bytes;
    const struct thread *thread; /* on which the routine ran */
    struct window_message message; /* SAW_MESSAGE: what was posted to a window of one of its threads */
    bool claimed;
};
#define ROUTINES_MOST 64
/* What the process's routines do besides leaving a row: called inside each, on its thread. The observation lives as long as the
   process, but moves at the next one. */
typedef void routine_body(struct thread *thread, struct observation *seen, void *argument);
void process_routines(struct process *process, routine_body *body, void *argument);
LPWSAOVERLAPPED_COMPLETION_ROUTINE routine_pointer(unsigned index); /* index < ROUTINES_MOST: a function of its own each */
struct observation *process_observation(struct process *process, uint64_t number); /* NULL: not yet */
#endif
