/* The two lists of host-stack 2.4 and every row of the table in 2.5; media and enabling (1.2a, 2.1). */
#include "two_wires.h"

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
    ck_assert_int_eq(kernel_interface_addresses(KERNEL_IPV4, rows, 16, &count), KERNEL_OK);
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
    detail_is(&w, added, "{\"address\":\"192.0.2.10/24\",\"state\":\"preferred\"}");
    detail_is(&w, changed, "{\"family\":\"inet\",\"count\":1}");
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
    TCase *plain = tcase_create("lists");
    tcase_add_checked_fixture(plain, open_plain, close_world);
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
    tcase_add_test(plain, down_from_the_start);
    suite_add_tcase(suite, plain);
    return suite_main(suite);
}
