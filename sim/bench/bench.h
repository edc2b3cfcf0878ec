/*
 * The built-in benchmarks (`wspsim bench`). Each measures one thing several times and reports the median; a benchmark checks
 * its own work (order hashes, counts) and says so when it is wrong. Wall time and floating point are allowed in this folder
 * only; nothing here reaches a run's output.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H
#include <stdbool.h>
#include <stdint.h>

struct bench {
    bool json;      /* one object a measurement instead of the table */
    bool quick;     /* smaller sizes, fewer rounds: for tests that only want to see it work */
    int rounds;     /* measurements a case; the median counts */
    const char *only; /* this case of the event queue alone; NULL: all */
    bool failed;    /* a benchmark's own check did not hold */
};

double bench_now_s(void); /* monotonic */
double bench_median(double *values, int count);
uint64_t bench_random(uint64_t *state); /* xoshiro or splitmix: fast, seeded by *state */

/* Reports one measurement: bench "events", case "hold exp N=1e6", value 42.1, unit "ns/event", and the spread in percent. */
void bench_report(struct bench *bench, const char *name, const char *item, double value, const char *unit, double spread_percent);
void bench_wrong(struct bench *bench, const char *name, const char *what); /* prints to stderr, sets failed */

void bench_events(struct bench *bench);
void bench_fibers(struct bench *bench);
void bench_ioctl(struct bench *bench);
void bench_flap(struct bench *bench);
void bench_udp(struct bench *bench);
void bench_tcp(struct bench *bench);
void bench_record(struct bench *bench);
#endif
