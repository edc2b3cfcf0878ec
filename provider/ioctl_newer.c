/*
 * Codes that came after the specification (ioctls reference 2.1 and 2.2): SIO_TCP_INITIAL_RTO, SIO_TCP_SET_ACK_FREQUENCY,
 * SIO_LOOPBACK_FAST_PATH, SIO_QUERY_RSS_PROCESSOR_INFO and SIO_ADDRESS_LIST_SORT. SIO_TCP_INFO has a file of its own.
 */
#include <stdlib.h>
#include <string.h>

#include "ioctl.h"
#include "provider.h"

static int set(const struct ioctl_call *call, enum kernel_option option, uint64_t value)
{
    return error_of_kernel(kernel_option_set(call->sock->endpoint, option, value));
}

/* ---- streams ---- */

/* 0 means the system's value, which nothing has changed before; "unspecified" leaves what is. */
int ioctl_tcp_initial_rto(struct ioctl_call *call)
{
    TCP_INITIAL_RTO_PARAMETERS values;
    int error = 0;
    memcpy(&values, call->in, sizeof values);
    BOOL times = values.Rtt != TCP_INITIAL_RTO_UNSPECIFIED_RTT && values.Rtt != TCP_INITIAL_RTO_DEFAULT_RTT;
    BOOL tries = values.MaxSynRetransmissions != TCP_INITIAL_RTO_UNSPECIFIED_MAX_SYN_RETRANSMISSIONS
                 && values.MaxSynRetransmissions != TCP_INITIAL_RTO_DEFAULT_MAX_SYN_RETRANSMISSIONS;
    BOOL none = values.MaxSynRetransmissions == TCP_INITIAL_RTO_NO_SYN_RETRANSMISSIONS;
    if (times || values.Rtt == TCP_INITIAL_RTO_DEFAULT_RTT) error = set(call, KERNEL_INITIAL_RTT_MS, times ? values.Rtt : KERNEL_OPTION_DEFAULT);
    if (error == 0 && (tries || values.MaxSynRetransmissions == TCP_INITIAL_RTO_DEFAULT_MAX_SYN_RETRANSMISSIONS))
        error = set(call, KERNEL_SYN_RETRIES, none ? 0 : tries ? values.MaxSynRetransmissions : KERNEL_OPTION_DEFAULT);
    return error;
}

int ioctl_tcp_ack_frequency(struct ioctl_call *call)
{
    UCHAR frequency;
    memcpy(&frequency, call->in, sizeof frequency);
    return set(call, KERNEL_ACK_FREQUENCY, frequency);
}

/* The page says "Boolean", its sample has an int: any byte of the first four counts. */
int ioctl_loopback_fast_path(struct ioctl_call *call)
{
    DWORD value = 0;
    memcpy(&value, call->in, call->in_size < sizeof value ? call->in_size : sizeof value);
    return set(call, KERNEL_LOOPBACK_FAST_PATH, value != 0);
}

/* ---- receive side scaling ---- */

int ioctl_rss_processor_info(struct ioctl_call *call)
{
    uint64_t value;
    SOCKET_PROCESSOR_AFFINITY affinity;
    enum kernel_status status = kernel_option_get(call->sock->endpoint, KERNEL_PROCESSOR, &value);
    if (status != KERNEL_OK) return error_of_kernel(status);
    memset(&affinity, 0, sizeof affinity);
    affinity.Processor.Group = (WORD)(value >> 16);
    affinity.Processor.Number = (BYTE)value;
    affinity.NumaNodeId = (USHORT)(value >> 32);
    memcpy(call->out, &affinity, sizeof affinity);
    call->count = sizeof affinity;
    return 0;
}

/* ---- destinations in the order of preference ---- */

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

/* An entry of the list: an IPv6 address, or a mapped IPv4 one. */
static int destination_read(const struct sock *sock, const SOCKET_ADDRESS *entry, struct kernel_address *address)
{
    if (entry->iSockaddrLength < (INT)sizeof(struct sockaddr_in6)) return WSAEINVAL;
    if (!kernel_may_read(entry->lpSockaddr, sizeof(struct sockaddr_in6))) return WSAEFAULT;
    if (sockaddr_read(sock, entry->lpSockaddr, address)) return WSAEINVAL;
    if (memcmp(address->bytes, mapped, sizeof mapped) != 0) return 0;
    memmove(address->bytes, address->bytes + sizeof mapped, 4);
    memset(address->bytes + 4, 0, sizeof address->bytes - 4);
    address->family = KERNEL_IPV4;
    return 0;
}

static void destination_write(const struct kernel_address *address, void *out)
{
    struct kernel_address six = *address;
    if (address->family == KERNEL_IPV4) {
        six = (struct kernel_address){ .family = KERNEL_IPV6 };
        memcpy(six.bytes, mapped, sizeof mapped);
        memcpy(six.bytes + sizeof mapped, address->bytes, 4);
    }
    sockaddr_write(&six, out);
}

static int destinations_read(const struct ioctl_call *call, struct kernel_address *addresses, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        SOCKET_ADDRESS entry;
        memcpy(&entry, (const char *)call->in + offsetof(SOCKET_ADDRESS_LIST, Address) + i * sizeof entry, sizeof entry);
        int error = destination_read(call->sock, &entry, &addresses[i]);
        if (error) return error;
    }
    return 0;
}

/* Everything was read before anything is written: both may be one buffer. Ports and flow labels have no place in an order. */
int ioctl_address_list_sort(struct ioctl_call *call)
{
    INT number;
    memcpy(&number, (const char *)call->in + offsetof(SOCKET_ADDRESS_LIST, iAddressCount), sizeof number);
    size_t room = (call->in_size - offsetof(SOCKET_ADDRESS_LIST, Address)) / sizeof(SOCKET_ADDRESS);
    if (number < 0 || (size_t)number > room) return WSAEINVAL;
    size_t count = (size_t)number;
    struct kernel_address *addresses = malloc((count + 1) * sizeof *addresses);
    if (!addresses) return WSAENOBUFS;
    int error = destinations_read(call, addresses, count);
    if (error == 0) error = ioctl_output(call, (DWORD)address_list_size(count, sizeof(struct sockaddr_in6)));
    if (error == 0) error = error_of_kernel(kernel_destinations_sort(addresses, count));
    if (error == 0) address_list_write(call->out, addresses, count, sizeof(struct sockaddr_in6), destination_write);
    free(addresses);
    return error;
}
