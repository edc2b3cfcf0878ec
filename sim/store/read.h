/*
 * Reading a record: for replay, show, diff and the terminal view. Rows are read by window, never all at once.
 */
#ifndef STORE_READ_H
#define STORE_READ_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/trace.h"

struct record;

struct record_run_view { /* texts are owned by the record */
    int64_t run_id;
    const char *scenario_name, *title, *scenario_text, *parameters, *provider, *program, *commit, *level;
    const char *verdict, *failures, *digest; /* digest: 32 hex digits */
    uint64_t seed, rows;
    int64_t until_ns, virtual_ns;
};

/* NULL with a sentence in *error (the caller frees it): no such file, not a database, damaged, a foreign database (another
   application_id), a newer schema, a record without an end. */
struct record *record_open(const char *path, char **error);
void record_close(struct record *record);

size_t record_runs(const struct record *record);
bool record_run(struct record *record, size_t index, struct record_run_view *view); /* in order of run_id */

/* The first recorded row with seq >= `seq` of this run; false past the last, or on damage (then *error is set, else NULL; the
   caller frees it). Packet rows are asked for from TRACE_PACKET_BASE + 1 on. Pointers stay valid until the next call. */
bool record_row(struct record *record, int64_t run_id, uint64_t seq, struct trace_row *row, char **error);

/* The number of the first recorded row (no packet row) at this instant or later; 0: none, or damage (then *error is set). */
uint64_t record_seq_at(struct record *record, int64_t run_id, int64_t at_ns, char **error);
uint64_t record_packet_at(struct record *record, int64_t run_id, int64_t at_ns, char **error); /* likewise, of a packet row */
uint64_t record_last(struct record *record, int64_t run_id, char **error); /* the number of the last recorded row (no packet row); 0 likewise */
#endif
