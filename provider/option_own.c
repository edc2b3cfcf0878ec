/*
 * Options with code of their own: those the provider keeps, and those that stand between two names of one thing (SPI
 * reference 11.1, 11.2).
 */
#include <string.h>

#include "options.h"

static int kernel_get(const struct option_call *call, enum kernel_option option, uint64_t *value)
{
    enum kernel_status status = kernel_option_get(call->sock->endpoint, option, value);
    return status == KERNEL_NOT_SUPPORTED ? WSAENOPROTOOPT : error_of_kernel(status);
}

static int kernel_set(const struct option_call *call, enum kernel_option option, uint64_t value)
{
    enum kernel_status status = kernel_option_set(call->sock->endpoint, option, value);
    return status == KERNEL_NOT_SUPPORTED ? WSAENOPROTOOPT : error_of_kernel(status);
}

static int truth_through(struct option_call *call, enum kernel_option option)
{
    uint64_t value;
    if (call->setting) return kernel_set(call, option, option_number(call) != 0);
    int error = kernel_get(call, option, &value);
    return error ? error : option_give(call, value != 0);
}

static int own(struct option_call *call, DWORD *kept)
{
    if (!call->setting) return option_give(call, *kept);
    *kept = option_number(call);
    return 0;
}

/* ---- what the socket is ---- */

int option_accepting(struct option_call *call) { return option_give(call, call->sock->shared->listening != 0); }
int option_type(struct option_call *call) { return option_give(call, (uint32_t)call->sock->type); }
int option_group_id(struct option_call *call) { return option_give(call, 0); }
int option_group_priority(struct option_call *call) { return own(call, &call->sock->shared->options.group_priority); }
int option_open_type(struct option_call *call) { return own(call, &call->sock->process->open_type); }

/* A stream never sends to a broadcast address: it only keeps the word. */
int option_broadcast(struct option_call *call)
{
    if (!sock_stream(call->sock)) return truth_through(call, KERNEL_ALLOW_BROADCAST);
    return call->setting ? 0 : option_give(call, 0);
}

int option_connect_time(struct option_call *call)
{
    uint64_t seconds;
    int error = kernel_get(call, KERNEL_CONNECTED_S, &seconds);
    if (error && error != WSAENOTCONN) return error;
    return option_give(call, error ? UINT32_MAX : (uint32_t)seconds);
}

/* Reading clears it; Windows keeps the error of a failed connect until one succeeds (observed behaviour SEL-15), and takes one
   from the client (OPT-08). */
int option_error(struct option_call *call)
{
    if (call->setting) {
        if (!observed()) return WSAENOPROTOOPT;
        call->sock->shared->error = (int)option_number(call);
        return 0;
    }
    int error = call->sock->shared->error;
    if (!observed()) call->sock->shared->error = 0;
    return option_give(call, (uint32_t)error);
}

/* ---- what AcceptEx and ConnectEx leave to be said ---- */

/* The socket that AcceptEx filled gets the listener's properties with it. */
int option_accept_context(struct option_call *call)
{
    int error;
    SOCKET s;
    memcpy(&s, call->in, sizeof s);
    const struct sock *listener = sock_enter(s, &error);
    if (!listener) return error;
    if (!listener->shared->listening) return WSAEINVAL;
    if (!call->sock->shared->connected) return WSAENOTCONN;
    call->sock->shared->options = listener->shared->options;
    call->sock->shared->no_context = FALSE;
    return 0;
}

int option_connect_context(struct option_call *call)
{
    if (!call->sock->shared->connected) return WSAENOTCONN;
    call->sock->shared->no_context = FALSE;
    return 0;
}

/* ---- sharing an address: the two wishes exclude each other (observed behaviour BND-11) ---- */

static int sharing(struct option_call *call, enum kernel_option option, enum kernel_option opposite)
{
    uint64_t other = 0;
    if (call->setting && option_number(call) && kernel_get(call, opposite, &other) == 0 && other) return WSAEINVAL;
    return truth_through(call, option);
}

int option_exclusive(struct option_call *call) { return sharing(call, KERNEL_EXCLUSIVE_ADDRESS, KERNEL_REUSE_ADDRESS); }
int option_reuse(struct option_call *call) { return sharing(call, KERNEL_REUSE_ADDRESS, KERNEL_EXCLUSIVE_ADDRESS); }

/* ---- lingering, keep-alive, time-outs ---- */

int option_linger(struct option_call *call)
{
    struct linger *linger = &call->sock->shared->options.linger;
    if (call->setting) {
        memcpy(linger, call->in, sizeof *linger);
        linger->l_onoff = linger->l_onoff != 0;
        return 0;
    }
    memcpy(call->out, linger, sizeof *linger);
    call->size = sizeof *linger;
    return 0;
}

int option_dontlinger(struct option_call *call)
{
    struct linger *linger = &call->sock->shared->options.linger;
    if (!call->setting) return option_give(call, !linger->l_onoff);
    linger->l_onoff = !option_number(call);
    return 0;
}

int option_keepalive(struct option_call *call)
{
    struct kernel_state state;
    if (call->setting && call->sock->shared->attempt == ATTEMPT_RUNS) return WSAEINVAL; /* host-stack 4.7 */
    if (call->setting && kernel_state(call->sock->endpoint, &state) == KERNEL_OK && call->sock->shared->connected && (state.conditions & KERNEL_FAILED))
        return state.failure == KERNEL_TIMED_OUT || state.failure == KERNEL_NET_RESET ? WSAENETRESET : WSAENOTCONN;
    return truth_through(call, KERNEL_KEEPALIVE);
}

int option_receive_timeout(struct option_call *call) { return own(call, &call->sock->shared->options.receive_timeout_ms); }
int option_send_timeout(struct option_call *call) { return own(call, &call->sock->shared->options.send_timeout_ms); }

/* Each of the two modes of urgent data can be switched on and not off (host-stack 4.7). */
int option_bsd_urgent(struct option_call *call)
{
    uint64_t other;
    if (call->setting) return option_number(call) ? kernel_set(call, KERNEL_URGENT_RFC1122, 0) : WSAEINVAL;
    int error = kernel_get(call, KERNEL_URGENT_RFC1122, &other);
    return error ? error : option_give(call, !other);
}

/* ---- descriptions ---- */

static int copy_out(struct option_call *call, const void *value, DWORD size)
{
    if (call->out_size < size) return WSAEFAULT;
    memcpy(call->out, value, size);
    call->size = observed() ? call->out_size : size; /* Windows leaves a larger size as it was (observed behaviour OPT-13) */
    return 0;
}

int option_protocol_info_wide(struct option_call *call) { return copy_out(call, &call->sock->entry->info, sizeof call->sock->entry->info); }

/* The two structures differ in the text at their end. */
int option_protocol_info_narrow(struct option_call *call)
{
    const WSAPROTOCOL_INFOW *wide = &call->sock->entry->info;
    WSAPROTOCOL_INFOA narrow;
    memset(&narrow, 0, sizeof narrow);
    memcpy(&narrow, wide, offsetof(WSAPROTOCOL_INFOA, szProtocol));
    for (size_t i = 0; i < sizeof narrow.szProtocol - 1 && wide->szProtocol[i]; i++) narrow.szProtocol[i] = wide->szProtocol[i] < 128 ? (CHAR)wide->szProtocol[i] : '?';
    return copy_out(call, &narrow, sizeof narrow);
}

/* CSADDR_INFO, then the two addresses it points to. */
int option_bsp_state(struct option_call *call)
{
    struct sock *sock = call->sock;
    DWORD address = (DWORD)sock_address_size(sock), size = (DWORD)sizeof(CSADDR_INFO) + 2 * address;
    struct kernel_socket local, peer;
    CSADDR_INFO info;
    char *first = call->out + sizeof info;
    int length;
    call->size = size;
    if (call->out_size < size) return WSAEFAULT;
    memset(&info, 0, sizeof info);
    if (kernel_local(sock->endpoint, &local) != KERNEL_OK) memset(&local, 0, sizeof local);
    if (kernel_peer(sock->endpoint, &peer) != KERNEL_OK) memset(&peer, 0, sizeof peer);
    info.LocalAddr = (SOCKET_ADDRESS){ .lpSockaddr = (LPSOCKADDR)(void *)first, .iSockaddrLength = (INT)address };
    info.RemoteAddr = (SOCKET_ADDRESS){ .lpSockaddr = (LPSOCKADDR)(void *)(first + address), .iSockaddrLength = (INT)address };
    info.iSocketType = sock->type;
    info.iProtocol = sock->protocol;
    memcpy(call->out, &info, sizeof info);
    sockname_write(sock, &local, first, &length);
    sockname_write(sock, &peer, first + address, &length);
    return 0;
}
