/*
 * TCP_INFO as a value: version 0 has the members up to "syn_retrans", version 1 the "limited" ones too.
 */
#include <winsock2.h>
#include <mstcpip.h>

#include <string.h>

#include "ws2/decode.h"

static void limit_add(struct arena *arena, struct value *map, const char *name, ULONG times, ULONG ms, ULONG64 bytes)
{
    struct value *limit = value_add(value_new(arena, VALUE_MAP), "times", value_uint(arena, times));
    value_add(limit, "ms", value_uint(arena, ms));
    value_add(limit, "bytes", value_uint(arena, bytes));
    value_add(map, name, limit);
}

struct value *decode_tcp_info(struct arena *arena, const void *bytes, size_t size)
{
    static const char *const states[] = { "closed", "listen", "syn_sent", "syn_received", "established", "fin_wait_1", "fin_wait_2", "close_wait", "closing", "last_ack", "time_wait" };
    TCP_INFO_v1 info;
    if (size < sizeof(TCP_INFO_v0)) return decode_hex(arena, bytes, size);
    memset(&info, 0, sizeof info);
    memcpy(&info, bytes, size < sizeof info ? sizeof(TCP_INFO_v0) : sizeof info);
    const struct { const char *name; uint64_t value; } members[] = {
        { "mss", info.Mss }, { "connected_ms", info.ConnectionTimeMs }, { "rtt_us", info.RttUs }, { "min_rtt_us", info.MinRttUs },
        { "in_flight", info.BytesInFlight }, { "cwnd", info.Cwnd }, { "send_window", info.SndWnd }, { "receive_window", info.RcvWnd },
        { "receive_buffer", info.RcvBuf }, { "bytes_out", info.BytesOut }, { "bytes_in", info.BytesIn }, { "bytes_reordered", info.BytesReordered },
        { "bytes_retrans", info.BytesRetrans }, { "fast_retrans", info.FastRetrans }, { "dup_acks_in", info.DupAcksIn },
        { "timeout_episodes", info.TimeoutEpisodes }, { "syn_retrans", info.SynRetrans },
    };
    struct value *map = value_add(value_new(arena, VALUE_MAP), "state", value_text(arena, (unsigned)info.State <= TCPSTATE_TIME_WAIT ? states[info.State] : "other"));
    value_add(map, "timestamps", value_bool(arena, info.TimestampsEnabled != 0));
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) value_add(map, members[i].name, value_uint(arena, members[i].value));
    if (size < sizeof info) return value_add(value_new(arena, VALUE_MAP), "tcp_info", map);
    struct value *limited = value_new(arena, VALUE_MAP);
    limit_add(arena, limited, "receiver", info.SndLimTransRwin, info.SndLimTimeRwin, info.SndLimBytesRwin);
    limit_add(arena, limited, "congestion", info.SndLimTransCwnd, info.SndLimTimeCwnd, info.SndLimBytesCwnd);
    limit_add(arena, limited, "sender", info.SndLimTransSnd, info.SndLimTimeSnd, info.SndLimBytesSnd);
    value_add(map, "limited", limited);
    return value_add(value_new(arena, VALUE_MAP), "tcp_info", map);
}
