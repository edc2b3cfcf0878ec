#include "store/pcapng_calls.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/trace_form.h"

#define LINES_MOST 100u

static void list_add(struct call_list *calls, uint64_t row, char *words)
{
    if (calls->count == calls->room) {
        calls->room = calls->room > 0 ? 2 * calls->room : 16;
        calls->list = memory_grow(calls->list, calls->room * sizeof *calls->list);
    }
    calls->list[calls->count++] = (struct call){row, words, false};
}

/* The newest first: calls return soon. */
static struct call *list_find(const struct call_list *calls, uint64_t row)
{
    for (size_t i = calls->count; i-- > 0;)
        if (calls->list[i].row == row)
            return &calls->list[i];
    return NULL;
}

static void list_clear(struct call_list *calls)
{
    for (size_t i = 0; i < calls->count; i++)
        free(calls->list[i].words);
    calls->count = 0;
}

/* A field's text, NULL: there is none of this name. */
static const char *text_field(const struct trace_row *row, const char *key)
{
    const uint8_t *at = row->detail, *end = at + row->detail_size;
    struct form_field field;
    unsigned depth = 0;
    while (form_field_next(&at, end, &field)) {
        if (depth == 0 && field.tag == FORM_TEXT && strcmp(field.key, key) == 0)
            return (const char *)field.bytes;
        depth += field.tag == FORM_LIST || field.tag == FORM_MAP;
        depth -= field.tag == FORM_CLOSE && depth > 0;
    }
    return NULL;
}

/* "app WSPIoctl s SIO_RCVALL" */
static void words_of(struct text *words, const struct trace_row *row)
{
    const char *code = text_field(row, "code");
    text_printf(words, "%s %s", row->thread[0] != '\0' ? row->thread : row->actor, row->verb);
    if (row->object[0] != '\0')
        text_printf(words, " %s", row->object);
    if (code != NULL)
        text_printf(words, " %s", code);
}

/* False: it is only counted. */
static bool line_add(struct calls *calls, uint64_t row, const char *words)
{
    if (calls->lines.count == LINES_MOST) {
        calls->left_out++;
        return false;
    }
    struct text copy = {0};
    text_add(&copy, words);
    list_add(&calls->lines, row, text_done(&copy));
    return true;
}

static void call_returns(struct calls *calls, const struct trace_row *row, const char *result)
{
    struct call *open = list_find(&calls->open, row->cause), *line = list_find(&calls->lines, row->cause);
    struct text words = {0};
    bool counted = open != NULL && open->left_out;
    if (open != NULL) {
        text_add(&words, open->words);
        free(open->words);
        *open = calls->open.list[--calls->open.count];
    } else {
        words_of(&words, row);
    }
    text_printf(&words, " returns %s", result);
    if (line == NULL) {
        if (!counted)
            line_add(calls, 0, words.bytes);
        text_free(&words);
        return;
    }
    free(line->words);
    line->row = 0;
    line->words = text_done(&words);
}

void calls_row(struct calls *calls, const struct trace_row *row)
{
    const char *result = text_field(row, "returns");
    if (result != NULL) {
        call_returns(calls, row, result);
        return;
    }
    struct text words = {0};
    words_of(&words, row);
    bool told = line_add(calls, row->seq, words.bytes);
    list_add(&calls->open, row->seq, text_done(&words));
    calls->open.list[calls->open.count - 1].left_out = !told;
}

void calls_comment(struct calls *calls, struct text *comments)
{
    for (size_t i = 0; i < calls->lines.count; i++)
        put_comment(comments, calls->lines.list[i].words);
    if (calls->left_out > 0) {
        struct text words = {0};
        text_printf(&words, "and %" PRIu64 " calls more", calls->left_out);
        put_comment(comments, words.bytes);
        text_free(&words);
    }
    list_clear(&calls->lines);
    calls->left_out = 0;
    for (size_t i = 0; i < calls->open.count; i++)
        calls->open.list[i].left_out = false;
}

void calls_free(struct calls *calls)
{
    list_clear(&calls->open);
    list_clear(&calls->lines);
    free(calls->open.list);
    free(calls->lines.list);
}
