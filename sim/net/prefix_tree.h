/*
 * A path-compressed binary tree over address prefixes of one family: every node is a prefix, its children are longer prefixes
 * inside it, and a node without a value is only a fork between two others. Routes and watched destinations both live in one.
 *
 * Nodes are numbers into one growing block (24 bytes a node for IPv4, 36 for IPv6); a number stays the same as long as its
 * node lives. A large tree also keeps an index by the first 16 or 20 bits, which names for each of them the deepest node that
 * is no longer than that: the upper, always branching part of the walk becomes one read.
 */
#ifndef NET_PREFIX_TREE_H
#define NET_PREFIX_TREE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel.h"

#define PREFIX_NONE 0u

/* Bits from the top of word 0 downwards, as numbers, so that no byte order shows. IPv4 uses word 0 alone. */
struct prefix_key { uint32_t word[4]; };

struct prefix_node {
    uint32_t child[2];
    uint32_t parent;
    uint32_t value;  /* 0: a fork */
    uint32_t length; /* in bits */
    uint32_t key[];  /* 1 or 4 words, masked to the length */
};

struct prefix_tree {
    unsigned char *nodes;
    uint32_t *index;  /* NULL while the tree is small */
    uint32_t index_bits;
    uint32_t used, room, free, live; /* nodes: ever used, allocated, first of the free ones, alive without the root */
    uint32_t values;  /* nodes with a value */
    uint32_t words;   /* of a key: 1 or 4 */
    uint32_t stride;  /* bytes from node to node */
};

/* A tree that holds nothing owns no memory. */
void prefix_tree_start(struct prefix_tree *tree, enum kernel_family family);
void prefix_tree_end(struct prefix_tree *tree);
size_t prefix_tree_bytes(const struct prefix_tree *tree); /* memory in use, for measurements */

/* The node of exactly this prefix, made if absent; a new one has the value 0 and must be given another at once. */
uint32_t prefix_tree_make(struct prefix_tree *tree, const struct prefix_key *key, unsigned length);
void prefix_tree_set(struct prefix_tree *tree, uint32_t node, uint32_t value); /* value > 0 */
void prefix_tree_drop(struct prefix_tree *tree, uint32_t node);                /* takes the value away; the node may go */

uint32_t prefix_tree_find(const struct prefix_tree *tree, const struct prefix_key *key, unsigned length); /* with a value */
uint32_t prefix_tree_match(const struct prefix_tree *tree, const struct prefix_key *key); /* longest prefix with a value */
uint32_t prefix_tree_cover(const struct prefix_tree *tree, uint32_t node);                /* next shorter with a value */

/* All prefixes inside a prefix, itself included, by (address, length): `top` is what _under returned, `node` the last one
   seen (`top` itself starts with _under). Forks are passed too: look at the value. */
uint32_t prefix_tree_under(const struct prefix_tree *tree, const struct prefix_key *key, unsigned length);
uint32_t prefix_tree_next(const struct prefix_tree *tree, uint32_t top, uint32_t node);

static inline struct prefix_node *prefix_tree_node(const struct prefix_tree *tree, uint32_t node)
{
    return (struct prefix_node *)(void *)(tree->nodes + (size_t)node * tree->stride);
}

struct prefix_key prefix_key_of(const struct kernel_address *address);
struct kernel_address prefix_key_address(const struct prefix_tree *tree, uint32_t node); /* without scope */
#endif
