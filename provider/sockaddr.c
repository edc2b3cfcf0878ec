/*
 * Between sockaddr and the kernel's addresses and names. Buffers need no alignment, so everything is copied.
 */
#include <string.h>

#include "provider.h"

int sockaddr_read(const struct sock *sock, const void *bytes, struct kernel_address *address)
{
    u_short family;
    memcpy(&family, bytes, sizeof family);
    memset(address, 0, sizeof *address);
    if ((int)family != sock->family) return WSAEAFNOSUPPORT;
    if (family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, bytes, sizeof in);
        address->family = KERNEL_IPV4;
        memcpy(address->bytes, &in.sin_addr, 4);
    } else {
        struct sockaddr_in6 in6;
        memcpy(&in6, bytes, sizeof in6);
        address->family = KERNEL_IPV6;
        address->scope_id = in6.sin6_scope_id;
        memcpy(address->bytes, &in6.sin6_addr, 16);
    }
    return 0;
}

void sockaddr_write(const struct kernel_address *address, void *bytes)
{
    if (address->family == KERNEL_IPV4) {
        struct sockaddr_in in;
        memset(&in, 0, sizeof in);
        in.sin_family = AF_INET;
        memcpy(&in.sin_addr, address->bytes, 4);
        memcpy(bytes, &in, sizeof in);
    } else {
        struct sockaddr_in6 in6;
        memset(&in6, 0, sizeof in6);
        in6.sin6_family = AF_INET6;
        in6.sin6_scope_id = address->scope_id;
        memcpy(&in6.sin6_addr, address->bytes, 16);
        memcpy(bytes, &in6, sizeof in6);
    }
}

BOOL address_unspecified(const struct kernel_address *address)
{
    for (size_t i = 0; i < sizeof address->bytes; i++)
        if (address->bytes[i]) return FALSE;
    return TRUE;
}

/* ---- address and port ---- */

/* Both structures begin with family and port. */
static u_short port_read(const void *bytes)
{
    const struct sockaddr_in *in = bytes;
    u_short port;
    memcpy(&port, (const char *)in + offsetof(struct sockaddr_in, sin_port), sizeof port);
    return ntohs(port);
}

int sockname_read(const struct sock *sock, const void *bytes, int size, struct kernel_socket *name)
{
    if (!bytes || size < sock_address_size(sock) || !kernel_may_read(bytes, (size_t)size)) return WSAEFAULT;
    name->port = port_read(bytes);
    return sockaddr_read(sock, bytes, &name->address);
}

BOOL sockname_room(const struct sock *sock, const void *bytes, const int *size)
{
    int room;
    if (!bytes || !kernel_may_write((void *)(uintptr_t)size, sizeof room)) return FALSE;
    memcpy(&room, size, sizeof room);
    return room >= sock_address_size(sock) && kernel_may_write((void *)(uintptr_t)bytes, (size_t)sock_address_size(sock));
}

void sockname_write(const struct sock *sock, const struct kernel_socket *name, void *bytes, LPINT size)
{
    int length = sock_address_size(sock);
    u_short port = htons(name->port);
    struct kernel_address address = name->address;
    if (!address.family) address.family = (uint8_t)sock_family(sock); /* nobody in particular */
    sockaddr_write(&address, bytes);
    memcpy((char *)bytes + offsetof(struct sockaddr_in, sin_port), &port, sizeof port);
    memcpy(size, &length, sizeof length);
}
