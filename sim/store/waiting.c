/*
 * The virtual table `waiting`: the rows of a trace that are not recorded yet. One INSERT … SELECT over it writes thousands of
 * rows without a bind or a step for each, which is what SQLite's time would otherwise go to. It belongs to one recorder and
 * has one reader at a time.
 */
#include <stdlib.h>

#include "core/arena.h"
#include "core/check.h"
#include "core/trace_form.h"
#include "store/inside.h"

enum column { COLUMN_SEQ, COLUMN_CAUSE, COLUMN_AT_NS, COLUMN_LABEL, COLUMN_VALUES };

struct table {
    sqlite3_vtab base; /* first, as SQLite knows only this */
    struct waiting *waiting;
};

/* Looks for the next row of the recorded level. */
static int waiting_advance(struct waiting *waiting)
{
    while (waiting->next <= waiting->newest) {
        if (waiting->trace != NULL) {
            check(trace_read(waiting->trace, waiting->next, &waiting->row)); /* not let go before it was recorded */
        } else if (!record_row(waiting->record, waiting->record_run, waiting->next, &waiting->row, &waiting->failure)) {
            break;
        }
        waiting->next = waiting->row.seq + 1;
        if (!record_level_takes(waiting->level, waiting->row.layer))
            continue;
        waiting->values.length = waiting->shape.length = 0;
        form_split(&waiting->values, &waiting->shape, waiting->row.detail, waiting->row.detail_size, waiting->base == 0);
        waiting->label = labels_number(&waiting->labels, &waiting->row, &waiting->shape);
        waiting->taken++;
        return SQLITE_OK;
    }
    waiting->at_end = true;
    return waiting->failure == NULL ? SQLITE_OK : SQLITE_ERROR;
}

static int waiting_connect(sqlite3 *db, void *own, int count, const char *const *words, sqlite3_vtab **made, char **error)
{
    (void)count, (void)words, (void)error;
    int result = sqlite3_declare_vtab(db, "CREATE TABLE waiting (seq, cause, at_ns, label, content)");
    if (result != SQLITE_OK)
        return result;
    struct table *table = memory_take(sizeof *table);
    table->waiting = own;
    *made = &table->base;
    return SQLITE_OK;
}

static int waiting_disconnect(sqlite3_vtab *table)
{
    free(table);
    return SQLITE_OK;
}

static int waiting_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->estimatedCost = 1000;
    return SQLITE_OK;
}

static int waiting_open(sqlite3_vtab *table, sqlite3_vtab_cursor **cursor)
{
    (void)table;
    *cursor = memory_take(sizeof **cursor);
    return SQLITE_OK;
}

static int waiting_close(sqlite3_vtab_cursor *cursor)
{
    free(cursor);
    return SQLITE_OK;
}

static struct waiting *waiting_of(sqlite3_vtab_cursor *cursor)
{
    return ((struct table *)(void *)cursor->pVtab)->waiting;
}

static int waiting_filter(sqlite3_vtab_cursor *cursor, int plan, const char *plan_text, int count, sqlite3_value **values)
{
    (void)plan, (void)plan_text, (void)count, (void)values;
    struct waiting *waiting = waiting_of(cursor);
    waiting->at_end = false;
    return waiting_advance(waiting);
}

static int waiting_next(sqlite3_vtab_cursor *cursor)
{
    return waiting_advance(waiting_of(cursor));
}

static int waiting_eof(sqlite3_vtab_cursor *cursor)
{
    return waiting_of(cursor)->at_end;
}

static int waiting_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *rowid)
{
    *rowid = (sqlite3_int64)waiting_of(cursor)->row.seq;
    return SQLITE_OK;
}

static int waiting_column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int column)
{
    struct waiting *waiting = waiting_of(cursor);
    const struct trace_row *row = &waiting->row;
    switch ((enum column)column) {
    case COLUMN_SEQ: sqlite3_result_int64(context, (sqlite3_int64)(row->seq - waiting->base)); break;
    case COLUMN_CAUSE: sqlite3_result_int64(context, (sqlite3_int64)row->cause); break;
    case COLUMN_AT_NS: sqlite3_result_int64(context, row->at_ns); break;
    case COLUMN_LABEL: sqlite3_result_int64(context, waiting->label); break;
    case COLUMN_VALUES: /* SQLite copies it into the record before it asks for the next row */
        sqlite3_result_text64(context, waiting->values.bytes, waiting->values.length, SQLITE_STATIC, SQLITE_UTF8);
        break;
    }
    return SQLITE_OK;
}

int waiting_register(sqlite3 *db, struct waiting *waiting)
{
    /* Without xCreate the table is there by its module's name alone. */
    static const sqlite3_module module = {
        .xConnect = waiting_connect, .xBestIndex = waiting_best_index, .xDisconnect = waiting_disconnect,
        .xOpen = waiting_open, .xClose = waiting_close, .xFilter = waiting_filter, .xNext = waiting_next,
        .xEof = waiting_eof, .xColumn = waiting_column, .xRowid = waiting_rowid,
    };
    return sqlite3_create_module(db, "waiting", &module, waiting);
}
