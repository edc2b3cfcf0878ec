/*
 * Problems of a scenario file: where, what, and what to write instead. They are collected, so that one look at a file shows
 * all that is wrong with it.
 */
#ifndef SCRIPT_PROBLEM_H
#define SCRIPT_PROBLEM_H
#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "script/json.h"

struct problem { const char *file; unsigned line, column; const char *pointer, *message; struct problem *next; }; /* file NULL: that of the list */

struct problems { struct arena *arena; const char *file; struct problem *first, *last; size_t count; bool environment; };

/* At a value, or at a member's name. */
void problem_at(struct problems *problems, const struct json *node, const char *format, ...) __attribute__((format(printf, 3, 4)));
void problem_at_name(struct problems *problems, const struct json *member, const char *format, ...) __attribute__((format(printf, 3, 4)));
void problem_in(struct problems *problems, const char *file, unsigned line, unsigned column, const char *pointer, const char *message);
void problem_add(struct problems *problems, unsigned line, unsigned column, const char *pointer, const char *message);
/* "file:line:col: message (at /json/pointer)" for each. The caller frees. */
char *problems_text(const struct problems *problems);
#endif
