/*
 * Chains of causes: from an effect back to the line of the scenario that began it. A row of the script names its step by a JSON
 * pointer; the scenario's text lies in the record, so the line can be shown without the file.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/recorded.h"
#include "script/pointer.h"

#define CHAIN_MOST 1000 /* a cause comes before its effect, so chains end; people stop reading earlier */
#define LINE_SHOWN 200

/* ---- places ---- */

/* Where the pointer leads, or as far as it leads: a generated step stands where its generator does. NULL: nowhere. */
static const struct json *place_of(struct recorded *recorded, const char *pointer)
{
    struct json_error error;
    const char *text = recorded->view.scenario_text;
    if (!recorded->document && !recorded->document_tried) recorded->document = json_parse(recorded->arena, recorded->view.scenario_name, text, strlen(text), &error);
    recorded->document_tried = true;
    const struct json *node = recorded->document ? json_at(recorded->document->root, pointer) : NULL;
    return node && node != recorded->document->root ? node : NULL;
}

static const char *file_of(const struct recorded *recorded) { return strcmp(recorded->view.scenario_name, "-") == 0 ? "(standard input)" : recorded->view.scenario_name; }

/* A scenario that is one long line is not shown by lines. */
static bool has_lines(const struct recorded *recorded) { return strchr(recorded->view.scenario_text, '\n') != NULL; }

static void source_line(struct text *out, const char *text, unsigned line)
{
    for (; line > 1 && (text = strchr(text, '\n')); line--) text++;
    if (!text) return;
    text += strspn(text, " \t");
    size_t length = strcspn(text, "\r\n");
    text_add_n(out, text, length > LINE_SHOWN ? LINE_SHOWN : length);
    if (length > LINE_SHOWN) text_add(out, " …");
}

static void place_text(struct recorded *recorded, const char *indent, const char *pointer, struct text *out)
{
    const struct json *node = place_of(recorded, pointer);
    if (!node) return;
    text_printf(out, "%s            %s:%u:%u (at %s)\n%s              ", indent, file_of(recorded), node->line, node->column, pointer, indent);
    if (has_lines(recorded)) source_line(out, recorded->view.scenario_text, node->line);
    else {
        char *value = json_write(node);
        source_line(out, value, 1);
        free(value);
    }
    text_add(out, "\n");
}

static void place_json(struct recorded *recorded, const char *pointer, struct text *out)
{
    const struct json *node = place_of(recorded, pointer);
    text_add(out, ",\"place\":{\"file\":");
    text_json(out, recorded->view.scenario_name);
    text_printf(out, ",\"line\":%u,\"column\":%u,\"pointer\":", node ? node->line : 0, node ? node->column : 0);
    text_json(out, pointer);
    text_add(out, "}");
}

/* ---- chains ---- */

/* The row of just this number. False: not recorded, or damage (then *error is set). */
static bool row_of(struct recorded *recorded, uint64_t seq, struct trace_row *row, char **error)
{
    *error = NULL;
    return record_row(recorded->record, recorded->view.run_id, seq, row, error) && row->seq == seq;
}

static bool chain_from(struct recorded *recorded, uint64_t seq, int depth, const char *indent, struct text *out, char **error)
{
    struct trace_row row;
    *error = NULL;
    for (; seq && depth < CHAIN_MOST; depth++) {
        if (!row_of(recorded, seq, &row, error)) {
            if (!*error) text_printf(out, "%sbecause of  %5" PRIu64 " (not recorded at level %s)\n", indent, seq, recorded->view.level);
            break;
        }
        char *line = trace_row_line(&row);
        text_printf(out, "%s%s%s\n", indent, depth ? "because of  " : "            ", line);
        free(line);
        if (row.layer == LAYER_SCRIPT) place_text(recorded, indent, row.object, out);
        seq = row.cause < row.seq ? row.cause : 0;
    }
    return *error == NULL;
}

bool chain_text(struct recorded *recorded, uint64_t seq, const char *indent, struct text *out, char **error) { return chain_from(recorded, seq, 0, indent, out, error); }
bool chain_causes(struct recorded *recorded, uint64_t cause, const char *indent, struct text *out, char **error) { return chain_from(recorded, cause, 1, indent, out, error); }

bool chain_json(struct recorded *recorded, uint64_t seq, const char *between, struct text *out, char **error)
{
    struct trace_row row;
    *error = NULL;
    for (int depth = 0; seq && depth < CHAIN_MOST && row_of(recorded, seq, &row, error); depth++) {
        char *line = trace_row_json(&row);
        text_add(out, depth ? between : "");
        text_add_n(out, line, strlen(line) - 1);
        free(line);
        if (row.layer == LAYER_SCRIPT) place_json(recorded, row.object, out);
        text_add(out, "}");
        seq = row.cause < row.seq ? row.cause : 0;
    }
    return *error == NULL;
}
