/*
 * What `wspsim explain` knows, as data: one table a kind, so that manual pages can be made of the same texts. Values of
 * control codes are those of sim/ws2/names.h, sizes, places and standing those of the provider's own table: neither is repeated here.
 */
#ifndef CLI_EXPLAIN_TABLES_H
#define CLI_EXPLAIN_TABLES_H
#include <stddef.h>
#include <stdint.h>

struct text;

/* A name and a sentence about it; lists end with a NULL name. */
struct explained_item { const char *name, *text; };

/* A control code of the specification. Texts that are NULL have nothing to say. */
struct explained_code {
    const char *name;
    uint32_t documented;        /* the bits I, O, V, T as the specification prints them; 0: it prints none */
    const char *setting;        /* what else there is to say about them */
    const char *purpose, *input, *output;
    const char *bytes;          /* *lpcbBytesReturned */
    const char *valid;          /* which sockets, in which state */
    const char *pending;        /* whether it can stay unfinished, and what ends it */
    const char *modes;          /* blocking, nonblocking, overlapped */
    const char *events;         /* network events it arms, re-enables or touches */
    const char *privilege, *since;
    const struct explained_item *errors; /* in the order they are looked for, after those every code has */
    const char *notes;          /* what else the documents say */
    const char *readings;       /* what this provider does where they are silent or disagree */
    const char *windows;        /* what Windows was seen to do, and the observed profile follows where it is told so */
};
const struct explained_code *explained_codes(size_t *count); /* the 39, in the order of the specification */

/* The errors that stand before those of every code and of every function on a socket. */
extern const struct explained_item explained_code_prefix[], explained_function_prefix[];

/* A control code that came after the specification, or that only headers have. */
struct explained_later { const char *name; uint32_t value; const char *purpose, *buffers, *valid, *since; };
const struct explained_later *explained_later(size_t *count);

struct explained_error {
    const char *name; uint32_t value;
    const char *meaning;
    const char *here;           /* when this provider says it */
};
const struct explained_error *explained_errors(size_t *count);

struct explained_event {
    const char *name; uint32_t bit;
    const char *kind;           /* level, edge, once */
    const char *recorded, *enabled, *errors, *notes;
};
const struct explained_event *explained_events(size_t *count);

struct explained_wait { const char *name; uint32_t value; const char *meaning; };
const struct explained_wait *explained_waits(size_t *count);

struct explained_function {
    const char *name;           /* in the order of WSPPROC_TABLE, then WSPStartup */
    const char *script;         /* its word in a scenario */
    const char *purpose, *parameters, *result;
    const struct explained_item *errors; /* without those of explained_function_prefix, unless `plain` */
    int plain;                  /* not a function on a socket: the prefix does not apply */
    const char *notes;
};
const struct explained_function *explained_functions(size_t *count);

const struct explained_function *explained_extensions(size_t *count); /* that a code gives pointers to; all are `plain` */

struct explained_upcall { const char *name, *purpose, *parameters, *result, *need, *notes; };
const struct explained_upcall *explained_upcalls(size_t *count);

/* A line that shows a step of the language at work: `word` is "do", "sees" or "assert". A row for each row of script/kinds.h,
 * and one for "together". */
struct explained_step { const char *word, *name, *example; };
const struct explained_step *explained_steps(size_t *count);

/* The verb of a row, as traces and records have it. Rows of calls bear the name of a function, those of the script that of a step. */
struct explained_row { const char *verb, *layer, *meaning; };
const struct explained_row *explained_rows(size_t *count);

/* Where a code is valid, as words of the inventory: each between two `quote`, with `between` in between. */
void valid_on_words(struct text *text, unsigned valid_on, const char *quote, const char *between);
#endif
