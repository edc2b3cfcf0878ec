/*
 * What every crossing of the seam does, whatever the function: the row of the call, the row of the return, and between them
 * the state that says who is calling what (for causes, crash reports and requests). Shared by the files spi*.c.
 */
#ifndef WS2_CROSSING_H
#define WS2_CROSSING_H
#include "ws2/decode.h"
#include "ws2/private.h"

/* One call in progress: whom it is made to, and what must be put back when it returns. On the caller's stack. */
struct crossing { struct crossing *outer; struct thread *thread; struct trace *trace; struct arena *arena; uint64_t cause; const void *overlapped; const char *calling, *object;
                  unsigned level; const WSPPROC_TABLE *table; char room[24];
                  unsigned asking;      /* functions of the client that the provider calls in it, and that have not returned */
                  bool inside;          /* the call comes from such a function */
                  bool stays;           /* what the call around it asks for: see core/task.h */
                  bool cancelled; int64_t cancelled_ns; }; /* its blocking hook ended it, and when */

/* True: the row is open and wants its fields, then crossing_goes. A call of the client goes to the provider of its socket, or,
   about no socket, to the layer `level`; one of a layer to the layer below it. */
bool crossing_begins(struct crossing *at, struct thread *thread, const char *function, SOCKET s);
bool crossing_begins_at(struct crossing *at, struct thread *thread, const char *function, const char *object, unsigned level);
void crossing_goes(struct crossing *at);
/* True: the row of the return is open, `returns` written; it wants its fields, then trace_end. */
bool crossing_returns(struct crossing *at, const char *function, bool failed, int error);
void crossing_ends(struct crossing *at);
/* The call has this OVERLAPPED, NULL: none. On Windows what ends at a completion port is not cancelled by the end of its thread. */
void crossing_asks(struct crossing *at, SOCKET s, const WSAOVERLAPPED *overlapped);

/* ---- fields ---- */
void trace_pointer(struct trace *trace, const struct process *process, const char *key, const void *pointer); /* null or "bad"; nothing for a good one */
const char *overlapped_label(const struct process *process, const void *overlapped);
void trace_completion(struct crossing *at, const WSAOVERLAPPED *overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine);
void trace_sockaddr(struct crossing *at, const char *key, const void *name, int size);
/* A value for a row: bytes that could not be decoded are told by what the client says they are, or by their number. */
const struct value *crossing_canonical(struct crossing *at, const struct value *decoded, const void *start, size_t size);
#endif
