/*
 * What is known of each segment in flight. SACK blocks are compared with the ranges already told, so that an ACK costs what it
 * says anew; the scans for what is lost never go back over the same segments: first transmissions lie in the order of their
 * times, and those sent again stand in a list of their own.
 *
 * Lost is what RFC 6675 says (three ranges, or more than two segments' worth, SACKed above it), and what RFC 8985 says (RACK: sent
 * a reordering window before something that has arrived). Once reordering was seen RACK decides alone.
 */
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "net/tcp/inside.h"

#define RING_LEAST 64u
#define AGAIN_LEAST 16u
#define DUPLICATE_THRESHOLD 3u
#define REORDER_PERSIST 16u

/* ---- the ring ---- */

void sent_grow(struct tcp *tcp)
{
    struct sent_ring *ring = &tcp->sent;
    uint32_t room = ring->at ? (ring->mask + 1) * 2 : RING_LEAST;
    struct sent *at = memory_take(room * sizeof *at);
    for (uint32_t number = ring->first; number != ring->last; number++)
        at[number & (room - 1)] = ring->at[number & ring->mask];
    free(ring->at);
    ring->at = at;
    ring->mask = room - 1;
}

void sent_push(struct tcp *tcp, uint64_t start, uint32_t size, uint8_t flags)
{
    struct sent_ring *ring = &tcp->sent;
    if (TCP_UNLIKELY(!ring->at || ring->last - ring->first > ring->mask))
        sent_grow(tcp);
    ring->at[ring->last++ & ring->mask] = (struct sent){ .sent_ns = *tcp->now, .start = (uint32_t)start, .size = (uint16_t)size, .flags = flags, .times = 1 };
}

uint32_t sent_find(const struct tcp *tcp, uint64_t position)
{
    uint32_t low = tcp->sent.first, high = tcp->sent.last; /* the first that ends behind it */
    while (low != high) {
        uint32_t middle = low + (high - low) / 2;
        const struct sent *sent = sent_at(tcp, middle);
        if ((int32_t)(sent->start + sent->size - (uint32_t)position) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool number_before(uint32_t a, uint32_t b) { return (int32_t)(a - b) < 0; }
static uint32_t not_before(uint32_t number, uint32_t first) { return number_before(number, first) ? first : number; }

/* The path has become narrower: every segment that no longer fits counts as lost, in pieces that do (RFC 1191 6.5: no other
   harm to the window). Rare, so the ring is simply made anew. */
void sent_split(struct tcp *tcp, uint32_t most_bytes)
{
    struct sent_ring *ring = &tcp->sent, old = *ring;
    bool any = false;
    for (uint32_t number = old.first; number != old.last; number++)
        any = any || (old.at[number & old.mask].size > most_bytes && !(old.at[number & old.mask].flags & SENT_SACKED));
    if (!any)
        return;
    *ring = (struct sent_ring){ .at = NULL };
    tcp->lost = tcp->again = tcp->lost_waiting = 0;
    for (uint32_t number = old.first; number != old.last; number++) {
        struct sent whole = old.at[number & old.mask];
        bool large = whole.size > most_bytes && !(whole.flags & SENT_SACKED);
        uint64_t start = sent_start(tcp, &whole);
        for (uint32_t done = 0; done < whole.size;) {
            uint32_t size = large && whole.size - done > most_bytes ? most_bytes : whole.size - done;
            bool last = done + size == whole.size;
            sent_push(tcp, start + done, size, (uint8_t)(whole.flags & (SENT_SACKED | SENT_EVER | (last ? SENT_FIN : 0))));
            struct sent *part = sent_at(tcp, ring->last - 1);
            part->sent_ns = whole.sent_ns;
            part->times = whole.times;
            if (!(part->flags & SENT_SACKED) && (large || whole.flags & SENT_LOST))
                sent_mark_lost(tcp, ring->last - 1);
            done += size;
        }
    }
    free(old.at);
    tcp->lost_scan = tcp->rack_scan = tcp->resend_scan = ring->first;
    tcp->again_ring.first = tcp->again_ring.last;
}

/* ---- marking ---- */

void sent_mark_lost(struct tcp *tcp, uint32_t number)
{
    struct sent *sent = sent_at(tcp, number);
    if (sent->flags & SENT_AGAIN) { /* what was sent again is lost too */
        sent->flags &= (uint8_t)~SENT_AGAIN;
        tcp->again -= sent->size;
    } else if (sent->flags & SENT_LOST) {
        return;
    } else {
        sent->flags |= SENT_LOST;
        tcp->lost += sent->size;
    }
    tcp->lost_waiting++;
    if (number_before(number, tcp->resend_scan))
        tcp->resend_scan = number;
}

void scoreboard_forget(struct tcp *tcp)
{
    for (uint32_t number = tcp->sent.first; number != tcp->sent.last; number++)
        sent_at(tcp, number)->flags &= (uint8_t)~(SENT_SACKED | SENT_LOST | SENT_AGAIN);
    ranges_clear(&tcp->sacked_ranges);
    tcp->sacked = tcp->lost = tcp->again = tcp->lost_waiting = tcp->duplicates = 0;
    tcp->lost_scan = tcp->rack_scan = tcp->resend_scan = tcp->sent.first;
    tcp->again_ring.first = tcp->again_ring.last;
    tcp->fack = 0;
}

void scoreboard_free(struct tcp *tcp)
{
    free(tcp->sent.at);
    free(tcp->again_ring.at);
    ranges_free(&tcp->sacked_ranges);
    tcp->sent = (struct sent_ring){ .at = NULL };
    tcp->again_ring = (struct again_ring){ .at = NULL };
}

/* ---- SACK ---- */

static void sent_sacked(struct tcp *tcp, struct sent *sent, uint64_t end, struct heard *heard)
{
    if (sent->flags & SENT_LOST) {
        tcp->lost -= sent->size;
        if (!(sent->flags & SENT_AGAIN))
            tcp->lost_waiting--;
    }
    if (sent->flags & SENT_AGAIN)
        tcp->again -= sent->size;
    rack_delivered(tcp, sent, end);
    sent->flags = (uint8_t)((sent->flags & ~(SENT_LOST | SENT_AGAIN)) | SENT_SACKED);
    tcp->sacked += sent->size;
    tcp->fack = most(tcp->fack, end);
    heard->sacked_new += sent->size;
    heard->delivered += sent->size;
}

/* [left, right) is new; a segment counts once it lies wholly in `whole`. */
static void sacked_mark(struct tcp *tcp, uint64_t left, uint64_t right, const struct range *whole, struct heard *heard)
{
    for (uint32_t number = sent_find(tcp, left); number != tcp->sent.last; number++) {
        struct sent *sent = sent_at(tcp, number);
        uint64_t start = sent_start(tcp, sent), end = start + sent->size;
        if (!before(start, right))
            break;
        if (!before(start, whole->left) && !before(whole->right, end) && !(sent->flags & SENT_SACKED))
            sent_sacked(tcp, sent, end, heard);
    }
}

static void sack_block(struct tcp *tcp, uint64_t left, uint64_t right, struct heard *heard)
{
    struct ranges *ranges = &tcp->sacked_ranges;
    struct range whole = { left, right };
    uint32_t below = ranges_find(ranges, left - 1), above = ranges_find(ranges, right);
    if (below < ranges->count && range_at(ranges, below)->left <= left)
        whole.left = range_at(ranges, below)->left;
    if (above < ranges->count && range_at(ranges, above)->left <= right)
        whole.right = range_at(ranges, above)->right;
    if (below == above && whole.left < left && whole.right > right)
        return; /* all of it is known */
    for (uint64_t at = left; at < right;) {
        uint32_t index = ranges_find(ranges, at);
        const struct range *known = index < ranges->count ? range_at(ranges, index) : NULL;
        if (known && known->left <= at) {
            at = known->right;
            continue;
        }
        uint64_t end = known ? least(known->left, right) : right;
        sacked_mark(tcp, at, end, &whole, heard);
        at = end;
    }
    ranges_add(ranges, left, right);
}

void sack_read(struct tcp *tcp, const struct packet *packet, struct heard *heard)
{
    const struct tcp_header *header = &packet->tcp;
    for (unsigned i = 0; i < header->sack_count; i++) {
        uint64_t left = position_near(tcp->iss, header->sack[i].left, tcp->una), right = position_near(tcp->iss, header->sack[i].right, tcp->una);
        if (!before(left, right) || before(tcp->nxt, right))
            continue;
        bool inside = i == 0 && header->sack_count > 1 && (int32_t)(header->sack[0].left - header->sack[1].left) >= 0
            && (int32_t)(header->sack[1].right - header->sack[0].right) >= 0;
        if (i == 0 && (!before(heard->ack, right) || inside)) { /* RFC 2883: something came twice */
            heard->duplicate_sack = true;
            heard->duplicate_left = left;
            heard->duplicate_right = right;
            continue;
        }
        if (before(heard->ack, right))
            sack_block(tcp, most(left, most(tcp->una, heard->ack)), right, heard);
    }
    if (heard->duplicate_sack && !before(tcp->una, tcp->reorder_round)) { /* RFC 8985 6.2 step 4 */
        tcp->reorder_mult++;
        tcp->reorder_persist = REORDER_PERSIST;
        tcp->reorder_round = tcp->nxt;
    }
}

void loss_by_sack(struct tcp *tcp, struct heard *heard)
{
    const struct ranges *ranges = &tcp->sacked_ranges;
    uint64_t bytes = 0, edge = 0;
    uint32_t pieces = 0;
    for (uint32_t i = ranges->count; i-- > 0 && edge == 0;) {
        const struct range *range = range_at(ranges, i);
        bytes += range->right - range->left;
        if (++pieces >= DUPLICATE_THRESHOLD || bytes > (uint64_t)(DUPLICATE_THRESHOLD - 1) * tcp->mss)
            edge = range->left;
    }
    uint32_t number = not_before(tcp->lost_scan, tcp->sent.first);
    for (; edge && number != tcp->sent.last; number++) {
        const struct sent *sent = sent_at(tcp, number);
        if (before(edge, sent_start(tcp, sent) + sent->size))
            break;
        if (sent->flags & (SENT_SACKED | SENT_LOST | SENT_EVER))
            continue;
        sent_mark_lost(tcp, number);
        heard->lost_new = true;
    }
    tcp->lost_scan = number;
}

/* RFC 5681, 6582: without SACK every duplicate stands for a segment that has left the network. */
void loss_by_duplicates(struct tcp *tcp, struct heard *heard)
{
    bool whole = !before(tcp->una, tcp->recover);
    uint32_t outstanding = (uint32_t)(tcp->nxt - tcp->una);
    if (heard->duplicate && tcp->recovery != RECOVERY_TIMEOUT) {
        uint32_t first = sent_at(tcp, tcp->sent.first)->size, room = outstanding - first;
        tcp->duplicates++;
        tcp->sacked = tcp->sacked + tcp->mss < room ? tcp->sacked + tcp->mss : room;
        heard->delivered += tcp->mss;
        if (tcp->duplicates == DUPLICATE_THRESHOLD && tcp->recovery == RECOVERY_NONE && before(tcp->highest_recover, tcp->una))
            sent_mark_lost(tcp, tcp->sent.first);
        return;
    }
    if (!heard->acked)
        return;
    if (tcp->recovery == RECOVERY_NONE || whole) {
        tcp->sacked = tcp->duplicates = 0;
        return;
    }
    uint32_t told = heard->acked > tcp->mss ? heard->acked - tcp->mss : 0; /* by duplicates before */
    told = told < tcp->sacked ? told : tcp->sacked;
    tcp->sacked -= told;
    heard->delivered -= told < heard->delivered ? told : heard->delivered;
    if (tcp->recovery == RECOVERY_FAST && outstanding)
        sent_mark_lost(tcp, tcp->sent.first); /* partial ACK: the next hole */
}

/* ---- RACK ---- */

bool rack_on(const struct tcp *tcp)
{
    return tcp->sack && tcp->parameters->rack && tcp->rtt.srtt8 && tcp->rtt.lowest_ns > tcp->parameters->rack_least_rtt_ns;
}

void again_push(struct tcp *tcp, uint32_t number)
{
    struct again_ring *ring = &tcp->again_ring;
    if (!tcp->sack || !tcp->parameters->rack)
        return;
    if (!ring->at || ring->last - ring->first > ring->mask) {
        uint32_t room = ring->at ? (ring->mask + 1) * 2 : AGAIN_LEAST;
        struct again *at = memory_take(room * sizeof *at);
        for (uint32_t i = ring->first; i != ring->last; i++)
            at[i & (room - 1)] = ring->at[i & ring->mask];
        free(ring->at);
        ring->at = at;
        ring->mask = room - 1;
    }
    ring->at[ring->last++ & ring->mask] = (struct again){ .sent_ns = *tcp->now, .number = number };
}

/* RFC 8985 6.2 steps 2 and 3. */
void rack_delivered(struct tcp *tcp, const struct sent *sent, uint64_t end)
{
    int64_t took = *tcp->now - sent->sent_ns;
    if (!(sent->flags & SENT_EVER) && before(end, tcp->fack))
        tcp->reordering = true;
    if (sent->flags & SENT_EVER && took < tcp->rtt.lowest_ns)
        return; /* it is the first copy that has arrived */
    if (sent->sent_ns < tcp->rack_ns || (sent->sent_ns == tcp->rack_ns && before(end, tcp->rack_end)))
        return;
    tcp->rack_ns = sent->sent_ns;
    tcp->rack_end = end;
    tcp->rack_rtt_ns = took;
}

static int64_t reorder_window(const struct tcp *tcp)
{
    if (!tcp->reordering && (tcp->recovery != RECOVERY_NONE || tcp->sacked >= DUPLICATE_THRESHOLD * tcp->mss))
        return 0;
    int64_t window = tcp->rtt.lowest_ns / 4 * (int64_t)(tcp->reorder_mult + 1), srtt = rtt_smoothed_ns(&tcp->rtt);
    return window < srtt ? window : srtt;
}

/* Nanoseconds until it counts as lost; NEVER_NS: nothing sent after it has arrived. */
static int64_t rack_remaining(const struct tcp *tcp, const struct sent *sent, int64_t window)
{
    if (sent->sent_ns > tcp->rack_ns || (sent->sent_ns == tcp->rack_ns && !before(sent_start(tcp, sent) + sent->size, tcp->rack_end)))
        return NEVER_NS;
    return sent->sent_ns + tcp->rack_rtt_ns + window - *tcp->now;
}

/* First transmissions, in order of time. */
static int64_t rack_first(struct tcp *tcp, int64_t window, struct heard *heard)
{
    uint32_t number = not_before(tcp->rack_scan, tcp->sent.first);
    int64_t wait = NEVER_NS;
    for (; number != tcp->sent.last; number++) {
        const struct sent *sent = sent_at(tcp, number);
        if (sent->flags & (SENT_SACKED | SENT_LOST | SENT_EVER))
            continue;
        wait = rack_remaining(tcp, sent, window);
        if (wait > 0)
            break;
        wait = NEVER_NS;
        sent_mark_lost(tcp, number);
        heard->lost_new = true;
    }
    tcp->rack_scan = number;
    return wait;
}

static int64_t rack_again(struct tcp *tcp, int64_t window, struct heard *heard)
{
    struct again_ring *ring = &tcp->again_ring;
    for (; ring->first != ring->last; ring->first++) {
        const struct again *again = &ring->at[ring->first & ring->mask];
        if (number_before(again->number, tcp->sent.first) || !number_before(again->number, tcp->sent.last))
            continue;
        const struct sent *sent = sent_at(tcp, again->number);
        if (sent->flags & SENT_SACKED || sent->sent_ns != again->sent_ns || (sent->flags & (SENT_LOST | SENT_AGAIN)) == SENT_LOST)
            continue;
        int64_t wait = rack_remaining(tcp, sent, window);
        if (wait > 0)
            return wait;
        sent_mark_lost(tcp, again->number);
        heard->lost_new = true;
    }
    return NEVER_NS;
}

void rack_look(struct tcp *tcp, struct heard *heard)
{
    int64_t window = reorder_window(tcp);
    int64_t first = rack_first(tcp, window, heard), again = rack_again(tcp, window, heard), wait = first < again ? first : again;
    if (wait != NEVER_NS) {
        tcp->early = EARLY_REORDER;
        tcp->early_ns = *tcp->now + wait;
    } else if (tcp->early == EARLY_REORDER) {
        tcp->early = EARLY_NOTHING;
        tcp->early_ns = NEVER_NS;
    }
}
