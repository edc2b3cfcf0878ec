/* The receive window: how large it begins, what of it is told, how it grows with what the application takes (host-stack 4.4). */
#include "net/tcp/inside.h"

#define SPEED_SLOW 1000000u
#define SPEED_MIDDLE 100000000u
#define SPEED_FAST UINT64_C(10000000000)
#define WINDOW_SLOW 8192u
#define WINDOW_MIDDLE 17520u
#define WINDOW_FAST 131072u
#define SCALE_MOST 14u
#define FULL_SIZE_LEAST 536u

enum compatibility { COMPATIBLE_NO_TUNING = 1, COMPATIBLE_SMALL_SCALE = 2, COMPATIBLE_FIXED_BUFFER = 4 };

static uint32_t window_by_speed(const struct tcp *tcp)
{
    const struct iface *iface = tcp->endpoint->path.iface;
    uint64_t speed = iface ? iface->speed_bps : SPEED_MIDDLE;
    if (speed < SPEED_SLOW)
        return WINDOW_SLOW;
    if (speed < SPEED_MIDDLE)
        return WINDOW_MIDDLE;
    if (speed >= SPEED_FAST)
        return WINDOW_FAST;
    uint32_t mss = tcp->own_mss;
    return mss < UINT16_MAX / 2 ? UINT16_MAX / mss * mss : UINT16_MAX; /* 44 * 1460 */
}

static uint8_t scale_of(const struct tcp *tcp)
{
    static const uint8_t scales[] = { [TCP_TUNING_DISABLED] = 0, [TCP_TUNING_HIGHLY_RESTRICTED] = 2, [TCP_TUNING_RESTRICTED] = 4,
                                      [TCP_TUNING_NORMAL] = 8, [TCP_TUNING_EXPERIMENTAL] = SCALE_MOST };
    return tcp->endpoint->option[KERNEL_COMPATIBILITY] & COMPATIBLE_SMALL_SCALE ? 2 : scales[tcp->parameters->auto_tuning];
}

/* Before the SYN leaves: the first window, and whether it is to be scaled. */
void receive_buffer_set(struct tcp *tcp)
{
    const struct endpoint *endpoint = tcp->endpoint;
    const struct tcp_parameters *parameters = tcp->parameters;
    bool own = option_given(endpoint, KERNEL_RECEIVE_BUFFER), old = endpoint->option[KERNEL_COMPATIBILITY] & COMPATIBLE_NO_TUNING;
    bool scaled = parameters->auto_tuning != TCP_TUNING_DISABLED && !old;
    tcp->receive_buffer = own ? endpoint->option[KERNEL_RECEIVE_BUFFER] : parameters->receive_window ? parameters->receive_window : window_by_speed(tcp);
    tcp->receive_fixed = endpoint->option[KERNEL_COMPATIBILITY] & COMPATIBLE_FIXED_BUFFER;
    tcp->tuned = scaled && !own;
    tcp->receive_scale = scaled ? scale_of(tcp) : 0;
    if (scaled)
        tcp->offers |= TCP_OPTION_SCALE;
    else
        tcp->receive_buffer = (uint32_t)least(tcp->receive_buffer, UINT16_MAX);
}

/* The peer has agreed, or not. */
void receive_start(struct tcp *tcp)
{
    tcp->tuned = tcp->tuned && tcp->offers & TCP_OPTION_SCALE;
    tcp->full_size = tcp->mss < FULL_SIZE_LEAST ? tcp->mss : FULL_SIZE_LEAST;
    tcp->tune_edge = tcp->rcv_nxt + tcp->receive_buffer;
}

/* A buffer of 0 is none: then the receives that wait are what there is room in (SPI reference 11.1), in whole units of the scale so
   that the last bytes come too. */
static uint64_t waiting_room(const struct tcp *tcp)
{
    uint64_t room = 0, unit = UINT64_C(1) << tcp->receive_scale;
    for (const struct request *request = tcp->endpoint->receiving; request; request = request->endpoint_next)
        room += transfer_room(request->moves.transfer) - request->moves.transfer->count;
    return (room + unit - 1) & ~(unit - 1);
}

static inline uint64_t buffer_of(const struct tcp *tcp)
{
    return TCP_UNLIKELY(!tcp->receive_buffer) ? waiting_room(tcp) : tcp->receive_buffer;
}

/* Once told it never shrinks, and it opens in steps (RFC 1122 4.2.3.3). */
uint16_t window_field(struct tcp *tcp)
{
    uint64_t buffer = buffer_of(tcp), room = buffer > tcp->queued ? buffer - tcp->queued : 0, edge = tcp->rcv_nxt + room;
    uint64_t half = buffer / 2, step = tcp->mss < half ? tcp->mss : half;
    if (!before(edge, tcp->rcv_edge + step))
        tcp->rcv_edge = edge;
    uint64_t window = before(tcp->rcv_nxt, tcp->rcv_edge) ? tcp->rcv_edge - tcp->rcv_nxt : 0;
    return (uint16_t)least(window >> tcp->receive_scale, UINT16_MAX);
}

/* Dynamic right-sizing: twice what the application took while one window came in. */
static void tune(struct tcp *tcp)
{
    uint64_t took = tcp->copied - tcp->tune_copied, limit = (uint64_t)UINT16_MAX << tcp->receive_scale;
    if (2 * took > tcp->receive_buffer)
        tcp->receive_buffer = (uint32_t)most(least(2 * took, limit), tcp->receive_buffer);
    tcp->tune_edge = tcp->rcv_nxt + tcp->receive_buffer;
    tcp->tune_copied = tcp->copied;
}

/* More may come, if it is worth a segment to say so. */
static void window_open(struct tcp *tcp)
{
    if (!synchronized(tcp) || tcp->fin_heard)
        return;
    uint64_t buffer = buffer_of(tcp), room = buffer > tcp->queued ? buffer - tcp->queued : 0;
    uint64_t half = buffer / 2, step = 2 * tcp->mss < half ? 2 * tcp->mss : half;
    if (before(tcp->rcv_nxt + room, tcp->rcv_edge + step))
        return;
    if (tcp->busy)
        tcp->ack_now = true; /* when the turn ends */
    else
        segment_ack(tcp);
}

void receive_taken(struct tcp *tcp, uint64_t bytes)
{
    tcp->copied += bytes;
    if (tcp->tuned && !before(tcp->rcv_nxt, tcp->tune_edge))
        tune(tcp);
    window_open(tcp);
}

void tcp_receive_pends(struct endpoint *endpoint)
{
    struct tcp *tcp = endpoint->tcp;
    if (tcp && tcp->receive_buffer == 0)
        window_open(tcp);
}

/* SO_RCVBUF after connecting. */
void receive_buffer_change(struct tcp *tcp)
{
    uint32_t wanted = tcp->endpoint->option[KERNEL_RECEIVE_BUFFER];
    if (tcp->receive_fixed && wanted < tcp->receive_buffer)
        return;
    tcp->tuned = false;
    tcp->receive_buffer = (uint32_t)least(wanted, (uint64_t)UINT16_MAX << tcp->receive_scale);
}

/* SIO_SET_COMPATIBILITY_MODE after connecting: the scale was told in the handshake and stays (IOCTL reference 1.35). */
void receive_compatibility_change(struct tcp *tcp)
{
    uint32_t mode = tcp->endpoint->option[KERNEL_COMPATIBILITY];
    bool scaled = tcp->parameters->auto_tuning != TCP_TUNING_DISABLED && tcp->offers & TCP_OPTION_SCALE;
    tcp->receive_fixed = mode & COMPATIBLE_FIXED_BUFFER;
    tcp->tuned = scaled && !(mode & COMPATIBLE_NO_TUNING) && !option_given(tcp->endpoint, KERNEL_RECEIVE_BUFFER);
}
