/*
 * Tables of WSPIoctl calls that finish at once. A case is a call and what must come of it; it is made in every form there is:
 * blocking and nonblocking, on plain and on overlapped sockets, with and without OVERLAPPED, event and routine. Each form is
 * checked in all places where it may show: return value, *lpErrno, *lpcbBytesReturned, the output to its last byte, the
 * OVERLAPPED, the event and the routine.
 */
#ifndef TESTS_PROVIDER_CASE_H
#define TESTS_PROVIDER_CASE_H
#include "ws2/world.h"

enum place { NONE, GOOD, ODD, CUT, OUTSIDE }; /* NULL; exactly as long as claimed; the same, unaligned; a byte too short; unmapped */
enum bytes_place { BYTES_GOOD, BYTES_NULL, BYTES_CUT, BYTES_OUTSIDE };

struct io_case {
    const char *what;
    int family, type;            /* 0: AF_INET, SOCK_DGRAM */
    DWORD code;
    enum place in;
    const char *value;           /* a number, or the text of a sockaddr; NULL: zero bytes */
    DWORD in_size;
    enum place out;
    DWORD out_size;
    enum bytes_place bytes;
    bool selected;               /* an event registration is active */
    bool plain;                  /* not with an OVERLAPPED: there it ends late (scenarios/observed) */
    int error;                   /* 0: success */
    DWORD count;                 /* *lpcbBytesReturned afterwards */
    const char *seen;            /* the output as a value; NULL: none was written */
};

struct form { const char *name; bool flag, nonblocking, overlapped, event, routine; };

static const struct form forms[] = {
    { "blocking", false, false, false, false, false },
    { "nonblocking", false, true, false, false, false },
    { "plain socket, OVERLAPPED given", false, false, true, true, false },
    { "plain socket, OVERLAPPED and routine given", false, true, true, true, true },
    { "overlapped socket, plain call", true, false, false, false, false },
    { "routine without OVERLAPPED", true, true, false, false, true },
    { "event", true, false, true, true, false },
    { "event, nonblocking", true, true, true, true, false },
    { "neither event nor routine", true, false, true, false, false },
    { "routine", true, false, true, false, true },
    { "routine and event, nonblocking", true, true, true, true, true },
};
#define FORMS (sizeof forms / sizeof *forms)

#define FILL 0xA5
#define BYTES_BEFORE 0xBEEFu
#define ROUTINE 5u

static inline void *buffer_at(struct world *world, enum place place, DWORD size)
{
    switch (place) {
    case NONE: return NULL;
    case GOOD: return memory_block(world->process, size);
    case ODD: return (char *)memory_block(world->process, size + 1) + 1;
    case CUT: return memory_block(world->process, size - 1);
    case OUTSIDE: return memory_outside(world->process);
    }
    return NULL;
}

static inline void value_write(const char *value, char *in, DWORD size)
{
    char bytes[28] = { 0 };
    if (!value) return;
    if (!sockaddr_parse(strchr(value, ':') ? value : "", bytes, sizeof bytes)) {
        u_long number = (u_long)strtoul(value, NULL, 0);
        memcpy(bytes, &number, sizeof number);
    }
    memcpy(in, bytes, size < sizeof bytes ? size : sizeof bytes);
}

static inline DWORD *bytes_at(struct world *world, enum bytes_place place)
{
    switch (place) {
    case BYTES_GOOD: break;
    case BYTES_NULL: return NULL;
    case BYTES_CUT: return memory_block(world->process, sizeof(DWORD) - 1);
    case BYTES_OUTSIDE: return memory_outside(world->process);
    }
    DWORD *bytes = memory_block(world->process, sizeof *bytes);
    *bytes = BYTES_BEFORE;
    return bytes;
}

/* The other half of start. */
static inline void end(struct thread *me)
{
    int error;
    ck_assert_int_eq(spi_cleanup(me, &error), 0);
}

static inline void make_nonblocking(struct thread *me, SOCKET s)
{
    int error;
    u_long *on = NEW(me, u_long);
    *on = 1;
    ck_assert_int_eq(spi_ioctl(me, &(struct spi_ioctl){ .s = s, .code = FIONBIO, .in = on, .in_size = sizeof *on, .bytes = NEW(me, DWORD) }, &error), 0);
}

/* What the client saw since: how often its event was set, the routine's observation. */
static inline unsigned signals_of(struct world *world, HANDLE event)
{
    unsigned count = 0;
    const struct observation *seen;
    for (uint64_t number = 1; (seen = process_observation(world->process, number)) != NULL; number++) count += seen->kind == SAW_SIGNAL && seen->event == event;
    return count;
}

static inline const struct observation *routine_of(struct world *world, const WSAOVERLAPPED *overlapped, unsigned *count)
{
    const struct observation *seen, *found = NULL;
    *count = 0;
    for (uint64_t number = 1; (seen = process_observation(world->process, number)) != NULL; number++)
        if (seen->kind == SAW_ROUTINE && seen->overlapped == overlapped) { found = seen; ++*count; }
    return found;
}

static inline WSAOVERLAPPED *overlapped_marked(struct thread *me, HANDLE event)
{
    WSAOVERLAPPED *overlapped = NEW(me, WSAOVERLAPPED);
    *overlapped = (WSAOVERLAPPED){ .Internal = 0x1111, .InternalHigh = 0x2222, .hEvent = event };
    overlapped->Offset = 0x3333;
    overlapped->OffsetHigh = 0x4444;
    return overlapped;
}

static inline bool overlapped_untouched(const WSAOVERLAPPED *overlapped, HANDLE event)
{
    return overlapped->Internal == 0x1111 && overlapped->InternalHigh == 0x2222 && overlapped->Offset == 0x3333 && overlapped->OffsetHigh == 0x4444 && overlapped->hEvent == event;
}

#define SAY(message) "%s, %s: " message, c->what, f->name

static inline void output_check(struct world *world, const struct io_case *c, const struct form *f, const unsigned char *out)
{
    struct arena *arena = arena_new();
    struct text text = { 0 };
    if (c->seen) {
        value_json(&text, decode_ioctl_out(arena, world->process, c->code, out, c->count));
        hold(strcmp(text.bytes, c->seen) == 0, SAY("output %s"), text.bytes);
        hold(!strstr(text.bytes, "outside"), SAY("a pointer leaves the buffer"));
    }
    bool readable = c->out == GOOD || c->out == ODD;
    for (DWORD i = c->seen ? c->count : 0; readable && i < c->out_size; i++) hold(out[i] == FILL, SAY("byte %u of the output was written"), (unsigned)i);
    text_free(&text);
    arena_free(arena);
}

static inline void completion_check(struct world *world, struct thread *me, const struct io_case *c, const struct form *f, WSAOVERLAPPED *overlapped, HANDLE event, unsigned before)
{
    bool accepted = f->flag && f->overlapped && c->error == 0;
    DWORD count = world->profile == KERNEL_OBSERVED ? 0 : c->count;
    unsigned runs;
    routine_of(world, overlapped, &runs);
    hold(runs == 0, SAY("the routine ran inside the call"));
    hold(thread_apcs(me) == (accepted && f->routine ? 1u : 0u), SAY("%zu APCs"), thread_apcs(me));
    hold(signals_of(world, event) - before == (accepted && f->event && !f->routine ? 1u : 0u), SAY("the event was set %u times"), signals_of(world, event) - before);
    hold(event_signalled(world->process, event), SAY("the event was reset"));
    if (!overlapped) return;
    hold(overlapped->hEvent == (f->event ? event : NULL), SAY("hEvent was changed"));
    if (!accepted) hold(overlapped_untouched(overlapped, f->event ? event : NULL), SAY("the OVERLAPPED was touched"));
    else hold(overlapped->Internal == 0 && overlapped->InternalHigh == count && overlapped->OffsetHigh == 0, SAY("InternalHigh %llu"), (unsigned long long)overlapped->InternalHigh);
    hold(alert(me, 0) == (accepted && f->routine ? WSA_WAIT_IO_COMPLETION : WSA_WAIT_TIMEOUT), SAY("the alertable wait"));
    const struct observation *seen = routine_of(world, overlapped, &runs);
    hold(runs == (accepted && f->routine ? 1u : 0u), SAY("the routine ran %u times"), runs);
    if (seen) hold(seen->routine == ROUTINE && seen->error == 0 && seen->bytes == count && seen->thread == me, SAY("the routine was told %u, %u bytes"), (unsigned)seen->error, (unsigned)seen->bytes);
}

static inline void case_run(struct world *world, struct thread *me, const struct io_case *c, const struct form *f)
{
    int error;
    SOCKET s = open_socket(me, c->family ? c->family : AF_INET, c->type ? c->type : SOCK_DGRAM, f->flag);
    if (f->nonblocking) make_nonblocking(me, s);
    if (c->selected) ck_assert_int_eq(spi_event_select(me, s, event_new(world->process, false, NULL), FD_READ, &error), 0);
    HANDLE event = event_new(world->process, true, NULL);
    event_set(world->process, event); /* an accepted request resets it */
    unsigned before = signals_of(world, event);
    WSAOVERLAPPED *overlapped = f->overlapped ? overlapped_marked(me, f->event ? event : NULL) : NULL;
    struct spi_ioctl call = { .s = s, .code = c->code, .in_size = c->in_size, .out_size = c->out_size, .overlapped = overlapped, .routine = f->routine ? routine_pointer(ROUTINE) : NULL };
    call.in = buffer_at(world, c->in, c->in_size);
    call.out = buffer_at(world, c->out, c->out_size);
    call.bytes = bytes_at(world, c->bytes);
    if (c->in == GOOD || c->in == ODD) value_write(c->value, call.in, c->in_size);
    if (c->out == GOOD || c->out == ODD) memset(call.out, FILL, c->out_size);
    int result = spi_ioctl(me, &call, &error);
    hold(result == (c->error ? SOCKET_ERROR : 0), SAY("returned %d, error %d"), result, error);
    hold(error == (c->error ? c->error : SPI_ERROR_UNSET), SAY("error %d"), error);
    if (c->bytes == BYTES_GOOD) hold(*call.bytes == c->count, SAY("byte count %u"), (unsigned)*call.bytes);
    output_check(world, c, f, call.out);
    completion_check(world, me, c, f, overlapped, event, before);
    close_socket(me, s);
    hold(alert(me, 0) == WSA_WAIT_TIMEOUT, SAY("something completed at the close"));
}

static inline void cases_run(struct world *world, struct thread *me, const struct io_case *cases, size_t count)
{
    start(me);
    for (size_t i = 0; i < count; i++)
        for (size_t form = 0; form < FORMS; form++)
            if (!cases[i].plain || !forms[form].flag || !forms[form].overlapped) case_run(world, me, &cases[i], &forms[form]);
    end(me);
}
#define CASES(cases) cases_run(world, me, cases, sizeof cases / sizeof *cases)
#endif
