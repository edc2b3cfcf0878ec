/*
 * A route table for benchmarks.
 */
#include "bench/table.h"

#include <stdio.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "core/arena.h"
#include "net/net.h"

static uint32_t mask_of(unsigned length) { return length ? UINT32_MAX << (32 - length) : 0; }

/* Share of each prefix length in the global table, in per mille. */
static uint8_t draw_length(uint64_t *chance)
{
    static const struct { uint8_t length; uint16_t share; } lengths[] = {
        { 24, 596 }, { 23, 100 }, { 22, 113 }, { 21, 53 }, { 20, 45 }, { 19, 26 }, { 18, 14 }, { 17, 9 },
        { 16, 14 }, { 15, 7 }, { 14, 7 }, { 13, 6 }, { 12, 5 }, { 11, 3 }, { 10, 1 }, { 8, 1 },
    };
    uint64_t pick = bench_random(chance) % 1000;
    size_t i = 0;
    while (pick >= lengths[i].share) pick -= lengths[i++].share;
    return lengths[i].length;
}

static int entry_compare(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    if (a->prefix != b->prefix) return a->prefix < b->prefix ? -1 : 1;
    return (a->length > b->length) - (a->length < b->length);
}

static size_t entries_draw(struct entry *entries, size_t have, size_t wanted, uint64_t *chance)
{
    for (size_t more = wanted + wanted / 8 + 32 - have; more; more--) {
        uint32_t address = (uint32_t)(bench_random(chance) >> 32);
        address = (1 + (((address >> 24) * 222) >> 8)) << 24 | (address & 0xffffff);
        uint8_t length = draw_length(chance);
        entries[have++] = (struct entry){ address & mask_of(length), length, (uint8_t)(bench_random(chance) % TABLE_INTERFACES) };
    }
    qsort(entries, have, sizeof *entries, entry_compare);
    size_t kept = 0;
    for (size_t i = 0; i < have; i++)
        if (kept == 0 || entry_compare(&entries[kept - 1], &entries[i]) != 0) entries[kept++] = entries[i];
    return kept;
}

void table_make(struct table *table, size_t count, uint64_t seed)
{
    uint64_t chance = seed;
    struct entry *entries = memory_take((count + count / 4 + 64) * sizeof *entries);
    size_t have = 0;
    while (have < count) have = entries_draw(entries, have, count, &chance);
    for (size_t i = 0; i < have; i++) { /* a surplus goes at random, not from one end */
        size_t other = i + (size_t)(bench_random(&chance) % (have - i));
        struct entry swapped = entries[i];
        entries[i] = entries[other];
        entries[other] = swapped;
    }
    qsort(entries, count, sizeof *entries, entry_compare);
    *table = (struct table){ .entries = entries, .count = count };
}

void table_free(struct table *table) { free(table->entries); }

static struct kernel_address address_of(uint32_t number)
{
    return (struct kernel_address){ .family = KERNEL_IPV4, .bytes = { (uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number } };
}

struct kernel_address table_routed_address(const struct table *table, uint64_t *chance)
{
    uint64_t pick = bench_random(chance);
    const struct entry *entry = &table->entries[(pick >> 32) % table->count];
    return address_of(entry->prefix | ((uint32_t)pick & ~mask_of(entry->length)));
}

bool table_announce(const struct table *table, const struct entry *entry)
{
    struct route_setup setup = { .prefix = address_of(entry->prefix), .prefix_length = entry->length, .metric = 10 };
    setup.next_hop = (struct kernel_address){ .family = KERNEL_IPV4, .bytes = { 250, 0, entry->interface, 2 } };
    return route_add(table->interfaces[entry->interface], &setup);
}

bool table_withdraw(const struct table *table, const struct entry *entry)
{
    struct kernel_address prefix = address_of(entry->prefix);
    return route_remove(table->host, &prefix, entry->length, NULL, NULL);
}

bool table_interfaces(struct table *table, struct host *host)
{
    bool good = true;
    table->host = host;
    for (uint8_t i = 0; i <= TABLE_INTERFACES; i++) {
        char name[16];
        struct iface_setup setup = iface_setup_default();
        struct ifaddr_setup address = { .address = { .family = KERNEL_IPV4, .bytes = { 250, 0, i, 1 } }, .prefix_length = 24 };
        snprintf(name, sizeof name, "eth%u", i);
        table->interfaces[i] = iface_add(host, name, &setup);
        good = good && table->interfaces[i] && ifaddr_add(table->interfaces[i], &address);
    }
    return good && table_announce(table, &(struct entry){ .interface = TABLE_INTERFACES });
}

bool table_load(struct table *table, struct host *host)
{
    bool good = table_interfaces(table, host);
    for (size_t i = 0; good && i < table->count; i++) good = table_announce(table, &table->entries[i]);
    return good;
}
