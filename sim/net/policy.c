/* The policy table of RFC 6724 (section 2.1) and the scopes of addresses: what choosing sources and sorting destinations share. */
#include <string.h>

#include "net/net_private.h"

/* An IPv4 address as the table sees it: mapped. */
static struct kernel_address mapped(const struct kernel_address *address)
{
    struct kernel_address six = *address;
    if (address->family == KERNEL_IPV6)
        return six;
    six = (struct kernel_address){ .family = KERNEL_IPV6, .bytes = { [10] = 0xff, 0xff } };
    memcpy(six.bytes + 12, address->bytes, 4);
    return six;
}

/* RFC 4007; of loopback and link-local addresses RFC 6724, 3.1 and 3.2. IPv4: all others are global. */
unsigned policy_scope(const struct kernel_address *address)
{
    enum { LINK = 2, SITE = 5, GLOBAL = 14 };
    const uint8_t *bytes = address->bytes;
    if (address->family == KERNEL_IPV6 && bytes[0] == 0xff)
        return bytes[1] & 15u;
    if (address_is_loopback(address) || address_is_link_local(address))
        return LINK;
    return address->family == KERNEL_IPV6 && bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0xc0 ? SITE : GLOBAL;
}

/* Longest prefix first. */
static const struct policy { uint8_t prefix[16]; uint8_t length, precedence, label; } table[] = {
    { { [15] = 1 }, 128, 50, 0 },   { { [10] = 0xff, 0xff }, 96, 35, 4 }, { { 0 }, 96, 1, 3 },
    { { 0x20, 0x01 }, 32, 5, 5 },   { { 0x20, 0x02 }, 16, 30, 2 },        { { 0x3f, 0xfe }, 16, 1, 12 },
    { { 0xfe, 0xc0 }, 10, 1, 11 },  { { 0xfc }, 7, 3, 13 },               { { 0 }, 0, 40, 1 },
};

static const struct policy *policy_of(const struct kernel_address *address)
{
    struct kernel_address six = mapped(address), prefix = { .family = KERNEL_IPV6 };
    const struct policy *row = table;
    for (;; row++) {
        memcpy(prefix.bytes, row->prefix, sizeof prefix.bytes);
        if (address_common_bits(&prefix, &six) >= row->length)
            return row;
    }
}

unsigned policy_label(const struct kernel_address *address) { return policy_of(address)->label; }
unsigned policy_precedence(const struct kernel_address *address) { return policy_of(address)->precedence; }
