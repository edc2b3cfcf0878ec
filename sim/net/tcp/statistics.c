/* What is counted of a connection for who asks: SIO_TCP_INFO (ioctls reference 2.1), and what kept its sending back (RFC 4898). */
#include "net/tcp/inside.h"

void limit_change(struct tcp *tcp, enum kernel_tcp_limit limit)
{
    struct limited *former = &tcp->limited[tcp->limit];
    former->spent_ns += *tcp->now - tcp->limit_from_ns;
    former->bytes += tcp->sent_bytes - tcp->limit_from_bytes;
    tcp->limit_from_ns = *tcp->now;
    tcp->limit_from_bytes = tcp->sent_bytes;
    tcp->limit = (uint8_t)limit;
    tcp->limited[limit].times++;
}

static enum kernel_tcp_stage stage_told(const struct tcp *tcp)
{
    static const enum kernel_tcp_stage told[] = {
        [STAGE_CLOSED] = KERNEL_TCP_CLOSED, [STAGE_LISTEN] = KERNEL_TCP_LISTEN, [STAGE_SYN_SENT] = KERNEL_TCP_SYN_SENT,
        [STAGE_SYN_RECEIVED] = KERNEL_TCP_SYN_RECEIVED, [STAGE_ESTABLISHED] = KERNEL_TCP_ESTABLISHED, [STAGE_CLOSE_WAIT] = KERNEL_TCP_CLOSE_WAIT,
        [STAGE_FIN_WAIT_1] = KERNEL_TCP_FIN_WAIT_1, [STAGE_FIN_WAIT_2] = KERNEL_TCP_FIN_WAIT_2, [STAGE_CLOSING] = KERNEL_TCP_CLOSING,
        [STAGE_LAST_ACK] = KERNEL_TCP_LAST_ACK, [STAGE_TIME_WAIT] = KERNEL_TCP_TIME_WAIT,
    };
    return told[tcp->stage];
}

/* The present limit counts up to now. */
static void limits_told(const struct tcp *tcp, struct kernel_tcp_info *info)
{
    for (unsigned i = 0; i < KERNEL_LIMITS; i++) {
        bool now = i == tcp->limit && synchronized(tcp);
        info->limit[i].times = tcp->limited[i].times;
        info->limit[i].bytes = tcp->limited[i].bytes + (now ? tcp->sent_bytes - tcp->limit_from_bytes : 0);
        info->limit[i].spent_ns = tcp->limited[i].spent_ns + (now ? *tcp->now - tcp->limit_from_ns : 0);
    }
}

void tcp_info(const struct endpoint *endpoint, struct kernel_tcp_info *info)
{
    const struct tcp *tcp = endpoint->tcp;
    *info = (struct kernel_tcp_info){ .stage = KERNEL_TCP_CLOSED, .receive_buffer = endpoint->option[KERNEL_RECEIVE_BUFFER] };
    if (!tcp)
        return;
    info->stage = stage_told(tcp);
    if (tcp->stage == STAGE_LISTEN)
        return;
    info->timestamps = tcp->timestamps;
    info->age_ns = tcp->was_established ? *tcp->now - tcp->established_ns : 0;
    info->rtt_ns = rtt_smoothed_ns(&tcp->rtt);
    info->least_rtt_ns = tcp->rtt.srtt8 ? tcp->rtt.lowest_ns : 0;
    info->segment_bytes = tcp->mss;
    info->in_flight_bytes = in_flight(tcp);
    info->congestion_window = tcp->congestion.cwnd;
    info->send_window = window_now(tcp);
    info->receive_window = before(tcp->rcv_nxt, tcp->rcv_edge) ? (uint32_t)(tcp->rcv_edge - tcp->rcv_nxt) : 0;
    info->receive_buffer = tcp->receive_buffer ? tcp->receive_buffer : info->receive_buffer;
    info->sent_bytes = tcp->sent_bytes;
    info->received_bytes = tcp->received_bytes;
    info->reordered_bytes = tcp->reordered_bytes;
    info->resent_bytes = tcp->resent_bytes;
    info->fast_recoveries = tcp->fast_recoveries;
    info->duplicate_acks = tcp->duplicate_acks;
    info->timeout_episodes = tcp->timeout_episodes;
    info->syn_resent = tcp->syn_resent;
    limits_told(tcp, info);
}
