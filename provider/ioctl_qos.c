/*
 * Quality of service: SIO_SET_QOS, SIO_GET_QOS, SIO_CHK_QOS and the two reserved codes for groups (ioctls reference 1.37, 1.22,
 * 1.13, 1.19 and 1.36; host-stack 9). The objects behind a QOS structure lie in the client's memory and are read at the call.
 */
#include <string.h>

#include "ioctl.h"
#include "provider.h"

#include <qos.h> /* Windows' own headers want these behind winsock2.h */
#include <qossp.h>

#define SERVICE_FORM 0x80000000u /* the older spelling of a service: a bit for each, with traffic control asked for */

/* ---- errors and news ---- */

static int error_of_news(enum kernel_qos_news news)
{
    switch (news) {
    case KERNEL_QOS_NOTHING: return 0;
    case KERNEL_QOS_RECEIVERS: return WSA_QOS_RECEIVERS;
    case KERNEL_QOS_SENDERS: return WSA_QOS_SENDERS;
    case KERNEL_QOS_NO_SENDERS: return WSA_QOS_NO_SENDERS;
    case KERNEL_QOS_NO_RECEIVERS: return WSA_QOS_NO_RECEIVERS;
    case KERNEL_QOS_CONFIRMED: return WSA_QOS_REQUEST_CONFIRMED;
    case KERNEL_QOS_NOT_ADMITTED: return WSA_QOS_ADMISSION_FAILURE;
    case KERNEL_QOS_BAD_SERVICE: return WSA_QOS_ESERVICETYPE;
    case KERNEL_QOS_BAD_FLOW: return WSA_QOS_EFLOWSPEC;
    }
    return WSA_QOS_GENERIC_ERROR;
}

/* The kernel forgets at each look what has changed; SIO_GET_QOS, which tells it, may come later. */
static enum kernel_status look(struct sock *sock, struct kernel_qos_state *state)
{
    enum kernel_status status = kernel_qos_get(sock->endpoint, state);
    if (status == KERNEL_OK) sock->shared->qos_changed |= state->changed;
    return status;
}

int qos_news(struct sock *sock)
{
    struct kernel_qos_state state;
    enum kernel_status status = look(sock, &state);
    return status == KERNEL_STACK_DOWN ? WSAENETDOWN : status == KERNEL_OK ? error_of_news(state.news) : 0;
}

/* ---- what the client says ---- */

static uint32_t service_read(SERVICETYPE service, struct kernel_qos *qos)
{
    static const uint32_t forms[][2] = { { 0x80010000u, SERVICETYPE_BESTEFFORT }, { 0x80020000u, SERVICETYPE_CONTROLLEDLOAD },
                                         { 0x80040000u, SERVICETYPE_GUARANTEED }, { 0x80200000u, SERVICETYPE_QUALITATIVE } };
    uint32_t plain = service & ~(uint32_t)SERVICE_NO_QOS_SIGNALING;
    if (service & SERVICE_NO_QOS_SIGNALING) qos->no_signalling = true;
    if ((plain & SERVICE_NO_TRAFFIC_CONTROL) == SERVICE_NO_TRAFFIC_CONTROL) {
        qos->no_traffic_control = true;
        return plain & ~(uint32_t)SERVICE_NO_TRAFFIC_CONTROL;
    }
    for (size_t i = 0; (plain & SERVICE_FORM) && i < sizeof forms / sizeof *forms; i++)
        if (plain == forms[i][0]) return forms[i][1];
    return plain;
}

/* Both have the same eight members. */
static void flow_read(const FLOWSPEC *from, struct kernel_qos *qos, struct kernel_flow *flow)
{
    *flow = (struct kernel_flow){
        .token_rate = from->TokenRate, .bucket_size = from->TokenBucketSize, .peak_rate = from->PeakBandwidth, .latency_us = from->Latency,
        .delay_variation_us = from->DelayVariation, .service = service_read(from->ServiceType, qos), .max_message = from->MaxSduSize, .least_policed = from->MinimumPolicedSize,
    };
}

static void flow_write(const struct kernel_flow *flow, FLOWSPEC *to)
{
    *to = (FLOWSPEC){
        .TokenRate = flow->token_rate, .TokenBucketSize = flow->bucket_size, .PeakBandwidth = flow->peak_rate, .Latency = flow->latency_us,
        .DelayVariation = flow->delay_variation_us, .ServiceType = flow->service, .MaxSduSize = flow->max_message, .MinimumPolicedSize = flow->least_policed,
    };
}

void qos_flows_write(const struct kernel_qos *from, QOS *to)
{
    flow_write(&from->sending, &to->SendingFlowspec);
    flow_write(&from->receiving, &to->ReceivingFlowspec);
}

static ULONG word_at(const char *object)
{
    ULONG word;
    memcpy(&word, object + sizeof(QOS_OBJECT_HDR), sizeof word);
    return word;
}

static int destination_read(const struct sock *sock, const char *object, ULONG length, struct kernel_qos *qos)
{
    QOS_DESTADDR destination;
    if (length < sizeof destination) return WSA_QOS_EOBJLENGTH;
    memcpy(&destination, object, sizeof destination);
    if (destination.SocketAddressLength > INT32_MAX) return WSA_QOS_EOBJLENGTH;
    return sockname_read(sock, destination.SocketAddress, (int)destination.SocketAddressLength, &qos->destination);
}

static int reserve_read(const char *object, ULONG length, struct kernel_qos *qos)
{
    RSVP_RESERVE_INFO info;
    if (length < sizeof info) return WSA_QOS_EOBJLENGTH;
    memcpy(&info, object, sizeof info);
    if (info.Style > RSVP_SHARED_EXPLICIT_STYLE) return WSA_QOS_EFILTERSTYLE;
    qos->confirm = info.ConfirmRequest != 0;
    return 0;
}

static int object_read(const struct sock *sock, const char *object, const QOS_OBJECT_HDR *header, struct kernel_qos *qos)
{
    ULONG length = header->ObjectLength;
    switch (header->ObjectType) {
    case QOS_OBJECT_SD_MODE:
        if (length < sizeof(QOS_SD_MODE)) return WSA_QOS_EOBJLENGTH;
        if (word_at(object) > TC_NONCONF_BORROW_PLUS) return WSA_QOS_ESDMODEOBJ;
        qos->excess = (enum kernel_excess)word_at(object);
        return 0;
    case QOS_OBJECT_SHAPING_RATE:
        if (length < sizeof(QOS_SHAPING_RATE)) return WSA_QOS_EOBJLENGTH;
        qos->shaping_rate = word_at(object);
        return qos->shaping_rate ? 0 : WSA_QOS_ESHAPERATEOBJ;
    case QOS_OBJECT_DESTADDR: return destination_read(sock, object, length, qos);
    case RSVP_OBJECT_RESERVE_INFO: return reserve_read(object, length, qos);
    default: return WSA_QOS_EUNKOWNPSOBJ;
    }
}

/* A row of objects, each with its length; it ends where it says so, or with the buffer. */
static int objects_read(const struct sock *sock, const WSABUF *buffer, struct kernel_qos *qos)
{
    QOS_OBJECT_HDR header;
    if (buffer->len == 0) return 0;
    if (!buffer->buf || !kernel_may_read(buffer->buf, buffer->len)) return WSA_QOS_EPROVSPECBUF;
    for (ULONG at = 0; at < buffer->len; at += header.ObjectLength) {
        if (buffer->len - at < sizeof header) return WSA_QOS_EOBJLENGTH;
        memcpy(&header, buffer->buf + at, sizeof header);
        if (header.ObjectLength < sizeof header || header.ObjectLength > buffer->len - at) return WSA_QOS_EOBJLENGTH;
        if (header.ObjectType == QOS_OBJECT_END_OF_LIST) return 0;
        int error = object_read(sock, buffer->buf + at, &header, qos);
        if (error) return error;
    }
    return 0;
}

/* ---- SIO_SET_QOS ---- */

/* The network's word about the wish: a refusal ends the request, all else is success. */
static int set_late(struct sock *sock, void *out, DWORD out_size, DWORD *count)
{
    int news = qos_news(sock);
    (void)out;
    (void)out_size;
    *count = 0;
    return news == WSA_QOS_ADMISSION_FAILURE || news == WSAENETDOWN ? news : 0;
}

static void watch(struct ioctl_call *call, ioctl_late *late)
{
    call->watch = (struct kernel_watch){ .topic = KERNEL_TOPIC_ENDPOINT, .family = sock_family(call->sock), .endpoint = call->sock->endpoint, .conditions = KERNEL_QOS_CHANGED };
    call->late = late;
}

/* A plain call does not wait for the network: FD_QOS tells. An overlapped one ends with its answer. */
int ioctl_set_qos(struct ioctl_call *call)
{
    QOS wish;
    struct kernel_qos qos = { .excess = KERNEL_EXCESS_BY_SERVICE };
    enum kernel_qos_news news;
    memcpy(&wish, call->in, sizeof wish);
    flow_read(&wish.SendingFlowspec, &qos, &qos.sending);
    flow_read(&wish.ReceivingFlowspec, &qos, &qos.receiving);
    int error = objects_read(call->sock, &wish.ProviderSpecific, &qos);
    if (error) return error;
    enum kernel_status status = kernel_qos_set(call->sock->endpoint, &qos, &news);
    switch (status) {
    case KERNEL_PENDING:
        if (call->plain) return 0;
        watch(call, set_late);
        return IOCTL_PENDS;
    case KERNEL_BAD_ARGUMENT: return news == KERNEL_QOS_NOTHING ? WSAEINVAL : error_of_news(news);
    case KERNEL_NO_RESOURCES: return WSAEOPNOTSUPP; /* it cannot be satisfied here */
    default: return error_of_kernel(status);
    }
}

/* ---- SIO_GET_QOS ---- */

/* What there is to say beyond the two flows: the newest status of the reservation. */
static DWORD objects_size(const struct kernel_qos_state *state)
{
    return state->news == KERNEL_QOS_NOTHING ? 0 : (DWORD)(sizeof(RSVP_STATUS_INFO) + sizeof(QOS_OBJECT_HDR));
}

static void objects_write(const struct kernel_qos_state *state, char *out)
{
    RSVP_STATUS_INFO status = { .ObjectHdr = { RSVP_OBJECT_STATUS_INFO, sizeof status }, .StatusCode = (ULONG)error_of_news(state->news) };
    QOS_OBJECT_HDR end = { QOS_OBJECT_END_OF_LIST, sizeof end };
    memcpy(out, &status, sizeof status);
    memcpy(out + sizeof status, &end, sizeof end);
}

/* Too small for the structure is one error, too small for its objects another, with the size that it takes in its first word. */
static int qos_write(const struct kernel_qos_state *state, void *out, DWORD out_size, DWORD *count)
{
    QOS qos;
    DWORD objects = objects_size(state), needed = (DWORD)sizeof qos + objects;
    *count = 0;
    if (!out || out_size < sizeof qos || !kernel_may_write(out, out_size)) return WSAEFAULT;
    if (out_size < needed) {
        memcpy(out, &needed, sizeof needed);
        return WSAENOBUFS;
    }
    memset(&qos, 0, sizeof qos);
    qos_flows_write(&state->qos, &qos);
    if (objects) {
        qos.ProviderSpecific.len = objects;
        qos.ProviderSpecific.buf = (char *)out + sizeof qos;
        objects_write(state, (char *)out + sizeof qos);
    }
    memcpy(out, &qos, sizeof qos);
    *count = needed;
    return 0;
}

/* The end of a wait describes what has changed; a direction that has not says so. */
static int get_late(struct sock *sock, void *out, DWORD out_size, DWORD *count)
{
    struct kernel_qos_state state;
    enum kernel_status status = look(sock, &state);
    if (status != KERNEL_OK) return error_of_kernel(status);
    if (!(sock->shared->qos_changed & KERNEL_SENDING)) state.qos.sending.service = KERNEL_SERVICE_NO_CHANGE;
    if (!(sock->shared->qos_changed & KERNEL_RECEIVING)) state.qos.receiving.service = KERNEL_SERVICE_NO_CHANGE;
    int error = qos_write(&state, out, out_size, count);
    if (error == 0) sock->shared->qos_changed = 0;
    return error;
}

/* A sender may ask once it is connected, a receiver once it is bound. */
int ioctl_get_qos(struct ioctl_call *call)
{
    struct kernel_qos_state state;
    struct sock *sock = call->sock;
    conditions_enable(sock, FD_QOS); /* whatever comes of the call */
    enum kernel_status status = look(sock, &state);
    if (status != KERNEL_OK) return error_of_kernel(status);
    if (!call->out || call->out_size < sizeof(QOS) || !kernel_may_write(call->out, call->out_size)) return WSAEFAULT;
    if (!call->plain) {
        watch(call, get_late);
        return IOCTL_PENDS;
    }
    int error = qos_write(&state, call->out, call->out_size, &call->count);
    if (error == 0) sock->shared->qos_changed = 0;
    return error;
}

/* ---- SIO_CHK_QOS and the reserved codes ---- */

int ioctl_chk_qos(struct ioctl_call *call)
{
    static const enum kernel_qos_question questions[] = { KERNEL_QOS_MAY_SEND, KERNEL_QOS_SIGNALS, KERNEL_QOS_LINE_RATE, KERNEL_QOS_TRAFFIC_CONTROL,
                                                          KERNEL_QOS_LOCAL_ABILITY, KERNEL_QOS_PATH_ABILITY };
    DWORD selector;
    uint32_t answer;
    memcpy(&selector, call->in, sizeof selector);
    if (selector < ALLOWED_TO_SEND_DATA || selector > END_TO_END_QOSABILITY) return WSAEINVAL;
    enum kernel_qos_question question = questions[selector - ALLOWED_TO_SEND_DATA];
    enum kernel_status status = kernel_qos_check(call->sock->endpoint, question, &answer);
    if (status != KERNEL_OK) return error_of_kernel(status);
    if (question == KERNEL_QOS_LOCAL_ABILITY || question == KERNEL_QOS_PATH_ABILITY) answer = answer == 0 ? INFO_NOT_AVAILABLE : answer - 1;
    memcpy(call->out, &answer, sizeof answer);
    call->count = sizeof answer;
    return 0;
}

/* No socket is in a group that could have a flow. The reserved event is enabled again all the same. */
int ioctl_group_qos(struct ioctl_call *call)
{
    if (call->row->code == SIO_GET_GROUP_QOS) conditions_enable(call->sock, FD_GROUP_QOS);
    return WSAENOPROTOOPT;
}
