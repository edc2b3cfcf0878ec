/* The Toeplitz hash against the published verification suite (host-stack 8.3) and against its definition, bit by bit. */
#include "suite.h"
#include <string.h>

#include "net/address.h"
#include "net/rss/toeplitz.h"

static struct toeplitz published;

struct vector { const char *destination, *source; uint16_t destination_port, source_port; uint32_t addresses, ports; };

static const struct vector vectors[] = {
    { "161.142.100.80", "66.9.149.187", 1766, 2794, 0x323e8fc2, 0x51ccc178 },
    { "65.69.140.83", "199.92.111.2", 4739, 14230, 0xd718262a, 0xc626b0ea },
    { "12.22.207.184", "24.19.198.95", 38024, 12898, 0xd2d0a5de, 0x5c2b394a },
    { "209.142.163.6", "38.27.205.30", 2217, 48228, 0x82989176, 0xafc7327f },
    { "202.188.127.2", "153.39.163.191", 1303, 44251, 0x5d1809c5, 0x10e828a2 },
    { "3ffe:2501:200:3::1", "3ffe:2501:200:1fff::7", 1766, 2794, 0x2cc18cd5, 0x40207d3d },
    { "ff02::1", "3ffe:501:8::260:97ff:fe40:efab", 4739, 14230, 0x0f0c461c, 0xdde51bbf },
    { "fe80::200:f8ff:fe21:67cf", "3ffe:1900:4545:3:200:f8ff:fe21:67cf", 38024, 44251, 0x4b61e985, 0x02d1feef },
};

/* The bytes of one: addresses, then ports. Returns how many are addresses. */
static size_t input_of(const struct vector *vector, uint8_t input[TOEPLITZ_INPUT_BYTES])
{
    struct kernel_address source, destination;
    ck_assert(address_parse(vector->source, &source) && address_parse(vector->destination, &destination));
    size_t size = source.family == KERNEL_IPV4 ? 4 : 16;
    memcpy(input, source.bytes, size);
    memcpy(input + size, destination.bytes, size);
    input[2 * size] = (uint8_t)(vector->source_port >> 8);
    input[2 * size + 1] = (uint8_t)vector->source_port;
    input[2 * size + 2] = (uint8_t)(vector->destination_port >> 8);
    input[2 * size + 3] = (uint8_t)vector->destination_port;
    return 2 * size;
}

/* proves: NET-RSS-1, NET-RSS-2 */
START_TEST(test_published_vectors)
{
    static const unsigned entries[] = { 120, 106, 74, 127, 34, 61, 63, 111 }; /* of a table of 128 */
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        uint8_t input[TOEPLITZ_INPUT_BYTES];
        size_t size = input_of(&vectors[i], input);
        ck_assert_uint_eq(toeplitz_hash(&published, input, size), vectors[i].addresses);
        ck_assert_uint_eq(toeplitz_hash(&published, input, size + 4), vectors[i].ports);
        ck_assert_uint_eq(vectors[i].ports & 127, entries[i]);
    }
}
END_TEST

START_TEST(test_input_bytes_of_the_first)
{
    static const uint8_t expected[] = { 0x42, 0x09, 0x95, 0xbb, 0xa1, 0x8e, 0x64, 0x50, 0x0a, 0xea, 0x06, 0xe6 };
    uint8_t input[TOEPLITZ_INPUT_BYTES];
    ck_assert_uint_eq(input_of(&vectors[0], input) + 4, sizeof expected);
    ck_assert_mem_eq(input, expected, sizeof expected);
}
END_TEST

START_TEST(test_words_are_bytes)
{
    uint8_t input[TOEPLITZ_INPUT_BYTES];
    for (size_t i = 0; i < sizeof input; i++)
        input[i] = (uint8_t)(37 * i + 11);
    uint32_t hash = 0;
    for (size_t at = 0; at < sizeof input; at += 4)
        hash ^= toeplitz_word(&published, at, (uint32_t)input[at] << 24 | (uint32_t)input[at + 1] << 16 | (uint32_t)input[at + 2] << 8 | input[at + 3]);
    ck_assert_uint_eq(hash, toeplitz_hash(&published, input, sizeof input));
}
END_TEST

/* As host-stack 8.2 defines it: the key as a register that is shifted by one after each bit of the input. */
static uint32_t shifted(const uint8_t key[TOEPLITZ_KEY_BYTES], const uint8_t *input, size_t size)
{
    uint8_t shift[TOEPLITZ_KEY_BYTES];
    uint32_t hash = 0;
    memcpy(shift, key, sizeof shift);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        if (input[bit / 8] >> (7 - bit % 8) & 1)
            hash ^= (uint32_t)shift[0] << 24 | (uint32_t)shift[1] << 16 | (uint32_t)shift[2] << 8 | shift[3];
        for (size_t i = 0; i < sizeof shift; i++)
            shift[i] = (uint8_t)(shift[i] << 1 | (i + 1 < sizeof shift ? shift[i + 1] >> 7 : 0));
    }
    return hash;
}

START_TEST(test_any_key_and_input)
{
    struct toeplitz other;
    uint64_t state = 88172645463325252u;
    for (int round = 0; round < 300; round++) {
        uint8_t key[TOEPLITZ_KEY_BYTES], input[TOEPLITZ_INPUT_BYTES];
        for (size_t i = 0; i < sizeof key + sizeof input; i++) {
            state ^= state << 13, state ^= state >> 7, state ^= state << 17;
            *(i < sizeof key ? &key[i] : &input[i - sizeof key]) = (uint8_t)(state >> 24);
        }
        toeplitz_prepare(&other, key);
        for (size_t size = 0; size <= sizeof input; size += 4)
            ck_assert_uint_eq(toeplitz_hash(&other, input, size), shifted(key, input, size));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("toeplitz");
    TCase *all = tcase_create("hash");
    toeplitz_prepare(&published, toeplitz_published_key);
    tcase_add_test(all, test_published_vectors);
    tcase_add_test(all, test_input_bytes_of_the_first);
    tcase_add_test(all, test_words_are_bytes);
    tcase_add_test(all, test_any_key_and_input);
    suite_add_tcase(suite, all);
    return suite_main(suite);
}
