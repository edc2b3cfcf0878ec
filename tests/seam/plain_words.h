/*
 * Between the words of Winsock and those of kernel.h, as far as plain.c needs them: names, buffers, errors.
 */
#ifndef SEAM_PLAIN_WORDS_H
#define SEAM_PLAIN_WORDS_H
#include "small_provider.h"
#include <ws2tcpip.h>

#define PLAIN_PIECES 8

static inline int plain_error(enum kernel_status status)
{
    static const struct {
        enum kernel_status status;
        int error;
    } words[] = {
        { KERNEL_OK, 0 },
        { KERNEL_CANCELLED, WSAEINTR },
        { KERNEL_INTERRUPTED, WSAEINTR },
        { KERNEL_WOULD_BLOCK, WSAEWOULDBLOCK },
        { KERNEL_TIMED_OUT, WSAETIMEDOUT },
        { KERNEL_STACK_DOWN, WSAENETDOWN },
        { KERNEL_NET_DOWN, WSAENETDOWN },
        { KERNEL_NET_UNREACHABLE, WSAENETUNREACH },
        { KERNEL_HOST_UNREACHABLE, WSAEHOSTUNREACH },
        { KERNEL_NOT_SUPPORTED, WSAEOPNOTSUPP },
        { KERNEL_NO_RESOURCES, WSAENOBUFS },
        { KERNEL_NO_PORTS, WSAENOBUFS },
        { KERNEL_BAD_HANDLE, WSAENOTSOCK },
        { KERNEL_ADDRESS_IN_USE, WSAEADDRINUSE },
        { KERNEL_ADDRESS_EXCLUSIVE, WSAEACCES },
        { KERNEL_ADDRESS_NOT_LOCAL, WSAEADDRNOTAVAIL },
        { KERNEL_REFUSED, WSAECONNREFUSED },
        { KERNEL_RESET, WSAECONNRESET },
        { KERNEL_ABORTED, WSAECONNABORTED },
        { KERNEL_NET_RESET, WSAENETRESET },
        { KERNEL_NOT_CONNECTED, WSAENOTCONN },
        { KERNEL_IS_CONNECTED, WSAEISCONN },
        { KERNEL_IN_PROGRESS, WSAEALREADY },
        { KERNEL_SHUT_DOWN, WSAESHUTDOWN },
        { KERNEL_TOO_LONG, WSAEMSGSIZE },
        { KERNEL_DENIED, WSAEACCES },
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].status == status) return words[i].error;
    return WSAEINVAL;
}

static inline int plain_result(enum kernel_status status, LPINT error) { return status == KERNEL_OK ? 0 : small_fail(error, plain_error(status)); }

/* ---- names ---- */

static inline int plain_name_size(const struct small_socket *socket) { return socket->family == KERNEL_IPV4 ? (int)sizeof(struct sockaddr_in) : (int)sizeof(struct sockaddr_in6); }

/* 0, or the error. The client's bytes need no alignment. */
static inline int plain_name_read(const struct small_socket *socket, const struct sockaddr *name, int size, struct kernel_socket *to)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    if (size < plain_name_size(socket) || !kernel_may_read(name, (size_t)size)) return WSAEFAULT;
    memcpy(&in, name, sizeof in);
    if (in.sin_family != (socket->family == KERNEL_IPV4 ? AF_INET : AF_INET6)) return WSAEAFNOSUPPORT;
    *to = (struct kernel_socket){ .address.family = (uint8_t)socket->family, .port = ntohs(in.sin_port) };
    if (socket->family == KERNEL_IPV4) {
        memcpy(to->address.bytes, &in.sin_addr, 4);
        return 0;
    }
    memcpy(&in6, name, sizeof in6);
    memcpy(to->address.bytes, &in6.sin6_addr, 16);
    to->address.scope_id = in6.sin6_scope_id;
    return 0;
}

static inline BOOL plain_name_fits(const struct small_socket *socket, struct sockaddr *name, LPINT size)
{
    int room;
    if (!kernel_may_write(size, sizeof room)) return FALSE;
    memcpy(&room, size, sizeof room);
    return room >= plain_name_size(socket) && kernel_may_write(name, (size_t)plain_name_size(socket));
}

static inline void plain_name_write(enum kernel_family family, const struct kernel_socket *from, struct sockaddr *name, LPINT size)
{
    struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(from->port) };
    struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(from->port), .sin6_scope_id = from->address.scope_id };
    int length = family == KERNEL_IPV4 ? (int)sizeof in : (int)sizeof in6;
    memcpy(&in.sin_addr, from->address.bytes, 4);
    memcpy(&in6.sin6_addr, from->address.bytes, 16);
    memcpy(name, family == KERNEL_IPV4 ? (const void *)&in : &in6, (size_t)length);
    memcpy(size, &length, sizeof length);
}

/* ---- buffers ---- */

/* 0, or the error. A send's bytes are only read, whatever the piece's type says. */
static inline int plain_pieces(const WSABUF *buffers, DWORD count, BOOL receives, struct kernel_piece pieces[PLAIN_PIECES])
{
    if (count > PLAIN_PIECES) return WSAENOBUFS;
    if (!kernel_may_read(buffers, count * sizeof *buffers)) return WSAEFAULT;
    for (DWORD i = 0; i < count; i++) {
        WSABUF buffer;
        memcpy(&buffer, buffers + i, sizeof buffer);
        if (receives ? !kernel_may_write(buffer.buf, buffer.len) : !kernel_may_read(buffer.buf, buffer.len)) return WSAEFAULT;
        pieces[i] = (struct kernel_piece){ buffer.buf, buffer.len };
    }
    return 0;
}
#endif
