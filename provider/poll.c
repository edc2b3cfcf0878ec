/*
 * SIO_EXT_POLL: WSAPoll as the Winsock DLL asks it of the provider of a socket that SIO_BSP_HANDLE_POLL named. In and out is one
 * WSAPOLLDATA; what it asks is captured at the call, what it is told written at its end (observed behaviour POL).
 */
#include <stdlib.h>
#include <string.h>

#include "ioctl.h"
#include "selecting.h"

#define ASKABLE (POLLRDNORM | POLLRDBAND | POLLWRNORM)

static const char *entry_at(const void *data, size_t i) { return (const char *)data + offsetof(WSAPOLLDATA, fdArray) + i * sizeof(WSAPOLLFD); }

/* Handles that are no sockets are told so and otherwise left out, unless there are no others; of those, what was asked means nothing. */
static int entries_capture(struct selecting *selecting, const void *in)
{
    BOOL any = FALSE;
    for (size_t i = 0; i < selecting->count; i++) {
        struct looked *looked = &selecting->looked[i];
        WSAPOLLFD entry;
        memcpy(&entry, entry_at(in, i), sizeof entry);
        any = looked_at(looked, selecting, entry.fd, LOOK_POLL) || any;
        looked->asked = entry.events;
        looked->told = looked->sock ? 0 : POLLNVAL;
        if (looked->sock && (entry.events & ~ASKABLE)) return WSAEINVAL;
    }
    return any ? 0 : WSAENOTSOCK;
}

static void entries_write(const struct selecting *selecting, void *out, int result)
{
    memcpy((char *)out + offsetof(WSAPOLLDATA, result), &result, sizeof result);
    for (size_t i = 0; i < selecting->count; i++) {
        const struct looked *looked = &selecting->looked[i];
        const WSAPOLLFD entry = { .fd = looked->handle, .events = looked->asked, .revents = looked->told };
        memcpy((char *)out + offsetof(WSAPOLLDATA, fdArray) + i * sizeof entry, &entry, sizeof entry);
    }
}

/* How many are ready stands in the output: `result`, SOCKET_ERROR if none of the handles is a socket. */
int ioctl_ext_poll(struct ioctl_call *call)
{
    WSAPOLLDATA head;
    BOOL gone = FALSE;
    int count = 0;
    memcpy(&head, call->in, sizeof head);
    uint64_t size = offsetof(WSAPOLLDATA, fdArray) + (uint64_t)head.fds * sizeof(WSAPOLLFD);
    if (head.fds == 0) return WSAEINVAL;
    if (call->in_size < size) return WSAEFAULT;
    if (ioctl_output(call, (DWORD)size) != 0) return WSAEFAULT;
    struct selecting *selecting = selecting_new(call->sock->process, head.fds);
    if (!selecting) return WSAENOBUFS;
    int error = entries_capture(selecting, call->in);
    if (error == 0) error = selecting_run(selecting, head.timeout < 0 ? KERNEL_FOREVER : head.timeout * INT64_C(1000000), &count, &gone);
    if (gone) return error;
    if (call->out != call->in) memcpy(call->out, &head, sizeof head);
    if (error) call->count = 0;
    if (error == 0 || error == WSAENOTSOCK) entries_write(selecting, call->out, error ? SOCKET_ERROR : count);
    free(selecting);
    return error;
}
