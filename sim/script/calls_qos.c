/*
 * Calls: WSPGetQOSByName. The name lies in a buffer, which takes the list of names when it is empty.
 */
#include <string.h>

#include "script/call.h"
#include "ws2/decode.h"

#include <qossp.h>

#define ROOM 256

/* As the step says: NULL, outside, or a block with the text in it. */
static WSABUF *name_buffer(const struct call *call, char **block)
{
    const struct json *name = argument(call, "name"), *size = argument(call, "name_size");
    struct process *process = call->process;
    *block = NULL;
    if (name->type == JSON_NULL) return NULL;
    if (is_text(name, "bad")) return memory_outside(process);
    WSABUF *buffer = memory_block(process, sizeof *buffer);
    size_t length = strlen(name->text), room = size ? (size_t)read_uint(size) : length ? length : ROOM;
    buffer->len = (u_long)room;
    *block = memory_block(process, room > length ? room : length + 1);
    buffer->buf = *block;
    memcpy(*block, name->text, length);
    return buffer;
}

static QOS *answer_room(const struct call *call)
{
    const struct json *out = argument(call, "out");
    if (out && out->type == JSON_NULL) return NULL;
    return is_text(out, "bad") ? memory_outside(call->process) : memory_block(call->process, sizeof(QOS));
}

static void answer_check(const struct call *call, const WSABUF *name, const QOS *qos, bool asked)
{
    const struct json *out = argument(call, "out");
    struct arena *arena = call->script->arena;
    if (!out || out->type != JSON_OBJECT) return;
    check_out(call, asked ? value_add(value_new(arena, VALUE_MAP), "names", decode_names(arena, name->buf, name->len)) : decode_qos(arena, (const uint8_t *)qos, sizeof *qos));
}

struct outcome call_qos_step(const struct call *call)
{
    int error = 0;
    char *text;
    WSABUF *name = name_buffer(call, &text);
    QOS *qos = answer_room(call), *outside = memory_outside(call->process);
    bool asked = text && !*text, found = spi_get_qos_by_name(call->line->thread, call_socket(call), name, qos, &error);
    if (found) answer_check(call, name, qos, asked);
    if (text) check_number(call, "size", name->len, "the buffer's length");
    if (text) memory_release(call->process, text);
    if (text) memory_release(call->process, name);
    if (qos && qos != outside) memory_release(call->process, qos);
    return (struct outcome){ .failed = !found, .error = error };
}
