/*
 * Initial sequence numbers (RFC 6528, RFC 9293 3.4.1): a clock of 4 microseconds, so that a pair that is used again goes on behind
 * what it used before, and a hash of the pair and a secret of the host, so that nobody can count on from a connection of his own.
 */
#include <stdio.h>

#include "net/tcp/inside.h"

#define TICK_NS 4000
#define TUPLE_BYTES 37u

/* One draw a host: what another host does shifts nothing. */
static uint64_t secret_of(struct host *host)
{
    if (!host->tcp.started) {
        char name[128];
        snprintf(name, sizeof name, "isn:%s", host->name);
        struct random_stream stream = random_stream(host->seed, name);
        host->tcp.secret = random_u64(&stream);
        host->tcp.started = true;
    }
    return host->tcp.secret;
}

static uint8_t *bytes_put(uint8_t *at, uint32_t value, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        *at++ = (uint8_t)(value >> (8 * (count - 1 - i)));
    return at;
}

/* As bytes in an order of their own: the number is the same on every machine. */
static uint32_t hash_of(struct host *host, const struct tuple *tuple)
{
    uint8_t bytes[TUPLE_BYTES], *at = bytes_put(bytes, tuple->family, 1);
    for (unsigned i = 0; i < 4; i++)
        at = bytes_put(at, tuple->local.word[i], 4);
    for (unsigned i = 0; i < 4; i++)
        at = bytes_put(at, tuple->remote.word[i], 4);
    at = bytes_put(at, tuple->local_port, 2);
    at = bytes_put(at, tuple->remote_port, 2);
    return (uint32_t)random_of(secret_of(host), bytes, (size_t)(at - bytes));
}

uint32_t isn_new(struct host *host, const struct tuple *tuple)
{
    uint32_t isn = (uint32_t)((uint64_t)*host->net->clock_ns / TICK_NS) + hash_of(host, tuple);
    bool behind = host->tcp.isn_floored && (int32_t)(isn - host->tcp.isn_floor) <= 0;
    return behind ? host->tcp.isn_floor + 1 : isn;
}
