/*
 * What the files that make calls share: the call, its arguments as they lie in the process's memory, and the comparison of
 * what came back.
 */
#ifndef SCRIPT_CALL_H
#define SCRIPT_CALL_H
#include "script/inside.h"

/* What a call came to. */
struct outcome {
    bool failed;
    int64_t error;        /* if it failed */
    bool is_wait;         /* wait and sleep: `error` is the wait's result; 0 of a sleep means that the time was over */
    bool is_sleep;
};

struct call { struct line *line; struct script *script; struct actor *actor; struct process *process; const struct step *step; };

/* ---- arguments (calls.c) ---- */
const struct json *argument(const struct call *call, const char *name);
SOCKET call_socket(const struct call *call);
SOCKET call_socket_of(const struct call *call, const struct json *value);
HANDLE call_event(const struct call *call, const char *name);
WSAOVERLAPPED *call_overlapped(const struct call *call);
HANDLE call_completion_event(const struct call *call); /* hEvent of it */
void call_named(const struct call *call, const char *member, SOCKET s); /* from here on `as` names it */

/* ---- what came back (calls.c) ---- */
void check_bytes(const struct call *call, const DWORD *bytes);
void check_out(const struct call *call, const struct value *seen);
void check_number(const struct call *call, const char *member, int64_t seen, const char *what);

void check_flags(const struct call *call, DWORD seen); /* `flags_out` (calls_transfer.c) */

/* ---- addresses (calls_socket.c) ---- */

/* A name in memory: NULL, outside, or a block. */
struct sockname { void *bytes; int *size; void *blocks[2]; };
struct sockname name_given(const struct call *call, const char *member, const char *size_member, int *size); /* to be read: its length in *size */
struct sockname name_room(const struct call *call, const char *member, const char *size_member);             /* to be written */
void name_free(struct process *process, struct sockname *name);
void check_name(struct script *script, const struct step *step, const struct json *expected, const struct process *process, const void *name, int size);

/* ---- the calls, a file each family ---- */
struct outcome call_socket_step(const struct call *call);   /* calls_socket.c */
struct outcome call_transfer_step(const struct call *call); /* calls_transfer.c */
struct outcome call_extension_step(const struct call *call); /* calls_ext.c */
struct outcome call_option_step(const struct call *call);   /* calls_option.c: options and select */
struct outcome call_poll_step(const struct call *call);     /* calls_poll.c: WSAPoll */
struct outcome call_address_step(const struct call *call);  /* calls_address.c */
struct outcome call_qos_step(const struct call *call);      /* calls_qos.c */
struct outcome call_port_step(const struct call *call);     /* calls_port.c */
struct outcome call_window_step(const struct call *call);   /* calls_window.c */
void check_message(struct script *script, const struct step *step, const struct window_message *message); /* what it says against the step's members */
struct outcome call_rio_step(const struct call *call);      /* calls_rio.c: Registered I/O */
struct outcome call_loop_step(const struct call *call);     /* loops.c: `repeat` and `on` */
struct outcome call_hook_step(const struct call *call);     /* hooks.c */
void condition_runs(struct thread *thread, void *call);     /* what the condition function of an `accept` does */
struct outcome call_duplicate(const struct call *call);     /* calls_duplicate.c */
struct outcome call_open_duplicate(const struct call *call);

/* ---- control data (calls_ext.c) ---- */
void control_add(const struct call *call, WSABUF *control, const char *member, int type); /* a record behind the others, if the step says it: there is room */
const struct value *control_words(struct arena *arena, const WSABUF *control);            /* the records: {"ttl": 128, …} */

/* ---- data (marshal_data.c) ---- */
#define DATA_PIECES_MOST 64
#define DATA_BYTES_MOST ((uint64_t)32 * 1024 * 1024) /* of one piece */

/* The buffers of one send or receive. They stay for as long as an OVERLAPPED may refer to them. */
struct moving {
    WSABUF *buffers;
    DWORD count;
    uint64_t total;
    DWORD *bytes, *flags;
    struct sockname name;
    bool receives;
    void *blocks[2 * DATA_PIECES_MOST + 6];
    size_t block_count;
};
uint64_t data_size(const struct json *data); /* of one piece */
void moving_data(struct process *process, const struct json *data, struct moving *moving);
void moving_room(struct process *process, const struct json *sizes, struct moving *moving);
void moving_free(struct process *process, struct moving *moving);
void *moving_block(struct process *process, struct moving *moving, size_t size);
/* What a receive brought, against what was expected of it; a failure says both. */
void check_data(struct script *script, const struct step *step, const struct json *expected, const struct process *process, const struct moving *moving, uint64_t size);
/* The last buffers that went with this OVERLAPPED; NULL: none. */
struct moving *moving_of(const struct actor *actor, const WSAOVERLAPPED *overlapped);
struct moving *moving_kept(const struct call *call, const WSAOVERLAPPED *overlapped); /* empty, for the next call with it (calls_transfer.c); NULL: it has no name */
#endif
