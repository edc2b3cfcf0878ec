/*
 * Between sockaddr and the kernel's addresses. Buffers need no alignment, so everything is copied.
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
