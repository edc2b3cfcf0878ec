/*
 * Signalling between a sender and a receiver (host-stack 9.2), after RSVP. The sender's PATH travels to the receiver's host; a
 * receiver that asks for a reservation sends RESV back, and each link on the way admits or refuses when it comes by; what ends is
 * torn down by a message in its turn. Messages take as long as the links say; they are not packets.
 *
 * State is soft: a sender and a receiver refresh it every 30 s, and it fades 157.5 s after the last refresh (RFC 2205, K = 3).
 * Nothing is posted for refreshes while the way is whole; a cut link is what makes the state fade.
 */
#ifndef NET_QOS_SESSION_H
#define NET_QOS_SESSION_H
#include "net/endpoint/endpoint.h"
#include "net/qos/admission.h"
#include "net/qos/flow.h"

#define SESSION_REFRESH_NS INT64_C(30000000000)
#define SESSION_LIFETIME_NS INT64_C(157500000000)

enum session_state {
    SESSION_OFFERING,  /* PATH is under way */
    SESSION_OFFERED,   /* it has arrived */
    SESSION_ASKING,    /* RESV is under way: at links[count - lent - 1] next */
    SESSION_REFUSING,  /* the refusal is under way to the receiver */
    SESSION_RESERVED,  /* RESV has arrived; perhaps a confirmation is under way */
    SESSION_RELEASING, /* the receiver wants it no more: the sender will hear of it */
    SESSION_LEAVING,   /* the sender has gone: the receiver will hear of it */
    SESSION_LOST,      /* faded, or never arrived; a refresh may bring it back */
};

const char *session_state_name(enum session_state state); /* "offering" … "lost" */

struct session {
    struct net_timer timer;         /* first: what is under way arrives, or the state fades */
    struct net *net;
    struct flow *sender, *receiver; /* NULL: gone, or not known yet */
    struct tuple tuple;             /* as the sender has it */
    struct kernel_flow sending, reserved; /* as told to the receiver; as he asked */
    uint64_t cost_bps;
    struct way way;
    size_t lent;                    /* so many of the last links have lent their bandwidth */
    enum session_state state;
    bool fading;
    int64_t began_ns, fades_ns;     /* the first PATH; the end, when fading */
    struct session *prev, *next;
};

/* The flow's sending side begins, or has changed: PATH leaves if there is whom to send it to. */
void session_begin(struct flow *flow);
/* The flow's receiving side has changed. True: a reservation is under way. */
bool sessions_ask(struct flow *flow);
/* The flow goes, as a sender, as a receiver, or as both (enum kernel_direction). */
void sessions_leave(struct flow *flow, uint32_t directions);
void sessions_release(struct flow *flow); /* it still receives, but wants no reservation any more */
/* A newcomer looks for paths that arrived at his host before. */
void sessions_meet(struct flow *flow);
/* The endpoint that the sender means, on the host at the end of the way; NULL: nobody has such a one. */
struct endpoint *session_receiver(const struct session *session);
/* The first session that the flow receives by, in order of coming; NULL: none. */
struct session *session_received(const struct flow *flow);
#endif
