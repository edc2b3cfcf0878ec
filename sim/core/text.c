/*
 * Text helpers. Numbers are read and written in integer arithmetic: a time, rate or size that is not exact in its smallest
 * unit is refused, never rounded.
 */
#include "core/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/check.h"

__extension__ typedef unsigned __int128 wide;

/* ---- texts that grow ---- */

static void text_reserve(struct text *text, size_t more)
{
    check(more < SIZE_MAX / 4 && text->length < SIZE_MAX / 4);
    size_t wanted = text->length + more + 1;
    if (wanted <= text->room)
        return;
    size_t room = text->room < 64 ? 64 : text->room;
    while (room < wanted)
        room *= 2;
    text->bytes = memory_grow(text->bytes, room);
    text->room = room;
}

void text_add_n(struct text *text, const char *more, size_t length)
{
    text_reserve(text, length);
    if (length > 0)
        memcpy(text->bytes + text->length, more, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void text_add(struct text *text, const char *more)
{
    text_add_n(text, more, strlen(more));
}

void text_printf(struct text *text, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    text_reserve(text, 0);
    size_t left = text->room - text->length;
    int length = vsnprintf(text->bytes + text->length, left, format, arguments);
    va_end(arguments);
    check(length >= 0);
    if ((size_t)length >= left) {
        text_reserve(text, (size_t)length);
        vsnprintf(text->bytes + text->length, text->room - text->length, format, again);
    }
    va_end(again);
    text->length += (size_t)length;
}

char *text_done(struct text *text)
{
    text_reserve(text, 0);
    text->bytes[text->length] = '\0';
    char *bytes = text->bytes;
    *text = (struct text){0};
    return bytes;
}

void text_free(struct text *text)
{
    free(text->bytes);
    *text = (struct text){0};
}

/* ---- JSON ---- */

/* The length of the well-formed UTF-8 sequence at the start of a text, 0 if there is none. */
static size_t utf8_length(const unsigned char *at)
{
    if (at[0] < 0x80)
        return 1;
    size_t length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    if (at[0] < 0xc2 || at[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
    bool surrogate = at[0] == 0xed && at[1] >= 0xa0;
    bool beyond = at[0] == 0xf4 && at[1] >= 0x90;
    return overlong || surrogate || beyond ? 0 : length;
}

static void text_json_escape(struct text *text, unsigned char byte)
{
    switch (byte) {
    case '"': text_add_n(text, "\\\"", 2); break;
    case '\\': text_add_n(text, "\\\\", 2); break;
    case '\b': text_add_n(text, "\\b", 2); break;
    case '\f': text_add_n(text, "\\f", 2); break;
    case '\n': text_add_n(text, "\\n", 2); break;
    case '\r': text_add_n(text, "\\r", 2); break;
    case '\t': text_add_n(text, "\\t", 2); break;
    default: text_printf(text, "\\u%04x", byte); break;
    }
}

bool text_is_utf8(const char *value)
{
    while (*value != '\0') {
        unsigned char bytes[4] = {0};
        for (size_t i = 0; i < 4 && value[i] != '\0'; i++)
            bytes[i] = (unsigned char)value[i];
        size_t length = utf8_length(bytes);
        if (length == 0)
            return false;
        value += length;
    }
    return true;
}

void text_json(struct text *text, const char *value)
{
    if (value == NULL) {
        text_add_n(text, "null", 4);
        return;
    }
    text_add_n(text, "\"", 1);
    const char *plain = value; /* what needs no change is copied in one piece */
    for (const char *at = value; *at != '\0';) {
        unsigned char bytes[4] = {0}; /* never beyond the terminator */
        for (size_t i = 0; i < 4 && at[i] != '\0'; i++)
            bytes[i] = (unsigned char)at[i];
        size_t length = utf8_length(bytes);
        if (length > 0 && bytes[0] >= 0x20 && bytes[0] != '"' && bytes[0] != '\\') {
            at += length;
            continue;
        }
        text_add_n(text, plain, (size_t)(at - plain));
        if (length == 0)
            text_add_n(text, "\\ufffd", 6); /* a foreign byte must not make the output ill-formed */
        else
            text_json_escape(text, bytes[0]);
        plain = ++at;
    }
    text_add(text, plain);
    text_add_n(text, "\"", 1);
}

/* ---- numbers with units ---- */

struct unit {
    const char *name;
    uint64_t factor;
};

#define NS_A_SECOND UINT64_C(1000000000)

static const struct unit time_units[] = {
    {"d", 86400 * NS_A_SECOND}, {"h", 3600 * NS_A_SECOND}, {"m", 60 * NS_A_SECOND}, {"s", NS_A_SECOND},
    {"ms", 1000000},            {"us", 1000},              {"ns", 1},               {NULL, 0},
};
static const struct unit rate_units[] = {
    {"bps", 1}, {"kbps", 1000}, {"Mbps", 1000000}, {"Gbps", 1000000000}, {"Tbps", UINT64_C(1000000000000)}, {NULL, 0},
};
static const struct unit size_units[] = {
    {"", 1}, {"B", 1}, {"KiB", UINT64_C(1) << 10}, {"MiB", UINT64_C(1) << 20}, {"GiB", UINT64_C(1) << 30}, {NULL, 0},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A decimal number and a unit of the table, if the product is a whole number up to `most`. */
static bool quantity_parse(const char *text, const struct unit *units, uint64_t most, uint64_t *value)
{
    const char *at = text;
    uint64_t whole = 0, fraction = 0, scale = 1;
    if (!is_digit(*at))
        return false;
    for (; is_digit(*at); at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (whole > (UINT64_MAX - digit) / 10)
            return false;
        whole = whole * 10 + digit;
    }
    if (*at == '.') {
        at++;
        if (!is_digit(*at))
            return false;
        for (; is_digit(*at); at++) {
            if (scale == NS_A_SECOND)
                return false; /* more than nine decimals */
            fraction = fraction * 10 + (uint64_t)(*at - '0');
            scale *= 10;
        }
    }
    for (const struct unit *unit = units; unit->name != NULL; unit++) {
        if (strcmp(at, unit->name) != 0)
            continue;
        wide part = (wide)fraction * unit->factor;
        wide total = (wide)whole * unit->factor + part / scale;
        if (part % scale != 0 || total > most)
            return false;
        *value = (uint64_t)total;
        return true;
    }
    return false;
}

bool time_parse(const char *text, int64_t *ns)
{
    if (strcmp(text, "0") == 0) {
        *ns = 0;
        return true;
    }
    uint64_t value;
    if (!quantity_parse(text, time_units, INT64_MAX, &value))
        return false;
    *ns = (int64_t)value;
    return true;
}

bool rate_parse(const char *text, uint64_t *bits_per_second)
{
    return quantity_parse(text, rate_units, UINT64_MAX, bits_per_second);
}

bool size_parse(const char *text, uint64_t *bytes)
{
    return quantity_parse(text, size_units, UINT64_MAX, bytes);
}

bool ratio_parse(const char *text, uint64_t *numerator, uint64_t *denominator)
{
    static const struct unit percent[] = { { "%", NS_A_SECOND }, { NULL, 0 } };
    const char *slash = strchr(text, '/');
    char first[24];
    *denominator = 100 * NS_A_SECOND;
    if (!slash)
        return quantity_parse(text, percent, UINT64_MAX, numerator);
    if ((size_t)(slash - text) >= sizeof first)
        return false;
    memcpy(first, text, (size_t)(slash - text));
    first[slash - text] = 0;
    return is_digit(first[0]) && is_digit(slash[1]) && number_parse(first, numerator) && number_parse(slash + 1, denominator) && *denominator > 0;
}

void time_text(int64_t ns, char text[TIME_TEXT])
{
    uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    const char *sign = ns < 0 ? "-" : "";
    if (ns == 0) {
        snprintf(text, TIME_TEXT, "0");
        return;
    }
    const struct unit *unit = time_units;
    /* Decimals belong to the decimal units: 90s, not 1.5m. */
    for (; unit->factor > 1; unit++) {
        uint64_t grain = unit->factor > NS_A_SECOND ? unit->factor : unit->factor / 1000;
        if (size >= unit->factor && size % grain == 0)
            break;
    }
    uint64_t whole = size / unit->factor, thousandths = unit->factor > 1 ? size % unit->factor / (unit->factor / 1000) : 0;
    if (thousandths == 0) {
        snprintf(text, TIME_TEXT, "%s%" PRIu64 "%s", sign, whole, unit->name);
        return;
    }
    unsigned digits = 3;
    for (; thousandths % 10 == 0; digits--)
        thousandths /= 10;
    snprintf(text, TIME_TEXT, "%s%" PRIu64 ".%0*" PRIu64 "%s", sign, whole, (int)digits, thousandths, unit->name);
}

static int digit_value(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 99;
}

bool number_parse(const char *text, uint64_t *value)
{
    uint64_t base = text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 16 : 10;
    const char *at = base == 16 ? text + 2 : text;
    uint64_t number = 0;
    if (*at == '\0')
        return false;
    for (; *at != '\0'; at++) {
        uint64_t digit = (uint64_t)digit_value(*at);
        if (digit >= base || number > (UINT64_MAX - digit) / base)
            return false;
        number = number * base + digit;
    }
    *value = number;
    return true;
}

/* ---- the nearest word ---- */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. `rows` has room for three
   rows of strlen(b) + 1 numbers. */
static size_t edit_distance(const char *a, const char *b, size_t *rows)
{
    size_t length_a = strlen(a), length_b = strlen(b), width = length_b + 1;
    size_t *before = rows, *last = rows + width, *row = rows + 2 * width;
    for (size_t j = 0; j < width; j++)
        last[j] = j;
    for (size_t i = 1; i <= length_a; i++) {
        row[0] = i;
        for (size_t j = 1; j <= length_b; j++) {
            size_t cost = last[j - 1] + (a[i - 1] != b[j - 1]);
            cost = least(cost, least(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                cost = least(cost, before[j - 2] + 1);
            row[j] = cost;
        }
        size_t *spare = before;
        before = last;
        last = row;
        row = spare;
    }
    return last[length_b];
}

const char *nearest_word(const char *word, const char *const *candidates, size_t count)
{
    size_t length = strlen(word), limit = length / 3 > 0 ? length / 3 : 1, longest = 0;
    for (size_t i = 0; i < count; i++)
        longest = strlen(candidates[i]) > longest ? strlen(candidates[i]) : longest;
    size_t *rows = memory_take(3 * (longest + 1) * sizeof *rows);
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t other = strlen(candidates[i]);
        if ((other > length ? other - length : length - other) > limit)
            continue;
        size_t distance = edit_distance(word, candidates[i], rows);
        if (distance > limit || (distance == limit && nearest != NULL))
            continue;
        nearest = candidates[i];
        limit = distance;
    }
    free(rows);
    return nearest;
}
