/*
 * Listeners. A listener's queue counts connections that are half open and those nobody has accepted (host-stack 4.7); when it is
 * full a SYN is answered with a reset, so the client tries again and is refused in the end.
 */
#include <string.h>

#include "net/table.h"
#include "net/tcp/inside.h"

enum kernel_status tcp_listen(struct endpoint *endpoint, uint32_t backlog)
{
    struct tcp *tcp = endpoint->tcp;
    if (tcp && tcp->stage != STAGE_CLOSED && tcp->stage != STAGE_LISTEN)
        return KERNEL_IS_CONNECTED;
    if (tcp && tcp->was_established)
        return KERNEL_IS_CONNECTED;
    if (!tcp)
        tcp = tcp_new(endpoint);
    uint32_t longest = tcp->parameters->somaxconn;
    tcp->stage = STAGE_LISTEN;
    tcp->backlog_most = backlog == 0 ? 1 : backlog < longest ? backlog : longest;
    endpoint->listening = true;
    return KERNEL_OK;
}

/* ---- the queue ---- */

static void queue_enter(struct tcp *listener, struct tcp *child)
{
    child->listener = listener;
    DL_APPEND2(listener->half_open, child, queue_prev, queue_next);
    listener->backlog_used++;
}

static void queue_leave(struct tcp *child)
{
    struct tcp *listener = child->listener;
    if (child->stage == STAGE_SYN_RECEIVED && !child->deferred)
        DL_DELETE2(listener->half_open, child, queue_prev, queue_next);
    else
        DL_DELETE2(listener->waiting, child, queue_prev, queue_next);
    child->listener = NULL;
    listener->backlog_used--;
}

static void queue_to_waiting(struct tcp *child, enum tcp_stage former)
{
    struct tcp *listener = child->listener;
    if (former == STAGE_SYN_RECEIVED)
        DL_DELETE2(listener->half_open, child, queue_prev, queue_next);
    DL_APPEND2(listener->waiting, child, queue_prev, queue_next);
}

static void syn_answer(struct tcp *child)
{
    child->deferred = false;
    syn_send(child, true);
}

struct endpoint *tcp_accept(struct endpoint *endpoint)
{
    struct tcp *listener = endpoint->tcp, *child = listener ? listener->waiting : NULL;
    if (!child)
        return NULL;
    queue_leave(child);
    if (child->deferred)
        syn_answer(child);
    endpoint->host->net->last_accepted = child->endpoint->id;
    return child->endpoint;
}

struct endpoint *tcp_accept_look(const struct endpoint *endpoint)
{
    const struct tcp *listener = endpoint->tcp;
    return listener && listener->waiting ? listener->waiting->endpoint : NULL;
}

void tcp_accept_refuse(struct endpoint *endpoint)
{
    struct tcp *child = endpoint->tcp->waiting;
    if (child->stage != STAGE_CLOSED)
        segment_reset(child);
    listener_forgets(child);
}

/* Somebody waits for a connection, or is told that one is there. */
static void listener_tell(struct endpoint *endpoint)
{
    if (endpoint->accepting)
        transfer_accepts(endpoint);
    else
        endpoint_happens(endpoint, KERNEL_ACCEPTABLE);
}

void listener_established(struct tcp *child)
{
    struct endpoint *endpoint = child->listener->endpoint;
    queue_to_waiting(child, STAGE_SYN_RECEIVED);
    listener_tell(endpoint);
}

void listener_forgets(struct tcp *child)
{
    queue_leave(child);
    connection_release(child);
}

void listener_end(struct tcp *listener)
{
    struct tcp *child, *next;
    DL_FOREACH_SAFE2(listener->half_open, child, next, queue_next) {
        segment_reset(child);
        listener_forgets(child);
    }
    DL_FOREACH_SAFE2(listener->waiting, child, next, queue_next) {
        if (child->stage != STAGE_CLOSED)
            segment_reset(child);
        listener_forgets(child);
    }
}

/* ---- a SYN ---- */

static struct tcp *child_new(struct endpoint *listener, const struct packet *packet)
{
    struct endpoint *child = endpoint_new(listener->host, listener->family, listener->transport, listener->protocol, listener->process);
    memcpy(child->option, listener->option, sizeof child->option);
    child->option_was_set = listener->option_was_set;
    child->scope = listener->scope;
    child->tuple = (struct tuple){ .local = packet->destination, .remote = packet->source, .local_port = packet->destination_port,
                                   .remote_port = packet->source_port, .family = packet->family, .protocol = IP_PROTOCOL_TCP };
    port_share(child, listener);
    child->bound = true;
    if (!tuple_enter(child)) {
        endpoint_disown(child);
        endpoint_free(child);
        return NULL;
    }
    struct tcp *tcp = tcp_new(child);
    if (!path_refresh(tcp)) {
        connection_release(tcp);
        return NULL;
    }
    syn_offer(tcp);
    return tcp;
}

static void syn_accept(struct endpoint *endpoint, const struct packet *packet)
{
    struct tcp *listener = endpoint->tcp;
    if (listener->backlog_used >= listener->backlog_most) {
        if (listener->parameters->backlog_full == TCP_BACKLOG_FULL_RST)
            reset_in_answer(endpoint->host, packet, NULL);
        return;
    }
    struct tcp *child = child_new(endpoint, packet);
    if (!child)
        return;
    child->stage = STAGE_SYN_RECEIVED;
    if (endpoint->option[KERNEL_CONDITIONAL_ACCEPT]) {
        /* The SYN-ACK waits until somebody accepts; then nothing is known of the SYN but what is read now. */
        child->deferred = true;
        child->listener = listener;
        listener->backlog_used++;
        queue_to_waiting(child, STAGE_CLOSED);
        syn_options_read(child, packet);
        listener_tell(endpoint);
        return;
    }
    queue_enter(listener, child);
    syn_options_read(child, packet);
    syn_send(child, true);
}

void tcp_arrive_listening(struct endpoint *endpoint, struct iface *iface, struct packet *packet)
{
    (void)iface;
    uint8_t flags = packet->tcp.flags;
    if (flags & TCP_RST || packet->flags & PACKET_DAMAGED)
        ;
    else if (flags & TCP_ACK)
        reset_in_answer(endpoint->host, packet, NULL);
    else if (flags & TCP_SYN && !(packet->flags & PACKET_LINK_BROADCAST))
        syn_accept(endpoint, packet);
    packet_free(endpoint->host->net, packet);
}

/* RFC 1122 4.2.2.13, RFC 6191: a SYN beyond what the old connection had begins a new one, whose own numbers are beyond the old
   ones too: a connection may have sent more than the clock behind them has counted. */
bool time_wait_reopens(struct tcp *tcp, struct packet *packet)
{
    const struct tcp_header *header = &packet->tcp;
    bool newer = (int32_t)(header->sequence - (tcp->irs + (uint32_t)tcp->rcv_nxt)) > 0;
    if (tcp->timestamps && header->options & TCP_OPTION_TIMESTAMPS)
        newer = newer || (int32_t)(header->timestamp - tcp->ts_recent) > 0;
    if ((header->flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN || !newer)
        return false;
    struct host *host = tcp_host(tcp);
    struct iface *iface = tcp->endpoint->path.iface;
    host->tcp.isn_floor = wire_of(tcp, tcp->nxt);
    host->tcp.isn_floored = true;
    connection_gone(tcp, "tcp.closed");
    transport_arrive(host, iface, packet);
    host->tcp.isn_floored = false;
    return true;
}
