/* Addresses that take their time or come by themselves: duplicate address detection (host-stack 2.2), link-local addresses. */
#include "two_wires.h"

/* ---- detection ---- */

static void open_detecting(void)
{
    struct host_parameters parameters = host_parameters_default();
    parameters.dad = true;
    open_with(&parameters);
}

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

int main(void)
{
    Suite *suite = suite_create("detection");
    TCase *detecting = tcase_create("detection"), *link_local = tcase_create("link-local");
    tcase_add_checked_fixture(detecting, open_detecting, close_world);
    tcase_add_checked_fixture(link_local, open_plain, close_world);
    tcase_add_test(detecting, detection_takes_its_time);
    tcase_add_test(detecting, detection_starts_again_with_the_medium);
    tcase_add_test(detecting, a_conflict_ends_detection);
    tcase_add_test(detecting, detection_after_enabling);
    tcase_add_test(detecting, removal_stops_detection);
    tcase_add_test(detecting, no_detection_on_point_to_point_links_or_without_transmits);
    tcase_add_test(detecting, deprecated_after_detection);
    tcase_add_test(detecting, no_paths_before_detection_has_ended);
    tcase_add_test(link_local, link_local_by_eui64);
    tcase_add_test(link_local, link_local_by_lot);
    suite_add_tcase(suite, detecting);
    suite_add_tcase(suite, link_local);
    return suite_main(suite);
}
