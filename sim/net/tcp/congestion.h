/*
 * Congestion control by bytes: slow start with appropriate byte counting (RFC 3465, L = 2) and HyStart++ (RFC 9406), NewReno
 * (RFC 5681, 6582), CUBIC (RFC 9438, integers as in host-stack 11.5), proportional rate reduction (RFC 6937), ECN's answer
 * (RFC 3168). It knows nothing of segments on the wire, timers or the engine: it is told what happened and says how large the
 * window is. One file an idea: congestion.c (the caller's side), newreno.c, cubic.c, hystart.c, prr.c.
 */
#ifndef NET_TCP_CONGESTION_H
#define NET_TCP_CONGESTION_H
#include <stdbool.h>
#include <stdint.h>

enum congestion_algorithm { CONGESTION_NEWRENO, CONGESTION_CUBIC };
#define SSTHRESH_INFINITE UINT32_MAX
#define CWND_MOST (UINT32_C(1) << 30) /* no peer's window is larger (RFC 7323 section 2.3) */

struct hystart { uint64_t round_end; int64_t round_least_ns, former_least_ns, baseline_ns; uint32_t samples, css_rounds; bool on, css; };
struct cubic {
    uint32_t w_max;                /* bytes */
    uint32_t prior;                /* cwnd when ssthresh was last lowered; 0: never */
    bool fresh;                    /* the coming epoch begins at its own W_max: K is 0 (RFC 9438 sections 4.8, 4.10) */
    uint32_t w_est;                /* Reno-friendly estimate, bytes */
    uint64_t rest, est_rest;       /* growth below one byte: of cwnd, in 1/cwnd; of w_est, in 1/(17 cwnd) */
    int64_t epoch_ns;              /* -1: none has begun; put off by the time in which the window was not the limit */
    int64_t acked_ns;              /* the newest ACK */
    bool emptied;                  /* by that ACK nothing was left in flight */
    uint32_t k_ms;
};
struct prr { uint64_t delivered, out; uint32_t recover_flight; };

struct congestion {
    enum congestion_algorithm algorithm;
    uint32_t mss, cwnd, ssthresh;  /* bytes */
    uint64_t credit;               /* NewReno: bytes acknowledged towards the next MSS of growth */
    bool recovering;               /* between congestion_lost and congestion_recovered: cwnd is PRR's */
    bool reduced_by_timeout;       /* a timeout's slow start is under way, up to ssthresh or congestion_recovered */
    struct hystart hystart;
    struct cubic cubic, former;    /* former: before the newest loss or timeout, for congestion_undo */
    struct prr prr;
};

/* initial window: min(segments * mss, max(2 * mss, 1460 * segments)) (RFC 6928 for ten). */
void congestion_start(struct congestion *congestion, enum congestion_algorithm algorithm, uint32_t mss, uint32_t initial_segments, bool hystart);
void congestion_mss(struct congestion *congestion, uint32_t mss); /* the path MTU has changed: cwnd keeps its bytes, at least one MSS */

struct congestion_ack {
    int64_t now_ns;
    int64_t srtt_ns;               /* 0: unknown */
    int64_t sample_ns;             /* round trip measured by this ACK; 0: none */
    uint64_t una, nxt;             /* 64-bit stream positions after this ACK */
    uint32_t acked;                /* bytes newly acknowledged cumulatively */
    uint32_t flight;               /* bytes in flight just before this ACK */
    bool limited;                  /* the window was the limit since the last ACK (host-stack 4.3); else it does not grow */
};
/* A new cumulative ACK outside recovery: the window grows as slow start or congestion avoidance says. */
void congestion_ack(struct congestion *congestion, const struct congestion_ack *ack);

/* Fast recovery begins: ssthresh by the algorithm, PRR starts. `flight` at that moment. */
void congestion_lost(struct congestion *congestion, int64_t now_ns, uint32_t flight);
/* An ACK in recovery: `delivered` bytes newly acknowledged or SACKed, `pipe` bytes still in flight (RFC 6675). Sets cwnd. */
void congestion_recovery_ack(struct congestion *congestion, uint32_t delivered, uint32_t pipe);
void congestion_sent(struct congestion *congestion, uint32_t bytes); /* in recovery: for PRR */
void congestion_recovered(struct congestion *congestion); /* cwnd = ssthresh; after a timeout: the episode is over, no more */
/* The retransmission timer: cwnd = 1 MSS; ssthresh is lowered at the first timeout of an episode only. */
void congestion_timeout(struct congestion *congestion, int64_t now_ns, uint32_t flight, bool first);
/* The timeout was spurious (F-RTO, Eifel by timestamps): what it took comes back. */
void congestion_undo(struct congestion *congestion, uint32_t cwnd, uint32_t ssthresh);
void congestion_marked(struct congestion *congestion, int64_t now_ns, uint32_t flight); /* ECN: once a window, says the caller */

uint32_t cubic_root(uint64_t value);                               /* integer cube root, exact for all of u64 */
uint32_t cubic_window(uint32_t w_max, uint32_t mss, uint32_t k_ms, uint64_t t_ms); /* bytes of W_cubic(t) */
#endif
