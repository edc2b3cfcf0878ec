/* Which processors an adapter may use, in which order, and the table it starts with (host-stack 8.4). */
#include <stdio.h>

#include "net/net_private.h"
#include "net/rss/rss.h"

#define PROCESSORS_MOST 1024u

struct processor processor_at(unsigned index)
{
    return (struct processor){ .group = (uint16_t)(index / RSS_GROUP_SIZE), .number = (uint16_t)(index % RSS_GROUP_SIZE) };
}

static unsigned index_of(struct processor processor)
{
    return processor.group * RSS_GROUP_SIZE + processor.number;
}

static bool digits(const char **text, unsigned most, uint16_t *value)
{
    unsigned number = 0;
    if (**text < '0' || **text > '9')
        return false;
    for (; **text >= '0' && **text <= '9'; ++*text) {
        number = 10 * number + (unsigned)(**text - '0');
        if (number > most)
            return false;
    }
    *value = (uint16_t)number;
    return true;
}

bool processor_parse(const char *text, struct processor *processor)
{
    uint16_t first;
    processor->group = 0;
    if (!digits(&text, UINT16_MAX, &first))
        return false;
    processor->number = first;
    if (*text == ':') {
        text++;
        processor->group = first;
        if (!digits(&text, UINT16_MAX, &processor->number))
            return false;
    }
    return *text == 0 && processor->number < RSS_GROUP_SIZE;
}

const char *processor_text(struct processor processor, char text[PROCESSOR_TEXT])
{
    snprintf(text, PROCESSOR_TEXT, "%u:%u", processor.group, processor.number);
    return text;
}

/* ---- who may be named ---- */

/* A host as its adapters see it: one logical processor a core, between base and max, ascending. */
struct cores {
    unsigned count, nodes;
    uint16_t index[PROCESSORS_MOST], node[PROCESSORS_MOST];
};

static unsigned processors_of(const struct host_parameters *parameters)
{
    unsigned count = parameters->processors ? parameters->processors : 1;
    return count < PROCESSORS_MOST ? count : PROCESSORS_MOST;
}

/* Nodes are runs of neighbouring processors of the same length, as far as it goes. */
static uint16_t node_of(const struct host_parameters *parameters, unsigned index)
{
    unsigned nodes = parameters->numa_nodes ? parameters->numa_nodes : 1, count = processors_of(parameters);
    return (uint16_t)(index < count ? index * nodes / count : 0);
}

static void cores_find(const struct host_parameters *parameters, const struct rss_setup *setup, struct cores *cores)
{
    unsigned step = parameters->threads_per_core ? parameters->threads_per_core : 1;
    cores->count = 0;
    cores->nodes = parameters->numa_nodes ? parameters->numa_nodes : 1;
    for (unsigned index = 0; index < processors_of(parameters); index += step) {
        if (index < index_of(setup->base) || index > index_of(setup->max))
            continue;
        cores->index[cores->count] = (uint16_t)index;
        cores->node[cores->count++] = node_of(parameters, index);
    }
}

static void take(struct rss *rss, uint16_t index)
{
    unsigned most = rss->setup.max_processors < RSS_ENTRIES_MOST ? rss->setup.max_processors : RSS_ENTRIES_MOST;
    if (rss->eligible_count < most)
        rss->eligible[rss->eligible_count++] = index;
}

/* From the preferred node outwards; of two nodes equally far the lower comes first. */
static void take_closest(struct rss *rss, const struct cores *cores, unsigned home)
{
    for (unsigned distance = 0; distance < cores->nodes; distance++)
        for (unsigned i = 0; i < cores->count; i++)
            if (cores->node[i] + distance == home || (distance && cores->node[i] == home + distance))
                take(rss, cores->index[i]);
}

/* One of each node in turn, from the preferred one on. */
static void take_in_turn(struct rss *rss, const struct cores *cores, unsigned home)
{
    unsigned taken = 0;
    for (unsigned round = 0; taken < cores->count; round++)
        for (unsigned offset = 0; offset < cores->nodes; offset++) {
            unsigned node = (home + offset) % cores->nodes, nth = 0;
            for (unsigned i = 0; i < cores->count; i++)
                if (cores->node[i] == node && nth++ == round) {
                    take(rss, cores->index[i]);
                    taken++;
                    break;
                }
        }
}

bool rss_table_make(struct rss *rss, const struct host_parameters *parameters)
{
    struct cores cores;
    const struct rss_setup *setup = &rss->setup;
    cores_find(parameters, setup, &cores);
    rss->eligible_count = 0;
    if (cores.count == 0 || setup->queues == 0 || setup->max_processors == 0)
        return false;
    unsigned home = setup->numa_node == RSS_ANY_NODE ? cores.node[0] : setup->numa_node;
    switch (setup->profile) {
    case RSS_CLOSEST:
    case RSS_CLOSEST_STATIC: take_closest(rss, &cores, home); break;
    case RSS_NUMA:
    case RSS_NUMA_STATIC: take_in_turn(rss, &cores, home); break;
    case RSS_CONSERVATIVE:
    case RSS_BALANCED:
        for (unsigned i = 0; i < cores.count; i++)
            take(rss, cores.index[i]);
        break;
    }
    rss->candidate_count = setup->queues < rss->eligible_count ? setup->queues : rss->eligible_count;
    if (setup->profile == RSS_CONSERVATIVE)
        rss->candidate_count = 1; /* as few as carry the load: more come by moving entries */
    for (unsigned entry = 0; entry < setup->entries; entry++)
        rss->table[entry] = rss->eligible[entry % rss->candidate_count];
    return true;
}

uint16_t processor_node(const struct host *host, struct processor processor)
{
    return node_of(&host->parameters, index_of(processor));
}
