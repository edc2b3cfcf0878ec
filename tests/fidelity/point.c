/*
 * One point of the fidelity table: K bulk flows over a dumbbell (sim/bench/dumbbell.c), for tests/fidelity.sh.
 *   point flows rate_mbps rtt_ms queue_packets loss seconds warm_seconds newreno|cubic seed
 * loss: of 2^32. Prints: goodput_mbps jain mean_window_segments drops peak_window_segments fast_recoveries timeouts
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/network.h"
#include "net/link/link.h"
#include "net/tcp/tcp.h"
#include "net/traffic/traffic.h"

#define STEP_NS INT64_C(2000000)
#define SECOND_NS INT64_C(1000000000)

static bool view_of(const struct flow_end *flow, struct tcp_view *view)
{
    struct endpoint *endpoint = flow->source ? traffic_endpoint(flow->source) : NULL;
    return endpoint && tcp_view(endpoint, view);
}

/* The window's mean over time, looked at every 2 ms. */
static void windows_look(struct dumbbell *dumbbell)
{
    for (unsigned i = 0; i < dumbbell->setup.flows; i++) {
        struct flow_end *flow = &dumbbell->flows[i];
        struct tcp_view view;
        if (!view_of(flow, &view))
            continue;
        flow->window_area += (double)view.cwnd;
        if (view.cwnd > flow->window_peak)
            flow->window_peak = view.cwnd;
    }
}

static void print_point(const struct dumbbell *dumbbell, double span_s, double looks, uint64_t drops)
{
    double sum = 0, squares = 0, area = 0, mss = 1448;
    uint64_t recoveries = 0, timeouts = 0;
    uint32_t peak = 0;
    for (unsigned i = 0; i < dumbbell->setup.flows; i++) {
        const struct flow_end *flow = &dumbbell->flows[i];
        struct tcp_view view;
        double mbps = (double)(traffic_view(flow->sink).received_bytes - flow->received_at_mark) * 8 / span_s / 1e6;
        sum += mbps;
        squares += mbps * mbps;
        area += flow->window_area;
        if (!view_of(flow, &view))
            continue;
        mss = view.mss;
        recoveries += view.fast_recoveries;
        timeouts += view.timeouts;
        peak = flow->window_peak > peak ? flow->window_peak : peak;
    }
    printf("%.4f %.4f %.3f %llu %.1f %llu %llu\n", sum, sum * sum / (dumbbell->setup.flows * squares), area / looks / dumbbell->setup.flows / mss,
           (unsigned long long)drops, peak / mss, (unsigned long long)recoveries, (unsigned long long)timeouts);
}

int main(int count, char **words)
{
    if (count != 10)
        return 2;
    struct dumbbell_setup setup = {
        .flows = (unsigned)atoi(words[1]), .rate_mbps = (unsigned)atoi(words[2]), .rtt_ms = (unsigned)atoi(words[3]), .queue_packets = (unsigned)atoi(words[4]),
        .loss = strtoull(words[5], NULL, 10), .cubic = strcmp(words[8], "cubic") == 0, .acknowledge_every = 2, .stagger_ns = 10000000,
        .seed = strtoull(words[9], NULL, 10),
    };
    int64_t seconds = atoi(words[6]), warm = atoi(words[7]);
    struct dumbbell dumbbell;
    double looks = 0;
    dumbbell_start(&dumbbell, &setup);
    dumbbell_run(&dumbbell, warm * SECOND_NS);
    for (unsigned i = 0; i < setup.flows; i++)
        dumbbell.flows[i].received_at_mark = traffic_view(dumbbell.flows[i].sink).received_bytes;
    for (int64_t at_ns = warm * SECOND_NS; at_ns < seconds * SECOND_NS; at_ns += STEP_NS) {
        dumbbell_run(&dumbbell, at_ns + STEP_NS);
        windows_look(&dumbbell);
        looks++;
    }
    const struct link_counters *counters = &dumbbell.there->counters;
    print_point(&dumbbell, (double)(seconds - warm), looks, counters->dropped_full + counters->dropped_loss);
    dumbbell_end(&dumbbell);
    return 0;
}
