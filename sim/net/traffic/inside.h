/* What the files of the built-in traffic share. */
#ifndef NET_TRAFFIC_INSIDE_H
#define NET_TRAFFIC_INSIDE_H
#include "net/endpoint/datagrams.h"
#include "net/tcp/tcp.h"
#include "net/traffic/traffic.h"

/* One endpoint of a source or sink. */
struct connection {
    struct endpoint *endpoint; /* key */
    struct traffic *traffic;
    uint64_t sent, wanted;     /* bytes of a stream: sent so far, to be sent in all so far */
    uint64_t received;
    uint32_t phase;            /* of the pattern, after `received` bytes of a stream */
    struct piece held;         /* echo: taken, and not sent yet */
    uint32_t conditions;       /* that came about since it was looked at */
    bool listening, established, ended, shut; /* ended: by the peer; shut: by us */
    bool foreign;              /* it does not carry the pattern: it is counted, not looked at */
    bool ready;
    struct connection *next_ready;
    UT_hash_handle hh;
};

struct traffic {
    struct net *net;
    struct host *host;
    struct traffic_setup setup;
    struct connection *connections; /* by endpoint; in order of coming */
    struct connection *ready, **ready_end;
    event_id ready_event, timer_event;
    int64_t timer_ns, started_ns;
    int64_t asked_ns;          /* request: when the present one left; -1: none is under way */
    uint64_t answered_bytes;   /* of the present answer */
    bool stopped;
    struct traffic_view seen;
    struct traffic *next;
};

/* ---- pattern.c ---- */
struct piece pattern_piece(struct net *net, uint64_t position, uint32_t size); /* not used yet: the pattern's chunk lives as long as the net */
/* Whether these bytes are the pattern from this phase on; the phase of what follows. */
bool pattern_is(struct net *net, uint32_t phase, const struct piece *piece);
uint32_t pattern_phase(uint32_t phase, uint32_t size);
void pattern_free(struct net *net);

/* ---- connection.c ---- */
struct connection *connection_new(struct traffic *traffic, struct endpoint *endpoint);
void connection_ready(struct connection *connection); /* looked at in this instant */
bool connection_moves(struct connection *connection, uint32_t conditions); /* false: it wants a turn of its own */
void connection_look(struct connection *connection);  /* may free it */
void connection_push(struct connection *connection);  /* sends what is wanted */
void connection_close(struct connection *connection, bool abort);
void connection_free(struct connection *connection);

/* ---- traffic.c ---- */
void traffic_done(struct traffic *traffic);
bool traffic_gives_more(const struct traffic *traffic); /* a source that has not come to its end */
void traffic_established(struct traffic *traffic); /* a source's connection */
void traffic_answered(struct traffic *traffic);
void traffic_failed(struct traffic *traffic, enum kernel_status status);
void traffic_damaged(struct traffic *traffic, uint64_t position);
#endif
