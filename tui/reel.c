/*
 * Two readers of one file walk side by side, for rows and packets have a window each. A packet row says in its field `after` which of the
 * other rows was the newest when it was written: that orders both.
 */
#include "tui/reel.h"

#include <stdlib.h>

#include "core/arena.h"
#include "core/trace_order.h"

struct reel {
    struct record *rows, *packets;
    int64_t run_id;
    uint64_t last_row, last_packet;
    uint64_t low[2];                 /* where reading backwards began last: of rows, of packets */
    uint64_t near_row, near_packet;  /* the last answer of packet_after: the next question is mostly about a neighbour */
    char *error;
};

#define BACK 12
#define NEAR 64

static bool is_packet(uint64_t place) { return place > TRACE_PACKET_BASE; }

static void note(struct reel *reel, char *error)
{
    if (!reel->error) reel->error = error;
    else free(error);
}

/* The first row of one numbering from `seq` on. */
static bool first_from(struct reel *reel, uint64_t seq, struct trace_row *row)
{
    struct record *record = is_packet(seq) ? reel->packets : reel->rows;
    char *error = NULL;
    if (!record) return false;
    bool found = record_row(record, reel->run_id, seq, row, &error);
    if (error) note(reel, error);
    return found;
}

/* The last row of one numbering before `seq`: numbers may be left out, so it is looked for in growing steps. */
static bool last_before(struct reel *reel, uint64_t seq, struct trace_row *row)
{
    uint64_t base = is_packet(seq) ? TRACE_PACKET_BASE : 0, least;
    struct trace_row found;
    if (seq <= base + 1) return false;
    uint64_t *low = &reel->low[base != 0]; /* the reader has a few rows ahead of where it was asked: asked a bit further back, it serves several steps */
    if (seq - 1 < *low || seq - 1 >= *low + BACK) {
        *low = seq - base > BACK ? seq - BACK : base + 1;
        first_from(reel, *low, &found);
    }
    for (uint64_t step = 1;; step *= 2) {
        least = seq - base > step ? seq - step : base + 1;
        if (first_from(reel, least, &found) && found.seq < seq) break;
        if (least == base + 1) return false;
    }
    while (first_from(reel, found.seq + 1, row) && row->seq < seq) found = *row;
    return first_from(reel, found.seq, row);
}

static uint64_t after_of(struct reel *reel, uint64_t packet)
{
    struct trace_row row;
    return first_from(reel, packet, &row) ? trace_after(&row) : UINT64_MAX;
}

/* From the last answer on, packet by packet. False: it is too far. */
static bool packet_near(struct reel *reel, uint64_t row, uint64_t *packet)
{
    uint64_t at = reel->near_packet;
    int steps = 0;
    if (!at) return false;
    if (row >= reel->near_row)
        for (; at <= reel->last_packet && after_of(reel, at) < row; at++)
            if (steps++ > NEAR) return false;
    if (row < reel->near_row)
        for (; at > TRACE_PACKET_BASE + 1 && after_of(reel, at - 1) >= row; at--)
            if (steps++ > NEAR) return false;
    *packet = at;
    return true;
}

static uint64_t packet_far(struct reel *reel, uint64_t row)
{
    uint64_t low = TRACE_PACKET_BASE + 1, high = reel->last_packet + 1;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (after_of(reel, middle) < row) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* The first packet of those that were written after the row of this number or a later one; 0: none. */
static uint64_t packet_after(struct reel *reel, uint64_t row)
{
    uint64_t packet;
    if (!reel->packets) return 0;
    if (!packet_near(reel, row, &packet)) packet = packet_far(reel, row);
    reel->near_row = row;
    reel->near_packet = packet;
    return packet <= reel->last_packet ? packet : 0;
}

static uint64_t packet_last(struct reel *reel)
{
    uint64_t low = TRACE_PACKET_BASE, high = TRACE_PACKET_BASE * 2 - 1; /* the greatest number with a row lies in [low, high) */
    struct trace_row row;
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (first_from(reel, middle, &row)) low = row.seq;
        else high = middle;
    }
    return low;
}

struct reel *reel_open(const char *path, int64_t run_id, char **error)
{
    struct reel *reel = memory_take(sizeof *reel);
    struct trace_row row;
    *reel = (struct reel){ .run_id = run_id, .rows = record_open(path, error) };
    if (reel->rows) {
        reel->last_row = record_last(reel->rows, run_id, error);
        if (!*error) reel->packets = record_open(path, error);
    }
    if (*error) {
        reel_close(reel);
        return NULL;
    }
    if (first_from(reel, TRACE_PACKET_BASE + 1, &row)) {
        reel->last_packet = packet_last(reel);
    } else {
        record_close(reel->packets);
        reel->packets = NULL;
    }
    return reel;
}

void reel_close(struct reel *reel)
{
    if (!reel) return;
    record_close(reel->rows);
    record_close(reel->packets);
    free(reel->error);
    free(reel);
}

bool reel_has_packets(const struct reel *reel) { return reel->packets != NULL; }
const char *reel_error(const struct reel *reel) { return reel->error; }

bool reel_row(struct reel *reel, uint64_t place, struct trace_row *row) { return place && place != TRACE_PACKET_BASE && first_from(reel, place, row) && row->seq == place; }

uint64_t reel_rows_before(struct reel *reel, uint64_t place)
{
    struct trace_row row;
    if (!is_packet(place)) return place;
    return reel_row(reel, place, &row) ? trace_after(&row) : 0;
}

uint64_t reel_next(struct reel *reel, uint64_t place)
{
    struct trace_row row, packet;
    uint64_t rows = reel_rows_before(reel, place);
    bool has_row = first_from(reel, rows + 1, &row);
    uint64_t next = is_packet(place) ? place + 1 : packet_after(reel, place ? place : 0);
    bool has_packet = next && first_from(reel, next, &packet);
    if (has_packet && (!has_row || trace_after(&packet) < row.seq)) return packet.seq;
    return has_row ? row.seq : 0;
}

uint64_t reel_previous(struct reel *reel, uint64_t place)
{
    struct trace_row row, packet;
    if (is_packet(place)) { /* the packet before, unless a row stands between */
        uint64_t rows = reel_rows_before(reel, place);
        if (last_before(reel, place, &packet) && trace_after(&packet) >= rows) return packet.seq;
        return rows && first_from(reel, rows, &row) && row.seq == rows ? rows : last_before(reel, rows + 1, &row) ? row.seq : 0;
    }
    uint64_t first = packet_after(reel, place), before = first ? first : reel->last_packet + 1;
    bool has_row = last_before(reel, place, &row);
    uint64_t number = has_row ? row.seq : 0;
    if (reel->packets && last_before(reel, before, &packet) && trace_after(&packet) >= number && trace_after(&packet) < place) return packet.seq;
    return number;
}

uint64_t reel_packet_before(struct reel *reel, uint64_t row)
{
    if (!reel->packets) return 0;
    uint64_t first = packet_after(reel, row), before = first ? first - 1 : reel->last_packet;
    return before > TRACE_PACKET_BASE ? before : 0;
}

uint64_t reel_last_packet(const struct reel *reel) { return reel->last_packet; }

uint64_t reel_last(struct reel *reel)
{
    struct trace_row packet;
    if (reel->last_packet && reel_row(reel, reel->last_packet, &packet) && trace_after(&packet) >= reel->last_row) return reel->last_packet;
    return reel->last_row;
}

uint64_t reel_at(struct reel *reel, int64_t at_ns)
{
    char *error = NULL;
    uint64_t row = record_seq_at(reel->rows, reel->run_id, at_ns, &error);
    if (error) note(reel, error), error = NULL;
    uint64_t packet = reel->packets ? record_packet_at(reel->packets, reel->run_id, at_ns, &error) : 0;
    if (error) note(reel, error);
    struct trace_row found;
    if (packet && (!row || (reel_row(reel, packet, &found) && trace_after(&found) < row))) return packet;
    return row ? row : reel_last(reel);
}
