/*
 * Random early detection (Floyd and Jacobson 1993): drops, more and more likely, before the queue is full. All in integers
 * (host-stack 10): the average queue in bytes << weight, probabilities in units of 2^-32, drawn from the stream "red:host.interface".
 */
#ifndef NET_LINK_RED_H
#define NET_LINK_RED_H
#include <stdbool.h>
#include <stdint.h>

struct link;
struct packet;

struct red_setup {
    uint64_t least_bytes, most_bytes; /* of the average: below nothing is dropped, from most on everything */
    uint64_t probability;             /* just below most, in units of 2^-32 */
    unsigned weight;                  /* how slowly the average follows: by 2^-weight of the difference with each packet */
    bool ecn;                         /* marks what can be marked instead of dropping it, between least and most */
};
/* Of a queue limited to so many bytes, as Linux: most is a quarter of it, least a third of that, 2 %, weight 9. */
struct red_setup red_setup_default(uint64_t queue_bytes);

void red_set(struct link *link, const struct red_setup *setup); /* NULL: none */
const struct red_setup *red_setup(const struct link *link);
void red_free(struct link *link);

/* Asked with each packet before it is enqueued: false, it is to be dropped. May mark it. */
bool red_accepts(struct link *link, struct packet *packet);
#endif
