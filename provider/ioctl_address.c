/*
 * SIO_ADDRESS_LIST_QUERY and SIO_ADDRESS_LIST_CHANGE (ioctls reference 1.6 and 1.5).
 */
#include <stdlib.h>
#include <string.h>

#include "ioctl.h"
#include "provider.h"

size_t address_list_size(size_t count, size_t address_size)
{
    return offsetof(SOCKET_ADDRESS_LIST, Address) + count * (sizeof(SOCKET_ADDRESS) + address_size);
}

/* Head, entries, then the addresses without padding; every entry points behind the entries of the same buffer. */
void address_list_write(void *out, const struct kernel_address *addresses, size_t count, size_t address_size, address_writer *write)
{
    char *entry = (char *)out + offsetof(SOCKET_ADDRESS_LIST, Address), *address = entry + count * sizeof(SOCKET_ADDRESS);
    INT number = (INT)count;
    memset(out, 0, address_list_size(count, address_size));
    memcpy((char *)out + offsetof(SOCKET_ADDRESS_LIST, iAddressCount), &number, sizeof number);
    for (size_t i = 0; i < count; i++, address += address_size) {
        SOCKET_ADDRESS pair;
        memset(&pair, 0, sizeof pair);
        pair.lpSockaddr = (LPSOCKADDR)(void *)address;
        pair.iSockaddrLength = (INT)address_size;
        memcpy(entry + i * sizeof pair, &pair, sizeof pair);
        write(&addresses[i], address);
    }
}

int ioctl_address_list_query(struct ioctl_call *call)
{
    enum kernel_family family = sock_family(call->sock);
    size_t count = 0;
    enum kernel_status status = kernel_local_addresses(family, NULL, 0, &count);
    if (status != KERNEL_OK) return error_of_kernel(status);
    if (call->observed && call->out_size && call->out_size < offsetof(SOCKET_ADDRESS_LIST, Address)) return WSAEINVAL;
    size_t size = (size_t)sock_address_size(call->sock);
    int error = ioctl_output(call, (DWORD)address_list_size(count, size));
    if (error) return error;
    struct kernel_address *addresses = malloc((count + 1) * sizeof *addresses);
    if (!addresses) return WSAENOBUFS;
    kernel_local_addresses(family, addresses, count, &count);
    address_list_write(call->out, addresses, count, size, sockaddr_write);
    free(addresses);
    return 0;
}

/* Always waits for the next change; what changed before is not its matter. */
int ioctl_address_list_change(struct ioctl_call *call)
{
    call->watch.topic = KERNEL_TOPIC_ADDRESSES;
    call->watch.family = sock_family(call->sock);
    call->event_bit = FD_ADDRESS_LIST_CHANGE;
    return IOCTL_PENDS;
}
