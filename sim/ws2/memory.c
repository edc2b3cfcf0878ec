/*
 * A process's memory. A client passes pointers to a provider; kernel_may_read and kernel_may_write answer for them as an
 * address space would, so blocks are carved out of one reserved range and each counts for exactly its own size. Beyond the
 * blocks the range is unmapped: "a pointer outside the address space" is a real address that really faults.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, MAP_NORESERVE */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "ws2/private.h"

#define RANGE_BYTES ((size_t)1 << 30)   /* reserved, not committed */
#define COMMIT_BYTES ((size_t)64 << 10)
#define FORBIDDEN_BYTES ((uintptr_t)64 << 10) /* the first 64 KiB of every address space, and the last of the range */
#define SIZE_CLASSES 22                  /* 16 bytes to 32 MiB: released blocks of these sizes are used again */

struct block { char *start; size_t size, room; const char *label; const struct value *meaning; bool free; size_t next_free; };

struct memory {
    char *range, *top, *committed;
    struct block *blocks; size_t count, capacity; /* ascending by start: the range only grows */
    size_t last;                                  /* found last; most questions come in runs */
    size_t free_blocks[SIZE_CLASSES];             /* index + 1 of the first, 0: none */
};

struct memory *memory_new(void)
{
    struct memory *memory = memory_take(sizeof *memory);
    void *range = mmap(NULL, RANGE_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (range == MAP_FAILED) memory_exhausted(RANGE_BYTES);
    memory->range = memory->top = memory->committed = range;
    return memory;
}

void memory_free(struct memory *memory)
{
    munmap(memory->range, RANGE_BYTES);
    free(memory->blocks);
    free(memory);
}

static unsigned size_class(size_t room)
{
    unsigned class = 0;
    while (class < SIZE_CLASSES && ((size_t)16 << class) < room) class++;
    return class;
}

static struct block *block_grow(struct memory *memory, size_t room)
{
    if (room > RANGE_BYTES - FORBIDDEN_BYTES - (size_t)(memory->top - memory->range)) memory_exhausted(room); /* the process has a gigabyte */
    while (memory->top + room > memory->committed) {
        if (mprotect(memory->committed, COMMIT_BYTES, PROT_READ | PROT_WRITE) != 0) memory_exhausted(COMMIT_BYTES);
        memory->committed += COMMIT_BYTES;
    }
    if (memory->count == memory->capacity) {
        memory->capacity = memory->capacity ? 2 * memory->capacity : 64;
        memory->blocks = memory_grow(memory->blocks, memory->capacity * sizeof *memory->blocks);
    }
    struct block *block = &memory->blocks[memory->count++];
    *block = (struct block){ .start = memory->top, .room = room };
    memory->top += room;
    return block;
}

void *memory_block(struct process *process, size_t size_bytes)
{
    struct memory *memory = process->memory;
    unsigned class = size_class(size_bytes ? size_bytes : 1);
    size_t room = class < SIZE_CLASSES ? (size_t)16 << class : (size_bytes + 15) & ~(size_t)15;
    struct block *block;
    if (class < SIZE_CLASSES && memory->free_blocks[class]) {
        block = &memory->blocks[memory->free_blocks[class] - 1];
        memory->free_blocks[class] = block->next_free;
        memset(block->start, 0, block->room);
    } else {
        block = block_grow(memory, room);
    }
    block->size = size_bytes;
    block->free = false;
    block->label = NULL;
    block->meaning = NULL;
    return block->start;
}

/* The block whose room holds this address; NULL: none. */
static struct block *block_find(struct memory *memory, const void *start)
{
    const char *at = start;
    if (at < memory->range || at >= memory->top) return NULL;
    struct block *last = &memory->blocks[memory->last];
    if (at >= last->start && at < last->start + last->room) return last;
    size_t low = 0, high = memory->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (memory->blocks[middle].start <= at) low = middle; else high = middle;
    }
    memory->last = low;
    return &memory->blocks[low];
}

void memory_release(struct process *process, void *start)
{
    struct memory *memory = process->memory;
    struct block *block = block_find(memory, start);
    check(block && block->start == (char *)start && !block->free);
    block->free = true;
    unsigned class = size_class(block->room);
    if (class >= SIZE_CLASSES) return;
    block->next_free = memory->free_blocks[class];
    memory->free_blocks[class] = (size_t)(block - memory->blocks) + 1;
}

void *memory_outside(struct process *process) { return process->memory->range + RANGE_BYTES - FORBIDDEN_BYTES; }

bool memory_holds(const struct process *process, const void *start, size_t size_bytes)
{
    struct memory *memory = process->memory;
    const char *at = start;
    if ((uintptr_t)at < FORBIDDEN_BYTES) return false;
    if (at < memory->range || at >= memory->range + RANGE_BYTES) {
        /* A layered provider's own stack or heap: trusted, except where it would wrap round. */
        return size_bytes <= UINTPTR_MAX - (uintptr_t)at;
    }
    const struct block *block = block_find(memory, start);
    if (!block || block->free) return false;
    size_t offset = (size_t)(at - block->start);
    return offset <= block->size && size_bytes <= block->size - offset;
}

bool memory_of_client(const struct process *process, const void *start)
{
    const char *at = start, *range = process->memory->range;
    return at >= range && at < range + RANGE_BYTES;
}

void process_label_memory(struct process *process, const void *start, const char *label)
{
    struct block *block = block_find(process->memory, start);
    check(block != NULL);
    block->label = label;
}

const char *process_memory_label(const struct process *process, const void *start)
{
    const struct block *block = start ? block_find(process->memory, start) : NULL;
    return block && !block->free && block->start == (const char *)start ? block->label : NULL;
}

void process_explain_memory(struct process *process, const void *start, const struct value *meaning)
{
    struct block *block = block_find(process->memory, start);
    check(block != NULL);
    block->meaning = meaning;
}

const struct value *process_memory_meaning(const struct process *process, const void *start)
{
    const struct block *block = start ? block_find(process->memory, start) : NULL;
    return block && !block->free && block->start == (const char *)start ? block->meaning : NULL;
}
