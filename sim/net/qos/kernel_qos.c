/* The group of kernel.h for quality of service. */
#include "core/check.h"
#include "net/qos/flowspec.h"
#include "net/qos/session.h"

static struct host *here(void)
{
    check(running && running->host);
    return running->host;
}

/* Whether its host has quality of service at all, and for this transport. */
static enum kernel_status able(const struct endpoint *endpoint)
{
    const struct host *host = endpoint->host;
    if (host->stack_down)
        return KERNEL_STACK_DOWN;
    return host->parameters.qos_signalling && endpoint->transport != KERNEL_RAW ? KERNEL_OK : KERNEL_NOT_SUPPORTED;
}

/* NULL: *status says why. */
static struct endpoint *enter(kernel_endpoint id, enum kernel_status *status)
{
    struct host *host = here();
    struct endpoint *endpoint = endpoint_find(host->net, id);
    bool mine = endpoint && endpoint->host == host && !endpoint->traffic;
    *status = mine ? able(endpoint) : KERNEL_BAD_HANDLE;
    return *status == KERNEL_OK ? endpoint : NULL;
}

/* Where the endpoint's packets leave, as far as it is known: towards its peer, or by the first interface beside loopback. */
static const struct iface *outgoing(const struct endpoint *endpoint)
{
    struct host *host = endpoint->host;
    const struct iface *iface;
    if (endpoint->tuple.remote_port) {
        struct ip_path path;
        ip_path_find(host, endpoint->tuple.family, &endpoint->tuple.remote, NULL, &path);
        if (path.status == KERNEL_OK)
            return path.iface;
    }
    DL_FOREACH(host->ifaces, iface) {
        if (iface->type != IFACE_LOOPBACK && iface->connected)
            return iface;
    }
    return NULL;
}

static uint64_t line_rate_bps(const struct iface *iface)
{
    if (!iface || iface->type == IFACE_LOOPBACK)
        return UINT64_MAX;
    return iface->link && iface->link->rate_bps != LINK_UNLIMITED ? iface->link->rate_bps : iface->speed_bps;
}

/* ---- set ---- */

static void row_directions(struct trace *trace, const struct kernel_qos *qos)
{
    const struct kernel_flow *const flows[] = { &qos->sending, &qos->receiving };
    static const char *const keys[] = { "sending", "receiving" };
    for (int i = 0; i < 2; i++) {
        trace_map(trace, keys[i]);
        trace_text(trace, "service", flowspec_service_name(flows[i]->service));
        if (flowspec_carries(flows[i]) && flowspec_rate_given(flows[i]->token_rate))
            trace_uint(trace, "rate", flows[i]->token_rate);
        trace_close(trace);
    }
}

static void row_set(const struct kernel_qos *qos, kernel_endpoint id, enum kernel_status status, enum kernel_qos_news news)
{
    struct trace *trace = here()->net->trace;
    if (!trace_begin(trace, LAYER_KERNEL, "kernel.qos_set", NULL, ""))
        return;
    trace_uint(trace, "endpoint", id);
    row_directions(trace, qos);
    trace_text(trace, "status", status_name(status));
    if (news != KERNEL_QOS_NOTHING)
        trace_text(trace, "news", qos_news_name(news));
    trace_end(trace);
}

/* What holds for the flow from now on. */
static void row_holds(const struct flow *flow)
{
    struct trace *trace = flow->host->net->trace;
    char label[32];
    if (!trace_begin(trace, LAYER_NET, "qos.set", flow->host->name, flow_label(flow, label)))
        return;
    row_directions(trace, &flow->qos);
    trace_end(trace);
}

static enum kernel_qos_news problem_of(const struct kernel_qos *qos)
{
    enum kernel_qos_news news = flowspec_check_sending(&qos->sending);
    return news != KERNEL_QOS_NOTHING ? news : flowspec_check_receiving(&qos->receiving);
}

/* A direction gets its new wish; true if it is another now. */
static bool direction_set(struct kernel_flow *own, const struct kernel_flow *wish)
{
    if (wish->service == KERNEL_SERVICE_NO_CHANGE)
        return false;
    *own = *wish;
    return true;
}

static enum kernel_status qos_apply(struct endpoint *endpoint, const struct kernel_qos *wish)
{
    const struct iface *out = outgoing(endpoint);
    uint32_t mtu_bytes = out ? out->mtu_bytes : 1500, rate = wish->sending.token_rate;
    if (flowspec_carries(&wish->sending) && flowspec_rate_given(rate) && 8 * (uint64_t)rate > line_rate_bps(out))
        return KERNEL_NO_RESOURCES;
    struct flow *flow = flow_of(endpoint);
    sessions_meet(flow); /* before its wish is another: it is asked for once, below */
    struct kernel_flow sending = flow->qos.sending, receiving = flow->qos.receiving;
    bool sends = direction_set(&sending, &wish->sending), receives = direction_set(&receiving, &wish->receiving);
    if (sends)
        flowspec_complete(&sending, mtu_bytes);
    flow->qos = *wish;
    flow->qos.sending = sending;
    flow->qos.receiving = receiving;
    row_holds(flow);
    flow_control(flow);
    if (sends && flowspec_carries(&sending) && !flow->qos.no_signalling)
        session_begin(flow);
    else if (sends)
        sessions_leave(flow, KERNEL_SENDING);
    bool asked = false;
    if (receives && flowspec_carries(&receiving) && !flow->qos.no_signalling)
        asked = sessions_ask(flow);
    else if (receives)
        sessions_release(flow);
    bool offered = sends && flow->session && flow->session->state == SESSION_OFFERING;
    return asked || offered ? KERNEL_PENDING : KERNEL_OK;
}

enum kernel_status qos_set(struct endpoint *endpoint, const struct kernel_qos *qos, enum kernel_qos_news *news)
{
    enum kernel_status status = able(endpoint);
    *news = KERNEL_QOS_NOTHING;
    if (status != KERNEL_OK)
        return status;
    *news = problem_of(qos);
    bool bad = *news != KERNEL_QOS_NOTHING || (qos->destination.address.family && qos->destination.address.family != endpoint->family);
    return bad ? KERNEL_BAD_ARGUMENT : qos_apply(endpoint, qos);
}

enum kernel_status kernel_qos_set(kernel_endpoint id, const struct kernel_qos *qos, enum kernel_qos_news *news)
{
    enum kernel_status status;
    struct endpoint *endpoint = enter(id, &status);
    *news = KERNEL_QOS_NOTHING;
    if (endpoint)
        status = qos_set(endpoint, qos, news);
    row_set(qos, id, status, *news);
    return status;
}

/* ---- get and check ---- */

/* A receiver that asked for nothing sees what is on offer. */
static struct kernel_qos qos_of(const struct flow *flow)
{
    struct kernel_qos qos = flow->qos;
    const struct session *received = session_received(flow);
    if (!flowspec_carries(&qos.receiving) && received)
        qos.receiving = received->sending;
    return qos;
}

enum kernel_status kernel_qos_get(kernel_endpoint id, struct kernel_qos_state *state)
{
    enum kernel_status status;
    struct endpoint *endpoint = enter(id, &status);
    if (!endpoint)
        return status;
    if (endpoint->transport == KERNEL_TCP && !endpoint->connected && !endpoint->listening)
        return KERNEL_NOT_CONNECTED;
    if (!endpoint->bound)
        return KERNEL_BAD_ARGUMENT;
    struct flow *flow = flow_of(endpoint);
    sessions_meet(flow);
    *state = (struct kernel_qos_state){ .qos = qos_of(flow), .news = flow->news, .changed = flow->changed };
    flow->changed = 0;
    return KERNEL_OK;
}

static uint32_t allowed_rate(const struct flow *flow)
{
    if (!flow || !flowspec_carries(&flow->qos.sending))
        return KERNEL_FLOW_UNSPECIFIED;
    uint32_t rate = flow->qos.sending.token_rate;
    const struct session *session = flow->session;
    if (session && session->state == SESSION_RESERVED && session->reserved.token_rate < rate)
        rate = session->reserved.token_rate;
    return rate;
}

struct qos_view qos_view(const struct endpoint *endpoint)
{
    const struct flow *flow = endpoint->flow;
    struct qos_view view = { .allowed_rate = allowed_rate(flow), .reservation = "none" };
    if (!flow)
        return view;
    const struct session *session = flow->session ? flow->session : session_received(flow);
    view.qos = qos_of(flow);
    view.news = flow->news;
    view.kept = flow->kept_count;
    view.conforming = flow->conforming;
    view.exceeding = flow->exceeding;
    view.lost = flow->lost;
    if (session)
        view.reservation = session_state_name(session->state);
    return view;
}

/* 0: not known, 1: unable, 2: able. */
static uint32_t local_ability(const struct endpoint *endpoint)
{
    const struct iface *out = endpoint->tuple.remote_port ? outgoing(endpoint) : NULL;
    return !out ? 0 : out->link && out->link->reservable_bps ? 2 : 1;
}

static uint32_t path_ability(const struct flow *flow)
{
    const struct session *session = flow ? flow->session ? flow->session : session_received(flow) : NULL;
    if (session && session->state == SESSION_RESERVED)
        return 2;
    return flow && flow->news == KERNEL_QOS_NOT_ADMITTED ? 1 : 0;
}

enum kernel_status kernel_qos_check(kernel_endpoint id, enum kernel_qos_question question, uint32_t *answer)
{
    enum kernel_status status;
    const struct endpoint *endpoint = enter(id, &status);
    if (!endpoint)
        return status;
    const struct flow *flow = endpoint->flow;
    uint64_t line_kbps;
    switch (question) {
    case KERNEL_QOS_MAY_SEND: *answer = 1; return KERNEL_OK; /* as best effort at least */
    case KERNEL_QOS_SIGNALS: *answer = endpoint->host->parameters.qos_signalling; return KERNEL_OK;
    case KERNEL_QOS_LINE_RATE:
        line_kbps = line_rate_bps(outgoing(endpoint)) / 1000;
        *answer = line_kbps > UINT32_MAX ? UINT32_MAX : (uint32_t)line_kbps;
        return KERNEL_OK;
    case KERNEL_QOS_TRAFFIC_CONTROL: *answer = !(flow && flow->qos.no_traffic_control); return KERNEL_OK;
    case KERNEL_QOS_LOCAL_ABILITY: *answer = local_ability(endpoint); return KERNEL_OK;
    case KERNEL_QOS_PATH_ABILITY: *answer = path_ability(flow); return KERNEL_OK;
    case KERNEL_QOS_ALLOWED_RATE: *answer = allowed_rate(flow); return KERNEL_OK;
    }
    return KERNEL_BAD_ARGUMENT;
}
