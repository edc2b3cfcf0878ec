/*
 * Going forward and backward in a record. On the way forward copies of the state are kept, so that going back starts from the nearest
 * one. A copy is taken only when as many rows were folded as the state has facts, several times over: folding stays the main
 * work. When they grow too many, every second one is let go.
 */
#include "view/view.h"

#include <stdlib.h>

#include "core/arena.h"
#include "view/inside.h"

#define COPIES_MOST 96
#define COPIED_FACTS_MOST 2000000u /* in all copies together: a quarter of a gigabyte */
#define ROWS_BETWEEN 4096u

struct view {
    struct record *record;
    int64_t run_id;
    struct texts texts;
    struct state state;
    struct state *copies; /* ascending by seq */
    size_t copy_count, copies_most, copied_facts;
    uint64_t rows_between, since; /* rows folded since the last copy was taken */
};

void view_keeps(struct view *view, uint64_t rows_between, size_t copies_most)
{
    view->rows_between = rows_between;
    view->copies_most = copies_most;
}

struct view *view_open(struct record *record, int64_t run_id)
{
    struct view *view = memory_take(sizeof *view);
    view->record = record;
    view->run_id = run_id;
    view_keeps(view, ROWS_BETWEEN, COPIES_MOST);
    state_start(&view->state, &view->texts);
    return view;
}

void view_close(struct view *view)
{
    if (!view) return;
    state_free(&view->state);
    for (size_t i = 0; i < view->copy_count; i++) state_free(&view->copies[i]);
    free(view->copies);
    texts_free(&view->texts);
    free(view);
}

/* ---- copies ---- */

static void copies_thin(struct view *view)
{
    size_t count = 0;
    view->copied_facts = 0;
    for (size_t i = 0; i < view->copy_count; i++) {
        if (i % 2 == 0) { state_free(&view->copies[i]); continue; }
        view->copied_facts += state_size(&view->copies[i]);
        view->copies[count++] = view->copies[i];
    }
    view->copy_count = count;
    view->rows_between *= 2;
}

static void copy_keep(struct view *view)
{
    size_t size = state_size(&view->state);
    if (++view->since < view->rows_between || view->since < 4 * size) return;
    view->since = 0;
    if (view->copy_count > 0 && view->copies[view->copy_count - 1].seq >= view->state.seq) return; /* been here before */
    while (view->copy_count > 1 && (view->copy_count == view->copies_most || view->copied_facts + size > COPIED_FACTS_MOST)) copies_thin(view);
    if (size > COPIED_FACTS_MOST) return;
    if (!view->copies) view->copies = memory_take(view->copies_most * sizeof *view->copies);
    struct state *copy = &view->copies[view->copy_count++];
    state_start(copy, &view->texts);
    state_copy(copy, &view->state);
    view->copied_facts += size;
}

/* Takes the state to the nearest one known at or before this row, if that is nearer than where it stands. */
static void jump(struct view *view, uint64_t seq)
{
    size_t at = view->copy_count;
    while (at > 0 && view->copies[at - 1].seq > seq) at--;
    uint64_t nearest = at > 0 ? view->copies[at - 1].seq : 0;
    if (view->state.seq <= seq && view->state.seq >= nearest) return;
    view->since = 0;
    if (at > 0) { state_copy(&view->state, &view->copies[at - 1]); return; }
    state_free(&view->state);
    state_start(&view->state, &view->texts);
}

/* ---- going ---- */

bool view_at(struct view *view, uint64_t seq, char **error)
{
    struct trace_row row;
    *error = NULL;
    jump(view, seq);
    while (view->state.seq < seq && view->state.seq + 1 < TRACE_PACKET_BASE && record_row(view->record, view->run_id, view->state.seq + 1, &row, error) && row.seq <= seq) {
        state_row(&view->state, &row);
        copy_keep(view);
    }
    return *error == NULL;
}

bool view_at_time(struct view *view, int64_t at_ns, char **error)
{
    *error = NULL;
    uint64_t after = at_ns == INT64_MAX ? 0 : record_seq_at(view->record, view->run_id, at_ns + 1, error);
    if (*error) return false;
    return view_at(view, after ? after - 1 : TRACE_PACKET_BASE - 1, error);
}

uint64_t view_seq(const struct view *view) { return view->state.seq; }
int64_t view_at_ns(const struct view *view) { return view->state.at_ns; }

const struct fact *view_next(const struct view *view, enum view_kind kind, size_t *cursor) { return facts_next(&view->state.kinds[kind], cursor); }

const char *fact_text(const struct view *view, const struct fact *fact, size_t column) { return text_at(&view->texts, fact->values[column]); }
struct fact_rows fact_rows(const struct fact *fact) { return fact->rows; }
