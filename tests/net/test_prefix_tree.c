/* The prefix tree against a plain list: random inserts, removals and lookups in both families, small and with the index. */
#include "net/prefix_tree.h"
#include "world.h"

enum { LIMIT = 6000 };

struct entry { struct kernel_address prefix; unsigned length; uint32_t value, node; };
static struct entry entries[LIMIT];
static size_t entry_count;
static uint64_t state;

static uint32_t draw(uint32_t bound)
{
    state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = (state ^ state >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ z >> 31) >> 32) % bound;
}

/* Few different bytes, so that prefixes nest and meet; `spread` more of them. */
static struct kernel_address random_address(enum kernel_family family, unsigned spread)
{
    struct kernel_address address = { .family = (uint8_t)family };
    for (unsigned i = 0; i < (family == KERNEL_IPV6 ? 16u : 4u); i++)
        address.bytes[i] = (uint8_t)(draw(spread) * (255 / spread + 1));
    return address;
}

static bool holds(const struct entry *entry, const struct kernel_address *address)
{
    struct kernel_address masked = address_masked(address, entry->length);
    return address_equal(&masked, &entry->prefix);
}

static const struct entry *longest(const struct kernel_address *address, unsigned below)
{
    const struct entry *best = NULL;
    for (size_t i = 0; i < entry_count; i++) {
        if (entries[i].length < below && holds(&entries[i], address) && (!best || entries[i].length > best->length))
            best = &entries[i];
    }
    return best;
}

static void compare_lookup(const struct prefix_tree *tree, const struct kernel_address *address)
{
    struct prefix_key key = prefix_key_of(address);
    uint32_t node = prefix_tree_match(tree, &key);
    for (unsigned below = 129;;) { /* the longest, then each shorter one */
        const struct entry *expected = longest(address, below);
        ck_assert_int_eq(node != PREFIX_NONE, expected != NULL);
        if (!expected)
            return;
        ck_assert_uint_eq(prefix_tree_node(tree, node)->value, expected->value);
        ck_assert_uint_eq(node, expected->node);
        struct kernel_address prefix = prefix_key_address(tree, node);
        ck_assert(address_equal(&prefix, &expected->prefix));
        below = expected->length;
        node = prefix_tree_cover(tree, node);
    }
}

static void compare_under(const struct prefix_tree *tree, const struct kernel_address *address, unsigned length)
{
    struct kernel_address masked = address_masked(address, length);
    struct prefix_key key = prefix_key_of(&masked);
    size_t seen = 0, expected = 0;
    struct kernel_address last = { 0 };
    unsigned last_length = 0;
    uint32_t top = prefix_tree_under(tree, &key, length);
    for (uint32_t node = top; node; node = prefix_tree_next(tree, top, node)) {
        if (!prefix_tree_node(tree, node)->value)
            continue;
        struct kernel_address prefix = prefix_key_address(tree, node);
        unsigned now = prefix_tree_node(tree, node)->length;
        if (seen++) {
            int order = address_compare(&last, &prefix);
            ck_assert(order < 0 || (order == 0 && last_length < now));
        }
        last = prefix;
        last_length = now;
        struct kernel_address outer = address_masked(&prefix, length);
        ck_assert(now >= length && address_equal(&outer, &masked));
    }
    for (size_t i = 0; i < entry_count; i++) {
        struct kernel_address outer = address_masked(&entries[i].prefix, length);
        expected += entries[i].length >= length && address_equal(&outer, &masked);
    }
    ck_assert_uint_eq(seen, expected);
}

static struct entry *entry_find(const struct kernel_address *prefix, unsigned length)
{
    for (size_t i = 0; i < entry_count; i++) {
        if (entries[i].length == length && address_equal(&entries[i].prefix, prefix))
            return &entries[i];
    }
    return NULL;
}

static void change(struct prefix_tree *tree, enum kernel_family family, unsigned spread, unsigned growth)
{
    struct kernel_address address = random_address(family, spread);
    unsigned length = draw(address_width(&address) + 1);
    struct kernel_address prefix = address_masked(&address, length);
    struct prefix_key key = prefix_key_of(&prefix);
    struct entry *there = entry_find(&prefix, length);
    uint32_t found = prefix_tree_find(tree, &key, length);
    ck_assert_uint_eq(found, there ? there->node : PREFIX_NONE);
    if (draw(100) < growth && !there && entry_count < LIMIT) {
        struct entry *entry = &entries[entry_count++];
        *entry = (struct entry){ .prefix = prefix, .length = length, .value = draw(1000000) + 1 };
        entry->node = prefix_tree_make(tree, &key, length);
        ck_assert_uint_eq(prefix_tree_node(tree, entry->node)->value, 0);
        prefix_tree_set(tree, entry->node, entry->value);
    } else if (entry_count && draw(100) >= growth) {
        struct entry *gone = there ? there : &entries[draw((uint32_t)entry_count)];
        prefix_tree_drop(tree, gone->node);
        *gone = entries[--entry_count];
    }
    ck_assert_uint_eq(tree->values, entry_count);
}

static void compare_with_list(enum kernel_family family, unsigned spread, unsigned rounds)
{
    struct prefix_tree tree;
    prefix_tree_start(&tree, family);
    state = family;
    entry_count = 0;
    bool indexed = false;
    for (unsigned round = 0; round < rounds; round++) {
        unsigned growth = round < rounds / 2 ? 80 : 15;
        change(&tree, family, spread, growth);
        indexed |= tree.index != NULL;
        if (round % 7)
            continue;
        struct kernel_address address = random_address(family, spread);
        compare_lookup(&tree, &address);
        if (entry_count)
            compare_lookup(&tree, &entries[draw((uint32_t)entry_count)].prefix);
        compare_under(&tree, &address, draw(address_width(&address) + 1));
    }
    ck_assert_int_eq(indexed, spread > 8);
    while (entry_count)
        prefix_tree_drop(&tree, entries[--entry_count].node);
    ck_assert_uint_eq(tree.values, 0);
    ck_assert_uint_eq(tree.live, 0); /* no fork is left behind */
    ck_assert_ptr_null(tree.index);
    prefix_tree_end(&tree);
}

START_TEST(small_v4) { compare_with_list(KERNEL_IPV4, 3, 3000); } END_TEST
START_TEST(small_v6) { compare_with_list(KERNEL_IPV6, 2, 3000); } END_TEST
START_TEST(indexed_v4) { compare_with_list(KERNEL_IPV4, 16, 12000); } END_TEST
START_TEST(indexed_v6) { compare_with_list(KERNEL_IPV6, 16, 12000); } END_TEST

START_TEST(an_empty_tree_owns_nothing)
{
    struct prefix_tree tree;
    prefix_tree_start(&tree, KERNEL_IPV4);
    struct prefix_key key = { { 1 } };
    ck_assert_uint_eq(prefix_tree_match(&tree, &key), PREFIX_NONE);
    ck_assert_uint_eq(prefix_tree_find(&tree, &key, 32), PREFIX_NONE);
    ck_assert_uint_eq(prefix_tree_under(&tree, &key, 0), PREFIX_NONE);
    ck_assert_uint_eq(prefix_tree_bytes(&tree), 0);
    prefix_tree_end(&tree);
}
END_TEST

START_TEST(nodes_are_small)
{
    struct prefix_tree tree;
    prefix_tree_start(&tree, KERNEL_IPV4);
    ck_assert_uint_eq(tree.stride, 24);
    prefix_tree_start(&tree, KERNEL_IPV6);
    ck_assert_uint_eq(tree.stride, 36);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("prefix_tree");
    TCase *tests = tcase_create("tree");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, small_v4);
    tcase_add_test(tests, small_v6);
    tcase_add_test(tests, indexed_v4);
    tcase_add_test(tests, indexed_v6);
    tcase_add_test(tests, an_empty_tree_owns_nothing);
    tcase_add_test(tests, nodes_are_small);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
