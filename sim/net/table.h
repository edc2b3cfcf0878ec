/* Hash tables and lists come from uthash, with memory that is never refused. */
#ifndef NET_TABLE_H
#define NET_TABLE_H
#include <stdlib.h>

#include "core/arena.h"

#define uthash_malloc(size) memory_take(size)
#define uthash_free(pointer, size) free(pointer)
#include <uthash.h>
#include <utlist.h>
#endif
