/*
 * Codes that set what the kernel keeps for the endpoint: SIO_KEEPALIVE_VALS, SIO_MULTIPOINT_LOOPBACK, SIO_MULTICAST_SCOPE,
 * SIO_RCVALL and its forms for groups, SIO_SET_COMPATIBILITY_MODE, SIO_UDP_CONNRESET and SIO_UDP_NETRESET (ioctls reference 1.25,
 * 1.26, 1.27, 1.31, 1.35, 1.39 and 2.1).
 */
#include <sdkddkver.h>
#include <string.h>

#include "ioctl.h"
#include "provider.h"

#define KEEPALIVE_TIME_MS 7200000u /* SO_KEEPALIVE alone: two hours and a second */
#define KEEPALIVE_INTERVAL_MS 1000u
#define SCOPE_MOST 255
/* KERNEL_CAPTURE */
#define CAPTURE_MULTICAST 4u
#define CAPTURE_IGMP 5u
/* KERNEL_COMPATIBILITY */
#define NO_TUNING 1u
#define SMALL_SCALE 2u
#define FIXED_BUFFER 4u

static int set(const struct ioctl_call *call, enum kernel_option option, uint64_t value)
{
    return error_of_kernel(kernel_option_set(call->sock->endpoint, option, value));
}

static DWORD word(const struct ioctl_call *call)
{
    DWORD value;
    memcpy(&value, call->in, sizeof value);
    return value;
}

/* The same switch as SO_KEEPALIVE. Off leaves the times alone; a time of 0 means the default. */
int ioctl_keepalive_vals(struct ioctl_call *call)
{
    struct tcp_keepalive values;
    memcpy(&values, call->in, sizeof values);
    if (!values.onoff) return set(call, KERNEL_KEEPALIVE, 0);
    int error = set(call, KERNEL_KEEPALIVE_IDLE_MS, values.keepalivetime ? values.keepalivetime : KEEPALIVE_TIME_MS);
    if (error == 0) error = set(call, KERNEL_KEEPALIVE_INTERVAL_MS, values.keepaliveinterval ? values.keepaliveinterval : KEEPALIVE_INTERVAL_MS);
    return error ? error : set(call, KERNEL_KEEPALIVE, 1);
}

/* IP_MULTICAST_LOOP: in Winsock a switch of the receiving socket. */
int ioctl_multipoint_loopback(struct ioctl_call *call) { return set(call, KERNEL_MULTICAST_LOOP, word(call) != 0); }

int ioctl_multicast_scope(struct ioctl_call *call)
{
    DWORD scope = word(call);
    return scope > SCOPE_MOST ? WSAEINVAL : set(call, KERNEL_MULTICAST_HOP_LIMIT, scope);
}

int ioctl_udp_connreset(struct ioctl_call *call) { return set(call, KERNEL_TELL_PORT_UNREACHABLE, word(call) != 0); }
int ioctl_udp_netreset(struct ioctl_call *call) { return set(call, KERNEL_TELL_HOPS_EXCEEDED, word(call) != 0); }

/* On a raw socket of IP itself, bound to one address: that names the interface. */
int ioctl_rcvall(struct ioctl_call *call)
{
    struct sock *sock = call->sock;
    struct kernel_socket local;
    DWORD value = word(call);
    if (sock->protocol != (sock->family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP)) return WSAEINVAL;
    if (value > RCVALL_IPLEVEL) return WSAEINVAL;
    if (!(kernel_abilities() & KERNEL_ADMINISTRATOR)) return WSAEACCES;
    if (kernel_local(sock->endpoint, &local) != KERNEL_OK || address_unspecified(&local.address)) return WSAEINVAL;
    return set(call, KERNEL_CAPTURE, value);
}

/* All that goes to groups, or IGMP alone: a raw socket of the protocol they name, IPv4 only; the modes of RCVALL beyond on and
   off have no meaning for them. */
int ioctl_rcvall_groups(struct ioctl_call *call)
{
    struct sock *sock = call->sock;
    struct kernel_socket local;
    BOOL igmp = call->row->code == SIO_RCVALL_IGMPMCAST;
    DWORD value = word(call);
    if (sock->protocol != (igmp ? IPPROTO_IGMP : IPPROTO_UDP)) return WSAEINVAL;
    if (value > RCVALL_IPLEVEL) return WSAEINVAL;
    if (!(kernel_abilities() & KERNEL_ADMINISTRATOR)) return WSAEACCES;
    if (kernel_local(sock->endpoint, &local) != KERNEL_OK || address_unspecified(&local.address)) return WSAEINVAL;
    return set(call, KERNEL_CAPTURE, value == RCVALL_OFF || value == RCVALL_SOCKETLEVELONLY ? 0 : igmp ? CAPTURE_IGMP : CAPTURE_MULTICAST);
}

/* A version counts only as before Vista or from it on. */
int ioctl_set_compatibility_mode(struct ioctl_call *call)
{
    WSA_COMPATIBILITY_MODE mode;
    uint64_t value;
    memcpy(&mode, call->in, sizeof mode);
    if ((unsigned)mode.BehaviorId > WsaBehaviorAutoTuning) return WSAEINVAL;
    enum kernel_status status = kernel_option_get(call->sock->endpoint, KERNEL_COMPATIBILITY, &value);
    if (status != KERNEL_OK) return error_of_kernel(status);
    BOOL old = mode.TargetOsVersion < NTDDI_LONGHORN;
    if (mode.BehaviorId != WsaBehaviorAutoTuning) value = (value & ~(uint64_t)FIXED_BUFFER) | (old ? FIXED_BUFFER : 0);
    if (mode.BehaviorId != WsaBehaviorReceiveBuffering) value = (value & FIXED_BUFFER) | (old ? NO_TUNING : SMALL_SCALE);
    return set(call, KERNEL_COMPATIBILITY, value);
}
