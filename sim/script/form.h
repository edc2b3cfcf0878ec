/*
 * The one canonical form of a scenario: what `fmt` writes, and what people read in a review.
 */
#ifndef SCRIPT_FORM_H
#define SCRIPT_FORM_H
#include "script/json.h"

/* The whole text, with a line feed at its end. The same values in the same form whatever the source looked like: members of the top and of a
   step in the order of the language, all others as they stand; numbers as they are spelt. Formed again it stays as it is. The caller frees. */
char *scenario_form(const struct json *root);
/* As JSON in which the nodes of the document's own file stand where they stand there (placed.c). The caller frees. */
char *placed_form(const struct json *root);
#endif
