/*
 * The rows of a run as one reel: packet rows stand among the others, in the order of writing, and it can be wound both ways. Rows are
 * read by window; nothing is kept of what was passed.
 */
#ifndef TUI_REEL_H
#define TUI_REEL_H
#include "store/read.h"

/* A place on the reel is a row's number; a packet's is beyond TRACE_PACKET_BASE. 0: before the first row. */
struct reel;

struct reel *reel_open(const char *path, int64_t run_id, char **error); /* NULL: *error says why */
void reel_close(struct reel *reel);
bool reel_has_packets(const struct reel *reel);

/* The row at a place. Pointers stay valid until the next call. False: no such row, or damage (then *error is set; it is the reel's first and
   stays set: reel_error). */
bool reel_row(struct reel *reel, uint64_t place, struct trace_row *row);
uint64_t reel_next(struct reel *reel, uint64_t place); /* the place after it; 0: none */
uint64_t reel_previous(struct reel *reel, uint64_t place); /* 0: none */
uint64_t reel_last(struct reel *reel);
uint64_t reel_packet_before(struct reel *reel, uint64_t row); /* the newest packet when this row had been written; 0: none */
uint64_t reel_last_packet(const struct reel *reel);      /* 0: none */
uint64_t reel_at(struct reel *reel, int64_t at_ns);    /* the first row of this instant or later, else the last one */
uint64_t reel_rows_before(struct reel *reel, uint64_t place); /* the newest row, no packet, at this place or before it */
const char *reel_error(const struct reel *reel);       /* NULL: none */
#endif
