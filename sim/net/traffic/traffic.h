/*
 * Built-in sources and sinks: they act on endpoints directly, without provider, process or thread. What they send is one pattern
 * of bytes that tells its place in the stream, made once for the net and shared by all packets; whoever receives it looks whether
 * it is in order.
 *
 *   sink     takes what comes, TCP connections and UDP messages
 *   echo     sends it back
 *   bulk     TCP: connects, sends `bytes` (or for ever) as fast as it goes, closes
 *   cbr      messages of `size` bytes at regular times, `count` of them or until it is stopped
 *   request  sends `size` bytes, waits for as many in answer, and so on, `count` times
 */
#ifndef NET_TRAFFIC_TRAFFIC_H
#define NET_TRAFFIC_TRAFFIC_H
#include "net/net.h"

struct traffic;
struct endpoint;

enum traffic_kind { TRAFFIC_SINK, TRAFFIC_ECHO, TRAFFIC_BULK, TRAFFIC_CBR, TRAFFIC_REQUEST };
const char *traffic_kind_name(enum traffic_kind kind);

#define TRAFFIC_PIECE_MOST 65536u

struct traffic_setup {
    const char *name;         /* unique in the net */
    enum traffic_kind kind;
    uint8_t transport;        /* KERNEL_TCP, KERNEL_UDP */
    uint16_t port;            /* sink, echo: theirs; others: the local one, 0: any */
    struct kernel_socket to;  /* bulk, cbr, request */
    uint64_t rate_bps;        /* cbr: of payload; 0: `interval_ns` */
    int64_t interval_ns;      /* cbr: from message to message; request: from answer to request */
    int64_t timeout_ns;       /* request over UDP: an answer that has not come by then is lost */
    uint64_t bytes;           /* bulk; 0: no end */
    uint32_t size;            /* cbr, request: of a message */
    uint64_t count;           /* cbr, request; 0: no end */
    uint32_t buffer_bytes;    /* SO_SNDBUF and SO_RCVBUF; 0: 16 MiB to send, the host's own to receive */
    int64_t stop_ns;          /* INT64_MAX: never */
};
struct traffic_setup traffic_setup_default(void);

/* Begins now. NULL and `why`: the name is taken, or so is the port, or an address is not possible. */
struct traffic *traffic_start(struct host *host, const struct traffic_setup *setup);
bool traffic_stop(struct traffic *traffic); /* sources send no more, sinks close; false and `why`: it has stopped */
struct traffic *traffic_find(const struct net *net, const char *name);
void traffics_free(struct net *net); /* their endpoints are the net's */

struct traffic_view {
    enum traffic_kind kind;
    uint64_t sent_bytes, received_bytes, sent_messages, received_messages; /* messages: of cbr and request; datagrams */
    uint64_t lost, refused;   /* answers that did not come in time; messages the stack did not take */
    uint64_t connections, failed; /* ever; of them those that broke */
    int64_t rtt_least_ns, rtt_most_ns; /* of request */
    enum kernel_status failure;
    bool done, damaged;
};
struct traffic_view traffic_view(const struct traffic *traffic);
struct endpoint *traffic_endpoint(const struct traffic *traffic); /* its newest connection; NULL: none now */
struct endpoint *traffic_server(const struct traffic *traffic, uint8_t family); /* where a sink or an echo is reached; NULL: it has closed */

void traffic_event(struct traffic *traffic); /* EVENT_TRAFFIC */
void traffic_happens(struct traffic *traffic, struct endpoint *endpoint, uint32_t conditions); /* asked by endpoint.c */
#endif
