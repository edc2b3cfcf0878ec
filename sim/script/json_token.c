/*
 * Texts, numbers and words of a JSON text: where they end and, if they are wrong, which sentence helps. A number is only
 * delimited here, never computed, so no locale and no rounding can take part.
 */
#include <string.h>

#include "core/arena.h"
#include "script/json.h"
#include "script/json_index.h"

/* ---- bytes ---- */

int json_peek(const struct json_scanner *s, size_t ahead)
{
    return ahead < s->size - s->here.at ? (unsigned char)s->source[s->here.at + ahead] : JSON_NO_BYTE;
}

/* A UTF-8 sequence is one column, counted by its first byte. */
void json_steps(struct json_scanner *s, size_t count)
{
    for (; count > 0; count--) {
        unsigned char passed = (unsigned char)s->source[s->here.at++];
        if (passed == '\n') {
            s->here.line++;
            s->here.column = 1;
        } else if ((passed & 0xc0) != 0x80) {
            s->here.column++;
        }
    }
}

size_t json_sequence(const struct json_scanner *s)
{
    int first = json_peek(s, 0), second = json_peek(s, 1);
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    for (size_t i = 1; i < length; i++)
        if (json_peek(s, i) == JSON_NO_BYTE || (json_peek(s, i) & 0xc0) != 0x80)
            return 0;
    bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    bool surrogate = first == 0xed && second >= 0xa0;
    bool beyond = first == 0xf4 && second >= 0x90;
    return overlong || surrogate || beyond ? 0 : length;
}

bool json_at_comment(const struct json_scanner *s, size_t ahead)
{
    int c = json_peek(s, ahead);
    return c == '#' || (c == '/' && (json_peek(s, ahead + 1) == '/' || json_peek(s, ahead + 1) == '*'));
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

static int hex_value(int c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* ---- texts ---- */

/* The value of \uXXXX that stands `ahead` of here, -1 if it does not. */
static int escape_unit(const struct json_scanner *s, size_t ahead)
{
    if (json_peek(s, ahead) != '\\' || json_peek(s, ahead + 1) != 'u')
        return -1;
    int unit = 0;
    for (size_t i = 2; i < 6; i++) {
        int digit = hex_value(json_peek(s, ahead + i));
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

static bool is_high_half(int unit)
{
    return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low_half(int unit)
{
    return unit >= 0xdc00 && unit < 0xe000;
}

static bool read_unicode_escape(struct json_scanner *s)
{
    int unit = escape_unit(s, 0);
    if (unit < 0)
        return json_fail(s, s->here, "this escape is not JSON: \\u needs four hexadecimal digits");
    if (unit == 0)
        return json_fail(s, s->here, "\\u0000 cannot stand in a text here: texts hold no NUL");
    if (is_low_half(unit))
        return json_fail(s, s->here, "this escape is the second half of a surrogate pair, and the first half is missing");
    if (!is_high_half(unit)) {
        json_steps(s, 6);
        return true;
    }
    if (!is_low_half(escape_unit(s, 6)))
        return json_fail(s, s->here, "this escape is the first half of a surrogate pair, and the second half is missing");
    json_steps(s, 12);
    return true;
}

static bool read_escape(struct json_scanner *s)
{
    int c = json_peek(s, 1);
    if (c == 'u')
        return read_unicode_escape(s);
    if (c == JSON_NO_BYTE || c == 0 || strchr("\"\\/bfnrt", c) == NULL)
        return json_fail(s, s->here, "this escape is not JSON, which has \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX");
    json_steps(s, 2);
    return true;
}

static bool refuse_control(struct json_scanner *s, int c)
{
    if (c == '\n' || c == '\r')
        return json_fail(s, s->here, "a text must end before the end of the line");
    if (c == '\t')
        return json_fail(s, s->here, "a tab within a text is written \\t");
    if (c == 0)
        return json_fail(s, s->here, "a NUL byte stands here, which JSON does not have");
    return json_fail(s, s->here, arena_printf(s->arena, "a control character within a text is written \\u%04x", (unsigned)c));
}

bool json_token_text(struct json_scanner *s)
{
    struct json_spot start = s->here;
    json_steps(s, 1);
    while (json_peek(s, 0) != '"') {
        int c = json_peek(s, 0);
        bool cut_escape = c == '\\' && json_peek(s, 1) == JSON_NO_BYTE;
        if (c == JSON_NO_BYTE || cut_escape)
            return json_fail(s, s->here, arena_printf(s->arena, "the file ends inside the text that begins at %u:%u", start.line,
                                                      start.column));
        if (c < 0x20)
            return refuse_control(s, c);
        size_t length = json_sequence(s);
        if (length == 0)
            return json_fail(s, s->here, "the bytes here are not UTF-8");
        if (c != '\\')
            json_steps(s, length);
        else if (!read_escape(s))
            return false;
    }
    json_steps(s, 1);
    return true;
}

/* ---- numbers and words ---- */

size_t json_word(const struct json_scanner *s, bool name)
{
    size_t length = 0;
    for (;; length++) {
        int c = json_peek(s, length);
        bool plain = is_letter(c) || is_digit(c) || c == '.' || c == '-';
        bool of_values = c == '+' || c == ':' || c == '/' || c == '%';
        if ((!plain && (name || !of_values)) || json_at_comment(s, length))
            return length;
    }
}

const char *json_word_shown(const struct json_scanner *s, size_t length)
{
    return json_shown(s->arena, arena_text_n(s->arena, s->source + s->here.at, length));
}

static size_t digits(const char *word, size_t size, size_t from)
{
    while (from < size && is_digit(word[from]))
        from++;
    return from;
}

/* Why a word made of the characters of numbers is no number, and *offset where; NULL: it is one. */
static const char *number_fault(const char *word, size_t size, size_t *offset)
{
    size_t at = word[0] == '-', from = at;
    *offset = at;
    if (word[0] == '+')
        return "a number must not begin with \"+\"";
    if (at < size && word[at] == '.')
        return "a digit must stand before the decimal point";
    if ((at = digits(word, size, from)) == from)
        return "a digit must follow the \"-\"";
    if (word[from] == '0' && at > from + 1)
        return "a number must not begin with a needless zero";
    if (at < size && word[at] == '.') {
        from = *offset = at + 1;
        if ((at = digits(word, size, from)) == from)
            return "a digit must follow the decimal point";
    }
    if (at < size && (word[at] == 'e' || word[at] == 'E')) {
        at++;
        from = at += at < size && (word[at] == '+' || word[at] == '-');
        *offset = from;
        if ((at = digits(word, size, from)) == from)
            return "a digit must follow in the exponent";
    }
    *offset = 0;
    return at < size ? "" : NULL;
}

static bool word_is(const struct json_scanner *s, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(s->source + s->here.at, word, length) == 0;
}

/* A word that other languages know as a value. NULL: it is none. */
static const char *foreign_sentence(const struct json_scanner *s, size_t length)
{
    static const char *const foreign[][2] = {
        {"True", "true"}, {"TRUE", "true"}, {"False", "false"}, {"FALSE", "false"},     {"Null", "null"},
        {"NULL", "null"}, {"None", "null"}, {"nil", "null"},    {"undefined", "null"},
    };
    static const char *const no_numbers[] = {
        "NaN", "nan", "-NaN", "-nan", "Infinity", "+Infinity", "-Infinity", "inf", "+inf", "-inf", "Inf", "+Inf", "-Inf",
    };
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (word_is(s, length, foreign[i][0]))
            return arena_printf(s->arena, "\"%s\" is not JSON; write %s", foreign[i][0], foreign[i][1]);
    for (size_t i = 0; i < sizeof no_numbers / sizeof *no_numbers; i++)
        if (word_is(s, length, no_numbers[i]))
            return arena_printf(s->arena, "\"%s\" is not a JSON number", no_numbers[i]);
    return NULL;
}

static bool is_hexadecimal(const char *word, size_t size)
{
    size_t at = size > 0 && word[0] == '-';
    if (size < at + 3 || word[at] != '0' || (word[at + 1] != 'x' && word[at + 1] != 'X'))
        return false;
    for (at += 2; at < size; at++)
        if (hex_value(word[at]) < 0)
            return false;
    return true;
}

bool json_token_plain(struct json_scanner *s)
{
    size_t length = json_word(s, false), numeric = 0, offset = 0;
    const char *word = s->source + s->here.at, *fault = "";
    if (length == 0)
        return json_fail(s, s->here, "a value must stand here");
    if (word_is(s, length, "true") || word_is(s, length, "false") || word_is(s, length, "null")) {
        json_steps(s, length);
        return true;
    }
    while (numeric < length && (is_digit(word[numeric]) || strchr("+-.eE", word[numeric]) != NULL))
        numeric++;
    if (numeric == length && !is_letter(word[0]))
        fault = number_fault(word, length, &offset);
    if (fault == NULL) {
        json_steps(s, length);
        return true;
    }
    if (fault[0] == '\0')
        fault = foreign_sentence(s, length);
    if (fault == NULL && is_hexadecimal(word, length))
        fault = arena_printf(s->arena, "%s is not a JSON number; write it in decimal digits, or as a text in double quotes",
                             json_word_shown(s, length));
    if (fault == NULL)
        fault = arena_printf(s->arena, "%s is not a JSON value; a text must stand in double quotes", json_word_shown(s, length));
    json_steps(s, offset);
    return json_fail(s, s->here, fault);
}
