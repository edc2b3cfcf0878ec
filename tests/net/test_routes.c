/* The route table and its lookup (host-stack 3.1 to 3.4). */
#include "world.h"

static struct world w;
static struct iface *eth0, *eth1;

static void open_one(void)
{
    world_open(&w, NULL);
    eth0 = wire(&w, "eth0", 0);
}

static void open_two(void)
{
    open_one();
    eth1 = wire(&w, "eth1", 0);
    give(eth0, "192.0.2.10/24");
    give(eth1, "198.51.100.10/24");
}

static void close_world(void) { world_close(&w); }

/* There is a path, and it leads over this next hop. */
static struct kernel_path path_over(const char *destination, const char *next_hop)
{
    struct kernel_address wanted = at(destination), hop = at(next_hop);
    struct kernel_path path;
    ck_assert_int_eq(host_best_path(w.host, &wanted, &path), KERNEL_OK);
    ck_assert(address_equal(&path.next_hop, &hop));
    return path;
}

struct shown { char text[4096]; bool automatic_only; size_t limit, count; };

static bool list_one(const struct route_view *route, void *argument)
{
    struct shown *listing = argument;
    char to[ADDRESS_TEXT], via[ADDRESS_TEXT] = "link";
    prefix_text(&route->prefix, route->prefix_length, to);
    if (!route->on_link)
        address_text(&route->next_hop, via);
    size_t length = strlen(listing->text);
    snprintf(listing->text + length, sizeof listing->text - length, "%s %s %s %u %u%s%s\n", to, via, iface_view(route->iface).name,
             route->metric, route->effective_metric, route->automatic ? " auto" : "", route->usable ? "" : " unusable");
    return ++listing->count < listing->limit;
}

static const char *routes_text(enum kernel_family family)
{
    static struct shown listing;
    listing = (struct shown){ .limit = 1000 };
    route_each(w.host, family, list_one, &listing);
    return listing.text;
}

START_TEST(automatic_routes_of_ipv4)
{
    open_one();
    give(eth0, "192.0.2.10/24");
    ck_assert_str_eq(routes_text(KERNEL_IPV4),
                     "127.0.0.0/8 link loopback 256 331 auto\n"
                     "127.0.0.1/32 link loopback 256 331 auto\n"
                     "127.255.255.255/32 link loopback 256 331 auto\n"
                     "192.0.2.0/24 link eth0 256 281 auto\n"
                     "192.0.2.10/32 link eth0 256 281 auto\n"
                     "192.0.2.255/32 link eth0 256 281 auto\n"
                     "224.0.0.0/4 link eth0 256 281 auto\n"
                     "224.0.0.0/4 link loopback 256 331 auto\n"
                     "255.255.255.255/32 link eth0 256 281 auto\n"
                     "255.255.255.255/32 link loopback 256 331 auto\n");
    ck_assert_str_eq(routes_text(KERNEL_IPV6), "::1/128 link loopback 256 331 auto\nff00::/8 link loopback 256 331 auto\n");
}
END_TEST

START_TEST(automatic_routes_of_ipv6)
{
    open_one();
    wire(&w, "eth1", 0);
    give(eth0, "2001:db8::10/64");
    ck_assert_str_eq(routes_text(KERNEL_IPV6),
                     "::1/128 link loopback 256 331 auto\n"
                     "2001:db8::/64 link eth0 256 281 auto\n"
                     "2001:db8::10/128 link eth0 256 281 auto\n"
                     "fe80::/64 link eth0 256 281 auto\n"
                     "ff00::/8 link eth0 256 281 auto\n"
                     "ff00::/8 link loopback 256 331 auto\n");
}
END_TEST

START_TEST(narrow_prefixes_have_no_directed_broadcast)
{
    open_one();
    give(eth0, "192.0.2.10/31");
    give(eth0, "192.0.2.20/32");
    ck_assert_ptr_null(strstr(routes_text(KERNEL_IPV4), "192.0.2.11/32"));
    ck_assert_ptr_nonnull(strstr(routes_text(KERNEL_IPV4), "192.0.2.10/31"));
    take(eth0, "192.0.2.20");
    ck_assert_ptr_null(strstr(routes_text(KERNEL_IPV4), "192.0.2.20"));
}
END_TEST

START_TEST(shared_automatic_routes_stay_with_the_last_address)
{
    open_two();
    give(eth0, "192.0.2.11/24");
    take(eth0, "192.0.2.10");
    ck_assert_str_eq(path_to(&w, "192.0.2.77"), "192.0.2.11");
    ck_assert_ptr_null(strstr(routes_text(KERNEL_IPV4), "192.0.2.10/32"));
    take(eth0, "192.0.2.11");
    ck_assert_str_eq(path_to(&w, "192.0.2.77"), "unreachable");
    ck_assert_ptr_null(strstr(routes_text(KERNEL_IPV4), "eth0"));
}
END_TEST

START_TEST(only_usable_addresses_have_routes)
{
    open_two();
    become(eth0, "192.0.2.10", ADDRESS_DEPRECATED);
    ck_assert_str_eq(path_to(&w, "192.0.2.77"), "192.0.2.10");
    become(eth0, "192.0.2.10", ADDRESS_DUPLICATE);
    ck_assert_ptr_null(strstr(routes_text(KERNEL_IPV4), "192.0.2"));
    ck_assert_str_eq(path_to(&w, "192.0.2.10"), "unreachable");
    become(eth0, "192.0.2.10", ADDRESS_PREFERRED);
    ck_assert_str_eq(path_to(&w, "192.0.2.10"), "192.0.2.10");
}
END_TEST

START_TEST(the_longest_prefix_decides)
{
    open_two();
    lead(eth0, "0.0.0.0/0", "192.0.2.1", 0);
    lead(eth1, "10.0.0.0/8", "198.51.100.1", 5000);
    lead(eth0, "10.1.0.0/16", "192.0.2.2", 9000);
    ck_assert_str_eq(path_to(&w, "203.0.113.1"), "192.0.2.10");
    ck_assert_str_eq(path_to(&w, "10.2.0.1"), "198.51.100.10");
    ck_assert_str_eq(path_to(&w, "10.1.0.1"), "192.0.2.10");
    struct kernel_path path = path_over("10.1.0.1", "192.0.2.2");
    ck_assert_uint_eq(path.interface_index, iface_view(eth0).index);
    ck_assert_uint_eq(path.mtu_bytes, 1500);
    path_over("192.0.2.99", "192.0.2.99"); /* on the link: the destination itself */
}
END_TEST

START_TEST(among_equal_prefixes_the_smallest_sum_of_metrics)
{
    open_two();
    lead(eth0, "0.0.0.0/0", "192.0.2.1", 30);
    lead(eth1, "0.0.0.0/0", "198.51.100.1", 20);
    ck_assert_str_eq(path_to(&w, "8.8.8.8"), "198.51.100.10");
    ck_assert(iface_metric(eth1, 36)); /* 20 + 36 > 30 + 25 */
    ck_assert_str_eq(path_to(&w, "8.8.8.8"), "192.0.2.10");
    ck_assert(iface_metric(eth1, 35)); /* equal: the lower index */
    ck_assert_str_eq(path_to(&w, "8.8.8.8"), "192.0.2.10");
    ck_assert(iface_metric(eth1, 0));
    ck_assert_str_eq(path_to(&w, "8.8.8.8"), "198.51.100.10");
    struct kernel_address all = at("0.0.0.0");
    ck_assert(route_metric(w.host, &all, 0, eth1, NULL, 31));
    ck_assert_str_eq(path_to(&w, "8.8.8.8"), "192.0.2.10");
}
END_TEST

START_TEST(among_equal_routes_the_lowest_next_hop)
{
    open_two();
    lead(eth0, "0.0.0.0/0", "192.0.2.9", 10);
    lead(eth0, "0.0.0.0/0", "192.0.2.2", 10);
    lead(eth0, "0.0.0.0/0", "192.0.2.5", 10);
    path_over("8.8.8.8", "192.0.2.2");
}
END_TEST

START_TEST(metrics_do_not_overflow)
{
    open_two();
    lead(eth0, "0.0.0.0/0", "192.0.2.1", UINT32_MAX - 1);
    lead(eth1, "0.0.0.0/0", "198.51.100.1", 4000000000u);
    ck_assert_str_eq(path_to(&w, "8.8.8.8"), "198.51.100.10");
}
END_TEST

START_TEST(unusable_routes_are_passed_over)
{
    open_two();
    lead(eth0, "0.0.0.0/0", "192.0.2.1", 0);
    lead(eth1, "10.0.0.0/8", "198.51.100.1", 0);
    struct iface *bare = wire(&w, "bare", 1); /* connected, but without an address to send from */
    lead(bare, "10.0.0.0/8", NULL, 0);
    lead(bare, "10.1.0.0/16", NULL, 0);
    ck_assert_str_eq(path_to(&w, "10.1.0.1"), "198.51.100.10");
    ck_assert(iface_media(eth1, false));
    ck_assert_str_eq(path_to(&w, "10.1.0.1"), "192.0.2.10");
    ck_assert_ptr_nonnull(strstr(routes_text(KERNEL_IPV4), "10.0.0.0/8 198.51.100.1 eth1 0 25 unusable"));
    ck_assert(iface_media(eth1, true));
    ck_assert_str_eq(path_to(&w, "10.1.0.1"), "198.51.100.10");
}
END_TEST

START_TEST(unreachable_and_down)
{
    open_two();
    ck_assert_str_eq(path_to(&w, "203.0.113.1"), "unreachable");
    ck_assert(iface_down(eth0));
    ck_assert_str_eq(path_to(&w, "203.0.113.1"), "unreachable");
    ck_assert(iface_media(eth1, false));
    ck_assert_str_eq(path_to(&w, "203.0.113.1"), "down");
    ck_assert_str_eq(path_to(&w, "198.51.100.10"), "down");
    ck_assert_str_eq(path_to(&w, "127.0.0.1"), "127.0.0.1");
    host_stack(w.host, false);
    ck_assert_str_eq(path_to(&w, "127.0.0.1"), "stack down");
    host_stack(w.host, true);
    ck_assert(iface_media(eth1, true));
    ck_assert_str_eq(path_to(&w, "203.0.113.1"), "unreachable");
}
END_TEST

START_TEST(special_destinations)
{
    open_two();
    ck_assert(iface_metric(eth0, 50));
    ck_assert_str_eq(path_to(&w, "192.0.2.10"), "192.0.2.10");       /* an own address: itself */
    ck_assert_str_eq(path_to(&w, "127.3.4.5"), "127.0.0.1");
    ck_assert_str_eq(path_to(&w, "239.1.2.3"), "198.51.100.10");     /* the preferred multicast interface */
    ck_assert_str_eq(path_to(&w, "255.255.255.255"), "198.51.100.10");
    ck_assert_str_eq(path_to(&w, "192.0.2.255"), "192.0.2.10");
    ck_assert_str_eq(path_to(&w, "::1"), "::1");
    ck_assert_str_eq(path_to(&w, "ff02::1"), "::1"); /* no other interface speaks IPv6 */
    give(eth0, "fe80::5/64");
    give(eth1, "fe80::6/64");
    ck_assert_str_eq(path_to(&w, "ff02::1"), "fe80::6%3");
    ck_assert_str_eq(path_to(&w, "fe80::77"), "fe80::6%3");
    ck_assert_str_eq(path_to(&w, "fe80::77%2"), "fe80::5%2"); /* the scope names the interface */
    ck_assert_str_eq(path_to(&w, "ff02::1%2"), "fe80::5%2");
    ck_assert_str_eq(path_to(&w, "fe80::6"), "fe80::6%3");
    ck_assert_str_eq(path_to(&w, "fe80::6%2"), "fe80::5%2"); /* not an own address on that link */
}
END_TEST

START_TEST(a_better_route_does_not_hide_an_own_address)
{
    open_two();
    lead(eth1, "192.0.2.10/32", "198.51.100.1", 0);
    ck_assert(iface_metric(eth1, 1));
    ck_assert_str_eq(path_to(&w, "192.0.2.10"), "192.0.2.10");
    take(eth0, "192.0.2.10");
    ck_assert_str_eq(path_to(&w, "192.0.2.10"), "198.51.100.10");
    lead(eth0, "198.51.100.10/32", NULL, 0);
    give(eth0, "192.0.2.10/24");
    ck_assert(iface_metric(eth0, 1) && iface_metric(eth1, 99));
    ck_assert_str_eq(path_to(&w, "198.51.100.10"), "198.51.100.10"); /* nor one that stands before it */
}
END_TEST

START_TEST(routes_stay_configured_while_the_medium_is_away)
{
    open_two();
    size_t removed = rows_of(&w, "route.removed"), added = rows_of(&w, "route.added");
    ck_assert(iface_media(eth0, false));
    ck_assert_ptr_nonnull(strstr(routes_text(KERNEL_IPV4), "192.0.2.0/24 link eth0 256 281 auto unusable\n"));
    ck_assert_str_eq(path_to(&w, "192.0.2.77"), "unreachable");
    ck_assert(iface_media(eth0, true));
    ck_assert_str_eq(path_to(&w, "192.0.2.77"), "192.0.2.10");
    ck_assert_uint_eq(rows_of(&w, "route.removed"), removed);
    ck_assert_uint_eq(rows_of(&w, "route.added"), added);
    ck_assert(iface_media(eth0, false));
    take(eth0, "192.0.2.10"); /* now they go */
    ck_assert_ptr_null(strstr(routes_text(KERNEL_IPV4), "eth0"));
}
END_TEST

START_TEST(a_route_by_hand_takes_the_place_of_an_automatic_one)
{
    open_one();
    lead(eth0, "192.0.2.0/24", NULL, 7);
    lead(eth0, "192.0.2.10/32", NULL, 7);
    give(eth0, "192.0.2.10/24");
    ck_assert_ptr_nonnull(strstr(routes_text(KERNEL_IPV4), "192.0.2.0/24 link eth0 7 32\n"));
    ck_assert_str_eq(path_to(&w, "192.0.2.10"), "192.0.2.10");
    take(eth0, "192.0.2.10");
    ck_assert_ptr_nonnull(strstr(routes_text(KERNEL_IPV4), "192.0.2.0/24 link eth0 7 32 unusable\n"));
}
END_TEST

START_TEST(what_is_persistent_returns)
{
    open_one();
    give_persistent(eth0, "192.0.2.10/24");
    give(eth0, "192.0.2.11/24");
    struct route_setup keep = route_setup("10.0.0.0/8", "192.0.2.1", 3), lose = route_setup("11.0.0.0/8", "192.0.2.1", 3);
    keep.persistent = true;
    ck_assert(route_add(eth0, &keep) && route_add(eth0, &lose));
    ck_assert(iface_down(eth0) && iface_down(eth0));
    ck_assert_ptr_null(strstr(routes_text(KERNEL_IPV4), "eth0"));
    ck_assert(!route_add(eth0, &lose)); /* nothing but what is persistent can wait */
    ck_assert(!route_add(eth0, &keep)); /* and it waits already */
    ck_assert(iface_up(eth0));
    ck_assert_str_eq(path_to(&w, "10.1.1.1"), "192.0.2.10");
    ck_assert_str_eq(path_to(&w, "11.1.1.1"), "unreachable");
    ck_assert_str_eq(path_to(&w, "192.0.2.11"), "192.0.2.10");
    ck_assert(iface_down(eth0));
    lead_no_more(&w, "10.0.0.0/8", NULL); /* forgotten while it waits */
    ck_assert(iface_up(eth0));
    ck_assert_str_eq(path_to(&w, "10.1.1.1"), "unreachable");
}
END_TEST

START_TEST(an_interface_that_goes_takes_everything)
{
    open_two();
    lead(eth0, "0.0.0.0/0", "192.0.2.1", ROUTE_METRIC_DEFAULT);
    ck_assert(iface_remove(eth0));
    ck_assert_ptr_null(iface_find(w.host, "eth0"));
    ck_assert_ptr_null(strstr(routes_text(KERNEL_IPV4), "eth0"));
    ck_assert_str_eq(path_to(&w, "8.8.8.8"), "unreachable");
    struct iface *again = wire(&w, "eth0", 0);
    ck_assert_uint_eq(iface_view(again).index, 4); /* never the same index twice */
    ck_assert_uint_eq(rows_of(&w, "interface.removed"), 1);
    ck_assert_str_eq(verb_of(&w, cause_of(&w, newest_row(&w, "address.removed"))), "interface.removed");
}
END_TEST

START_TEST(default_metrics)
{
    open_two();
    lead(eth0, "0.0.0.0/0", "192.0.2.1", ROUTE_METRIC_DEFAULT);
    lead(eth0, "10.0.0.0/8", "192.0.2.1", ROUTE_METRIC_DEFAULT);
    ck_assert_ptr_nonnull(strstr(routes_text(KERNEL_IPV4), "0.0.0.0/0 192.0.2.1 eth0 0 25\n"));
    ck_assert_ptr_nonnull(strstr(routes_text(KERNEL_IPV4), "10.0.0.0/8 192.0.2.1 eth0 256 281\n"));
}
END_TEST

static uint32_t automatic(enum metric_table table, enum iface_type type, uint64_t speed_bps)
{
    static unsigned number;
    char name[32];
    snprintf(name, sizeof name, "host%u", number++);
    struct host_parameters parameters = host_parameters_default();
    parameters.metric_table = table;
    struct host *host = host_new(w.net, name, &parameters, 1);
    struct iface_setup setup = iface_setup_default();
    setup.type = type;
    setup.speed_bps = speed_bps;
    return iface_view(iface_add(host, "x", &setup)).metric;
}

START_TEST(automatic_metrics)
{
    const uint64_t mega = 1000000, giga = 1000 * mega;
    open_two();
    static const struct { uint64_t kbps; uint32_t wired, wireless, older; } rows[] = {
        { 100000000, 5, 25, 5 }, { 99999999, 10, 25, 5 }, { 40000000, 10, 25, 5 }, { 10000000, 15, 25, 5 }, { 2000000, 20, 25, 5 },
        { 1999999, 25, 30, 10 }, { 200000, 25, 35, 20 }, { 199999, 35, 40, 20 }, { 80000, 35, 45, 25 }, { 79999, 45, 50, 25 },
        { 50000, 45, 50, 25 }, { 20000, 45, 55, 30 }, { 10000, 55, 60, 30 }, { 4000, 55, 65, 40 }, { 3999, 65, 70, 40 },
        { 500, 65, 75, 50 }, { 499, 75, 80, 50 }, { 199, 75, 85, 50 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ck_assert_uint_eq(automatic(METRIC_WIN10, IFACE_ETHERNET, rows[i].kbps * 1000), rows[i].wired);
        ck_assert_uint_eq(automatic(METRIC_WIN10, IFACE_WIFI, rows[i].kbps * 1000), rows[i].wireless);
        ck_assert_uint_eq(automatic(METRIC_XPSP2, IFACE_ETHERNET, rows[i].kbps * 1000), rows[i].older);
    }
    ck_assert_uint_eq(automatic(METRIC_XPSP2, IFACE_WIFI, 2 * giga), 10); /* half duplex counts half */
    ck_assert_uint_eq(automatic(METRIC_XPSP2, IFACE_WIFI, 54 * mega), 25);
    ck_assert_uint_eq(automatic(METRIC_XPSP2, IFACE_ETHERNET, 0), 50);
    ck_assert_uint_eq(iface_view(iface_find(host_find(w.net, "host0"), "loopback")).metric, 75);
    struct host_parameters older = host_parameters_default();
    older.metric_table = METRIC_XPSP2;
    ck_assert_uint_eq(iface_view(iface_find(host_new(w.net, "old", &older, 1), "loopback")).metric, 50);
}
END_TEST

static void refused(bool accepted, const char *word)
{
    ck_assert(!accepted);
    ck_assert_msg(strstr(net_why(w.net), word) != NULL, "%s", net_why(w.net));
}

START_TEST(refusals_say_why)
{
    open_two();
    struct iface_setup plain = iface_setup_default(), second = plain, thin = plain;
    second.type = IFACE_LOOPBACK;
    thin.mtu_bytes = 67;
    struct host_parameters parameters = host_parameters_default();
    refused(host_new(w.net, "pc", &parameters, 1) != NULL, "\"pc\" already");
    refused(iface_add(w.host, "eth0", &plain) != NULL, "\"eth0\" already");
    refused(iface_add(w.host, "lo", &second) != NULL, "loopback");
    refused(iface_add(w.host, "thin", &thin) != NULL, "MTU");
    refused(iface_mtu(eth0, 12), "MTU");
    struct iface *loopback = iface_find(w.host, "loopback");
    refused(iface_down(loopback), "disabled");
    refused(iface_remove(loopback), "removed");
    refused(iface_media(loopback, false), "unplugged");

    struct ifaddr_setup twice = address_setup("192.0.2.10/25"), group = address_setup("224.0.0.1/4"), wild = address_setup("0.0.0.0/0"),
                        loop = address_setup("127.0.0.2/8"), everyone = address_setup("255.255.255.255/32"), wide = address_setup("192.0.2.77/24");
    wide.prefix_length = 33;
    refused(ifaddr_add(eth0, &twice) != NULL, "already");
    refused(ifaddr_add(eth0, &group) != NULL, "224.0.0.1");
    refused(ifaddr_add(eth0, &wild) != NULL, "0.0.0.0");
    refused(ifaddr_add(eth0, &loop) != NULL, "loopback");
    refused(ifaddr_add(eth0, &everyone) != NULL, "255.255.255.255");
    refused(ifaddr_add(eth0, &wide) != NULL, "33");
    struct kernel_address none = at("192.0.2.99"), there = at("192.0.2.10");
    refused(ifaddr_remove(eth0, &none), "no address 192.0.2.99");
    refused(ifaddr_state(eth0, &none, ADDRESS_PREFERRED), "no address");
    refused(ifaddr_state(eth0, &there, ADDRESS_INVALID), "removed");

    struct route_setup route = route_setup("10.0.0.0/8", "192.0.2.1", 1), wrong = route;
    ck_assert(route_add(eth0, &route));
    refused(route_add(eth0, &route), "10.0.0.0/8");
    wrong.next_hop = at("2001:db8::1");
    refused(route_add(eth0, &wrong), "family");
    wrong.next_hop = at("0.0.0.0");
    refused(route_add(eth0, &wrong), "next hop");
    wrong = route_setup("10.0.0.0/8", "192.0.2.3", 1);
    wrong.prefix_length = 33;
    refused(route_add(eth0, &wrong), "33");
    struct kernel_address ten = at("10.0.0.0"), hop = at("192.0.2.3");
    refused(route_remove(w.host, &none, 32, NULL, NULL), "no such route to 192.0.2.99/32");
    refused(route_remove(w.host, &ten, 8, eth1, NULL), "no such route");
    refused(route_remove(w.host, &ten, 8, NULL, &hop), "no such route");
    refused(route_remove(w.host, &ten, 99, NULL, NULL), "99");
    lead(eth0, "10.0.0.0/8", "192.0.2.3", 1);
    refused(route_remove(w.host, &ten, 8, NULL, NULL), "several");
    refused(route_metric(w.host, &ten, 8, eth0, NULL, 4), "several");
    ck_assert(route_remove(w.host, &ten, 8, NULL, &hop));
    ck_assert(iface_down(eth0));
    refused(ifaddr_add(eth0, &(struct ifaddr_setup){ .address = none, .prefix_length = 24 }) != NULL, "down");
}
END_TEST

START_TEST(an_on_link_route_can_be_named)
{
    open_two();
    lead(eth0, "10.0.0.0/8", NULL, 1);
    lead(eth0, "10.0.0.0/8", "192.0.2.3", 1);
    struct kernel_address ten = at("10.9.9.9"), link = at("0.0.0.0");
    ck_assert(route_remove(w.host, &ten, 8, NULL, &link)); /* masked by the stack */
    ck_assert_ptr_null(strstr(routes_text(KERNEL_IPV4), "10.0.0.0/8 link"));
    ck_assert_ptr_nonnull(strstr(routes_text(KERNEL_IPV4), "10.0.0.0/8 192.0.2.3"));
}
END_TEST

START_TEST(showing_can_stop)
{
    open_two();
    struct shown listing = { .limit = 3 };
    route_each(w.host, KERNEL_IPV4, list_one, &listing);
    ck_assert_uint_eq(listing.count, 3);
}
END_TEST

START_TEST(rows_tell_routes_and_causes)
{
    open_two();
    uint64_t added = newest_row(&w, "route.added");
    ck_assert_str_eq(verb_of(&w, cause_of(&w, added)), "address.added");
    detail_is(&w, added, "{\"to\":\"255.255.255.255/32\",\"on_link\":true,\"metric\":256,\"interface\":\"eth1\",\"automatic\":true}");
    lead(eth0, "10.0.0.0/8", "192.0.2.3", 1);
    added = newest_row(&w, "route.added");
    detail_is(&w, added, "{\"to\":\"10.0.0.0/8\",\"via\":\"192.0.2.3\",\"metric\":1,\"interface\":\"eth0\"}");
    ck_assert_uint_eq(cause_of(&w, added), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("routes");
    TCase *tests = tcase_create("routes");
    tcase_add_checked_fixture(tests, NULL, close_world);
    tcase_add_test(tests, automatic_routes_of_ipv4);
    tcase_add_test(tests, automatic_routes_of_ipv6);
    tcase_add_test(tests, narrow_prefixes_have_no_directed_broadcast);
    tcase_add_test(tests, shared_automatic_routes_stay_with_the_last_address);
    tcase_add_test(tests, only_usable_addresses_have_routes);
    tcase_add_test(tests, the_longest_prefix_decides);
    tcase_add_test(tests, among_equal_prefixes_the_smallest_sum_of_metrics);
    tcase_add_test(tests, among_equal_routes_the_lowest_next_hop);
    tcase_add_test(tests, metrics_do_not_overflow);
    tcase_add_test(tests, unusable_routes_are_passed_over);
    tcase_add_test(tests, unreachable_and_down);
    tcase_add_test(tests, special_destinations);
    tcase_add_test(tests, a_better_route_does_not_hide_an_own_address);
    tcase_add_test(tests, routes_stay_configured_while_the_medium_is_away);
    tcase_add_test(tests, a_route_by_hand_takes_the_place_of_an_automatic_one);
    tcase_add_test(tests, what_is_persistent_returns);
    tcase_add_test(tests, an_interface_that_goes_takes_everything);
    tcase_add_test(tests, default_metrics);
    tcase_add_test(tests, automatic_metrics);
    tcase_add_test(tests, refusals_say_why);
    tcase_add_test(tests, an_on_link_route_can_be_named);
    tcase_add_test(tests, showing_can_stop);
    tcase_add_test(tests, rows_tell_routes_and_causes);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
