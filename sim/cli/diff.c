/*
 * `wspsim diff`: the first row in which two runs part, with the causes of both sides. Compared is what both recorded: of levels
 * net and api, rows up to api. The rows without packets are compared first; packets only where all else is equal, for what a packet
 * changes shows in a row.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/recorded.h"

struct side { struct recorded recorded; struct trace_row row; uint64_t next; bool there; };
struct diff { struct side sides[2]; enum record_level level; uint64_t compared; bool parts; };

/* The next row that both levels take. */
static bool side_next(struct side *side, enum record_level level, char **error)
{
    do {
        side->there = record_row(side->recorded.record, side->recorded.view.run_id, side->next, &side->row, error);
        side->next = side->there ? side->row.seq + 1 : side->next;
    } while (side->there && !record_level_takes(level, side->row.layer));
    return *error == NULL;
}

static bool rows_compare(struct diff *diff, uint64_t base, char **error)
{
    struct side *a = &diff->sides[0], *b = &diff->sides[1];
    for (a->next = b->next = base + 1;; diff->compared++) {
        if (!side_next(a, diff->level, error) || !side_next(b, diff->level, error)) return false;
        if (!a->there && !b->there) return true;
        diff->parts = a->there != b->there || a->row.size != b->row.size || memcmp(a->row.bytes, b->row.bytes, a->row.size) != 0;
        if (diff->parts) return true;
    }
}

/* ---- what the runs are, where it differs ---- */

struct setting { const char *name; const char *a, *b; };
#define SETTINGS 8

static size_t settings_differ(const struct diff *diff, char seeds[2][24], struct setting found[SETTINGS])
{
    const struct record_run_view *a = &diff->sides[0].recorded.view, *b = &diff->sides[1].recorded.view;
    for (int i = 0; i < 2; i++) snprintf(seeds[i], 24, "%" PRIu64, diff->sides[i].recorded.view.seed);
    const struct setting all[SETTINGS] = {
        { "scenario", a->scenario_name, b->scenario_name }, { "text", a->scenario_text, b->scenario_text }, { "parameters", a->parameters, b->parameters }, { "seed", seeds[0], seeds[1] },
        { "provider", a->provider, b->provider }, { "program", a->program, b->program }, { "commit", a->commit, b->commit }, { "level", a->level, b->level },
    };
    size_t count = 0;
    for (size_t i = 0; i < SETTINGS; i++)
        if (strcmp(all[i].a, all[i].b) != 0) found[count++] = all[i];
    return count;
}

static void settings_print(const struct diff *diff)
{
    char seeds[2][24];
    struct setting found[SETTINGS];
    size_t count = settings_differ(diff, seeds, found);
    for (size_t i = 0; i < count; i++) {
        bool text = strcmp(found[i].name, "text") == 0;
        printf("  %-10s %s%s%s\n", found[i].name, text ? "the scenarios' texts differ" : found[i].a, text ? "" : " | ", text ? "" : found[i].b);
    }
}

static void settings_json(struct text *out, const struct diff *diff)
{
    char seeds[2][24];
    struct setting found[SETTINGS];
    size_t count = settings_differ(diff, seeds, found);
    text_add(out, ",\"settings\":{");
    for (size_t i = 0; i < count; i++) {
        text_printf(out, "%s\"%s\":[", i ? "," : "", found[i].name);
        text_json(out, found[i].a);
        text_add(out, ",");
        text_json(out, found[i].b);
        text_add(out, "]");
    }
    text_add(out, "}");
}

/* ---- telling ---- */

static bool parting_json(struct diff *diff, char **error)
{
    struct text text = { 0 };
    text_printf(&text, "{\"equal\":%s,\"rows\":%" PRIu64, diff->parts ? "false" : "true", diff->compared);
    settings_json(&text, diff);
    for (int i = 0; i < 2 && diff->parts && !*error; i++) {
        struct side *side = &diff->sides[i];
        text_printf(&text, ",\"%c\":[", 'a' + i); /* the row, then its causes; empty: there is no further row */
        if (side->there) chain_json(&side->recorded, side->row.seq, ",", &text, error);
        text_add(&text, "]");
    }
    text_add(&text, "}\n");
    if (!*error) fputs(text.bytes, stdout);
    text_free(&text);
    return *error == NULL;
}

static bool parting_text(struct diff *diff, char **error)
{
    printf("differs    after %" PRIu64 " equal rows\n", diff->compared);
    settings_print(diff);
    for (int i = 0; i < 2 && !*error; i++) {
        struct side *side = &diff->sides[i];
        struct text text = { 0 };
        if (side->there) chain_text(&side->recorded, side->row.seq, "    ", &text, error);
        else text_add(&text, "                (no further row)\n");
        if (!*error) printf("  %s, run %" PRId64 ":\n%s", side->recorded.path, side->recorded.view.run_id, text.bytes);
        text_free(&text);
    }
    return *error == NULL;
}

static enum exit_code runs_compare(struct diff *diff, const struct options *options)
{
    struct side *a = &diff->sides[0], *b = &diff->sides[1];
    char *error = NULL;
    diff->level = a->recorded.level < b->recorded.level ? a->recorded.level : b->recorded.level;
    bool good = rows_compare(diff, 0, &error) && (diff->parts || diff->level != RECORD_PACKET || rows_compare(diff, TRACE_PACKET_BASE, &error));
    if (good && options->json) good = parting_json(diff, &error);
    else if (good && diff->parts) good = options->quiet || parting_text(diff, &error);
    else if (good && !options->quiet) {
        printf("equal      %" PRIu64 " rows\n", diff->compared);
        settings_print(diff);
    }
    return !good ? recorded_damaged(error) : diff->parts ? EXIT_FAILED : EXIT_HELD;
}

enum exit_code verb_diff(const struct options *options)
{
    struct diff diff = { 0 };
    enum exit_code code = EXIT_USAGE;
    int64_t run_a = options->run_a ? options->run_a : options->run_id, run_b = options->run_b ? options->run_b : options->run_id;
    if (recorded_open(&diff.sides[0].recorded, "diff", options->words[0], run_a, "--run-a", &code) && recorded_open(&diff.sides[1].recorded, "diff", options->words[1], run_b, "--run-b", &code))
        code = runs_compare(&diff, options);
    for (int i = 0; i < 2; i++) recorded_close(&diff.sides[i].recorded);
    return code;
}
