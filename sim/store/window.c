/*
 * Reading a record's rows by window. A run's rows stand in one piece with ascending numbers, so a row is found by halving
 * over row ids; at levels that leave nothing out the first guess is right.
 */
#include <inttypes.h>
#include <string.h>

#include "core/check.h"
#include "core/trace_form.h"
#include "store/inside.h"

#define WINDOW_MOST ((int)(sizeof((struct window *)NULL)->rows / sizeof((struct window *)NULL)->rows[0]))

struct piece { /* of one of the two tables */
    int table; /* 0 rows, 1 packets */
    uint64_t base;
    int64_t run_id, first, end; /* row ids; end lies behind the last */
};

static bool piece_of(const struct record *record, int64_t run_id, uint64_t seq, struct piece *piece)
{
    bool packets = seq > TRACE_PACKET_BASE;
    for (size_t i = 0; i < record->run_count; i++) {
        if (record->runs[i].view.run_id != run_id)
            continue;
        const struct run_extent *extent = &record->runs[i].extent;
        int64_t first = packets ? extent->first_packet : extent->first_row;
        int64_t count = packets ? extent->packet_count : extent->row_count;
        *piece = (struct piece){.table = packets, .base = packets ? TRACE_PACKET_BASE : 0, .run_id = run_id, .first = first, .end = first + count};
        return true;
    }
    return false;
}

static bool row_damaged(const struct record *record, const struct piece *piece, int64_t rowid, char **error)
{
    *error = sentence("%s is damaged: row %" PRId64 " of run %" PRId64 " cannot be read", record->path, rowid - piece->first + 1, piece->run_id);
    return false;
}

enum probed { PROBED_SEQ = 1, PROBED_AT_NS = 2 };

static bool probe(struct record *record, const struct piece *piece, int64_t rowid, enum probed what, int64_t *value, char **error)
{
    sqlite3_stmt *statement = record->probe[piece->table];
    sqlite3_bind_int64(statement, 1, rowid);
    bool found = sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_int64(statement, 0) == piece->run_id;
    *value = found ? sqlite3_column_int64(statement, (int)what) : 0;
    sqlite3_reset(statement);
    return found || row_damaged(record, piece, rowid, error);
}

/* The first row id of the piece whose value is not below `least`; piece->end if there is none. */
static bool seek(struct record *record, const struct piece *piece, enum probed what, int64_t least, int64_t *rowid, char **error)
{
    int64_t low = piece->first, high = piece->end, value;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (!probe(record, piece, middle, what, &value, error))
            return false;
        if (value < least)
            low = middle + 1;
        else
            high = middle;
    }
    *rowid = low;
    return true;
}

static bool seek_seq(struct record *record, const struct piece *piece, uint64_t number, int64_t *rowid, char **error)
{
    int64_t value, guess = 0;
    if (number >= 1 && number <= (uint64_t)(piece->end - piece->first)) {
        guess = piece->first + (int64_t)number - 1;
        if (!probe(record, piece, guess, PROBED_SEQ, &value, error))
            return false;
        if (value == (int64_t)number) {
            *rowid = guess;
            return true;
        }
    }
    return seek(record, piece, PROBED_SEQ, number > INT64_MAX ? INT64_MAX : (int64_t)number, rowid, error);
}

/* ---- filling the window ---- */

static bool layer_parse(const char *text, enum layer *layer)
{
    for (int i = 0; text != NULL && i < LAYER_COUNT; i++) {
        if (strcmp(text, layer_name((enum layer)i)) != 0)
            continue;
        *layer = (enum layer)i;
        return true;
    }
    return false;
}

/* The row's fields: as they stand there (version 1), or put together from its values and its label's shape. */
static bool fields_read(struct record *record, sqlite3_stmt *at, bool packets, struct trace_row *row)
{
    const void *content = record->has_shapes ? (const void *)sqlite3_column_text(at, 10) : sqlite3_column_blob(at, 10);
    size_t size = (size_t)sqlite3_column_bytes(at, 10);
    if (!record->has_shapes) {
        row->detail = content;
        row->detail_size = size;
        return true;
    }
    record->fields.length = 0;
    const uint8_t *shape = sqlite3_column_blob(at, 11);
    if (content == NULL || !form_join(&record->fields, &record->scratch, content, size, shape, (size_t)sqlite3_column_bytes(at, 11), !packets))
        return false;
    row->detail = (const uint8_t *)record->fields.bytes;
    row->detail_size = record->fields.length;
    return true;
}

/* Adds the row the statement stands on, in canonical form. */
static bool window_add(struct record *record, sqlite3_stmt *at, const struct piece *piece)
{
    struct window *window = &record->window;
    struct trace_row row = {
        .seq = piece->base + (uint64_t)sqlite3_column_int64(at, 1), .cause = (uint64_t)sqlite3_column_int64(at, 2),
        .at_ns = sqlite3_column_int64(at, 3),
    };
    const char **names[FORM_NAMES] = {&row.verb, &row.host, &row.actor, &row.thread, &row.object};
    for (int i = 0; i < FORM_NAMES; i++)
        if ((*names[i] = (const char *)sqlite3_column_text(at, 5 + i)) == NULL)
            return false;
    uint64_t before = window->count > 0 ? window->rows[window->count - 1].seq : piece->base;
    size_t start = window->bytes.length;
    struct trace_row whole;
    if (row.seq - piece->base >= TRACE_PACKET_BASE) /* beyond all numbers, or negative */
        return false;
    if (sqlite3_column_int64(at, 0) != piece->run_id || !layer_parse((const char *)sqlite3_column_text(at, 4), &row.layer)
        || (row.layer == LAYER_PACKET) != (piece->table == 1) || row.seq <= before
        || !fields_read(record, at, piece->table == 1, &row) || !form_row_add(&window->bytes, &row)
        || !trace_row_decode((const uint8_t *)window->bytes.bytes + start, window->bytes.length - start, &whole))
        return false;
    window->rows[window->count].seq = row.seq;
    window->rows[window->count].at = start;
    window->rows[window->count].size = whole.size;
    window->count++;
    return true;
}

/* Whoever reads on gets many rows at once; whoever jumps about only a few. */
static bool window_fill(struct record *record, const struct piece *piece, int64_t rowid, bool ahead, char **error)
{
    struct window *window = &record->window;
    window->count = 0;
    window->bytes.length = 0;
    window->run_id = piece->run_id;
    window->packets = piece->table == 1;
    int64_t wanted = ahead ? WINDOW_MOST : WINDOW_MOST / 16;
    if (wanted > piece->end - rowid)
        wanted = piece->end - rowid;
    window->last = rowid + wanted == piece->end;
    sqlite3_stmt *statement = record->read[piece->table];
    sqlite3_bind_int64(statement, 1, rowid);
    sqlite3_bind_int64(statement, 2, wanted);
    bool good = true;
    while (good && (int64_t)window->count < wanted)
        good = sqlite3_step(statement) == SQLITE_ROW && window_add(record, statement, piece);
    sqlite3_reset(statement);
    if (!good) {
        row_damaged(record, piece, rowid + (int64_t)window->count, error);
        window->count = 0;
    }
    return good;
}

/* ---- reading ---- */

/* The window's first row with this number or a later one; its count if there is none. */
static size_t window_find(const struct window *window, uint64_t seq)
{
    size_t low = 0, high = window->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (window->rows[middle].seq < seq)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool record_row(struct record *record, int64_t run_id, uint64_t seq, struct trace_row *row, char **error)
{
    struct window *window = &record->window;
    struct piece piece;
    *error = NULL;
    if (!piece_of(record, run_id, seq, &piece) || piece.first == piece.end)
        return false;
    bool here = window->count > 0 && window->run_id == run_id && window->packets == (piece.table == 1);
    size_t index = here ? window_find(window, seq) : 0;
    /* A window that starts later may have missed rows before it, so only its own first number counts. */
    if (!here || window->rows[0].seq > seq || index == window->count) {
        int64_t rowid;
        bool ahead = here && seq == window->rows[window->count - 1].seq + 1;
        if (here && index == window->count && window->last)
            return false;
        if (!seek_seq(record, &piece, seq - piece.base, &rowid, error) || rowid == piece.end || !window_fill(record, &piece, rowid, ahead, error))
            return false;
        index = window_find(window, seq);
        if (index == window->count)
            return row_damaged(record, &piece, rowid, error);
    }
    const uint8_t *bytes = (const uint8_t *)window->bytes.bytes + window->rows[index].at;
    return trace_row_decode(bytes, window->rows[index].size, row);
}

static uint64_t first_at(struct record *record, int64_t run_id, uint64_t base, int64_t at_ns, char **error)
{
    struct piece piece;
    int64_t rowid, value;
    *error = NULL;
    if (!piece_of(record, run_id, base + 1, &piece) || !seek(record, &piece, PROBED_AT_NS, at_ns, &rowid, error) || rowid == piece.end
        || !probe(record, &piece, rowid, PROBED_SEQ, &value, error))
        return 0;
    return base + (uint64_t)value;
}

uint64_t record_seq_at(struct record *record, int64_t run_id, int64_t at_ns, char **error)
{
    return first_at(record, run_id, 0, at_ns, error);
}

uint64_t record_packet_at(struct record *record, int64_t run_id, int64_t at_ns, char **error)
{
    return first_at(record, run_id, TRACE_PACKET_BASE, at_ns, error);
}

uint64_t record_last(struct record *record, int64_t run_id, char **error)
{
    struct piece piece;
    int64_t value;
    *error = NULL;
    if (!piece_of(record, run_id, 1, &piece) || piece.first == piece.end || !probe(record, &piece, piece.end - 1, PROBED_SEQ, &value, error))
        return 0;
    return (uint64_t)value;
}
