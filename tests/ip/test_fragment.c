/* Fragmentation and reassembly (RFC 791, RFC 815, RFC 8200 4.5, RFC 1122 3.3.2). */
#include "wires.h"

#include "net/ip/fragment.h"

#define PARTS_MOST 64

static struct host *a, *b;
static struct iface *a0, *b0;

static void open_wire(void)
{
    struct host_parameters plain = host_parameters_default();
    wires_open();
    a = host_with("a", plain);
    b = host_with("b", plain);
    a0 = wire(a, "eth0", "192.0.2.1/24", "2001:db8::1/64");
    b0 = wire(b, "eth0", "192.0.2.2/24", "2001:db8::2/64");
    plug(a0, b0, MS, 0);
    run_until(0);
    log_text();
}

/* The parts of a message from a to b, taken off the wire: as an echo request, so that a whole one is answered. */
static size_t parts_of(const char *to, uint32_t size, struct packet *parts[PARTS_MOST])
{
    size_t count = 0;
    struct kernel_address destination = at(to);
    ck_assert_int_eq(send_packet(a, message(to, destination.family == KERNEL_IPV4 ? 8 : 128, size)), KERNEL_OK);
    struct packet *next;
    for (struct packet *packet = a0->link->head; packet; packet = next) {
        next = packet->next;
        ck_assert_uint_lt(count, PARTS_MOST);
        parts[count++] = packet_copy(net, packet);
    }
    ck_assert(cable_cut_from(a0, true)); /* what was on it is lost */
    ck_assert(cable_cut_from(a0, false));
    return count;
}

static struct packet *arrives(struct packet *part) { return reassemble(b0, part); }

static void whole_is(struct packet *whole, uint32_t size)
{
    ck_assert_ptr_nonnull(whole);
    ck_assert_uint_eq(whole->size, ip_header_bytes(whole->family) + 8 + size);
    ck_assert_uint_eq(whole->payload.size, size);
    ck_assert_uint_eq(whole->flags & (PACKET_IS_FRAGMENT | PACKET_MORE_FRAGMENTS), 0);
    ck_assert_uint_eq(whole->fragment_offset, 0);
    for (uint32_t i = 0; i < size; i++)
        ck_assert_uint_eq(piece_bytes(&whole->payload)[i], (uint8_t)(i * 7 + i / 251));
    packet_free(net, whole);
}

static void nothing_is_left(void)
{
    ck_assert_uint_eq(net->pool.packets_live, 0);
    ck_assert_uint_eq(net->pool.chunks_live, 0);
}

/* ---- cutting ---- */

START_TEST(sizes_of_the_parts)
{
    struct packet *parts[PARTS_MOST];
    size_t count = parts_of("192.0.2.2", 4000, parts);
    ck_assert_uint_eq(count, 3); /* 4008 bytes in parts of 1480 */
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_eq(parts[i]->fragment_offset, i * 1480);
        ck_assert_uint_eq(parts[i]->size, i < 2 ? 1500 : 20 + 4008 - 2 * 1480);
        ck_assert_uint_eq(parts[i]->flags & PACKET_IS_FRAGMENT, PACKET_IS_FRAGMENT);
        ck_assert_int_eq((parts[i]->flags & PACKET_MORE_FRAGMENTS) != 0, i < 2);
        ck_assert_uint_eq(parts[i]->identification, parts[0]->identification);
        packet_free(net, parts[i]);
    }
    nothing_is_left();
}
END_TEST

START_TEST(sizes_of_the_parts_of_ipv6)
{
    struct packet *parts[PARTS_MOST];
    size_t count = parts_of("2001:db8::2", 4000, parts);
    ck_assert_uint_eq(count, 3); /* 4008 bytes in parts of 1448: 1500 - 48, a multiple of eight */
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_eq(parts[i]->fragment_offset, i * 1448);
        ck_assert_uint_eq(parts[i]->size, i < 2 ? 1496 : 48 + 4008 - 2 * 1448);
        packet_free(net, parts[i]);
    }
}
END_TEST

START_TEST(what_fits_is_not_cut)
{
    struct packet *parts[PARTS_MOST];
    ck_assert_uint_eq(parts_of("192.0.2.2", 1472, parts), 1);
    ck_assert_uint_eq(parts[0]->flags, 0);
    packet_free(net, parts[0]);
    ck_assert_uint_eq(parts_of("192.0.2.2", 1473, parts), 2);
    ck_assert_uint_eq(parts[1]->size, 21);
    packet_free(net, parts[0]);
    packet_free(net, parts[1]);
}
END_TEST

START_TEST(datagrams_have_numbers_of_their_own)
{
    struct packet *first[PARTS_MOST], *second[PARTS_MOST];
    size_t count = parts_of("192.0.2.2", 2000, first) + parts_of("192.0.2.2", 2000, second);
    ck_assert_uint_eq(count, 4);
    ck_assert_uint_ne(first[0]->identification, second[0]->identification);
    for (size_t i = 0; i < 2; i++) {
        packet_free(net, first[i]);
        packet_free(net, second[i]);
    }
}
END_TEST

START_TEST(not_to_be_cut)
{
    struct packet *packet = message("192.0.2.2", 8, 1473);
    packet->flags |= PACKET_DONT_FRAGMENT;
    ck_assert_int_eq(send_packet(a, packet), KERNEL_TOO_LONG);
    nothing_is_left();
}
END_TEST

/* ---- putting together ---- */

START_TEST(in_order)
{
    struct packet *parts[PARTS_MOST];
    ck_assert_uint_eq(parts_of("192.0.2.2", 4000, parts), 3);
    ck_assert_ptr_null(arrives(parts[0]));
    ck_assert_ptr_null(arrives(parts[1]));
    whole_is(arrives(parts[2]), 4000);
    nothing_is_left();
}
END_TEST

/* Every order of four parts. */
START_TEST(in_any_order)
{
    static const char *const to[] = { "192.0.2.2", "2001:db8::2" };
    for (unsigned code = 0; code < 2 * 256; code++) {
        unsigned order[4] = { code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6 & 3 };
        if ((1u << order[0] | 1u << order[1] | 1u << order[2] | 1u << order[3]) != 15)
            continue;
        struct packet *parts[PARTS_MOST];
        ck_assert_uint_eq(parts_of(to[code >> 8], 5000, parts), 4);
        for (unsigned i = 0; i < 3; i++)
            ck_assert_ptr_null(arrives(parts[order[i]]));
        whole_is(arrives(parts[order[3]]), 5000);
    }
    nothing_is_left();
}
END_TEST

START_TEST(duplicates)
{
    struct packet *parts[PARTS_MOST];
    ck_assert_uint_eq(parts_of("192.0.2.2", 4000, parts), 3);
    static const unsigned order[] = { 2, 0, 0, 2, 0 };
    for (size_t i = 0; i < 5; i++)
        ck_assert_ptr_null(arrives(packet_copy(net, parts[order[i]])));
    struct packet *whole = arrives(parts[1]);
    packet_free(net, parts[0]);
    packet_free(net, parts[2]);
    whole_is(whole, 4000);
    nothing_is_left();
}
END_TEST

/* One that comes after the whole begins a datagram that is never completed. */
START_TEST(a_late_duplicate)
{
    struct packet *parts[PARTS_MOST];
    ck_assert_uint_eq(parts_of("192.0.2.2", 2000, parts), 2);
    struct packet *late = packet_copy(net, parts[1]);
    ck_assert_ptr_null(arrives(parts[0]));
    whole_is(arrives(parts[1]), 2000);
    log_text();
    ck_assert_ptr_null(arrives(late));
    run_until(60 * SECOND);
    log_is("60000ms b x icmp 192.0.2.1>192.0.2.2 type 8 at 1480: reassembly\n");
    nothing_is_left();
}
END_TEST

START_TEST(overlapping_parts_are_not_believed)
{
    struct packet *parts[PARTS_MOST];
    ck_assert_uint_eq(parts_of("192.0.2.2", 4000, parts), 3);
    ck_assert_ptr_null(arrives(packet_copy(net, parts[0])));
    struct packet *forged = packet_copy(net, parts[1]);
    forged->fragment_offset = 1472;
    ck_assert_ptr_null(arrives(forged));
    forged = packet_copy(net, parts[0]); /* reaches beyond what is there */
    forged->size += 8;
    ck_assert_ptr_null(arrives(forged));
    ck_assert_ptr_null(arrives(parts[1]));
    packet_free(net, parts[0]);
    whole_is(arrives(parts[2]), 4000);
    nothing_is_left();
}
END_TEST

START_TEST(two_datagrams_at_once)
{
    struct packet *first[PARTS_MOST], *second[PARTS_MOST];
    ck_assert_uint_eq(parts_of("192.0.2.2", 2000, first), 2);
    ck_assert_uint_eq(parts_of("192.0.2.2", 2500, second), 2);
    ck_assert_ptr_null(arrives(first[0]));
    ck_assert_ptr_null(arrives(second[1]));
    whole_is(arrives(first[1]), 2000);
    whole_is(arrives(second[0]), 2500);
    nothing_is_left();
}
END_TEST

/* ---- loss ---- */

START_TEST(one_part_lost)
{
    struct packet *parts[PARTS_MOST];
    ck_assert_uint_eq(parts_of("192.0.2.2", 4000, parts), 3);
    log_text();
    ck_assert_ptr_null(arrives(parts[0]));
    run_until(30 * SECOND);
    ck_assert_ptr_null(arrives(parts[2])); /* the first one's time counts */
    packet_free(net, parts[1]);
    run_until(60 * SECOND - 1);
    log_is("");
    run_until(61 * SECOND);
    log_is("60000ms b > icmp 192.0.2.2>192.0.2.1 type 11\n"
           "60000ms b x icmp 192.0.2.1>192.0.2.2 type 8 at 0: reassembly\n");
    nothing_is_left();
}
END_TEST

START_TEST(the_first_part_lost)
{
    struct packet *parts[PARTS_MOST];
    ck_assert_uint_eq(parts_of("2001:db8::2", 4000, parts), 3);
    log_text();
    packet_free(net, parts[0]);
    ck_assert_ptr_null(arrives(parts[1]));
    ck_assert_ptr_null(arrives(parts[2]));
    run_until(61 * SECOND); /* nobody can be told */
    log_is("60000ms b x icmpv6 2001:db8::1>2001:db8::2 type 128 at 1448: reassembly\n");
    nothing_is_left();
}
END_TEST

START_TEST(another_timeout)
{
    struct packet *parts[PARTS_MOST];
    b->parameters.reassembly_timeout_ns = 2 * SECOND;
    ck_assert_uint_eq(parts_of("192.0.2.2", 2000, parts), 2);
    ck_assert_ptr_null(arrives(parts[0]));
    run_until(2 * SECOND);
    ck_assert_ptr_null(arrives(parts[1])); /* too late */
    run_until(4 * SECOND);
    nothing_is_left();
}
END_TEST

START_TEST(sixty_four_at_once)
{
    struct packet *ends[65], *parts[PARTS_MOST];
    for (unsigned i = 0; i < 65; i++) {
        ck_assert_uint_eq(parts_of("192.0.2.2", 2000, parts), 2);
        ck_assert_ptr_null(arrives(parts[0]));
        ends[i] = parts[1];
        if (i == 63)
            log_text();
    }
    ck_assert_ptr_nonnull(strstr(log_text(), "0ms b x icmp 192.0.2.1>192.0.2.2 type 8 at 0: reassembly\n")); /* the oldest made room */
    for (unsigned i = 1; i < 65; i++)
        whole_is(arrives(ends[i]), 2000);
    ck_assert_ptr_null(arrives(ends[0]));
    run_until(60 * SECOND);
    nothing_is_left();
}
END_TEST

START_TEST(waiting_at_the_end_of_the_world)
{
    struct packet *parts[PARTS_MOST];
    ck_assert_uint_eq(parts_of("192.0.2.2", 2000, parts), 2);
    ck_assert_ptr_null(arrives(parts[0]));
    packet_free(net, parts[1]);
}
END_TEST

START_TEST(the_interface_goes_meanwhile)
{
    struct packet *parts[PARTS_MOST];
    ck_assert_uint_eq(parts_of("192.0.2.2", 2000, parts), 2);
    ck_assert_ptr_null(arrives(parts[0]));
    packet_free(net, parts[1]);
    ck_assert(iface_remove(b0));
    run_until(100 * SECOND);
    nothing_is_left();
}
END_TEST

/* ---- end to end ---- */

START_TEST(large_echoes)
{
    ping(a, "192.0.2.2", 20000);
    ping(a, "2001:db8::2", 20000);
    run_until(SECOND);
    ck_assert_uint_eq(a0->link->counters.packets, 14 + 14); /* 20008 bytes in parts of 1480 and of 1448 */
    ck_assert_uint_eq(b0->link->counters.packets, 14 + 14);
    nothing_is_left();
}
END_TEST

/* A router cuts what is too large for the next wire, a fragment as well. */
START_TEST(cut_again_on_the_way)
{
    struct host_parameters forwarding = host_parameters_default();
    forwarding.forwarding = true;
    struct host *router = host_with("r", forwarding), *c = host_with("c", host_parameters_default());
    struct iface *c0 = wire(c, "eth0", "198.51.100.1/24", NULL), *a1 = wire(a, "eth1", "203.0.113.1/24", NULL);
    plug(a1, wire(router, "eth0", "203.0.113.254/24", NULL), MS, 0);
    plug(wire(router, "eth1", "198.51.100.254/24", NULL), c0, MS, 600);
    route(a1, "198.51.100.0/24", "203.0.113.254", 0);
    route(c0, "0.0.0.0/0", "198.51.100.254", 0);
    run_until(0);
    ping(a, "198.51.100.1", 3000);
    run_until(2 * MS - 1);
    /* 3008 bytes in parts of 1480, each of them in parts of 576 */
    ck_assert_uint_eq(iface_find(router, "eth1")->link->counters.packets, 3 + 3 + 1);
    run_until(SECOND);
    ck_assert_ptr_nonnull(strstr(log_text(), "c > icmp 198.51.100.1>203.0.113.1 type 0"));
    nothing_is_left();
}
END_TEST

/* … and nothing is plugged in there. */
START_TEST(cut_for_nobody)
{
    struct host_parameters forwarding = host_parameters_default();
    forwarding.forwarding = true;
    struct host *router = host_with("r", forwarding);
    struct iface *a1 = wire(a, "eth1", "203.0.113.1/24", NULL), *lone = wire(router, "eth1", "198.51.100.254/24", NULL);
    plug(a1, wire(router, "eth0", "203.0.113.254/24", NULL), MS, 0);
    route(a1, "198.51.100.0/24", "203.0.113.254", 0);
    ck_assert(iface_mtu(lone, 600));
    run_until(0);
    log_text();
    ping(a, "198.51.100.1", 1000);
    run_until(SECOND);
    log_is("0ms a > icmp 203.0.113.1>198.51.100.1 type 8\n"
           "1ms r x icmp 203.0.113.1>198.51.100.1 type 8 at 0: nothing plugged in\n"
           "1ms r x icmp 203.0.113.1>198.51.100.1 type 8 at 576: nothing plugged in\n");
    nothing_is_left();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        sizes_of_the_parts, sizes_of_the_parts_of_ipv6, what_fits_is_not_cut, datagrams_have_numbers_of_their_own, not_to_be_cut, in_order,
        in_any_order, duplicates, a_late_duplicate, overlapping_parts_are_not_believed, two_datagrams_at_once, one_part_lost,
        the_first_part_lost, another_timeout, sixty_four_at_once, waiting_at_the_end_of_the_world, the_interface_goes_meanwhile, large_echoes,
        cut_again_on_the_way, cut_for_nobody,
    };
    Suite *suite = suite_create("fragments");
    TCase *tcase = tcase_create("fragments");
    tcase_add_checked_fixture(tcase, open_wire, wires_close);
    tests_add(tcase, tests);
    suite_add_tcase(suite, tcase);
    return suite_main(suite);
}
