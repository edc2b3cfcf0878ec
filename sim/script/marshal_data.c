/*
 * Data of sends and receives: from the words of a step to buffers in the process's memory, and back to a comparison.
 */
#include <string.h>

#include "core/text.h"
#include "script/call.h"
#include "script/load.h"
#include "script/marshal.h"
#include "ws2/decode.h"

/* ---- one piece: {"text"}, {"hex"}, {"fill", "size"}, {"size"} ---- */

struct piece { const char *text; const struct json *hex; bool filled; uint8_t fill; uint64_t size; bool sized; };

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static uint8_t hex_byte(const char *digits) { return (uint8_t)(hex_digit(digits[0]) << 4 | hex_digit(digits[1])); }

/* Checked by data_check before. */
static struct piece piece_read(const struct json *value)
{
    struct piece piece = { 0 };
    const struct json *text = json_member(value, "text"), *hex = json_member(value, "hex"), *fill = json_member(value, "fill"), *size = json_member(value, "size");
    if (text) piece.text = text->text;
    piece.hex = hex;
    if (fill) piece.filled = true;
    if (fill) piece.fill = (uint8_t)read_uint(fill);
    piece.sized = size || text || hex;
    piece.size = size ? read_size(size) : text ? strlen(text->text) : hex ? strlen(hex->text) / 2 : 0;
    return piece;
}

uint64_t data_size(const struct json *data) { return piece_read(data).size; }

static void piece_write(const struct piece *piece, uint8_t *bytes)
{
    if (piece->text) memcpy(bytes, piece->text, piece->size);
    else if (piece->hex) for (uint64_t i = 0; i < piece->size; i++) bytes[i] = hex_byte(piece->hex->text + 2 * i);
    else memset(bytes, piece->fill, piece->size);
}

static bool piece_byte(const struct piece *piece, uint64_t at, uint8_t byte)
{
    if (piece->text) return (uint8_t)piece->text[at] == byte;
    if (piece->hex) return hex_byte(piece->hex->text + 2 * at) == byte;
    return !piece->filled || piece->fill == byte;
}

/* ---- what the loader asks ---- */

static bool hex_good(const char *text)
{
    for (; *text; text += 2)
        if (hex_digit(text[0]) < 0 || hex_digit(text[1]) < 0) return false;
    return true;
}

static void piece_check(struct problems *problems, const struct json *value, bool expected)
{
    const struct json *text = json_member(value, "text"), *hex = json_member(value, "hex"), *fill = json_member(value, "fill"), *size = json_member(value, "size");
    for (const struct json *member = value->first; member; member = member->next)
        if (member != text && member != hex && member != fill && member != size) {
            problem_at_name(problems, member, "data has \"text\", \"hex\", or \"fill\" and \"size\", not \"%s\"", member->name);
            return;
        }
    if ((text != NULL) + (hex != NULL) + (fill || size) != 1) problem_at(problems, value, "data has exactly one of \"text\", \"hex\", and \"fill\" with \"size\"");
    else if (text) type_check(problems, text, TYPE_TEXT);
    else if (hex && (!type_check(problems, hex, TYPE_TEXT) || !hex_good(hex->text))) problem_at(problems, hex, "expected an even number of hexadecimal digits");
    else if (fill && (!type_check(problems, fill, TYPE_UINT32) || read_uint(fill) > 255)) problem_at(problems, fill, "expected a byte: a whole number from 0 to 255");
    else if (fill && !size && !expected) problem_at(problems, value, "how many bytes? say \"size\"");
    else if (size && type_check(problems, size, TYPE_SIZE) && read_size(size) > DATA_BYTES_MOST) problem_at(problems, size, "a buffer has at most 32 MiB");
}

void marshal_data_check(struct problems *problems, const struct json *value, bool expected)
{
    if (value->type == JSON_OBJECT) {
        piece_check(problems, value, expected);
        return;
    }
    if (value->type != JSON_LIST) return;
    if (value->count > DATA_PIECES_MOST) problem_at(problems, value, "a call takes at most %d buffers here", DATA_PIECES_MOST);
    for (const struct json *one = value->first; one; one = one->next) {
        if (one->type == JSON_OBJECT) piece_check(problems, one, expected);
        else if (one->type != JSON_NULL && !is_text(one, "bad")) problem_at(problems, one, "expected data such as {\"text\": \"hello\"}, null or \"bad\"");
    }
}

void marshal_sizes_check(struct problems *problems, const struct json *value)
{
    if (value->type == JSON_LIST && value->count > DATA_PIECES_MOST) problem_at(problems, value, "a call takes at most %d buffers here", DATA_PIECES_MOST);
    for (const struct json *one = value->type == JSON_LIST ? value->first : value; one; one = value->type == JSON_LIST ? one->next : NULL)
        if (read_size(one) > DATA_BYTES_MOST) problem_at(problems, one, "a buffer has at most 32 MiB");
}

/* ---- buffers ---- */

#define BAD_BYTES 16 /* what a buffer that is not there claims to hold */

void *moving_block(struct process *process, struct moving *moving, size_t size)
{
    check(moving->block_count < sizeof moving->blocks / sizeof *moving->blocks);
    return moving->blocks[moving->block_count++] = memory_block(process, size);
}

static void buffer_add(struct process *process, struct moving *moving, const struct json *one)
{
    WSABUF *buffer = &moving->buffers[moving->count++];
    *buffer = (WSABUF){ .len = BAD_BYTES, .buf = one->type == JSON_NULL ? NULL : memory_outside(process) };
    if (one->type == JSON_OBJECT) {
        struct piece piece = piece_read(one);
        *buffer = (WSABUF){ .len = (ULONG)piece.size, .buf = moving_block(process, moving, piece.size) };
        piece_write(&piece, (uint8_t *)buffer->buf);
    }
    moving->total += buffer->len;
}

void moving_data(struct process *process, const struct json *data, struct moving *moving)
{
    bool list = data->type == JSON_LIST;
    if (!list && data->type != JSON_OBJECT) { /* a pointer to no array */
        moving->count = 1;
        moving->buffers = data->type == JSON_NULL ? NULL : memory_outside(process);
        return;
    }
    moving->buffers = moving_block(process, moving, (list ? data->count : 1) * sizeof *moving->buffers);
    if (!list) buffer_add(process, moving, data);
    for (const struct json *one = list ? data->first : NULL; one; one = one->next) buffer_add(process, moving, one);
}

void moving_room(struct process *process, const struct json *sizes, struct moving *moving)
{
    bool list = sizes->type == JSON_LIST;
    moving->receives = true;
    moving->buffers = moving_block(process, moving, (list ? sizes->count : 1) * sizeof *moving->buffers);
    for (const struct json *one = list ? sizes->first : sizes; one; one = list ? one->next : NULL) {
        uint64_t size = read_size(one);
        moving->buffers[moving->count++] = (WSABUF){ .len = (ULONG)size, .buf = moving_block(process, moving, size) };
        moving->total += size;
    }
}

void moving_free(struct process *process, struct moving *moving)
{
    for (size_t i = 0; i < moving->block_count; i++) memory_release(process, moving->blocks[i]);
    name_free(process, &moving->name);
    *moving = (struct moving){ 0 };
}

/* ---- what a receive brought ---- */

#define SHOWN 64

static const char *seen_words(struct script *script, const struct process *process, const struct moving *moving, uint64_t size)
{
    char bytes[SHOWN];
    if (size > sizeof bytes || decode_gather(process, moving->buffers, moving->count, bytes, size) != size) return arena_printf(script->arena, "{\"size\":%llu}", (unsigned long long)size);
    return value_words(script, decode_payload(script->arena, bytes, size));
}

static bool data_matches(const struct piece *piece, const struct moving *moving, uint64_t size)
{
    uint64_t at = 0;
    if (piece->sized && piece->size != size) return false;
    for (DWORD i = 0; i < moving->count; i++)
        for (ULONG k = 0; k < moving->buffers[i].len && at < size; k++, at++)
            if (!piece_byte(piece, at, (uint8_t)moving->buffers[i].buf[k])) return false;
    return true;
}

void check_data(struct script *script, const struct step *step, const struct json *expected, const struct process *process, const struct moving *moving, uint64_t size)
{
    if (expected->type != JSON_OBJECT || !moving->receives) return;
    struct piece piece = piece_read(expected);
    if (size > moving->total) size = moving->total;
    if (data_matches(&piece, moving, size)) return;
    fail_step(script, step, expected, json_words(script, expected), seen_words(script, process, moving, size), "something else arrived");
}
