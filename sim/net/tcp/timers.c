/*
 * Deadlines: for sending (retransmission, with early ones before it), for a delayed ACK, for the life of the connection, and where
 * TCP_MAXRT is set for the answer to what was sent.
 * The queue's entry of a deadline that has moved later stays where it is, comes too early and goes back; bulk transfer so
 * costs a store for each ACK and an entry in the queue a few times a second.
 */
#include "net/tcp/inside.h"

static void entry_post(struct tcp *tcp, enum tcp_timer_which which)
{
    struct lazy *timer = &tcp->timers[which];
    struct event event = { .kind = EVENT_TCP_TIMER, .cause = trace_cause(tcp->net->trace), .subject.endpoint = tcp->endpoint, .number = which };
    timer->entry_ns = timer->due_ns;
    timer->entry = engine_post(tcp_engine(tcp), timer->due_ns, RANK_MACHINE, event);
}

void lazy_set(struct tcp *tcp, enum tcp_timer_which which, int64_t due_ns)
{
    struct lazy *timer = &tcp->timers[which];
    timer->due_ns = due_ns;
    if (due_ns == NEVER_NS)
        return;
    if (timer->entry == EVENT_NONE) {
        entry_post(tcp, which);
    } else if (due_ns < timer->entry_ns) {
        timer->entry_ns = due_ns;
        timer->entry = engine_move(tcp_engine(tcp), timer->entry, due_ns);
    }
}

void timers_cancel(struct tcp *tcp)
{
    for (unsigned which = 0; which < TIMER_COUNT; which++) {
        struct lazy *timer = &tcp->timers[which];
        if (timer->entry != EVENT_NONE)
            engine_cancel(tcp_engine(tcp), timer->entry);
        *timer = (struct lazy){ .due_ns = NEVER_NS, .entry = EVENT_NONE };
    }
    tcp->timeout_ns = tcp->early_ns = NEVER_NS;
    tcp->early = EARLY_NOTHING;
    tcp->life = LIFE_NOTHING;
}

void timer_send_set(struct tcp *tcp)
{
    int64_t due = tcp->early_ns < tcp->timeout_ns ? tcp->early_ns : tcp->timeout_ns;
    struct lazy *timer = &tcp->timers[TIMER_SEND];
    if (TCP_LIKELY(timer->entry != EVENT_NONE && due >= timer->entry_ns))
        timer->due_ns = due;
    else
        lazy_set(tcp, TIMER_SEND, due);
}

/* ---- life: keep-alive, TIME_WAIT, FIN_WAIT_2 ---- */

void life_set(struct tcp *tcp, enum life_purpose purpose, int64_t after_ns)
{
    struct lazy *timer = &tcp->timers[TIMER_LIFE];
    tcp->life = (uint8_t)purpose;
    if (purpose != LIFE_NOTHING) {
        lazy_set(tcp, TIMER_LIFE, *tcp->now + after_ns);
        return;
    }
    /* Its entries lie hours ahead: none is left behind to be taken for nothing. */
    if (timer->entry != EVENT_NONE)
        engine_cancel(tcp_engine(tcp), timer->entry);
    *timer = (struct lazy){ .due_ns = NEVER_NS, .entry = EVENT_NONE };
}

static int64_t option_ms(const struct tcp *tcp, enum kernel_option option, int64_t otherwise_ns)
{
    const struct endpoint *endpoint = tcp->endpoint;
    return option_given(endpoint, option) ? (int64_t)endpoint->option[option] * TCP_MILLISECOND : otherwise_ns;
}

static bool keepalive_stage(const struct tcp *tcp)
{
    return tcp->stage >= STAGE_ESTABLISHED && tcp->stage <= STAGE_LAST_ACK && tcp->life <= LIFE_KEEPALIVE;
}

/* The idle time counts from the last receive, also when the option comes later (host-stack 4.7). */
void life_start(struct tcp *tcp)
{
    if (!keepalive_stage(tcp))
        return;
    tcp->keepalive_unanswered = 0;
    if (!tcp->endpoint->option[KERNEL_KEEPALIVE] || tcp->fast) {
        if (tcp->life == LIFE_KEEPALIVE)
            life_set(tcp, LIFE_NOTHING, 0);
        return;
    }
    int64_t due = tcp->heard_ns + option_ms(tcp, KERNEL_KEEPALIVE_IDLE_MS, tcp->parameters->keepalive_idle_ns);
    life_set(tcp, LIFE_KEEPALIVE, due > *tcp->now ? due - *tcp->now : 0);
}

static void keepalive_due(struct tcp *tcp)
{
    const struct endpoint *endpoint = tcp->endpoint;
    int64_t idle = option_ms(tcp, KERNEL_KEEPALIVE_IDLE_MS, tcp->parameters->keepalive_idle_ns);
    int64_t interval = option_ms(tcp, KERNEL_KEEPALIVE_INTERVAL_MS, tcp->parameters->keepalive_interval_ns);
    uint32_t probes = option_given(endpoint, KERNEL_KEEPALIVE_PROBES) ? endpoint->option[KERNEL_KEEPALIVE_PROBES] : tcp->parameters->keepalive_probes;
    int64_t silent = *tcp->now - tcp->heard_ns;
    if (silent < idle) {
        tcp->keepalive_unanswered = 0;
        life_set(tcp, LIFE_KEEPALIVE, idle - silent);
        return;
    }
    if (tcp->keepalive_unanswered >= probes) {
        connection_reset(tcp, KERNEL_NET_RESET);
        return;
    }
    tcp->keepalive_unanswered++;
    if (tcp->nxt == tcp->una) /* data in flight asks by itself */
        segment_bare(tcp, tcp->nxt - 1);
    life_set(tcp, LIFE_KEEPALIVE, interval);
}

static void life_due(struct tcp *tcp)
{
    enum life_purpose purpose = tcp->life;
    tcp->life = purpose == LIFE_KEEPALIVE ? LIFE_KEEPALIVE : LIFE_NOTHING;
    switch (purpose) {
    case LIFE_NOTHING: break;
    case LIFE_KEEPALIVE: keepalive_due(tcp); break;
    case LIFE_TIME_WAIT: connection_gone(tcp, "tcp.closed"); break;
    case LIFE_FIN_WAIT_2: connection_gone(tcp, "tcp.abandoned"); break;
    case LIFE_SYN_AGAIN: syn_again(tcp); break;
    }
}

/* ---- patience: TCP_MAXRT in seconds; 0: as if nobody had said it; all ones: for ever (host-stack 4.2) ---- */

bool patience_given(const struct tcp *tcp)
{
    const struct endpoint *endpoint = tcp->endpoint;
    return option_given(endpoint, KERNEL_MAX_RETRANSMISSION_S) && endpoint->option[KERNEL_MAX_RETRANSMISSION_S] != 0;
}

void patience_keep(struct tcp *tcp, uint32_t number)
{
    if (number != tcp->sent.first || tcp->first_sent_of == tcp->una) return;
    tcp->first_sent_of = tcp->una;
    tcp->first_sent_ns = sent_at(tcp, number)->sent_ns;
}

/* Until when the first that is not acknowledged may stay so. */
static int64_t patience_end(const struct tcp *tcp)
{
    uint64_t seconds = tcp->endpoint->option[KERNEL_MAX_RETRANSMISSION_S];
    if (!patience_given(tcp) || seconds == UINT32_MAX || tcp->sent.first == tcp->sent.last) return NEVER_NS;
    int64_t since = tcp->first_sent_of == tcp->una ? tcp->first_sent_ns : sent_at(tcp, tcp->sent.first)->sent_ns;
    return since + (int64_t)seconds * 1000 * TCP_MILLISECOND;
}

bool patience_over(const struct tcp *tcp) { return patience_end(tcp) <= *tcp->now; }

void patience_start(struct tcp *tcp) { lazy_set(tcp, TIMER_PATIENCE, patience_end(tcp)); }

/* What it was set for may have been acknowledged long ago. */
static void patience_due(struct tcp *tcp)
{
    if (patience_over(tcp))
        connection_silent(tcp);
    else
        patience_start(tcp);
}

/* ---- what is due ---- */

static void early_due(struct tcp *tcp)
{
    enum early_purpose purpose = tcp->early;
    tcp->early = EARLY_NOTHING;
    tcp->early_ns = NEVER_NS;
    switch (purpose) {
    case EARLY_NOTHING: break;
    case EARLY_PROBE: probe_send(tcp); break;
    case EARLY_REORDER: reorder_timeout(tcp); break;
    case EARLY_SMALL: /* RFC 1122 4.2.3.4: the override */
        tcp->sws_override = true;
        tcp_output(tcp);
        tcp->sws_override = false;
        break;
    }
}

static void send_due(struct tcp *tcp)
{
    int64_t now = *tcp->now;
    if (tcp->early_ns <= now) {
        early_due(tcp);
    } else if (tcp->timeout_ns <= now) {
        tcp->timeout_ns = NEVER_NS;
        if (tcp->stage < STAGE_ESTABLISHED)
            syn_timeout(tcp);
        else if (tcp->window_probing)
            window_probe(tcp);
        else if (tcp->nxt != tcp->una)
            recovery_timeout(tcp);
    }
    timer_send_set(tcp);
}

void tcp_timer(struct endpoint *endpoint, unsigned which)
{
    struct tcp *tcp = endpoint->tcp;
    struct lazy *timer = &tcp->timers[which];
    timer->entry = EVENT_NONE;
    if (timer->due_ns == NEVER_NS)
        return;
    if (timer->due_ns > *tcp->now) {
        entry_post(tcp, which);
        return;
    }
    timer->due_ns = NEVER_NS;
    turn_begin(tcp);
    if (which == TIMER_SEND)
        send_due(tcp);
    else if (which == TIMER_LIFE)
        life_due(tcp);
    else if (which == TIMER_PATIENCE)
        patience_due(tcp);
    else
        segment_ack(tcp);
    turn_end(tcp);
}
