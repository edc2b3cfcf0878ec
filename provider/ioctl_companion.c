/*
 * SIO_ASSOCIATE_HANDLE and SIO_TRANSLATE_HANDLE (ioctls reference 1.7 and 1.38): a handle of a companion interface that a socket is
 * tied to. There is one for each interface, and the last one wins. What the handle stands for is no concern of the provider.
 */
#include <string.h>

#include "ioctl.h"
#include "provider.h"

/* The reference's reading of an input whose layout nobody has published. */
struct companion {
    int id;
    HANDLE handle;
};

static BOOL offered(int id)
{
    uint32_t needed = id == TH_NETDEV ? KERNEL_COMPANION_NETDEV : id == TH_TAPI ? KERNEL_COMPANION_TAPI : 0;
    return (kernel_abilities() & needed) != 0;
}

int ioctl_associate_handle(struct ioctl_call *call)
{
    struct companion companion;
    memcpy(&companion, call->in, sizeof companion);
    if (companion.id != TH_NETDEV && companion.id != TH_TAPI) return WSAEINVAL;
    if (!offered(companion.id)) return WSAENOPROTOOPT;
    call->sock->companions[companion.id - TH_NETDEV].tied = TRUE;
    call->sock->companions[companion.id - TH_NETDEV].handle = companion.handle;
    return 0;
}

int ioctl_translate_handle(struct ioctl_call *call)
{
    int id;
    memcpy(&id, call->in, sizeof id);
    if (!offered(id)) return WSAENOPROTOOPT; /* also an interface that nobody knows */
    int error = ioctl_output(call, sizeof(HANDLE));
    if (error == 0 && !call->sock->companions[id - TH_NETDEV].tied) error = WSAEINVAL;
    if (error) {
        call->count = 0; /* this code tells no required size */
        return error;
    }
    memcpy(call->out, &call->sock->companions[id - TH_NETDEV].handle, sizeof(HANDLE));
    return 0;
}
