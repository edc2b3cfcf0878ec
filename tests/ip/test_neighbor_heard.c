/* What a host makes of the messages it hears about its neighbours (RFC 826, RFC 4861 7.2), and how entries go. */
#include "pair.h"

static void resolve(const char *address)
{
    note(a, address, 0);
    run_until(engine_now_ns(engine) + 10 * MS);
    state_is(a0, address, "reachable");
    log_text();
}

static void mac_is(const char *address, uint8_t last)
{
    struct neighbor_view view;
    struct kernel_address wanted = at(address);
    size_t i = 0;
    while (neighbor_view(a0, i, &view) && !address_equal(&view.address, &wanted))
        i++;
    ck_assert(view.has_mac);
    ck_assert_uint_eq(view.mac[5], last);
}

START_TEST(an_announcement_with_another_mac)
{
    struct prefix_key own = key("192.0.2.2");
    resolve("192.0.2.2");
    arp_send(b0, ARP_REQUEST, &own, &own, NULL);
    run_until(20 * MS);
    state_is(a0, "192.0.2.2", "reachable"); /* nothing new */
    b0->mac[5] = 99;
    arp_send(b0, ARP_REQUEST, &own, &own, NULL);
    run_until(30 * MS);
    state_is(a0, "192.0.2.2", "stale");
    mac_is("192.0.2.2", 99);
}
END_TEST

START_TEST(an_announcement_of_a_stranger)
{
    struct prefix_key own = key("192.0.2.77");
    arp_send(b0, ARP_REQUEST, &own, &own, NULL);
    run_until(10 * MS);
    state_is(a0, "192.0.2.77", "none");
}
END_TEST

START_TEST(a_question_releases_what_waits)
{
    struct prefix_key from = key("192.0.2.3"), to = key("192.0.2.1");
    note(a, "192.0.2.3", 0);
    log_text();
    arp_send(b0, ARP_REQUEST, &from, &to, NULL);
    run_until(500 * MS);
    log_is("0ms b > arp\n"
           "1ms a neighbor 192.0.2.3 incomplete>stale\n"
           "1ms a neighbor 192.0.2.3 stale>delay\n"
           "1ms a > icmp 192.0.2.1>192.0.2.3 type 0\n"
           "1ms a > arp\n"
           "2ms b x icmp 192.0.2.1>192.0.2.3 type 0: not forwarding\n"); /* it was not serious */
}
END_TEST

/* An advertisement as it could come from anybody. */
static void advertise(uint32_t word, uint8_t mac, const char *to, uint8_t hop_limit)
{
    struct packet *packet = message(to, ND_ADVERTISEMENT, 24);
    struct prefix_key target = key("2001:db8::2");
    uint8_t *body = packet->payload.chunk->bytes;
    const uint8_t option[8] = { ND_TARGET_MAC, 1, b0->mac[0], b0->mac[1], b0->mac[2], b0->mac[3], b0->mac[4], mac };
    key_write(body, 1, &target);
    memcpy(body + 16, option, sizeof option);
    packet->source = target;
    packet->hop_limit = hop_limit;
    packet->icmp.word = word;
    if (key_is_multicast(KERNEL_IPV6, &packet->destination))
        packet->flags |= PACKET_LINK_BROADCAST;
    link_send(b0->link, packet);
    run_until(engine_now_ns(engine) + 10 * MS);
}

START_TEST(advertisements_by_rfc_4861_7_2_5)
{
    resolve("2001:db8::2");
    mac_is("2001:db8::2", 2);
    advertise(ND_SOLICITED, 9, "2001:db8::1", 254); /* it has passed a router */
    state_is(a0, "2001:db8::2", "reachable");
    advertise(ND_SOLICITED, 9, "ff02::1", 255); /* solicited, to a group: forbidden */
    state_is(a0, "2001:db8::2", "reachable");
    advertise(0, 2, "ff02::1", 255); /* nothing new */
    state_is(a0, "2001:db8::2", "reachable");
    advertise(ND_SOLICITED, 9, "2001:db8::1", 255); /* does not override: doubt */
    state_is(a0, "2001:db8::2", "stale");
    mac_is("2001:db8::2", 2);
    advertise(ND_SOLICITED, 9, "2001:db8::1", 255); /* and once more: nothing */
    mac_is("2001:db8::2", 2);
    advertise(ND_OVERRIDE, 9, "ff02::1", 255);
    state_is(a0, "2001:db8::2", "stale");
    mac_is("2001:db8::2", 9);
    advertise(ND_OVERRIDE | ND_SOLICITED | ND_IS_ROUTER, 10, "2001:db8::1", 255);
    state_is(a0, "2001:db8::2", "reachable");
    mac_is("2001:db8::2", 10);
    struct neighbor_view view;
    ck_assert(neighbor_view(a0, 0, &view) && view.router);
}
END_TEST

START_TEST(an_advertisement_nobody_waits_for)
{
    advertise(ND_OVERRIDE, 2, "ff02::1", 255);
    state_is(a0, "2001:db8::2", "none");
}
END_TEST

START_TEST(broken_messages)
{
    resolve("2001:db8::2");
    for (uint32_t size = 0; size < 40; size++) { /* options of length 0 and beyond the end among them */
        for (uint8_t type = ND_ROUTER_SOLICITATION; type <= ND_REDIRECT; type++) {
            struct packet *packet = message("2001:db8::1", type, size);
            packet->source = key("2001:db8::2");
            packet->hop_limit = 255;
            if (size >= 18)
                packet->payload.chunk->bytes[17] = (uint8_t)(size % 3 ? 0 : 200);
            link_send(b0->link, packet);
        }
        struct packet *arp = packet_new(net);
        arp->family = PACKET_ARP;
        if (size)
            arp->payload = bytes_of(size);
        arp->size = size;
        arp->flags = PACKET_LINK_BROADCAST;
        link_send(b0->link, arp);
    }
    run_until(SECOND);
    state_is(a0, "2001:db8::2", "reachable");
    ck_assert_uint_eq(net->pool.packets_live, 0);
}
END_TEST

/* ---- by hand, and gone ---- */

START_TEST(permanent_entries)
{
    struct prefix_key own = key("192.0.2.2");
    struct kernel_address address = at("192.0.2.2");
    note(a, "192.0.2.2", 0);
    neighbor_set(a0, &address, b0->mac); /* what waits for it leaves */
    log_is("0ms a neighbor 192.0.2.2 none>incomplete\n"
           "0ms a > arp\n"
           "0ms a neighbor 192.0.2.2 incomplete>permanent\n"
           "0ms a > icmp 192.0.2.1>192.0.2.2 type 0\n");
    b0->mac[5] = 99;
    arp_send(b0, ARP_REQUEST, &own, &own, NULL);
    run_until(100 * SECOND);
    state_is(a0, "192.0.2.2", "permanent");
    mac_is("192.0.2.2", 2);
    note(a, "2001:db8::2", 0);
    ck_assert(iface_media(a0, false));
    state_is(a0, "192.0.2.2", "permanent");
    state_is(a0, "2001:db8::2", "none");
    ck_assert(neighbor_remove(a0, &address));
    ck_assert(!neighbor_remove(a0, &address));
    state_is(a0, "192.0.2.2", "none");
}
END_TEST

START_TEST(the_medium_takes_them_along)
{
    resolve("192.0.2.2");
    note(a, "192.0.2.3", 0);
    log_text();
    ck_assert(iface_media(a0, false));
    run_until(60 * SECOND);
    log_is("10ms a neighbor 192.0.2.2 reachable>none\n"
           "10ms a neighbor 192.0.2.3 incomplete>none\n"
           "10ms a x icmp 192.0.2.1>192.0.2.3 type 0: no such neighbor\n"
           "10ms a address 192.0.2.1/24 preferred>tentative\n"
           "10ms a address 2001:db8::1/64 preferred>tentative\n");
    ck_assert_uint_eq(net->pool.packets_live, 0);
}
END_TEST

START_TEST(what_waits_goes_with_the_world)
{
    unplug();
    note(a, "192.0.2.2", 100);
    note(a, "2001:db8::2", 100);
    run_until(SECOND);
}
END_TEST

START_TEST(an_interface_goes_for_good)
{
    note(a, "192.0.2.2", 100);
    ck_assert(iface_remove(b0));
    run_until(10 * SECOND);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        an_announcement_with_another_mac, an_announcement_of_a_stranger, a_question_releases_what_waits,
        advertisements_by_rfc_4861_7_2_5, an_advertisement_nobody_waits_for, broken_messages, permanent_entries,
        the_medium_takes_them_along, what_waits_goes_with_the_world, an_interface_goes_for_good,
    };
    Suite *suite = suite_create("neighbor messages");
    TCase *tcase = tcase_create("neighbor messages");
    tcase_add_checked_fixture(tcase, open_pair, close_pair);
    tests_add(tcase, tests);
    suite_add_tcase(suite, tcase);
    return suite_main(suite);
}
