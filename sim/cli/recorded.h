/*
 * What the verbs about records share: one run of a record, its rows in words, and where in the scenario a row began.
 */
#ifndef CLI_RECORDED_H
#define CLI_RECORDED_H
#include "cli/cli.h"
#include "core/arena.h"
#include "core/text.h"
#include "script/json.h"

struct recorded {
    const char *verb, *path; /* for messages */
    struct record *record;
    struct record_run_view view;
    enum record_level level;
    struct arena *arena;
    const struct json_document *document; /* of the scenario's text; NULL: not looked at yet, or it is none */
    bool document_tried;
};

/* Opens the record and chooses the run: `run_id`, or 0: the only one. False after a message; *code says which exit code. `option`: how
   the command line names a run. Closed in both cases by recorded_close. */
bool recorded_open(struct recorded *recorded, const char *verb, const char *path, int64_t run_id, const char *option, enum exit_code *code);
void recorded_close(struct recorded *recorded);

/* A message about damage; frees the sentence. Always EXIT_ENVIRONMENT. */
enum exit_code recorded_damaged(char *error);

/* A row's chain of causes, effect first, a line each with its newline; a row of the script is followed by its place. Rows that the record left
   out end it with a word. `indent` stands before each line. False: damage, *error is set. */
bool chain_text(struct recorded *recorded, uint64_t seq, const char *indent, struct text *out, char **error);
bool chain_causes(struct recorded *recorded, uint64_t cause, const char *indent, struct text *out, char **error); /* of a row shown already */
/* The same as JSON objects, separated by `between`; a row of the script has the member "place". */
bool chain_json(struct recorded *recorded, uint64_t seq, const char *between, struct text *out, char **error);

/* ---- what `show` shows ---- */
enum exit_code show_events(const struct options *options, struct recorded *recorded);
enum exit_code show_why(const struct options *options, struct recorded *recorded, const char *word);
enum exit_code show_state(const struct options *options, struct recorded *recorded, const char *what);
bool name_fits(const char *wanted, const char *name); /* of a filter; wanted NULL: all do */
#endif
