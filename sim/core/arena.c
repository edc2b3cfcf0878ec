/*
 * Blocks of doubling size, the newest first; what does not fit the newest gets a new one. Nothing is given back alone, so
 * taking is an addition and a comparison.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, madvise */
#include "core/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/check.h"

#define ALIGNMENT ((size_t)16)
#define HUGE_PAGE ((size_t)2 * 1024 * 1024)
#define BLOCK_LEAST ((size_t)4 * 1024)
#define BLOCK_MOST ((size_t)256 * 1024)

enum { EXIT_ENVIRONMENT = 5 };

struct block {
    struct block *older;
    size_t size; /* of the bytes */
    _Alignas(16) unsigned char bytes[];
};

struct arena {
    struct block *newest;
    size_t used; /* of the newest block's bytes */
};

noreturn void memory_exhausted(size_t size_bytes)
{
    fprintf(stderr, "wspsim: out of memory (%zu bytes wanted)\n", size_bytes);
    fflush(stderr);
    _Exit(EXIT_ENVIRONMENT); /* not exit: a run in progress would take it for the provider's doing */
}

void *memory_take(size_t size_bytes)
{
    void *memory = calloc(1, size_bytes > 0 ? size_bytes : 1);
    if (memory == NULL)
        memory_exhausted(size_bytes);
    return memory;
}

void *memory_grow(void *old, size_t size_bytes)
{
    void *memory = realloc(old, size_bytes > 0 ? size_bytes : 1);
    if (memory == NULL)
        memory_exhausted(size_bytes);
    return memory;
}

static size_t map_length(size_t size_bytes)
{
    size_t grain = size_bytes >= HUGE_PAGE ? HUGE_PAGE : (size_t)64 * 1024; /* no page of any machine is larger */
    if (size_bytes > SIZE_MAX - 2 * HUGE_PAGE)
        memory_exhausted(size_bytes);
    return (size_bytes + grain - 1) / grain * grain;
}

void *memory_map(size_t size_bytes)
{
    size_t length = map_length(size_bytes), slack = length >= HUGE_PAGE ? HUGE_PAGE : 0;
    char *pages = mmap(NULL, length + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (pages == MAP_FAILED)
        memory_exhausted(size_bytes);
    if (slack == 0)
        return pages;
    /* Aligned by cutting off what stands over at both ends. */
    size_t front = (HUGE_PAGE - (uintptr_t)pages % HUGE_PAGE) % HUGE_PAGE;
    if (front > 0)
        munmap(pages, front);
    if (slack > front)
        munmap(pages + front + length, slack - front);
#ifdef MADV_HUGEPAGE
    madvise(pages + front, length, MADV_HUGEPAGE); /* a wish: refused, it costs speed alone */
#endif
    return pages + front;
}

void memory_unmap(void *pages, size_t size_bytes)
{
    if (pages != NULL)
        munmap(pages, map_length(size_bytes));
}

struct arena *arena_new(void)
{
    return memory_take(sizeof(struct arena));
}

void arena_free(struct arena *arena)
{
    if (arena == NULL)
        return;
    for (struct block *block = arena->newest; block != NULL;) {
        struct block *older = block->older;
        free(block);
        block = older;
    }
    free(arena);
}

void arena_clear(struct arena *arena)
{
    if (arena->newest == NULL)
        return;
    for (struct block *block = arena->newest->older; block != NULL;) {
        struct block *older = block->older;
        free(block);
        block = older;
    }
    arena->newest->older = NULL;
    memset(arena->newest->bytes, 0, arena->used); /* what is taken is zeroed */
    arena->used = 0;
}

static void block_add(struct arena *arena, size_t wanted)
{
    size_t size = BLOCK_LEAST;
    if (arena->newest != NULL && arena->newest->size >= BLOCK_LEAST)
        size = arena->newest->size < BLOCK_MOST ? arena->newest->size * 2 : BLOCK_MOST;
    if (size < wanted)
        size = wanted;
    struct block *block = memory_take(sizeof *block + size);
    block->size = size;
    block->older = arena->newest;
    arena->newest = block;
    arena->used = 0;
}

/* A big block of its own goes behind the newest, so that what is left of that one stays of use. */
static void *block_alone(struct arena *arena, size_t size)
{
    struct block *block = memory_take(sizeof *block + size);
    block->size = size;
    block->older = arena->newest->older;
    arena->newest->older = block;
    return block->bytes;
}

void *arena_take(struct arena *arena, size_t size_bytes)
{
    if (size_bytes > SIZE_MAX - sizeof(struct block) - ALIGNMENT)
        memory_exhausted(size_bytes);
    size_t size = size_bytes > 0 ? (size_bytes + ALIGNMENT - 1) & ~(ALIGNMENT - 1) : ALIGNMENT;
    if (arena->newest == NULL || size > arena->newest->size - arena->used) {
        if (arena->newest != NULL && size > BLOCK_MOST / 4)
            return block_alone(arena, size);
        block_add(arena, size);
    }
    void *taken = arena->newest->bytes + arena->used;
    arena->used += size;
    return taken;
}

char *arena_text_n(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_take(arena, length + 1);
    if (length > 0)
        memcpy(copy, text, length);
    return copy;
}

char *arena_text(struct arena *arena, const char *text)
{
    return arena_text_n(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    check(format != NULL);
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    check(length >= 0);
    size_t room = (size_t)length + 1;
    char *text = arena_take(arena, room);
    vsnprintf(text, room, format, again);
    va_end(again);
    return text;
}
