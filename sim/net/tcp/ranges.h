/*
 * Sorted, disjoint ranges of stream positions: what a receiver has beyond a gap, what a peer said it has. As many as there
 * are gaps; appending, joining and cutting at the front cost nothing worth counting.
 */
#ifndef NET_TCP_RANGES_H
#define NET_TCP_RANGES_H
#include <stdbool.h>
#include <stdint.h>

struct range { uint64_t left, right; }; /* right is the first position that is not part of it */
struct ranges { struct range *at; uint32_t first, count, room; }; /* valid: at[first] … at[first + count - 1] */

static inline const struct range *range_at(const struct ranges *ranges, uint32_t index) { return &ranges->at[ranges->first + index]; }
/* The first range that ends behind `position`; `count` if none does. */
uint32_t ranges_find(const struct ranges *ranges, uint64_t position);
/* Joined with what it overlaps or touches; returns the whole range that holds it now. */
struct range ranges_add(struct ranges *ranges, uint64_t left, uint64_t right);
void ranges_cut(struct ranges *ranges, uint64_t below); /* forgets all below */
void ranges_clear(struct ranges *ranges);
void ranges_free(struct ranges *ranges);
#endif
