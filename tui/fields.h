/*
 * A row's fields by name.
 */
#ifndef TUI_FIELDS_H
#define TUI_FIELDS_H
#include "core/trace_form.h"

#define FIELD_TEXT 128

bool field_find(const struct trace_row *row, const char *key, struct form_field *field); /* an outermost one */
const char *field_words(const struct trace_row *row, const char *key, char text[FIELD_TEXT]); /* a text or number as text; NULL: it has none */
bool field_number(const struct trace_row *row, const char *key, uint64_t *number);
#endif
