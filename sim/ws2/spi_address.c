/*
 * The seam: addresses as texts.
 */
#include "ws2/crossing.h"

#define TEXT_SHOWN 100

/* The characters of a text of 16-bit ones, as far as they are plain and the caller's. */
static void trace_wide(struct crossing *at, const char *key, const WCHAR *text)
{
    const struct process *process = at->thread->process;
    char plain[TEXT_SHOWN + 1];
    size_t length = 0;
    if (!text || !memory_holds(process, text, sizeof *text)) {
        trace_pointer(at->trace, process, key, text);
        return;
    }
    for (; length < TEXT_SHOWN && memory_holds(process, text + length, sizeof *text) && text[length]; length++)
        plain[length] = text[length] >= ' ' && text[length] <= '~' ? (char)text[length] : '?';
    plain[length] = 0;
    trace_text(at->trace, key, plain);
}

int spi_address_to_string(struct thread *thread, void *address, DWORD size, WCHAR *text, DWORD *length, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    *error = SPI_ERROR_UNSET;
    if (crossing_begins_at(&at, thread, "WSPAddressToString", "", 0)) {
        trace_sockaddr(&at, "address", address, (int)size);
        if (memory_holds(process, length, sizeof *length)) trace_uint(at.trace, "room", *length);
        crossing_goes(&at);
    }
    int result = at.table->lpWSPAddressToString(address, size, NULL, text, length, error);
    judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = "WSPAddressToString", .s = INVALID_SOCKET }, result != 0, *error);
    if (crossing_returns(&at, "WSPAddressToString", result != 0, *error)) {
        if (result == 0) trace_wide(&at, "text", text);
        if (memory_holds(process, length, sizeof *length)) trace_uint(at.trace, "length", *length);
        trace_end(at.trace);
    }
    crossing_ends(&at);
    return result;
}

int spi_string_to_address(struct thread *thread, WCHAR *text, int family, void *address, int *size, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    char room[24];
    *error = SPI_ERROR_UNSET;
    if (crossing_begins_at(&at, thread, "WSPStringToAddress", "", 0)) {
        trace_wide(&at, "text", text);
        trace_text(at.trace, "family", names_or_number(NAMES_FAMILY, family, room));
        crossing_goes(&at);
    }
    int result = at.table->lpWSPStringToAddress(text, family, NULL, address, size, error);
    judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = "WSPStringToAddress", .s = INVALID_SOCKET }, result != 0, *error);
    if (crossing_returns(&at, "WSPStringToAddress", result != 0, *error)) {
        if (result == 0) trace_sockaddr(&at, "address", address, *size);
        if (memory_holds(process, size, sizeof *size)) trace_int(at.trace, "size", *size);
        trace_end(at.trace);
    }
    crossing_ends(&at);
    return result;
}
