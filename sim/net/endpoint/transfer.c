/* What is pending on an endpoint: requests in the order of asking, and the caller's pieces they move bytes between. */
#include <string.h>

#include "net/endpoint/endpoint.h"

/* ---- requests ---- */

static struct request **queue_of(struct endpoint *endpoint, enum request_kind kind)
{
    switch (kind) {
    case REQUEST_WATCH: return &endpoint->watching;
    case REQUEST_CONNECT: return &endpoint->connecting;
    case REQUEST_ACCEPT: return &endpoint->accepting;
    case REQUEST_SEND: return &endpoint->sending;
    case REQUEST_RECEIVE: return &endpoint->receiving;
    }
    return NULL;
}

void transfer_enter(struct request *request)
{
    struct request **queue = queue_of(request->endpoint, request->kind);
    DL_APPEND2(*queue, request, endpoint_prev, endpoint_next);
}

void transfer_leave(struct request *request)
{
    struct request **queue = queue_of(request->endpoint, request->kind);
    DL_DELETE2(*queue, request, endpoint_prev, endpoint_next);
    request->endpoint = NULL;
}

struct request *transfer_pend(struct endpoint *endpoint, enum request_kind kind, struct kernel_transfer *transfer, const struct kernel_how *how)
{
    struct request *request = request_new(endpoint->host, how->lasting, how->complete, how->cookie);
    request->kind = kind;
    request->endpoint = endpoint;
    request->moves.transfer = transfer;
    transfer_enter(request);
    *how->request = request->id;
    if (trace_listening(endpoint->host->net->trace))
        row_transfer(request, endpoint->id, transfer ? transfer_room(transfer) : 0);
    return request;
}

void transfer_end(struct request *request, enum kernel_status status, uint64_t count)
{
    if (request->kind == REQUEST_SEND || request->kind == REQUEST_RECEIVE)
        request->moves.transfer->count = count;
    request->count = count;
    request_post(request, status, trace_cause(request->host->net->trace));
}

static void queue_end(struct request **queue, enum kernel_status status)
{
    while (*queue)
        transfer_end(*queue, status, 0);
}

void transfers_end(struct endpoint *endpoint, enum kernel_status status)
{
    queue_end(&endpoint->connecting, status);
    queue_end(&endpoint->accepting, status);
    queue_end(&endpoint->sending, status);
    queue_end(&endpoint->receiving, status);
    endpoint_happens(endpoint, KERNEL_FAILED);
}

static void queue_cancel(struct request *queue, const struct task *process)
{
    struct request *request, *next;
    for (request = queue; request; request = next) {
        next = request->endpoint_next;
        if (request->completions == process)
            transfer_end(request, KERNEL_CANCELLED, 0);
    }
}

void transfers_cancel(struct endpoint *endpoint, const struct task *process)
{
    queue_cancel(endpoint->connecting, process);
    queue_cancel(endpoint->accepting, process);
    queue_cancel(endpoint->sending, process);
    queue_cancel(endpoint->receiving, process);
    queue_cancel(endpoint->watching, process);
}

/* ---- pieces ---- */

size_t transfer_room(const struct kernel_transfer *transfer)
{
    size_t room = 0;
    for (size_t i = 0; i < transfer->piece_count; i++)
        room += transfer->pieces[i].size_bytes;
    return room;
}

/* The run of caller's memory that holds byte `at`, at most `most` long; NULL past the end. */
static uint8_t *run_at(const struct kernel_transfer *transfer, size_t at, size_t most, size_t *length)
{
    for (size_t i = 0; i < transfer->piece_count; i++) {
        const struct kernel_piece *piece = &transfer->pieces[i];
        if (at < piece->size_bytes) {
            *length = piece->size_bytes - at < most ? piece->size_bytes - at : most;
            return (uint8_t *)piece->bytes + at;
        }
        at -= piece->size_bytes;
    }
    return NULL;
}

size_t transfer_scatter(const struct kernel_transfer *transfer, size_t at, const void *bytes, size_t size)
{
    const uint8_t *from = bytes;
    size_t done = 0, length = 0;
    uint8_t *run;
    for (; done < size && (run = run_at(transfer, at + done, size - done, &length)); done += length)
        memcpy(run, from + done, length);
    return done;
}

size_t transfer_gather(const struct kernel_transfer *transfer, size_t at, void *bytes, size_t size)
{
    uint8_t *to = bytes;
    size_t done = 0, length = 0;
    const uint8_t *run;
    for (; done < size && (run = run_at(transfer, at + done, size - done, &length)); done += length)
        memcpy(to + done, run, length);
    return done;
}
