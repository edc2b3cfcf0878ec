/*
 * WSPJoinLeaf for IP multicast (SPI reference 4.18, host-stack 7): both planes are non-rooted, so a leaf joins through its
 * own socket and gets that socket back; nothing has to be waited for.
 */
#include <string.h>

#include "provider.h"

#define LEAF_FLAGS (WSA_FLAG_MULTIPOINT_C_LEAF | WSA_FLAG_MULTIPOINT_D_LEAF)

static BOOL is_group(const struct kernel_address *address)
{
    return address->family == KERNEL_IPV4 ? address->bytes[0] >> 4 == 0xE : address->bytes[0] == 0xFF;
}

static int join(struct sock *sock, const struct kernel_socket *name, DWORD flags)
{
    struct kernel_group group;
    if ((flags != JL_SENDER_ONLY && flags != JL_RECEIVER_ONLY && flags != JL_BOTH) || (sock->flags & LEAF_FLAGS) != LEAF_FLAGS) return WSAEINVAL;
    if (sock_stream(sock)) return WSAEOPNOTSUPP;
    if (!is_group(&name->address)) return WSAEADDRNOTAVAIL;
    if (flags == JL_SENDER_ONLY) return 0; /* sending needs no membership */
    memset(&group, 0, sizeof group);
    group.group = name->address;
    group.interface_index = name->address.scope_id;
    return error_of_kernel(kernel_membership(sock->endpoint, KERNEL_JOIN, &group));
}

SOCKET WSPAPI provider_join_leaf(SOCKET s, const struct sockaddr *name, int size, LPWSABUF caller, LPWSABUF callee, LPQOS qos, LPQOS group_qos, DWORD flags, LPINT error)
{
    struct kernel_socket group;
    struct sock *sock = sock_enter(s, error);
    (void)qos;
    (void)group_qos;
    if (!sock) return INVALID_SOCKET;
    int result = sockname_read(sock, name, size, &group);
    if (result == 0 && caller && !kernel_may_read(caller, sizeof *caller)) result = WSAEFAULT;
    if (result == 0 && callee && !kernel_may_write(callee, sizeof *callee)) result = WSAEFAULT;
    if (result == 0) result = join(sock, &group, flags);
    if (result) {
        fail(error, result);
        return INVALID_SOCKET;
    }
    if (callee) memset((char *)callee + offsetof(WSABUF, len), 0, sizeof callee->len);
    sock->shared->attempt = ATTEMPT_MADE;
    conditions_enable(sock, FD_CONNECT); /* told once for each join */
    return s;
}
