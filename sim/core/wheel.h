/*
 * The engine's queue of keys; nobody but the engine includes this. A key is 128 bits whose order as a number is the order of
 * events: {time:64, rank:1, sequence:39, index:24}. The index names a record of the engine; the wheel reads nothing of a
 * record but its stamp, which tells whether the key still stands for an event.
 *
 * Keys lie in one of three places (docs/decisions/0001-event-queue.md):
 *   slots   all keys with time >= end: by the highest 9-bit digit in which the time differs from `origin`, as chunked arrays;
 *   front   keys with time < end, sorted: the next ones to come;
 *   early   a small heap of keys with time < end that would be dear to put into the front.
 */
#ifndef CORE_WHEEL_H
#define CORE_WHEEL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 wheel_key;

#define INDEX_BITS 24
#define INDEX_MASK ((UINT64_C(1) << INDEX_BITS) - 1)
#define SCRIPT_BIT (UINT64_C(1) << 63) /* of a key's lower half: the rank */
#define DIGIT_BITS 9
#define DIGIT_SLOTS 512u
#define DIGIT_LEVELS 7u /* 63 bits of time */
#define CHUNK_KEYS 31u

#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define NEVER_INLINE __attribute__((noinline))

/* Set while an event's key still has the time and sequence number from before the event was moved. */
#define MOVED (UINT64_C(1) << 63)

/* An event as it waits, half a cache line. */
struct record {
    uint64_t stamp; /* rank:1, sequence:39, then 24 bits of the engine's; 0: free */
    uint64_t what;  /* cause:48, kind:8, and 8 bits of the engine's, one of them MOVED */
    union {
        void *subject;
        uint64_t entry; /* while moved: the sequence number in its key */
    } of;
    uint64_t number; /* while moved: when it is truly due; while free: the next free record */
};

struct chunk {
    struct chunk *next;
    uint64_t unused; /* keeps the keys aligned and a chunk at 512 bytes */
    wheel_key keys[CHUNK_KEYS];
};

struct slot {
    struct chunk *head, *tail;
    uint32_t count, tail_count;
};

struct wheel {
    uint64_t origin; /* no slot and no front key is before it */
    uint64_t end;    /* front and early hold every key before it, the slots every other */
    uint32_t levels; /* one bit for each level that holds anything */
    size_t first, last, room; /* of the front */
    wheel_key *front;
    size_t early_count, early_room;
    wheel_key *early;
    const struct record *records; /* the engine's */
    bool records_far; /* too many for the nearer caches */
    struct chunk *free_chunks;
    char *block;  /* the newest block's part that was never used */
    size_t block_left;
    struct block *blocks;
    uint32_t level_slots[DIGIT_LEVELS]; /* how many slots of a level hold anything */
    uint64_t used[DIGIT_LEVELS][DIGIT_SLOTS / 64];
    struct slot slots[DIGIT_LEVELS][DIGIT_SLOTS];
};

void wheel_start(struct wheel *wheel);
void wheel_end(struct wheel *wheel); /* gives its memory back */

NEVER_INLINE bool wheel_refill(struct wheel *wheel);                    /* front and early must be empty; false: so are the slots */
NEVER_INLINE void wheel_add_front(struct wheel *wheel, wheel_key key, uint64_t now); /* the key's time is before `end` */
void wheel_drop_early(struct wheel *wheel);                             /* the first of the early keys */
void wheel_sweep(struct wheel *wheel);                                  /* drops every key whose event is gone */
NEVER_INLINE struct chunk *wheel_chunk(struct wheel *wheel);

static inline wheel_key key_of(uint64_t time, uint64_t low)
{
    return (wheel_key)time << 64 | low;
}

static inline uint64_t key_time(wheel_key key)
{
    return (uint64_t)(key >> 64);
}

static inline uint64_t key_low(wheel_key key)
{
    return (uint64_t)key;
}

static inline size_t key_index(wheel_key key)
{
    return (size_t)((uint64_t)key & INDEX_MASK);
}

/* A record that was freed, taken by another event since, or moved, carries another sequence number. */
static inline bool record_matches(const struct record *record, wheel_key key)
{
    return (record->stamp ^ key_low(key)) >> INDEX_BITS == 0;
}

/* Whether a key still stands for an event, be it for its old time. */
static inline bool key_lives(const struct wheel *wheel, wheel_key key)
{
    const struct record *record = &wheel->records[key_index(key)];
    if (record_matches(record, key))
        return true;
    return record->stamp != 0 && (record->what & MOVED) && record->of.entry == (key_low(key) & ~SCRIPT_BIT) >> INDEX_BITS;
}

/* Puts a key into its slot; its time is not before `end`. */
static inline void wheel_put(struct wheel *wheel, wheel_key key)
{
    uint64_t time = key_time(key);
    unsigned level = (63u - (unsigned)__builtin_clzll((time ^ wheel->origin) | 1)) / DIGIT_BITS;
    unsigned digit = (unsigned)(time >> (DIGIT_BITS * level)) % DIGIT_SLOTS;
    struct slot *slot = &wheel->slots[level][digit];
    if (UNLIKELY(slot->tail_count == CHUNK_KEYS || slot->count == 0)) {
        struct chunk *chunk = wheel_chunk(wheel);
        if (slot->count == 0) {
            slot->head = chunk;
            wheel->used[level][digit / 64] |= UINT64_C(1) << digit % 64;
            wheel->level_slots[level]++;
            wheel->levels |= 1u << level;
        } else {
            slot->tail->next = chunk;
        }
        slot->tail = chunk;
        slot->tail_count = 0;
    }
    slot->tail->keys[slot->tail_count++] = key;
    slot->count++;
}

#define FRONT_FEW 12u   /* so few keys in the front: a new one is put in by a few steps, and nothing else is to be looked at */
#define FRONT_SLIDE 64u /* where a short front goes back to the beginning of its memory, which so stays in the nearest cache */

static inline void wheel_add(struct wheel *wheel, wheel_key key, uint64_t now)
{
    size_t first = wheel->first, at = wheel->last;
    if (key_time(key) >= wheel->end) {
        wheel_put(wheel, key);
    } else if (at - first < FRONT_FEW && first < FRONT_SLIDE && key_time(key) >= wheel->origin) {
        wheel_key *front = wheel->front;
        wheel->last = at + 1;
        for (; at > first && front[at - 1] > key; at--)
            front[at] = front[at - 1];
        front[at] = key;
    } else {
        wheel_add_front(wheel, key, now);
    }
}
#endif
