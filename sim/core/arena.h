/*
 * An arena owns memory that lives as long as something else lives (a run, a scenario file). Blocks are zeroed, aligned to
 * 16 bytes, never freed alone. Out of memory ends the process with exit code 5, so no caller checks for NULL.
 */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H
#include <stddef.h>
#include <stdnoreturn.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena); /* NULL is allowed */
void arena_clear(struct arena *arena); /* gives all back but keeps one block, to be filled again */

void *arena_take(struct arena *arena, size_t size_bytes);
char *arena_text(struct arena *arena, const char *text);                      /* a copy */
char *arena_text_n(struct arena *arena, const char *text, size_t length);     /* a copy, terminated */
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* malloc, calloc and realloc that end the process (exit code 5) rather than return NULL. The caller frees. */
void *memory_take(size_t size_bytes);             /* zeroed */
void *memory_grow(void *old, size_t size_bytes);

/* Zeroed pages straight from the system, for what is big; 2 MiB pages are asked for where they fit. Given back by
   memory_unmap with the same size. */
void *memory_map(size_t size_bytes);
void memory_unmap(void *pages, size_t size_bytes); /* NULL is allowed */

/* The end of the process for want of memory: a message and exit code 5. */
noreturn void memory_exhausted(size_t size_bytes);
#endif
