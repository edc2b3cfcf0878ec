/* The two lists of host-stack 2.4 and every row of the table in 2.5; detection (2.2), media and enabling (1.2a, 2.1). */
#include "world.h"

static struct world w;
static struct iface *eth0, *eth1;

static void open_with(const struct host_parameters *parameters)
{
    world_open(&w, parameters);
    eth0 = wire(&w, "eth0", 0);
    eth1 = wire(&w, "eth1", 0);
    world_settle(&w);
}

static void open_plain(void) { open_with(NULL); }

static void open_detecting(void)
{
    struct host_parameters parameters = host_parameters_default();
    parameters.dad = true;
    open_with(&parameters);
}

static void close_world(void) { world_close(&w); }

static const char *list(enum kernel_family family)
{
    static char text[1024];
    struct kernel_address addresses[32];
    size_t count = 99;
    text[0] = '\0';
    running = &w.app;
    ck_assert_int_eq(kernel_local_addresses(family, addresses, 32, &count), KERNEL_OK);
    running = NULL;
    for (size_t i = 0; i < count; i++) {
        char one[ADDRESS_TEXT];
        address_text(&addresses[i], one);
        strcat(strcat(text, i ? " " : ""), one);
    }
    return text;
}

/* How often the watches of both families are told while `what` happens and settles. */
static size_t told_v4, told_v6;
static void told(void (*what)(void))
{
    kernel_request four = watch_list(&w, KERNEL_IPV4, 4), six = watch_list(&w, KERNEL_IPV6, 6);
    w.done_count = told_v4 = told_v6 = 0;
    what();
    world_settle(&w);
    for (size_t i = 0; i < w.done_count; i++) {
        told_v4 += w.done[i].cookie == 4;
        told_v6 += w.done[i].cookie == 6;
        ck_assert_int_eq(w.done[i].status, KERNEL_OK);
    }
    running = &w.app;
    ck_assert_int_eq(kernel_cancel(four), told_v4 ? KERNEL_BAD_HANDLE : KERNEL_OK);
    ck_assert_int_eq(kernel_cancel(six), told_v6 ? KERNEL_BAD_HANDLE : KERNEL_OK);
    running = NULL;
}

#define CHANGE(name, ...) static void name(void) { __VA_ARGS__; }
#define YES_V4(name) do { told(name); ck_assert_uint_eq(told_v4, 1); ck_assert_uint_eq(told_v6, 0); } while (0)
#define YES_V6(name) do { told(name); ck_assert_uint_eq(told_v4, 0); ck_assert_uint_eq(told_v6, 1); } while (0)
#define NO(name) do { told(name); ck_assert_uint_eq(told_v4 + told_v6, 0); } while (0)

/* ---- 2.4 ---- */

START_TEST(who_is_listed)
{
    struct iface *loopback = iface_find(w.host, "loopback");
    ck_assert_str_eq(list(KERNEL_IPV4), "");
    ck_assert_str_eq(list(KERNEL_IPV6), "");
    give(loopback, "10.9.9.9/32");
    give(loopback, "169.254.9.9/16");
    give(loopback, "2001:db8:9::9/128");
    give(loopback, "fe80::9/64");
    give(eth1, "192.0.2.20/24");
    give(eth0, "169.254.1.1/16");
    give(eth0, "192.0.2.10/24");
    give(eth0, "fe80::1/64");
    give(eth0, "2001:db8::1/64");
    struct ifaddr_setup skipped = address_setup("192.0.2.11/24"), unwell = address_setup("192.0.2.12/24");
    skipped.skip_as_source = true;
    unwell.state = ADDRESS_DEPRECATED;
    ck_assert(ifaddr_add(eth0, &skipped) && ifaddr_add(eth0, &unwell));
    unwell = address_setup("192.0.2.13/24");
    unwell.state = ADDRESS_TENTATIVE;
    ck_assert(ifaddr_add(eth0, &unwell));
    unwell = address_setup("192.0.2.14/24");
    unwell.state = ADDRESS_DUPLICATE;
    ck_assert(ifaddr_add(eth0, &unwell));
    ck_assert_str_eq(list(KERNEL_IPV4), "10.9.9.9 169.254.1.1 192.0.2.10 192.0.2.11 192.0.2.20");
    ck_assert_str_eq(list(KERNEL_IPV6), "2001:db8:9::9 fe80::1%2 2001:db8::1");
    struct ifaddr_view view;
    ck_assert(ifaddr_view(eth0, 4, &view) && view.skip_as_source && view.listed);
    ck_assert(ifaddr_view(eth0, 5, &view) && view.state == ADDRESS_DEPRECATED && !view.listed);
    ck_assert(!ifaddr_view(eth0, 8, &view));
}
END_TEST

START_TEST(a_short_room_tells_how_many)
{
    struct kernel_address one = { 0 };
    size_t count;
    give(eth0, "192.0.2.10/24");
    give(eth0, "192.0.2.11/24");
    running = &w.app;
    ck_assert_int_eq(kernel_local_addresses(KERNEL_IPV4, NULL, 0, &count), KERNEL_OK);
    ck_assert_uint_eq(count, 2);
    ck_assert_int_eq(kernel_local_addresses(KERNEL_IPV4, &one, 1, &count), KERNEL_OK);
    ck_assert_uint_eq(count, 2);
    struct kernel_address first = at("192.0.2.10");
    ck_assert(address_equal(&one, &first));
}
END_TEST

static const char *interfaces(void)
{
    static char text[2048];
    struct kernel_interface_address rows[16];
    size_t count;
    text[0] = '\0';
    running = &w.app;
    ck_assert_int_eq(kernel_interface_addresses(rows, 16, &count), KERNEL_OK);
    running = NULL;
    for (size_t i = 0; i < count; i++) {
        char address[ADDRESS_TEXT], broadcast[ADDRESS_TEXT];
        prefix_text(&rows[i].address, rows[i].prefix_length, address);
        address_text(&rows[i].broadcast, broadcast);
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "%u %s %s 0x%x\n", rows[i].interface_index, address, broadcast, rows[i].flags);
    }
    return text;
}

START_TEST(the_interface_list)
{
    struct iface_setup setup = iface_setup_default();
    setup.type = IFACE_PPP;
    give(iface_add(w.host, "ppp0", &setup), "203.0.113.1/32");
    give(eth0, "192.0.2.10/24");
    give(eth0, "2001:db8::1/64");
    give(eth1, "198.51.100.10/31");
    ck_assert_str_eq(interfaces(), "1 127.0.0.1/8 0.0.0.0 0x15\n2 192.0.2.10/24 255.255.255.255 0x13\n"
                                   "3 198.51.100.10/31 255.255.255.255 0x13\n4 203.0.113.1/32 0.0.0.0 0x19\n");
    become(eth0, "192.0.2.10", ADDRESS_DEPRECATED);
    ck_assert_ptr_nonnull(strstr(interfaces(), "192.0.2.10"));
    become(eth0, "192.0.2.10", ADDRESS_DUPLICATE);
    ck_assert_ptr_null(strstr(interfaces(), "192.0.2.10"));
    ck_assert(iface_media(eth1, false));
    ck_assert_ptr_null(strstr(interfaces(), "198.51.100.10"));
}
END_TEST

START_TEST(directed_broadcasts)
{
    struct host_parameters parameters = host_parameters_default();
    parameters.iface_list_broadcast = BROADCAST_DIRECTED;
    world_close(&w);
    open_with(&parameters);
    give(eth0, "192.0.2.10/26");
    give(eth1, "198.51.100.10/31");
    ck_assert_str_eq(interfaces(), "1 127.0.0.1/8 0.0.0.0 0x15\n2 192.0.2.10/26 192.0.2.63 0x13\n3 198.51.100.10/31 0.0.0.0 0x13\n");
}
END_TEST

/* ---- 2.5 ---- */

CHANGE(add_10, give(eth0, "192.0.2.10/24"))
CHANGE(add_two, give(eth0, "192.0.2.11/24"); give(eth1, "192.0.2.12/24"))
CHANGE(remove_10, take(eth0, "192.0.2.10"))
CHANGE(swap_10, take(eth0, "192.0.2.10"); give(eth0, "192.0.2.10/25"))
CHANGE(prefer_10, become(eth0, "192.0.2.10", ADDRESS_PREFERRED))
CHANGE(deprecate_10, become(eth0, "192.0.2.10", ADDRESS_DEPRECATED))
CHANGE(duplicate_10, become(eth0, "192.0.2.10", ADDRESS_DUPLICATE))
CHANGE(doubt_10, become(eth0, "192.0.2.10", ADDRESS_TENTATIVE))
CHANGE(waver_10, become(eth0, "192.0.2.10", ADDRESS_TENTATIVE); become(eth0, "192.0.2.10", ADDRESS_PREFERRED))
CHANGE(unplug_0, ck_assert(iface_media(eth0, false)))
CHANGE(plug_0, ck_assert(iface_media(eth0, true)))
CHANGE(down_0, ck_assert(iface_down(eth0)))
CHANGE(up_0, ck_assert(iface_up(eth0)))
CHANGE(both_down, ck_assert(iface_down(eth0) && iface_down(eth1)))
CHANGE(remove_0, ck_assert(iface_remove(eth0)))
CHANGE(route_and_metric, lead(eth0, "0.0.0.0/0", "192.0.2.1", 5); ck_assert(iface_metric(eth0, 77)); ck_assert(iface_mtu(eth0, 1400)))
CHANGE(add_six, give(eth0, "2001:db8::1/64"))
CHANGE(move_10, take(eth0, "192.0.2.10"); give(eth1, "192.0.2.10/24"))

static struct ifaddr_setup special;
CHANGE(add_special, ck_assert(ifaddr_add(eth0, &special) != NULL))
CHANGE(add_on_loopback, ck_assert(ifaddr_add(iface_find(w.host, "loopback"), &special) != NULL))

START_TEST(preferred_ones_come_and_go)
{
    YES_V4(add_10);
    YES_V4(deprecate_10);
    NO(remove_10); /* deprecated -> removed */
    YES_V4(add_10);
    YES_V4(duplicate_10);
    YES_V4(prefer_10);
    YES_V4(doubt_10);
    NO(duplicate_10); /* tentative -> duplicate */
    YES_V4(prefer_10);
    YES_V4(remove_10);
    YES_V6(add_six);
}
END_TEST

START_TEST(tentative_ones_do_not_count)
{
    special = address_setup("192.0.2.10/24");
    special.state = ADDRESS_TENTATIVE;
    NO(add_special);
    YES_V4(prefer_10);
}
END_TEST

START_TEST(only_the_set_counts)
{
    YES_V4(add_10);
    NO(route_and_metric);
    NO(swap_10);  /* removed and added again within one settling, with another prefix length */
    NO(waver_10);
    NO(move_10);  /* the set does not say which interface */
    YES_V4(add_two); /* two addresses, one completion */
    ck_assert_str_eq(list(KERNEL_IPV4), "192.0.2.11 192.0.2.10 192.0.2.12");
}
END_TEST

START_TEST(loopback_addresses_count_only_if_listed)
{
    special = address_setup("127.0.0.2/8");
    NO(add_on_loopback);
    special = address_setup("169.254.0.2/16");
    NO(add_on_loopback);
    special = address_setup("fe80::2/64");
    NO(add_on_loopback);
    special = address_setup("10.0.0.2/32");
    YES_V4(add_on_loopback);
    special = address_setup("2001:db8::2/128");
    YES_V6(add_on_loopback);
}
END_TEST

START_TEST(the_same_address_twice_is_one)
{
    give(eth0, "192.0.2.10/24");
    give(eth1, "192.0.2.10/24");
    world_settle(&w);
    NO(remove_10);
    ck_assert_str_eq(list(KERNEL_IPV4), "192.0.2.10");
}
END_TEST

START_TEST(media_and_enabling)
{
    give_persistent(eth0, "192.0.2.10/24");
    give(eth1, "192.0.2.20/24");
    world_settle(&w);
    YES_V4(unplug_0);
    NO(unplug_0);
    YES_V4(plug_0);
    YES_V4(down_0);
    NO(down_0);
    YES_V4(up_0);
    YES_V4(both_down); /* two interfaces, one completion */
    YES_V4(up_0);
    YES_V4(remove_0);
}
END_TEST

START_TEST(an_interface_without_preferred_addresses_does_not_count)
{
    special = address_setup("192.0.2.10/24");
    special.state = ADDRESS_DEPRECATED;
    NO(add_special);
    NO(unplug_0);
    NO(plug_0);
    struct ifaddr_view view;
    ck_assert(ifaddr_view(eth0, 0, &view) && view.state == ADDRESS_DEPRECATED); /* its lifetime went on meanwhile */
    NO(down_0);
}
END_TEST

START_TEST(list_rows_name_their_cause)
{
    kernel_request request = watch_list(&w, KERNEL_IPV4, 1);
    ck_assert_uint_ne(request, 0);
    size_t lists = rows_of(&w, "list.changed");
    give(eth0, "192.0.2.10/24");
    world_settle(&w);
    ck_assert_uint_eq(rows_of(&w, "list.changed"), lists + 1);
    uint64_t completed = newest_row(&w, "request.completed");
    uint64_t changed = cause_of(&w, completed);
    ck_assert_str_eq(verb_of(&w, changed), "list.changed");
    uint64_t added = cause_of(&w, changed);
    ck_assert_str_eq(verb_of(&w, added), "address.added");
    struct trace_row row;
    ck_assert(trace_read(w.trace, added, &row));
    ck_assert_str_eq(row.object, "eth0");
    char *detail = trace_detail_json(&row);
    ck_assert_str_eq(detail, "{\"address\":\"192.0.2.10/24\",\"state\":\"preferred\"}");
    free(detail);
    ck_assert(trace_read(w.trace, changed, &row));
    detail = trace_detail_json(&row);
    ck_assert_str_eq(detail, "{\"family\":\"inet\",\"count\":1}");
    free(detail);
}
END_TEST

START_TEST(one_settling_an_instant)
{
    w.settled = 0;
    give(eth0, "192.0.2.10/24");
    lead(eth0, "0.0.0.0/0", "192.0.2.1", 5);
    ck_assert(iface_down(eth1));
    world_settle(&w);
    ck_assert_uint_eq(w.settled, 1);
    take(eth0, "192.0.2.10");
    world_settle(&w);
    ck_assert_uint_eq(w.settled, 2);
}
END_TEST

START_TEST(armed_within_the_instant_sees_only_what_follows)
{
    give(eth0, "192.0.2.10/24");
    watch_list(&w, KERNEL_IPV4, 1); /* knows .10 already */
    world_settle(&w);
    ck_assert_uint_eq(w.done_count, 0);
    give(eth0, "192.0.2.11/24");
    watch_list(&w, KERNEL_IPV4, 2);
    take(eth0, "192.0.2.11"); /* back to what 1 knows, but not to what 2 knows */
    world_settle(&w);
    ck_assert_uint_eq(w.done_count, 1);
    ck_assert_uint_eq(w.done[0].cookie, 2);
}
END_TEST

/* ---- detection ---- */

START_TEST(detection_takes_its_time)
{
    struct ifaddr_view view;
    ck_assert_str_eq(list(KERNEL_IPV4), "");
    watch_list(&w, KERNEL_IPV4, 4);
    watch_list(&w, KERNEL_IPV6, 6);
    give(eth0, "192.0.2.10/24");
    give(eth0, "2001:db8::1/64");
    ck_assert(ifaddr_view(eth0, 0, &view) && view.state == ADDRESS_TENTATIVE);
    world_run(&w, 10 * SECOND);
    ck_assert_uint_eq(w.done_count, 2);
    ck_assert_uint_eq(w.done[0].cookie, 6);
    ck_assert_int_eq(w.done[0].at_ns, 1 * SECOND);
    ck_assert_uint_eq(w.done[1].cookie, 4);
    ck_assert_int_eq(w.done[1].at_ns, 3 * SECOND);
    ck_assert_str_eq(list(KERNEL_IPV4), "192.0.2.10");
    ck_assert_str_eq(verb_of(&w, cause_of(&w, newest_row(&w, "address.changed"))), "address.added");
}
END_TEST

START_TEST(detection_starts_again_with_the_medium)
{
    give(eth0, "192.0.2.10/24");
    world_run(&w, 2 * SECOND);
    ck_assert(iface_media(eth0, false)); /* one second too early */
    world_run(&w, 5 * SECOND);
    ck_assert_str_eq(list(KERNEL_IPV4), "");
    ck_assert(iface_media(eth0, true));
    watch_list(&w, KERNEL_IPV4, 4);
    world_run(&w, 9 * SECOND);
    ck_assert_uint_eq(w.done_count, 1);
    ck_assert_int_eq(w.done[0].at_ns, 8 * SECOND);
}
END_TEST

START_TEST(a_conflict_ends_detection)
{
    give(eth0, "192.0.2.10/24");
    world_run(&w, 2 * SECOND);
    become(eth0, "192.0.2.10", ADDRESS_DUPLICATE);
    world_run(&w, 9 * SECOND);
    struct ifaddr_view view;
    ck_assert(ifaddr_view(eth0, 0, &view) && view.state == ADDRESS_DUPLICATE);
    ck_assert(iface_media(eth0, false) && iface_media(eth0, true)); /* a new medium, a new chance */
    world_run(&w, 12 * SECOND);
    ck_assert(ifaddr_view(eth0, 0, &view) && view.state == ADDRESS_PREFERRED);
}
END_TEST

START_TEST(detection_after_enabling)
{
    give_persistent(eth0, "192.0.2.10/24");
    ck_assert_str_eq(list(KERNEL_IPV4), "192.0.2.10"); /* declared as preferred */
    ck_assert(iface_down(eth0) && iface_up(eth0));
    ck_assert_str_eq(list(KERNEL_IPV4), "");
    world_run(&w, 3 * SECOND - 1);
    ck_assert_str_eq(list(KERNEL_IPV4), "");
    world_run(&w, 3 * SECOND);
    ck_assert_str_eq(list(KERNEL_IPV4), "192.0.2.10");
}
END_TEST

START_TEST(removal_stops_detection)
{
    give(eth0, "192.0.2.10/24");
    give(eth1, "192.0.2.11/24");
    take(eth0, "192.0.2.10");
    ck_assert(iface_remove(eth1));
    world_run(&w, 9 * SECOND);
    ck_assert_str_eq(list(KERNEL_IPV4), "");
}
END_TEST

START_TEST(no_detection_on_point_to_point_links_or_without_transmits)
{
    struct iface_setup setup = iface_setup_default();
    setup.type = IFACE_PPP;
    give(iface_add(w.host, "ppp0", &setup), "203.0.113.1/32");
    ck_assert_str_eq(list(KERNEL_IPV4), "203.0.113.1");
    struct host_parameters parameters = host_parameters_default();
    parameters.dad = true;
    parameters.dad_v4_transmits = 0;
    parameters.dad_v6_transmits = 2;
    parameters.dad_v6_retransmit_ns = SECOND / 2;
    parameters.dad_initial_delay_ns = SECOND / 4;
    world_close(&w);
    open_with(&parameters);
    give(eth0, "192.0.2.10/24");
    give(eth0, "2001:db8::1/64");
    ck_assert_str_eq(list(KERNEL_IPV4), "192.0.2.10");
    world_run(&w, SECOND + SECOND / 4 - 1);
    ck_assert_str_eq(list(KERNEL_IPV6), "");
    world_run(&w, SECOND + SECOND / 4);
    ck_assert_str_eq(list(KERNEL_IPV6), "2001:db8::1");
}
END_TEST

START_TEST(deprecated_after_detection)
{
    become(eth0, (give(eth0, "192.0.2.10/24"), "192.0.2.10"), ADDRESS_DEPRECATED);
    struct ifaddr_view view;
    ck_assert(iface_media(eth0, false) && iface_media(eth0, true));
    ck_assert(ifaddr_view(eth0, 0, &view) && view.state == ADDRESS_TENTATIVE);
    world_run(&w, 3 * SECOND);
    ck_assert(ifaddr_view(eth0, 0, &view) && view.state == ADDRESS_DEPRECATED);
}
END_TEST

START_TEST(no_paths_before_detection_has_ended)
{
    give(eth0, "192.0.2.10/24");
    lead(eth0, "0.0.0.0/0", "192.0.2.1", 0);
    ck_assert_str_eq(path_to(&w, "8.8.8.8"), "unreachable");
    world_run(&w, 3 * SECOND);
    ck_assert_str_eq(path_to(&w, "8.8.8.8"), "192.0.2.10");
    ck_assert(iface_media(eth0, false) && iface_media(eth0, true));
    ck_assert_str_eq(path_to(&w, "8.8.8.8"), "unreachable");
    ck_assert_str_eq(path_to(&w, "192.0.2.10"), "unreachable");
    world_run(&w, 6 * SECOND);
    ck_assert_str_eq(path_to(&w, "192.0.2.10"), "192.0.2.10");
}
END_TEST

/* ---- link-local addresses ---- */

START_TEST(link_local_by_eui64)
{
    struct host_parameters parameters = host_parameters_default();
    parameters.link_local = LINK_LOCAL_EUI64;
    world_close(&w);
    world_open(&w, &parameters);
    struct iface_setup setup = iface_setup_default();
    const uint8_t mac[6] = { 0x00, 0x1b, 0x21, 0x3c, 0x4d, 0x5e };
    memcpy(setup.mac, mac, 6);
    eth0 = iface_add(w.host, "eth0", &setup);
    ck_assert_str_eq(list(KERNEL_IPV6), "fe80::21b:21ff:fe3c:4d5e%2");
    ck_assert(iface_down(eth0));
    ck_assert_str_eq(list(KERNEL_IPV6), "");
    ck_assert(iface_up(eth0));
    ck_assert_str_eq(list(KERNEL_IPV6), "fe80::21b:21ff:fe3c:4d5e%2");
}
END_TEST

START_TEST(link_local_by_lot)
{
    struct host_parameters parameters = host_parameters_default();
    parameters.link_local = LINK_LOCAL_RANDOM;
    parameters.dad = true;
    world_close(&w);
    world_open(&w, &parameters);
    wire(&w, "eth0", 0);
    wire(&w, "eth1", 0);
    char first[128];
    strcpy(first, list(KERNEL_IPV6)); /* the world's own addresses are preferred at the start */
    ck_assert_ptr_nonnull(strstr(first, "%2 fe80::"));
    world_close(&w);
    world_open(&w, &parameters);
    wire(&w, "eth0", 0);
    wire(&w, "eth1", 0);
    ck_assert_str_eq(list(KERNEL_IPV6), first); /* the same lot in every run */
    world_run(&w, SECOND);
    wire(&w, "eth2", 0);
    ck_assert_str_eq(list(KERNEL_IPV6), first);
    world_run(&w, 2 * SECOND);
    ck_assert_ptr_nonnull(strstr(list(KERNEL_IPV6), "%4"));
}
END_TEST

START_TEST(down_from_the_start)
{
    struct iface_setup setup = iface_setup_default();
    setup.up = false;
    struct iface *eth2 = iface_add(w.host, "eth2", &setup);
    give_persistent(eth2, "192.0.2.30/24");
    ck_assert_str_eq(list(KERNEL_IPV4), "");
    ck_assert(iface_up(eth2));
    ck_assert_str_eq(list(KERNEL_IPV4), "192.0.2.30");
    setup.up = true;
    setup.media = false;
    struct iface *eth3 = iface_add(w.host, "eth3", &setup);
    give_persistent(eth3, "192.0.2.40/24");
    ck_assert_str_eq(list(KERNEL_IPV4), "192.0.2.30");
    ck_assert(iface_media(eth3, true));
    ck_assert_str_eq(list(KERNEL_IPV4), "192.0.2.30 192.0.2.40");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lists");
    TCase *plain = tcase_create("lists"), *detecting = tcase_create("detection");
    tcase_add_checked_fixture(plain, open_plain, close_world);
    tcase_add_checked_fixture(detecting, open_detecting, close_world);
    tcase_add_test(plain, who_is_listed);
    tcase_add_test(plain, a_short_room_tells_how_many);
    tcase_add_test(plain, the_interface_list);
    tcase_add_test(plain, directed_broadcasts);
    tcase_add_test(plain, preferred_ones_come_and_go);
    tcase_add_test(plain, tentative_ones_do_not_count);
    tcase_add_test(plain, only_the_set_counts);
    tcase_add_test(plain, loopback_addresses_count_only_if_listed);
    tcase_add_test(plain, the_same_address_twice_is_one);
    tcase_add_test(plain, media_and_enabling);
    tcase_add_test(plain, an_interface_without_preferred_addresses_does_not_count);
    tcase_add_test(plain, list_rows_name_their_cause);
    tcase_add_test(plain, one_settling_an_instant);
    tcase_add_test(plain, armed_within_the_instant_sees_only_what_follows);
    tcase_add_test(plain, link_local_by_eui64);
    tcase_add_test(plain, link_local_by_lot);
    tcase_add_test(plain, down_from_the_start);
    tcase_add_test(detecting, detection_takes_its_time);
    tcase_add_test(detecting, detection_starts_again_with_the_medium);
    tcase_add_test(detecting, a_conflict_ends_detection);
    tcase_add_test(detecting, detection_after_enabling);
    tcase_add_test(detecting, removal_stops_detection);
    tcase_add_test(detecting, no_detection_on_point_to_point_links_or_without_transmits);
    tcase_add_test(detecting, deprecated_after_detection);
    tcase_add_test(detecting, no_paths_before_detection_has_ended);
    suite_add_tcase(suite, plain);
    suite_add_tcase(suite, detecting);
    return suite_main(suite);
}
