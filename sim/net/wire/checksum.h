/*
 * The Internet checksum (RFC 1071): the one's complement of the one's complement sum of all 16-bit words.
 */
#ifndef NET_WIRE_CHECKSUM_H
#define NET_WIRE_CHECKSUM_H
#include <stddef.h>
#include <stdint.h>

#include "net/ip/packet.h"

/* Adds bytes to a sum that starts as 0. All but the last piece of what is summed have an even size. */
uint64_t checksum_add(uint64_t sum, const uint8_t *bytes, size_t size_bytes);
uint16_t checksum_of(uint64_t sum);

/* The pseudo header of TCP, UDP and ICMPv6 (RFC 9293 3.1, RFC 768, RFC 8200 8.1); `size_bytes`: transport header and payload. */
uint64_t checksum_pseudo(uint8_t family, const struct prefix_key *source, const struct prefix_key *destination, uint8_t protocol, size_t size_bytes);
#endif
