/*
 * What the tests of wire forms share: packets made by hand, random ones from a fixed seed, hex text.
 */
#ifndef TESTS_WIRE_CASE_H
#define TESTS_WIRE_CASE_H
#include "suite.h"

#include <stdio.h>
#include <string.h>

#include "net/wire/wire.h"

#define ROOM 70000u

static uint8_t bytes[ROOM];
static union { struct chunk chunk; uint8_t room[sizeof(struct chunk) + ROOM]; } store; /* the one payload of a test */

/* The payload's bytes in a chunk, `before` bytes behind its start. */
static inline struct piece piece_at(uint32_t before, const void *from, size_t size)
{
    store.chunk.uses = 1;
    store.chunk.room = ROOM;
    memcpy(store.chunk.bytes + before, from, size);
    return (struct piece){ &store.chunk, before, (uint32_t)size };
}

static inline struct packet packet_of(uint8_t family, uint8_t protocol)
{
    struct packet packet = { .family = family, .protocol = protocol, .hop_limit = 64, .source_port = 49152, .destination_port = 80 };
    if (family == KERNEL_IPV4) {
        packet.source.word[0] = 0xc0000201;
        packet.destination.word[0] = 0xc6336407;
    } else {
        packet.source = (struct prefix_key){ { 0x20010db8, 0, 0, 1 } };
        packet.destination = (struct prefix_key){ { 0x20010db8, 0, 0xffff, 0x80000002 } };
    }
    return packet;
}

static inline size_t unhex(const char *text, uint8_t *to)
{
    size_t size = 0;
    for (; *text; text++) {
        unsigned value;
        if (*text == ' ')
            continue;
        ck_assert_int_eq(sscanf(text, "%2x", &value), 1);
        to[size++] = (uint8_t)value;
        text++;
    }
    return size;
}

/* The packet's bytes are these. */
static inline void encodes_as(const struct packet *packet, const char *hex)
{
    static uint8_t wanted[ROOM];
    size_t wanted_size = unhex(hex, wanted), size = wire_encode(packet, bytes, ROOM);
    char got[3 * 200 + 1] = "";
    for (size_t i = 0; i < size && i < 200; i++)
        snprintf(got + 2 * i, 3, "%02x", bytes[i]);
    ck_assert_msg(size == wanted_size && memcmp(bytes, wanted, size) == 0, "wanted %s, got %s", hex, got);
    ck_assert_uint_eq(wire_size(packet), size);
}

/* Decodes `bytes`, copied so that a look beyond their end is found, and puts the payload into the packet. */
static inline const char *decode(const uint8_t *from, size_t size, enum wire_trust trust, struct packet *packet)
{
    struct wire_payload payload;
    uint8_t *copy = malloc(size ? size : 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, from, size);
    const char *why = wire_decode(copy, size, trust, packet, &payload);
    if (!why) {
        ck_assert(payload.at <= size && payload.size <= size - payload.at);
        if (payload.size)
            packet->payload = piece_at(0, copy + payload.at, payload.size);
    }
    free(copy);
    return why;
}

static inline void refuses(const uint8_t *from, size_t size, const char *word)
{
    struct packet packet;
    const char *why = decode(from, size, WIRE_STRICT, &packet);
    ck_assert_msg(why && strstr(why, word), "wanted \"%s\", got: %s", word, why ? why : "a packet");
}

static uint64_t random_state;
static inline uint32_t random_below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 32) % limit;
}
#endif
