/*
 * What the input of fuzz_provider.c is made into: numbers, memory that is right or wrong, addresses, requests.
 */
#ifndef TESTS_FUZZ_PROVIDER_INPUT_H
#define TESTS_FUZZ_PROVIDER_INPUT_H
#include "fuzz/assert.h"

#include "ws2/world.h"

#define SOCKETS 8
#define PORTS 2
#define REQUESTS_MOST 256

static struct {
    const uint8_t *data;
    size_t left;
    struct world world;
    SOCKET s[SOCKETS];
    WSAOVERLAPPED *requests[REQUESTS_MOST];
    size_t request_count;
    HANDLE ports[PORTS];
    bool down;
} fuzz;

/* ---- the input ---- */

static inline unsigned byte(void)
{
    if (!fuzz.left) return 0;
    fuzz.left--;
    return *fuzz.data++;
}

static inline uint32_t word(void) { return byte() | byte() << 8 | byte() << 16 | (uint32_t)byte() << 24; }
static inline SOCKET a_socket(void) { unsigned n = byte(); return n == 255 ? INVALID_SOCKET : n == 254 ? 12345 : fuzz.s[n % SOCKETS]; }

/* Memory of this size: right, a byte too short, outside, or none. */
static inline void *place(struct thread *me, size_t size, unsigned how)
{
    switch (how % 8) {
    case 0: return NULL;
    case 1: return memory_outside(fuzz.world.process);
    case 2: return size ? block_of(me, size - 1) : NULL;
    case 3: return (char *)block_of(me, size + 1) + 1;
    default: return block_of(me, size);
    }
}

/* Structures lie where their members may. */
static inline void *structure(struct thread *me, size_t size, unsigned how) { return place(me, size, how % 8 == 3 ? 4 : how); }

static inline void *filled(struct thread *me, size_t size)
{
    unsigned how = byte();
    uint8_t *bytes = place(me, size, how);
    for (size_t i = 0; bytes && how % 8 > 3 && i < size; i++) bytes[i] = (uint8_t)byte();
    return bytes;
}

static inline void *an_address(struct thread *me, int *size)
{
    static const char *const texts[] = { "127.0.0.1:9000", "192.0.2.10:9000", "0.0.0.0:0", "192.0.2.77:9", "[::1]:9000", "[::]:0", "[2001:db8::10]:9000", "224.0.0.251:5353",
                                         "255.255.255.255:7", "[ff02::fb]:5353", "127.0.0.1:0", "198.51.100.10:9000" };
    unsigned how = byte();
    if (how > 240) {
        *size = (int)byte() % 40;
        return filled(me, (size_t)*size);
    }
    const char *text = texts[how % (sizeof texts / sizeof *texts)];
    char bytes[28];
    *size = (int)sockaddr_parse(text, bytes, sizeof bytes) - (how > 230);
    return sockaddr_at(me, text);
}

/* Sometimes none; otherwise one that was never used. */
static inline WSAOVERLAPPED *an_overlapped(struct thread *me, LPWSAOVERLAPPED_COMPLETION_ROUTINE *routine)
{
    unsigned how = byte();
    *routine = how & 1 ? routine_pointer(how >> 1 & 3) : NULL;
    if (how % 4 < 2 || fuzz.request_count == REQUESTS_MOST) return NULL;
    if (how == 254) return memory_outside(fuzz.world.process);
    WSAOVERLAPPED *overlapped = NEW(me, WSAOVERLAPPED);
    if (how & 8) overlapped->hEvent = event_new(fuzz.world.process, true, NULL);
    fuzz.requests[fuzz.request_count++] = overlapped;
    return overlapped;
}
#endif
