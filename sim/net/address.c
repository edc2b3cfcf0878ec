#include "net/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* Texts are made and read by the C library's inet_ntop and inet_pton: their IPv6 form is RFC 5952's, and inet_pton takes
   four decimal parts only. */

/* As inet_ntop does, without its way through printf: rows hold addresses by the million. */
static void address_text_v4(const uint8_t bytes[4], char *text)
{
    for (int i = 0; i < 4; i++) {
        unsigned number = bytes[i];
        if (number >= 100)
            *text++ = (char)('0' + number / 100);
        if (number >= 10)
            *text++ = (char)('0' + number / 10 % 10);
        *text++ = (char)('0' + number % 10);
        *text++ = i < 3 ? '.' : '\0';
    }
}

void address_text(const struct kernel_address *address, char text[ADDRESS_TEXT])
{
    if (address->family == KERNEL_IPV4 && address->scope_id == 0) {
        address_text_v4(address->bytes, text);
        return;
    }
    int family = address->family == KERNEL_IPV6 ? AF_INET6 : AF_INET;
    if (!inet_ntop(family, address->bytes, text, ADDRESS_TEXT))
        text[0] = '\0';
    if (address->scope_id) {
        size_t length = strlen(text);
        snprintf(text + length, ADDRESS_TEXT - length, "%%%lu", (unsigned long)address->scope_id);
    }
}

void prefix_text(const struct kernel_address *address, unsigned length, char text[ADDRESS_TEXT])
{
    address_text(address, text);
    size_t end = strlen(text);
    snprintf(text + end, ADDRESS_TEXT - end, "/%u", length);
}

/* Decimal digits up to `end`, no sign, at most `limit`. */
static bool digits_parse(const char *text, const char *end, uint64_t limit, uint64_t *value)
{
    if (text == end || (text[0] == '0' && end - text > 1))
        return false;
    *value = 0;
    for (; text < end; text++) {
        if (*text < '0' || *text > '9')
            return false;
        *value = *value * 10 + (uint64_t)(*text - '0');
        if (*value > limit)
            return false;
    }
    return true;
}

static bool range_parse(const char *text, const char *end, struct kernel_address *address)
{
    *address = (struct kernel_address){ 0 };
    char plain[ADDRESS_TEXT];
    const char *percent = memchr(text, '%', (size_t)(end - text));
    size_t length = (size_t)((percent ? percent : end) - text);
    if (length >= sizeof plain)
        return false;
    memcpy(plain, text, length);
    plain[length] = '\0';
    if (!percent && inet_pton(AF_INET, plain, address->bytes) == 1) {
        address->family = KERNEL_IPV4;
        return true;
    }
    if (inet_pton(AF_INET6, plain, address->bytes) != 1)
        return false;
    address->family = KERNEL_IPV6;
    uint64_t scope = 0;
    if (percent && !digits_parse(percent + 1, end, UINT32_MAX, &scope))
        return false;
    address->scope_id = (uint32_t)scope;
    return true;
}

bool address_parse(const char *text, struct kernel_address *address)
{
    return range_parse(text, text + strlen(text), address);
}

bool prefix_parse(const char *text, struct kernel_address *address, unsigned *length)
{
    const char *slash = strchr(text, '/');
    if (!slash) {
        if (!address_parse(text, address))
            return false;
        *length = address_width(address);
        return true;
    }
    uint64_t bits;
    if (!range_parse(text, slash, address) || !digits_parse(slash + 1, slash + strlen(slash), address_width(address), &bits))
        return false;
    *length = (unsigned)bits;
    return true;
}

unsigned address_width(const struct kernel_address *address)
{
    return address->family == KERNEL_IPV6 ? 128 : 32;
}

static size_t width_bytes(const struct kernel_address *address)
{
    return address_width(address) / 8;
}

bool address_equal(const struct kernel_address *a, const struct kernel_address *b)
{
    return address_compare(a, b) == 0;
}

int address_compare(const struct kernel_address *a, const struct kernel_address *b)
{
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    int order = memcmp(a->bytes, b->bytes, width_bytes(a));
    if (order)
        return order < 0 ? -1 : 1;
    return (a->scope_id > b->scope_id) - (a->scope_id < b->scope_id);
}

bool address_is_unspecified(const struct kernel_address *address)
{
    for (size_t i = 0; i < width_bytes(address); i++) {
        if (address->bytes[i])
            return false;
    }
    return true;
}

bool address_is_loopback(const struct kernel_address *address)
{
    static const uint8_t one[16] = { [15] = 1 };
    return address->family == KERNEL_IPV6 ? memcmp(address->bytes, one, 16) == 0 : address->bytes[0] == 127;
}

bool address_is_multicast(const struct kernel_address *address)
{
    return address->family == KERNEL_IPV6 ? address->bytes[0] == 0xff : address->bytes[0] >> 4 == 14;
}

bool address_is_link_local(const struct kernel_address *address)
{
    if (address->family == KERNEL_IPV6)
        return address->bytes[0] == 0xfe && (address->bytes[1] & 0xc0) == 0x80;
    return address->bytes[0] == 169 && address->bytes[1] == 254;
}

unsigned address_common_bits(const struct kernel_address *a, const struct kernel_address *b)
{
    if (a->family != b->family)
        return 0;
    for (unsigned i = 0; i < width_bytes(a); i++) {
        unsigned difference = (unsigned)(a->bytes[i] ^ b->bytes[i]);
        if (difference)
            return i * 8 + (unsigned)__builtin_clz(difference) - 24;
    }
    return address_width(a);
}

struct kernel_address address_masked(const struct kernel_address *address, unsigned length)
{
    struct kernel_address masked = { .family = address->family };
    for (unsigned i = 0; i < width_bytes(address) && i * 8 < length; i++) {
        unsigned bits = length - i * 8;
        masked.bytes[i] = (uint8_t)(address->bytes[i] & (bits >= 8 ? 0xffu : 0xffu << (8 - bits)));
    }
    return masked;
}
