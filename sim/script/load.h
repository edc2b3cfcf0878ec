/*
 * What the files that read a scenario share.
 */
#ifndef SCRIPT_LOAD_H
#define SCRIPT_LOAD_H
#include "script/bindings.h"
#include "script/kinds.h"
#include "script/scenario.h"

struct loading {
    struct scenario *scenario;
    struct problems *problems;
    uint64_t seed;      /* of the run */
    struct bindings by; /* what `by` may say: the names of actors and of threads, each with its thread_setup */
};

/* Members against tables (the list ends with NULL): unknown ones, wrong types, missing ones. True if nothing is wrong. */
bool load_members(struct loading *load, const struct json *object, const struct member *const *tables, const char *what);
void load_included(struct loading *load, const struct json *root); /* are its members such as a scenario has */
bool load_include(struct loading *load); /* the worlds of other files (include.c); false: none */
void load_parameters(struct loading *load, const struct scenario_parameter *given, size_t given_count); /* load_parameters.c */
void load_steps(struct loading *load);
/* One step, and what a function of the client does that a step names (load_hooks.c). */
void load_step(struct loading *load, const struct json *node, struct step *step, size_t index);
void load_asked(struct loading *load, struct step *step);
void load_loops(struct loading *load, struct step *step); /* the steps of `repeat` and `on` (load_loops.c) */
/* Puts plain steps where one stands for several (expand.c). True: there was such a one. */
bool load_expand(struct loading *load);
/* What the members of one step say together, and what stands inside them (load_rules.c). */
void load_rules(struct loading *load, const struct step *step);
/* Which names an actor's steps bring into being, and which they only use (load_names.c). */
void load_names(struct loading *load);
bool actor_known(struct loading *load, const struct json *name); /* or a problem */
#endif
