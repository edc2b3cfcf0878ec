/*
 * The walk over the lists and objects of a JSON text. A stack of what is open and one word for what must come next are all
 * its state, so depth costs no C stack. Every refusal goes through json_fail, which knows the way to the place.
 */
#include "script/json_index.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/check.h"
#include "core/text.h"
#include "script/json.h"

#define SHOWN_MOST 48

/* ---- refusing ---- */

const char *json_shown(struct arena *arena, const char *word)
{
    size_t length = strlen(word), shown = length;
    if (shown > SHOWN_MOST)
        for (shown = SHOWN_MOST; shown > 0 && ((unsigned char)word[shown] & 0xc0) == 0x80;)
            shown--; /* to the start of a UTF-8 sequence */
    struct text text = {0};
    text_json(&text, arena_text_n(arena, word, shown));
    if (shown < length) {
        text.length--; /* the dots stand inside the quotes */
        text_add(&text, "...\"");
    }
    const char *kept = arena_text_n(arena, text.bytes, text.length);
    text_free(&text);
    return kept;
}

void json_pointer_add(struct text *pointer, const char *name)
{
    text_add_n(pointer, "/", 1);
    for (; *name != '\0'; name++) {
        if (*name == '~')
            text_add_n(pointer, "~0", 2);
        else if (*name == '/')
            text_add_n(pointer, "~1", 2);
        else
            text_add_n(pointer, name, 1);
    }
}

/* The decoded name of the member that an open object reads. */
static const char *frame_name(const struct json_scanner *s, const struct json_frame *frame)
{
    cJSON *item = cJSON_ParseWithLength(s->source + frame->name_start, frame->name_size);
    check(item != NULL && cJSON_IsString(item));
    const char *name = arena_text(s->arena, item->valuestring);
    cJSON_Delete(item);
    return name;
}

static const char *open_pointer(const struct json_scanner *s)
{
    struct text pointer = {0};
    for (size_t i = 0; i < s->depth && s->frames[i].inside; i++) {
        if (s->frames[i].object)
            json_pointer_add(&pointer, frame_name(s, &s->frames[i]));
        else
            text_printf(&pointer, "/%zu", s->frames[i].position);
    }
    const char *kept = arena_text_n(s->arena, pointer.bytes, pointer.length);
    text_free(&pointer);
    return kept;
}

bool json_fail(struct json_scanner *s, struct json_spot spot, const char *message)
{
    *s->error = (struct json_error){.line = spot.line, .column = spot.column, .pointer = open_pointer(s), .message = message};
    return false;
}

static bool begins(const struct json_scanner *s, const char *bytes)
{
    size_t length = strlen(bytes);
    return length <= s->size - s->here.at && memcmp(s->source + s->here.at, bytes, length) == 0;
}

static bool start_fits(struct json_scanner *s)
{
    if (s->size > JSON_SIZE_MOST)
        return json_fail(s, s->here, "the file is bigger than 64 MiB, the most a scenario may have");
    if (s->size == 0)
        return json_fail(s, s->here, "the file is empty");
    if (begins(s, "\xef\xbb\xbf"))
        return json_fail(s, s->here, "the file begins with a byte-order mark, which JSON does not have");
    if (begins(s, "\xff\xfe") || begins(s, "\xfe\xff"))
        return json_fail(s, s->here, "the file is UTF-16, but JSON is UTF-8");
    return true;
}

/* The sentence for a character that has no place between values, NULL for all others. */
static const char *stray_sentence(const struct json_scanner *s)
{
    static const char typographic[] = "a text stands in straight double quotes, not in typographic ones";
    static const char *const lookalikes[][2] = {
        {"\xe2\x80\x9c", typographic}, {"\xe2\x80\x9d", typographic}, {"\xe2\x80\x9e", typographic},
        {"\xe2\x80\x98", typographic}, {"\xe2\x80\x99", typographic},
        {"\xc2\xa0", "this is a no-break space; JSON knows only plain spaces, tabs and line ends"},
        {"\xe2\x80\x8b", "an invisible character (a zero-width space) stands here"},
        {"\xef\xbb\xbf", "an invisible character (a byte-order mark) stands here"},
    };
    int c = json_peek(s, 0);
    if (c == 0)
        return "a NUL byte stands here, which JSON does not have";
    if (c < 0x20 || c == 0x7f)
        return "a control character stands here; JSON knows only plain spaces, tabs and line ends";
    if (json_sequence(s) == 0)
        return "the bytes here are not UTF-8";
    if (json_at_comment(s, 0))
        return "JSON has no comments";
    if (c == '\'' || c == '`')
        return "a text stands in double quotes, not in single quotes";
    for (size_t i = 0; i < sizeof lookalikes / sizeof *lookalikes; i++)
        if (begins(s, lookalikes[i][0]))
            return lookalikes[i][1];
    return NULL;
}

/* ---- values ---- */

static struct json_frame *top(struct json_scanner *s)
{
    return s->depth > 0 ? &s->frames[s->depth - 1] : NULL;
}

static bool place_add(struct json_scanner *s)
{
    struct json_index *index = s->index;
    if (index->count == JSON_VALUES_MOST)
        return json_fail(s, s->here, "the file holds more than 4194304 values, the most a scenario may have");
    if (index->count == index->room) {
        index->room = index->room > 0 ? 2 * index->room : 256;
        index->places = memory_grow(index->places, index->room * sizeof *index->places);
    }
    const struct json_frame *frame = top(s);
    bool named = frame != NULL && frame->object;
    index->places[index->count++] = (struct json_place){
        .start = (uint32_t)s->here.at,
        .size = 1,
        .line = s->here.line,
        .column = s->here.column,
        .name_line = named ? s->name.line : 0,
        .name_column = named ? s->name.column : 0,
    };
    return true;
}

static void value_ended(struct json_scanner *s)
{
    s->after = s->here;
    s->wanted = s->depth > 0 ? JSON_WANT_MORE : JSON_WANT_END;
    if (s->depth > 0)
        top(s)->inside = false;
}

static bool open_bracket(struct json_scanner *s, bool object)
{
    if (s->depth == JSON_DEPTH_MOST)
        return json_fail(s, s->here, "lists and objects may stand in each other at most 64 deep");
    s->frames[s->depth++] = (struct json_frame){.object = object, .opened = s->here};
    s->wanted = object ? JSON_WANT_NAME : JSON_WANT_VALUE;
    json_steps(s, 1);
    return true;
}

static bool value_missing(struct json_scanner *s)
{
    return json_fail(s, s->here, arena_printf(s->arena, "the member %s has no value", json_shown(s->arena, frame_name(s, top(s)))));
}

/* A closing bracket of either kind, wherever it stands. */
static bool close_bracket(struct json_scanner *s, char bracket)
{
    struct json_frame *frame = top(s);
    if (frame == NULL)
        return json_fail(s, s->here, arena_printf(s->arena, "this \"%c\" closes nothing", bracket));
    if (frame->object && s->wanted == JSON_WANT_VALUE)
        return value_missing(s);
    if (frame->object != (bracket == '}')) {
        frame->inside = false;
        return json_fail(s, s->here, arena_printf(s->arena, "a \"%c\" must close the %s that begins at %u:%u, not a \"%c\"",
                                                  frame->object ? '}' : ']', frame->object ? "object" : "list",
                                                  frame->opened.line, frame->opened.column, bracket));
    }
    if (s->wanted != JSON_WANT_MORE && frame->position > 0)
        return json_fail(s, s->comma, arena_printf(s->arena, "a trailing comma: nothing follows it before the \"%c\"", bracket));
    s->depth--;
    json_steps(s, 1);
    value_ended(s);
    return true;
}

static bool read_value(struct json_scanner *s, int c)
{
    struct json_frame *frame = top(s);
    if (c == '}' || c == ']')
        return close_bracket(s, (char)c);
    if (c == ',' && frame != NULL && frame->object)
        return value_missing(s);
    if (c == ',')
        return json_fail(s, s->here, "a value must stand before this comma");
    if (frame != NULL)
        frame->inside = true;
    if (!place_add(s))
        return false;
    if (c == '{' || c == '[')
        return open_bracket(s, c == '{');
    struct json_place *place = &s->index->places[s->index->count - 1];
    if (!(c == '"' ? json_token_text(s) : json_token_plain(s)))
        return false;
    place->size = (uint32_t)(s->here.at - place->start);
    value_ended(s);
    return true;
}

/* ---- what stands between values ---- */

static bool read_name(struct json_scanner *s, int c)
{
    struct json_frame *frame = top(s);
    size_t word = json_word(s, true);
    if (c == '}' || c == ']')
        return close_bracket(s, (char)c);
    if (c == ',')
        return json_fail(s, s->here, "a member must stand before this comma");
    if (c == ':')
        return json_fail(s, s->here, "the name of a member must stand before this colon");
    if (c != '"' && word > 0)
        return json_fail(s, s->here, arena_printf(s->arena, "the name of a member must stand in double quotes: %s",
                                                  json_word_shown(s, word)));
    if (c != '"')
        return json_fail(s, s->here, frame->position > 0 ? "the name of a member must stand here, in double quotes"
                                                         : "the name of a member, in double quotes, or \"}\" must stand here");
    s->name = s->here;
    if (!json_token_text(s))
        return false;
    frame->name_start = s->name.at;
    frame->name_size = s->here.at - s->name.at;
    frame->inside = true;
    s->after = s->here;
    s->wanted = JSON_WANT_COLON;
    return true;
}

/* Before another value a comma or colon was forgotten: its place is behind what went before, perhaps a line above. */
static struct json_spot missing_spot(const struct json_scanner *s, int c)
{
    return c == '"' || c == '{' || c == '[' || json_word(s, true) > 0 ? s->after : s->here;
}

static bool read_colon(struct json_scanner *s, int c)
{
    if (c == '}' || c == ']' || c == ',')
        return value_missing(s);
    if (c != ':')
        return json_fail(s, missing_spot(s, c), "a colon must follow the name of a member");
    json_steps(s, 1);
    s->wanted = JSON_WANT_VALUE;
    return true;
}

static bool read_more(struct json_scanner *s, int c)
{
    struct json_frame *frame = top(s);
    if (c == '}' || c == ']')
        return close_bracket(s, (char)c);
    if (c != ',')
        return json_fail(s, missing_spot(s, c),
                         frame->object ? "a comma or \"}\" must follow here" : "a comma or \"]\" must follow here");
    s->comma = s->here;
    frame->position++;
    s->wanted = frame->object ? JSON_WANT_NAME : JSON_WANT_VALUE;
    json_steps(s, 1);
    return true;
}

static bool read_end(struct json_scanner *s, int c)
{
    if (c == '}' || c == ']')
        return close_bracket(s, (char)c);
    return json_fail(s, s->here, arena_printf(s->arena, "nothing may follow the document, which ends at %u:%u", s->after.line,
                                              s->after.column - 1));
}

static bool file_ended(struct json_scanner *s)
{
    const struct json_frame *frame = top(s);
    if (frame != NULL)
        return json_fail(s, s->here, arena_printf(s->arena, "the file ends before the %s that begins at %u:%u is closed",
                                                  frame->object ? "object" : "list", frame->opened.line, frame->opened.column));
    return s->wanted == JSON_WANT_END || json_fail(s, s->here, "the file holds only white space");
}

static bool read_next(struct json_scanner *s)
{
    const char *stray = stray_sentence(s);
    if (stray != NULL)
        return json_fail(s, s->here, stray);
    int c = json_peek(s, 0);
    switch (s->wanted) {
    case JSON_WANT_VALUE: return read_value(s, c);
    case JSON_WANT_NAME: return read_name(s, c);
    case JSON_WANT_COLON: return read_colon(s, c);
    case JSON_WANT_MORE: return read_more(s, c);
    case JSON_WANT_END: return read_end(s, c);
    }
    check(false);
    return false;
}

bool json_index_make(struct json_index *index, struct arena *arena, const char *source, size_t size, struct json_error *error)
{
    struct json_scanner s = {
        .arena = arena, .source = source, .size = size, .here = {0, 1, 1}, .index = index, .error = error,
    };
    *index = (struct json_index){0};
    if (!start_fits(&s))
        return false;
    for (;;) {
        while (json_peek(&s, 0) == ' ' || json_peek(&s, 0) == '\t' || json_peek(&s, 0) == '\n' || json_peek(&s, 0) == '\r')
            json_steps(&s, 1);
        if (json_peek(&s, 0) == JSON_NO_BYTE)
            return file_ended(&s);
        if (!read_next(&s))
            return false;
    }
}

void json_index_free(struct json_index *index)
{
    free(index->places);
    *index = (struct json_index){0};
}
