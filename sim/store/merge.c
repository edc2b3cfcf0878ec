/*
 * Joining records: a run goes from one file into another row by row, under a new run id. It passes through the canonical
 * form, so a damaged source is found here and not by the reader of the joined record.
 */
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "store/inside.h"

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool digest_parse(const char *text, struct trace_digest *digest)
{
    for (int i = 0; i < 16; i++) {
        int high = hex_value(text[2 * i]), low = high < 0 ? -1 : hex_value(text[2 * i + 1]);
        if (low < 0)
            return false;
        digest->bytes[i] = (uint8_t)(high << 4 | low);
    }
    return text[32] == '\0';
}

/* Takes all rows of one numbering over. */
static bool rows_copy(struct recorder *recorder, bool packets, char **error)
{
    struct waiting *waiting = &recorder->waiting;
    waiting->base = packets ? TRACE_PACKET_BASE : 0;
    waiting->next = waiting->base + 1;
    waiting->newest = waiting->base + TRACE_PACKET_BASE - 1;
    waiting->taken = 0;
    bool taken = recorder_take(recorder, packets ? recorder->insert_packets : recorder->insert_rows, error);
    *(packets ? &recorder->packet_count : &recorder->row_count) += waiting->taken;
    if (!taken && waiting->failure != NULL) { /* the source's own sentence says more than SQLite's */
        free(*error);
        free(recorder->failure);
        recorder->failure = waiting->failure;
        waiting->failure = NULL;
        *error = sentence_copy(recorder->failure);
    }
    return taken;
}

bool recorder_copy(struct recorder *recorder, struct record *record, size_t index, char **error)
{
    struct record_run_view view;
    check(record_run(record, index, &view));
    struct record_run run = {
        .scenario_name = view.scenario_name, .title = view.title, .scenario_text = view.scenario_text, .parameters = view.parameters,
        .provider = view.provider, .program = view.program, .commit = view.commit, .seed = view.seed, .until_ns = view.until_ns,
    };
    struct record_end end = {.verdict = view.verdict, .failures = view.failures, .rows = view.rows, .virtual_ns = view.virtual_ns};
    if (!record_level_parse(view.level, &run.level) || !digest_parse(view.digest, &end.digest)) {
        *error = sentence("%s is damaged: a run's level or digest makes no sense", record->path);
        return false;
    }
    if (!recorder_begin(recorder, &run, error))
        return false;
    recorder->waiting.trace = NULL;
    recorder->waiting.record = record;
    recorder->waiting.record_run = view.run_id;
    bool copied = rows_copy(recorder, false, error) && rows_copy(recorder, true, error);
    recorder->waiting.record = NULL;
    return copied && recorder_end(recorder, &end, error);
}
