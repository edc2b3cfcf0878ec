/*
 * A route table for benchmarks: the prefix lengths of the global IPv4 table over 16 interfaces, a default route over a 17th.
 */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel.h"

struct host;
struct iface;

#define TABLE_INTERFACES 16

struct entry { uint32_t prefix; uint8_t length, interface; };

struct table { struct entry *entries; size_t count; struct iface *interfaces[TABLE_INTERFACES + 1]; struct host *host; };

/* Different prefixes between 1.0.0.0 and 222.255.255.255, sorted; the same for the same seed. table_free frees the entries. */
void table_make(struct table *table, size_t count, uint64_t seed);
void table_free(struct table *table);
/* Interfaces and the default route; then every entry. False: the network refused something. */
bool table_interfaces(struct table *table, struct host *host);
bool table_load(struct table *table, struct host *host);
bool table_announce(const struct table *table, const struct entry *entry);
bool table_withdraw(const struct table *table, const struct entry *entry);
/* A random address inside a random prefix of the table. */
struct kernel_address table_routed_address(const struct table *table, uint64_t *chance);
#endif
