/*
 * Received bytes: in order they wait as pieces of the sender's chunks until somebody reads; beyond a gap they are kept sorted.
 * When to acknowledge: host-stack 4.4, RFC 1122 4.2.3.2, RFC 5681 4.2. SACK blocks: RFC 2018, the first holds the newest segment;
 * RFC 2883 for what came twice.
 */
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "net/tcp/inside.h"

#define STRAYS_LEAST 16u

/* ---- in order ---- */

static inline struct held *queue_at(const struct tcp *tcp, uint32_t number)
{
    return &tcp->queue.at[number & tcp->queue.mask];
}

void receive_append(struct tcp *tcp, struct piece piece)
{
    struct held_ring *ring = &tcp->queue;
    tcp->queued += piece.size;
    if (ring->first != ring->last) {
        struct piece *last = &queue_at(tcp, ring->last - 1)->piece;
        if (last->chunk == piece.chunk && last->offset + last->size == piece.offset) { /* the sender's neighbours join again */
            last->size += piece.size;
            chunk_release(tcp->net, piece.chunk);
            return;
        }
    }
    if (TCP_UNLIKELY(!ring->at || ring->last - ring->first > ring->mask))
        held_grow(ring);
    queue_at(tcp, ring->last++)->piece = piece;
}

/* Data that continues the stream at rcv_nxt. */
static void in_order(struct tcp *tcp, struct piece piece)
{
    uint64_t start = tcp->rcv_nxt;
    tcp->rcv_nxt += piece.size;
    tcp->received_bytes += piece.size;
    tcp->news |= KERNEL_READABLE;
    if (TCP_UNLIKELY(tcp->urgent_at - start < piece.size))
        urgent_split(tcp, start, piece);
    else
        receive_append(tcp, piece);
}

/* Every so many full segments at once; else within the delay, which begins with the first. */
static inline void acknowledge_later(struct tcp *tcp, uint32_t size)
{
    if (size >= tcp->full_size) {
        tcp->full_size = size;
        if (++tcp->full_unacked >= tcp->ack_frequency) {
            tcp->ack_now = true;
            return;
        }
    }
    if (tcp->timers[TIMER_ACK].due_ns == NEVER_NS)
        lazy_set(tcp, TIMER_ACK, *tcp->now + tcp->parameters->delayed_ack_ns);
}

void receive_plain(struct tcp *tcp, struct packet *packet, uint32_t size)
{
    struct piece piece = packet->payload;
    packet->payload = (struct piece){ .chunk = NULL };
    tcp->rcv_nxt += size;
    tcp->received_bytes += size;
    tcp->news |= KERNEL_READABLE;
    receive_append(tcp, piece);
    acknowledge_later(tcp, size);
}

/* ---- beyond a gap ---- */

static void stray_room(struct tcp *tcp)
{
    if (tcp->stray_first + tcp->stray_count < tcp->stray_room)
        return;
    if (tcp->stray_first > tcp->stray_room / 2) {
        memmove(tcp->strays, tcp->strays + tcp->stray_first, tcp->stray_count * sizeof *tcp->strays);
    } else {
        uint32_t room = tcp->stray_room ? tcp->stray_room * 2 : STRAYS_LEAST;
        struct stray *strays = memory_take(room * sizeof *strays);
        if (tcp->stray_count)
            memcpy(strays, tcp->strays + tcp->stray_first, tcp->stray_count * sizeof *strays);
        free(tcp->strays);
        tcp->strays = strays;
        tcp->stray_room = room;
    }
    tcp->stray_first = 0;
}

/* Nothing else holds any byte of it. */
static void stray_insert(struct tcp *tcp, uint64_t start, struct piece piece)
{
    stray_room(tcp);
    struct stray *first = tcp->strays + tcp->stray_first, *at = first + tcp->stray_count;
    uint32_t low = 0, high = tcp->stray_count;
    if (high && !before(at[-1].start, start)) { /* mostly it goes to the end */
        while (low < high) {
            uint32_t middle = low + (high - low) / 2;
            if (before(first[middle].start, start))
                low = middle + 1;
            else
                high = middle;
        }
        at = first + low;
        memmove(at + 1, at, (tcp->stray_count - low) * sizeof *at);
    }
    *at = (struct stray){ .start = start, .piece = piece };
    tcp->stray_count++;
}

/* The block that has just grown comes first; those it has swallowed go. */
static void recent_put(struct tcp *tcp, struct range block)
{
    struct range kept[TCP_SACK_MOST];
    uint32_t count = 0;
    kept[count++] = block;
    for (uint32_t i = 0; i < tcp->recent_count && count < TCP_SACK_MOST; i++) {
        const struct range *range = &tcp->recent[i];
        if (before(range->left, block.left) || before(block.right, range->right))
            kept[count++] = *range;
    }
    memcpy(tcp->recent, kept, count * sizeof *kept);
    tcp->recent_count = count;
}

static void recent_cut(struct tcp *tcp)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < tcp->recent_count; i++) {
        if (before(tcp->rcv_nxt, tcp->recent[i].left))
            tcp->recent[count++] = tcp->recent[i];
    }
    tcp->recent_count = count;
}

static void stray_add(struct tcp *tcp, uint64_t left, struct piece piece)
{
    struct ranges *ranges = &tcp->stray_ranges;
    uint64_t right = left + piece.size;
    bool any = false;
    for (uint64_t at = left; at < right;) {
        uint32_t index = ranges_find(ranges, at);
        const struct range *known = index < ranges->count ? range_at(ranges, index) : NULL;
        if (known && known->left <= at) {
            at = known->right;
            continue;
        }
        uint64_t end = known ? least(known->left, right) : right;
        struct piece part = { .chunk = chunk_use(piece.chunk), .offset = piece.offset + (uint32_t)(at - left), .size = (uint32_t)(end - at) };
        stray_insert(tcp, at, part);
        any = true;
        at = end;
    }
    chunk_release(tcp->net, piece.chunk);
    if (!any)
        tcp->duplicate = (struct range){ left, right };
    recent_put(tcp, ranges_add(ranges, left, right));
}

/* The gap before them is filled: they continue the stream. */
static void strays_join(struct tcp *tcp)
{
    while (tcp->stray_count && !before(tcp->rcv_nxt, tcp->strays[tcp->stray_first].start)) {
        struct stray stray = tcp->strays[tcp->stray_first++];
        tcp->stray_count--;
        uint64_t known = tcp->rcv_nxt - stray.start;
        if (known >= stray.piece.size) {
            chunk_release(tcp->net, stray.piece.chunk);
            continue;
        }
        stray.piece.offset += (uint32_t)known;
        stray.piece.size -= (uint32_t)known;
        in_order(tcp, stray.piece);
    }
    ranges_cut(&tcp->stray_ranges, tcp->rcv_nxt);
    recent_cut(tcp);
}

void sack_fill(struct tcp *tcp, struct tcp_header *header)
{
    uint32_t room = header->options & TCP_OPTION_TIMESTAMPS ? 3 : TCP_SACK_MOST, count = 0;
    if (!tcp->sack)
        return;
    if (tcp->duplicate.left != tcp->duplicate.right) {
        header->sack[count].left = tcp->irs + (uint32_t)tcp->duplicate.left;
        header->sack[count++].right = tcp->irs + (uint32_t)tcp->duplicate.right;
        tcp->duplicate = (struct range){ 0, 0 };
    }
    for (uint32_t i = 0; i < tcp->recent_count && count < room; i++) {
        header->sack[count].left = tcp->irs + (uint32_t)tcp->recent[i].left;
        header->sack[count++].right = tcp->irs + (uint32_t)tcp->recent[i].right;
    }
    header->sack_count = (uint8_t)count;
}

/* ---- the long way ---- */

/* What lies before the window was there already; what lies behind it is not taken. */
static bool payload_trim(struct tcp *tcp, uint64_t *sequence, struct piece *piece)
{
    uint64_t end = *sequence + piece->size;
    bool whole = true;
    if (piece->size && before(*sequence, tcp->rcv_nxt)) {
        uint32_t known = (uint32_t)least(tcp->rcv_nxt - *sequence, piece->size);
        tcp->duplicate = (struct range){ *sequence, *sequence + known };
        piece->offset += known;
        piece->size -= known;
        *sequence += known;
        tcp->ack_now = true;
    }
    if (piece->size && before(tcp->rcv_edge, end)) {
        uint64_t fits = before(*sequence, tcp->rcv_edge) ? tcp->rcv_edge - *sequence : 0;
        piece->size = (uint32_t)least(piece->size, fits);
        tcp->ack_now = true;
        whole = false;
    }
    return whole;
}

void receive_data(struct tcp *tcp, struct packet *packet, uint64_t sequence, uint32_t size, bool fin)
{
    struct piece piece = packet->payload;
    uint64_t end = sequence + size;
    packet->payload = (struct piece){ .chunk = NULL };
    if (payload_trim(tcp, &sequence, &piece) && fin && tcp->fin_at == NOWHERE_YET && !before(end, tcp->rcv_nxt))
        tcp->fin_at = end;
    if (piece.size == 0) {
        chunk_release(tcp->net, piece.chunk);
    } else if (sequence == tcp->rcv_nxt) {
        in_order(tcp, piece);
        if (tcp->stray_count) {
            strays_join(tcp);
            tcp->ack_now = true;
        } else {
            acknowledge_later(tcp, size);
        }
    } else {
        tcp->reordered_bytes += piece.size;
        stray_add(tcp, sequence, piece);
        tcp->ack_now = true;
    }
    if (fin)
        tcp->ack_now = true;
    if (tcp->fin_at == tcp->rcv_nxt && !tcp->fin_heard)
        fin_arrived(tcp);
}

/* A receive that waits comes first; then whoever watches. */
void receive_tell(struct tcp *tcp)
{
    struct endpoint *endpoint = tcp->endpoint;
    uint32_t news = tcp->news;
    if (!news)
        return;
    tcp->news = 0;
    if (endpoint->receiving)
        transfer_receives(endpoint);
    if (tcp->queued == 0 && !tcp->fin_heard)
        news &= (uint32_t)~KERNEL_READABLE;
    if (news && !tcp->to_free)
        endpoint_happens(endpoint, news);
}

/* ---- reading ---- */

static void consume(struct tcp *tcp, uint64_t bytes)
{
    struct held_ring *ring = &tcp->queue;
    tcp->queued -= bytes;
    while (bytes) {
        struct piece *piece = &queue_at(tcp, ring->first)->piece;
        if (piece->size > bytes) {
            piece->offset += (uint32_t)bytes;
            piece->size -= (uint32_t)bytes;
            return;
        }
        bytes -= piece->size;
        chunk_release(tcp->net, piece->chunk);
        ring->first++;
    }
}

static uint32_t copy_out(const struct tcp *tcp, const struct kernel_transfer *transfer, size_t at, uint64_t bytes)
{
    size_t done = 0;
    for (uint32_t number = tcp->queue.first; done < bytes; number++) {
        const struct piece *piece = &queue_at(tcp, number)->piece;
        done += transfer_scatter(transfer, at + done, piece_bytes(piece), least(piece->size, bytes - done));
    }
    return (uint32_t)done;
}

/* What may be read now under the rules of urgent data. */
static uint64_t readable(const struct tcp *tcp)
{
    return least(tcp->queued, urgent_limit(tcp));
}

static enum kernel_status receive_refusal(const struct endpoint *endpoint)
{
    if (endpoint->failure != KERNEL_OK)
        return endpoint->failure;
    if (!endpoint->tcp || !endpoint->tcp->was_established)
        return KERNEL_NOT_CONNECTED;
    return endpoint->shut_receiving ? KERNEL_SHUT_DOWN : KERNEL_OK;
}

/* A receive that is to fill its buffer keeps in `count` how far it has come. */
enum kernel_status tcp_receive(struct endpoint *endpoint, struct kernel_transfer *transfer)
{
    enum kernel_status status = receive_refusal(endpoint);
    if (status != KERNEL_OK)
        return status;
    struct tcp *tcp = endpoint->tcp;
    uint32_t flags = transfer->flags;
    if (flags & KERNEL_OUT_OF_BAND)
        return urgent_receive(tcp, transfer);
    bool fill = (flags & (KERNEL_WAIT_ALL | KERNEL_PEEK)) == KERNEL_WAIT_ALL;
    size_t room = transfer_room(transfer), at = fill ? (size_t)transfer->count : 0;
    if (tcp->queued == 0 && !tcp->fin_heard)
        return KERNEL_WOULD_BLOCK;
    uint64_t bytes = least(readable(tcp), room - at);
    copy_out(tcp, transfer, at, bytes);
    transfer->count = at + bytes;
    bool urgent = false, mark = false;
    if (!(flags & KERNEL_PEEK) && bytes) {
        consume(tcp, bytes);
        urgent = urgent_read(tcp, bytes);
        mark = tcp->mark_after == 0;
        receive_taken(tcp, bytes);
    }
    if (fill && transfer->count < room && !tcp->fin_heard && !mark && !urgent)
        return KERNEL_WOULD_BLOCK;
    transfer->flags = urgent ? KERNEL_OUT_OF_BAND : 0;
    return KERNEL_OK;
}

struct piece tcp_receive_piece(struct endpoint *endpoint, uint32_t most_bytes, bool *end)
{
    struct tcp *tcp = endpoint->tcp;
    struct piece none = { .chunk = NULL };
    *end = !tcp || endpoint->failure != KERNEL_OK || (tcp->queued == 0 && tcp->fin_heard);
    if (!tcp || tcp->queued == 0 || most_bytes == 0)
        return none;
    struct held_ring *ring = &tcp->queue;
    struct piece *first = &queue_at(tcp, ring->first)->piece, piece = *first;
    piece.size = (uint32_t)least(least(piece.size, most_bytes), readable(tcp));
    tcp->queued -= piece.size;
    if (piece.size == first->size) {
        ring->first++; /* with its use */
    } else {
        chunk_use(piece.chunk);
        first->offset += piece.size;
        first->size -= piece.size;
    }
    urgent_read(tcp, piece.size);
    receive_taken(tcp, piece.size);
    return piece;
}

/* ---- the end ---- */

void receive_drop(struct tcp *tcp)
{
    consume(tcp, tcp->queued);
    for (; tcp->stray_count; tcp->stray_count--)
        chunk_release(tcp->net, tcp->strays[tcp->stray_first++].piece.chunk);
    tcp->stray_first = tcp->recent_count = 0;
    ranges_clear(&tcp->stray_ranges);
    tcp->duplicate = (struct range){ 0, 0 };
}

void receive_free(struct tcp *tcp)
{
    receive_drop(tcp);
    free(tcp->queue.at);
    free(tcp->strays);
    ranges_free(&tcp->stray_ranges);
    tcp->queue = (struct held_ring){ .at = NULL };
    tcp->strays = NULL;
}
