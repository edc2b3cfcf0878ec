/*
 * The pattern: byte p of a stream depends on p modulo a prime, so that bytes that are lost, doubled or out of place show. One chunk
 * holds a period and a piece more: any piece lies in it in one run.
 */
#include <string.h>

#include "net/traffic/inside.h"

#define PATTERN_PERIOD 65521u

static struct chunk *pattern_chunk(struct net *net)
{
    if (net->pattern)
        return net->pattern;
    struct chunk *chunk = chunk_new(net, PATTERN_PERIOD + TRAFFIC_PIECE_MOST);
    chunk->used = PATTERN_PERIOD + TRAFFIC_PIECE_MOST;
    for (uint32_t i = 0; i < chunk->used; i++)
        chunk->bytes[i] = (uint8_t)((i % PATTERN_PERIOD + 1) * UINT32_C(2654435761) >> 13);
    net->pattern = chunk;
    return chunk;
}

struct piece pattern_piece(struct net *net, uint64_t position, uint32_t size)
{
    return (struct piece){ .chunk = pattern_chunk(net), .offset = (uint32_t)(position % PATTERN_PERIOD), .size = size };
}

uint32_t pattern_phase(uint32_t phase, uint32_t size)
{
    phase += size;
    return phase < PATTERN_PERIOD ? phase : phase % PATTERN_PERIOD;
}

/* A piece of our own chunk is the pattern itself: only its place counts. */
bool pattern_is(struct net *net, uint32_t phase, const struct piece *piece)
{
    const struct chunk *chunk = pattern_chunk(net);
    if (piece->chunk == chunk && (piece->offset == phase || piece->offset == phase + PATTERN_PERIOD))
        return true;
    return piece->size <= TRAFFIC_PIECE_MOST && memcmp(piece_bytes(piece), chunk->bytes + phase, piece->size) == 0;
}

void pattern_free(struct net *net)
{
    chunk_release(net, net->pattern);
    net->pattern = NULL;
}
