/*
 * Bytes from the caller until the peer has them: copied once, into chunks, and shared by every segment that carries them. Whole
 * segments fit into a chunk, so that a segment rarely needs bytes of two.
 *
 * When a send is complete is Winsock's business (host-stack 4.5): within the quota at once; over it with one other outstanding
 * at once; else when enough is acknowledged. A quota of 0: when its last byte is acknowledged.
 */
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "net/tcp/inside.h"

#define HELD_LEAST 8u
#define CHUNK_MOST 65536u

/* ---- rings of pieces ---- */

void held_grow(struct held_ring *ring)
{
    uint32_t room = ring->at ? (ring->mask + 1) * 2 : HELD_LEAST;
    struct held *at = memory_take(room * sizeof *at);
    for (uint32_t number = ring->first; number != ring->last; number++)
        at[number & (room - 1)] = ring->at[number & ring->mask];
    free(ring->at);
    ring->at = at;
    ring->mask = room - 1;
}

static inline struct held *held_at(const struct held_ring *ring, uint32_t number)
{
    return &ring->at[number & ring->mask];
}

/* Takes over a use of the chunk. */
static void held_push(struct tcp *tcp, struct piece piece)
{
    struct held_ring *ring = &tcp->held;
    if (!ring->at || ring->last - ring->first > ring->mask)
        held_grow(ring);
    *held_at(ring, ring->last++) = (struct held){ .piece = piece, .start = tcp->end };
    tcp->end += piece.size;
}

void send_buffer_free(struct tcp *tcp)
{
    struct held_ring *ring = &tcp->held;
    for (; ring->first != ring->last; ring->first++)
        chunk_release(tcp->net, held_at(ring, ring->first)->piece.chunk);
    free(ring->at);
    *ring = (struct held_ring){ .at = NULL };
}

void send_acked(struct tcp *tcp, uint64_t ack)
{
    struct held_ring *ring = &tcp->held;
    while (ring->first != ring->last) {
        struct held *held = held_at(ring, ring->first);
        if (before(ack, held->start + held->piece.size))
            break;
        chunk_release(tcp->net, held->piece.chunk);
        ring->first++;
    }
    if ((int32_t)(tcp->cursor - ring->first) < 0)
        tcp->cursor = ring->first;
    if (TCP_UNLIKELY(tcp->send_urgent && !before(ack, tcp->send_urgent)))
        tcp->send_urgent = 0;
}

/* ---- into segments ---- */

static uint32_t held_find(const struct held_ring *ring, uint64_t position)
{
    uint32_t low = ring->first, high = ring->last;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (before(position, held_at(ring, middle)->start))
            high = middle;
        else
            low = middle;
    }
    return low;
}

/* Bytes of two chunks: copied into one of its own. */
static struct piece piece_join(struct tcp *tcp, uint32_t number, uint64_t start, uint32_t size)
{
    struct chunk *chunk = chunk_new(tcp->net, size);
    for (uint32_t done = 0; done < size; number++) {
        const struct held *held = held_at(&tcp->held, number);
        uint32_t offset = (uint32_t)(start + done - held->start), some = (uint32_t)least(held->piece.size - offset, size - done);
        memcpy(chunk->bytes + done, piece_bytes(&held->piece) + offset, some);
        done += some;
    }
    chunk->used = size;
    return (struct piece){ .chunk = chunk, .offset = 0, .size = size };
}

struct piece send_piece(struct tcp *tcp, uint64_t start, uint32_t size)
{
    const struct held_ring *ring = &tcp->held;
    uint32_t number = tcp->cursor;
    if (TCP_UNLIKELY(start != tcp->nxt)) {
        number = held_find(ring, start);
    } else {
        while (number != ring->last && !before(start, held_at(ring, number)->start + held_at(ring, number)->piece.size))
            number++;
        tcp->cursor = number;
    }
    const struct held *held = held_at(ring, number);
    uint32_t offset = (uint32_t)(start - held->start);
    if (TCP_UNLIKELY(held->piece.size - offset < size))
        return piece_join(tcp, number, start, size);
    return (struct piece){ .chunk = chunk_use(held->piece.chunk), .offset = held->piece.offset + offset, .size = size };
}

/* ---- from the caller ---- */

bool send_has_room(const struct tcp *tcp)
{
    uint64_t bytes = buffered(tcp);
    return tcp->quota ? bytes < tcp->quota : bytes == 0;
}

/* Where the next bytes go: behind the newest ones if there is room, or into a chunk for whole segments. */
static struct chunk *chunk_room(struct tcp *tcp, size_t wanted, bool *new)
{
    const struct held_ring *ring = &tcp->held;
    if (ring->first != ring->last) {
        const struct held *last = held_at(ring, ring->last - 1);
        struct chunk *chunk = last->piece.chunk;
        if (chunk == tcp->own_chunk && last->piece.offset + last->piece.size == chunk->used && chunk->used < tcp->own_room) {
            *new = false;
            return chunk;
        }
    }
    size_t mss = tcp->mss, segments = (wanted + mss - 1) / mss, most_segments = CHUNK_MOST / mss ? CHUNK_MOST / mss : 1;
    size_t room = (segments < most_segments ? segments : most_segments) * mss;
    tcp->own_chunk = chunk_new(tcp->net, room);
    tcp->own_room = (uint32_t)room;
    *new = true;
    return tcp->own_chunk;
}

static void bytes_take(struct tcp *tcp, const struct kernel_transfer *transfer)
{
    size_t total = transfer_room(transfer), at = 0;
    while (at < total) {
        bool new;
        struct chunk *chunk = chunk_room(tcp, total - at, &new);
        uint32_t offset = chunk->used;
        uint32_t size = (uint32_t)transfer_gather(transfer, at, chunk->bytes + offset, least(tcp->own_room - offset, total - at));
        chunk->used += size;
        at += size;
        if (new) {
            held_push(tcp, (struct piece){ .chunk = chunk, .offset = offset, .size = size });
        } else {
            held_at(&tcp->held, tcp->held.last - 1)->piece.size += size;
            tcp->end += size;
        }
    }
}

static enum kernel_status send_refusal(const struct endpoint *endpoint)
{
    const struct tcp *tcp = endpoint->tcp;
    if (endpoint->failure != KERNEL_OK)
        return endpoint->failure;
    if (!tcp || !tcp->was_established || !endpoint->connected)
        return KERNEL_NOT_CONNECTED;
    if (endpoint->shut_sending || tcp->fin_queued)
        return KERNEL_SHUT_DOWN;
    return may_send_data(tcp) ? KERNEL_OK : KERNEL_NOT_CONNECTED;
}

static void send_taken(struct tcp *tcp)
{
    tcp->former_send_end = tcp->last_send_end;
    tcp->last_send_end = tcp->end;
    if (tcp->parameters->cwnd_restart && tcp->nxt == tcp->una && *tcp->now - tcp->heard_ns > rtt_timeout_ns(&tcp->rtt))
        congestion_undo(&tcp->congestion, (uint32_t)least(tcp->congestion.cwnd, (uint64_t)tcp->parameters->initial_congestion_window * tcp->mss),
                        tcp->congestion.ssthresh); /* RFC 5681 4.1 */
    if (tcp->busy)
        tcp->output_due = true; /* before the turn ends */
    else
        tcp_output(tcp);
}

enum kernel_status tcp_send(struct endpoint *endpoint, struct kernel_transfer *transfer, bool may_pend)
{
    enum kernel_status status = send_refusal(endpoint);
    if (status != KERNEL_OK)
        return status;
    struct tcp *tcp = endpoint->tcp;
    bool within = send_has_room(tcp), alone = !before(tcp->una, tcp->former_send_end);
    if (!within && !may_pend) {
        tcp->write_refused = true;
        return KERNEL_WOULD_BLOCK;
    }
    size_t size = transfer_room(transfer);
    transfer->count = size;
    if (size == 0)
        return KERNEL_OK;
    bytes_take(tcp, transfer);
    if (transfer->flags & KERNEL_OUT_OF_BAND)
        tcp->send_urgent = tcp->end;
    send_taken(tcp);
    bool waits = tcp->quota ? !within && !alone : true;
    return waits && may_pend ? KERNEL_PENDING : KERNEL_OK;
}

void tcp_send_pends(struct endpoint *endpoint, struct request *request)
{
    request->mark = endpoint->tcp->end;
}

enum kernel_status tcp_send_piece(struct endpoint *endpoint, const struct piece *piece)
{
    enum kernel_status status = send_refusal(endpoint);
    if (status != KERNEL_OK)
        return status;
    struct tcp *tcp = endpoint->tcp;
    if (!send_has_room(tcp)) {
        tcp->write_refused = true;
        return KERNEL_WOULD_BLOCK;
    }
    chunk_use(piece->chunk);
    held_push(tcp, *piece);
    tcp->own_chunk = NULL; /* nothing is appended to somebody else's */
    send_taken(tcp);
    return KERNEL_OK;
}

/* ---- completion ---- */

static bool send_complete(const struct tcp *tcp, const struct request *request)
{
    if (!before(tcp->una, request->mark))
        return true;
    if (tcp->quota == 0)
        return false;
    return buffered(tcp) <= tcp->quota || !before(tcp->una, tcp->former_send_end);
}

void sends_serve(struct tcp *tcp)
{
    struct endpoint *endpoint = tcp->endpoint;
    while (endpoint->sending && send_complete(tcp, endpoint->sending)) {
        struct request *request = endpoint->sending;
        transfer_end(request, KERNEL_OK, transfer_room(request->moves.transfer));
    }
    if (tcp->write_refused && send_has_room(tcp) && may_send_data(tcp)) {
        tcp->write_refused = false;
        endpoint_happens(endpoint, KERNEL_WRITABLE);
    }
}

/* ---- dropping what was never sent ---- */

static void held_cut(struct tcp *tcp, uint64_t keep)
{
    struct held_ring *ring = &tcp->held;
    while (ring->first != ring->last && !before(held_at(ring, ring->last - 1)->start, keep))
        chunk_release(tcp->net, held_at(ring, --ring->last)->piece.chunk);
    if (ring->first != ring->last) {
        struct held *last = held_at(ring, ring->last - 1);
        last->piece.size = (uint32_t)(keep - last->start);
    }
    if ((int32_t)(tcp->cursor - ring->last) > 0)
        tcp->cursor = ring->last;
    tcp->own_chunk = NULL;
    tcp->end = keep;
}

/* A send of which a part is on its way ends with the count of that part. One that is wholly on its way is left alone. */
static void sends_give_up(struct endpoint *endpoint, uint64_t keep)
{
    for (struct request *request = endpoint->sending, *next; request; request = next) {
        uint64_t size = transfer_room(request->moves.transfer), start = request->mark - size;
        next = request->endpoint_next;
        if (before(keep, request->mark))
            transfer_end(request, KERNEL_CANCELLED, before(start, keep) ? keep - start : 0);
    }
}

void tcp_flush(struct endpoint *endpoint)
{
    struct tcp *tcp = endpoint->tcp;
    if (!tcp || !synchronized(tcp) || tcp->fin_sent)
        return;
    uint64_t keep = most(tcp->nxt, tcp->una) + (tcp->window_probing ? 1 : 0); /* the probe's byte may have been taken */
    if (!before(keep, tcp->end))
        return;
    sends_give_up(endpoint, keep);
    held_cut(tcp, keep);
    if (before(keep, tcp->send_urgent))
        tcp->send_urgent = 0;
    tcp->last_send_end = least(tcp->last_send_end, keep);
    tcp->former_send_end = least(tcp->former_send_end, keep);
    sends_serve(tcp);
    if (tcp->busy == 0)
        tcp_output(tcp); /* a FIN that waited behind it */
}
