/* The groups of an interface: all memberships merged (RFC 3376 3.2, RFC 3810 4.2), and the telling of changes (RFC 3376 5.1). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "net/endpoint/group.h"

/* ---- lists of sources, ascending: what is sent goes by their order ---- */

static int key_order(const struct prefix_key *a, const struct prefix_key *b)
{
    for (unsigned i = 0; i < 4; i++) {
        if (a->word[i] != b->word[i])
            return a->word[i] < b->word[i] ? -1 : 1;
    }
    return 0;
}

static int key_order_of(const void *a, const void *b) { return key_order(a, b); }

static bool list_has(const struct filter *filter, const struct prefix_key *key)
{
    return filter->count && bsearch(key, filter->sources, filter->count, sizeof *key, key_order_of);
}

/* ---- merging ---- */

/* Whether all members together want what this source sends. */
static bool members_want(const struct iface_group *group, const struct prefix_key *source)
{
    const struct membership *membership;
    DL_FOREACH2(group->members, membership, group_next) {
        bool on = false;
        for (unsigned i = 0; i < membership->count && !on; i++)
            on = membership->sources[i].on && key_equal(&membership->sources[i].key, source);
        if (membership->exclude != on)
            return true;
    }
    return false;
}

/* Included: every source somebody wants. Excluded: every named source that nobody wants. */
static struct filter merge(const struct iface_group *group)
{
    struct filter merged = { .exclude = group->excluding > 0 };
    const struct membership *membership;
    unsigned most = 0, kept = 0;
    if (group->sourced == 0)
        return merged; /* however many there are */
    DL_FOREACH2(group->members, membership, group_next)
        most += membership->count;
    merged.sources = memory_take(most * sizeof *merged.sources);
    DL_FOREACH2(group->members, membership, group_next) {
        for (unsigned i = 0; i < membership->count; i++) {
            const struct source *source = &membership->sources[i];
            if (source->on && members_want(group, &source->key) != merged.exclude)
                merged.sources[merged.count++] = source->key;
        }
    }
    qsort(merged.sources, merged.count, sizeof *merged.sources, key_order_of); /* equal keys are equal in all */
    for (unsigned i = 0; i < merged.count; i++) {
        if (i == 0 || key_order(&merged.sources[i], &merged.sources[kept - 1]) != 0)
            merged.sources[kept++] = merged.sources[i];
    }
    merged.count = kept;
    return merged;
}

/* ---- the table ---- */

struct iface_groups *iface_groups_of(struct iface *iface)
{
    if (iface->groups)
        return iface->groups;
    char name[320];
    struct iface_groups *groups = memory_take(sizeof *groups);
    snprintf(name, sizeof name, "igmp:%s:%s", iface->host->name, iface->name);
    groups->random = random_stream(iface->host->seed, name);
    for (unsigned slot = 0; slot < FAMILIES; slot++) {
        groups->side[slot].iface = iface;
        groups->side[slot].family = (uint8_t)slot_family(slot);
    }
    iface->groups = groups;
    return groups;
}

struct iface_group *iface_group_find(const struct iface *iface, uint8_t family, const struct prefix_key *key)
{
    struct group_key wanted = { .group = *key, .family = family };
    struct iface_group *group = NULL;
    if (iface->groups)
        HASH_FIND(hh, iface->groups->first, &wanted, sizeof wanted, group);
    return group;
}

static void group_free(struct iface_group *group)
{
    struct engine *engine = group->iface->host->net->engine;
    net_timer_stop(engine, &group->again.timer);
    net_timer_stop(engine, &group->asked.timer);
    HASH_DEL(group->iface->groups->first, group);
    free(group->now.sources);
    free(group->changes);
    free(group->asked_sources);
    free(group);
}

void iface_groups_free(struct iface *iface)
{
    struct iface_groups *groups = iface->groups;
    if (!groups)
        return;
    while (groups->first) {
        struct membership *membership;
        DL_FOREACH2(groups->first->members, membership, group_next)
            membership->at = NULL;
        group_free(groups->first);
    }
    for (unsigned slot = 0; slot < FAMILIES; slot++)
        net_timer_stop(iface->host->net->engine, &groups->side[slot].timer);
    free(groups);
    iface->groups = NULL;
}

bool iface_group_is_told(const struct iface_group *group)
{
    const uint32_t *word = group->key.group.word;
    if (group->iface->type == IFACE_LOOPBACK)
        return false;
    if (group->key.family == KERNEL_IPV4)
        return word[0] != 0xe0000001u;
    bool all_hosts = word[0] == 0xff020000u && word[1] == 0 && word[2] == 0 && word[3] == 1;
    return !all_hosts && (word[0] >> 16 & 15u) > 1; /* scopes 0 and 1 stay in the host (RFC 3810 6) */
}

int64_t group_delay_ns(struct iface *iface, int64_t most_ns)
{
    if (most_ns <= 0)
        return 0;
    return iface->host->parameters.igmp_random ? 1 + (int64_t)random_below(&iface_groups_of(iface)->random, (uint64_t)most_ns) : most_ns;
}

/* ---- changes ---- */

static uint64_t row_group(const struct iface_group *group, const char *verb)
{
    struct trace *trace = group->iface->host->net->trace;
    if (!trace_begin(trace, LAYER_NET, verb, group->iface->host->name, group->iface->name))
        return trace_cause(trace);
    char text[ADDRESS_TEXT];
    struct kernel_address address = key_address(group->key.family, &group->key.group);
    address_text(&address, text);
    trace_text(trace, "group", text);
    trace_uint(trace, "sources", group->now.count);
    trace_bool(trace, "exclude", group->now.exclude);
    return trace_end(trace);
}

static void change_note(struct iface_group *group, const struct prefix_key *key)
{
    unsigned i = 0, left = group->iface->host->parameters.igmp_robustness;
    while (i < group->change_count && !key_equal(&group->changes[i].key, key))
        i++;
    if (i == group->change_count) {
        group->changes = memory_grow(group->changes, (group->change_count + 1) * sizeof *group->changes);
        group->changes[group->change_count++].key = *key;
    }
    group->changes[i].left = left;
}

/* What is new between two states becomes what is to be told. */
static void changes_note(struct iface_group *group, const struct filter *before)
{
    const struct filter *now = &group->now;
    if (before->exclude != now->exclude || filter_wants(before) != filter_wants(now)) {
        bool by_source = !before->exclude && !now->exclude && igmp_version_now(group->iface, group->key.family) == 3;
        if (!by_source) {
            group->mode_left = group->iface->host->parameters.igmp_robustness;
            group->change_count = 0;
            return;
        }
    }
    for (unsigned i = 0; i < before->count; i++) {
        if (!list_has(now, &before->sources[i]))
            change_note(group, &before->sources[i]);
    }
    for (unsigned i = 0; i < now->count; i++) {
        if (!list_has(before, &now->sources[i]))
            change_note(group, &now->sources[i]);
    }
}

static void told_once(struct iface_group *group)
{
    unsigned kept = 0;
    if (group->mode_left) {
        group->mode_left--;
        return;
    }
    for (unsigned i = 0; i < group->change_count; i++) {
        if (--group->changes[i].left)
            group->changes[kept++] = group->changes[i];
    }
    group->change_count = kept;
}

/* Tells what is to be told, and sets the time for the next telling; a group that nobody wants goes after the last. */
static void changes_tell(struct iface_group *group)
{
    struct iface *iface = group->iface;
    struct net *net = iface->host->net;
    if (group->mode_left || group->change_count) {
        igmp_tell_change(group);
        told_once(group);
    }
    if (group->mode_left || group->change_count) {
        group->again.at_ns = engine_now_ns(net->engine) + group_delay_ns(iface, iface->host->parameters.igmp_unsolicited_interval_ns);
        net_timer_set(net->engine, &group->again.timer, group->again.at_ns, trace_cause(net->trace));
    } else if (!group->members) {
        group_free(group);
    }
}

static void again_run(struct net_timer *timer) { changes_tell(((struct group_timer *)timer)->group); }
static void asked_run(struct net_timer *timer) { igmp_answer(((struct group_timer *)timer)->group); }

void iface_group_changed(struct iface_group *group)
{
    struct host *host = group->iface->host;
    struct filter before = group->now;
    group->now = merge(group);
    bool same = before.exclude == group->now.exclude && before.count == group->now.count
        && (before.count == 0 || memcmp(before.sources, group->now.sources, before.count * sizeof *before.sources) == 0);
    if (!same && !host->net->ending) {
        bool came = !filter_wants(&before), went = !filter_wants(&group->now);
        uint64_t former = host_enter(host, row_group(group, came ? "group.joined" : went ? "group.left" : "group.changed"));
        if (iface_group_is_told(group)) {
            changes_note(group, &before);
            changes_tell(group);
        } else if (!group->members) {
            group_free(group);
        }
        host_leave(host, former); /* the group may be gone */
    }
    free(before.sources);
}

/* Nobody out there knows of them: as if they were joined now, once the addresses have settled. */
void iface_groups_connected(struct iface *iface)
{
    struct net *net = iface->host->net;
    struct iface_group *group = iface->groups ? iface->groups->first : NULL;
    for (; group; group = group->hh.next) {
        if (!filter_wants(&group->now) || !iface_group_is_told(group))
            continue;
        group->mode_left = iface->host->parameters.igmp_robustness;
        group->change_count = 0;
        group->again.at_ns = engine_now_ns(net->engine);
        net_timer_set(net->engine, &group->again.timer, group->again.at_ns, trace_cause(net->trace));
    }
}

void iface_group_enter(struct iface *iface, struct membership *membership)
{
    struct iface_group *group = iface_group_find(iface, membership->family, &membership->group);
    if (!group) {
        group = memory_take(sizeof *group);
        group->iface = iface;
        group->key = (struct group_key){ .group = membership->group, .family = membership->family };
        group->again = (struct group_timer){ .timer.run = again_run, .group = group };
        group->asked = (struct group_timer){ .timer.run = asked_run, .group = group };
        HASH_ADD(hh, iface_groups_of(iface)->first, key, sizeof group->key, group);
    }
    membership->at = group;
    DL_APPEND2(group->members, membership, group_prev, group_next);
    group->excluding += membership->exclude;
    group->sourced += membership->count > 0;
    iface_group_changed(group);
}

void iface_group_leave(struct membership *membership)
{
    struct iface_group *group = membership->at;
    if (!group)
        return;
    membership->at = NULL;
    DL_DELETE2(group->members, membership, group_prev, group_next);
    group->excluding -= membership->exclude;
    group->sourced -= membership->count > 0;
    iface_group_changed(group);
}
