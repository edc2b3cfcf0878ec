/* Stack parameters: one table of names, kinds and ranges (docs/SCENARIOS.md, Hosts). */
#include "script/parameters.h"

#include <string.h>

#include "core/text.h"
#include "script/load.h"
#include "script/script.h"

enum kind {
    KIND_BOOL, KIND_UINT, KIND_TIME,
    KIND_WORD,   /* one of some words: an enum */
    KIND_SWITCH, /* one of two words: a bool, the second is true */
    KIND_TIMING, KIND_PRESET,
};
#define WORDS_MOST 5
#define REPEATS_MOST 1000 /* of these times one after the other still are a time */
#define TIME_MOST_NS (INT64_C(86400) * 1000000000)
#define BYTES_MOST 0x7fffffff
#define PORTS_ALL 65536u

#define BOOL(name) { #name, KIND_BOOL, offsetof(struct host_parameters, name), 0, 0, { NULL } }
#define UINT(name, least, most) { #name, KIND_UINT, offsetof(struct host_parameters, name), least, most, { NULL } }
#define TIME(name) { #name, KIND_TIME, offsetof(struct host_parameters, name##_ns), 0, 0, { NULL } }
#define WORD(name, ...) { #name, KIND_WORD, offsetof(struct host_parameters, name), 0, 0, { __VA_ARGS__ } }
#define TCP_BOOL(name, field) { #name, KIND_BOOL, offsetof(struct host_parameters, tcp.field), 0, 0, { NULL } }
#define TCP_UINT(name, field, least, most) { #name, KIND_UINT, offsetof(struct host_parameters, tcp.field), least, most, { NULL } }
#define TCP_TIME(name, field) { #name, KIND_TIME, offsetof(struct host_parameters, tcp.field), 0, 0, { NULL } }
#define TCP_WORD(name, field, ...) { #name, KIND_WORD, offsetof(struct host_parameters, tcp.field), 0, 0, { __VA_ARGS__ } }
#define SWITCH(name, field, off, on) { #name, KIND_SWITCH, offsetof(struct host_parameters, field), 0, 0, { off, on } }
static const struct parameter { const char *name; enum kind kind; size_t offset; unsigned least, most; const char *words[WORDS_MOST]; } table[] = {
    WORD(metric_table, "win10", "xpsp2"), WORD(iface_list_broadcast, "limited", "directed"), WORD(routing_change_precision, "exact", "any"),
    WORD(address_change_precision, "exact", "any"), BOOL(iface_list_disconnected),
    WORD(link_local, "off", "eui64", "random"),
    BOOL(dad), UINT(dad_v4_transmits, 0, REPEATS_MOST), UINT(dad_v6_transmits, 0, REPEATS_MOST), TIME(dad_v4_retransmit), TIME(dad_v6_retransmit),
    TIME(dad_initial_delay), BOOL(neighbors), UINT(dad_announcements, 0, REPEATS_MOST), TIME(dad_announce_interval), TIME(defend_interval),
    TIME(nd_base), TIME(nd_retrans), TIME(nd_delay), UINT(nd_multicast_solicits, 1, REPEATS_MOST), UINT(nd_unicast_solicits, 1, REPEATS_MOST),
    UINT(nd_queue, 0, REPEATS_MOST), TIME(unreachable_hold), UINT(dgd, 0, 100), TIME(dgd_failback), BOOL(redirects), TIME(redirect_lifetime), TIME(path_mtu_timeout),
    UINT(path_cache_max, 1, PORTS_ALL), BOOL(weak_host_send), { "timing", KIND_TIMING, 0, 0, 0, { "plain", "windows" } },
    UINT(processors, 1, REPEATS_MOST), UINT(threads_per_core, 1, REPEATS_MOST), UINT(numa_nodes, 1, REPEATS_MOST), BOOL(rss), BOOL(rss_info_needs_up),
    TIME(adapter_restart), { "cpu_rx_per_packet", KIND_TIME, offsetof(struct host_parameters, cpu_rx_ns_per_packet), 0, 0, { NULL } },
    SWITCH(find_route, find_route, "unsupported", "resolve"),
    SWITCH(qos_provider, qos_signalling, "none", "rsvp"),
    UINT(ephemeral_start, 1, PORTS_ALL - 1), UINT(ephemeral_count, 1, PORTS_ALL - 1), UINT(hop_limit, 1, 255),
    UINT(udp_send_buffer, 0, BYTES_MOST), UINT(udp_receive_buffer, 0, BYTES_MOST), UINT(udp_overhead, 0, PORTS_ALL),
    SWITCH(udp_admission, udp_overshoot, "what-fits", "before-limit"), BOOL(udp_connreset), BOOL(udp_netreset),
    SWITCH(udp_sendto_connected, udp_sendto_connected, "refuse", "allow"),
    SWITCH(raw_restrictions, raw_restrictions, "server", "client"), BOOL(rcvall_outgoing), UINT(mcast_scope, 0, 255), BOOL(mcast_loop),
    UINT(igmp_version, 1, 3), UINT(mld_version, 1, 2), UINT(igmp_robustness, 1, 7), TIME(igmp_unsolicited_interval), TIME(igmp_query_interval),
    TIME(igmp_response_interval), BOOL(igmp_random),
    TIME(loopback_delay), UINT(reassembly_max, 1, PORTS_ALL), TIME(reassembly_timeout),
    /* TCP (host-stack 4); a preset is a whole set */
    { "tcp_preset", KIND_PRESET, 0, 0, 0, { "win7", "win10", "win11" } },
    TCP_TIME(initial_rto, initial_rto_ns), TCP_TIME(min_rto, min_rto_ns), TCP_TIME(max_rto, max_rto_ns),
    TCP_UINT(max_syn_retransmissions, max_syn_retransmissions, 0, REPEATS_MOST), TCP_UINT(max_data_retransmissions, max_data_retransmissions, 0, REPEATS_MOST),
    TCP_TIME(syn_rst_retry, syn_rst_retry_ns), TCP_UINT(syn_rst_retries, syn_rst_retries, 0, REPEATS_MOST), TCP_BOOL(tcp_timestamps, timestamps),
    TCP_WORD(congestion_provider, congestion_provider, "newreno", "cubic"), TCP_UINT(initial_congestion_window, initial_congestion_window, 1, REPEATS_MOST),
    TCP_BOOL(hystart, hystart), TCP_BOOL(cwnd_restart, cwnd_restart), TCP_BOOL(tcp_sack, sack), TCP_BOOL(limited_transmit, limited_transmit),
    TCP_BOOL(tcp_rack, rack), TCP_BOOL(tcp_tlp, tlp), TCP_BOOL(tcp_frto, frto), TCP_BOOL(tcp_ecn, ecn), TCP_BOOL(black_hole_detection, black_hole_detection),
    TCP_TIME(delayed_ack_timeout, delayed_ack_ns), TCP_UINT(delayed_ack_frequency, delayed_ack_frequency, 1, 255),
    TCP_WORD(auto_tuning, auto_tuning, "disabled", "highly_restricted", "restricted", "normal", "experimental"),
    TCP_UINT(tcp_send_buffer, send_buffer, 0, BYTES_MOST), TCP_UINT(tcp_receive_buffer, receive_buffer, 0, BYTES_MOST),
    TCP_BOOL(dynamic_send_buffering, dynamic_send_buffering), TCP_BOOL(isb_query_disables_dsb, isb_query_disables_dsb), TCP_BOOL(isb_latch, isb_latch),
    TCP_UINT(isb_memory_cap, isb_memory_cap, 0, 16777216), TCP_TIME(time_wait, time_wait_ns), TCP_TIME(fin_wait2, fin_wait2_ns),
    TCP_TIME(keepalive_idle, keepalive_idle_ns), TCP_TIME(keepalive_interval, keepalive_interval_ns), TCP_UINT(keepalive_probes, keepalive_probes, 1, 255),
    TCP_WORD(backlog_full, backlog_full, "rst", "drop"), TCP_UINT(somaxconn, somaxconn, 1, PORTS_ALL),
};
_Static_assert(sizeof(enum metric_table) == sizeof(unsigned) && sizeof(enum link_local) == sizeof(unsigned) && sizeof(enum tcp_auto_tuning) == sizeof(unsigned), "words are set as numbers");
#define COUNT (sizeof table / sizeof *table)

/* ---- values ---- */

static bool word_read(struct problems *problems, const struct json *value, const char *const words[WORDS_MOST], unsigned *which)
{
    struct text list = { 0 };
    unsigned count = 0;
    for (; count < WORDS_MOST && words[count]; count++) {
        if (!is_text(value, words[count])) continue;
        *which = count;
        return true;
    }
    for (unsigned i = 0; i < count; i++) text_printf(&list, "%s\"%s\"", i ? (i + 1 < count ? ", " : " or ") : "", words[i]);
    if (value->type == JSON_TEXT) problem_at(problems, value, "\"%s\" is not known here; expected %s", value->text, list.bytes);
    else problem_at(problems, value, "expected %s, found %s", list.bytes, json_type_name(value->type));
    text_free(&list);
    return false;
}

static void uint_set(struct problems *problems, const struct json *value, const struct parameter *parameter, void *field)
{
    if (!type_check(problems, value, TYPE_UINT)) return;
    uint64_t number = read_uint(value);
    unsigned small = (unsigned)number;
    if (number > parameter->most) problem_at(problems, value, "%s is too much: at most %u", value->text, parameter->most);
    else if (number < parameter->least) problem_at(problems, value, "%s is too little: at least %u", value->text, parameter->least);
    else memcpy(field, &small, sizeof small);
}

static void time_set(struct problems *problems, const struct json *value, void *field)
{
    if (!type_check(problems, value, TYPE_TIME)) return;
    int64_t ns = read_time(value);
    if (ns > TIME_MOST_NS) problem_at(problems, value, "%s is too long: at most 1d", value->text);
    else memcpy(field, &ns, sizeof ns);
}

static void parameter_set(struct problems *problems, const struct json *value, const struct parameter *parameter, struct host_parameters *all)
{
    void *field = (char *)all + parameter->offset;
    unsigned which;
    bool flag;
    switch (parameter->kind) {
    case KIND_BOOL:
        if (!type_check(problems, value, TYPE_BOOL)) return;
        flag = read_bool(value);
        memcpy(field, &flag, sizeof flag);
        return;
    case KIND_UINT: uint_set(problems, value, parameter, field); return;
    case KIND_TIME: time_set(problems, value, field); return;
    case KIND_WORD:
        if (word_read(problems, value, parameter->words, &which)) memcpy(field, &which, sizeof which);
        return;
    case KIND_SWITCH:
        if (!word_read(problems, value, parameter->words, &which)) return;
        flag = which == 1;
        memcpy(field, &flag, sizeof flag);
        return;
    case KIND_TIMING: /* sets every timing of the reference that this version has */
        if (!word_read(problems, value, parameter->words, &which)) return;
        all->dad = all->neighbors = which == 1;
        all->link_local = which == 1 ? LINK_LOCAL_RANDOM : LINK_LOCAL_OFF;
        return;
    case KIND_PRESET:
        if (word_read(problems, value, parameter->words, &which)) tcp_parameters_preset(parameter->words[which], &all->tcp);
        return;
    }
}

/* ---- the object ---- */

static void unknown(struct problems *problems, const struct json *member)
{
    const char *names[COUNT];
    for (size_t i = 0; i < COUNT; i++) names[i] = table[i].name;
    const char *near = nearest_word(member->name, names, COUNT);
    if (near) problem_at_name(problems, member, "there is no stack parameter \"%s\"; did you mean \"%s\"?", member->name, near);
    else problem_at_name(problems, member, "there is no stack parameter \"%s\"", member->name);
}

void parameters_read(struct problems *problems, const struct json *object, struct host_parameters *all)
{
    for (const struct json *member = object ? object->first : NULL; member; member = member->next) {
        size_t i = 0;
        while (i < COUNT && strcmp(table[i].name, member->name) != 0) i++;
        if (i < COUNT) parameter_set(problems, member, &table[i], all);
        else unknown(problems, member);
    }
    if (object && all->ephemeral_start + all->ephemeral_count > PORTS_ALL) {
        problem_at(problems, object, "%u dynamic ports from %u on go beyond port 65535", all->ephemeral_count, all->ephemeral_start);
        *all = host_parameters_default();
    }
}
