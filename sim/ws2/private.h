/*
 * What the files of sim/ws2 share among themselves.
 */
#ifndef WS2_PRIVATE_H
#define WS2_PRIVATE_H
#include "core/arena.h"
#include "core/check.h"
#include "core/fiber.h"
#include "net/net.h"
#include "ws2/judge.h"
#include "ws2/names.h"
#include "ws2/spi.h"
#include "ws2/ws2.h"

struct ws2 {
    struct engine *engine;
    struct trace *trace;
    struct net *net;
    struct judge *judge;
    struct process *first, *last;
    struct fiber *fiber;        /* the one that runs, NULL in the loop */
    const char *calling;        /* SPI function in progress on the running thread */
    bool crashed;
    struct window *windows, *last_window; /* all there ever were */
    struct arena *spare;        /* for the values of the next call's rows, or NULL */
    uint32_t next_process_id, next_thread_id;
    struct share *shares; uint32_t shares_given; /* tokens that nobody has used yet, newest first (share.c) */
};

/* ---- handles ---- */

enum handle_kind { HANDLE_FREE, HANDLE_SOCKET, HANDLE_EVENT, HANDLE_PORT, HANDLE_FILE };

struct waiter { struct thread *thread; size_t index; uintptr_t event; struct waiter *prev, *next; };

struct handle {
    enum handle_kind kind;
    const char *label;           /* scenario name, or NULL */
    DWORD_PTR context;           /* HANDLE_SOCKET: the provider's */
    DWORD catalog_entry;         /* under which it was registered last: by WPUCreateSocketHandle or WPUModifyIFSHandle */
    bool ifs;                    /* HANDLE_SOCKET: by the latter */
    SOCKET depends_on;           /* HANDLE_SOCKET of a layer: on which one below, in the sense of plug and play; 0: it was not asked */
    bool signalled, scenario;    /* HANDLE_EVENT; of HANDLE_SOCKET socket_signal; scenario: made for the scenario, not by WPUCreateEvent */
    struct waiter *waiters;      /* in order of waiting */
    uintptr_t port, key;         /* HANDLE_SOCKET: the completion port it is associated with, 0: none */
    unsigned modes;              /* enum port_mode */
    struct packet *packets;      /* HANDLE_PORT: that wait, oldest first */
    const struct file_setup *file; uint64_t position; /* HANDLE_FILE: and where it stands */
};

bool handle_left(const struct process *process); /* the policy lets it have another */
struct handle *handle_take(struct process *process, enum handle_kind kind, uintptr_t *value);
struct handle *handle_at(const struct process *process, uintptr_t value, enum handle_kind kind); /* NULL: not of this kind */
struct handle *handle_any(const struct process *process, uintptr_t value); /* also a released one; NULL: never given out */
void handle_release(struct process *process, uintptr_t value);
uintptr_t handle_lowest(const struct process *process, enum handle_kind kind); /* of those that are open; 0: none */
/* "s", or the number in hexadecimal. */
const char *handle_text(const struct process *process, uintptr_t value, char room[24]);

/* An operation that names no event tells by the socket's own handle: it is not signalled from the call on, and is at the end. */
void socket_signal(struct process *process, SOCKET s, const WSAOVERLAPPED *overlapped, bool signalled);

/* ---- completion ports (port.c) ---- */
void port_free(struct handle *handle);
bool port_has(const struct process *process, SOCKET s); /* the socket is associated with one */
void port_alike(struct process *process, SOCKET s, SOCKET like); /* the association of one is that of the other */
void port_completes(struct process *process, SOCKET s, const WSAOVERLAPPED *overlapped, DWORD bytes, bool immediate);
void port_returns(struct thread *thread, bool pending); /* the call returns, and says WSA_IO_PENDING or something else */

/* ---- windows (window.c) ---- */
bool window_is_there(const struct ws2 *ws2, HWND window);
bool message_post(struct ws2 *ws2, const struct window_message *message); /* false: no such window */
void windows_end(struct thread *thread);                                  /* its thread ends */
void messages_free(struct thread *thread);
void windows_free(struct ws2 *ws2);

void shares_free(struct ws2 *ws2); /* share.c */

/* ---- memory ---- */

struct memory;
struct memory *memory_new(void);
void memory_free(struct memory *memory);

/* ---- processes ---- */

struct slot { const uint32_t *provider; void *pointer; struct slot *next; };

struct loaded { void *library; LPWSPSTARTUP startup; const uint32_t *abi; };

/* One provider of a process: the base, or a layer above it (layer.c). */
struct provider_layer {
    const char *name;              /* of the base: "base" */
    const char *path;              /* NULL: the reference provider */
    bool ifs;
    const struct provider_setting *settings; size_t setting_count;
    struct loaded loaded;
    WSPPROC_TABLE table;           /* all NULL before its WSPStartup */
};
#define LAYERS_MOST MAX_PROTOCOL_CHAIN

/* ---- threads ---- */

struct apc { LPWSPUSERAPC function; DWORD_PTR context; uint64_t cause; struct apc *prev, *next; };

/* A kernel_wait. Another may begin inside it, in an asynchronous procedure call. */
struct kernel_waiting { bool interrupted; unsigned running_apc; struct kernel_waiting *outer; };

enum wait_state { WAIT_NONE, WAIT_PARKED, WAIT_DONE };

struct thread {
    struct task task;              /* first: thread_of() is a cast */
    struct process *process;
    struct fiber *fiber;
    void (*body)(struct thread *thread, void *argument);
    void *argument;
    struct apc *apcs; size_t apc_count;
    enum wait_state wait; DWORD wait_result; bool wait_alertable;
    struct waiter *waiters; size_t waiter_count; /* its places in the lists of the events it waits for; on its stack */
    struct message *messages;      /* to its windows, oldest first (window.c) */
    struct message_wait *awaited;  /* the message it waits for, NULL: none; on its stack */
    struct port_packet *packet;    /* where what it waits for at a port goes */
    struct { uintptr_t port; struct port_packet packet; } withheld; /* port 0: none; of what ended inside the call that asks (port.c) */
    int last_error;                /* WSASetLastError's */
    blocking_hook *hook; void *hook_argument;
    struct crossing *crossing;     /* its SPI calls in progress, the innermost first; on its stack */
    struct kernel_waiting *waiting; /* its kernel_waits, the innermost first; on its stack */
    unsigned below;                /* the next call is a layer's, to this one below it; 0: the client's */
    event_id timeout;
    bool slept;                    /* it was to go on while its host was asleep */
    bool ready;                    /* an EVENT_THREAD_READY is on its way */
    bool ended;
    unsigned running_apc;          /* how deep: one may wait alertably itself */
    struct thread *next;
};

struct process {
    struct ws2 *ws2;
    const char *name;
    struct host *host;
    enum kernel_profile profile;
    struct thread completer;       /* who runs while no thread does: its task has no thread id, and no fiber */
    struct memory *memory;
    struct handle *handles; size_t handle_room, handle_count;
    struct handle_policy policy;
    size_t *released; size_t released_room, released_first, released_count; /* indices that may be used again, oldest first */
    struct slot *slots;
    struct provider_layer layers[LAYERS_MOST]; unsigned layer_count; /* top first; the last is the base */
    bool without_ipv4, without_ipv6;
    WSAPROTOCOL_INFOW *catalog; size_t catalog_count;      /* in the order in which they are looked through */
    LPVOID extensions[EXTENSIONS]; /* what the client got with SIO_GET_EXTENSION_FUNCTION_POINTER (spi_ext.c) */
    RIO_EXTENSION_FUNCTION_TABLE rio; /* with SIO_GET_MULTIPLE_EXTENSION_FUNCTION_POINTER; cbSize 0: not asked yet (spi_rio.c) */
    unsigned startups;             /* WSPStartup less WSPCleanup */
    bool exited;
    struct thread *first_thread, *last_thread;
    struct observation *seen; size_t seen_count, seen_room;
    routine_body *routine_body; void *routine_argument; /* NULL: the client's routines do nothing more */
    struct process *next;
};

bool provider_load(const char *path, struct loaded *loaded, char **why);
void provider_unload(struct loaded *loaded);
struct observation *process_sees(struct process *process, enum observation_kind kind);

void thread_free(struct thread *thread);
void crossings_end(struct thread *thread); /* calls that never returned */
bool thread_queue_apc(struct thread *thread, LPWSPUSERAPC function, DWORD_PTR context);
void thread_satisfy(struct thread *thread, DWORD result); /* its wait is over with this result */
DWORD thread_wait_parked(struct thread *thread, int64_t timeout_ns, bool alertable); /* until thread_satisfy */
DWORD thread_wait_handle(struct thread *thread, uintptr_t handle, int64_t timeout_ns); /* parks in its list until thread_satisfy */
/* The process's thread that WSATHREADID names; NULL: none, or ended. */
struct thread *thread_by_id(const struct process *process, const WSATHREADID *id);
void thread_identify(const struct thread *thread, WSATHREADID *id);

/* ---- functions of the client that a provider calls on its thread: blocking hooks, condition functions (hook.c) ---- */
struct client_call { struct crossing *crossing; const void *overlapped; const char *calling; uint64_t cause; };
LPBLOCKINGCALLBACK hook_function(void);
void client_call_begins(struct client_call *call, struct thread *thread); /* from here on the client is at work again, */
void client_call_ends(const struct client_call *call, struct thread *thread); /* and from here on the provider */

/* The process of whoever runs; check() if nobody does. */
struct process *process_running(void);

/* ---- the upcall table, the catalogue ---- */
WSPUPCALLTABLE upcall_table(void);
const WSAPROTOCOL_INFOW *catalog_entry(size_t index); /* of the base protocols; NULL past the last */
void catalog_make(struct process *process);
bool catalog_has_family(const struct process *process, int family); /* 0: any */
void catalog_rows(const struct process *process); /* where layers stand in it: for whoever reads the trace */
const WSAPROTOCOL_INFOW *catalog_by_id(const struct process *process, DWORD id); /* NULL: no such entry */
const WSAPROTOCOL_INFOW *catalog_match(const struct process *process, int family, int type, int protocol); /* the nearest entry; never NULL */
const WSAPROTOCOL_INFOW *catalog_by_provider(const struct process *process, const GUID *provider);
DWORD catalog_layer(unsigned level); /* the entry of a layer by itself */
unsigned catalog_level(const struct process *process, DWORD id); /* the layer that serves its sockets; of what is no entry: the top one */

/* ---- what the DLL asks of a chain (dll.c) ---- */
SOCKET dll_serving(struct thread *thread, SOCKET s, DWORD code); /* the answer to a SIO_BSP_HANDLE code, or the socket itself */
void dll_socket_made(struct thread *thread, SOCKET s);
/* Copies with such answers, which the caller frees; NULL for a set without any. False: all are the sockets themselves. */
bool dll_sets_serving(struct thread *thread, fd_set *const sets[3], DWORD code, fd_set *serving[3]);
/* Takes out of the client's sets what is not ready: `served` is what was made of `asked`. */
void dll_sets_back(fd_set *const sets[3], fd_set *const served[3], const fd_set *const asked[3]);

/* ---- layers ---- */
const char *layer_path(const struct provider_layer *layer); /* as WPUGetProviderPath tells it */
void layer_table(unsigned level, WSPPROC_TABLE *table); /* what the layer above is given: each call crosses the seam (layer.c) */
unsigned layer_of_socket(const struct process *process, SOCKET s); /* whom the DLL calls for a client */

/* Winsock error to NT status and back (structures reference, 12.4). */
uint32_t status_of_error(DWORD error);
int error_of_status(uint32_t status);
void overlapped_finish(WSAOVERLAPPED *overlapped, DWORD error, DWORD bytes);
#endif
