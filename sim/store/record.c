/*
 * Opening a record. The file may be anything: its head is judged by our own eyes before SQLite sees it, so that each kind of
 * wrong file gets its own sentence, and nothing that stands in it is executed (no triggers, no functions of its schema).
 * A large record is not read through; damage within its rows shows when they are read.
 */
#include "store/read.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/arena.h"
#include "core/check.h"
#include "core/text.h"
#include "store/inside.h"

#define HEAD_BYTES 100
#define CHECKED_MOST ((uint64_t)8 * 1024 * 1024) /* files up to this size are checked page by page: some 20 ms */
#define ROWS_MOST (INT64_C(1) << 39)

/* ---- the file's head ---- */

static uint64_t big(const unsigned char *at, int size)
{
    uint64_t value = 0;
    for (int i = 0; i < size; i++)
        value = value << 8 | at[i];
    return value;
}

/* SQLite's file header: page size at 16, pages at 28, user version at 60, application id at 68. */
static char *head_refused(const char *path, const unsigned char *head, size_t got, uint64_t size)
{
    if (size == 0)
        return sentence("%s is empty, not a record", path);
    if (got < HEAD_BYTES || memcmp(head, "SQLite format 3", 16) != 0) {
        bool begins = memcmp(head, "SQLite format 3", got < 16 ? got : 16) == 0;
        return begins ? sentence("%s is cut short: %" PRIu64 " bytes are no record", path, size)
                      : sentence("%s is not a record: it is no SQLite database", path);
    }
    uint64_t page = big(head + 16, 2) == 1 ? 65536 : big(head + 16, 2), pages = big(head + 28, 4);
    uint64_t application = big(head + 68, 4), version = big(head + 60, 4);
    if (application == 0 && version == 0 && big(head + 40, 4) != 0)
        return sentence("%s is not a record: it is a database of another program, or a record that was never finished", path);
    if (application != RECORD_APPLICATION_ID)
        return sentence("%s is not a record: it is a database of another program (application id 0x%08" PRIx64 ")", path, application);
    if (version > RECORD_VERSION)
        return sentence("%s was written by a newer wspsim (schema %" PRIu64 "; this one reads %d)", path, version, RECORD_VERSION);
    if (version < 1)
        return sentence("%s is damaged: it names no schema", path);
    if (page < 512 || page * pages > size)
        return sentence("%s is cut short: %" PRIu64 " of %" PRIu64 " bytes are there", path, size, page * pages);
    return NULL;
}

static char *file_refused(const char *path, uint64_t *size)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return sentence("cannot read %s: %s", path, strerror(errno));
    if (S_ISDIR(status.st_mode))
        return sentence("%s is a directory, not a record", path);
    if (!S_ISREG(status.st_mode))
        return sentence("%s is not a regular file, so no record", path);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return sentence("cannot read %s: %s", path, strerror(errno));
    unsigned char head[HEAD_BYTES];
    size_t got = fread(head, 1, sizeof head, file);
    fclose(file);
    *size = (uint64_t)status.st_size;
    return head_refused(path, head, got, *size);
}

/* ---- the database ---- */

/* A finished record never changes: "immutable" spares the locks and any journal that happens to lie beside it. */
static char *uri_of(const char *path)
{
    struct text uri = {0};
    text_add(&uri, path[0] == '/' ? "file://" : "file:");
    for (const char *at = path; *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;
        if (c == '%' || c == '?' || c == '#')
            text_printf(&uri, "%%%02X", c);
        else
            text_add_n(&uri, at, 1);
    }
    text_add(&uri, "?immutable=1");
    return text_done(&uri);
}

static char *damaged(const struct record *record, const char *how)
{
    return sentence("%s is damaged: %s", record->path, how);
}

static bool database_open(struct record *record)
{
    char *uri = uri_of(record->path);
    int result = sqlite3_open_v2(uri, &record->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL);
    free(uri);
    return result == SQLITE_OK
        && sqlite3_db_config(record->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) == SQLITE_OK
        && sqlite3_db_config(record->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) == SQLITE_OK
        && sqlite3_exec(record->db, "PRAGMA cell_size_check = ON; PRAGMA query_only = ON", NULL, NULL, NULL) == SQLITE_OK;
}

/* The one number a query gives; -1 on an error. */
static int64_t database_number(struct record *record, const char *query)
{
    sqlite3_stmt *statement = NULL;
    int64_t number = -1;
    if (sqlite3_prepare_v2(record->db, query, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

static char *database_refused(struct record *record, uint64_t size)
{
    if (!database_open(record))
        return damaged(record, sqlite3_errmsg(record->db));
    if (size <= CHECKED_MOST && database_number(record, "SELECT quick_check = 'ok' FROM pragma_quick_check") != 1)
        return damaged(record, "its pages do not fit together");
    /* Real tables, not views that only bear the names. */
    int64_t tables = database_number(record, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND rootpage > 0"
                                             " AND name IN ('run', 'label', 'row', 'packet')");
    if (tables != 4)
        return damaged(record, tables < 0 ? sqlite3_errmsg(record->db) : "it lacks a table");
    return NULL;
}

/* ---- runs ---- */

static const char *column_text(struct record *record, sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return arena_text(record->arena, text != NULL ? text : "");
}

static bool run_read(struct record *record, sqlite3_stmt *at, struct record_run_entry *entry)
{
    const char *texts[12];
    for (int i = 0; i < 12; i++)
        texts[i] = column_text(record, at, i);
    bool endless = sqlite3_column_type(at, 12) == SQLITE_NULL;
    entry->view = (struct record_run_view){
        .scenario_name = texts[0], .title = texts[1], .scenario_text = texts[2], .parameters = texts[3], .provider = texts[4],
        .program = texts[5], .commit = texts[6], .level = texts[8], .verdict = texts[9], .failures = texts[10],
        .digest = texts[11], .until_ns = endless ? INT64_MAX : sqlite3_column_int64(at, 12),
        .rows = (uint64_t)sqlite3_column_int64(at, 13), .virtual_ns = sqlite3_column_int64(at, 14),
        .run_id = sqlite3_column_int64(at, 15),
    };
    entry->extent = (struct run_extent){
        .first_row = sqlite3_column_int64(at, 16), .row_count = sqlite3_column_int64(at, 17),
        .first_packet = sqlite3_column_int64(at, 18), .packet_count = sqlite3_column_int64(at, 19),
    };
    enum record_level level;
    const struct run_extent *extent = &entry->extent;
    return number_parse(texts[7], &entry->view.seed) && record_level_parse(texts[8], &level)
        && extent->first_row > 0 && extent->row_count >= 0 && extent->first_row < ROWS_MOST && extent->row_count < ROWS_MOST
        && extent->first_packet > 0 && extent->packet_count >= 0 && extent->first_packet < ROWS_MOST && extent->packet_count < ROWS_MOST;
}

static char *runs_read(struct record *record, sqlite3_stmt *statement)
{
    size_t room = 0;
    int result;
    while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
        if (sqlite3_column_type(statement, 9) == SQLITE_NULL || sqlite3_column_type(statement, 17) == SQLITE_NULL)
            return sentence("%s is not whole: its run %" PRId64 " has no end", record->path, (int64_t)sqlite3_column_int64(statement, 15));
        if (record->run_count == room) {
            room = room > 0 ? 2 * room : 8;
            record->runs = memory_grow(record->runs, room * sizeof *record->runs);
        }
        if (!run_read(record, statement, &record->runs[record->run_count]))
            return damaged(record, "a run's seed, level or extent makes no sense");
        record->run_count++;
    }
    if (result != SQLITE_DONE)
        return damaged(record, sqlite3_errmsg(record->db));
    return record->run_count > 0 ? NULL : sentence("%s holds no run", record->path);
}

/* The first and the last row of each run are there and its own: a cheap look that finds lost tails. */
static char *extents_refused(struct record *record)
{
    for (size_t i = 0; i < record->run_count; i++) {
        const struct record_run_entry *entry = &record->runs[i];
        const int64_t first[2] = {entry->extent.first_row, entry->extent.first_packet};
        const int64_t count[2] = {entry->extent.row_count, entry->extent.packet_count};
        for (int end = 0; end < 4; end++) {
            int table = end / 2;
            if (count[table] == 0)
                continue;
            sqlite3_stmt *probe = record->probe[table];
            sqlite3_bind_int64(probe, 1, end % 2 == 0 ? first[table] : first[table] + count[table] - 1);
            bool found = sqlite3_step(probe) == SQLITE_ROW && sqlite3_column_int64(probe, 0) == entry->view.run_id;
            sqlite3_reset(probe);
            if (!found)
                return damaged(record, "rows of a run are missing");
        }
    }
    return NULL;
}

static char *record_prepare(struct record *record)
{
    static const char runs[] =
        "SELECT scenario_name, title, scenario_text, parameters, provider, program, commit_id, seed, level, verdict, failures,"
        " digest, until_ns, rows, virtual_ns, run_id, first_row, row_count, first_packet, packet_count FROM run ORDER BY run_id";
    static const char *const tables[2] = {"row", "packet"};
    for (int i = 0; i < 2; i++) {
        char read[400], probe[100];
        snprintf(read, sizeof read,
                 "SELECT r.run_id, r.seq, r.cause, r.at_ns, l.layer, l.verb, l.host, l.actor, l.thread, l.object, %s FROM %s r"
                 " LEFT JOIN label l ON l.run_id = r.run_id AND l.label = r.label WHERE r.rowid >= ?1 ORDER BY r.rowid LIMIT ?2",
                 !record->has_shapes ? "r.fields" : i == 0 ? "r.detail, l.shape" : "r.content, l.shape", tables[i]);
        snprintf(probe, sizeof probe, "SELECT run_id, seq, at_ns FROM %s WHERE rowid = ?1", tables[i]);
        if (sqlite3_prepare_v2(record->db, read, -1, &record->read[i], NULL) != SQLITE_OK
            || sqlite3_prepare_v2(record->db, probe, -1, &record->probe[i], NULL) != SQLITE_OK)
            return damaged(record, sqlite3_errmsg(record->db));
    }
    sqlite3_stmt *statement = NULL;
    char *error = NULL;
    if (sqlite3_prepare_v2(record->db, runs, -1, &statement, NULL) != SQLITE_OK)
        error = damaged(record, sqlite3_errmsg(record->db));
    else
        error = runs_read(record, statement);
    sqlite3_finalize(statement);
    return error != NULL ? error : extents_refused(record);
}

struct record *record_open(const char *path, char **error)
{
    uint64_t size = 0;
    *error = file_refused(path, &size);
    if (*error != NULL)
        return NULL;
    struct record *record = memory_take(sizeof *record);
    record->arena = arena_new();
    record->path = arena_text(record->arena, path);
    *error = database_refused(record, size);
    if (*error == NULL) {
        record->has_shapes = database_number(record, "PRAGMA user_version") >= 2;
        *error = record_prepare(record);
    }
    if (*error == NULL)
        return record;
    record_close(record);
    return NULL;
}

void record_close(struct record *record)
{
    if (record == NULL)
        return;
    for (int i = 0; i < 2; i++) {
        sqlite3_finalize(record->read[i]);
        sqlite3_finalize(record->probe[i]);
    }
    sqlite3_close(record->db);
    text_free(&record->window.bytes);
    text_free(&record->fields);
    text_free(&record->scratch);
    arena_free(record->arena);
    free(record->runs);
    free(record);
}

size_t record_runs(const struct record *record)
{
    return record->run_count;
}

bool record_run(struct record *record, size_t index, struct record_run_view *view)
{
    if (index >= record->run_count)
        return false;
    *view = record->runs[index].view;
    return true;
}
