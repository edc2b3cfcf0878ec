/*
 * The engine owns virtual time and the events to come. Order is (time, rank, sequence): a strict total order, first in
 * first out among equals. Time is int64_t nanoseconds from the start of the run and never goes back.
 *
 * The queue is a radix wheel (docs/decisions): posting, cancelling, moving and taking an event cost a few tens of
 * nanoseconds, growing slowly with the number of pending events; cancelled entries are swept before they outnumber the
 * live ones by more than a constant.
 */
#ifndef CORE_ENGINE_H
#define CORE_ENGINE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/event.h"

struct engine;
typedef uint64_t event_id; /* names one posted event for ever; EVENT_NONE names none */
#define EVENT_NONE ((event_id)0)

struct engine *engine_new(void);
void engine_free(struct engine *engine);

int64_t engine_now_ns(const struct engine *engine);
const int64_t *engine_clock(const struct engine *engine); /* where now lives, valid as long as the engine */

/* at_ns must not lie before now. The event is copied (its kind must be below 256, its cause below 2^48). */
event_id engine_post(struct engine *engine, int64_t at_ns, enum rank rank, struct event event);

/* False when the event was taken or cancelled before: asking again does no harm. */
bool engine_cancel(struct engine *engine, event_id id);

/* As cancel and post of the same event at another time, and in exactly that order among equals, but a move to a later time
   does not touch the queue. Returns the event's new name; EVENT_NONE if it was taken or cancelled before. */
event_id engine_move(struct engine *engine, event_id id, int64_t at_ns);

/* Takes the next event and lets time advance to it. False: nothing is left. */
bool engine_next(struct engine *engine, struct event *event);
bool engine_next_until(struct engine *engine, int64_t until_ns, struct event *event); /* only if it is due by then; else time stays */

/* The time of the event that engine_next would take; INT64_MAX if none. */
int64_t engine_next_ns(struct engine *engine);

/* How many events were taken at the present instant: the run's livelock guard reads it. */
uint64_t engine_taken_now(const struct engine *engine);
uint64_t engine_taken(const struct engine *engine); /* in all */
size_t engine_pending(const struct engine *engine);
size_t engine_dead(const struct engine *engine); /* cancelled entries still in the queue */
#endif
