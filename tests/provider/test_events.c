/* WSPEventSelect, WSPEnumNetworkEvents and WSPGetOverlappedResult. */
#include "provider/provider.h" /* before <check.h>, which has a macro fail */

#include "provider/list_change.h"

static SOCKET begin(struct thread *me)
{
    start(me);
    return open_socket(me, AF_INET, SOCK_DGRAM, true);
}

static int route_change(struct thread *me, SOCKET s, const char *to)
{
    int error;
    struct spi_ioctl call = { .s = s, .code = SIO_ROUTING_INTERFACE_CHANGE, .in = sockaddr_at(me, to), .in_size = 16, .bytes = NEW(me, DWORD) };
    return spi_ioctl(me, &call, &error) == 0 ? 0 : error;
}

static int chooses(struct thread *me, SOCKET s, HANDLE event, LONG mask)
{
    int error;
    return spi_event_select(me, s, event, mask, &error) == 0 ? 0 : error;
}

/* The error; *bits what was recorded. */
static int counts(struct thread *me, SOCKET s, HANDLE event, LONG *bits)
{
    int error;
    WSANETWORKEVENTS *events = NEW(me, WSANETWORKEVENTS);
    if (spi_enum_network_events(me, s, event, events, &error) != 0) return error;
    *bits = events->lNetworkEvents;
    return 0;
}

/* ---- WSPEventSelect ---- */

/* proves: SPI-EVENTSELECT-4, SPI-EVENTSELECT-5 */
PLAY(test_select_arguments)
{
    SOCKET s = begin(me);
    HANDLE event = event_new(world->process, true, NULL), gone = event_new(world->process, true, NULL);
    handle_release(world->process, (uintptr_t)gone);
    HANDLE const bad[] = { NULL, INVALID_HANDLE_VALUE, (HANDLE)(uintptr_t)0x1234, (HANDLE)s, gone };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        hold(chooses(me, s, bad[i], FD_READ) == WSAEINVAL, "event %zu", i);
        hold(chooses(me, s, bad[i], 0) == 0, "event %zu with mask 0", i);
    }
    for (int bit = 0; bit < 32; bit++) {
        LONG mask = (LONG)(1u << bit);
        hold(chooses(me, s, event, mask) == (bit < FD_MAX_EVENTS ? 0 : WSAEINVAL), "bit %d", bit);
        hold(chooses(me, s, event, mask | FD_READ) == (bit < FD_MAX_EVENTS ? 0 : WSAEINVAL), "bit %d and FD_READ", bit);
    }
    ck_assert_int_eq(chooses(me, s, event, FD_ALL_EVENTS), 0);
    ck_assert_int_eq(chooses(me, s, event, -1), WSAEINVAL);
    ck_assert_int_eq(chooses(me, INVALID_SOCKET, event, FD_READ), WSAENOTSOCK);
    host_stack(world->host, false);
    ck_assert_int_eq(chooses(me, s, event, FD_READ), WSAENETDOWN);
    ck_assert_int_eq(chooses(me, INVALID_SOCKET, event, FD_READ), WSAENOTSOCK);
    host_stack(world->host, true);
    end(me);
}

/* A call that fails changes nothing: neither the mode nor the registration. */
PLAY(test_a_failing_select)
{
    LONG bits;
    SOCKET s = begin(me);
    HANDLE event = event_new(world->process, true, NULL);
    ck_assert_int_eq(chooses(me, s, NULL, FD_READ), WSAEINVAL);
    ck_assert_int_eq(chooses(me, s, event, FD_ADDRESS_LIST_CHANGE), 0);
    ck_assert_int_eq(list_change(me, s, NULL, NULL), WSAEWOULDBLOCK);
    change(world, me);
    ck_assert_int_eq(chooses(me, s, NULL, FD_ADDRESS_LIST_CHANGE), WSAEINVAL);
    ck_assert_int_eq(chooses(me, s, event, 0x400), WSAEINVAL);
    ck_assert(event_signalled(world->process, event));
    ck_assert_int_eq(counts(me, s, event, &bits), 0);
    ck_assert_int_eq(bits, FD_ADDRESS_LIST_CHANGE);
    end(me);
}

/* proves: SPI-EVENTSELECT-3, SPI-EVENTSELECT-6 */
PLAY(test_a_registration_replaces_the_former)
{
    LONG bits;
    SOCKET s = begin(me);
    HANDLE first = event_new(world->process, true, NULL), second = event_new(world->process, true, NULL);
    ck_assert_int_eq(chooses(me, s, first, FD_ADDRESS_LIST_CHANGE), 0);
    ck_assert_int_eq(chooses(me, s, second, FD_ADDRESS_LIST_CHANGE | FD_READ), 0);
    ck_assert_int_eq(list_change(me, s, NULL, NULL), WSAEWOULDBLOCK);
    change(world, me);
    ck_assert(!event_signalled(world->process, first) && event_signalled(world->process, second));
    ck_assert_int_eq(chooses(me, s, first, FD_ADDRESS_LIST_CHANGE), 0); /* clears the record; an edge does not come back */
    ck_assert(!event_signalled(world->process, first));
    ck_assert_int_eq(counts(me, s, NULL, &bits), 0);
    ck_assert_int_eq(bits, 0);
    ck_assert_int_eq(list_change(me, s, NULL, NULL), WSAEWOULDBLOCK);
    ck_assert_int_eq(chooses(me, s, first, 0), 0);
    change(world, me);
    ck_assert(!event_signalled(world->process, first));
    ck_assert_int_eq(counts(me, s, NULL, &bits), 0);
    ck_assert_int_eq(bits, 0); /* no mask, no event */
    ck_assert_int_eq(chooses(me, s, second, FD_READ | FD_WRITE), 0); /* without the bit nothing of it shows */
    ck_assert_int_eq(counts(me, s, second, &bits), 0);
    ck_assert_int_eq(bits, 0);
    ck_assert(!event_signalled(world->process, second));
    ck_assert_int_eq(chooses(me, s, second, FD_ADDRESS_LIST_CHANGE), 0); /* it was remembered all the while */
    ck_assert(event_signalled(world->process, second));
    end(me);
}

PLAY(test_the_event_may_be_closed_meanwhile)
{
    LONG bits;
    SOCKET s = begin(me);
    HANDLE event = event_new(world->process, true, NULL);
    ck_assert_int_eq(chooses(me, s, event, FD_ADDRESS_LIST_CHANGE), 0);
    ck_assert_int_eq(list_change(me, s, NULL, NULL), WSAEWOULDBLOCK);
    handle_release(world->process, (uintptr_t)event);
    change(world, me);
    ck_assert_int_eq(counts(me, s, NULL, &bits), 0);
    ck_assert_int_eq(bits, FD_ADDRESS_LIST_CHANGE);
    end(me);
}

PLAY(test_closing_ends_the_registration)
{
    SOCKET s = begin(me);
    HANDLE event = event_new(world->process, true, NULL);
    ck_assert_int_eq(chooses(me, s, event, FD_ALL_EVENTS), 0);
    ck_assert_int_eq(list_change(me, s, NULL, NULL), WSAEWOULDBLOCK);
    ck_assert_int_eq(route_change(me, s, "8.8.8.8:0"), WSAEWOULDBLOCK);
    close_socket(me, s);
    change(world, me);
    lead_no_more(world, "0.0.0.0/0");
    settle(me);
    ck_assert_uint_eq(signals_of(world, event), 0);
    ck_assert_uint_eq(net_requests_pending(world->net), 0);
    end(me);
}

/* ---- WSPEnumNetworkEvents ---- */

/* proves: SPI-ENUM-1, SPI-ENUM-2, SPI-ENUM-3, SPI-ENUM-4, SPI-ENUM-5, READ-EVENT-2 */
PLAY(test_enum)
{
    int error;
    LONG bits;
    SOCKET s = begin(me);
    HANDLE event = event_new(world->process, true, NULL), other = event_new(world->process, true, NULL);
    WSANETWORKEVENTS *events = NEW(me, WSANETWORKEVENTS);
    ck_assert_int_eq(chooses(me, s, event, FD_ADDRESS_LIST_CHANGE | FD_ROUTING_INTERFACE_CHANGE), 0);
    ck_assert_int_eq(list_change(me, s, NULL, NULL), WSAEWOULDBLOCK);
    ck_assert_int_eq(route_change(me, s, "8.8.8.8:0"), WSAEWOULDBLOCK);
    lead_no_more(world, "0.0.0.0/0");
    change(world, me);
    /* failing calls leave the record and the event as they are */
    WSANETWORKEVENTS *const bad[] = { NULL, memory_outside(world->process), memory_block(world->process, sizeof *events - 1) };
    for (size_t i = 0; i < 3; i++) hold(spi_enum_network_events(me, s, event, bad[i], &error) == SOCKET_ERROR && error == WSAEFAULT, "place %zu: %d", i, error);
    HANDLE const no_event[] = { INVALID_HANDLE_VALUE, (HANDLE)(uintptr_t)0x1234, (HANDLE)s };
    memset(events, FILL, sizeof *events);
    for (size_t i = 0; i < 3; i++) {
        hold(spi_enum_network_events(me, s, no_event[i], events, &error) == SOCKET_ERROR && error == WSAEINVAL, "event %zu: %d", i, error);
        for (size_t k = 0; k < sizeof *events; k++) hold(((unsigned char *)events)[k] == FILL, "event %zu: written", i);
    }
    ck_assert_int_eq(counts(me, INVALID_SOCKET, event, &bits), WSAENOTSOCK);
    host_stack(world->host, false);
    ck_assert_int_eq(counts(me, s, event, &bits), WSAENETDOWN);
    host_stack(world->host, true);
    settle(me);
    ck_assert(event_signalled(world->process, event));
    /* another event than the registered one may be given: it is the one that is reset */
    event_set(world->process, other);
    memset(events, FILL, sizeof *events);
    ck_assert_int_eq(spi_enum_network_events(me, s, other, events, &error), 0);
    ck_assert(event_signalled(world->process, event) && !event_signalled(world->process, other));
    ck_assert_int_eq(events->lNetworkEvents, FD_ADDRESS_LIST_CHANGE | FD_ROUTING_INTERFACE_CHANGE);
    for (int bit = 0; bit < FD_MAX_EVENTS; bit++) {
        int expected = bit == FD_ROUTING_INTERFACE_CHANGE_BIT ? WSAENETUNREACH : bit == FD_ADDRESS_LIST_CHANGE_BIT ? 0 : (int)0xA5A5A5A5;
        hold(events->iErrorCode[bit] == expected, "code %d: %d", bit, events->iErrorCode[bit]);
    }
    ck_assert_int_eq(counts(me, s, NULL, &bits), 0);
    ck_assert_int_eq(bits, 0);
    ck_assert(event_signalled(world->process, event)); /* NULL resets nothing */
    end(me);
}

/* ---- WSPGetOverlappedResult (4.12) ---- */

struct result { BOOL success; int error; DWORD bytes, flags; };

static struct result result_of(struct thread *me, SOCKET s, WSAOVERLAPPED *overlapped, BOOL wait)
{
    DWORD *bytes = NEW(me, DWORD), *flags = NEW(me, DWORD);
    *bytes = *flags = 77;
    struct result result = { .error = 0 };
    result.success = spi_get_overlapped_result(me, s, overlapped, bytes, wait, flags, &result.error);
    result.bytes = *bytes;
    result.flags = *flags;
    return result;
}

PLAY(test_results_of_a_finished_request)
{
    SOCKET s = begin(me);
    WSAOVERLAPPED *overlapped = NEW(me, WSAOVERLAPPED);
    const DWORD errors[] = { WSA_OPERATION_ABORTED, WSAENETDOWN, WSAENETUNREACH, WSAEINTR, WSAENOBUFS, WSAEINVAL, WSAEFAULT, WSAEOPNOTSUPP };
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        hold(nt_status_of_error(errors[i]) == status_of_error(errors[i]), "error %u has two statuses", (unsigned)errors[i]);
        *overlapped = (WSAOVERLAPPED){ .Internal = nt_status_of_error(errors[i]), .InternalHigh = 5 };
        for (int wait = 0; wait < 2; wait++) {
            struct result result = result_of(me, s, overlapped, wait);
            hold(!result.success && result.error == (int)errors[i] && result.bytes == 77 && result.flags == 77, "error %u: %d", (unsigned)errors[i], result.error);
        }
    }
    *overlapped = (WSAOVERLAPPED){ .InternalHigh = 123 };
    overlapped->Offset = 9; /* the flags */
    for (int wait = 0; wait < 2; wait++) {
        struct result result = result_of(me, s, overlapped, wait);
        ck_assert(result.success == TRUE && result.error == SPI_ERROR_UNSET && result.bytes == 123 && result.flags == 9);
    }
    end(me);
}

/* proves: OBS-OVR-04, OBS-OVR-05. Statuses in the order of the two cases. */
PLAY(test_results_of_statuses)
{
    static const struct {
        DWORD status;
        int error;
    } rows[] = {
        { 0xC0000005, WSAEFAULT },       { 0xC0000023, WSAEFAULT },       { 0xC00002C5, WSAEFAULT },       { 0x80000005, WSAEMSGSIZE },           { 0xC0000206, WSAEMSGSIZE },
        { 0xC0000008, WSAENOTSOCK },     { 0xC0000024, WSAENOTSOCK },     { 0xC0000022, WSAEACCES },       { 0xC0000002, WSAEOPNOTSUPP },         { 0xC00000BB, WSAEOPNOTSUPP },
        { 0xC00000A3, WSAEWOULDBLOCK },  { 0xC00000D0, WSAEWOULDBLOCK },  { 0xC00000B0, WSAESHUTDOWN },    { 0xC0000120, WSA_OPERATION_ABORTED }, { 0xC000013C, WSAECONNRESET },
        { 0xC000013E, WSAECONNRESET },   { 0xC000020C, WSAECONNRESET },   { 0xC000020D, WSAECONNRESET },   { 0xC000023F, WSAECONNRESET },         { 0xC000013B, WSAECONNABORTED },
        { 0xC000020F, WSAECONNABORTED }, { 0xC0000241, WSAECONNABORTED }, { 0xC00000BC, WSAECONNREFUSED }, { 0xC0000236, WSAECONNREFUSED },       { 0xC0000140, WSAENOTCONN },
        { 0xC000023B, WSAEISCONN },      { 0xC0000237, WSAEDISCON },      { 0xC00000B5, WSAETIMEDOUT },    { 0xC000013F, WSAETIMEDOUT },          { 0xC0000240, WSAEINTR },
    };
    SOCKET s = begin(me);
    WSAOVERLAPPED *overlapped = NEW(me, WSAOVERLAPPED);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        *overlapped = (WSAOVERLAPPED){ .Internal = rows[i].status };
        struct result result = result_of(me, s, overlapped, FALSE);
        hold(!result.success && result.error == rows[i].error, "status %x: %d", (unsigned)rows[i].status, result.error);
    }
    end(me);
}

/* proves: OBS-OVR-03. The last error of what has succeeded is the DLL's. */
PLAY(test_results_of_good_statuses)
{
    static const DWORD good[] = { 0, 1, 0x80, 0xC0, 0x101, 0x102, 0x104, 0x105, 0x3FFFFFFF, 0x40000000, 0x40000016, 0x7FFFFFFF };
    SOCKET s = begin(me);
    WSAOVERLAPPED *overlapped = NEW(me, WSAOVERLAPPED);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        for (int wait = 0; wait < 2; wait++) {
            *overlapped = (WSAOVERLAPPED){ .Internal = good[i], .InternalHigh = 7 };
            struct result result = result_of(me, s, overlapped, wait);
            hold(result.success == TRUE && result.bytes == 7, "status %x: %d", (unsigned)good[i], result.error);
        }
    end(me);
}

PLAY(test_result_arguments)
{
    int error;
    SOCKET s = begin(me);
    WSAOVERLAPPED *overlapped = NEW(me, WSAOVERLAPPED);
    DWORD *bytes = NEW(me, DWORD), *flags = NEW(me, DWORD);
    void *const bad[] = { NULL, memory_outside(world->process), memory_block(world->process, 3) };
    for (size_t i = 0; i < 3; i++) {
        struct { WSAOVERLAPPED *overlapped; DWORD *bytes, *flags; } const calls[] = { { bad[i], bytes, flags }, { overlapped, bad[i], flags }, { overlapped, bytes, bad[i] } };
        for (size_t k = 0; k < 3; k++)
            hold(spi_get_overlapped_result(me, s, calls[k].overlapped, calls[k].bytes, FALSE, calls[k].flags, &error) == FALSE && error == WSAEFAULT, "pointer %zu as argument %zu: %d", i, k, error);
    }
    ck_assert_int_eq(spi_get_overlapped_result(me, INVALID_SOCKET, NULL, NULL, FALSE, NULL, &error), FALSE);
    ck_assert_int_eq(error, WSAENOTSOCK);
    host_stack(world->host, false);
    ck_assert_int_eq(spi_get_overlapped_result(me, s, NULL, NULL, FALSE, NULL, &error), FALSE);
    ck_assert_int_eq(error, WSAENETDOWN);
    host_stack(world->host, true);
    end(me);
}

static void changes_at_10ms(struct thread *thread, void *argument)
{
    nap(thread, 10 * MILLISECOND);
    change(argument, thread);
}

/* proves: SPI-RESULT-5, IOCTL-OVL-6 */
PLAY(test_waiting_for_the_result)
{
    SOCKET s = begin(me);
    WSAOVERLAPPED *overlapped = NEW(me, WSAOVERLAPPED), *routine = NEW(me, WSAOVERLAPPED);
    overlapped->hEvent = event_new(world->process, true, NULL);
    ck_assert_int_eq(list_change(me, s, routine, routine_pointer(2)), WSA_IO_PENDING);
    ck_assert_int_eq(list_change(me, s, overlapped, NULL), WSA_IO_PENDING);
    world_thread(world->process, "app/changes", changes_at_10ms, world);
    struct result result = result_of(me, s, overlapped, TRUE);
    ck_assert(result.success == TRUE && result.bytes == 0 && result.flags == 0);
    ck_assert_int_eq(engine_now_ns(world->engine), 10 * MILLISECOND);
    unsigned runs;
    routine_of(world, routine, &runs);
    ck_assert_uint_eq(runs, 0); /* it is not alertable */
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_IO_COMPLETION);
    end(me);
}

/* proves: IOCTL-OVL-9 */
PLAY(test_polling_with_a_routine)
{
    SOCKET s = begin(me);
    WSAOVERLAPPED *routine = NEW(me, WSAOVERLAPPED);
    ck_assert_int_eq(list_change(me, s, routine, routine_pointer(2)), WSA_IO_PENDING);
    struct result result = result_of(me, s, routine, FALSE);
    ck_assert(!result.success && result.error == WSA_IO_INCOMPLETE);
    result = result_of(me, s, routine, TRUE); /* there is no event to wait for */
    ck_assert(!result.success && result.error == WSA_INVALID_HANDLE && result.bytes == 77);
    change(world, me);
    result = result_of(me, s, routine, FALSE);
    ck_assert(result.success && result.bytes == 0);
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_IO_COMPLETION);
    end(me);
}

PLAY(test_waiting_without_a_valid_event)
{
    SOCKET s = begin(me);
    HANDLE const bad[] = { NULL, (HANDLE)(uintptr_t)0x1234, (HANDLE)s };
    for (size_t i = 0; i < 3; i++) {
        WSAOVERLAPPED *overlapped = NEW(me, WSAOVERLAPPED);
        overlapped->hEvent = bad[i];
        hold(list_change(me, s, overlapped, NULL) == WSA_IO_PENDING, "event %zu", i);
        struct result result = result_of(me, s, overlapped, TRUE);
        hold(!result.success && result.error == WSA_INVALID_HANDLE && result.bytes == 77, "event %zu: %d", i, result.error);
        change(world, me);
        hold(result_of(me, s, overlapped, TRUE).success, "event %zu: done, so there is nothing to wait for", i);
    }
    end(me);
}

int main(void)
{
    Suite *suite = suite_create("provider/events");
    TCase *selecting = tcase_create("select"), *counting = tcase_create("enum"), *results = tcase_create("results");
    tcase_add_test(selecting, test_select_arguments);
    tcase_add_test(selecting, test_a_failing_select);
    tcase_add_test(selecting, test_a_registration_replaces_the_former);
    tcase_add_test(selecting, test_the_event_may_be_closed_meanwhile);
    tcase_add_test(selecting, test_closing_ends_the_registration);
    suite_add_tcase(suite, selecting);
    tcase_add_test(counting, test_enum);
    suite_add_tcase(suite, counting);
    tcase_add_test(results, test_results_of_a_finished_request);
    tcase_add_test(results, test_results_of_statuses);
    tcase_add_test(results, test_results_of_good_statuses);
    tcase_add_test(results, test_result_arguments);
    tcase_add_test(results, test_waiting_for_the_result);
    tcase_add_test(results, test_polling_with_a_routine);
    tcase_add_test(results, test_waiting_without_a_valid_event);
    suite_add_tcase(suite, results);
    return suite_main(suite);
}
