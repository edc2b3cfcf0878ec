/*
 * An IP address as a value, with its texts. The same shape as kernel.h's, so that nothing needs translating at that border.
 */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H
#include <stdbool.h>
#include <stdint.h>

#include "kernel.h"

#define ADDRESS_TEXT 64
/* "192.0.2.1"; RFC 5952 form with "%scope" if the scope is not 0. */
void address_text(const struct kernel_address *address, char text[ADDRESS_TEXT]);
/* "192.0.2.0/24" */
void prefix_text(const struct kernel_address *address, unsigned length, char text[ADDRESS_TEXT]);
/* Exact forms only: four decimal parts; RFC 4291 text with an optional "%scope" number. False: not an address. */
bool address_parse(const char *text, struct kernel_address *address);
/* An address with "/length"; without one *length is the whole width. */
bool prefix_parse(const char *text, struct kernel_address *address, unsigned *length);

unsigned address_width(const struct kernel_address *address); /* 32 or 128 bits */
bool address_equal(const struct kernel_address *a, const struct kernel_address *b); /* with scope */
int address_compare(const struct kernel_address *a, const struct kernel_address *b); /* a total order: family, bytes, scope */
bool address_is_unspecified(const struct kernel_address *address);
bool address_is_loopback(const struct kernel_address *address);
bool address_is_multicast(const struct kernel_address *address);
bool address_is_link_local(const struct kernel_address *address);
unsigned address_common_bits(const struct kernel_address *a, const struct kernel_address *b);
struct kernel_address address_masked(const struct kernel_address *address, unsigned length);
#endif
