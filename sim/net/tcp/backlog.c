#include "net/tcp/backlog.h"

#include "net/tcp/congestion.h"

void backlog_start(struct backlog *backlog, uint32_t cap)
{
    *backlog = (struct backlog){ .bytes = BACKLOG_FLOOR < cap ? BACKLOG_FLOOR : cap, .cap = cap };
}

/* The next power of two; 0 stays 0. Values are at most the ceiling, which is one. */
static uint32_t power_of_two(uint32_t value)
{
    uint32_t power = 1;
    while (power < value)
        power *= 2;
    return value ? power : 0;
}

uint32_t backlog_target(const struct backlog *backlog, uint32_t cwnd, uint32_t ssthresh)
{
    /* The estimate of the path survives a loss: that is what ssthresh remembers. */
    uint64_t window = ssthresh != SSTHRESH_INFINITE && ssthresh > cwnd ? ssthresh : cwnd;
    uint64_t target = 2 * window;
    if (target > backlog->largest_window)
        target = backlog->largest_window;
    if (target < BACKLOG_FLOOR)
        target = BACKLOG_FLOOR;
    return target < BACKLOG_CEILING ? power_of_two((uint32_t)target) : BACKLOG_CEILING;
}

/* One step up or down, at most one a round trip. */
static uint32_t step(const struct backlog *backlog, uint32_t from, uint32_t target)
{
    if (target > from && backlog->full) {
        uint64_t twice = 2 * (uint64_t)from;
        if (twice < BACKLOG_FLOOR)
            twice = BACKLOG_FLOOR;
        return twice < target ? (uint32_t)twice : target;
    }
    /* Only when it is four times too large: one that swings about a step's edge would tell with every swing. */
    return 4 * (uint64_t)target <= from ? from / 2 : from;
}

bool backlog_evaluate(struct backlog *backlog, const struct backlog_facts *facts)
{
    if (facts->peer_window > backlog->largest_window)
        backlog->largest_window = facts->peer_window;
    if (backlog->frozen)
        return false;
    if (backlog->round_due) {
        backlog->round_due = false;
        backlog->round = true;
        backlog->round_end = facts->nxt;
    }
    uint32_t bytes = backlog->thawed ? power_of_two(backlog->bytes) : backlog->bytes;
    backlog->thawed = false;
    if (facts->unacknowledged >= bytes / 2)
        backlog->full = true;
    if (!backlog->round || facts->una >= backlog->round_end)
        bytes = step(backlog, bytes, backlog_target(backlog, facts->cwnd, facts->ssthresh));
    if (bytes > backlog->cap)
        bytes = backlog->cap;
    if (bytes == backlog->bytes)
        return false;
    backlog->bytes = bytes;
    backlog->round = true;
    backlog->round_end = facts->nxt;
    backlog->full = false;
    backlog->generation++;
    return true;
}

bool backlog_cap(struct backlog *backlog, uint32_t cap)
{
    backlog->cap = cap;
    if (backlog->frozen || backlog->bytes <= cap)
        return false;
    backlog->bytes = cap;
    backlog->round_due = true;
    backlog->full = false;
    backlog->generation++;
    return true;
}

bool backlog_set(struct backlog *backlog, uint32_t bytes)
{
    uint32_t value = bytes < BACKLOG_CEILING ? bytes : BACKLOG_CEILING;
    bool changed = value != backlog->bytes;
    backlog->bytes = value;
    backlog->frozen = true;
    backlog->generation += changed;
    return changed;
}

void backlog_auto(struct backlog *backlog)
{
    backlog->thawed |= backlog->frozen;
    backlog->frozen = false;
}

void backlog_bump(struct backlog *backlog)
{
    backlog->generation++;
}
