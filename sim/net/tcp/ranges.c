#include "net/tcp/ranges.h"

#include <stdlib.h>
#include <string.h>

#include "core/arena.h"

#define ROOM_LEAST 8u

uint32_t ranges_find(const struct ranges *ranges, uint64_t position)
{
    uint32_t low = 0, high = ranges->count;
    if (high && range_at(ranges, high - 1)->right <= position) /* mostly the question is about the end */
        return high;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (range_at(ranges, middle)->right <= position)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Room for one more. */
static void make_room(struct ranges *ranges)
{
    if (ranges->first + ranges->count < ranges->room)
        return;
    if (ranges->first > ranges->room / 2) {
        memmove(ranges->at, ranges->at + ranges->first, ranges->count * sizeof *ranges->at);
    } else {
        uint32_t room = ranges->room ? ranges->room * 2 : ROOM_LEAST;
        struct range *at = memory_take(room * sizeof *at);
        if (ranges->count)
            memcpy(at, ranges->at + ranges->first, ranges->count * sizeof *at);
        free(ranges->at);
        ranges->at = at;
        ranges->room = room;
    }
    ranges->first = 0;
}

static void insert(struct ranges *ranges, uint32_t index, uint64_t left, uint64_t right)
{
    make_room(ranges);
    struct range *at = ranges->at + ranges->first + index;
    memmove(at + 1, at, (ranges->count - index) * sizeof *at);
    *at = (struct range){ left, right };
    ranges->count++;
}

struct range ranges_add(struct ranges *ranges, uint64_t left, uint64_t right)
{
    uint32_t index = left ? ranges_find(ranges, left - 1) : 0; /* touching counts as overlapping */
    if (index == ranges->count || range_at(ranges, index)->left > right) {
        insert(ranges, index, left, right);
        return (struct range){ left, right };
    }
    struct range *at = ranges->at + ranges->first + index;
    at->left = left < at->left ? left : at->left;
    at->right = right > at->right ? right : at->right;
    uint32_t after = index + 1;
    while (after < ranges->count && range_at(ranges, after)->left <= at->right) {
        if (range_at(ranges, after)->right > at->right)
            at->right = range_at(ranges, after)->right;
        after++;
    }
    memmove(at + 1, ranges->at + ranges->first + after, (ranges->count - after) * sizeof *at);
    ranges->count -= after - index - 1;
    return *at;
}

void ranges_cut(struct ranges *ranges, uint64_t below)
{
    while (ranges->count && range_at(ranges, 0)->right <= below) {
        ranges->first++;
        ranges->count--;
    }
    if (ranges->count && range_at(ranges, 0)->left < below)
        ranges->at[ranges->first].left = below;
    if (ranges->count == 0)
        ranges->first = 0;
}

void ranges_clear(struct ranges *ranges)
{
    ranges->first = ranges->count = 0;
}

void ranges_free(struct ranges *ranges)
{
    free(ranges->at);
    *ranges = (struct ranges){ .at = NULL };
}
