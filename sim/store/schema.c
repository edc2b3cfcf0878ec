/*
 * The tables and views of a record. docs/RECORDS.md describes every column for readers; docs/decisions/0005-records.md says
 * why the tables look as they do. A change here is a new RECORD_VERSION.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "store/inside.h"

/* `row` and `packet` have no key but their rowid: appending is the cheapest thing SQLite can do, and each run's rows stand in
   one piece, ascending by seq, so that a reader finds any of them by halving. */
const char schema_tables[] =
    "CREATE TABLE run ("
    " run_id INTEGER PRIMARY KEY, scenario_name TEXT NOT NULL, title TEXT NOT NULL, scenario_text TEXT NOT NULL,"
    " parameters TEXT NOT NULL, provider TEXT NOT NULL, program TEXT NOT NULL, commit_id TEXT NOT NULL, seed TEXT NOT NULL,"
    " until_ns INTEGER, level TEXT NOT NULL, verdict TEXT, failures TEXT, rows INTEGER, virtual_ns INTEGER, digest TEXT,"
    " first_row INTEGER NOT NULL, row_count INTEGER, first_packet INTEGER NOT NULL, packet_count INTEGER"
    ") STRICT;"
    "CREATE TABLE label ("
    " run_id INTEGER NOT NULL REFERENCES run, label INTEGER NOT NULL, layer TEXT NOT NULL, verb TEXT NOT NULL,"
    " host TEXT NOT NULL, actor TEXT NOT NULL, thread TEXT NOT NULL, object TEXT NOT NULL, keys TEXT NOT NULL, shape BLOB NOT NULL,"
    " PRIMARY KEY (run_id, label)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE row ("
    " run_id INTEGER, seq INTEGER, cause INTEGER, at_ns INTEGER, label INTEGER,"
    " detail TEXT, FOREIGN KEY (run_id, label) REFERENCES label"
    ") STRICT;"
    "CREATE TABLE packet ("
    " run_id INTEGER, seq INTEGER, cause INTEGER, at_ns INTEGER, label INTEGER,"
    " content TEXT, FOREIGN KEY (run_id, label) REFERENCES label"
    ") STRICT;";

#define READABLE "r.run_id, r.seq, r.cause, r.at_ns, l.layer, l.verb, l.host, l.actor, l.thread, l.object, "
/* A packet row has its values alone; their keys stand in the label. */
#define WITH_KEYS "(SELECT json_group_object(k.value, r.content -> k.key) FROM json_each(l.keys) k) AS detail"

const char schema_views[] =
    "CREATE VIEW rows AS SELECT " READABLE "r.detail FROM row r JOIN label l USING (run_id, label);"
    "CREATE VIEW packets AS SELECT " READABLE WITH_KEYS " FROM packet r JOIN label l USING (run_id, label);"
    /* A return row has the member \"returns\"; its call is the row its member \"call\" names, else its cause. */
    "CREATE VIEW calls AS SELECT c.run_id, c.layer, c.verb, c.host, c.actor, c.thread, c.object,"
    " c.seq AS call_seq, r.seq AS return_seq, c.at_ns, r.at_ns AS returned_at_ns, c.detail AS call, r.detail AS result"
    " FROM rows c LEFT JOIN (SELECT run_id, seq, at_ns, verb, detail, coalesce(json_extract(detail, '$.call'), cause) AS call_seq"
    " FROM rows WHERE layer = 'spi' AND json_type(detail, '$.returns') IS NOT NULL) r"
    " ON r.run_id = c.run_id AND r.call_seq = c.seq AND r.verb = c.verb"
    " WHERE c.layer = 'spi' AND c.verb LIKE 'WSP%' AND json_type(c.detail, '$.returns') IS NULL;"
    "CREATE VIEW completions AS SELECT * FROM rows WHERE json_type(detail, '$.returns') IS NULL AND"
    " (layer = 'upcall' AND verb IN ('WPUCompleteOverlappedRequest', 'WPUQueueApc', 'WPUSetEvent', 'WPUPostMessage')"
    " OR verb LIKE '%completed');"
    "CREATE VIEW changes AS SELECT * FROM rows WHERE layer = 'net';"
    "CREATE VIEW causes AS SELECT e.run_id, e.seq, e.at_ns, e.layer, e.verb, e.object, e.detail,"
    " c.seq AS cause_seq, c.at_ns AS cause_at_ns, c.layer AS cause_layer, c.verb AS cause_verb, c.object AS cause_object,"
    " c.detail AS cause_detail FROM rows e JOIN rows c ON c.run_id = e.run_id AND c.seq = e.cause;";

static const char *const level_names[] = {"api", "net", "packet"};

const char *record_level_name(enum record_level level)
{
    check((unsigned)level < sizeof level_names / sizeof *level_names);
    return level_names[level];
}

bool record_level_parse(const char *text, enum record_level *level)
{
    for (int i = 0; i <= RECORD_PACKET; i++) {
        if (strcmp(text, level_names[i]) != 0)
            continue;
        *level = (enum record_level)i;
        return true;
    }
    return false;
}

bool record_level_takes(enum record_level level, enum layer layer)
{
    switch (layer) {
    case LAYER_SCRIPT:
    case LAYER_SPI:
    case LAYER_UPCALL:
    case LAYER_KERNEL: return true;
    case LAYER_NET: return level >= RECORD_NET;
    case LAYER_PACKET: return level >= RECORD_PACKET;
    }
    return false;
}

char *sentence(const char *format, ...)
{
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments); /* a very long path loses the end of its sentence, no more */
    va_end(arguments);
    return sentence_copy(line);
}

char *sentence_copy(const char *text)
{
    struct text copy = {0};
    text_add(&copy, text);
    return text_done(&copy);
}
