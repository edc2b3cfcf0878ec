#include "net/link/red.h"

#include <stdlib.h>

#include "core/arena.h"
#include "core/random.h"
#include "net/link/impair.h"
#include "net/link/link.h"
#include "net/net_private.h"

__extension__ typedef unsigned __int128 wide;

#define ECN_MASK 3u
#define ECN_CONGESTION 3u
#define IDLE_PACKET_BYTES 1000u /* how an idle wire is counted: in empty samples of such packets */

struct red {
    struct red_setup setup;
    struct random_stream stream;
    uint64_t average; /* bytes << weight */
    uint64_t count;   /* accepted since the last drop, while the average lay between */
};

struct red_setup red_setup_default(uint64_t queue_bytes)
{
    return (struct red_setup){ .least_bytes = queue_bytes / 12, .most_bytes = queue_bytes / 4, .probability = CHANCE_ALWAYS / 50, .weight = 9 };
}

/* While nothing waited and nothing was sent, the average sank as if packets had found an empty queue. */
static void idle_passes(const struct link *link, struct red *red)
{
    int64_t idle_ns = *link->net->clock_ns - link->busy_until_ns;
    if (idle_ns <= 0 || link->rate_bps == LINK_UNLIMITED)
        return;
    uint64_t sample_ns = (uint64_t)(IDLE_PACKET_BYTES + link->overhead_bytes) * 8 * UINT64_C(1000000000) / link->rate_bps;
    uint64_t samples = (uint64_t)idle_ns / (sample_ns ? sample_ns : 1);
    for (; samples && red->average >> red->setup.weight; samples--)
        red->average -= red->average >> red->setup.weight;
}

/* Evenly spread: the longer ago the last drop, the likelier the next. */
static bool drops_now(struct red *red, uint64_t average_bytes)
{
    const struct red_setup *setup = &red->setup;
    uint64_t chance = (uint64_t)((wide)setup->probability * (average_bytes - setup->least_bytes) / (setup->most_bytes - setup->least_bytes));
    wide spread = (wide)red->count * chance;
    uint64_t rest = CHANCE_ALWAYS - (spread < CHANCE_ALWAYS ? (uint64_t)spread : CHANCE_ALWAYS - 1);
    bool drops = (wide)random_u32(&red->stream) * rest < (wide)chance << 32;
    red->count = drops ? 0 : red->count + 1;
    return drops;
}

bool red_accepts(struct link *link, struct packet *packet)
{
    struct red *red = link->red;
    const struct red_setup *setup = &red->setup;
    idle_passes(link, red);
    red->average += link->queued_bytes - (red->average >> setup->weight);
    uint64_t average_bytes = red->average >> setup->weight;
    if (average_bytes < setup->least_bytes) {
        red->count = 0;
        return true;
    }
    if (average_bytes >= setup->most_bytes) {
        red->count = 0;
        return false;
    }
    if (!drops_now(red, average_bytes))
        return true;
    if (!setup->ecn || packet->family == PACKET_ARP || !(packet->traffic_class & ECN_MASK))
        return false;
    packet->traffic_class |= ECN_CONGESTION;
    return true;
}

void red_set(struct link *link, const struct red_setup *setup)
{
    if (!setup) {
        red_free(link);
        return;
    }
    if (!link->red) {
        link->red = memory_take(sizeof *link->red);
        link->red->stream = link_stream(link, "red");
    } else if (link->red->setup.weight != setup->weight) {
        link->red->average = 0;
    }
    link->red->setup = *setup;
}

const struct red_setup *red_setup(const struct link *link)
{
    return link->red ? &link->red->setup : NULL;
}

void red_free(struct link *link)
{
    free(link->red);
    link->red = NULL;
}
