/* Packets: data, ACKs, SYNs, resets. Everything that leaves a connection is made here. */
#include <string.h>

#include "net/qos/flow.h"
#include "net/tcp/inside.h"

#define TIMESTAMPS_BYTES 12u
#define ECN_CAPABLE 2u /* ECT(0) */

/* RFC 7323: one tick a millisecond. */
uint32_t tcp_clock(const struct tcp *tcp)
{
    return (uint32_t)(*tcp->now / TCP_MILLISECOND);
}

static inline struct packet *packet_of(const struct tcp *tcp, uint64_t start, uint8_t flags)
{
    const struct endpoint *endpoint = tcp->endpoint;
    const struct tuple *tuple = &endpoint->tuple;
    struct packet *packet = packet_new(tcp->net);
    packet->destination = tuple->remote;
    packet->source = tuple->local;
    packet->family = tuple->family;
    packet->protocol = IP_PROTOCOL_TCP;
    packet->hop_limit = tcp->hop_limit;
    packet->traffic_class = tcp->traffic_class;
    packet->source_port = tuple->local_port;
    packet->destination_port = tuple->remote_port;
    packet->flags = tcp->dont_fragment ? PACKET_DONT_FRAGMENT : 0;
    packet->size = tcp->header_bytes;
    packet->tcp.sequence = wire_of(tcp, start);
    packet->tcp.flags = flags;
    return packet;
}

/* Whatever acknowledges: the pending ACK is done with it. */
static inline void acknowledge(struct tcp *tcp, struct packet *packet)
{
    struct tcp_header *header = &packet->tcp;
    header->acknowledgment = tcp->irs + (uint32_t)tcp->rcv_nxt;
    header->window = window_field(tcp);
    tcp->ack_now = false;
    tcp->full_unacked = 0;
    tcp->timers[TIMER_ACK].due_ns = NEVER_NS;
    if (TCP_UNLIKELY(tcp->timestamps)) {
        header->options = TCP_OPTION_TIMESTAMPS;
        header->timestamp = tcp_clock(tcp);
        header->timestamp_echo = tcp->ts_recent;
        tcp->ts_ack = tcp->rcv_nxt;
    }
    if (TCP_UNLIKELY(tcp->stray_count | (tcp->duplicate.left != tcp->duplicate.right))) {
        sack_fill(tcp, header);
        packet->size = ip_header_bytes(packet->family) + tcp_header_bytes(header);
    }
    if (TCP_UNLIKELY(tcp->ecn_echo))
        header->flags |= TCP_ECE;
}

static inline void packet_go(struct tcp *tcp, struct packet *packet)
{
    struct endpoint *endpoint = tcp->endpoint;
    if (TCP_UNLIKELY(!ip_path_holds(endpoint->host, &endpoint->path)) && !path_refresh(tcp)) {
        packet_free(tcp->net, packet);
        return;
    }
    tcp->segments_sent++;
    if (TCP_UNLIKELY(endpoint->flow) && packet->payload.size && !flow_send(endpoint->flow, packet))
        return; /* its turn comes later */
    ip_send(endpoint->host, packet, &endpoint->path);
}

/* RFC 6093, host-stack 4.7: BSD's pointer is behind the byte, that of RFC 1122 at it. */
static void urgent_mark(const struct tcp *tcp, struct packet *packet, uint64_t start)
{
    uint64_t pointer = tcp->send_urgent - (tcp->endpoint->option[KERNEL_URGENT_RFC1122] ? 1 : 0);
    if (!before(start, tcp->send_urgent) || before(start + UINT16_MAX, pointer))
        return;
    packet->tcp.flags |= TCP_URG;
    packet->tcp.urgent = (uint16_t)(pointer - start);
}

void segment_send(struct tcp *tcp, uint64_t start, uint32_t size, uint8_t flags)
{
    struct packet *packet = packet_of(tcp, start, flags | TCP_ACK);
    if (TCP_UNLIKELY(tcp->ecn)) {
        packet->traffic_class |= start == tcp->nxt ? ECN_CAPABLE : 0; /* RFC 3168 6.1.5: never on a retransmission */
        if (tcp->ecn_reduced && start == tcp->nxt)
            packet->tcp.flags |= TCP_CWR;
        tcp->ecn_reduced = tcp->ecn_reduced && start != tcp->nxt;
    }
    acknowledge(tcp, packet);
    packet->size += size;
    if (TCP_LIKELY(size > 0))
        packet->payload = send_piece(tcp, start, size);
    if (TCP_UNLIKELY(tcp->send_urgent != 0))
        urgent_mark(tcp, packet, start);
    tcp->sent_bytes += size;
    packet_go(tcp, packet);
}

void segment_bare(struct tcp *tcp, uint64_t start)
{
    struct packet *packet = packet_of(tcp, start, TCP_ACK);
    acknowledge(tcp, packet);
    packet_go(tcp, packet);
}

void segment_ack(struct tcp *tcp)
{
    segment_bare(tcp, tcp->nxt);
}

void segment_reset(struct tcp *tcp)
{
    struct packet *packet = packet_of(tcp, tcp->nxt, TCP_RST | TCP_ACK);
    packet->tcp.acknowledgment = tcp->irs + (uint32_t)tcp->rcv_nxt;
    packet->size = ip_header_bytes(packet->family) + TCP_HEADER_BYTES;
    packet_go(tcp, packet);
}

/* SYN or SYN-ACK, by the stage. Its window is never scaled (RFC 7323 2.2). */
void segment_syn(struct tcp *tcp)
{
    bool answer = tcp->stage == STAGE_SYN_RECEIVED;
    struct packet *packet = packet_of(tcp, 0, (uint8_t)(TCP_SYN | (answer ? TCP_ACK : 0)));
    struct tcp_header *header = &packet->tcp;
    header->options = tcp->offers;
    header->mss = tcp->own_mss;
    header->scale = tcp->receive_scale;
    header->window = (uint16_t)least(tcp->receive_buffer, UINT16_MAX);
    tcp->rcv_edge = tcp->rcv_nxt + header->window;
    if (answer)
        header->acknowledgment = tcp->irs + (uint32_t)(tcp->ts_ack = tcp->rcv_nxt);
    if (header->options & TCP_OPTION_TIMESTAMPS) {
        header->timestamp = tcp_clock(tcp);
        header->timestamp_echo = answer ? tcp->ts_recent : 0;
    }
    if (tcp->parameters->ecn) /* RFC 3168 6.1.1: setup SYN both bits, setup SYN-ACK one */
        header->flags |= answer ? (tcp->ecn ? TCP_ECE : 0) : TCP_ECE | TCP_CWR;
    packet->size = ip_header_bytes(packet->family) + tcp_header_bytes(header);
    packet_go(tcp, packet);
}

/* RFC 9293 3.10.7.1: for a segment that belongs to nobody. Never for a reset. */
void reset_in_answer(struct host *host, const struct packet *about, const struct ip_path *known)
{
    if (about->tcp.flags & TCP_RST)
        return;
    struct ip_path path = { .generation = 0 };
    if (!known || !ip_path_holds(host, known)) {
        struct ip_wish wish = { .source = about->destination, .has_source = true };
        ip_path_find(host, about->family, &about->source, &wish, &path);
        known = &path;
    }
    if (known->status != KERNEL_OK)
        return;
    struct packet *packet = packet_new(host->net);
    packet->destination = about->source;
    packet->source = about->destination;
    packet->family = about->family;
    packet->protocol = IP_PROTOCOL_TCP;
    packet->hop_limit = 128;
    packet->source_port = about->destination_port;
    packet->destination_port = about->source_port;
    packet->size = ip_header_bytes(about->family) + TCP_HEADER_BYTES;
    if (about->tcp.flags & TCP_ACK) {
        packet->tcp.sequence = about->tcp.acknowledgment;
        packet->tcp.flags = TCP_RST;
    } else {
        uint32_t length = about->payload.size + (about->tcp.flags & TCP_SYN ? 1 : 0) + (about->tcp.flags & TCP_FIN ? 1 : 0);
        packet->tcp.acknowledgment = about->tcp.sequence + length;
        packet->tcp.flags = TCP_RST | TCP_ACK;
    }
    ip_send(host, packet, known);
}

void tcp_arrive_closed(struct host *host, struct packet *packet)
{
    reset_in_answer(host, packet, NULL);
    packet_free(host->net, packet);
}
