#include "net/rss/toeplitz.h"

#include <string.h>

#include "core/check.h"

const uint8_t toeplitz_published_key[TOEPLITZ_KEY_BYTES] = {
    0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb,
    0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

/* The 32 bits of the key from this bit on; the input's last bit reaches the key's last. */
static uint32_t key_window(const uint8_t key[TOEPLITZ_KEY_BYTES], size_t bit)
{
    uint64_t bits = 0;
    for (size_t byte = bit / 8; byte < bit / 8 + 5; byte++)
        bits = bits << 8 | (byte < TOEPLITZ_KEY_BYTES ? key[byte] : 0);
    return (uint32_t)(bits >> (8 - bit % 8));
}

void toeplitz_prepare(struct toeplitz *toeplitz, const uint8_t key[TOEPLITZ_KEY_BYTES])
{
    memcpy(toeplitz->key, key, TOEPLITZ_KEY_BYTES);
    for (size_t byte = 0; byte < TOEPLITZ_INPUT_BYTES; byte++) {
        uint32_t *table = toeplitz->table[byte];
        table[0] = 0;
        for (unsigned bit = 0; bit < 8; bit++) { /* each value is one bit more than one that stands there already */
            unsigned value = 1u << bit;
            uint32_t window = key_window(key, 8 * byte + 7 - bit);
            for (unsigned lower = 0; lower < value; lower++)
                table[value + lower] = table[lower] ^ window;
        }
    }
}

uint32_t toeplitz_hash(const struct toeplitz *toeplitz, const uint8_t *input, size_t size)
{
    uint32_t hash = 0;
    check(size <= TOEPLITZ_INPUT_BYTES);
    for (size_t i = 0; i < size; i++)
        hash ^= toeplitz->table[i][input[i]];
    return hash;
}
