/*
 * A sample layer with IFS handles: what it gives out is the handle of the layer below, registered for its chain with
 * WPUModifyIFSHandle. It therefore need not stand in the way of what it does not look at: most of its table are the next
 * layer's own functions, and an OVERLAPPED goes down with the call. Its settings stand in layer.h.
 */
#include "layer.h"

const uint32_t wspsim_kernel_abi = KERNEL_ABI;

/* Only the returned handle may be given out. */
static SOCKET registered(struct layer_process *process, DWORD entry, SOCKET lower, LPINT error)
{
    int ignored;
    SOCKET s = process->up.lpWPUModifyIFSHandle(entry, lower, error);
    if (s == INVALID_SOCKET) process->next.lpWSPCloseSocket(lower, &ignored);
    return s;
}

static SOCKET WSPAPI ifs_socket(int family, int type, int protocol, LPWSAPROTOCOL_INFOW info, GROUP group, DWORD flags, LPINT error)
{
    struct layer_process *process = layer_get();
    SOCKET s;
    if (layer_socket_misbehaves(process, &s, error)) return s;
    const WSAPROTOCOL_INFOW *found = layer_info_below(process, info);
    if (!found) {
        *error = WSAEINVAL;
        return INVALID_SOCKET;
    }
    WSAPROTOCOL_INFOW below = *found;
    SOCKET lower = process->next.lpWSPSocket(family, type, protocol, &below, group, flags, error);
    return lower == INVALID_SOCKET ? lower : registered(process, info->dwCatalogEntryId, lower, error);
}

/* The chain that a lower socket belongs to, by the base protocol at its end. */
static DWORD chain_of(struct layer_process *process, SOCKET s)
{
    WSAPROTOCOL_INFOW info;
    int size = sizeof info, error;
    if (process->next.lpWSPGetSockOpt(s, SOL_SOCKET, SO_PROTOCOL_INFOW, (char *)&info, &size, &error) != 0) return 0;
    const WSAPROTOCOL_INFOW *chain = info.ProtocolChain.ChainLen > 1 ? &info : layer_chain_over(process, info.dwCatalogEntryId);
    return chain ? chain->dwCatalogEntryId : 0;
}

static SOCKET WSPAPI ifs_accept(SOCKET s, struct sockaddr *name, LPINT size, LPCONDITIONPROC condition, DWORD_PTR data, LPINT error)
{
    struct layer_process *process = layer_get();
    SOCKET lower = process->next.lpWSPAccept(s, name, size, condition, data, error);
    return lower == INVALID_SOCKET ? lower : registered(process, chain_of(process, s), lower, error);
}

static int WSPAPI ifs_ioctl(SOCKET s, DWORD code, LPVOID in, DWORD in_size, LPVOID out, DWORD out_size, LPDWORD bytes, LPWSAOVERLAPPED overlapped,
                            LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT error)
{
    struct layer_process *process = layer_get();
    struct layer_behaviour behaviour = layer_code(process, code);
    if (behaviour.way == LAYER_FAIL) return layer_fail(error, behaviour.error);
    if (behaviour.way == LAYER_OWN && !overlapped) return layer_answer_handle(s, out, out_size, bytes, error);
    return process->next.lpWSPIoctl(s, code, in, in_size, out, out_size, bytes, overlapped, routine, thread, error);
}

/* The error of a layer that says "later" of what has ended: whoever waits for a packet, waits. */
static int receive_ends(const struct layer_process *process, int result, LPWSAOVERLAPPED overlapped, LPINT error)
{
    if (process->behaviour[LAYER_RECV].way != LAYER_PENDING || result != 0 || !overlapped) return result;
    return layer_fail(error, WSA_IO_PENDING);
}

static int WSPAPI ifs_recv(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, LPDWORD flags, LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine,
                           LPWSATHREADID thread, LPINT error)
{
    struct layer_process *process = layer_get();
    if (process->behaviour[LAYER_RECV].way == LAYER_FAIL) return layer_fail(error, process->behaviour[LAYER_RECV].error);
    int result = process->next.lpWSPRecv(s, buffers, count, bytes, flags, overlapped, routine, thread, error);
    return receive_ends(process, result, overlapped, error);
}

static int WSPAPI ifs_recv_from(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, LPDWORD flags, struct sockaddr *from, LPINT size, LPWSAOVERLAPPED overlapped,
                                LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT error)
{
    struct layer_process *process = layer_get();
    if (process->behaviour[LAYER_RECV].way == LAYER_FAIL) return layer_fail(error, process->behaviour[LAYER_RECV].error);
    int result = process->next.lpWSPRecvFrom(s, buffers, count, bytes, flags, from, size, overlapped, routine, thread, error);
    return receive_ends(process, result, overlapped, error);
}

static int WSPAPI ifs_get_sock_opt(SOCKET s, int level, int option, char *value, LPINT size, LPINT error)
{
    struct layer_process *process = layer_get();
    int result = process->next.lpWSPGetSockOpt(s, level, option, value, size, error);
    if (result == 0 && level == SOL_SOCKET) layer_protocol_info(process, option, value, *size);
    return result;
}

static int WSPAPI ifs_cleanup(LPINT error)
{
    struct layer_process *process = layer_get();
    if (!process) return layer_fail(error, WSANOTINITIALISED);
    if (--process->startups > 0) return 0;
    int result = process->next.lpWSPCleanup(error);
    layer_free(process);
    return result;
}

int WSPAPI WSPStartup(WORD requested, LPWSPDATA data, LPWSAPROTOCOL_INFOW info, WSPUPCALLTABLE upcalls, LPWSPPROC_TABLE table)
{
    int error = layer_startup(requested, data, info, &upcalls);
    if (error != 0) return error;
    *table = layer_get()->next;
    table->lpWSPSocket = ifs_socket;
    table->lpWSPAccept = ifs_accept;
    table->lpWSPIoctl = ifs_ioctl;
    table->lpWSPRecv = ifs_recv;
    table->lpWSPRecvFrom = ifs_recv_from;
    table->lpWSPGetSockOpt = ifs_get_sock_opt;
    table->lpWSPCleanup = ifs_cleanup;
    return 0;
}
