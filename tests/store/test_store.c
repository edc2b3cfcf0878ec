/*
 * Records: what is written is read back, by the reader and by plain SQL. The queries of docs/RECORDS.md are run as they
 * stand there.
 */
#include "sample.h"

#include <sqlite3.h>

/* ---- round trip ---- */

/* All of a run's rows from `seq` on equal those of the trace that the level takes. Returns how many. */
static int rows_match(struct record *record, int64_t run_id, const struct trace *trace, uint64_t seq, enum record_level level)
{
    struct trace_row want, got;
    char *error = NULL;
    int count = 0;
    uint64_t next = seq;
    for (; trace_read(trace, seq, &want); seq++) {
        if (!record_level_takes(level, want.layer))
            continue;
        ck_assert_msg(record_row(record, run_id, next, &got, &error), "row %" PRIu64 ": %s", next, error != NULL ? error : "missing");
        ck_assert_uint_eq(got.seq, want.seq);
        ck_assert_uint_eq(got.size, want.size);
        ck_assert_mem_eq(got.bytes, want.bytes, want.size);
        ck_assert_str_eq(got.object, want.object);
        next = got.seq + 1;
        count++;
    }
    ck_assert(!record_row(record, run_id, next, &got, &error));
    ck_assert_ptr_null(error);
    return count;
}

START_TEST(runs_come_back)
{
    write_sample(RECORD_API);
    ck_assert(!exists(partial));
    struct record *record = opened();
    ck_assert_uint_eq(record_runs(record), 2);
    for (int i = 0; i < 2; i++) {
        struct trace *trace = trace_new(&now_ns);
        sample_rows(trace, (i + 1) * INT64_C(1000000));
        struct record_run_view view;
        ck_assert(record_run(record, (size_t)i, &view));
        ck_assert_int_eq(view.run_id, i + 1);
        ck_assert_str_eq(view.title, "A title");
        ck_assert_str_eq(view.scenario_name, "x.json");
        ck_assert_str_eq(view.scenario_text, "{\"title\":\"A title\"}");
        ck_assert_str_eq(view.parameters, "{\"n\":1}");
        ck_assert_str_eq(view.provider, "reference");
        ck_assert_str_eq(view.program, "wspsim 1");
        ck_assert_str_eq(view.commit, "abc");
        ck_assert_str_eq(view.level, i == 0 ? "packet" : "api");
        ck_assert_str_eq(view.verdict, "pass");
        ck_assert_str_eq(view.failures, "[]");
        ck_assert(view.seed == UINT64_MAX && view.until_ns == INT64_MAX && view.rows == SAMPLE_ROWS && view.virtual_ns == now_ns);
        char digest[TRACE_DIGEST_TEXT];
        struct trace_digest wanted = trace_digest(trace);
        trace_digest_text(&wanted, digest);
        ck_assert_str_eq(view.digest, digest);
        ck_assert_int_eq(rows_match(record, i + 1, trace, 1, i == 0 ? RECORD_PACKET : RECORD_API), i == 0 ? 10 : 9);
        ck_assert_int_eq(rows_match(record, i + 1, trace, TRACE_PACKET_BASE + 1, i == 0 ? RECORD_PACKET : RECORD_API), i == 0 ? 2 : 0);
        trace_free(trace);
    }
    struct record_run_view view;
    struct trace_row row;
    char *error = NULL;
    ck_assert(!record_run(record, 2, &view) && !record_row(record, 3, 1, &row, &error) && error == NULL);
    record_close(record);
}
END_TEST

START_TEST(windows_and_jumps)
{
    enum record_level level = _i % 2 == 0 ? RECORD_NET : RECORD_API;
    struct trace *trace = trace_new(&now_ns), *full = trace_new(&now_ns);
    write_many(trace, level, true);
    write_many(full, level, false);
    struct record *record = opened();
    rows_match(record, 1, full, 1, level);
    struct trace_row row;
    char *error = NULL;
    uint64_t steps[] = {19999, 1, 255, 256, 257, 2, 10000, 9999, 9998, 0, 512};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        uint64_t want = steps[i] == 0 ? 1 : steps[i];
        if (level == RECORD_API && want % 3 == 2) /* that one is a net row */
            want++;
        ck_assert(record_row(record, 1, steps[i], &row, &error));
        ck_assert_uint_eq(row.seq, want);
    }
    ck_assert(!record_row(record, 1, MANY + 1, &row, &error) && error == NULL);
    ck_assert(!record_row(record, 1, TRACE_PACKET_BASE, &row, &error) && error == NULL);
    ck_assert(!record_row(record, 1, UINT64_MAX, &row, &error) && error == NULL);
    ck_assert_uint_eq(record_seq_at(record, 1, -5, &error), 1);
    ck_assert_uint_eq(record_seq_at(record, 1, 100, &error), 301);
    ck_assert_uint_eq(record_seq_at(record, 1, MANY, &error), 0);
    struct record_run_view view;
    ck_assert(record_run(record, 0, &view) && view.seed == 7 && view.until_ns == 5);
    record_close(record);
    trace_free(trace);
    trace_free(full);
}
END_TEST

START_TEST(records_join)
{
    write_sample(RECORD_API);
    struct record *source = opened();
    struct recorder *recorder = start(); /* in the source's own place, which is still whole */
    struct trace *trace = trace_new(&now_ns);
    sample_rows(trace, 7);
    record_run_of(recorder, trace, RECORD_NET);
    for (size_t i = 0; i < 2; i++)
        holds(recorder_copy(recorder, source, i, &why));
    record_close(source);
    holds(recorder_close(recorder, &why));
    struct record *joined = opened();
    ck_assert_uint_eq(record_runs(joined), 3);
    ck_assert_int_eq(rows_match(joined, 1, trace, 1, RECORD_NET), 10);
    for (int i = 0; i < 2; i++) {
        struct trace *again = trace_new(&now_ns);
        sample_rows(again, (i + 1) * INT64_C(1000000));
        enum record_level level = i == 0 ? RECORD_PACKET : RECORD_API;
        rows_match(joined, i + 2, again, 1, level);
        rows_match(joined, i + 2, again, TRACE_PACKET_BASE + 1, level);
        struct record_run_view view;
        ck_assert(record_run(joined, (size_t)i + 1, &view));
        ck_assert(view.seed == UINT64_MAX && view.rows == SAMPLE_ROWS && view.until_ns == INT64_MAX);
        trace_free(again);
    }
    record_close(joined);
    trace_free(trace);
}
END_TEST

START_TEST(levels_have_names)
{
    static const char *const names[] = {"api", "net", "packet"};
    static const bool takes[3][LAYER_COUNT] = {{1, 1, 1, 1, 0, 0}, {1, 1, 1, 1, 1, 0}, {1, 1, 1, 1, 1, 1}};
    for (int i = 0; i < 3; i++) {
        enum record_level level;
        ck_assert_str_eq(record_level_name((enum record_level)i), names[i]);
        ck_assert(record_level_parse(names[i], &level) && level == (enum record_level)i);
        for (int layer = 0; layer < LAYER_COUNT; layer++)
            ck_assert(record_level_takes(level, (enum layer)layer) == takes[i][layer]);
        ck_assert(!record_level_parse("Net", &level));
    }
}
END_TEST

/* ---- plain SQL ---- */

static sqlite3 *database(void)
{
    sqlite3 *db = NULL;
    ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    return db;
}

/* Runs a query; returns its number of rows and the first column of the first one. */
static int query(sqlite3 *db, const char *sql, char first[64])
{
    sqlite3_stmt *statement = NULL;
    ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, "%s: %s", sqlite3_errmsg(db), sql);
    int count = 0, result;
    snprintf(first, 64, "none");
    while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
        const unsigned char *text = sqlite3_column_text(statement, 0);
        if (count++ == 0)
            snprintf(first, 64, "%s", text != NULL ? (const char *)text : "NULL");
    }
    ck_assert_msg(result == SQLITE_DONE, "%s: %s", sqlite3_errmsg(db), sql);
    sqlite3_finalize(statement);
    return count;
}

static char *file_text(const char *name)
{
    FILE *file = fopen(name, "rb");
    if (file == NULL)
        return NULL;
    char *text = calloc(1, 65536);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_lt(fread(text, 1, 65535, file), 65535);
    fclose(file);
    return text;
}

START_TEST(documented_queries_run)
{
    static const int counts[10] = {2, 10, 3, 4, 2, 2, 2, 2, 2, 1};
    static const char *const firsts[10] = {"1", "1", "0", "4", "1", "1", "1", "1", "1", "4"};
    write_sample(RECORD_NET);
    const char *const places[] = {"docs/RECORDS.md", "../docs/RECORDS.md", "../../docs/RECORDS.md"};
    char *text = NULL;
    for (size_t i = 0; text == NULL && i < sizeof places / sizeof *places; i++)
        text = file_text(places[i]);
    ck_assert_msg(text != NULL, "docs/RECORDS.md is not found from here");
    sqlite3 *db = database();
    int found = 0;
    for (char *at = text, *end; (at = strstr(at, "```sql\n")) != NULL; at = end + 3) {
        at += 7;
        end = strstr(at, "```");
        ck_assert_ptr_nonnull(end);
        *end = '\0';
        ck_assert_int_lt(found, 10);
        char first[64];
        int count = query(db, at, first);
        ck_assert_msg(count == counts[found] && strcmp(first, firsts[found]) == 0, "query %d: %d rows, first %s", found + 1, count, first);
        found++;
    }
    ck_assert_int_eq(found, 10);
    sqlite3_close(db);
    free(text);
}
END_TEST

/* Makes the record one of version 1: each row with its fields in canonical form, no shapes. */
static void into_version_1(const struct trace *trace)
{
    sqlite3 *db;
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, "DROP VIEW causes; DROP VIEW changes; DROP VIEW completions; DROP VIEW calls; DROP VIEW rows; DROP VIEW packets;"
                                      "ALTER TABLE row ADD COLUMN fields BLOB; ALTER TABLE packet ADD COLUMN fields BLOB;"
                                      "UPDATE row SET detail = NULL; UPDATE packet SET content = NULL; ALTER TABLE label DROP COLUMN keys;"
                                      "ALTER TABLE label DROP COLUMN shape; PRAGMA user_version = 1", NULL, NULL, NULL), SQLITE_OK);
    for (int packets = 0; packets < 2; packets++) {
        sqlite3_stmt *update;
        uint64_t base = packets ? TRACE_PACKET_BASE : 0, newest = packets ? trace_newest_packet(trace) : *trace_newest(trace);
        ck_assert_int_eq(sqlite3_prepare_v2(db, packets ? "UPDATE packet SET fields = ?1 WHERE run_id = 1 AND seq = ?2"
                                                        : "UPDATE row SET fields = ?1 WHERE run_id = 1 AND seq = ?2", -1, &update, NULL), SQLITE_OK);
        for (uint64_t seq = base + 1; seq <= newest; seq++) {
            struct trace_row row;
            ck_assert(trace_read(trace, seq, &row));
            sqlite3_bind_blob(update, 1, row.detail_size > 0 ? (const void *)row.detail : "", (int)row.detail_size, SQLITE_TRANSIENT);
            sqlite3_bind_int64(update, 2, (sqlite3_int64)(seq - base));
            ck_assert_int_eq(sqlite3_step(update), SQLITE_DONE);
            sqlite3_reset(update);
        }
        sqlite3_finalize(update);
    }
    sqlite3_close(db);
}

START_TEST(older_records_are_read)
{
    struct trace *trace = trace_new(&now_ns);
    write_sample(RECORD_NET);
    sample_rows(trace, 1000000);
    into_version_1(trace);
    struct record *record = opened();
    ck_assert_int_eq(rows_match(record, 1, trace, 1, RECORD_NET), SAMPLE_ROWS);
    ck_assert_int_eq(rows_match(record, 1, trace, TRACE_PACKET_BASE + 1, RECORD_PACKET), 2);
    record_close(record);
    trace_free(trace);
}
END_TEST

START_TEST(schema_is_as_documented)
{
    write_sample(RECORD_NET);
    sqlite3 *db = database();
    char first[64];
    static const struct { const char *sql, *first; } cases[] = {
        {"PRAGMA application_id", "2004054131"}, {"PRAGMA user_version", "2"}, {"PRAGMA integrity_check", "ok"},
        {"SELECT count(*) FROM pragma_foreign_key_check", "0"},
        {"SELECT group_concat(name) FROM (SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1)", "label,packet,row,run"},
        {"SELECT count(*) FROM sqlite_schema s WHERE type = 'table' AND 'run_id' NOT IN (SELECT name FROM pragma_table_info(s.name))", "0"},
        {"SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT strict AND name NOT LIKE 'sqlite%'", "0"},
        {"SELECT count(*) FROM label WHERE run_id = 1", "11"},
        {"SELECT seed FROM run", "18446744073709551615"},
        {"SELECT typeof(until_ns) FROM run", "null"},
        {"SELECT detail FROM rows WHERE run_id = 1 AND seq = 4", "{\"address\":\"192.0.2.10/24\",\"raw\":\"00ff\"}"},
        {"SELECT count(*) FROM rows WHERE NOT json_valid(detail)", "0"},
        {"SELECT group_concat(layer) FROM rows WHERE run_id = 1", "script,spi,spi,net,kernel,upcall,upcall,spi,spi,spi"},
        {"SELECT content FROM packet WHERE seq = 2", "[1500]"},
        {"SELECT group_concat(detail) FROM packets", "{\"size\":60},{\"size\":1500}"},
        {"SELECT keys || hex(shape) FROM label WHERE verb = 'packet.sent'", "[\"size\"]020473697A6500"},
        {"SELECT sum(json_extract(detail, '$.size')) FROM packets WHERE run_id = 1", "1560"},
        {"SELECT min(seq) || max(seq) FROM packet", "12"},
        {"SELECT group_concat(call_seq || '-' || coalesce(return_seq, ''))"
         " FROM (SELECT * FROM calls WHERE run_id = 1 ORDER BY call_seq)", "2-3,8-9,10-"},
        {"SELECT group_concat(seq) FROM completions WHERE run_id = 1", "5,6"},
        {"SELECT group_concat(seq) FROM changes WHERE run_id = 1", "4"},
        {"SELECT cause_verb FROM causes WHERE run_id = 1 AND seq = 5", "address.added"},
        {"SELECT group_concat(first_row || ' ' || row_count || ' ' || first_packet || ' ' || packet_count) FROM run", "1 10 1 2,11 10 3 0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        query(db, cases[i].sql, first);
        ck_assert_msg(strcmp(first, cases[i].first) == 0, "%s: %s", cases[i].sql, first);
    }
    sqlite3_close(db);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store");
    TCase *records = tcase_create("records");
    tcase_set_timeout(records, 300);
    tcase_add_checked_fixture(records, setup, teardown);
    tcase_add_test(records, runs_come_back);
    tcase_add_loop_test(records, windows_and_jumps, 0, 2);
    tcase_add_test(records, records_join);
    tcase_add_test(records, levels_have_names);
    tcase_add_test(records, documented_queries_run);
    tcase_add_test(records, older_records_are_read);
    tcase_add_test(records, schema_is_as_documented);
    suite_add_tcase(suite, records);
    return suite_main(suite);
}
