/*
 * The key of a stream is the XXH3-64 of its name, seeded with the run's seed; its n-th block of four numbers is Philox of
 * the counter n. Nothing is kept but how many numbers were taken. Both are defined by value, so byte order plays no part.
 */
#include "core/random.h"

#include <string.h>
#include <xxhash.h>

#include "core/check.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#include <Random123/philox.h>
#pragma GCC diagnostic pop

__extension__ typedef unsigned __int128 wide;

struct random_stream random_stream(uint64_t seed, const char *name)
{
    uint64_t key = XXH3_64bits_withSeed(name, strlen(name), seed);
    return (struct random_stream){.key = {(uint32_t)key, (uint32_t)(key >> 32)}};
}

uint64_t random_of(uint64_t secret, const uint8_t *bytes, size_t size) { return XXH3_64bits_withSeed(bytes, size, secret); }

static void block_compute(struct random_stream *stream)
{
    uint64_t count = stream->draws / 4;
    philox4x32_ctr_t counter = {{(uint32_t)count, (uint32_t)(count >> 32), 0, 0}};
    philox4x32_key_t key = {{stream->key[0], stream->key[1]}};
    philox4x32_ctr_t block = philox4x32_R(10, counter, key);
    for (unsigned i = 0; i < 4; i++)
        stream->block[i] = block.v[i];
}

uint32_t random_u32(struct random_stream *stream)
{
    unsigned at = (unsigned)(stream->draws % 4);
    if (at == 0)
        block_compute(stream);
    stream->draws++;
    return stream->block[at];
}

uint64_t random_u64(struct random_stream *stream)
{
    uint64_t low = random_u32(stream);
    return low | (uint64_t)random_u32(stream) << 32;
}

/* The high half of a product is uniform once the few low halves that would favour some values are drawn again. */
uint64_t random_below(struct random_stream *stream, uint64_t bound)
{
    check(bound > 0);
    uint64_t surplus = (0 - bound) % bound; /* 2^64 modulo the bound */
    for (;;) {
        wide product = (wide)random_u64(stream) * bound;
        if ((uint64_t)product >= surplus)
            return (uint64_t)(product >> 64);
    }
}

bool random_chance(struct random_stream *stream, uint64_t numerator, uint64_t denominator)
{
    return random_below(stream, denominator) < numerator;
}
