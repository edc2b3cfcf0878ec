/* The fifteen upcalls and WPUCompleteOverlappedRequest: results and errors. */
#include "ws2/world.h"

#define UNSET (-1234)

static WSPUPCALLTABLE up;

PLAY(test_the_table_is_full)
{
    void *entries[15];
    up = upcall_table();
    ck_assert_uint_eq(sizeof up, sizeof entries);
    memcpy(entries, &up, sizeof entries);
    for (size_t i = 0; i < 15; i++)
        for (size_t k = 0; k < i; k++) hold(entries[i] && entries[k] && entries[i] != entries[k], "upcalls %zu and %zu", i, k);
}

/* ---- socket handles ---- */

PLAY(test_socket_handles)
{
    int error = UNSET;
    DWORD_PTR context = 0;
    SOCKET a = up.lpWPUCreateSocketHandle(1001, 0x1111, &error), b = up.lpWPUCreateSocketHandle(1001, 0x2222, &error);
    ck_assert(a != INVALID_SOCKET && b != INVALID_SOCKET && a != b);
    ck_assert_int_eq(up.lpWPUQuerySocketHandleContext(a, &context, &error), 0);
    ck_assert_uint_eq(context, 0x1111);
    ck_assert_int_eq(up.lpWPUQuerySocketHandleContext(b, &context, &error), 0);
    ck_assert_uint_eq(context, 0x2222);
    ck_assert_int_eq(up.lpWPUCloseSocketHandle(a, &error), 0);
    ck_assert_int_eq(error, UNSET); /* success writes no error */
    ck_assert_int_eq(up.lpWPUCloseSocketHandle(a, &error), SOCKET_ERROR);
    ck_assert_int_eq(error, WSAENOTSOCK);
    error = UNSET;
    ck_assert_int_eq(up.lpWPUQuerySocketHandleContext(a, &context, &error), SOCKET_ERROR);
    ck_assert_int_eq(error, WSAENOTSOCK);
    ck_assert_uint_eq(context, 0x2222); /* untouched */
    ck_assert_uint_eq(process_handles(world->process), 1);
}

PLAY(test_socket_upcalls_on_what_is_no_socket)
{
    DWORD_PTR context = 7;
    int error = UNSET;
    const SOCKET wrong[] = { 0, INVALID_SOCKET, 0x1234, (SOCKET)up.lpWPUCreateEvent(&error) };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        error = UNSET;
        hold(up.lpWPUCloseSocketHandle(wrong[i], &error) == SOCKET_ERROR && error == WSAENOTSOCK, "closing %zu", i);
        error = UNSET;
        hold(up.lpWPUQuerySocketHandleContext(wrong[i], &context, &error) == SOCKET_ERROR && error == WSAENOTSOCK, "asking %zu", i);
        ck_assert_int_eq(up.lpWPUCloseSocketHandle(wrong[i], NULL), SOCKET_ERROR); /* without a place for the error */
    }
    ck_assert_uint_eq(context, 7);
}

PLAY(test_ifs_handles_are_taken_as_they_are)
{
    int error = UNSET;
    ck_assert_uint_eq(up.lpWPUModifyIFSHandle(1001, 0xABCD, &error), 0xABCD);
    ck_assert_int_eq(error, UNSET);
    ck_assert_uint_eq(up.lpWPUModifyIFSHandle(77, 0xABCD, &error), INVALID_SOCKET); /* no such entry */
    ck_assert_int_eq(error, WSAEINVAL);
}

/* ---- events ---- */

PLAY(test_events)
{
    struct process *process = world->process;
    int error = UNSET;
    WSAEVENT event = up.lpWPUCreateEvent(&error);
    ck_assert_ptr_nonnull(event);
    ck_assert(event_exists(process, event) && !event_signalled(process, event));
    ck_assert_int_eq(up.lpWPUSetEvent(event, &error), TRUE);
    ck_assert(event_signalled(process, event));
    ck_assert_int_eq(up.lpWPUSetEvent(event, &error), TRUE);
    ck_assert_int_eq(up.lpWPUResetEvent(event, &error), TRUE);
    ck_assert(!event_signalled(process, event));
    ck_assert_int_eq(up.lpWPUCloseEvent(event, &error), TRUE);
    ck_assert(!event_exists(process, event));
    ck_assert_int_eq(error, UNSET);
}

PLAY(test_event_upcalls_on_what_is_no_event)
{
    int error = UNSET;
    WSAEVENT closed = up.lpWPUCreateEvent(&error);
    up.lpWPUCloseEvent(closed, &error);
    const WSAEVENT wrong[] = { NULL, INVALID_HANDLE_VALUE, (WSAEVENT)(uintptr_t)0x1234, (WSAEVENT)up.lpWPUCreateSocketHandle(1001, 0, &error), closed };
    BOOL (WSPAPI *calls[])(WSAEVENT, LPINT) = { up.lpWPUSetEvent, up.lpWPUResetEvent, up.lpWPUCloseEvent };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        for (size_t k = 0; k < 3; k++) {
            error = UNSET;
            hold(calls[k](wrong[i], &error) == FALSE && error == WSA_INVALID_HANDLE, "event %zu, call %zu", i, k);
            hold(calls[k](wrong[i], NULL) == FALSE, "without a place for the error");
        }
}

/* ---- threads ---- */

static struct world *called_in;
static void CALLBACK apc_notes(DWORD_PTR letter) { note(called_in, (char)letter); }

PLAY(test_queueing_an_apc)
{
    int error = UNSET;
    called_in = world;
    WSATHREADID *id = NEW(me, WSATHREADID);
    ck_assert_int_eq(up.lpWPUOpenCurrentThread(id, &error), 0);
    ck_assert_int_eq(up.lpWPUQueueApc(id, apc_notes, 'a', &error), 0);
    ck_assert_int_eq(up.lpWPUCloseThread(id, &error), 0);
    ck_assert_int_eq(error, UNSET);
    memset(id, 0xEE, sizeof *id); /* it was copied */
    ck_assert_str_eq(world->log, "");
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_IO_COMPLETION);
    ck_assert_str_eq(world->log, "a");
}

static void ends_at_once(struct thread *thread, void *argument)
{
    (void)thread;
    (void)argument;
}

PLAY(test_queueing_to_a_wrong_thread)
{
    int error;
    WSATHREADID *id = NEW(me, WSATHREADID), mine;
    struct thread *ended = world_thread(world->process, "ended", ends_at_once, NULL);
    struct thread *foreign = world_thread(world_process(world, "other"), "other", ends_at_once, NULL);
    WSATHREADID wrong[4];
    thread_identify(me, &mine);
    thread_identify(ended, &wrong[0]);
    thread_identify(foreign, &wrong[1]);
    wrong[2] = mine;
    wrong[2].ThreadHandle = (HANDLE)(uintptr_t)4711;
    wrong[3] = mine;
    wrong[3].Reserved++;
    *id = wrong[1];
    ck_assert_int_eq(up.lpWPUQueueApc(id, apc_notes, 'x', &error), SOCKET_ERROR); /* alive, but of another process */
    settle(me);
    for (size_t i = 0; i < 4; i++) {
        *id = wrong[i];
        error = UNSET;
        hold(up.lpWPUQueueApc(id, apc_notes, 'x', &error) == SOCKET_ERROR && error == WSAEFAULT, "thread %zu", i);
    }
    *id = mine;
    error = UNSET;
    ck_assert_int_eq(up.lpWPUQueueApc(NULL, apc_notes, 'x', &error), SOCKET_ERROR);
    ck_assert_int_eq(error, WSAEFAULT);
    error = UNSET;
    ck_assert_int_eq(up.lpWPUQueueApc(id, NULL, 'x', &error), SOCKET_ERROR);
    ck_assert_int_eq(error, WSAEFAULT);
    error = UNSET;
    ck_assert_int_eq(up.lpWPUQueueApc(memory_outside(world->process), apc_notes, 'x', &error), SOCKET_ERROR);
    ck_assert_int_eq(error, WSAEFAULT);
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_TIMEOUT);
}

struct inside { int opened, error, queued; WSATHREADID id; };

static void opens_in_a_completion(void *cookie, enum kernel_status status, uint64_t count)
{
    struct inside *inside = cookie;
    int error;
    (void)status;
    (void)count;
    WSATHREADID id;
    inside->opened = up.lpWPUOpenCurrentThread(&id, &inside->error);
    inside->queued = up.lpWPUQueueApc(&inside->id, apc_notes, 'c', &error);
}

/* proves: IOCTL-OVL-12 */
PLAY(test_without_a_thread)
{
    struct inside inside = { .error = UNSET, .queued = UNSET };
    kernel_request request;
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_ADDRESSES, .family = KERNEL_IPV4 };
    called_in = world;
    thread_identify(me, &inside.id);
    ck_assert_int_eq(kernel_watch(&watch, false, opens_in_a_completion, &inside, &request), KERNEL_OK);
    take(world->eth0, "192.0.2.10");
    settle(me);
    ck_assert_int_eq(inside.opened, SOCKET_ERROR);
    ck_assert_int_eq(inside.error, WSAEFAULT);
    ck_assert_int_eq(inside.queued, 0); /* queueing needs no thread of its own */
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_IO_COMPLETION);
    ck_assert_str_eq(world->log, "c");
}

PLAY(test_thread_ids_at_bad_places)
{
    WSATHREADID *const bad[] = { NULL, memory_outside(world->process), (WSATHREADID *)memory_block(world->process, sizeof(WSATHREADID) - 1) };
    for (size_t i = 0; i < 3; i++) {
        int error = UNSET;
        hold(up.lpWPUOpenCurrentThread(bad[i], &error) == SOCKET_ERROR && error == WSAEFAULT, "opening %zu", i);
        error = UNSET;
        hold(up.lpWPUCloseThread(bad[i], &error) == SOCKET_ERROR && error == WSAEFAULT, "closing %zu", i);
    }
}

/* ---- the rest ---- */

static BOOL CALLBACK some_hook(DWORD_PTR context) { return context != 0; }

PLAY(test_blocking_callback)
{
    LPBLOCKINGCALLBACK *hook = NEW(me, LPBLOCKINGCALLBACK);
    DWORD_PTR *context = NEW(me, DWORD_PTR);
    int error = UNSET;
    *hook = some_hook;
    *context = 9;
    ck_assert_int_eq(up.lpWPUQueryBlockingCallback(1001, hook, context, &error), 0);
    ck_assert(*hook == NULL); /* wait natively */
    ck_assert_uint_eq(*context, 0);
    ck_assert_int_eq(error, UNSET);
    ck_assert_int_eq(up.lpWPUQueryBlockingCallback(4711, hook, context, &error), SOCKET_ERROR);
    ck_assert_int_eq(error, WSAEINVAL); /* no such catalogue entry */
    error = UNSET;
    ck_assert_int_eq(up.lpWPUQueryBlockingCallback(1001, NULL, context, &error), SOCKET_ERROR);
    ck_assert_int_eq(error, WSAEFAULT);
    error = UNSET;
    ck_assert_int_eq(up.lpWPUQueryBlockingCallback(1001, hook, NULL, &error), SOCKET_ERROR);
    ck_assert_int_eq(error, WSAEFAULT);
    error = UNSET;
    ck_assert_int_eq(up.lpWPUQueryBlockingCallback(1001, memory_outside(world->process), context, &error), SOCKET_ERROR);
    ck_assert_int_eq(error, WSAEFAULT);
}

PLAY(test_messages_sets_and_paths)
{
    ck_assert_int_eq(up.lpWPUPostMessage((HWND)(uintptr_t)1, 0x400, 1, 2), FALSE); /* there is no such window */
    world->broken_rules = true; /* nor such a socket */
    static fd_set set;
    FD_ZERO(&set);
    set.fd_count = 2;
    set.fd_array[0] = 0x104;
    set.fd_array[1] = 0x110;
    set.fd_array[2] = 0x114; /* not counted */
    ck_assert_int_ne(up.lpWPUFDIsSet(0x104, &set), 0);
    ck_assert_int_ne(up.lpWPUFDIsSet(0x110, &set), 0);
    ck_assert_int_eq(up.lpWPUFDIsSet(0x114, &set), 0);
    ck_assert_int_eq(up.lpWPUFDIsSet(0x104, NULL), 0);
    WCHAR path[64];
    INT length = 64;
    int error = UNSET;
    GUID unknown = { 0 };
    ck_assert_int_eq(up.lpWPUGetProviderPath(&unknown, path, &length, &error), SOCKET_ERROR);
    ck_assert_int_eq(error, WSAEINVAL);
}

/* ---- WPUCompleteOverlappedRequest ---- */

PLAY(test_completing)
{
    struct process *process = world->process;
    int error = UNSET;
    SOCKET s = up.lpWPUCreateSocketHandle(1001, 0, &error);
    WSAOVERLAPPED *overlapped = NEW(me, WSAOVERLAPPED);
    const struct { DWORD error; uint32_t status; } results[] = { { 0, 0 }, { WSA_OPERATION_ABORTED, 0xC0000120 }, { WSAENETUNREACH, 0xC000023C } };
    world->broken_rules = true; /* no operation was ever accepted */
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        HANDLE event = overlapped->hEvent = i == 2 ? NULL : event_new(process, false, NULL);
        overlapped->Internal = WSS_OPERATION_IN_PROGRESS;
        hold(WPUCompleteOverlappedRequest(s, overlapped, results[i].error, 40 + (DWORD)i, &error) == 0, "%zu", i);
        hold(overlapped->Internal == results[i].status, "%zu: status %llx", i, (unsigned long long)overlapped->Internal);
        hold(overlapped->InternalHigh == 40 + i, "%zu: bytes", i);
        hold(event == NULL || event_signalled(process, event), "%zu: event", i);
    }
    overlapped->hEvent = (HANDLE)(uintptr_t)0x1234; /* no event: nobody to tell, no error */
    ck_assert_int_eq(WPUCompleteOverlappedRequest(s, overlapped, 0, 0, &error), 0);
    ck_assert_int_eq(error, UNSET);
}

PLAY(test_completing_what_cannot_be)
{
    int error = UNSET;
    SOCKET s = up.lpWPUCreateSocketHandle(1001, 0, &error);
    WSAOVERLAPPED *overlapped = NEW(me, WSAOVERLAPPED);
    const SOCKET wrong[] = { 0, INVALID_SOCKET, 0x1234, (SOCKET)up.lpWPUCreateEvent(&error) };
    overlapped->Internal = WSS_OPERATION_IN_PROGRESS;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        error = UNSET;
        hold(WPUCompleteOverlappedRequest(wrong[i], overlapped, 0, 0, &error) == SOCKET_ERROR && error == WSAEINVAL, "socket %zu", i);
    }
    error = UNSET;
    ck_assert_int_eq(WPUCompleteOverlappedRequest(s, NULL, 0, 0, &error), SOCKET_ERROR);
    ck_assert_int_eq(error, WSAEFAULT);
    error = UNSET;
    ck_assert_int_eq(WPUCompleteOverlappedRequest(s, memory_outside(world->process), 0, 0, &error), SOCKET_ERROR);
    ck_assert_int_eq(error, WSAEFAULT);
    ck_assert_uint_eq(overlapped->Internal, WSS_OPERATION_IN_PROGRESS);
}

/* ---- the catalogue ---- */

PLAY(test_catalogue)
{
    const struct { int family, type, protocol; DWORD entry; } matches[] = {
        { AF_INET, SOCK_STREAM, IPPROTO_TCP, 1001 }, { AF_INET, SOCK_STREAM, 0, 1001 }, { AF_INET, SOCK_DGRAM, 0, 1002 }, { AF_INET, SOCK_DGRAM, IPPROTO_UDP, 1002 },
        { AF_INET, SOCK_RAW, IPPROTO_ICMP, 1003 }, { AF_INET6, SOCK_STREAM, 0, 1004 }, { AF_INET6, SOCK_DGRAM, IPPROTO_UDP, 1005 }, { AF_INET6, SOCK_RAW, 255, 1006 },
        { 0, SOCK_DGRAM, 0, 1002 }, { AF_INET6, 0, IPPROTO_UDP, 1005 }, { 0, 0, 0, 1001 }, { AF_INET, SOCK_DGRAM, IPPROTO_TCP, 1002 }, { 99, SOCK_STREAM, 0, 1001 },
    };
    for (size_t i = 0; i < sizeof matches / sizeof *matches; i++)
        hold(catalog_match(world->process, matches[i].family, matches[i].type, matches[i].protocol)->dwCatalogEntryId == matches[i].entry, "match %zu", i);
    size_t count = 0;
    for (const WSAPROTOCOL_INFOW *entry; (entry = catalog_entry(count)) != NULL; count++) {
        hold(entry->ProtocolChain.ChainLen == BASE_PROTOCOL && entry->iVersion == 2, "entry %zu", count);
        hold((entry->dwServiceFlags1 & XP1_IFS_HANDLES) == 0, "entry %zu: its handles come from WPUCreateSocketHandle", count);
        hold(entry->iMaxSockAddr == (entry->iAddressFamily == AF_INET6 ? 28 : 16), "entry %zu", count);
    }
    ck_assert_uint_eq(count, 6);
    ck_assert_uint_eq(world->process->catalog_count, 6);
    DWORD size = 0;
    int error = UNSET;
    ck_assert_int_eq(WSCEnumProtocols(NULL, NULL, &size, &error), SOCKET_ERROR);
    ck_assert_int_eq(error, WSAENOBUFS);
    ck_assert_uint_eq(size, 6 * sizeof(WSAPROTOCOL_INFOW));
    WSAPROTOCOL_INFOW all[6];
    ck_assert_int_eq(WSCEnumProtocols(NULL, all, &size, &error), 6);
    ck_assert_int_eq(WSCEnumProtocols((int[]){ IPPROTO_UDP, 0 }, all, &size, &error), 2);
    ck_assert_uint_eq(all[1].dwCatalogEntryId, 1005);
}

int main(void)
{
    Suite *suite = suite_create("ws2/upcalls");
    TCase *upcalls = tcase_create("upcalls");
    up = upcall_table();
    tcase_add_test(upcalls, test_the_table_is_full);
    tcase_add_test(upcalls, test_socket_handles);
    tcase_add_test(upcalls, test_socket_upcalls_on_what_is_no_socket);
    tcase_add_test(upcalls, test_ifs_handles_are_taken_as_they_are);
    tcase_add_test(upcalls, test_events);
    tcase_add_test(upcalls, test_event_upcalls_on_what_is_no_event);
    tcase_add_test(upcalls, test_queueing_an_apc);
    tcase_add_test(upcalls, test_queueing_to_a_wrong_thread);
    tcase_add_test(upcalls, test_without_a_thread);
    tcase_add_test(upcalls, test_thread_ids_at_bad_places);
    tcase_add_test(upcalls, test_blocking_callback);
    tcase_add_test(upcalls, test_messages_sets_and_paths);
    tcase_add_test(upcalls, test_completing);
    tcase_add_test(upcalls, test_completing_what_cannot_be);
    tcase_add_test(upcalls, test_catalogue);
    suite_add_tcase(suite, upcalls);
    return suite_main(suite);
}
