/*
 * What the files of sim/store share, and nobody else sees: the schema, the recorder's parts, sentences about errors.
 */
#ifndef STORE_INSIDE_H
#define STORE_INSIDE_H
#include <sqlite3.h>

#include "core/text.h"
#include "store/store.h"

extern const char schema_tables[], schema_views[];

/* ---- errors: a sentence the caller frees ---- */
char *sentence(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *sentence_copy(const char *text);

/* ---- labels.c: a run's distinct (layer, verb, host, actor, thread, object, shape of the fields), numbered from 1 ---- */
struct label {
    const uint8_t *bytes; /* canonical bytes from the layer to the last name, and the shape; in the arena */
    size_t size, names_size;
    uint64_t hash;
};

struct labels {
    struct arena *arena;
    struct label *list;
    size_t count, room;
    uint32_t *slots; /* open addressing: label number, 0 = free */
    size_t slot_count;
};

void labels_clear(struct labels *labels);
uint32_t labels_number(struct labels *labels, const struct trace_row *row, const struct text *shape);

/* ---- waiting.c: the virtual table of rows that wait to be recorded ---- */
struct waiting {
    const struct trace *trace; /* the rows come from here, or from a record: */
    struct record *record;
    int64_t record_run;
    char *failure; /* of reading that record */
    enum record_level level;
    uint64_t base;        /* TRACE_PACKET_BASE for packet rows, else 0 */
    uint64_t next, newest; /* sequence numbers still to look at; newest is the last */
    struct trace_row row;
    bool at_end;
    uint32_t label;
    struct labels labels;
    struct text values, shape; /* of the row's fields */
    int64_t taken; /* rows handed to SQLite */
};

int waiting_register(sqlite3 *db, struct waiting *waiting);

/* ---- partial.c: the file a record grows in, locked by who writes it ---- */
char *partial_take(const char *partial, int *file); /* opens, locks and empties it; a sentence if that cannot be */
bool partial_held(const char *partial, int file);   /* the name still is that of the file taken */
void folder_force(const char *path);                /* to disk, the folder this file has got its name in */

/* ---- recorder.c ---- */
struct recorder {
    sqlite3 *db;
    int file; /* the partial file, open for its lock; -1: not taken */
    char *path, *partial;
    char *failure;                       /* the first error; nothing is written after it */
    sqlite3_stmt *insert_rows, *insert_packets;
    struct waiting waiting;
    bool in_run;
    int64_t run_id, first_row, first_packet; /* of the run in progress */
    int64_t row_count, packet_count;         /* in the whole file */
    uint64_t next_row, next_packet;          /* numbers in the trace, without base */
};

/* Remembers and hands out the first error. Always false. */
bool recorder_failed(struct recorder *recorder, char **error, const char *what);
bool recorder_usable(struct recorder *recorder, char **error);
bool recorder_take(struct recorder *recorder, sqlite3_stmt *insert, char **error);

/* ---- record.c ---- */
struct run_extent { /* where a run's rows stand: both tables hold each run in one piece, ascending */
    int64_t first_row, row_count, first_packet, packet_count;
};

struct record_run_entry {
    struct record_run_view view;
    struct run_extent extent;
};

struct window { /* rows read ahead */
    int64_t run_id;
    bool packets;
    struct text bytes;                 /* canonical rows, one behind the other */
    struct { uint64_t seq; size_t at, size; } rows[256];
    size_t count;
    bool last; /* no row follows the last one */
};

struct record {
    sqlite3 *db;
    char *path;
    struct arena *arena;
    struct record_run_entry *runs;
    size_t run_count;
    bool has_shapes; /* else each row has its fields in canonical form (version 1) */
    struct text fields, scratch;
    sqlite3_stmt *read[2], *probe[2]; /* of rows, of packets */
    struct window window;
};
#endif
