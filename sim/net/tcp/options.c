/* Options of a stream: what is kept at hand, what a change does at once, what is found out when asked. */
#include "net/tcp/inside.h"

#define SECOND_NS (1000 * TCP_MILLISECOND)

void options_take(struct tcp *tcp)
{
    const struct endpoint *endpoint = tcp->endpoint;
    tcp->no_delay = endpoint->option[KERNEL_NO_DELAY] || tcp->fast;
    tcp->hop_limit = (uint8_t)endpoint->option[KERNEL_HOP_LIMIT];
    tcp->traffic_class = (uint8_t)endpoint->option[KERNEL_TRAFFIC_CLASS];
    tcp->ack_frequency = (uint8_t)endpoint->option[KERNEL_ACK_FREQUENCY];
    tcp->dynamic = tcp->parameters->dynamic_send_buffering && !option_given(endpoint, KERNEL_SEND_BUFFER);
    isb_quota(tcp);
}

void tcp_option_changed(struct endpoint *endpoint, enum kernel_option option)
{
    struct tcp *tcp = endpoint->tcp;
    if (!tcp)
        return;
    turn_begin(tcp);
    switch (option) {
    case KERNEL_NO_DELAY:
    case KERNEL_HOP_LIMIT:
    case KERNEL_TRAFFIC_CLASS:
    case KERNEL_ACK_FREQUENCY:
        options_take(tcp);
        tcp_output(tcp);
        break;
    case KERNEL_SEND_BUFFER:
        options_take(tcp);
        sends_serve(tcp);
        break;
    case KERNEL_RECEIVE_BUFFER:
        if (tcp->was_established)
            receive_buffer_change(tcp);
        break;
    case KERNEL_COMPATIBILITY:
        if (tcp->was_established)
            receive_compatibility_change(tcp);
        break;
    case KERNEL_KEEPALIVE:
    case KERNEL_KEEPALIVE_IDLE_MS:
    case KERNEL_KEEPALIVE_INTERVAL_MS:
    case KERNEL_KEEPALIVE_PROBES:
        life_start(tcp);
        break;
    case KERNEL_MAX_RETRANSMISSION_S:
        patience_start(tcp);
        break;
    default: break;
    }
    turn_end(tcp);
}

enum kernel_status tcp_option_get(const struct endpoint *endpoint, enum kernel_option option, uint64_t *value)
{
    struct tcp *tcp = endpoint->tcp;
    if (!tcp || !synchronized(tcp))
        return KERNEL_NOT_CONNECTED;
    switch (option) {
    case KERNEL_IDEAL_SEND_BACKLOG: /* asking for it ends dynamic send buffering (4.6) */
        if (tcp->parameters->isb_query_disables_dsb)
            tcp->dynamic = false;
        *value = tcp->backlog.bytes;
        tcp->backlog_told = tcp->backlog.generation;
        return KERNEL_OK;
    case KERNEL_PATH_MTU:
        *value = endpoint->path.mtu_bytes;
        return KERNEL_OK;
    case KERNEL_CONNECTED_S:
        *value = (uint64_t)((*tcp->now - tcp->established_ns) / SECOND_NS);
        return KERNEL_OK;
    default:
        return KERNEL_NOT_SUPPORTED;
    }
}
