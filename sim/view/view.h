/*
 * What a record says the world was like: interfaces, addresses, routes, links, sockets, pending requests and threads, after any
 * of its rows. The state is folded from the rows alone, nothing is run again; so a row of an unknown verb, of an older or newer
 * program, changes nothing. Rows are read by window; copies of the state are kept along the way, so that going back costs about
 * as much as going forward a few thousand rows.
 *
 * A state is a list of facts of one kind. A fact is a row of a table: its columns stand in view_shape. All texts live as long as
 * the view.
 */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/read.h"

enum view_kind { VIEW_INTERFACES, VIEW_ADDRESSES, VIEW_ROUTES, VIEW_LINKS, VIEW_SOCKETS, VIEW_PENDING, VIEW_THREADS };
#define VIEW_KINDS 7

/* How a value is meant. All values are texts; numbers are decimal, truths "true" and "false". */
enum view_value { VIEW_TEXT, VIEW_NUMBER, VIEW_TRUTH, VIEW_TIME_NS, VIEW_BITS_PER_SECOND, VIEW_PROBABILITY /* in units of 2^-32 */ };

struct view_column { const char *name; enum view_value value; };
struct view_shape {
    const char *name;                   /* "addresses" */
    const char *one;                    /* "address" */
    const struct view_column *columns;
    size_t column_count;
};
const struct view_shape *view_shape(enum view_kind kind);
bool view_kind_parse(const char *name, enum view_kind *kind);

struct view;
struct fact;

struct view *view_open(struct record *record, int64_t run_id); /* before the first row; the record outlives the view */
void view_close(struct view *view);

/* The state after the row with this number, or the last recorded one before it; 0: before all rows; beyond the end: after the last.
   False: a row cannot be read; *error says why (the caller frees it), and the state is that before this row. */
bool view_at(struct view *view, uint64_t seq, char **error);
/* Likewise, after all rows of this instant. */
bool view_at_time(struct view *view, int64_t at_ns, char **error);
uint64_t view_seq(const struct view *view);   /* of the last row that counts; 0: none */
int64_t view_at_ns(const struct view *view); /* its instant */

/* The facts of a kind in the order in which they came. *cursor starts with 0; NULL: no further one. Valid until the view moves. */
const struct fact *view_next(const struct view *view, enum view_kind kind, size_t *cursor);
const char *fact_text(const struct view *view, const struct fact *fact, size_t column); /* NULL: not known, or none */
struct fact_rows { uint64_t born, changed; int64_t born_ns, changed_ns; }; /* which rows made it and changed it last, and when */
struct fact_rows fact_rows(const struct fact *fact);
#endif
