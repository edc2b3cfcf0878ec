/* The ideal send backlog, model isb-v1 (host-stack 4.6). Pure: told what is, says whether the value has changed. */
#ifndef NET_TCP_BACKLOG_H
#define NET_TCP_BACKLOG_H
#include <stdbool.h>
#include <stdint.h>

#define BACKLOG_FLOOR 65536u
#define BACKLOG_CEILING 16777216u

struct backlog {
    uint32_t bytes, cap;         /* cap: memory; BACKLOG_CEILING by default, down to 0 */
    uint32_t largest_window;     /* of the peer, seen so far */
    bool full, frozen, round;    /* round: `round_end` is set */
    bool round_due;              /* the cap has acted: a round begins at the next evaluation */
    bool thawed;                 /* the next evaluation goes on from a power of two */
    uint64_t round_end;          /* stream position */
    uint64_t generation;         /* how often it has changed, bumps included */
};

struct backlog_facts { uint32_t cwnd, ssthresh, peer_window; uint64_t una, nxt, unacknowledged; }; /* unacknowledged: posted bytes */

void backlog_start(struct backlog *backlog, uint32_t cap);
bool backlog_evaluate(struct backlog *backlog, const struct backlog_facts *facts); /* true: changed, tell */
/* Only the memory changes; evaluate afterwards, the model asks for it. A frozen value stays. */
bool backlog_cap(struct backlog *backlog, uint32_t cap);        /* true: it had to shrink at once */
bool backlog_set(struct backlog *backlog, uint32_t bytes);      /* by the script: frozen; true if changed */
void backlog_auto(struct backlog *backlog);
void backlog_bump(struct backlog *backlog);                     /* told without a change: later askers see that, too */
/* What the path and the peer would bear, before steps, rounds and memory. */
uint32_t backlog_target(const struct backlog *backlog, uint32_t cwnd, uint32_t ssthresh);
#endif
