/*
 * The host's interfaces: SIO_GET_INTERFACE_LIST, SIO_GET_BROADCAST_ADDRESS and SIO_QUERY_RSS_SCALABILITY_INFO (ioctls reference
 * 1.20, 1.17 and 1.28).
 */
#include <stdlib.h>
#include <string.h>

#include "ioctl.h"
#include "provider.h"

static void interface_write(const struct kernel_interface_address *row, char *out)
{
    static const struct { unsigned kernel; u_long winsock; } flags[] = {
        { KERNEL_INTERFACE_UP, IFF_UP }, { KERNEL_INTERFACE_BROADCAST, IFF_BROADCAST }, { KERNEL_INTERFACE_LOOPBACK, IFF_LOOPBACK },
        { KERNEL_INTERFACE_POINT_TO_POINT, IFF_POINTTOPOINT }, { KERNEL_INTERFACE_MULTICAST, IFF_MULTICAST },
    };
    INTERFACE_INFO info;
    struct kernel_address mask = { .family = KERNEL_IPV4 };
    memset(&info, 0, sizeof info);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (row->flags & flags[i].kernel) info.iiFlags |= flags[i].winsock;
    for (unsigned bit = 0; bit < row->prefix_length && bit < 32; bit++) mask.bytes[bit / 8] |= (uint8_t)(0x80u >> bit % 8);
    sockaddr_write(&row->address, &info.iiAddress);
    sockaddr_write(&mask, &info.iiNetmask);
    /* Without a broadcast address the field is all zero, the family too. */
    if (row->broadcast.family) sockaddr_write(&row->broadcast, &info.iiBroadcastAddress);
    memcpy(out, &info, sizeof info);
}

int ioctl_get_interface_list(struct ioctl_call *call)
{
    size_t count = 0;
    enum kernel_status status = kernel_interface_addresses(NULL, 0, &count);
    if (status != KERNEL_OK) return error_of_kernel(status);
    int error = ioctl_output(call, (DWORD)(count * sizeof(INTERFACE_INFO)));
    if (error) {
        call->count = 0; /* this code tells no required size */
        return error;
    }
    struct kernel_interface_address *rows = malloc((count + 1) * sizeof *rows);
    if (!rows) return WSAENOBUFS;
    kernel_interface_addresses(rows, count, &count);
    for (size_t i = 0; i < count; i++) interface_write(&rows[i], (char *)call->out + i * sizeof(INTERFACE_INFO));
    free(rows);
    return 0;
}

/* The limited broadcast address: it suits every socket and depends on no mask. */
int ioctl_get_broadcast_address(struct ioctl_call *call)
{
    struct kernel_address broadcast = { .family = KERNEL_IPV4, .bytes = { 255, 255, 255, 255 } };
    int error = ioctl_output(call, (DWORD)sock_address_size(call->sock));
    if (error == 0) sockaddr_write(&broadcast, call->out);
    return error;
}

int ioctl_rss_scalability_info(struct ioctl_call *call)
{
    bool enabled = false;
    enum kernel_status status = kernel_rss_enabled(&enabled);
    if (status != KERNEL_OK) return error_of_kernel(status);
    RSS_SCALABILITY_INFO info = { .RssEnabled = enabled };
    memcpy(call->out, &info, sizeof info);
    call->count = sizeof info;
    return 0;
}
