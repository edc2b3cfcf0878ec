/*
 * Hosts "a", "b", "c" and "d" with an interface eth0 each (10.0.0.1 and so on), to be plugged together. Each has a UDP endpoint at
 * port 9; whatever arrives there is noted, with its instant. What "a" sends bears a number: where its payload begins in the pattern.
 */
#ifndef TESTS_LINK_WIRES_H
#define TESTS_LINK_WIRES_H
#include "suite.h"
#include <string.h>

#include "net/endpoint/datagrams.h"
#include "net/link/cable.h"
#include "net/link/segment.h"
#include "net/timer.h"
#include "net/traffic/inside.h"

#define MS INT64_C(1000000)
#define SECOND INT64_C(1000000000)
#define HOSTS 4
#define PLAIN_BYTES 28u /* IPv4 and UDP headers */

struct arrival { int64_t at_ns; unsigned host; uint32_t number, bytes; };

static struct wires {
    struct engine *engine;
    struct trace *trace;
    struct net *net;
    struct host *hosts[HOSTS];
    struct iface *eth0[HOSTS];
    struct endpoint *endpoints[HOSTS];
    struct arrival arrivals[100000];
    size_t count;
} wires;

static inline struct kernel_socket to_host(unsigned host)
{
    return (struct kernel_socket){ .address = { .family = KERNEL_IPV4, .bytes = { 10, 0, 0, (uint8_t)(1 + host) } }, .port = 9 };
}

static inline void wires_open(void)
{
    static const char *const names[] = { "a", "b", "c", "d" };
    memset(&wires, 0, sizeof wires);
    wires.engine = engine_new();
    wires.trace = trace_new(engine_clock(wires.engine));
    wires.net = net_new(wires.engine, wires.trace);
    for (unsigned i = 0; i < HOSTS; i++) {
        struct host_parameters parameters = host_parameters_default();
        struct iface_setup setup = iface_setup_default();
        struct ifaddr_setup address = { .address = to_host(i).address, .prefix_length = 24, .state = ADDRESS_PREFERRED, .persistent = true };
        struct kernel_socket local = { .address.family = KERNEL_IPV4, .port = 9 };
        wires.hosts[i] = host_new(wires.net, names[i], &parameters, 7);
        wires.eth0[i] = iface_add(wires.hosts[i], "eth0", &setup);
        ck_assert_ptr_nonnull(ifaddr_add(wires.eth0[i], &address));
        wires.endpoints[i] = endpoint_new(wires.hosts[i], KERNEL_IPV4, KERNEL_UDP, 0, NULL);
        wires.endpoints[i]->option[KERNEL_ALLOW_BROADCAST] = 1;
        wires.endpoints[i]->option[KERNEL_RECEIVE_BUFFER] = UINT32_MAX;
        ck_assert_int_eq(port_bind(wires.endpoints[i], &local), KERNEL_OK);
    }
}

static inline void wires_close(void)
{
    net_free(wires.net);
    trace_free(wires.trace);
    engine_free(wires.engine);
}

static inline int64_t now(void) { return engine_now_ns(wires.engine); }

/* Plugs a and b together, the same both ways; the link from a. */
static inline struct link *plug(const struct cable_setup *setup)
{
    struct cable_setup both[2] = { *setup, *setup };
    ck_assert_msg(cable_between(wires.eth0[0], wires.eth0[1], both) != NULL, "%s", net_why(wires.net));
    return wires.eth0[0]->link;
}

static inline void note_arrivals(void)
{
    struct packet *packet;
    for (unsigned i = 0; i < HOSTS; i++) {
        while (wires.endpoints[i] && (packet = udp_take(wires.endpoints[i]))) {
            ck_assert_uint_lt(wires.count, sizeof wires.arrivals / sizeof *wires.arrivals);
            wires.arrivals[wires.count++] = (struct arrival){ now(), i, packet->payload.offset, packet->size };
            packet_free(wires.net, packet);
        }
    }
}

static inline void dispatch(const struct event *event)
{
    trace_set_cause(wires.trace, event->cause);
    switch (event->kind) {
    case EVENT_SETTLE: host_settle(event->subject.host); break;
    case EVENT_LINK:
        if (event->number)
            codel_event(event->subject.link);
        else
            link_event(event->subject.link);
        break;
    case EVENT_TCP_TIMER: tcp_timer(event->subject.endpoint, (unsigned)event->number); break;
    case EVENT_NET_TIMER: net_timer_run(event->subject.net_timer); break;
    case EVENT_TRAFFIC: traffic_event(event->subject.traffic); break;
    case EVENT_ADDRESS_TIMER: ifaddr_timer(event->subject.ifaddr); break;
    default: ck_abort_msg("an event that nobody expects"); break;
    }
    trace_set_cause(wires.trace, 0);
    note_arrivals();
}

/* Everything up to and at this instant. */
static inline void run_until(int64_t until_ns)
{
    struct event event = { .kind = EVENT_SCRIPT };
    engine_post(wires.engine, until_ns, RANK_SCRIPT, event);
    while (engine_next(wires.engine, &event) && event.kind != EVENT_SCRIPT)
        dispatch(&event);
}

static inline enum kernel_status send_to(unsigned to, uint32_t number, uint32_t payload_bytes)
{
    struct kernel_socket peer = to_host(to);
    if (to == UINT32_C(255) - 1)
        memset(peer.address.bytes, 255, 4);
    struct piece piece = pattern_piece(wires.net, number, payload_bytes);
    return udp_send_piece(wires.endpoints[0], &piece, &peer);
}

/* Numbers 1 to n, `gap_ns` apart from now on, then until nothing is under way. */
static inline void send_many(uint32_t count, int64_t gap_ns, uint32_t payload_bytes)
{
    int64_t start_ns = now();
    for (uint32_t n = 1; n <= count; n++) {
        run_until(start_ns + (int64_t)(n - 1) * gap_ns);
        ck_assert_int_eq(send_to(1, n, payload_bytes), KERNEL_OK);
    }
    run_until(start_ns + (int64_t)count * gap_ns + 100 * SECOND);
}

static inline const struct link_counters *counted(void) { return &wires.eth0[0]->link->counters; }
#endif
