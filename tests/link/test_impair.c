/*
 * Impairments: every decision is drawn again here from the stream of its name, so the ratio is exact and no draw is missing.
 */
#include "link/wires.h"

#include <stdio.h>

#include "core/random.h"

#define QUARTER (CHANCE_ALWAYS / 4)

static struct cable_setup slow(void)
{
    struct cable_setup setup = cable_setup_default();
    setup.link.delay_ns = 10 * MS;
    return setup;
}

/* What arrived, by number: how many times. */
static uint8_t *times_arrived(uint32_t count)
{
    static uint8_t times[70000];
    memset(times, 0, sizeof times);
    for (size_t i = 0; i < wires.count; i++) {
        ck_assert_uint_le(wires.arrivals[i].number, count);
        times[wires.arrivals[i].number]++;
    }
    return times;
}

static struct random_stream stream_of(const char *feature)
{
    char name[64];
    snprintf(name, sizeof name, "%s:a.eth0", feature);
    return random_stream(7, name);
}

/* proves: NET-LINK-18 */
START_TEST(bernoulli_is_exact)
{
    struct cable_setup setup = slow();
    setup.impairments.loss = (struct loss_setup){ .model = LOSS_BERNOULLI, .rate = { .probability = QUARTER } };
    wires_open();
    plug(&setup);
    send_many(10000, 1000, 10);
    struct random_stream stream = stream_of("loss");
    const uint8_t *times = times_arrived(10000);
    uint64_t lost = 0;
    for (uint32_t n = 1; n <= 10000; n++) {
        bool loses = random_u32(&stream) < QUARTER;
        ck_assert_uint_eq(times[n], !loses);
        lost += loses;
    }
    ck_assert_uint_eq(counted()->dropped_loss, lost);
    ck_assert_uint_gt(lost, 2350);
    ck_assert_uint_lt(lost, 2650);
    wires_close();
}
END_TEST

/* proves: NET-LINK-11 */
START_TEST(always_and_never)
{
    struct cable_setup setup = slow();
    setup.impairments.loss = (struct loss_setup){ .model = LOSS_BERNOULLI, .rate = { .probability = CHANCE_ALWAYS } };
    wires_open();
    struct link *link = plug(&setup);
    send_many(1000, 0, 10);
    ck_assert_uint_eq(wires.count, 0);
    setup.impairments.loss = (struct loss_setup){ .model = LOSS_NONE };
    impair_set(link, &setup.impairments);
    send_many(1000, 0, 10);
    ck_assert_uint_eq(wires.count, 1000);
    wires_close();
}
END_TEST

START_TEST(correlation_is_netems)
{
    struct cable_setup setup = slow();
    uint64_t rho = CHANCE_ALWAYS / 2, last = 0;
    setup.impairments.loss = (struct loss_setup){ .model = LOSS_BERNOULLI, .rate = { QUARTER, rho } };
    wires_open();
    plug(&setup);
    send_many(5000, 1000, 10);
    struct random_stream stream = stream_of("loss");
    const uint8_t *times = times_arrived(5000);
    for (uint32_t n = 1; n <= 5000; n++) {
        uint64_t u = random_u32(&stream), x = n == 1 ? u : (u * (CHANCE_ALWAYS - rho) + last * rho) >> 32;
        last = x;
        ck_assert_uint_eq(times[n], x >= QUARTER);
    }
    wires_close();
}
END_TEST

/* proves: NET-LINK-19 */
START_TEST(gilbert_loses_in_bursts)
{
    struct cable_setup setup = slow();
    setup.impairments.loss = (struct loss_setup){ .model = LOSS_GILBERT, .chain = { CHANCE_ALWAYS / 100, CHANCE_ALWAYS * 3 / 10, CHANCE_ALWAYS, 0 } };
    wires_open();
    plug(&setup);
    send_many(60000, 1000, 10);
    struct random_stream stream = stream_of("loss");
    const uint8_t *times = times_arrived(60000);
    bool bad = false;
    unsigned bursts = 0, lost = 0;
    for (uint32_t n = 1; n <= 60000; n++) {
        bool moves = random_u32(&stream) < (bad ? CHANCE_ALWAYS * 3 / 10 : CHANCE_ALWAYS / 100), was = bad;
        random_u32(&stream);
        bad = bad != moves;
        bursts += bad && !was;
        lost += bad;
        ck_assert_uint_eq(times[n], !bad);
    }
    /* host-stack 10: the mean loss is p / (p + r), a burst 1 / r long */
    ck_assert_uint_gt(lost, 60000 / 31 * 9 / 10);
    ck_assert_uint_lt(lost, 60000 / 31 * 11 / 10);
    ck_assert_uint_gt(lost * 3, bursts * 9);
    ck_assert_uint_lt(lost * 3, bursts * 11);
    wires_close();
}
END_TEST

static void chain_gives(const uint64_t *chain, const char *arrives)
{
    struct cable_setup setup = slow();
    setup.impairments.loss.model = LOSS_MARKOV;
    memcpy(setup.impairments.loss.chain, chain, CHAIN_MOST * sizeof *chain);
    wires_open();
    plug(&setup);
    send_many((uint32_t)strlen(arrives), 1000, 10);
    const uint8_t *times = times_arrived((uint32_t)strlen(arrives));
    for (uint32_t n = 1; n <= strlen(arrives); n++)
        ck_assert_msg(times[n] == (arrives[n - 1] == '1'), "%s: packet %u", arrives, n);
    wires_close();
}

START_TEST(markov_walks_its_states)
{
    static const uint64_t all = CHANCE_ALWAYS;
    chain_gives((const uint64_t[]){ all, all, 0, 0, 0 }, "010101");    /* 1 -> 3 -> 1 */
    chain_gives((const uint64_t[]){ 0, 0, 0, 0, all }, "010101");      /* 1 -> 4 -> 1 */
    chain_gives((const uint64_t[]){ all, 0, 0, 0, 0 }, "000000");      /* 3 for ever */
    chain_gives((const uint64_t[]){ all, 0, all, all, 0 }, "010101");  /* 1 -> 3 -> 2 -> 3 */
    chain_gives((const uint64_t[]){ all, 0, all, 0, 0 }, "011111");    /* 3 -> 2, and there for ever */
    chain_gives((const uint64_t[]){ 0, 0, 0, 0, 0 }, "111111");
}
END_TEST

/* proves: NET-LINK-10 */
START_TEST(a_list_counts_from_its_setting)
{
    static const uint64_t third[] = { 3, 7 }, first[] = { 1 };
    struct cable_setup setup = slow();
    setup.impairments.loss = (struct loss_setup){ .model = LOSS_LIST, .packets = third, .packet_count = 2 };
    wires_open();
    struct link *link = plug(&setup);
    send_many(9, 1000, 10);
    const uint8_t *times = times_arrived(9);
    for (uint32_t n = 1; n <= 9; n++)
        ck_assert_uint_eq(times[n], n != 3 && n != 7);
    setup.impairments = *impair_setup(link); /* another property leaves the list where it is */
    setup.impairments.corrupt.probability = 1;
    impair_set(link, &setup.impairments);
    wires.count = 0;
    send_many(9, 1000, 10);
    ck_assert_uint_eq(wires.count, 9);
    setup.impairments.loss = (struct loss_setup){ .model = LOSS_LIST, .packets = first, .packet_count = 1 };
    impair_set(link, &setup.impairments);
    wires.count = 0;
    send_many(2, 1000, 10);
    ck_assert_uint_eq(wires.count, 1);
    ck_assert_uint_eq(wires.arrivals[0].number, 2);
    wires_close();
}
END_TEST

/* The numbers that were lost, with other features on or off. */
static uint64_t lost_print(bool others)
{
    struct cable_setup setup = slow();
    setup.impairments.loss = (struct loss_setup){ .model = LOSS_BERNOULLI, .rate = { .probability = QUARTER } };
    if (others) {
        setup.impairments.duplicate.probability = 0;
        setup.impairments.corrupt.probability = 1;
        setup.impairments.reorder = (struct reorder_setup){ { .probability = QUARTER }, 1 };
        setup.impairments.jitter = (struct jitter_setup){ .width_ns = MS };
    }
    wires_open();
    plug(&setup);
    send_many(2000, 1000, 10);
    const uint8_t *times = times_arrived(2000);
    uint64_t print = 0;
    for (uint32_t n = 1; n <= 2000; n++)
        print = print * 31 + times[n];
    wires_close();
    return print;
}

/* proves: NET-LINK-17 */
START_TEST(a_feature_leaves_the_draws_of_others)
{
    ck_assert_uint_eq(lost_print(false), lost_print(true));
}
END_TEST

/* proves: NET-LINK-13 */
START_TEST(a_copy_follows_at_once)
{
    struct cable_setup setup = slow();
    setup.link.rate_bps = 8000000; /* a byte a microsecond */
    setup.link.overhead_bytes = 0;
    setup.impairments.duplicate.probability = CHANCE_ALWAYS;
    wires_open();
    plug(&setup);
    send_many(1, 0, 100 - PLAIN_BYTES);
    ck_assert_uint_eq(wires.count, 2);
    ck_assert_int_eq(wires.arrivals[0].at_ns, 10 * MS + 100000);
    ck_assert_int_eq(wires.arrivals[1].at_ns, 10 * MS + 200000);
    ck_assert_uint_eq(counted()->duplicated, 1);
    ck_assert_uint_eq(counted()->packets, 2);
    wires_close();
}
END_TEST

START_TEST(lost_and_doubled_one_is_left)
{
    struct cable_setup setup = slow();
    setup.impairments.duplicate.probability = CHANCE_ALWAYS;
    setup.impairments.loss = (struct loss_setup){ .model = LOSS_BERNOULLI, .rate = { .probability = CHANCE_ALWAYS } };
    wires_open();
    plug(&setup);
    send_many(10, 0, 10);
    ck_assert_uint_eq(wires.count, 10);
    wires_close();
}
END_TEST

/* proves: NET-LINK-14 */
START_TEST(a_damaged_packet_is_carried_and_dropped)
{
    struct cable_setup setup = slow();
    setup.impairments.corrupt.probability = CHANCE_ALWAYS;
    wires_open();
    plug(&setup);
    send_many(10, 0, 10);
    ck_assert_uint_eq(wires.count, 0);
    ck_assert_uint_eq(counted()->packets, 10);
    ck_assert_uint_eq(counted()->damaged, 10);
    wires_close();
}
END_TEST

/* proves: NET-LINK-16 */
START_TEST(every_third_overtakes)
{
    struct cable_setup setup = slow();
    setup.link.rate_bps = 8000000;
    setup.link.overhead_bytes = 0;
    setup.impairments.reorder = (struct reorder_setup){ { .probability = CHANCE_ALWAYS }, 3 };
    wires_open();
    plug(&setup);
    send_many(6, 0, 1000 - PLAIN_BYTES); /* 1 ms each */
    static const struct { uint32_t number; int64_t at_ns; } expected[] = { { 3, 3 * MS }, { 6, 6 * MS }, { 1, 11 * MS }, { 2, 12 * MS }, { 4, 14 * MS }, { 5, 15 * MS } };
    ck_assert_uint_eq(wires.count, 6);
    for (size_t i = 0; i < 6; i++) {
        ck_assert_uint_eq(wires.arrivals[i].number, expected[i].number);
        ck_assert_int_eq(wires.arrivals[i].at_ns, expected[i].at_ns);
    }
    ck_assert_uint_eq(counted()->reordered, 2);
    wires_close();
}
END_TEST

/* What waits is counted by departure, whatever overtakes what. */
START_TEST(the_queue_of_a_reordering_link)
{
    for (int reorders = 0; reorders < 2; reorders++) {
        struct cable_setup setup = slow();
        setup.link.rate_bps = 8000000;
        setup.link.overhead_bytes = 0;
        setup.link.queue_packets = 3;
        if (reorders)
            setup.impairments.reorder = (struct reorder_setup){ { .probability = CHANCE_ALWAYS }, 2 };
        wires_open();
        plug(&setup);
        send_many(40, MS / 4, 1000 - PLAIN_BYTES);
        ck_assert_uint_eq(counted()->packets, 13);
        ck_assert_uint_eq(counted()->dropped_full, 27);
        ck_assert_uint_eq(wires.eth0[0]->link->queued_packets, 0);
        ck_assert_uint_eq(wires.eth0[0]->link->queued_bytes, 0);
        wires_close();
    }
}
END_TEST

START_TEST(reordering_begins_while_packets_wait)
{
    struct cable_setup setup = slow();
    setup.link.rate_bps = 8000000;
    setup.link.overhead_bytes = 0;
    wires_open();
    struct link *link = plug(&setup);
    for (uint32_t n = 1; n <= 5; n++)
        send_to(1, n, 1000 - PLAIN_BYTES);
    setup.impairments.reorder = (struct reorder_setup){ { .probability = CHANCE_ALWAYS }, 1 };
    impair_set(link, &setup.impairments);
    send_to(1, 6, 1000 - PLAIN_BYTES);
    run_until(SECOND);
    ck_assert_uint_eq(wires.count, 6);
    ck_assert_uint_eq(wires.arrivals[0].number, 6);
    ck_assert_int_eq(wires.arrivals[0].at_ns, 6 * MS);
    ck_assert_uint_eq(link->queued_packets, 0);
    wires_close();
}
END_TEST

static void jitter_spread(enum jitter_distribution distribution, int64_t *least, int64_t *most, int64_t *mean, uint64_t *inside)
{
    struct cable_setup setup = slow();
    setup.impairments.jitter = (struct jitter_setup){ .distribution = distribution, .width_ns = MS };
    wires_open();
    struct link *link = plug(&setup);
    int64_t sum = 0;
    *least = INT64_MAX;
    *most = INT64_MIN;
    *inside = 0;
    for (int i = 0; i < 100000; i++) {
        int64_t value = impair_jitter(link);
        sum += value;
        *least = value < *least ? value : *least;
        *most = value > *most ? value : *most;
        *inside += value >= -MS && value <= MS;
    }
    *mean = sum / 100000;
    wires_close();
}

START_TEST(jitter_has_its_shape)
{
    int64_t least, most, mean;
    uint64_t inside;
    jitter_spread(JITTER_UNIFORM, &least, &most, &mean, &inside);
    ck_assert(least >= -MS && least < -MS * 99 / 100 && most <= MS && most > MS * 99 / 100);
    ck_assert(mean > -MS / 100 && mean < MS / 100);
    jitter_spread(JITTER_NORMAL, &least, &most, &mean, &inside);
    ck_assert(mean > -MS / 100 && mean < MS / 100);
    ck_assert(least > -6 * MS && least < -3 * MS && most > 3 * MS && most < 6 * MS);
    ck_assert(inside > 67000 && inside < 69500); /* 68.3 % within the deviation */
    jitter_spread(JITTER_PARETO, &least, &most, &mean, &inside);
    ck_assert(least >= -MS / 2 && least < -MS * 49 / 100);
    ck_assert(mean > -MS / 50 && mean < MS / 50 && most > 5 * MS);
}
END_TEST

/* proves: NET-LINK-15 */
START_TEST(jitter_keeps_the_order_unless_told)
{
    for (int overtake = 0; overtake < 2; overtake++) {
        struct cable_setup setup = slow();
        setup.impairments.jitter = (struct jitter_setup){ .width_ns = 5 * MS, .may_overtake = overtake };
        wires_open();
        plug(&setup);
        send_many(500, MS / 10, 10);
        ck_assert_uint_eq(wires.count, 500);
        bool ordered = true;
        for (size_t i = 0; i < 500; i++) {
            int64_t delay_ns = wires.arrivals[i].at_ns - (int64_t)(wires.arrivals[i].number - 1) * MS / 10;
            ordered = ordered && wires.arrivals[i].number == i + 1;
            ck_assert_int_ge(delay_ns, 5 * MS);
            if (overtake)
                ck_assert_int_le(delay_ns, 15 * MS);
        }
        ck_assert_int_eq(ordered, !overtake);
        ck_assert_int_eq(counted()->reordered > 0, overtake);
        wires_close();
    }
}
END_TEST

START_TEST(a_jitter_beyond_the_delay_stops_at_nothing)
{
    struct cable_setup setup = slow();
    setup.link.delay_ns = 1000;
    setup.impairments.jitter = (struct jitter_setup){ .width_ns = 5 * MS, .may_overtake = true };
    wires_open();
    plug(&setup);
    send_many(500, MS / 10, 10);
    for (size_t i = 0; i < wires.count; i++)
        ck_assert_int_ge(wires.arrivals[i].at_ns, (int64_t)(wires.arrivals[i].number - 1) * MS / 10);
    ck_assert_uint_eq(wires.count, 500);
    wires_close();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("impair");
    TCase *loss = tcase_create("loss"), *others = tcase_create("others");
    tcase_set_timeout(loss, 60);
    tcase_add_test(loss, bernoulli_is_exact);
    tcase_add_test(loss, always_and_never);
    tcase_add_test(loss, correlation_is_netems);
    tcase_add_test(loss, gilbert_loses_in_bursts);
    tcase_add_test(loss, markov_walks_its_states);
    tcase_add_test(loss, a_list_counts_from_its_setting);
    tcase_add_test(loss, a_feature_leaves_the_draws_of_others);
    suite_add_tcase(suite, loss);
    tcase_add_test(others, a_copy_follows_at_once);
    tcase_add_test(others, lost_and_doubled_one_is_left);
    tcase_add_test(others, a_damaged_packet_is_carried_and_dropped);
    tcase_add_test(others, every_third_overtakes);
    tcase_add_test(others, the_queue_of_a_reordering_link);
    tcase_add_test(others, reordering_begins_while_packets_wait);
    tcase_add_test(others, jitter_has_its_shape);
    tcase_add_test(others, jitter_keeps_the_order_unless_told);
    tcase_add_test(others, a_jitter_beyond_the_delay_stops_at_nothing);
    suite_add_tcase(suite, others);
    return suite_main(suite);
}
