/*
 * What the files that run a scenario share.
 */
#ifndef SCRIPT_INSIDE_H
#define SCRIPT_INSIDE_H
#include <winsock2.h>
#include <ws2spi.h>

#include "core/check.h"
#include "core/value.h"
#include "net/net.h"
#include "script/bindings.h"
#include "script/kinds.h"
#include "script/script.h"
#include "ws2/judge.h"
#include "ws2/names.h"
#include "ws2/spi.h"
#include "ws2/ws2.h"

struct actor;

/* One line of steps: a thread of an actor, or the network's own. */
struct line {
    struct script *script;
    struct actor *actor;                 /* NULL: the network */
    struct thread *thread;
    const struct step *command;          /* running now on the thread's fiber; NULL: it is free */
    const struct step *hook;             /* its `blockinghook`; NULL: none */
    size_t turn;                         /* of it: which comes next */
    size_t late;                         /* steps that were due while it was busy, and wait */
};

/* What can be claimed: signals of one event, runs of one routine (for one OVERLAPPED, or for any), messages to one window. */
enum sight_kind { SIGHT_SIGNAL, SIGHT_ROUTINE, SIGHT_ROUTINE_FOR, SIGHT_MESSAGE };
struct sight_key { uintptr_t kind, what, overlapped; };

/* All observations of one key, oldest first, by number; those before `open` are claimed. */
struct sights { struct sight_key key; uint64_t *numbers; size_t count, room, open; UT_hash_handle hh; };

/* A buffer of Registered I/O: the client's memory, and the id that it was given. */
struct registered { char *memory; DWORD size; RIO_BUFFERID id; };

/* What a routine does (`on`), since when, and how often it has. */
struct body { const struct step *step; uint64_t rounds; struct body *earlier; };

struct actor {
    struct script *script;
    const struct actor_setup *setup;
    struct process *process;
    struct line *lines;
    struct bindings sockets, overlapped, events, routines, ports, windows, files;
    struct bindings registered;          /* name -> its registered buffer (calls_rio.c) */
    struct bindings queues;              /* name -> the id of a completion or request queue */
    struct bindings endpoints;           /* socket name -> the stack's number of what its call opened */
    struct bindings selected;            /* socket name -> event handle of its WSPEventSelect */
    struct bindings moving;              /* OVERLAPPED name -> the buffers that went with it last (call.h) */
    struct bindings bodies;              /* routine name -> its body */
    struct body *newest_body;
    uint64_t seen;                       /* observations gathered in `sights` */
    struct sights *sights;
    size_t waiting;                      /* its claims that wait */
    bool watched;                        /* it is in the list of actors with such claims */
    struct actor *next_watched;
};

enum progress { STEP_WAITS, STEP_DUE, STEP_LATE, STEP_RUNS, STEP_DONE }; /* LATE: due, but its thread is busy (when: free) */

struct step_run { enum progress progress; int64_t start_ns; uint64_t row; };

struct claim {
    const struct step *step;
    int64_t until_ns;
    uint64_t seen_before; bool failed;   /* of `nothing` */
    struct sights *sights;               /* NULL: its names do not stand for anything yet */
    size_t looked; bool begun;           /* what stands before `looked` in the sights is nothing for it; not begun: unknown */
    struct claim *next;
};

struct due { int64_t at_ns; size_t index; };

struct script {
    struct script_setup setup;
    struct arena *arena;
    struct actor *actors;
    struct line network;
    struct step_run *runs;
    struct bindings infos;              /* of `duplicate` steps: name -> struct duplicated, known to all actors (calls_duplicate.c) */
    struct due *dues; size_t due_count; /* a heap by (time, index) */
    event_id turn; int64_t turn_ns;     /* the EVENT_SCRIPT on its way */
    struct claim *claims, **claims_end; /* `sees` steps that wait, in the order of their start */
    struct actor *watched;
    bool fresh;                         /* something was gathered since all claims looked */
    int64_t quiet_until_ns, claims_until_ns; /* the first `nothing`, the first other claim whose time ends */
    size_t outstanding;                 /* steps that have not returned and must */
    struct failure *failures; size_t failure_count, failure_room;
    bool begun, crashed;
};

/* Time has an end: what lies beyond it is as late as can be. */
static inline int64_t time_after(int64_t at_ns, int64_t span_ns) { return span_ns > INT64_MAX - 1 - at_ns ? INT64_MAX - 1 : at_ns + span_ns; }
static inline int64_t script_now(const struct script *script) { return engine_now_ns(script->setup.engine); }
const struct json *script_member(const struct script *script, const struct step *step, const char *name);

/* ---- expectations (expect.c) ---- */
struct failure *fail_step(struct script *script, const struct step *step, const struct json *node, const char *expected, const char *seen, const char *format, ...) __attribute__((format(printf, 6, 7)));
bool value_matches(const struct json *expected, const struct value *seen); /* objects: the members that are named */
const char *json_words(struct script *script, const struct json *node);    /* the value as JSON, in the arena */
const char *value_words(struct script *script, const struct value *value);
const char *quoted(struct script *script, const char *text);

/* ---- steps ---- */
void step_returned(struct script *script, const struct step *step); /* schedules what follows */
void step_row(struct script *script, const struct step *step);      /* the row of a step that begins: the cause of what it does */
void part_run(struct line *line, const struct step *part);          /* hooks.c: a step inside another one, on the thread's fiber */
void message_run(struct script *script, const struct step *step);
void hook_over(struct line *line);                                  /* hooks.c: nobody asks it any more */
void bodies_end(struct actor *actor);                               /* loops.c: were its routines called as often as they should */
void net_step_run(struct script *script, const struct step *step);  /* net_steps.c */
void link_step_run(struct script *script, const struct step *step); /* link_steps.c */
void call_run(struct line *line, const struct step *step);          /* calls.c: on the thread's fiber */
void assert_run(struct script *script, const struct step *step);    /* asserts.c */
void sees_begin(struct script *script);                             /* sees.c: no claims yet */
void sees_start(struct script *script, const struct step *step);
void sees_look(struct script *script, bool instant_over);           /* lets waiting claims look at what was seen */
void sees_end(struct script *script);
bool claim_signal(struct actor *actor, HANDLE event);               /* the oldest unclaimed; false: none */

struct actor *step_actor(struct script *script, const struct step *step);
struct iface *step_interface(struct script *script, const char *host_dot_interface);

/* ---- what an actor saw and nobody claimed (sights.c) ---- */
void sights_gather(struct actor *actor);                                        /* what was seen since the last time */
struct sights *sights_of(struct actor *actor, const struct sight_key *key);     /* made at its first mention */
struct observation *sights_oldest(struct actor *actor, struct sights *sights);  /* unclaimed; NULL: none */
size_t sights_from(struct actor *actor, struct sights *sights, int64_t from_ns); /* where those from then on begin */
void sights_free(struct actor *actor);

void rio_assert_run(struct script *script, const struct step *step);            /* asserts_rio.c */

/* ---- names of an actor (bindings.c) ---- */
HANDLE actor_event(struct actor *actor, const char *name);               /* made at its first mention */
HANDLE actor_port(struct actor *actor, const char *name);                /* likewise */
WSAOVERLAPPED *actor_overlapped(struct actor *actor, const char *name);  /* likewise */
LPWSAOVERLAPPED_COMPLETION_ROUTINE actor_routine(struct actor *actor, const char *name);
const char *actor_routine_name(const struct actor *actor, unsigned index);
#endif
