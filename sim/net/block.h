/* A block of equal things that grows. Small ones come from malloc, large ones are whole pages of their own (2 MiB pages where the
   system grants them: walks through a large table miss the TLB far less). */
#ifndef NET_BLOCK_H
#define NET_BLOCK_H
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"

#define BLOCK_PAGED ((size_t)256 << 10)

static inline void block_free(void *block, size_t room_bytes)
{
    if (room_bytes >= BLOCK_PAGED)
        memory_unmap(block, room_bytes);
    else
        free(block);
}

/* The first `used_bytes` are kept; the old block is gone. */
static inline void *block_grow(void *old, size_t used_bytes, size_t old_bytes, size_t room_bytes)
{
    if (room_bytes < BLOCK_PAGED)
        return memory_grow(old, room_bytes);
    void *block = memory_map(room_bytes);
    if (used_bytes)
        memcpy(block, old, used_bytes);
    block_free(old, old_bytes);
    return block;
}
#endif
