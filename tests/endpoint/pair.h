/*
 * Two hosts and a wire between them: "pc" (192.0.2.1/24, fe80::1, 2001:db8::1/64) and "peer" (.2), each with one process that asks.
 * Endpoints are used through kernel.h, as a provider would.
 */
#ifndef TESTS_ENDPOINT_PAIR_H
#define TESTS_ENDPOINT_PAIR_H
#include "suite.h"
#include <stdio.h>
#include <string.h>

#include "net/endpoint/datagrams.h"
#include "net/timer.h"

#define SECOND INT64_C(1000000000)
#define DONE_ROOM 64

struct done { uintptr_t cookie; enum kernel_status status; uint64_t count; };

struct side { struct host *host; struct iface *eth0; struct task app, home, other; };

struct pair {
    struct engine *engine;
    struct trace *trace;
    struct net *net;
    struct side pc, peer;
    struct done done[DONE_ROOM];
    size_t done_count;
};

static struct pair pair;

static inline struct kernel_address ip(const char *text)
{
    struct kernel_address address;
    ck_assert_msg(address_parse(text, &address), "%s", text);
    return address;
}

static inline struct kernel_socket name(const char *text, uint16_t port)
{
    return (struct kernel_socket){ .address = ip(text), .port = port };
}

static inline void give(struct iface *iface, const char *prefix)
{
    struct ifaddr_setup setup = { .state = ADDRESS_PREFERRED };
    ck_assert(prefix_parse(prefix, &setup.address, &setup.prefix_length));
    ck_assert_msg(ifaddr_add(iface, &setup) != NULL, "%s: %s", prefix, net_why(pair.net));
}

static inline struct task task_of(struct host *host, uint32_t process_id, const char *name)
{
    return (struct task){ .host = host, .process_id = process_id, .host_name = host_name(host), .actor_name = name, .thread_name = "" };
}

static inline void side_open(struct side *side, const char *name, const struct host_parameters *parameters, uint32_t process_id)
{
    struct iface_setup setup = iface_setup_default();
    side->host = host_new(pair.net, name, parameters, 1);
    side->eth0 = iface_add(side->host, "eth0", &setup);
    side->home = task_of(side->host, process_id, "app");
    side->app = side->home;
    side->app.thread_id = 1;
    side->app.thread_name = "app";
    side->other = task_of(side->host, process_id + 10, "other");
    side->home.completions = side->app.completions = &side->home;
    side->other.completions = &side->other;
}

static inline void pair_open_with(const struct host_parameters *parameters)
{
    struct link_setup setup = link_setup_default();
    memset(&pair, 0, sizeof pair);
    pair.engine = engine_new();
    pair.trace = trace_new(engine_clock(pair.engine));
    pair.net = net_new(pair.engine, pair.trace);
    side_open(&pair.pc, "pc", parameters, 1);
    side_open(&pair.peer, "peer", parameters, 2);
    setup.delay_ns = 1000;
    pair.pc.eth0->link = link_new(pair.net, pair.pc.eth0, pair.peer.eth0, &setup);
    pair.peer.eth0->link = link_new(pair.net, pair.peer.eth0, pair.pc.eth0, &setup);
    give(pair.pc.eth0, "192.0.2.1/24");
    give(pair.pc.eth0, "fe80::1/64");
    give(pair.pc.eth0, "2001:db8::1/64");
    give(pair.peer.eth0, "192.0.2.2/24");
    give(pair.peer.eth0, "fe80::2/64");
    give(pair.peer.eth0, "2001:db8::2/64");
    running = &pair.pc.app;
}

static inline void pair_open(void)
{
    struct host_parameters parameters = host_parameters_default();
    pair_open_with(&parameters);
}

static inline void pair_close(void)
{
    running = NULL;
    net_free(pair.net);
    trace_free(pair.trace);
    engine_free(pair.engine);
}

static inline void dispatch(const struct event *event)
{
    struct task *former = running;
    running = NULL;
    trace_set_cause(pair.trace, event->cause);
    if (event->kind == EVENT_SETTLE)
        host_settle(event->subject.host);
    else if (event->kind == EVENT_REQUEST)
        request_deliver(event->subject.request);
    else if (event->kind == EVENT_LINK)
        link_event(event->subject.link);
    else if (event->kind == EVENT_NET_TIMER)
        net_timer_run(event->subject.net_timer);
    trace_set_cause(pair.trace, 0);
    running = former;
}

/* Everything that is to come within this time. */
static inline void run_for(int64_t time_ns)
{
    struct event event = { .kind = EVENT_SCRIPT };
    engine_post(pair.engine, engine_now_ns(pair.engine) + time_ns, RANK_SCRIPT, event);
    while (engine_next(pair.engine, &event) && event.kind != EVENT_SCRIPT)
        dispatch(&event);
}

static inline void as(struct side *side) { running = &side->app; }

/* ---- kernel.h, short ---- */

static inline kernel_endpoint open_as(enum kernel_family family, enum kernel_transport transport, uint8_t protocol)
{
    kernel_endpoint endpoint = 0;
    ck_assert_int_eq(kernel_endpoint_open(family, transport, protocol, &endpoint), KERNEL_OK);
    return endpoint;
}

static inline kernel_endpoint udp_open(void) { return open_as(KERNEL_IPV4, KERNEL_UDP, 17); }
static inline kernel_endpoint udp6_open(void) { return open_as(KERNEL_IPV6, KERNEL_UDP, 17); }

static inline enum kernel_status bind_to(kernel_endpoint endpoint, const char *address, uint16_t port)
{
    struct kernel_socket local = name(address, port);
    return kernel_bind(endpoint, &local);
}

static inline kernel_endpoint udp_bound(const char *address, uint16_t port)
{
    kernel_endpoint endpoint = strchr(address, ':') ? udp6_open() : udp_open();
    ck_assert_int_eq(bind_to(endpoint, address, port), KERNEL_OK);
    return endpoint;
}

static inline uint16_t port_of(kernel_endpoint endpoint)
{
    struct kernel_socket local;
    ck_assert_int_eq(kernel_local(endpoint, &local), KERNEL_OK);
    return local.port;
}

static inline void set(kernel_endpoint endpoint, enum kernel_option option, uint64_t value)
{
    ck_assert_int_eq(kernel_option_set(endpoint, option, value), KERNEL_OK);
}

static inline enum kernel_status connect_to(kernel_endpoint endpoint, const char *address, uint16_t port)
{
    struct kernel_socket peer = name(address, port);
    return kernel_connect(endpoint, &peer, NULL);
}

static inline enum kernel_status send_bytes(kernel_endpoint endpoint, const void *bytes, size_t size, const char *address, uint16_t port)
{
    static char copy[70000];
    memcpy(copy, bytes, size);
    struct kernel_piece piece = { .bytes = copy, .size_bytes = size };
    struct kernel_transfer transfer = { .pieces = &piece, .piece_count = 1 };
    if (address)
        transfer.peer = name(address, port);
    enum kernel_status status = kernel_send(endpoint, &transfer, NULL);
    ck_assert_uint_eq(transfer.count, status == KERNEL_OK ? size : 0);
    return status;
}

static inline enum kernel_status send_text(kernel_endpoint endpoint, const char *text, const char *address, uint16_t port)
{
    return send_bytes(endpoint, text, strlen(text), address, port);
}

/* The newest receive: what it got. */
struct got { char bytes[70000]; struct kernel_piece piece; struct kernel_transfer transfer; };
static struct got got;

static inline enum kernel_status receive_with(kernel_endpoint endpoint, size_t room, uint32_t flags)
{
    memset(&got, 0, sizeof got);
    got.piece = (struct kernel_piece){ .bytes = got.bytes, .size_bytes = room };
    got.transfer = (struct kernel_transfer){ .pieces = &got.piece, .piece_count = 1, .flags = flags };
    return kernel_receive(endpoint, &got.transfer, NULL);
}

/* The text that waits; NULL: none, or an error (in *status). */
static inline const char *receive_text(kernel_endpoint endpoint, enum kernel_status *status)
{
    *status = receive_with(endpoint, sizeof got.bytes - 1, 0);
    return *status == KERNEL_OK ? got.bytes : NULL;
}

static inline void expect_text(kernel_endpoint endpoint, const char *text)
{
    enum kernel_status status;
    const char *found = receive_text(endpoint, &status);
    ck_assert_msg(found != NULL, "no \"%s\" but status %s", text, status_name(status));
    ck_assert_str_eq(found, text);
}

static inline void expect_nothing(kernel_endpoint endpoint)
{
    enum kernel_status status;
    ck_assert_ptr_null(receive_text(endpoint, &status));
    ck_assert_msg(status == KERNEL_WOULD_BLOCK, "%s", status_name(status));
}

static inline const char *peer_text(void)
{
    static char text[ADDRESS_TEXT];
    address_text(&got.transfer.peer.address, text);
    return text;
}

static inline void on_done(void *cookie, enum kernel_status status, uint64_t count)
{
    ck_assert_uint_lt(pair.done_count, DONE_ROOM);
    pair.done[pair.done_count++] = (struct done){ .cookie = (uintptr_t)cookie, .status = status, .count = count };
}

struct pending { char bytes[2000]; struct kernel_piece piece; struct kernel_transfer transfer; kernel_request request; };

static inline void receive_later(kernel_endpoint endpoint, struct pending *pending, size_t room, uint32_t flags, uintptr_t cookie)
{
    memset(pending, 0, sizeof *pending);
    pending->piece = (struct kernel_piece){ .bytes = pending->bytes, .size_bytes = room };
    pending->transfer = (struct kernel_transfer){ .pieces = &pending->piece, .piece_count = 1, .flags = flags };
    struct kernel_how how = { .complete = on_done, .cookie = (void *)cookie, .request = &pending->request };
    ck_assert_int_eq(kernel_receive(endpoint, &pending->transfer, &how), KERNEL_PENDING);
}

static inline uint32_t conditions_of(kernel_endpoint endpoint)
{
    struct kernel_state state;
    ck_assert_int_eq(kernel_state(endpoint, &state), KERNEL_OK);
    return state.conditions;
}

static inline struct endpoint *inside(kernel_endpoint endpoint) { return endpoint_find(pair.net, endpoint); }
#endif
