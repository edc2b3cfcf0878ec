/*
 * Random early detection: the same numbers are computed here once more, plainly, and every packet must fare alike.
 */
#include "link/wires.h"

#include "core/random.h"

#define PACKETS 4000
#define PAYLOAD (1000 - 38 - PLAIN_BYTES)

/* Packet n comes at n * gap and takes 1 ms; what RED thinks of it. */
static struct model { int64_t starts_ns[PACKETS], busy_ns; uint64_t average, count; struct random_stream stream; bool dropped[PACKETS]; } model;

static uint64_t model_queue(int64_t now_ns, uint32_t before)
{
    uint64_t bytes = 0;
    for (uint32_t n = 0; n < before; n++)
        bytes += !model.dropped[n] && model.starts_ns[n] > now_ns ? 962 : 0;
    return bytes;
}

static bool model_drops(const struct red_setup *setup, int64_t now_ns, uint32_t n)
{
    if (now_ns > model.busy_ns)
        for (int64_t samples = (now_ns - model.busy_ns) / (1038000); samples && model.average >> setup->weight; samples--)
            model.average -= model.average >> setup->weight;
    model.average += model_queue(now_ns, n) - (model.average >> setup->weight);
    uint64_t average = model.average >> setup->weight;
    if (average < setup->least_bytes || average >= setup->most_bytes) {
        model.count = 0;
        return average >= setup->most_bytes;
    }
    uint64_t chance = setup->probability * (average - setup->least_bytes) / (setup->most_bytes - setup->least_bytes);
    uint64_t rest = model.count * chance < CHANCE_ALWAYS ? CHANCE_ALWAYS - model.count * chance : 1;
    bool drops = (uint64_t)random_u32(&model.stream) * rest / CHANCE_ALWAYS < chance;
    model.count = drops ? 0 : model.count + 1;
    return drops;
}

static void fares_alike(const struct red_setup *setup, int64_t gap_ns, uint64_t *dropped, uint64_t *first)
{
    struct cable_setup cable = cable_setup_default();
    cable.link.rate_bps = 8000000;
    cable.link.queue_packets = LINK_UNLIMITED;
    cable.has_red = true;
    cable.red = *setup;
    wires_open();
    plug(&cable);
    memset(&model, 0, sizeof model);
    model.stream = random_stream(7, "red:a.eth0");
    *dropped = 0;
    *first = PACKETS;
    for (uint32_t n = 0; n < PACKETS; n++) {
        int64_t now_ns = (int64_t)n * gap_ns + (n >= PACKETS / 2 ? 3 * SECOND : 0); /* with a pause */
        run_until(now_ns);
        ck_assert_int_eq(send_to(1, n, PAYLOAD), KERNEL_OK);
        model.dropped[n] = model_drops(setup, now_ns, n);
        model.starts_ns[n] = model.busy_ns > now_ns ? model.busy_ns : now_ns;
        if (!model.dropped[n])
            model.busy_ns = model.starts_ns[n] + MS;
        else if (++*dropped == 1)
            *first = n;
        ck_assert_uint_eq(counted()->dropped_other, *dropped);
    }
    run_until(100 * SECOND);
    ck_assert_uint_eq(wires.count, PACKETS - *dropped);
    wires_close();
}

START_TEST(every_packet_fares_as_computed)
{
    struct red_setup setup = red_setup_default(240000);
    uint64_t dropped, first;
    ck_assert(setup.least_bytes == 20000 && setup.most_bytes == 60000 && setup.weight == 9);
    setup.probability = CHANCE_ALWAYS / 10;
    fares_alike(&setup, MS * 9 / 10, &dropped, &first);
    ck_assert_uint_gt(dropped, 50);
    ck_assert_uint_lt(dropped, 800);
    setup.weight = 2;
    uint64_t later = first;
    fares_alike(&setup, MS * 9 / 10, &dropped, &first);
    ck_assert_uint_lt(first, later); /* the average follows faster */
}
END_TEST

START_TEST(below_the_least_nothing_is_dropped)
{
    struct red_setup setup = red_setup_default(240000);
    uint64_t dropped, first;
    fares_alike(&setup, MS, &dropped, &first);
    ck_assert_uint_eq(dropped, 0);
}
END_TEST

START_TEST(marked_not_dropped)
{
    struct cable_setup cable = cable_setup_default();
    cable.link.rate_bps = 8000000;
    cable.link.queue_packets = LINK_UNLIMITED;
    cable.has_red = true;
    cable.red = (struct red_setup){ .least_bytes = 1000, .most_bytes = 1000000000, .probability = CHANCE_ALWAYS, .weight = 0, .ecn = true };
    wires_open();
    plug(&cable);
    wires.endpoints[0]->option[KERNEL_TRAFFIC_CLASS] = 1;
    for (uint32_t n = 0; n < 1000; n++)
        send_to(1, n, PAYLOAD);
    run_until(10 * SECOND);
    ck_assert_uint_eq(wires.count, 1000);
    wires_close();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("red");
    TCase *all = tcase_create("red");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, every_packet_fares_as_computed);
    tcase_add_test(all, below_the_least_nothing_is_dropped);
    tcase_add_test(all, marked_not_dropped);
    suite_add_tcase(suite, all);
    return suite_main(suite);
}
