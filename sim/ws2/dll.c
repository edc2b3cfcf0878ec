/*
 * What the Winsock DLL asks of a chain by itself: which socket below serves select, WSAPoll and WSASendMsg (SIO_BSP_HANDLE_SELECT,
 * _POLL and SIO_BSP_HANDLE), so that a layer sees these only if it answers with its own handle; and, of a layer that makes its
 * own handles, on which socket below one depends (SIO_QUERY_PNP_TARGET_HANDLE). A process without a chain is asked nothing: its base
 * provider would answer the socket itself.
 */
#include <stdlib.h>
#include <string.h>

#include "ws2/private.h"

static bool in_chain(const struct process *process, SOCKET s)
{
    const struct handle *handle = process->layer_count > 1 ? handle_at(process, s, HANDLE_SOCKET) : NULL;
    const WSAPROTOCOL_INFOW *entry = handle ? catalog_by_id(process, handle->catalog_entry) : NULL;
    return entry && entry->ProtocolChain.ChainLen > 1;
}

static SOCKET ask(struct thread *thread, SOCKET s, DWORD code)
{
    SOCKET answer = s;
    DWORD bytes = 0;
    int error;
    struct spi_ioctl call = { .s = s, .code = code, .out = &answer, .out_size = sizeof answer, .bytes = &bytes };
    return spi_ioctl(thread, &call, &error) == 0 && bytes == sizeof answer ? answer : s;
}

SOCKET dll_serving(struct thread *thread, SOCKET s, DWORD code) { return in_chain(thread->process, s) ? ask(thread, s, code) : s; }

void dll_socket_made(struct thread *thread, SOCKET s)
{
    struct process *process = thread->process;
    if (!in_chain(process, s) || handle_at(process, s, HANDLE_SOCKET)->ifs) return;
    SOCKET target = ask(thread, s, SIO_QUERY_PNP_TARGET_HANDLE);
    struct handle *handle = handle_at(process, s, HANDLE_SOCKET); /* the call may have made handles */
    if (handle) handle->depends_on = target;
}

/* ---- sets of sockets ---- */

static bool readable(const struct process *process, const fd_set *set)
{
    return set && memory_holds(process, set, offsetof(fd_set, fd_array)) && memory_holds(process, set, offsetof(fd_set, fd_array) + set->fd_count * sizeof(SOCKET));
}

bool dll_sets_serving(struct thread *thread, fd_set *const sets[3], DWORD code, fd_set *serving[3])
{
    bool differ = false, asked = false;
    for (size_t i = 0; i < 3; i++) {
        serving[i] = NULL;
        if (!readable(thread->process, sets[i])) continue;
        u_int count = sets[i]->fd_count;
        for (u_int k = 0; k < count; k++) asked = asked || in_chain(thread->process, sets[i]->fd_array[k]);
        if (!asked) continue;
        serving[i] = memory_take(sizeof(fd_set) + count * sizeof(SOCKET));
        serving[i]->fd_count = count;
        for (u_int k = 0; k < count; k++) {
            serving[i]->fd_array[k] = dll_serving(thread, sets[i]->fd_array[k], code);
            differ = differ || serving[i]->fd_array[k] != sets[i]->fd_array[k];
        }
    }
    return differ;
}

void dll_sets_back(fd_set *const sets[3], fd_set *const served[3], const fd_set *const asked[3])
{
    for (size_t i = 0; i < 3; i++) {
        u_int kept = 0;
        if (!served[i]) continue;
        for (u_int k = 0; k < asked[i]->fd_count; k++) /* in the client's order */
            if (wsa_fd_is_set(asked[i]->fd_array[k], served[i])) sets[i]->fd_array[kept++] = sets[i]->fd_array[k];
        sets[i]->fd_count = kept;
    }
}
