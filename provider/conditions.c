/*
 * Network events of the endpoint: FD_READ, FD_WRITE, FD_OOB, FD_ACCEPT, FD_CONNECT and FD_CLOSE (SPI reference 9.2). Three
 * things are kept apart: what holds now (the kernel's state), what is recorded and not fetched (events.recorded), and what
 * was recorded and not enabled again (events.disabled). An event is recorded when it holds, is wanted and is enabled; a
 * re-enabling function enables it and looks again.
 *
 *   FD_READ, FD_OOB   enabled again by WSPRecv and WSPRecvFrom, whatever came of them
 *   FD_WRITE          by a send that had to say WSAEWOULDBLOCK: then space that appears is news
 *   FD_ACCEPT         by WSPAccept, unless it said WSATRY_AGAIN
 *   FD_CONNECT        by a new attempt; FD_CLOSE by nothing
 *   FD_QOS            by SIO_GET_QOS; an edge: only a change after that is news, and its error code is what it says
 *
 * When the network subsystem fails, all that is enabled is recorded with WSAENETDOWN.
 *
 * One lasting watch of the endpoint tells of changes, for as long as an enabled event is wanted, so that a stream of data
 * nobody asks about costs nothing here.
 */
#include "provider.h"

#define LEVELS (FD_READ | FD_OOB | FD_ACCEPT) /* seen on Windows: what newly arrives is recorded without a re-enabling call */
#define ENDPOINT_EVENTS (FD_READ | FD_WRITE | FD_OOB | FD_ACCEPT | FD_CONNECT | FD_CLOSE | FD_QOS)

static const struct { LONG bit; uint32_t conditions; } watched[] = {
    { FD_READ, KERNEL_READABLE }, { FD_WRITE, KERNEL_WRITABLE | KERNEL_ESTABLISHED }, { FD_OOB, KERNEL_URGENT }, { FD_ACCEPT, KERNEL_ACCEPTABLE },
    { FD_CLOSE, KERNEL_PEER_CLOSED | KERNEL_FAILED }, { FD_QOS, KERNEL_QOS_CHANGED },
};

/* ---- what holds ---- */

static BOOL urgent_inline(const struct sock *sock)
{
    uint64_t value;
    return kernel_option_get(sock->endpoint, KERNEL_URGENT_INLINE, &value) == KERNEL_OK && value;
}

/* The end of a stream is no data: it is told by FD_CLOSE. A message may be empty, or an error. */
static BOOL read_holds(const struct sock *sock, const struct kernel_state *state)
{
    return (state->conditions & KERNEL_READABLE) && (!sock_stream(sock) || state->readable_bytes > 0);
}

/* Gracefully once all data has been read, which Windows does not wait for; a lost connection at once. */
static BOOL close_holds(const struct sock *sock, const struct kernel_state *state)
{
    if (!sock_stream(sock) || !sock->shared->connected) return FALSE;
    if (state->conditions & KERNEL_FAILED) return TRUE;
    return (state->conditions & KERNEL_PEER_CLOSED) && (state->readable_bytes == 0 || observed());
}

/* Windows renews an event that was fetched when more of its kind comes; a message it does not renew. */
static BOOL renews(const struct sock *sock) { return observed() && !sock->events.window; }

/* Sending is possible: a stream when it is connected, a message socket when it is bound (optional in the documents; Windows posts
   a message before that too). */
static BOOL write_holds(const struct sock *sock, const struct kernel_state *state)
{
    if (!(state->conditions & KERNEL_WRITABLE)) return FALSE;
    return sock_stream(sock) ? sock->shared->connected : !sock_unbound(sock) || (observed() && sock->events.window);
}

LONG conditions_holding(const struct sock *sock, const struct kernel_state *state)
{
    LONG holding = 0;
    if (read_holds(sock, state)) holding |= FD_READ;
    if (write_holds(sock, state)) holding |= FD_WRITE;
    if ((state->conditions & KERNEL_URGENT) && !urgent_inline(sock)) holding |= FD_OOB;
    if ((state->conditions & KERNEL_ACCEPTABLE) && !sock->shared->deferring) holding |= FD_ACCEPT;
    if (sock->shared->attempt == ATTEMPT_MADE) holding |= FD_CONNECT;
    if (close_holds(sock, state)) holding |= FD_CLOSE;
    return holding;
}

static int close_error(const struct kernel_state *state)
{
    if (!(state->conditions & KERNEL_FAILED)) return 0;
    if (state->failure == KERNEL_STACK_DOWN || state->failure == KERNEL_NET_DOWN) return WSAENETDOWN;
    return state->failure == KERNEL_RESET && !observed() ? WSAECONNRESET : WSAECONNABORTED;
}

/* ---- the watch ---- */

static void watch(struct sock *sock);

static void look(struct sock *sock, LONG renewed)
{
    struct kernel_state state;
    struct network_events *events = &sock->events;
    LONG wanted = events->mask & ENDPOINT_EVENTS & (~events->disabled | renewed);
    if (sock->shared->unattended) attempt_look(sock);
    if (wanted && kernel_state(sock->endpoint, &state) == KERNEL_OK) {
        if (state.readable_bytes <= events->waiting && (events->disabled & FD_READ)) wanted &= ~(LONG)FD_READ; /* the end of a stream is no data */
        events->waiting = state.readable_bytes;
        wanted &= conditions_holding(sock, &state);
        events->disabled |= wanted;
        /* FD_CONNECT before FD_WRITE, as Windows has it */
        if (wanted & FD_CONNECT) events_record(sock, FD_CONNECT, 0);
        for (LONG bit = 1; bit <= FD_CLOSE; bit <<= 1)
            if (wanted & bit & ~(LONG)FD_CONNECT) events_record(sock, bit, bit == FD_CLOSE ? close_error(&state) : 0);
    }
    watch(sock);
}

static void qos_happens(struct sock *sock)
{
    struct network_events *events = &sock->events;
    if (!(events->mask & ~events->disabled & FD_QOS)) return;
    events->disabled |= FD_QOS;
    events_record(sock, FD_QOS, qos_news(sock));
}

/* The network subsystem has failed, and whatever is enabled and could come about says so. It stays enabled: its own news are still
   to come, but for a connection, which is lost. */
static void net_is_down(struct sock *sock)
{
    struct network_events *events = &sock->events;
    BOOL stream = sock_stream(sock), connected = sock->shared->connected;
    LONG told = stream ? 0 : FD_READ | FD_WRITE;
    if (stream && connected) told = FD_READ | FD_WRITE | FD_OOB | FD_CLOSE;
    if (sock->shared->listening) told = FD_ACCEPT;
    told = (told | FD_QOS) & events->mask & ~events->disabled;
    for (LONG bit = 1; bit <= FD_QOS; bit <<= 1)
        if (told & bit) events_record(sock, bit, WSAENETDOWN);
    events->disabled |= told & FD_CLOSE;
}

static void watch_completes(void *cookie, enum kernel_status status, uint64_t count)
{
    struct sock *sock = cookie;
    LONG renewed = 0;
    sock->events.watch = 0;
    if (status == KERNEL_CANCELLED) return; /* the process ends */
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++)
        if (watched[i].conditions & count) renewed |= watched[i].bit & LEVELS;
    if (status == KERNEL_STACK_DOWN) net_is_down(sock);
    if (count & KERNEL_QOS_CHANGED) qos_happens(sock);
    if (count & KERNEL_TOLD) events_told(sock);
    look(sock, renews(sock) ? renewed : 0);
}

/* Keeps the watch that the mask asks for. What is disabled needs none; Windows looks all the same. */
static void watch(struct sock *sock)
{
    struct network_events *events = &sock->events;
    struct kernel_watch wish = { .topic = KERNEL_TOPIC_ENDPOINT, .family = sock_family(sock), .endpoint = sock->endpoint };
    LONG wanted = events->mask & ENDPOINT_EVENTS;
    if (wanted) wanted &= ~(events->disabled & ~(renews(sock) ? LEVELS : 0));
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++)
        if (wanted & watched[i].bit) wish.conditions |= watched[i].conditions;
    if (events->mask && sock->shared->told) wish.conditions |= KERNEL_TOLD;
    if (events->watch && wish.conditions && (events->watched & wish.conditions) == wish.conditions) return;
    if (events->watch) kernel_cancel(events->watch);
    events->watch = 0;
    events->watched = wish.conditions;
    if (wish.conditions && kernel_watch(&wish, true, watch_completes, sock, &events->watch) != KERNEL_OK) events->watch = 0;
}

/* ---- told by the other files ---- */

/* The documents let a new registration report whatever holds. Windows records nothing that it has reported before, and posts
   everything again but for a connection that was made before. */
void conditions_select(struct sock *sock)
{
    if (!observed()) sock->events.disabled = 0;
    else if (sock->events.window) sock->events.disabled = sock->shared->attempt == ATTEMPT_MADE ? FD_CONNECT : 0;
    look(sock, 0);
}

void conditions_enable(struct sock *sock, LONG bits)
{
    events_of(sock)->disabled &= ~bits;
    conditions_look(sock);
}

void conditions_look(struct sock *sock)
{
    if (!(events_of(sock)->mask & ENDPOINT_EVENTS)) return;
    if (events_elsewhere(sock)) kernel_endpoint_tell(sock->endpoint);
    else look(sock->shared->keeper, 0);
}

/* A failure is told now or never: nothing holds afterwards. */
void conditions_connect(struct sock *sock, int error)
{
    struct network_events *events = events_of(sock);
    if (error && (events->mask & FD_CONNECT)) events_come(sock, FD_CONNECT, error);
    if (error) events->disabled |= FD_CONNECT;
    conditions_look(sock);
}

void conditions_end(struct sock *sock)
{
    if (sock->events.watch) kernel_cancel(sock->events.watch);
    sock->events.watch = 0;
}
