#include "net/prefix_tree.h"

#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/check.h"
#include "net/block.h"

#define ROOT 1u /* number 0 names no node */

enum { FIRST_ROOM = 8 };

/* The index has 2^16 or 2^20 slots, so that it is always a small part of the tree; it goes well below where it came. */
struct index_size { uint32_t bits, come, go; };
static const struct index_size index_sizes[] = { { 20, 1u << 18, 1u << 16 }, { 16, 1u << 12, 1u << 10 } };

static size_t index_bytes(const struct prefix_tree *tree)
{
    return tree->index ? sizeof *tree->index << tree->index_bits : 0;
}

static void index_free(struct prefix_tree *tree)
{
    block_free(tree->index, index_bytes(tree));
    tree->index = NULL;
    tree->index_bits = 0;
}

void prefix_tree_start(struct prefix_tree *tree, enum kernel_family family)
{
    *tree = (struct prefix_tree){ .words = family == KERNEL_IPV6 ? 4 : 1 };
    tree->stride = (uint32_t)(sizeof(struct prefix_node) + tree->words * sizeof(uint32_t));
}

void prefix_tree_end(struct prefix_tree *tree)
{
    block_free(tree->nodes, (size_t)tree->room * tree->stride);
    index_free(tree);
    *tree = (struct prefix_tree){ .words = tree->words, .stride = tree->stride };
}

size_t prefix_tree_bytes(const struct prefix_tree *tree)
{
    return (size_t)tree->used * tree->stride + index_bytes(tree);
}

/* ---- bits ---- */

static inline unsigned bit_at(const uint32_t *key, unsigned position)
{
    return key[position >> 5] >> (31 - (position & 31)) & 1u;
}

/* How many leading bits are equal, at most `limit`. */
static inline unsigned bits_shared(const uint32_t *a, const uint32_t *b, unsigned words, unsigned limit)
{
    for (unsigned w = 0; w < words && w * 32 < limit; w++) {
        uint32_t difference = a[w] ^ b[w];
        if (difference) {
            unsigned shared = w * 32 + (unsigned)__builtin_clz(difference);
            return shared < limit ? shared : limit;
        }
    }
    return limit;
}

static inline bool node_holds(const struct prefix_tree *tree, const struct prefix_node *node, const uint32_t *key)
{
    if (tree->words == 1)
        return node->length == 0 || (node->key[0] ^ key[0]) >> (32 - node->length) == 0;
    return bits_shared(node->key, key, tree->words, node->length) == node->length;
}

static uint32_t word_masked(uint32_t word, unsigned position, unsigned length)
{
    if (length >= position + 32)
        return word;
    return length <= position ? 0 : word & (UINT32_MAX << (32 - (length - position)));
}

/* ---- the block of nodes ---- */

static uint32_t node_take(struct prefix_tree *tree, const uint32_t *key, unsigned length, uint32_t parent)
{
    uint32_t number = tree->free;
    if (number) {
        tree->free = prefix_tree_node(tree, number)->parent;
    } else {
        if (tree->used == tree->room) {
            check(tree->room < UINT32_MAX / 2);
            uint32_t room = tree->room ? tree->room + tree->room / 2 : FIRST_ROOM;
            size_t used_bytes = (size_t)tree->used * tree->stride;
            tree->nodes = block_grow(tree->nodes, used_bytes, used_bytes, (size_t)room * tree->stride);
            tree->room = room;
        }
        number = tree->used++;
    }
    struct prefix_node *node = prefix_tree_node(tree, number);
    node->child[0] = node->child[1] = PREFIX_NONE;
    node->parent = parent;
    node->value = 0;
    node->length = length;
    for (unsigned w = 0; w < tree->words; w++)
        node->key[w] = word_masked(key[w], w * 32, length);
    return number;
}

static void node_give(struct prefix_tree *tree, uint32_t number)
{
    prefix_tree_node(tree, number)->parent = tree->free;
    tree->free = number;
}

static void root_take(struct prefix_tree *tree)
{
    const uint32_t zero[4] = { 0 };
    tree->used = 0;
    node_take(tree, zero, 0, PREFIX_NONE); /* number 0, never linked */
    node_take(tree, zero, 0, PREFIX_NONE);
}

/* ---- the index ---- */

static inline uint32_t slot_of(const struct prefix_tree *tree, uint32_t first_word)
{
    return first_word >> (32 - tree->index_bits);
}

/* In all slots of `node` that name `from`, name `to`. Only its parent can stand where a new node belongs, and only the node
   itself where it goes: whatever is deeper stays. */
static void index_replace(struct prefix_tree *tree, const struct prefix_node *node, uint32_t from, uint32_t to)
{
    if (node->length > tree->index_bits)
        return;
    uint32_t *slot = tree->index + slot_of(tree, node->key[0]), *end = slot + ((size_t)1 << (tree->index_bits - node->length));
    for (; slot < end; slot++) {
        if (*slot == from)
            *slot = to;
    }
}

static void index_build(struct prefix_tree *tree, unsigned bits)
{
    index_free(tree);
    tree->index = block_grow(NULL, 0, 0, sizeof *tree->index << bits);
    tree->index_bits = bits;
    for (size_t slot = 0; slot < (size_t)1 << bits; slot++)
        tree->index[slot] = ROOT;
    for (uint32_t number = ROOT; (number = prefix_tree_next(tree, ROOT, number)) != PREFIX_NONE;) {
        const struct prefix_node *node = prefix_tree_node(tree, number);
        index_replace(tree, node, node->parent, number);
    }
}

static void index_fit(struct prefix_tree *tree)
{
    for (unsigned i = 0; i < sizeof index_sizes / sizeof *index_sizes; i++) {
        const struct index_size *size = &index_sizes[i];
        if (tree->live >= size->come && tree->index_bits < size->bits)
            index_build(tree, size->bits);
        else if (tree->live < size->go && tree->index_bits == size->bits)
            index_free(tree); /* the smaller size, if it fits, comes in the next turn */
    }
}

static void node_came(struct prefix_tree *tree, uint32_t number)
{
    const struct prefix_node *node = prefix_tree_node(tree, number);
    tree->live++;
    if (tree->index)
        index_replace(tree, node, node->parent, number);
    index_fit(tree);
}

static void node_leaves(struct prefix_tree *tree, uint32_t number)
{
    const struct prefix_node *node = prefix_tree_node(tree, number);
    tree->live--;
    if (tree->index)
        index_replace(tree, node, number, node->parent);
    node_give(tree, number);
    index_fit(tree);
}

/* Where a walk to a prefix of this length may start: a node that holds it and is no longer. */
static inline uint32_t walk_start(const struct prefix_tree *tree, const uint32_t *key, unsigned length)
{
    return tree->index && length >= tree->index_bits ? tree->index[slot_of(tree, key[0])] : ROOT;
}

/* ---- change ---- */

/* Puts a node of `length` bits between `above` and its child `below`. */
static uint32_t fork_put(struct prefix_tree *tree, uint32_t above, uint32_t below, const uint32_t *key, unsigned length)
{
    uint32_t fork = node_take(tree, key, length, above);
    struct prefix_node *parent = prefix_tree_node(tree, above), *child = prefix_tree_node(tree, below);
    parent->child[bit_at(key, parent->length)] = fork;
    prefix_tree_node(tree, fork)->child[bit_at(child->key, length)] = below;
    child->parent = fork;
    node_came(tree, fork);
    return fork;
}

static uint32_t leaf_put(struct prefix_tree *tree, uint32_t above, const uint32_t *key, unsigned length)
{
    uint32_t leaf = node_take(tree, key, length, above);
    struct prefix_node *parent = prefix_tree_node(tree, above);
    parent->child[bit_at(key, parent->length)] = leaf;
    node_came(tree, leaf);
    return leaf;
}

uint32_t prefix_tree_make(struct prefix_tree *tree, const struct prefix_key *key, unsigned length)
{
    if (!tree->nodes)
        root_take(tree);
    uint32_t number = walk_start(tree, key->word, length);
    for (;;) {
        const struct prefix_node *node = prefix_tree_node(tree, number);
        if (node->length == length)
            return number;
        uint32_t below = node->child[bit_at(key->word, node->length)];
        if (below == PREFIX_NONE)
            return leaf_put(tree, number, key->word, length);
        const struct prefix_node *child = prefix_tree_node(tree, below);
        unsigned shorter = child->length < length ? child->length : length;
        unsigned shared = bits_shared(child->key, key->word, tree->words, shorter);
        if (shared == child->length) {
            number = below;
            continue;
        }
        uint32_t fork = fork_put(tree, number, below, key->word, shared);
        return shared == length ? fork : leaf_put(tree, fork, key->word, length);
    }
}

void prefix_tree_set(struct prefix_tree *tree, uint32_t number, uint32_t value)
{
    struct prefix_node *node = prefix_tree_node(tree, number);
    if (node->value == 0)
        tree->values++;
    node->value = value;
}

/* Nodes that hold neither a value nor a fork go: a leaf, then perhaps the fork it hung on. */
static void prune(struct prefix_tree *tree, uint32_t number)
{
    while (number != ROOT) {
        struct prefix_node *node = prefix_tree_node(tree, number);
        if (node->value || (node->child[0] && node->child[1]))
            return;
        uint32_t above = node->parent, below = node->child[0] ? node->child[0] : node->child[1];
        struct prefix_node *parent = prefix_tree_node(tree, above);
        parent->child[parent->child[1] == number] = below;
        if (below)
            prefix_tree_node(tree, below)->parent = above;
        node_leaves(tree, number);
        if (below)
            return;
        number = above;
    }
}

void prefix_tree_drop(struct prefix_tree *tree, uint32_t number)
{
    struct prefix_node *node = prefix_tree_node(tree, number);
    if (node->value)
        tree->values--;
    node->value = 0;
    prune(tree, number);
}

/* ---- questions ---- */

uint32_t prefix_tree_under(const struct prefix_tree *tree, const struct prefix_key *key, unsigned length)
{
    if (!tree->nodes)
        return PREFIX_NONE;
    uint32_t number = walk_start(tree, key->word, length);
    while (number) {
        const struct prefix_node *node = prefix_tree_node(tree, number);
        if (node->length >= length)
            return bits_shared(node->key, key->word, tree->words, length) == length ? number : PREFIX_NONE;
        if (!node_holds(tree, node, key->word))
            return PREFIX_NONE;
        number = node->child[bit_at(key->word, node->length)];
    }
    return PREFIX_NONE;
}

uint32_t prefix_tree_find(const struct prefix_tree *tree, const struct prefix_key *key, unsigned length)
{
    uint32_t number = prefix_tree_under(tree, key, length);
    if (number == PREFIX_NONE)
        return PREFIX_NONE;
    const struct prefix_node *node = prefix_tree_node(tree, number);
    return node->length == length && node->value ? number : PREFIX_NONE;
}

uint32_t prefix_tree_cover(const struct prefix_tree *tree, uint32_t number)
{
    do
        number = prefix_tree_node(tree, number)->parent;
    while (number != PREFIX_NONE && prefix_tree_node(tree, number)->value == 0);
    return number;
}

uint32_t prefix_tree_match(const struct prefix_tree *tree, const struct prefix_key *key)
{
    if (!tree->nodes)
        return PREFIX_NONE;
    uint32_t width = tree->words * 32;
    uint32_t start = walk_start(tree, key->word, width), best = PREFIX_NONE;
    for (uint32_t number = start; number != PREFIX_NONE;) {
        const struct prefix_node *node = prefix_tree_node(tree, number);
        if (!node_holds(tree, node, key->word))
            break;
        if (node->value)
            best = number;
        if (node->length == width)
            break;
        number = node->child[bit_at(key->word, node->length)];
    }
    return best != PREFIX_NONE ? best : prefix_tree_cover(tree, start);
}

uint32_t prefix_tree_next(const struct prefix_tree *tree, uint32_t top, uint32_t number)
{
    const struct prefix_node *node = prefix_tree_node(tree, number);
    if (node->child[0])
        return node->child[0];
    if (node->child[1])
        return node->child[1];
    while (number != top) {
        uint32_t above = node->parent;
        node = prefix_tree_node(tree, above);
        if (node->child[0] == number && node->child[1])
            return node->child[1];
        number = above;
    }
    return PREFIX_NONE;
}

/* ---- keys ---- */

struct prefix_key prefix_key_of(const struct kernel_address *address)
{
    struct prefix_key key = { { 0 } };
    unsigned words = address->family == KERNEL_IPV6 ? 4 : 1;
    for (unsigned w = 0; w < words; w++) {
        const uint8_t *at = address->bytes + w * 4;
        key.word[w] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    }
    return key;
}

struct kernel_address prefix_key_address(const struct prefix_tree *tree, uint32_t number)
{
    const struct prefix_node *node = prefix_tree_node(tree, number);
    struct kernel_address address = { .family = tree->words == 4 ? KERNEL_IPV6 : KERNEL_IPV4 };
    for (unsigned b = 0; b < tree->words * 4; b++)
        address.bytes[b] = (uint8_t)(node->key[b / 4] >> (24 - 8 * (b % 4)));
    return address;
}
