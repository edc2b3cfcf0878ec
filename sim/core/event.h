/*
 * An event is what the queue holds: its kind, whom it concerns and the trace row that put it there. The kinds are listed
 * here once; the one switch that runs them stands in sim/run.c and has no default, so a kind cannot be forgotten.
 */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H
#include <stdint.h>

enum event_kind {
    EVENT_SCRIPT,        /* the script has a step due              subject: script */
    EVENT_SETTLE,        /* a host's changes of this instant end   subject: host   */
    EVENT_REQUEST,       /* an accepted request completes          subject: request */
    EVENT_THREAD_READY,  /* a parked thread goes on                subject: task   */
    EVENT_WAIT_TIMEOUT,  /* a thread's wait has lasted long enough subject: task   */
    EVENT_ADDRESS_TIMER, /* an address's detection or lifetime     subject: ifaddr */
    EVENT_LINK,          /* the first packet of a link is there    subject: link, number: 1 its wire is free (codel.c) */
    EVENT_TCP_TIMER,     /* one of a connection's timers           subject: endpoint, number: which */
    EVENT_NET_TIMER,     /* neighbours, reassembly, groups         subject: net_timer */
    EVENT_TRAFFIC,       /* a built-in source has something to do  subject: traffic */
};

/* Within one instant all of a lower rank comes first: the world settles before the script speaks again. */
enum rank { RANK_MACHINE, RANK_SCRIPT };

struct event {
    enum event_kind kind;
    uint64_t cause; /* sequence number of a trace row, 0 = none */
    union {
        void *any;
        struct script *script;
        struct host *host;
        struct request *request;
        struct task *task;
        struct ifaddr *ifaddr;
        struct link *link;
        struct endpoint *endpoint;
        struct net_timer *net_timer;
        struct traffic *traffic;
    } subject;
    uint64_t number;
};
#endif
