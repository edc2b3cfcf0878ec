/* The options of an endpoint: for which transports, from what to what, when (spi reference 11, host-stack 4 to 7). */
#include "core/check.h"
#include "net/endpoint/datagrams.h"
#include "net/endpoint/port.h"
#include "net/rss/rss.h"
#include "net/tcp/tcp.h"

enum { TCP = 1, UDP = 2, RAW = 4, MESSAGES = UDP | RAW, ALL = TCP | UDP | RAW };
enum rule {
    FLAG = 1,        /* anything but 0 is 1 */
    UNBOUND = 2,     /* only before bind */
    UNLISTENING = 4, /* only before listen */
    UNCONNECTED = 128, /* only before it connects */
    READ = 8,        /* asked only: found out each time */
    INTERFACE = 16,  /* an interface's index, or 0 */
    IPV4 = 32, IPV6 = 64, /* of this family only */
};
#define MOST_BYTES 0x7fffffffu

struct row { const char *name; uint8_t transports, rules; uint32_t least, most; };

static const struct row rows[KERNEL_OPTION_COUNT] = {
    [KERNEL_SEND_BUFFER] = { "send_buffer", ALL, 0, 0, MOST_BYTES },
    [KERNEL_RECEIVE_BUFFER] = { "receive_buffer", ALL, 0, 0, MOST_BYTES },
    [KERNEL_REUSE_ADDRESS] = { "reuse_address", ALL, FLAG | UNBOUND, 0, 0 },
    [KERNEL_EXCLUSIVE_ADDRESS] = { "exclusive_address", ALL, FLAG | UNBOUND, 0, 0 },
    [KERNEL_RANDOM_PORT] = { "random_port", TCP | UDP, FLAG | UNBOUND, 0, 0 },
    [KERNEL_IPV6_ONLY] = { "ipv6_only", ALL, FLAG | UNBOUND | IPV6, 0, 0 },
    [KERNEL_ALLOW_BROADCAST] = { "allow_broadcast", MESSAGES, FLAG, 0, 0 },
    [KERNEL_RECEIVE_BROADCAST] = { "receive_broadcast", MESSAGES, FLAG, 0, 0 },
    [KERNEL_HOP_LIMIT] = { "hop_limit", ALL, 0, 1, 255 },
    [KERNEL_TRAFFIC_CLASS] = { "traffic_class", ALL, 0, 0, 255 },
    [KERNEL_DONT_FRAGMENT] = { "dont_fragment", ALL, FLAG, 0, 0 },
    [KERNEL_UNICAST_INTERFACE] = { "unicast_interface", ALL, INTERFACE, 0, UINT32_MAX },
    [KERNEL_MULTICAST_INTERFACE] = { "multicast_interface", MESSAGES, INTERFACE, 0, UINT32_MAX },
    [KERNEL_MULTICAST_HOP_LIMIT] = { "multicast_hop_limit", MESSAGES, 0, 0, 255 },
    [KERNEL_MULTICAST_LOOP] = { "multicast_loop", MESSAGES, FLAG, 0, 0 },
    [KERNEL_CIRCULAR_QUEUE] = { "circular_queue", MESSAGES, FLAG, 0, 0 },
    [KERNEL_TELL_PORT_UNREACHABLE] = { "tell_port_unreachable", UDP, FLAG, 0, 0 },
    [KERNEL_TELL_HOPS_EXCEEDED] = { "tell_hops_exceeded", UDP, FLAG, 0, 0 },
    [KERNEL_NO_CHECKSUM] = { "no_checksum", UDP, FLAG | IPV4, 0, 0 },
    [KERNEL_HEADER_INCLUDED] = { "header_included", RAW, FLAG, 0, 0 },
    [KERNEL_CAPTURE] = { "capture", RAW, 0, 0, 5 },
    [KERNEL_NO_DELAY] = { "no_delay", TCP, FLAG, 0, 0 },
    [KERNEL_URGENT_INLINE] = { "urgent_inline", TCP, FLAG, 0, 0 },
    [KERNEL_URGENT_RFC1122] = { "urgent_rfc1122", TCP, FLAG, 0, 0 },
    [KERNEL_KEEPALIVE] = { "keepalive", TCP, FLAG, 0, 0 },
    [KERNEL_KEEPALIVE_IDLE_MS] = { "keepalive_idle_ms", TCP, 0, 0, UINT32_MAX },
    [KERNEL_KEEPALIVE_INTERVAL_MS] = { "keepalive_interval_ms", TCP, 0, 0, UINT32_MAX },
    [KERNEL_KEEPALIVE_PROBES] = { "keepalive_probes", TCP, 0, 0, 255 },
    [KERNEL_MAX_RETRANSMISSION_S] = { "max_retransmission_s", TCP, 0, 0, UINT32_MAX },
    [KERNEL_TIMESTAMPS] = { "timestamps", TCP, FLAG, 0, 0 },
    [KERNEL_ACK_FREQUENCY] = { "ack_frequency", TCP, 0, 1, 255 },
    [KERNEL_INITIAL_RTT_MS] = { "initial_rtt_ms", TCP, UNCONNECTED | UNLISTENING, 0, UINT16_MAX },
    [KERNEL_SYN_RETRIES] = { "syn_retries", TCP, UNCONNECTED | UNLISTENING, 0, 255 },
    [KERNEL_FAIL_ON_ICMP] = { "fail_on_icmp", TCP, FLAG, 0, 0 },
    [KERNEL_CONDITIONAL_ACCEPT] = { "conditional_accept", TCP, FLAG | UNLISTENING, 0, 0 },
    [KERNEL_COMPATIBILITY] = { "compatibility", TCP, 0, 0, 7 },
    [KERNEL_IDEAL_SEND_BACKLOG] = { "ideal_send_backlog", TCP, READ, 0, 0 },
    [KERNEL_PATH_MTU] = { "path_mtu", ALL, READ, 0, 0 },
    [KERNEL_CONNECTED_S] = { "connected_s", TCP, READ, 0, 0 },
    [KERNEL_MAX_MESSAGE] = { "max_message", MESSAGES, READ, 0, 0 },
    [KERNEL_PROCESSOR] = { "processor", TCP | UDP, READ, 0, 0 },
    [KERNEL_LOOPBACK_FAST_PATH] = { "loopback_fast_path", TCP, FLAG | UNCONNECTED, 0, 0 },
};

static unsigned transport_bit(const struct endpoint *endpoint)
{
    return endpoint->transport == KERNEL_TCP ? TCP : endpoint->transport == KERNEL_UDP ? UDP : RAW;
}

/* ---- defaults ---- */

static void tcp_default(uint32_t *option, const struct tcp_parameters *tcp)
{
    option[KERNEL_SEND_BUFFER] = tcp->send_buffer;
    option[KERNEL_RECEIVE_BUFFER] = tcp->receive_buffer;
    option[KERNEL_KEEPALIVE_IDLE_MS] = (uint32_t)(tcp->keepalive_idle_ns / 1000000);
    option[KERNEL_KEEPALIVE_INTERVAL_MS] = (uint32_t)(tcp->keepalive_interval_ns / 1000000);
    option[KERNEL_KEEPALIVE_PROBES] = tcp->keepalive_probes;
    option[KERNEL_TIMESTAMPS] = tcp->timestamps;
    option[KERNEL_ACK_FREQUENCY] = tcp->delayed_ack_frequency;
    option[KERNEL_INITIAL_RTT_MS] = (uint32_t)(tcp->initial_rto_ns / 1000000);
    option[KERNEL_SYN_RETRIES] = tcp->max_syn_retransmissions;
}

void options_default(struct endpoint *endpoint)
{
    const struct host_parameters *parameters = &endpoint->host->parameters;
    uint32_t *option = endpoint->option;
    option[KERNEL_IPV6_ONLY] = endpoint->family == KERNEL_IPV6;
    option[KERNEL_HOP_LIMIT] = parameters->hop_limit;
    if (endpoint->transport == KERNEL_TCP) {
        option[KERNEL_DONT_FRAGMENT] = 1; /* as Windows shows it; path MTU discovery does not ask */
        tcp_default(option, &parameters->tcp);
        return;
    }
    option[KERNEL_SEND_BUFFER] = parameters->udp_send_buffer;
    option[KERNEL_RECEIVE_BUFFER] = parameters->udp_receive_buffer;
    option[KERNEL_RECEIVE_BROADCAST] = 1;
    option[KERNEL_MULTICAST_HOP_LIMIT] = parameters->mcast_scope;
    option[KERNEL_MULTICAST_LOOP] = parameters->mcast_loop;
    option[KERNEL_TELL_PORT_UNREACHABLE] = parameters->udp_connreset;
    option[KERNEL_TELL_HOPS_EXCEEDED] = parameters->udp_netreset;
}

static uint32_t tcp_default_of(const struct host *host, enum kernel_option option)
{
    uint32_t options[KERNEL_OPTION_COUNT] = { [KERNEL_HOP_LIMIT] = host->parameters.hop_limit };
    tcp_default(options, &host->parameters.tcp);
    return options[option];
}

/* ---- setting ---- */

static enum kernel_status refused(const struct endpoint *endpoint, enum kernel_option option, uint64_t value)
{
    const struct row *row = &rows[option];
    if (!(row->transports & transport_bit(endpoint)))
        return KERNEL_NOT_SUPPORTED;
    if ((row->rules & IPV4 && endpoint->family != KERNEL_IPV4) || (row->rules & IPV6 && endpoint->family != KERNEL_IPV6))
        return KERNEL_NOT_SUPPORTED;
    if (row->rules & READ)
        return KERNEL_BAD_ARGUMENT;
    bool plain = value != KERNEL_OPTION_DEFAULT || endpoint->transport != KERNEL_TCP;
    if (plain && !(row->rules & FLAG) && (value < row->least || value > row->most))
        return KERNEL_BAD_ARGUMENT;
    if ((row->rules & UNBOUND && endpoint->bound) || (row->rules & UNLISTENING && endpoint->listening))
        return KERNEL_BAD_ARGUMENT; /* too late */
    if (row->rules & UNCONNECTED && endpoint->tcp && !endpoint->listening)
        return KERNEL_BAD_ARGUMENT;
    if (row->rules & INTERFACE && value && !iface_by_index(endpoint->host, (uint32_t)value))
        return KERNEL_BAD_ARGUMENT;
    bool other = (option == KERNEL_REUSE_ADDRESS && endpoint->option[KERNEL_EXCLUSIVE_ADDRESS])
        || (option == KERNEL_EXCLUSIVE_ADDRESS && endpoint->option[KERNEL_REUSE_ADDRESS]);
    return other && value ? KERNEL_BAD_ARGUMENT : KERNEL_OK; /* one does not share and keep for oneself */
}

/* What follows from the new value beyond what reads it later. */
static void take_effect(struct endpoint *endpoint, enum kernel_option option)
{
    if (option == KERNEL_UNICAST_INTERFACE || option == KERNEL_MULTICAST_INTERFACE)
        datagram_paths_forget(endpoint);
    bool drops = !endpoint->option[option] && ((option == KERNEL_TELL_PORT_UNREACHABLE && endpoint->soft_failure == KERNEL_RESET)
                                               || (option == KERNEL_TELL_HOPS_EXCEEDED && endpoint->soft_failure == KERNEL_NET_RESET));
    if (drops)
        endpoint->soft_failure = KERNEL_OK; /* READ-UDP_CONNRESET-3 */
    if (endpoint->tcp)
        tcp_option_changed(endpoint, option);
}

enum kernel_status option_set(struct endpoint *endpoint, enum kernel_option option, uint64_t value)
{
    enum kernel_status status = refused(endpoint, option, value);
    if (status == KERNEL_OK && option == KERNEL_CAPTURE)
        status = capture_set(endpoint, (uint32_t)value);
    if (status != KERNEL_OK)
        return status;
    bool given = value != KERNEL_OPTION_DEFAULT || endpoint->transport != KERNEL_TCP;
    endpoint->option[option] = !given ? tcp_default_of(endpoint->host, option) : rows[option].rules & FLAG ? value != 0 : (uint32_t)value;
    endpoint->option_was_set &= ~(UINT64_C(1) << option);
    endpoint->option_was_set |= (uint64_t)given << option;
    take_effect(endpoint, option);
    return KERNEL_OK;
}

/* ---- asking ---- */

/* Where the connection's packets come in (host-stack 8); without scaling that is the first processor. */
static enum kernel_status processor_of(const struct endpoint *endpoint, uint64_t *value)
{
    const struct tuple *tuple = &endpoint->tuple;
    if (!endpoint->connected)
        return KERNEL_NOT_CONNECTED;
    const struct iface *iface = port_address_iface(endpoint->host, tuple->family, &tuple->local, endpoint->scope);
    struct rss_place place = { .node = 0 };
    if (iface)
        rss_tuple_processor(iface, tuple, &place);
    *value = (uint64_t)place.node << 32 | (uint64_t)place.processor.group << 16 | place.processor.number;
    return KERNEL_OK;
}

static enum kernel_status found_out(struct endpoint *endpoint, enum kernel_option option, uint64_t *value)
{
    if (option == KERNEL_PROCESSOR)
        return processor_of(endpoint, value);
    if (endpoint->transport == KERNEL_TCP)
        return tcp_option_get(endpoint, option, value);
    if (option == KERNEL_MAX_MESSAGE) {
        *value = endpoint->transport == KERNEL_RAW ? RAW_MOST : endpoint->family == KERNEL_IPV4 ? UDP_MOST_V4 : UDP_MOST_V6;
        return KERNEL_OK;
    }
    if (!endpoint->connected)
        return KERNEL_NOT_CONNECTED;
    enum kernel_status status = target_path(endpoint, &endpoint->datagrams->peer, &endpoint->path);
    *value = status == KERNEL_OK ? endpoint->path.mtu_bytes : 0;
    return status;
}

enum kernel_status option_get(struct endpoint *endpoint, enum kernel_option option, uint64_t *value)
{
    const struct row *row = &rows[option];
    *value = 0;
    if (!(row->transports & transport_bit(endpoint)) || (row->rules & IPV6 && endpoint->family != KERNEL_IPV6))
        return KERNEL_NOT_SUPPORTED;
    if (row->rules & READ)
        return found_out(endpoint, option, value);
    *value = endpoint->option[option];
    return KERNEL_OK;
}

/* ---- kernel.h ---- */

static struct endpoint *mine(kernel_endpoint id)
{
    check(running && running->host);
    struct endpoint *endpoint = endpoint_find(running->host->net, id);
    return endpoint && endpoint->host == running->host ? endpoint : NULL;
}

/* Asking changes nothing, and is not written down. */
static void row_set(const struct endpoint *endpoint, enum kernel_option option, uint64_t value, enum kernel_status status)
{
    struct trace *trace = running->host->net->trace;
    if (!trace_begin(trace, LAYER_KERNEL, "kernel.option_set", NULL, ""))
        return;
    if (endpoint)
        trace_uint(trace, "endpoint", endpoint->id);
    trace_text(trace, "option", (unsigned)option < KERNEL_OPTION_COUNT ? rows[option].name : "");
    trace_uint(trace, "value", value);
    trace_text(trace, "status", status_name(status));
    trace_end(trace);
}

enum kernel_status kernel_option_set(kernel_endpoint id, enum kernel_option option, uint64_t value)
{
    struct endpoint *endpoint = mine(id);
    enum kernel_status status = KERNEL_BAD_HANDLE;
    if (endpoint)
        status = (unsigned)option < KERNEL_OPTION_COUNT ? option_set(endpoint, option, value) : KERNEL_NOT_SUPPORTED;
    row_set(endpoint, option, value, status);
    return status;
}

enum kernel_status kernel_option_get(kernel_endpoint id, enum kernel_option option, uint64_t *value)
{
    struct endpoint *endpoint = mine(id);
    *value = 0;
    if (!endpoint)
        return KERNEL_BAD_HANDLE;
    return (unsigned)option < KERNEL_OPTION_COUNT ? option_get(endpoint, option, value) : KERNEL_NOT_SUPPORTED;
}
