/* Initial sequence numbers (RFC 6528, RFC 9293 3.4.1), and what they are good for: the same pair again (RFC 1122 4.2.2.13).
   proves: NET-TCP-79, NET-TCP-80 */
#include "tcp/line.h"

#include "net/tcp/inside.h"

static struct tuple pair_of(const char *local, uint16_t local_port, const char *remote, uint16_t remote_port)
{
    struct kernel_address from = ip(local), to = ip(remote);
    return (struct tuple){ .local = prefix_key_of(&from), .remote = prefix_key_of(&to), .local_port = local_port, .remote_port = remote_port,
                           .family = from.family, .protocol = IP_PROTOCOL_TCP };
}

/* 250 a millisecond, around the whole circle. */
START_TEST(the_clock)
{
    line_open(MS);
    struct tuple tuple = pair_of("192.0.2.1", 1000, "192.0.2.2", 80);
    uint32_t first = isn_new(line.client.host, &tuple);
    ck_assert_uint_eq(isn_new(line.client.host, &tuple), first);
    run_for(3999);
    ck_assert_uint_eq(isn_new(line.client.host, &tuple), first);
    run_for(1);
    ck_assert_uint_eq(isn_new(line.client.host, &tuple), first + 1);
    run_for(MS);
    ck_assert_uint_eq(isn_new(line.client.host, &tuple), first + 251);
    run_for((INT64_C(1) << 32) * 4000);
    ck_assert_uint_eq(isn_new(line.client.host, &tuple), first + 251);
    line_close();
}
END_TEST

/* Each of the four counts, and so do the host and the seed. */
START_TEST(the_hash)
{
    line_open(MS);
    const struct tuple tuples[] = {
        pair_of("192.0.2.1", 1000, "192.0.2.2", 80), pair_of("192.0.2.1", 1001, "192.0.2.2", 80), pair_of("192.0.2.1", 1000, "192.0.2.2", 81),
        pair_of("192.0.2.3", 1000, "192.0.2.2", 80), pair_of("192.0.2.1", 1000, "192.0.2.3", 80), pair_of("192.0.2.2", 80, "192.0.2.1", 1000),
        pair_of("2001:db8::1", 1000, "2001:db8::2", 80), pair_of("2001:db8::1", 1000, "2001:db8::1:2", 80),
    };
    struct host_parameters parameters = host_parameters_default();
    struct host *hosts[] = { line.client.host, line.server.host, host_new(line.net, "other", &parameters, 2) };
    uint32_t seen[24];
    size_t count = 0;
    for (size_t h = 0; h < 3; h++) {
        for (size_t t = 0; t < 8; t++) {
            seen[count] = isn_new(hosts[h], &tuples[t]);
            for (size_t i = 0; i < count; i++)
                ck_assert_uint_ne(seen[i], seen[count]);
            count++;
        }
    }
    ck_assert_uint_ne(seen[1] - seen[0], seen[9] - seen[8]); /* from one's own connection nothing follows for another's */
    line_close();
}
END_TEST

/* The same number in every run and on every machine. */
START_TEST(a_known_number)
{
    line_open(MS);
    struct tuple tuple = pair_of("192.0.2.1", 49152, "192.0.2.2", 80);
    ck_assert_uint_eq(isn_new(line.client.host, &tuple), UINT32_C(2143227710));
    line_close();
}
END_TEST

static char bytes[100000];

/* A connection of port 1000 to the server; *there is its end of it. */
static kernel_endpoint joined(kernel_endpoint listener, kernel_endpoint *there)
{
    kernel_endpoint here = open_on(&line.client);
    struct kernel_socket local = name("192.0.2.1", 1000);
    option(here, KERNEL_REUSE_ADDRESS, 1);
    running = &line.client.app;
    ck_assert_int_eq(kernel_bind(here, &local), KERNEL_OK);
    connect_to(here, &line.client, "192.0.2.2", PORT, 1);
    run_for(100 * MS);
    *there = accept_on(&line.server, listener);
    return here;
}

static void move(struct side *from, kernel_endpoint sender, struct side *to, kernel_endpoint receiver)
{
    static char got[sizeof bytes];
    uint64_t count, total = 0;
    ck_assert_int_eq(send_on(from, sender, bytes, sizeof bytes), KERNEL_OK);
    while (total < sizeof bytes) {
        run_for(5 * MS);
        if (receive_on(to, receiver, got, sizeof got, &count) == KERNEL_OK)
            total += count;
    }
}

/* The server closes first and waits. It has sent more than its clock has counted, so the clock alone would go back. */
START_TEST(beyond_the_old_one)
{
    line_open(MS);
    kernel_endpoint listener = listen_on(&line.server, PORT, 5), there, here = joined(listener, &there);
    for (int i = 0; i < 30; i++)
        move(&line.server, there, &line.client, here);
    uint32_t end = wire_of(inside(there)->tcp, inside(there)->tcp->nxt);
    uint32_t clock = inside(there)->tcp->iss + (uint32_t)(now() / 4000);
    ck_assert_int_gt((int32_t)(end - clock), 0); /* as meant */
    close_on(&line.server, there);
    run_for(10 * MS);
    close_on(&line.client, here);
    run_for(10 * MS);
    ck_assert_ptr_nonnull(line.server.host->connections);
    joined(listener, &there);
    ck_assert(there != 0);
    ck_assert_uint_eq(inside(there)->tcp->iss, end + 2); /* behind the FIN */
    line_close();
}
END_TEST

/* A client that has sent more than its clock has counted is not taken for a new one: its SYN is answered by the old one's ACK. */
START_TEST(not_behind_the_old_one)
{
    line_open(MS);
    kernel_endpoint listener = listen_on(&line.server, PORT, 5), there, here = joined(listener, &there);
    for (int i = 0; i < 30; i++)
        move(&line.client, here, &line.server, there);
    close_on(&line.server, there);
    run_for(10 * MS);
    close_on(&line.client, here);
    run_for(10 * MS);
    line.seen_count = 0;
    joined(listener, &there);
    ck_assert(there == 0);
    ck_assert_uint_eq(line.seen[0].flags, TCP_SYN);
    ck_assert_uint_eq(line.seen[1].flags, TCP_ACK);
    line_close();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tcp: initial sequence numbers");
    TCase *basics = tcase_create("initial sequence numbers");
    tcase_add_test(basics, the_clock);
    tcase_add_test(basics, the_hash);
    tcase_add_test(basics, a_known_number);
    tcase_add_test(basics, beyond_the_old_one);
    tcase_add_test(basics, not_behind_the_old_one);
    suite_add_tcase(suite, basics);
    return suite_main(suite);
}
