/*
 * The Toeplitz hash of receive-side scaling (host-stack 8.2): a key of 320 bits; input bit i, if set, contributes the bits
 * i … i + 31 of the key. A table for each byte of the input makes it one read a byte; it is made once a key.
 */
#ifndef NET_RSS_TOEPLITZ_H
#define NET_RSS_TOEPLITZ_H
#include <stddef.h>
#include <stdint.h>

#define TOEPLITZ_KEY_BYTES 40u
#define TOEPLITZ_INPUT_BYTES 36u /* two IPv6 addresses and two ports: the longest input that the key reaches */

extern const uint8_t toeplitz_published_key[TOEPLITZ_KEY_BYTES]; /* of the verification suite (host-stack 8.2) */

struct toeplitz {
    uint8_t key[TOEPLITZ_KEY_BYTES];
    uint32_t uses;         /* by whoever shares it */
    struct toeplitz *next; /* in their list */
    uint32_t table[TOEPLITZ_INPUT_BYTES][256];
};

void toeplitz_prepare(struct toeplitz *toeplitz, const uint8_t key[TOEPLITZ_KEY_BYTES]);

/* Bytes in the order of the wire. */
uint32_t toeplitz_hash(const struct toeplitz *toeplitz, const uint8_t *input, size_t size);

/* The same for what is kept as numbers: four bytes of the input from position `at` on, the most significant first. */
static inline uint32_t toeplitz_word(const struct toeplitz *toeplitz, size_t at, uint32_t word)
{
    return toeplitz->table[at][word >> 24] ^ toeplitz->table[at + 1][word >> 16 & 255] ^ toeplitz->table[at + 2][word >> 8 & 255] ^
           toeplitz->table[at + 3][word & 255];
}
#endif
