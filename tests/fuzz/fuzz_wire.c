/*
 * Any bytes as a packet: the reader looks at nothing beyond them, and what it takes has one form. Encoded again it is read again, as the
 * same record, and from then on the bytes stay the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/wire/wire.h"

#define ROOM 70000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static _Alignas(16) uint8_t stores[2][sizeof(struct chunk) + ROOM + 16];
static uint8_t bytes[2][ROOM];

static void must(bool held, const char *what)
{
    if (held)
        return;
    fprintf(stderr, "fuzz_wire: %s\n", what);
    abort();
}

static void give_payload(struct packet *packet, unsigned store, const uint8_t *from, const struct wire_payload *payload)
{
    if (!payload->size)
        return;
    struct chunk *chunk = (struct chunk *)(void *)stores[store];
    memcpy(chunk->bytes, from + payload->at, payload->size);
    packet->payload = (struct piece){ chunk, 0, (uint32_t)payload->size };
}

/* The record's bytes are read and made once more. */
static void again(const struct packet *packet)
{
    struct packet back;
    struct wire_payload payload;
    size_t size = wire_encode(packet, bytes[0], ROOM);
    if (size == 0)
        return; /* what came needed no room for options that are made anew */
    must(size == wire_size(packet), "wire_size is not the size");
    must(wire_encode(packet, bytes[1], size - 1) == 0, "it did not see that there is no room");
    const char *why = wire_decode(bytes[0], size, WIRE_STRICT, &back, &payload);
    must(why == NULL, why ? why : "");
    give_payload(&back, 1, bytes[0], &payload);
    must(back.family == packet->family && back.protocol == packet->protocol && back.payload.size == packet->payload.size, "another record");
    must(wire_encode(&back, bytes[1], ROOM) == size && memcmp(bytes[0], bytes[1], size) == 0, "other bytes");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct packet packet;
    struct wire_payload payload;
    uint8_t from[6], to[6];
    if (size == 0 || size > 66000)
        return 0;
    uint8_t how = *data++ & 7;
    size--;
    const char *why;
    if (how == 0) {
        why = wire_decode_frame(data, size, from, to, &packet, &payload);
    } else if (how == 1) {
        memset(&packet, 0, sizeof packet);
        packet.family = size % 2 ? KERNEL_IPV6 : KERNEL_IPV4;
        packet.protocol = size ? data[0] : 0;
        why = wire_decode_transport(data, size, WIRE_FROM_RAW_SOCKET, &packet, &payload);
    } else {
        why = wire_decode(data, size, how == 2 ? WIRE_STRICT : WIRE_FROM_RAW_SOCKET, &packet, &payload);
    }
    if (why)
        return 0;
    must(payload.at <= size && payload.size <= size - payload.at, "the payload lies outside");
    give_payload(&packet, 0, data, &payload);
    packet.flags &= (uint16_t)~PACKET_DAMAGED;
    if (packet.family == PACKET_ARP)
        must(wire_encode(&packet, bytes[0], ROOM) == payload.size, "an ARP message of another size");
    else if (how != 1)
        again(&packet);
    return 0;
}
