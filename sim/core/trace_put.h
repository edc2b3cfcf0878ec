/*
 * Writing JSON straight on: room is reserved once, for the longest possible outcome, then bytes are put without a further look.
 * Only texts that need escapes go through text_json. This header is for sim/core/trace*.c.
 */
#ifndef CORE_TRACE_PUT_H
#define CORE_TRACE_PUT_H
#include "core/trace_form.h"

/* Room for the JSON of fields of this size in canonical form. */
void put_reserve(struct text *text, size_t form_bytes);

static inline void put(struct text *text, char c)
{
    text->bytes[text->length++] = c;
}

static inline void put_few(struct text *text, const char *more, size_t length)
{
    memcpy(text->bytes + text->length, more, length);
    text->length += length;
}

void put_integer(struct text *text, uint64_t number, bool is_signed);
/* Puts a text of ASCII without quotes, backslashes and controls, in quotes. False: it is not such a one (or seems so), nothing is put. */
bool put_plain(struct text *text, const char *value, size_t length);
void put_quoted(struct text *text, const char *value, size_t length);
void put_hex(struct text *text, const uint8_t *bytes, size_t size);
void put_value(struct text *text, const struct form_field *field); /* of a list or map: its opening bracket */
#endif
