/*
 * The inside of sim/net/tcp: the connection, and what its files share. Positions in a stream are 64-bit: 0 is the SYN, 1 the
 * first byte, and the FIN follows the last; on the wire they are the initial sequence number plus the position, 32 bits wide.
 *
 *   connect.c     opening, actively and both sides at once      listen.c      listeners: half-open and waiting connections
 *   isn.c         initial sequence numbers                      gateway.c     default gateways that swallow segments
 *   input.c       which segments are acceptable, states         ack.c         what an acknowledgment says
 *   scoreboard.c  SACK, what is lost, RACK                      recovery.c    fast recovery, timeouts, probes of the tail
 *   output.c      what to send now                              segment.c     packets: data, ACKs, resets
 *   send_buffer.c bytes until they are acknowledged             receive.c     in order, reassembly, the window
 *   urgent.c      the urgent byte                               timers.c      deadlines
 *   close.c       all ways to end                               options.c, isb.c, view.c, statistics.c, rows.c
 *
 * Bulk transfer touches little: a record of 16 bytes for a segment in flight, one piece of payload that is shared by all, two
 * deadlines that only move later. Everything that deals with loss is reached only after the first sign of one.
 */
#ifndef NET_TCP_INSIDE_H
#define NET_TCP_INSIDE_H
#include "core/check.h"
#include "net/tcp/backlog.h"
#include "net/tcp/congestion.h"
#include "net/tcp/parameters.h"
#include "net/tcp/ranges.h"
#include "net/tcp/rtt.h"
#include "net/tcp/tcp.h"

#define TCP_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define TCP_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define NEVER_NS INT64_MAX
#define NOWHERE_YET UINT64_MAX
#define TCP_MILLISECOND INT64_C(1000000)

/* In the order of a connection's life: comparisons rely on it. */
enum tcp_stage {
    STAGE_CLOSED, STAGE_LISTEN, STAGE_SYN_SENT, STAGE_SYN_RECEIVED, STAGE_ESTABLISHED, STAGE_CLOSE_WAIT,
    STAGE_FIN_WAIT_1, STAGE_FIN_WAIT_2, STAGE_CLOSING, STAGE_LAST_ACK, STAGE_TIME_WAIT,
};

/* ---- what a connection consists of ---- */

/* A segment that was sent and is not acknowledged cumulatively. */
enum sent_flag {
    SENT_SACKED = 1, SENT_LOST = 2,
    SENT_AGAIN = 4,  /* lost, sent again, and that one may still be on its way */
    SENT_EVER = 8,   /* was sent more than once: no round-trip time is taken from it (Karn) */
    SENT_FIN = 16,
};
struct sent { int64_t sent_ns; uint32_t start; uint16_t size; uint8_t flags, times; }; /* start: low half of its position */
struct sent_ring { struct sent *at; uint32_t first, last, mask; }; /* numbers only grow (and wrap); slot: number & mask */

/* A segment that was sent again, in order of time (RACK looks at them apart). */
struct again { int64_t sent_ns; uint32_t number; };
struct again_ring { struct again *at; uint32_t first, last, mask; };

/* Bytes until they are acknowledged; or, in the receiver, until they are read. */
struct held { struct piece piece; uint64_t start; };
struct held_ring { struct held *at; uint32_t first, last, mask; };

struct stray { uint64_t start; struct piece piece; }; /* received beyond a gap */

/* A deadline that may move later without touching the queue: the entry comes early and goes back. */
struct lazy { int64_t due_ns, entry_ns; event_id entry; };
enum tcp_timer_which { TIMER_SEND, TIMER_ACK, TIMER_LIFE, TIMER_PATIENCE, TIMER_COUNT };
/* What TIMER_SEND is early for; the retransmission timeout itself is `timeout_ns`. */
enum early_purpose { EARLY_NOTHING, EARLY_PROBE, EARLY_REORDER, EARLY_SMALL };
enum life_purpose { LIFE_NOTHING, LIFE_KEEPALIVE, LIFE_TIME_WAIT, LIFE_FIN_WAIT_2, LIFE_SYN_AGAIN };
/* F-RTO (RFC 5682): after a timeout; after the first ACK that advanced, with new segments sent. */
enum forward { FORWARD_NONE, FORWARD_FIRST, FORWARD_SECOND };
enum recovery { RECOVERY_NONE, RECOVERY_FAST, RECOVERY_TIMEOUT };

struct tcp {
    /* -- looked at by every segment -- */
    struct endpoint *endpoint;
    struct net *net;
    const int64_t *now;
    uint8_t stage;                    /* enum tcp_stage */
    uint8_t recovery;                 /* enum recovery */
    uint8_t send_scale, receive_scale;
    bool plain;                       /* established, and nothing is out of the ordinary: the short ways are allowed */
    bool timestamps, sack, ecn;       /* agreed with the peer */
    bool no_delay, fin_queued, fin_sent, fin_heard;
    bool ack_now;                     /* before this turn ends */
    bool output_due;                  /* somebody has sent something meanwhile */
    bool confirms;                    /* neighbours want to hear that the path works */
    bool fast;                        /* both ends are here and asked for the shorter way: no Nagle, no keep-alive, unseen by captures */
    uint8_t hop_limit, traffic_class, ack_frequency, full_unacked; /* full segments not acknowledged yet */
    uint32_t busy;                    /* turns under way: a close meanwhile must wait */

    uint32_t iss, irs;
    uint64_t una, nxt, end;           /* acknowledged up to, sent up to, given to us up to */
    uint64_t send_edge;               /* of the peer's window */
    uint32_t mss, header_bytes;       /* payload of a full segment; IP and TCP headers of a plain one */
    uint32_t sacked, lost, again;     /* bytes with that flag */
    uint32_t lost_waiting;            /* lost segments not sent again */
    struct sent_ring sent;
    struct held_ring held;
    uint32_t cursor;                  /* piece that holds `nxt`, or a later one's predecessor */
    int64_t timeout_ns, early_ns;     /* TIMER_SEND */
    uint8_t early;                    /* enum early_purpose */
    bool sws_override, window_probing;
    uint16_t window_raw;              /* newest window field of the peer */

    uint64_t wl1, wl2;                /* segment of the last window update */
    uint32_t largest_window;
    uint32_t quota, own_room;         /* own_room: bytes for us in own_chunk */
    uint64_t last_send_end, former_send_end; /* ends of the two newest sends */
    struct chunk *own_chunk;          /* the newest one made here; valid while it is the newest piece's */
    bool write_refused, dynamic, in_black_hole, dont_fragment;
    int64_t rack_ns, rack_rtt_ns;
    uint64_t rack_end;
    uint64_t fack;                    /* highest position SACKed */
    uint64_t probe_end;               /* tail loss probe under way: until this is acknowledged; 0: none */
    uint64_t send_urgent;             /* position behind the urgent byte we send; 0: none */

    uint64_t rcv_nxt, rcv_edge;
    uint64_t queued;                  /* bytes in order that nobody has read */
    struct held_ring queue;           /* their pieces; `start` unused */
    uint32_t receive_buffer, full_size; /* full_size: the largest payload seen: a full segment of the peer's */
    int64_t heard_ns;                 /* when anything last came */
    int64_t beyond_until_ns;          /* until then ACKs from beyond the window are not answered */
    uint32_t ts_recent;
    uint64_t ts_ack;                  /* rcv_nxt as of the newest ACK sent */

    uint64_t received_bytes;
    struct range duplicate;           /* to be told by D-SACK with the next ACK; left == right: none */
    uint64_t tune_edge, tune_copied, copied; /* auto-tuning: this window of data */
    bool tuned, receive_fixed;
    uint64_t mark_after;              /* bytes to read before the mark; NOWHERE_YET: no mark ahead */
    uint32_t stray_count, recent_count;
    uint32_t news;                    /* enum kernel_condition, to be told before the turn ends */
    const struct tcp_parameters *parameters;

    struct congestion congestion;
    struct rtt rtt;
    uint64_t timed_end;               /* round-trip measurement: ends when this is acknowledged */
    struct lazy timers[TIMER_COUNT];
    struct backlog backlog;
    uint64_t backlog_told;            /* generation that somebody heard of */

    uint64_t sent_bytes, segments_sent, segments_received, retransmitted;

    /* -- opening -- */
    struct tcp *listener;             /* while it waits in its queue */
    struct tcp *queue_prev, *queue_next;
    struct tcp *half_open, *waiting;  /* of a listener: its queue */
    uint32_t backlog_most, backlog_used;
    bool deferred;                    /* its SYN waits for an accept (SO_CONDITIONAL_ACCEPT) */
    bool was_established;
    uint8_t offers;                   /* enum tcp_option in our SYN */
    uint16_t own_mss, peer_mss;
    int64_t opened_ns, established_ns;
    uint32_t syn_resets, timeouts;    /* SYNs answered by RST; timeouts in a row */
    int64_t first_sent_ns;            /* for TCP_MAXRT: when the segment at … */
    uint64_t first_sent_of;           /* … was sent first, if it was sent again; otherwise its record says it */

    /* -- loss -- */
    struct ranges sacked_ranges;
    uint32_t lost_scan, resend_scan, rack_scan; /* numbers of segments */
    uint32_t duplicates;              /* duplicate ACKs without SACK */
    uint64_t recover, highest_recover;
    struct again_ring again_ring;
    bool reordering, force_resend;
    uint32_t reorder_mult, reorder_persist;
    uint64_t reorder_round;
    bool probe_was_copy;
    uint8_t forward;                  /* enum forward */
    uint32_t former_cwnd, former_ssthresh; /* before the timeout that may have been spurious */
    uint64_t ecn_recover;
    bool ecn_echo, ecn_reduced;       /* we tell ECE; our next data says CWR */
    uint32_t window_probes;           /* unanswered */
    unsigned window_backoff;

    /* -- receiving -- */
    struct stray *strays;             /* sorted by start, disjoint */
    uint32_t stray_first, stray_room;
    struct ranges stray_ranges;
    struct range recent[TCP_SACK_MOST]; /* SACK blocks, the newest first */
    uint64_t fin_at;                  /* position of the peer's FIN, NOWHERE_YET */
    uint64_t urgent_at;               /* position of the peer's urgent byte that has not come in order yet; NOWHERE_YET */
    bool mark_byte;                   /* inline: the byte at the mark is to be read alone */
    bool urgent_waits;
    uint8_t urgent_byte;

    /* -- ending -- */
    uint8_t life;                     /* enum life_purpose */
    uint32_t keepalive_unanswered;
    bool orphan, to_free;
    struct detour *detour;            /* another gateway than the common one (gateway.c); NULL: never */
    uint64_t fast_recoveries, timeouts_total;

    /* -- counted for who asks (statistics.c) -- */
    uint64_t resent_bytes, reordered_bytes;
    uint32_t duplicate_acks, timeout_episodes, syn_resent;
    struct limited { uint64_t times, bytes; int64_t spent_ns; } limited[KERNEL_LIMITS];
    uint64_t limit_from_bytes;
    int64_t limit_from_ns;
    uint8_t limit;                    /* enum kernel_tcp_limit: what keeps sending back now */
};

/* ---- small things ---- */

static inline struct host *tcp_host(const struct tcp *tcp) { return tcp->endpoint->host; }
static inline struct engine *tcp_engine(const struct tcp *tcp) { return tcp->net->engine; }
static inline uint32_t wire_of(const struct tcp *tcp, uint64_t position) { return tcp->iss + (uint32_t)position; }
/* The position a sequence number means, near to `near`; below zero (as a signed number) if before the beginning. */
static inline uint64_t position_near(uint32_t initial, uint32_t sequence, uint64_t near)
{
    return near + (uint64_t)(int64_t)(int32_t)(sequence - (initial + (uint32_t)near));
}
static inline bool before(uint64_t a, uint64_t b) { return (int64_t)(a - b) < 0; }
static inline uint64_t least(uint64_t a, uint64_t b) { return a < b ? a : b; }
static inline uint64_t most(uint64_t a, uint64_t b) { return a > b ? a : b; }
/* Bytes in the network, as far as we know (RFC 6675's pipe). */
static inline uint32_t in_flight(const struct tcp *tcp) { return (uint32_t)(tcp->nxt - tcp->una) - tcp->sacked - tcp->lost + tcp->again; }
static inline uint64_t buffered(const struct tcp *tcp) { return tcp->end > tcp->una ? tcp->end - most(tcp->una, 1) : 0; }
static inline uint32_t window_now(const struct tcp *tcp) { return before(tcp->una, tcp->send_edge) ? (uint32_t)(tcp->send_edge - tcp->una) : 0; }
static inline struct sent *sent_at(const struct tcp *tcp, uint32_t number) { return &tcp->sent.at[number & tcp->sent.mask]; }
static inline uint64_t sent_start(const struct tcp *tcp, const struct sent *sent)
{
    return tcp->una + (uint64_t)(int64_t)(int32_t)(sent->start - (uint32_t)tcp->una);
}
static inline bool synchronized(const struct tcp *tcp) { return tcp->stage >= STAGE_ESTABLISHED; }
static inline bool may_send_data(const struct tcp *tcp) { return tcp->stage == STAGE_ESTABLISHED || tcp->stage == STAGE_CLOSE_WAIT; }

/* ---- timers.c ---- */
void lazy_set(struct tcp *tcp, enum tcp_timer_which which, int64_t due_ns); /* NEVER_NS: off */
void timers_cancel(struct tcp *tcp);
void timer_send_set(struct tcp *tcp);                  /* by timeout_ns and early_ns */
void life_start(struct tcp *tcp);                      /* keep-alive, as the options say */
void patience_start(struct tcp *tcp);                  /* TCP_MAXRT, once something is in flight; or the option has changed */
void patience_keep(struct tcp *tcp, uint32_t number);  /* this segment is about to be sent again */
bool patience_given(const struct tcp *tcp);            /* TCP_MAXRT takes the place of the number of retransmissions */
bool patience_over(const struct tcp *tcp);
void life_set(struct tcp *tcp, enum life_purpose purpose, int64_t after_ns);

/* ---- isn.c ---- */
uint32_t isn_new(struct host *host, const struct tuple *tuple); /* where a connection of these four begins to count, now */

/* ---- connect.c ---- */
struct tcp *tcp_new(struct endpoint *endpoint);
struct ip_wish path_wish(const struct tcp *tcp);       /* what it insists on about its way */
bool path_refresh(struct tcp *tcp);                    /* finds the path anew if the host has changed; false: there is none */
void mss_apply(struct tcp *tcp);                       /* from the path and the peer */
void syn_offer(struct tcp *tcp);
void syn_send(struct tcp *tcp, bool first);
void syn_timeout(struct tcp *tcp);
void syn_again(struct tcp *tcp);                       /* after the pause that follows a reset */
void syn_options_read(struct tcp *tcp, const struct packet *packet);
void syn_sent_arrive(struct tcp *tcp, struct packet *packet);
void connection_established(struct tcp *tcp);

/* ---- gateway.c ---- */
const struct path_via *gateway_via(const struct tcp *tcp); /* NULL: the common one */
bool gateway_on_trial(const struct tcp *tcp);
void gateway_suspect(struct tcp *tcp);                 /* another retransmission is due */
void gateway_answers(struct tcp *tcp);                 /* an acknowledgment has advanced; it has a detour */
void gateway_newcomer(struct tcp *tcp);                /* established, while gateways of its host are dead */
void gateway_free(struct tcp *tcp);

/* ---- listen.c ---- */
void listener_established(struct tcp *child);          /* its handshake is complete */
void listener_forgets(struct tcp *child);              /* it fails before it was accepted */
void listener_end(struct tcp *listener);
bool time_wait_reopens(struct tcp *tcp, struct packet *packet); /* takes the packet if it is a new beginning */

/* ---- input.c ---- */
void turn_begin(struct tcp *tcp);
void turn_end(struct tcp *tcp);                        /* may free it */
void plain_refresh(struct tcp *tcp);                   /* decides `plain` anew */
void challenge_ack(struct tcp *tcp);

/* ---- ack.c ---- */
struct heard {                                         /* what an acknowledgment has told */
    uint64_t ack;
    uint32_t flight;                                   /* before it */
    uint32_t acked, delivered;                         /* bytes newly acknowledged; those and the newly SACKed ones */
    uint32_t sacked_new;
    int64_t sample_ns;                                 /* round trip; 0: none */
    bool duplicate, duplicate_sack, window_changed, lost_new, ever;
    uint64_t duplicate_left, duplicate_right;
};
void ack_plain(struct tcp *tcp, const struct packet *packet, uint64_t ack);
void ack_arrive(struct tcp *tcp, const struct packet *packet, uint64_t ack);
void ack_advance(struct tcp *tcp, uint64_t ack, struct heard *heard);
void ack_sample(struct tcp *tcp, const struct packet *packet, const struct heard *heard, uint64_t ack);
void window_take(struct tcp *tcp, const struct packet *packet, uint64_t sequence, uint64_t ack, bool scaled);

/* ---- scoreboard.c ---- */
void sent_push(struct tcp *tcp, uint64_t start, uint32_t size, uint8_t flags);
void sent_grow(struct tcp *tcp);
uint32_t sent_find(const struct tcp *tcp, uint64_t position); /* number of the segment that holds it */
void sent_split(struct tcp *tcp, uint32_t most_bytes); /* none is larger any more */
void sent_mark_lost(struct tcp *tcp, uint32_t number);
void sack_read(struct tcp *tcp, const struct packet *packet, struct heard *heard);
void loss_by_sack(struct tcp *tcp, struct heard *heard);
void loss_by_duplicates(struct tcp *tcp, struct heard *heard);
void again_push(struct tcp *tcp, uint32_t number);
bool rack_on(const struct tcp *tcp);
void rack_delivered(struct tcp *tcp, const struct sent *sent, uint64_t end);
void rack_look(struct tcp *tcp, struct heard *heard);
void scoreboard_forget(struct tcp *tcp);               /* what is SACKed and lost: nothing */
void scoreboard_free(struct tcp *tcp);

/* ---- recovery.c ---- */
void recovery_turn(struct tcp *tcp, struct heard *heard);
void recovery_timeout(struct tcp *tcp);
void probe_schedule(struct tcp *tcp);
void probe_send(struct tcp *tcp);
void probe_acked(struct tcp *tcp, const struct heard *heard);
void reorder_timeout(struct tcp *tcp);

/* ---- output.c, segment.c ---- */
void tcp_output(struct tcp *tcp);                      /* all that may go now: lost ones, new ones, FIN, an ACK that is due */
bool output_all(struct tcp *tcp);                      /* without the ACK; true: something went, and the deadlines must be looked at */
void window_probe(struct tcp *tcp);
void segment_send(struct tcp *tcp, uint64_t start, uint32_t size, uint8_t flags);
void segment_ack(struct tcp *tcp);
void segment_bare(struct tcp *tcp, uint64_t start);    /* empty, at a position of choice: keep-alive */
void segment_reset(struct tcp *tcp);
void segment_syn(struct tcp *tcp);
void reset_in_answer(struct host *host, const struct packet *packet, const struct ip_path *path);
uint32_t tcp_clock(const struct tcp *tcp);             /* for timestamps: milliseconds */

/* ---- send_buffer.c ---- */
struct piece send_piece(struct tcp *tcp, uint64_t start, uint32_t size); /* a use of its own */
void send_acked(struct tcp *tcp, uint64_t ack);
void sends_serve(struct tcp *tcp);                     /* pending sends that are complete now; room again */
void send_buffer_free(struct tcp *tcp);
void held_grow(struct held_ring *ring);
bool send_has_room(const struct tcp *tcp);             /* a send would be taken */

/* ---- receive.c, window.c, urgent.c ---- */
void receive_plain(struct tcp *tcp, struct packet *packet, uint32_t size);
void receive_data(struct tcp *tcp, struct packet *packet, uint64_t sequence, uint32_t size, bool fin);
uint16_t window_field(struct tcp *tcp);
void receive_tell(struct tcp *tcp);                    /* pending receives, watches */
void receive_append(struct tcp *tcp, struct piece piece); /* takes over a use */
void receive_start(struct tcp *tcp);
void receive_buffer_set(struct tcp *tcp);
void receive_buffer_change(struct tcp *tcp);
void receive_compatibility_change(struct tcp *tcp);
void receive_taken(struct tcp *tcp, uint64_t bytes);   /* somebody has read them: the window may open */
void receive_drop(struct tcp *tcp);
void receive_free(struct tcp *tcp);
void sack_fill(struct tcp *tcp, struct tcp_header *header);
void urgent_heard(struct tcp *tcp, const struct packet *packet, uint64_t sequence);
void urgent_split(struct tcp *tcp, uint64_t start, struct piece piece); /* as receive_append, for what holds the urgent byte */
uint64_t urgent_limit(const struct tcp *tcp);          /* bytes one read may take */
bool urgent_read(struct tcp *tcp, uint64_t bytes);     /* true: it was the urgent byte, inline */
enum kernel_status urgent_receive(struct tcp *tcp, struct kernel_transfer *transfer);

/* ---- isb.c ---- */
void isb_evaluate(struct tcp *tcp);
void isb_quota(struct tcp *tcp);
void isb_end(struct tcp *tcp);                         /* it can send no more */

/* ---- close.c ---- */
void connection_fail(struct tcp *tcp, enum kernel_status pending, enum kernel_status later);
void connection_reset(struct tcp *tcp, enum kernel_status status); /* with an RST to the peer */
void connection_silent(struct tcp *tcp);                           /* given up */
void connection_gone(struct tcp *tcp, const char *why); /* closed in order; frees what nobody owns */
void connection_release(struct tcp *tcp);
void fin_acked(struct tcp *tcp);
void fin_arrived(struct tcp *tcp);
void time_wait_begin(struct tcp *tcp);

/* ---- statistics.c ---- */
void limit_change(struct tcp *tcp, enum kernel_tcp_limit limit);
static inline void limit_note(struct tcp *tcp, enum kernel_tcp_limit limit)
{
    if (TCP_UNLIKELY(tcp->limit != limit))
        limit_change(tcp, limit);
}

/* ---- options.c ---- */
void options_take(struct tcp *tcp);                    /* what is asked often, from the endpoint's options */

/* ---- rows.c: each returns the row's number, or the present cause while nothing listens ---- */
uint64_t row_tcp(const struct tcp *tcp, const char *verb);
uint64_t row_tcp_established(const struct tcp *tcp);
uint64_t row_tcp_number(const struct tcp *tcp, const char *verb, const char *key, uint64_t value);
uint64_t row_tcp_gateway(const struct tcp *tcp, const char *verb, const struct prefix_key *from, const struct prefix_key *via);
uint64_t row_tcp_recovery(const struct tcp *tcp, const char *verb, const char *phase);
uint64_t row_backlog(const struct tcp *tcp, uint64_t from);
uint64_t row_backlog_cap(const struct host *host, uint64_t bytes);
const char *tcp_stage_name(enum tcp_stage stage);
#endif
