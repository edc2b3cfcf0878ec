/*
 * A small world for the tests of sim/ws2 and the provider: one host "pc" with two wires, one process "app" and threads whose
 * bodies are C functions. world_run() is the loop of sim/run.c without a script.
 *
 *   eth0  192.0.2.10/24, 2001:db8::10/64, the default route of IPv4
 *   eth1  198.51.100.10/24
 */
#ifndef TESTS_WS2_WORLD_H
#define TESTS_WS2_WORLD_H
#include <winsock2.h>
#include <ws2spi.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <mstcpip.h>

#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/link/link.h"
#include "net/net.h"
#include "net/tcp/tcp.h"
#include "net/timer.h"
#include "net/traffic/traffic.h"
#include "ws2/decode.h"
#include "ws2/judge.h"
#include "ws2/private.h"
#include "ws2/spi.h"
#include "ws2/ws2.h"

#define MILLISECOND INT64_C(1000000)
#define SECOND INT64_C(1000000000)
#define LOG_ROOM 256

/* ck_assert with the line of a table in its message. */
#define hold(condition, ...) ((condition) ? (void)0 : ck_abort_msg(__VA_ARGS__))

struct world {
    struct engine *engine;
    struct trace *trace;
    struct net *net;
    struct host *host;
    struct iface *eth0, *eth1;
    struct ws2 *ws2;
    struct process *process;
    enum kernel_profile profile;   /* of the process; set before world_open */
    char log[LOG_ROOM];            /* what happened, one letter each */
    bool broken_rules;             /* the test breaks rules of the seam by itself: the judge is not asked */
    void *extra;
};

/* ---- the network ---- */

static inline struct kernel_address at(const char *text)
{
    struct kernel_address address;
    ck_assert_msg(address_parse(text, &address), "%s", text);
    return address;
}

static inline void give(struct iface *iface, const char *prefix)
{
    struct ifaddr_setup setup = { .state = ADDRESS_PREFERRED };
    ck_assert(prefix_parse(prefix, &setup.address, &setup.prefix_length));
    ck_assert_msg(ifaddr_add(iface, &setup) != NULL, "%s", prefix);
}

static inline void take(struct iface *iface, const char *address)
{
    struct kernel_address gone = at(address);
    ck_assert(ifaddr_remove(iface, &gone));
}

static inline void lead(struct iface *iface, const char *prefix, const char *via)
{
    struct route_setup setup = { .on_link = via == NULL, .metric = ROUTE_METRIC_DEFAULT };
    ck_assert(prefix_parse(prefix, &setup.prefix, &setup.prefix_length));
    if (via) setup.next_hop = at(via);
    ck_assert_msg(route_add(iface, &setup), "%s", prefix);
}

static inline void lead_no_more(struct world *world, const char *prefix)
{
    struct kernel_address masked;
    unsigned length;
    ck_assert(prefix_parse(prefix, &masked, &length));
    ck_assert_msg(route_remove(world->host, &masked, length, NULL, NULL), "%s", net_why(world->net));
}

static inline struct iface *wire(struct world *world, const char *name)
{
    struct iface_setup setup = iface_setup_default();
    struct iface *iface = iface_add(world->host, name, &setup);
    ck_assert_msg(iface != NULL, "%s", net_why(world->net));
    return iface;
}

/* ---- the loop: the same switch as in sim/run.c ---- */

static inline void world_event(const struct event *event)
{
    struct task *task;
    switch (event->kind) {
    case EVENT_SCRIPT: break;
    case EVENT_SETTLE: host_settle(event->subject.host); break;
    case EVENT_REQUEST:
        task = request_deliver(event->subject.request);
        if (task) thread_delivered(task);
        break;
    case EVENT_THREAD_READY: thread_resume(thread_of(event->subject.task)); break;
    case EVENT_WAIT_TIMEOUT: thread_timeout(event->subject.task); break;
    case EVENT_ADDRESS_TIMER: ifaddr_timer(event->subject.ifaddr); break;
    case EVENT_LINK: link_event(event->subject.link); break;
    case EVENT_TCP_TIMER: tcp_timer(event->subject.endpoint, (unsigned)event->number); break;
    case EVENT_NET_TIMER: net_timer_run(event->subject.net_timer); break;
    case EVENT_TRAFFIC: traffic_event(event->subject.traffic); break;
    }
}

/* Until nothing is left to happen. */
static inline void world_run(struct world *world)
{
    struct event event;
    while (engine_next(world->engine, &event)) {
        trace_set_cause(world->trace, event.cause);
        world_event(&event);
        trace_set_cause(world->trace, 0);
        ck_assert_uint_lt(engine_taken_now(world->engine), 100000);
    }
}

/* ---- opening and closing ---- */

static inline struct process *world_process(struct world *world, const char *name)
{
    char *why = NULL;
    struct process *process = process_new(world->ws2, &(struct process_setup){ .name = name, .host = world->host, .profile = world->profile }, &why);
    ck_assert_ptr_nonnull(process);
    return process;
}

static inline void world_open(struct world *world)
{
    struct host_parameters parameters = host_parameters_default();
    world->engine = engine_new();
    world->trace = trace_new(engine_clock(world->engine));
    world->net = net_new(world->engine, world->trace);
    world->host = host_new(world->net, "pc", &parameters, 1);
    world->eth0 = wire(world, "eth0");
    world->eth1 = wire(world, "eth1");
    give(world->eth0, "192.0.2.10/24");
    give(world->eth0, "2001:db8::10/64");
    give(world->eth1, "198.51.100.10/24");
    lead(world->eth0, "0.0.0.0/0", "192.0.2.1");
    world_run(world);
    world->ws2 = ws2_new(world->engine, world->trace, world->net);
    world->process = world_process(world, "app");
}

/* No rule of the seam may have been broken, and no provider may leave an endpoint behind. */
static inline void world_close(struct world *world)
{
    struct judge *judge = ws2_judge(world->ws2);
    judge_ends(judge);
    if (!world->broken_rules && judge_verdicts(judge)) ck_abort_msg("%s", judge_verdict(judge, 0)->message);
    ws2_free(world->ws2);
    ck_assert_uint_eq(host_endpoints(world->host), 0);
    ck_assert_uint_eq(net_requests_pending(world->net), 0);
    net_free(world->net);
    trace_free(world->trace);
    engine_free(world->engine);
}

/* A thread that begins at the present instant, after those begun before it. */
static inline struct thread *world_thread(struct process *process, const char *name, void (*body)(struct thread *, void *), void *argument)
{
    struct thread *thread = thread_new(process, name, body, argument);
    thread_wake(thread);
    return thread;
}

/* ---- plays: a test that is the body of the first thread ---- */

struct play { struct world *world; void (*body)(struct world *, struct thread *); bool ended; };

static inline void play_body(struct thread *thread, void *argument)
{
    struct play *play = argument;
    play->body(play->world, thread);
    play->ended = true;
}

static inline void world_play_as(enum kernel_profile profile, void (*body)(struct world *, struct thread *))
{
    struct world world = { .profile = profile };
    struct play play = { &world, body, false };
    world_open(&world);
    world_thread(world.process, "app", play_body, &play);
    world_run(&world);
    ck_assert_msg(play.ended, "the first thread never came to its end");
    world_close(&world);
}

#define PLAY_AS(profile, name)                                      \
    static void name##_play(struct world *world, struct thread *me); \
    START_TEST(name)                                                \
    {                                                               \
        world_play_as(profile, name##_play);                        \
    }                                                               \
    END_TEST                                                        \
    static void name##_play(struct world *world CK_ATTRIBUTE_UNUSED, struct thread *me CK_ATTRIBUTE_UNUSED)
#define PLAY(name) PLAY_AS(KERNEL_DOCUMENTED, name)

/* ---- what a thread does ---- */

static inline void *block_of(struct thread *thread, size_t size) { return memory_block(thread_process(thread), size); }
#define NEW(thread, type) ((type *)block_of((thread), sizeof(type)))

static inline DWORD nap(struct thread *thread, int64_t ns)
{
    return thread_wait(thread, &(struct thread_wait){ .timeout_ns = ns });
}

static inline DWORD alert(struct thread *thread, int64_t ns)
{
    return thread_wait(thread, &(struct thread_wait){ .timeout_ns = ns, .alertable = true });
}

static inline DWORD wait_for_event(struct thread *thread, HANDLE event, int64_t timeout_ns)
{
    return thread_wait(thread, &(struct thread_wait){ .events = { event }, .count = 1, .timeout_ns = timeout_ns });
}

/* The network comes to rest. */
static inline void settle(struct thread *thread) { ck_assert_uint_eq(nap(thread, MILLISECOND), WSA_WAIT_TIMEOUT); }

static inline void note(struct world *world, char letter)
{
    size_t length = strlen(world->log);
    ck_assert_uint_lt(length, LOG_ROOM - 1);
    world->log[length] = letter;
    world->log[length + 1] = 0;
}

static inline void start(struct thread *thread)
{
    ck_assert_int_eq(spi_startup(thread, MAKEWORD(2, 2), NEW(thread, WSPDATA)), 0);
}

static inline SOCKET open_socket(struct thread *thread, int family, int type, bool overlapped)
{
    int error;
    struct spi_socket call = { .family = family, .type = type, .flags = overlapped ? WSA_FLAG_OVERLAPPED : 0 };
    SOCKET s = spi_socket(thread, &call, &error);
    ck_assert_msg(s != INVALID_SOCKET, "WSPSocket: %d", error);
    return s;
}

static inline void close_socket(struct thread *thread, SOCKET s)
{
    int error;
    ck_assert_int_eq(spi_close(thread, s, &error), 0);
}

/* The sockaddr of a text, in the process's memory. */
static inline void *sockaddr_at(struct thread *thread, const char *text)
{
    char bytes[sizeof(struct sockaddr_in6)];
    size_t size = sockaddr_parse(text, bytes, sizeof bytes);
    ck_assert_msg(size != 0, "%s", text);
    void *block = block_of(thread, size);
    memcpy(block, bytes, size);
    return block;
}
#endif
