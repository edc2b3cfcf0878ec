/*
 * A sample layer without IFS handles: what it gives out it made itself with WPUCreateSocketHandle, so every handle of every call is
 * translated, and an OVERLAPPED of the client is never seen below: the layer asks with one of its own and proxies the end. With
 * a completion routine the lower end is a routine as well, on the client's thread; otherwise a thread of the layer's own waits for
 * an event and calls WPUCompleteOverlappedRequest. Its settings stand in layer.h.
 */
#include "layer.h"

const uint32_t wspsim_kernel_abi = KERNEL_ABI;

struct layer_socket {
    SOCKET handle, lower;
    const WSAPROTOCOL_INFOW *chain;
    BOOL overlapped;                  /* made with WSA_FLAG_OVERLAPPED */
    struct layer_socket *next;
};

/* One overlapped request of the client: the lower one is ours. */
struct layer_operation {
    WSAOVERLAPPED own;                /* first: what the lower routine is given is the operation */
    struct layer_process *process;
    SOCKET handle, lower;
    LPWSAOVERLAPPED theirs;
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine;
    struct layer_operation *next;     /* of those without a routine that are pending, oldest first */
};

/* ---- handles ---- */

static struct layer_socket *find(SOCKET s, LPINT error)
{
    struct layer_process *process = layer_get();
    DWORD_PTR context;
    if (!process) {
        layer_fail(error, WSANOTINITIALISED);
        return NULL;
    }
    if (process->up.lpWPUQuerySocketHandleContext(s, &context, error) != 0) return NULL;
    for (struct layer_socket *socket = process->sockets; socket; socket = socket->next)
        if (socket == (struct layer_socket *)context) return socket;
    layer_fail(error, WSAENOTSOCK); /* another layer's */
    return NULL;
}

/* A handle of ours over a lower socket, which goes if there is none. */
static SOCKET wrapped(SOCKET lower, const WSAPROTOCOL_INFOW *chain, BOOL overlapped, LPINT error)
{
    struct layer_process *process = layer_get();
    int ignored;
    struct layer_socket *socket = calloc(1, sizeof *socket);
    SOCKET s = socket ? process->up.lpWPUCreateSocketHandle(chain->dwCatalogEntryId, (DWORD_PTR)socket, error) : INVALID_SOCKET;
    if (s == INVALID_SOCKET) {
        if (!socket) *error = WSAENOBUFS;
        process->next.lpWSPCloseSocket(lower, &ignored);
        free(socket);
        return INVALID_SOCKET;
    }
    *socket = (struct layer_socket){ .handle = s, .lower = lower, .chain = chain, .overlapped = overlapped, .next = process->sockets };
    process->sockets = socket;
    return s;
}

static void forget(struct layer_process *process, const struct layer_socket *socket)
{
    struct layer_socket **link = &process->sockets;
    int ignored;
    while (*link != socket) link = &(*link)->next;
    struct layer_socket *gone = *link;
    *link = gone->next;
    process->up.lpWPUCloseSocketHandle(gone->handle, &ignored);
    free(gone);
}

static SOCKET WSPAPI own_socket(int family, int type, int protocol, LPWSAPROTOCOL_INFOW info, GROUP group, DWORD flags, LPINT error)
{
    struct layer_process *process = layer_get();
    SOCKET s;
    if (layer_socket_misbehaves(process, &s, error)) return s;
    const WSAPROTOCOL_INFOW *chain = layer_entry(process, info->dwCatalogEntryId), *found = chain ? layer_info_below(process, chain) : NULL;
    if (!found) {
        *error = WSAEINVAL;
        return INVALID_SOCKET;
    }
    WSAPROTOCOL_INFOW below = *found;
    SOCKET lower = process->next.lpWSPSocket(family, type, protocol, &below, group, flags, error);
    return lower == INVALID_SOCKET ? lower : wrapped(lower, chain, (flags & WSA_FLAG_OVERLAPPED) != 0, error);
}

static SOCKET WSPAPI own_accept(SOCKET s, struct sockaddr *name, LPINT size, LPCONDITIONPROC condition, DWORD_PTR data, LPINT error)
{
    const struct layer_socket *listener = find(s, error);
    if (!listener) return INVALID_SOCKET;
    SOCKET lower = layer_get()->next.lpWSPAccept(listener->lower, name, size, condition, data, error);
    return lower == INVALID_SOCKET ? lower : wrapped(lower, listener->chain, listener->overlapped, error);
}

static SOCKET WSPAPI own_join_leaf(SOCKET s, const struct sockaddr *name, int size, LPWSABUF caller, LPWSABUF callee, LPQOS own, LPQOS group, DWORD flags, LPINT error)
{
    const struct layer_socket *socket = find(s, error);
    if (!socket) return INVALID_SOCKET;
    SOCKET lower = layer_get()->next.lpWSPJoinLeaf(socket->lower, name, size, caller, callee, own, group, flags, error);
    if (lower == INVALID_SOCKET || lower == socket->lower) return lower == INVALID_SOCKET ? lower : s;
    return wrapped(lower, socket->chain, socket->overlapped, error);
}

/* ---- proxied requests ---- */

static void operation_leave(struct layer_operation *operation)
{
    struct layer_operation **link = &operation->process->operations;
    while (*link && *link != operation) link = &(*link)->next;
    if (*link) *link = operation->next;
}

/* The lower request has ended: so does the client's. */
static void operation_end(struct layer_operation *operation)
{
    struct layer_process *process = operation->process;
    DWORD bytes = 0, flags = 0;
    int error = 0, ignored;
    operation_leave(operation);
    if (process->next.lpWSPGetOverlappedResult(operation->lower, &operation->own, &bytes, FALSE, &flags, &error)) error = 0;
    if (error == WSAENOTSOCK) error = WSA_OPERATION_ABORTED; /* it was closed meanwhile, and the request ended with it */
    operation->theirs->Offset = operation->own.Offset; /* the flags of a receive */
    WPUCompleteOverlappedRequest(operation->handle, operation->theirs, (DWORD)error, bytes, &ignored);
    free(operation);
}

static struct layer_operation *operation_ended(const struct layer_process *process)
{
    struct layer_operation *operation = process->operations;
    while (operation && operation->own.Internal == WSS_OPERATION_IN_PROGRESS) operation = operation->next;
    return operation;
}

static int WSPAPI own_close(SOCKET s, LPINT error)
{
    const struct layer_socket *socket = find(s, error);
    if (!socket) return SOCKET_ERROR;
    struct layer_process *process = layer_get();
    if (process->next.lpWSPCloseSocket(socket->lower, error) != 0) return SOCKET_ERROR;
    for (struct layer_operation *ended; (ended = operation_ended(process)) != NULL;) operation_end(ended); /* while the handle can still be told of */
    forget(process, socket);
    return 0;
}

/* The layer's own thread: there while something is pending. */
static void work(void *argument)
{
    struct layer_process *process = argument;
    WSATHREADID id;
    int error;
    if (process->up.lpWPUOpenCurrentThread(&id, &error) != 0) return;
    while (process->operations) {
        const struct kernel_wait wait = { .event = process->wake, .timeout_ns = KERNEL_FOREVER };
        if (kernel_wait(&wait) != KERNEL_OK) break;
        process->up.lpWPUResetEvent(process->wake, &error);
        for (struct layer_operation *ended; (ended = operation_ended(process)) != NULL;) operation_end(ended);
    }
    process->up.lpWPUCloseEvent(process->wake, &error);
    process->up.lpWPUCloseThread(&id, &error);
    process->wake = NULL;
}

static BOOL worker_ready(struct layer_process *process, LPINT error)
{
    if (process->wake) return TRUE;
    process->wake = process->up.lpWPUCreateEvent(error);
    if (process->wake && kernel_thread_start(work, process) == KERNEL_OK) return TRUE;
    *error = WSAENOBUFS;
    return FALSE;
}

static void CALLBACK lower_routine(DWORD error, DWORD bytes, LPWSAOVERLAPPED own, DWORD flags)
{
    struct layer_operation *operation = (struct layer_operation *)(void *)own;
    LPWSAOVERLAPPED theirs = operation->theirs;
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = operation->routine;
    theirs->Offset = own->Offset;
    theirs->InternalHigh = own->InternalHigh;
    theirs->Internal = own->Internal;
    free(operation);
    routine(error, bytes, theirs, flags);
}

/* NULL with *error 0: the call is not overlapped and goes down as it is. */
static struct layer_operation *operation_new(const struct layer_socket *socket, LPWSAOVERLAPPED theirs, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPINT error)
{
    struct layer_process *process = layer_get();
    *error = 0;
    if (!theirs || !socket->overlapped) return NULL;
    if (!kernel_may_write(theirs, sizeof *theirs)) *error = WSAEFAULT;
    if (*error == 0 && !routine && !worker_ready(process, error)) return NULL;
    struct layer_operation *operation = *error == 0 ? calloc(1, sizeof *operation) : NULL;
    if (!operation) {
        if (*error == 0) *error = WSAENOBUFS;
        return NULL;
    }
    *operation = (struct layer_operation){ .process = process, .handle = socket->handle, .lower = socket->lower, .theirs = theirs, .routine = routine };
    operation->own.Offset = theirs->Offset;
    if (!routine) operation->own.hEvent = process->wake;
    return operation;
}

/* The call below has returned. What ended at once ends for the client inside his own call. */
static int operation_returns(struct layer_operation *operation, int result, DWORD *bytes, LPINT error)
{
    struct layer_process *process = operation->process;
    LPWSAOVERLAPPED theirs = operation->theirs;
    int ignored;
    if (result != 0 && *error != WSA_IO_PENDING) {
        free(operation);
        if (process->wake && !process->operations) process->up.lpWPUSetEvent(process->wake, &ignored); /* nothing is left to wait for */
        return result;
    }
    if (result != 0) {
        struct layer_operation **last = &process->operations;
        theirs->InternalHigh = 0;
        theirs->Internal = WSS_OPERATION_IN_PROGRESS;
        if (!operation->routine && theirs->hEvent) process->up.lpWPUResetEvent((WSAEVENT)((UINT_PTR)theirs->hEvent & ~(UINT_PTR)1), &ignored);
        while (*last) last = &(*last)->next;
        if (!operation->routine) *last = operation;
        return result;
    }
    if (operation->routine) {
        theirs->InternalHigh = operation->own.InternalHigh;
        theirs->Internal = operation->own.Internal;
        return 0; /* the lower routine is on its way */
    }
    WPUCompleteOverlappedRequest(operation->handle, theirs, 0, bytes ? *bytes : (DWORD)operation->own.InternalHigh, &ignored);
    free(operation);
    if (process->behaviour[LAYER_RECV].way == LAYER_PENDING) return layer_fail(error, WSA_IO_PENDING);
    return 0;
}

/* What goes down instead of the client's OVERLAPPED and routine. */
static LPWSAOVERLAPPED lower_overlapped(struct layer_operation *operation) { return operation ? &operation->own : NULL; }
static LPWSAOVERLAPPED_COMPLETION_ROUTINE lower_routine_of(const struct layer_operation *operation) { return operation && operation->routine ? lower_routine : NULL; }

#define BELOW (&layer_get()->next)
/* One that may be overlapped: `call` goes down with the operation's OVERLAPPED and routine. */
#define PROXIED(call)                                                                   \
    struct layer_socket *socket = find(s, error);                                       \
    if (!socket) return SOCKET_ERROR;                                                   \
    struct layer_operation *operation = operation_new(socket, theirs, routine, error);  \
    if (!operation && *error != 0) return SOCKET_ERROR;                                 \
    int result = call;                                                                  \
    return operation ? operation_returns(operation, result, bytes, error) : result

static int WSPAPI own_recv(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, LPDWORD flags, LPWSAOVERLAPPED theirs, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine,
                           LPWSATHREADID thread, LPINT error)
{
    PROXIED(BELOW->lpWSPRecv(socket->lower, buffers, count, bytes, flags, lower_overlapped(operation), lower_routine_of(operation), thread, error));
}

static int WSPAPI own_recv_from(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, LPDWORD flags, struct sockaddr *from, LPINT size, LPWSAOVERLAPPED theirs,
                                LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT error)
{
    PROXIED(BELOW->lpWSPRecvFrom(socket->lower, buffers, count, bytes, flags, from, size, lower_overlapped(operation), lower_routine_of(operation), thread, error));
}

static int WSPAPI own_send(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, DWORD flags, LPWSAOVERLAPPED theirs, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine,
                           LPWSATHREADID thread, LPINT error)
{
    PROXIED(BELOW->lpWSPSend(socket->lower, buffers, count, bytes, flags, lower_overlapped(operation), lower_routine_of(operation), thread, error));
}

static int WSPAPI own_send_to(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD bytes, DWORD flags, const struct sockaddr *to, int size, LPWSAOVERLAPPED theirs,
                              LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT error)
{
    PROXIED(BELOW->lpWSPSendTo(socket->lower, buffers, count, bytes, flags, to, size, lower_overlapped(operation), lower_routine_of(operation), thread, error));
}

/* ---- WSASendMsg: a pointer below would not know our handles ---- */

static LPFN_WSASENDMSG lower_send_msg(SOCKET lower, LPINT error)
{
    GUID id = WSAID_WSASENDMSG;
    LPFN_WSASENDMSG function = NULL;
    DWORD bytes;
    if (BELOW->lpWSPIoctl(lower, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &function, sizeof function, &bytes, NULL, NULL, NULL, error) != 0) return NULL;
    return function;
}

static int send_msg(SOCKET s, LPWSAMSG message, DWORD flags, LPDWORD bytes, LPWSAOVERLAPPED theirs, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPINT error)
{
    const struct layer_socket *found = find(s, error);
    LPFN_WSASENDMSG function = found ? lower_send_msg(found->lower, error) : NULL;
    if (!function) return SOCKET_ERROR;
    PROXIED(function(socket->lower, message, flags, bytes, lower_overlapped(operation), lower_routine_of(operation)) == 0 ? 0 : layer_fail(error, WSAGetLastError()));
}

static int PASCAL own_send_msg(SOCKET s, LPWSAMSG message, DWORD flags, LPDWORD bytes, LPWSAOVERLAPPED theirs, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    int error = 0, result = send_msg(s, message, flags, bytes, theirs, routine, &error);
    if (result != 0) WSASetLastError(error);
    return result;
}

/* Of the other functions it has no wrappers, so it does not offer them. */
static int extension_pointer(const void *in, DWORD in_size, void *out, DWORD out_size, LPDWORD bytes, LPINT error)
{
    const GUID id = WSAID_WSASENDMSG;
    LPFN_WSASENDMSG function = own_send_msg;
    if (in_size < sizeof id || !kernel_may_read(in, sizeof id) || out_size < sizeof function || !kernel_may_write(out, sizeof function)) return layer_fail(error, WSAEFAULT);
    if (memcmp(in, &id, sizeof id) != 0) return layer_fail(error, WSAEOPNOTSUPP);
    memcpy(out, &function, sizeof function);
    *bytes = sizeof function;
    return 0;
}

/* ---- control codes ---- */

static int forward_ioctl(SOCKET s, DWORD code, LPVOID in, DWORD in_size, LPVOID out, DWORD out_size, LPDWORD bytes, LPWSAOVERLAPPED theirs,
                         LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT error)
{
    PROXIED(BELOW->lpWSPIoctl(socket->lower, code, in, in_size, out, out_size, bytes, lower_overlapped(operation), lower_routine_of(operation), thread, error));
}

/* SIO_EXT_POLL names sockets in its buffers: those below, for as long as the call lasts. */
static int poll_ioctl(const struct layer_socket *socket, const void *in, DWORD in_size, void *out, DWORD out_size, LPDWORD bytes, LPINT error)
{
    const size_t head = offsetof(WSAPOLLDATA, fdArray);
    if (in_size < head || in_size > out_size || !kernel_may_read(in, in_size) || !kernel_may_write(out, out_size)) return layer_fail(error, WSAEFAULT);
    WSAPOLLDATA *data = malloc(in_size);
    if (!data) return layer_fail(error, WSAENOBUFS);
    memcpy(data, in, in_size);
    size_t room = (in_size - head) / sizeof data->fdArray[0], count = data->fds < room ? data->fds : room;
    for (size_t i = 0; i < count; i++) {
        int ignored;
        const struct layer_socket *one = find(data->fdArray[i].fd, &ignored);
        if (one) data->fdArray[i].fd = one->lower;
    }
    int result = BELOW->lpWSPIoctl(socket->lower, SIO_EXT_POLL, data, in_size, data, in_size, bytes, NULL, NULL, NULL, error);
    if (result == 0 || *error == WSAENOTSOCK) {
        memcpy(out, data, head);
        for (size_t i = 0; i < count; i++) {
            WSAPOLLFD entry;
            memcpy(&entry, (const char *)in + head + i * sizeof entry, sizeof entry);
            entry.revents = data->fdArray[i].revents;
            memcpy((char *)out + head + i * sizeof entry, &entry, sizeof entry);
        }
    }
    free(data);
    return result;
}

/* SIO_QUERY_PNP_TARGET_HANDLE asks for the socket below: no layer passes that on. SIO_BSP_HANDLE_POLL forbids an OVERLAPPED, which
   the base would never see of a socket without the overlapped flag. */
static int WSPAPI own_ioctl(SOCKET s, DWORD code, LPVOID in, DWORD in_size, LPVOID out, DWORD out_size, LPDWORD bytes, LPWSAOVERLAPPED overlapped,
                            LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT error)
{
    const struct layer_socket *socket = find(s, error);
    if (!socket) return SOCKET_ERROR;
    struct layer_behaviour behaviour = layer_code(layer_get(), code);
    if (behaviour.way == LAYER_FAIL) return layer_fail(error, behaviour.error);
    if (code == SIO_BSP_HANDLE_POLL && overlapped) return layer_fail(error, WSAEFAULT);
    if (code == SIO_QUERY_TARGET_PNP_HANDLE) return layer_answer_handle(socket->lower, out, out_size, bytes, error);
    if (code == SIO_GET_EXTENSION_FUNCTION_POINTER && !overlapped) return extension_pointer(in, in_size, out, out_size, bytes, error);
    if (code == SIO_EXT_POLL && !overlapped) return poll_ioctl(socket, in, in_size, out, out_size, bytes, error);
    if (behaviour.way == LAYER_OWN && !overlapped) return layer_answer_handle(s, out, out_size, bytes, error);
    return forward_ioctl(s, code, in, in_size, out, out_size, bytes, overlapped, routine, thread, error);
}

/* The request is the layer's; the client's OVERLAPPED says how it stands. */
static BOOL WSPAPI own_get_overlapped_result(SOCKET s, LPWSAOVERLAPPED theirs, LPDWORD bytes, BOOL wait, LPDWORD flags, LPINT error)
{
    const struct layer_socket *socket = find(s, error);
    if (!socket) return FALSE;
    if (theirs->Internal == WSS_OPERATION_IN_PROGRESS && !wait) return layer_fail(error, WSA_IO_INCOMPLETE), FALSE;
    const struct kernel_wait until = { .event = theirs->hEvent, .timeout_ns = KERNEL_FOREVER };
    if (theirs->Internal == WSS_OPERATION_IN_PROGRESS && kernel_wait(&until) != KERNEL_OK) return layer_fail(error, WSAEINVAL), FALSE;
    return BELOW->lpWSPGetOverlappedResult(socket->lower, theirs, bytes, FALSE, flags, error); /* it knows how a status is an error */
}

/* ---- select: every handle of every set ---- */

struct translated { fd_set *theirs, *below; };

static BOOL translate(struct translated *set, LPINT error)
{
    if (!set->theirs) return TRUE;
    u_int count = set->theirs->fd_count;
    set->below = malloc(sizeof(fd_set) + count * sizeof(SOCKET));
    if (!set->below) return layer_fail(error, WSAENOBUFS), FALSE;
    set->below->fd_count = count;
    for (u_int i = 0; i < count; i++) {
        const struct layer_socket *socket = find(set->theirs->fd_array[i], error);
        if (!socket) return FALSE;
        set->below->fd_array[i] = socket->lower;
    }
    return TRUE;
}

static void translate_back(struct translated *set)
{
    if (!set->theirs) return;
    set->theirs->fd_count = 0;
    for (u_int i = 0; i < set->below->fd_count; i++)
        for (const struct layer_socket *socket = layer_get()->sockets; socket; socket = socket->next)
            if (socket->lower == set->below->fd_array[i]) set->theirs->fd_array[set->theirs->fd_count++] = socket->handle;
}

static int WSPAPI own_select(int count, fd_set *readable, fd_set *writable, fd_set *exceptional, const PTIMEVAL timeout, LPINT error)
{
    struct translated sets[3] = { { .theirs = readable }, { .theirs = writable }, { .theirs = exceptional } };
    BOOL good = TRUE;
    for (size_t i = 0; good && i < 3; i++) good = translate(&sets[i], error);
    int result = good ? BELOW->lpWSPSelect(count, sets[0].below, sets[1].below, sets[2].below, timeout, error) : SOCKET_ERROR;
    for (size_t i = 0; i < 3; i++) {
        if (result >= 0) translate_back(&sets[i]);
        free(sets[i].below);
    }
    return result;
}

/* ---- what only needs another handle ---- */

#define FORWARDS(failure, call)                 \
    struct layer_socket *socket = find(s, error); \
    return socket ? BELOW->call : failure

static int WSPAPI own_bind(SOCKET s, const struct sockaddr *name, int size, LPINT error) { FORWARDS(SOCKET_ERROR, lpWSPBind(socket->lower, name, size, error)); }
static int WSPAPI own_connect(SOCKET s, const struct sockaddr *name, int size, LPWSABUF caller, LPWSABUF callee, LPQOS own, LPQOS group, LPINT error)
{
    FORWARDS(SOCKET_ERROR, lpWSPConnect(socket->lower, name, size, caller, callee, own, group, error));
}
static int WSPAPI own_duplicate_socket(SOCKET s, DWORD process, LPWSAPROTOCOL_INFOW info, LPINT error)
{
    (void)process, (void)info;
    return find(s, error) ? layer_fail(error, WSAEOPNOTSUPP) : SOCKET_ERROR; /* a descriptor elsewhere would bypass the layer */
}
static int WSPAPI own_async_select(SOCKET s, HWND window, unsigned int message, LONG events, LPINT error)
{
    (void)window, (void)message, (void)events;
    return find(s, error) ? layer_fail(error, WSAEOPNOTSUPP) : SOCKET_ERROR; /* messages would bear the lower handle */
}
static int WSPAPI own_enum_network_events(SOCKET s, WSAEVENT event, LPWSANETWORKEVENTS events, LPINT error)
{
    FORWARDS(SOCKET_ERROR, lpWSPEnumNetworkEvents(socket->lower, event, events, error));
}
static int WSPAPI own_event_select(SOCKET s, WSAEVENT event, LONG events, LPINT error) { FORWARDS(SOCKET_ERROR, lpWSPEventSelect(socket->lower, event, events, error)); }
static int WSPAPI own_get_peer_name(SOCKET s, struct sockaddr *name, LPINT size, LPINT error) { FORWARDS(SOCKET_ERROR, lpWSPGetPeerName(socket->lower, name, size, error)); }
static int WSPAPI own_get_sock_name(SOCKET s, struct sockaddr *name, LPINT size, LPINT error) { FORWARDS(SOCKET_ERROR, lpWSPGetSockName(socket->lower, name, size, error)); }
static BOOL WSPAPI own_get_qos_by_name(SOCKET s, LPWSABUF name, LPQOS qos, LPINT error) { FORWARDS(FALSE, lpWSPGetQOSByName(socket->lower, name, qos, error)); }
static int WSPAPI own_listen(SOCKET s, int backlog, LPINT error) { FORWARDS(SOCKET_ERROR, lpWSPListen(socket->lower, backlog, error)); }
static int WSPAPI own_recv_disconnect(SOCKET s, LPWSABUF data, LPINT error) { FORWARDS(SOCKET_ERROR, lpWSPRecvDisconnect(socket->lower, data, error)); }
static int WSPAPI own_send_disconnect(SOCKET s, LPWSABUF data, LPINT error) { FORWARDS(SOCKET_ERROR, lpWSPSendDisconnect(socket->lower, data, error)); }
static int WSPAPI own_set_sock_opt(SOCKET s, int level, int option, const char *value, int size, LPINT error)
{
    FORWARDS(SOCKET_ERROR, lpWSPSetSockOpt(socket->lower, level, option, value, size, error));
}
static int WSPAPI own_shutdown(SOCKET s, int how, LPINT error) { FORWARDS(SOCKET_ERROR, lpWSPShutdown(socket->lower, how, error)); }

static int WSPAPI own_get_sock_opt(SOCKET s, int level, int option, char *value, LPINT size, LPINT error)
{
    const struct layer_socket *socket = find(s, error);
    if (!socket) return SOCKET_ERROR;
    int result = BELOW->lpWSPGetSockOpt(socket->lower, level, option, value, size, error);
    if (result == 0 && level == SOL_SOCKET) layer_protocol_info(layer_get(), option, value, *size);
    return result;
}

/* ---- starting and ending ---- */

/* Nobody is told of anything any more; what was pending says that it was given up. */
static int WSPAPI own_cleanup(LPINT error)
{
    struct layer_process *process = layer_get();
    int ignored;
    if (!process) return layer_fail(error, WSANOTINITIALISED);
    if (--process->startups > 0) return 0;
    int result = process->next.lpWSPCleanup(error);
    for (struct layer_operation *operation; (operation = process->operations) != NULL;) {
        process->operations = operation->next;
        operation->theirs->Internal = operation->own.Internal;
        free(operation);
    }
    while (process->sockets) forget(process, process->sockets);
    if (process->wake) process->up.lpWPUCloseEvent(process->wake, &ignored); /* its thread waits for ever */
    layer_free(process);
    return result;
}

int WSPAPI WSPStartup(WORD requested, LPWSPDATA data, LPWSAPROTOCOL_INFOW info, WSPUPCALLTABLE upcalls, LPWSPPROC_TABLE table)
{
    int error = layer_startup(requested, data, info, &upcalls);
    if (error != 0) return error;
    *table = layer_get()->next; /* of what is about no socket nothing is changed */
    table->lpWSPAccept = own_accept;
    table->lpWSPAsyncSelect = own_async_select;
    table->lpWSPBind = own_bind;
    table->lpWSPCleanup = own_cleanup;
    table->lpWSPCloseSocket = own_close;
    table->lpWSPConnect = own_connect;
    table->lpWSPDuplicateSocket = own_duplicate_socket;
    table->lpWSPEnumNetworkEvents = own_enum_network_events;
    table->lpWSPEventSelect = own_event_select;
    table->lpWSPGetOverlappedResult = own_get_overlapped_result;
    table->lpWSPGetPeerName = own_get_peer_name;
    table->lpWSPGetSockName = own_get_sock_name;
    table->lpWSPGetSockOpt = own_get_sock_opt;
    table->lpWSPGetQOSByName = own_get_qos_by_name;
    table->lpWSPIoctl = own_ioctl;
    table->lpWSPJoinLeaf = own_join_leaf;
    table->lpWSPListen = own_listen;
    table->lpWSPRecv = own_recv;
    table->lpWSPRecvDisconnect = own_recv_disconnect;
    table->lpWSPRecvFrom = own_recv_from;
    table->lpWSPSelect = own_select;
    table->lpWSPSend = own_send;
    table->lpWSPSendDisconnect = own_send_disconnect;
    table->lpWSPSendTo = own_send_to;
    table->lpWSPSetSockOpt = own_set_sock_opt;
    table->lpWSPShutdown = own_shutdown;
    table->lpWSPSocket = own_socket;
    return 0;
}
