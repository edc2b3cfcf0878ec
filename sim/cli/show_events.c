/*
 * `wspsim show RUN.db events`: the rows of a record, read by window, in the order of writing; packet rows of a record of level
 * packet among the others. They are a table of their own, so a second reader of the same file walks beside the first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/recorded.h"
#include "core/trace_order.h"

struct stream { struct record *record; int64_t run_id; struct trace_row row; bool there; };

/* The first row with this number or a later one, unless it lies beyond the last instant wanted. */
static bool stream_go(struct stream *stream, uint64_t seq, int64_t to_ns, char **error)
{
    stream->there = seq != 0 && record_row(stream->record, stream->run_id, seq, &stream->row, error) && stream->row.at_ns <= to_ns;
    return *error == NULL;
}

static bool streams_start(struct stream streams[2], const struct filter *filter, char **error)
{
    struct stream *rows = &streams[0], *packets = &streams[1];
    uint64_t first = record_seq_at(rows->record, rows->run_id, filter->from_ns, error);
    if (*error || !stream_go(rows, first, filter->to_ns, error)) return false;
    if (!packets->record) return true;
    first = record_packet_at(packets->record, packets->run_id, filter->from_ns, error);
    return !*error && stream_go(packets, first, filter->to_ns, error);
}

static bool row_fits(const struct filter *filter, const struct trace_row *row)
{
    return name_fits(filter->layer, layer_name(row->layer)) && name_fits(filter->host, row->host) && name_fits(filter->actor, row->actor) && name_fits(filter->verb, row->verb)
           && name_fits(filter->object, row->object);
}

static void row_print(const struct trace_row *row, bool json)
{
    char *line = json ? trace_row_json(row) : trace_row_line(row);
    puts(line);
    free(line);
}

static bool events_print(struct stream streams[2], const struct options *options, char **error)
{
    struct stream *rows = &streams[0], *packets = &streams[1];
    if (!streams_start(streams, &options->filter, error)) return false;
    while ((rows->there || packets->there) && !ferror(stdout)) {
        struct stream *next = packets->there && (!rows->there || trace_after(&packets->row) < rows->row.seq) ? packets : rows;
        if (row_fits(&options->filter, &next->row)) row_print(&next->row, options->json);
        if (!stream_go(next, next->row.seq + 1, options->filter.to_ns, error)) return false;
    }
    return true;
}

enum exit_code show_events(const struct options *options, struct recorded *recorded)
{
    struct stream streams[2] = { { .record = recorded->record, .run_id = recorded->view.run_id }, { .run_id = recorded->view.run_id } };
    const char *layer = options->filter.layer;
    char *error = NULL;
    bool wants_packets = !layer || strcmp(layer, layer_name(LAYER_PACKET)) == 0;
    if (recorded->level == RECORD_PACKET && wants_packets && !(streams[1].record = record_open(recorded->path, &error))) return recorded_damaged(error);
    bool good = events_print(streams, options, &error);
    record_close(streams[1].record);
    return good ? EXIT_HELD : recorded_damaged(error);
}
