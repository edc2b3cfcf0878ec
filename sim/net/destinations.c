/* Destinations in the order of preference: RFC 6724, section 6, for both families. Rule 4 (home addresses) has nothing to do here. */
#include <stdlib.h>

#include "core/arena.h"
#include "net/net_private.h"

struct candidate {
    const struct kernel_address *destination;
    const struct ifaddr *source; /* NULL: no way there */
    size_t place;                /* in the caller's list: rule 10 */
    unsigned scope;
    bool scope_fits, label_fits, deprecated, tunnelled;
    unsigned precedence, common_bits;
};

static struct candidate candidate_of(const struct host *host, const struct kernel_address *destination, size_t place)
{
    struct path_found found = path_find(host, destination);
    struct candidate candidate = { .destination = destination, .place = place, .scope = policy_scope(destination), .precedence = policy_precedence(destination) };
    if (found.status != KERNEL_OK)
        return candidate;
    const struct ifaddr *source = found.source;
    candidate.source = source;
    candidate.scope_fits = policy_scope(&source->address) == candidate.scope;
    candidate.label_fits = policy_label(&source->address) == policy_label(destination);
    candidate.deprecated = source->state == ADDRESS_DEPRECATED;
    candidate.tunnelled = found.iface->type == IFACE_TUNNEL;
    unsigned bits = address_common_bits(&source->address, destination);
    candidate.common_bits = bits < source->prefix_length ? bits : source->prefix_length; /* as in section 2.2 */
    return candidate;
}

/* Below zero: `a` comes first. */
static int prefer(bool a, bool b) { return (int)b - (int)a; }
static int smaller(unsigned a, unsigned b) { return (a > b) - (a < b); }

static int compare(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    int order = prefer(a->source != NULL, b->source != NULL);                     /* 1: avoid unusable */
    if (!order && !a->source) return a->place < b->place ? -1 : 1;
    if (!order) order = prefer(a->scope_fits, b->scope_fits);                     /* 2: matching scope */
    if (!order) order = prefer(!a->deprecated, !b->deprecated);                   /* 3: avoid deprecated */
    if (!order) order = prefer(a->label_fits, b->label_fits);                     /* 5: matching label */
    if (!order) order = smaller(b->precedence, a->precedence);                    /* 6: higher precedence */
    if (!order) order = prefer(!a->tunnelled, !b->tunnelled);                     /* 7: native transport */
    if (!order) order = smaller(a->scope, b->scope);                              /* 8: smaller scope */
    if (!order && a->destination->family == b->destination->family)
        order = smaller(b->common_bits, a->common_bits);                          /* 9: longest matching prefix */
    return order ? order : a->place < b->place ? -1 : 1;                          /* 10: as they were */
}

void destinations_sort(const struct host *host, struct kernel_address *destinations, size_t count)
{
    struct candidate *candidates = memory_take((count + 1) * sizeof *candidates);
    struct kernel_address *copies = memory_take((count + 1) * sizeof *copies);
    for (size_t i = 0; i < count; i++) {
        copies[i] = destinations[i];
        candidates[i] = candidate_of(host, &copies[i], i);
    }
    qsort(candidates, count, sizeof *candidates, compare);
    for (size_t i = 0; i < count; i++)
        destinations[i] = *candidates[i].destination;
    free(candidates);
    free(copies);
}
