/*
 * A timer of the network: whoever has something to do later embeds one and names the function. Neighbours, reassembly, groups,
 * shaping and adapters share the one event kind, EVENT_NET_TIMER; sim/run.c hands it to net_timer_run.
 *
 * A timer is zeroed at first, and stopped before its memory goes.
 */
#ifndef NET_TIMER_H
#define NET_TIMER_H
#include "core/engine.h"

struct net_timer {
    void (*run)(struct net_timer *timer);
    event_id event; /* EVENT_NONE: not running */
};

/* EVENT_NET_TIMER: it may set itself again. */
static inline void net_timer_run(struct net_timer *timer)
{
    timer->event = EVENT_NONE;
    timer->run(timer);
}

static inline void net_timer_stop(struct engine *engine, struct net_timer *timer)
{
    if (timer->event != EVENT_NONE)
        engine_cancel(engine, timer->event);
    timer->event = EVENT_NONE;
}

/* Sets it anew, whatever it was set to before. cause: the trace row that what it does will be caused by. */
static inline void net_timer_set(struct engine *engine, struct net_timer *timer, int64_t at_ns, uint64_t cause)
{
    struct event event = { .kind = EVENT_NET_TIMER, .cause = cause, .subject.net_timer = timer };
    net_timer_stop(engine, timer);
    timer->event = engine_post(engine, at_ns, RANK_MACHINE, event);
}
#endif
