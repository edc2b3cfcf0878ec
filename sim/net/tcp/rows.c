/* What happens to connections, as trace rows; each looks first whether anybody listens. */
#include <stdio.h>

#include "net/rss/rss.h"
#include "net/tcp/inside.h"

#define SOCKET_TEXT (ADDRESS_TEXT + 10)

const char *tcp_stage_name(enum tcp_stage stage)
{
    static const char *const names[] = { "closed", "listen", "syn_sent", "syn_received", "established", "close_wait",
                                         "fin_wait_1", "fin_wait_2", "closing", "last_ack", "time_wait" };
    return names[stage];
}

static const char *socket_text(uint8_t family, const struct prefix_key *key, uint16_t port, char text[SOCKET_TEXT])
{
    char bare[ADDRESS_TEXT];
    struct kernel_address address = key_address(family, key);
    address_text(&address, bare);
    snprintf(text, SOCKET_TEXT, family == KERNEL_IPV6 ? "[%s]:%u" : "%s:%u", bare, (unsigned)port);
    return text;
}

static bool row_begin(const struct tcp *tcp, const char *verb)
{
    struct trace *trace = tcp->net->trace;
    if (!trace_listening(trace))
        return false;
    const struct tuple *tuple = &tcp->endpoint->tuple;
    char local[SOCKET_TEXT], remote[SOCKET_TEXT], object[16];
    snprintf(object, sizeof object, "tcp %u", (unsigned)tuple->local_port);
    if (!trace_begin(trace, LAYER_NET, verb, tcp_host(tcp)->name, object))
        return false;
    trace_text(trace, "local", socket_text(tuple->family, &tuple->local, tuple->local_port, local));
    trace_text(trace, "remote", socket_text(tuple->family, &tuple->remote, tuple->remote_port, remote));
    return true;
}

uint64_t row_tcp(const struct tcp *tcp, const char *verb)
{
    return row_begin(tcp, verb) ? trace_end(tcp->net->trace) : trace_cause(tcp->net->trace);
}

/* With the processor that its packets come in by (host-stack 8.4). */
uint64_t row_tcp_established(const struct tcp *tcp)
{
    const struct endpoint *endpoint = tcp->endpoint;
    if (!row_begin(tcp, "tcp.established"))
        return trace_cause(tcp->net->trace);
    if (ip_path_holds(endpoint->host, &endpoint->path) && endpoint->path.iface && !endpoint->path.local)
        rss_tuple_fields(tcp->net->trace, endpoint->path.iface, &endpoint->tuple);
    return trace_end(tcp->net->trace);
}

uint64_t row_tcp_number(const struct tcp *tcp, const char *verb, const char *key, uint64_t value)
{
    if (!row_begin(tcp, verb))
        return trace_cause(tcp->net->trace);
    trace_uint(tcp->net->trace, key, value);
    return trace_end(tcp->net->trace);
}

/* From one gateway to another. */
uint64_t row_tcp_gateway(const struct tcp *tcp, const char *verb, const struct prefix_key *from, const struct prefix_key *via)
{
    struct trace *trace = tcp->net->trace;
    char text[ADDRESS_TEXT];
    if (!row_begin(tcp, verb))
        return trace_cause(trace);
    struct kernel_address address = key_address(tcp->endpoint->tuple.family, from);
    address_text(&address, text);
    trace_text(trace, "from", text);
    address = key_address(tcp->endpoint->tuple.family, via);
    address_text(&address, text);
    trace_text(trace, "via", text);
    return trace_end(trace);
}

uint64_t row_tcp_recovery(const struct tcp *tcp, const char *verb, const char *phase)
{
    struct trace *trace = tcp->net->trace;
    if (!row_begin(tcp, verb))
        return trace_cause(trace);
    trace_text(trace, "phase", phase);
    trace_uint(trace, "cwnd", tcp->congestion.cwnd);
    trace_uint(trace, "ssthresh", tcp->congestion.ssthresh);
    trace_uint(trace, "flight", in_flight(tcp));
    return trace_end(trace);
}

uint64_t row_backlog_cap(const struct host *host, uint64_t bytes)
{
    struct trace *trace = host->net->trace;
    if (!trace_begin(trace, LAYER_NET, "backlog.capped", host->name, "")) return trace_cause(trace);
    trace_uint(trace, "bytes", bytes);
    return trace_end(trace);
}

uint64_t row_backlog(const struct tcp *tcp, uint64_t from)
{
    struct trace *trace = tcp->net->trace;
    if (!row_begin(tcp, "backlog.changed"))
        return trace_cause(trace);
    trace_uint(trace, "from", from);
    trace_uint(trace, "to", tcp->backlog.bytes);
    return trace_end(trace);
}
