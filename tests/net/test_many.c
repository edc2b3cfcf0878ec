/* Sets and automatic routes are counted as addresses come and go: a long random walk beside the plain definition of both. */
#include "net/world.h"

enum { POOL = 12, STEPS = 6000, WATCHES = DONE_ROOM, ROOM = 2 * POOL + 8 };

static struct world w;
static struct iface *wires[2];
static uint32_t lot;

static void open_world(void)
{
    world_open(&w, NULL);
    wires[0] = wire(&w, "eth0", 0);
    wires[1] = wire(&w, "eth1", 0);
    lot = 1;
}
static void close_world(void) { world_close(&w); }

static uint32_t draw(uint32_t below)
{
    lot = lot * 1664525u + 1013904223u;
    return (lot >> 16) % below;
}

/* Half of the pool shares a network, and its lengths make networks, own addresses and broadcasts coincide. */
static struct ifaddr_setup pooled(uint32_t number)
{
    static const unsigned lengths[] = { 24, 24, 30, 32, 31, 28 };
    struct ifaddr_setup setup = { .address = { .family = KERNEL_IPV4, .bytes = { 192, 0, 2, (uint8_t)(number % 2 ? 255 - number : number + 1) } },
                                  .prefix_length = lengths[number % 6], .state = ADDRESS_PREFERRED, .persistent = number % 3 == 0 };
    return setup;
}

static void step(void)
{
    struct iface *iface = wires[draw(2)];
    struct ifaddr_setup setup = pooled(draw(POOL));
    switch (draw(12)) {
    case 0: iface_down(iface); break;
    case 1: case 2: iface_up(iface); break;
    case 3: iface_media(iface, false); break;
    case 4: case 5: iface_media(iface, true); break;
    case 6: ifaddr_state(iface, &setup.address, ADDRESS_DEPRECATED); break;
    case 7: ifaddr_state(iface, &setup.address, draw(2) ? ADDRESS_TENTATIVE : ADDRESS_PREFERRED); break;
    case 8: case 9: ifaddr_remove(iface, &setup.address); break;
    default: ifaddr_add(iface, &setup); break;
    }
}

/* ---- sets ---- */

struct members { bool here[256]; };
static struct members promised[WATCHES];
static bool pending[WATCHES];

static struct members members_now(void)
{
    struct members members = { { false } };
    struct kernel_address addresses[ROOM];
    size_t count = host_local_addresses(w.host, KERNEL_IPV4, addresses, ROOM);
    ck_assert_uint_le(count, ROOM);
    for (size_t i = 0; i < count; i++)
        members.here[addresses[i].bytes[3]] = true;
    return members;
}

START_TEST(a_watch_completes_if_its_set_is_another)
{
    size_t asked = 0, told = 0;
    for (unsigned i = 0; i < STEPS; i++) {
        step();
        if (asked < WATCHES && draw(3) == 0) {
            promised[asked] = members_now();
            pending[asked] = true;
            watch_list(&w, KERNEL_IPV4, asked++);
        }
        if (draw(4))
            continue;
        world_settle(&w);
        struct members now = members_now();
        for (size_t watch = 0; watch < asked; watch++) { /* in the order of asking */
            if (!pending[watch] || memcmp(&promised[watch], &now, sizeof now) == 0)
                continue;
            pending[watch] = false;
            ck_assert_uint_lt(told, w.done_count);
            ck_assert_uint_eq(w.done[told++].cookie, watch);
        }
        ck_assert_uint_eq(w.done_count, told);
    }
    ck_assert_uint_gt(told, 500);
}
END_TEST

/* ---- automatic routes ---- */

struct shown { uint32_t address; unsigned length; bool wanted; };
struct table { const struct iface *iface; size_t count; struct shown routes[6 * POOL]; };

static uint32_t number_of(const struct kernel_address *address)
{
    const uint8_t *b = address->bytes;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static bool collect(const struct route_view *route, void *argument)
{
    struct table *table = argument;
    if (route->iface == table->iface)
        table->routes[table->count++] = (struct shown){ number_of(&route->prefix), route->prefix_length, false };
    return true;
}

static void want(struct table *table, uint32_t address, unsigned length)
{
    uint32_t prefix = length ? address & UINT32_MAX << (32 - length) : 0;
    bool found = false;
    for (size_t i = 0; i < table->count; i++) {
        if (table->routes[i].address == prefix && table->routes[i].length == length)
            found = table->routes[i].wanted = true;
    }
    ck_assert_msg(found, "no route to %08lx/%u", (unsigned long)prefix, length);
}

START_TEST(automatic_routes_are_those_of_the_addresses)
{
    for (unsigned i = 0; i < STEPS; i++) {
        step();
        for (unsigned n = 0; n < 2; n++) {
            if (!iface_view(wires[n]).media)
                continue; /* routes stay while the medium is away */
            struct table table = { .iface = wires[n] };
            route_each(w.host, KERNEL_IPV4, collect, &table);
            struct ifaddr_view view;
            for (size_t a = 0; iface_view(wires[n]).up && ifaddr_view(wires[n], a, &view); a++) {
                if (view.state != ADDRESS_PREFERRED && view.state != ADDRESS_DEPRECATED)
                    continue;
                uint32_t number = number_of(&view.address);
                want(&table, number, view.prefix_length);
                want(&table, number, 32);
                if (view.prefix_length < 31)
                    want(&table, number | UINT32_MAX >> view.prefix_length, 32);
                want(&table, 224u << 24, 4);
                want(&table, UINT32_MAX, 32);
            }
            for (size_t r = 0; r < table.count; r++)
                ck_assert_msg(table.routes[r].wanted, "a route too many: %08lx/%u", (unsigned long)table.routes[r].address, table.routes[r].length);
        }
        world_settle(&w);
    }
}
END_TEST

/* ---- requests of one overlapped call ---- */

START_TEST(an_overlapped_is_cancelled_among_many)
{
    enum { MANY = 1000 };
    static char calls[MANY];
    for (unsigned i = 0; i < MANY; i++) {
        w.app.overlapped = &calls[i % (MANY / 2)];
        watch_list(&w, KERNEL_IPV4, i);
    }
    struct task other = w.app;
    other.requests = NULL;
    requests_cancel(&other, &calls[3]); /* another thread's: none of its business */
    for (unsigned i = MANY / 2; i-- > 0;)
        requests_cancel(&w.app, &calls[i]);
    requests_cancel(&w.app, &calls[0]); /* on their way already */
    world_settle(&w);
    ck_assert_uint_eq(w.done_count, MANY);
    for (unsigned i = 0; i < MANY; i++) {
        ck_assert_uint_eq(w.done[i].cookie, MANY / 2 - 1 - i / 2 + (i % 2) * (MANY / 2));
        ck_assert_int_eq(w.done[i].status, KERNEL_CANCELLED);
    }
    watch_list(&w, KERNEL_IPV4, MANY); /* the same call once more */
    requests_cancel(&w.app, w.app.overlapped);
    world_settle(&w);
    ck_assert_uint_eq(w.done_count, MANY + 1);
    watch_list(&w, KERNEL_IPV4, MANY + 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("many");
    TCase *tests = tcase_create("many");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, open_world, close_world);
    tcase_add_test(tests, a_watch_completes_if_its_set_is_another);
    tcase_add_test(tests, automatic_routes_are_those_of_the_addresses);
    tcase_add_test(tests, an_overlapped_is_cancelled_among_many);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
