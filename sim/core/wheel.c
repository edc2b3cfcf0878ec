/*
 * A slot is opened into the front as soon as it holds at most OPEN_KEYS keys, else it is spread over the next lower level. So
 * no key moves more often than there are digits in its delay, every move is a sequential read and an append, and the records
 * of the next events are fetched before they are needed.
 */
#include "core/wheel.h"

#include <stdlib.h>
#include <string.h>

#include "core/arena.h"

#define OPEN_KEYS 64u
#define INSERT_KEYS 12u  /* so many are sorted by insertion alone */
#define INSERT_STEPS 8u  /* from the end of the front, before the place is looked for */
#define FRONT_ALONE 64u  /* so many keys live in the front while the slots are empty */
#define FRONT_MOST 512u  /* a larger front of several instants goes back to the slots */
#define FRONT_SHIFT 128u /* a key that would shift more than so many others is put among the early ones */
#define BLOCK_LEAST ((size_t)64 * 1024)
#define BLOCK_MOST ((size_t)4 * 1024 * 1024)

struct block {
    struct block *older;
    size_t size;
};

/* ---- memory ---- */

void wheel_start(struct wheel *wheel)
{
    wheel->end = UINT64_MAX; /* no slot in use: the front takes all */
    wheel->room = 2 * FRONT_MOST;
    wheel->front = memory_take(wheel->room * sizeof *wheel->front);
}

void wheel_end(struct wheel *wheel)
{
    for (struct block *block = wheel->blocks; block != NULL;) {
        struct block *older = block->older;
        memory_unmap(block, block->size);
        block = older;
    }
    free(wheel->front);
    free(wheel->early);
}

static void block_add(struct wheel *wheel)
{
    size_t size = wheel->blocks == NULL ? BLOCK_LEAST : wheel->blocks->size * 2;
    size = size > BLOCK_MOST ? BLOCK_MOST : size;
    struct block *block = memory_map(size);
    block->size = size;
    block->older = wheel->blocks;
    wheel->blocks = block;
    /* The head takes the place of one chunk, so that chunks stay aligned. */
    wheel->block = (char *)block + sizeof(struct chunk);
    wheel->block_left = size - sizeof(struct chunk);
}

struct chunk *wheel_chunk(struct wheel *wheel)
{
    struct chunk *chunk = wheel->free_chunks;
    if (LIKELY(chunk != NULL)) {
        wheel->free_chunks = chunk->next;
    } else {
        if (wheel->block_left < sizeof *chunk)
            block_add(wheel);
        chunk = (struct chunk *)(void *)wheel->block;
        wheel->block += sizeof *chunk;
        wheel->block_left -= sizeof *chunk;
    }
    chunk->next = NULL;
    return chunk;
}

static inline struct chunk *chunk_release(struct wheel *wheel, struct chunk *chunk)
{
    struct chunk *next = chunk->next;
    chunk->next = wheel->free_chunks;
    wheel->free_chunks = chunk;
    return next;
}

/* ---- the early ones: a binary heap ---- */

static void early_add(struct wheel *wheel, wheel_key key)
{
    if (wheel->early_count == wheel->early_room) {
        wheel->early_room = wheel->early_room == 0 ? 64 : wheel->early_room * 2;
        wheel->early = memory_grow(wheel->early, wheel->early_room * sizeof *wheel->early);
    }
    size_t at = wheel->early_count++;
    while (at > 0 && wheel->early[(at - 1) / 2] > key) {
        wheel->early[at] = wheel->early[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    wheel->early[at] = key;
}

void wheel_drop_early(struct wheel *wheel)
{
    wheel_key *early = wheel->early;
    size_t count = --wheel->early_count, at = 0;
    wheel_key key = early[count];
    for (size_t child = 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && early[child + 1] < early[child])
            child++;
        if (early[child] >= key)
            break;
        early[at] = early[child];
        at = child;
    }
    early[at] = key;
}

/* ---- the front ---- */

/* The front goes back to the slots, but for what is due now. Slots stay right: the origin moves within the slot it is in. */
static void front_spill(struct wheel *wheel, uint64_t now)
{
    if (wheel->origin < now)
        wheel->origin = now;
    wheel->end = wheel->origin > now ? wheel->origin : now + 1;
    size_t kept = wheel->first;
    while (kept < wheel->last && key_time(wheel->front[kept]) < wheel->end)
        kept++;
    for (size_t i = kept; i < wheel->last; i++)
        wheel_put(wheel, wheel->front[i]);
    wheel->last = kept;
    size_t early_count = wheel->early_count;
    wheel->early_count = 0;
    for (size_t i = 0; i < early_count; i++) {
        wheel_key key = wheel->early[i];
        if (key_time(key) < wheel->end)
            early_add(wheel, key);
        else
            wheel_put(wheel, key);
    }
}

static void front_make_room(struct wheel *wheel, size_t wanted)
{
    size_t count = wheel->last - wheel->first;
    if (wheel->first > 0) {
        memmove(wheel->front, wheel->front + wheel->first, count * sizeof *wheel->front);
        wheel->first = 0;
        wheel->last = count;
    }
    if (count + wanted <= wheel->room)
        return;
    while (wheel->room < count + wanted)
        wheel->room *= 2;
    wheel->front = memory_grow(wheel->front, wheel->room * sizeof *wheel->front);
}

/* Nearly in order, as most keys come: a few steps from the end. Farther down it pays to look for the place and move all at once. */
static inline void front_insert(struct wheel *wheel, wheel_key key)
{
    wheel_key *front = wheel->front;
    size_t low = wheel->first, at = wheel->last++;
    size_t near = at - low > INSERT_STEPS ? at - INSERT_STEPS : low;
    for (; at > near && front[at - 1] > key; at--)
        front[at] = front[at - 1];
    if (UNLIKELY(at == near && near > low)) {
        size_t high = near;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            bool below = front[middle] < key;
            low = below ? middle + 1 : low;
            high = below ? high : middle;
        }
        memmove(front + low + 1, front + low, (near - low) * sizeof *front);
        at = low;
    }
    front[at] = key;
}

void wheel_add_front(struct wheel *wheel, wheel_key key, uint64_t now)
{
    size_t count = wheel->last - wheel->first;
    bool far_down = count > FRONT_SHIFT && wheel->front[wheel->last - FRONT_SHIFT] > key;
    if (UNLIKELY(far_down || key_time(key) < wheel->origin)) {
        early_add(wheel, key);
        return;
    }
    if (UNLIKELY(wheel->first >= FRONT_SLIDE && count <= FRONT_SLIDE)) {
        memcpy(wheel->front, wheel->front + wheel->first, count * sizeof *wheel->front);
        wheel->first = 0;
        wheel->last = count;
    }
    if (UNLIKELY(wheel->last == wheel->room))
        front_make_room(wheel, count / 2 + 1);
    front_insert(wheel, key);
    const wheel_key *front = wheel->front;
    size_t most = wheel->levels == 0 ? FRONT_ALONE : FRONT_MOST;
    if (UNLIKELY(count >= most) && key_time(front[wheel->last - 1]) != key_time(front[wheel->first]))
        front_spill(wheel, now);
}

/* ---- from the slots to the front ---- */

static int key_compare(const void *a, const void *b)
{
    wheel_key x = *(const wheel_key *)a, y = *(const wheel_key *)b;
    return (x > y) - (x < y);
}

/*
 * Deals the keys of one slot into 64 parts of its time. Eight byte counters share a word, so that one multiplication adds up
 * what lies before each of them.
 */
static inline void keys_deal(wheel_key *to, const wheel_key *from, size_t count, unsigned shift)
{
    uint64_t places[8] = {0};
    unsigned part = shift > 6 ? shift - 6 : 0;
    for (size_t i = 0; i < count; i++) {
        unsigned at = (unsigned)(key_time(from[i]) >> part) % 64;
        places[at / 8] += UINT64_C(1) << at % 8 * 8;
    }
    uint64_t before = 0;
    for (unsigned word = 0; word < 8; word++) {
        uint64_t sums = places[word] * UINT64_C(0x0101010101010101);
        places[word] = (sums << 8) + before * UINT64_C(0x0101010101010101);
        before += sums >> 56;
    }
    for (size_t i = 0; i < count; i++) {
        unsigned at = (unsigned)(key_time(from[i]) >> part) % 64;
        to[places[at / 8] >> at % 8 * 8 & 255] = from[i];
        places[at / 8] += UINT64_C(1) << at % 8 * 8;
    }
}

/* By insertion, which finds little left to move among keys that were dealt: few branches that cannot be foreseen. */
static inline void sort_few(wheel_key *to, wheel_key *from, size_t count, unsigned shift)
{
    wheel_key dealt[OPEN_KEYS];
    if (count > INSERT_KEYS) {
        keys_deal(dealt, from, count, shift);
        from = dealt;
    }
    for (size_t i = 0; i < count; i++) {
        wheel_key key = from[i];
        size_t at = i;
        for (; at > 0 && to[at - 1] > key; at--)
            to[at] = to[at - 1];
        to[at] = key;
    }
}

/* Many keys of one instant: nearly always in order already. */
static void sort_many(wheel_key *keys, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (keys[i - 1] > keys[i]) {
            qsort(keys, count, sizeof *keys, key_compare);
            return;
        }
}

static void slot_open(struct wheel *wheel, struct chunk *chunk, size_t left, unsigned shift)
{
    wheel_key few[OPEN_KEYS];
    wheel->first = wheel->last = 0;
    if (left > wheel->room)
        front_make_room(wheel, left);
    size_t count = 0;
    wheel_key *to = left <= OPEN_KEYS ? few : wheel->front;
    const struct record *records = wheel->records;
    while (left > 0) {
        size_t keys = left < CHUNK_KEYS ? left : CHUNK_KEYS;
        for (size_t i = 0; i < keys; i++) {
            wheel_key key = chunk->keys[i];
            __builtin_prefetch(&records[key_index(key)], 1);
            to[count++] = key;
        }
        left -= keys;
        chunk = chunk_release(wheel, chunk);
    }
    if (to == few)
        sort_few(wheel->front, few, count, shift);
    else
        sort_many(wheel->front, count);
    wheel->last = count;
}

/*
 * Fetches the records of the slot after the one being opened. From memory they take longer than the opening, so a slot ahead
 * is the right distance; what was nearer anyway costs a few instructions.
 */
static void slot_foresee(const struct wheel *wheel, unsigned level, unsigned word)
{
    uint64_t used = wheel->used[level][word];
    if (used == 0 && word + 1 < DIGIT_SLOTS / 64)
        used = wheel->used[level][++word];
    if (used == 0)
        return;
    const struct slot *slot = &wheel->slots[level][word * 64 + (unsigned)__builtin_ctzll(used)];
    const struct chunk *chunk = slot->head;
    size_t left = slot->count > OPEN_KEYS ? 0 : slot->count;
    while (left > 0) {
        size_t keys = left < CHUNK_KEYS ? left : CHUNK_KEYS;
        for (size_t i = 0; i < keys; i++)
            __builtin_prefetch(&wheel->records[key_index(chunk->keys[i])], 1);
        left -= keys;
        chunk = chunk->next;
    }
}

static void chunk_foresee(const struct chunk *chunk)
{
    for (size_t line = 0; chunk != NULL && line < sizeof *chunk; line += 64)
        __builtin_prefetch((const char *)chunk + line);
}

static void slot_spread(struct wheel *wheel, struct chunk *chunk, size_t left)
{
    chunk_foresee(chunk->next);
    while (left > 0) {
        size_t keys = left < CHUNK_KEYS ? left : CHUNK_KEYS;
        if (chunk->next != NULL)
            chunk_foresee(chunk->next->next);
        for (size_t i = 0; i < keys; i++)
            wheel_put(wheel, chunk->keys[i]);
        left -= keys;
        chunk = chunk_release(wheel, chunk);
    }
}

static inline void slot_unmark(struct wheel *wheel, unsigned level, unsigned digit)
{
    wheel->slots[level][digit].count = 0;
    wheel->used[level][digit / 64] &= ~(UINT64_C(1) << digit % 64);
    if (--wheel->level_slots[level] == 0)
        wheel->levels &= ~(1u << level);
}

bool wheel_refill(struct wheel *wheel)
{
    while (wheel->levels != 0) {
        unsigned level = (unsigned)__builtin_ctz(wheel->levels), word = 0;
        while (wheel->used[level][word] == 0)
            word++;
        unsigned digit = word * 64 + (unsigned)__builtin_ctzll(wheel->used[level][word]);
        unsigned shift = DIGIT_BITS * level; /* at most 54 */
        uint64_t above = wheel->origin >> shift >> DIGIT_BITS << DIGIT_BITS;
        wheel->origin = (above | digit) << shift;
        struct slot slot = wheel->slots[level][digit];
        slot_unmark(wheel, level, digit);
        if (slot.count <= OPEN_KEYS || level == 0) {
            slot_open(wheel, slot.head, slot.count, shift);
            wheel->end = wheel->origin + (UINT64_C(1) << shift);
            if (wheel->records_far)
                slot_foresee(wheel, level, word);
            break;
        }
        wheel->end = wheel->origin;
        slot_spread(wheel, slot.head, slot.count);
    }
    if (wheel->levels == 0) {
        wheel->origin = 0;
        wheel->end = UINT64_MAX;
    }
    return wheel->first != wheel->last;
}

/* ---- the sweep ---- */

/* Keeps the keys of the array whose events live; returns how many. */
static size_t keys_sweep(const struct wheel *wheel, wheel_key *to, const wheel_key *from, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        wheel_key key = from[i];
        to[kept] = key;
        kept += key_lives(wheel, key);
    }
    return kept;
}

static void slot_sweep(struct wheel *wheel, unsigned level, unsigned digit)
{
    struct slot *slot = &wheel->slots[level][digit];
    struct chunk *from = slot->head;
    uint32_t left = slot->count;
    slot->head = slot->tail = NULL;
    slot->count = 0;
    slot->tail_count = CHUNK_KEYS;
    while (left > 0) {
        wheel_key alive[CHUNK_KEYS];
        uint32_t keys = left < CHUNK_KEYS ? left : CHUNK_KEYS;
        for (size_t i = 0; from->next != NULL && i < CHUNK_KEYS; i++)
            __builtin_prefetch(&wheel->records[key_index(from->next->keys[i])]);
        size_t kept = keys_sweep(wheel, alive, from->keys, keys);
        left -= keys;
        from = chunk_release(wheel, from);
        for (size_t i = 0; i < kept; i++) {
            if (slot->tail_count == CHUNK_KEYS) {
                struct chunk *chunk = wheel_chunk(wheel); /* at worst the one just released */
                if (slot->tail == NULL)
                    slot->head = chunk;
                else
                    slot->tail->next = chunk;
                slot->tail = chunk;
                slot->tail_count = 0;
            }
            slot->tail->keys[slot->tail_count++] = alive[i];
            slot->count++;
        }
    }
    if (slot->count == 0)
        slot_unmark(wheel, level, digit);
}

void wheel_sweep(struct wheel *wheel)
{
    for (unsigned level = 0; level < DIGIT_LEVELS; level++)
        for (unsigned word = 0; word < DIGIT_SLOTS / 64; word++)
            for (uint64_t left = wheel->used[level][word]; left != 0; left &= left - 1)
                slot_sweep(wheel, level, word * 64 + (unsigned)__builtin_ctzll(left));
    wheel_key *front = wheel->front + wheel->first;
    wheel->last = wheel->first + keys_sweep(wheel, front, front, wheel->last - wheel->first);
    size_t early_count = keys_sweep(wheel, wheel->early, wheel->early, wheel->early_count);
    wheel->early_count = 0;
    for (size_t i = 0; i < early_count; i++)
        early_add(wheel, wheel->early[i]);
}
