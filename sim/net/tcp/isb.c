/* The ideal send backlog of a connection (host-stack 4.6): when it is evaluated, who hears of it, and the quota that follows it. */
#include "net/tcp/inside.h"

/* Dynamic send buffering: the quota follows upward, unless SO_SNDBUF was set or the backlog was asked for (4.5, 4.6). */
void isb_quota(struct tcp *tcp)
{
    struct endpoint *endpoint = tcp->endpoint;
    if (!tcp->dynamic) {
        tcp->quota = endpoint->option[KERNEL_SEND_BUFFER];
        return;
    }
    tcp->quota = (uint32_t)most(tcp->parameters->send_buffer, tcp->backlog.bytes);
    endpoint->option[KERNEL_SEND_BUFFER] = tcp->quota; /* what SO_SNDBUF shows (4.5) */
}

/* Every pending question about it is answered, in the order of asking. */
static void watches_tell(struct tcp *tcp, enum kernel_status status)
{
    struct request *request = tcp->endpoint->watching, *next;
    for (; request; request = next) {
        next = request->endpoint_next;
        if (request->watch.topic != KERNEL_TOPIC_BACKLOG)
            continue;
        tcp->backlog_told = tcp->backlog.generation;
        transfer_end(request, status, tcp->backlog.bytes);
    }
}

/* Nothing is kept for later askers unless isb_latch says so. */
void tcp_backlog_asked(struct request *request)
{
    struct tcp *tcp = request->endpoint->tcp;
    if (!may_send_data(tcp) || tcp->fin_queued) {
        transfer_end(request, KERNEL_CLOSED, tcp->backlog.bytes);
    } else if (tcp->parameters->isb_latch && tcp->backlog.generation != tcp->backlog_told) {
        tcp->backlog_told = tcp->backlog.generation;
        transfer_end(request, KERNEL_OK, tcp->backlog.bytes);
    }
}

static void changed(struct tcp *tcp, uint64_t from)
{
    uint64_t former = host_enter(tcp_host(tcp), row_backlog(tcp, from));
    watches_tell(tcp, KERNEL_OK);
    isb_quota(tcp);
    sends_serve(tcp);
    host_leave(tcp_host(tcp), former);
}

/* The usual answer without the model's arithmetic: it is a power of two that fits, neither too small nor four times too large. */
static inline bool fits(struct tcp *tcp)
{
    struct backlog *backlog = &tcp->backlog;
    const struct congestion *congestion = &tcp->congestion;
    uint64_t bytes = backlog->bytes, window = congestion->cwnd;
    if (backlog->frozen | backlog->thawed | backlog->round_due || bytes > backlog->cap || (bytes & (bytes - 1)) != 0)
        return false;
    if (congestion->ssthresh != SSTHRESH_INFINITE)
        window = most(window, congestion->ssthresh);
    uint64_t target = least(most(least(2 * window, backlog->largest_window), BACKLOG_FLOOR), BACKLOG_CEILING);
    if (target > bytes || 4 * target <= bytes || (!backlog->full && buffered(tcp) >= bytes / 2))
        return false;
    return true;
}

void isb_evaluate(struct tcp *tcp)
{
    uint64_t from = tcp->backlog.bytes;
    if (!may_send_data(tcp) || fits(tcp))
        return;
    struct backlog_facts facts = { .cwnd = tcp->congestion.cwnd, .ssthresh = tcp->congestion.ssthresh, .peer_window = window_now(tcp),
                                   .una = tcp->una, .nxt = tcp->nxt, .unacknowledged = buffered(tcp) };
    if (TCP_UNLIKELY(backlog_evaluate(&tcp->backlog, &facts)))
        changed(tcp, from);
}

void isb_end(struct tcp *tcp)
{
    watches_tell(tcp, KERNEL_CLOSED);
}

/* ---- by the script ---- */

static struct tcp *connected(const struct endpoint *endpoint)
{
    return endpoint->tcp && may_send_data(endpoint->tcp) ? endpoint->tcp : NULL;
}

enum kernel_status tcp_backlog_set(struct endpoint *endpoint, uint64_t bytes)
{
    struct tcp *tcp = connected(endpoint);
    if (!tcp)
        return KERNEL_NOT_CONNECTED;
    if (bytes > BACKLOG_CEILING)
        return KERNEL_BAD_ARGUMENT;
    uint64_t from = tcp->backlog.bytes;
    turn_begin(tcp);
    if (backlog_set(&tcp->backlog, (uint32_t)bytes))
        changed(tcp, from);
    tcp_output(tcp);
    turn_end(tcp);
    return KERNEL_OK;
}

enum kernel_status tcp_backlog_auto(struct endpoint *endpoint)
{
    struct tcp *tcp = connected(endpoint);
    if (!tcp)
        return KERNEL_NOT_CONNECTED;
    backlog_auto(&tcp->backlog);
    return KERNEL_OK;
}

/* Told without a change. */
enum kernel_status tcp_backlog_bump(struct endpoint *endpoint)
{
    struct tcp *tcp = connected(endpoint);
    if (!tcp)
        return KERNEL_NOT_CONNECTED;
    turn_begin(tcp);
    backlog_bump(&tcp->backlog);
    changed(tcp, tcp->backlog.bytes);
    turn_end(tcp);
    return KERNEL_OK;
}

/* Memory pressure: at once, for every connection of the host and those to come. */
void tcp_backlog_cap(struct host *host, uint32_t bytes)
{
    struct endpoint *endpoint, *next;
    uint64_t former = host_enter(host, row_backlog_cap(host, bytes));
    host->parameters.tcp.isb_memory_cap = bytes;
    for (endpoint = host->connections; endpoint; endpoint = next) {
        next = endpoint->by_tuple.next;
        struct tcp *tcp = endpoint->tcp;
        if (!tcp || !may_send_data(tcp))
            continue;
        uint64_t from = tcp->backlog.bytes;
        turn_begin(tcp);
        if (backlog_cap(&tcp->backlog, bytes))
            changed(tcp, from);
        isb_evaluate(tcp);
        turn_end(tcp);
    }
    host_leave(host, former);
}
