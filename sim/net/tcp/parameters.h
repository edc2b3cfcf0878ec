/*
 * What can be set about a host's TCP, by the names of the host-stack reference, sections 4 and 13. A preset is a whole set.
 * No includes but the language's: net.h shows this struct to everybody.
 */
#ifndef NET_TCP_PARAMETERS_H
#define NET_TCP_PARAMETERS_H
#include <stdbool.h>
#include <stdint.h>

enum tcp_provider { TCP_PROVIDER_NEWRENO, TCP_PROVIDER_CUBIC };
enum tcp_auto_tuning { TCP_TUNING_DISABLED, TCP_TUNING_HIGHLY_RESTRICTED, TCP_TUNING_RESTRICTED, TCP_TUNING_NORMAL, TCP_TUNING_EXPERIMENTAL };
enum tcp_backlog_full { TCP_BACKLOG_FULL_RST, TCP_BACKLOG_FULL_DROP };
enum tcp_at_mark { TCP_AT_MARK_IOCTL_TEXT, TCP_AT_MARK_ALWAYS_TRUE };

#define TCP_AS_SYN_RETRIES UINT32_MAX /* syn_rst_retries: as many as max_syn_retransmissions */

struct tcp_parameters {
    /* 4.2: the retransmission timer */
    int64_t initial_rto_ns, min_rto_ns, max_rto_ns;
    uint32_t max_syn_retransmissions, max_data_retransmissions;
    int64_t syn_rst_retry_ns;                /* pause before a SYN answered by RST is sent again */
    uint32_t syn_rst_retries;                /* TCP_AS_SYN_RETRIES, or a number; 0: refused at once */
    bool timestamps;                         /* RFC 7323 */

    /* 4.3: congestion and loss */
    enum tcp_provider congestion_provider;
    uint32_t initial_congestion_window;      /* segments */
    bool hystart, cwnd_restart, sack, limited_transmit, rack, tlp, frto, ecn;
    int64_t rack_least_rtt_ns;               /* RACK and TLP only above this round trip */
    int64_t tlp_delayed_ack_ns;              /* what a probe allows the peer when one segment is in flight */
    bool black_hole_detection;
    uint32_t black_hole_retransmissions, black_hole_mss;

    /* 4.4: the receiver */
    int64_t delayed_ack_ns;
    uint32_t delayed_ack_frequency;          /* full segments, 1 to 255 */
    enum tcp_auto_tuning auto_tuning;
    uint32_t receive_window;                 /* first window; 0: by link speed */
    int64_t sws_timer_ns;                    /* the sender's override (RFC 1122 4.2.3.4) */

    /* 4.5, 4.6: buffers */
    uint32_t send_buffer, receive_buffer;    /* SO_SNDBUF and SO_RCVBUF as shown before anybody sets them */
    bool dynamic_send_buffering, isb_query_disables_dsb, isb_latch;
    uint32_t isb_memory_cap;                 /* bytes, 0 to 16 MiB */

    /* 4.7: life cycle */
    int64_t time_wait_ns, fin_wait2_ns;
    int64_t keepalive_idle_ns, keepalive_interval_ns;
    uint32_t keepalive_probes;
    enum tcp_at_mark at_mark;
    enum tcp_backlog_full backlog_full;
    uint32_t somaxconn;                      /* the longest backlog a listener gets */
    uint32_t challenge_acks;                 /* of a host within challenge_ack_period_ns (RFC 5961 section 7) */
    int64_t challenge_ack_period_ns;
};

struct tcp_parameters tcp_parameters_default(void); /* win11 */
/* "win7", "win10", "win11"; false: no such preset. */
bool tcp_parameters_preset(const char *name, struct tcp_parameters *parameters);
#endif
