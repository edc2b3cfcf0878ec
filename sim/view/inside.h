/*
 * What the files of sim/view share: texts, facts, the state, and the files that fold rows into it.
 *
 * A fold is pure: it takes the state and a row, and gives the state. There is a file for each kind; which rows it listens to stands
 * at its top.
 */
#ifndef VIEW_INSIDE_H
#define VIEW_INSIDE_H
#include "core/trace.h"
#include "view/view.h"

/* ---- texts.c: each distinct text once, numbered; they only ever grow, so a copy of a state is a copy of numbers ---- */
struct arena;
struct texts { struct arena *arena; const char **list; uint32_t *slots; size_t count, room, slot_count; };
#define NO_TEXT 0u
uint32_t text_number(struct texts *texts, const char *text); /* NULL: NO_TEXT */
uint32_t text_number_n(struct texts *texts, const char *text, size_t length);
const char *text_at(const struct texts *texts, uint32_t number);
void texts_free(struct texts *texts);

/* ---- facts.c: a table whose first columns are its key ---- */
#define COLUMNS_MOST 24
#define KEYS_MOST 4
struct fact {
    struct fact_rows rows; /* born 0: gone */
    uint32_t values[COLUMNS_MOST];
};
struct facts { struct fact *list; uint32_t *slots; size_t count, room, live, slot_count; unsigned keys; };

struct fact *facts_find(const struct facts *facts, const uint32_t *key);
struct fact *facts_add(struct facts *facts, const uint32_t *key, const struct trace_row *row); /* the one there, or a new one */
void facts_remove(struct facts *facts, struct fact *fact);
struct fact *facts_next(const struct facts *facts, size_t *cursor); /* facts may be removed on the way */
void facts_copy(struct facts *to, const struct facts *from); /* `to` is replaced */
void facts_free(struct facts *facts);

/* ---- the state; behind the kinds that are shown come those that only the folds look at ---- */
enum { KIND_CALLS = VIEW_KINDS, KIND_CONNECTIONS, KINDS };
struct state {
    struct texts *texts; /* shared by all copies */
    struct facts kinds[KINDS];
    uint64_t seq;
    int64_t at_ns;
};
void state_start(struct state *state, struct texts *texts);
void state_copy(struct state *to, const struct state *from);
void state_free(struct state *state);
size_t state_size(const struct state *state); /* facts in it */
void state_row(struct state *state, const struct trace_row *row);

static inline void fact_set(struct fact *fact, unsigned column, uint32_t value, const struct trace_row *row)
{
    if (fact->values[column] == value) return;
    fact->values[column] = value;
    fact->rows.changed = row->seq;
    fact->rows.changed_ns = row->at_ns;
}

/* ---- fields.c: what a row says. NO_TEXT where it does not, or says null ---- */
uint32_t row_text(struct state *state, const struct trace_row *row, const char *key);
uint32_t row_inner(struct state *state, const struct trace_row *row, const char *map, const char *key); /* a member of a map */
bool row_has(const struct trace_row *row, const char *key);
bool row_says(const struct trace_row *row, const char *key, const char *value); /* a text of just these bytes */
bool row_number(const struct trace_row *row, const char *key, uint64_t *value);
bool begins_with(const char *text, const char *start);
uint32_t word(struct state *state, const char *text); /* text_number, said shortly */
uint32_t number_word(struct state *state, uint64_t number);

/* ---- view.c: how far apart the copies are at first, and how many there are at most; before the first move ---- */
void view_keeps(struct view *view, uint64_t rows_between, size_t copies_most);

/* ---- columns; the key first. What stands behind *_SHOWN is for the folds ---- */
enum { INTERFACE_HOST, INTERFACE_NAME, INTERFACE_TYPE, INTERFACE_UP, INTERFACE_CONNECTED, INTERFACE_SPEED, INTERFACE_MTU, INTERFACE_METRIC, INTERFACE_STACK, INTERFACE_SHOWN };
enum { ADDRESS_HOST, ADDRESS_INTERFACE, ADDRESS_ADDRESS, ADDRESS_STATE, ADDRESS_SHOWN };
enum { ROUTE_HOST, ROUTE_TO, ROUTE_VIA, ROUTE_INTERFACE, ROUTE_METRIC, ROUTE_AUTOMATIC, ROUTE_SHOWN };
enum { LINK_FROM, LINK_WAY, LINK_TO, LINK_HOST, LINK_CUT, LINK_RATE, LINK_DELAY, LINK_QUEUE_PACKETS, LINK_QUEUE_BYTES, LINK_OVERHEAD, LINK_MTU, LINK_RESERVABLE, LINK_DISCIPLINE,
       LINK_LOSS_MODEL, LINK_LOSS, LINK_DUPLICATE, LINK_CORRUPT, LINK_REORDER, LINK_JITTER, LINK_SHOWN };
enum { SOCKET_ACTOR, SOCKET_NAME, SOCKET_HANDLE, SOCKET_HOST, SOCKET_FAMILY, SOCKET_TYPE, SOCKET_PROTOCOL, SOCKET_STATE, SOCKET_LOCAL, SOCKET_REMOTE, SOCKET_BLOCKING, SOCKET_EVENTS,
       SOCKET_TELLS, SOCKET_SHUTDOWN, SOCKET_SHOWN, SOCKET_TOKEN = SOCKET_SHOWN };
enum { PENDING_ACTOR, PENDING_LAYER, PENDING_NAME, PENDING_HOST, PENDING_THREAD, PENDING_CALL, PENDING_SOCKET, PENDING_WHAT, PENDING_SHOWN, PENDING_ACCEPT = PENDING_SHOWN };
enum { THREAD_ACTOR, THREAD_NAME, THREAD_HOST, THREAD_STATE, THREAD_CALL, THREAD_OBJECT, THREAD_STEP, THREAD_SHOWN, THREAD_TOP = THREAD_SHOWN, THREAD_STEP_ROW, THREAD_STEP_AS, THREAD_STEP_NOW };
/* An open call, or a wait of the script; the outer one is the call within which the thread makes it. */
enum { CALL_ROW, CALL_ACTOR, CALL_THREAD, CALL_LAYER, CALL_VERB, CALL_OBJECT, CALL_OUTER, CALL_AS, CALL_OVERLAPPED, CALL_CODE, CALL_FAMILY, CALL_TYPE, CALL_PROTOCOL, CALL_NAME_OF, CALL_TO,
       CALL_EVENTS, CALL_TELLS, CALL_ULONG, CALL_HOW, CALL_ACCEPT, CALL_TOKEN, CALL_COLUMNS };
/* A TCP connection as one end sees it. */
enum { CONNECTION_HOST, CONNECTION_LOCAL, CONNECTION_REMOTE, CONNECTION_ACTOR, CONNECTION_SOCKET, CONNECTION_STATE, CONNECTION_WAITS, CONNECTION_COLUMNS };

/* ---- the folds ---- */
void interfaces_fold(struct state *state, const struct trace_row *row);
void addresses_fold(struct state *state, const struct trace_row *row);
void routes_fold(struct state *state, const struct trace_row *row);
void links_fold(struct state *state, const struct trace_row *row);
void connections_fold(struct state *state, const struct trace_row *row); /* and the sockets whose connections they are */
void threads_fold(struct state *state, const struct trace_row *row);     /* before all that look at the calls that are open */
void sockets_fold(struct state *state, const struct trace_row *row);
void pending_fold(struct state *state, const struct trace_row *row);
void calls_done(struct state *state, const struct trace_row *row);       /* after them: the call that this row ends is closed */
void processes_fold(struct state *state, const struct trace_row *row);   /* a process goes, and all that was its own */

struct fact *call_returned(struct state *state, const struct trace_row *row); /* the call that this row ends; NULL: none */
struct fact *call_of_thread(struct state *state, const struct trace_row *row); /* the innermost one that the row's thread is in */
/* The longest waiting connection of this listener is this socket's from now on; NULL: none waits. */
const struct fact *connection_accepted(struct state *state, const struct fact *listener, uint32_t actor, uint32_t name);
void connections_of_closed(struct state *state, const struct fact *sock); /* the socket goes */
#endif
