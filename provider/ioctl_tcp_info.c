/*
 * SIO_TCP_INFO (ioctls reference 2.1): what the stack counts of a connection, in the two versions of the structure.
 */
#include <string.h>

#include "ioctl.h"
#include "provider.h"

#define MICROSECOND 1000
#define MILLISECOND 1000000

/* The members of version 0 are the first of version 1, too. */
_Static_assert(offsetof(TCP_INFO_v1, SynRetrans) == offsetof(TCP_INFO_v0, SynRetrans), "version 1 begins as version 0");

static ULONG counted(uint64_t value) { return value < 0xFFFFFFFFu ? (ULONG)value : 0xFFFFFFFFu; }
static ULONG elapsed(int64_t ns, int64_t unit) { return counted((uint64_t)(ns / unit)); }

static void limits_write(const struct kernel_tcp_info *info, TCP_INFO_v1 *out)
{
    out->SndLimTransRwin = counted(info->limit[KERNEL_LIMIT_RECEIVER].times);
    out->SndLimTimeRwin = elapsed(info->limit[KERNEL_LIMIT_RECEIVER].spent_ns, MILLISECOND);
    out->SndLimBytesRwin = info->limit[KERNEL_LIMIT_RECEIVER].bytes;
    out->SndLimTransCwnd = counted(info->limit[KERNEL_LIMIT_CONGESTION].times);
    out->SndLimTimeCwnd = elapsed(info->limit[KERNEL_LIMIT_CONGESTION].spent_ns, MILLISECOND);
    out->SndLimBytesCwnd = info->limit[KERNEL_LIMIT_CONGESTION].bytes;
    out->SndLimTransSnd = counted(info->limit[KERNEL_LIMIT_SENDER].times);
    out->SndLimTimeSnd = elapsed(info->limit[KERNEL_LIMIT_SENDER].spent_ns, MILLISECOND);
    out->SndLimBytesSnd = info->limit[KERNEL_LIMIT_SENDER].bytes;
}

static void info_write(const struct kernel_tcp_info *info, TCP_INFO_v1 *out)
{
    static const TCPSTATE states[] = {
        [KERNEL_TCP_CLOSED] = TCPSTATE_CLOSED, [KERNEL_TCP_LISTEN] = TCPSTATE_LISTEN, [KERNEL_TCP_SYN_SENT] = TCPSTATE_SYN_SENT,
        [KERNEL_TCP_SYN_RECEIVED] = TCPSTATE_SYN_RCVD, [KERNEL_TCP_ESTABLISHED] = TCPSTATE_ESTABLISHED, [KERNEL_TCP_FIN_WAIT_1] = TCPSTATE_FIN_WAIT_1,
        [KERNEL_TCP_FIN_WAIT_2] = TCPSTATE_FIN_WAIT_2, [KERNEL_TCP_CLOSE_WAIT] = TCPSTATE_CLOSE_WAIT, [KERNEL_TCP_CLOSING] = TCPSTATE_CLOSING,
        [KERNEL_TCP_LAST_ACK] = TCPSTATE_LAST_ACK, [KERNEL_TCP_TIME_WAIT] = TCPSTATE_TIME_WAIT,
    };
    memset(out, 0, sizeof *out);
    out->State = states[info->stage];
    out->Mss = info->segment_bytes;
    out->ConnectionTimeMs = (ULONG64)(info->age_ns / MILLISECOND);
    out->TimestampsEnabled = info->timestamps;
    out->RttUs = elapsed(info->rtt_ns, MICROSECOND);
    out->MinRttUs = elapsed(info->least_rtt_ns, MICROSECOND);
    out->BytesInFlight = info->in_flight_bytes;
    out->Cwnd = info->congestion_window;
    out->SndWnd = info->send_window;
    out->RcvWnd = info->receive_window;
    out->RcvBuf = info->receive_buffer;
    out->BytesOut = info->sent_bytes;
    out->BytesIn = info->received_bytes;
    out->BytesReordered = counted(info->reordered_bytes);
    out->BytesRetrans = counted(info->resent_bytes);
    out->FastRetrans = counted(info->fast_recoveries);
    out->DupAcksIn = counted(info->duplicate_acks);
    out->TimeoutEpisodes = counted(info->timeout_episodes);
    out->SynRetrans = (UCHAR)(info->syn_resent < 255 ? info->syn_resent : 255);
    limits_write(info, out);
}

int ioctl_tcp_info(struct ioctl_call *call)
{
    DWORD version, size;
    struct kernel_tcp_info info;
    TCP_INFO_v1 out;
    if (call->in_size != sizeof version) return WSAEMSGSIZE;
    memcpy(&version, call->in, sizeof version);
    if (version > 1) return WSAEINVAL;
    size = version ? sizeof(TCP_INFO_v1) : sizeof(TCP_INFO_v0);
    if (!call->out || call->out_size < size) return WSAEINVAL;
    if (!kernel_may_write(call->out, call->out_size)) return WSAEFAULT;
    enum kernel_status status = kernel_tcp_info(call->sock->endpoint, &info);
    if (status != KERNEL_OK) return error_of_kernel(status);
    info_write(&info, &out);
    memcpy(call->out, &out, size);
    call->count = size;
    return 0;
}
