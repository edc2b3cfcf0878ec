/*
 * A scenario as it was read: checked, with every name resolved, and never changed by a run.
 */
#ifndef SCRIPT_SCENARIO_H
#define SCRIPT_SCENARIO_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "script/json.h"
#include "script/problem.h"
#include "script/types.h"
#include "ws2/ws2.h"

struct step_kind;
struct layer_setup;

enum step_class { STEP_NET, STEP_CALL, STEP_SEES, STEP_ASSERT, STEP_TOGETHER, STEP_MESSAGE };
enum step_time { AT_TIME, AT_AFTER, AT_FOLLOWS }; /* "5ms"; "+5ms"; no `at` */

/* Parts of the step, and what the hook then says. */
struct turn { size_t first, count; bool go_on; const struct json *node; };

struct step {
    size_t index;                   /* in the timeline; a part of a `together` bears its list's */
    const struct json *node;
    const char *pointer;
    const struct step_kind *kind;
    enum step_time time;
    int64_t at_ns;                  /* AT_TIME; AT_AFTER: the distance */
    int actor;                      /* -1: the network itself */
    size_t thread;                  /* of the actor */
    bool when_free;
    bool returns_never;
    bool inside;                    /* a part of another step */
    bool asked;                     /* such a part, of a function of the client (a blocking hook, a condition function), or of a loop */
    bool looped;                    /* of a loop: `repeat`, `on` */
    struct step *parts;             /* STEP_TOGETHER: what starts with it; a call: what its function does */
    size_t part_count;
    struct turn *turns;             /* of a `blockinghook`: what it does each time it is asked, one after the other */
    size_t turn_count;
    struct step *next_here;         /* the thread's (or the network's) next step in the file */
    struct step *next_own;          /* the actor's next step in the file, parts of `together` lists among them */
};

struct thread_setup { const char *name; int actor; struct step *first, *last; };

struct actor_setup {
    const char *name;
    const char *host;
    const char *provider;           /* NULL: the run's */
    const struct layer_setup *layers; size_t layer_count; /* above it, top first */
    bool without_ipv4, without_ipv6;
    uint32_t user;                  /* 0: names none; equal names have equal numbers */
    bool observed;
    bool restricted; /* no administrator */
    struct handle_policy handles;
    struct file_setup *files; size_t file_count; /* open from the start */
    bool unclaimed_ignored;
    bool starts_itself;             /* its timeline says `startup` */
    struct thread_setup *threads;
    size_t thread_count;
    struct step *first, *last;      /* its steps, on whatever thread */
    const struct json *node;
};

struct scenario {
    struct arena *arena;
    const struct json_document *document;
    const char *file, *title, *about, *source, *known_gap;
    bool seed_given;
    uint64_t seed;                  /* of the file */
    const struct json *hosts, *links, *lan, *defaults, *at_end;
    const char *merged;             /* the tree as JSON, if it has parts of other files, the steps on their lines: what a record keeps of it; else NULL */
    bool expanded;                  /* the timeline has steps that do not stand in the file */
    struct actor_setup *actors;
    size_t actor_count;
    struct step *steps;
    size_t step_count;
    struct thread_setup network;    /* the network's own line of steps */
};

struct scenario_parameter { const char *name, *value; };

/* What the command line has to say; NULL: nothing. Without a seed it is the scenario's own, or 1. */
struct scenario_given { const struct scenario_parameter *parameters; size_t count; const uint64_t *seed; };

/* NULL with problems. The scenario lives in the arena of `problems` and goes with it. */
struct scenario *scenario_read(const char *file, const struct scenario_given *given, struct problems *problems);
/* The same from memory (a record's scenario text). */
struct scenario *scenario_parse(const char *file, const char *text, size_t size, const struct scenario_given *given, struct problems *problems);

/* What a record keeps, enough to run it again: the file's text, or, where parts of other files are in it, the tree. The caller frees. */
char *scenario_source(const struct scenario *scenario);

/* A step's member; NULL: not there. Parameters stand in their places already. */
const struct json *step_member(const struct scenario *scenario, const struct step *step, const char *name);
#endif
