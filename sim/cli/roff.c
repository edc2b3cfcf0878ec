/*
 * Texts as roff takes them: no control character begins a line, a dash is a dash, and what is not ASCII has its number.
 */
#include "cli/roff.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The code point at `at`, and how many bytes it has; what is not UTF-8 counts as single bytes. */
static unsigned code_point(const unsigned char *at, size_t left, size_t *bytes)
{
    size_t length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : at[0] >= 0xc0 ? 2 : 1;
    unsigned point = length == 1 ? at[0] : at[0] & (0xffu >> (length + 1));
    *bytes = 1;
    if (length > left) return at[0];
    for (size_t i = 1; i < length; i++) point = point << 6 | (at[i] & 0x3f);
    *bytes = length;
    return point;
}

void roff_text_n(const char *text, size_t length)
{
    bool begins = true;
    size_t bytes;
    for (size_t at = 0; at < length; at += bytes) {
        unsigned point = code_point((const unsigned char *)text + at, length - at, &bytes);
        if (begins && (point == '.' || point == '\'')) fputs("\\&", stdout);
        if (point == '\\') fputs("\\e", stdout);
        else if (point == '-') fputs("\\-", stdout);
        else if (point == '\'') fputs("\\(aq", stdout);
        else if (point == '`') fputs("\\(ga", stdout);
        else if (point == '^') fputs("\\(ha", stdout);
        else if (point == '~') fputs("\\(ti", stdout);
        else if (point == 0x2026) fputs("...", stdout);
        else if (point >= 0x80) printf("\\[u%04X]", point);
        else putchar((int)point);
        begins = point == '\n';
    }
}

void roff_text(const char *text) { roff_text_n(text, strlen(text)); }
