/*
 * WSPDuplicateSocket, and what the descriptors of one socket do for each other (SPI reference 4.9 and 14). The kernel's token
 * travels in dwProviderReserved; what is shared hangs on the endpoint. A descriptor has requests, arms and a watch of its own,
 * for they belong to its process.
 */
#include <string.h>

#include "provider.h"

BOOL sock_alone(const struct sock *sock) { return kernel_endpoint_holds(sock->endpoint) <= 1; }

/* A flow is one socket's: it cannot be shared. */
static BOOL has_qos(const struct sock *sock)
{
    struct kernel_qos_state state;
    if (kernel_qos_get(sock->endpoint, &state) != KERNEL_OK) return FALSE;
    return state.qos.sending.service != KERNEL_SERVICE_NONE || state.qos.receiving.service != KERNEL_SERVICE_NONE;
}

/* The target before the room for the answer, as Windows has it (observed behaviour DUP-06). */
int WSPAPI provider_duplicate_socket(SOCKET s, DWORD process_id, LPWSAPROTOCOL_INFOW info, LPINT error)
{
    uint32_t token;
    WSAPROTOCOL_INFOW made;
    struct sock *sock = sock_enter(s, error);
    if (!sock) return SOCKET_ERROR;
    enum kernel_status status = kernel_endpoint_share(sock->endpoint, process_id, NULL);
    if (status == KERNEL_BAD_ARGUMENT || has_qos(sock) || sock->accepting) return fail(error, WSAEINVAL);
    if (!kernel_may_write(info, sizeof made)) return fail(error, WSAEFAULT);
    if (status == KERNEL_OK) status = kernel_endpoint_share(sock->endpoint, process_id, &token);
    if (status != KERNEL_OK) return fail(error, error_of_kernel(status));
    memcpy(&made, &sock->entry->info, sizeof made);
    made.dwProviderReserved = token;
    memcpy(info, &made, sizeof made);
    kernel_endpoint_slot_set(sock->endpoint, &wspsim_kernel_abi, sock->shared);
    sock->shared->told = TRUE;
    conditions_look(sock); /* from now on somebody may have something to tell */
    return 0;
}

/* Of what the client brings only the token counts: the rest is the socket's own. */
int sock_duplicate(struct provider_process *process, const WSAPROTOCOL_INFOW *info, struct sock **opened)
{
    kernel_endpoint endpoint;
    if (kernel_endpoint_take(info->dwProviderReserved, &endpoint) != KERNEL_OK) return WSAEINVAL;
    struct shared *shared = kernel_endpoint_slot_get(endpoint, &wspsim_kernel_abi);
    const struct sock *model = shared && !shared->descriptors->accepting ? shared->descriptors : NULL; /* an AcceptEx gives one descriptor another endpoint */
    struct protocol *entry = model ? protocol_of(process, &model->entry->info) : NULL;
    struct sock *sock = entry ? sock_new(process, entry, shared) : NULL;
    if (!sock) {
        kernel_endpoint_close(endpoint);
        return model ? WSAENOBUFS : WSAEINVAL; /* another provider's, or it waits for an AcceptEx */
    }
    sock->family = model->family;
    sock->type = model->type;
    sock->protocol = model->protocol;
    sock->overlapped = model->overlapped;
    sock->flags = model->flags;
    sock->endpoint = endpoint;
    int error = sock_enlist(sock);
    if (error) kernel_endpoint_close(endpoint);
    else *opened = sock;
    return error;
}

/* ---- one of several closes ---- */

/* One of the same process, if there is one. */
static struct sock *nearest(const struct sock *sock)
{
    struct sock *other = NULL;
    for (struct sock *one = sock->shared->descriptors; one; one = one->sibling)
        if (one != sock && (!other || (other->process != sock->process && one->process == sock->process))) other = one;
    return other;
}

/* Windows lets a request live as long as its socket; the documents let it end with its descriptor. A blocked thread is woken. */
static void pendings_move(struct sock *from, struct sock *to)
{
    struct pending *next;
    for (struct pending *pending = from->pending; pending; pending = next) {
        next = pending->next;
        if (pending->overlapped) pending_move(pending, to);
    }
}

void sock_parts(struct sock *sock)
{
    struct sock *other = nearest(sock);
    BOOL same = other->process == sock->process;
    if (same && observed()) pendings_move(sock, other);
    if (sock->connecting) sock->shared->unattended = TRUE;
    if (sock->shared->keeper != sock) return;
    if (!same) sock->events.mask = 0; /* nobody can set the event any more */
    events_move(sock, other);
    if (same) conditions_look(other);
}

void attempt_look(struct sock *sock)
{
    struct kernel_state state;
    struct shared *shared = sock->shared;
    if (kernel_state(sock->endpoint, &state) != KERNEL_OK || !(state.conditions & (KERNEL_ESTABLISHED | KERNEL_FAILED))) return;
    shared->unattended = FALSE;
    shared->connected = (state.conditions & KERNEL_FAILED) == 0;
    shared->attempt = shared->connected ? ATTEMPT_MADE : ATTEMPT_FAILED;
    if (!shared->connected) shared->error = error_of_kernel(state.failure);
}
