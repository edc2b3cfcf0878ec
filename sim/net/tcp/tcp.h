/*
 * TCP by the segment: what the rest of sim/net asks of it. Inside: inside.h. Sources: RFC 9293 (the protocol), 5681, 6582, 6675,
 * 6937, 8985 (loss and recovery), 9406 (HyStart++), 9438 (CUBIC), 6298 (timer), 7323 (scale, timestamps), 2018 and 2883 (SACK),
 * 3168 (ECN), 5961 (blind attacks), 6093 (urgent); host-stack section 4 for what Windows does, its defaults and its numbers.
 */
#ifndef NET_TCP_TCP_H
#define NET_TCP_TCP_H
#include "net/endpoint/endpoint.h"

/* ---- asked by endpoint/kernel_endpoint.c ---- */

/* Bound and unconnected. KERNEL_PENDING: the handshake is under way; the outcome ends endpoint->connecting and comes as
   KERNEL_ESTABLISHED | KERNEL_WRITABLE or KERNEL_FAILED. */
enum kernel_status tcp_connect(struct endpoint *endpoint, const struct kernel_socket *peer);
bool tcp_is_connecting(const struct endpoint *endpoint); /* between tcp_connect and its outcome */
enum kernel_status tcp_listen(struct endpoint *endpoint, uint32_t backlog);
/* The oldest established connection of the queue as an endpoint of its own; NULL: none waits. */
struct endpoint *tcp_accept(struct endpoint *listener);
struct endpoint *tcp_accept_look(const struct endpoint *listener); /* the same one, left in the queue */
void tcp_accept_refuse(struct endpoint *listener);                 /* the same one ends with a reset */

/* KERNEL_OK: taken, and complete at once. KERNEL_PENDING: taken; the caller makes the request and hands it to tcp_send_pends.
   KERNEL_WOULD_BLOCK: not taken (only if !may_pend). Never KERNEL_PENDING without may_pend. */
enum kernel_status tcp_send(struct endpoint *endpoint, struct kernel_transfer *transfer, bool may_pend);
void tcp_send_pends(struct endpoint *endpoint, struct request *request); /* the send just taken */
void tcp_receive_pends(struct endpoint *endpoint); /* without a buffer its room is the window */
void tcp_flush(struct endpoint *endpoint); /* what was never sent is dropped */
/* KERNEL_WOULD_BLOCK: nothing there yet. */
enum kernel_status tcp_receive(struct endpoint *endpoint, struct kernel_transfer *transfer);
enum kernel_status tcp_shutdown(struct endpoint *endpoint, uint32_t directions);
void tcp_state(const struct endpoint *endpoint, struct kernel_state *state);

/* The owner has gone: a graceful end, or a reset (abort; unread data). May free the endpoint now or later. */
void tcp_close(struct endpoint *endpoint, bool abort);
void tcp_option_changed(struct endpoint *endpoint, enum kernel_option option);
enum kernel_status tcp_option_get(const struct endpoint *endpoint, enum kernel_option option, uint64_t *value); /* the derived ones */

/* Frees struct tcp and all it owns, timers too. */
void tcp_free(struct endpoint *endpoint);

/* ---- asked by endpoint/demux.c; each takes the packet ---- */
void tcp_arrive(struct endpoint *endpoint, struct packet *packet);                         /* of a connection */
void tcp_arrive_listening(struct endpoint *listener, struct iface *iface, struct packet *packet); /* nobody's, to a listener's port */
void tcp_arrive_closed(struct host *host, struct packet *packet);                          /* nobody's at all: a reset in answer */
void tcp_problem(struct endpoint *endpoint, const struct icmp_header *icmp, enum icmp_problem problem);

/* ---- asked by others ---- */
void tcp_timer(struct endpoint *endpoint, unsigned which); /* EVENT_TCP_TIMER */
void tcp_address_gone(struct host *host, const struct kernel_address *address); /* connections from it are aborted (host-stack 1.2) */

void tcp_stack_down(struct host *host); /* all connections of the host end, unheard */

/* One connection of the host goes by this gateway, to see whether it works again; false: there is none that could. */
bool tcp_gateway_try(struct iface *iface, uint8_t family, const struct prefix_key *next_hop);

/* Somebody begins to watch the ideal send backlog: ended at once if it can send no more, or if there is news that was kept. */
void tcp_backlog_asked(struct request *request);
/* The ideal send backlog by the script (host-stack 4.6). */
enum kernel_status tcp_backlog_set(struct endpoint *endpoint, uint64_t bytes); /* freezes the model */
enum kernel_status tcp_backlog_auto(struct endpoint *endpoint);
enum kernel_status tcp_backlog_bump(struct endpoint *endpoint);
void tcp_backlog_cap(struct host *host, uint32_t bytes); /* memory has become scarce, or plenty: 0 to 16 MiB */

/* For asserts, shows and benchmarks. */
struct tcp_view {
    const char *state;           /* "established" … */
    uint32_t mss, cwnd, ssthresh, flight, send_window, receive_window, rto_ms;
    uint64_t sent_bytes, acknowledged_bytes, received_bytes, segments_sent, segments_received, retransmitted, fast_recoveries, timeouts;
    uint64_t backlog_bytes, queued_bytes;
    int64_t srtt_ns;
};
bool tcp_view(const struct endpoint *endpoint, struct tcp_view *view);
bool tcp_is_fast(const struct endpoint *endpoint); /* by the fast path of loopback */
void tcp_info(const struct endpoint *endpoint, struct kernel_tcp_info *info);

/* Sends `size` bytes of `chunk` from `offset` on without copying them, for traffic sources: as tcp_send, all or nothing, never pends. */
enum kernel_status tcp_send_piece(struct endpoint *endpoint, const struct piece *piece);
/* The next bytes in order, up to `most`, as a piece the caller releases; size 0: nothing there, or the end of the stream (*end). */
struct piece tcp_receive_piece(struct endpoint *endpoint, uint32_t most, bool *end);
#endif
