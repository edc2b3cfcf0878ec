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
    } subject;
    uint64_t number;
};
#endif
