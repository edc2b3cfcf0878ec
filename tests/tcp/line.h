/*
 * Two hosts and one line between them: "client" (192.0.2.1, 2001:db8::1) and "server" (.2, ::2), each with a process that asks
 * through kernel.h. What arrives is noted, and a test may lose it: it then arrives damaged, and the receiver's checksum finds it.
 */
#ifndef TESTS_TCP_LINE_H
#define TESTS_TCP_LINE_H
#include "suite.h"
#include <string.h>

#include "net/link/cable.h"
#include "net/link/link.h"
#include "net/tcp/tcp.h"
#include "net/timer.h"
#include "net/traffic/traffic.h"

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)
#define SEEN_ROOM 4096
#define DONE_ROOM 256
#define PORT 80

struct seen {
    int64_t sent_ns;
    bool up;                       /* from client to server */
    bool lost;
    uint8_t flags, options, sack_count;
    uint32_t sequence, acknowledgment, size; /* the first two from the sender's and the peer's first one on */
    uint16_t window, urgent, mss;
    struct { uint32_t left, right; } sack[TCP_SACK_MOST];
};

struct done { uintptr_t cookie; enum kernel_status status; uint64_t count; int64_t at_ns; };
struct side { struct host *host; struct iface *eth0; struct task app, home; uint32_t isn; bool isn_known; };

struct line {
    struct engine *engine;
    struct trace *trace;
    struct net *net;
    struct side client, server;
    struct seen seen[SEEN_ROOM];
    size_t seen_count;
    struct done done[DONE_ROOM];
    size_t done_count;
    bool (*lose)(const struct seen *seen); /* NULL: nothing is lost */
};

static struct line line;

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
    ck_assert(ifaddr_add(iface, &setup) != NULL);
}

static inline void side_open(struct side *side, const char *name, const struct tcp_parameters *tcp, uint32_t process_id)
{
    struct iface_setup setup = iface_setup_default();
    struct host_parameters parameters = host_parameters_default();
    parameters.tcp = *tcp;
    side->host = host_new(line.net, name, &parameters, 1);
    side->eth0 = iface_add(side->host, "eth0", &setup);
    side->home = (struct task){ .host = side->host, .process_id = process_id, .host_name = name, .actor_name = "app", .thread_name = "" };
    side->app = side->home;
    side->app.thread_id = 1;
    side->home.completions = side->app.completions = &side->home;
}

static inline void line_open_with(int64_t delay_ns, uint64_t rate_bps, const struct tcp_parameters *client, const struct tcp_parameters *server)
{
    struct link_setup setup = link_setup_default();
    memset(&line, 0, sizeof line);
    line.engine = engine_new();
    line.trace = trace_new(engine_clock(line.engine));
    line.net = net_new(line.engine, line.trace);
    side_open(&line.client, "client", client, 1);
    side_open(&line.server, "server", server, 2);
    setup.delay_ns = delay_ns;
    setup.rate_bps = rate_bps;
    line.client.eth0->link = link_new(line.net, line.client.eth0, line.server.eth0, &setup);
    line.server.eth0->link = link_new(line.net, line.server.eth0, line.client.eth0, &setup);
    give(line.client.eth0, "192.0.2.1/24");
    give(line.client.eth0, "2001:db8::1/64");
    give(line.server.eth0, "192.0.2.2/24");
    give(line.server.eth0, "2001:db8::2/64");
}

static inline void line_open(int64_t delay_ns)
{
    struct tcp_parameters parameters = tcp_parameters_default();
    line_open_with(delay_ns, LINK_UNLIMITED, &parameters, &parameters);
}

static inline void line_close(void)
{
    running = NULL;
    net_free(line.net);
    trace_free(line.trace);
    engine_free(line.engine);
}

/* ---- the wire ---- */

static inline void side_note(struct side *side, const struct packet *packet)
{
    if (!side->isn_known && packet->tcp.flags & TCP_SYN) {
        side->isn = packet->tcp.sequence;
        side->isn_known = true;
    }
}

static inline void arrival_note(struct packet *packet, bool up)
{
    const struct tcp_header *header = &packet->tcp;
    struct side *from = up ? &line.client : &line.server, *to = up ? &line.server : &line.client;
    if (packet->protocol != IP_PROTOCOL_TCP)
        return;
    side_note(from, packet);
    struct seen seen = { .sent_ns = packet->starts_ns, .up = up, .flags = header->flags, .options = header->options, .sack_count = header->sack_count,
                         .sequence = header->sequence - from->isn, .acknowledgment = header->acknowledgment - to->isn,
                         .size = packet->payload.size, .window = header->window, .urgent = header->urgent, .mss = header->mss };
    for (unsigned i = 0; i < header->sack_count; i++) {
        seen.sack[i].left = header->sack[i].left - to->isn;
        seen.sack[i].right = header->sack[i].right - to->isn;
    }
    seen.lost = line.lose && line.lose(&seen);
    if (seen.lost)
        packet->flags |= PACKET_DAMAGED;
    if (line.seen_count < SEEN_ROOM)
        line.seen[line.seen_count++] = seen;
}

static inline void dispatch(const struct event *event)
{
    struct task *former = running;
    running = NULL;
    trace_set_cause(line.trace, event->cause);
    switch (event->kind) {
    case EVENT_SETTLE: host_settle(event->subject.host); break;
    case EVENT_REQUEST: request_deliver(event->subject.request); break;
    case EVENT_LINK:
        if (event->subject.link->head)
            arrival_note(event->subject.link->head, event->subject.link->from == line.client.eth0);
        link_event(event->subject.link);
        break;
    case EVENT_TCP_TIMER: tcp_timer(event->subject.endpoint, (unsigned)event->number); break;
    case EVENT_NET_TIMER: net_timer_run(event->subject.net_timer); break;
    case EVENT_TRAFFIC: traffic_event(event->subject.traffic); break;
    default: break;
    }
    trace_set_cause(line.trace, 0);
    running = former;
}

static inline int64_t now(void) { return engine_now_ns(line.engine); }

/* Everything that is to come within this time. */
static inline void run_for(int64_t time_ns)
{
    struct event event = { .kind = EVENT_SCRIPT };
    engine_post(line.engine, now() + time_ns, RANK_SCRIPT, event);
    while (engine_next(line.engine, &event) && event.kind != EVENT_SCRIPT)
        dispatch(&event);
}

/* The nth of them from 0 on that goes this way and has these flags and at least `least` bytes; NULL: there is none. */
static inline const struct seen *seen_nth(bool up, uint8_t flags, uint32_t least, size_t nth)
{
    for (size_t i = 0; i < line.seen_count; i++) {
        const struct seen *seen = &line.seen[i];
        if (seen->up == up && (seen->flags & flags) == flags && seen->size >= least && nth-- == 0)
            return seen;
    }
    return NULL;
}

static inline size_t seen_count(bool up, uint8_t flags, uint32_t least)
{
    size_t count = 0;
    while (seen_nth(up, flags, least, count))
        count++;
    return count;
}

/* ---- kernel.h, short ---- */

static inline void note_done(void *cookie, enum kernel_status status, uint64_t count)
{
    ck_assert_uint_lt(line.done_count, DONE_ROOM);
    line.done[line.done_count++] = (struct done){ (uintptr_t)cookie, status, count, now() };
}

static inline const struct done *done_of(uintptr_t cookie)
{
    for (size_t i = line.done_count; i-- > 0;) {
        if (line.done[i].cookie == cookie)
            return &line.done[i];
    }
    return NULL;
}

static kernel_request newest_request;
static inline struct kernel_how how(uintptr_t cookie)
{
    return (struct kernel_how){ .complete = note_done, .cookie = (void *)cookie, .request = &newest_request };
}

static inline kernel_endpoint open_on(struct side *side)
{
    kernel_endpoint endpoint = 0;
    running = &side->app;
    ck_assert_int_eq(kernel_endpoint_open(KERNEL_IPV4, KERNEL_TCP, 6, &endpoint), KERNEL_OK);
    return endpoint;
}

static inline struct endpoint *inside(kernel_endpoint endpoint) { return endpoint_find(line.net, endpoint); }

static inline struct tcp_view view_of(kernel_endpoint endpoint)
{
    struct tcp_view view;
    ck_assert(tcp_view(inside(endpoint), &view));
    return view;
}

static inline kernel_endpoint listen_on(struct side *side, uint16_t port, uint32_t backlog)
{
    kernel_endpoint endpoint = open_on(side);
    struct kernel_socket local = name("0.0.0.0", port);
    ck_assert_int_eq(kernel_bind(endpoint, &local), KERNEL_OK);
    ck_assert_int_eq(kernel_listen(endpoint, backlog), KERNEL_OK);
    return endpoint;
}

static inline enum kernel_status connect_to(kernel_endpoint endpoint, struct side *side, const char *address, uint16_t port, uintptr_t cookie)
{
    struct kernel_socket peer = name(address, port);
    struct kernel_how ending = how(cookie);
    running = &side->app;
    return kernel_connect(endpoint, &peer, &ending);
}

static inline kernel_endpoint accept_on(struct side *side, kernel_endpoint listener)
{
    struct kernel_accepted accepted = { .endpoint = 0 };
    running = &side->app;
    return kernel_accept(listener, &accepted, NULL) == KERNEL_OK ? accepted.endpoint : 0;
}

/* An established connection: *here of the client, *there of the server. */
static inline void connection(kernel_endpoint *here, kernel_endpoint *there)
{
    kernel_endpoint listener = listen_on(&line.server, PORT, 5);
    *here = open_on(&line.client);
    ck_assert_int_eq(connect_to(*here, &line.client, "192.0.2.2", PORT, 1), KERNEL_PENDING);
    run_for(2 * SECOND);
    *there = accept_on(&line.server, listener);
    ck_assert(*there != 0);
    line.seen_count = 0;
}

static inline void option(kernel_endpoint endpoint, enum kernel_option option, uint64_t value)
{
    struct task *former = running;
    running = inside(endpoint)->host == line.client.host ? &line.client.app : &line.server.app;
    ck_assert_int_eq(kernel_option_set(endpoint, option, value), KERNEL_OK);
    running = former;
}

static inline enum kernel_status send_flags(struct side *side, kernel_endpoint endpoint, const void *bytes, size_t size, uint32_t flags)
{
    union { const void *from; void *to; } memory = { bytes };
    struct kernel_piece piece = { memory.to, size };
    struct kernel_transfer transfer = { .pieces = &piece, .piece_count = 1, .flags = flags };
    running = &side->app;
    return kernel_send(endpoint, &transfer, NULL);
}

static inline enum kernel_status send_on(struct side *side, kernel_endpoint endpoint, const void *bytes, size_t size)
{
    return send_flags(side, endpoint, bytes, size, 0);
}

static inline enum kernel_status receive_flags(struct side *side, kernel_endpoint endpoint, void *bytes, size_t size, uint32_t flags, uint64_t *count)
{
    struct kernel_piece piece = { bytes, size };
    struct kernel_transfer transfer = { .pieces = &piece, .piece_count = 1, .flags = flags };
    running = &side->app;
    enum kernel_status status = kernel_receive(endpoint, &transfer, NULL);
    *count = transfer.count;
    return status;
}

static inline enum kernel_status receive_on(struct side *side, kernel_endpoint endpoint, void *bytes, size_t size, uint64_t *count)
{
    return receive_flags(side, endpoint, bytes, size, 0, count);
}

static inline struct kernel_state state_on(struct side *side, kernel_endpoint endpoint)
{
    struct kernel_state state;
    running = &side->app;
    ck_assert_int_eq(kernel_state(endpoint, &state), KERNEL_OK);
    return state;
}

static inline void close_on(struct side *side, kernel_endpoint endpoint)
{
    running = &side->app;
    ck_assert_int_eq(kernel_endpoint_close(endpoint), KERNEL_OK);
}

static inline void shutdown_on(struct side *side, kernel_endpoint endpoint, uint32_t directions)
{
    running = &side->app;
    ck_assert_int_eq(kernel_shutdown(endpoint, directions), KERNEL_OK);
}

/* All that may be sent at once, of a pattern that tells its place. */
static inline uint8_t pattern_at(uint64_t position) { return (uint8_t)(position * 7 + (position >> 8) * 13 + (position >> 16)); }
static inline void pattern_fill(uint8_t *bytes, size_t size, uint64_t position)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = pattern_at(position + i);
}
static inline bool pattern_holds(const uint8_t *bytes, size_t size, uint64_t position)
{
    bool holds = true;
    for (size_t i = 0; i < size; i++)
        holds = holds && bytes[i] == pattern_at(position + i);
    return holds;
}
#endif
