/*
 * The seam: extension functions. A client has their pointers from SIO_GET_EXTENSION_FUNCTION_POINTER. They are functions of the
 * API: an error is the thread's last error, which belongs to the DLL.
 */
#include <string.h>

#include "ws2/crossing.h"

/* ---- the thread's last error ---- */

void WSAAPI WSASetLastError(int error)
{
    if (running && running->thread_id) thread_of(running)->last_error = error;
}

int WSAAPI WSAGetLastError(void) { return running && running->thread_id ? thread_of(running)->last_error : 0; }

/* ---- pointers ---- */

static const struct { GUID id; const char *name; } table[EXTENSIONS] = {
    [EXTENSION_ACCEPT] = { WSAID_ACCEPTEX, "AcceptEx" },
    [EXTENSION_CONNECT] = { WSAID_CONNECTEX, "ConnectEx" },
    [EXTENSION_DISCONNECT] = { WSAID_DISCONNECTEX, "DisconnectEx" },
    [EXTENSION_NAMES] = { WSAID_GETACCEPTEXSOCKADDRS, "GetAcceptExSockaddrs" },
    [EXTENSION_FILE] = { WSAID_TRANSMITFILE, "TransmitFile" },
    [EXTENSION_PACKETS] = { WSAID_TRANSMITPACKETS, "TransmitPackets" },
    [EXTENSION_RECEIVE] = { WSAID_WSARECVMSG, "WSARecvMsg" },
    [EXTENSION_SEND] = { WSAID_WSASENDMSG, "WSASendMsg" },
};

void extension_known(struct process *process, const void *id, const void *pointer)
{
    if (!memory_holds(process, id, sizeof(GUID)) || !memory_holds(process, pointer, sizeof *process->extensions)) return;
    for (size_t i = 0; i < EXTENSIONS; i++)
        if (memcmp(&table[i].id, id, sizeof(GUID)) == 0) memcpy(&process->extensions[i], pointer, sizeof *process->extensions);
}

/* The client asks for a pointer where it needs one first. */
static bool pointer_asked(struct thread *thread, const struct spi_extension *call, int *error)
{
    struct process *process = thread->process;
    if (process->extensions[call->function]) return true;
    GUID *id = memory_block(process, sizeof *id);
    LPVOID *pointer = memory_block(process, sizeof *pointer);
    DWORD *bytes = memory_block(process, sizeof *bytes);
    memcpy(id, &table[call->function].id, sizeof *id);
    struct spi_ioctl ioctl = { .s = call->s, .code = SIO_GET_EXTENSION_FUNCTION_POINTER, .in = id, .in_size = sizeof *id, .out = pointer, .out_size = sizeof *pointer, .bytes = bytes };
    bool done = spi_ioctl(thread, &ioctl, error) == 0;
    memory_release(process, id);
    memory_release(process, pointer);
    memory_release(process, bytes);
    return done;
}

/* ---- rows ---- */

static bool sends(const struct spi_extension *call) { return call->function == EXTENSION_RECEIVE || call->function == EXTENSION_SEND; }

static void row_call(struct crossing *at, const struct spi_extension *call)
{
    const struct process *process = at->thread->process;
    char room[24];
    if (call->function == EXTENSION_ACCEPT) trace_text(at->trace, "accept", handle_text(process, call->accept, room));
    if (call->function == EXTENSION_CONNECT) trace_sockaddr(at, "to", call->name, call->size);
    if (call->function == EXTENSION_CONNECT || call->function == EXTENSION_ACCEPT) trace_uint(at->trace, "size", call->length);
    if (sends(call)) trace_pointer(at->trace, process, "message", call->message);
    if (call->function == EXTENSION_PACKETS) trace_uint(at->trace, "elements", call->count);
    if (call->function == EXTENSION_FILE && call->file) trace_text(at->trace, "file", handle_text(process, (uintptr_t)call->file, room));
    if (call->function == EXTENSION_FILE && call->count) trace_uint(at->trace, "size", call->count);
    if (call->flags) trace_uint(at->trace, "flags", call->flags);
    trace_completion(at, call->overlapped, call->routine);
    crossing_goes(at);
}

static void row_return(struct crossing *at, const struct spi_extension *call, bool failed, int error)
{
    if (!crossing_returns(at, table[call->function].name, failed, error)) return;
    if (!failed && call->bytes && memory_holds(at->thread->process, call->bytes, sizeof *call->bytes)) trace_uint(at->trace, "bytes", *call->bytes);
    trace_end(at->trace);
}

/* ---- the call ---- */

union pointer {
    LPVOID any;
    LPFN_ACCEPTEX accept;
    LPFN_CONNECTEX connect;
    LPFN_DISCONNECTEX disconnect;
    LPFN_GETACCEPTEXSOCKADDRS names;
    LPFN_TRANSMITFILE file;
    LPFN_TRANSMITPACKETS packets;
    LPFN_WSARECVMSG receive;
    LPFN_WSASENDMSG send;
};

static bool go(union pointer to, const struct spi_extension *call)
{
    switch (call->function) {
    case EXTENSION_ACCEPT: return to.accept(call->s, call->accept, call->buffer, call->length, call->local, call->remote, call->bytes, call->overlapped) != FALSE;
    case EXTENSION_CONNECT: return to.connect(call->s, call->name, call->size, call->buffer, call->length, call->bytes, call->overlapped) != FALSE;
    case EXTENSION_DISCONNECT: return to.disconnect(call->s, call->overlapped, call->flags, call->reserved) != FALSE;
    case EXTENSION_NAMES:
        to.names(call->buffer, call->length, call->local, call->remote, call->names[0], call->sizes[0], call->names[1], call->sizes[1]);
        return true;
    case EXTENSION_FILE: return to.file(call->s, call->file, call->count, call->per_send, call->overlapped, call->ends, call->flags) != FALSE;
    case EXTENSION_PACKETS: return to.packets(call->s, call->elements, call->count, call->per_send, call->overlapped, call->flags) != FALSE;
    case EXTENSION_RECEIVE: return to.receive(call->s, call->message, call->bytes, call->overlapped, call->routine) == 0;
    default: return to.send(call->s, call->message, call->flags, call->bytes, call->overlapped, call->routine) == 0;
    }
}

/* ---- how much it may move at most ---- */

static bool elements_bound(const struct process *process, const struct spi_extension *call, uint64_t *most)
{
    *most = 0;
    if (!memory_holds(process, call->elements, call->count * sizeof *call->elements)) return false;
    for (DWORD i = 0; i < call->count; i++) {
        if (call->elements[i].dwElFlags & TP_ELEMENT_FILE) return false; /* however long that is */
        *most += call->elements[i].cLength;
    }
    return true;
}

/* False: nobody can say before. */
static bool bound(const struct process *process, const struct spi_extension *call, uint64_t *most)
{
    switch (call->function) {
    case EXTENSION_ACCEPT:
    case EXTENSION_CONNECT: *most = call->length; return true;
    case EXTENSION_DISCONNECT: *most = 0; return true;
    case EXTENSION_FILE:
        *most = memory_holds(process, call->ends, sizeof *call->ends) ? (uint64_t)call->ends->HeadLength + call->ends->TailLength : 0;
        return !call->file;
    case EXTENSION_PACKETS: return elements_bound(process, call, most);
    case EXTENSION_RECEIVE:
    case EXTENSION_SEND:
        if (!memory_holds(process, call->message, sizeof *call->message)) return false;
        *most = decode_total(process, call->message->lpBuffers, call->message->dwBufferCount);
        return true;
    default: return false;
    }
}

/* The others have no count of their own: what they moved stands in the OVERLAPPED. */
static bool counts(const struct spi_extension *call)
{
    return call->function == EXTENSION_ACCEPT || call->function == EXTENSION_CONNECT || sends(call);
}

/* WSASendMsg is the API's: it goes to the socket that serves it (dll.c), with that one's function. */
bool spi_extension(struct thread *thread, const struct spi_extension *given, int *error)
{
    struct spi_extension serving = *given;
    const struct spi_extension *call = &serving;
    if (call->function == EXTENSION_SEND) {
        serving.s = dll_serving(thread, given->s, SIO_BSP_HANDLE);
        if (serving.s != given->s) thread->process->extensions[EXTENSION_SEND] = NULL;
    }
    if (!counts(call)) serving.bytes = NULL;
    struct process *process = thread->process;
    struct crossing at;
    if (!pointer_asked(thread, call, error)) return false;
    struct judge_call judged = { .thread = thread, .function = table[call->function].name, .s = call->s, .overlapped = call->overlapped, .routine = call->routine, .bytes = call->bytes };
    judged.moves = bound(process, call, &judged.most);
    if (crossing_begins(&at, thread, judged.function, call->s)) row_call(&at, call);
    crossing_asks(&at, call->s, call->overlapped);
    thread->last_error = SPI_ERROR_UNSET;
    judge_called(process->ws2->judge, &judged);
    bool done = go((union pointer){ .any = process->extensions[call->function] }, call);
    *error = thread->last_error;
    judge_returned(process->ws2->judge, &judged, !done, *error);
    row_return(&at, call, !done, *error);
    crossing_ends(&at);
    return done;
}
