/*
 * Random streams by name, counter-based (Philox4x32-10 of Random123): draw n of stream "loss:a.eth0" under seed 7 is the
 * same number whatever else is drawn and in whatever order. A new consumer never shifts another's draws.
 */
#ifndef CORE_RANDOM_H
#define CORE_RANDOM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random_stream {
    uint32_t key[2];   /* from seed and name */
    uint64_t draws;    /* how many numbers were taken */
    uint32_t block[4]; /* the four numbers of the present counter */
};

struct random_stream random_stream(uint64_t seed, const char *name);
uint64_t random_of(uint64_t secret, const uint8_t *bytes, size_t size); /* of these bytes: the same number every time, for a secret drawn before */
uint32_t random_u32(struct random_stream *stream);
uint64_t random_u64(struct random_stream *stream);
uint64_t random_below(struct random_stream *stream, uint64_t bound);                          /* 0..bound-1, unbiased; bound > 0 */
bool random_chance(struct random_stream *stream, uint64_t numerator, uint64_t denominator);   /* exact ratio */
#endif
