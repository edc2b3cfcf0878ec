#include "net/qos/session.h"

#include <stdlib.h>

#include "core/arena.h"
#include "net/qos/flowspec.h"

static int64_t now_of(const struct session *session)
{
    return engine_now_ns(session->net->engine);
}

/* What the session does next comes then, caused by the present row. */
static void wait_until(struct session *session, int64_t at_ns)
{
    net_timer_set(session->net->engine, &session->timer, at_ns, trace_cause(session->net->trace));
}

const char *session_state_name(enum session_state state)
{
    static const char *const names[] = { "offering", "offered", "asking", "refusing", "reserved", "releasing", "leaving", "lost" };
    return names[state];
}

/* ---- rows ---- */

/* A message leaves: "qos.path" from a sender, "qos.reservation" from a receiver. */
static void row_message(const struct flow *flow, const char *verb, const struct kernel_flow *spec)
{
    struct trace *trace = flow->host->net->trace;
    char label[32];
    if (!trace_begin(trace, LAYER_NET, verb, flow->host->name, flow_label(flow, label)))
        return;
    trace_text(trace, "service", flowspec_service_name(spec->service));
    if (spec->token_rate != KERNEL_FLOW_UNSPECIFIED)
        trace_uint(trace, "rate", spec->token_rate);
    trace_end(trace);
}

static uint64_t row_refused(const struct link *link, uint64_t cost_bps)
{
    struct trace *trace = link->net->trace;
    if (!trace_begin(trace, LAYER_NET, "qos.refused", link->from->host->name, link->from->name))
        return trace_cause(trace);
    trace_uint(trace, "asked_bps", cost_bps);
    trace_uint(trace, "reserved_bps", link->reserved_bps);
    trace_uint(trace, "reservable_bps", link->reservable_bps);
    return trace_end(trace);
}

/* ---- soft state ---- */

static bool way_whole(const struct session *session)
{
    for (size_t i = 0; i < session->way.count; i++)
        if (session->way.links[i]->cut)
            return false;
    return session->way.end != NULL;
}

static int64_t refresh_before_ns(const struct session *session)
{
    return session->began_ns + (now_of(session) - session->began_ns) / SESSION_REFRESH_NS * SESSION_REFRESH_NS;
}

/* A message that takes so long; over a cut link it is lost, and the other end notices by the state that fades. */
static void travel(struct session *session, int64_t delay_ns)
{
    wait_until(session, way_whole(session) ? now_of(session) + delay_ns : refresh_before_ns(session) + SESSION_LIFETIME_NS);
}

static void give_back(struct session *session)
{
    for (; session->lent; session->lent--)
        admission_return(session->way.links[session->way.count - session->lent], session->cost_bps);
}

static void session_free(struct session *session)
{
    struct net *net = session->net;
    give_back(session);
    net_timer_stop(net->engine, &session->timer);
    if (session->sender)
        session->sender->session = NULL;
    if (session->receiver)
        session->receiver->senders--;
    DL_DELETE(net->sessions, session);
    free(session);
}

void sessions_free(struct net *net)
{
    while (net->sessions)
        session_free(net->sessions);
}

/* ---- the receiver ---- */

struct session *session_received(const struct flow *flow)
{
    struct session *session;
    DL_FOREACH(flow->host->net->sessions, session) {
        if (session->receiver == flow)
            return session;
    }
    return NULL;
}

/* RESV leaves, or does so again with another wish. */
static void ask(struct session *session)
{
    const struct way *way = &session->way;
    give_back(session);
    session->reserved = flowspec_reserve(&session->receiver->qos.receiving, &session->sending);
    session->cost_bps = admission_cost_bps(&session->reserved);
    session->state = SESSION_ASKING;
    row_message(session->receiver, "qos.reservation", &session->reserved);
    wait_until(session, now_of(session) + (way->count ? admission_message_ns(way->links[way->count - 1]) : 0));
}

static bool wants(const struct flow *flow)
{
    return flow && flowspec_carries(&flow->qos.receiving) && !flow->qos.no_signalling;
}

/* The path is known at the receiver's host: does anybody hear of it? */
static void settle(struct session *session)
{
    session->state = SESSION_OFFERED;
    if (session->receiver && session->receiver->host != session->way.end) { /* the destination has moved */
        session->receiver->senders--;
        session->receiver = NULL;
    }
    if (!session->receiver) {
        struct endpoint *endpoint = session_receiver(session);
        bool nobody = !endpoint || endpoint->id == 0 || (endpoint->traffic && !endpoint->flow); /* traffic has no wishes of its own */
        if (nobody)
            return;
        session->receiver = flow_of(endpoint);
        session->receiver->senders++;
    }
    flow_tell(session->receiver, KERNEL_QOS_SENDERS, KERNEL_RECEIVING);
    if (wants(session->receiver))
        ask(session);
}

void sessions_meet(struct flow *flow)
{
    struct session *session;
    DL_FOREACH(flow->host->net->sessions, session) {
        bool open = session->state == SESSION_OFFERED && !session->receiver && session->way.end == flow->host;
        if (open && session_receiver(session) == flow->endpoint)
            settle(session);
    }
}

bool sessions_ask(struct flow *flow)
{
    struct session *session;
    bool asked = false;
    DL_FOREACH(flow->host->net->sessions, session) {
        bool ready = session->state >= SESSION_OFFERED && session->state <= SESSION_RESERVED && !session->fading;
        if (session->receiver != flow || !ready)
            continue;
        if (wants(flow))
            ask(session);
        asked = asked || session->state == SESSION_ASKING;
    }
    return asked;
}

/* ---- the sender ---- */

static void session_due(struct net_timer *timer);

/* PATH leaves: at first, with another flow, or after all was lost. */
static void offer(struct session *session)
{
    struct flow *sender = session->sender;
    give_back(session);
    way_find(sender->host, session->tuple.family, &session->tuple.remote, &session->way);
    session->fading = false;
    session->sending = sender->qos.sending;
    session->state = SESSION_OFFERING;
    if (!way_whole(session)) {
        session->state = SESSION_LOST; /* until a link comes back */
        net_timer_stop(session->net->engine, &session->timer);
        return;
    }
    session->began_ns = now_of(session);
    row_message(sender, "qos.path", &session->sending);
    wait_until(session, now_of(session) + session->way.delay_ns);
}

/* Whom the sender speaks to: the peer, or the destination that it named. False: nobody yet. */
static bool destination_of(const struct flow *flow, struct tuple *tuple)
{
    const struct kernel_socket *named = &flow->qos.destination;
    *tuple = flow->endpoint->tuple;
    if (tuple->remote_port == 0 && named->address.family) {
        tuple->family = named->address.family;
        tuple->remote = prefix_key_of(&named->address);
        tuple->remote_port = named->port;
    }
    bool ready = flow->endpoint->transport != KERNEL_TCP || flow->endpoint->connected;
    return tuple->remote_port != 0 && flow->endpoint->bound && ready;
}

void session_begin(struct flow *flow)
{
    struct tuple tuple;
    bool signals = flow->host->parameters.qos_signalling && !flow->qos.no_signalling && flowspec_carries(&flow->qos.sending);
    if (!signals || !destination_of(flow, &tuple))
        return;
    if (!flow->session) {
        struct session *session = memory_take(sizeof *session);
        session->net = flow->host->net;
        session->sender = flow;
        session->tuple = tuple;
        session->timer.run = session_due;
        session->began_ns = now_of(session);
        flow->session = session;
        DL_APPEND(session->net->sessions, session);
    }
    offer(flow->session);
}

/* ---- leaving ---- */

static void sender_leaves(struct session *session)
{
    session->sender->session = NULL;
    session->sender = NULL;
    give_back(session);
    if (!session->receiver) {
        session_free(session);
        return;
    }
    session->state = SESSION_LEAVING;
    session->fading = false;
    travel(session, session->way.delay_ns);
}

/* gone: the endpoint too, not its wish alone. */
static void receiver_leaves(struct session *session, bool gone)
{
    bool reserved = session->state == SESSION_RESERVED;
    if (gone) {
        session->receiver->senders--;
        session->receiver = NULL;
    }
    if (!session->sender) { /* both are: nobody is left to be told */
        if (gone)
            session_free(session);
        return;
    }
    bool asked = session->state == SESSION_ASKING || session->state == SESSION_REFUSING;
    give_back(session);
    if (asked) {
        net_timer_stop(session->net->engine, &session->timer);
        session->state = SESSION_OFFERED;
    } else if (reserved) {
        session->state = SESSION_RELEASING;
        session->fading = false;
        travel(session, session->way.delay_ns);
    }
}

void sessions_leave(struct flow *flow, uint32_t directions)
{
    struct session *session, *next;
    if (directions & KERNEL_SENDING && flow->session)
        sender_leaves(flow->session);
    DL_FOREACH_SAFE(flow->host->net->sessions, session, next) {
        if (directions & KERNEL_RECEIVING && session->receiver == flow)
            receiver_leaves(session, true);
    }
}

void sessions_release(struct flow *flow)
{
    struct session *session, *next;
    DL_FOREACH_SAFE(flow->host->net->sessions, session, next) {
        if (session->receiver == flow)
            receiver_leaves(session, false);
    }
}

/* ---- what arrives ---- */

static void refuse(struct session *session)
{
    const struct way *way = &session->way;
    size_t at = way->count - session->lent; /* the refusing link, and how far the word has to go */
    int64_t delay_ns = 0;
    for (size_t i = at ? at - 1 : 0; i < way->count; i++)
        delay_ns += admission_message_ns(way->links[i]);
    uint64_t former = trace_cause(session->net->trace);
    if (at)
        trace_set_cause(session->net->trace, row_refused(way->links[at - 1], session->cost_bps));
    give_back(session);
    session->state = SESSION_REFUSING;
    travel(session, delay_ns);
    trace_set_cause(session->net->trace, former);
}

static void reserved(struct session *session)
{
    session->state = SESSION_RESERVED;
    if (session->receiver->qos.confirm)
        travel(session, session->way.delay_ns);
    if (session->sender)
        flow_tell(session->sender, KERNEL_QOS_RECEIVERS, KERNEL_SENDING);
}

/* RESV is at the next host up the way, whose link it asks. */
static void asking_arrived(struct session *session)
{
    const struct way *way = &session->way;
    size_t at = way->count - session->lent;
    if (at == 0) { /* no link at all: nobody who could lend */
        if (session->cost_bps)
            refuse(session);
        else
            reserved(session);
        return;
    }
    bool in_time = at > 1 || admission_in_time(&session->reserved, way->links, way->count);
    if (!in_time || !admission_link(way->links[at - 1], session->cost_bps)) {
        refuse(session);
        return;
    }
    session->lent++;
    if (at == 1)
        reserved(session);
    else
        travel(session, admission_message_ns(way->links[at - 2]));
}

static void lose(struct session *session)
{
    bool was_reserved = session->state == SESSION_RESERVED;
    struct flow *receiver = session->receiver;
    give_back(session);
    session->fading = false;
    session->state = SESSION_LOST;
    session->receiver = NULL;
    if (way_whole(session))
        wait_until(session, refresh_before_ns(session) + SESSION_REFRESH_NS);
    if (was_reserved)
        flow_tell(session->sender, KERNEL_QOS_NO_RECEIVERS, KERNEL_SENDING);
    if (!receiver)
        return;
    receiver->senders--;
    flow_tell(receiver, KERNEL_QOS_NO_SENDERS, KERNEL_RECEIVING);
}

static void released(struct session *session)
{
    struct flow *sender = session->sender;
    session->state = SESSION_OFFERED;
    flow_tell(sender, KERNEL_QOS_NO_RECEIVERS, KERNEL_SENDING);
    if (!way_whole(session))
        lose(session); /* it was the state that faded, not a message */
    else if (!session->receiver)
        settle(session); /* perhaps somebody else has come */
    else if (wants(session->receiver))
        ask(session);
}

/* The last word of a sender; or what remains of him has faded. */
static void left(struct session *session)
{
    struct flow *receiver = session->receiver;
    session->receiver = NULL;
    receiver->senders--;
    session_free(session);
    flow_tell(receiver, KERNEL_QOS_NO_SENDERS, KERNEL_RECEIVING);
}

static void faded_or_refreshed(struct session *session)
{
    if (now_of(session) >= session->fades_ns) {
        lose(session);
        return;
    }
    session->fading = false;
    if (session->state == SESSION_OFFERED && wants(session->receiver))
        ask(session);
}

static void session_due(struct net_timer *timer)
{
    struct session *session = (struct session *)(void *)timer;
    if (session->fading) {
        faded_or_refreshed(session);
        return;
    }
    switch (session->state) {
    case SESSION_OFFERING: settle(session); break;
    case SESSION_OFFERED: break;
    case SESSION_ASKING: asking_arrived(session); break;
    case SESSION_REFUSING:
        session->state = SESSION_OFFERED;
        flow_tell(session->receiver, KERNEL_QOS_NOT_ADMITTED, KERNEL_RECEIVING);
        break;
    case SESSION_RESERVED: flow_tell(session->receiver, KERNEL_QOS_CONFIRMED, KERNEL_RECEIVING); break;
    case SESSION_RELEASING: released(session); break;
    case SESSION_LEAVING: left(session); break;
    case SESSION_LOST: offer(session); break;
    }
}

/* ---- links that go and come ---- */

static bool leads_over(const struct session *session, const struct link *link)
{
    for (size_t i = 0; i < session->way.count; i++)
        if (session->way.links[i] == link)
            return true;
    return false;
}

/* No refresh gets through any more, nor what is under way. */
static void way_breaks(struct session *session)
{
    if (!session->fading) /* else no refresh has come since */
        session->fades_ns = refresh_before_ns(session) + SESSION_LIFETIME_NS;
    switch (session->state) {
    case SESSION_OFFERING:
        net_timer_stop(session->net->engine, &session->timer);
        session->state = SESSION_LOST;
        return;
    case SESSION_LOST: net_timer_stop(session->net->engine, &session->timer); return;
    case SESSION_ASKING:
    case SESSION_REFUSING:
        give_back(session);
        session->state = SESSION_OFFERED;
        session->fading = true;
        break;
    case SESSION_OFFERED:
    case SESSION_RESERVED: session->fading = true; break;
    case SESSION_RELEASING:
    case SESSION_LEAVING: break;
    }
    wait_until(session, session->fades_ns);
}

/* The next refresh gets through, if there still is something to refresh. */
static void way_returns(struct session *session)
{
    int64_t refresh_ns = refresh_before_ns(session) + SESSION_REFRESH_NS;
    if (session->state == SESSION_LOST)
        wait_until(session, refresh_ns);
    else if (session->fading && refresh_ns + session->way.delay_ns < session->fades_ns)
        wait_until(session, refresh_ns + session->way.delay_ns);
}

void qos_link_cut(struct link *link, bool cut)
{
    struct session *session;
    DL_FOREACH(link->net->sessions, session) {
        bool over = leads_over(session, link);
        if (cut && over)
            way_breaks(session);
        else if (!cut && (session->state == SESSION_LOST || (over && way_whole(session))))
            way_returns(session);
    }
}

void qos_link_gone(struct link *link)
{
    struct session *session;
    DL_FOREACH(link->net->sessions, session) {
        if (!leads_over(session, link))
            continue;
        give_back(session);
        way_breaks(session);
        session->way.count = 0;
        session->way.end = NULL;
    }
}
