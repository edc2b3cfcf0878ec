/* The presets of host-stack 4.1 and the register of section 13. */
#include "net/tcp/parameters.h"

#include <string.h>

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)

struct tcp_parameters tcp_parameters_default(void)
{
    return (struct tcp_parameters){
        .initial_rto_ns = SECOND, .min_rto_ns = 300 * MS, .max_rto_ns = 60 * SECOND,
        .max_syn_retransmissions = 4, .max_data_retransmissions = 5,
        .syn_rst_retry_ns = 500 * MS, .syn_rst_retries = TCP_AS_SYN_RETRIES, .timestamps = false,
        .congestion_provider = TCP_PROVIDER_CUBIC, .initial_congestion_window = 10,
        .hystart = true, .cwnd_restart = false, .sack = true, .limited_transmit = true, .rack = true, .tlp = true,
        .frto = false, .ecn = false,
        .rack_least_rtt_ns = 10 * MS, .tlp_delayed_ack_ns = 200 * MS,
        .black_hole_detection = true, .black_hole_retransmissions = 2, .black_hole_mss = 536,
        .delayed_ack_ns = 40 * MS, .delayed_ack_frequency = 2, .auto_tuning = TCP_TUNING_NORMAL, .receive_window = 0,
        .sws_timer_ns = 500 * MS,
        .send_buffer = 65536, .receive_buffer = 65536,
        .dynamic_send_buffering = true, .isb_query_disables_dsb = true, .isb_latch = false, .isb_memory_cap = 16777216,
        .time_wait_ns = 120 * SECOND, .fin_wait2_ns = 120 * SECOND,
        .keepalive_idle_ns = 7200 * SECOND, .keepalive_interval_ns = SECOND, .keepalive_probes = 10,
        .at_mark = TCP_AT_MARK_IOCTL_TEXT, .backlog_full = TCP_BACKLOG_FULL_RST, .somaxconn = 200,
        .challenge_acks = 10, .challenge_ack_period_ns = 5 * SECOND,
    };
}

static struct tcp_parameters windows10(void)
{
    struct tcp_parameters parameters = tcp_parameters_default();
    parameters.initial_rto_ns = 3 * SECOND;
    parameters.max_syn_retransmissions = 2;
    parameters.hystart = parameters.rack = parameters.tlp = false;
    return parameters;
}

static struct tcp_parameters windows7(void)
{
    struct tcp_parameters parameters = windows10();
    parameters.congestion_provider = TCP_PROVIDER_NEWRENO;
    parameters.initial_congestion_window = 2;
    parameters.delayed_ack_ns = 200 * MS;
    parameters.send_buffer = parameters.receive_buffer = 8192;
    return parameters;
}

bool tcp_parameters_preset(const char *name, struct tcp_parameters *parameters)
{
    if (strcmp(name, "win11") == 0)
        *parameters = tcp_parameters_default();
    else if (strcmp(name, "win10") == 0)
        *parameters = windows10();
    else if (strcmp(name, "win7") == 0)
        *parameters = windows7();
    else
        return false;
    return true;
}
