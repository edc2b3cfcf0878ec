/*
 * TransmitFile and TransmitPackets: several pieces of memory go out in one request, in their order, and the connection may end
 * behind them. On a stream they are one send, so that what is sent at once is the stream's affair and the size of a send has no
 * effect. On a connected datagram socket an element with TP_ELEMENT_EOP ends a datagram. This machine has no files: whatever
 * handle a client gives is none of one.
 */
#include <stdlib.h>
#include <string.h>

#include "ext.h"

#define BYTES_MOST 0x7FFFFFFEu
#define FLAGS_KNOWN (TF_DISCONNECT | TF_REUSE_SOCKET | TF_WRITE_BEHIND | TF_USE_SYSTEM_THREAD | TF_USE_KERNEL_APC)

/* One call: its pieces as the client has them. */
struct transmitting {
    struct sock *sock;
    DWORD flags;
    uint64_t total;
    size_t count;
    struct kernel_piece *pieces;
    const BOOL *ends;           /* datagrams: behind which pieces one ends */
};

/* ---- the end ---- */

/* The rest of a graceful end goes on by itself; the socket that is to be used again waits for it. */
static void reusable(void *cookie, enum kernel_status status, uint64_t ignored)
{
    struct pending *pending = cookie;
    (void)ignored;
    pending->request = 0;
    int error = status == KERNEL_OK ? ext_reuse(pending->sock) : error_of_kernel(status);
    pending_finish(pending, (DWORD)error, error ? 0 : (DWORD)pending->extension->transfer.count);
}

static int sent(struct pending *pending, enum kernel_status status)
{
    struct sock *sock = pending->sock;
    DWORD flags = pending->extension->flags;
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_ENDPOINT, .family = sock_family(sock), .endpoint = sock->endpoint, .conditions = KERNEL_DRAINED | KERNEL_FAILED };
    if (status != KERNEL_OK || !(flags & TF_DISCONNECT) || !sock_stream(sock)) return error_of_kernel(status);
    status = kernel_shutdown(sock->endpoint, flags & TF_REUSE_SOCKET ? KERNEL_SENDING | KERNEL_RECEIVING : KERNEL_SENDING);
    sock->shared->sending_over = TRUE;
    if (status != KERNEL_OK || !(flags & TF_REUSE_SOCKET)) return error_of_kernel(status);
    status = kernel_watch(&watch, true, reusable, pending, &pending->request);
    return status == KERNEL_OK ? WSA_IO_PENDING : error_of_kernel(status);
}

static void sent_later(void *cookie, enum kernel_status status, uint64_t count)
{
    struct pending *pending = cookie;
    pending->request = 0;
    int error = sent(pending, status);
    if (error != WSA_IO_PENDING) pending_finish(pending, (DWORD)error, error ? 0 : (DWORD)count);
}

/* ---- the ways of a call ---- */

static int transmit_overlapped(const struct transmitting *call, LPOVERLAPPED overlapped)
{
    struct pending *pending = ext_pending(call->sock, overlapped, call->count);
    if (!pending) return WSAENOBUFS;
    struct extension *extension = pending->extension;
    struct kernel_how how = { sent_later, pending, false, &pending->request };
    extension->flags = call->flags;
    if (call->count) memcpy(extension->pieces, call->pieces, call->count * sizeof *call->pieces);
    extension->transfer.pieces = extension->pieces;
    extension->transfer.piece_count = call->count;
    enum kernel_status status = kernel_send(call->sock->endpoint, &extension->transfer, &how);
    if (status != KERNEL_OK && status != KERNEL_PENDING) {
        pending_forget(pending);
        return error_of_kernel(status);
    }
    pending_accept(pending);
    ext_over(pending, status == KERNEL_OK ? sent(pending, status) : WSA_IO_PENDING, (DWORD)call->total, NULL);
    return WSA_IO_PENDING; /* also when it has ended already (observed behaviour TXF-04) */
}

static int transmit_waits(struct sock *sock, struct kernel_transfer *transfer)
{
    struct pending pending; /* on the thread's own stack: it ends with the call, or with the thread */
    pending_begin(&pending, sock);
    struct kernel_how how = { pending_completes, &pending, false, &pending.request };
    enum kernel_status status = kernel_send(sock->endpoint, transfer, &how);
    if (status != KERNEL_PENDING) {
        pending_leave(&pending);
        return error_of_kernel(status);
    }
    int error = pending_wait(&pending, KERNEL_FOREVER);
    return pending.sock ? error : WSAEINTR; /* closed meanwhile */
}

static int transmit_plain(const struct transmitting *call)
{
    struct kernel_transfer transfer = { .pieces = call->pieces, .piece_count = call->count };
    SOCKET s = call->sock->handle;
    int ignored, error = transmit_waits(call->sock, &transfer);
    if (error || !(call->flags & TF_DISCONNECT) || sock_enter(s, &ignored) != call->sock) return error;
    return ext_disconnect(s, NULL, call->flags & TF_REUSE_SOCKET, 0) ? 0 : WSAENOTCONN;
}

/* One datagram after the other; they leave at the call, whatever the mode. */
static int transmit_datagrams(const struct transmitting *call, LPOVERLAPPED overlapped)
{
    size_t from = 0;
    for (size_t i = 0; i < call->count; i++) {
        if (!call->ends[i] && i + 1 < call->count) continue;
        struct kernel_transfer transfer = { .pieces = call->pieces + from, .piece_count = i + 1 - from };
        int error = transmit_waits(call->sock, &transfer);
        if (error) return error;
        from = i + 1;
    }
    if (!overlapped) return 0;
    struct pending *pending = ext_pending(call->sock, overlapped, 0);
    if (!pending) return WSAENOBUFS;
    pending_accept(pending);
    ext_over(pending, 0, (DWORD)call->total, NULL);
    return WSA_IO_PENDING;
}

/* ---- arguments ---- */

static int transmit_check(const struct sock *sock, DWORD flags)
{
    struct kernel_socket peer;
    if (sock_stream(sock) ? !sock->shared->connected : kernel_peer(sock->endpoint, &peer) != KERNEL_OK) return WSAENOTCONN;
    if (flags & ~(DWORD)FLAGS_KNOWN) return WSAEINVAL;
    return (flags & (TF_DISCONNECT | TF_REUSE_SOCKET)) == TF_REUSE_SOCKET ? WSAEINVAL : 0;
}

static int piece_add(struct transmitting *call, void *bytes, DWORD size)
{
    if (size && (!bytes || !kernel_may_read(bytes, size))) return WSAEFAULT;
    call->pieces[call->count++] = (struct kernel_piece){ bytes, size };
    call->total += size;
    return call->total > BYTES_MOST ? WSAEINVAL : 0;
}

BOOL PASCAL ext_transmit_file(SOCKET s, HANDLE file, DWORD count, DWORD per_send, LPOVERLAPPED overlapped, LPTRANSMIT_FILE_BUFFERS buffers, DWORD flags)
{
    struct kernel_piece pieces[2];
    struct transmitting call = { .sock = ext_enter(s, &overlapped), .flags = flags, .pieces = pieces };
    (void)count;
    (void)per_send;
    if (!call.sock) return FALSE;
    int error = !sock_stream(call.sock) ? WSAENOTCONN : transmit_check(call.sock, flags);
    if (error == 0 && buffers && !kernel_may_read(buffers, sizeof *buffers)) error = WSAEFAULT;
    if (error == 0 && file) error = WSA_INVALID_HANDLE;
    if (error == 0 && buffers) error = piece_add(&call, buffers->Head, buffers->HeadLength);
    if (error == 0 && buffers) error = piece_add(&call, buffers->Tail, buffers->TailLength);
    if (error == 0) error = overlapped ? transmit_overlapped(&call, overlapped) : transmit_plain(&call);
    return ext_answer(error);
}

static int element_add(struct transmitting *call, const TRANSMIT_PACKETS_ELEMENT *element, BOOL *end)
{
    DWORD kind = element->dwElFlags & ~(DWORD)TP_ELEMENT_EOP;
    *end = (element->dwElFlags & TP_ELEMENT_EOP) != 0;
    if (kind == TP_ELEMENT_FILE) return WSA_INVALID_HANDLE;
    return kind == TP_ELEMENT_MEMORY ? piece_add(call, element->pBuffer, element->cLength) : WSAEINVAL;
}

static int transmit_elements(struct transmitting *call, const TRANSMIT_PACKETS_ELEMENT *elements, DWORD count, LPOVERLAPPED overlapped)
{
    BOOL *ends = calloc(count + 1u, sizeof *ends);
    int error = 0;
    call->pieces = calloc(count + 1u, sizeof *call->pieces);
    call->ends = ends;
    if (!ends || !call->pieces) error = WSAENOBUFS;
    for (DWORD i = 0; error == 0 && i < count; i++) error = element_add(call, &elements[i], &ends[i]);
    if (error == 0) error = !sock_stream(call->sock) ? transmit_datagrams(call, overlapped) : overlapped ? transmit_overlapped(call, overlapped) : transmit_plain(call);
    free(call->pieces);
    free(ends);
    return error;
}

BOOL PASCAL ext_transmit_packets(SOCKET s, LPTRANSMIT_PACKETS_ELEMENT elements, DWORD count, DWORD per_send, LPOVERLAPPED overlapped, DWORD flags)
{
    struct transmitting call = { .sock = ext_enter(s, &overlapped), .flags = flags };
    (void)per_send;
    if (!call.sock) return FALSE;
    int error = transmit_check(call.sock, flags);
    if (error == 0 && count && (!elements || !kernel_may_read(elements, (size_t)count * sizeof *elements))) error = WSAEFAULT;
    if (error == 0) error = transmit_elements(&call, elements, count, overlapped);
    return ext_answer(error);
}
