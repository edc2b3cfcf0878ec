/* Destinations in the order of preference: RFC 6724, section 6, with the examples of its section 10.2. */
#include "world.h"

static struct world w;
static struct iface *eth0, *eth1;

static void open_plain(void)
{
    struct host_parameters parameters = host_parameters_default();
    world_open(&w, &parameters);
    eth0 = wire(&w, "eth0", 0);
    eth1 = wire(&w, "eth1", 0);
}

static void close_world(void) { world_close(&w); }

/* Sorts the destinations of a text with blanks; gives the same kind of text. */
static const char *sorted(const char *destinations)
{
    static char text[512];
    struct kernel_address list[8];
    char word[ADDRESS_TEXT];
    size_t count = 0;
    int used = 0;
    for (; sscanf(destinations, "%46s%n", word, &used) == 1; destinations += used) list[count++] = at(word);
    running = &w.app;
    ck_assert_int_eq(kernel_destinations_sort(list, count), KERNEL_OK);
    running = NULL;
    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        address_text(&list[i], word);
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "%s%s", i ? " " : "", word);
    }
    return text;
}

static void ways(struct iface *iface)
{
    lead(iface, "::/0", "fe80::1", 0);
    lead(iface, "0.0.0.0/0", "192.0.2.254", 0);
}

START_TEST(rule_1_unusable_last)
{
    give(eth0, "192.0.2.1/24");
    ck_assert_str_eq(sorted("2001:db8::1 198.51.100.1 192.0.2.7 2001:db8::2"), "192.0.2.7 2001:db8::1 198.51.100.1 2001:db8::2");
    become(eth0, "192.0.2.1", ADDRESS_TENTATIVE);
    ck_assert_str_eq(sorted("198.51.100.1 192.0.2.7"), "198.51.100.1 192.0.2.7"); /* all unusable: as they were */
    ck_assert_str_eq(sorted(""), "");
}
END_TEST

START_TEST(rule_2_matching_scope)
{
    give(eth0, "2001:db8:1::2/64");
    give(eth0, "fe80::7/64");
    give(eth0, "169.254.13.78/16");
    ways(eth0);
    ck_assert_str_eq(sorted("198.51.100.121 2001:db8:1::1"), "2001:db8:1::1 198.51.100.121");
    take(eth0, "2001:db8:1::2");
    give(eth0, "198.51.100.117/24");
    ck_assert_str_eq(sorted("2001:db8:1::1 198.51.100.121"), "198.51.100.121 2001:db8:1::1"); /* a link-local source does not fit */
}
END_TEST

START_TEST(rule_3_deprecated)
{
    give(eth0, "2001:db8::1/64");
    give(eth0, "192.0.2.1/24");
    ways(eth0);
    ck_assert_str_eq(sorted("198.51.100.1 2001:db8:9::1"), "2001:db8:9::1 198.51.100.1");
    become(eth0, "2001:db8::1", ADDRESS_DEPRECATED);
    ck_assert_str_eq(sorted("2001:db8:9::1 198.51.100.1"), "198.51.100.1 2001:db8:9::1");
}
END_TEST

START_TEST(rules_5_and_6_label_and_precedence)
{
    give(eth0, "2002:c633:6401::2/64");
    give(eth0, "fe80::2/64");
    ways(eth0);
    ck_assert_str_eq(sorted("2001:db8:1::1 2002:c633:6401::1"), "2002:c633:6401::1 2001:db8:1::1"); /* label */
    give(eth0, "2001:db8:1::2/64");
    ck_assert_str_eq(sorted("2002:c633:6401::1 2001:db8:1::1"), "2001:db8:1::1 2002:c633:6401::1"); /* precedence 40 against 30 */
    give(eth0, "10.1.2.4/24");
    ck_assert_str_eq(sorted("10.1.2.3 2001:db8:1::1"), "2001:db8:1::1 10.1.2.3"); /* 40 against 35 */
    ck_assert_str_eq(sorted("2001:db8:1::1 ::1"), "::1 2001:db8:1::1");
}
END_TEST

START_TEST(rule_8_smaller_scope)
{
    give(eth0, "2001:db8:1::2/64");
    give(eth0, "fe80::2/64");
    ways(eth0);
    ck_assert_str_eq(sorted("2001:db8:1::1 fe80::1%2"), "fe80::1%2 2001:db8:1::1");
}
END_TEST

START_TEST(rule_9_longest_prefix)
{
    give(eth0, "2001:db8:1::2/64");
    give(eth1, "2001:db8:3f44::2/64");
    lead(eth0, "::/0", "fe80::1", 0);
    lead(eth1, "2001:db8:3ffe::/64", "fe80::1", 0);
    ck_assert_str_eq(sorted("2001:db8:1::1 2001:db8:3ffe::1"), "2001:db8:1::1 2001:db8:3ffe::1"); /* 64 bits against 34 */
    ck_assert_str_eq(sorted("2001:db8:3ffe::1 2001:db8:1::1"), "2001:db8:1::1 2001:db8:3ffe::1");
    ck_assert_str_eq(sorted("2001:db8:1::9 2001:db8:1::1"), "2001:db8:1::9 2001:db8:1::1"); /* beyond the source's prefix nothing counts: rule 10 */
}
END_TEST

START_TEST(refused)
{
    struct kernel_address wrong = { .family = 9 };
    running = &w.app;
    ck_assert_int_eq(kernel_destinations_sort(&wrong, 1), KERNEL_BAD_ARGUMENT);
    host_stack(w.host, false);
    ck_assert_int_eq(kernel_destinations_sort(&wrong, 0), KERNEL_STACK_DOWN);
    running = NULL;
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("destinations");
    TCase *tests = tcase_create("destinations");
    tcase_add_checked_fixture(tests, open_plain, close_world);
    tcase_add_test(tests, rule_1_unusable_last);
    tcase_add_test(tests, rule_2_matching_scope);
    tcase_add_test(tests, rule_3_deprecated);
    tcase_add_test(tests, rules_5_and_6_label_and_precedence);
    tcase_add_test(tests, rule_8_smaller_scope);
    tcase_add_test(tests, rule_9_longest_prefix);
    tcase_add_test(tests, refused);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
