/*
 * Reading both streams of the trace as one: packet rows have numbers of their own, and each says in its field `after` which of the
 * other rows was the newest when it was written.
 */
#ifndef CORE_TRACE_ORDER_H
#define CORE_TRACE_ORDER_H
#include "core/trace.h"

struct trace_cursor { uint64_t rows, packets; }; /* how many of each were read; zeroed: none */

/* A packet row's field `after`; 0: it has none. */
uint64_t trace_after(const struct trace_row *packet);
/* The next row in the order of writing. False: there is none yet, or it was let go. */
bool trace_cursor_next(struct trace_cursor *cursor, const struct trace *trace, struct trace_row *row);
#endif
