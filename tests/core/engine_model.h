/*
 * What the engine's suites share: chance, and a plain model of the event queue, a binary heap in which nothing is clever.
 * Each step is done to both, and what the engine answers is held against the model.
 */
#ifndef TESTS_CORE_ENGINE_MODEL_H
#define TESTS_CORE_ENGINE_MODEL_H
#include "suite.h"
#include <stdint.h>
#include <stdlib.h>

#include "core/engine.h"

/* ck_assert writes a mark each time, too slow for millions. */
#define hold(condition) ((condition) ? (void)0 : ck_abort_msg("line %d: %s", __LINE__, #condition))

static uint64_t chance_state;

static inline uint64_t chance(void)
{
    uint64_t z = (chance_state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline uint64_t below(uint64_t bound)
{
    return chance() % bound;
}

struct entry {
    int64_t time;
    enum rank rank;
    uint64_t order;
    size_t tag;
};

struct known {
    event_id id;
    uint64_t order; /* of the entry that counts; 0: not pending */
    enum rank rank;
    int64_t time;
};

struct model {
    struct engine *engine;
    struct entry *heap;
    size_t count, room;
    struct known *known;
    size_t tags, tag_room;
    uint64_t orders;
    int64_t now;
    size_t pending;
};

static inline int entry_before(const struct entry *a, const struct entry *b)
{
    if (a->time != b->time)
        return a->time < b->time;
    if (a->rank != b->rank)
        return a->rank < b->rank;
    return a->order < b->order;
}

static inline void heap_push(struct model *model, struct entry entry)
{
    if (model->count == model->room) {
        model->room = model->room * 2 + 64;
        model->heap = realloc(model->heap, model->room * sizeof *model->heap);
        hold(model->heap != NULL);
    }
    size_t at = model->count++;
    for (; at > 0 && entry_before(&entry, &model->heap[(at - 1) / 2]); at = (at - 1) / 2)
        model->heap[at] = model->heap[(at - 1) / 2];
    model->heap[at] = entry;
}

static inline void heap_pop(struct model *model)
{
    struct entry last = model->heap[--model->count];
    size_t at = 0;
    for (size_t child = 1; child < model->count; child = 2 * at + 1) {
        if (child + 1 < model->count && entry_before(&model->heap[child + 1], &model->heap[child]))
            child++;
        if (!entry_before(&model->heap[child], &last))
            break;
        model->heap[at] = model->heap[child];
        at = child;
    }
    model->heap[at] = last;
}

static inline const struct entry *model_head(struct model *model)
{
    while (model->count > 0 && model->known[model->heap[0].tag].order != model->heap[0].order)
        heap_pop(model);
    return model->count > 0 ? &model->heap[0] : NULL;
}

static inline void model_start(struct model *model, uint64_t seed)
{
    *model = (struct model){.engine = engine_new()};
    chance_state = seed;
}

static inline void model_end(struct model *model)
{
    engine_free(model->engine);
    free(model->heap);
    free(model->known);
}

static inline struct event event_of(size_t tag)
{
    struct event event = {.kind = EVENT_REQUEST, .cause = (uint64_t)tag * 7 + 1, .number = tag};
    event.subject.any = (void *)(uintptr_t)(tag * 16 + 16);
    return event;
}

static inline void model_post(struct model *model, int64_t time, enum rank rank)
{
    if (model->tags == model->tag_room) {
        model->tag_room = model->tag_room * 2 + 64;
        model->known = realloc(model->known, model->tag_room * sizeof *model->known);
        hold(model->known != NULL);
    }
    size_t tag = model->tags++;
    event_id id = engine_post(model->engine, time, rank, event_of(tag));
    hold(id != EVENT_NONE);
    model->known[tag] = (struct known){.id = id, .order = ++model->orders, .rank = rank, .time = time};
    heap_push(model, (struct entry){.time = time, .rank = rank, .order = model->orders, .tag = tag});
    model->pending++;
}

static inline void model_cancel(struct model *model, size_t tag)
{
    struct known *known = &model->known[tag];
    hold(engine_cancel(model->engine, known->id) == (known->order != 0));
    hold(!engine_cancel(model->engine, known->id));
    model->pending -= known->order != 0;
    known->order = 0;
}

static inline void model_move(struct model *model, size_t tag, int64_t time)
{
    struct known *known = &model->known[tag];
    event_id before = known->id, id = engine_move(model->engine, before, time);
    if (known->order == 0) {
        hold(id == EVENT_NONE);
        return;
    }
    hold(id != EVENT_NONE);
    hold(!engine_cancel(model->engine, before)); /* the old name is void */
    known->id = id;
    known->order = ++model->orders;
    known->time = time;
    heap_push(model, (struct entry){.time = time, .rank = known->rank, .order = known->order, .tag = tag});
}

static inline void model_peek(struct model *model)
{
    const struct entry *head = model_head(model);
    hold(engine_next_ns(model->engine) == (head == NULL ? INT64_MAX : head->time));
    hold(engine_now_ns(model->engine) == model->now);
}

static inline bool model_next(struct model *model)
{
    const struct entry *head = model_head(model);
    struct event event;
    bool any = engine_next(model->engine, &event);
    hold(any == (head != NULL));
    if (head == NULL)
        return false;
    hold(event.number == head->tag);
    ck_assert_uint_eq(event.cause, (uint64_t)head->tag * 7 + 1);
    hold(event.subject.any == (void *)(uintptr_t)(head->tag * 16 + 16));
    hold(event.kind == EVENT_REQUEST);
    hold(engine_now_ns(model->engine) == head->time);
    hold(*engine_clock(model->engine) == head->time);
    model->now = head->time;
    model->known[head->tag].order = 0;
    model->pending--;
    heap_pop(model);
    hold(engine_pending(model->engine) == model->pending);
    hold(engine_dead(model->engine) <= model->pending + 1024);
    return true;
}
#endif
