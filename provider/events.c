/*
 * Network events: WSPEventSelect, WSPEnumNetworkEvents and the record between them; WSPAsyncSelect, whose messages are posted
 * at once and recorded nowhere; and the arming of the two events that belong to control codes (SPI reference 9, ioctls
 * reference 0.7). A socket has one registration, of either kind. An edge is told once per arming; one that comes between the
 * arming and the selection is kept for it. When the events of the endpoint are recorded is told in conditions.c.
 */
#include <stdlib.h>
#include <string.h>

#include "provider.h"

/* A condition armed by a call that had to return WSAEWOULDBLOCK, or whose own request is gone. */
struct arm {
    struct sock *sock;
    struct arm *next;
    LONG bit;
    struct kernel_watch watch;
    kernel_request request;
};

int bit_number(LONG bit)
{
    int number = 0;
    while (!(bit >> number & 1)) number++;
    return number;
}

/* ---- recording ---- */

static void record(struct sock *sock, LONG bit)
{
    int ignored;
    struct network_events *events = &sock->events;
    events->happened &= ~bit;
    if (events->window) { /* a message that cannot be posted is lost: its window is gone */
        sock->process->up.lpWPUPostMessage(events->window, events->message, sock->handle, WSAMAKESELECTREPLY(bit, events->errors[bit_number(bit)]));
        return;
    }
    if (events->recorded & bit) return;
    events->recorded |= bit;
    if (events->event) sock->process->up.lpWPUSetEvent(events->event, &ignored);
}

static void disarm(struct sock *sock, LONG bits)
{
    struct arm **link = &sock->events.arms;
    while (*link) {
        struct arm *arm = *link;
        if (!(arm->bit & bits)) { link = &arm->next; continue; }
        *link = arm->next;
        kernel_cancel(arm->request);
        free(arm);
    }
}

void events_record(struct sock *sock, LONG bit, int error)
{
    int *code = &sock->events.errors[bit_number(bit)];
    if (!(sock->events.recorded & bit) || *code == WSAENETDOWN) *code = error; /* the network is back, and it holds */
    record(sock, bit);
}

/* It has happened, and the keeper records it: at once, or in its own process as soon as it is told. */
void events_come(struct sock *sock, LONG bit, int error)
{
    struct sock *keeper = sock->shared->keeper;
    keeper->events.errors[bit_number(bit)] = error;
    keeper->events.happened |= bit;
    if (!(keeper->events.mask & bit)) return;
    if (events_elsewhere(sock)) kernel_endpoint_tell(sock->endpoint);
    else record(keeper, bit);
}

void events_told(struct sock *sock)
{
    for (LONG bit = 1; bit <= FD_ADDRESS_LIST_CHANGE; bit <<= 1)
        if (sock->events.happened & sock->events.mask & bit) record(sock, bit);
}

/* Any of the destinations armed since the last time triggers the event, and only once. */
void events_happen(struct sock *sock, LONG bit, int error)
{
    disarm(sock, bit);
    events_of(sock)->told[bit_number(bit)]++;
    events_come(sock, bit, error == WSAENETDOWN || error == WSAENETUNREACH ? error : 0);
}

/* Watch and arms stay where they are: they are their process's, and find the keeper when they end. */
void events_move(struct sock *from, struct sock *to)
{
    struct network_events *old = &from->events, *new = &to->events, kept = *new;
    *new = *old;
    new->arms = kept.arms;
    new->watch = kept.watch;
    new->watched = kept.watched;
    old->event = NULL;
    old->window = NULL;
    old->mask = old->recorded = old->happened = 0;
    if (from->process == to->process) conditions_end(from);
    to->shared->keeper = to;
}

/* ---- arming ---- */

static void arm_complete(void *cookie, enum kernel_status status, uint64_t count)
{
    struct arm *arm = cookie;
    struct sock *sock = arm->sock;
    LONG bit = arm->bit;
    (void)count;
    arm->request = 0; /* disarm frees it; there is nothing left to cancel */
    if (status == KERNEL_CANCELLED) disarm(sock, bit); /* the process ends: nothing happened */
    else events_happen(sock, bit, error_of_kernel(status));
}

static BOOL same_watch(const struct kernel_watch *a, const struct kernel_watch *b)
{
    return a->topic == b->topic && a->destination.scope_id == b->destination.scope_id && memcmp(a->destination.bytes, b->destination.bytes, sizeof a->destination.bytes) == 0;
}

enum kernel_status events_arm(struct sock *sock, LONG bit, const struct kernel_watch *watch)
{
    for (struct arm *arm = sock->events.arms; arm; arm = arm->next)
        if (arm->bit == bit && same_watch(&arm->watch, watch)) return KERNEL_OK;
    struct arm *arm = calloc(1, sizeof *arm);
    if (!arm) return KERNEL_NO_RESOURCES;
    arm->sock = sock;
    arm->bit = bit;
    arm->watch = *watch;
    enum kernel_status status = kernel_watch(watch, true, arm_complete, arm, &arm->request);
    if (status != KERNEL_OK) {
        free(arm);
        return status;
    }
    arm->next = sock->events.arms;
    sock->events.arms = arm;
    return KERNEL_OK;
}

void events_end(struct sock *sock)
{
    disarm(sock, FD_ALL_EVENTS);
    conditions_end(sock);
    sock->events.event = NULL;
    sock->events.window = NULL;
    sock->events.mask = 0;
}

/* ---- the entry points ---- */

/* The one registration of a socket; it makes the socket nonblocking, whatever the mask. */
struct registration { LONG mask; HANDLE event; HWND window; unsigned message; };

static void events_register(struct sock *sock, const struct registration *wish)
{
    if (sock->shared->keeper != sock) events_move(sock->shared->keeper, sock); /* the last caller has it */
    struct network_events *events = &sock->events;
    sock->shared->nonblocking = TRUE;
    events->mask = wish->mask;
    events->event = wish->mask ? wish->event : NULL;
    events->window = wish->mask ? wish->window : NULL;
    events->message = wish->message;
    events->recorded = 0;
    events_told(sock);
    conditions_select(sock);
}

static BOOL is_event(WSAEVENT event)
{
    struct kernel_wait look = { .event = event, .timeout_ns = 0 };
    return event && kernel_wait(&look) != KERNEL_BAD_HANDLE;
}

int WSPAPI provider_event_select(SOCKET s, WSAEVENT event, LONG mask, LPINT error)
{
    struct sock *sock = sock_enter(s, error);
    if (!sock) return SOCKET_ERROR;
    if ((mask & ~(LONG)FD_ALL_EVENTS) != 0 || (mask != 0 && !is_event(event))) return fail(error, WSAEINVAL);
    events_register(sock, &(struct registration){ .mask = mask, .event = event });
    return 0;
}

int WSPAPI provider_async_select(SOCKET s, HWND window, unsigned int message, LONG mask, LPINT error)
{
    struct sock *sock = sock_enter(s, error);
    if (!sock) return SOCKET_ERROR;
    if ((mask & ~(LONG)FD_ALL_EVENTS) != 0 || (mask != 0 && !kernel_window(window))) return fail(error, WSAEINVAL);
    events_register(sock, &(struct registration){ .mask = mask, .window = window, .message = message });
    return 0;
}

int WSPAPI provider_enum_network_events(SOCKET s, WSAEVENT event, LPWSANETWORKEVENTS out, LPINT error)
{
    struct sock *sock = sock_enter(s, error);
    int upcall_error;
    if (!sock) return SOCKET_ERROR;
    if (!kernel_may_write(out, sizeof *out)) return fail(error, WSAEFAULT);
    if (event && !sock->process->up.lpWPUResetEvent(event, &upcall_error)) return fail(error, WSAEINVAL); /* and nothing is cleared */
    struct network_events *events = events_of(sock);
    WSANETWORKEVENTS told;
    memcpy(&told, out, sizeof told); /* error codes of what did not happen stay as they were; no alignment is asked for */
    told.lNetworkEvents = events->recorded & events->mask;
    for (int bit = 0; bit < FD_MAX_EVENTS; bit++)
        if (told.lNetworkEvents >> bit & 1) told.iErrorCode[bit] = events->errors[bit];
    memcpy(out, &told, sizeof told);
    events->recorded = 0;
    return 0;
}
