/*
 * The urgent byte (host-stack 4.7, RFC 6093). Not inline it is taken out of the stream into a slot for one; inline it stays and is
 * read alone. Either way no read crosses the mark where it stood.
 */
#include "net/tcp/inside.h"

void urgent_heard(struct tcp *tcp, const struct packet *packet, uint64_t sequence)
{
    uint64_t at = sequence + packet->tcp.urgent - (tcp->endpoint->option[KERNEL_URGENT_RFC1122] ? 0 : 1);
    if (before(at, tcp->rcv_nxt) || (tcp->urgent_at != NOWHERE_YET && !before(tcp->urgent_at, at)))
        return;
    tcp->urgent_at = at;
    tcp->plain = false;
}

void urgent_split(struct tcp *tcp, uint64_t start, struct piece piece)
{
    uint32_t ahead = (uint32_t)(tcp->urgent_at - start);
    bool inlined = tcp->endpoint->option[KERNEL_URGENT_INLINE];
    struct piece head = piece, rest = piece;
    tcp->urgent_at = NOWHERE_YET;
    head.size = ahead;
    rest.offset += ahead + (inlined ? 0 : 1);
    rest.size -= ahead + (inlined ? 0 : 1);
    tcp->urgent_byte = piece_bytes(&piece)[ahead];
    if (head.size)
        receive_append(tcp, (chunk_use(piece.chunk), head));
    tcp->mark_after = tcp->queued; /* a newer mark takes the place of an older one, and its byte */
    tcp->mark_byte = inlined;
    tcp->urgent_waits = !inlined;
    if (rest.size)
        receive_append(tcp, (chunk_use(piece.chunk), rest));
    chunk_release(tcp->net, piece.chunk);
    tcp->news |= KERNEL_URGENT;
}

uint64_t urgent_limit(const struct tcp *tcp)
{
    if (tcp->mark_after == NOWHERE_YET)
        return UINT64_MAX;
    if (tcp->mark_after == 0)
        return tcp->mark_byte ? 1 : UINT64_MAX;
    return tcp->mark_after;
}

bool urgent_read(struct tcp *tcp, uint64_t bytes)
{
    if (TCP_LIKELY(tcp->mark_after == NOWHERE_YET) || bytes == 0)
        return false;
    if (tcp->mark_after > 0) {
        tcp->mark_after -= bytes;
        return false;
    }
    tcp->mark_after = NOWHERE_YET;
    return tcp->mark_byte;
}

enum kernel_status urgent_receive(struct tcp *tcp, struct kernel_transfer *transfer)
{
    if (!tcp->urgent_waits || tcp->endpoint->option[KERNEL_URGENT_INLINE])
        return KERNEL_BAD_ARGUMENT;
    bool peek = transfer->flags & KERNEL_PEEK;
    transfer->count = transfer_scatter(transfer, 0, &tcp->urgent_byte, 1);
    transfer->flags = KERNEL_OUT_OF_BAND;
    if (!peek)
        tcp->urgent_waits = false;
    return KERNEL_OK;
}
