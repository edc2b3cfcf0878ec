/*
 * Writing and keeping the trace. Rows lie one behind the other in chunks, in their canonical form (core/trace_form.h), so
 * that a row costs one copy, the digest is fed whole chunks, and letting old rows go frees memory at once.
 *
 * Packet rows are a stream of their own: other numbers, other chunks, no digest. What is recorded of packets can therefore
 * not change anything else.
 */
#define XXH_STATIC_LINKING_ONLY /* the size of a digest in progress, so that one can be copied to the stack */
#include <xxhash.h>

#include "core/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/check.h"
#include "core/task.h"
#include "core/trace_form.h"

#define CHUNK_BYTES ((size_t)256 * 1024)
#define DIGEST_ALIGNMENT ((size_t)64)

struct chunk {
    uint64_t first; /* number of its first row within the stream, from 1 */
    uint32_t rows, used;
    size_t room;
    uint32_t *offsets; /* of each row, behind the bytes */
    uint8_t bytes[];
};

struct stream {
    struct chunk **chunks; /* ascending; the last one is written to */
    size_t count, room;
    uint64_t base;   /* added to a row's number gives its sequence number */
    uint64_t newest; /* sequence number, 0: no row yet */
    uint64_t rows;
};

struct trace {
    struct stream rows, packets;
    const int64_t *clock_ns;
    bool listen, listen_packets;
    bool listen_both;
    uint64_t cause;
    /* the row being written */
    struct stream *open; /* NULL: none */
    uint8_t *at, *limit; /* where its next byte goes, and where the chunk ends */
    unsigned depth;
    uint32_t lists; /* bit n: what is open at depth n is a list */
    void *digest_memory;
    XXH3_state_t *digest; /* of all digested rows before the newest chunk */
    struct chunk *spare;
};

const char *layer_name(enum layer layer)
{
    static const char *const names[LAYER_COUNT] = {"script", "spi", "upcall", "kernel", "net", "packet"};
    check((unsigned)layer < LAYER_COUNT);
    return names[layer];
}

/* ---- chunks ---- */

static struct chunk *chunk_new(struct trace *trace, size_t room)
{
    struct chunk *chunk = NULL;
    if (room <= CHUNK_BYTES) {
        room = CHUNK_BYTES;
        chunk = trace->spare;
        trace->spare = NULL;
    }
    check(room <= UINT32_MAX); /* the offsets, and a row's own size, are 32 bits wide */
    room = (room + 7) & ~(size_t)7;
    if (chunk == NULL)
        chunk = memory_take(sizeof *chunk + room + (room / FORM_ROW_LEAST + 1) * sizeof(uint32_t));
    chunk->rows = chunk->used = 0;
    chunk->room = room;
    chunk->offsets = (uint32_t *)(void *)(chunk->bytes + room);
    return chunk;
}

static void chunk_free(struct trace *trace, struct chunk *chunk)
{
    if (trace->spare == NULL && chunk->room == CHUNK_BYTES)
        trace->spare = chunk;
    else
        free(chunk);
}

static struct chunk *stream_last(const struct stream *stream)
{
    return stream->count > 0 ? stream->chunks[stream->count - 1] : NULL;
}

static void stream_free(struct stream *stream)
{
    for (size_t i = 0; i < stream->count; i++)
        free(stream->chunks[i]);
    free(stream->chunks);
}

/* The newest chunk will not grow any more. */
static void chunk_seal(struct trace *trace, const struct stream *stream)
{
    const struct chunk *chunk = stream_last(stream);
    if (chunk != NULL && stream == &trace->rows)
        XXH3_128bits_update(trace->digest, chunk->bytes, chunk->used);
}

/* A new last chunk with room for the row begun so far, which moves there, and `more` bytes. */
static void stream_extend(struct trace *trace, struct stream *stream, size_t more)
{
    struct chunk *last = stream_last(stream);
    size_t begun = last != NULL && trace->open == stream ? (size_t)(trace->at - (last->bytes + last->used)) : 0;
    struct chunk *chunk = chunk_new(trace, begun > 0 ? 2 * (begun + more) : more);
    chunk->first = stream->rows + 1;
    if (begun > 0)
        memcpy(chunk->bytes, last->bytes + last->used, begun);
    chunk_seal(trace, stream);
    if (last != NULL && last->rows == 0) { /* nothing but the row that moved */
        stream->count--;
        chunk_free(trace, last);
    }
    if (stream->count == stream->room) {
        stream->room = stream->room > 0 ? 2 * stream->room : 16;
        stream->chunks = memory_grow(stream->chunks, stream->room * sizeof *stream->chunks);
    }
    stream->chunks[stream->count++] = chunk;
    trace->at = chunk->bytes + begun;
    trace->limit = chunk->bytes + chunk->room;
}

/* ---- the trace as a whole ---- */

struct trace *trace_new(const int64_t *clock_ns)
{
    struct trace *trace = memory_take(sizeof *trace);
    trace->clock_ns = clock_ns;
    trace->listen = true;
    trace->packets.base = TRACE_PACKET_BASE;
    trace->digest_memory = memory_take(sizeof(XXH3_state_t) + DIGEST_ALIGNMENT);
    uintptr_t past = (uintptr_t)trace->digest_memory % DIGEST_ALIGNMENT;
    trace->digest = (XXH3_state_t *)(void *)((uint8_t *)trace->digest_memory + (DIGEST_ALIGNMENT - past));
    XXH3_128bits_reset(trace->digest);
    return trace;
}

void trace_free(struct trace *trace)
{
    if (trace == NULL)
        return;
    stream_free(&trace->rows);
    stream_free(&trace->packets);
    free(trace->spare);
    free(trace->digest_memory);
    free(trace);
}

void trace_listen(struct trace *trace, bool listen)
{
    check(trace->open == NULL);
    trace->listen = listen;
    trace->listen_both = trace->listen && trace->listen_packets;
}

bool trace_listening(const struct trace *trace)
{
    return trace->listen;
}

void trace_listen_packets(struct trace *trace, bool listen)
{
    check(trace->open == NULL);
    trace->listen_packets = listen;
    trace->listen_both = trace->listen && trace->listen_packets;
}

const bool *trace_listens_packets(const struct trace *trace)
{
    return &trace->listen_both;
}

uint64_t trace_cause(const struct trace *trace)
{
    return trace->cause;
}

uint64_t trace_set_cause(struct trace *trace, uint64_t seq)
{
    check(seq < TRACE_PACKET_BASE); /* or the digest would depend on what is recorded of packets */
    uint64_t former = trace->cause;
    trace->cause = seq;
    return former;
}

/* ---- writing ---- */

static void reserve(struct trace *trace, size_t size)
{
    if ((size_t)(trace->limit - trace->at) < size)
        stream_extend(trace, trace->open, size);
}

static uint8_t *put_name(uint8_t *at, const char *name, size_t length)
{
    at = form_put_u16(at, (uint16_t)length);
    memcpy(at, name, length + 1);
    return at + length + 1;
}

bool trace_begin_for(struct trace *trace, enum layer layer, const char *verb, const char *host, const char *actor, const char *thread,
                     const char *object)
{
    check(trace->open == NULL && (unsigned)layer < LAYER_COUNT);
    if (!trace->listen || (layer == LAYER_PACKET && !trace->listen_packets))
        return false;
    const char *names[FORM_NAMES] = {verb, host, actor, thread, object != NULL ? object : ""};
    size_t lengths[FORM_NAMES], size = FORM_ROW_LEAST;
    for (int i = 0; i < FORM_NAMES; i++) {
        lengths[i] = strlen(names[i]);
        check(lengths[i] <= UINT16_MAX);
        size += lengths[i];
    }
    struct stream *stream = layer == LAYER_PACKET ? &trace->packets : &trace->rows;
    struct chunk *chunk = stream_last(stream);
    if (chunk == NULL || chunk->room - chunk->used < size) {
        stream_extend(trace, stream, size);
    } else {
        trace->at = chunk->bytes + chunk->used;
        trace->limit = chunk->bytes + chunk->room;
    }
    uint8_t *at = trace->at + 4; /* the size is known at the end */
    at = form_put_u64(at, stream->base + stream->rows + 1);
    at = form_put_u64(at, trace->cause);
    at = form_put_u64(at, (uint64_t)*trace->clock_ns);
    *at++ = (uint8_t)layer;
    for (int i = 0; i < FORM_NAMES; i++)
        at = put_name(at, names[i], lengths[i]);
    trace->at = at;
    trace->open = stream;
    trace->depth = 0;
    trace->lists = 0;
    return true;
}

bool trace_begin(struct trace *trace, enum layer layer, const char *verb, const char *host, const char *object)
{
    const char *actor = "", *thread = "";
    if (host == NULL) {
        host = "";
        if (running != NULL) {
            host = running->host_name;
            actor = running->actor_name;
            thread = running->thread_name;
        }
    }
    return trace_begin_for(trace, layer, verb, host, actor, thread, object);
}

/* Writes tag and key; room for `size` bytes of value follows the position returned. */
static uint8_t *field_begin(struct trace *trace, enum form_tag tag, const char *key, size_t size)
{
    check(trace->open != NULL); /* fields stand between trace_begin and trace_end */
    size_t length = strlen(key);
    check(length <= UINT8_MAX && size < UINT32_MAX / 4);
    check((length == 0) == ((trace->lists >> trace->depth & 1) != 0)); /* elements have no key, members have one */
    reserve(trace, 3 + length + size);
    uint8_t *at = trace->at;
    *at++ = (uint8_t)tag;
    *at++ = (uint8_t)length;
    memcpy(at, key, length + 1);
    trace->at = at + length + 1 + size;
    return at + length + 1;
}

void trace_int(struct trace *trace, const char *key, int64_t value)
{
    form_put_u64(field_begin(trace, FORM_INT, key, 8), (uint64_t)value);
}

void trace_uint(struct trace *trace, const char *key, uint64_t value)
{
    form_put_u64(field_begin(trace, FORM_UINT, key, 8), value);
}

void trace_bool(struct trace *trace, const char *key, bool value)
{
    *field_begin(trace, FORM_BOOL, key, 1) = value;
}

void trace_text(struct trace *trace, const char *key, const char *value)
{
    if (value == NULL) {
        field_begin(trace, FORM_NULL, key, 0);
        return;
    }
    size_t length = strlen(value);
    uint8_t *at = field_begin(trace, FORM_TEXT, key, 4 + length + 1);
    memcpy(form_put_u32(at, (uint32_t)length), value, length + 1);
}

void trace_bytes(struct trace *trace, const char *key, const void *bytes, size_t size)
{
    uint8_t *at = form_put_u32(field_begin(trace, FORM_BYTES, key, 4 + size), (uint32_t)size);
    if (size > 0)
        memcpy(at, bytes, size);
}

static void nest(struct trace *trace, enum form_tag tag, const char *key)
{
    field_begin(trace, tag, key, 0);
    check(trace->depth < FORM_DEPTH_MOST);
    trace->depth++;
    trace->lists &= ~(UINT32_C(1) << trace->depth);
    trace->lists |= (uint32_t)(tag == FORM_LIST) << trace->depth;
}

void trace_list(struct trace *trace, const char *key)
{
    nest(trace, FORM_LIST, key);
}

void trace_map(struct trace *trace, const char *key)
{
    nest(trace, FORM_MAP, key);
}

void trace_close(struct trace *trace)
{
    check(trace->open != NULL && trace->depth > 0);
    reserve(trace, 1);
    *trace->at++ = FORM_CLOSE;
    trace->depth--;
}

uint64_t trace_end(struct trace *trace)
{
    struct stream *stream = trace->open;
    check(stream != NULL && trace->depth == 0);
    struct chunk *chunk = stream_last(stream);
    uint8_t *start = chunk->bytes + chunk->used;
    uint32_t size = (uint32_t)(trace->at - start);
    form_put_u32(start, size);
    chunk->offsets[chunk->rows++] = chunk->used;
    chunk->used += size;
    stream->rows++;
    stream->newest = stream->base + stream->rows;
    trace->open = NULL;
    return stream->newest;
}

/* ---- reading ---- */

const uint64_t *trace_newest(const struct trace *trace)
{
    return &trace->rows.newest;
}

uint64_t trace_newest_packet(const struct trace *trace)
{
    return trace->packets.newest;
}

bool trace_read(const struct trace *trace, uint64_t seq, struct trace_row *row)
{
    const struct stream *stream = seq > TRACE_PACKET_BASE ? &trace->packets : &trace->rows;
    uint64_t number = seq - stream->base;
    size_t low = 0, high = stream->count; /* the chunk before `high` is the last that starts at or before the row */
    if (number == 0 || number > stream->rows)
        return false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (stream->chunks[middle]->first <= number)
            low = middle + 1;
        else
            high = middle;
    }
    if (high == 0 || number - stream->chunks[high - 1]->first >= stream->chunks[high - 1]->rows)
        return false; /* let go */
    const struct chunk *chunk = stream->chunks[high - 1];
    const uint8_t *bytes = chunk->bytes + chunk->offsets[number - chunk->first];
    return form_row_head(bytes, form_get_u32(bytes), row);
}

void trace_forget_before(struct trace *trace, uint64_t seq)
{
    check(trace->open == NULL);
    struct stream *stream = seq > TRACE_PACKET_BASE ? &trace->packets : &trace->rows;
    uint64_t number = seq - stream->base;
    size_t gone = 0;
    while (gone < stream->count && stream->chunks[gone]->first + stream->chunks[gone]->rows <= number)
        gone++;
    if (gone == 0)
        return;
    if (gone == stream->count)
        chunk_seal(trace, stream);
    for (size_t i = 0; i < gone; i++)
        chunk_free(trace, stream->chunks[i]);
    stream->count -= gone;
    memmove(stream->chunks, stream->chunks + gone, stream->count * sizeof *stream->chunks);
}

struct trace_digest trace_digest(const struct trace *trace)
{
    XXH3_state_t state; /* a copy: more rows may follow */
    XXH3_copyState(&state, trace->digest);
    const struct chunk *chunk = stream_last(&trace->rows);
    if (chunk != NULL)
        XXH3_128bits_update(&state, chunk->bytes, chunk->used);
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state));
    struct trace_digest digest;
    memcpy(digest.bytes, canonical.digest, sizeof digest.bytes);
    return digest;
}

void trace_digest_text(const struct trace_digest *digest, char text[TRACE_DIGEST_TEXT])
{
    for (int i = 0; i < 16; i++)
        snprintf(text + 2 * i, 3, "%02x", digest->bytes[i]);
}
