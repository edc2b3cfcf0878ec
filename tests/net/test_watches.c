/* When a watch of a path completes (host-stack 3.5), by hand and against brute force over random changes. */
#include "world.h"

static struct world w;
static struct iface *eth0, *eth1;

static void open_with(enum route_precision precision)
{
    struct host_parameters parameters = host_parameters_default();
    parameters.routing_change_precision = precision;
    world_open(&w, &parameters);
    eth0 = wire(&w, "eth0", 0);
    eth1 = wire(&w, "eth1", 0);
    give(eth0, "192.0.2.10/24");
    give(eth1, "198.51.100.10/24");
    world_settle(&w);
}

static void open_exact(void) { open_with(ROUTE_EXACT); }
static void open_any(void) { open_with(ROUTE_ANY); }
static void close_world(void) { world_close(&w); }

/* The status the watch is told; -1: it is not told. */
static int told(const char *destination, void (*what)(void))
{
    kernel_request request = watch_path(&w, destination, 1);
    w.done_count = 0;
    what();
    world_settle(&w);
    ck_assert_uint_le(w.done_count, 1);
    if (w.done_count)
        return (int)w.done[0].status;
    running = &w.app;
    ck_assert_int_eq(kernel_cancel(request), KERNEL_OK);
    running = NULL;
    return -1;
}

#define CHANGE(name, ...) static void name(void) { __VA_ARGS__; }
#define TOLD(destination, what, status) ck_assert_int_eq(told(destination, what), (int)(status))
#define NOT_TOLD(destination, what) ck_assert_int_eq(told(destination, what), -1)

CHANGE(default_0, lead(eth0, "0.0.0.0/0", "192.0.2.1", 10))
CHANGE(default_1, lead(eth1, "0.0.0.0/0", "198.51.100.1", 5))
CHANGE(no_default_1, lead_no_more(&w, "0.0.0.0/0", eth1))
CHANGE(default_0_again, lead(eth0, "0.0.0.0/0", "192.0.2.2", 11))
CHANGE(eight_0, lead(eth0, "8.0.0.0/8", "192.0.2.1", 10))
CHANGE(eight_1, lead(eth1, "8.8.0.0/16", "198.51.100.1", 10))
CHANGE(no_eight_1, lead_no_more(&w, "8.8.0.0/16", eth1))
CHANGE(ten_1, lead(eth1, "10.0.0.0/8", "198.51.100.1", 10))
CHANGE(nine_back_and_forth, lead(eth1, "8.8.8.0/24", "198.51.100.1", 1); lead_no_more(&w, "8.8.8.0/24", NULL))
CHANGE(metric_1, ck_assert(iface_metric(eth1, 1)))
CHANGE(metric_1_back, ck_assert(iface_metric(eth1, 0)))
CHANGE(unplug_0, ck_assert(iface_media(eth0, false)))
CHANGE(unplug_1, ck_assert(iface_media(eth1, false)))
CHANGE(plug_0, ck_assert(iface_media(eth0, true)))
CHANGE(down_0, ck_assert(iface_down(eth0)))
CHANGE(mtu_0, ck_assert(iface_mtu(eth0, 1400)))
CHANGE(blink_0, ck_assert(iface_media(eth0, false)); ck_assert(iface_media(eth0, true)))
CHANGE(better_source, give(eth0, "192.0.2.2/24"))
CHANGE(worse_source, give(eth0, "192.0.2.200/24"))
CHANGE(deprecate_2, become(eth0, "192.0.2.2", ADDRESS_DEPRECATED))
CHANGE(own_8, give(eth1, "8.8.8.8/32"))
CHANGE(six, give(eth0, "2001:db8::1/64"))
CHANGE(remove_0, ck_assert(iface_remove(eth0)))
CHANGE(change_metric, struct kernel_address all = at("0.0.0.0"); ck_assert(route_metric(w.host, &all, 0, eth1, NULL, 500)))

START_TEST(routes_come_and_go)
{
    TOLD("8.8.8.8", default_0, KERNEL_OK);
    TOLD("8.8.8.8", default_1, KERNEL_OK);      /* better metric */
    TOLD("8.8.8.8", no_default_1, KERNEL_OK);
    NOT_TOLD("8.8.8.8", default_0_again);       /* another gateway, the same source */
    NOT_TOLD("8.8.8.8", eight_0);               /* longer prefix, the same source */
    TOLD("8.8.8.8", eight_1, KERNEL_OK);
    TOLD("8.8.8.8", no_eight_1, KERNEL_OK);
    NOT_TOLD("8.8.8.8", ten_1);                 /* elsewhere */
    NOT_TOLD("8.8.8.8", nine_back_and_forth);   /* undone within the settling */
    NOT_TOLD("8.8.8.8", mtu_0);
    NOT_TOLD("8.8.8.8", six);
}
END_TEST

START_TEST(metrics)
{
    default_0();
    lead(eth1, "0.0.0.0/0", "198.51.100.1", 20);
    world_settle(&w);
    TOLD("8.8.8.8", metric_1, KERNEL_OK);
    NOT_TOLD("10.0.0.1", metric_1);
    TOLD("10.0.0.1", metric_1_back, KERNEL_OK);
    lead_no_more(&w, "0.0.0.0/0", eth1);
    default_1();
    world_settle(&w);
    TOLD("8.8.8.8", change_metric, KERNEL_OK);
    TOLD("239.1.1.1", metric_1, KERNEL_OK); /* the preferred multicast interface */
}
END_TEST

START_TEST(interfaces_come_and_go)
{
    default_0();
    world_settle(&w);
    NOT_TOLD("8.8.8.8", blink_0);
    TOLD("8.8.8.8", unplug_0, KERNEL_NET_UNREACHABLE);
    TOLD("8.8.8.8", plug_0, KERNEL_OK);
    TOLD("8.8.8.8", down_0, KERNEL_NET_UNREACHABLE);
    NOT_TOLD("198.51.100.7", down_0);
    TOLD("8.8.8.8", unplug_1, KERNEL_NET_DOWN);         /* from unreachable to down */
    ck_assert(iface_media(eth1, true));
    TOLD("198.51.100.7", unplug_1, KERNEL_NET_DOWN);
    NOT_TOLD("127.0.0.1", remove_0);
}
END_TEST

START_TEST(a_removed_interface_leaves_its_watches)
{
    default_0();
    default_1();
    kernel_request request = watch_path(&w, "192.0.2.77", 7);
    world_settle(&w);
    ck_assert_uint_ne(request, 0);
    w.done_count = 0;
    remove_0();
    world_settle(&w);
    ck_assert_uint_eq(w.done_count, 1);
    ck_assert_uint_eq(w.done[0].cookie, 7); /* now by the default route */
    ck_assert_int_eq(w.done[0].status, KERNEL_OK);
}
END_TEST

START_TEST(sources)
{
    default_0();
    world_settle(&w);
    NOT_TOLD("8.8.8.8", worse_source);
    TOLD("8.8.8.8", better_source, KERNEL_OK);
    TOLD("8.8.8.8", deprecate_2, KERNEL_OK);
    TOLD("8.8.8.8", own_8, KERNEL_OK); /* now an address of the host itself */
}
END_TEST

START_TEST(the_wildcard_hears_of_every_change)
{
    TOLD("0.0.0.0", default_0, KERNEL_OK);
    TOLD("0.0.0.0", eight_0, KERNEL_OK);
    TOLD("0.0.0.0", default_0_again, KERNEL_OK);
    NOT_TOLD("0.0.0.0", nine_back_and_forth);
    NOT_TOLD("0.0.0.0", mtu_0);
    NOT_TOLD("0.0.0.0", blink_0);
    NOT_TOLD("0.0.0.0", six);
    NOT_TOLD("::", default_1);
    TOLD("0.0.0.0", metric_1, KERNEL_OK);
    TOLD("0.0.0.0", change_metric, KERNEL_OK);
    TOLD("0.0.0.0", unplug_0, KERNEL_OK);
    TOLD("0.0.0.0", plug_0, KERNEL_OK);
    TOLD("0.0.0.0", down_0, KERNEL_OK);
    TOLD("0.0.0.0", unplug_1, KERNEL_NET_DOWN);
}
END_TEST

START_TEST(any_precision)
{
    TOLD("10.1.1.1", default_0, KERNEL_OK);
    TOLD("10.1.1.1", eight_0, KERNEL_OK); /* nothing to do with it */
    TOLD("127.0.0.1", metric_1, KERNEL_OK);
    NOT_TOLD("10.1.1.1", mtu_0);
    NOT_TOLD("10.1.1.1", nine_back_and_forth);
    NOT_TOLD("2001:db8::1", ten_1);
    give(eth0, "192.0.2.2/24");
    world_settle(&w);
    TOLD("9.1.1.1", deprecate_2, KERNEL_OK); /* no route changes, the source does */
}
END_TEST

START_TEST(path_rows_name_their_cause)
{
    watch_path(&w, "8.8.8.8", 1);
    default_0();
    world_settle(&w);
    uint64_t completed = newest_row(&w, "request.completed"), changed = cause_of(&w, completed), added = cause_of(&w, changed);
    ck_assert_str_eq(verb_of(&w, changed), "path.changed");
    ck_assert_str_eq(verb_of(&w, added), "route.added");
    detail_is(&w, changed, "{\"to\":\"8.8.8.8\",\"from\":\"net_unreachable\",\"to_source\":\"192.0.2.10\"}");
    watch_path(&w, "8.8.8.8", 2);
    down_0();
    world_settle(&w);
    ck_assert_str_eq(verb_of(&w, cause_of(&w, newest_row(&w, "request.completed"))), "path.changed");
    give(eth0 = wire(&w, "eth9", 0), "fe80::1/64");
    watch_path(&w, "fe80::77%4", 3);
    take(eth0, "fe80::1");
    world_settle(&w);
    detail_is(&w, newest_row(&w, "path.changed"), "{\"to\":\"fe80::77%eth9\",\"from\":\"fe80::1%eth9\",\"to_source\":\"net_unreachable\"}");
}
END_TEST

/* ---- against brute force ---- */

enum { WATCHES = 60, IFACES = 4, STEPS = 1500 };

static uint64_t state;

static uint32_t draw(uint32_t bound)
{
    state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = (state ^ state >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ z >> 31) >> 32) % bound;
}

struct promise { struct kernel_address destination; enum kernel_status status; struct kernel_address source; bool armed; };
static struct promise promises[WATCHES];
static struct iface *ifaces[IFACES];

static enum kernel_status truth(const struct kernel_address *destination, struct kernel_address *source)
{
    struct kernel_path path;
    enum kernel_status status = host_best_path(w.host, destination, &path);
    *source = status == KERNEL_OK ? path.source : (struct kernel_address){ 0 };
    return status;
}

static struct kernel_address random_destination(void)
{
    char text[64];
    switch (draw(8)) {
    case 0: snprintf(text, sizeof text, "10.0.%u.%u", draw(IFACES), 1 + draw(4)); break; /* perhaps an own address */
    case 1: snprintf(text, sizeof text, "2001:db8:%u::%u", draw(IFACES), 1 + draw(4)); break;
    case 2: snprintf(text, sizeof text, "2001:db9:%u:%u::1", draw(3), draw(3)); break;
    case 3: return at("239.1.1.1");
    case 4: snprintf(text, sizeof text, "fe80::%u%%%u", 1 + draw(4), draw(IFACES + 1)); break;
    default: snprintf(text, sizeof text, "20.%u.%u.%u", draw(3), draw(3), draw(3)); break;
    }
    return at(text);
}

static void arm(unsigned index)
{
    struct promise *promise = &promises[index];
    if (!promise->destination.family)
        promise->destination = random_destination();
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_PATH, .destination = promise->destination };
    watch.family = (enum kernel_family)watch.destination.family;
    watch_as(&w, &w.app, &watch, false, index);
    promise->status = truth(&promise->destination, &promise->source);
    promise->armed = true;
}

static void random_address_step(struct iface *iface)
{
    char text[64];
    unsigned number = iface_view(iface).index - 2;
    struct ifaddr_setup setup;
    unsigned kind = draw(3), host = 1 + draw(4);
    if (kind == 0)
        snprintf(text, sizeof text, "10.0.%u.%u/%u", number, host, 24 + draw(9));
    else if (kind == 1)
        snprintf(text, sizeof text, "2001:db8:%u::%u/%u", number, host, 64 + draw(65));
    else
        snprintf(text, sizeof text, "fe80::%u/64", host);
    setup = address_setup(text);
    setup.persistent = draw(2);
    setup.skip_as_source = draw(6) == 0;
    setup.state = draw(4) ? ADDRESS_INVALID : (enum address_state)(1 + draw(4));
    switch (draw(3)) {
    case 0: (void)ifaddr_remove(iface, &setup.address); break;
    case 1: (void)ifaddr_state(iface, &setup.address, (enum address_state)(1 + draw(4))); break;
    default: (void)ifaddr_add(iface, &setup); break;
    }
}

static void random_route_step(struct iface *iface)
{
    char text[64], via[64];
    bool six_route = draw(4) == 0;
    if (six_route)
        snprintf(text, sizeof text, "2001:db9:%u::/%u", draw(3), draw(2) ? 0 : 28 + draw(30));
    else
        snprintf(text, sizeof text, "20.%u.%u.0/%u", draw(3), draw(3), draw(4) ? 8 + draw(25) : 0);
    snprintf(via, sizeof via, six_route ? "2001:db8::%u" : "10.0.0.%u", 100 + draw(3));
    struct route_setup setup = route_setup(text, draw(3) ? via : NULL, draw(60));
    setup.persistent = draw(2);
    switch (draw(3)) {
    case 0: (void)route_remove(w.host, &setup.prefix, setup.prefix_length, draw(2) ? iface : NULL, NULL); break;
    case 1: (void)route_metric(w.host, &setup.prefix, setup.prefix_length, iface, NULL, draw(60)); break;
    default: (void)route_add(iface, &setup); break;
    }
}

static void random_step(void)
{
    struct iface *iface = ifaces[draw(IFACES)];
    switch (draw(12)) {
    case 0: ck_assert(iface_media(iface, draw(2))); break;
    case 1: ck_assert(draw(2) ? iface_up(iface) : iface_down(iface)); break;
    case 2: ck_assert(iface_metric(iface, draw(60))); break;
    case 3:
    case 4:
    case 5: random_address_step(iface); break;
    default: random_route_step(iface); break;
    }
}

static void compare(unsigned step)
{
    bool heard[WATCHES] = { false };
    for (size_t i = 0; i < w.done_count; i++) {
        ck_assert(!heard[w.done[i].cookie]);
        heard[w.done[i].cookie] = true;
    }
    for (unsigned i = 0; i < WATCHES; i++) {
        struct kernel_address source;
        enum kernel_status status = truth(&promises[i].destination, &source);
        bool changed = status != promises[i].status || !address_equal(&source, &promises[i].source);
        char text[ADDRESS_TEXT];
        address_text(&promises[i].destination, text);
        ck_assert_msg(changed == heard[i], "step %u, %s: changed %d, told %d", step, text, changed, heard[i]);
    }
    for (size_t i = 0; i < w.done_count; i++) {
        struct promise *promise = &promises[w.done[i].cookie];
        struct kernel_address source;
        ck_assert_int_eq(w.done[i].status, truth(&promise->destination, &source));
        if (draw(8) == 0)
            promise->destination = (struct kernel_address){ 0 }; /* another one next time */
        arm((unsigned)w.done[i].cookie);
    }
}

static void against_brute_force(bool weak)
{
    struct host_parameters parameters = host_parameters_default();
    parameters.weak_host_send = weak;
    world_close(&w);
    world_open(&w, &parameters);
    state = 1 + weak;
    memset(promises, 0, sizeof promises);
    char name[16];
    for (unsigned i = 0; i < IFACES; i++) {
        snprintf(name, sizeof name, "eth%u", i);
        ifaces[i] = wire(&w, name, draw(40));
    }
    world_settle(&w);
    for (unsigned i = 0; i < WATCHES; i++)
        arm(i);
    size_t heard = 0;
    for (unsigned step = 0; step < STEPS; step++) {
        w.done_count = 0;
        for (unsigned many = 1 + (draw(3) ? 0 : draw(4)); many; many--)
            random_step();
        world_settle(&w);
        heard += w.done_count;
        compare(step);
    }
    ck_assert_uint_gt(heard, STEPS); /* the steps did matter */
}

START_TEST(brute_force_strong) { against_brute_force(false); } END_TEST
START_TEST(brute_force_weak) { against_brute_force(true); } END_TEST

START_TEST(many_hear_of_one_change_in_the_order_of_asking)
{
    default_0();
    world_settle(&w);
    for (unsigned i = 0; i < 200; i++) {
        char text[64];
        snprintf(text, sizeof text, "20.0.%u.1", i);
        watch_path(&w, text, i);
    }
    w.done_count = 0;
    lead(eth1, "20.0.0.0/16", "198.51.100.1", 0);
    world_settle(&w);
    ck_assert_uint_eq(w.done_count, 200);
    for (unsigned i = 0; i < 200; i++)
        ck_assert_uint_eq(w.done[i].cookie, i);
    ck_assert_uint_eq(net_requests_pending(w.net), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("watches");
    TCase *exact = tcase_create("exact"), *any = tcase_create("any");
    tcase_set_timeout(exact, 60);
    tcase_add_checked_fixture(exact, open_exact, close_world);
    tcase_add_checked_fixture(any, open_any, close_world);
    tcase_add_test(exact, routes_come_and_go);
    tcase_add_test(exact, metrics);
    tcase_add_test(exact, interfaces_come_and_go);
    tcase_add_test(exact, a_removed_interface_leaves_its_watches);
    tcase_add_test(exact, sources);
    tcase_add_test(exact, the_wildcard_hears_of_every_change);
    tcase_add_test(exact, path_rows_name_their_cause);
    tcase_add_test(exact, many_hear_of_one_change_in_the_order_of_asking);
    tcase_add_test(exact, brute_force_strong);
    tcase_add_test(exact, brute_force_weak);
    tcase_add_test(any, any_precision);
    suite_add_tcase(suite, exact);
    suite_add_tcase(suite, any);
    return suite_main(suite);
}
