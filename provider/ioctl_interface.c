/*
 * The host's interfaces: SIO_GET_INTERFACE_LIST, its family-independent form, SIO_GET_BROADCAST_ADDRESS and
 * SIO_QUERY_RSS_SCALABILITY_INFO (ioctls reference 1.20, 1.21, 1.17 and 1.28).
 */
#include <stdlib.h>
#include <string.h>

#include "ioctl.h"
#include "provider.h"

static u_long interface_flags(const struct kernel_interface_address *row)
{
    static const struct { unsigned kernel; u_long winsock; } flags[] = {
        { KERNEL_INTERFACE_UP, IFF_UP }, { KERNEL_INTERFACE_BROADCAST, IFF_BROADCAST }, { KERNEL_INTERFACE_LOOPBACK, IFF_LOOPBACK },
        { KERNEL_INTERFACE_POINT_TO_POINT, IFF_POINTTOPOINT }, { KERNEL_INTERFACE_MULTICAST, IFF_MULTICAST },
    };
    u_long all = 0;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (row->flags & flags[i].kernel) all |= flags[i].winsock;
    return all;
}

static struct kernel_address netmask(const struct kernel_interface_address *row)
{
    struct kernel_address mask = { .family = row->address.family };
    for (unsigned bit = 0; bit < row->prefix_length && bit < 8 * sizeof mask.bytes; bit++) mask.bytes[bit / 8] |= (uint8_t)(0x80u >> bit % 8);
    return mask;
}

static void interface_write(const struct kernel_interface_address *row, char *out)
{
    INTERFACE_INFO info;
    struct kernel_address mask = netmask(row);
    mask.family = KERNEL_IPV4; /* as every row of this list */
    memset(&info, 0, sizeof info);
    info.iiFlags = interface_flags(row);
    sockaddr_write(&row->address, &info.iiAddress);
    sockaddr_write(&mask, &info.iiNetmask);
    /* Without a broadcast address the field is all zero, the family too. */
    if (row->broadcast.family) sockaddr_write(&row->broadcast, &info.iiBroadcastAddress);
    memcpy(out, &info, sizeof info);
}

/* The rows of the families asked for, IPv4 first; the caller frees them. Fails if `size` bytes for each do not fit the output. */
static int interfaces_read(struct ioctl_call *call, BOOL ipv6_too, size_t size, struct kernel_interface_address **rows, size_t *count)
{
    size_t old = 0, new = 0;
    enum kernel_status status = kernel_interface_addresses(KERNEL_IPV4, NULL, 0, &old);
    if (status == KERNEL_OK && ipv6_too) status = kernel_interface_addresses(KERNEL_IPV6, NULL, 0, &new);
    if (status != KERNEL_OK) return error_of_kernel(status);
    *count = old + new;
    int error = ioctl_output(call, (DWORD)(*count * size));
    if (error) {
        call->count = 0; /* these codes tell no required size */
        return error;
    }
    *rows = malloc((*count + 1) * sizeof **rows);
    if (!*rows) return WSAENOBUFS;
    kernel_interface_addresses(KERNEL_IPV4, *rows, old, &old);
    if (ipv6_too) kernel_interface_addresses(KERNEL_IPV6, *rows + old, new, &new);
    return 0;
}

int ioctl_get_interface_list(struct ioctl_call *call)
{
    size_t count = 0;
    struct kernel_interface_address *rows = NULL;
    int error = interfaces_read(call, FALSE, sizeof(INTERFACE_INFO), &rows, &count);
    if (error) return error;
    for (size_t i = 0; i < count; i++) interface_write(&rows[i], (char *)call->out + i * sizeof(INTERFACE_INFO));
    free(rows);
    return 0;
}

/* ---- the list for any family: the array, and behind it three places for each entry, of one size whatever the family. So the
   number of entries follows from the byte count, as the specification wants it (decision 0016). ---- */

#define PLACE sizeof(struct sockaddr_in6)
#define ENTRY_EX (sizeof(INTERFACE_INFO_EX) + 3 * PLACE)

/* The address at its place and a pair that points to it; no address: no pointer. */
static void pair_write(const struct kernel_address *address, char *place, SOCKET_ADDRESS *pair)
{
    if (!address->family) return;
    sockaddr_write(address, place);
    pair->lpSockaddr = (LPSOCKADDR)(void *)place;
    pair->iSockaddrLength = address->family == KERNEL_IPV6 ? (INT)sizeof(struct sockaddr_in6) : (INT)sizeof(struct sockaddr_in);
}

int ioctl_get_interface_list_ex(struct ioctl_call *call)
{
    size_t count = 0;
    struct kernel_interface_address *rows = NULL;
    int error = interfaces_read(call, TRUE, ENTRY_EX, &rows, &count);
    if (error) return error;
    char *entry = call->out, *place = entry + count * sizeof(INTERFACE_INFO_EX);
    memset(entry, 0, count * ENTRY_EX);
    for (size_t i = 0; i < count; i++, entry += sizeof(INTERFACE_INFO_EX), place += 3 * PLACE) {
        INTERFACE_INFO_EX info;
        struct kernel_address mask = netmask(&rows[i]);
        memset(&info, 0, sizeof info);
        info.iiFlags = interface_flags(&rows[i]);
        pair_write(&rows[i].address, place, &info.iiAddress);
        pair_write(&rows[i].broadcast, place + PLACE, &info.iiBroadcastAddress);
        pair_write(&mask, place + 2 * PLACE, &info.iiNetmask);
        memcpy(entry, &info, sizeof info);
    }
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
