/*
 * More calls of fuzz_provider.c: the extension functions, completion ports, shared sockets, texts and names, blocking hooks, cancels.
 */
#ifndef TESTS_FUZZ_PROVIDER_MORE_H
#define TESTS_FUZZ_PROVIDER_MORE_H
#include "fuzz/provider_input.h"

/* ---- extension functions ---- */

static inline void message_fill(struct thread *me, struct spi_extension *call, unsigned how)
{
    int size = 0;
    unsigned count = how % 3;
    call->message = structure(me, sizeof *call->message, byte());
    if (!(call->message && memory_holds(fuzz.world.process, call->message, sizeof *call->message))) return;
    memset(call->message, 0, sizeof *call->message);
    call->message->lpBuffers = block_of(me, (count + 1) * sizeof(WSABUF));
    call->message->dwBufferCount = count;
    for (unsigned i = 0; i < count; i++) call->message->lpBuffers[i] = (WSABUF){ .len = byte(), .buf = block_of(me, 256) };
    if (how & 8) call->message->name = an_address(me, &size);
    call->message->namelen = size;
    call->message->Control.len = byte();
    call->message->Control.buf = how & 16 ? filled(me, call->message->Control.len) : NULL;
    call->message->dwFlags = how & 32 ? byte() : 0;
}

static inline void packets_fill(struct thread *me, struct spi_extension *call)
{
    call->count = byte() % 4;
    call->elements = block_of(me, (call->count + 1) * sizeof *call->elements);
    memset(call->elements, 0, (call->count + 1) * sizeof *call->elements);
    for (DWORD i = 0; i < call->count; i++) {
        unsigned how = byte();
        call->elements[i].dwElFlags = how % 8 ? TP_ELEMENT_MEMORY | (how & 8 ? TP_ELEMENT_EOP : 0) : byte();
        call->elements[i].cLength = byte() * (how & 16 ? 500u : 1u);
        call->elements[i].pBuffer = how == 255 ? place(me, call->elements[i].cLength, byte()) : block_of(me, call->elements[i].cLength);
    }
    call->per_send = byte();
}

static inline void ends_fill(struct thread *me, struct spi_extension *call)
{
    call->ends = byte() & 1 ? structure(me, sizeof *call->ends, byte()) : NULL;
    call->length = byte();
    call->per_send = byte();
    if (!(call->ends && memory_holds(fuzz.world.process, call->ends, sizeof *call->ends))) return;
    *call->ends = (TRANSMIT_FILE_BUFFERS){ .HeadLength = byte(), .TailLength = byte() };
    call->ends->Head = block_of(me, call->ends->HeadLength);
    call->ends->Tail = block_of(me, call->ends->TailLength);
}

static inline void names_fill(struct thread *me, struct spi_extension *call, unsigned how)
{
    for (int i = 0; i < 2; i++) {
        call->names[i] = NEW(me, struct sockaddr *);
        call->sizes[i] = NEW(me, int);
    }
    call->length = byte() % 64;
    call->local = (how & 4 ? 44 : 28) + (how & 8 ? byte() % 8 : 4);
    call->remote = (how & 4 ? 44 : 28) + (how & 16 ? byte() % 8 : 4);
    call->buffer = block_of(me, (size_t)call->length + call->local + call->remote);
}

static inline void call_extension(struct thread *me)
{
    unsigned how = byte();
    int error, size = 0;
    struct spi_extension call = { .function = (enum extension_function)(byte() % EXTENSIONS), .s = a_socket(), .accept = a_socket() };
    if (call.function == EXTENSION_CONNECT) call.name = an_address(me, &size);
    call.size = size;
    if (call.function == EXTENSION_ACCEPT || call.function == EXTENSION_NAMES) names_fill(me, &call, how);
    if (call.function == EXTENSION_ACCEPT && how > 250) call.buffer = place(me, 64, how);
    if (call.function == EXTENSION_CONNECT && how & 1) call.buffer = block_of(me, call.length = byte());
    if (call.function == EXTENSION_RECEIVE || call.function == EXTENSION_SEND) message_fill(me, &call, how);
    if (call.function == EXTENSION_PACKETS) packets_fill(me, &call);
    if (call.function == EXTENSION_FILE) ends_fill(me, &call);
    call.flags = how & 64 ? byte() % 64 : 0;
    call.reserved = how == 251;
    call.bytes = how == 252 ? NULL : NEW(me, DWORD);
    call.overlapped = an_overlapped(me, &call.routine);
    if (call.function != EXTENSION_RECEIVE && call.function != EXTENSION_SEND) call.routine = NULL; /* the others take none */
    spi_extension(me, &call, &error);
}

/* ---- completion ports ---- */

static inline void call_port(struct thread *me)
{
    struct process *process = fuzz.world.process;
    unsigned how = byte();
    HANDLE *port = &fuzz.ports[how & 1];
    struct port_packet packet = { .key = how };
    if (!*port) *port = port_new(process, how & 1 ? "one" : "two");
    switch (how >> 1 & 3) {
    case 0: port_associate(process, a_socket(), *port, how); break;
    case 1: port_modes(process, a_socket(), PORT_SKIP_ON_SUCCESS); break;
    case 2: port_post(process, *port, &packet); break;
    default: port_take(me, *port, (int64_t)byte() * MILLISECOND, &packet); break;
    }
}

/* ---- the same socket once more ---- */

static inline void call_shared(struct thread *me)
{
    int error;
    unsigned how = byte();
    SOCKET from = a_socket(), *slot = &fuzz.s[byte() % SOCKETS];
    WSAPROTOCOL_INFOW *info = structure(me, sizeof *info, how & 1 ? byte() : 4);
    if (spi_duplicate(me, from, how == 250 ? word() : process_id(thread_process(me)), info, &error) != 0) return;
    if (how > 240) info->dwProviderReserved ^= byte();
    SOCKET s = spi_socket(me, &(struct spi_socket){ .family = FROM_PROTOCOL_INFO, .type = FROM_PROTOCOL_INFO, .protocol = FROM_PROTOCOL_INFO, .from_protocol_info = true,
                                                    .info = info, .overlapped = judge_overlapped(ws2_judge(fuzz.world.ws2), fuzz.world.process, from), .like = from }, &error);
    if (s == INVALID_SOCKET || *slot == from) return;
    if (*slot != INVALID_SOCKET) spi_close(me, *slot, &error);
    *slot = s;
}

/* ---- texts and names ---- */

static inline void call_texts(struct thread *me)
{
    int error, size = 0;
    unsigned how = byte();
    if (how % 3 == 0) {
        DWORD *length = NEW(me, DWORD);
        *length = byte() % 64;
        void *address = an_address(me, &size);
        spi_address_to_string(me, address, (DWORD)size, place(me, *length * sizeof(WCHAR), 4), length, &error);
    } else if (how % 3 == 1) {
        WCHAR *text = block_of(me, 65 * sizeof *text);
        for (int i = 0; i < 64; i++) text[i] = how & 4 ? (WCHAR)"0123456789abcdef:.[]%"[byte() % 21] : (WCHAR)byte();
        text[64] = 0;
        int *room = NEW(me, int);
        *room = (int)byte() % 40;
        spi_string_to_address(me, text, how & 8 ? AF_INET : AF_INET6, place(me, (size_t)*room, byte()), room, &error);
    } else {
        WSABUF *name = NEW(me, WSABUF);
        name->len = byte() % 40;
        name->buf = filled(me, name->len);
        spi_get_qos_by_name(me, a_socket(), name, structure(me, sizeof(QOS), byte()), &error);
    }
}

/* ---- blocking hooks, cancels ---- */

static bool hook(struct thread *thread, void *argument)
{
    unsigned how = byte();
    int error;
    (void)argument;
    if (how & 1) spi_cancel_blocking_call(thread, &error);
    if (how & 2) spi_listen(thread, a_socket(), 1, &error);
    return !(how & 4);
}

static inline void call_hook(struct thread *me) { thread_hook(me, byte() & 1 ? hook : NULL, NULL); }

static inline void call_cancel(struct thread *me)
{
    int error;
    unsigned how = byte();
    if (how & 1) spi_cancel_blocking_call(me, &error);
    else if (fuzz.request_count) process_cancel(fuzz.world.process, fuzz.requests[how % fuzz.request_count]);
}
#endif
