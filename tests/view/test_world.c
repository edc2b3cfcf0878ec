/*
 * The state folded from rows against the truth: a host of sim/net lives through hundreds of random changes, and after each of
 * them the addresses, routes, interfaces that its record tells must be those it has. Forward, backward, and by jumps.
 */
#include "../net/world.h"
#include "recorded.h"

#define CHANGES 600
#define NAMES 4

static uint64_t dice = 1;

static unsigned roll(unsigned sides)
{
    dice = dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(dice >> 33) % sides;
}

/* ---- the truth, in the words of the view ---- */

static int line_order(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Lines in their order, so that only what is there counts. The text is freed. */
static char *sorted(char *text)
{
    char *lines[2048];
    size_t count = 0;
    struct text result = { 0 };
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        ck_assert_uint_lt(count, sizeof lines / sizeof *lines);
        lines[count++] = line;
    }
    qsort(lines, count, sizeof *lines, line_order);
    for (size_t i = 0; i < count; i++) text_printf(&result, "%s\n", lines[i]);
    free(text);
    return text_done(&result);
}

static const char *prefix(struct kernel_address address, unsigned length)
{
    static char text[ADDRESS_TEXT];
    address.scope_id = 0;
    prefix_text(&address, length, text);
    return text;
}

static bool route_line(const struct route_view *route, void *argument)
{
    char via[ADDRESS_TEXT];
    address_text(&route->next_hop, via);
    text_printf(argument, "pc %s %s", prefix(route->prefix, route->prefix_length), route->on_link ? "on-link" : via);
    text_printf(argument, " %s %u %s\n", iface_view(route->iface).name, (unsigned)route->metric, route->automatic ? "true" : "false");
    return true;
}

static char *truth_of(const struct world *world, enum view_kind kind)
{
    struct text text = { 0 };
    struct ifaddr_view own;
    static const char *const truths[] = { "false", "true" };
    if (kind == VIEW_ROUTES) {
        route_each(world->host, KERNEL_IPV4, route_line, &text);
        route_each(world->host, KERNEL_IPV6, route_line, &text);
        return sorted(text_done(&text));
    }
    for (const struct iface *iface = iface_next(world->host, NULL); iface; iface = iface_next(world->host, iface)) {
        struct iface_view seen = iface_view(iface);
        if (kind == VIEW_INTERFACES)
            text_printf(&text, "pc %s %s %s %s %llu %u %u %s\n", seen.name, seen.type == IFACE_LOOPBACK ? "loopback" : "ethernet", truths[seen.up], truths[seen.media],
                        (unsigned long long)seen.speed_bps, (unsigned)seen.mtu_bytes, (unsigned)seen.metric, host_stack_is_up(world->host) ? "up" : "down");
        for (size_t i = 0; kind == VIEW_ADDRESSES && ifaddr_view(iface, i, &own); i++)
            text_printf(&text, "pc %s %s %s\n", seen.name, prefix(own.address, own.prefix_length), address_state_name(own.state));
    }
    return sorted(text_done(&text));
}

/* ---- changes ---- */

static void address_change(struct iface *iface)
{
    char text[40];
    snprintf(text, sizeof text, roll(3) ? "10.0.%u.%u" : "2001:db8:%u::%u", roll(3), 1 + roll(5));
    struct ifaddr_setup setup = { .address = at(text), .prefix_length = strchr(text, ':') ? 64 : 24, .persistent = roll(2) };
    static const enum address_state states[] = { ADDRESS_TENTATIVE, ADDRESS_DEPRECATED, ADDRESS_PREFERRED, ADDRESS_DUPLICATE };
    switch (roll(4)) {
    case 0: ifaddr_remove(iface, &setup.address); break;
    case 1: ifaddr_state(iface, &setup.address, states[roll(4)]); break;
    default: ifaddr_add(iface, &setup);
    }
}

static void route_change(struct world *world, struct iface *iface)
{
    char text[40], hop[40];
    snprintf(text, sizeof text, "172.16.%u.0", roll(4));
    snprintf(hop, sizeof hop, "10.0.%u.%u", roll(3), 1 + roll(5));
    struct route_setup setup = { .prefix = at(text), .prefix_length = 24, .on_link = roll(3) == 0, .next_hop = at(hop), .metric = roll(3) ? ROUTE_METRIC_DEFAULT : roll(9), .persistent = roll(2) };
    switch (roll(4)) {
    case 0: route_remove(world->host, &setup.prefix, 24, roll(2) ? iface : NULL, roll(2) && !setup.on_link ? &setup.next_hop : NULL); break;
    case 1: route_metric(world->host, &setup.prefix, 24, iface, setup.on_link ? NULL : &setup.next_hop, roll(50)); break;
    default: route_add(iface, &setup);
    }
}

static void change(struct world *world)
{
    char name[8];
    snprintf(name, sizeof name, "e%u", roll(NAMES));
    struct iface *iface = iface_find(world->host, name);
    struct iface_setup setup = iface_setup_default();
    if (!iface) {
        setup.up = roll(4) != 0;
        setup.media = roll(4) != 0;
        setup.metric = roll(2) ? 0 : roll(99);
        iface_add(world->host, name, &setup);
        return;
    }
    switch (roll(16)) {
    case 0: iface_remove(iface); break;
    case 1: iface_down(iface); break;
    case 2: iface_up(iface); break;
    case 3: iface_media(iface, roll(2)); break;
    case 4: iface_metric(iface, roll(100)); break;
    case 5: iface_mtu(iface, 500 + roll(1000)); break;
    case 6: host_stack(world->host, roll(2)); break;
    case 7: case 8: case 9: case 10: address_change(iface); break;
    default: route_change(world, iface);
    }
}

struct moment { uint64_t seq; char *truth[3]; };
static const enum view_kind kinds[3] = { VIEW_INTERFACES, VIEW_ADDRESSES, VIEW_ROUTES };

static void holds_at(struct view *view, const struct moment *moment)
{
    goes(view, moment->seq);
    ck_assert_uint_eq(view_seq(view), moment->seq);
    for (size_t k = 0; k < 3; k++) {
        char *seen = sorted(facts_text(view, kinds[k]));
        ck_assert_str_eq(seen, moment->truth[k]);
        free(seen);
    }
}

START_TEST(what_rows_tell_is_what_is)
{
    static struct world world;
    static struct moment moments[CHANGES];
    dice = (uint64_t)_i + 1;
    world_open(&world, NULL);
    for (size_t i = 0; i < CHANGES; i++) {
        change(&world);
        world_run(&world, engine_now_ns(world.engine) + (roll(4) == 0 ? SECOND : 0));
        moments[i].seq = *trace_newest(world.trace);
        for (size_t k = 0; k < 3; k++) moments[i].truth[k] = truth_of(&world, kinds[k]);
    }
    struct record *record = record_of(world.trace, engine_now_ns(world.engine));
    struct view *view = view_open(record, 1);
    for (size_t i = 0; i < CHANGES; i++) holds_at(view, &moments[i]);
    for (size_t i = CHANGES; i > 0; i -= i < 20 ? i : 20) holds_at(view, &moments[i - 1]);
    for (size_t i = 0; i < 50; i++) holds_at(view, &moments[roll(CHANGES)]);
    view_close(view);
    record_gone(record);
    for (size_t i = 0; i < CHANGES; i++)
        for (size_t k = 0; k < 3; k++) free(moments[i].truth[k]);
    world_close(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("view of a world");
    TCase *tests = tcase_create("truth");
    tcase_add_loop_test(tests, what_rows_tell_is_what_is, 0, 6);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
