/* The pools: packets in blocks, payload chunks by powers of two. What is freed is used again; nothing goes back to the system. */
#include "net/ip/packet.h"

#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/check.h"
#include "net/net_private.h"

#define BLOCK_PACKETS 128u
#define CHUNK_LEAST 128u /* bytes, header included: class 0 */

struct packet_block { struct packet_block *next; struct packet packets[BLOCK_PACKETS]; };

/* ---- packets ---- */

static struct packet *pool_grow(struct packet_pool *pool)
{
    struct packet_block *block = memory_take(sizeof *block);
    block->next = pool->blocks;
    pool->blocks = block;
    for (uint32_t i = BLOCK_PACKETS; i-- > 1;) {
        block->packets[i].next = pool->free;
        pool->free = &block->packets[i];
    }
    return &block->packets[0];
}

static struct packet *packet_take(struct net *net)
{
    struct packet_pool *pool = &net->pool;
    struct packet *packet = pool->free;
    if (packet)
        pool->free = packet->next;
    else
        packet = pool_grow(pool);
    pool->packets_live++;
    return packet;
}

#define LINE_BYTES 64u

/* A cache line at a time: told of the whole, compilers take an instruction that is slow to begin. */
static inline struct packet *packet_begin(struct net *net, unsigned lines)
{
    struct packet *packet = packet_take(net);
    unsigned char *bytes = (unsigned char *)packet;
    for (unsigned i = 0; i < lines; i++)
        memset(bytes + i * LINE_BYTES, 0, LINE_BYTES);
    packet->number = ++net->pool.number;
    packet->cause = trace_cause(net->trace);
    return packet;
}

struct packet *packet_new(struct net *net)
{
    _Static_assert(sizeof(struct packet) == 3 * LINE_BYTES, "a packet is three lines");
    return packet_begin(net, 3);
}

struct packet *packet_new_datagram(struct net *net)
{
    _Static_assert(offsetof(struct packet, tcp) <= 2 * LINE_BYTES, "what every packet has lies in the first two lines");
    return packet_begin(net, 2);
}

struct packet *packet_copy(struct net *net, const struct packet *packet)
{
    struct packet *copy = packet_take(net);
    *copy = *packet;
    copy->next = NULL;
    copy->number = ++net->pool.number;
    if (copy->payload.chunk)
        chunk_use(copy->payload.chunk);
    return copy;
}

void packet_free(struct net *net, struct packet *packet)
{
    chunk_release(net, packet->payload.chunk);
    packet->next = net->pool.free;
    net->pool.free = packet;
    net->pool.packets_live--;
}

/* ---- chunks ---- */

static unsigned class_of(size_t size_bytes)
{
    unsigned class = 0;
    while (class < CHUNK_CLASSES && (size_t)CHUNK_LEAST << class < size_bytes)
        class++;
    return class;
}

/* The size of a class is what its chunks have room for; what fits no class comes from and goes to the system. */
struct chunk *chunk_new(struct net *net, size_t room_bytes)
{
    struct packet_pool *pool = &net->pool;
    size_t size_bytes = sizeof(struct chunk) + room_bytes;
    check(room_bytes <= UINT32_MAX - sizeof(struct chunk));
    unsigned class = class_of(size_bytes);
    struct chunk *chunk = class < CHUNK_CLASSES ? pool->chunks[class] : NULL;
    if (chunk) {
        pool->chunks[class] = chunk->next;
    } else {
        if (class < CHUNK_CLASSES)
            size_bytes = (size_t)CHUNK_LEAST << class;
        chunk = memory_grow(NULL, size_bytes); /* not zeroed: bytes are written before they are referred to */
        chunk->room = (uint32_t)(size_bytes - sizeof(struct chunk));
    }
    chunk->uses = 1;
    chunk->used = 0;
    chunk->next = NULL;
    pool->chunks_live++;
    return chunk;
}

void chunk_free(struct net *net, struct chunk *chunk)
{
    struct packet_pool *pool = &net->pool;
    size_t size_bytes = sizeof(struct chunk) + chunk->room;
    unsigned class = class_of(size_bytes);
    pool->chunks_live--;
    if (class < CHUNK_CLASSES) {
        chunk->next = pool->chunks[class];
        pool->chunks[class] = chunk;
    } else {
        free(chunk);
    }
}

void packet_pool_free(struct packet_pool *pool)
{
    while (pool->blocks) {
        struct packet_block *block = pool->blocks;
        pool->blocks = block->next;
        free(block);
    }
    for (unsigned class = 0; class < CHUNK_CLASSES; class++) {
        while (pool->chunks[class]) {
            struct chunk *chunk = pool->chunks[class];
            pool->chunks[class] = chunk->next;
            free(chunk);
        }
    }
}

/* ---- addresses as keys ---- */

bool key_is_multicast(uint8_t family, const struct prefix_key *key)
{
    return family == KERNEL_IPV4 ? key->word[0] >> 28 == 0xe : key->word[0] >> 24 == 0xff;
}

bool key_is_unspecified(const struct prefix_key *key)
{
    return (key->word[0] | key->word[1] | key->word[2] | key->word[3]) == 0;
}

struct kernel_address key_address(uint8_t family, const struct prefix_key *key)
{
    struct kernel_address address = { .family = family };
    for (unsigned w = 0; w < (family == KERNEL_IPV4 ? 1u : 4u); w++)
        for (unsigned b = 0; b < 4; b++)
            address.bytes[w * 4 + b] = (uint8_t)(key->word[w] >> (24 - 8 * b));
    return address;
}
