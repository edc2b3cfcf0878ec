/* Group reports and queries as packets: IGMPv3 (RFC 3376), v2 (RFC 2236) and v1; MLDv2 (RFC 3810) and v1 (RFC 2710). In this file the
   versions of MLD count as the IGMP ones they are made after: 2 and 3. */
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/check.h"
#include "net/endpoint/group.h"
#include "net/wire/wire.h"

enum { IGMP_QUERY = 0x11, IGMP_REPORT_V1 = 0x12, IGMP_REPORT_V2 = 0x16, IGMP_LEAVE_V2 = 0x17, IGMP_REPORT_V3 = 0x22 };
enum { MLD_QUERY = 130, MLD_REPORT_V1 = 131, MLD_DONE_V1 = 132, MLD_REPORT_V2 = 143 };
enum record_type { IS_INCLUDE = 1, IS_EXCLUDE, TO_INCLUDE, TO_EXCLUDE, ALLOW, BLOCK };

#define IGMP_HEADER_BYTES 8u
#define MLD_HEADER_BYTES 8u
#define MLD_QUERY_V1_BYTES 16u /* behind the header: the group */
#define ROOM_LEAST 512u        /* for records, however small the MTU */
#define ASKED_MOST 1024u       /* sources kept until the answer; of more, it is about all */
#define CLASS_CONTROL 0xc0     /* internetwork control (RFC 3376 4) */

static const struct prefix_key routers_v4 = { { 0xe0000002u, 0, 0, 0 } }, reports_v4 = { { 0xe0000016u, 0, 0, 0 } };
static const struct prefix_key routers_v6 = { { 0xff020000u, 0, 0, 2 } }, reports_v6 = { { 0xff020000u, 0, 0, 0x16 } };

static unsigned key_bytes(uint8_t family) { return family == KERNEL_IPV4 ? 4 : 16; }

static uint8_t *put_key(uint8_t *at, uint8_t family, const struct prefix_key *key)
{
    struct kernel_address address = key_address(family, key);
    memcpy(at, address.bytes, key_bytes(family));
    return at + key_bytes(family);
}

static struct prefix_key get_key(const uint8_t *at, uint8_t family)
{
    struct kernel_address address = { .family = family };
    memcpy(address.bytes, at, key_bytes(family));
    return prefix_key_of(&address);
}

unsigned igmp_version_now(const struct iface *iface, uint8_t family)
{
    const struct host *host = iface->host;
    const struct group_side *side = iface->groups ? &iface->groups->side[family_slot(family)] : NULL;
    unsigned own = family == KERNEL_IPV4 ? host->parameters.igmp_version : host->parameters.mld_version + 1;
    if (side && side->older && side->older < own && engine_now_ns(host->net->engine) < side->older_until_ns)
        return side->older;
    return own;
}

/* ---- sending ---- */

/* Takes the chunk. Without an address, or a way, nothing is said. */
static void message_send(struct iface *iface, uint8_t family, const struct prefix_key *to, struct chunk *chunk, uint8_t mld_type, uint32_t mld_word)
{
    struct host *host = iface->host;
    struct ip_wish wish = { .interface_index = iface->index };
    struct ip_path path;
    ip_path_find(host, family, to, &wish, &path);
    if (path.status != KERNEL_OK || path.local) {
        chunk_release(host->net, chunk);
        return;
    }
    struct packet *packet = packet_new(host->net);
    packet->family = family;
    packet->protocol = family == KERNEL_IPV4 ? IP_PROTOCOL_IGMP : IP_PROTOCOL_ICMPV6;
    packet->source = path.source;
    packet->destination = *to;
    packet->hop_limit = 1;
    packet->traffic_class = family == KERNEL_IPV4 ? CLASS_CONTROL : 0;
    packet->flags = PACKET_ROUTER_ALERT;
    packet->payload = (struct piece){ .chunk = chunk, .size = chunk->used };
    if (family == KERNEL_IPV6) {
        packet->icmp.type = mld_type;
        packet->icmp.word = mld_word;
        if (packet->source.word[0] >> 22 != 0xfe80u >> 6)
            packet->source = (struct prefix_key){ { 0 } }; /* RFC 3590: link-local or none */
    }
    packet->size = (uint32_t)wire_size(packet);
    ip_send(host, packet, &path);
}

/* One group in a message of its own: the older versions. */
static void old_send(const struct iface_group *group, unsigned version, bool joined)
{
    struct net *net = group->iface->host->net;
    uint8_t family = group->key.family;
    if (version == 1 && !joined)
        return; /* IGMPv1 just falls silent */
    struct chunk *chunk = chunk_new(net, MLD_QUERY_V1_BYTES);
    if (family == KERNEL_IPV4) {
        memset(chunk->bytes, 0, IGMP_HEADER_BYTES);
        chunk->bytes[0] = version == 1 ? IGMP_REPORT_V1 : joined ? IGMP_REPORT_V2 : IGMP_LEAVE_V2;
        put_key(chunk->bytes + 4, family, &group->key.group);
        chunk->used = IGMP_HEADER_BYTES;
        message_send(group->iface, family, joined ? &group->key.group : &routers_v4, chunk, 0, 0);
    } else {
        put_key(chunk->bytes, family, &group->key.group);
        chunk->used = MLD_QUERY_V1_BYTES;
        message_send(group->iface, family, joined ? &group->key.group : &routers_v6, chunk, joined ? MLD_REPORT_V1 : MLD_DONE_V1, 0);
    }
}

/* Records of the newest version, gathered until a packet is full. */
struct report { struct iface *iface; struct chunk *chunk; unsigned records; uint32_t room; uint8_t family; };

static struct report report_start(struct iface *iface, uint8_t family)
{
    uint32_t headers = ip_header_bytes(family) + 8 + IGMP_HEADER_BYTES; /* with the router alert */
    uint32_t room = iface->mtu_bytes > headers + ROOM_LEAST ? iface->mtu_bytes - headers : ROOM_LEAST;
    return (struct report){ .iface = iface, .family = family, .room = room + (family == KERNEL_IPV4 ? IGMP_HEADER_BYTES : 0) };
}

static void report_send(struct report *report)
{
    struct chunk *chunk = report->chunk;
    if (!chunk)
        return;
    if (report->family == KERNEL_IPV4) {
        chunk->bytes[0] = IGMP_REPORT_V3;
        chunk->bytes[6] = (uint8_t)(report->records >> 8);
        chunk->bytes[7] = (uint8_t)report->records;
        message_send(report->iface, KERNEL_IPV4, &reports_v4, chunk, 0, 0);
    } else {
        message_send(report->iface, KERNEL_IPV6, &reports_v6, chunk, MLD_REPORT_V2, report->records);
    }
    report->chunk = NULL;
    report->records = 0;
}

static void report_room(struct report *report, uint32_t bytes)
{
    if (report->chunk && report->chunk->used + bytes > report->room)
        report_send(report);
    if (report->chunk)
        return;
    report->chunk = chunk_new(report->iface->host->net, report->room);
    report->chunk->used = report->family == KERNEL_IPV4 ? IGMP_HEADER_BYTES : 0;
    memset(report->chunk->bytes, 0, IGMP_HEADER_BYTES);
}

/* More sources than a packet holds: several records, but an excluding one is cut (RFC 3376 4.2.16). */
static void report_record(struct report *report, enum record_type type, const struct prefix_key *group, const struct prefix_key *sources, unsigned count)
{
    uint32_t width = key_bytes(report->family), fixed = 4 + width;
    unsigned most = (report->room - IGMP_HEADER_BYTES - fixed) / width;
    do {
        unsigned part = count < most ? count : most;
        report_room(report, fixed + part * width);
        uint8_t *at = report->chunk->bytes + report->chunk->used;
        at[0] = (uint8_t)type;
        at[1] = 0;
        at[2] = (uint8_t)(part >> 8);
        at[3] = (uint8_t)part;
        at = put_key(at + 4, report->family, group);
        for (unsigned i = 0; i < part; i++)
            at = put_key(at, report->family, &sources[i]);
        report->chunk->used += fixed + part * width;
        report->records++;
        sources = part ? sources + part : sources;
        count -= type == IS_EXCLUDE || type == TO_EXCLUDE ? count : part;
    } while (count);
}

/* ---- what changed ---- */

static bool wanted_now(const struct iface_group *group, const struct prefix_key *source)
{
    for (unsigned i = 0; i < group->now.count; i++) {
        if (key_equal(&group->now.sources[i], source))
            return !group->now.exclude;
    }
    return group->now.exclude;
}

/* The sources of the list that are wanted (not wanted); the caller frees them. */
static struct prefix_key *changes_pick(const struct iface_group *group, bool wanted, unsigned *count)
{
    struct prefix_key *picked = memory_take((group->change_count + 1) * sizeof *picked);
    *count = 0;
    for (unsigned i = 0; i < group->change_count; i++) {
        if (wanted_now(group, &group->changes[i].key) == wanted)
            picked[(*count)++] = group->changes[i].key;
    }
    return picked;
}

void igmp_tell_change(struct iface_group *group)
{
    unsigned version = igmp_version_now(group->iface, group->key.family), count;
    if (version < 3) {
        old_send(group, version, filter_wants(&group->now));
        return;
    }
    struct report report = report_start(group->iface, group->key.family);
    if (group->mode_left) {
        report_record(&report, group->now.exclude ? TO_EXCLUDE : TO_INCLUDE, &group->key.group, group->now.sources, group->now.count);
    } else {
        for (int wanted = 1; wanted >= 0; wanted--) {
            struct prefix_key *picked = changes_pick(group, wanted, &count);
            if (count)
                report_record(&report, wanted ? ALLOW : BLOCK, &group->key.group, picked, count);
            free(picked);
        }
    }
    report_send(&report);
}

/* ---- answers ---- */

static void state_record(struct report *report, const struct iface_group *group)
{
    report_record(report, group->now.exclude ? IS_EXCLUDE : IS_INCLUDE, &group->key.group, group->now.sources, group->now.count);
}

void igmp_answer_all(struct group_side *side)
{
    struct iface *iface = side->iface;
    unsigned version = igmp_version_now(iface, side->family);
    struct report report = report_start(iface, side->family);
    struct iface_group *group;
    for (group = iface->groups->first; group; group = group->hh.next) {
        if (group->key.family != side->family || !filter_wants(&group->now) || !iface_group_is_told(group))
            continue;
        if (version < 3)
            old_send(group, version, true);
        else
            state_record(&report, group);
    }
    report_send(&report);
}

/* RFC 3376 5.2: of the sources asked about, those that are wanted. */
static void answer_sources(struct iface_group *group)
{
    struct report report = report_start(group->iface, group->key.family);
    struct prefix_key *picked = memory_take((group->asked_count + 1) * sizeof *picked);
    unsigned count = 0;
    for (unsigned i = 0; i < group->asked_count; i++) {
        if (wanted_now(group, &group->asked_sources[i]))
            picked[count++] = group->asked_sources[i];
    }
    if (count)
        report_record(&report, IS_INCLUDE, &group->key.group, picked, count);
    report_send(&report);
    free(picked);
}

void igmp_answer(struct iface_group *group)
{
    unsigned version = igmp_version_now(group->iface, group->key.family);
    if (filter_wants(&group->now)) {
        if (version < 3) {
            old_send(group, version, true);
        } else if (group->asked_all) {
            struct report report = report_start(group->iface, group->key.family);
            state_record(&report, group);
            report_send(&report);
        } else {
            answer_sources(group);
        }
    }
    group->asked_all = false;
    group->asked_count = 0;
}

/* ---- queries ---- */

struct query { struct prefix_key group; const uint8_t *sources; unsigned source_count, version; int64_t most_ns; uint8_t family; };

/* RFC 3376 4.1.1, RFC 3810 5.1.3: large times have an exponent. `bits` of mantissa without the leading one. */
static int64_t long_time(unsigned code, unsigned bits)
{
    unsigned limit = 1u << (bits + 3), mantissa = code & ((1u << bits) - 1), exponent = code >> bits & 7u;
    return code < limit ? (int64_t)code : (int64_t)(mantissa | 1u << bits) << (exponent + 3);
}

/* Due at a random time within what the query allows, unless an answer is due sooner anyway (RFC 3376 5.2). */
static void answer_soon(struct iface *iface, struct net_timer *timer, int64_t *at_ns, int64_t most_ns)
{
    struct net *net = iface->host->net;
    int64_t due_ns = engine_now_ns(net->engine) + group_delay_ns(iface, most_ns);
    if (timer->event != EVENT_NONE && *at_ns <= due_ns)
        return;
    *at_ns = due_ns;
    net_timer_set(net->engine, timer, due_ns, trace_cause(net->trace));
}

static void side_run(struct net_timer *timer) { igmp_answer_all((struct group_side *)timer); }

static void asked_add(struct iface_group *group, const struct query *query)
{
    unsigned width = key_bytes(query->family);
    if (query->source_count == 0 || group->asked_count + query->source_count > ASKED_MOST)
        group->asked_all = true;
    if (group->asked_all)
        return;
    group->asked_sources = memory_grow(group->asked_sources, (group->asked_count + query->source_count + 1) * sizeof *group->asked_sources);
    for (unsigned i = 0; i < query->source_count; i++)
        group->asked_sources[group->asked_count++] = get_key(query->sources + i * width, query->family);
}

static void query_arrive(struct iface *iface, const struct query *query)
{
    const struct host_parameters *parameters = &iface->host->parameters;
    struct group_side *side = &iface_groups_of(iface)->side[family_slot(query->family)];
    unsigned own = query->family == KERNEL_IPV4 ? parameters->igmp_version : parameters->mld_version + 1;
    if (query->version < own && (query->version <= side->older || !side->older || engine_now_ns(iface->host->net->engine) >= side->older_until_ns)) {
        side->older = (uint8_t)query->version; /* RFC 3376 7.2.1: for as long as such a querier may be there */
        side->older_until_ns = engine_now_ns(iface->host->net->engine) + (int64_t)parameters->igmp_robustness * parameters->igmp_query_interval_ns
            + parameters->igmp_response_interval_ns;
    }
    if (key_is_unspecified(&query->group)) {
        side->timer.run = side_run;
        answer_soon(iface, &side->timer, &side->at_ns, query->most_ns);
        return;
    }
    struct iface_group *group = iface_group_find(iface, query->family, &query->group);
    if (!group || !iface_group_is_told(group))
        return;
    asked_add(group, query);
    answer_soon(iface, &group->asked.timer, &group->asked.at_ns, query->most_ns);
}

/* False: it is no query, or not all of it is there. */
static bool igmp_query_read(const uint8_t *bytes, uint32_t size, struct query *query)
{
    const int64_t tenth = 100000000;
    if (size < IGMP_HEADER_BYTES || bytes[0] != IGMP_QUERY)
        return false;
    *query = (struct query){ .family = KERNEL_IPV4, .group = get_key(bytes + 4, KERNEL_IPV4), .most_ns = bytes[1] * tenth };
    query->version = size > IGMP_HEADER_BYTES ? 3 : bytes[1] ? 2 : 1;
    if (query->version == 1)
        query->most_ns = 100 * tenth;
    if (query->version < 3)
        return true;
    if (size < 12)
        return false;
    query->most_ns = long_time(bytes[1], 4) * tenth;
    query->source_count = (unsigned)bytes[10] << 8 | bytes[11];
    query->sources = bytes + 12;
    return size >= 12 + 4 * query->source_count;
}

void igmp_arrive(struct host *host, struct iface *iface, struct packet *packet)
{
    struct query query;
    if (packet->payload.chunk && !(packet->flags & PACKET_LOOPED) && igmp_query_read(piece_bytes(&packet->payload), packet->payload.size, &query))
        query_arrive(iface, &query);
    packet_free(host->net, packet);
}

void mld_arrive(struct iface *iface, const struct packet *packet)
{
    const int64_t thousandth = 1000000;
    uint32_t size = packet->payload.size;
    if (packet->icmp.type != MLD_QUERY || packet->flags & PACKET_LOOPED || !packet->payload.chunk || size < MLD_QUERY_V1_BYTES || packet->hop_limit != 1)
        return;
    const uint8_t *bytes = piece_bytes(&packet->payload);
    unsigned code = packet->icmp.word >> 16;
    struct query query = { .family = KERNEL_IPV6, .group = get_key(bytes, KERNEL_IPV6), .version = 2, .most_ns = code * thousandth };
    if (size >= MLD_QUERY_V1_BYTES + 4) {
        query.version = 3;
        query.most_ns = long_time(code, 12) * thousandth;
        query.source_count = (unsigned)bytes[18] << 8 | bytes[19];
        query.sources = bytes + 20;
        if (size < 20 + 16 * query.source_count)
            return;
    }
    query_arrive(iface, &query);
}
