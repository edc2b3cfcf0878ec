/* What all benchmarks share: clock, chance, median, and the one place that prints. */
#include "bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

double bench_now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int double_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts the values: the first is then the least, the last the greatest. */
double bench_median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, double_compare);
    return count % 2 == 1 ? values[count / 2] : 0.5 * (values[count / 2 - 1] + values[count / 2]);
}

/* splitmix64 */
uint64_t bench_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void bench_report(struct bench *bench, const char *name, const char *item, double value, const char *unit, double spread_percent)
{
    const char *format = bench->json
        ? "{\"bench\":\"%s\",\"case\":\"%s\",\"value\":%.2f,\"unit\":\"%s\",\"spread_percent\":%.1f}\n"
        : "%-8s %-36s %12.2f %-10s +-%.1f%%\n";
    printf(format, name, item, value, unit, spread_percent);
    fflush(stdout);
}

void bench_wrong(struct bench *bench, const char *name, const char *what)
{
    fprintf(stderr, "wspsim: benchmark %s is wrong: %s\n", name, what);
    bench->failed = true;
}
