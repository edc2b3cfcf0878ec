/*
 * Calls that have not returned, from the rows of layer spi, and waits of the script that have not ended: what a thread is in. A call is
 * two rows of one verb; the second has the member "returns", and names the first by its member "call" or its cause.
 */
#include <string.h>

#include "core/text.h"
#include "core/trace_form.h"
#include "view/inside.h"

static struct fact *call_find(struct state *state, uint64_t seq)
{
    uint32_t key[KEYS_MOST] = { (uint32_t)seq };
    return seq ? facts_find(&state->kinds[KIND_CALLS], key) : NULL;
}

/* SPI functions begin with a capital; thread.exit, rule.broken and their like are no calls. */
static bool is_call(const struct trace_row *row) { return row->layer == LAYER_SPI && row->verb[0] >= 'A' && row->verb[0] <= 'Z'; }

static bool is_wait(const struct trace_row *row)
{
    static const char *const verbs[] = { "wait", "sleep", "getmessage", "getqueuedcompletionstatus" };
    for (size_t i = 0; row->layer == LAYER_SCRIPT && i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(row->verb, verbs[i]) == 0) return true;
    return false;
}

static struct fact *thread_of(struct state *state, uint32_t actor, uint32_t thread)
{
    uint32_t key[KEYS_MOST] = { actor, thread };
    return facts_find(&state->kinds[VIEW_THREADS], key);
}

struct fact *call_of_thread(struct state *state, const struct trace_row *row)
{
    const struct fact *thread = row->thread[0] ? thread_of(state, word(state, row->actor), word(state, row->thread)) : NULL;
    return thread ? call_find(state, thread->values[THREAD_TOP]) : NULL;
}

struct fact *call_returned(struct state *state, const struct trace_row *row)
{
    uint64_t seq = row->cause;
    if (row->layer == LAYER_SCRIPT && is_wait(row) && row_has(row, "returns")) { /* it does not say which row began it */
        struct fact *call = call_of_thread(state, row);
        return call && call->values[CALL_VERB] == word(state, row->verb) && call->values[CALL_OBJECT] == word(state, row->object) ? call : NULL;
    }
    if (!is_call(row) || !row_has(row, "returns")) return NULL;
    row_number(row, "call", &seq);
    struct fact *call = call_find(state, seq);
    return call && call->values[CALL_VERB] == word(state, row->verb) ? call : NULL;
}

/* ---- what a call was asked ---- */

/* "event e" or "window w": who is told of a socket's events. */
static uint32_t tells(struct state *state, const char *what, const char *whom)
{
    struct text text = { 0 };
    text_printf(&text, "%s %s", what, whom);
    uint32_t number = text_number_n(state->texts, text.bytes, text.length);
    text_free(&text);
    return number;
}

static void arguments(struct state *state, struct fact *call, const struct trace_row *row)
{
    static const struct { const char *key; unsigned column; } texts[] = {
        { "overlapped", CALL_OVERLAPPED }, { "code", CALL_CODE }, { "family", CALL_FAMILY }, { "type", CALL_TYPE }, { "protocol", CALL_PROTOCOL }, { "name", CALL_NAME_OF },
        { "to", CALL_TO }, { "how", CALL_HOW }, { "accept", CALL_ACCEPT }, { "token", CALL_TOKEN }, { "events", CALL_EVENTS },
    };
    if (row->detail_size == 0) return;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) call->values[texts[i].column] = row_text(state, row, texts[i].key);
    uint32_t whom = row_text(state, row, "event");
    if (whom) call->values[CALL_TELLS] = tells(state, "event", text_at(state->texts, whom));
    else if ((whom = row_text(state, row, "window"))) call->values[CALL_TELLS] = tells(state, "window", text_at(state->texts, whom));
    call->values[CALL_ULONG] = row_inner(state, row, "in", "ulong");
}

/* ---- threads ---- */

static void thread_shows(struct state *state, struct fact *thread, const struct trace_row *row)
{
    const struct fact *call = call_find(state, thread->values[THREAD_TOP]);
    if (!call) fact_set(thread, THREAD_STEP, NO_TEXT, row);
    fact_set(thread, THREAD_STATE, word(state, !call ? "idle" : call->values[CALL_LAYER] == word(state, "script") ? "waiting" : "calling"), row);
    fact_set(thread, THREAD_CALL, call ? call->values[CALL_VERB] : NO_TEXT, row);
    fact_set(thread, THREAD_OBJECT, call && call->values[CALL_LAYER] != word(state, "script") ? call->values[CALL_OBJECT] : NO_TEXT, row);
}

static void call_opened(struct state *state, struct fact *thread, const struct trace_row *row)
{
    uint32_t key[KEYS_MOST] = { (uint32_t)row->seq };
    struct fact *call = facts_add(&state->kinds[KIND_CALLS], key, row);
    bool of_step = thread->values[THREAD_STEP_ROW] == (uint32_t)row->cause && row->cause;
    call->values[CALL_ACTOR] = thread->values[THREAD_ACTOR];
    call->values[CALL_THREAD] = thread->values[THREAD_NAME];
    call->values[CALL_LAYER] = word(state, layer_name(row->layer));
    call->values[CALL_VERB] = word(state, row->verb);
    call->values[CALL_OBJECT] = row->object[0] ? word(state, row->object) : NO_TEXT;
    call->values[CALL_OUTER] = thread->values[THREAD_TOP];
    call->values[CALL_AS] = of_step ? thread->values[THREAD_STEP_AS] : NO_TEXT;
    if (row->layer == LAYER_SPI) arguments(state, call, row);
    if (!thread->values[THREAD_TOP]) fact_set(thread, THREAD_STEP, thread->values[THREAD_STEP_NOW], row);
    thread->values[THREAD_TOP] = (uint32_t)row->seq;
    thread_shows(state, thread, row);
    if (!call->values[CALL_OUTER]) thread->rows.changed = row->seq, thread->rows.changed_ns = row->at_ns;
}

static void thread_ends(struct state *state, struct fact *thread, const struct trace_row *row)
{
    for (struct fact *call; (call = call_find(state, thread->values[THREAD_TOP]));) {
        thread->values[THREAD_TOP] = call->values[CALL_OUTER];
        facts_remove(&state->kinds[KIND_CALLS], call);
    }
    thread->values[THREAD_TOP] = 0;
    thread_shows(state, thread, row);
    fact_set(thread, THREAD_STATE, word(state, "ended"), row);
}

void threads_fold(struct state *state, const struct trace_row *row)
{
    if (!row->thread[0]) return;
    uint32_t key[KEYS_MOST] = { word(state, row->actor), word(state, row->thread) };
    struct fact *thread = facts_add(&state->kinds[VIEW_THREADS], key, row);
    if (!thread->values[THREAD_STATE]) {
        thread->values[THREAD_HOST] = word(state, row->host);
        thread->values[THREAD_STATE] = word(state, "idle");
    }
    if (row->layer == LAYER_SPI && strcmp(row->verb, "thread.exit") == 0) { thread_ends(state, thread, row); return; }
    if (row_has(row, "returns")) return;
    if (row->layer == LAYER_SCRIPT) {
        thread->values[THREAD_STEP_ROW] = (uint32_t)row->seq;
        thread->values[THREAD_STEP_AS] = row_text(state, row, "as");
        thread->values[THREAD_STEP_NOW] = word(state, row->object);
    }
    if (is_call(row) || is_wait(row)) call_opened(state, thread, row);
}

/* It is the innermost one of its thread, or, if rows are missing, somewhere in its chain. */
void calls_done(struct state *state, const struct trace_row *row)
{
    struct fact *call = call_returned(state, row);
    struct fact *thread = call ? thread_of(state, call->values[CALL_ACTOR], call->values[CALL_THREAD]) : NULL;
    if (!call) return;
    uint32_t number = call->values[CALL_ROW], outer = call->values[CALL_OUTER];
    facts_remove(&state->kinds[KIND_CALLS], call);
    if (!thread) return;
    uint32_t *link = &thread->values[THREAD_TOP];
    for (struct fact *inner; *link != number && (inner = call_find(state, *link));) link = &inner->values[CALL_OUTER];
    if (*link == number) *link = outer;
    thread_shows(state, thread, row);
}

void processes_fold(struct state *state, const struct trace_row *row)
{
    if (row->layer != LAYER_SPI || strcmp(row->verb, "process.exit") != 0) return;
    uint32_t actor = word(state, row->object[0] ? row->object : row->actor);
    static const struct { unsigned kind, column; } own[] = { { VIEW_SOCKETS, SOCKET_ACTOR }, { VIEW_PENDING, PENDING_ACTOR } };
    struct fact *fact;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        for (size_t at = 0; (fact = facts_next(&state->kinds[own[i].kind], &at));)
            if (fact->values[own[i].column] == actor) facts_remove(&state->kinds[own[i].kind], fact);
    for (size_t at = 0; (fact = facts_next(&state->kinds[VIEW_THREADS], &at));)
        if (fact->values[THREAD_ACTOR] == actor) thread_ends(state, fact, row);
}
