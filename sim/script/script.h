/*
 * The script: a scenario being run. It tells the network and the actors' threads what to do and when, and holds what they
 * see against what was expected. sim/run.c owns it and calls it; it calls sim/net and sim/ws2.
 */
#ifndef SCRIPT_SCRIPT_H
#define SCRIPT_SCRIPT_H
#include "core/engine.h"
#include "core/trace.h"
#include "script/scenario.h"

struct net;
struct ws2;
struct script;

struct script_setup {
    const struct scenario *scenario;
    struct engine *engine;
    struct trace *trace;
    struct net *net;
    struct ws2 *ws2;
    uint64_t seed;
    const char *provider; /* NULL: the reference provider, where an actor names none */
};

/* Builds the world of the scenario in `net`: hosts, interfaces, addresses, routes. False with problems. `check` uses it too. */
bool world_build(const struct scenario *scenario, struct net *net, uint64_t seed, struct problems *problems);
/* Every name a step uses of the world (hosts, interfaces) is there. */
void world_check_steps(const struct scenario *scenario, struct net *net, struct problems *problems);

/* World and processes. NULL with problems. */
struct script *script_new(const struct script_setup *setup, struct problems *problems);
void script_free(struct script *script);

void script_begin(struct script *script);         /* starts the actors, plans the timeline */
void script_turn(struct script *script);          /* EVENT_SCRIPT: at most one step */
void script_instant_over(struct script *script);  /* nothing more happens at this instant: claims are settled */
bool script_due(const struct script *script);      /* a step has its time yet to come */
bool script_finished(const struct script *script); /* every step has returned, every `for` has elapsed */
void script_end(struct script *script, const char *stopped); /* at_end, what was seen and not claimed, what was never reached.
                                                              `stopped`: why the run ended early, NULL: it did not */
void script_livelocked(struct script *script, uint64_t events); /* one instant has taken that many: it will never be over */
void script_crashed(struct script *script, const char *what); /* the provider crashed in this call */

struct failure {
    const struct step *step;       /* NULL: at_end, a rule, an actor */
    const struct json *node;       /* the place in the file; NULL: the file as a whole */
    const char *expected, *seen;   /* JSON values, NULL where there is none */
    const char *message;
    uint64_t row;                  /* the newest trace row then */
    int64_t at_ns;
    bool undecided;                /* not reached before the run ended */
};
size_t script_failures(const struct script *script);
const struct failure *script_failure(const struct script *script, size_t index);
#endif
