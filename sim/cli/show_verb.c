/*
 * `wspsim show`: what a record says of a run.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/recorded.h"
#include "view/view.h"

bool name_fits(const char *wanted, const char *name)
{
    size_t length = wanted ? strlen(wanted) : 0;
    if (!wanted) return true;
    if (length > 0 && wanted[length - 1] == '*') return strncmp(wanted, name, length - 1) == 0;
    return strcmp(wanted, name) == 0;
}

/* ---- why ---- */

/* 41, or p12 for a packet's row. */
static bool row_parse(const char *word, uint64_t *seq)
{
    bool packet = word[0] == 'p';
    if (!number_parse(word + packet, seq) || *seq == 0 || *seq >= TRACE_PACKET_BASE) return false;
    if (packet) *seq += TRACE_PACKET_BASE;
    return true;
}

enum exit_code show_why(const struct options *options, struct recorded *recorded, const char *word)
{
    struct trace_row row;
    struct text text = { 0 };
    uint64_t seq;
    char *error = NULL;
    if (!row_parse(word, &seq)) {
        fprintf(stderr, "wspsim show: why wants the number of a row, such as 41 or p12 (a packet's), not \"%s\"\n", word);
        return EXIT_USAGE;
    }
    bool there = record_row(recorded->record, recorded->view.run_id, seq, &row, &error) && row.seq == seq;
    if (error) return recorded_damaged(error);
    if (!there) {
        fprintf(stderr, "wspsim show: %s: run %" PRId64 " has no row %s among those recorded (level %s, %" PRIu64 " rows in all)\n", recorded->path, recorded->view.run_id, word,
                recorded->view.level, recorded->view.rows);
        return EXIT_USAGE;
    }
    bool good = options->json ? chain_json(recorded, seq, "\n", &text, &error) : chain_text(recorded, seq, "", &text, &error);
    if (options->json && good) text_add(&text, "\n");
    if (good) fputs(text.bytes, stdout);
    text_free(&text);
    return good ? EXIT_HELD : recorded_damaged(error);
}

/* ---- what is shown ---- */

enum what { WHAT_STATE, WHAT_EVENTS, WHAT_WHY, WHAT_UNKNOWN };

static enum what what_of(const char *word)
{
    enum view_kind kind;
    if (strcmp(word, "events") == 0) return WHAT_EVENTS;
    if (strcmp(word, "why") == 0) return WHAT_WHY;
    if (view_kind_parse(word, &kind)) return WHAT_STATE;
    const char *words[VIEW_KINDS + 2] = { "events", "why" };
    for (unsigned i = 0; i < VIEW_KINDS; i++) words[i + 2] = view_shape((enum view_kind)i)->name;
    const char *nearest = nearest_word(word, words, VIEW_KINDS + 2);
    fprintf(stderr, "wspsim show: \"%s\" cannot be shown; ", word);
    if (nearest) fprintf(stderr, "did you mean %s?\n", nearest);
    else fprintf(stderr, "`wspsim show --help` says what can\n");
    return WHAT_UNKNOWN;
}

/* An option that would do nothing is a mistake. */
static bool options_fit(const struct options *options, enum what what, const char *word)
{
    const struct filter *filter = &options->filter;
    bool moment = options->at_given || options->row, rows = filter->layer || filter->verb || filter->object || filter->from_ns || filter->to_ns != INT64_MAX;
    const char *wrong = NULL;
    if (what != WHAT_STATE && moment) wrong = what == WHAT_EVENTS ? "--at and --row are for states; events have --from and --to" : "--at and --row are for states";
    else if (what == WHAT_STATE && rows) wrong = "--layer, --verb, --object, --from and --to are for events";
    else if (what == WHAT_WHY && (rows || filter->host || filter->actor)) wrong = "why takes no filters";
    else if (filter->from_ns > filter->to_ns) wrong = "--from lies after --to";
    else if (what == WHAT_WHY && options->word_count < 3) wrong = "why wants the number of a row";
    else if (what != WHAT_WHY && options->word_count > 2) fprintf(stderr, "wspsim show: \"%s\" is one too many after %s\n", options->words[2], word);
    if (wrong) fprintf(stderr, "wspsim show: %s\n", wrong);
    return !wrong && (what == WHAT_WHY || options->word_count == 2);
}

enum exit_code verb_show(const struct options *options)
{
    struct recorded recorded;
    enum exit_code code = EXIT_USAGE;
    const char *word = options->words[1];
    enum what what = what_of(word);
    if (what == WHAT_UNKNOWN || !options_fit(options, what, word)) return EXIT_USAGE;
    if (recorded_open(&recorded, "show", options->words[0], options->run_id, "--run", &code))
        code = what == WHAT_EVENTS ? show_events(options, &recorded) : what == WHAT_WHY ? show_why(options, &recorded, options->words[2]) : show_state(options, &recorded, word);
    recorded_close(&recorded);
    return code;
}
