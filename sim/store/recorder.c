/*
 * Writing a record: everything goes into PATH.partial in one transaction without journal; closing it commits, marks it as a
 * record, forces it to disk and only then gives it its name. Whatever ends the process before leaves PATH as it was. From the
 * first to the last of this the recorder holds the partial file's lock (partial.c).
 */
#include "store/store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/check.h"
#include "core/trace_form.h"
#include "store/inside.h"

static const char settings[] =
    "PRAGMA page_size = 16384; PRAGMA encoding = 'UTF-8'; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -1024; PRAGMA secure_delete = OFF; PRAGMA foreign_keys = OFF;";

/* A row has its keys beside the values, for who queries; packets, of which there are many, have them in their labels alone. */
#define WAITING_INSERT(table, content) \
    "INSERT INTO " table " (run_id, seq, cause, at_ns, label, " content ") SELECT ?1, seq, cause, at_ns, label, content FROM waiting"

bool recorder_failed(struct recorder *recorder, char **error, const char *what)
{
    if (recorder->failure == NULL) {
        int code = sqlite3_errcode(recorder->db), reason = sqlite3_system_errno(recorder->db);
        bool of_system = reason != 0 && (code == SQLITE_IOERR || code == SQLITE_FULL || code == SQLITE_CANTOPEN);
        recorder->failure = sentence("cannot %s the record %s: %s%s%s%s", what, recorder->partial, sqlite3_errmsg(recorder->db),
                                     of_system ? " (" : "", of_system ? strerror(reason) : "", of_system ? ")" : "");
    }
    *error = sentence_copy(recorder->failure);
    return false;
}

bool recorder_usable(struct recorder *recorder, char **error)
{
    if (recorder->failure != NULL)
        *error = sentence_copy(recorder->failure);
    return recorder->failure == NULL;
}

/* ---- opening ---- */

/* A record may replace a record or an empty file, but never a scenario whose name slipped into the wrong place. */
static char *path_refused(const char *path)
{
    struct stat status;
    if (path[0] == '\0')
        return sentence("a record needs a file name");
    if (stat(path, &status) != 0)
        return NULL; /* most likely it does not exist; creating the partial file tells the rest */
    if (S_ISDIR(status.st_mode))
        return sentence("cannot record to %s: it is a directory", path);
    if (!S_ISREG(status.st_mode))
        return sentence("cannot record to %s: it is not a regular file", path);
    char head[16] = "";
    FILE *file = status.st_size > 0 ? fopen(path, "rb") : NULL;
    if (file == NULL)
        return NULL;
    size_t size = fread(head, 1, sizeof head, file);
    fclose(file);
    if (size < sizeof head || memcmp(head, "SQLite format 3", 16) != 0)
        return sentence("cannot record to %s: it exists and is not a record; remove it first", path);
    return NULL;
}

static void database_close(struct recorder *recorder)
{
    sqlite3_finalize(recorder->insert_rows);
    sqlite3_finalize(recorder->insert_packets);
    sqlite3_close(recorder->db);
    recorder->insert_rows = recorder->insert_packets = NULL;
    recorder->db = NULL;
}

/* Gives the lock back: by now the partial file has its final name or is gone. */
static void recorder_free(struct recorder *recorder)
{
    database_close(recorder);
    if (recorder->file >= 0)
        close(recorder->file);
    labels_clear(&recorder->waiting.labels);
    text_free(&recorder->waiting.values);
    text_free(&recorder->waiting.shape);
    free(recorder->waiting.failure);
    free(recorder->path);
    free(recorder->partial);
    free(recorder->failure);
    free(recorder);
}

static bool recorder_prepare(struct recorder *recorder)
{
    sqlite3 *db = recorder->db;
    return sqlite3_exec(db, settings, NULL, NULL, NULL) == SQLITE_OK
        && sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL) == SQLITE_OK
        && sqlite3_exec(db, schema_tables, NULL, NULL, NULL) == SQLITE_OK
        && waiting_register(db, &recorder->waiting) == SQLITE_OK
        && sqlite3_prepare_v2(db, WAITING_INSERT("row", "detail"), -1, &recorder->insert_rows, NULL) == SQLITE_OK
        && sqlite3_prepare_v2(db, WAITING_INSERT("packet", "content"), -1, &recorder->insert_packets, NULL) == SQLITE_OK;
}

/* Only somebody who heeds no lock can have put another file in its place, or none; that one is left alone. */
static bool still_held(const struct recorder *recorder, char **error)
{
    bool held = partial_held(recorder->partial, recorder->file);
    if (!held)
        *error = sentence("the record %s is not kept: %s was removed or replaced while it was written", recorder->path, recorder->partial);
    return held;
}

struct recorder *recorder_open(const char *path, char **error)
{
    *error = path_refused(path);
    if (*error != NULL)
        return NULL;
    struct recorder *recorder = memory_take(sizeof *recorder);
    struct text partial = {0};
    text_add(&partial, path);
    text_add(&partial, ".partial");
    recorder->partial = text_done(&partial);
    recorder->path = sentence_copy(path);
    recorder->file = -1;
    *error = partial_take(recorder->partial, &recorder->file);
    if (*error != NULL) {
        recorder_free(recorder);
        return NULL;
    }
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX; /* one thread writes: locks would cost a sixth of the time */
    /* SQLite itself takes no lock: over NFS its locks and ours would meet. */
    bool opened = sqlite3_open_v2(recorder->partial, &recorder->db, flags, "unix-none") == SQLITE_OK;
    if (opened && !still_held(recorder, error)) {
        recorder_free(recorder);
        return NULL;
    }
    if (!opened || !recorder_prepare(recorder)) {
        recorder_failed(recorder, error, "start");
        recorder_abandon(recorder);
        return NULL;
    }
    return recorder;
}

/* ---- runs ---- */

static void bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    sqlite3_bind_text(statement, at, text != NULL ? text : "", -1, SQLITE_TRANSIENT);
}

/* Runs a statement that was prepared and bound; a NULL statement is an error too. */
static bool statement_done(sqlite3_stmt *statement)
{
    bool done = statement != NULL && sqlite3_step(statement) == SQLITE_DONE;
    sqlite3_finalize(statement);
    return done;
}

bool recorder_begin(struct recorder *recorder, const struct record_run *run, char **error)
{
    if (!recorder_usable(recorder, error))
        return false;
    check(!recorder->in_run);
    static const char insert[] =
        "INSERT INTO run (run_id, scenario_name, title, scenario_text, parameters, provider, program, commit_id, seed, level,"
        " until_ns, first_row, first_packet) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    sqlite3_stmt *statement = NULL;
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, run->seed);
    const char *texts[] = {run->scenario_name, run->title, run->scenario_text, run->parameters, run->provider,
                           run->program, run->commit, seed, record_level_name(run->level)};
    recorder->first_row = recorder->row_count + 1;
    recorder->first_packet = recorder->packet_count + 1;
    if (sqlite3_prepare_v2(recorder->db, insert, -1, &statement, NULL) == SQLITE_OK) {
        sqlite3_bind_int64(statement, 1, recorder->run_id + 1);
        for (int i = 0; i < 9; i++)
            bind_text(statement, i + 2, texts[i]);
        if (run->until_ns != INT64_MAX)
            sqlite3_bind_int64(statement, 11, run->until_ns);
        sqlite3_bind_int64(statement, 12, recorder->first_row);
        sqlite3_bind_int64(statement, 13, recorder->first_packet);
    }
    if (!statement_done(statement))
        return recorder_failed(recorder, error, "write");
    recorder->in_run = true;
    recorder->run_id++;
    recorder->next_row = recorder->next_packet = 1;
    recorder->waiting.level = run->level;
    labels_clear(&recorder->waiting.labels);
    return true;
}

/* ---- rows ---- */

bool recorder_take(struct recorder *recorder, sqlite3_stmt *insert, char **error)
{
    sqlite3_bind_int64(insert, 1, recorder->run_id);
    int result = sqlite3_step(insert);
    sqlite3_reset(insert);
    return result == SQLITE_DONE || recorder_failed(recorder, error, "write");
}

/* Writes what of one numbering is newer than *next. */
static bool rows_of(struct recorder *recorder, bool packets, uint64_t newest, uint64_t *next, int64_t *count, char **error)
{
    struct waiting *waiting = &recorder->waiting;
    waiting->base = packets ? TRACE_PACKET_BASE : 0;
    if (newest < waiting->base + *next)
        return true;
    waiting->next = waiting->base + *next;
    waiting->newest = newest;
    waiting->taken = 0;
    if (!recorder_take(recorder, packets ? recorder->insert_packets : recorder->insert_rows, error))
        return false;
    *next = newest - waiting->base + 1;
    *count += waiting->taken;
    return true;
}

bool recorder_rows(struct recorder *recorder, const struct trace *trace, char **error)
{
    if (!recorder_usable(recorder, error))
        return false;
    check(recorder->in_run);
    recorder->waiting.trace = trace;
    if (!rows_of(recorder, false, *trace_newest(trace), &recorder->next_row, &recorder->row_count, error))
        return false;
    return !record_level_takes(recorder->waiting.level, LAYER_PACKET)
        || rows_of(recorder, true, trace_newest_packet(trace), &recorder->next_packet, &recorder->packet_count, error);
}

/* ---- the end of a run ---- */

static bool labels_write(struct recorder *recorder)
{
    static const char insert[] = "INSERT INTO label VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    struct text keys = {0};
    const struct labels *labels = &recorder->waiting.labels;
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(recorder->db, insert, -1, &statement, NULL) != SQLITE_OK)
        return false;
    int result = SQLITE_DONE;
    for (size_t i = 0; i < labels->count && result == SQLITE_DONE; i++) {
        const uint8_t *at = labels->list[i].bytes;
        sqlite3_bind_int64(statement, 1, recorder->run_id);
        sqlite3_bind_int64(statement, 2, (sqlite3_int64)i + 1);
        bind_text(statement, 3, layer_name((enum layer)*at++));
        for (int name = 0; name < FORM_NAMES; name++) {
            size_t length = form_get_u16(at);
            bind_text(statement, 4 + name, (const char *)at + 2);
            at += 2 + length + 1;
        }
        size_t shape_size = labels->list[i].size - labels->list[i].names_size;
        keys.length = 0;
        form_shape_keys(&keys, at, shape_size);
        sqlite3_bind_text(statement, 9, keys.bytes, (int)keys.length, SQLITE_TRANSIENT);
        sqlite3_bind_blob(statement, 10, shape_size > 0 ? (const void *)at : "", (int)shape_size, SQLITE_STATIC);
        result = sqlite3_step(statement);
        sqlite3_reset(statement);
    }
    text_free(&keys);
    sqlite3_finalize(statement);
    return result == SQLITE_DONE;
}

bool recorder_end(struct recorder *recorder, const struct record_end *end, char **error)
{
    if (!recorder_usable(recorder, error))
        return false;
    check(recorder->in_run);
    static const char update[] =
        "UPDATE run SET verdict = ?2, failures = ?3, rows = ?4, virtual_ns = ?5, digest = ?6, row_count = ?7, packet_count = ?8"
        " WHERE run_id = ?1";
    char digest[TRACE_DIGEST_TEXT];
    trace_digest_text(&end->digest, digest);
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(recorder->db, update, -1, &statement, NULL) == SQLITE_OK) {
        sqlite3_bind_int64(statement, 1, recorder->run_id);
        bind_text(statement, 2, end->verdict);
        bind_text(statement, 3, end->failures);
        sqlite3_bind_int64(statement, 4, (sqlite3_int64)end->rows);
        sqlite3_bind_int64(statement, 5, end->virtual_ns);
        bind_text(statement, 6, digest);
        sqlite3_bind_int64(statement, 7, recorder->row_count + 1 - recorder->first_row);
        sqlite3_bind_int64(statement, 8, recorder->packet_count + 1 - recorder->first_packet);
    }
    if (!statement_done(statement) || !labels_write(recorder))
        return recorder_failed(recorder, error, "write");
    recorder->in_run = false;
    return true;
}

/* ---- closing ---- */

void recorder_abandon(struct recorder *recorder)
{
    if (recorder == NULL)
        return;
    database_close(recorder);
    if (partial_held(recorder->partial, recorder->file))
        unlink(recorder->partial);
    recorder_free(recorder);
}

/* Until the commit the file bears no application id: a partial file cannot be taken for a record, even under its own name. */
static bool record_commit(struct recorder *recorder)
{
    char marks[96];
    snprintf(marks, sizeof marks, "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT", RECORD_APPLICATION_ID, RECORD_VERSION);
    return sqlite3_exec(recorder->db, schema_views, NULL, NULL, NULL) == SQLITE_OK
        && sqlite3_exec(recorder->db, marks, NULL, NULL, NULL) == SQLITE_OK;
}

bool recorder_close(struct recorder *recorder, char **error)
{
    bool whole = recorder_usable(recorder, error);
    if (whole && recorder->in_run) {
        *error = sentence("the record %s is not kept: its run %" PRId64 " has no end", recorder->path, recorder->run_id);
        whole = false;
    }
    if (whole)
        whole = record_commit(recorder) || recorder_failed(recorder, error, "finish");
    if (!whole) {
        recorder_abandon(recorder);
        return false;
    }
    database_close(recorder);
    if (!still_held(recorder, error)) {
        whole = false;
    } else if ((fsync(recorder->file) != 0 && errno != EINVAL) || rename(recorder->partial, recorder->path) != 0) {
        *error = sentence("cannot finish the record %s: %s", recorder->path, strerror(errno));
        unlink(recorder->partial);
        whole = false;
    } else {
        folder_force(recorder->path);
    }
    recorder_free(recorder);
    return whole;
}
