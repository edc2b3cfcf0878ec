/*
 * A fiber is a stack of its own: what a simulated thread runs on. Resume and park cost a few nanoseconds (Boost.Context's C
 * entry points, docs/decisions). Below every stack lies a guard of 64 KiB; running into it is reported by core/fault.h.
 * AddressSanitizer is told of every switch. Fibers are resumed by the event loop only, and park back to it.
 */
#ifndef CORE_FIBER_H
#define CORE_FIBER_H
#include <stdbool.h>
#include <stddef.h>

struct fiber;

#define FIBER_STACK_BYTES ((size_t)256 * 1024)

/* The body runs at the first resume. Stacks are reused after fiber_free. */
struct fiber *fiber_new(size_t stack_bytes, void (*body)(void *argument), void *argument);
void fiber_free(struct fiber *fiber); /* also one that never ended; not the one that runs */

void fiber_resume(struct fiber *fiber);    /* from the loop: runs it until it parks or ends */
void fiber_park(struct fiber *fiber);      /* from inside the fiber: back to where it was resumed */
bool fiber_ended(const struct fiber *fiber); /* or was abandoned: either way it cannot be resumed */

/* True if the address lies in the guard below this fiber's stack; the fault handler asks. */
bool fiber_overflowed(const struct fiber *fiber, const void *address);
/* True if [start, start + size) lies within this fiber's stack. */
bool fiber_owns(const struct fiber *fiber, const void *start, size_t size_bytes);
/* After a fault tore the loop out of a fiber: it can only be freed. */
void fiber_abandon(struct fiber *fiber);
#endif
