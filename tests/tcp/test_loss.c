/* Loss and what is done about it: SACK, NewReno, RACK, tail loss probes, timeouts; then all of it at random, for a long time. */
#include "tcp/line.h"

#include "net/link/impair.h"
#include "net/tcp/congestion.h"

static uint8_t bytes[1 << 20], got[1 << 20];

/* ---- scripted ---- */

/* Which data segments from the client get lost, each once, by their number from 0 on. */
static size_t lost_numbers[16], lost_count, lost_next;
static size_t data_number;
static bool scripted(const struct seen *seen)
{
    if (!seen->up || seen->size == 0)
        return false;
    size_t number = data_number++;
    if (lost_next >= lost_count || lost_numbers[lost_next] != number)
        return false;
    lost_next++;
    return true;
}

static void lose_these(size_t count, const size_t *numbers)
{
    memcpy(lost_numbers, numbers, count * sizeof *numbers);
    lost_count = count;
    lost_next = data_number = 0;
    line.lose = scripted;
}

static uint64_t receive_all(kernel_endpoint there, uint64_t from)
{
    uint64_t total = from, count = 0;
    while (receive_on(&line.server, there, got, sizeof got, &count) == KERNEL_OK && count) {
        ck_assert(pattern_holds(got, count, total));
        total += count;
    }
    return total;
}

/* Three of twenty segments: one recovery, no timeout, each sent again once. */
START_TEST(sack_recovery)
{
    static const size_t numbers[] = { 2, 4, 5 };
    struct tcp_parameters parameters = tcp_parameters_default();
    parameters.rack = parameters.tlp = _i;
    parameters.initial_congestion_window = 30;
    line_open_with(20 * MS, LINK_UNLIMITED, &parameters, &parameters);
    kernel_endpoint here, there;
    connection(&here, &there);
    lose_these(3, numbers);
    pattern_fill(bytes, 20 * 1460, 0);
    int64_t start = now();
    send_on(&line.client, here, bytes, 20 * 1460);
    run_for(SECOND);
    ck_assert_uint_eq(receive_all(there, 0), 20 * 1460);
    struct tcp_view view = view_of(here);
    ck_assert_uint_eq(view.fast_recoveries, 1);
    ck_assert_uint_eq(view.timeouts, 0);
    ck_assert_uint_eq(view.retransmitted, 3);
    ck_assert_uint_le(view.ssthresh, 20 * 1460 * 7 / 10);
    const struct seen *last = seen_nth(true, TCP_ACK, 1, 22);
    ck_assert_int_le(last->sent_ns - start, 81 * MS);
    line_close();
}
END_TEST

/* RFC 2018: the block with the newest segment comes first. */
START_TEST(sack_blocks)
{
    static const size_t numbers[] = { 0, 2, 4 };
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    lose_these(3, numbers);
    send_on(&line.client, here, bytes, 6 * 1460);
    run_for(3 * MS);
    const struct seen *third = seen_nth(false, TCP_ACK, 0, 2);
    ck_assert_uint_eq(third->sack_count, 3);
    ck_assert_uint_eq(third->sack[0].left, 1 + 5 * 1460);
    ck_assert_uint_eq(third->sack[0].right, 1 + 6 * 1460);
    ck_assert_uint_eq(third->sack[1].left, 1 + 3 * 1460);
    ck_assert_uint_eq(third->sack[2].left, 1 + 1460);
    line_close();
}
END_TEST

/* RFC 6582: without SACK a partial ACK brings up the next hole. */
START_TEST(newreno)
{
    static const size_t numbers[] = { 2, 5 };
    struct tcp_parameters parameters = tcp_parameters_default();
    parameters.sack = false;
    parameters.congestion_provider = TCP_PROVIDER_NEWRENO;
    line_open_with(20 * MS, LINK_UNLIMITED, &parameters, &parameters);
    kernel_endpoint here, there;
    connection(&here, &there);
    lose_these(2, numbers);
    pattern_fill(bytes, 30 * 1460, 0);
    send_on(&line.client, here, bytes, 30 * 1460);
    run_for(2 * SECOND);
    ck_assert_uint_eq(receive_all(there, 0), 30 * 1460);
    struct tcp_view view = view_of(here);
    ck_assert_uint_eq(view.fast_recoveries, 1);
    ck_assert_uint_eq(view.timeouts, 0);
    ck_assert_uint_eq(view.retransmitted, 2);
    for (size_t i = 0; i < line.seen_count; i++)
        ck_assert_uint_eq(line.seen[i].sack_count, 0);
    line_close();
}
END_TEST

/* RFC 8985 7: the last segment of a flight is lost. A probe finds it, without a timeout. */
START_TEST(tail)
{
    static const size_t numbers[] = { 5 };
    line_open(20 * MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    lose_these(1, numbers);
    pattern_fill(bytes, 6 * 1460, 0);
    int64_t start = now();
    send_on(&line.client, here, bytes, 6 * 1460);
    run_for(2 * SECOND);
    ck_assert_uint_eq(receive_all(there, 0), 6 * 1460);
    struct tcp_view view = view_of(here);
    ck_assert_uint_eq(view.timeouts, 0);
    ck_assert_uint_eq(view.retransmitted, 1);
    int64_t after = seen_nth(true, TCP_ACK, 1, 6)->sent_ns - start;
    ck_assert_int_eq(after, 360 * MS + 4); /* from the ACK at 80 ms on: 2 SRTT, and 200 ms as one segment is in flight; packets come 1 ns apart */
    line_close();
}
END_TEST

/* RACK: a retransmission that is lost too is found without a timeout, as long as others arrive. */
static unsigned fourth_lost;
static bool fourth_twice(const struct seen *seen) { return seen->up && seen->size && seen->sequence == 1 + 3 * 1460 && fourth_lost++ < 2; }
START_TEST(retransmission_lost)
{
    struct tcp_parameters parameters = tcp_parameters_default();
    parameters.initial_congestion_window = 12;
    line_open_with(20 * MS, LINK_UNLIMITED, &parameters, &parameters);
    kernel_endpoint here, there;
    connection(&here, &there);
    line.lose = fourth_twice;
    pattern_fill(bytes, 40 * 1460, 0);
    send_on(&line.client, here, bytes, 40 * 1460);
    run_for(SECOND);
    ck_assert_uint_eq(fourth_lost, 3);
    ck_assert_uint_eq(receive_all(there, 0), 40 * 1460);
    ck_assert_uint_eq(view_of(here).retransmitted, 2);
    ck_assert_uint_eq(view_of(here).timeouts, 0);
    line_close();
}
END_TEST

/* All of a window lost: the timeout, then slow start from one segment. */
static int64_t dark_until;
static bool dark(const struct seen *seen) { return seen->up && seen->sent_ns < dark_until; }
START_TEST(blackout)
{
    struct tcp_parameters parameters = tcp_parameters_default();
    parameters.sack = _i & 1;
    parameters.timestamps = _i & 2;
    line_open_with(20 * MS, LINK_UNLIMITED, &parameters, &parameters);
    kernel_endpoint here, there;
    connection(&here, &there);
    dark_until = now() + SECOND;
    line.lose = dark;
    pattern_fill(bytes, 40 * 1460, 0);
    send_on(&line.client, here, bytes, 40 * 1460);
    run_for(10 * SECOND);
    ck_assert_uint_eq(receive_all(there, 0), 40 * 1460);
    struct tcp_view view = view_of(here);
    ck_assert_uint_ge(view.timeouts, 1);
    ck_assert_uint_le(view.retransmitted, 40);
    line_close();
}
END_TEST

/* RFC 3042: the first two duplicate ACKs let new segments go. */
START_TEST(limited_transmit)
{
    static const size_t numbers[] = { 0 };
    struct tcp_parameters parameters = tcp_parameters_default();
    parameters.initial_congestion_window = 4;
    parameters.limited_transmit = _i;
    parameters.rack = parameters.tlp = false;
    line_open_with(20 * MS, LINK_UNLIMITED, &parameters, &parameters);
    kernel_endpoint here, there;
    connection(&here, &there);
    lose_these(1, numbers);
    int64_t start = now();
    send_on(&line.client, here, bytes, 20 * 1460);
    run_for(65 * MS);
    const struct seen *fifth = seen_nth(true, TCP_ACK, 1, 4);
    ck_assert(fifth != NULL);
    ck_assert_int_eq(fifth->sent_ns - start, 40 * MS + (_i ? 1 : 3)); /* the first duplicate ACK, or the third; they come 1 ns apart */
    ck_assert_uint_eq(fifth->sequence, _i ? 1 + 4 * 1460 : 1);
    line_close();
}
END_TEST

/* RFC 5682: the line stands still for a while, nothing is lost. With F-RTO one segment is sent again and the window comes back. */
START_TEST(spurious)
{
    struct tcp_parameters parameters = tcp_parameters_default();
    struct link_setup setup = link_setup_default();
    parameters.frto = _i;
    line_open_with(20 * MS, LINK_UNLIMITED, &parameters, &parameters);
    kernel_endpoint here, there;
    connection(&here, &there);
    pattern_fill(bytes, 60000, 0);
    setup.delay_ns = 500 * MS;
    link_set(line.client.eth0->link, &setup);
    send_on(&line.client, here, bytes, 30 * 1460);
    run_for(350 * MS);
    setup.delay_ns = 20 * MS;
    link_set(line.client.eth0->link, &setup);
    run_for(2 * SECOND);
    ck_assert_uint_eq(receive_all(there, 0), 30 * 1460);
    struct tcp_view view = view_of(here);
    ck_assert_uint_eq(view.timeouts, 1);
    if (_i) {
        ck_assert_uint_le(view.retransmitted, 2); /* a probe of the tail before it */
        ck_assert_uint_eq(view.ssthresh, SSTHRESH_INFINITE);
    } else {
        ck_assert_uint_lt(view.ssthresh, SSTHRESH_INFINITE);
    }
    line_close();
}
END_TEST

/* Routers that say so, and routers that swallow what is too large. */
static bool large(const struct seen *seen) { return seen->up && seen->size > 536; }
START_TEST(black_hole)
{
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    line.lose = large;
    pattern_fill(bytes, 10 * 1460, 0);
    send_on(&line.client, here, bytes, 10 * 1460);
    run_for(20 * SECOND);
    ck_assert_uint_eq(view_of(here).mss, 536);
    ck_assert_uint_eq(receive_all(there, 0), 10 * 1460);
    line_close();
}
END_TEST

START_TEST(narrower)
{
    line_open(MS);
    kernel_endpoint here, there;
    connection(&here, &there);
    line.lose = large;
    pattern_fill(bytes, 10 * 1460, 0);
    send_on(&line.client, here, bytes, 10 * 1460);
    run_for(2 * MS);
    line.lose = NULL;
    struct icmp_header icmp = { .word = 576, .about = { .sequence = line.client.isn + 1, .protocol = 6 } };
    struct endpoint *endpoint = inside(here);
    ip_mtu_learn(line.client.host, KERNEL_IPV4, &endpoint->tuple.remote, 576);
    tcp_problem(endpoint, &icmp, ICMP_TOO_BIG);
    run_for(SECOND);
    ck_assert_uint_eq(view_of(here).mss, 536);
    ck_assert_uint_eq(view_of(here).timeouts, 0);
    ck_assert_uint_eq(receive_all(there, 0), 10 * 1460);
    line_close();
}
END_TEST

/* ---- at random ---- */

struct soak { kernel_endpoint here, there; uint64_t sent[2], received[2]; struct random_stream chance; };

static void soak_send(struct soak *soak, unsigned way, uint64_t total)
{
    struct side *side = way ? &line.server : &line.client;
    while (soak->sent[way] < total) {
        size_t size = (size_t)random_below(&soak->chance, 30000) + 1;
        size = size < total - soak->sent[way] ? size : (size_t)(total - soak->sent[way]);
        pattern_fill(bytes, size, soak->sent[way]);
        if (send_on(side, way ? soak->there : soak->here, bytes, size) != KERNEL_OK)
            return;
        soak->sent[way] += size;
    }
}

static void soak_receive(struct soak *soak, unsigned way)
{
    struct side *side = way ? &line.client : &line.server;
    uint64_t count;
    size_t room = (size_t)random_below(&soak->chance, 50000) + 1;
    if (receive_on(side, way ? soak->here : soak->there, got, room, &count) != KERNEL_OK)
        return;
    ck_assert(pattern_holds(got, count, soak->received[way]));
    soak->received[way] += count;
}

static void soak_impair(struct random_stream *chance)
{
    struct impairments_setup setup = { .loss = { .model = LOSS_BERNOULLI } };
    setup.loss.rate.probability = random_below(chance, CHANCE_ALWAYS / 12);
    setup.duplicate.probability = random_below(chance, CHANCE_ALWAYS / 20);
    setup.corrupt.probability = random_below(chance, CHANCE_ALWAYS / 40);
    setup.jitter = (struct jitter_setup){ .distribution = JITTER_UNIFORM, .width_ns = (int64_t)random_below(chance, 8 * 1000000), .may_overtake = true };
    impair_set(line.client.eth0->link, &setup);
    setup.loss.rate.probability /= 2;
    impair_set(line.server.eth0->link, &setup);
}

static struct tcp_parameters soak_parameters(struct random_stream *chance)
{
    struct tcp_parameters parameters = tcp_parameters_default();
    parameters.sack = random_below(chance, 4) != 0;
    parameters.rack = random_below(chance, 3) != 0;
    parameters.timestamps = random_below(chance, 2);
    parameters.ecn = random_below(chance, 2);
    parameters.frto = random_below(chance, 2);
    parameters.max_data_retransmissions = 30; /* luck must not end it */
    parameters.max_syn_retransmissions = 10;
    parameters.congestion_provider = random_below(chance, 2) ? TCP_PROVIDER_CUBIC : TCP_PROVIDER_NEWRENO;
    parameters.auto_tuning = (enum tcp_auto_tuning)random_below(chance, 5);
    return parameters;
}

static void soak_run(uint64_t seed)
{
    struct soak soak = { .chance = random_stream(seed, "soak") };
    struct tcp_parameters client = soak_parameters(&soak.chance), server = soak_parameters(&soak.chance);
    uint64_t rate = 2000000 + random_below(&soak.chance, 100000000), total[2] = { 300000 + random_below(&soak.chance, 700000), random_below(&soak.chance, 300000) };
    line_open_with((int64_t)random_below(&soak.chance, 30) * MS + MS, rate, &client, &server);
    soak_impair(&soak.chance);
    kernel_endpoint listener = listen_on(&line.server, PORT, 5);
    soak.here = open_on(&line.client);
    connect_to(soak.here, &line.client, "192.0.2.2", PORT, 1);
    while (!soak.there) {
        run_for(SECOND);
        soak.there = accept_on(&line.server, listener);
    }
    for (unsigned turn = 0; soak.received[0] < total[0] || soak.received[1] < total[1]; turn++) {
        ck_assert_msg(turn < 200000, "seed %llu stands still", (unsigned long long)seed);
        soak_send(&soak, 0, total[0]);
        soak_send(&soak, 1, total[1]);
        run_for((int64_t)random_below(&soak.chance, 20) * MS);
        soak_receive(&soak, 0);
        soak_receive(&soak, 1);
        line.seen_count = line.done_count = 0;
    }
    close_on(&line.client, soak.here);
    run_for(30 * SECOND);
    uint64_t count;
    ck_assert_int_eq(receive_on(&line.server, soak.there, got, 10, &count), KERNEL_OK);
    ck_assert_uint_eq(count, 0);
    close_on(&line.server, soak.there);
    close_on(&line.server, listener);
    run_for(2000 * SECOND);
    ck_assert_ptr_null(line.client.host->connections);
    ck_assert_ptr_null(line.server.host->connections);
    ck_assert_uint_eq(line.net->pool.packets_live, 0);
    ck_assert_uint_eq(line.net->pool.chunks_live, 0);
    line_close();
}

START_TEST(soak)
{
    for (uint64_t seed = (uint64_t)_i * 10; seed < (uint64_t)_i * 10 + 10; seed++)
        soak_run(seed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tcp: loss");
    TCase *basics = tcase_create("scripted"), *random = tcase_create("random");
    tcase_add_loop_test(basics, sack_recovery, 0, 2);
    tcase_add_test(basics, sack_blocks);
    tcase_add_test(basics, newreno);
    tcase_add_test(basics, tail);
    tcase_add_test(basics, retransmission_lost);
    tcase_add_loop_test(basics, blackout, 0, 4);
    tcase_add_loop_test(basics, limited_transmit, 0, 2);
    tcase_add_loop_test(basics, spurious, 0, 2);
    tcase_add_test(basics, black_hole);
    tcase_add_test(basics, narrower);
    tcase_add_loop_test(random, soak, 0, 10);
    tcase_set_timeout(random, 120);
    suite_add_tcase(suite, basics);
    suite_add_tcase(suite, random);
    return suite_main(suite);
}
