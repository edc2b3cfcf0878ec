/* Addresses and prefixes as texts and values. */
#include "world.h"

static const char *again(const char *text)
{
    static char result[ADDRESS_TEXT];
    struct kernel_address address;
    if (!address_parse(text, &address))
        return NULL;
    address_text(&address, result);
    return result;
}

START_TEST(texts_go_round)
{
    ck_assert_str_eq(again("192.0.2.1"), "192.0.2.1");
    ck_assert_str_eq(again("2001:DB8:0:0:0:0:0:1"), "2001:db8::1");
    ck_assert_str_eq(again("::"), "::");
    ck_assert_str_eq(again("::1"), "::1");
    ck_assert_str_eq(again("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1"); /* RFC 5952 4.2.2: no :: for one field */
    ck_assert_str_eq(again("2001:0:0:1:0:0:0:1"), "2001:0:0:1::1");          /* 4.2.3: the longest run */
    ck_assert_str_eq(again("::ffff:192.0.2.1"), "::ffff:192.0.2.1");
    ck_assert_str_eq(again("fe80::1%12"), "fe80::1%12");
}
END_TEST

START_TEST(other_forms_are_refused)
{
    static const char *const wrong[] = { "", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.256", "0x1.2.3.4", " 1.2.3.4", "1.2.3.4 ", "1.2.3.4%1",
                                         ":::", "1::2::3", "fe80::1%", "fe80::1%eth0", "fe80::1%01", "fe80::1%4294967296", "g::1",
                                         "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd:eeee:ffff:0000:1111:2222:3333" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_msg(again(wrong[i]) == NULL, "%s", wrong[i]);
}
END_TEST

START_TEST(prefixes)
{
    struct kernel_address address;
    unsigned length;
    char text[ADDRESS_TEXT];
    ck_assert(prefix_parse("192.0.2.17/24", &address, &length));
    ck_assert_uint_eq(length, 24);
    struct kernel_address masked = address_masked(&address, length);
    prefix_text(&masked, length, text);
    ck_assert_str_eq(text, "192.0.2.0/24");
    ck_assert(prefix_parse("192.0.2.17", &address, &length) && length == 32);
    ck_assert(prefix_parse("2001:db8::/0", &address, &length) && length == 0);
    ck_assert(prefix_parse("2001:db8::1", &address, &length) && length == 128);
    ck_assert(!prefix_parse("192.0.2.17/33", &address, &length));
    ck_assert(!prefix_parse("192.0.2.17/", &address, &length));
    ck_assert(!prefix_parse("192.0.2.17/08", &address, &length));
    ck_assert(!prefix_parse("192.0.2.17/-1", &address, &length));
    ck_assert(!prefix_parse("2001:db8::/129", &address, &length));
    masked = at("2001:db8:ffff::1");
    masked = address_masked(&masked, 33);
    prefix_text(&masked, 33, text);
    ck_assert_str_eq(text, "2001:db8:8000::/33");
}
END_TEST

START_TEST(kinds)
{
    struct kernel_address a = at("127.0.0.9"), b = at("239.1.1.1"), c = at("169.254.3.4"), d = at("fe80::1"), e = at("ff02::1"), f = at("::1"), g = at("::");
    ck_assert(address_is_loopback(&a) && !address_is_loopback(&b));
    ck_assert(address_is_multicast(&b) && !address_is_multicast(&a));
    ck_assert(address_is_link_local(&c) && address_is_link_local(&d) && !address_is_link_local(&f));
    ck_assert(address_is_multicast(&e) && address_is_loopback(&f) && address_is_unspecified(&g) && !address_is_unspecified(&f));
}
END_TEST

START_TEST(order_and_bits)
{
    struct kernel_address a = at("192.168.1.14"), b = at("192.168.1.68"), c = at("192.168.1.127"), d = at("fe80::1%1"), e = at("fe80::1%2");
    ck_assert_uint_eq(address_common_bits(&a, &c), 25); /* host-stack 2.6 */
    ck_assert_uint_eq(address_common_bits(&b, &c), 26);
    ck_assert_uint_eq(address_common_bits(&a, &a), 32);
    ck_assert_uint_eq(address_common_bits(&d, &e), 128);
    ck_assert_int_lt(address_compare(&a, &b), 0);
    ck_assert_int_lt(address_compare(&c, &d), 0);
    ck_assert_int_lt(address_compare(&d, &e), 0);
    ck_assert(!address_equal(&d, &e));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("address");
    TCase *tests = tcase_create("address");
    tcase_add_test(tests, texts_go_round);
    tcase_add_test(tests, other_forms_are_refused);
    tcase_add_test(tests, prefixes);
    tcase_add_test(tests, kinds);
    tcase_add_test(tests, order_and_bits);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
