/* Memberships of endpoints (host-stack 7; Multicast Socket Option Behavior). */
#include "net/endpoint/group.h"

#include <stdlib.h>

#include "core/arena.h"

#define NOT_THERE KERNEL_ADDRESS_NOT_LOCAL /* what Winsock calls WSAEADDRNOTAVAIL */

/* ---- finding ---- */

static struct source *source_find(const struct membership *membership, const struct prefix_key *key)
{
    for (unsigned i = 0; i < membership->count; i++) {
        if (key_equal(&membership->sources[i].key, key))
            return &membership->sources[i];
    }
    return NULL;
}

static struct membership *membership_find(const struct endpoint *endpoint, uint32_t interface_index, uint8_t family, const struct prefix_key *group)
{
    struct membership *membership = endpoint->groups ? endpoint->groups->first : NULL;
    while (membership && (membership->interface_index != interface_index || membership->family != family || !key_equal(&membership->group, group)))
        membership = membership->next;
    return membership;
}

/* Of a change without an interface: the membership that was made without one. */
static struct membership *membership_by_default(const struct endpoint *endpoint, uint8_t family, const struct prefix_key *group)
{
    struct membership *membership = endpoint->groups ? endpoint->groups->first : NULL;
    while (membership && (!membership->by_default || membership->family != family || !key_equal(&membership->group, group)))
        membership = membership->next;
    return membership;
}

/* Host-stack 3.4: the interface named for sending, or the best route to the group. */
static struct iface *default_interface(const struct endpoint *endpoint, const struct kernel_address *group)
{
    uint32_t chosen = endpoint->option[KERNEL_MULTICAST_INTERFACE];
    if (chosen)
        return iface_by_index(endpoint->host, chosen);
    struct path_found found = path_find(endpoint->host, group);
    return found.status == KERNEL_OK ? found.iface : NULL;
}

/* ---- coming and going ---- */

static struct membership *membership_new(struct endpoint *endpoint, struct iface *iface, uint8_t family, const struct prefix_key *group, bool exclude)
{
    struct membership *membership = memory_take(sizeof *membership);
    if (!endpoint->groups)
        endpoint->groups = memory_take(sizeof *endpoint->groups);
    membership->endpoint = endpoint;
    membership->interface_index = iface->index;
    membership->group = *group;
    membership->family = family;
    membership->exclude = exclude;
    LL_APPEND(endpoint->groups->first, membership);
    return membership;
}

static void membership_free(struct membership *membership)
{
    LL_DELETE(membership->endpoint->groups->first, membership);
    iface_group_leave(membership);
    free(membership->sources);
    free(membership);
}

void groups_free(struct endpoint *endpoint)
{
    if (!endpoint->groups)
        return;
    while (endpoint->groups->first)
        membership_free(endpoint->groups->first);
    free(endpoint->groups);
    endpoint->groups = NULL;
}

static void source_set(struct membership *membership, const struct prefix_key *key, bool on)
{
    struct source *source = source_find(membership, key);
    if (!source) {
        membership->sources = memory_grow(membership->sources, (membership->count + 1) * sizeof *membership->sources);
        source = &membership->sources[membership->count++];
        if (membership->at && membership->count == 1)
            membership->at->sourced++;
        source->key = *key;
    }
    source->on = on;
}

static bool any_source_on(const struct membership *membership)
{
    for (unsigned i = 0; i < membership->count; i++) {
        if (membership->sources[i].on)
            return true;
    }
    return false;
}

/* ---- the changes, by what there is already ---- */

struct wanted { struct endpoint *endpoint; struct iface *iface; uint8_t family; struct prefix_key group, source; bool by_default; };

static enum kernel_status join(const struct wanted *wanted, const struct membership *old, bool one_source)
{
    if (old)
        return old->exclude && any_source_on(old) ? KERNEL_BAD_ARGUMENT : NOT_THERE;
    struct membership *membership = membership_new(wanted->endpoint, wanted->iface, wanted->family, &wanted->group, !one_source);
    membership->by_default = wanted->by_default;
    if (one_source)
        source_set(membership, &wanted->source, true);
    iface_group_enter(wanted->iface, membership);
    return KERNEL_OK;
}

static enum kernel_status join_source(const struct wanted *wanted, struct membership *old)
{
    if (!old)
        return join(wanted, NULL, true);
    const struct source *source = source_find(old, &wanted->source);
    if (old->exclude)
        return KERNEL_BAD_ARGUMENT;
    if (source && source->on)
        return NOT_THERE;
    source_set(old, &wanted->source, true);
    return KERNEL_OK;
}

static enum kernel_status leave_source(const struct wanted *wanted, struct membership *old)
{
    if (!old || old->exclude)
        return KERNEL_BAD_ARGUMENT;
    const struct source *source = source_find(old, &wanted->source);
    if (!source || !source->on)
        return NOT_THERE;
    source_set(old, &wanted->source, false);
    return KERNEL_OK;
}

static enum kernel_status block(const struct wanted *wanted, struct membership *old, bool on)
{
    if (!old || !old->exclude)
        return KERNEL_BAD_ARGUMENT;
    const struct source *source = source_find(old, &wanted->source);
    if (!source && !on)
        return KERNEL_BAD_ARGUMENT; /* it never was blocked */
    if (source && source->on == on)
        return NOT_THERE;
    source_set(old, &wanted->source, on);
    return KERNEL_OK;
}

static enum kernel_status change_apply(const struct wanted *wanted, enum kernel_membership change, struct membership *old)
{
    switch (change) {
    case KERNEL_JOIN: return join(wanted, old, false);
    case KERNEL_LEAVE:
        if (!old)
            return KERNEL_BAD_ARGUMENT;
        membership_free(old);
        return KERNEL_OK;
    case KERNEL_BLOCK_SOURCE: return block(wanted, old, true);
    case KERNEL_UNBLOCK_SOURCE: return block(wanted, old, false);
    case KERNEL_JOIN_SOURCE: return join_source(wanted, old);
    case KERNEL_LEAVE_SOURCE: return leave_source(wanted, old);
    }
    return KERNEL_BAD_ARGUMENT;
}

static bool group_valid(const struct endpoint *endpoint, enum kernel_membership change, const struct kernel_group *group)
{
    if (group->group.family != endpoint->family || !address_is_multicast(&group->group))
        return false;
    return change == KERNEL_JOIN || change == KERNEL_LEAVE || (group->source.family == endpoint->family && !address_is_unspecified(&group->source));
}

enum kernel_status group_change(struct endpoint *endpoint, enum kernel_membership change, const struct kernel_group *group)
{
    if (endpoint->transport == KERNEL_TCP)
        return KERNEL_NOT_SUPPORTED;
    if (!group_valid(endpoint, change, group))
        return KERNEL_BAD_ARGUMENT;
    struct wanted wanted = { .endpoint = endpoint, .family = group->group.family, .group = prefix_key_of(&group->group),
                             .source = prefix_key_of(&group->source), .by_default = group->interface_index == 0 };
    struct membership *old = wanted.by_default ? membership_by_default(endpoint, wanted.family, &wanted.group) : NULL;
    if (!old) {
        wanted.iface = wanted.by_default ? default_interface(endpoint, &group->group) : iface_by_index(endpoint->host, group->interface_index);
        if (!wanted.iface)
            return NOT_THERE;
        old = membership_find(endpoint, wanted.iface->index, wanted.family, &wanted.group);
    }
    bool one_source = change != KERNEL_JOIN && change != KERNEL_LEAVE;
    bool had = old != NULL;
    enum kernel_status status = change_apply(&wanted, change, old);
    if (status != KERNEL_OK || !one_source || !had)
        return status;
    if (!old->exclude && !any_source_on(old))
        membership_free(old); /* the last source it wanted */
    else if (old->at)
        iface_group_changed(old->at);
    return KERNEL_OK;
}

/* ---- who gets what ---- */

bool group_hears(const struct endpoint *endpoint, const struct iface *iface, const struct packet *packet)
{
    if (packet->flags & PACKET_LOOPED && !endpoint->option[KERNEL_MULTICAST_LOOP])
        return false; /* the switch is the receiver's */
    const struct membership *membership = membership_find(endpoint, iface->index, packet->family, &packet->destination);
    if (!membership)
        return false;
    const struct source *source = membership->count ? source_find(membership, &packet->source) : NULL;
    return membership->exclude != (source && source->on);
}

bool group_joined(const struct iface *iface, uint8_t family, const struct prefix_key *group)
{
    static const struct prefix_key all_v4 = { { 0xe0000001u } }, all_v6 = { { 0xff020000u, 0, 0, 1 } };
    if (key_equal(group, family == KERNEL_IPV4 ? &all_v4 : &all_v6))
        return true;
    const struct iface_group *joined = iface_group_find(iface, family, group);
    return joined && joined->members;
}
