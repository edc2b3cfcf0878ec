/*
 * What the files share that put plain steps into the place of one that stands for several.
 */
#ifndef SCRIPT_EXPAND_H
#define SCRIPT_EXPAND_H
#include "core/random.h"
#include "script/load.h"

#define STEPS_MOST 100000u

/* What is being put in the place of one step. */
struct expansion {
    struct loading *load;
    const struct json *node; /* the step */
    int64_t at_ns;
    struct json *first, *last;
    size_t count;
    struct random_stream stream; /* what is drawn for this step: of the run's seed and its place in the timeline */
};

struct json *node_new(const struct expansion *it, enum json_type type, const char *name, const char *text);
void node_append(struct json *parent, struct json *child);
struct json *step_new(struct expansion *it, const char *kind, int64_t after_ns); /* behind the others, at this time after the step's */
bool time_of_step(struct expansion *it, const char *what);                       /* it has a time from the start of the run */

/* A span of time: "5s", or { "between": ["1s", "5s"] }, drawn anew each time. At most six hours. */
bool span_check(struct expansion *it, const struct json *span);
int64_t span_draw(struct expansion *it, const struct json *span);

bool repeat_expand(struct expansion *it);
#endif
