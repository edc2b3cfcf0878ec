/* Sources and sinks: starting, the times at which they do something, ending, and what is told of them. */
#include "net/traffic/traffic.h"

#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "net/traffic/inside.h"

__extension__ typedef unsigned __int128 wide;

#define SEND_BUFFER UINT32_C(16777216) /* the ceiling of the ideal send backlog */

const char *traffic_kind_name(enum traffic_kind kind)
{
    static const char *const names[] = { "sink", "echo", "bulk", "cbr", "request" };
    return names[kind];
}

struct traffic_setup traffic_setup_default(void)
{
    return (struct traffic_setup){ .transport = KERNEL_TCP, .timeout_ns = 1000000000, .stop_ns = INT64_MAX };
}

static bool is_source(const struct traffic *traffic)
{
    return traffic->setup.kind != TRAFFIC_SINK && traffic->setup.kind != TRAFFIC_ECHO;
}

/* ---- rows ---- */

static bool row_begin(const struct traffic *traffic, const char *verb)
{
    return trace_begin(traffic->net->trace, LAYER_NET, verb, traffic->host->name, traffic->setup.name);
}

static uint64_t row_started(const struct traffic *traffic)
{
    struct trace *trace = traffic->net->trace;
    if (!row_begin(traffic, "traffic.started"))
        return trace_cause(trace);
    trace_text(trace, "kind", traffic_kind_name(traffic->setup.kind));
    trace_text(trace, "protocol", traffic->setup.transport == KERNEL_TCP ? "tcp" : "udp");
    if (is_source(traffic)) {
        char text[ADDRESS_TEXT];
        address_text(&traffic->setup.to.address, text);
        trace_text(trace, "to", text);
        trace_uint(trace, "to_port", traffic->setup.to.port);
    } else {
        trace_uint(trace, "port", traffic->setup.port);
    }
    return trace_end(trace);
}

static void row_done(const struct traffic *traffic, const char *verb)
{
    struct trace *trace = traffic->net->trace;
    const struct traffic_view *seen = &traffic->seen;
    if (!row_begin(traffic, verb))
        return;
    trace_uint(trace, "sent", seen->sent_bytes);
    trace_uint(trace, "received", seen->received_bytes);
    if (seen->sent_messages || seen->received_messages) {
        trace_uint(trace, "sent_messages", seen->sent_messages);
        trace_uint(trace, "received_messages", seen->received_messages);
    }
    if (seen->lost)
        trace_uint(trace, "lost", seen->lost);
    if (seen->failure != KERNEL_OK)
        trace_text(trace, "status", status_name(seen->failure));
    trace_int(trace, "took_ns", *traffic->net->clock_ns - traffic->started_ns);
    trace_end(trace);
}

void traffic_done(struct traffic *traffic)
{
    if (traffic->seen.done)
        return;
    traffic->seen.done = true;
    row_done(traffic, "traffic.done");
}

void traffic_failed(struct traffic *traffic, enum kernel_status status)
{
    if (traffic->seen.done)
        return;
    traffic->seen.failure = status;
    if (is_source(traffic))
        traffic->seen.done = true;
    row_done(traffic, "traffic.failed");
}

void traffic_damaged(struct traffic *traffic, uint64_t position)
{
    traffic->seen.damaged = true;
    if (!row_begin(traffic, "traffic.damaged"))
        return;
    trace_uint(traffic->net->trace, "position", position);
    trace_end(traffic->net->trace);
}

/* ---- times ---- */

static void timer_set(struct traffic *traffic, int64_t at_ns)
{
    struct engine *engine = traffic->net->engine;
    struct event event = { .kind = EVENT_TRAFFIC, .cause = trace_cause(traffic->net->trace), .subject.traffic = traffic };
    if (traffic->setup.stop_ns < at_ns && !traffic->stopped)
        at_ns = traffic->setup.stop_ns < *traffic->net->clock_ns ? *traffic->net->clock_ns : traffic->setup.stop_ns;
    if (traffic->timer_event != EVENT_NONE)
        engine_cancel(engine, traffic->timer_event);
    traffic->timer_event = at_ns == INT64_MAX ? EVENT_NONE : engine_post(engine, at_ns, RANK_MACHINE, event);
    traffic->timer_ns = at_ns;
}

/* Time has an end: what lies beyond it is as late as can be. */
static int64_t after(int64_t at_ns, int64_t span_ns)
{
    return span_ns > INT64_MAX - 1 - at_ns ? INT64_MAX - 1 : at_ns + span_ns;
}

/* When message n leaves, from 0: exact however long it goes on. */
static int64_t message_ns(const struct traffic *traffic, uint64_t n)
{
    const struct traffic_setup *setup = &traffic->setup;
    wide ns = setup->rate_bps ? (wide)n * setup->size * 8 * 1000000000 / setup->rate_bps : (wide)n * (uint64_t)setup->interval_ns;
    return ns > (wide)(INT64_MAX - 1 - traffic->started_ns) ? INT64_MAX - 1 : traffic->started_ns + (int64_t)ns;
}

bool traffic_gives_more(const struct traffic *traffic)
{
    const struct traffic_setup *setup = &traffic->setup;
    if (traffic->stopped)
        return false;
    if (setup->kind == TRAFFIC_BULK)
        return setup->bytes == 0;
    return setup->count == 0 || traffic->seen.sent_messages + traffic->seen.refused < setup->count;
}

/* ---- messages ---- */

static void message_send(struct traffic *traffic)
{
    struct connection *connection = traffic->connections;
    if (!connection)
        return;
    if (traffic->setup.transport == KERNEL_TCP) {
        connection->wanted += traffic->setup.size;
        traffic->seen.sent_messages++;
        connection_push(connection);
        return;
    }
    struct piece piece = pattern_piece(traffic->net, 0, traffic->setup.size);
    if (udp_send_piece(connection->endpoint, &piece, NULL) != KERNEL_OK) {
        traffic->seen.refused++;
        return;
    }
    traffic->seen.sent_messages++;
    traffic->seen.sent_bytes += piece.size;
}

static void cbr_turn(struct traffic *traffic)
{
    message_send(traffic);
    if (traffic_gives_more(traffic))
        timer_set(traffic, message_ns(traffic, traffic->seen.sent_messages + traffic->seen.refused));
    else if (traffic->setup.transport == KERNEL_UDP)
        traffic_done(traffic);
}

static void request_next(struct traffic *traffic)
{
    if (!traffic_gives_more(traffic)) {
        traffic->asked_ns = -1;
        traffic_done(traffic);
        if (traffic->connections)
            connection_ready(traffic->connections);
        return;
    }
    traffic->asked_ns = *traffic->net->clock_ns;
    traffic->answered_bytes = 0;
    message_send(traffic);
    timer_set(traffic, traffic->setup.transport == KERNEL_UDP ? after(traffic->asked_ns, traffic->setup.timeout_ns) : INT64_MAX);
}

void traffic_answered(struct traffic *traffic)
{
    struct traffic_view *seen = &traffic->seen;
    int64_t now_ns = *traffic->net->clock_ns, rtt_ns = now_ns - traffic->asked_ns;
    if (traffic->setup.transport == KERNEL_TCP)
        seen->received_messages++;
    if (seen->rtt_least_ns == 0 || rtt_ns < seen->rtt_least_ns)
        seen->rtt_least_ns = rtt_ns;
    if (rtt_ns > seen->rtt_most_ns)
        seen->rtt_most_ns = rtt_ns;
    traffic->asked_ns = -1;
    if (traffic->setup.interval_ns && traffic_gives_more(traffic))
        timer_set(traffic, after(now_ns, traffic->setup.interval_ns));
    else
        request_next(traffic);
}

/* The first request leaves with the connection there: its answer does not take the handshake too. */
void traffic_established(struct traffic *traffic)
{
    if (traffic->setup.kind == TRAFFIC_REQUEST)
        request_next(traffic);
}

static void request_turn(struct traffic *traffic)
{
    if (traffic->asked_ns >= 0)
        traffic->seen.lost++; /* the answer did not come in time */
    request_next(traffic);
}

/* ---- events ---- */

void traffic_happens(struct traffic *traffic, struct endpoint *endpoint, uint32_t conditions)
{
    struct connection *connection = endpoint->connection;
    (void)traffic;
    if (connection_moves(connection, conditions))
        return;
    connection->conditions |= conditions;
    connection_ready(connection);
}

static void timer_turn(struct traffic *traffic)
{
    if (!traffic->stopped && traffic->setup.stop_ns <= *traffic->net->clock_ns)
        traffic_stop(traffic);
    else if (traffic->seen.done)
        return; /* its connection has failed: no message leaves, and no further time is due */
    else if (traffic->setup.kind == TRAFFIC_CBR)
        cbr_turn(traffic);
    else if (traffic->setup.kind == TRAFFIC_REQUEST)
        request_turn(traffic);
}

/* One event for what came about at this instant, one for what is due later; whichever comes does all that is due. */
void traffic_event(struct traffic *traffic)
{
    struct engine *engine = traffic->net->engine;
    bool looked = traffic->ready_event != EVENT_NONE;
    if (looked) {
        engine_cancel(engine, traffic->ready_event);
        traffic->ready_event = EVENT_NONE;
    }
    while (traffic->ready) {
        struct connection *connection = traffic->ready;
        traffic->ready = connection->next_ready;
        connection->ready = false;
        connection_look(connection);
        if (!traffic->ready)
            traffic->ready_end = &traffic->ready;
    }
    if (traffic->timer_event == EVENT_NONE || traffic->timer_ns > *traffic->net->clock_ns)
        return;
    if (looked)
        engine_cancel(engine, traffic->timer_event); /* else it is the one that has come */
    traffic->timer_event = EVENT_NONE;
    timer_turn(traffic);
}

/* ---- starting and stopping ---- */

static void options_set(struct endpoint *endpoint, const struct traffic_setup *setup)
{
    endpoint->option[KERNEL_SEND_BUFFER] = setup->buffer_bytes ? setup->buffer_bytes : SEND_BUFFER;
    endpoint->option[KERNEL_ALLOW_BROADCAST] = 1;
    if (!setup->buffer_bytes)
        return;
    endpoint->option[KERNEL_RECEIVE_BUFFER] = setup->buffer_bytes;
    endpoint->option_was_set |= UINT64_C(1) << KERNEL_RECEIVE_BUFFER;
}

static enum kernel_status server_open(struct traffic *traffic, uint8_t family)
{
    const struct traffic_setup *setup = &traffic->setup;
    struct endpoint *endpoint = endpoint_new(traffic->host, family, setup->transport, 0, NULL);
    struct kernel_socket local = { .address.family = family, .port = setup->port };
    struct connection *connection = connection_new(traffic, endpoint);
    options_set(endpoint, setup);
    enum kernel_status status = port_bind(endpoint, &local);
    if (status != KERNEL_OK || setup->transport == KERNEL_UDP)
        return status;
    connection->listening = true;
    return tcp_listen(endpoint, INT32_MAX);
}

static enum kernel_status client_open(struct traffic *traffic)
{
    const struct traffic_setup *setup = &traffic->setup;
    struct endpoint *endpoint = endpoint_new(traffic->host, setup->to.address.family, setup->transport, 0, NULL);
    struct kernel_socket local = { .address.family = setup->to.address.family, .port = setup->port };
    struct connection *connection = connection_new(traffic, endpoint);
    options_set(endpoint, setup);
    enum kernel_status status = setup->port ? port_bind(endpoint, &local) : port_bind_dynamic(endpoint);
    if (status != KERNEL_OK)
        return status;
    if (setup->transport == KERNEL_UDP) {
        connection->established = true;
        return datagram_connect(endpoint, &setup->to);
    }
    traffic->seen.connections = 1;
    status = tcp_connect(endpoint, &setup->to);
    if (setup->kind == TRAFFIC_BULK)
        connection->wanted = setup->bytes ? setup->bytes : UINT64_MAX;
    return status == KERNEL_PENDING ? KERNEL_OK : status;
}

static enum kernel_status traffic_open(struct traffic *traffic)
{
    if (is_source(traffic))
        return client_open(traffic);
    enum kernel_status status = server_open(traffic, KERNEL_IPV4);
    return status == KERNEL_OK ? server_open(traffic, KERNEL_IPV6) : status;
}

static void connections_close(struct traffic *traffic, bool all)
{
    struct connection *connection, *next;
    HASH_ITER(hh, traffic->connections, connection, next) {
        if (all || connection->listening || traffic->setup.transport == KERNEL_UDP)
            connection_close(connection, false);
    }
}

static void traffic_free(struct traffic *traffic)
{
    struct engine *engine = traffic->net->engine;
    struct connection *connection, *next;
    HASH_ITER(hh, traffic->connections, connection, next) {
        connection_free(connection);
    }
    engine_cancel(engine, traffic->ready_event);
    engine_cancel(engine, traffic->timer_event);
    free((void *)(uintptr_t)traffic->setup.name);
    free(traffic);
}

struct traffic *traffic_start(struct host *host, const struct traffic_setup *setup)
{
    struct net *net = host->net;
    if (traffic_find(net, setup->name)) {
        net_refuse(net, "there is traffic \"%s\" already", setup->name);
        return NULL;
    }
    struct traffic *traffic = memory_take(sizeof *traffic), **end = &net->traffics;
    char *name = memory_take(strlen(setup->name) + 1);
    memcpy(name, setup->name, strlen(setup->name));
    traffic->net = net;
    traffic->host = host;
    traffic->setup = *setup;
    traffic->setup.name = name;
    traffic->seen.kind = setup->kind;
    traffic->started_ns = *net->clock_ns;
    traffic->asked_ns = -1;
    uint64_t former = trace_set_cause(net->trace, row_started(traffic));
    enum kernel_status status = host->stack_down ? KERNEL_STACK_DOWN : traffic_open(traffic);
    if (status != KERNEL_OK) {
        net_refuse(net, "the stack answers \"%s\"", status_name(status));
        connections_close(traffic, true);
        traffic_free(traffic);
        trace_set_cause(net->trace, former);
        return NULL;
    }
    while (*end)
        end = &(*end)->next;
    *end = traffic;
    bool begins = setup->kind == TRAFFIC_CBR || (setup->kind == TRAFFIC_REQUEST && setup->transport == KERNEL_UDP);
    timer_set(traffic, begins ? traffic->started_ns : INT64_MAX);
    trace_set_cause(net->trace, former);
    return traffic;
}

bool traffic_stop(struct traffic *traffic)
{
    if (traffic->stopped)
        return net_refuse(traffic->net, "the traffic \"%s\" has stopped already", traffic->setup.name);
    traffic->stopped = true;
    timer_set(traffic, INT64_MAX);
    struct connection *connection = traffic->connections;
    if (!is_source(traffic) || traffic->setup.transport == KERNEL_UDP || traffic->setup.kind == TRAFFIC_REQUEST || (connection && !connection->established)) {
        traffic_done(traffic);
        connections_close(traffic, is_source(traffic));
    } else if (connection) { /* what was sent is seen off */
        connection->wanted = connection->sent;
        connection_push(connection);
    }
    return true;
}

struct traffic *traffic_find(const struct net *net, const char *name)
{
    struct traffic *traffic = net->traffics;
    while (traffic && strcmp(traffic->setup.name, name) != 0)
        traffic = traffic->next;
    return traffic;
}

struct traffic_view traffic_view(const struct traffic *traffic)
{
    return traffic->seen;
}

struct endpoint *traffic_endpoint(const struct traffic *traffic)
{
    struct connection *connection, *newest = NULL;
    for (connection = traffic->connections; connection; connection = connection->hh.next)
        if (!connection->listening)
            newest = connection;
    return newest ? newest->endpoint : NULL;
}

struct endpoint *traffic_server(const struct traffic *traffic, uint8_t family)
{
    struct connection *connection;
    for (connection = traffic->connections; connection; connection = connection->hh.next)
        if (!is_source(traffic) && connection->endpoint->family == family && (connection->listening || traffic->setup.transport == KERNEL_UDP))
            return connection->endpoint;
    return NULL;
}

void traffics_free(struct net *net)
{
    while (net->traffics) {
        struct traffic *traffic = net->traffics;
        net->traffics = traffic->next;
        traffic_free(traffic);
    }
    pattern_free(net);
}
