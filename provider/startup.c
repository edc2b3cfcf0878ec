/*
 * WSPStartup and WSPCleanup: version negotiation, the table of entry points, counting (SPI reference 2.1, 2.2), and the
 * common prefix of every call.
 */
#include <stdlib.h>
#include <string.h>

#include "provider.h"

const uint32_t wspsim_kernel_abi = KERNEL_ABI;

#define VERSION_MAJOR 2
#define VERSION_MINOR 2

int fail(LPINT error, int value)
{
    if (error) *error = value;
    return SOCKET_ERROR;
}

/* ---- entering ---- */

BOOL observed(void)
{
    struct kernel_who who;
    kernel_current(&who);
    return who.profile == KERNEL_OBSERVED;
}

struct provider_process *process_enter(LPINT error)
{
    struct provider_process *process = kernel_slot_get(&wspsim_kernel_abi);
    if (process && !callback_runs(process)) return process;
    fail(error, process ? WSAEINPROGRESS : WSANOTINITIALISED);
    return NULL;
}

struct sock *sock_enter(SOCKET s, LPINT error)
{
    struct provider_process *process = process_enter(error);
    if (!process) return NULL;
    DWORD_PTR context;
    int upcall_error;
    if (process->up.lpWPUQuerySocketHandleContext(s, &context, &upcall_error) != 0) {
        fail(error, WSAENOTSOCK);
        return NULL;
    }
    if (kernel_stack_state() != KERNEL_OK) {
        fail(error, WSAENETDOWN);
        return NULL;
    }
    struct sock *sock = (struct sock *)context;
    if (sock->shared->unattended) attempt_look(sock);
    return sock;
}

/* ---- starting ---- */

static void table_fill(LPWSPPROC_TABLE table)
{
    table->lpWSPCleanup = provider_cleanup;
    table->lpWSPCancelBlockingCall = provider_cancel_blocking_call;
    table->lpWSPSocket = provider_socket;
    table->lpWSPDuplicateSocket = provider_duplicate_socket;
    table->lpWSPCloseSocket = provider_close_socket;
    table->lpWSPEventSelect = provider_event_select;
    table->lpWSPAsyncSelect = provider_async_select;
    table->lpWSPEnumNetworkEvents = provider_enum_network_events;
    table->lpWSPGetOverlappedResult = provider_get_overlapped_result;
    table->lpWSPIoctl = provider_ioctl;
    table->lpWSPBind = provider_bind;
    table->lpWSPGetSockName = provider_get_sock_name;
    table->lpWSPGetPeerName = provider_get_peer_name;
    table->lpWSPConnect = provider_connect;
    table->lpWSPJoinLeaf = provider_join_leaf;
    table->lpWSPListen = provider_listen;
    table->lpWSPAccept = provider_accept;
    table->lpWSPSend = provider_send;
    table->lpWSPSendTo = provider_send_to;
    table->lpWSPRecv = provider_recv;
    table->lpWSPRecvFrom = provider_recv_from;
    table->lpWSPShutdown = provider_shutdown;
    table->lpWSPSendDisconnect = provider_send_disconnect;
    table->lpWSPRecvDisconnect = provider_recv_disconnect;
    table->lpWSPGetSockOpt = provider_get_sock_opt;
    table->lpWSPSetSockOpt = provider_set_sock_opt;
    table->lpWSPSelect = provider_select;
    table->lpWSPAddressToString = provider_address_to_string;
    table->lpWSPGetQOSByName = provider_get_qos_by_name;
    table->lpWSPStringToAddress = provider_string_to_address;
}

static struct provider_process *process_of_startup(void)
{
    struct provider_process *process = kernel_slot_get(&wspsim_kernel_abi);
    if (process) return process;
    process = calloc(1, sizeof *process);
    if (process) kernel_slot_set(&wspsim_kernel_abi, process);
    return process;
}

static void data_fill(LPWSPDATA data)
{
    static const WCHAR description[] = u"wspsim reference service provider";
    memset(data, 0, sizeof *data);
    data->wVersion = MAKEWORD(VERSION_MAJOR, VERSION_MINOR); /* the highest we have is also the lowest */
    data->wHighVersion = MAKEWORD(VERSION_MAJOR, VERSION_MINOR);
    memcpy(data->szDescription, description, sizeof description);
}

int WSPAPI WSPStartup(WORD requested, LPWSPDATA data, LPWSAPROTOCOL_INFOW info, WSPUPCALLTABLE upcalls, LPWSPPROC_TABLE table)
{
    (void)info; /* a base provider serves every base entry alike */
    if (!kernel_may_write(data, sizeof *data) || !kernel_may_write(table, sizeof *table)) return WSAEFAULT;
    struct provider_process *process = kernel_slot_get(&wspsim_kernel_abi);
    if (process && callback_runs(process)) return WSAEINPROGRESS;
    if (kernel_stack_state() != KERNEL_OK) return WSASYSNOTREADY;
    if (LOBYTE(requested) < VERSION_MAJOR || (LOBYTE(requested) == VERSION_MAJOR && HIBYTE(requested) < VERSION_MINOR)) return WSAVERNOTSUPPORTED;
    process = process_of_startup();
    if (!process) return WSAEPROCLIM;
    process->up = upcalls; /* by value; a later start replaces it */
    process->startups++;
    data_fill(data);
    table_fill(table);
    return 0;
}

/* ---- ending ---- */

static void protocols_free(struct provider_process *process)
{
    while (process->protocols) {
        struct protocol *protocol = process->protocols;
        process->protocols = protocol->next;
        free(protocol);
    }
}

int WSPAPI provider_cleanup(LPINT error)
{
    struct provider_process *process = process_enter(error);
    if (!process) return SOCKET_ERROR;
    if (--process->startups > 0) return 0;
    waiting_end(process);
    selecting_free(process);
    while (process->socks) sock_discard(process->socks, FALSE); /* nobody is told any more */
    routines_free(process);
    rio_free(process);
    protocols_free(process);
    kernel_slot_set(&wspsim_kernel_abi, NULL);
    free(process);
    return 0;
}
