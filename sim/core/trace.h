/*
 * The trace: rows are appended, never changed. A row says what happened when, to whom, and because of which earlier row.
 * Its canonical form is a run of bytes that is the same on every machine (little-endian integers, lengths before texts);
 * the run's digest is XXH3-128 over these bytes for all layers but LAYER_PACKET.
 *
 * Writing: trace_begin, fields, trace_end. While nothing listens trace_begin returns false and the fields are not computed:
 *
 *     if (trace_begin(trace, LAYER_NET, "address.added", host->name, "eth0")) {
 *         trace_text(trace, "address", text);
 *         trace_end(trace);
 *     }
 *
 * Reading: by sequence number, or in order with a cursor; old rows may be let go once they are read (trace_forget_before).
 */
#ifndef CORE_TRACE_H
#define CORE_TRACE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum layer { LAYER_SCRIPT, LAYER_SPI, LAYER_UPCALL, LAYER_KERNEL, LAYER_NET, LAYER_PACKET };
#define LAYER_COUNT 6
const char *layer_name(enum layer layer); /* "script", "spi", "upcall", "kernel", "net", "packet" */

struct trace;

struct trace_digest { uint8_t bytes[16]; }; /* XXH3-128 in xxHash's canonical (big-endian) form */
#define TRACE_DIGEST_TEXT 33
void trace_digest_text(const struct trace_digest *digest, char text[TRACE_DIGEST_TEXT]);

struct trace *trace_new(const int64_t *clock_ns); /* the clock is read at trace_begin */
void trace_free(struct trace *trace);
void trace_listen(struct trace *trace, bool listen); /* a new trace listens; benchmarks switch it off */
bool trace_listening(const struct trace *trace);
void trace_listen_packets(struct trace *trace, bool listen); /* LAYER_PACKET too; a new trace does not */
const bool *trace_listens_packets(const struct trace *trace); /* where that is kept, for who asks with every packet */

/* Packet rows are numbered on their own, from TRACE_PACKET_BASE + 1, so that one number still names one row. They are never
   a cause (what a packet causes has the packet's own cause) and never enter the digest. */
#define TRACE_PACKET_BASE ((uint64_t)1 << 39)

/* Cause: rows name the row that is the present cause. Set it when an event is taken; swap it around what a row causes. */
uint64_t trace_cause(const struct trace *trace);
uint64_t trace_set_cause(struct trace *trace, uint64_t seq); /* returns the former cause */

/* ---- writing ---- */
/* verb: "address.added", "WSPIoctl", "WPUSetEvent". host: NULL takes host, actor and thread from `running` (empty if that is
   NULL too); a given host leaves actor and thread empty. object: what it is about ("eth0", "s", "e"), NULL = "". */
bool trace_begin(struct trace *trace, enum layer layer, const char *verb, const char *host, const char *object);
/* As above with all three names given (rows of the script about an actor while no thread runs). */
bool trace_begin_for(struct trace *trace, enum layer layer, const char *verb, const char *host, const char *actor, const char *thread,
                     const char *object);
void trace_int(struct trace *trace, const char *key, int64_t value);
void trace_uint(struct trace *trace, const char *key, uint64_t value);
void trace_bool(struct trace *trace, const char *key, bool value);
void trace_text(struct trace *trace, const char *key, const char *value); /* NULL is written as null */
void trace_bytes(struct trace *trace, const char *key, const void *bytes, size_t size); /* shown as hex text */
void trace_list(struct trace *trace, const char *key); /* until trace_close: fields with key "" are its elements */
void trace_map(struct trace *trace, const char *key);  /* until trace_close: fields with their keys */
void trace_close(struct trace *trace);
uint64_t trace_end(struct trace *trace); /* the row's sequence number, from 1 */

/* ---- reading ---- */
struct trace_row {
    uint64_t seq, cause; /* cause 0: none */
    int64_t at_ns;
    enum layer layer;
    const char *verb, *host, *actor, *thread, *object; /* terminated; owned by the trace */
    const uint8_t *detail; /* canonical bytes of the fields */
    size_t detail_size;
    const uint8_t *bytes; /* the whole row's canonical bytes */
    size_t size;
};

const uint64_t *trace_newest(const struct trace *trace); /* where the newest sequence number lives; 0: no row yet */
uint64_t trace_newest_packet(const struct trace *trace);    /* 0: no packet row yet */
/* False: no such row, or let go. Pointers stay valid until the row is let go. */
bool trace_read(const struct trace *trace, uint64_t seq, struct trace_row *row);
/* A hint: whole chunks of older rows are released; of packet rows if seq lies beyond TRACE_PACKET_BASE, else of the others. */
void trace_forget_before(struct trace *trace, uint64_t seq);
struct trace_digest trace_digest(const struct trace *trace); /* of all rows so far */

/* Decodes canonical bytes (from a record) into a row whose pointers point into them. False: not a row. */
bool trace_row_decode(const uint8_t *bytes, size_t size, struct trace_row *row);

/* The fields as one JSON object, e.g. {"code":"SIO_ADDRESS_LIST_CHANGE","returns":0}. The caller frees the result. Integers
   beyond 2^53 become strings. */
char *trace_detail_json(const struct trace_row *row);
/* One readable line without newline: time, names, verb, object, fields, cause. The caller frees. */
char *trace_row_line(const struct trace_row *row);
/* One JSON object a row. The caller frees. */
char *trace_row_json(const struct trace_row *row);
#endif
