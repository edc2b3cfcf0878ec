/*
 * The language as a JSON Schema (draft-07), made of the tables that the loader reads by: an editor completes and checks with it. What it
 * accepts may still be wrong (names that nobody declared, times that go backwards): `check` says.
 */
#ifndef SCRIPT_SCHEMA_H
#define SCRIPT_SCHEMA_H
#include "core/text.h"
#include "script/kinds.h"

char *schema_text(void); /* whole, formed as scenarios are. The caller frees. */

void schema_type(struct text *text, enum type type); /* what a value of the type may be: one or several schemas, with commas between (schema_type.c) */
#endif
