/*
 * Registered I/O: buffers. Memory is looked at once, when it is registered; requests name slices of it. A request that is under
 * way keeps what it was given, also where its buffer is deregistered meanwhile.
 */
#include <stdlib.h>
#include <string.h>

#include "rio.h"

RIO_BUFFERID PASCAL rio_register_buffer(PCHAR bytes, DWORD size)
{
    int error = 0;
    ULONG_PTR id = 0;
    struct provider_process *process = process_enter(&error);
    if (process && size == 0) error = WSAEINVAL;
    else if (process && (!bytes || !kernel_may_write(bytes, size))) error = WSAEFAULT;
    struct rio_buffer *buffer = error == 0 ? malloc(sizeof *buffer) : NULL;
    if (buffer) {
        *buffer = (struct rio_buffer){ bytes, size };
        id = rio_name(process, RIO_BUFFER, buffer);
    }
    if (id) return (RIO_BUFFERID)id;
    free(buffer);
    WSASetLastError(error ? error : WSAENOBUFS);
    return RIO_INVALID_BUFFERID;
}

VOID PASCAL rio_deregister_buffer(RIO_BUFFERID id)
{
    int ignored;
    struct provider_process *process = process_enter(&ignored);
    struct rio_buffer *buffer = process ? rio_named(process, RIO_BUFFER, (ULONG_PTR)id) : NULL;
    if (!buffer) return;
    rio_unname(process, (ULONG_PTR)id);
    free(buffer);
}

int rio_slice(const struct provider_process *process, const RIO_BUF *slice, ULONG least, struct rio_place *place)
{
    RIO_BUF given;
    *place = (struct rio_place){ NULL, 0 };
    if (!slice) return 0;
    if (!kernel_may_read(slice, sizeof given)) return WSAEFAULT;
    memcpy(&given, slice, sizeof given);
    const struct rio_buffer *buffer = rio_named(process, RIO_BUFFER, (ULONG_PTR)given.BufferId);
    if (!buffer) return WSAEINVAL;
    if (given.Offset > buffer->size || given.Length > buffer->size - given.Offset || given.Length < least) return WSAEFAULT;
    *place = (struct rio_place){ buffer->bytes + given.Offset, given.Length };
    return 0;
}
