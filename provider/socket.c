/*
 * WSPSocket and WSPCloseSocket (SPI reference 4.29 and 4.7).
 */
#include <stdlib.h>

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
    if (wish.type == SOCK_RAW) return 0;
    int own = wish.type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
    if (wish.protocol == own) return 0;
    return wish.protocol == IPPROTO_TCP || wish.protocol == IPPROTO_UDP ? WSAEPROTOTYPE : WSAEPROTONOSUPPORT;
}

/* Multipoint roles come in pairs: one for the control plane, one for the data plane, or none at all. */
static BOOL flags_fit(DWORD flags)
{
    DWORD control = flags & MULTIPOINT_C, data = flags & MULTIPOINT_D;
    if (flags & ~(DWORD)FLAGS_KNOWN) return FALSE;
    return control != MULTIPOINT_C && data != MULTIPOINT_D && (control != 0) == (data != 0);
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

static int sock_open(struct provider_process *process, struct wish wish, DWORD flags, DWORD entry, struct sock **opened)
{
    struct sock *sock = calloc(1, sizeof *sock);
    if (!sock) return WSAENOBUFS;
    sock->process = process;
    sock->family = wish.family;
    sock->type = wish.type;
    sock->protocol = wish.protocol;
    sock->overlapped = (flags & WSA_FLAG_OVERLAPPED) != 0;
    int error = error_of_kernel(kernel_endpoint_open(sock_family(sock), transport_of(wish.type), (uint8_t)wish.protocol, &sock->endpoint));
    if (error == 0) {
        sock->handle = process->up.lpWPUCreateSocketHandle(entry, (DWORD_PTR)sock, &error);
        if (sock->handle == INVALID_SOCKET) kernel_endpoint_close(sock->endpoint);
        else error = 0;
    }
    if (error) {
        free(sock);
        return error;
    }
    list_add(&process->socks, sock);
    *opened = sock;
    return 0;
}

SOCKET WSPAPI provider_socket(int family, int type, int protocol, LPWSAPROTOCOL_INFOW info, GROUP group, DWORD flags, LPINT error)
{
    struct provider_process *process = process_enter(error);
    struct sock *sock;
    if (!process) return INVALID_SOCKET;
    int result = kernel_stack_state() != KERNEL_OK ? WSAENETDOWN : !kernel_may_read(info, sizeof *info) ? WSAEFAULT : 0;
    if (result == 0) {
        struct wish wish = wish_complete((struct wish){ family, type, protocol }, info);
        result = wish_check(wish);
        if (result == 0 && (!flags_fit(flags) || group > SG_CONSTRAINED_GROUP)) result = WSAEINVAL;
        if (result == 0) result = sock_open(process, wish, flags, info->dwCatalogEntryId, &sock);
    }
    if (result == 0) return sock->handle;
    fail(error, result);
    return INVALID_SOCKET;
}

/* Everything of the socket ends here: requests by their own mechanism (or silently), arms, endpoint, handle. */
void sock_discard(struct sock *sock, BOOL indicate)
{
    struct provider_process *process = sock->process;
    int ignored;
    while (sock->pending) pending_drop(sock->pending, indicate);
    events_end(sock);
    kernel_endpoint_close(sock->endpoint);
    process->up.lpWPUCloseSocketHandle(sock->handle, &ignored);
    list_remove(&process->socks, sock);
    free(sock);
}

int WSPAPI provider_close_socket(SOCKET s, LPINT error)
{
    struct sock *sock = sock_enter(s, error);
    if (!sock) return SOCKET_ERROR;
    sock_discard(sock, TRUE);
    return 0;
}
