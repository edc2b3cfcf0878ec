/*
 * Records, clock and the ring of what is due at once; the order of all else is the wheel's work.
 *
 * Cancelling frees the record and leaves the key behind: a key whose record carries another stamp is dead. Moving an event
 * to a later time leaves its key as well: the record gets the new stamp, and the time and the key to wait for take the place
 * of number and subject, which are put aside until the event is taken. When the old key comes due it goes back with what is
 * true.
 */
#include "core/engine.h"

#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/check.h"
#include "core/wheel.h"

#define SEQUENCE_LIMIT (UINT64_C(1) << 39)
#define RECORDS_MOST ((size_t)INDEX_MASK) /* 2^24 - 1 */
#define RECORDS_LEAST ((size_t)2048)
#define NO_RECORD UINT64_MAX
#define FAR_BYTES ((size_t)2 * 1024 * 1024)
#define DEAD_ALLOWED 1024 /* beyond the number of live ones */

#define CAUSE_BITS 48
#define KIND_SHIFT CAUSE_BITS
#define SCALE_SHIFT (CAUSE_BITS + 8)

/* What the record of a moved event has no room for. */
struct aside {
    void *subject;
    uint64_t number;
};

struct engine {
    struct wheel wheel;
    int64_t now_ns;
    uint64_t sequence; /* of the next event posted */
    struct record *records;
    size_t record_room, record_top; /* allocated; used at least once */
    uint64_t free_record;
    struct aside *aside; /* from the first move on: of record n at n + 1; the first one is written, never read */
    size_t aside_room;
    size_t live, dead;
    uint64_t *ring; /* low words of keys: machine events of this instant, posted in this instant */
    size_t ring_first, ring_last, ring_room; /* positions only grow; room is a power of two */
    uint64_t taken, taken_before; /* in all; before the present instant */
};

enum place { NOWHERE, RING, FRONT, EARLY };

/* ---- life ---- */

struct engine *engine_new(void)
{
    struct engine *engine = memory_take(sizeof *engine);
    wheel_start(&engine->wheel);
    engine->sequence = 1;
    engine->free_record = NO_RECORD;
    return engine;
}

void engine_free(struct engine *engine)
{
    if (engine == NULL)
        return;
    wheel_end(&engine->wheel);
    memory_unmap(engine->records, engine->record_room * sizeof *engine->records);
    memory_unmap(engine->aside, engine->aside_room * sizeof *engine->aside);
    free(engine->ring);
    free(engine);
}

int64_t engine_now_ns(const struct engine *engine)
{
    return engine->now_ns;
}

const int64_t *engine_clock(const struct engine *engine)
{
    return &engine->now_ns;
}

uint64_t engine_taken_now(const struct engine *engine)
{
    return engine->taken - engine->taken_before;
}

uint64_t engine_taken(const struct engine *engine)
{
    return engine->taken;
}

size_t engine_pending(const struct engine *engine)
{
    return engine->live;
}

size_t engine_dead(const struct engine *engine)
{
    return engine->dead;
}

/* ---- records ---- */

static void *table_grow(void *old, size_t old_bytes, size_t new_bytes)
{
    void *table = memory_map(new_bytes);
    if (old != NULL)
        memcpy(table, old, old_bytes);
    memory_unmap(old, old_bytes);
    return table;
}

static void records_grow(struct engine *engine)
{
    check(engine->record_room < RECORDS_MOST); /* too many pending events */
    size_t room = engine->record_room == 0 ? RECORDS_LEAST : engine->record_room * 2, size = sizeof(struct record);
    room = room > RECORDS_MOST ? RECORDS_MOST : room;
    engine->records = table_grow(engine->records, engine->record_room * size, room * size);
    engine->record_room = room;
    engine->wheel.records = engine->records;
    engine->wheel.records_far = room * size >= FAR_BYTES;
}

static inline size_t record_take(struct engine *engine)
{
    uint64_t index = engine->free_record;
    if (LIKELY(index != NO_RECORD)) {
        engine->free_record = engine->records[index].number;
        return index;
    }
    if (UNLIKELY(engine->record_top == engine->record_room))
        records_grow(engine);
    return engine->record_top++;
}

static inline void record_release(struct engine *engine, size_t index)
{
    engine->records[index].stamp = 0;
    engine->records[index].number = engine->free_record;
    engine->free_record = index;
    engine->live--;
}

/*
 * Notes in the record which key stands for it: rank and sequence exactly, the time in 24 bits and a scale. Rounded that way
 * it can only prove that another time is later; where it cannot, a move costs a dead key.
 */
static inline void record_stamp(struct record *record, uint64_t time, uint64_t low)
{
    unsigned scale = 63u - INDEX_BITS + 1 - (unsigned)__builtin_clzll(time | UINT64_C(1) << (INDEX_BITS - 1));
    record->stamp = (low & ~INDEX_MASK) | time >> scale;
    record->what = (record->what & ((UINT64_C(1) << SCALE_SHIFT) - 1)) | (uint64_t)scale << SCALE_SHIFT;
}

static inline bool record_before(const struct record *record, uint64_t time)
{
    return ((record->stamp & INDEX_MASK) + 1) << (record->what >> SCALE_SHIFT & 63) <= time;
}

/* The record of a posted event, NULL if it was taken or cancelled. */
static inline struct record *record_find(struct engine *engine, event_id id)
{
    size_t index = (size_t)(id & INDEX_MASK);
    if (index >= engine->record_top || id >> INDEX_BITS == 0)
        return NULL;
    struct record *record = &engine->records[index];
    return (record->stamp & ~SCRIPT_BIT) >> INDEX_BITS == id >> INDEX_BITS ? record : NULL;
}

/* ---- the ring ---- */

static void ring_grow(struct engine *engine)
{
    size_t room = engine->ring_room == 0 ? 256 : engine->ring_room * 2, count = engine->ring_last - engine->ring_first;
    uint64_t *ring = memory_take(room * sizeof *ring);
    for (size_t i = 0; i < count; i++)
        ring[i] = engine->ring[(engine->ring_first + i) & (engine->ring_room - 1)];
    free(engine->ring);
    engine->ring = ring;
    engine->ring_room = room;
    engine->ring_first = 0;
    engine->ring_last = count;
}

static inline void ring_add(struct engine *engine, uint64_t low)
{
    if (UNLIKELY(engine->ring_last - engine->ring_first == engine->ring_room))
        ring_grow(engine);
    engine->ring[engine->ring_last++ & (engine->ring_room - 1)] = low;
}

static void ring_sweep(struct engine *engine)
{
    size_t kept = engine->ring_first;
    for (size_t i = engine->ring_first; i != engine->ring_last; i++) {
        uint64_t low = engine->ring[i & (engine->ring_room - 1)];
        if (key_lives(&engine->wheel, low))
            engine->ring[kept++ & (engine->ring_room - 1)] = low;
    }
    engine->ring_last = kept;
}

/* ---- posting, cancelling, moving ---- */

/* Gives a record its key and puts the key where it belongs. */
static inline void key_add(struct engine *engine, struct record *record, uint64_t time, uint64_t low)
{
    uint64_t now = (uint64_t)engine->now_ns;
    record_stamp(record, time, low);
    /* Whatever else is due now at this rank was posted before now began: it comes first, and the ring keeps the order. */
    if (time == now && !(low & SCRIPT_BIT))
        ring_add(engine, low);
    else
        wheel_add(&engine->wheel, key_of(time, low), now);
}

/* Before a moved event gets a key of its own again. */
static inline void record_restore(struct engine *engine, struct record *record, size_t index)
{
    if (!(record->what & MOVED))
        return;
    record->of.subject = engine->aside[index + 1].subject;
    record->number = engine->aside[index + 1].number;
}

static inline uint64_t sequence_take(struct engine *engine)
{
    check(engine->sequence < SEQUENCE_LIMIT);
    return engine->sequence++ << INDEX_BITS;
}

event_id engine_post(struct engine *engine, int64_t at_ns, enum rank rank, struct event event)
{
    check(at_ns >= engine->now_ns);
    check((unsigned)event.kind < 256 && event.cause >> CAUSE_BITS == 0);
    size_t index = record_take(engine);
    struct record *record = &engine->records[index];
    event_id id = sequence_take(engine) | index;
    record->what = event.cause | (uint64_t)event.kind << KIND_SHIFT;
    record->of.subject = event.subject.any;
    record->number = event.number;
    engine->live++;
    key_add(engine, record, (uint64_t)at_ns, rank == RANK_SCRIPT ? id | SCRIPT_BIT : id);
    return id;
}

static inline void key_died(struct engine *engine)
{
    engine->dead++;
    if (LIKELY(engine->dead <= engine->live + DEAD_ALLOWED))
        return;
    wheel_sweep(&engine->wheel);
    ring_sweep(engine);
    engine->dead = 0;
}

bool engine_cancel(struct engine *engine, event_id id)
{
    if (record_find(engine, id) == NULL)
        return false;
    record_release(engine, (size_t)(id & INDEX_MASK));
    key_died(engine);
    return true;
}

static NEVER_INLINE void aside_grow(struct engine *engine)
{
    size_t size = sizeof *engine->aside, room = engine->record_room + 1;
    engine->aside = table_grow(engine->aside, engine->aside_room * size, room * size);
    engine->aside_room = room;
}

/*
 * Leaves the key where it is. Only an event's first move puts its subject and number aside; whether it is the first is known
 * too late to be foreseen, and a branch on it would stall everything behind, hence masks.
 */
static inline void record_move(struct engine *engine, struct record *record, size_t index, uint64_t time, uint64_t low)
{
    uint64_t moved = 0 - (record->what >> 63); /* all ones if it was moved before */
    uint64_t entry = (record->stamp & ~SCRIPT_BIT) >> INDEX_BITS;
    struct aside *aside = &engine->aside[(index + 1) & ~moved];
    aside->subject = record->of.subject;
    aside->number = record->number;
    record->of.entry = (record->of.entry & moved) | (entry & ~moved);
    record->number = time;
    record->stamp = (low & ~INDEX_MASK) | (record->stamp & INDEX_MASK);
    record->what |= MOVED;
}

event_id engine_move(struct engine *engine, event_id id, int64_t at_ns)
{
    check(at_ns >= engine->now_ns);
    struct record *record = record_find(engine, id);
    if (record == NULL)
        return EVENT_NONE;
    size_t index = (size_t)(id & INDEX_MASK);
    uint64_t low = (record->stamp & SCRIPT_BIT) | sequence_take(engine) | index;
    if (UNLIKELY(index + 1 >= engine->aside_room))
        aside_grow(engine);
    if (LIKELY(record_before(record, (uint64_t)at_ns))) {
        record_move(engine, record, index, (uint64_t)at_ns, low);
    } else {
        record_restore(engine, record, index);
        key_add(engine, record, (uint64_t)at_ns, low);
        key_died(engine);
    }
    return low & ~SCRIPT_BIT;
}

/* ---- taking ---- */

/* The first key of all, dead or alive. */
static inline enum place head_find(struct engine *engine, wheel_key *key)
{
    struct wheel *wheel = &engine->wheel;
    enum place place = NOWHERE;
    bool ring = engine->ring_first != engine->ring_last;
    if (UNLIKELY(wheel->first == wheel->last) && wheel->early_count == 0 && !ring && !wheel_refill(wheel))
        return NOWHERE;
    if (LIKELY(wheel->first != wheel->last)) {
        *key = wheel->front[wheel->first];
        place = FRONT;
    }
    if (UNLIKELY(wheel->early_count > 0) && (place == NOWHERE || wheel->early[0] < *key)) {
        *key = wheel->early[0];
        place = EARLY;
    }
    if (!ring || (place != NOWHERE && *key < key_of((uint64_t)engine->now_ns, SCRIPT_BIT)))
        return place;
    *key = key_of((uint64_t)engine->now_ns, engine->ring[engine->ring_first & (engine->ring_room - 1)]);
    return RING;
}

static inline void head_drop(struct engine *engine, enum place place)
{
    if (LIKELY(place == FRONT))
        engine->wheel.first++;
    else if (place == RING)
        engine->ring_first++;
    else
        wheel_drop_early(&engine->wheel);
}

/* A head that stands for no event of its time: a dead key goes, a moved event's key goes back to its true place. */
static void head_discard(struct engine *engine, enum place place, wheel_key key)
{
    size_t index = key_index(key);
    struct record *record = &engine->records[index];
    head_drop(engine, place);
    if (!key_lives(&engine->wheel, key)) {
        engine->dead--;
        return;
    }
    /* It stays a moved one, now with a key of its own: what was put aside is not touched before the event is taken. */
    uint64_t low = (record->stamp & ~INDEX_MASK) | index;
    record->of.entry = (low & ~SCRIPT_BIT) >> INDEX_BITS;
    key_add(engine, record, record->number, low);
    record->what |= MOVED;
}

/* The first key that stands for an event. Out of line, to keep the usual way through engine_next short. */
static NEVER_INLINE enum place head_settle(struct engine *engine, wheel_key *key)
{
    for (;;) {
        enum place place = head_find(engine, key);
        if (UNLIKELY(place == NOWHERE))
            return NOWHERE;
        if (LIKELY(record_matches(&engine->records[key_index(*key)], *key)))
            return place;
        head_discard(engine, place, *key);
    }
}

/* Nearly always the front alone has something, and its first key stands for an event. */
static inline bool head_is_usual(const struct engine *engine, wheel_key *key)
{
    const struct wheel *wheel = &engine->wheel;
    if ((wheel->early_count | (engine->ring_last - engine->ring_first)) != 0 || wheel->first == wheel->last)
        return false;
    *key = wheel->front[wheel->first];
    return record_matches(&engine->records[key_index(*key)], *key);
}

bool engine_next_until(struct engine *engine, int64_t until_ns, struct event *event)
{
    wheel_key key;
    if (LIKELY(head_is_usual(engine, &key))) {
        if (UNLIKELY((int64_t)key_time(key) > until_ns))
            return false;
        engine->wheel.first++;
    } else {
        enum place place = head_settle(engine, &key);
        if (place == NOWHERE || (int64_t)key_time(key) > until_ns)
            return false;
        head_drop(engine, place);
    }
    size_t index = key_index(key);
    struct record *record = &engine->records[index];
    if (UNLIKELY(record->what & MOVED))
        record_restore(engine, record, index);
    event->kind = (enum event_kind)(record->what >> KIND_SHIFT & 255);
    event->cause = record->what & ((UINT64_C(1) << CAUSE_BITS) - 1);
    event->subject.any = record->of.subject;
    event->number = record->number;
    record_release(engine, index);
    int64_t time = (int64_t)key_time(key);
    if (time != engine->now_ns) {
        engine->now_ns = time;
        engine->taken_before = engine->taken;
    }
    engine->taken++;
    return true;
}

bool engine_next(struct engine *engine, struct event *event)
{
    return engine_next_until(engine, INT64_MAX, event);
}

int64_t engine_next_ns(struct engine *engine)
{
    wheel_key key;
    if (LIKELY(head_is_usual(engine, &key)))
        return (int64_t)key_time(key);
    return head_settle(engine, &key) == NOWHERE ? INT64_MAX : (int64_t)key_time(key);
}
