/*
 * The flow of an endpoint (host-stack 9): what it asked for, the traffic control of what it sends, and its part in signalling.
 *
 *   bucket.c      token bucket
 *   flowspec.c    rules and defaults of what may be asked for
 *   admission.c   which links lend bandwidth, and the way to a destination
 *   flow.c        traffic control: what may leave when, and marked how
 *   session.c     signalling: path and reservation messages under way between a sender and a receiver
 *   kernel_qos.c  the group of kernel.h
 *
 * endpoint->flow is NULL until kernel_qos_set. Whoever sends for the endpoint asks flow_send (datagrams), or paces itself with
 * flow_release_ns and says flow_account of each packet that leaves (streams). Bytes are those of the IP packet.
 */
#ifndef NET_QOS_FLOW_H
#define NET_QOS_FLOW_H
#include <stdbool.h>
#include <stdint.h>

#include "kernel.h"
#include "net/qos/bucket.h"
#include "net/timer.h"

struct endpoint;
struct host;
struct link;
struct net;
struct packet;
struct session;

#define FLOW_KEPT_MOST 1000u /* packets that wait for their turn; what is more is lost, as in a link's queue */

struct flow {
    struct net_timer timer;        /* first: the oldest kept packet may leave */
    struct host *host;
    struct endpoint *endpoint;
    struct kernel_qos qos;         /* complete; NO_CHANGE never stands here */
    struct bucket tokens, peak;
    bool controlled;               /* something is sent under control */
    struct packet *kept, *kept_last;
    uint32_t kept_count;
    enum kernel_qos_news news;
    uint32_t changed;              /* enum kernel_direction, since the client last looked */
    uint32_t senders;              /* sessions whose path has arrived here */
    struct session *session;       /* as a sender; NULL: no signalling */
    uint64_t conforming, exceeding, lost; /* packets under control: those that left as the flow's, those beyond it, those that never left */
};

/* ---- for the transports ---- */

/* Takes the packet unless it may leave now, in which case it is marked and counted: true. Else it is kept and sent later, or lost. */
bool flow_send(struct flow *flow, struct packet *packet);

/* When a packet of so many bytes may leave: now, unless the flow shapes. Changes nothing. */
int64_t flow_release_ns(struct flow *flow, int64_t now_ns, uint32_t bytes);
bool flow_conforms(struct flow *flow, int64_t now_ns, uint32_t bytes);
void flow_account(struct flow *flow, struct packet *packet); /* it leaves now: counted, and its traffic class set */

void flow_connected(struct flow *flow);    /* the endpoint has its peer */
void flow_disconnected(struct flow *flow); /* no longer, or another one soon */
void flow_ended(struct flow *flow);        /* its owner closes it */
/* With its endpoint: what waits leaves at once, as best effort. NULL is allowed. */
void flow_free(struct flow *flow);

/* ---- for links ---- */
void qos_link_cut(struct link *link, bool cut); /* messages are lost there from now on, or no longer */
void qos_link_gone(struct link *link);          /* for good */

/* ---- for net_free: before hosts and links ---- */
void sessions_free(struct net *net);

/* ---- for the script, beside kernel.h: of whoever owns the endpoint ---- */

/* As kernel_qos_set, which asks it; never KERNEL_BAD_HANDLE. */
enum kernel_status qos_set(struct endpoint *endpoint, const struct kernel_qos *qos, enum kernel_qos_news *news);

struct qos_view {
    struct kernel_qos qos;         /* as kernel_qos_get has it */
    enum kernel_qos_news news;
    uint32_t allowed_rate;         /* bytes/s; KERNEL_FLOW_UNSPECIFIED: it does not send as a flow */
    uint32_t kept;
    uint64_t conforming, exceeding, lost;
    const char *reservation;       /* session_state_name of what it sends, else of what it receives; "none" */
};
struct qos_view qos_view(const struct endpoint *endpoint); /* changes nothing */

/* ---- inside sim/net/qos ---- */
struct flow *flow_of(struct endpoint *endpoint);  /* made at first need */
void flow_control(struct flow *flow);             /* its qos is another: buckets follow */
enum kernel_excess flow_excess(const struct flow *flow);
/* News for the client: a row, and KERNEL_QOS_CHANGED. */
void flow_tell(struct flow *flow, enum kernel_qos_news news, uint32_t directions);
const char *qos_news_name(enum kernel_qos_news news);
const char *flow_label(const struct flow *flow, char text[32]); /* "udp 7" */
#endif
