/*
 * TransmitFile and TransmitPackets: several parts of memory and of files go out in one request, in their order, and the connection
 * may end behind them. What is sent at once is the stream's affair (and ext_run.c's), so that the size of a send has no effect. On
 * a connected datagram socket an element with TP_ELEMENT_EOP ends a datagram.
 */
#include <stdlib.h>
#include <string.h>

#include "ext.h"

#define FLAGS_KNOWN (TF_DISCONNECT | TF_REUSE_SOCKET | TF_WRITE_BEHIND | TF_USE_SYSTEM_THREAD | TF_USE_KERNEL_APC)

/* ---- the end ---- */

/* The rest of a graceful end goes on by itself; the socket that is to be used again waits for it. */
static void reusable(void *cookie, enum kernel_status status, uint64_t ignored)
{
    struct pending *pending = cookie;
    (void)ignored;
    pending->request = 0;
    int error = status == KERNEL_OK ? ext_reuse(pending->sock) : error_of_kernel(status);
    pending_finish(pending, (DWORD)error, error ? 0 : (DWORD)pending->extension->run->done);
}

/* Everything is sent. */
static int sent(struct pending *pending)
{
    struct sock *sock = pending->sock;
    DWORD flags = pending->extension->flags;
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_ENDPOINT, .family = sock_family(sock), .endpoint = sock->endpoint, .conditions = KERNEL_DRAINED | KERNEL_FAILED };
    if (!(flags & TF_DISCONNECT) || !sock_stream(sock)) return 0;
    enum kernel_status status = kernel_shutdown(sock->endpoint, flags & TF_REUSE_SOCKET ? KERNEL_SENDING | KERNEL_RECEIVING : KERNEL_SENDING);
    sock->shared->sending_over = TRUE;
    if (status != KERNEL_OK || !(flags & TF_REUSE_SOCKET)) return error_of_kernel(status);
    status = kernel_watch(&watch, false, reusable, pending, &pending->request);
    return status == KERNEL_OK ? WSA_IO_PENDING : error_of_kernel(status);
}

/* ---- the ways of a call ---- */

static void sent_later(void *cookie, enum kernel_status status, uint64_t count);

/* Sends until something pends: WSA_IO_PENDING, an error, or 0 at the end of it all. */
static int send_on(struct pending *pending)
{
    struct run *run = pending->extension->run;
    struct kernel_how how = { sent_later, pending, false, &pending->request };
    while (run_gather(run)) {
        enum kernel_status status = kernel_send(pending->sock->endpoint, &run->transfer, &how);
        if (status != KERNEL_OK) return error_of_kernel(status);
        run->done += run->sending;
    }
    return run->error ? run->error : sent(pending);
}

static void sent_later(void *cookie, enum kernel_status status, uint64_t count)
{
    struct pending *pending = cookie;
    struct run *run = pending->extension->run;
    (void)count;
    pending->request = 0;
    int error = error_of_kernel(status);
    if (error == 0) run->done += run->sending;
    if (error == 0) error = send_on(pending);
    if (error != WSA_IO_PENDING) pending_finish(pending, (DWORD)error, error ? 0 : (DWORD)run->done);
}

/* The run goes with the request; one that was refused is gone too. */
static int transmit_overlapped(struct sock *sock, struct run *run, DWORD flags, LPOVERLAPPED overlapped)
{
    struct pending *pending = ext_pending(sock, overlapped);
    if (!pending) {
        free(run);
        return WSAENOBUFS;
    }
    pending->extension->flags = flags;
    pending->extension->run = run;
    int error = send_on(pending);
    if (error && error != WSA_IO_PENDING && run->done == 0) {
        pending_forget(pending);
        return error;
    }
    pending_accept(pending);
    ext_over(pending, error, (DWORD)run->done, NULL);
    return WSA_IO_PENDING; /* also when it has ended already (observed behaviour TXF-04) */
}

/* Send after send, each to its end; *count is how much there was. The run goes with the call, or with the socket. */
static int transmit_waits(struct sock *sock, struct run *run, DWORD *count)
{
    struct pending pending; /* on the thread's own stack: it ends with the call, or with the thread */
    int error = 0;
    pending_begin(&pending, sock);
    pending.held = run;
    struct kernel_how how = { pending_completes, &pending, false, &pending.request };
    while (error == 0 && run_gather(run)) {
        enum kernel_status status = kernel_send(sock->endpoint, &run->transfer, &how);
        error = status == KERNEL_PENDING ? pending_park(&pending, KERNEL_FOREVER) : error_of_kernel(status);
        if (!pending.sock) return WSAEINTR; /* closed meanwhile, and the run with it */
        if (error == 0) run->done += run->sending;
    }
    if (error == 0) error = run->error;
    *count = (DWORD)run->done;
    pending_leave(&pending);
    return error;
}

static int transmit_plain(struct sock *sock, struct run *run, DWORD flags)
{
    SOCKET s = sock->handle;
    DWORD count;
    int ignored, error = transmit_waits(sock, run, &count);
    if (error || !(flags & TF_DISCONNECT) || sock_enter(s, &ignored) != sock) return error;
    return ext_end(sock, NULL, flags & TF_REUSE_SOCKET);
}

/* One datagram after the other; they leave at the call, whatever the mode. */
static int transmit_datagrams(struct sock *sock, struct run *run, LPOVERLAPPED overlapped)
{
    SOCKET s = sock->handle;
    DWORD count;
    int ignored, error = transmit_waits(sock, run, &count);
    if (error || !overlapped) return error;
    if (sock_enter(s, &ignored) != sock) return WSAEINTR;
    struct pending *pending = ext_pending(sock, overlapped);
    if (!pending) return WSAENOBUFS;
    pending_accept(pending);
    ext_over(pending, 0, count, NULL);
    return WSA_IO_PENDING;
}

static int transmit(struct sock *sock, struct run *run, DWORD flags, LPOVERLAPPED overlapped)
{
    if (!sock_stream(sock)) return transmit_datagrams(sock, run, overlapped);
    return overlapped ? transmit_overlapped(sock, run, flags, overlapped) : transmit_plain(sock, run, flags);
}

/* ---- arguments ---- */

static int transmit_check(const struct sock *sock, DWORD flags)
{
    struct kernel_socket peer;
    if (sock_stream(sock) ? !sock->shared->connected : kernel_peer(sock->endpoint, &peer) != KERNEL_OK) return WSAENOTCONN;
    if (flags & ~(DWORD)FLAGS_KNOWN) return WSAEINVAL;
    if (!(flags & TF_REUSE_SOCKET)) return 0;
    return !(flags & TF_DISCONNECT) || !sock_alone(sock) ? WSAEINVAL : 0;
}

/* Without an OVERLAPPED the file is read from where it stands, with one from the offset that this says. */
BOOL PASCAL ext_transmit_file(SOCKET s, HANDLE file, DWORD count, DWORD per_send, LPOVERLAPPED overlapped, LPTRANSMIT_FILE_BUFFERS buffers, DWORD flags)
{
    struct sock *sock = ext_enter(s, &overlapped);
    (void)per_send;
    if (!sock) return FALSE;
    int error = !sock_stream(sock) ? WSAENOTCONN : transmit_check(sock, flags);
    if (error == 0 && buffers && !kernel_may_read(buffers, sizeof *buffers)) error = WSAEFAULT;
    if (error) return ext_answer(error);
    uint64_t offset = overlapped ? (uint64_t)overlapped->OffsetHigh << 32 | overlapped->Offset : KERNEL_FILE_POSITION;
    struct run *run = run_new(3, file != NULL);
    if (!run) return ext_answer(WSAENOBUFS);
    if (buffers) error = run_memory(run, buffers->Head, buffers->HeadLength, FALSE);
    if (error == 0 && file) error = run_file(run, file, offset, count, FALSE);
    if (error == 0 && buffers) error = run_memory(run, buffers->Tail, buffers->TailLength, FALSE);
    if (error) free(run);
    else error = transmit(sock, run, flags, overlapped);
    return ext_answer(error);
}

static int element_add(struct run *run, const TRANSMIT_PACKETS_ELEMENT *element)
{
    DWORD kind = element->dwElFlags & ~(DWORD)TP_ELEMENT_EOP;
    BOOL end = run->datagrams && (element->dwElFlags & TP_ELEMENT_EOP);
    uint64_t offset = element->nFileOffset.QuadPart == -1 ? KERNEL_FILE_POSITION : (uint64_t)element->nFileOffset.QuadPart;
    if (kind == TP_ELEMENT_FILE) return run_file(run, element->hFile, offset, element->cLength, end);
    return kind == TP_ELEMENT_MEMORY ? run_memory(run, element->pBuffer, element->cLength, end) : WSAEINVAL;
}

BOOL PASCAL ext_transmit_packets(SOCKET s, LPTRANSMIT_PACKETS_ELEMENT elements, DWORD count, DWORD per_send, LPOVERLAPPED overlapped, DWORD flags)
{
    struct sock *sock = ext_enter(s, &overlapped);
    BOOL files = FALSE;
    (void)per_send;
    if (!sock) return FALSE;
    int error = transmit_check(sock, flags);
    if (error == 0 && count && (!elements || !kernel_may_read(elements, (size_t)count * sizeof *elements))) error = WSAEFAULT;
    if (error) return ext_answer(error);
    for (DWORD i = 0; i < count; i++) files = files || (elements[i].dwElFlags & TP_ELEMENT_FILE);
    struct run *run = run_new(count, files);
    if (!run) return ext_answer(WSAENOBUFS);
    run->datagrams = !sock_stream(sock);
    for (DWORD i = 0; error == 0 && i < count; i++) error = element_add(run, &elements[i]);
    if (error) free(run);
    else error = transmit(sock, run, flags, overlapped);
    return ext_answer(error);
}
