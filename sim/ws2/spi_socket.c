/*
 * The seam: names, connections and their ends.
 */
#include "ws2/crossing.h"

SOCKET spi_client_socket(struct thread *thread, const struct spi_socket *call, int *error)
{
    if (call->entry && !catalog_by_id(thread->process, call->entry)) {
        *error = WSAEINVAL;
        return INVALID_SOCKET;
    }
    if (!catalog_has_family(thread->process, call->family) && (thread->process->without_ipv4 || thread->process->without_ipv6)) {
        *error = WSAEAFNOSUPPORT; /* no provider is asked */
        return INVALID_SOCKET;
    }
    SOCKET s = spi_socket(thread, call, error);
    if (s != INVALID_SOCKET) dll_socket_made(thread, s);
    return s;
}

/* ---- names ---- */

int spi_bind(struct thread *thread, SOCKET s, const void *name, int size, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    *error = SPI_ERROR_UNSET;
    if (crossing_begins(&at, thread, "WSPBind", s)) {
        trace_sockaddr(&at, "name", name, size);
        crossing_goes(&at);
    }
    int result = at.table->lpWSPBind(s, name, size, error);
    judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = "WSPBind", .s = s }, result != 0, *error);
    if (crossing_returns(&at, "WSPBind", result != 0, *error)) trace_end(at.trace);
    crossing_ends(&at);
    return result;
}

int spi_get_name(struct thread *thread, SOCKET s, void *name, int *size, bool peer, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    const char *function = peer ? "WSPGetPeerName" : "WSPGetSockName";
    *error = SPI_ERROR_UNSET;
    if (crossing_begins(&at, thread, function, s)) {
        trace_pointer(at.trace, process, "name", name);
        trace_pointer(at.trace, process, "size", size);
        crossing_goes(&at);
    }
    int result = (peer ? at.table->lpWSPGetPeerName : at.table->lpWSPGetSockName)(s, name, size, error);
    judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = function, .s = s }, result != 0, *error);
    if (crossing_returns(&at, function, result != 0, *error)) {
        if (result == 0) trace_sockaddr(&at, "name", name, *size);
        trace_end(at.trace);
    }
    crossing_ends(&at);
    return result;
}

/* ---- connecting ---- */

static void connect_row(struct crossing *at, const struct spi_connect *call)
{
    const struct process *process = at->thread->process;
    trace_sockaddr(at, "to", call->name, call->size);
    if (call->caller) trace_text(at->trace, "caller", memory_holds(process, call->caller, sizeof *call->caller) ? "given" : "bad");
    if (call->callee) trace_text(at->trace, "callee", memory_holds(process, call->callee, sizeof *call->callee) ? "given" : "bad");
}

int spi_connect(struct thread *thread, const struct spi_connect *call, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    *error = SPI_ERROR_UNSET;
    if (crossing_begins(&at, thread, "WSPConnect", call->s)) {
        connect_row(&at, call);
        crossing_goes(&at);
    }
    int result = at.table->lpWSPConnect(call->s, call->name, call->size, call->caller, call->callee, call->qos, call->group_qos, error);
    judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = "WSPConnect", .s = call->s }, result != 0, *error);
    if (crossing_returns(&at, "WSPConnect", result != 0, *error)) trace_end(at.trace);
    crossing_ends(&at);
    return result;
}

SOCKET spi_join_leaf(struct thread *thread, const struct spi_connect *call, DWORD flags, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    char other[24];
    *error = SPI_ERROR_UNSET;
    if (crossing_begins(&at, thread, "WSPJoinLeaf", call->s)) {
        connect_row(&at, call);
        trace_uint(at.trace, "flags", flags);
        crossing_goes(&at);
    }
    SOCKET s = at.table->lpWSPJoinLeaf(call->s, call->name, call->size, call->caller, call->callee, call->qos, call->group_qos, flags, error);
    judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = "WSPJoinLeaf", .s = call->s }, s == INVALID_SOCKET, *error);
    if (s != INVALID_SOCKET && s != call->s) judge_accepted(process->ws2->judge, process, call->s, s);
    if (crossing_returns(&at, "WSPJoinLeaf", s == INVALID_SOCKET, *error)) {
        if (s != INVALID_SOCKET) trace_text(at.trace, "socket", handle_text(process, s, other));
        trace_end(at.trace);
    }
    crossing_ends(&at);
    return s;
}

/* ---- accepting ---- */

int spi_listen(struct thread *thread, SOCKET s, int backlog, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    *error = SPI_ERROR_UNSET;
    if (crossing_begins(&at, thread, "WSPListen", s)) {
        trace_int(at.trace, "backlog", backlog);
        crossing_goes(&at);
    }
    int result = at.table->lpWSPListen(s, backlog, error);
    judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = "WSPListen", .s = s }, result != 0, *error);
    if (crossing_returns(&at, "WSPListen", result != 0, *error)) trace_end(at.trace);
    crossing_ends(&at);
    return result;
}

SOCKET spi_accept(struct thread *thread, const struct spi_accept *call, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    char other[24];
    *error = SPI_ERROR_UNSET;
    if (crossing_begins(&at, thread, "WSPAccept", call->s)) {
        if (call->name) trace_pointer(at.trace, process, "name", call->name);
        if (call->size) trace_pointer(at.trace, process, "size", call->size);
        if (call->condition) trace_bool(at.trace, "condition", true);
        crossing_goes(&at);
    }
    SOCKET s = at.table->lpWSPAccept(call->s, call->name, call->size, call->condition, call->data, error);
    judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = "WSPAccept", .s = call->s }, s == INVALID_SOCKET, *error);
    if (s != INVALID_SOCKET) judge_accepted(process->ws2->judge, process, call->s, s);
    if (crossing_returns(&at, "WSPAccept", s == INVALID_SOCKET, *error)) {
        if (s != INVALID_SOCKET) trace_text(at.trace, "socket", handle_text(process, s, other));
        if (s != INVALID_SOCKET && call->name && call->size) trace_sockaddr(&at, "from", call->name, *call->size);
        trace_end(at.trace);
    }
    crossing_ends(&at);
    return s;
}

/* ---- ends ---- */

int spi_shutdown(struct thread *thread, SOCKET s, int how, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    *error = SPI_ERROR_UNSET;
    if (crossing_begins(&at, thread, "WSPShutdown", s)) {
        char number[24];
        trace_text(at.trace, "how", names_or_number(NAMES_HOW, how, number));
        crossing_goes(&at);
    }
    int result = at.table->lpWSPShutdown(s, how, error);
    judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = "WSPShutdown", .s = s }, result != 0, *error);
    if (crossing_returns(&at, "WSPShutdown", result != 0, *error)) trace_end(at.trace);
    crossing_ends(&at);
    return result;
}

int spi_disconnect(struct thread *thread, SOCKET s, WSABUF *data, bool receiving, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    const char *function = receiving ? "WSPRecvDisconnect" : "WSPSendDisconnect";
    *error = SPI_ERROR_UNSET;
    if (crossing_begins(&at, thread, function, s)) {
        if (data) trace_text(at.trace, "data", memory_holds(process, data, sizeof *data) ? "given" : "bad");
        crossing_goes(&at);
    }
    int result = (receiving ? at.table->lpWSPRecvDisconnect : at.table->lpWSPSendDisconnect)(s, data, error);
    judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = function, .s = s }, result != 0, *error);
    if (crossing_returns(&at, function, result != 0, *error)) trace_end(at.trace);
    crossing_ends(&at);
    return result;
}
