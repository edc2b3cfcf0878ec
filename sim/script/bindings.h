/*
 * Names and what they stand for, found by hashing. A row stays where it is until bindings_free.
 */
#ifndef SCRIPT_BINDINGS_H
#define SCRIPT_BINDINGS_H
#include <stdint.h>

#include "net/table.h"

struct bound { const char *name; uintptr_t value; UT_hash_handle hh; };
struct bindings { struct bound *by_name; };

uintptr_t *binding_find(const struct bindings *bindings, const char *name); /* NULL: no such name */
void binding_set(struct bindings *bindings, const char *name, uintptr_t value);
void binding_forget(struct bindings *bindings, const char *name);
size_t bindings_count(const struct bindings *bindings);
void bindings_free(struct bindings *bindings);
#endif
