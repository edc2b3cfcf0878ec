/*
 * Manual pages: texts as roff takes them, and Markdown, as docs are written in, as roff.
 */
#ifndef CLI_ROFF_H
#define CLI_ROFF_H
#include <stddef.h>

void roff_text(const char *text);                  /* plain text; a line end stays one */
void roff_text_n(const char *text, size_t length);
/* Headings (from ## on: sections), paragraphs, lists, tables, code, and within a line code, bold and links. */
void roff_markdown(const char *text, size_t length);
#endif
