/* Receive-side scaling: what is hashed, where it lands, and what switching it off and on does (host-stack 8). */
#include "net/world.h"

#include "net/endpoint/endpoint.h"
#include "net/ip/packet.h"
#include "net/rss/rss.h"

static struct world world;
static struct iface *eth;

/* A host with so many processors and one Ethernet adapter. */
static void open_with(unsigned processors, unsigned threads, unsigned nodes)
{
    struct host_parameters parameters = host_parameters_default();
    parameters.processors = processors;
    parameters.threads_per_core = threads;
    parameters.numa_nodes = nodes;
    world_open(&world, &parameters);
    eth = wire(&world, "eth0", 0);
}

static void open_plain(void) { open_with(8, 1, 1); }
static void close_world(void) { world_close(&world); }

static struct packet *packet_of(uint8_t protocol, const char *from, uint16_t source_port, const char *to, uint16_t destination_port)
{
    struct packet *packet = packet_new(world.net);
    struct kernel_address source = at(from), destination = at(to);
    packet->family = source.family;
    packet->protocol = protocol;
    packet->source = prefix_key_of(&source);
    packet->destination = prefix_key_of(&destination);
    packet->source_port = source_port;
    packet->destination_port = destination_port;
    packet->size = 100;
    return packet;
}

/* Where the first published vector lands as this protocol. */
static struct rss_place first_vector(uint8_t protocol, uint16_t flags)
{
    struct rss_place place;
    struct packet *packet = packet_of(protocol, "66.9.149.187", 2794, "161.142.100.80", 1766);
    packet->flags = flags;
    rss_processor(eth, packet, &place);
    packet_free(world.net, packet);
    return place;
}

static struct rss_setup setup_now(void) { return rss_setup_now(eth); }

static const char *candidates(void)
{
    static char text[2048];
    char one[PROCESSOR_TEXT];
    const struct rss *rss = rss_of(eth);
    text[0] = 0;
    for (unsigned i = 0; i < rss->candidate_count; i++)
        sprintf(text + strlen(text), "%s%s", i ? " " : "", processor_text(processor_at(rss->eligible[i]), one));
    return text;
}

/* ---- what is hashed ---- */

/* proves: NET-RSS-3, NET-RSS-4 */
START_TEST(test_fields)
{
    ck_assert_uint_eq(first_vector(IP_PROTOCOL_TCP, 0).hash, 0x51ccc178);
    ck_assert_uint_eq(first_vector(IP_PROTOCOL_TCP, 0).hash_type, RSS_TCP_IPV4);
    ck_assert_uint_eq(first_vector(IP_PROTOCOL_UDP, 0).hash, 0x323e8fc2); /* no UDP types by default */
    ck_assert_uint_eq(first_vector(IP_PROTOCOL_UDP, 0).hash_type, RSS_IPV4);
    ck_assert_uint_eq(first_vector(IP_PROTOCOL_ICMP, 0).hash, 0x323e8fc2);
    ck_assert_uint_eq(first_vector(IP_PROTOCOL_TCP, PACKET_IS_FRAGMENT).hash, 0x323e8fc2);
    ck_assert_uint_eq(first_vector(IP_PROTOCOL_TCP, PACKET_IS_FRAGMENT | PACKET_MORE_FRAGMENTS).hash_type, RSS_IPV4);
}
END_TEST

START_TEST(test_types)
{
    struct rss_setup setup = setup_now();
    setup.hash_types = RSS_TCP_IPV4 | RSS_UDP_IPV4;
    ck_assert(rss_change(eth, &setup, true));
    ck_assert_uint_eq(first_vector(IP_PROTOCOL_UDP, 0).hash, 0x51ccc178);
    ck_assert_uint_eq(first_vector(IP_PROTOCOL_UDP, 0).hash_type, RSS_UDP_IPV4);
    ck_assert_uint_eq(first_vector(IP_PROTOCOL_ICMP, 0).hash_type, 0);
    ck_assert_uint_eq(first_vector(IP_PROTOCOL_TCP, PACKET_IS_FRAGMENT).hash_type, 0);
    setup.base = (struct processor){ 0, 3 };
    setup.hash_types = RSS_IPV6;
    ck_assert(rss_change(eth, &setup, true));
    struct rss_place place = first_vector(IP_PROTOCOL_TCP, 0); /* not hashed: the default processor */
    ck_assert_uint_eq(place.hash_type, 0);
    ck_assert_uint_eq(place.processor.number, 3);
    setup.hash_types = RSS_IPV4;
    ck_assert(rss_change(eth, &setup, true));
    ck_assert_uint_eq(first_vector(IP_PROTOCOL_TCP, 0).hash, 0x323e8fc2);
}
END_TEST

START_TEST(test_ipv6)
{
    struct rss_place place;
    struct rss_setup setup = setup_now();
    struct packet *packet = packet_of(IP_PROTOCOL_TCP, "3ffe:2501:200:1fff::7", 2794, "3ffe:2501:200:3::1", 1766);
    ck_assert(rss_processor(eth, packet, &place));
    ck_assert_uint_eq(place.hash, 0x40207d3d);
    ck_assert_uint_eq(place.hash_type, RSS_TCP_IPV6);
    ck_assert_uint_eq(place.entry, 61);
    packet->protocol = IP_PROTOCOL_ICMPV6;
    ck_assert(rss_processor(eth, packet, &place));
    ck_assert_uint_eq(place.hash, 0x2cc18cd5);
    setup.hash_types = RSS_TCP_IPV6_EX; /* no packet has such headers: as without */
    ck_assert(rss_change(eth, &setup, true));
    packet->protocol = IP_PROTOCOL_TCP;
    ck_assert(rss_processor(eth, packet, &place));
    ck_assert_uint_eq(place.hash, 0x40207d3d);
    ck_assert_uint_eq(place.hash_type, RSS_TCP_IPV6_EX);
    packet->family = PACKET_ARP;
    ck_assert(rss_processor(eth, packet, &place));
    ck_assert_uint_eq(place.hash_type, 0);
    packet_free(world.net, packet);
}
END_TEST

/* A connection lands where its packets land: from the remote to the local end. */
START_TEST(test_tuple)
{
    struct rss_place place;
    struct tuple tuple;
    struct kernel_address local = at("161.142.100.80"), remote = at("66.9.149.187");
    memset(&tuple, 0, sizeof tuple);
    tuple.local = prefix_key_of(&local);
    tuple.remote = prefix_key_of(&remote);
    tuple.local_port = 1766;
    tuple.remote_port = 2794;
    tuple.family = KERNEL_IPV4;
    tuple.protocol = IP_PROTOCOL_TCP;
    ck_assert(rss_tuple_processor(eth, &tuple, &place));
    ck_assert_uint_eq(place.hash, 0x51ccc178);
    ck_assert_uint_eq(place.entry, 120);
    ck_assert_uint_eq(place.processor.number, 120 % 8);
    tuple.protocol = IP_PROTOCOL_UDP;
    ck_assert(rss_tuple_processor(eth, &tuple, &place));
    ck_assert_uint_eq(place.hash, 0x323e8fc2);
}
END_TEST

START_TEST(test_another_key)
{
    struct iface *other = wire(&world, "eth1", 0);
    struct rss_setup setup = setup_now();
    uint32_t before = first_vector(IP_PROTOCOL_TCP, 0).hash;
    setup.key[1] ^= 0x80;
    ck_assert(rss_change(eth, &setup, true));
    ck_assert_uint_ne(first_vector(IP_PROTOCOL_TCP, 0).hash, before);
    setup.key[1] ^= 0x80;
    ck_assert(rss_declare(other, &setup));
    eth = other;
    ck_assert_uint_eq(first_vector(IP_PROTOCOL_TCP, 0).hash, before);
}
END_TEST

/* ---- which processors ---- */

START_TEST(test_candidates)
{
    struct rss_setup setup = setup_now();
    ck_assert_str_eq(candidates(), "0:0 0:1 0:2 0:3 0:4 0:5 0:6 0:7");
    setup.base = (struct processor){ 0, 2 };
    setup.max = (struct processor){ 0, 5 };
    ck_assert(rss_change(eth, &setup, true));
    ck_assert_str_eq(candidates(), "0:2 0:3 0:4 0:5");
    ck_assert_uint_eq(first_vector(IP_PROTOCOL_TCP, 0).processor.number, 2 + 120 % 4);
    setup.max_processors = 3;
    ck_assert(rss_change(eth, &setup, true));
    ck_assert_str_eq(candidates(), "0:2 0:3 0:4");
    ck_assert_uint_eq(first_vector(IP_PROTOCOL_TCP, 0).processor.number, 2 + 120 % 3);
    setup.queues = 2;
    ck_assert(rss_change(eth, &setup, true));
    ck_assert_str_eq(candidates(), "0:2 0:3");
    setup.profile = RSS_CONSERVATIVE;
    ck_assert(rss_change(eth, &setup, true));
    ck_assert_str_eq(candidates(), "0:2");
    setup.entries = 8;
    setup.profile = RSS_BALANCED;
    ck_assert(rss_change(eth, &setup, true));
    ck_assert_uint_eq(first_vector(IP_PROTOCOL_TCP, 0).entry, 0x51ccc178 & 7);
}
END_TEST

START_TEST(test_refusals)
{
    struct rss_setup good = setup_now(), setup = good;
    setup.entries = 100;
    ck_assert(!rss_change(eth, &setup, true));
    setup.entries = 256;
    ck_assert(!rss_change(eth, &setup, true));
    setup = good;
    setup.queues = 0;
    ck_assert(!rss_change(eth, &setup, true));
    setup = good;
    setup.base = (struct processor){ 0, 8 };
    ck_assert(!rss_change(eth, &setup, true));
    ck_assert_ptr_nonnull(strstr(net_why(world.net), "0:8"));
    setup = good;
    setup.numa_node = 1;
    ck_assert(!rss_change(eth, &setup, true));
    setup = good;
    setup.capable = true;
    ck_assert(!rss_declare(iface_find(world.host, "loopback"), &setup));
    struct iface_setup wifi = iface_setup_default();
    wifi.type = IFACE_WIFI;
    struct iface *radio = iface_add(world.host, "wlan0", &wifi);
    ck_assert(!rss_active(radio));
    ck_assert(!rss_change(radio, &setup, true));
    ck_assert(rss_declare(radio, &setup)); /* the world may have such a one */
    ck_assert(rss_active(radio));
    ck_assert_uint_eq(rows_of(&world, "rss.changed"), 0);
}
END_TEST

START_TEST(test_cores_groups_and_nodes)
{
    open_with(4, 1, 1); /* host-stack 8.4: base 1 of 4 leaves 3 */
    struct rss_setup setup = setup_now();
    setup.base = (struct processor){ 0, 1 };
    ck_assert(rss_declare(eth, &setup));
    ck_assert_str_eq(candidates(), "0:1 0:2 0:3");
    close_world();

    open_with(8, 2, 1); /* hyper-threads are not used */
    ck_assert_str_eq(candidates(), "0:0 0:2 0:4 0:6");
    close_world();

    open_with(68, 1, 1); /* by group, then by number */
    setup = setup_now();
    setup.base = (struct processor){ 0, 62 };
    ck_assert(rss_declare(eth, &setup));
    ck_assert_str_eq(candidates(), "0:62 0:63 1:0 1:1 1:2 1:3");
    close_world();

    open_with(8, 1, 2); /* in turn over the nodes */
    ck_assert_str_eq(candidates(), "0:0 0:4 0:1 0:5 0:2 0:6 0:3 0:7");
    setup = setup_now();
    setup.numa_node = 1;
    ck_assert(rss_declare(eth, &setup));
    ck_assert_str_eq(candidates(), "0:4 0:0 0:5 0:1 0:6 0:2 0:7 0:3");
    setup.profile = RSS_CLOSEST;
    ck_assert(rss_declare(eth, &setup));
    ck_assert_str_eq(candidates(), "0:4 0:5 0:6 0:7 0:0 0:1 0:2 0:3");
    ck_assert_uint_eq(processor_node(world.host, (struct processor){ 0, 4 }), 1);
    ck_assert_uint_eq(processor_node(world.host, (struct processor){ 0, 3 }), 0);
    close_world();
}
END_TEST

START_TEST(test_names_of_processors)
{
    struct processor processor;
    char text[PROCESSOR_TEXT];
    ck_assert(processor_parse("1:17", &processor) && processor.group == 1 && processor.number == 17);
    ck_assert(processor_parse("5", &processor) && processor.group == 0 && processor.number == 5);
    ck_assert_str_eq(processor_text(PROCESSOR_LAST, text), "65535:63");
    ck_assert(!processor_parse("0:64", &processor) && !processor_parse("", &processor) && !processor_parse("1:", &processor));
    ck_assert(!processor_parse(":1", &processor) && !processor_parse("1:2:3", &processor) && !processor_parse("-1", &processor) && !processor_parse("65536:0", &processor));
}
END_TEST

/* ---- off and on ---- */

START_TEST(test_moves_and_the_initial_table)
{
    struct rss_setup setup = setup_now();
    ck_assert(!rss_move(eth, 120, (struct processor){ 0, 5 })); /* static by default */
    setup.profile = RSS_CLOSEST;
    setup.queues = 4;
    ck_assert(rss_change(eth, &setup, true));
    ck_assert_uint_eq(first_vector(IP_PROTOCOL_TCP, 0).processor.number, 0);
    ck_assert(rss_move(eth, 120, (struct processor){ 0, 3 }));
    ck_assert_uint_eq(first_vector(IP_PROTOCOL_TCP, 0).processor.number, 3);
    detail_is(&world, newest_row(&world, "rss.changed"), "{\"entry\":120,\"processor\":\"0:3\"}");
    ck_assert(!rss_move(eth, 120, (struct processor){ 0, 5 })); /* four queues are in use */
    ck_assert(!rss_move(eth, 120, (struct processor){ 1, 0 }));
    ck_assert(!rss_move(eth, 128, (struct processor){ 0, 1 }));

    setup.enabled = false;
    ck_assert(rss_change(eth, &setup, true));
    ck_assert(!rss_active(eth));
    ck_assert(!rss_enabled_anywhere(world.host));
    ck_assert_uint_eq(first_vector(IP_PROTOCOL_TCP, 0).hash_type, 0);
    ck_assert(!rss_move(eth, 120, (struct processor){ 0, 1 }));
    setup.enabled = true;
    ck_assert(rss_change(eth, &setup, true));
    ck_assert_uint_eq(first_vector(IP_PROTOCOL_TCP, 0).processor.number, 0);

    ck_assert(rss_move(eth, 120, (struct processor){ 0, 2 }));
    rss_global(world.host, false);
    ck_assert(!rss_active(eth) && !rss_enabled_anywhere(world.host));
    rss_global(world.host, true);
    detail_is(&world, newest_row(&world, "rss.changed"), "{\"global\":true}");
    ck_assert_uint_eq(first_vector(IP_PROTOCOL_TCP, 0).processor.number, 0);
}
END_TEST

START_TEST(test_enabled_anywhere)
{
    bool enabled = false;
    running = &world.app;
    ck_assert_int_eq(kernel_rss_enabled(&enabled), KERNEL_OK);
    ck_assert(enabled);
    ck_assert(iface_down(eth)); /* capable and configured suffices */
    ck_assert_int_eq(kernel_rss_enabled(&enabled), KERNEL_OK);
    ck_assert(enabled && !rss_active(eth));
    ck_assert(iface_remove(eth));
    ck_assert_int_eq(kernel_rss_enabled(&enabled), KERNEL_OK);
    ck_assert(!enabled);
    host_stack(world.host, false);
    ck_assert_int_eq(kernel_rss_enabled(&enabled), KERNEL_STACK_DOWN);
    running = NULL;
    world_close(&world);

    struct host_parameters parameters = host_parameters_default();
    parameters.rss_info_needs_up = true;
    world_open(&world, &parameters);
    eth = wire(&world, "eth0", 0);
    ck_assert(rss_enabled_anywhere(world.host));
    ck_assert(iface_media(eth, false));
    ck_assert(!rss_enabled_anywhere(world.host));
}
END_TEST

/* ---- restarts ---- */

static void open_restarting(void)
{
    struct host_parameters parameters = host_parameters_default();
    parameters.adapter_restart_ns = 3 * SECOND;
    world_open(&world, &parameters);
    eth = wire(&world, "eth0", 0);
    give(eth, "192.0.2.10/24");
    world_settle(&world);
}

START_TEST(test_a_restart_is_a_cable_out_and_in)
{
    open_restarting();
    struct rss_setup setup = setup_now();
    watch_list(&world, KERNEL_IPV4, 1);
    setup.queues = 2;
    ck_assert(rss_change(eth, &setup, true));
    ck_assert(!rss_active(eth));
    uint64_t row = newest_row(&world, "rss.changed");
    ck_assert_uint_eq(cause_of(&world, newest_row(&world, "interface.media")), row);
    world_run(&world, SECOND);
    ck_assert_uint_eq(world.done_count, 1);
    watch_list(&world, KERNEL_IPV4, 2);
    world_run(&world, 10 * SECOND);
    ck_assert_uint_eq(world.done_count, 2);
    ck_assert_int_eq(world.done[1].at_ns, 3 * SECOND);
    ck_assert(rss_active(eth));
    ck_assert_uint_eq(rows_of(&world, "interface.media"), 2);
    ck_assert_str_eq(candidates(), "0:0 0:1");
    close_world();
}
END_TEST

START_TEST(test_the_cable_goes_while_it_restarts)
{
    open_restarting();
    struct rss_setup setup = setup_now();
    ck_assert(rss_change(eth, &setup, true));
    world_run(&world, SECOND);
    ck_assert(iface_media(eth, false));
    world_run(&world, 10 * SECOND);
    ck_assert(!iface_view(eth).media);
    ck_assert(iface_media(eth, true));
    ck_assert(rss_active(eth));
    ck_assert(rss_change(eth, &setup, true));
    ck_assert(iface_remove(eth)); /* with its timer */
    world_run(&world, 20 * SECOND);
    close_world();
}
END_TEST

START_TEST(test_without_a_restart_settings_wait)
{
    open_restarting();
    struct rss_setup setup = setup_now();
    setup.queues = 2;
    ck_assert(rss_change(eth, &setup, false));
    ck_assert_uint_eq(rss_of(eth)->candidate_count, 8);
    ck_assert_uint_eq(setup_now().queues, 2);
    world_run(&world, 10 * SECOND);
    ck_assert_uint_eq(rows_of(&world, "interface.media"), 0);
    ck_assert(iface_down(eth));
    ck_assert(iface_up(eth));
    ck_assert_uint_eq(rss_of(eth)->candidate_count, 2);
    close_world();
}
END_TEST

/* ---- processors that take their time ---- */

/* Of the nth packet; its row names the processor. */
static int64_t arrived_on(unsigned nth, const char *processor)
{
    struct trace_row row;
    for (uint64_t seq = TRACE_PACKET_BASE + 1; trace_read(world.trace, seq, &row); seq++)
        if (strcmp(row.verb, "packet.arrived") == 0 && nth-- == 0) {
            char *detail = trace_detail_json(&row), wanted[40];
            snprintf(wanted, sizeof wanted, "\"processor\":\"%s\"", processor);
            ck_assert_msg(strstr(detail, wanted) != NULL, "%s", detail);
            free(detail);
            return row.at_ns;
        }
    return -1;
}

/* proves: NET-RSS-10, NET-RSS-11 */
START_TEST(test_first_in_first_out)
{
    struct host_parameters parameters = host_parameters_default();
    parameters.cpu_rx_ns_per_packet = 1000;
    world_open(&world, &parameters);
    eth = wire(&world, "eth0", 0);
    struct iface *other = wire(&world, "eth1", 0);
    trace_listen_packets(world.trace, true);
    /* The first, third and fourth land on processor 0, the second on 2; the last came by an interface that has gone. */
    static const char *const from[] = { "66.9.149.187", "199.92.111.2", "66.9.149.187", "66.9.149.187" };
    static const uint16_t ports[] = { 2794, 14230, 2794, 2794 };
    for (int i = 0; i < 4; i++) {
        struct packet *packet = packet_of(IP_PROTOCOL_TCP, from[i], ports[i], i == 1 ? "65.69.140.83" : "161.142.100.80", i == 1 ? 4739 : 1766);
        ck_assert(rss_receive(i == 3 ? other : eth, packet));
    }
    ck_assert(iface_remove(other));
    world_run(&world, 500);
    ck_assert(rss_receive(eth, packet_of(IP_PROTOCOL_TCP, from[0], ports[0], "161.142.100.80", 1766)));
    world_run(&world, 100000);
    ck_assert_int_eq(arrived_on(0, "0:0"), 1000);
    ck_assert_int_eq(arrived_on(1, "0:2"), 1000);
    ck_assert_int_eq(arrived_on(2, "0:0"), 2000);
    ck_assert_int_eq(arrived_on(3, "0:0"), 4000); /* the lost one took its time too */
    ck_assert_int_eq(arrived_on(4, "0:0"), -1);
    for (int i = 0; i < 100; i++)
        ck_assert(rss_receive(eth, packet_of(IP_PROTOCOL_TCP, from[0], ports[0], "161.142.100.80", 1766)));
    world_run(&world, 150500);
    ck_assert_int_eq(arrived_on(53, "0:0"), 150000);
    ck_assert_int_eq(arrived_on(54, "0:0"), -1);
    close_world(); /* with what waits */
}
END_TEST

START_TEST(test_no_cost_no_event)
{
    struct packet *packet = packet_of(IP_PROTOCOL_TCP, "66.9.149.187", 2794, "161.142.100.80", 1766);
    ck_assert(!rss_receive(eth, packet));
    ck_assert_ptr_null(world.host->processors);
    packet_free(world.net, packet);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rss");
    TCase *plain = tcase_create("one adapter"), *own = tcase_create("hosts of their own");
    tcase_add_checked_fixture(plain, open_plain, close_world);
    tcase_add_test(plain, test_fields);
    tcase_add_test(plain, test_types);
    tcase_add_test(plain, test_ipv6);
    tcase_add_test(plain, test_tuple);
    tcase_add_test(plain, test_another_key);
    tcase_add_test(plain, test_candidates);
    tcase_add_test(plain, test_refusals);
    tcase_add_test(plain, test_moves_and_the_initial_table);
    tcase_add_test(plain, test_enabled_anywhere);
    tcase_add_test(plain, test_no_cost_no_event);
    tcase_add_test(own, test_cores_groups_and_nodes);
    tcase_add_test(own, test_names_of_processors);
    tcase_add_test(own, test_a_restart_is_a_cable_out_and_in);
    tcase_add_test(own, test_the_cable_goes_while_it_restarts);
    tcase_add_test(own, test_without_a_restart_settings_wait);
    tcase_add_test(own, test_first_in_first_out);
    suite_add_tcase(suite, plain);
    suite_add_tcase(suite, own);
    return suite_main(suite);
}
