/*
 * What a link does to packets besides carrying them: loss, duplication, corruption, reordering, jitter (host-stack 10). Each
 * feature draws from a random stream of its own, "loss:host.interface", "duplicate:…", "corrupt:…", "reorder:…", "jitter:…", and
 * every packet offered draws once from each feature that is on, in this order and whatever the others said. So switching one on,
 * or changing it, leaves the draws of all others as they were.
 *
 * Probabilities count in units of 2^-32; CHANCE_ALWAYS is certainty.
 */
#ifndef NET_LINK_IMPAIR_H
#define NET_LINK_IMPAIR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct link;
struct packet;

#define CHANCE_ALWAYS ((uint64_t)1 << 32)

/* Correlated as netem does it: each draw keeps `correlation` (below CHANCE_ALWAYS) of the one before. */
struct chance { uint64_t probability, correlation; };

enum loss_model {
    LOSS_NONE,
    LOSS_BERNOULLI, /* rate */
    LOSS_GILBERT,   /* chain: p, r, 1-h, 1-k of Gilbert and Elliott */
    LOSS_MARKOV,    /* chain: p13, p31, p32, p23, p14 of netem's four states */
    LOSS_LIST,      /* packets, by number: the first one offered from now on is 1 */
};
enum { GILBERT_P, GILBERT_R, GILBERT_BAD_LOSS, GILBERT_GOOD_LOSS };
enum { MARKOV_13, MARKOV_31, MARKOV_32, MARKOV_23, MARKOV_14, CHAIN_MOST };

struct loss_setup {
    enum loss_model model;
    struct chance rate;
    uint64_t chain[CHAIN_MOST];
    const uint64_t *packets; /* ascending; copied */
    size_t packet_count;
};

/* Every `gap`-th packet at most, with this probability, leaves without the link's delay and so overtakes those before it. */
struct reorder_setup { struct chance rate; uint32_t gap; };

enum jitter_distribution { JITTER_UNIFORM, JITTER_NORMAL, JITTER_PARETO };

/* What is added to the delay: evenly from -width to +width; normal with the deviation width (the sum of 12 even draws); or pareto:
   width times (x - 3/2), x of shape 3 with its least value 1. Its mean is 0; the delay never gets below 0. */
struct jitter_setup { enum jitter_distribution distribution; int64_t width_ns; uint64_t correlation; bool may_overtake; };

/* All zero: none. */
struct impairments_setup {
    struct loss_setup loss;
    struct chance duplicate, corrupt;
    struct reorder_setup reorder;
    struct jitter_setup jitter;
};

/* For packets offered from now on. Streams go on where they stand; what a model remembers begins anew only if the model changes. */
void impair_set(struct link *link, const struct impairments_setup *setup);
const struct impairments_setup *impair_setup(const struct link *link); /* as it was set; NULL: never */
void impair_free(struct link *link);

/* Takes the packet: it is dropped, or enqueued once, or twice (a copy follows at once and shares its fate). */
void impair_send(struct link *link, struct packet *packet);

/* ---- for link.c: a link whose packets may overtake each other keeps them by arrival, and what waits by itself ---- */
void impair_insert(struct link *link, struct packet *packet, int64_t arrives_ns);
void impair_waits(struct link *link, const struct packet *packet); /* it was enqueued, to start later */
void impair_departed(struct link *link, int64_t now_ns);
void impair_empty(struct link *link);

/* ---- for tests ---- */
/* The next value of the jitter. */
int64_t impair_jitter(struct link *link);
#endif
