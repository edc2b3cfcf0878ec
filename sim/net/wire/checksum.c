#include "net/wire/checksum.h"

uint64_t checksum_add(uint64_t sum, const uint8_t *bytes, size_t size_bytes)
{
    for (; size_bytes >= 2; bytes += 2, size_bytes -= 2)
        sum += (uint64_t)bytes[0] << 8 | bytes[1];
    if (size_bytes)
        sum += (uint64_t)bytes[0] << 8;
    return sum;
}

uint16_t checksum_of(uint64_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static uint64_t key_sum(uint8_t family, const struct prefix_key *key)
{
    uint64_t sum = 0;
    for (unsigned w = 0; w < (family == KERNEL_IPV4 ? 1u : 4u); w++)
        sum += (key->word[w] >> 16) + (key->word[w] & 0xffff);
    return sum;
}

uint64_t checksum_pseudo(uint8_t family, const struct prefix_key *source, const struct prefix_key *destination, uint8_t protocol, size_t size_bytes)
{
    return key_sum(family, source) + key_sum(family, destination) + protocol + size_bytes;
}
