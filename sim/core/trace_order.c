#include "core/trace_order.h"

#include <string.h>

#include "core/trace_form.h"

/* It is the first field; a packet row without it comes as soon as it is there. */
uint64_t trace_after(const struct trace_row *row)
{
    const uint8_t *at = row->detail;
    struct form_field field;
    if (!form_field_next(&at, row->detail + row->detail_size, &field) || field.tag != FORM_UINT || strcmp(field.key, "after") != 0)
        return 0;
    return field.number;
}

bool trace_cursor_next(struct trace_cursor *cursor, const struct trace *trace, struct trace_row *row)
{
    uint64_t packet = TRACE_PACKET_BASE + cursor->packets + 1;
    if (packet <= trace_newest_packet(trace) && trace_read(trace, packet, row) && trace_after(row) <= cursor->rows) {
        cursor->packets++;
        return true;
    }
    if (!trace_read(trace, cursor->rows + 1, row))
        return false;
    cursor->rows++;
    return true;
}
