/* Source address selection (host-stack 2.6): KB 969029 for IPv4, RFC 6724 section 5 for IPv6. */
#include "world.h"

static struct world w;
static struct iface *eth0, *eth1;

static void open_with(bool weak)
{
    struct host_parameters parameters = host_parameters_default();
    parameters.weak_host_send = weak;
    world_open(&w, &parameters);
    eth0 = wire(&w, "eth0", 0);
    eth1 = wire(&w, "eth1", 0);
}

static void open_strong(void) { open_with(false); }
static void close_world(void) { world_close(&w); }

static void give_temporary(struct iface *iface, const char *prefix)
{
    struct ifaddr_setup setup = address_setup(prefix);
    setup.temporary = true;
    ck_assert(ifaddr_add(iface, &setup) != NULL);
}

static void give_skipped(struct iface *iface, const char *prefix)
{
    struct ifaddr_setup setup = address_setup(prefix);
    setup.skip_as_source = true;
    ck_assert(ifaddr_add(iface, &setup) != NULL);
}

START_TEST(v4_reference_example)
{
    give(eth0, "192.168.1.14/24");
    give(eth0, "192.168.1.68/24");
    lead(eth0, "0.0.0.0/0", "192.168.1.127", 0);
    ck_assert_str_eq(path_to(&w, "8.8.8.8"), "192.168.1.68"); /* 26 bits in common with the next hop, not 25 */
    ck_assert_str_eq(path_to(&w, "192.168.1.13"), "192.168.1.14"); /* on the link: next hop is the destination */
    ck_assert_str_eq(path_to(&w, "192.168.1.14"), "192.168.1.14");
}
END_TEST

START_TEST(v4_then_the_destination_then_age)
{
    give(eth0, "10.0.0.1/24");
    give(eth0, "10.0.0.3/24");
    lead(eth0, "0.0.0.0/0", "172.16.0.1", 0); /* nothing in common with either */
    ck_assert_str_eq(path_to(&w, "8.8.8.8"), "10.0.0.1");
    ck_assert_str_eq(path_to(&w, "10.1.0.0"), "10.0.0.1");
    lead(eth0, "10.0.0.2/32", "172.16.0.1", 0);
    ck_assert_str_eq(path_to(&w, "10.0.0.2"), "10.0.0.3"); /* 31 bits with the destination */
    take(eth0, "10.0.0.1");
    give(eth0, "10.0.0.1/24");
    ck_assert_str_eq(path_to(&w, "8.8.8.8"), "10.0.0.3"); /* now the older one */
}
END_TEST

START_TEST(v4_deprecated_and_skipped)
{
    give(eth0, "10.0.0.1/24");
    give(eth0, "10.0.0.2/24");
    lead(eth0, "0.0.0.0/0", "10.0.0.254", 0);
    become(eth0, "10.0.0.1", ADDRESS_DEPRECATED);
    ck_assert_str_eq(path_to(&w, "8.8.8.8"), "10.0.0.2");
    become(eth0, "10.0.0.2", ADDRESS_TENTATIVE);
    ck_assert_str_eq(path_to(&w, "8.8.8.8"), "10.0.0.1"); /* better than none */
    take(eth0, "10.0.0.1");
    give_skipped(eth0, "10.0.0.3/24");
    ck_assert_str_eq(path_to(&w, "8.8.8.8"), "unreachable");
    ck_assert_str_eq(path_to(&w, "10.0.0.3"), "10.0.0.3"); /* it can still be spoken to */
}
END_TEST

START_TEST(v4_strong_host_keeps_to_the_interface)
{
    give(eth0, "10.0.0.1/24");
    give(eth1, "10.0.1.1/24");
    lead(eth1, "0.0.0.0/0", "10.0.0.2", 0);
    ck_assert_str_eq(path_to(&w, "8.8.8.8"), "10.0.1.1");
    take(eth1, "10.0.1.1");
    ck_assert_str_eq(path_to(&w, "8.8.8.8"), "unreachable");
}
END_TEST

START_TEST(v4_weak_host_borrows)
{
    world_close(&w);
    open_with(true);
    give(eth0, "10.0.0.1/24");
    give(eth1, "10.0.1.1/24");
    lead(eth1, "0.0.0.0/0", "10.0.0.2", 0);
    ck_assert_str_eq(path_to(&w, "8.8.8.8"), "10.0.1.1"); /* the outgoing interface's own first */
    take(eth1, "10.0.1.1");
    ck_assert_str_eq(path_to(&w, "8.8.8.8"), "10.0.0.1");
    ck_assert_str_eq(path_to(&w, "127.0.0.1"), "127.0.0.1");
    take(eth0, "10.0.0.1");
    ck_assert_str_eq(path_to(&w, "8.8.8.8"), "unreachable"); /* 127.0.0.1 does not leave the host */
}
END_TEST

/* ---- IPv6, rule by rule ---- */

static void default_v6(void) { lead(eth0, "::/0", "fe80::ff", 0); }

START_TEST(v6_rule_1_same_address)
{
    give(eth0, "2001:db8::1/64");
    give(eth0, "2001:db8::2/64");
    ck_assert_str_eq(path_to(&w, "2001:db8::2"), "2001:db8::2");
}
END_TEST

START_TEST(v6_rule_2_scope)
{
    give(eth0, "fe80::1/64");
    give(eth0, "2001:db8::1/64");
    give(eth0, "fec0::1/64");
    default_v6();
    ck_assert_str_eq(path_to(&w, "2001:db8:1::1"), "2001:db8::1");
    ck_assert_str_eq(path_to(&w, "fe80::9"), "fe80::1%2");
    ck_assert_str_eq(path_to(&w, "fec0:0:0:1::9"), "fec0::1");
    ck_assert_str_eq(path_to(&w, "ff05::9"), "fec0::1"); /* the smallest that is not smaller than the group's */
    ck_assert_str_eq(path_to(&w, "ff02::9"), "fe80::1%2");
    ck_assert_str_eq(path_to(&w, "ff0e::9"), "2001:db8::1");
    take(eth0, "2001:db8::1");
    ck_assert_str_eq(path_to(&w, "2001:db8:1::1"), "fec0::1"); /* else the largest */
}
END_TEST

START_TEST(v6_rule_3_deprecated)
{
    give(eth0, "2001:db8:1::1/64");
    give(eth0, "2001:db8:2::1/64");
    default_v6();
    become(eth0, "2001:db8:1::1", ADDRESS_DEPRECATED);
    ck_assert_str_eq(path_to(&w, "2001:db8:1:1::9"), "2001:db8:2::1"); /* although the other matches longer */
    give(eth0, "fe80::1/64");
    become(eth0, "2001:db8:2::1", ADDRESS_DUPLICATE);
    ck_assert_str_eq(path_to(&w, "2001:db8:1:1::9"), "2001:db8:1::1"); /* scope comes before state */
}
END_TEST

START_TEST(v6_rule_5_outgoing_interface)
{
    world_close(&w);
    open_with(true);
    give(eth0, "2001:db8:2::1/64");
    give(eth1, "2001:db8:1::1/64");
    default_v6();
    ck_assert_str_eq(path_to(&w, "2001:db8:1:1::9"), "2001:db8:2::1");
    take(eth0, "2001:db8:2::1");
    give(eth0, "fe80::1/64");
    ck_assert_str_eq(path_to(&w, "2001:db8:1:1::9"), "2001:db8:1::1"); /* scope first: borrowed */
    ck_assert_str_eq(path_to(&w, "ff0e::1"), "fe80::1%2");             /* never for groups: RFC 6724 section 4 */
}
END_TEST

START_TEST(v6_rule_6_label)
{
    give(eth0, "2002:c000:201::1/64"); /* 6to4, label 2 */
    give(eth0, "2001:db8::1/64");      /* label 1 */
    give(eth0, "fd00::1/64");          /* unique local, label 13 */
    give(eth0, "2001::5/64");          /* Teredo, label 5 */
    default_v6();
    ck_assert_str_eq(path_to(&w, "2002:c633:6401::9"), "2002:c000:201::1");
    ck_assert_str_eq(path_to(&w, "2607::9"), "2001:db8::1");
    ck_assert_str_eq(path_to(&w, "fd11::9"), "fd00::1");
    ck_assert_str_eq(path_to(&w, "2001:0:1::9"), "2001::5");
}
END_TEST

START_TEST(v6_rule_7_temporary)
{
    give(eth0, "2001:db8::1/64");
    give_temporary(eth0, "2001:db8::aaaa/64");
    default_v6();
    ck_assert_str_eq(path_to(&w, "2001:db8:9::9"), "2001:db8::aaaa");
}
END_TEST

START_TEST(v6_rule_8_longest_match_within_the_prefix)
{
    give(eth0, "2001:db8:1::1/64");
    give(eth0, "2001:db8:3::1/64");
    default_v6();
    ck_assert_str_eq(path_to(&w, "2001:db8:3:1::9"), "2001:db8:3::1");
    give(eth0, "2001:db8:3::9:1/64");
    ck_assert_str_eq(path_to(&w, "2001:db8:3::9:2"), "2001:db8:3::1"); /* bits past /64 do not count: the older one */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("source");
    TCase *tests = tcase_create("source");
    tcase_add_checked_fixture(tests, open_strong, close_world);
    tcase_add_test(tests, v4_reference_example);
    tcase_add_test(tests, v4_then_the_destination_then_age);
    tcase_add_test(tests, v4_deprecated_and_skipped);
    tcase_add_test(tests, v4_strong_host_keeps_to_the_interface);
    tcase_add_test(tests, v4_weak_host_borrows);
    tcase_add_test(tests, v6_rule_1_same_address);
    tcase_add_test(tests, v6_rule_2_scope);
    tcase_add_test(tests, v6_rule_3_deprecated);
    tcase_add_test(tests, v6_rule_5_outgoing_interface);
    tcase_add_test(tests, v6_rule_6_label);
    tcase_add_test(tests, v6_rule_7_temporary);
    tcase_add_test(tests, v6_rule_8_longest_match_within_the_prefix);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
