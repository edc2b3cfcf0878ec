/*
 * A small world for the tests of sim/net: one net with one host "pc", a task that asks, and the loop that an engine needs.
 * Completions are written down in the order in which they come.
 */
#ifndef TESTS_NET_WORLD_H
#define TESTS_NET_WORLD_H
#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "net/link/link.h"
#include "net/net.h"
#include "net/tcp/tcp.h"
#include "net/timer.h"
#include "net/traffic/traffic.h"

#define SECOND INT64_C(1000000000)
#define DONE_ROOM 4096

struct done { uintptr_t cookie; enum kernel_status status; int64_t at_ns; };

struct world {
    struct engine *engine;
    struct trace *trace;
    struct net *net;
    struct host *host;
    struct task app, home;
    struct done done[DONE_ROOM];
    size_t done_count;
    struct task *ready; /* the last waiter that a delivery named */
    unsigned settled;
};

static struct world *world_now; /* completions carry a number as their cookie */

static inline void world_open(struct world *world, const struct host_parameters *parameters)
{
    memset(world, 0, sizeof *world);
    world->engine = engine_new();
    world->trace = trace_new(engine_clock(world->engine));
    world->net = net_new(world->engine, world->trace);
    struct host_parameters standard = host_parameters_default();
    world->host = host_new(world->net, "pc", parameters ? parameters : &standard, 1);
    world->home = (struct task){ .host = world->host, .process_id = 1, .host_name = "pc", .actor_name = "app", .thread_name = "" };
    world->app = world->home;
    world->app.thread_id = 1;
    world->app.thread_name = "app";
    world->home.completions = &world->home;
    world->app.completions = &world->home;
    world_now = world;
}

static inline void world_close(struct world *world)
{
    running = NULL;
    net_free(world->net);
    trace_free(world->trace);
    engine_free(world->engine);
}

static inline void world_dispatch(struct world *world, const struct event *event)
{
    trace_set_cause(world->trace, event->cause);
    switch (event->kind) {
    case EVENT_SETTLE:
        world->settled++;
        host_settle(event->subject.host);
        break;
    case EVENT_REQUEST: {
        struct task *waiter = request_deliver(event->subject.request);
        if (waiter)
            world->ready = waiter;
        break;
    }
    case EVENT_ADDRESS_TIMER:
        ifaddr_timer(event->subject.ifaddr);
        break;
    case EVENT_LINK:
        link_event(event->subject.link);
        break;
    case EVENT_TCP_TIMER:
        tcp_timer(event->subject.endpoint, (unsigned)event->number);
        break;
    case EVENT_NET_TIMER:
        net_timer_run(event->subject.net_timer);
        break;
    case EVENT_TRAFFIC:
        traffic_event(event->subject.traffic);
        break;
    case EVENT_SCRIPT:
    case EVENT_THREAD_READY:
    case EVENT_WAIT_TIMEOUT:
        break;
    }
    trace_set_cause(world->trace, 0);
}

/* Everything up to and at this time. */
static inline void world_run(struct world *world, int64_t until_ns)
{
    struct event event = { .kind = EVENT_SCRIPT };
    engine_post(world->engine, until_ns, RANK_SCRIPT, event);
    while (engine_next(world->engine, &event) && event.kind != EVENT_SCRIPT)
        world_dispatch(world, &event);
}

static inline void world_settle(struct world *world)
{
    world_run(world, engine_now_ns(world->engine));
}

static inline struct kernel_address at(const char *text)
{
    struct kernel_address address;
    ck_assert_msg(address_parse(text, &address), "%s", text);
    return address;
}

static inline struct iface *wire(struct world *world, const char *name, uint32_t metric)
{
    struct iface_setup setup = iface_setup_default();
    setup.metric = metric;
    struct iface *iface = iface_add(world->host, name, &setup);
    ck_assert_msg(iface != NULL, "%s", net_why(world->net));
    return iface;
}

static inline struct ifaddr_setup address_setup(const char *prefix)
{
    struct ifaddr_setup setup = { .state = ADDRESS_INVALID };
    ck_assert(prefix_parse(prefix, &setup.address, &setup.prefix_length));
    return setup;
}

static inline void give(struct iface *iface, const char *prefix)
{
    struct ifaddr_setup setup = address_setup(prefix);
    ck_assert_msg(ifaddr_add(iface, &setup) != NULL, "%s", prefix);
}

static inline void give_persistent(struct iface *iface, const char *prefix)
{
    struct ifaddr_setup setup = address_setup(prefix);
    setup.persistent = true;
    setup.state = ADDRESS_PREFERRED;
    ck_assert_msg(ifaddr_add(iface, &setup) != NULL, "%s", prefix);
}

static inline void take(struct iface *iface, const char *address)
{
    struct kernel_address gone = at(address);
    ck_assert(ifaddr_remove(iface, &gone));
}

static inline void become(struct iface *iface, const char *address, enum address_state state)
{
    struct kernel_address which = at(address);
    ck_assert(ifaddr_state(iface, &which, state));
}

static inline struct route_setup route_setup(const char *prefix, const char *via, uint32_t metric)
{
    struct route_setup setup = { .on_link = via == NULL, .metric = metric };
    ck_assert(prefix_parse(prefix, &setup.prefix, &setup.prefix_length));
    if (via)
        setup.next_hop = at(via);
    return setup;
}

static inline void lead(struct iface *iface, const char *prefix, const char *via, uint32_t metric)
{
    struct route_setup setup = route_setup(prefix, via, metric);
    ck_assert_msg(route_add(iface, &setup), "%s", prefix);
}

static inline void lead_no_more(struct world *world, const char *prefix, const struct iface *iface)
{
    struct kernel_address masked;
    unsigned length;
    ck_assert(prefix_parse(prefix, &masked, &length));
    ck_assert_msg(route_remove(world->host, &masked, length, iface, NULL), "%s", net_why(world->net));
}

/* The source address of the path to a destination, or why there is none. */
static inline const char *path_to(struct world *world, const char *destination)
{
    static char text[ADDRESS_TEXT];
    struct kernel_address wanted = at(destination);
    struct kernel_path path;
    enum kernel_status status = host_best_path(world->host, &wanted, &path);
    if (status == KERNEL_NET_DOWN)
        return "down";
    if (status == KERNEL_NET_UNREACHABLE)
        return "unreachable";
    if (status == KERNEL_STACK_DOWN)
        return "stack down";
    ck_assert_int_eq(status, KERNEL_OK);
    address_text(&path.source, text);
    return text;
}

static inline void world_done(void *cookie, enum kernel_status status, uint64_t count)
{
    struct world *world = world_now;
    ck_assert_ptr_eq(running, &world->home);
    ck_assert_uint_eq(count, 0);
    ck_assert_uint_lt(world->done_count, DONE_ROOM);
    world->done[world->done_count++] = (struct done){ (uintptr_t)cookie, status, engine_now_ns(world->engine) };
}

static inline kernel_request watch_as(struct world *world, struct task *task, const struct kernel_watch *watch, bool lasting, uintptr_t cookie)
{
    kernel_request request = 0;
    running = task;
    enum kernel_status status = kernel_watch(watch, lasting, world_done, (void *)cookie, &request);
    running = NULL;
    ck_assert_int_eq(status, KERNEL_OK);
    ck_assert_uint_ne(request, 0);
    (void)world;
    return request;
}

static inline kernel_request watch_list(struct world *world, enum kernel_family family, uintptr_t cookie)
{
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_ADDRESSES, .family = family };
    return watch_as(world, &world->app, &watch, false, cookie);
}

static inline kernel_request watch_path(struct world *world, const char *destination, uintptr_t cookie)
{
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_PATH, .destination = at(destination) };
    watch.family = (enum kernel_family)watch.destination.family;
    return watch_as(world, &world->app, &watch, false, cookie);
}

/* The newest row with this verb; 0: none. */
static inline uint64_t newest_row(struct world *world, const char *verb)
{
    struct trace_row row;
    for (uint64_t seq = *trace_newest(world->trace); seq; seq--) {
        if (trace_read(world->trace, seq, &row) && strcmp(row.verb, verb) == 0)
            return seq;
    }
    return 0;
}

static inline uint64_t cause_of(struct world *world, uint64_t seq)
{
    struct trace_row row;
    ck_assert(trace_read(world->trace, seq, &row));
    return row.cause;
}

static inline const char *verb_of(struct world *world, uint64_t seq)
{
    struct trace_row row;
    ck_assert_msg(trace_read(world->trace, seq, &row), "no row %llu", (unsigned long long)seq);
    return row.verb;
}

/* The fields of a row, as JSON shows them. */
static inline void detail_is(struct world *world, uint64_t seq, const char *expected)
{
    struct trace_row row;
    ck_assert(trace_read(world->trace, seq, &row));
    char *detail = trace_detail_json(&row);
    ck_assert_str_eq(detail, expected);
    free(detail);
}

static inline size_t rows_of(struct world *world, const char *verb)
{
    struct trace_row row;
    size_t count = 0;
    for (uint64_t seq = 1; seq <= *trace_newest(world->trace); seq++)
        count += trace_read(world->trace, seq, &row) && strcmp(row.verb, verb) == 0;
    return count;
}
#endif
