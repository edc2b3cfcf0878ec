/* All ways to end: a half at a time, both at once, by a reset, by silence. A connection may outlive its owner: an orphan. */
#include "net/table.h"
#include "net/tcp/inside.h"

/* ---- the record ---- */

static void tuple_out(struct endpoint *endpoint)
{
    if (!endpoint->by_tuple.tbl)
        return;
    tuple_leave(endpoint);
    endpoint->by_tuple.tbl = NULL;
}

static void stop(struct tcp *tcp)
{
    timers_cancel(tcp);
    tuple_out(tcp->endpoint);
    tcp->stage = STAGE_CLOSED;
    tcp->plain = tcp->ack_now = false;
}

/* Freed, now or when the turn under way is over. */
void connection_release(struct tcp *tcp)
{
    stop(tcp);
    tcp->to_free = true;
    if (tcp->busy == 0)
        endpoint_free(tcp->endpoint);
}

static void buffers_drop(struct tcp *tcp)
{
    receive_drop(tcp);
    send_buffer_free(tcp);
    tcp->una = tcp->nxt = tcp->end;
    tcp->cursor = tcp->held.first = tcp->held.last = 0;
    scoreboard_free(tcp);
}

/* The connection is lost, or never came about. Pending operations hear one thing, later ones another (host-stack 4.7). */
void connection_fail(struct tcp *tcp, enum kernel_status pending, enum kernel_status later)
{
    struct endpoint *endpoint = tcp->endpoint;
    if (tcp->listener && tcp->stage == STAGE_SYN_RECEIVED) {
        listener_forgets(tcp);
        return;
    }
    stop(tcp);
    buffers_drop(tcp);
    endpoint->failure = later;
    if (tcp->orphan) {
        connection_release(tcp);
        return;
    }
    if (tcp->was_established)
        isb_end(tcp);
    transfers_end(endpoint, pending);
}

void connection_reset(struct tcp *tcp, enum kernel_status status)
{
    uint64_t former = host_enter(tcp_host(tcp), row_tcp(tcp, "tcp.aborted"));
    segment_reset(tcp);
    connection_fail(tcp, status, status == KERNEL_NET_RESET ? KERNEL_RESET : status);
    host_leave(tcp_host(tcp), former);
}

/* Nobody answers any more. */
void connection_silent(struct tcp *tcp)
{
    uint64_t former = host_enter(tcp_host(tcp), row_tcp(tcp, "tcp.timed_out"));
    connection_fail(tcp, KERNEL_TIMED_OUT, KERNEL_ABORTED);
    host_leave(tcp_host(tcp), former);
}

/* In order; what was received may still be read. */
void connection_gone(struct tcp *tcp, const char *why)
{
    row_tcp(tcp, why);
    stop(tcp);
    send_buffer_free(tcp);
    if (tcp->orphan)
        connection_release(tcp);
}

/* ---- FIN ---- */

void time_wait_begin(struct tcp *tcp)
{
    tcp->stage = STAGE_TIME_WAIT;
    tcp->timeout_ns = tcp->early_ns = NEVER_NS;
    timer_send_set(tcp);
    life_set(tcp, LIFE_TIME_WAIT, tcp->parameters->time_wait_ns);
}

/* Ours has arrived. */
void fin_acked(struct tcp *tcp)
{
    switch ((enum tcp_stage)tcp->stage) {
    case STAGE_FIN_WAIT_1:
        tcp->stage = STAGE_FIN_WAIT_2;
        row_tcp(tcp, "tcp.fin_wait_2");
        endpoint_happens(tcp->endpoint, KERNEL_DRAINED);
        if (tcp->orphan)
            life_set(tcp, LIFE_FIN_WAIT_2, tcp->parameters->fin_wait2_ns);
        break;
    case STAGE_CLOSING:
        endpoint_happens(tcp->endpoint, KERNEL_DRAINED);
        row_tcp(tcp, "tcp.time_wait");
        time_wait_begin(tcp);
        break;
    case STAGE_LAST_ACK:
        endpoint_happens(tcp->endpoint, KERNEL_DRAINED);
        connection_gone(tcp, "tcp.closed");
        break;
    default: break;
    }
}

/* The peer's has, and everything before it. */
void fin_arrived(struct tcp *tcp)
{
    tcp->rcv_nxt++;
    tcp->fin_heard = true;
    tcp->ack_now = true;
    tcp->news |= KERNEL_READABLE | KERNEL_PEER_CLOSED;
    row_tcp(tcp, "tcp.peer_closed");
    switch ((enum tcp_stage)tcp->stage) {
    case STAGE_ESTABLISHED: tcp->stage = STAGE_CLOSE_WAIT; break;
    case STAGE_FIN_WAIT_1: tcp->stage = STAGE_CLOSING; break; /* were ours acknowledged it would be FIN_WAIT_2 by now */
    case STAGE_FIN_WAIT_2:
        row_tcp(tcp, "tcp.time_wait");
        time_wait_begin(tcp);
        break;
    default: break;
    }
}

static void fin_queue(struct tcp *tcp)
{
    if (tcp->fin_queued || !may_send_data(tcp))
        return;
    tcp->fin_queued = true;
    isb_end(tcp);
    tcp_output(tcp);
}

/* ---- asked for ---- */

enum kernel_status tcp_shutdown(struct endpoint *endpoint, uint32_t directions)
{
    struct tcp *tcp = endpoint->tcp;
    if (!tcp || !tcp->was_established)
        return KERNEL_NOT_CONNECTED;
    if (endpoint->failure != KERNEL_OK)
        return endpoint->failure;
    turn_begin(tcp);
    if (directions & KERNEL_SENDING) {
        endpoint->shut_sending = true;
        fin_queue(tcp);
    }
    if (directions & KERNEL_RECEIVING) {
        endpoint->shut_receiving = true;
        while (endpoint->receiving)
            transfer_end(endpoint->receiving, KERNEL_SHUT_DOWN, 0);
        if (tcp->queued && tcp->stage != STAGE_CLOSED)
            connection_reset(tcp, KERNEL_ABORTED);
    }
    turn_end(tcp);
    return KERNEL_OK;
}

static void close_synchronized(struct tcp *tcp, bool abort)
{
    bool unread = tcp->queued || tcp->stray_count;
    if (abort || (unread && tcp->stage != STAGE_TIME_WAIT)) { /* RFC 2525 2.17 */
        if (tcp->stage == STAGE_TIME_WAIT)
            connection_gone(tcp, "tcp.closed");
        else
            connection_reset(tcp, KERNEL_ABORTED);
        return;
    }
    fin_queue(tcp);
    if (tcp->stage == STAGE_FIN_WAIT_2)
        life_set(tcp, LIFE_FIN_WAIT_2, tcp->parameters->fin_wait2_ns);
}

void tcp_close(struct endpoint *endpoint, bool abort)
{
    struct tcp *tcp = endpoint->tcp;
    turn_begin(tcp);
    if (endpoint->id)
        endpoint_disown(endpoint);
    tcp->orphan = true;
    switch ((enum tcp_stage)tcp->stage) {
    case STAGE_LISTEN:
        listener_end(tcp);
        connection_release(tcp);
        break;
    case STAGE_CLOSED:
    case STAGE_SYN_SENT:
        connection_release(tcp);
        break;
    case STAGE_SYN_RECEIVED:
        segment_reset(tcp);
        connection_release(tcp);
        break;
    default:
        close_synchronized(tcp, abort);
        break;
    }
    turn_end(tcp);
}

static bool address_elsewhere(const struct host *host, const struct kernel_address *address)
{
    for (const struct iface *iface = host->ifaces; iface; iface = iface->next) {
        for (const struct ifaddr *ifaddr = iface->addresses; ifaddr; ifaddr = ifaddr->next) {
            if (address_equal(&ifaddr->address, address))
                return true;
        }
    }
    return false;
}

/* The network subsystem is gone: nobody can be told, and nothing comes any more. What is closed on both sides stays in order. */
void tcp_stack_down(struct host *host)
{
    struct endpoint *endpoint, *next;
    for (endpoint = host->connections; endpoint; endpoint = next) {
        next = endpoint->by_tuple.next;
        struct tcp *tcp = endpoint->tcp;
        if (!tcp)
            continue;
        turn_begin(tcp);
        uint64_t former = host_enter(host, row_tcp(tcp, "tcp.aborted"));
        if (tcp->listener)
            listener_forgets(tcp);
        else if (tcp->stage == STAGE_TIME_WAIT)
            connection_gone(tcp, "tcp.closed");
        else
            connection_fail(tcp, KERNEL_STACK_DOWN, KERNEL_STACK_DOWN);
        host_leave(host, former);
        turn_end(tcp);
    }
}

/* Host-stack 1.2: with the address its connections go. Nothing can be sent from it any more. */
void tcp_address_gone(struct host *host, const struct kernel_address *address)
{
    if (!host->connections || address_elsewhere(host, address))
        return;
    struct prefix_key key = prefix_key_of(address);
    struct endpoint *endpoint, *next;
    for (endpoint = host->connections; endpoint; endpoint = next) {
        next = endpoint->by_tuple.next;
        struct tcp *tcp = endpoint->tcp;
        if (!tcp || endpoint->tuple.family != address->family || !key_equal(&endpoint->tuple.local, &key))
            continue;
        turn_begin(tcp);
        uint64_t former = host_enter(host, row_tcp(tcp, "tcp.aborted"));
        connection_fail(tcp, KERNEL_ABORTED, KERNEL_ABORTED);
        host_leave(host, former);
        turn_end(tcp);
    }
}
