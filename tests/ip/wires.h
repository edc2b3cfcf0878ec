/*
 * Hosts on wires, for the suites of sim/net/ip: a net, its loop, and a log of what happened on the wires and to the hosts, one short
 * line for each row:
 *
 *     0ms a > icmp 192.0.2.1>192.0.2.2 type 8      sent by an interface of a ("<" arrived there, "x" dropped, with the reason)
 *     0ms a > arp
 *     2ms a neighbor 192.0.2.2 incomplete>reachable
 *     3ms a address 192.0.2.1/24 tentative>preferred
 *     3ms a gateway.dead 192.0.2.254
 */
#ifndef TESTS_IP_WIRES_H
#define TESTS_IP_WIRES_H
#include "suite.h"
#include <stdio.h>
#include <string.h>

#include "net/ip/neighbor.h"
#include "net/link/cable.h"
#include "net/link/segment.h"
#include "net/net_private.h"
#include "net/timer.h"

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)

static struct engine *engine;
static struct trace *trace;
static struct net *net;
static uint64_t rows_seen, packets_seen;

static inline void wires_open(void)
{
    engine = engine_new();
    trace = trace_new(engine_clock(engine));
    trace_listen_packets(trace, true);
    net = net_new(engine, trace);
    rows_seen = packets_seen = 0;
}

static inline void wires_close(void)
{
    net_free(net);
    trace_free(trace);
    engine_free(engine);
}

static inline void wires_dispatch(const struct event *event)
{
    trace_set_cause(trace, event->cause);
    switch (event->kind) {
    case EVENT_SETTLE: host_settle(event->subject.host); break;
    case EVENT_REQUEST: request_deliver(event->subject.request); break;
    case EVENT_ADDRESS_TIMER: ifaddr_timer(event->subject.ifaddr); break;
    case EVENT_LINK: link_event(event->subject.link); break;
    case EVENT_NET_TIMER: net_timer_run(event->subject.net_timer); break;
    default: break;
    }
    trace_set_cause(trace, 0);
}

/* Everything up to and at this time. */
static inline void run_until(int64_t until_ns)
{
    struct event event = { .kind = EVENT_SCRIPT };
    engine_post(engine, until_ns, RANK_SCRIPT, event);
    while (engine_next(engine, &event) && event.kind != EVENT_SCRIPT)
        wires_dispatch(&event);
}

/* ---- the world ---- */

static inline struct kernel_address at(const char *text)
{
    struct kernel_address address;
    ck_assert_msg(address_parse(text, &address), "%s", text);
    return address;
}

static inline struct prefix_key key(const char *text)
{
    struct kernel_address address = at(text);
    return prefix_key_of(&address);
}

static inline struct host *host_with(const char *name, struct host_parameters parameters)
{
    struct host *host = host_new(net, name, &parameters, 1);
    ck_assert_msg(host != NULL, "%s", net_why(net));
    return host;
}

static inline void give(struct iface *iface, const char *prefix, enum address_state state)
{
    struct ifaddr_setup setup = { .state = state };
    ck_assert(prefix_parse(prefix, &setup.address, &setup.prefix_length));
    ck_assert_msg(ifaddr_add(iface, &setup) != NULL, "%s", net_why(net));
}

/* An interface with addresses that are in use at once: two at most, NULL for none. */
static inline struct iface *wire(struct host *host, const char *name, const char *prefix, const char *another)
{
    struct iface_setup setup = iface_setup_default();
    struct iface *iface = iface_add(host, name, &setup);
    ck_assert_msg(iface != NULL, "%s", net_why(net));
    if (prefix)
        give(iface, prefix, ADDRESS_PREFERRED);
    if (another)
        give(iface, another, ADDRESS_PREFERRED);
    return iface;
}

static inline struct cable_setup slow(int64_t delay_ns, uint32_t mtu_bytes)
{
    struct cable_setup setup = cable_setup_default();
    setup.link.delay_ns = delay_ns;
    setup.link.mtu_bytes = mtu_bytes;
    return setup;
}

static inline void plug(struct iface *a, struct iface *b, int64_t delay_ns, uint32_t mtu_bytes)
{
    struct cable_setup both[2] = { slow(delay_ns, mtu_bytes), slow(delay_ns, mtu_bytes) };
    ck_assert_msg(cable_between(a, b, both) != NULL, "%s", net_why(net));
}

static inline void join(struct segment *segment, struct iface *iface, int64_t delay_ns)
{
    struct cable_setup setup = slow(delay_ns, 0);
    ck_assert_msg(cable_into(segment, iface, &setup) != NULL, "%s", net_why(net));
}

static inline void route(struct iface *iface, const char *to, const char *via, uint32_t metric)
{
    struct route_setup setup = { .on_link = !via, .metric = metric };
    ck_assert(prefix_parse(to, &setup.prefix, &setup.prefix_length));
    if (via)
        setup.next_hop = at(via);
    ck_assert_msg(route_add(iface, &setup), "%s", net_why(net));
}

/* ---- packets ---- */

static inline struct piece bytes_of(uint32_t size)
{
    struct chunk *chunk = chunk_new(net, size);
    for (uint32_t i = 0; i < size; i++)
        chunk->bytes[i] = (uint8_t)(i * 7 + i / 251);
    chunk->used = size;
    return (struct piece){ .chunk = chunk, .size = size };
}

/* An ICMP message with this many bytes behind its header. */
static inline struct packet *message(const char *to, uint8_t type, uint32_t size)
{
    struct kernel_address destination = at(to);
    struct packet *packet = packet_new(net);
    packet->family = destination.family;
    packet->protocol = destination.family == KERNEL_IPV4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6;
    packet->destination = prefix_key_of(&destination);
    packet->hop_limit = 64;
    packet->icmp.type = type;
    if (size)
        packet->payload = bytes_of(size);
    packet->size = ip_header_bytes(packet->family) + 8 + size;
    return packet;
}

static inline enum kernel_status send_packet(struct host *host, struct packet *packet)
{
    struct ip_path path;
    ip_path_find(host, packet->family, &packet->destination, NULL, &path);
    if (key_is_unspecified(&packet->source))
        packet->source = path.source;
    return ip_send(host, packet, &path);
}

/* An echo reply that nobody asked for: it is heard and answered by nothing. */
static inline void note(struct host *host, const char *to, uint32_t size)
{
    struct kernel_address destination = at(to);
    send_packet(host, message(to, destination.family == KERNEL_IPV4 ? 0 : 129, size));
}

static inline void ping(struct host *host, const char *to, uint32_t size)
{
    struct kernel_address destination = at(to);
    send_packet(host, message(to, destination.family == KERNEL_IPV4 ? 8 : 128, size));
}

/* ---- the log ---- */

/* A field of a row as text. */
static inline const char *row_field(const struct trace_row *row, const char *name, char *text, size_t room)
{
    char *json = trace_detail_json(row), wanted[40];
    snprintf(wanted, sizeof wanted, "\"%s\":", name);
    const char *found = strstr(json, wanted);
    text[0] = '\0';
    if (found) {
        found += strlen(wanted);
        bool quoted = *found == '"';
        size_t length = strcspn(found + quoted, quoted ? "\"" : ",}");
        snprintf(text, room, "%.*s", (int)length, found + quoted);
    }
    free(json);
    return found ? text : NULL;
}

static inline void log_time(char *line, size_t room, const struct trace_row *row)
{
    if (row->at_ns % MS == 0)
        snprintf(line, room, "%lldms %s", (long long)(row->at_ns / MS), row->host);
    else
        snprintf(line, room, "%lldns %s", (long long)row->at_ns, row->host);
}

static inline bool log_packet(const struct trace_row *row, char *line, size_t room)
{
    char a[80], b[80], c[80];
    bool sent = strcmp(row->verb, "packet.sent") == 0, arrived = strcmp(row->verb, "packet.arrived") == 0;
    log_time(line, room, row);
    size_t used = strlen(line);
    snprintf(line + used, room - used, " %s %s", sent ? ">" : arrived ? "<" : "x", row_field(row, "protocol", a, sizeof a));
    used = strlen(line);
    if (row_field(row, "source", a, sizeof a))
        snprintf(line + used, room - used, " %s>%s", a, row_field(row, "destination", b, sizeof b));
    used = strlen(line);
    if (row_field(row, "type", a, sizeof a))
        snprintf(line + used, room - used, " type %s", a);
    used = strlen(line);
    if (row_field(row, "fragment", c, sizeof c))
        snprintf(line + used, room - used, " at %s", c);
    used = strlen(line);
    if (!sent && !arrived)
        snprintf(line + used, room - used, ": %s", row_field(row, "reason", a, sizeof a));
    return !arrived;
}

static inline bool log_change(const struct trace_row *row, char *line, size_t room)
{
    char a[80], b[80], c[80];
    bool neighbor = strcmp(row->verb, "neighbor.changed") == 0, address = strcmp(row->verb, "address.changed") == 0;
    log_time(line, room, row);
    size_t used = strlen(line);
    if (neighbor || address)
        snprintf(line + used, room - used, " %s %s %s>%s", neighbor ? "neighbor" : "address", row_field(row, "address", a, sizeof a),
                 row_field(row, "from", b, sizeof b), row_field(row, "to", c, sizeof c));
    else if (strncmp(row->verb, "gateway.", 8) == 0)
        snprintf(line + used, room - used, " %s %s", row->verb, row_field(row, "via", a, sizeof a));
    else if (strncmp(row->verb, "mtu.", 4) == 0)
        snprintf(line + used, room - used, " %s %s %s", row->verb, row_field(row, "to", a, sizeof a), row_field(row, "mtu", b, sizeof b));
    else
        return false;
    return true;
}

/* All lines since the last call, in order of writing; arrivals are left out. */
static inline const char *log_text(void)
{
    static char text[65536];
    char line[400], after[24];
    size_t used = 0;
    struct trace_row row, packet;
    text[0] = '\0';
    for (;;) {
        bool more_packets = trace_read(trace, TRACE_PACKET_BASE + packets_seen + 1, &packet) && trace_newest_packet(trace) >= TRACE_PACKET_BASE + packets_seen + 1;
        bool more_rows = rows_seen < *trace_newest(trace) && trace_read(trace, rows_seen + 1, &row);
        if (!more_packets && !more_rows)
            return text;
        bool take_packet = more_packets && (!more_rows || strtoull(row_field(&packet, "after", after, sizeof after), NULL, 10) <= rows_seen);
        bool shown = take_packet ? log_packet(&packet, line, sizeof line) : log_change(&row, line, sizeof line);
        *(take_packet ? &packets_seen : &rows_seen) += 1;
        if (shown && used + strlen(line) + 2 < sizeof text)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s\n", line);
    }
}

#define log_is(expected) ck_assert_str_eq(log_text(), expected)

/* ---- what a neighbour cache holds ---- */

static inline enum neighbor_state state_of(const struct iface *iface, const char *address)
{
    struct kernel_address wanted = at(address);
    struct neighbor_view view;
    for (size_t i = 0; neighbor_view(iface, i, &view); i++)
        if (address_equal(&view.address, &wanted))
            return view.state;
    return NEIGHBOR_NONE;
}

#define state_is(iface, address, expected) ck_assert_str_eq(neighbor_state_name(state_of(iface, address)), expected)

/* ---- programs ---- */

#define tests_add(tcase, tests)                                                    \
    for (size_t tests_at = 0; tests_at < sizeof(tests) / sizeof *(tests); tests_at++) \
    tcase_add_test(tcase, (tests)[tests_at])
#endif
