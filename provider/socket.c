/*
 * WSPSocket, and what a socket is from its handle to its end (SPI reference 4.29). WSPCloseSocket stands in shutdown.c.
 */
#include <stdlib.h>
#include <string.h>

#include "provider.h"

#define MULTIPOINT_C (WSA_FLAG_MULTIPOINT_C_ROOT | WSA_FLAG_MULTIPOINT_C_LEAF)
#define MULTIPOINT_D (WSA_FLAG_MULTIPOINT_D_ROOT | WSA_FLAG_MULTIPOINT_D_LEAF)
#define FLAGS_KNOWN (WSA_FLAG_OVERLAPPED | MULTIPOINT_C | MULTIPOINT_D | WSA_FLAG_ACCESS_SYSTEM_SECURITY | WSA_FLAG_NO_HANDLE_INHERIT | WSA_FLAG_REGISTERED_IO)

struct wish { int family, type, protocol; };

int sock_address_size(const struct sock *sock) { return sock->family == AF_INET6 ? (int)sizeof(struct sockaddr_in6) : (int)sizeof(struct sockaddr_in); }
enum kernel_family sock_family(const struct sock *sock) { return sock->family == AF_INET6 ? KERNEL_IPV6 : KERNEL_IPV4; }

/* 0 and FROM_PROTOCOL_INFO stand for what the catalogue entry says. */
static struct wish wish_complete(struct wish wish, const WSAPROTOCOL_INFOW *info)
{
    if (wish.family == 0 || wish.family == FROM_PROTOCOL_INFO) wish.family = info->iAddressFamily;
    if (wish.type == 0 || wish.type == FROM_PROTOCOL_INFO) wish.type = info->iSocketType;
    if (wish.protocol == FROM_PROTOCOL_INFO) wish.protocol = info->iProtocol;
    if (wish.protocol == 0 && wish.type == SOCK_STREAM) wish.protocol = IPPROTO_TCP;
    if (wish.protocol == 0 && wish.type == SOCK_DGRAM) wish.protocol = IPPROTO_UDP;
    return wish;
}

static int wish_check(struct wish wish)
{
    if (wish.family != AF_INET && wish.family != AF_INET6) return WSAEAFNOSUPPORT;
    if (wish.type != SOCK_STREAM && wish.type != SOCK_DGRAM && wish.type != SOCK_RAW) return WSAESOCKTNOSUPPORT;
    if (wish.protocol < 0 || wish.protocol > 255) return WSAEPROTONOSUPPORT;
    if (wish.type == SOCK_RAW) return kernel_abilities() & KERNEL_ADMINISTRATOR ? 0 : WSAEACCES;
    int own = wish.type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
    if (wish.protocol == own) return 0;
    BOOL of_another = wish.protocol == IPPROTO_TCP || wish.protocol == IPPROTO_UDP;
    return of_another && !observed() ? WSAEPROTOTYPE : WSAEPROTONOSUPPORT; /* Windows makes no difference */
}

/* Multipoint roles come in pairs, one for the control plane and one for the data plane, or none at all; of IP both planes are
   without a root (host-stack 7). */
static BOOL flags_fit(DWORD flags)
{
    DWORD control = flags & MULTIPOINT_C, data = flags & MULTIPOINT_D;
    if (flags & ~(DWORD)FLAGS_KNOWN || flags & (WSA_FLAG_MULTIPOINT_C_ROOT | WSA_FLAG_MULTIPOINT_D_ROOT)) return FALSE;
    return (control != 0) == (data != 0);
}

/* The first socket's `prev` is the last one, so that a process may open thousands. */
static void list_add(struct sock **list, struct sock *sock)
{
    struct sock *last = *list ? (*list)->prev : sock;
    sock->prev = last;
    if (*list) {
        last->next = sock;
        (*list)->prev = sock;
    } else {
        *list = sock;
    }
}

static void list_remove(struct sock **list, const struct sock *sock)
{
    struct sock *first = *list;
    if (sock->next) sock->next->prev = sock->prev;
    else first->prev = sock->prev;
    if (sock == first) *list = sock->next;
    else sock->prev->next = sock->next;
}

static enum kernel_transport transport_of(int type) { return type == SOCK_STREAM ? KERNEL_TCP : type == SOCK_DGRAM ? KERNEL_UDP : KERNEL_RAW; }

/* The entry's own copy: the client's may go after the call. */
struct protocol *protocol_of(struct provider_process *process, const WSAPROTOCOL_INFOW *info)
{
    struct protocol **link = &process->protocols;
    while (*link && (*link)->info.dwCatalogEntryId != info->dwCatalogEntryId) link = &(*link)->next;
    if (*link) return *link;
    struct protocol *protocol = calloc(1, sizeof *protocol);
    if (!protocol) return NULL;
    memcpy(&protocol->info, info, sizeof protocol->info);
    return *link = protocol;
}

struct sock *sock_new(struct provider_process *process, struct protocol *entry, struct shared *shared)
{
    struct sock *sock = calloc(1, sizeof *sock);
    if (sock && !shared) {
        shared = calloc(1, sizeof *shared);
        if (shared) shared->keeper = sock;
    }
    if (!shared) {
        free(sock);
        return NULL;
    }
    if (!sock) return NULL;
    struct sock **last = &shared->descriptors;
    while (*last) last = &(*last)->sibling;
    *last = sock;
    sock->process = process;
    sock->entry = entry;
    sock->shared = shared;
    return sock;
}

static void sock_free(struct sock *sock)
{
    struct shared *shared = sock->shared;
    struct sock **link = &shared->descriptors;
    while (*link != sock) link = &(*link)->sibling;
    *link = sock->sibling;
    if (!shared->descriptors) free(shared);
    free(sock);
}

int sock_enlist(struct sock *sock)
{
    int error;
    struct provider_process *process = sock->process;
    sock->handle = process->up.lpWPUCreateSocketHandle(sock->entry->info.dwCatalogEntryId, (DWORD_PTR)sock, &error);
    if (sock->handle == INVALID_SOCKET) {
        sock_free(sock);
        return WSAEMFILE; /* there are too many: the one reason it has */
    }
    list_add(&process->socks, sock);
    return 0;
}

static int sock_open(struct provider_process *process, struct wish wish, DWORD flags, const WSAPROTOCOL_INFOW *info, struct sock **opened)
{
    kernel_endpoint endpoint;
    struct protocol *entry = protocol_of(process, info);
    struct sock *sock = entry ? sock_new(process, entry, NULL) : NULL;
    if (!sock) return WSAENOBUFS;
    sock->family = wish.family;
    sock->type = wish.type;
    sock->protocol = wish.protocol;
    sock->flags = flags;
    sock->overlapped = (flags & WSA_FLAG_OVERLAPPED) != 0;
    enum kernel_status status = kernel_endpoint_open(sock_family(sock), transport_of(wish.type), (uint8_t)wish.protocol, &endpoint);
    if (status != KERNEL_OK) {
        sock_free(sock);
        return error_of_kernel(status);
    }
    sock->endpoint = endpoint;
    *opened = sock;
    int error = sock_enlist(sock);
    if (error) kernel_endpoint_close(endpoint);
    return error;
}

/* Properties of the listener, its event registration and mode among them; not that it listens (SPI reference 4.1). */
int sock_adopt(const struct sock *listener, kernel_endpoint endpoint, struct sock **adopted)
{
    struct sock *sock = sock_new(listener->process, listener->entry, NULL);
    if (!sock) return WSAENOBUFS;
    sock->family = listener->family;
    sock->type = listener->type;
    sock->protocol = listener->protocol;
    sock->flags = listener->flags;
    sock->overlapped = listener->overlapped;
    sock->shared->nonblocking = listener->shared->nonblocking;
    sock->shared->options = listener->shared->options;
    sock->events.event = events_of(listener)->event;
    sock->events.window = events_of(listener)->window;
    sock->events.message = events_of(listener)->message;
    sock->events.mask = events_of(listener)->mask;
    sock->endpoint = endpoint;
    sock->shared->connected = TRUE;
    *adopted = sock;
    return sock_enlist(sock);
}

SOCKET WSPAPI provider_socket(int family, int type, int protocol, LPWSAPROTOCOL_INFOW info, GROUP group, DWORD flags, LPINT error)
{
    struct provider_process *process = process_enter(error);
    struct sock *sock = NULL;
    if (!process) return INVALID_SOCKET;
    int result = kernel_stack_state() != KERNEL_OK ? WSAENETDOWN : !kernel_may_read(info, sizeof *info) ? WSAEFAULT : 0;
    if (result == 0 && info->dwProviderReserved) { /* whatever else is asked for: it is there already */
        result = sock_duplicate(process, info, &sock);
    } else if (result == 0) {
        struct wish wish = wish_complete((struct wish){ family, type, protocol }, info);
        result = wish_check(wish);
        if (result == 0 && (!flags_fit(flags) || group > SG_CONSTRAINED_GROUP)) result = WSAEINVAL;
        if (result == 0) result = sock_open(process, wish, flags, info, &sock);
    }
    if (result == 0) return sock->handle;
    fail(error, result);
    return INVALID_SOCKET;
}

/* Everything of the socket ends here: requests by their own mechanism (or silently), arms, endpoint, handle. SO_LINGER with a
   time of 0 is the hard end (SPI reference 4.7). */
void sock_discard(struct sock *sock, BOOL indicate)
{
    struct provider_process *process = sock->process;
    BOOL hard = sock->shared->options.linger.l_onoff && sock->shared->options.linger.l_linger == 0 && sock->shared->connected;
    int ignored;
    if (sock->shared->descriptors != sock || sock->sibling) sock_parts(sock);
    if (sock->connecting) kernel_cancel(sock->connecting);
    while (sock->pending) pending_drop(sock->pending, indicate);
    if (sock->accepting) pending_drop(sock->accepting, indicate);
    rio_socket_ends(sock, indicate);
    selecting_closed(sock);
    events_end(sock);
    if (hard) kernel_endpoint_abort(sock->endpoint);
    else kernel_endpoint_close(sock->endpoint);
    process->up.lpWPUCloseSocketHandle(sock->handle, &ignored);
    list_remove(&process->socks, sock);
    sock_free(sock);
}
