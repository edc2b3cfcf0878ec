/* Duplicate address detection as packets (host-stack 2.2, RFC 5227, RFC 4862 5.4): with the parameters `dad` and `neighbors`. */
#include "pair.h"

static void open_detecting(void)
{
    struct host_parameters parameters = with_neighbors();
    parameters.dad = true;
    open_pair_with(&parameters);
}

static void come(struct iface *iface, const char *prefix) { give(iface, prefix, ADDRESS_INVALID); }

START_TEST(three_probes_and_two_announcements)
{
    come(a0, "192.0.2.9/24");
    run_until(20 * SECOND);
    log_is("0ms a > arp\n"
           "1000ms a > arp\n"
           "2000ms a > arp\n"
           "3000ms a address 192.0.2.9/24 tentative>preferred\n"
           "3000ms a > arp\n"
           "5000ms a > arp\n");
    state_is(b0, "192.0.2.9", "none");
}
END_TEST

START_TEST(one_solicitation_for_ipv6)
{
    come(a0, "2001:db8::9/64");
    run_until(20 * SECOND);
    log_is("0ms a > icmpv6 ::>ff02::1:ff00:9 type 135\n"
           "1000ms a address 2001:db8::9/64 tentative>preferred\n"
           "1000ms a > icmpv6 2001:db8::9>ff02::1 type 136\n"
           "3000ms a > icmpv6 2001:db8::9>ff02::1 type 136\n");
}
END_TEST

START_TEST(parameters_of_detection)
{
    a->parameters.dad_initial_delay_ns = 300 * MS;
    a->parameters.dad_v4_transmits = 2;
    a->parameters.dad_v4_retransmit_ns = 500 * MS;
    a->parameters.dad_announcements = 0;
    come(a0, "192.0.2.9/24");
    run_until(20 * SECOND);
    log_is("300ms a > arp\n"
           "800ms a > arp\n"
           "1300ms a address 192.0.2.9/24 tentative>preferred\n");
}
END_TEST

START_TEST(without_neighbors_a_mere_delay)
{
    struct host_parameters parameters = host_parameters_default();
    parameters.dad = true;
    wires_close();
    open_pair_with(&parameters);
    come(a0, "192.0.2.2/24"); /* the other host's: nobody asks */
    come(a0, "2001:db8::9/64");
    run_until(20 * SECOND);
    log_is("1000ms a address 2001:db8::9/64 tentative>preferred\n"
           "3000ms a address 192.0.2.2/24 tentative>preferred\n");
}
END_TEST

/* The host that has it answers the probe. */
START_TEST(in_use_elsewhere)
{
    come(a0, "192.0.2.2/24");
    come(a0, "2001:db8::2/64");
    run_until(20 * SECOND);
    log_is("0ms a > arp\n"
           "0ms a > icmpv6 ::>ff02::1:ff00:2 type 135\n"
           "1ms b > arp\n"
           "1000001ns b > icmpv6 2001:db8::2>ff02::1 type 136\n"
           "2ms a address 192.0.2.2/24 tentative>duplicate\n"
           "2000001ns a address 2001:db8::2/64 tentative>duplicate\n");
}
END_TEST

START_TEST(two_at_once)
{
    come(a0, "192.0.2.9/24");
    come(b0, "192.0.2.9/24");
    come(a0, "2001:db8::9/64");
    come(b0, "2001:db8::9/64");
    run_until(20 * SECOND);
    log_is("0ms a > arp\n" "0ms b > arp\n"
           "0ms a > icmpv6 ::>ff02::1:ff00:9 type 135\n"
           "0ms b > icmpv6 ::>ff02::1:ff00:9 type 135\n"
           "1ms b address 192.0.2.9/24 tentative>duplicate\n"
           "1ms a address 192.0.2.9/24 tentative>duplicate\n"
           "1000001ns b address 2001:db8::9/64 tentative>duplicate\n"
           "1000001ns a address 2001:db8::9/64 tentative>duplicate\n");
}
END_TEST

START_TEST(the_second_comer_gives_way)
{
    come(a0, "192.0.2.9/24");
    run_until(1500 * MS);
    come(b0, "192.0.2.9/24"); /* both still probe: nobody gets it (RFC 5227 2.1.1) */
    run_until(20 * SECOND);
    ck_assert_ptr_nonnull(strstr(log_text(), "1501ms a address 192.0.2.9/24 tentative>duplicate\n"));
}
END_TEST

START_TEST(a_duplicate_is_the_others)
{
    come(a0, "192.0.2.2/24");
    run_until(SECOND);
    log_text();
    note(a, "192.0.2.2", 0); /* the neighbour's, not ours */
    run_until(2 * SECOND);
    log_is("1000ms a neighbor 192.0.2.2 none>incomplete\n"
           "1000ms a > arp\n"
           "1001ms b neighbor 192.0.2.1 none>stale\n"
           "1001ms b > arp\n"
           "1002ms a neighbor 192.0.2.2 incomplete>reachable\n"
           "1002ms a > icmp 192.0.2.1>192.0.2.2 type 0\n");
}
END_TEST

/* ---- in use ---- */

static void claim(const char *address)
{
    struct prefix_key mine = key(address);
    if (strchr(address, ':'))
        nd_advertise(b0, &mine, NULL, NULL);
    else
        arp_send(b0, ARP_REQUEST, &mine, &mine, NULL);
}

START_TEST(defended_once)
{
    claim("192.0.2.1");
    run_until(10 * MS);
    log_is("0ms b > arp\n" "1ms a > arp\n");
    run_until(10 * SECOND);
    claim("192.0.2.1");
    run_until(10 * SECOND + 10 * MS);
    log_is("10000ms b > arp\n"
           "10001ms a address 192.0.2.1/24 preferred>duplicate\n");
}
END_TEST

START_TEST(defended_again_after_a_while)
{
    claim("192.0.2.1");
    claim("2001:db8::1");
    run_until(10 * SECOND + 2 * MS);
    log_text();
    claim("192.0.2.1");
    claim("2001:db8::1");
    run_until(11 * SECOND);
    log_is("10002ms b > arp\n"
           "10002ms b > icmpv6 2001:db8::1>ff02::1 type 136\n"
           "10003ms a > arp\n"
           "10003000001ns a > icmpv6 2001:db8::1>ff02::1 type 136\n");
}
END_TEST

/* Two that were given the same address by hand: whoever was contradicted twice gives way. */
START_TEST(one_of_two_remains)
{
    give(a0, "192.0.2.7/24", ADDRESS_PREFERRED);
    give(b0, "192.0.2.7/24", ADDRESS_PREFERRED);
    claim("192.0.2.7");
    run_until(SECOND);
    log_is("0ms b > arp\n"
           "1ms a > arp\n"
           "2ms b > arp\n"
           "3ms a address 192.0.2.7/24 preferred>duplicate\n");
}
END_TEST

START_TEST(nobody_defends_without_detection)
{
    struct host_parameters parameters = with_neighbors();
    wires_close();
    open_pair_with(&parameters);
    claim("192.0.2.1");
    claim("192.0.2.1");
    run_until(SECOND);
    log_is("0ms b > arp\n" "0ms b > arp\n"
           "1ms a > arp\n" "1000001ns a > arp\n"); /* mere answers */
}
END_TEST

/* ---- the medium and the script ---- */

START_TEST(again_with_the_medium)
{
    a->parameters.dad_announcements = 1;
    ck_assert(iface_media(a0, false));
    run_until(SECOND);
    ck_assert(iface_media(a0, true));
    log_text();
    run_until(10 * SECOND);
    log_is("1000ms a > arp\n"
           "1000ms a > icmpv6 ::>ff02::1:ff00:1 type 135\n"
           "2000ms a > arp\n"
           "2000ms a address 2001:db8::1/64 tentative>preferred\n"
           "2000ms a > icmpv6 2001:db8::1>ff02::1 type 136\n"
           "3000ms a > arp\n"
           "4000ms a address 192.0.2.1/24 tentative>preferred\n"
           "4000ms a > arp\n");
}
END_TEST

START_TEST(removed_while_it_probes)
{
    struct kernel_address address = at("192.0.2.9");
    come(a0, "192.0.2.9/24");
    run_until(1500 * MS);
    ck_assert(ifaddr_remove(a0, &address));
    run_until(20 * SECOND);
    log_is("0ms a > arp\n" "1000ms a > arp\n");
}
END_TEST

START_TEST(removed_while_it_announces)
{
    struct kernel_address address = at("192.0.2.9");
    come(a0, "192.0.2.9/24");
    run_until(4 * SECOND);
    log_text();
    ck_assert(ifaddr_remove(a0, &address));
    run_until(20 * SECOND);
    log_is("");
}
END_TEST

START_TEST(nothing_plugged_in)
{
    struct iface *lone = wire(a, "eth1", NULL, NULL);
    come(lone, "198.51.100.1/24");
    run_until(10 * SECOND);
    ck_assert_ptr_nonnull(strstr(log_text(), "3000ms a address 198.51.100.1/24 tentative>preferred\n"));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        three_probes_and_two_announcements, one_solicitation_for_ipv6, parameters_of_detection, without_neighbors_a_mere_delay,
        in_use_elsewhere, two_at_once, the_second_comer_gives_way, a_duplicate_is_the_others, defended_once,
        defended_again_after_a_while, one_of_two_remains, nobody_defends_without_detection, again_with_the_medium,
        removed_while_it_probes, removed_while_it_announces, nothing_plugged_in,
    };
    Suite *suite = suite_create("detection by packets");
    TCase *tcase = tcase_create("detection");
    tcase_add_checked_fixture(tcase, open_detecting, close_pair);
    tests_add(tcase, tests);
    suite_add_tcase(suite, tcase);
    return suite_main(suite);
}
