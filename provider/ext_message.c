/*
 * WSARecvMsg and WSASendMsg: a message with what its packet said besides. They are receives and sends like the others
 * (transfer.c); here are the control records. A receive writes one for each option that was set, a send obeys those it is given.
 */
#include <string.h>

#include "ext.h"

/* ---- what came ---- */

struct records { WSABUF control; SIZE_T used; BOOL cut; };

static void record_add(struct records *records, int level, int type, const void *data, size_t size)
{
    WSACMSGHDR head = { .cmsg_len = WSA_CMSG_LEN(size), .cmsg_level = level, .cmsg_type = type };
    if (!records->control.buf || WSA_CMSG_SPACE(size) > records->control.len - records->used) {
        records->cut = TRUE;
        return;
    }
    char *at = records->control.buf + records->used;
    memset(at, 0, WSA_CMSG_SPACE(size));
    memcpy(at, &head, sizeof head);
    memcpy(at + sizeof head, data, size);
    records->used += WSA_CMSG_SPACE(size);
}

static void records_ipv4(struct records *records, DWORD wanted, const struct kernel_transfer *came, INT hops, INT class)
{
    IN_PKTINFO info = { .ipi_ifindex = came->interface_index };
    memcpy(&info.ipi_addr, came->local.bytes, sizeof info.ipi_addr);
    if (wanted & SOCK_PKTINFO) record_add(records, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    if (wanted & SOCK_RECVTTL) record_add(records, IPPROTO_IP, IP_TTL, &hops, sizeof hops);
    if (wanted & SOCK_RECVTOS) record_add(records, IPPROTO_IP, IP_TOS, &class, sizeof class);
    if (wanted & SOCK_RECVIF) record_add(records, IPPROTO_IP, IP_RECVIF, &info.ipi_ifindex, sizeof info.ipi_ifindex);
    if (wanted & SOCK_RECVDSTADDR) record_add(records, IPPROTO_IP, IP_RECVDSTADDR, &info.ipi_addr, sizeof info.ipi_addr);
}

static void records_ipv6(struct records *records, DWORD wanted, const struct kernel_transfer *came, INT hops, INT class)
{
    IN6_PKTINFO info = { .ipi6_ifindex = came->interface_index };
    memcpy(&info.ipi6_addr, came->local.bytes, sizeof info.ipi6_addr);
    if (wanted & SOCK_PKTINFO) record_add(records, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    if (wanted & SOCK_RECVTTL) record_add(records, IPPROTO_IPV6, IPV6_HOPLIMIT, &hops, sizeof hops);
    if (wanted & SOCK_RECVTOS) record_add(records, IPPROTO_IPV6, IPV6_TCLASS, &class, sizeof class);
    if (wanted & SOCK_RECVIF) record_add(records, IPPROTO_IPV6, IPV6_RECVIF, &info.ipi6_ifindex, sizeof info.ipi6_ifindex);
    if (wanted & SOCK_RECVDSTADDR) record_add(records, IPPROTO_IPV6, IPV6_RECVDSTADDR, &info.ipi6_addr, sizeof info.ipi6_addr);
}

DWORD message_flags(const struct kernel_transfer *came)
{
    return (came->flags & KERNEL_TRUNCATED ? MSG_TRUNC : 0u) | (came->flags & KERNEL_BROADCAST ? MSG_BCAST : 0u) | (came->flags & KERNEL_MULTICAST ? MSG_MCAST : 0u);
}

/* The flags say more than those of a plain receive. Records that did not fit are lost, and the call says WSAEMSGSIZE (observed
   behaviour UDP-10). */
int message_came(const struct sock *sock, LPWSAMSG message, const struct kernel_transfer *came, int error, DWORD *flags)
{
    if (!kernel_may_write(message, sizeof *message)) return error;
    struct records records = { .control = message->Control };
    if (!kernel_may_write(records.control.buf, records.control.len)) records.control = (WSABUF){ 0 };
    if (sock->family == AF_INET6) records_ipv6(&records, sock->shared->options.flags, came, came->hop_limit, came->traffic_class);
    else records_ipv4(&records, sock->shared->options.flags, came, came->hop_limit, came->traffic_class);
    message->Control.len = (ULONG)records.used;
    *flags = message_flags(came) | (records.cut ? MSG_CTRUNC : 0u);
    message->dwFlags = *flags;
    return records.cut ? WSAEMSGSIZE : error;
}

/* ---- what a send is told ---- */

enum { WISH_INTERFACE, WISH_HOPS, WISH_CLASS };

static BOOL number_of(const WSACMSGHDR *head, const char *data, struct message_wish *wish)
{
    INT value;
    if (head->cmsg_len < WSA_CMSG_LEN(sizeof value)) return FALSE;
    memcpy(&value, data, sizeof value);
    wish->given = TRUE;
    wish->value = (uint64_t)value;
    return value >= 0 && value <= 255;
}

/* The source address is the socket's: another one cannot be had for one message. */
static BOOL interface_of(const struct sock *sock, const WSACMSGHDR *head, const char *data, struct message_wish *wish)
{
    size_t address = sock->family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
    struct kernel_socket local;
    struct kernel_address source;
    ULONG index;
    if (head->cmsg_len < WSA_CMSG_LEN(address + sizeof index)) return FALSE;
    memset(&source, 0, sizeof source);
    source.family = (uint8_t)sock_family(sock);
    memcpy(source.bytes, data, address);
    memcpy(&index, data + address, sizeof index);
    wish->given = index != 0;
    wish->value = index;
    if (address_unspecified(&source)) return TRUE;
    return kernel_local(sock->endpoint, &local) == KERNEL_OK && memcmp(local.address.bytes, source.bytes, address) == 0;
}

static BOOL record_read(const struct sock *sock, const WSACMSGHDR *head, const char *data, struct message_wish wishes[MESSAGE_WISHES])
{
    BOOL six = sock->family == AF_INET6;
    if (head->cmsg_level != (six ? IPPROTO_IPV6 : IPPROTO_IP)) return FALSE;
    if (head->cmsg_type == (six ? IPV6_PKTINFO : IP_PKTINFO)) return interface_of(sock, head, data, &wishes[WISH_INTERFACE]);
    if (head->cmsg_type == (six ? IPV6_HOPLIMIT : IP_TTL)) return number_of(head, data, &wishes[WISH_HOPS]);
    if (head->cmsg_type == (six ? IPV6_TCLASS : IP_TOS)) return number_of(head, data, &wishes[WISH_CLASS]);
    return FALSE;
}

static BOOL records_read(const struct sock *sock, const WSABUF *control, struct message_wish wishes[MESSAGE_WISHES])
{
    WSACMSGHDR head;
    for (SIZE_T at = 0; at < control->len; at += WSA_CMSGHDR_ALIGN(head.cmsg_len)) {
        if (control->len - at < sizeof head) return FALSE;
        memcpy(&head, control->buf + at, sizeof head);
        if (head.cmsg_len < sizeof head || head.cmsg_len > control->len - at || !record_read(sock, &head, control->buf + at + sizeof head, wishes)) return FALSE;
    }
    return TRUE;
}

/* The bytes of a message are taken at the call: what is set meanwhile holds for it alone. */
static BOOL wishes_set(const struct sock *sock, struct message_wish wishes[MESSAGE_WISHES])
{
    for (int i = 0; i < MESSAGE_WISHES; i++) {
        if (!wishes[i].given) continue;
        wishes[i].given = kernel_option_get(sock->endpoint, wishes[i].option, &wishes[i].former) == KERNEL_OK;
        if (!wishes[i].given || kernel_option_set(sock->endpoint, wishes[i].option, wishes[i].value) != KERNEL_OK) return FALSE;
    }
    return TRUE;
}

void message_wishes_end(const struct sock *sock, const struct message_wish wishes[MESSAGE_WISHES])
{
    for (int i = 0; i < MESSAGE_WISHES; i++)
        if (wishes[i].given) kernel_option_set(sock->endpoint, wishes[i].option, wishes[i].former);
}

BOOL message_wishes(const struct sock *sock, const WSABUF *control, struct message_wish wishes[MESSAGE_WISHES])
{
    static const enum kernel_option options[MESSAGE_WISHES] = { [WISH_INTERFACE] = KERNEL_UNICAST_INTERFACE, [WISH_HOPS] = KERNEL_HOP_LIMIT, [WISH_CLASS] = KERNEL_TRAFFIC_CLASS };
    struct message_wish read[MESSAGE_WISHES];
    memset(wishes, 0, sizeof read);
    memset(read, 0, sizeof read);
    for (int i = 0; i < MESSAGE_WISHES; i++) read[i].option = options[i];
    if (!records_read(sock, control, read)) return FALSE;
    memcpy(wishes, read, sizeof read);
    return wishes_set(sock, wishes);
}

static int send_with_records(struct sock *sock, const struct message_call *call)
{
    struct message_wish wishes[MESSAGE_WISHES];
    int error = message_wishes(sock, &call->message->Control, wishes) ? transfer_message(sock, call) : WSAEINVAL;
    message_wishes_end(sock, wishes);
    return error;
}

/* ---- the functions ---- */

static int message_check(const struct sock *sock, LPWSAMSG message, BOOL receives)
{
    if (!message || !(receives ? kernel_may_write(message, sizeof *message) : kernel_may_read(message, sizeof *message))) return WSAEFAULT;
    const WSABUF *control = &message->Control;
    if (control->len && (!control->buf || !(receives ? kernel_may_write(control->buf, control->len) : kernel_may_read(control->buf, control->len)))) return WSAEFAULT;
    return sock_stream(sock) ? WSAEINVAL : 0;
}

static int message_moves(SOCKET s, struct message_call *call)
{
    WSATHREADID thread;
    int error, ignored;
    struct sock *sock = sock_enter(s, &error);
    if (!sock) return error;
    error = message_check(sock, call->message, call->receives);
    if (error) return error;
    call->opened = call->routine && call->overlapped && sock->overlapped;
    if (call->opened && sock->process->up.lpWPUOpenCurrentThread(&thread, &error) == SOCKET_ERROR) return error;
    call->thread = &thread;
    struct provider_process *process = sock->process;
    error = call->receives ? transfer_message(sock, call) : send_with_records(sock, call);
    if (call->opened && error && error != WSA_IO_PENDING) process->up.lpWPUCloseThread(&thread, &ignored);
    return error;
}

INT PASCAL ext_receive_message(SOCKET s, LPWSAMSG message, LPDWORD bytes, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    struct message_call call = { .receives = TRUE, .message = message, .bytes = bytes, .overlapped = overlapped, .routine = routine };
    return ext_answer(message_moves(s, &call)) ? 0 : SOCKET_ERROR;
}

INT PASCAL ext_send_message(SOCKET s, LPWSAMSG message, DWORD flags, LPDWORD bytes, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    struct message_call call = { .message = message, .flags = flags, .bytes = bytes, .overlapped = overlapped, .routine = routine };
    return ext_answer(message_moves(s, &call)) ? 0 : SOCKET_ERROR;
}
