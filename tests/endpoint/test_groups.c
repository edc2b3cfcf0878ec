/* Groups: memberships and their errors, filters, the loop switch, reports and queries as packets (host-stack 7). */
#include "pair.h"
#include "net/endpoint/group.h"

static kernel_endpoint a, b;

static void open_two(void)
{
    pair_open();
    a = udp_bound("0.0.0.0", 1000);
    as(&pair.peer);
    b = udp_bound("0.0.0.0", 2000);
}

static void carry(void) { run_for(SECOND / 100); }

static enum kernel_status change(kernel_endpoint endpoint, enum kernel_membership what, const char *group, const char *source, uint32_t interface_index)
{
    struct kernel_group wanted = { .group = ip(group), .interface_index = interface_index };
    if (source)
        wanted.source = ip(source);
    return kernel_membership(endpoint, what, &wanted);
}

/* ---- errors: Multicast Socket Option Behavior ---- */

#define JOIN KERNEL_JOIN
#define LEAVE KERNEL_LEAVE
#define BLOCK KERNEL_BLOCK_SOURCE
#define UNBLOCK KERNEL_UNBLOCK_SOURCE
#define SJOIN KERNEL_JOIN_SOURCE
#define SLEAVE KERNEL_LEAVE_SOURCE
#define NOADDR KERNEL_ADDRESS_NOT_LOCAL
#define INVAL KERNEL_BAD_ARGUMENT
#define DONE KERNEL_OK

static const struct { unsigned count; enum kernel_membership calls[4]; enum kernel_status last; } sequences[] = {
    { 1, { JOIN }, DONE }, { 2, { JOIN, JOIN }, NOADDR }, { 2, { SJOIN, JOIN }, NOADDR }, { 2, { SJOIN, SJOIN }, NOADDR },
    { 2, { JOIN, SJOIN }, INVAL }, { 2, { JOIN, SLEAVE }, INVAL }, { 2, { JOIN, UNBLOCK }, INVAL }, { 2, { JOIN, BLOCK }, DONE },
    { 3, { JOIN, BLOCK, BLOCK }, NOADDR }, { 3, { JOIN, BLOCK, SJOIN }, INVAL }, { 3, { JOIN, BLOCK, JOIN }, INVAL },
    { 3, { JOIN, BLOCK, UNBLOCK }, DONE }, { 4, { JOIN, BLOCK, UNBLOCK, UNBLOCK }, NOADDR }, { 4, { JOIN, BLOCK, UNBLOCK, JOIN }, NOADDR },
    { 2, { JOIN, LEAVE }, DONE }, { 3, { JOIN, LEAVE, LEAVE }, INVAL }, { 3, { JOIN, LEAVE, BLOCK }, INVAL }, { 3, { JOIN, LEAVE, UNBLOCK }, INVAL },
    { 3, { JOIN, LEAVE, SLEAVE }, INVAL }, { 3, { JOIN, LEAVE, JOIN }, DONE }, { 2, { SJOIN, SLEAVE }, DONE }, { 3, { SJOIN, SLEAVE, SLEAVE }, INVAL },
    { 2, { SJOIN, LEAVE }, DONE }, { 2, { SJOIN, BLOCK }, INVAL }, { 1, { LEAVE }, INVAL }, { 1, { SLEAVE }, INVAL }, { 1, { BLOCK }, INVAL },
};

START_TEST(sequences_of_changes)
{
    for (unsigned i = 0; i < sizeof sequences / sizeof *sequences; i++) {
        kernel_endpoint endpoint = udp_open();
        for (unsigned k = 0; k < sequences[i].count; k++) {
            bool last = k + 1 == sequences[i].count;
            enum kernel_status status = change(endpoint, sequences[i].calls[k], "239.1.2.3", "192.0.2.1", 2);
            ck_assert_msg(status == (last ? sequences[i].last : DONE), "row %u, call %u: %s", i, k, status_name(status));
        }
        ck_assert_int_eq(kernel_endpoint_close(endpoint), KERNEL_OK);
    }
    kernel_endpoint endpoint = udp_open();
    ck_assert_int_eq(change(endpoint, SJOIN, "239.1.2.3", "192.0.2.1", 2), DONE);
    ck_assert_int_eq(change(endpoint, SJOIN, "239.1.2.3", "192.0.2.9", 2), DONE);
    ck_assert_int_eq(change(endpoint, SLEAVE, "239.1.2.3", "192.0.2.8", 2), NOADDR);
}
END_TEST

START_TEST(what_can_be_joined)
{
    ck_assert_int_eq(change(b, JOIN, "192.0.2.9", NULL, 2), INVAL);
    ck_assert_int_eq(change(b, JOIN, "ff02::5", NULL, 2), INVAL); /* another family */
    ck_assert_int_eq(change(b, JOIN, "239.1.2.3", NULL, 9), NOADDR);
    ck_assert_int_eq(change(b, SJOIN, "239.1.2.3", NULL, 2), INVAL);
    ck_assert_int_eq(change(open_as(KERNEL_IPV4, KERNEL_TCP, 6), JOIN, "239.1.2.3", NULL, 2), KERNEL_NOT_SUPPORTED);
    ck_assert_int_eq(change(b, JOIN, "239.1.2.3", NULL, 0), DONE); /* the interface with the best route: eth0 */
    ck_assert_int_eq(change(b, JOIN, "239.1.2.3", NULL, 2), NOADDR);
    ck_assert_int_eq(change(b, JOIN, "239.1.2.3", NULL, 1), DONE); /* on loopback it is another one */
    ck_assert_int_eq(change(b, LEAVE, "239.1.2.3", NULL, 0), DONE);
    ck_assert_int_eq(change(b, LEAVE, "239.1.2.3", NULL, 2), INVAL);
    ck_assert_int_eq(change(b, LEAVE, "239.1.2.3", NULL, 1), DONE);
    set(b, KERNEL_MULTICAST_INTERFACE, 1);
    ck_assert_int_eq(change(b, JOIN, "239.1.2.3", NULL, 0), DONE);
    ck_assert_int_eq(change(b, JOIN, "239.1.2.3", NULL, 1), NOADDR);
}
END_TEST

/* ---- who gets what ---- */

START_TEST(members_get_it)
{
    kernel_endpoint second = udp_open(), none = udp_open(), other = udp_bound("0.0.0.0", 2001);
    set(second, KERNEL_REUSE_ADDRESS, 1);
    set(none, KERNEL_REUSE_ADDRESS, 1);
    ck_assert_int_eq(bind_to(second, "192.0.2.2", 2000), DONE);
    ck_assert_int_eq(bind_to(none, "192.0.2.2", 2000), DONE);
    ck_assert_int_eq(change(b, JOIN, "239.1.2.3", NULL, 0), DONE);
    ck_assert_int_eq(change(second, JOIN, "239.1.2.3", NULL, 0), DONE);
    ck_assert_int_eq(change(other, JOIN, "239.1.2.3", NULL, 0), DONE);
    as(&pair.pc);
    ck_assert_int_eq(send_text(a, "group", "239.1.2.3", 2000), DONE); /* needs no permission and no membership */
    ck_assert_int_eq(send_text(a, "another", "239.1.2.4", 2000), DONE);
    carry();
    as(&pair.peer);
    expect_text(b, "group");
    ck_assert_uint_eq(got.transfer.flags, KERNEL_MULTICAST);
    ck_assert_uint_eq(got.transfer.hop_limit, 1);
    ck_assert_uint_eq(got.transfer.local.bytes[0], 239);
    expect_nothing(b);
    expect_text(second, "group");
    expect_nothing(none);
    expect_nothing(other); /* another port */
    ck_assert_int_eq(change(b, LEAVE, "239.1.2.3", NULL, 0), DONE);
    as(&pair.pc);
    send_text(a, "one is left", "239.1.2.3", 2000);
    carry();
    as(&pair.peer);
    expect_nothing(b);
    expect_text(second, "one is left");
}
END_TEST

START_TEST(over_ipv6)
{
    kernel_endpoint six = udp_bound("::", 2000);
    ck_assert_int_eq(change(six, JOIN, "ff02::99", NULL, 2), DONE);
    as(&pair.pc);
    kernel_endpoint from = udp6_open();
    set(from, KERNEL_MULTICAST_INTERFACE, 2);
    ck_assert_int_eq(send_text(from, "six", "ff02::99", 2000), DONE);
    carry();
    as(&pair.peer);
    expect_text(six, "six");
    ck_assert_str_eq(peer_text(), "fe80::1%2");
}
END_TEST

START_TEST(sources_are_filtered)
{
    kernel_endpoint only = udp_open();
    set(only, KERNEL_REUSE_ADDRESS, 1);
    ck_assert_int_eq(bind_to(only, "192.0.2.2", 2000), DONE);
    ck_assert_int_eq(change(only, SJOIN, "239.1.2.3", "192.0.2.1", 2), DONE);
    ck_assert_int_eq(change(b, JOIN, "239.1.2.3", NULL, 2), DONE);
    ck_assert_int_eq(change(b, BLOCK, "239.1.2.3", "192.0.2.1", 2), DONE);
    as(&pair.pc);
    give(pair.pc.eth0, "192.0.2.77/24");
    kernel_endpoint blocked = udp_bound("192.0.2.1", 0), free_one = udp_bound("192.0.2.77", 0);
    send_text(blocked, "blocked", "239.1.2.3", 2000);
    send_text(free_one, "free", "239.1.2.3", 2000);
    carry();
    as(&pair.peer);
    expect_text(b, "free");
    expect_nothing(b);
    expect_text(only, "blocked");
    expect_nothing(only);
    ck_assert_int_eq(change(b, UNBLOCK, "239.1.2.3", "192.0.2.1", 2), DONE);
    as(&pair.pc);
    send_text(blocked, "no longer", "239.1.2.3", 2000);
    carry();
    as(&pair.peer);
    expect_text(b, "no longer");
}
END_TEST

START_TEST(the_loop_switch_is_the_receivers)
{
    kernel_endpoint off = udp_open(), on = udp_open(), from = udp_open();
    set(on, KERNEL_REUSE_ADDRESS, 1);
    set(off, KERNEL_REUSE_ADDRESS, 1);
    set(off, KERNEL_MULTICAST_LOOP, 0);
    ck_assert_int_eq(bind_to(on, "192.0.2.2", 2100), DONE);
    ck_assert_int_eq(bind_to(off, "192.0.2.2", 2100), DONE);
    ck_assert_int_eq(change(on, JOIN, "239.1.2.3", NULL, 0), DONE);
    ck_assert_int_eq(change(off, JOIN, "239.1.2.3", NULL, 0), DONE);
    set(from, KERNEL_MULTICAST_LOOP, 0); /* the sender's own does nothing */
    set(from, KERNEL_MULTICAST_HOP_LIMIT, 0); /* stays in the host */
    send_text(from, "home", "239.1.2.3", 2100);
    carry();
    as(&pair.pc);
    send_text(a, "from afar", "239.1.2.3", 2100);
    kernel_endpoint far = udp_bound("0.0.0.0", 2100);
    ck_assert_int_eq(change(far, JOIN, "239.1.2.3", NULL, 0), DONE);
    carry();
    expect_text(far, "from afar"); /* sent before it was bound, looped after */
    expect_nothing(far);
    as(&pair.peer);
    expect_text(on, "home");
    expect_text(on, "from afar");
    expect_text(off, "from afar");
    expect_nothing(off);
}
END_TEST

/* ---- on the wire ---- */

struct heard { uint8_t bytes[200]; size_t size; int64_t at_ns; };
static struct heard heard[16];
static unsigned heard_count;
static kernel_endpoint ear;

static void listen_on_pc(void)
{
    as(&pair.pc);
    ear = open_as(KERNEL_IPV4, KERNEL_RAW, 0);
    ck_assert_int_eq(bind_to(ear, "192.0.2.1", 0), DONE);
    set(ear, KERNEL_CAPTURE, 1);
    as(&pair.peer);
}

/* What the ear on pc hears within the time, in steps of a millisecond. */
static void hear(int64_t time_ns)
{
    struct task *former = running;
    heard_count = 0;
    for (int64_t spent = 0; spent < time_ns; spent += SECOND / 1000) {
        run_for(SECOND / 1000);
        as(&pair.pc);
        while (receive_with(ear, sizeof heard->bytes, 0) == KERNEL_OK) {
            struct heard *next = &heard[heard_count++];
            ck_assert_uint_lt(heard_count, 16);
            memcpy(next->bytes, got.bytes, sizeof next->bytes);
            next->size = got.transfer.count;
            next->at_ns = engine_now_ns(pair.engine);
        }
    }
    running = former;
}

/* An IGMPv3 report with one record: its type, group, sources. */
static void expect_record(const struct heard *report, uint8_t type, uint8_t last_of_group, unsigned sources)
{
    const uint8_t *igmp = report->bytes + 24;
    ck_assert_uint_eq(report->bytes[0], 0x46); /* with the router alert */
    ck_assert_uint_eq(report->bytes[8], 1);
    ck_assert_uint_eq(report->bytes[9], 2);
    ck_assert_mem_eq(report->bytes + 16, "\xe0\0\0\x16", 4);
    ck_assert_uint_eq(report->size, 24 + 8 + 8 + 4 * sources);
    ck_assert_uint_eq(igmp[0], 0x22);
    ck_assert_uint_eq(igmp[7], 1);
    ck_assert_uint_eq(igmp[8], type);
    ck_assert_uint_eq(igmp[11], sources);
    ck_assert_uint_eq(igmp[15], last_of_group);
    unsigned sum = 0;
    for (size_t i = 24; i < report->size; i += 2)
        sum += (unsigned)report->bytes[i] << 8 | report->bytes[i + 1];
    ck_assert_uint_eq((sum & 0xffff) + (sum >> 16), 0xffff);
}

START_TEST(changes_are_told_twice)
{
    listen_on_pc();
    ck_assert_int_eq(change(b, JOIN, "239.1.2.3", NULL, 2), DONE);
    kernel_endpoint second = udp_open();
    ck_assert_int_eq(change(second, JOIN, "239.1.2.3", NULL, 2), DONE); /* the host is in it already */
    hear(3 * SECOND);
    ck_assert_uint_eq(heard_count, 2);
    expect_record(&heard[0], 4, 3, 0); /* TO_EX {} */
    expect_record(&heard[1], 4, 3, 0);
    ck_assert_int_gt(heard[1].at_ns, heard[0].at_ns);
    ck_assert_int_le(heard[1].at_ns - heard[0].at_ns, SECOND + SECOND / 500);
    ck_assert_int_eq(change(b, BLOCK, "239.1.2.3", "192.0.2.9", 2), DONE);
    hear(3 * SECOND);
    ck_assert_uint_eq(heard_count, 0); /* the other member wants that source */
    ck_assert_int_eq(kernel_endpoint_close(second), DONE);
    hear(3 * SECOND);
    ck_assert_uint_eq(heard_count, 2);
    expect_record(&heard[0], 6, 3, 1); /* BLOCK */
    ck_assert_mem_eq(heard[0].bytes + 24 + 16, "\xc0\0\x02\x09", 4);
    ck_assert_int_eq(kernel_endpoint_close(b), DONE);
    hear(3 * SECOND);
    ck_assert_uint_eq(heard_count, 2);
    expect_record(&heard[0], 3, 3, 0); /* TO_IN {} */
    ck_assert_ptr_null(iface_groups_of(pair.peer.eth0)->first);
}
END_TEST

START_TEST(sources_are_told)
{
    listen_on_pc();
    ck_assert_int_eq(change(b, SJOIN, "239.1.2.3", "192.0.2.9", 2), DONE);
    hear(SECOND / 100);
    ck_assert_uint_eq(heard_count, 1);
    expect_record(&heard[0], 5, 3, 1); /* ALLOW */
    ck_assert_int_eq(change(b, SJOIN, "239.1.2.3", "192.0.2.1", 2), DONE);
    hear(SECOND / 100);
    expect_record(&heard[0], 5, 3, 2); /* both, the first for the second time */
    ck_assert_int_eq(change(b, SLEAVE, "239.1.2.3", "192.0.2.9", 2), DONE);
    hear(SECOND / 100);
    ck_assert_uint_eq(heard_count, 1);
    ck_assert_uint_eq(heard[0].bytes[24 + 7], 2); /* ALLOW .1, BLOCK .9 */
    ck_assert_uint_eq(heard[0].bytes[24 + 8], 5);
    ck_assert_uint_eq(heard[0].bytes[24 + 20], 6);
    ck_assert_int_eq(change(b, LEAVE, "224.0.0.1", NULL, 2), INVAL);
    ck_assert_int_eq(change(b, JOIN, "224.0.0.1", NULL, 2), DONE); /* never told of */
    hear(3 * SECOND);
    ck_assert_uint_eq(heard_count, 1);
    ck_assert_uint_eq(heard[0].bytes[24 + 15], 3);
}
END_TEST

/* A query from pc: IGMP header and what v3 adds. */
static void query(uint8_t code, const char *group, bool three, const char *source)
{
    struct kernel_address about = ip(group), from = source ? ip(source) : about;
    uint8_t bytes[16] = { 0x11, code };
    memcpy(bytes + 4, about.bytes, 4);
    bytes[11] = source != NULL;
    memcpy(bytes + 12, from.bytes, 4);
    struct packet *packet = packet_new(pair.net);
    struct ip_path path;
    struct ip_wish wish = { .interface_index = 2 };
    packet->family = KERNEL_IPV4;
    packet->protocol = IP_PROTOCOL_IGMP;
    packet->hop_limit = 1;
    packet->destination = (struct prefix_key){ { 0xe0000001u } };
    packet->payload = (struct piece){ .chunk = chunk_new(pair.net, 16), .size = !three ? 8 : source ? 16 : 12 };
    memcpy(packet->payload.chunk->bytes, bytes, 16);
    packet->payload.chunk->used = packet->payload.size;
    packet->size = 20 + packet->payload.size;
    ip_path_find(pair.pc.host, KERNEL_IPV4, &packet->destination, &wish, &path);
    packet->source = path.source;
    ck_assert_int_eq(ip_send(pair.pc.host, packet, &path), DONE);
    run_for(SECOND / 1000);
    as(&pair.pc);
    ck_assert_int_eq(receive_with(ear, 100, 0), KERNEL_OK); /* itself, on its way out */
    as(&pair.peer);
}

START_TEST(queries_are_answered)
{
    listen_on_pc();
    ck_assert_int_eq(change(b, JOIN, "239.1.2.3", NULL, 2), DONE);
    ck_assert_int_eq(change(b, SJOIN, "239.1.2.4", "192.0.2.9", 2), DONE);
    hear(3 * SECOND);
    query(20, "0.0.0.0", true, NULL);
    hear(3 * SECOND);
    ck_assert_uint_eq(heard_count, 1);
    const uint8_t *igmp = heard[0].bytes + 24;
    ck_assert_uint_eq(igmp[7], 2);
    ck_assert_uint_eq(igmp[8], 2);  /* IS_EX {} of 239.1.2.3 */
    ck_assert_uint_eq(igmp[16], 1); /* IS_IN {192.0.2.9} of 239.1.2.4 */
    ck_assert_uint_eq(igmp[27], 9);
    query(20, "239.1.2.3", true, NULL);
    hear(3 * SECOND);
    ck_assert_uint_eq(heard_count, 1);
    expect_record(&heard[0], 2, 3, 0);
    query(20, "239.1.2.4", true, "192.0.2.8");
    hear(3 * SECOND);
    ck_assert_uint_eq(heard_count, 0); /* nothing to say about that source */
    query(20, "239.1.2.4", true, "192.0.2.9");
    hear(3 * SECOND);
    ck_assert_uint_eq(heard_count, 1);
    expect_record(&heard[0], 1, 4, 1);
}
END_TEST

START_TEST(an_older_querier_is_obeyed)
{
    listen_on_pc();
    ck_assert_int_eq(change(b, JOIN, "239.1.2.3", NULL, 2), DONE);
    hear(3 * SECOND);
    query(10, "0.0.0.0", false, NULL);
    hear(3 * SECOND);
    ck_assert_uint_eq(heard_count, 1);
    ck_assert_uint_eq(heard[0].bytes[24], 0x16);
    ck_assert_mem_eq(heard[0].bytes + 16, "\xef\x01\x02\x03", 4); /* to the group itself */
    ck_assert_int_eq(change(b, LEAVE, "239.1.2.3", NULL, 2), DONE);
    hear(SECOND / 100);
    ck_assert_uint_eq(heard_count, 1);
    ck_assert_uint_eq(heard[0].bytes[24], 0x17);
    ck_assert_mem_eq(heard[0].bytes + 16, "\xe0\0\0\x02", 4);
    run_for(261 * SECOND); /* 2 * 125 s + 10 s */
    hear(SECOND / 100);
    ck_assert_int_eq(change(b, JOIN, "239.1.2.3", NULL, 2), DONE);
    hear(SECOND / 100);
    ck_assert_uint_eq(heard[0].bytes[24], 0x22);
}
END_TEST

START_TEST(listener_reports)
{
    as(&pair.pc);
    ear = open_as(KERNEL_IPV6, KERNEL_RAW, 41);
    ck_assert_int_eq(bind_to(ear, "fe80::1%2", 0), DONE);
    set(ear, KERNEL_CAPTURE, 1);
    as(&pair.peer);
    kernel_endpoint six = udp_bound("::", 2000);
    ck_assert_int_eq(change(six, JOIN, "ff02::99", NULL, 2), DONE);
    hear(3 * SECOND);
    ck_assert_uint_eq(heard_count, 2);
    const uint8_t *packet = heard[0].bytes;
    ck_assert_uint_eq(heard[0].size, 40 + 8 + 8 + 20);
    ck_assert_uint_eq(packet[6], 0); /* hop by hop: router alert */
    ck_assert_uint_eq(packet[7], 1);
    ck_assert_mem_eq(packet + 8, "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x02", 16);
    ck_assert_mem_eq(packet + 24, "\xff\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\x16", 16);
    ck_assert_uint_eq(packet[48], 143);
    ck_assert_uint_eq(packet[55], 1);
    ck_assert_uint_eq(packet[56], 4);
    ck_assert_uint_eq(packet[75], 0x99);
}
END_TEST

START_TEST(groups_are_told_anew_when_the_medium_returns)
{
    listen_on_pc();
    ck_assert_int_eq(change(b, SJOIN, "239.1.2.3", "192.0.2.9", 2), DONE);
    hear(3 * SECOND);
    iface_media(pair.peer.eth0, false);
    hear(SECOND / 100);
    ck_assert_uint_eq(heard_count, 0);
    iface_media(pair.peer.eth0, true);
    hear(3 * SECOND);
    ck_assert_uint_eq(heard_count, 2);
    expect_record(&heard[0], 3, 3, 1); /* TO_IN {192.0.2.9} */
}
END_TEST

START_TEST(an_interface_goes_with_its_groups)
{
    ck_assert_int_eq(change(b, JOIN, "239.1.2.3", NULL, 2), DONE);
    struct iface_setup setup = iface_setup_default();
    struct iface *eth1 = iface_add(pair.peer.host, "eth1", &setup);
    give(eth1, "198.51.100.2/24");
    ck_assert_int_eq(change(b, JOIN, "239.1.2.3", NULL, 3), DONE);
    ck_assert(iface_remove(eth1));
    ck_assert_int_eq(change(b, LEAVE, "239.1.2.3", NULL, 3), NOADDR);
    ck_assert_int_eq(change(b, LEAVE, "239.1.2.3", NULL, 2), DONE);
    run_for(3 * SECOND);
    ck_assert_int_eq(kernel_endpoint_close(b), DONE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("groups");
    TCase *tests = tcase_create("groups");
    tcase_add_checked_fixture(tests, open_two, pair_close);
    tcase_add_test(tests, sequences_of_changes);
    tcase_add_test(tests, what_can_be_joined);
    tcase_add_test(tests, members_get_it);
    tcase_add_test(tests, over_ipv6);
    tcase_add_test(tests, sources_are_filtered);
    tcase_add_test(tests, the_loop_switch_is_the_receivers);
    tcase_add_test(tests, changes_are_told_twice);
    tcase_add_test(tests, sources_are_told);
    tcase_add_test(tests, queries_are_answered);
    tcase_add_test(tests, an_older_querier_is_obeyed);
    tcase_add_test(tests, listener_reports);
    tcase_add_test(tests, groups_are_told_anew_when_the_medium_returns);
    tcase_add_test(tests, an_interface_goes_with_its_groups);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
