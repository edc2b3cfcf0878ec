/*
 * What the extension functions share: how they are entered, how they answer, and what becomes of a socket that is used again.
 */
#include <stdlib.h>
#include <string.h>

#include "ext.h"

struct sock *ext_enter(SOCKET s, LPOVERLAPPED *overlapped)
{
    int error;
    BOOL writable = *overlapped && kernel_may_write(*overlapped, sizeof **overlapped);
    if (writable) (*overlapped)->Internal = PENDING_STATUS;
    struct sock *sock = sock_enter(s, &error);
    if (sock && *overlapped && !writable) error = WSAEFAULT;
    if (!sock || (*overlapped && !writable)) {
        WSASetLastError(error);
        return NULL;
    }
    if (!sock->overlapped) *overlapped = NULL;
    return sock;
}

BOOL ext_answer(int error)
{
    if (error) WSASetLastError(error);
    return error ? FALSE : TRUE;
}

struct pending *ext_pending(struct sock *sock, LPOVERLAPPED overlapped)
{
    struct extension *extension = calloc(1, sizeof *extension);
    struct pending *pending = extension ? pending_new(sock, overlapped, NULL, NULL) : NULL;
    if (pending) pending->extension = extension;
    else free(extension);
    return pending;
}

/* A request that was accepted completes, also with an error that came before the call returned. */
int ext_over(struct pending *pending, int error, DWORD count, LPDWORD bytes)
{
    if (error == WSA_IO_PENDING) return error;
    if (error == 0 && bytes) memcpy(bytes, &count, sizeof count);
    pending_finish(pending, (DWORD)error, error ? 0 : count);
    return error ? WSA_IO_PENDING : 0;
}

void ext_leave(struct pending *pending)
{
    struct extension *extension = pending->extension;
    if (extension && extension->fresh) extension->fresh->accepting = NULL;
    if (!extension) return;
    extension->fresh = NULL;
    free(extension->run);
    extension->run = NULL;
}

/* ---- using a socket again ---- */

static void options_carry(kernel_endpoint from, kernel_endpoint to)
{
    uint64_t value;
    for (int option = 0; option < KERNEL_IDEAL_SEND_BACKLOG; option++)
        if (kernel_option_get(from, (enum kernel_option)option, &value) == KERNEL_OK) kernel_option_set(to, (enum kernel_option)option, value);
}

/* The socket has a new endpoint with the options of the former, which ends. */
static enum kernel_status endpoint_renew(struct sock *sock, BOOL hard)
{
    kernel_endpoint fresh;
    enum kernel_status status = kernel_endpoint_open(sock_family(sock), KERNEL_TCP, (uint8_t)sock->protocol, &fresh);
    if (status != KERNEL_OK) return status;
    conditions_end(sock);
    options_carry(sock->endpoint, fresh);
    if (hard) kernel_endpoint_abort(sock->endpoint);
    else kernel_endpoint_close(sock->endpoint);
    sock->endpoint = fresh;
    return KERNEL_OK;
}

int ext_reuse(struct sock *sock)
{
    if (!sock_alone(sock)) return WSAEINVAL; /* somebody has taken hold of it meanwhile */
    enum kernel_status status = endpoint_renew(sock, FALSE);
    if (status != KERNEL_OK) return error_of_kernel(status);
    sock->shared->connected = sock->shared->sending_over = sock->shared->no_context = FALSE;
    sock->shared->attempt = ATTEMPT_NONE;
    sock->shared->error = 0;
    events_of(sock)->disabled = 0;
    events_of(sock)->waiting = 0;
    return 0;
}

/* The kernel's attempt does not end with its request. Where other descriptors wait for it too, it goes on. */
void ext_give_up(struct sock *sock)
{
    struct kernel_socket local;
    if (!sock_alone(sock)) {
        sock->shared->unattended = TRUE;
        return;
    }
    enum kernel_status bound = kernel_local(sock->endpoint, &local);
    if (endpoint_renew(sock, TRUE) != KERNEL_OK) return;
    if (bound == KERNEL_OK) kernel_bind(sock->endpoint, &local);
    sock->shared->attempt = ATTEMPT_NONE;
    conditions_look(sock);
}
