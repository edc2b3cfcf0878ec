/*
 * The seam: socket options.
 */
#include "ws2/crossing.h"

static void row_name(struct crossing *at, int level, int name)
{
    char room[24];
    trace_text(at->trace, "level", names_or_number(NAMES_LEVEL, level, room));
    trace_text(at->trace, "name", names_or_number(names_of_level(level), name, room));
}

static void row_value(struct crossing *at, int level, int name, const char *value, int size)
{
    const struct process *process = at->thread->process;
    if (!value || size <= 0 || !memory_holds(process, value, (size_t)size)) {
        trace_pointer(at->trace, process, "value", value);
        trace_int(at->trace, "size", size);
        return;
    }
    value_trace(at->trace, "value", crossing_canonical(at, decode_option(at->arena, level, name, value, (size_t)size), value, (size_t)size));
}

int spi_get_option(struct thread *thread, SOCKET s, int level, int name, char *value, int *size, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    *error = SPI_ERROR_UNSET;
    if (crossing_begins(&at, thread, "WSPGetSockOpt", s)) {
        row_name(&at, level, name);
        trace_pointer(at.trace, process, "value", value);
        if (size && memory_holds(process, size, sizeof *size)) trace_int(at.trace, "size", *size);
        else trace_pointer(at.trace, process, "size", size);
        crossing_goes(&at);
    }
    int result = at.table->lpWSPGetSockOpt(s, level, name, value, size, error);
    judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = "WSPGetSockOpt", .s = s }, result != 0, *error);
    if (crossing_returns(&at, "WSPGetSockOpt", result != 0, *error)) {
        if (result == 0) row_value(&at, level, name, value, *size);
        trace_end(at.trace);
    }
    crossing_ends(&at);
    return result;
}

int spi_set_option(struct thread *thread, SOCKET s, int level, int name, const char *value, int size, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    *error = SPI_ERROR_UNSET;
    if (crossing_begins(&at, thread, "WSPSetSockOpt", s)) {
        row_name(&at, level, name);
        row_value(&at, level, name, value, size);
        crossing_goes(&at);
    }
    int result = at.table->lpWSPSetSockOpt(s, level, name, value, size, error);
    judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = "WSPSetSockOpt", .s = s }, result != 0, *error);
    if (crossing_returns(&at, "WSPSetSockOpt", result != 0, *error)) trace_end(at.trace);
    crossing_ends(&at);
    return result;
}
