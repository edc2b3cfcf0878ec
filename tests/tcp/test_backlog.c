/* The ideal send backlog (host-stack 4.6): its timelines, and the rules around them. */
#include "suite.h"

#include "net/tcp/backlog.h"
#include "net/tcp/congestion.h"

#define INF SSTHRESH_INFINITE
#define COUNT(rows) (sizeof(rows) / sizeof *(rows))
enum { POSTED = 4000000, WINDOW = 1048576 };

/* One evaluation; rounds are 100 ms, and each takes all that was in flight. */
struct row { unsigned ms; uint32_t cwnd, ssthresh, peer_window, target, bytes; bool tell; };

static void evaluate(struct backlog *backlog, const struct row *row, uint64_t posted)
{
    struct backlog_facts facts = { row->cwnd, row->ssthresh, row->peer_window, (row->ms + 100) * 1000, (row->ms + 200) * 1000, posted };
    uint64_t generation = backlog->generation;
    bool told = backlog_evaluate(backlog, &facts);
    ck_assert_msg(told == row->tell, "at %u ms: told %d", row->ms, told);
    ck_assert_msg(backlog->bytes == row->bytes, "at %u ms: %u bytes", row->ms, backlog->bytes);
    if (row->target)
        ck_assert_uint_eq(backlog_target(backlog, row->cwnd, row->ssthresh), row->target);
    ck_assert_uint_eq(backlog->generation, generation + told);
}

static struct backlog play(const struct row *rows, size_t count, uint64_t posted)
{
    struct backlog backlog;
    backlog_start(&backlog, BACKLOG_CEILING);
    for (size_t i = 0; i < count; i++)
        evaluate(&backlog, &rows[i], posted);
    return backlog;
}

START_TEST(test_timeline_a_slow_start)
{
    static const struct row rows[] = {
        { 0, 14600, INF, WINDOW, 65536, 65536, false },
        { 100, 29200, INF, WINDOW, 65536, 65536, false },
        { 200, 58400, INF, WINDOW, 131072, 131072, true },
        { 300, 116800, INF, WINDOW, 262144, 262144, true },
        { 400, 233600, INF, WINDOW, 524288, 524288, true },
        { 500, 467200, INF, WINDOW, 1048576, 1048576, true },
        { 600, 934400, INF, WINDOW, 1048576, 1048576, false },
        { 700, 1868800, INF, WINDOW, 1048576, 1048576, false },
    };
    play(rows, COUNT(rows), POSTED);
}
END_TEST

START_TEST(test_timeline_b_no_scaling)
{
    static const struct row rows[] = {
        { 0, 14600, INF, 65535, 65536, 65536, false },
        { 100, 29200, INF, 65535, 65536, 65536, false },
        { 200, 58400, INF, 65535, 65536, 65536, false },
        { 300, 116800, INF, 65535, 65536, 65536, false },
        { 400, 233600, INF, 65535, 65536, 65536, false },
        { 500, 467200, INF, 65535, 65536, 65536, false },
    };
    struct backlog backlog = play(rows, COUNT(rows), POSTED);
    ck_assert_uint_eq(backlog.generation, 0);
}
END_TEST

START_TEST(test_timeline_c_growing_receiver)
{
    static const struct row rows[] = {
        { 0, 14600, INF, 65536, 65536, 65536, false },
        { 100, 29200, INF, 65536, 65536, 65536, false },
        { 200, 58400, INF, 65536, 65536, 65536, false },
        { 300, 116800, INF, 131072, 131072, 131072, true },
        { 400, 233600, INF, 262144, 262144, 262144, true },
        { 500, 467200, INF, 524288, 524288, 524288, true },
        { 600, 934400, INF, 1048576, 1048576, 1048576, true },
        { 700, 1868800, INF, 2097152, 2097152, 2097152, true },
        { 800, 3737600, INF, 4194304, 4194304, 4194304, true },
    };
    play(rows, COUNT(rows), 2 * POSTED);
}
END_TEST

START_TEST(test_timeline_d_loss_and_collapse)
{
    enum { LARGE = 4194304 };
    static const struct row rows[] = {
        { 0, 14600, INF, LARGE, 65536, 65536, false },
        { 100, 29200, INF, LARGE, 65536, 65536, false },
        { 200, 58400, INF, LARGE, 131072, 131072, true },
        { 300, 116800, INF, LARGE, 262144, 262144, true },
        { 400, 233600, INF, LARGE, 524288, 524288, true },
        { 500, 467200, INF, LARGE, 1048576, 1048576, true },
        { 600, 934400, INF, LARGE, 2097152, 2097152, true },
        { 700, 1868800, INF, LARGE, 4194304, 4194304, true },
        { 800, 1308160, 1308160, LARGE, 4194304, 4194304, false },
        { 1100, 1460, 915712, LARGE, 2097152, 4194304, false },
        { 1200, 1460, 200000, LARGE, 524288, 2097152, true },
        { 1300, 1460, 60000, LARGE, 131072, 1048576, true },
        { 1400, 1460, 20000, LARGE, 65536, 524288, true },
        { 1500, 1460, 11680, LARGE, 65536, 262144, true },
        { 1600, 1460, 11680, LARGE, 65536, 131072, true },
        { 1700, 1460, 11680, LARGE, 65536, 131072, false },
        { 1800, 1460, 11680, LARGE, 65536, 131072, false },
    };
    play(rows, COUNT(rows), POSTED);
}
END_TEST

START_TEST(test_timeline_e_small_sender)
{
    static const struct row rows[] = {
        { 0, 14600, INF, WINDOW, 65536, 65536, false },
        { 100, 29200, INF, WINDOW, 65536, 65536, false },
        { 200, 58400, INF, WINDOW, 131072, 65536, false },
        { 300, 116800, INF, WINDOW, 262144, 65536, false },
        { 400, 233600, INF, WINDOW, 524288, 65536, false },
    };
    struct backlog backlog = play(rows, COUNT(rows), 16384);
    ck_assert(!backlog.full);
    /* From half of it on, it is full. */
    backlog = play(rows, 2, 32767);
    ck_assert(!backlog.full);
    backlog = play(rows, 2, 32768);
    ck_assert(backlog.full);
}
END_TEST

START_TEST(test_timeline_f_memory)
{
    static const struct row to_256k[] = {
        { 200, 58400, INF, WINDOW, 131072, 131072, true },
        { 300, 116800, INF, WINDOW, 262144, 262144, true },
    };
    struct backlog backlog = play(to_256k, COUNT(to_256k), POSTED);
    ck_assert(backlog_cap(&backlog, 100000));
    ck_assert_uint_eq(backlog.bytes, 100000);
    ck_assert_uint_eq(backlog.generation, 3);
    static const struct row capped[] = { { 400, 233600, INF, WINDOW, 524288, 100000, false }, { 500, 233600, INF, WINDOW, 524288, 100000, false } };
    for (size_t i = 0; i < COUNT(capped); i++)
        evaluate(&backlog, &capped[i], POSTED);
    ck_assert(!backlog_cap(&backlog, BACKLOG_CEILING)); /* lifted: it rises by itself */
    static const struct row lifted[] = { { 600, 233600, INF, WINDOW, 524288, 200000, true }, { 700, 233600, INF, WINDOW, 524288, 400000, true }, { 800, 233600, INF, WINDOW, 524288, 524288, true } };
    for (size_t i = 0; i < COUNT(lifted); i++)
        evaluate(&backlog, &lifted[i], POSTED);
    /* min(target, 200 000), from the other side. */
    backlog = play(to_256k, COUNT(to_256k), POSTED);
    ck_assert(backlog_cap(&backlog, 100000));
    backlog_cap(&backlog, BACKLOG_CEILING);
    static const struct row small[] = { { 400, 58400, INF, WINDOW, 131072, 100000, false }, { 500, 58400, INF, WINDOW, 131072, 131072, true } };
    for (size_t i = 0; i < COUNT(small); i++)
        evaluate(&backlog, &small[i], POSTED);
}
END_TEST

START_TEST(test_timeline_f_no_memory)
{
    struct backlog backlog;
    backlog_start(&backlog, BACKLOG_CEILING);
    ck_assert(backlog_cap(&backlog, 0));
    ck_assert(!backlog_cap(&backlog, 0));
    ck_assert_uint_eq(backlog.bytes, 0);
    ck_assert_uint_eq(backlog.generation, 1);
    static const struct row none[] = { { 200, 58400, INF, WINDOW, 131072, 0, false }, { 300, 58400, INF, WINDOW, 131072, 0, false } };
    static const struct row some[] = { { 400, 58400, INF, WINDOW, 131072, 65536, true }, { 500, 58400, INF, WINDOW, 131072, 131072, true } };
    for (size_t i = 0; i < 2; i++)
        evaluate(&backlog, &none[i], POSTED);
    ck_assert(!backlog_cap(&backlog, BACKLOG_CEILING));
    for (size_t i = 0; i < 2; i++)
        evaluate(&backlog, &some[i], POSTED);
    backlog_start(&backlog, 1000);
    ck_assert_uint_eq(backlog.bytes, 1000);
}
END_TEST

/* One step a round trip: what was in flight at the last one must have been acknowledged. */
START_TEST(test_rounds)
{
    struct backlog backlog;
    backlog_start(&backlog, BACKLOG_CEILING);
    struct backlog_facts facts = { 1000000, INF, WINDOW, 1000, 5000, POSTED };
    ck_assert(backlog_evaluate(&backlog, &facts)); /* no round has begun: at once */
    ck_assert_uint_eq(backlog.bytes, 131072);
    ck_assert_uint_eq(backlog.round_end, 5000);
    facts.una = 4999;
    facts.nxt = 9000;
    ck_assert(!backlog_evaluate(&backlog, &facts));
    facts.una = 5000;
    ck_assert(backlog_evaluate(&backlog, &facts));
    ck_assert_uint_eq(backlog.bytes, 262144);
    ck_assert_uint_eq(backlog.round_end, 9000);
    /* Fullness is remembered until a step is made with it. */
    facts.una = 5001;
    ck_assert(!backlog_evaluate(&backlog, &facts));
    facts.unacknowledged = 0;
    facts.una = 9000;
    ck_assert(backlog_evaluate(&backlog, &facts));
    facts.una = facts.nxt = 20000;
    ck_assert(!backlog_evaluate(&backlog, &facts));
    /* Memory makes a round begin, too. */
    facts.una = 21000;
    facts.nxt = 22000;
    facts.unacknowledged = POSTED;
    ck_assert(backlog_cap(&backlog, 100000));
    ck_assert(!backlog_evaluate(&backlog, &facts));
    backlog_cap(&backlog, BACKLOG_CEILING);
    facts.una = 21999;
    ck_assert(!backlog_evaluate(&backlog, &facts));
    facts.una = 22000;
    ck_assert(backlog_evaluate(&backlog, &facts));
    ck_assert_uint_eq(backlog.bytes, 200000);
}
END_TEST

START_TEST(test_target)
{
    struct backlog backlog = { .largest_window = UINT32_MAX };
    static const struct { uint32_t cwnd, ssthresh, target; } rows[] = {
        { 0, INF, 65536 },          { 32768, INF, 65536 },      { 32769, INF, 131072 },          { 8388608, INF, 16777216 },
        { 4194304, INF, 8388608 },  { 4194305, INF, 16777216 }, { UINT32_MAX, INF, 16777216 },   { 1 << 30, 1460, 16777216 },
        { 1460, 1 << 30, 16777216 }, { 1460, 60000, 131072 },   { 60000, 1460, 131072 },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        ck_assert_uint_eq(backlog_target(&backlog, rows[i].cwnd, rows[i].ssthresh), rows[i].target);
    backlog.largest_window = 0;
    ck_assert_uint_eq(backlog_target(&backlog, UINT32_MAX, INF), 65536);
}
END_TEST

/* The largest window seen never falls. */
START_TEST(test_closed_window)
{
    static const struct row rows[] = {
        { 200, 58400, INF, WINDOW, 131072, 131072, true },
        { 300, 116800, INF, 0, 262144, 262144, true },
        { 400, 233600, INF, 10, 524288, 524288, true },
    };
    play(rows, COUNT(rows), POSTED);
}
END_TEST

START_TEST(test_frozen)
{
    struct backlog backlog;
    backlog_start(&backlog, BACKLOG_CEILING);
    ck_assert(backlog_set(&backlog, 100000));
    ck_assert(!backlog_set(&backlog, 100000));
    ck_assert_uint_eq(backlog.generation, 1);
    static const struct row still[] = { { 200, 58400, INF, WINDOW, 131072, 100000, false }, { 300, 1000000, INF, WINDOW, 1048576, 100000, false } };
    for (size_t i = 0; i < 2; i++)
        evaluate(&backlog, &still[i], POSTED);
    ck_assert(!backlog_cap(&backlog, 50000)); /* the script's value is the script's */
    ck_assert_uint_eq(backlog.bytes, 100000);
    backlog_cap(&backlog, BACKLOG_CEILING);
    ck_assert(backlog_set(&backlog, UINT32_MAX));
    ck_assert_uint_eq(backlog.bytes, BACKLOG_CEILING);
    ck_assert(backlog_set(&backlog, 0));
    ck_assert_uint_eq(backlog.bytes, 0);
}
END_TEST

START_TEST(test_frozen_window_is_seen)
{
    struct backlog backlog;
    backlog_start(&backlog, BACKLOG_CEILING);
    backlog_set(&backlog, 65536);
    static const struct row seen = { 100, 58400, INF, WINDOW, 0, 65536, false }, after = { 200, 58400, INF, 1000, 131072, 131072, true };
    evaluate(&backlog, &seen, POSTED);
    backlog_auto(&backlog);
    evaluate(&backlog, &after, POSTED);
}
END_TEST

/* Unfrozen it goes on from the value, rounded up to a power of two. */
START_TEST(test_auto)
{
    static const struct { uint32_t set; uint64_t posted; uint32_t cwnd, then; bool tell; } rows[] = {
        { 100000, 0, 58400, 131072, true },         { 100000, POSTED, 233600, 262144, true },  { 131072, 0, 58400, 131072, false },
        { 3000000, POSTED, 233600, 2097152, true }, { 2000000, POSTED, 58400, 1048576, true }, { 1000, POSTED, 58400, 65536, true },
        { 0, POSTED, 58400, 65536, true },          { 300000, POSTED, 233600, 524288, true },  { 16000000, POSTED, 466000, 8388608, true },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct backlog backlog;
        backlog_start(&backlog, BACKLOG_CEILING);
        backlog_set(&backlog, rows[i].set);
        backlog_auto(&backlog);
        ck_assert_uint_eq(backlog.bytes, rows[i].set);
        struct row row = { 200, rows[i].cwnd, INF, WINDOW, 0, rows[i].then, rows[i].tell };
        evaluate(&backlog, &row, rows[i].posted);
    }
    /* Without a freeze before it: nothing. */
    struct backlog backlog;
    backlog_start(&backlog, 100000);
    backlog_auto(&backlog);
    static const struct row row = { 200, 58400, INF, WINDOW, 131072, 100000, true };
    evaluate(&backlog, &row, POSTED);
    backlog_auto(&backlog);
    static const struct row again = { 300, 58400, INF, WINDOW, 131072, 100000, false };
    evaluate(&backlog, &again, POSTED);
}
END_TEST

START_TEST(test_bump)
{
    struct backlog backlog;
    backlog_start(&backlog, BACKLOG_CEILING);
    struct backlog before = backlog;
    backlog_bump(&backlog);
    ck_assert_uint_eq(backlog.generation, before.generation + 1);
    ck_assert_uint_eq(backlog.bytes, before.bytes);
    ck_assert(!backlog.frozen && !backlog.round && !backlog.full);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("backlog");
    TCase *all = tcase_create("model");
    tcase_add_test(all, test_timeline_a_slow_start);
    tcase_add_test(all, test_timeline_b_no_scaling);
    tcase_add_test(all, test_timeline_c_growing_receiver);
    tcase_add_test(all, test_timeline_d_loss_and_collapse);
    tcase_add_test(all, test_timeline_e_small_sender);
    tcase_add_test(all, test_timeline_f_memory);
    tcase_add_test(all, test_timeline_f_no_memory);
    tcase_add_test(all, test_rounds);
    tcase_add_test(all, test_target);
    tcase_add_test(all, test_closed_window);
    tcase_add_test(all, test_frozen);
    tcase_add_test(all, test_frozen_window_is_seen);
    tcase_add_test(all, test_auto);
    tcase_add_test(all, test_bump);
    suite_add_tcase(suite, all);
    return suite_main(suite);
}
