/*
 * The seam: qualities of service by their names.
 */
#include "ws2/crossing.h"

#include <qossp.h>
#include <string.h>

/* A text in a buffer: what is plain of it, up to its zero or its end. */
static void row_text(struct crossing *at, const char *key, const WSABUF *buffer)
{
    const struct process *process = at->thread->process;
    if (!buffer || !memory_holds(process, buffer, sizeof *buffer)) {
        trace_pointer(at->trace, process, key, buffer);
        return;
    }
    if (buffer->len && (!buffer->buf || !memory_holds(process, buffer->buf, buffer->len))) {
        trace_pointer(at->trace, process, key, buffer->buf);
    } else {
        char text[80];
        size_t length = 0;
        for (; length < buffer->len && length + 1 < sizeof text && buffer->buf[length]; length++)
            text[length] = buffer->buf[length] >= ' ' && buffer->buf[length] <= '~' ? buffer->buf[length] : '?';
        text[length] = 0;
        trace_text(at->trace, key, text);
    }
    trace_uint(at->trace, "size", buffer->len);
}

bool spi_get_qos_by_name(struct thread *thread, SOCKET s, WSABUF *name, QOS *qos, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    *error = SPI_ERROR_UNSET;
    if (crossing_begins(&at, thread, "WSPGetQOSByName", s)) {
        row_text(&at, "name", name);
        trace_pointer(at.trace, process, "qos", qos);
        crossing_goes(&at);
    }
    bool asks = name && memory_holds(process, name, sizeof *name) && (name->len == 0 || (name->buf && memory_holds(process, name->buf, 1) && name->buf[0] == 0));
    bool found = at.table->lpWSPGetQOSByName(s, name, qos, error) != 0;
    judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = "WSPGetQOSByName", .s = s }, !found, *error);
    if (crossing_returns(&at, "WSPGetQOSByName", !found, *error)) {
        if (found && asks) value_trace(at.trace, "names", decode_names(at.arena, name->buf, name->len));
        else if (found) value_trace(at.trace, "found", decode_qos(at.arena, (const uint8_t *)qos, sizeof *qos));
        trace_end(at.trace);
    }
    crossing_ends(&at);
    return found;
}
