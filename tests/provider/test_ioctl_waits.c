/* The codes that wait for a change: blocking, nonblocking and overlapped, arming, several requests. */
#include "provider/list_change.h"

#define LISTS SIO_ADDRESS_LIST_CHANGE
#define ROUTES SIO_ROUTING_INTERFACE_CHANGE

struct wish { SOCKET s; DWORD code; const char *to; WSAOVERLAPPED *overlapped; LPWSAOVERLAPPED_COMPLETION_ROUTINE routine; };

/* The error, 0 for success; *bytes as the call left it. */
static int ask(struct world *world, struct thread *me, const struct wish *request, DWORD *bytes)
{
    int error;
    struct spi_ioctl call = { .s = request->s, .code = request->code, .overlapped = request->overlapped, .routine = request->routine, .bytes = bytes_at(world, BYTES_GOOD) };
    call.in = request->to ? sockaddr_at(me, request->to) : NULL;
    call.in_size = !request->to ? 0 : strchr(request->to, '[') ? 28 : 16;
    int result = spi_ioctl(me, &call, &error);
    if (bytes) *bytes = *call.bytes;
    return result == 0 ? 0 : error;
}

static int arm(struct world *world, struct thread *me, SOCKET s, const char *to)
{
    return ask(world, me, &(struct wish){ .s = s, .code = to ? ROUTES : LISTS, .to = to }, NULL);
}

static WSAOVERLAPPED *pends(struct world *world, struct thread *me, SOCKET s, const char *to)
{
    WSAOVERLAPPED *overlapped = NEW(me, WSAOVERLAPPED);
    overlapped->hEvent = event_new(world->process, true, NULL);
    ck_assert_int_eq(ask(world, me, &(struct wish){ .s = s, .code = to ? ROUTES : LISTS, .to = to, .overlapped = overlapped }, NULL), WSA_IO_PENDING);
    return overlapped;
}

static SOCKET begin(struct world *world, struct thread *me, bool overlapped)
{
    (void)world;
    start(me);
    return open_socket(me, AF_INET, SOCK_DGRAM, overlapped);
}

static void select_events(struct thread *me, SOCKET s, HANDLE event, LONG mask)
{
    int error;
    ck_assert_int_eq(spi_event_select(me, s, event, mask, &error), 0);
}

/* The recorded events; their error codes come back in *codes. The event is reset. */
static LONG recorded(struct thread *me, SOCKET s, HANDLE event, WSANETWORKEVENTS **codes)
{
    int error;
    WSANETWORKEVENTS *events = NEW(me, WSANETWORKEVENTS);
    ck_assert_int_eq(spi_enum_network_events(me, s, event, events, &error), 0);
    if (codes) *codes = events;
    return events->lNetworkEvents;
}

/* ---- the forms ---- */

struct blocked { struct world *world; struct wish request; int error; DWORD bytes; bool returned; int64_t at_ns; };

static void blocks(struct thread *thread, void *argument)
{
    struct blocked *blocked = argument;
    blocked->error = ask(blocked->world, thread, &blocked->request, &blocked->bytes);
    blocked->returned = true;
    blocked->at_ns = engine_now_ns(blocked->world->engine);
}

/* proves: IOCTL-CALL-9, READ-ARM-7, READ-MODE-4, IOCTL-FIONBIO-3 */
PLAY(test_blocking)
{
    static struct blocked list, route;
    SOCKET s = begin(world, me, false);
    list = (struct blocked){ .world = world, .request = { .s = s, .code = LISTS } };
    route = (struct blocked){ .world = world, .request = { .s = open_socket(me, AF_INET6, SOCK_STREAM, true), .code = ROUTES, .to = "[2001:db8:ffff::1]:0" } };
    world_thread(world->process, "app/list", blocks, &list);
    world_thread(world->process, "app/route", blocks, &route);
    nap(me, 5 * MILLISECOND);
    ck_assert(!list.returned && !route.returned);
    make_nonblocking(me, s); /* too late for a call under way */
    make_nonblocking(me, route.request.s);
    settle(me);
    ck_assert(!list.returned && !route.returned);
    change(world, me);
    ck_assert(list.returned && !route.returned);
    ck_assert(list.error == 0 && list.bytes == 0 && list.at_ns == 6 * MILLISECOND);
    lead(world->eth0, "::/0", "2001:db8::1");
    settle(me);
    ck_assert(route.returned && route.error == 0 && route.bytes == 0);
    end(me);
}

/* proves: IOCTL-CALL-7, IOCTL-CALL-8, IOCTL-CALL-10, IOCTL-ADDRESS_LIST_CHANGE-5, IOCTL-ROUTING_INTERFACE_CHANGE-4, IOCTL-CALL-3, IOCTL-FIONBIO-1 */
PLAY(test_nonblocking)
{
    DWORD bytes;
    start(me);
    for (int flag = 0; flag < 2; flag++) {
        SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, flag != 0);
        make_nonblocking(me, s);
        WSAOVERLAPPED *overlapped = overlapped_marked(me, NULL);
        ck_assert_int_eq(ask(world, me, &(struct wish){ .s = s, .code = LISTS }, &bytes), WSAEWOULDBLOCK);
        ck_assert_uint_eq(bytes, 0);
        ck_assert_int_eq(ask(world, me, &(struct wish){ .s = s, .code = ROUTES, .to = "198.51.100.7:0" }, &bytes), WSAEWOULDBLOCK);
        ck_assert_uint_eq(bytes, 0);
        ck_assert_int_eq(ask(world, me, &(struct wish){ .s = s, .code = LISTS, .routine = routine_pointer(1) }, &bytes), WSAEWOULDBLOCK); /* no OVERLAPPED: ignored */
        if (!flag) ck_assert_int_eq(ask(world, me, &(struct wish){ .s = s, .code = LISTS, .overlapped = overlapped, .routine = routine_pointer(1) }, &bytes), WSAEWOULDBLOCK);
        ck_assert(overlapped_untouched(overlapped, NULL));
    }
    change(world, me);
    ck_assert_uint_eq(alert(me, 0), WSA_WAIT_TIMEOUT);
    end(me);
}

/* proves: IOCTL-OVL-1, IOCTL-OVL-2, IOCTL-OVL-3, IOCTL-OVL-5, IOCTL-OVL-6, READ-MODE-2, SPI-OVL-1, SPI-RESULT-1, SPI-RESULT-2, SPI-RESULT-6, IOCTL-ADDRESS_LIST_CHANGE-1,
           IOCTL-ADDRESS_LIST_CHANGE-3 */
PLAY(test_overlapped)
{
    start(me);
    for (int nonblocking = 0; nonblocking < 2; nonblocking++) {
        DWORD bytes, *moved = NEW(me, DWORD), *flags = NEW(me, DWORD);
        int error;
        SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, true);
        if (nonblocking) make_nonblocking(me, s);
        HANDLE event = event_new(world->process, true, NULL);
        event_set(world->process, event);
        WSAOVERLAPPED *overlapped = overlapped_marked(me, event);
        ck_assert_int_eq(ask(world, me, &(struct wish){ .s = s, .code = LISTS, .overlapped = overlapped }, &bytes), WSA_IO_PENDING);
        ck_assert_uint_eq(bytes, BYTES_BEFORE);
        ck_assert_uint_eq(overlapped->Internal, 0x103);
        ck_assert(!event_signalled(world->process, event));
        *moved = 77;
        ck_assert_int_eq(spi_get_overlapped_result(me, s, overlapped, moved, FALSE, flags, &error), FALSE);
        ck_assert_int_eq(error, WSA_IO_INCOMPLETE);
        ck_assert_uint_eq(*moved, 77);
        change(world, me);
        ck_assert(event_signalled(world->process, event));
        ck_assert(overlapped->Internal == 0 && overlapped->InternalHigh == 0 && overlapped->OffsetHigh == 0);
        for (int again = 0; again < 3; again++) {
            *moved = 77;
            ck_assert_int_eq(spi_get_overlapped_result(me, s, overlapped, moved, again == 2, flags, &error), TRUE);
            ck_assert(*moved == 0 && *flags == 0);
        }
    }
    end(me);
}

/* proves: IOCTL-ADDRESS_LIST_CHANGE-2, IOCTL-ADDRESS_LIST_CHANGE-4, NET-ROUTE-4 */
PLAY(test_the_other_family)
{
    SOCKET four = begin(world, me, true), six = open_socket(me, AF_INET6, SOCK_DGRAM, true);
    WSAOVERLAPPED *lists4 = pends(world, me, four, NULL), *lists6 = pends(world, me, six, NULL);
    WSAOVERLAPPED *routes4 = pends(world, me, four, "0.0.0.0:0"), *routes6 = pends(world, me, six, "[::]:0");
    give(world->eth0, "2001:db8::99/64");
    settle(me);
    ck_assert(overlapped_pending(lists4) && !overlapped_pending(lists6));
    lead(world->eth0, "2001:db8:1::/48", "2001:db8::1");
    settle(me);
    ck_assert(overlapped_pending(routes4) && !overlapped_pending(routes6));
    int error;
    struct spi_ioctl query = { .s = six, .code = SIO_ADDRESS_LIST_QUERY, .out = block_of(me, 200), .out_size = 200, .bytes = NEW(me, DWORD) };
    ck_assert_int_eq(spi_ioctl(me, &query, &error), 0);
    ck_assert_uint_eq(*query.bytes, 8 + 2 * (16 + 28));
    end(me);
}

static void interrupts(struct thread *thread, void *argument)
{
    nap(thread, 2 * MILLISECOND);
    ck_assert_int_eq(kernel_interrupt(*(uint32_t *)argument), KERNEL_OK);
}

/* What ends a blocked call from outside gives WSAEINTR, and the socket is as good as before. */
PLAY(test_an_interrupted_call)
{
    DWORD bytes;
    SOCKET s = begin(world, me, true);
    uint32_t id = thread_task(me)->thread_id;
    world_thread(world->process, "app/interrupts", interrupts, &id);
    ck_assert_int_eq(ask(world, me, &(struct wish){ .s = s, .code = LISTS }, &bytes), WSAEINTR);
    ck_assert_uint_eq(bytes, 0);
    ck_assert_int_eq(engine_now_ns(world->engine), 2 * MILLISECOND);
    change(world, me); /* nothing of it is left to complete */
    WSAOVERLAPPED *overlapped = pends(world, me, s, NULL);
    change(world, me);
    ck_assert(!overlapped_pending(overlapped));
    end(me);
}

/* ---- several requests ---- */

/* proves: READ-MULTI-1, READ-MULTI-4, READ-MULTI-5 */
PLAY(test_one_change_completes_all_in_order)
{
    SOCKET a = begin(world, me, true), b = open_socket(me, AF_INET, SOCK_STREAM, true);
    WSAOVERLAPPED *requests[6];
    for (int i = 0; i < 6; i++) requests[i] = pends(world, me, i % 2 ? b : a, NULL);
    give(world->eth0, "192.0.2.200/24");
    give(world->eth0, "192.0.2.201/24");
    settle(me);
    for (uint64_t i = 0; i < 6; i++) ck_assert_ptr_eq(process_observation(world->process, i + 1)->event, requests[i]->hEvent);
    ck_assert_ptr_null(process_observation(world->process, 7));
    end(me);
}

/* proves: READ-MULTI-2, READ-ROUTING_INTERFACE_CHANGE-2, READ-ROUTING_INTERFACE_CHANGE-3, IOCTL-ROUTING_INTERFACE_CHANGE-1, IOCTL-ROUTING_INTERFACE_CHANGE-2,
           IOCTL-ROUTING_INTERFACE_CHANGE-7, NET-ROUTE-1, SPI-RESULT-3, SPI-RESULT-4 */
PLAY(test_each_destination_by_its_own)
{
    int error;
    DWORD *moved = NEW(me, DWORD), *flags = NEW(me, DWORD);
    SOCKET s = begin(world, me, true), six = open_socket(me, AF_INET6, SOCK_DGRAM, true);
    WSAOVERLAPPED *far = pends(world, me, s, "203.0.113.1:0"), *near = pends(world, me, s, "198.51.100.7:0"), *any = pends(world, me, s, "0.0.0.0:0"), *nowhere = pends(world, me, six, "[2001:db8:ffff::1]:0");
    lead(world->eth1, "203.0.113.0/24", "198.51.100.1");
    settle(me);
    ck_assert(!overlapped_pending(far) && !overlapped_pending(any) && overlapped_pending(near) && overlapped_pending(nowhere));
    far = pends(world, me, s, "8.8.8.8:0");
    lead_no_more(world, "0.0.0.0/0");
    settle(me);
    ck_assert(overlapped_pending(near) && overlapped_pending(nowhere));
    ck_assert_int_eq(overlapped_error(far), WSAENETUNREACH);
    *moved = 77;
    ck_assert_int_eq(spi_get_overlapped_result(me, s, far, moved, FALSE, flags, &error), FALSE);
    ck_assert(error == WSAENETUNREACH && *moved == 77);
    far = pends(world, me, s, "8.8.8.8:0"); /* unreachable: accepted, it waits */
    iface_media(world->eth0, false);
    iface_media(world->eth1, false);
    settle(me);
    ck_assert_int_eq(overlapped_error(near), WSAENETDOWN);
    ck_assert_int_eq(overlapped_error(far), WSAENETDOWN);
    ck_assert_int_eq(overlapped_error(nowhere), WSAENETDOWN);
    end(me);
}

/* proves: READ-EVENT-1 */
PLAY(test_a_failed_network)
{
    static struct blocked blocked;
    WSANETWORKEVENTS *codes;
    SOCKET s = begin(world, me, true);
    blocked = (struct blocked){ .world = world, .request = { .s = s, .code = LISTS } };
    world_thread(world->process, "app/blocked", blocks, &blocked);
    settle(me);
    WSAOVERLAPPED *list = pends(world, me, s, NULL), *route = pends(world, me, s, "203.0.113.1:0");
    host_stack(world->host, false);
    settle(me);
    ck_assert_int_eq(overlapped_error(list), WSAENETDOWN);
    ck_assert_int_eq(overlapped_error(route), WSAENETDOWN);
    ck_assert(blocked.returned && blocked.error == WSAENETDOWN);
    host_stack(world->host, true);
    SOCKET other = open_socket(me, AF_INET, SOCK_DGRAM, false);
    HANDLE event = event_new(world->process, true, NULL);
    select_events(me, other, event, FD_ADDRESS_LIST_CHANGE);
    ck_assert_int_eq(arm(world, me, other, NULL), WSAEWOULDBLOCK);
    change(world, me);
    ck_assert_int_eq(recorded(me, other, event, &codes), FD_ADDRESS_LIST_CHANGE);
    ck_assert_int_eq(codes->iErrorCode[FD_ADDRESS_LIST_CHANGE_BIT], 0);
    ck_assert_int_eq(arm(world, me, other, NULL), WSAEWOULDBLOCK);
    host_stack(world->host, false);
    settle(me);
    ck_assert(event_signalled(world->process, event));
    host_stack(world->host, true);
    ck_assert_int_eq(recorded(me, other, event, &codes), FD_ADDRESS_LIST_CHANGE);
    ck_assert_int_eq(codes->iErrorCode[FD_ADDRESS_LIST_CHANGE_BIT], WSAENETDOWN);
    end(me);
}

/* ---- arming ---- */

/* proves: IOCTL-CALL-12, IOCTL-ADDRESS_LIST_CHANGE-6, READ-ARM-1, READ-ARM-2, READ-ARM-3, READ-ARM-4, READ-ARM-6, SPI-EVENTSELECT-6, SPI-EVENTSELECT-9, SPI-ENUM-1 */
PLAY(test_once_per_arming)
{
    WSANETWORKEVENTS *codes;
    SOCKET s = begin(world, me, false), never = open_socket(me, AF_INET, SOCK_DGRAM, false);
    HANDLE event = event_new(world->process, true, NULL), other = event_new(world->process, true, NULL);
    select_events(me, s, event, FD_ADDRESS_LIST_CHANGE);
    select_events(me, never, other, FD_ALL_EVENTS);
    change(world, me); /* before any arming */
    ck_assert_int_eq(recorded(me, s, NULL, NULL), 0);
    for (int round = 0; round < 3; round++) {
        ck_assert_int_eq(arm(world, me, s, NULL), WSAEWOULDBLOCK);
        ck_assert_int_eq(arm(world, me, s, NULL), WSAEWOULDBLOCK); /* twice armed is armed */
        ck_assert_int_eq(recorded(me, s, NULL, NULL), 0);
        change(world, me);
        ck_assert(event_signalled(world->process, event));
        ck_assert_int_eq(recorded(me, s, event, &codes), FD_ADDRESS_LIST_CHANGE);
        ck_assert_int_eq(codes->iErrorCode[FD_ADDRESS_LIST_CHANGE_BIT], 0);
        ck_assert(!event_signalled(world->process, event));
        change(world, me);
        ck_assert(!event_signalled(world->process, event));
        ck_assert_int_eq(recorded(me, s, event, NULL), 0);
    }
    ck_assert_int_eq(signals_of(world, event), 3);
    ck_assert_int_eq(signals_of(world, other), 0);
    ck_assert_int_eq(recorded(me, never, NULL, NULL), 0);
    /* between arming and selection */
    SOCKET late = open_socket(me, AF_INET, SOCK_DGRAM, false);
    make_nonblocking(me, late);
    ck_assert_int_eq(arm(world, me, late, NULL), WSAEWOULDBLOCK);
    change(world, me);
    HANDLE third = event_new(world->process, true, NULL);
    select_events(me, late, third, FD_READ | FD_ROUTING_INTERFACE_CHANGE); /* another event */
    ck_assert(!event_signalled(world->process, third));
    select_events(me, late, third, FD_ADDRESS_LIST_CHANGE);
    ck_assert(event_signalled(world->process, third));
    ck_assert_int_eq(recorded(me, late, third, NULL), FD_ADDRESS_LIST_CHANGE);
    select_events(me, late, third, FD_ADDRESS_LIST_CHANGE);
    ck_assert(!event_signalled(world->process, third));
    end(me);
}

/* proves: READ-MULTI-3, READ-EVENT-2, IOCTL-ROUTING_INTERFACE_CHANGE-5 */
PLAY(test_several_destinations)
{
    WSANETWORKEVENTS *codes;
    SOCKET s = begin(world, me, false);
    HANDLE event = event_new(world->process, true, NULL);
    select_events(me, s, event, FD_ROUTING_INTERFACE_CHANGE | FD_ADDRESS_LIST_CHANGE);
    ck_assert_int_eq(arm(world, me, s, "203.0.113.1:0"), WSAEWOULDBLOCK);
    ck_assert_int_eq(arm(world, me, s, "8.8.8.8:0"), WSAEWOULDBLOCK);
    ck_assert_int_eq(arm(world, me, s, "198.51.100.7:0"), WSAEWOULDBLOCK);
    lead(world->eth1, "8.8.8.0/24", "198.51.100.1"); /* for the second of them */
    settle(me);
    ck_assert_int_eq(recorded(me, s, event, &codes), FD_ROUTING_INTERFACE_CHANGE);
    ck_assert_int_eq(codes->iErrorCode[FD_ROUTING_INTERFACE_CHANGE_BIT], 0);
    lead(world->eth1, "203.0.113.0/24", "198.51.100.1"); /* the others are armed no longer */
    settle(me);
    ck_assert_int_eq(recorded(me, s, event, NULL), 0);
    ck_assert_int_eq(arm(world, me, s, "1.1.1.1:0"), WSAEWOULDBLOCK);
    lead_no_more(world, "0.0.0.0/0");
    settle(me);
    ck_assert_int_eq(recorded(me, s, event, &codes), FD_ROUTING_INTERFACE_CHANGE);
    ck_assert_int_eq(codes->iErrorCode[FD_ROUTING_INTERFACE_CHANGE_BIT], WSAENETUNREACH);
    ck_assert_int_eq(arm(world, me, s, "198.51.100.7:0"), WSAEWOULDBLOCK);
    iface_media(world->eth0, false);
    iface_media(world->eth1, false);
    settle(me);
    ck_assert_int_eq(recorded(me, s, event, &codes), FD_ROUTING_INTERFACE_CHANGE);
    ck_assert_int_eq(codes->iErrorCode[FD_ROUTING_INTERFACE_CHANGE_BIT], WSAENETDOWN);
    end(me);
}

/* proves: READ-ARM-1, READ-ARM-5 */
PLAY(test_what_arms_and_what_does_not)
{
    int error;
    SOCKET s = begin(world, me, true);
    HANDLE event = event_new(world->process, true, NULL);
    static const DWORD others[] = { SIO_ADDRESS_LIST_QUERY, SIO_ROUTING_INTERFACE_QUERY, SIO_BASE_HANDLE, SIO_GET_INTERFACE_LIST, SIO_GET_BROADCAST_ADDRESS };
    select_events(me, s, event, FD_ROUTING_INTERFACE_CHANGE | FD_ADDRESS_LIST_CHANGE);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        bool route = others[i] == SIO_ROUTING_INTERFACE_QUERY;
        struct spi_ioctl call = { .s = s, .code = others[i], .in = route ? sockaddr_at(me, "198.51.100.7:0") : NULL, .in_size = route ? 16 : 0, .out = block_of(me, 1000), .out_size = 1000, .bytes = NEW(me, DWORD) };
        hold(spi_ioctl(me, &call, &error) == 0, "code %zu: %d", i, error);
    }
    change(world, me);
    take(world->eth1, "198.51.100.10");
    settle(me);
    ck_assert_int_eq(recorded(me, s, event, NULL), 0);
    pends(world, me, s, NULL); /* the overlapped form arms too */
    change(world, me);
    ck_assert_int_eq(recorded(me, s, event, NULL), FD_ADDRESS_LIST_CHANGE);
    change(world, me);
    ck_assert_int_eq(recorded(me, s, event, NULL), 0);
    /* a call that fails its checks arms nothing */
    struct spi_ioctl short_input = { .s = s, .code = ROUTES, .in = sockaddr_at(me, "8.8.8.8:0"), .in_size = 15, .bytes = NEW(me, DWORD) };
    ck_assert_int_eq(spi_ioctl(me, &short_input, &error), SOCKET_ERROR);
    lead_no_more(world, "0.0.0.0/0");
    settle(me);
    ck_assert_int_eq(recorded(me, s, event, NULL), 0);
    end(me);
}

struct asker { struct world *world; SOCKET s; };
static void asks_and_ends(struct thread *thread, void *argument)
{
    struct asker *asking = argument;
    pends(asking->world, thread, asking->s, NULL);
}

/* The event belongs to the socket, not to the thread that armed it. */
PLAY(test_an_arming_outlives_its_thread)
{
    static struct asker asking;
    SOCKET s = begin(world, me, true);
    HANDLE event = event_new(world->process, true, NULL);
    select_events(me, s, event, FD_ADDRESS_LIST_CHANGE);
    asking = (struct asker){ world, s };
    world_thread(world->process, "app/ends", asks_and_ends, &asking);
    settle(me);
    ck_assert_int_eq(recorded(me, s, event, NULL), 0); /* that it was aborted is no change */
    change(world, me);
    ck_assert_int_eq(recorded(me, s, event, NULL), FD_ADDRESS_LIST_CHANGE);
    end(me);
}

/* proves: IOCTL-CALL-11, IOCTL-FIONBIO-2, IOCTL-FIONBIO-5, IOCTL-FIONBIO-9, READ-FIONBIO-3, SPI-EVENTSELECT-4 */
PLAY(test_back_to_blocking)
{
    int error;
    static struct blocked blocked;
    SOCKET s = begin(world, me, false);
    select_events(me, s, NULL, 0); /* whatever the mask */
    ck_assert_int_eq(arm(world, me, s, NULL), WSAEWOULDBLOCK);
    u_long *off = NEW(me, u_long);
    struct spi_ioctl call = { .s = s, .code = FIONBIO, .in = off, .in_size = 4, .bytes = NEW(me, DWORD) };
    HANDLE event = event_new(world->process, false, NULL);
    select_events(me, s, event, FD_READ);
    ck_assert_int_eq(spi_ioctl(me, &call, &error), SOCKET_ERROR);
    ck_assert_int_eq(error, WSAEINVAL);
    select_events(me, s, memory_outside(world->process), 0); /* mask 0: the event is not looked at */
    ck_assert_int_eq(arm(world, me, s, NULL), WSAEWOULDBLOCK); /* that alone does not restore the mode */
    ck_assert_int_eq(spi_ioctl(me, &call, &error), 0);
    blocked = (struct blocked){ .world = world, .request = { .s = s, .code = LISTS } };
    world_thread(world->process, "app/blocked", blocks, &blocked);
    settle(me);
    ck_assert(!blocked.returned);
    change(world, me);
    ck_assert(blocked.returned && blocked.error == 0);
    end(me);
}

/* ---- errors of SIO_ROUTING_INTERFACE_CHANGE (1.33), in every form ---- */

#define CHANGE .code = SIO_ROUTING_INTERFACE_CHANGE
static const struct io_case refused[] = {
    { "no input", CHANGE, .in_size = 16, .error = WSAEFAULT },
    { "no input, no size", CHANGE, .error = WSAEFAULT },
    { "short", CHANGE, .in = GOOD, .value = "8.8.8.8:0", .in_size = 15, .error = WSAEFAULT },
    { "not as long as claimed", CHANGE, .in = CUT, .in_size = 16, .error = WSAEFAULT },
    { "unreadable", CHANGE, .in = OUTSIDE, .in_size = 16, .error = WSAEFAULT },
    { "IPv6, an IPv4 address", .family = AF_INET6, CHANGE, .in = GOOD, .value = "8.8.8.8:0", .in_size = 16, .error = WSAEFAULT },
    { "IPv6, an IPv4 address with room", .family = AF_INET6, CHANGE, .in = GOOD, .value = "8.8.8.8:0", .in_size = 28, .error = WSAEAFNOSUPPORT },
    { "no family", CHANGE, .in = GOOD, .in_size = 16, .error = WSAEAFNOSUPPORT },
    { "no byte count", CHANGE, .in = GOOD, .value = "8.8.8.8:0", .in_size = 16, .bytes = BYTES_NULL, .error = WSAEFAULT },
    { "byte count outside", CHANGE, .in = GOOD, .value = "8.8.8.8:0", .in_size = 16, .bytes = BYTES_OUTSIDE, .error = WSAEFAULT },
    { "list, no byte count", .code = SIO_ADDRESS_LIST_CHANGE, .bytes = BYTES_NULL, .error = WSAEFAULT },
};
/* proves: READ-ROUTING_INTERFACE_CHANGE-1 */
PLAY(test_refused) { CASES(refused); }

int main(void)
{
    Suite *suite = suite_create("provider/waits");
    TCase *modes = tcase_create("modes"), *several = tcase_create("several"), *arming = tcase_create("arming");
    tcase_add_test(modes, test_blocking);
    tcase_add_test(modes, test_nonblocking);
    tcase_add_test(modes, test_overlapped);
    tcase_add_test(modes, test_an_interrupted_call);
    tcase_add_test(modes, test_the_other_family);
    tcase_add_test(modes, test_refused);
    suite_add_tcase(suite, modes);
    tcase_add_test(several, test_one_change_completes_all_in_order);
    tcase_add_test(several, test_each_destination_by_its_own);
    tcase_add_test(several, test_a_failed_network);
    suite_add_tcase(suite, several);
    tcase_add_test(arming, test_once_per_arming);
    tcase_add_test(arming, test_several_destinations);
    tcase_add_test(arming, test_what_arms_and_what_does_not);
    tcase_add_test(arming, test_an_arming_outlives_its_thread);
    tcase_add_test(arming, test_back_to_blocking);
    suite_add_tcase(suite, arming);
    return suite_main(suite);
}
