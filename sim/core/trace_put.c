/*
 * The values of a row's fields as JSON.
 */
#include "core/trace_put.h"

#include "core/arena.h"
#include "core/check.h"

#define EXACT_MOST (UINT64_C(1) << 53) /* beyond it readers that know only doubles would round */

/* No byte of the form becomes more than six of JSON ("\u00ff"); the rest is for braces that stand in no field. */
void put_reserve(struct text *text, size_t form_bytes)
{
    check(form_bytes < SIZE_MAX / 16);
    size_t wanted = text->length + 6 * form_bytes + 64;
    if (wanted <= text->room)
        return;
    wanted = wanted < 2 * text->room ? 2 * text->room : wanted;
    text->bytes = memory_grow(text->bytes, wanted);
    text->room = wanted;
}

static unsigned digits_of(uint64_t number)
{
    static const uint64_t powers[] = {
        0, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, UINT64_C(10000000000), UINT64_C(100000000000),
        UINT64_C(1000000000000), UINT64_C(10000000000000), UINT64_C(100000000000000), UINT64_C(1000000000000000),
        UINT64_C(10000000000000000), UINT64_C(100000000000000000), UINT64_C(1000000000000000000), UINT64_C(10000000000000000000),
    };
    unsigned bits = 64 - (unsigned)__builtin_clzll(number | 1), least = bits * 1233 >> 12; /* log 2 = 0.30103 */
    return least + (number >= powers[least]);
}

/* Written where it shall stand, two digits a division: what is put together elsewhere has to be waited for when it is copied. */
static void put_decimal(struct text *text, uint64_t number)
{
    static const char pairs[] = "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
                                "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";
    text->length += digits_of(number);
    char *at = text->bytes + text->length;
    for (; number > UINT32_MAX; number /= 100)
        memcpy(at -= 2, pairs + 2 * (number % 100), 2);
    uint32_t rest = (uint32_t)number; /* divided in half the time */
    for (; rest >= 100; rest /= 100)
        memcpy(at -= 2, pairs + 2 * (rest % 100), 2);
    if (rest >= 10)
        memcpy(at - 2, pairs + 2 * rest, 2);
    else
        at[-1] = (char)('0' + rest);
}

void put_integer(struct text *text, uint64_t number, bool is_signed)
{
    bool negative = is_signed && number >> 63 != 0;
    uint64_t size = negative ? 0 - number : number;
    if (size > EXACT_MOST)
        put(text, '"');
    if (negative)
        put(text, '-');
    put_decimal(text, size);
    if (size > EXACT_MOST)
        put(text, '"');
}

/* True if a byte of the eight is a control, '"', '\\' or beyond ASCII. The usual trick: a borrow reaches a byte's top bit
   where the byte is less than what is subtracted, or was 0 after the xor. A borrow can only make it true too often. */
static bool eight_are_odd(uint64_t eight)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    uint64_t quote = eight ^ ones * '"', slash = eight ^ ones * '\\';
    return ((eight | (eight - ones * 0x20) | (quote - ones) | (slash - ones)) & tops) != 0;
}

static bool is_odd(char c)
{
    return (unsigned char)c < 0x20 || (unsigned char)c > 0x7f || c == '"' || c == '\\';
}

/* Copies eight at a time and looks at them on the way; the last eight of a text overlap those before. */
bool put_plain(struct text *text, const char *value, size_t length)
{
    char *to = text->bytes + text->length;
    bool odd = false;
    uint64_t eight;
    *to++ = '"';
    if (length >= 8) {
        for (size_t at = 0; at + 8 < length; at += 8) {
            memcpy(&eight, value + at, 8);
            odd |= eight_are_odd(eight);
            memcpy(to + at, &eight, 8);
        }
        memcpy(&eight, value + length - 8, 8);
        odd |= eight_are_odd(eight);
        memcpy(to + length - 8, &eight, 8);
    } else {
        for (size_t at = 0; at < length; at++) {
            odd |= is_odd(value[at]);
            to[at] = value[at];
        }
    }
    if (odd)
        return false;
    to[length] = '"';
    text->length += length + 2;
    return true;
}

void put_quoted(struct text *text, const char *value, size_t length)
{
    if (!put_plain(text, value, length))
        text_json(text, value);
}

void put_hex(struct text *text, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    put(text, '"');
    for (size_t i = 0; i < size; i++) {
        put(text, digits[bytes[i] >> 4]);
        put(text, digits[bytes[i] & 15]);
    }
    put(text, '"');
}

void put_value(struct text *text, const struct form_field *field)
{
    switch (field->tag) {
    case FORM_INT: put_integer(text, field->number, true); break;
    case FORM_UINT: put_integer(text, field->number, false); break;
    case FORM_BOOL: put_few(text, field->number != 0 ? "true" : "false", field->number != 0 ? 4 : 5); break;
    case FORM_NULL: put_few(text, "null", 4); break;
    case FORM_TEXT: put_quoted(text, (const char *)field->bytes, field->size); break;
    case FORM_BYTES: put_hex(text, field->bytes, field->size); break;
    case FORM_LIST: put(text, '['); break;
    case FORM_MAP: put(text, '{'); break;
    case FORM_CLOSE: break;
    }
}
