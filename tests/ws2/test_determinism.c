/* The same world run twice gives the same rows, wherever its memory happens to lie. */
#include "ws2/world.h"

struct lived { struct trace_digest digest; uint64_t rows, events; };

/* Two threads, all forms of a request, events, routines, a close with requests pending. */
static void second(struct thread *thread, void *argument)
{
    struct world *world = argument;
    int error;
    SOCKET s = open_socket(thread, AF_INET6, SOCK_DGRAM, false);
    DWORD *bytes = NEW(thread, DWORD);
    ck_assert_int_eq(spi_ioctl(thread, &(struct spi_ioctl){ .s = s, .code = SIO_ADDRESS_LIST_CHANGE, .bytes = bytes }, &error), 0); /* blocks */
    char *out = block_of(thread, 200);
    ck_assert_int_eq(spi_ioctl(thread, &(struct spi_ioctl){ .s = s, .code = SIO_ADDRESS_LIST_QUERY, .out = out, .out_size = 200, .bytes = bytes }, &error), 0);
    nap(thread, 3 * MILLISECOND);
    take(world->eth1, "198.51.100.10");
}

static void lives(struct world *world, struct thread *me)
{
    int error;
    DWORD *bytes = NEW(me, DWORD), *flags = NEW(me, DWORD);
    start(me);
    world_thread(world->process, "app/second", second, world);
    SOCKET s = open_socket(me, AF_INET, SOCK_DGRAM, true);
    WSAOVERLAPPED *first = NEW(me, WSAOVERLAPPED), *routine = NEW(me, WSAOVERLAPPED), *rest = NEW(me, WSAOVERLAPPED);
    first->hEvent = event_new(world->process, true, "e");
    struct spi_ioctl call = { .s = s, .code = SIO_ROUTING_INTERFACE_CHANGE, .in = sockaddr_at(me, "198.51.100.7:0"), .in_size = 16, .bytes = bytes, .overlapped = first };
    ck_assert_int_eq(spi_ioctl(me, &call, &error), SOCKET_ERROR);
    call = (struct spi_ioctl){ .s = s, .code = SIO_ADDRESS_LIST_CHANGE, .bytes = bytes, .overlapped = routine, .routine = routine_pointer(3) };
    ck_assert_int_eq(spi_ioctl(me, &call, &error), SOCKET_ERROR);
    call = (struct spi_ioctl){ .s = s, .code = SIO_ROUTING_INTERFACE_CHANGE, .in = sockaddr_at(me, "203.0.113.1:0"), .in_size = 16, .bytes = bytes, .overlapped = rest };
    ck_assert_int_eq(spi_ioctl(me, &call, &error), SOCKET_ERROR);
    nap(me, 5 * MILLISECOND);
    give(world->eth0, "2001:db8::99/64");
    ck_assert_uint_eq(alert(me, SECOND), WSA_WAIT_IO_COMPLETION);
    ck_assert_uint_eq(wait_for_event(me, first->hEvent, SECOND), WSA_WAIT_EVENT_0);
    ck_assert_int_eq(spi_get_overlapped_result(me, s, first, bytes, FALSE, flags, &error), TRUE); /* the default route takes over */
    spi_event_select(me, s, first->hEvent, FD_ADDRESS_LIST_CHANGE, &error);
    close_socket(me, s);
    spi_cleanup(me, &error);
}

static struct lived live(size_t shift)
{
    struct world world = { 0 };
    struct play play = { &world, lives, false };
    void *moves_the_heap = malloc(shift);
    world_open(&world);
    memory_block(world.process, shift);
    world_thread(world.process, "app", play_body, &play);
    world_run(&world);
    ck_assert(play.ended);
    struct lived lived = { trace_digest(world.trace), *trace_newest(world.trace), engine_taken(world.engine) };
    world_close(&world);
    free(moves_the_heap);
    return lived;
}

START_TEST(test_twice_is_the_same)
{
    struct lived first = live(16), again;
    ck_assert_uint_gt(first.rows, 40);
    for (size_t shift = 100; shift < 1000000; shift *= 7) {
        again = live(shift);
        ck_assert_uint_eq(again.rows, first.rows);
        ck_assert_uint_eq(again.events, first.events);
        ck_assert_mem_eq(&again.digest, &first.digest, sizeof first.digest);
    }
}
END_TEST

static void lives_otherwise(struct world *world, struct thread *me)
{
    lives(world, me);
    nap(me, 1);
    event_set(world->process, event_new(world->process, true, "one more"));
}

START_TEST(test_another_world_has_another_digest)
{
    struct lived first = live(16);
    struct world world = { 0 };
    struct play play = { &world, lives_otherwise, false };
    world_open(&world);
    world_thread(world.process, "app", play_body, &play);
    world_run(&world);
    struct trace_digest other = trace_digest(world.trace);
    ck_assert_mem_ne(&other, &first.digest, sizeof other);
    world_close(&world);
}
END_TEST

/* No row shows a pointer: whatever is above 64 KiB and points into the process's memory would be one. */
START_TEST(test_no_pointer_in_any_row)
{
    struct world world = { 0 };
    struct play play = { &world, lives, false };
    struct trace_row row;
    char pointer[40];
    world_open(&world);
    world_thread(world.process, "app", play_body, &play);
    void *block = memory_block(world.process, 1);
    snprintf(pointer, sizeof pointer, "%llx", (unsigned long long)(uintptr_t)block >> 20); /* the range's leading digits */
    world_run(&world);
    for (uint64_t seq = 1; seq <= *trace_newest(world.trace); seq++) {
        ck_assert(trace_read(world.trace, seq, &row));
        char *line = trace_row_line(&row);
        hold(strstr(line, pointer) == NULL, "row %llu: %s", (unsigned long long)seq, line);
        free(line);
    }
    world_close(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ws2/determinism");
    TCase *twice = tcase_create("twice");
    tcase_set_timeout(twice, 60);
    tcase_add_test(twice, test_twice_is_the_same);
    tcase_add_test(twice, test_another_world_has_another_digest);
    tcase_add_test(twice, test_no_pointer_in_any_row);
    suite_add_tcase(suite, twice);
    return suite_main(suite);
}
