#include "net/link/impair.h"

#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/check.h"
#include "core/random.h"
#include "net/link/link.h"
#include "net/net_private.h"

__extension__ typedef __int128 wide;

/* A stream and its latest correlated value. */
struct draw { struct random_stream stream; uint64_t last; bool begun; };

/* What waits for the wire on a link that reorders: in order of departure, which the link's list no longer shows. */
struct departure { int64_t starts_ns; uint32_t bytes; };

struct impairments {
    struct impairments_setup setup;
    struct draw loss, duplicate, corrupt, reorder, jitter;
    int64_t jitter_last;   /* units of 2^-32 of the width */
    bool bad;              /* Gilbert-Elliott */
    uint8_t state;         /* Markov: 1 to 4 */
    uint64_t offered;      /* since the list was set */
    size_t listed;         /* entries of the list that are behind */
    uint32_t since_reorder;
    struct departure *departures;
    size_t first_departure, departures_count, departures_room; /* a ring */
};

/* ---- draws ---- */

static void draw_start(struct draw *draw, const struct link *link, const char *feature)
{
    draw->stream = link_stream(link, feature);
}

static uint64_t draw_value(struct draw *draw, uint64_t correlation)
{
    uint64_t value = random_u32(&draw->stream);
    if (correlation && draw->begun)
        value = (value * (CHANCE_ALWAYS - correlation) + draw->last * correlation) >> 32;
    draw->begun = true;
    draw->last = value;
    return value;
}

/* A feature that is off draws nothing. */
static bool draw_chance(struct draw *draw, const struct chance *chance)
{
    return chance->probability && draw_value(draw, chance->correlation) < chance->probability;
}

/* ---- loss ---- */

static bool gilbert_loses(struct impairments *it)
{
    const uint64_t *chain = it->setup.loss.chain;
    uint64_t moves = random_u32(&it->loss.stream), loses = random_u32(&it->loss.stream);
    if (moves < chain[it->bad ? GILBERT_R : GILBERT_P])
        it->bad = !it->bad;
    return loses < chain[it->bad ? GILBERT_BAD_LOSS : GILBERT_GOOD_LOSS];
}

/* Netem's states: 1 arrives between bursts, 2 arrives within a burst, 3 lost within a burst, 4 lost alone. */
static bool markov_loses(struct impairments *it)
{
    const uint64_t *chain = it->setup.loss.chain;
    uint64_t u = random_u32(&it->loss.stream);
    switch (it->state) {
    case 2:
        it->state = u < chain[MARKOV_23] ? 3 : 2;
        break;
    case 3:
        it->state = u < chain[MARKOV_32] ? 2 : u < chain[MARKOV_32] + chain[MARKOV_31] ? 1 : 3;
        break;
    case 4:
        it->state = 1;
        break;
    default:
        it->state = u < chain[MARKOV_14] ? 4 : u < chain[MARKOV_14] + chain[MARKOV_13] ? 3 : 1;
        break;
    }
    return it->state >= 3;
}

static bool list_loses(struct impairments *it)
{
    const struct loss_setup *loss = &it->setup.loss;
    it->offered++;
    while (it->listed < loss->packet_count && loss->packets[it->listed] < it->offered)
        it->listed++;
    return it->listed < loss->packet_count && loss->packets[it->listed] == it->offered;
}

static bool loses(struct impairments *it)
{
    switch (it->setup.loss.model) {
    case LOSS_NONE: return false;
    case LOSS_BERNOULLI: return draw_chance(&it->loss, &it->setup.loss.rate);
    case LOSS_GILBERT: return gilbert_loses(it);
    case LOSS_MARKOV: return markov_loses(it);
    case LOSS_LIST: return list_loses(it);
    }
    return false;
}

/* ---- jitter ---- */

/* Bitwise, as host-stack 11.5. */
static uint64_t cube_root(uint64_t x)
{
    uint64_t y = 0;
    for (int shift = 63; shift >= 0; shift -= 3) {
        y *= 2;
        uint64_t b = 3 * y * (y + 1) + 1;
        if (x >> shift >= b) {
            x -= b << shift;
            y++;
        }
    }
    return y;
}

/* In units of 2^-32 of the width, with mean 0. */
static int64_t jitter_unit(struct impairments *it)
{
    struct random_stream *stream = &it->jitter.stream;
    int64_t sum = 0;
    uint64_t u;
    switch (it->setup.jitter.distribution) {
    case JITTER_UNIFORM: /* the halves of 2^-31 that the draw leaves out keep it even about 0 */
        return 2 * (int64_t)random_u32(stream) + 1 - (int64_t)CHANCE_ALWAYS;
    case JITTER_NORMAL:
        for (int i = 0; i < 12; i++)
            sum += random_u32(stream);
        return sum - 6 * (int64_t)CHANCE_ALWAYS;
    case JITTER_PARETO: /* (2^32 / u)^(1/3), in units of 2^-10; u from 1 to 2^32 */
        u = (uint64_t)random_u32(stream) + 1;
        return ((int64_t)cube_root((UINT64_C(1) << 62) / u) << 22) - (int64_t)(CHANCE_ALWAYS + CHANCE_ALWAYS / 2);
    }
    return 0;
}

static int64_t jitter_ns(struct impairments *it)
{
    const struct jitter_setup *jitter = &it->setup.jitter;
    int64_t unit = jitter_unit(it);
    if (jitter->correlation && it->jitter.begun)
        unit = (int64_t)(((wide)unit * (int64_t)(CHANCE_ALWAYS - jitter->correlation) + (wide)it->jitter_last * (int64_t)jitter->correlation) / (int64_t)CHANCE_ALWAYS);
    it->jitter.begun = true;
    it->jitter_last = unit;
    return (int64_t)((wide)unit * jitter->width_ns / (int64_t)CHANCE_ALWAYS);
}

int64_t impair_jitter(struct link *link)
{
    return jitter_ns(link->impairments);
}

/* ---- a packet ---- */

static bool overtakes(struct impairments *it)
{
    const struct reorder_setup *reorder = &it->setup.reorder;
    bool drawn = draw_chance(&it->reorder, &reorder->rate);
    if (!reorder->rate.probability)
        return false;
    it->since_reorder++;
    if (!drawn || it->since_reorder < reorder->gap)
        return false;
    it->since_reorder = 0;
    return true;
}

void impair_send(struct link *link, struct packet *packet)
{
    struct impairments *it = link->impairments;
    bool lost = loses(it);
    bool twice = draw_chance(&it->duplicate, &it->setup.duplicate);
    bool damaged = draw_chance(&it->corrupt, &it->setup.corrupt);
    bool early = overtakes(it);
    int64_t extra_ns = it->setup.jitter.width_ns ? jitter_ns(it) : 0;
    if (early || extra_ns < -link->delay_ns)
        extra_ns = -link->delay_ns;
    if (lost && !twice) {
        link_drop(link, packet, DROP_LOSS);
        return;
    }
    if (damaged) {
        packet->flags |= PACKET_DAMAGED;
        link->counters.damaged++;
    }
    struct packet *copy = twice && !lost ? packet_copy(link->net, packet) : NULL; /* lost and doubled: one of the two is left */
    link_enqueue(link, packet, extra_ns);
    if (!copy)
        return;
    link->counters.duplicated++;
    link_enqueue(link, copy, extra_ns);
}

/* ---- setting ---- */

static struct impairments *impairments_of(struct link *link)
{
    if (link->impairments)
        return link->impairments;
    struct impairments *it = memory_take(sizeof *it);
    draw_start(&it->loss, link, "loss");
    draw_start(&it->duplicate, link, "duplicate");
    draw_start(&it->corrupt, link, "corrupt");
    draw_start(&it->reorder, link, "reorder");
    draw_start(&it->jitter, link, "jitter");
    link->impairments = it;
    return it;
}

static bool loss_same(const struct loss_setup *a, const struct loss_setup *b)
{
    return a->model == b->model && a->packets == b->packets && a->packet_count == b->packet_count;
}

static void loss_set(struct impairments *it, const struct loss_setup *loss)
{
    struct loss_setup former = it->setup.loss;
    it->setup.loss = *loss;
    if (loss_same(&former, loss))
        return;
    if (loss->packet_count) {
        uint64_t *copy = memory_take(loss->packet_count * sizeof *copy);
        memcpy(copy, loss->packets, loss->packet_count * sizeof *copy);
        it->setup.loss.packets = copy;
    }
    free((void *)(uintptr_t)former.packets);
    it->bad = false;
    it->state = 1;
    it->offered = it->listed = 0;
}

/* From now on the link's list is kept by arrival, which need not be the order of departure. It stays so: packets are on it. */
static void reorders_from_now(struct link *link)
{
    if (link->reorders)
        return;
    for (const struct packet *packet = link->waiting; packet; packet = packet->next)
        impair_waits(link, packet);
    link->waiting = NULL;
    link->reorders = true;
}

static bool impairs(const struct impairments_setup *setup)
{
    return setup->loss.model != LOSS_NONE || setup->duplicate.probability || setup->corrupt.probability || setup->reorder.rate.probability
        || setup->jitter.width_ns || setup->jitter.may_overtake;
}

void impair_set(struct link *link, const struct impairments_setup *setup)
{
    if (!link->impairments && !impairs(setup))
        return;
    struct impairments *it = impairments_of(link);
    loss_set(it, &setup->loss);
    it->setup.duplicate = setup->duplicate;
    it->setup.corrupt = setup->corrupt;
    it->setup.reorder = setup->reorder;
    it->setup.jitter = setup->jitter;
    if (setup->reorder.rate.probability || setup->jitter.may_overtake)
        reorders_from_now(link);
}

const struct impairments_setup *impair_setup(const struct link *link)
{
    return link->impairments ? &link->impairments->setup : NULL;
}

void impair_free(struct link *link)
{
    if (!link->impairments)
        return;
    free((void *)(uintptr_t)link->impairments->setup.loss.packets);
    free(link->impairments->departures);
    free(link->impairments);
    link->impairments = NULL;
}

/* ---- the list of a link that reorders ---- */

void impair_waits(struct link *link, const struct packet *packet)
{
    struct impairments *it = link->impairments;
    if (it->departures_count == it->departures_room) {
        size_t room = it->departures_room ? 2 * it->departures_room : 16;
        struct departure *ring = memory_take(room * sizeof *ring);
        for (size_t i = 0; i < it->departures_count; i++)
            ring[i] = it->departures[(it->first_departure + i) % it->departures_room];
        free(it->departures);
        it->departures = ring;
        it->departures_room = room;
        it->first_departure = 0;
    }
    it->departures[(it->first_departure + it->departures_count++) % it->departures_room] = (struct departure){ packet->starts_ns, packet->size };
}

void impair_departed(struct link *link, int64_t now_ns)
{
    struct impairments *it = link->impairments;
    while (it->departures_count && it->departures[it->first_departure].starts_ns <= now_ns) {
        link->queued_packets--;
        link->queued_bytes -= it->departures[it->first_departure].bytes;
        it->first_departure = (it->first_departure + 1) % it->departures_room;
        it->departures_count--;
    }
}

void impair_empty(struct link *link)
{
    if (link->impairments)
        link->impairments->departures_count = 0;
}

void impair_insert(struct link *link, struct packet *packet, int64_t arrives_ns)
{
    const struct impairments_setup *setup = &link->impairments->setup;
    bool free_order = setup->reorder.rate.probability || setup->jitter.may_overtake;
    if (!free_order && arrives_ns < link->last_arrival_ns + link->apart_ns)
        arrives_ns = link->last_arrival_ns + link->apart_ns;
    if (arrives_ns > link->last_arrival_ns)
        link->last_arrival_ns = arrives_ns;
    packet->arrives_ns = arrives_ns;
    struct packet **at = link->head && link->tail->arrives_ns <= arrives_ns ? &link->tail->next : &link->head;
    while (*at && (*at)->arrives_ns <= arrives_ns)
        at = &(*at)->next;
    if (*at)
        link->counters.reordered++;
    packet->next = *at;
    *at = packet;
    if (!packet->next)
        link->tail = packet;
}
